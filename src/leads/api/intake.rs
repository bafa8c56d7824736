//! Entering a lead by hand, and finding out whether it is here already.

use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, LossId, Names, RequestKey},
    leads::rules::intake::{IntakeObjection, NewLead},
    people::rules::words,
    pipeline::api::{Choice, NextStep},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What the dialog offers: words in use, no retired ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeChoices {
    /// Channels that leads come through.
    pub sources: Vec<Choice>,
    /// What there is to buy.
    pub products: Vec<Choice>,
    /// The present moment, from which the first step's quick choices count.
    pub now: Moment,
}

/// How entering a lead ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateAnswer {
    /// It is on the board.
    Done {
        /// Which it is.
        lead: LeadId,
    },
    /// Rules say no.
    Refused {
        /// All that apply, in the dialog's order.
        objections: Vec<IntakeObjection>,
    },
}

words! {
    /// By what a lead that is here already was recognised, the surest first.
    Likeness {
        /// The same phone number.
        Phone = "phone",
        /// The same e-mail address.
        Email = "email",
        /// The same name or company.
        Name = "name",
        /// A name much like it.
        Similar = "similar",
    }
}

/// What only those see who may read the lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwinDetails {
    /// What it is called.
    pub name: Option<String>,
    /// The company, where the name is a person's.
    pub company: Option<String>,
    /// By what it was recognised.
    pub likeness: Likeness,
    /// The loss that stands, if the viewer may bring the lead back.
    pub lost: Option<LossId>,
}

/// A lead that is here already and may be the same. Whose it is not to read gets the answer to "may I contact them?": owner,
/// stage, next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Twin {
    /// Which.
    pub lead: LeadId,
    /// Who is responsible.
    pub holder: String,
    /// Where it stands; unknown only for leads that were lost before winback knew them.
    pub stage: Option<Names>,
    /// Whether it is lost.
    pub is_lost: bool,
    /// What happens next: channel and due time only.
    pub next_step: Option<NextStep>,
    /// `None` where it is masked.
    pub details: Option<TwinDetails>,
}

/// What the dialog offers.
#[server(prefix = "/api", endpoint = "leads/intake_choices", input = Json, output = Json)]
pub async fn read_intake_choices() -> Result<IntakeChoices, AppError> {
    crate::leads::store::intake::choices(&crate::people::guard::permit()?).await
}

/// Leads that may be the one that is being entered.
#[server(prefix = "/api", endpoint = "leads/twins", input = Json, output = Json)]
pub async fn find_twins(name: String, company: String, phone: String, email: String) -> Result<Vec<Twin>, AppError> {
    let permit = crate::people::guard::permit()?;
    if [&name, &company, &phone, &email].iter().any(|text| text.contains('\0')) {
        return Err(AppError::NotUnderstood);
    }
    if !crate::leads::rules::intake::is_worth_looking(&name, &company, &phone, &email) {
        return Ok(Vec::new());
    }
    crate::leads::store::intake::twins(&permit, &name, &company, &phone, &email).await
}

/// Puts a lead on top of the first column.
#[server(prefix = "/api", endpoint = "leads/create", input = Json, output = Json)]
pub async fn create_lead(wanted: NewLead, key: RequestKey) -> Result<CreateAnswer, AppError> {
    if !key.is_sound() || !wanted.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::leads::store::intake::create(&crate::people::guard::permit()?, &wanted, &key).await
}
