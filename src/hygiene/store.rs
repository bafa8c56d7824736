//! All SQL of reason hygiene: the losses that the viewer may read, for the rules to judge.

use super::{
    api::{Hygiene, ListPage, ListRow, Listing, OfReason, Override},
    rules::{self, About, Fact, Hollow, YOUNG_DAYS},
};
use crate::{
    analytics::{self, rules::Period},
    error::{AppError, word},
    ids::{LeadId, LossId, Names, ReasonId, UserId},
    losses::store::reasons,
    people::{guard::Permit, rules::Role},
    settings::model::ReasonSetting,
};
use chrono::TimeDelta;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// Losses per page behind a finding.
const PAGE: usize = 25;

/// A loss with why its comment says nothing.
type Judged = (Fact, Option<Hollow>);

/// Everything about the reasons in a period.
pub async fn report(permit: &Permit, period: Period, list: Option<ListPage>) -> Result<Hygiene, AppError> {
    if !permit.viewer().manages() {
        return Err(AppError::Forbidden);
    }
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let span = analytics::store::span(permit, period).await?;
    let reasons = reasons::all(&mut *permit.pool().acquire().await?).await?;
    let about = about(permit).await?;
    let facts = facts(permit).await?;
    // A note may be a copy of one that lies before the period.
    let hollow = rules::hollow(&facts, &reasons);
    let judged: Vec<Judged> = facts.into_iter().zip(hollow).filter(|(fact, _)| span.holds(fact.day)).collect();
    let facts: Vec<Fact> = judged.iter().map(|(fact, _)| fact.clone()).collect();
    let wholes = rules::wholes(&facts);
    let usage = rules::usage(&facts, &reasons, &about);
    let listing = match list {
        Some(page) => Some(listed(permit, &judged, &about, page).await?),
        None => None,
    };
    let names = names(permit).await?;
    Ok(Hygiene {
        span,
        may_change: permit.viewer().role == Role::Admin,
        losses: count(facts.iter()),
        suggestions: rules::suggestions(&usage, &reasons, &about, &wholes),
        other: count(facts.iter().filter(|fact| about.others.contains(&fact.reason))),
        commented: count(facts.iter().filter(|fact| fact.note.is_some())),
        hollow: Hollow::ALL
            .iter()
            .map(|kind| (*kind, count(judged.iter().filter(|(_, of)| *of == Some(*kind)))))
            .collect(),
        attempts_asked: attempts_asked(&facts, &reasons),
        overrides: overrides(&facts, &names),
        reasons: reasons
            .into_iter()
            .zip(usage)
            .map(|(setting, usage)| OfReason {
                only_by: usage.only.and_then(|only| names.get(&only).cloned()),
                of: wholes.get(&setting.outcome).copied().unwrap_or(0),
                setting,
                usage,
            })
            .collect(),
        listing,
        seen,
    })
}

fn count(found: impl Iterator) -> i64 {
    i64::try_from(found.count()).unwrap_or(i64::MAX)
}

/// Every loss that counts of a lead that the viewer may read, in the order in which they were written.
async fn facts(permit: &Permit) -> Result<Vec<Fact>, AppError> {
    let (reads, mut pass) = (permit.reads(), analytics::store::pass(permit).await?);
    let rows = sqlx::query!(
        r#"select s.id as "id!", s.lead_id as "lead_id!", s.reason_id as "reason_id!", s.outcome as "outcome!", r.ended_on,
                  s.by_id as "by_id?", s.override_by as "override_by?",
                  case when s.import_batch_id is null then s.note end as note
           from run r join loss s on s.id = r.loss_id
           where $1 or r.lead_owner_id = any($2) or r.lead_queue_id = any($3)
           order by s.id"#,
        reads.everything,
        &reads.owners,
        &reads.queues
    )
    .fetch_all(&mut *pass)
    .await?;
    pass.commit().await?;
    rows.into_iter()
        .map(|row| {
            Ok(Fact {
                loss: LossId(row.id),
                lead: LeadId(row.lead_id),
                reason: ReasonId(row.reason_id),
                outcome: word(&row.outcome)?,
                day: row.ended_on,
                by: row.by_id.map(UserId),
                note: row.note,
                override_by: row.override_by.map(UserId),
            })
        })
        .collect()
}

/// What is known of reasons beside how they are set: a code is made once, from the first English name.
async fn about(permit: &Permit) -> Result<About, AppError> {
    let others = sqlx::query_scalar!("select id from loss_reason where code ~ '^other(_[0-9]+)?$'")
        .fetch_all(permit.pool())
        .await?;
    let young = sqlx::query_scalar!(
        r#"select subject_id as "id!" from setting_change
           where subject = 'reason' and detail ->> 'act' = 'added' and at > $1 and subject_id is not null"#,
        permit.now() - TimeDelta::days(YOUNG_DAYS)
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(About { others: others.into_iter().map(ReasonId).collect(), young: young.into_iter().map(ReasonId).collect() })
}

/// What everybody is called, with those who have left.
async fn names(permit: &Permit) -> Result<BTreeMap<UserId, String>, AppError> {
    let rows = sqlx::query!("select id, name from app_user").fetch_all(permit.pool()).await?;
    Ok(rows.into_iter().map(|row| (UserId(row.id), row.name)).collect())
}

/// Losses whose reason asks for attempts now, or asked for them when somebody did without.
fn attempts_asked(facts: &[Fact], reasons: &[ReasonSetting]) -> i64 {
    let asks = |id: ReasonId| reasons.iter().any(|reason| reason.id == Some(id.0) && reason.attempts_needed > 0);
    count(facts.iter().filter(|fact| fact.override_by.is_some() || asks(fact.reason)))
}

fn overrides(facts: &[Fact], names: &BTreeMap<UserId, String>) -> Vec<Override> {
    let mut losses: BTreeMap<UserId, i64> = BTreeMap::new();
    for by in facts.iter().filter_map(|fact| fact.override_by) {
        *losses.entry(by).or_insert(0) += 1;
    }
    let named = |(by, losses)| Override { by, name: names.get(&by).cloned().unwrap_or_default(), losses };
    let mut overrides: Vec<_> = losses.into_iter().map(named).collect();
    overrides.sort_by_key(|one| std::cmp::Reverse(one.losses));
    overrides
}

/// One page of the losses behind a finding, the newest first.
async fn listed(permit: &Permit, judged: &[Judged], about: &About, page: ListPage) -> Result<Listing, AppError> {
    let mut found: Vec<_> = judged.iter().filter(|(fact, hollow)| page.behind.holds(fact, *hollow, about)).collect();
    found.sort_by_key(|(fact, _)| std::cmp::Reverse((fact.day, fact.loss)));
    let total = count(found.iter());
    let skip = usize::try_from(page.page).unwrap_or(usize::MAX).saturating_mul(PAGE);
    let shown: Vec<_> = found.into_iter().skip(skip).take(PAGE).collect();
    let ids: Vec<_> = shown.iter().map(|(fact, _)| fact.loss.0).collect();
    let rows = sqlx::query!(
        r#"select s.id, coalesce(l.name, l.company) as name, l.external_id, m.name as "reason: Json<Names>",
                  u.name as "by?", s.note, s.override_because
           from loss s join lead l on l.id = s.lead_id join loss_reason m on m.id = s.reason_id
           left join app_user u on u.id = s.by_id
           where s.id = any($1)"#,
        &ids
    )
    .fetch_all(permit.pool())
    .await?;
    let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let row = |(fact, hollow): &Judged| {
        let row = rows.remove(&fact.loss.0)?;
        Some(ListRow {
            loss: fact.loss,
            lead: fact.lead,
            name: row.name,
            external_id: row.external_id,
            day: fact.day,
            reason: row.reason.0,
            by: row.by,
            note: row.note,
            hollow: *hollow,
            override_because: row.override_because,
        })
    };
    let rows = shown.into_iter().filter_map(row).collect();
    Ok(Listing { page, rows, total, page_size: PAGE as i64 })
}
