//! What the browser's tab says.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that gives leptos_meta a title, on the server a settled one"
)]

use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// How every page's title is written: with the product's name behind it.
#[component]
pub fn TitleFormat() -> impl IntoView {
    let formatter = |page: String| if page.is_empty() { "winback".to_owned() } else { format!("{page} · winback") };
    view! { <Title formatter/> }
}

/// The page's title; the browser follows it, the server reads it once.
///
/// The server writes its document's head after the page is done, where no signal can be read any more: a title that asked
/// one only then panicked, now and then, and the visitor saw a blank 500.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    let text = if cfg!(feature = "ssr") { TextProp::from(untrack(|| text.get())) } else { text };
    view! { <Title text/> }
}
