//! Taking a win back, and the other one-click moves of a customer: all are moves of the card.

use crate::{
    error::AppError,
    i18n::tu_string,
    ids::{LeadId, RequestKey, StageId},
    live::connection::{Connection, use_connection},
    losses::view::words::{self, I18n},
    pipeline::api::{Move, Moved, move_lead},
    ui::{
        key::IntentKey,
        toast::{Offer, Toast, Toaster, use_toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// What one-click buttons send: one thing at a time, until the server has answered.
#[derive(Clone, Copy)]
pub struct Press {
    /// The app's words.
    pub i18n: I18n,
    /// Where it is said how it ended.
    pub toaster: Toaster,
    connection: Connection,
    key: IntentKey,
    /// While an answer is awaited, a second press does nothing.
    pub is_sending: RwSignal<bool>,
}

impl Press {
    /// Nothing is on its way yet.
    pub fn new(i18n: I18n) -> Self {
        Self::by(i18n, use_toaster(), use_connection())
    }

    fn by(i18n: I18n, toaster: Toaster, connection: Connection) -> Self {
        Self { i18n, toaster, connection, key: IntentKey::new(), is_sending: RwSignal::new(false) }
    }

    /// Sends with one key until the server answers; `hear` gets what it says. Nothing while something else is on its way.
    pub fn send<W, T>(
        self,
        wanted: W,
        send: impl AsyncFn(W, RequestKey) -> Result<T, AppError> + 'static,
        hear: impl FnOnce(T) + 'static,
    ) where
        W: serde::Serialize + Clone + 'static,
        T: 'static,
    {
        if self.is_sending.try_update(|sending| std::mem::replace(sending, true)) != Some(false) {
            return;
        }
        let key = self.key.of(&wanted);
        spawn_local(async move {
            let answer = self.connection.persistently(async || send(wanted.clone(), key.clone()).await).await;
            self.is_sending.try_set(false);
            match answer {
                Ok(answer) => {
                    self.key.answered();
                    hear(answer);
                }
                Err(error) => self.toaster.trouble(untrack(|| words::trouble(self.i18n, error))),
            }
        });
    }
}

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
    /// Says that the lead is won, and offers the way back. Call it after an answer: the offer outlives the dialog.
    pub fn offer(self, i18n: I18n, toaster: Toaster, connection: Connection) {
        let press = Press::by(i18n, toaster, connection);
        let text = tu_string!(i18n, wins.won_toast, name = self.name.clone()).to_string();
        let label = tu_string!(i18n, shell.undo).to_string();
        let take = Callback::new(move |()| self.clone().run(press, Callback::new(|()| {})));
        toaster.show(Toast { text, is_trouble: false, offer: Some(Offer { label, take }) });
    }

    /// Takes the win back and says so.
    pub fn run(self, press: Press, on_done: Callback<()>) {
        let text = tu_string!(press.i18n, wins.undone_toast, name = self.name.clone()).to_string();
        set_stage(press, self, true, text, on_done);
    }
}

/// Moves a customer to another stage, to the top of its column, and says `text`; `undoes` where that takes the win back.
pub fn set_stage(press: Press, wanted: TakeBack, undoes: bool, text: String, on_done: Callback<()>) {
    let Press { i18n, toaster, .. } = press;
    let TakeBack { lead, name, to, seen_version } = wanted;
    let send = async move |(lead, to, seen_version), key| {
        move_lead(Move { lead, to, above: None, below: None, seen_version, undoes, key }).await
    };
    press.send((lead, to, seen_version), send, move |moved| match moved {
        Moved::Done { .. } => {
            toaster.say(text);
            // The page that asked may have gone.
            let _ = on_done.try_run(());
        }
        Moved::Conflict { by, .. } => {
            let who = by.unwrap_or_else(|| tu_string!(i18n, wins.somebody).to_string());
            toaster.trouble(tu_string!(i18n, wins.conflict_undo, who = who, name = name).to_string());
        }
        Moved::Refused { .. } => toaster.trouble(tu_string!(i18n, wins.refused).to_string()),
    });
}
