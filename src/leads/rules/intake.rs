//! What a lead that is entered by hand needs, and who may be made responsible for it.

use crate::{
    ids::{ProductId, SourceId},
    losses::rules::{is_sound_text, written},
    people::rules::{Email, Holder, Viewer, may_write},
    pipeline::api::{Channel, Direction, Party},
};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// No name, address or number is longer, in characters.
pub const LONGEST_LINE: usize = 200;

/// What happens first with a new lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStep {
    /// By which channel.
    pub channel: Channel,
    /// What; may be left blank.
    pub what: String,
    /// When, on the viewer's clock.
    pub due: NaiveDateTime,
}

/// A lead as somebody enters it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLead {
    /// The person's name.
    pub name: String,
    /// The company's name.
    pub company: String,
    /// Phone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Who came to whom.
    pub direction: Direction,
    /// The channel that it came through.
    pub source: Option<SourceId>,
    /// What they want to buy.
    pub product: Option<ProductId>,
    /// What they asked for, in their own words.
    pub request: String,
    /// Who is to be responsible; `None` for whoever enters it.
    pub holder: Option<Holder>,
    /// The rules decide who works it; until they did, the holder has it.
    #[serde(default)]
    pub by_rules: bool,
    /// What happens first.
    pub step: Option<FirstStep>,
}

impl NewLead {
    /// Whether every text can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        let lines = [&self.name, &self.company, &self.phone, &self.email];
        let step = self.step.as_ref().map_or("", |step| step.what.as_str());
        lines.iter().all(|line| line.chars().count() <= LONGEST_LINE && !line.contains('\0'))
            && [self.request.as_str(), step].into_iter().all(is_sound_text)
    }

    /// A company where one is named, else a person.
    pub fn party(&self) -> Party {
        if written(&self.company).is_some() { Party::Company } else { Party::Person }
    }
}

/// What stands against a new lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntakeObjection {
    /// A name, a company, a phone number or an address: one of them is needed.
    NobodyNamed,
    /// Nobody can be called under this.
    PhoneUnsound,
    /// Nobody can be written to under this.
    EmailUnsound,
    /// This is not somebody to whom they may give leads.
    HolderNotYours,
    /// The first step lies in the past.
    StepInPast,
}

/// Everything that stands against `lead`, in the dialog's order. `now` is the present moment on the viewer's clock.
pub fn objections(viewer: &Viewer, lead: &NewLead, now: NaiveDateTime) -> Vec<IntakeObjection> {
    let mut objections = Vec::new();
    let mut object = |stands: bool, objection| {
        if stands {
            objections.push(objection);
        }
    };
    let known = [&lead.name, &lead.company, &lead.phone, &lead.email];
    object(known.into_iter().all(|text| written(text).is_none()), IntakeObjection::NobodyNamed);
    let has_digits = lead.phone.chars().filter(|c| c.is_numeric()).count() >= 3;
    object(written(&lead.phone).is_some() && !has_digits, IntakeObjection::PhoneUnsound);
    let is_address = written(&lead.email).is_none_or(|email| email.parse::<Email>().is_ok());
    object(!is_address, IntakeObjection::EmailUnsound);
    let holder = lead.holder.unwrap_or(Holder::Person(viewer.id));
    object(!may_write(viewer, holder), IntakeObjection::HolderNotYours);
    object(lead.step.as_ref().is_some_and(|step| step.due < now), IntakeObjection::StepInPast);
    objections
}

/// Whether what is typed so far is enough to look for the same lead: a few letters of a name, most of a number.
pub fn is_worth_looking(name: &str, company: &str, phone: &str, email: &str) -> bool {
    let long_enough = |text: &str| text.trim().chars().count() >= 4;
    long_enough(name)
        || long_enough(company)
        || crate::leads::rules::phone_key(phone).is_some()
        || crate::leads::rules::email_key(email).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{QueueId, TeamId, UserId},
        people::rules::Role,
    };
    use chrono::NaiveDate;

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 3, 2).and_then(|day| day.and_hms_opt(11, 30, 0)).expect("a moment")
    }

    fn rep() -> Viewer {
        Viewer {
            id: UserId(7),
            name: "Rep".into(),
            role: Role::Rep,
            team_id: Some(TeamId(1)),
            owners: vec![UserId(7)],
            queues: vec![QueueId(3)],
            everyone_reads_all: true,
        }
    }

    fn blank() -> NewLead {
        NewLead {
            name: String::new(),
            company: String::new(),
            phone: String::new(),
            email: String::new(),
            direction: Direction::Inbound,
            source: None,
            product: None,
            request: String::new(),
            holder: None,
            by_rules: false,
            step: None,
        }
    }

    #[test]
    fn one_way_to_tell_who_it_is_is_enough() {
        assert_eq!(objections(&rep(), &blank(), now()), [IntakeObjection::NobodyNamed]);
        for lead in [
            NewLead { name: "Can".into(), ..blank() },
            NewLead { company: "Demir A.Ş.".into(), ..blank() },
            NewLead { phone: "0532 000 11 22".into(), ..blank() },
            NewLead { email: "can@demir.example".into(), ..blank() },
        ] {
            assert_eq!(objections(&rep(), &lead, now()), [], "{lead:?}");
        }
        assert_eq!(NewLead { company: "Demir A.Ş.".into(), ..blank() }.party(), Party::Company);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let step = FirstStep { channel: Channel::Call, what: String::new(), due: now() - chrono::TimeDelta::hours(1) };
        let lead = NewLead {
            phone: "later".into(),
            email: "can at demir".into(),
            holder: Some(Holder::Person(UserId(8))),
            step: Some(step),
            ..blank()
        };
        assert_eq!(
            objections(&rep(), &lead, now()),
            [
                IntakeObjection::PhoneUnsound,
                IntakeObjection::EmailUnsound,
                IntakeObjection::HolderNotYours,
                IntakeObjection::StepInPast
            ]
        );
    }

    #[test]
    fn a_rep_gives_leads_to_themselves_and_their_queues_only() {
        let to = |holder| {
            let lead = NewLead { name: "Can".into(), holder: Some(holder), ..blank() };
            objections(&rep(), &lead, now()).is_empty()
        };
        assert!(to(Holder::Person(UserId(7))) && to(Holder::Queue(QueueId(3))));
        assert!(!to(Holder::Person(UserId(8))) && !to(Holder::Queue(QueueId(4))));
    }
}
