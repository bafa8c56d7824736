//! All SQL about wins. Every change locks its lead first: whoever comes second finds the lead as the first one left it.

use super::{
    api::{AgainAnswer, Credit, NewWin, Preparation, WinAnswer, Won},
    rules::{self, Currency, Objection, Plan},
};
use crate::{
    error::AppError,
    format::minor_digits,
    ids::{LeadId, Names, ProductId, RequestKey, StageId},
    leads::{
        rules::{Searchable, search_key},
        store::account,
    },
    losses::store::{done_already, latest, lock},
    people::{
        guard::Permit,
        rules::{Holder, Sight, may_write, sight},
    },
    pipeline::{
        api::{Choice, Money},
        rules::{StageKind, arrival_rank},
        store::{card, holder},
    },
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};

fn money(minor: Option<i64>, currency: Option<String>) -> Option<Money> {
    minor.zip(currency).map(|(minor, currency)| Money { minor, currency })
}

/// A lead as winning knows it.
struct Known {
    preparation: Preparation,
    holder: Holder,
    stage_id: Option<i64>,
}

/// Reads all that the rules need to know about a lead.
async fn know(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Known, AppError> {
    let row = sqlx::query!(
        r#"select l.owner_id, l.queue_id, coalesce(l.name, l.company) as name, l.external_id, l.stage_id, l.stage_kind,
                  l.standing_loss_id is not null as "is_lost!", l.move_version, l.value_minor, l.currency, l.product_id,
                  f.amount_minor as "offer_minor?", f.currency as "offer_currency?", o.base_currency,
                  ($2::timestamptz at time zone o.time_zone)::date as "today!",
                  (l.run_started_at at time zone o.time_zone)::date as began
           from lead l cross join organisation o
           left join lateral
               (select amount_minor, currency from offer where lead_id = l.id order by activity_id desc limit 1) f on true
           where l.id = $1 and l.withdrawn_at is null"#,
        lead.0,
        permit.now()
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let holder = holder(row.owner_id, row.queue_id);
    let (value, offer) = (money(row.value_minor, row.currency), money(row.offer_minor, row.offer_currency));
    let named: Vec<String> = [&value, &offer].into_iter().flatten().map(|money| money.currency.clone()).collect();
    let preparation = Preparation {
        lead,
        name: row.name,
        external_id: row.external_id,
        stage: row.stage_kind.map(|kind| kind.parse()).transpose().map_err(|_| AppError::Internal)?,
        is_lost: row.is_lost,
        may_write: may_write(permit.viewer(), holder),
        move_version: row.move_version,
        credits: credits(&mut *connection, lead).await?,
        product: row.product_id.map(ProductId),
        products: products(&mut *connection, row.product_id).await?,
        currencies: currencies(&mut *connection, &row.base_currency, &named).await?,
        base_currency: row.base_currency,
        today: row.today,
        began: row.began,
        value,
        offer,
    };
    Ok(Known { preparation, holder, stage_id: row.stage_id })
}

/// Estimates whose fee is taken off the price.
async fn credits(connection: &mut PgConnection, lead: LeadId) -> Result<Vec<Credit>, AppError> {
    let rows = sqlx::query!(
        r#"select fee_minor as "minor!", currency as "currency!", paid_on is not null as "is_paid!" from estimate
           where lead_id = $1 and credited_on_winning and fee_minor > 0 order by activity_id"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    let credit = |minor, currency, is_paid| Credit { fee: Money { minor, currency }, is_paid };
    Ok(rows.into_iter().map(|row| credit(row.minor, row.currency, row.is_paid)).collect())
}

/// The products in use, and the one that the lead has.
async fn products(connection: &mut PgConnection, own: Option<i64>) -> Result<Vec<Choice>, AppError> {
    let rows = sqlx::query!(
        r#"select id, name from product where retired_at is null or id = $1 order by name collate "und-x-icu""#,
        own
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Choice { id: row.id, name: row.name }).collect())
}

/// The currencies in use, the organisation's, and those that the lead names; the organisation's first.
async fn currencies(connection: &mut PgConnection, base: &str, named: &[String]) -> Result<Vec<Currency>, AppError> {
    let rows = sqlx::query!(
        "select code from currency where in_use or code = $1 or code = any($2) order by code <> $1, code",
        base,
        named
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Currency { digits: minor_digits(&row.code), code: row.code }).collect())
}

/// What the dialog needs; only for those who may read the lead.
pub async fn preparation(permit: &Permit, lead: LeadId) -> Result<Preparation, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let known = know(&mut connection, permit, lead).await?;
    match sight(permit.viewer(), known.holder) {
        Sight::Full => Ok(known.preparation),
        Sight::Masked => Err(AppError::Forbidden),
    }
}

/// Makes a lead a customer: the win, the lead's place, value and product, its account, its history, the event and the
/// request's key, or nothing.
pub async fn win(permit: &Permit, wanted: &NewWin) -> Result<WinAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, wanted.lead).await?;
    let known = know(&mut transaction, permit, wanted.lead).await?;
    let about = &known.preparation;
    if !about.may_write {
        return Ok(WinAnswer::Objections { objections: vec![Objection::NotYours] });
    }
    if done_already(&mut transaction, permit, wanted.lead, &wanted.key).await?.is_some() {
        transaction.rollback().await?;
        return won(permit, wanted.lead).await;
    }
    if about.move_version != wanted.seen_version {
        transaction.rollback().await?;
        let (card, by, at) = latest(permit, wanted.lead).await?;
        return Ok(WinAnswer::Conflict { card, by, at });
    }
    let plan = match rules::plan_win(about.facts(&about.product_ids()), &wanted.draft) {
        Ok(plan) => plan,
        Err(objections) => return Ok(WinAnswer::Objections { objections }),
    };
    let base = base_amount(&mut transaction, &plan).await?;
    let Some(base) = base else {
        let objection = Objection::NoRate { currency: plan.amount.currency };
        return Ok(WinAnswer::Objections { objections: vec![objection] });
    };
    write_win(&mut transaction, permit, &known, &plan, base, &wanted.key).await?;
    account::settle(&mut transaction, permit, wanted.lead).await?;
    transaction.commit().await?;
    permit.committed();
    won(permit, wanted.lead).await
}

/// What the amount is worth in the organisation's currency at the day's rate; `None` where no rate is known.
async fn base_amount(connection: &mut PgConnection, plan: &Plan) -> Result<Option<i64>, AppError> {
    let Money { minor, currency } = &plan.amount;
    Ok(sqlx::query_scalar!("select base_amount($1, $2, $3)", *minor, currency, plan.won_on)
        .fetch_one(connection)
        .await?)
}

async fn write_win(
    connection: &mut PgConnection,
    permit: &Permit,
    known: &Known,
    plan: &Plan,
    base: i64,
    key: &RequestKey,
) -> Result<(), AppError> {
    // The same order as in a loss: first what people achieved, then what stands on the board, so that two writers never
    // wait for each other crosswise.
    sqlx::query!(
        r#"with won as (
               insert into win (lead_id, move_version, won_on, recorded_at, by_id, owner_id, queue_id, from_stage_id, product_id,
                                amount_minor, currency, amount_base_minor)
               select l.id, l.move_version + 1, $2, $3, $4, l.owner_id, l.queue_id, l.stage_id, $5, $6, $7, $8
               from lead l where l.id = $1
               returning lead_id, move_version, from_stage_id
           ), was as (
               select l.id, jsonb_build_object(
                   'value_before', jsonb_build_object('minor', l.value_minor, 'currency', l.currency, 'base', l.value_base_minor),
                   'product_before', l.product_id, 'entered_at', l.stage_entered_at) as detail
               from lead l where l.id = $1
           ), moved as (
               update lead l
               set stage_id = t.id, stage_kind = t.kind, stage_entered_at = $3, rank = $9, move_version = w.move_version,
                   value_minor = $6, currency = $7, value_base_minor = $8, product_id = coalesce($5, l.product_id)
               from won w, stage t where l.id = w.lead_id and t.kind = 'customer'
               returning l.id, l.move_version, t.id as stage_id
           ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id, detail)
               select m.id, 'move', $4, $3, m.move_version, w.from_stage_id, m.stage_id, b.detail
               from moved m, won w, was b
           ), recovery as (
               -- A reactivated loss is recovered while its lead is won.
               update loss l set closure = 'recovered' from won w where l.lead_id = w.lead_id and l.closure = 'reactivated'
           ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version) select $4, $10, $3, id, move_version from moved
           )
           insert into event (at, kind, lead_ids) select $3, 'leads', array[id] from moved"#,
        known.preparation.lead.0,
        plan.won_on,
        permit.now(),
        permit.viewer().id.0,
        plan.product.map(|product| product.0),
        plan.amount.minor,
        plan.amount.currency,
        base,
        arrival_rank(permit.now(), 0),
        key.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The lead as it is after its win.
async fn won(permit: &Permit, lead: LeadId) -> Result<WinAnswer, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let last = wins(&mut connection, permit, lead).await?.into_iter().next().ok_or(AppError::Internal)?;
    Ok(WinAnswer::Done { card: card(permit, lead).await?.map(Box::new), from: last.back_to })
}

/// Every win of a lead, the newest first. The caller has asked whether the viewer may read the lead.
pub async fn wins(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Vec<Won>, AppError> {
    let rows = sqlx::query!(
        r#"select w.won_on, w.amount_minor, w.currency, p.name as "product?", b.name as "by?",
                  coalesce(o.name, q.name) as "rep!", w.from_stage_id, f.kind as "from_kind?", f.name as "from?: Json<Names>",
                  w.undone_at, u.name as "undone_by?", (select id from stage where kind = 'open') as "first!"
           from win w
           left join product p on p.id = w.product_id left join app_user b on b.id = w.by_id
           left join app_user o on o.id = w.owner_id left join queue q on q.id = w.queue_id
           left join stage f on f.id = w.from_stage_id left join app_user u on u.id = w.undone_by
           where w.lead_id = $1 order by w.id desc"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind: Option<StageKind> =
                row.from_kind.map(|kind| kind.parse()).transpose().map_err(|_| AppError::Internal)?;
            Ok(Won {
                on: row.won_on,
                amount: money(row.amount_minor, row.currency),
                product: row.product,
                by: row.by,
                rep: row.rep,
                from: row.from.map(|name| name.0),
                back_to: rules::stage_before(row.from_stage_id.map(StageId).zip(kind), StageId(row.first)),
                undone: row.undone_at.map(|at| (permit.moment(at), row.undone_by)),
            })
        })
        .collect()
}

/// Begins to win a customer again. The new lead has the same holder, account and what is known of the person or company;
/// what belonged to the old enquiry (value, request, source, campaign) stays with it.
pub async fn again(permit: &Permit, lead: LeadId, key: &RequestKey) -> Result<AgainAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, lead).await?;
    let known = know(&mut transaction, permit, lead).await?;
    let repeated = sqlx::query_scalar!(
        "select lead_id from request_key where user_id = $1 and key = $2",
        permit.viewer().id.0,
        key.0
    )
    .fetch_optional(&mut *transaction)
    .await?;
    if !known.preparation.may_write {
        return Ok(AgainAnswer::NotYours);
    }
    if let Some(lead) = repeated {
        return Ok(AgainAnswer::Done { lead: LeadId(lead) });
    }
    if known.stage_id.is_none() || !known.preparation.stage.is_some_and(StageKind::is_won) {
        return Ok(AgainAnswer::NotACustomer);
    }
    let account = account::settle(&mut transaction, permit, lead).await?.map(|account| account.0);
    let lead = sqlx::query_scalar!(
        r#"with old as (
               select * from lead where id = $1
           ), fresh as (
               insert into lead (direction, party, business_line_id, name, company, email, phone, country, city, product_id,
                   segment_id, search_key, phone_key, email_key, do_not_call, do_not_email, owner_id, queue_id, account_id,
                   occupation, industry, employees, website, address, language, birth_date, social,
                   stage_id, stage_kind, stage_entered_at, rank, run_started_at, arose_at, recorded_at)
               select o.direction, o.party, o.business_line_id, o.name, o.company, o.email, o.phone, o.country, o.city,
                   o.product_id, o.segment_id, $7, o.phone_key, o.email_key, o.do_not_call, o.do_not_email, o.owner_id,
                   o.queue_id, o.account_id, o.occupation, o.industry, o.employees, o.website, o.address, o.language,
                   o.birth_date, o.social, s.id, s.kind, $3, $5, $3, $3, $3
               from old o, stage s where s.kind = 'open'
               returning id, stage_id
           ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, to_stage_id, detail)
               select id, 'created', $4, $3, 0, stage_id, jsonb_build_object('again_after', $1::bigint) from fresh
           ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version) select $4, $6, $3, id, 0 from fresh
           ), told as (
               insert into event (at, kind, lead_ids)
               select $3, 'leads', array(select id from fresh union select $1::bigint
                                         union select id from lead where account_id = $2)
           )
           select id from fresh"#,
        lead.0,
        account,
        permit.now(),
        permit.viewer().id.0,
        arrival_rank(permit.now(), 0),
        key.0,
        searched_by(&mut transaction, lead).await?
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    permit.committed();
    Ok(AgainAnswer::Done { lead: LeadId(lead) })
}

/// What the new lead is searched by: the old one's names and addresses, without its number in another system.
async fn searched_by(connection: &mut PgConnection, lead: LeadId) -> Result<String, AppError> {
    let row = sqlx::query!("select name, company, email, phone from lead where id = $1", lead.0)
        .fetch_one(connection)
        .await?;
    Ok(search_key(Searchable {
        name: row.name.as_deref(),
        company: row.company.as_deref(),
        email: row.email.as_deref(),
        phone: row.phone.as_deref(),
        external_id: None,
    }))
}

/// How many customers become inactive in one transaction.
const CHUNK: i64 = 200;

/// Makes those customers inactive who have been silent for as long as the organisation has set: one transaction's worth.
/// How many there were; none when nothing is set. Called by a job, which has no viewer.
pub async fn rest_silent_customers(pool: &PgPool, now: DateTime<Utc>) -> Result<i64, AppError> {
    let row = sqlx::query!(
        r#"select inactive_after_months, time_zone, ($1::timestamptz at time zone time_zone)::date as "today!" from organisation"#,
        now
    )
    .fetch_one(pool)
    .await?;
    let months = row.inactive_after_months.and_then(|months| u32::try_from(months).ok());
    let Some(silent_since) = months.and_then(|months| rules::silent_since(row.today, months)) else { return Ok(0) };
    let rested = sqlx::query_scalar!(
        r#"with silent as (
               select l.id, l.stage_id as from_stage_id from lead l
               where l.stage_kind = 'customer' and l.withdrawn_at is null
                 and not exists (select from activity a
                                 where a.lead_id = l.id and (a.at at time zone $2)::date > $3)
                 and not exists (select from win w where w.lead_id = l.id and w.undone_at is null and w.won_on > $3)
               order by l.id limit $4 for update of l skip locked
           ), moved as (
               update lead l
               set stage_id = t.id, stage_kind = t.kind, stage_entered_at = $1, rank = $5, move_version = l.move_version + 1
               from silent s, stage t where l.id = s.id and t.kind = 'inactive'
               returning l.id, l.move_version, s.from_stage_id, l.stage_id
           ), history as (
               insert into activity (lead_id, kind, at, move_version, from_stage_id, to_stage_id, detail)
               select id, 'move', $1, move_version, from_stage_id, stage_id, jsonb_build_object('silent_months', $6::integer)
               from moved
           ), told as (
               insert into event (at, kind, lead_ids)
               select $1, 'leads', array_agg(id) from moved having count(*) > 0
           )
           select count(*) as "rested!" from moved"#,
        now,
        row.time_zone,
        silent_since,
        CHUNK,
        arrival_rank(now, 0),
        row.inactive_after_months.map(i32::from)
    )
    .fetch_one(pool)
    .await?;
    Ok(rested)
}
