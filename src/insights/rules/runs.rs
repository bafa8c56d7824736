//! The runs that ended in the period and in the one before, as small codes: bars with few runs are put together.

use super::{LEAST_EXPECTED, MOST_BINS, looks::What};
use crate::analytics::{
    facts::{Book, ENDED, Fate, OUTCOME, RunOutcome, day_code},
    rules::Span,
    selection::Dim,
};

/// The code of what nobody knows.
pub const UNKNOWN: u8 = 0;
/// The code of all bars that are too small to be looked at.
const SMALL: u8 = 1;
/// The code of the first bar that is looked at.
pub const FIRST: u8 = 2;

/// One chart's codes.
#[derive(Debug, Default)]
pub struct Codes {
    of_rows: Vec<u8>,
    /// What the codes from [`FIRST`] on are among the words.
    words: Vec<u16>,
}

impl Codes {
    /// How many codes there are.
    pub fn size(&self) -> usize {
        self.words.len() + usize::from(FIRST)
    }

    /// The codes of bars that are looked at.
    pub fn bins(&self) -> impl Iterator<Item = u8> + use<> {
        (FIRST..u8::MAX).take(self.words.len())
    }

    /// A bar's place among the words.
    pub fn word(&self, code: u8) -> u16 {
        self.words.get(usize::from(code.saturating_sub(FIRST))).copied().unwrap_or(0)
    }

    /// A run's code.
    pub fn of(&self, row: usize) -> u8 {
        self.of_rows[row]
    }
}

/// Runs that ended.
#[derive(Debug, Default)]
pub struct Runs {
    /// Whether each ended in the period; the others in the one before.
    pub is_now: Vec<bool>,
    outcomes: Vec<RunOutcome>,
    fates: Vec<Fate>,
    codes: Vec<Codes>,
}

/// Codes of days; all, with what has no date, where there are no limits.
pub fn days(span: Span) -> (u16, u16) {
    if span.is_all() {
        return (0, u16::MAX);
    }
    (span.from.map_or(1, |from| day_code(Some(from))), span.to.map_or(u16::MAX, |to| day_code(Some(to))))
}

impl Runs {
    /// The runs of `book` that ended in `span` or in `before`.
    pub fn of(book: &Book, span: Span, before: Option<Span>) -> Self {
        let facts = &book.facts;
        let (outcomes, ended) = (facts.column(OUTCOME), facts.column(ENDED));
        let (now, before) = (days(span), before.map(days));
        let mut rows = Vec::new();
        let mut runs = Self::default();
        for row in 0..facts.rows() {
            let outcome = RunOutcome::ALL.get(usize::from(outcomes.code(row))).copied().unwrap_or(RunOutcome::Open);
            let day = ended.code(row);
            let is_in = |(first, last): (u16, u16)| (first..=last).contains(&day);
            if outcome != RunOutcome::Open && (is_in(now) || before.is_some_and(is_in)) {
                rows.push(row);
                runs.is_now.push(is_in(now));
                runs.outcomes.push(outcome);
                runs.fates.push(fate(book, row));
            }
        }
        runs.codes = Dim::ALL.iter().map(|dim| codes(book, *dim, &rows)).collect();
        runs
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        self.is_now.len()
    }

    /// A chart's codes.
    pub fn codes(&self, dim: Dim) -> &Codes {
        &self.codes[dim.place()]
    }

    /// What a run came to.
    pub fn outcome(&self, row: usize) -> RunOutcome {
        self.outcomes[row]
    }

    /// What the first run with this code came to.
    pub fn outcome_with(&self, dim: Dim, code: u8) -> Option<RunOutcome> {
        let codes = self.codes(dim);
        (0..self.rows()).find(|row| codes.of(*row) == code).map(|row| self.outcomes[row])
    }

    /// What a run is in a share of `what`: nothing where it does not belong to it.
    pub fn event(&self, what: What, row: usize) -> Option<u8> {
        let (outcome, fate) = (self.outcomes[row], self.fates[row]);
        let yes = |is: bool| if is { FIRST } else { SMALL };
        match what {
            What::Lost => (outcome != RunOutcome::Unqualified).then(|| yes(outcome == RunOutcome::Lost)),
            What::Unqualified => Some(yes(outcome == RunOutcome::Unqualified)),
            What::WonBack => matches!(fate, Fate::Reactivated | Fate::Recovered).then(|| yes(fate == Fate::Recovered)),
            What::Bars(dim) => {
                let code = self.codes(dim).of(row);
                (outcome != RunOutcome::Won && code != UNKNOWN).then_some(code)
            }
        }
    }
}

fn fate(book: &Book, row: usize) -> Fate {
    let code = book.facts.column(Dim::Fate.place()).code(row);
    // The first word stands for what is not known.
    usize::from(code).checked_sub(1).and_then(|place| Fate::ALL.get(place)).copied().unwrap_or(Fate::Open)
}

/// The largest bars keep a code of their own.
fn codes(book: &Book, dim: Dim, rows: &[usize]) -> Codes {
    let column = book.facts.column(dim.place());
    let mut counts = vec![0u32; book.facts.size(dim.place())];
    for row in rows {
        counts[usize::from(column.code(*row))] += 1;
    }
    let is_large = |code: &u16| f64::from(counts[usize::from(*code)]) >= 2.0 * LEAST_EXPECTED;
    let mut words: Vec<u16> = (1..=u16::MAX).take(counts.len().saturating_sub(1)).filter(is_large).collect();
    words.sort_by_key(|code| std::cmp::Reverse(counts[usize::from(*code)]));
    words.truncate(MOST_BINS);
    words.sort_unstable();
    let mut of_words = vec![SMALL; counts.len()];
    of_words[0] = UNKNOWN;
    for (code, word) in (FIRST..).zip(&words) {
        of_words[usize::from(*word)] = code;
    }
    Codes { of_rows: rows.iter().map(|row| of_words[usize::from(column.code(*row))]).collect(), words }
}
