//! Where an import is prepared: what the import page asks, answered from upload, mapping and database.

use super::{
    api::{
        BeginAnswer, Choices, Look, LookAnswer, PersonChoice, PresetChoice, ReasonChoice, Refusal, Rehearsal,
        RehearseAnswer, SaveAnswer,
    },
    guess,
    jobs::{self, Order, Unready},
    preset::{Becomes, Field, LONGEST_NAME, Layout, Preset},
    problems::Unreadable,
    reader::{self, Table},
    rules::{self, AlreadyThere, Outcome, Plan},
    store,
    summary::Summary,
};
use crate::{
    error::AppError,
    ids::RequestKey,
    leads::rules::{email_key, phone_key},
    people::{
        self,
        guard::{self, Permit},
        rules::Holder,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Rows shown of a file.
const FIRST_ROWS: usize = 8;
/// A shown cell's length.
const CELL_SHOWN: usize = 80;
/// Rejected rows on a page.
const PROBLEMS: usize = 50;
/// So many files are read at once: a large one takes memory.
static READERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// The permit of somebody who may import.
///
/// # Errors
/// [`AppError::Forbidden`] for reps.
pub fn permit() -> Result<Permit, AppError> {
    let permit = guard::permit()?;
    if permit.viewer().manages() { Ok(permit) } else { Err(AppError::Forbidden) }
}

/// The permit of somebody who may see and steer this import.
///
/// # Errors
/// [`AppError::NotFound`] for an import of somebody else's.
pub async fn permit_for(run: i64) -> Result<Permit, AppError> {
    let permit = permit()?;
    store::runs::run(&permit, run).await?;
    Ok(permit)
}

/// Waits until a file may be fetched and read.
async fn turn() -> Result<OwnedSemaphorePermit, AppError> {
    READERS.clone().acquire_owned().await.map_err(|_| AppError::Busy)
}

/// Does `work` beside the async threads. It goes on when nobody waits for it any more: so its turn lasts until it is done.
async fn aside<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    let in_turn = move || {
        let done = work();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(in_turn).await.map_err(|_| AppError::Internal)
}

/// Looks at a file.
pub async fn look(permit: &Permit, upload: i64, layout: Layout) -> Result<LookAnswer, AppError> {
    let turn = turn().await?;
    let store::uploads::Upload { name, body } = store::uploads::upload(permit, upload).await?;
    let mapping = mapping_name(&name, &permit.viewer().name);
    let seen = aside(turn, move || {
        let table = reader::read(&body, &[], &layout)?;
        Ok::<_, Unreadable>(seen(mapping, table))
    });
    Ok(match seen.await? {
        Ok(look) => LookAnswer::Readable(Box::new(Look { name, ..look })),
        Err(why) => LookAnswer::Unreadable { name, why },
    })
}

/// What a mapping is called that nobody has named yet: numbers count within a mapping, and two people's `leads.csv` are
/// two lists.
fn mapping_name(file: &str, importer: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let importer: String = format!(" · {importer}").chars().take(LONGEST_NAME / 2).collect();
    let stem: String = stem.chars().take(LONGEST_NAME - importer.chars().count()).collect();
    format!("{stem}{importer}")
}

fn seen(mapping: String, table: Table) -> Look {
    let columns = guess::survey(&table);
    let guess = guess::preset(mapping, &table, &columns);
    let shown = |cells: &[String]| cells.iter().map(|cell| super::problems::shortened(cell, CELL_SHOWN)).collect();
    Look {
        name: String::new(),
        rows: table.rows.len(),
        first: table.rows.iter().take(FIRST_ROWS).map(|row| (row.number, shown(&row.cells))).collect(),
        layout: table.layout,
        sheets: table.sheets,
        columns,
        guess,
    }
}

/// What there is to choose from.
pub async fn choices(permit: &Permit) -> Result<Choices, AppError> {
    let receivers = people::store::receivers(permit).await?;
    let teams: BTreeSet<String> =
        receivers.iter().filter(|person| person.is_rep).filter_map(|person| person.team.clone()).collect();
    let stages = crate::pipeline::store::stages(permit).await?;
    let is_open = |kind| Becomes::ALL.iter().any(|becomes| becomes.open_stage() == Some(kind));
    let built_in = Preset::built_in().into_iter().map(|preset| PresetChoice { preset, is_built_in: true });
    let kept = store::presets::kept(permit.pool()).await?.into_iter();
    let reasons =
        store::reasons(permit).await?.into_iter().map(|(outcome, code, name)| ReasonChoice { outcome, code, name });
    Ok(Choices {
        reasons: reasons.collect(),
        stages: stages.into_iter().filter(|stage| is_open(stage.kind)).map(|stage| (stage.kind, stage.name)).collect(),
        people: receivers.into_iter().map(|person| PersonChoice { email: person.email, name: person.name }).collect(),
        teams: teams.into_iter().collect(),
        queues: people::store::queues(permit).await?.into_iter().map(|(_, name)| name).collect(),
        currencies: store::reckoning(permit).await?.currencies.into_keys().collect(),
        presets: built_in.chain(kept.map(|preset| PresetChoice { preset, is_built_in: false })).collect(),
    })
}

/// The plan of an upload, or why there is none.
async fn plan(permit: &Permit, upload: i64, preset: &Preset) -> Result<Result<(String, Plan), Refusal>, AppError> {
    if let Some(problem) = preset.problem() {
        return Ok(Err(Refusal::Preset(problem)));
    }
    let ground = match jobs::setting(permit, preset).await {
        Ok(ground) => ground,
        Err(Unready::Because(why)) => return Ok(Err(Refusal::NotReady(why))),
        Err(Unready::App(error)) => return Err(error),
    };
    let turn = turn().await?;
    let store::uploads::Upload { name, body } = store::uploads::upload(permit, upload).await?;
    let preset = preset.clone();
    let planned = aside(turn, move || {
        let table = rules::read(&preset, &body)?;
        Ok::<_, Unreadable>(rules::plan(&preset, &table, &ground.setting))
    });
    Ok(planned.await?.map(|plan| (name, plan)).map_err(Refusal::Unreadable))
}

/// What an import would do.
pub async fn rehearse(permit: &Permit, upload: i64, preset: Preset, page: u32) -> Result<RehearseAnswer, AppError> {
    let (file, plan) = match plan(permit, upload, &preset).await? {
        Ok(planned) => planned,
        Err(refusal) => return Ok(RehearseAnswer::Refused(refusal)),
    };
    let there = store::already_there(permit, &preset.name, &jobs::external_ids(&plan), None).await?;
    let mut summary = Summary::new(&file, &preset.name, &plan, &there);
    summary.dry_run = true;
    summary.revived =
        usize::try_from(store::resting(permit, &preset.name, &jobs::external_ids(&plan)).await?).unwrap_or_default();
    let keys = |field, key: fn(&str) -> Option<String>| -> Vec<String> {
        plan.leads.iter().filter_map(|lead| lead.text(field).and_then(key)).collect()
    };
    let (emails, phones) = (keys(Field::Email, email_key), keys(Field::Phone, phone_key));
    let skipped = usize::try_from(page).unwrap_or(usize::MAX).saturating_mul(PROBLEMS);
    let problems = plan.rejections.iter().skip(skipped).take(PROBLEMS);
    Ok(RehearseAnswer::Done(Box::new(Rehearsal {
        holders: holders(permit, &plan, &there).await?,
        stages: stages(&plan, &there),
        alike: store::alike(permit, &preset.name, &emails, &phones).await?,
        problems: problems.filter_map(|rejection| Some((rejection.row, rejection.problem.clone()?))).collect(),
        page_size: PROBLEMS,
        summary,
    })))
}

async fn holders(permit: &Permit, plan: &Plan, there: &AlreadyThere) -> Result<Vec<(String, usize)>, AppError> {
    let mut names: BTreeMap<Holder, String> =
        people::store::queues(permit).await?.into_iter().map(|(queue, name)| (Holder::Queue(queue), name)).collect();
    let people = people::store::receivers(permit).await?;
    names.extend(people.into_iter().map(|person| (Holder::Person(person.id), person.name)));
    let mut counts: BTreeMap<Holder, usize> = BTreeMap::new();
    for lead in plan.leads.iter().filter(|lead| !there.contains_key(&lead.external_id)) {
        *counts.entry(lead.holder).or_default() += 1;
    }
    let named = |(holder, count)| (names.get(&holder).cloned().unwrap_or_default(), count);
    let mut holders: Vec<(String, usize)> = counts.into_iter().map(named).collect();
    holders.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(holders)
}

fn stages(plan: &Plan, there: &AlreadyThere) -> Vec<(crate::pipeline::rules::StageKind, usize)> {
    let mut counts = BTreeMap::new();
    for lead in plan.leads.iter().filter(|lead| !there.contains_key(&lead.external_id)) {
        if let Outcome::Open(stage) = lead.outcome {
            *counts.entry(stage).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

/// Begins an import, unless it is plain that it would fail.
pub async fn begin(permit: &Permit, upload: i64, preset: Preset, key: RequestKey) -> Result<BeginAnswer, AppError> {
    if !key.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    let planned = plan(permit, upload, &preset).await;
    // The file goes with the job: a repeated request, even one at the same moment, finds the job in its place.
    if let Some(run) = store::runs::begun(permit, &key).await? {
        return Ok(BeginAnswer::Begun { run });
    }
    let file = match planned? {
        Ok((file, _)) => file,
        Err(refusal) => return Ok(BeginAnswer::Refused(refusal)),
    };
    let run = store::runs::begin(permit, upload, &Order { file, preset }, &key).await?;
    Ok(BeginAnswer::Begun { run })
}

/// Keeps a mapping.
pub async fn save_preset(permit: &Permit, preset: Preset, replace: bool) -> Result<SaveAnswer, AppError> {
    if let Some(problem) = preset.problem() {
        return Ok(SaveAnswer::Refused(problem));
    }
    if Preset::built_in().iter().any(|built_in| built_in.name == preset.name.trim()) {
        return Ok(SaveAnswer::NameTaken);
    }
    store::presets::save(permit, &preset, replace).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_reader_keeps_its_turn_when_nobody_waits_for_it_any_more() {
        let readers = Arc::new(Semaphore::new(1));
        let (go_on, wait) = mpsc::channel::<()>();
        let turn = readers.clone().acquire_owned().await.expect("a turn");
        let request = aside(turn, move || wait.recv().ok());
        // The request ends, as when a tab is closed; the reading does not.
        let ended = tokio::time::timeout(std::time::Duration::from_millis(20), request).await;
        assert!(ended.is_err());
        assert_eq!(readers.available_permits(), 0, "the file is still being read");
        go_on.send(()).expect("the reader is there");
        assert!(readers.acquire().await.is_ok());
    }

    #[test]
    fn two_peoples_lists_of_one_name_are_two_lists() {
        assert_eq!(mapping_name("leads.csv", "Selin Yıldız"), "leads · Selin Yıldız");
        let long = "x".repeat(200);
        assert_eq!(mapping_name(&long, "Mert").chars().count(), LONGEST_NAME);
        assert_ne!(mapping_name(&long, "Mert"), mapping_name(&long, "Selin"));
        assert_eq!(mapping_name("leads.csv", &long).chars().count(), 5 + LONGEST_NAME / 2);
    }
}
