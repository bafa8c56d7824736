//! When a lead may be lost, for which reason, and when it may come back. Pure: the dialog objects with the same functions
//! before it sends, the server decides with them, and the database refuses what got past both.

use crate::{
    clock::{Moment, is_of_our_time},
    ids::{ActivityId, BusinessLineId, Names, ReasonId, UserId},
    people::rules::words,
    pipeline::{
        api::{Direction, Party},
        rules::StageKind,
    },
    recontacts::{self, rules::Person},
};
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// No text of a loss is longer, in characters.
pub const LONGEST_TEXT: usize = 4000;

words! {
    /// How a lead leaves the board.
    Outcome {
        /// They could have bought, and did not.
        Lost = "lost",
        /// Their needs never matched what we offer.
        Unqualified = "unqualified",
    }
}

words! {
    /// Whether it is worth trying again some day.
    RetryPotential { None = "none", Low = "low", Medium = "medium", High = "high" }
}

words! {
    /// A way to reach somebody.
    AttemptChannel { Call = "call", Email = "email", Whatsapp = "whatsapp", Sms = "sms", Meeting = "meeting" }
}

words! {
    /// What was tried to win them.
    Approach {
        /// Asked again.
        Reminder = "reminder",
        /// Made a better offer.
        Offer = "offer",
        /// Gave a new argument.
        Argument = "argument",
        /// Proposed something else.
        Alternative = "alternative",
        /// Somebody else spoke to them, or we spoke to somebody else.
        OtherPerson = "other_person",
        /// Listened, to understand what stands in the way.
        Listening = "listening",
    }
}

words! {
    /// What came of an attempt.
    AttemptResult {
        /// We spoke or they answered.
        Reached = "reached",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// They said no.
        Refused = "refused",
        /// They named a competitor.
        Competitor = "competitor",
        /// They are thinking about it.
        Thinking = "thinking",
        /// The number or address is not theirs.
        WrongNumber = "wrong_number",
    }
}

words! {
    /// Why there was no last attempt.
    AttemptException {
        /// There is no way to reach them.
        Unreachable = "unreachable",
        /// They asked not to be contacted.
        DoNotContact = "do_not_contact",
        /// Lost before winback knew the lead; never stated by hand.
        Imported = "imported",
    }
}

words! {
    /// How a loss episode ended.
    Closure {
        /// It was a mistake and does not count.
        Reversed = "reversed",
        /// It remains a loss; the lead is worked again.
        Reactivated = "reactivated",
        /// Reactivated, and won afterwards.
        Recovered = "recovered",
    }
}

words! {
    /// What brought a lead back.
    ClosureCause {
        /// They came back by themselves.
        CustomerReturned = "customer_returned",
        /// The rep saw a chance.
        RepSawChance = "rep_saw_chance",
    }
}

words! {
    /// What a piece of evidence is.
    EvidenceKind { Amount = "amount", Text = "text" }
}

/// Something that a reason has to be shown with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceField {
    /// Under which key it is kept.
    pub key: String,
    /// A number or words.
    pub kind: EvidenceKind,
    /// What to ask for, per language.
    pub label: Names,
}

/// A combination of direction, party and business line in which a reason makes sense; `None` stands for any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Inbound or outbound.
    pub direction: Option<Direction>,
    /// Person or company.
    pub party: Option<Party>,
    /// Line of business.
    pub business_line: Option<BusinessLineId>,
}

/// Why leads are lost, as the team has set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    pub id: ReasonId,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// What the team calls it, per language.
    pub name: Names,
    /// What people say instead of the reason.
    pub excuse: bool,
    /// Where it makes sense.
    pub scopes: Vec<Scope>,
    /// What has to be shown.
    pub evidence: Vec<EvidenceField>,
    /// Attempts that it takes first …
    pub attempts_needed: usize,
    /// … on this many channels.
    pub channels_needed: usize,
    /// Whether a date for trying again may be set.
    pub offers_recontact: bool,
}

/// What a lead is, as far as reasons are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Inbound or outbound.
    pub direction: Direction,
    /// Person or company.
    pub party: Party,
    /// Line of business.
    pub business_line: Option<BusinessLineId>,
}

impl Reason {
    /// Whether it makes sense for such a lead.
    pub fn fits(&self, subject: Subject) -> bool {
        self.scopes.iter().any(|scope| {
            scope.direction.is_none_or(|direction| direction == subject.direction)
                && scope.party.is_none_or(|party| party == subject.party)
                && (scope.business_line.is_none() || scope.business_line == subject.business_line)
        })
    }
}

/// The reasons that may be chosen for a lead and an outcome, in their order.
pub fn reasons_for(reasons: &[Reason], subject: Subject, outcome: Outcome) -> impl Iterator<Item = &Reason> {
    reasons.iter().filter(move |reason| reason.outcome == outcome && reason.fits(subject))
}

/// An attempt to win somebody, as it stands in the lead's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its entry in the history.
    pub id: ActivityId,
    /// By which channel.
    pub channel: AttemptChannel,
    /// What was tried.
    pub approach: Approach,
    /// What came of it.
    pub result: AttemptResult,
    /// When.
    pub at: Moment,
    /// Who tried.
    pub by: Option<String>,
}

/// An attempt that is being written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAttempt {
    /// By which channel.
    pub channel: AttemptChannel,
    /// What was tried.
    pub approach: Approach,
    /// What came of it.
    pub result: AttemptResult,
    /// When, on the viewer's clock; `None` for just now.
    pub at: Option<NaiveDateTime>,
    /// What else there is to say.
    pub note: String,
    /// Colleagues who are mentioned in it.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

/// What somebody asked us not to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DoNot {
    /// Not to call.
    pub call: bool,
    /// Not to write e-mails.
    pub email: bool,
}

impl DoNot {
    /// Whether they asked not to be contacted by `channel`.
    pub fn forbids(self, channel: AttemptChannel) -> bool {
        match channel {
            AttemptChannel::Call => self.call,
            AttemptChannel::Email => self.email,
            AttemptChannel::Whatsapp | AttemptChannel::Sms | AttemptChannel::Meeting => false,
        }
    }
}

/// Which last attempt a loss stands on, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastAttempt {
    /// One that stands in the history.
    Logged(ActivityId),
    /// One that is written down together with the loss.
    New(NewAttempt),
    /// None, for this reason.
    Excepted(AttemptException),
}

/// What the customer said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerSaid {
    /// Nothing.
    Nothing,
    /// This, in their words.
    Words(String),
}

/// A loss as the dialog holds it: whatever is still missing is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Lost or unqualified.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<ReasonId>,
    /// The last attempt to win them back.
    pub attempt: Option<LastAttempt>,
    /// Why the last attempt took the same way as the one before it.
    pub same_again_because: String,
    /// What they said.
    pub customer: Option<CustomerSaid>,
    /// The rep's observations.
    pub note: String,
    /// Whether it is worth trying again.
    pub retry_potential: Option<RetryPotential>,
    /// What the reason has to be shown with, by key.
    pub evidence: BTreeMap<String, String>,
    /// When to try again.
    pub recontact_on: Option<NaiveDate>,
    /// How; the first channel that is allowed where nothing is said.
    #[serde(default)]
    pub recontact_channel: Option<AttemptChannel>,
    /// By whom; whoever is responsible where nothing is said.
    #[serde(default)]
    pub recontact_by: Option<UserId>,
    /// Why a manager does without the attempts that the reason needs.
    pub override_because: String,
}

impl Draft {
    /// Whether every text can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        let customer = match &self.customer {
            Some(CustomerSaid::Words(words)) => words.as_str(),
            _ => "",
        };
        let attempt = match &self.attempt {
            Some(LastAttempt::New(attempt)) => attempt.note.as_str(),
            _ => "",
        };
        let texts = [&self.same_again_because, customer, &self.note, &self.override_because, attempt];
        let evidence = self.evidence.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
        self.evidence.len() <= 20 && texts.into_iter().chain(evidence).all(is_sound_text)
    }
}

/// Whether a text can be kept: not endless, and without the one character that PostgreSQL refuses.
pub fn is_sound_text(text: &str) -> bool {
    text.chars().count() <= LONGEST_TEXT && !text.contains('\0')
}

/// What has to be known about a lead before it is lost.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Whether the person may change the lead.
    pub may_write: bool,
    /// Whether they may do without required attempts.
    pub manages: bool,
    /// Whether a loss stands already.
    pub is_lost: bool,
    /// Where the lead stands.
    pub stage: Option<StageKind>,
    /// What it is.
    pub subject: Subject,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// When its run began; unknown for imports, then every attempt counts.
    pub run_started: Option<Moment>,
    /// All reasons in use.
    pub reasons: &'a [Reason],
    /// All attempts ever, the newest first.
    pub attempts: &'a [Attempt],
    /// Who may try again: whoever is responsible first.
    pub persons: &'a [Person],
    /// The present moment.
    pub now: Moment,
}

/// Where in the dialog something is wrong, in the dialog's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The lead itself.
    Lead,
    /// Lost or unqualified.
    Outcome,
    /// The reason.
    Reason,
    /// Doing without the attempts that the reason needs.
    Override,
    /// The last attempt.
    Attempt,
    /// Why the same way again.
    SameAgain,
    /// What the customer said.
    Customer,
    /// Observations.
    Note,
    /// Retry potential.
    Retry,
    /// Evidence.
    Evidence,
    /// The date for trying again.
    Recontact,
}

/// What stands against a loss. All that apply are given at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// A loss stands already.
    AlreadyLost,
    /// Customers, active or not, cannot be lost.
    CustomersAreNotLost,
    /// Lost or unqualified?
    OutcomeMissing,
    /// Why?
    ReasonMissing,
    /// The reason makes no sense for this lead or outcome, or is not in use any more.
    ReasonDoesNotFit,
    /// The reason was merged into another while the dialog was open.
    ReasonMerged {
        /// What takes its place, per language.
        into: Names,
    },
    /// The reason takes more work first.
    AttemptsNeeded {
        /// Attempts still missing.
        attempts: usize,
        /// Channels still missing.
        channels: usize,
    },
    /// Only a manager may do without them.
    OnlyManagersOverride,
    /// What was the last attempt, or why was there none?
    AttemptMissing,
    /// The attempt is not one of this lead's present run.
    AttemptNotOfThisRun,
    /// An attempt cannot lie in the future.
    AttemptInFuture,
    /// Nothing that we keep is from then: a slip of the keyboard.
    AttemptTooLongAgo,
    /// They asked not to be contacted this way.
    ChannelForbidden {
        /// Which way.
        channel: AttemptChannel,
    },
    /// Only an import may say that it was imported.
    ImportsOnly,
    /// Same channel and approach as the attempt before: say why.
    SayWhySameAgain,
    /// What did they say?
    CustomerMissing,
    /// What did you observe?
    NoteMissing,
    /// Is it worth another try?
    RetryPotentialMissing,
    /// A piece of evidence is missing.
    EvidenceMissing {
        /// Which.
        key: String,
    },
    /// A piece of evidence should be a number.
    EvidenceNotANumber {
        /// Which.
        key: String,
    },
    /// The reason offers no date for trying again.
    RecontactNotOffered,
    /// The date for trying again has passed.
    RecontactInPast,
    /// A colleague is mentioned who may not read the lead.
    MentionUnread {
        /// Who.
        name: String,
    },
    /// Something else about trying again: too far ahead, a channel that they asked us not to use, a person who cannot.
    Recontact(recontacts::rules::Objection),
}

impl Objection {
    /// Where in the dialog it belongs.
    pub fn field(&self) -> Field {
        match self {
            Self::NotYours | Self::AlreadyLost | Self::CustomersAreNotLost => Field::Lead,
            Self::OutcomeMissing => Field::Outcome,
            Self::ReasonMissing | Self::ReasonDoesNotFit | Self::ReasonMerged { .. } | Self::AttemptsNeeded { .. } => {
                Field::Reason
            }
            Self::OnlyManagersOverride => Field::Override,
            Self::AttemptMissing
            | Self::AttemptNotOfThisRun
            | Self::AttemptInFuture
            | Self::AttemptTooLongAgo
            | Self::ChannelForbidden { .. }
            | Self::ImportsOnly
            | Self::MentionUnread { .. } => Field::Attempt,
            Self::SayWhySameAgain => Field::SameAgain,
            Self::CustomerMissing => Field::Customer,
            Self::NoteMissing => Field::Note,
            Self::RetryPotentialMissing => Field::Retry,
            Self::EvidenceMissing { .. } | Self::EvidenceNotANumber { .. } => Field::Evidence,
            Self::RecontactNotOffered | Self::RecontactInPast | Self::Recontact(_) => Field::Recontact,
        }
    }
}

/// A loss with nothing missing, ready to be kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// Why.
    pub reason: ReasonId,
    /// The last attempt.
    pub attempt: &'a LastAttempt,
    /// Why the same way again, where it was.
    pub same_again_because: Option<&'a str>,
    /// What they said; `None` for nothing.
    pub customer_words: Option<&'a str>,
    /// Observations.
    pub note: &'a str,
    /// Whether it is worth trying again.
    pub retry_potential: RetryPotential,
    /// What the reason is shown with; amounts as plain digits.
    pub evidence: BTreeMap<String, String>,
    /// When to try again, how and by whom.
    pub recontact: Option<recontacts::rules::Plan>,
    /// Why required attempts were done without, where they were.
    pub override_because: Option<&'a str>,
}

/// Attempts made in the present run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// How many.
    pub attempts: usize,
    /// On how many channels.
    pub channels: usize,
}

impl Facts<'_> {
    fn is_of_this_run(&self, at: NaiveDateTime) -> bool {
        self.run_started.is_none_or(|started| at >= started.local())
    }

    /// The attempts of the present run, the newest first.
    pub fn run(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| self.is_of_this_run(attempt.at.local()))
    }

    /// What was tried in the present run, `also` included.
    pub fn tried(&self, also: Option<&NewAttempt>) -> Tried {
        let also = also.filter(|new| new.at.is_none_or(|at| self.is_of_this_run(at)));
        let channels: BTreeSet<_> =
            self.run().map(|attempt| attempt.channel).chain(also.map(|new| new.channel)).collect();
        Tried { attempts: self.run().count() + usize::from(also.is_some()), channels: channels.len() }
    }

    /// What `reason` still takes: attempts and channels; `None` when nothing is missing.
    pub fn still_needed(&self, reason: &Reason, also: Option<&NewAttempt>) -> Option<Tried> {
        let tried = self.tried(also);
        let attempts = reason.attempts_needed.saturating_sub(tried.attempts);
        let channels = reason.channels_needed.saturating_sub(tried.channels);
        // A missing channel is at least one missing attempt.
        (attempts > 0 || channels > 0).then(|| Tried { attempts: attempts.max(channels), channels })
    }

    /// Whether `last` took the same channel and approach as the attempt right before it.
    pub fn is_same_again(&self, last: &LastAttempt) -> bool {
        let (way, previous) = match last {
            LastAttempt::Excepted(_) => return false,
            LastAttempt::Logged(id) => {
                let Some(place) = self.attempts.iter().position(|attempt| attempt.id == *id) else { return false };
                let chosen = &self.attempts[place];
                ((chosen.channel, chosen.approach), self.attempts.get(place + 1))
            }
            LastAttempt::New(new) => {
                let at = new.at.unwrap_or(self.now.local());
                let previous = self.attempts.iter().find(|attempt| attempt.at.local() <= at);
                ((new.channel, new.approach), previous)
            }
        };
        previous.is_some_and(|previous| (previous.channel, previous.approach) == way)
    }

    fn about_the_lead(&self) -> Option<Objection> {
        match self.stage {
            _ if !self.may_write => Some(Objection::NotYours),
            _ if self.is_lost => Some(Objection::AlreadyLost),
            Some(StageKind::Customer | StageKind::Inactive) => Some(Objection::CustomersAreNotLost),
            _ => None,
        }
    }

    /// What stands against `attempt` by itself.
    pub fn about_attempt(&self, attempt: &LastAttempt) -> Option<Objection> {
        match attempt {
            LastAttempt::Excepted(AttemptException::Imported) => Some(Objection::ImportsOnly),
            LastAttempt::Excepted(_) => None,
            LastAttempt::Logged(id) => {
                (!self.run().any(|attempt| attempt.id == *id)).then_some(Objection::AttemptNotOfThisRun)
            }
            LastAttempt::New(new) => match new.at {
                _ if self.do_not.forbids(new.channel) => Some(Objection::ChannelForbidden { channel: new.channel }),
                Some(at) if at > self.now.local() => Some(Objection::AttemptInFuture),
                Some(at) if !is_of_our_time(at.date()) => Some(Objection::AttemptTooLongAgo),
                Some(at) if !self.is_of_this_run(at) => Some(Objection::AttemptNotOfThisRun),
                _ => None,
            },
        }
    }

    fn about_effort(&self, reason: &Reason, draft: &Draft) -> Option<Objection> {
        let also = match &draft.attempt {
            Some(LastAttempt::New(new)) => Some(new),
            _ => None,
        };
        let needed = self.still_needed(reason, also)?;
        match written(&draft.override_because) {
            Some(_) if self.manages => None,
            Some(_) => Some(Objection::OnlyManagersOverride),
            None => Some(Objection::AttemptsNeeded { attempts: needed.attempts, channels: needed.channels }),
        }
    }
}

/// The text without surrounding blanks, if there is any.
pub fn written(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// A whole amount, however its thousands are grouped: `1250000`, `1.250.000`, `1,250,000`, `1 250 000`.
pub fn whole_amount(text: &str) -> Option<u64> {
    let mut groups = text.trim().split(['.', ',', ' ', '\u{a0}', '\u{202f}', '’', '\'']);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let sound = (rest.is_empty() || first.len() <= 3) && rest.iter().all(|group| group.len() == 3);
    let digits = format!("{first}{}", rest.concat());
    if sound && digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Whether a lead may be lost as `draft` says.
///
/// # Errors
/// Everything that stands against it, in the dialog's order.
pub fn plan_loss<'a>(facts: Facts<'a>, draft: &'a Draft) -> Result<Plan<'a>, Vec<Objection>> {
    let mut objections: Vec<_> = facts.about_the_lead().into_iter().collect();
    let outcome = draft.outcome.or_else(|| note_down(&mut objections, Objection::OutcomeMissing));
    let reason = fitting_reason(facts, draft).map_err(|objection| objections.push(objection)).ok();
    if let Some(reason) = reason {
        objections.extend(facts.about_effort(reason, draft));
    }
    let attempt = draft.attempt.as_ref().or_else(|| note_down(&mut objections, Objection::AttemptMissing));
    let same_again_because = written(&draft.same_again_because);
    if let Some(attempt) = attempt {
        objections.extend(facts.about_attempt(attempt));
        if facts.is_same_again(attempt) && same_again_because.is_none() {
            objections.push(Objection::SayWhySameAgain);
        }
    }
    let customer_words = match &draft.customer {
        Some(CustomerSaid::Nothing) => Some(None),
        Some(CustomerSaid::Words(words)) if written(words).is_some() => Some(written(words)),
        _ => note_down(&mut objections, Objection::CustomerMissing),
    };
    let note = written(&draft.note).or_else(|| note_down(&mut objections, Objection::NoteMissing));
    let retry = draft.retry_potential.or_else(|| note_down(&mut objections, Objection::RetryPotentialMissing));
    let evidence = shown_evidence(reason, draft, &mut objections);
    let recontact = recontact_of(facts, reason, draft).unwrap_or_else(|found| {
        objections.extend(found);
        None
    });
    match (outcome, reason, attempt, customer_words, note, retry) {
        (Some(outcome), Some(reason), Some(attempt), Some(customer_words), Some(note), Some(retry_potential))
            if objections.is_empty() =>
        {
            Ok(Plan {
                outcome,
                reason: reason.id,
                attempt,
                same_again_because: same_again_because.filter(|_| facts.is_same_again(attempt)),
                customer_words,
                note,
                retry_potential,
                evidence,
                recontact,
                // An override is only one where attempts were missing.
                override_because: written(&draft.override_because).filter(|_| needs_override(facts, reason, attempt)),
            })
        }
        _ => Err(objections),
    }
}

fn note_down<T>(objections: &mut Vec<Objection>, objection: Objection) -> Option<T> {
    objections.push(objection);
    None
}

fn needs_override(facts: Facts<'_>, reason: &Reason, attempt: &LastAttempt) -> bool {
    let also = match attempt {
        LastAttempt::New(new) => Some(new),
        _ => None,
    };
    facts.still_needed(reason, also).is_some()
}

fn fitting_reason<'a>(facts: Facts<'a>, draft: &Draft) -> Result<&'a Reason, Objection> {
    let wanted = draft.reason.ok_or(Objection::ReasonMissing)?;
    let reason = facts.reasons.iter().find(|reason| reason.id == wanted).ok_or(Objection::ReasonDoesNotFit)?;
    let fits = reason.fits(facts.subject) && draft.outcome.is_none_or(|outcome| outcome == reason.outcome);
    if fits { Ok(reason) } else { Err(Objection::ReasonDoesNotFit) }
}

fn shown_evidence(reason: Option<&Reason>, draft: &Draft, objections: &mut Vec<Objection>) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for field in reason.iter().flat_map(|reason| &reason.evidence) {
        let given = draft.evidence.get(&field.key).and_then(|value| written(value));
        let value = match (field.kind, given) {
            (_, None) => Err(Objection::EvidenceMissing { key: field.key.clone() }),
            (EvidenceKind::Text, Some(text)) => Ok(text.to_owned()),
            (EvidenceKind::Amount, Some(text)) => match whole_amount(text) {
                Some(amount) => Ok(amount.to_string()),
                None => Err(Objection::EvidenceNotANumber { key: field.key.clone() }),
            },
        };
        match value {
            Ok(value) => drop(shown.insert(field.key.clone(), value)),
            Err(objection) => objections.push(objection),
        }
    }
    shown
}

/// When, how and by whom the lead is tried again. A queue without anybody plans for nobody.
fn recontact_of(
    facts: Facts<'_>,
    reason: Option<&Reason>,
    draft: &Draft,
) -> Result<Option<recontacts::rules::Plan>, Vec<Objection>> {
    if draft.recontact_on.is_none() {
        return Ok(None);
    }
    if reason.is_some_and(|reason| !reason.offers_recontact) {
        return Err(vec![Objection::RecontactNotOffered]);
    }
    let wish = recontacts::rules::Draft {
        due_on: draft.recontact_on,
        channel: draft.recontact_channel.or_else(|| recontacts::rules::first_channel(facts.do_not)),
        person: draft.recontact_by.or_else(|| facts.persons.first().map(|person| person.id)),
        note: String::new(),
    };
    let about = recontacts::rules::Facts {
        may_write: true,
        is_lost: true,
        do_not: facts.do_not,
        persons: facts.persons,
        today: facts.now.local().date(),
    };
    recontacts::rules::plan(about, &wish).map(Some).map_err(|objections| {
        let about = |objection| match objection {
            recontacts::rules::Objection::DateInPast => Objection::RecontactInPast,
            other => Objection::Recontact(other),
        };
        objections.into_iter().map(about).collect()
    })
}

/// Why a loss is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenRefusal {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// Did the customer return, or did the rep see a chance?
    CauseMissing,
    /// A lead recovers by being won, not by hand.
    RecoveredByWinning,
    /// It can only come back to a stage of the pipeline.
    NotAPipelineStage,
}

/// Where a lost lead comes back to: the chosen stage, else the one it left, else Open.
///
/// # Errors
/// The [`ReopenRefusal`] that the person should read.
pub fn plan_reopen(
    may_write: bool,
    closure: Closure,
    cause: Option<ClosureCause>,
    stage_left: Option<StageKind>,
    chosen: Option<StageKind>,
) -> Result<StageKind, ReopenRefusal> {
    let in_pipeline = |stage: StageKind| stage.is_on_board() && !stage.is_folded();
    match (closure, chosen) {
        _ if !may_write => Err(ReopenRefusal::NotYours),
        (Closure::Recovered, _) => Err(ReopenRefusal::RecoveredByWinning),
        (Closure::Reactivated, _) if cause.is_none() => Err(ReopenRefusal::CauseMissing),
        (_, Some(stage)) if in_pipeline(stage) => Ok(stage),
        (_, Some(_)) => Err(ReopenRefusal::NotAPipelineStage),
        (_, None) => Ok(stage_left.filter(|stage| in_pipeline(*stage)).unwrap_or(StageKind::Open)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn moment(minutes: i64) -> Moment {
        let utc = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes);
        Moment { utc, offset_minutes: 180 }
    }

    fn attempt(id: i64, channel: AttemptChannel, approach: Approach) -> Attempt {
        Attempt { id: ActivityId(id), channel, approach, result: AttemptResult::NoAnswer, at: moment(id), by: None }
    }

    fn new_attempt(channel: AttemptChannel, approach: Approach) -> NewAttempt {
        NewAttempt {
            channel,
            approach,
            result: AttemptResult::NoAnswer,
            at: None,
            note: String::new(),
            mentions: Vec::new(),
        }
    }

    fn anywhere() -> Scope {
        Scope { direction: None, party: None, business_line: None }
    }

    fn reason(id: i64, outcome: Outcome) -> Reason {
        Reason {
            id: ReasonId(id),
            outcome,
            name: Names::default(),
            excuse: false,
            scopes: vec![anywhere()],
            evidence: Vec::new(),
            attempts_needed: 0,
            channels_needed: 0,
            offers_recontact: false,
        }
    }

    /// 1: price; 2: excuse, three attempts on two channels; 3: companies only, with evidence; 4: offers a date.
    fn reasons() -> Vec<Reason> {
        let evidence = [("turnover", EvidenceKind::Amount), ("basis", EvidenceKind::Text)];
        vec![
            reason(1, Outcome::Lost),
            Reason { excuse: true, attempts_needed: 3, channels_needed: 2, ..reason(2, Outcome::Lost) },
            Reason {
                scopes: vec![Scope { party: Some(Party::Company), ..anywhere() }],
                evidence: evidence
                    .map(|(key, kind)| EvidenceField { key: key.into(), kind, label: Names::default() })
                    .to_vec(),
                ..reason(3, Outcome::Unqualified)
            },
            Reason { offers_recontact: true, ..reason(4, Outcome::Lost) },
        ]
    }

    static PERSONS: LazyLock<Vec<Person>> = LazyLock::new(|| vec![Person { id: UserId(1), name: "Ayşe".into() }]);

    fn facts<'a>(reasons: &'a [Reason], attempts: &'a [Attempt]) -> Facts<'a> {
        Facts {
            may_write: true,
            manages: false,
            is_lost: false,
            stage: Some(StageKind::Contacted),
            subject: Subject { direction: Direction::Inbound, party: Party::Person, business_line: None },
            do_not: DoNot::default(),
            run_started: None,
            reasons,
            attempts,
            persons: &PERSONS,
            now: moment(1000),
        }
    }

    fn whole_draft() -> Draft {
        Draft {
            outcome: Some(Outcome::Lost),
            reason: Some(ReasonId(1)),
            attempt: Some(LastAttempt::New(new_attempt(AttemptChannel::Call, Approach::Offer))),
            customer: Some(CustomerSaid::Nothing),
            note: "Wanted instalments.".into(),
            retry_potential: Some(RetryPotential::Low),
            ..Draft::default()
        }
    }

    fn objections(facts: Facts<'_>, draft: &Draft) -> Vec<Objection> {
        plan_loss(facts, draft).err().unwrap_or_default()
    }

    #[test]
    fn a_whole_draft_is_planned() {
        let (reasons, draft) = (reasons(), whole_draft());
        let plan = plan_loss(facts(&reasons, &[]), &draft).expect("nothing is missing");
        assert_eq!((plan.customer_words, plan.note), (None, "Wanted instalments."));
    }

    #[test]
    fn an_empty_draft_hears_everything_at_once() {
        let reasons = reasons();
        assert_eq!(
            objections(facts(&reasons, &[]), &Draft::default()),
            [
                Objection::OutcomeMissing,
                Objection::ReasonMissing,
                Objection::AttemptMissing,
                Objection::CustomerMissing,
                Objection::NoteMissing,
                Objection::RetryPotentialMissing,
            ]
        );
    }

    #[test]
    fn blanks_are_no_note_and_no_words() {
        let reasons = reasons();
        let draft = Draft { note: " \n\t".into(), customer: Some(CustomerSaid::Words("  ".into())), ..whole_draft() };
        assert_eq!(objections(facts(&reasons, &[]), &draft), [Objection::CustomerMissing, Objection::NoteMissing]);
    }

    #[test]
    fn strangers_customers_and_lost_leads_are_not_lost() {
        let (reasons, draft) = (reasons(), whole_draft());
        let open = facts(&reasons, &[]);
        assert_eq!(objections(Facts { may_write: false, ..open }, &draft), [Objection::NotYours]);
        assert_eq!(objections(Facts { is_lost: true, ..open }, &draft), [Objection::AlreadyLost]);
        for stage in [StageKind::Customer, StageKind::Inactive] {
            assert_eq!(objections(Facts { stage: Some(stage), ..open }, &draft), [Objection::CustomersAreNotLost]);
        }
    }

    #[test]
    fn a_reason_must_fit_party_and_outcome() {
        let reasons = reasons();
        let person = facts(&reasons, &[]);
        let unqualified = Draft { outcome: Some(Outcome::Unqualified), reason: Some(ReasonId(3)), ..whole_draft() };
        assert_eq!(objections(person, &unqualified), [Objection::ReasonDoesNotFit]);
        let crossed = Draft { outcome: Some(Outcome::Unqualified), ..whole_draft() };
        assert_eq!(objections(person, &crossed), [Objection::ReasonDoesNotFit]);
        let offered: Vec<_> = reasons_for(&reasons, person.subject, Outcome::Lost).map(|reason| reason.id.0).collect();
        assert_eq!(offered, [1, 2, 4]);
    }

    #[test]
    fn evidence_is_asked_for_by_key_and_kind() {
        let reasons = reasons();
        let company = Subject { party: Party::Company, ..facts(&reasons, &[]).subject };
        let facts = Facts { subject: company, ..facts(&reasons, &[]) };
        let mut draft = Draft { outcome: Some(Outcome::Unqualified), reason: Some(ReasonId(3)), ..whole_draft() };
        let missing = |key: &str| Objection::EvidenceMissing { key: key.into() };
        assert_eq!(objections(facts, &draft), [missing("turnover"), missing("basis")]);
        draft.evidence = [("turnover", "a lot"), ("basis", "annual report")].map(|(k, v)| (k.into(), v.into())).into();
        assert_eq!(objections(facts, &draft), [Objection::EvidenceNotANumber { key: "turnover".into() }]);
        draft.evidence.insert("turnover".into(), "1.250.000".into());
        let plan = plan_loss(facts, &draft).expect("evidence is whole");
        assert_eq!(plan.evidence["turnover"], "1250000");
    }

    #[test]
    fn an_excuse_takes_attempts_on_several_channels() {
        let reasons = reasons();
        let calls =
            [attempt(2, AttemptChannel::Call, Approach::Offer), attempt(1, AttemptChannel::Call, Approach::Reminder)];
        let tried = facts(&reasons, &calls);
        let excuse = Draft { reason: Some(ReasonId(2)), ..whole_draft() };
        let third_call = LastAttempt::New(new_attempt(AttemptChannel::Call, Approach::Listening));
        let draft = Draft { attempt: Some(third_call), ..excuse.clone() };
        assert_eq!(objections(tried, &draft), [Objection::AttemptsNeeded { attempts: 1, channels: 1 }]);
        let mail = LastAttempt::New(new_attempt(AttemptChannel::Email, Approach::Offer));
        let draft = Draft { attempt: Some(mail), ..excuse };
        assert_eq!(objections(tried, &draft), []);
        let later = Facts { run_started: Some(moment(2)), ..tried };
        assert_eq!(objections(later, &draft), [Objection::AttemptsNeeded { attempts: 1, channels: 0 }]);
    }

    #[test]
    fn only_a_manager_does_without_attempts_and_says_why() {
        let reasons = reasons();
        let draft = Draft { reason: Some(ReasonId(2)), override_because: "They emigrated.".into(), ..whole_draft() };
        assert_eq!(objections(facts(&reasons, &[]), &draft), [Objection::OnlyManagersOverride]);
        let manager = Facts { manages: true, ..facts(&reasons, &[]) };
        let plan = plan_loss(manager, &draft).expect("a manager may");
        assert_eq!(plan.override_because, Some("They emigrated."));
        let not_needed = Draft { reason: Some(ReasonId(1)), ..draft };
        assert_eq!(plan_loss(manager, &not_needed).expect("sound").override_because, None);
    }

    #[test]
    fn the_same_way_twice_needs_a_reason() {
        let reasons = reasons();
        let before =
            [attempt(2, AttemptChannel::Call, Approach::Offer), attempt(1, AttemptChannel::Call, Approach::Offer)];
        let tried = facts(&reasons, &before);
        for again in
            [LastAttempt::Logged(ActivityId(2)), LastAttempt::New(new_attempt(AttemptChannel::Call, Approach::Offer))]
        {
            let mut draft = Draft { attempt: Some(again), ..whole_draft() };
            assert_eq!(objections(tried, &draft), [Objection::SayWhySameAgain]);
            draft.same_again_because = "Asked me to call back.".into();
            assert_eq!(objections(tried, &draft), []);
        }
        let first = Draft { attempt: Some(LastAttempt::Logged(ActivityId(1))), ..whole_draft() };
        assert_eq!(objections(tried, &first), []);
    }

    #[test]
    fn an_attempt_is_of_this_run_past_and_allowed() {
        let reasons = reasons();
        let old = [attempt(1, AttemptChannel::Call, Approach::Offer)];
        let facts = Facts {
            run_started: Some(moment(500)),
            do_not: DoNot { call: true, email: false },
            ..facts(&reasons, &old)
        };
        let with = |attempt| Draft { attempt: Some(attempt), ..whole_draft() };
        assert_eq!(objections(facts, &with(LastAttempt::Logged(ActivityId(1)))), [Objection::AttemptNotOfThisRun]);
        let call = new_attempt(AttemptChannel::Call, Approach::Listening);
        assert_eq!(
            objections(facts, &with(LastAttempt::New(call))),
            [Objection::ChannelForbidden { channel: AttemptChannel::Call }]
        );
        let future = NewAttempt { at: Some(moment(1001).local()), ..new_attempt(AttemptChannel::Sms, Approach::Offer) };
        assert_eq!(objections(facts, &with(LastAttempt::New(future))), [Objection::AttemptInFuture]);
        let mistyped = NewAttempt {
            at: NaiveDate::from_ymd_opt(202, 6, 1).and_then(|day| day.and_hms_opt(9, 0, 0)),
            ..new_attempt(AttemptChannel::Sms, Approach::Offer)
        };
        assert_eq!(objections(facts, &with(LastAttempt::New(mistyped))), [Objection::AttemptTooLongAgo]);
        let imported = LastAttempt::Excepted(AttemptException::Imported);
        assert_eq!(objections(facts, &with(imported)), [Objection::ImportsOnly]);
        assert_eq!(objections(facts, &with(LastAttempt::Excepted(AttemptException::DoNotContact))), []);
    }

    #[test]
    fn a_date_for_trying_again_is_offered_and_ahead() {
        let reasons = reasons();
        let today = moment(1000).local().date();
        let on = |reason, on| Draft { reason: Some(ReasonId(reason)), recontact_on: Some(on), ..whole_draft() };
        assert_eq!(objections(facts(&reasons, &[]), &on(1, today)), [Objection::RecontactNotOffered]);
        assert_eq!(objections(facts(&reasons, &[]), &on(4, today)), []);
        assert_eq!(objections(facts(&reasons, &[]), &on(4, today - TimeDelta::days(1))), [Objection::RecontactInPast]);
    }

    #[test]
    fn a_lead_comes_back_where_it_left_or_where_one_says() {
        let back = |closure, cause, left, chosen| plan_reopen(true, closure, cause, left, chosen);
        let cause = Some(ClosureCause::CustomerReturned);
        assert_eq!(back(Closure::Reversed, None, Some(StageKind::Qualified), None), Ok(StageKind::Qualified));
        assert_eq!(back(Closure::Reactivated, cause, None, None), Ok(StageKind::Open));
        assert_eq!(back(Closure::Reactivated, cause, None, Some(StageKind::Nurturing)), Ok(StageKind::Nurturing));
        assert_eq!(back(Closure::Reactivated, None, None, None), Err(ReopenRefusal::CauseMissing));
        assert_eq!(back(Closure::Recovered, cause, None, None), Err(ReopenRefusal::RecoveredByWinning));
        for stage in [StageKind::Unqualified, StageKind::Customer, StageKind::Inactive] {
            assert_eq!(back(Closure::Reversed, None, None, Some(stage)), Err(ReopenRefusal::NotAPipelineStage));
        }
        assert_eq!(plan_reopen(false, Closure::Reversed, None, None, None), Err(ReopenRefusal::NotYours));
    }

    #[test]
    fn amounts_are_read_however_they_are_grouped() {
        for text in ["1250000", "1.250.000", "1,250,000", " 1 250 000 "] {
            assert_eq!(whole_amount(text), Some(1_250_000), "{text}");
        }
        for text in ["", "-5", "1.25", "12a", "1..000", "1234.567"] {
            assert_eq!(whole_amount(text), None, "{text}");
        }
    }

    fn any_draft() -> impl Strategy<Value = Draft> {
        let attempt = prop_oneof![
            Just(None),
            Just(Some(LastAttempt::Excepted(AttemptException::Unreachable))),
            (0i64..4).prop_map(|id| Some(LastAttempt::Logged(ActivityId(id)))),
            (0usize..5, 0usize..6).prop_map(|(channel, approach)| {
                Some(LastAttempt::New(new_attempt(AttemptChannel::ALL[channel], Approach::ALL[approach])))
            }),
        ];
        let text = prop_oneof![Just(String::new()), Just("  ".to_owned()), Just("said so".to_owned())];
        (
            prop::option::of((0usize..2).prop_map(|place| Outcome::ALL[place])),
            prop::option::of((0i64..6).prop_map(ReasonId)),
            attempt,
            prop::collection::vec(text, 4),
            prop::option::of((0usize..4).prop_map(|place| RetryPotential::ALL[place])),
        )
            .prop_map(|(outcome, reason, attempt, texts, retry_potential)| Draft {
                outcome,
                reason,
                attempt,
                same_again_because: texts[0].clone(),
                customer: Some(CustomerSaid::Words(texts[1].clone())),
                note: texts[2].clone(),
                retry_potential,
                override_because: texts[3].clone(),
                ..Draft::default()
            })
    }

    proptest! {
        #[test]
        fn what_is_planned_lacks_nothing(draft in any_draft(), manages: bool, company: bool, run_start in 0i64..4) {
            let reasons = reasons();
            let attempts = [
                attempt(3, AttemptChannel::Email, Approach::Offer),
                attempt(2, AttemptChannel::Call, Approach::Offer),
                attempt(1, AttemptChannel::Call, Approach::Offer),
            ];
            let party = if company { Party::Company } else { Party::Person };
            let base = facts(&reasons, &attempts);
            let facts = Facts {
                manages,
                subject: Subject { party, ..base.subject },
                run_started: Some(moment(run_start)),
                ..base
            };
            match plan_loss(facts, &draft) {
                Ok(plan) => {
                    prop_assert!(!plan.note.trim().is_empty());
                    let reason = reasons.iter().find(|reason| reason.id == plan.reason);
                    prop_assert!(reason.is_some_and(|reason| reason.fits(facts.subject) && reason.outcome == plan.outcome));
                    prop_assert!(plan.override_because.is_none() || manages);
                    prop_assert!(!facts.is_same_again(plan.attempt) || plan.same_again_because.is_some());
                }
                Err(objections) => {
                    prop_assert!(!objections.is_empty());
                    let fields: Vec<_> = objections.iter().map(Objection::field).collect();
                    let mut sorted = fields.clone();
                    sorted.sort();
                    prop_assert_eq!(fields, sorted);
                }
            }
        }

        #[test]
        fn more_work_never_brings_new_objections(draft in any_draft(), more in 0usize..5) {
            let reasons = reasons();
            let worked: Vec<_> = (0..more)
                .map(|i| attempt(100 - i as i64, AttemptChannel::ALL[i % 5], Approach::ALL[i % 6]))
                .collect();
            let effort = |attempts| {
                objections(facts(&reasons, attempts), &draft).into_iter()
                    .find(|objection| matches!(objection, Objection::AttemptsNeeded { .. }))
            };
            prop_assert!(effort(&[]).is_some() || effort(&worked).is_none());
        }
    }
}
