//! The permit. Every store function takes one, and only the guard can make one: nobody reaches the database without
//! somebody having asked who wants to.

use super::rules::{Role, Viewer};
use crate::{clock::Moment, error::AppError, live::hub::Nudge, server::state::App};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use sqlx::PgPool;

/// Who is signed in on this request, put into the request's extensions by [`super::access::enforce`].
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub viewer: Viewer,
    /// The zone of their wall clock.
    pub zone: Tz,
    /// SHA-256 of the session's secret.
    pub session: [u8; 32],
    /// When the session runs out.
    pub expires_at: DateTime<Utc>,
}

/// Whose leads somebody reaches, as queries take it: everybody's, or those of these people and queues.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reach {
    /// Everybody's.
    pub everything: bool,
    /// Else whose.
    pub owners: Vec<i64>,
    /// And which queues'.
    pub queues: Vec<i64>,
}

impl Reach {
    /// What both reach.
    pub fn within(self, other: &Self) -> Self {
        match (self.everything, other.everything) {
            (_, true) => self,
            (true, false) => other.clone(),
            (false, false) => Self {
                everything: false,
                owners: self.owners.into_iter().filter(|owner| other.owners.contains(owner)).collect(),
                queues: self.queues.into_iter().filter(|queue| other.queues.contains(queue)).collect(),
            },
        }
    }

    fn of(viewer: &Viewer, everything: bool) -> Self {
        let owners = viewer.owners.iter().map(|id| id.0).collect();
        let queues = viewer.queues.iter().map(|id| id.0).collect();
        Self { everything, owners, queues }
    }
}

/// Leave to use the database in somebody's name, at one moment.
#[derive(Debug, Clone)]
pub struct Permit {
    pool: PgPool,
    steady: PgPool,
    viewer: Viewer,
    zone: Tz,
    now: DateTime<Utc>,
    nudge: Nudge,
}

impl Permit {
    /// For jobs and the command line, which act in the name of `viewer` without a request.
    pub fn on_behalf_of(app: &App, viewer: Viewer, zone: Tz) -> Self {
        let (pool, steady) = (app.pool.clone(), app.steady.clone());
        Self { pool, steady, viewer, zone, now: app.clock.now(), nudge: app.nudge.clone() }
    }

    /// The database.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The database, for statements that are planned once ([`crate::server::database::steady`]).
    pub fn steady(&self) -> &PgPool {
        &self.steady
    }

    /// In whose name.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Whose leads the viewer reads in full: the same as [`super::rules::sight`] says of each.
    pub fn reads(&self) -> Reach {
        Reach::of(&self.viewer, self.viewer.reads_all())
    }

    /// Whose leads the viewer changes: the same as [`super::rules::may_write`] says of each.
    pub fn edits(&self) -> Reach {
        Reach::of(&self.viewer, self.viewer.role == Role::Admin)
    }

    /// The moment of the request: one for all that it does.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The zone of the viewer's wall clock.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Today on the viewer's calendar.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// `utc` as the viewer's wall clock shows it.
    pub fn moment(&self, utc: DateTime<Utc>) -> Moment {
        moment_in(self.zone, utc)
    }

    /// The moment at which the viewer's clock shows `local`; where summer time skips it, the same reading in UTC.
    pub fn on_the_clock(&self, local: NaiveDateTime) -> DateTime<Utc> {
        self.zone.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
    }

    /// Tells the live stream, after a commit, that there is something to deliver.
    pub fn committed(&self) {
        self.nudge.now();
    }
}

/// `utc` with the offset that `zone` has at that moment.
pub fn moment_in(zone: Tz, utc: DateTime<Utc>) -> Moment {
    let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
    Moment { utc, offset_minutes: offset.local_minus_utc() / 60 }
}

/// The application and who is signed in, for the current request (a server function or a page being rendered).
///
/// # Errors
/// [`AppError::SignedOut`] when nobody is signed in.
pub fn request() -> Result<(App, SignedIn), AppError> {
    let app = leptos::prelude::use_context::<App>().ok_or(AppError::Internal)?;
    let parts = leptos::prelude::use_context::<http::request::Parts>().ok_or(AppError::Internal)?;
    let signed_in = parts.extensions.get::<SignedIn>().ok_or(AppError::SignedOut)?;
    Ok((app, signed_in.clone()))
}

/// The application and the permit of the current request.
///
/// # Errors
/// [`AppError::SignedOut`] when nobody is signed in.
pub fn app_and_permit() -> Result<(App, Permit), AppError> {
    let (app, signed_in) = request()?;
    let permit = Permit::on_behalf_of(&app, signed_in.viewer, signed_in.zone);
    Ok((app, permit))
}

/// The permit of the current request.
///
/// # Errors
/// [`AppError::SignedOut`] when nobody is signed in.
pub fn permit() -> Result<Permit, AppError> {
    app_and_permit().map(|(_, permit)| permit)
}
