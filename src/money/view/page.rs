//! The page: what was lost in the period, and where the money went.

use super::{
    campaigns::{Campaigns, SpendDialog},
    clients::{Clients, HourDialog},
    offering::OfferDialog,
    query::{self, Look},
    requests::Requests,
};
use crate::{
    analytics::view::{LossesTabs, period::PeriodChoice, words as figures},
    app::trouble::Trouble,
    decisions::{rules::PinKind, view::PinButton},
    format,
    i18n::{t, t_string, use_i18n},
    ids::CampaignId,
    live::browser::follow,
    losses::view::words::language,
    money::api::{MoneyReport, ReasonRow, read_money},
    ui::{
        chart::{Bar, Bars, length},
        explain::Explain,
        standing::{StaleNote, Standing},
        title::PageTitle,
        wait::{gathered, when_free},
    },
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::time::Duration;

/// Changes are shown this long after the first of them.
const SETTLE: Duration = Duration::from_millis(800);

/// What a dialog over the page is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Open {
    /// What this campaign cost.
    Spend(CampaignId),
    /// What an hour of estimating costs.
    Hour,
    /// A product that is offered now.
    Offer {
        /// What was asked for, folded.
        key: String,
        /// What it is called.
        name: String,
    },
}

/// The page.
#[component]
pub fn MoneyPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(query::read));
    let period = Memo::new(move |_| look.get().period);
    let report = Resource::new_blocking(move || period.get(), read_money);
    let standing = Standing::none();
    let open = RwSignal::new(None::<Open>);
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || report.refetch());
    view! {
        <PageTitle text=move || t_string!(i18n, money.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, money.loading)}</p> }>
            {move || {
                let look = look.get();
                Suspend::new(async move {
                    match standing.or_last(look.period, report.await) {
                        Ok((report, is_stale)) => {
                            view! { <StaleNote is_stale/><Figures report look open reload/> }.into_any()
                        }
                        Err(error) => view! { <Trouble error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Figures(report: MoneyReport, look: Look, open: RwSignal<Option<Open>>, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let soon = gathered(SETTLE, reload);
    follow(report.seen, move |message| {
        if message.is_news() {
            soon.run(());
        }
    });
    let navigate = use_navigate();
    let choose = Callback::new(move |period| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&query::address(Look { period, ..look }), options);
    });
    let span = report.span;
    let report = StoredValue::new(report);
    let dialog = move || {
        let on_done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        open.get().map(|now| match now {
            Open::Spend(campaign) => view! { <SpendDialog report campaign on_done/> }.into_any(),
            Open::Hour => view! { <HourDialog report on_done/> }.into_any(),
            Open::Offer { key, name } => view! { <OfferDialog request=key name on_done/> }.into_any(),
        })
    };
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, money.title)}</h1>
            <div class="losses-filters">
                <PeriodChoice period=look.period span on_choose=choose/>
                <PinButton
                    kind=PinKind::Chart
                    title=Signal::derive(move || t_string!(i18n, money.title).to_string())
                    address=query::address(look)
                />
            </div>
        </header>
        <LossesTabs/>
        <div class="losses-notes">
            <strong class="num">{move || figures::span(i18n, span)}</strong>
        </div>
        <div class="money-page">
            <Reasons report/>
            <Campaigns report open/>
            <Clients report open/>
            <Requests report look open/>
        </div>
        {dialog}
    }
}

/// A panel's title with its explanation.
#[component]
pub fn Head(
    /// What it is called.
    title: Signal<String>,
    /// What it means.
    text: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let label = Signal::derive(move || t_string!(i18n, analytics.explain, what = title.get()).to_string());
    view! { <header class="panel-head"><h2>{move || title.get()}</h2><Explain label text/></header> }
}

/// A table that a narrow screen moves sideways; nothing while it is empty.
#[component]
pub fn Scroll(
    /// What the table shows.
    label: Signal<String>,
    /// Whether it has no rows.
    is_empty: bool,
    /// The table.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="losses-scroll" tabindex="0" role="region" aria-label=move || label.get() hidden=is_empty>{children()}</div>
    }
}

/// Lost value by reason, the count beside it.
#[component]
fn Reasons(report: StoredValue<MoneyReport>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = report.with_value(|report| report.reasons.clone());
    let is_empty = rows.is_empty();
    let unvalued: i64 = rows.iter().map(|row| row.unvalued).sum();
    let top = rows.iter().map(|row| row.minor).max().unwrap_or_default();
    let bars = Signal::derive(move || {
        let (period, currency) = report.with_value(|report| (report.period, report.currency.clone()));
        let bar = |row: &ReasonRow| Bar {
            key: row.reason.to_string(),
            name: row.name.pick(language(i18n)).to_owned(),
            length: length(row.minor, top),
            figure: format::short_money(i18n.get_locale(), row.minor, &currency),
            detail: {
                let shown = format::number(i18n.get_locale(), row.losses);
                t_string!(i18n, money.losses, count = row.losses, shown = shown).to_string()
            },
            href: query::losses_with(period, row.reason),
            ..Bar::default()
        };
        rows.iter().map(bar).collect::<Vec<_>>()
    });
    let note = move || {
        let shown = format::number(i18n.get_locale(), unvalued);
        t_string!(i18n, money.unvalued, count = unvalued, shown = shown).to_string()
    };
    view! {
        <section class="panel money-reasons">
            <Head
                title=Signal::derive(move || t_string!(i18n, money.reasons_title).to_string())
                text=Signal::derive(move || t_string!(i18n, money.reasons_explained).to_string())
            />
            <p class="muted" hidden=!is_empty>{t!(i18n, money.no_losses)}</p>
            <Bars label=Signal::derive(move || t_string!(i18n, money.reasons_title).to_string()) bars/>
            <p class="small muted" hidden=unvalued == 0>{note}</p>
        </section>
    }
}
