//! All SQL of capture.

use super::rules::{Rejection, Summary};
use crate::{error::AppError, people::guard::Permit};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::types::Json;
use std::collections::BTreeSet;

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
    /// What they asked for.
    pub request: Option<&'a str>,
    /// The source's key.
    pub source: Option<String>,
    /// The product's key.
    pub product: Option<String>,
    /// The segment's key.
    pub segment: Option<String>,
    /// What fills no field.
    pub custom: &'a Map<String, Value>,
    /// What it is searched by.
    pub search_key: String,
    /// What its phone number is recognised by.
    pub phone_key: Option<String>,
    /// What its e-mail address is recognised by.
    pub email_key: Option<String>,
    /// Not to be called.
    pub do_not_call: bool,
    /// Not to be sent e-mails.
    pub do_not_email: bool,
    /// Whose it is.
    pub owner: i64,
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
    /// inbound or outbound.
    pub direction: &'a str,
    /// person or company.
    pub party: &'a str,
}

/// Which of these leads are here already, brought by something else than `batch`.
pub async fn already_there(
    permit: &Permit,
    system: &str,
    external_ids: &[String],
    batch: Option<i64>,
) -> Result<BTreeSet<String>, AppError> {
    let found = sqlx::query_scalar!(
        r#"select external_id as "id!" from lead
           where external_system = $1 and external_id = any($2) and import_batch_id is distinct from $3"#,
        system,
        external_ids,
        batch
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(found.into_iter().collect())
}

/// The reasons among these (with their outcome) that this installation does not have.
pub async fn unknown_reasons(permit: &Permit, outcomes: &[String], codes: &[String]) -> Result<Vec<String>, AppError> {
    let unknown = sqlx::query_scalar!(
        r#"select asked.outcome || ': ' || asked.code as "reason!"
           from unnest($1::text[], $2::text[]) as asked (outcome, code)
           where not exists (select from loss_reason r where r.code = asked.code and r.outcome = asked.outcome)"#,
        outcomes,
        codes
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(unknown)
}

/// Adds the names that a table of names does not have yet; the first spelling stays.
macro_rules! add_names {
    ($table:literal, $names:expr, $connection:expr) => {{
        let (keys, names): (Vec<String>, Vec<String>) = $names.iter().cloned().unzip();
        sqlx::query!(
            "insert into "
                + $table
                + " (key, name)
             select key, name from unnest($1::text[], $2::text[]) as given (key, name) order by key
             on conflict (key) do nothing",
            &keys,
            &names
        )
        .execute($connection)
        .await?
    }};
}

/// The sources, products and segments of a file: folded key and first spelling.
#[derive(Debug, Default)]
pub struct Names {
    /// Sources.
    pub sources: Vec<(String, String)>,
    /// Products.
    pub products: Vec<(String, String)>,
    /// Segments.
    pub segments: Vec<(String, String)>,
}

/// Begins the import of job `job`, or goes on with it: the batch's id.
pub async fn begin(permit: &Permit, job: i64, file: &str, preset: &str, names: &Names) -> Result<i64, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let batch = sqlx::query_scalar!(
        "insert into import_batch (job_id, file_name, preset, started_by, created_at) values ($1, $2, $3, $4, $5)
         on conflict (job_id) do update set job_id = excluded.job_id returning id",
        job,
        file,
        preset,
        permit.viewer().id.0,
        permit.now()
    )
    .fetch_one(&mut *transaction)
    .await?;
    add_names!("source", names.sources, &mut *transaction);
    add_names!("product", names.products, &mut *transaction);
    add_names!("segment", names.segments, &mut *transaction);
    transaction.commit().await?;
    Ok(batch)
}

/// Keeps rejected rows with their import.
pub async fn reject(permit: &Permit, batch: i64, rejections: &[Rejection]) -> Result<(), AppError> {
    let rows: Vec<i64> = rejections.iter().map(|rejection| rejection.row).collect();
    let reasons: Vec<String> = rejections.iter().map(|rejection| rejection.reason.clone()).collect();
    let cells: Vec<Value> = rejections.iter().map(|rejection| rejection.cells.clone().into()).collect();
    sqlx::query!(
        "insert into import_rejection (batch_id, row_number, reason, cells)
         select $1, number, reason, cells from unnest($2::bigint[], $3::text[], $4::jsonb[]) as given (number, reason, cells)
         on conflict (batch_id, row_number) do nothing",
        batch,
        &rows,
        &reasons,
        &cells
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}

/// Adds those of `leads` that are not here yet, with history, losses, counters and one event: one statement, so that all
/// of a lead comes or nothing. How many came.
pub async fn add(permit: &Permit, batch: Batch<'_>, leads: &[NewLead<'_>]) -> Result<i64, AppError> {
    let added = sqlx::query_scalar!(
        r#"with given as materialized (
               select g.*, o.id as source_id, p.id as product_id, m.id as segment_id, s.id as stage_id, r.id as reason_id,
                      case when r.id is not null then nextval(pg_get_serial_sequence('loss', 'id')) end as loss_id
               from jsonb_to_recordset($1) as g (
                   external_id text, name text, company text, email text, phone text, country text, city text, request text,
                   source text, product text, segment text, custom jsonb, search_key text, phone_key text,
                   email_key text, do_not_call boolean,
                   do_not_email boolean, owner bigint, rank text, stage text, outcome text, reason text, note text, note_key text)
               left join source o on o.key = g.source
               left join product p on p.key = g.product
               left join segment m on m.key = g.segment
               left join stage s on s.kind = g.stage
               left join loss_reason r on r.code = g.reason and r.outcome = g.outcome
               where not exists
                   (select from lead l where l.external_system = $2 and l.external_id = g.external_id)),
           added as (
               insert into lead (direction, party, name, company, email, phone, country, city, request, source_id,
                   product_id, segment_id, custom, external_system, external_id, import_batch_id, search_key,
                   phone_key, email_key, do_not_call, do_not_email, owner_id, stage_id, stage_kind, rank, standing_loss_id, standing_outcome,
                   recorded_at)
               select $3, $4, name, company, email, phone, country, city, request, source_id, product_id, segment_id,
                   custom, $2, external_id, $5, search_key, phone_key, email_key, do_not_call, do_not_email, owner, stage_id, stage, rank,
                   loss_id, outcome, $6
               from given order by rank
               on conflict (external_system, external_id) do nothing
               returning id, external_id, stage_id, stage_kind, owner_id, product_id, value_minor, currency, value_base_minor),
           history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, to_stage_id)
               select id, 'imported', $7, $6, 0, stage_id from added),
           losses as (
               insert into loss (id, lead_id, outcome, reason_id, recorded_at, owner_id, note, search_key, attempt_exception,
                   import_batch_id)
               overriding system value
               select g.loss_id, a.id, g.outcome, g.reason_id, $6, a.owner_id, g.note, g.note_key, 'imported', $5
               from added a join given g using (external_id) where g.loss_id is not null),
           wins as (
               insert into win (lead_id, move_version, recorded_at, owner_id, product_id, amount_minor, currency,
                   amount_base_minor, import_batch_id)
               select id, 0, $6, owner_id, product_id, value_minor, currency, value_base_minor, $5
               from added where stage_kind in ('customer', 'inactive')),
           told as (
               insert into event (at, kind) select $6, 'bulk' where exists (select from added))
           select count(*) as "added!" from added"#,
        Json(leads) as _,
        batch.system,
        batch.direction,
        batch.party,
        batch.id,
        permit.now(),
        permit.viewer().id.0
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(added)
}

/// The import is done.
pub async fn finish(permit: &Permit, batch: i64, summary: &Summary) -> Result<(), AppError> {
    sqlx::query!(
        "update import_batch set finished_at = $2, summary = $3 where id = $1",
        batch,
        permit.now(),
        Json(summary) as _
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}
