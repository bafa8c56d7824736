//! What is waited for at a lead, on its page, and the two answers of whoever got it.

use super::{assign::objection, words::w};
use crate::{
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    live::connection::use_connection,
    losses::view::words::{I18n, language, trouble},
    routing::{
        api::{Assigned, ClockFace, accept_lead, pass_lead},
        rules::sla::{Clock, Ending, Level},
    },
    ui::{key::IntentKey, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};

/// What is waited for, and how what was waited for last has ended. Whoever it waits for accepts the lead or lets it pass.
#[component]
pub fn ClocksPanel(
    /// Of which lead.
    lead: LeadId,
    /// All of them.
    #[prop(into)]
    clocks: Signal<Vec<ClockFace>>,
    /// Reads the page again.
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let runs = move |face: &ClockFace| face.ended.is_none() && face.is_mine;
    let waits_for_me = Memo::new(move |_| clocks.with(|clocks| clocks.iter().any(runs)));
    let accepts =
        Memo::new(move |_| clocks.with(|all| all.iter().any(|face| runs(face) && face.clock == Clock::Accepted)));
    let answer = use_answer(lead, reload);
    let rows = move || {
        let row = |face: &ClockFace| {
            let (title, said) = (face.name.pick(language(i18n)).to_owned(), said(i18n, face));
            view! {
                <tr class=tone(face)>
                    <th scope="row" title=title>{waits_for(i18n, face.clock)}</th>
                    <td>{said}</td>
                </tr>
            }
        };
        clocks.with(|clocks| clocks.iter().map(row).collect_view())
    };
    view! {
        <Show when=move || clocks.with(|clocks| !clocks.is_empty())>
            <section class="panel" aria-labelledby="clocks-title">
                <h2 id="clocks-title">{t!(i18n, routing.clocks_title)}</h2>
                <table class="clocks"><tbody>{rows}</tbody></table>
                <Show when=move || waits_for_me.get()>
                    <div class="panel-actions">
                        <Show when=move || accepts.get()>
                            <button type="button" class="primary" on:click=move |_| answer.run(true)>
                                {t!(i18n, routing.accept)}
                            </button>
                        </Show>
                        <button type="button" on:click=move |_| answer.run(false)>{t!(i18n, routing.pass)}</button>
                    </div>
                </Show>
            </section>
        </Show>
    }
}

/// Accepts the lead (`true`) or lets it pass, and reads the page again.
pub(super) fn use_answer(lead: LeadId, reload: Callback<()>) -> Callback<bool> {
    let (i18n, toaster, connection) = (use_i18n(), use_toaster(), use_connection());
    let key = IntentKey::new();
    Callback::new(move |accepts: bool| {
        let intent = key.of(&accepts);
        spawn_local(async move {
            let ask = async || match accepts {
                true => accept_lead(lead, intent.clone()).await,
                false => pass_lead(lead, String::new(), intent.clone()).await,
            };
            match connection.persistently(ask).await {
                Ok(Assigned::Refused { why }) => toaster.trouble(untrack(|| objection(i18n, why))),
                Ok(_) if accepts => toaster.say(tu_string!(i18n, routing.accepted_toast).to_string()),
                Ok(_) => toaster.say(tu_string!(i18n, routing.passed_toast).to_string()),
                Err(error) => return toaster.trouble(untrack(|| trouble(i18n, error))),
            }
            key.answered();
            reload.try_run(());
        });
    })
}

fn tone(face: &ClockFace) -> &'static str {
    match (face.ended, face.level) {
        (Some(_), _) => "ended",
        (None, Level::Calm) => "",
        (None, Level::Amber) => "amber",
        (None, Level::Late | Level::Over) => "late",
    }
}

pub(super) fn waits_for(i18n: I18n, clock: Clock) -> String {
    match clock {
        Clock::Accepted => w!(i18n, clock_accepted),
        Clock::Responded => w!(i18n, clock_responded),
        Clock::Untouched => w!(i18n, clock_untouched),
    }
}

/// Where a clock stands, in words.
fn said(i18n: I18n, face: &ClockFace) -> String {
    let at = |moment| format::date_time(i18n.get_locale(), moment);
    match (face.ended, face.level) {
        (Some(Ending::Met), _) => match face.met {
            Some(met) if met.utc > face.due.utc => w!(i18n, clock_met_late, at = at(met)),
            met => w!(i18n, clock_met, at = at(met.unwrap_or(face.due))),
        },
        (Some(Ending::Passed), _) => w!(i18n, clock_passed),
        (Some(Ending::Escalated), _) => w!(i18n, clock_escalated),
        (Some(Ending::GivenAway), _) => w!(i18n, clock_given_away),
        (Some(Ending::Closed), _) => w!(i18n, clock_closed),
        (None, Level::Calm) => w!(i18n, clock_due, at = at(face.due)),
        (None, Level::Amber) => w!(i18n, clock_urgent, at = at(face.due)),
        (None, Level::Late | Level::Over) => {
            let late = w!(i18n, clock_late, at = at(face.due));
            match face.escalate {
                Some(escalate) => format!("{late}, {}", w!(i18n, clock_goes, at = at(escalate))),
                None => late,
            }
        }
    }
}
