//! All SQL about losses. Every change locks its lead first: whoever comes second finds the lead as the first one left it.

use super::{
    api::{
        Bar, Closed, Episode, LogAnswer, LoseAnswer, Lost, NewLoss, NewReopening, Pool, PoolFilter, PoolRow,
        Preparation, ReopenAnswer, StageAtLoss,
    },
    rules::{
        self, Attempt, Closure, DoNot, Draft, EvidenceField, LastAttempt, NewAttempt, Objection, Outcome, Plan, Reason,
        Scope, Subject,
    },
};
use crate::{
    colleagues::store::mentions,
    error::{AppError, word},
    fold::{fold, like_pattern},
    ids::{ActivityId, BusinessLineId, LeadId, LossId, Names, ReasonId, RecontactId, RequestKey, StageId, UserId},
    people::{
        self,
        guard::{Permit, Reach},
        rules::{Holder, Sight, may_write, sight},
    },
    pipeline::{
        api::{Card, Money},
        rules::{StageKind, rank_between},
        store::{card, holder},
    },
    recontacts::{self, api::Planned},
};
use chrono::NaiveDate;
use sqlx::{PgConnection, types::Json};
use std::{collections::BTreeMap, str::FromStr};

pub mod reasons;

/// Leads per page of the lost pool.
const PAGE: i64 = 50;

fn optional_word<T: FromStr>(text: Option<String>) -> Result<Option<T>, AppError> {
    text.as_deref().map(word).transpose()
}

/// Every attempt of a lead, the newest first.
pub async fn attempts(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Vec<Attempt>, AppError> {
    let rows = sqlx::query!(
        r#"select t.activity_id, t.channel, t.approach, t.result, t.at, u.name as "by?"
           from attempt t join activity a on a.id = t.activity_id left join app_user u on u.id = a.actor_id
           where t.lead_id = $1 order by t.at desc, t.activity_id desc"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Attempt {
                id: ActivityId(row.activity_id),
                channel: word(&row.channel)?,
                approach: word(&row.approach)?,
                result: word(&row.result)?,
                at: permit.moment(row.at),
                by: row.by,
            })
        })
        .collect()
}

#[derive(Debug, serde::Deserialize)]
struct ScopeRow {
    direction: Option<String>,
    party: Option<String>,
    business_line_id: Option<i64>,
}

impl ScopeRow {
    fn into_scope(self) -> Result<Scope, AppError> {
        Ok(Scope {
            direction: optional_word(self.direction)?,
            party: optional_word(self.party)?,
            business_line: self.business_line_id.map(BusinessLineId),
        })
    }
}

/// The reasons in use, in their order.
async fn reasons(connection: &mut PgConnection) -> Result<Vec<Reason>, AppError> {
    let rows = sqlx::query!(
        r#"select r.id, r.outcome, r.name as "name: Json<Names>", r.excuse, r.evidence as "evidence: Json<Vec<EvidenceField>>",
                  r.attempts_needed, r.channels_needed, r.offers_recontact,
                  coalesce((select jsonb_agg(to_jsonb(s)) from loss_reason_scope s where s.reason_id = r.id), '[]')
                      as "scopes!: Json<Vec<ScopeRow>>"
           from loss_reason r where r.retired_at is null order by r.outcome, r.position, r.id"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Reason {
                id: ReasonId(row.id),
                outcome: word(&row.outcome)?,
                name: row.name.0,
                excuse: row.excuse,
                scopes: row.scopes.0.into_iter().map(ScopeRow::into_scope).collect::<Result<_, _>>()?,
                evidence: row.evidence.0,
                attempts_needed: usize::try_from(row.attempts_needed).unwrap_or(0),
                channels_needed: usize::try_from(row.channels_needed).unwrap_or(0),
                offers_recontact: row.offers_recontact,
            })
        })
        .collect()
}

/// A lead as the loss flow knows it.
struct Known {
    preparation: Preparation,
    holder: Holder,
    stage_id: Option<i64>,
}

/// Reads all that the rules need to know about a lead.
async fn know(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Known, AppError> {
    let row = sqlx::query!(
        r#"select l.owner_id, l.queue_id, coalesce(l.name, l.company) as name, l.external_id, p.name as "product?",
                  l.value_minor, l.currency, l.stage_id, l.stage_kind, t.name as "stage_name?: Json<Names>", l.stage_entered_at,
                  l.move_version, l.standing_loss_id is not null as "is_lost!", l.direction, l.party, l.business_line_id,
                  l.do_not_call, l.do_not_email, l.run_started_at
           from lead l left join product p on p.id = l.product_id left join stage t on t.id = l.stage_id
           where l.id = $1 and l.withdrawn_at is null"#,
        lead.0
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let holder = holder(row.owner_id, row.queue_id);
    let preparation = Preparation {
        lead,
        name: row.name,
        external_id: row.external_id,
        product: row.product,
        value: row.value_minor.zip(row.currency).map(|(minor, currency)| Money { minor, currency }),
        stage: optional_word(row.stage_kind)?,
        stage_name: row.stage_name.map(|name| name.0),
        in_stage_since: row.stage_entered_at.map(|entered| permit.moment(entered)),
        move_version: row.move_version,
        is_lost: row.is_lost,
        may_write: may_write(permit.viewer(), holder),
        manages: permit.viewer().manages(),
        subject: Subject {
            direction: word(&row.direction)?,
            party: word(&row.party)?,
            business_line: row.business_line_id.map(BusinessLineId),
        },
        do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
        run_started: row.run_started_at.map(|started| permit.moment(started)),
        reasons: reasons(&mut *connection).await?,
        attempts: attempts(&mut *connection, permit, lead).await?,
        persons: people::store::who_may_write(connection, permit, holder).await?,
        now: permit.moment(permit.now()),
    };
    Ok(Known { preparation, holder, stage_id: row.stage_id })
}

/// What the loss dialog needs; only for those who may read the lead.
pub async fn preparation(permit: &Permit, lead: LeadId) -> Result<Preparation, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let known = know(&mut connection, permit, lead).await?;
    match sight(permit.viewer(), known.holder) {
        Sight::Full => Ok(known.preparation),
        Sight::Masked => Err(AppError::Forbidden),
    }
}

/// Makes everybody else who wants to change this lead wait until the transaction ends.
pub async fn lock(connection: &mut PgConnection, lead: LeadId) -> Result<(), AppError> {
    sqlx::query_scalar!("select id from lead where id = $1 and withdrawn_at is null for update", lead.0)
        .fetch_optional(connection)
        .await?
        .map(drop)
        .ok_or(AppError::NotFound)
}

/// The version that an earlier request with the same key made, if there was one.
pub async fn done_already(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    key: &RequestKey,
) -> Result<Option<i64>, AppError> {
    let row = sqlx::query!(
        "select lead_id, move_version from request_key where user_id = $1 and key = $2",
        permit.viewer().id.0,
        key.0
    )
    .fetch_optional(connection)
    .await?;
    match row {
        // A key belongs to one intent: with another lead it was not made by our browser code.
        Some(row) if row.lead_id != lead.0 => Err(AppError::NotUnderstood),
        Some(row) => Ok(Some(row.move_version)),
        None => Ok(None),
    }
}

/// Writes an attempt into the history.
pub async fn write_attempt(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    attempt: &NewAttempt,
) -> Result<i64, sqlx::Error> {
    let at = attempt.at.map_or(permit.now(), |local| permit.on_the_clock(local));
    let entry = sqlx::query_scalar!(
        r#"with entry as (
               insert into activity (lead_id, kind, actor_id, at, direction, body)
               values ($1, $2, $3, $4, 'outbound', $5) returning id, lead_id, at
           )
           insert into attempt (activity_id, lead_id, channel, approach, result, at)
           select id, lead_id, $2, $6, $7, at from entry returning activity_id"#,
        lead.0,
        attempt.channel.word(),
        permit.viewer().id.0,
        at,
        rules::written(&attempt.note),
        attempt.approach.word(),
        attempt.result.word()
    )
    .fetch_one(&mut *connection)
    .await?;
    mentions::keep(connection, permit, lead, ActivityId(entry), &attempt.mentions).await?;
    Ok(entry)
}

/// Logs an attempt by itself.
pub async fn log_attempt(
    permit: &Permit,
    lead: LeadId,
    attempt: &NewAttempt,
    key: &RequestKey,
) -> Result<LogAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, lead).await?;
    let known = know(&mut transaction, permit, lead).await?;
    let facts = known.preparation.facts();
    if !facts.may_write {
        return Ok(LogAnswer::Refused { why: Objection::NotYours });
    }
    if done_already(&mut transaction, permit, lead, key).await?.is_some() {
        return Ok(LogAnswer::Done { attempts: known.preparation.attempts });
    }
    let about = facts.about_attempt(&LastAttempt::New(attempt.clone()));
    // History may be completed with what happened in an earlier run.
    if let Some(why) = about.filter(|why| *why != Objection::AttemptNotOfThisRun) {
        return Ok(LogAnswer::Refused { why });
    }
    if let Some(name) = mentions::unreached(&mut transaction, lead, &attempt.mentions).await? {
        return Ok(LogAnswer::Refused { why: Objection::MentionUnread { name } });
    }
    write_attempt(&mut transaction, permit, lead, attempt).await?;
    sqlx::query!(
        "with key as (
             insert into request_key (user_id, key, at, lead_id, move_version) values ($1, $2, $3, $4, $5)
         )
         insert into event (at, kind, lead_ids) values ($3, 'leads', array[$4::bigint])",
        permit.viewer().id.0,
        key.0,
        permit.now(),
        lead.0,
        known.preparation.move_version
    )
    .execute(&mut *transaction)
    .await?;
    let attempts = attempts(&mut transaction, permit, lead).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(LogAnswer::Done { attempts })
}

/// Takes a lead off the board with its reason: the attempt, the loss, the lead's new standing, its history, the event and
/// the request's key, or nothing.
pub async fn lose(permit: &Permit, wanted: &NewLoss) -> Result<LoseAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, wanted.lead).await?;
    let known = know(&mut transaction, permit, wanted.lead).await?;
    if !known.preparation.may_write {
        return Ok(LoseAnswer::Objections { objections: vec![Objection::NotYours] });
    }
    if let Some(version) = done_already(&mut transaction, permit, wanted.lead, &wanted.key).await? {
        let lost = lost_by(&mut transaction, wanted.lead, version).await?;
        return Ok(LoseAnswer::Done { lost });
    }
    if known.preparation.move_version != wanted.seen_version {
        transaction.rollback().await?;
        let (card, by, at) = latest(permit, wanted.lead).await?;
        return Ok(LoseAnswer::Conflict { card, by, at });
    }
    let draft = own_draft(&known.preparation, wanted);
    let plan = match rules::plan_loss(known.preparation.facts(), &draft) {
        Ok(plan) => plan,
        Err(objections) => {
            let objections = explained(&mut transaction, draft.reason, objections).await?;
            return Ok(LoseAnswer::Objections { objections });
        }
    };
    if let LastAttempt::New(attempt) = plan.attempt
        && let Some(name) = mentions::unreached(&mut transaction, wanted.lead, &attempt.mentions).await?
    {
        return Ok(LoseAnswer::Objections { objections: vec![Objection::MentionUnread { name }] });
    }
    match write_loss(&mut transaction, permit, &known, &plan, wanted).await {
        Ok(loss) => {
            transaction.commit().await?;
            permit.committed();
            Ok(LoseAnswer::Done { lost: Lost { loss, lead: wanted.lead, outcome: plan.outcome } })
        }
        Err(error) => match objection(&error) {
            Some(objection) => Ok(LoseAnswer::Objections { objections: vec![objection] }),
            None => Err(error.into()),
        },
    }
}

/// The objections, where the reason was merged with what takes its place.
async fn explained(
    connection: &mut PgConnection,
    reason: Option<ReasonId>,
    mut objections: Vec<Objection>,
) -> Result<Vec<Objection>, AppError> {
    let unfit = objections.iter_mut().find(|objection| **objection == Objection::ReasonDoesNotFit);
    if let Some((unfit, reason)) = unfit.zip(reason)
        && let Some(into) = reasons::merged_into(connection, reason).await?
    {
        *unfit = Objection::ReasonMerged { into };
    }
    Ok(objections)
}

/// The draft as it is meant for this lead: one that is written for several names each lead's own last attempt.
fn own_draft(preparation: &Preparation, wanted: &NewLoss) -> Draft {
    let mut draft = wanted.draft.clone();
    if wanted.shared_by > 1 && matches!(draft.attempt, Some(LastAttempt::Logged(_))) {
        draft.attempt = preparation.facts().run().next().map(|attempt| LastAttempt::Logged(attempt.id));
    }
    draft
}

async fn write_loss(
    transaction: &mut PgConnection,
    permit: &Permit,
    known: &Known,
    plan: &Plan<'_>,
    wanted: &NewLoss,
) -> Result<LossId, sqlx::Error> {
    let lead = known.preparation.lead;
    let (attempt, exception) = match plan.attempt {
        LastAttempt::Logged(id) => (Some(id.0), None),
        LastAttempt::New(new) => (Some(write_attempt(&mut *transaction, permit, lead, new).await?), None),
        LastAttempt::Excepted(exception) => (None, Some(exception.word())),
    };
    let (owner, queue) = known.holder.columns();
    let search_key = fold(&format!("{} {}", plan.note, plan.customer_words.unwrap_or_default()));
    let loss = sqlx::query_scalar!(
        r#"with lost as (
               insert into loss (lead_id, outcome, reason_id, at, recorded_at, by_id, owner_id, queue_id, stage_id, note,
                                 customer_words, retry_potential, evidence, attempt_id, attempt_exception,
                                 same_again_because, override_by, override_because, recontact_on, search_key,
                                 note_shared_by)
               values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                       case when $16::text is not null then $5::bigint end, $16, $17, $18, $20)
               returning id, lead_id, outcome, stage_id
           ), moved as (
               update lead l
               set standing_loss_id = s.id, standing_outcome = s.outcome, move_version = l.move_version + 1,
                   stage_id = coalesce(u.id, l.stage_id), stage_kind = coalesce(u.kind, l.stage_kind),
                   stage_entered_at = case when u.id is null then l.stage_entered_at else $4 end
               from lost s left join stage u on u.kind = 'unqualified' and s.outcome = 'unqualified'
               where l.id = s.lead_id
               returning l.id, l.move_version
           ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, from_stage_id, loss_id, detail)
               select m.id, 'loss', $5, $4, m.move_version, s.stage_id, s.id,
                      jsonb_build_object('entered_at', before.stage_entered_at)
               from lost s join moved m on m.id = s.lead_id join lead before on before.id = m.id
           ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version) select $5, $19, $4, id, move_version from moved
           ), told as (
               insert into event (at, kind, lead_ids) select $4, 'leads', array[id] from moved
           )
           select id from lost"#,
        lead.0,
        plan.outcome.word(),
        plan.reason.0,
        permit.now(),
        permit.viewer().id.0,
        owner,
        queue,
        known.stage_id,
        plan.note,
        plan.customer_words,
        plan.retry_potential.word(),
        Json(&plan.evidence) as _,
        attempt,
        exception,
        plan.same_again_because,
        plan.override_because,
        plan.recontact.map(|plan| plan.due_on),
        search_key,
        wanted.key.0,
        i32::from(wanted.shared_by)
    )
    .fetch_one(&mut *transaction)
    .await?;
    if let Some(recontact) = plan.recontact {
        recontacts::store::write_plan(transaction, permit, lead, LossId(loss), recontact, None).await?;
    }
    Ok(LossId(loss))
}

/// What the database objected to, where it was one of the rules of a loss.
fn objection(error: &sqlx::Error) -> Option<Objection> {
    match error.as_database_error()?.constraint()? {
        "note_is_written" => Some(Objection::NoteMissing),
        "attempt_or_exception" => Some(Objection::AttemptMissing),
        "loss_attempt_id_lead_id_fkey" => Some(Objection::AttemptNotOfThisRun),
        "imports_name_their_batch" => Some(Objection::ImportsOnly),
        "reason_fits_lead" | "loss_reason_id_outcome_fkey" => Some(Objection::ReasonDoesNotFit),
        "evidence_is_shown" => Some(Objection::EvidenceMissing { key: String::new() }),
        "excuse_is_worked_first" => Some(Objection::AttemptsNeeded { attempts: 1, channels: 0 }),
        "managers_override" => Some(Objection::OnlyManagersOverride),
        "another_way_or_say_why" => Some(Objection::SayWhySameAgain),
        "only_imports_lack_circumstances" => Some(Objection::RetryPotentialMissing),
        "one_standing_loss" => Some(Objection::AlreadyLost),
        "customers_are_not_lost" => Some(Objection::CustomersAreNotLost),
        _ => None,
    }
}

/// The loss that an earlier request with the same key wrote.
async fn lost_by(connection: &mut PgConnection, lead: LeadId, version: i64) -> Result<Lost, AppError> {
    let row = sqlx::query!(
        "select s.id, s.outcome from activity a join loss s on s.id = a.loss_id where a.lead_id = $1 and a.move_version = $2",
        lead.0,
        version
    )
    .fetch_optional(connection)
    .await?
    .ok_or(AppError::NotUnderstood)?;
    Ok(Lost { loss: LossId(row.id), lead, outcome: word(&row.outcome)? })
}

/// Where a lead is now, who put it there, and when.
pub type Latest = (Option<Box<Card>>, Option<String>, Option<crate::clock::Moment>);

/// Where a lead is now, who put it there, and when.
pub async fn latest(permit: &Permit, lead: LeadId) -> Result<Latest, AppError> {
    let last = sqlx::query!(
        r#"select u.name as "name?", a.at from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.move_version is not null order by a.move_version desc limit 1"#,
        lead.0
    )
    .fetch_optional(permit.pool())
    .await?;
    let (by, at) = last.map_or((None, None), |last| (last.name, Some(permit.moment(last.at))));
    Ok((card(permit, lead).await?.map(Box::new), by, at))
}

/// A loss that is to be closed, with its lead.
struct Closing {
    lead: LeadId,
    holder: Holder,
    stage_left: Option<StageKind>,
    is_closed: bool,
}

async fn closing(connection: &mut PgConnection, loss: LossId) -> Result<Closing, AppError> {
    let row = sqlx::query!(
        r#"select s.lead_id, l.owner_id, l.queue_id, t.kind as "stage_left?", s.closed_at is not null as "is_closed!"
           from loss s join lead l on l.id = s.lead_id left join stage t on t.id = s.stage_id where s.id = $1"#,
        loss.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(Closing {
        lead: LeadId(row.lead_id),
        holder: holder(row.owner_id, row.queue_id),
        stage_left: optional_word(row.stage_left)?,
        is_closed: row.is_closed,
    })
}

/// Puts a lost lead back on the board.
pub async fn reopen(permit: &Permit, wanted: &NewReopening) -> Result<ReopenAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let lead = closing(&mut transaction, wanted.loss).await?.lead;
    lock(&mut transaction, lead).await?;
    let closing = closing(&mut transaction, wanted.loss).await?;
    let chosen = match wanted.to {
        Some(stage) => Some(stage_kind(&mut transaction, stage).await?),
        None => None,
    };
    let may_write = may_write(permit.viewer(), closing.holder);
    let stage = match rules::plan_reopen(may_write, wanted.closure, wanted.cause, closing.stage_left, chosen) {
        Ok(stage) => stage,
        Err(why) => return Ok(ReopenAnswer::Refused { why }),
    };
    if done_already(&mut transaction, permit, lead, &wanted.key).await?.is_some() {
        transaction.rollback().await?;
        return Ok(ReopenAnswer::Done { card: card(permit, lead).await?.map(Box::new) });
    }
    if closing.is_closed {
        transaction.rollback().await?;
        let (card, by, at) = latest(permit, lead).await?;
        return Ok(ReopenAnswer::Conflict { card, by, at });
    }
    write_reopening(&mut transaction, permit, wanted, stage).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(ReopenAnswer::Done { card: card(permit, lead).await?.map(Box::new) })
}

async fn stage_kind(connection: &mut PgConnection, stage: StageId) -> Result<StageKind, AppError> {
    let kind = sqlx::query_scalar!("select kind from stage where id = $1", stage.0)
        .fetch_optional(connection)
        .await?
        .ok_or(AppError::NotFound)?;
    word(&kind)
}

async fn write_reopening(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewReopening,
    stage: StageKind,
) -> Result<(), AppError> {
    let first = sqlx::query_scalar!(
        "select min(l.rank) from lead l join stage t on t.id = l.stage_id where t.kind = $1 and l.standing_loss_id is null",
        stage.word()
    )
    .fetch_one(&mut *connection)
    .await?;
    let cause = wanted.cause.filter(|_| wanted.closure == Closure::Reactivated);
    let detail: BTreeMap<_, _> =
        [("closure", Some(wanted.closure.word())), ("cause", cause.map(|cause| cause.word()))].into();
    sqlx::query!(
        "with closed as (
             update loss set closed_at = $2, closed_by = $3, closure = $4, closure_cause = $5, closure_note = $6
             where id = $1 and closed_at is null
             returning id, lead_id, stage_id
         ), moved as (
             update lead l
             set standing_loss_id = null, standing_outcome = null, stage_id = t.id, stage_kind = t.kind,
                 -- Who entered the loss by mistake finds the lead as long in its stage as it had been, if that was known.
                 stage_entered_at = case when $4 <> 'reversed' or s.stage_id is distinct from t.id then $2
                     when before.is_kept then before.entered_at else l.stage_entered_at end,
                 rank = $8, move_version = l.move_version + 1,
                 run_started_at = case when $4 = 'reactivated' then $2 else l.run_started_at end
             from closed s join stage t on t.kind = $7
             left join lateral (
                 select true as is_kept, (a.detail ->> 'entered_at')::timestamptz as entered_at
                 from activity a where a.loss_id = s.id and a.kind = 'loss' and a.detail ? 'entered_at' limit 1) before on true
             where l.id = s.lead_id
             returning l.id, l.move_version, t.id as stage_id
         ), history as (
             insert into activity (lead_id, kind, actor_id, at, move_version, to_stage_id, loss_id, detail, body)
             select m.id, 'reopened', $3, $2, m.move_version, m.stage_id, $1, $9, $6 from moved m
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version) select $3, $10, $2, id, move_version from moved
         )
         insert into event (at, kind, lead_ids) select $2, 'leads', array[id] from moved",
        wanted.loss.0,
        permit.now(),
        permit.viewer().id.0,
        wanted.closure.word(),
        cause.map(|cause| cause.word()),
        rules::written(&wanted.note),
        stage.word(),
        rank_between(None, first.as_deref()),
        Json(detail) as _,
        wanted.key.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A [`PoolFilter`] as the queries take it.
struct Narrowed {
    pattern: Option<String>,
    reason: Option<i64>,
    /// Zero stands for an unknown stage.
    stage: Option<i64>,
    rep: Option<i64>,
    rep_queue: Option<i64>,
    /// Only plans that are due on this day or before.
    due: Option<NaiveDate>,
    reads: Reach,
}

impl Narrowed {
    fn new(permit: &Permit, filter: &PoolFilter) -> Self {
        let (rep, rep_queue) = Holder::columns_of(filter.rep);
        Self {
            pattern: rules::written(&filter.text).map(like_pattern),
            reason: filter.reason.map(|reason| reason.0),
            stage: filter.stage.map(|stage| match stage {
                StageAtLoss::Unknown => 0,
                StageAtLoss::Known(stage) => stage.0,
            }),
            rep,
            rep_queue,
            due: filter.due.then(|| permit.today()),
            reads: permit.reads(),
        }
    }
}

/// One page of the lost pool. What the viewer may not read is not in it: no row, no hit, no count.
pub async fn pool(permit: &Permit, filter: &PoolFilter, language: &str) -> Result<Pool, AppError> {
    // The place in the stream comes first: what changes while we read comes again, and again is harmless.
    let seen = crate::live::store::here(permit.pool()).await?;
    let narrowed = Narrowed::new(permit, filter);
    let rows = pool_rows(permit, &narrowed, filter, language).await?;
    let mut pool = Pool {
        rows,
        total: 0,
        page_size: PAGE,
        reasons: Vec::new(),
        stages: Vec::new(),
        reps: Vec::new(),
        due: 0,
        today: permit.today(),
        seen,
    };
    count_pool(permit, &narrowed, &mut pool).await?;
    Ok(pool)
}

async fn pool_rows(
    permit: &Permit,
    narrowed: &Narrowed,
    filter: &PoolFilter,
    language: &str,
) -> Result<Vec<PoolRow>, AppError> {
    let language = language.split('-').next().unwrap_or("en");
    let rows = sqlx::query!(
        r#"with found as (
               select *,
                      case $9 when 'name' then coalesce(name, external_id)
                              when 'reason' then coalesce(reason ->> $10, reason ->> 'en')
                              when 'rep' then rep end as words,
                      case $9 when 'date' then extract(epoch from at)
                              when 'stage' then stage_position
                              when 'value' then value_base_minor
                              when 'recontact' then extract(epoch from plan_due_on) end as amount
               from lost_lead
               where ($1::text is null or search_key like $1)
                 and ($2::bigint is null or reason_id = $2)
                 and ($3::bigint is null or coalesce(stage_id, 0) = $3)
                 and ($4::bigint is null or rep_id = $4)
                 and ($5::bigint is null or rep_queue_id = $5)
                 and ($6 or owner_id = any($7) or queue_id = any($8))
                 and ($14::date is null or plan_due_on <= $14)
           )
           select loss_id as "loss_id!", lead_id as "lead_id!", name, external_id, owner_id, queue_id, outcome as "outcome!",
                  reason as "reason!: Json<Names>", stage_id, stage as "stage?: Json<Names>", rep as "rep!", at,
                  note as "note!", customer_words, retry_potential, recontact_on, value_minor, currency,
                  plan_id, plan_due_on, plan_channel, plan_user_id, plan_user
           from found
           order by case when $10 = 'tr' and not $11 then words end collate "tr-x-icu",
                    case when $10 = 'tr' and $11 then words end collate "tr-x-icu" desc nulls last,
                    case when $10 <> 'tr' and not $11 then words end collate "und-x-icu",
                    case when $10 <> 'tr' and $11 then words end collate "und-x-icu" desc nulls last,
                    case when not $11 then amount end,
                    case when $11 then amount end desc nulls last,
                    loss_id desc
           limit $12 offset $13"#,
        narrowed.pattern.as_deref(),
        narrowed.reason,
        narrowed.stage,
        narrowed.rep,
        narrowed.rep_queue,
        narrowed.reads.everything,
        &narrowed.reads.owners,
        &narrowed.reads.queues,
        filter.sort.word(),
        language,
        filter.descending,
        PAGE,
        i64::from(filter.page) * PAGE,
        narrowed.due
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PoolRow {
                loss: LossId(row.loss_id),
                lead: LeadId(row.lead_id),
                name: row.name,
                external_id: row.external_id,
                outcome: word(&row.outcome)?,
                reason: row.reason.0,
                stage: row.stage_id.map(StageId).zip(row.stage.map(|name| name.0)),
                rep: row.rep,
                at: row.at.map(|at| permit.moment(at)),
                note: row.note,
                customer_words: row.customer_words,
                value: row.value_minor.zip(row.currency).map(|(minor, currency)| Money { minor, currency }),
                retry_potential: optional_word(row.retry_potential)?,
                recontact_on: row.recontact_on,
                plan: match (row.plan_id, row.plan_due_on, row.plan_channel, row.plan_user_id.zip(row.plan_user)) {
                    (Some(id), Some(due_on), Some(channel), Some((person, person_name))) => Some(Planned {
                        id: RecontactId(id),
                        due_on,
                        channel: word(&channel)?,
                        person: UserId(person),
                        person_name,
                        note: None,
                    }),
                    _ => None,
                },
                may_write: may_write(permit.viewer(), holder(row.owner_id, row.queue_id)),
            })
        })
        .collect()
}

/// Counts what each choice would show with all other filters, and what is shown in all.
async fn count_pool(permit: &Permit, narrowed: &Narrowed, pool: &mut Pool) -> Result<(), AppError> {
    let rows = sqlx::query!(
        r#"with found as materialized (
               select reason_id, stage_id, rep_id, rep_queue_id,
                      ($2::bigint is null or reason_id = $2) as of_reason,
                      ($3::bigint is null or coalesce(stage_id, 0) = $3) as of_stage,
                      ($4::bigint is null or coalesce(rep_id = $4, false))
                          and ($5::bigint is null or coalesce(rep_queue_id = $5, false)) as of_rep,
                      $9::date is null or coalesce(plan_due_on <= $9, false) as of_due,
                      coalesce(plan_due_on <= $10, false) as is_due
               from lost_lead
               where ($1::text is null or search_key like $1) and ($6 or owner_id = any($7) or queue_id = any($8))
           )
           select 'all' as "what!", null::bigint as id, false as "is_queue!", '{}'::jsonb as "name?: Json<Names>",
                  'lost' as "outcome!", 0 as "position!", count(*) as "leads!"
           from found where of_reason and of_stage and of_rep and of_due
           union all
           select 'due', null, false, '{}', 'lost', 0, count(*) from found where of_reason and of_stage and of_rep and is_due
           union all
           select 'reason', r.id, false, r.name, r.outcome, r.position, c.leads
           from (select reason_id, count(*) as leads from found where of_stage and of_rep and of_due group by 1) c
           join loss_reason r on r.id = c.reason_id
           union all
           select 'stage', t.id, false, t.name, 'lost', coalesce(t.position, 99), c.leads
           from (select stage_id, count(*) as leads from found where of_reason and of_rep and of_due group by 1) c
           left join stage t on t.id = c.stage_id
           union all
           select 'rep', coalesce(rep_id, rep_queue_id), rep_id is null, jsonb_build_object('en', coalesce(u.name, q.name)),
                  'lost', 0, c.leads
           from (select rep_id, rep_queue_id, count(*) as leads from found where of_reason and of_stage and of_due group by 1, 2) c
           left join app_user u on u.id = c.rep_id left join queue q on q.id = c.rep_queue_id
           order by 1, 5, 6, 7 desc, 2"#,
        narrowed.pattern.as_deref(),
        narrowed.reason,
        narrowed.stage,
        narrowed.rep,
        narrowed.rep_queue,
        narrowed.reads.everything,
        &narrowed.reads.owners,
        &narrowed.reads.queues,
        narrowed.due,
        permit.today()
    )
    .fetch_all(permit.pool())
    .await?;
    for row in rows {
        let (name, leads) = (row.name.map(|name| name.0).unwrap_or_default(), row.leads);
        match (row.what.as_str(), row.id) {
            ("reason", Some(id)) => {
                let outcome: Outcome = word(&row.outcome)?;
                pool.reasons.push(Bar { choice: (ReasonId(id), outcome), name, leads });
            }
            ("stage", id) => {
                let choice = id.map_or(StageAtLoss::Unknown, |id| StageAtLoss::Known(StageId(id)));
                pool.stages.push(Bar { choice, name, leads });
            }
            ("rep", Some(id)) => {
                let choice = if row.is_queue { holder(None, Some(id)) } else { holder(Some(id), None) };
                pool.reps.push(Bar { choice, name, leads });
            }
            ("due", _) => pool.due = leads,
            _ => pool.total = leads,
        }
    }
    Ok(())
}

/// Every loss of a lead, the newest first. The caller has asked whether the viewer may read the lead.
pub async fn episodes(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Vec<Episode>, AppError> {
    let attempts = attempts(&mut *connection, permit, lead).await?;
    let rows = sqlx::query!(
        r#"select s.id, s.outcome, r.name as "reason: Json<Names>", s.at, b.name as "by?", coalesce(o.name, q.name) as "rep!",
                  s.stage_id, t.name as "stage?: Json<Names>", s.note, s.note_shared_by, s.customer_words, s.retry_potential,
                  s.evidence as "evidence: Json<BTreeMap<String, String>>",
                  r.evidence as "fields: Json<Vec<EvidenceField>>", s.attempt_id, s.attempt_exception, s.same_again_because,
                  m.name as "override_by?", s.override_because, s.recontact_on,
                  s.closed_at, c.name as "closed_by?", s.closure, s.closure_cause, s.closure_note
           from loss s join loss_reason r on r.id = s.reason_id
           left join stage t on t.id = s.stage_id
           left join app_user b on b.id = s.by_id left join app_user o on o.id = s.owner_id
           left join queue q on q.id = s.queue_id
           left join app_user m on m.id = s.override_by left join app_user c on c.id = s.closed_by
           where s.lead_id = $1 order by s.id desc"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|mut row| {
            let closure: Option<Closure> = optional_word(row.closure)?;
            Ok(Episode {
                id: LossId(row.id),
                outcome: word(&row.outcome)?,
                reason: row.reason.0,
                at: row.at.map(|at| permit.moment(at)),
                by: row.by,
                rep: row.rep,
                stage: row.stage_id.map(StageId).zip(row.stage.map(|name| name.0)),
                note: row.note,
                note_shared_by: row.note_shared_by,
                customer_words: row.customer_words,
                retry_potential: optional_word(row.retry_potential)?,
                evidence: labelled(row.fields.0, &mut row.evidence.0),
                attempt: row.attempt_id.and_then(|id| attempts.iter().find(|attempt| attempt.id.0 == id).cloned()),
                exception: optional_word(row.attempt_exception)?,
                same_again_because: row.same_again_because,
                overridden: row.override_by.zip(row.override_because),
                recontact_on: row.recontact_on,
                closed: match closure.zip(row.closed_at) {
                    Some((closure, at)) => Some(Closed {
                        closure,
                        cause: optional_word(row.closure_cause)?,
                        at: permit.moment(at),
                        by: row.closed_by,
                        note: row.closure_note,
                    }),
                    None => None,
                },
            })
        })
        .collect()
}

/// Evidence with the labels under which it was asked for; what the reason no longer asks for keeps its key.
fn labelled(fields: Vec<EvidenceField>, values: &mut BTreeMap<String, String>) -> Vec<(Names, String)> {
    let mut shown: Vec<_> =
        fields.into_iter().filter_map(|field| values.remove(&field.key).map(|value| (field.label, value))).collect();
    let rest = std::mem::take(values);
    shown.extend(rest.into_iter().map(|(key, value)| (Names([("en".to_owned(), key)].into()), value)));
    shown
}
