//! The ways in besides signing in: the first run of an empty installation, an invitation, a new password. Whoever has a
//! right secret is signed in. Wrong ones are throttled, at each door apart: a page elsewhere that makes a browser follow
//! dead links closes neither the sign-in of its office nor the link that somebody there was sent. Only looking, as
//! following a link does, counts nothing: nobody guesses 256 bits.

use super::{
    guard::SignedIn,
    rules::Email,
    session,
    store::{self, entry, invitations},
};
use crate::{
    error::AppError,
    ids::UserId,
    server::{client::Client, state::App},
    settings::{
        api::{Beginnings, Entry, FirstRun, Guest},
        rules::{LANGUAGES, LONGEST_NAME, Refusal, Why, password_problem, refusal},
        store::zones,
    },
};
use http::{header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// A request of somebody who may not be signed in.
struct Caller {
    app: App,
    parts: Parts,
}

impl Caller {
    fn here() -> Result<Self, AppError> {
        let app = use_context::<App>().ok_or(AppError::Internal)?;
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        Ok(Self { app, parts })
    }

    /// Under which wrong secrets of this caller are counted; no address of a person or client looks like it.
    fn door(&self, what: &str) -> String {
        let client = self.parts.extensions.get::<Client>().map_or("unknown", |client| client.0.as_str());
        format!("{what} {client}")
    }

    async fn is_throttled(&self, what: &str) -> Result<bool, AppError> {
        let door = self.door(what);
        store::is_throttled(&self.app.pool, &door, &door, self.app.clock.now()).await
    }

    async fn was_wrong(&self, what: &str) -> Result<(), AppError> {
        let door = self.door(what);
        store::record_failure(&self.app.pool, &door, &door, self.app.clock.now()).await
    }

    /// Signs in; whoever was signed in with this browser before is no longer, nor are their open streams.
    async fn sign_in(&self, person: i64) -> Result<(), AppError> {
        if let Some(before) = self.parts.extensions.get::<SignedIn>() {
            store::end_session(&self.app.pool, before, false, self.app.clock.now()).await?;
            self.app.nudge.now();
        }
        let cookie = session::open(&self.app, UserId(person), &self.parts.headers).await?;
        let response = use_context::<ResponseOptions>().ok_or(AppError::Internal)?;
        response.append_header(header::SET_COOKIE, cookie);
        Ok(())
    }
}

const INVITATION: &str = "invitation";
const SETUP: &str = "setup";

/// Whom an invitation is for; `None` when it does not hold.
pub async fn guest(secret: &str) -> Result<Option<Guest>, AppError> {
    let caller = Caller::here()?;
    invitations::guest(&caller.app.pool, secret, caller.app.clock.now()).await
}

/// Sets the invited person's password and signs them in.
pub async fn accept(secret: &str, password: &str) -> Result<Entry, AppError> {
    let caller = Caller::here()?;
    if let Some(why) = password_problem(password) {
        return Ok(Entry::Refused { why: vec![refusal("password", why)] });
    }
    if caller.is_throttled(INVITATION).await? {
        return Ok(Entry::Wait);
    }
    let now = caller.app.clock.now();
    // Hashing is dear: not for a secret that nobody gave out.
    if invitations::guest(&caller.app.pool, secret, now).await?.is_none() {
        caller.was_wrong(INVITATION).await?;
        return Ok(Entry::Dead);
    }
    let password_hash = session::hash_in_turn(password).await?;
    match invitations::accept(&caller.app.pool, secret, &password_hash, now).await? {
        Some(person) => {
            caller.sign_in(person).await?;
            caller.app.nudge.now();
            Ok(Entry::Done)
        }
        None => Ok(Entry::Dead),
    }
}

/// Sets the signed-in person's password.
pub async fn change_password(present: &str, new: &str) -> Result<Entry, AppError> {
    let (app, signed_in) = super::guard::request()?;
    let caller = Caller::here()?;
    if let Some(why) = password_problem(new) {
        return Ok(Entry::Refused { why: vec![refusal("new_password", why)] });
    }
    let door = format!("password {}", signed_in.viewer.id);
    if caller.is_throttled(&door).await? {
        return Ok(Entry::Wait);
    }
    let hash = entry::password_hash(&app.pool, &signed_in).await?;
    if !session::matches_in_turn(present, hash).await? {
        caller.was_wrong(&door).await?;
        return Ok(Entry::Refused { why: vec![refusal("present_password", Why::PasswordWrong)] });
    }
    let password_hash = session::hash_in_turn(new).await?;
    entry::set_password(&app.pool, &signed_in, &password_hash, app.clock.now()).await?;
    app.nudge.now();
    Ok(Entry::Done)
}

/// What the first-run page offers.
pub async fn beginnings(token: &str) -> Result<Beginnings, AppError> {
    let caller = Caller::here()?;
    let app = &caller.app;
    let mut connection = app.pool.acquire().await?;
    let is_open = store::is_empty(&app.pool).await?;
    let token_holds = is_open && entry::setup_token_holds(&mut connection, token, app.clock.now()).await?;
    let (currencies, zones) = match token_holds {
        true => (entry::currencies(&app.pool).await?, zones(&mut connection).await?),
        false => (Vec::new(), Vec::new()),
    };
    Ok(Beginnings { token_holds, currencies, zones })
}

/// Sets an empty installation up and signs its first admin in.
pub async fn set_up(token: &str, first: &FirstRun) -> Result<Entry, AppError> {
    let caller = Caller::here()?;
    let app = &caller.app;
    if caller.is_throttled(SETUP).await? {
        return Ok(Entry::Wait);
    }
    let now = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    if !store::is_empty(&app.pool).await? || !entry::setup_token_holds(&mut connection, token, now).await? {
        caller.was_wrong(SETUP).await?;
        return Ok(Entry::Dead);
    }
    let why = problems(first, &entry::currencies(&app.pool).await?, &zones(&mut connection).await?);
    drop(connection);
    if !why.is_empty() {
        return Ok(Entry::Refused { why });
    }
    let password_hash = session::hash_in_turn(&first.password).await?;
    match entry::set_up(&app.pool, token, first, &password_hash, now).await? {
        Some(admin) => {
            tracing::info!("winback is set up");
            caller.sign_in(admin).await?;
            Ok(Entry::Done)
        }
        None => Ok(Entry::Dead),
    }
}

fn problems(first: &FirstRun, currencies: &[String], zones: &[String]) -> Vec<Refusal> {
    let text = |field: &str, text: &str| match text.trim() {
        "" => Some(refusal(field, Why::Missing)),
        text if text.chars().count() > LONGEST_NAME || text.contains('\0') => Some(refusal(field, Why::TooLong)),
        _ => None,
    };
    let email = first.email.parse::<Email>().is_err();
    [
        text("organisation", &first.organisation),
        (!currencies.contains(&first.currency)).then(|| refusal("currency", Why::UnknownCurrency)),
        (!zones.contains(&first.time_zone)).then(|| refusal("time_zone", Why::UnknownZone)),
        (!LANGUAGES.contains(&first.language.as_str())).then(|| refusal("language", Why::UnknownLanguage)),
        text("name", &first.name),
        email.then(|| refusal("email", Why::NotAnEmail)),
        password_problem(&first.password).map(|why| refusal("password", why)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> FirstRun {
        FirstRun {
            organisation: "Acme".into(),
            currency: "EUR".into(),
            time_zone: "Europe/Istanbul".into(),
            language: "tr".into(),
            name: "Deniz".into(),
            email: "deniz@acme.test".into(),
            password: "long enough".into(),
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(problems(&first(), &["EUR".into()], &["Europe/Istanbul".into()]), []);
        let broken = FirstRun { name: " ".into(), email: "nobody".into(), password: "short".into(), ..first() };
        let fields: Vec<_> = problems(&broken, &[], &[]).into_iter().map(|refusal| refusal.field).collect();
        assert_eq!(fields, ["currency", "time_zone", "name", "email", "password"]);
    }
}
