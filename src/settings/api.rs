//! What the browser asks about settings.

use super::{
    model::{Section, Setting, Subject},
    rules::{Refusal, Who},
};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{Names, RequestKey},
    people::rules::{Holder, words},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

words! {
    /// Where somebody stands with winback.
    Standing {
        /// They sign in.
        Joined = "joined",
        /// Their invitation waits for them.
        Invited = "invited",
        /// They have no password and no invitation that still holds.
        Waiting = "waiting",
        /// Their account is closed.
        Closed = "closed",
    }
}

/// Something that is set, with what the page shows beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// As it is.
    pub setting: Setting,
    /// How many leads (for reasons: losses) use it.
    pub uses: i64,
    /// For people only.
    pub standing: Option<Standing>,
}

/// Somebody's or something's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Which.
    pub id: i64,
    /// Its name, per language.
    pub name: Names,
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Around {
    /// Everybody whose account is open.
    pub people: Vec<Named>,
    /// Those of them who may answer for teams and queues.
    pub managers: Vec<Named>,
    /// All teams.
    pub teams: Vec<Named>,
    /// All sources.
    pub sources: Vec<Named>,
    /// All business lines.
    pub lines: Vec<Named>,
    /// Currencies in use.
    pub currencies: Vec<String>,
    /// All currencies.
    pub all_currencies: Vec<String>,
    /// Time zones, where the page asks for one.
    pub zones: Vec<String>,
}

/// One page of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// What is set, in its order.
    pub items: Vec<Item>,
    /// Who looks at it.
    pub who: Who,
    /// What there is to choose from.
    pub around: Around,
}

/// How far a new installation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Somebody else has been invited.
    pub people: bool,
    /// There is something to sell.
    pub products: bool,
    /// There are leads.
    pub leads: bool,
}

/// A change of a setting, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: Option<String>,
    /// Of what.
    pub subject: Subject,
    /// What it was called.
    pub title: String,
    /// What happened: changed, added, removed, or a word of its own.
    pub act: String,
    /// Field, old and new value.
    pub fields: Vec<(String, String, String)>,
}

/// The front page of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Who looks at it.
    pub who: Who,
    /// For admins, while something is still to be done.
    pub progress: Option<Progress>,
    /// The latest changes; for managers and admins.
    pub changes: Vec<Change>,
}

/// Something that somebody wants to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// As they saw it; `None` for something new.
    pub seen: Option<Setting>,
    /// As it shall be; `None` to remove it.
    pub wanted: Option<Setting>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// How setting something ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    /// It stands; `None` when it was removed.
    Done {
        /// As it is now.
        setting: Option<Setting>,
    },
    /// Somebody else changed it meanwhile.
    Conflict {
        /// As it is now; `None` when it is gone.
        present: Option<Setting>,
        /// Who did it.
        by: Option<String>,
        /// And when.
        at: Option<Moment>,
    },
    /// It is not saved as it is.
    Refused {
        /// Everything that is wrong with it.
        why: Vec<Refusal>,
    },
}

/// One page of the settings.
#[server(prefix = "/api", endpoint = "settings/sheet", input = Json, output = Json)]
pub async fn read_sheet(section: Section) -> Result<Sheet, AppError> {
    super::store::sheet(&crate::people::guard::permit()?, section).await
}

/// The front page of the settings.
#[server(prefix = "/api", endpoint = "settings/overview", input = Json, output = Json)]
pub async fn read_overview() -> Result<Overview, AppError> {
    super::store::overview(&crate::people::guard::permit()?).await
}

/// Sets something.
#[server(prefix = "/api", endpoint = "settings/save", input = Json, output = Json)]
pub async fn save(wanted: Wanted) -> Result<Saved, AppError> {
    if !wanted.key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::save(&crate::people::guard::permit()?, &wanted).await
}

/// How an invitation was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invited {
    /// The link, which nobody can show again.
    Done {
        /// Its address.
        link: String,
        /// Until when it holds.
        until: Moment,
    },
    /// It was not made.
    Refused {
        /// Why.
        why: Refusal,
    },
}

/// Makes the link by which somebody sets their password; an older one stops working.
#[server(prefix = "/api", endpoint = "people/invite", input = Json, output = Json)]
pub async fn invite(person: i64) -> Result<Invited, AppError> {
    let (app, _) = crate::people::guard::request()?;
    crate::people::store::invitations::invite(&crate::people::guard::permit()?, person, &app.config.public_url).await
}

/// What somebody leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// Leads that they are responsible for.
    pub leads: i64,
    /// Plans to ask a lost lead again.
    pub recontacts: i64,
    /// Queues that they answer for.
    pub queues: Vec<String>,
}

/// How closing or reopening an account ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountAnswer {
    /// It is as it should be.
    Done {
        /// How many leads found another holder.
        handed: i64,
    },
    /// It stays as it was.
    Refused {
        /// Why.
        why: Refusal,
    },
}

/// What stands in the way of closing somebody's account.
#[server(prefix = "/api", endpoint = "people/farewell", input = Json, output = Json)]
pub async fn read_farewell(person: i64) -> Result<Farewell, AppError> {
    crate::people::store::closing::farewell(&crate::people::guard::permit()?, person).await
}

/// Hands somebody's leads on and closes their account.
#[server(prefix = "/api", endpoint = "people/close", input = Json, output = Json)]
pub async fn close_account(person: i64, hand_to: Option<Holder>, key: RequestKey) -> Result<AccountAnswer, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::people::store::closing::close(&crate::people::guard::permit()?, person, hand_to, &key).await
}

/// Opens somebody's account again.
#[server(prefix = "/api", endpoint = "people/reopen", input = Json, output = Json)]
pub async fn reopen_account(person: i64, key: RequestKey) -> Result<AccountAnswer, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    crate::people::store::closing::reopen(&crate::people::guard::permit()?, person, &key).await
}

/// How setting a password, or setting winback up, ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Come in.
    Done,
    /// The link does not hold, any more or at all.
    Dead,
    /// Too many tries.
    Wait,
    /// Something is wrong with what was filled in.
    Refused {
        /// Everything that is wrong.
        why: Vec<Refusal>,
    },
}

/// Sets one's own password; other sessions end.
#[server(prefix = "/api", endpoint = "people/change_password", input = Json, output = Json)]
pub async fn change_password(present: String, new: String) -> Result<Entry, AppError> {
    crate::people::entry::change_password(&present, &new).await
}

/// Whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Their name.
    pub name: String,
    /// Where they will sign in with.
    pub email: String,
    /// Where they will work.
    pub organisation: String,
}

/// Whom an invitation is for; `None` when it does not hold.
#[server(prefix = "/api", endpoint = "people/invitation", input = Json, output = Json)]
pub async fn read_invitation(secret: String) -> Result<Option<Guest>, AppError> {
    crate::people::entry::guest(&secret).await
}

/// Sets the invited person's password and signs them in.
#[server(prefix = "/api", endpoint = "people/accept", input = Json, output = Json)]
pub async fn accept_invitation(secret: String, password: String) -> Result<Entry, AppError> {
    crate::people::entry::accept(&secret, &password).await
}

/// How an empty installation begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstRun {
    /// The company's name.
    pub organisation: String,
    /// Its currency.
    pub currency: String,
    /// Its time zone.
    pub time_zone: String,
    /// The first admin's language.
    pub language: String,
    /// Their name.
    pub name: String,
    /// Where they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// What the first-run page offers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginnings {
    /// Whether the link holds.
    pub token_holds: bool,
    /// Currencies.
    pub currencies: Vec<String>,
    /// Time zones.
    pub zones: Vec<String>,
}

/// What the first-run page offers.
#[server(prefix = "/api", endpoint = "settings/beginnings", input = Json, output = Json)]
pub async fn read_beginnings(token: String) -> Result<Beginnings, AppError> {
    crate::people::entry::beginnings(&token).await
}

/// Sets an empty installation up and signs its first admin in.
#[server(prefix = "/api", endpoint = "settings/set_up", input = Json, output = Json)]
pub async fn set_up(token: String, first: FirstRun) -> Result<Entry, AppError> {
    crate::people::entry::set_up(&token, &first).await
}
