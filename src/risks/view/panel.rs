//! The signals of a lead on its page, with the way to answer them.

use super::words;
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string, use_i18n},
    risks::rules::Risks,
    ui::icon::{Drawn, Icon},
};
use leptos::prelude::*;

/// What says that the lead may be lost; nothing where nothing does.
#[component]
pub fn RiskPanel(
    /// Its signals, and the moment at which they were read.
    #[prop(into)]
    known: Signal<(Risks, Moment)>,
    /// How often we tried to reach them in this run.
    #[prop(into)]
    attempts: Signal<i32>,
    /// Whether the viewer may answer them.
    #[prop(into)]
    may_answer: Signal<bool>,
    /// Opens the dialog to answer them.
    on_answer: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let signals = move || {
        known.with(|(risks, now)| {
            let line = |signal: &crate::risks::rules::Signal| {
                let reason = words::reason(i18n, signal.kind, risks, now.utc);
                let day = Moment { utc: signal.since, offset_minutes: now.offset_minutes }.local().date();
                let since = t_string!(i18n, risks.since, date = format::date(i18n.get_locale(), day)).to_string();
                view! { <li>{reason} " " <span class="small muted">{since}</span></li> }
            };
            risks.at(now.utc).iter().map(line).collect_view()
        })
    };
    let is_at_risk = Memo::new(move |_| known.with(|(risks, now)| !risks.at(now.utc).is_empty()));
    view! {
        <Show when=move || is_at_risk.get()>
            <section class="panel risk-panel" aria-labelledby="risk-panel-title">
                <h2 id="risk-panel-title"><Drawn icon=Icon::Alert/> " " {t!(i18n, risks.at_risk)}</h2>
                <ul>{signals}</ul>
                <Show when=move || attempts.get().is_positive()>
                    <p class="small muted">{move || t_string!(i18n, risks.attempts, count = attempts.get()).to_string()}</p>
                </Show>
                <Show when=move || may_answer.get()>
                    <p class="small muted">{t!(i18n, risks.panel_advice)}</p>
                    <div><button type="button" class="primary" on:click=move |_| on_answer.run(())>{t!(i18n, risks.answer)}</button></div>
                </Show>
            </section>
        </Show>
    }
}
