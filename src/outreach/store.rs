//! All SQL of today.

use super::api::{Colleague, Details, Due, Row, Task, Today};
use crate::{
    colleagues,
    error::{AppError, word},
    ids::{LeadId, Names, RecontactId, UserId},
    losses::rules::DoNot,
    people::{
        guard::Permit,
        rules::{Role, Sight, may_write, sight},
    },
    pipeline::{api::NextStep, store::holder},
    recontacts::api::Planned,
    risks::{rules::Risks, store::signals},
    routing::store::{notices, reviews},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sqlx::types::Json;

/// The list shows so many at once; what is done makes room for the next.
const LONGEST: i64 = 60;
/// And so many of each colleague's.
const LONGEST_OF_COLLEAGUE: i64 = 50;
/// So many leads without next step are shown.
const WITHOUT: i64 = 30;

/// Whose things are asked for, and up to when.
struct Asked {
    /// Whose; `None` for everybody's but the viewer's.
    people: Option<Vec<i64>>,
    queues: Vec<i64>,
    /// Next steps that are due before this moment.
    before: DateTime<Utc>,
    /// Plans that are due on this day or before.
    until: NaiveDate,
    /// Whether each person's tasks are a list and a figure of their own.
    is_by_person: bool,
}

impl Asked {
    /// One's own, and those of the queues that one works: all of today.
    fn own(permit: &Permit) -> Self {
        Self {
            people: Some(vec![permit.viewer().id.0]),
            queues: permit.viewer().queues.iter().map(|queue| queue.0).collect(),
            before: end_of_day(permit),
            until: permit.today(),
            is_by_person: false,
        }
    }

    /// What others whom the viewer manages have left undone: overdue only.
    fn of_team(permit: &Permit) -> Option<Self> {
        let viewer = permit.viewer();
        let team = || viewer.owners.iter().filter(|owner| **owner != viewer.id).map(|owner| owner.0).collect();
        let people = match viewer.role {
            Role::Rep => return None,
            Role::Manager => Some(team()),
            Role::Admin => None,
        };
        let yesterday = permit.today().checked_sub_days(Days::new(1))?;
        Some(Self { people, queues: Vec::new(), before: permit.now(), until: yesterday, is_by_person: true })
    }
}

/// The first moment of tomorrow on the viewer's clock.
fn end_of_day(permit: &Permit) -> DateTime<Utc> {
    let tomorrow = permit.today().checked_add_days(Days::new(1)).unwrap_or(permit.today());
    permit.on_the_clock(tomorrow.and_time(NaiveTime::MIN))
}

/// Everything that is due today.
pub async fn today(permit: &Permit) -> Result<Today, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let own = tasks(permit, &Asked::own(permit)).await?;
    let team = match Asked::of_team(permit) {
        Some(asked) => by_person(tasks(permit, &asked).await?),
        None => Vec::new(),
    };
    let (without, without_total) = without_step(permit).await?;
    Ok(Today {
        reviews: reviews::open(permit).await?,
        notices: notices::unseen(permit).await?,
        for_me: colleagues::store::for_me(permit).await?,
        day: permit.today(),
        now: permit.moment(permit.now()),
        ends: permit.moment(end_of_day(permit)),
        total: own.first().map_or(0, |task| task.total),
        rows: own.into_iter().map(|task| task.row).collect(),
        without,
        without_total,
        team,
        seen,
    })
}

/// How much is due today.
pub async fn due(permit: &Permit) -> Result<Due, AppError> {
    let asked = Asked::own(permit);
    let count = sqlx::query_scalar!(
        r#"select (select count(*) from lead l
                   where l.standing_loss_id is null and l.withdrawn_at is null and l.next_step_due < $3
                     and (l.owner_id = any($1) or l.queue_id = any($2)))
                + (select count(*) from recontact r join lead l on l.id = r.lead_id
                   where r.ended_at is null and l.withdrawn_at is null and r.due_on <= $4 and r.user_id = any($1))
                + (select count(distinct r.lead_id) from risk r join lead l on l.id = r.lead_id
                   where r.since <= $5 and (l.next_step_due is null or l.next_step_due >= $3)
                     and (r.owner_id = any($1) or r.queue_id = any($2))) as "count!""#,
        asked.people.as_deref(),
        &asked.queues,
        asked.before,
        asked.until,
        permit.now()
    )
    .fetch_one(permit.pool())
    .await?;
    let count = count
        + colleagues::store::count_for_me(permit).await?
        + notices::count_unseen(permit).await?
        + reviews::count_open(permit).await?;
    Ok(Due { count, ends_in: (asked.before - permit.now()).num_milliseconds() })
}

/// A row with the person whose task it is, and how many there are in its list in all.
struct Found {
    row: Row,
    person: Option<(UserId, String)>,
    total: i64,
}

async fn tasks(permit: &Permit, asked: &Asked) -> Result<Vec<Found>, AppError> {
    let me = permit.viewer().id.0;
    let rows = sqlx::query!(
        r#"with task as (
               select l.id as lead_id, l.owner_id as person_id, l.next_step_due as due, l.next_step as what,
                      l.next_step_channel as channel, null::bigint as plan_id, null::date as due_on
               from lead l
               where l.standing_loss_id is null and l.withdrawn_at is null and l.next_step_due < $3
                 and (l.owner_id = any($1) or l.queue_id = any($2) or ($1 is null and l.owner_id <> $5))
               union all
               select r.lead_id, r.user_id, (r.due_on::timestamp at time zone $6), r.note, r.channel, r.id, r.due_on
               from recontact r join lead l on l.id = r.lead_id
               where r.ended_at is null and l.withdrawn_at is null and r.due_on <= $4
                 and (r.user_id = any($1) or ($1 is null and r.user_id <> $5))
               union all
               -- What may be lost is one's own business; managers have a list of all of it.
               select l.id, l.owner_id, min(r.since), l.next_step, l.next_step_channel, null, null
               from risk r join lead l on l.id = r.lead_id
               where not $8 and r.since <= $9 and (l.next_step_due is null or l.next_step_due >= $3)
                 and (r.owner_id = any($1) or r.queue_id = any($2))
               group by l.id
           ), counted as (
               select *, row_number() over (partition by list order by due, lead_id) as place,
                      count(*) over (partition by list) as total
               from (select *, case when $8 then person_id end as list from task) as listed
           )
           select t.lead_id as "lead_id!", t.person_id, u.name as "person?", t.due as "due!", t.what, t.channel,
                  t.plan_id, t.due_on, l.next_step_due, l.standing_loss_id is null as "is_open!", c.in_vain as "in_vain?",
                  c.unanswered_since as "unanswered_since?",
                  array(select r.signal from risk r where r.lead_id = l.id and r.since <= $9 order by r.signal) as "signals!",
                  array(select r.since from risk r where r.lead_id = l.id and r.since <= $9 order by r.signal) as "sinces!", l.owner_id, l.queue_id, coalesce(o.name, q.name) as "holder!",
                  s.name as "stage?: Json<Names>", coalesce(l.name, l.company) as name, l.external_id, p.name as "product?",
                  l.phone, l.email, l.do_not_call, l.do_not_email, t.total as "total!"
           from counted t join lead l on l.id = t.lead_id
           left join app_user u on u.id = t.person_id left join app_user o on o.id = l.owner_id
           left join queue q on q.id = l.queue_id left join stage s on s.id = l.stage_id left join product p on p.id = l.product_id
           left join lead_contact c on c.lead_id = l.id
           where t.place <= $7 order by t.due, t.lead_id"#,
        asked.people.as_deref(),
        &asked.queues,
        asked.before,
        asked.until,
        me,
        permit.zone().name(),
        if asked.is_by_person { LONGEST_OF_COLLEAGUE } else { LONGEST },
        asked.is_by_person,
        permit.now()
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let holder = holder(row.owner_id, row.queue_id);
            let is_read = sight(permit.viewer(), holder) == Sight::Full;
            let what = row.what.filter(|_| is_read);
            let person = row.person_id.map(UserId).zip(row.person);
            let risks = Risks {
                in_vain: row.in_vain.unwrap_or_default(),
                unanswered_since: row.unanswered_since,
                signals: signals(&row.signals, &row.sinces)?,
            };
            let step = |what| match (row.channel.as_deref(), row.next_step_due) {
                (Some(channel), Some(due)) => {
                    Ok::<_, AppError>(Some(NextStep { channel: word(channel)?, due: permit.moment(due), what }))
                }
                _ => Ok(None),
            };
            let is_due = row.is_open && row.next_step_due.is_some_and(|due| due < asked.before);
            let task = match (row.plan_id, row.due_on, &person) {
                (Some(id), Some(due_on), Some((person, person_name))) => Task::Recontact(Planned {
                    id: RecontactId(id),
                    due_on,
                    channel: word(row.channel.as_deref().unwrap_or_default())?,
                    person: *person,
                    person_name: person_name.clone(),
                    note: what,
                }),
                _ => match step(what)? {
                    Some(step) if is_due => Task::Step(step),
                    step => Task::Risk(step),
                },
            };
            let details = is_read.then_some(Details {
                name: row.name,
                external_id: row.external_id,
                product: row.product,
                phone: row.phone,
                email: row.email,
                do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
            });
            let row_ = Row {
                lead: LeadId(row.lead_id),
                task,
                due: Some(permit.moment(row.due)),
                holder: row.holder,
                stage: row.stage.map(|name| name.0),
                risks: if is_read { risks } else { Risks::default() },
                details,
                may_write: may_write(permit.viewer(), holder),
            };
            Ok(Found { row: row_, person, total: row.total })
        })
        .collect()
}

/// Groups tasks by the person whose they are; those of queues are in the list of everybody who works the queue already.
fn by_person(found: Vec<Found>) -> Vec<Colleague> {
    let mut team: Vec<Colleague> = Vec::new();
    for Found { row, person, total } in found {
        let Some((person, name)) = person else { continue };
        match team.iter_mut().find(|colleague| colleague.person == person) {
            Some(colleague) => colleague.rows.push(row),
            None => team.push(Colleague { person, name, rows: vec![row], total }),
        }
    }
    team.sort_by(|one, other| other.total.cmp(&one.total).then_with(|| one.name.cmp(&other.name)));
    team
}

/// Own leads of the pipeline that nobody has said of what comes next.
async fn without_step(permit: &Permit) -> Result<(Vec<Row>, i64), AppError> {
    let asked = Asked::own(permit);
    let rows = sqlx::query!(
        r#"select l.id, l.owner_id, l.queue_id, coalesce(o.name, q.name) as "holder!", s.name as "stage: Json<Names>",
                  coalesce(l.name, l.company) as name, l.external_id, p.name as "product?", l.phone, l.email,
                  l.do_not_call, l.do_not_email, count(*) over () as "total!"
           from lead l join stage s on s.id = l.stage_id
           left join app_user o on o.id = l.owner_id left join queue q on q.id = l.queue_id
           left join product p on p.id = l.product_id
           where l.standing_loss_id is null and l.withdrawn_at is null and l.next_step_due is null
             and l.stage_kind not in ('customer', 'inactive')
             and (l.owner_id = any($1) or l.queue_id = any($2))
             -- What is at risk says itself that nothing is planned.
             and not exists (select from risk r where r.lead_id = l.id and r.since <= $4)
           order by s.position desc, l.stage_entered_at desc nulls last, l.id desc limit $3"#,
        asked.people.as_deref(),
        &asked.queues,
        WITHOUT,
        permit.now()
    )
    .fetch_all(permit.pool())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| {
            let holder = holder(row.owner_id, row.queue_id);
            Row {
                lead: LeadId(row.id),
                task: Task::Nothing,
                due: None,
                holder: row.holder,
                stage: Some(row.stage.0),
                risks: Risks::default(),
                details: Some(Details {
                    name: row.name,
                    external_id: row.external_id,
                    product: row.product,
                    phone: row.phone,
                    email: row.email,
                    do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
                }),
                may_write: may_write(permit.viewer(), holder),
            }
        })
        .collect();
    Ok((rows, total))
}
