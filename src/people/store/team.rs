//! People, teams and queues as they are set.

use crate::{
    error::{AppError, word},
    people::rules::Role,
    settings::{
        api::Standing,
        model::{Absence, Hours, Person, Queue, Skill, Team},
    },
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

/// Everybody with where they stand, in the order of their names; those whose account is closed come last.
pub async fn people(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<(Person, Standing)>, AppError> {
    let rows = sqlx::query!(
        r#"select u.id, u.name, u.email, u.role, u.tier, u.team_id, u.backup_id, u.capacity,
                  u.closed_at is not null as "closed!", u.password_hash is not null as "joined!",
                  exists (select from invitation i where i.user_id = u.id and i.expires_at > $1) as "invited!",
                  coalesce((select jsonb_agg(jsonb_build_object('first_day', a.first_day, 'last_day', a.last_day)
                                             order by a.first_day)
                            from absence a where a.user_id = u.id), '[]') as "absences!: Json<Vec<Absence>>",
                  coalesce((select jsonb_agg(jsonb_build_object('kind', s.kind, 'value', s.value)
                                             order by s.kind collate "C", s.value collate "C")
                            from skill s where s.user_id = u.id), '[]') as "skills!: Json<Vec<Skill>>"
           from app_user u order by u.closed_at is not null, u.name collate "und-x-icu", u.id"#,
        now
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let person = Person {
                id: Some(row.id),
                name: row.name,
                email: row.email,
                role: word(&row.role)?,
                tier: row.tier.map(|tier| tier.parse()).transpose().map_err(|_| AppError::Internal)?,
                team: row.team_id,
                backup: row.backup_id,
                capacity: row.capacity,
                absences: row.absences.0,
                skills: row.skills.0,
            };
            let standing = match (row.closed, row.joined, row.invited) {
                (true, ..) => Standing::Closed,
                (_, true, _) => Standing::Joined,
                (_, _, true) => Standing::Invited,
                _ => Standing::Waiting,
            };
            Ok((person, standing))
        })
        .collect()
}

/// All teams, in the order of their names.
pub async fn teams(connection: &mut PgConnection) -> Result<Vec<Team>, AppError> {
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.backup_id, t.time_zone,
                  array(select m.user_id from team_manager m where m.team_id = t.id order by m.user_id) as "managers!",
                  coalesce((select jsonb_agg(jsonb_build_object('weekday', h.weekday, 'opens', h.opens, 'closes', h.closes)
                                             order by h.weekday, h.opens)
                            from opening_hours h where h.team_id = t.id), '[]') as "hours!: Json<Vec<Hours>>"
           from team t order by t.name collate "und-x-icu", t.id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Team {
            id: Some(row.id),
            name: row.name,
            managers: row.managers,
            backup: row.backup_id,
            time_zone: row.time_zone,
            hours: row.hours.0,
        })
        .collect())
}

/// All queues, in the order of their names.
pub async fn queues(connection: &mut PgConnection) -> Result<Vec<Queue>, AppError> {
    let rows = sqlx::query!(r#"select id, name, team_id, manager_id from queue order by name collate "und-x-icu", id"#)
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Queue { id: Some(row.id), name: row.name, team: row.team_id, manager: row.manager_id })
        .collect())
}

/// The teams that somebody answers for.
pub async fn managed_teams(connection: &mut PgConnection, person: i64) -> Result<Vec<i64>, AppError> {
    Ok(sqlx::query_scalar!("select team_id from team_manager where user_id = $1 order by team_id", person)
        .fetch_all(connection)
        .await?)
}

/// Writes somebody down, anew or as changed.
pub async fn write_person(
    connection: &mut PgConnection,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    let name = person.name.trim();
    let email = person.email.trim();
    let email_key = crate::fold::fold(email);
    let tier = person.tier.map(|tier| tier.word());
    let id = match person.id {
        Some(id) => {
            sqlx::query!(
                "update app_user set name = $2, email = $3, email_key = $4, role = $5, tier = $6, team_id = $7, backup_id = $8,
                        capacity = $9
                 where id = $1",
                id,
                name,
                email,
                email_key,
                person.role.word(),
                tier,
                person.team,
                person.backup,
                person.capacity
            )
            .execute(&mut *connection)
            .await?;
            id
        }
        None => {
            sqlx::query_scalar!(
                "insert into app_user (name, email, email_key, role, tier, team_id, backup_id, capacity, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
                name,
                email,
                email_key,
                person.role.word(),
                tier,
                person.team,
                person.backup,
                person.capacity,
                now
            )
            .fetch_one(&mut *connection)
            .await?
        }
    };
    if person.role == Role::Rep {
        // Answering for a team lets somebody read its leads.
        sqlx::query!("delete from team_manager where user_id = $1", id).execute(&mut *connection).await?;
    }
    write_absences_and_skills(connection, id, person).await?;
    Ok(id)
}

async fn write_absences_and_skills(connection: &mut PgConnection, id: i64, person: &Person) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from absence where user_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into absence (user_id, first_day, last_day) select $1, * from unnest($2::date[], $3::date[])",
        id,
        &person.absences.iter().map(|absence| absence.first_day).collect::<Vec<_>>(),
        &person.absences.iter().map(|absence| absence.last_day).collect::<Vec<_>>()
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from skill where user_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into skill (user_id, kind, value) select $1, * from unnest($2::text[], $3::text[])",
        id,
        &person.skills.iter().map(|skill| skill.kind.word().to_owned()).collect::<Vec<_>>(),
        &person.skills.iter().map(|skill| skill.value.trim().to_owned()).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a team down, anew or as changed.
pub async fn write_team(connection: &mut PgConnection, team: &Team) -> Result<i64, sqlx::Error> {
    let name = team.name.trim();
    let id = match team.id {
        Some(id) => {
            sqlx::query!(
                "update team set name = $2, time_zone = $3, backup_id = $4 where id = $1",
                id,
                name,
                team.time_zone,
                team.backup
            )
            .execute(&mut *connection)
            .await?;
            id
        }
        None => {
            sqlx::query_scalar!(
                "insert into team (name, time_zone, backup_id) values ($1, $2, $3) returning id",
                name,
                team.time_zone,
                team.backup
            )
            .fetch_one(&mut *connection)
            .await?
        }
    };
    sqlx::query!("delete from team_manager where team_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!("insert into team_manager (team_id, user_id) select $1, unnest($2::bigint[])", id, &team.managers)
        .execute(&mut *connection)
        .await?;
    write_hours(connection, Some(id), &team.hours).await?;
    Ok(id)
}

/// Writes down when a team works; without a team, when the organisation does.
pub async fn write_hours(connection: &mut PgConnection, team: Option<i64>, hours: &[Hours]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from opening_hours where team_id is not distinct from $1", team)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into opening_hours (team_id, weekday, opens, closes)
         select $1, * from unnest($2::smallint[], $3::time[], $4::time[])",
        team,
        &hours.iter().map(|hours| hours.weekday).collect::<Vec<_>>(),
        &hours.iter().map(|hours| hours.opens).collect::<Vec<_>>(),
        &hours.iter().map(|hours| hours.closes).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a queue down, anew or as changed.
pub async fn write_queue(connection: &mut PgConnection, queue: &Queue) -> Result<i64, sqlx::Error> {
    let name = queue.name.trim();
    match queue.id {
        Some(id) => {
            sqlx::query!(
                "update queue set name = $2, team_id = $3, manager_id = $4 where id = $1",
                id,
                name,
                queue.team,
                queue.manager
            )
            .execute(connection)
            .await?;
            Ok(id)
        }
        None => {
            sqlx::query_scalar!(
                "insert into queue (name, team_id, manager_id) values ($1, $2, $3) returning id",
                name,
                queue.team,
                queue.manager
            )
            .fetch_one(connection)
            .await
        }
    }
}

/// Removes a team that nobody works in and no queue belongs to; the foreign keys refuse every other.
pub async fn remove_team(connection: &mut PgConnection, team: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from opening_hours where team_id = $1", team).execute(&mut *connection).await?;
    sqlx::query!("delete from team_manager where team_id = $1", team).execute(&mut *connection).await?;
    sqlx::query!("delete from team where id = $1", team).execute(connection).await?;
    Ok(())
}

/// Removes a queue that never held a lead; the foreign keys refuse every other.
pub async fn remove_queue(connection: &mut PgConnection, queue: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from queue where id = $1", queue).execute(connection).await?;
    Ok(())
}

/// How many leads each person and each queue is responsible for: (person, queue, leads).
pub async fn leads_held(connection: &mut PgConnection) -> Result<Vec<(Option<i64>, Option<i64>, i64)>, AppError> {
    let rows = sqlx::query!(
        r#"select owner_id, queue_id, count(*) as "leads!" from lead where withdrawn_at is null group by owner_id, queue_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.owner_id, row.queue_id, row.leads)).collect())
}

/// What somebody chose for themselves: language and time zone.
pub async fn preferences(
    connection: &mut PgConnection,
    person: i64,
) -> Result<Option<(Option<String>, Option<String>)>, AppError> {
    let row = sqlx::query!("select language, time_zone from app_user where id = $1", person)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.language, row.time_zone)))
}

/// Writes down what somebody chose for themselves.
pub async fn write_preferences(
    connection: &mut PgConnection,
    person: i64,
    language: Option<&str>,
    time_zone: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update app_user set language = $2, time_zone = $3 where id = $1", person, language, time_zone)
        .execute(connection)
        .await?;
    Ok(())
}
