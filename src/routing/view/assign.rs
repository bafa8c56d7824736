//! Giving leads to somebody by hand. Its code comes when it is opened first.

use super::super::{
    api::{Assigned, Assignment, assign},
    rules::{LONGEST_REASON, Objection},
};
use crate::{
    error::AppError,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, RequestKey},
    live::{
        connection::{Connection, use_connection},
        later::Later,
    },
    losses::view::words::{I18n, trouble},
    people::{
        api::{HolderName, read_holders},
        rules::Holder,
    },
    pipeline::api::Card,
    ui::{
        form::{FormDialog, FormState},
        key::{IntentKey, fresh_key},
        toast::{Offer, Toast, Toaster, use_toaster},
    },
};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};

/// What became of leads that were given away: their cards, `None` for those that are off the board.
pub type Given = Vec<(LeadId, Option<Card>)>;

/// Asks to whom leads go and why. `on_done` gets what changed, nothing where it was left; unmount the dialog there.
#[component]
pub fn AssignDialog(
    /// Which leads, each with whose it is.
    leads: Vec<(LeadId, Holder)>,
    /// Takes over cards that changed, also when all of it is taken back later.
    #[prop(into)]
    on_change: Callback<Given>,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(assign_dialog(leads.clone(), on_change, on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn assign_dialog(leads: Vec<(LeadId, Holder)>, on_change: Callback<Given>, on_done: Callback<()>) -> AnyView {
    view! { <Opened leads on_change on_done/> }.into_any()
}

#[component]
fn Opened(leads: Vec<(LeadId, Holder)>, on_change: Callback<Given>, on_done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let holders = LocalResource::new(move || connection.ask(read_holders));
    let (to, reason) = (RwSignal::new(None::<Holder>), RwSignal::new(String::new()));
    let (state, key) = (FormState::new(), IntentKey::new());
    let count = leads.len();
    let leads = StoredValue::new(leads);
    Effect::new(move |_| {
        if count == 0 {
            on_done.run(());
        }
    });
    let send = move |()| {
        let Some(to) = to.get_untracked() else {
            return state.object(tu_string!(i18n, routing.whom_missing).to_string());
        };
        let because = reason.get_untracked();
        let RequestKey(intent) = key.of(&(to, &because));
        let one = |&(lead, from): &(LeadId, Holder)| {
            let key = RequestKey(format!("{intent}-{lead}"));
            Assignment { lead, from, to, key }
        };
        let wanted: Vec<_> = leads.with_value(|leads| leads.iter().map(one).collect());
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || assign(wanted.clone(), because.clone()).await).await;
            let is_open = state.is_answered();
            let object = move |why: String| if is_open { state.object(why) } else { toaster.trouble(why) };
            let (given, stay) = match answer {
                Ok(ends) => heard(i18n, &wanted, ends),
                Err(error) => return object(untrack(|| trouble(i18n, error))),
            };
            if given.is_empty() {
                return stay.into_iter().take(1).for_each(object);
            }
            say_what_stays(i18n, toaster, &stay, wanted.len());
            let text = tu_string!(i18n, routing.assigned_toast, count = given.len()).to_string();
            let back = back(&wanted, &given);
            let take = Callback::new(move |()| take_back(i18n, toaster, connection, back.clone(), on_change));
            let offer = Offer { label: tu_string!(i18n, shell.undo).to_string(), take };
            toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
            on_change.try_run(given);
            on_done.try_run(());
        });
    };
    let choices = move || {
        holders.get().map(|answer: Result<Vec<HolderName>, AppError>| {
            answer
                .unwrap_or_default()
                .into_iter()
                .enumerate()
                .map(|(place, one)| {
                    let label = match one.holder {
                        Holder::Person(_) => format!("{} ({})", one.name, one.team),
                        Holder::Queue(_) => t_string!(i18n, pipeline.queue_of, name = one.name.as_str()),
                    };
                    view! { <option value=place.to_string()>{label}</option> }
                })
                .collect_view()
        })
    };
    let choose = move |event| {
        let place = event_target_value(&event).parse::<usize>().ok();
        let all = holders.get_untracked().and_then(Result::ok).unwrap_or_default();
        to.set(place.and_then(|place| all.get(place)).map(|one| one.holder));
    };
    view! {
        <FormDialog
            id="assign-title"
            title=Signal::derive(move || t_string!(i18n, routing.assign_title, count = count).to_string())
            send=Signal::derive(move || t_string!(i18n, routing.assign).to_string())
            state
            on_send=send
            on_leave=on_done
            on_cancel=on_done
        >
            <label class="field">
                {t!(i18n, routing.to)}
                <select class="input" on:change=choose>
                    <option value="">{t!(i18n, routing.choose)}</option>
                    <Suspense>{choices}</Suspense>
                </select>
            </label>
            <label class="field">
                {t!(i18n, routing.reason)}
                <input
                    class="input"
                    dir="auto"
                    maxlength=LONGEST_REASON.to_string()
                    prop:value=reason
                    on:input=move |event| reason.set(event_target_value(&event))
                />
            </label>
        </FormDialog>
    }
}

/// What was given, and why the others stay.
fn heard(i18n: I18n, wanted: &[Assignment], ends: Vec<Result<Assigned, AppError>>) -> (Given, Vec<String>) {
    let (mut given, mut stay) = (Vec::new(), Vec::new());
    for (one, end) in wanted.iter().zip(ends) {
        match end {
            Ok(Assigned::Done { card }) => given.push((one.lead, card.map(|card| *card))),
            Ok(Assigned::Refused { why }) => stay.push(untrack(|| objection(i18n, why))),
            Ok(Assigned::Conflict { holder, by, at, .. }) => {
                let by = by.unwrap_or_else(|| tu_string!(i18n, pipeline.somebody).to_string());
                let at = at.map(|at| format::date_time(i18n.get_locale_untracked(), at)).unwrap_or_default();
                stay.push(tu_string!(i18n, routing.conflict, by = by, at = at, holder = holder));
            }
            Err(AppError::NotFound) => stay.push(tu_string!(i18n, pipeline.lead_gone).to_string()),
            Err(error) => stay.push(untrack(|| trouble(i18n, error))),
        }
    }
    (given, stay)
}

/// Says how many stay, and why the first of them does.
fn say_what_stays(i18n: I18n, toaster: Toaster, stay: &[String], of: usize) {
    if let Some(why) = stay.first() {
        let (count, of) = (stay.len().to_string(), of.to_string());
        toaster.trouble(tu_string!(i18n, pipeline.some_stay, count = count, of = of, why = why.clone()));
    }
}

/// The way back of what was given.
fn back(wanted: &[Assignment], given: &Given) -> Vec<Assignment> {
    let was_given = |one: &&Assignment| given.iter().any(|(lead, _)| *lead == one.lead);
    let turned = |one: &Assignment| Assignment { lead: one.lead, from: one.to, to: one.from, key: fresh_key() };
    wanted.iter().filter(was_given).map(turned).collect()
}

fn take_back(
    i18n: I18n,
    toaster: Toaster,
    connection: Connection,
    wanted: Vec<Assignment>,
    on_change: Callback<Given>,
) {
    spawn_local(async move {
        let because = tu_string!(i18n, routing.taken_back).to_string();
        match connection.persistently(async || assign(wanted.clone(), because.clone()).await).await {
            Ok(ends) => {
                let (given, stay) = heard(i18n, &wanted, ends);
                say_what_stays(i18n, toaster, &stay, wanted.len());
                if !given.is_empty() {
                    toaster.say(tu_string!(i18n, routing.undone_toast, count = given.len()).to_string());
                }
                on_change.try_run(given);
            }
            Err(error) => toaster.trouble(untrack(|| trouble(i18n, error))),
        }
    });
}

pub(super) fn objection(i18n: I18n, why: Objection) -> String {
    match why {
        Objection::NotYours => t_string!(i18n, routing.not_yours).to_string(),
        Objection::OnlyToOneself => t_string!(i18n, routing.only_to_oneself).to_string(),
        Objection::NobodyThere => t_string!(i18n, routing.nobody_there).to_string(),
        Objection::ReasonMissing => t_string!(i18n, routing.reason_missing).to_string(),
        Objection::ReasonTooLong => t_string!(i18n, routing.reason_too_long).to_string(),
        Objection::TakenUp => t_string!(i18n, routing.taken_up).to_string(),
    }
}
