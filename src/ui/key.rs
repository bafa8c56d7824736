//! Request keys, made in the browser: once per intent, repeated on a retry.

use crate::ids::RequestKey;
use leptos::prelude::*;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The key of one intent: made when it is first sent, the same for every retry. Who changes what they send has another
/// intent: an answer to the first would be no answer to the second.
#[derive(Clone, Copy)]
pub struct IntentKey(StoredValue<Option<(u64, RequestKey)>>);

impl IntentKey {
    /// A key still to be made.
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// The key for sending `content`. Call it in event handlers only.
    pub fn of(self, content: &impl Serialize) -> RequestKey {
        let content = fingerprint(content);
        if let Some((_, key)) = self.0.get_value().filter(|(known, _)| *known == content) {
            return key;
        }
        let key = fresh_key();
        self.0.set_value(Some((content, key.clone())));
        key
    }
}

impl Default for IntentKey {
    fn default() -> Self {
        Self::new()
    }
}

fn fingerprint(content: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    // What cannot be written as JSON could not be sent either.
    serde_json::to_string(content).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
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
