//! The page: what to do, every reason with its use, comments that say nothing, attempts that were done without.

use super::{
    action::Act,
    list::ListPanel,
    panels::{Comments, Overrides, Reasons, Suggestions, Tiles},
    query::{self, Look},
};
use crate::{
    analytics::view::{LossesTabs, period::PeriodChoice, words as figures},
    app::trouble::Trouble,
    decisions::{rules::PinKind, view::PinButton},
    format,
    hygiene::{
        api::{Hygiene, ListPage, read_hygiene},
        rules::Behind,
    },
    i18n::{t, t_string, use_i18n},
    live::browser::follow,
    losses::view::words::I18n,
    ui::{
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

/// Figures are counted again this long after the first of several changes.
const SETTLE: Duration = Duration::from_millis(800);

/// What the panels stand on.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The figures.
    pub report: StoredValue<Hygiene>,
    /// What the address asked for when they were counted.
    pub look: Look,
    /// The reader's language.
    pub i18n: I18n,
    /// How a reason is retired or merged.
    pub act: Act,
    /// The list on which the focus was set last.
    pub focused: StoredValue<Option<ListPage>>,
}

impl Shown {
    /// The address that lists the losses behind a finding.
    pub fn behind(self, behind: Behind) -> String {
        query::address(&self.look.listing(behind))
    }

    /// Whether the losses behind a finding are listed.
    pub fn lists(self, behind: Behind) -> bool {
        self.look.list.is_some_and(|list| list.behind == behind)
    }

    /// A number as the reader writes it.
    pub fn number(self, value: i64) -> String {
        format::number(self.i18n.get_locale(), value)
    }
}

/// The page.
#[component]
pub fn HygienePage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(query::read));
    let report = Resource::new_blocking(move || look.get(), |look| read_hygiene(look.period, look.list));
    let act = Act::new(i18n, Callback::new(move |()| report.refetch()));
    let standing = Standing::none();
    let focused = StoredValue::new(look.get_untracked().list);
    view! {
        <PageTitle text=move || t_string!(i18n, hygiene.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || Suspend::new(async move {
                let look = look.get_untracked();
                match standing.or_last(look, report.await) {
                    Ok((report, is_stale)) => {
                        let seen = report.seen;
                        let shown = Shown { report: StoredValue::new(report), look, i18n, act, focused };
                        view! { <StaleNote is_stale/><Report shown seen/> }.into_any()
                    }
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Report(shown: Shown, seen: crate::live::wire::Cursor) -> impl IntoView {
    let i18n = shown.i18n;
    let navigate = use_navigate();
    let choose = Callback::new(move |period| {
        let list = shown.look.list.map(|list| ListPage { page: 0, ..list });
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&query::address(&Look { period, list }), options);
    });
    let soon = gathered(SETTLE, shown.act.reload());
    follow(seen, move |message| {
        if message.is_news() {
            soon.run(());
        }
    });
    let span = shown.report.with_value(|report| report.span);
    let losses = shown.report.with_value(|report| report.losses);
    let count = move || t_string!(i18n, hygiene.losses, count = losses, shown = shown.number(losses)).to_string();
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, hygiene.title)}</h1>
            <div class="losses-filters">
                <PeriodChoice period=shown.look.period span on_choose=choose/>
                <PinButton
                    kind=PinKind::Chart
                    title=Signal::derive(move || t_string!(i18n, hygiene.title).to_string())
                    address=query::address(&shown.look)
                />
            </div>
        </header>
        <LossesTabs/>
        <div class="losses-notes">
            <strong class="num">{move || figures::span(i18n, span)}</strong>
            <span class="num" role="status">{count}</span>
            <span class="faint">{t!(i18n, hygiene.scope_note)}</span>
        </div>
        <div class="losses-page hygiene-page">
            <Tiles shown/>
            <Suggestions shown/>
            <Reasons shown/>
            <Comments shown/>
            <Overrides shown/>
            <ListPanel shown/>
        </div>
    }
}
