//! What has become of a race: what was asked, replayed against a model of the rules, beside what the database holds.

use super::board::Places;
use crate::harness::TestApp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use winback::ids::{LeadId, LossId, StageId};

/// What somebody wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Another stage, or another place in the same one.
    Move { to: StageId, seen: i64 },
    /// Off the board; the episode where it was told.
    Lose { loss: Option<LossId>, unqualified: bool, seen: i64 },
    /// Back on the board; to the stage that was left where none is named.
    Reopen { loss: LossId, to: Option<StageId> },
    /// A field's value.
    Edit { field: &'static str, typed: String },
}

/// A request and how it was answered.
#[derive(Debug, Clone)]
pub struct Asked {
    pub lead: LeadId,
    pub by: &'static str,
    pub key: String,
    pub wish: Wish,
    /// The last answer said that it is done.
    pub is_done: bool,
    /// It went out once only. Else an earlier sending may have done it, and the lead may have gone on since.
    pub is_plain: bool,
}

/// One entry of the history: kind, by whom, from where, to where.
type Entry = (String, String, Option<i64>, Option<i64>);
/// The same with the lead and the version before it, and the loss behind it.
type Step = (i64, i64, String, String, Option<i64>, Option<i64>, Option<i64>);
/// One edit of the history: lead, field, value before, value after, by whom.
type EditEntry = (i64, String, Option<String>, Option<String>, String);

/// A lead as the database holds it.
#[derive(Debug, sqlx::FromRow)]
struct Held {
    id: i64,
    stage_id: i64,
    rank: String,
    move_version: i64,
    standing_loss_id: Option<i64>,
    city: Option<String>,
    occupation: Option<String>,
}

/// A lead as the model has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Modelled {
    stage: i64,
    loss: Option<i64>,
    version: i64,
}

/// Everything that can be compared.
pub struct Reckoning {
    asked: Vec<Asked>,
    held: Vec<Held>,
    /// The version that each key made, by key.
    versions: HashMap<String, i64>,
    /// What changed a lead's place, by lead and version.
    places: BTreeMap<(i64, i64), Entry>,
    /// The loss that an entry is about, by lead and version.
    losses: BTreeMap<(i64, i64), i64>,
    edits: Vec<EditEntry>,
    beginnings: BTreeMap<i64, i64>,
    unqualified: i64,
}

impl Reckoning {
    /// Reads the outcome of a race whose leads began in these stages.
    pub async fn of(app: &TestApp, beginnings: &[(LeadId, StageId)], asked: Vec<Asked>) -> Self {
        let pool = &app.pool;
        let versions: Vec<(String, i64)> =
            sqlx::query_as("select key, move_version from request_key").fetch_all(pool).await.expect("keys");
        let history: Vec<Step> = sqlx::query_as(
            "select a.lead_id, a.move_version, a.kind, u.email, a.from_stage_id, a.to_stage_id, a.loss_id
             from activity a join app_user u on u.id = a.actor_id where a.move_version > 0",
        )
        .fetch_all(pool)
        .await
        .expect("history");
        let edits = sqlx::query_as(
            "select a.lead_id, a.detail ->> 'field', a.old_value, a.new_value, u.email
             from activity a join app_user u on u.id = a.actor_id where a.kind = 'edit' order by a.id",
        )
        .fetch_all(pool)
        .await
        .expect("edits");
        let held = sqlx::query_as("select * from lead order by id").fetch_all(pool).await.expect("leads");
        let unqualified = sqlx::query_scalar("select id from stage where kind = 'unqualified'").fetch_one(pool).await;
        Self {
            asked,
            held,
            versions: versions.into_iter().collect(),
            losses: history.iter().filter_map(|row| Some(((row.0, row.1), row.6?))).collect(),
            places: history.into_iter().map(|row| ((row.0, row.1), (row.2, row.3, row.4, row.5))).collect(),
            edits,
            beginnings: beginnings.iter().map(|(lead, stage)| (lead.0, stage.0)).collect(),
            unqualified: unqualified.expect("the stage"),
        }
    }

    /// What came through, for whoever reads the output.
    pub fn summary(&self) -> String {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for asked in &self.asked {
            let kind = match asked.wish {
                Wish::Move { .. } => "moves",
                Wish::Lose { .. } => "losses",
                Wish::Reopen { .. } => "reopenings",
                Wish::Edit { .. } => "edits",
            };
            let (done, all) = counts.entry(kind).or_default();
            *all += 1;
            *done += usize::from(asked.is_done);
        }
        for (kind, (done, all)) in &counts {
            assert!(*done > 0, "none of {all} {kind} came through: this race shows nothing");
        }
        let retried = self.asked.iter().filter(|asked| !asked.is_plain).count();
        let counts: Vec<_> = counts.iter().map(|(kind, (done, all))| format!("{done} of {all} {kind}")).collect();
        format!("done: {}; {retried} requests went out more than once", counts.join(", "))
    }

    /// What the database says was carried out.
    fn carried_out(&self) -> impl Iterator<Item = (&Asked, i64)> {
        self.asked.iter().filter_map(|asked| Some((asked, *self.versions.get(&asked.key)?)))
    }

    /// Whoever was told that something is done finds it in the history, once; whoever was told that it is not does not.
    pub fn every_acknowledged_change_is_in_the_history_once(&self) {
        let mut versions = BTreeSet::new();
        let mut edits: HashMap<&str, usize> = HashMap::new();
        for (.., new, _) in &self.edits {
            *edits.entry(new.as_deref().unwrap_or_default()).or_default() += 1;
        }
        for asked in &self.asked {
            let version = self.versions.get(&asked.key).copied();
            assert!(!asked.is_done || version.is_some(), "acknowledged, but nowhere to be found: {asked:?}");
            assert!(asked.is_done || !asked.is_plain || version.is_none(), "refused, but carried out: {asked:?}");
            let times = match (&asked.wish, version) {
                (Wish::Edit { typed, .. }, _) => edits.get(typed.as_str()).copied().unwrap_or(0),
                (_, None) => 0,
                (Wish::Move { seen, .. }, Some(version)) if *seen == version => continue,
                (wish, Some(version)) => {
                    assert!(versions.insert((asked.lead, version)), "two requests made one version: {asked:?}");
                    let entry = self.places.get(&(asked.lead.0, version));
                    usize::from(entry.is_some_and(|(kind, by, ..)| kind == kind_of(wish) && by == asked.by))
                }
            };
            assert_eq!(times, usize::from(version.is_some()), "in the history as often as carried out: {asked:?}");
        }
    }

    /// The history, replayed by the rules, ends where the database says that each lead is.
    pub fn history_leads_to_where_the_leads_are(&self) {
        let mut steps: BTreeMap<(i64, i64), &Asked> = BTreeMap::new();
        for (asked, version) in self.carried_out() {
            match asked.wish {
                Wish::Edit { .. } => {}
                Wish::Move { seen, .. } if seen == version => {}
                _ => {
                    steps.insert((asked.lead.0, version), asked);
                }
            }
        }
        let mut model: BTreeMap<i64, Modelled> = BTreeMap::new();
        let mut left: HashMap<i64, i64> = HashMap::new();
        for (lead, stage) in &self.beginnings {
            model.insert(*lead, Modelled { stage: *stage, loss: None, version: 0 });
        }
        for ((lead, version), asked) in &steps {
            let now = model.get_mut(lead).expect("a lead of the race");
            assert_eq!(*version, now.version + 1, "no version is left out: {asked:?} after {now:?}");
            let entry = &self.places[&(*lead, *version)];
            let from = now.stage;
            match &asked.wish {
                Wish::Move { to, seen } => {
                    assert!(*seen == now.version && now.loss.is_none() && to.0 != from, "{asked:?} after {now:?}");
                    now.stage = to.0;
                    assert_eq!((entry.2, entry.3), (Some(from), Some(to.0)), "{asked:?}");
                }
                Wish::Lose { unqualified, seen, .. } => {
                    assert!(*seen == now.version && now.loss.is_none(), "{asked:?} after {now:?}");
                    let loss = self.losses[&(*lead, *version)];
                    left.insert(loss, from);
                    now.loss = Some(loss);
                    if *unqualified {
                        now.stage = self.unqualified;
                    }
                }
                Wish::Reopen { loss, to } => {
                    assert_eq!(now.loss, Some(loss.0), "{asked:?} after {now:?}");
                    now.loss = None;
                    now.stage = to.map_or(left[&loss.0], |to| to.0);
                    assert_eq!(entry.3, Some(now.stage), "{asked:?}");
                }
                Wish::Edit { .. } => {}
            }
            now.version = *version;
        }
        for held in &self.held {
            let truth = Modelled { stage: held.stage_id, loss: held.standing_loss_id, version: held.move_version };
            assert_eq!(model.get(&held.id), Some(&truth), "lead {}", held.id);
        }
        self.each_edit_follows_the_one_before();
    }

    /// Per field, each edit found the value that the one before had left, and the last one's value stands.
    fn each_edit_follows_the_one_before(&self) {
        let mut values: HashMap<(i64, &str), &str> = HashMap::new();
        for (lead, field, old, new, _) in &self.edits {
            let before = values.insert((*lead, field), new.as_deref().unwrap_or_default()).unwrap_or_default();
            assert_eq!(before, old.as_deref().unwrap_or_default(), "lead {lead}: {field} became {new:?}");
        }
        for held in &self.held {
            for (field, value) in [("city", &held.city), ("occupation", &held.occupation)] {
                let expected = values.get(&(held.id, field)).copied().unwrap_or_default();
                assert_eq!(value.as_deref().unwrap_or_default(), expected, "lead {}: {field}", held.id);
            }
        }
    }

    /// What nobody asked for is not there.
    pub fn nothing_else_is_in_the_history(&self) {
        let carried_out: Vec<_> = self.carried_out().collect();
        let places = carried_out
            .iter()
            .filter(|(asked, version)| match asked.wish {
                Wish::Edit { .. } => false,
                Wish::Move { seen, .. } => seen != *version,
                _ => true,
            })
            .count();
        assert_eq!(self.places.len(), places, "changes of place");
        let edits = carried_out.iter().filter(|(asked, _)| matches!(asked.wish, Wish::Edit { .. })).count();
        assert_eq!(self.edits.len(), edits, "edits");
        assert_eq!(self.versions.len(), carried_out.len(), "keys");
    }

    /// Where each lead on the board stands in truth.
    pub fn on_board(&self) -> Places {
        let on_board = self.held.iter().filter(|held| held.standing_loss_id.is_none());
        on_board.map(|held| (LeadId(held.id), (StageId(held.stage_id), held.rank.clone(), held.move_version))).collect()
    }
}

fn kind_of(wish: &Wish) -> &'static str {
    match wish {
        Wish::Move { .. } => "move",
        Wish::Lose { .. } => "loss",
        Wish::Reopen { .. } => "reopened",
        Wish::Edit { .. } => "edit",
    }
}

/// Where each lead on the board stands in truth.
pub async fn on_board(app: &TestApp) -> Places {
    Reckoning::of(app, &[], Vec::new()).await.on_board()
}

/// What triggers have counted along the way is what there is.
pub async fn counters_equal_a_recount(app: &TestApp) {
    for (counter, kept, recount) in [
        (
            "stage_count",
            "select owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor from stage_count
             where (leads, value_base_minor) <> (0, 0)",
            "select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
                    count(*), sum(value_base_minor)::bigint
             from lead where standing_loss_id is null group by 1, 2, 3, 4, 5",
        ),
        (
            "result_count",
            "select owner_id, queue_id, stage_id, won, lost, unqualified from result_count
             where (won, lost, unqualified) <> (0, 0, 0)",
            "select coalesce(owner_id, 0), coalesce(queue_id, 0), coalesce(stage_id, 0), 0::bigint,
                    count(*) filter (where outcome = 'lost'), count(*) filter (where outcome = 'unqualified')
             from loss where closure is distinct from 'reversed' group by 1, 2, 3",
        ),
    ] {
        let rows = async |sql: &'static str| -> BTreeSet<String> {
            let sql = format!("select counted::text from ({sql}) as counted");
            let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&app.pool).await.expect("counts");
            rows.into_iter().collect()
        };
        assert_eq!(rows(kept).await, rows(recount).await, "{counter}");
    }
}
