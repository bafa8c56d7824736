//! One error for the whole app, on both targets.
//!
//! [`AppError`] is for transport only: what a rule refuses (a move, a loss) is a typed outcome of its slice, with the
//! current state in it. Nothing internal ever reaches the browser: details go to the log, under the request's id.

use leptos::server_fn::{
    Bytes,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
mod database;
#[cfg(feature = "ssr")]
pub use database::word;

/// Why a request got no answer. The screen turns each into words in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// No session, or it has ended: sign in again.
    #[error("signed out")]
    SignedOut,
    /// Signed in, but this is not theirs to see or do.
    #[error("forbidden")]
    Forbidden,
    /// No such thing, or none that they may know of.
    #[error("not found")]
    NotFound,
    /// The request could not be understood: a newer app is needed, or the input is malformed.
    #[error("not understood")]
    NotUnderstood,
    /// Too much at once; the same request may be sent again, with the same key.
    #[error("busy")]
    Busy,
    /// The server could not be reached; the same request may be sent again, with the same key.
    #[error("unreachable")]
    Unreachable,
    /// Our fault. The log knows more.
    #[error("internal error")]
    Internal,
}

impl AppError {
    /// Whether sending the same request (with the same key) again can help.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::NotUnderstood
            }
            _ => Self::Internal,
        }
    }

    /// An answer that is none of ours comes from something between browser and server: a proxy's own page while the
    /// server restarts, or nothing at all where it lost patience.
    fn de(body: Bytes) -> Self {
        match serde_json::from_slice(&body) {
            Ok(error) => error,
            Err(_) if body.trim_ascii_start().starts_with(b"<") => Self::Unreachable,
            Err(_) if body.is_empty() => Self::Busy,
            Err(_) => Self::NotUnderstood,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_own_page_is_no_answer_of_the_server() {
        assert_eq!(AppError::de(Bytes::from_static(b"<html>502 Bad Gateway</html>")), AppError::Unreachable);
        assert_eq!(AppError::de(Bytes::new()), AppError::Busy);
        assert_eq!(AppError::de(Bytes::from_static(b"\"signed_out\"")), AppError::SignedOut);
        assert_eq!(AppError::de(Bytes::from_static(b"length limit exceeded")), AppError::NotUnderstood);
    }
}
