//! The leads behind the figures, below the charts: always there, opened by a press.

use super::{
    query::{self, Look},
    state::Shown,
    words,
};
use crate::{
    analytics::{
        api::{ListPage, ListRow, ListSort, Listing, read_list},
        cockpit::Behind,
        facts::RunOutcome,
    },
    decisions::{rules::PinKind, view::PinButton},
    format,
    i18n::{t, t_string},
    losses::view::words::{language, lead_name},
    pipeline::api::Money,
};
use leptos::{html, prelude::*, task::spawn_local};

/// The bar that says how many leads there are, and the leads when they are opened.
#[component]
pub fn ListPanel(shown: Shown, listing: Option<Listing>) -> impl IntoView {
    let i18n = shown.i18n;
    let listing = RwSignal::new(listing);
    keep_listed(shown, listing);
    let is_open = Memo::new(move |_| shown.look.with(|look| look.list.is_some()) && listing.with(Option::is_some));
    let choice = move |behind: Behind| {
        let is_on = move || shown.look.with(|look| look.list.is_some_and(|list| list.behind == behind));
        let press = move |_| {
            let look = shown.look.get_untracked();
            shown.go(if is_on() { Look { list: None, ..look } } else { look.listing(behind) });
        };
        let count = move || {
            let totals = shown.answer.with(|answer| answer.totals[0]);
            match behind {
                Behind::Losses => Some(totals.losses().runs),
                Behind::Won => Some(totals.won.runs),
                Behind::Open => None,
            }
        };
        let text = move || match count() {
            Some(count) => format!("{} {}", words::behind(i18n, behind), shown.number(count)),
            None => words::behind(i18n, behind),
        };
        view! {
            <button type="button" class="chip num" class:on=is_on aria-expanded=move || is_on().to_string() on:click=press>
                {text}
            </button>
        }
    };
    let opened = move || {
        let look = shown.look.get();
        if look.list.is_some() { look } else { look.listing(Behind::Losses) }
    };
    let listed = Signal::derive(move || query::address(&opened()));
    let file = move |kind: &'static str| {
        move || {
            let query = query::query(&opened());
            let mark = if query.is_empty() { "?" } else { "&" };
            format!("/losses/export/{kind}{query}{mark}lang={}", language(i18n))
        }
    };
    view! {
        <section class="panel losses-list" aria-label=move || t_string!(i18n, analytics.leads_behind)>
            <div class="panel-row losses-list-bar">
                <span class="options" role="group" aria-label=move || t_string!(i18n, analytics.leads_behind)>
                    <strong>{t!(i18n, analytics.leads_behind)}</strong>
                    {Behind::ALL.iter().map(|behind| choice(*behind)).collect_view()}
                </span>
                <span class="options small">
                    <PinButton
                        kind=PinKind::List
                        title=Signal::derive(move || t_string!(i18n, analytics.leads_behind).to_string())
                        address=listed
                    />
                    <a class="button quiet" href=file("csv") download="" rel="external">"CSV"</a>
                    <a class="button quiet" href=file("xlsx") download="" rel="external">"XLSX"</a>
                </span>
            </div>
            <Show when=move || is_open.get()><Open shown listing/></Show>
        </section>
    }
}

/// Lists what the address asks for, again when the figures change.
fn keep_listed(shown: Shown, listing: RwSignal<Option<Listing>>) {
    let asked = StoredValue::new(0u64);
    let list = move |before: Option<()>| {
        let (selection, page) = shown.look.with(|look| (look.selection.clone(), look.list));
        // Whatever changes the figures changes the list, too; while a brush is drawn only the figures follow.
        shown.answer.track();
        let language = language(shown.i18n).to_owned();
        let is_known =
            before.is_none() && page == listing.with_untracked(|listing| listing.as_ref().map(|list| list.page));
        let is_settled = !shown.is_drawing.get() && shown.answer.with_untracked(|answer| answer.selection == selection);
        let Some(page) = page else { return listing.set(None) };
        if is_known || !is_settled {
            return;
        }
        asked.update_value(|asked| *asked += 1);
        let mine = asked.get_value();
        spawn_local(async move {
            let answer = read_list(selection, page, language).await;
            if let (true, Ok(rows)) = (asked.try_get_value() == Some(mine), answer) {
                listing.set(Some(rows));
            }
        });
    };
    Effect::new(list);
}

#[component]
fn Open(shown: Shown, listing: RwSignal<Option<Listing>>) -> impl IntoView {
    let i18n = shown.i18n;
    let title = NodeRef::<html::H2>::new();
    // Whoever opens the leads goes on with them, also without seeing where they appeared.
    let behind = Memo::new(move |_| listing.with(|listing| listing.as_ref().map(|listing| listing.page.behind)));
    Effect::new(move |before: Option<_>| {
        let now = behind.get();
        // A link that somebody was sent begins at the top.
        let is_new = before != Some(now) && (before.is_some() || is_in_use());
        if let Some(title) = title.get_untracked().filter(|_| is_new) {
            // A heading that cannot take the focus is left where it is.
            let _ = title.focus();
        }
        now
    });
    let total = move || listing.with(|listing| listing.as_ref().map_or(0, |listing| listing.total));
    let count = move || {
        let (total, number) = (total(), shown.number(total()));
        t_string!(i18n, analytics.behind, count = total, shown = number).to_string()
    };
    let name = move || behind.get().map(|behind| words::behind(i18n, behind));
    let rows = move || {
        let rows = listing.with(|listing| listing.as_ref().map(|listing| listing.rows.clone()).unwrap_or_default());
        rows.into_iter().map(|row| view! { <Row shown row/> }).collect_view()
    };
    view! {
        <div class="panel-row">
            <header class="panel-head">
                <h2 id="behind" tabindex="-1" node_ref=title>
                    <span>{name}</span>
                    ": "
                    <span class="num" role="status">{count}</span>
                </h2>
            </header>
            <button type="button" class="quiet" on:click=move |_| shown.go(Look { list: None, ..shown.look.get_untracked() })>
                {t!(i18n, analytics.close_list)}
            </button>
        </div>
        <p class="small faint">{t!(i18n, analytics.behind_hint)}</p>
        <div class="losses-scroll" tabindex="0" role="group" aria-labelledby="behind">
            <table role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <SortHead shown column=ListSort::Name/>
                        <th role="columnheader" scope="col">{t!(i18n, analytics.head_outcome)}</th>
                        <th role="columnheader" scope="col">{t!(i18n, analytics.reason)}</th>
                        <th role="columnheader" scope="col">{t!(i18n, analytics.head_stage)}</th>
                        <th role="columnheader" scope="col">{t!(i18n, analytics.rep)}</th>
                        <th role="columnheader" scope="col">{t!(i18n, analytics.head_began)}</th>
                        <SortHead shown column=ListSort::Date/>
                        <SortHead shown column=ListSort::Value/>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
        <Pages shown listing/>
    }
}

/// Whether somebody has done something on this page already.
fn is_in_use() -> bool {
    document().active_element().is_some_and(|active| active.tag_name() != "BODY")
}

/// A column's head; choosing it sorts by it, choosing it again turns the order round.
#[component]
fn SortHead(shown: Shown, column: ListSort) -> impl IntoView {
    let i18n = shown.i18n;
    let list = Memo::new(move |_| shown.look.with(|look| look.list));
    let order = move || list.get().filter(|list| list.sort == column).map(|list| list.descending);
    let text = move || match column {
        ListSort::Name => t_string!(i18n, analytics.head_lead).to_string(),
        ListSort::Date => t_string!(i18n, analytics.head_ended).to_string(),
        ListSort::Value => t_string!(i18n, analytics.head_value).to_string(),
    };
    let href = move || {
        // Dates and amounts begin with the highest, names with A.
        let descending = order().map_or(column != ListSort::Name, |descending| !descending);
        let list = list.get().map(|list| ListPage { sort: column, descending, page: 0, ..list });
        query::address(&Look { list, ..shown.look.get() })
    };
    let sorted = move || order().map(|descending| if descending { "descending" } else { "ascending" });
    let arrow = move || order().map(|descending| if descending { " ↓" } else { " ↑" });
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted>
            <a data-noscroll="" href=href>{text}<span aria-hidden="true">{arrow}</span></a>
        </th>
    }
}

#[component]
fn Row(shown: Shown, row: ListRow) -> impl IntoView {
    let i18n = shown.i18n;
    let ListRow { lead, name, external_id, outcome, reason, stage, holder, started_on, ended_on, minor } = row;
    let day = move |day: Option<chrono::NaiveDate>| match day {
        Some(day) => format::date(i18n.get_locale(), day),
        None => t_string!(i18n, shell.unknown).to_string(),
    };
    let is_open = outcome == RunOutcome::Open;
    let money = move || {
        let currency = shown.head.with(|head| head.currency.clone());
        minor.map(|minor| format::money(i18n.get_locale(), &Money { minor, currency }))
    };
    view! {
        <tr role="row">
            <td role="cell" class="lead-cell">
                <a href=format!("/leads/{lead}")>
                    {move || lead_name(i18n, name.as_deref(), external_id.as_deref(), lead)}
                </a>
            </td>
            <td role="cell">{move || words::outcome(i18n, outcome)}</td>
            <td role="cell">{move || reason.as_ref().map(|reason| reason.pick(language(i18n)).to_owned())}</td>
            <td role="cell">
                {move || match &stage {
                    Some(stage) => stage.pick(language(i18n)).to_owned(),
                    None => t_string!(i18n, shell.unknown).to_string(),
                }}
            </td>
            <td role="cell">{holder}</td>
            <td role="cell" class="num">{move || day(started_on)}</td>
            <td role="cell" class="num">{move || (!is_open).then(|| day(ended_on))}</td>
            <td role="cell" class="num">{money}</td>
        </tr>
    }
}

#[component]
fn Pages(shown: Shown, listing: RwSignal<Option<Listing>>) -> impl IntoView {
    let i18n = shown.i18n;
    let place = Memo::new(move |_| {
        listing.with(|listing| {
            let listing = listing.as_ref()?;
            let pages = (listing.total + listing.page_size - 1) / listing.page_size.max(1);
            Some((listing.page, pages))
        })
    });
    let at = move |page: Option<u32>| {
        let look = shown.look.get();
        let list = page.and_then(|page| Some(ListPage { page, ..look.list? }))?;
        Some(query::address(&Look { list: Some(list), ..look }))
    };
    let previous = move || at(place.get().and_then(|(list, _)| list.page.checked_sub(1)));
    let next =
        move || at(place.get().and_then(|(list, pages)| Some(list.page + 1).filter(|page| i64::from(*page) < pages)));
    let text = move || {
        let (list, pages) = place.get()?;
        let (page, pages) = (shown.number(i64::from(list.page) + 1), shown.number(pages));
        Some(t_string!(i18n, losses.page_of, page = page, pages = pages).to_string())
    };
    view! {
        <nav
            class="pool-pages"
            aria-label=move || t_string!(i18n, losses.pages)
            hidden=move || place.get().is_none_or(|(list, pages)| pages <= 1 && list.page == 0)
        >
            {move || previous().map(|href| view! { <a class="button" rel="prev" data-noscroll="" href=href>{t!(i18n, losses.previous_page)}</a> })}
            <span class="num muted">{text}</span>
            {move || next().map(|href| view! { <a class="button" rel="next" data-noscroll="" href=href>{t!(i18n, losses.next_page)}</a> })}
        </nav>
    }
}
