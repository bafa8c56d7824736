//! What happens when nobody comes: whoever has a lead is told that it is urgent, then that it is late; then somebody else
//! has to do it. Any number of servers look; each lead is changed by one of them at a time, and what one has done the next
//! one finds done.

use super::{
    notices,
    route::{Why, route_lead},
};
use crate::{
    error::{AppError, word},
    ids::{LeadId, RequestKey, UserId},
    leads::store::change::{By, Trace, Turn, trace, turn},
    losses::store::done_already,
    people::{guard::Permit, rules::Holder},
    pipeline::store::card,
    routing::{
        api::Assigned,
        rules::{
            LONGEST_REASON, Objection,
            plan::Cause,
            sla::{Clock, Level, NoticeKind},
        },
    },
    server::state::App,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;

/// An idle watch looks this often.
const LOOK: Duration = Duration::from_millis(500);
/// After a failure, this long passes before it looks again.
const REST: Duration = Duration::from_secs(5);

/// Looks at the clocks for ever.
pub async fn watch(app: App) {
    loop {
        match strike(&app).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::warn!(%error, "a clock of a lead could not be looked at");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// A clock that has something to say.
struct Due {
    id: i64,
    clock: Clock,
    owner: Option<UserId>,
    level: Level,
}

/// What was told when a clock has come so far, as the database counts it.
fn reached(level: Level) -> i16 {
    match level {
        Level::Calm => 0,
        Level::Amber => 1,
        Level::Late => 2,
        Level::Over => 3,
    }
}

/// Does what the next clock that has struck asks for; false when none has. Whoever changes a lead at this moment, here or
/// on another server, is not waited for: it is looked at again.
pub async fn strike(app: &App) -> Result<bool, AppError> {
    let now = app.clock.now();
    let mut transaction = app.pool.begin().await?;
    let lead = sqlx::query_scalar!(
        r#"select l.id as "id: LeadId" from sla_clock c join lead l on l.id = c.lead_id
           where c.next_at <= $1 order by c.next_at, c.id limit 1 for update of l skip locked"#,
        now
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(lead) = lead else { return Ok(false) };
    let struck = struck(&mut transaction, lead, now).await?;
    for due in &struck {
        tell(&mut transaction, due, now).await?;
    }
    // One is enough to take it away.
    if let Some(over) = struck.iter().find(|due| due.level == Level::Over) {
        escalate(&mut transaction, lead, over, now).await?;
    } else if !struck.is_empty() {
        sqlx::query!("insert into event (at, kind, lead_ids) values ($1, 'leads', array[$2::bigint])", now, lead.0)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    app.nudge.now();
    Ok(true)
}

/// The lead's clocks that have struck; none where another server was here meanwhile.
async fn struck(connection: &mut PgConnection, lead: LeadId, now: DateTime<Utc>) -> Result<Vec<Due>, AppError> {
    let rows = sqlx::query!(
        r#"select id, clock, owner_id as "owner: UserId", amber_at, due_at, escalate_at
           from sla_clock where lead_id = $1 and next_at <= $2 order by id for update"#,
        lead.0,
        now
    )
    .fetch_all(connection)
    .await?;
    let due = rows.into_iter().map(|row| {
        let level = Level::at(now, row.amber_at, row.due_at, row.escalate_at);
        Ok(Due { id: row.id, clock: word(&row.clock)?, owner: row.owner, level })
    });
    let mut due = due.collect::<Result<Vec<_>, AppError>>()?;
    due.sort_by_key(|due| due.clock);
    Ok(due)
}

/// Whoever has it hears that it is urgent or late; where nobody has it, whoever manages the queue does.
async fn tell(connection: &mut PgConnection, due: &Due, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!("update sla_clock set reached = $2 where id = $1", due.id, reached(due.level))
        .execute(&mut *connection)
        .await?;
    match (due.level, due.owner) {
        (Level::Amber, Some(owner)) => notices::of_clock(connection, due.id, NoticeKind::Amber, &[owner.0], now).await,
        (Level::Late, Some(owner)) => notices::of_clock(connection, due.id, NoticeKind::Late, &[owner.0], now).await,
        // Nobody has it: only the last deadline asks for somebody.
        (Level::Amber | Level::Late, None) | (Level::Calm | Level::Over, _) => Ok(()),
    }
}

/// Takes a lead from whoever did not come, gives it to somebody else, and tells the managers.
async fn escalate(connection: &mut PgConnection, lead: LeadId, over: &Due, now: DateTime<Utc>) -> Result<(), AppError> {
    let managers = notices::managers(&mut *connection, lead).await?;
    sqlx::query!("update sla_clock set ended = 'escalated' where id = $1", over.id).execute(&mut *connection).await?;
    notices::of_clock(&mut *connection, over.id, NoticeKind::Escalated, &managers, now).await?;
    let Some(owner) = over.owner else {
        sqlx::query!("insert into event (at, kind, lead_ids) values ($1, 'leads', array[$2::bigint])", now, lead.0)
            .execute(connection)
            .await?;
        return Ok(());
    };
    let cause = match over.clock {
        Clock::Accepted => Cause::NotAccepted,
        Clock::Responded => Cause::NotAnswered,
        Clock::Untouched => Cause::Untouched,
    };
    let by = By { who: None, at: now, key: None };
    let routed = route_lead(&mut *connection, lead, Why { cause, words: None }, by).await?;
    if routed.holder != Holder::Person(owner) {
        notices::of_clock(connection, over.id, NoticeKind::Gone, &[owner.0], now).await?;
    }
    Ok(())
}

/// Whoever has a lead says that they work it.
pub async fn accept(permit: &Permit, lead: LeadId, key: &RequestKey) -> Result<Assigned, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, lead, key).await? {
        Turn::Ours => {}
        Turn::DoneAlready => return done(permit, lead).await,
        Turn::NotYours => return Ok(Assigned::Refused { why: Objection::NotYours }),
    }
    if super::route::present(&mut transaction, lead).await? != Holder::Person(permit.viewer().id) {
        return Ok(Assigned::Refused { why: Objection::NotYours });
    }
    let accepted = Trace { kind: "accepted", ..Trace::default() };
    trace(&mut transaction, permit, lead, accepted, key).await?;
    transaction.commit().await?;
    permit.committed();
    done(permit, lead).await
}

/// Whoever got a lead and has not accepted or answered it lets it pass: the rules choose somebody else.
pub async fn pass(permit: &Permit, lead: LeadId, reason: &str, key: &RequestKey) -> Result<Assigned, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, lead, key).await? {
        Turn::Ours => {}
        Turn::DoneAlready => return done(permit, lead).await,
        Turn::NotYours if done_already(&mut transaction, permit, lead, key).await?.is_some() => {
            return done(permit, lead).await;
        }
        Turn::NotYours => return Ok(Assigned::Refused { why: Objection::NotYours }),
    }
    let words = Some(reason.trim()).filter(|reason| !reason.is_empty());
    if words.is_some_and(|words| words.chars().count() > LONGEST_REASON) {
        return Ok(Assigned::Refused { why: Objection::ReasonTooLong });
    }
    let passed = sqlx::query_scalar!(
        "update sla_clock set ended = 'passed' where lead_id = $1 and ended is null and owner_id = $2 returning id",
        lead.0,
        permit.viewer().id.0
    )
    .fetch_all(&mut *transaction)
    .await?;
    if passed.is_empty() {
        return Ok(Assigned::Refused { why: Objection::TakenUp });
    }
    let by = By { who: Some(permit.viewer().id), at: permit.now(), key: Some(key) };
    route_lead(&mut transaction, lead, Why { cause: Cause::Passed, words }, by).await?;
    transaction.commit().await?;
    permit.committed();
    done(permit, lead).await
}

async fn done(permit: &Permit, lead: LeadId) -> Result<Assigned, AppError> {
    Ok(Assigned::Done { card: card(permit, lead).await?.map(Box::new) })
}
