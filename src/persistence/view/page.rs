//! The page: how often leads were followed up before they were given up, and before they were won.

use super::{
    list::ListPanel,
    query::{self, Look},
    spreads::Spreading,
};
use crate::{
    analytics::view::{LossesTabs, period::PeriodChoice, words as figures},
    app::trouble::Trouble,
    decisions::{rules::PinKind, view::PinButton},
    format,
    i18n::{t, t_string, use_i18n},
    live::browser::follow,
    losses::view::words::I18n,
    persistence::{
        api::{ListPage, Persistence, read_persistence},
        rules::{Behind, Ending},
    },
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
    pub report: StoredValue<Persistence>,
    /// What the address asked for when they were counted.
    pub look: Look,
    /// The reader's language.
    pub i18n: I18n,
    /// The list on which the focus was set last.
    pub focused: StoredValue<Option<ListPage>>,
}

impl Shown {
    /// The address that lists the runs behind a figure.
    pub fn behind(self, behind: Behind) -> String {
        query::address(&self.look.listing(behind))
    }

    /// Whether the runs behind a figure are listed.
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
pub fn FollowUpsPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(query::read));
    let report = Resource::new_blocking(move || look.get(), |look| read_persistence(look.period, look.list));
    let reload = Callback::new(move |()| report.refetch());
    let standing = Standing::none();
    let focused = StoredValue::new(look.get_untracked().list);
    view! {
        <PageTitle text=move || t_string!(i18n, persistence.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || Suspend::new(async move {
                let look = look.get_untracked();
                match standing.or_last(look, report.await) {
                    Ok((report, is_stale)) => {
                        let seen = report.seen;
                        let shown = Shown { report: StoredValue::new(report), look, i18n, focused };
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
        let list = shown.look.list.map(|list| ListPage { page: 0, ..list });
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&query::address(&Look { period, list }), options);
    });
    let soon = gathered(SETTLE, reload);
    follow(seen, move |message| {
        if message.is_news() {
            soon.run(());
        }
    });
    let span = shown.report.with_value(|report| report.span);
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, persistence.title)}</h1>
            <div class="losses-filters">
                <PeriodChoice period=shown.look.period span on_choose=choose/>
                <PinButton
                    kind=PinKind::Chart
                    title=Signal::derive(move || t_string!(i18n, persistence.title).to_string())
                    address=query::address(&shown.look)
                />
            </div>
        </header>
        <LossesTabs/>
        <div class="losses-notes">
            <strong class="num">{move || figures::span(i18n, span)}</strong>
            <span class="faint">{t!(i18n, persistence.definition)}</span>
        </div>
        <div class="losses-page">
            <Spreading shown ending=Ending::Lost/>
            <Spreading shown ending=Ending::Won/>
            <ListPanel shown/>
        </div>
    }
}
