//! Imports as people follow them: begun, running, done, taken back.

use crate::{
    capture::{
        api::{BroughtLead, BroughtPage, Run, RunRejection, RunRejections, Withdrawal},
        jobs::{IMPORT, Order},
        summary::Summary,
        withdrawal::{self, WITHDRAWAL},
    },
    error::{AppError, word},
    ids::{LeadId, Names, RequestKey},
    jobs::problems::Problem,
    people::{
        guard::Permit,
        rules::{Role, Sight, sight},
    },
    pipeline::store::holder,
};
use serde_json::Value;
use sqlx::types::Json;

/// Runs that the list shows.
const LISTED: i64 = 50;
/// Rows on a page of leads or rejections.
pub const PAGE: i64 = 50;

/// The job that was begun with this key.
pub async fn begun(permit: &Permit, key: &RequestKey) -> Result<Option<i64>, AppError> {
    let id = sqlx::query_scalar!(
        "select id from job where requested_by = $1 and request_key = $2 and kind = $3",
        permit.viewer().id.0,
        key.0,
        IMPORT
    );
    Ok(id.fetch_optional(permit.pool()).await?)
}

/// Turns an upload into a job: its id, the same again for the same key.
pub async fn begin(permit: &Permit, upload: i64, order: &Order, key: &RequestKey) -> Result<i64, AppError> {
    let id = sqlx::query_scalar!(
        "with taken as (delete from upload where id = $6 and user_id = $4 returning body)
         insert into job (kind, payload, body, run_at, created_at, requested_by, request_key)
         select $1, $2, body, $3, $3, $4, $5 from taken
         on conflict (requested_by, request_key) where request_key is not null
             do update set request_key = excluded.request_key
         returning id",
        IMPORT,
        Json(order) as _,
        permit.now(),
        permit.viewer().id.0,
        key.0,
        upload
    )
    .fetch_optional(permit.pool())
    .await?;
    match id {
        Some(id) => Ok(id),
        // The same request at the same moment was quicker.
        None => begun(permit, key).await?.ok_or(AppError::NotFound),
    }
}

/// Puts the taking back of an import into the queue, once, when the import is over: whether it will be taken back.
pub async fn withdraw(permit: &Permit, run: i64, key: &RequestKey) -> Result<bool, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let batch = sqlx::query!(
        r#"select b.id, j.state, w.state as "withdrawal?" from import_batch b join job j on j.id = b.job_id
           left join job w on w.id = b.withdraw_job_id where b.job_id = $1 for update of b"#,
        run
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(AppError::NotFound)?;
    // One that failed may be tried again.
    if batch.withdrawal.is_some_and(|state| state != "failed") {
        return Ok(true);
    }
    if matches!(batch.state.as_str(), "queued" | "running") {
        return Ok(false);
    }
    let order = serde_json::to_value(withdrawal::Order { batch: batch.id }).map_err(|_| AppError::Internal)?;
    let job = sqlx::query_scalar!(
        "insert into job (kind, payload, run_at, created_at, requested_by, request_key) values ($1, $2, $3, $3, $4, $5)
         on conflict (requested_by, request_key) where request_key is not null
             do update set request_key = excluded.request_key
         returning id",
        WITHDRAWAL,
        order,
        permit.now(),
        permit.viewer().id.0,
        key.0
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!("update import_batch set withdraw_job_id = $2 where id = $1", batch.id, job)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// The imports that the viewer may see, the newest first: their own, or for an admin all.
pub async fn list(permit: &Permit) -> Result<Vec<Run>, AppError> {
    runs(permit, None).await
}

/// One import.
pub async fn run(permit: &Permit, run: i64) -> Result<Run, AppError> {
    runs(permit, Some(run)).await?.pop().ok_or(AppError::NotFound)
}

async fn runs(permit: &Permit, one: Option<i64>) -> Result<Vec<Run>, AppError> {
    let rows = sqlx::query!(
        r#"select j.id, j.state, j.done_count, j.total_count, j.error, j.problem, j.created_at, j.finished_at,
                  j.cancel_requested_at is not null as "stopping!", u.name as "by?",
                  coalesce(b.file_name, j.payload ->> 'file') as file, j.payload -> 'preset' ->> 'name' as preset,
                  b.id as "batch?", coalesce(b.summary, j.result) as "summary?: Json<Summary>",
                  w.state as "withdrawal?", w.done_count as "withdrawal_done?", w.total_count as withdrawal_total,
                  w.result as "withdrawal_result?", w.error as withdrawal_error,
                  w.problem as withdrawal_problem
           from job j left join import_batch b on b.job_id = j.id left join job w on w.id = b.withdraw_job_id
           left join app_user u on u.id = coalesce(j.requested_by, b.started_by)
           where j.kind = $1 and ($2 or j.requested_by = $3) and ($4::bigint is null or j.id = $4)
           order by j.id desc limit $5"#,
        IMPORT,
        permit.viewer().role == Role::Admin,
        permit.viewer().id.0,
        one,
        LISTED
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let withdrawal = match row.withdrawal {
                None => None,
                Some(state) => {
                    let done: Option<withdrawal::Done> =
                        row.withdrawal_result.and_then(|result: Value| serde_json::from_value(result).ok());
                    Some(Withdrawal {
                        state: word(&state)?,
                        done: row.withdrawal_done.unwrap_or_default(),
                        total: row.withdrawal_total,
                        withdrawn: done.as_ref().map(|done| done.withdrawn),
                        kept: done.map(|done| done.kept),
                        problem: problem(row.withdrawal_problem, row.withdrawal_error),
                    })
                }
            };
            Ok(Run {
                id: row.id,
                file: row.file.unwrap_or_default(),
                preset: row.preset.unwrap_or_default(),
                by: row.by,
                at: permit.moment(row.created_at),
                finished_at: row.finished_at.map(|at| permit.moment(at)),
                state: word(&row.state)?,
                is_stopping: row.stopping,
                done: row.done_count,
                total: row.total_count,
                problem: problem(row.problem, row.error),
                has_leads: row.batch.is_some(),
                summary: row.summary.map(|summary| summary.0),
                withdrawal,
            })
        })
        .collect()
}

/// Why it failed; what an earlier version kept is a sentence.
fn problem(problem: Option<Value>, error: Option<String>) -> Option<Problem> {
    problem.and_then(|problem| serde_json::from_value(problem).ok()).or(error.map(Problem::Said))
}

/// A page of the leads that an import brought and that are here: all, or once it was taken back, those that stay.
pub async fn brought(permit: &Permit, run: i64, page: u32) -> Result<BroughtPage, AppError> {
    let rows = sqlx::query!(
        r#"select l.id, coalesce(l.name, l.company) as name, l.external_id, l.owner_id, l.queue_id,
                  coalesce(u.name, q.name) as "holder!", s.name as "stage?: Json<Names>", l.standing_loss_id is not null as "lost!",
                  count(*) over () as "total!"
           from lead l join import_batch b on b.id = l.import_batch_id
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join stage s on s.id = l.stage_id
           where b.job_id = $1 and l.withdrawn_at is null order by l.id limit $2 offset $3"#,
        run,
        PAGE,
        i64::from(page) * PAGE
    )
    .fetch_all(permit.pool())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let leads = rows.into_iter().map(|row| {
        let is_theirs = sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Full;
        BroughtLead {
            lead: LeadId(row.id),
            name: row.name.filter(|_| is_theirs),
            external_id: row.external_id.filter(|_| is_theirs),
            holder: row.holder,
            stage: row.stage.map(|stage| stage.0),
            is_lost: row.lost,
        }
    });
    Ok(BroughtPage { leads: leads.collect(), total, page_size: PAGE })
}

/// A page of an import's rejected rows.
pub async fn rejections(permit: &Permit, run: i64, page: u32) -> Result<RunRejections, AppError> {
    let rows = sqlx::query!(
        r#"select r.row_number, r.reason, r.problem, count(*) over () as "total!"
           from import_rejection r join import_batch b on b.id = r.batch_id
           where b.job_id = $1 order by r.row_number limit $2 offset $3"#,
        run,
        PAGE,
        i64::from(page) * PAGE
    )
    .fetch_all(permit.pool())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(|row| RunRejection {
        row: row.row_number,
        problem: row.problem.and_then(|problem| serde_json::from_value(problem).ok()),
        reason: row.reason,
    });
    Ok(RunRejections { rows: rows.collect(), total, page_size: PAGE })
}

/// A rejected row with its cells, for the file that people mend and import again.
pub struct RejectedRow {
    /// Its number.
    pub row: i64,
    /// Why.
    pub rejection: RunRejection,
    /// Its cells.
    pub cells: Vec<String>,
}

/// The columns of an import's file.
pub async fn columns(permit: &Permit, run: i64) -> Result<Vec<String>, AppError> {
    let columns = sqlx::query_scalar!(
        r#"select columns as "columns: Json<Vec<String>>" from import_batch where job_id = $1"#,
        run
    )
    .fetch_optional(permit.pool())
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(columns.map(|columns| columns.0).unwrap_or_default())
}

/// Up to `most` rejected rows after row `after`.
pub async fn rejected_rows(permit: &Permit, run: i64, after: i64, most: i64) -> Result<Vec<RejectedRow>, AppError> {
    let rows = sqlx::query!(
        r#"select r.row_number, r.reason, r.problem, r.cells as "cells: Json<Vec<String>>"
           from import_rejection r join import_batch b on b.id = r.batch_id
           where b.job_id = $1 and r.row_number > $2 order by r.row_number limit $3"#,
        run,
        after,
        most
    )
    .fetch_all(permit.pool())
    .await?;
    let row = |row: i64, reason, problem: Option<Value>, cells| {
        let problem = problem.and_then(|problem| serde_json::from_value(problem).ok());
        RejectedRow { row, rejection: RunRejection { row, reason, problem }, cells }
    };
    Ok(rows.into_iter().map(|found| row(found.row_number, found.reason, found.problem, found.cells.0)).collect())
}
