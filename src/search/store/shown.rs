//! What is shown of the leads that were found, and why they were.

use crate::{
    error::{AppError, word},
    ids::{LeadId, Names},
    people::{
        guard::Permit,
        rules::{Holder, Sight, sight},
    },
    pipeline::store::holder,
    search::{
        api::{Hit, Place, Standing},
        rules::{
            Term, letters,
            marks::{Piece, excerpt, marked, whole},
        },
    },
};
use sqlx::types::Json;
use std::collections::BTreeMap;

/// Of each lead so much of what was written is looked through, the newest.
const MOST_NOTES: i64 = 300;

/// A lead before it is shown.
struct Row {
    id: LeadId,
    owner_id: Option<i64>,
    queue_id: Option<i64>,
    holder: String,
    name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    request: Option<String>,
    external_id: Option<String>,
    outcome: Option<String>,
    stage: Option<Json<Names>>,
}

/// These leads as they are shown, in the same order, without those that the viewer may not read.
pub(super) async fn show(permit: &Permit, leads: &[LeadId], terms: &[Term]) -> Result<Vec<Hit>, AppError> {
    let ids: Vec<i64> = leads.iter().map(|lead| lead.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select l.id as "id: LeadId", l.owner_id, l.queue_id, coalesce(u.name, q.name) as "holder!", l.name, l.company,
                  l.email, l.phone, l.request, l.external_id, l.standing_outcome as outcome, t.name as "stage?: Json<Names>"
           from lead l
           left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id
           left join stage t on t.id = l.stage_id
           where l.id = any($1) and l.withdrawn_at is null"#,
        &ids
    )
    .fetch_all(permit.steady())
    .await?;
    let mut rows: BTreeMap<_, _> = rows
        .into_iter()
        .filter(|row| sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Full)
        .map(|row| (row.id, row))
        .collect();
    let unexplained: Vec<i64> =
        rows.values().filter(|row| !missing(row, terms).is_empty()).map(|row| row.id.0).collect();
    let mut written = if unexplained.is_empty() { BTreeMap::new() } else { notes(permit, &unexplained).await? };
    leads
        .iter()
        .filter_map(|lead| rows.remove(lead))
        .map(|row| {
            let notes = written.remove(&row.id).unwrap_or_default();
            hit(permit, row, terms, notes)
        })
        .collect()
}

fn hit(permit: &Permit, row: Row, terms: &[Term], notes: Vec<(Place, String)>) -> Result<Hit, AppError> {
    let why = why(&row, &missing(&row, terms), notes);
    let holder = holder(row.owner_id, row.queue_id);
    let (name, company) = match (row.name, row.company) {
        (Some(name), company) => (name, company.unwrap_or_default()),
        (None, company) => (company.unwrap_or_default(), String::new()),
    };
    Ok(Hit {
        lead: row.id,
        name: marked(&name, terms),
        company: marked(&company, terms),
        external_id: row.external_id,
        why,
        holder: row.holder,
        is_own: holder == Holder::Person(permit.viewer().id),
        standing: match row.outcome {
            Some(outcome) => Standing::Lost(word(&outcome)?),
            None => Standing::Stage(row.stage.map(|name| name.0).unwrap_or_default()),
        },
    })
}

/// The terms that neither name nor company answers.
fn missing(row: &Row, terms: &[Term]) -> Vec<Term> {
    let titles = [&row.name, &row.company].into_iter().flatten();
    let titles: Vec<_> = titles.map(|title| letters::words(title)).collect();
    let is_answered = |(place, term): (usize, &Term)| {
        let known = |word: &String| term.begins(word) || term.begins(&letters::in_latin(word));
        let together = |words: &Vec<String>| {
            let form = &term.forms[0];
            let neighbours = [place.checked_sub(1), Some(place + 1)].into_iter().flatten().filter_map(|n| terms.get(n));
            let mut wholes =
                neighbours.flat_map(|n| [format!("{}{form}", n.forms[0]), format!("{form}{}", n.forms[0])]);
            let joined: Vec<_> = words.windows(2).flat_map(|w| [w.concat(), format!("{}{}", w[1], w[0])]).collect();
            wholes.any(|whole| words.iter().chain(&joined).any(|word| word.starts_with(&whole)))
                || joined.iter().any(|word| term.begins(word))
        };
        titles.iter().any(|words| words.iter().any(known) || together(words))
    };
    terms.iter().enumerate().filter(|found| !is_answered(*found)).map(|(_, term)| term.clone()).collect()
}

/// Where the first of these terms is answered.
fn why(row: &Row, missing: &[Term], notes: Vec<(Place, String)>) -> Option<(Place, Vec<Piece>)> {
    if missing.is_empty() {
        return None;
    }
    let whole_of = |place, text: &Option<String>, is_hit: &dyn Fn(&str) -> bool| {
        text.as_deref().filter(|text| is_hit(text)).map(|text| (place, whole(text, true)))
    };
    let is_address = |text: &str| {
        let folded = letters::folded(text);
        missing.iter().any(|term| term.begins(folded.trim()))
    };
    let is_number = |text: &str| {
        let digits = letters::digits(text);
        let backwards: String = digits.chars().rev().collect();
        let is_in = |form: &String| match form.strip_prefix('~') {
            Some(end) => backwards.starts_with(end),
            None => form.len() >= 4 && form.bytes().all(|b| b.is_ascii_digit()) && digits.contains(form.as_str()),
        };
        missing.iter().any(|term| term.forms.iter().any(is_in))
    };
    let is_external = |text: &str| {
        let words = letters::words(text);
        words.iter().chain([&words.concat()]).any(|word| missing.iter().any(|term| term.begins(word)))
    };
    let in_words = |place, text: &str| excerpt(text, missing).map(|pieces| (place, pieces));
    whole_of(Place::Email, &row.email, &is_address)
        .or_else(|| whole_of(Place::Number, &row.external_id, &is_external))
        .or_else(|| whole_of(Place::Phone, &row.phone, &is_number))
        .or_else(|| in_words(Place::Email, row.email.as_deref()?))
        .or_else(|| in_words(Place::Request, row.request.as_deref()?))
        .or_else(|| notes.iter().find_map(|(place, text)| in_words(*place, text)))
}

/// What was written about these leads, the newest first.
async fn notes(permit: &Permit, leads: &[i64]) -> Result<BTreeMap<LeadId, Vec<(Place, String)>>, AppError> {
    let rows = sqlx::query!(
        r#"select n.lead_id as "lead!: LeadId", n.text as "text!", n.is_loss as "is_loss!"
           from unnest($1::bigint[]) as given (lead_id)
           cross join lateral (
               select w.lead_id, w.text, w.is_loss from (
                   select a.lead_id, a.body as text, false as is_loss, a.at, a.id from activity a
                   where a.lead_id = given.lead_id and a.body is not null
                   union all
                   select s.lead_id, concat_ws(' — ', s.note, s.customer_words), true, s.recorded_at, s.id from loss s
                   where s.lead_id = given.lead_id) as w
               order by w.at desc, w.id desc limit $2) as n"#,
        leads,
        MOST_NOTES
    )
    .fetch_all(permit.steady())
    .await?;
    let mut notes: BTreeMap<LeadId, Vec<(Place, String)>> = BTreeMap::new();
    for row in rows {
        let place = if row.is_loss { Place::Loss } else { Place::Note };
        notes.entry(row.lead).or_default().push((place, row.text));
    }
    Ok(notes)
}
