//! The facts that the server keeps at hand, one set per reach: two people who may read the same leads share one. They are
//! read once and kept up to date by the events that every change leaves behind.

use super::{
    api::{Changes, Counted, ListPage, Listing, Opening},
    cockpit::{Cockpit, Run, Totals},
    facts::{Book, Fact, Head},
    rules::Step,
    selection::Selection,
    store,
};
use crate::{
    error::AppError,
    live::{
        store::{Touched, touched_since},
        wire::Snapshot,
    },
    people::guard::{Permit, Reach},
    server::state::App,
};
use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use engine::Facts;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// So many sets are kept; the one that nobody asked for longest makes room.
const MOST: usize = 24;
/// More leads than this are read anew with all others.
const MOST_CHANGES: usize = 2_000;
/// Facts are written anew after this long, so that their place in the stream is never too old to go on from.
const FRESH: TimeDelta = TimeDelta::minutes(30);
/// Leads per page of a list.
const PAGE: usize = 25;

/// Facts as a browser fetches them.
#[derive(Clone)]
pub struct Published {
    /// Changes with the bytes.
    pub tag: String,
    /// What `Book::encode` wrote.
    pub bytes: Bytes,
    at: DateTime<Utc>,
}

/// One reach's facts. Nothing is known before the first asks.
#[derive(Default)]
struct Kept {
    cockpit: Option<Cockpit>,
    published: Option<Published>,
}

/// One reach's facts, for one at a time.
type Place = Arc<Turn<Kept>>;

/// All facts that are kept. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Vec<(Reach, Place)>>>);

impl Shelf {
    /// The place of one reach, the last one asked for at the end.
    fn place(&self, reach: &Reach) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = places.iter().position(|(one, _)| one == reach).map(|place| places.remove(place));
        let (reach, kept) = found.unwrap_or_else(|| (reach.clone(), Arc::default()));
        if places.len() >= MOST {
            places.remove(0);
        }
        places.push((reach, kept.clone()));
        kept
    }
}

/// The viewer's facts as they are now.
async fn current(app: &App, permit: &Permit) -> Result<OwnedMutexGuard<Kept>, AppError> {
    let reach = permit.reads();
    let mut kept = app.shelf.place(&reach).lock_owned().await;
    let head = store::head(permit).await?;
    let before = kept.cockpit.as_ref().map(Cockpit::head).filter(|before| before.currency == head.currency);
    let touched = match before {
        Some(before) => touched_since(permit.pool(), &before.holds).await?,
        None => None,
    };
    match (touched, &mut kept.cockpit) {
        (Some(Touched { leads, people }), Some(cockpit)) if leads.len() <= MOST_CHANGES => {
            let (is_same, today) = (leads.is_empty(), cockpit.head().today);
            let facts = if is_same { Vec::new() } else { some(permit, &reach, &leads).await? };
            cockpit.change(&leads.into_iter().map(Into::into).collect::<Vec<_>>(), &facts, &head);
            // Whoever signed in anew must not be sent back to what was written before.
            if !is_same || today != head.today || !people.is_empty() {
                kept.published = None;
            }
        }
        _ => *kept = Kept { cockpit: Some(Cockpit::new(read(permit, &reach, head).await?)), published: None },
    }
    Ok(kept)
}

async fn read(permit: &Permit, reach: &Reach, head: Head) -> Result<Book, AppError> {
    let mut book = Book { facts: Facts::empty(&head.words.sizes()), head };
    store::facts(permit, reach, None, |part| book.change(&[], part)).await?;
    Ok(book)
}

/// The runs of a few leads.
async fn some(permit: &Permit, reach: &Reach, leads: &[i64]) -> Result<Vec<Fact>, AppError> {
    let mut facts = Vec::new();
    store::facts(permit, reach, Some(leads), |part| facts.extend_from_slice(part)).await?;
    Ok(facts)
}

/// Counts aside: what takes milliseconds must not hold up other requests.
async fn count<T: Send + 'static>(
    mut kept: OwnedMutexGuard<Kept>,
    what: impl FnOnce(&mut Cockpit) -> T + Send + 'static,
) -> Result<T, AppError> {
    let counted = tokio::task::spawn_blocking(move || kept.cockpit.as_mut().map(what)).await;
    counted.ok().flatten().ok_or(AppError::Internal)
}

/// The page's beginning.
pub async fn open(app: &App, permit: &Permit, selection: &Selection, step: Step) -> Result<Opening, AppError> {
    let (kept, selection, most) = (current(app, permit).await?, selection.clone(), app.config.facts_in_browser);
    count(kept, move |cockpit| {
        let rows = cockpit.rows();
        let counted = Counted { answer: cockpit.answer(&selection, step), head: cockpit.head().clone() };
        Opening { counted, rows, in_browser: rows <= most }
    })
    .await
}

/// The figures of a selection.
pub async fn answer(app: &App, permit: &Permit, selection: &Selection, step: Step) -> Result<Counted, AppError> {
    let (kept, selection) = (current(app, permit).await?, selection.clone());
    count(kept, move |cockpit| Counted { answer: cockpit.answer(&selection, step), head: cockpit.head().clone() }).await
}

/// What each of these selections comes to, whatever it is held against.
pub async fn totals(app: &App, permit: &Permit, selections: Vec<Selection>) -> Result<Vec<Totals>, AppError> {
    let kept = current(app, permit).await?;
    count(kept, move |cockpit| selections.iter().map(|selection| cockpit.whole(selection)).collect()).await
}

/// What `what` finds in the viewer's facts as they are now. Its columns are shared, so that a long look holds nobody up.
pub async fn over<T: Send + 'static>(
    app: &App,
    permit: &Permit,
    what: impl FnOnce(&Book) -> T + Send + 'static,
) -> Result<T, AppError> {
    let book = current(app, permit).await?.cockpit.as_ref().ok_or(AppError::Internal)?.book().clone();
    tokio::task::spawn_blocking(move || what(&book)).await.map_err(|_| AppError::Internal)
}

/// The viewer's facts as bytes, the same bytes for as long as nothing changes.
pub async fn publish(app: &App, permit: &Permit) -> Result<Published, AppError> {
    let mut kept = current(app, permit).await?;
    let now = permit.now();
    if let Some(published) = kept.published.clone().filter(|published| now - published.at < FRESH) {
        return Ok(published);
    }
    let bytes = kept.cockpit.as_ref().ok_or(AppError::Internal)?.book().encode();
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    let published = Published { tag, bytes: Bytes::from(bytes), at: now };
    kept.published = Some(published.clone());
    Ok(published)
}

/// What changed in the viewer's facts since `since`.
pub async fn changes(permit: &Permit, since: &Snapshot) -> Result<Changes, AppError> {
    // What the head says that it holds is taken before the changes are read: what comes twice does no harm.
    let head = Box::new(store::head(permit).await?);
    let Some(Touched { leads, people }) = touched_since(permit.pool(), since).await? else {
        return Ok(Changes::Everything);
    };
    if leads.len() > MOST_CHANGES || people.contains(&permit.viewer().id.0) {
        return Ok(Changes::Everything);
    }
    let facts = some(permit, &permit.reads(), &leads).await?;
    Ok(Changes::Leads { leads: leads.into_iter().map(Into::into).collect(), facts, head })
}

/// One page of the leads behind the figures.
pub async fn list(
    app: &App,
    permit: &Permit,
    selection: &Selection,
    page: &ListPage,
    language: &str,
) -> Result<Listing, AppError> {
    let runs = ordered(app, permit, selection, page, language).await?;
    let first = usize::try_from(page.page).unwrap_or(usize::MAX).saturating_mul(PAGE).min(runs.len());
    let rows = store::listed(permit, &runs[first..(first + PAGE).min(runs.len())]).await?;
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    Ok(Listing { page: *page, rows, total: count(runs.len()), page_size: count(PAGE) })
}

/// All runs behind the figures, in the order of a list.
pub async fn ordered(
    app: &App,
    permit: &Permit,
    selection: &Selection,
    page: &ListPage,
    language: &str,
) -> Result<Vec<Run>, AppError> {
    let (kept, selection, behind) = (current(app, permit).await?, selection.clone(), page.behind);
    let mut runs = count(kept, move |cockpit| cockpit.runs(&selection, behind)).await?;
    store::sort(permit, &mut runs, page.sort, page.descending, language).await?;
    Ok(runs)
}
