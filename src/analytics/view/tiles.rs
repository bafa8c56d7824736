//! The figures of everything that is selected, each beside what it is held against.

use super::{panel::Head, state::Shown, words};
use crate::{
    analytics::{
        cockpit::{Behind, Totals},
        facts::Fate,
        rules::rate,
        selection::{Dim, Pick},
    },
    format,
    i18n::t_string,
};
use leptos::prelude::*;

/// How a figure went, against the other side's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Went {
    /// Up by so much, as a share of before.
    By(f64),
    /// Up by so many points of a percentage.
    Points(f64),
    /// Up by so many days.
    Days(f64),
}

fn went(shown: Shown, went: Option<Went>) -> String {
    let i18n = shown.i18n;
    let locale = i18n.get_locale();
    let sign = |up: f64| {
        if up > 0.0 {
            "+"
        } else if up < 0.0 {
            "−"
        } else {
            "±"
        }
    };
    match went {
        None => String::new(),
        Some(Went::By(up)) => format!("{}{}", sign(up), format::percent(locale, up.abs())),
        Some(Went::Points(up)) => {
            let points = format::decimal(locale, (up * 100.0).abs());
            format!("{}{}", sign(up), t_string!(i18n, analytics.points, shown = points))
        }
        Some(Went::Days(up)) => {
            format!("{}{}", sign(up), t_string!(i18n, analytics.days, shown = format::decimal(locale, up.abs())))
        }
    }
}

fn by(now: i64, before: i64) -> Option<Went> {
    (before > 0).then(|| Went::By((now - before) as f64 / before as f64))
}

fn win_rate(totals: &Totals) -> Option<f64> {
    rate(totals.share.won, totals.share.decided)
}

fn conversion(totals: &Totals) -> Option<f64> {
    rate(totals.begun.won, totals.begun.decided)
}

/// One figure in large; smaller below it what else is to be said, and how it went.
#[component]
fn Tile(
    shown: Shown,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] figure: Signal<String>,
    #[prop(into)] detail: Signal<String>,
    /// How it went, from this side's totals and the other's.
    compare: fn(&Totals, &Totals) -> Option<Went>,
    /// Opens the runs behind it, where a list of them can be chosen.
    #[prop(optional, into)]
    open: Option<Callback<()>>,
) -> impl IntoView {
    let change = move || {
        shown.answer.with(|answer| {
            answer.other?;
            compare(&answer.totals[0], &answer.totals[1])
        })
    };
    let said = move || went(shown, change());
    view! {
        <section class="panel tile">
            <Head title text shown/>
            <button
                type="button"
                class="tile-figure num"
                aria-label=move || format!("{}: {}", title.get(), figure.get())
                disabled=open.is_none()
                on:click=move |_| open.into_iter().for_each(|open| open.run(()))
            >
                {move || figure.get()}
            </button>
            <span class="small faint num">{move || detail.get()}</span>
            <span class="small num tile-change" hidden=move || change().is_none()>
                {said}
                " "
                <span class="faint">{move || super::top::held_against(shown)}</span>
            </span>
        </section>
    }
}

/// The tiles.
#[component]
pub fn Tiles(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let total = Memo::new(move |_| shown.answer.with(|answer| answer.totals[0]));
    let open = move |behind| Callback::new(move |()| shown.go(shown.look.get_untracked().listing(behind)));
    let open_recovered = Callback::new(move |()| {
        let look = shown.look.get_untracked();
        let only = Pick::only(Fate::Recovered.word());
        let mut selection = look.selection.clone();
        selection.picks.insert(Dim::Fate, only);
        shown.go(look.selecting(selection).listing(Behind::Losses));
    });
    let days = move |days: Option<f64>| match days {
        Some(days) => t_string!(i18n, analytics.days, shown = format::decimal(i18n.get_locale(), days)).to_string(),
        None => "–".to_owned(),
    };
    let split = move || {
        let (lost, unqualified) = total.with(|total| (total.lost.runs, total.unqualified.runs));
        let (lost, unqualified) = (shown.number(lost), shown.number(unqualified));
        t_string!(i18n, analytics.lost_and_unqualified, lost = lost, unqualified = unqualified).to_string()
    };
    let interval = move || {
        let share = total.with(|total| total.share);
        let decided = t_string!(i18n, analytics.of_decided, shown = shown.number(share.decided)).to_string();
        match crate::statistics::wilson(share.won, share.decided) {
            Some((low, high)) => {
                let (low, high) = (words::rate(i18n, Some(low)), words::rate(i18n, Some(high)));
                format!("{} · {decided}", t_string!(i18n, analytics.likely, low = low, high = high))
            }
            None => decided,
        }
    };
    let created = move || {
        t_string!(i18n, analytics.of_created, shown = shown.number(total.with(|total| total.begun.decided))).to_string()
    };
    let recovered = move || {
        let runs = total.with(|total| total.recovered.runs);
        t_string!(i18n, analytics.recovered_leads, count = runs, shown = shown.number(runs)).to_string()
    };
    view! {
        <div class="tiles">
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.losses).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_losses).to_string())
                figure=Signal::derive(move || shown.number(total.with(|total| total.losses().runs)))
                detail=Signal::derive(split)
                compare=|now, before| by(now.losses().runs, before.losses().runs)
                open=open(Behind::Losses)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.lost_value).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_lost_value).to_string())
                figure=Signal::derive(move || shown.money(total.with(|total| total.losses().minor)))
                detail=Signal::derive(move || {
                    let won = shown.money(total.with(|total| total.won.minor));
                    t_string!(i18n, analytics.beside_won, won = won).to_string()
                })
                compare=|now, before| by(now.losses().minor, before.losses().minor)
                open=open(Behind::Losses)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.win_rate).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_win_rate).to_string())
                figure=Signal::derive(move || words::rate(i18n, total.with(win_rate)))
                detail=Signal::derive(interval)
                compare=|now, before| Some(Went::Points(win_rate(now)? - win_rate(before)?))
                open=open(Behind::Won)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.median_days).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_median_days).to_string())
                figure=Signal::derive(move || days(total.with(|total| total.median_days)))
                detail=Signal::derive(String::new)
                compare=|now, before| Some(Went::Days(now.median_days? - before.median_days?))
                open=open(Behind::Losses)
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.recovered_value).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_recovered).to_string())
                figure=Signal::derive(move || shown.money(total.with(|total| total.recovered.minor)))
                detail=Signal::derive(recovered)
                compare=|now, before| by(now.recovered.minor, before.recovered.minor)
                open=open_recovered
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, analytics.conversion).to_string())
                text=Signal::derive(move || t_string!(i18n, analytics.explain_conversion).to_string())
                figure=Signal::derive(move || words::rate(i18n, total.with(conversion)))
                detail=Signal::derive(created)
                compare=|now, before| Some(Went::Points(conversion(now)? - conversion(before)?))
            />
        </div>
    }
}
