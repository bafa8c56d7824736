//! The lead's own fields in the database: read as one row, written back as one row.

use super::word;
use crate::{
    error::AppError,
    ids::{LeadId, TagId},
    leads::{
        api::record::{Record, Tag},
        rules::{
            Searchable, email_key,
            fields::{Field, LeadField, YES, amount, amount_text},
            phone_key, search_key,
        },
    },
    pipeline::api::Money,
};
use chrono::NaiveDate;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// The system that a number entered by hand belongs to.
const OUR_NUMBERS: &str = "winback";

/// The lead's own fields.
pub(super) struct Row {
    name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    country: Option<String>,
    city: Option<String>,
    address: Option<String>,
    language: Option<String>,
    request: Option<String>,
    source_id: Option<i64>,
    campaign_id: Option<i64>,
    business_line_id: Option<i64>,
    product_id: Option<i64>,
    segment_id: Option<i64>,
    do_not_call: bool,
    do_not_email: bool,
    value_minor: Option<i64>,
    currency: Option<String>,
    temperature: Option<String>,
    industry: Option<String>,
    employees: Option<i32>,
    occupation: Option<String>,
    direction: String,
    party: String,
    website: Option<String>,
    birth_date: Option<NaiveDate>,
    external_system: Option<String>,
    external_id: Option<String>,
    custom: Json<BTreeMap<String, Value>>,
    social: Json<BTreeMap<String, String>>,
    pub(super) account_id: Option<i64>,
}

/// The own fields of a lead.
pub(super) async fn row(connection: &mut PgConnection, lead: LeadId) -> Result<Row, AppError> {
    let row = sqlx::query_as!(
        Row,
        r#"select name, company, email, phone, country, city, address, language, request, source_id, campaign_id,
                  business_line_id, product_id, segment_id, do_not_call, do_not_email, value_minor, currency, temperature,
                  industry, employees, occupation, direction, party, website, birth_date, external_system, external_id,
                  custom as "custom: Json<BTreeMap<String, Value>>", social as "social: Json<BTreeMap<String, String>>",
                  account_id
           from lead where id = $1"#,
        lead.0
    )
    .fetch_one(connection)
    .await?;
    Ok(row)
}

/// Every own field of a lead that is known, as people read it: of lists the names.
pub async fn in_words(connection: &mut PgConnection, lead: LeadId) -> Result<Record, AppError> {
    let row = row(&mut *connection, lead).await?;
    let names = sqlx::query!(
        "select (select name from source where id = $1) as source, (select name from campaign where id = $2) as campaign,
                (select name ->> 'en' from business_line where id = $3) as business_line,
                (select name from product where id = $4) as product, (select name from segment where id = $5) as segment",
        row.source_id,
        row.campaign_id,
        row.business_line_id,
        row.product_id,
        row.segment_id
    )
    .fetch_one(connection)
    .await?;
    let mut record = row.record();
    for (field, name) in [
        (LeadField::Source, names.source),
        (LeadField::Campaign, names.campaign),
        (LeadField::BusinessLine, names.business_line),
        (LeadField::Product, names.product),
        (LeadField::Segment, names.segment),
    ] {
        if let Some(name) = name {
            record.0.insert(Field::Lead(field), name);
        }
    }
    Ok(record)
}

/// The tags of a lead in the order of their words.
pub(super) async fn tags(connection: &mut PgConnection, lead: LeadId) -> Result<Vec<Tag>, AppError> {
    let tags = sqlx::query!(
        r#"select t.id, t.name from lead_tag l join tag t on t.id = l.tag_id
           where l.lead_id = $1 order by t.name collate "und-x-icu", t.id"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    Ok(tags.into_iter().map(|tag| Tag { id: TagId(tag.id), name: tag.name }).collect())
}

impl Row {
    /// Every own field that is known.
    pub(super) fn record(&self) -> Record {
        let own = LeadField::ALL.iter().map(|field| Field::Lead(*field));
        let custom = self.custom.keys().cloned().map(Field::Custom);
        let social = self.social.keys().cloned().map(Field::Social);
        let values = own.chain(custom).chain(social).map(|field| (field.clone(), self.text(&field)));
        Record(values.filter(|(_, text)| !text.is_empty()).collect())
    }

    /// What stands in a field, as it is written; empty for nothing, and for fields that are not the lead's own.
    pub(super) fn text(&self, field: &Field) -> String {
        match field {
            Field::Lead(field) => self.own(*field).unwrap_or_default(),
            Field::Custom(key) => self.custom.get(key).and_then(as_text).unwrap_or_default(),
            Field::Social(network) => self.social.get(network).cloned().unwrap_or_default(),
            Field::Account(_) | Field::Contact(..) => String::new(),
        }
    }

    fn own(&self, field: LeadField) -> Option<String> {
        let number = |id: Option<i64>| id.map(|id| id.to_string());
        let tick = |is_set: bool| is_set.then(|| YES.to_owned());
        match field {
            LeadField::Name => self.name.clone(),
            LeadField::Company => self.company.clone(),
            LeadField::Email => self.email.clone(),
            LeadField::Phone => self.phone.clone(),
            LeadField::Country => self.country.clone(),
            LeadField::City => self.city.clone(),
            LeadField::Address => self.address.clone(),
            LeadField::Language => self.language.clone(),
            LeadField::Request => self.request.clone(),
            LeadField::Source => number(self.source_id),
            LeadField::Campaign => number(self.campaign_id),
            LeadField::BusinessLine => number(self.business_line_id),
            LeadField::Product => number(self.product_id),
            LeadField::Segment => number(self.segment_id),
            LeadField::DoNotCall => tick(self.do_not_call),
            LeadField::DoNotEmail => tick(self.do_not_email),
            LeadField::Value => self.value().map(|money| amount_text(&money)),
            LeadField::Temperature => self.temperature.clone(),
            LeadField::Industry => self.industry.clone(),
            LeadField::Employees => self.employees.map(|count| count.to_string()),
            LeadField::Occupation => self.occupation.clone(),
            LeadField::Direction => Some(self.direction.clone()),
            LeadField::Party => Some(self.party.clone()),
            LeadField::Website => self.website.clone(),
            LeadField::BirthDate => self.birth_date.map(|day| day.to_string()),
            LeadField::ExternalNumber => self.external_id.clone(),
        }
    }

    fn value(&self) -> Option<Money> {
        let currency = self.currency.clone()?;
        Some(Money { minor: self.value_minor?, currency })
    }

    /// Puts a written text into one of the lead's own fields.
    pub(super) fn set(&mut self, field: &Field, text: &str) -> Result<(), AppError> {
        let some = Some(text.to_owned()).filter(|text| !text.is_empty());
        match field {
            Field::Lead(field) => self.set_own(*field, some)?,
            Field::Custom(key) => put(&mut self.custom.0, key, some.map(Value::String)),
            Field::Social(network) => put(&mut self.social.0, network, some),
            Field::Account(_) | Field::Contact(..) => return Err(AppError::Internal),
        }
        Ok(())
    }

    fn set_own(&mut self, field: LeadField, text: Option<String>) -> Result<(), AppError> {
        let id = || text.as_deref().map(word).transpose();
        match field {
            LeadField::Name => self.name = text,
            LeadField::Company => self.company = text,
            LeadField::Email => self.email = text,
            LeadField::Phone => self.phone = text,
            LeadField::Country => self.country = text,
            LeadField::City => self.city = text,
            LeadField::Address => self.address = text,
            LeadField::Language => self.language = text,
            LeadField::Request => self.request = text,
            LeadField::Source => self.source_id = id()?,
            LeadField::Campaign => self.campaign_id = id()?,
            LeadField::BusinessLine => self.business_line_id = id()?,
            LeadField::Product => self.product_id = id()?,
            LeadField::Segment => self.segment_id = id()?,
            LeadField::DoNotCall => self.do_not_call = text.is_some(),
            LeadField::DoNotEmail => self.do_not_email = text.is_some(),
            LeadField::Value => {
                let money = text.as_deref().map(amount).transpose().map_err(|_| AppError::Internal)?;
                (self.value_minor, self.currency) = money.map(|money| (money.minor, money.currency)).unzip();
            }
            LeadField::Temperature => self.temperature = text,
            LeadField::Industry => self.industry = text,
            LeadField::Employees => self.employees = text.as_deref().map(word).transpose()?,
            LeadField::Occupation => self.occupation = text,
            LeadField::Direction => self.direction = text.ok_or(AppError::Internal)?,
            LeadField::Party => self.party = text.ok_or(AppError::Internal)?,
            LeadField::Website => self.website = text,
            LeadField::BirthDate => self.birth_date = text.as_deref().map(word).transpose()?,
            LeadField::ExternalNumber => {
                let system = self.external_system.take().unwrap_or_else(|| OUR_NUMBERS.to_owned());
                self.external_system = text.is_some().then_some(system);
                self.external_id = text;
            }
        }
        Ok(())
    }

    /// Writes all of it back, with the keys by which the lead is found and recognised; the value with what it is worth in
    /// the organisation's currency, where that is given anew.
    pub(super) async fn save(
        &self,
        connection: &mut PgConnection,
        lead: LeadId,
        new_worth: Option<Option<i64>>,
    ) -> Result<(), sqlx::Error> {
        let search = search_key(Searchable {
            name: self.name.as_deref(),
            company: self.company.as_deref(),
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
            external_id: self.external_id.as_deref(),
        });
        sqlx::query!(
            "update lead set name = $2, company = $3, email = $4, phone = $5, country = $6, city = $7, address = $8,
                    language = $9, request = $10, source_id = $11, campaign_id = $12, business_line_id = $13,
                    product_id = $14, segment_id = $15, do_not_call = $16, do_not_email = $17, value_minor = $18,
                    currency = $19, value_base_minor = case when $20 then $21 else value_base_minor end, temperature = $22,
                    industry = $23, employees = $24, occupation = $25, direction = $26, party = $27, website = $28,
                    birth_date = $29, external_system = $30, external_id = $31, custom = $32, social = $33,
                    search_key = $34, phone_key = $35, email_key = $36
             where id = $1",
            lead.0,
            self.name,
            self.company,
            self.email,
            self.phone,
            self.country,
            self.city,
            self.address,
            self.language,
            self.request,
            self.source_id,
            self.campaign_id,
            self.business_line_id,
            self.product_id,
            self.segment_id,
            self.do_not_call,
            self.do_not_email,
            self.value_minor,
            self.currency,
            new_worth.is_some(),
            new_worth.flatten(),
            self.temperature,
            self.industry,
            self.employees,
            self.occupation,
            self.direction,
            self.party,
            self.website,
            self.birth_date,
            self.external_system,
            self.external_id,
            Json(&self.custom.0) as _,
            Json(&self.social.0) as _,
            search,
            self.phone.as_deref().and_then(phone_key),
            self.email.as_deref().and_then(email_key)
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    /// What an account made of this lead is called.
    pub(super) fn account_name(&self) -> Option<&str> {
        self.company.as_deref().or(self.name.as_deref())
    }

    /// The person behind the lead: name, e-mail, phone.
    pub(super) fn person(&self) -> Option<(&str, Option<&str>, Option<&str>)> {
        Some((self.name.as_deref()?, self.email.as_deref(), self.phone.as_deref()))
    }

    /// Whether an account made of this lead is a company.
    pub(super) fn account_party(&self) -> &'static str {
        if self.company.is_some() || self.party == "company" { "company" } else { "person" }
    }

    /// The lead's e-mail address.
    pub(super) fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The lead's web address.
    pub(super) fn website(&self) -> Option<&str> {
        self.website.as_deref()
    }
}

fn put<V>(values: &mut BTreeMap<String, V>, key: &str, value: Option<V>) {
    match value {
        Some(value) => values.insert(key.to_owned(), value),
        None => values.remove(key),
    };
}

/// A custom field's value as people read it; nothing for what was left blank.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Bool(true) => Some(YES.to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        other => Some(other.to_string()),
    }
}
