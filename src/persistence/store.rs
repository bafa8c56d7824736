//! All SQL of follow-ups: the view `run_follow_up`, of leads that the viewer may read.

use super::{
    api::{ListPage, ListRow, Listing, OfHolder, OfTeam, Persistence},
    rules::{STEPS, Spreads, Whose},
};
use crate::{
    analytics::{
        self,
        rules::{Period, Span},
    },
    error::{AppError, word},
    ids::{LeadId, TeamId},
    people::{guard::Permit, rules::Holder},
    pipeline::store::holder,
};
use std::collections::BTreeMap;

/// Runs per page behind a figure.
const PAGE: i64 = 25;
/// The last step holds this many follow-ups and more.
const LAST: i32 = STEPS as i32 - 1;

/// All follow-ups of a period.
pub async fn report(permit: &Permit, period: Period, list: Option<ListPage>) -> Result<Persistence, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let span = analytics::store::span(permit, period).await?;
    let mut report =
        Persistence { span, whole: Spreads::default(), teams: Vec::new(), holders: Vec::new(), listing: None, seen };
    count(permit, &mut report).await?;
    if let Some(page) = list {
        report.listing = Some(listed(permit, span, page).await?);
    }
    Ok(report)
}

async fn count(permit: &Permit, report: &mut Persistence) -> Result<(), AppError> {
    let (reads, mut pass) = (permit.reads(), analytics::store::pass(permit).await?);
    let rows = sqlx::query!(
        r#"select f.outcome as "outcome!", f.owner_id, f.queue_id, coalesce(u.name, q.name) as "name!", t.id as "team_id?",
                  t.name as "team?", least(f.follow_ups, $6)::bigint as "step!", count(*) as "runs!"
           from run_follow_up f
           left join app_user u on u.id = f.owner_id
           left join queue q on q.id = f.queue_id
           left join team t on t.id = coalesce(u.team_id, q.team_id)
           where ($1 or f.lead_owner_id = any($2) or f.lead_queue_id = any($3))
             and ($4::date is null or f.ended_on >= $4) and ($5::date is null or f.ended_on <= $5)
           group by f.outcome, f.owner_id, f.queue_id, u.name, q.name, t.id, t.name, least(f.follow_ups, $6)"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        report.span.from,
        report.span.to,
        LAST
    )
    .fetch_all(&mut *pass)
    .await?;
    pass.commit().await?;
    let mut teams: BTreeMap<(String, TeamId), Spreads> = BTreeMap::new();
    let mut holders: BTreeMap<(String, Holder), Spreads> = BTreeMap::new();
    for row in rows {
        let ending = word(&row.outcome)?;
        let add = |spreads: &mut Spreads| spreads.of_mut(ending).add(row.step, row.runs);
        add(&mut report.whole);
        add(holders.entry((row.name, holder(row.owner_id, row.queue_id))).or_default());
        if let Some(team) = row.team.zip(row.team_id.map(TeamId)) {
            add(teams.entry(team).or_default());
        }
    }
    report.teams = teams.into_iter().map(|((name, team), spreads)| OfTeam { team, name, spreads }).collect();
    report.holders = holders.into_iter().map(|((name, holder), spreads)| OfHolder { holder, name, spreads }).collect();
    report.holders.sort_by_key(|of| std::cmp::Reverse(of.spreads.lost.runs() + of.spreads.won.runs()));
    Ok(())
}

/// One page of the runs behind a figure, the newest first.
async fn listed(permit: &Permit, span: Span, page: ListPage) -> Result<Listing, AppError> {
    let (reads, mut pass) = (permit.reads(), analytics::store::pass(permit).await?);
    let (team, (rep, queue)) = match page.behind.of {
        None => (None, (None, None)),
        Some(Whose::Team(team)) => (Some(team.0), (None, None)),
        Some(Whose::Holder(holder)) => (None, holder.columns()),
    };
    let rows = sqlx::query!(
        r#"with found as materialized (
               select f.lead_id, f.loss_id, f.ended_on, coalesce(u.name, q.name) as holder, f.follow_ups
               from run_follow_up f
               left join app_user u on u.id = f.owner_id
               left join queue q on q.id = f.queue_id
               where ($1 or f.lead_owner_id = any($2) or f.lead_queue_id = any($3))
                 and ($4::date is null or f.ended_on >= $4) and ($5::date is null or f.ended_on <= $5)
                 and f.outcome = $7 and ($8::integer is null or least(f.follow_ups, $6) = $8)
                 and ($9::bigint is null or coalesce(u.team_id, q.team_id) = $9)
                 and ($10::bigint is null or f.owner_id = $10)
                 and ($11::bigint is null or f.queue_id = $11)
           ), page as (
               select * from found order by ended_on desc, lead_id desc, loss_id desc nulls first limit $12 offset $13
           )
           select c.total as "total!", p.lead_id as "lead_id?", coalesce(l.name, l.company) as name,
                  l.external_id as "external_id?", p.ended_on, p.holder as "holder?", p.follow_ups as "follow_ups?"
           from (select count(*) as total from found) c
           left join page p on true
           left join lead l on l.id = p.lead_id
           order by p.ended_on desc, p.lead_id desc, p.loss_id desc nulls first"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        span.from,
        span.to,
        LAST,
        page.behind.ending.word(),
        page.behind.step.and_then(|step| i32::try_from(step).ok()),
        team,
        rep,
        queue,
        PAGE,
        i64::from(page.page) * PAGE
    )
    .fetch_all(&mut *pass)
    .await?;
    pass.commit().await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut listed = Vec::new();
    for row in rows {
        let Some(lead) = row.lead_id else { continue };
        listed.push(ListRow {
            lead: LeadId(lead),
            name: row.name,
            external_id: row.external_id,
            ended_on: row.ended_on,
            holder: row.holder.unwrap_or_default(),
            follow_ups: row.follow_ups.unwrap_or(0),
        });
    }
    Ok(Listing { page, rows: listed, total, page_size: PAGE })
}
