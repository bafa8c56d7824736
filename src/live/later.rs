//! Parts of a page whose code is a file of its own, fetched when they are opened first.

use super::connection::use_connection;
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Mutex};

/// The parts that were fetched: they open without a connection, too.
static FETCHED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// Shows such a part as soon as its code can be fetched: a file that is asked for without a connection ends the whole page.
#[component]
pub fn Later(
    /// What it is called, unlike all others.
    name: &'static str,
    /// The part, as a [`Suspend`] on a `#[lazy]` function.
    children: ChildrenFn,
) -> impl IntoView {
    let connection = use_connection();
    let is_fetched = FETCHED.lock().is_ok_and(|fetched| fetched.contains(name));
    // Once shown it stays, whatever becomes of the connection.
    let is_shown = Memo::new(move |was: Option<&bool>| is_fetched || was == Some(&true) || connection.is_up());
    let part = StoredValue::new(children);
    move || {
        is_shown.get().then(|| {
            if let Ok(mut fetched) = FETCHED.lock() {
                fetched.insert(name);
            }
            view! { <Suspense>{part.with_value(|part| part())}</Suspense> }
        })
    }
}
