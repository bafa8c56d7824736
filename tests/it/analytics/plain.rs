//! The figures as plain SQL gives them: runs derived from the base tables apart from the code's own view, and every filter
//! as a condition on them.

use super::history::run;
use crate::harness::TestApp;
use chrono::{Datelike, Days, NaiveDate};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use winback::{
    analytics::{
        facts::{ANSWERED, DISCOUNTS, LASTED, MOST_TRIES, SIZES},
        rules::{Period, Preset},
        selection::{Dim, Pick, Selection},
    },
    people::rules::{Role, Viewer},
};

/// How many and how much.
pub type Pair = (i64, i64);

/// A period's first and last day.
pub type Ends = (Option<NaiveDate>, Option<NaiveDate>);

fn steps(value: &str, ends: &[i64]) -> String {
    let whens = ends.iter().enumerate().map(|(step, end)| format!("when {value} < {end} then '{step}'"));
    let last = ends.len();
    format!("case when {value} is null then null {} else '{last}' end", whens.collect::<Vec<_>>().join(" "))
}

fn list(ends: &[i64]) -> String {
    ends.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// Every beginning of a run (a lead's own, and each reactivation) with the end that followed it, as the table `plain`.
pub async fn lay_out(app: &TestApp) {
    let mut connection = app.pool.acquire().await.expect("a connection");
    run(&mut connection, "drop table if exists plain".to_owned()).await;
    let zone = "(select time_zone from organisation)";
    let columns = Dim::ALL
        .iter()
        .map(|dim| format!("coalesce({}, 'unknown') as \"{dim}\"", column(*dim)))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "create table plain as
         with beginning as (
             select id as lead_id, 0::bigint as after, coalesce(arose_at, case when import_batch_id is null then recorded_at end) as at
             from lead
             union all
             select lead_id, id, closed_at from loss where closure in ('reactivated', 'recovered')),
         ends as (
             select b.*, e.* from beginning b
             cross join lateral (
                 select * from (
                     select 1 as rank, s.id, s.outcome, s.owner_id, s.queue_id, s.at as end_at, (s.at at time zone {zone})::date as ended,
                            s.at as last_attempt, s.closure, s.reason_id, s.stage_id, s.retry_potential, null::bigint as amount
                     from loss s where s.lead_id = b.lead_id and s.id > b.after and coalesce(s.closure, '') <> 'reversed'
                     union all
                     select 2, w.id, 'won', w.owner_id, w.queue_id, null, w.won_on,
                            (w.won_on + 1)::timestamp at time zone {zone} - interval '1 microsecond', null, null, w.from_stage_id, null,
                            w.amount_base_minor
                     from win w where w.lead_id = b.lead_id and w.undone_at is null
                     union all
                     select 3, 0, 'open', l.owner_id, l.queue_id, null, null, null, null, null, l.stage_id, null, null
                     from lead l where l.id = b.lead_id) as possible
                 order by rank, id limit 1) e)
         select {columns}, e.outcome, e.ended, (e.at at time zone {zone})::date as began,
                coalesce(e.amount, l.value_base_minor) as minor, l.owner_id as now_owner, l.queue_id as now_queue,
                case when e.rank = 1 then (e.ended - (e.at at time zone {zone})::date) end as days
         from ends e join lead l on l.id = e.lead_id
         left join loss_reason m on m.id = e.reason_id
         where l.withdrawn_at is null"
    );
    run(&mut connection, sql).await;
}

/// A dimension's key in plain SQL.
fn column(dim: Dim) -> String {
    let whole = "(coalesce(e.amount, l.value_base_minor) / 100)";
    let days = "(e.ended - (e.at at time zone (select time_zone from organisation))::date)";
    match dim {
        Dim::Fate => "case when e.closure in ('reactivated', 'recovered') then e.closure else e.outcome end".to_owned(),
        Dim::Reason => "e.reason_id::text".to_owned(),
        Dim::Stage => "e.stage_id::text".to_owned(),
        Dim::Rep => "coalesce(e.owner_id::text, 'q' || e.queue_id)".to_owned(),
        Dim::Team => "coalesce((select team_id from app_user where id = e.owner_id), (select team_id from queue where id = e.queue_id))::text".to_owned(),
        Dim::Source => "l.source_id::text".to_owned(),
        Dim::Campaign => "l.campaign_id::text".to_owned(),
        Dim::Product => "l.product_id::text".to_owned(),
        Dim::Segment => "l.segment_id::text".to_owned(),
        Dim::Line => "l.business_line_id::text".to_owned(),
        Dim::Country => "nullif(trim(both ' ' from l.country), '')".to_owned(),
        Dim::Size => steps(whole, &SIZES),
        Dim::Lasted => steps(days, &LASTED),
        Dim::Tries => format!(
            "least((select count(*) from attempt a where a.lead_id = l.id and (e.last_attempt is null or a.at <= e.last_attempt)
                    and (e.after = 0 or a.at > e.at)), {MOST_TRIES})::text"
        ),
        Dim::Tier => "(select tier from app_user where id = e.owner_id)".to_owned(),
        Dim::Answer => format!(
            "(select width_bucket(floor(extract(epoch from min(greatest(a.at, l.arose_at)) - l.arose_at) / 60), array[{}])::text
              from attempt a where a.lead_id = l.id and (e.last_attempt is null or a.at <= e.last_attempt)
                               and e.after = 0 and l.direction = 'inbound' and l.import_batch_id is null)",
            list(&ANSWERED)
        ),
        Dim::Stood => format!(
            "(select width_bucket(max(floor(extract(epoch from coalesce(
                         (select n.at from activity n where n.lead_id = l.id and n.move_version > a.move_version
                                                        and n.at < e.last_attempt order by n.move_version limit 1),
                         e.last_attempt) - a.at) / 86400)), array[{}])::text
              from activity a
              where a.lead_id = l.id and a.move_version is not null and a.kind <> 'loss'
                and a.at < e.last_attempt and (e.after = 0 or a.at >= e.at)
                and not exists (select from loss s where e.rank = 1 and s.id = e.id and s.import_batch_id is not null)
                and not exists (select from win w where e.rank = 2 and w.id = e.id and w.import_batch_id is not null))",
            list(&LASTED)
        ),
        Dim::Discount => format!(
            "(select (select count(*) from unnest(array[{}]) as most where coalesce(last.discount_percent, 0) > most)::text
              from (select o.discount_percent from offer o join activity a on a.id = o.activity_id
                    where o.lead_id = l.id and (e.last_attempt is null or a.at <= e.last_attempt) and (e.after = 0 or a.at > e.at)
                    order by a.id desc limit 1) as last)",
            list(&DISCOUNTS)
        ),
        Dim::Kind => "case m.excuse when true then 'excuse' when false then 'real' end".to_owned(),
        Dim::Retry => "e.retry_potential".to_owned(),
    }
}

/// What a period's days are, written apart from the code.
pub fn days(period: Period, today: NaiveDate, fiscal_start: u32) -> Ends {
    let first = |year: i32, month0: i32| {
        let (year, month) = (year + month0.div_euclid(12), month0.rem_euclid(12) + 1);
        NaiveDate::from_ymd_opt(year, u32::try_from(month).expect("a month"), 1).expect("a day")
    };
    let (year, month0) = (today.year(), i32::try_from(today.month0()).expect("a month"));
    let whole = |start: NaiveDate, end: NaiveDate| (Some(start), end.pred_opt());
    match period {
        Period::Between { from, to } => (from, to),
        Period::Preset(Preset::All | Preset::Undated) => (None, None),
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

/// The plain SQL of one selection for one viewer.
pub struct Plain<'a> {
    pub app: &'a TestApp,
    pub viewer: &'a Viewer,
    pub picks: &'a BTreeMap<Dim, Pick>,
    pub is_undated: bool,
    pub ends: Ends,
}

pub const LOSSES: &str = "outcome in ('lost', 'unqualified')";

impl<'a> Plain<'a> {
    pub fn of(app: &'a TestApp, viewer: &'a Viewer, selection: &'a Selection, ends: Ends) -> Self {
        let is_undated = selection.period == Period::Preset(Preset::Undated);
        Self { app, viewer, picks: &selection.picks, is_undated, ends }
    }

    /// Counts and sums by `key`, of rows that fulfil `and` and all picks but those of `without`.
    pub async fn grouped(&self, key: &str, and: &str, day: Option<&str>, without: &[Dim]) -> BTreeMap<String, Pair> {
        let mut clauses = vec![and.to_owned(), self.sight()];
        clauses
            .extend(self.picks.iter().filter(|(dim, _)| !without.contains(dim)).map(|(dim, pick)| picked(*dim, pick)));
        clauses.extend(day.map(|day| self.within(day)));
        let sql = format!(
            "select ({key})::text, count(*), coalesce(sum(minor), 0)::bigint from plain where {} group by 1",
            clauses.join(" and ")
        );
        let rows: Result<Vec<(Option<String>, i64, i64)>, _> =
            sqlx::query_as(AssertSqlSafe(sql.clone())).fetch_all(&self.app.pool).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
        rows.into_iter().map(|(key, count, sum)| (key.unwrap_or_default(), (count, sum))).collect()
    }

    /// The only group.
    pub async fn whole(&self, and: &str, day: Option<&str>, without: &[Dim]) -> Pair {
        self.grouped("1", and, day, without).await.get("1").copied().unwrap_or_default()
    }

    /// The median of days from beginning to loss.
    pub async fn median(&self) -> Option<f64> {
        let mut clauses = vec![LOSSES.to_owned(), self.sight(), self.within("ended"), "days is not null".to_owned()];
        clauses.extend(self.picks.iter().map(|(dim, pick)| picked(*dim, pick)));
        let sql = format!(
            "select percentile_cont(0.5) within group (order by greatest(days, 0)) from plain where {}",
            clauses.join(" and ")
        );
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.app.pool).await.expect("a median")
    }

    fn sight(&self) -> String {
        if self.viewer.role == Role::Admin {
            return "true".to_owned();
        }
        let list =
            |ids: Vec<i64>| ids.iter().map(i64::to_string).chain(["-1".to_owned()]).collect::<Vec<_>>().join(",");
        let owners = list(self.viewer.owners.iter().map(|id| id.0).collect());
        let queues = list(self.viewer.queues.iter().map(|id| id.0).collect());
        format!("(now_owner in ({owners}) or now_queue in ({queues}))")
    }

    fn within(&self, day: &str) -> String {
        if self.is_undated {
            return format!("{day} is null");
        }
        let from = self.ends.0.map_or("true".to_owned(), |from| format!("{day} >= date '{from}'"));
        let to = self.ends.1.map_or("true".to_owned(), |to| format!("{day} <= date '{to}'"));
        format!("{from} and {to}")
    }
}

fn picked(dim: Dim, pick: &Pick) -> String {
    let keys: Vec<_> = pick.keys.iter().map(|key| format!("'{}'", key.replace('\'', "''"))).collect();
    format!("\"{dim}\" {} in ({})", if pick.except { "not" } else { "" }, keys.join(","))
}
