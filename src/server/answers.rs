//! The status of a server function's refusal. Leptos answers every error with 500; ours say what they mean.

use crate::error::AppError;
use axum::{
    body::to_bytes,
    response::{IntoResponse, Response},
};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// No refusal is longer.
const LONGEST: usize = 256;

/// Gives a server function's refusal the status that tells the same.
pub async fn tell_by_status(response: Response) -> Response {
    let Some(function) = response.headers().get(SERVER_FN_ERROR_HEADER).cloned() else { return response };
    let body = to_bytes(response.into_body(), LONGEST).await.unwrap_or_default();
    let mut answer = serde_json::from_slice(&body).unwrap_or(AppError::Internal).into_response();
    answer.headers_mut().insert(SERVER_FN_ERROR_HEADER, function);
    answer
}
