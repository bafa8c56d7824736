//! SQL of the history.

use super::word;
use crate::{
    error::AppError,
    ids::{ActivityId, LeadId, LossId, Names},
    leads::api::Entry,
    losses::rules::Attempt,
    people::guard::Permit,
};
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// Everything that happened with a lead, the newest first.
pub(super) async fn history(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    attempts: Vec<Attempt>,
) -> Result<Vec<Entry>, AppError> {
    let rows = sqlx::query!(
        r#"select a.id, a.kind, a.at, u.name as "by?", f.name as "from?: Json<Names>", t.name as "to?: Json<Names>", a.body,
                  a.loss_id, a.detail ->> 'closure' as closure, a.detail ->> 'cause' as cause
           from activity a left join app_user u on u.id = a.actor_id
           left join stage f on f.id = a.from_stage_id left join stage t on t.id = a.to_stage_id
           where a.lead_id = $1 order by a.at desc, a.id desc"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    let mut attempts: BTreeMap<_, _> = attempts.into_iter().map(|attempt| (attempt.id.0, attempt)).collect();
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                id: ActivityId(row.id),
                kind: word(&row.kind)?,
                at: permit.moment(row.at),
                by: row.by,
                from: row.from.map(|name| name.0),
                to: row.to.map(|name| name.0),
                body: row.body,
                attempt: attempts.remove(&row.id),
                loss: row.loss_id.map(LossId),
                closure: row.closure.as_deref().map(word).transpose()?,
                cause: row.cause.as_deref().map(word).transpose()?,
            })
        })
        .collect()
}
