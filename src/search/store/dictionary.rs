//! The dictionary of all words. It only grows, but for this.

use sqlx::PgConnection;

/// Forgets the words that no lead has any more. Call it where nobody else writes leads or their history meanwhile: a word
/// that is on its way would be taken for known and be forgotten.
pub async fn forget_unused_words(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from search_word where word not in
             (select unnest(words) from search_doc union all select unnest(notes) from search_doc)"
    )
    .execute(connection)
    .await?;
    Ok(())
}
