//! SQL of editing one field: locked, compared with what was seen, checked, written, told.

use super::{
    change::{Trace, Turn, trace, turn},
    contact, lists, logging, record,
};
use crate::{
    error::AppError,
    ids::LeadId,
    leads::{
        api::{
            lists::CustomField,
            record::{Edit, EditAnswer, Record},
        },
        rules::fields::{Field, Kind, LeadField, NETWORKS, Problem, amount, written},
    },
    people::guard::Permit,
};
use serde_json::json;
use sqlx::PgConnection;

/// Changes one field, if it still holds what the person saw.
pub async fn edit(permit: &Permit, edit: &Edit) -> Result<EditAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let refused = |problem| Ok(EditAnswer::Refused { problem });
    match turn(&mut transaction, permit, edit.lead, &edit.key).await? {
        Turn::NotYours => return refused(Problem::NotYours),
        Turn::DoneAlready => {
            let value = known(&mut transaction, edit.lead).await?.get(&edit.field).to_owned();
            return Ok(EditAnswer::Done { value });
        }
        Turn::Ours => {}
    }
    let account = match edit.field {
        Field::Account(_) | Field::Contact(..) => contact::lock(&mut transaction, edit.lead).await?,
        _ => None,
    };
    let definitions = lists::custom_fields(&mut transaction).await?;
    let kind = edit.field.kind(&definitions);
    let record = known(&mut transaction, edit.lead).await?;
    let present = record.get(&edit.field).to_owned();
    let value = match written(&kind, &edit.typed, permit.today()) {
        Ok(value) if value.is_empty() && edit.field.is_needed() => return refused(Problem::Needed),
        Ok(value) => value,
        Err(problem) => return refused(problem),
    };
    if present.is_empty() && !is_offered(&edit.field, &definitions) {
        return refused(Problem::NoSuchField);
    }
    if value == present {
        return Ok(EditAnswer::Done { value });
    }
    if present != edit.seen {
        return conflict(&mut transaction, permit, edit, present).await;
    }
    if let Some(problem) = objection(&mut transaction, &kind, &value).await? {
        return refused(problem);
    }
    let saved = match &edit.field {
        Field::Account(_) | Field::Contact(..) => contact::save(&mut transaction, account, &edit.field, &value).await?,
        own => save_own(&mut transaction, permit, edit.lead, own, &value).await?,
    };
    if let Some(problem) = saved {
        return refused(problem);
    }
    let old = readable(&mut transaction, &kind, &present).await?;
    let new = readable(&mut transaction, &kind, &value).await?;
    let detail = json!({ "field": edit.field });
    let trace_of = Trace { kind: "edit", detail, old: old.as_deref(), new: new.as_deref(), account, body: None };
    trace(&mut transaction, permit, edit.lead, trace_of, &edit.key).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(EditAnswer::Done { value })
}

/// Whether a field that a lead does not have can be filled in.
fn is_offered(field: &Field, definitions: &[CustomField]) -> bool {
    match field {
        Field::Custom(key) => definitions.iter().any(|field| field.key == *key && !field.retired),
        Field::Social(network) => NETWORKS.contains(&network.as_str()),
        Field::Lead(_) | Field::Account(_) | Field::Contact(..) => true,
    }
}

/// All fields of a lead, those of its account and its contacts among them.
pub(super) async fn known(connection: &mut PgConnection, lead: LeadId) -> Result<Record, AppError> {
    let row = record::row(&mut *connection, lead).await?;
    let mut record = row.record();
    if let Some(account) = row.account_id {
        record.0.extend(contact::fields(connection, account).await?);
    }
    Ok(record)
}

async fn conflict(
    connection: &mut PgConnection,
    permit: &Permit,
    edit: &Edit,
    theirs: String,
) -> Result<EditAnswer, AppError> {
    let last = sqlx::query!(
        r#"select u.name as "name?", a.at from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.kind = 'edit' and a.detail ->> 'field' = $2 order by a.id desc limit 1"#,
        edit.lead.0,
        edit.field.to_string()
    )
    .fetch_optional(connection)
    .await?;
    let (by, at) = last.map_or((None, None), |last| (last.name, Some(permit.moment(last.at))));
    Ok(EditAnswer::Conflict { theirs, by, at })
}

/// What only the database knows against a value.
async fn objection(connection: &mut PgConnection, kind: &Kind, value: &str) -> Result<Option<Problem>, AppError> {
    let Kind::Listed(list) = kind else { return Ok(None) };
    let Ok(id) = value.parse() else { return Ok(None) };
    let entry = lists::listed(connection, list.word(), id).await?;
    Ok(entry.is_none_or(|(_, is_retired)| is_retired).then_some(Problem::NotInList))
}

/// Saves one of the lead's own fields; what stands against it, if something does.
async fn save_own(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    field: &Field,
    value: &str,
) -> Result<Option<Problem>, AppError> {
    let mut row = record::row(&mut *connection, lead).await?;
    let worth = match field {
        Field::Lead(LeadField::Value) => match worth(&mut *connection, permit, value).await? {
            Ok(worth) => Some(worth),
            Err(problem) => return Ok(Some(problem)),
        },
        _ => None,
    };
    row.set(field, value)?;
    match row.save(connection, lead, worth).await {
        Ok(()) => Ok(None),
        Err(error) => match error.as_database_error().and_then(|error| error.constraint()) {
            Some("lead_external_system_external_id_key") => Ok(Some(Problem::NumberTaken)),
            _ => Err(error.into()),
        },
    }
}

/// What an amount is worth in the organisation's currency today; nothing for no amount.
async fn worth(
    connection: &mut PgConnection,
    permit: &Permit,
    value: &str,
) -> Result<Result<Option<i64>, Problem>, AppError> {
    if value.is_empty() {
        return Ok(Ok(None));
    }
    let money = match amount(value) {
        Ok(money) => money,
        Err(problem) => return Ok(Err(problem)),
    };
    let worth = logging::in_base(connection, permit, &money).await?;
    Ok(match worth {
        Some(worth) => Ok(Some(worth)),
        None => Err(Problem::NoRate { currency: money.currency }),
    })
}

/// A value as the history keeps it: the words of a list instead of its numbers.
async fn readable(connection: &mut PgConnection, kind: &Kind, value: &str) -> Result<Option<String>, AppError> {
    let name = match (kind, value.parse()) {
        (Kind::Listed(list), Ok(id)) => lists::listed(connection, list.word(), id).await?.map(|(name, _)| name),
        _ => None,
    };
    Ok(name.or_else(|| Some(value.to_owned())).filter(|text| !text.is_empty()))
}
