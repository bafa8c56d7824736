//! The way between the pages of losses.

use crate::{
    app::frame::Me,
    i18n::{t, t_string, use_i18n},
};
use leptos::prelude::*;
use leptos_router::components::A;

/// Links to each of them that the viewer may open: reasons are looked after by those who manage.
#[component]
pub fn LossesTabs() -> impl IntoView {
    let i18n = use_i18n();
    let Me(viewer) = expect_context();
    let reasons = move || {
        Suspend::new(async move {
            let manages = viewer.await.is_ok_and(|viewer| viewer.manages());
            manages.then(|| view! { <A href="/losses/reasons">{t!(i18n, analytics.tab_reasons)}</A> })
        })
    };
    view! {
        <nav class="losses-tabs" aria-label=move || t_string!(i18n, analytics.title).to_string()>
            <A href="/losses" exact=true>{t!(i18n, analytics.tab_cockpit)}</A>
            <A href="/losses/insights">{t!(i18n, analytics.tab_insights)}</A>
            <Suspense>{reasons}</Suspense>
            <A href="/losses/follow-ups">{t!(i18n, analytics.tab_follow_ups)}</A>
            <A href="/losses/money">{t!(i18n, analytics.tab_money)}</A>
            <A href="/losses/decisions">{t!(i18n, analytics.tab_decisions)}</A>
        </nav>
    }
}
