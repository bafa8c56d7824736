//! What the browser asks about winning.

use super::rules::{Currency, Draft, Facts, Objection};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, Names, ProductId, RequestKey, StageId},
    pipeline::{
        api::{Card, Choice, Money},
        rules::StageKind,
    },
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What an estimate cost that is taken off the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The fee.
    pub fee: Money,
    /// Whether it has been paid.
    pub is_paid: bool,
}

/// Everything that the dialog needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// The lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// Where it stands.
    pub stage: Option<StageKind>,
    /// Whether a loss stands.
    pub is_lost: bool,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
    /// Sent back with the win.
    pub move_version: i64,
    /// What it is worth.
    pub value: Option<Money>,
    /// The amount of the last offer.
    pub offer: Option<Money>,
    /// Estimates that are taken off the price.
    pub credits: Vec<Credit>,
    /// What they want to buy.
    pub product: Option<ProductId>,
    /// What there is to buy.
    pub products: Vec<Choice>,
    /// Currencies in use.
    pub currencies: Vec<Currency>,
    /// The organisation's currency.
    pub base_currency: String,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
    /// The day on which the run began, where known.
    pub began: Option<NaiveDate>,
}

impl Preparation {
    /// The ids of the products to choose from.
    pub fn product_ids(&self) -> Vec<ProductId> {
        self.products.iter().map(|product| ProductId(product.id)).collect()
    }

    /// The same for the rules.
    pub fn facts<'a>(&'a self, products: &'a [ProductId]) -> Facts<'a> {
        Facts {
            may_write: self.may_write,
            is_lost: self.is_lost,
            stage: self.stage,
            currencies: &self.currencies,
            products,
            today: self.today,
            began: self.began,
        }
    }

    /// What the dialog offers: the last offer, else what the lead is worth.
    pub fn suggestion(&self) -> Option<&Money> {
        self.offer.as_ref().or(self.value.as_ref())
    }
}

/// A lead that is to be won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWin {
    /// Which lead.
    pub lead: LeadId,
    /// Amount, product and date.
    pub draft: Draft,
    /// The version that the rep saw.
    pub seen_version: i64,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// How winning ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WinAnswer {
    /// It is a customer now.
    Done {
        /// Its card; `None` when it has left the board since.
        card: Option<Box<Card>>,
        /// Where taking the win back leads to.
        from: StageId,
    },
    /// Rules say no.
    Objections {
        /// All that apply, in the dialog's order.
        objections: Vec<Objection>,
    },
    /// Somebody else changed where the lead stands.
    Conflict {
        /// Where the lead is; `None` when it has left the board.
        card: Option<Box<Card>>,
        /// Who did it.
        by: Option<String>,
        /// And when.
        at: Option<Moment>,
    },
}

/// One win of a lead, standing or taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Won {
    /// When, on the organisation's calendar; unknown for imports.
    pub on: Option<NaiveDate>,
    /// What they pay; unknown for imports.
    pub amount: Option<Money>,
    /// What they bought.
    pub product: Option<String>,
    /// Who entered it; unknown for imports.
    pub by: Option<String>,
    /// Whose win it is.
    pub rep: String,
    /// The stage that it came from, per language; unknown for imports.
    pub from: Option<Names>,
    /// Where taking it back leads to.
    pub back_to: StageId,
    /// When it was taken back and by whom; `None` while it stands.
    pub undone: Option<(Moment, Option<String>)>,
}

/// How winning a customer again began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgainAnswer {
    /// A new lead of the same account.
    Done {
        /// Which.
        lead: LeadId,
    },
    /// Somebody else is responsible for the customer.
    NotYours,
    /// Only customers, active or not, are won again.
    NotACustomer,
}

/// What the dialog needs.
#[server(prefix = "/api", endpoint = "wins/preparation", input = Json, output = Json)]
pub async fn read_preparation(lead: LeadId) -> Result<Preparation, AppError> {
    super::store::preparation(&crate::people::guard::permit()?, lead).await
}

/// Makes a lead a customer.
#[server(prefix = "/api", endpoint = "wins/win", input = Json, output = Json)]
pub async fn win(wanted: NewWin) -> Result<WinAnswer, AppError> {
    if !wanted.key.is_sound() || !wanted.draft.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::win(&crate::people::guard::permit()?, &wanted).await
}

/// Begins to win a customer again: a new lead of the same account, with what is known of it.
#[server(prefix = "/api", endpoint = "wins/again", input = Json, output = Json)]
pub async fn win_again(lead: LeadId, key: RequestKey) -> Result<AgainAnswer, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::again(&crate::people::guard::permit()?, lead, &key).await
}
