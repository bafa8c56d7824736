//! Runs as the engine takes them: one record per run, a small code for everything that runs are told apart by.

use super::selection::Dim;
use crate::{
    ids::{LeadId, Names},
    live::wire::{Cursor, Snapshot},
    losses::rules::RetryPotential,
    people::rules::{Tier, words},
};
use chrono::{Days, NaiveDate};
use engine::{Facts, Record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

words! {
    /// What a run came to.
    RunOutcome { Open = "open", Won = "won", Lost = "lost", Unqualified = "unqualified" }
}

words! {
    /// What became of a run, up to now.
    Fate {
        /// Still on the board.
        Open = "open",
        /// A customer.
        Won = "won",
        /// Lost, and still in the pool.
        Lost = "lost",
        /// Unqualified, and still in the pool.
        Unqualified = "unqualified",
        /// Lost, and on the board again since.
        Reactivated = "reactivated",
        /// Lost, and won afterwards.
        Recovered = "recovered",
    }
}

/// Columns beside those that can be picked.
pub const OUTCOME: usize = Dim::ALL.len();
/// The day on which a run ended.
pub const ENDED: usize = OUTCOME + 1;
/// The day on which it began.
pub const BEGAN: usize = OUTCOME + 2;
/// Whole days from beginning to loss.
pub const DAYS: usize = OUTCOME + 3;
/// Whether a loss was won afterwards.
pub const RECOVERED: usize = OUTCOME + 4;
/// How many columns there are.
pub const COLUMNS: usize = OUTCOME + 5;

/// Upper ends of the deal sizes, in whole units of the organisation's currency; the last size has none.
pub const SIZES: [i64; 6] = [1_000, 5_000, 10_000, 50_000, 100_000, 500_000];
/// Upper ends of days from beginning to end; the last step has none.
pub const LASTED: [i64; 6] = [7, 14, 30, 60, 90, 180];
/// Upper ends of the time from an enquiry to the first attempt, in minutes; the last step has none.
pub const ANSWERED: [i64; 5] = [60, 4 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60];
/// The highest discounts of each step, in percent; the last step has none.
pub const DISCOUNTS: [i64; 3] = [0, 10, 20];
/// So many attempts or more are one step.
pub const MOST_TRIES: i64 = 6;
/// Longer runs count as so many days.
const LONGEST: i64 = 3_999;

/// One run as the database tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Whose run.
    pub lead: LeadId,
    /// The loss that ended it (positive), the win (negative), or zero.
    pub mark: i64,
    /// What it came to.
    pub outcome: RunOutcome,
    /// What became of it since.
    pub fate: Fate,
    /// Ids of reason, stage … as keys; whatever is not known is not there.
    pub keys: BTreeMap<Dim, String>,
    /// Whether the reason is an excuse; losses only.
    pub excuse: Option<bool>,
    /// Whether it is worth another try; losses only.
    pub retry: Option<RetryPotential>,
    /// Attempts in the run.
    pub attempts: i64,
    /// Whole minutes from the enquiry to the first of them.
    pub answered_after: Option<i64>,
    /// Whole days of the longest stay in one stage; runs that ended only.
    pub stood: Option<i64>,
    /// The discount of the last offer, in hundredths of a percent.
    pub discount: Option<i64>,
    /// What it was worth, in minor units of the organisation's currency.
    pub minor: Option<i64>,
    /// The day on which it began.
    pub began: Option<NaiveDate>,
    /// The day on which it ended.
    pub ended: Option<NaiveDate>,
}

/// One bar that a chart may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// What it is known by, in addresses, too.
    pub key: String,
    /// What it is called, where it has a name of its own.
    pub name: Names,
}

/// The bars of every chart: a bar's place is its code. The first of each list stands for what is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    lists: BTreeMap<Dim, Vec<Word>>,
    #[serde(skip)]
    codes: HashMap<(Dim, String), u16>,
}

/// Known by this where nobody knows.
pub const UNKNOWN: &str = "unknown";

impl Words {
    /// The lists that are the same everywhere; the others have no bars yet.
    pub fn new() -> Self {
        let mut words = Self::default();
        for dim in Dim::ALL {
            words.push(*dim, UNKNOWN, Names::default());
        }
        let mut all = |dim, keys: &mut dyn Iterator<Item = String>| {
            keys.for_each(|key| words.push(dim, &key, Names::default()));
        };
        all(Dim::Fate, &mut Fate::ALL.iter().map(ToString::to_string));
        all(Dim::Size, &mut (0..=SIZES.len()).map(|step| step.to_string()));
        all(Dim::Tier, &mut Tier::ALL.iter().map(ToString::to_string));
        all(Dim::Discount, &mut (0..=DISCOUNTS.len()).map(|step| step.to_string()));
        all(Dim::Lasted, &mut (0..=LASTED.len()).map(|step| step.to_string()));
        all(Dim::Stood, &mut (0..=LASTED.len()).map(|step| step.to_string()));
        all(Dim::Answer, &mut (0..=ANSWERED.len()).map(|step| step.to_string()));
        all(Dim::Tries, &mut (0..=MOST_TRIES).map(|tries| tries.to_string()));
        all(Dim::Kind, &mut ["real", "excuse"].iter().map(ToString::to_string));
        all(Dim::Retry, &mut RetryPotential::ALL.iter().map(ToString::to_string));
        words
    }

    /// One bar more, unless it is there.
    pub fn push(&mut self, dim: Dim, key: &str, name: Names) {
        let list = self.lists.entry(dim).or_default();
        let Ok(code) = u16::try_from(list.len()) else { return };
        if let Entry::Vacant(place) = self.codes.entry((dim, key.to_owned())) {
            place.insert(code);
            list.push(Word { key: key.to_owned(), name });
        }
    }

    /// The bars of one chart.
    pub fn of(&self, dim: Dim) -> &[Word] {
        self.lists.get(&dim).map_or(&[], Vec::as_slice)
    }

    /// A bar's code.
    pub fn code(&self, dim: Dim, key: &str) -> Option<u16> {
        self.codes.get(&(dim, key.to_owned())).copied()
    }

    /// Takes in what `others` have more, and what they call otherwise.
    pub fn grow(&mut self, others: &Self) {
        for (dim, list) in &others.lists {
            for word in list {
                match self.code(*dim, &word.key) {
                    None => self.push(*dim, &word.key, word.name.clone()),
                    Some(code) if !word.name.0.is_empty() => self.rename(*dim, code, &word.name),
                    Some(_) => {}
                }
            }
        }
    }

    fn rename(&mut self, dim: Dim, code: u16, name: &Names) {
        if let Some(known) = self.lists.get_mut(&dim).and_then(|list| list.get_mut(usize::from(code))) {
            known.name = name.clone();
        }
    }

    /// After they travelled: what finds codes is not sent.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        for (dim, list) in &self.lists {
            for (code, word) in (0..=u16::MAX).zip(list) {
                self.codes.insert((*dim, word.key.clone()), code);
            }
        }
        self
    }

    /// How many codes each column has, as far as words say.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes: Vec<_> = Dim::ALL.iter().map(|dim| self.of(*dim).len().max(1)).collect();
        sizes.extend([RunOutcome::ALL.len(), 1, 1, 1, 2]);
        sizes
    }

    /// A run as the engine takes it; `unit` is how many minor units the organisation's currency has. Bars that are new get
    /// their place, and a name where there is none: their key.
    pub fn record(&mut self, fact: &Fact, unit: i64) -> Record {
        let mut codes = Vec::with_capacity(COLUMNS);
        for dim in Dim::ALL {
            let key = self.key(*dim, fact, unit);
            let code = key.and_then(|key| {
                if self.code(*dim, &key).is_none() {
                    self.push(*dim, &key, Names(BTreeMap::from([("en".to_owned(), key.clone())])));
                }
                self.code(*dim, &key)
            });
            codes.push(code.unwrap_or(0));
        }
        codes.push(place_of(RunOutcome::ALL, fact.outcome));
        codes.push(day_code(fact.ended));
        codes.push(day_code(fact.began));
        codes.push(fact.is_loss().then(|| fact.days()).flatten().map_or(0, days_code));
        codes.push(u16::from(fact.fate == Fate::Recovered));
        Record { subject: fact.lead.0, mark: fact.mark, amount: fact.minor.unwrap_or(0), codes }
    }

    fn key(&self, dim: Dim, fact: &Fact, unit: i64) -> Option<String> {
        let step =
            |ends: &[i64], value: i64| ends.iter().position(|end| value < *end).unwrap_or(ends.len()).to_string();
        match dim {
            Dim::Fate => Some(fact.fate.to_string()),
            Dim::Size => fact.minor.map(|minor| step(&SIZES, minor / unit.max(1))),
            Dim::Lasted => fact.days().map(|days| step(&LASTED, days)),
            Dim::Stood => fact.stood.map(|days| step(&LASTED, days)),
            Dim::Answer => fact.answered_after.map(|minutes| step(&ANSWERED, minutes)),
            Dim::Discount => fact.discount.map(|hundredths| step(&DISCOUNTS.map(|most| most * 100 + 1), hundredths)),
            Dim::Tries => Some(fact.attempts.clamp(0, MOST_TRIES).to_string()),
            Dim::Kind => fact.excuse.map(|excuse| if excuse { "excuse" } else { "real" }.to_owned()),
            Dim::Retry => fact.retry.map(|retry| retry.to_string()),
            _ => fact.keys.get(&dim).cloned(),
        }
    }
}

impl Fact {
    /// Lost or unqualified.
    pub fn is_loss(&self) -> bool {
        matches!(self.outcome, RunOutcome::Lost | RunOutcome::Unqualified)
    }

    /// Whole days from beginning to end, where both are known.
    fn days(&self) -> Option<i64> {
        Some((self.ended? - self.began?).num_days().max(0))
    }
}

fn place_of<T: PartialEq>(all: &[T], one: T) -> u16 {
    let place = all.iter().position(|other| *other == one).unwrap_or(0);
    u16::try_from(place).unwrap_or(0)
}

fn days_code(days: i64) -> u16 {
    u16::try_from(days.clamp(0, LONGEST) + 1).unwrap_or(u16::MAX)
}

/// The first day that has a code of its own; earlier ones count as this one.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// A day's code: zero where nobody knows.
pub fn day_code(day: Option<NaiveDate>) -> u16 {
    let days = day.map(|day| (day - first_day()).num_days().clamp(0, i64::from(u16::MAX) - 1) + 1);
    days.and_then(|days| u16::try_from(days).ok()).unwrap_or(0)
}

/// The day of a code.
pub fn day_of(code: u16) -> Option<NaiveDate> {
    first_day().checked_add_days(Days::new(u64::from(code.checked_sub(1)?)))
}

/// All runs that one viewer may read, with what their codes mean.
#[derive(Debug, Clone)]
pub struct Book {
    /// What comes before the columns.
    pub head: Head,
    /// The runs.
    pub facts: Facts,
}

/// What is known of all runs together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The bars of every chart.
    pub words: Words,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
    /// What it holds already.
    pub holds: Snapshot,
    /// The organisation's currency.
    pub currency: String,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
    /// The month in which its fiscal year begins.
    pub fiscal_start: u32,
}

/// The bytes are no facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not facts, or of another version")]
pub struct NotFacts;

impl Book {
    /// The head's length (u32, little endian), the head as JSON, the columns.
    pub fn encode(&self) -> Vec<u8> {
        let head = serde_json::to_vec(&self.head).unwrap_or_default();
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
        [&length.to_le_bytes()[..], &head, &engine::wire::encode(&self.facts)].concat()
    }

    /// What [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`NotFacts`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotFacts> {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(NotFacts)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| NotFacts)?;
        let (head, columns) = rest.split_at_checked(length).ok_or(NotFacts)?;
        let head: Head = serde_json::from_slice(head).map_err(|_| NotFacts)?;
        let facts = engine::wire::decode(columns).map_err(|_| NotFacts)?;
        if facts.dimensions() != COLUMNS {
            return Err(NotFacts);
        }
        Ok(Self { head: Head { words: head.words.indexed(), ..head }, facts })
    }

    /// Puts the runs of some leads in the place of what was known of them.
    pub fn change(&mut self, leads: &[LeadId], facts: &[Fact]) {
        let unit = 10i64.pow(crate::format::minor_digits(&self.head.currency));
        let records: Vec<_> = facts.iter().map(|fact| self.head.words.record(fact, unit)).collect();
        let gone = leads.iter().map(|lead| lead.0).collect();
        // Every record has all columns: `record` made it.
        let _ = self.facts.replace(&gone, &records);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().expect("a day"))
    }

    fn fact() -> Fact {
        Fact {
            lead: LeadId(7),
            mark: 3,
            outcome: RunOutcome::Lost,
            fate: Fate::Recovered,
            keys: BTreeMap::from([(Dim::Reason, "12".to_owned()), (Dim::Country, "Türkiye".to_owned())]),
            excuse: Some(true),
            retry: None,
            attempts: 9,
            answered_after: Some(59),
            stood: Some(7),
            discount: Some(2_000),
            minor: Some(1_000_000),
            began: day("2026-01-01"),
            ended: day("2026-01-15"),
        }
    }

    fn keys(words: &Words, record: &Record) -> Vec<String> {
        Dim::ALL.iter().map(|dim| words.of(*dim)[usize::from(record.codes[dim.place()])].key.clone()).collect()
    }

    #[test]
    fn a_run_is_told_in_codes() {
        let mut words = Words::new();
        let record = words.record(&fact(), 100);
        let told = keys(&words, &record).join(" ");
        assert_eq!(
            told,
            "recovered 12 unknown unknown unknown unknown unknown unknown unknown unknown unknown Türkiye 3 2 2 1 0 6 excuse unknown"
        );
        assert_eq!(record.codes[OUTCOME..], [2, day_code(day("2026-01-15")), day_code(day("2026-01-01")), 15, 1]);
        let open = Fact { outcome: RunOutcome::Open, ended: None, minor: None, excuse: None, ..fact() };
        let record = words.record(&open, 100);
        assert_eq!((record.codes[ENDED], record.codes[DAYS], record.codes[Dim::Size.place()]), (0, 0, 0));
        assert_eq!(record.codes[Dim::Lasted.place()], 0);
    }

    #[test]
    fn days_keep_their_codes() {
        for text in ["1990-01-01", "2026-11-23", "2169-01-01"] {
            assert_eq!(day_of(day_code(day(text))), day(text));
        }
        assert_eq!((day_code(None), day_of(0), day_code(day("1970-05-05"))), (0, None, 1));
    }

    #[test]
    fn a_book_survives_the_wire_and_takes_changes() {
        let words = Words::new();
        let facts = Facts::empty(&words.sizes());
        let head = Head {
            words,
            seen: Cursor::default(),
            holds: Snapshot::default(),
            currency: "EUR".to_owned(),
            today: day("2026-03-02").expect("a day"),
            fiscal_start: 1,
        };
        let mut book = Book { head, facts };
        book.change(&[LeadId(7)], &[fact(), Fact { mark: 0, ..fact() }]);
        let mut again = Book::decode(&book.encode()).expect("our own bytes");
        assert_eq!((&again.head, &again.facts), (&book.head, &book.facts));
        again.change(&[LeadId(7), LeadId(8)], &[fact()]);
        assert_eq!(again.facts.rows(), 1);
        for length in [0, 3, 4, 50] {
            assert!(Book::decode(&book.encode()[..length]).is_err());
        }
    }
}
