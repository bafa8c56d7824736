//! The account behind a lead, with its contacts and its other leads.

use crate::{
    clock::Moment,
    error::AppError,
    ids::{AccountId, ContactId, LeadId, Names, RequestKey},
    leads::rules::fields::Problem,
    losses::rules::Outcome,
    pipeline::api::{Channel, Money},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// The account of a lead. Its own and its contacts' fields stand in the lead's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The mail domains by which it is recognised.
    pub domains: Vec<String>,
    /// Who is known there, in the order in which they were added.
    pub contacts: Vec<ContactId>,
    /// Its other leads, the newest first.
    pub leads: Vec<Sibling>,
    /// How many more there are.
    pub more_leads: i64,
}

/// Another lead of the same account, as the viewer may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sibling {
    /// Which.
    pub lead: LeadId,
    /// Who is responsible.
    pub holder: String,
    /// What the team calls its stage.
    pub stage: Option<Names>,
    /// Whether it is off the board.
    pub lost: Option<Outcome>,
    /// By which channel and when it goes on.
    pub next_step: Option<(Channel, Moment)>,
    /// What only those see who may read it.
    pub details: Option<SiblingDetails>,
}

/// What only those see who may read a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiblingDetails {
    /// Its name, or its company's.
    pub name: Option<String>,
    /// Its number elsewhere.
    pub external_id: Option<String>,
    /// What they want to buy.
    pub product: Option<String>,
    /// What it is worth.
    pub value: Option<Money>,
    /// When and for how much it was won.
    pub won: Option<Won>,
}

/// A standing win.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Won {
    /// When; unknown for imports that lack it.
    pub on: Option<NaiveDate>,
    /// For how much.
    pub amount: Option<Money>,
}

/// An account that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundAccount {
    /// Which; nothing where the viewer may only know that it exists.
    pub id: Option<AccountId>,
    /// What it is called; for somebody else's, what was searched for.
    pub name: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// How many leads it has.
    pub leads: i64,
}

/// The accounts whose name contains `text`, in any spelling, or that are recognised by the mail domain in it. Of accounts
/// out of sight only an exact hit is answered, with whom to ask.
#[server(prefix = "/api", endpoint = "leads/accounts", input = Json, output = Json)]
pub async fn find_accounts(text: String) -> Result<Vec<FoundAccount>, AppError> {
    crate::leads::store::account::find(&crate::people::guard::permit()?, &text).await
}

/// What a lead's account becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    /// This one.
    Link {
        /// Which.
        account: AccountId,
    },
    /// A new one, made of what the lead knows.
    Create,
    /// None.
    Unlink,
}

/// What became of a change of the account or its contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountAnswer {
    /// It is done: the page reads itself again.
    Done,
    /// Nothing was changed.
    Refused {
        /// Why.
        problem: AccountProblem,
    },
    /// Somebody else linked the lead to another account meanwhile.
    Conflict {
        /// What that one is called; nothing where they took it off.
        theirs: Option<String>,
    },
}

/// Why an account or its contacts stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountProblem {
    /// Somebody else's lead.
    NotYours,
    /// Somebody else's account: ask them.
    NotYourAccount,
    /// There is no such account or contact.
    Gone,
    /// The lead has neither a name nor a company that the account could be called.
    Nameless,
    /// The lead has no account.
    NoAccount,
    /// A value is not taken.
    Field(Problem),
}

/// Links a lead to an account, makes one for it, or takes it off. `seen` is the account that the person saw.
#[server(prefix = "/api", endpoint = "leads/account", input = Json, output = Json)]
pub async fn change_account(
    lead: LeadId,
    seen: Option<AccountId>,
    change: AccountChange,
    key: RequestKey,
) -> Result<AccountAnswer, AppError> {
    crate::leads::store::account::change(&crate::people::guard::permit()?, lead, seen, &change, &key).await
}

/// A contact that comes to an account or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactChange {
    /// A new one.
    Add {
        /// Their name.
        name: String,
        /// Their e-mail address, or nothing.
        email: String,
        /// Their phone number, or nothing.
        phone: String,
    },
    /// No longer there; what was known of them is kept.
    Remove {
        /// Who.
        contact: ContactId,
    },
    /// There after all.
    Restore {
        /// Who.
        contact: ContactId,
    },
}

/// Adds a contact to the account of a lead, or takes one off.
#[server(prefix = "/api", endpoint = "leads/contact", input = Json, output = Json)]
pub async fn change_contact(lead: LeadId, change: ContactChange, key: RequestKey) -> Result<AccountAnswer, AppError> {
    crate::leads::store::account::change_contact(&crate::people::guard::permit()?, lead, &change, &key).await
}
