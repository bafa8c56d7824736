//! Figures: each of them against SQL over the base tables that was written apart from the code, on generated histories
//! and on the real leads; who may read what; and the edges of days, months and weeks.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, beginning, heard, spawn_app},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use std::{collections::BTreeMap, path::Path, process::Command};
use winback::{
    analytics::{
        api::{ListPage, ListSort, Listing, OwnFigures, Report, RunOutcome, Sum},
        rules::{Figure, Part, Period, Preset, Selection, Slice, Step},
    },
    ids::{LeadId, QueueId, ReasonId, SourceId, TeamId, UserId},
    losses::{api::StageAtLoss, rules::Outcome},
    people::rules::{Holder, Role, Viewer},
};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const MERT: &str = "mert@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const ISIL: &str = "isil@demo.winback";

/// The same numbers in every run: what fails once fails again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).expect("small")]
    }
}

async fn report(client: &Client, selection: &Selection, step: Step) -> Report {
    heard(client.ask("/api/analytics/report", json!({ "selection": selection, "step": step })).await)
}

async fn everything(client: &Client) -> Report {
    report(client, &Selection::default(), Step::Month).await
}

fn first_page(part: Part) -> ListPage {
    ListPage { part, sort: ListSort::Date, descending: true, page: 0 }
}

async fn list(client: &Client, selection: &Selection, page: ListPage) -> Listing {
    heard(client.ask("/api/analytics/list", json!({ "selection": selection, "page": page, "language": "tr" })).await)
}

async fn own(client: &Client) -> OwnFigures {
    heard(client.ask("/api/analytics/own", json!({})).await)
}

async fn run(connection: &mut PgConnection, sql: String) {
    let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(connection).await;
    assert!(done.is_ok(), "{sql}: {done:?}");
}

async fn scalar(app: &TestApp, sql: &str) -> i64 {
    let value: Option<i64> =
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&app.pool).await.expect("a number");
    value.unwrap_or(0)
}

/// A lead whose history is being written, past the code but past no constraint.
struct History<'a> {
    connection: &'a mut PgConnection,
    lead: i64,
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
    async fn begin(connection: &'a mut PgConnection, holder: Holder, at: DateTime<Utc>, value: Option<i64>) -> Self {
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

    async fn set(&mut self, what: &str) {
        let lead = self.lead;
        run(self.connection, format!("update lead set {what} where id = {lead}")).await;
    }

    /// Each step is whole before the next one begins.
    async fn settle(&mut self) {
        run(self.connection, "set constraints all immediate".to_owned()).await;
        run(self.connection, "set constraints all deferred".to_owned()).await;
    }

    async fn moved(&mut self, at: DateTime<Utc>, kind: &'static str) {
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
    async fn lost(&mut self, at: DateTime<Utc>, reason: &str) {
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
    async fn back(&mut self, at: DateTime<Utc>, closure: &str) {
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

    async fn won(&mut self, at: DateTime<Utc>, on: NaiveDate, amount: i64) {
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

    async fn not_won_after_all(&mut self, at: DateTime<Utc>) {
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

const REASONS: [&str; 8] = [
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
async fn holders(app: &TestApp) -> Vec<Holder> {
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
async fn generate(app: &TestApp, dice: &mut Dice, leads: usize) {
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

/// Figures by key: how many and how much.
type Figures = BTreeMap<String, (i64, i64)>;

/// The plain SQL of one selection for one viewer.
struct Plain<'a> {
    app: &'a TestApp,
    viewer: &'a Viewer,
    selection: &'a Selection,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Plain<'_> {
    async fn grouped(&self, key: &str, value: &str, from_where: String) -> Figures {
        let sql =
            format!("select ({key})::text, count(*), coalesce(sum({value}), 0)::bigint from {from_where} group by 1");
        let rows: Result<Vec<(Option<String>, i64, i64)>, _> =
            sqlx::query_as(AssertSqlSafe(sql.clone())).fetch_all(&self.app.pool).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
        rows.into_iter().map(|(key, count, sum)| (key.unwrap_or_default(), (count, sum))).collect()
    }

    /// What narrows everything: `at_end` is the row that names who was responsible.
    fn narrowed(&self, at_end: &str) -> String {
        let mut clauses = vec!["l.withdrawn_at is null".to_owned()];
        if self.viewer.role != Role::Admin {
            let list =
                |ids: Vec<i64>| ids.iter().map(i64::to_string).chain(["-1".to_owned()]).collect::<Vec<_>>().join(",");
            let owners = list(self.viewer.owners.iter().map(|id| id.0).collect());
            let queues = list(self.viewer.queues.iter().map(|id| id.0).collect());
            clauses.push(format!("(l.owner_id in ({owners}) or l.queue_id in ({queues}))"));
        }
        if let Some(TeamId(team)) = self.selection.team {
            clauses.push(format!(
                "({at_end}.owner_id in (select id from app_user where team_id = {team})
                  or {at_end}.queue_id in (select id from queue where team_id = {team}))"
            ));
        }
        match self.selection.rep {
            Some(Holder::Person(id)) => clauses.push(format!("{at_end}.owner_id = {id}")),
            Some(Holder::Queue(id)) => clauses.push(format!("{at_end}.queue_id = {id}")),
            None => {}
        }
        if let Some(SourceId(source)) = self.selection.source {
            clauses.push(format!("l.source_id = {source}"));
        }
        clauses.join(" and ")
    }

    fn within(&self, day: &str) -> String {
        let from = self.from.map_or("true".to_owned(), |from| format!("{day} >= date '{from}'"));
        let to = self.to.map_or("true".to_owned(), |to| format!("{day} <= date '{to}'"));
        format!("{from} and {to}")
    }

    fn narrowed_losses(&self) -> String {
        let reason = self.selection.reason.map_or("true".to_owned(), |ReasonId(id)| format!("s.reason_id = {id}"));
        let outcome = self.selection.outcome.map_or("true".to_owned(), |outcome| format!("s.outcome = '{outcome}'"));
        format!("{reason} and {outcome}")
    }

    const LOSS_DAY: &'static str = "(s.at at time zone (select time_zone from organisation))::date";

    async fn losses(&self, key: &str, and: &str) -> Figures {
        let (narrowed, within) = (self.narrowed("s"), self.within(Self::LOSS_DAY));
        let from_where = format!(
            "loss s, lead l where l.id = s.lead_id and (s.closure is null or s.closure <> 'reversed') and {narrowed} and {within}
             and {and}"
        );
        self.grouped(key, "l.value_base_minor", from_where).await
    }

    async fn wins(&self, key: &str) -> Figures {
        let (narrowed, within) = (self.narrowed("w"), self.within("w.won_on"));
        let from_where =
            format!("win w, lead l where l.id = w.lead_id and w.undone_at is null and {narrowed} and {within}");
        self.grouped(key, "coalesce(w.amount_base_minor, l.value_base_minor)", from_where).await
    }

    /// Beginnings: of each lead and after each reactivation, with who was responsible at the end that followed.
    async fn begun(&self, key: &str, and: &str) -> Figures {
        let (narrowed, within) = (self.narrowed("e"), self.within("b.day"));
        let from_where = format!(
            "(select id as lead_id, 0 as after, (coalesce(arose_at, case when import_batch_id is null then recorded_at end)
                         at time zone (select time_zone from organisation))::date as day from lead
              union all
              select lead_id, id, (closed_at at time zone (select time_zone from organisation))::date from loss
              where closure in ('reactivated', 'recovered')) b
             join lead l on l.id = b.lead_id
             cross join lateral (
                 select * from (
                     select 1 as rank, id, outcome, owner_id, queue_id from loss
                     where lead_id = l.id and id > b.after and coalesce(closure, '') <> 'reversed'
                     union all select 2, id, 'won', owner_id, queue_id from win where lead_id = l.id and undone_at is null
                     union all select 3, l.id, 'open', l.owner_id, l.queue_id) as ends
                 order by rank, id limit 1) e
             where {narrowed} and {within} and {and}"
        );
        self.grouped(key, "0", from_where).await
    }
}

const BY_HOLDER: &str = "coalesce('rep-' || {}.owner_id, 'queue-' || {}.queue_id)";

fn by_holder(row: &str) -> String {
    BY_HOLDER.replace("{}", row)
}

fn by_step(step: Step, day: &str) -> String {
    match step {
        Step::Month => format!("to_char({day}, 'YYYY-MM-01')"),
        Step::Week => format!("({day} - (extract(isodow from {day})::int - 1))"),
    }
}

fn key_of(holder: Holder) -> String {
    match holder {
        Holder::Person(id) => format!("rep-{id}"),
        Holder::Queue(id) => format!("queue-{id}"),
    }
}

fn pair(sum: Sum) -> (i64, i64) {
    (sum.runs, sum.minor)
}

fn some(figures: Vec<(String, Sum)>) -> Figures {
    figures.into_iter().filter(|(_, sum)| sum.runs > 0).map(|(key, sum)| (key, pair(sum))).collect()
}

fn only(figures: &Figures) -> (i64, i64) {
    figures.values().copied().next().unwrap_or_default()
}

/// Compares every figure of a report with its plain SQL.
async fn compare(app: &TestApp, viewer: &Viewer, found: &Report, today: NaiveDate, fiscal_start: u32) {
    let selection = &found.selection;
    let (from, to) = plain_span(selection.period, today, fiscal_start);
    let plain = Plain { app, viewer, selection, from, to };
    let what = format!("{} sees {selection:?}", viewer.name);
    assert_eq!((found.span.from, found.span.to), (from, to), "{what}");
    let narrowed = plain.narrowed_losses();
    let (lost, unqualified) =
        (format!("s.outcome = 'lost' and {narrowed}"), format!("s.outcome = 'unqualified' and {narrowed}"));

    let total = found.total;
    assert_eq!(pair(total.lost), only(&plain.losses("1", &lost).await), "lost, {what}");
    assert_eq!(pair(total.unqualified), only(&plain.losses("1", &unqualified).await), "unqualified, {what}");
    assert_eq!(pair(total.won), only(&plain.wins("1").await), "won, {what}");
    assert_eq!(total.lost_at_all, only(&plain.losses("1", "s.outcome = 'lost'").await).0, "lost at all, {what}");
    assert_eq!(total.created, only(&plain.begun("1", "true").await).0, "created, {what}");
    assert_eq!(total.converted, only(&plain.begun("1", "e.outcome = 'won'").await).0, "converted, {what}");

    let reasons = found.reasons.iter().map(|of| (of.reason.to_string(), of.losses)).collect();
    assert_eq!(some(reasons), plain.losses("s.reason_id", &narrowed).await, "reasons, {what}");
    let stage = |stage| match stage {
        StageAtLoss::Unknown => "0".to_owned(),
        StageAtLoss::Known(id) => id.to_string(),
    };
    let stages = found.stages.iter().map(|of| (stage(of.stage), of.losses)).collect();
    assert_eq!(some(stages), plain.losses("coalesce(s.stage_id, 0)", &narrowed).await, "stages, {what}");

    let of_holders = |sum: fn(&winback::analytics::api::Tally) -> Sum| {
        some(found.holders.iter().map(|of| (key_of(of.holder), sum(&of.tally))).collect())
    };
    assert_eq!(of_holders(|t| t.lost), plain.losses(&by_holder("s"), &lost).await, "lost by rep, {what}");
    assert_eq!(
        of_holders(|t| t.unqualified),
        plain.losses(&by_holder("s"), &unqualified).await,
        "unqualified by rep, {what}"
    );
    assert_eq!(of_holders(|t| t.won), plain.wins(&by_holder("w")).await, "won by rep, {what}");
    let begun = of_holders(|t| Sum { runs: t.created, minor: 0 });
    assert_eq!(begun, plain.begun(&by_holder("e"), "true").await, "created by rep, {what}");
    let converted = of_holders(|t| Sum { runs: t.converted, minor: 0 });
    assert_eq!(converted, plain.begun(&by_holder("e"), "e.outcome = 'won'").await, "converted by rep, {what}");

    let day = Plain::LOSS_DAY;
    let of_steps = |sum: fn(&winback::analytics::api::OfStep) -> Sum| {
        some(found.trend.iter().map(|of| (of.start.to_string(), sum(of))).collect())
    };
    let (losses_step, wins_step) = (by_step(found.step, day), by_step(found.step, "w.won_on"));
    let dated = |and: &str| format!("{and} and s.at is not null");
    assert_eq!(of_steps(|of| of.lost), plain.losses(&losses_step, &dated(&lost)).await, "lost by step, {what}");
    let unqualified_steps = plain.losses(&losses_step, &dated(&unqualified)).await;
    assert_eq!(of_steps(|of| of.unqualified), unqualified_steps, "unqualified by step, {what}");
    let mut wins = plain.wins(&wins_step).await;
    wins.remove("");
    assert_eq!(of_steps(|of| of.won), wins, "won by step, {what}");
    for two in found.trend.windows(2) {
        assert_eq!(found.step.next(two[0].start), two[1].start, "the trend has no gaps, {what}");
    }
    let always = Plain { from: None, to: None, ..plain };
    let undated = always.losses("1", &format!("{narrowed} and s.at is null")).await;
    assert_eq!(found.undated_losses, only(&undated).0, "without a date, {what}");
}

/// What a period's days are, written apart from the code.
fn plain_span(period: Period, today: NaiveDate, fiscal_start: u32) -> (Option<NaiveDate>, Option<NaiveDate>) {
    use chrono::Datelike;
    let first = |year: i32, month0: i32| {
        let (year, month) = (year + month0.div_euclid(12), month0.rem_euclid(12) + 1);
        NaiveDate::from_ymd_opt(year, u32::try_from(month).expect("a month"), 1).expect("a day")
    };
    let (year, month0) = (today.year(), i32::try_from(today.month0()).expect("a month"));
    let whole = |start: NaiveDate, end: NaiveDate| (Some(start), end.pred_opt());
    match period {
        Period::Between { from, to } => (from, to),
        Period::Preset(Preset::All) => (None, None),
        Period::Preset(Preset::ThisMonth) => whole(first(year, month0), first(year, month0 + 1)),
        Period::Preset(Preset::LastMonth) => whole(first(year, month0 - 1), first(year, month0)),
        Period::Preset(Preset::ThisYear) => whole(first(year, 0), first(year + 1, 0)),
        Period::Preset(Preset::Last90Days) => (today.checked_sub_days(Days::new(89)), Some(today)),
        Period::Preset(Preset::ThisQuarter) => {
            let fiscal0 = i32::try_from(fiscal_start).expect("a month") - 1;
            let quarter = (month0 - fiscal0).rem_euclid(12) / 3;
            let start = month0 - (month0 - fiscal0).rem_euclid(12) + quarter * 3;
            whole(first(year, start), first(year, start + 3))
        }
    }
}

async fn some_id(app: &TestApp, dice: &mut Dice, table: &str) -> Option<i64> {
    let ids: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(format!("select id from {table} order by id")))
        .fetch_all(&app.pool)
        .await
        .expect("ids");
    (!ids.is_empty() && dice.one_in(3)).then(|| dice.of(&ids))
}

async fn random_selection(app: &TestApp, dice: &mut Dice, today: NaiveDate) -> Selection {
    let period = if dice.one_in(2) {
        Period::Preset(dice.of(Preset::ALL))
    } else {
        let mut day = || (!dice.one_in(4)).then(|| today - Days::new(dice.below(700)));
        let (one, other) = (day(), day());
        match (one, other) {
            (Some(one), Some(other)) => Period::Between { from: Some(one.min(other)), to: Some(one.max(other)) },
            (from, to) => Period::Between { from, to },
        }
    };
    let holders = holders(app).await;
    Selection {
        period,
        team: some_id(app, dice, "team").await.map(TeamId),
        rep: dice.one_in(4).then(|| dice.of(&holders)),
        source: some_id(app, dice, "source").await.map(SourceId),
        reason: some_id(app, dice, "loss_reason where code <> 'unreachable'").await.map(ReasonId),
        outcome: dice.one_in(3).then(|| dice.of(Outcome::ALL)),
    }
}

/// Every figure on the page, with where it can be opened.
fn parts(found: &Report) -> Vec<(Part, i64)> {
    let total = found.total;
    let mut parts = vec![
        (Part::whole(Figure::Losses), total.losses().runs),
        (Part::whole(Figure::Lost), total.lost.runs),
        (Part::whole(Figure::Unqualified), total.unqualified.runs),
        (Part::whole(Figure::Won), total.won.runs),
        (Part::whole(Figure::Decided), total.won.runs + total.lost_at_all),
        (Part::whole(Figure::Created), total.created),
        (Part::whole(Figure::Converted), total.converted),
        (Part::whole(Figure::UndatedLosses), found.undated_losses),
        (Part::whole(Figure::UndatedWins), found.undated_wins),
    ];
    parts.extend(found.reasons.iter().map(|of| (Part::of(Figure::Losses, Slice::Reason(of.reason)), of.losses.runs)));
    parts.extend(found.stages.iter().map(|of| (Part::of(Figure::Losses, Slice::Stage(of.stage)), of.losses.runs)));
    for of in &found.holders {
        let part = |figure| Part::of(figure, Slice::Holder(of.holder));
        parts.extend([
            (part(Figure::Lost), of.tally.lost.runs),
            (part(Figure::Unqualified), of.tally.unqualified.runs),
            (part(Figure::Won), of.tally.won.runs),
            (part(Figure::Decided), of.tally.won.runs + of.tally.lost_at_all),
            (part(Figure::Created), of.tally.created),
        ]);
    }
    for of in &found.trend {
        let slice = if found.step == Step::Week { Slice::Week(of.start) } else { Slice::Month(of.start) };
        parts.push((Part::of(Figure::Losses, slice), of.lost.runs + of.unqualified.runs));
        parts.push((Part::of(Figure::Won, slice), of.won.runs));
    }
    parts
}

/// Opens some figures: as many leads are listed as the figure says.
async fn open_some(client: &Client, found: &Report, dice: &mut Dice) {
    let parts = parts(found);
    for _ in 0..4 {
        let (part, figure) = dice.of(&parts);
        let listed = list(client, &found.selection, first_page(part)).await;
        assert_eq!(listed.total, figure, "{part} of {:?}", found.selection);
        assert_eq!(listed.rows.len() as i64, figure.min(listed.page_size), "{part}");
    }
}

#[tokio::test]
async fn every_figure_is_what_plain_sql_says() {
    let app = spawn_app().await;
    let mut dice = Dice(20_260_302);
    sqlx::query("update organisation set time_zone = 'Europe/Berlin', fiscal_year_starts_in = 2")
        .execute(&app.pool)
        .await
        .expect("settings");
    generate(&app, &mut dice, 300).await;
    // Three quarters of a day before the month ends in Berlin.
    let today = beginning().date_naive();
    let mut viewers = Vec::new();
    for email in [ADMIN, SELIN, MERT, AYSE] {
        let client = app.sign_in(email).await;
        let viewer: Viewer = heard(client.ask("/api/people/me", json!({})).await);
        viewers.push((client, viewer));
    }
    let mut losses = 0;
    for round in 0..120 {
        let (client, viewer) = &viewers[if round < 4 { round } else { dice.of(&[0, 0, 1, 2, 3]) }];
        let selection = if round < 4 { Selection::default() } else { random_selection(&app, &mut dice, today).await };
        let step = dice.of(Step::ALL);
        let found = report(client, &selection, step).await;
        compare(&app, viewer, &found, today, 2).await;
        open_some(client, &found, &mut dice).await;
        losses += found.total.losses().runs;
    }
    assert!(losses > 1500, "the filters were not all empty: {losses}");
    own_figures_agree(&app).await;
}

/// Everybody's own figures against a recount over losses, wins and leads.
async fn own_figures_agree(app: &TestApp) {
    let people: Vec<(i64, String)> =
        sqlx::query_as("select id, email from app_user where role = 'rep'").fetch_all(&app.pool).await.expect("people");
    for (id, email) in people {
        let found = own(&app.sign_in(&email).await).await;
        let live = "join lead l on l.id = x.lead_id and l.withdrawn_at is null";
        let losses = |outcome: &str| {
            format!(
                "select count(*) from loss x {live} where x.owner_id = {id} and x.outcome = '{outcome}'
                 and coalesce(x.closure, '') <> 'reversed'"
            )
        };
        let wins = format!("select count(*) from win x {live} where x.owner_id = {id} and x.undone_at is null");
        let open = format!(
            "select count(*) from lead where owner_id = {id} and withdrawn_at is null and standing_loss_id is null
             and stage_kind not in ('customer', 'inactive')"
        );
        assert_eq!(found.total.lost, scalar(app, &losses("lost")).await, "{email}");
        assert_eq!(found.total.unqualified, scalar(app, &losses("unqualified")).await, "{email}");
        assert_eq!(found.total.won, scalar(app, &wins).await, "{email}");
        assert_eq!(found.open, scalar(app, &open).await, "{email}");
        for (stage, _, here) in &found.stages {
            let StageAtLoss::Known(stage) = stage else { continue };
            let sql = format!("{} and coalesce(x.stage_id, 0) = {stage}", losses("lost"));
            assert_eq!(here.lost, scalar(app, &sql).await, "{email} at {stage}");
        }
    }
}

/// The real leads, beside the project; a clone elsewhere may not have them.
#[tokio::test]
async fn the_real_leads_give_the_figures_that_plain_sql_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/leads_xeducation.csv");
    if !path.is_file() {
        println!("skipped: {} is not here", path.display());
        return;
    }
    let app = spawn_app().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_winback"));
    command.arg("import").arg(&path).args(["--preset", "x-education"]).env("DATABASE_URL", app.database_url());
    assert!(command.output().expect("the program runs").status.success());
    let mut dice = Dice(9240);
    let today = beginning().date_naive();
    let (admin, selin) = (app.sign_in(ADMIN).await, app.sign_in(SELIN).await);
    let whole = everything(&admin).await;
    assert_eq!((whole.total.lost.runs, whole.total.unqualified.runs, whole.total.created), (1801, 1294, 9240));
    assert_eq!((whole.undated_losses, whole.trend.len()), (3095, 0), "nobody knows when");
    for round in 0..30 {
        let client = if round % 3 == 2 { &selin } else { &admin };
        let viewer: Viewer = heard(client.ask("/api/people/me", json!({})).await);
        let selection = if round < 3 { Selection::default() } else { random_selection(&app, &mut dice, today).await };
        let found = report(client, &selection, Step::Month).await;
        compare(&app, &viewer, &found, today, 1).await;
        open_some(client, &found, &mut dice).await;
    }
    own_figures_agree(&app).await;
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

async fn person(app: &TestApp, email: &str) -> Holder {
    Holder::Person(UserId(given::user(app, email).await))
}

#[tokio::test]
async fn what_one_may_not_read_is_in_no_figure() {
    let app = spawn_app().await;
    let (ayse, isil) = (person(&app, AYSE).await, person(&app, ISIL).await);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for holder in [ayse, ayse, isil] {
        History::begin(&mut transaction, holder, beginning(), Some(100)).await.lost(beginning(), "trust").await;
    }
    transaction.commit().await.expect("written");
    for (email, losses, reps) in [(ADMIN, 3, 2), (SELIN, 2, 1), (MERT, 1, 1), (AYSE, 2, 1), (ISIL, 1, 1)] {
        let client = app.sign_in(email).await;
        let found = everything(&client).await;
        assert_eq!((found.total.losses().runs, found.total.losses().minor), (losses, losses * 100), "{email}");
        assert_eq!(found.holders.len(), reps, "{email}");
        // Not by naming somebody else's team, person or bar either.
        let listed =
            list(&client, &Selection::default(), first_page(Part::of(Figure::Losses, Slice::Holder(isil)))).await;
        let of_isil = Selection { rep: Some(isil), ..Selection::default() };
        let narrowed = report(&client, &of_isil, Step::Month).await.total.losses().runs;
        let expected = i64::from(matches!(email, ADMIN | MERT | ISIL));
        assert_eq!((listed.total, listed.rows.len() as i64, narrowed), (expected, expected, expected), "{email}");
    }
    // Who gets the lead gets its history; the loss stays the one's who lost it.
    sqlx::query("update lead set owner_id = $1 where owner_id = $2")
        .bind(given::user(&app, AYSE).await)
        .bind(given::user(&app, ISIL).await)
        .execute(&app.pool)
        .await
        .expect("handed over");
    let (mert, selin) = (app.sign_in(MERT).await, app.sign_in(SELIN).await);
    assert_eq!(everything(&mert).await.total.losses().runs, 0);
    let found = everything(&selin).await;
    assert_eq!(
        found.holders.iter().map(|of| (of.holder, of.tally.lost.runs)).collect::<Vec<_>>(),
        [(ayse, 2), (isil, 1)]
    );
    let nobody = app.stranger();
    for path in ["report", "list", "choices", "own"] {
        let (status, _) = nobody.call(&format!("/api/analytics/{path}"), json!({})).await;
        assert_eq!(status, 401, "{path}");
    }
}

#[tokio::test]
async fn mistakes_do_not_count_and_new_tries_are_new_runs() {
    let app = spawn_app().await;
    let (ayse, admin) = (person(&app, AYSE).await, app.sign_in(ADMIN).await);
    let day = |days: i64| beginning() - TimeDelta::days(100 - days);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    let mut lead = History::begin(&mut transaction, ayse, day(0), Some(1000)).await;
    lead.lost(day(1), "trust").await;
    lead.back(day(2), "reversed").await;
    lead.lost(day(3), "price_too_high").await;
    lead.back(day(4), "reactivated").await;
    lead.won(day(5), day(5).date_naive(), 700).await;
    let lead = lead.lead;
    transaction.commit().await.expect("written");
    let found = everything(&admin).await.total;
    assert_eq!((pair(found.lost), pair(found.won)), ((1, 1000), (1, 700)));
    assert_eq!((found.created, found.converted), (2, 1), "a run from the beginning, one from the reactivation");
    let listed = list(&admin, &Selection::default(), first_page(Part::whole(Figure::Created))).await;
    let rows: Vec<_> = listed.rows.iter().map(|row| (row.lead, row.outcome, row.started_on, row.ended_on)).collect();
    let on = |days: i64| Some(day(days).date_naive());
    assert_eq!(
        rows,
        [(LeadId(lead), RunOutcome::Won, on(4), on(5)), (LeadId(lead), RunOutcome::Lost, on(0), on(3))],
        "the newest beginning first"
    );
    assert_eq!(own(&app.sign_in(AYSE).await).await.created(), 2);

    let mut transaction = app.pool.begin().await.expect("a transaction");
    let mut history = History { connection: &mut transaction, lead, version: 5, loss: None, stage: "customer" };
    history.not_won_after_all(day(6)).await;
    transaction.commit().await.expect("written");
    let found = everything(&admin).await.total;
    assert_eq!((found.won.runs, found.created, found.converted), (0, 2, 0));
    sqlx::query("update lead set withdrawn_at = $1").bind(beginning()).execute(&app.pool).await.expect("withdrawn");
    let found = everything(&admin).await;
    assert_eq!((found.total, found.holders.len()), (winback::analytics::api::Tally::default(), 0));
    assert_eq!(own(&app.sign_in(AYSE).await).await.created(), 0);
}

#[tokio::test]
async fn days_are_those_of_the_organisation() {
    let app = spawn_app().await;
    let ayse = person(&app, AYSE).await;
    // Summer time begins in Berlin on 29 March 2026 and ends on 25 October 2026.
    let moments = [
        "2025-12-31T22:59:59Z", // the last second of 2025 in Berlin
        "2025-12-31T23:00:00Z", // the first of 2026
        "2026-03-29T21:59:59Z", // a Sunday still, though 23 hours after it began
        "2026-03-29T22:00:00Z", // Monday
        "2026-03-31T21:59:59Z", // March
        "2026-03-31T22:00:00Z", // April
        "2026-10-25T22:59:59Z", // Sunday, 25 hours long
        "2026-10-25T23:00:00Z", // Monday
    ];
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for at in moments {
        let mut lead = History::begin(&mut transaction, ayse, moment(at) - TimeDelta::hours(1), None).await;
        lead.lost(moment(at), "trust").await;
    }
    transaction.commit().await.expect("written");
    sqlx::query("update organisation set time_zone = 'Europe/Berlin'").execute(&app.pool).await.expect("settings");
    app.clock.advance(moment("2026-11-01T12:00:00Z") - beginning());
    let admin = app.sign_in(ADMIN).await;
    let trend = |report: Report| {
        let some = report.trend.into_iter().filter(|of| of.lost.runs > 0);
        some.map(|of| (of.start.to_string(), of.lost.runs)).collect::<Vec<_>>()
    };
    let expected =
        |pairs: &[(&str, i64)]| pairs.iter().map(|(day, runs)| ((*day).to_owned(), *runs)).collect::<Vec<_>>();
    assert_eq!(
        trend(report(&admin, &Selection::default(), Step::Month).await),
        expected(&[("2025-12-01", 1), ("2026-01-01", 1), ("2026-03-01", 3), ("2026-04-01", 1), ("2026-10-01", 2)])
    );
    assert_eq!(
        trend(report(&admin, &Selection::default(), Step::Week).await),
        expected(&[("2025-12-29", 2), ("2026-03-23", 1), ("2026-03-30", 3), ("2026-10-19", 1), ("2026-10-26", 1)])
    );
    // Half past eleven in the evening in Berlin is the same month still; the viewer's own zone does not matter.
    app.clock.advance(moment("2026-11-30T22:30:00Z") - moment("2026-11-01T12:00:00Z"));
    let admin = app.sign_in(ADMIN).await;
    let this_month = Selection { period: Period::Preset(Preset::ThisMonth), ..Selection::default() };
    let found = report(&admin, &this_month, Step::Month).await;
    assert_eq!(found.span.from.map(|day| day.to_string()).as_deref(), Some("2026-11-01"));
    assert!(found.trend.iter().all(|of| of.is_partial), "today is not over");
    app.clock.advance(TimeDelta::minutes(30));
    let found = report(&admin, &this_month, Step::Month).await;
    assert_eq!(found.span.from.map(|day| day.to_string()).as_deref(), Some("2026-12-01"));
}

#[tokio::test]
async fn own_figures_are_right_at_once() {
    let app = spawn_app().await;
    let (lead, ayse) =
        (given::lead(&app, Given { stage: "qualified", ..Given::default() }).await, app.sign_in(AYSE).await);
    let stage = given::stage(&app, "qualified").await;
    let before = own(&ayse).await;
    assert_eq!((before.total.lost, before.open, before.created()), (0, 1, 1));
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "refused", "at": null, "note": "" } },
        "same_again_because": "", "customer": "nothing", "note": "No.", "retry_potential": "low", "evidence": {},
        "recontact_on": null, "override_because": "" });
    let wanted = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": "own-figures-1" });
    let answer = ayse.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    let after = own(&ayse).await;
    assert_eq!((after.total.lost, after.open, after.created()), (1, 0, 1), "{answer}");
    assert_eq!(after.stages.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [StageAtLoss::Known(stage)]);
    let wanted = json!({ "loss": answer["done"]["lost"]["loss"], "closure": "reversed", "cause": null, "to": null,
                         "note": "", "key": "own-figures-2" });
    ayse.ask("/api/losses/reopen", json!({ "wanted": wanted })).await;
    let back = own(&ayse).await;
    assert_eq!((back.total, back.open, back.stages), (before.total, 1, before.stages));
    let selin = own(&app.sign_in(SELIN).await).await;
    assert_eq!(selin.created(), 0, "a manager's own figures are not the team's");
}

#[tokio::test]
async fn lists_are_paged_and_sorted() {
    let app = spawn_app().await;
    let (ayse, admin) = (person(&app, AYSE).await, app.sign_in(ADMIN).await);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for (place, name) in ["Çınar", "Ada", "Zeki", "İpek", "Cem"].into_iter().cycle().take(60).enumerate() {
        let at = beginning() - TimeDelta::days(i64::try_from(place).expect("small"));
        let mut lead = History::begin(&mut transaction, ayse, at, Some(place as i64)).await;
        lead.set(&format!("name = '{name}'")).await;
        lead.lost(at, "trust").await;
    }
    transaction.commit().await.expect("written");
    let part = Part::of(Figure::Losses, Slice::Reason(given::reason(&app, "trust").await));
    let page = |sort, descending, page| ListPage { part, sort, descending, page };
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..4 {
        let listed = list(&admin, &Selection::default(), page(ListSort::Date, true, number)).await;
        assert_eq!((listed.total, listed.rows.len()), (60, [25, 25, 10, 0][number as usize]));
        assert!(listed.rows.is_sorted_by(|a, b| a.ended_on >= b.ended_on));
        seen.extend(listed.rows.iter().map(|row| row.lead));
        assert_eq!(listed.of.as_ref().map(|name| name.pick("tr")), Some("Güven"));
    }
    assert_eq!(seen.len(), 60, "every lead stands on one page");
    let by_name = list(&admin, &Selection::default(), page(ListSort::Name, false, 0)).await;
    let mut names: Vec<_> = by_name.rows.iter().filter_map(|row| row.name.as_deref()).collect();
    names.dedup();
    assert_eq!(names, ["Ada", "Cem", "Çınar"], "as Turkish orders them");
    let by_value = list(&admin, &Selection::default(), page(ListSort::Value, true, 0)).await;
    assert_eq!(by_value.rows.first().and_then(|row| row.minor), Some(59));
}

#[tokio::test]
async fn days_that_nobody_means_are_not_understood() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let page = |part: Value| json!({ "part": part, "sort": "date", "descending": true, "page": 0 });
    let far = json!({ "figure": "lost", "of": { "month": "9999-12-01" } });
    let near = json!({ "figure": "lost", "of": null });
    let selection = |from: &str| {
        let period = json!({ "between": { "from": from, "to": null } });
        json!({ "period": period, "team": null, "rep": null, "source": null, "reason": null, "outcome": null })
    };
    let (sound, unsound) = (selection("2026-01-01"), selection("0001-01-01"));
    for (path, arguments, is_sound) in [
        ("report", json!({ "selection": sound, "step": "week" }), true),
        ("report", json!({ "selection": unsound, "step": "week" }), false),
        ("list", json!({ "selection": sound, "page": page(near.clone()), "language": "en" }), true),
        ("list", json!({ "selection": unsound, "page": page(near), "language": "en" }), false),
        ("list", json!({ "selection": sound, "page": page(far), "language": "en" }), false),
    ] {
        let (status, answer) = admin.call(&format!("/api/analytics/{path}"), arguments.clone()).await;
        assert_eq!(status.is_success(), is_sound, "{path} {arguments}: {answer}");
    }
}
