//! Mappings that are kept.

use crate::{
    capture::{api::SaveAnswer, preset::Preset},
    error::AppError,
    people::guard::Permit,
};
use sqlx::{PgPool, types::Json};

/// All that are kept, by name.
pub async fn kept(pool: &PgPool) -> Result<Vec<Preset>, AppError> {
    let rows = sqlx::query!(r#"select name, preset as "preset: Json<Preset>" from import_preset order by name"#)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|row| Preset { name: row.name, ..row.preset.0 }).collect())
}

/// Keeps a mapping under its name; one of that name gives way only when `replace` says so.
pub async fn save(permit: &Permit, preset: &Preset, replace: bool) -> Result<SaveAnswer, AppError> {
    let saved = sqlx::query!(
        "insert into import_preset (name, preset, saved_by, saved_at) values ($1, $2, $3, $4)
         on conflict (name) do update
             set preset = excluded.preset, saved_by = excluded.saved_by, saved_at = excluded.saved_at where $5",
        preset.name.trim(),
        Json(preset) as _,
        permit.viewer().id.0,
        permit.now(),
        replace
    )
    .execute(permit.pool())
    .await?;
    Ok(if saved.rows_affected() > 0 { SaveAnswer::Saved } else { SaveAnswer::NameTaken })
}

/// Forgets a mapping; what was imported with it stays.
pub async fn forget(permit: &Permit, name: &str) -> Result<(), AppError> {
    sqlx::query!("delete from import_preset where name = $1", name).execute(permit.pool()).await?;
    Ok(())
}
