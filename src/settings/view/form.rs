//! A form whose fields are data: drawn by one piece of code, whatever is edited.

use super::words::{self, I18n};
use crate::i18n::{t, use_i18n};
use crate::settings::rules::Refusal;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What a field is filled in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// One text.
    One(String),
    /// Some of the choices.
    Many(Vec<String>),
    /// A list of entries, each with so many cells.
    Rows(Vec<Vec<String>>),
}

/// Every field with what it is filled in with.
pub type Filling = BTreeMap<&'static str, Filled>;

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A line of text of this type of input.
    Line(&'static str),
    /// A line of text with suggestions.
    Suggested(Vec<String>),
    /// Yes or no: `true` or nothing.
    Tick,
    /// One of these (value and words).
    Choice(Vec<(String, String)>),
    /// Some of these.
    Several(Vec<(String, String)>),
    /// Entries of these columns.
    Rows(Vec<Column>),
}

/// A column of a list of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it is.
    pub label: String,
    /// How it is filled in; `None` keeps what it holds out of sight.
    pub input: Option<Input>,
    /// What a new entry begins with.
    pub start: String,
}

/// A field as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, by which refusals point at it.
    pub name: &'static str,
    /// What is asked.
    pub label: String,
    /// What it does, in a line.
    pub hint: String,
    /// How it is filled in.
    pub input: Input,
}

#[derive(Clone)]
struct Row {
    number: u32,
    cells: Vec<RwSignal<String>>,
}

/// What is filled in, field by field; each repaints by itself.
#[derive(Clone, Copy)]
enum Answer {
    One(RwSignal<String>),
    Many(RwSignal<Vec<String>>),
    Rows(RwSignal<Vec<Row>>),
}

/// A form being filled in.
#[derive(Clone, Copy)]
pub struct Answers {
    fields: StoredValue<BTreeMap<&'static str, Answer>>,
    rows: StoredValue<u32>,
}

impl Answers {
    /// Begins with `filling`.
    pub fn new(filling: Filling) -> Self {
        let rows = StoredValue::new(0);
        let answer = |filled| match filled {
            Filled::One(text) => Answer::One(RwSignal::new(text)),
            Filled::Many(chosen) => Answer::Many(RwSignal::new(chosen)),
            Filled::Rows(entries) => {
                Answer::Rows(RwSignal::new(entries.into_iter().map(|cells| row(rows, cells)).collect()))
            }
        };
        let fields = filling.into_iter().map(|(name, filled)| (name, answer(filled))).collect();
        Self { fields: StoredValue::new(fields), rows }
    }

    /// Begins anew with `filling`.
    pub fn refill(self, filling: Filling) {
        for (name, filled) in filling {
            match (self.get(name), filled) {
                (Some(Answer::One(signal)), Filled::One(text)) => signal.set(text),
                (Some(Answer::Many(signal)), Filled::Many(chosen)) => signal.set(chosen),
                (Some(Answer::Rows(signal)), Filled::Rows(entries)) => {
                    signal.set(entries.into_iter().map(|cells| row(self.rows, cells)).collect());
                }
                _ => {}
            }
        }
    }

    /// What is filled in now.
    pub fn filling(self) -> Filling {
        let filled = |answer: &Answer| match answer {
            Answer::One(text) => Filled::One(text.get()),
            Answer::Many(chosen) => Filled::Many(chosen.get()),
            Answer::Rows(entries) => Filled::Rows(
                entries.get().into_iter().map(|row| row.cells.into_iter().map(|cell| cell.get()).collect()).collect(),
            ),
        };
        self.fields.with_value(|fields| fields.iter().map(|(name, answer)| (*name, filled(answer))).collect())
    }

    fn get(self, name: &str) -> Option<Answer> {
        self.fields.with_value(|fields| fields.get(name).copied())
    }
}

fn row(rows: StoredValue<u32>, cells: Vec<String>) -> Row {
    let number = rows.with_value(|rows| rows + 1);
    rows.set_value(number);
    Row { number, cells: cells.into_iter().map(RwSignal::new).collect() }
}

/// The fields with their labels, hints and problems.
#[component]
pub fn Fields(
    /// What is filled in.
    answers: Answers,
    /// What is asked, in the present language.
    fields: Signal<Vec<Field>>,
    /// What is wrong.
    refusals: RwSignal<Vec<Refusal>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let one = move |field: Field| {
        let name = field.name;
        let problem = Signal::derive(move || {
            refusals.with(|all| {
                all.iter().find(|refusal| refusal.field == name).map(|refusal| words::why(i18n, refusal.why))
            })
        });
        let answer = answers.get(name)?;
        Some(draw(answers, field, answer, problem))
    };
    move || fields.get().into_iter().filter_map(one).collect_view()
}

fn draw(answers: Answers, field: Field, answer: Answer, problem: Signal<Option<String>>) -> AnyView {
    let Field { name, label, hint, input } = field;
    let (id, hint_id, problem_id) = (format!("set-{name}"), format!("set-{name}-hint"), format!("set-{name}-problem"));
    let about = format!("{hint_id} {problem_id}");
    let below = view! {
        {(!hint.is_empty()).then(|| view! { <p class="small muted" id=hint_id>{hint}</p> })}
        <p class="problem" id=problem_id hidden=move || problem.get().is_none()>{move || problem.get()}</p>
    };
    let marked = move || problem.get().map(|_| "");
    match (answer, input) {
        (Answer::One(text), Input::Tick) => view! {
            <div class="field" data-problem=marked>
                <label class="tick">
                    <input
                        type="checkbox"
                        aria-describedby=about
                        prop:checked=move || text.with(|text| text == "true")
                        on:change=move |event| text.set(if event_target_checked(&event) { "true".to_owned() } else { String::new() })
                    />
                    {label}
                </label>
                {below}
            </div>
        }
        .into_any(),
        (Answer::One(text), input) => view! {
            <div class="field" data-problem=marked>
                <label for=id.clone()>{label}</label>
                {cell(Some(id), None, about, text, input, problem)}
                {below}
            </div>
        }
        .into_any(),
        (Answer::Many(chosen), Input::Several(choices)) => view! {
            <fieldset class="field" data-problem=marked aria-describedby=about>
                <legend>{label}</legend>
                <div class="options">{ticks(chosen, choices)}</div>
                {below}
            </fieldset>
        }
        .into_any(),
        (Answer::Rows(entries), Input::Rows(columns)) => view! {
            <fieldset class="field" data-problem=marked aria-describedby=about>
                <legend>{label}</legend>
                {below}
                <Entries answers entries columns problem/>
            </fieldset>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn ticks(chosen: RwSignal<Vec<String>>, choices: Vec<(String, String)>) -> impl IntoView {
    let tick = move |(value, label): (String, String)| {
        let same = value.clone();
        let change = move |event| {
            let is_on = event_target_checked(&event);
            chosen.update(|chosen| {
                chosen.retain(|other| *other != value);
                if is_on {
                    chosen.push(value.clone());
                }
            });
        };
        view! {
            <label class="chip choice">
                <input type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&same)) on:change=change/>
                {label}
            </label>
        }
    };
    choices.into_iter().map(tick).collect_view()
}

/// One input. Its name is its label's, or its own.
fn cell(
    id: Option<String>,
    name: Option<String>,
    about: String,
    text: RwSignal<String>,
    input: Input,
    problem: Signal<Option<String>>,
) -> AnyView {
    let invalid = move || problem.get().map(|_| "true");
    match input {
        Input::Choice(choices) => {
            let option = |(value, label): (String, String)| {
                let same = value.clone();
                view! { <option value=value selected=move || text.with(|text| *text == same)>{label}</option> }
            };
            view! {
                <select
                    id=id
                    class="input"
                    aria-label=name
                    aria-describedby=about
                    aria-invalid=invalid
                    prop:value=move || text.get()
                    on:change=move |event| text.set(event_target_value(&event))
                >
                    {choices.into_iter().map(option).collect_view()}
                </select>
            }
            .into_any()
        }
        other => {
            let (kind, suggestions) = match other {
                Input::Line(kind) => (kind, None),
                Input::Suggested(suggestions) => ("text", Some(suggestions)),
                _ => ("text", None),
            };
            let list = suggestions.as_ref().and(id.as_ref()).map(|id| format!("{id}-list"));
            let options = list.clone().zip(suggestions).map(|(list, suggestions)| {
                let options = suggestions.into_iter().map(|text| view! { <option value=text></option> }).collect_view();
                view! { <datalist id=list>{options}</datalist> }
            });
            view! {
                <input
                    id=id
                    class="input"
                    type=kind
                    list=list
                    autocomplete="off"
                    step=(kind == "number").then_some("any")
                    aria-label=name
                    aria-describedby=about
                    aria-invalid=invalid
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
                {options}
            }
            .into_any()
        }
    }
}

/// A list of entries that grows and shrinks.
#[component]
fn Entries(
    answers: Answers,
    entries: RwSignal<Vec<Row>>,
    columns: Vec<Column>,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let i18n: I18n = use_i18n();
    let starts: Vec<_> = columns.iter().map(|column| column.start.clone()).collect();
    let columns = StoredValue::new(columns);
    let add = move |_| {
        let fresh = row(answers.rows, starts.clone());
        entries.update(|entries| entries.push(fresh));
    };
    let entry = move |Row { number, cells }: Row| {
        let cells = columns.with_value(|columns| {
            let shown = columns.iter().zip(cells).filter_map(|(column, text)| {
                let input = column.input.clone()?;
                Some(cell(None, Some(column.label.clone()), String::new(), text, input, problem))
            });
            shown.collect_view()
        });
        view! {
            <div class="entry">
                {cells}
                <button
                    type="button"
                    class="quiet icon-button"
                    aria-label=move || words::remove_entry(i18n)
                    on:click=move |_| entries.update(|entries| entries.retain(|row| row.number != number))
                >
                    "×"
                </button>
            </div>
        }
    };
    view! {
        <div class="entries">
            <For each=move || entries.get() key=|row| row.number children=entry/>
            <button type="button" class="quiet add-entry" on:click=add>"+ " {t!(i18n, settings.add_entry)}</button>
        </div>
    }
}
