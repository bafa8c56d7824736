//! The figures as tiles, bars and the comparison of reps.

use super::{page::Shown, words};
use crate::{
    analytics::{
        api::{OfHolder, Sum, Tally},
        rules::{FEW, Figure, Part, Slice, rate, win_rate},
    },
    i18n::{t, t_string},
    losses::{rules::Outcome, view::words::language},
    people::rules::Holder,
    ui::{
        chart::{Bar, Bars, length},
        explain::Explain,
    },
};
use leptos::prelude::*;

/// A panel's title with its explanation.
#[component]
pub fn Head(#[prop(into)] title: Signal<String>, #[prop(into)] text: Signal<String>, shown: Shown) -> impl IntoView {
    let label = Signal::derive(move || t_string!(shown.i18n, analytics.explain, what = title.get()).to_string());
    view! { <header class="panel-head"><h2>{move || title.get()}</h2><Explain label text/></header> }
}

/// One figure in large, with a smaller line below it.
#[component]
fn Tile(
    shown: Shown,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] figure: Signal<String>,
    #[prop(into)] detail: Signal<String>,
    part: Part,
) -> impl IntoView {
    view! {
        <section class="panel tile">
            <Head title text shown/>
            <a
                class="tile-figure num"
                data-noscroll=""
                href=move || shown.behind(part)
                aria-current=move || shown.look.get().lists(part).then_some("true")
                aria-label=move || format!("{}: {}", title.get(), figure.get())
            >
                {move || figure.get()}
            </a>
            <span class="small faint num">{move || detail.get()}</span>
        </section>
    }
}

/// The figures of everything that is selected.
#[component]
pub fn Tiles(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let total = Memo::new(move |_| shown.report.with(|report| report.total));
    let count = move |of: fn(&Tally) -> i64| Signal::derive(move || shown.number(of(&total.get())));
    let value = move |of: fn(&Tally) -> i64| Signal::derive(move || shown.money(of(&total.get())));
    let win = move || win_rate(total.get().won.runs, total.get().lost_at_all);
    let converted = move || rate(total.get().converted, total.get().created);
    let decided = move || {
        let decided = shown.number(total.get().won.runs + total.get().lost_at_all);
        t_string!(i18n, analytics.of_decided, shown = decided).to_string()
    };
    let created = move || t_string!(i18n, analytics.of_created, shown = shown.number(total.get().created)).to_string();
    view! {
        <div class="tiles">
            <Tile
                shown
                title=Signal::derive(move || words::figure(i18n, Figure::Lost))
                text=Signal::derive(move || t_string!(i18n, analytics.explain_lost).to_string())
                figure=count(|tally| tally.lost.runs)
                detail=value(|tally| tally.lost.minor)
                part=Part::whole(Figure::Lost)
            />
            <Tile
                shown
                title=Signal::derive(move || words::figure(i18n, Figure::Unqualified))
                text=Signal::derive(move || t_string!(i18n, analytics.explain_unqualified).to_string())
                figure=count(|tally| tally.unqualified.runs)
                detail=value(|tally| tally.unqualified.minor)
                part=Part::whole(Figure::Unqualified)
            />
            <Tile
                shown
                title=Signal::derive(move || words::figure(i18n, Figure::Won))
                text=Signal::derive(move || t_string!(i18n, analytics.explain_won).to_string())
                figure=count(|tally| tally.won.runs)
                detail=value(|tally| tally.won.minor)
                part=Part::whole(Figure::Won)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.win_rate).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_win_rate).to_string())
                figure=Signal::derive(move || words::rate(i18n, win()))
                detail=Signal::derive(decided)
                part=Part::whole(Figure::Decided)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.conversion).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_conversion).to_string())
                figure=Signal::derive(move || words::rate(i18n, converted()))
                detail=Signal::derive(created)
                part=Part::whole(Figure::Created)
            />
        </div>
    }
}

/// A bar of losses: as long as it is many or much, with the other figure beside it.
fn loss_bar(shown: Shown, slice: Slice, name: String, losses: Sum, top: i64, share_of: Option<i64>) -> Bar {
    let part = Part::of(Figure::Losses, slice);
    let number = shown.number(losses.runs);
    let share = share_of.map(|whole| words::rate(shown.i18n, rate(losses.runs, whole)));
    let money = shown.money(losses.minor);
    let (figure, other) = if shown.by_value() { (money, number) } else { (number, money) };
    Bar {
        key: part.to_string(),
        name,
        mark: String::new(),
        length: length(measured(shown, losses), top),
        figure,
        detail: share.into_iter().chain([other]).collect::<Vec<_>>().join(" · "),
        href: shown.behind(part),
        is_on: shown.look.get().lists(part),
    }
}

fn measured(shown: Shown, sum: Sum) -> i64 {
    if shown.by_value() { sum.minor } else { sum.runs }
}

/// Shown in place of a chart without bars.
#[component]
fn Empty(shown: Shown, #[prop(into)] bars: Signal<Vec<Bar>>) -> impl IntoView {
    view! {
        <p class="muted" hidden=move || bars.with(|bars| !bars.is_empty())>{t!(shown.i18n, analytics.no_losses)}</p>
    }
}

/// Losses per reason.
#[component]
pub fn Reasons(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.reasons_title).to_string());
    let bars = Memo::new(move |_| {
        let (mut reasons, whole) = shown.report.with(|report| (report.reasons.clone(), report.total.losses().runs));
        reasons.sort_by_key(|reason| std::cmp::Reverse(measured(shown, reason.losses)));
        let top = reasons.first().map_or(0, |reason| measured(shown, reason.losses));
        let bar = |reason: &crate::analytics::api::OfReason| {
            let name = reason.name.pick(language(i18n)).to_owned();
            let unqualified = (reason.outcome == Outcome::Unqualified)
                .then(|| t_string!(i18n, analytics.unqualified_mark).to_string());
            let excuse = reason.excuse.then(|| t_string!(i18n, analytics.excuse).to_string());
            Bar {
                mark: unqualified.into_iter().chain(excuse).collect::<Vec<_>>().join(", "),
                ..loss_bar(shown, Slice::Reason(reason.reason), name, reason.losses, top, Some(whole))
            }
        };
        reasons.iter().map(bar).collect::<Vec<_>>()
    });
    view! {
        <section class="panel losses-reasons">
            <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_reasons).to_string())/>
            <Bars label=title bars/>
            <Empty shown bars/>
        </section>
    }
}

/// Losses per stage.
#[component]
pub fn Stages(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.stages_title).to_string());
    let bars = Memo::new(move |_| {
        let (stages, whole) = shown.report.with(|report| (report.stages.clone(), report.total.losses().runs));
        let top = stages.iter().map(|stage| measured(shown, stage.losses)).max().unwrap_or(0);
        let bar = |stage: &crate::analytics::api::OfStage| {
            let name = words::stage(i18n, stage.stage, &stage.name);
            loss_bar(shown, Slice::Stage(stage.stage), name, stage.losses, top, Some(whole))
        };
        stages.iter().map(bar).collect::<Vec<_>>()
    });
    view! {
        <section class="panel losses-stages">
            <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_stages).to_string())/>
            <Bars label=title bars/>
            <Empty shown bars/>
        </section>
    }
}

/// The figures of each person and queue beside each other.
#[component]
pub fn Comparison(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.reps_title).to_string());
    let keys =
        Memo::new(move |_| shown.report.with(|report| report.holders.iter().map(|of| of.holder).collect::<Vec<_>>()));
    view! {
        <section class="panel losses-reps">
            <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_reps).to_string())/>
            <div class="losses-scroll" tabindex="0" role="region" aria-label=move || title.get()>
                // The roles stay a table's where the phone lays it out as a list.
                <table role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t!(i18n, analytics.rep)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.lost)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.unqualified)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.won)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.win_rate)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.conversion)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.lost_value)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.won_value)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For each=move || keys.get() key=|holder| *holder let:holder>
                            <Rep shown holder/>
                        </For>
                    </tbody>
                </table>
            </div>
            <p class="muted" hidden=move || keys.with(|keys| !keys.is_empty())>{t!(i18n, analytics.no_losses)}</p>
        </section>
    }
}

/// A cell whose figure opens the leads behind it.
#[component]
fn Cell(
    shown: Shown,
    holder: Holder,
    figure: Figure,
    #[prop(into)] head: Signal<String>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    let part = Part::of(figure, Slice::Holder(holder));
    view! {
        <td role="cell" class="num">
            <span class="cell-head small faint" aria-hidden="true">{move || head.get()}</span>
            <a
                data-noscroll=""
                href=move || shown.behind(part)
                aria-current=move || shown.look.get().lists(part).then_some("true")
            >
                {move || text.get()}
            </a>
        </td>
    }
}

/// A share as a number and a bar; one of too few says so.
#[component]
fn Share(
    shown: Shown,
    holder: Holder,
    figure: Figure,
    #[prop(into)] head: Signal<String>,
    /// The part and the whole.
    #[prop(into)]
    of: Signal<(i64, i64)>,
) -> impl IntoView {
    let i18n = shown.i18n;
    let part = Part::of(figure, Slice::Holder(holder));
    let share = move || {
        let (part, whole) = of.get();
        rate(part, whole)
    };
    let is_few = move || (1..FEW).contains(&of.get().1);
    let hint = move || t_string!(i18n, analytics.few_hint, least = shown.number(FEW)).to_string();
    view! {
        <td role="cell" class="num">
            <span class="cell-head small faint" aria-hidden="true">{move || head.get()}</span>
            <a
                class="share"
                class:few=is_few
                data-noscroll=""
                href=move || shown.behind(part)
                aria-current=move || shown.look.get().lists(part).then_some("true")
            >
                {move || words::rate(i18n, share())}
                <span class="chart-track" aria-hidden="true">
                    <i style:inline-size=move || format!("{:.1}%", share().unwrap_or(0.0).min(1.0) * 100.0)></i>
                </span>
            </a>
            <small class="chart-mark" title=hint hidden=move || !is_few()>{t!(i18n, analytics.few)}</small>
        </td>
    }
}

#[component]
fn Rep(shown: Shown, holder: Holder) -> impl IntoView {
    let i18n = shown.i18n;
    let find =
        move |report: &crate::analytics::api::Report| report.holders.iter().find(|of| of.holder == holder).cloned();
    let of = Memo::new(move |_| shown.report.with(find));
    let tally = Memo::new(move |_| of.with(|of: &Option<OfHolder>| of.as_ref().map(|of| of.tally).unwrap_or_default()));
    let count = move |of: fn(&Tally) -> i64| Signal::derive(move || shown.number(of(&tally.get())));
    let value = move |of: fn(&Tally) -> i64| Signal::derive(move || shown.money(of(&tally.get())));
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{move || of.with(|of| of.as_ref().map(|of| of.name.clone()))}</th>
            <Cell
                shown
                holder
                figure=Figure::Lost
                head=Signal::derive(move || t_string!(i18n, analytics.lost).to_string())
                text=count(|tally| tally.lost.runs)
            />
            <Cell
                shown
                holder
                figure=Figure::Unqualified
                head=Signal::derive(move || t_string!(i18n, analytics.unqualified).to_string())
                text=count(|tally| tally.unqualified.runs)
            />
            <Cell
                shown
                holder
                figure=Figure::Won
                head=Signal::derive(move || t_string!(i18n, analytics.won).to_string())
                text=count(|tally| tally.won.runs)
            />
            <Share
                shown
                holder
                figure=Figure::Decided
                head=Signal::derive(move || t_string!(i18n, analytics.win_rate).to_string())
                of=Signal::derive(move || (tally.get().won.runs, tally.get().won.runs + tally.get().lost_at_all))
            />
            <Share
                shown
                holder
                figure=Figure::Created
                head=Signal::derive(move || t_string!(i18n, analytics.conversion).to_string())
                of=Signal::derive(move || (tally.get().converted, tally.get().created))
            />
            <Cell
                shown
                holder
                figure=Figure::Losses
                head=Signal::derive(move || t_string!(i18n, analytics.lost_value).to_string())
                text=value(|tally| tally.losses().minor)
            />
            <Cell
                shown
                holder
                figure=Figure::Won
                head=Signal::derive(move || t_string!(i18n, analytics.won_value).to_string())
                text=value(|tally| tally.won.minor)
            />
        </tr>
    }
}
