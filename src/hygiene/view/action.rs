//! Retiring, merging and bringing back a reason, by the one way of saving of the settings; each with its way back.

use crate::{
    error::AppError,
    i18n::tu_string,
    ids::RequestKey,
    live::connection::{Connection, use_connection},
    losses::view::words::{I18n, language, trouble},
    settings::{
        api::{Saved, Wanted, save},
        model::{ReasonSetting, Setting},
        view::words,
    },
    ui::{
        key::fresh_key,
        toast::{Offer, Toast, Toaster, use_toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// What the panels need to act.
#[derive(Clone, Copy)]
pub struct Act {
    i18n: I18n,
    toaster: Toaster,
    connection: Connection,
    /// Nothing else is begun while one thing is under way.
    pub is_busy: RwSignal<bool>,
    /// Which reason shall be merged into which; it outlives a page that is read anew meanwhile.
    pub chosen: RwSignal<Option<(i64, i64)>>,
    reload: Callback<()>,
}

impl Act {
    /// Acts on the page that `reload` reads anew.
    pub fn new(i18n: I18n, reload: Callback<()>) -> Self {
        let (is_busy, chosen) = (RwSignal::new(false), RwSignal::new(None));
        Self { i18n, toaster: use_toaster(), connection: use_connection(), is_busy, chosen, reload }
    }

    /// Reads the page anew.
    pub fn reload(self) -> Callback<()> {
        self.reload
    }

    /// Offers the reason no more.
    pub fn retire(self, seen: &ReasonSetting) {
        let name = seen.name.pick(untrack(|| language(self.i18n))).to_owned();
        let text = tu_string!(self.i18n, hygiene.retired_toast, name = name).to_string();
        self.set(seen, ReasonSetting { retired: true, ..seen.clone() }, text);
    }

    /// Offers the reason no more, and another one in its place.
    pub fn merge(self, seen: &ReasonSetting, into: &ReasonSetting) {
        let language = untrack(|| language(self.i18n));
        let (name, other) = (seen.name.pick(language).to_owned(), into.name.pick(language).to_owned());
        let text = tu_string!(self.i18n, hygiene.merged_toast, name = name, into = other).to_string();
        self.set(seen, ReasonSetting { retired: true, merged_into: into.id, ..seen.clone() }, text);
    }

    /// Offers the reason again.
    pub fn bring_back(self, seen: &ReasonSetting) {
        let name = seen.name.pick(untrack(|| language(self.i18n))).to_owned();
        let text = tu_string!(self.i18n, hygiene.back_toast, name = name).to_string();
        self.set(seen, ReasonSetting { retired: false, merged_into: None, ..seen.clone() }, text);
    }

    fn set(self, seen: &ReasonSetting, after: ReasonSetting, text: String) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        let before = seen.clone();
        let wanted = wanted(seen.clone(), after, fresh_key());
        spawn_local(async move {
            let answer = self.connection.persistently(async || save(wanted.clone()).await).await;
            self.is_busy.try_set(false);
            if let Some(now) = self.heard(answer) {
                let take = Callback::new(move |()| self.undo(now.clone(), before.clone()));
                let offer = Offer { label: tu_string!(self.i18n, shell.undo).to_string(), take };
                self.toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
            }
        });
    }

    /// Puts the reason back as it was, unless somebody has set it since.
    fn undo(self, now: ReasonSetting, before: ReasonSetting) {
        let wanted = wanted(now, before, fresh_key());
        spawn_local(async move {
            let answer = self.connection.persistently(async || save(wanted.clone()).await).await;
            if self.heard(answer).is_some() {
                self.toaster.say(tu_string!(self.i18n, hygiene.undone_toast).to_string());
            }
        });
    }

    /// The reason as it is now, where it was set; else says what went wrong. The page shows what stands.
    fn heard(self, answer: Result<Saved, AppError>) -> Option<ReasonSetting> {
        // The page may be gone by now.
        self.reload.try_run(());
        match answer {
            Ok(Saved::Done { setting: Some(Setting::Reason(now)) }) => return Some(now),
            Ok(Saved::Done { .. }) => {}
            Ok(Saved::Conflict { by, .. }) => {
                let who = by.unwrap_or_else(|| tu_string!(self.i18n, shell.unknown).to_string());
                self.toaster.trouble(tu_string!(self.i18n, hygiene.conflict, who = who).to_string());
            }
            Ok(Saved::Refused { why }) => {
                let text = untrack(|| why.iter().map(|it| words::why(self.i18n, it.why)).collect::<Vec<_>>().join(" "));
                self.toaster.trouble(text);
            }
            Err(error) => self.toaster.trouble(untrack(|| trouble(self.i18n, error))),
        }
        None
    }
}

fn wanted(seen: ReasonSetting, after: ReasonSetting, key: RequestKey) -> Wanted {
    Wanted { seen: Some(Setting::Reason(seen)), wanted: Some(Setting::Reason(after)), key }
}
