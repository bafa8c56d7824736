//! What the page shows, in its address, and where its bars lead.

use crate::analytics::{rules::Period, selection::Selection, view::period};
use leptos_router::params::ParamsMap;

/// The period that the address asks for.
pub fn read(query: &ParamsMap) -> Period {
    period::read(query)
}

/// The address that shows a period.
pub fn address(period: Period) -> String {
    written("/losses/insights", period.words())
}

/// The address of the cockpit with this selection.
pub fn cockpit(selection: &Selection) -> String {
    written("/losses", selection.words())
}

fn written(path: &str, words: Vec<(&'static str, String)>) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in words {
        query.insert(name, value);
    }
    format!("{path}{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::rules::Preset;

    #[test]
    fn a_view_survives_its_address() {
        for period in [Period::Preset(Preset::Last90Days), Period::Preset(Preset::All)] {
            let mut query = ParamsMap::new();
            for (name, value) in address(period).split(['?', '&']).filter_map(|pair| pair.split_once('=')) {
                query.insert(name.to_owned(), value.to_owned());
            }
            assert_eq!(read(&query), period);
            assert!(crate::decisions::rules::is_ours(&address(period)));
        }
        assert_eq!(address(Period::Preset(Preset::All)), "/losses/insights");
    }
}
