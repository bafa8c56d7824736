//! Parts of a page whose code is a file of its own, fetched when they are opened first.

use super::connection::use_connection;
use leptos::prelude::*;

/// Shows such a part as soon as its code can be fetched: a file that is asked for without a connection ends the whole page.
#[component]
pub fn Later(
    /// The part, as a [`Suspend`] on a `#[lazy]` function.
    children: ChildrenFn,
) -> impl IntoView {
    let connection = use_connection();
    // Once shown it stays, whatever becomes of the connection.
    let is_shown = Memo::new(move |was: Option<&bool>| was == Some(&true) || connection.is_up());
    let part = StoredValue::new(children);
    move || is_shown.get().then(|| view! { <Suspense>{part.with_value(|part| part())}</Suspense> })
}
