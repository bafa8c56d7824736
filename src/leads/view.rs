//! The lead's page.
use leptos::prelude::*;
/// Coming.
#[component]
pub fn LeadPage() -> impl IntoView {}
