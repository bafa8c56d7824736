//! SQL of entering a lead by hand.

use super::{change::By, word};
use crate::{
    error::AppError,
    fold::fold,
    ids::{LeadId, LossId, Names, RequestKey},
    leads::{
        api::intake::{CreateAnswer, IntakeChoices, Likeness, Twin, TwinDetails},
        rules::{
            Searchable, email_key,
            intake::{IntakeObjection, NewLead, objections},
            phone_key, search_key,
        },
    },
    losses::rules::written,
    people::{
        guard::Permit,
        rules::{Holder, Sight, may_write, sight},
    },
    pipeline::{
        api::{Choice, NextStep},
        rules::rank_between,
        store::holder,
    },
    routing,
};
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// More would not be read while somebody is on the phone.
const MOST_TWINS: i64 = 5;

/// Sources and products in use.
pub async fn choices(permit: &Permit) -> Result<IntakeChoices, AppError> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!", is_product as "is_product!" from (
             select id, name, false as is_product from source where retired_at is null
             union all
             select id, name, true from product where retired_at is null) as choices
           order by name collate "und-x-icu""#
    )
    .fetch_all(permit.pool())
    .await?;
    let mut choices = IntakeChoices { sources: Vec::new(), products: Vec::new(), now: permit.moment(permit.now()) };
    for row in rows {
        let list = if row.is_product { &mut choices.products } else { &mut choices.sources };
        list.push(Choice { id: row.id, name: row.name });
    }
    Ok(choices)
}

/// Leads that may be the one that is being entered. A name that is merely similar finds only what the viewer may read: of
/// other leads they learn nothing that they did not know already.
pub async fn twins(
    permit: &Permit,
    name: &str,
    company: &str,
    phone: &str,
    email: &str,
) -> Result<Vec<Twin>, AppError> {
    let viewer = permit.viewer();
    let reads = permit.reads();
    let folded = |text: &str| Some(fold(text)).filter(|text| text.chars().count() >= 4);
    let rows = sqlx::query!(
        r#"with found as (
               select id, 'phone' as likeness, 1 as position from lead where phone_key = $1
               union all
               select id, 'email', 2 from lead where email_key = $2
               union all
               select l.id, case when t.is_same then 'name' else 'similar' end, case when t.is_same then 3 else 4 end
               from unnest(array[$3, $4]::text[]) as typed
               join lead l on l.search_key %> typed
               cross join lateral
                   (select max(similarity(line, typed)) as nearness, bool_or(line = typed) as is_same
                    from unnest(string_to_array(l.search_key, E'\n')) as line) as t
               where t.is_same
                  or (t.nearness > 0.5 and ($5 or l.owner_id = any($6) or l.queue_id = any($7)))
           ), nearest as (
               select distinct on (id) id, likeness, position from found order by id, position
           )
           select l.id, l.owner_id, l.queue_id, coalesce(u.name, q.name) as "holder!", t.name as "stage?: Json<Names>",
                  l.standing_loss_id, l.next_step_channel, l.next_step_due, l.name, l.company, n.likeness as "likeness!"
           from nearest n join lead l on l.id = n.id
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join stage t on t.id = l.stage_id
           where l.withdrawn_at is null
           order by n.position, l.standing_loss_id is not null, l.id desc limit $8"#,
        phone_key(phone),
        email_key(email),
        folded(name),
        folded(company),
        reads.everything,
        &reads.owners,
        &reads.queues,
        MOST_TWINS
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let holder = holder(row.owner_id, row.queue_id);
            let planned = row.next_step_channel.as_deref().map(word).transpose()?.zip(row.next_step_due);
            let next_step = planned.map(|(channel, due)| NextStep { channel, due: permit.moment(due), what: None });
            let details = match sight(viewer, holder) {
                Sight::Masked => None,
                Sight::Full => Some(TwinDetails {
                    company: row.company.clone().filter(|_| row.name.is_some()),
                    name: row.name.or(row.company),
                    likeness: word::<Likeness>(&row.likeness)?,
                    lost: row.standing_loss_id.map(LossId).filter(|_| may_write(viewer, holder)),
                }),
            };
            Ok(Twin {
                lead: LeadId(row.id),
                holder: row.holder,
                stage: row.stage.map(|name| name.0),
                is_lost: row.standing_loss_id.is_some(),
                next_step,
                details,
            })
        })
        .collect()
}

/// Puts a lead on top of the first column: the lead, its history, the event and the request's key, or nothing.
pub async fn create(permit: &Permit, wanted: &NewLead, key: &RequestKey) -> Result<CreateAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    // The key comes first: what was carried out is not refused because time has passed since.
    if let Some(lead) = made_by(&mut transaction, permit, key).await? {
        return Ok(CreateAnswer::Done { lead });
    }
    let now = permit.moment(permit.now()).local();
    let objections = objections(permit.viewer(), wanted, now);
    if !objections.is_empty() {
        return Ok(CreateAnswer::Refused { objections });
    }
    let made = match write(&mut transaction, permit, wanted, key).await {
        Ok(made) => made,
        // The same request arrived twice at once, and the other one was carried out.
        Err(sqlx::Error::Database(refusal)) if refusal.constraint() == Some("request_key_pkey") => {
            transaction.rollback().await?;
            let mut connection = permit.pool().acquire().await?;
            let lead = made_by(&mut connection, permit, key).await?.ok_or(AppError::Busy)?;
            return Ok(CreateAnswer::Done { lead });
        }
        Err(error) => return Err(error.into()),
    };
    match made {
        Some(lead) => {
            if wanted.by_rules {
                let by = By { who: None, at: permit.now(), key: None };
                routing::store::route::route_lead(&mut transaction, lead, routing::store::route::Why::ASKED, by)
                    .await?;
            }
            transaction.commit().await?;
            permit.committed();
            Ok(CreateAnswer::Done { lead })
        }
        // Whoever was chosen has left, or the word was retired, since the dialog was opened.
        None => Ok(CreateAnswer::Refused { objections: vec![IntakeObjection::HolderNotYours] }),
    }
}

/// The lead that an earlier request with the same key made.
async fn made_by(connection: &mut PgConnection, permit: &Permit, key: &RequestKey) -> Result<Option<LeadId>, AppError> {
    let lead = sqlx::query_scalar!(
        r#"select lead_id as "id: LeadId" from request_key where user_id = $1 and key = $2"#,
        permit.viewer().id.0,
        key.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(lead)
}

/// Nothing where nobody of that id can be made responsible any more.
async fn write(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewLead,
    key: &RequestKey,
) -> Result<Option<LeadId>, sqlx::Error> {
    let (name, company) = (written(&wanted.name), written(&wanted.company));
    let (phone, email) = (written(&wanted.phone), written(&wanted.email));
    let searched = search_key(Searchable { name, company, email, phone, external_id: None });
    let (owner, queue) = wanted.holder.unwrap_or(Holder::Person(permit.viewer().id)).columns();
    let step = wanted.step.as_ref();
    let what = step.and_then(|step| written(&step.what));
    let due = step.map(|step| permit.on_the_clock(step.due));
    let detail: BTreeMap<_, _> = step
        .zip(due)
        .map(|(step, due)| {
            [("step", "planned".to_owned()), ("channel", step.channel.word().to_owned()), ("due", due.to_rfc3339())]
                .into()
        })
        .unwrap_or_default();
    let first = sqlx::query_scalar!(
        "select min(l.rank) from lead l join stage t on t.id = l.stage_id
         where t.kind = 'open' and l.standing_loss_id is null and l.withdrawn_at is null"
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query_scalar!(
        r#"with made as (
               insert into lead (direction, party, name, company, phone, email, phone_key, email_key, search_key, request,
                                 source_id, product_id, owner_id, queue_id, next_step, next_step_channel, next_step_due,
                                 stage_id, stage_kind, stage_entered_at, run_started_at, arose_at, recorded_at, rank)
               select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                      (select id from source where id = $11), (select id from product where id = $12), $13, $14,
                      $15, $16, $17, t.id, t.kind, $18, $18, $18, $18, $19
               from stage t
               where t.kind = 'open'
                 and ($13::bigint is null or exists (select from app_user where id = $13 and closed_at is null))
                 and ($14::bigint is null or exists (select from queue where id = $14))
               returning id, stage_id
           ), history as (
               insert into activity (lead_id, kind, actor_id, at, move_version, to_stage_id)
               select id, 'created', $20, $18, 0, stage_id from made returning lead_id
           ), planned as (
               insert into activity (lead_id, kind, actor_id, at, detail, body)
               select lead_id, 'next_step', $20, $18, $21, $15 from history where $16::text is not null
           ), key as (
               insert into request_key (user_id, key, at, lead_id, move_version) select $20, $22, $18, id, 0 from made
           ), told as (
               insert into event (at, kind, lead_ids) select $18, 'leads', array[id] from made
           )
           select id as "id: LeadId" from made"#,
        wanted.direction.word(),
        wanted.party().word(),
        name,
        company,
        phone,
        email,
        phone.and_then(phone_key),
        email.and_then(email_key),
        searched,
        written(&wanted.request),
        wanted.source.map(|id| id.0),
        wanted.product.map(|id| id.0),
        owner,
        queue,
        what,
        step.map(|step| step.channel.word()),
        due,
        permit.now(),
        rank_between(None, first.as_deref()),
        permit.viewer().id.0,
        Json(detail) as _,
        key.0
    )
    .fetch_optional(connection)
    .await
}
