//! Every lead at risk that the viewer answers for, the most valuable first: what to save, and what it is worth.

use super::{
    dialog::{AtRisk, RiskDialog},
    query, words,
};
use crate::{
    app::trouble::Trouble,
    clock::Moment,
    format,
    i18n::{t, t_string, use_i18n},
    ids::LeadId,
    live::{browser::follow, wire::Message},
    losses::view::{
        LossDialog,
        words::{I18n, language, lead_name},
    },
    pipeline::api::Money,
    risks::api::{AfterRisk, RiskFilter, RiskList, RiskRow, Share, read_risks},
    ui::{
        title::PageTitle,
        wait::{gathered, when_free},
    },
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::{collections::BTreeSet, time::Duration};

/// Changes are shown this long after the first of them.
const SETTLE: Duration = Duration::from_millis(400);

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
enum Open {
    Answering(AtRisk),
    Losing(LeadId),
}

/// The page.
#[component]
pub fn AtRiskPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(query::read));
    let list = Resource::new_blocking(move || filter.get(), |filter| read_risks(filter, None));
    let open = RwSignal::new(None::<Open>);
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || list.refetch());
    let now = RwSignal::new(None::<Moment>);
    let dialog = move || {
        let done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        open.get().zip(now.get_untracked()).map(|(open_now, now)| match open_now {
            Open::Answering(about) => {
                let on_lose = Callback::new(move |lead| open.set(Some(Open::Losing(lead))));
                view! { <RiskDialog about now on_done=done on_lose/> }.into_any()
            }
            Open::Losing(lead) => {
                let on_done = Callback::new(move |lost: Vec<_>| done.run(!lost.is_empty()));
                view! { <LossDialog lead on_done/> }.into_any()
            }
        })
    };
    view! {
        <PageTitle text=move || t_string!(i18n, risks.list_title).to_string()/>
        <Transition>
            {move || Suspend::new(async move {
                let shown = filter.get_untracked();
                match list.await {
                    Ok(list) => view! { <ListView list filter=shown open now_of_page=now reload/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {dialog}
    }
}

#[component]
fn ListView(
    list: RiskList,
    filter: RiskFilter,
    open: RwSignal<Option<Open>>,
    now_of_page: RwSignal<Option<Moment>>,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    follow_changes(&list, reload);
    let RiskList { rows, more, leads, value_base_minor, currency, signals, stages, holders, now, .. } = list;
    now_of_page.set(Some(now));
    let currency = StoredValue::new(currency);
    let money = move |minor: i64| format::money(i18n.get_locale(), &Money { minor, currency: currency.get_value() });
    let total = move || {
        let shown = format::number(i18n.get_locale(), leads);
        t_string!(i18n, risks.total_count, count = leads, shown = shown, value = money(value_base_minor)).to_string()
    };
    let share = move |name: String, leads: i64, value: i64| {
        let shown = format::number(i18n.get_locale(), leads);
        t_string!(i18n, risks.share, name = name, leads = shown, value = money(value)).to_string()
    };
    let is_on = filter.clone();
    let by_signal = signals
        .into_iter()
        .map(|Share { of, leads, value_base_minor, .. }| {
            let chosen = is_on.signal == Some(of);
            let wanted = RiskFilter { signal: (!chosen).then_some(of), ..is_on.clone() };
            view! {
                <li>
                    <a class="chip" class:on=chosen href=query::address(&wanted) aria-current=chosen.then_some("true")>
                        {move || share(words::signal(i18n, of), leads, value_base_minor)}
                    </a>
                </li>
            }
        })
        .collect_view();
    let narrowed = filter.clone();
    let stages = choices(stages, filter.stage, |of| RiskFilter { stage: of, ..narrowed.clone() });
    let holders = choices(holders, filter.holder, |of| RiskFilter { holder: of, ..narrowed.clone() });
    let is_wide = filter == RiskFilter::default();
    let empty = (leads == 0).then(|| {
        let text = move || match is_wide {
            true => t_string!(i18n, risks.list_empty),
            false => t_string!(i18n, risks.list_none),
        };
        view! { <p class="today-free">{text}</p> }
    });
    view! {
        <header class="bar">
            <h1>{t!(i18n, risks.list_title)}</h1>
            <strong class="num" role="status">{total}</strong>
        </header>
        <nav class="pool-reasons" aria-label=move || t_string!(i18n, risks.signal)><ul class="options">{by_signal}</ul></nav>
        <div class="pool-tools">
            <Choose
                label=Signal::derive(move || t_string!(i18n, risks.stage).to_string())
                any=Signal::derive(move || t_string!(i18n, risks.all_stages).to_string())
                choices=stages
                share=Callback::new(move |(name, leads, value)| share(name, leads, value))
            />
            <Choose
                label=Signal::derive(move || t_string!(i18n, risks.holder).to_string())
                any=Signal::derive(move || t_string!(i18n, risks.all_holders).to_string())
                choices=holders
                share=Callback::new(move |(name, leads, value)| share(name, leads, value))
            />
            <span class="small muted">{t!(i18n, risks.list_advice)}</span>
        </div>
        <div class="today">
            <section class="panel">
                {empty}
                <Rows rows more filter now open/>
            </section>
        </div>
    }
}

/// A choice with the address that shows it; the first is all of them.
struct Choice {
    address: String,
    name: crate::ids::Names,
    leads: i64,
    value: i64,
    is_on: bool,
}

fn choices<T: Copy + PartialEq>(
    shares: Vec<Share<T>>,
    chosen: Option<T>,
    narrowed: impl Fn(Option<T>) -> RiskFilter,
) -> (String, Vec<Choice>) {
    let choice = |share: Share<T>| Choice {
        address: query::address(&narrowed(Some(share.of))),
        name: share.name,
        leads: share.leads,
        value: share.value_base_minor,
        is_on: chosen == Some(share.of),
    };
    (query::address(&narrowed(None)), shares.into_iter().map(choice).collect())
}

/// A list of choices that goes to the chosen one's address.
#[component]
fn Choose(
    label: Signal<String>,
    any: Signal<String>,
    choices: (String, Vec<Choice>),
    share: Callback<(String, i64, i64), String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let (all, choices) = choices;
    let options = choices
        .into_iter()
        .map(|Choice { address, name, leads, value, is_on }| {
            let text = move || share.run((name.pick(language(i18n)).to_owned(), leads, value));
            view! { <option value=address selected=is_on>{text}</option> }
        })
        .collect_view();
    view! {
        <select
            aria-label=move || label.get()
            on:change=move |event| navigate(&event_target_value(&event), NavigateOptions::default())
        >
            <option value=all>{move || any.get()}</option>
            {options}
        </select>
    }
}

/// The leads, a page at a time.
#[component]
fn Rows(
    rows: Vec<RiskRow>,
    more: bool,
    filter: RiskFilter,
    now: Moment,
    open: RwSignal<Option<Open>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let rows = RwSignal::new(rows);
    let more = RwSignal::new(more);
    let is_reading = RwSignal::new(false);
    let filter = StoredValue::new(filter);
    let next = move |_| {
        let Some(after) = rows.with_untracked(|rows| rows.last().map(|row| row.place)) else { return };
        if is_reading.get_untracked() {
            return;
        }
        is_reading.set(true);
        spawn_local(async move {
            let answer = read_risks(filter.get_value(), Some(after)).await;
            if is_reading.try_set(false).is_some() {
                return;
            }
            if let Ok(page) = answer {
                rows.update(|rows| append(rows, page.rows, after));
                more.set(page.more);
            }
        });
    };
    view! {
        <ul class="today-list risk-list">
            <For each=move || rows.get() key=|row| row.lead children=move |row| view! { <Line row now open/> }/>
        </ul>
        <Show when=move || more.get()>
            <button class="quiet" aria-disabled=move || is_reading.get().to_string() on:click=next>{t!(i18n, risks.more)}</button>
        </Show>
    }
}

/// Adds a page behind the lead after which it was asked for.
fn append(rows: &mut Vec<RiskRow>, page: Vec<RiskRow>, after: AfterRisk) {
    if rows.last().is_some_and(|last| last.place == after) {
        rows.extend(page);
    }
}

fn row_name(i18n: I18n, row: &RiskRow) -> String {
    lead_name(i18n, row.name.as_deref(), row.external_id.as_deref(), row.lead)
}

#[component]
fn Line(row: RiskRow, now: Moment, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = use_i18n();
    let lead = row.lead;
    let (named, placed, why, since) = (row.clone(), row.clone(), row.clone(), row.since);
    let value = row.value.clone();
    let place = move || format!("{} · {}", placed.holder, placed.stage.pick(language(i18n)));
    let reasons = move || {
        let tried = (why.attempts > 0).then(|| t_string!(i18n, risks.attempts, count = why.attempts).to_string());
        let reasons = words::reasons(i18n, &why.risks, now.utc);
        [Some(reasons), tried].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let answer = move |_| {
        let name = untrack(|| row_name(i18n, &row));
        open.set(Some(Open::Answering(AtRisk {
            lead,
            name,
            risks: row.risks.clone(),
            next_step: row.next_step.clone(),
            do_not: row.do_not,
        })));
    };
    view! {
        <li class="today-line" data-lead=lead.to_string()>
            <span class="today-when num">{move || format::date(i18n.get_locale(), since.local().date())}</span>
            <div class="today-what">
                <a href=format!("/leads/{lead}")><bdi>{move || row_name(i18n, &named)}</bdi></a>
                <span class="small muted"><bdi>{place}</bdi></span>
                <span class="risk small">{reasons}</span>
            </div>
            <div class="today-actions">
                {value.map(|value| view! { <span class="num">{move || format::money(i18n.get_locale(), &value)}</span> })}
                <button class="primary" on:click=answer>{t!(i18n, risks.answer)}</button>
            </div>
        </li>
    }
}

/// Reads the list again soon after something happened to a lead on it, or to one that the viewer answers for.
fn follow_changes(list: &RiskList, reload: Callback<()>) {
    let soon = gathered(SETTLE, reload);
    let shown: BTreeSet<_> = list.rows.iter().map(|row| row.lead).collect();
    follow(list.seen, move |message| match &message {
        Message::SignedOut => {}
        Message::Changes { changes, .. } if changes.iter().any(|change| shown.contains(&change.lead)) => soon.run(()),
        message if message.is_ours() => soon.run(()),
        _ => {}
    });
}
