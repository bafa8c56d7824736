//! SQL of questions and their answers.

use super::{About, LONGEST};
use crate::{
    colleagues::{
        api::{Answer, Answered, AskChoices, Asked, ForMe, NewAnswer, News, Question},
        rules::{AskProblem, Discount, Draft, QuestionKind, plan_answer, plan_question},
    },
    error::{AppError, word},
    format::minor_digits,
    ids::{ActivityId, LeadId, RequestKey, UserId},
    losses::store::{done_already, lock},
    people::{guard::Permit, rules::may_write},
    pipeline::{api::Money, store::holder},
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, Transaction};

/// Who can be asked about a lead: its managers, those of the viewer's own team first.
async fn managers(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
) -> Result<Vec<(UserId, String)>, AppError> {
    let rows = sqlx::query!(
        r#"select u.id, u.name
           from lead l join app_user u on u.role in ('manager', 'admin') and writes_lead(u.id, l.owner_id, l.queue_id)
           where l.id = $1 and u.id <> $2
           order by not exists (select from team_manager t join app_user me on me.team_id = t.team_id
                                where t.user_id = u.id and me.id = $2),
                    u.role = 'admin', u.name collate "und-x-icu", u.id"#,
        lead.0,
        permit.viewer().id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (UserId(row.id), row.name)).collect())
}

async fn is_writable(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<bool, AppError> {
    let row = sqlx::query!("select owner_id, queue_id from lead where id = $1 and withdrawn_at is null", lead.0)
        .fetch_optional(connection)
        .await?
        .ok_or(AppError::NotFound)?;
    Ok(may_write(permit.viewer(), holder(row.owner_id, row.queue_id)))
}

/// What can be asked about a lead; for those who may change it.
pub async fn choices(permit: &Permit, lead: LeadId) -> Result<AskChoices, AppError> {
    let mut connection = permit.pool().acquire().await?;
    if !is_writable(&mut connection, permit, lead).await? {
        return Err(AppError::Forbidden);
    }
    let managers = managers(&mut connection, permit, lead).await?;
    let currencies = sqlx::query_scalar!(
        "select c.code from currency c cross join organisation o
         where c.in_use or c.code = o.base_currency order by c.code <> o.base_currency, c.code"
    )
    .fetch_all(&mut *connection)
    .await?;
    let currencies = currencies.into_iter().map(|code| (code.clone(), minor_digits(&code))).collect();
    Ok(AskChoices { managers, currencies })
}

/// Asks a manager.
pub async fn ask(permit: &Permit, lead: LeadId, draft: &Draft, key: &RequestKey) -> Result<Asked, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, lead).await?;
    let may = is_writable(&mut transaction, permit, lead).await?;
    if may && done_already(&mut transaction, permit, lead, key).await?.is_some() {
        return Ok(Asked::Done);
    }
    let managers: Vec<_> = managers(&mut transaction, permit, lead).await?.into_iter().map(|(id, _)| id).collect();
    let text = match plan_question(draft, may, &managers) {
        Ok(text) => text,
        Err(problem) => return Ok(Asked::Refused { problem }),
    };
    let open = sqlx::query_scalar!(
        "select u.name from question q join app_user u on u.id = q.asked_of
         where q.lead_id = $1 and q.kind = $2 and q.answered_at is null",
        lead.0,
        draft.kind.word()
    )
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(name) = open {
        return Ok(Asked::Refused { problem: AskProblem::AlreadyAsked { name } });
    }
    // How much belongs to a discount only.
    let discount = draft.discount.as_ref().filter(|_| draft.kind == QuestionKind::Discount);
    let (percent, amount) = match discount {
        Some(Discount::Percent(hundredths)) => (Some(*hundredths), None),
        Some(Discount::Amount(money)) => (None, Some(money)),
        None => (None, None),
    };
    sqlx::query!(
        "with asked as (
             insert into activity (lead_id, kind, actor_id, at, detail, body)
             values ($1, 'question', $2, $3,
                     jsonb_strip_nulls(jsonb_build_object('kind', $4::text, 'percent', $5::bigint, 'minor', $6::bigint,
                                                          'currency', $7::text)),
                     $8)
             returning id, lead_id
         )
         insert into question (id, lead_id, kind, percent, amount_minor, currency, asked_by, asked_of, asked_at)
         select id, lead_id, $4, $5::bigint / 100.0, $6, $7, $2, $9, $3 from asked",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        draft.kind.word(),
        percent,
        amount.map(|money| money.minor),
        amount.map(|money| money.currency.as_str()),
        text,
        draft.of.0
    )
    .execute(&mut *transaction)
    .await?;
    finish(transaction, permit, lead, key).await?;
    Ok(Asked::Done)
}

/// Remembers the request's key, ends the transaction and tells everybody who looks at the lead.
async fn finish(
    mut transaction: Transaction<'_, Postgres>,
    permit: &Permit,
    lead: LeadId,
    key: &RequestKey,
) -> Result<(), AppError> {
    sqlx::query!(
        "with key as (
             insert into request_key (user_id, key, at, lead_id, move_version)
             select $1, $2, $3, id, move_version from lead where id = $4
         )
         insert into event (at, kind, lead_ids) values ($3, 'leads', array[$4::bigint])",
        permit.viewer().id.0,
        key.0,
        permit.now(),
        lead.0
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    permit.committed();
    Ok(())
}

/// Answers a question, once.
pub async fn answer(permit: &Permit, wanted: &NewAnswer) -> Result<Answered, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let lead = sqlx::query_scalar!("select lead_id from question where id = $1", wanted.question.0)
        .fetch_optional(&mut *transaction)
        .await?
        .map(LeadId)
        .ok_or(AppError::NotFound)?;
    lock(&mut transaction, lead).await?;
    let may = permit.viewer().manages() && is_writable(&mut transaction, permit, lead).await?;
    if may && done_already(&mut transaction, permit, lead, &wanted.key).await?.is_some() {
        return Ok(Answered::Done);
    }
    let Some(question) =
        about(&mut transaction, permit, lead).await?.into_iter().find(|question| question.id == wanted.question)
    else {
        return Err(AppError::NotFound);
    };
    let is_own = question.by == permit.viewer().id;
    let text = match plan_answer(wanted.verdict, &wanted.text, may, is_own) {
        Ok(text) => text,
        Err(problem) => return Ok(Answered::Refused { problem }),
    };
    if let Some(answer) = question.answer {
        return Ok(Answered::Already { answer });
    }
    sqlx::query!(
        "with said as (
             insert into activity (lead_id, kind, actor_id, at, detail, body)
             values ($1, 'answer', $2, $3, jsonb_build_object('verdict', $4::text, 'question', $5::bigint), $6) returning id
         )
         update question q set answered_at = greatest($3, q.asked_at), answered_by = $2, verdict = $4, answer_id = said.id from said where q.id = $5",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        wanted.verdict.word(),
        wanted.question.0,
        text
    )
    .execute(&mut *transaction)
    .await?;
    finish(transaction, permit, lead, &wanted.key).await?;
    Ok(Answered::Done)
}

/// A question as queries give it.
struct Row {
    id: i64,
    lead_id: i64,
    kind: String,
    percent: Option<i64>,
    amount_minor: Option<i64>,
    currency: Option<String>,
    text: Option<String>,
    asked_by: i64,
    by_name: String,
    of_name: String,
    asked_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    verdict: Option<String>,
    answer: Option<String>,
    answered_by: Option<String>,
    owner_id: Option<i64>,
    queue_id: Option<i64>,
    name: Option<String>,
    external_id: Option<String>,
}

/// `select` with the columns of a [`Row`], continued by the given SQL.
macro_rules! questions {
    ($tail:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select q.id, q.lead_id, q.kind, (q.percent * 100)::bigint as percent, q.amount_minor, q.currency,
                      asked.body as text, q.asked_by, b.name as by_name, o.name as of_name, q.asked_at, q.answered_at, q.verdict,
                      said.body as "answer?", w.name as "answered_by?", l.owner_id, l.queue_id,
                      coalesce(l.name, l.company) as name, l.external_id
               from question q join lead l on l.id = q.lead_id join activity asked on asked.id = q.id
               join app_user b on b.id = q.asked_by join app_user o on o.id = q.asked_of
               left join activity said on said.id = q.answer_id left join app_user w on w.id = q.answered_by "# + $tail
            $(, $argument)*
        )
    };
}

impl Row {
    fn question(self, permit: &Permit) -> Result<Question, AppError> {
        let discount = match (self.percent, self.amount_minor.zip(self.currency)) {
            (Some(hundredths), _) => Some(Discount::Percent(hundredths)),
            (None, Some((minor, currency))) => Some(Discount::Amount(Money { minor, currency })),
            (None, None) => None,
        };
        let answer = match (self.verdict, self.answered_by, self.answered_at) {
            (Some(verdict), Some(by), Some(at)) => {
                Some(Answer { verdict: word(&verdict)?, text: self.answer, by, at: permit.moment(at) })
            }
            _ => None,
        };
        let viewer = permit.viewer();
        let may = viewer.manages() && may_write(viewer, holder(self.owner_id, self.queue_id));
        Ok(Question {
            id: ActivityId(self.id),
            kind: word(&self.kind)?,
            discount,
            text: self.text,
            by: UserId(self.asked_by),
            by_name: self.by_name,
            of_name: self.of_name,
            at: permit.moment(self.asked_at),
            may_answer: may && answer.is_none() && viewer.id != UserId(self.asked_by),
            answer,
        })
    }

    fn for_me(self, permit: &Permit) -> Result<ForMe, AppError> {
        let about = About {
            lead_id: self.lead_id,
            owner_id: self.owner_id,
            queue_id: self.queue_id,
            name: self.name.clone(),
            external_id: self.external_id.clone(),
        };
        let at = self.answered_at.unwrap_or(self.asked_at);
        let question = self.question(permit)?;
        Ok(about.with(permit, at, |may_read| {
            // Whoever may no longer read the lead hears that there is an answer, and nothing of the lead.
            let text = question.text.filter(|_| may_read);
            let answer = question.answer.map(|answer| Answer { text: answer.text.filter(|_| may_read), ..answer });
            let question = Question { text, answer, ..question };
            if question.answer.is_some() { News::Answered(question) } else { News::Asked(question) }
        }))
    }
}

/// Every question about a lead, the newest first. The caller has asked whether the viewer may read it.
pub async fn about(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Vec<Question>, AppError> {
    let rows =
        questions!("where q.lead_id = $1 order by q.asked_at desc, q.id desc", lead.0).fetch_all(connection).await?;
    rows.into_iter().map(|row| row.question(permit)).collect()
}

/// What the viewer is asked, and what was said to what they asked.
pub(super) async fn for_me(permit: &Permit) -> Result<Vec<ForMe>, AppError> {
    let me = permit.viewer().id.0;
    let asked = questions!(
        "where q.answered_at is null and l.withdrawn_at is null
           and is_asked(q.asked_of, q.asked_by, l.owner_id, l.queue_id, $1) order by q.asked_at limit $2",
        me,
        LONGEST
    )
    .fetch_all(permit.pool())
    .await?;
    let answered = questions!(
        "where q.asked_by = $1 and q.answered_at is not null and q.seen_at is null and l.withdrawn_at is null
         order by q.answered_at limit $2",
        me,
        LONGEST
    )
    .fetch_all(permit.pool())
    .await?;
    asked.into_iter().chain(answered).map(|row| row.for_me(permit)).collect()
}
