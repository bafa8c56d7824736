//! Writes a plan into the database: through every constraint and trigger, in one transaction.

use super::{
    plan::{Ground, Plan, plan},
    rows,
    team::{self, TEAM},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;

/// Rows per statement.
const CHUNK: usize = 2_000;

/// Why there is no demo data.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// They are there.
    #[error("the demo data are here already. Take them out with `winback demo --remove` first")]
    HereAlready,
    /// Somebody works with this database.
    #[error("this database is in use ({0}): demo data go into an empty one only")]
    InUse(String),
    /// The demo team lacks somebody.
    #[error("the demo team is not whole: take it out with `winback demo --remove` and start anew")]
    TeamNotWhole,
    /// The database said no.
    #[error("the database did not answer as expected: {0}")]
    Database(#[from] sqlx::Error),
}

/// What was written.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Leads.
    pub leads: usize,
    /// Entries of their histories.
    pub activities: usize,
}

/// The tables whose rows are numbered by us.
const NUMBERED: [&str; 15] = [
    "business_line",
    "source",
    "product",
    "segment",
    "campaign",
    "tag",
    "custom_field",
    "account",
    "contact",
    "lead",
    "activity",
    "loss",
    "win",
    "recontact",
    "attachment",
];

/// Fills a database that holds the demo team and nothing else.
///
/// # Errors
/// When it is not empty, or says no.
pub async fn fill(pool: &PgPool, seed: u64, today: NaiveDate, now: DateTime<Utc>) -> Result<Written, FillError> {
    let mut transaction = pool.begin().await?;
    be_patient(&mut transaction).await?;
    refuse_what_is_in_use(&mut transaction).await?;
    let ground = ground(&mut transaction).await?;
    let plan = plan(seed, today, &ground);
    let mut ids = write_general(&mut transaction, &plan).await?;
    write_settings(&mut transaction, &plan).await?;
    write_records(&mut transaction, &plan).await?;
    write_outcomes(&mut transaction, &plan).await?;
    ids.extend(remember(&mut transaction, &ground, &plan).await?);
    ids.insert("app_user".to_owned(), json!(ground.members));
    sqlx::query!(
        "with told as (insert into event (at, kind) values ($3, 'bulk'))
         insert into demo_data (seed, today, written_at, ids) values ($1, $2, $3, $4)",
        seed as i64,
        today,
        now,
        Value::Object(ids)
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    sqlx::query("analyze").execute(pool).await?;
    Ok(Written { leads: plan.leads.len(), activities: plan.activities.len() })
}

/// Many rows take longer than a request may.
pub(super) async fn be_patient(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("set local statement_timeout = '5min'").execute(&mut *connection).await?;
    sqlx::query("set local idle_in_transaction_session_timeout = '5min'").execute(connection).await?;
    Ok(())
}

async fn refuse_what_is_in_use(connection: &mut PgConnection) -> Result<(), FillError> {
    // Nobody adds anything while the ids are handed out.
    sqlx::query(
        "lock table business_line, source, product, segment, campaign, tag, custom_field, account, contact, lead, activity,
                    loss, win, recontact, attachment in share row exclusive mode",
    )
    .execute(&mut *connection)
    .await?;
    let found = sqlx::query!(
        r#"select exists (select from demo_data) as "here!",
                  (select count(*) from lead) as "leads!",
                  (select count(*) from account) as "accounts!",
                  (select count(*) from app_user where email <> all($1)) as "people!",
                  (select count(*) from (select id from source union all select id from product union all
                       select id from segment union all select id from campaign union all select id from tag union all
                       select id from business_line union all select id from custom_field) as word) as "words!""#,
        &team::emails()
    )
    .fetch_one(connection)
    .await?;
    if found.here {
        return Err(FillError::HereAlready);
    }
    let in_use = [
        (found.people, "people of your own"),
        (found.leads, "leads"),
        (found.accounts, "accounts"),
        (found.words, "words such as sources and products"),
    ];
    let in_use: Vec<String> =
        in_use.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if in_use.is_empty() { Ok(()) } else { Err(FillError::InUse(in_use.join(", "))) }
}

async fn ground(connection: &mut PgConnection) -> Result<Ground, FillError> {
    let mut ground = Ground { reasons: reasons(&mut *connection).await?, ..Ground::default() };
    for member in &TEAM {
        let id = sqlx::query_scalar!("select id from app_user where email = $1", member.email);
        ground.members.push(id.fetch_optional(&mut *connection).await?.ok_or(FillError::TeamNotWhole)?);
    }
    for name in team::TEAMS {
        let row = sqlx::query!(
            "select t.id, q.id as queue from team t join queue q on q.team_id = t.id where t.name = $1",
            name
        )
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(FillError::TeamNotWhole)?;
        ground.teams.push(row.id);
        ground.queues.push(row.queue);
    }
    for kind in crate::pipeline::rules::StageKind::ALL {
        let id = sqlx::query_scalar!("select id from stage where kind = $1", kind.word())
            .fetch_one(&mut *connection)
            .await?;
        ground.stages.push((id, kind.word()));
    }
    for table in NUMBERED {
        let first = sqlx::query_scalar!(r#"select nextval(pg_get_serial_sequence($1, 'id')) as "first!""#, table);
        ground.first.insert(table.to_owned(), first.fetch_one(&mut *connection).await?);
    }
    Ok(ground)
}

async fn reasons(connection: &mut PgConnection) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let reasons = sqlx::query!("select code, id from loss_reason").fetch_all(connection).await?;
    Ok(reasons.into_iter().map(|reason| (reason.code, reason.id)).collect())
}

/// Runs one statement for all rows, some thousands at a time.
macro_rules! write_rows {
    ($connection:expr, $rows:expr, $statement:expr) => {
        for chunk in $rows.chunks(CHUNK) {
            sqlx::query!($statement, Json(chunk) as _).execute(&mut *$connection).await?;
        }
    };
}

/// What people may have set before: their own stays, and what was written is told, for it has no ids of ours.
async fn write_general(connection: &mut PgConnection, plan: &Plan) -> Result<Map<String, Value>, sqlx::Error> {
    let currencies =
        sqlx::query_scalar!("update currency set in_use = true where code = 'GBP' and not in_use returning code")
            .fetch_all(&mut *connection)
            .await?;
    let rates = sqlx::query_scalar!(
        r#"with written as (
               insert into currency_rate (currency, from_day, rate)
               select currency, from_day, rate from jsonb_populate_recordset(null::currency_rate, $1)
               on conflict do nothing returning currency, from_day, rate)
           select coalesce(jsonb_agg(to_jsonb(w)), '[]') as "rows!" from written w"#,
        Json(&plan.rates) as _
    )
    .fetch_one(&mut *connection)
    .await?;
    let holidays = sqlx::query_scalar!(
        r#"with written as (
               insert into holiday (on_day, name)
               select on_day, name from jsonb_populate_recordset(null::holiday, $1)
               on conflict do nothing returning on_day, name)
           select coalesce(jsonb_agg(to_jsonb(w)), '[]') as "rows!" from written w"#,
        Json(&plan.holidays) as _
    )
    .fetch_one(connection)
    .await?;
    let written = [("currency", json!(currencies)), ("currency_rate", rates), ("holiday", holidays)];
    Ok(written.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect())
}

async fn write_settings(connection: &mut PgConnection, plan: &Plan) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        plan.business_lines,
        "insert into business_line (id, code, name) overriding system value
         select id, code, name from jsonb_populate_recordset(null::business_line, $1)"
    );
    write_rows!(
        connection,
        plan.sources,
        "insert into source (id, name, key, retired_at) overriding system value
         select id, name, key, retired_at from jsonb_populate_recordset(null::source, $1)"
    );
    write_rows!(
        connection,
        plan.products,
        "insert into product (id, name, key, retired_at) overriding system value
         select id, name, key, retired_at from jsonb_populate_recordset(null::product, $1)"
    );
    write_rows!(
        connection,
        plan.segments,
        "insert into segment (id, name, key, retired_at, owner_id) overriding system value
         select id, name, key, retired_at, owner_id from jsonb_populate_recordset(null::segment, $1)"
    );
    write_rows!(
        connection,
        plan.campaigns,
        "insert into campaign (id, name, key, retired_at, source_id, starts_on, ends_on) overriding system value
         select id, name, key, retired_at, source_id, starts_on, ends_on from jsonb_populate_recordset(null::campaign, $1)"
    );
    write_rows!(
        connection,
        plan.tags,
        "insert into tag (id, name, key, retired_at) overriding system value
         select id, name, key, retired_at from jsonb_populate_recordset(null::tag, $1)"
    );
    write_rows!(
        connection,
        plan.custom_fields,
        "insert into custom_field (id, key, name, kind, choices, position) overriding system value
         select id, key, name, kind, choices, position from jsonb_populate_recordset(null::custom_field, $1)"
    );
    write_rows!(
        connection,
        plan.spends,
        "insert into campaign_spend (campaign_id, month, amount_minor, currency, amount_base_minor)
         select campaign_id, month, amount_minor, currency, amount_base_minor
         from jsonb_populate_recordset(null::campaign_spend, $1)"
    );
    write_days(connection, plan).await
}

async fn write_days(connection: &mut PgConnection, plan: &Plan) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        plan.hours,
        "insert into opening_hours (team_id, weekday, opens, closes)
         select team_id, weekday, opens, closes from jsonb_populate_recordset(null::opening_hours, $1)
         on conflict do nothing"
    );
    write_rows!(
        connection,
        plan.absences,
        "insert into absence (user_id, first_day, last_day)
         select user_id, first_day, last_day from jsonb_populate_recordset(null::absence, $1)"
    );
    write_rows!(
        connection,
        plan.skills,
        "insert into skill (user_id, kind, value)
         select user_id, kind, value from jsonb_populate_recordset(null::skill, $1) on conflict do nothing"
    );
    write_rows!(
        connection,
        plan.duties,
        "update app_user u set backup_id = g.backup_id, capacity = g.capacity
         from jsonb_to_recordset($1) as g (user_id bigint, backup_id bigint, capacity integer) where u.id = g.user_id"
    );
    Ok(())
}

async fn write_records(connection: &mut PgConnection, plan: &Plan) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        plan.accounts,
        "insert into account (id, party, name, name_key, website, owner_id, relationship_owner_id, recorded_at)
             overriding system value
         select id, party, name, name_key, website, owner_id, relationship_owner_id, recorded_at
         from jsonb_populate_recordset(null::account, $1)"
    );
    write_rows!(
        connection,
        plan.domains,
        "insert into account_domain (domain, account_id)
         select domain, account_id from jsonb_populate_recordset(null::account_domain, $1)"
    );
    write_rows!(
        connection,
        plan.contacts,
        "insert into contact (id, account_id, name, email, phone, decides, pays, uses, blocks, search_key, recorded_at)
             overriding system value
         select id, account_id, name, email, phone, decides, pays, uses, blocks, search_key, recorded_at
         from jsonb_populate_recordset(null::contact, $1)"
    );
    // A lead begins with its first run: what its later ones need is asked of those, see `write_losses`.
    write_rows!(
        connection,
        plan.leads,
        "insert into lead (id, direction, party, business_line_id, name, company, email, phone, country, city, request,
             source_id, product_id, segment_id, campaign_id, custom, search_key, do_not_call, do_not_email, value_minor,
             currency, value_base_minor, temperature, owner_id, queue_id, next_step, next_step_channel, next_step_due,
             stage_id, stage_kind, stage_entered_at, rank, move_version, run_started_at, standing_loss_id,
             standing_outcome, arose_at, recorded_at, account_id, occupation, industry, employees, website, address,
             language, birth_date, social, phone_key, email_key)
             overriding system value
         select id, direction, party, business_line_id, name, company, email, phone, country, city, request,
             source_id, product_id, segment_id, campaign_id, custom, search_key, do_not_call, do_not_email, value_minor,
             currency, value_base_minor, temperature, owner_id, queue_id, next_step, next_step_channel, next_step_due,
             stage_id, stage_kind, stage_entered_at, rank, move_version, recorded_at, standing_loss_id,
             standing_outcome, arose_at, recorded_at, account_id, occupation, industry, employees, website, address,
             language, birth_date, social, phone_key, email_key
         from jsonb_populate_recordset(null::lead, $1)"
    );
    write_rows!(
        connection,
        plan.lead_tags,
        "insert into lead_tag (lead_id, tag_id) select lead_id, tag_id from jsonb_populate_recordset(null::lead_tag, $1)"
    );
    write_losses(connection, plan).await
}

/// Activities and losses name each other, and a loss asks for the attempts of its run: the first runs' losses come first,
/// then the later runs begin, then those end.
async fn write_losses(connection: &mut PgConnection, plan: &Plan) -> Result<(), sqlx::Error> {
    // What passed with each lead is counted once, at the end.
    sqlx::query("set local winback.recount_later = 'yes'").execute(&mut *connection).await?;
    let (ends, others): (Vec<&rows::Activity>, Vec<_>) =
        plan.activities.iter().partition(|activity| activity.loss_id.is_some());
    write_activities(connection, &others).await?;
    write_rows!(
        connection,
        plan.attempts,
        "insert into attempt (activity_id, lead_id, channel, approach, result, at)
         select activity_id, lead_id, channel, approach, result, at from jsonb_populate_recordset(null::attempt, $1)"
    );
    let (first, later): (Vec<&rows::Loss>, Vec<_>) = plan.losses.iter().partition(|loss| loss.run == 0);
    write_loss_rows(connection, &first).await?;
    write_rows!(
        connection,
        plan.leads,
        "update lead l set run_started_at = g.run_started_at
         from jsonb_to_recordset($1) as g (id bigint, run_started_at timestamptz)
         where l.id = g.id and l.run_started_at <> g.run_started_at"
    );
    write_loss_rows(connection, &later).await?;
    write_activities(connection, &ends).await?;
    sqlx::query(
        "select count(recount_lead_contact(lead_id))
         from (select lead_id from attempt union select lead_id from activity where direction is not null) as talked",
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_activities(connection: &mut PgConnection, activities: &[&rows::Activity]) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        activities,
        "insert into activity (id, lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id, loss_id, detail,
             body, direction)
             overriding system value
         select id, lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id, loss_id, detail, body, direction
         from jsonb_populate_recordset(null::activity, $1)"
    );
    Ok(())
}

async fn write_loss_rows(connection: &mut PgConnection, losses: &[&rows::Loss]) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        losses,
        "insert into loss (id, lead_id, outcome, reason_id, at, recorded_at, by_id, owner_id, queue_id, stage_id, note,
             customer_words, retry_potential, evidence, attempt_id, attempt_exception, same_again_because, override_by,
             override_because, recontact_on, closed_at, closed_by, closure, closure_cause, closure_note, search_key)
             overriding system value
         select id, lead_id, outcome, reason_id, at, recorded_at, by_id, owner_id, queue_id, stage_id, note,
             customer_words, retry_potential, evidence, attempt_id, attempt_exception, same_again_because, override_by,
             override_because, recontact_on, closed_at, closed_by, closure, closure_cause, closure_note, search_key
         from jsonb_populate_recordset(null::loss, $1)"
    );
    Ok(())
}

async fn write_outcomes(connection: &mut PgConnection, plan: &Plan) -> Result<(), sqlx::Error> {
    write_rows!(
        connection,
        plan.wins,
        "insert into win (id, lead_id, move_version, won_on, recorded_at, by_id, owner_id, from_stage_id, product_id,
             amount_minor, currency, amount_base_minor, undone_at, undone_by)
             overriding system value
         select id, lead_id, move_version, won_on, recorded_at, by_id, owner_id, from_stage_id, product_id,
             amount_minor, currency, amount_base_minor, undone_at, undone_by
         from jsonb_populate_recordset(null::win, $1)"
    );
    write_rows!(
        connection,
        plan.recontacts,
        "insert into recontact (id, loss_id, lead_id, due_on, channel, user_id, note, created_by, created_at, ended_at,
             ended_by, ending)
             overriding system value
         select id, loss_id, lead_id, due_on, channel, user_id, note, created_by, created_at, ended_at, ended_by, ending
         from jsonb_populate_recordset(null::recontact, $1)"
    );
    write_rows!(
        connection,
        plan.estimates,
        "insert into estimate (activity_id, lead_id, hours, by_id, fee_minor, currency, fee_base_minor, paid_on,
             credited_on_winning)
         select activity_id, lead_id, hours, by_id, fee_minor, currency, fee_base_minor, paid_on, credited_on_winning
         from jsonb_populate_recordset(null::estimate, $1)"
    );
    write_rows!(
        connection,
        plan.offers,
        "insert into offer (activity_id, lead_id, amount_minor, currency, amount_base_minor, discount_percent, expires_on)
         select activity_id, lead_id, amount_minor, currency, amount_base_minor, discount_percent, expires_on
         from jsonb_populate_recordset(null::offer, $1)"
    );
    write_rows!(
        connection,
        plan.attachments,
        "insert into attachment (id, lead_id, activity_id, name, media_type, body) overriding system value
         select id, lead_id, activity_id, name, media_type, convert_to(text, 'UTF8')
         from jsonb_to_recordset($1) as g (id bigint, lead_id bigint, activity_id bigint, name text, media_type text,
                                           text text)"
    );
    Ok(())
}

/// Goes on with the ids after ours, and says which are ours.
async fn remember(
    connection: &mut PgConnection,
    ground: &Ground,
    plan: &Plan,
) -> Result<Map<String, Value>, sqlx::Error> {
    let counts = counts(plan);
    let mut ids = Map::new();
    for table in NUMBERED {
        let first = ground.first.get(table).copied().unwrap_or(1);
        let last = first + counts.get(table).copied().unwrap_or(0) as i64 - 1;
        sqlx::query_scalar!("select setval(pg_get_serial_sequence($1, 'id'), $2)", table, last.max(first))
            .fetch_one(&mut *connection)
            .await?;
        ids.insert(table.to_owned(), json!([first, last]));
    }
    Ok(ids)
}

fn counts(plan: &Plan) -> BTreeMap<&'static str, usize> {
    [
        ("business_line", plan.business_lines.len()),
        ("source", plan.sources.len()),
        ("product", plan.products.len()),
        ("segment", plan.segments.len()),
        ("campaign", plan.campaigns.len()),
        ("tag", plan.tags.len()),
        ("custom_field", plan.custom_fields.len()),
        ("account", plan.accounts.len()),
        ("contact", plan.contacts.len()),
        ("lead", plan.leads.len()),
        ("activity", plan.activities.len()),
        ("loss", plan.losses.len()),
        ("win", plan.wins.len()),
        ("recontact", plan.recontacts.len()),
        ("attachment", plan.attachments.len()),
    ]
    .into()
}
