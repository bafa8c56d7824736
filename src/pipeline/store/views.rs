//! Kept views of the board.

use crate::{
    error::AppError,
    fold::fold,
    people::guard::Permit,
    pipeline::api::views::{LONGEST_NAME, MOST_LISTED, MOST_VIEWS, NewView, SaveAnswer, View},
};

/// One's own and the shared ones, by name.
pub async fn all(permit: &Permit) -> Result<Vec<View>, AppError> {
    let views = sqlx::query_as!(
        View,
        r#"select v.id, v.name, v.query, v.is_shared, case when v.user_id <> $1 then u.name end as owner
           from board_view v join app_user u on u.id = v.user_id
           where v.user_id = $1 or (v.is_shared and u.closed_at is null)
           order by v.user_id <> $1, v.name_key, v.id limit $2"#,
        permit.viewer().id.0,
        MOST_LISTED
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(views)
}

/// Keeps a view of the viewer's own.
pub async fn save(permit: &Permit, view: &NewView) -> Result<SaveAnswer, AppError> {
    let name = view.name.trim();
    let key = fold(name);
    if key.is_empty() || name.chars().count() > LONGEST_NAME {
        return Ok(SaveAnswer::NameMissing);
    }
    if has_no_place(permit, &key).await? {
        return Ok(SaveAnswer::TooMany);
    }
    let saved = sqlx::query!(
        "insert into board_view as v (user_id, name, name_key, query, is_shared, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint board_view_name do update
             set name = excluded.name, query = excluded.query, is_shared = excluded.is_shared
             where $7 or (v.name, v.query, v.is_shared) = (excluded.name, excluded.query, excluded.is_shared)",
        permit.viewer().id.0,
        name,
        key,
        view.query,
        view.is_shared,
        permit.now(),
        view.replaces
    )
    .execute(permit.pool())
    .await?;
    Ok(if saved.rows_affected() == 1 { SaveAnswer::Saved } else { SaveAnswer::NameTaken })
}

/// Whether the viewer keeps as many views as one may, none of them under this name.
async fn has_no_place(permit: &Permit, key: &str) -> Result<bool, AppError> {
    let has_no_place = sqlx::query_scalar!(
        r#"select count(*) >= $3 and not coalesce(bool_or(name_key = $2), false) as "has_no_place!"
           from board_view where user_id = $1"#,
        permit.viewer().id.0,
        key,
        MOST_VIEWS
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(has_no_place)
}

/// Forgets a view of the viewer's own.
pub async fn delete(permit: &Permit, id: i64) -> Result<(), AppError> {
    sqlx::query!("delete from board_view where id = $1 and user_id = $2", id, permit.viewer().id.0)
        .execute(permit.pool())
        .await?;
    Ok(())
}
