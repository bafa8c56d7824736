//! All SQL about leads at risk.

use super::{
    api::{AfterRisk, NewReply, ReplyAnswer, RiskFilter, RiskList, RiskRow, Share},
    rules::{self, Facts, Limits, Reply, ReplyProblem, Risks, Signal, SignalKind},
};
use crate::{
    error::{AppError, word},
    ids::{LeadId, Names, QueueId, StageId, UserId},
    leads,
    losses::{
        rules::DoNot,
        store::{done_already, lock},
    },
    people::{
        guard::Permit,
        rules::{Holder, may_write},
    },
    pipeline::{
        api::{Money, NextStep},
        store::holder,
    },
    settings::rules::is_working,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

/// Leads per page of the list.
const PAGE: i64 = 50;

/// What is known about a lead's risks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watched {
    /// What says that it may be lost soon, now or as time goes by.
    pub risks: Risks,
    /// How often we tried to reach them in this run.
    pub attempts: i32,
    /// Whether it is being worked on the board at all.
    pub is_watched: bool,
    next_step_due: Option<DateTime<Utc>>,
}

/// What says that a lead may be lost soon. The caller has asked whether the viewer may read it.
pub async fn watched(connection: &mut PgConnection, lead: LeadId) -> Result<Watched, AppError> {
    let row = sqlx::query!(
        r#"select l.stage_kind, l.standing_loss_id is null as "is_open!", l.next_step_due, t.unanswered_days, t.attempts_limit,
                  coalesce(c.attempts, 0) as "attempts!", coalesce(c.in_vain, 0) as "in_vain!", c.answered_at as "answered_at?",
                  c.vain_at as "vain_at?", c.unanswered_since as "unanswered_since?", c.refused_at as "refused_at?",
                  c.competitor_at as "competitor_at?"
           from lead l left join stage t on t.id = l.stage_id left join lead_contact c on c.lead_id = l.id
           where l.id = $1 and l.withdrawn_at is null"#,
        lead.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let stage = row.stage_kind.as_deref().map(word).transpose()?;
    let is_watched = row.is_open && stage.is_some_and(is_working);
    let facts = Facts {
        in_vain: row.in_vain,
        answered_at: row.answered_at,
        vain_at: row.vain_at,
        unanswered_since: row.unanswered_since,
        refused_at: row.refused_at,
        competitor_at: row.competitor_at,
        next_step_due: row.next_step_due,
    };
    let limits = Limits { unanswered_days: row.unanswered_days, attempts: row.attempts_limit };
    let risks = if is_watched { rules::risks(facts, limits) } else { Risks::default() };
    Ok(Watched { risks, attempts: row.attempts, is_watched, next_step_due: row.next_step_due })
}

/// Answers the signals of a lead, if they are still those that the person saw.
pub async fn answer(permit: &Permit, wanted: &NewReply) -> Result<ReplyAnswer, AppError> {
    let lead = wanted.lead;
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, lead).await?;
    let row =
        sqlx::query!("select owner_id, queue_id from lead where id = $1", lead.0).fetch_one(&mut *transaction).await?;
    let refused = |problem| Ok(ReplyAnswer::Refused { problem });
    if !may_write(permit.viewer(), holder(row.owner_id, row.queue_id)) {
        return refused(ReplyProblem::NotYours);
    }
    if done_already(&mut transaction, permit, lead, &wanted.key).await?.is_some() {
        return Ok(ReplyAnswer::Done);
    }
    let watched = watched(&mut transaction, lead).await?;
    if !watched.is_watched {
        return refused(ReplyProblem::NotWatched);
    }
    let note = match rules::noted(&wanted.reply, &wanted.note) {
        Ok(note) => note,
        Err(problem) => return refused(problem),
    };
    let present = watched.risks.at(permit.now());
    let is_new_step = matches!(wanted.reply, Reply::WinBack(_)) && watched.next_step_due != wanted.seen_due;
    if present.is_empty() || is_new_step || present.iter().any(|signal| !wanted.seen.contains(signal)) {
        return changed(&mut transaction, permit, lead, watched.risks).await;
    }
    if let Reply::WinBack(step) = &wanted.reply
        && let Err(problem) = leads::store::step::plan_beside(&mut transaction, permit, lead, step).await?
    {
        return refused(ReplyProblem::Step { problem });
    }
    let signals: Vec<&str> = present.iter().map(|signal| signal.kind.word()).collect();
    sqlx::query!(
        "with history as (
             insert into activity (lead_id, kind, actor_id, at, detail, body)
             values ($1, 'risk', $2, $3, jsonb_build_object('answer', $4::text, 'signals', $5::text), $6)
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version)
             select $2, $7, $3, id, move_version from lead where id = $1
         )
         insert into event (at, kind, lead_ids) values ($3, 'leads', array[$1::bigint])",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        wanted.reply.word(),
        signals.join(" "),
        note,
        wanted.key.0
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    permit.committed();
    Ok(ReplyAnswer::Done)
}

async fn changed(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    risks: Risks,
) -> Result<ReplyAnswer, AppError> {
    let last = sqlx::query!(
        r#"select u.name as "name?", a.at from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.kind = 'risk' order by a.id desc limit 1"#,
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    let (by, at) = last.map_or((None, None), |last| (last.name, Some(permit.moment(last.at))));
    Ok(ReplyAnswer::Changed { risks, by, at })
}

/// A page of the leads at risk that the viewer answers for; with the first what all of them come to.
pub async fn list(permit: &Permit, filter: &RiskFilter, after: Option<AfterRisk>) -> Result<RiskList, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let mut rows = page(permit, filter, after).await?;
    let shares = if after.is_none() { shares(permit, filter).await? } else { nothing(permit) };
    let currency = sqlx::query_scalar!("select base_currency from organisation").fetch_one(permit.pool()).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(RiskList { rows, more, currency, seen, ..shares })
}

async fn page(permit: &Permit, filter: &RiskFilter, after: Option<AfterRisk>) -> Result<Vec<RiskRow>, AppError> {
    let edits = permit.edits();
    let (owner, queue) = Holder::columns_of(filter.holder);
    let rows = sqlx::query!(
        r#"with found as (
               select r.lead_id, coalesce(r.value_base_minor, -1) as worth, min(r.since) as since,
                      array_agg(r.signal order by r.since) as signals, array_agg(r.since order by r.since) as sinces
               from risk r
               where r.since <= $1 and ($2 or r.owner_id = any($3) or r.queue_id = any($4))
                 and ($5::bigint is null or r.owner_id = $5) and ($6::bigint is null or r.queue_id = $6)
                 and ($7::bigint is null or r.stage_id = $7)
                 and ($8::bigint is null or (coalesce(r.value_base_minor, -1), r.lead_id) < ($8, $9::bigint))
               group by r.lead_id, coalesce(r.value_base_minor, -1)
               having $10::text is null or $10 = any(array_agg(r.signal))
               order by worth desc, r.lead_id desc limit $11
           )
           select f.lead_id as "lead_id!", f.worth as "worth!", f.since as "since!", f.signals as "signals!", f.sinces as "sinces!",
                  coalesce(l.name, l.company) as name, l.external_id, coalesce(u.name, q.name) as "holder!",
                  s.name as "stage!: Json<Names>", l.value_minor, l.currency, coalesce(c.attempts, 0) as "attempts!",
                  coalesce(c.in_vain, 0) as "in_vain!", c.unanswered_since as "unanswered_since?",
                  l.next_step, l.next_step_channel, l.next_step_due, l.do_not_call, l.do_not_email
           from found f join lead l on l.id = f.lead_id join stage s on s.id = l.stage_id
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join lead_contact c on c.lead_id = l.id
           order by f.worth desc, f.lead_id desc"#,
        permit.now(),
        edits.everything,
        &edits.owners,
        &edits.queues,
        owner,
        queue,
        filter.stage.map(|stage| stage.0),
        after.map(|after| after.value),
        after.map(|after| after.lead.0),
        filter.signal.map(SignalKind::word),
        PAGE + 1
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RiskRow {
                lead: LeadId(row.lead_id),
                name: row.name,
                external_id: row.external_id,
                holder: row.holder,
                stage: row.stage.0,
                value: row.value_minor.zip(row.currency).map(|(minor, currency)| Money { minor, currency }),
                risks: Risks {
                    in_vain: row.in_vain,
                    unanswered_since: row.unanswered_since,
                    signals: signals(&row.signals, &row.sinces)?,
                },
                attempts: row.attempts,
                next_step: match (row.next_step_channel, row.next_step_due) {
                    (Some(channel), Some(due)) => {
                        Some(NextStep { channel: word(&channel)?, due: permit.moment(due), what: row.next_step })
                    }
                    _ => None,
                },
                do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
                since: permit.moment(row.since),
                place: AfterRisk { value: row.worth, lead: LeadId(row.lead_id) },
            })
        })
        .collect()
}

/// Signals as queries give them: their words, and since when they hold.
pub fn signals(kinds: &[String], since: &[DateTime<Utc>]) -> Result<Vec<Signal>, AppError> {
    let mut signals = kinds
        .iter()
        .zip(since)
        .map(|(kind, since)| Ok(Signal { kind: word(kind)?, since: *since }))
        .collect::<Result<Vec<_>, AppError>>()?;
    signals.sort_unstable();
    Ok(signals)
}

fn nothing(permit: &Permit) -> RiskList {
    RiskList {
        rows: Vec::new(),
        more: false,
        leads: 0,
        value_base_minor: 0,
        currency: String::new(),
        signals: Vec::new(),
        stages: Vec::new(),
        holders: Vec::new(),
        now: permit.moment(permit.now()),
        seen: Default::default(),
    }
}

/// How many leads there are and what they are worth: in all, and by each of the filters. A filter does not narrow its own
/// choices.
async fn shares(permit: &Permit, filter: &RiskFilter) -> Result<RiskList, AppError> {
    let edits = permit.edits();
    let (owner, queue) = Holder::columns_of(filter.holder);
    let rows = sqlx::query!(
        r#"with found as materialized (
               select r.lead_id, r.owner_id, r.queue_id, r.stage_id, coalesce(r.value_base_minor, 0) as worth,
                      array_agg(r.signal) as signals,
                      ($5::bigint is null or r.owner_id = $5) and ($6::bigint is null or r.queue_id = $6) as of_holder,
                      $7::bigint is null or r.stage_id = $7 as of_stage,
                      $8::text is null or $8 = any(array_agg(r.signal)) as of_signal
               from risk r
               where r.since <= $1 and ($2 or r.owner_id = any($3) or r.queue_id = any($4))
               group by r.lead_id, r.owner_id, r.queue_id, r.stage_id, r.value_base_minor
           )
           select 'all' as "list!", 0::bigint as "id!", null as word, '{}'::jsonb as "name!: Json<Names>", count(*) as "leads!",
                  coalesce(sum(worth), 0)::bigint as "value!"
           from found where of_holder and of_stage and of_signal
           union all
           select 'signal', 0, s.signal, '{}', count(*), coalesce(sum(f.worth), 0)::bigint
           from found f cross join unnest(f.signals) as s (signal) where of_holder and of_stage group by s.signal
           union all
           select 'stage', t.id, null, t.name, count(*), coalesce(sum(f.worth), 0)::bigint
           from found f join stage t on t.id = f.stage_id where of_holder and of_signal group by t.id
           union all
           select 'person', u.id, null, jsonb_build_object('en', u.name), count(*), coalesce(sum(f.worth), 0)::bigint
           from found f join app_user u on u.id = f.owner_id where of_stage and of_signal group by u.id
           union all
           select 'queue', q.id, null, jsonb_build_object('en', q.name), count(*), coalesce(sum(f.worth), 0)::bigint
           from found f join queue q on q.id = f.queue_id where of_stage and of_signal group by q.id
           order by 1, 6 desc, 2"#,
        permit.now(),
        edits.everything,
        &edits.owners,
        &edits.queues,
        owner,
        queue,
        filter.stage.map(|stage| stage.0),
        filter.signal.map(SignalKind::word)
    )
    .fetch_all(permit.pool())
    .await?;
    let mut list = nothing(permit);
    for row in rows {
        let (name, leads, value_base_minor) = (row.name.0, row.leads, row.value);
        match (row.list.as_str(), row.word) {
            ("signal", Some(kind)) => {
                list.signals.push(Share { of: word(&kind)?, name, leads, value_base_minor });
            }
            ("stage", _) => list.stages.push(Share { of: StageId(row.id), name, leads, value_base_minor }),
            ("person", _) => {
                list.holders.push(Share { of: Holder::Person(UserId(row.id)), name, leads, value_base_minor });
            }
            ("queue", _) => {
                list.holders.push(Share { of: Holder::Queue(QueueId(row.id)), name, leads, value_base_minor });
            }
            _ => (list.leads, list.value_base_minor) = (leads, value_base_minor),
        }
    }
    Ok(list)
}
