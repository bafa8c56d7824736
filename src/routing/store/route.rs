//! Routing a lead: reckon what it shows, choose by the rules in force, and write down who got it and why, all at once.

use super::{clocks, desk, lead, notices, rules};
use crate::{
    error::AppError,
    ids::{ActivityId, LeadId, QueueId, RequestKey, TeamId, UserId},
    leads::store::{
        change::{By, Trace, Turn, trace_by, turn},
        step,
    },
    losses::store::done_already,
    people::{guard::Permit, rules::Holder},
    pipeline::store::{card, holder},
    routing::{
        api::Assigned,
        rules::{
            Objection,
            plan::{Cause, Decided, Route, To, assess, route, steps_in},
            rule_set::RuleSet,
            sla::{Clock, targets},
        },
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, types::Json};

/// Where a lead went, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    /// Whose it is now.
    pub holder: Holder,
    /// The way that it took.
    pub route: Route,
}

/// Why a lead is routed, and what somebody wrote about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Why<'a> {
    /// Why.
    pub cause: Cause,
    /// In somebody's words.
    pub words: Option<&'a str>,
}

impl Why<'_> {
    /// Somebody asked for it, or it came.
    pub const ASKED: Self = Self { cause: Cause::Asked, words: None };
}

/// Routes a lead that nobody else changes meanwhile: what it shows, who gets it, its first step, its clocks and the answer
/// to "why me?" stand when the transaction is committed, or nothing does.
pub(crate) async fn route_lead(
    connection: &mut PgConnection,
    id: LeadId,
    why: Why<'_>,
    by: By<'_>,
) -> Result<Routed, AppError> {
    let now = by.at;
    let (rule_set, rules) = rules::in_force(&mut *connection, now).await?;
    let mut asked = lead::read(&mut *connection, id).await?;
    let before = present(&mut *connection, id).await?;
    let calendars = desk::calendars(&mut *connection).await?;
    // From here on everybody else waits for their turn: what people hold and when they had their turn stays as it is.
    desk::take_turns(&mut *connection).await?;
    let (candidates, way) = loop {
        let candidates = desk::candidates(&mut *connection, &calendars, now).await?;
        let mut way = route(&rules, &asked, &candidates, now);
        if let (Cause::NotAccepted, Holder::Person(owner)) = (why.cause, before)
            && asked.account_owner != Some(owner)
        {
            let named = desk::stand_ins(&mut *connection, owner, now).await?;
            if let Some(person) = steps_in(&named, &candidates, &asked.let_pass) {
                way = way.to_stand_in(owner, person);
            }
        }
        match way.to {
            // Their account was closed while we chose, or long before a rule that names them was changed.
            To::Person(person) if !super::is_there(&mut *connection, Holder::Person(person)).await? => {
                asked.let_pass.push(person);
            }
            _ => break (candidates, way),
        }
    };
    let team = |person: UserId| candidates.iter().find(|one| one.id == person).map(|one| one.team);
    let after = match way.to {
        To::Person(person) => Holder::Person(person),
        To::Queue(queue) => Holder::Queue(queue),
        // A named account's owner keeps it while a person decides.
        To::Review(_) if asked.account_owner.is_some_and(|owner| before == Holder::Person(owner)) => before,
        To::Review(proposed) => waits(&mut *connection, &rules, proposed.and_then(team)).await?.unwrap_or(before),
        To::Nobody => waits(&mut *connection, &rules, before.person().and_then(team)).await?.unwrap_or(before),
    };
    write_assessment(&mut *connection, id, rule_set, &way, after, now).await?;
    let entry = write_assignment(&mut *connection, id, rule_set, &way, (before, after), (why, by)).await?;
    open_review(&mut *connection, id, &way, entry, now).await?;
    if let To::Person(person) = way.to {
        desk::had_turn(&mut *connection, person).await?;
        if by.who != Some(person) {
            notices::assigned(&mut *connection, id, person, now).await?;
        }
    }
    let (_, known) = assess(&rules, &asked, now);
    let wanted = targets(&rules.targets, &known);
    let owner = after.person();
    let calendar = calendars.of(match after {
        Holder::Person(person) => team(person),
        Holder::Queue(queue) => desk::team_of_queue(&mut *connection, queue).await?,
    });
    if let Some(calendar) = calendar {
        let begun = clocks::Begun { rule_set, owner, at: now };
        clocks::begin(&mut *connection, id, &wanted, calendar, begun).await?;
        let answer = wanted.iter().find(|target| target.clock == Clock::Responded);
        let due = answer.filter(|_| owner.is_some()).and_then(|target| calendar.ends(now, target.due));
        if let Some(due) = due {
            step::begin(&mut *connection, by, id, due).await?;
        }
    }
    Ok(Routed { holder: after, route: way })
}

/// Routes a lead because somebody asked for it.
pub async fn by_rules(permit: &Permit, id: LeadId, key: &RequestKey) -> Result<Assigned, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, id, key).await? {
        Turn::Ours => {}
        Turn::DoneAlready => return done(permit, id).await,
        // What the rules did may have taken it out of reach: they are told all the same that it was done.
        Turn::NotYours if done_already(&mut transaction, permit, id, key).await?.is_some() => {
            return done(permit, id).await;
        }
        Turn::NotYours => return Ok(Assigned::Refused { why: Objection::NotYours }),
    }
    let by = By { who: Some(permit.viewer().id), at: permit.now(), key: Some(key) };
    route_lead(&mut transaction, id, Why::ASKED, by).await?;
    transaction.commit().await?;
    permit.committed();
    done(permit, id).await
}

async fn done(permit: &Permit, id: LeadId) -> Result<Assigned, AppError> {
    Ok(Assigned::Done { card: card(permit, id).await?.map(Box::new) })
}

pub(super) async fn present(connection: &mut PgConnection, id: LeadId) -> Result<Holder, AppError> {
    let row = sqlx::query!("select owner_id, queue_id from lead where id = $1", id.0).fetch_one(connection).await?;
    Ok(holder(row.owner_id, row.queue_id))
}

/// Where a lead waits for a manager: where the rules say, else with the team of whoever is proposed, else with the first.
async fn waits(
    connection: &mut PgConnection,
    rules: &RuleSet,
    team: Option<TeamId>,
) -> Result<Option<Holder>, AppError> {
    let queue = sqlx::query_scalar!(
        r#"select id as "id: QueueId" from queue order by id = $1 desc nulls last, team_id = $2 desc nulls last, id limit 1"#,
        rules.queue.map(|queue| queue.0),
        team.map(|team| team.0)
    )
    .fetch_optional(connection)
    .await?;
    Ok(queue.map(Holder::Queue))
}

/// What the lead shows and whose it is; its history of scores grows where anything is different.
async fn write_assessment(
    connection: &mut PgConnection,
    id: LeadId,
    rule_set: i64,
    way: &Route,
    to: Holder,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let assessment = &way.assessment;
    let (owner, queue) = to.columns();
    sqlx::query!(
        "with after as (
             update lead set intent = $2, fit = $3, score = $4, temperature = $5, assessed_at = $6, owner_id = $7, queue_id = $8
             where id = $1)
         insert into lead_score (lead_id, at, rule_set_id, intent, fit, score, temperature, assessment)
         values ($1, $6, $9, $2, $3, $4, $5, $10)",
        id.0,
        assessment.intent.word(),
        assessment.suits.fit.word(),
        i16::from(assessment.score.total()),
        assessment.temperature.word(),
        now,
        owner,
        queue,
        rule_set,
        Json(assessment) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_assignment(
    connection: &mut PgConnection,
    id: LeadId,
    rule_set: i64,
    way: &Route,
    (from, to): (Holder, Holder),
    (why, by): (Why<'_>, By<'_>),
) -> Result<ActivityId, AppError> {
    let ((from_owner, from_queue), (to_owner, to_queue)) = (from.columns(), to.columns());
    let mut detail = json!({ "because": why.cause.word() });
    for (name, holder) in
        [("from_owner", from_owner), ("from_queue", from_queue), ("to_owner", to_owner), ("to_queue", to_queue)]
    {
        if let Some(holder) = holder {
            detail[name] = holder.into();
        }
    }
    let entry =
        trace_by(&mut *connection, by, id, Trace { kind: "assignment", detail, body: why.words, ..Trace::default() })
            .await?;
    let (outcome, person) = match way.to {
        To::Person(person) => ("person", Some(person)),
        To::Review(proposed) => ("review", proposed),
        To::Queue(_) => ("queue", None),
        To::Nobody => ("nobody", None),
    };
    sqlx::query!(
        "insert into assignment (activity_id, lead_id, at, rule_set_id, decided, outcome, person_id, queue_id, route)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        entry.0,
        id.0,
        by.at,
        rule_set,
        decided(&way.decided),
        outcome,
        person.map(|person| person.0),
        to_queue,
        Json(way) as _
    )
    .execute(connection)
    .await?;
    Ok(entry)
}

/// What decided, as the database keeps it.
fn decided(decided: &Decided) -> String {
    match decided {
        Decided::Rule(key) => format!("rule:{key}"),
        Decided::Size(from) => format!("size:{from}"),
        Decided::Matrix => "matrix".to_owned(),
        Decided::Backup(whose) => format!("backup:{}", whose.0),
    }
}

/// A lead that a person decides about waits for them; one that waited before and has its person now waits no more.
async fn open_review(
    connection: &mut PgConnection,
    id: LeadId,
    way: &Route,
    entry: ActivityId,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!("update review set decided_at = $2 where lead_id = $1 and decided_at is null", id.0, now)
        .execute(&mut *connection)
        .await?;
    let (why, proposal) = match way.to {
        To::Review(proposed) => ("rule", proposed),
        To::Nobody => ("nobody", None),
        To::Person(_) | To::Queue(_) => return Ok(()),
    };
    sqlx::query!(
        "insert into review (lead_id, why, activity_id, proposal_id, opened_at) values ($1, $2, $3, $4, $5)",
        id.0,
        why,
        entry.0,
        proposal.map(|person| person.0),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
