//! Takes the demo data out again, in one transaction. What real people added since stays, and so does what that needs:
//! a source, an account, a person of the demo team, who then cannot sign in any more.

use super::{
    api::{Demo, DemoSummary, Removal},
    jobs::REMOVAL,
    store::be_patient,
    team::{self, TEAM},
};
use crate::{error::AppError, ids::UserId, people::guard::Permit, search::store::dictionary::forget_unused_words};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Connection, PgConnection, PgPool, error::ErrorKind};

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Leads with their histories.
    pub leads: u64,
    /// Of the demo team, those who are gone.
    pub people: usize,
    /// Of the demo team, those who stay for what others added, but cannot sign in.
    pub closed: usize,
}

/// The rows of one table that the generator wrote.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: i64,
    last: i64,
}

fn range(ids: &Value, table: &str) -> Range {
    let id = |place: usize| ids[table][place].as_i64();
    Range { first: id(0).unwrap_or(1), last: id(1).unwrap_or(0) }
}

/// The rows of a table that has no ids of its own, as the generator wrote them; none that an earlier version wrote.
fn written(ids: &Value, table: &str) -> Value {
    ids.get(table).filter(|rows| rows.is_array()).cloned().unwrap_or_else(|| Value::Array(Vec::new()))
}

/// The demo data, as an admin meets them; nothing when there are none.
pub async fn seen(permit: &Permit) -> Result<Option<Demo>, AppError> {
    let pool = permit.pool();
    // First: a removal that ends in between has left nothing.
    if is_leaving(pool).await? {
        return Ok(Some(Demo::Leaving));
    }
    let Some(ids) = sqlx::query_scalar!("select ids from demo_data").fetch_optional(pool).await? else {
        return Ok(None);
    };
    if is_made_up(pool, permit.viewer().id).await? {
        return Ok(Some(Demo::ViewerIsMadeUp));
    }
    Ok(Some(Demo::Here(summary(pool, &ids).await?)))
}

async fn is_leaving(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from job where kind = $1 and state in ('queued', 'running')) as "leaving!""#,
        REMOVAL
    )
    .fetch_one(pool)
    .await
}

/// Whether somebody is of the demo team, by whatever name they go now.
pub async fn is_made_up(pool: &PgPool, person: UserId) -> Result<bool, AppError> {
    let is_made_up = sqlx::query_scalar!(
        r#"select exists (
               select from app_user u left join demo_data d on true
               where u.id = $1 and (u.email = any($2) or d.ids -> 'app_user' @> to_jsonb(u.id))) as "made_up!""#,
        person.0,
        &team::emails()
    )
    .fetch_one(pool)
    .await?;
    Ok(is_made_up)
}

/// Puts the removal into the queue, once.
pub async fn ask(permit: &Permit) -> Result<Removal, AppError> {
    if is_made_up(permit.pool(), permit.viewer().id).await? {
        return Ok(Removal::AskerIsMadeUp);
    }
    let mut transaction = permit.pool().begin().await?;
    // Of two who ask at once the second finds the first one's job.
    let here = sqlx::query!("select seed from demo_data for update").fetch_optional(&mut *transaction).await?;
    if here.is_none() {
        return Ok(Removal::Gone);
    }
    sqlx::query!(
        "insert into job (kind, payload, run_at, created_at, requested_by)
         select $1, '{}', $2, $2, $3
         where not exists (select from job where kind = $1 and state in ('queued', 'running'))",
        REMOVAL,
        permit.now(),
        permit.viewer().id.0
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Removal::Begun)
}

/// What would go and what would stay.
async fn summary(pool: &PgPool, ids: &Value) -> Result<DemoSummary, sqlx::Error> {
    let (leads, accounts) = (range(ids, "lead"), range(ids, "account"));
    let row = sqlx::query!(
        r#"select (select count(*) from lead where id between $1 and $2) as "leads!",
                  (select count(*) from activity where lead_id between $1 and $2) as "entries!",
                  (select count(*) from account a where a.id between $3 and $4 and not exists
                       (select from lead l where l.account_id = a.id and l.id not between $1 and $2)) as "accounts!",
                  (select count(*) from app_user where email = any($5) or $6 @> to_jsonb(id)) as "people!",
                  (select count(*) from lead where id not between $1 and $2) as "stay!""#,
        leads.first,
        leads.last,
        accounts.first,
        accounts.last,
        &team::emails(),
        written(ids, "app_user")
    )
    .fetch_one(pool)
    .await?;
    Ok(DemoSummary {
        leads: row.leads,
        entries: row.entries,
        accounts: row.accounts,
        people: row.people,
        stay: row.stay,
    })
}

/// Takes out data and team: nobody stays who signs in with a password that everybody knows.
pub async fn remove(pool: &PgPool, now: DateTime<Utc>) -> Result<Removed, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    be_patient(&mut transaction).await?;
    let ids = sqlx::query_scalar!("delete from demo_data returning ids").fetch_optional(&mut *transaction).await?;
    let mut leads = 0;
    if let Some(ids) = &ids {
        leads = remove_leads(&mut transaction, range(ids, "lead"), now).await?;
        remove_accounts(&mut transaction, ids).await?;
        remove_words(&mut transaction, ids).await?;
        remove_settings(&mut transaction, ids).await?;
    }
    let people = written(&ids.unwrap_or_default(), "app_user");
    let (people, closed) = remove_team(&mut transaction, &people, now).await?;
    sqlx::query!("insert into event (at, kind) values ($1, 'bulk')", now).execute(&mut *transaction).await?;
    transaction.commit().await?;
    // Only advice for the planner: what went is gone without it.
    if let Err(error) = sqlx::query("analyze").execute(pool).await {
        tracing::warn!(%error, "the database was not analysed after the demo data went");
    }
    Ok(Removed { leads, people, closed })
}

/// What hangs on the histories of leads.
async fn remove_companions(connection: &mut PgConnection, leads: Range) -> Result<(), sqlx::Error> {
    let Range { first, last } = leads;
    sqlx::query!("delete from mention where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from question where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from notice where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from sla_clock where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from review where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from assignment where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from lead_score where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from signal where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from lead_contact where lead_id between $1 and $2", first, last).execute(connection).await?;
    Ok(())
}

/// History is never deleted, except here: what was made up never happened.
async fn remove_leads(connection: &mut PgConnection, leads: Range, now: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    let Range { first, last } = leads;
    switch_append_only(&mut *connection, "disable").await?;
    // Withdrawing counts them out of every column and result, by the same triggers as ever.
    sqlx::query!(
        "update lead set withdrawn_at = $3 where id between $1 and $2 and withdrawn_at is null",
        first,
        last,
        now
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from request_key where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from lead_tag where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from attachment where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from estimate where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from offer where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    sqlx::query!("delete from recontact where lead_id between $1 and $2", first, last)
        .execute(&mut *connection)
        .await?;
    remove_companions(&mut *connection, leads).await?;
    sqlx::query!("delete from win where lead_id between $1 and $2", first, last).execute(&mut *connection).await?;
    // These name each other: all at once, or none.
    let gone = sqlx::query!(
        "with losses as (delete from loss where lead_id between $1 and $2),
              attempts as (delete from attempt where lead_id between $1 and $2),
              activities as (delete from activity where lead_id between $1 and $2)
         delete from lead where id between $1 and $2",
        first,
        last
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from stage_count where leads = 0 and value_base_minor = 0").execute(&mut *connection).await?;
    sqlx::query!("delete from result_count where won = 0 and lost = 0 and unqualified = 0")
        .execute(&mut *connection)
        .await?;
    forget_unused_words(&mut *connection).await?;
    sqlx::query("set constraints all immediate").execute(&mut *connection).await?;
    switch_append_only(&mut *connection, "enable").await?;
    Ok(gone.rows_affected())
}

/// The triggers that keep history, off for this transaction and on again before it ends. Nobody else writes meanwhile:
/// the tables are locked by it.
async fn switch_append_only(connection: &mut PgConnection, switch: &str) -> Result<(), sqlx::Error> {
    let triggers = sqlx::query!(
        r#"select t.tgrelid::regclass::text as "table!", t.tgname::text as "trigger!"
           from pg_trigger t join pg_proc p on p.oid = t.tgfoid
           where p.proname = 'history_is_append_only' order by 1, 2"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in triggers {
        let statement = format!("alter table {} {switch} trigger {}", row.table, row.trigger);
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn remove_accounts(connection: &mut PgConnection, ids: &Value) -> Result<(), sqlx::Error> {
    let Range { first, last } = range(ids, "account");
    sqlx::query!(
        "with gone as materialized (
             select a.id from account a
             where a.id between $1 and $2 and not exists (select from lead l where l.account_id = a.id)),
         contacts as (delete from contact where account_id in (select id from gone)),
         domains as (delete from account_domain where account_id in (select id from gone))
         delete from account where id in (select id from gone)",
        first,
        last
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Words that nothing uses any more.
async fn remove_words(connection: &mut PgConnection, ids: &Value) -> Result<(), sqlx::Error> {
    let campaign = range(ids, "campaign");
    sqlx::query!(
        "with gone as materialized (
             select c.id from campaign c
             where c.id between $1 and $2 and not exists (select from lead l where l.campaign_id = c.id)),
         spends as (delete from campaign_spend where campaign_id in (select id from gone))
         delete from campaign where id in (select id from gone)",
        campaign.first,
        campaign.last
    )
    .execute(&mut *connection)
    .await?;
    let source = range(ids, "source");
    sqlx::query!(
        "delete from source s where s.id between $1 and $2
             and not exists (select from lead l where l.source_id = s.id)
             and not exists (select from campaign c where c.source_id = s.id)",
        source.first,
        source.last
    )
    .execute(&mut *connection)
    .await?;
    let product = range(ids, "product");
    sqlx::query!(
        "delete from product p where p.id between $1 and $2
             and not exists (select from lead l where l.product_id = p.id)
             and not exists (select from win w where w.product_id = p.id)
             and not exists (select from offered_request o where o.product_id = p.id)",
        product.first,
        product.last
    )
    .execute(&mut *connection)
    .await?;
    let segment = range(ids, "segment");
    sqlx::query!(
        "delete from segment s where s.id between $1 and $2 and not exists (select from lead l where l.segment_id = s.id)",
        segment.first,
        segment.last
    )
    .execute(&mut *connection)
    .await?;
    let tag = range(ids, "tag");
    sqlx::query!(
        "delete from tag t where t.id between $1 and $2 and not exists (select from lead_tag l where l.tag_id = t.id)",
        tag.first,
        tag.last
    )
    .execute(&mut *connection)
    .await?;
    let field = range(ids, "custom_field");
    sqlx::query!(
        "delete from custom_field f where f.id between $1 and $2 and not exists (select from lead l where l.custom ? f.key)",
        field.first,
        field.last
    )
    .execute(&mut *connection)
    .await?;
    let line = range(ids, "business_line");
    sqlx::query!(
        "delete from business_line b where b.id between $1 and $2
             and not exists (select from lead l where l.business_line_id = b.id)
             and not exists (select from loss_reason_scope s where s.business_line_id = b.id)",
        line.first,
        line.last
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Rates, currencies and days off that the generator set, as it set them: what people set or changed since stays, and so
/// does what their amounts stand on.
async fn remove_settings(connection: &mut PgConnection, ids: &Value) -> Result<(), sqlx::Error> {
    let in_use: Vec<String> = sqlx::query_scalar!(
        r#"select currency as "currency!" from lead where currency is not null
           union select currency from win where currency is not null
           union select currency from estimate where currency is not null
           union select currency from offer where currency is not null
           union select currency from campaign_spend
           union select estimate_hour_currency from organisation where estimate_hour_currency is not null
           union select base_currency from organisation"#
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from currency_rate r using jsonb_to_recordset($1) as g (currency text, from_day date, rate numeric)
         where r.currency = g.currency and r.from_day = g.from_day and r.rate = g.rate and r.currency <> all($2)",
        written(ids, "currency_rate"),
        &in_use
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update currency c set in_use = false
         where $1 @> to_jsonb(c.code) and c.code <> all($2)
           and not exists (select from currency_rate r where r.currency = c.code)",
        written(ids, "currency"),
        &in_use
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from holiday h using jsonb_to_recordset($1) as g (on_day date, name text)
         where h.team_id is null and h.on_day = g.on_day and h.name = g.name",
        written(ids, "holiday")
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many of the team are gone, and how many stay without signing in.
async fn remove_team(
    connection: &mut PgConnection,
    people: &Value,
    now: DateTime<Utc>,
) -> Result<(usize, usize), sqlx::Error> {
    let members = sqlx::query_scalar!(
        "select id from app_user where email = any($1) or $2 @> to_jsonb(id) order by id",
        &team::emails(),
        people
    )
    .fetch_all(&mut *connection)
    .await?;
    remove_queues(&mut *connection).await?;
    sqlx::query!("update app_user set backup_id = null where backup_id = any($1)", &members)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("update team set backup_id = null where backup_id = any($1)", &members)
        .execute(&mut *connection)
        .await?;
    let mut closed = 0;
    for member in &members {
        sqlx::query!(
            "with ended as (delete from session where user_id = $1 returning 1)
             insert into event (at, kind, user_id) select $2, 'session_ended', $1 where exists (select from ended)",
            member,
            now
        )
        .execute(&mut *connection)
        .await?;
        if !remove_member(&mut *connection, *member).await? {
            sqlx::query!("update app_user set closed_at = coalesce(closed_at, $2) where id = $1", member, now)
                .execute(&mut *connection)
                .await?;
            closed += 1;
        }
    }
    sqlx::query!(
        "with gone as materialized (
             select t.id from team t where t.name = any($1)
               and not exists (select from app_user u where u.team_id = t.id)
               and not exists (select from queue q where q.team_id = t.id)
               and not exists (select from team_manager m where m.team_id = t.id)),
         hours as (delete from opening_hours where team_id in (select id from gone)),
         holidays as (delete from holiday where team_id in (select id from gone))
         delete from team where id in (select id from gone)",
        &team::TEAMS.map(str::to_owned)
    )
    .execute(connection)
    .await?;
    Ok((members.len() - closed, closed))
}

/// The teams' queues in which nothing waits and nothing ended.
async fn remove_queues(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from queue q using team t
         where t.id = q.team_id and t.name = any($1) and q.name = t.name
           and not exists (select from lead l where l.queue_id = q.id)
           and not exists (select from loss s where s.queue_id = q.id)
           and not exists (select from win w where w.queue_id = q.id)
           and not exists (select from assignment a where a.queue_id = q.id)",
        &team::TEAMS.map(str::to_owned)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes one of the team out, unless something that stays names them.
async fn remove_member(connection: &mut PgConnection, member: i64) -> Result<bool, sqlx::Error> {
    let mut attempt = connection.begin().await?;
    match delete_member(&mut attempt, member).await {
        Ok(()) => attempt.commit().await.map(|()| true),
        Err(sqlx::Error::Database(refusal)) if refusal.kind() == ErrorKind::ForeignKeyViolation => {
            attempt.rollback().await.map(|()| false)
        }
        Err(error) => Err(error),
    }
}

async fn delete_member(connection: &mut PgConnection, member: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from request_key where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from upload where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from absence where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from turn where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from skill where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from team_manager where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("delete from invitation where user_id = $1", member).execute(&mut *connection).await?;
    sqlx::query!("update invitation set created_by = null where created_by = $1", member)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from app_user where id = $1", member).execute(connection).await?;
    Ok(())
}

/// How the command line says what was done.
pub fn report(removed: Removed) -> String {
    let Removed { leads, people, closed } = removed;
    if leads == 0 && people == 0 && closed == 0 {
        return "There are no demo data in this database.".to_owned();
    }
    let stay = match closed {
        0 => String::new(),
        closed => format!(" {closed} of the team stay for what others added, and cannot sign in."),
    };
    format!(
        "Taken out: {leads} leads with all that happened to them, {people} of the {} demo people.{stay}",
        TEAM.len()
    )
}
