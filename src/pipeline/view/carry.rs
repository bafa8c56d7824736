//! Carrying a card, by pointer or by keyboard, and what happens when it is set down.

use super::{filter::Look, state::BoardState};
use crate::{
    clock::Moment,
    error::AppError,
    format,
    i18n::{Locale, t_string, tu_string},
    ids::{LeadId, StageId},
    live::connection::Connection,
    people::rules::Holder,
    pipeline::{
        api::{Card, MOST_AT_ONCE, Move, Moved, move_lead, move_leads},
        rules::{Refusal, Standing, plan_move},
    },
    ui::{
        key::fresh_key,
        toast::{Offer, Toast, Toaster},
    },
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

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

/// A card and the place that it is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which card.
    pub lead: LeadId,
    /// The column.
    pub stage: StageId,
    /// Cards above it, itself not counted.
    pub place: usize,
}

/// A card that was moved on screen, and what is asked of the server.
struct Sent {
    before: Card,
    /// Where it stood.
    back: Step,
    wanted: Move,
}

/// Everything that the board's handlers need. Copies share everything.
#[derive(Clone, Copy)]
pub struct Hands {
    /// The board.
    pub board: BoardState,
    /// How it looks.
    pub look: Memo<Look>,
    /// The way to another look.
    pub go: Callback<Look>,
    /// What is being carried.
    pub carried: RwSignal<Option<Carried>>,
    /// The column that a card was put into last: it stays open if it opened for it.
    pub dropped_into: StoredValue<Option<StageId>>,
    /// Several cards that are to be worked on together.
    pub chosen: RwSignal<BTreeSet<LeadId>>,
    /// The card that has the keyboard's focus: it stays mounted out of sight, too.
    pub focused: RwSignal<Option<LeadId>>,
    /// The leads whose loss dialog is open.
    pub losing: RwSignal<Option<Vec<LeadId>>>,
    /// The lead whose win dialog is open.
    pub winning: RwSignal<Option<LeadId>>,
    /// The leads whose "Move to…" menu is open.
    pub menu: RwSignal<Option<Vec<LeadId>>>,
    /// The leads that get a next step together.
    pub planning: RwSignal<Option<Vec<LeadId>>>,
    /// The leads that are given to somebody.
    pub assigning: RwSignal<Option<Vec<LeadId>>>,
    /// What the live region says.
    pub spoken: RwSignal<String>,
    /// The moment on the server's clock.
    pub now: RwSignal<Moment>,
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

    /// The name of one card, or how many they are.
    pub fn name_of_all(self, leads: &[LeadId]) -> String {
        match leads {
            [one] => self.name_of(*one),
            many => many_leads(self.i18n, many.len()),
        }
    }

    /// A stage's name in the reader's language.
    pub fn stage_name(self, stage: StageId) -> String {
        let language = leptos_i18n::Locale::as_str(self.i18n.get_locale_untracked());
        self.board.stage(stage).map_or_else(String::new, |stage| stage.name.pick(language).to_owned())
    }

    /// The cards that go with this one: all that are chosen, in their order on the board, if it is one of them.
    pub fn company_of(self, lead: LeadId) -> Vec<LeadId> {
        let chosen = self.chosen.get_untracked();
        if chosen.contains(&lead) { self.board.in_order(&chosen) } else { vec![lead] }
    }

    /// Chooses a card, or no longer.
    pub fn choose(self, lead: LeadId) {
        let may_write = self.board.card(lead).is_some_and(|card| card.with_untracked(|card| card.may_write));
        if !may_write {
            return self.refuse(Refusal::NotYours);
        }
        if self.chosen.with_untracked(|chosen| chosen.len() >= MOST_AT_ONCE && !chosen.contains(&lead)) {
            let most = MOST_AT_ONCE.to_string();
            return self.toaster.trouble(t_string!(self.i18n, pipeline.most_at_once, count = most.as_str()));
        }
        self.chosen.update(|chosen| {
            if !chosen.remove(&lead) {
                chosen.insert(lead);
            }
        });
        let count = self.chosen.with_untracked(BTreeSet::len).to_string();
        self.spoken.set(t_string!(self.i18n, pipeline.chosen_count, count = count.as_str()));
    }

    /// Chooses all cards of a column between the last one chosen there and this one.
    pub fn choose_through(self, lead: LeadId) {
        for between in self.board.between(&self.chosen.get_untracked(), lead) {
            if !self.chosen.with_untracked(|chosen| chosen.contains(&between)) {
                self.choose(between);
            }
        }
    }

    /// Sets a card down, with those that go with it. Refused moves never look accepted: the rules are asked before
    /// anything is painted.
    pub fn set_down(self, lead: LeadId, target: Target) {
        let leads = self.company_of(lead);
        match target {
            Target::Lost => self.ask_why_lost(leads),
            Target::Place { stage, place } => self.put_together(&leads, stage, place),
        }
    }

    /// Opens the loss dialog, or says why it cannot be.
    pub fn ask_why_lost(self, leads: Vec<LeadId>) {
        let may_write =
            |lead: &LeadId| self.board.card(*lead).is_some_and(|card| card.with_untracked(|card| card.may_write));
        if leads.is_empty() {
            // The last of them has left the board meanwhile.
        } else if leads.iter().all(may_write) {
            self.losing.set(Some(leads));
        } else {
            self.refuse(Refusal::NotYours);
        }
    }

    /// Folds or opens a column, for as long as the address is kept.
    pub fn toggle(self, stage: StageId) {
        let mut look = self.look.get_untracked();
        if !look.toggled.remove(&stage) {
            look.toggled.insert(stage);
        }
        self.go.run(look);
    }

    /// These leads with the version that is on screen.
    pub fn versions_of(self, leads: &[LeadId]) -> Vec<(LeadId, i64)> {
        let version = |lead: &LeadId| Some((*lead, self.board.card(*lead)?.with_untracked(|card| card.move_version)));
        leads.iter().filter_map(version).collect()
    }

    /// These leads with whose they are.
    pub fn holders_of(self, leads: &[LeadId]) -> Vec<(LeadId, Holder)> {
        let holder = |lead: &LeadId| Some((*lead, self.board.card(*lead)?.with_untracked(|card| card.holder)));
        leads.iter().filter_map(holder).collect()
    }

    /// Whether the rules let a card go to a stage, by a plain move or by winning it.
    pub fn may_move(self, lead: LeadId, stage: StageId) -> bool {
        matches!(self.plan(lead, stage), Ok(()) | Err(Refusal::WinNeedsAmount))
    }

    /// Why the carried cards may not be put into a column; what only asks first is no refusal.
    pub fn refusal_of_carried(self, stage: StageId) -> Option<Refusal> {
        let lead = self.carried.get()?.lead;
        let leads = self.company_of(lead);
        leads.iter().find_map(|one| {
            self.plan(*one, stage).err().filter(|why| leads.len() > 1 || *why != Refusal::WinNeedsAmount)
        })
    }

    fn plan(self, lead: LeadId, stage: StageId) -> Result<(), Refusal> {
        let Some(card) = self.board.card(lead) else { return Err(Refusal::OffBoard) };
        let (from, may_write) = card.with_untracked(|card| (card.stage, card.may_write));
        let (Some(from), Some(to)) = (self.board.stage(from), self.board.stage(stage)) else {
            return Err(Refusal::OffBoard);
        };
        plan_move(Standing { stage: Some(from.kind), is_lost: false, may_write }, to.kind)
    }

    /// Puts cards into a column, one below the other.
    pub fn put_together(self, leads: &[LeadId], stage: StageId, place: usize) {
        if let [lead] = leads
            && self.plan(*lead, stage) == Err(Refusal::WinNeedsAmount)
        {
            // Nothing is painted as won before the server has said so: the card stays where it is.
            return self.winning.set(Some(*lead));
        }
        let steps = leads.iter().enumerate().map(|(further, lead)| Step { lead: *lead, stage, place: place + further });
        self.put(steps.collect(), true);
    }

    /// Puts each card to its place. What the rules refuse stays and is said once; while an earlier move of a card is on
    /// its way, the next one waits its turn.
    fn put(self, steps: Vec<Step>, offers_undo: bool) {
        let (mut sent, mut refusals) = (Vec::new(), Vec::new());
        let count = steps.len();
        for step in steps {
            match self.plan(step.lead, step.stage) {
                Ok(()) => sent.extend(self.show_there(step)),
                Err(why) => refusals.push(why),
            }
        }
        match refusals.first() {
            Some(why) if count > 1 => self.some_stay(refusals.len(), count, self.words_of(*why)),
            Some(why) => self.refuse(*why),
            None => {}
        }
        if sent.is_empty() {
            return;
        }
        self.chosen.update(BTreeSet::clear);
        spawn_local(async move {
            let wanted: Vec<_> = sent.iter().map(|one: &Sent| one.wanted.clone()).collect();
            let answer = self.connection.persistently(async || send(&wanted).await).await;
            if self.board.is_on_screen() {
                untrack(|| self.settle(sent, answer, offers_undo));
            }
        });
    }

    /// Paints a card where it was put; what is to be sent for it, unless it stands there already or is on its way.
    fn show_there(self, step: Step) -> Option<Sent> {
        let Step { lead, stage, place } = step;
        let before = self.board.card(lead)?.get_untracked();
        let back = Step { lead, stage: before.stage, place: self.place_of(&before) };
        let stays = before.stage == stage && (back.place == place || !self.board.is_sorted_by_hand());
        if stays && !self.board.is_moving(lead) {
            return None;
        }
        let (above, below) = self.board.neighbours(lead, stage, place);
        let is_on_its_way = self.board.is_moving(lead);
        self.board.place_optimistically(lead, stage, place);
        if is_on_its_way {
            self.board.wish(lead, stage, place);
            return None;
        }
        let seen_version = before.move_version;
        Some(Sent { wanted: Move { lead, to: stage, above, below, seen_version, key: fresh_key() }, before, back })
    }

    /// The place of a card in its column.
    fn place_of(self, card: &Card) -> usize {
        self.board
            .column(card.stage)
            .and_then(|column| column.order.with_untracked(|order| order.iter().position(|other| *other == card.id)))
            .unwrap_or_default()
    }

    fn settle(self, sent: Vec<Sent>, answer: Result<Vec<Moved>, AppError>, offers_undo: bool) {
        let i18n = self.i18n;
        let ends = match answer {
            Ok(ends) => ends,
            Err(error) => {
                let names = self.name_of_all(&sent.iter().map(|one| one.before.id).collect::<Vec<_>>());
                sent.into_iter().for_each(|one| self.board.settle(one.before.id, Some(one.before)));
                return self.toaster.trouble(match error {
                    AppError::SignedOut => t_string!(i18n, shell.signed_out_advice).to_owned(),
                    _ => t_string!(i18n, pipeline.not_saved, name = names.as_str()),
                });
            }
        };
        let (mut moved, mut stage) = (Vec::new(), None);
        for (one, end) in sent.into_iter().zip(ends) {
            let wish = self.board.wish_of(one.before.id);
            match self.settle_one(&one, end) {
                Some(to) if wish.is_none() => {
                    stage = Some(to);
                    moved.push(one.back);
                }
                Some(_) => {
                    self.put(wish.into_iter().map(|(stage, place)| Step { stage, place, ..one.back }).collect(), true)
                }
                None => {}
            }
        }
        let Some(stage) = stage else { return };
        let stage = self.stage_name(stage);
        let text = match &moved[..] {
            [one] => tu_string!(i18n, pipeline.moved, name = self.name_of(one.lead), stage = stage),
            many => tu_string!(i18n, pipeline.many_moved, count = many.len().to_string(), stage = stage),
        };
        self.spoken.set(text.clone());
        if offers_undo {
            self.offer_undo(text, moved);
        }
    }

    /// Takes over how one move ended; the stage that the card is in now, if the move was made.
    fn settle_one(self, sent: &Sent, end: Moved) -> Option<StageId> {
        let (i18n, lead, name) = (self.i18n, sent.before.id, card_name(self.i18n, &sent.before));
        match end {
            Moved::Done { card } => {
                let stage = card.stage;
                self.board.settle(lead, Some(*card));
                Some(stage)
            }
            Moved::Refused { why, card } => {
                self.board.settle(lead, card.map(|card| *card));
                self.refuse(why);
                None
            }
            Moved::Conflict { card, by, at } => {
                let by = by.unwrap_or_else(|| t_string!(i18n, pipeline.somebody).to_owned());
                let at = at.map(|at| self.when(at)).unwrap_or_default();
                let text = match &card {
                    Some(card) => t_string!(
                        i18n,
                        pipeline.conflict,
                        by = by.as_str(),
                        at = at.as_str(),
                        name = name.as_str(),
                        stage = self.stage_name(card.stage)
                    ),
                    None => {
                        t_string!(
                            i18n,
                            pipeline.conflict_gone,
                            by = by.as_str(),
                            at = at.as_str(),
                            name = name.as_str()
                        )
                    }
                };
                self.board.settle(lead, card.map(|card| *card));
                self.toaster.trouble(text);
                None
            }
        }
    }

    /// A moment as it is said on the same day, or on another.
    pub fn when(self, at: Moment) -> String {
        match format::days_between(at, self.now.get_untracked()) {
            0 => format::time(at),
            _ => format::date_time(self.i18n.get_locale_untracked(), at),
        }
    }

    /// The way back, from the toast and by the keyboard: what went last comes back first, so that each place is what it was.
    fn offer_undo(self, text: String, mut back: Vec<Step>) {
        back.reverse();
        let offer = Offer {
            label: tu_string!(self.i18n, shell.undo).to_string(),
            take: Callback::new(move |()| {
                // The toast may outlive the board that it speaks of.
                if self.board.is_on_screen() {
                    self.put(back.clone(), false);
                }
            }),
        };
        self.toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
    }

    fn some_stay(self, stay: usize, of: usize, why: String) {
        let (stay, of) = (stay.to_string(), of.to_string());
        let text =
            t_string!(self.i18n, pipeline.some_stay, count = stay.as_str(), of = of.as_str(), why = why.as_str());
        self.toaster.trouble(text);
    }

    fn refuse(self, refusal: Refusal) {
        self.toaster.trouble(self.words_of(refusal));
    }

    /// A refusal as a person reads it.
    pub fn words_of(self, refusal: Refusal) -> String {
        let i18n = self.i18n;
        let text = match refusal {
            Refusal::NotYours => t_string!(i18n, pipeline.refused_not_yours),
            Refusal::OffBoard => t_string!(i18n, pipeline.refused_off_board),
            Refusal::UnqualifiedIsALoss => t_string!(i18n, pipeline.refused_unqualified),
            Refusal::WinNeedsAmount => t_string!(i18n, pipeline.refused_win),
            Refusal::OnlyCustomersBecomeInactive => t_string!(i18n, pipeline.refused_inactive),
            Refusal::InactiveStaysOutOfThePipeline => t_string!(i18n, pipeline.refused_from_inactive),
        };
        text.to_owned()
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
        self.dropped_into.set_value(carried.and_then(|carried| match carried.over {
            Some(Target::Place { stage, .. }) => Some(stage),
            _ => None,
        }));
        self.carried.set(None);
        if let Some(Carried { lead, over: Some(target), .. }) = carried {
            self.set_down(lead, target);
        }
    }

    /// Ends carrying without a change.
    pub fn let_go(self) {
        if let Some(Carried { lead, .. }) = self.carried.get_untracked() {
            self.dropped_into.set_value(None);
            self.carried.set(None);
            self.spoken.set(t_string!(self.i18n, pipeline.cancelled, name = self.name_of(lead)));
        }
    }
}

/// Sends moves; several go in one request.
async fn send(wanted: &[Move]) -> Result<Vec<Moved>, AppError> {
    match wanted {
        [one] => Ok(vec![move_lead(one.clone()).await?]),
        many => move_leads(many.to_vec()).await,
    }
}

/// How many leads, in words.
pub fn many_leads(i18n: Words, count: usize) -> String {
    tu_string!(i18n, pipeline.many_leads, count = count).to_string()
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
