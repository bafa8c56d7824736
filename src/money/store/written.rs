//! Writing down what a campaign or an hour cost. Both are settings: one change at a time, logged like every other, with the
//! request's key.

use crate::{
    error::AppError,
    ids::{Names, RequestKey},
    money::{
        api::{NewHour, NewSpend, WriteAnswer},
        rules::{MoneyProblem, check_amount, check_month},
    },
    people::guard::Permit,
    pipeline::api::Money,
    settings::{
        model::{Setting, Spend, Subject, Word, WordKind},
        store::{lists, log, one_at_a_time},
    },
};
use chrono::NaiveDate;
use serde_json::json;
use sqlx::PgConnection;

/// The field under which the log keeps what an hour costs.
const HOUR: &str = "estimate_hour";

fn refused(why: MoneyProblem) -> Result<WriteAnswer, AppError> {
    Ok(WriteAnswer::Refused { why })
}

/// Whether this very request was carried out already.
async fn is_done(
    connection: &mut PgConnection,
    permit: &Permit,
    key: &RequestKey,
    thing: (Subject, Option<i64>),
) -> Result<bool, AppError> {
    match log::done_already(connection, permit, key).await? {
        None => Ok(false),
        // A key belongs to one intent: with another thing it was not made by our browser code.
        Some((subject, id)) if (subject.as_str(), id) == (thing.0.word(), thing.1) => Ok(true),
        Some(_) => Err(AppError::NotUnderstood),
    }
}

/// What stands against an amount for a day, with what the database knows.
async fn objection(
    connection: &mut PgConnection,
    amount: Option<&Money>,
    day: NaiveDate,
) -> Result<Option<MoneyProblem>, AppError> {
    let Some(amount) = amount else { return Ok(None) };
    if let Err(why) = check_amount(amount, &super::known_currencies(&mut *connection).await?) {
        return Ok(Some(why));
    }
    let base = sqlx::query_scalar!("select base_amount($1, $2, $3)", amount.minor, amount.currency, day)
        .fetch_one(connection)
        .await?;
    Ok(base.is_none().then_some(MoneyProblem::NoRate))
}

fn spent(campaign: &Word, month: NaiveDate) -> Option<Money> {
    let spend = campaign.spend.iter().find(|spend| spend.month == month)?;
    Some(Money { minor: spend.minor, currency: spend.currency.clone() })
}

async fn campaign(connection: &mut PgConnection, id: i64) -> Result<Option<Word>, AppError> {
    let campaigns = lists::words(connection, WordKind::Campaign).await?;
    Ok(campaigns.into_iter().find(|campaign| campaign.id == Some(id)))
}

/// The same campaign with another amount in a month.
fn with_spend(campaign: &Word, month: NaiveDate, amount: Option<&Money>) -> Word {
    let mut after = campaign.clone();
    after.spend.retain(|spend| spend.month != month);
    after.spend.extend(amount.map(|amount| Spend { month, minor: amount.minor, currency: amount.currency.clone() }));
    after.spend.sort_unstable();
    after
}

/// Writes down what a campaign cost in a month, unless somebody else has written another amount since the viewer looked.
pub async fn spend(permit: &Permit, wanted: &NewSpend) -> Result<WriteAnswer, AppError> {
    if !permit.viewer().manages() {
        return refused(MoneyProblem::NotYours);
    }
    let id = wanted.campaign.0;
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    let Some(before) = campaign(&mut transaction, id).await? else { return refused(MoneyProblem::NoCampaign) };
    let present = spent(&before, wanted.month);
    if is_done(&mut transaction, permit, &wanted.key, (Subject::Campaign, Some(id))).await? {
        return Ok(WriteAnswer::Done { present });
    }
    if let Err(why) = check_month(wanted.month) {
        return refused(why);
    }
    if present != wanted.seen {
        let (by, at) = who_spent(&mut transaction, permit, id, wanted.month, present.as_ref()).await?;
        return Ok(WriteAnswer::Conflict { present, by, at });
    }
    if present == wanted.amount {
        return Ok(WriteAnswer::Done { present });
    }
    if let Some(why) = objection(&mut transaction, wanted.amount.as_ref(), wanted.month).await? {
        return refused(why);
    }
    let after = with_spend(&before, wanted.month, wanted.amount.as_ref());
    lists::write_word(&mut transaction, &after, permit.now()).await?;
    if let Some(entry) = log::change(Some(&Setting::Word(before)), Some(&Setting::Word(after)), Some(id)) {
        log::write(&mut transaction, permit, entry, Some(&wanted.key)).await?;
    }
    transaction.commit().await?;
    Ok(WriteAnswer::Done { present: wanted.amount.clone() })
}

type Author = (Option<String>, Option<crate::clock::Moment>);

/// Who wrote down the amount that stands in a month now, or took away what stood there.
async fn who_spent(
    connection: &mut PgConnection,
    permit: &Permit,
    id: i64,
    month: NaiveDate,
    present: Option<&Money>,
) -> Result<Author, AppError> {
    // As the log writes an entry of a list: its values in the order of their names.
    let part = match present {
        Some(amount) => format!("{} {} {month}", amount.currency, amount.minor),
        None => month.to_string(),
    };
    log::last_about(connection, permit, Subject::Campaign.word(), Some(id), "spend", Some(&part)).await
}

/// Sets what an hour of estimating costs, unless somebody else has set it since the viewer looked.
pub async fn hour(permit: &Permit, wanted: &NewHour) -> Result<WriteAnswer, AppError> {
    if !permit.viewer().manages() {
        return refused(MoneyProblem::NotYours);
    }
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    let present = lists::estimate_hour(&mut transaction).await?.map(|(amount, _)| amount);
    if is_done(&mut transaction, permit, &wanted.key, (Subject::Organisation, None)).await? {
        return Ok(WriteAnswer::Done { present });
    }
    if present != wanted.seen {
        let about = Subject::Organisation.word();
        let (by, at) = log::last_about(&mut transaction, permit, about, None, HOUR, None).await?;
        return Ok(WriteAnswer::Conflict { present, by, at });
    }
    if present == wanted.amount {
        return Ok(WriteAnswer::Done { present });
    }
    let organisation = lists::organisation(&mut transaction).await?;
    let today = super::today(permit, &organisation)?;
    if let Some(why) = objection(&mut transaction, wanted.amount.as_ref(), today).await? {
        return refused(why);
    }
    lists::write_estimate_hour(&mut transaction, wanted.amount.as_ref(), today).await?;
    let entry = log::act(Subject::Organisation.word(), None, &organisation.name, "changed")
        .with("fields", json!({ HOUR: [said(present.as_ref()), said(wanted.amount.as_ref())] }));
    log::write(&mut transaction, permit, entry, Some(&wanted.key)).await?;
    transaction.commit().await?;
    Ok(WriteAnswer::Done { present: wanted.amount.clone() })
}

/// An amount as the log says it: currency and minor units.
fn said(amount: Option<&Money>) -> String {
    amount.map(|amount| format!("{} {}", amount.currency, amount.minor)).unwrap_or_default()
}

/// A new product of this name.
pub(super) fn new_product(name: &str) -> Word {
    Word {
        id: None,
        kind: WordKind::Product,
        name: Names([("en".to_owned(), name.to_owned())].into()),
        retired: false,
        owner: None,
        source: None,
        starts_on: None,
        ends_on: None,
        spend: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_one_amount() {
        let month = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let amount = |minor| Money { minor, currency: "EUR".into() };
        let campaign = with_spend(&new_product("Spring"), month("2026-03-01"), Some(&amount(5)));
        let campaign = with_spend(&campaign, month("2026-02-01"), Some(&amount(7)));
        let campaign = with_spend(&campaign, month("2026-03-01"), Some(&amount(9)));
        assert_eq!(campaign.spend.iter().map(|spend| spend.minor).collect::<Vec<_>>(), [7, 9]);
        assert_eq!(spent(&campaign, month("2026-03-01")), Some(amount(9)));
        assert_eq!(with_spend(&campaign, month("2026-03-01"), None).spend.len(), 1);
        assert_eq!(spent(&campaign, month("2026-04-01")), None);
    }
}
