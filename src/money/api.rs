//! What the browser asks about lost money.

use super::rules::{Effect, Estimates, MoneyProblem, OfferProblem, Request, Skip};
use crate::{
    analytics::rules::{Period, Span},
    clock::Moment,
    error::AppError,
    ids::{CampaignId, LeadId, Names, ProductId, ReasonId, RequestKey},
    live::wire::Cursor,
    losses::rules::{AttemptChannel, Outcome, is_sound_text},
    pipeline::api::{Money, Party},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What a campaign cost in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSpend {
    /// The first day of the month.
    pub month: NaiveDate,
    /// As it was entered.
    pub amount: Money,
}

/// A campaign with what it cost and brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// Which.
    pub id: CampaignId,
    /// What it is called.
    pub name: String,
    /// In the months of the period.
    pub effect: Effect,
    /// Everything that was entered for it, the newest first.
    pub months: Vec<MonthSpend>,
}

/// Estimates that never became deals, for one type of client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRow {
    /// A person or a company.
    pub party: Party,
    /// Of which segment; `None` for those of none.
    pub segment: Option<String>,
    /// What was estimated for them.
    pub estimates: Estimates,
}

/// What an hour of estimating costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// As it was set.
    pub amount: Money,
    /// In the base currency at the rate of that day, minor units.
    pub base_minor: i64,
}

/// The product that answers a request now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Which.
    pub product: ProductId,
    /// What it is called.
    pub name: String,
}

/// A product that was asked for in vain, and the one that answers it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// What was asked for.
    pub request: Request,
    /// What answers it.
    pub offered: Option<Offered>,
}

/// What was lost for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// Which.
    pub reason: ReasonId,
    /// What it is called.
    pub name: Names,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// How many losses.
    pub losses: i64,
    /// What they were worth in the base currency, minor units.
    pub minor: i64,
    /// Of how many nobody knows what they were worth.
    pub unvalued: i64,
}

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoneyReport {
    /// What was asked for.
    pub period: Period,
    /// Its days.
    pub span: Span,
    /// The whole months that it touches, for campaigns.
    pub months: Span,
    /// The organisation's day.
    pub today: NaiveDate,
    /// The organisation's currency.
    pub currency: String,
    /// Currencies that amounts are entered in, the organisation's first.
    pub currencies: Vec<String>,
    /// Whether the viewer writes spend, rate and products.
    pub may_write: bool,
    /// Whether the viewer reads every lead: else costs stand on a part of what a campaign brought.
    pub reads_everything: bool,
    /// Lost value by reason, the most valuable first.
    pub reasons: Vec<ReasonRow>,
    /// The campaigns, the dearest first.
    pub campaigns: Vec<CampaignRow>,
    /// What an hour of estimating costs.
    pub hour: Option<Hour>,
    /// Estimates that never became deals, by type of client.
    pub clients: Vec<ClientRow>,
    /// First days of the quarters beside requests, the oldest first.
    pub quarters: Vec<NaiveDate>,
    /// Products that were asked for in vain.
    pub requests: Vec<RequestRow>,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// What a campaign cost in a month, in the place of what the viewer saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSpend {
    /// Which campaign.
    pub campaign: CampaignId,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The amount; `None` where nobody knows any more.
    pub amount: Option<Money>,
    /// What the viewer saw there.
    pub seen: Option<Money>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// What an hour of estimating costs, in the place of what the viewer saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewHour {
    /// The amount; `None` where nobody knows any more.
    pub amount: Option<Money>,
    /// What the viewer saw there.
    pub seen: Option<Money>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// What became of an amount that was to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteAnswer {
    /// So it is now.
    Done {
        /// The amount.
        present: Option<Money>,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: MoneyProblem,
    },
    /// Somebody else has written another amount meanwhile.
    Conflict {
        /// What they wrote.
        present: Option<Money>,
        /// Who.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
    },
}

/// Somebody who asked for a product and would be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// Which lead.
    pub lead: LeadId,
    /// Its name, or its company's.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// What they asked for, as it was written down.
    pub asked: String,
    /// When they were lost over it.
    pub lost_on: Option<NaiveDate>,
    /// What the lead was worth.
    pub value: Option<Money>,
    /// By which channel they would be asked.
    pub channel: AttemptChannel,
    /// By whom.
    pub person: String,
}

/// Everybody who asked for a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Askers {
    /// What answers the request by now.
    pub offered: Option<Offered>,
    /// Who would be asked again, the most valuable first; no more than fit into one press.
    pub proposed: Vec<Asker>,
    /// How many would be, in all.
    pub proposable: usize,
    /// Who would not, why, and how many.
    pub skipped: Vec<(Skip, usize)>,
    /// Products that can be offered.
    pub products: Vec<(ProductId, String)>,
    /// Today on the viewer's calendar.
    pub today: NaiveDate,
}

/// Which product answers a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answering {
    /// One that there is.
    Known(ProductId),
    /// A new one of this name.
    New(String),
}

/// That a product is offered now, and who is asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOffering {
    /// What was asked for, folded.
    pub request: String,
    /// What answers it.
    pub product: Answering,
    /// What answered it when the viewer looked.
    pub seen: Option<ProductId>,
    /// Who is asked again.
    pub leads: Vec<LeadId>,
    /// On which day.
    pub due_on: Option<NaiveDate>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

impl NewOffering {
    /// Whether its texts and its key can be kept: anything else was not made by our dialog.
    pub fn is_sound(&self) -> bool {
        let is_named = match &self.product {
            Answering::Known(_) => true,
            Answering::New(name) => is_sound_text(name),
        };
        self.key.is_sound() && is_named && is_sound_text(&self.request)
    }
}

/// What became of an offering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    /// It is offered.
    Done {
        /// For how many a re-contact is planned.
        planned: usize,
        /// How many of those chosen were left out, because they had changed meanwhile.
        left_out: usize,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: OfferProblem,
    },
    /// Somebody else has chosen another product meanwhile.
    Conflict {
        /// Which.
        offered: Option<Offered>,
        /// Who.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
    },
}

/// All figures of a period.
#[server(prefix = "/api", endpoint = "money/report", input = Json, output = Json)]
pub async fn read_money(period: Period) -> Result<MoneyReport, AppError> {
    if !period.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::report(&crate::people::guard::permit()?, period).await
}

/// Writes down what a campaign cost in a month.
#[server(prefix = "/api", endpoint = "money/spend", input = Json, output = Json)]
pub async fn write_spend(wanted: NewSpend) -> Result<WriteAnswer, AppError> {
    if !wanted.key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::written::spend(&crate::people::guard::permit()?, &wanted).await
}

/// Sets what an hour of estimating costs.
#[server(prefix = "/api", endpoint = "money/rate", input = Json, output = Json)]
pub async fn write_hour(wanted: NewHour) -> Result<WriteAnswer, AppError> {
    if !wanted.key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::written::hour(&crate::people::guard::permit()?, &wanted).await
}

/// Everybody who asked for a product; `request` is folded.
#[server(prefix = "/api", endpoint = "money/asked", input = Json, output = Json)]
pub async fn read_askers(request: String) -> Result<Askers, AppError> {
    if !is_sound_text(&request) {
        return Err(AppError::NotUnderstood);
    }
    super::store::offering::askers(&crate::people::guard::permit()?, &request).await
}

/// Says that a product is offered now, and plans when those who asked for it are asked again.
#[server(prefix = "/api", endpoint = "money/offer", input = Json, output = Json)]
pub async fn offer_product(wanted: NewOffering) -> Result<OfferAnswer, AppError> {
    if !wanted.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::offering::offer(&crate::people::guard::permit()?, &wanted).await
}
