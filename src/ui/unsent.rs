//! What somebody is typing, kept in the tab until it is sent or thrown away: a reload, a discarded tab or an Escape
//! pressed too early takes nothing from them. Browser only: call it in effects and event handlers.

use crate::ids::RequestKey;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::Storage;

const PREFIX: &str = "winback-unsent:";

/// What is typed into one form about one thing, such as `loss-12`.
#[derive(Clone, Copy)]
pub struct Unsent {
    // Some forty bytes per form, for as long as the tab lives: an answer that comes after its form has gone must find it.
    place: &'static str,
    is_over: StoredValue<bool>,
}

/// Whose tab this is: what one person typed is never offered to the next.
#[derive(Debug, Clone, Copy)]
pub struct Typist(StoredValue<String>);

/// Makes [`Typist`] known below; nobody at first.
pub fn provide_typist() -> Typist {
    let typist = Typist(StoredValue::new(String::new()));
    provide_context(typist);
    typist
}

impl Typist {
    /// Somebody works in this tab: what others typed in it is thrown away.
    pub fn is(self, person: impl std::fmt::Display) {
        let person = format!("{PREFIX}{person}:");
        forget(|name| !name.starts_with(&person));
        self.0.set_value(person);
    }

    /// Keeps something in the tab under a name, until it is dropped; nothing while nobody is known.
    pub fn keep(self, name: &str, content: &impl Serialize) {
        if let Some(place) = self.place(name) {
            keep(&place, content);
        }
    }

    /// What was kept under a name.
    pub fn kept<T: DeserializeOwned>(self, name: &str) -> Option<T> {
        let text = storage()?.get_item(&self.place(name)?).ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Throws away what was kept under a name.
    pub fn drop_kept(self, name: &str) {
        if let Some((storage, place)) = storage().zip(self.place(name)) {
            // Nothing there is as good.
            let _ = storage.remove_item(&place);
        }
    }

    fn place(self, name: &str) -> Option<String> {
        let person = self.0.try_get_value().filter(|person| !person.is_empty())?;
        Some(format!("{person}{name}"))
    }
}

impl Unsent {
    /// What is typed into `form`.
    pub fn of(form: impl std::fmt::Display) -> Self {
        let typist = use_context::<Typist>().map_or_else(|| PREFIX.to_owned(), |typist| typist.0.get_value());
        Self { place: format!("{typist}{form}").leak(), is_over: StoredValue::new(false) }
    }

    /// Fills the form with what was typed before (`restore`), then keeps what `content` reads, whenever it changes.
    /// Whether there was something to restore.
    pub fn keep<T>(self, content: impl Fn() -> T + 'static, restore: impl FnOnce(T)) -> bool
    where
        T: Serialize + DeserializeOwned + PartialEq + 'static,
    {
        let blank = untrack(&content);
        let found = self.read::<T>().filter(|found| *found != blank);
        let was_found = found.is_some();
        if let Some(found) = found {
            restore(found);
        }
        Effect::new(move |_| {
            let content = content();
            if self.is_over.get_value() {
                return;
            }
            if content == blank { self.remove() } else { self.write(&content) }
        });
        was_found
    }

    /// It was sent, or thrown away on purpose.
    pub fn forget(self) {
        // The form may be gone by the time its answer comes.
        self.is_over.try_set_value(true);
        self.remove();
    }

    /// The key with which this was sent before a reload, and of what.
    pub(super) fn key(self) -> Option<(u64, RequestKey)> {
        let text = storage()?.get_item(&self.place_of_key()).ok()??;
        serde_json::from_str(&text).ok()
    }

    /// Keeps the key with what is typed: sent again after a reload, it is the same request.
    pub(super) fn keep_key(self, key: &(u64, RequestKey)) {
        keep(&self.place_of_key(), key);
    }

    fn place_of_key(self) -> String {
        format!("{}:key", self.place)
    }

    fn read<T: DeserializeOwned>(self) -> Option<T> {
        let text = storage()?.get_item(self.place).ok()??;
        // What an older version of the form kept, this one cannot read.
        serde_json::from_str(&text).ok()
    }

    fn write(self, content: &impl Serialize) {
        keep(self.place, content);
    }

    /// Without what was typed its key means nothing: the same again, typed anew, is another request.
    fn remove(self) {
        let Some(storage) = storage() else { return };
        for place in [self.place, &self.place_of_key()] {
            // Nothing there is as good.
            let _ = storage.remove_item(place);
        }
    }
}

fn keep(place: &str, content: &impl Serialize) {
    if let Some(storage) = storage()
        && let Ok(text) = serde_json::to_string(content)
    {
        // A full or forbidden storage keeps nothing: the form works without.
        let _ = storage.set_item(place, &text);
    }
}

/// Throws all of it away: whoever signs out leaves nothing behind.
pub fn forget_all() {
    forget(|_| true);
}

fn forget(is_meant: impl Fn(&str) -> bool) {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or_default();
    let names: Vec<String> = (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect();
    for name in names.iter().filter(|name| name.starts_with(PREFIX) && is_meant(name)) {
        // Nothing there is as good.
        let _ = storage.remove_item(name);
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
