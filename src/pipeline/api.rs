//! What the browser asks of the board.

use super::rules::{Lanes, Refusal, Sort, StageKind};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{BusinessLineId, LeadId, Names, ProductId, RequestKey, SourceId, StageId},
    live::wire::Cursor,
    people::rules::{Holder, words},
    risks::rules::Risks,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

pub mod views;

/// A stage of the pipeline as the team has set it up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Which.
    pub id: StageId,
    /// What it means to the rules.
    pub kind: StageKind,
    /// What the team calls it, per language.
    pub name: Names,
    /// What it means, per language.
    pub meaning: Names,
    /// Chance of winning in percent.
    pub win_probability: Option<i16>,
    /// Days after which a lead in it is stale.
    pub stale_days: Option<i32>,
}

words! {
    /// A way to reach somebody, or a task that reaches nobody.
    Channel { Call = "call", Email = "email", Whatsapp = "whatsapp", Sms = "sms", Meeting = "meeting", Task = "task" }
}

words! {
    /// How warm a lead is.
    Temperature { Hot = "hot", Warm = "warm", Cold = "cold" }
}

words! {
    /// Who came to whom.
    Direction { Inbound = "inbound", Outbound = "outbound" }
}

words! {
    /// What a lead is.
    Party { Person = "person", Company = "company" }
}

/// What happens next with a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextStep {
    /// By which channel.
    pub channel: Channel,
    /// Due when.
    pub due: Moment,
    /// What, in the rep's words; `None` where the card is masked.
    pub what: Option<String>,
}

/// Money in minor units (cents) of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What only those see who may read the lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardDetails {
    /// The lead's name, or its company's; `None` when neither is known.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// What they want to buy.
    pub product: Option<String>,
    /// The channel that it came through.
    pub source: Option<String>,
    /// What it is worth.
    pub value: Option<Money>,
    /// The same in the organisation's currency, minor units.
    pub value_base_minor: Option<i64>,
    /// How warm it is; unknown until somebody or routing says.
    pub temperature: Option<Temperature>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// Person or company.
    pub party: Party,
    /// The line of business.
    pub business_line: Option<BusinessLineId>,
    /// The source's id, for filters.
    pub source_id: Option<SourceId>,
    /// The product's id, for filters.
    pub product_id: Option<ProductId>,
    /// They asked not to be called.
    pub do_not_call: bool,
    /// They asked not to be written to.
    pub do_not_email: bool,
    /// How often we tried to reach them in this run.
    pub attempts: i32,
    /// What says that it may be lost soon, now or as time goes by.
    pub risks: Risks,
}

/// A lead on the board, as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The lead.
    pub id: LeadId,
    /// Who is responsible.
    pub holder: Holder,
    /// Their name.
    pub holder_name: String,
    /// The column.
    pub stage: StageId,
    /// When it came into the stage; unknown for imports that lack it.
    pub in_stage_since: Option<Moment>,
    /// Its place in the column.
    pub rank: String,
    /// Grows with every change of place; sent back with a move.
    pub move_version: i64,
    /// What happens next.
    pub next_step: Option<NextStep>,
    /// `None` where the card is masked.
    pub details: Option<CardDetails>,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
}

impl Card {
    /// By what a column sorts it, the smallest first; cards with the same figure stand in the order of their ranks. What
    /// is unknown, or masked, comes last. `pipeline::store` says the same in SQL.
    pub fn figure(&self, sort: Sort) -> i64 {
        let details = self.details.as_ref();
        match sort {
            Sort::Manual => 0,
            Sort::Clock => self.next_step.as_ref().map_or(i64::MAX, |step| step.due.utc.timestamp_millis()),
            Sort::Value => details.and_then(|details| details.value_base_minor).map_or(1, |value| -value),
            Sort::Warmth => match details.and_then(|details| details.temperature) {
                Some(Temperature::Hot) => 0,
                Some(Temperature::Warm) => 1,
                Some(Temperature::Cold) => 2,
                None => 3,
            },
            Sort::Age => self.in_stage_since.map_or(i64::MAX, |since| since.utc.timestamp_millis()),
        }
    }
}

/// Whose leads the board shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those that the viewer may edit: their own, their team's unassigned, for managers their teams'.
    #[default]
    Mine,
    /// Everybody's, masked where they are not the viewer's to read.
    Everyone,
    /// Those of one holder.
    One(Holder),
}

/// What the board is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Whose leads.
    pub whose: Whose,
    /// Only from this source.
    pub source: Option<SourceId>,
    /// Only for this product.
    pub product: Option<ProductId>,
    /// Only where name, company, e-mail, phone or number contain this text, in any spelling.
    pub text: String,
    /// In which order each column stands.
    #[serde(default)]
    pub sort: Sort,
}

impl Filter {
    /// Whether it looks at what masked cards hide: then only leads in sight can be found.
    pub fn looks_inside(&self) -> bool {
        self.source.is_some() || self.product.is_some() || !self.text.trim().is_empty()
    }
}

/// One column's first page, with its head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The stage.
    pub stage: Stage,
    /// How many leads stand in it, those on other pages included.
    pub leads: i64,
    /// The value of those that the viewer may read, in the organisation's currency, minor units.
    pub value_base_minor: i64,
    /// The first cards.
    pub cards: Vec<Card>,
    /// Whether there are more.
    pub more: bool,
}

/// The whole board's first page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// A column per stage that has one, in order.
    pub columns: Vec<Column>,
    /// The organisation's currency.
    pub currency: String,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
    /// The moment at which it was read.
    pub now: Moment,
}

/// Where the next page of a column begins: after this card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// By what the last card is sorted, see [`Card::figure`].
    #[serde(default)]
    pub figure: i64,
    /// The last card's rank.
    pub rank: String,
    /// The last card's lead.
    pub id: LeadId,
}

/// A further page of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The cards.
    pub cards: Vec<Card>,
    /// Whether there are more.
    pub more: bool,
}

/// Something to filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub name: String,
}

/// What the board's filters offer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Choices {
    /// Sources that have leads.
    pub sources: Vec<Choice>,
    /// Products that have leads.
    pub products: Vec<Choice>,
}

/// How many leads may be changed together.
pub const MOST_AT_ONCE: usize = 100;

/// A card on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Which lead.
    pub lead: LeadId,
    /// To which stage; its own for a new place in the same column.
    pub to: StageId,
    /// The card right above its new place.
    pub above: Option<LeadId>,
    /// The card right below its new place.
    pub below: Option<LeadId>,
    /// The version that the rep saw.
    pub seen_version: i64,
    /// Whether it takes back the same person's move right before it: the lead then stands there as long as if it had
    /// never left.
    #[serde(default)]
    pub undoes: bool,
    /// Made once per drop; repeated on a retry.
    pub key: RequestKey,
}

/// How a move ended. Whatever it was, the card as it is now comes along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// It stands there now, for good.
    Done {
        /// The card in its new place.
        card: Box<Card>,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: Refusal,
        /// Where the card is; `None` when it is off the board.
        card: Option<Box<Card>>,
    },
    /// Somebody else was quicker.
    Conflict {
        /// Where the card is; `None` when it has left the board.
        card: Option<Box<Card>>,
        /// Who moved it last.
        by: Option<String>,
        /// And when.
        at: Option<Moment>,
    },
}

/// The stages, in order, those without a column included.
#[server(prefix = "/api", endpoint = "pipeline/stages", input = Json, output = Json)]
pub async fn read_stages() -> Result<Vec<Stage>, AppError> {
    super::store::stages(&crate::people::guard::permit()?).await
}

/// The board's first page.
#[server(prefix = "/api", endpoint = "pipeline/board", input = Json, output = Json)]
pub async fn read_board(filter: Filter) -> Result<Board, AppError> {
    super::store::board(&crate::people::guard::permit()?, &filter).await
}

/// A column's next page.
#[server(prefix = "/api", endpoint = "pipeline/column", input = Json, output = Json)]
pub async fn read_column(stage: StageId, filter: Filter, after: After) -> Result<Page, AppError> {
    super::store::column(&crate::people::guard::permit()?, stage, &filter, &after).await
}

/// How many leads stand in one column, and what they are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The column.
    pub stage: StageId,
    /// Leads, those on other pages included.
    pub leads: i64,
    /// The value of those that the viewer may read, in the organisation's currency, minor units.
    pub value_base_minor: i64,
}

/// The heads of all columns that are not empty: cheap, so that a live board asks after every change.
#[server(prefix = "/api", endpoint = "pipeline/counts", input = Json, output = Json)]
pub async fn read_counts(filter: Filter) -> Result<Vec<Count>, AppError> {
    super::store::counts(&crate::people::guard::permit()?, &filter).await
}

/// A part of the board, with columns of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it is narrowed to.
    pub filter: Filter,
    /// Whose it is, or for which product; `None` for leads without.
    pub name: Option<String>,
    /// How many leads it holds.
    pub leads: i64,
}

/// The lanes that a board is divided into, those with most leads first.
#[server(prefix = "/api", endpoint = "pipeline/lanes", input = Json, output = Json)]
pub async fn read_lanes(filter: Filter, by: Lanes) -> Result<Vec<Lane>, AppError> {
    super::store::lanes(&crate::people::guard::permit()?, &filter, by).await
}

/// What the filters offer.
#[server(prefix = "/api", endpoint = "pipeline/choices", input = Json, output = Json)]
pub async fn read_choices() -> Result<Choices, AppError> {
    super::store::choices(&crate::people::guard::permit()?).await
}

/// Moves a card to another stage, or to another place in its column.
#[server(prefix = "/api", endpoint = "pipeline/move_lead", input = Json, output = Json)]
pub async fn move_lead(wanted: Move) -> Result<Moved, AppError> {
    if !wanted.key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::move_lead(&crate::people::guard::permit()?, &wanted).await
}

/// Moves several cards, one after the other: each ends for itself, so that one that cannot go holds up no other.
#[server(prefix = "/api", endpoint = "pipeline/move_leads", input = Json, output = Json)]
pub async fn move_leads(wanted: Vec<Move>) -> Result<Vec<Moved>, AppError> {
    if wanted.len() > MOST_AT_ONCE || !wanted.iter().all(|one| one.key.is_sound()) {
        return Err(AppError::NotUnderstood);
    }
    let permit = crate::people::guard::permit()?;
    let mut ends = Vec::with_capacity(wanted.len());
    for one in &wanted {
        ends.push(match super::store::move_lead(&permit, one).await {
            // Withdrawn meanwhile, with the import that brought it.
            Err(AppError::NotFound) => Moved::Conflict { card: None, by: None, at: None },
            end => end?,
        });
    }
    Ok(ends)
}
