//! What a row means: a lead with its outcome, or a rejection with its reason. Pure: the same file, preset and setting
//! always make the same plan, so that an import which was cut off can be taken up again.

use super::{
    amounts,
    dates::{self, Written},
    preset::{
        Becomes, DateColumn, DecimalMark, Field, LossOutcome, Others, OutcomeRule, Owners, Preset, WordColumn,
        value_key, whole_number,
    },
    problems::{LONGEST_FIELD, RowProblem, Unreadable, shortened},
    reader::{self, Row, Table},
    summary::{Rejection, Summary},
};
use crate::{
    fold::fold,
    ids::UserId,
    leads::rules::{email_key, phone_key},
    people::rules::Holder,
    pipeline::{
        api::{Direction, Party},
        rules::StageKind,
    },
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// So many rejections stand in the summary; all of them are kept with the import.
const REJECTIONS_SHOWN: usize = 20;
/// A rejected row's cells are kept to this many characters each.
const CELL_KEPT: usize = 200;
/// What a sentence shows of a cell.
const CELL_SHOWN: usize = 40;

/// Where a lead stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// On the board, in that stage.
    Open(StageKind),
    /// Won.
    Customer,
    /// Off the board.
    Loss {
        /// Lost or unqualified.
        outcome: LossOutcome,
        /// The reason's code.
        reason: String,
        /// The value that says so, as it stands in the file.
        note: String,
    },
}

impl Outcome {
    /// The stage of such a lead; at which stage an imported lead was lost is not known.
    pub fn stage(&self) -> Option<StageKind> {
        match self {
            Self::Open(stage) => Some(*stage),
            Self::Customer => Some(StageKind::Customer),
            Self::Loss { outcome: LossOutcome::Unqualified, .. } => Some(StageKind::Unqualified),
            Self::Loss { outcome: LossOutcome::Lost, .. } => None,
        }
    }
}

/// What a lead is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// Minor units.
    pub minor: i64,
    /// Currency.
    pub currency: String,
}

/// A lead as a row describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its row's number.
    pub row: i64,
    /// The number under which the other system knows it, or what else it is recognised by.
    pub external_id: String,
    /// Who came to whom.
    pub direction: Direction,
    /// What it is.
    pub party: Party,
    /// Who becomes responsible.
    pub holder: Holder,
    /// Where it stands.
    pub outcome: Outcome,
    /// When the enquiry arose, if known.
    pub arose: Option<DateTime<Utc>>,
    /// When it was won or lost, if known.
    pub closed: Option<DateTime<Utc>>,
    /// What it is worth, if known.
    pub worth: Option<Worth>,
    /// They do not want to be called.
    pub do_not_call: bool,
    /// They do not want e-mails.
    pub do_not_email: bool,
    /// The columns that fill no field.
    pub custom: Map<String, Value>,
    fields: BTreeMap<Field, String>,
}

impl Incoming {
    /// The text of a field, unless it is blank.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(String::as_str)
    }
}

/// With whom a lead is that was here before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// With somebody whose leads the importer may change.
    Within,
    /// With somebody else.
    Elsewhere,
}

/// The leads of a file that are here already, by what they are recognised by.
pub type AlreadyThere = BTreeMap<String, Whose>;

/// All that a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The file's columns.
    pub columns: Vec<String>,
    /// The leads, in the file's order.
    pub leads: Vec<Incoming>,
    /// The rows that are none.
    pub rejections: Vec<Rejection>,
}

/// Who may become responsible, as the preset says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Givers {
    /// These in turn; never nobody.
    Turn(Vec<UserId>),
    /// Always the same.
    One(Holder),
    /// Whom the column names, by folded e-mail address or name; a name that two people share is nobody's.
    Column {
        /// Everybody by everything that they are called.
        people: HashMap<String, UserId>,
        /// For everybody else.
        otherwise: Option<Holder>,
    },
}

/// What the plan stands on besides file and preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Who becomes responsible.
    pub givers: Givers,
    /// The present.
    pub now: DateTime<Utc>,
    /// The zone in which the file's clocks are read: the organisation's.
    pub zone: Tz,
    /// The currencies that have a rate, with the digits of their minor unit.
    pub currencies: BTreeMap<String, u32>,
    /// The organisation's.
    pub base_currency: String,
}

impl Setting {
    /// The simplest: leads go to these reps in turn, amounts are in euro.
    pub fn spread_over(reps: Vec<UserId>, now: DateTime<Utc>) -> Self {
        let euro = "EUR".to_owned();
        let currencies = [(euro.clone(), 2)].into();
        Self { givers: Givers::Turn(reps), now, zone: Tz::UTC, currencies, base_currency: euro }
    }
}

/// Reads a file as a preset wants it.
///
/// # Errors
/// [`Unreadable`] when it is no table with the preset's columns.
pub fn read(preset: &Preset, bytes: &[u8]) -> Result<Table, Unreadable> {
    reader::read(bytes, &preset.needed_columns(), &preset.file)
}

/// Understands a file: a bad row is no error but a rejection.
pub fn plan(preset: &Preset, table: &Table, setting: &Setting) -> Plan {
    let understanding = Understanding::new(preset, table, setting);
    let mut plan = Plan { columns: table.columns.clone(), leads: Vec::new(), rejections: Vec::new() };
    let mut rows_by_id: HashMap<String, i64> = HashMap::new();
    for row in &table.rows {
        let lead = understanding.lead(row, plan.leads.len()).and_then(|lead| match rows_by_id.get(&lead.external_id) {
            Some(first) => Err(RowProblem::Twice {
                column: understanding.id_column().to_owned(),
                value: lead.external_id,
                row: *first,
            }),
            None => Ok(lead),
        });
        match lead {
            Ok(lead) => {
                rows_by_id.insert(lead.external_id.clone(), lead.row);
                plan.leads.push(lead);
            }
            Err(problem) => plan.rejections.push(rejection(row, problem)),
        }
    }
    plan
}

fn rejection(row: &Row, problem: RowProblem) -> Rejection {
    let cells = row.cells.iter().map(|cell| shortened(cell, CELL_KEPT)).collect();
    Rejection { row: row.number, reason: problem.to_string(), problem: Some(problem), cells }
}

/// A rule, looked up once.
struct Rule {
    column: usize,
    name: String,
    others: Others,
    keep: bool,
    meanings: HashMap<String, (Becomes, Option<String>)>,
    known: String,
}

impl Rule {
    fn new(rule: OutcomeRule, column: usize) -> Self {
        let values: Vec<&str> = rule.meaning.iter().flat_map(|meaning| &meaning.values).map(String::as_str).collect();
        let known = values.iter().take(12).copied().collect::<Vec<_>>().join(", ");
        let keys = rule.meaning.iter().flat_map(|meaning| {
            meaning.values.iter().map(|value| (value_key(value), (meaning.becomes, meaning.reason.clone())))
        });
        let meanings = keys.collect();
        Self { column, meanings, known, name: rule.column, others: rule.others, keep: rule.keep }
    }
}

/// A column whose values mean one of two words.
struct Words<T> {
    column: usize,
    meanings: HashMap<String, T>,
}

impl<T: Copy> Words<T> {
    fn new(by: &WordColumn<T>, table: &Table) -> Option<Self> {
        let values =
            by.meaning.iter().flat_map(|meaning| meaning.values.iter().map(|value| (value_key(value), meaning.is)));
        Some(Self { column: table.position(&by.column)?, meanings: values.collect() })
    }
}

/// A preset, looked up once for all rows of a table.
struct Understanding<'a> {
    preset: &'a Preset,
    setting: &'a Setting,
    columns: &'a [String],
    fields: BTreeMap<Field, usize>,
    rules: Vec<Rule>,
    owners: Option<(usize, &'a str)>,
    arose: Option<(usize, &'a DateColumn)>,
    closed: Option<(usize, &'a DateColumn)>,
    direction: Option<Words<Direction>>,
    party: Option<Words<Party>>,
    decimal: DecimalMark,
    blanks: HashSet<String>,
    yes: HashSet<String>,
    no: HashSet<String>,
    /// The columns that fill no field and decide nothing else.
    unmapped: Vec<usize>,
}

impl<'a> Understanding<'a> {
    fn new(preset: &'a Preset, table: &'a Table, setting: &'a Setting) -> Self {
        let fields: BTreeMap<Field, usize> =
            preset.columns.iter().filter_map(|(field, column)| Some((*field, table.position(column)?))).collect();
        let rules = preset.outcome_rules().into_iter();
        let rules: Vec<Rule> =
            rules.filter_map(|rule| table.position(&rule.column).map(|column| Rule::new(rule, column))).collect();
        let owners = match &preset.owners {
            Owners::Column { column, .. } => table.position(column).map(|place| (place, column.as_str())),
            _ => None,
        };
        let date = |column: &'a Option<DateColumn>| {
            column.as_ref().and_then(|column| Some((table.position(&column.column)?, column)))
        };
        let (arose, closed) = (date(&preset.arose), date(&preset.closed));
        let direction = preset.direction_by.as_ref().and_then(|by| Words::new(by, table));
        let party = preset.party_by.as_ref().and_then(|by| Words::new(by, table));
        let consumed: BTreeSet<usize> = fields
            .values()
            .copied()
            .chain(rules.iter().filter(|rule| !rule.keep).map(|rule| rule.column))
            .chain(owners.map(|(column, _)| column))
            .chain(arose.into_iter().chain(closed).map(|(column, _)| column))
            .chain(direction.iter().map(|words| words.column).chain(party.iter().map(|words| words.column)))
            .chain(preset.left_out.iter().filter_map(|column| table.position(column)))
            .collect();
        let unmapped = (0..table.columns.len()).filter(|column| !consumed.contains(column)).collect();
        let folded = |values: &[String]| values.iter().map(|value| fold(value)).collect();
        let amounts = fields.get(&Field::Value).copied();
        let decimal = preset.decimal.unwrap_or_else(|| {
            let cells = table.rows.iter().filter_map(|row| Some(row.cells.get(amounts?)?.as_str()));
            amounts::decimal_mark(cells)
        });
        Self {
            preset,
            setting,
            columns: &table.columns,
            fields,
            rules,
            owners,
            arose,
            closed,
            direction,
            party,
            decimal,
            blanks: folded(&preset.blanks),
            yes: folded(&preset.yes),
            no: folded(&preset.no),
            unmapped,
        }
    }

    /// The row as a lead, the `turn`-th of the file.
    fn lead(&self, row: &Row, turn: usize) -> Result<Incoming, RowProblem> {
        if let Some(defect) = &row.defect {
            return Err(defect.clone());
        }
        let texts =
            self.fields.iter().filter_map(|(field, column)| Some((*field, self.cell(row, *column)?.to_owned())));
        let mut fields: BTreeMap<Field, String> = texts.collect();
        if let Some((field, _)) = fields.iter().find(|(_, text)| text.chars().count() > LONGEST_FIELD) {
            return Err(RowProblem::FieldTooLong { column: self.column_of(*field).to_owned() });
        }
        let external_id = self.identity(&mut fields)?;
        join_names(&mut fields);
        let outcome = self.outcome(row)?;
        let arose = self.date(row, self.arose)?;
        let closed = match outcome {
            Outcome::Open(_) => None,
            Outcome::Customer | Outcome::Loss { .. } => self.date(row, self.closed)?,
        };
        Ok(Incoming {
            row: row.number,
            external_id,
            direction: self.word(row, self.direction.as_ref(), self.preset.direction),
            party: self.word(row, self.party.as_ref(), self.preset.party),
            holder: self.holder(row, turn)?,
            closed: self.closed_after(row, arose, closed)?,
            arose,
            outcome,
            worth: self.worth(&mut fields)?,
            do_not_call: self.yes_or_no(&mut fields, Field::DoNotCall)?,
            do_not_email: self.yes_or_no(&mut fields, Field::DoNotEmail)?,
            custom: self.custom(row),
            fields,
        })
    }

    /// What stands in the cell, unless it is one of the preset's blanks.
    fn cell<'r>(&self, row: &'r Row, column: usize) -> Option<&'r str> {
        row.cells.get(column).map(String::as_str).filter(|cell| !cell.is_empty() && !self.blanks.contains(&fold(cell)))
    }

    fn column_of(&self, field: Field) -> &str {
        self.preset.columns.get(&field).map_or(field.word(), String::as_str)
    }

    /// The column by which leads are recognised.
    fn id_column(&self) -> &str {
        let fields = [Field::ExternalId, Field::Email, Field::Phone];
        self.column_of(fields.into_iter().find(|field| self.fields.contains_key(field)).unwrap_or(Field::ExternalId))
    }

    /// What the lead is recognised by when the file comes again: its number, else its e-mail address, else its phone.
    fn identity(&self, fields: &mut BTreeMap<Field, String>) -> Result<String, RowProblem> {
        if !self.fields.contains_key(&Field::ExternalId) {
            let email = fields.get(&Field::Email).and_then(|email| email_key(email));
            let phone = || fields.get(&Field::Phone).and_then(|phone| phone_key(phone));
            return email.or_else(phone).ok_or(RowProblem::NoContact);
        }
        let column = || self.id_column().to_owned();
        let text = fields.remove(&Field::ExternalId).ok_or_else(|| RowProblem::NoIdentity { column: column() })?;
        match whole_number(&text) {
            Some(number) => Ok(number.to_owned()),
            None if was_rounded(&text) => Err(RowProblem::Rounded { column: column(), value: text }),
            None => Ok(text),
        }
    }

    fn outcome(&self, row: &Row) -> Result<Outcome, RowProblem> {
        for rule in &self.rules {
            let text = self.cell(row, rule.column).unwrap_or_default();
            let value = || shortened(text, CELL_SHOWN);
            match rule.meanings.get(&value_key(text)) {
                Some((Becomes::Rejected, _)) => {
                    return Err(RowProblem::RejectedValue { column: rule.name.clone(), value: value() });
                }
                Some((becomes, reason)) => {
                    if let Some(outcome) = outcome_of(*becomes, reason.as_deref(), text, &rule.name) {
                        return Ok(outcome);
                    }
                }
                None if rule.others == Others::Rejected => {
                    let (column, known) = (rule.name.clone(), rule.known.clone());
                    return Err(RowProblem::UnknownValue { column, value: value(), known });
                }
                None => {}
            }
        }
        Ok(Outcome::Open(self.preset.stage))
    }

    fn word<T: Copy>(&self, row: &Row, words: Option<&Words<T>>, usual: T) -> T {
        let given = words.and_then(|words| words.meanings.get(&value_key(self.cell(row, words.column)?)).copied());
        given.unwrap_or(usual)
    }

    fn holder(&self, row: &Row, turn: usize) -> Result<Holder, RowProblem> {
        match &self.setting.givers {
            Givers::Turn(reps) => Ok(Holder::Person(reps[turn % reps.len()])),
            Givers::One(holder) => Ok(*holder),
            Givers::Column { people, otherwise } => {
                let (column, name) = self.owners.unwrap_or((usize::MAX, ""));
                let text = self.cell(row, column).unwrap_or_default();
                let person = people.get(&fold(text)).map(|person| Holder::Person(*person));
                person.or(*otherwise).ok_or_else(|| RowProblem::UnknownOwner {
                    column: name.to_owned(),
                    value: shortened(text, CELL_SHOWN),
                })
            }
        }
    }

    /// The moment in a date column; noon where the cell names a day only, so that every zone near ours sees that day.
    fn date(&self, row: &Row, column: Option<(usize, &DateColumn)>) -> Result<Option<DateTime<Utc>>, RowProblem> {
        let Some((place, DateColumn { column, format })) = column else { return Ok(None) };
        let Some(text) = self.cell(row, place) else { return Ok(None) };
        let (column, value) = (|| column.clone(), || shortened(text, CELL_SHOWN));
        let moment = dates::parse(text, *format).and_then(|written| self.moment(written));
        let moment = moment.ok_or_else(|| RowProblem::NoDate { column: column(), value: value(), format: *format })?;
        if self.day(moment) > self.day(self.setting.now) {
            return Err(RowProblem::Future { column: column(), value: value() });
        }
        Ok(Some(moment.min(self.setting.now)))
    }

    fn day(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.setting.zone).date_naive()
    }

    fn moment(&self, written: Written) -> Option<DateTime<Utc>> {
        let time = written.time.or_else(|| NaiveTime::from_hms_opt(12, 0, 0))?;
        let local = written.date.and_time(time);
        if let Some(ahead) = written.offset_minutes {
            return Some((local - TimeDelta::minutes(ahead.into())).and_utc());
        }
        let zone = self.setting.zone;
        // A clock that was put forward never showed the hour in between.
        let in_gap = || zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest();
        zone.from_local_datetime(&local).earliest().or_else(in_gap).map(|moment| moment.with_timezone(&Utc))
    }

    /// Nothing ends before it begins; where both fall on one day, a missing time of day is no contradiction.
    fn closed_after(
        &self,
        row: &Row,
        arose: Option<DateTime<Utc>>,
        closed: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, RowProblem> {
        match (arose, closed, self.closed) {
            (Some(arose), Some(closed), Some((place, column))) if self.day(closed) < self.day(arose) => {
                let value = shortened(self.cell(row, place).unwrap_or_default(), CELL_SHOWN);
                Err(RowProblem::ClosedTooEarly { column: column.column.clone(), value })
            }
            (Some(arose), Some(closed), _) => Ok(Some(closed.max(arose))),
            _ => Ok(closed),
        }
    }

    fn worth(&self, fields: &mut BTreeMap<Field, String>) -> Result<Option<Worth>, RowProblem> {
        let named = fields.remove(&Field::Currency);
        let Some(text) = fields.remove(&Field::Value) else { return Ok(None) };
        let given = named.as_deref().and_then(amounts::currency).or_else(|| amounts::currency(&text));
        let usual = || self.preset.currency.clone().unwrap_or_else(|| self.setting.base_currency.clone());
        let currency = given.unwrap_or_else(usual);
        let column = || self.column_of(Field::Value).to_owned();
        // The amount is looked at first: a word may look like a currency's code.
        let digits = self.setting.currencies.get(&currency).copied();
        match amounts::parse(&text, self.decimal, digits.unwrap_or(2)) {
            None => Err(RowProblem::NoAmount { column: column(), value: shortened(&text, CELL_SHOWN) }),
            Some(_) if digits.is_none() => Err(RowProblem::NoRate { currency }),
            Some(minor) => Ok(Some(Worth { minor, currency })),
        }
    }

    /// A blank says no; a word that is neither yes nor no is never guessed at.
    fn yes_or_no(&self, fields: &mut BTreeMap<Field, String>, field: Field) -> Result<bool, RowProblem> {
        let Some(text) = fields.remove(&field) else { return Ok(false) };
        let word = fold(&text);
        if self.yes.contains(&word) {
            Ok(true)
        } else if self.no.contains(&word) {
            Ok(false)
        } else {
            let column = self.column_of(field).to_owned();
            Err(RowProblem::NeitherYesNorNo { column, value: shortened(&text, CELL_SHOWN) })
        }
    }

    fn custom(&self, row: &Row) -> Map<String, Value> {
        let kept = |column: &usize| Some((self.columns[*column].clone(), self.cell(row, *column)?.into()));
        self.unmapped.iter().filter_map(kept).collect()
    }
}

/// What a value makes of a lead; nothing where the next rule is to say. The note of a loss is the value, or where that is
/// blank, the column's name.
fn outcome_of(becomes: Becomes, reason: Option<&str>, text: &str, column: &str) -> Option<Outcome> {
    if let Some(stage) = becomes.open_stage() {
        return Some(Outcome::Open(stage));
    }
    match (becomes.loss(), reason) {
        (Some(outcome), Some(reason)) => {
            let note = if text.is_empty() { column } else { text }.to_owned();
            Some(Outcome::Loss { outcome, reason: reason.to_owned(), note })
        }
        _ => (becomes == Becomes::Customer).then_some(Outcome::Customer),
    }
}

fn join_names(fields: &mut BTreeMap<Field, String>) {
    let Some(last) = fields.remove(&Field::LastName) else { return };
    let name = match fields.remove(&Field::Name) {
        Some(first) => format!("{first} {last}"),
        None => last,
    };
    fields.insert(Field::Name, name);
}

/// Whether a spreadsheet wrote a long number as `6.60737E+05`: its last digits are gone.
fn was_rounded(text: &str) -> bool {
    let looks_so = text.split_once(['E', 'e']).is_some_and(|(_, power)| power.starts_with('+'));
    looks_so && text.parse::<f64>().is_ok()
}

impl Summary {
    /// Sums up a plan whose leads that are `there` already were not imported by it.
    pub fn new(file: &str, preset: &str, plan: &Plan, there: &AlreadyThere) -> Self {
        let mut summary = Self {
            file: file.to_owned(),
            preset: preset.to_owned(),
            rows: plan.leads.len() + plan.rejections.len(),
            rejected: plan.rejections.len(),
            rejections: plan.rejections.iter().take(REJECTIONS_SHOWN).cloned().collect(),
            ..Self::default()
        };
        for lead in &plan.leads {
            if let Some(whose) = there.get(&lead.external_id) {
                summary.already_there += 1;
                summary.elsewhere += usize::from(*whose == Whose::Elsewhere);
            } else {
                summary.count(lead);
            }
        }
        summary
    }

    fn count(&mut self, lead: &Incoming) {
        self.imported += 1;
        self.do_not_call += usize::from(lead.do_not_call);
        self.do_not_email += usize::from(lead.do_not_email);
        self.undated += usize::from(lead.arose.is_none());
        match &lead.outcome {
            Outcome::Open(_) => self.open += 1,
            Outcome::Customer => self.customers += 1,
            Outcome::Loss { outcome: LossOutcome::Lost, reason, .. } => {
                *self.lost.entry(reason.clone()).or_default() += 1
            }
            Outcome::Loss { outcome: LossOutcome::Unqualified, reason, .. } => {
                *self.unqualified.entry(reason.clone()).or_default() += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::preset::{CustomerRule, DateFormat, ValueMeaning};
    use proptest::prelude::*;

    const COLUMNS: &str = "Lead Number,Lead Source,Country,City,Specialization,What is your current occupation,\
                           Do Not Call,Do Not Email,Converted,Tags,Lead Quality\n";

    fn x_education() -> Preset {
        Preset::load("x-education").expect("built in")
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_440_200, 0).expect("in range")
    }

    fn planned(preset: &Preset, text: &str, setting: &Setting) -> Plan {
        plan(preset, &read(preset, text.as_bytes()).expect("readable"), setting)
    }

    fn plan_of(rows: &str) -> Plan {
        let setting = Setting::spread_over(vec![UserId(1), UserId(2)], now());
        planned(&x_education(), &format!("{COLUMNS}{rows}"), &setting)
    }

    /// A preset that maps these fields to columns of the same name.
    fn mapping(fields: &[Field]) -> Preset {
        let columns = fields.iter().map(|field| (*field, field.word().to_owned())).collect();
        Preset { columns, ..Preset::blank("test".to_owned()) }
    }

    fn reason_of(row: &str) -> String {
        let plan = plan_of(&format!("{row}\n"));
        assert_eq!((plan.leads.len(), plan.rejections.len()), (0, 1), "{row}");
        plan.rejections[0].reason.clone()
    }

    #[test]
    fn a_row_becomes_a_lead_with_its_blanks_left_out() {
        let plan = plan_of("660737.0,Google,India,Select,Select,Unemployed,No,Yes,0.0,,Low\n");
        let lead = &plan.leads[0];
        assert_eq!((lead.row, lead.external_id.as_str()), (2, "660737"));
        assert_eq!(
            (lead.text(Field::Source), lead.text(Field::City), lead.text(Field::Product)),
            (Some("Google"), None, None)
        );
        assert_eq!((lead.do_not_call, lead.do_not_email), (false, true));
        assert_eq!(lead.outcome, Outcome::Open(StageKind::Open));
        assert_eq!(Value::Object(lead.custom.clone()), serde_json::json!({"Lead Quality": "Low"}));
    }

    #[test]
    fn values_mean_outcomes_and_the_value_becomes_the_note() {
        let outcome = |converted: &str, tags: &str| {
            plan_of(&format!("1,,,,,,No,No,{converted},{tags},\n")).leads[0].outcome.clone()
        };
        let loss =
            |outcome, reason: &str, note: &str| Outcome::Loss { outcome, reason: reason.into(), note: note.into() };
        assert_eq!(outcome("1.0", "Ringing"), Outcome::Customer);
        assert_eq!(outcome("0", "Ringing"), loss(LossOutcome::Lost, "contact_lost", "Ringing"));
        assert_eq!(
            outcome("0.0", "Interested  in full time MBA"),
            loss(LossOutcome::Unqualified, "needs_dont_match", "Interested  in full time MBA")
        );
        assert_eq!(outcome("0", "Will revert after reading the email"), Outcome::Open(StageKind::Open));
    }

    #[test]
    fn a_bad_row_is_rejected_alone_and_says_why() {
        assert_eq!(reason_of(",Google,,,,,No,No,0,,"), "Lead Number is blank, and by it leads are recognised");
        assert_eq!(reason_of("1,Google,,,,,No,No,perhaps,,"), "Converted says “perhaps”; known are 1, 0");
        assert_eq!(reason_of("1,Google,,,,,No,No,,,"), "Converted says “”; known are 1, 0");
        assert_eq!(reason_of("1,Google,,,,,never,No,0,,"), "Do Not Call says “never”, which is neither yes nor no");
        assert_eq!(reason_of("1,Google"), "the row has 2 cells, the header 11");
        assert!(reason_of("6.60737E+05,Google,,,,,No,No,0,,").contains("rounded"));
        let plan = plan_of("7,,,,,,,,0,,\n7.0,,,,,,,,1,,\n8,,,,,,,,0,,\n");
        assert_eq!(plan.leads.iter().map(|lead| lead.external_id.as_str()).collect::<Vec<_>>(), ["7", "8"]);
        assert_eq!(
            (plan.rejections[0].row, plan.rejections[0].reason.as_str()),
            (3, "Lead Number 7 stands in row 2 already")
        );
    }

    #[test]
    fn a_formula_is_a_text_like_any_other() {
        let plan = plan_of("1,\"=HYPERLINK(\"\"http://x\"\")\",,,,,No,No,0,,@SUM(A1)\n");
        assert_eq!(plan.leads[0].text(Field::Source), Some("=HYPERLINK(\"http://x\")"));
        assert_eq!(plan.leads[0].custom["Lead Quality"], "@SUM(A1)");
    }

    #[test]
    fn without_numbers_leads_are_recognised_by_how_to_reach_them() {
        let preset = mapping(&[Field::Name, Field::LastName, Field::Email, Field::Phone]);
        let text = "name,last_name,email,phone\nAyşe,Yılmaz,Ayse@X.com,\nCan,,,+90 532 000 11 22\nDeniz,,no,112\nEce,,ayse@x.com,\n";
        let plan = planned(&preset, text, &Setting::spread_over(vec![UserId(1)], now()));
        let known: Vec<_> =
            plan.leads.iter().map(|lead| (lead.external_id.as_str(), lead.text(Field::Name).unwrap_or(""))).collect();
        assert_eq!(known, [("ayse@x.com", "Ayşe Yılmaz"), ("320001122", "Can")]);
        let problems: Vec<_> = plan.rejections.iter().filter_map(|rejection| rejection.problem.clone()).collect();
        let twice = RowProblem::Twice { column: "email".into(), value: "ayse@x.com".into(), row: 2 };
        assert_eq!(problems, [RowProblem::NoContact, twice]);
    }

    #[test]
    fn values_decide_stage_outcome_and_refusal() {
        let means = |values: &[&str], becomes, reason: Option<&str>| ValueMeaning {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            becomes,
            reason: reason.map(str::to_owned),
        };
        let preset = Preset {
            stage: StageKind::Contacted,
            outcome: vec![OutcomeRule {
                column: "Durum".into(),
                others: Others::Undecided,
                keep: false,
                meaning: vec![
                    means(&["Teklif"], Becomes::Negotiation, None),
                    means(&["Satış"], Becomes::Customer, None),
                    means(&[""], Becomes::Lost, Some("contact_lost")),
                    means(&["Spam"], Becomes::Rejected, None),
                ],
            }],
            ..mapping(&[Field::ExternalId])
        };
        let text = "external_id,Durum\n1,TEKLİF\n2,satış\n3,\n4,Spam\n5,Başka\n";
        let plan = planned(&preset, text, &Setting::spread_over(vec![UserId(1)], now()));
        let outcomes: Vec<_> = plan.leads.iter().map(|lead| lead.outcome.clone()).collect();
        let loss = Outcome::Loss { outcome: LossOutcome::Lost, reason: "contact_lost".into(), note: "Durum".into() };
        let (offered, contacted) = (Outcome::Open(StageKind::Negotiation), Outcome::Open(StageKind::Contacted));
        assert_eq!(outcomes, [offered, Outcome::Customer, loss, contacted]);
        assert!(plan.leads.iter().all(|lead| lead.custom.is_empty()));
        assert_eq!(
            plan.rejections[0].problem,
            Some(RowProblem::RejectedValue { column: "Durum".into(), value: "Spam".into() })
        );
    }

    #[test]
    fn dates_are_those_of_the_organisations_wall_and_never_lie_ahead() {
        let date = |column: &str| Some(DateColumn { column: column.into(), format: DateFormat::DayFirst });
        let customer = CustomerRule { column: "won".into(), yes: vec!["1".into()], no: vec!["0".into()] };
        let preset = Preset {
            arose: date("Created"),
            closed: date("Closed"),
            customer: Some(customer),
            ..mapping(&[Field::ExternalId])
        };
        let setting = Setting { zone: Tz::Europe__Istanbul, ..Setting::spread_over(vec![UserId(1)], now()) };
        let text = "external_id,Created,Closed,won\n1,01.02.2026 14:00,01.02.2026,1\n2,,03.02.2026,0\n3,02.03.2026,,1\n\
                    4,03.03.2026,,0\n5,01.02.2026,31.01.2026,1\n6,2026-02-01,,0\n";
        let plan = planned(&preset, text, &setting);
        let shown = |moment: Option<DateTime<Utc>>| moment.map(|moment| moment.to_rfc3339()).unwrap_or_default();
        let moments: Vec<_> = plan.leads.iter().map(|lead| (shown(lead.arose), shown(lead.closed))).collect();
        let at = |text: &str| text.to_owned();
        assert_eq!(
            moments,
            [
                (at("2026-02-01T11:00:00+00:00"), at("2026-02-01T11:00:00+00:00")),
                (at(""), at("")),
                (shown(Some(now())), at("")),
            ]
        );
        let reasons: Vec<_> = plan.rejections.iter().map(|rejection| rejection.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "Created says “03.03.2026”, which has not come yet",
                "Closed says “31.01.2026”, which is before the lead arose",
                "Created says “2026-02-01”, which is no date like 31.12.2026",
            ]
        );
        assert_eq!(Summary::new("f", "p", &plan, &AlreadyThere::new()).undated, 1);
    }

    #[test]
    fn owners_and_amounts_are_named_by_columns() {
        let owners = Owners::Column { column: "Rep".into(), otherwise: None };
        let preset = Preset { owners, ..mapping(&[Field::ExternalId, Field::Value, Field::Currency]) };
        let people = [("ayse@x.com", 7), ("ayse yilmaz", 7)].map(|(name, id)| (name.to_owned(), UserId(id))).into();
        let setting = Setting {
            givers: Givers::Column { people, otherwise: None },
            currencies: [("EUR".to_owned(), 2), ("JPY".to_owned(), 0)].into(),
            ..Setting::spread_over(Vec::new(), now())
        };
        let text = "external_id;Rep;value;currency\n1;Ayşe YILMAZ;1.234,5;\n2;AYSE@x.com;5;JPY\n3;Nobody;;\n4;;;\n\
                    5;Ayşe Yılmaz;much;\n6;Ayşe Yılmaz;5;USD\n";
        let plan = planned(&preset, text, &setting);
        let worth = |minor, currency: &str| Some(Worth { minor, currency: currency.to_owned() });
        let worths: Vec<_> = plan.leads.iter().map(|lead| lead.worth.clone()).collect();
        assert_eq!(worths, [worth(123_450, "EUR"), worth(5, "JPY")]);
        assert!(plan.leads.iter().all(|lead| lead.holder == Holder::Person(UserId(7))));
        let rows: Vec<_> = plan.rejections.iter().map(|rejection| (rejection.row, rejection.reason.as_str())).collect();
        assert_eq!(
            rows,
            [
                (4, "Rep says “Nobody”, and nobody who may own leads is called so"),
                (5, "Rep says “”, and nobody who may own leads is called so"),
                (6, "value says “much”, which is no amount"),
                (7, "no rate is known for USD: an admin can set it under Settings"),
            ]
        );
    }

    proptest! {
        #[test]
        fn every_row_is_a_lead_or_a_rejection(
            rows in prop::collection::vec(("[0-9]{0,2}", "[01x]?", "(Ringing|busy|Select|)"), 1..60),
        ) {
            let text: String = rows.iter().map(|(id, won, tags)| format!("{id},x,,,,,No,No,{won},{tags},\n")).collect();
            let plan = plan_of(&text);
            prop_assert_eq!(plan.leads.len() + plan.rejections.len(), rows.len());
            let ids: BTreeSet<_> = plan.leads.iter().map(|lead| &lead.external_id).collect();
            prop_assert_eq!(ids.len(), plan.leads.len());
            let half: AlreadyThere = ids.into_iter().step_by(2).map(|id| (id.clone(), Whose::Elsewhere)).collect();
            let summary = Summary::new("f", "p", &plan, &half);
            let lost: usize = summary.lost.values().chain(summary.unqualified.values()).sum();
            prop_assert_eq!((summary.already_there, summary.elsewhere), (half.len(), half.len()));
            prop_assert_eq!(summary.open + summary.customers + lost, summary.imported);
            prop_assert_eq!(summary.imported + summary.already_there + summary.rejected, summary.rows);
        }
    }
}
