//! Who may set what, and what is sound. Pure: the server decides with these functions, the page shows only what they
//! allow.

use super::model::{
    Currency, Field, FieldKind, Hours, Organisation, Person, Profile, Queue, ReasonSetting, Section, Setting,
    StageSetting, Team, Word, WordKind,
};
use crate::{
    fold::fold,
    ids::{BusinessLineId, Names},
    losses::rules::{Outcome, Scope, Subject as LossSubject},
    people::rules::{Email, Role, words},
    pipeline::{
        api::{Direction, Party},
        rules::StageKind,
    },
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What winback speaks.
pub const LANGUAGES: [&str; 2] = ["en", "tr"];
/// No name is longer, in characters.
pub const LONGEST_NAME: usize = 120;
/// So many entries fit into one list of a setting.
const MOST_ROWS: usize = 400;
/// More reasons than this for one kind of lead, and nobody reads them any more.
pub const MOST_REASONS: usize = 8;
/// Shorter passwords are refused.
pub const SHORTEST_PASSWORD: usize = 8;
/// Longer ones, too: hashing takes its time.
pub const LONGEST_PASSWORD: usize = 200;

words! {
    /// Why a setting is not saved as it is.
    Why {
        /// Somebody else sets this.
        NotAllowed = "not_allowed",
        /// It has to be filled in.
        Missing = "missing",
        /// It is longer than it may be.
        TooLong = "too_long",
        /// Something else has this name.
        Taken = "taken",
        /// It is no e-mail address.
        NotAnEmail = "not_an_email",
        /// Somebody signs in with this address already.
        EmailTaken = "email_taken",
        /// It is no number, or none that fits here.
        NotANumber = "not_a_number",
        /// It is no day.
        NotADate = "not_a_date",
        /// It is no time of day.
        NotATime = "not_a_time",
        /// It ends before it begins.
        Turned = "turned",
        /// Two entries cover the same time.
        Overlap = "overlap",
        /// No such time zone.
        UnknownZone = "unknown_zone",
        /// winback does not speak it.
        UnknownLanguage = "unknown_language",
        /// No such currency, or not in use.
        UnknownCurrency = "unknown_currency",
        /// Somebody must remain who may set everything.
        LastAdmin = "last_admin",
        /// A rep has a tier.
        RepNeedsTier = "rep_needs_tier",
        /// A rep has a team.
        RepNeedsTeam = "rep_needs_team",
        /// Nobody stands in for themselves.
        BackupIsSelf = "backup_is_self",
        /// No such person, or their account is closed.
        NobodyThere = "nobody_there",
        /// Only managers and admins answer for teams and queues.
        NotAManager = "not_a_manager",
        /// They answer for a queue, which needs another manager first.
        ManagesQueue = "manages_queue",
        /// It is used: retire it instead.
        InUse = "in_use",
        /// Amounts are kept in this currency already.
        MoneyIsStored = "money_is_stored",
        /// Losses stand on it.
        OutcomeInUse = "outcome_in_use",
        /// Leads hold values of this kind.
        KindInUse = "kind_in_use",
        /// A choice has at least two values.
        TooFewChoices = "too_few_choices",
        /// It follows from what the stage means.
        FixedByKind = "fixed_by_kind",
        /// It has been in force: amounts were frozen with it.
        RateIsHistory = "rate_is_history",
        /// No rate is known for that time: enter one under Currencies first.
        NoRate = "no_rate",
        /// The base currency is worth one of itself.
        BaseCurrency = "base_currency",
        /// More channels than attempts.
        MoreChannelsThanAttempts = "more_channels_than_attempts",
        /// It would be offered for no lead at all.
        NoScope = "no_scope",
        /// The working stages come first, Open before all of them.
        OrderOfKinds = "order_of_kinds",
        /// That reason cannot take its place.
        NoReplacement = "no_replacement",
        /// It takes the place of other reasons.
        StandsForOthers = "stands_for_others",
        /// The list has changed meanwhile.
        ListHasChanged = "list_has_changed",
        /// The password is too short.
        PasswordTooShort = "password_too_short",
        /// The present password is not right.
        PasswordWrong = "password_wrong",
        /// They still have leads.
        HasLeads = "has_leads",
        /// Their account is closed: open it first.
        AccountIsClosed = "account_is_closed",
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which field; empty for the whole.
    pub field: String,
    /// What is wrong.
    pub why: Why,
}

/// A refusal that concerns `field`.
pub fn refusal(field: &str, why: Why) -> Refusal {
    Refusal { field: field.to_owned(), why }
}

/// Somebody who wants to set something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Who.
    pub id: i64,
    /// What they may do.
    pub role: Role,
    /// The teams that they answer for.
    pub teams: Vec<i64>,
}

impl Who {
    fn manages(&self, team: Option<i64>) -> bool {
        self.role == Role::Manager && team.is_some_and(|team| self.teams.contains(&team))
    }

    /// Whether they may open this page of the settings.
    pub fn may_read(&self, section: Section) -> bool {
        self.role != Role::Rep || !matches!(section, Section::People | Section::Teams | Section::Currencies)
    }

    /// Whether they may set `after` where `before` stands; `None` for nothing.
    pub fn may_change(&self, before: Option<&Setting>, after: Option<&Setting>) -> bool {
        match (before, after) {
            // Nobody chooses another's language.
            (_, Some(Setting::Profile(profile))) => profile.id == self.id && before.is_some(),
            _ if self.role == Role::Admin => true,
            (Some(Setting::Person(before)), Some(Setting::Person(after))) => self.may_change_person(before, after),
            (Some(Setting::Team(before)), Some(Setting::Team(after))) => {
                let same = Team {
                    backup: before.backup,
                    time_zone: before.time_zone.clone(),
                    hours: before.hours.clone(),
                    ..after.clone()
                };
                self.manages(before.id) && same == *before
            }
            (before, after) => {
                let own = |setting: Option<&Setting>| match setting {
                    Some(Setting::Holiday(holiday)) => self.manages(holiday.team),
                    None => true,
                    Some(_) => false,
                };
                (before.is_some() || after.is_some()) && own(before) && own(after)
            }
        }
    }

    fn may_change_person(&self, before: &Person, after: &Person) -> bool {
        let working = Person {
            backup: before.backup,
            capacity: before.capacity,
            absences: before.absences.clone(),
            skills: before.skills.clone(),
            ..after.clone()
        };
        let away = Person { absences: before.absences.clone(), ..after.clone() };
        let is_self = before.id == Some(self.id);
        (is_self && away == *before)
            || ((self.manages(before.team) || (is_self && self.role == Role::Manager)) && working == *before)
    }
}

/// What has to be known about the rest before something is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Everybody whose account is open, with their role.
    pub people: BTreeMap<i64, Role>,
    /// Who answers for a queue.
    pub queue_managers: BTreeSet<i64>,
    /// All teams.
    pub teams: BTreeSet<i64>,
    /// All sources.
    pub sources: BTreeSet<i64>,
    /// All business lines.
    pub lines: BTreeSet<i64>,
    /// Currencies that there are.
    pub currencies: BTreeSet<String>,
    /// Time zones that there are.
    pub zones: BTreeSet<String>,
    /// The currency that every amount is also kept in.
    pub base_currency: String,
    /// Whether any amount is kept already.
    pub money_is_stored: bool,
    /// Whether the thing that is set is used anywhere.
    pub is_used: bool,
    /// The folded names of everything else of the same kind.
    pub names: BTreeSet<String>,
    /// All other reasons, while a reason is set.
    pub reasons: Vec<ReasonSetting>,
    /// The organisation's day.
    pub today: NaiveDate,
}

/// What is wrong with `after`, which takes the place of `before`.
pub fn check(before: Option<&Setting>, after: &Setting, facts: &Facts) -> Vec<Refusal> {
    let mut checks = Checks { facts, refusals: Vec::new() };
    match after {
        Setting::Organisation(organisation) => {
            let before = match before {
                Some(Setting::Organisation(before)) => Some(before),
                _ => None,
            };
            checks.organisation(before, organisation);
        }
        Setting::Profile(profile) => checks.profile(profile),
        Setting::Person(person) => {
            let before = match before {
                Some(Setting::Person(before)) => Some(before),
                _ => None,
            };
            checks.person(before, person);
        }
        Setting::Team(team) => {
            let before = match before {
                Some(Setting::Team(before)) => Some(before),
                _ => None,
            };
            checks.team(before, team);
        }
        Setting::Queue(queue) => checks.queue(queue),
        Setting::Holiday(holiday) => {
            checks.name("name", &holiday.name);
            checks.known("team", holiday.team, |facts, team| facts.teams.contains(&team));
        }
        Setting::Word(word) => checks.word(word),
        Setting::Currency(currency) => {
            let before = match before {
                Some(Setting::Currency(before)) => Some(before),
                _ => None,
            };
            checks.currency(before, currency);
        }
        Setting::Field(field) => {
            let before = match before {
                Some(Setting::Field(before)) => Some(before),
                _ => None,
            };
            checks.field(before, field);
        }
        Setting::Stage(stage) => checks.stage(stage),
        Setting::Reason(reason) => {
            let before = match before {
                Some(Setting::Reason(before)) => Some(before),
                _ => None,
            };
            checks.reason(before, reason);
        }
        // Only the store knows what there is to order.
        Setting::Order(_) => {}
    }
    checks.refusals
}

struct Checks<'a> {
    facts: &'a Facts,
    refusals: Vec<Refusal>,
}

impl Checks<'_> {
    fn refuse_if(&mut self, wrong: bool, field: &str, why: Why) {
        if wrong {
            self.refusals.push(refusal(field, why));
        }
    }

    fn text(&mut self, field: &str, text: &str, longest: usize) {
        self.refuse_if(text.trim().is_empty(), field, Why::Missing);
        self.refuse_if(text.chars().count() > longest || text.contains('\0'), field, Why::TooLong);
    }

    /// A name that nothing else of its kind has, in whatever spelling.
    fn name(&mut self, field: &str, name: &str) {
        self.text(field, name, LONGEST_NAME);
        self.refuse_if(self.facts.names.contains(&fold(name)), field, Why::Taken);
    }

    fn names(&mut self, names: &Names) {
        self.text("name_en", names.0.get("en").map_or("", String::as_str), LONGEST_NAME);
        for (language, name) in &names.0 {
            let field = format!("name_{language}");
            self.refuse_if(name.chars().count() > LONGEST_NAME || name.contains('\0'), &field, Why::TooLong);
            self.refuse_if(self.facts.names.contains(&fold(name)), &field, Why::Taken);
        }
    }

    fn profile(&mut self, profile: &Profile) {
        let language = profile.language.as_deref();
        self.refuse_if(
            language.is_some_and(|language| !LANGUAGES.contains(&language)),
            "language",
            Why::UnknownLanguage,
        );
        self.zone(profile.time_zone.as_deref());
    }

    fn zone(&mut self, zone: Option<&str>) {
        self.refuse_if(zone.is_some_and(|zone| !self.facts.zones.contains(zone)), "time_zone", Why::UnknownZone);
    }

    fn known(&mut self, field: &str, id: Option<i64>, is_there: impl Fn(&Facts, i64) -> bool) {
        self.refuse_if(id.is_some_and(|id| !is_there(self.facts, id)), field, Why::NobodyThere);
    }

    fn hours(&mut self, hours: &[Hours]) {
        let mut sorted = hours.to_vec();
        sorted.sort_unstable();
        self.refuse_if(hours.len() > MOST_ROWS, "hours", Why::TooLong);
        self.refuse_if(hours.iter().any(|hours| !(1..=7).contains(&hours.weekday)), "hours", Why::NotANumber);
        self.refuse_if(hours.iter().any(|hours| hours.opens >= hours.closes), "hours", Why::Turned);
        let overlap = |pair: &[Hours]| pair[0].weekday == pair[1].weekday && pair[1].opens < pair[0].closes;
        self.refuse_if(sorted.windows(2).any(overlap), "hours", Why::Overlap);
    }

    fn organisation(&mut self, before: Option<&Organisation>, after: &Organisation) {
        self.text("name", &after.name, LONGEST_NAME);
        self.zone(Some(&after.time_zone));
        self.refuse_if(!(1..=12).contains(&after.fiscal_year_starts_in), "fiscal_year_starts_in", Why::NotANumber);
        let months = after.inactive_after_months;
        self.refuse_if(
            months.is_some_and(|months| !(1..=120).contains(&months)),
            "inactive_after_months",
            Why::NotANumber,
        );
        self.refuse_if(!self.facts.currencies.contains(&after.base_currency), "base_currency", Why::UnknownCurrency);
        let is_changed = before.is_some_and(|before| before.base_currency != after.base_currency);
        self.refuse_if(is_changed && self.facts.money_is_stored, "base_currency", Why::MoneyIsStored);
        self.hours(&after.hours);
    }

    fn person(&mut self, before: Option<&Person>, after: &Person) {
        self.text("name", &after.name, LONGEST_NAME);
        match after.email.parse::<Email>() {
            Ok(email) => self.refuse_if(self.facts.names.contains(&email.key()), "email", Why::EmailTaken),
            Err(_) => self.refuse_if(true, "email", Why::NotAnEmail),
        }
        self.refuse_if(after.role == Role::Rep && after.tier.is_none(), "tier", Why::RepNeedsTier);
        self.refuse_if(after.role == Role::Rep && after.team.is_none(), "team", Why::RepNeedsTeam);
        self.known("team", after.team, |facts, team| facts.teams.contains(&team));
        self.refuse_if(after.backup.is_some() && after.backup == after.id, "backup", Why::BackupIsSelf);
        // Whoever has stood in until their account was closed may stay until somebody else is named.
        let backup = after.backup.filter(|backup| before.and_then(|before| before.backup) != Some(*backup));
        self.known("backup", backup, |facts, person| facts.people.contains_key(&person));
        self.refuse_if(
            after.capacity.is_some_and(|capacity| !(1..=100_000).contains(&capacity)),
            "capacity",
            Why::NotANumber,
        );
        self.absences(after);
        let mut skills = BTreeSet::new();
        for skill in &after.skills {
            self.text("skills", &skill.value, LONGEST_NAME);
            let is_new = skills.insert((skill.kind.word(), fold(&skill.value)));
            self.refuse_if(!is_new, "skills", Why::Taken);
        }
        self.refuse_if(after.skills.len() > MOST_ROWS, "skills", Why::TooLong);
        if let Some(before) = before {
            self.change_of_role(before, after);
        }
    }

    fn absences(&mut self, person: &Person) {
        let mut sorted = person.absences.clone();
        sorted.sort_unstable();
        self.refuse_if(sorted.len() > MOST_ROWS, "absences", Why::TooLong);
        self.refuse_if(sorted.iter().any(|absence| absence.first_day > absence.last_day), "absences", Why::Turned);
        let overlap = sorted.windows(2).any(|pair| pair[1].first_day <= pair[0].last_day);
        self.refuse_if(overlap, "absences", Why::Overlap);
    }

    fn change_of_role(&mut self, before: &Person, after: &Person) {
        let admins = self.facts.people.values().filter(|role| **role == Role::Admin).count();
        let gives_up = before.role == Role::Admin && after.role != Role::Admin;
        self.refuse_if(gives_up && admins <= 1, "role", Why::LastAdmin);
        let answers = before.id.is_some_and(|id| self.facts.queue_managers.contains(&id));
        self.refuse_if(answers && after.role == Role::Rep, "role", Why::ManagesQueue);
    }

    fn may_answer(&self, person: i64) -> bool {
        matches!(self.facts.people.get(&person), Some(Role::Manager | Role::Admin))
    }

    fn team(&mut self, before: Option<&Team>, team: &Team) {
        self.name("name", &team.name);
        self.zone(team.time_zone.as_deref());
        self.hours(&team.hours);
        let wrong = team.managers.iter().any(|manager| !self.may_answer(*manager));
        self.refuse_if(wrong, "managers", Why::NotAManager);
        // Whoever has stood in until their account was closed may stay until somebody else is named.
        let backup = team.backup.filter(|backup| before.and_then(|before| before.backup) != Some(*backup));
        self.known("backup", backup, |facts, person| facts.people.contains_key(&person));
    }

    fn queue(&mut self, queue: &Queue) {
        self.name("name", &queue.name);
        self.known("team", Some(queue.team), |facts, team| facts.teams.contains(&team));
        self.refuse_if(!self.may_answer(queue.manager), "manager", Why::NotAManager);
    }

    fn word(&mut self, word: &Word) {
        match word.kind {
            WordKind::BusinessLine => self.names(&word.name),
            _ => self.name("name", word.name.pick("en")),
        }
        self.known("owner", word.owner, |facts, person| facts.people.contains_key(&person));
        self.known("source", word.source, |facts, source| facts.sources.contains(&source));
        let turned = word.starts_on.zip(word.ends_on).is_some_and(|(starts, ends)| ends < starts);
        self.refuse_if(turned, "ends_on", Why::Turned);
        self.refuse_if(word.spend.iter().any(|spend| spend.month.day() != 1), "spend", Why::NotADate);
        self.refuse_if(word.spend.iter().any(|spend| spend.minor < 0), "spend", Why::NotANumber);
        let months: BTreeSet<_> = word.spend.iter().map(|spend| spend.month).collect();
        self.refuse_if(months.len() < word.spend.len(), "spend", Why::Overlap);
        let unknown = word.spend.iter().any(|spend| !self.facts.currencies.contains(&spend.currency));
        self.refuse_if(unknown, "spend", Why::UnknownCurrency);
    }

    fn currency(&mut self, before: Option<&Currency>, after: &Currency) {
        let is_base = after.code == self.facts.base_currency;
        self.refuse_if(is_base && !(after.in_use && after.rates.is_empty()), "rates", Why::BaseCurrency);
        self.refuse_if(after.rates.iter().any(|rate| !is_rate(&rate.rate)), "rates", Why::NotANumber);
        let days: BTreeSet<_> = after.rates.iter().map(|rate| rate.from_day).collect();
        self.refuse_if(days.len() < after.rates.len(), "rates", Why::Overlap);
        let before = before.map_or(&[][..], |before| &before.rates);
        let in_force = before.iter().filter(|rate| rate.from_day < self.facts.today);
        let rewritten = in_force.clone().any(|rate| !after.rates.contains(rate));
        // Before the first rate nothing could be converted: there it may begin earlier.
        let first = in_force.map(|rate| rate.from_day).min();
        let inserted = after.rates.iter().any(|rate| {
            rate.from_day < self.facts.today
                && first.is_some_and(|first| rate.from_day > first)
                && !before.contains(rate)
        });
        self.refuse_if(rewritten || inserted, "rates", Why::RateIsHistory);
    }

    fn field(&mut self, before: Option<&Field>, after: &Field) {
        self.names(&after.name);
        let choices: BTreeSet<_> = after.choices.iter().map(|choice| fold(choice)).collect();
        for choice in &after.choices {
            self.text("choices", choice, LONGEST_NAME);
        }
        self.refuse_if(choices.len() < after.choices.len(), "choices", Why::Taken);
        self.refuse_if(after.choices.len() > MOST_ROWS, "choices", Why::TooLong);
        self.refuse_if(after.kind == FieldKind::Choice && choices.len() < 2, "choices", Why::TooFewChoices);
        // Whatever was written can be read as text.
        let is_changed = before.is_some_and(|before| before.kind != after.kind) && after.kind != FieldKind::Text;
        self.refuse_if(is_changed && self.facts.is_used, "kind", Why::KindInUse);
    }

    fn stage(&mut self, stage: &StageSetting) {
        self.names(&stage.name);
        self.text("meaning_en", stage.meaning.0.get("en").map_or("", String::as_str), 400);
        let too_long = stage.meaning.0.values().any(|meaning| meaning.chars().count() > 400 || meaning.contains('\0'));
        self.refuse_if(too_long, "meaning_en", Why::TooLong);
        let fits = match stage.kind {
            StageKind::Customer => stage.win_probability == Some(100),
            StageKind::Inactive | StageKind::Unqualified => stage.win_probability.is_none(),
            _ => true,
        };
        self.refuse_if(!fits, "win_probability", Why::FixedByKind);
        let sound = stage.win_probability.is_none_or(|percent| (0..=100).contains(&percent));
        self.refuse_if(!sound, "win_probability", Why::NotANumber);
        let limits = [
            ("stale_days", stage.stale_days, 3650),
            ("unanswered_days", stage.unanswered_days, 3650),
            ("attempts_limit", stage.attempts_limit, 100),
        ];
        for (field, limit, most) in limits {
            self.refuse_if(limit.is_some_and(|limit| !(1..=most).contains(&limit)), field, Why::NotANumber);
            self.refuse_if(limit.is_some() && !is_working(stage.kind), field, Why::FixedByKind);
        }
    }

    fn reason(&mut self, before: Option<&ReasonSetting>, after: &ReasonSetting) {
        self.names(&after.name);
        let is_changed = before.is_some_and(|before| before.outcome != after.outcome);
        self.refuse_if(is_changed && self.facts.is_used, "outcome", Why::OutcomeInUse);
        let sound = (0..=20).contains(&after.attempts_needed) && (0..=5).contains(&after.channels_needed);
        self.refuse_if(!sound, "attempts_needed", Why::NotANumber);
        let more = after.channels_needed > after.attempts_needed;
        self.refuse_if(more, "channels_needed", Why::MoreChannelsThanAttempts);
        self.refuse_if(after.scopes.is_empty(), "scopes", Why::NoScope);
        let lines = |scope: &Scope| scope.business_line.is_none_or(|line| self.facts.lines.contains(&line.0));
        self.refuse_if(!after.scopes.iter().all(lines), "scopes", Why::NobodyThere);
        for field in &after.evidence {
            self.text("evidence", field.label.pick("en"), LONGEST_NAME);
        }
        let keys: BTreeSet<_> = after.evidence.iter().map(|field| &field.key).collect();
        self.refuse_if(keys.len() < after.evidence.len(), "evidence", Why::Taken);
        self.refuse_if(after.evidence.len() > 10, "evidence", Why::TooLong);
        self.merging(before, after);
    }

    fn merging(&mut self, before: Option<&ReasonSetting>, after: &ReasonSetting) {
        let is_new = before.and_then(|before| before.merged_into) != after.merged_into;
        let may = |into: i64| {
            let target = self.facts.reasons.iter().find(|reason| reason.id == Some(into));
            after.retired && target.is_some_and(|target| may_stand_for(target, after))
        };
        let wrong = is_new && after.merged_into.is_some_and(|into| !may(into));
        self.refuse_if(wrong, "merged_into", Why::NoReplacement);
        let stands = after.id.is_some() && self.facts.reasons.iter().any(|reason| reason.merged_into == after.id);
        self.refuse_if(after.retired && stands, "", Why::StandsForOthers);
    }
}

/// Whether leads are worked in a stage of this kind.
pub fn is_working(kind: StageKind) -> bool {
    !matches!(kind, StageKind::Customer | StageKind::Inactive | StageKind::Unqualified)
}

/// Whether stages may stand in this order: Open first, then the working stages, then Customer, Inactive, Unqualified.
pub fn may_stand_so(kinds: &[StageKind]) -> bool {
    let working = kinds.iter().take_while(|kind| is_working(**kind)).count();
    kinds.first() == Some(&StageKind::Open)
        && kinds[working..] == [StageKind::Customer, StageKind::Inactive, StageKind::Unqualified]
}

/// Whether a text is a positive decimal number that the database can keep.
pub fn is_rate(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole, 9) && digits(fraction, 10) && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// A code made from a name: lower case, digits and underscores.
pub fn code_of(name: &str) -> String {
    let words: String = fold(name).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let code = words.split_whitespace().collect::<Vec<_>>().join("_");
    let code: String = code.chars().take(60).collect();
    if code.is_empty() { "entry".to_owned() } else { code }
}

/// `code` itself, or with a number that makes it different from those that are `taken`.
pub fn free_code(code: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{code}_{number}"));
    std::iter::once(code.to_owned()).chain(numbered).find(|code| !taken.contains(code)).unwrap_or_default()
}

/// One kind of lead, and which reasons a rep would be offered for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offering {
    /// Inbound or outbound, person or company, of which line.
    pub subject: LossSubject,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// Which reasons, by their place in the list.
    pub reasons: Vec<usize>,
}

impl Offering {
    /// Whether nobody reads so many, or there is nothing to choose.
    pub fn is_odd(&self) -> bool {
        self.reasons.is_empty() || self.reasons.len() > MOST_REASONS
    }
}

/// What reps would be offered for every combination of outcome, direction, party and business line (or none).
pub fn offerings(reasons: &[ReasonSetting], lines: &[BusinessLineId]) -> Vec<Offering> {
    let lines: Vec<_> = std::iter::once(None).chain(lines.iter().copied().map(Some)).collect();
    let mut offerings = Vec::new();
    for outcome in Outcome::ALL.iter().copied() {
        for direction in Direction::ALL.iter().copied() {
            for party in Party::ALL.iter().copied() {
                for line in &lines {
                    let subject = LossSubject { direction, party, business_line: *line };
                    let fits = |reason: &ReasonSetting| {
                        !reason.retired
                            && reason.outcome == outcome
                            && reason.scopes.iter().any(|scope| covers(*scope, subject))
                    };
                    let reasons = (0..reasons.len()).filter(|place| fits(&reasons[*place])).collect();
                    offerings.push(Offering { subject, outcome, reasons });
                }
            }
        }
    }
    offerings
}

/// Whether `target` can be chosen wherever `reason` could: it is another one of the same outcome, in use, and offered for
/// all the same leads.
pub fn may_stand_for(target: &ReasonSetting, reason: &ReasonSetting) -> bool {
    let lines: Vec<_> = target.scopes.iter().chain(&reason.scopes).filter_map(|scope| scope.business_line).collect();
    let offered = |reason: &ReasonSetting| -> Vec<bool> {
        let in_use = ReasonSetting { retired: false, ..reason.clone() };
        offerings(&[in_use], &lines).iter().map(|offering| !offering.reasons.is_empty()).collect()
    };
    let is_covered = offered(target).into_iter().zip(offered(reason)).all(|(also, once)| also || !once);
    !target.retired && target.id != reason.id && target.outcome == reason.outcome && is_covered
}

fn covers(scope: Scope, subject: LossSubject) -> bool {
    scope.direction.is_none_or(|direction| direction == subject.direction)
        && scope.party.is_none_or(|party| party == subject.party)
        && (scope.business_line.is_none() || scope.business_line == subject.business_line)
}

/// Whether a password may be set.
pub fn password_problem(password: &str) -> Option<Why> {
    let length = password.chars().count();
    match length {
        _ if length < SHORTEST_PASSWORD => Some(Why::PasswordTooShort),
        _ if length > LONGEST_PASSWORD => Some(Why::TooLong),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::model::{Absence, Decision, Rate};
    use chrono::NaiveTime;
    use proptest::prelude::*;

    fn person(id: i64, role: Role, team: i64) -> Person {
        Person {
            id: Some(id),
            name: "Ayşe".into(),
            email: "ayse@acme.test".into(),
            role,
            tier: Some(crate::people::rules::Tier::Mid),
            team: Some(team),
            backup: None,
            capacity: None,
            absences: Vec::new(),
            skills: Vec::new(),
        }
    }

    fn facts() -> Facts {
        Facts {
            people: [(1, Role::Admin), (2, Role::Manager), (3, Role::Rep)].into(),
            queue_managers: [2].into(),
            teams: [1].into(),
            zones: ["UTC".to_owned()].into(),
            currencies: ["EUR".to_owned(), "USD".to_owned()].into(),
            base_currency: "EUR".into(),
            today: day("2026-03-02"),
            ..Facts::default()
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn whys(before: Option<&Setting>, after: &Setting, facts: &Facts) -> Vec<Why> {
        check(before, after, facts).into_iter().map(|refusal| refusal.why).collect()
    }

    #[test]
    fn a_language_that_is_none_of_ours_is_refused() {
        let speaking = |language: Option<&str>| {
            let language = language.map(str::to_owned);
            Setting::Profile(Profile { id: 1, language, time_zone: None })
        };
        for language in ["\n", "en-XB", "tr; Path=/", ""] {
            assert_eq!(whys(None, &speaking(Some(language)), &facts()), [Why::UnknownLanguage], "{language:?}");
        }
        for language in LANGUAGES.map(Some).into_iter().chain([None]) {
            assert_eq!(whys(None, &speaking(language), &facts()), []);
            assert!(language.is_none_or(|language| language.parse::<crate::i18n::Locale>().is_ok()));
        }
    }

    fn reason(scopes: Vec<Scope>) -> ReasonSetting {
        ReasonSetting {
            id: None,
            name: Names([("en".into(), "Price".into())].into()),
            outcome: Outcome::Lost,
            excuse: false,
            informs: Decision::PricePolicy,
            non_target: false,
            evidence: Vec::new(),
            attempts_needed: 0,
            channels_needed: 0,
            offers_recontact: false,
            retired: false,
            merged_into: None,
            scopes,
        }
    }

    #[test]
    fn the_last_admin_and_the_manager_of_a_queue_keep_their_role() {
        let change =
            |before: Person, after: Person| whys(Some(&Setting::Person(before)), &Setting::Person(after), &facts());
        let admin = person(1, Role::Admin, 1);
        assert_eq!(change(admin.clone(), Person { role: Role::Manager, ..admin }), [Why::LastAdmin]);
        let manager = person(2, Role::Manager, 1);
        assert_eq!(change(manager.clone(), Person { role: Role::Rep, ..manager }), [Why::ManagesQueue]);
        let rep = person(3, Role::Rep, 1);
        assert_eq!(
            change(rep.clone(), Person { tier: None, team: None, backup: Some(3), ..rep }),
            [Why::RepNeedsTier, Why::RepNeedsTeam, Why::BackupIsSelf]
        );
    }

    #[test]
    fn absences_neither_overlap_nor_end_before_they_begin() {
        let away = |days: &[(&str, &str)]| {
            let absences =
                days.iter().map(|(first, last)| Absence { first_day: day(first), last_day: day(last) }).collect();
            whys(None, &Setting::Person(Person { absences, ..person(3, Role::Rep, 1) }), &facts())
        };
        assert_eq!(away(&[("2026-05-01", "2026-05-09"), ("2026-05-10", "2026-05-10")]), []);
        assert_eq!(away(&[("2026-05-01", "2026-05-09"), ("2026-05-09", "2026-05-12")]), [Why::Overlap]);
        assert_eq!(away(&[("2026-05-09", "2026-05-01")]), [Why::Turned]);
    }

    #[test]
    fn rates_that_were_in_force_stay() {
        let dollar = |rates: &[(&str, &str)]| {
            let rate = |(from, rate): &(&str, &str)| Rate { from_day: day(from), rate: (*rate).to_owned() };
            Setting::Currency(Currency { code: "USD".into(), in_use: true, rates: rates.iter().map(rate).collect() })
        };
        let before = dollar(&[("2026-01-01", "0.9"), ("2026-02-01", "0.8")]);
        let to = |rates: &[(&str, &str)]| whys(Some(&before), &dollar(rates), &facts());
        assert_eq!(to(&[("2026-01-01", "0.9"), ("2026-02-01", "0.8"), ("2026-03-02", "0.7")]), []);
        assert_eq!(to(&[("2025-01-01", "1"), ("2026-01-01", "0.9"), ("2026-02-01", "0.8")]), []);
        assert_eq!(to(&[("2026-01-01", "0.9")]), [Why::RateIsHistory]);
        assert_eq!(to(&[("2026-01-01", "0.9"), ("2026-01-15", "1"), ("2026-02-01", "0.8")]), [Why::RateIsHistory]);
        assert_eq!(to(&[("2026-01-01", "0.9"), ("2026-02-01", "0.8"), ("2026-04-01", "0")]), [Why::NotANumber]);
    }

    #[test]
    fn hours_neither_overlap_nor_turn() {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        let team = |hours: &[(i16, &str, &str)]| {
            let hours = hours
                .iter()
                .map(|(weekday, opens, closes)| Hours { weekday: *weekday, opens: time(opens), closes: time(closes) })
                .collect();
            let team =
                Team { id: Some(1), name: "Ankara".into(), managers: vec![2], backup: None, time_zone: None, hours };
            whys(None, &Setting::Team(team), &facts())
        };
        assert_eq!(team(&[(1, "09:00", "12:00"), (1, "12:00", "18:00"), (2, "09:00", "18:00")]), []);
        assert_eq!(team(&[(1, "09:00", "13:00"), (1, "12:00", "18:00")]), [Why::Overlap]);
        assert_eq!(team(&[(1, "18:00", "09:00")]), [Why::Turned]);
        assert_eq!(team(&[(8, "09:00", "18:00")]), [Why::NotANumber]);
    }

    #[test]
    fn names_meet_in_any_spelling() {
        let taken = Facts { names: ["fiyat".to_owned()].into(), ..facts() };
        let named = |english: &str, turkish: &str| {
            let name = Names([("en".into(), english.into()), ("tr".into(), turkish.into())].into());
            whys(None, &Setting::Reason(ReasonSetting { name, ..reason(vec![ANY]) }), &taken)
        };
        assert_eq!(named("Price", "Bedel"), []);
        assert_eq!(named("Price", "FİYAT"), [Why::Taken]);
        assert_eq!(named("", "Bedel"), [Why::Missing]);
    }

    const ANY: Scope = Scope { direction: None, party: None, business_line: None };

    #[test]
    fn a_reason_is_merged_into_one_that_is_offered_wherever_it_was() {
        let companies = Scope { party: Some(Party::Company), ..ANY };
        let line = Scope { business_line: Some(BusinessLineId(5)), ..ANY };
        let numbered = |id, scopes| ReasonSetting { id: Some(id), ..reason(scopes) };
        let (wide, narrow, retired) = (numbered(1, vec![ANY]), numbered(2, vec![companies]), numbered(3, vec![ANY]));
        let retired = ReasonSetting { retired: true, ..retired };
        let other = ReasonSetting { outcome: Outcome::Unqualified, ..numbered(4, vec![ANY]) };
        assert!(may_stand_for(&wide, &narrow) && may_stand_for(&wide, &numbered(5, vec![line])));
        for target in [&narrow, &retired, &other, &wide] {
            assert!(!may_stand_for(target, &wide), "{target:?}");
        }
        let facts = Facts { reasons: vec![wide.clone(), retired, other], ..facts() };
        let merged =
            |reason: &ReasonSetting, into| ReasonSetting { retired: true, merged_into: into, ..reason.clone() };
        let whys = |before: &ReasonSetting, after: ReasonSetting| {
            whys(Some(&Setting::Reason(before.clone())), &Setting::Reason(after), &facts)
        };
        assert_eq!(whys(&narrow, merged(&narrow, Some(1))), []);
        for nonsense in [2, 3, 4, 99] {
            assert_eq!(whys(&narrow, merged(&narrow, Some(nonsense))), [Why::NoReplacement], "{nonsense}");
        }
        let in_use = ReasonSetting { merged_into: Some(1), ..narrow.clone() };
        assert_eq!(whys(&narrow, in_use), [Why::NoReplacement], "it must be retired");
    }

    #[test]
    fn what_takes_the_place_of_others_stays_in_use() {
        let numbered = |id| ReasonSetting { id: Some(id), ..reason(vec![ANY]) };
        let gone = ReasonSetting { retired: true, merged_into: Some(1), ..numbered(2) };
        let facts = Facts { reasons: vec![gone, numbered(3)], ..facts() };
        let retired = |reason: &ReasonSetting| ReasonSetting { retired: true, ..reason.clone() };
        let whys = |before: &ReasonSetting| {
            whys(Some(&Setting::Reason(before.clone())), &Setting::Reason(retired(before)), &facts)
        };
        assert_eq!(whys(&numbered(1)), [Why::StandsForOthers]);
        assert_eq!(whys(&numbered(4)), []);
    }

    #[test]
    fn too_many_reasons_for_one_kind_of_lead_are_noticed_and_none_too() {
        let companies = Scope { party: Some(Party::Company), ..ANY };
        let reasons: Vec<_> = (0..9).map(|place| reason(vec![if place == 0 { companies } else { ANY }])).collect();
        let offered = offerings(&reasons, &[BusinessLineId(5)]);
        assert_eq!(offered.len(), 16, "outcome × direction × party × (line or none)");
        let lost = |party| offered.iter().filter(move |it| it.outcome == Outcome::Lost && it.subject.party == party);
        assert!(lost(Party::Company).all(|offering| offering.reasons.len() == 9 && offering.is_odd()));
        assert!(lost(Party::Person).all(|offering| offering.reasons.len() == 8 && !offering.is_odd()));
        assert!(offered.iter().filter(|it| it.outcome == Outcome::Unqualified).all(Offering::is_odd));
        let retired: Vec<_> = reasons.into_iter().map(|reason| ReasonSetting { retired: true, ..reason }).collect();
        assert!(offerings(&retired, &[]).iter().all(|offering| offering.reasons.is_empty()));
    }

    #[test]
    fn codes_are_plain_and_free() {
        assert_eq!(code_of("  Fiyatı çok Yüksek! "), "fiyati_cok_yuksek");
        assert_eq!(code_of("价格"), "entry");
        assert_eq!(free_code("price", &["price".to_owned(), "price_2".to_owned()].into()), "price_3");
    }

    #[test]
    fn stages_begin_with_open_and_end_with_those_that_are_not_worked() {
        use StageKind::{Contacted, Customer, Inactive, Negotiation, Nurturing, Open, Qualified, Unqualified};
        let ends = [Customer, Inactive, Unqualified];
        assert!(may_stand_so(&[&[Open, Qualified, Contacted, Nurturing, Negotiation], &ends[..]].concat()));
        assert!(!may_stand_so(&[&[Contacted, Open, Qualified, Nurturing, Negotiation], &ends[..]].concat()));
        assert!(!may_stand_so(&[Open, Contacted, Customer, Nurturing, Inactive, Unqualified]));
    }

    proptest! {
        #[test]
        fn only_admins_change_roles_teams_and_names(id in 1i64..4, team in 1i64..3, other_team in 1i64..3, own_team in 1i64..3, rep: bool) {
            let role = if rep { Role::Rep } else { Role::Manager };
            let who = Who { id, role, teams: if rep { Vec::new() } else { vec![own_team] } };
            let before = person(3, Role::Rep, team);
            let changes = [
                Person { role: Role::Admin, ..before.clone() },
                Person { name: "Other".into(), ..before.clone() },
                Person { email: "other@acme.test".into(), ..before.clone() },
                Person { team: Some(other_team + 2), ..before.clone() },
            ];
            for after in changes {
                prop_assert!(!who.may_change(Some(&Setting::Person(before.clone())), Some(&Setting::Person(after))));
            }
            let limited = Setting::Person(Person { capacity: Some(1), ..before.clone() });
            let may = who.may_change(Some(&Setting::Person(before)), Some(&limited));
            prop_assert_eq!(may, !rep && (own_team == team || id == 3));
        }

        #[test]
        fn a_rate_is_a_positive_decimal_number(text in "[0-9]{0,10}\\.?[0-9]{0,11}") {
            if is_rate(&text) {
                prop_assert!(text.parse::<f64>().is_ok_and(|rate| rate > 0.0));
            }
        }
    }
}
