//! What the board is narrowed to, mirrored in the address so that a view can be shared and survives a reload.

use crate::{
    i18n::{t, t_string, use_i18n},
    ids::{ProductId, QueueId, SourceId, UserId},
    people::{api::HolderName, rules::Holder},
    pipeline::api::{Choice, Choices, Filter, Whose},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate, params::ParamsMap};
use std::time::Duration;

/// A pause in typing this long starts the search.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// The filter that an address names.
pub fn from_query(query: &ParamsMap) -> Filter {
    let id = |name: &str| query.get(name).and_then(|value| value.parse::<i64>().ok());
    Filter {
        whose: query.get("whose").map_or(Whose::Mine, |word| whose(&word)),
        source: id("source").map(SourceId),
        product: id("product").map(ProductId),
        text: query.get("q").unwrap_or_default(),
    }
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

/// The address of the board narrowed to `filter`.
pub fn address(filter: &Filter) -> String {
    let mut query = ParamsMap::new();
    let pairs = [
        ("whose", whose_word(filter.whose)),
        ("source", filter.source.map(|id| id.to_string()).unwrap_or_default()),
        ("product", filter.product.map(|id| id.to_string()).unwrap_or_default()),
        ("q", filter.text.trim().to_owned()),
    ];
    for (name, value) in pairs {
        if !value.is_empty() {
            query.insert(name, value);
        }
    }
    format!("/board{}", query.to_query_string())
}

/// The bar with the filters.
#[component]
pub fn FilterBar(filter: Memo<Filter>, choices: Choices, holders: Vec<HolderName>) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let go = Callback::new(move |filter: Filter| {
        navigate(&address(&filter), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let change = move |edit: &dyn Fn(&mut Filter)| {
        let mut filter = filter.get_untracked();
        edit(&mut filter);
        go.run(filter);
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
                    go.run(Filter { text, ..filter.get_untracked() });
                }
            },
            TYPING_PAUSE,
        );
    };
    let is_narrowed = move || filter.get() != Filter::default();
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
            <label class="filter find">
                <span class="sr">{t!(i18n, pipeline.find)}</span>
                <input
                    type="search"
                    placeholder=move || t_string!(i18n, pipeline.find)
                    prop:value=words
                    on:input=move |event| search(event_target_value(&event))
                />
            </label>
            <Show when=is_narrowed>
                <a class="button quiet" href="/board">{t!(i18n, pipeline.clear_filters)}</a>
            </Show>
        </form>
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
    fn a_filter_survives_its_address() {
        let filter = Filter {
            whose: Whose::One(Holder::Queue(QueueId(4))),
            source: Some(SourceId(2)),
            product: None,
            text: "şule & co".into(),
        };
        let address = address(&filter);
        assert!(address.starts_with("/board?"));
        let mut query = ParamsMap::new();
        query.insert("whose", "q4".into());
        query.insert("source", "2".into());
        query.insert("q", "şule & co".into());
        assert_eq!(from_query(&query), filter);
        assert_eq!(super::address(&Filter::default()), "/board");
    }
}
