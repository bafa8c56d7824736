//! Request keys, made in the browser: once per intent, repeated on a retry.

use super::unsent::Unsent;
use crate::ids::RequestKey;
use leptos::prelude::*;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The key of one intent: made when it is first sent, the same for every retry. Who changes what they send has another
/// intent: an answer to the first would be no answer to the second.
#[derive(Clone, Copy)]
pub struct IntentKey {
    known: StoredValue<Option<(u64, RequestKey)>>,
    beside: Option<Unsent>,
}

impl IntentKey {
    /// A key still to be made.
    pub fn new() -> Self {
        Self { known: StoredValue::new(None), beside: None }
    }

    /// A key that outlives a reload of the page together with what is typed.
    pub fn beside(unsent: Unsent) -> Self {
        Self { beside: Some(unsent), ..Self::new() }
    }

    /// The key for sending `content`. Call it in event handlers only.
    pub fn of(self, content: &impl Serialize) -> RequestKey {
        let content = fingerprint(content);
        let known = self.known.get_value().or_else(|| self.beside.and_then(Unsent::key));
        if let Some((_, key)) = known.filter(|(known, _)| *known == content) {
            return key;
        }
        let made = (content, fresh_key());
        if let Some(unsent) = self.beside {
            unsent.keep_key(&made);
        }
        self.known.set_value(Some(made.clone()));
        made.1
    }

    /// The server has answered: the next press is another intent, even if it wants the same.
    pub fn answered(self) {
        // What asked may be gone by the time its answer comes.
        self.known.try_set_value(None);
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
