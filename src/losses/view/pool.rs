//! The lost pool: every lost lead that the viewer may read, with the way to its page and back to the board.

use super::{
    query,
    reopen::ReopenDialog,
    words::{self, I18n},
};
use crate::{
    app::trouble::Trouble,
    format,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, Names},
    live::{browser::follow, wire::Message},
    losses::api::{Bar, Pool, PoolFilter, PoolRow, PoolSort, StageAtLoss, read_pool},
    people::rules::Holder,
    recontacts::{self, view::PlanDialog},
    ui::title::PageTitle,
};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::time::Duration;

/// Changes of others are shown this long after the first of them.
const SETTLE: Duration = Duration::from_millis(400);

/// The page.
#[component]
pub fn LostPoolPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(query::read));
    let pool = Resource::new_blocking(
        move || (filter.get(), words::language(i18n).to_owned()),
        |(filter, language)| read_pool(filter, language),
    );
    let reopening = RwSignal::new(None::<PoolRow>);
    let planning = RwSignal::new(None::<LeadId>);
    let reload = Callback::new(move |()| pool.refetch());
    let plan_dialog = move || {
        planning.get().map(|lead| {
            let on_done = Callback::new(move |is_changed: bool| {
                planning.set(None);
                if is_changed {
                    reload.run(());
                }
            });
            view! { <PlanDialog lead on_done/> }
        })
    };
    let dialog = move || {
        reopening.get().map(|row| {
            let on_done = Callback::new(move |is_back: bool| {
                reopening.set(None);
                if is_back {
                    reload.run(());
                }
            });
            let name = untrack(|| words::lead_name(i18n, row.name.as_deref(), row.external_id.as_deref(), row.lead));
            view! { <ReopenDialog loss=row.loss name stage_left=row.stage.map(|(_, name)| name) on_done/> }
        })
    };
    view! {
        <PageTitle text=move || t_string!(i18n, losses.pool_title).to_string()/>
        <header class="bar">
            <h1>{t!(i18n, losses.pool_title)}</h1>
            <SearchForm filter/>
        </header>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, losses.loading)}</p> }>
            {move || Suspend::new(async move {
                let shown = filter.get_untracked();
                match pool.await {
                    Ok(pool) => view! { <PoolView pool filter=shown reopening planning reload/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {dialog}
        {plan_dialog}
    }
}

/// Searching works as a plain form too, before the Wasm has arrived.
#[component]
fn SearchForm(filter: Memo<PoolFilter>) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let text = RwSignal::new(filter.get_untracked().text);
    Effect::new(move |_| text.set(filter.with(|filter| filter.text.clone())));
    let search = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wanted = PoolFilter { text: text.get_untracked(), page: 0, ..filter.get_untracked() };
        navigate(&query::address(&wanted), NavigateOptions::default());
    };
    view! {
        <form class="pool-search" role="search" method="get" action="/lost" on:submit=search>
            <input
                class="input"
                type="search"
                name="q"
                value=filter.get_untracked().text
                aria-label=move || t_string!(i18n, losses.search_label)
                placeholder=move || t_string!(i18n, losses.search_label)
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <button>{t!(i18n, losses.search)}</button>
        </form>
    }
}

#[component]
fn PoolView(
    pool: Pool,
    filter: PoolFilter,
    reopening: RwSignal<Option<PoolRow>>,
    planning: RwSignal<Option<LeadId>>,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    follow_changes(&pool, reload);
    let is_wide_open = filter.is_wide_open();
    let total = pool.total;
    let count = move || {
        let shown = format::number(i18n.get_locale(), total);
        t_string!(i18n, losses.leads_count, count = total, shown = shown).to_string()
    };
    let body = if pool.rows.is_empty() {
        let advice = move || match is_wide_open {
            true => t_string!(i18n, losses.empty_pool),
            false => t_string!(i18n, losses.empty_search),
        };
        view! { <p class="pool-note">{advice}</p> }.into_any()
    } else {
        view! {
            <PoolTable rows=pool.rows filter=filter.clone() today=pool.today reopening planning/>
            <Pages filter=filter.clone() total page_size=pool.page_size/>
        }
        .into_any()
    };
    view! {
        <ReasonBars bars=pool.reasons filter=filter.clone()/>
        <div class="pool-tools">
            <strong class="num" role="status">{count}</strong>
            <StageSelect bars=pool.stages filter=filter.clone()/>
            <RepSelect bars=pool.reps filter=filter.clone()/>
            <DueChip due=pool.due filter=filter.clone()/>
            {(!is_wide_open).then(|| {
                let wide = PoolFilter { sort: filter.sort, descending: filter.descending, ..PoolFilter::default() };
                view! { <a href=query::address(&wide)>{t!(i18n, losses.clear_all)}</a> }
            })}
        </div>
        {body}
    }
}

/// Reads the page again when a lead is lost somewhere, or something becomes of one of those shown.
fn follow_changes(pool: &Pool, reload: Callback<()>) {
    let shown: Vec<_> = pool.rows.iter().map(|row| row.lead).collect();
    let is_due = StoredValue::new(false);
    follow(pool.seen, move |message| {
        let concerns = match &message {
            Message::Changes { changes, .. } => {
                changes.iter().any(|change| change.card.is_none() || shown.contains(&change.lead))
            }
            Message::Reset => true,
            Message::SignedOut => false,
        };
        if concerns && is_due.try_update_value(|due| !std::mem::replace(due, true)) == Some(true) {
            set_timeout(
                move || {
                    if is_due.try_get_value().is_some() {
                        reload.run(());
                    }
                },
                SETTLE,
            );
        }
    });
}

/// The reasons with how many leads each took: the pool at a glance, and its first filter.
#[component]
fn ReasonBars(
    bars: Vec<Bar<(crate::ids::ReasonId, crate::losses::rules::Outcome)>>,
    filter: PoolFilter,
) -> impl IntoView {
    let i18n = use_i18n();
    let all = PoolFilter { reason: None, page: 0, ..filter.clone() };
    let chips = bars
        .into_iter()
        .map(|Bar { choice: (reason, outcome), name, leads }| {
            let is_on = filter.reason == Some(reason);
            let wanted = PoolFilter { reason: (!is_on).then_some(reason), ..all.clone() };
            view! {
                <li>
                    <a
                        class="chip"
                        class:on=is_on
                        href=query::address(&wanted)
                        aria-current=is_on.then_some("true")
                        title=move || words::outcome(i18n, outcome)
                    >
                        {move || name.pick(words::language(i18n)).to_owned()}
                        " "
                        <span class="num">{move || format::number(i18n.get_locale(), leads)}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="pool-reasons" aria-label=move || t_string!(i18n, losses.reason_filter)>
            <ul class="options">
                <li>
                    <a
                        class="chip"
                        class:on=filter.reason.is_none()
                        href=query::address(&all)
                        aria-current=filter.reason.is_none().then_some("true")
                    >
                        {t!(i18n, losses.all_reasons)}
                    </a>
                </li>
                {chips}
            </ul>
        </nav>
    }
}

/// A bar's name and count in a list of options.
fn option_text(i18n: I18n, name: &Names, leads: i64) -> String {
    format!("{} ({})", name.pick(words::language(i18n)), format::number(i18n.get_locale(), leads))
}

/// A list of choices that goes to the chosen one's address.
#[component]
fn AddressSelect(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] any: Signal<String>,
    any_address: String,
    options: Vec<(String, Signal<String>, bool)>,
) -> impl IntoView {
    let navigate = use_navigate();
    let options = options
        .into_iter()
        .map(|(address, text, is_on)| view! { <option value=address selected=is_on>{move || text.get()}</option> })
        .collect_view();
    view! {
        <select
            aria-label=move || label.get()
            on:change=move |event| navigate(&event_target_value(&event), NavigateOptions::default())
        >
            <option value=any_address>{move || any.get()}</option>
            {options}
        </select>
    }
}

#[component]
fn StageSelect(bars: Vec<Bar<StageAtLoss>>, filter: PoolFilter) -> impl IntoView {
    let i18n = use_i18n();
    let at = |stage| query::address(&PoolFilter { stage, page: 0, ..filter.clone() });
    let option = |Bar { choice, name, leads }: Bar<StageAtLoss>| {
        let text = Signal::derive(move || match choice {
            StageAtLoss::Unknown => {
                format!("{} ({})", t_string!(i18n, shell.unknown), format::number(i18n.get_locale(), leads))
            }
            StageAtLoss::Known(_) => option_text(i18n, &name, leads),
        });
        (at(Some(choice)), text, filter.stage == Some(choice))
    };
    let options = bars.into_iter().map(option).collect::<Vec<_>>();
    view! {
        <AddressSelect
            label=Signal::derive(move || t_string!(i18n, losses.stage_filter).to_string())
            any=Signal::derive(move || t_string!(i18n, losses.any_stage).to_string())
            any_address=at(None)
            options
        />
    }
}

#[component]
fn RepSelect(bars: Vec<Bar<Holder>>, filter: PoolFilter) -> impl IntoView {
    let i18n = use_i18n();
    let of = |rep| query::address(&PoolFilter { rep, page: 0, ..filter.clone() });
    let option = |Bar { choice, name, leads }: Bar<Holder>| {
        let text = Signal::derive(move || option_text(i18n, &name, leads));
        (of(Some(choice)), text, filter.rep == Some(choice))
    };
    let options = bars.into_iter().map(option).collect::<Vec<_>>();
    view! {
        <AddressSelect
            label=Signal::derive(move || t_string!(i18n, losses.rep_filter).to_string())
            any=Signal::derive(move || t_string!(i18n, losses.any_rep).to_string())
            any_address=of(None)
            options
        />
    }
}

/// Narrows the pool to leads whose day of asking again has come.
#[component]
fn DueChip(due: i64, filter: PoolFilter) -> impl IntoView {
    let i18n = use_i18n();
    let is_on = filter.due;
    let wanted = PoolFilter { due: !is_on, page: 0, ..filter };
    (is_on || due > 0).then(|| {
        view! {
            <a class="chip" class:on=is_on href=query::address(&wanted) aria-current=is_on.then_some("true")>
                {t!(i18n, losses.recontact_due)}
                " "
                <span class="num">{move || format::number(i18n.get_locale(), due)}</span>
            </a>
        }
    })
}

/// What a column is called.
fn head(i18n: I18n, column: PoolSort) -> String {
    match column {
        PoolSort::Date => t_string!(i18n, losses.head_date).to_string(),
        PoolSort::Name => t_string!(i18n, losses.head_lead).to_string(),
        PoolSort::Reason => t_string!(i18n, losses.head_reason).to_string(),
        PoolSort::Stage => t_string!(i18n, losses.head_stage).to_string(),
        PoolSort::Rep => t_string!(i18n, losses.head_rep).to_string(),
        PoolSort::Value => t_string!(i18n, losses.head_value).to_string(),
        PoolSort::Recontact => t_string!(i18n, losses.head_retry).to_string(),
    }
}

/// A column's head; choosing it sorts by it, choosing it again turns the order round.
#[component]
fn SortHead(column: PoolSort, filter: PoolFilter) -> impl IntoView {
    let i18n = use_i18n();
    let is_on = filter.sort == column;
    // Dates and amounts begin with the highest, words with A.
    let starts_high = matches!(column, PoolSort::Date | PoolSort::Value);
    let descending = if is_on { !filter.descending } else { starts_high };
    let (order, arrow) = match (is_on, filter.descending) {
        (false, _) => (None, ""),
        (true, true) => (Some("descending"), " ↓"),
        (true, false) => (Some("ascending"), " ↑"),
    };
    let href = query::address(&PoolFilter { sort: column, descending, page: 0, ..filter });
    view! {
        <th role="columnheader" scope="col" aria-sort=order>
            <a href=href>{move || head(i18n, column)}<span aria-hidden="true">{arrow}</span></a>
        </th>
    }
}

#[component]
fn PoolTable(
    rows: Vec<PoolRow>,
    filter: PoolFilter,
    today: NaiveDate,
    reopening: RwSignal<Option<PoolRow>>,
    planning: RwSignal<Option<LeadId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let rows = rows.into_iter().map(|row| view! { <PoolLine row today reopening planning/> }).collect_view();
    let sorted = |column| {
        let filter = filter.clone();
        view! { <SortHead column filter/> }
    };
    view! {
        <div class="pool-scroll" tabindex="0" role="region" aria-label=move || t_string!(i18n, losses.pool_title)>
            // The roles stay a table's where the phone lays it out as a list.
            <table class="pool-table" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        {sorted(PoolSort::Name)}
                        {sorted(PoolSort::Reason)}
                        {sorted(PoolSort::Stage)}
                        {sorted(PoolSort::Rep)}
                        {sorted(PoolSort::Date)}
                        {sorted(PoolSort::Value)}
                        <th role="columnheader" scope="col">{t!(i18n, losses.head_note)}</th>
                        <th role="columnheader" scope="col">{t!(i18n, losses.head_words)}</th>
                        {sorted(PoolSort::Recontact)}
                        <th role="columnheader" scope="col"><span class="sr">{t!(i18n, losses.head_actions)}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn PoolLine(
    row: PoolRow,
    today: NaiveDate,
    reopening: RwSignal<Option<PoolRow>>,
    planning: RwSignal<Option<LeadId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let whole = row.clone();
    let PoolRow { lead, name, external_id, outcome, reason, stage, rep, at, note, customer_words, value, .. } = row;
    let again = move || {
        let retry = row.retry_potential.map(|retry| words::retry(i18n, retry));
        let plan = row.plan.as_ref().map(|plan| {
            let text = recontacts::view::words::plan(i18n, plan);
            match plan.due_on < today {
                true => t_string!(i18n, losses.recontact_overdue, plan = text).to_string(),
                false => text,
            }
        });
        retry.into_iter().chain(plan).collect::<Vec<_>>().join(" · ")
    };
    let action = row.may_write.then(|| {
        view! {
            <span class="row-actions">
                <button on:click=move |_| reopening.set(Some(whole.clone()))>{t!(i18n, losses.reactivate)}</button>
                <button on:click=move |_| planning.set(Some(lead))>{t!(i18n, losses.plan_action)}</button>
            </span>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" class="lead-cell">
                <a href=format!("/leads/{lead}")>
                    {move || words::lead_name(i18n, name.as_deref(), external_id.as_deref(), lead)}
                </a>
            </td>
            <td role="cell">
                {move || reason.pick(words::language(i18n)).to_owned()}
                <span class="small faint">" " {move || words::outcome(i18n, outcome)}</span>
            </td>
            <td role="cell">
                {move || match &stage {
                    Some((_, stage)) => stage.pick(words::language(i18n)).to_owned(),
                    None => t_string!(i18n, shell.unknown).to_string(),
                }}
            </td>
            <td role="cell">{rep}</td>
            <td role="cell" class="num">
                {move || match at {
                    Some(at) => format::date(i18n.get_locale(), at.local().date()),
                    None => t_string!(i18n, shell.unknown).to_string(),
                }}
            </td>
            <td role="cell" class="num">{move || value.as_ref().map(|value| format::money(i18n.get_locale(), value))}</td>
            <td role="cell" class="words-cell">{note}</td>
            <td role="cell" class="words-cell">{customer_words.map(|words| format!("“{words}”"))}</td>
            <td role="cell">{again}</td>
            <td role="cell">{action}</td>
        </tr>
    }
}

#[component]
fn Pages(filter: PoolFilter, total: i64, page_size: i64) -> impl IntoView {
    let i18n = use_i18n();
    let pages = (total + page_size - 1) / page_size.max(1);
    let page = i64::from(filter.page) + 1;
    let previous = filter.page.checked_sub(1).map(|page| query::address(&PoolFilter { page, ..filter.clone() }));
    let next = (page < pages).then(|| query::address(&PoolFilter { page: filter.page + 1, ..filter.clone() }));
    let place = move || {
        let locale = i18n.get_locale();
        t_string!(i18n, losses.page_of, page = format::number(locale, page), pages = format::number(locale, pages))
            .to_string()
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pool-pages" aria-label=move || t_string!(i18n, losses.pages)>
                {previous.map(|href| view! { <a class="button" rel="prev" href=href>{t!(i18n, losses.previous_page)}</a> })}
                <span class="num muted">{place}</span>
                {next.map(|href| view! { <a class="button" rel="next" href=href>{t!(i18n, losses.next_page)}</a> })}
            </nav>
        }
    })
}
