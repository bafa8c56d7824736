//! What the figures are narrowed to: a period, what it is held against, and one pick per chart. It is written into the
//! page's address and read from there, so that a link shows the same figures to everybody who may read the same leads.

use super::rules::{Period, Preset, Span};
use crate::people::rules::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// What runs are told apart by. The words stand in addresses.
    Dim {
        /// What became of the run.
        Fate = "fate",
        /// Why it was lost.
        Reason = "reason",
        /// Where the lead stood at the end.
        Stage = "stage",
        /// Who was responsible at the end.
        Rep = "rep",
        /// Whose team that is.
        Team = "team",
        /// How experienced they are, as their tier is now.
        Tier = "tier",
        /// The channel that the lead came through.
        Source = "source",
        /// What it was won by.
        Campaign = "campaign",
        /// What they want to buy.
        Product = "product",
        /// Which rule of the market it fits.
        Segment = "segment",
        /// The line of business.
        Line = "line",
        /// The region.
        Country = "country",
        /// How much it is worth, in steps.
        Size = "size",
        /// The discount of the last offer, in steps.
        Discount = "discount",
        /// Days from beginning to end, in steps.
        Lasted = "lasted",
        /// Days of the longest stay in one stage, in steps.
        Stood = "stood",
        /// From the enquiry to the first attempt, in steps.
        Answer = "answer",
        /// Attempts to reach them in the run.
        Tries = "tries",
        /// What people say instead of the reason, or a real one.
        Kind = "kind",
        /// Whether it is worth another try.
        Retry = "retry",
    }
}

impl Dim {
    /// Whether only losses have it: narrowing by it leaves wins, and what is divided by them, as they are.
    pub fn is_of_losses(self) -> bool {
        matches!(self, Self::Fate | Self::Reason | Self::Kind | Self::Retry)
    }

    /// Its place among the columns.
    pub fn place(self) -> usize {
        self as usize
    }
}

/// What one chart lets through: its bars by the keys of [`super::facts::Words`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pick {
    /// All but these.
    pub except: bool,
    /// Which bars.
    pub keys: Vec<String>,
}

impl Pick {
    /// Only this bar.
    pub fn only(key: &str) -> Self {
        Self { except: false, keys: vec![key.to_owned()] }
    }

    /// The same with one bar more, or one less; nothing where nothing is left.
    fn toggled(mut self, key: &str) -> Option<Self> {
        match self.keys.iter().position(|one| one == key) {
            Some(place) => {
                self.keys.remove(place);
            }
            None => self.keys.push(key.to_owned()),
        }
        Some(self).filter(|pick| !pick.keys.is_empty())
    }
}

/// How a bar was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// This bar alone; again: none.
    Alone,
    /// This bar, too; again: not this one any more.
    Too,
    /// All but this bar.
    Not,
}

/// What the figures are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The period before.
    #[default]
    Before,
    /// The same days a year earlier.
    YearBefore,
    /// Any other days.
    Days {
        /// The first day.
        from: Option<NaiveDate>,
        /// The last day.
        to: Option<NaiveDate>,
    },
    /// Everybody else in the same days: the reps or teams that were not picked.
    Rest,
    /// Nothing.
    Nothing,
}

/// What the figures are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The days in which runs ended.
    pub period: Period,
    /// What it is held against.
    pub against: Against,
    /// What each chart lets through.
    pub picks: BTreeMap<Dim, Pick>,
}

impl Default for Selection {
    fn default() -> Self {
        Self { period: Period::Preset(Preset::All), against: Against::Before, picks: BTreeMap::new() }
    }
}

impl Selection {
    /// Whether its days can be counted with, and it is no larger than any page would make it.
    pub fn is_sound(&self) -> bool {
        let days = match self.against {
            Against::Days { from, to } => Period::Between { from, to }.is_sound(),
            _ => true,
        };
        let keys = self.picks.values().flat_map(|pick| &pick.keys);
        days && self.period.is_sound() && keys.clone().count() <= 2000 && keys.clone().all(|key| key.len() <= 2000)
    }

    /// The days that it is held against, where those are others.
    pub fn other_days(&self, today: NaiveDate, fiscal_start: u32) -> Option<Span> {
        match self.against {
            Against::Before => self.period.before(today, fiscal_start),
            Against::YearBefore => self.period.year_before(today, fiscal_start),
            Against::Days { from, to } => Some(Span { from, to }).filter(|span| !span.is_all()),
            Against::Rest => self.rest().map(|_| self.period.span(today, fiscal_start)),
            Against::Nothing => None,
        }
    }

    /// What everybody else is, when some reps or teams are picked.
    pub fn rest(&self) -> Option<BTreeMap<Dim, Pick>> {
        let whose = [Dim::Rep, Dim::Team].into_iter().find(|dim| self.picks.contains_key(dim))?;
        let mut picks = self.picks.clone();
        let pick = picks.get_mut(&whose)?;
        pick.except = !pick.except;
        Some(picks)
    }

    /// The same after a bar was chosen.
    pub fn touched(&self, dim: Dim, key: &str, touch: Touch) -> Self {
        let mut touched = self.clone();
        let before = touched.picks.remove(&dim);
        let after = match touch {
            Touch::Alone => Some(Pick::only(key)).filter(|pick| before.as_ref() != Some(pick)),
            Touch::Too => match before {
                Some(pick) => pick.toggled(key),
                None => Some(Pick::only(key)),
            },
            Touch::Not => {
                let except = Pick { except: true, ..Pick::only(key) };
                Some(except).filter(|pick| before.as_ref() != Some(pick))
            }
        };
        touched.picks.extend(after.map(|pick| (dim, pick)));
        touched
    }

    /// The same without what one chart chose.
    pub fn cleared(&self, dim: Dim) -> Self {
        let mut cleared = self.clone();
        cleared.picks.remove(&dim);
        cleared
    }

    /// The same with what one chart chose turned round: all but that, or only that.
    pub fn turned(&self, dim: Dim) -> Self {
        let mut turned = self.clone();
        if let Some(pick) = turned.picks.get_mut(&dim) {
            pick.except = !pick.except;
        }
        turned
    }

    /// The same for other days.
    pub fn during(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    /// The words that an address says it with, in order; what is usual is left out.
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let mut words = self.period.words();
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        match self.against {
            Against::Before => {}
            Against::YearBefore => words.push(("against", "year_before".to_owned())),
            Against::Rest => words.push(("against", "rest".to_owned())),
            Against::Nothing => words.push(("against", "nothing".to_owned())),
            Against::Days { from, to } => {
                words.push(("against", "days".to_owned()));
                words.extend([("against_from", text(from)), ("against_to", text(to))]);
            }
        }
        for (dim, pick) in &self.picks {
            let keys: Vec<_> = pick.keys.iter().map(|key| escaped(key)).collect();
            words.push((dim.word(), format!("{}{}", if pick.except { "!" } else { "" }, keys.join("~"))));
        }
        words.retain(|(_, value)| !value.is_empty());
        words
    }

    /// What the words of an address ask for; what cannot be understood is left out.
    pub fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        let day = |name: &str| word(name).and_then(|text| text.parse::<NaiveDate>().ok());
        let period = Period::read(&word);
        let against = match word("against").as_deref() {
            Some("year_before") => Against::YearBefore,
            Some("rest") => Against::Rest,
            Some("nothing") => Against::Nothing,
            Some("days") => Against::Days { from: day("against_from"), to: day("against_to") },
            _ => Against::Before,
        };
        let pick = |dim: &Dim| {
            let text = word(dim.word())?;
            let (except, keys) = text.strip_prefix('!').map_or((false, text.as_str()), |keys| (true, keys));
            let keys: Vec<_> = keys.split('~').filter(|key| !key.is_empty()).map(plain).collect();
            (!keys.is_empty()).then_some((*dim, Pick { except, keys }))
        };
        let read = Self { period, against, picks: Dim::ALL.iter().filter_map(pick).collect() };
        // Days that nobody means are no filter.
        if read.is_sound() { read } else { Self::default() }
    }
}

/// A key in which `~` and `!` mean themselves.
fn escaped(key: &str) -> String {
    key.replace('*', "*a").replace('~', "*t").replace('!', "*x")
}

fn plain(text: &str) -> String {
    text.replace("*x", "!").replace("*t", "~").replace("*a", "*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reread(selection: &Selection) -> Selection {
        let words: BTreeMap<_, _> = selection.words().into_iter().collect();
        Selection::read(|name| words.get(name).cloned())
    }

    fn picks() -> impl Strategy<Value = BTreeMap<Dim, Pick>> {
        let dim = (0..Dim::ALL.len()).prop_map(|place| Dim::ALL[place]);
        let keys = proptest::collection::vec("[a-z0-9~!* çк]{1,6}", 1..4);
        let pick = (any::<bool>(), keys).prop_map(|(except, keys)| Pick { except, keys });
        proptest::collection::btree_map(dim, pick, 0..5)
    }

    proptest! {
        #[test]
        fn a_view_survives_its_address(picks in picks(), preset in 0..Preset::ALL.len(), against in 0..5usize) {
            let day = NaiveDate::from_ymd_opt(2026, 3, 1);
            let against = [
                Against::Before, Against::YearBefore, Against::Rest, Against::Nothing, Against::Days { from: day, to: None },
            ][against];
            let selection = Selection { period: Period::Preset(Preset::ALL[preset]), against, picks };
            prop_assert_eq!(reread(&selection), selection);
        }
    }

    #[test]
    fn what_is_usual_is_not_said() {
        assert_eq!(Selection::default().words(), []);
        let open = Selection { period: Period::Between { from: None, to: None }, ..Selection::default() };
        assert_eq!(reread(&open), open);
    }

    #[test]
    fn days_that_nobody_means_are_left_out() {
        let words = BTreeMap::from([("period", "between"), ("from", "0001-01-01")]);
        assert_eq!(Selection::read(|name| words.get(name).map(|word| (*word).to_owned())), Selection::default());
    }

    #[test]
    fn bars_are_chosen_alone_together_and_left_out() {
        let none = Selection::default();
        let keys =
            |selection: &Selection| selection.picks.get(&Dim::Reason).map(|pick| (pick.except, pick.keys.join(" ")));
        let one = none.touched(Dim::Reason, "3", Touch::Alone);
        assert_eq!(keys(&one), Some((false, "3".to_owned())));
        assert_eq!(keys(&one.touched(Dim::Reason, "3", Touch::Alone)), None);
        let two = one.touched(Dim::Reason, "4", Touch::Too);
        assert_eq!(keys(&two), Some((false, "3 4".to_owned())));
        assert_eq!(keys(&two.touched(Dim::Reason, "3", Touch::Too)), Some((false, "4".to_owned())));
        assert_eq!(keys(&two.touched(Dim::Reason, "3", Touch::Alone)), Some((false, "3".to_owned())));
        let not = two.touched(Dim::Reason, "4", Touch::Not);
        assert_eq!(keys(&not), Some((true, "4".to_owned())));
        assert_eq!(keys(&not.cleared(Dim::Reason)), None);
    }

    #[test]
    fn the_rest_is_everybody_who_was_not_picked() {
        let picked = Selection::default().touched(Dim::Team, "1", Touch::Alone);
        assert_eq!(
            picked.rest().and_then(|rest| rest.get(&Dim::Team).cloned()),
            Some(Pick { except: true, keys: vec!["1".into()] })
        );
        assert_eq!(Selection::default().rest(), None);
    }
}
