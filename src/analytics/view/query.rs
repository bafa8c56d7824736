//! What the page shows, in its address: a link shows the same figures to everybody who may read the same leads.

use super::period;
use crate::{
    analytics::{
        api::{ListPage, ListSort},
        rules::{Measure, Part, Selection, Step},
    },
    ids::{QueueId, UserId},
    people::rules::Holder,
};
use leptos_router::params::ParamsMap;

/// All that the address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What the figures are narrowed to.
    pub selection: Selection,
    /// What the trend steps by.
    pub step: Step,
    /// What bars are long by.
    pub measure: Measure,
    /// Whose leads are listed.
    pub list: Option<ListPage>,
}

impl Default for Look {
    fn default() -> Self {
        Self { selection: Selection::default(), step: Step::Month, measure: Measure::Count, list: None }
    }
}

impl Look {
    /// The same with the leads behind `part` listed.
    pub fn listing(self, part: Part) -> Self {
        Self { list: Some(ListPage { part, sort: ListSort::Date, descending: true, page: 0 }), ..self }
    }

    /// The same for another selection; what was listed is listed anew.
    pub fn selecting(self, selection: Selection) -> Self {
        Self { selection, list: self.list.map(|list| ListPage { page: 0, ..list }), ..self }
    }

    /// Whether the leads behind `part` are listed.
    pub fn lists(&self, part: Part) -> bool {
        self.list.is_some_and(|list| list.part == part)
    }
}

/// What an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> Look {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
    let selection = Selection {
        period: period::read(query),
        team: number("team").map(Into::into),
        rep: (number("rep").map(|id| Holder::Person(UserId(id))))
            .or(number("queue").map(|id| Holder::Queue(QueueId(id)))),
        source: number("source").map(Into::into),
        reason: number("reason").map(Into::into),
        outcome: text("outcome").and_then(|word| word.parse().ok()),
    };
    let page = text("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
    let list = text("list").and_then(|part| part.parse::<Part>().ok()).map(|part| ListPage {
        part,
        sort: text("sort").and_then(|sort| sort.parse().ok()).unwrap_or(ListSort::Date),
        descending: query.get("order").as_deref() != Some("up"),
        page: page.saturating_sub(1),
    });
    Look {
        selection,
        step: text("step").and_then(|word| word.parse().ok()).unwrap_or(Step::Month),
        measure: text("by").and_then(|word| word.parse().ok()).unwrap_or(Measure::Count),
        list,
    }
}

/// The address that shows `look`.
pub fn address(look: &Look) -> String {
    let Look { selection, step, measure, list } = look;
    let mut query = ParamsMap::new();
    period::write(&mut query, selection.period);
    let mut say = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            query.insert(name, value);
        }
    };
    say("team", selection.team.map(|id| id.to_string()));
    match selection.rep {
        Some(Holder::Person(id)) => say("rep", Some(id.to_string())),
        Some(Holder::Queue(id)) => say("queue", Some(id.to_string())),
        None => {}
    }
    say("source", selection.source.map(|id| id.to_string()));
    say("reason", selection.reason.map(|id| id.to_string()));
    say("outcome", selection.outcome.map(|outcome| outcome.to_string()));
    say("step", (*step != Step::Month).then(|| step.to_string()));
    say("by", (*measure != Measure::Count).then(|| measure.to_string()));
    if let Some(list) = list {
        say("list", Some(list.part.to_string()));
        say("sort", (list.sort != ListSort::Date).then(|| list.sort.to_string()));
        say("order", (!list.descending).then(|| "up".to_owned()));
        say("page", (list.page > 0).then(|| (u64::from(list.page) + 1).to_string()));
    }
    format!("/losses{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analytics::rules::{Figure, Period, Slice},
        ids::{ReasonId, SourceId, TeamId},
        losses::rules::Outcome,
    };
    use chrono::NaiveDate;

    fn reread(look: &Look) -> Look {
        let address = address(look);
        let pairs = address.split_once('?').map_or("", |(_, query)| query);
        let mut query = ParamsMap::new();
        for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
            query.insert(name.to_owned(), leptos_router::location::Url::unescape(value));
        }
        read(&query)
    }

    #[test]
    fn a_view_survives_its_address() {
        let from = NaiveDate::from_ymd_opt(2026, 3, 1);
        let look = Look {
            selection: Selection {
                period: Period::Between { from, to: None },
                team: Some(TeamId(1)),
                rep: Some(Holder::Queue(QueueId(2))),
                source: Some(SourceId(3)),
                reason: Some(ReasonId(4)),
                outcome: Some(Outcome::Unqualified),
            },
            step: Step::Week,
            measure: Measure::Value,
            list: Some(ListPage {
                part: Part::of(Figure::Lost, Slice::Reason(ReasonId(4))),
                sort: ListSort::Value,
                descending: false,
                page: 2,
            }),
        };
        assert_eq!(reread(&look), look);
        assert_eq!(reread(&Look::default()), Look::default());
        assert_eq!(address(&Look::default()), "/losses");
        let nothing_said = Period::Between { from: None, to: None };
        let look = Look { selection: Selection { period: nothing_said, ..Selection::default() }, ..Look::default() };
        assert_eq!(reread(&look), look);
    }

    #[test]
    fn days_that_nobody_means_are_left_out() {
        let mut query = ParamsMap::new();
        for (name, value) in [("period", "between"), ("from", "0001-01-01"), ("team", "2")] {
            query.insert(name, value.to_owned());
        }
        assert_eq!(read(&query).selection, Selection { team: Some(TeamId(2)), ..Selection::default() });
    }
}
