//! Taking a win back, and the other one-click moves of a customer: all are moves of the card.

use crate::{
    i18n::tu_string,
    ids::{LeadId, StageId},
    losses::view::words::{self, I18n},
    pipeline::api::{Move, Moved, move_lead},
    ui::{
        key::fresh_key,
        toast::{Offer, Toast, Toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// A win that can be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeBack {
    /// Whose.
    pub lead: LeadId,
    /// What the lead is called.
    pub name: String,
    /// Where it goes.
    pub to: StageId,
    /// The version that the person saw.
    pub seen_version: i64,
}

impl TakeBack {
    /// Says that the lead is won, and offers the way back.
    pub fn offer(self, i18n: I18n, toaster: Toaster) {
        let text = tu_string!(i18n, wins.won_toast, name = self.name.clone()).to_string();
        let label = tu_string!(i18n, shell.undo).to_string();
        let take = Callback::new(move |()| self.clone().run(i18n, toaster, Callback::new(|()| {})));
        toaster.show(Toast { text, is_trouble: false, offer: Some(Offer { label, take }) });
    }

    /// Takes the win back and says so.
    pub fn run(self, i18n: I18n, toaster: Toaster, on_done: Callback<()>) {
        let text = tu_string!(i18n, wins.undone_toast, name = self.name.clone()).to_string();
        set_stage(i18n, toaster, self, text, on_done);
    }
}

/// Moves a customer to another stage, to the top of its column, and says `text`.
pub fn set_stage(i18n: I18n, toaster: Toaster, wanted: TakeBack, text: String, on_done: Callback<()>) {
    let TakeBack { lead, name, to, seen_version } = wanted;
    let wanted = Move { lead, to, above: None, below: None, seen_version, key: fresh_key() };
    spawn_local(async move {
        match move_lead(wanted).await {
            Ok(Moved::Done { .. }) => {
                toaster.say(text);
                // The page that asked may have gone.
                let _ = on_done.try_run(());
            }
            Ok(Moved::Conflict { by, .. }) => {
                let who = by.unwrap_or_else(|| tu_string!(i18n, wins.somebody).to_string());
                toaster.trouble(tu_string!(i18n, wins.conflict_undo, who = who, name = name).to_string());
            }
            Ok(Moved::Refused { .. }) => toaster.trouble(tu_string!(i18n, wins.refused).to_string()),
            Err(error) => toaster.trouble(untrack(|| words::trouble(i18n, error))),
        }
    });
}
