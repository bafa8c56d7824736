//! All SQL of the lead's page.

use super::api::{Lead, LeadInSight, MaskedLead, Place};
use crate::{
    colleagues,
    error::{AppError, word},
    ids::{LeadId, Names, StageId},
    losses::{self, rules::DoNot},
    people::{
        guard::Permit,
        rules::{Sight, may_write, sight},
    },
    pipeline::{
        api::{Money, NextStep},
        store::holder,
    },
    recontacts, risks, routing, wins,
};
use sqlx::{PgConnection, types::Json};

pub mod account;
pub(crate) mod change;
mod contact;
pub mod documents;
pub mod edit;
pub mod intake;
pub mod lists;
pub mod logging;
pub(crate) mod record;
pub mod step;
pub mod tags;
pub mod timeline;
mod withdrawn;

/// Whether the viewer may read a lead: with an error where not.
pub async fn readable(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<(), AppError> {
    let row = sqlx::query!("select owner_id, queue_id from lead where id = $1 and withdrawn_at is null", lead.0)
        .fetch_optional(connection)
        .await?
        .ok_or(AppError::NotFound)?;
    match sight(permit.viewer(), holder(row.owner_id, row.queue_id)) {
        Sight::Full => Ok(()),
        Sight::Masked => Err(AppError::Forbidden),
    }
}

/// One lead as the viewer may see it.
pub async fn lead(permit: &Permit, lead: LeadId) -> Result<LeadInSight, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let row = sqlx::query!(
        r#"select l.owner_id, l.queue_id, l.account_id, coalesce(u.name, q.name) as "holder!", l.name, l.company, l.email, l.phone,
                  l.direction, l.party, p.name as "product?", l.external_system, l.external_id,
                  l.do_not_call, l.do_not_email, l.value_minor, l.currency, l.next_step, l.next_step_channel, l.next_step_due,
                  l.stage_id, l.stage_kind, t.name as "stage?: Json<Names>", l.stage_entered_at, l.arose_at, l.recorded_at,
                  l.move_version
           from lead l
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join product p on p.id = l.product_id left join stage t on t.id = l.stage_id
           where l.id = $1 and l.withdrawn_at is null"#,
        lead.0
    )
    .fetch_optional(permit.pool())
    .await?;
    let Some(row) = row else { return withdrawn::lead(permit, lead).await };
    let holder = holder(row.owner_id, row.queue_id);
    let stage = row.stage.map(|name| name.0);
    let next_step = match row.next_step_channel.as_deref().map(word).transpose()?.zip(row.next_step_due) {
        Some((channel, due)) => Some(NextStep { channel, due: permit.moment(due), what: row.next_step }),
        None => None,
    };
    if sight(permit.viewer(), holder) == Sight::Masked {
        let next_step = next_step.map(|step| NextStep { what: None, ..step });
        return Ok(LeadInSight::Masked(MaskedLead { holder: row.holder, stage, next_step }));
    }
    let place = match (row.stage_id, row.stage_kind, stage) {
        (Some(id), Some(kind), Some(name)) => Some(Place {
            id: StageId(id),
            kind: word(&kind)?,
            name,
            since: row.stage_entered_at.map(|since| permit.moment(since)),
        }),
        _ => None,
    };
    let mut connection = permit.pool().acquire().await?;
    let account = match row.account_id {
        Some(of) => Some(account::account(&mut connection, permit, lead, of).await?),
        None => None,
    };
    let attempts = losses::store::attempts(&mut connection, permit, lead).await?;
    let watched = risks::store::watched(&mut connection, lead).await?;
    Ok(LeadInSight::Full(Box::new(Lead {
        id: lead,
        name: row.name,
        company: row.company,
        email: row.email,
        phone: row.phone,
        direction: word(&row.direction)?,
        party: word(&row.party)?,
        product: row.product,
        external: row.external_system.zip(row.external_id),
        do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
        value: row.value_minor.zip(row.currency).map(|(minor, currency)| Money { minor, currency }),
        record: edit::known(&mut connection, lead).await?,
        tags: record::tags(&mut connection, lead).await?,
        account,
        holder: row.holder,
        assessment: routing::store::signals::latest(&mut connection, lead).await?,
        clocks: routing::store::clocks::faces(&mut connection, permit, lead).await?,
        next_step,
        place,
        arose_at: row.arose_at.map(|arose| permit.moment(arose)),
        recorded_at: permit.moment(row.recorded_at),
        wins: wins::store::wins(&mut connection, permit, lead).await?,
        risks: watched.risks,
        attempts: watched.attempts,
        questions: colleagues::store::questions::about(&mut connection, permit, lead).await?,
        recontact: recontacts::store::open_plan(&mut connection, lead).await?,
        move_version: row.move_version,
        episodes: losses::store::episodes(&mut connection, permit, lead).await?,
        history: timeline::history(&mut connection, permit, lead, attempts, None, None).await?,
        documents: documents::documents(&mut connection, lead).await?,
        may_write: may_write(permit.viewer(), holder),
        now: permit.moment(permit.now()),
        seen,
    })))
}
