//! Pure decisions about the lead record.

use crate::{
    fold::{fold, fold_phone},
    people::rules::Email,
};

pub mod account;
pub mod documents;
pub mod fields;
pub mod intake;
pub mod logging;
pub mod step;

/// What a lead is searched by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Searchable<'a> {
    /// The person's name.
    pub name: Option<&'a str>,
    /// The company's name.
    pub company: Option<&'a str>,
    /// E-mail address.
    pub email: Option<&'a str>,
    /// Phone number, of which the digits count.
    pub phone: Option<&'a str>,
    /// The number under which another system knows the lead.
    pub external_id: Option<&'a str>,
}

/// The text that a search looks through. Fields stand in lines of their own, so that no search matches across two.
pub fn search_key(lead: Searchable<'_>) -> String {
    let texts = [lead.name, lead.company, lead.email, lead.external_id];
    let folded = texts.into_iter().flatten().map(fold);
    let phone = lead.phone.into_iter().map(fold_phone);
    let lines: Vec<String> = folded.chain(phone).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Of longer phone numbers only this many digits at the end are compared: spellings with and without the country's and
/// the trunk's prefix meet.
const COMPARED_DIGITS: usize = 9;
/// Fewer digits are an extension or a slip, and tell nobody apart.
const FEWEST_DIGITS: usize = 7;

/// What a phone number is recognised by in any spelling (`+90 532 000 11 22`, `0532 0001122`); nothing where there are too
/// few digits to tell anybody apart.
pub fn phone_key(phone: &str) -> Option<String> {
    let digits = fold_phone(phone);
    let surplus = digits.len().saturating_sub(COMPARED_DIGITS);
    (digits.len() >= FEWEST_DIGITS).then(|| digits[surplus..].to_owned())
}

/// What an e-mail address is recognised by; nothing where it is none.
pub fn email_key(email: &str) -> Option<String> {
    email.parse().ok().map(|email: Email| email.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_recognised_in_every_spelling() {
        for spelling in ["+90 (532) 000-11-22", "0090 532 000 11 22", "0532 0001122", "5320001122"] {
            assert_eq!(phone_key(spelling).as_deref(), Some("320001122"), "{spelling}");
        }
        assert_eq!(phone_key("+44 20 123"), Some("4420123".to_owned()));
        for nobodys in ["", "112", "ext. 4031"] {
            assert_eq!(phone_key(nobodys), None, "{nobodys}");
        }
    }

    #[test]
    fn an_email_is_recognised_in_every_spelling() {
        assert_eq!(email_key(" Ayse.Y@Example.COM "), Some("ayse.y@example.com".to_owned()));
        assert_eq!(email_key("not given"), None);
    }

    #[test]
    fn a_lead_is_found_by_every_spelling_of_what_is_known() {
        let lead = Searchable {
            name: Some("Şule Iğdır"),
            phone: Some("+90 (532) 000-11-22"),
            external_id: Some("LN-7"),
            ..Searchable::default()
        };
        assert_eq!(search_key(lead), "sule igdir\nln-7\n905320001122");
        assert_eq!(search_key(Searchable::default()), "");
    }
}
