//! The slice's vocabularies in the reader's language.

use crate::{
    i18n::t_string,
    losses::view::words::I18n,
    persistence::{
        api::Persistence,
        rules::{Behind, Ending, STEPS, Whose},
    },
};

/// How runs ended.
pub fn ending(i18n: I18n, ending: Ending) -> String {
    match ending {
        Ending::Lost => t_string!(i18n, persistence.lost).to_string(),
        Ending::Won => t_string!(i18n, persistence.won).to_string(),
    }
}

/// How many follow-ups a step is of.
pub fn step(i18n: I18n, step: usize) -> String {
    match step {
        0 => t_string!(i18n, persistence.none).to_string(),
        step if step + 1 == STEPS => t_string!(i18n, persistence.or_more, count = step.to_string()).to_string(),
        step => t_string!(i18n, persistence.follow_ups, count = step as i64).to_string(),
    }
}

/// A step as the head of a narrow column.
pub fn short_step(step: usize) -> String {
    if step + 1 == STEPS { format!("{step}+") } else { step.to_string() }
}

/// What the listed runs are.
pub fn behind(i18n: I18n, report: &Persistence, behind: Behind) -> String {
    let of = behind.of.and_then(|of| match of {
        Whose::Team(team) => report.teams.iter().find(|of| of.team == team).map(|of| of.name.clone()),
        Whose::Holder(holder) => report.holders.iter().find(|of| of.holder == holder).map(|of| of.name.clone()),
    });
    let parts = [Some(ending(i18n, behind.ending)), behind.step.map(|at| step(i18n, at)), of];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
