//! Pure decisions about the lead record.

use crate::fold::{fold, fold_phone};

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

#[cfg(test)]
mod tests {
    use super::*;

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
