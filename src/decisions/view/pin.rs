//! The button that pins what is seen to a meeting. The dialog's code comes when it is opened first.

use super::words;
use crate::{
    app::frame::Me,
    decisions::{
        api::{Choices, MeetingAnswer, MeetingRow, NewPin, Where, pin, read_choices},
        rules::{LONGEST_PIN, LONGEST_TITLE, MeetingDraft, PinKind, Problem},
    },
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::MeetingId,
    live::{connection::use_connection, later::Later},
    losses::{rules::LONGEST_TEXT, view::words::trouble},
    ui::{
        dialog::Dialog,
        field::TextField,
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};

/// What somebody is about to pin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    kind: PinKind,
    title: String,
    address: String,
}

/// What is being pinned from anywhere on the page. The dialog belongs to the frame: figures that are read anew under it take
/// nothing away. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Pinning(RwSignal<Option<Wanted>>);

/// Makes pinning possible below.
pub fn provide_pinning() -> Pinning {
    let pinning = Pinning(RwSignal::new(None));
    provide_context(pinning);
    pinning
}

/// Pins what is seen to a meeting; only those who decide see it.
#[component]
pub fn PinButton(
    /// What is pinned.
    kind: PinKind,
    /// What it is called.
    #[prop(into)]
    title: Signal<String>,
    /// Where it is seen: a page under `/losses` with its query.
    #[prop(into)]
    address: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let me = use_context::<Me>();
    let Pinning(wanted) = expect_context();
    let open = move |_| {
        let title = title.get_untracked().chars().take(LONGEST_PIN).collect();
        wanted.set(Some(Wanted { kind, title, address: address.get_untracked() }));
    };
    let button = move || {
        Suspend::new(async move {
            let manages = match me {
                Some(Me(viewer)) => viewer.await.is_ok_and(|viewer| viewer.manages()),
                None => false,
            };
            manages.then(|| {
                view! {
                    <button
                        type="button"
                        class="quiet small pin-button"
                        aria-haspopup="dialog"
                        aria-label=move || t_string!(i18n, decisions.pin_of, title = title.get()).to_string()
                        on:click=open
                    >
                        {t!(i18n, decisions.pin)}
                    </button>
                }
            })
        })
    };
    view! { <Suspense>{button}</Suspense> }
}

/// The dialog, while something is being pinned.
#[component]
pub fn PinDialog(pinning: Pinning) -> impl IntoView {
    let Pinning(wanted) = pinning;
    let close = Callback::new(move |()| wanted.set(None));
    move || wanted.get().map(|wanted| view! { <Later>{Suspend::new(pin_dialog(wanted.clone(), close))}</Later> })
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn pin_dialog(wanted: Wanted, close: Callback<()>) -> AnyView {
    view! { <Opened wanted close/> }.into_any()
}

#[component]
fn Opened(wanted: Wanted, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let choices = LocalResource::new(read_choices);
    let body = move || {
        choices.get().map(|answer| match answer {
            Ok(choices) => view! { <PinForm wanted=wanted.clone() choices close/> }.into_any(),
            Err(error) => view! {
                <Dialog labelled_by="pin-title" on_close=close>
                    <h1 id="pin-title">{t!(i18n, decisions.pin_title)}</h1>
                    <p class="problem" role="alert">{move || trouble(i18n, error)}</p>
                    <div class="dialog-foot"><button on:click=move |_| close.run(())>{t!(i18n, shell.close)}</button></div>
                </Dialog>
            }
            .into_any(),
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn PinForm(wanted: Wanted, choices: Choices, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let Wanted { kind, title, address } = wanted;
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let key = IntentKey::new();
    let Choices { meetings, today, .. } = choices;
    let meeting = RwSignal::new(meetings.first().map(|meeting| meeting.id));
    let name = RwSignal::new(title);
    let (new_title, held_on) = (RwSignal::new(String::new()), RwSignal::new(today.to_string()));
    let said = RwSignal::new(String::new());
    let send = move |()| {
        let place = match (meeting.get_untracked(), held_on.get_untracked().parse()) {
            (Some(meeting), _) => Where::Known(meeting),
            (None, Ok(held_on)) => {
                Where::New(MeetingDraft { title: new_title.get_untracked(), held_on, notes: String::new() })
            }
            (None, Err(_)) => return state.object(untrack(|| words::problem(i18n, Problem::Day))),
        };
        let (title, address) = (name.get_untracked(), address.clone());
        let words_said = said.get_untracked();
        let key = key.of(&(&place, kind, &title, &address, &words_said));
        let wanted = NewPin { meeting: place, kind, title, address, words: words_said, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || pin(wanted.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(MeetingAnswer::Refused { problem }) => state.object(untrack(|| words::problem(i18n, problem))),
                Ok(_) => {
                    toaster.say(tu_string!(i18n, decisions.pinned).to_string());
                    close.run(());
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let option = move |row: MeetingRow| {
        let id = row.id;
        let text = move || format!("{} · {}", format::date(i18n.get_locale(), row.held_on), row.title);
        view! { <option value=id.to_string() prop:selected=move || meeting.get() == Some(id)>{text}</option> }
    };
    view! {
        <FormDialog
            id="pin-title"
            title=Signal::derive(move || t_string!(i18n, decisions.pin_title).to_string())
            send=Signal::derive(move || t_string!(i18n, decisions.pin).to_string())
            state
            on_send=send
            on_leave=close
            on_cancel=close
        >
            <div class="field">
                <label for="pin-meeting">{t!(i18n, decisions.meeting)}</label>
                <select
                    id="pin-meeting"
                    class="input"
                    on:change=move |event| meeting.set(event_target_value(&event).parse::<MeetingId>().ok())
                >
                    {meetings.into_iter().map(option).collect_view()}
                    <option value="" prop:selected=move || meeting.get().is_none()>{t!(i18n, decisions.new_meeting)}</option>
                </select>
            </div>
            <Show when=move || meeting.get().is_none()>
                <TextField
                    id="pin-new-meeting"
                    label=Signal::derive(move || t_string!(i18n, decisions.meeting_title).to_string())
                    value=new_title
                    kind="text"
                    longest=LONGEST_TITLE
                    required=true
                />
                <TextField
                    id="pin-held-on"
                    label=Signal::derive(move || t_string!(i18n, decisions.held_on).to_string())
                    value=held_on
                    kind="date"
                />
            </Show>
            <TextField
                id="pin-name"
                label=Signal::derive(move || t_string!(i18n, decisions.pin_name).to_string())
                value=name
                kind="text"
                longest=LONGEST_PIN
                required=true
            />
            <TextField
                id="pin-words"
                label=Signal::derive(move || t_string!(i18n, decisions.pin_words).to_string())
                value=said
                longest=LONGEST_TEXT
            />
        </FormDialog>
    }
}
