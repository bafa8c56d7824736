//! SQL of the fields of an account and its contacts.

use crate::{
    error::AppError,
    fold::{fold, fold_phone},
    ids::{ContactId, LeadId},
    leads::rules::fields::{AccountField, ContactField, Field, Problem, YES},
};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Makes everybody else who wants to change the account of this lead wait, whichever lead they reach it through.
pub(super) async fn lock(connection: &mut PgConnection, lead: LeadId) -> Result<Option<i64>, AppError> {
    let account = sqlx::query_scalar!(
        "select id from account where id = (select account_id from lead where id = $1) for update",
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(account)
}

/// Every field of an account and of its contacts that is known.
pub(super) async fn fields(connection: &mut PgConnection, account: i64) -> Result<BTreeMap<Field, String>, AppError> {
    let row = sqlx::query!("select name, website, owner_id, relationship_owner_id from account where id = $1", account)
        .fetch_one(&mut *connection)
        .await?;
    let contacts = sqlx::query!(
        "select id, name, email, phone, decides, pays, uses, blocks from contact where account_id = $1 and removed_at is null",
        account
    )
    .fetch_all(connection)
    .await?;
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut known = vec![
        (Field::Account(AccountField::Name), row.name),
        (Field::Account(AccountField::Website), row.website.unwrap_or_default()),
        (Field::Account(AccountField::Owner), id(row.owner_id)),
        (Field::Account(AccountField::RelationshipOwner), id(row.relationship_owner_id)),
    ];
    for contact in contacts {
        let tick = |is_set: bool| if is_set { YES.to_owned() } else { String::new() };
        let values = [
            (ContactField::Name, contact.name),
            (ContactField::Email, contact.email.unwrap_or_default()),
            (ContactField::Phone, contact.phone.unwrap_or_default()),
            (ContactField::Decides, tick(contact.decides)),
            (ContactField::Pays, tick(contact.pays)),
            (ContactField::Uses, tick(contact.uses)),
            (ContactField::Blocks, tick(contact.blocks)),
        ];
        known.extend(values.map(|(field, value)| (Field::Contact(ContactId(contact.id), field), value)));
    }
    Ok(known.into_iter().filter(|(_, value)| !value.is_empty()).collect())
}

/// Saves one field of the account of a lead or of one of its contacts; what stands against it, if something does.
pub(super) async fn save(
    connection: &mut PgConnection,
    account: Option<i64>,
    field: &Field,
    value: &str,
) -> Result<Option<Problem>, AppError> {
    let Some(account) = account else { return Ok(Some(Problem::NoSuchField)) };
    let is_saved = match field {
        Field::Account(field) => save_account(connection, account, *field, value).await?,
        Field::Contact(contact, field) => save_contact(connection, account, *contact, *field, value).await?,
        _ => false,
    };
    Ok((!is_saved).then_some(Problem::NoSuchField))
}

async fn save_account(
    connection: &mut PgConnection,
    account: i64,
    field: AccountField,
    value: &str,
) -> Result<bool, AppError> {
    let person: Option<i64> = value.parse().ok();
    let saved = sqlx::query!(
        "update account set name = case when $2 = 'name' then $3 else name end,
                name_key = case when $2 = 'name' then $4 else name_key end,
                website = case when $2 = 'website' then nullif($3, '') else website end,
                owner_id = case when $2 = 'owner' then $5 else owner_id end,
                relationship_owner_id = case when $2 = 'relationship_owner' then $5 else relationship_owner_id end
         where id = $1",
        account,
        field.word(),
        value,
        fold(value),
        person
    )
    .execute(connection)
    .await?;
    Ok(saved.rows_affected() > 0)
}

async fn save_contact(
    connection: &mut PgConnection,
    account: i64,
    contact: ContactId,
    field: ContactField,
    value: &str,
) -> Result<bool, AppError> {
    let saved = sqlx::query!(
        "update contact set name = case when $3 = 'name' then $4 else name end,
                email = case when $3 = 'email' then nullif($4, '') else email end,
                phone = case when $3 = 'phone' then nullif($4, '') else phone end,
                decides = case when $3 = 'decides' then $4 <> '' else decides end,
                pays = case when $3 = 'pays' then $4 <> '' else pays end,
                uses = case when $3 = 'uses' then $4 <> '' else uses end,
                blocks = case when $3 = 'blocks' then $4 <> '' else blocks end
         where id = $2 and account_id = $1 and removed_at is null
         returning name, email, phone",
        account,
        contact.0,
        field.word(),
        value
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(contact_now) = saved else { return Ok(false) };
    let key = search_key(&contact_now.name, contact_now.email.as_deref(), contact_now.phone.as_deref());
    sqlx::query!("update contact set search_key = $2 where id = $1", contact.0, key).execute(connection).await?;
    Ok(true)
}

/// What a contact is searched by.
pub(super) fn search_key(name: &str, email: Option<&str>, phone: Option<&str>) -> String {
    let lines = [Some(fold(name)), email.map(fold), phone.map(fold_phone)];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
