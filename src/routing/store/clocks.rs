//! The clocks of leads: begun where the rules give a lead to somebody, met by what people do, and reckoned anew when
//! somebody else gets the lead or a calendar changes.

use super::desk;
use crate::{
    error::{AppError, word},
    ids::{LeadId, TeamId, UserId},
    people::guard::Permit,
    routing::{
        api::ClockFace,
        calendar::Calendar,
        rules::{
            rule_set::RuleSet,
            sla::{Clock, Deadlines, Level, Target, deadlines},
        },
    },
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;

/// By which rules clocks begin, for whom and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    /// The rules that set the targets.
    pub rule_set: i64,
    /// Who is waited for; `None`: whoever takes the lead out of its queue.
    pub owner: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Begins to wait. Nobody accepts what nobody has; nobody is waited for who has answered in this run; and who did not come
/// is not waited for a second time.
pub(super) async fn begin(
    connection: &mut PgConnection,
    id: LeadId,
    targets: &[&Target],
    calendar: &Calendar,
    begun: Begun,
) -> Result<(), AppError> {
    let is_asked = |target: &&&Target| target.clock != Clock::Accepted || begun.owner.is_some();
    for target in targets.iter().filter(is_asked) {
        let Some(Deadlines { amber, due, escalate }) = deadlines(target, calendar, begun.at) else { continue };
        sqlx::query!(
            "insert into sla_clock (lead_id, clock, rule_set_id, target, owner_id, started_at, amber_at, due_at, escalate_at)
             select id, $2, $3, $4, $5, $6, $7, $8, $9 from lead
             where id = $1 and standing_loss_id is null
               and not exists (select from sla_clock c where c.lead_id = lead.id and c.clock = $2 and c.ended is null)
               and not exists (select from sla_clock c
                               where c.lead_id = lead.id and c.clock = $2 and c.ended = 'escalated'
                                 and c.owner_id is not distinct from $5::bigint
                                 and (run_started_at is null or c.started_at >= run_started_at))
               and ($2 <> 'responded'
                    or not exists (select from attempt a
                                   where a.lead_id = lead.id and (run_started_at is null or a.at >= run_started_at)))",
            id.0,
            target.clock.word(),
            begun.rule_set,
            target.key,
            begun.owner.map(|owner| owner.0),
            begun.at,
            amber,
            due,
            escalate
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Whoever got these leads from somebody is waited for as long as the one before was. Who took a lead for themselves has
/// accepted it.
pub(crate) async fn hand_on(
    connection: &mut PgConnection,
    leads: &[i64],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let begun = sqlx::query_scalar!(
        "insert into sla_clock (lead_id, clock, rule_set_id, target, owner_id, started_at, due_at)
         select l.id, c.clock, c.rule_set_id, c.target, l.owner_id, $2, $2
         from lead l
         cross join lateral (select distinct on (clock) clock, rule_set_id, target, ended
                             from sla_clock where lead_id = l.id order by clock, id desc) c
         where l.id = any($1) and c.ended = 'given_away' and l.standing_loss_id is null
           and (c.clock <> 'accepted' or (l.owner_id is not null and l.owner_id is distinct from $3))
           and (c.clock = 'untouched'
                or not exists (select from attempt a
                               where a.lead_id = l.id and (l.run_started_at is null or a.at >= l.run_started_at)))
         returning id",
        leads,
        now,
        by.map(|by| by.0)
    )
    .fetch_all(&mut *connection)
    .await?;
    reckon(connection, Some(&begun), now).await
}

/// Whether anybody is waited for.
pub(crate) async fn any_runs(connection: &mut PgConnection) -> Result<bool, AppError> {
    let any = sqlx::query_scalar!(r#"select exists (select from sla_clock where ended is null) as "any!""#);
    Ok(any.fetch_one(connection).await?)
}

/// Reckons the deadlines of all open clocks anew.
pub(crate) async fn reckon_all(pool: &PgPool, now: DateTime<Utc>) -> Result<(), AppError> {
    let mut transaction = pool.begin().await?;
    reckon(&mut transaction, None, now).await?;
    Ok(transaction.commit().await?)
}

/// Reckons the deadlines of open clocks anew, of these or of all. What is not late any more is told again when it is.
async fn reckon(connection: &mut PgConnection, only: Option<&[i64]>, now: DateTime<Utc>) -> Result<(), AppError> {
    if only.is_some_and(<[i64]>::is_empty) {
        return Ok(());
    }
    let calendars = desk::calendars(&mut *connection).await?;
    let rules = rules_of_open_clocks(&mut *connection).await?;
    let clocks = sqlx::query!(
        r#"select c.id, c.rule_set_id, c.target, c.started_at,
                  case when c.owner_id is null then q.team_id else u.team_id end as "team: TeamId"
           from sla_clock c join lead l on l.id = c.lead_id
           left join app_user u on u.id = c.owner_id left join queue q on q.id = l.queue_id
           where c.ended is null and ($1::bigint[] is null or c.id = any($1)) order by c.id for update of c"#,
        only
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut reckoned = Reckoned::default();
    for clock in clocks {
        let target = rules.get(&clock.rule_set_id).and_then(|rules| rules.target(&clock.target));
        let calendar = calendars.of(clock.team);
        if let Some(found) =
            target.zip(calendar).and_then(|(target, calendar)| deadlines(target, calendar, clock.started_at))
        {
            reckoned.push(clock.id, found);
        }
    }
    sqlx::query!(
        "update sla_clock c
         set amber_at = n.amber_at, due_at = n.due_at, escalate_at = n.escalate_at,
             reached = least(c.reached, case when n.escalate_at <= $5 then 3 when n.due_at <= $5 then 2
                                             when n.amber_at <= $5 then 1 else 0 end)
         from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) as n (id, amber_at, due_at, escalate_at)
         where c.id = n.id
           and (c.amber_at, c.due_at, c.escalate_at) is distinct from (n.amber_at, n.due_at, n.escalate_at)",
        &reckoned.ids,
        &reckoned.ambers as _,
        &reckoned.dues,
        &reckoned.escalations as _,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// New deadlines, as PostgreSQL takes them.
#[derive(Default)]
struct Reckoned {
    ids: Vec<i64>,
    ambers: Vec<Option<DateTime<Utc>>>,
    dues: Vec<DateTime<Utc>>,
    escalations: Vec<Option<DateTime<Utc>>>,
}

impl Reckoned {
    fn push(&mut self, id: i64, Deadlines { amber, due, escalate }: Deadlines) {
        self.ids.push(id);
        self.ambers.push(amber);
        self.dues.push(due);
        self.escalations.push(escalate);
    }
}

async fn rules_of_open_clocks(connection: &mut PgConnection) -> Result<BTreeMap<i64, RuleSet>, AppError> {
    let rows = sqlx::query!(
        r#"select r.id, r.rules as "rules: Json<RuleSet>" from rule_set r
           where exists (select from sla_clock c where c.rule_set_id = r.id and c.ended is null)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.rules.0)).collect())
}

/// What is waited for at a lead, and how what was waited for last has ended.
pub(crate) async fn faces(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
) -> Result<Vec<ClockFace>, AppError> {
    let rows = sqlx::query!(
        r#"select distinct on (c.clock) c.clock, c.target, c.amber_at, c.due_at, c.escalate_at, c.ended, c.met_at,
                  c.owner_id as "owner: UserId", r.rules as "rules: Json<RuleSet>"
           from sla_clock c join rule_set r on r.id = c.rule_set_id
           where c.lead_id = $1 order by c.clock, c.id desc"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let target = row.rules.target(&row.target);
            Ok(ClockFace {
                clock: word(&row.clock)?,
                name: target.map(|target| target.name.clone()).unwrap_or_default(),
                is_mine: row.owner == Some(permit.viewer().id),
                level: Level::at(permit.now(), row.amber_at, row.due_at, row.escalate_at),
                due: permit.moment(row.due_at),
                escalate: row.escalate_at.map(|at| permit.moment(at)),
                ended: row.ended.as_deref().map(word).transpose()?,
                met: row.met_at.map(|at| permit.moment(at)),
            })
        })
        .collect()
}
