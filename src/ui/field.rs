//! Form fields with their label, hint and problem tied together for eye, keyboard and screen reader.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// A choice of one among few: native radio buttons that look like chips.
#[component]
pub fn RadioChips<T>(
    /// The radio group's name; its problem's id begins with it too, so it is used once per page.
    name: &'static str,
    /// What is asked.
    #[prop(into)]
    legend: Signal<String>,
    /// What there is to choose from.
    #[prop(into)]
    options: Signal<Vec<(T, String)>>,
    /// What is chosen.
    chosen: RwSignal<Option<T>>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// More about the choice.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let problem_id = format!("{name}-problem");
    let radios = move || {
        let radio = |(value, label): (T, String)| {
            let same = value.clone();
            view! {
                <label class="chip choice">
                    <input
                        type="radio"
                        name=name
                        prop:checked=move || chosen.with(|chosen| chosen.as_ref() == Some(&same))
                        on:change=move |_| chosen.set(Some(value.clone()))
                    />
                    {label}
                </label>
            }
        };
        options.get().into_iter().map(radio).collect_view()
    };
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            data-problem=move || problem.get().map(|_| "")
            aria-describedby=problem_id.clone()
            aria-invalid=move || problem.get().map(|_| "true")
        >
            <legend>{move || legend.get()}</legend>
            <div class="options">{radios}</div>
            {children.map(|children| children())}
            <Problem id=problem_id.clone() problem/>
        </fieldset>
    }
}

/// A line or a few lines of text.
#[component]
pub fn TextField(
    /// The field's id, used once per page.
    id: &'static str,
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// What is typed.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// An example or a nudge.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// The input's type; several lines of text without it.
    #[prop(optional)]
    kind: Option<&'static str>,
    /// The most characters that fit.
    #[prop(optional)]
    longest: Option<usize>,
    /// Whether it has to be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let problem_id = format!("{id}-problem");
    let invalid = move || problem.get().map(|_| "true");
    let hint = move || Some(hint.get()).filter(|hint| !hint.is_empty());
    let required = required.then_some("true");
    let field = match kind {
        Some(kind) => view! {
            <input
                id=id
                class="input"
                type=kind
                maxlength=longest
                placeholder=hint
                aria-required=required
                aria-invalid=invalid
                aria-describedby=problem_id.clone()
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        }
        .into_any(),
        None => view! {
            <textarea
                id=id
                class="input"
                rows="2"
                maxlength=longest
                placeholder=hint
                aria-required=required
                aria-invalid=invalid
                aria-describedby=problem_id.clone()
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        }
        .into_any(),
    };
    view! {
        <div class="field" data-problem=move || problem.get().map(|_| "")>
            <label for=id>{move || label.get()}</label>
            {field}
            <Problem id=problem_id problem/>
        </div>
    }
}

#[component]
fn Problem(id: String, problem: Signal<Option<String>>) -> impl IntoView {
    view! { <p id=id class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p> }
}

/// Takes the keyboard to the first field inside `form` that has a problem, once it is on screen.
pub fn focus_first_problem(form: NodeRef<html::Form>) {
    request_animation_frame(move || {
        const PLACE: &str = "[data-problem] :is(input, textarea, select)";
        let place = form.get_untracked().and_then(|form| form.query_selector(PLACE).ok().flatten());
        if let Some(element) = place.and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok()) {
            // An element that cannot take the focus is left where it is.
            let _ = element.focus();
        }
    });
}
