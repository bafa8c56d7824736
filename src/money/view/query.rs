//! What the page shows, in its address: a link shows the same figures to everybody who may read the same leads.

use crate::{
    analytics::{
        rules::Period,
        selection::{Dim, Selection, Touch},
    },
    ids::ReasonId,
    money::rules::{Rank, shown},
};
use leptos_router::params::ParamsMap;

/// All that the address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The days.
    pub period: Period,
    /// What requests are ranked by.
    pub rank: Rank,
}

/// What an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> Look {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let rank = text("rank").and_then(|word| word.parse().ok()).unwrap_or(Rank::Requests);
    Look { period: shown(Selection::read(text).period), rank }
}

fn written(path: &str, words: Vec<(&'static str, String)>) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in words {
        query.insert(name, value);
    }
    format!("{path}{}", query.to_query_string())
}

/// The address that shows `look`.
pub fn address(look: Look) -> String {
    let mut words = Selection::default().during(look.period).words();
    if look.rank != Rank::Requests {
        words.push(("rank", look.rank.to_string()));
    }
    written("/losses/money", words)
}

/// The losses of the period with this reason.
pub fn losses_with(period: Period, reason: ReasonId) -> String {
    let selection = Selection::default().during(period).touched(Dim::Reason, &reason.to_string(), Touch::Alone);
    written("/losses", selection.words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::rules::Preset;

    fn reread(address: &str) -> Look {
        let mut query = ParamsMap::new();
        let pairs = address.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
            query.insert(name.to_owned(), leptos_router::location::Url::unescape(value));
        }
        read(&query)
    }

    #[test]
    fn a_view_survives_its_address() {
        let between = Period::Between { from: "2026-01-05".parse().ok(), to: None };
        for period in [Period::Preset(Preset::All), Period::Preset(Preset::ThisQuarter), between] {
            for rank in [Rank::Requests, Rank::Value] {
                let look = Look { period, rank };
                assert_eq!(reread(&address(look)), look);
            }
        }
        assert_eq!(address(Look { period: Period::Preset(Preset::All), rank: Rank::Requests }), "/losses/money");
        assert_eq!(reread("/losses/money?period=undated").period, Period::Preset(Preset::All));
    }
}
