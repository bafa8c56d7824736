//! One field, edited in place: press its value, type, and Enter or leaving it saves; Escape gives it up. What was typed
//! stays until it is saved or given up, whatever happens on the way.

use super::{
    input::{FieldInput, input_id},
    words::{field_name, problem_text, shown},
};
use crate::{
    error::AppError,
    format,
    i18n::{t, t_string},
    ids::{LeadId, RequestKey},
    leads::{
        api::{
            Lead,
            lists::Lists,
            record::{Edit, EditAnswer, edit_field},
        },
        rules::fields::{Field, Kind, Problem, YES, written},
    },
    live::connection::Connection,
    losses::view::words::{I18n, trouble},
    ui::key::fresh_key,
};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::JsCast;

/// "Saved" is shown this long.
const SAVED_FOR: Duration = Duration::from_secs(3);

/// What every part of the page stands on. Copies share everything.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    /// The app's words.
    pub i18n: I18n,
    /// Which lead.
    pub id: LeadId,
    /// All that is known of it, as it was read last.
    pub lead: RwSignal<Lead>,
    /// What its fields choose from.
    pub lists: RwSignal<Lists>,
    /// Reads the lead again.
    pub reload: Callback<()>,
    /// Whether the viewer may change it.
    pub may_write: Memo<bool>,
    /// The way to the server.
    pub connection: Connection,
}

impl Ground {
    /// What stands in a field.
    pub(super) fn value(self, field: Field) -> Memo<String> {
        Memo::new(move |_| self.lead.with(|lead| lead.record.get(&field).to_owned()))
    }

    /// What a field takes.
    pub(super) fn kind(self, field: &Field) -> Kind {
        self.lists.with(|lists| field.kind(&lists.custom))
    }
}

/// How an edit stands.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// What is shown is what is known.
    Still,
    /// On its way.
    Saving,
    /// It has arrived.
    Saved,
    /// It did not arrive.
    Failed(AppError),
    /// It cannot be.
    Refused(Problem),
    /// Somebody else changed it meanwhile.
    Conflict { theirs: String, by: Option<String>, at: Option<crate::clock::Moment> },
}

/// The editing of one field. Copies share everything.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    /// What the page stands on.
    pub ground: Ground,
    /// Which field.
    pub field: StoredValue<Field>,
    /// What is typed.
    pub typed: RwSignal<String>,
    value: Memo<String>,
    is_open: RwSignal<bool>,
    state: RwSignal<State>,
    /// The value that the person saw when they began.
    seen: StoredValue<String>,
    key: StoredValue<Option<RequestKey>>,
    is_sending: StoredValue<bool>,
    /// Something else was typed while an edit was on its way.
    has_more: StoredValue<bool>,
    face: NodeRef<html::Button>,
}

impl Editor {
    fn new(ground: Ground, field: Field) -> Self {
        Self {
            ground,
            value: ground.value(field.clone()),
            field: StoredValue::new(field),
            typed: RwSignal::new(String::new()),
            is_open: RwSignal::new(false),
            state: RwSignal::new(State::Still),
            seen: StoredValue::new(String::new()),
            key: StoredValue::new(None),
            is_sending: StoredValue::new(false),
            has_more: StoredValue::new(false),
            face: NodeRef::new(),
        }
    }

    /// What the field takes.
    pub(super) fn kind(self) -> Kind {
        self.field.with_value(|field| self.ground.kind(field))
    }

    /// The field's name.
    pub(super) fn name(self) -> String {
        self.field.with_value(|field| field_name(self.ground.i18n, self.ground.lists, field))
    }

    /// What is wrong with what is typed.
    pub(super) fn problem(self) -> Option<String> {
        self.state.with(|state| match state {
            State::Refused(problem) => Some(problem_text(self.ground.i18n, problem)),
            _ => None,
        })
    }

    /// What stands in the field as far as this person is concerned: their own while it is on its way.
    fn present(self) -> String {
        let is_mine =
            self.state.with(|state| matches!(state, State::Saving | State::Failed(_) | State::Conflict { .. }));
        if is_mine { self.typed.get() } else { self.value.get() }
    }

    fn open(self) {
        let has_unsaved = self.state.with_untracked(|state| matches!(state, State::Failed(_) | State::Refused(_)));
        if !has_unsaved {
            let value = self.value.get_untracked();
            self.typed.set(value.clone());
            self.seen.set_value(value);
            self.state.set(State::Still);
        }
        self.is_open.set(true);
        let id = self.field.with_value(input_id);
        request_animation_frame(move || focus_on(&id));
    }

    /// Gives up what was typed.
    pub(super) fn give_up(self) {
        self.is_open.set(false);
        self.state.set(State::Still);
        self.refocus();
    }

    /// Saves what was typed, or says what is wrong with it.
    pub(super) fn finish(self, by_key: bool) {
        if self.is_open.try_get_untracked() != Some(true) {
            return;
        }
        let today = self.ground.lead.with_untracked(|lead| lead.now.local().date());
        let kind = untrack(|| self.kind());
        let is_needed = self.field.with_value(Field::is_needed);
        match written(&kind, &self.typed.get_untracked(), today) {
            Err(problem) => self.state.set(State::Refused(problem)),
            Ok(value) if value.is_empty() && is_needed => self.state.set(State::Refused(Problem::Needed)),
            Ok(value) => {
                self.is_open.set(false);
                if by_key {
                    self.refocus();
                }
                if self.seen.with_value(|seen| *seen == value) {
                    self.state.set(State::Still);
                } else {
                    self.typed.set(value);
                    self.send(fresh_key());
                }
            }
        }
    }

    /// Saves a tick at once.
    fn tick(self, is_set: bool) {
        self.seen.set_value(self.value.get_untracked());
        self.typed.set(if is_set { YES.to_owned() } else { String::new() });
        self.send(fresh_key());
    }

    fn send(self, key: RequestKey) {
        self.key.set_value(Some(key.clone()));
        self.state.set(State::Saving);
        // One edit of a field after the other: what is typed meanwhile goes out when the first is answered.
        if self.is_sending.get_value() {
            return self.has_more.set_value(true);
        }
        self.is_sending.set_value(true);
        let edit = Edit {
            lead: self.ground.id,
            field: self.field.get_value(),
            seen: self.seen.get_value(),
            typed: self.typed.get_untracked(),
            key,
        };
        spawn_local(async move {
            let answer = self.ground.connection.persistently(async || edit_field(edit.clone()).await).await;
            // A page that has gone has nothing to show.
            if self.is_sending.try_set_value(false).is_none() {
                self.go_on(answer);
            }
        });
    }

    /// Sends what was typed since, or shows the answer.
    fn go_on(self, answer: Result<EditAnswer, AppError>) {
        let has_more = self.has_more.get_value();
        self.has_more.set_value(false);
        match answer {
            Ok(EditAnswer::Done { value }) if has_more && self.typed.get_untracked() != value => {
                self.seen.set_value(value.clone());
                self.know(value);
                self.send(fresh_key());
            }
            answer => self.settle(answer),
        }
    }

    fn settle(self, answer: Result<EditAnswer, AppError>) {
        match answer {
            Ok(EditAnswer::Done { value }) => {
                self.know(value);
                self.state.set(State::Saved);
                let rest = move || {
                    self.state.try_update(|state| {
                        if *state == State::Saved {
                            *state = State::Still;
                        }
                    });
                };
                set_timeout(rest, SAVED_FOR);
            }
            Ok(EditAnswer::Refused { problem }) => {
                self.state.set(State::Refused(problem));
                self.is_open.set(true);
            }
            Ok(EditAnswer::Conflict { theirs, by, at }) => {
                self.know(theirs.clone());
                self.state.set(State::Conflict { theirs, by, at });
            }
            Err(error) => self.state.set(State::Failed(error)),
        }
    }

    /// Takes over the field's value as the server told it.
    fn know(self, value: String) {
        let field = self.field.get_value();
        self.ground.lead.update(|lead| {
            if value.is_empty() {
                lead.record.0.remove(&field);
            } else {
                lead.record.0.insert(field, value);
            }
        });
    }

    fn keep_theirs(self) {
        self.state.set(State::Still);
        self.refocus();
    }

    fn overwrite(self, theirs: String) {
        self.seen.set_value(theirs);
        self.refocus();
        self.send(fresh_key());
    }

    fn try_again(self) {
        // The same key: if the first one arrived after all, it is not done twice.
        self.send(self.key.get_value().unwrap_or_else(fresh_key));
    }

    fn refocus(self) {
        let face = self.face;
        request_animation_frame(move || {
            if let Some(face) = face.try_get_untracked().flatten() {
                // An element that cannot take the focus is left where it is.
                let _ = face.focus();
            }
        });
    }
}

/// Takes the keyboard to an input, with all of its text chosen.
fn focus_on(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        // An element that cannot take the focus is left where it is.
        let _ = element.focus();
    }
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        input.select();
    }
}

/// A field with its name. Without a value it is shown once somebody `asked` for it.
#[component]
pub(super) fn FieldRow(
    /// What the page stands on.
    ground: Ground,
    /// Which field.
    field: Field,
    /// The empty field that somebody wants to fill in.
    #[prop(optional, into)]
    asked: Option<RwSignal<Option<Field>>>,
) -> impl IntoView {
    let editor = Editor::new(ground, field.clone());
    if let Some(asked) = asked {
        Effect::new(move |_| {
            if asked.with(|asked| asked.as_ref() == Some(&field)) {
                asked.set(None);
                match untrack(|| editor.kind()) {
                    // Asking for a tick is ticking it.
                    Kind::Tick => editor.tick(true),
                    _ => editor.open(),
                }
            }
        });
    }
    let is_hidden = move || {
        let is_at_rest = editor.state.with(|state| matches!(state, State::Still)) && !editor.is_open.get();
        asked.is_some() && is_at_rest && editor.value.with(String::is_empty)
    };
    let body = move || {
        let may_write = ground.may_write.get();
        match editor.kind() {
            Kind::Tick => view! { <Tick editor may_write/> }.into_any(),
            _ if !may_write => view! { <span dir="auto">{move || present_text(editor)}</span> }.into_any(),
            _ if editor.is_open.get() => view! { <FieldInput editor/> }.into_any(),
            _ => view! { <Face editor/> }.into_any(),
        }
    };
    view! {
        <div
            class="fact"
            hidden=is_hidden
            data-field=editor.field.with_value(ToString::to_string)
            data-saving=move || editor.state.with(|state| matches!(state, State::Saving)).then_some("")
        >
            <dt>{move || editor.name()}</dt>
            <dd>{body} <Status editor/></dd>
        </div>
    }
}

/// What stands in the field, in the reader's words.
fn present_text(editor: Editor) -> String {
    let text = editor.field.with_value(|field| shown(editor.ground, field, &editor.present()));
    if text.is_empty() { "–".to_owned() } else { text }
}

/// The value, to be pressed.
#[component]
fn Face(editor: Editor) -> impl IntoView {
    let i18n = editor.ground.i18n;
    let label = move || {
        let (field, value) = (editor.name(), present_text(editor));
        t_string!(i18n, leads.edit_of, field = field, value = value).to_string()
    };
    let link = move || {
        let address = editor.present();
        let is_web = matches!(editor.kind(), Kind::Web) && address.starts_with("http");
        is_web.then(|| {
            view! {
                <a class="small" href=address target="_blank" rel="noopener noreferrer" aria-label=move || t_string!(i18n, leads.open_link)>
                    "↗"
                </a>
            }
        })
    };
    view! {
        <button type="button" class="value" node_ref=editor.face aria-label=label on:click=move |_| editor.open()>
            <bdi>{move || present_text(editor)}</bdi>
        </button>
        {link}
    }
}

/// Yes or not: saved at once.
#[component]
fn Tick(editor: Editor, may_write: bool) -> impl IntoView {
    view! {
        <label class="tick">
            <input
                type="checkbox"
                aria-label=move || editor.name()
                disabled=!may_write
                prop:checked=move || editor.present() == YES
                on:change=move |event| editor.tick(event_target_checked(&event))
            />
            <span aria-hidden="true">{move || if editor.present() == YES { t_string!(editor.ground.i18n, leads.yes) } else { t_string!(editor.ground.i18n, leads.no) }}</span>
        </label>
    }
}

/// Whether it is saved, and what to do where it is not.
#[component]
pub(super) fn Status(editor: Editor) -> impl IntoView {
    let i18n = editor.ground.i18n;
    let text = move || {
        editor.state.with(|state| match state {
            State::Still | State::Refused(_) => String::new(),
            State::Saving => t_string!(i18n, leads.saving).to_string(),
            State::Saved => t_string!(i18n, leads.saved).to_string(),
            State::Failed(error) => {
                let why = trouble(i18n, *error);
                t_string!(i18n, leads.not_saved, why = why).to_string()
            }
            State::Conflict { theirs, by, at } => {
                let value = editor.field.with_value(|field| shown(editor.ground, field, theirs));
                let value = if value.is_empty() { t_string!(i18n, leads.nothing).to_string() } else { value };
                let who = by.clone().unwrap_or_else(|| t_string!(i18n, leads.somebody).to_string());
                match at {
                    Some(at) => {
                        let time = format::date_time(i18n.get_locale(), *at);
                        t_string!(i18n, leads.conflict_at, who = who, value = value, time = time).to_string()
                    }
                    None => t_string!(i18n, leads.conflict, who = who, value = value).to_string(),
                }
            }
        })
    };
    let ways_out = move || match editor.state.get() {
        State::Failed(_) => view! {
            <button type="button" on:click=move |_| editor.try_again()>{t!(i18n, leads.try_again)}</button>
            <button type="button" class="quiet" on:click=move |_| editor.give_up()>{t!(i18n, leads.discard)}</button>
        }
        .into_any(),
        State::Conflict { theirs, .. } => view! {
            <button type="button" on:click=move |_| editor.keep_theirs()>{t!(i18n, leads.keep_theirs)}</button>
            <button type="button" on:click=move |_| editor.overwrite(theirs.clone())>{t!(i18n, leads.use_mine)}</button>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let is_trouble = move || editor.state.with(|state| matches!(state, State::Failed(_) | State::Conflict { .. }));
    view! {
        <span class="field-status" class:troubled=is_trouble>
            <span role="status">{text}</span>
            {ways_out}
        </span>
    }
}
