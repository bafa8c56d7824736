//! A modal dialog: the browser's own `<dialog>`, which brings focus trap, Escape and backdrop.

use leptos::{html, prelude::*};
use web_sys::HtmlDialogElement;

/// A dialog whose code was fetched is built some frames before it stands in the document; longer than this (two seconds)
/// it takes only when it was unmounted again.
const PATIENCE: u32 = 120;

/// Shows its children in a modal dialog while it is mounted. `on_close` runs when the person leaves it by Escape; unmount
/// it there.
#[component]
pub fn Dialog(
    /// The id of the element that names the dialog.
    labelled_by: &'static str,
    /// What to do when the person leaves.
    #[prop(into)]
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            open_once_mounted(dialog, PATIENCE);
        }
    });
    // Closed before it goes: only then does the browser give the focus back to where it was.
    on_cleanup(move || {
        if let Some(dialog) = element.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=element
            class="dialog"
            aria-labelledby=labelled_by
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            {children()}
        </dialog>
    }
}

/// A dialog can only be opened once it stands in the document.
fn open_once_mounted(dialog: HtmlDialogElement, frames: u32) {
    if dialog.is_connected() {
        if !dialog.open() {
            // It stands in the document and is closed: nothing else makes this fail.
            let _ = dialog.show_modal();
        }
    } else if frames > 0 {
        request_animation_frame(move || open_once_mounted(dialog, frames - 1));
    }
}
