//! What the page shows, in its address: a link shows the same figures to everybody who may read the same leads.

use crate::analytics::{
    api::{ListPage, ListSort},
    cockpit::Behind,
    rules::{Measure, Step},
    selection::Selection,
};
use leptos_router::params::ParamsMap;

/// All that the address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What the figures are narrowed to.
    pub selection: Selection,
    /// What the trend steps by.
    pub step: Step,
    /// What bars are long by.
    pub measure: Measure,
    /// Which leads are listed.
    pub list: Option<ListPage>,
}

impl Default for Look {
    fn default() -> Self {
        Self { selection: Selection::default(), step: Step::Month, measure: Measure::Count, list: None }
    }
}

impl Look {
    /// The same with leads listed, the latest first.
    pub fn listing(self, behind: Behind) -> Self {
        Self { list: Some(ListPage { behind, sort: ListSort::Date, descending: true, page: 0 }), ..self }
    }

    /// The same for another selection; what was listed is listed anew.
    pub fn selecting(self, selection: Selection) -> Self {
        Self { selection, list: self.list.map(|list| ListPage { page: 0, ..list }), ..self }
    }
}

/// What an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> Look {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let page = text("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
    let list = text("list").and_then(|word| word.parse().ok()).map(|behind| ListPage {
        behind,
        sort: text("sort").and_then(|sort| sort.parse().ok()).unwrap_or(ListSort::Date),
        descending: text("order").as_deref() != Some("up"),
        page: page.saturating_sub(1),
    });
    Look {
        selection: Selection::read(text),
        step: text("step").and_then(|word| word.parse().ok()).unwrap_or(Step::Month),
        measure: text("by").and_then(|word| word.parse().ok()).unwrap_or(Measure::Count),
        list,
    }
}

/// What follows the question mark in the address that shows `look`; empty or with the question mark.
pub fn query(look: &Look) -> String {
    let Look { selection, step, measure, list } = look;
    let mut query = ParamsMap::new();
    let mut say = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            query.insert(name, value);
        }
    };
    for (name, value) in selection.words() {
        say(name, Some(value));
    }
    say("step", (*step != Step::Month).then(|| step.to_string()));
    say("by", (*measure != Measure::Count).then(|| measure.to_string()));
    if let Some(list) = list {
        say("list", Some(list.behind.to_string()));
        say("sort", (list.sort != ListSort::Date).then(|| list.sort.to_string()));
        say("order", (!list.descending).then(|| "up".to_owned()));
        say("page", (list.page > 0).then(|| (u64::from(list.page) + 1).to_string()));
    }
    query.to_query_string()
}

/// The address that shows `look`.
pub fn address(look: &Look) -> String {
    format!("/losses{}", query(look))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::{
        rules::Period,
        selection::{Against, Dim, Touch},
    };
    use chrono::NaiveDate;

    #[test]
    fn a_view_survives_its_address() {
        let from = NaiveDate::from_ymd_opt(2026, 3, 1);
        let selection =
            Selection { period: Period::Between { from, to: None }, against: Against::Rest, ..Selection::default() };
        let look = Look {
            selection: selection.touched(Dim::Rep, "q2", Touch::Alone).touched(
                Dim::Country,
                "Türkiye & Co",
                Touch::Not,
            ),
            step: Step::Week,
            measure: Measure::Value,
            list: Some(ListPage { behind: Behind::Won, sort: ListSort::Value, descending: false, page: 2 }),
        };
        for look in [look, Look::default()] {
            let address = address(&look);
            let mut query = ParamsMap::new();
            let pairs = address.split_once('?').map_or("", |(_, query)| query);
            for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
                query.insert(name.to_owned(), leptos_router::location::Url::unescape(value));
            }
            assert_eq!(read(&query), look);
        }
        assert_eq!(address(&Look::default()), "/losses");
    }
}
