//! All SQL of the figures. It reads runs by the views `fact` and `run`, and only those of leads that the viewer may read:
//! what they may not read is in no count either.

use super::{
    api::{Achieved, ListRow, ListSort, OwnFigures},
    cockpit::Run,
    facts::{Fact, Head, Words},
    rules::{Period, Span},
    selection::Dim,
};
use crate::{
    error::{AppError, word},
    ids::{LeadId, Names, StageId},
    losses::api::StageAtLoss,
    people::guard::{Permit, Reach},
};
use chrono_tz::Tz;
use futures::TryStreamExt;
use sqlx::{Postgres, Transaction, types::Json};
use std::collections::BTreeMap;

/// Runs that are handed out at once.
const PART: usize = 2_000;

/// What the facts of one reach say beside the runs: names that everybody who is signed in may read, the organisation's
/// calendar, and the place in the stream from which they have to be kept up to date.
pub async fn head(permit: &Permit) -> Result<Head, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let holds = crate::live::store::snapshot(permit.pool()).await?;
    let row = sqlx::query!("select time_zone, base_currency, fiscal_year_starts_in from organisation")
        .fetch_one(permit.pool())
        .await?;
    let zone: Tz = word(&row.time_zone)?;
    Ok(Head {
        words: words(permit).await?,
        seen,
        holds,
        currency: row.base_currency,
        today: permit.now().with_timezone(&zone).date_naive(),
        fiscal_start: row.fiscal_year_starts_in.unsigned_abs().into(),
    })
}

/// A period's days on the organisation's calendar, at the permit's moment.
pub async fn span(permit: &Permit, period: Period) -> Result<Span, AppError> {
    let row =
        sqlx::query!("select time_zone, fiscal_year_starts_in from organisation").fetch_one(permit.pool()).await?;
    let zone: Tz = word(&row.time_zone)?;
    Ok(period.span(permit.now().with_timezone(&zone).date_naive(), row.fiscal_year_starts_in.unsigned_abs().into()))
}

/// A transaction for one pass over all runs: it sorts and hashes more than everyday queries do, compiling it would take
/// longer than running it, and a plan for all leads is none for a few of them.
pub async fn pass(permit: &Permit) -> Result<Transaction<'static, Postgres>, AppError> {
    let mut transaction = permit.pool().begin().await?;
    sqlx::query!(
        "select set_config('work_mem', '64MB', true) as room, set_config('jit', 'off', true) as jit,
                set_config('plan_cache_mode', 'force_custom_plan', true) as plans"
    )
    .fetch_one(&mut *transaction)
    .await?;
    Ok(transaction)
}

/// The bars that have names of their own, in the order in which charts show them.
async fn words(permit: &Permit) -> Result<Words, AppError> {
    let rows = sqlx::query!(
        r#"select dim as "dim!", key as "key!", name as "name!: Json<Names>" from (
               select 'reason' as dim, id::text as key, name,
                      row_number() over (order by retired_at is not null, outcome, position, id) as place from loss_reason
               union all select 'stage', id::text, name, position from stage
               union all select 'rep', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from app_user
               union all select 'rep', 'q' || id, jsonb_build_object('en', name),
                                1000000000 + row_number() over (order by name collate "und-x-icu", id) from queue
               union all select 'team', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from team
               union all select 'source', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from source
               union all select 'campaign', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from campaign
               union all select 'product', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from product
               union all select 'segment', id::text, jsonb_build_object('en', name),
                                row_number() over (order by name collate "und-x-icu", id) from segment
               union all select 'line', id::text, name, row_number() over (order by id) from business_line) as named
           order by dim, place"#
    )
    .fetch_all(permit.pool())
    .await?;
    let mut words = Words::new();
    for row in rows {
        words.push(word(&row.dim)?, &row.key, row.name.0);
    }
    Ok(words)
}

/// The runs of leads within `reach`: of all of them, or of these. They are handed out in parts, so that a million of them
/// are never there at once.
pub async fn facts(
    permit: &Permit,
    reach: &Reach,
    leads: Option<&[i64]>,
    mut take: impl FnMut(&[Fact]),
) -> Result<(), AppError> {
    let mut pass = pass(permit).await?;
    let mut rows = sqlx::query!(
        r#"select lead_id as "lead_id!", mark as "mark!", outcome as "outcome!", fate as "fate!", reason_id, stage_id, owner_id,
                  queue_id, team_id, source_id, campaign_id, product_id, segment_id, business_line_id, country, excuse,
                  retry_potential, value_base_minor, started_on, ended_on, attempts as "attempts!",
                  tier, answered_after_minutes, stood_days, (discount_percent * 100)::bigint as discount
           from fact
           where ($1 or lead_owner_id = any($2) or lead_queue_id = any($3)) and ($4::bigint[] is null or lead_id = any($4))
           order by lead_id, mark"#,
        reach.everything,
        &reach.owners,
        &reach.queues,
        leads
    )
    .fetch(&mut *pass);
    let mut part = Vec::new();
    while let Some(row) = rows.try_next().await? {
        if part.len() == PART {
            take(&part);
            part.clear();
        }
        let id = |id: Option<i64>| id.map(|id| id.to_string());
        let rep = id(row.owner_id).or(row.queue_id.map(|id| format!("q{id}")));
        let keys = [
            (Dim::Reason, id(row.reason_id)),
            (Dim::Stage, id(row.stage_id)),
            (Dim::Rep, rep),
            (Dim::Team, id(row.team_id)),
            (Dim::Source, id(row.source_id)),
            (Dim::Campaign, id(row.campaign_id)),
            (Dim::Product, id(row.product_id)),
            (Dim::Segment, id(row.segment_id)),
            (Dim::Line, id(row.business_line_id)),
            (Dim::Country, row.country),
            (Dim::Tier, row.tier),
        ];
        part.push(Fact {
            lead: LeadId(row.lead_id),
            mark: row.mark,
            outcome: word(&row.outcome)?,
            fate: word(&row.fate)?,
            keys: keys.into_iter().filter_map(|(dim, key)| Some((dim, key?))).collect(),
            excuse: row.excuse,
            retry: row.retry_potential.as_deref().map(word).transpose()?,
            attempts: row.attempts,
            answered_after: row.answered_after_minutes,
            stood: row.stood_days,
            discount: row.discount,
            minor: row.value_base_minor,
            began: row.started_on,
            ended: row.ended_on,
        });
    }
    drop(rows);
    take(&part);
    pass.commit().await?;
    Ok(())
}

/// The place of each of these leads in the order of their names in `language`.
pub async fn by_name(permit: &Permit, leads: &[i64], language: &str) -> Result<BTreeMap<LeadId, usize>, AppError> {
    let turkish = language.starts_with("tr");
    let ids = sqlx::query_scalar!(
        r#"select id from lead where id = any($1)
           order by case when $2 then coalesce(name, company, external_id) end collate "tr-x-icu",
                    coalesce(name, company, external_id) collate "und-x-icu", id"#,
        leads,
        turkish
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(ids.into_iter().enumerate().map(|(place, id)| (LeadId(id), place)).collect())
}

/// These runs with their leads, in this order; of those that changed meanwhile nothing.
pub async fn listed(permit: &Permit, runs: &[Run]) -> Result<Vec<ListRow>, AppError> {
    let leads: Vec<_> = runs.iter().map(|run| run.lead.0).collect();
    let marks: Vec<_> = runs.iter().map(|run| run.mark).collect();
    let reads = permit.reads();
    let rows = sqlx::query!(
        r#"select f.lead_id as "lead_id!", l.name, l.external_id, f.outcome as "outcome!", m.name as "reason?: Json<Names>",
                  t.name as "stage?: Json<Names>", coalesce(u.name, q.name) as holder, f.started_on, f.ended_on,
                  f.value_base_minor
           from unnest($1::bigint[], $2::bigint[]) with ordinality as wanted (lead_id, mark, place)
           join fact f on f.lead_id = wanted.lead_id and f.mark = wanted.mark
           join lead l on l.id = f.lead_id
           left join loss_reason m on m.id = f.reason_id
           left join stage t on t.id = f.stage_id
           left join app_user u on u.id = f.owner_id
           left join queue q on q.id = f.queue_id
           where f.lead_id = any($1) and ($3 or f.lead_owner_id = any($4) or f.lead_queue_id = any($5))
           order by wanted.place"#,
        &leads,
        &marks,
        reads.everything,
        &reads.owners,
        &reads.queues
    )
    .fetch_all(permit.pool())
    .await?;
    let listed = rows.into_iter().map(|row| {
        Ok(ListRow {
            lead: LeadId(row.lead_id),
            name: row.name,
            external_id: row.external_id,
            outcome: word(&row.outcome)?,
            reason: row.reason.map(|name| name.0),
            stage: row.stage.map(|name| name.0),
            holder: row.holder.unwrap_or_default(),
            started_on: row.started_on,
            ended_on: row.ended_on,
            minor: row.value_base_minor,
        })
    });
    listed.collect()
}

/// Puts runs into the order of a list.
pub async fn sort(
    permit: &Permit,
    runs: &mut [Run],
    by: ListSort,
    descending: bool,
    language: &str,
) -> Result<(), AppError> {
    let names = match by {
        ListSort::Name => {
            let leads: Vec<_> = runs.iter().map(|run| run.lead.0).collect();
            by_name(permit, &leads, language).await?
        }
        _ => BTreeMap::new(),
    };
    runs.sort_by(|a, b| {
        let order = match by {
            ListSort::Name => names.get(&a.lead).cmp(&names.get(&b.lead)),
            ListSort::Date => a.ended.cmp(&b.ended),
            ListSort::Value => a.minor.cmp(&b.minor),
        };
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| (b.lead, b.mark).cmp(&(a.lead, a.mark)))
    });
    Ok(())
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
