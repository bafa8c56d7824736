//! All SQL of the board.

use super::{
    api::{
        After, Board, Card, CardDetails, Choice, Choices, Column, Count, Filter, Lane, Money, Move, Moved, NextStep,
        Page, Stage, Whose,
    },
    rules::{self, Lanes, Refusal, Sort, StageKind, Standing},
};
use crate::{
    error::{AppError, word},
    fold::like_pattern,
    ids::{BusinessLineId, LeadId, Names, ProductId, QueueId, SourceId, StageId, UserId},
    people::{
        guard::{Permit, Reach, moment_in},
        rules::{Holder, Sight, Viewer, may_write, sight},
    },
    risks::rules::{Facts, Limits, Risks, risks},
    settings::rules::is_working,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{Connection, PgConnection, PgExecutor, PgPool, Postgres, pool::PoolConnection, types::Json};
use std::collections::HashMap;

pub mod stages;
pub mod views;

/// So many cards of a column come with the board.
pub const FIRST_PAGE: i64 = 20;
/// And so many with each further page: whoever scrolls goes on scrolling.
pub const NEXT_PAGE: i64 = 100;

/// A card as the database holds it: masked for nobody yet, so it never leaves the server as it is.
#[derive(Debug, Clone)]
pub struct CardRow {
    /// The lead.
    pub id: LeadId,
    owner_id: Option<i64>,
    queue_id: Option<i64>,
    holder_name: String,
    stage_id: i64,
    stage_entered_at: Option<DateTime<Utc>>,
    rank: String,
    move_version: i64,
    next_step: Option<String>,
    next_step_channel: Option<String>,
    next_step_due: Option<DateTime<Utc>>,
    name: Option<String>,
    company: Option<String>,
    external_id: Option<String>,
    direction: String,
    party: String,
    business_line_id: Option<i64>,
    value_minor: Option<i64>,
    currency: Option<String>,
    value_base_minor: Option<i64>,
    temperature: Option<String>,
    source_id: Option<i64>,
    source: Option<String>,
    product_id: Option<i64>,
    product: Option<String>,
    do_not_call: bool,
    do_not_email: bool,
    stage_kind: String,
    attempts: Option<i32>,
    in_vain: Option<i32>,
    answered_at: Option<DateTime<Utc>>,
    vain_at: Option<DateTime<Utc>>,
    unanswered_since: Option<DateTime<Utc>>,
    refused_at: Option<DateTime<Utc>>,
    competitor_at: Option<DateTime<Utc>>,
    unanswered_days: Option<i32>,
    attempts_limit: Option<i32>,
}

/// `select …` with the columns of a [`CardRow`], continued by the given SQL: `from card c …`, or after the given `with …` from
/// something else that is called `c` and has the same columns.
macro_rules! cards {
    ([$($tail:tt)+] $(, $argument:expr)* $(,)?) => {
        cards!(after [""], [$($tail)+] $(, $argument)*)
    };
    (after [$($head:tt)+], [$($tail:tt)+] $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            CardRow,
            $($head)+ + r#"select c.id as "id!: LeadId", c.owner_id, c.queue_id, c.holder_name as "holder_name!", c.stage_id as "stage_id!",
                      c.stage_entered_at, c.rank as "rank!", c.move_version as "move_version!",
                      c.next_step, c.next_step_channel, c.next_step_due, c.name, c.company, c.external_id,
                      c.direction as "direction!", c.party as "party!", c.business_line_id,
                      c.value_minor, c.currency, c.value_base_minor, c.temperature, c.source_id, c.source,
                      c.product_id, c.product, c.do_not_call as "do_not_call!", c.do_not_email as "do_not_email!",
                      c.stage_kind as "stage_kind!", c.attempts, c.in_vain, c.answered_at, c.vain_at, c.unanswered_since,
                      c.refused_at, c.competitor_at, c.unanswered_days, c.attempts_limit "# $(+ $tail)+
            $(, $argument)*
        )
    };
}

/// The holder that a pair of columns names.
pub fn holder(owner_id: Option<i64>, queue_id: Option<i64>) -> Holder {
    match (owner_id, queue_id) {
        (Some(owner), _) => Holder::Person(UserId(owner)),
        (None, queue) => Holder::Queue(QueueId(queue.unwrap_or_default())),
    }
}

impl CardRow {
    /// Who is responsible for the lead.
    pub fn holder(&self) -> Holder {
        holder(self.owner_id, self.queue_id)
    }

    /// What says that the lead may be lost soon.
    fn risks(&self) -> Risks {
        if !self.stage_kind.parse().is_ok_and(is_working) {
            return Risks::default();
        }
        let facts = Facts {
            in_vain: self.in_vain.unwrap_or_default(),
            answered_at: self.answered_at,
            vain_at: self.vain_at,
            unanswered_since: self.unanswered_since,
            refused_at: self.refused_at,
            competitor_at: self.competitor_at,
            next_step_due: self.next_step_due,
        };
        risks(facts, Limits { unanswered_days: self.unanswered_days, attempts: self.attempts_limit })
    }

    /// The card as `viewer` may see it, with times for a wall clock in `zone`.
    pub fn seen_by(self, viewer: &Viewer, zone: Tz) -> Card {
        let holder = self.holder();
        let seen = sight(viewer, holder);
        let risks = self.risks();
        let next_step = match (self.next_step_channel.and_then(|word| word.parse().ok()), self.next_step_due) {
            (Some(channel), Some(due)) => Some(NextStep {
                channel,
                due: moment_in(zone, due),
                what: self.next_step.filter(|_| seen == Sight::Full),
            }),
            _ => None,
        };
        let details = (seen == Sight::Full).then(|| CardDetails {
            name: self.name.or(self.company),
            external_id: self.external_id,
            product: self.product,
            source: self.source,
            value: self.value_minor.zip(self.currency).map(|(minor, currency)| Money { minor, currency }),
            value_base_minor: self.value_base_minor,
            temperature: self.temperature.and_then(|word| word.parse().ok()),
            direction: self.direction.parse().unwrap_or(super::api::Direction::Inbound),
            party: self.party.parse().unwrap_or(super::api::Party::Person),
            business_line: self.business_line_id.map(BusinessLineId),
            source_id: self.source_id.map(SourceId),
            product_id: self.product_id.map(ProductId),
            do_not_call: self.do_not_call,
            do_not_email: self.do_not_email,
            attempts: self.attempts.unwrap_or_default(),
            risks,
        });
        Card {
            id: self.id,
            holder,
            holder_name: self.holder_name,
            stage: StageId(self.stage_id),
            in_stage_since: self.stage_entered_at.map(|entered| moment_in(zone, entered)),
            rank: self.rank,
            move_version: self.move_version,
            next_step,
            details,
            may_write: may_write(viewer, holder),
        }
    }
}

fn seen(permit: &Permit, row: CardRow) -> Card {
    let zone = permit.zone();
    row.seen_by(permit.viewer(), zone)
}

/// The cards of `leads` that are on the board, unmasked: for the live stream, which masks them per listener.
pub async fn cards_on_board(pool: &PgPool, leads: &[i64]) -> Result<Vec<CardRow>, AppError> {
    Ok(cards!(["from card c where c.id = any($1) and c.standing_loss_id is null"], leads).fetch_all(pool).await?)
}

/// Who is responsible for these leads, on the board or off it: for the live stream, which tells nobody else.
pub async fn holders_of(pool: &PgPool, leads: &[i64]) -> Result<Vec<(LeadId, Holder)>, AppError> {
    let rows =
        sqlx::query!("select id, owner_id, queue_id from lead where id = any($1)", leads).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| (LeadId(row.id), holder(row.owner_id, row.queue_id))).collect())
}

/// One lead's card; `None` when it is off the board or does not exist.
pub async fn card(permit: &Permit, lead: LeadId) -> Result<Option<Card>, AppError> {
    let row = cards!(["from card c where c.id = $1 and c.standing_loss_id is null"], lead.0)
        .fetch_optional(permit.steady())
        .await?;
    Ok(row.map(|row| seen(permit, row)))
}

/// The stages in order.
pub async fn stages(permit: &Permit) -> Result<Vec<Stage>, AppError> {
    Ok(stages_and_currency(permit.pool()).await?.0)
}

/// The stages in order, and the organisation's currency.
async fn stages_and_currency(database: impl PgExecutor<'_>) -> Result<(Vec<Stage>, String), AppError> {
    let rows = sqlx::query!(
        r#"select s.id, s.kind, s.name as "name: Json<Names>", s.meaning as "meaning: Json<Names>", s.win_probability,
                  s.stale_days, o.base_currency
           from stage s cross join organisation o order by s.position"#
    )
    .fetch_all(database)
    .await?;
    let currency = rows.first().map(|row| row.base_currency.clone()).unwrap_or_default();
    let stages: Result<_, AppError> = rows
        .into_iter()
        .map(|row| {
            Ok(Stage {
                id: StageId(row.id),
                kind: word(&row.kind)?,
                name: row.name.0,
                meaning: row.meaning.0,
                win_probability: row.win_probability,
                stale_days: row.stale_days,
            })
        })
        .collect();
    Ok((stages?, currency))
}

/// A [`Filter`] as the queries take it.
struct Narrowed {
    /// Everybody's leads, or those of these people and queues.
    of: Reach,
    source: Option<i64>,
    product: Option<i64>,
    pattern: Option<String>,
    sort: Sort,
    /// What the viewer may read in full: nothing else is sorted or summed by what masked cards hide.
    reads: Reach,
}

impl Narrowed {
    fn new(permit: &Permit, filter: &Filter) -> Self {
        let reads = permit.reads();
        let only = |owners, queues| Reach { everything: false, owners, queues };
        let mut of = match filter.whose {
            // An admin's own leads are everybody's: they answer for all of them.
            Whose::Mine => permit.edits(),
            Whose::Everyone => Reach { everything: true, owners: Vec::new(), queues: Vec::new() },
            Whose::One(Holder::Person(owner)) => only(vec![owner.0], Vec::new()),
            Whose::One(Holder::Queue(queue)) => only(Vec::new(), vec![queue.0]),
        };
        // Who asks for what masked cards hide is told of no other.
        if filter.looks_inside() && !reads.everything {
            of = of.within(&reads);
        }
        let text = filter.text.trim();
        Self {
            of,
            source: filter.source.map(|id| id.0),
            product: filter.product.map(|id| id.0),
            pattern: (!text.is_empty()).then(|| like_pattern(text)),
            sort: filter.sort,
            reads,
        }
    }

    fn is_in_order_of_rank(&self) -> bool {
        self.sort == Sort::Manual && self.pattern.is_none()
    }

    /// One connection for all statements of a board. One plan is best for all of them, but for a text and the other orders.
    async fn connection(&self, permit: &Permit) -> Result<PoolConnection<Postgres>, AppError> {
        let pool = if self.is_in_order_of_rank() { permit.steady() } else { permit.pool() };
        Ok(pool.acquire().await?)
    }
}

/// Which cards of which columns: at most `most` of each, after `after`.
async fn places(
    connection: &mut PgConnection,
    stages: &[i64],
    narrowed: &Narrowed,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<CardRow>, AppError> {
    if narrowed.is_in_order_of_rank() {
        in_order_of_rank(connection, stages, narrowed, after, most).await
    } else {
        in_any_order(connection, stages, narrowed, after, most).await
    }
}

/// The cards of [`in_order_of_rank`], narrowed by the given SQL. A statement for each way to narrow, because one plan for
/// all of them would read a whole column to find the few that match.
macro_rules! ranked {
    ($narrowing:tt, $stages:expr, $narrowed:expr, $after:expr, $most:expr $(, $argument:expr)*) => {
        cards!(
            [r#"from card c where c.id = any(array(
             select p.id from unnest($1::bigint[]) as s(id) cross join lateral (
               (select l.id, l.rank from lead l
                where $2 and l.stage_id = s.id and l.standing_loss_id is null and l.withdrawn_at is null
                  and (l.rank, l.id) > ($5 collate "C", $6::bigint) "# $narrowing
             r#"order by l.rank, l.id limit $7)
               union all
               select h.id, h.rank from unnest($3::bigint[]) as o(id) cross join lateral
                 (select l.id, l.rank from lead l
                  where l.owner_id = o.id and l.stage_id = s.id and l.standing_loss_id is null and l.withdrawn_at is null
                    and (l.rank, l.id) > ($5 collate "C", $6::bigint) "# $narrowing
             r#"order by l.rank, l.id limit $7) h
               where not $2
               union all
               select h.id, h.rank from unnest($4::bigint[]) as q(id) cross join lateral
                 (select l.id, l.rank from lead l
                  where l.queue_id = q.id and l.stage_id = s.id and l.standing_loss_id is null and l.withdrawn_at is null
                    and (l.rank, l.id) > ($5 collate "C", $6::bigint) "# $narrowing
             r#"order by l.rank, l.id limit $7) h
               where not $2
               order by rank, id limit $7) p))"#],
            $stages,
            $narrowed.of.everything,
            &$narrowed.of.owners,
            &$narrowed.of.queues,
            // No rank is empty: the beginning is a place like another, or no plan that is made once could use the index for it.
            $after.map_or("", |after| after.rank.as_str()),
            $after.map_or(0, |after| after.id.0),
            $most
            $(, $argument)*
        )
    };
}

/// Along the indexes: so many rows are read as are answered (for each holder), however many leads there are.
async fn in_order_of_rank(
    connection: &mut PgConnection,
    stages: &[i64],
    narrowed: &Narrowed,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<CardRow>, AppError> {
    let rows = match (narrowed.source, narrowed.product.map(ProductId)) {
        (None, Some(ProductId::NONE)) => {
            ranked!("and l.product_id is null ", stages, narrowed, after, most).fetch_all(connection).await?
        }
        (Some(source), Some(ProductId::NONE)) => {
            ranked!("and l.source_id = $8 and l.product_id is null ", stages, narrowed, after, most, source)
                .fetch_all(connection)
                .await?
        }
        (None, None) => ranked!("", stages, narrowed, after, most).fetch_all(connection).await?,
        (Some(source), None) => {
            ranked!("and l.source_id = $8 ", stages, narrowed, after, most, source).fetch_all(connection).await?
        }
        (None, Some(product)) => {
            ranked!("and l.product_id = $8 ", stages, narrowed, after, most, product.0).fetch_all(connection).await?
        }
        (Some(source), Some(product)) => {
            ranked!("and l.source_id = $8 and l.product_id = $9 ", stages, narrowed, after, most, source, product.0)
                .fetch_all(connection)
                .await?
        }
    };
    Ok(rows)
}

/// What no index is in order of: the matching leads that are open are sorted. The figures are those of [`Card::figure`].
async fn in_any_order(
    connection: &mut PgConnection,
    stages: &[i64],
    narrowed: &Narrowed,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<CardRow>, AppError> {
    let rows = cards!(
        [r#"from card c where c.id = any(array(
             select id from (
               select id, row_number() over (partition by stage_id order by figure, rank, id) as place from (
                 select l.id, l.stage_id, l.rank, case $7
                          when 'clock' then coalesce(floor(extract(epoch from l.next_step_due) * 1000)::bigint, 9223372036854775807)
                          when 'age' then coalesce(floor(extract(epoch from l.stage_entered_at) * 1000)::bigint, 9223372036854775807)
                          when 'value' then coalesce(case when r.is_read then -l.value_base_minor end, 1)
                          when 'warmth' then
                            case when r.is_read then coalesce(array_position(array['hot', 'warm', 'cold'], l.temperature) - 1, 3) else 3 end
                          else 0 end as figure
                 from lead l
                 cross join lateral (select $8 or l.owner_id = any($9) or l.queue_id = any($10) as is_read) r
                 where l.stage_id = any($1) and l.standing_loss_id is null and l.withdrawn_at is null
                   and ($2 or l.owner_id = any($3) or l.queue_id = any($4))
                   and ($5::bigint is null or l.source_id = $5) and ($6::bigint is null or coalesce(l.product_id, 0) = $6)
                   and ($11::text is null or l.search_key like $11)
               ) as found
               where $12::bigint is null or (figure, rank, id) > ($12, $13 collate "C", $14::bigint)
             ) as placed where place <= $15))"#],
        stages,
        narrowed.of.everything,
        &narrowed.of.owners,
        &narrowed.of.queues,
        narrowed.source,
        narrowed.product,
        narrowed.sort.word(),
        narrowed.reads.everything,
        &narrowed.reads.owners,
        &narrowed.reads.queues,
        narrowed.pattern.as_deref(),
        after.map(|after| after.figure),
        after.map(|after| after.rank.as_str()),
        after.map(|after| after.id.0),
        most
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// One page of each of these columns: at most `most` cards after `after`.
async fn pages(
    connection: &mut PgConnection,
    permit: &Permit,
    stages: &[StageId],
    narrowed: &Narrowed,
    after: Option<&After>,
    most: i64,
) -> Result<HashMap<StageId, Page>, AppError> {
    let ids: Vec<_> = stages.iter().map(|stage| stage.0).collect();
    let rows = places(connection, &ids, narrowed, after, most + 1).await?;
    let mut pages: HashMap<_, _> =
        stages.iter().map(|stage| (*stage, Page { cards: Vec::new(), more: false })).collect();
    for row in rows {
        let card = seen(permit, row);
        if let Some(page) = pages.get_mut(&card.stage) {
            page.cards.push(card);
        }
    }
    let most = usize::try_from(most).unwrap_or_default();
    for page in pages.values_mut() {
        page.cards.sort_by_cached_key(|card| (card.figure(narrowed.sort), card.rank.clone(), card.id));
        page.more = page.cards.len() > most;
        page.cards.truncate(most);
    }
    Ok(pages)
}

/// A column's page after `after`.
pub async fn column(permit: &Permit, stage: StageId, filter: &Filter, after: &After) -> Result<Page, AppError> {
    let narrowed = Narrowed::new(permit, filter);
    let mut connection = narrowed.connection(permit).await?;
    let mut pages = pages(&mut connection, permit, &[stage], &narrowed, Some(after), NEXT_PAGE).await?;
    pages.remove(&stage).ok_or(AppError::Internal)
}

/// How many leads each stage holds, and what those in sight are worth.
pub async fn counts(permit: &Permit, filter: &Filter) -> Result<Vec<Count>, AppError> {
    let narrowed = Narrowed::new(permit, filter);
    let mut connection = narrowed.connection(permit).await?;
    counted(&mut connection, &narrowed).await
}

async fn counted(connection: &mut PgConnection, narrowed: &Narrowed) -> Result<Vec<Count>, AppError> {
    if narrowed.pattern.is_none() {
        let rows = sqlx::query!(
            r#"select stage_id, sum(leads)::bigint as "leads!",
                      coalesce(sum(value_base_minor) filter
                          (where $6 or owner_id = any($7) or queue_id = any($8)), 0)::bigint as "value!"
               from stage_count
               where ($1 or owner_id = any($2) or queue_id = any($3))
                 and ($4::bigint is null or source_id = $4) and ($5::bigint is null or product_id = $5)
               group by stage_id"#,
            narrowed.of.everything,
            &narrowed.of.owners,
            &narrowed.of.queues,
            narrowed.source,
            narrowed.product,
            narrowed.reads.everything,
            &narrowed.reads.owners,
            &narrowed.reads.queues
        )
        .fetch_all(connection)
        .await?;
        return Ok(rows
            .into_iter()
            .map(|row| Count { stage: StageId(row.stage_id), leads: row.leads, value_base_minor: row.value })
            .collect());
    }
    let rows = sqlx::query!(
        r#"select stage_id as "stage_id!", count(*) as "leads!", coalesce(sum(value_base_minor), 0)::bigint as "value!"
           from lead
           where standing_loss_id is null and withdrawn_at is null
             and ($1 or owner_id = any($2) or queue_id = any($3))
             and ($4::bigint is null or source_id = $4)
             and ($5::bigint is null or coalesce(product_id, 0) = $5)
             and search_key like $6
           group by stage_id"#,
        narrowed.of.everything,
        &narrowed.of.owners,
        &narrowed.of.queues,
        narrowed.source,
        narrowed.product,
        narrowed.pattern
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Count { stage: StageId(row.stage_id), leads: row.leads, value_base_minor: row.value })
        .collect())
}

/// Drops counters that have fallen to nothing, but none that somebody counts on at this moment.
pub async fn forget_empty_counts(pool: &PgPool) -> Result<(), AppError> {
    sqlx::query!(
        "delete from stage_count where ctid = any(array(
             select ctid from stage_count where leads = 0 and value_base_minor = 0 for update skip locked))"
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The lanes that a board is divided into, those with most leads first.
pub async fn lanes(permit: &Permit, filter: &Filter, by: Lanes) -> Result<Vec<Lane>, AppError> {
    let mut narrowed = Narrowed::new(permit, filter);
    // For what a masked lead is, is nobody else's business.
    if by == Lanes::Product && !narrowed.reads.everything {
        narrowed.of = narrowed.of.within(&narrowed.reads);
    }
    let rows = sqlx::query!(
        r#"with counted as (
             select case when $1 then owner_id end as owner_id, case when $1 then queue_id end as queue_id,
                    case when not $1 then product_id end as product_id, sum(leads)::bigint as leads
             from (
               select owner_id, queue_id, product_id, source_id, leads from stage_count where $7::text is null
               union all
               select coalesce(owner_id, 0), coalesce(queue_id, 0), coalesce(product_id, 0), source_id, 1 from lead
               where standing_loss_id is null and withdrawn_at is null and search_key like $7
             ) as each
             where ($2 or owner_id = any($3) or queue_id = any($4))
               and ($5::bigint is null or source_id = $5) and ($6::bigint is null or product_id = $6)
             group by 1, 2, 3 having sum(leads) > 0
           )
           select c.owner_id, c.queue_id, c.product_id, coalesce(u.name, q.name, p.name) as name, c.leads as "leads!"
           from counted c left join app_user u on u.id = c.owner_id left join queue q on q.id = c.queue_id
           left join product p on p.id = c.product_id
           order by c.leads desc, name"#,
        by == Lanes::Holder,
        narrowed.of.everything,
        &narrowed.of.owners,
        &narrowed.of.queues,
        narrowed.source,
        narrowed.product,
        narrowed.pattern
    )
    .fetch_all(permit.pool())
    .await?;
    let nonzero = |id: Option<i64>| id.filter(|id| *id != 0);
    let lane = |filter, name, leads| Lane { filter, name, leads };
    Ok(rows
        .into_iter()
        .map(|row| match by {
            Lanes::Holder => {
                let whose = Whose::One(holder(nonzero(row.owner_id), nonzero(row.queue_id)));
                lane(Filter { whose, ..filter.clone() }, row.name, row.leads)
            }
            Lanes::Product => {
                let product = row.product_id.map(ProductId);
                lane(Filter { product, ..filter.clone() }, row.name, row.leads)
            }
        })
        .collect())
}

/// The first page of every column, with its head: four statements, however many cards there are.
pub async fn board(permit: &Permit, filter: &Filter) -> Result<Board, AppError> {
    let narrowed = Narrowed::new(permit, filter);
    let mut connection = narrowed.connection(permit).await?;
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen_until = crate::live::store::here(&mut *connection).await?;
    let counts = counted(&mut connection, &narrowed).await?;
    let (stages, currency) = stages_and_currency(&mut *connection).await?;
    let on_board: Vec<_> = stages.into_iter().filter(|stage| stage.kind.is_on_board()).collect();
    let count_of = |stage| {
        let count = counts.iter().find(|count| count.stage == stage);
        count.map_or((0, 0), |count| (count.leads, count.value_base_minor))
    };
    let filled: Vec<_> = on_board.iter().map(|stage| stage.id).filter(|stage| count_of(*stage).0 > 0).collect();
    let mut pages = pages(&mut connection, permit, &filled, &narrowed, None, FIRST_PAGE).await?;
    let columns = on_board
        .into_iter()
        .map(|stage| {
            let (leads, value_base_minor) = count_of(stage.id);
            let Page { cards, more } = pages.remove(&stage.id).unwrap_or(Page { cards: Vec::new(), more: false });
            Column { stage, leads, value_base_minor, cards, more }
        })
        .collect();
    Ok(Board { columns, currency, seen: seen_until, now: permit.moment(permit.now()) })
}

/// What there is to filter by.
pub async fn choices(permit: &Permit) -> Result<Choices, AppError> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!", is_product as "is_product!" from (
             select id, name, false as is_product from source s
             where s.retired_at is null or exists (select from lead l where l.source_id = s.id and l.withdrawn_at is null)
             union all
             select id, name, true from product p
             where p.retired_at is null or exists (select from lead l where l.product_id = p.id and l.withdrawn_at is null)
           ) as choices
           order by name collate "und-x-icu""#
    )
    .fetch_all(permit.pool())
    .await?;
    let mut choices = Choices::default();
    for row in rows {
        let list = if row.is_product { &mut choices.products } else { &mut choices.sources };
        list.push(Choice { id: row.id, name: row.name });
    }
    Ok(choices)
}

/// Where a lead stands before a move, with its new neighbours and whether this very request was carried out already.
struct Before {
    version: i64,
    holder: Holder,
    stage: Option<(StageId, StageKind)>,
    entered_at: Option<DateTime<Utc>>,
    /// When it had come to the stage that it goes back to, if the move takes one back.
    had_entered_at: Option<DateTime<Utc>>,
    is_lost: bool,
    target: StageKind,
    above: Option<String>,
    below: Option<String>,
    done_already: bool,
    key_is_taken: bool,
}

async fn before(connection: &mut PgConnection, permit: &Permit, wanted: &Move) -> Result<Before, AppError> {
    let row = sqlx::query!(
        r#"select l.move_version, l.owner_id, l.queue_id, l.stage_id, l.stage_kind, l.stage_entered_at,
                  l.standing_loss_id is not null as "is_lost!", t.kind as target,
                  (select (a.detail ->> 'entered_at')::timestamptz from activity a
                   where $7 and a.lead_id = $1 and a.move_version = $8 and a.kind = 'move' and a.actor_id = $5
                     and a.from_stage_id = $2) as had_entered_at,
                  (select rank from lead where id = $3 and stage_id = $2) as above,
                  (select rank from lead where id = $4 and stage_id = $2) as below,
                  (select min(rank) from lead
                   where stage_id = $2 and standing_loss_id is null and id <> $1
                     and rank > coalesce((select rank from lead where id = $3 and stage_id = $2), '')) as next,
                  exists (select from request_key where user_id = $5 and key = $6 and lead_id = $1) as "done_already!",
                  exists (select from request_key where user_id = $5 and key = $6 and lead_id <> $1) as "key_is_taken!"
           from lead l join stage t on t.id = $2 where l.id = $1 and l.withdrawn_at is null"#,
        wanted.lead.0,
        wanted.to.0,
        wanted.above.map(|id| id.0),
        wanted.below.map(|id| id.0),
        permit.viewer().id.0,
        wanted.key.0,
        wanted.undoes,
        wanted.seen_version
    )
    .fetch_optional(connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let stage = match (row.stage_id, row.stage_kind) {
        (Some(id), Some(kind)) => Some((StageId(id), word(&kind)?)),
        _ => None,
    };
    let below = match (&row.above, row.below) {
        (Some(above), Some(below)) if *above < below => Some(below),
        (None, Some(below)) => Some(below),
        // The rep saw only a part of the column, or it has changed since: right below the neighbour above, and without
        // any neighbour to the top.
        _ => row.next,
    };
    Ok(Before {
        version: row.move_version,
        holder: holder(row.owner_id, row.queue_id),
        stage,
        entered_at: row.stage_entered_at,
        had_entered_at: row.had_entered_at,
        is_lost: row.is_lost,
        target: word(&row.target)?,
        above: row.above,
        below,
        done_already: row.done_already,
        key_is_taken: row.key_is_taken,
    })
}

/// Moves a card. One statement changes the lead, writes its history, its event and the request's key, or nothing, and
/// answers with the card as it is then.
pub async fn move_lead(permit: &Permit, wanted: &Move) -> Result<Moved, AppError> {
    // Asking the pool again for each statement would cost more than the statements.
    let mut connection = permit.steady().acquire().await?;
    let before = before(&mut connection, permit, wanted).await?;
    if before.key_is_taken {
        return Err(AppError::NotUnderstood);
    }
    let standing = Standing {
        stage: before.stage.map(|(_, kind)| kind),
        is_lost: before.is_lost,
        may_write: may_write(permit.viewer(), before.holder),
    };
    let plan = rules::plan_move(standing, before.target);
    if before.done_already || plan.is_err() {
        drop(connection);
        return match plan {
            Err(why) if !before.done_already => refused(permit, wanted.lead, why).await,
            _ => outcome(permit, wanted).await,
        };
    }
    if before.version != wanted.seen_version {
        drop(connection);
        return conflict(permit, wanted).await;
    }
    let rank = rules::rank_between(before.above.as_deref(), before.below.as_deref());
    let takes_win_back = standing.stage == Some(StageKind::Customer) && !before.target.is_won();
    let moved = if before.stage.is_some_and(|(stage, _)| stage == wanted.to) {
        write_place(&mut connection, permit, wanted, before.holder, &rank).await
    } else if takes_win_back {
        write_move_without_win(&mut connection, permit, wanted, &before, &rank).await
    } else {
        write_move(&mut connection, permit, wanted, &before, &rank).await
    };
    drop(connection);
    settled(permit, wanted, moved).await
}

/// Moves the lead, narrowed by nothing or by the win that goes with it: what comes before, what else the lead gets, and
/// where that comes from.
macro_rules! moving {
    ($before:tt, $restored:tt, $from:tt, $permit:expr, $wanted:expr, $standing:expr, $rank:expr) => {{
        let (owner, queue) = $standing.holder.columns();
        cards!(
            after [$before + "moved as (
               update lead l
               set stage_id = t.id, stage_kind = t.kind, stage_entered_at = coalesce($12::timestamptz, $6), rank = $5,
                   move_version = l.move_version + 1"
             + $restored + " from stage t" + $from + " where l.id = $1 and t.id = $2 and l.move_version = $3
                 and l.standing_loss_id is null and l.withdrawn_at is null
                 and l.stage_id = $8 and l.owner_id is not distinct from $9 and l.queue_id is not distinct from $10
                 and not exists (select from request_key where user_id = $4 and key = $7)
               returning l.*, t.unanswered_days, t.attempts_limit
             ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version)
               select $4, $7, $6, id, move_version from moved
             ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id, detail)
               select id, 'move', $4, $6, move_version, $8, stage_id, jsonb_build_object('entered_at', $11::timestamptz) from moved
             ), told as (
               insert into event (at, kind, lead_ids) select $6, 'leads', array[id] from moved
             ), c as (
               select m.*, coalesce(u.name, q.name) as holder_name, s.name as source, p.name as product,
                      k.attempts, k.in_vain, k.answered_at, k.vain_at, k.unanswered_since, k.refused_at, k.competitor_at
               from moved m left join app_user u on u.id = m.owner_id left join queue q on q.id = m.queue_id
               left join source s on s.id = m.source_id left join product p on p.id = m.product_id
               left join lead_contact k on k.lead_id = m.id
             ) "],
            ["from c"],
            $wanted.lead.0,
            $wanted.to.0,
            $wanted.seen_version,
            $permit.viewer().id.0,
            $rank,
            $permit.now(),
            $wanted.key.0,
            $standing.stage.map(|(id, _)| id.0),
            owner,
            queue,
            $standing.entered_at,
            $standing.had_entered_at
        )
    }};
}

/// The card as the move has put it; `None` when somebody was quicker.
async fn write_move(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &Move,
    before: &Before,
    rank: &str,
) -> Result<Option<CardRow>, sqlx::Error> {
    moving!("with ", "", "", permit, wanted, before, rank).fetch_optional(connection).await
}

/// The same out of Customer, which takes the win back: what the win had written on the lead goes back to what was there, and
/// the loss that it had recovered is a reactivated one again. One statement changes the lead once, so that the counters are
/// locked in their order.
async fn write_move_without_win(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &Move,
    before: &Before,
    rank: &str,
) -> Result<Option<CardRow>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // A win is taken back by whoever holds its lead: the others wait until it is done.
    sqlx::query!("select from lead where id = $1 for update", wanted.lead.0).execute(&mut *transaction).await?;
    let moved = moving!(
        "with undone as (
           update win w set undone_at = $6, undone_by = $4
           from lead l, stage t, activity a
           where w.lead_id = $1 and w.undone_at is null and l.id = w.lead_id and l.stage_kind = 'customer'
             and l.stage_id = $8 and l.move_version = $3 and t.id = $2 and t.kind not in ('customer', 'inactive')
             and a.lead_id = w.lead_id and a.move_version = w.move_version
             and not exists (select from request_key where user_id = $4 and key = $7)
           returning w.lead_id, a.detail,
               a.detail ? 'value_before'
                   and (w.amount_minor, w.currency) is not distinct from (l.value_minor, l.currency) as restored,
               a.detail ? 'product_before' and w.product_id is not distinct from l.product_id as restored_product
         ), no_recovery as (
           update loss l set closure = 'reactivated' from undone u where l.lead_id = u.lead_id and l.closure = 'recovered'
         ), ",
        ", value_minor = case when u.restored then (u.detail #>> '{value_before,minor}')::bigint else l.value_minor end,
           currency = case when u.restored then u.detail #>> '{value_before,currency}' else l.currency end,
           value_base_minor =
               case when u.restored then (u.detail #>> '{value_before,base}')::bigint else l.value_base_minor end,
           product_id = case when u.restored_product then (u.detail ->> 'product_before')::bigint else l.product_id end",
        " left join undone u on true",
        permit,
        wanted,
        before,
        rank
    )
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(moved)
}

/// A new place in the same column: no move, so neither version nor history change.
async fn write_place(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &Move,
    holder: Holder,
    rank: &str,
) -> Result<Option<CardRow>, sqlx::Error> {
    let (owner, queue) = holder.columns();
    cards!(
        after ["with placed as (
             update lead set rank = $2
             where id = $1 and stage_id = $3 and move_version = $4 and standing_loss_id is null and withdrawn_at is null
               and owner_id is not distinct from $8 and queue_id is not distinct from $9
               and not exists (select from request_key where user_id = $5 and key = $6)
             returning *
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version) select $5, $6, $7, id, move_version from placed
         ), told as (
             insert into event (at, kind, lead_ids) select $7, 'leads', array[id] from placed
         ), c as (
             select m.*, coalesce(u.name, q.name) as holder_name, s.name as source, p.name as product,
                    k.attempts, k.in_vain, k.answered_at, k.vain_at, k.unanswered_since, k.refused_at, k.competitor_at,
                    t.unanswered_days, t.attempts_limit
             from placed m left join app_user u on u.id = m.owner_id left join queue q on q.id = m.queue_id
             left join source s on s.id = m.source_id left join product p on p.id = m.product_id
             left join lead_contact k on k.lead_id = m.id left join stage t on t.id = m.stage_id
         ) "],
        ["from c"],
        wanted.lead.0,
        rank,
        wanted.to.0,
        wanted.seen_version,
        permit.viewer().id.0,
        wanted.key.0,
        permit.now(),
        owner,
        queue
    )
    .fetch_optional(connection)
    .await
}

/// What a statement that should have changed the card's place has come to.
async fn settled(
    permit: &Permit,
    wanted: &Move,
    moved: Result<Option<CardRow>, sqlx::Error>,
) -> Result<Moved, AppError> {
    match moved {
        Ok(Some(row)) => {
            permit.committed();
            Ok(Moved::Done { card: Box::new(seen(permit, row)) })
        }
        Ok(None) => conflict(permit, wanted).await,
        // The same request arrived twice at once, and the other one was carried out.
        Err(sqlx::Error::Database(refusal)) if refusal.constraint() == Some("request_key_pkey") => {
            outcome(permit, wanted).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What this very request has come to when it was carried out before.
async fn outcome(permit: &Permit, wanted: &Move) -> Result<Moved, AppError> {
    match card(permit, wanted.lead).await? {
        Some(card) => Ok(Moved::Done { card: Box::new(card) }),
        None => conflict(permit, wanted).await,
    }
}

async fn refused(permit: &Permit, lead: LeadId, why: Refusal) -> Result<Moved, AppError> {
    Ok(Moved::Refused { why, card: card(permit, lead).await?.map(Box::new) })
}

/// Somebody was quicker, or this very request was: the request's key tells.
async fn conflict(permit: &Permit, wanted: &Move) -> Result<Moved, AppError> {
    let last = sqlx::query!(
        r#"select u.name as "name?", a.at,
                  exists (select from request_key where user_id = $2 and key = $3) as "done_already!"
           from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.move_version is not null order by a.move_version desc limit 1"#,
        wanted.lead.0,
        permit.viewer().id.0,
        wanted.key.0
    )
    .fetch_optional(permit.pool())
    .await?;
    let card = card(permit, wanted.lead).await?.map(Box::new);
    match (card, last) {
        (Some(card), Some(last)) if last.done_already => Ok(Moved::Done { card }),
        (card, last) => Ok(Moved::Conflict {
            card,
            by: last.as_ref().and_then(|last| last.name.clone()),
            at: last.map(|last| permit.moment(last.at)),
        }),
    }
}
