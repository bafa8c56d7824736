//! One ending's distribution: as bars beside the known picture, and per team and rep.

use super::{page::Shown, words};
use crate::{
    analytics::{rules::FEW, view::words::rate as share_text},
    format,
    i18n::{t, t_string},
    persistence::rules::{Behind, Ending, KNOWN, KNOWN_SALES, STEPS, Spread, Whose},
    ui::{
        chart::{Bar, Bars},
        explain::Explain,
    },
};
use leptos::prelude::*;

/// A percentage of the known picture.
fn known(shown: Shown, percent: i64) -> String {
    let share = format::percent(shown.i18n.get_locale(), percent as f64 / 100.0);
    t_string!(shown.i18n, persistence.known, share = share).to_string()
}

/// What is told everywhere of a step of an ending.
fn known_of(shown: Shown, ending: Ending, step: usize) -> Option<String> {
    let percent = match ending {
        Ending::Lost => KNOWN.get(step).copied().flatten(),
        Ending::Won => (step + 1 == STEPS).then_some(KNOWN_SALES),
    };
    percent.map(|percent| known(shown, percent))
}

/// The distribution of one ending.
#[component]
pub fn Spreading(shown: Shown, ending: Ending) -> impl IntoView {
    let i18n = shown.i18n;
    let whole = shown.report.with_value(|report| *report.whole.of(ending));
    let title = Signal::derive(move || words::ending(i18n, ending));
    let text = Signal::derive(move || match ending {
        Ending::Lost => t_string!(i18n, persistence.explain_lost).to_string(),
        Ending::Won => t_string!(i18n, persistence.explain_won).to_string(),
    });
    let label = Signal::derive(move || t_string!(i18n, analytics.explain, what = title.get()).to_string());
    let bars = Memo::new(move |_| (0..STEPS).map(|step| bar(shown, ending, &whole, step)).collect::<Vec<_>>());
    let runs = whole.runs();
    let count = move || t_string!(i18n, persistence.runs, count = runs, shown = shown.number(runs)).to_string();
    view! {
        <section class="panel follow-ups">
            <header class="panel-head">
                <h2>{move || title.get()}</h2>
                <Explain label text/>
                <span class="num muted">{count}</span>
                <Few shown runs/>
            </header>
            <Bars label=title bars/>
            <Table shown ending/>
        </section>
    }
}

fn bar(shown: Shown, ending: Ending, whole: &Spread, step: usize) -> Bar {
    let behind = Behind { ending, step: Some(step), of: None };
    let share = whole.share(step);
    let known = known_of(shown, ending, step);
    let number = shown.number(whole.0.get(step).copied().unwrap_or(0));
    Bar {
        key: behind.to_string(),
        name: words::step(shown.i18n, step),
        length: share.unwrap_or(0.0),
        figure: share_text(shown.i18n, share),
        detail: known.into_iter().fold(number, |number, known| format!("{number} · {known}")),
        href: shown.behind(behind),
        is_on: shown.lists(behind),
        ..Bar::default()
    }
}

/// Says that a share stands on too little.
#[component]
fn Few(shown: Shown, runs: i64) -> impl IntoView {
    let i18n = shown.i18n;
    let hint = move || t_string!(i18n, analytics.few_hint, least = shown.number(FEW)).to_string();
    (runs < FEW).then(|| view! { <small class="chart-mark" title=hint>{t!(i18n, analytics.few)}</small> })
}

/// The same per team, then per rep.
#[component]
fn Table(shown: Shown, ending: Ending) -> impl IntoView {
    let i18n = shown.i18n;
    let (teams, holders) = shown.report.with_value(|report| {
        let teams = report.teams.iter().map(|of| (Whose::Team(of.team), of.name.clone(), *of.spreads.of(ending)));
        let holders =
            report.holders.iter().map(|of| (Whose::Holder(of.holder), of.name.clone(), *of.spreads.of(ending)));
        (teams.collect::<Vec<_>>(), holders.collect::<Vec<_>>())
    });
    let rows = |all: Vec<(Whose, String, Spread)>| {
        let some = all.into_iter().filter(|(_, _, spread)| spread.runs() > 0);
        some.map(|(of, name, spread)| view! { <Row shown ending of name spread/> }).collect_view()
    };
    let heads = (0..STEPS)
        .map(|step| {
            view! {
                <th role="columnheader" scope="col" class="num">
                    <span aria-hidden="true">{words::short_step(step)}</span>
                    <span class="sr">{move || words::step(i18n, step)}</span>
                </th>
            }
        })
        .collect_view();
    view! {
        <div class="losses-scroll" tabindex="0" role="region" aria-label=move || words::ending(i18n, ending)>
            <table role="table" class="follow-table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t!(i18n, persistence.head_who)}</th>
                        <th role="columnheader" scope="col" class="num">{t!(i18n, persistence.head_runs)}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody role="rowgroup" class="follow-teams">{rows(teams)}</tbody>
                <tbody role="rowgroup">{rows(holders)}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(shown: Shown, ending: Ending, of: Whose, name: String, spread: Spread) -> impl IntoView {
    let i18n = shown.i18n;
    let runs = spread.runs();
    let link = move |step: Option<usize>, text: Signal<String>| {
        let behind = Behind { ending, step, of: Some(of) };
        view! {
            <a data-noscroll="" href=shown.behind(behind) aria-current=shown.lists(behind).then_some("true")>
                {move || text.get()}
            </a>
        }
    };
    let cells = (0..STEPS)
        .map(|step| {
            let text = Signal::derive(move || share_text(i18n, spread.share(step)));
            view! { <td role="cell" class="num">{link(Some(step), text)}</td> }
        })
        .collect_view();
    view! {
        <tr role="row" class:follow-few={runs < FEW}>
            <th role="rowheader" scope="row">{name}</th>
            <td role="cell" class="num">
                {link(None, Signal::derive(move || shown.number(runs)))} " " <Few shown runs/>
            </td>
            {cells}
        </tr>
    }
}
