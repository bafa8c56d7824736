//! How a database error looks from outside: passing trouble may be retried, everything else is ours to mend.

use super::AppError;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use std::str::FromStr;

/// A word of the database in its vocabulary; the constraints hold the same words.
///
/// # Errors
/// [`AppError::Internal`] for a word that no constraint should have let in.
pub fn word<T: FromStr>(word: &str) -> Result<T, AppError> {
    word.parse().map_err(|_| AppError::Internal)
}

impl AppError {
    /// The HTTP status that tells the same story.
    pub fn status(self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotUnderstood => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        (self.status(), axum::Json(self)).into_response()
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        // Serialization failure, deadlock, too many connections, the server starting or stopping.
        const PASSING: [&str; 6] = ["40001", "40P01", "53300", "57P01", "57P02", "57P03"];
        // A text that no database can hold: one with a zero character.
        if error.as_database_error().is_some_and(|refusal| refusal.code().as_deref() == Some("22021")) {
            tracing::debug!(%error, "a text that is none");
            return Self::NotUnderstood;
        }
        let passing = match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
            sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| PASSING.contains(&&*code)),
            _ => false,
        };
        if passing {
            tracing::warn!(%error, "the database is busy");
            Self::Busy
        } else {
            tracing::error!(%error, "a query failed");
            Self::Internal
        }
    }
}
