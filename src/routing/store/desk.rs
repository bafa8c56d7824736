//! Who works here, and whether they are at work.

use crate::{
    error::{AppError, word},
    ids::{QueueId, TeamId, UserId},
    routing::{
        calendar::Calendar,
        rules::choice::{Candidate, Presence},
    },
    settings::model::{Hours, Skill},
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// When each team works, and the company as a whole.
#[derive(Debug, Clone)]
pub struct Calendars(BTreeMap<Option<TeamId>, Calendar>);

impl Calendars {
    /// When a team works; the company where there is no team.
    pub fn of(&self, team: Option<TeamId>) -> Option<&Calendar> {
        self.0.get(&team).or_else(|| self.0.get(&None))
    }
}

/// Reads when everybody works.
pub async fn calendars(connection: &mut PgConnection) -> Result<Calendars, AppError> {
    let rows = sqlx::query!(
        r#"select t.id, coalesce(t.time_zone, o.time_zone) as "zone!",
                  coalesce((select jsonb_agg(jsonb_build_object('weekday', h.weekday, 'opens', h.opens, 'closes', h.closes))
                            from opening_hours h
                            -- A team that says nothing works when the organisation does.
                            where h.team_id is not distinct from
                                  (select t.id where exists (select from opening_hours own where own.team_id = t.id))),
                           '[]') as "hours!: Json<Vec<Hours>>",
                  array(select h.on_day from holiday h where h.team_id is null or h.team_id = t.id) as "holidays!"
           from (select id, time_zone from team union all select null, null) as t (id, time_zone)
           cross join organisation o"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let zone: Tz = row.zone.parse().map_err(|_| AppError::Internal)?;
            Ok((row.id.map(TeamId), Calendar::new(zone, &row.hours.0, row.holidays)))
        })
        .collect::<Result<_, _>>()
        .map(Calendars)
}

/// Makes everybody else who gives leads in turn wait until the transaction ends.
pub async fn take_turns(connection: &mut PgConnection) -> Result<(), AppError> {
    // Any number that nothing else locks.
    sqlx::query!("select pg_advisory_xact_lock(8675309)").execute(connection).await?;
    Ok(())
}

/// All reps who work here.
pub async fn candidates(
    connection: &mut PgConnection,
    calendars: &Calendars,
    now: DateTime<Utc>,
) -> Result<Vec<Candidate>, AppError> {
    let rows = sqlx::query!(
        r#"select u.id, u.tier as "tier!", u.team_id as "team!", u.capacity, coalesce(t.number, 0) as "turn!",
                  coalesce((select sum(c.leads)::bigint from stage_count c join stage s on s.id = c.stage_id
                            where c.owner_id = u.id and s.kind not in ('customer', 'inactive', 'unqualified')), 0) as "open!",
                  coalesce((select jsonb_agg(jsonb_build_object('kind', s.kind, 'value', s.value)
                                             order by s.kind collate "C", s.value collate "C")
                            from skill s where s.user_id = u.id), '[]') as "skills!: Json<Vec<Skill>>",
                  (select max(a.last_day) from absence a
                   where a.user_id = u.id
                     and ($1::timestamptz at time zone coalesce(e.time_zone, o.time_zone))::date
                         between a.first_day and a.last_day) as away
           from app_user u join team e on e.id = u.team_id cross join organisation o left join turn t on t.user_id = u.id
           where u.role = 'rep' and u.closed_at is null order by u.id"#,
        now
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let team = TeamId(row.team);
            Ok(Candidate {
                id: UserId(row.id),
                tier: word(&row.tier)?,
                team,
                skills: row.skills.0,
                open_leads: u32::try_from(row.open).unwrap_or_default(),
                capacity: row.capacity.and_then(|capacity| u32::try_from(capacity).ok()),
                presence: presence(row.away, calendars.of(Some(team)), now),
                turn: row.turn,
            })
        })
        .collect()
}

/// Who stands in for somebody: whom they name, then whom their team names, of those who work here and are not away.
pub async fn stand_ins(
    connection: &mut PgConnection,
    person: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, AppError> {
    let named = sqlx::query_scalar!(
        r#"select b.id as "id: UserId"
           from app_user u left join team t on t.id = u.team_id
           cross join lateral (values (1, u.backup_id), (2, t.backup_id)) as s (place, id)
           join app_user b on b.id = s.id and b.closed_at is null and b.id <> u.id
           left join team e on e.id = b.team_id cross join organisation o
           where u.id = $1
             and not exists (select from absence a
                             where a.user_id = b.id
                               and ($2::timestamptz at time zone coalesce(e.time_zone, o.time_zone))::date
                                   between a.first_day and a.last_day)
           order by s.place"#,
        person.0,
        now
    )
    .fetch_all(connection)
    .await?;
    Ok(named)
}

/// Whose queue it is.
pub async fn team_of_queue(connection: &mut PgConnection, queue: QueueId) -> Result<Option<TeamId>, AppError> {
    let team = sqlx::query_scalar!(r#"select team_id as "team: TeamId" from queue where id = $1"#, queue.0);
    Ok(team.fetch_optional(connection).await?)
}

fn presence(away: Option<NaiveDate>, calendar: Option<&Calendar>, now: DateTime<Utc>) -> Presence {
    let opens = calendar.map_or(Some(now), |calendar| calendar.next_open(now));
    match (away, opens) {
        (Some(until), _) => Presence::Away(until),
        (None, Some(opens)) if opens <= now => Presence::Working,
        (None, Some(opens)) => Presence::Opens(opens),
        // Their team does not work for years.
        (None, None) => Presence::Away(NaiveDate::MAX),
    }
}

/// Writes down that somebody had their turn.
pub async fn had_turn(connection: &mut PgConnection, person: UserId) -> Result<(), AppError> {
    sqlx::query!(
        "insert into turn (user_id, number) values ($1, nextval('turn_number'))
         on conflict (user_id) do update set number = excluded.number",
        person.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
