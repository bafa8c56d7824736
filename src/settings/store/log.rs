//! The log of changes: who set what, when, from what to what. It carries the request's key, so that a repeated request is
//! known.

use crate::{
    error::{AppError, word},
    ids::RequestKey,
    people::guard::Permit,
    settings::{api::Change, model::Setting},
};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What is written into the log.
pub struct Entry {
    subject: String,
    id: Option<i64>,
    detail: Map<String, Value>,
}

impl Entry {
    /// The same with one detail more.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.detail.insert(key.to_owned(), value);
        self
    }
}

/// That something was done with the thing called `title`.
pub fn act(subject: &str, id: Option<i64>, title: &str, act: &str) -> Entry {
    let detail = Map::from_iter([("act".to_owned(), json!(act)), ("title".to_owned(), json!(title))]);
    Entry { subject: subject.to_owned(), id, detail }
}

/// That `after` took the place of `before`.
pub fn change(before: Option<&Setting>, after: Option<&Setting>, id: Option<i64>) -> Option<Entry> {
    let thing = after.or(before)?;
    let word = match (before, after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let entry = act(thing.subject().word(), id, &thing.title("en"), word);
    Some(entry.with("fields", differences(before, after)))
}

/// Each field that differs: its old and its new value as text.
fn differences(before: Option<&Setting>, after: Option<&Setting>) -> Value {
    let (before, after) = (before.map(flat).unwrap_or_default(), after.map(flat).unwrap_or_default());
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let value = |values: &BTreeMap<String, String>, field: &String| values.get(field).cloned().unwrap_or_default();
    let changed = fields
        .into_iter()
        .map(|field| (field.clone(), value(&before, field), value(&after, field)))
        .filter(|(field, old, new)| old != new && field != "id")
        .map(|(field, old, new)| (field, json!([old, new])));
    Value::Object(changed.collect())
}

/// A setting's fields as texts; a text per language is a field per language.
fn flat(setting: &Setting) -> BTreeMap<String, String> {
    let Ok(Value::Object(whole)) = serde_json::to_value(setting) else { return BTreeMap::new() };
    let mut fields = BTreeMap::new();
    for (_, inner) in whole {
        let Value::Object(inner) = inner else { continue };
        for (name, value) in inner {
            match value {
                Value::Object(languages) => {
                    fields.extend(
                        languages.into_iter().map(|(language, text)| (format!("{name}_{language}"), plain(&text))),
                    );
                }
                value => {
                    fields.insert(name, plain(&value));
                }
            }
        }
    }
    fields
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.values().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// Writes an entry, in the transaction of the change.
pub async fn write(
    connection: &mut PgConnection,
    permit: &Permit,
    entry: Entry,
    key: Option<&RequestKey>,
) -> Result<(), AppError> {
    sqlx::query!(
        "insert into setting_change (at, actor_id, subject, subject_id, detail, key) values ($1, $2, $3, $4, $5, $6)",
        permit.now(),
        permit.viewer().id.0,
        entry.subject,
        entry.id,
        Value::Object(entry.detail),
        key.map(|key| key.0.as_str())
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What this very request has set already: which thing it was about.
pub async fn done_already(
    connection: &mut PgConnection,
    permit: &Permit,
    key: &RequestKey,
) -> Result<Option<(String, Option<i64>)>, AppError> {
    let row = sqlx::query!(
        "select subject, subject_id from setting_change where actor_id = $1 and key = $2",
        permit.viewer().id.0,
        key.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.subject, row.subject_id)))
}

/// What the log says of the thing that this very request has set already.
pub async fn detail_of(
    connection: &mut PgConnection,
    permit: &Permit,
    key: &RequestKey,
) -> Result<Option<Value>, AppError> {
    let detail = sqlx::query_scalar!(
        "select detail from setting_change where actor_id = $1 and key = $2",
        permit.viewer().id.0,
        key.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(detail)
}

/// Who changed a field of a thing last, and when: whatever about it, or whether `part` stands in it.
pub async fn last_about(
    connection: &mut PgConnection,
    permit: &Permit,
    subject: &str,
    id: Option<i64>,
    field: &str,
    part: Option<&str>,
) -> Result<(Option<String>, Option<crate::clock::Moment>), AppError> {
    let row = sqlx::query!(
        r#"select u.name as "name?", c.at
           from setting_change c
           cross join lateral (select c.detail -> 'fields' -> $3 ->> 0 as old, c.detail -> 'fields' -> $3 ->> 1 as new) as f
           left join app_user u on u.id = c.actor_id
           where c.subject = $1 and c.subject_id is not distinct from $2 and f.old <> f.new
             and ($4::text is null or (position($4 in f.old) > 0) <> (position($4 in f.new) > 0))
           order by c.id desc limit 1"#,
        subject,
        id,
        field,
        part
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or((None, None), |row| (row.name, Some(permit.moment(row.at)))))
}

/// Who changed a thing last, and when.
pub async fn last(
    connection: &mut PgConnection,
    permit: &Permit,
    subject: &str,
    id: Option<i64>,
) -> Result<(Option<String>, Option<crate::clock::Moment>), AppError> {
    let row = sqlx::query!(
        r#"select u.name as "name?", c.at from setting_change c left join app_user u on u.id = c.actor_id
           where c.subject = $1 and c.subject_id is not distinct from $2 order by c.id desc limit 1"#,
        subject,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or((None, None), |row| (row.name, Some(permit.moment(row.at)))))
}

/// The latest changes, the newest first.
pub async fn latest(connection: &mut PgConnection, permit: &Permit) -> Result<Vec<Change>, AppError> {
    let rows = sqlx::query!(
        r#"select c.at, u.name as "by?", c.subject, c.detail from setting_change c
           left join app_user u on u.id = c.actor_id order by c.id desc limit 60"#
    )
    .fetch_all(connection)
    .await?;
    let text = |detail: &Value, key: &str| detail[key].as_str().unwrap_or_default().to_owned();
    let pair = |(field, values): (&String, &Value)| {
        (
            field.clone(),
            values[0].as_str().unwrap_or_default().to_owned(),
            values[1].as_str().unwrap_or_default().to_owned(),
        )
    };
    rows.into_iter()
        .map(|row| {
            Ok(Change {
                at: permit.moment(row.at),
                by: row.by,
                subject: word(&row.subject)?,
                title: text(&row.detail, "title"),
                act: text(&row.detail, "act"),
                fields: row.detail["fields"]
                    .as_object()
                    .map(|fields| fields.iter().map(pair).collect())
                    .unwrap_or_default(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::model::{Holiday, Profile};

    #[test]
    fn only_what_differs_is_logged() {
        let day = "2026-04-23".parse().expect("a day");
        let before = Setting::Holiday(Holiday { id: Some(3), on_day: day, name: "Children".into(), team: None });
        let after =
            Setting::Holiday(Holiday { id: Some(3), on_day: day, name: "Children's Day".into(), team: Some(2) });
        let expected = json!({ "name": ["Children", "Children's Day"], "team": ["", "2"] });
        assert_eq!(differences(Some(&before), Some(&after)), expected);
        let profile = Setting::Profile(Profile { id: 1, language: None, time_zone: None });
        assert_eq!(differences(Some(&profile), Some(&profile)), json!({}));
    }
}
