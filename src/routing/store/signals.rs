//! What people did that shows how much they want something, and what that amounts to.

use super::{lead, rules};
use crate::{
    error::AppError,
    ids::LeadId,
    leads::store::change::{By, Trace, Turn, trace_by, turn},
    people::guard::Permit,
    pipeline::api::Temperature,
    routing::{
        api::{NewSignal, Noted, SignalKindName},
        rules::{
            SignalObjection,
            plan::{Assessment, assess},
        },
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, types::Json};

/// The kinds of signals that there are.
pub async fn kinds(permit: &Permit) -> Result<Vec<SignalKindName>, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let rules = rules::to_read(&mut connection).await?;
    let named = |kind: crate::routing::rules::signal::SignalKind| SignalKindName {
        key: kind.key,
        name: kind.name,
        intent: kind.intent,
    };
    Ok(rules.signals.into_iter().map(named).collect())
}

/// Writes down that a signal came, and reckons anew what the lead shows.
pub async fn note(permit: &Permit, wanted: &NewSignal) -> Result<Noted, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, wanted.lead, &wanted.key).await? {
        Turn::Ours => {}
        Turn::DoneAlready => return Ok(Noted::Done),
        Turn::NotYours => return Ok(Noted::Refused { why: SignalObjection::NotYours }),
    }
    let (_, rules) = rules::in_force(&mut transaction, permit.now()).await?;
    if rules.signals.iter().all(|kind| kind.key != wanted.kind) {
        return Ok(Noted::Refused { why: SignalObjection::NoSuchSignal });
    }
    let by = By { who: Some(permit.viewer().id), at: permit.now(), key: Some(&wanted.key) };
    came(&mut transaction, wanted.lead, &wanted.kind, by).await?;
    reckon(&mut transaction, wanted.lead, permit.now()).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(Noted::Done)
}

/// Writes a signal down.
pub(crate) async fn came(connection: &mut PgConnection, lead: LeadId, kind: &str, by: By<'_>) -> Result<(), AppError> {
    let trace = Trace { kind: "signal", detail: json!({ "signal": kind }), ..Trace::default() };
    let entry = trace_by(&mut *connection, by, lead, trace).await?;
    sqlx::query!(
        "insert into signal (activity_id, lead_id, kind, at) values ($1, $2, $3, $4)",
        entry.0,
        lead.0,
        kind,
        by.at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Reckons anew what a lead shows; its history of scores grows where anything is different.
pub async fn reckon(connection: &mut PgConnection, id: LeadId, now: DateTime<Utc>) -> Result<(), AppError> {
    let (rule_set, rules) = rules::in_force(&mut *connection, now).await?;
    let asked = lead::read(&mut *connection, id).await?;
    let (assessment, _) = assess(&rules, &asked, now);
    let (intent, fit) = (assessment.intent.word(), assessment.suits.fit.word());
    let (score, temperature): (_, Temperature) = (i16::from(assessment.score.total()), assessment.temperature);
    sqlx::query!(
        "with after as (
             update lead set intent = $2, fit = $3, score = $4, temperature = $5, assessed_at = $6
             where id = $1 and (intent, fit, score, temperature) is distinct from ($2, $3, $4, $5) returning id)
         insert into lead_score (lead_id, at, rule_set_id, intent, fit, score, temperature, assessment)
         select id, $6, $7, $2, $3, $4, $5, $8 from after",
        id.0,
        intent,
        fit,
        score,
        temperature.word(),
        now,
        rule_set,
        Json(&assessment) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What a lead showed when it was reckoned last.
pub async fn latest(connection: &mut PgConnection, lead: LeadId) -> Result<Option<Assessment>, AppError> {
    let latest = sqlx::query_scalar!(
        r#"select assessment as "assessment: Json<Assessment>" from lead_score where lead_id = $1 order by id desc limit 1"#,
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(latest.map(|assessment| assessment.0))
}
