//! One's own figures: right at once after every loss, reversal and win.

use super::words;
use crate::{
    analytics::{
        api::{OwnFigures, read_own_figures},
        rules::{rate, win_rate},
    },
    app::trouble::Trouble,
    format,
    i18n::{t, t_string, use_i18n},
    live::{browser::follow, wire::Message},
    ui::{explain::Explain, title::PageTitle},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Figures are read again this long after the first of several changes.
const SETTLE: Duration = Duration::from_millis(400);

/// The page.
#[component]
pub fn OwnFiguresPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <PageTitle text=move || t_string!(i18n, analytics.own_title).to_string()/>
        <header class="bar"><h1>{t!(i18n, analytics.own_title)}</h1></header>
        <OwnFiguresPanel/>
    }
}

/// One's own figures, for any page.
#[component]
pub fn OwnFiguresPanel() -> impl IntoView {
    let i18n = use_i18n();
    // Read once: what changes later changes in place.
    let first = Resource::new_blocking(|| (), |()| read_own_figures());
    view! {
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(figures) => view! { <Figures figures/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Figures(figures: OwnFigures) -> impl IntoView {
    let i18n = use_i18n();
    let seen = figures.seen;
    let shown = RwSignal::new(figures);
    keep_fresh(seen, shown);
    let number =
        move |of: fn(&OwnFigures) -> i64| Signal::derive(move || format::number(i18n.get_locale(), shown.with(of)));
    let share = move |of: fn(&OwnFigures) -> Option<f64>| Signal::derive(move || words::rate(i18n, shown.with(of)));
    view! {
        <section class="own-figures" aria-label=move || t_string!(i18n, analytics.own_title)>
            <p class="muted">{t!(i18n, analytics.own_hint)}</p>
            <div class="tiles">
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.won).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.own_explain_won).to_string())
                    figure=number(|own| own.total.won)
                />
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.lost).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.own_explain_lost).to_string())
                    figure=number(|own| own.total.lost)
                />
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.unqualified).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.explain_unqualified).to_string())
                    figure=number(|own| own.total.unqualified)
                />
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.win_rate).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.own_explain_win_rate).to_string())
                    figure=share(|own| win_rate(own.total.won, own.total.lost))
                />
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.conversion).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.own_explain_conversion).to_string())
                    figure=share(|own| rate(own.total.won, own.created()))
                />
                <Tile
                    title=Signal::derive(move || t_string!(i18n, analytics.open).to_string())
                    text=Signal::derive(move || t_string!(i18n, analytics.own_explain_open).to_string())
                    figure=number(|own| own.open)
                />
            </div>
            <Stages shown/>
        </section>
    }
}

#[component]
fn Tile(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] figure: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let label = Signal::derive(move || t_string!(i18n, analytics.explain, what = title.get()).to_string());
    view! {
        <section class="panel tile" aria-label=move || title.get()>
            <header class="panel-head"><h2>{move || title.get()}</h2><Explain label text/></header>
            <strong class="tile-figure num">{move || figure.get()}</strong>
        </section>
    }
}

#[component]
fn Stages(shown: RwSignal<OwnFigures>) -> impl IntoView {
    let i18n = use_i18n();
    let number = move |value| format::number(i18n.get_locale(), value);
    let rows = move || {
        let stages = shown.with(|own| own.stages.clone());
        let row = |(stage, name, here): (_, _, crate::analytics::api::Achieved)| {
            view! {
                <tr>
                    <th scope="row">{words::stage(i18n, stage, &name)}</th>
                    <td class="num">{number(here.lost)}</td>
                    <td class="num">{number(here.unqualified)}</td>
                    <td class="num">{number(here.won)}</td>
                </tr>
            }
        };
        stages.into_iter().map(row).collect_view()
    };
    let is_empty = move || shown.with(|own| own.stages.is_empty());
    view! {
        <section class="panel">
            <h2>{t!(i18n, analytics.own_stages)}</h2>
            <p class="muted" hidden=move || !is_empty()>{t!(i18n, analytics.own_empty)}</p>
            <table hidden=is_empty>
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, analytics.head_stage)}</th>
                        <th scope="col">{t!(i18n, analytics.lost)}</th>
                        <th scope="col">{t!(i18n, analytics.unqualified)}</th>
                        <th scope="col">{t!(i18n, analytics.won)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// Reads the figures again soon after something changed anywhere.
fn keep_fresh(from: crate::live::wire::Cursor, shown: RwSignal<OwnFigures>) {
    let is_due = StoredValue::new(false);
    let read = move || {
        if is_due.try_set_value(false).is_some() {
            return;
        }
        spawn_local(async move {
            // What cannot be read now is read with the next change; somebody may have gone elsewhere meanwhile.
            if let Ok(figures) = read_own_figures().await {
                let _ = shown.try_set(figures);
            }
        });
    };
    follow(from, move |message| {
        let concerns = !matches!(message, Message::SignedOut);
        if concerns && is_due.try_update_value(|due| !std::mem::replace(due, true)) == Some(true) {
            set_timeout(read, SETTLE);
        }
    });
}
