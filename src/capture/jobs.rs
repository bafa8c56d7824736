//! The import job. It may be cut off anywhere and taken up again: the plan is the same each time, what is here already
//! is passed over, and the batch belongs to the job.

use super::{
    preset::{Field, LossOutcome, Owners, Preset},
    problems::NotReady,
    rules::{self, Givers, Incoming, Outcome, Plan, Setting},
    store::{self, Batch, NewLead, NewNames},
    summary::Summary,
};
use crate::{
    error::AppError,
    fold::fold,
    jobs::{
        problems::Problem,
        store::{self as queue, Job},
        worker::{self, Setback},
    },
    leads::rules::{Searchable, email_key, phone_key, search_key},
    people::{
        self,
        guard::Permit,
        rules::{Email, Holder, Viewer},
    },
    pipeline::rules::arrival_rank,
    server::state::App,
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

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

/// What an import stands on besides its file.
pub struct Ground {
    /// What the plan needs to know.
    pub setting: Setting,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
}

/// Why an import cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// Something is missing that people can add.
    #[error("{0}")]
    Because(NotReady),
    /// The database did not answer.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<NotReady> for Unready {
    fn from(reason: NotReady) -> Self {
        Self::Because(reason)
    }
}

impl From<Unready> for Setback {
    fn from(reason: Unready) -> Self {
        match reason {
            Unready::App(error) => Self::Retry(error),
            Unready::Because(reason) => Self::Fail(Problem::NotReady(reason)),
        }
    }
}

/// The permit of the first admin, in whose name the command line imports.
///
/// # Errors
/// [`Unready`] when there is none.
pub async fn first_admin(app: &App) -> Result<Permit, Unready> {
    let (admin, zone) = people::store::first_admin(&app.pool).await?.ok_or(NotReady::NoAdmin)?;
    Ok(Permit::on_behalf_of(app, admin, zone))
}

/// In whose name the job acts, with what they may do now.
async fn acting(app: &App, job: &Job) -> Result<Permit, Setback> {
    match job.requested_by {
        None => Ok(first_admin(app).await?),
        Some(_) => worker::acting(app, job, Viewer::manages).await,
    }
}

/// Looks whether everything is there that an import with this preset needs.
///
/// # Errors
/// [`Unready`], which says what is missing.
pub async fn setting(permit: &Permit, preset: &Preset) -> Result<Ground, Unready> {
    let unknown = store::unknown_reasons(permit, preset.reasons()).await?;
    if !unknown.is_empty() {
        return Err(NotReady::UnknownReasons(unknown).into());
    }
    let reckoning = store::reckoning(permit).await?;
    if let Some(code) = preset.currency.as_ref().filter(|code| !reckoning.currencies.contains_key(*code)) {
        return Err(NotReady::NoCurrency(code.clone()).into());
    }
    let setting = Setting {
        givers: givers(permit, &preset.owners).await?,
        now: permit.now(),
        zone: reckoning.zone,
        currencies: reckoning.currencies,
        base_currency: reckoning.base_currency,
    };
    Ok(Ground { setting, today: reckoning.today })
}

/// Who becomes responsible, within the viewer's reach.
async fn givers(permit: &Permit, owners: &Owners) -> Result<Givers, Unready> {
    let receivers = people::store::receivers(permit).await?;
    match owners {
        Owners::Spread { team } => {
            let is_one = |person: &&people::store::Receiver| person.is_rep && (team.is_none() || person.team == *team);
            let reps: Vec<_> = receivers.iter().filter(is_one).map(|person| person.id).collect();
            match (reps.is_empty(), team) {
                (false, _) => Ok(Givers::Turn(reps)),
                (true, Some(team)) => Err(NotReady::NoTeam(team.clone()).into()),
                (true, None) => Err(NotReady::NoReps.into()),
            }
        }
        Owners::Person { email } => {
            let key = fold(email);
            let person = receivers.iter().find(|person| fold(&person.email) == key);
            let person = person.ok_or_else(|| NotReady::NoPerson(email.clone()))?;
            Ok(Givers::One(Holder::Person(person.id)))
        }
        Owners::Queue { name } => Ok(Givers::One(queue(permit, name).await?)),
        Owners::Column { otherwise, .. } => {
            let otherwise = match otherwise {
                Some(name) => Some(queue(permit, name).await?),
                None => None,
            };
            Ok(Givers::Column { people: by_every_name(&receivers), otherwise })
        }
    }
}

async fn queue(permit: &Permit, name: &str) -> Result<Holder, Unready> {
    let queues = people::store::queues(permit).await?;
    let queue = queues.into_iter().find(|(_, queue)| queue == name);
    Ok(queue.map(|(id, _)| Holder::Queue(id)).ok_or_else(|| NotReady::NoQueue(name.to_owned()))?)
}

/// Everybody by address and name; a name that two people share is nobody's.
fn by_every_name(receivers: &[people::store::Receiver]) -> HashMap<String, crate::ids::UserId> {
    let mut people = HashMap::new();
    let mut shared = BTreeSet::new();
    for person in receivers {
        if people.insert(fold(&person.name), person.id).is_some() {
            shared.insert(fold(&person.name));
        }
    }
    people.retain(|name, _| !shared.contains(name));
    let address = |person: &people::store::Receiver| person.email.parse().map(|email: Email| email.key());
    people.extend(receivers.iter().filter_map(|person| Some((address(person).ok()?, person.id))));
    people
}

/// Does the import, or what is left of it.
///
/// # Errors
/// [`Setback::Fail`] when the file or the installation cannot be used; then nothing was written. [`Setback::Stopped`] when
/// somebody wanted it to stop; what came until then stays.
pub async fn import(app: &App, job: &Job) -> Result<Value, Setback> {
    let begun = Instant::now();
    let order: Order = job.payload()?;
    let body = job.body.clone().ok_or(Setback::Fail(Problem::FileLost))?;
    let permit = acting(app, job).await?;
    let Ground { setting, today } = setting(&permit, &order.preset).await?;
    let zone = setting.zone;
    let mut plan = read(order.preset.clone(), body, setting).await?;
    let id = store::begin(&permit, job.id, &order.file, &order.preset.name, &plan.columns, &names(&plan)).await?;
    let batch = Batch { id, system: &order.preset.name, today };
    let reached = bring_in(app, job, &permit, batch, &plan, zone).await?;
    let not_reached = plan.leads.len() - reached;
    plan.leads.truncate(reached);
    let there = store::already_there(&permit, batch.system, &external_ids(&plan), Some(batch.id)).await?;
    let mut summary = Summary::new(&order.file, batch.system, &plan, &there);
    summary.rows += not_reached;
    summary.not_reached = not_reached;
    summary.revived = usize::try_from(store::revived(&permit, batch.id).await?).unwrap_or_default();
    summary.seconds = seconds_since(begun);
    store::finish(&permit, batch.id, &summary).await?;
    let summary = serde_json::to_value(summary).map_err(|_| AppError::Internal)?;
    if not_reached == 0 { Ok(summary) } else { Err(Setback::Stopped(summary)) }
}

/// Reads the file beside the async threads: a large one takes a second of pure arithmetic.
async fn read(preset: Preset, body: Vec<u8>, setting: Setting) -> Result<Plan, Setback> {
    let planned = tokio::task::spawn_blocking(move || {
        rules::read(&preset, &body).map(|table| rules::plan(&preset, &table, &setting))
    });
    planned.await.map_err(|_| AppError::Internal)?.map_err(|reason| Setback::Fail(Problem::Unreadable(reason)))
}

/// Writes the plan, chunk by chunk: how many of its leads were reached before somebody wanted it to stop.
async fn bring_in(
    app: &App,
    job: &Job,
    permit: &Permit,
    batch: Batch<'_>,
    plan: &Plan,
    zone: Tz,
) -> Result<usize, AppError> {
    let total = plan.leads.len() + plan.rejections.len();
    let mut done = 0;
    for rejections in plan.rejections.chunks(CHUNK) {
        store::reject(permit, batch.id, rejections).await?;
        done += rejections.len();
        if report(app, job, done, total).await? {
            return Ok(0);
        }
    }
    let (mut reached, mut quarters) = (0, 0);
    for chunk in plan.leads.chunks(CHUNK) {
        let leads: Vec<NewLead> = (reached..)
            .zip(chunk)
            .map(|(place, lead)| new_lead(lead, permit.now(), u32::try_from(place).unwrap_or(u32::MAX), zone))
            .collect();
        reached += chunk.len();
        // Open boards count again a few times on the way, and at the end: each time all of them ask.
        let tell = reached * 4 / plan.leads.len() > quarters && reached < plan.leads.len();
        quarters = reached * 4 / plan.leads.len();
        if store::add(permit, batch, &leads, tell).await? > 0 && tell {
            permit.committed();
        }
        done += chunk.len();
        if report(app, job, done, total).await? {
            break;
        }
    }
    Ok(reached)
}

/// Says how far the import is: whether somebody wants it to stop.
async fn report(app: &App, job: &Job, done: usize, total: usize) -> Result<bool, AppError> {
    let count = |rows: usize| i64::try_from(rows).map_err(|_| AppError::Internal);
    queue::report(&app.pool, job, count(done)?, count(total)?, app.clock.now()).await
}

/// What the plan's leads are recognised by.
pub fn external_ids(plan: &Plan) -> Vec<String> {
    plan.leads.iter().map(|lead| lead.external_id.clone()).collect()
}

/// In tenths, as people read it.
pub fn seconds_since(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0
}

fn names(plan: &Plan) -> NewNames {
    let of = |field| {
        let mut first_spellings = BTreeMap::new();
        for name in plan.leads.iter().filter_map(|lead| lead.text(field)) {
            first_spellings.entry(fold(name)).or_insert_with(|| name.to_owned());
        }
        first_spellings.into_iter().collect()
    };
    let kept: BTreeSet<&String> = plan.leads.iter().flat_map(|lead| lead.custom.keys()).collect();
    NewNames {
        sources: of(Field::Source),
        products: of(Field::Product),
        segments: of(Field::Segment),
        campaigns: of(Field::Campaign),
        custom: plan.columns.iter().filter(|column| kept.contains(column)).cloned().collect(),
    }
}

fn new_lead(lead: &Incoming, now: DateTime<Utc>, sequence: u32, zone: Tz) -> NewLead<'_> {
    let [name, company, email, phone] =
        [Field::Name, Field::Company, Field::Email, Field::Phone].map(|field| lead.text(field));
    let key = |field| lead.text(field).map(fold);
    let (outcome, reason, note) = match &lead.outcome {
        Outcome::Loss { outcome, reason, note } => (Some(*outcome), Some(reason.as_str()), Some(note.as_str())),
        Outcome::Open(_) | Outcome::Customer => (None, None, None),
    };
    let (owner, queue) = lead.holder.columns();
    NewLead {
        external_id: &lead.external_id,
        direction: lead.direction.word(),
        party: lead.party.word(),
        name,
        company,
        email,
        phone,
        country: lead.text(Field::Country),
        city: lead.text(Field::City),
        address: lead.text(Field::Address),
        website: lead.text(Field::Website),
        occupation: lead.text(Field::Occupation),
        industry: lead.text(Field::Industry),
        request: lead.text(Field::Request),
        source: key(Field::Source),
        campaign: key(Field::Campaign),
        product: key(Field::Product),
        segment: key(Field::Segment),
        value_minor: lead.worth.as_ref().map(|worth| worth.minor),
        currency: lead.worth.as_ref().map(|worth| worth.currency.as_str()),
        arose: lead.arose,
        closed: lead.closed,
        won_on: lead.closed.map(|closed| closed.with_timezone(&zone).date_naive()),
        custom: &lead.custom,
        search_key: search_key(Searchable { name, company, email, phone, external_id: Some(&lead.external_id) }),
        phone_key: phone.and_then(phone_key),
        email_key: email.and_then(email_key),
        do_not_call: lead.do_not_call,
        do_not_email: lead.do_not_email,
        owner,
        queue,
        rank: arrival_rank(now, sequence),
        stage: lead.outcome.stage().map(|stage| stage.word()),
        outcome: outcome.map(LossOutcome::word),
        reason,
        note,
        note_key: note.map(fold),
    }
}
