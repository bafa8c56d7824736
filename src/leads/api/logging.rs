//! What is written down about a lead: talks, notes, estimates and offers.

use crate::{
    error::AppError,
    ids::{ActivityId, LeadId, RequestKey, UserId},
    leads::rules::logging::{LogObjection, NewEntry, NewEstimate, NewOffer},
    pipeline::api::Money,
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// An estimate as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// How long the estimating takes, in hundredths of an hour.
    pub hours_hundredths: Option<i64>,
    /// Who does it.
    pub by: Option<String>,
    /// What it costs them.
    pub fee: Option<Money>,
    /// When they paid; `None` while they have not.
    pub paid_on: Option<NaiveDate>,
    /// Whether the fee is taken off the price when the lead is won.
    pub credited_on_winning: bool,
}

/// An offer as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What they are to pay.
    pub amount: Money,
    /// What the amount is below the list price, in hundredths of a percent.
    pub discount_hundredths: Option<i64>,
    /// The last day on which it stands.
    pub expires_on: Option<NaiveDate>,
}

/// A currency that forms offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217 code.
    pub code: String,
    /// How many digits its minor unit has.
    pub digits: u32,
}

/// What the forms for estimates and offers offer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogChoices {
    /// Currencies in use, the organisation's first.
    pub currencies: Vec<Currency>,
    /// Who can do an estimate.
    pub people: Vec<(UserId, String)>,
}

/// How writing something down ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoggedAnswer {
    /// It stands in the history.
    Done,
    /// A rule says no.
    Refused {
        /// Which.
        why: LogObjection,
    },
}

/// How marking an estimate as paid ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidAnswer {
    /// It is paid.
    Done,
    /// Somebody was quicker.
    Already {
        /// When it was paid, as they said.
        on: NaiveDate,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: LogObjection,
    },
}

/// What the forms for estimates and offers offer.
#[server(prefix = "/api", endpoint = "leads/log_choices", input = Json, output = Json)]
pub async fn read_log_choices() -> Result<LogChoices, AppError> {
    crate::leads::store::logging::choices(&crate::people::guard::permit()?).await
}

/// Writes a talk or a note into a lead's history; an outbound talk with a result is an attempt.
#[server(prefix = "/api", endpoint = "leads/log", input = Json, output = Json)]
pub async fn log_entry(lead: LeadId, entry: NewEntry, key: RequestKey) -> Result<LoggedAnswer, AppError> {
    if !key.is_sound() || !entry.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::leads::store::logging::log(&crate::people::guard::permit()?, lead, &entry, &key).await
}

/// Writes an estimate into a lead's history.
#[server(prefix = "/api", endpoint = "leads/estimate", input = Json, output = Json)]
pub async fn log_estimate(lead: LeadId, estimate: NewEstimate, key: RequestKey) -> Result<LoggedAnswer, AppError> {
    if !key.is_sound() || !estimate.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::leads::store::logging::estimate(&crate::people::guard::permit()?, lead, &estimate, &key).await
}

/// Writes an offer into a lead's history.
#[server(prefix = "/api", endpoint = "leads/offer", input = Json, output = Json)]
pub async fn log_offer(lead: LeadId, offer: NewOffer, key: RequestKey) -> Result<LoggedAnswer, AppError> {
    if !key.is_sound() || !offer.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::leads::store::logging::offer(&crate::people::guard::permit()?, lead, &offer, &key).await
}

/// Marks an estimate as paid; `None` for today.
#[server(prefix = "/api", endpoint = "leads/estimate_paid", input = Json, output = Json)]
pub async fn mark_paid(
    lead: LeadId,
    estimate: ActivityId,
    on: Option<NaiveDate>,
    key: RequestKey,
) -> Result<PaidAnswer, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::leads::store::logging::paid(&crate::people::guard::permit()?, lead, estimate, on, &key).await
}
