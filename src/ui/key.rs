//! Request keys, made in the browser: once per intent, repeated on a retry.

use crate::ids::RequestKey;
use leptos::prelude::*;

/// The key of one intent: made when it is first sent, the same for every retry.
#[derive(Clone, Copy)]
pub struct IntentKey(StoredValue<Option<RequestKey>>);

impl IntentKey {
    /// A key still to be made.
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// The key. Call it in event handlers only.
    pub fn get(self) -> RequestKey {
        if let Some(key) = self.0.get_value() {
            return key;
        }
        let key = fresh_key();
        self.0.set_value(Some(key.clone()));
        key
    }
}

impl Default for IntentKey {
    fn default() -> Self {
        Self::new()
    }
}

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
