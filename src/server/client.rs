//! Where a request came from, for throttling.

use super::state::App;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use std::net::SocketAddr;

/// The caller's address, as far as our own proxies tell.
#[derive(Debug, Clone)]
pub struct Client(pub String);

/// Puts the [`Client`] into the request's extensions.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "unknown".to_owned(), |ConnectInfo(address)| address.ip().to_string());
    let client = match app.config.proxies {
        0 => peer,
        // Each proxy appends the address that it saw; only the entries that our own proxies wrote can be believed.
        proxies => forwarded(&request).rev().nth(proxies - 1).map_or(peer, str::to_owned),
    };
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}

fn forwarded(request: &Request) -> impl DoubleEndedIterator<Item = &str> {
    request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|address| !address.is_empty())
}
