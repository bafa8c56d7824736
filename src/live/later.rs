//! Dialogs, whose code comes in a bundle of its own when the first of them is opened: `#[wasm_split(dialogs, …)]`.

use super::connection::use_connection;
use leptos::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// The bundle was fetched: every dialog opens without a connection, too.
static IS_FETCHED: AtomicBool = AtomicBool::new(false);

/// Shows a dialog as soon as its code can be fetched: a file that is asked for without a connection ends the whole page.
#[component]
pub fn Later(
    /// The dialog, as a [`Suspend`] on its function in the bundle.
    children: ChildrenFn,
) -> impl IntoView {
    let connection = use_connection();
    let is_fetched = IS_FETCHED.load(Ordering::Relaxed);
    // Once shown it stays, whatever becomes of the connection.
    let is_shown = Memo::new(move |was: Option<&bool>| is_fetched || was == Some(&true) || connection.is_up());
    let dialog = StoredValue::new(children);
    move || {
        is_shown.get().then(|| {
            IS_FETCHED.store(true, Ordering::Relaxed);
            view! { <Suspense>{dialog.with_value(|dialog| dialog())}</Suspense> }
        })
    }
}
