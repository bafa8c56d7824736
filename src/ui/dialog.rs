//! A modal dialog: the browser's own `<dialog>`, which brings focus trap, Escape and backdrop.

use leptos::{html, prelude::*};

/// Shows its children in a modal dialog while it is mounted. `on_close` runs when the person leaves it (Escape, the
/// backdrop); unmount it there.
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
        if let Some(dialog) = element.get()
            && !dialog.open()
        {
            // It only fails when the element is not in the document, which it is while mounted.
            let _ = dialog.show_modal();
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
