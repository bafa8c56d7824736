//! All SQL of the delivery buffer.

use super::wire::{Cursor, Doing, Presence, Snapshot};
use crate::{error::AppError, ids::LeadId, people::guard::Permit};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgExecutor, PgPool};
use std::collections::BTreeSet;

/// The channel on which processes wake each other.
pub const CHANNEL: &str = "winback";
/// The channel on which processes tell each other who is where: nothing of it is written down.
pub const PRESENCE: &str = "winback_presence";
/// A cursor older than this is answered with a reset.
const KEPT: TimeDelta = TimeDelta::hours(2);
/// How many events are read at once.
pub const AT_ONCE: i64 = 500;
/// So many changes are not told one by one.
const MOST_TOUCHES: i64 = 5_000;

/// What an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These leads changed.
    Leads(Vec<i64>),
    /// More leads changed than can be told one by one.
    Bulk,
    /// Sessions of this user ended, or their role changed.
    Person(i64),
}

/// Events after a cursor, as far as no running transaction can still slip in before them.
pub struct Read {
    /// Each with its place.
    pub events: Vec<(Cursor, Told)>,
    /// Whether committed events wait behind a running transaction: ask again soon.
    pub more_behind: bool,
}

/// The place where a reader stands that knows everything committed before now.
pub async fn here(database: impl PgExecutor<'_>) -> Result<Cursor, AppError> {
    let row = sqlx::query!(
        r#"select epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xid!" from event_epoch"#
    )
    .fetch_one(database)
    .await?;
    Ok(Cursor { epoch: row.epoch, xid: row.xid, id: 0 })
}

/// The events after `cursor`; `None` when the cursor is of another epoch or older than the buffer.
pub async fn after(pool: &PgPool, cursor: Cursor) -> Result<Option<Read>, AppError> {
    let rows = sqlx::query!(
        r#"select e.epoch as "epoch!", e.trimmed_xid::text::bigint as "trimmed!",
                  v.xid::text::bigint as "xid?", v.id as "id?", v.kind as "kind?", v.lead_ids as "lead_ids?", v.user_id,
                  exists (select from event b where b.xid >= pg_snapshot_xmin(pg_current_snapshot())) as "more_behind!"
           from event_epoch e
           left join lateral
               (select * from event
                where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot())
                order by xid, id limit $3) v on true
           order by v.xid, v.id"#,
        cursor.xid.to_string(),
        cursor.id,
        AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    // A place before a transaction's first event has missed that transaction, too, when it was trimmed.
    if first.epoch != cursor.epoch || cursor.position() < (first.trimmed, 1) {
        return Ok(None);
    }
    let more_behind = first.more_behind;
    let events = rows
        .into_iter()
        .filter_map(|row| {
            let place = Cursor { epoch: cursor.epoch, xid: row.xid?, id: row.id? };
            let told = match row.kind?.as_str() {
                "leads" => Told::Leads(row.lead_ids?),
                "bulk" => Told::Bulk,
                _ => Told::Person(row.user_id?),
            };
            Some((place, told))
        })
        .collect();
    Ok(Some(Read { events, more_behind }))
}

/// What changed since a place in the stream.
pub struct Touched {
    /// These leads, each once.
    pub leads: Vec<i64>,
    /// Sessions of these people ended, or their role changed.
    pub people: BTreeSet<i64>,
}

/// What is committed at this moment: what is read from now on holds all of it.
pub async fn snapshot(database: impl PgExecutor<'_>) -> Result<Snapshot, AppError> {
    let row = sqlx::query!(r#"select epoch, pg_current_snapshot()::text as "text!" from event_epoch"#)
        .fetch_one(database)
        .await?;
    Ok(Snapshot { epoch: row.epoch, text: row.text })
}

/// What was committed since `seen` was taken, each change once; `None` where that cannot be told one by one any more.
/// Unlike [`after`] it waits for no running transaction.
pub async fn touched_since(pool: &PgPool, seen: &Snapshot) -> Result<Option<Touched>, AppError> {
    let rows = sqlx::query!(
        r#"select e.epoch as "epoch!", pg_snapshot_xmin($1::text::pg_snapshot) <= e.trimmed_xid as "is_trimmed!",
                  v.kind as "kind?", v.lead_ids as "lead_ids?", v.user_id
           from event_epoch e
           left join lateral
               (select * from event
                where xid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
                limit $2) v on true"#,
        seen.text,
        MOST_TOUCHES
    )
    .fetch_all(pool)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let is_too_much = i64::try_from(rows.len()).is_ok_and(|length| length >= MOST_TOUCHES);
    if first.epoch != seen.epoch || first.is_trimmed || is_too_much {
        return Ok(None);
    }
    let (mut leads, mut people) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        match row.kind.as_deref() {
            None => {}
            Some("leads") => leads.extend(row.lead_ids.unwrap_or_default()),
            Some("bulk") => return Ok(None),
            Some(_) => people.extend(row.user_id),
        }
    }
    Ok(Some(Touched { leads: leads.into_iter().collect(), people }))
}

/// Wakes every process. A lost call costs a moment, so that it waits for no disk.
pub async fn notify(pool: &PgPool) -> Result<(), AppError> {
    sqlx::query!(
        "with hasty as materialized (select set_config('synchronous_commit', 'off', true))
         select pg_notify($1, '') from hasty",
        CHANNEL
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Tells every process what the viewer does with a lead, if there is such a lead. Like all that is only about now, it waits
/// for no disk.
pub async fn show_presence(permit: &Permit, lead: LeadId, doing: Doing) -> Result<(), AppError> {
    let viewer = permit.viewer();
    let presence = Presence { lead, person: viewer.id, name: viewer.name.clone(), doing };
    let text = serde_json::to_string(&presence).map_err(|_| AppError::Internal)?;
    sqlx::query!(
        "with hasty as materialized (select set_config('synchronous_commit', 'off', true))
         select pg_notify($1, $2) from hasty where exists (select from lead where id = $3)",
        PRESENCE,
        text,
        lead.0
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}

/// Forgets events and request keys that nobody can still ask for.
pub async fn trim(pool: &PgPool, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "with gone as (delete from event where at < $1 returning xid),
              keys as (delete from request_key where at < $2)
         update event_epoch set trimmed_xid = greatest(trimmed_xid, (select max(xid) from gone))
         where exists (select from gone)",
        now - KEPT,
        now - TimeDelta::days(2)
    )
    .execute(pool)
    .await?;
    Ok(())
}
