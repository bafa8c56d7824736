//! Leads whose import was taken back.

use crate::{
    error::AppError,
    ids::LeadId,
    leads::api::LeadInSight,
    people::{
        guard::Permit,
        rules::{Sight, sight},
    },
    pipeline::store::holder,
};

/// That a lead is withdrawn, told to those who could read it; for everybody else it does not exist.
pub async fn lead(permit: &Permit, lead: LeadId) -> Result<LeadInSight, AppError> {
    let row = sqlx::query!("select owner_id, queue_id, withdrawn_at from lead where id = $1", lead.0)
        .fetch_optional(permit.pool())
        .await?
        .ok_or(AppError::NotFound)?;
    let is_theirs = sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Full;
    match row.withdrawn_at.filter(|_| is_theirs) {
        Some(at) => Ok(LeadInSight::Withdrawn { at: permit.moment(at) }),
        None => Err(AppError::NotFound),
    }
}
