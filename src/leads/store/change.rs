//! What every change of a lead's record has in common: it waits for its turn, happens once however often it is sent, and
//! stands in the history with everything else that it did.

use crate::{
    error::AppError,
    ids::{ActivityId, LeadId, RequestKey, UserId},
    losses,
    people::{guard::Permit, rules::may_write},
    pipeline::store::holder,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// How a change begins.
pub(crate) enum Turn {
    /// Nobody else changes this lead until the transaction ends.
    Ours,
    /// The lead is somebody else's to change.
    NotYours,
    /// An earlier request with the same key did it.
    DoneAlready,
}

/// Waits until it is our turn to change a lead, and asks whether we may.
pub(crate) async fn turn(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    key: &RequestKey,
) -> Result<Turn, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    losses::store::lock(&mut *connection, lead).await?;
    let row =
        sqlx::query!("select owner_id, queue_id from lead where id = $1", lead.0).fetch_one(&mut *connection).await?;
    let holder = holder(row.owner_id, row.queue_id);
    if !may_write(permit.viewer(), holder) {
        return Ok(Turn::NotYours);
    }
    match losses::store::done_already(connection, permit, lead, key).await? {
        Some(_) => Ok(Turn::DoneAlready),
        None => Ok(Turn::Ours),
    }
}

/// What the history keeps of a change.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    /// The activity's kind.
    pub kind: &'static str,
    /// Codes and numbers.
    pub detail: Value,
    /// What stood there.
    pub old: Option<&'a str>,
    /// What stands there now.
    pub new: Option<&'a str>,
    /// What was written.
    pub body: Option<&'a str>,
    /// The account that changed: the pages of all its leads are told.
    pub account: Option<i64>,
}

/// Writes a change into the history, keeps its key, and tells every open page.
pub(crate) async fn trace(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    trace: Trace<'_>,
    key: &RequestKey,
) -> Result<(), AppError> {
    let by = By { who: Some(permit.viewer().id), at: permit.now(), key: Some(key) };
    trace_by(connection, by, lead, trace).await.map(|_| ())
}

/// Writes what a change brought along into the history, and tells every open page. The change keeps the key itself.
pub(crate) async fn trace_aside(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    trace: Trace<'_>,
) -> Result<(), AppError> {
    let by = By { who: Some(permit.viewer().id), at: permit.now(), key: None };
    trace_by(connection, by, lead, trace).await.map(|_| ())
}

/// Who changed something, when, and by which request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    /// Who; `None` for winback itself.
    pub who: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    /// The request, where this is what it asked for.
    pub key: Option<&'a RequestKey>,
}

/// The same for whoever and whatever changed it; the entry's id.
pub(crate) async fn trace_by(
    connection: &mut PgConnection,
    by: By<'_>,
    lead: LeadId,
    trace: Trace<'_>,
) -> Result<ActivityId, AppError> {
    let id = sqlx::query_scalar!(
        r#"with history as (
             insert into activity (lead_id, kind, actor_id, at, detail, old_value, new_value, body)
             values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version)
             select $3, $9, $4, id, move_version from lead where id = $1 and $9::text is not null
         ), told as (
             insert into event (at, kind, lead_ids)
             select $4, 'leads', array(select id from lead where id = $1 union select id from lead where account_id = $10)
         )
         select id as "id: ActivityId" from history"#,
        lead.0,
        trace.kind,
        by.who.map(|who| who.0),
        by.at,
        trace.detail,
        trace.old,
        trace.new,
        trace.body,
        by.key.map(|key| key.0.as_str()),
        trace.account
    )
    .fetch_one(connection)
    .await?;
    Ok(id)
}
