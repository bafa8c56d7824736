//! Giving leads to somebody by hand. Its code comes when it is opened first.

use super::{
    api::{Assigned, Assignment, assign},
    rules::{LONGEST_REASON, Objection},
};
use crate::{
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, RequestKey},
    live::{connection::use_connection, later::Later},
    losses::view::words::{I18n, trouble},
    people::{
        api::{HolderName, read_holders},
        rules::Holder,
    },
    pipeline::api::Card,
    ui::{
        dialog::Dialog,
        key::fresh_key,
        toast::{Offer, Toast, use_toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};

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
    view! { <Later name="assign">{Suspend::new(assign_dialog(leads.clone(), on_change, on_done))}</Later> }
}

#[lazy]
fn assign_dialog(leads: Vec<(LeadId, Holder)>, on_change: Callback<Given>, on_done: Callback<()>) -> AnyView {
    view! { <Opened leads on_change on_done/> }.into_any()
}

#[component]
fn Opened(leads: Vec<(LeadId, Holder)>, on_change: Callback<Given>, on_done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let holders = LocalResource::new(move || connection.ask(read_holders));
    let to = RwSignal::new(None::<Holder>);
    let reason = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let count = leads.len();
    let leads = StoredValue::new(leads);
    let key = StoredValue::new(None::<(Holder, String, RequestKey)>);
    let send = move || {
        let Some(to) = to.get_untracked() else {
            return problem.set(Some(untrack(|| t_string!(i18n, routing.whom_missing).to_string())));
        };
        let because = reason.get_untracked();
        // What is sent again unchanged is the same intent.
        let known = key.get_value().filter(|(known, text, _)| *known == to && *text == because);
        let RequestKey(intent) = known.map_or_else(fresh_key, |(_, _, key)| key);
        key.set_value(Some((to, because.clone(), RequestKey(intent.clone()))));
        let wanted = leads.with_value(|leads| {
            let one = |&(lead, from): &(LeadId, Holder)| Assignment {
                lead,
                from,
                to,
                key: RequestKey(format!("{intent}-{lead}")),
            };
            leads.iter().map(one).collect::<Vec<_>>()
        });
        spawn_local(async move {
            let answer = connection.persistently(async || assign(wanted.clone(), because.clone()).await).await;
            match answer.map(|ends| heard(i18n, &wanted, ends)) {
                Ok((given, stay)) if !given.is_empty() => {
                    let back = back(&wanted, &given);
                    on_change.try_run(given);
                    stay.into_iter().for_each(|why| toaster.trouble(why));
                    let take = Callback::new(move |()| take_back(i18n, back.clone(), on_change));
                    let offer = Some(Offer { label: tu_string!(i18n, shell.undo).to_string(), take });
                    let text = tu_string!(i18n, routing.assigned_toast, count = wanted.len().to_string());
                    toaster.show(Toast { text, is_trouble: false, offer });
                    on_done.try_run(());
                }
                Ok((_, stay)) => {
                    problem.try_set(stay.into_iter().next());
                }
                Err(error) => {
                    problem.try_set(Some(untrack(|| trouble(i18n, error))));
                }
            }
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
        <Dialog labelled_by="assign-title" on_close=on_done>
            <form
                class="assign-form"
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <h1 id="assign-title">{move || t_string!(i18n, routing.assign_title, count = count.to_string())}</h1>
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
                        aria-describedby="assign-problem"
                        on:input=move |event| reason.set(event_target_value(&event))
                    />
                </label>
                <p class="problem" id="assign-problem" role="alert" hidden=move || problem.get().is_none()>{problem}</p>
                <div class="dialog-foot">
                    <button type="button" on:click=move |_| on_done.run(())>{t!(i18n, shell.cancel)}</button>
                    <button class="primary">{t!(i18n, routing.assign)}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// What was given, and why the others stay.
fn heard(i18n: I18n, wanted: &[Assignment], ends: Vec<Assigned>) -> (Given, Vec<String>) {
    let (mut given, mut stay) = (Vec::new(), Vec::new());
    for (one, end) in wanted.iter().zip(ends) {
        match end {
            Assigned::Done { card } => given.push((one.lead, card.map(|card| *card))),
            Assigned::Refused { why } => stay.push(untrack(|| objection(i18n, why))),
            Assigned::Conflict { holder, .. } => {
                stay.push(tu_string!(i18n, routing.conflict, holder = holder));
            }
        }
    }
    stay.dedup();
    (given, stay)
}

/// The way back of what was given.
fn back(wanted: &[Assignment], given: &Given) -> Vec<Assignment> {
    let was_given = |one: &&Assignment| given.iter().any(|(lead, _)| *lead == one.lead);
    let turned = |one: &Assignment| Assignment { lead: one.lead, from: one.to, to: one.from, key: fresh_key() };
    wanted.iter().filter(was_given).map(turned).collect()
}

fn take_back(i18n: I18n, wanted: Vec<Assignment>, on_change: Callback<Given>) {
    let (connection, toaster) = (use_connection(), use_toaster());
    spawn_local(async move {
        let because = tu_string!(i18n, routing.taken_back).to_string();
        match connection.persistently(async || assign(wanted.clone(), because.clone()).await).await {
            Ok(ends) => {
                let (given, stay) = heard(i18n, &wanted, ends);
                if !given.is_empty() {
                    toaster.say(tu_string!(i18n, routing.undone_toast, count = given.len().to_string()));
                }
                on_change.try_run(given);
                stay.into_iter().for_each(|why| toaster.trouble(why));
            }
            Err(error) => toaster.trouble(untrack(|| trouble(i18n, error))),
        }
    });
}

fn objection(i18n: I18n, why: Objection) -> String {
    match why {
        Objection::NotYours => t_string!(i18n, routing.not_yours).to_string(),
        Objection::OnlyToOneself => t_string!(i18n, routing.only_to_oneself).to_string(),
        Objection::NobodyThere => t_string!(i18n, routing.nobody_there).to_string(),
        Objection::ReasonMissing => t_string!(i18n, routing.reason_missing).to_string(),
        Objection::ReasonTooLong => t_string!(i18n, routing.reason_too_long).to_string(),
    }
}
