//! The slice's vocabularies in the reader's language.

use crate::{
    analytics::{
        api::RunOutcome,
        rules::{Figure, Preset, Slice, Span},
    },
    format,
    i18n::t_string,
    ids::Names,
    losses::api::StageAtLoss,
    losses::view::words::{I18n, language},
};

/// What a preset is called.
pub fn preset(i18n: I18n, preset: Preset) -> String {
    match preset {
        Preset::ThisMonth => t_string!(i18n, analytics.period_this_month).to_string(),
        Preset::LastMonth => t_string!(i18n, analytics.period_last_month).to_string(),
        Preset::ThisQuarter => t_string!(i18n, analytics.period_this_quarter).to_string(),
        Preset::Last90Days => t_string!(i18n, analytics.period_last_90_days).to_string(),
        Preset::ThisYear => t_string!(i18n, analytics.period_this_year).to_string(),
        Preset::All => t_string!(i18n, analytics.period_all).to_string(),
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

/// What a figure is called.
pub fn figure(i18n: I18n, figure: Figure) -> String {
    match figure {
        Figure::Losses => t_string!(i18n, analytics.losses).to_string(),
        Figure::Lost => t_string!(i18n, analytics.lost).to_string(),
        Figure::Unqualified => t_string!(i18n, analytics.unqualified).to_string(),
        Figure::Won => t_string!(i18n, analytics.won).to_string(),
        Figure::Decided => t_string!(i18n, analytics.figure_decided).to_string(),
        Figure::Created => t_string!(i18n, analytics.created).to_string(),
        Figure::Converted => t_string!(i18n, analytics.figure_converted).to_string(),
        Figure::UndatedLosses => t_string!(i18n, analytics.figure_undated_losses).to_string(),
        Figure::UndatedWins => t_string!(i18n, analytics.figure_undated_wins).to_string(),
    }
}

/// What a bar is called; `name` is what the server calls it where it has a name of its own.
pub fn slice(i18n: I18n, slice: Slice, name: Option<&Names>) -> String {
    let locale = i18n.get_locale();
    match (slice, name) {
        (_, Some(name)) => name.pick(language(i18n)).to_owned(),
        (Slice::Month(day), None) => {
            format!("{} {}", format::month(locale, day), chrono::Datelike::year(&day))
        }
        (Slice::Week(day), None) => t_string!(i18n, analytics.week_of, date = format::date(locale, day)).to_string(),
        (_, None) => t_string!(i18n, shell.unknown).to_string(),
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

/// A rate, or a dash where there is nothing to divide by.
pub fn rate(i18n: I18n, rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format::percent(i18n.get_locale(), rate))
}
