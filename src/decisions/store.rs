//! All SQL about meetings and decisions.

use super::{
    api::{
        Choices, Colleague, Decision, DecisionAnswer, Judged, Judgement, MeetingAnswer, MeetingRow, Minuted, Minutes,
        Narrowed, NewPin, Overview, Pinned, Spoken, WantedDecision, WantedMeeting, Where,
    },
    rules::{self, DecisionDraft, MeetingDraft, Problem},
};
use crate::{
    analytics::{
        facts::{Head, Word},
        selection::{Pick, Selection},
        shelf,
        store::head,
    },
    error::{AppError, word},
    ids::{DecisionId, MeetingId, Names, PinId, RequestKey, UserId},
    people::{guard::Permit, store::time_zone},
    server::state::App,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// So many meetings and decisions are listed.
const MOST: i64 = 500;
/// So many meetings can be chosen from.
const MOST_CHOICES: i64 = 50;

/// Today on the organisation's calendar.
async fn today(permit: &Permit) -> Result<NaiveDate, AppError> {
    let zone = time_zone(permit.pool()).await?;
    Ok(permit.now().with_timezone(&zone).date_naive())
}

/// All meetings and decisions, by title.
pub async fn overview(permit: &Permit) -> Result<Overview, AppError> {
    let today = today(permit).await?;
    let mut decisions = decisions(permit, None, None, today).await?;
    decisions.sort_by_key(|one| {
        let place = match (&one.judged, one.is_over) {
            (None, true) => 0,
            (None, false) => 1,
            (Some(_), _) => 2,
        };
        let day = one.draft.check_on;
        (place, if place == 2 { NaiveDate::MAX - day } else { day - NaiveDate::MIN }, one.id)
    });
    let meetings = meetings(permit, MOST).await?;
    Ok(Overview { meetings, decisions, may_decide: permit.viewer().manages(), today })
}

async fn meetings(permit: &Permit, most: i64) -> Result<Vec<MeetingRow>, AppError> {
    let meetings = sqlx::query_as!(
        MeetingRow,
        r#"select m.id as "id: MeetingId", m.title, m.held_on,
                  (select count(*) from pin p where p.meeting_id = m.id and p.taken_off_at is null) as "pins!",
                  (select count(*) from decision d where d.meeting_id = m.id) as "decisions!"
           from meeting m order by m.held_on desc, m.id desc limit $1"#,
        most
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(meetings)
}

/// A decision as it stands in the database.
struct Row {
    id: i64,
    meeting_id: i64,
    kind: String,
    what: String,
    owner_id: i64,
    starts_on: NaiveDate,
    gauge: String,
    selection: String,
    expected: i32,
    check_on: NaiveDate,
    owner: String,
    changed_by: String,
    changed_at: DateTime<Utc>,
    judged: Option<String>,
    judged_by: Option<String>,
    judged_at: Option<DateTime<Utc>>,
    judged_because: Option<String>,
    replaced_by: Option<i64>,
}

impl Row {
    fn draft(&self) -> Result<DecisionDraft, AppError> {
        Ok(DecisionDraft {
            kind: word(&self.kind)?,
            what: self.what.clone(),
            owner: UserId(self.owner_id),
            starts_on: self.starts_on,
            gauge: word(&self.gauge)?,
            selection: self.selection.clone(),
            expected: self.expected,
            check_on: self.check_on,
        })
    }

    fn decision(self, permit: &Permit, today: NaiveDate) -> Result<Decision, AppError> {
        let draft = self.draft()?;
        let judged = match (self.judged, self.judged_by, self.judged_at) {
            (Some(verdict), Some(by), Some(at)) => Some(Judged {
                verdict: word(&verdict)?,
                by,
                at: permit.moment(at),
                because: self.judged_because.filter(|_| permit.viewer().manages()),
                replaced_by: self.replaced_by.map(DecisionId),
            }),
            _ => None,
        };
        Ok(Decision {
            id: DecisionId(self.id),
            meeting: MeetingId(self.meeting_id),
            is_over: today > draft.check_on,
            draft,
            owner: self.owner,
            changed_by: self.changed_by,
            changed_at: permit.moment(self.changed_at),
            judged,
        })
    }
}

async fn rows(
    connection: &mut PgConnection,
    meeting: Option<MeetingId>,
    decision: Option<DecisionId>,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"select d.id, d.meeting_id, d.kind, d.what, d.owner_id, d.starts_on, d.gauge, d.selection, d.expected, d.check_on,
                  o.name as owner, c.name as changed_by, d.changed_at, d.judged, j.name as "judged_by?", d.judged_at,
                  d.judged_because, d.replaced_by
           from decision d join app_user o on o.id = d.owner_id join app_user c on c.id = d.changed_by
           left join app_user j on j.id = d.judged_by
           where ($1::bigint is null or d.meeting_id = $1) and ($2::bigint is null or d.id = $2)
           order by d.judged is not null, d.id desc limit $3"#,
        meeting.map(|meeting| meeting.0),
        decision.map(|decision| decision.0),
        MOST
    )
    .fetch_all(connection)
    .await
}

async fn decisions(
    permit: &Permit,
    meeting: Option<MeetingId>,
    decision: Option<DecisionId>,
    today: NaiveDate,
) -> Result<Vec<Decision>, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let rows = rows(&mut connection, meeting, decision).await?;
    rows.into_iter().map(|row| row.decision(permit, today)).collect()
}

/// The minutes of a meeting: figures are counted over the leads that the viewer may read.
pub async fn minutes(app: &App, permit: &Permit, meeting: MeetingId) -> Result<Minutes, AppError> {
    let row = sqlx::query!(
        "select m.title, m.held_on, m.notes, m.changed_at, u.name as changed_by
         from meeting m join app_user u on u.id = m.changed_by where m.id = $1",
        meeting.0
    )
    .fetch_optional(permit.pool())
    .await?
    .ok_or(AppError::NotFound)?;
    let spoken = match permit.viewer().manages() {
        true => Some(Spoken { notes: row.notes, pins: pins(permit, meeting).await? }),
        false => None,
    };
    let head = head(permit).await?;
    let mut decisions = decisions(permit, Some(meeting), None, head.today).await?;
    decisions.sort_by_key(|one| one.id);
    Ok(Minutes {
        id: meeting,
        title: row.title,
        held_on: row.held_on,
        changed_by: row.changed_by,
        changed_at: permit.moment(row.changed_at),
        spoken,
        decisions: measured(app, permit, &head, decisions).await?,
        currency: head.currency,
        today: head.today,
    })
}

async fn pins(permit: &Permit, meeting: MeetingId) -> Result<Vec<Pinned>, AppError> {
    let rows = sqlx::query!(
        "select p.id, p.kind, p.title, p.address, p.words, u.name as by from pin p join app_user u on u.id = p.by_id
         where p.meeting_id = $1 and p.taken_off_at is null order by p.id",
        meeting.0
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Pinned {
                id: PinId(row.id),
                kind: word(&row.kind)?,
                title: row.title,
                address: row.address,
                words: row.words,
                by: row.by,
            })
        })
        .collect()
}

async fn measured(app: &App, permit: &Permit, head: &Head, decisions: Vec<Decision>) -> Result<Vec<Minuted>, AppError> {
    let days = |draft: &DecisionDraft| rules::days(draft.starts_on, draft.check_on, head.today);
    let sides = |decision: &Decision| {
        let selection = rules::selection_of(&decision.draft.selection);
        days(&decision.draft).into_iter().flatten().map(move |span| rules::during(&selection, span))
    };
    let selections: Vec<Selection> = decisions.iter().flat_map(sides).collect();
    let totals = if selections.is_empty() { Vec::new() } else { shelf::totals(app, permit, selections).await? };
    let mut pairs = totals.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    let minuted = |decision: Decision| {
        let DecisionDraft { gauge, expected, .. } = decision.draft;
        let figures = days(&decision.draft).and_then(|spans| Some((spans, pairs.next()?)));
        let measured = figures.map(|(spans, totals)| rules::measured(gauge, expected, spans, totals, decision.is_over));
        Minuted { narrowed: narrowed(head, &decision.draft.selection), measured, decision }
    };
    Ok(decisions.into_iter().map(minuted).collect())
}

/// The bars that a decision's figure is narrowed to, with their names.
fn narrowed(head: &Head, selection: &str) -> Vec<Narrowed> {
    let picks: BTreeMap<_, _> = rules::selection_of(selection).picks;
    let narrowed = |(dim, pick): (_, Pick)| {
        let known = head.words.of(dim);
        let bar = |key: String| {
            let named = known.iter().find(|word| word.key == key).cloned();
            named.unwrap_or_else(|| Word { name: Names(BTreeMap::from([("en".to_owned(), key.clone())])), key })
        };
        Narrowed { dim, except: pick.except, bars: pick.keys.into_iter().map(bar).collect() }
    };
    picks.into_iter().map(narrowed).collect()
}

/// What dialogs choose from.
pub async fn choices(permit: &Permit) -> Result<Choices, AppError> {
    if !permit.viewer().manages() {
        return Err(AppError::Forbidden);
    }
    let rows =
        sqlx::query!(r#"select id, name from app_user where closed_at is null order by name collate "und-x-icu", id"#)
            .fetch_all(permit.pool())
            .await?;
    let colleagues = rows.into_iter().map(|row| Colleague { id: UserId(row.id), name: row.name }).collect();
    Ok(Choices { colleagues, meetings: meetings(permit, MOST_CHOICES).await?, today: today(permit).await? })
}

/// Writes down a meeting, or writes over what it said if that is still what they saw.
pub async fn save_meeting(permit: &Permit, wanted: &WantedMeeting) -> Result<MeetingAnswer, AppError> {
    if !permit.viewer().manages() {
        return Ok(MeetingAnswer::Refused { problem: Problem::NotYours });
    }
    let draft = match rules::meeting(&wanted.draft) {
        Ok(draft) => draft,
        Err(problem) => return Ok(MeetingAnswer::Refused { problem }),
    };
    let mut transaction = permit.pool().begin().await?;
    let answer = match &wanted.before {
        None => MeetingAnswer::Done { meeting: make_meeting(&mut transaction, permit, &draft, &wanted.key).await? },
        Some((meeting, seen)) => write_over(&mut transaction, permit, *meeting, seen, &draft).await?,
    };
    transaction.commit().await?;
    Ok(answer)
}

/// The meeting of this key, made if it is not yet there.
async fn make_meeting(
    connection: &mut PgConnection,
    permit: &Permit,
    draft: &MeetingDraft,
    key: &RequestKey,
) -> Result<MeetingId, AppError> {
    let (by, MeetingDraft { title, held_on, notes }) = (permit.viewer().id.0, draft);
    let made = sqlx::query_scalar!(
        "insert into meeting (title, held_on, notes, made_by, made_at, changed_by, changed_at, request_key)
         values ($1, $2, $3, $4, $5, $4, $5, $6) on conflict on constraint meeting_once do nothing returning id",
        title,
        held_on,
        notes,
        by,
        permit.now(),
        key.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let id = match made {
        Some(id) => id,
        None => {
            sqlx::query_scalar!("select id from meeting where made_by = $1 and request_key = $2", by, key.0)
                .fetch_one(connection)
                .await?
        }
    };
    Ok(MeetingId(id))
}

async fn write_over(
    connection: &mut PgConnection,
    permit: &Permit,
    meeting: MeetingId,
    seen: &MeetingDraft,
    draft: &MeetingDraft,
) -> Result<MeetingAnswer, AppError> {
    let row = sqlx::query!(
        r#"select m.title, m.held_on, m.notes, m.changed_at, u.name as by
           from meeting m join app_user u on u.id = m.changed_by where m.id = $1 for update of m"#,
        meeting.0
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let now = MeetingDraft { title: row.title, held_on: row.held_on, notes: row.notes };
    if now == *draft {
        return Ok(MeetingAnswer::Done { meeting });
    }
    if now != *seen {
        return Ok(MeetingAnswer::Changed { now, by: row.by, at: permit.moment(row.changed_at) });
    }
    sqlx::query!(
        "update meeting set title = $2, held_on = $3, notes = $4, changed_by = $5, changed_at = greatest($6, changed_at)
         where id = $1",
        meeting.0,
        draft.title,
        draft.held_on,
        draft.notes,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(connection)
    .await?;
    Ok(MeetingAnswer::Done { meeting })
}

/// Pins a view of the figures to a meeting, which is made with it where there is none.
pub async fn pin(permit: &Permit, wanted: &NewPin) -> Result<MeetingAnswer, AppError> {
    let refused = |problem| Ok(MeetingAnswer::Refused { problem });
    if !permit.viewer().manages() {
        return refused(Problem::NotYours);
    }
    let title = match rules::pin(&wanted.title, &wanted.address, &wanted.words) {
        Ok(title) => title,
        Err(problem) => return refused(problem),
    };
    let mut transaction = permit.pool().begin().await?;
    let meeting = match &wanted.meeting {
        Where::Known(meeting) => *meeting,
        Where::New(draft) => match rules::meeting(draft) {
            Ok(draft) => make_meeting(&mut transaction, permit, &draft, &wanted.key).await?,
            Err(problem) => return refused(problem),
        },
    };
    let pinned = sqlx::query!(
        "insert into pin (meeting_id, kind, title, address, words, by_id, at, request_key)
         select id, $2, $3, $4, $5, $6, $7, $8 from meeting where id = $1
         on conflict on constraint pin_once do nothing",
        meeting.0,
        wanted.kind.word(),
        title,
        wanted.address,
        wanted.words.trim(),
        permit.viewer().id.0,
        permit.now(),
        wanted.key.0
    )
    .execute(&mut *transaction)
    .await?;
    if pinned.rows_affected() == 0 && !is_pinned(&mut transaction, permit, &wanted.key).await? {
        return Err(AppError::NotFound);
    }
    transaction.commit().await?;
    Ok(MeetingAnswer::Done { meeting })
}

async fn is_pinned(connection: &mut PgConnection, permit: &Permit, key: &RequestKey) -> Result<bool, AppError> {
    let is_pinned = sqlx::query_scalar!(
        r#"select exists (select from pin where by_id = $1 and request_key = $2) as "is_pinned!""#,
        permit.viewer().id.0,
        key.0
    )
    .fetch_one(connection)
    .await?;
    Ok(is_pinned)
}

/// Takes a pin off its meeting.
pub async fn take_off(permit: &Permit, pin: PinId) -> Result<(), AppError> {
    if !permit.viewer().manages() {
        return Err(AppError::Forbidden);
    }
    sqlx::query!(
        "update pin set taken_off_by = $2, taken_off_at = $3 where id = $1 and taken_off_at is null",
        pin.0,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}

/// Writes down a decision, or writes over one that is not judged and still says what they saw.
pub async fn decide(permit: &Permit, wanted: &WantedDecision) -> Result<DecisionAnswer, AppError> {
    let refused = |problem| Ok(DecisionAnswer::Refused { problem });
    if !permit.viewer().manages() {
        return refused(Problem::NotYours);
    }
    let draft = match rules::decision(&wanted.draft) {
        Ok(draft) => draft,
        Err(problem) => return refused(problem),
    };
    let mut transaction = permit.pool().begin().await?;
    let answer = match &wanted.before {
        None => match make(&mut transaction, permit, wanted.meeting, &draft, &wanted.key).await? {
            Ok(decision) => DecisionAnswer::Done { decision },
            Err(problem) => return refused(problem),
        },
        Some((decision, seen)) => rewrite(&mut transaction, permit, *decision, seen, &draft).await?,
    };
    transaction.commit().await?;
    Ok(answer)
}

async fn is_at_work(connection: &mut PgConnection, user: UserId) -> Result<bool, AppError> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from app_user where id = $1 and closed_at is null) as "found!""#,
        user.0
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// The decision of this key, made if it is not yet there.
async fn make(
    connection: &mut PgConnection,
    permit: &Permit,
    meeting: MeetingId,
    draft: &DecisionDraft,
    key: &RequestKey,
) -> Result<Result<DecisionId, Problem>, AppError> {
    if !is_at_work(connection, draft.owner).await? {
        return Ok(Err(Problem::Owner));
    }
    let by = permit.viewer().id.0;
    let made = sqlx::query_scalar!(
        "insert into decision (meeting_id, kind, what, owner_id, starts_on, gauge, selection, expected, check_on, made_by,
                               made_at, changed_by, changed_at, request_key)
         select id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $11, $12 from meeting where id = $1
         on conflict on constraint decision_once do nothing returning id",
        meeting.0,
        draft.kind.word(),
        draft.what,
        draft.owner.0,
        draft.starts_on,
        draft.gauge.word(),
        draft.selection,
        draft.expected,
        draft.check_on,
        by,
        permit.now(),
        key.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let id = match made {
        Some(id) => id,
        None => sqlx::query_scalar!("select id from decision where made_by = $1 and request_key = $2", by, key.0)
            .fetch_optional(connection)
            .await?
            .ok_or(AppError::NotFound)?,
    };
    Ok(Ok(DecisionId(id)))
}

/// The decision as it is now, held until the transaction ends.
async fn held(connection: &mut PgConnection, decision: DecisionId) -> Result<Row, AppError> {
    sqlx::query!("select id from decision where id = $1 for update", decision.0)
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(AppError::NotFound)?;
    rows(connection, None, Some(decision)).await?.pop().ok_or(AppError::NotFound)
}

async fn rewrite(
    connection: &mut PgConnection,
    permit: &Permit,
    decision: DecisionId,
    seen: &DecisionDraft,
    draft: &DecisionDraft,
) -> Result<DecisionAnswer, AppError> {
    let today = today(permit).await?;
    let row = held(connection, decision).await?;
    let now = row.draft()?;
    if row.judged.is_none() && now == *draft {
        return Ok(DecisionAnswer::Done { decision });
    }
    if row.judged.is_some() || now != *seen {
        return Ok(DecisionAnswer::Changed { now: Box::new(row.decision(permit, today)?) });
    }
    if today > now.check_on && !draft.is_measured_as(&now) {
        return Ok(DecisionAnswer::Refused { problem: Problem::Settled });
    }
    // Who has gone since may stay what they were; nobody new is put there.
    if draft.owner != now.owner && !is_at_work(connection, draft.owner).await? {
        return Ok(DecisionAnswer::Refused { problem: Problem::Owner });
    }
    sqlx::query!(
        "update decision set kind = $2, what = $3, owner_id = $4, starts_on = $5, gauge = $6, selection = $7, expected = $8,
                             check_on = $9, changed_by = $10, changed_at = $11
         where id = $1",
        decision.0,
        draft.kind.word(),
        draft.what,
        draft.owner.0,
        draft.starts_on,
        draft.gauge.word(),
        draft.selection,
        draft.expected,
        draft.check_on,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(connection)
    .await?;
    Ok(DecisionAnswer::Done { decision })
}

/// Judges a decision that nobody has judged and that still says what they saw. What takes a changed one's place is decided
/// with it, by the same meeting.
pub async fn judge(permit: &Permit, wanted: &Judgement) -> Result<DecisionAnswer, AppError> {
    let refused = |problem| Ok(DecisionAnswer::Refused { problem });
    if !permit.viewer().manages() {
        return refused(Problem::NotYours);
    }
    let replacement = wanted.replacement.as_ref().filter(|_| wanted.verdict == rules::Verdict::Changed);
    let because = match rules::judgement(wanted.verdict, &wanted.because, replacement.is_some()) {
        Ok(because) => because,
        Err(problem) => return refused(problem),
    };
    let replacement = match replacement.map(rules::decision).transpose() {
        Ok(replacement) => replacement,
        Err(problem) => return refused(problem),
    };
    let today = today(permit).await?;
    let mut transaction = permit.pool().begin().await?;
    let row = held(&mut transaction, wanted.decision).await?;
    if is_judged_by(&mut transaction, permit, wanted).await? {
        return Ok(DecisionAnswer::Done { decision: wanted.decision });
    }
    if row.judged.is_some() || row.draft()? != wanted.seen {
        return Ok(DecisionAnswer::Changed { now: Box::new(row.decision(permit, today)?) });
    }
    let replaced_by = match &replacement {
        Some(draft) => match make(&mut transaction, permit, MeetingId(row.meeting_id), draft, &wanted.key).await? {
            Ok(decision) => Some(decision.0),
            Err(problem) => return refused(problem),
        },
        None => None,
    };
    sqlx::query!(
        "update decision set judged = $2, judged_by = $3, judged_at = $4, judged_because = $5, judged_key = $6, replaced_by = $7
         where id = $1",
        wanted.decision.0,
        wanted.verdict.word(),
        permit.viewer().id.0,
        permit.now(),
        because,
        wanted.key.0,
        replaced_by
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(DecisionAnswer::Done { decision: wanted.decision })
}

/// Whether this very request has judged it before.
async fn is_judged_by(connection: &mut PgConnection, permit: &Permit, wanted: &Judgement) -> Result<bool, AppError> {
    let is_judged = sqlx::query_scalar!(
        r#"select exists (select from decision where id = $1 and judged_by = $2 and judged_key = $3) as "is_judged!""#,
        wanted.decision.0,
        permit.viewer().id.0,
        wanted.key.0
    )
    .fetch_one(connection)
    .await?;
    Ok(is_judged)
}
