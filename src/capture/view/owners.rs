//! Who owns the leads, where their dates come from, and what holds for all of them.

use super::parts::{Choice, Item};
use crate::{
    capture::{
        api::{Choices, Look},
        preset::{DateColumn, DateFormat, DecimalMark, Field, Owners, Preset, WordColumn},
        problems::date_format,
    },
    i18n::{t, t_string, use_i18n},
    losses::view::words::I18n,
    pipeline::api::{Direction, Party},
};
use leptos::prelude::*;

/// Which of the two dates.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    Arose,
    Closed,
}

impl Which {
    fn of(self, preset: &mut Preset) -> &mut Option<DateColumn> {
        match self {
            Self::Arose => &mut preset.arose,
            Self::Closed => &mut preset.closed,
        }
    }

    fn read(self, preset: &Preset) -> Option<DateColumn> {
        match self {
            Self::Arose => preset.arose.clone(),
            Self::Closed => preset.closed.clone(),
        }
    }
}

fn names(look: RwSignal<Option<Look>>) -> Vec<Item> {
    look.with(|look| {
        let columns = look.iter().flat_map(|look| &look.columns);
        columns.map(|column| (column.name.clone(), column.name.clone())).collect()
    })
}

/// Who becomes responsible for the leads.
#[component]
pub fn OwnersSection(
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    choices: StoredValue<Choices>,
) -> impl IntoView {
    let i18n = use_i18n();
    let options = Signal::derive(move || choices.with_value(|choices| owner_options(i18n, choices)));
    let chosen = Signal::derive(move || preset.with(|preset| owner_value(&preset.owners)));
    let choose = move |value: String| {
        let columns = names(look);
        let first = columns.first().map(|(name, _)| name.clone()).unwrap_or_default();
        preset.update(|preset| preset.owners = owners(&value, &first));
    };
    let by_column = move || matches!(preset.with(|preset| preset.owners.clone()), Owners::Column { .. });
    let column = Signal::derive(move || match preset.with(|preset| preset.owners.clone()) {
        Owners::Column { column, .. } => column,
        _ => String::new(),
    });
    let otherwise = Signal::derive(move || match preset.with(|preset| preset.owners.clone()) {
        Owners::Column { otherwise, .. } => otherwise.unwrap_or_default(),
        _ => String::new(),
    });
    let others = Signal::derive(move || {
        let reject = (String::new(), t_string!(i18n, capture.owner_reject).to_string());
        let queues = choices.with_value(|choices| choices.queues.clone());
        let queue = |name: String| (name.clone(), t_string!(i18n, capture.owner_queue, name = name).to_string());
        std::iter::once(reject).chain(queues.into_iter().map(queue)).collect::<Vec<_>>()
    });
    let column_choices = move || {
        view! {
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.owner_column).to_string())
                options=Signal::derive(move || names(look))
                chosen=column
                on_choose=move |name: String| preset.update(|preset| {
                    if let Owners::Column { column, .. } = &mut preset.owners {
                        *column = name;
                    }
                })
            />
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.owner_otherwise).to_string())
                options=others
                chosen=otherwise
                on_choose=move |name: String| preset.update(|preset| {
                    if let Owners::Column { otherwise, .. } = &mut preset.owners {
                        *otherwise = Some(name).filter(|name| !name.is_empty());
                    }
                })
            />
        }
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.owners_title)}</h2>
            <div class="import-choices">
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.owner).to_string())
                    options
                    chosen
                    on_choose=choose
                />
                <Show when=by_column>{column_choices}</Show>
            </div>
        </section>
    }
}

fn owner_options(i18n: I18n, choices: &Choices) -> Vec<Item> {
    let mut options = vec![
        ("spread".to_owned(), t_string!(i18n, capture.owner_spread).to_string()),
        ("column".to_owned(), t_string!(i18n, capture.owner_by_column).to_string()),
    ];
    for team in &choices.teams {
        options.push((format!("team:{team}"), t_string!(i18n, capture.owner_team, team = team.clone()).to_string()));
    }
    for queue in &choices.queues {
        options
            .push((format!("queue:{queue}"), t_string!(i18n, capture.owner_queue, name = queue.clone()).to_string()));
    }
    for person in &choices.people {
        options.push((format!("person:{}", person.email), person.name.clone()));
    }
    options
}

fn owner_value(owners: &Owners) -> String {
    match owners {
        Owners::Spread { team: None } => "spread".to_owned(),
        Owners::Spread { team: Some(team) } => format!("team:{team}"),
        Owners::Queue { name } => format!("queue:{name}"),
        Owners::Person { email } => format!("person:{email}"),
        Owners::Column { .. } => "column".to_owned(),
    }
}

fn owners(value: &str, first_column: &str) -> Owners {
    match value.split_once(':') {
        Some(("team", team)) => Owners::Spread { team: Some(team.to_owned()) },
        Some(("queue", name)) => Owners::Queue { name: name.to_owned() },
        Some(("person", email)) => Owners::Person { email: email.to_owned() },
        _ if value == "column" => Owners::Column { column: first_column.to_owned(), otherwise: None },
        _ => Owners::Spread { team: None },
    }
}

/// Where the dates come from.
#[component]
pub fn DatesSection(
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    /// Columns whose format somebody still has to say.
    pending: RwSignal<Vec<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.dates_title)}</h2>
            <p class="muted small">{t!(i18n, capture.dates_hint)}</p>
            <DateChoice which=Which::Arose look preset pending/>
            <DateChoice which=Which::Closed look preset pending/>
        </section>
    }
}

#[component]
fn DateChoice(
    which: Which,
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    pending: RwSignal<Vec<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    // The column that was chosen while its format is still to be said.
    let waiting = RwSignal::new(None::<String>);
    let wait_for = move |column: Option<String>| {
        let before = waiting.get_untracked();
        pending.update(|pending| {
            pending.retain(|name| Some(name) != before.as_ref());
            pending.extend(column.clone());
        });
        waiting.set(column);
    };
    let column = Signal::derive(move || {
        let said = preset.with(|preset| which.read(preset).map(|date| date.column));
        waiting.get().or(said).unwrap_or_default()
    });
    let formats = move |column: &str| {
        look.with(|look| {
            let facts = look.iter().flat_map(|look| &look.columns).find(|facts| facts.name == column);
            facts.map(|facts| facts.dates.clone()).unwrap_or_default()
        })
    };
    let columns = Signal::derive(move || {
        let unknown = (String::new(), t_string!(i18n, capture.date_unknown).to_string());
        // Columns that look like dates come first.
        let mut names = names(look);
        names.sort_by_key(|(name, _)| formats(name).is_empty());
        std::iter::once(unknown).chain(names).collect::<Vec<_>>()
    });
    let choose_column = move |name: String| {
        let fitting = formats(&name);
        preset.update(|preset| *which.of(preset) = None);
        match (name.is_empty(), &fitting[..]) {
            (true, _) => wait_for(None),
            (false, [format]) => {
                let format = *format;
                preset.update(|preset| *which.of(preset) = Some(DateColumn { column: name, format }));
                wait_for(None);
            }
            (false, _) => wait_for(Some(name)),
        }
    };
    let format_options = Signal::derive(move || {
        let fitting = formats(&column.get());
        let offered = if fitting.is_empty() { DateFormat::ALL.to_vec() } else { fitting };
        let none = (String::new(), t_string!(i18n, capture.choose_format).to_string());
        let named = |format: DateFormat| (format.word().to_owned(), date_format(i18n.get_locale(), format));
        std::iter::once(none).chain(offered.into_iter().map(named)).collect::<Vec<_>>()
    });
    let format = Signal::derive(move || {
        preset.with(|preset| which.read(preset).map(|date| date.format.word().to_owned()).unwrap_or_default())
    });
    let choose_format = move |word: String| {
        let column = column.get_untracked();
        match word.parse() {
            Ok(format) => {
                preset.update(|preset| *which.of(preset) = Some(DateColumn { column, format }));
                wait_for(None);
            }
            Err(_) => {
                preset.update(|preset| *which.of(preset) = None);
                wait_for(Some(column));
            }
        }
    };
    let label = Signal::derive(move || match which {
        Which::Arose => t_string!(i18n, capture.arose_column).to_string(),
        Which::Closed => t_string!(i18n, capture.closed_column).to_string(),
    });
    let warning = move || {
        waiting.get().map(|column| match formats(&column).is_empty() {
            true => t_string!(i18n, capture.dates_not_recognised).to_string(),
            false => t_string!(i18n, capture.dates_ambiguous).to_string(),
        })
    };
    view! {
        <div class="import-choices">
            <Choice label options=columns chosen=column on_choose=choose_column/>
            <Show when=move || !column.get().is_empty()>
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.date_format).to_string())
                    options=format_options
                    chosen=format
                    on_choose=choose_format
                />
            </Show>
        </div>
        <div role="status">{move || warning().map(|text| view! { <p class="problem">{text}</p> })}</div>
    }
}

/// What holds for all leads: direction, party, currency.
#[component]
pub fn CommonSection(
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    choices: StoredValue<Choices>,
) -> impl IntoView {
    let i18n = use_i18n();
    let directions = Signal::derive(move || {
        vec![
            (Direction::Inbound.word().to_owned(), t_string!(i18n, capture.inbound).to_string()),
            (Direction::Outbound.word().to_owned(), t_string!(i18n, capture.outbound).to_string()),
        ]
    });
    let parties = Signal::derive(move || {
        vec![
            (Party::Person.word().to_owned(), t_string!(i18n, capture.person).to_string()),
            (Party::Company.word().to_owned(), t_string!(i18n, capture.company).to_string()),
        ]
    });
    let currencies = Signal::derive(move || {
        let own = (String::new(), t_string!(i18n, capture.own_currency).to_string());
        let known = choices.with_value(|choices| choices.currencies.clone());
        std::iter::once(own).chain(known.into_iter().map(|code| (code.clone(), code))).collect::<Vec<_>>()
    });
    let marks = Signal::derive(move || {
        vec![
            (String::new(), t_string!(i18n, capture.mark_found).to_string()),
            (DecimalMark::Point.word().to_owned(), "1,234.56".to_owned()),
            (DecimalMark::Comma.word().to_owned(), "1.234,56".to_owned()),
        ]
    });
    let has_value = move || preset.with(|preset| preset.columns.contains_key(&Field::Value));
    let money = move || {
        view! {
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.currency).to_string())
                options=currencies
                chosen=Signal::derive(move || preset.with(|preset| preset.currency.clone().unwrap_or_default()))
                on_choose=move |code: String| preset.update(|preset| preset.currency = Some(code).filter(|code| !code.is_empty()))
            />
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.decimal_mark).to_string())
                options=marks
                chosen=Signal::derive(move || {
                    preset.with(|preset| preset.decimal.map(|mark| mark.word().to_owned()).unwrap_or_default())
                })
                on_choose=move |mark: String| preset.update(|preset| preset.decimal = mark.parse().ok())
            />
        }
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.common_title)}</h2>
            <div class="import-choices">
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.direction).to_string())
                    options=directions
                    chosen=Signal::derive(move || preset.with(|preset| preset.direction.word().to_owned()))
                    on_choose=move |word: String| {
                        if let Ok(direction) = word.parse() {
                            preset.update(|preset| preset.direction = direction);
                        }
                    }
                />
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.party).to_string())
                    options=parties
                    chosen=Signal::derive(move || preset.with(|preset| preset.party.word().to_owned()))
                    on_choose=move |word: String| {
                        if let Ok(party) = word.parse() {
                            preset.update(|preset| preset.party = party);
                        }
                    }
                />
                <Show when=has_value>{money}</Show>
            </div>
            <WordBy
                look
                label=Signal::derive(move || t_string!(i18n, capture.direction_by).to_string())
                words=directions
                column=Signal::derive(move || {
                    preset.with(|preset| preset.direction_by.as_ref().map(|by| by.column.clone()).unwrap_or_default())
                })
                on_column=move |column: String| preset.update(|preset| {
                    preset.direction_by = (!column.is_empty()).then_some(WordColumn { column, meaning: Vec::new() });
                })
                meaning=move |value: String| {
                    let by = |by: &WordColumn<Direction>| by.meaning_of(&value).map(|word| word.word().to_owned());
                    preset.with(|preset| preset.direction_by.as_ref().and_then(by).unwrap_or_default())
                }
                on_meaning=move |(value, word): (String, String)| preset.update(|preset| {
                    if let Some(by) = &mut preset.direction_by {
                        by.say(&value, word.parse().ok());
                    }
                })
            />
            <WordBy
                look
                label=Signal::derive(move || t_string!(i18n, capture.party_by).to_string())
                words=parties
                column=Signal::derive(move || {
                    preset.with(|preset| preset.party_by.as_ref().map(|by| by.column.clone()).unwrap_or_default())
                })
                on_column=move |column: String| preset.update(|preset| {
                    preset.party_by = (!column.is_empty()).then_some(WordColumn { column, meaning: Vec::new() });
                })
                meaning=move |value: String| {
                    let by = |by: &WordColumn<Party>| by.meaning_of(&value).map(|word| word.word().to_owned());
                    preset.with(|preset| preset.party_by.as_ref().and_then(by).unwrap_or_default())
                }
                on_meaning=move |(value, word): (String, String)| preset.update(|preset| {
                    if let Some(by) = &mut preset.party_by {
                        by.say(&value, word.parse().ok());
                    }
                })
            />
        </section>
    }
}

/// A column whose values mean one of two words, where it is not the same for all.
#[component]
fn WordBy(
    look: RwSignal<Option<Look>>,
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// The words.
    words: Signal<Vec<Item>>,
    /// The column; none while all are the same.
    #[prop(into)]
    column: Signal<String>,
    #[prop(into)] on_column: Callback<String>,
    /// The word that a value means.
    #[prop(into)]
    meaning: Callback<String, String>,
    #[prop(into)] on_meaning: Callback<(String, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let columns = Signal::derive(move || {
        let none = (String::new(), t_string!(i18n, capture.same_for_all).to_string());
        let listed = look.with(|look| {
            let columns = look.iter().flat_map(|look| &look.columns).filter(|column| !column.values.is_empty());
            columns.map(|column| (column.name.clone(), column.name.clone())).collect::<Vec<_>>()
        });
        std::iter::once(none).chain(listed).collect::<Vec<_>>()
    });
    let options = Signal::derive(move || {
        let usual = (String::new(), t_string!(i18n, capture.as_for_all).to_string());
        std::iter::once(usual).chain(words.get()).collect::<Vec<_>>()
    });
    let values = move || {
        let name = column.get();
        let values = look.with(|look| {
            let found = look.iter().flat_map(|look| &look.columns).find(|column| column.name == name);
            found.map(|column| column.values.clone()).unwrap_or_default()
        });
        let line = |(value, _): (String, usize)| {
            let (asked, said, shown) = (value.clone(), value.clone(), value.clone());
            let shown = Signal::derive(move || match shown.is_empty() {
                true => t_string!(i18n, capture.blank_value).to_string(),
                false => shown.clone(),
            });
            view! {
                <div class="import-column">
                    <span class="import-column-name">{move || shown.get()}</span>
                    <Choice
                        is_bare=true
                        label=shown
                        options
                        chosen=Signal::derive(move || meaning.run(asked.clone()))
                        on_choose=move |word: String| on_meaning.run((said.clone(), word))
                    />
                </div>
            }
        };
        values.into_iter().map(line).collect_view()
    };
    view! {
        <div class="import-choices"><Choice label options=columns chosen=column on_choose=on_column/></div>
        <div class="import-columns">{values}</div>
    }
}
