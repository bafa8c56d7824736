//! Writing a signal down. Its code comes when it is opened first.

use super::words;
use crate::{
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    live::{connection::use_connection, later::Later},
    losses::view::words::{language, trouble},
    routing::{
        api::{NewSignal, Noted, SignalKindName, note_signal, read_signal_kinds},
        rules::SignalObjection,
    },
    ui::{
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};

/// Asks what a lead showed. `on_done` hears whether something was written down; unmount the dialog there.
#[component]
pub fn SignalDialog(
    /// Which lead.
    lead: LeadId,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(signal_dialog(lead, on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn signal_dialog(lead: LeadId, on_done: Callback<bool>) -> AnyView {
    view! { <Opened lead on_done/> }.into_any()
}

#[component]
fn Opened(lead: LeadId, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let kinds = LocalResource::new(move || connection.ask(read_signal_kinds));
    let chosen = RwSignal::new(String::new());
    let (state, key) = (FormState::new(), IntentKey::new());
    let send = move |()| {
        let kind = chosen.get_untracked();
        if kind.is_empty() {
            return state.object(tu_string!(i18n, routing.signal_missing).to_string());
        }
        let wanted = NewSignal { lead, key: key.of(&kind), kind };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || note_signal(wanted.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(Noted::Done) => {
                    toaster.say(tu_string!(i18n, routing.signal_noted).to_string());
                    on_done.try_run(true);
                }
                Ok(Noted::Refused { why: SignalObjection::NotYours }) => {
                    state.object(tu_string!(i18n, routing.not_yours).to_string());
                }
                Ok(Noted::Refused { why: SignalObjection::NoSuchSignal }) => {
                    state.object(tu_string!(i18n, routing.signal_unknown).to_string());
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let options = move || {
        kinds.get().map(|answer: Result<Vec<SignalKindName>, AppError>| {
            let option = |kind: SignalKindName| {
                let name = format!("{} ({})", kind.name.pick(language(i18n)), words::intent(i18n, kind.intent));
                view! { <option value=kind.key>{name}</option> }
            };
            answer.unwrap_or_default().into_iter().map(option).collect_view()
        })
    };
    let leave = Callback::new(move |()| on_done.run(false));
    view! {
        <FormDialog
            id="signal-title"
            title=Signal::derive(move || t_string!(i18n, routing.signal_title).to_string())
            send=Signal::derive(move || t_string!(i18n, routing.signal_send).to_string())
            state
            on_send=send
            on_leave=leave
            on_cancel=leave
        >
            <label class="field">
                {t!(i18n, routing.signal_which)}
                <select class="input" on:change=move |event| chosen.set(event_target_value(&event))>
                    <option value="">{t!(i18n, routing.choose)}</option>
                    <Suspense>{options}</Suspense>
                </select>
            </label>
        </FormDialog>
    }
}
