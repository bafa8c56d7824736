//! The dialog: plan, change or drop when a lost lead is asked again.

use super::{
    fields::{PlanFields, PlanForm},
    words,
};
use crate::{
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    live::{connection::use_connection, later::Later},
    losses::{
        rules::LONGEST_TEXT,
        view::words::{lead_name, trouble},
    },
    recontacts::{
        api::{NewPlan, PlanAnswer, Preparation, plan, read_preparation},
        rules::{self, Draft, Field, Objection},
    },
    ui::{
        dialog::Dialog,
        field::{TextField, focus_first_problem},
        key::IntentKey,
        toast::use_toaster,
    },
};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::wasm_split};

/// Plans when a lost lead is asked again. `on_done` hears whether something changed; unmount the dialog there.
/// Its code comes when it is opened first.
#[component]
pub fn PlanDialog(
    /// Which lead.
    lead: LeadId,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(plan_dialog(lead, on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn plan_dialog(lead: LeadId, on_done: Callback<bool>) -> AnyView {
    view! { <Opened lead on_done/> }.into_any()
}

#[component]
fn Opened(lead: LeadId, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let preparation = LocalResource::new(move || read_preparation(lead));
    let body = move || {
        preparation.get().map(|answer| match answer {
            Ok(about) => view! { <Form about on_done/> }.into_any(),
            Err(error) => view! {
                <h1 id="plan-title">{t!(i18n, losses.plan_title_plain)}</h1>
                <p class="problem" role="alert">{move || trouble(i18n, error)}</p>
                <div class="dialog-foot">
                    <button on:click=move |_| on_done.run(false)>{t!(i18n, shell.close)}</button>
                    <button class="primary" on:click=move |_| preparation.refetch()>{t!(i18n, shell.retry)}</button>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <Dialog labelled_by="plan-title" on_close=move |()| on_done.run(false)>
            <Suspense fallback=move || view! { <h1 id="plan-title" class="muted">{t!(i18n, losses.loading)}</h1> }>{body}</Suspense>
        </Dialog>
    }
}

#[component]
fn Form(about: Preparation, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let connection = use_connection();
    let form = PlanForm::new(about.do_not, &about.persons);
    let note = RwSignal::new(String::new());
    if let Some(plan) = &about.plan {
        form.due_on.set(plan.due_on.to_string());
        // Somebody may have asked us since not to use this channel, or the person may have left.
        form.channel.set(Some(plan.channel).filter(|channel| !about.do_not.forbids(*channel)));
        form.person.set(about.persons.iter().map(|person| person.id).find(|person| *person == plan.person));
        note.set(plan.note.clone().unwrap_or_default());
    }
    let name = lead_name(i18n, about.name.as_deref(), about.external_id.as_deref(), about.lead);
    let has_plan = about.plan.is_some();
    let seen = StoredValue::new(about.plan.as_ref().map(|plan| plan.id));
    let (lead, do_not, persons, today) = (about.lead, about.do_not, about.persons.clone(), about.today);
    let about = StoredValue::new(about);
    let from_server = RwSignal::new(Vec::<Objection>::new());
    let was_tried = RwSignal::new(false);
    let notice = RwSignal::new(None::<String>);
    let is_sending = RwSignal::new(false);
    let key = IntentKey::new();
    let element = NodeRef::<html::Form>::new();
    let draft = move || Draft { note: note.get(), ..form.draft() };
    let objections = Memo::new(move |_| {
        if !was_tried.get() {
            return Vec::new();
        }
        let draft = draft();
        let mut all = about.with_value(|about| rules::plan(about.facts(), &draft).err().unwrap_or_default());
        all.extend(from_server.get());
        all
    });
    let problem = move |field: Field| {
        Signal::derive(move || {
            let found = objections.with(|all| all.iter().copied().find(|objection| objection.field() == field));
            found.map(|objection| words::objection(i18n, objection))
        })
    };
    let hear = move |answer: Result<PlanAnswer, AppError>, is_drop: bool| match answer {
        Ok(PlanAnswer::Done { .. }) => {
            toaster.say(match is_drop {
                true => tu_string!(i18n, losses.plan_dropped).to_string(),
                false => tu_string!(i18n, losses.plan_saved).to_string(),
            });
            on_done.run(true);
        }
        Ok(PlanAnswer::Objections { objections }) => {
            from_server.set(objections);
            was_tried.set(true);
            focus_first_problem(element);
        }
        Ok(PlanAnswer::Conflict { plan }) => {
            notice.set(Some(match &plan {
                Some(plan) => {
                    let plan = untrack(|| words::plan(i18n, plan));
                    tu_string!(i18n, losses.plan_conflict, plan = plan).to_string()
                }
                None => tu_string!(i18n, losses.plan_conflict_gone).to_string(),
            }));
            seen.set_value(plan.map(|plan| plan.id));
        }
        Err(error) => notice.set(Some(untrack(|| trouble(i18n, error)))),
    };
    let send = move |draft: Option<Draft>| {
        if is_sending.get_untracked() {
            return;
        }
        let is_drop = draft.is_none();
        let seen = seen.get_value();
        let key = key.of(&(&draft, seen));
        let wanted = NewPlan { lead, draft, seen, key };
        is_sending.set(true);
        notice.set(None);
        from_server.set(Vec::new());
        spawn_local(async move {
            let answer = connection.persistently(|| plan(wanted.clone())).await;
            // The dialog may have been closed meanwhile.
            if is_sending.try_set(false).is_none() {
                hear(answer, is_drop);
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        was_tried.set(true);
        match objections.with_untracked(Vec::is_empty) {
            true => send(Some(untrack(draft))),
            false => focus_first_problem(element),
        }
    };
    let about_lead = problem(Field::Lead);
    let notice = move || about_lead.get().or_else(|| notice.get());
    view! {
        <form class="loss-form" novalidate node_ref=element on:submit=submit>
            <h1 id="plan-title">{move || t_string!(i18n, losses.plan_title, name = name.clone()).to_string()}</h1>
            <PlanFields
                form
                do_not
                persons
                today
                about_date=problem(Field::Date)
                about_channel=problem(Field::Channel)
                about_person=problem(Field::Person)
                is_needed=true
            />
            <TextField
                id="plan-note"
                label=Signal::derive(move || t_string!(i18n, losses.plan_note).to_string())
                value=note
                kind="text"
                longest=LONGEST_TEXT
            />
            <p class="problem" role="alert" hidden=move || notice().is_none()>{notice}</p>
            <div class="dialog-foot">
                {has_plan.then(|| {
                    view! {
                        <button type="button" class="danger" on:click=move |_| send(None)>{t!(i18n, losses.plan_drop)}</button>
                    }
                })}
                <button type="button" on:click=move |_| on_done.run(false)>{t!(i18n, shell.cancel)}</button>
                <button class="primary" aria-disabled=move || is_sending.get().to_string()>
                    {move || match is_sending.get() {
                        true => t_string!(i18n, losses.saving),
                        false => t_string!(i18n, losses.plan_save),
                    }}
                </button>
            </div>
        </form>
    }
}
