//! The lead's files: kept, and sent with progress, one after the other.

use super::{
    entry::{DocumentLink, size_text},
    field::Ground,
};
use crate::{
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, RequestKey},
    leads::{
        api::documents::{AttachAnswer, AttachRefusal},
        rules::documents::LARGEST_FILE,
    },
    losses::view::words::I18n,
    ui::{
        icon::{Drawn, Icon},
        key::fresh_key,
        toast::{Toaster, use_toaster},
        upload::{self, Progress},
    },
};
use leptos::{html, prelude::*};
use leptos_use::{use_event_listener, use_window};
use std::{cell::RefCell, collections::HashMap};
use web_sys::{DragEvent, File, FileList, XmlHttpRequest};

/// A file, and the request that carries it.
type InHand = (File, Option<XmlHttpRequest>);

thread_local! {
    /// What belongs to the browser's one thread stays on it; rows name their file by number. Never used on the server.
    static IN_HAND: RefCell<HashMap<u32, InHand>> = RefCell::new(HashMap::new());
}

/// Where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    /// So many percent of it have been sent.
    OnItsWay(u32),
    /// It did not get there; it may be sent again.
    Broken,
    /// It will not be taken.
    Refused(AttachRefusal),
}

#[derive(Debug, Clone)]
struct Row {
    number: u32,
    lead: LeadId,
    name: String,
    bytes: i64,
    key: RequestKey,
    state: RwSignal<State>,
}

/// Files on their way. They outlive the page's readings.
#[derive(Clone, Copy)]
pub(super) struct Uploads {
    rows: RwSignal<Vec<Row>>,
    count: StoredValue<u32>,
    /// How many have arrived: the page is read anew when it grows.
    pub(super) arrived: RwSignal<u32>,
}

impl Uploads {
    /// None.
    pub(super) fn new() -> Self {
        Self { rows: RwSignal::new(Vec::new()), count: StoredValue::new(0), arrived: RwSignal::new(0) }
    }

    fn add(self, lead: LeadId, files: &FileList) {
        for file in (0..files.length()).filter_map(|place| files.item(place)) {
            let number = self.count.with_value(|count| count + 1);
            self.count.set_value(number);
            let bytes = file.size();
            let state = match bytes {
                0.0 => State::Refused(AttachRefusal::Empty),
                bytes if bytes > LARGEST_FILE as f64 => State::Refused(AttachRefusal::TooLarge),
                _ => State::Waiting,
            };
            let row = Row {
                number,
                lead,
                name: file.name(),
                bytes: bytes as i64,
                key: fresh_key(),
                state: RwSignal::new(state),
            };
            IN_HAND.with_borrow_mut(|files| files.insert(number, (file, None)));
            self.rows.update(|rows| rows.push(row));
        }
        self.go_on();
    }

    /// Sends the first file that waits, unless one is on its way.
    fn go_on(self) {
        let Some(rows) = self.rows.try_get_untracked() else { return };
        let state = |row: &Row| row.state.try_get_untracked();
        if rows.iter().any(|row| matches!(state(row), Some(State::OnItsWay(_)))) {
            return;
        }
        let Some(row) = rows.into_iter().find(|row| state(row) == Some(State::Waiting)) else { return };
        let Some(file) = IN_HAND.with_borrow(|files| files.get(&row.number).map(|(file, _)| file.clone())) else {
            return;
        };
        row.state.set(State::OnItsWay(0));
        let name = String::from(js_sys::encode_uri_component(&row.name));
        let address = format!("/attachments?lead={}&key={}&name={name}", row.lead, row.key.0);
        let (number, state) = (row.number, row.state);
        let request = upload::send(&file, &address, move |progress| self.hear(number, state, &progress));
        match request {
            Ok(request) => {
                IN_HAND.with_borrow_mut(|files| files.insert(number, (file, Some(request)))).map_or((), drop)
            }
            Err(_) => state.set(State::Broken),
        }
    }

    fn hear(self, number: u32, state: RwSignal<State>, progress: &Progress) {
        let end = match progress {
            Progress::Sent(percent) => {
                state.try_set(State::OnItsWay(*percent));
                return;
            }
            Progress::Broken => State::Broken,
            Progress::Answered(200, text) => match serde_json::from_str(text) {
                Ok(AttachAnswer::Done) => {
                    self.forget(number);
                    self.arrived.try_update(|count| *count += 1);
                    return self.go_on();
                }
                Ok(AttachAnswer::Refused { why }) => State::Refused(why),
                Err(_) => State::Broken,
            },
            Progress::Answered(_, text) => match serde_json::from_str::<AppError>(text) {
                Ok(AppError::Forbidden | AppError::NotFound) => State::Refused(AttachRefusal::NotYours),
                _ => State::Broken,
            },
        };
        state.try_set(end);
        self.go_on();
    }

    /// Sends a file again, with the same key: it is kept once, however often it arrives.
    fn retry(self, row: &Row) {
        row.state.set(State::Waiting);
        self.go_on();
    }

    /// Stops a file on its way, or takes it off the list.
    fn cancel(self, number: u32) {
        let request = IN_HAND.with_borrow(|files| files.get(&number).and_then(|(_, request)| request.clone()));
        if let Some(request) = request {
            // A request that has ended already cannot be stopped, and need not.
            let _ = request.abort();
        }
        self.forget(number);
        self.go_on();
    }

    fn forget(self, number: u32) {
        IN_HAND.with_borrow_mut(|files| files.remove(&number));
        self.rows.try_update(|rows| rows.retain(|row| row.number != number));
    }
}

fn state_text(i18n: I18n, state: State) -> String {
    match state {
        State::Waiting => t_string!(i18n, leads.upload_waiting).to_string(),
        State::OnItsWay(percent) => format!("{percent}\u{a0}%"),
        State::Broken => t_string!(i18n, leads.upload_broken).to_string(),
        State::Refused(AttachRefusal::NotYours) => t_string!(i18n, losses.objection_not_yours).to_string(),
        State::Refused(AttachRefusal::Empty) => t_string!(i18n, leads.upload_empty).to_string(),
        State::Refused(AttachRefusal::TooLarge) => t_string!(i18n, leads.upload_too_large).to_string(),
    }
}

/// Files that are dropped anywhere on the page are attached.
fn take_drops(ground: Ground, uploads: Uploads, toaster: Toaster) {
    let (i18n, lead) = (ground.i18n, ground.id);
    let carries_files =
        |event: &DragEvent| event.data_transfer().is_some_and(|carried| carried.types().includes(&"Files".into(), 0));
    let _ = use_event_listener(use_window(), leptos::ev::dragover, move |event: DragEvent| {
        if carries_files(&event) {
            event.prevent_default();
        }
    });
    let _ = use_event_listener(use_window(), leptos::ev::drop, move |event: DragEvent| {
        if !carries_files(&event) {
            return;
        }
        // Otherwise the browser would leave the page and show the file.
        event.prevent_default();
        if let Some(files) = event.data_transfer().and_then(|carried| carried.files()) {
            uploads.add(lead, &files);
            toaster.say(tu_string!(i18n, leads.upload_taken).to_string());
        }
    });
}

/// The files.
#[component]
pub(super) fn Documents(ground: Ground) -> impl IntoView {
    let (i18n, lead) = (ground.i18n, ground.id);
    let toaster = use_toaster();
    let uploads: Uploads = expect_context();
    let input = NodeRef::<html::Input>::new();
    take_drops(ground, uploads, toaster);
    let choose = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(files) = input.files() {
            uploads.add(lead, &files);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    let documents = Memo::new(move |_| ground.lead.with(|lead| lead.documents.clone()));
    let waiting = move || uploads.rows.get().into_iter().filter(|row| row.lead == lead).collect::<Vec<_>>();
    view! {
        <section class="panel" aria-labelledby="documents-title">
            <h2 id="documents-title">{t!(i18n, leads.documents)}</h2>
            <Show when=move || documents.with(Vec::is_empty)>
                <p class="muted">{t!(i18n, leads.documents_none)}</p>
            </Show>
            <ul class="documents">
                <For each=move || documents.get() key=|document| document.id let:document>
                    <li><DocumentLink document/></li>
                </For>
            </ul>
            <Show when=move || ground.may_write.get()>
                <ul class="uploads" aria-live="polite">
                    <For each=waiting key=|row| row.number children=move |row| view! { <RowView row uploads/> }/>
                </ul>
                <label class="button attach">
                    <Drawn icon=Icon::Clip/>
                    {t!(i18n, leads.attach)}
                    <input class="sr" type="file" multiple node_ref=input on:change=choose/>
                </label>
                <p class="small muted">{t!(i18n, leads.attach_hint)}</p>
            </Show>
        </section>
    }
}

#[component]
fn RowView(row: Row, uploads: Uploads) -> impl IntoView {
    let i18n = use_i18n();
    let Row { number, bytes, state, .. } = row;
    let percent = move || match state.get() {
        State::OnItsWay(percent) => Some(percent.to_string()),
        _ => None,
    };
    let name = row.name.clone();
    let label = name.clone();
    let row = StoredValue::new(row);
    view! {
        <li>
            <bdi>{name}</bdi>
            <span class="small muted num">{move || size_text(i18n, bytes)}</span>
            {move || percent().map(|percent| view! { <progress max="100" value=percent aria-label=label.clone()></progress> })}
            <span class="small" class:trouble-text=move || matches!(state.get(), State::Broken | State::Refused(_))>
                {move || state_text(i18n, state.get())}
            </span>
            <Show when=move || state.get() == State::Broken>
                <button type="button" on:click=move |_| row.with_value(|row| uploads.retry(row))>{t!(i18n, shell.retry)}</button>
            </Show>
            <button type="button" class="quiet" on:click=move |_| uploads.cancel(number)>
                {move || match state.get() {
                    State::Refused(_) => t_string!(i18n, shell.dismiss),
                    _ => t_string!(i18n, shell.cancel),
                }}
            </button>
        </li>
    }
}
