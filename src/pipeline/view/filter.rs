//! What the board is narrowed to, mirrored in the address so that a view can be shared and survives a reload.

use super::{carry::Words, views::ViewMenu};
use crate::{
    i18n::{t, t_string, use_i18n},
    ids::{ProductId, QueueId, SourceId, StageId, UserId},
    people::{api::HolderName, rules::Holder},
    pipeline::{
        api::{Choice, Choices, Filter, Whose},
        rules::{Lanes, Sort},
    },
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate, params::ParamsMap};
use std::{collections::BTreeSet, time::Duration};

/// A pause in typing this long starts the search.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// A board as its address says: what it shows, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Which leads, in which order.
    pub filter: Filter,
    /// By what it is divided.
    pub lanes: Option<Lanes>,
    /// Columns that are folded although they are open by themselves, or the other way round.
    pub toggled: BTreeSet<StageId>,
}

/// The look that an address names.
pub fn from_query(query: &ParamsMap) -> Look {
    let id = |name: &str| query.get(name).and_then(|value| value.parse::<i64>().ok());
    let filter = Filter {
        whose: query.get("whose").map_or(Whose::Mine, |word| whose(&word)),
        source: id("source").map(SourceId),
        product: id("product").map(ProductId),
        text: query.get("q").unwrap_or_default(),
        sort: query.get("sort").and_then(|word| word.parse().ok()).unwrap_or_default(),
    };
    let toggled = query.get("fold").unwrap_or_default();
    let lanes = query.get("lanes").and_then(|word| word.parse().ok());
    Look { filter, lanes, toggled: toggled.split('-').filter_map(|stage| stage.parse().ok()).collect() }
}

fn whose(word: &str) -> Whose {
    let numbered = |prefix: char| word.strip_prefix(prefix).and_then(|id| id.parse::<i64>().ok());
    if word == "everyone" {
        Whose::Everyone
    } else if let Some(id) = numbered('u') {
        Whose::One(Holder::Person(UserId(id)))
    } else if let Some(id) = numbered('q') {
        Whose::One(Holder::Queue(QueueId(id)))
    } else {
        Whose::Mine
    }
}

fn whose_word(whose: Whose) -> String {
    match whose {
        Whose::Mine => String::new(),
        Whose::Everyone => "everyone".to_owned(),
        Whose::One(Holder::Person(id)) => format!("u{id}"),
        Whose::One(Holder::Queue(id)) => format!("q{id}"),
    }
}

/// The address of a board that looks so.
pub fn address(look: &Look) -> String {
    let Look { filter, lanes, toggled } = look;
    let toggled: Vec<_> = toggled.iter().map(ToString::to_string).collect();
    let mut query = ParamsMap::new();
    let pairs = [
        ("whose", whose_word(filter.whose)),
        ("source", filter.source.map(|id| id.to_string()).unwrap_or_default()),
        ("product", filter.product.map(|id| id.to_string()).unwrap_or_default()),
        ("q", filter.text.trim().to_owned()),
        ("sort", if filter.sort == Sort::Manual { String::new() } else { filter.sort.to_string() }),
        ("lanes", lanes.map(|lanes| lanes.to_string()).unwrap_or_default()),
        ("fold", toggled.join("-")),
    ];
    for (name, value) in pairs {
        if !value.is_empty() {
            query.insert(name, value);
        }
    }
    format!("/board{}", query.to_query_string())
}

/// The way to another look of the board.
pub fn use_looks() -> Callback<Look> {
    let navigate = use_navigate();
    Callback::new(move |look: Look| {
        navigate(&address(&look), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    })
}

/// The bar with the filters.
#[component]
pub fn FilterBar(look: Memo<Look>, choices: Choices, holders: Vec<HolderName>) -> impl IntoView {
    let i18n = use_i18n();
    let go = use_looks();
    let filter = Memo::new(move |_| look.get().filter);
    let change = move |edit: &dyn Fn(&mut Filter)| {
        let mut look = look.get_untracked();
        edit(&mut look.filter);
        go.run(look);
    };
    // The box is the person's while they type; the address only fills it when it says something else (Back, a link).
    let words = RwSignal::new(filter.get_untracked().text);
    Effect::new(move |_| {
        let text = filter.get().text;
        if words.with_untracked(|words| words.trim() != text) {
            words.set(text);
        }
    });
    let typed = StoredValue::new(0u32);
    let search = move |text: String| {
        words.set(text.clone());
        typed.update_value(|typed| *typed += 1);
        let now = typed.get_value();
        set_timeout(
            move || {
                if typed.try_get_value() == Some(now) {
                    let mut look = look.get_untracked();
                    look.filter.text = text;
                    go.run(look);
                }
            },
            TYPING_PAUSE,
        );
    };
    // An order, lanes and folded columns hide nothing, and stay.
    let whole = Memo::new(move |_| {
        let look = look.get();
        Look { filter: Filter { sort: look.filter.sort, ..Filter::default() }, ..look }
    });
    let is_narrowed = move || look.get() != whole.get();
    let selected = move |value: String| move || whose_word(filter.get().whose) == value;
    view! {
        <form class="bar" role="search" on:submit=move |event| event.prevent_default()>
            <h1>{t!(i18n, shell.pipeline)}</h1>
            <label class="filter">
                <span class="sr">{t!(i18n, pipeline.whose)}</span>
                <select on:change=move |event| {
                    let value = event_target_value(&event);
                    change(&|filter| filter.whose = whose(&value));
                }>
                    <option value="" selected=selected(String::new())>{move || t_string!(i18n, pipeline.mine)}</option>
                    <option value="everyone" selected=selected("everyone".to_owned())>{move || t_string!(i18n, pipeline.everyone)}</option>
                    {holders
                        .into_iter()
                        .map(|HolderName { holder, name, team }| {
                            let value = whose_word(Whose::One(holder));
                            let label = match holder {
                                Holder::Person(_) => format!("{name} ({team})"),
                                Holder::Queue(_) => t_string!(i18n, pipeline.queue_of, name = name.as_str()),
                            };
                            view! { <option value=value.clone() selected=selected(value)>{label}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <ChoiceSelect
                label=Signal::derive(move || t_string!(i18n, pipeline.source).to_owned())
                all=Signal::derive(move || t_string!(i18n, pipeline.all_sources).to_owned())
                choices=choices.sources
                chosen=Signal::derive(move || filter.get().source.map(|id| id.0))
                choose=Callback::new(move |id: Option<i64>| change(&|filter| filter.source = id.map(SourceId)))
            />
            <ChoiceSelect
                label=Signal::derive(move || t_string!(i18n, pipeline.product).to_owned())
                all=Signal::derive(move || t_string!(i18n, pipeline.all_products).to_owned())
                choices=choices.products
                chosen=Signal::derive(move || filter.get().product.map(|id| id.0))
                choose=Callback::new(move |id: Option<i64>| change(&|filter| filter.product = id.map(ProductId)))
            />
            <label class="filter">
                <span class="sr">{t!(i18n, pipeline.sort)}</span>
                <select on:change=move |event| {
                    let sort = event_target_value(&event).parse().unwrap_or_default();
                    change(&|filter| filter.sort = sort);
                }>
                    {Sort::ALL
                        .iter()
                        .map(|sort| view! {
                            <option value=sort.word() selected=move || filter.get().sort == *sort>
                                {move || sort_name(i18n, *sort)}
                            </option>
                        })
                        .collect_view()}
                </select>
            </label>
            <label class="filter">
                <span class="sr">{t!(i18n, pipeline.lanes)}</span>
                <select on:change=move |event| {
                    let lanes = event_target_value(&event).parse().ok();
                    go.run(Look { lanes, ..look.get_untracked() });
                }>
                    <option value="" selected=move || look.get().lanes.is_none()>{move || t_string!(i18n, pipeline.lanes_none)}</option>
                    {Lanes::ALL
                        .iter()
                        .map(|lanes| view! {
                            <option value=lanes.word() selected=move || look.get().lanes == Some(*lanes)>
                                {move || match lanes {
                                    Lanes::Holder => t_string!(i18n, pipeline.lanes_holder),
                                    Lanes::Product => t_string!(i18n, pipeline.lanes_product),
                                }}
                            </option>
                        })
                        .collect_view()}
                </select>
            </label>
            <label class="filter find">
                <span class="sr">{t!(i18n, pipeline.find)}</span>
                <input
                    type="search"
                    placeholder=move || t_string!(i18n, pipeline.find)
                    prop:value=words
                    on:input=move |event| search(event_target_value(&event))
                />
            </label>
            <ViewMenu look/>
            <Show when=is_narrowed>
                <a class="button quiet" href=move || whole.with(address)>{t!(i18n, pipeline.clear_filters)}</a>
            </Show>
        </form>
    }
}

fn sort_name(i18n: Words, sort: Sort) -> &'static str {
    match sort {
        Sort::Manual => t_string!(i18n, pipeline.sort_manual),
        Sort::Clock => t_string!(i18n, pipeline.sort_clock),
        Sort::Value => t_string!(i18n, pipeline.sort_value),
        Sort::Warmth => t_string!(i18n, pipeline.sort_warmth),
        Sort::Age => t_string!(i18n, pipeline.sort_age),
    }
}

#[component]
fn ChoiceSelect(
    label: Signal<String>,
    all: Signal<String>,
    choices: Vec<Choice>,
    chosen: Signal<Option<i64>>,
    choose: Callback<Option<i64>>,
) -> impl IntoView {
    view! {
        <label class="filter">
            <span class="sr">{label}</span>
            <select on:change=move |event| choose.run(event_target_value(&event).parse().ok())>
                <option value="" selected=move || chosen.get().is_none()>{all}</option>
                {choices
                    .into_iter()
                    .map(|Choice { id, name }| {
                        view! { <option value=id.to_string() selected=move || chosen.get() == Some(id)>{name}</option> }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_survives_its_address() {
        let filter = Filter {
            whose: Whose::One(Holder::Queue(QueueId(4))),
            source: Some(SourceId(2)),
            product: None,
            text: "şule & co".into(),
            sort: Sort::Clock,
        };
        let look = Look { filter, lanes: Some(Lanes::Product), toggled: BTreeSet::from([StageId(6), StageId(3)]) };
        let address = address(&look);
        assert!(address.starts_with("/board?"));
        let mut query = ParamsMap::new();
        query.insert("whose", "q4".into());
        query.insert("source", "2".into());
        query.insert("q", "şule & co".into());
        query.insert("sort", "clock".into());
        query.insert("lanes", "product".into());
        query.insert("fold", "3-6".into());
        assert_eq!(from_query(&query), look);
        assert_eq!(super::address(&Look::default()), "/board");
    }
}
