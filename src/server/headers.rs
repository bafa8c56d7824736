//! Headers that every answer carries, and the nonce of the content security policy: made per request, before anything
//! is rendered, and handed to Leptos so that its scripts carry the same one.

use axum::{extract::Request, middleware::Next, response::Response};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use http::{HeaderName, HeaderValue, header};

/// The nonce of this request's inline scripts.
#[derive(Debug, Clone)]
pub struct RequestNonce(pub String);

/// Adds the security headers, and the nonce to the request's extensions.
pub async fn secure(mut request: Request, next: Next) -> Response {
    let nonce = BASE64_STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
    let is_font = request.uri().path().starts_with("/fonts/");
    let is_static = is_font || request.uri().path().starts_with("/pkg/");
    request.extensions_mut().insert(RequestNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let is_there = !response.status().is_client_error() && !response.status().is_server_error();
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let fixed: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, &policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
    ];
    for (name, value) in fixed {
        if let Ok(value) = HeaderValue::from_str(value) {
            // Whoever hands out a file from outside has said a stricter policy already.
            headers.entry(name).or_insert(value);
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Pages and answers hold personal data; files without a fingerprint in their name are asked for again each time;
        // a file that is missing today may be there tomorrow.
        let rule = match (is_there, is_font, is_static) {
            (true, true, _) => "public, max-age=604800",
            (true, _, true) => "no-cache",
            _ => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(rule));
    }
    response
}
