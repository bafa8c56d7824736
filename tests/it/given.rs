//! Leads that tests begin with, written the way the import writes them: with their history, past no constraint.

use crate::harness::TestApp;
use winback::{
    fold::fold,
    ids::{LeadId, ReasonId, StageId},
};

/// A lead of somebody of the demo team.
pub struct Given<'a> {
    /// Whose.
    pub owner: &'a str,
    /// In which stage.
    pub stage: &'a str,
    /// Its name.
    pub name: &'a str,
    /// A person or a company.
    pub party: &'a str,
    /// What it is worth, in cents.
    pub value: i64,
    /// They asked not to be called.
    pub do_not_call: bool,
    /// Its place in the column.
    pub rank: &'a str,
    /// In a queue instead of the owner's hands.
    pub queue: Option<&'a str>,
    /// The channel that it came through.
    pub source: Option<&'a str>,
    /// What they want to buy.
    pub product: Option<&'a str>,
    /// What happens next, by phone, a day from now.
    pub next_step: Option<&'a str>,
    /// Its number in another system.
    pub external_id: Option<&'a str>,
}

impl Default for Given<'_> {
    fn default() -> Self {
        Self {
            owner: "ayse@demo.winback",
            stage: "contacted",
            name: "Can Demir",
            party: "person",
            value: 340_000,
            do_not_call: false,
            rank: "V",
            queue: None,
            source: None,
            product: None,
            next_step: None,
            external_id: None,
        }
    }
}

/// Puts a lead on the board.
pub async fn lead(app: &TestApp, given: Given<'_>) -> LeadId {
    let mut transaction = app.pool.begin().await.expect("a transaction");
    let source = named(&mut transaction, "source", given.source).await;
    let product = named(&mut transaction, "product", given.product).await;
    let id: i64 = sqlx::query_scalar(
        "insert into lead (direction, party, name, search_key, value_minor, currency, value_base_minor, owner_id, stage_id,
                           stage_kind, stage_entered_at, rank, run_started_at, recorded_at, do_not_call,
                           queue_id, source_id, product_id, next_step, next_step_channel, next_step_due,
                           external_system, external_id)
         select 'inbound', $1, $2, $3, $4, 'EUR', $4, case when q.id is null then u.id end, s.id, s.kind, $5, $9, $5, $5, $6,
                q.id, $11, $12, $13, case when $13 is not null then 'call' end,
                case when $13 is not null then $5 + interval '1 day' end, case when $14 is not null then 'test' end, $14
         from app_user u cross join stage s left join queue q on q.name = $10
         where u.email = $7 and s.kind = $8 returning id",
    )
    .bind(given.party)
    .bind(given.name)
    .bind(fold(given.name))
    .bind(given.value)
    .bind(app.clock.now())
    .bind(given.do_not_call)
    .bind(given.owner)
    .bind(given.stage)
    .bind(given.rank)
    .bind(given.queue)
    .bind(source)
    .bind(product)
    .bind(given.next_step)
    .bind(given.external_id)
    .fetch_one(&mut *transaction)
    .await
    .expect("a lead");
    sqlx::query("insert into activity (lead_id, kind, at, move_version) values ($1, 'created', $2, 0)")
        .bind(id)
        .bind(app.clock.now())
        .execute(&mut *transaction)
        .await
        .expect("its history");
    if matches!(given.stage, "customer" | "inactive") {
        sqlx::query(
            "insert into win (lead_id, move_version, won_on, recorded_at, by_id, owner_id, queue_id, product_id, amount_minor,
                              currency, amount_base_minor)
             select l.id, 0, ($2 at time zone o.time_zone)::date, $2, u.id, l.owner_id, l.queue_id, l.product_id,
                    l.value_minor, l.currency, l.value_base_minor
             from lead l cross join organisation o join app_user u on u.email = $3 where l.id = $1",
        )
        .bind(id)
        .bind(app.clock.now())
        .bind(given.owner)
        .execute(&mut *transaction)
        .await
        .expect("its win");
    }
    transaction.commit().await.expect("a whole lead");
    LeadId(id)
}

/// The source or product of this name.
async fn named(connection: &mut sqlx::PgConnection, table: &str, name: Option<&str>) -> Option<i64> {
    let name = name?;
    let sql = format!(
        "insert into {table} (name, key) values ($1, $2) on conflict (key) do update set name = excluded.name returning id"
    );
    let id = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(name).bind(fold(name)).fetch_one(connection).await;
    Some(id.expect("a name in the list"))
}

/// Can Demir, whom Ayşe has contacted.
pub async fn can(app: &TestApp) -> LeadId {
    lead(app, Given::default()).await
}

/// The loss reason with this code.
pub async fn reason(app: &TestApp, code: &str) -> ReasonId {
    let id = sqlx::query_scalar("select id from loss_reason where code = $1").bind(code).fetch_one(&app.pool).await;
    ReasonId(id.expect("a reason with this code"))
}

/// The stage of this kind.
pub async fn stage(app: &TestApp, kind: &str) -> StageId {
    let id = sqlx::query_scalar("select id from stage where kind = $1").bind(kind).fetch_one(&app.pool).await;
    StageId(id.expect("a stage of this kind"))
}

/// The user with this address.
pub async fn user(app: &TestApp, email: &str) -> i64 {
    let id = sqlx::query_scalar("select id from app_user where email = $1").bind(email).fetch_one(&app.pool).await;
    id.expect("one of the demo team")
}
