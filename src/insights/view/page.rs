//! The page: what was found in the period, by families.

use super::{
    insight::{OneInsight, OnePace},
    query, words,
};
use crate::{
    analytics::{
        rules::Period,
        view::{LossesTabs, period::PeriodChoice, words as figures},
    },
    app::trouble::Trouble,
    format,
    i18n::{t, t_string, use_i18n},
    insights::{
        api::{Insights, read_insights},
        rules::Family,
    },
    live::browser::follow,
    losses::view::words::I18n,
    ui::{
        explain::Explain,
        standing::{StaleNote, Standing},
        title::PageTitle,
        wait::gathered,
    },
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::time::Duration;

/// Everything is looked at again this long after the first of several changes.
const SETTLE: Duration = Duration::from_millis(800);

/// What the panels stand on.
#[derive(Clone, Copy)]
pub struct Shown {
    /// What was found.
    pub report: StoredValue<Insights>,
    /// The period that the address asked for.
    pub period: Period,
    /// The reader's language.
    pub i18n: I18n,
}

impl Shown {
    /// A number as the reader writes it.
    pub fn number(self, value: i64) -> String {
        format::number(self.i18n.get_locale(), value)
    }

    fn count(self, value: usize) -> (i64, String) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        (value, self.number(value))
    }
}

/// The page.
#[component]
pub fn InsightsPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let period = Memo::new(move |_| query.with(query::read));
    let report = Resource::new_blocking(move || period.get(), read_insights);
    let reload = Callback::new(move |()| report.refetch());
    let standing = Standing::none();
    view! {
        <PageTitle text=move || t_string!(i18n, insights.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || Suspend::new(async move {
                let period = period.get_untracked();
                match standing.or_last(period, report.await) {
                    Ok((report, is_stale)) => {
                        let seen = report.seen;
                        let shown = Shown { report: StoredValue::new(report), period, i18n };
                        view! { <StaleNote is_stale/><Report shown seen reload/> }.into_any()
                    }
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Report(shown: Shown, seen: crate::live::wire::Cursor, reload: Callback<()>) -> impl IntoView {
    let i18n = shown.i18n;
    let navigate = use_navigate();
    let choose = Callback::new(move |period| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&query::address(period), options);
    });
    let soon = gathered(SETTLE, reload);
    follow(seen, move |message| {
        if message.is_news() {
            soon.run(());
        }
    });
    let (span, before) = shown.report.with_value(|report| (report.span, report.before));
    let (looked, runs) = shown.report.with_value(|report| (report.found.looked_at, report.found.runs));
    let method = move || {
        let ((count, shown_count), (_, runs)) = (shown.count(looked), shown.count(runs));
        t_string!(i18n, insights.method, count = count, shown = shown_count, runs = runs).to_string()
    };
    let than =
        move || before.map(|before| t_string!(i18n, analytics.than, span = figures::span(i18n, before)).to_string());
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, insights.title)}</h1>
            <div class="losses-filters">
                <PeriodChoice period=shown.period span on_choose=choose/>
            </div>
        </header>
        <LossesTabs/>
        <div class="losses-notes">
            <strong class="num">{move || figures::span(i18n, span)}</strong>
            <span class="num muted">{than}</span>
        </div>
        <div class="insights-method muted">
            {method}
            <Explain
                label=Signal::derive(move || t_string!(i18n, insights.how).to_string())
                text=Signal::derive(move || t_string!(i18n, insights.explain_method).to_string())
            />
        </div>
        <div class="losses-page">
            <Families shown/>
        </div>
    }
}

/// All families that have insights, or what there was to look at.
#[component]
fn Families(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let (is_empty, has_before) = shown.report.with_value(|report| (report.found.is_empty(), report.before.is_some()));
    let runs = shown.report.with_value(|report| report.found.runs);
    let nothing = move || {
        let (count, number) = shown.count(runs);
        t_string!(i18n, insights.nothing, count = count, shown = number).to_string()
    };
    let families = Family::ALL.iter().map(|family| view! { <OneFamily shown family=*family/> }).collect_view();
    view! {
        {is_empty.then(|| view! { <p class="panel muted">{nothing}</p> })}
        {families}
        {(!has_before).then(|| view! { <p class="muted small">{t!(i18n, insights.no_before)}</p> })}
    }
}

#[component]
fn OneFamily(shown: Shown, family: Family) -> impl IntoView {
    let i18n = shown.i18n;
    let (own, paces) = shown.report.with_value(|report| {
        let own = report.found.insights.iter().filter(|insight| insight.family() == family);
        let paces = report.found.arrivals.iter().filter(|_| family == Family::Changed);
        (own.cloned().collect::<Vec<_>>(), paces.cloned().collect::<Vec<_>>())
    });
    let heading = format!("insights-{family}");
    (!own.is_empty() || !paces.is_empty()).then(|| {
        let paces = paces.into_iter().map(|arrivals| view! { <OnePace shown arrivals/> }).collect_view();
        let insights = own.into_iter().map(|insight| view! { <OneInsight shown insight/> }).collect_view();
        view! {
            <section class="panel" aria-labelledby=heading.clone()>
                <header class="panel-head"><h2 id=heading.clone()>{move || words::family(i18n, family)}</h2></header>
                <ul class="insights">{paces}{insights}</ul>
            </section>
        }
    })
}
