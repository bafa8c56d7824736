//! People and queues beside each other, ranked by what their win rate is at least, so that few deals make nobody first.

use super::{
    panel::{Head, OwnFilter, TakeAlong, prepare},
    state::Shown,
    words,
};
use crate::{
    analytics::{
        cockpit::{Bar, Hand},
        rules::{FEW, rate},
        selection::Dim,
    },
    i18n::{t, t_string},
    statistics::wilson,
    ui::chart::{PickBar, Press, length, picture::Drawing},
};
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Default)]
struct Rep {
    key: String,
    name: String,
    losses: String,
    lost_value: String,
    won: i64,
    decided: i64,
    rate: String,
    interval: Option<(f64, f64)>,
    other: Option<f64>,
    is_in: Option<bool>,
}

impl Rep {
    fn share(&self) -> f64 {
        rate(self.won, self.decided).unwrap_or(0.0)
    }
}

fn reps(shown: Shown) -> Vec<Rep> {
    let i18n = shown.i18n;
    let (bars, has_other) =
        shown.answer.with(|answer| (answer.bars.get(&Dim::Rep).cloned().unwrap_or_default(), answer.other.is_some()));
    let pick = shown.look.with(|look| look.selection.picks.get(&Dim::Rep).cloned());
    let rep = |bar: &Bar| {
        let word = shown.head.with(|head| head.words.of(Dim::Rep).get(usize::from(bar.code)).cloned())?;
        let (of, before) = (bar.shares[0], bar.shares[1]);
        Some(Rep {
            name: shown.head.with(|head| words::bar(i18n, Dim::Rep, &word, &head.currency)),
            losses: shown.number(bar.sums[0].runs),
            lost_value: shown.money(bar.sums[0].minor),
            won: of.won,
            decided: of.decided,
            rate: words::rate(i18n, rate(of.won, of.decided)),
            interval: wilson(of.won, of.decided),
            other: has_other.then(|| rate(before.won, before.decided)).flatten(),
            is_in: pick.as_ref().map(|pick| pick.keys.contains(&word.key) != pick.except),
            key: word.key,
        })
    };
    let mut reps: Vec<_> = bars.iter().filter_map(rep).collect();
    let low = |rep: &Rep| rep.interval.map_or(-1.0, |(low, _)| low);
    reps.sort_by(|a, b| low(b).total_cmp(&low(a)).then_with(|| b.decided.cmp(&a.decided)));
    reps
}

/// The table.
#[component]
pub fn Reps(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.reps_title).to_string());
    let reps = Memo::new(move |_| reps(shown));
    let keys = Memo::new(move |_| reps.with(|reps| reps.iter().map(|rep| rep.key.clone()).collect::<Vec<_>>()));
    let ready = prepare(shown, Hand::Of(Dim::Rep));
    let drawing = Callback::new(move |()| {
        let bar = |rep: &Rep| PickBar {
            key: rep.key.clone(),
            name: rep.name.clone(),
            length: length((rep.share() * 1e6) as i64, 1_000_000),
            other: rep.other,
            figure: rep.rate.clone(),
            detail: format!("{} / {}", shown.number(rep.won), shown.number(rep.decided)),
            ..PickBar::default()
        };
        Drawing::Bars(reps.with(|reps| reps.iter().map(bar).collect()))
    });
    view! {
        <section class="panel losses-reps" on:pointerenter=move |_| ready() on:focusin=move |_| ready()>
            <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_ranking).to_string())/>
            <OwnFilter shown dims=vec![Dim::Rep]/>
            <div class="losses-scroll" tabindex="0" role="region" aria-label=move || title.get()>
                // The roles stay a table's where the phone lays it out as a list.
                <table role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t!(i18n, analytics.rep)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.losses)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.lost_value)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.won)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.figure_decided)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.win_rate)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For each=move || keys.get() key=String::clone let:key><Row shown reps key/></For>
                    </tbody>
                </table>
            </div>
            <p class="muted" hidden=move || keys.with(|keys| !keys.is_empty())>{t!(i18n, analytics.no_losses)}</p>
            <TakeAlong shown title drawing/>
        </section>
    }
}

#[component]
fn Row(shown: Shown, reps: Memo<Vec<Rep>>, key: String) -> impl IntoView {
    let i18n = shown.i18n;
    let own = key.clone();
    let rep = Memo::new(move |_| reps.with(|reps| reps.iter().find(|rep| rep.key == own).cloned()).unwrap_or_default());
    let is = move |wanted: bool| rep.with(|rep| rep.is_in == Some(wanted));
    let is_few = move || rep.with(|rep| rep.decided < FEW);
    let hint = move || t_string!(i18n, analytics.few_hint, least = shown.number(FEW)).to_string();
    let likely = move || {
        let (low, high) = rep.with(|rep| rep.interval)?;
        let (low, high) = (words::rate(i18n, Some(low)), words::rate(i18n, Some(high)));
        Some(t_string!(i18n, analytics.likely, low = low, high = high).to_string())
    };
    let place = move |share: fn(&Rep) -> Option<f64>| move || format!("{:.1}%", rep.with(share).unwrap_or(0.0) * 100.0);
    view! {
        <tr role="row" class:on=move || is(true) class:off=move || is(false)>
            <th role="rowheader" scope="row">
                <button
                    type="button"
                    class="quiet rep-name"
                    aria-pressed=move || is(true).to_string()
                    on:click=move |event| shown.press(Dim::Rep, &key, Press::of(&event))
                >
                    {move || rep.with(|rep| rep.name.clone())}
                </button>
            </th>
            <td role="cell" class="num"><CellHead text=Signal::derive(move || t_string!(i18n, analytics.losses).to_string())/>{move || rep.with(|rep| rep.losses.clone())}</td>
            <td role="cell" class="num"><CellHead text=Signal::derive(move || t_string!(i18n, analytics.lost_value).to_string())/>{move || rep.with(|rep| rep.lost_value.clone())}</td>
            <td role="cell" class="num"><CellHead text=Signal::derive(move || t_string!(i18n, analytics.won).to_string())/>{move || shown.number(rep.with(|rep| rep.won))}</td>
            <td role="cell" class="num"><CellHead text=Signal::derive(move || t_string!(i18n, analytics.figure_decided).to_string())/>{move || shown.number(rep.with(|rep| rep.decided))}</td>
            <td role="cell" class="num rep-rate" class:few=is_few>
                <CellHead text=Signal::derive(move || t_string!(i18n, analytics.win_rate).to_string())/>
                <span class="rep-figure">{move || rep.with(|rep| rep.rate.clone())}</span>
                <span class="rep-interval" aria-hidden="true">
                    <i
                        style:inset-inline-start=place(|rep| rep.interval.map(|(low, _)| low))
                        style:inline-size=place(|rep| rep.interval.map(|(low, high)| high - low))
                    ></i>
                    <b style:inset-inline-start=place(|rep| Some(rep.share()))></b>
                    <s hidden=move || rep.with(|rep| rep.other.is_none()) style:inset-inline-start=place(|rep| rep.other)></s>
                </span>
                <small class="faint">{likely}</small>
                <small class="chart-mark" title=hint hidden=move || !is_few()>{t!(i18n, analytics.few)}</small>
            </td>
        </tr>
    }
}

/// What a figure is, where the phone shows no head above it.
#[component]
fn CellHead(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <span class="cell-head small faint" aria-hidden="true">{move || text.get()}</span> }
}
