//! All SQL about mentions, questions and their answers.

use super::api::{ForMe, News};
use crate::{
    error::AppError,
    ids::{ActivityId, LeadId},
    people::{
        guard::Permit,
        rules::{Sight, sight},
    },
    pipeline::store::holder,
};

pub mod mentions;
pub mod questions;

/// So much of each kind is shown at once; what was seen makes room for the next.
const LONGEST: i64 = 50;

/// What is for the viewer until they have seen or answered it, the oldest first.
pub async fn for_me(permit: &Permit) -> Result<Vec<ForMe>, AppError> {
    let mut all = mentions::unseen(permit).await?;
    all.extend(questions::for_me(permit).await?);
    all.sort_by_key(|item| item.at.utc);
    Ok(all)
}

/// How much that is: the same conditions as [`for_me`].
pub async fn count_for_me(permit: &Permit) -> Result<i64, AppError> {
    let count = sqlx::query_scalar!(
        r#"select (select count(*) from (select from mention m join lead l on l.id = m.lead_id
                                         where m.user_id = $1 and m.seen_at is null and l.withdrawn_at is null limit $2) as m)
                + (select count(*) from (select from question q join lead l on l.id = q.lead_id
                                         where q.answered_at is null and l.withdrawn_at is null
                                           and is_asked(q.asked_of, q.asked_by, l.owner_id, l.queue_id, $1) limit $2) as q)
                + (select count(*) from (select from question q join lead l on l.id = q.lead_id
                                         where q.asked_by = $1 and q.answered_at is not null and q.seen_at is null
                                           and l.withdrawn_at is null limit $2) as a) as "count!""#,
        permit.viewer().id.0,
        LONGEST
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(count)
}

/// The viewer has seen what mentions them, or the answer to what they asked.
pub async fn seen(permit: &Permit, entry: ActivityId) -> Result<(), AppError> {
    sqlx::query!(
        "with mentions as (
             update mention set seen_at = greatest($3, at)
             where activity_id = $1 and user_id = $2 and seen_at is null returning lead_id
         ), answers as (
             update question set seen_at = $3
             where id = $1 and asked_by = $2 and answered_at is not null and seen_at is null returning lead_id
         )
         -- Whoever has it open in another tab sees that it is seen.
         insert into event (at, kind, lead_ids)
         select $3, 'leads', array_agg(lead_id)
         from (select lead_id from mentions union select lead_id from answers) as touched having count(*) > 0",
        entry.0,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(permit.pool())
    .await?;
    permit.committed();
    Ok(())
}

/// A lead that something is about, as queries give it.
struct About {
    lead_id: i64,
    owner_id: Option<i64>,
    queue_id: Option<i64>,
    name: Option<String>,
    external_id: Option<String>,
}

impl About {
    fn with(self, permit: &Permit, at: chrono::DateTime<chrono::Utc>, news: impl FnOnce(bool) -> News) -> ForMe {
        let may_read = sight(permit.viewer(), holder(self.owner_id, self.queue_id)) == Sight::Full;
        ForMe {
            lead: LeadId(self.lead_id),
            name: self.name.filter(|_| may_read),
            external_id: self.external_id.filter(|_| may_read),
            may_read,
            at: permit.moment(at),
            news: news(may_read),
        }
    }
}
