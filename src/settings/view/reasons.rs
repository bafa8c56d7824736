//! What a rep would be offered, for every kind of lead: the editor of reasons warns before it is too much.

use super::words::{self, I18n};
use crate::{
    i18n::{t, t_string, use_i18n},
    ids::BusinessLineId,
    settings::{
        api::Around,
        model::ReasonSetting,
        rules::{MOST_REASONS, Offering, offerings},
    },
};
use leptos::prelude::*;

fn lines(around: &Around) -> Vec<BusinessLineId> {
    around.lines.iter().map(|line| BusinessLineId(line.id)).collect()
}

/// Which kind of lead an offering is for.
fn subject(i18n: I18n, offering: &Offering, around: &Around) -> String {
    let line = match offering.subject.business_line {
        Some(line) => words::named(i18n, &around.lines, Some(line.0)),
        None if around.lines.is_empty() => String::new(),
        None => t_string!(i18n, settings.without_line).to_string(),
    };
    let parts = [words::direction(i18n, offering.subject.direction), words::party(i18n, offering.subject.party), line];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn count(i18n: I18n, offering: &Offering) -> String {
    match offering.reasons.len() {
        0 => t_string!(i18n, settings.no_reason).to_string(),
        count => t_string!(i18n, settings.reasons_count, count = count).to_string(),
    }
}

/// What the reason being edited would make too much of, or leave empty.
#[component]
pub fn Warnings(
    /// The reason as it is filled in; nothing while something else is edited.
    drafted: Signal<Option<ReasonSetting>>,
    /// All reasons as they are.
    reasons: StoredValue<Vec<ReasonSetting>>,
    /// The business lines.
    around: StoredValue<Around>,
) -> impl IntoView {
    let i18n = use_i18n();
    let odd = move || {
        let Some(draft) = drafted.get() else { return Vec::new() };
        let mut all = reasons.get_value();
        match all.iter_mut().find(|reason| reason.id == draft.id && draft.id.is_some()) {
            Some(reason) => *reason = draft.clone(),
            None => all.push(draft.clone()),
        }
        around.with_value(|around| {
            let offered = offerings(&all, &lines(around));
            let odd = offered.into_iter().filter(|offering| offering.outcome == draft.outcome && offering.is_odd());
            odd.map(|offering| format!("{}: {}", subject(i18n, &offering, around), count(i18n, &offering)))
                .collect::<Vec<_>>()
        })
    };
    move || {
        let odd = odd();
        (!odd.is_empty()).then(|| {
            let lines = odd.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            view! {
                <div class="warning" role="status">
                    <p>{t!(i18n, settings.reasons_warning, most = MOST_REASONS)}</p>
                    <ul>{lines}</ul>
                </div>
            }
        })
    }
}

/// Every kind of lead with the reasons that a rep would be offered for it.
#[component]
pub fn Offerings(
    /// All reasons.
    reasons: Vec<ReasonSetting>,
    /// The business lines.
    around: StoredValue<Around>,
) -> impl IntoView {
    let i18n = use_i18n();
    let offered = around.with_value(|around| offerings(&reasons, &lines(around)));
    let odd = offered.iter().filter(|offering| offering.is_odd()).count();
    let rows = offered
        .into_iter()
        .map(|offering| {
            let names: Vec<_> = offering.reasons.iter().map(|place| reasons[*place].name.clone()).collect();
            let is_odd = offering.is_odd();
            let shown = move || {
                let names: Vec<_> = names.iter().map(|name| name.pick(words::language(i18n)).to_owned()).collect();
                names.join(", ")
            };
            let (head, number) = (offering.clone(), offering);
            view! {
                <tr class:odd=is_odd>
                    <th scope="row">{move || around.with_value(|around| subject(i18n, &head, around))}</th>
                    <td>{move || words::outcome(i18n, number.outcome)}</td>
                    <td class="num">{number.reasons.len()}{is_odd.then_some(" ⚠")}</td>
                    <td>{shown}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {(odd > 0).then(|| view! {
            <p class="warning" role="status">{t!(i18n, settings.reasons_warning, most = MOST_REASONS)}</p>
        })}
        <details class="offerings" open=odd != 0>
            <summary>{t!(i18n, settings.what_reps_see)}</summary>
            <div class="offerings-scroll" tabindex="0" role="region" aria-label=move || t_string!(i18n, settings.what_reps_see)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, settings.c_lead)}</th>
                            <th scope="col">{t!(i18n, settings.f_outcome)}</th>
                            <th scope="col">{t!(i18n, settings.c_count)}</th>
                            <th scope="col">{t!(i18n, settings.s_reasons)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
