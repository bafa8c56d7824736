//! SQL of writing down talks, notes, estimates and offers. Every change locks its lead first.

use crate::{
    colleagues::store::mentions,
    error::AppError,
    format::minor_digits,
    ids::{ActivityId, LeadId, RequestKey, UserId},
    leads::{
        api::logging::{Currency, LogChoices, LoggedAnswer, PaidAnswer},
        rules::logging::{
            LogFacts, LogObjection, NewEntry, NewEstimate, NewOffer, PlannedEntry, check_estimate, check_offer,
            check_payment, plan_entry,
        },
    },
    losses::{
        rules::{DoNot, written},
        store::{done_already, lock, write_attempt},
    },
    people::{guard::Permit, rules::may_write},
    pipeline::{api::Money, store::holder},
};
use chrono::NaiveDate;
use sqlx::{PgConnection, Postgres, Transaction};

/// Currencies in use and everybody who works here.
pub async fn choices(permit: &Permit) -> Result<LogChoices, AppError> {
    let currencies = sqlx::query!(
        "select c.code from currency c cross join organisation o
         where c.in_use or c.code = o.base_currency order by c.code <> o.base_currency, c.code"
    )
    .fetch_all(permit.pool())
    .await?;
    let people = sqlx::query!(
        r#"select id as "id: UserId", name from app_user where closed_at is null order by name collate "und-x-icu""#
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(LogChoices {
        currencies: currencies
            .into_iter()
            .map(|row| Currency { digits: minor_digits(&row.code), code: row.code })
            .collect(),
        people: people.into_iter().map(|row| (row.id, row.name)).collect(),
    })
}

/// Locks a lead and reads what the rules need to know; `None` when this very request was carried out already.
async fn begin(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    key: &RequestKey,
) -> Result<Option<LogFacts>, AppError> {
    lock(&mut *connection, lead).await?;
    let row = sqlx::query!("select owner_id, queue_id, do_not_call, do_not_email from lead where id = $1", lead.0)
        .fetch_one(&mut *connection)
        .await?;
    if done_already(connection, permit, lead, key).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(LogFacts {
        may_write: may_write(permit.viewer(), holder(row.owner_id, row.queue_id)),
        do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
        now: permit.moment(permit.now()).local(),
    }))
}

/// Remembers the request's key, ends the transaction and tells everybody who looks at the lead.
async fn finish(
    mut transaction: Transaction<'_, Postgres>,
    permit: &Permit,
    lead: LeadId,
    key: &RequestKey,
) -> Result<(), AppError> {
    sqlx::query!(
        "with key as (
             insert into request_key (user_id, key, at, lead_id, move_version)
             select $1, $2, $3, id, move_version from lead where id = $4
         )
         insert into event (at, kind, lead_ids) values ($3, 'leads', array[$4::bigint])",
        permit.viewer().id.0,
        key.0,
        permit.now(),
        lead.0
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    permit.committed();
    Ok(())
}

/// Writes a talk or a note into the history.
pub async fn log(permit: &Permit, lead: LeadId, entry: &NewEntry, key: &RequestKey) -> Result<LoggedAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let Some(facts) = begin(&mut transaction, permit, lead, key).await? else { return Ok(LoggedAnswer::Done) };
    let planned = plan_entry(facts, entry);
    if let (Ok(_), Some(refused)) = (&planned, unread(&mut transaction, lead, &entry.mentions).await?) {
        return Ok(refused);
    }
    match planned {
        Err(why) => return Ok(LoggedAnswer::Refused { why }),
        Ok(PlannedEntry::Attempt(attempt)) => {
            write_attempt(&mut transaction, permit, lead, &attempt).await?;
        }
        Ok(PlannedEntry::Plain { kind, direction, at, text }) => {
            let id = sqlx::query_scalar!(
                "insert into activity (lead_id, kind, actor_id, at, direction, body) values ($1, $2, $3, $4, $5, $6) returning id",
                lead.0,
                kind.word(),
                permit.viewer().id.0,
                at.map_or(permit.now(), |at| permit.on_the_clock(at)),
                direction.map(|direction| direction.word()),
                text
            )
            .fetch_one(&mut *transaction)
            .await?;
            mentions::keep(&mut transaction, permit, lead, ActivityId(id), &entry.mentions).await?;
        }
    }
    finish(transaction, permit, lead, key).await?;
    Ok(LoggedAnswer::Done)
}

/// The refusal where somebody is mentioned who may not read the lead: a mention opens nothing, and would not reach them.
async fn unread(
    connection: &mut PgConnection,
    lead: LeadId,
    people: &[UserId],
) -> Result<Option<LoggedAnswer>, AppError> {
    let name = mentions::unreached(connection, lead, people).await?;
    Ok(name.map(|name| LoggedAnswer::Refused { why: LogObjection::MentionUnread { name } }))
}

/// An amount in the organisation's currency at the rate of the organisation's day: the same for everybody at one moment.
pub(super) async fn in_base(
    connection: &mut PgConnection,
    permit: &Permit,
    money: &Money,
) -> Result<Option<i64>, AppError> {
    let amount = sqlx::query_scalar!(
        "select base_amount($1, $2, ($3::timestamptz at time zone o.time_zone)::date) from organisation o",
        money.minor,
        money.currency,
        permit.now()
    )
    .fetch_one(connection)
    .await?;
    Ok(amount)
}

fn no_rate(money: &Money) -> LoggedAnswer {
    LoggedAnswer::Refused { why: LogObjection::NoRate { currency: money.currency.clone() } }
}

/// Writes an estimate into the history.
pub async fn estimate(
    permit: &Permit,
    lead: LeadId,
    estimate: &NewEstimate,
    key: &RequestKey,
) -> Result<LoggedAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let Some(facts) = begin(&mut transaction, permit, lead, key).await? else { return Ok(LoggedAnswer::Done) };
    if let Err(why) = check_estimate(facts, estimate) {
        return Ok(LoggedAnswer::Refused { why });
    }
    if let Some(refused) = unread(&mut transaction, lead, &estimate.mentions).await? {
        return Ok(refused);
    }
    let base = match &estimate.fee {
        Some(fee) => match in_base(&mut transaction, permit, fee).await? {
            Some(base) => Some(base),
            None => return Ok(no_rate(fee)),
        },
        None => None,
    };
    let id = sqlx::query_scalar!(
        "with entry as (
             insert into activity (lead_id, kind, actor_id, at, body) values ($1, 'estimate', $2, $3, $4) returning id, lead_id
         )
         insert into estimate (activity_id, lead_id, hours, by_id, fee_minor, currency, fee_base_minor, paid_on,
                               credited_on_winning)
         select id, lead_id, $5::bigint / 100.0, (select id from app_user where id = $6), $7, $8, $9, $10, $11 from entry
         returning activity_id",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        written(&estimate.text),
        estimate.hours_hundredths,
        estimate.by.map(|id| id.0),
        estimate.fee.as_ref().map(|fee| fee.minor),
        estimate.fee.as_ref().map(|fee| fee.currency.as_str()),
        base,
        estimate.paid_on,
        estimate.credited_on_winning
    )
    .fetch_one(&mut *transaction)
    .await?;
    mentions::keep(&mut transaction, permit, lead, ActivityId(id), &estimate.mentions).await?;
    finish(transaction, permit, lead, key).await?;
    Ok(LoggedAnswer::Done)
}

/// Writes an offer into the history.
pub async fn offer(
    permit: &Permit,
    lead: LeadId,
    offer: &NewOffer,
    key: &RequestKey,
) -> Result<LoggedAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let Some(facts) = begin(&mut transaction, permit, lead, key).await? else { return Ok(LoggedAnswer::Done) };
    if let Err(why) = check_offer(facts, offer) {
        return Ok(LoggedAnswer::Refused { why });
    }
    if let Some(refused) = unread(&mut transaction, lead, &offer.mentions).await? {
        return Ok(refused);
    }
    let Some(base) = in_base(&mut transaction, permit, &offer.amount).await? else { return Ok(no_rate(&offer.amount)) };
    let id = sqlx::query_scalar!(
        "with entry as (
             insert into activity (lead_id, kind, actor_id, at, body) values ($1, 'offer', $2, $3, $4) returning id, lead_id
         )
         insert into offer (activity_id, lead_id, amount_minor, currency, amount_base_minor, discount_percent, expires_on)
         select id, lead_id, $5, $6, $7, $8::bigint / 100.0, $9 from entry returning activity_id",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        written(&offer.text),
        offer.amount.minor,
        offer.amount.currency,
        base,
        offer.discount_hundredths,
        offer.expires_on
    )
    .fetch_one(&mut *transaction)
    .await?;
    mentions::keep(&mut transaction, permit, lead, ActivityId(id), &offer.mentions).await?;
    finish(transaction, permit, lead, key).await?;
    Ok(LoggedAnswer::Done)
}

/// Marks an estimate as paid, and says so in the history.
pub async fn paid(
    permit: &Permit,
    lead: LeadId,
    estimate: ActivityId,
    on: Option<NaiveDate>,
    key: &RequestKey,
) -> Result<PaidAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let Some(facts) = begin(&mut transaction, permit, lead, key).await? else { return Ok(PaidAnswer::Done) };
    let on = on.unwrap_or(permit.today());
    if !facts.may_write {
        return Ok(PaidAnswer::Refused { why: LogObjection::NotYours });
    }
    if let Err(why) = check_payment(facts, on) {
        return Ok(PaidAnswer::Refused { why });
    }
    let known = sqlx::query!(
        r#"select paid_on, fee_minor is not null as "has_fee!" from estimate where activity_id = $1 and lead_id = $2"#,
        estimate.0,
        lead.0
    )
    .fetch_optional(&mut *transaction)
    .await?;
    match known {
        Some(known) if known.has_fee => {
            if let Some(on) = known.paid_on {
                return Ok(PaidAnswer::Already { on });
            }
        }
        _ => return Ok(PaidAnswer::Refused { why: LogObjection::NothingToPay }),
    }
    sqlx::query!(
        "with paid as (
             update estimate set paid_on = $2 where activity_id = $1 and paid_on is null returning lead_id
         )
         insert into activity (lead_id, kind, actor_id, at, detail)
         select lead_id, 'estimate', $3, $4, jsonb_build_object('paid', $1::bigint, 'on', $2::date) from paid",
        estimate.0,
        on,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(&mut *transaction)
    .await?;
    finish(transaction, permit, lead, key).await?;
    Ok(PaidAnswer::Done)
}
