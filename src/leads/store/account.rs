//! SQL of accounts: which one a lead belongs to, who is known there, and what else is under way.

use super::{
    change::{Trace, Turn, trace, trace_aside, turn},
    contact, record, word,
};
use crate::{
    error::AppError,
    fold::{fold, like_pattern},
    ids::{AccountId, ContactId, LeadId, Names, RequestKey},
    leads::{
        api::account::{
            Account, AccountAnswer, AccountChange, AccountProblem, ContactChange, FoundAccount, Sibling,
            SiblingDetails, Won,
        },
        rules::{
            account::{company_domain, searched_domain},
            fields::{Kind, Problem, written},
        },
    },
    people::{
        guard::Permit,
        rules::{Sight, sight},
    },
    pipeline::{api::Money, store::holder},
};
use serde_json::json;
use sqlx::{PgConnection, types::Json};

/// So many of an account's other leads are shown.
const SIBLINGS: i64 = 30;
/// So many accounts a search answers with.
const FOUND: i64 = 8;

/// An account as the page of `lead` shows it.
pub(super) async fn account(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    account: i64,
) -> Result<Account, AppError> {
    let domains =
        sqlx::query_scalar!("select domain from account_domain where account_id = $1 order by domain", account)
            .fetch_all(&mut *connection)
            .await?;
    let contacts = sqlx::query_scalar!(
        r#"select id as "id: ContactId" from contact where account_id = $1 and removed_at is null order by id"#,
        account
    )
    .fetch_all(&mut *connection)
    .await?;
    let (leads, more_leads) = siblings(connection, permit, lead, account).await?;
    Ok(Account { id: AccountId(account), domains, contacts, leads, more_leads })
}

async fn siblings(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    account: i64,
) -> Result<(Vec<Sibling>, i64), AppError> {
    let rows = sqlx::query!(
        r#"select l.id, l.owner_id, l.queue_id, coalesce(u.name, q.name) as "holder!", t.name as "stage?: Json<Names>",
                  l.standing_outcome, l.next_step_channel, l.next_step_due, coalesce(l.name, l.company) as name,
                  l.external_id, p.name as "product?", l.value_minor, l.currency,
                  w.id is not null as "is_won!", w.won_on as "won_on?", w.amount_minor as "won_minor?",
                  w.currency as "won_currency?", count(*) over () as "leads!"
           from lead l
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join stage t on t.id = l.stage_id left join product p on p.id = l.product_id
           left join win w on w.lead_id = l.id and w.undone_at is null
           where l.account_id = $1 and l.id <> $2 and l.withdrawn_at is null
           order by l.id desc limit $3"#,
        account,
        lead.0,
        SIBLINGS
    )
    .fetch_all(connection)
    .await?;
    let all = rows.first().map_or(0, |row| row.leads);
    let leads = rows
        .into_iter()
        .map(|row| {
            let money = |minor: Option<i64>, currency: Option<String>| {
                minor.zip(currency).map(|(minor, currency)| Money { minor, currency })
            };
            let is_in_sight = sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Full;
            let channel = row.next_step_channel.as_deref().map(word).transpose()?;
            Ok(Sibling {
                lead: LeadId(row.id),
                holder: row.holder,
                stage: row.stage.map(|name| name.0),
                lost: row.standing_outcome.as_deref().map(word).transpose()?,
                next_step: channel.zip(row.next_step_due.map(|due| permit.moment(due))),
                details: is_in_sight.then(|| SiblingDetails {
                    name: row.name,
                    external_id: row.external_id,
                    product: row.product,
                    value: money(row.value_minor, row.currency),
                    won: row.is_won.then(|| Won { on: row.won_on, amount: money(row.won_minor, row.won_currency) }),
                }),
            })
        })
        .collect::<Result<Vec<_>, AppError>>()?;
    let shown = i64::try_from(leads.len()).unwrap_or(all);
    Ok((leads, all - shown))
}

/// The accounts that `text` means: of those in sight (the viewer's, those of leads that they read, those that nobody works
/// yet) by any part of the name, of others by all of it.
pub async fn find(permit: &Permit, text: &str) -> Result<Vec<FoundAccount>, AppError> {
    let text = text.trim();
    if text.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let reads = permit.reads();
    let rows = sqlx::query!(
        r#"select id, name, owner as "owner?", leads as "leads!", in_sight as "in_sight!" from (
               select a.id, a.name, a.name_key, u.name as owner,
                      (select count(*) from lead l where l.account_id = a.id and l.withdrawn_at is null) as leads,
                      coalesce($4 or a.owner_id = any($5) or a.relationship_owner_id = any($5)
                               or not exists (select from lead l where l.account_id = a.id)
                               or exists (select from lead l
                                          where l.account_id = a.id and (l.owner_id = any($5) or l.queue_id = any($6))),
                               false) as in_sight,
                      (a.name_key = $2 or d.domain is not null) as exact
               from account a left join app_user u on u.id = a.owner_id
               left join account_domain d on d.account_id = a.id and d.domain = $3
               where a.name_key like $1 or d.domain is not null) as hit
           where in_sight or exact
           order by exact desc, length(name_key), id limit $7"#,
        like_pattern(text),
        fold(text),
        searched_domain(text),
        reads.everything,
        &reads.owners,
        &reads.queues,
        FOUND
    )
    .fetch_all(permit.pool())
    .await?;
    let found = rows.into_iter().map(|row| {
        let is_in_sight = row.in_sight;
        FoundAccount {
            id: is_in_sight.then_some(AccountId(row.id)),
            name: if is_in_sight { row.name } else { text.to_owned() },
            owner: row.owner,
            leads: row.leads,
        }
    });
    Ok(found.collect())
}

/// The name of an account, and whether the viewer works it: by linking, one comes to write in it, and reading everything
/// never widens that. Nothing where there is none.
async fn worked_account(
    connection: &mut PgConnection,
    permit: &Permit,
    account: AccountId,
) -> Result<Option<(String, bool)>, AppError> {
    let edits = permit.edits();
    let row = sqlx::query!(
        r#"select a.name,
                  ($2 or a.owner_id = any($3) or a.relationship_owner_id = any($3)
                   or not exists (select from lead l where l.account_id = a.id)
                   or exists (select from lead l
                              where l.account_id = a.id and (l.owner_id = any($3) or l.queue_id = any($4)))) as is_theirs
           from account a where a.id = $1"#,
        account.0,
        edits.everything,
        &edits.owners,
        &edits.queues
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.name, row.is_theirs.unwrap_or(false))))
}

/// Links a lead to an account, makes one for it, or takes it off.
pub async fn change(
    permit: &Permit,
    lead: LeadId,
    seen: Option<AccountId>,
    change: &AccountChange,
    key: &RequestKey,
) -> Result<AccountAnswer, AppError> {
    let refused = |problem| Ok(AccountAnswer::Refused { problem });
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, lead, key).await? {
        Turn::NotYours => return refused(AccountProblem::NotYours),
        Turn::DoneAlready => return Ok(AccountAnswer::Done),
        Turn::Ours => {}
    }
    let present = name_of_account(&mut transaction, lead).await?;
    let (present_id, present_name) = present.unzip();
    if present_id != seen.map(|account| account.0) {
        return Ok(AccountAnswer::Conflict { theirs: present_name });
    }
    let (account, name) = match change {
        AccountChange::Unlink => (None, None),
        AccountChange::Link { account } => match worked_account(&mut transaction, permit, *account).await? {
            None => return refused(AccountProblem::Gone),
            Some((_, false)) => return refused(AccountProblem::NotYourAccount),
            Some((name, true)) => (Some(account.0), Some(name)),
        },
        AccountChange::Create => match create(&mut transaction, permit, lead).await? {
            Some((account, name)) => (Some(account.0), Some(name)),
            None => return refused(AccountProblem::Nameless),
        },
    };
    link(&mut transaction, lead, account).await?;
    let of = linked(account, present_name.as_deref(), name.as_deref());
    trace(&mut transaction, permit, lead, of, key).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(AccountAnswer::Done)
}

async fn name_of_account(connection: &mut PgConnection, lead: LeadId) -> Result<Option<(i64, String)>, AppError> {
    let row =
        sqlx::query!("select a.id, a.name from lead l join account a on a.id = l.account_id where l.id = $1", lead.0)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|row| (row.id, row.name)))
}

async fn link(connection: &mut PgConnection, lead: LeadId, account: Option<i64>) -> Result<(), AppError> {
    sqlx::query!("update lead set account_id = $2 where id = $1", lead.0, account).execute(connection).await?;
    Ok(())
}

/// Makes an account of what a lead knows, without linking it yet; nothing where the lead has no name to call it by.
async fn create(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
) -> Result<Option<(AccountId, String)>, AppError> {
    let row = record::row(&mut *connection, lead).await?;
    let Some(name) = row.account_name() else { return Ok(None) };
    let domain = row.email().and_then(company_domain).filter(|_| row.account_party() == "company");
    let person = row.person();
    let account = sqlx::query_scalar!(
        r#"with made as (
               insert into account (party, name, name_key, website, owner_id, recorded_at)
               select $2, $3, $4, $5, owner_id, $6 from lead where id = $1 returning id
           ), known_by as (
               insert into account_domain (domain, account_id) select $7, id from made where $7::text is not null
               on conflict (domain) do nothing
           ), somebody as (
               insert into contact (account_id, name, email, phone, search_key, recorded_at)
               select id, $8, $9, $10, $11, $6 from made where $8::text is not null
           )
           select id from made"#,
        lead.0,
        row.account_party(),
        name,
        fold(name),
        row.website(),
        permit.now(),
        domain,
        person.map(|(name, ..)| name),
        person.and_then(|(_, email, _)| email),
        person.and_then(|(.., phone)| phone),
        person.map_or(String::new(), |(name, email, phone)| contact::search_key(name, email, phone))
    )
    .fetch_one(connection)
    .await?;
    Ok(Some((AccountId(account), name.to_owned())))
}

/// Puts a lead into the account that it belongs to: the one that it has, the one that its mail domain is known by, else a new
/// one made of what the lead knows; nothing for a lead without any name. A link that is new stands in the history, and the
/// pages of the account's leads are told. The caller has locked the lead.
pub async fn settle(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
) -> Result<Option<AccountId>, AppError> {
    if let Some((account, _)) = name_of_account(&mut *connection, lead).await? {
        return Ok(Some(AccountId(account)));
    }
    let Some((account, name)) = account_for(&mut *connection, permit, lead).await? else { return Ok(None) };
    link(&mut *connection, lead, Some(account.0)).await?;
    trace_aside(connection, permit, lead, linked(Some(account.0), None, Some(&name))).await?;
    Ok(Some(account))
}

/// What the history keeps of a lead's way into an account, or out of it.
fn linked<'a>(account: Option<i64>, old: Option<&'a str>, new: Option<&'a str>) -> Trace<'a> {
    let detail = json!({ "account": account, "what": if account.is_some() { "linked" } else { "unlinked" } });
    Trace { kind: "account", detail, old, new, account, ..Trace::default() }
}

/// The account that a lead's mail domain is known by, else a new one.
async fn account_for(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
) -> Result<Option<(AccountId, String)>, AppError> {
    let domain = record::row(&mut *connection, lead).await?.email().and_then(company_domain);
    let known = sqlx::query_scalar!("select account_id from account_domain where domain = $1", domain)
        .fetch_optional(&mut *connection)
        .await?;
    // Who types another company's mail domain into a lead must not come into its account by that.
    if let Some(account) = known.map(AccountId)
        && let Some((name, true)) = worked_account(&mut *connection, permit, account).await?
    {
        return Ok(Some((account, name)));
    }
    create(connection, permit, lead).await
}

/// Adds a contact to the account of a lead, or takes one off.
pub async fn change_contact(
    permit: &Permit,
    lead: LeadId,
    change: &ContactChange,
    key: &RequestKey,
) -> Result<AccountAnswer, AppError> {
    let refused = |problem| Ok(AccountAnswer::Refused { problem });
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, lead, key).await? {
        Turn::NotYours => return refused(AccountProblem::NotYours),
        Turn::DoneAlready => return Ok(AccountAnswer::Done),
        Turn::Ours => {}
    }
    let Some(account) = contact::lock(&mut transaction, lead).await? else {
        return refused(AccountProblem::NoAccount);
    };
    let changed = match change {
        ContactChange::Add { name, email, phone } => match new_contact(permit, name, email, phone) {
            Ok(new) => Some(add_contact(&mut transaction, permit, account, &new).await?),
            Err(problem) => return refused(AccountProblem::Field(problem)),
        },
        ContactChange::Remove { contact } => set_removed(&mut transaction, permit, account, *contact, true).await?,
        ContactChange::Restore { contact } => set_removed(&mut transaction, permit, account, *contact, false).await?,
    };
    let Some((contact, name)) = changed else { return refused(AccountProblem::Gone) };
    let is_new = !matches!(change, ContactChange::Remove { .. });
    let what = if is_new { "contact_added" } else { "contact_removed" };
    let detail = json!({ "account": account, "contact": contact, "what": what });
    let (old, new) = if is_new { (None, Some(name.as_str())) } else { (Some(name.as_str()), None) };
    let of = Trace { kind: "account", detail, old, new, account: Some(account), ..Trace::default() };
    trace(&mut transaction, permit, lead, of, key).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(AccountAnswer::Done)
}

/// A contact as it is written down.
struct NewContact {
    name: String,
    email: Option<String>,
    phone: Option<String>,
}

fn new_contact(permit: &Permit, name: &str, email: &str, phone: &str) -> Result<NewContact, Problem> {
    let write = |kind, text| written(&kind, text, permit.today());
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let name = some(write(Kind::Line, name)?).ok_or(Problem::Needed)?;
    Ok(NewContact { name, email: some(write(Kind::Email, email)?), phone: some(write(Kind::Phone, phone)?) })
}

async fn add_contact(
    connection: &mut PgConnection,
    permit: &Permit,
    account: i64,
    new: &NewContact,
) -> Result<(i64, String), AppError> {
    let id = sqlx::query_scalar!(
        "insert into contact (account_id, name, email, phone, search_key, recorded_at) values ($1, $2, $3, $4, $5, $6)
         returning id",
        account,
        new.name,
        new.email,
        new.phone,
        contact::search_key(&new.name, new.email.as_deref(), new.phone.as_deref()),
        permit.now()
    )
    .fetch_one(connection)
    .await?;
    Ok((id, new.name.clone()))
}

/// Takes a contact off an account or brings them back; nothing where it is so already.
async fn set_removed(
    connection: &mut PgConnection,
    permit: &Permit,
    account: i64,
    contact: ContactId,
    is_removed: bool,
) -> Result<Option<(i64, String)>, AppError> {
    let row = sqlx::query!(
        "update contact set removed_at = case when $4 then $3::timestamptz end
         where id = $1 and account_id = $2 and (removed_at is null) = $4 returning id, name",
        contact.0,
        account,
        permit.now(),
        is_removed
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.name)))
}
