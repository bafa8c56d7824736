//! What a row means: a lead with its outcome, or a rejection with its reason. Pure: the same file and preset always make
//! the same plan, so that an import which was cut off can be taken up again.

use super::{
    preset::{CustomerRule, Field, LossOutcome, Meaning, Preset},
    reader::{self, Row, Table, Unreadable, shortened},
};
use crate::{
    fold::fold,
    pipeline::{
        api::{Direction, Party},
        rules::StageKind,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many rejections stand in the summary; all of them are kept with the import.
const REJECTIONS_SHOWN: usize = 20;
/// A rejected row's cells are kept to this many characters each.
const CELL_KEPT: usize = 200;
/// A mapped field holds this many characters at most: longer ones are pasted text, and no index could take them.
const LONGEST_FIELD: usize = 500;

/// Where a lead stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// On the board, in its first stage.
    Open,
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
            Self::Open => Some(StageKind::Open),
            Self::Customer => Some(StageKind::Customer),
            Self::Loss { outcome: LossOutcome::Unqualified, .. } => Some(StageKind::Unqualified),
            Self::Loss { outcome: LossOutcome::Lost, .. } => None,
        }
    }
}

/// A lead as a row describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its row's number.
    pub row: i64,
    /// The number under which the other system knows it.
    pub external_id: String,
    /// Where it stands.
    pub outcome: Outcome,
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

/// A row that cannot become a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Its number, as a spreadsheet counts.
    pub row: i64,
    /// Why, in a sentence.
    pub reason: String,
    /// What stands in it, long texts cut off.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// All that a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Who came to whom.
    pub direction: Direction,
    /// What the leads are.
    pub party: Party,
    /// The leads, in the file's order.
    pub leads: Vec<Incoming>,
    /// The rows that are none.
    pub rejections: Vec<Rejection>,
}

/// Reads a file with a preset.
///
/// # Errors
/// [`Unreadable`] when it is no table with the preset's columns; a bad row is no error but a rejection.
pub fn plan(preset: &Preset, bytes: &[u8]) -> Result<Plan, Unreadable> {
    let table = reader::read(bytes, &preset.needed_columns())?;
    let understanding = Understanding::new(preset, &table);
    let mut plan = Plan { direction: preset.direction, party: preset.party, leads: Vec::new(), rejections: Vec::new() };
    let mut rows_by_id: HashMap<String, i64> = HashMap::new();
    for row in &table.rows {
        let lead = understanding.lead(row).and_then(|lead| match rows_by_id.get(&lead.external_id) {
            Some(first) => {
                Err(format!("{} {} stands in row {first} already", understanding.id_column(), lead.external_id))
            }
            None => Ok(lead),
        });
        match lead {
            Ok(lead) => {
                rows_by_id.insert(lead.external_id.clone(), lead.row);
                plan.leads.push(lead);
            }
            Err(reason) => plan.rejections.push(rejection(row, reason)),
        }
    }
    Ok(plan)
}

fn rejection(row: &Row, reason: String) -> Rejection {
    Rejection { row: row.number, reason, cells: row.cells.iter().map(|cell| shortened(cell, CELL_KEPT)).collect() }
}

/// A preset, looked up once for all rows of a table.
struct Understanding<'a> {
    preset: &'a Preset,
    columns: &'a [String],
    fields: BTreeMap<Field, usize>,
    customer: Option<(usize, &'a CustomerRule)>,
    loss: Option<(usize, HashMap<String, &'a Meaning>)>,
    blanks: BTreeSet<String>,
    yes: BTreeSet<String>,
    no: BTreeSet<String>,
    /// The columns that fill no field and decide nothing else.
    unmapped: Vec<usize>,
}

impl<'a> Understanding<'a> {
    fn new(preset: &'a Preset, table: &'a Table) -> Self {
        let fields: BTreeMap<Field, usize> =
            preset.columns.iter().filter_map(|(field, column)| Some((*field, table.position(column)?))).collect();
        let customer = preset.customer.as_ref().and_then(|rule| Some((table.position(&rule.column)?, rule)));
        let loss = preset.loss.as_ref().and_then(|rule| {
            let meanings =
                rule.meaning.iter().flat_map(|meaning| meaning.values.iter().map(move |value| (fold(value), meaning)));
            Some((table.position(&rule.column)?, meanings.collect()))
        });
        let consumed: BTreeSet<usize> = fields.values().copied().chain(customer.map(|(column, _)| column)).collect();
        let unmapped = (0..table.columns.len()).filter(|column| !consumed.contains(column)).collect();
        let folded = |values: &[String]| values.iter().map(|value| fold(value)).collect();
        Self {
            preset,
            columns: &table.columns,
            fields,
            customer,
            loss,
            blanks: folded(&preset.blanks),
            yes: folded(&preset.yes),
            no: folded(&preset.no),
            unmapped,
        }
    }

    fn lead(&self, row: &Row) -> Result<Incoming, String> {
        if let Some(defect) = &row.defect {
            return Err(defect.clone());
        }
        let texts =
            self.fields.iter().filter_map(|(field, column)| Some((*field, self.cell(row, *column)?.to_owned())));
        let mut fields: BTreeMap<Field, String> = texts.collect();
        if let Some((field, _)) = fields.iter().find(|(_, text)| text.chars().count() > LONGEST_FIELD) {
            return Err(format!("{} has more than {LONGEST_FIELD} characters", self.column_of(*field)));
        }
        let external_id = fields
            .remove(&Field::ExternalId)
            .ok_or_else(|| format!("{} is blank, and by it leads are recognised", self.id_column()))?;
        Ok(Incoming {
            row: row.number,
            external_id: self.identifier(&external_id)?,
            outcome: self.outcome(row)?,
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

    fn id_column(&self) -> &str {
        self.column_of(Field::ExternalId)
    }

    fn identifier(&self, text: &str) -> Result<String, String> {
        match whole_number(text) {
            Some(number) => Ok(number.to_owned()),
            None if was_rounded(text) => {
                Err(format!("{} was rounded to {text} by a spreadsheet: format that column as text", self.id_column()))
            }
            None => Ok(text.to_owned()),
        }
    }

    fn outcome(&self, row: &Row) -> Result<Outcome, String> {
        if let Some((column, rule)) = self.customer
            && is_customer(rule, self.cell(row, column).unwrap_or_default())?
        {
            return Ok(Outcome::Customer);
        }
        let Some((column, meanings)) = &self.loss else { return Ok(Outcome::Open) };
        let note = self.cell(row, *column).unwrap_or_default();
        Ok(meanings.get(&fold(note)).map_or(Outcome::Open, |meaning| Outcome::Loss {
            outcome: meaning.outcome,
            reason: meaning.reason.clone(),
            note: note.to_owned(),
        }))
    }

    /// A blank says no; a word that is neither yes nor no is never guessed at.
    fn yes_or_no(&self, fields: &mut BTreeMap<Field, String>, field: Field) -> Result<bool, String> {
        let Some(text) = fields.remove(&field) else { return Ok(false) };
        let word = fold(&text);
        if self.yes.contains(&word) {
            Ok(true)
        } else if self.no.contains(&word) {
            Ok(false)
        } else {
            Err(format!("{} says “{}”, which is neither yes nor no", self.column_of(field), shortened(&text, 40)))
        }
    }

    fn custom(&self, row: &Row) -> Map<String, Value> {
        let kept = |column: &usize| Some((self.columns[*column].clone(), self.cell(row, *column)?.into()));
        self.unmapped.iter().filter_map(kept).collect()
    }
}

fn is_customer(rule: &CustomerRule, text: &str) -> Result<bool, String> {
    let value = fold(whole_number(text).unwrap_or(text));
    let is_one_of = |values: &[String]| values.iter().any(|known| fold(known) == value);
    if is_one_of(&rule.yes) {
        Ok(true)
    } else if is_one_of(&rule.no) {
        Ok(false)
    } else {
        let known: Vec<_> = rule.yes.iter().chain(&rule.no).map(String::as_str).collect();
        Err(format!("{} says “{}”; known are {}", rule.column, shortened(text, 40), known.join(", ")))
    }
}

/// `660737` of `660737` and of `660737.0`, the way in which some programs write whole numbers.
fn whole_number(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, wanted: fn(&u8) -> bool| !part.is_empty() && part.as_bytes().iter().all(wanted);
    (digits(whole, u8::is_ascii_digit) && digits(fraction, |digit| *digit == b'0')).then_some(whole)
}

/// Whether a spreadsheet wrote a long number as `6.60737E+05`: its last digits are gone.
fn was_rounded(text: &str) -> bool {
    let looks_so = text.split_once(['E', 'e']).is_some_and(|(_, power)| power.starts_with('+'));
    looks_so && text.parse::<f64>().is_ok()
}

/// What an import did, or would do. The last thing that `winback import` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The file's name.
    pub file: String,
    /// The preset's name.
    pub preset: String,
    /// Whether nothing was written: everything below would happen.
    pub dry_run: bool,
    /// Rows below the header that are not blank.
    pub rows: usize,
    /// Leads that came in.
    pub imported: usize,
    /// Leads that were here before.
    pub already_there: usize,
    /// Rows that are no leads.
    pub rejected: usize,
    /// The first of them.
    pub rejections: Vec<Rejection>,
    /// Of the imported: on the board.
    pub open: usize,
    /// Of the imported: won.
    pub customers: usize,
    /// Of the imported: lost, by reason.
    pub lost: BTreeMap<String, usize>,
    /// Of the imported: unqualified, by reason.
    pub unqualified: BTreeMap<String, usize>,
    /// Of the imported: not to be called.
    pub do_not_call: usize,
    /// Of the imported: not to be sent e-mails.
    pub do_not_email: usize,
    /// How long it took.
    pub seconds: f64,
}

impl Summary {
    /// Sums up a plan whose leads in `already_there` were not imported by it.
    pub fn new(file: &str, preset: &str, plan: &Plan, already_there: &BTreeSet<String>) -> Self {
        let mut summary = Self {
            file: file.to_owned(),
            preset: preset.to_owned(),
            dry_run: false,
            rows: plan.leads.len() + plan.rejections.len(),
            imported: 0,
            already_there: 0,
            rejected: plan.rejections.len(),
            rejections: plan.rejections.iter().take(REJECTIONS_SHOWN).cloned().collect(),
            open: 0,
            customers: 0,
            lost: BTreeMap::new(),
            unqualified: BTreeMap::new(),
            do_not_call: 0,
            do_not_email: 0,
            seconds: 0.0,
        };
        for lead in &plan.leads {
            if already_there.contains(&lead.external_id) {
                summary.already_there += 1;
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
        match &lead.outcome {
            Outcome::Open => self.open += 1,
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
    use proptest::prelude::*;

    const COLUMNS: &str = "Lead Number,Lead Source,Country,City,Specialization,What is your current occupation,\
                           Do Not Call,Do Not Email,Converted,Tags,Lead Quality\n";

    fn x_education() -> Preset {
        Preset::load("x-education").expect("built in")
    }

    fn plan_of(rows: &str) -> Plan {
        plan(&x_education(), format!("{COLUMNS}{rows}").as_bytes()).expect("readable")
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
        assert_eq!(lead.outcome, Outcome::Open);
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
        assert_eq!(outcome("0", "Will revert after reading the email"), Outcome::Open);
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
    fn whole_numbers_lose_their_empty_fraction_and_nothing_else() {
        assert_eq!(whole_number("660737.00"), Some("660737"));
        for other in ["", "1.5", "1.", ".0", "-1.0", "A1.0", "1.0.0"] {
            assert_eq!(whole_number(other), None, "{other}");
        }
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
            let half: BTreeSet<String> = ids.into_iter().step_by(2).cloned().collect();
            let summary = Summary::new("f", "p", &plan, &half);
            let lost: usize = summary.lost.values().chain(summary.unqualified.values()).sum();
            prop_assert_eq!(summary.already_there, half.len());
            prop_assert_eq!(summary.open + summary.customers + lost, summary.imported);
            prop_assert_eq!(summary.imported + summary.already_there + summary.rejected, summary.rows);
        }
    }
}
