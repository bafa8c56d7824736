//! Password hashing: argon2id with the crate's defaults (19 MiB, two passes: the OWASP cheat sheet's first choice).

use crate::error::AppError;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};

/// Shorter passwords are refused.
pub const SHORTEST: usize = 8;

/// Hashes `password` with a fresh salt. Takes tens of milliseconds on purpose: never call it on the async threads.
///
/// # Errors
/// [`AppError::Internal`] when the hasher refuses, which it does for no password of sane length.
pub fn hash(password: &str) -> Result<String, AppError> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|_| AppError::Internal)?;
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| AppError::Internal)
}

/// Whether `password` belongs to `hash`. Without a hash (no such user) it works just as long, so that the time taken
/// does not tell whether an address is known.
pub fn matches(password: &str, hash: Option<&str>) -> bool {
    // The hash of a random password that nobody knows, with the same costs as ours.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$d2luYmFja3dpbmJhY2s$4E2GHhvRGbWOx1yHkQ6rjaGgGtsKzBbPqFfJ1kS6dXo";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let fits = parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    fits && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let hash = hash("correct horse").expect("hashes");
        assert!(matches("correct horse", Some(&hash)));
        assert!(!matches("correct horsf", Some(&hash)));
        assert!(!matches("correct horse", None));
        assert!(
            PasswordHash::new(
                "$argon2id$v=19$m=19456,t=2,p=1$d2luYmFja3dpbmJhY2s$4E2GHhvRGbWOx1yHkQ6rjaGgGtsKzBbPqFfJ1kS6dXo"
            )
            .is_ok()
        );
    }
}
