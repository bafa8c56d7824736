//! What the board knows: one signal per card, so that a change repaints one card; one order per column.

use crate::{
    ids::{LeadId, ProductId, StageId},
    live::wire::Change,
    people::rules::{Role, Viewer},
    pipeline::{
        api::{After, Board, Card, Column, Count, Filter, NextStep, Page, Stage, Whose},
        rules::{Sort, StageKind, rank_between},
    },
};
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One column as it is on screen. Copies share their signals.
#[derive(Clone, Copy)]
pub struct ColumnState {
    /// Its stage.
    pub stage: StoredValue<Stage>,
    /// How many leads it holds, those not loaded included.
    pub leads: RwSignal<i64>,
    /// What they are worth, base currency, minor units.
    pub value: RwSignal<i64>,
    /// The loaded cards from top to bottom.
    pub order: RwSignal<Vec<LeadId>>,
    /// Whether there are cards below the loaded ones.
    pub more: RwSignal<bool>,
    /// Whether the next page is on its way.
    pub is_loading: RwSignal<bool>,
    /// Whether it is unfolded.
    pub is_open: RwSignal<bool>,
}

impl ColumnState {
    fn new(column: &Column) -> Self {
        Self {
            stage: StoredValue::new(column.stage.clone()),
            leads: RwSignal::new(column.leads),
            value: RwSignal::new(column.value_base_minor),
            order: RwSignal::new(column.cards.iter().map(|card| card.id).collect()),
            more: RwSignal::new(column.more),
            is_loading: RwSignal::new(false),
            is_open: RwSignal::new(!column.stage.kind.is_folded()),
        }
    }

    /// Which stage.
    pub fn id(&self) -> StageId {
        self.stage.with_value(|stage| stage.id)
    }

    fn count(&self, leads: i64, value: i64) {
        self.leads.update(|count| *count += leads);
        self.value.update(|sum| *sum += value);
    }
}

/// What happens to a card while its move is on its way.
#[derive(Clone, Default)]
struct OnItsWay {
    /// Where it was put since: the next move.
    wish: Option<(StageId, usize)>,
    /// What the live stream said of it since: the truth, if the move gets no answer.
    told: Option<Change>,
}

/// The whole board. Copies share everything.
#[derive(Clone, Copy)]
pub struct BoardState {
    /// The columns in order.
    pub columns: StoredValue<Vec<ColumnState>>,
    cards: StoredValue<HashMap<LeadId, ArcRwSignal<Card>>>,
    /// Cards whose move is on its way to the server: the answer brings the truth about them.
    moving: StoredValue<HashMap<LeadId, OnItsWay>>,
    /// What the live stream has told while a column's next page was on its way: newer than the page.
    told: StoredValue<BTreeMap<LeadId, Change>>,
    filter: StoredValue<Filter>,
    viewer: StoredValue<Viewer>,
}

impl BoardState {
    /// The board as the server read it.
    pub fn new(board: &Board, filter: Filter, viewer: Viewer) -> Self {
        let cards = board.columns.iter().flat_map(|column| &column.cards);
        Self {
            columns: StoredValue::new(board.columns.iter().map(ColumnState::new).collect()),
            cards: StoredValue::new(cards.map(|card| (card.id, ArcRwSignal::new(card.clone()))).collect()),
            moving: StoredValue::new(HashMap::new()),
            told: StoredValue::new(BTreeMap::new()),
            filter: StoredValue::new(filter),
            viewer: StoredValue::new(viewer),
        }
    }

    /// What the board is narrowed to.
    pub fn filter(self) -> Filter {
        self.filter.get_value()
    }

    /// Whether the board is still shown: toasts and answers on their way may outlive it.
    pub fn is_on_screen(self) -> bool {
        self.columns.try_with_value(|_| ()).is_some()
    }

    /// The signal of a loaded card.
    pub fn card(self, lead: LeadId) -> Option<ArcRwSignal<Card>> {
        self.cards.try_with_value(|cards| cards.get(&lead).cloned()).flatten()
    }

    /// The loaded cards between which a card stands by its rank, in whatever order its column is shown.
    pub fn around(self, card: &Card) -> (Option<LeadId>, Option<LeadId>) {
        let Some(column) = self.column(card.stage) else { return (None, None) };
        let mut ranked: Vec<_> = column.order.with_untracked(|order| {
            let rank = |lead: &LeadId| Some((self.card(*lead)?.with_untracked(|card| card.rank.clone()), *lead));
            order.iter().filter(|lead| **lead != card.id).filter_map(rank).collect()
        });
        ranked.sort();
        let below = ranked.partition_point(|other| *other < (card.rank.clone(), card.id));
        let lead = |place: usize| ranked.get(place).map(|(_, lead)| *lead);
        (below.checked_sub(1).and_then(lead), lead(below))
    }

    /// These cards from the first column's top to the last one's bottom.
    pub fn in_order(self, leads: &BTreeSet<LeadId>) -> Vec<LeadId> {
        self.columns.with_value(|columns| {
            let of = |column: &ColumnState| {
                column.order.with_untracked(|order| order.iter().copied().filter(|lead| leads.contains(lead)).collect())
            };
            columns.iter().flat_map(|column| -> Vec<LeadId> { of(column) }).collect()
        })
    }

    /// How many of these are on the board; tracked.
    pub fn how_many_of(self, leads: &BTreeSet<LeadId>) -> usize {
        let of =
            |column: &ColumnState| column.order.with(|order| order.iter().filter(|lead| leads.contains(lead)).count());
        if leads.is_empty() { 0 } else { self.columns.with_value(|columns| columns.iter().map(of).sum()) }
    }

    /// The cards of `lead`'s column from the nearest of `known` to it, itself included.
    pub fn between(self, known: &BTreeSet<LeadId>, lead: LeadId) -> Vec<LeadId> {
        let stage = self.card(lead).map(|card| card.with_untracked(|card| card.stage));
        let Some(column) = stage.and_then(|stage| self.column(stage)) else { return Vec::new() };
        column.order.with_untracked(|order| {
            let Some(here) = order.iter().position(|other| *other == lead) else { return Vec::new() };
            let places = order.iter().enumerate().filter(|(_, other)| known.contains(other)).map(|(place, _)| place);
            let nearest = places.min_by_key(|place| place.abs_diff(here)).unwrap_or(here);
            order[here.min(nearest)..=here.max(nearest)].to_vec()
        })
    }

    /// The card so many columns further, or so many places down.
    pub fn beside(self, lead: LeadId, columns: isize, places: isize) -> Option<LeadId> {
        let stage = self.card(lead)?.with_untracked(|card| card.stage);
        let open: Vec<_> = self.columns.with_value(|all| {
            let has_cards =
                |column: &&ColumnState| column.is_open.get_untracked() && !column.order.with_untracked(Vec::is_empty);
            all.iter().filter(has_cards).copied().collect()
        });
        let here = open.iter().position(|column| column.id() == stage)?;
        let place = open[here].order.with_untracked(|order| order.iter().position(|other| *other == lead))?;
        let column = open.get(here.checked_add_signed(columns)?)?;
        column.order.with_untracked(|order| {
            let place = place.checked_add_signed(places)?;
            if columns == 0 { order.get(place).copied() } else { order.get(place.min(order.len() - 1)).copied() }
        })
    }

    /// Where a card stands: its column, and how many are above it; tracked.
    pub fn place_of(self, lead: LeadId) -> Option<(StageId, usize)> {
        let stage = self.card(lead)?.with(|card| card.stage);
        let place = self.column(stage)?.order.with(|order| order.iter().position(|other| *other == lead))?;
        Some((stage, place))
    }

    /// The card at a place of a column, or the last one above it.
    pub fn nearest_to(self, stage: StageId, place: usize) -> Option<LeadId> {
        self.column(stage)?.order.with_untracked(|order| order.get(place).or(order.last()).copied())
    }

    /// The column of a stage.
    pub fn column(self, stage: StageId) -> Option<ColumnState> {
        let find = |columns: &Vec<ColumnState>| columns.iter().find(|column| column.id() == stage).copied();
        self.columns.try_with_value(find).flatten()
    }

    /// Whether a lead in this stage has to have a next step: one that is neither won nor resting.
    pub fn asks_for_step(self, stage: StageId) -> bool {
        self.stage(stage).is_some_and(|stage| !matches!(stage.kind, StageKind::Customer | StageKind::Inactive))
    }

    /// The stage of a column's id.
    pub fn stage(self, stage: StageId) -> Option<Stage> {
        self.column(stage).map(|column| column.stage.get_value())
    }

    /// Whether a card stands where it is put; else its column's order says where.
    pub fn is_sorted_by_hand(self) -> bool {
        self.filter.with_value(|filter| filter.sort == Sort::Manual)
    }

    /// The neighbours that a card gets at `place` of a column, itself not counted.
    pub fn neighbours(self, lead: LeadId, stage: StageId, place: usize) -> (Option<LeadId>, Option<LeadId>) {
        if !self.is_sorted_by_hand() {
            return (None, None);
        }
        let others: Vec<_> = self
            .column(stage)
            .map(|column| column.order.get_untracked().into_iter().filter(|other| *other != lead).collect())
            .unwrap_or_default();
        let place = place.min(others.len());
        (place.checked_sub(1).and_then(|above| others.get(above)).copied(), others.get(place).copied())
    }

    /// Shows a card in its new place before the server has answered.
    pub fn place_optimistically(self, lead: LeadId, stage: StageId, place: usize) {
        let Some(signal) = self.card(lead) else { return };
        let (above, below) = self.neighbours(lead, stage, place);
        let rank_of = |lead: Option<LeadId>| {
            lead.and_then(|lead| self.card(lead)).map(|card| card.with_untracked(|card| card.rank.clone()))
        };
        let mut card = signal.get_untracked();
        if self.is_sorted_by_hand() || card.stage != stage {
            card.rank = rank_between(rank_of(above).as_deref(), rank_of(below).as_deref());
        }
        if card.stage != stage {
            card.in_stage_since = None;
        }
        card.stage = stage;
        self.moving.update_value(|moving| {
            moving.entry(lead).or_default();
        });
        self.show(card);
    }

    /// Whether a move of this card is on its way.
    pub fn is_moving(self, lead: LeadId) -> bool {
        self.moving.with_value(|moving| moving.contains_key(&lead))
    }

    /// Remembers where a card on its way goes next.
    pub fn wish(self, lead: LeadId, stage: StageId, place: usize) {
        self.moving.update_value(|moving| moving.entry(lead).or_default().wish = Some((stage, place)));
    }

    /// Where a card on its way goes next, if it was put somewhere since.
    pub fn wish_of(self, lead: LeadId) -> Option<(StageId, usize)> {
        self.moving.try_with_value(|moving| moving.get(&lead).and_then(|on_its_way| on_its_way.wish)).flatten()
    }

    /// The server has answered, or never will: this is the card, or it has left the board. What the live stream has told of
    /// it since is newer than the answer, unless its version says otherwise.
    pub fn settle(self, lead: LeadId, card: Option<Card>) {
        if !self.is_on_screen() {
            return;
        }
        let told = self.moving.try_update_value(|moving| moving.remove(&lead)).flatten().and_then(|it| it.told);
        match card {
            Some(card) => self.show(card),
            None => self.remove(lead),
        }
        if let Some(change) = told {
            self.apply(change);
        }
    }

    /// A card has got another next step.
    pub fn plan(self, lead: LeadId, step: Option<NextStep>) {
        let known = self.cards.try_with_value(|cards| cards.get(&lead).cloned()).flatten();
        if let Some(card) = known.map(|card| card.get_untracked()) {
            self.show(Card { next_step: step, ..card });
        }
    }

    /// Takes over a change from the live stream, unless something newer is known.
    pub fn apply(self, change: Change) {
        if self.is_loading() {
            self.told.update_value(|told| {
                told.insert(change.lead, change.clone());
            });
        }
        if self.is_moving(change.lead) {
            let lead = change.lead;
            return self.moving.update_value(|moving| moving.entry(lead).or_default().told = Some(change));
        }
        let known = self.card(change.lead).map(|card| card.with_untracked(|card| card.move_version));
        match change.card {
            None => self.remove(change.lead),
            Some(card) if known.is_some_and(|known| known > card.move_version) => {}
            Some(card) => match (self.belongs(&card), known) {
                (Some(true), _) | (None, Some(_)) => self.show(card),
                (Some(false), Some(_)) => self.remove(card.id),
                (_, None) => {}
            },
        }
    }

    /// Takes over a card that another change than a move has answered with; `None` when it is off the board.
    pub fn take_over(self, lead: LeadId, card: Option<Card>) {
        self.apply(Change { lead, card, is_ours: true });
    }

    /// Whether a card belongs on this board; `None` with a text filter, when only the server can tell.
    fn belongs(self, card: &Card) -> Option<bool> {
        if self.filter.with_value(|filter| !filter.text.trim().is_empty()) {
            return None;
        }
        Some(self.filter.with_value(|filter| {
            let inside = card.details.as_ref();
            filter.source.is_none_or(|source| inside.is_some_and(|inside| inside.source_id == Some(source)))
                && filter.product.is_none_or(|product| {
                    inside.is_some_and(|inside| inside.product_id.unwrap_or(ProductId::NONE) == product)
                })
                && match filter.whose {
                    Whose::Everyone => true,
                    Whose::One(holder) => card.holder == holder,
                    Whose::Mine => self.viewer.with_value(|viewer| viewer.role == Role::Admin) || card.may_write,
                }
        }))
    }

    /// Puts `card` where its stage and rank say.
    fn show(self, card: Card) {
        let lead = card.id;
        let before = self.card(lead).map(|known| known.get_untracked());
        if let Some(before) = &before
            && let Some(column) = self.column(before.stage)
        {
            if before.stage != card.stage {
                column.count(-1, -worth(before));
                column.order.update(|order| order.retain(|other| *other != lead));
            } else if self.key(before) == self.key(&card) {
                return self.repaint(card);
            } else {
                column.order.update(|order| order.retain(|other| *other != lead));
            }
        }
        let Some(column) = self.column(card.stage) else { return };
        if before.as_ref().is_none_or(|before| before.stage != card.stage) {
            column.count(1, worth(&card));
        }
        let key = self.key(&card);
        self.repaint(card);
        let place = column.order.with_untracked(|order| {
            order.partition_point(|other| {
                self.card(*other).is_some_and(|other| other.with_untracked(|other| self.key(other) < key))
            })
        });
        let is_below_the_loaded =
            column.more.get_untracked() && column.order.with_untracked(|order| place == order.len());
        if is_below_the_loaded && !self.is_moving(lead) {
            self.cards.update_value(|cards| {
                cards.remove(&lead);
            });
        } else {
            column.order.update(|order| order.insert(place, lead));
        }
    }

    /// By what a column is in order.
    fn key(self, card: &Card) -> (i64, String, LeadId) {
        (card.figure(self.filter.with_value(|filter| filter.sort)), card.rank.clone(), card.id)
    }

    fn repaint(self, card: Card) {
        match self.card(card.id) {
            Some(signal) => {
                if signal.with_untracked(|known| *known != card) {
                    signal.set(card);
                }
            }
            None => self.cards.update_value(|cards| {
                cards.insert(card.id, ArcRwSignal::new(card));
            }),
        }
    }

    /// The card has left the board.
    pub fn remove(self, lead: LeadId) {
        let Some(card) = self.card(lead).map(|card| card.get_untracked()) else { return };
        if let Some(column) = self.column(card.stage) {
            column.count(-1, -worth(&card));
            column.order.update(|order| order.retain(|other| *other != lead));
        }
        self.cards.update_value(|cards| {
            cards.remove(&lead);
        });
    }

    /// The heads of all columns, counted by the server.
    pub fn recount(self, counts: &[Count]) {
        for column in self.columns.get_value() {
            let count = counts.iter().find(|count| count.stage == column.id());
            let (leads, value) = count.map_or((0, 0), |count| (count.leads, count.value_base_minor));
            if column.leads.get_untracked() != leads {
                column.leads.set(leads);
            }
            if column.value.get_untracked() != value {
                column.value.set(value);
            }
        }
    }

    /// Whether a column holds cards that nobody has told of: with a text filter only the server knows which match.
    pub fn lacks_cards(self) -> bool {
        let lacks = |column: &ColumnState| {
            let loaded = i64::try_from(column.order.with_untracked(Vec::len)).unwrap_or(i64::MAX);
            !column.more.get_untracked() && loaded < column.leads.get_untracked()
        };
        self.filter.with_value(|filter| !filter.text.trim().is_empty())
            && self.columns.with_value(|all| all.iter().any(lacks))
    }

    fn is_loading(self) -> bool {
        self.columns.with_value(|columns| columns.iter().any(|column| column.is_loading.get_untracked()))
    }

    /// The next page of a column is asked for: where it begins, which is the top when all loaded cards have left.
    pub fn begin_page(self, column: ColumnState) -> After {
        if !self.is_loading() {
            self.told.update_value(BTreeMap::clear);
        }
        column.is_loading.set(true);
        let last = column.order.with_untracked(|order| order.last().copied()).and_then(|last| self.card(last));
        let (figure, rank, id) =
            last.map_or((i64::MIN, String::new(), LeadId(0)), |last| last.with_untracked(|card| self.key(card)));
        After { figure, rank, id }
    }

    /// Adds a further page below the loaded cards. What the live stream has told meanwhile is newer than the page.
    pub fn append(self, column: ColumnState, page: Page) {
        let told = self.told.get_value();
        let is_news = |card: &Card| !told.contains_key(&card.id) && self.card(card.id).is_none();
        let fresh: Vec<_> = page.cards.into_iter().filter(is_news).collect();
        let ids: Vec<_> = fresh.iter().map(|card| card.id).collect();
        fresh.into_iter().for_each(|card| self.repaint(card));
        column.order.update(|order| order.extend(ids));
        column.more.set(page.more);
        told.into_values().for_each(|change| self.apply(change));
    }
}

fn worth(card: &Card) -> i64 {
    card.details.as_ref().and_then(|details| details.value_base_minor).unwrap_or_default()
}
