//! The one table of every route and server function with its access rule. The server does not start while a route is
//! missing here, and a request to a path that is not in the table is only ever answered by the page that says so.

use super::{guard::SignedIn, session, store};
use crate::{error::AppError, server::state::App};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::Method;

/// Who may call a route at all. What they see and change of each lead is decided by [`super::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody: sign-in, static files.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
}

/// Every path with its rule. A path that ends in `/*` stands for everything below it, `:name` for one part.
pub const TABLE: &[(&str, Access)] = &[
    ("/", Access::SignedIn),
    ("/board", Access::SignedIn),
    ("/today", Access::SignedIn),
    ("/at-risk", Access::SignedIn),
    ("/lost", Access::SignedIn),
    ("/losses", Access::SignedIn),
    ("/losses/money", Access::SignedIn),
    ("/losses/export/:kind", Access::SignedIn),
    ("/losses/decisions", Access::SignedIn),
    ("/losses/decisions/:meeting", Access::SignedIn),
    ("/facts", Access::SignedIn),
    ("/losses/insights", Access::SignedIn),
    ("/losses/reasons", Access::SignedIn),
    ("/losses/follow-ups", Access::SignedIn),
    ("/me/figures", Access::SignedIn),
    ("/leads/:id", Access::SignedIn),
    ("/import", Access::SignedIn),
    ("/import/upload", Access::SignedIn),
    ("/import/rejected/:run", Access::SignedIn),
    ("/import/preset", Access::SignedIn),
    ("/sign-in", Access::Anyone),
    ("/sign-out", Access::SignedIn),
    ("/healthz", Access::Anyone),
    ("/readyz", Access::Anyone),
    ("/live", Access::SignedIn),
    ("/favicon.svg", Access::Anyone),
    ("/fonts/*", Access::Anyone),
    ("/pkg/*", Access::Anyone),
    ("/settings", Access::SignedIn),
    ("/settings/:section", Access::SignedIn),
    ("/setup", Access::Anyone),
    ("/invitation/:secret", Access::Anyone),
    ("/api/settings/sheet", Access::SignedIn),
    ("/api/settings/overview", Access::SignedIn),
    ("/api/settings/save", Access::SignedIn),
    ("/api/settings/beginnings", Access::Anyone),
    ("/api/settings/set_up", Access::Anyone),
    ("/api/people/invite", Access::SignedIn),
    ("/api/people/farewell", Access::SignedIn),
    ("/api/people/close", Access::SignedIn),
    ("/api/people/reopen", Access::SignedIn),
    ("/api/people/change_password", Access::SignedIn),
    ("/api/people/invitation", Access::Anyone),
    ("/api/people/accept", Access::Anyone),
    ("/api/live/since", Access::SignedIn),
    ("/api/live/presence", Access::SignedIn),
    ("/api/routing/assign", Access::SignedIn),
    ("/api/routing/route", Access::SignedIn),
    ("/api/routing/signal_kinds", Access::SignedIn),
    ("/api/routing/note_signal", Access::SignedIn),
    ("/api/routing/why", Access::SignedIn),
    ("/api/routing/accept", Access::SignedIn),
    ("/api/routing/pass", Access::SignedIn),
    ("/api/routing/seen", Access::SignedIn),
    ("/api/leads/next_steps", Access::SignedIn),
    ("/api/people/me", Access::SignedIn),
    ("/api/people/holders", Access::SignedIn),
    ("/api/demo/summary", Access::SignedIn),
    ("/api/demo/remove", Access::SignedIn),
    ("/api/pipeline/stages", Access::SignedIn),
    ("/api/pipeline/board", Access::SignedIn),
    ("/api/pipeline/column", Access::SignedIn),
    ("/api/pipeline/counts", Access::SignedIn),
    ("/api/pipeline/choices", Access::SignedIn),
    ("/api/pipeline/move_lead", Access::SignedIn),
    ("/api/pipeline/move_leads", Access::SignedIn),
    ("/api/pipeline/lanes", Access::SignedIn),
    ("/api/pipeline/views", Access::SignedIn),
    ("/api/pipeline/save_view", Access::SignedIn),
    ("/api/pipeline/delete_view", Access::SignedIn),
    ("/api/losses/preparation", Access::SignedIn),
    ("/api/losses/lose", Access::SignedIn),
    ("/api/losses/log_attempt", Access::SignedIn),
    ("/api/losses/reopen", Access::SignedIn),
    ("/api/losses/pool", Access::SignedIn),
    ("/api/leads/lead", Access::SignedIn),
    ("/api/outreach/today", Access::SignedIn),
    ("/api/outreach/due", Access::SignedIn),
    ("/api/risks/answer", Access::SignedIn),
    ("/api/risks/list", Access::SignedIn),
    ("/api/colleagues/list", Access::SignedIn),
    ("/api/colleagues/ask_choices", Access::SignedIn),
    ("/api/colleagues/ask", Access::SignedIn),
    ("/api/colleagues/answer", Access::SignedIn),
    ("/api/colleagues/seen", Access::SignedIn),
    ("/api/recontacts/preparation", Access::SignedIn),
    ("/api/recontacts/plan", Access::SignedIn),
    ("/api/wins/preparation", Access::SignedIn),
    ("/api/wins/win", Access::SignedIn),
    ("/api/wins/again", Access::SignedIn),
    ("/api/leads/lists", Access::SignedIn),
    ("/api/leads/edit", Access::SignedIn),
    ("/api/leads/tag", Access::SignedIn),
    ("/api/leads/accounts", Access::SignedIn),
    ("/api/leads/account", Access::SignedIn),
    ("/api/leads/contact", Access::SignedIn),
    ("/api/leads/next_step", Access::SignedIn),
    ("/api/analytics/open", Access::SignedIn),
    ("/api/analytics/answer", Access::SignedIn),
    ("/api/analytics/changes", Access::SignedIn),
    ("/api/analytics/list", Access::SignedIn),
    ("/api/analytics/own", Access::SignedIn),
    ("/api/hygiene/report", Access::SignedIn),
    ("/api/persistence/report", Access::SignedIn),
    ("/api/insights/read", Access::SignedIn),
    ("/api/money/report", Access::SignedIn),
    ("/api/money/spend", Access::SignedIn),
    ("/api/money/rate", Access::SignedIn),
    ("/api/money/asked", Access::SignedIn),
    ("/api/money/offer", Access::SignedIn),
    ("/api/decisions/overview", Access::SignedIn),
    ("/api/decisions/minutes", Access::SignedIn),
    ("/api/decisions/choices", Access::SignedIn),
    ("/api/decisions/save_meeting", Access::SignedIn),
    ("/api/decisions/pin", Access::SignedIn),
    ("/api/decisions/take_off", Access::SignedIn),
    ("/api/decisions/decide", Access::SignedIn),
    ("/api/decisions/judge", Access::SignedIn),
    ("/api/capture/look", Access::SignedIn),
    ("/api/capture/choices", Access::SignedIn),
    ("/api/capture/rehearse", Access::SignedIn),
    ("/api/capture/begin", Access::SignedIn),
    ("/api/capture/save_preset", Access::SignedIn),
    ("/api/capture/forget_preset", Access::SignedIn),
    ("/api/capture/runs", Access::SignedIn),
    ("/api/capture/run", Access::SignedIn),
    ("/api/capture/rejections", Access::SignedIn),
    ("/api/capture/brought", Access::SignedIn),
    ("/api/capture/stop", Access::SignedIn),
    ("/api/capture/withdraw", Access::SignedIn),
    ("/api/leads/timeline", Access::SignedIn),
    ("/api/leads/intake_choices", Access::SignedIn),
    ("/api/leads/twins", Access::SignedIn),
    ("/api/leads/create", Access::SignedIn),
    ("/api/leads/log_choices", Access::SignedIn),
    ("/api/leads/log", Access::SignedIn),
    ("/api/leads/estimate", Access::SignedIn),
    ("/api/leads/estimate_paid", Access::SignedIn),
    ("/api/leads/offer", Access::SignedIn),
    ("/api/search/find", Access::SignedIn),
    ("/api/search/recent", Access::SignedIn),
    ("/api/search/visit", Access::SignedIn),
    ("/attachments", Access::SignedIn),
    ("/attachments/:id", Access::SignedIn),
];

/// The rule of `path`, if the table has one.
pub fn rule(path: &str) -> Option<Access> {
    TABLE.iter().find(|(pattern, _)| matches(pattern, path)).map(|(_, access)| *access)
}

fn matches(pattern: &str, path: &str) -> bool {
    if let Some(folder) = pattern.strip_suffix('*') {
        return path.starts_with(folder) && !path.contains("/..");
    }
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(value)) if part == value || (part.starts_with(':') && !value.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The routes among `served` that nobody gave an access rule: the server refuses to start while there are any.
pub fn without_rule<'a>(served: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    served.into_iter().filter(|path| rule(path).is_none()).map(str::to_owned).collect()
}

/// Looks up who is signed in and refuses what the table does not allow, before any handler runs.
pub async fn enforce(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let rule = rule(&path).unwrap_or(Access::Anyone);
    let is_static = path.starts_with("/pkg/") || path.starts_with("/fonts/");
    if !is_static {
        let secret_hash = session::secret_hash(request.headers());
        match signed_in(&app, secret_hash).await {
            Ok(Some(signed_in)) => {
                request.extensions_mut().insert(signed_in);
            }
            Ok(None) => {}
            Err(error) => return error.into_response(),
        }
    }
    let is_stranger = request.extensions().get::<SignedIn>().is_none();
    match first_run(&app, &path, is_page(&request) && is_stranger).await {
        Ok(None) => {}
        Ok(Some(elsewhere)) => return elsewhere,
        Err(error) => return error.into_response(),
    }
    if rule == Access::SignedIn && is_stranger {
        return refuse(&request);
    }
    next.run(request).await
}

/// While nobody can sign in, every page leads to the first run; afterwards that page leads away.
async fn first_run(app: &App, path: &str, is_strangers_page: bool) -> Result<Option<Response>, AppError> {
    let is_setup = path == "/setup";
    let leads_on = is_strangers_page && (path == "/sign-in" || rule(path) == Some(Access::SignedIn));
    if !is_setup && !leads_on {
        return Ok(None);
    }
    let is_empty = store::is_empty(&app.pool).await?;
    Ok(match (is_empty, is_setup) {
        (true, false) => Some(Redirect::to("/setup").into_response()),
        (false, true) => Some(Redirect::to("/").into_response()),
        _ => None,
    })
}

fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && !path.starts_with("/api/") && path != "/live"
}

async fn signed_in(app: &App, secret_hash: Option<[u8; 32]>) -> Result<Option<SignedIn>, AppError> {
    match secret_hash {
        Some(hash) => store::signed_in(&app.pool, hash, app.clock.now()).await,
        None => Ok(None),
    }
}

/// A page sends to sign-in and back; everything else gets the plain error.
fn refuse(request: &Request) -> Response {
    if is_page(request) {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        Redirect::to(&session::sign_in_address(target, None)).into_response()
    } else {
        AppError::SignedOut.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_paths_only() {
        assert_eq!(rule("/leads/12"), Some(Access::SignedIn));
        assert_eq!(rule("/leads/"), None);
        assert_eq!(rule("/leads/12/x"), None);
        assert_eq!(rule("/pkg/winback.js"), Some(Access::Anyone));
        assert_eq!(rule("/pkg/../secret"), None);
        assert_eq!(without_rule(["/board", "/unheard-of"]), ["/unheard-of"]);
    }
}
