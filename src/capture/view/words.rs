//! Words of the import page that several parts say.

use crate::{
    capture::{
        api::{JobState, Refusal, Run},
        preset::{Becomes, Field, PresetProblem},
    },
    i18n::t_string,
    losses::view::words::I18n,
};

/// What a field is called.
pub fn field(i18n: I18n, field: Field) -> String {
    match field {
        Field::ExternalId => t_string!(i18n, capture.field_external_id),
        Field::Name => t_string!(i18n, capture.field_name),
        Field::LastName => t_string!(i18n, capture.field_last_name),
        Field::Company => t_string!(i18n, capture.field_company),
        Field::Email => t_string!(i18n, capture.field_email),
        Field::Phone => t_string!(i18n, capture.field_phone),
        Field::Country => t_string!(i18n, capture.field_country),
        Field::City => t_string!(i18n, capture.field_city),
        Field::Address => t_string!(i18n, capture.field_address),
        Field::Website => t_string!(i18n, capture.field_website),
        Field::Occupation => t_string!(i18n, capture.field_occupation),
        Field::Industry => t_string!(i18n, capture.field_industry),
        Field::Request => t_string!(i18n, capture.field_request),
        Field::Source => t_string!(i18n, capture.field_source),
        Field::Campaign => t_string!(i18n, capture.field_campaign),
        Field::Product => t_string!(i18n, capture.field_product),
        Field::Segment => t_string!(i18n, capture.field_segment),
        Field::Value => t_string!(i18n, capture.field_value),
        Field::Currency => t_string!(i18n, capture.field_currency),
        Field::DoNotCall => t_string!(i18n, capture.field_do_not_call),
        Field::DoNotEmail => t_string!(i18n, capture.field_do_not_email),
    }
    .to_string()
}

/// What a value makes of a lead, apart from the stages, which have names of their own.
pub fn becomes(i18n: I18n, becomes: Becomes) -> String {
    match becomes {
        Becomes::Customer => t_string!(i18n, capture.becomes_customer),
        Becomes::Lost => t_string!(i18n, capture.becomes_lost),
        Becomes::Unqualified => t_string!(i18n, capture.becomes_unqualified),
        Becomes::Rejected => t_string!(i18n, capture.becomes_rejected),
        _ => t_string!(i18n, capture.becomes_undecided),
    }
    .to_string()
}

/// What has to be mended in a mapping.
pub fn preset_problem(i18n: I18n, problem: &PresetProblem) -> String {
    match problem {
        PresetProblem::NoName => t_string!(i18n, capture.mend_name).to_string(),
        PresetProblem::NoIdentity => t_string!(i18n, capture.mend_identity).to_string(),
        PresetProblem::TwoMeanings(value) => {
            t_string!(i18n, capture.mend_two_meanings, value = value.clone()).to_string()
        }
        PresetProblem::NoReason(value) => t_string!(i18n, capture.mend_reason, value = value.clone()).to_string(),
        PresetProblem::NotAnOpenStage(stage) => {
            t_string!(i18n, capture.mend_stage, stage = stage.to_string()).to_string()
        }
    }
}

/// Why nothing can be imported yet, as a sentence of its own.
pub fn refusal(i18n: I18n, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unreadable(why) => sentence(&why.say(i18n.get_locale())),
        Refusal::Preset(problem) => preset_problem(i18n, problem),
        Refusal::NotReady(why) => sentence(&why.say(i18n.get_locale())),
    }
}

/// A message of the rules, which begins in lower case, as a sentence.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // Turkish i has its own capital.
        Some('i') => format!("{}{}", 'I', letters.as_str()),
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// How far an import has come, in a word or two.
pub fn run_state(i18n: I18n, run: &Run) -> String {
    match run.withdrawal.as_ref().map(|withdrawal| withdrawal.state) {
        Some(JobState::Done) => return t_string!(i18n, capture.state_withdrawn).to_string(),
        Some(JobState::Queued | JobState::Running) => return t_string!(i18n, capture.state_withdrawing).to_string(),
        Some(JobState::Failed | JobState::Cancelled) | None => {}
    }
    match run.state {
        JobState::Queued => t_string!(i18n, capture.state_queued),
        JobState::Running => t_string!(i18n, capture.state_running),
        JobState::Done => t_string!(i18n, capture.state_done),
        JobState::Failed => t_string!(i18n, capture.state_failed),
        JobState::Cancelled => t_string!(i18n, capture.state_cancelled),
    }
    .to_string()
}

/// The class of the badge that says so.
pub fn run_tone(run: &Run) -> &'static str {
    match run.state {
        JobState::Failed | JobState::Cancelled => "warn",
        _ => "",
    }
}
