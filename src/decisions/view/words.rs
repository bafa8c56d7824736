//! The slice's vocabularies and figures in the reader's language.

use crate::{
    analytics::view::words as charts,
    decisions::{
        api::{Decision, DecisionAnswer, Narrowed},
        rules::{DecisionKind, Figure, Gauge, Measured, PinKind, Problem, Reach, Verdict},
    },
    format,
    i18n::t_string,
    losses::view::words::I18n,
    pipeline::api::Money,
};

/// What a decision is about.
pub fn kind(i18n: I18n, kind: DecisionKind) -> String {
    match kind {
        DecisionKind::PricePolicy => t_string!(i18n, decisions.price_policy).to_string(),
        DecisionKind::Communication => t_string!(i18n, decisions.communication).to_string(),
        DecisionKind::Process => t_string!(i18n, decisions.process).to_string(),
        DecisionKind::Training => t_string!(i18n, decisions.training).to_string(),
        DecisionKind::NewProduct => t_string!(i18n, decisions.new_product).to_string(),
    }
}

/// What a pin shows.
pub fn pin(i18n: I18n, kind: PinKind) -> String {
    match kind {
        PinKind::Chart => t_string!(i18n, decisions.pin_chart).to_string(),
        PinKind::Insight => t_string!(i18n, decisions.pin_insight).to_string(),
        PinKind::List => t_string!(i18n, decisions.pin_list).to_string(),
    }
}

/// The figure that a decision is measured by.
pub fn gauge(i18n: I18n, gauge: Gauge) -> String {
    match gauge {
        Gauge::Losses => t_string!(i18n, decisions.gauge_losses).to_string(),
        Gauge::LostValue => t_string!(i18n, decisions.gauge_lost_value).to_string(),
        Gauge::WinRate => t_string!(i18n, decisions.gauge_win_rate).to_string(),
        Gauge::MedianDays => t_string!(i18n, decisions.gauge_median_days).to_string(),
    }
}

/// What the expected effect is counted in.
pub fn unit(i18n: I18n, gauge: Option<Gauge>) -> String {
    match gauge {
        Some(Gauge::WinRate) => t_string!(i18n, decisions.expected_points).to_string(),
        Some(Gauge::MedianDays) => t_string!(i18n, decisions.expected_days).to_string(),
        Some(Gauge::Losses | Gauge::LostValue) => t_string!(i18n, decisions.expected_percent).to_string(),
        None => t_string!(i18n, decisions.expected).to_string(),
    }
}

/// What became of a decision.
pub fn verdict(i18n: I18n, verdict: Verdict) -> String {
    match verdict {
        Verdict::Kept => t_string!(i18n, decisions.kept).to_string(),
        Verdict::Changed => t_string!(i18n, decisions.changed).to_string(),
        Verdict::Dropped => t_string!(i18n, decisions.dropped).to_string(),
    }
}

/// Why something is not written down.
pub fn problem(i18n: I18n, problem: Problem) -> String {
    match problem {
        Problem::NotYours => t_string!(i18n, decisions.problem_not_yours).to_string(),
        Problem::Title => t_string!(i18n, decisions.problem_title).to_string(),
        Problem::Day => t_string!(i18n, decisions.problem_day).to_string(),
        Problem::TooLong => t_string!(i18n, decisions.problem_too_long).to_string(),
        Problem::PinTitle => t_string!(i18n, decisions.problem_pin_title).to_string(),
        Problem::Address => t_string!(i18n, decisions.problem_address).to_string(),
        Problem::What => t_string!(i18n, decisions.problem_what).to_string(),
        Problem::Owner => t_string!(i18n, decisions.problem_owner).to_string(),
        Problem::CheckOn => t_string!(i18n, decisions.problem_check_on).to_string(),
        Problem::Expected => t_string!(i18n, decisions.problem_expected).to_string(),
        Problem::OfLosses => t_string!(i18n, decisions.problem_of_losses).to_string(),
        Problem::Settled => t_string!(i18n, decisions.problem_settled).to_string(),
        Problem::BecauseMissing => t_string!(i18n, decisions.problem_because).to_string(),
        Problem::ReplacementMissing => t_string!(i18n, decisions.problem_replacement).to_string(),
    }
}

/// Where a decision stands.
pub fn state(i18n: I18n, decision: &Decision) -> String {
    match (&decision.judged, decision.is_over) {
        (Some(judged), _) => verdict(i18n, judged.verdict),
        (None, true) => t_string!(i18n, decisions.to_judge).to_string(),
        (None, false) => {
            let day = format::date(i18n.get_locale(), decision.draft.check_on);
            t_string!(i18n, decisions.until, day = day).to_string()
        }
    }
}

/// A change in the unit of its figure, with its sign.
pub fn change(i18n: I18n, gauge: Gauge, change: f64) -> String {
    let locale = i18n.get_locale();
    // What is shown as zero has no sign.
    let tenths = (change * 10.0).round() / 10.0;
    let sign = match tenths {
        tenths if tenths > 0.0 => "+",
        tenths if tenths < 0.0 => "−",
        _ => "",
    };
    let size = tenths.abs();
    match gauge {
        Gauge::Losses | Gauge::LostValue => format!("{sign}{}", format::percent(locale, size / 100.0)),
        Gauge::WinRate => {
            let shown = format!("{sign}{}", format::decimal(locale, size));
            t_string!(i18n, decisions.points, shown = shown).to_string()
        }
        Gauge::MedianDays => {
            let shown = format!("{sign}{}", format::decimal(locale, size));
            t_string!(i18n, decisions.days, shown = shown).to_string()
        }
    }
}

/// A figure, and how many runs it stands on.
pub fn figure(i18n: I18n, gauge: Gauge, figure: &Figure, currency: &str) -> String {
    let locale = i18n.get_locale();
    let Some(value) = figure.value else { return "–".to_owned() };
    match gauge {
        Gauge::Losses => format::number(locale, value.round() as i64),
        Gauge::LostValue => {
            format::money(locale, &Money { minor: value.round() as i64, currency: currency.to_owned() })
        }
        Gauge::WinRate => format::percent(locale, value),
        Gauge::MedianDays => t_string!(i18n, decisions.days, shown = format::decimal(locale, value)).to_string(),
    }
}

/// How many runs a figure stands on; a count says so itself.
pub fn stands_on(i18n: I18n, gauge: Gauge, runs: i64) -> Option<String> {
    let shown = format::number(i18n.get_locale(), runs);
    match gauge {
        Gauge::Losses => None,
        Gauge::WinRate => Some(t_string!(i18n, decisions.of_decided, shown = shown).to_string()),
        Gauge::LostValue | Gauge::MedianDays => {
            Some(t_string!(i18n, decisions.of_losses, count = runs, shown = shown).to_string())
        }
    }
}

/// Between what a change lies.
pub fn likely(i18n: I18n, gauge: Gauge, measured: &Measured) -> String {
    match measured.likely {
        Some((low, Some(high))) => {
            let (low, high) = (change(i18n, gauge, low), change(i18n, gauge, high));
            t_string!(i18n, decisions.likely, low = low, high = high).to_string()
        }
        Some((low, None)) => t_string!(i18n, decisions.likely_open, low = change(i18n, gauge, low)).to_string(),
        None if matches!(gauge, Gauge::LostValue | Gauge::MedianDays) => {
            t_string!(i18n, decisions.no_interval).to_string()
        }
        None => t_string!(i18n, decisions.no_figure).to_string(),
    }
}

/// Whether an effect is what was expected.
pub fn reach(i18n: I18n, reach: Reach) -> String {
    match reach {
        Reach::Reached => t_string!(i18n, decisions.reached).to_string(),
        Reach::Missed => t_string!(i18n, decisions.missed).to_string(),
        Reach::Early => t_string!(i18n, decisions.early).to_string(),
        Reach::Unsure => t_string!(i18n, decisions.unsure).to_string(),
        Reach::Few => t_string!(i18n, decisions.few).to_string(),
    }
}

/// What a figure is narrowed to.
pub fn narrowed(i18n: I18n, narrowed: &[Narrowed], currency: &str) -> String {
    let one = |Narrowed { dim, except, bars }: &Narrowed| {
        let names: Vec<_> = bars.iter().map(|bar| charts::bar(i18n, *dim, bar, currency)).collect();
        let names = names.join(", ");
        let names = match except {
            true => t_string!(i18n, decisions.all_but, names = names).to_string(),
            false => names,
        };
        format!("{}: {names}", charts::dim(i18n, *dim))
    };
    match narrowed {
        [] => t_string!(i18n, decisions.of_all).to_string(),
        narrowed => narrowed.iter().map(one).collect::<Vec<_>>().join(" · "),
    }
}

/// How a decision is now that a colleague was quicker.
pub fn overtaken(i18n: I18n, answer: &DecisionAnswer) -> String {
    let DecisionAnswer::Changed { now } = answer else { return String::new() };
    match &now.judged {
        Some(judged) => {
            let verdict = verdict(i18n, judged.verdict);
            let time = format::date_time(i18n.get_locale(), judged.at);
            let because = judged.because.clone().unwrap_or_default();
            let who = judged.by.clone();
            t_string!(i18n, decisions.judged_meanwhile, who = who, time = time, verdict = verdict, because = because)
                .to_string()
        }
        None => {
            let time = format::date_time(i18n.get_locale(), now.changed_at);
            let what = [
                now.draft.what.clone(),
                now.owner.clone(),
                format::date(i18n.get_locale(), now.draft.starts_on),
                gauge(i18n, now.draft.gauge),
                change(i18n, now.draft.gauge, f64::from(now.draft.expected)),
                format::date(i18n.get_locale(), now.draft.check_on),
            ]
            .join(" · ");
            let who = now.changed_by.clone();
            t_string!(i18n, decisions.changed_meanwhile, who = who, time = time, what = what).to_string()
        }
    }
}
