//! All SQL of capture: the import itself here, what stands around it in the folder.

use super::{
    preset::LossOutcome,
    rules::{AlreadyThere, Whose},
    summary::{Rejection, Summary},
};
use crate::{error::AppError, ids::Names, people::guard::Permit};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{PgConnection, types::Json};
use std::collections::{BTreeMap, BTreeSet};

pub mod presets;
pub mod runs;
pub mod uploads;
pub mod withdrawal;
mod words;

/// So many leads at once change what a table is like.
const MANY: usize = 1000;

/// A lead as the database takes it in.
#[derive(Debug, Serialize)]
pub struct NewLead<'a> {
    /// The number under which the other system knows it.
    pub external_id: &'a str,
    /// Name.
    pub name: Option<&'a str>,
    /// Company.
    pub company: Option<&'a str>,
    /// E-mail address.
    pub email: Option<&'a str>,
    /// Phone number.
    pub phone: Option<&'a str>,
    /// Country.
    pub country: Option<&'a str>,
    /// City.
    pub city: Option<&'a str>,
    /// Street and number.
    pub address: Option<&'a str>,
    /// Web address.
    pub website: Option<&'a str>,
    /// What they do.
    pub occupation: Option<&'a str>,
    /// What the company does.
    pub industry: Option<&'a str>,
    /// What they asked for.
    pub request: Option<&'a str>,
    /// inbound or outbound.
    pub direction: &'static str,
    /// person or company.
    pub party: &'static str,
    /// What it is worth, in minor units.
    pub value_minor: Option<i64>,
    /// In which currency.
    pub currency: Option<&'a str>,
    /// When it arose.
    pub arose: Option<DateTime<Utc>>,
    /// When it was won or lost.
    pub closed: Option<DateTime<Utc>>,
    /// The day on which it was won.
    pub won_on: Option<NaiveDate>,
    /// The source's key.
    pub source: Option<String>,
    /// The campaign's key.
    pub campaign: Option<String>,
    /// The product's key.
    pub product: Option<String>,
    /// The segment's key.
    pub segment: Option<String>,
    /// What fills no field.
    pub custom: &'a Map<String, Value>,
    /// What it is searched by.
    pub search_key: String,
    /// Not to be called.
    pub do_not_call: bool,
    /// Not to be sent e-mails.
    pub do_not_email: bool,
    /// The folded phone number.
    pub phone_key: Option<String>,
    /// The folded e-mail address.
    pub email_key: Option<String>,
    /// Whose it is, unless a queue's.
    pub owner: Option<i64>,
    /// In which queue it waits.
    pub queue: Option<i64>,
    /// Its place in the column.
    pub rank: String,
    /// The kind of its stage; none when it was lost at an unknown one.
    pub stage: Option<&'static str>,
    /// How it was lost.
    pub outcome: Option<&'static str>,
    /// The reason's code.
    pub reason: Option<&'a str>,
    /// What the file says about the loss.
    pub note: Option<&'a str>,
    /// What the loss is searched by.
    pub note_key: Option<String>,
}

/// What all leads of one import share.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Its id.
    pub id: i64,
    /// The system that the numbers come from.
    pub system: &'a str,
    /// Today on the organisation's calendar, whose rates hold.
    pub today: NaiveDate,
}

/// Which of these leads are here already, brought by something else than `batch`. Withdrawn ones are not: they come back,
/// unless they are somebody else's.
pub async fn already_there(
    permit: &Permit,
    system: &str,
    external_ids: &[String],
    batch: Option<i64>,
) -> Result<AlreadyThere, AppError> {
    let edits = permit.edits();
    let found = sqlx::query!(
        r#"select external_id as "id!", within as "within!" from (
               select external_id, withdrawn_at,
                      $4 or coalesce(owner_id = any($5), false) or coalesce(queue_id = any($6), false) as within
               from lead
               where external_system = $1 and external_id = any($2) and import_batch_id is distinct from $3) as found
           where withdrawn_at is null or not within"#,
        system,
        external_ids,
        batch,
        edits.everything,
        &edits.owners,
        &edits.queues
    )
    .fetch_all(permit.pool())
    .await?;
    let whose = |within| if within { Whose::Within } else { Whose::Elsewhere };
    Ok(found.into_iter().map(|row| (row.id, whose(row.within))).collect())
}

/// How many of these are recognised by phone or e-mail as leads that came in another way: probably the same people.
pub async fn alike(permit: &Permit, system: &str, emails: &[String], phones: &[String]) -> Result<i64, AppError> {
    let alike = sqlx::query_scalar!(
        r#"select count(*) as "alike!" from lead
           where (email_key = any($2) or phone_key = any($3)) and external_system is distinct from $1
             and withdrawn_at is null"#,
        system,
        emails,
        phones
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(alike)
}

/// The reasons among these that this installation does not have.
pub async fn unknown_reasons(
    permit: &Permit,
    reasons: Vec<(LossOutcome, String)>,
) -> Result<Vec<(LossOutcome, String)>, AppError> {
    let known = sqlx::query!("select outcome, code from loss_reason").fetch_all(permit.pool()).await?;
    let known: BTreeSet<_> = known.into_iter().map(|row| (row.outcome, row.code)).collect();
    Ok(reasons
        .into_iter()
        .filter(|(outcome, code)| !known.contains(&(outcome.word().to_owned(), code.clone())))
        .collect())
}

/// What the organisation reckons in.
pub struct Reckoning {
    /// Its zone.
    pub zone: Tz,
    /// Its currency.
    pub base_currency: String,
    /// Today on its calendar.
    pub today: NaiveDate,
    /// The currencies that have a rate today, with the digits of their minor unit.
    pub currencies: BTreeMap<String, u32>,
}

/// Zone, day and currencies of the organisation.
pub async fn reckoning(permit: &Permit) -> Result<Reckoning, AppError> {
    let row = sqlx::query!("select time_zone, base_currency from organisation").fetch_one(permit.pool()).await?;
    let zone = row.time_zone.parse().unwrap_or(Tz::UTC);
    let today = permit.now().with_timezone(&zone).date_naive();
    let currencies =
        sqlx::query!("select code, digits from currency where base_amount(100, code, $1) is not null", today)
            .fetch_all(permit.pool())
            .await?;
    let currencies =
        currencies.into_iter().map(|row| (row.code, u32::try_from(row.digits).unwrap_or_default())).collect();
    Ok(Reckoning { zone, base_currency: row.base_currency, today, currencies })
}

/// Adds the names that a table of names does not have yet, and remembers that they came with this batch; the first
/// spelling stays.
macro_rules! add_names {
    ($table:literal, $names:expr, $batch:expr, $connection:expr) => {{
        let (keys, names): (Vec<String>, Vec<String>) = $names.iter().cloned().unzip();
        sqlx::query!(
            "with new as (
                 insert into "
                + $table
                + " (key, name)
                 select key, name from unnest($1::text[], $2::text[]) as given (key, name) order by key
                 on conflict (key) do nothing returning id)
             insert into import_word (kind, word_id, batch_id) select $3, id, $4 from new",
            &keys,
            &names,
            $table,
            $batch
        )
        .execute(&mut *$connection)
        .await?;
        words::bring_back!($table, &keys, $batch, $connection);
    }};
}

/// The sources, products and segments of a file: folded key and first spelling.
#[derive(Debug, Default)]
pub struct NewNames {
    /// Sources.
    pub sources: Vec<(String, String)>,
    /// Products.
    pub products: Vec<(String, String)>,
    /// Segments.
    pub segments: Vec<(String, String)>,
    /// Campaigns.
    pub campaigns: Vec<(String, String)>,
    /// Columns that fill no field: each becomes a field of the team's own.
    pub custom: Vec<String>,
}

/// Begins the import of job `job`, or goes on with it: the batch's id.
pub async fn begin(
    permit: &Permit,
    job: i64,
    file: &str,
    preset: &str,
    columns: &[String],
    names: &NewNames,
) -> Result<i64, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let batch = sqlx::query_scalar!(
        "insert into import_batch (job_id, file_name, preset, started_by, created_at, columns)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (job_id) do update set job_id = excluded.job_id returning id",
        job,
        file,
        preset,
        permit.viewer().id.0,
        permit.now(),
        Json(columns) as _
    )
    .fetch_one(&mut *transaction)
    .await?;
    add_names!("campaign", names.campaigns, batch, transaction);
    add_names!("source", names.sources, batch, transaction);
    add_names!("product", names.products, batch, transaction);
    add_names!("segment", names.segments, batch, transaction);
    sqlx::query!(
        "with new as (
             insert into custom_field (key, name, position)
             select key, jsonb_build_object('en', key), (select coalesce(max(position), 0) from custom_field) + place::integer
             from unnest($1::text[]) with ordinality as given (key, place)
             on conflict (key) do nothing returning id)
         insert into import_word (kind, word_id, batch_id) select 'custom_field', id, $2 from new",
        &names.custom,
        batch
    )
    .execute(&mut *transaction)
    .await?;
    words::bring_back!("custom_field", &names.custom, batch, transaction);
    transaction.commit().await?;
    Ok(batch)
}

/// Keeps rejected rows with their import.
pub async fn reject(permit: &Permit, batch: i64, rejections: &[Rejection]) -> Result<(), AppError> {
    let rows: Vec<i64> = rejections.iter().map(|rejection| rejection.row).collect();
    let reasons: Vec<String> = rejections.iter().map(|rejection| rejection.reason.clone()).collect();
    let cells: Vec<Value> = rejections.iter().map(|rejection| rejection.cells.clone().into()).collect();
    let problems: Vec<Value> =
        rejections.iter().map(|rejection| serde_json::to_value(&rejection.problem).unwrap_or_default()).collect();
    sqlx::query!(
        "insert into import_rejection (batch_id, row_number, reason, cells, problem)
         select $1, number, reason, cells, problem
         from unnest($2::bigint[], $3::text[], $4::jsonb[], $5::jsonb[]) as given (number, reason, cells, problem)
         on conflict (batch_id, row_number) do nothing",
        batch,
        &rows,
        &reasons,
        &cells,
        &problems
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}

/// Adds those of `leads` that are not here yet, with history, losses, wins and counters: in one statement, so that all of a
/// lead comes or nothing. Withdrawn ones come back as they were. How many came; `tell` lets open boards count again.
pub async fn add(permit: &Permit, batch: Batch<'_>, leads: &[NewLead<'_>], tell: bool) -> Result<i64, AppError> {
    let external_ids: Vec<String> = leads.iter().map(|lead| lead.external_id.to_owned()).collect();
    // What an import withdraws or revives, its person may change.
    let edits = permit.edits();
    let mut transaction = permit.pool().begin().await?;
    lock_results(&mut transaction, leads).await?;
    let added = sqlx::query_scalar!(
        r#"with given as materialized (
               select g.*, o.id as source_id, p.id as product_id, m.id as segment_id, c.id as campaign_id,
                      s.id as stage_id, r.id as reason_id,
                      case when g.value_minor is not null then base_amount(g.value_minor, g.currency, $6) end as value_base_minor,
                      case when r.id is not null then nextval(pg_get_serial_sequence('loss', 'id')) end as loss_id
               from jsonb_to_recordset($1) as g (
                   external_id text, direction text, party text, name text, company text, email text, phone text, country text,
                   city text, address text, website text, occupation text, industry text, request text,
                   source text, campaign text, product text, segment text, value_minor bigint, currency text,
                   arose timestamptz, closed timestamptz, won_on date,
                   custom jsonb, search_key text, phone_key text, email_key text, do_not_call boolean,
                   do_not_email boolean, owner bigint, queue bigint, rank text, stage text, outcome text, reason text,
                   note text, note_key text)
               left join source o on o.key = g.source
               left join campaign c on c.key = g.campaign
               left join product p on p.key = g.product
               left join segment m on m.key = g.segment
               left join stage s on s.kind = g.stage
               left join loss_reason r on r.code = g.reason and r.outcome = g.outcome
               where not exists
                   (select from lead l where l.external_system = $2 and l.external_id = g.external_id)),
           revived as (
               update lead set withdrawn_at = null, import_batch_id = $3
               where external_system = $2 and external_id = any($8) and withdrawn_at is not null
                 and ($9 or owner_id = any($10) or queue_id = any($11))
               returning id),
           added as (
               insert into lead (direction, party, name, company, email, phone, country, city, address, website, occupation,
                   industry, request, source_id, campaign_id, product_id, segment_id, value_minor, currency, value_base_minor,
                   custom, external_system, external_id, import_batch_id, search_key, phone_key, email_key,
                   do_not_call, do_not_email, owner_id, queue_id, stage_id, stage_kind, stage_entered_at, rank,
                   standing_loss_id, standing_outcome, arose_at, run_started_at, recorded_at)
               select direction, party, name, company, email, phone, country, city, address, website, occupation,
                   industry, request, source_id, campaign_id, product_id, segment_id, value_minor, currency, value_base_minor,
                   custom, $2, external_id, $3, search_key, phone_key, email_key,
                   do_not_call, do_not_email, owner, queue, stage_id, stage,
                   -- A lead begins in Open; when it came to any other stage the file does not say.
                   case stage when 'open' then arose when 'customer' then closed end, rank,
                   loss_id, outcome, arose, arose, $4
               from given order by rank
               on conflict (external_system, external_id) do nothing
               returning id, external_id, stage_id, stage_kind, owner_id, queue_id, product_id, value_minor, currency,
                         value_base_minor),
           history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, to_stage_id)
               select id, 'imported', $5::bigint, $4::timestamptz, 0::bigint, stage_id from added
               union all
               select id, 'revived', $5, $4, null, null from revived),
           losses as (
               insert into loss (id, lead_id, outcome, reason_id, at, recorded_at, owner_id, queue_id, note, search_key,
                   attempt_exception, import_batch_id)
               overriding system value
               select g.loss_id, a.id, g.outcome, g.reason_id, g.closed, $4, a.owner_id, a.queue_id, g.note, g.note_key,
                   'imported', $3
               from added a join given g using (external_id) where g.loss_id is not null),
           wins as (
               insert into win (lead_id, move_version, recorded_at, owner_id, queue_id, product_id, won_on,
                   amount_minor, currency, amount_base_minor, import_batch_id)
               select a.id, 0, $4, a.owner_id, a.queue_id, a.product_id, g.won_on, a.value_minor, a.currency,
                   a.value_base_minor, $3
               from added a join given g using (external_id) where a.stage_kind = 'customer'),
           told as (
               insert into event (at, kind) select $4, 'bulk'
               where $7 and (exists (select from added) or exists (select from revived)))
           select (select count(*) from added) + (select count(*) from revived) as "added!""#,
        Json(leads) as _,
        batch.system,
        batch.id,
        permit.now(),
        permit.viewer().id.0,
        batch.today,
        tell,
        &external_ids,
        edits.everything,
        &edits.owners,
        &edits.queues
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(added)
}

/// A lead has to be there before its loss or win, so its stage is counted before its result. Everywhere else results come
/// first: their rows are locked before any stage's, so that two writers never wait crosswise.
async fn lock_results(connection: &mut PgConnection, leads: &[NewLead<'_>]) -> Result<(), AppError> {
    let owners: Vec<i64> = leads.iter().filter_map(|lead| lead.owner).collect();
    let queues: Vec<i64> = leads.iter().filter_map(|lead| lead.queue).collect();
    sqlx::query!(
        "select from result_count where owner_id = any($1) or queue_id = any($2)
         order by owner_id, queue_id, stage_id for update",
        &owners,
        &queues
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many leads of this batch had been withdrawn and came back.
pub async fn revived(permit: &Permit, batch: i64) -> Result<i64, AppError> {
    let revived = sqlx::query_scalar!(
        r#"select count(distinct l.id) as "revived!" from lead l join activity a on a.lead_id = l.id
           join import_batch b on b.id = l.import_batch_id
           where l.import_batch_id = $1 and a.kind = 'revived' and a.at >= b.created_at"#,
        batch
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(revived)
}

/// The import is done, or as far as it will come; open boards count again.
pub async fn finish(permit: &Permit, batch: i64, summary: &Summary) -> Result<(), AppError> {
    sqlx::query!(
        "with told as (insert into event (at, kind) select $2, 'bulk' where $4)
         update import_batch set finished_at = $2, summary = $3 where id = $1",
        batch,
        permit.now(),
        Json(summary) as _,
        summary.imported > 0
    )
    .execute(permit.pool())
    .await?;
    permit.committed();
    if summary.imported >= MANY {
        // The plans that connections keep were made for the tables as they were. The import stands without it.
        let analyze = "analyze lead, lead_contact, stage_count, search_entry, search_doc, search_word";
        if let Err(error) = sqlx::query(analyze).execute(permit.pool()).await {
            tracing::warn!(%error, "could not analyze the tables that an import has filled");
        }
    }
    Ok(())
}

/// The reasons in use: outcome, code, name.
pub async fn reasons(permit: &Permit) -> Result<Vec<(LossOutcome, String, Names)>, AppError> {
    let rows = sqlx::query!(
        r#"select outcome, code, name as "name: Json<Names>" from loss_reason where retired_at is null
           order by outcome, position"#
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.outcome.parse().map_err(|_| AppError::Internal)?, row.code, row.name.0)))
        .collect()
}

/// How many of these leads were withdrawn and would come back.
pub async fn resting(permit: &Permit, system: &str, external_ids: &[String]) -> Result<i64, AppError> {
    let edits = permit.edits();
    let resting = sqlx::query_scalar!(
        r#"select count(*) as "resting!" from lead
           where external_system = $1 and external_id = any($2) and withdrawn_at is not null
             and ($3 or owner_id = any($4) or queue_id = any($5))"#,
        system,
        external_ids,
        edits.everything,
        &edits.owners,
        &edits.queues
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(resting)
}
