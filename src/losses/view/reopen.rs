//! The way back: a new try, or a loss that was a mistake.

use super::words;
use crate::{
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LossId, Names, StageId},
    live::{connection::use_connection, later::Later},
    losses::{
        api::{NewReopening, ReopenAnswer, reopen},
        rules::{Closure, ClosureCause, LONGEST_TEXT, ReopenRefusal},
    },
    pipeline::api::read_stages,
    ui::{
        dialog::Dialog,
        field::{RadioChips, TextField, focus_first_problem},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::wasm_split};

/// Brings a lost lead back to the board. `on_done` hears whether it came back; unmount the dialog there.
/// Its code comes when it is opened first.
#[component]
pub fn ReopenDialog(
    /// The standing loss.
    loss: LossId,
    /// What the lead is called.
    name: String,
    /// The stage that it left, where known.
    stage_left: Option<Names>,
    /// What is known already of why they are back.
    #[prop(optional)]
    said: String,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    view! {
        <Later>
            {Suspend::new(reopen_dialog(loss, name.clone(), stage_left.clone(), said.clone(), on_done))}
        </Later>
    }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn reopen_dialog(
    loss: LossId,
    name: String,
    stage_left: Option<Names>,
    said: String,
    on_done: Callback<bool>,
) -> AnyView {
    view! { <Opened loss name stage_left said on_done/> }.into_any()
}

#[component]
fn Opened(
    loss: LossId,
    name: String,
    stage_left: Option<Names>,
    said: String,
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let connection = use_connection();
    let closure = RwSignal::new(Some(Closure::Reactivated));
    let cause = RwSignal::new(None::<ClosureCause>);
    let to = RwSignal::new(String::new());
    let note = RwSignal::new(said);
    let problem = RwSignal::new(None::<String>);
    let notice = RwSignal::new(None::<String>);
    let is_sending = RwSignal::new(false);
    let form = NodeRef::<html::Form>::new();
    let unsent = Unsent::of(format_args!("reopen-{loss}"));
    let key = IntentKey::beside(unsent);
    unsent.keep(move || note.get(), move |kept| note.set(kept));
    let stages = LocalResource::new(read_stages);
    let shown_name = name.clone();
    let name = StoredValue::new(name);
    let is_reactivation = move || closure.get() == Some(Closure::Reactivated);

    let send = move |closure: Closure| {
        let to = to.get_untracked().parse::<StageId>().ok();
        let (cause, note) = (cause.get_untracked(), note.get_untracked());
        let key = key.of(&(closure, cause, &note, to));
        let wanted = NewReopening { loss, closure, cause, note, to, key };
        let name = name.get_value();
        is_sending.set(true);
        spawn_local(async move {
            let answer = connection.persistently(async || reopen(wanted.clone()).await).await;
            if matches!(answer, Ok(ReopenAnswer::Done { .. })) {
                unsent.forget();
            }
            let is_open = is_sending.try_set(false).is_none();
            match answer {
                _ if !is_open => {}
                Ok(ReopenAnswer::Done { .. }) => {
                    toaster.say(tu_string!(i18n, losses.undone_toast, name = name).to_string());
                    on_done.run(true);
                }
                Ok(ReopenAnswer::Conflict { by, .. }) => {
                    let who = by.unwrap_or_else(|| tu_string!(i18n, losses.somebody).to_string());
                    toaster.say(tu_string!(i18n, losses.back_already, who = who).to_string());
                    on_done.run(true);
                }
                Ok(ReopenAnswer::Refused { why: ReopenRefusal::CauseMissing }) => {
                    problem.set(Some(untrack(|| words::refusal(i18n, ReopenRefusal::CauseMissing))));
                }
                Ok(ReopenAnswer::Refused { why }) => notice.set(Some(untrack(|| words::refusal(i18n, why)))),
                Err(error) => notice.set(Some(untrack(|| words::trouble(i18n, error)))),
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        problem.set(None);
        notice.set(None);
        match closure.get_untracked() {
            _ if is_sending.get_untracked() => {}
            Some(Closure::Reactivated) if cause.get_untracked().is_none() => {
                problem.set(Some(untrack(|| words::refusal(i18n, ReopenRefusal::CauseMissing))));
                focus_first_problem(form);
            }
            Some(closure) => send(closure),
            None => {}
        }
    };
    let closures = move || {
        vec![
            (Closure::Reactivated, t_string!(i18n, losses.kind_reactivate).to_string()),
            (Closure::Reversed, t_string!(i18n, losses.kind_reverse).to_string()),
        ]
    };
    let causes = move || ClosureCause::ALL.iter().map(|cause| (*cause, words::cause(i18n, *cause))).collect::<Vec<_>>();
    let left = move || match &stage_left {
        Some(stage) => {
            let stage = stage.pick(words::language(i18n)).to_owned();
            t_string!(i18n, losses.stage_it_left, stage = stage).to_string()
        }
        None => t_string!(i18n, losses.stage_unknown_left).to_string(),
    };
    let choices = move || {
        let stages = stages.get().and_then(Result::ok).unwrap_or_default();
        let offered = stages.into_iter().filter(|stage| stage.kind.is_on_board() && !stage.kind.is_folded());
        let option = |stage: crate::pipeline::api::Stage| {
            let name = stage.name.pick(words::language(i18n)).to_owned();
            view! { <option value=stage.id.to_string()>{name}</option> }
        };
        offered.map(option).collect_view()
    };
    view! {
        <Dialog labelled_by="reopen-title" on_close=move |()| on_done.run(false)>
            <form class="loss-form" novalidate node_ref=form on:submit=submit>
                <h1 id="reopen-title">{t!(i18n, losses.reactivate_title, name = shown_name)}</h1>
                <RadioChips
                    name="reopen-kind"
                    legend=Signal::derive(move || t_string!(i18n, losses.kind_legend).to_string())
                    options=Signal::derive(closures)
                    chosen=closure
                >
                    <span class="small muted">
                        {move || match is_reactivation() {
                            true => t_string!(i18n, losses.kind_reactivate_hint),
                            false => t_string!(i18n, losses.kind_reverse_hint),
                        }}
                    </span>
                </RadioChips>
                <Show when=is_reactivation>
                    <RadioChips
                        name="reopen-cause"
                        legend=Signal::derive(move || t_string!(i18n, losses.cause_legend).to_string())
                        options=Signal::derive(causes)
                        chosen=cause
                        problem=problem
                    />
                </Show>
                <div class="field">
                    <label for="reopen-stage">{t!(i18n, losses.stage_label)}</label>
                    <select id="reopen-stage" class="input" on:change=move |event| to.set(event_target_value(&event))>
                        <option value="">{left}</option>
                        <Suspense>{choices}</Suspense>
                    </select>
                </div>
                <TextField
                    id="reopen-note"
                    label=Signal::derive(move || t_string!(i18n, losses.reopen_note).to_string())
                    value=note
                    longest=LONGEST_TEXT
                />
                <p class="problem" role="alert" hidden=move || notice.get().is_none()>{move || notice.get()}</p>
                <div class="dialog-foot">
                    <button type="button" on:click=move |_| on_done.run(false)>{t!(i18n, shell.cancel)}</button>
                    <button class="primary" aria-disabled=move || is_sending.get().to_string()>
                        {move || match is_sending.get() {
                            true => t_string!(i18n, losses.saving),
                            false => t_string!(i18n, losses.bring_back),
                        }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
