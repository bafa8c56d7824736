//! What is done with a row in one press, and how somebody is reached. Pure.

use super::api::{Details, Row, Task};
use crate::{losses::rules::DoNot, people::rules::Email, pipeline::api::Channel};

/// The one thing that a row's main button does; the rest is in its menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Main {
    /// Calls or writes, by this link.
    Reach(Channel, String),
    /// Says that the task is done.
    Done,
    /// Writes down what came of it.
    Log,
    /// Answers what says that the lead may be lost.
    Answer,
    /// Says what comes next.
    Plan,
}

impl Details {
    /// The link that reaches them by `channel`, where there is one.
    pub fn link(&self, channel: Channel) -> Option<String> {
        link(channel, self.phone.as_deref(), self.email.as_deref(), self.do_not)
    }
}

/// What a row's main button does; nothing where the viewer may do nothing.
pub fn main_action(row: &Row) -> Option<Main> {
    let planned = row.channel().filter(|_| matches!(row.task, Task::Step(_) | Task::Recontact(_)));
    let link = planned.and_then(|channel| Some((channel, row.details.as_ref()?.link(channel)?)));
    match (&row.task, link) {
        (_, Some((channel, link))) => Some(Main::Reach(channel, link)),
        _ if !row.may_write => None,
        (Task::Step(step), None) if step.channel == Channel::Task => Some(Main::Done),
        (Task::Step(_) | Task::Recontact(_), None) => Some(Main::Log),
        (Task::Risk(_), _) => Some(Main::Answer),
        (Task::Nothing, _) => Some(Main::Plan),
    }
}

/// Every other way to reach the lead of a row.
pub fn other_ways(row: &Row) -> Vec<(Channel, String)> {
    let main = match main_action(row) {
        Some(Main::Reach(channel, _)) => Some(channel),
        _ => None,
    };
    let ways = [Channel::Call, Channel::Whatsapp, Channel::Sms, Channel::Email];
    let link = |channel: Channel| Some((channel, row.details.as_ref()?.link(channel)?));
    ways.into_iter().filter(|channel| main != Some(*channel)).filter_map(link).collect()
}

/// The link that reaches somebody by `channel`; none where they asked us not to, or where the address is missing or would
/// lead elsewhere.
pub fn link(channel: Channel, phone: Option<&str>, email: Option<&str>, do_not: DoNot) -> Option<String> {
    match channel {
        Channel::Call if do_not.call => None,
        Channel::Email if do_not.email => None,
        Channel::Call => Some(format!("tel:{}", dialled(phone?)?)),
        Channel::Sms => Some(format!("sms:{}", dialled(phone?)?)),
        // WhatsApp knows numbers by their country only.
        Channel::Whatsapp => Some(format!("https://wa.me/{}", dialled(phone?)?.strip_prefix('+')?)),
        Channel::Email => email.filter(|email| is_one_address(email)).map(mail_link),
        Channel::Meeting | Channel::Task => None,
    }
}

/// What a telephone dials: digits, after a plus where the country is named.
fn dialled(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let (country, digits) = match (phone.trim_start().starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => (true, digits.as_str()),
        (false, Some(rest)) => (true, rest),
        (false, None) => (false, digits.as_str()),
    };
    ((5..=15).contains(&digits.len())).then(|| format!("{}{digits}", if country { "+" } else { "" }))
}

fn is_one_address(email: &str) -> bool {
    email.parse::<Email>().is_ok() && !email.contains(',')
}

/// A link that writes to an address and does nothing else: what could add receivers or words to the letter is only a sign of
/// the address.
pub fn mail_link(email: &str) -> String {
    let mut link = String::from("mailto:");
    for byte in email.trim().bytes() {
        match byte {
            b'@' | b'.' | b'-' | b'_' | b'+' => link.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => link.push(char::from(byte)),
            byte => link.push_str(&format!("%{byte:02X}")),
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(task: Task, do_not: DoNot) -> Row {
        let details = Details {
            name: Some("Can".into()),
            external_id: None,
            product: None,
            phone: Some("+905320001122".into()),
            email: None,
            do_not,
        };
        Row {
            lead: crate::ids::LeadId(1),
            task,
            due: None,
            holder: "Ayşe".into(),
            stage: None,
            risks: Default::default(),
            details: Some(details),
            may_write: true,
        }
    }

    fn step(channel: Channel) -> Task {
        let due = crate::clock::Moment { utc: Default::default(), offset_minutes: 0 };
        Task::Step(crate::pipeline::api::NextStep { channel, due, what: None })
    }

    #[test]
    fn the_main_button_does_what_is_planned_or_what_is_missing() {
        let call = Main::Reach(Channel::Call, "tel:+905320001122".into());
        assert_eq!(main_action(&row(step(Channel::Call), ANYTHING)), Some(call));
        let silent = DoNot { call: true, email: true };
        assert_eq!(main_action(&row(step(Channel::Call), silent)), Some(Main::Log));
        assert_eq!(main_action(&row(step(Channel::Meeting), ANYTHING)), Some(Main::Log));
        assert_eq!(main_action(&row(step(Channel::Task), ANYTHING)), Some(Main::Done));
        assert_eq!(main_action(&row(Task::Risk(None), ANYTHING)), Some(Main::Answer));
        assert_eq!(main_action(&row(Task::Nothing, ANYTHING)), Some(Main::Plan));
        let theirs = Row { may_write: false, ..row(Task::Nothing, ANYTHING) };
        assert_eq!(main_action(&theirs), None);
    }

    #[test]
    fn the_menu_has_the_other_ways_to_reach_them() {
        let ways = |task, do_not| other_ways(&row(task, do_not)).into_iter().map(|(way, _)| way).collect::<Vec<_>>();
        assert_eq!(ways(step(Channel::Call), ANYTHING), [Channel::Whatsapp, Channel::Sms]);
        assert_eq!(ways(Task::Nothing, ANYTHING), [Channel::Call, Channel::Whatsapp, Channel::Sms]);
        assert_eq!(ways(Task::Nothing, DoNot { call: true, email: false }), [Channel::Whatsapp, Channel::Sms]);
    }

    const ANYTHING: DoNot = DoNot { call: false, email: false };

    #[test]
    fn each_channel_has_its_link() {
        let phone = Some("+90 (532) 000 11 22");
        assert_eq!(link(Channel::Call, phone, None, ANYTHING).as_deref(), Some("tel:+905320001122"));
        assert_eq!(link(Channel::Whatsapp, phone, None, ANYTHING).as_deref(), Some("https://wa.me/905320001122"));
        assert_eq!(
            link(Channel::Whatsapp, Some("0090 532 000 11 22"), None, ANYTHING).as_deref(),
            Some("https://wa.me/905320001122")
        );
        assert_eq!(link(Channel::Whatsapp, Some("0532 000 11 22"), None, ANYTHING), None);
        assert_eq!(link(Channel::Sms, Some("0532 000 11 22"), None, ANYTHING).as_deref(), Some("sms:05320001122"));
        assert_eq!(
            link(Channel::Email, None, Some("can@example.com"), ANYTHING).as_deref(),
            Some("mailto:can@example.com")
        );
        assert_eq!(link(Channel::Meeting, phone, Some("can@example.com"), ANYTHING), None);
    }

    #[test]
    fn what_they_asked_us_not_to_do_has_no_link() {
        let silent = DoNot { call: true, email: true };
        assert_eq!(link(Channel::Call, Some("+905320001122"), None, silent), None);
        assert_eq!(link(Channel::Email, None, Some("can@example.com"), silent), None);
        assert!(link(Channel::Whatsapp, Some("+905320001122"), None, silent).is_some());
    }

    #[test]
    fn an_address_cannot_smuggle_anything_in() {
        for email in ["a@b.com?bcc=x@y.z", "a@b.com,c@d.e", "a b@c.d", "a@b@c"] {
            assert_eq!(link(Channel::Email, None, Some(email), ANYTHING), None, "{email}");
        }
        for (email, expected) in [
            ("a@b.com?bcc=x%40evil.com&body=hello", "mailto:a@b.com%3Fbcc%3Dx%2540evil.com%26body%3Dhello"),
            ("o'neil+x@b.com", "mailto:o%27neil+x@b.com"),
            ("\u{fc}@b.com", "mailto:%C3%BC@b.com"),
        ] {
            assert_eq!(link(Channel::Email, None, Some(email), ANYTHING).as_deref(), Some(expected));
            assert_eq!(mail_link(email), expected);
        }
    }

    proptest! {
        #[test]
        fn no_number_breaks_the_link(phone in "\\PC{0,30}") {
            if let Some(link) = link(Channel::Call, Some(&phone), None, ANYTHING) {
                let number = link.strip_prefix("tel:").unwrap_or_default();
                let digits = number.strip_prefix('+').unwrap_or(number);
                prop_assert!(digits.bytes().all(|c| c.is_ascii_digit()));
            }
        }
    }
}
