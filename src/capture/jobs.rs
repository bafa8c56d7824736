//! The import job. It may be cut off anywhere and taken up again: the plan is the same each time, what is here already
//! is passed over, and the batch belongs to the job.

use super::{
    preset::{Field, LossOutcome, Preset},
    rules::{self, Incoming, Outcome, Plan, Summary},
    store::{self, Batch, NewLead},
};
use crate::{
    error::AppError,
    fold::fold,
    ids::UserId,
    jobs::{
        store::{self as queue, Job},
        worker::Setback,
    },
    leads::rules::{Searchable, email_key, phone_key, search_key},
    people::{self, guard::Permit},
    pipeline::rules::arrival_rank,
    server::state::App,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, time::Instant};

/// The job's kind.
pub const IMPORT: &str = "import";

/// Rows per transaction: each well under a second.
const CHUNK: usize = 500;

/// What is to be imported; the file's bytes are the job's body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// The file's name.
    pub file: String,
    /// How it is to be understood, whole: the worker may run on another machine.
    pub preset: Preset,
}

/// What an import stands on besides its file. Without it nothing is begun.
pub struct Ground {
    /// In whose name.
    pub permit: Permit,
    /// Over whom the leads are spread.
    pub reps: Vec<UserId>,
}

/// Why an import cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// Nobody to act for.
    #[error(
        "an import acts in the name of an admin, and there is none: add one with `winback user add`, or the demo team with `winback demo`"
    )]
    NoAdmin,
    /// Nobody to give the leads to.
    #[error(
        "the leads are spread over the reps, and there is none: add one with `winback user add`, or the demo team with `winback demo`"
    )]
    NoReps,
    /// The preset names reasons that do not exist.
    #[error("the preset names loss reasons that this installation does not have: {0}")]
    UnknownReasons(String),
    /// The database did not answer.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<NotReady> for Setback {
    fn from(reason: NotReady) -> Self {
        match reason {
            NotReady::App(error) => Self::Retry(error),
            other => Self::Fail(other.to_string()),
        }
    }
}

/// Looks whether everything is there that an import with this preset needs.
///
/// # Errors
/// [`NotReady`], which says what is missing.
pub async fn ground(app: &App, preset: &Preset) -> Result<Ground, NotReady> {
    let (admin, zone) = people::store::first_admin(&app.pool).await?.ok_or(NotReady::NoAdmin)?;
    let permit = Permit::on_behalf_of(app, admin, zone);
    let reps = people::store::open_reps(&permit).await?;
    if reps.is_empty() {
        return Err(NotReady::NoReps);
    }
    let (outcomes, codes): (Vec<_>, Vec<_>) =
        preset.reasons().map(|(outcome, code)| (outcome.word().to_owned(), code.to_owned())).unzip();
    let unknown = store::unknown_reasons(&permit, &outcomes, &codes).await?;
    if unknown.is_empty() { Ok(Ground { permit, reps }) } else { Err(NotReady::UnknownReasons(unknown.join(", "))) }
}

/// Does the import, or what is left of it.
///
/// # Errors
/// [`Setback::Fail`] when the file or the installation cannot be used; then nothing was written.
pub async fn import(app: &App, job: &Job) -> Result<Value, Setback> {
    let begun = Instant::now();
    let order: Order = job.payload()?;
    let body =
        job.body.clone().ok_or_else(|| Setback::Fail("the job has lost its file: import it again".to_owned()))?;
    let plan = read(&order.preset, body).await?;
    let Ground { permit, reps } = ground(app, &order.preset).await?;
    let batch = Batch {
        id: store::begin(&permit, job.id, &order.file, &order.preset.name, &names(&plan)).await?,
        system: &order.preset.name,
        direction: plan.direction.word(),
        party: plan.party.word(),
    };
    bring_in(app, job, &permit, batch, &plan, &reps).await?;
    let already_there = store::already_there(&permit, batch.system, &external_ids(&plan), Some(batch.id)).await?;
    let mut summary = Summary::new(&order.file, batch.system, &plan, &already_there);
    summary.seconds = seconds_since(begun);
    store::finish(&permit, batch.id, &summary).await?;
    serde_json::to_value(summary).map_err(|_| AppError::Internal.into())
}

/// Reads the file beside the async threads: a large one takes a second of pure arithmetic.
async fn read(preset: &Preset, body: Vec<u8>) -> Result<Plan, Setback> {
    let preset = preset.clone();
    let plan =
        tokio::task::spawn_blocking(move || rules::plan(&preset, &body)).await.map_err(|_| AppError::Internal)?;
    plan.map_err(|reason| Setback::Fail(reason.to_string()))
}

async fn bring_in(
    app: &App,
    job: &Job,
    permit: &Permit,
    batch: Batch<'_>,
    plan: &Plan,
    reps: &[UserId],
) -> Result<(), AppError> {
    let total = plan.leads.len() + plan.rejections.len();
    let mut done = 0;
    for rejections in plan.rejections.chunks(CHUNK) {
        store::reject(permit, batch.id, rejections).await?;
        done += rejections.len();
        report(app, job, done, total).await?;
    }
    let mut rows = (0u32..).zip(&plan.leads).zip(reps.iter().cycle());
    for chunk in plan.leads.chunks(CHUNK) {
        let leads: Vec<NewLead> = rows
            .by_ref()
            .take(chunk.len())
            .map(|((sequence, lead), rep)| new_lead(lead, *rep, permit.now(), sequence))
            .collect();
        if store::add(permit, batch, &leads).await? > 0 {
            permit.committed();
        }
        done += chunk.len();
        report(app, job, done, total).await?;
    }
    Ok(())
}

async fn report(app: &App, job: &Job, done: usize, total: usize) -> Result<(), AppError> {
    let count = |rows: usize| i64::try_from(rows).map_err(|_| AppError::Internal);
    queue::report(&app.pool, job, count(done)?, count(total)?, app.clock.now()).await
}

/// The numbers under which the other system knows the plan's leads.
pub fn external_ids(plan: &Plan) -> Vec<String> {
    plan.leads.iter().map(|lead| lead.external_id.clone()).collect()
}

/// In tenths, as people read it.
pub fn seconds_since(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0
}

fn names(plan: &Plan) -> store::Names {
    let of = |field| {
        let mut first_spellings = BTreeMap::new();
        for name in plan.leads.iter().filter_map(|lead| lead.text(field)) {
            first_spellings.entry(fold(name)).or_insert_with(|| name.to_owned());
        }
        first_spellings.into_iter().collect()
    };
    store::Names { sources: of(Field::Source), products: of(Field::Product), segments: of(Field::Segment) }
}

fn new_lead(lead: &Incoming, rep: UserId, now: DateTime<Utc>, sequence: u32) -> NewLead<'_> {
    let [name, company, email, phone] =
        [Field::Name, Field::Company, Field::Email, Field::Phone].map(|field| lead.text(field));
    let key = |field| lead.text(field).map(fold);
    let (outcome, reason, note) = match &lead.outcome {
        Outcome::Loss { outcome, reason, note } => (Some(*outcome), Some(reason.as_str()), Some(note.as_str())),
        Outcome::Open | Outcome::Customer => (None, None, None),
    };
    NewLead {
        external_id: &lead.external_id,
        name,
        company,
        email,
        phone,
        country: lead.text(Field::Country),
        city: lead.text(Field::City),
        request: lead.text(Field::Request),
        source: key(Field::Source),
        product: key(Field::Product),
        segment: key(Field::Segment),
        custom: &lead.custom,
        phone_key: phone.and_then(phone_key),
        email_key: email.and_then(email_key),
        search_key: search_key(Searchable { name, company, email, phone, external_id: Some(&lead.external_id) }),
        do_not_call: lead.do_not_call,
        do_not_email: lead.do_not_email,
        owner: rep.0,
        rank: arrival_rank(now, sequence),
        stage: lead.outcome.stage().map(|stage| stage.word()),
        outcome: outcome.map(LossOutcome::word),
        reason,
        note,
        note_key: note.map(fold),
    }
}
