//! The board.
use leptos::prelude::*;
/// Coming.
#[component]
pub fn BoardPage() -> impl IntoView {}
