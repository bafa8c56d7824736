//! What happens to an account: the link that invites, closing it with its leads handed on, and one's own password.

use super::words::{self, w};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    live::connection::use_connection,
    people::{
        api::{HolderName, read_holders},
        rules::Holder,
    },
    settings::{
        api::{AccountAnswer, Entry, Invited, change_password, close_account, invite, read_farewell},
        rules::{Refusal, Why},
    },
    ui::{
        dialog::Dialog,
        field::{TextField, focus_first_problem},
        key::IntentKey,
        toast::use_toaster,
    },
};
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};

/// Makes an invitation and shows its link, once.
#[component]
pub fn InviteDialog(
    /// For whom.
    person: i64,
    /// Their name.
    name: String,
    /// Where to go on.
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let invited = LocalResource::new(move || invite(person));
    let body = move || {
        invited.get().map(|answer| match answer {
            Ok(Invited::Done { link, until }) => {
                let (shown, copied) = (link.clone(), RwSignal::new(false));
                let until = move || {
                    let until = format::date_time(i18n.get_locale(), until);
                    t_string!(i18n, settings.link_until, until = until).to_string()
                };
                view! {
                    <p>{t!(i18n, settings.link_advice)}</p>
                    <div class="field">
                        <label for="invitation-link">{t!(i18n, settings.link)}</label>
                        <input
                            id="invitation-link"
                            class="input"
                            dir="ltr"
                            readonly
                            value=shown
                            on:focus=select_all
                        />
                    </div>
                    <p class="small muted" role="status">
                        {move || if copied.get() { w!(i18n, copied) } else { until() }}
                    </p>
                    <div class="dialog-foot">
                        <button type="button" on:click=move |_| copied.set(copy(&link))>{t!(i18n, settings.copy)}</button>
                        <button type="button" class="primary" on:click=move |_| on_done.run(())>{t!(i18n, shell.close)}</button>
                    </div>
                }
                .into_any()
            }
            Ok(Invited::Refused { why }) => trouble(words::why(i18n, why.why), on_done).into_any(),
            Err(error) => trouble(words::trouble(i18n, error), on_done).into_any(),
        })
    };
    view! {
        <Dialog labelled_by="invite-title" on_close=move |()| on_done.run(())>
            <h1 id="invite-title">{t!(i18n, settings.invite_title, name = name)}</h1>
            <Suspense>{body}</Suspense>
        </Dialog>
    }
}

fn select_all(event: web_sys::FocusEvent) {
    event_target::<web_sys::HtmlInputElement>(&event).select();
}

fn trouble(text: String, on_done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="problem" role="alert">{text}</p>
        <div class="dialog-foot">
            <button type="button" on:click=move |_| on_done.run(())>{t!(i18n, shell.close)}</button>
        </div>
    }
}

/// Copies a text; false where the browser has no clipboard (plain http in an office): then it is copied by hand.
fn copy(text: &str) -> bool {
    let get = |of: &JsValue, what: &str| {
        js_sys::Reflect::get(of, &JsValue::from_str(what)).ok().filter(|it| !it.is_undefined())
    };
    let clipboard = web_sys::window().and_then(|window| get(&window.navigator(), "clipboard"));
    let write =
        clipboard.as_ref().and_then(|clipboard| get(clipboard, "writeText")?.dyn_into::<js_sys::Function>().ok());
    match (clipboard, write) {
        (Some(clipboard), Some(write)) => write.call1(&clipboard, &JsValue::from_str(text)).is_ok(),
        _ => false,
    }
}

fn word(holder: Holder) -> String {
    match holder {
        Holder::Person(person) => format!("person-{person}"),
        Holder::Queue(queue) => format!("queue-{queue}"),
    }
}

/// Closes an account; the leads go to somebody else first.
#[component]
pub fn CloseDialog(
    /// Whose.
    person: i64,
    /// Their name.
    name: String,
    /// Hears whether it was closed.
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let farewell = LocalResource::new(move || async move {
        let (farewell, holders) = futures::join!(read_farewell(person), read_holders());
        Ok::<_, crate::error::AppError>((farewell?, holders?))
    });
    let (to, problem, notice) =
        (RwSignal::new(String::new()), RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let is_sending = RwSignal::new(false);
    let (key, connection) = (IntentKey::new(), use_connection());
    let form = NodeRef::<html::Form>::new();
    let others = move || {
        let holders = farewell.get().and_then(Result::ok).map(|(_, holders)| holders).unwrap_or_default();
        holders
            .into_iter()
            .filter(|other| other.holder != Holder::Person(crate::ids::UserId(person)))
            .collect::<Vec<_>>()
    };
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if is_sending.get_untracked() {
            return;
        }
        problem.set(None);
        notice.set(None);
        let hand_to =
            untrack(others).into_iter().map(|other| other.holder).find(|holder| word(*holder) == to.get_untracked());
        is_sending.set(true);
        spawn_local(async move {
            let key = key.of(&hand_to);
            let answer = connection.persistently(async || close_account(person, hand_to, key.clone()).await).await;
            if is_sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(AccountAnswer::Done { .. }) => {
                    toaster.say(untrack(|| w!(i18n, account_closed)));
                    on_done.run(true);
                }
                Ok(AccountAnswer::Refused { why }) if why.field == "hand_to" => {
                    problem.set(Some(untrack(|| words::why(i18n, why.why))));
                    focus_first_problem(form);
                }
                Ok(AccountAnswer::Refused { why }) => notice.set(Some(untrack(|| words::why(i18n, why.why)))),
                Err(error) => notice.set(Some(untrack(|| words::trouble(i18n, error)))),
            }
        });
    };
    let left = move || {
        farewell.get().map(|answer| match answer {
            Ok((left, _)) if left.leads + left.recontacts > 0 => {
                let leads = format::number(i18n.get_locale(), left.leads);
                let plans = format::number(i18n.get_locale(), left.recontacts);
                let choice = |other: HolderName| {
                    let name = match other.team.as_str() {
                        "" => other.name,
                        team => format!("{} ({team})", other.name),
                    };
                    view! { <option value=word(other.holder)>{name}</option> }
                };
                let choices = others().into_iter().map(choice).collect_view();
                view! {
                    <p>{t_string!(i18n, settings.leaves_behind, leads = leads, plans = plans).to_string()}</p>
                    <div class="field" data-problem=move || problem.get().map(|_| "")>
                        <label for="hand-to">{t!(i18n, settings.hand_to)}</label>
                        <select
                            id="hand-to"
                            class="input"
                            aria-describedby="hand-to-problem"
                            on:change=move |event| to.set(event_target_value(&event))
                        >
                            <option value="">{t!(i18n, settings.choose)}</option>
                            {choices}
                        </select>
                        <p class="problem" id="hand-to-problem" hidden=move || problem.get().is_none()>
                            {move || problem.get()}
                        </p>
                    </div>
                }
                .into_any()
            }
            Ok((left, _)) if !left.queues.is_empty() => {
                view! { <p class="problem">{words::why(i18n, Why::ManagesQueue)} " " {left.queues.join(", ")}</p> }
                    .into_any()
            }
            Ok(_) => view! { <p>{t!(i18n, settings.leaves_nothing)}</p> }.into_any(),
            Err(error) => view! { <p class="problem" role="alert">{words::trouble(i18n, error)}</p> }.into_any(),
        })
    };
    view! {
        <Dialog labelled_by="close-title" on_close=move |()| on_done.run(false)>
            <form class="setting-form" novalidate node_ref=form on:submit=send>
                <h1 id="close-title">{t!(i18n, settings.close_title, name = name)}</h1>
                <p class="muted">{t!(i18n, settings.close_advice)}</p>
                <Suspense>{left}</Suspense>
                <p class="problem" role="alert" hidden=move || notice.get().is_none()>{move || notice.get()}</p>
                <div class="dialog-foot">
                    <button type="button" on:click=move |_| on_done.run(false)>{t!(i18n, shell.cancel)}</button>
                    <button class="primary" aria-disabled=move || is_sending.get().to_string()>
                        {move || if is_sending.get() { w!(i18n, saving) } else { w!(i18n, close_account) }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// Sets one's own password.
#[component]
pub fn PasswordForm() -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let (present, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (refusals, notice) = (RwSignal::new(Vec::<Refusal>::new()), RwSignal::new(None::<String>));
    let is_sending = RwSignal::new(false);
    let form = NodeRef::<html::Form>::new();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if is_sending.get_untracked() {
            return;
        }
        refusals.set(Vec::new());
        notice.set(None);
        is_sending.set(true);
        spawn_local(async move {
            let answer = change_password(present.get_untracked(), new.get_untracked()).await;
            if is_sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Entry::Done) => {
                    present.set(String::new());
                    new.set(String::new());
                    toaster.say(untrack(|| w!(i18n, password_changed)));
                }
                Ok(Entry::Refused { why }) => {
                    refusals.set(why);
                    focus_first_problem(form);
                }
                Ok(_) => notice.set(Some(untrack(|| w!(i18n, wait)))),
                Err(error) => notice.set(Some(untrack(|| words::trouble(i18n, error)))),
            }
        });
    };
    let problem = move |field: &'static str| problem_of(refusals, field);
    view! {
        <form class="setting-form password-form" novalidate node_ref=form on:submit=send>
            <h2>{t!(i18n, settings.password_title)}</h2>
            <TextField
                id="present-password"
                kind="password"
                label=Signal::derive(move || w!(i18n, present_password))
                value=present
                problem=problem("present_password")
                required=true
            />
            <TextField
                id="new-password"
                kind="password"
                label=Signal::derive(move || w!(i18n, new_password))
                value=new
                problem=problem("new_password")
                required=true
            />
            <p class="small muted">{t!(i18n, settings.password_hint)}</p>
            <p class="problem" role="alert" hidden=move || notice.get().is_none()>{move || notice.get()}</p>
            <button class="primary" aria-disabled=move || is_sending.get().to_string()>{t!(i18n, settings.change_password)}</button>
        </form>
    }
}

/// What is wrong with a field, in words.
pub fn problem_of(refusals: RwSignal<Vec<Refusal>>, field: &'static str) -> Signal<Option<String>> {
    let i18n = use_i18n();
    Signal::derive(move || {
        refusals
            .with(|all| all.iter().find(|refusal| refusal.field == field).map(|refusal| words::why(i18n, refusal.why)))
    })
}
