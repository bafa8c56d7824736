//! SQL of a lead's tags.

use super::{
    change::{Trace, Turn, trace, turn},
    record::tags,
};
use crate::{
    error::AppError,
    fold::fold,
    ids::{LeadId, RequestKey},
    leads::{
        api::record::{TagAnswer, TagChange},
        rules::fields::{Kind, Problem, written},
    },
    people::guard::Permit,
};
use serde_json::json;
use sqlx::PgConnection;

/// Puts a tag on a lead or takes it off.
pub async fn change(
    permit: &Permit,
    lead: LeadId,
    change: &TagChange,
    key: &RequestKey,
) -> Result<TagAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, lead, key).await? {
        Turn::NotYours => return Ok(TagAnswer::Refused { problem: Problem::NotYours }),
        Turn::DoneAlready => return Ok(TagAnswer::Done { tags: tags(&mut transaction, lead).await? }),
        Turn::Ours => {}
    }
    let changed = match change {
        TagChange::Add { name } => match written(&Kind::Line, name, permit.today()) {
            Ok(name) if name.is_empty() => return Ok(TagAnswer::Refused { problem: Problem::Needed }),
            Ok(name) => add(&mut transaction, lead, &name).await?.map(|name| (None, Some(name))),
            Err(problem) => return Ok(TagAnswer::Refused { problem }),
        },
        TagChange::Remove { tag } => remove(&mut transaction, lead, tag.0).await?.map(|name| (Some(name), None)),
    };
    if let Some((old, new)) = changed {
        let detail = json!({ "field": "tags" });
        let of = Trace { kind: "edit", detail, old: old.as_deref(), new: new.as_deref(), ..Trace::default() };
        trace(&mut transaction, permit, lead, of, key).await?;
    }
    let tags = tags(&mut transaction, lead).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(TagAnswer::Done { tags })
}

/// The tag's word, unless the lead has it already. A retired tag that somebody writes again is in use again.
async fn add(connection: &mut PgConnection, lead: LeadId, name: &str) -> Result<Option<String>, AppError> {
    let tag = sqlx::query!(
        "insert into tag (name, key) values ($1, $2) on conflict (key) do update set retired_at = null returning id, name",
        name,
        fold(name)
    )
    .fetch_one(&mut *connection)
    .await?;
    let added =
        sqlx::query!("insert into lead_tag (lead_id, tag_id) values ($1, $2) on conflict do nothing", lead.0, tag.id)
            .execute(connection)
            .await?;
    Ok((added.rows_affected() > 0).then_some(tag.name))
}

async fn remove(connection: &mut PgConnection, lead: LeadId, tag: i64) -> Result<Option<String>, AppError> {
    let name = sqlx::query_scalar!(
        r#"with gone as (delete from lead_tag where lead_id = $1 and tag_id = $2 returning tag_id)
           select name as "name!" from tag where id = (select tag_id from gone)"#,
        lead.0,
        tag
    )
    .fetch_optional(connection)
    .await?;
    Ok(name)
}
