//! All SQL about lost money. It reads only leads that the viewer may read: what they may not read is in no figure.

use super::{
    api::{CampaignRow, ClientRow, Hour, MoneyReport, MonthSpend, Offered, ReasonRow, RequestRow},
    rules::{self, Asked, Counts, Effect, Estimates},
};
use crate::{
    analytics::rules::{Period, Span},
    error::{AppError, word},
    ids::{CampaignId, Names, ProductId, ReasonId},
    people::guard::{Permit, Reach},
    pipeline::api::Money,
    settings::{model::Organisation, store::lists},
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};

pub mod offering;
pub mod written;

/// The organisation's day at the permit's moment.
fn today(permit: &Permit, organisation: &Organisation) -> Result<NaiveDate, AppError> {
    let zone: Tz = word(&organisation.time_zone)?;
    Ok(permit.now().with_timezone(&zone).date_naive())
}

/// All figures of a period.
pub async fn report(permit: &Permit, period: Period) -> Result<MoneyReport, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let mut connection = permit.pool().acquire().await?;
    let organisation = lists::organisation(&mut connection).await?;
    let hour = lists::estimate_hour(&mut connection).await?;
    drop(connection);
    let today = today(permit, &organisation)?;
    let fiscal_start = organisation.fiscal_year_starts_in.unsigned_abs().into();
    let span = rules::shown(period).span(today, fiscal_start);
    let (months, quarters) = (rules::whole_months(span), rules::quarters(today, fiscal_start));
    let reads = permit.reads();
    Ok(MoneyReport {
        period,
        span,
        months,
        today,
        currencies: currencies(permit, &organisation.base_currency).await?,
        may_write: permit.viewer().manages(),
        reads_everything: reads.everything,
        reasons: reasons(permit, &reads, span).await?,
        campaigns: campaigns(permit, &reads, months).await?,
        hour: hour.map(|(amount, base_minor)| Hour { amount, base_minor }),
        clients: clients(permit, &reads, span).await?,
        requests: requests(permit, &reads, span, &quarters).await?,
        quarters,
        currency: organisation.base_currency,
        seen,
    })
}

/// Currencies that amounts are entered in, the organisation's first.
async fn currencies(permit: &Permit, base: &str) -> Result<Vec<String>, AppError> {
    let codes =
        sqlx::query_scalar!("select code from currency where in_use or code = $1 order by code <> $1, code", base)
            .fetch_all(permit.pool())
            .await?;
    Ok(codes)
}

/// Lost value by reason.
async fn reasons(permit: &Permit, reads: &Reach, span: Span) -> Result<Vec<ReasonRow>, AppError> {
    let rows = sqlx::query!(
        r#"select m.id, m.name as "name: Json<Names>", m.outcome, count(*) as "losses!",
                  coalesce(sum(r.value_base_minor), 0)::bigint as "minor!",
                  count(*) filter (where r.value_base_minor is null) as "unvalued!"
           from run r join loss_reason m on m.id = r.reason_id
           where ($1 or r.lead_owner_id = any($2) or r.lead_queue_id = any($3))
             and ($4::date is null or r.ended_on >= $4) and ($5::date is null or r.ended_on <= $5)
           group by m.id
           order by 5 desc, 4 desc, m.outcome, m.position, m.id"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        span.from,
        span.to
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ReasonRow {
                reason: ReasonId(row.id),
                name: row.name.0,
                outcome: word(&row.outcome)?,
                losses: row.losses,
                minor: row.minor,
                unvalued: row.unvalued,
            })
        })
        .collect()
}

/// Every campaign that cost or began something in these months, and those that are not retired.
async fn campaigns(permit: &Permit, reads: &Reach, months: Span) -> Result<Vec<CampaignRow>, AppError> {
    let rows = sqlx::query!(
        r#"with begun as (
               select l.id, l.campaign_id, l.stage_kind, l.standing_loss_id,
                      (lead_began(l.arose_at, l.import_batch_id, l.recorded_at)
                           at time zone (select time_zone from organisation))::date as began_on
               from lead l
               where l.campaign_id is not null and l.withdrawn_at is null and ($1 or l.owner_id = any($2) or l.queue_id = any($3))
           ), counted as (
               select b.campaign_id, s.campaign_id is not null as is_paid, c.is_customer, coalesce(m.non_target, false) as is_non_target,
                      c.is_customer or b.stage_kind in ('qualified', 'negotiation')
                          or exists (select from activity a join stage t on t.id in (a.from_stage_id, a.to_stage_id)
                                     where a.lead_id = b.id and t.kind in ('qualified', 'negotiation'))
                          or exists (select from loss e join stage t on t.id = e.stage_id
                                     where e.lead_id = b.id and t.kind in ('qualified', 'negotiation')) as was_ready
               from begun b
               cross join lateral
                   (select exists (select from win w where w.lead_id = b.id and w.undone_at is null) as is_customer) c
               left join campaign_spend s on s.campaign_id = b.campaign_id and s.month = date_trunc('month', b.began_on)::date
               left join loss x on x.id = b.standing_loss_id
               left join loss_reason m on m.id = x.reason_id
               where ($4::date is null or b.began_on >= $4) and ($5::date is null or b.began_on <= $5)
           ), brought as (
               select campaign_id, count(*) as leads, count(*) filter (where was_ready) as qualified,
                      count(*) filter (where is_customer) as customers, count(*) filter (where is_non_target) as non_target,
                      count(*) filter (where is_paid) as paid_leads, count(*) filter (where is_paid and was_ready) as paid_qualified,
                      count(*) filter (where is_paid and is_customer) as paid_customers,
                      count(*) filter (where is_paid and is_non_target) as paid_non_target
               from counted group by campaign_id
           ), cost as (
               select campaign_id, sum(amount_base_minor)::bigint as minor from campaign_spend
               where ($4::date is null or month >= $4) and ($5::date is null or month <= $5) group by campaign_id
           )
           select c.id, c.name, cost.minor as "spend?", coalesce(b.leads, 0) as "leads!", coalesce(b.qualified, 0) as "qualified!",
                  coalesce(b.customers, 0) as "customers!", coalesce(b.non_target, 0) as "non_target!",
                  coalesce(b.paid_leads, 0) as "paid_leads!", coalesce(b.paid_qualified, 0) as "paid_qualified!",
                  coalesce(b.paid_customers, 0) as "paid_customers!", coalesce(b.paid_non_target, 0) as "paid_non_target!"
           from campaign c
           left join brought b on b.campaign_id = c.id
           left join cost on cost.campaign_id = c.id
           where c.retired_at is null or b.leads > 0 or cost.minor is not null
           order by cost.minor desc nulls last, b.leads desc nulls last, c.name collate "und-x-icu", c.id"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        months.from,
        months.to
    )
    .fetch_all(permit.pool())
    .await?;
    let mut entered = entered(permit).await?;
    let row = rows.into_iter().map(|row| CampaignRow {
        id: CampaignId(row.id),
        name: row.name,
        effect: Effect {
            spend: row.spend,
            all: Counts {
                leads: row.leads,
                qualified: row.qualified,
                customers: row.customers,
                non_target: row.non_target,
            },
            paid: Counts {
                leads: row.paid_leads,
                qualified: row.paid_qualified,
                customers: row.paid_customers,
                non_target: row.paid_non_target,
            },
        },
        months: entered.remove(&row.id).unwrap_or_default(),
    });
    Ok(row.collect())
}

/// Everything that was entered, by campaign, the newest first.
async fn entered(permit: &Permit) -> Result<BTreeMap<i64, Vec<MonthSpend>>, AppError> {
    let rows = sqlx::query!(
        "select campaign_id, month, amount_minor, currency from campaign_spend order by campaign_id, month desc"
    )
    .fetch_all(permit.pool())
    .await?;
    let mut entered: BTreeMap<i64, Vec<MonthSpend>> = BTreeMap::new();
    for row in rows {
        let amount = Money { minor: row.amount_minor, currency: row.currency };
        entered.entry(row.campaign_id).or_default().push(MonthSpend { month: row.month, amount });
    }
    Ok(entered)
}

/// Estimates of leads whose loss stands, by type of client.
async fn clients(permit: &Permit, reads: &Reach, span: Span) -> Result<Vec<ClientRow>, AppError> {
    let rows = sqlx::query!(
        r#"select l.party, g.name as "segment?", count(*) filter (where e.hours is not null) as "count!",
                  coalesce(sum(e.hours * 100), 0)::bigint as "hundredths!",
                  coalesce(sum(e.fee_base_minor) filter (where e.hours is not null and e.paid_on is not null), 0)::bigint as "paid!",
                  count(*) filter (where e.hours is null) as "without_hours!"
           from estimate e
           join lead l on l.id = e.lead_id
           join loss s on s.id = l.standing_loss_id
           left join segment g on g.id = l.segment_id
           cross join lateral (select (s.at at time zone (select time_zone from organisation))::date as lost_on) d
           where l.withdrawn_at is null and ($1 or l.owner_id = any($2) or l.queue_id = any($3))
             and ($4::date is null or d.lost_on >= $4) and ($5::date is null or d.lost_on <= $5)
           group by l.party, g.id
           order by l.party, g.id is null, g.name collate "und-x-icu", g.id"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        span.from,
        span.to
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let (count, hundredths, paid, without_hours) = (row.count, row.hundredths, row.paid, row.without_hours);
            let estimates = Estimates { count, hundredths, paid, without_hours };
            Ok(ClientRow { party: word(&row.party)?, segment: row.segment, estimates })
        })
        .collect()
}

/// Products that were asked for in vain in the period, however they were spelt.
async fn requests(
    permit: &Permit,
    reads: &Reach,
    span: Span,
    quarters: &[NaiveDate],
) -> Result<Vec<RequestRow>, AppError> {
    let rows = sqlx::query!(
        r#"select s.evidence ->> 'product_asked' as "text!", r.ended_on, count(*) as "requests!",
                  coalesce(sum(r.value_base_minor), 0)::bigint as "minor!"
           from run r join loss s on s.id = r.loss_id
           where s.evidence ? 'product_asked' and s.evidence ->> 'product_asked' is not null
             and ($1 or r.lead_owner_id = any($2) or r.lead_queue_id = any($3))
           group by 1, 2"#,
        reads.everything,
        &reads.owners,
        &reads.queues
    )
    .fetch_all(permit.pool())
    .await?;
    let asked: Vec<_> = rows
        .into_iter()
        .map(|row| Asked { text: row.text, day: row.ended_on, requests: row.requests, minor: row.minor })
        .collect();
    let mut offered = all_offered(permit).await?;
    let row = |request: rules::Request| RequestRow { offered: offered.remove(&request.key), request };
    Ok(rules::requests(&asked, span, quarters).into_iter().map(row).collect())
}

/// What answers which request.
async fn all_offered(permit: &Permit) -> Result<BTreeMap<String, Offered>, AppError> {
    let rows =
        sqlx::query!("select o.request, p.id, p.name from offered_request o join product p on p.id = o.product_id")
            .fetch_all(permit.pool())
            .await?;
    let offered = rows.into_iter().map(|row| (row.request, Offered { product: ProductId(row.id), name: row.name }));
    Ok(offered.collect())
}

/// Currencies that there are.
async fn known_currencies(connection: &mut sqlx::PgConnection) -> Result<BTreeSet<String>, AppError> {
    Ok(lists::currencies(connection).await?.into_iter().map(|currency| currency.code).collect())
}
