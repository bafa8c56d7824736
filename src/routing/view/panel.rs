//! What a lead shows, on its page: its score with the parts that make it.

use super::words::{self, w};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    routing::rules::plan::Assessment,
};
use leptos::prelude::*;

/// What a lead shows, and the ways to why it is whose it is, to a signal and to the rules.
#[component]
pub fn AssessmentPanel(
    /// What it shows, as it was reckoned last.
    #[prop(into)]
    assessment: Signal<Option<Assessment>>,
    /// Whether the viewer may change the lead.
    #[prop(into)]
    may_write: Signal<bool>,
    /// Opens why it is whose it is.
    #[prop(into)]
    on_why: Callback<()>,
    /// Opens the dialog for a signal.
    #[prop(into)]
    on_signal: Callback<()>,
    /// Lets the rules decide whose it is.
    on_route: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let known = move || {
        assessment.get().map(|assessment| {
            let score = assessment.score;
            let parts = [
                (score.intent, w!(i18n, part_intent)),
                (score.fit, w!(i18n, part_fit)),
                (score.completeness, w!(i18n, part_completeness)),
                (score.recency, w!(i18n, part_recency)),
            ];
            let number = move |points: u8| format::number(i18n.get_locale(), i64::from(points));
            let summary = [
                words::temperature(i18n, assessment.temperature),
                words::intent(i18n, assessment.intent),
                words::fit(i18n, assessment.suits.fit),
            ];
            let rows = parts.map(|(points, name)| {
                view! { <tr><th scope="row">{name}</th><td class="number">{number(points)}</td></tr> }
            });
            view! {
                <p class="score"><strong class="number">{number(score.total())}</strong> " " <span>{summary.join(" · ")}</span></p>
                <table class="score-parts"><tbody>{rows}</tbody></table>
            }
        })
    };
    view! {
        <section class="panel" aria-labelledby="assessment-title">
            <h2 id="assessment-title">{t!(i18n, routing.score)}</h2>
            {known}
            <Show when=move || assessment.with(Option::is_none)>
                <p class="small muted">{t!(i18n, routing.no_score)}</p>
            </Show>
            <div class="panel-actions" role="group" aria-label=move || t_string!(i18n, routing.score)>
                <button type="button" on:click=move |_| on_why.run(())>{t!(i18n, routing.why_action)}</button>
                <Show when=move || may_write.get()>
                    <button type="button" on:click=move |_| on_signal.run(())>{t!(i18n, routing.signal_action)}</button>
                    <button type="button" on:click=move |_| on_route.run(())>{t!(i18n, routing.route_action)}</button>
                </Show>
            </div>
        </section>
    }
}
