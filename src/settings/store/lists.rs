//! The organisation, its holidays, words, currencies and fields, as the database keeps them.

use crate::{
    error::{AppError, word},
    fold::fold,
    ids::Names,
    people::store::team::write_hours,
    pipeline::api::Money,
    settings::{
        model::{Currency, Field, Holiday, Hours, Organisation, Rate, Spend, Word, WordKind},
        rules::{code_of, free_code},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};

/// The organisation.
pub async fn organisation(connection: &mut PgConnection) -> Result<Organisation, AppError> {
    let row = sqlx::query!(
        r#"select name, base_currency, time_zone, fiscal_year_starts_in, everyone_reads_all, inactive_after_months,
                  coalesce((select jsonb_agg(jsonb_build_object('weekday', h.weekday, 'opens', h.opens, 'closes', h.closes)
                                             order by h.weekday, h.opens)
                            from opening_hours h where h.team_id is null), '[]') as "hours!: Json<Vec<Hours>>"
           from organisation"#
    )
    .fetch_one(connection)
    .await?;
    Ok(Organisation {
        name: row.name,
        base_currency: row.base_currency,
        time_zone: row.time_zone,
        fiscal_year_starts_in: row.fiscal_year_starts_in,
        everyone_reads_all: row.everyone_reads_all,
        inactive_after_months: row.inactive_after_months,
        hours: row.hours.0,
    })
}

/// Writes the organisation down. Rates into another base currency mean nothing: with a new one they go.
pub async fn write_organisation(
    connection: &mut PgConnection,
    before: &Organisation,
    after: &Organisation,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update organisation set name = $1, base_currency = $2, time_zone = $3, fiscal_year_starts_in = $4,
                everyone_reads_all = $5, inactive_after_months = $6",
        after.name.trim(),
        after.base_currency,
        after.time_zone,
        after.fiscal_year_starts_in,
        after.everyone_reads_all,
        after.inactive_after_months
    )
    .execute(&mut *connection)
    .await?;
    if before.base_currency != after.base_currency {
        sqlx::query!("delete from currency_rate").execute(&mut *connection).await?;
        sqlx::query!("update currency set in_use = true where code = $1", after.base_currency)
            .execute(&mut *connection)
            .await?;
    }
    write_hours(connection, None, &after.hours).await
}

/// Whether any amount is kept in the base currency.
pub async fn money_is_stored(connection: &mut PgConnection) -> Result<bool, AppError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from lead where value_minor is not null)
               or exists (select from win where amount_minor is not null) or exists (select from offer)
               or exists (select from estimate where fee_minor is not null) or exists (select from campaign_spend)
               or exists (select from organisation where estimate_hour_minor is not null)
               as "stored!""#
    )
    .fetch_one(connection)
    .await?)
}

/// What an hour of estimating costs: as it was set, and in the base currency at the rate of that day.
pub async fn estimate_hour(connection: &mut PgConnection) -> Result<Option<(Money, i64)>, AppError> {
    let row =
        sqlx::query!("select estimate_hour_minor, estimate_hour_currency, estimate_hour_base_minor from organisation")
            .fetch_one(connection)
            .await?;
    let set = row.estimate_hour_minor.zip(row.estimate_hour_currency);
    Ok(set.zip(row.estimate_hour_base_minor).map(|((minor, currency), base)| (Money { minor, currency }, base)))
}

/// Sets what an hour of estimating costs, at the rate of `day`; a currency without a rate for it is refused by the database.
pub async fn write_estimate_hour(
    connection: &mut PgConnection,
    hour: Option<&Money>,
    day: NaiveDate,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update organisation set estimate_hour_minor = $1, estimate_hour_currency = $2,
                estimate_hour_base_minor = base_amount($1, $2, $3)",
        hour.map(|hour| hour.minor),
        hour.map(|hour| hour.currency.as_str()),
        day
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All holidays, the next ones last.
pub async fn holidays(connection: &mut PgConnection) -> Result<Vec<Holiday>, AppError> {
    let rows = sqlx::query!("select id, on_day, name, team_id from holiday order by on_day desc, id")
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Holiday { id: Some(row.id), on_day: row.on_day, name: row.name, team: row.team_id })
        .collect())
}

/// Writes a holiday down, anew or as changed.
pub async fn write_holiday(connection: &mut PgConnection, holiday: &Holiday) -> Result<i64, sqlx::Error> {
    let name = holiday.name.trim();
    match holiday.id {
        Some(id) => {
            sqlx::query_scalar!(
                "update holiday set on_day = $2, name = $3, team_id = $4 where id = $1 returning id",
                id,
                holiday.on_day,
                name,
                holiday.team
            )
            .fetch_one(connection)
            .await
        }
        None => {
            sqlx::query_scalar!(
                "insert into holiday (on_day, name, team_id) values ($1, $2, $3) returning id",
                holiday.on_day,
                name,
                holiday.team
            )
            .fetch_one(connection)
            .await
        }
    }
}

/// Removes a holiday.
pub async fn remove_holiday(connection: &mut PgConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from holiday where id = $1", id).execute(connection).await?;
    Ok(())
}

/// All words of a list, in the order of their names; the retired ones come last.
pub async fn words(connection: &mut PgConnection, kind: WordKind) -> Result<Vec<Word>, AppError> {
    let rows = sqlx::query!(
        r#"select w.id as "id!", w.name as "name!: Json<Names>", w.retired_at is not null as "retired!",
                  w.owner_id, w.source_id, w.starts_on, w.ends_on,
                  coalesce((select jsonb_agg(jsonb_build_object('month', s.month, 'minor', s.amount_minor, 'currency', s.currency)
                                             order by s.month)
                            from campaign_spend s where $1 = 'campaign' and s.campaign_id = w.id), '[]')
                      as "spend!: Json<Vec<Spend>>"
           from (select id, jsonb_build_object('en', name) as name, retired_at, null::bigint as owner_id,
                        null::bigint as source_id, null::date as starts_on, null::date as ends_on
                 from source where $1 = 'source'
                 union all
                 select id, jsonb_build_object('en', name), retired_at, null, null, null, null from product where $1 = 'product'
                 union all
                 select id, jsonb_build_object('en', name), retired_at, null, null, null, null from tag where $1 = 'tag'
                 union all
                 select id, jsonb_build_object('en', name), retired_at, owner_id, null, null, null
                 from segment where $1 = 'segment'
                 union all
                 select id, jsonb_build_object('en', name), retired_at, null, source_id, starts_on, ends_on
                 from campaign where $1 = 'campaign'
                 union all
                 select id, name, retired_at, null, null, null, null from business_line where $1 = 'business_line') as w
           order by w.retired_at is not null, w.name ->> 'en' collate "und-x-icu", w.id"#,
        kind.word()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Word {
            id: Some(row.id),
            kind,
            name: row.name.0,
            retired: row.retired,
            owner: row.owner_id,
            source: row.source_id,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            spend: row.spend.0,
        })
        .collect())
}

/// How many leads carry each word of a list.
pub async fn leads_per_word(connection: &mut PgConnection, kind: WordKind) -> Result<Vec<(i64, i64)>, AppError> {
    let rows = sqlx::query!(
        r#"select word as "word!", count(*) as "leads!"
           from (select case $1 when 'source' then source_id when 'product' then product_id when 'segment' then segment_id
                                when 'campaign' then campaign_id when 'business_line' then business_line_id end as word
                 from lead where withdrawn_at is null and $1 <> 'tag'
                 union all
                 select t.tag_id from lead_tag t join lead l on l.id = t.lead_id
                 where $1 = 'tag' and l.withdrawn_at is null) as used
           where word is not null group by word"#,
        kind.word()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.word, row.leads)).collect())
}

/// Writes a word down in a list whose names are texts.
macro_rules! write_plain {
    ($connection:expr, $table:literal, $word:expr, $now:expr) => {{
        let (name, key) = ($word.name.pick("en").trim(), fold($word.name.pick("en")));
        match $word.id {
            Some(id) => {
                sqlx::query_scalar!(
                    "update "
                        + $table
                        + " set name = $2, key = $3, retired_at = case when $4 then coalesce(retired_at, $5) end
                     where id = $1 returning id",
                    id,
                    name,
                    key,
                    $word.retired,
                    $now
                )
                .fetch_one(&mut *$connection)
                .await?
            }
            None => {
                sqlx::query_scalar!("insert into " + $table + " (name, key) values ($1, $2) returning id", name, key)
                    .fetch_one(&mut *$connection)
                    .await?
            }
        }
    }};
}

/// Writes a word down, anew or as changed.
pub async fn write_word(connection: &mut PgConnection, word: &Word, now: DateTime<Utc>) -> Result<i64, sqlx::Error> {
    let id = match word.kind {
        WordKind::Source => write_plain!(connection, "source", word, now),
        WordKind::Product => write_plain!(connection, "product", word, now),
        WordKind::Tag => write_plain!(connection, "tag", word, now),
        WordKind::Segment => write_plain!(connection, "segment", word, now),
        WordKind::Campaign => write_plain!(connection, "campaign", word, now),
        WordKind::BusinessLine => write_line(&mut *connection, word, now).await?,
    };
    match word.kind {
        WordKind::Segment => {
            sqlx::query!("update segment set owner_id = $2 where id = $1", id, word.owner).execute(connection).await?;
        }
        WordKind::Campaign => write_campaign(connection, id, word).await?,
        _ => {}
    }
    Ok(id)
}

async fn write_line(connection: &mut PgConnection, word: &Word, now: DateTime<Utc>) -> Result<i64, sqlx::Error> {
    if let Some(id) = word.id {
        return sqlx::query_scalar!(
            "update business_line set name = $2, retired_at = case when $3 then coalesce(retired_at, $4) end
             where id = $1 returning id",
            id,
            Json(&word.name) as _,
            word.retired,
            now
        )
        .fetch_one(connection)
        .await;
    }
    let taken = sqlx::query_scalar!("select code from business_line").fetch_all(&mut *connection).await?;
    let code = free_code(&code_of(word.name.pick("en")), &taken.into_iter().collect());
    sqlx::query_scalar!(
        "insert into business_line (code, name) values ($1, $2) returning id",
        code,
        Json(&word.name) as _
    )
    .fetch_one(connection)
    .await
}

async fn write_campaign(connection: &mut PgConnection, id: i64, word: &Word) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update campaign set source_id = $2, starts_on = $3, ends_on = $4 where id = $1",
        id,
        word.source,
        word.starts_on,
        word.ends_on
    )
    .execute(&mut *connection)
    .await?;
    let months: Vec<_> = word.spend.iter().map(|spend| spend.month).collect();
    sqlx::query!("delete from campaign_spend where campaign_id = $1 and month <> all($2)", id, &months)
        .execute(&mut *connection)
        .await?;
    // What was spent keeps the rate of its day; only new and changed amounts are converted.
    sqlx::query!(
        "insert into campaign_spend as s (campaign_id, month, amount_minor, currency, amount_base_minor)
         select $1, month, minor, currency, base_amount(minor, currency, month)
         from unnest($2::date[], $3::bigint[], $4::text[]) as spent (month, minor, currency)
         on conflict (campaign_id, month) do update
             set amount_minor = excluded.amount_minor, currency = excluded.currency,
                 amount_base_minor = excluded.amount_base_minor
             where (s.amount_minor, s.currency) is distinct from (excluded.amount_minor, excluded.currency)",
        id,
        &months,
        &word.spend.iter().map(|spend| spend.minor).collect::<Vec<_>>(),
        &word.spend.iter().map(|spend| spend.currency.clone()).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a word that nothing carries; the foreign keys refuse every other.
pub async fn remove_word(connection: &mut PgConnection, kind: WordKind, id: i64) -> Result<(), sqlx::Error> {
    match kind {
        WordKind::Source => sqlx::query!("delete from source where id = $1", id).execute(connection).await?,
        WordKind::Product => sqlx::query!("delete from product where id = $1", id).execute(connection).await?,
        WordKind::Tag => sqlx::query!("delete from tag where id = $1", id).execute(connection).await?,
        WordKind::Segment => sqlx::query!("delete from segment where id = $1", id).execute(connection).await?,
        WordKind::BusinessLine => {
            sqlx::query!("delete from business_line where id = $1", id).execute(connection).await?
        }
        WordKind::Campaign => sqlx::query!("delete from campaign where id = $1", id).execute(connection).await?,
    };
    Ok(())
}

/// All currencies; those in use come first.
pub async fn currencies(connection: &mut PgConnection) -> Result<Vec<Currency>, AppError> {
    let rows = sqlx::query!(
        r#"select c.code, c.in_use,
                  coalesce((select jsonb_agg(jsonb_build_object('from_day', r.from_day, 'rate', trim_scale(r.rate)::text)
                                             order by r.from_day)
                            from currency_rate r where r.currency = c.code), '[]') as "rates!: Json<Vec<Rate>>"
           from currency c order by not c.in_use, c.code"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Currency { code: row.code, in_use: row.in_use, rates: row.rates.0 }).collect())
}

/// Writes a currency down as changed. Amounts that are kept already keep the rate that they were frozen with.
pub async fn write_currency(connection: &mut PgConnection, currency: &Currency) -> Result<(), sqlx::Error> {
    let days: Vec<_> = currency.rates.iter().map(|rate| rate.from_day).collect();
    sqlx::query!("update currency set in_use = $2 where code = $1", currency.code, currency.in_use)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from currency_rate where currency = $1 and from_day <> all($2)", currency.code, &days)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into currency_rate (currency, from_day, rate)
         select $1, from_day, rate::numeric from unnest($2::date[], $3::text[]) as known (from_day, rate)
         on conflict (currency, from_day) do update set rate = excluded.rate",
        currency.code,
        &days,
        &currency.rates.iter().map(|rate| rate.rate.clone()).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All fields in their order.
pub async fn fields(connection: &mut PgConnection) -> Result<Vec<Field>, AppError> {
    let rows = sqlx::query!(
        r#"select id, key, name as "name: Json<Names>", kind, choices as "choices: Json<Vec<String>>",
                  retired_at is not null as "retired!"
           from custom_field order by position, id"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Field {
                id: Some(row.id),
                key: row.key,
                name: row.name.0,
                kind: word(&row.kind)?,
                choices: row.choices.0,
                retired: row.retired,
            })
        })
        .collect()
}

/// How many leads have a value in each field.
pub async fn leads_per_field(connection: &mut PgConnection) -> Result<Vec<(i64, i64)>, AppError> {
    let rows = sqlx::query!(
        r#"select f.id, count(*) as "leads!" from lead l
           cross join lateral jsonb_object_keys(l.custom) as held (key) join custom_field f on f.key = held.key
           where l.withdrawn_at is null group by f.id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.leads)).collect())
}

/// Writes a field down, anew or as changed. Its key stays what it was: leads keep their values under it.
pub async fn write_field(connection: &mut PgConnection, field: &Field, now: DateTime<Utc>) -> Result<i64, sqlx::Error> {
    if let Some(id) = field.id {
        return sqlx::query_scalar!(
            "update custom_field set name = $2, kind = $3, choices = $4,
                    retired_at = case when $5 then coalesce(retired_at, $6) end
             where id = $1 returning id",
            id,
            Json(&field.name) as _,
            field.kind.word(),
            Json(&field.choices) as _,
            field.retired,
            now
        )
        .fetch_one(connection)
        .await;
    }
    let taken = sqlx::query_scalar!("select key from custom_field").fetch_all(&mut *connection).await?;
    let key = free_code(&code_of(field.name.pick("en")), &taken.into_iter().collect());
    sqlx::query_scalar!(
        "insert into custom_field (key, name, kind, choices, position)
         values ($1, $2, $3, $4, (select coalesce(max(position), 0) + 1 from custom_field)) returning id",
        key,
        Json(&field.name) as _,
        field.kind.word(),
        Json(&field.choices) as _
    )
    .fetch_one(connection)
    .await
}

/// Removes a field.
pub async fn remove_field(connection: &mut PgConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from custom_field where id = $1", id).execute(connection).await?;
    Ok(())
}

/// Puts the fields into this order.
pub async fn order_fields(connection: &mut PgConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update custom_field set position = place.number::integer
         from unnest($1::bigint[]) with ordinality as place (id, number) where custom_field.id = place.id",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}
