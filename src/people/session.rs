//! Sign-in and sign-out, as plain form posts: they work before (and without) any Wasm, and a password never stands in
//! a URL. The cookie holds 256 random bits; the database only their SHA-256.

use super::{guard::SignedIn, password, store};
use crate::{error::AppError, ids::UserId, people::rules::Email, server::state::App};
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// The session cookie's name.
pub const COOKIE: &str = "winback_session";
/// The cookie of the browser's language; its name is leptos_i18n's.
const LANGUAGE_COOKIE: &str = "i18n_pref_locale";

/// So many passwords are looked at once: each takes 19 MiB and a processor for a while.
static CHECKS: Semaphore = Semaphore::const_new(4);

/// What the sign-in form sends.
#[derive(Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
    /// Where to go afterwards: a path of this app.
    #[serde(default)]
    next: String,
}

/// Signs in and goes where the person was heading, or back to the form with the problem named.
pub async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    before: Option<Extension<SignedIn>>,
    Extension(client): Extension<crate::server::client::Client>,
    Form(form): Form<Credentials>,
) -> Result<Response, AppError> {
    let now = app.clock.now();
    let next = own_path(&form.next);
    let Ok(email) = form.email.parse::<Email>() else {
        return Ok(Redirect::to(&sign_in_address(next, Some("wrong"))).into_response());
    };
    // In turn, so that guesses sent all at once are counted like those sent one by one.
    let _turn = CHECKS.acquire().await.map_err(|_| AppError::Internal)?;
    if store::is_throttled(&app.pool, &email.key(), &client.0, now).await? {
        return Ok(Redirect::to(&sign_in_address(next, Some("wait"))).into_response());
    }
    let account = store::account(&app.pool, &email.key()).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let fits = matches(form.password, hash).await?;
    let Some(account) = account.filter(|_| fits) else {
        store::record_failure(&app.pool, &email.key(), &client.0, now).await?;
        return Ok(Redirect::to(&sign_in_address(next, Some("wrong"))).into_response());
    };
    // Whoever was signed in here before is no longer, nor are their open streams.
    if let Some(Extension(before)) = before {
        store::end_session(&app.pool, &before, false, now).await?;
        app.nudge.now();
    }
    let cookie = open(&app, account.id, &headers).await?;
    let mut response = Redirect::to(next).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    if let Some(language) = account.language.filter(|_| !has_language(&headers)) {
        response.headers_mut().append(header::SET_COOKIE, language_cookie(&language)?);
    }
    Ok(response)
}

/// 256 random bits, as they stand in a cookie or a link.
pub fn fresh_secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Opens a session; the cookie that carries it.
pub async fn open(app: &App, person: UserId, headers: &HeaderMap) -> Result<HeaderValue, AppError> {
    let secret = fresh_secret();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(200).collect();
    store::open_session(&app.pool, person, sha256(&secret), &agent, app.clock.now()).await?;
    session_cookie(app, &secret, store::SESSION_LENGTH.num_seconds())
}

/// Hashes a password when its turn has come.
pub async fn hash_in_turn(password: &str) -> Result<String, AppError> {
    let _turn = CHECKS.acquire().await.map_err(|_| AppError::Internal)?;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || password::hash(&password)).await.map_err(|_| AppError::Internal)?
}

/// Whether a password belongs to a hash, looked at when its turn has come.
pub async fn matches_in_turn(password: &str, hash: Option<String>) -> Result<bool, AppError> {
    let _turn = CHECKS.acquire().await.map_err(|_| AppError::Internal)?;
    matches(password.to_owned(), hash).await
}

async fn matches(password: String, hash: Option<String>) -> Result<bool, AppError> {
    tokio::task::spawn_blocking(move || password::matches(&password, hash.as_deref()))
        .await
        .map_err(|_| AppError::Internal)
}

/// Whether this browser has been told a language already.
fn has_language(headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, _)| name == LANGUAGE_COOKIE)
}

/// A fresh browser begins in the language that its person chose.
fn language_cookie(language: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(&format!("{LANGUAGE_COOKIE}={language}; Path=/; SameSite=Lax; Max-Age=31536000"))
        .map_err(|_| AppError::Internal)
}

/// Which sessions a sign-out ends.
#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    everywhere: bool,
}

/// Ends this session, or all of this person's, and forgets the cookie.
pub async fn sign_out(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    Form(form): Form<SignOut>,
) -> Result<Response, AppError> {
    store::end_session(&app.pool, &signed_in, form.everywhere, app.clock.now()).await?;
    app.nudge.now();
    let mut response = Redirect::to("/sign-in").into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(&app, "", 0)?);
    Ok(response)
}

/// The hash of the session secret in the request's cookies.
pub fn secret_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    cookies(headers).find(|(name, secret)| *name == COOKIE && !secret.is_empty()).map(|(_, secret)| sha256(secret))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
}

/// The sign-in page that leads on to `next` and names a `problem`.
pub fn sign_in_address(next: &str, problem: Option<&str>) -> String {
    let mut query = form_urlencoded(&[("next", own_path(next))]);
    if let Some(problem) = problem {
        query.push_str("&problem=");
        query.push_str(problem);
    }
    format!("/sign-in?{query}")
}

/// `next` if it is a path of this app; the front page otherwise, so that nobody is redirected elsewhere.
fn own_path(next: &str) -> &str {
    let sound = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && !next.starts_with("/sign-");
    if sound { next } else { "/" }
}

fn form_urlencoded(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| {
            let escaped: String = value
                .bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
                    other => format!("%{other:02X}"),
                })
                .collect();
            format!("{name}={escaped}")
        })
        .collect::<Vec<_>>()
        .join("&")
}

fn session_cookie(app: &App, secret: &str, seconds: i64) -> Result<HeaderValue, AppError> {
    let secure = if app.config.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(|_| AppError::Internal)
}

/// The hash by which the database knows a secret.
pub fn sha256(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for hostile in ["//evil.example", "https://evil.example", "/\\evil.example", "", "board", "/\nx", "/sign-out"] {
            assert_eq!(own_path(hostile), "/", "{hostile:?}");
        }
        assert_eq!(own_path("/lost?reason=3"), "/lost?reason=3");
    }

    #[test]
    fn the_way_back_survives_its_own_query() {
        assert_eq!(sign_in_address("/lost?reason=3&q=a b", None), "/sign-in?next=/lost%3Freason%3D3%26q%3Da%20b");
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; winback_session=xyz; c=d"));
        assert_eq!(secret_hash(&headers), Some(sha256("xyz")));
        headers.insert(header::COOKIE, HeaderValue::from_static("winback_session="));
        assert_eq!(secret_hash(&headers), None);
    }
}
