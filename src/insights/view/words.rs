//! Insights in the reader's language. A sentence is one text per kind; names in it are isolated, so that one of another
//! script does not turn the sentence round.

use crate::{
    analytics::{
        facts::RunOutcome,
        selection::Dim,
        view::words::{bar, rate},
    },
    format,
    i18n::t_string,
    insights::rules::{Arrivals, Bin, Event, Family, Group, Insight},
    losses::view::words::I18n,
};

/// Begins a text whose direction is its own.
const ISOLATE: char = '\u{2068}';
/// Ends it.
const ISOLATED: char = '\u{2069}';
/// Smaller probabilities are not told apart.
const LEAST_P: f64 = 1e-6;

/// What a family is called.
pub fn family(i18n: I18n, family: Family) -> String {
    match family {
        Family::Changed => t_string!(i18n, insights.changed).to_string(),
        Family::StandsOut => t_string!(i18n, insights.stands_out).to_string(),
        Family::Together => t_string!(i18n, insights.together).to_string(),
    }
}

/// What one bar of a chart is, within a sentence.
fn dim(i18n: I18n, dim: Dim) -> String {
    match dim {
        Dim::Fate => t_string!(i18n, insights.of_fate).to_string(),
        Dim::Reason => t_string!(i18n, insights.of_reason).to_string(),
        Dim::Stage => t_string!(i18n, insights.of_stage).to_string(),
        Dim::Rep => t_string!(i18n, insights.of_rep).to_string(),
        Dim::Team => t_string!(i18n, insights.of_team).to_string(),
        Dim::Tier => t_string!(i18n, insights.of_tier).to_string(),
        Dim::Source => t_string!(i18n, insights.of_source).to_string(),
        Dim::Campaign => t_string!(i18n, insights.of_campaign).to_string(),
        Dim::Product => t_string!(i18n, insights.of_product).to_string(),
        Dim::Segment => t_string!(i18n, insights.of_segment).to_string(),
        Dim::Line => t_string!(i18n, insights.of_line).to_string(),
        Dim::Country => t_string!(i18n, insights.of_country).to_string(),
        Dim::Size => t_string!(i18n, insights.of_size).to_string(),
        Dim::Discount => t_string!(i18n, insights.of_discount).to_string(),
        Dim::Stood => t_string!(i18n, insights.of_stood).to_string(),
        Dim::Answer => t_string!(i18n, insights.of_answer).to_string(),
        Dim::Lasted => t_string!(i18n, insights.of_lasted).to_string(),
        Dim::Tries => t_string!(i18n, insights.of_tries).to_string(),
        Dim::Kind => t_string!(i18n, insights.of_kind).to_string(),
        Dim::Retry => t_string!(i18n, insights.of_retry).to_string(),
    }
}

/// A bar with what it is a bar of.
fn bin(i18n: I18n, bin: &Bin, currency: &str) -> String {
    let name = format!("{ISOLATE}{}{ISOLATED}", bar(i18n, bin.dim, &bin.word, currency));
    t_string!(i18n, insights.bin, dim = dim(i18n, bin.dim), name = name).to_string()
}

/// The losses that a share is of.
fn losses(i18n: I18n, of: Option<RunOutcome>) -> String {
    match of {
        Some(RunOutcome::Lost) => t_string!(i18n, insights.losses_lost).to_string(),
        Some(RunOutcome::Unqualified) => t_string!(i18n, insights.losses_unqualified).to_string(),
        _ => t_string!(i18n, insights.losses_all).to_string(),
    }
}

/// The insight in one sentence.
pub fn sentence(i18n: I18n, insight: &Insight, currency: &str) -> String {
    let share = |share: f64| rate(i18n, Some(share));
    let (own, others) = (share(insight.own.share), share(insight.others.share));
    let name = |one: &Bin| bin(i18n, one, currency);
    let within = insight.within.as_ref().map(name);
    match (&insight.group, &insight.event, within) {
        (Group::Now, Event::Is(event), None) => t_string!(
            i18n,
            insights.changed_share,
            losses = losses(i18n, insight.of),
            event = name(event),
            own = own,
            others = others
        )
        .to_string(),
        (Group::Now, Event::Is(event), Some(within)) => t_string!(
            i18n,
            insights.changed_share_within,
            losses = losses(i18n, insight.of),
            within = within,
            event = name(event),
            own = own,
            others = others
        )
        .to_string(),
        (Group::Now, Event::Unqualified, _) => {
            t_string!(i18n, insights.changed_unqualified, own = own, others = others).to_string()
        }
        (Group::Now, _, None) => t_string!(i18n, insights.changed_lost, own = own, others = others).to_string(),
        (Group::Now, _, Some(within)) => {
            t_string!(i18n, insights.changed_lost_within, within = within, own = own, others = others).to_string()
        }
        (Group::Of(group), Event::Lost, None) => {
            t_string!(i18n, insights.lost, group = name(group), own = own, others = others).to_string()
        }
        (Group::Of(group), Event::Lost, Some(within)) => {
            t_string!(i18n, insights.lost_within, group = name(group), within = within, own = own, others = others)
                .to_string()
        }
        (Group::Of(group), Event::Unqualified, _) => {
            t_string!(i18n, insights.unqualified, group = name(group), own = own, others = others).to_string()
        }
        (Group::Of(group), Event::WonBack, _) => {
            t_string!(i18n, insights.won_back, group = name(group), own = own, others = others).to_string()
        }
        (Group::Of(group), Event::Is(event), _) => t_string!(
            i18n,
            insights.goes_with,
            losses = losses(i18n, insight.of),
            group = name(group),
            event = name(event),
            own = own,
            others = others
        )
        .to_string(),
    }
}

/// More or fewer leads, in one sentence.
pub fn arrived(i18n: I18n, arrivals: &Arrivals, currency: &str) -> String {
    let per_day = |value: f64| format::decimal(i18n.get_locale(), value);
    let (now, before) = (per_day(arrivals.now.per_day), per_day(arrivals.before.per_day));
    match &arrivals.within {
        None => t_string!(i18n, insights.arrived, now = now, before = before).to_string(),
        Some(within) => {
            let within = bin(i18n, within, currency);
            t_string!(i18n, insights.arrived_within, within = within, now = now, before = before).to_string()
        }
    }
}

/// How many times the former pace it is, and how probable without a cause.
pub fn pace(i18n: I18n, arrivals: &Arrivals) -> String {
    let p = p(i18n, arrivals.p);
    match arrivals.ratio() {
        Some(ratio) => {
            t_string!(i18n, insights.pace, ratio = format::decimal(i18n.get_locale(), ratio), p = p).to_string()
        }
        None => t_string!(i18n, insights.pace_of_none, p = p).to_string(),
    }
}

/// A sentence as it is pinned: plain text.
pub fn plain(sentence: &str) -> String {
    sentence.replace([ISOLATE, ISOLATED], "")
}

/// What both bars are of.
pub fn sides(i18n: I18n, insight: &Insight, currency: &str) -> [String; 2] {
    match &insight.group {
        Group::Now => [t_string!(i18n, insights.now).to_string(), t_string!(i18n, insights.before).to_string()],
        Group::Of(group) => [bin(i18n, group, currency), t_string!(i18n, insights.others).to_string()],
    }
}

/// How large the effect is, and how probable without a cause.
pub fn effect(i18n: I18n, insight: &Insight) -> String {
    let locale = i18n.get_locale();
    let points = insight.difference() * 100.0;
    let sign = if points < 0.0 { "−" } else { "+" };
    let points = format!("{sign}{}", format::decimal(locale, points.abs()));
    let p = p(i18n, insight.p);
    match insight.ratio() {
        Some(ratio) => {
            let ratio = format::decimal(locale, ratio);
            t_string!(i18n, insights.effect, points = points, ratio = ratio, p = p).to_string()
        }
        None => t_string!(i18n, insights.effect_of_none, points = points, p = p).to_string(),
    }
}

fn p(i18n: I18n, p: f64) -> String {
    let (sign, p) = if p < LEAST_P { ("<", LEAST_P) } else { ("=", p) };
    let text = format!("{p:.6}");
    let text = text.trim_end_matches('0');
    // The decimal mark is that of other numbers.
    let mark =
        if format::decimal(i18n.get_locale(), 0.5).contains(',') { text.replace('.', ",") } else { text.to_owned() };
    format!("{sign} {mark}")
}
