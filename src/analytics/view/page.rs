//! The page: figures that stay where they are and change in place when the filter or the world changes.

use super::{
    figures::{Comparison, Reasons, Stages, Tiles},
    filter::FilterBar,
    list::ListPanel,
    query::{self, Look},
    trend::Trend,
};
use crate::{
    analytics::{
        api::{Choices, Listing, Report, read_choices, read_list, read_report},
        rules::{Measure, Part},
    },
    app::trouble::Trouble,
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    live::{browser::follow, wire::Message},
    losses::view::words::{I18n, language},
    ui::title::PageTitle,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_location, use_query_map};
use std::time::Duration;

/// Figures are counted again this long after the first of several changes.
const SETTLE: Duration = Duration::from_millis(800);

/// What the panels stand on: the figures shown, and what the address asks for.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The figures as they were last counted.
    pub report: RwSignal<Report>,
    /// What the address asks for; the figures follow.
    pub look: Memo<Look>,
    /// The reader's language.
    pub i18n: I18n,
}

impl Shown {
    /// The address that lists the leads behind `part`.
    pub fn behind(self, part: Part) -> String {
        query::address(&self.look.get().listing(part))
    }

    /// An amount in the organisation's currency, short.
    pub fn money(self, minor: i64) -> String {
        self.report.with(|report| format::short_money(self.i18n.get_locale(), minor, &report.currency))
    }

    /// A number as the reader writes it.
    pub fn number(self, value: i64) -> String {
        format::number(self.i18n.get_locale(), value)
    }

    /// Whether bars are long by what was lost, not by how many.
    pub fn by_value(self) -> bool {
        self.look.get().measure == Measure::Value
    }
}

type First = (Result<Report, AppError>, Result<Choices, AppError>, Option<Result<Listing, AppError>>);

async fn read_first(look: Look, language: String) -> First {
    let listing = async {
        match look.list {
            Some(page) => Some(read_list(look.selection, page, language).await),
            None => None,
        }
    };
    futures::join!(read_report(look.selection, look.step), read_choices(), listing)
}

/// The page.
#[component]
pub fn LossesPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(query::read));
    // Read once: what changes later changes in place.
    let first = Resource::new_blocking(|| (), move |()| read_first(look.get_untracked(), language(i18n).to_owned()));
    view! {
        <PageTitle text=move || t_string!(i18n, analytics.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || Suspend::new(async move {
                match first.await {
                    (Ok(report), Ok(choices), listing) => {
                        view! { <Losses report choices listing=listing.and_then(Result::ok) look/> }.into_any()
                    }
                    (Err(error), ..) | (_, Err(error), _) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Losses(report: Report, choices: Choices, listing: Option<Listing>, look: Memo<Look>) -> impl IntoView {
    let i18n = use_i18n();
    let seen = report.seen;
    let shown = Shown { report: RwSignal::new(report), look, i18n };
    let listing = RwSignal::new(listing);
    let trouble = RwSignal::new(None::<AppError>);
    let count = keep_counted(shown, trouble);
    let relist = keep_listed(shown, listing);
    follow_changes(
        seen,
        Callback::new(move |()| {
            count.run(());
            relist.run(());
        }),
    );
    let is_behind = move || {
        let look = look.get();
        shown.report.with(|report| report.selection != look.selection || report.step != look.step)
    };
    view! {
        <FilterBar shown choices/>
        <div class="losses-page" aria-busy=move || is_behind().to_string()>
            <p class="problem" role="status" hidden=move || trouble.get().is_none()>{t!(i18n, analytics.stale)}</p>
            <Tiles shown/>
            <Reasons shown/>
            <Stages shown/>
            <Trend shown/>
            <Comparison shown/>
            <ListPanel shown listing/>
        </div>
    }
}

/// Whether the page is still the one on screen: the address changes a moment before a page goes.
fn is_here() -> Signal<bool> {
    let path = use_location().pathname;
    Signal::derive(move || path.get() == "/losses")
}

/// Counts again when the address asks for something else, and whenever asked to.
fn keep_counted(shown: Shown, trouble: RwSignal<Option<AppError>>) -> Callback<()> {
    let wanted = Memo::new(move |_| (shown.look.get().selection, shown.look.get().step));
    let asked = StoredValue::new(0u64);
    let count = Callback::new(move |()| {
        asked.update_value(|asked| *asked += 1);
        let (mine, (selection, step)) = (asked.get_value(), wanted.get_untracked());
        spawn_local(async move {
            let answer = read_report(selection, step).await;
            // Somebody went elsewhere or asked for something newer meanwhile.
            if asked.try_get_value() != Some(mine) {
                return;
            }
            trouble.set(answer.as_ref().err().copied());
            if let Ok(report) = answer {
                shown.report.set(report);
            }
        });
    });
    let is_here = is_here();
    Effect::new(move |_| {
        let (selection, step) = wanted.get();
        let is_known = shown.report.with_untracked(|report| report.selection == selection && report.step == step);
        if !is_known && is_here.get_untracked() {
            count.run(());
        }
    });
    count
}

/// Lists the leads behind the chosen figure, again when the address asks for others, and whenever asked to.
fn keep_listed(shown: Shown, listing: RwSignal<Option<Listing>>) -> Callback<()> {
    let wanted = Memo::new(move |_| {
        let look = shown.look.get();
        (look.selection, look.list, language(shown.i18n).to_owned())
    });
    let asked = StoredValue::new(0u64);
    let list = Callback::new(move |()| {
        asked.update_value(|asked| *asked += 1);
        let (mine, (selection, page, language)) = (asked.get_value(), wanted.get_untracked());
        let Some(page) = page else { return listing.set(None) };
        spawn_local(async move {
            let answer = read_list(selection, page, language).await;
            if let (true, Ok(rows)) = (asked.try_get_value() == Some(mine), answer) {
                listing.set(Some(rows));
            }
        });
    });
    let is_here = is_here();
    Effect::new(move |before: Option<()>| {
        let now = wanted.get();
        let is_known =
            before.is_none() && now.1 == listing.with_untracked(|listing| listing.as_ref().map(|list| list.page));
        if !is_known && is_here.get_untracked() {
            list.run(());
        }
    });
    list
}

/// Runs `refresh` soon after something changed anywhere: what is lost, won or begun elsewhere is counted here.
fn follow_changes(from: crate::live::wire::Cursor, refresh: Callback<()>) {
    let is_due = StoredValue::new(false);
    follow(from, move |message| {
        let concerns = !matches!(message, Message::SignedOut);
        if concerns && is_due.try_update_value(|due| !std::mem::replace(due, true)) == Some(true) {
            set_timeout(
                move || {
                    if is_due.try_set_value(false).is_none() {
                        refresh.run(());
                    }
                },
                SETTLE,
            );
        }
    });
}
