//! What something means, one press away from it.

use leptos::prelude::*;

/// A question mark that opens an explanation beside it, without any script.
#[component]
pub fn Explain(
    /// What is explained, for those who only hear the question mark.
    #[prop(into)]
    label: Signal<String>,
    /// The explanation.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <details class="explain">
            <summary aria-label=move || label.get()>"?"</summary>
            <p>{move || text.get()}</p>
        </details>
    }
}
