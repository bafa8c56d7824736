//! The input of the right kind for a field.

use super::{field::Editor, words::word_text};
use crate::{
    leads::{
        api::lists::List,
        rules::fields::{Field, Kind, LONGEST_LINE, LONGEST_TEXT},
    },
    losses::view::words::language,
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, KeyboardEvent, Node};

/// The id of a field's input.
pub(super) fn input_id(field: &Field) -> String {
    format!("field-{}", field.to_string().replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// A field's input: Enter and leaving it save, Escape gives up.
#[component]
pub(super) fn FieldInput(editor: Editor) -> impl IntoView {
    let id = editor.field.with_value(input_id);
    let frame = NodeRef::<html::Span>::new();
    let kind = untrack(|| editor.kind());
    let has_lines = kind == Kind::Text;
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            editor.give_up();
        }
        "Enter" if !event.is_composing() && (!has_lines || event.ctrl_key() || event.meta_key()) => {
            event.prevent_default();
            editor.finish(true);
        }
        _ => {}
    };
    let on_leave = move |event: FocusEvent| {
        let goes_to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        // An input that is taken away loses the focus, too.
        let stays = frame.try_get_untracked().flatten().is_some_and(|frame| frame.contains(goes_to.as_ref()));
        if !stays || goes_to.is_none() {
            editor.finish(false);
        }
    };
    let problem_id = format!("{id}-problem");
    let input = match kind {
        Kind::Text => view! { <Lines editor id problem_id=problem_id.clone()/> }.into_any(),
        Kind::Amount => view! { <AmountInput editor id problem_id=problem_id.clone()/> }.into_any(),
        Kind::Listed(list) => {
            view! { <Choosing editor id problem_id=problem_id.clone() options=listed(editor, list)/> }.into_any()
        }
        Kind::Words(words) => {
            let i18n = editor.ground.i18n;
            let options = words.iter().map(|word| ((*word).to_owned(), word_text(i18n, word))).collect();
            view! { <Choosing editor id problem_id=problem_id.clone() options/> }.into_any()
        }
        Kind::Choice(choices) => {
            let options = choices.into_iter().map(|choice| (choice.clone(), choice)).collect();
            view! { <Choosing editor id problem_id=problem_id.clone() options/> }.into_any()
        }
        kind => view! { <Line editor id problem_id=problem_id.clone() kind/> }.into_any(),
    };
    view! {
        <span class="field-input" node_ref=frame on:keydown=on_key on:focusout=on_leave>{input}</span>
        <span id=problem_id class="problem" role="alert" hidden=move || editor.problem().is_none()>{move || editor.problem()}</span>
    }
}

/// What is offered from a list; what is in use stays, even where it is retired.
fn listed(editor: Editor, list: List) -> Vec<(String, String)> {
    let used = editor.typed.get_untracked();
    let language = language(editor.ground.i18n);
    editor.ground.lists.with_untracked(|lists| {
        lists.offered(list, &used).map(|entry| (entry.id.to_string(), entry.name.pick(language).to_owned())).collect()
    })
}

#[component]
fn Line(editor: Editor, id: String, problem_id: String, kind: Kind) -> impl IntoView {
    let (input_type, mode) = match kind {
        Kind::Email => ("email", "email"),
        Kind::Phone => ("tel", "tel"),
        Kind::Web => ("text", "url"),
        Kind::Date | Kind::PastDate => ("date", "text"),
        Kind::Count => ("text", "numeric"),
        Kind::Number => ("text", "decimal"),
        _ => ("text", "text"),
    };
    view! {
        <input
            id=id
            class="input"
            type=input_type
            inputmode=mode
            dir="auto"
            autocomplete="off"
            maxlength=LONGEST_LINE
            aria-label=move || editor.name()
            aria-invalid=move || editor.problem().map(|_| "true")
            aria-describedby=problem_id
            prop:value=move || editor.typed.get()
            on:input=move |event| editor.typed.set(event_target_value(&event))
        />
    }
}

#[component]
fn Lines(editor: Editor, id: String, problem_id: String) -> impl IntoView {
    view! {
        <textarea
            id=id
            class="input"
            rows="4"
            dir="auto"
            maxlength=LONGEST_TEXT
            aria-label=move || editor.name()
            aria-invalid=move || editor.problem().map(|_| "true")
            aria-describedby=problem_id
            prop:value=move || editor.typed.get()
            on:input=move |event| editor.typed.set(event_target_value(&event))
        ></textarea>
    }
}

/// A choice of one among many. By mouse and thumb the choice saves; by keyboard one may look through them first.
#[component]
fn Choosing(editor: Editor, id: String, problem_id: String, options: Vec<(String, String)>) -> impl IntoView {
    let by_key = StoredValue::new(false);
    let is_needed = editor.field.with_value(Field::is_needed);
    let chosen = editor.typed.get_untracked();
    // A value that is no longer offered stays what it is until another is chosen.
    let is_stray = !chosen.is_empty() && !options.iter().any(|(value, _)| *value == chosen);
    let stray = is_stray.then(|| view! { <option value=chosen.clone() selected=true>{chosen.clone()}</option> });
    let offered = options
        .into_iter()
        .map(|(value, text)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{text}</option> }
        })
        .collect_view();
    view! {
        <select
            id=id
            class="input"
            aria-label=move || editor.name()
            aria-invalid=move || editor.problem().map(|_| "true")
            aria-describedby=problem_id
            on:keydown=move |_| by_key.set_value(true)
            on:pointerdown=move |_| by_key.set_value(false)
            on:change=move |event| {
                editor.typed.set(event_target_value(&event));
                if !by_key.get_value() {
                    editor.finish(true);
                }
            }
        >
            {(!is_needed).then(|| view! { <option value="">"–"</option> })}
            {stray}
            {offered}
        </select>
    }
}

/// An amount with its currency.
#[component]
fn AmountInput(editor: Editor, id: String, problem_id: String) -> impl IntoView {
    let i18n = editor.ground.i18n;
    let typed = editor.typed.get_untracked();
    let offered = editor.ground.lists.with_untracked(|lists| lists.currencies.clone());
    let (number, used) =
        typed.rsplit_once(' ').map_or((typed.clone(), None), |(n, c)| (n.to_owned(), Some(c.to_owned())));
    let first = used.clone().or_else(|| offered.first().cloned()).unwrap_or_default();
    let (number, currency) = (RwSignal::new(number), RwSignal::new(first));
    let tell = move || {
        let number = number.get_untracked();
        let is_empty = number.trim().is_empty();
        editor.typed.set(if is_empty {
            String::new()
        } else {
            format!("{} {}", number.trim(), currency.get_untracked())
        });
    };
    let mut currencies = offered;
    if let Some(used) = used.filter(|used| !currencies.contains(used)) {
        currencies.push(used);
    }
    let options = currencies
        .into_iter()
        .map(|code| {
            let is_chosen = code == currency.get_untracked();
            view! { <option value=code.clone() selected=is_chosen>{code.clone()}</option> }
        })
        .collect_view();
    view! {
        <span class="amount">
            <input
                id=id
                class="input"
                inputmode="decimal"
                autocomplete="off"
                aria-label=move || editor.name()
                aria-invalid=move || editor.problem().map(|_| "true")
                aria-describedby=problem_id
                prop:value=move || number.get()
                on:input=move |event| {
                    number.set(event_target_value(&event));
                    tell();
                }
            />
            <select
                aria-label=move || crate::i18n::t_string!(i18n, leads.currency)
                on:change=move |event| {
                    currency.set(event_target_value(&event));
                    tell();
                }
            >
                {options}
            </select>
        </span>
    }
}
