//! All SQL of the board.

use super::{
    api::{
        After, Board, Card, CardDetails, Choice, Choices, Column, Count, Filter, Money, Move, Moved, NextStep, Page,
        Stage, Whose,
    },
    rules::{self, Refusal, StageKind, Standing},
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
use sqlx::{PgExecutor, PgPool, types::Json};

pub mod stages;

/// Cards per page of a column.
pub const PAGE: i64 = 30;

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

/// `select … from card` with the columns of a [`CardRow`], continued by the given SQL.
macro_rules! cards {
    ($tail:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            CardRow,
            r#"select c.id as "id!: LeadId", c.owner_id, c.queue_id, c.holder_name as "holder_name!", c.stage_id as "stage_id!",
                      c.stage_entered_at, c.rank as "rank!", c.move_version as "move_version!",
                      c.next_step, c.next_step_channel, c.next_step_due, c.name, c.company, c.external_id,
                      c.direction as "direction!", c.party as "party!", c.business_line_id,
                      c.value_minor, c.currency, c.value_base_minor, c.temperature, c.source_id, c.source,
                      c.product_id, c.product, c.do_not_call as "do_not_call!", c.do_not_email as "do_not_email!",
                      c.stage_kind as "stage_kind!", c.attempts, c.in_vain, c.answered_at, c.vain_at, c.unanswered_since,
                      c.refused_at, c.competitor_at, c.unanswered_days, c.attempts_limit "# + $tail
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
    Ok(cards!("from card c where c.id = any($1) and c.standing_loss_id is null", leads).fetch_all(pool).await?)
}

/// Who is responsible for these leads, on the board or off it: for the live stream, which tells nobody else.
pub async fn holders_of(pool: &PgPool, leads: &[i64]) -> Result<Vec<(LeadId, Holder)>, AppError> {
    let rows =
        sqlx::query!("select id, owner_id, queue_id from lead where id = any($1)", leads).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| (LeadId(row.id), holder(row.owner_id, row.queue_id))).collect())
}

/// One lead's card; `None` when it is off the board or does not exist.
pub async fn card(permit: &Permit, lead: LeadId) -> Result<Option<Card>, AppError> {
    let row = cards!("from card c where c.id = $1 and c.standing_loss_id is null", lead.0)
        .fetch_optional(permit.pool())
        .await?;
    Ok(row.map(|row| seen(permit, row)))
}

/// The stages in order.
pub async fn stages(permit: &Permit) -> Result<Vec<Stage>, AppError> {
    let rows = sqlx::query!(
        r#"select id, kind, name as "name: Json<Names>", meaning as "meaning: Json<Names>", win_probability, stale_days
           from stage order by position"#
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
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
        .collect()
}

/// A [`Filter`] as the queries take it.
struct Narrowed {
    /// Only these holders; `None` for everybody's.
    owners: Option<Vec<i64>>,
    queues: Vec<i64>,
    source: Option<i64>,
    product: Option<i64>,
    pattern: Option<String>,
    /// What the viewer may read in full.
    reads: Reach,
    looks_inside: bool,
}

impl Narrowed {
    fn new(permit: &Permit, filter: &Filter) -> Self {
        let (reads, edits) = (permit.reads(), permit.edits());
        let (owners, queues) = match filter.whose {
            // An admin's own leads are everybody's: they answer for all of them.
            Whose::Mine if edits.everything => (None, Vec::new()),
            Whose::Mine => (Some(edits.owners), edits.queues),
            Whose::Everyone => (None, Vec::new()),
            Whose::One(Holder::Person(owner)) => (Some(vec![owner.0]), Vec::new()),
            Whose::One(Holder::Queue(queue)) => (Some(Vec::new()), vec![queue.0]),
        };
        let text = filter.text.trim();
        Self {
            owners,
            queues,
            source: filter.source.map(|id| id.0),
            product: filter.product.map(|id| id.0),
            pattern: (!text.is_empty()).then(|| like_pattern(text)),
            reads,
            looks_inside: filter.looks_inside(),
        }
    }
}

/// One page of one column: at most [`PAGE`] cards after `after`.
async fn page(permit: &Permit, stage: StageId, narrowed: &Narrowed, after: Option<&After>) -> Result<Page, AppError> {
    let mut rows = cards!(
        "from card c
         where c.stage_id = $1 and c.standing_loss_id is null
           and ($2::text is null or (c.rank, c.id) > ($2 collate \"C\", $3::bigint))
           and ($4::bigint[] is null or c.owner_id = any($4) or c.queue_id = any($5))
           and ($6::bigint is null or c.source_id = $6)
           and ($7::bigint is null or c.product_id = $7)
           and ($8::text is null or c.search_key like $8)
           and (not $9 or $10 or c.owner_id = any($11) or c.queue_id = any($12))
         order by c.rank, c.id limit $13",
        stage.0,
        after.map(|after| after.rank.as_str()),
        after.map(|after| after.id.0),
        narrowed.owners.as_deref(),
        &narrowed.queues,
        narrowed.source,
        narrowed.product,
        narrowed.pattern.as_deref(),
        narrowed.looks_inside,
        narrowed.reads.everything,
        &narrowed.reads.owners,
        &narrowed.reads.queues,
        PAGE + 1
    )
    .fetch_all(permit.pool())
    .await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    Ok(Page { cards: rows.into_iter().map(|row| seen(permit, row)).collect(), more })
}

/// A column's page after `after`.
pub async fn column(permit: &Permit, stage: StageId, filter: &Filter, after: &After) -> Result<Page, AppError> {
    page(permit, stage, &Narrowed::new(permit, filter), Some(after)).await
}

/// How many leads each stage holds, and what those in sight are worth.
pub async fn counts(permit: &Permit, filter: &Filter) -> Result<Vec<Count>, AppError> {
    let narrowed = Narrowed::new(permit, filter);
    if !narrowed.looks_inside {
        let rows = sqlx::query!(
            r#"select stage_id, sum(leads)::bigint as "leads!",
                      coalesce(sum(value_base_minor) filter
                          (where $3 or owner_id = any($4) or queue_id = any($5)), 0)::bigint as "value!"
               from stage_count
               where $1::bigint[] is null or owner_id = any($1) or queue_id = any($2)
               group by stage_id"#,
            narrowed.owners.as_deref(),
            &narrowed.queues,
            narrowed.reads.everything,
            &narrowed.reads.owners,
            &narrowed.reads.queues
        )
        .fetch_all(permit.pool())
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
             and ($1::bigint[] is null or owner_id = any($1) or queue_id = any($2))
             and ($3::bigint is null or source_id = $3)
             and ($4::bigint is null or product_id = $4)
             and ($5::text is null or search_key like $5)
             and ($6 or owner_id = any($7) or queue_id = any($8))
           group by stage_id"#,
        narrowed.owners.as_deref(),
        &narrowed.queues,
        narrowed.source,
        narrowed.product,
        narrowed.pattern.as_deref(),
        narrowed.reads.everything,
        &narrowed.reads.owners,
        &narrowed.reads.queues
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Count { stage: StageId(row.stage_id), leads: row.leads, value_base_minor: row.value })
        .collect())
}

/// The first page of every column, with its head.
pub async fn board(permit: &Permit, filter: &Filter) -> Result<Board, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen_until = crate::live::store::here(permit.pool()).await?;
    let narrowed = Narrowed::new(permit, filter);
    let counts = counts(permit, filter).await?;
    let currency = sqlx::query_scalar!("select base_currency from organisation").fetch_one(permit.pool()).await?;
    let mut columns = Vec::new();
    for stage in stages(permit).await?.into_iter().filter(|stage| stage.kind.is_on_board()) {
        let (leads, value_base_minor) = counts
            .iter()
            .find(|count| count.stage == stage.id)
            .map_or((0, 0), |count| (count.leads, count.value_base_minor));
        let Page { cards, more } = match leads {
            0 => Page { cards: Vec::new(), more: false },
            _ => page(permit, stage.id, &narrowed, None).await?,
        };
        columns.push(Column { stage, leads, value_base_minor, cards, more });
    }
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
    holder: Holder,
    stage: Option<(StageId, StageKind)>,
    is_lost: bool,
    target: StageKind,
    above: Option<String>,
    below: Option<String>,
    done_already: bool,
    key_is_taken: bool,
}

async fn before(permit: &Permit, wanted: &Move) -> Result<Before, AppError> {
    let row = sqlx::query!(
        r#"select l.owner_id, l.queue_id, l.stage_id, l.stage_kind, l.standing_loss_id is not null as "is_lost!",
                  t.kind as target,
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
        wanted.key.0
    )
    .fetch_optional(permit.pool())
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
        holder: holder(row.owner_id, row.queue_id),
        stage,
        is_lost: row.is_lost,
        target: word(&row.target)?,
        above: row.above,
        below,
        done_already: row.done_already,
        key_is_taken: row.key_is_taken,
    })
}

/// Moves a card. One statement changes the lead, writes its history, its event and the request's key, or nothing.
pub async fn move_lead(permit: &Permit, wanted: &Move) -> Result<Moved, AppError> {
    let before = before(permit, wanted).await?;
    if before.key_is_taken {
        return Err(AppError::NotUnderstood);
    }
    if before.done_already {
        return outcome(permit, wanted).await;
    }
    let standing = Standing {
        stage: before.stage.map(|(_, kind)| kind),
        is_lost: before.is_lost,
        may_write: may_write(permit.viewer(), before.holder),
    };
    if let Err(why) = rules::plan_move(standing, before.target) {
        return refused(permit, wanted.lead, why).await;
    }
    let rank = rules::rank_between(before.above.as_deref(), before.below.as_deref());
    if before.stage.is_some_and(|(stage, _)| stage == wanted.to) {
        return reorder(permit, wanted, before.holder, &rank).await;
    }
    // A win is taken back by whoever holds its lead: the others wait until it is done.
    let takes_win_back = standing.stage == Some(StageKind::Customer) && !before.target.is_won();
    let moved = if takes_win_back {
        let mut transaction = permit.pool().begin().await?;
        sqlx::query!("select from lead where id = $1 for update", wanted.lead.0).execute(&mut *transaction).await?;
        let moved = write_move(&mut *transaction, permit, wanted, &before, &rank).await;
        if moved.is_ok() {
            transaction.commit().await?;
        }
        moved
    } else {
        write_move(permit.pool(), permit, wanted, &before, &rank).await
    };
    settled(permit, wanted, moved).await
}

/// The version that the move made; `None` when somebody was quicker.
async fn write_move<'c>(
    executor: impl PgExecutor<'c>,
    permit: &Permit,
    wanted: &Move,
    before: &Before,
    rank: &str,
) -> Result<Option<i64>, sqlx::Error> {
    let (owner, queue) = before.holder.columns();
    sqlx::query_scalar!(
        r#"with undone as (
               -- Out of Customer takes the win back; what the win had written on the lead goes back to what was there.
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
           ), moved as (
               update lead l
               set stage_id = t.id, stage_kind = t.kind, stage_entered_at = $6, rank = $5, move_version = l.move_version + 1,
                   value_minor = case when u.restored then (u.detail #>> '{value_before,minor}')::bigint else l.value_minor end,
                   currency = case when u.restored then u.detail #>> '{value_before,currency}' else l.currency end,
                   value_base_minor =
                       case when u.restored then (u.detail #>> '{value_before,base}')::bigint else l.value_base_minor end,
                   product_id = case when u.restored_product then (u.detail ->> 'product_before')::bigint else l.product_id end
               from stage t cross join stage f left join undone u on true
               where l.id = $1 and t.id = $2 and f.id = l.stage_id and l.move_version = $3
                 and l.standing_loss_id is null and l.withdrawn_at is null
                 and l.stage_id = $8 and l.owner_id is not distinct from $9 and l.queue_id is not distinct from $10
                 and not exists (select from request_key where user_id = $4 and key = $7)
               returning l.id, l.move_version, f.id as from_stage_id, t.id as to_stage_id, f.kind as from_kind, t.kind as to_kind
           ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version)
               select $4, $7, $6, id, move_version from moved
           ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id)
               select id, 'move', $4, $6, move_version, from_stage_id, to_stage_id from moved
           ), told as (
               insert into event (at, kind, lead_ids) select $6, 'leads', array[id] from moved
           ), no_recovery as (
               -- A reactivated loss is recovered while its lead is won; undoing the win undoes that, too.
               update loss l set closure = 'reactivated' from undone u where l.lead_id = u.lead_id and l.closure = 'recovered'
           )
           select move_version from moved"#,
        wanted.lead.0,
        wanted.to.0,
        wanted.seen_version,
        permit.viewer().id.0,
        rank,
        permit.now(),
        wanted.key.0,
        before.stage.map(|(id, _)| id.0),
        owner,
        queue
    )
    .fetch_optional(executor)
    .await
}

/// A new place in the same column: no move, so neither version nor history change.
async fn reorder(permit: &Permit, wanted: &Move, holder: Holder, rank: &str) -> Result<Moved, AppError> {
    let (owner, queue) = holder.columns();
    let placed = sqlx::query_scalar!(
        "with placed as (
             update lead set rank = $2
             where id = $1 and stage_id = $3 and move_version = $4 and standing_loss_id is null and withdrawn_at is null
               and owner_id is not distinct from $8 and queue_id is not distinct from $9
               and not exists (select from request_key where user_id = $5 and key = $6)
             returning id, move_version
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version) select $5, $6, $7, id, move_version from placed
         ), told as (
             insert into event (at, kind, lead_ids) select $7, 'leads', array[id] from placed
         )
         select move_version from placed",
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
    .fetch_optional(permit.pool())
    .await;
    settled(permit, wanted, placed).await
}

/// What a statement that should have changed the card's place has come to.
async fn settled(permit: &Permit, wanted: &Move, version: Result<Option<i64>, sqlx::Error>) -> Result<Moved, AppError> {
    match version {
        Ok(Some(_)) => {
            permit.committed();
            outcome(permit, wanted).await
        }
        Ok(None) => conflict(permit, wanted).await,
        // The same request arrived twice at once, and the other one was carried out.
        Err(sqlx::Error::Database(refusal)) if refusal.constraint() == Some("request_key_pkey") => {
            outcome(permit, wanted).await
        }
        Err(error) => Err(error.into()),
    }
}

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
