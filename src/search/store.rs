//! All SQL of the search. What a question asks for are stretches of the index `search_entry`, one per form of a term and per
//! holder whose leads the viewer reads; each is read from its beginning and no further than a page needs. So nothing here
//! takes longer because there are more leads, and one plan is best whatever is asked ([`Permit::steady`]).

use super::{
    api::{Closeness, Hit},
    rules::{
        Term,
        letters::is_one_slip,
        rank::{Doc, Score, score, score_of_pair, together},
        readings,
    },
};
use crate::{error::AppError, ids::LeadId, people::guard::Permit};
use shown::show;
use std::{cmp::Reverse, collections::BTreeMap};

pub mod dictionary;
mod shown;
pub mod visits;

/// So many leads are shown.
const PAGE: usize = 10;
/// From so many stretches together so many leads are looked at, those of the first stretches first.
const MOST_LEADS: i64 = 60;
/// A word that stands so often under one holder is a common one: the leads of a rarer one are looked through instead.
const COMMON: i64 = 12;
/// Of a common word so many leads of a holder are looked through, the newest, where a question has no rarer one.
const MOST_OF_COMMON: i64 = 150;
/// A word has no more relatives than this that are worth asking for.
const MOST_NEAR: usize = 80;
/// A single word of fewer letters is a slip away from half the dictionary.
const FEWEST_LETTERS: usize = 3;

/// A stretch of the index: words from `low` to before `high`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    in_note: bool,
    low: String,
    high: String,
}

impl Stretch {
    /// One word.
    fn of(in_note: bool, word: &str) -> Self {
        Self { in_note, low: word.to_owned(), high: format!("{word}\u{1}") }
    }

    /// All words that begin so, itself among them.
    fn beginning(in_note: bool, word: &str) -> Self {
        Self { in_note, low: word.to_owned(), high: format!("{word}\u{10ffff}") }
    }
}

/// Stretches as queries take them.
fn columns(stretches: &[Stretch]) -> (Vec<bool>, Vec<String>, Vec<String>) {
    let notes = stretches.iter().map(|stretch| stretch.in_note).collect();
    let lows = stretches.iter().map(|stretch| stretch.low.clone()).collect();
    (notes, lows, stretches.iter().map(|stretch| stretch.high.clone()).collect())
}

/// A word of a lead that was asked for.
struct Entry {
    lead: LeadId,
    is_own: bool,
    word: String,
}

/// A lead that answers, with how well.
#[derive(Debug, Clone)]
struct Answer {
    lead: LeadId,
    is_own: bool,
    score: Score,
}

/// One search: whose leads may be found, and what was found so far.
struct Search<'a> {
    permit: &'a Permit,
    holders: Vec<i64>,
    closeness: Closeness,
    found: BTreeMap<LeadId, Answer>,
}

/// The leads that answer `question`, the best first.
pub async fn find(permit: &Permit, question: &str, closeness: Closeness) -> Result<Vec<Hit>, AppError> {
    let mut search = Search { permit, holders: holders(permit).await?, closeness, found: BTreeMap::new() };
    let readings = readings(question);
    let mut meant = Vec::new();
    for mut terms in readings {
        if closeness == Closeness::Similar && !search.widen(&mut terms).await? {
            continue;
        }
        search.look(&terms).await?;
        if !search.found.is_empty() {
            meant = terms;
            break;
        }
    }
    let mut answers: Vec<_> = search.found.into_values().collect();
    answers.sort_by_key(|answer| (answer.score, !answer.is_own, Reverse(answer.lead)));
    answers.truncate(PAGE);
    let leads: Vec<_> = answers.into_iter().map(|answer| answer.lead).collect();
    show(permit, &leads, &meant).await
}

/// Whose leads the viewer reads, as the index names them: queues below zero.
async fn holders(permit: &Permit) -> Result<Vec<i64>, AppError> {
    let reads = permit.reads();
    if reads.everything {
        let all = sqlx::query_scalar!(r#"select id as "id!" from app_user union all select -id from queue"#);
        return Ok(all.fetch_all(permit.steady()).await?);
    }
    Ok(reads.owners.iter().copied().chain(reads.queues.iter().map(|queue| -queue)).collect())
}

impl Search<'_> {
    /// Adds what the dictionary has one slip away from the words of a question; whether it has anything.
    async fn widen(&self, terms: &mut [Term]) -> Result<bool, AppError> {
        let is_alone = terms.len() == 1;
        let mut is_wider = false;
        for term in terms.iter_mut().filter(|term| term.is_word) {
            if is_alone && term.forms[0].chars().count() < FEWEST_LETTERS {
                continue;
            }
            let words = sqlx::query_scalar!(
                r#"select distinct w.word as "word!" from search_word w
                   where search_deletions(w.word) && array(select unnest(search_deletions(form)) from unnest($1::text[]) as form)"#,
                &term.forms
            )
            .fetch_all(self.permit.steady())
            .await?;
            let is_near = |word: &String| term.forms.iter().any(|form| is_one_slip(form, word));
            // What begins like the word is found as it was typed; the first forms are likelier than those after them.
            let mut near: Vec<_> =
                words.into_iter().filter(|word| is_near(word) && !term.forms.contains(word)).collect();
            near.sort_by_key(|word| term.forms.iter().position(|form| is_one_slip(form, word)));
            near.truncate(MOST_NEAR);
            is_wider |= !near.is_empty();
            term.near = near;
        }
        Ok(is_wider)
    }

    /// Looks for leads that answer all terms.
    async fn look(&mut self, terms: &[Term]) -> Result<(), AppError> {
        let page = PAGE as i64;
        match terms {
            [term] => {
                for in_note in [false, true] {
                    // Whoever has the word answers: nothing else of the lead has to be read.
                    for entry in self.entries(&self.stretches(term, in_note), page).await? {
                        let word = std::slice::from_ref(&entry.word);
                        let (words, notes): (&[String], &[String]) = if in_note { (&[], word) } else { (word, &[]) };
                        self.keep(entry.lead, entry.is_own, score(terms, Doc { words, keys: &[], notes }));
                    }
                    if self.found.len() >= PAGE {
                        break;
                    }
                }
                return Ok(());
            }
            [first, second] => {
                let pairs: Vec<_> =
                    together(first, second).into_iter().map(|(whole, _)| Stretch::beginning(false, &whole)).collect();
                for entry in self.entries(&pairs, page).await? {
                    self.keep(entry.lead, entry.is_own, score_of_pair(first, second, &entry.word));
                }
            }
            _ => {
                let pairs = terms.windows(2).flat_map(|pair| together(&pair[0], &pair[1]));
                let pairs: Vec<_> = pairs.map(|(whole, _)| Stretch::beginning(false, &whole)).collect();
                self.look_through(terms, &pairs, MOST_LEADS, MOST_LEADS).await?;
            }
        }
        if self.found.len() >= PAGE {
            return Ok(());
        }
        let Some((rarest, is_common)) = self.rarest(terms).await? else { return Ok(()) };
        // Where all words are common and somebody is called exactly so, whoever has the words apart is not meant.
        if is_common && self.is_somebody_called_so(terms).await? {
            return Ok(());
        }
        let stretches: Vec<_> = [false, true].into_iter().flat_map(|in_note| self.stretches(rarest, in_note)).collect();
        self.look_through(terms, &stretches, MOST_OF_COMMON, MOST_OF_COMMON * 4).await
    }

    /// Whether somebody who was found is called exactly so; of three words or more also so far as it was typed, while the
    /// last is no whole word of anybody.
    async fn is_somebody_called_so(&self, terms: &[Term]) -> Result<bool, AppError> {
        let is_any = |is_so: fn(Score) -> bool| self.found.values().any(|answer| is_so(answer.score));
        match terms {
            _ if is_any(Score::is_exact) => Ok(true),
            [_, _, .., last] if is_any(Score::is_exact_as_far_as_typed) => {
                let whole = [false, true]
                    .into_iter()
                    .flat_map(|in_note| last.forms.iter().map(move |form| Stretch::of(in_note, form)));
                Ok(self.entries(&whole.collect::<Vec<_>>(), 1).await?.is_empty())
            }
            _ => Ok(false),
        }
    }

    /// Keeps a lead that answers. Asked for what is similar, what is there as it was typed is no answer: it was given already.
    fn keep(&mut self, lead: LeadId, is_own: bool, score: Option<Score>) {
        let is_asked_for = |score: &Score| (score.slips > 0) == (self.closeness == Closeness::Similar);
        let Some(score) = score.filter(is_asked_for) else { return };
        let answer = self.found.entry(lead).or_insert(Answer { lead, is_own, score });
        answer.score = answer.score.min(score);
    }

    /// Where a term may stand: where words begin so (the whole word is the first of them), and misspelt.
    fn stretches(&self, term: &Term, in_note: bool) -> Vec<Stretch> {
        let beginnings = term.forms.iter().map(|form| Stretch::beginning(in_note, form));
        let near = term.near.iter().map(|word| Stretch::of(in_note, word));
        match self.closeness {
            // What is there as it was typed was found before.
            Closeness::Similar if !term.near.is_empty() => near.chain(beginnings).collect(),
            _ => beginnings.collect(),
        }
    }

    /// Reads so many entries of every stretch and holder: of each lead the one that stands in the first stretch.
    async fn entries(&self, stretches: &[Stretch], each: i64) -> Result<Vec<Entry>, AppError> {
        let (notes, lows, highs) = columns(stretches);
        let entries = sqlx::query_as!(
            Entry,
            r#"select e.lead_id as "lead: LeadId", bool_or(h.holder = $7) as "is_own!",
                      (array_agg(e.word order by s.place))[1] as "word!"
               from unnest($1::boolean[], $2::text[], $3::text[]) with ordinality as s (in_note, low, high, place)
               cross join unnest($4::bigint[]) as h (holder)
               cross join lateral (
                   select e.lead_id, e.word from search_entry e
                   where e.in_note = s.in_note and e.holder = h.holder and e.word >= s.low and e.word < s.high
                   order by e.word, e.lead_id desc limit $5) as e
               group by e.lead_id order by bool_or(e.word = s.low) desc, min(s.place), 2 desc, 1 desc limit $6"#,
            &notes,
            &lows,
            &highs,
            &self.holders,
            each,
            MOST_LEADS,
            self.permit.viewer().id.0
        )
        .fetch_all(self.permit.steady())
        .await?;
        Ok(entries)
    }

    /// Reads so many leads of every stretch and holder with all that the index knows of them, and keeps those that answer.
    async fn look_through(
        &mut self,
        terms: &[Term],
        stretches: &[Stretch],
        each: i64,
        all: i64,
    ) -> Result<(), AppError> {
        let (notes, lows, highs) = columns(stretches);
        let rows = sqlx::query!(
            r#"with found as materialized (
                   select e.lead_id, min(s.place) as place, bool_or(h.holder = $7) as is_own, bool_or(e.word = s.low) as is_whole
                   from unnest($1::boolean[], $2::text[], $3::text[]) with ordinality as s (in_note, low, high, place)
                   cross join unnest($4::bigint[]) as h (holder)
                   cross join lateral (
                       select e.lead_id, e.word from search_entry e
                       where e.in_note = s.in_note and e.holder = h.holder and e.word >= s.low and e.word < s.high
                       order by e.word, e.lead_id desc limit $5) as e
                   group by e.lead_id order by 4 desc, 2, 3 desc, 1 desc limit $6)
               select d.lead_id as "lead!: LeadId", f.is_own as "is_own!", d.words, d.keys, d.notes
               from found f join search_doc d on d.lead_id = f.lead_id"#,
            &notes,
            &lows,
            &highs,
            &self.holders,
            each,
            all,
            self.permit.viewer().id.0
        )
        .fetch_all(self.permit.steady())
        .await?;
        for row in rows {
            let doc = Doc { words: &row.words, keys: &row.keys, notes: &row.notes };
            self.keep(row.lead, row.is_own, score(terms, doc));
        }
        Ok(())
    }

    /// The term that the fewest leads have, and whether even that is a common one; none where one of them is nowhere at all.
    async fn rarest<'t>(&self, terms: &'t [Term]) -> Result<Option<(&'t Term, bool)>, AppError> {
        let (mut places, mut notes, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (place, term) in (0i64..).zip(terms) {
            for in_note in [false, true] {
                for stretch in self.stretches(term, in_note) {
                    places.push(place);
                    notes.push(stretch.in_note);
                    lows.push(stretch.low);
                    highs.push(stretch.high);
                }
            }
        }
        let rows = sqlx::query!(
            r#"select s.place as "place!", sum(e.many)::bigint as "leads!", max(e.many) as "most!"
               from unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[]) as s (place, in_note, low, high)
               cross join unnest($5::bigint[]) as h (holder)
               cross join lateral (
                   select count(*) as many from (
                       select from search_entry e
                       where e.in_note = s.in_note and e.holder = h.holder and e.word >= s.low and e.word < s.high
                       limit $6) as first) as e
               group by s.place having sum(e.many) > 0"#,
            &places,
            &notes,
            &lows,
            &highs,
            &self.holders,
            COMMON
        )
        .fetch_all(self.permit.steady())
        .await?;
        if rows.len() < terms.len() {
            // A term may still be there together with its neighbour, and that was looked for.
            return Ok(None);
        }
        let rarest = rows.iter().min_by_key(|row| row.leads);
        let rarest = rarest.and_then(|row| Some((terms.get(usize::try_from(row.place).ok()?)?, row.most >= COMMON)));
        Ok(rarest)
    }
}
