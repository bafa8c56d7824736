//! Presets: how the columns and values of one kind of file are to be understood. The same on both targets: the import page
//! edits what a preset file says.

use crate::{
    fold::fold,
    people::rules::words,
    pipeline::{
        api::{Direction, Party},
        rules::StageKind,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// A field of the lead that a column can fill.
    Field {
        /// The number under which the other system knows the lead.
        ExternalId = "external_id",
        /// The person's name, or the first one.
        Name = "name",
        /// The last name, where it has a column of its own.
        LastName = "last_name",
        /// The company's name.
        Company = "company",
        /// E-mail address.
        Email = "email",
        /// Phone number.
        Phone = "phone",
        /// Country.
        Country = "country",
        /// City.
        City = "city",
        /// Street and number.
        Address = "address",
        /// Web address.
        Website = "website",
        /// What they do.
        Occupation = "occupation",
        /// What the company does.
        Industry = "industry",
        /// What they asked for, in their own words.
        Request = "request",
        /// The channel that they came through.
        Source = "source",
        /// What made them come.
        Campaign = "campaign",
        /// What they want to buy.
        Product = "product",
        /// The group that they belong to.
        Segment = "segment",
        /// What it is worth.
        Value = "value",
        /// In which currency.
        Currency = "currency",
        /// They do not want to be called.
        DoNotCall = "do_not_call",
        /// They do not want e-mails.
        DoNotEmail = "do_not_email",
    }
}

words! {
    /// How a lead was lost.
    LossOutcome {
        /// It could have been won.
        Lost = "lost",
        /// Its needs never matched.
        Unqualified = "unqualified",
    }
}

words! {
    /// What a value makes of a lead.
    Becomes {
        /// Nothing yet: the next rule is asked, and after the last one the lead is open.
        Undecided = "undecided",
        /// Open, in that stage.
        Open = "open",
        Contacted = "contacted",
        Nurturing = "nurturing",
        Qualified = "qualified",
        Negotiation = "negotiation",
        /// Won.
        Customer = "customer",
        /// Lost, for a reason.
        Lost = "lost",
        /// Unqualified, for a reason.
        Unqualified = "unqualified",
        /// No lead at all.
        Rejected = "rejected",
    }
}

impl Becomes {
    /// The stage that it opens the lead in.
    pub fn open_stage(self) -> Option<StageKind> {
        match self {
            Self::Open => Some(StageKind::Open),
            Self::Contacted => Some(StageKind::Contacted),
            Self::Nurturing => Some(StageKind::Nurturing),
            Self::Qualified => Some(StageKind::Qualified),
            Self::Negotiation => Some(StageKind::Negotiation),
            Self::Undecided | Self::Customer | Self::Lost | Self::Unqualified | Self::Rejected => None,
        }
    }

    /// The kind of loss that it is.
    pub fn loss(self) -> Option<LossOutcome> {
        match self {
            Self::Lost => Some(LossOutcome::Lost),
            Self::Unqualified => Some(LossOutcome::Unqualified),
            _ => None,
        }
    }
}

words! {
    /// What becomes of values that a rule does not name.
    Others {
        /// The next rule is asked.
        Undecided = "undecided",
        /// The row is rejected.
        Rejected = "rejected",
    }
}

words! {
    /// What stands before the fraction of an amount.
    DecimalMark {
        /// 1,234.56
        Point = "point",
        /// 1.234,56
        Comma = "comma",
    }
}

words! {
    /// How a column writes its dates.
    DateFormat {
        /// 2026-03-02
        Iso = "yyyy-mm-dd",
        /// 02.03.2026 is the second of March.
        DayFirst = "dd.mm.yyyy",
        /// 03/02/2026 is the second of March.
        MonthFirst = "mm/dd/yyyy",
        /// 20260302
        Compact = "yyyymmdd",
        /// 2 Mar 2026, 2 Mart 2026, 2 марта 2026, March 2, 2026
        Named = "d month yyyy",
        /// 46083, as spreadsheets count days.
        Serial = "serial",
    }
}

/// How the file is laid out, as far as somebody says so; the rest is found by looking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The name of its encoding, such as windows-1254.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What stands between two cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The row with the columns' names, as a spreadsheet counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<i64>,
    /// The sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// A column with dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateColumn {
    /// Its name.
    pub column: String,
    /// How it writes them.
    pub format: DateFormat,
}

/// A column whose values mean one of two words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordColumn<T> {
    /// Its name.
    pub column: String,
    /// What its values mean; for the others the preset's own word holds.
    #[serde(default = "Vec::new")]
    pub meaning: Vec<WordMeaning<T>>,
}

/// Values that mean a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordMeaning<T> {
    /// The values.
    pub values: Vec<String>,
    /// The word.
    pub is: T,
}

impl<T: Copy + PartialEq> WordColumn<T> {
    /// What a value means.
    pub fn meaning_of(&self, value: &str) -> Option<T> {
        let key = value_key(value);
        let names = |meaning: &&WordMeaning<T>| meaning.values.iter().any(|value| value_key(value) == key);
        self.meaning.iter().find(names).map(|meaning| meaning.is)
    }

    /// Says what a value means; `None` leaves it to the preset's own word.
    pub fn say(&mut self, value: &str, word: Option<T>) {
        let key = value_key(value);
        for meaning in &mut self.meaning {
            meaning.values.retain(|value| value_key(value) != key);
        }
        self.meaning.retain(|meaning| !meaning.values.is_empty());
        let Some(word) = word else { return };
        match self.meaning.iter_mut().find(|meaning| meaning.is == word) {
            Some(meaning) => meaning.values.push(value.to_owned()),
            None => self.meaning.push(WordMeaning { values: vec![value.to_owned()], is: word }),
        }
    }
}

/// Who becomes responsible for the leads. People are named by e-mail address, queues and teams by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Owners {
    /// The reps in turn: those of a team, or all.
    Spread {
        /// The team.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
    },
    /// One person.
    Person {
        /// Their e-mail address.
        email: String,
    },
    /// A queue.
    Queue {
        /// Its name.
        name: String,
    },
    /// Whom a column names, by e-mail address or name.
    Column {
        /// The column.
        column: String,
        /// The queue for leads whose cell is blank or names nobody; without it such rows are rejected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<String>,
    },
}

impl Default for Owners {
    fn default() -> Self {
        Self::Spread { team: None }
    }
}

impl Owners {
    fn column(&self) -> Option<&String> {
        match self {
            Self::Column { column, .. } => Some(column),
            _ => None,
        }
    }
}

fn open() -> StageKind {
    StageKind::Open
}

fn is_open(stage: &StageKind) -> bool {
    *stage == StageKind::Open
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A file's columns and values, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Names the system that the leads come from.
    pub name: String,
    /// Who came to whom.
    pub direction: Direction,
    /// What the leads are.
    pub party: Party,
    /// Where leads stand that no rule says more about.
    #[serde(default = "open", skip_serializing_if = "is_open")]
    pub stage: StageKind,
    /// Of amounts that name none; the organisation's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What stands before the fraction of an amount; found by looking without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// Texts that stand for nothing.
    #[serde(default)]
    pub blanks: Vec<String>,
    /// Texts that say yes.
    #[serde(default)]
    pub yes: Vec<String>,
    /// Texts that say no.
    #[serde(default)]
    pub no: Vec<String>,
    /// Columns that are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// How the file is laid out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub file: Layout,
    /// Which column fills which field.
    pub columns: BTreeMap<Field, String>,
    /// Who becomes responsible.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Owners,
    /// When the enquiry arose; unknown without it, and then the leads stay out of trends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arose: Option<DateColumn>,
    /// When it was won or lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<DateColumn>,
    /// The column that says who came to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction_by: Option<WordColumn<Direction>>,
    /// The column that says what a lead is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_by: Option<WordColumn<Party>>,
    /// Who is a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerRule>,
    /// Who was lost, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossRule>,
    /// What became of the leads: each rule is asked until one decides, after `customer` and `loss`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcome: Vec<OutcomeRule>,
}

/// The column that says who is a customer: the short way to write an [`OutcomeRule`] that rejects every other value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerRule {
    /// Its name.
    pub column: String,
    /// Values of customers.
    pub yes: Vec<String>,
    /// Values of everybody else.
    pub no: Vec<String>,
}

/// The column that says who was lost: the short way to write an [`OutcomeRule`] about losses only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossRule {
    /// Its name.
    pub column: String,
    /// What its values mean; those not named mean nothing.
    pub meaning: Vec<Meaning>,
}

/// Values that mean one outcome and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// The values.
    pub values: Vec<String>,
    /// Lost or unqualified.
    pub outcome: LossOutcome,
    /// The reason's code.
    pub reason: String,
}

/// A column that says what became of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRule {
    /// Its name.
    pub column: String,
    /// What becomes of values that are not named.
    #[serde(default = "undecided")]
    pub others: Others,
    /// Whether the column stays with the lead besides.
    #[serde(default = "yes")]
    pub keep: bool,
    /// What its values mean.
    #[serde(default)]
    pub meaning: Vec<ValueMeaning>,
}

impl OutcomeRule {
    /// A rule that says nothing yet.
    pub fn about(column: String) -> Self {
        Self { column, others: Others::Undecided, keep: true, meaning: Vec::new() }
    }

    /// What a value makes of a lead.
    pub fn meaning_of(&self, value: &str) -> Option<(Becomes, Option<&str>)> {
        let key = value_key(value);
        let names = |meaning: &&ValueMeaning| meaning.values.iter().any(|value| value_key(value) == key);
        self.meaning.iter().find(names).map(|meaning| (meaning.becomes, meaning.reason.as_deref()))
    }

    /// Says what a value makes of a lead; `None` leaves it to the others.
    pub fn say(&mut self, value: &str, becomes: Option<(Becomes, Option<String>)>) {
        let key = value_key(value);
        for meaning in &mut self.meaning {
            meaning.values.retain(|value| value_key(value) != key);
        }
        self.meaning.retain(|meaning| !meaning.values.is_empty());
        let Some((becomes, reason)) = becomes else { return };
        let same = |meaning: &&mut ValueMeaning| meaning.becomes == becomes && meaning.reason == reason;
        match self.meaning.iter_mut().find(same) {
            Some(meaning) => meaning.values.push(value.to_owned()),
            None => self.meaning.push(ValueMeaning { values: vec![value.to_owned()], becomes, reason }),
        }
    }
}

fn undecided() -> Others {
    Others::Undecided
}

fn yes() -> bool {
    true
}

/// Values that make the same of a lead. A blank cell is the value "".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueMeaning {
    /// The values.
    pub values: Vec<String>,
    /// What they make of it.
    pub becomes: Becomes,
    /// The reason's code, of losses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What to mend in a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PresetProblem {
    /// It has no name.
    #[error("give it a name")]
    NoName,
    /// Leads could not be recognised.
    #[error(
        "say under [columns] which column is the external_id, by which leads are recognised, or at least which is the email or the phone"
    )]
    NoIdentity,
    /// A value is explained twice.
    #[error("the value “{0}” has two meanings; leave it in one")]
    TwoMeanings(String),
    /// A loss needs its reason.
    #[error("the value “{0}” means a loss: say for which reason")]
    NoReason(String),
    /// Open leads stand in the pipeline.
    #[error("open leads cannot stand in the stage {0}: use open, contacted, nurturing, qualified or negotiation")]
    NotAnOpenStage(StageKind),
}

/// What a preset's name may have at most.
pub const LONGEST_NAME: usize = 80;

impl Preset {
    /// A preset that says nothing yet.
    pub fn blank(name: String) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            name,
            direction: Direction::Inbound,
            party: Party::Person,
            stage: StageKind::Open,
            currency: None,
            decimal: None,
            blanks: words(&["", "-", "—", "n/a", "null"]),
            yes: words(&["yes", "y", "true", "1", "x", "evet", "e", "var", "да", "بله"]),
            no: words(&["no", "n", "false", "0", "hayır", "h", "yok", "нет", "خیر"]),
            left_out: Vec::new(),
            file: Layout::default(),
            columns: BTreeMap::new(),
            owners: Owners::default(),
            arose: None,
            closed: None,
            direction_by: None,
            party_by: None,
            customer: None,
            loss: None,
            outcome: Vec::new(),
        }
    }

    /// What has to be mended before the preset can be used.
    pub fn problem(&self) -> Option<PresetProblem> {
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            return Some(PresetProblem::NoName);
        }
        if ![Field::ExternalId, Field::Email, Field::Phone].iter().any(|field| self.columns.contains_key(field)) {
            return Some(PresetProblem::NoIdentity);
        }
        if !Becomes::ALL.iter().any(|becomes| becomes.open_stage() == Some(self.stage)) {
            return Some(PresetProblem::NotAnOpenStage(self.stage));
        }
        self.loss_without_reason()
            .map(|value| PresetProblem::NoReason(value.to_owned()))
            .or_else(|| self.value_with_two_meanings().map(|value| PresetProblem::TwoMeanings(value.to_owned())))
    }

    fn loss_without_reason(&self) -> Option<&str> {
        let mut meanings = self.outcome.iter().flat_map(|rule| &rule.meaning);
        let lacking = meanings.find(|meaning| meaning.becomes.loss().is_some() && meaning.reason.is_none())?;
        Some(lacking.values.first().map_or("", String::as_str))
    }

    fn value_with_two_meanings(&self) -> Option<&str> {
        let losses = self.loss.iter().flat_map(|loss| &loss.meaning).flat_map(|meaning| &meaning.values);
        let customers = self.customer.iter().flat_map(|rule| rule.yes.iter().chain(&rule.no));
        let mut rules = self.outcome.iter();
        first_repeated(losses)
            .or_else(|| first_repeated(customers))
            .or_else(|| first_repeated(self.yes.iter().chain(&self.no)))
            .or_else(|| rules.find_map(|rule| first_repeated(rule.meaning.iter().flat_map(|meaning| &meaning.values))))
    }

    /// All rules about what became of a lead, in the order in which they are asked.
    pub fn outcome_rules(&self) -> Vec<OutcomeRule> {
        let means = |values: &[String], becomes, reason| ValueMeaning { values: values.to_vec(), becomes, reason };
        let customer = self.customer.iter().map(|rule| OutcomeRule {
            column: rule.column.clone(),
            others: Others::Rejected,
            keep: false,
            meaning: vec![means(&rule.yes, Becomes::Customer, None), means(&rule.no, Becomes::Undecided, None)],
        });
        let loss = self.loss.iter().map(|rule| OutcomeRule {
            column: rule.column.clone(),
            others: Others::Undecided,
            keep: true,
            meaning: rule
                .meaning
                .iter()
                .map(|meaning| {
                    let becomes = match meaning.outcome {
                        LossOutcome::Lost => Becomes::Lost,
                        LossOutcome::Unqualified => Becomes::Unqualified,
                    };
                    means(&meaning.values, becomes, Some(meaning.reason.clone()))
                })
                .collect(),
        });
        customer.chain(loss).chain(self.outcome.iter().cloned()).collect()
    }

    /// The same preset with its short ways written out, as the page edits it.
    pub fn written_out(mut self) -> Self {
        self.outcome = self.outcome_rules();
        (self.customer, self.loss) = (None, None);
        self
    }

    /// The columns that a file must have to be understood, in the preset's order, each once.
    pub fn needed_columns(&self) -> Vec<&str> {
        let rules = self.customer.iter().map(|rule| &rule.column).chain(self.loss.iter().map(|rule| &rule.column));
        let rules = rules.chain(self.outcome.iter().map(|rule| &rule.column));
        let dates = self.arose.iter().chain(&self.closed).map(|date| &date.column);
        let words = self.direction_by.iter().map(|by| &by.column).chain(self.party_by.iter().map(|by| &by.column));
        let mut needed: Vec<&str> = Vec::new();
        for column in self.columns.values().chain(rules).chain(dates).chain(words).chain(self.owners.column()) {
            if !needed.contains(&column.as_str()) {
                needed.push(column);
            }
        }
        needed
    }

    /// The reasons that it gives, with their outcome.
    pub fn reasons(&self) -> Vec<(LossOutcome, String)> {
        let meanings = self.outcome_rules().into_iter().flat_map(|rule| rule.meaning);
        meanings.filter_map(|meaning| Some((meaning.becomes.loss()?, meaning.reason?))).collect()
    }
}

/// How values are compared: in any spelling, and a whole number with or without its empty fraction.
pub fn value_key(text: &str) -> String {
    fold(whole_number(text).unwrap_or(text))
}

/// `660737.0` is how some programs write the number 660737.
pub fn whole_number(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte == b'0');
    is_whole.then_some(whole)
}

fn first_repeated<'a>(values: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    values.map(String::as_str).find(|value| !seen.insert(value_key(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_means_is_said_once() {
        let mut rule = OutcomeRule::about("Status".to_owned());
        rule.say("Won", Some((Becomes::Customer, None)));
        rule.say("1.0", Some((Becomes::Customer, None)));
        rule.say("won ", Some((Becomes::Lost, Some("trust".to_owned()))));
        assert_eq!(rule.meaning_of("WON"), Some((Becomes::Lost, Some("trust"))));
        assert_eq!(rule.meaning_of("1"), Some((Becomes::Customer, None)));
        rule.say("1", None);
        assert_eq!((rule.meaning_of("1"), rule.meaning.len()), (None, 1));
    }
}
