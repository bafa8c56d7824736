//! The lost pool's state in the page's address, so that a view can be shared.

use crate::{
    ids::{QueueId, StageId, UserId},
    losses::api::{PoolFilter, PoolSort, StageAtLoss},
    people::rules::Holder,
};
use leptos_router::params::ParamsMap;

/// The filter that an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> PoolFilter {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let stage = match query.get("stage").as_deref() {
        Some("unknown") => Some(StageAtLoss::Unknown),
        Some(text) => text.parse().ok().map(StageId).map(StageAtLoss::Known),
        None => None,
    };
    let rep = number("rep").map(|id| Holder::Person(UserId(id)));
    let queue = number("queue").map(|id| Holder::Queue(QueueId(id)));
    let page = query.get("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
    PoolFilter {
        text: query.get("q").unwrap_or_default(),
        reason: number("reason").map(Into::into),
        stage,
        rep: rep.or(queue),
        due: query.get("recontact").as_deref() == Some("due"),
        sort: query.get("sort").and_then(|sort| sort.parse().ok()).unwrap_or(PoolSort::Date),
        descending: query.get("order").as_deref() != Some("up"),
        page: page.saturating_sub(1),
    }
}

/// The address that shows `filter`.
pub fn address(filter: &PoolFilter) -> String {
    let mut query = ParamsMap::new();
    if !filter.text.trim().is_empty() {
        query.insert("q", filter.text.trim().to_owned());
    }
    if let Some(reason) = filter.reason {
        query.insert("reason", reason.to_string());
    }
    match filter.stage {
        Some(StageAtLoss::Unknown) => query.insert("stage", "unknown".to_owned()),
        Some(StageAtLoss::Known(stage)) => query.insert("stage", stage.to_string()),
        None => {}
    }
    match filter.rep {
        Some(Holder::Person(rep)) => query.insert("rep", rep.to_string()),
        Some(Holder::Queue(queue)) => query.insert("queue", queue.to_string()),
        None => {}
    }
    if filter.due {
        query.insert("recontact", "due".to_owned());
    }
    if filter.sort != PoolSort::Date {
        query.insert("sort", filter.sort.word().to_owned());
    }
    if !filter.descending {
        query.insert("order", "up".to_owned());
    }
    if filter.page > 0 {
        query.insert("page", (u64::from(filter.page) + 1).to_string());
    }
    format!("/lost{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ReasonId;

    fn reread(filter: &PoolFilter) -> PoolFilter {
        let address = address(filter);
        let pairs = address.split_once('?').map_or("", |(_, query)| query);
        let mut query = ParamsMap::new();
        for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
            query.insert(name.to_owned(), leptos_router::location::Url::unescape(value));
        }
        read(&query)
    }

    #[test]
    fn a_view_survives_its_address() {
        let filter = PoolFilter {
            text: "Şule & Söhne 100%".into(),
            reason: Some(ReasonId(4)),
            stage: Some(StageAtLoss::Unknown),
            rep: Some(Holder::Queue(QueueId(2))),
            due: true,
            sort: PoolSort::Name,
            descending: false,
            page: 3,
        };
        assert_eq!(reread(&filter), filter);
        assert_eq!(reread(&PoolFilter::default()), PoolFilter::default());
        assert_eq!(address(&PoolFilter::default()), "/lost");
    }
}
