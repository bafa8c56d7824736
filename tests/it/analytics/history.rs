//! Histories that tests write, past the code but past no constraint: years of leads that go every way a lead can go.

use super::Dice;
use crate::harness::{TestApp, beginning};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use winback::{
    ids::{QueueId, UserId},
    people::rules::Holder,
};

pub async fn run(connection: &mut PgConnection, sql: String) {
    let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(connection).await;
    assert!(done.is_ok(), "{sql}: {done:?}");
}

/// A lead whose history is being written, past the code but past no constraint.
pub struct History<'a> {
    connection: &'a mut PgConnection,
    /// Which.
    pub lead: i64,
    version: i64,
    loss: Option<i64>,
    stage: &'static str,
}

/// Who is responsible, as two columns.
fn columns(holder: Holder) -> (String, String) {
    match holder {
        Holder::Person(id) => (id.to_string(), "null".to_owned()),
        Holder::Queue(id) => ("null".to_owned(), id.to_string()),
    }
}

fn quoted(at: Option<DateTime<Utc>>) -> String {
    at.map_or("null".to_owned(), |at| format!("'{}'::timestamptz", at.to_rfc3339()))
}

impl<'a> History<'a> {
    /// That of a customer, to go on with.
    pub fn of_customer(connection: &'a mut PgConnection, lead: i64, version: i64) -> Self {
        Self { connection, lead, version, loss: None, stage: "customer" }
    }

    pub async fn begin(
        connection: &'a mut PgConnection,
        holder: Holder,
        at: DateTime<Utc>,
        value: Option<i64>,
    ) -> Self {
        let (owner, queue) = columns(holder);
        let at = quoted(Some(at));
        let value = value.map_or("null, null, null".to_owned(), |value| format!("{value}, 'EUR', {value}"));
        let sql = format!(
            "insert into lead (direction, party, name, search_key, owner_id, queue_id, stage_id, stage_kind, rank,
                               run_started_at, recorded_at, value_minor, currency, value_base_minor)
             select 'inbound', 'company', 'Lead', 'lead', {owner}, {queue}, id, kind, 'V', {at}, {at}, {value}
             from stage where kind = 'open' returning id"
        );
        let lead: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.expect("a lead");
        let sql = format!("insert into activity (lead_id, kind, at, move_version) values ({lead}, 'created', {at}, 0)");
        run(connection, sql).await;
        Self { connection, lead, version: 0, loss: None, stage: "open" }
    }

    pub async fn set(&mut self, what: &str) {
        let lead = self.lead;
        run(self.connection, format!("update lead set {what} where id = {lead}")).await;
    }

    /// Each step is whole before the next one begins.
    async fn settle(&mut self) {
        run(self.connection, "set constraints all immediate".to_owned()).await;
        run(self.connection, "set constraints all deferred".to_owned()).await;
    }

    pub async fn moved(&mut self, at: DateTime<Utc>, kind: &'static str) {
        if self.stage == kind {
            return;
        }
        self.version += 1;
        self.stage = kind;
        let (lead, version, at) = (self.lead, self.version, quoted(Some(at)));
        let sql = format!(
            "with gone as (update lead l set stage_id = t.id, stage_kind = t.kind, move_version = {version}
                           from stage t, lead o where l.id = {lead} and o.id = l.id and t.kind = '{kind}'
                           returning t.id as new, o.stage_id as old)
             insert into activity (lead_id, kind, at, move_version, from_stage_id, to_stage_id)
             select {lead}, 'move', {at}, {version}, old, new from gone"
        );
        run(self.connection, sql).await;
        self.settle().await;
    }

    /// Loses the lead for the reason with this code, in whose hands it is.
    pub async fn lost(&mut self, at: DateTime<Utc>, reason: &str) {
        self.version += 1;
        let (lead, version, at) = (self.lead, self.version, quoted(Some(at)));
        let sql = format!(
            "insert into loss (lead_id, outcome, reason_id, at, recorded_at, by_id, owner_id, queue_id, stage_id, note,
                               retry_potential, attempt_exception, evidence)
             select l.id, r.outcome, r.id, {at}, {at}, (select min(id) from app_user), l.owner_id, l.queue_id, l.stage_id,
                    'note', 'low', 'unreachable',
                    (select coalesce(jsonb_object_agg(field ->> 'key', 'shown'), '{{}}') from jsonb_array_elements(r.evidence) field)
             from lead l, loss_reason r where l.id = {lead} and r.code = '{reason}' returning id"
        );
        let loss: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *self.connection).await.expect("a loss");
        self.loss = Some(loss);
        let sql = format!(
            "update lead l set standing_loss_id = s.id, standing_outcome = s.outcome, move_version = {version},
                    stage_id = coalesce(u.id, l.stage_id), stage_kind = coalesce(u.kind, l.stage_kind)
             from loss s left join stage u on u.kind = 'unqualified' and s.outcome = 'unqualified'
             where s.id = {loss} and l.id = {lead}"
        );
        run(self.connection, sql).await;
        let sql = format!(
            "insert into activity (lead_id, kind, at, move_version, loss_id) values ({lead}, 'loss', {at}, {version}, {loss})"
        );
        run(self.connection, sql).await;
        self.settle().await;
    }

    /// Closes the standing loss: reversed or reactivated.
    pub async fn back(&mut self, at: DateTime<Utc>, closure: &str) {
        let Some(loss) = self.loss.take() else { return };
        self.version += 1;
        self.stage = "contacted";
        let (lead, version, at) = (self.lead, self.version, quoted(Some(at)));
        let cause = if closure == "reactivated" { "'rep_saw_chance'" } else { "null" };
        let sql = format!(
            "update loss set closed_at = {at}, closed_by = (select min(id) from app_user), closure = '{closure}',
                    closure_cause = {cause} where id = {loss}"
        );
        run(self.connection, sql).await;
        let sql = format!(
            "update lead l set standing_loss_id = null, standing_outcome = null, move_version = {version}, stage_id = t.id,
                    stage_kind = t.kind,
                    run_started_at = case when '{closure}' = 'reactivated' then {at} else l.run_started_at end
             from stage t where l.id = {lead} and t.kind = 'contacted'"
        );
        run(self.connection, sql).await;
        let sql = format!(
            "insert into activity (lead_id, kind, at, move_version, loss_id) values ({lead}, 'reopened', {at}, {version}, {loss})"
        );
        run(self.connection, sql).await;
        self.settle().await;
    }

    pub async fn won(&mut self, at: DateTime<Utc>, on: NaiveDate, amount: i64) {
        let (lead, version) = (self.lead, self.version + 1);
        let recorded = quoted(Some(at));
        let sql = format!(
            "insert into win (lead_id, move_version, won_on, recorded_at, by_id, owner_id, queue_id, from_stage_id,
                              amount_minor, currency, amount_base_minor)
             select id, {version}, '{on}', {recorded}, (select min(id) from app_user), owner_id, queue_id, stage_id,
                    {amount}, 'EUR', {amount} from lead where id = {lead}"
        );
        run(self.connection, sql).await;
        self.moved(at, "customer").await;
        let sql = format!(
            "update loss set closure = 'recovered' where closure = 'reactivated' and id =
             (select max(id) from loss where lead_id = {lead} and closure <> 'reversed')"
        );
        run(self.connection, sql).await;
    }

    pub async fn not_won_after_all(&mut self, at: DateTime<Utc>) {
        let (lead, when) = (self.lead, quoted(Some(at)));
        let sql = format!(
            "update win set undone_at = {when}, undone_by = (select min(id) from app_user) where lead_id = {lead}
             and undone_at is null"
        );
        run(self.connection, sql).await;
        self.moved(at, "negotiation").await;
        run(
            self.connection,
            format!("update loss set closure = 'reactivated' where closure = 'recovered' and lead_id = {lead}"),
        )
        .await;
    }
}

pub const REASONS: [&str; 8] = [
    "price_too_high",
    "competitor_preferred",
    "timing_not_suitable",
    "trust",
    "other",
    "needs_dont_match",
    "closed_down",
    "not_in_our_range",
];

/// Everybody and every queue that can be responsible.
pub async fn holders(app: &TestApp) -> Vec<Holder> {
    let people: Vec<i64> = sqlx::query_scalar("select id from app_user where role = 'rep' order by id")
        .fetch_all(&app.pool)
        .await
        .expect("people");
    let queues: Vec<i64> =
        sqlx::query_scalar("select id from queue order by id").fetch_all(&app.pool).await.expect("queues");
    let people = people.into_iter().map(|id| Holder::Person(UserId(id)));
    people.chain(queues.into_iter().map(|id| Holder::Queue(QueueId(id)))).collect()
}

/// Years of histories that run every way a lead can go, many of them close to midnight.
pub async fn generate(app: &TestApp, dice: &mut Dice, leads: usize) {
    let holders = holders(app).await;
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for (name, key) in [("Fuar", "fuar"), ("Web", "web"), ("WhatsApp", "whatsapp")] {
        run(&mut transaction, format!("insert into source (name, key) values ('{name}', '{key}')")).await;
    }
    for _ in 0..leads {
        one_history(&mut transaction, dice, &holders).await;
    }
    transaction.commit().await.expect("whole histories");
    sqlx::query("analyze").execute(&app.pool).await.expect("statistics");
}

/// Some hours later; one time in three within the hours in which a day ends somewhere.
fn later(dice: &mut Dice, at: DateTime<Utc>) -> DateTime<Utc> {
    let days = i64::try_from(dice.below(120)).expect("small");
    let minutes = i64::try_from(dice.below(24 * 60)).expect("small");
    let later = at + TimeDelta::days(days) + TimeDelta::minutes(minutes);
    if dice.one_in(3) {
        let midnight = later.date_naive().and_hms_opt(21, 0, 0).expect("a time").and_utc();
        return (midnight + TimeDelta::minutes(i64::try_from(dice.below(180)).expect("small"))).max(at);
    }
    later
}

async fn one_history(connection: &mut PgConnection, dice: &mut Dice, holders: &[Holder]) {
    let beginning = beginning() - TimeDelta::days(i64::try_from(dice.below(800)).expect("small"));
    let mut at = later(dice, beginning);
    let value = (!dice.one_in(4)).then(|| i64::try_from(dice.below(900_000)).expect("small"));
    let holder = dice.of(holders);
    let mut lead = History::begin(connection, holder, at, value).await;
    if !dice.one_in(5) {
        let source = dice.of(&["fuar", "web", "whatsapp"]);
        lead.set(&format!("source_id = (select id from source where key = '{source}')")).await;
    }
    if dice.one_in(4) {
        lead.set(&format!("arose_at = {}", quoted(Some(at - TimeDelta::days(3))))).await;
    }
    let mut is_won = false;
    for _ in 0..dice.below(7) {
        at = later(dice, at);
        if is_won {
            if dice.one_in(2) {
                lead.not_won_after_all(at).await;
                is_won = false;
            }
        } else if lead.loss.is_some() {
            let closure = dice.of(&["reversed", "reactivated", "reactivated"]);
            lead.back(at, closure).await;
        } else {
            match dice.below(5) {
                0 => lead.moved(at, "qualified").await,
                1 => {
                    let (day, amount) = (at.date_naive(), i64::try_from(dice.below(500_000)).expect("small"));
                    lead.won(at, day, amount).await;
                    is_won = true;
                }
                _ => {
                    let reason = dice.of(&REASONS);
                    lead.lost(at, reason).await;
                }
            }
            // A second move to the same stage is none.
            if lead.version > 0 && dice.one_in(3) && !is_won && lead.loss.is_none() {
                at = later(dice, at);
                let reason = dice.of(&REASONS);
                lead.lost(at, reason).await;
            }
        }
        if dice.one_in(6) {
            let (owner, queue) = columns(dice.of(holders));
            lead.set(&format!("owner_id = {owner}, queue_id = {queue}")).await;
        }
    }
    if dice.one_in(15) {
        lead.set(&format!("withdrawn_at = {}", quoted(Some(at)))).await;
    }
}
