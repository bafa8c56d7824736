//! What became of the leads: which columns say so, and what each of their values means.

use super::{
    parts::{Choice, Item},
    words,
};
use crate::{
    capture::{
        api::{Choices, ColumnFacts, Look},
        preset::{Becomes, Others, OutcomeRule, Preset},
    },
    format,
    i18n::{t, t_string, use_i18n},
    losses::view::words::{I18n, language},
};
use leptos::prelude::*;

/// The rules, one column each, in the order in which they are asked.
#[component]
pub fn OutcomesSection(
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    choices: StoredValue<Choices>,
) -> impl IntoView {
    let i18n = use_i18n();
    let options = Signal::derive(move || choices.with_value(|choices| outcomes(i18n, choices)));
    let rules = Memo::new(move |_| {
        preset.with(|preset| preset.outcome.iter().map(|rule| rule.column.clone()).collect::<Vec<_>>())
    });
    let columns = move || look.with(|look| look.as_ref().map_or_else(Vec::new, |look| look.columns.clone()));
    let sections = move || {
        let columns = columns();
        let rule = |(place, name): (usize, String)| {
            let column = columns.iter().find(|column| column.name == name).cloned();
            view! { <Rule place name column preset options/> }
        };
        rules.get().into_iter().enumerate().map(rule).collect_view()
    };
    let addable = Signal::derive(move || {
        let taken = rules.get();
        let free = columns().into_iter().filter(|column| !column.values.is_empty() && !taken.contains(&column.name));
        let none = (String::new(), t_string!(i18n, capture.choose_column).to_string());
        std::iter::once(none).chain(free.map(|column| (column.name.clone(), column.name))).collect::<Vec<Item>>()
    });
    let stages = Signal::derive(move || {
        choices.with_value(|choices| {
            let named = |(kind, name): &(crate::pipeline::rules::StageKind, crate::ids::Names)| {
                (kind.word().to_owned(), name.pick(language(i18n)).to_owned())
            };
            choices.stages.iter().map(named).collect::<Vec<_>>()
        })
    });
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.outcomes_title)}</h2>
            <p class="muted small">{t!(i18n, capture.outcomes_hint)}</p>
            {sections}
            <div class="import-choices">
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.add_rule).to_string())
                    options=addable
                    chosen=Signal::derive(String::new)
                    on_choose=move |column: String| {
                        if !column.is_empty() {
                            preset.update(|preset| preset.outcome.push(OutcomeRule::about(column.clone())));
                        }
                    }
                />
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.open_stage).to_string())
                    options=stages
                    chosen=Signal::derive(move || preset.with(|preset| preset.stage.word().to_owned()))
                    on_choose=move |stage: String| {
                        if let Ok(stage) = stage.parse() {
                            preset.update(|preset| preset.stage = stage);
                        }
                    }
                />
            </div>
        </section>
    }
}

/// What a value can mean: `word` or `word:reason`.
fn outcomes(i18n: I18n, choices: &Choices) -> Vec<Item> {
    let word = |becomes: Becomes| (becomes.word().to_owned(), words::becomes(i18n, becomes));
    let mut options = vec![(String::new(), t_string!(i18n, capture.becomes_undecided).to_string())];
    for (kind, name) in &choices.stages {
        if let Some(becomes) = Becomes::ALL.iter().find(|becomes| becomes.open_stage() == Some(*kind)) {
            let text = t_string!(i18n, capture.becomes_open, stage = name.pick(language(i18n)).to_owned()).to_string();
            options.push((becomes.word().to_owned(), text));
        }
    }
    options.push(word(Becomes::Customer));
    for loss in [Becomes::Lost, Becomes::Unqualified] {
        let of = choices.reasons.iter().filter(|reason| Some(reason.outcome) == loss.loss());
        let named = of.map(|reason| {
            let text = format!("{}: {}", words::becomes(i18n, loss), reason.name.pick(language(i18n)));
            (format!("{loss}:{}", reason.code), text)
        });
        options.extend(named);
    }
    options.push(word(Becomes::Rejected));
    options
}

fn parse(value: &str) -> Option<(Becomes, Option<String>)> {
    let (word, reason) = value.split_once(':').map_or((value, None), |(word, reason)| (word, Some(reason.to_owned())));
    Some((word.parse().ok()?, reason))
}

#[component]
fn Rule(
    place: usize,
    name: String,
    column: Option<ColumnFacts>,
    preset: RwSignal<Preset>,
    options: Signal<Vec<Item>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let change = move |change: &dyn Fn(&mut OutcomeRule)| {
        preset.update(|preset| {
            if let Some(rule) = preset.outcome.get_mut(place) {
                change(rule);
            }
        });
    };
    let is_here = column.is_some();
    let values = column.map(|column| column.values).unwrap_or_default();
    let has_values = !values.is_empty();
    let line = |(value, count): (String, usize)| {
        let (asked, said, label) = (value.clone(), value.clone(), value.clone());
        let chosen = Signal::derive(move || {
            preset.with(|preset| match preset.outcome.get(place).and_then(|rule| rule.meaning_of(&asked)) {
                Some((Becomes::Undecided, _)) | None => String::new(),
                Some((becomes, Some(reason))) => format!("{becomes}:{reason}"),
                Some((becomes, None)) => becomes.word().to_owned(),
            })
        });
        // A loss that was guessed has no reason yet, and says so.
        let options = Signal::derive(move || {
            let mut options = options.get();
            let present = chosen.get();
            if let Some(loss) = [Becomes::Lost, Becomes::Unqualified].into_iter().find(|loss| loss.word() == present) {
                let text = t_string!(i18n, capture.choose_reason, outcome = words::becomes(i18n, loss)).to_string();
                options.insert(0, (present, text));
            }
            options
        });
        let shown =
            move || if label.is_empty() { t_string!(i18n, capture.blank_value).to_string() } else { label.clone() };
        let spoken = shown.clone();
        view! {
            <div class="import-column">
                <div class="import-column-name">
                    <span>{shown}</span>
                    <span class="faint small num">
                        {move || format::number(i18n.get_locale(), i64::try_from(count).unwrap_or(i64::MAX))}
                    </span>
                </div>
                <Choice
                    is_bare=true
                    label=Signal::derive(spoken)
                    options
                    chosen
                    on_choose=move |value: String| change(&|rule| match parse(&value) {
                        None if rule.others == Others::Undecided => rule.say(&said, None),
                        None => rule.say(&said, Some((Becomes::Undecided, None))),
                        meaning => rule.say(&said, meaning),
                    })
                />
            </div>
        }
    };
    let lines = values.into_iter().map(line).collect_view();
    let others = Signal::derive(move || {
        [Others::Undecided, Others::Rejected]
            .map(|others| {
                let text = match others {
                    Others::Undecided => t_string!(i18n, capture.others_undecided),
                    Others::Rejected => t_string!(i18n, capture.others_rejected),
                };
                (others.word().to_owned(), text.to_string())
            })
            .to_vec()
    });
    view! {
        <fieldset class="import-rule">
            <legend>{t!(i18n, capture.rule_about)}" "<strong>{name}</strong></legend>
            {(!is_here).then(|| view! { <p class="problem">{t!(i18n, capture.column_missing)}</p> })}
            {(is_here && !has_values).then(|| view! { <p class="problem">{t!(i18n, capture.too_many_values)}</p> })}
            <div class="import-columns">{lines}</div>
            <div class="import-choices">
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.others).to_string())
                    options=others
                    chosen=Signal::derive(move || {
                        preset.with(|preset| preset.outcome.get(place).map(|rule| rule.others.word().to_owned()).unwrap_or_default())
                    })
                    on_choose=move |value: String| {
                        if let Ok(others) = value.parse::<Others>() {
                            change(&|rule| rule.others = others);
                        }
                    }
                />
                <label class="tick">
                    <input
                        type="checkbox"
                        prop:checked=move || preset.with(|preset| preset.outcome.get(place).is_some_and(|rule| rule.keep))
                        on:change=move |event| {
                            let keep = event_target_checked(&event);
                            change(&|rule| rule.keep = keep);
                        }
                    />
                    {t!(i18n, capture.keep_as_field)}
                </label>
                <button
                    type="button"
                    class="quiet import-narrow"
                    on:click=move |_| preset.update(|preset| {
                        if place < preset.outcome.len() {
                            preset.outcome.remove(place);
                        }
                    })
                >
                    {t!(i18n, capture.remove_rule)}
                </button>
            </div>
        </fieldset>
    }
}
