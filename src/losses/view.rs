//! The lost pool.
use leptos::prelude::*;
/// Coming.
#[component]
pub fn LostPoolPage() -> impl IntoView {}

/// Coming.
#[component]
pub fn LossDialog(lead: crate::ids::LeadId, on_done: Callback<Option<()>>) -> impl IntoView {
    let _ = (lead, on_done);
}
