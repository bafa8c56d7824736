//! Presets: how the columns and values of one kind of file are to be understood.

use crate::{
    fold::fold,
    people::rules::words,
    pipeline::api::{Direction, Party},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// The presets that winback brings along.
const BUILT_IN: [(&str, &str); 1] = [("x-education", include_str!("../../presets/x-education.toml"))];

words! {
    /// A field of the lead that a column can fill.
    Field {
        /// The number under which the other system knows the lead.
        ExternalId = "external_id",
        /// The person's name.
        Name = "name",
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
        /// What they asked for, in their own words.
        Request = "request",
        /// The channel that they came through.
        Source = "source",
        /// What they want to buy.
        Product = "product",
        /// The group that they belong to.
        Segment = "segment",
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
    /// Texts that stand for nothing.
    #[serde(default)]
    pub blanks: Vec<String>,
    /// Texts that say yes.
    #[serde(default)]
    pub yes: Vec<String>,
    /// Texts that say no.
    #[serde(default)]
    pub no: Vec<String>,
    /// Which column fills which field.
    pub columns: BTreeMap<Field, String>,
    /// Who is a customer.
    pub customer: Option<CustomerRule>,
    /// Who was lost, and why.
    pub loss: Option<LossRule>,
}

/// The column that says who is a customer.
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

/// The column that says who was lost.
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

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// Neither built in nor a file.
    #[error("there is no preset {asked}: use one of {known}, or give the path of your own, such as ./{asked}.toml")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The file could not be read.
    #[error("the preset {path} cannot be read: {source}")]
    Unreadable {
        /// Its path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no preset.
    #[error("the preset {path} cannot be understood: {source}Compare it with presets/x-education.toml")]
    Malformed {
        /// Its path.
        path: String,
        /// Where and why.
        source: toml::de::Error,
    },
    /// Something is missing or said twice.
    #[error("the preset {name} cannot be used: {problem}")]
    Unsound {
        /// Its name.
        name: String,
        /// What to mend.
        problem: String,
    },
}

impl Preset {
    /// The built-in preset of that name, or the one in the file at that path.
    ///
    /// # Errors
    /// A sentence that says what to mend.
    pub fn load(name_or_path: &str) -> Result<Self, PresetError> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(name, text);
        }
        if !Path::new(name_or_path).is_file() {
            let known = BUILT_IN.map(|(name, _)| name).join(", ");
            return Err(PresetError::Unknown { asked: name_or_path.to_owned(), known });
        }
        let text = std::fs::read_to_string(name_or_path)
            .map_err(|source| PresetError::Unreadable { path: name_or_path.to_owned(), source })?;
        Self::parse(name_or_path, &text)
    }

    /// The preset that `text` describes; `path` only names it in errors.
    ///
    /// # Errors
    /// A sentence that says what to mend.
    pub fn parse(path: &str, text: &str) -> Result<Self, PresetError> {
        let preset: Self =
            toml::from_str(text).map_err(|source| PresetError::Malformed { path: path.to_owned(), source })?;
        match preset.problem() {
            None => Ok(preset),
            Some(problem) => Err(PresetError::Unsound { name: path.to_owned(), problem }),
        }
    }

    fn problem(&self) -> Option<String> {
        if self.name.trim().is_empty() {
            return Some("give it a name".to_owned());
        }
        if !self.columns.contains_key(&Field::ExternalId) {
            return Some(
                "say under [columns] which column is the external_id, by which leads are recognised".to_owned(),
            );
        }
        self.value_with_two_meanings().map(|value| format!("the value “{value}” has two meanings; leave it in one"))
    }

    fn value_with_two_meanings(&self) -> Option<&str> {
        let losses = self.loss.iter().flat_map(|loss| &loss.meaning).flat_map(|meaning| &meaning.values);
        let customers = self.customer.iter().flat_map(|rule| rule.yes.iter().chain(&rule.no));
        first_repeated(losses)
            .or_else(|| first_repeated(customers))
            .or_else(|| first_repeated(self.yes.iter().chain(&self.no)))
    }

    /// The columns that a file must have to be understood, in the preset's order, each once.
    pub fn needed_columns(&self) -> Vec<&str> {
        let rules = self.customer.iter().map(|rule| &rule.column).chain(self.loss.iter().map(|rule| &rule.column));
        let mut needed: Vec<&str> = Vec::new();
        for column in self.columns.values().chain(rules) {
            if !needed.contains(&column.as_str()) {
                needed.push(column);
            }
        }
        needed
    }

    /// The reasons that it gives, with their outcome.
    pub fn reasons(&self) -> impl Iterator<Item = (LossOutcome, &str)> {
        self.loss.iter().flat_map(|loss| &loss.meaning).map(|meaning| (meaning.outcome, meaning.reason.as_str()))
    }
}

fn first_repeated<'a>(values: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    values.map(String::as_str).find(|value| !seen.insert(fold(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = "name = 'n'\ndirection = 'inbound'\nparty = 'person'\n[columns]\nexternal_id = 'Id'\n";

    #[test]
    fn every_built_in_preset_is_sound() {
        for (name, _) in BUILT_IN {
            let preset = Preset::load(name).expect(name);
            assert_eq!(preset.name, name);
        }
    }

    #[test]
    fn a_preset_survives_the_way_to_the_job() {
        let preset = Preset::load("x-education").expect("built in");
        let sent = serde_json::to_value(&preset).expect("JSON");
        assert_eq!(serde_json::from_value::<Preset>(sent).expect("the same"), preset);
    }

    #[test]
    fn a_broken_preset_says_what_to_mend() {
        let complaint = |text: &str| Preset::parse("own.toml", text).expect_err("broken").to_string();
        assert!(complaint("name = 'n'").contains("missing field"));
        assert!(complaint(&SMALLEST.replace("external_id", "city")).contains("which column is the external_id"));
        assert!(complaint(&SMALLEST.replace("external_id", "colour")).contains("unknown variant `colour`"));
        assert!(
            complaint(&format!("{SMALLEST}[customer]\ncolumn='C'\nyes=['1']\nno=['1 ']\n")).contains("two meanings")
        );
        assert!(Preset::load("no-such").expect_err("unknown").to_string().contains("use one of x-education"));
        assert!(Preset::parse("own.toml", SMALLEST).is_ok());
    }

    #[test]
    fn a_column_that_serves_twice_is_needed_once() {
        let text = format!("{SMALLEST}name = 'Id'\n");
        assert_eq!(Preset::parse("own.toml", &text).expect("sound").needed_columns(), ["Id"]);
    }
}
