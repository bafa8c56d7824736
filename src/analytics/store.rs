//! All SQL of the figures. It reads runs by the view `run`, and only those of leads that the viewer may read: what they
//! may not read is in no count either.

use super::{
    api::{
        Achieved, Choices, ListPage, ListRow, Listing, OfHolder, OfReason, OfStage, OfStep, OwnFigures, Report, Sum,
        Tally,
    },
    rules::{Period, Selection, Slice, Span, Step},
};
use crate::{
    error::{AppError, word},
    ids::{LeadId, Names, QueueId, ReasonId, SourceId, StageId, TeamId, UserId},
    losses::api::StageAtLoss,
    people::{guard::Permit, rules::Holder},
    pipeline::store::holder,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::{Postgres, Transaction, types::Json};
use std::collections::BTreeMap;

/// Leads per page behind a figure.
const PAGE: i64 = 25;

/// What figures share for the whole organisation.
struct Calendar {
    today: NaiveDate,
    fiscal_start: u32,
    currency: String,
}

/// The organisation's calendar at the permit's moment.
async fn calendar(permit: &Permit) -> Result<Calendar, AppError> {
    let row = sqlx::query!("select time_zone, base_currency, fiscal_year_starts_in from organisation")
        .fetch_one(permit.pool())
        .await?;
    let zone: Tz = word(&row.time_zone)?;
    Ok(Calendar {
        today: permit.now().with_timezone(&zone).date_naive(),
        fiscal_start: row.fiscal_year_starts_in.unsigned_abs().into(),
        currency: row.base_currency,
    })
}

/// A period's days on the organisation's calendar, at the permit's moment.
pub async fn span(permit: &Permit, period: Period) -> Result<Span, AppError> {
    let calendar = calendar(permit).await?;
    Ok(period.span(calendar.today, calendar.fiscal_start))
}

/// A [`Selection`] as queries take it.
struct Narrowed {
    span: Span,
    team: Option<i64>,
    rep: Option<i64>,
    queue: Option<i64>,
    source: Option<i64>,
    reason: Option<i64>,
    outcome: Option<&'static str>,
}

impl Narrowed {
    fn new(selection: &Selection, span: Span) -> Self {
        let (rep, queue) = Holder::columns_of(selection.rep);
        Self {
            span,
            team: selection.team.map(|team| team.0),
            rep,
            queue,
            source: selection.source.map(|source| source.0),
            reason: selection.reason.map(|reason| reason.0),
            outcome: selection.outcome.map(|outcome| outcome.word()),
        }
    }
}

/// All figures of a selection.
pub async fn report(permit: &Permit, selection: &Selection, step: Step) -> Result<Report, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let calendar = calendar(permit).await?;
    let span = selection.period.span(calendar.today, calendar.fiscal_start);
    let counted = counted(permit, &Narrowed::new(selection, span), step).await?;
    Ok(Report {
        selection: *selection,
        step,
        span,
        currency: calendar.currency,
        total: counted.total,
        reasons: named_reasons(permit, counted.reasons).await?,
        stages: named_stages(permit, counted.stages).await?,
        holders: named_holders(permit, counted.holders).await?,
        trend: trend(counted.steps, step, span, calendar.today),
        undated_losses: counted.undated_losses,
        undated_wins: counted.undated_wins,
        seen,
    })
}

/// A transaction for one pass over all runs: it sorts and hashes more than everyday queries do, and compiling it would
/// take longer than running it.
pub async fn pass(permit: &Permit) -> Result<Transaction<'static, Postgres>, AppError> {
    let mut transaction = permit.pool().begin().await?;
    sqlx::query!("select set_config('work_mem', '64MB', true) as room, set_config('jit', 'off', true) as jit")
        .fetch_one(&mut *transaction)
        .await?;
    Ok(transaction)
}

/// What one pass over the runs counted, without names.
#[derive(Default)]
struct Counted {
    total: Tally,
    reasons: Vec<(i64, Sum)>,
    /// Zero stands for an unknown stage.
    stages: BTreeMap<i64, Sum>,
    holders: Vec<(Holder, Tally)>,
    steps: BTreeMap<NaiveDate, Tally>,
    undated_losses: i64,
    undated_wins: i64,
}

async fn counted(permit: &Permit, narrowed: &Narrowed, step: Step) -> Result<Counted, AppError> {
    let reads = permit.reads();
    let mut pass = pass(permit).await?;
    let rows = sqlx::query!(
        r#"with found as materialized (
               select r.outcome, r.reason_id, r.stage_id, r.owner_id, r.queue_id, coalesce(r.value_base_minor, 0) as minor,
                      date_trunc($12, r.ended_on)::date as step, r.ended_on is null as is_undated,
                      ($9::bigint is null or r.reason_id = $9) and ($10::text is null or r.outcome = $10) as is_narrowed,
                      coalesce(($1::date is null or r.ended_on >= $1) and ($2::date is null or r.ended_on <= $2), false)
                          as ended,
                      coalesce(($1::date is null or r.started_on >= $1) and ($2::date is null or r.started_on <= $2), false)
                          as began
               from run r
               left join app_user u on u.id = r.owner_id
               left join queue q on q.id = r.queue_id
               where ($3 or r.lead_owner_id = any($4) or r.lead_queue_id = any($5))
                 and ($6::bigint is null or coalesce(u.team_id, q.team_id) = $6)
                 and ($7::bigint is null or r.owner_id = $7)
                 and ($11::bigint is null or r.queue_id = $11)
                 and ($8::bigint is null or r.source_id = $8)
           )
           select grouping(reason_id, stage_id, owner_id, step) as "grouping!", reason_id, stage_id, owner_id, queue_id, step,
                  count(*) filter (where outcome = 'lost' and ended and is_narrowed) as "lost!",
                  coalesce(sum(minor) filter (where outcome = 'lost' and ended and is_narrowed), 0)::bigint as "lost_minor!",
                  count(*) filter (where outcome = 'unqualified' and ended and is_narrowed) as "unqualified!",
                  coalesce(sum(minor) filter (where outcome = 'unqualified' and ended and is_narrowed), 0)::bigint
                      as "unqualified_minor!",
                  count(*) filter (where outcome = 'won' and ended) as "won!",
                  coalesce(sum(minor) filter (where outcome = 'won' and ended), 0)::bigint as "won_minor!",
                  count(*) filter (where outcome = 'lost' and ended) as "lost_at_all!",
                  count(*) filter (where began) as "created!",
                  count(*) filter (where began and outcome = 'won') as "converted!",
                  count(*) filter (where outcome in ('lost', 'unqualified') and is_narrowed and is_undated) as "undated_losses!",
                  count(*) filter (where outcome = 'won' and is_undated) as "undated_wins!"
           from found
           where outcome <> 'open' or began
           group by grouping sets ((), (reason_id), (stage_id), (owner_id, queue_id), (step))"#,
        narrowed.span.from,
        narrowed.span.to,
        reads.everything,
        &reads.owners,
        &reads.queues,
        narrowed.team,
        narrowed.rep,
        narrowed.source,
        narrowed.reason,
        narrowed.outcome,
        narrowed.queue,
        step.word()
    )
    .fetch_all(&mut *pass)
    .await?;
    pass.commit().await?;
    let mut counted = Counted::default();
    for row in rows {
        let tally = Tally {
            lost: Sum { runs: row.lost, minor: row.lost_minor },
            unqualified: Sum { runs: row.unqualified, minor: row.unqualified_minor },
            won: Sum { runs: row.won, minor: row.won_minor },
            lost_at_all: row.lost_at_all,
            created: row.created,
            converted: row.converted,
        };
        // A bit is set for each column that a row is not grouped by.
        match row.grouping {
            0b0111 => counted.reasons.extend(row.reason_id.map(|id| (id, tally.losses()))),
            0b1011 => {
                counted.stages.insert(row.stage_id.unwrap_or(0), tally.losses());
            }
            0b1101 => counted.holders.push((holder(row.owner_id, row.queue_id), tally)),
            0b1110 => counted.steps.extend(row.step.map(|step| (step, tally))),
            _ => {
                counted.total = tally;
                (counted.undated_losses, counted.undated_wins) = (row.undated_losses, row.undated_wins);
            }
        }
    }
    Ok(counted)
}

async fn named_reasons(permit: &Permit, counted: Vec<(i64, Sum)>) -> Result<Vec<OfReason>, AppError> {
    let sums: BTreeMap<_, _> = counted.into_iter().filter(|(_, sum)| sum.runs > 0).collect();
    let ids: Vec<_> = sums.keys().copied().collect();
    let rows = sqlx::query!(
        r#"select id, name as "name: Json<Names>", outcome, excuse from loss_reason where id = any($1)
           order by outcome, position, id"#,
        &ids
    )
    .fetch_all(permit.pool())
    .await?;
    let mut reasons = Vec::new();
    for row in rows {
        let losses = sums.get(&row.id).copied().unwrap_or_default();
        let (reason, outcome) = (ReasonId(row.id), word(&row.outcome)?);
        reasons.push(OfReason { reason, name: row.name.0, outcome, excuse: row.excuse, losses });
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.losses.runs));
    Ok(reasons)
}

async fn named_stages(permit: &Permit, mut counted: BTreeMap<i64, Sum>) -> Result<Vec<OfStage>, AppError> {
    counted.retain(|_, losses| losses.runs > 0);
    let unknown =
        counted.remove(&0).map(|losses| OfStage { stage: StageAtLoss::Unknown, name: Names::default(), losses });
    let stages = stages(permit).await?;
    let known = stages.into_iter().filter_map(|(stage, name)| {
        counted.get(&stage.0).map(|losses| OfStage { stage: StageAtLoss::Known(stage), name, losses: *losses })
    });
    Ok(known.chain(unknown).collect())
}

/// All stages in their order.
async fn stages(permit: &Permit) -> Result<Vec<(StageId, Names)>, AppError> {
    let rows = sqlx::query!(r#"select id, name as "name: Json<Names>" from stage order by position"#)
        .fetch_all(permit.pool())
        .await?;
    Ok(rows.into_iter().map(|row| (StageId(row.id), row.name.0)).collect())
}

async fn named_holders(permit: &Permit, counted: Vec<(Holder, Tally)>) -> Result<Vec<OfHolder>, AppError> {
    let names: BTreeMap<_, _> = holders(permit).await?.into_iter().collect();
    let mut holders: Vec<_> = counted
        .into_iter()
        .filter(|(_, tally)| *tally != Tally::default())
        .map(|(holder, tally)| OfHolder { holder, name: names.get(&holder).cloned().unwrap_or_default(), tally })
        .collect();
    holders.sort_by(|a, b| {
        let losses = |one: &OfHolder| (one.tally.losses().runs, one.tally.won.runs, one.tally.created);
        losses(b).cmp(&losses(a)).then_with(|| a.holder.cmp(&b.holder))
    });
    Ok(holders)
}

/// Everybody who is or was responsible for leads: everyone may know who that is.
async fn holders(permit: &Permit) -> Result<Vec<(Holder, String)>, AppError> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!", is_queue as "is_queue!" from (
               select id, name, false as is_queue from app_user union all select id, name, true from queue) as holders
           order by is_queue, name collate "und-x-icu", id"#
    )
    .fetch_all(permit.pool())
    .await?;
    let who = |is_queue, id| if is_queue { Holder::Queue(QueueId(id)) } else { Holder::Person(UserId(id)) };
    Ok(rows.into_iter().map(|row| (who(row.is_queue, row.id), row.name)).collect())
}

fn trend(counted: BTreeMap<NaiveDate, Tally>, step: Step, span: Span, today: NaiveDate) -> Vec<OfStep> {
    let mut dated = counted.iter().filter(|(_, tally)| tally.losses().runs + tally.won.runs > 0).map(|(day, _)| *day);
    let first = dated.next();
    let last = dated.next_back().or(first);
    let of_step = |start: NaiveDate| {
        let tally = counted.get(&start).copied().unwrap_or_default();
        OfStep {
            start,
            is_partial: step.is_partial(start, span, today),
            lost: tally.lost,
            unqualified: tally.unqualified,
            won: tally.won,
        }
    };
    step.trend(span, first, last, today).into_iter().map(of_step).collect()
}

/// One page of the runs behind a figure.
pub async fn list(
    permit: &Permit,
    selection: &Selection,
    page: &ListPage,
    language: &str,
) -> Result<Listing, AppError> {
    let calendar = calendar(permit).await?;
    let span = selection.period.span(calendar.today, calendar.fiscal_start);
    let narrowed = Narrowed::new(selection, span);
    let (rows, total) = listed(permit, &narrowed, page, language).await?;
    Ok(Listing { page: *page, of: name_of(permit, page.part.of).await?, rows, total, page_size: PAGE })
}

/// A bar as queries take it.
#[derive(Default)]
struct Bar {
    reason: Option<i64>,
    /// Zero stands for an unknown stage.
    stage: Option<i64>,
    rep: Option<i64>,
    queue: Option<i64>,
    first: Option<NaiveDate>,
    /// The first day that is in it no more.
    end: Option<NaiveDate>,
}

impl Bar {
    fn new(slice: Option<Slice>) -> Self {
        match slice {
            None => Self::default(),
            Some(Slice::Reason(reason)) => Self { reason: Some(reason.0), ..Self::default() },
            Some(Slice::Stage(StageAtLoss::Unknown)) => Self { stage: Some(0), ..Self::default() },
            Some(Slice::Stage(StageAtLoss::Known(stage))) => Self { stage: Some(stage.0), ..Self::default() },
            Some(Slice::Holder(holder)) => {
                let (rep, queue) = holder.columns();
                Self { rep, queue, ..Self::default() }
            }
            Some(Slice::Month(day)) => Self::step(Step::Month, day),
            Some(Slice::Week(day)) => Self::step(Step::Week, day),
        }
    }

    fn step(step: Step, day: NaiveDate) -> Self {
        let first = step.start(day);
        Self { first: Some(first), end: Some(step.next(first)), ..Self::default() }
    }
}

async fn listed(
    permit: &Permit,
    narrowed: &Narrowed,
    page: &ListPage,
    language: &str,
) -> Result<(Vec<ListRow>, i64), AppError> {
    let (reads, bar, figure) = (permit.reads(), Bar::new(page.part.of), page.part.figure);
    let language = language.split('-').next().unwrap_or("en");
    let mut pass = pass(permit).await?;
    let rows = sqlx::query!(
        r#"with found as materialized (
               select r.lead_id, r.loss_id, r.outcome, r.reason_id, r.stage_id, r.owner_id, r.queue_id, r.started_on,
                      r.ended_on, r.value_base_minor, coalesce(u.name, q.name) as holder,
                      case when $12 in ('created', 'converted') then r.started_on else r.ended_on end as day
               from run r
               left join app_user u on u.id = r.owner_id
               left join queue q on q.id = r.queue_id
               where ($3 or r.lead_owner_id = any($4) or r.lead_queue_id = any($5))
                 and ($6::bigint is null or coalesce(u.team_id, q.team_id) = $6)
                 and ($7::bigint is null or r.owner_id = $7)
                 and ($11::bigint is null or r.queue_id = $11)
                 and ($8::bigint is null or r.source_id = $8)
                 and case $12
                         when 'losses' then r.outcome in ('lost', 'unqualified')
                         when 'undated_losses' then r.outcome in ('lost', 'unqualified')
                         when 'decided' then r.outcome in ('won', 'lost')
                         when 'undated_wins' then r.outcome = 'won'
                         when 'converted' then r.outcome = 'won'
                         when 'created' then true
                         else r.outcome = $12 end
                 and (not $13 or (($9::bigint is null or r.reason_id = $9) and ($10::text is null or r.outcome = $10)))
                 and case when $12 in ('undated_losses', 'undated_wins') then r.ended_on is null
                          else ($1::date is null
                                    or case when $12 in ('created', 'converted') then r.started_on else r.ended_on end >= $1)
                           and ($2::date is null
                                    or case when $12 in ('created', 'converted') then r.started_on else r.ended_on end <= $2)
                         end
                 and ($14::bigint is null or r.reason_id = $14)
                 and ($15::bigint is null or coalesce(r.stage_id, 0) = $15)
                 and ($16::bigint is null or r.owner_id = $16)
                 and ($17::bigint is null or r.queue_id = $17)
                 and ($18::date is null or r.ended_on >= $18)
                 and ($19::date is null or r.ended_on < $19)
           ), page as (
               select o.*, row_number() over () as place from (
               select f.*, coalesce(l.name, l.company) as name, l.external_id
               from found f join lead l on l.id = f.lead_id
               order by case when $20 = 'name' and $21 = 'tr' and not $22
                             then coalesce(l.name, l.company, l.external_id) end collate "tr-x-icu",
                        case when $20 = 'name' and $21 = 'tr' and $22
                             then coalesce(l.name, l.company, l.external_id) end collate "tr-x-icu" desc nulls last,
                        case when $20 = 'name' and $21 <> 'tr' and not $22
                             then coalesce(l.name, l.company, l.external_id) end collate "und-x-icu",
                        case when $20 = 'name' and $21 <> 'tr' and $22
                             then coalesce(l.name, l.company, l.external_id) end collate "und-x-icu" desc nulls last,
                        case when $20 = 'value' and not $22 then f.value_base_minor end,
                        case when $20 = 'value' and $22 then f.value_base_minor end desc nulls last,
                        case when $20 = 'date' and not $22 then f.day end,
                        case when $20 = 'date' and $22 then f.day end desc nulls last,
                        f.lead_id desc, f.loss_id desc nulls first
               limit $23 offset $24) as o
           )
           select c.total as "total!", p.lead_id as "lead_id?", p.name, p.external_id, p.outcome as "outcome?",
                  m.name as "reason?: Json<Names>", t.name as "stage?: Json<Names>", p.holder as "holder?", p.started_on,
                  p.ended_on, p.value_base_minor
           from (select count(*) as total from found) c
           left join page p on true
           left join loss_reason m on m.id = p.reason_id
           left join stage t on t.id = p.stage_id
           order by p.place"#,
        narrowed.span.from,
        narrowed.span.to,
        reads.everything,
        &reads.owners,
        &reads.queues,
        narrowed.team,
        narrowed.rep,
        narrowed.source,
        narrowed.reason,
        narrowed.outcome,
        narrowed.queue,
        figure.word(),
        figure.is_of_losses(),
        bar.reason,
        bar.stage,
        bar.rep,
        bar.queue,
        bar.first,
        bar.end,
        page.sort.word(),
        language,
        page.descending,
        PAGE,
        i64::from(page.page) * PAGE
    )
    .fetch_all(&mut *pass)
    .await?;
    pass.commit().await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut listed = Vec::new();
    for row in rows {
        let (Some(lead), Some(outcome)) = (row.lead_id, row.outcome) else { continue };
        listed.push(ListRow {
            lead: LeadId(lead),
            name: row.name,
            external_id: row.external_id,
            outcome: word(&outcome)?,
            reason: row.reason.map(|name| name.0),
            stage: row.stage.map(|name| name.0),
            holder: row.holder.unwrap_or_default(),
            started_on: row.started_on,
            ended_on: row.ended_on,
            minor: row.value_base_minor,
        });
    }
    Ok((listed, total))
}

/// What a bar is called, where it has a name of its own.
async fn name_of(permit: &Permit, slice: Option<Slice>) -> Result<Option<Names>, AppError> {
    let (what, id) = match slice {
        Some(Slice::Reason(id)) => ("reason", id.0),
        Some(Slice::Stage(StageAtLoss::Known(id))) => ("stage", id.0),
        Some(Slice::Holder(Holder::Person(id))) => ("rep", id.0),
        Some(Slice::Holder(Holder::Queue(id))) => ("queue", id.0),
        _ => return Ok(None),
    };
    let name = sqlx::query_scalar!(
        r#"select name as "name!: Json<Names>" from (
               select 'reason' as what, id, name from loss_reason
               union all select 'stage', id, name from stage
               union all select 'rep', id, jsonb_build_object('en', name) from app_user
               union all select 'queue', id, jsonb_build_object('en', name) from queue) as named
           where what = $1 and id = $2"#,
        what,
        id
    )
    .fetch_optional(permit.pool())
    .await?;
    Ok(name.map(|name| name.0))
}

/// What the page can be narrowed to: words that everybody who is signed in may read.
pub async fn choices(permit: &Permit) -> Result<Choices, AppError> {
    let teams =
        sqlx::query!(r#"select id, name from team order by name collate "und-x-icu""#).fetch_all(permit.pool()).await?;
    let sources = sqlx::query!(r#"select id, name from source order by name collate "und-x-icu""#)
        .fetch_all(permit.pool())
        .await?;
    let reasons = sqlx::query!(
        r#"select id, name as "name: Json<Names>", outcome from loss_reason
           order by retired_at is not null, outcome, position, id"#
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(Choices {
        teams: teams.into_iter().map(|row| (TeamId(row.id), row.name)).collect(),
        holders: holders(permit).await?,
        sources: sources.into_iter().map(|row| (SourceId(row.id), row.name)).collect(),
        reasons: reasons
            .into_iter()
            .map(|row| Ok((ReasonId(row.id), row.name.0, word(&row.outcome)?)))
            .collect::<Result<_, AppError>>()?,
    })
}

/// One's own figures, from the counters that the database keeps with every change.
pub async fn own(permit: &Permit) -> Result<OwnFigures, AppError> {
    let seen = crate::live::store::here(permit.pool()).await?;
    let rows = sqlx::query!(
        r#"select c.stage_id, t.name as "name?: Json<Names>", c.won, c.lost, c.unqualified
           from result_count c left join stage t on t.id = c.stage_id
           where c.owner_id = $1 and (c.won, c.lost, c.unqualified) <> (0, 0, 0)
           order by t.position nulls last"#,
        permit.viewer().id.0
    )
    .fetch_all(permit.pool())
    .await?;
    let open = sqlx::query_scalar!(
        r#"select coalesce(sum(c.leads), 0)::bigint as "open!" from stage_count c join stage t on t.id = c.stage_id
           where c.owner_id = $1 and t.kind not in ('customer', 'inactive')"#,
        permit.viewer().id.0
    )
    .fetch_one(permit.pool())
    .await?;
    let mut figures = OwnFigures { total: Achieved::default(), open, stages: Vec::new(), seen };
    for row in rows {
        let here = Achieved { won: row.won, lost: row.lost, unqualified: row.unqualified };
        figures.total.won += here.won;
        figures.total.lost += here.lost;
        figures.total.unqualified += here.unqualified;
        let stage = if row.stage_id == 0 { StageAtLoss::Unknown } else { StageAtLoss::Known(StageId(row.stage_id)) };
        figures.stages.push((stage, row.name.map(|name| name.0).unwrap_or_default(), here));
    }
    Ok(figures)
}
