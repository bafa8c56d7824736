//! What a decision says, what may be pinned, and whether a figure moved as it was to. Pure: the figures before and after come
//! from the cockpit, today from the organisation's calendar.

use crate::{
    analytics::{
        cockpit::Totals,
        rules::{FEW, Period, Span, rate},
        selection::{Against, Selection},
    },
    clock::is_of_our_time,
    ids::UserId,
    losses::rules::{is_sound_text, written},
    people::rules::words,
    statistics::{newcombe, rate_ratio},
};
use chrono::{Days, NaiveDate};
use leptos_router::{location::Url, params::ParamsMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest title of a meeting, in characters.
pub const LONGEST_TITLE: usize = 120;
/// The longest title of a pin, in characters.
pub const LONGEST_PIN: usize = 200;
/// The longest decision, in characters.
pub const LONGEST_WHAT: usize = 400;
/// The longest address, in bytes.
pub const LONGEST_ADDRESS: usize = 2000;
/// A decision is checked within so many days after it starts: three years.
pub const LONGEST_DAYS: i64 = 1096;

words! {
    /// What a pin shows.
    PinKind { Chart = "chart", Insight = "insight", List = "list" }
}

words! {
    /// What a decision is about.
    DecisionKind {
        /// Prices and discounts.
        PricePolicy = "price_policy",
        /// How we talk to leads.
        Communication = "communication",
        /// How we work.
        Process = "process",
        /// What reps learn.
        Training = "training",
        /// What we sell.
        NewProduct = "new_product",
    }
}

words! {
    /// The figure that a decision is measured by.
    Gauge {
        /// Lost and unqualified runs.
        Losses = "losses",
        /// What those were worth.
        LostValue = "lost_value",
        /// Won of what was won or lost.
        WinRate = "win_rate",
        /// Days from beginning to loss.
        MedianDays = "median_days",
    }
}

words! {
    /// What became of a decision.
    Verdict {
        /// It stays.
        Kept = "kept",
        /// Another takes its place.
        Changed = "changed",
        /// It is over.
        Dropped = "dropped",
    }
}

impl Gauge {
    /// What an effect on it can be at most; none is none.
    pub fn allows(self, expected: i32) -> bool {
        let range = match self {
            Self::WinRate => -100..=100,
            Self::MedianDays => -3999..=3999,
            Self::Losses | Self::LostValue => -100..=1000,
        };
        expected != 0 && range.contains(&expected)
    }
}

/// What the minutes say of the meeting itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingDraft {
    /// What it is called.
    pub title: String,
    /// Its day.
    pub held_on: NaiveDate,
    /// What was said.
    pub notes: String,
}

/// What a decision says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionDraft {
    /// What it is about.
    pub kind: DecisionKind,
    /// What was decided.
    pub what: String,
    /// Who sees to it.
    pub owner: UserId,
    /// From when on it holds.
    pub starts_on: NaiveDate,
    /// The figure that it is to move.
    pub gauge: Gauge,
    /// What the figure is narrowed to, as in an address; days in it are left out.
    pub selection: String,
    /// By how much, with its sign: per cent of losses and value, points of a rate, days of a median.
    pub expected: i32,
    /// The last day that counts; then it is judged.
    pub check_on: NaiveDate,
}

/// Why something is not written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Managers and admins decide.
    NotYours,
    /// The meeting has no title, or too long a one.
    Title,
    /// A day that nobody means.
    Day,
    /// The text is too long.
    TooLong,
    /// A pin needs a title.
    PinTitle,
    /// Only what winback shows of losses can be pinned.
    Address,
    /// What was decided?
    What,
    /// Nobody works under this account any more.
    Owner,
    /// It is checked after it starts, within three years.
    CheckOn,
    /// No effect at all, or one that cannot be.
    Expected,
    /// The win rate has nothing that only losses have: it would stay that of all.
    OfLosses,
    /// Its time is over, and what it was to bring stands.
    Settled,
    /// Why is it judged so?
    BecauseMissing,
    /// What takes its place?
    ReplacementMissing,
}

/// A meeting as it may be written down.
///
/// # Errors
/// The first [`Problem`] with it.
pub fn meeting(draft: &MeetingDraft) -> Result<MeetingDraft, Problem> {
    let title = short(&draft.title, LONGEST_TITLE).ok_or(Problem::Title)?;
    if !is_of_our_time(draft.held_on) {
        return Err(Problem::Day);
    }
    if !is_sound_text(&draft.notes) {
        return Err(Problem::TooLong);
    }
    Ok(MeetingDraft { title, held_on: draft.held_on, notes: draft.notes.trim().to_owned() })
}

/// A pin's title, if it may be pinned with these words.
///
/// # Errors
/// The first [`Problem`] with it.
pub fn pin(title: &str, address: &str, words: &str) -> Result<String, Problem> {
    let title = short(title, LONGEST_PIN).ok_or(Problem::PinTitle)?;
    if !is_ours(address) {
        return Err(Problem::Address);
    }
    if is_sound_text(words) { Ok(title) } else { Err(Problem::TooLong) }
}

/// A decision as it may be written down.
///
/// # Errors
/// The first [`Problem`] with it.
pub fn decision(draft: &DecisionDraft) -> Result<DecisionDraft, Problem> {
    let what = short(&draft.what, LONGEST_WHAT).ok_or(Problem::What)?;
    if !is_of_our_time(draft.starts_on) || !is_of_our_time(draft.check_on) {
        return Err(Problem::Day);
    }
    if !(1..=LONGEST_DAYS).contains(&(draft.check_on - draft.starts_on).num_days()) {
        return Err(Problem::CheckOn);
    }
    if !draft.gauge.allows(draft.expected) {
        return Err(Problem::Expected);
    }
    let selection = selection_of(&draft.selection);
    if draft.gauge == Gauge::WinRate && selection.picks.keys().any(|dim| dim.is_of_losses()) {
        return Err(Problem::OfLosses);
    }
    let selection = query_of(&selection);
    if selection.len() > LONGEST_ADDRESS {
        return Err(Problem::TooLong);
    }
    Ok(DecisionDraft { what, selection, ..draft.clone() })
}

impl DecisionDraft {
    /// Whether both are measured alike: nobody may move the goal after they saw what came of it.
    pub fn is_measured_as(&self, other: &Self) -> bool {
        let measure = |draft: &Self| {
            (draft.gauge, draft.expected, draft.starts_on, draft.check_on, selection_of(&draft.selection).picks)
        };
        measure(self) == measure(other)
    }
}

/// Why a decision is judged so.
///
/// # Errors
/// The first [`Problem`] with it.
pub fn judgement(verdict: Verdict, because: &str, is_replaced: bool) -> Result<&str, Problem> {
    if !is_sound_text(because) {
        return Err(Problem::TooLong);
    }
    let because = written(because).ok_or(Problem::BecauseMissing)?;
    if verdict == Verdict::Changed && !is_replaced { Err(Problem::ReplacementMissing) } else { Ok(because) }
}

fn short(text: &str, longest: usize) -> Option<String> {
    let text = written(text).filter(|text| is_sound_text(text))?;
    (text.chars().count() <= longest).then(|| text.to_owned())
}

/// Whether an address is one of the pages about losses: a pin never leads elsewhere.
pub fn is_ours(address: &str) -> bool {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let Some(rest) = path.strip_prefix("/losses") else { return false };
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-')
    };
    let is_path = rest.is_empty() || rest.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_word));
    is_path && address.len() <= LONGEST_ADDRESS && is_query(query)
}

fn is_query(query: &str) -> bool {
    query.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'<' | b'>'))
}

/// What the query of an address narrows figures to; its days are left out, because a decision has its own.
pub fn selection_of(query: &str) -> Selection {
    let words: BTreeMap<_, _> = query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), Url::unescape(value)))
        .collect();
    let read = Selection::read(|name| words.get(name).cloned().filter(|word| !word.is_empty()));
    Selection { picks: read.picks, against: Against::Nothing, ..Selection::default() }
}

/// The query that narrows figures so, without a question mark and without days.
pub fn query_of(selection: &Selection) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in (Selection { picks: selection.picks.clone(), ..Selection::default() }).words() {
        // What is put in is unescaped once.
        query.insert(name, Url::escape(&value));
    }
    query.to_query_string().trim_start_matches('?').to_owned()
}

/// The days after the start and as many before, as far as they have come; none before it starts.
pub fn days(starts_on: NaiveDate, check_on: NaiveDate, today: NaiveDate) -> Option<[Span; 2]> {
    let last = check_on.min(today);
    let length = u64::try_from((last - starts_on).num_days()).ok()?;
    let end = starts_on.pred_opt()?;
    let before = Span { from: end.checked_sub_days(Days::new(length)), to: Some(end) };
    Some([before, Span { from: Some(starts_on), to: Some(last) }])
}

/// The same selection in these days.
pub fn during(selection: &Selection, span: Span) -> Selection {
    selection.during(Period::Between { from: span.from, to: span.to })
}

/// A figure in some days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its days.
    pub span: Span,
    /// A count, minor units, a share or days; none where there is nothing to tell it from.
    pub value: Option<f64>,
    /// How many runs it stands on.
    pub runs: i64,
}

words! {
    /// What can be said of an effect.
    Reach {
        /// It is as large as it was to be.
        Reached = "reached",
        /// It is not.
        Missed = "missed",
        /// The time is not over.
        Early = "early",
        /// Chance alone could have made it, or hidden it.
        Unsure = "unsure",
        /// It stands on too few runs.
        Few = "few",
    }
}

/// What became of a figure after a decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Before.
    pub before: Figure,
    /// After.
    pub after: Figure,
    /// By how much it moved, in the unit of what was expected: per cent, points or days.
    pub change: Option<f64>,
    /// Between what the change lies with 95 % confidence, where that can be told; the upper end may be open.
    pub likely: Option<(f64, Option<f64>)>,
    /// Whether that is what was expected.
    pub reach: Reach,
}

/// What became of `gauge`, which was to move by `expected`, from the totals of the days before and after.
pub fn measured(gauge: Gauge, expected: i32, spans: [Span; 2], totals: [Totals; 2], is_over: bool) -> Measured {
    let [before, after] = [0, 1].map(|side| figure(gauge, spans[side], &totals[side]));
    let change = before.value.zip(after.value).and_then(|(before, after)| change(gauge, before, after));
    let likely = likely(gauge, totals);
    let few = before.runs.min(after.runs) < FEW;
    let reach = match (is_over, change) {
        (false, _) => Reach::Early,
        (true, None) => Reach::Few,
        (true, Some(change)) => reach(f64::from(expected), change, likely, few),
    };
    Measured { before, after, change, likely, reach }
}

fn figure(gauge: Gauge, span: Span, totals: &Totals) -> Figure {
    let losses = totals.losses();
    let (value, runs) = match gauge {
        Gauge::Losses => (Some(losses.runs as f64), losses.runs),
        Gauge::LostValue => (Some(losses.minor as f64), losses.runs),
        Gauge::WinRate => (rate(totals.share.won, totals.share.decided), totals.share.decided),
        Gauge::MedianDays => (totals.median_days, totals.dated),
    };
    Figure { span, value, runs }
}

fn change(gauge: Gauge, before: f64, after: f64) -> Option<f64> {
    match gauge {
        Gauge::Losses | Gauge::LostValue => (before > 0.0).then(|| (after / before - 1.0) * 100.0),
        Gauge::WinRate => Some((after - before) * 100.0),
        Gauge::MedianDays => Some(after - before),
    }
}

/// Of value and medians no interval is known without more assumptions than these figures bear.
fn likely(gauge: Gauge, [before, after]: [Totals; 2]) -> Option<(f64, Option<f64>)> {
    match gauge {
        Gauge::Losses => {
            let (low, high) = rate_ratio(before.losses().runs, after.losses().runs)?;
            let percent = |ratio: f64| (ratio - 1.0) * 100.0;
            Some((percent(low), high.map(percent)))
        }
        Gauge::WinRate => {
            let share = |totals: Totals| (totals.share.won, totals.share.decided);
            let (low, high) = newcombe(share(before), share(after))?;
            Some((low * 100.0, Some(high * 100.0)))
        }
        Gauge::LostValue | Gauge::MedianDays => None,
    }
}

/// With an interval: reached when all of it is as far as expected, missed when none of it is. Without one: by the figure
/// itself, where it stands on enough.
fn reach(expected: f64, change: f64, likely: Option<(f64, Option<f64>)>, few: bool) -> Reach {
    // Towards more or towards less: what was expected counts as far as it goes.
    let is_far = |change: f64| if expected > 0.0 { change >= expected } else { change <= expected };
    match likely {
        Some((low, high)) => {
            let ends = [is_far(low), is_far(high.unwrap_or(f64::INFINITY))];
            match ends {
                [true, true] => Reach::Reached,
                [false, false] => Reach::Missed,
                _ => Reach::Unsure,
            }
        }
        None if few => Reach::Few,
        None if is_far(change) => Reach::Reached,
        None => Reach::Missed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::{
        cockpit::{Share, Sum},
        selection::{Dim, Touch},
    };
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn draft() -> DecisionDraft {
        DecisionDraft {
            kind: DecisionKind::PricePolicy,
            what: "  Two prices instead of five ".to_owned(),
            owner: UserId(1),
            starts_on: day("2026-03-01"),
            gauge: Gauge::Losses,
            selection: "reason=3~4&period=this_month&against=rest".to_owned(),
            expected: 5,
            check_on: day("2026-05-31"),
        }
    }

    fn totals(lost: i64, won: i64) -> Totals {
        Totals {
            lost: Sum { runs: lost, minor: lost * 100 },
            share: Share { won, decided: won + lost },
            median_days: Some(lost as f64),
            dated: lost,
            ..Totals::default()
        }
    }

    fn judge(gauge: Gauge, expected: i32, before: Totals, after: Totals) -> Reach {
        measured(gauge, expected, [Span::default(); 2], [before, after], true).reach
    }

    #[test]
    fn a_decision_says_all_that_it_is_measured_by() {
        let sound = decision(&draft()).expect("sound");
        assert_eq!(sound.what, "Two prices instead of five");
        assert_eq!(selection_of(&sound.selection), selection_of("?reason=3~4"));
        assert!(!sound.selection.contains("period") && !sound.selection.contains("against"));
        let but = |change: fn(&mut DecisionDraft)| {
            let mut draft = draft();
            change(&mut draft);
            decision(&draft).err()
        };
        assert_eq!(but(|draft| draft.what = " ".to_owned()), Some(Problem::What));
        assert_eq!(but(|draft| draft.check_on = draft.starts_on), Some(Problem::CheckOn));
        assert_eq!(but(|draft| draft.check_on = day("2036-01-01")), Some(Problem::CheckOn));
        assert_eq!(but(|draft| draft.expected = 0), Some(Problem::Expected));
        assert_eq!(but(|draft| draft.expected = 1001), Some(Problem::Expected));
        assert_eq!(but(|draft| draft.gauge = Gauge::WinRate), Some(Problem::OfLosses), "wins have no reason");
        assert_eq!(but(|draft| draft.starts_on = day("0026-03-01")), Some(Problem::Day));
    }

    #[test]
    fn pins_lead_to_our_own_pages_about_losses_only() {
        for address in ["/losses", "/losses?reason=3", "/losses/insights", "/losses/decisions/3?x=%C3%A7~!"] {
            assert!(is_ours(address), "{address}");
        }
        for address in [
            "",
            "/",
            "/lossesx",
            "//losses",
            "https://elsewhere.test/losses",
            "/losses/../settings",
            "/losses//x",
            "/losses#x",
            "/losses?a b",
            "/losses?ç",
            "/losses/",
            "/losses?x#y",
            "/losses\\x",
            "/losses?\"<b>",
        ] {
            assert!(!is_ours(address), "{address}");
        }
        assert!(!is_ours(&format!("/losses?{}", "x".repeat(LONGEST_ADDRESS))));
    }

    #[test]
    fn as_many_days_before_as_after() {
        let text = |span: Span| format!("{}..{}", span.from.expect("a day"), span.to.expect("a day"));
        let [before, after] = days(day("2026-03-01"), day("2026-03-31"), day("2026-03-10")).expect("it has begun");
        assert_eq!([text(before), text(after)], ["2026-02-19..2026-02-28", "2026-03-01..2026-03-10"]);
        let [before, after] = days(day("2026-03-01"), day("2026-03-31"), day("2027-01-01")).expect("it has begun");
        assert_eq!([text(before), text(after)], ["2026-01-29..2026-02-28", "2026-03-01..2026-03-31"]);
        assert_eq!(days(day("2026-03-01"), day("2026-03-31"), day("2026-02-28")), None);
    }

    #[test]
    fn an_effect_is_told_only_where_chance_leaves_no_doubt() {
        let many = |won| totals(10_000 - won, won);
        assert_eq!(judge(Gauge::WinRate, 5, many(2000), many(3000)), Reach::Reached);
        assert_eq!(judge(Gauge::WinRate, 5, many(2000), many(2000)), Reach::Missed);
        assert_eq!(judge(Gauge::WinRate, 5, totals(8, 2), totals(7, 3)), Reach::Unsure);
        assert_eq!(judge(Gauge::WinRate, 5, totals(0, 0), totals(7, 3)), Reach::Few);
        assert_eq!(judge(Gauge::WinRate, -5, many(3000), many(2000)), Reach::Reached);
        assert_eq!(judge(Gauge::Losses, -20, totals(1000, 0), totals(500, 0)), Reach::Reached);
        assert_eq!(judge(Gauge::Losses, -20, totals(1000, 0), totals(1000, 0)), Reach::Missed);
        assert_eq!(judge(Gauge::Losses, -20, totals(10, 0), totals(7, 0)), Reach::Unsure);
        assert_eq!(judge(Gauge::Losses, -20, totals(0, 0), totals(7, 0)), Reach::Few);
        assert_eq!(judge(Gauge::LostValue, -20, totals(100, 0), totals(70, 0)), Reach::Reached);
        assert_eq!(judge(Gauge::LostValue, -20, totals(10, 0), totals(7, 0)), Reach::Few);
        assert_eq!(judge(Gauge::MedianDays, -20, totals(100, 0), totals(90, 0)), Reach::Missed);
        let early = measured(Gauge::Losses, -20, [Span::default(); 2], [totals(1000, 0), totals(1, 0)], false);
        assert_eq!((early.reach, early.change.map(f64::round)), (Reach::Early, Some(-100.0)));
    }

    #[test]
    fn a_judgement_says_why_and_a_change_what_instead() {
        assert_eq!(judgement(Verdict::Kept, " ", false), Err(Problem::BecauseMissing));
        assert_eq!(judgement(Verdict::Changed, "Too strict", false), Err(Problem::ReplacementMissing));
        assert_eq!(judgement(Verdict::Dropped, " Nobody followed it ", false), Ok("Nobody followed it"));
    }

    proptest! {
        #[test]
        fn what_it_is_narrowed_to_survives_its_address(keys in proptest::collection::vec("[a-z0-9~!*& =%+çк]{1,6}", 1..4)) {
            let mut selection = Selection { against: Against::Nothing, ..Selection::default() };
            for key in &keys {
                selection = selection.touched(Dim::Country, key, Touch::Too);
            }
            let query = query_of(&selection);
            prop_assert!(is_query(&query), "{}", query);
            prop_assert_eq!(selection_of(&query), selection);
        }

        #[test]
        fn wanting_more_is_never_easier(expected in 1i32..99, before in 0i64..200, won in 0i64..200, after in 0i64..200, more in 0i64..200) {
            let (one, other) = (totals(before, won), totals(after, more));
            let harder = judge(Gauge::WinRate, expected + 1, one, other);
            if harder == Reach::Reached {
                prop_assert_eq!(judge(Gauge::WinRate, expected, one, other), Reach::Reached);
            }
        }
    }
}
