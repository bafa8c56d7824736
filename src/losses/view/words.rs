//! The slice's vocabularies in the reader's language.

use crate::{
    i18n::{Locale, t_string},
    losses::rules::{
        Approach, AttemptChannel, AttemptException, AttemptResult, Closure, ClosureCause, Objection, Outcome,
        ReopenRefusal, RetryPotential,
    },
};
use leptos_i18n::I18nContext;

/// The app's words.
pub type I18n = I18nContext<Locale>;

/// A lead's name, or its number where it has none.
pub fn lead_name(i18n: I18n, name: Option<&str>, external_id: Option<&str>, id: crate::ids::LeadId) -> String {
    match name {
        Some(name) => name.to_owned(),
        None => {
            let number = external_id.map_or_else(|| id.to_string(), str::to_owned);
            t_string!(i18n, losses.nameless, number = number).to_string()
        }
    }
}

/// What an outcome is called.
pub fn outcome(i18n: I18n, outcome: Outcome) -> String {
    match outcome {
        Outcome::Lost => t_string!(i18n, losses.outcome_lost).to_string(),
        Outcome::Unqualified => t_string!(i18n, losses.outcome_unqualified).to_string(),
    }
}

/// What a channel is called.
pub fn channel(i18n: I18n, channel: AttemptChannel) -> String {
    match channel {
        AttemptChannel::Call => t_string!(i18n, losses.channel_call).to_string(),
        AttemptChannel::Email => t_string!(i18n, losses.channel_email).to_string(),
        AttemptChannel::Whatsapp => t_string!(i18n, losses.channel_whatsapp).to_string(),
        AttemptChannel::Sms => t_string!(i18n, losses.channel_sms).to_string(),
        AttemptChannel::Meeting => t_string!(i18n, losses.channel_meeting).to_string(),
    }
}

/// What an approach is called.
pub fn approach(i18n: I18n, approach: Approach) -> String {
    match approach {
        Approach::Reminder => t_string!(i18n, losses.approach_reminder).to_string(),
        Approach::Offer => t_string!(i18n, losses.approach_offer).to_string(),
        Approach::Argument => t_string!(i18n, losses.approach_argument).to_string(),
        Approach::Alternative => t_string!(i18n, losses.approach_alternative).to_string(),
        Approach::OtherPerson => t_string!(i18n, losses.approach_other_person).to_string(),
        Approach::Listening => t_string!(i18n, losses.approach_listening).to_string(),
    }
}

/// What a result is called.
pub fn result(i18n: I18n, result: AttemptResult) -> String {
    match result {
        AttemptResult::Reached => t_string!(i18n, losses.result_reached).to_string(),
        AttemptResult::NoAnswer => t_string!(i18n, losses.result_no_answer).to_string(),
        AttemptResult::Refused => t_string!(i18n, losses.result_refused).to_string(),
        AttemptResult::Competitor => t_string!(i18n, losses.result_competitor).to_string(),
        AttemptResult::Thinking => t_string!(i18n, losses.result_thinking).to_string(),
        AttemptResult::WrongNumber => t_string!(i18n, losses.result_wrong_number).to_string(),
    }
}

/// What an exception is called.
pub fn exception(i18n: I18n, exception: AttemptException) -> String {
    match exception {
        AttemptException::Unreachable => t_string!(i18n, losses.exception_unreachable).to_string(),
        AttemptException::DoNotContact => t_string!(i18n, losses.exception_do_not_contact).to_string(),
        AttemptException::Imported => t_string!(i18n, losses.exception_imported).to_string(),
    }
}

/// What a retry potential is called.
pub fn retry(i18n: I18n, retry: RetryPotential) -> String {
    match retry {
        RetryPotential::None => t_string!(i18n, losses.retry_none).to_string(),
        RetryPotential::Low => t_string!(i18n, losses.retry_low).to_string(),
        RetryPotential::Medium => t_string!(i18n, losses.retry_medium).to_string(),
        RetryPotential::High => t_string!(i18n, losses.retry_high).to_string(),
    }
}

/// What a closure is called.
pub fn closure(i18n: I18n, closure: Closure) -> String {
    match closure {
        Closure::Reversed => t_string!(i18n, losses.closure_reversed).to_string(),
        Closure::Reactivated => t_string!(i18n, losses.closure_reactivated).to_string(),
        Closure::Recovered => t_string!(i18n, losses.closure_recovered).to_string(),
    }
}

/// What a cause is called.
pub fn cause(i18n: I18n, cause: ClosureCause) -> String {
    match cause {
        ClosureCause::CustomerReturned => t_string!(i18n, losses.cause_customer_returned).to_string(),
        ClosureCause::RepSawChance => t_string!(i18n, losses.cause_rep_saw_chance).to_string(),
    }
}

/// Attempts and channels in words, for the sentences about excuses.
pub fn still_needed(i18n: I18n, attempts: usize, channels: usize) -> String {
    let attempts = t_string!(i18n, losses.attempts_count, count = attempts).to_string();
    if channels == 0 {
        return t_string!(i18n, losses.attempts_missing, attempts = attempts).to_string();
    }
    let channels = t_string!(i18n, losses.new_channels, count = channels).to_string();
    t_string!(i18n, losses.attempts_and_channels_missing, attempts = attempts, channels = channels).to_string()
}

/// What stands against a loss.
pub fn objection(i18n: I18n, objection: &Objection) -> String {
    match objection {
        Objection::NotYours => t_string!(i18n, losses.objection_not_yours).to_string(),
        Objection::AlreadyLost => t_string!(i18n, losses.objection_already_lost).to_string(),
        Objection::CustomersAreNotLost => t_string!(i18n, losses.objection_customers).to_string(),
        Objection::OutcomeMissing => t_string!(i18n, losses.objection_outcome).to_string(),
        Objection::ReasonMissing => t_string!(i18n, losses.objection_reason).to_string(),
        Objection::ReasonDoesNotFit => t_string!(i18n, losses.objection_reason_fit).to_string(),
        Objection::ReasonMerged { into } => {
            t_string!(i18n, losses.objection_reason_merged, into = into.pick(language(i18n)).to_owned()).to_string()
        }
        Objection::AttemptsNeeded { attempts, channels } => still_needed(i18n, *attempts, *channels),
        Objection::OnlyManagersOverride => t_string!(i18n, losses.objection_override).to_string(),
        Objection::AttemptMissing => t_string!(i18n, losses.objection_attempt).to_string(),
        Objection::AttemptNotOfThisRun => t_string!(i18n, losses.objection_attempt_old).to_string(),
        Objection::MentionUnread { name } => {
            t_string!(i18n, colleagues.mention_refused, name = name.clone()).to_string()
        }
        Objection::AttemptInFuture => t_string!(i18n, losses.objection_attempt_future).to_string(),
        Objection::AttemptTooLongAgo => t_string!(i18n, losses.objection_attempt_too_long_ago).to_string(),
        Objection::ChannelForbidden { channel: forbidden } => {
            t_string!(i18n, losses.objection_channel, channel = channel(i18n, *forbidden)).to_string()
        }
        Objection::ImportsOnly => t_string!(i18n, losses.objection_imports).to_string(),
        Objection::SayWhySameAgain => t_string!(i18n, losses.objection_same_again).to_string(),
        Objection::CustomerMissing => t_string!(i18n, losses.objection_customer).to_string(),
        Objection::NoteMissing => t_string!(i18n, losses.objection_note).to_string(),
        Objection::RetryPotentialMissing => t_string!(i18n, losses.objection_retry).to_string(),
        Objection::EvidenceMissing { .. } => t_string!(i18n, losses.objection_evidence).to_string(),
        Objection::EvidenceNotANumber { .. } => t_string!(i18n, losses.objection_number).to_string(),
        Objection::RecontactNotOffered => t_string!(i18n, losses.objection_recontact_offer).to_string(),
        Objection::Recontact(about) => crate::recontacts::view::words::objection(i18n, *about),
        Objection::RecontactInPast => t_string!(i18n, losses.objection_recontact_past).to_string(),
    }
}

/// What stands against bringing a lead back.
pub fn refusal(i18n: I18n, refusal: ReopenRefusal) -> String {
    match refusal {
        ReopenRefusal::NotYours => t_string!(i18n, losses.refusal_not_yours).to_string(),
        ReopenRefusal::CauseMissing => t_string!(i18n, losses.refusal_cause).to_string(),
        ReopenRefusal::RecoveredByWinning => t_string!(i18n, losses.refusal_recovered).to_string(),
        ReopenRefusal::NotAPipelineStage => t_string!(i18n, losses.refusal_stage).to_string(),
    }
}

/// What to do now that a request got no answer; what was typed is still there.
pub fn trouble(i18n: I18n, error: crate::error::AppError) -> String {
    use crate::error::AppError;
    match error {
        error if error.is_passing() => t_string!(i18n, losses.passing_trouble).to_string(),
        AppError::Forbidden | AppError::NotFound => t_string!(i18n, losses.forbidden).to_string(),
        AppError::SignedOut => t_string!(i18n, shell.signed_out_advice).to_string(),
        _ => t_string!(i18n, losses.trouble).to_string(),
    }
}

/// The current language's code, for names that are data.
pub fn language(i18n: I18n) -> &'static str {
    leptos_i18n::Locale::as_str(i18n.get_locale())
}
