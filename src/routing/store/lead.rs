//! What is known of a lead that is to be routed.

use crate::{
    error::{AppError, word},
    format::minor_digits,
    ids::{LeadId, UserId},
    leads::store::record,
    routing::rules::{
        condition::{Circumstance, Fact, Known},
        plan::Lead,
        signal::Signal,
    },
};
use sqlx::{PgConnection, types::Json};

/// Everything that routing asks of a lead.
pub async fn read(connection: &mut PgConnection, lead: LeadId) -> Result<Lead, AppError> {
    let mut known = Known::default();
    for (field, written) in record::in_words(&mut *connection, lead).await?.0 {
        known.learn(Fact::Field(field), &written);
    }
    let row = sqlx::query!(
        r#"select l.party, l.value_base_minor, (select base_currency from organisation) as "base_currency!",
                  -- Whoever has left owns nothing.
                  (select u.id from app_user u where u.id = a.owner_id and u.closed_at is null) as account_owner,
                  (select u.id from app_user u where u.id = a.relationship_owner_id and u.closed_at is null)
                      as relationship_owner,
                  exists (select from lead bought join win w on w.lead_id = bought.id and w.undone_at is null
                          where bought.account_id = l.account_id and bought.id <> l.id) as "is_customer!",
                  (select before.owner_id from lead before join app_user u on u.id = before.owner_id and u.closed_at is null
                   where before.id <> l.id and before.withdrawn_at is null
                     and (before.phone_key = l.phone_key or before.email_key = l.email_key
                          or before.account_id = l.account_id)
                   order by before.id desc limit 1) as previous_owner,
                  (select u.id from activity c join app_user u on u.id = c.actor_id
                   where c.lead_id = l.id and c.kind = 'created' and u.role = 'rep' and u.closed_at is null
                   order by c.id limit 1) as entered_by,
                  coalesce((select jsonb_agg(jsonb_build_object('kind', s.kind, 'at', s.at) order by s.at)
                            from signal s where s.lead_id = l.id), '[]') as "signals!: Json<Vec<Signal>>",
                  array(select distinct c.owner_id from sla_clock c
                        where c.lead_id = l.id and c.ended in ('passed', 'escalated') and c.owner_id is not null
                          and (l.run_started_at is null or c.started_at >= l.run_started_at)
                        order by c.owner_id) as "let_pass!: Vec<UserId>"
           from lead l left join account a on a.id = l.account_id where l.id = $1"#,
        lead.0
    )
    .fetch_one(connection)
    .await?;
    if let Some(minor) = row.value_base_minor {
        let whole = minor as f64 / 10f64.powi(minor_digits(&row.base_currency).cast_signed());
        known.learn(Fact::Is(Circumstance::Size), &whole.to_string());
    }
    Ok(Lead {
        party: word(&row.party)?,
        known,
        size_minor: row.value_base_minor,
        signals: row.signals.0,
        account_owner: row.account_owner.map(UserId),
        relationship_owner: row.relationship_owner.map(UserId),
        is_customer: row.is_customer,
        previous_owner: row.previous_owner.map(UserId),
        entered_by: row.entered_by.map(UserId),
        let_pass: row.let_pass,
    })
}
