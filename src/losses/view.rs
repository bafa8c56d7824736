//! The lost pool.
use leptos::prelude::*;
/// Coming.
#[component]
pub fn LostPoolPage() -> impl IntoView {}
