//! Where presets are kept: built in, in files, in the database.

use super::preset::{Preset, PresetProblem};
use std::path::Path;

/// The presets that winback brings along.
const BUILT_IN: [(&str, &str); 1] = [("x-education", include_str!("../../presets/x-education.toml"))];

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// Nowhere to be found.
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
        problem: PresetProblem,
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

    /// All that winback brings along.
    pub fn built_in() -> Vec<Self> {
        BUILT_IN.iter().filter_map(|(name, text)| Self::parse(name, text).ok()).collect()
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

    /// The text of a preset file that says the same.
    pub fn to_toml(&self) -> Option<String> {
        toml::to_string_pretty(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::preset::{
        Becomes, DateColumn, DateFormat, Field, Layout, Others, OutcomeRule, Owners, ValueMeaning, whole_number,
    };

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
        let loss = "[[outcome]]\ncolumn='S'\nmeaning=[{values=['gone'],becomes='lost'}]\n";
        assert!(complaint(&format!("{SMALLEST}{loss}")).contains("say for which reason"));
        assert!(complaint(&format!("stage = 'customer'\n{SMALLEST}")).contains("open leads cannot stand"));
        assert!(Preset::parse("own.toml", SMALLEST).is_ok());
    }

    #[test]
    fn a_preset_that_the_page_wrote_is_a_sound_file() {
        let preset = Preset {
            outcome: vec![OutcomeRule {
                column: "Durum".into(),
                others: Others::Rejected,
                keep: false,
                meaning: vec![
                    ValueMeaning { values: vec!["Satıldı".into()], becomes: Becomes::Customer, reason: None },
                    ValueMeaning {
                        values: vec!["Pahalı \"çok\"".into(), String::new()],
                        becomes: Becomes::Lost,
                        reason: Some("price_too_high".into()),
                    },
                ],
            }],
            owners: Owners::Column { column: "Temsilci".into(), otherwise: Some("Ankara".into()) },
            arose: Some(DateColumn { column: "Tarih".into(), format: DateFormat::DayFirst }),
            file: Layout { delimiter: Some('\t'), header_row: Some(3), ..Layout::default() },
            columns: [(Field::Email, "E-posta".to_owned())].into(),
            ..Preset::blank("eski sistem".into())
        };
        let text = preset.to_toml().expect("a file");
        assert_eq!(Preset::parse("own.toml", &text).expect("sound"), preset, "{text}");
        let short = Preset::load("x-education").expect("built in");
        let long = short.clone().written_out();
        assert_eq!(Preset::parse("own.toml", &long.to_toml().expect("a file")).expect("sound"), long);
        assert_eq!(long.outcome_rules(), short.outcome_rules());
        assert_eq!((long.reasons(), long.needed_columns().len()), (short.reasons(), short.needed_columns().len()));
    }

    #[test]
    fn whole_numbers_lose_their_empty_fraction_and_nothing_else() {
        assert_eq!(whole_number("660737.00"), Some("660737"));
        for other in ["", "1.5", "1.", ".0", "-1.0", "A1.0", "1.0.0"] {
            assert_eq!(whole_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_column_that_serves_twice_is_needed_once() {
        let text = format!("{SMALLEST}name = 'Id'\n");
        assert_eq!(Preset::parse("own.toml", &text).expect("sound").needed_columns(), ["Id"]);
    }
}
