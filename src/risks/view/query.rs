//! The list's state in the page's address, so that a view can be shared.

use crate::{
    ids::{QueueId, StageId, UserId},
    people::rules::Holder,
    risks::api::RiskFilter,
};
use leptos_router::params::ParamsMap;

/// The filter that an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> RiskFilter {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let person = number("owner").map(|id| Holder::Person(UserId(id)));
    let queue = number("queue").map(|id| Holder::Queue(QueueId(id)));
    RiskFilter {
        signal: query.get("signal").and_then(|word| word.parse().ok()),
        stage: number("stage").map(StageId),
        holder: person.or(queue),
    }
}

/// The address that shows `filter`.
pub fn address(filter: &RiskFilter) -> String {
    let mut query = ParamsMap::new();
    if let Some(signal) = filter.signal {
        query.insert("signal", signal.word().to_owned());
    }
    if let Some(stage) = filter.stage {
        query.insert("stage", stage.to_string());
    }
    match filter.holder {
        Some(Holder::Person(person)) => query.insert("owner", person.to_string()),
        Some(Holder::Queue(queue)) => query.insert("queue", queue.to_string()),
        None => {}
    }
    format!("/at-risk{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risks::rules::SignalKind;

    #[test]
    fn a_view_survives_its_address() {
        let filter = RiskFilter {
            signal: Some(SignalKind::Overdue),
            stage: Some(StageId(3)),
            holder: Some(Holder::Queue(QueueId(2))),
        };
        let address = address(&filter);
        let mut query = ParamsMap::new();
        let pairs = address.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
            query.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(read(&query), filter);
        assert_eq!(super::address(&RiskFilter::default()), "/at-risk");
    }
}
