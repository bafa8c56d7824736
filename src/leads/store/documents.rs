//! SQL of the files attached to a lead.

use crate::{
    error::AppError,
    ids::{AttachmentId, LeadId, RequestKey},
    leads::{
        api::documents::{AttachAnswer, AttachRefusal, Document},
        rules::documents::{LARGEST_FILE, media_type, safe_name},
    },
    losses::store::{done_already, lock},
    people::{
        guard::Permit,
        rules::{Sight, may_write, sight},
    },
    pipeline::store::holder,
};
use sqlx::PgConnection;

/// No page lists more files; the history knows all of them.
const MOST: i64 = 200;

/// A lead's files, the newest first. The caller has asked whether the viewer may read the lead.
pub(super) async fn documents(connection: &mut PgConnection, lead: LeadId) -> Result<Vec<Document>, AppError> {
    let rows = sqlx::query!(
        r#"select id as "id: AttachmentId", name, bytes as "bytes!" from attachment where lead_id = $1
           order by id desc limit $2"#,
        lead.0,
        MOST
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Document { id: row.id, name: row.name, bytes: i64::from(row.bytes) }).collect())
}

/// A file on its way in.
pub struct NewFile<'a> {
    /// Its name, as the browser said it.
    pub name: &'a str,
    /// Its type, as the browser said it.
    pub media_type: &'a str,
    /// What is in it.
    pub body: &'a [u8],
}

/// Whether the viewer may attach files to a lead: asked before a large body is read.
pub async fn may_attach(permit: &Permit, lead: LeadId) -> Result<bool, AppError> {
    let row = sqlx::query!("select owner_id, queue_id from lead where id = $1 and withdrawn_at is null", lead.0)
        .fetch_optional(permit.pool())
        .await?
        .ok_or(AppError::NotFound)?;
    Ok(may_write(permit.viewer(), holder(row.owner_id, row.queue_id)))
}

/// Attaches a file to a lead.
pub async fn attach(
    permit: &Permit,
    lead: LeadId,
    file: &NewFile<'_>,
    key: &RequestKey,
) -> Result<AttachAnswer, AppError> {
    if file.body.is_empty() {
        return Ok(AttachAnswer::Refused { why: AttachRefusal::Empty });
    }
    if file.body.len() > LARGEST_FILE {
        return Ok(AttachAnswer::Refused { why: AttachRefusal::TooLarge });
    }
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, lead).await?;
    let row =
        sqlx::query!("select owner_id, queue_id from lead where id = $1", lead.0).fetch_one(&mut *transaction).await?;
    if !may_write(permit.viewer(), holder(row.owner_id, row.queue_id)) {
        return Ok(AttachAnswer::Refused { why: AttachRefusal::NotYours });
    }
    if done_already(&mut transaction, permit, lead, key).await?.is_some() {
        return Ok(AttachAnswer::Done);
    }
    sqlx::query!(
        "with entry as (
             insert into activity (lead_id, kind, actor_id, at) values ($1, 'document', $2, $3) returning id, lead_id
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version)
             select $2, $4, $3, id, move_version from lead where id = $1
         ), told as (
             insert into event (at, kind, lead_ids) values ($3, 'leads', array[$1::bigint])
         )
         insert into attachment (lead_id, activity_id, name, media_type, body) select lead_id, id, $5, $6, $7 from entry",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        key.0,
        safe_name(file.name),
        media_type(file.media_type),
        file.body
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    permit.committed();
    Ok(AttachAnswer::Done)
}

/// A file on its way out.
pub struct StoredFile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// What is in it.
    pub body: Vec<u8>,
}

/// A file, for those who may read its lead; for everybody else there is none.
pub async fn file(permit: &Permit, id: AttachmentId) -> Result<StoredFile, AppError> {
    let lead = sqlx::query!(
        "select l.owner_id, l.queue_id from attachment a join lead l on l.id = a.lead_id
         where a.id = $1 and l.withdrawn_at is null",
        id.0
    )
    .fetch_optional(permit.pool())
    .await?
    .ok_or(AppError::NotFound)?;
    if sight(permit.viewer(), holder(lead.owner_id, lead.queue_id)) == Sight::Masked {
        return Err(AppError::NotFound);
    }
    let row = sqlx::query!("select name, media_type, body from attachment where id = $1", id.0)
        .fetch_one(permit.pool())
        .await?;
    Ok(StoredFile { name: row.name, media_type: row.media_type, body: row.body })
}
