//! Carrying a card, by pointer or by keyboard, and what happens when it is set down.

use super::{board::keep_focus, filter::Look, state::BoardState};
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
use std::collections::{BTreeMap, BTreeSet};

/// The words of the reader's language.
pub type Words = leptos_i18n::I18nContext<Locale>;

type StageNames = BTreeMap<StageId, String>;

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
    /// For the way back of a move: what it knew and left behind.
    pub undoes: Option<Undoes>,
}

/// What a way back holds on to, whatever is on screen by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undoes {
    /// The version that the move made: who has moved the card since is not overruled.
    seen_version: i64,
    above: Option<LeadId>,
    below: Option<LeadId>,
}

/// A card that was moved on screen, and what is asked of the server.
struct Sent {
    before: Card,
    /// Where it stood.
    back: Step,
    wanted: Move,
}

impl Sent {
    /// The way back from `to`, to between these cards.
    fn way_back(self, to: StageId, (above, below): (Option<LeadId>, Option<LeadId>)) -> WayBack {
        let is_a_move = self.before.stage != to;
        let seen_version = self.wanted.seen_version + i64::from(is_a_move);
        WayBack { step: Step { undoes: Some(Undoes { seen_version, above, below }), ..self.back }, card: self.before }
    }
}

/// How a move is taken back.
#[derive(Clone)]
struct WayBack {
    step: Step,
    /// The card as it was.
    card: Card,
}

impl WayBack {
    fn without_a_board(&self) -> Option<Sent> {
        let Undoes { seen_version, above, below } = self.step.undoes?;
        let (lead, to, key) = (self.step.lead, self.step.stage, fresh_key());
        let wanted = Move { lead, to, above, below, seen_version, undoes: true, key };
        Some(Sent { wanted, before: self.card.clone(), back: self.step })
    }
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

    /// All of them: what is said of an answer must not need the board, which may be gone by then.
    fn stage_names(self) -> StageNames {
        let stages =
            self.board.columns.with_value(|columns| columns.iter().map(|column| column.id()).collect::<Vec<_>>());
        stages.into_iter().map(|stage| (stage, self.stage_name(stage))).collect()
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
            return self.say_how_many_at_most();
        }
        self.chosen.update(|chosen| {
            if !chosen.remove(&lead) {
                chosen.insert(lead);
            }
        });
        self.say_how_many();
    }

    /// Chooses nothing any more.
    pub fn choose_none(self) {
        if self.chosen.with_untracked(|chosen| !chosen.is_empty()) {
            self.chosen.update(BTreeSet::clear);
            self.say_how_many();
        }
    }

    /// Chooses all cards of a column between the last one chosen there and this one.
    pub fn choose_through(self, lead: LeadId) {
        let chosen = self.chosen.get_untracked();
        let may_be_chosen = |lead: &LeadId| {
            !chosen.contains(lead)
                && self.board.card(*lead).is_some_and(|card| card.with_untracked(|card| card.may_write))
        };
        let mut between: Vec<_> = self.board.between(&chosen, lead).into_iter().filter(may_be_chosen).collect();
        let room = MOST_AT_ONCE - chosen.len();
        if between.len() > room {
            between.truncate(room);
            self.say_how_many_at_most();
        }
        self.chosen.update(|chosen| chosen.extend(between));
        self.say_how_many();
    }

    fn say_how_many_at_most(self) {
        let most = MOST_AT_ONCE.to_string();
        self.toaster.trouble(t_string!(self.i18n, pipeline.most_at_once, count = most.as_str()));
    }

    fn say_how_many(self) {
        let count = self.chosen.with_untracked(BTreeSet::len).to_string();
        self.spoken.set(t_string!(self.i18n, pipeline.chosen_count, count = count.as_str()));
    }

    /// Sets a card down, with those that go with it. Refused moves never look accepted: the rules are asked before
    /// anything is painted.
    pub fn set_down(self, lead: LeadId, target: Target) {
        let leads = self.company_of(lead);
        match target {
            Target::Lost => self.ask_why_lost(leads),
            Target::Place { stage, place } => {
                let above = self.board.column(stage).and_then(|column| {
                    let order = column.order.get_untracked();
                    let others = order.into_iter().filter(|other| *other != lead).take(place);
                    others.filter(|other| !leads.contains(other)).last()
                });
                self.put_together(&leads, stage, above);
            }
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

    /// Whether the carried cards stand in this column already, whose order is not ours to change.
    pub fn stays_sorted(self, stage: StageId) -> bool {
        let is_here = |lead: LeadId| self.board.place_of(lead).is_some_and(|(here, _)| here == stage);
        let carried = self.carried.get().map(|carried| self.company_of(carried.lead)).unwrap_or_default();
        !self.board.is_sorted_by_hand() && carried.into_iter().all(is_here)
    }

    fn plan(self, lead: LeadId, stage: StageId) -> Result<(), Refusal> {
        let Some(card) = self.board.card(lead) else { return Err(Refusal::OffBoard) };
        let (from, may_write) = card.with_untracked(|card| (card.stage, card.may_write));
        let (Some(from), Some(to)) = (self.board.stage(from), self.board.stage(stage)) else {
            return Err(Refusal::OffBoard);
        };
        plan_move(Standing { stage: Some(from.kind), is_lost: false, may_write }, to.kind)
    }

    /// Puts cards into a column, one below the other, the first below `above` or on top.
    pub fn put_together(self, leads: &[LeadId], stage: StageId, above: Option<LeadId>) {
        if let [lead] = leads
            && self.plan(*lead, stage) == Err(Refusal::WinNeedsAmount)
        {
            // Nothing is painted as won before the server has said so: the card stays where it is.
            return self.winning.set(Some(*lead));
        }
        self.put(self.one_below_the_other(leads, stage, above), true);
    }

    /// The place of each, counted without itself: in their own column they leave gaps where they stood.
    fn one_below_the_other(self, leads: &[LeadId], stage: StageId, mut above: Option<LeadId>) -> Vec<Step> {
        let mut order = self.board.column(stage).map(|column| column.order.get_untracked()).unwrap_or_default();
        let mut below = |lead: LeadId| {
            order.retain(|other| *other != lead);
            let above_it = above.and_then(|above| order.iter().position(|other| *other == above));
            let place = above_it.map_or(0, |above| above + 1);
            if self.plan(lead, stage).is_ok() {
                order.insert(place, lead);
                above = Some(lead);
            }
            Step { lead, stage, place, undoes: None }
        };
        leads.iter().map(|lead| below(*lead)).collect()
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
        self.send(sent, self.stage_names(), offers_undo);
    }

    /// Sends moves until they are answered; the end is told whatever is on screen by then.
    fn send(self, sent: Vec<Sent>, stages: StageNames, offers_undo: bool) {
        spawn_local(async move {
            let wanted: Vec<_> = sent.iter().map(|one: &Sent| one.wanted.clone()).collect();
            let answer = self.connection.persistently(async || send(&wanted).await).await;
            untrack(|| self.settle(sent, answer, stages, offers_undo));
        });
    }

    /// Paints a card where it was put; what is to be sent for it, unless it stands there already or is on its way.
    fn show_there(self, step: Step) -> Option<Sent> {
        let Step { lead, stage, place, undoes } = step;
        let before = self.board.card(lead)?.get_untracked();
        let back = Step { lead, stage: before.stage, place: self.place_of(&before), undoes: None };
        let stays = before.stage == stage && (back.place == place || !self.board.is_sorted_by_hand());
        if stays && !self.board.is_moving(lead) {
            return None;
        }
        let (above, below) = match undoes {
            Some(Undoes { above, below, .. }) if !self.board.is_sorted_by_hand() => (above, below),
            _ => self.board.neighbours(lead, stage, place),
        };
        let seen_version = undoes.map_or(before.move_version, |undoes| undoes.seen_version);
        let is_on_its_way = self.board.is_moving(lead);
        if is_on_its_way || seen_version == before.move_version {
            self.board.place_optimistically(lead, stage, place);
        }
        if is_on_its_way {
            self.board.wish(lead, stage, place);
            return None;
        }
        let (undoes, key) = (undoes.is_some(), fresh_key());
        Some(Sent { wanted: Move { lead, to: stage, above, below, seen_version, undoes, key }, before, back })
    }

    /// The place of a card in its column.
    fn place_of(self, card: &Card) -> usize {
        self.board
            .column(card.stage)
            .and_then(|column| column.order.with_untracked(|order| order.iter().position(|other| *other == card.id)))
            .unwrap_or_default()
    }

    fn settle(self, sent: Vec<Sent>, answer: Result<Vec<Moved>, AppError>, stages: StageNames, offers_undo: bool) {
        let i18n = self.i18n;
        let ends = match answer {
            Ok(ends) => ends,
            Err(error) => {
                let names = match &sent[..] {
                    [one] => card_name(i18n, &one.before),
                    many => many_leads(i18n, many.len()),
                };
                sent.into_iter().for_each(|one| self.board.settle(one.before.id, Some(one.before)));
                return self.toaster.trouble(match error {
                    AppError::SignedOut => t_string!(i18n, shell.signed_out_advice).to_owned(),
                    _ => t_string!(i18n, pipeline.not_saved, name = names.as_str()),
                });
            }
        };
        let (mut moved, mut last) = (Vec::new(), None);
        for (one, end) in sent.into_iter().zip(ends) {
            let wish = self.board.wish_of(one.before.id);
            let around = self.board.around(&one.before);
            match (self.settle_one(&one, end, &stages), wish) {
                (Some(to), None) => {
                    last = Some((card_name(i18n, &one.before), to));
                    moved.push(one.way_back(to, around));
                }
                (Some(_), Some((stage, place))) => self.put(vec![Step { stage, place, ..one.back }], true),
                (None, _) => {}
            }
        }
        let Some((name, stage)) = last else { return };
        let stage = stages.get(&stage).cloned().unwrap_or_default();
        let text = match moved.len() {
            1 => tu_string!(i18n, pipeline.moved, name = name, stage = stage),
            many => tu_string!(i18n, pipeline.many_moved, count = many.to_string(), stage = stage),
        };
        self.spoken.try_set(text.clone());
        if offers_undo {
            self.offer_undo(text, moved, stages);
        }
    }

    /// Takes over how one move ended; the stage that the card is in now, if the move was made.
    fn settle_one(self, sent: &Sent, end: Moved, stages: &StageNames) -> Option<StageId> {
        let (i18n, lead, name) = (self.i18n, sent.before.id, card_name(self.i18n, &sent.before));
        match end {
            Moved::Done { card } => {
                self.board.settle(lead, Some(*card));
                Some(sent.wanted.to)
            }
            Moved::Refused { why, card } => {
                self.board.settle(lead, card.map(|card| *card));
                self.refuse(why);
                None
            }
            Moved::Conflict { card, by, at } => {
                let by = by.unwrap_or_else(|| t_string!(i18n, pipeline.somebody).to_owned());
                let at = at.map(|at| self.when(at)).unwrap_or_default();
                let stage = card.as_ref().map(|card| stages.get(&card.stage).cloned().unwrap_or_default());
                let (by, at, name) = (by.as_str(), at.as_str(), name.as_str());
                let text = match stage {
                    Some(stage) => t_string!(i18n, pipeline.conflict, by = by, at = at, name = name, stage = stage),
                    None => t_string!(i18n, pipeline.conflict_gone, by = by, at = at, name = name),
                };
                self.board.settle(lead, card.map(|card| *card));
                self.toaster.trouble(text);
                None
            }
        }
    }

    /// A moment as it is said on the same day, or on another.
    pub fn when(self, at: Moment) -> String {
        match self.now.try_get_untracked().map(|now| format::days_between(at, now)) {
            Some(0) => format::time(at),
            _ => format::date_time(self.i18n.get_locale_untracked(), at),
        }
    }

    /// The way back, from the toast and by the keyboard: what went last comes back first, so that each place is what it was.
    fn offer_undo(self, text: String, mut moved: Vec<WayBack>, stages: StageNames) {
        moved.reverse();
        let offer = Offer {
            label: tu_string!(self.i18n, shell.undo).to_string(),
            take: Callback::new(move |()| {
                if self.board.is_on_screen() {
                    self.put(moved.iter().map(|way| way.step).collect(), false);
                    // The button that was pressed goes, and the card is drawn in another place.
                    let focused = self.focused.get_untracked();
                    focused
                        .filter(|lead| moved.iter().any(|way| way.step.lead == *lead))
                        .into_iter()
                        .for_each(keep_focus);
                } else {
                    // The toast has outlived the board that it speaks of.
                    self.send(moved.iter().filter_map(WayBack::without_a_board).collect(), stages.clone(), false);
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

    /// A pointer has lifted a card.
    pub fn lift(self, lead: LeadId) {
        self.carried.set(Some(Carried { lead, over: None, by_keyboard: false }));
        self.spoken.set(t_string!(self.i18n, pipeline.lifted, name = self.name_of_all(&self.company_of(lead))));
    }

    /// A pointer carries a card over another place; another column is spoken.
    pub fn hover(self, lead: LeadId, over: Option<Target>) {
        let column = |over: Option<Target>| {
            over.map(|over| if let Target::Place { stage, .. } = over { Some(stage) } else { None })
        };
        let before = self.carried.with_untracked(|carried| carried.and_then(|carried| carried.over));
        self.carried.set(Some(Carried { lead, over, by_keyboard: false }));
        if column(before) != column(over) {
            over.into_iter().for_each(|over| self.speak_of(lead, over));
        }
    }

    fn speak_of(self, lead: LeadId, over: Target) {
        self.spoken.set(match over {
            Target::Lost => t_string!(self.i18n, pipeline.over_lost).to_owned(),
            Target::Place { stage, place } => self.words_of_place(lead, stage, place),
        });
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
        self.speak_of(lead, target);
    }

    fn words_of_place(self, lead: LeadId, stage: StageId, place: usize) -> String {
        let comes = self.board.card(lead).is_some_and(|card| card.with_untracked(|card| card.stage != stage));
        let total = self.board.column(stage).map_or(0, |column| column.leads.get_untracked()) + i64::from(comes);
        let text = t_string!(
            self.i18n,
            pipeline.over_place,
            stage = self.stage_name(stage),
            place = (place + 1).to_string(),
            total = total.to_string()
        );
        match untrack(|| self.refusal_of_carried(stage)) {
            Some(why) => format!("{text} {}", self.words_of(why)),
            None if untrack(|| self.stays_sorted(stage)) => t_string!(self.i18n, pipeline.sorted_by_itself).to_owned(),
            None => text,
        }
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
        match carried {
            Some(Carried { over: None, .. }) => self.let_go(),
            Some(Carried { lead, over: Some(target), .. }) => {
                self.carried.set(None);
                self.set_down(lead, target);
            }
            None => {}
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
