//! All comparisons, the test for so many of them, and what is left when each thing is told once.

use super::{
    Bin, Event, FALSE_DISCOVERIES, Found, Group, Insight, LEAST_EXPECTED, LEAST_RUNS, MOST_OF_A_LINE, SAME_RUNS, Side,
    arrivals::Days,
    looks::{By, Look, What, looks},
    matters,
    runs::{FIRST, Runs},
    table::{NOW, Table, is_of, tables},
};
use crate::{
    analytics::{
        facts::{Book, UNKNOWN, Word, Words},
        rules::Period,
        selection::Dim,
    },
    ids::Names,
    statistics::{Fourfold, benjamini_yekutieli, cochran_mantel_haenszel, fisher, variance, wilson, wilson_of},
};

/// Up to this variance tests of several tables are exact; beyond it, their approximation is as good and much quicker.
const EXACT_UP_TO: f64 = 400.0;

/// One comparison.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Which of the counted tables.
    table: usize,
    group: u8,
    event: u8,
    own: Side,
    others: Side,
    part: i64,
    p: f64,
}

/// One look within one bar.
struct Counted {
    look: Look,
    within: u8,
    table: Table,
}

/// What the facts of `book` say of `period` by themselves.
pub fn find(book: &Book, period: Period) -> Found {
    let head = &book.head;
    let (span, before) = (period.span(head.today, head.fiscal_start), period.before(head.today, head.fiscal_start));
    let runs = Runs::of(book, span, before);
    let counted: Vec<_> = looks(before.is_some())
        .into_iter()
        .flat_map(|look| tables(&runs, look).into_iter().map(move |(within, table)| Counted { look, within, table }))
        .collect();
    let mut asked: Vec<_> = counted.iter().enumerate().flat_map(|(place, one)| ask(&runs, book, place, one)).collect();
    let days = Days::of(book, period);
    let compared = days.as_ref().map(Days::compare).unwrap_or_default();
    let all: Vec<_> = asked.iter().map(|one| one.p).chain(compared.iter().map(|one| one.p)).collect();
    let (limit, looked_at) = (benjamini_yekutieli(&all, FALSE_DISCOVERIES), all.len());
    asked.retain(|one| limit.is_some_and(|limit| one.p <= limit) && matters(one.own.share, one.others.share));
    let size = |one: &Asked| (one.own.share - one.others.share).abs();
    asked.sort_by(|one, other| one.p.total_cmp(&other.p).then(size(other).total_cmp(&size(one))));
    let kept = told_once(&runs, &counted, &asked, limit.unwrap_or(0.0));
    let arrivals = days.zip(limit).map(|(days, limit)| days.told_once(compared, limit)).unwrap_or_default();
    Found {
        insights: kept.into_iter().map(|one| insight(&head.words, &runs, &counted[one.table], one)).collect(),
        arrivals,
        looked_at,
        runs: runs.is_now.iter().filter(|is_now| **is_now).count(),
    }
}

/// All comparisons of a table that have enough runs by their margins alone.
fn ask(runs: &Runs, book: &Book, place: usize, counted: &Counted) -> Vec<Asked> {
    let Counted { look, table, .. } = counted;
    let groups: Vec<u8> = match look.by {
        By::Now => vec![NOW],
        By::Of(dim) => runs.codes(dim).bins().collect(),
    };
    let events: Vec<u8> = match look.what {
        // Real reasons are all that are no excuses.
        What::Bars(Dim::Kind) => {
            let codes = runs.codes(Dim::Kind);
            let excuse = book.head.words.code(Dim::Kind, "excuse");
            codes.bins().filter(|code| Some(codes.word(*code)) == excuse).collect()
        }
        What::Bars(dim) => runs.codes(dim).bins().collect(),
        _ => vec![FIRST],
    };
    let pairs = groups.iter().flat_map(|group| events.iter().map(move |event| (*group, *event)));
    let compare = |(group, event)| {
        let tables = table.fourfolds(group, event);
        let (own, others, part) = sides(&tables)?;
        Some(Asked { table: place, group, event, own, others, part, p: p(&tables) })
    };
    pairs.filter_map(compare).collect()
}

/// Both shares, where each side has enough runs. The others' is that of their own runs with the group's mix, and stands on
/// as many runs as that leaves: the effective size of L. Kish ("Survey Sampling", 1965, § 11.7).
fn sides(tables: &[Fourfold]) -> Option<(Side, Side, i64)> {
    let sum = |of: fn(&Fourfold) -> i64| tables.iter().map(of).sum::<i64>();
    let (part, own, all) = (sum(|one| one.both), sum(|one| one.first), sum(|one| one.all));
    let expected = tables
        .iter()
        .map(Fourfold::expected)
        .fold([0.0; 4], |sum, one| std::array::from_fn(|cell| sum[cell] + one[cell]));
    if own.min(all - own) < LEAST_RUNS || expected.iter().any(|cell| *cell < LEAST_EXPECTED) {
        return None;
    }
    let (mut share, mut spread) = (0.0, 0.0);
    for one in tables {
        let (weight, rest) = (one.first as f64 / own as f64, (one.all - one.first) as f64);
        share += weight * (one.second - one.both) as f64 / rest;
        spread += weight * weight / rest;
    }
    let (low, high) = wilson(part, own)?;
    let mine = Side { share: part as f64 / own as f64, runs: own, low, high };
    let share = share.clamp(0.0, 1.0);
    let (low, high) = wilson_of(share, 1.0 / spread)?;
    Some((mine, Side { share, runs: all - own, low, high }, part))
}

/// The exact p of what may be found, the approximate one of what cannot: nothing above the rate itself ever is.
fn p(tables: &[Fourfold]) -> f64 {
    let about = cochran_mantel_haenszel(tables);
    let is_many = tables.len() > 1 && variance(tables) > EXACT_UP_TO;
    if about > 2.0 * FALSE_DISCOVERIES || is_many { about } else { fisher(tables) }
}

/// The surest of what says the same. Left out is what is not found any more without the runs that something surer in the same
/// table is about, and what something surer says of nearly the same runs.
fn told_once<'a>(runs: &Runs, counted: &[Counted], asked: &'a [Asked], limit: f64) -> Vec<&'a Asked> {
    let mut kept: Vec<(&Asked, Vec<bool>)> = Vec::new();
    for one in asked {
        let before = kept.iter().map(|(other, _)| *other).filter(|other| other.table == one.table).collect::<Vec<_>>();
        if is_echo(&counted[one.table], &before, one, limit) {
            continue;
        }
        let members = members(runs, &counted[one.table], one);
        let is_told = |(other, of_other): &(&Asked, Vec<bool>)| {
            let (here, there) = (&counted[one.table].look, &counted[other.table].look);
            let same_kind = (here.by == By::Now) == (there.by == By::Now);
            same_kind && here.what == there.what && other.event == one.event && overlap(&members, of_other) >= SAME_RUNS
        };
        if !kept.iter().any(is_told) {
            kept.push((one, members));
        }
    }
    kept.into_iter().map(|(one, _)| one).collect()
}

fn is_echo(counted: &Counted, before: &[&Asked], one: &Asked, limit: f64) -> bool {
    if before.is_empty() {
        return false;
    }
    let is_crossed = matches!(counted.look.what, What::Bars(_)) && counted.look.by != By::Now;
    let of_row = before.iter().filter(|other| other.group == one.group);
    let of_column = before.iter().filter(|other| other.event == one.event);
    if is_crossed && of_row.clone().count().max(of_column.count()) >= MOST_OF_A_LINE {
        return true;
    }
    let groups: Vec<_> = before.iter().map(|other| other.group).filter(|group| *group != one.group).collect();
    let events: Vec<_> = of_row.map(|other| other.event).filter(|event| *event != one.event).collect();
    let tables = counted.table.without(&groups, &events).fourfolds(one.group, one.event);
    let is_more = |own: f64, others: f64| own > others;
    let same_way = sides(&tables)
        .is_some_and(|(own, others, _)| is_more(own.share, others.share) == is_more(one.own.share, one.others.share));
    !same_way || p(&tables) > limit
}

/// The runs that a group is.
fn members(runs: &Runs, counted: &Counted, one: &Asked) -> Vec<bool> {
    (0..runs.rows()).map(|row| is_of(runs, counted.look, counted.within, one.group, row)).collect()
}

/// How much of the smaller group is in both.
fn overlap(one: &[bool], other: &[bool]) -> f64 {
    let count = |members: &[bool]| members.iter().filter(|is| **is).count();
    let both = one.iter().zip(other).filter(|(one, other)| **one && **other).count();
    both as f64 / count(one).min(count(other)).max(1) as f64
}

fn unknown() -> Word {
    Word { key: UNKNOWN.to_owned(), name: Names::default() }
}

/// A bar by its code among the words.
pub fn bin(words: &Words, dim: Dim, code: u16) -> Bin {
    Bin { dim, word: words.of(dim).get(usize::from(code)).cloned().unwrap_or_else(unknown) }
}

fn insight(words: &Words, runs: &Runs, counted: &Counted, one: &Asked) -> Insight {
    let Counted { look, within, .. } = counted;
    let bin = |dim: Dim, code: u8| bin(words, dim, runs.codes(dim).word(code));
    Insight {
        within: look.within.map(|dim| bin(dim, *within)),
        group: match look.by {
            By::Now => Group::Now,
            By::Of(dim) => Group::Of(bin(dim, one.group)),
        },
        event: match look.what {
            What::Lost => Event::Lost,
            What::Unqualified => Event::Unqualified,
            What::WonBack => Event::WonBack,
            What::Bars(dim) => Event::Is(bin(dim, one.event)),
        },
        of: match look.what {
            What::Bars(Dim::Reason) => runs.outcome_with(Dim::Reason, one.event),
            _ => None,
        },
        part: one.part,
        own: one.own,
        others: one.others,
        p: one.p,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analytics::facts::{Fact, Fate, Head, RunOutcome},
        analytics::rules::Preset,
        ids::LeadId,
    };
    use engine::Facts;
    use std::collections::BTreeMap;

    const ALL: Period = Period::Preset(Preset::All);

    fn fact(lead: i64, outcome: RunOutcome, keys: &[(Dim, &str)]) -> Fact {
        let fate = match outcome {
            RunOutcome::Open => Fate::Open,
            RunOutcome::Won => Fate::Won,
            RunOutcome::Lost => Fate::Lost,
            RunOutcome::Unqualified => Fate::Unqualified,
        };
        Fact {
            lead: LeadId(lead),
            mark: lead,
            outcome,
            fate,
            keys: keys.iter().map(|(dim, key)| (*dim, (*key).to_owned())).collect::<BTreeMap<_, _>>(),
            excuse: None,
            retry: None,
            attempts: 1,
            answered_after: None,
            stood: None,
            discount: None,
            minor: None,
            began: None,
            ended: None,
        }
    }

    fn book(facts: &[Fact]) -> Book {
        let words = Words::new();
        let empty = Facts::empty(&words.sizes());
        let head = Head {
            words,
            seen: Default::default(),
            holds: Default::default(),
            currency: "EUR".to_owned(),
            today: chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day"),
            fiscal_start: 1,
        };
        let mut book = Book { head, facts: empty };
        book.change(&[], facts);
        book
    }

    /// Of 100 runs of each rep, so many are lost and the others won; each line of business has its own usual share.
    fn runs_of(reps: &[(&str, &str, i64)]) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (rep, line, lost) in reps {
            for place in 0..100 {
                let outcome = if place < *lost { RunOutcome::Lost } else { RunOutcome::Won };
                let lead = i64::try_from(facts.len()).expect("few") + 1;
                facts.push(fact(lead, outcome, &[(Dim::Rep, rep), (Dim::Line, line)]));
            }
        }
        facts
    }

    #[test]
    fn whoever_differs_from_comparable_others_stands_out_once() {
        let facts = runs_of(&[("1", "a", 50), ("2", "a", 50), ("3", "a", 85), ("4", "b", 90), ("5", "b", 90)]);
        let found = find(&book(&facts), ALL);
        let told: Vec<_> = found.insights.iter().map(|one| (&one.group, one.part, one.own.runs, one.others)).collect();
        // Neither that line b loses more, nor that those beside rep 3 lose less than with them.
        let [(Group::Of(bin), 85, 100, others)] = told[..] else { panic!("{told:?}") };
        assert_eq!((bin.dim, bin.word.key.as_str(), others.runs), (Dim::Rep, "3", 200));
        assert!((others.share - 0.5).abs() < 1e-9);
        assert_eq!((found.looked_at, found.runs), (5, 500));
    }

    #[test]
    fn the_others_are_weighed_by_the_groups_own_mix() {
        // Rep 1 has hard leads mostly, rep 2 easy ones; with each kind both lose as many.
        let mut facts = Vec::new();
        for (rep, source, lost, all) in
            [("1", "x", 160, 200), ("1", "y", 12, 60), ("2", "x", 48, 60), ("2", "y", 40, 200)]
        {
            for place in 0..all {
                let outcome = if place < lost { RunOutcome::Lost } else { RunOutcome::Won };
                let lead = i64::try_from(facts.len()).expect("few") + 1;
                facts.push(fact(lead, outcome, &[(Dim::Rep, rep), (Dim::Source, source)]));
            }
        }
        let found = find(&book(&facts), ALL);
        let of_rep = |one: &&Insight| matches!(&one.group, Group::Of(bin) if bin.dim == Dim::Rep);
        assert_eq!(found.insights.iter().find(of_rep), None);
        assert_eq!(found.insights.len(), 1, "the sources differ: {found:?}");
    }

    #[test]
    fn too_few_are_not_looked_at() {
        let facts: Vec<_> = runs_of(&[("1", "a", 100), ("2", "a", 0)]).into_iter().step_by(4).collect();
        let found = find(&book(&facts), ALL);
        assert_eq!((found.insights.len(), found.looked_at, found.runs), (0, 0, 50));
        assert_eq!(find(&book(&[]), ALL).looked_at, 0);
    }

    /// So many runs began on each of the days up to `last`.
    fn began(last: &str, daily: &[i64]) -> Vec<Fact> {
        let last: chrono::NaiveDate = last.parse().expect("a day");
        let first = last - chrono::Days::new(daily.len() as u64 - 1);
        let each = first.iter_days().zip(daily).flat_map(|(day, runs)| (0..*runs).map(move |_| day));
        each.enumerate()
            .map(|(lead, day)| {
                let lead = i64::try_from(lead).expect("few") + 1;
                let source = ["1", "2", "3"][usize::try_from(lead % 3).expect("below three")];
                Fact { began: Some(day), ..fact(lead, RunOutcome::Open, &[(Dim::Source, source)]) }
            })
            .collect()
    }

    #[test]
    fn fewer_leads_are_told_once_and_of_days_that_are_over() {
        // Two weeks with half as many as the two before; today, which is not over, has none.
        let daily: Vec<i64> = (0..28).map(|day| if day < 14 { 20 + day % 5 } else { 10 + day % 3 }).collect();
        let facts = began("2026-03-01", &daily);
        let between = |from: &str, to: &str| Period::Between { from: from.parse().ok(), to: to.parse().ok() };
        let found = find(&book(&facts), between("2026-02-16", "2026-03-01")).arrivals;
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!((one.within.as_ref(), one.now.days, one.before.days), (None, 14, 14));
        assert_eq!((one.now.runs, one.before.runs), (daily[14..].iter().sum(), daily[..14].iter().sum()));
        assert!(one.p < 1e-4 && one.now.high < one.before.low, "{one:?}");
        // The facts do not go back as far as four weeks before; of a period that goes on, what is over has to do.
        assert_eq!(find(&book(&facts), between("2026-02-16", "2026-03-15")).arrivals, []);
        assert_eq!(find(&book(&facts), between("2026-02-17", "2026-03-02")).looked_at, 0);
    }

    #[test]
    fn a_source_that_dried_up_is_told_alone() {
        let (dry, steady) = ("1", "2");
        let first: chrono::NaiveDate = "2026-02-01".parse().expect("a day");
        let mut facts = Vec::new();
        for (place, day) in first.iter_days().take(28).enumerate() {
            let of_dry = if place < 14 { 12 } else { 3 };
            for (source, runs) in [(dry, of_dry + place % 3), (steady, 10 + place % 4)] {
                for _ in 0..runs {
                    let lead = i64::try_from(facts.len()).expect("few") + 1;
                    facts.push(Fact { began: Some(day), ..fact(lead, RunOutcome::Open, &[(Dim::Source, source)]) });
                }
            }
        }
        let period = Period::Between { from: "2026-02-15".parse().ok(), to: "2026-02-28".parse().ok() };
        let found = find(&book(&facts), period);
        let told: Vec<_> =
            found.arrivals.iter().map(|one| one.within.as_ref().map(|bin| (bin.dim, bin.word.key.as_str()))).collect();
        assert_eq!((told, found.looked_at), (vec![Some((Dim::Source, dry))], 3));
    }

    /// Numbers that look drawn by chance and are the same each time (D. E. Knuth's multiplier).
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }
    }

    #[test]
    fn where_nothing_is_behind_anything_hardly_anything_is_found() {
        let mut draws = Draws(7);
        let mut with_any = 0;
        for _ in 0..100 {
            let facts: Vec<_> = (1..=600)
                .map(|lead| {
                    let outcome = RunOutcome::ALL[1 + draws.below(3) as usize];
                    let mut keys = vec![
                        (Dim::Rep, draws.below(6)),
                        (Dim::Source, draws.below(3)),
                        (Dim::Product, draws.below(5)),
                        (Dim::Segment, draws.below(4)),
                    ];
                    if outcome != RunOutcome::Won {
                        keys.extend([(Dim::Reason, draws.below(6)), (Dim::Stage, draws.below(4))]);
                    }
                    let keys: Vec<_> = keys.into_iter().map(|(dim, key)| (dim, key.to_string())).collect();
                    let keys: Vec<_> = keys.iter().map(|(dim, key)| (*dim, key.as_str())).collect();
                    fact(lead, outcome, &keys)
                })
                .collect();
            let found = find(&book(&facts), ALL);
            assert!(found.looked_at > 50, "{}", found.looked_at);
            with_any += usize::from(!found.insights.is_empty());
        }
        assert!(f64::from(with_any as u32) <= 100.0 * FALSE_DISCOVERIES, "{with_any} of 100");
    }
}
