//! Everything that can be set. One enum, so that saving, conflicts and the log of changes are the same for all of it.

use crate::{
    ids::Names,
    losses::rules::{EvidenceField, Outcome, Scope},
    people::rules::{Role, Tier, words},
    pipeline::rules::StageKind,
};
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

words! {
    /// A page of the settings.
    Section {
        Me = "me", Organisation = "organisation", People = "people", Teams = "teams", Holidays = "holidays",
        Stages = "stages", Reasons = "reasons", BusinessLines = "business_lines", Products = "products",
        Segments = "segments", Tags = "tags", Sources = "sources", Campaigns = "campaigns",
        Fields = "fields", Currencies = "currencies",
    }
}

words! {
    /// What a setting is about.
    Subject {
        Organisation = "organisation", Profile = "profile", Person = "person", Team = "team", Queue = "queue",
        Holiday = "holiday", BusinessLine = "business_line", Product = "product", Segment = "segment", Tag = "tag",
        Source = "source", Campaign = "campaign", Currency = "currency", Field = "field", Stage = "stage",
        Reason = "reason", StageOrder = "stage_order", ReasonOrder = "reason_order", FieldOrder = "field_order",
    }
}

words! {
    /// A list of names that leads carry.
    WordKind {
        BusinessLine = "business_line", Product = "product", Segment = "segment", Tag = "tag", Source = "source",
        Campaign = "campaign",
    }
}

words! {
    /// What a field of the team's own holds.
    FieldKind { Text = "text", Number = "number", Date = "date", Choice = "choice", YesNo = "yes_no" }
}

words! {
    /// What somebody can be good at.
    SkillKind { Language = "language", Product = "product", Segment = "segment", Region = "region" }
}

words! {
    /// Which decision the losses with a reason are evidence for.
    Decision {
        PricePolicy = "price_policy", Competition = "competition", Communication = "communication",
        Process = "process", Training = "training", Product = "product", Targeting = "targeting",
    }
}

words! {
    /// What has an order of its own.
    Ordered { Stages = "stage_order", Reasons = "reason_order", Fields = "field_order" }
}

/// When work begins and ends on a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// 1 is Monday.
    pub weekday: i16,
    /// From …
    pub opens: NaiveTime,
    /// … until.
    pub closes: NaiveTime,
}

/// The company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The currency that every amount is also kept in.
    pub base_currency: String,
    /// Where its days begin and end.
    pub time_zone: String,
    /// The month in which its year of accounts begins.
    pub fiscal_year_starts_in: i16,
    /// Everybody may read every lead.
    pub everyone_reads_all: bool,
    /// Customers without any activity for so many months become inactive.
    pub inactive_after_months: Option<i16>,
    /// When its teams work, unless they say otherwise.
    pub hours: Vec<Hours>,
}

/// What somebody chose for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Who.
    pub id: i64,
    /// `None`: as the browser says.
    pub language: Option<String>,
    /// `None`: the organisation's.
    pub time_zone: Option<String>,
}

/// Days off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Absence {
    /// The first day …
    pub first_day: NaiveDate,
    /// … and the last one.
    pub last_day: NaiveDate,
}

/// Something that somebody can do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill {
    /// Speak, sell, know …
    pub kind: SkillKind,
    /// … what.
    pub value: String,
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `None` while they are new.
    pub id: Option<i64>,
    /// Their name.
    pub name: String,
    /// Where they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// A rep's tier.
    pub tier: Option<Tier>,
    /// Where they work.
    pub team: Option<i64>,
    /// Who takes over while they are away.
    pub backup: Option<i64>,
    /// Open leads that they can work at once.
    pub capacity: Option<i32>,
    /// When they are away.
    pub absences: Vec<Absence>,
    /// What they can do.
    pub skills: Vec<Skill>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Who answers for it.
    pub managers: Vec<i64>,
    /// Who steps in for members whose own stand-in is not there; `None`: nobody.
    pub backup: Option<i64>,
    /// `None`: the organisation's.
    pub time_zone: Option<String>,
    /// Empty: the organisation's.
    pub hours: Vec<Hours>,
}

/// Where leads without a person wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub team: i64,
    /// Who answers for it.
    pub manager: i64,
}

/// A day on which nobody works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// Which day.
    pub on_day: NaiveDate,
    /// What is celebrated.
    pub name: String,
    /// `None`: for everybody.
    pub team: Option<i64>,
}

/// What a campaign cost in a month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spend {
    /// Its first day.
    pub month: NaiveDate,
    /// Minor units …
    pub minor: i64,
    /// … of this currency.
    pub currency: String,
}

/// A name that leads carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// Which list it stands in.
    pub kind: WordKind,
    /// What it is called; per language for business lines, in one for all others.
    pub name: Names,
    /// Offered no more.
    pub retired: bool,
    /// Who answers for a segment.
    pub owner: Option<i64>,
    /// Where a campaign runs.
    pub source: Option<i64>,
    /// When a campaign begins.
    pub starts_on: Option<NaiveDate>,
    /// When it ends.
    pub ends_on: Option<NaiveDate>,
    /// What it cost.
    pub spend: Vec<Spend>,
}

/// What a unit of a currency is worth in the organisation's, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rate {
    /// The first day that it is for.
    pub from_day: NaiveDate,
    /// A decimal number.
    pub rate: String,
}

/// A currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217.
    pub code: String,
    /// Offered in forms.
    pub in_use: bool,
    /// The oldest first.
    pub rates: Vec<Rate>,
}

/// A field of the team's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// Under which leads keep it; made when the field is.
    pub key: String,
    /// What it is called, per language.
    pub name: Names,
    /// What it holds.
    pub kind: FieldKind,
    /// What may be chosen.
    pub choices: Vec<String>,
    /// Offered no more.
    pub retired: bool,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSetting {
    /// Which.
    pub id: Option<i64>,
    /// What it means to the rules.
    pub kind: StageKind,
    /// What it is called, per language.
    pub name: Names,
    /// What it means, per language.
    pub meaning: Names,
    /// Chance of winning in percent.
    pub win_probability: Option<i16>,
    /// Days after which a lead in it is stale.
    pub stale_days: Option<i32>,
    /// Days without an answer after which a lead in it is at risk.
    pub unanswered_days: Option<i32>,
    /// With more attempts in a row that reached nobody a lead in it is at risk.
    pub attempts_limit: Option<i32>,
}

/// A loss reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonSetting {
    /// `None` while it is new.
    pub id: Option<i64>,
    /// What it is called, per language.
    pub name: Names,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// What people say instead of the reason.
    pub excuse: bool,
    /// Which decision it is evidence for.
    pub informs: Decision,
    /// Whether its leads should never have been approached.
    pub non_target: bool,
    /// What has to be shown.
    pub evidence: Vec<EvidenceField>,
    /// Attempts that it takes first …
    pub attempts_needed: i16,
    /// … on this many channels.
    pub channels_needed: i16,
    /// Whether a date for trying again may be set.
    pub offers_recontact: bool,
    /// Offered no more.
    pub retired: bool,
    /// Which reason takes its place; what was lost for it stays so.
    pub merged_into: Option<i64>,
    /// Where it makes sense.
    pub scopes: Vec<Scope>,
}

/// In which order things are offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Of what.
    pub of: Ordered,
    /// Their ids, the first first.
    pub ids: Vec<i64>,
}

/// Anything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The company.
    Organisation(Organisation),
    /// One's own language and time zone.
    Profile(Profile),
    /// Somebody who signs in.
    Person(Person),
    /// A team.
    Team(Team),
    /// A queue.
    Queue(Queue),
    /// A holiday.
    Holiday(Holiday),
    /// A name in a list.
    Word(Word),
    /// A currency.
    Currency(Currency),
    /// A field.
    Field(Field),
    /// A stage.
    Stage(StageSetting),
    /// A loss reason.
    Reason(ReasonSetting),
    /// An order.
    Order(Order),
}

impl WordKind {
    /// The same as what a setting is about.
    pub fn subject(self) -> Subject {
        match self {
            Self::BusinessLine => Subject::BusinessLine,
            Self::Product => Subject::Product,
            Self::Segment => Subject::Segment,
            Self::Tag => Subject::Tag,
            Self::Source => Subject::Source,
            Self::Campaign => Subject::Campaign,
        }
    }
}

impl Section {
    /// The list that it shows, if it shows one.
    pub fn words(self) -> Option<WordKind> {
        match self {
            Self::BusinessLines => Some(WordKind::BusinessLine),
            Self::Products => Some(WordKind::Product),
            Self::Segments => Some(WordKind::Segment),
            Self::Tags => Some(WordKind::Tag),
            Self::Sources => Some(WordKind::Source),
            Self::Campaigns => Some(WordKind::Campaign),
            _ => None,
        }
    }
}

impl Setting {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Organisation(_) => Subject::Organisation,
            Self::Profile(_) => Subject::Profile,
            Self::Person(_) => Subject::Person,
            Self::Team(_) => Subject::Team,
            Self::Queue(_) => Subject::Queue,
            Self::Holiday(_) => Subject::Holiday,
            Self::Word(word) => word.kind.subject(),
            Self::Currency(_) => Subject::Currency,
            Self::Field(_) => Subject::Field,
            Self::Stage(_) => Subject::Stage,
            Self::Reason(_) => Subject::Reason,
            Self::Order(order) => match order.of {
                Ordered::Stages => Subject::StageOrder,
                Ordered::Reasons => Subject::ReasonOrder,
                Ordered::Fields => Subject::FieldOrder,
            },
        }
    }

    /// Which one it is, where there are several.
    pub fn id(&self) -> Option<i64> {
        match self {
            Self::Organisation(_) | Self::Currency(_) | Self::Order(_) => None,
            Self::Profile(profile) => Some(profile.id),
            Self::Person(person) => person.id,
            Self::Team(team) => team.id,
            Self::Queue(queue) => queue.id,
            Self::Holiday(holiday) => holiday.id,
            Self::Word(word) => word.id,
            Self::Field(field) => field.id,
            Self::Stage(stage) => stage.id,
            Self::Reason(reason) => reason.id,
        }
    }

    /// Whether `other` is the same thing, perhaps with other values.
    pub fn is_same_thing(&self, other: &Self) -> bool {
        let same_code = match (self, other) {
            (Self::Currency(one), Self::Currency(other)) => one.code == other.code,
            _ => true,
        };
        self.subject() == other.subject() && self.id() == other.id() && same_code
    }

    /// What it is called in `language`; nothing for what has no name.
    pub fn title(&self, language: &str) -> String {
        match self {
            Self::Organisation(organisation) => organisation.name.clone(),
            Self::Profile(_) | Self::Order(_) => String::new(),
            Self::Person(person) => person.name.clone(),
            Self::Team(team) => team.name.clone(),
            Self::Queue(queue) => queue.name.clone(),
            Self::Holiday(holiday) => holiday.name.clone(),
            Self::Word(word) => word.name.pick(language).to_owned(),
            Self::Currency(currency) => currency.code.clone(),
            Self::Field(field) => field.name.pick(language).to_owned(),
            Self::Stage(stage) => stage.name.pick(language).to_owned(),
            Self::Reason(reason) => reason.name.pick(language).to_owned(),
        }
    }

    /// Whether it is offered no more.
    pub fn is_retired(&self) -> bool {
        match self {
            Self::Word(word) => word.retired,
            Self::Field(field) => field.retired,
            Self::Reason(reason) => reason.retired,
            _ => false,
        }
    }

    /// The same, offered no more or again; `None` for what is not retired.
    pub fn with_retired(&self, retired: bool) -> Option<Self> {
        match self.clone() {
            Self::Word(word) => Some(Self::Word(Word { retired, ..word })),
            Self::Field(field) => Some(Self::Field(Field { retired, ..field })),
            Self::Reason(reason) => {
                // What is offered again stands for itself.
                let merged_into = reason.merged_into.filter(|_| retired);
                Some(Self::Reason(ReasonSetting { retired, merged_into, ..reason }))
            }
            _ => None,
        }
    }

    /// The same as something new.
    pub fn as_new(&self) -> Self {
        let mut new = self.clone();
        match &mut new {
            Self::Team(team) => team.id = None,
            Self::Queue(queue) => queue.id = None,
            Self::Holiday(holiday) => holiday.id = None,
            Self::Word(word) => word.id = None,
            Self::Field(field) => field.id = None,
            Self::Reason(reason) => reason.id = None,
            _ => {}
        }
        new
    }
}
