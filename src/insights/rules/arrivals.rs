//! Whether more or fewer leads come in than in the period before, day by day: shares do not tell that.

use super::{Arrivals, LEAST_PACE, LEAST_RUNS, Pace, SAME_RUNS, find::bin, runs::days};
use crate::{
    analytics::{
        facts::{BEGAN, Book, day_code},
        rules::{Period, Span},
        selection::Dim,
    },
    statistics::{mean_between, van_elteren},
};

/// Each period has at least so many days that are over: two of each weekday.
const LEAST_DAYS: usize = 14;
/// What leads come by, and what they come for.
const PARTS: [Dim; 6] = [Dim::Source, Dim::Campaign, Dim::Line, Dim::Product, Dim::Segment, Dim::Country];

/// Runs that began on each day, of the period and of the one before.
type Daily = [Vec<u32>; 2];

/// One bar's runs, or all of them.
type Part = Option<(Dim, u16)>;

/// Codes of the first and the last day of each.
type Ends = [(u16, u16); 2];

/// The days of both by weekdays: a Sunday is held against Sundays.
fn weekdays(daily: &Daily, ends: Ends) -> Vec<Daily> {
    let on = |side: usize, weekday: u16| {
        let days = (ends[side].0..=ends[side].1).zip(&daily[side]);
        days.filter(move |(day, _)| day % 7 == weekday).map(|(_, count)| *count).collect()
    };
    (0..7).map(|weekday| [on(0, weekday), on(1, weekday)]).collect()
}

/// Both periods over the facts.
pub struct Days<'a> {
    book: &'a Book,
    ends: Ends,
}

/// One comparison of both.
pub struct Compared {
    part: Part,
    daily: Daily,
    /// How probable such a difference is if nothing is behind it.
    pub p: f64,
}

impl Compared {
    /// Where there are enough runs, by the margins alone.
    fn of(part: Part, daily: Daily, ends: Ends) -> Option<Self> {
        let p = van_elteren(&weekdays(&daily, ends));
        Some(Self { part, daily, p }).filter(|one| i64::from(one.runs()) >= 2 * LEAST_RUNS)
    }

    fn paces(&self) -> [Pace; 2] {
        [0, 1].map(|side| {
            let counts = &self.daily[side];
            let (per_day, low, high) = mean_between(counts);
            Pace { runs: counts.iter().map(|count| i64::from(*count)).sum(), days: counts.len(), per_day, low, high }
        })
    }

    fn runs(&self) -> u32 {
        self.daily.iter().flatten().sum()
    }

    fn is_more(&self) -> bool {
        let [now, before] = self.paces();
        now.per_day > before.per_day
    }

    /// Whether it is large enough to matter to anybody.
    fn matters(&self) -> bool {
        let [now, before] = self.paces();
        now.per_day.max(before.per_day) >= LEAST_PACE * now.per_day.min(before.per_day)
    }
}

impl<'a> Days<'a> {
    /// Both periods, where each has enough days that are over and the facts go back that far.
    pub fn of(book: &'a Book, period: Period) -> Option<Self> {
        let head = &book.head;
        let yesterday = day_code(head.today.pred_opt());
        let over = |span: Span| {
            let (first, last) = days(span);
            let last = last.min(yesterday);
            let is_long = usize::from(last.checked_sub(first)?) + 1 >= LEAST_DAYS;
            (span.from.is_some() && is_long).then_some((first, last))
        };
        let now = over(period.span(head.today, head.fiscal_start))?;
        let before = over(period.before(head.today, head.fiscal_start)?)?;
        // What goes on is held against as many days: the rest of a year would bring its own season.
        let goes_on = period.span(head.today, head.fiscal_start).to.is_some_and(|last| last >= head.today);
        let before = if goes_on { (before.0, before.1.min(before.0 + (now.1 - now.0))) } else { before };
        let began = book.facts.column(BEGAN);
        let first = (0..book.facts.rows()).map(|row| began.code(row)).filter(|day| *day > 0).min()?;
        (first <= before.0).then_some(Self { book, ends: [now, before] })
    }

    /// All comparisons: of all runs, and of each bar that is not nearly all of them.
    pub fn compare(&self) -> Vec<Compared> {
        let Some(whole) = Compared::of(None, self.daily(|_| true), self.ends) else { return Vec::new() };
        let most = SAME_RUNS * f64::from(whole.runs());
        let parts = PARTS.into_iter().flat_map(|dim| self.parts(dim)).filter(|part| f64::from(part.runs()) < most);
        let parts: Vec<_> = parts.collect();
        std::iter::once(whole).chain(parts).collect()
    }

    /// The bars of a chart: one pass for all of them.
    fn parts(&self, dim: Dim) -> Vec<Compared> {
        let bars = self.book.facts.column(dim.place());
        let mut daily = vec![self.nothing(); self.book.facts.size(dim.place())];
        self.each(|row, side, day| daily[usize::from(bars.code(row))][side][day] += 1);
        // The first bar stands for what nobody knows.
        let known = (0..=u16::MAX).zip(daily).skip(1);
        known.filter_map(|(code, daily)| Compared::of(Some((dim, code)), daily, self.ends)).collect()
    }

    /// What holds at `limit` and matters: all runs, where it is that much without any single bar, too; else bars, the surest
    /// first, without those that are not found any more without the runs of a surer one.
    pub fn told_once(&self, mut all: Vec<Compared>, limit: f64) -> Vec<Arrivals> {
        all.retain(|one| one.p <= limit && one.matters());
        all.sort_by(|one, other| one.part.is_some().cmp(&other.part.is_some()).then(one.p.total_cmp(&other.p)));
        let without = |one: &Compared, others: &[Part]| {
            let is_left = |row| self.is_of(one.part, row) && !others.iter().any(|other| self.is_of(*other, row));
            let rest = Compared::of(one.part, self.daily(is_left), self.ends);
            rest.filter(|rest| rest.is_more() == one.is_more())
        };
        let parts: Vec<_> = all.iter().map(|one| one.part).filter(Option::is_some).collect();
        let mut told: Vec<Compared> = Vec::new();
        for one in all {
            let is_told = match one.part {
                None => parts.iter().all(|part| without(&one, &[*part]).is_some_and(|rest| rest.matters())),
                Some(_) => {
                    let told: Vec<_> = told.iter().map(|other| other.part).collect();
                    without(&one, &told).is_some_and(|rest| rest.p <= limit)
                }
            };
            if is_told {
                told.push(one);
            }
        }
        let arrivals = |one: Compared| {
            let [now, before] = one.paces();
            let within = one.part.map(|(dim, code)| bin(&self.book.head.words, dim, code));
            Arrivals { within, now, before, p: one.p }
        };
        told.into_iter().map(arrivals).collect()
    }

    fn is_of(&self, part: Part, row: usize) -> bool {
        part.is_none_or(|(dim, code)| self.book.facts.column(dim.place()).code(row) == code)
    }

    fn daily(&self, is_in: impl Fn(usize) -> bool) -> Daily {
        let mut daily = self.nothing();
        self.each(|row, side, day| daily[side][day] += u32::from(is_in(row)));
        daily
    }

    fn nothing(&self) -> Daily {
        self.ends.map(|(first, last)| vec![0; usize::from(last - first) + 1])
    }

    /// Every run that began on a day of either period, with which of them and which of its days.
    fn each(&self, mut tell: impl FnMut(usize, usize, usize)) {
        let began = self.book.facts.column(BEGAN);
        for row in 0..self.book.facts.rows() {
            let day = began.code(row);
            for (side, (first, last)) in self.ends.into_iter().enumerate() {
                if (first..=last).contains(&day) {
                    tell(row, side, usize::from(day - first));
                }
            }
        }
    }
}
