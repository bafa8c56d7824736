//! A lead whose import was taken back: where it has gone, and how it comes back.

use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string, use_i18n},
    ui::title::PageTitle,
};
use leptos::prelude::*;

/// What is left to say about it.
#[component]
pub(super) fn WithdrawnView(
    /// When it was withdrawn.
    at: Moment,
) -> impl IntoView {
    let i18n = use_i18n();
    let said =
        move || t_string!(i18n, capture.lead_withdrawn, when = format::date_time(i18n.get_locale(), at)).to_string();
    view! {
        <PageTitle text=move || t_string!(i18n, capture.lead_withdrawn_title).to_string()/>
        <header class="bar"><h1>{t!(i18n, capture.lead_withdrawn_title)}</h1></header>
        <div class="lead-page">
            <section class="panel">
                <p>{said}</p>
                <p class="muted">{t!(i18n, capture.lead_withdrawn_advice)}</p>
            </section>
        </div>
    }
}
