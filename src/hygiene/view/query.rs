//! What the page shows, in its address.

use crate::{
    analytics::{rules::Period, view::period},
    hygiene::{api::ListPage, rules::Behind},
};
use leptos_router::params::ParamsMap;

/// All that the address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The days.
    pub period: Period,
    /// Which losses are listed.
    pub list: Option<ListPage>,
}

impl Look {
    /// The same with the losses behind a finding listed.
    pub fn listing(self, behind: Behind) -> Self {
        Self { list: Some(ListPage { behind, page: 0 }), ..self }
    }
}

/// What an address asks for; what cannot be understood is left out.
pub fn read(query: &ParamsMap) -> Look {
    let page = query.get("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).saturating_sub(1);
    let list = query.get("list").and_then(|list| list.parse().ok()).map(|behind| ListPage { behind, page });
    Look { period: period::read(query), list }
}

/// The address that shows `look`.
pub fn address(look: &Look) -> String {
    let mut query = ParamsMap::new();
    period::write(&mut query, look.period);
    if let Some(ListPage { behind, page }) = look.list {
        query.insert("list", behind.to_string());
        if page > 0 {
            query.insert("page", (u64::from(page) + 1).to_string());
        }
    }
    format!("/losses/reasons{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analytics::rules::Preset, hygiene::rules::Hollow};

    #[test]
    fn a_view_survives_its_address() {
        let look = Look {
            period: Period::Preset(Preset::Last90Days),
            list: Some(ListPage { behind: Behind::Hollow(Hollow::Copied), page: 2 }),
        };
        let address = address(&look);
        let mut query = ParamsMap::new();
        for (name, value) in address.split(['?', '&']).filter_map(|pair| pair.split_once('=')) {
            query.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(read(&query), look);
        assert_eq!(super::address(&read(&ParamsMap::new())), "/losses/reasons");
    }
}
