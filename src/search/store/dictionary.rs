//! The dictionary of all words. What is blanked leaves it by itself; what goes in bulk is swept out here.

use sqlx::PgConnection;

/// Forgets the words that no lead has any more. Call it where nobody else writes leads or their history meanwhile: a word
/// that is on its way would be taken for known and be forgotten.
pub async fn forget_unused_words(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from search_word where word in
             (select word from search_word except select unnest(words || notes) from search_doc)"
    )
    .execute(connection)
    .await?;
    Ok(())
}
