//! The slice's vocabularies in the reader's language.

use crate::{
    analytics::{
        cockpit::{Behind, Cross},
        facts::{ANSWERED, DISCOUNTS, Fate, LASTED, MOST_TRIES, RunOutcome, SIZES, UNKNOWN, Word},
        rules::{Preset, Span, Step},
        selection::Dim,
    },
    format,
    i18n::t_string,
    ids::Names,
    losses::{
        api::StageAtLoss,
        view::words::{I18n, language, retry},
    },
    settings::view::words::tier,
};
use chrono::{Datelike, NaiveDate};

/// What a preset is called.
pub fn preset(i18n: I18n, preset: Preset) -> String {
    match preset {
        Preset::ThisMonth => t_string!(i18n, analytics.period_this_month).to_string(),
        Preset::LastMonth => t_string!(i18n, analytics.period_last_month).to_string(),
        Preset::ThisQuarter => t_string!(i18n, analytics.period_this_quarter).to_string(),
        Preset::Last90Days => t_string!(i18n, analytics.period_last_90_days).to_string(),
        Preset::ThisYear => t_string!(i18n, analytics.period_this_year).to_string(),
        Preset::All => t_string!(i18n, analytics.period_all).to_string(),
        Preset::Undated => t_string!(i18n, analytics.period_undated).to_string(),
    }
}

/// A period's days.
pub fn span(i18n: I18n, span: Span) -> String {
    let day = |day| format::date(i18n.get_locale(), day);
    match (span.from, span.to) {
        (None, None) => t_string!(i18n, analytics.span_all).to_string(),
        (Some(from), None) => t_string!(i18n, analytics.span_from, from = day(from)).to_string(),
        (None, Some(to)) => t_string!(i18n, analytics.span_to, to = day(to)).to_string(),
        (Some(from), Some(to)) => t_string!(i18n, analytics.span_from_to, from = day(from), to = day(to)).to_string(),
    }
}

/// What a stage is called.
pub fn stage(i18n: I18n, stage: StageAtLoss, name: &Names) -> String {
    match stage {
        StageAtLoss::Unknown => t_string!(i18n, shell.unknown).to_string(),
        StageAtLoss::Known(_) => name.pick(language(i18n)).to_owned(),
    }
}

/// What a run came to.
pub fn outcome(i18n: I18n, outcome: RunOutcome) -> String {
    match outcome {
        RunOutcome::Lost => t_string!(i18n, analytics.run_lost).to_string(),
        RunOutcome::Unqualified => t_string!(i18n, analytics.run_unqualified).to_string(),
        RunOutcome::Won => t_string!(i18n, analytics.run_won).to_string(),
        RunOutcome::Open => t_string!(i18n, analytics.run_open).to_string(),
    }
}

/// Which runs are listed.
pub fn behind(i18n: I18n, behind: Behind) -> String {
    match behind {
        Behind::Losses => t_string!(i18n, analytics.losses).to_string(),
        Behind::Won => t_string!(i18n, analytics.won).to_string(),
        Behind::Open => t_string!(i18n, analytics.open).to_string(),
    }
}

/// A rate, or a dash where there is nothing to divide by.
pub fn rate(i18n: I18n, rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format::percent(i18n.get_locale(), rate))
}

/// What a chart shows.
pub fn dim(i18n: I18n, dim: Dim) -> String {
    match dim {
        Dim::Fate => t_string!(i18n, analytics.dim_fate).to_string(),
        Dim::Reason => t_string!(i18n, analytics.dim_reason).to_string(),
        Dim::Stage => t_string!(i18n, analytics.dim_stage).to_string(),
        Dim::Rep => t_string!(i18n, analytics.dim_rep).to_string(),
        Dim::Team => t_string!(i18n, analytics.dim_team).to_string(),
        Dim::Tier => t_string!(i18n, analytics.dim_tier).to_string(),
        Dim::Source => t_string!(i18n, analytics.dim_source).to_string(),
        Dim::Campaign => t_string!(i18n, analytics.dim_campaign).to_string(),
        Dim::Product => t_string!(i18n, analytics.dim_product).to_string(),
        Dim::Segment => t_string!(i18n, analytics.dim_segment).to_string(),
        Dim::Line => t_string!(i18n, analytics.dim_line).to_string(),
        Dim::Country => t_string!(i18n, analytics.dim_country).to_string(),
        Dim::Size => t_string!(i18n, analytics.dim_size).to_string(),
        Dim::Discount => t_string!(i18n, analytics.dim_discount).to_string(),
        Dim::Lasted => t_string!(i18n, analytics.dim_lasted).to_string(),
        Dim::Stood => t_string!(i18n, analytics.dim_stood).to_string(),
        Dim::Answer => t_string!(i18n, analytics.dim_answer).to_string(),
        Dim::Tries => t_string!(i18n, analytics.dim_tries).to_string(),
        Dim::Kind => t_string!(i18n, analytics.dim_kind).to_string(),
        Dim::Retry => t_string!(i18n, analytics.dim_retry).to_string(),
    }
}

/// What a chart's explanation says.
pub fn explain(i18n: I18n, dim: Dim) -> String {
    match dim {
        Dim::Fate => t_string!(i18n, analytics.explain_fate).to_string(),
        Dim::Reason => t_string!(i18n, analytics.explain_reasons).to_string(),
        Dim::Stage => t_string!(i18n, analytics.explain_stages).to_string(),
        Dim::Rep | Dim::Team => t_string!(i18n, analytics.explain_reps).to_string(),
        Dim::Size => t_string!(i18n, analytics.explain_size).to_string(),
        Dim::Tier => t_string!(i18n, analytics.explain_tier).to_string(),
        Dim::Discount => t_string!(i18n, analytics.explain_discount).to_string(),
        Dim::Lasted => t_string!(i18n, analytics.explain_lasted).to_string(),
        Dim::Stood => t_string!(i18n, analytics.explain_stood).to_string(),
        Dim::Answer => t_string!(i18n, analytics.explain_answer).to_string(),
        Dim::Tries => t_string!(i18n, analytics.explain_tries).to_string(),
        Dim::Kind => t_string!(i18n, analytics.explain_kind).to_string(),
        Dim::Retry => t_string!(i18n, analytics.explain_retry).to_string(),
        Dim::Source | Dim::Campaign | Dim::Product | Dim::Segment | Dim::Line | Dim::Country => {
            t_string!(i18n, analytics.explain_of_lead).to_string()
        }
    }
}

/// Two charts crossed.
pub fn cross(i18n: I18n, cross: Cross) -> String {
    match cross {
        Cross::StageReason => t_string!(i18n, analytics.cross_stage_reason).to_string(),
        Cross::RepReason => t_string!(i18n, analytics.cross_rep_reason).to_string(),
        Cross::RepStage => t_string!(i18n, analytics.cross_rep_stage).to_string(),
    }
}

/// What a bar is called.
pub fn bar(i18n: I18n, of: Dim, word: &Word, currency: &str) -> String {
    let unknown = || t_string!(i18n, analytics.unknown).to_string();
    let step = || word.key.parse::<usize>().ok();
    if word.key == UNKNOWN {
        return unknown();
    }
    match of {
        Dim::Fate => word.key.parse().map_or_else(|_| unknown(), |fate| self::fate(i18n, fate)),
        Dim::Kind if word.key == "excuse" => t_string!(i18n, analytics.kind_excuse).to_string(),
        Dim::Kind => t_string!(i18n, analytics.kind_real).to_string(),
        Dim::Retry => word.key.parse().map_or_else(|_| unknown(), |potential| retry(i18n, potential)),
        Dim::Size => step().map_or_else(unknown, |step| size(i18n, step, currency)),
        Dim::Tier => word.key.parse().map_or_else(|_| unknown(), |named| tier(i18n, named)),
        Dim::Discount => step().map_or_else(unknown, |step| discount(i18n, step)),
        Dim::Lasted | Dim::Stood => step().map_or_else(unknown, |step| lasted(i18n, step)),
        Dim::Answer => step().map_or_else(unknown, |step| answer(i18n, step)),
        Dim::Tries if word.key == MOST_TRIES.to_string() => format!("{MOST_TRIES}+"),
        Dim::Tries => word.key.clone(),
        _ => word.name.pick(language(i18n)).to_owned(),
    }
}

fn fate(i18n: I18n, fate: Fate) -> String {
    match fate {
        Fate::Open => t_string!(i18n, analytics.run_open).to_string(),
        Fate::Won => t_string!(i18n, analytics.run_won).to_string(),
        Fate::Lost => t_string!(i18n, analytics.run_lost).to_string(),
        Fate::Unqualified => t_string!(i18n, analytics.run_unqualified).to_string(),
        Fate::Reactivated => t_string!(i18n, analytics.fate_reactivated).to_string(),
        Fate::Recovered => t_string!(i18n, analytics.fate_recovered).to_string(),
    }
}

/// From – below, in the organisation's currency.
fn size(i18n: I18n, step: usize, currency: &str) -> String {
    let unit = 10i64.pow(format::minor_digits(currency));
    let money = |whole: i64| format::short_money(i18n.get_locale(), whole * unit, currency);
    match (step.checked_sub(1).and_then(|before| SIZES.get(before)), SIZES.get(step)) {
        (None, Some(end)) => t_string!(i18n, analytics.below, end = money(*end)).to_string(),
        (Some(start), Some(end)) => format!("{} – {}", money(*start), money(*end)),
        (start, None) => t_string!(i18n, analytics.from_on, start = money(start.copied().unwrap_or(0))).to_string(),
    }
}

fn lasted(i18n: I18n, step: usize) -> String {
    let days = |from: i64, to: i64| {
        t_string!(i18n, analytics.days_range, from = from.to_string(), to = to.to_string()).to_string()
    };
    match (step.checked_sub(1).and_then(|before| LASTED.get(before)), LASTED.get(step)) {
        (start, Some(end)) => days(start.copied().unwrap_or(0), end - 1),
        (start, None) => {
            t_string!(i18n, analytics.days_from, from = start.copied().unwrap_or(0).to_string()).to_string()
        }
    }
}

/// How soon an enquiry was answered: hours up to a day, then days.
fn answer(i18n: I18n, step: usize) -> String {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let start = step.checked_sub(1).and_then(|before| ANSWERED.get(before)).copied().unwrap_or(0);
    match ANSWERED.get(step).copied() {
        Some(end) if end <= DAY => {
            t_string!(i18n, analytics.hours_range, from = (start / HOUR).to_string(), to = (end / HOUR).to_string())
                .to_string()
        }
        Some(end) => {
            t_string!(i18n, analytics.days_range, from = (start / DAY).to_string(), to = (end / DAY).to_string())
                .to_string()
        }
        None => t_string!(i18n, analytics.days_from, from = (start / DAY).to_string()).to_string(),
    }
}

/// More than the step before, up to its own highest.
fn discount(i18n: I18n, step: usize) -> String {
    match (step.checked_sub(1).and_then(|before| DISCOUNTS.get(before)), DISCOUNTS.get(step)) {
        (None, _) => t_string!(i18n, analytics.no_discount).to_string(),
        (_, Some(most)) => t_string!(i18n, analytics.discount_to, most = most.to_string()).to_string(),
        (Some(most), None) => t_string!(i18n, analytics.discount_above, most = most.to_string()).to_string(),
    }
}

/// A step of the trend, short enough to stand below its column, and the era that begins with it.
pub fn tick(i18n: I18n, step: Step, start: NaiveDate) -> String {
    let locale = i18n.get_locale();
    match step {
        Step::Day | Step::Week => format!("{}.{}", start.day(), start.month()),
        Step::Month => format::month(locale, start).to_owned(),
        Step::Quarter => format::month(locale, start).to_owned(),
    }
}

/// A step of the trend in full.
pub fn step(i18n: I18n, step: Step, start: NaiveDate) -> String {
    let locale = i18n.get_locale();
    match step {
        Step::Day => format::date(locale, start),
        Step::Week => t_string!(i18n, analytics.week_of, date = format::date(locale, start)).to_string(),
        Step::Month => format!("{} {}", format::month(locale, start), start.year()),
        Step::Quarter => {
            let last = step.next(start).pred_opt().unwrap_or(start);
            let year = last.year();
            format!("{} – {} {year}", format::month(locale, start), format::month(locale, last))
        }
    }
}

/// What the trend steps by.
pub fn steps(i18n: I18n, step: Step) -> String {
    match step {
        Step::Day => t_string!(i18n, analytics.by_day).to_string(),
        Step::Week => t_string!(i18n, analytics.by_week).to_string(),
        Step::Month => t_string!(i18n, analytics.by_month).to_string(),
        Step::Quarter => t_string!(i18n, analytics.by_quarter).to_string(),
    }
}
