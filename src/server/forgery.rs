//! Cross-site request forgery: a request that changes something must come from our own pages. Browsers say so
//! themselves (`Sec-Fetch-Site`, else `Origin`); nothing is ever changed by GET.

use super::state::App;
use crate::error::AppError;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};

/// Refuses what another site's page sent in somebody's name.
pub async fn refuse(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_own(request.headers(), &app.config.public_url) {
        next.run(request).await
    } else {
        AppError::Forbidden.into_response()
    }
}

/// Whether the browser vouches that the request came from a page of this origin.
fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some((_, origin)) = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://")) else {
        return false;
    };
    let public = public_url.split_once("://").map_or(public_url, |(_, rest)| rest).trim_end_matches('/');
    origin == public || text(header::HOST.as_str()) == Some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect()
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let own = |pairs: &[(&'static str, &'static str)]| is_own(&headers(pairs), "https://crm.example/");
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "none")]));
        assert!(own(&[("origin", "https://crm.example")]));
        assert!(own(&[("origin", "http://10.0.0.5:3000"), ("host", "10.0.0.5:3000")]));
        assert!(!own(&[("origin", "https://evil.example"), ("host", "crm.example")]));
        assert!(!own(&[("origin", "null"), ("host", "crm.example")]));
        assert!(!own(&[]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://crm.example")]));
    }
}
