//! SQL of the history.

use super::word;
use crate::{
    error::AppError,
    ids::{ActivityId, AttachmentId, LeadId, LossId, Names},
    leads::api::{
        documents::Document,
        logging::{Estimate, Offer},
        timeline::{ActivityKind, Before, Entry, Group, Timeline, Won},
    },
    losses::{self, rules::Attempt},
    people::guard::Permit,
    pipeline::api::Money,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// Entries per page.
const PAGE: i64 = 50;

/// A page of a lead's history, for those who may read the lead.
pub async fn timeline(
    permit: &Permit,
    lead: LeadId,
    group: Option<Group>,
    before: Option<Before>,
) -> Result<Timeline, AppError> {
    let mut connection = permit.pool().acquire().await?;
    super::readable(&mut connection, permit, lead).await?;
    let attempts = losses::store::attempts(&mut connection, permit, lead).await?;
    history(&mut connection, permit, lead, attempts, group, before).await
}

/// What happened with a lead, the newest first. The caller has asked whether the viewer may read it.
pub(super) async fn history(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    attempts: Vec<Attempt>,
    group: Option<Group>,
    before: Option<Before>,
) -> Result<Timeline, AppError> {
    let kinds: Option<Vec<String>> =
        group.map(|group| group.kinds().iter().map(|kind| kind.word().to_owned()).collect());
    let rows = sqlx::query!(
        r#"select a.id, a.kind, a.at, u.name as "by?", f.name as "from?: Json<Names>", t.name as "to?: Json<Names>", a.body,
                  a.loss_id, a.detail as "detail: Json<BTreeMap<String, Value>>", a.direction,
                  coalesce(a.old_value, h.from_holder) as old_value, coalesce(a.new_value, h.to_holder) as new_value,
                  e.activity_id as "estimate?", (e.hours * 100)::bigint as estimate_hours, b.name as "estimate_by?",
                  e.fee_minor as "fee_minor?", e.currency as "fee_currency?", e.paid_on as "paid_on?",
                  e.credited_on_winning as "credited?",
                  o.amount_minor as "offer_minor?", o.currency as "offer_currency?",
                  (o.discount_percent * 100)::bigint as discount, o.expires_on as "expires_on?",
                  d.id as "document?", d.name as "document_name?", d.bytes as "document_bytes?",
                  w.id as "win?", w.amount_minor as "win_minor?", w.currency as "win_currency?", w.won_on as "won_on?",
                  w.undone_at is not null as "win_undone?", p.name as "win_product?",
                  array(select x.name from mention m join app_user x on x.id = m.user_id
                        where m.activity_id = a.id order by x.name) as "mentioned!",
                  case when a.kind = 'signal' then
                      (select s.kind -> 'name' from rule_set r, jsonb_array_elements(r.rules -> 'signals') as s (kind)
                       where r.published_at is not null and r.retired_at is null
                         and s.kind ->> 'key' = a.detail ->> 'signal')
                  end as "signal: Json<Names>"
           from activity a left join app_user u on u.id = a.actor_id
           left join stage f on f.id = a.from_stage_id left join stage t on t.id = a.to_stage_id
           left join estimate e on e.activity_id = a.id left join app_user b on b.id = e.by_id
           left join offer o on o.activity_id = a.id
           left join attachment d on d.lead_id = a.lead_id and d.activity_id = a.id
           left join win w on w.lead_id = a.lead_id and w.move_version = a.move_version and a.kind = 'move'
           left join product p on p.id = w.product_id
           left join lateral (
               select coalesce((select name from app_user where id = (a.detail ->> 'from_owner')::bigint),
                               (select name from queue where id = (a.detail ->> 'from_queue')::bigint)) as from_holder,
                      coalesce((select name from app_user where id = (a.detail ->> 'to_owner')::bigint),
                               (select name from queue where id = (a.detail ->> 'to_queue')::bigint)) as to_holder
           ) h on a.kind = 'assignment'
           where a.lead_id = $1 and ($2::text[] is null or a.kind = any($2) or ('estimate' = any($2) and w.id is not null))
             and ($3::timestamptz is null or (a.at, a.id) < ($3, $4::bigint))
           order by a.at desc, a.id desc limit $5"#,
        lead.0,
        kinds.as_deref(),
        before.map(|before| before.at),
        before.map(|before| before.id.0),
        PAGE + 1
    )
    .fetch_all(connection)
    .await?;
    let more = rows.len() as i64 > PAGE;
    let mut attempts: BTreeMap<_, _> = attempts.into_iter().map(|attempt| (attempt.id.0, attempt)).collect();
    let money = |minor: Option<i64>, currency: Option<String>| {
        minor.zip(currency).map(|(minor, currency)| Money { minor, currency })
    };
    let entries = rows
        .into_iter()
        .take(PAGE as usize)
        .map(|row| {
            let kind: ActivityKind = word(&row.kind)?;
            let detail: BTreeMap<String, String> =
                row.detail.0.into_iter().filter_map(|(key, value)| Some((key, scalar(value)?))).collect();
            let coded = |key: &str| detail.get(key).map(String::as_str);
            Ok(Entry {
                id: ActivityId(row.id),
                kind,
                at: permit.moment(row.at),
                by: row.by,
                from: row.from.map(|name| name.0),
                to: row.to.map(|name| name.0),
                body: row.body,
                attempt: attempts.remove(&row.id),
                loss: row.loss_id.map(LossId),
                closure: coded("closure").map(word).transpose()?,
                cause: coded("cause").map(word).transpose()?,
                direction: row.direction.as_deref().map(word).transpose()?,
                due: coded("due").and_then(|due| moment(permit, due)),
                old: row.old_value,
                new: row.new_value,
                estimate: row.estimate.map(|_| Estimate {
                    hours_hundredths: row.estimate_hours,
                    by: row.estimate_by,
                    fee: money(row.fee_minor, row.fee_currency),
                    paid_on: row.paid_on,
                    credited_on_winning: row.credited.unwrap_or_default(),
                }),
                offer: money(row.offer_minor, row.offer_currency).map(|amount| Offer {
                    amount,
                    discount_hundredths: row.discount,
                    expires_on: row.expires_on,
                }),
                document: row.document.zip(row.document_name).map(|(id, name)| Document {
                    id: AttachmentId(id),
                    name,
                    bytes: i64::from(row.document_bytes.unwrap_or_default()),
                }),
                win: row.win.map(|_| Won {
                    amount: money(row.win_minor, row.win_currency),
                    product: row.win_product,
                    on: row.won_on,
                    is_undone: row.win_undone.unwrap_or_default(),
                }),
                signal: row.signal.map(|name| name.0),
                mentioned: row.mentioned,
                detail,
            })
        })
        .collect::<Result<_, AppError>>()?;
    Ok(Timeline { entries, more })
}

/// A code or number as text; lists and objects are nobody's to read.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn moment(permit: &Permit, text: &str) -> Option<crate::clock::Moment> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(permit.moment(at.with_timezone(&Utc)))
}
