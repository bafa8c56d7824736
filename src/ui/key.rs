//! Request keys, made in the browser: once per intent, repeated on a retry.

use crate::ids::RequestKey;

/// A fresh key: 128 random bits. `crypto.getRandomValues` also works on plain http in an office, unlike `randomUUID`.
/// Call it in event handlers only: while rendering it would differ between server and browser.
pub fn fresh_key() -> RequestKey {
    let mut bytes = [0u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        leptos::logging::error!("this browser gives no randomness: repeated requests cannot be told apart");
    }
    RequestKey(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
