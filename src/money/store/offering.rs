//! A product that was asked for in vain is offered now: who asked for it, and the plans to ask them again.

use super::written::new_product;
use crate::{
    clock::Moment,
    error::{AppError, word},
    fold::fold,
    ids::{LeadId, LossId, ProductId},
    losses::rules::{AttemptChannel, AttemptException, DoNot},
    money::{
        api::{Answering, Asker, Askers, NewOffering, OfferAnswer, Offered},
        rules::{self, AskerFacts, MOST_AT_ONCE, OfferProblem, Skip},
    },
    people::{
        guard::Permit,
        rules::{Holder, may_write},
        store::who_may_write,
    },
    pipeline::{api::Money, store::holder},
    recontacts::{
        rules::{Draft, Facts, Person, Plan, first_channel, plan},
        store::plan_beside,
    },
    settings::{
        model::{Setting, Subject, WordKind},
        store::{lists, log, one_at_a_time},
    },
};
use chrono::NaiveDate;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who asked, as the rules know them.
struct Known {
    lead: LeadId,
    loss: Option<LossId>,
    name: Option<String>,
    external_id: Option<String>,
    asked: String,
    lost_on: Option<NaiveDate>,
    value: Option<Money>,
    holder: Holder,
    do_not: DoNot,
    skip: Option<Skip>,
}

/// The spellings under which a request stands in losses of leads in sight.
async fn spellings(connection: &mut PgConnection, permit: &Permit, request: &str) -> Result<Vec<String>, AppError> {
    let reads = permit.reads();
    let texts = sqlx::query_scalar!(
        r#"select distinct s.evidence ->> 'product_asked' as "text!"
           from loss s join lead l on l.id = s.lead_id
           where s.evidence ? 'product_asked' and s.evidence ->> 'product_asked' is not null
             and s.closure is distinct from 'reversed' and l.withdrawn_at is null
             and ($1 or l.owner_id = any($2) or l.queue_id = any($3))"#,
        reads.everything,
        &reads.owners,
        &reads.queues
    )
    .fetch_all(connection)
    .await?;
    Ok(texts.into_iter().filter(|text| fold(text) == request).collect())
}

/// Everybody in sight who asked, the most valuable first; a lead once, by its last loss over it.
async fn known(connection: &mut PgConnection, permit: &Permit, request: &str) -> Result<Vec<Known>, AppError> {
    let spellings = spellings(&mut *connection, permit, request).await?;
    let reads = permit.reads();
    let rows = sqlx::query!(
        r#"select a.*, l.standing_loss_id, coalesce(l.name, l.company) as name, l.external_id, l.owner_id, l.queue_id,
                  l.value_minor, l.currency, l.do_not_call, l.do_not_email, x.attempt_exception as "exception?",
                  exists (select from recontact p where p.lead_id = l.id and p.ended_at is null) as "has_plan!"
           from (select distinct on (s.lead_id) s.lead_id, s.evidence ->> 'product_asked' as "asked!",
                        (s.at at time zone (select time_zone from organisation))::date as lost_on
                 from loss s
                 where s.evidence ? 'product_asked' and s.evidence ->> 'product_asked' = any($4)
                   and s.closure is distinct from 'reversed'
                 order by s.lead_id, s.id desc) as a
           join lead l on l.id = a.lead_id
           left join loss x on x.id = l.standing_loss_id
           where l.withdrawn_at is null and ($1 or l.owner_id = any($2) or l.queue_id = any($3))
           order by coalesce(l.value_base_minor, -1) desc, l.id"#,
        reads.everything,
        &reads.owners,
        &reads.queues,
        &spellings
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let holder = holder(row.owner_id, row.queue_id);
            let do_not = DoNot { call: row.do_not_call, email: row.do_not_email };
            let exception = row.exception.as_deref().map(word::<AttemptException>).transpose()?;
            let facts = AskerFacts {
                is_lost: row.standing_loss_id.is_some(),
                do_not,
                said_do_not_contact: exception == Some(AttemptException::DoNotContact),
                has_plan: row.has_plan,
                may_write: may_write(permit.viewer(), holder),
            };
            Ok(Known {
                lead: LeadId(row.lead_id),
                loss: row.standing_loss_id.map(LossId),
                name: row.name,
                external_id: row.external_id,
                asked: row.asked,
                lost_on: row.lost_on,
                value: row.value_minor.zip(row.currency).map(|(minor, currency)| Money { minor, currency }),
                holder,
                do_not,
                skip: rules::skip(facts),
            })
        })
        .collect()
}

/// Who may work the leads of these holders; each holder is asked about once.
async fn persons(
    connection: &mut PgConnection,
    permit: &Permit,
    holders: impl Iterator<Item = Holder>,
) -> Result<BTreeMap<Holder, Vec<Person>>, AppError> {
    let mut persons = BTreeMap::new();
    for holder in holders.collect::<BTreeSet<_>>() {
        persons.insert(holder, who_may_write(&mut *connection, permit, holder).await?);
    }
    Ok(persons)
}

/// Everybody who asked for a product: who would be asked again, and who would not.
pub async fn askers(permit: &Permit, request: &str) -> Result<Askers, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let all = known(&mut connection, permit, request).await?;
    let mut skipped: BTreeMap<Skip, usize> = BTreeMap::new();
    for why in all.iter().filter_map(|one| one.skip) {
        *skipped.entry(why).or_default() += 1;
    }
    let free: Vec<_> = all.into_iter().filter(|one| one.skip.is_none()).collect();
    let proposable = free.len();
    let free: Vec<_> = free.into_iter().take(MOST_AT_ONCE).collect();
    let persons = persons(&mut connection, permit, free.iter().map(|one| one.holder)).await?;
    let asker = |one: Known| {
        let person = persons.get(&one.holder).and_then(|persons| persons.first());
        Asker {
            lead: one.lead,
            name: one.name,
            external_id: one.external_id,
            asked: one.asked,
            lost_on: one.lost_on,
            value: one.value,
            channel: first_channel(one.do_not).unwrap_or(AttemptChannel::Meeting),
            person: person.map(|person| person.name.clone()).unwrap_or_default(),
        }
    };
    let products = lists::words(&mut connection, WordKind::Product).await?;
    let products = products.into_iter().filter(|product| !product.retired);
    Ok(Askers {
        offered: offered(&mut connection, request).await?.map(|(offered, ..)| offered),
        proposed: free.into_iter().map(asker).collect(),
        proposable,
        skipped: skipped.into_iter().collect(),
        products: products.filter_map(|word| Some((ProductId(word.id?), word.name.pick("en").to_owned()))).collect(),
        today: permit.today(),
    })
}

/// What answers a request by now, who said so, and when.
async fn offered(
    connection: &mut PgConnection,
    request: &str,
) -> Result<Option<(Offered, String, chrono::DateTime<chrono::Utc>)>, AppError> {
    let row = sqlx::query!(
        r#"select p.id, p.name, u.name as who, o.offered_at
           from offered_request o join product p on p.id = o.product_id join app_user u on u.id = o.offered_by
           where o.request = $1"#,
        request
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (Offered { product: ProductId(row.id), name: row.name }, row.who, row.offered_at)))
}

fn refused(why: OfferProblem) -> Result<OfferAnswer, AppError> {
    Ok(OfferAnswer::Refused { why })
}

/// What this very request has done already.
async fn done_already(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewOffering,
) -> Result<Option<OfferAnswer>, AppError> {
    let Some(detail) = log::detail_of(connection, permit, &wanted.key).await? else { return Ok(None) };
    // A key belongs to one intent: with another request it was not made by our browser code.
    if detail["request"].as_str() != Some(wanted.request.as_str()) {
        return Err(AppError::NotUnderstood);
    }
    let number = |name: &str| detail[name].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
    Ok(Some(OfferAnswer::Done { planned: number("planned"), left_out: number("left_out") }))
}

/// Says which product answers a request, unless somebody else has chosen another one since the viewer looked, and plans
/// when those who asked are asked again. All of it, or nothing.
pub async fn offer(permit: &Permit, wanted: &NewOffering) -> Result<OfferAnswer, AppError> {
    if !permit.viewer().manages() {
        return refused(OfferProblem::NotYours);
    }
    let chosen: BTreeSet<_> = wanted.leads.iter().copied().collect();
    if chosen.len() > MOST_AT_ONCE {
        return refused(OfferProblem::TooMany);
    }
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    if let Some(done) = done_already(&mut transaction, permit, wanted).await? {
        return Ok(done);
    }
    let before = offered(&mut transaction, &wanted.request).await?;
    if before.as_ref().map(|(offered, ..)| offered.product) != wanted.seen {
        return Ok(conflict(permit, before));
    }
    lock(&mut transaction, &chosen).await?;
    let asked = known(&mut transaction, permit, &wanted.request).await?;
    if asked.is_empty() {
        return refused(OfferProblem::NobodyAsked);
    }
    let plans = match plans(&mut transaction, permit, asked, &chosen, wanted.due_on).await? {
        Ok(plans) => plans,
        Err(why) => return refused(why),
    };
    let product = match product(&mut transaction, permit, &wanted.product).await? {
        Ok(product) => product,
        Err(why) => return refused(why),
    };
    write(&mut transaction, permit, wanted, &product, before.as_ref().map(|(offered, ..)| offered)).await?;
    for (lead, loss, plan) in &plans {
        plan_beside(&mut transaction, permit, *lead, *loss, *plan, Some(&product.name)).await?;
    }
    let (planned, left_out) = (plans.len(), chosen.len() - plans.len());
    log_offering(&mut transaction, permit, wanted, &product, (planned, left_out)).await?;
    tell(&mut transaction, permit, &plans, matches!(wanted.product, Answering::New(_))).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(OfferAnswer::Done { planned, left_out })
}

fn conflict(permit: &Permit, present: Option<(Offered, String, chrono::DateTime<chrono::Utc>)>) -> OfferAnswer {
    let (by, at) = present.as_ref().map(|(_, who, at)| (who.clone(), *at)).unzip();
    let at: Option<Moment> = at.map(|at| permit.moment(at));
    OfferAnswer::Conflict { offered: present.map(|(offered, ..)| offered), by, at }
}

/// Locks leads in the order of their ids, so that two who plan for the same ones never wait crosswise.
async fn lock(connection: &mut PgConnection, leads: &BTreeSet<LeadId>) -> Result<(), AppError> {
    let ids: Vec<_> = leads.iter().map(|lead| lead.0).collect();
    sqlx::query!("select id from lead where id = any($1) order by id for update", &ids).fetch_all(connection).await?;
    Ok(())
}

/// A plan for each of those chosen who may still be asked.
async fn plans(
    connection: &mut PgConnection,
    permit: &Permit,
    asked: Vec<Known>,
    chosen: &BTreeSet<LeadId>,
    due_on: Option<NaiveDate>,
) -> Result<Result<Vec<(LeadId, LossId, Plan)>, OfferProblem>, AppError> {
    let free: Vec<_> = asked.into_iter().filter(|one| one.skip.is_none() && chosen.contains(&one.lead)).collect();
    let persons = persons(connection, permit, free.iter().map(|one| one.holder)).await?;
    let mut plans = Vec::new();
    for one in free {
        let persons = persons.get(&one.holder).map_or(&[][..], Vec::as_slice);
        let draft = Draft {
            due_on,
            channel: first_channel(one.do_not),
            person: persons.first().map(|person| person.id),
            note: String::new(),
        };
        let facts =
            Facts { may_write: true, is_lost: one.loss.is_some(), do_not: one.do_not, persons, today: permit.today() };
        match (plan(facts, &draft), one.loss) {
            (Ok(plan), Some(loss)) => plans.push((one.lead, loss, plan)),
            (Err(objections), _) => {
                if let Some(why) = objections.into_iter().find_map(OfferProblem::of_date) {
                    return Ok(Err(why));
                }
            }
            (Ok(_), None) => {}
        }
    }
    Ok(Ok(plans))
}

/// The product that answers a request, made where it is new.
async fn product(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &Answering,
) -> Result<Result<Offered, OfferProblem>, AppError> {
    let products = lists::words(&mut *connection, WordKind::Product).await?;
    let name = match wanted {
        Answering::Known(id) => {
            let known = products.into_iter().find(|product| product.id == Some(id.0) && !product.retired);
            let offered = known.map(|known| Offered { product: *id, name: known.name.pick("en").to_owned() });
            return Ok(offered.ok_or(OfferProblem::NoProduct));
        }
        Answering::New(name) => match rules::product_name(name) {
            Ok(name) => name,
            Err(why) => return Ok(Err(why)),
        },
    };
    if products.iter().any(|product| fold(product.name.pick("en")) == fold(name)) {
        return Ok(Err(OfferProblem::NameTaken));
    }
    let word = new_product(name);
    let id = lists::write_word(&mut *connection, &word, permit.now()).await?;
    if let Some(entry) = log::change(None, Some(&Setting::Word(word)), Some(id)) {
        log::write(connection, permit, entry, None).await?;
    }
    Ok(Ok(Offered { product: ProductId(id), name: name.to_owned() }))
}

async fn write(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewOffering,
    product: &Offered,
    before: Option<&Offered>,
) -> Result<(), AppError> {
    if before.is_some_and(|before| before.product == product.product) {
        return Ok(());
    }
    sqlx::query!(
        "insert into offered_request (request, product_id, offered_at, offered_by) values ($1, $2, $3, $4)
         on conflict (request) do update
             set product_id = excluded.product_id, offered_at = excluded.offered_at, offered_by = excluded.offered_by",
        wanted.request,
        product.product.0,
        permit.now(),
        permit.viewer().id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The log carries the request's key, so that a repeated request is known, with what it did.
async fn log_offering(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewOffering,
    product: &Offered,
    (planned, left_out): (usize, usize),
) -> Result<(), AppError> {
    let entry = log::act(Subject::Product.word(), Some(product.product.0), &product.name, "changed")
        .with("fields", json!({ "offered": ["", wanted.request] }))
        .with("request", json!(wanted.request))
        .with("planned", json!(planned))
        .with("left_out", json!(left_out));
    log::write(connection, permit, entry, Some(&wanted.key)).await
}

/// One event for all that were planned for; a new product stands in everybody's filters.
async fn tell(
    connection: &mut PgConnection,
    permit: &Permit,
    plans: &[(LeadId, LossId, Plan)],
    is_new: bool,
) -> Result<(), AppError> {
    let leads: Vec<_> = plans.iter().map(|(lead, ..)| lead.0).collect();
    sqlx::query!(
        "insert into event (at, kind, lead_ids)
         select $1::timestamptz, 'leads', $2::bigint[] where cardinality($2::bigint[]) > 0
         union all select $1, 'bulk', '{}' where $3",
        permit.now(),
        &leads,
        is_new
    )
    .execute(connection)
    .await?;
    Ok(())
}
