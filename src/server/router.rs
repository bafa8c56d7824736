//! The one router: pages, server functions, the live stream, static files, and what stands before all of them.

use super::{
    answers, client, forgery,
    headers::{self, RequestNonce},
    state::App,
};
use crate::{
    analytics,
    app::{App as Pages, shell},
    capture::{self, problems::LARGEST_FILE},
    error::AppError,
    leads::files,
    live,
    people::{access, session},
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http::StatusCode;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list};
use std::time::Duration;
use tower::ServiceExt;
use tower_http::{
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use tracing::Instrument;

/// No request of a person is larger; uploads have routes of their own.
const LARGEST_BODY: usize = 1024 * 1024;
const LONGEST_REQUEST: Duration = Duration::from_secs(30);
/// A large file over a slow line.
const LONGEST_UPLOAD: Duration = Duration::from_secs(15 * 60);

/// Routes that are neither pages nor server functions.
const PLAIN_ROUTES: [&str; 12] = [
    "/sign-in",
    "/sign-out",
    "/live",
    "/healthz",
    "/readyz",
    "/attachments",
    "/attachments/:id",
    "/import/upload",
    "/import/rejected/:run",
    "/import/preset",
    "/facts",
    "/losses/export/:kind",
];

/// A route without a row in the access table.
#[derive(Debug, thiserror::Error)]
#[error("these routes have no access rule in people::access::TABLE: {0}")]
pub struct RouteWithoutRule(String);

/// Builds the router.
///
/// # Errors
/// [`RouteWithoutRule`] while any route lacks its access rule: better no server than an open door.
pub fn router(app: App) -> Result<Router, RouteWithoutRule> {
    let pages = generate_route_list(Pages);
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let page_paths: Vec<_> = pages.iter().map(|page| page.path().replace(['{', '}'], ":").replace(":/", "/")).collect();
    let missing = access::without_rule(
        PLAIN_ROUTES.into_iter().chain(functions.iter().copied()).chain(page_paths.iter().map(String::as_str)),
    );
    if !missing.is_empty() {
        return Err(RouteWithoutRule(missing.join(", ")));
    }

    let streams = Router::new()
        .route("/live", get(live::stream::stream))
        .route("/import/rejected/{run}", get(capture::routes::rejected))
        .route("/import/preset", get(capture::routes::preset))
        .route("/losses/export/{kind}", get(analytics::routes::export))
        .layer(from_fn(to_the_end));
    // Bodies are limited by the handler, which asks first whether the file may come at all.
    let attachments = Router::new()
        .route("/attachments", post(files::receive))
        .route("/attachments/{id}", get(files::hand_out))
        .layer(from_fn(to_the_end))
        .layer(DefaultBodyLimit::disable())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_UPLOAD));
    let uploads = Router::new()
        .route("/import/upload", post(capture::routes::upload))
        .layer(from_fn(to_the_end))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(LARGEST_FILE))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_UPLOAD));
    let rest = Router::new()
        .route("/sign-in", post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/facts", get(analytics::routes::facts))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/api/", any(no_function))
        .route("/api/{*function}", any(no_function))
        .leptos_routes_with_context(&app, pages, context(app.clone()), {
            let options = app.leptos.clone();
            move || shell(options.clone())
        })
        .fallback_service(get(file).with_state(app.clone()))
        .layer(from_fn(to_the_end))
        .layer(map_response(answers::tell_by_status))
        .layer(CompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST));
    Ok(streams
        .merge(attachments)
        .merge(uploads)
        .merge(rest)
        .layer(from_fn_with_state(app.clone(), access::enforce))
        .layer(from_fn_with_state(app.clone(), forgery::refuse))
        .layer(from_fn_with_state(app.clone(), client::identify))
        .layer(from_fn(headers::secure))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(request_span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app))
}

/// What was begun is carried through, whether or not somebody still waits for the answer. A line that breaks while a
/// transaction begins would otherwise leave it open, on a connection that others go on to use: what they then change would
/// be acknowledged and lost (sqlx forgets a `begin` that was cancelled).
async fn to_the_end(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "a request did not come to its end");
            AppError::Internal.into_response()
        }
    }
}

/// The path without its query (queries hold what people searched for) and without an invitation's secret.
fn request_span(request: &Request) -> tracing::Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let path = match request.uri().path() {
        path if path.starts_with("/invitation/") => "/invitation/…",
        path => path,
    };
    tracing::info_span!("request", method = %request.method(), path, id)
}

/// What components and server functions find in their context: the app, and the nonce that the headers name.
fn context(app: App) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(app.clone());
        let nonce =
            use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<RequestNonce>().cloned());
        if let Some(RequestNonce(nonce)) = nonce {
            provide_context(leptos::nonce::Nonce::from_value(nonce));
        }
    }
}

/// A file that the access table knows.
async fn file(State(app): State<App>, request: Request<Body>) -> Response {
    if access::rule(request.uri().path()).is_none() {
        return not_found(State(app), request).await;
    }
    let files = ServeDir::new(&*app.leptos.site_root).precompressed_br();
    match files.fallback(get(not_found).with_state(app)).oneshot(request).await {
        Ok(answer) => answer.into_response(),
        Err(never) => match never {},
    }
}

/// No route and no file: the app's own page for that.
async fn not_found(State(app): State<App>, request: Request<Body>) -> Response {
    let options = app.leptos.clone();
    let render = leptos_axum::render_app_async_with_context(context(app), move || shell(options.clone()));
    render(request).await.into_response()
}

/// The server functions that exist have routes of their own.
async fn no_function() -> AppError {
    AppError::NotFound
}

/// Ready when the database answers.
async fn ready(State(app): State<App>) -> Response {
    match crate::people::store::is_empty(&app.pool).await {
        Ok(_) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}
