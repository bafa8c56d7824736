//! Carrying a card, by pointer or by keyboard, and what happens when it is set down.

use super::state::BoardState;
use crate::{
    error::AppError,
    i18n::{Locale, t_string},
    ids::{LeadId, StageId},
    live::connection::Connection,
    pipeline::{
        api::{Card, Move, Moved, move_lead},
        rules::{Refusal, Standing, plan_move},
    },
    ui::{
        key::fresh_key,
        toast::{Offer, Toast, Toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};
/// The words of the reader's language.
pub type Words = leptos_i18n::I18nContext<Locale>;

/// Where a carried card would land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A place in a column, counted without the carried card.
    Place {
        /// The column.
        stage: StageId,
        /// Cards above it.
        place: usize,
    },
    /// The Lost zone: the reason comes next.
    Lost,
}

/// A card that is being carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Which.
    pub lead: LeadId,
    /// Where it would land now.
    pub over: Option<Target>,
    /// Whether by keyboard: then it stays picked up until dropped or cancelled by a key.
    pub by_keyboard: bool,
}

/// Everything that the board's handlers need. Copies share everything.
#[derive(Clone, Copy)]
pub struct Hands {
    /// The board.
    pub board: BoardState,
    /// What is being carried.
    pub carried: RwSignal<Option<Carried>>,
    /// The lead whose loss dialog is open.
    pub losing: RwSignal<Option<LeadId>>,
    /// The lead whose win dialog is open.
    pub winning: RwSignal<Option<LeadId>>,
    /// The lead whose "Move to…" menu is open.
    pub menu: RwSignal<Option<LeadId>>,
    /// What the live region says.
    pub spoken: RwSignal<String>,
    /// Toasts.
    pub toaster: Toaster,
    /// The way to the server.
    pub connection: Connection,
    /// Words.
    pub i18n: Words,
}

impl Hands {
    /// The name under which a card is spoken of.
    pub fn name_of(self, lead: LeadId) -> String {
        self.board.card(lead).map_or_else(String::new, |card| card.with_untracked(|card| card_name(self.i18n, card)))
    }

    /// A stage's name in the reader's language.
    pub fn stage_name(self, stage: StageId) -> String {
        let language = leptos_i18n::Locale::as_str(self.i18n.get_locale_untracked());
        self.board.stage(stage).map_or_else(String::new, |stage| stage.name.pick(language).to_owned())
    }

    /// Sets a card down. Refused moves never look accepted: the rules are asked before anything is painted.
    pub fn set_down(self, lead: LeadId, target: Target) {
        match target {
            Target::Lost => self.ask_why_lost(lead),
            Target::Place { stage, place } => self.move_to(lead, stage, place),
        }
    }

    /// Opens the loss dialog, or says why it cannot be.
    pub fn ask_why_lost(self, lead: LeadId) {
        let may_write = self.board.card(lead).is_some_and(|card| card.with_untracked(|card| card.may_write));
        if may_write {
            self.losing.set(Some(lead));
        } else {
            self.refuse(Refusal::NotYours);
        }
    }

    /// Whether the rules let a card go to a stage, by a plain move or by winning it.
    pub fn may_move(self, lead: LeadId, stage: StageId) -> bool {
        self.board.card(lead).is_some_and(|card| {
            matches!(self.plan(&card.get_untracked(), stage), Ok(()) | Err(Refusal::WinNeedsAmount))
        })
    }

    fn plan(self, card: &Card, stage: StageId) -> Result<(), Refusal> {
        let (Some(from), Some(to)) = (self.board.stage(card.stage), self.board.stage(stage)) else {
            return Err(Refusal::OffBoard);
        };
        plan_move(Standing { stage: Some(from.kind), is_lost: false, may_write: card.may_write }, to.kind)
    }

    /// Moves a card to `place` of a column. While an earlier move of it is on its way, this one waits its turn.
    pub fn move_to(self, lead: LeadId, stage: StageId, place: usize) {
        let Some(card) = self.board.card(lead).map(|card| card.get_untracked()) else { return };
        match self.plan(&card, stage) {
            Ok(()) => {}
            // Nothing is painted as won before the server has said so: the card stays where it is.
            Err(Refusal::WinNeedsAmount) => return self.winning.set(Some(lead)),
            Err(refusal) => return self.refuse(refusal),
        }
        let here = self.place_of(&card);
        if here == place && card.stage == stage {
            return;
        }
        let (above, below) = self.board.neighbours(lead, stage, place);
        if self.board.is_moving(lead) {
            self.board.place_optimistically(lead, stage, place);
            return self.board.wish(lead, stage, place);
        }
        let wanted = Move { lead, to: stage, above, below, seen_version: card.move_version, key: fresh_key() };
        self.board.place_optimistically(lead, stage, place);
        spawn_local(async move {
            let answer = self.connection.persistently(async || move_lead(wanted.clone()).await).await;
            self.settle(card, here, &wanted, answer);
        });
    }

    /// The place of a card in its column.
    fn place_of(self, card: &Card) -> usize {
        self.board
            .column(card.stage)
            .and_then(|column| column.order.with_untracked(|order| order.iter().position(|other| *other == card.id)))
            .unwrap_or_default()
    }

    fn settle(self, before: Card, place: usize, wanted: &Move, answer: Result<Moved, AppError>) {
        if !self.board.is_on_screen() {
            return;
        }
        let (i18n, name) = (self.i18n, card_name(self.i18n, &before));
        match answer {
            Ok(Moved::Done { card }) => {
                let wish = self.board.wish_of(wanted.lead);
                let to = self.stage_name(card.stage);
                let has_changed_stage = card.stage != before.stage;
                self.board.settle(wanted.lead, Some(*card));
                if let Some((stage, place)) = wish {
                    return self.move_to(wanted.lead, stage, place);
                }
                self.spoken.set(t_string!(i18n, pipeline.moved, name = name.as_str(), stage = to.as_str()));
                if has_changed_stage {
                    self.offer_undo(
                        &before,
                        place,
                        t_string!(i18n, pipeline.moved, name = name.as_str(), stage = to.as_str()),
                    );
                }
            }
            Ok(Moved::Refused { why, card }) => {
                self.board.settle(wanted.lead, card.map(|card| *card));
                self.refuse(why);
            }
            Ok(Moved::Conflict { card, by, at: _ }) => {
                let by = by.unwrap_or_else(|| t_string!(i18n, pipeline.somebody).to_owned());
                let text = match &card {
                    Some(card) => {
                        let stage = self.stage_name(card.stage);
                        t_string!(
                            i18n,
                            pipeline.conflict,
                            by = by.as_str(),
                            name = name.as_str(),
                            stage = stage.as_str()
                        )
                    }
                    None => t_string!(i18n, pipeline.conflict_gone, by = by.as_str(), name = name.as_str()),
                };
                self.board.settle(wanted.lead, card.map(|card| *card));
                self.toaster.trouble(text);
            }
            Err(AppError::SignedOut) => {
                self.board.put_back(wanted.lead, before);
                self.toaster.trouble(t_string!(i18n, shell.signed_out_advice));
            }
            Err(_) => {
                self.board.put_back(wanted.lead, before);
                self.toaster.trouble(t_string!(i18n, pipeline.not_saved, name = name.as_str()));
            }
        }
    }

    fn offer_undo(self, before: &Card, place: usize, text: String) {
        let (lead, stage) = (before.id, before.stage);
        let offer = Offer {
            label: t_string!(self.i18n, shell.undo).to_owned(),
            take: Callback::new(move |()| {
                // The toast may outlive the board that it speaks of.
                if self.board.is_on_screen() {
                    self.move_to(lead, stage, place);
                }
            }),
        };
        self.toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
    }

    fn refuse(self, refusal: Refusal) {
        let i18n = self.i18n;
        let text = match refusal {
            Refusal::NotYours => t_string!(i18n, pipeline.refused_not_yours),
            Refusal::OffBoard => t_string!(i18n, pipeline.refused_off_board),
            Refusal::UnqualifiedIsALoss => t_string!(i18n, pipeline.refused_unqualified),
            Refusal::WinNeedsAmount => t_string!(i18n, pipeline.refused_win),
            Refusal::OnlyCustomersBecomeInactive => t_string!(i18n, pipeline.refused_inactive),
            Refusal::InactiveStaysOutOfThePipeline => t_string!(i18n, pipeline.refused_from_inactive),
        };
        self.toaster.trouble(text);
    }

    /// Picks a card up by keyboard where it stands.
    pub fn pick_up(self, lead: LeadId) {
        let Some(card) = self.board.card(lead).map(|card| card.get_untracked()) else { return };
        let (stage, place) = (card.stage, self.place_of(&card));
        self.carried.set(Some(Carried { lead, over: Some(Target::Place { stage, place }), by_keyboard: true }));
        self.spoken.set(t_string!(self.i18n, pipeline.picked_up, name = self.name_of(lead)));
    }

    /// Carries the picked-up card `columns` further (Lost comes after the last) or `places` down.
    pub fn carry(self, columns: isize, places: isize) {
        let Some(Carried { lead, over: Some(over), by_keyboard: true }) = self.carried.get_untracked() else { return };
        let stages: Vec<_> =
            self.board.columns.with_value(|columns| columns.iter().map(|column| column.id()).collect());
        let column = match over {
            Target::Place { stage, .. } => stages.iter().position(|other| *other == stage).unwrap_or_default(),
            Target::Lost => stages.len(),
        };
        let column = column.saturating_add_signed(columns).min(stages.len());
        let target = match (stages.get(column), over) {
            (None, _) => Target::Lost,
            (Some(stage), Target::Place { place, .. }) if columns == 0 => {
                let longest = self.others(lead, *stage);
                Target::Place { stage: *stage, place: place.saturating_add_signed(places).min(longest) }
            }
            (Some(stage), _) => Target::Place { stage: *stage, place: 0 },
        };
        self.carried.set(Some(Carried { lead, over: Some(target), by_keyboard: true }));
        self.spoken.set(match target {
            Target::Lost => t_string!(self.i18n, pipeline.over_lost).to_owned(),
            Target::Place { stage, place } => t_string!(
                self.i18n,
                pipeline.over_place,
                stage = self.stage_name(stage),
                place = (place + 1).to_string(),
                total = (self.others(lead, stage) + 1).to_string()
            ),
        });
    }

    fn others(self, lead: LeadId, stage: StageId) -> usize {
        self.board.column(stage).map_or(0, |column| {
            column.order.with_untracked(|order| order.iter().filter(|other| **other != lead).count())
        })
    }

    /// Puts the picked-up card down where it is.
    pub fn drop_carried(self) {
        let carried = self.carried.get_untracked();
        self.carried.set(None);
        if let Some(Carried { lead, over: Some(target), .. }) = carried {
            self.set_down(lead, target);
        }
    }

    /// Ends carrying without a change.
    pub fn let_go(self) {
        if let Some(Carried { lead, .. }) = self.carried.get_untracked() {
            self.carried.set(None);
            self.spoken.set(t_string!(self.i18n, pipeline.cancelled, name = self.name_of(lead)));
        }
    }
}

/// What a card is called: its name, else the number under which another system knows it, else our own.
pub fn card_name(i18n: Words, card: &Card) -> String {
    match &card.details {
        Some(details) => details.name.clone().unwrap_or_else(|| {
            let number = details.external_id.clone().unwrap_or_else(|| card.id.to_string());
            t_string!(i18n, pipeline.lead_number, number = number.as_str())
        }),
        None => t_string!(i18n, pipeline.masked, owner = card.holder_name.as_str()),
    }
}
