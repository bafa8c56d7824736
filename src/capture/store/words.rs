//! The names and fields that imports bring for everybody: retired when an import is taken back and nothing else uses them,
//! and here again when it comes again.

use crate::error::AppError;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Brings back those of a table's names that were retired because their import was taken back. Those that people retired
/// stay so.
macro_rules! bring_back {
    ($table:literal, $keys:expr, $batch:expr, $connection:expr) => {
        sqlx::query!(
            "with back as (
                 update "
                + $table
                + " t set retired_at = null from import_word w
                 where w.kind = $2 and w.word_id = t.id and t.key = any($1) and t.retired_at = w.retired_at
                 returning t.id)
             update import_word w set retired_at = null, batch_id = $3 from back where w.kind = $2 and w.word_id = back.id",
            $keys,
            $table,
            $batch
        )
        .execute(&mut *$connection)
        .await?
    };
}
pub(super) use bring_back;

/// Retires those of a table's names that only imports brought that were taken back, unless something else uses them.
macro_rules! retire {
    ($table:literal, $unused:literal, $now:expr, $connection:expr) => {
        sqlx::query!(
            "with gone as (
                 update "
                + $table
                + " t set retired_at = $1 from import_word w join import_batch b on b.id = w.batch_id
                 where w.kind = $2 and w.word_id = t.id and w.retired_at is null and t.retired_at is null
                   and b.withdrawn_at is not null and "
                + $unused
                + " returning t.id)
             update import_word w set retired_at = $1 from gone where w.kind = $2 and w.word_id = gone.id",
            $now,
            $table
        )
        .execute(&mut *$connection)
        .await?
    };
}

/// Retires what nobody uses any more, once an import was taken back.
pub async fn retire_unused(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<(), AppError> {
    retire!(
        "campaign",
        "not exists (select from lead l where l.campaign_id = t.id and l.withdrawn_at is null)
         and not exists (select from campaign_spend s where s.campaign_id = t.id)",
        now,
        connection
    );
    retire!(
        "source",
        "not exists (select from lead l where l.source_id = t.id and l.withdrawn_at is null)
         and not exists (select from campaign c where c.source_id = t.id and c.retired_at is null)",
        now,
        connection
    );
    retire!(
        "product",
        "not exists (select from lead l where l.product_id = t.id and l.withdrawn_at is null)
         and not exists (select from win v join lead l on l.id = v.lead_id
                         where v.product_id = t.id and v.undone_at is null and l.withdrawn_at is null)",
        now,
        connection
    );
    retire!(
        "segment",
        "t.owner_id is null and not exists (select from lead l where l.segment_id = t.id and l.withdrawn_at is null)",
        now,
        connection
    );
    retire!(
        "custom_field",
        "t.key not in (select jsonb_object_keys(l.custom) from lead l where l.withdrawn_at is null)",
        now,
        connection
    );
    Ok(())
}
