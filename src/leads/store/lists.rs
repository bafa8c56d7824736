//! SQL of what fields choose from.

use super::word;
use crate::{
    error::AppError,
    ids::Names,
    leads::api::lists::{CustomField, Listed, Lists},
    people::guard::Permit,
};
use sqlx::{PgConnection, types::Json};

/// Everything that a lead's fields choose from.
pub async fn lists(permit: &Permit) -> Result<Lists, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let rows = sqlx::query!(
        r#"select list as "list!", id as "id!", name as "name!: Json<Names>", retired as "retired!" from listed
           order by list, name ->> 'en' collate "und-x-icu", id"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let currencies = sqlx::query_scalar!(
        r#"select code as "code!" from
             (select base_currency as code, 0 as place from organisation
              union select code, 1 from currency where in_use) as offered
           group by code order by min(place), code"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let listed = rows
        .into_iter()
        .map(|row| Ok(Listed { list: word(&row.list)?, id: row.id, name: row.name.0, retired: row.retired }))
        .collect::<Result<_, AppError>>()?;
    Ok(Lists { listed, custom: custom_fields(&mut connection).await?, currencies })
}

/// The team's own fields in their order.
pub(super) async fn custom_fields(connection: &mut PgConnection) -> Result<Vec<CustomField>, AppError> {
    let rows = sqlx::query!(
        r#"select key, name as "name: Json<Names>", kind, choices as "choices: Json<Vec<String>>",
                  retired_at is not null as "retired!"
           from custom_field order by position, id"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CustomField {
                key: row.key,
                name: row.name.0,
                kind: word(&row.kind)?,
                choices: row.choices.0,
                retired: row.retired,
            })
        })
        .collect()
}

/// What an entry of a list is called in English, and whether it is retired; nothing where the list does not have it.
pub(super) async fn listed(
    connection: &mut PgConnection,
    list: &str,
    id: i64,
) -> Result<Option<(String, bool)>, AppError> {
    let row = sqlx::query!(
        r#"select name ->> 'en' as "name!", retired as "retired!" from listed where list = $1 and id = $2"#,
        list,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.name, row.retired)))
}
