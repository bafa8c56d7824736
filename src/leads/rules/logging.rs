//! What may be written down about a lead, and by whom.

use crate::{
    clock::is_of_our_time,
    format::LARGEST_AMOUNT,
    ids::UserId,
    losses::rules::{Approach, AttemptChannel, AttemptResult, DoNot, NewAttempt, is_sound_text, written},
    people::rules::words,
    pipeline::api::{Direction, Money},
};
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// No estimate takes longer, in hundredths of an hour.
const LONGEST_ESTIMATE: i64 = 99_999_999;

words! {
    /// What is written down.
    EntryKind {
        /// A call.
        Call = "call",
        /// An e-mail.
        Email = "email",
        /// A message by WhatsApp.
        Whatsapp = "whatsapp",
        /// A short message.
        Sms = "sms",
        /// A meeting.
        Meeting = "meeting",
        /// A note of ours: nothing that passed between people.
        Note = "note",
    }
}

impl EntryKind {
    /// The channel of a talk; none for a note.
    pub fn channel(self) -> Option<AttemptChannel> {
        match self {
            Self::Call => Some(AttemptChannel::Call),
            Self::Email => Some(AttemptChannel::Email),
            Self::Whatsapp => Some(AttemptChannel::Whatsapp),
            Self::Sms => Some(AttemptChannel::Sms),
            Self::Meeting => Some(AttemptChannel::Meeting),
            Self::Note => None,
        }
    }

    /// Whether it can reach a colleague's desk by mistake: a call or a message for somebody else.
    pub fn may_be_taken_for_a_colleague(self) -> bool {
        matches!(self, Self::Call | Self::Email | Self::Whatsapp | Self::Sms)
    }
}

/// A talk or a note that is being written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Who reached out; of no meaning for a note.
    pub direction: Direction,
    /// What came of an outbound talk: with it, the talk is an attempt.
    pub result: Option<AttemptResult>,
    /// What was tried in it.
    pub approach: Option<Approach>,
    /// When, on the viewer's clock; `None` for just now.
    pub at: Option<NaiveDateTime>,
    /// What was said or written.
    pub text: String,
    /// Colleagues who are mentioned in it.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

impl NewEntry {
    /// Whether it can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        is_sound_text(&self.text)
    }
}

/// What has to be known about a lead before something is written down.
#[derive(Debug, Clone, Copy)]
pub struct LogFacts {
    /// Whether the person may change the lead.
    pub may_write: bool,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// The present moment on the person's clock.
    pub now: NaiveDateTime,
}

/// Why something is not written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogObjection {
    /// Somebody else is responsible for the lead: only a call or message that came in may be written down for them.
    OnlyIncoming,
    /// Somebody else is responsible for the lead.
    NotYours,
    /// There is nothing to write down.
    TextMissing,
    /// What was tried, that this came of it?
    ApproachMissing,
    /// It cannot lie in the future.
    InFuture,
    /// Nothing that we keep is from then: a slip of the keyboard.
    TooLongAgo,
    /// They asked not to be contacted this way.
    ChannelForbidden {
        /// Which way.
        channel: AttemptChannel,
    },
    /// Without a fee there is nothing to pay.
    PaidWithoutFee,
    /// An offer that ends in the past is none.
    ExpiryInPast,
    /// Nobody offers anything for as long as that: a slip of the keyboard.
    TooFarAhead,
    /// Nobody has said what this currency is worth.
    NoRate {
        /// Which.
        currency: String,
    },
    /// There is no such estimate, or it costs nothing.
    NothingToPay,
    /// A colleague is mentioned who may not read the lead.
    MentionUnread {
        /// Who.
        name: String,
    },
}

/// An entry with nothing missing, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedEntry<'a> {
    /// An attempt, as the losses count it.
    Attempt(NewAttempt),
    /// Anything else.
    Plain {
        /// What it is.
        kind: EntryKind,
        /// Who reached out; none for a note.
        direction: Option<Direction>,
        /// When, on the viewer's clock; `None` for just now.
        at: Option<NaiveDateTime>,
        /// What was said or written.
        text: Option<&'a str>,
    },
}

/// Whether `entry` may be written down.
///
/// # Errors
/// The first thing that stands against it.
pub fn plan_entry(facts: LogFacts, entry: &NewEntry) -> Result<PlannedEntry<'_>, LogObjection> {
    let is_inbound = entry.direction == Direction::Inbound;
    if !(facts.may_write || is_inbound && entry.kind.may_be_taken_for_a_colleague()) {
        return Err(LogObjection::OnlyIncoming);
    }
    if entry.at.is_some_and(|at| at > facts.now) {
        return Err(LogObjection::InFuture);
    }
    if entry.at.is_some_and(|at| !is_of_our_time(at.date())) {
        return Err(LogObjection::TooLongAgo);
    }
    let text = written(&entry.text);
    let Some(channel) = entry.kind.channel() else {
        return match text {
            None => Err(LogObjection::TextMissing),
            text => Ok(PlannedEntry::Plain { kind: entry.kind, direction: None, at: entry.at, text }),
        };
    };
    if !is_inbound && facts.do_not.forbids(channel) {
        return Err(LogObjection::ChannelForbidden { channel });
    }
    match (is_inbound, entry.result, entry.approach) {
        (false, Some(result), Some(approach)) => {
            let (note, mentions) = (entry.text.clone(), entry.mentions.clone());
            Ok(PlannedEntry::Attempt(NewAttempt { channel, approach, result, at: entry.at, note, mentions }))
        }
        (false, Some(_), None) => Err(LogObjection::ApproachMissing),
        _ => Ok(PlannedEntry::Plain { kind: entry.kind, direction: Some(entry.direction), at: entry.at, text }),
    }
}

/// An estimate that is being written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEstimate {
    /// How long the estimating takes, in hundredths of an hour.
    pub hours_hundredths: Option<i64>,
    /// Who does it.
    pub by: Option<UserId>,
    /// What it costs them.
    pub fee: Option<Money>,
    /// When they paid; `None` while they have not.
    pub paid_on: Option<NaiveDate>,
    /// Whether the fee is taken off the price when the lead is won.
    pub credited_on_winning: bool,
    /// What it says.
    pub text: String,
    /// Colleagues who are mentioned in it.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

impl NewEstimate {
    /// Whether it can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        is_sound_text(&self.text)
            && self.hours_hundredths.is_none_or(|hours| (0..=LONGEST_ESTIMATE).contains(&hours))
            && self.fee.as_ref().is_none_or(is_sound_money)
    }
}

/// Whether `estimate` may be written down.
///
/// # Errors
/// The first thing that stands against it.
pub fn check_estimate(facts: LogFacts, estimate: &NewEstimate) -> Result<(), LogObjection> {
    let says_something =
        estimate.hours_hundredths.is_some() || estimate.fee.is_some() || written(&estimate.text).is_some();
    match estimate.paid_on {
        _ if !facts.may_write => Err(LogObjection::NotYours),
        _ if !says_something => Err(LogObjection::TextMissing),
        Some(_) if estimate.fee.is_none() => Err(LogObjection::PaidWithoutFee),
        Some(on) => check_payment(facts, on),
        None => Ok(()),
    }
}

/// Whether something may have been paid on that day.
///
/// # Errors
/// What stands against it.
pub fn check_payment(facts: LogFacts, on: NaiveDate) -> Result<(), LogObjection> {
    match on {
        on if on > facts.now.date() => Err(LogObjection::InFuture),
        on if !is_of_our_time(on) => Err(LogObjection::TooLongAgo),
        _ => Ok(()),
    }
}

/// An offer that is being written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOffer {
    /// What they are to pay.
    pub amount: Money,
    /// What the amount is below the list price, in hundredths of a percent.
    pub discount_hundredths: Option<i64>,
    /// The last day on which it stands.
    pub expires_on: Option<NaiveDate>,
    /// What it says.
    pub text: String,
    /// Colleagues who are mentioned in it.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

impl NewOffer {
    /// Whether it can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        is_sound_text(&self.text)
            && is_sound_money(&self.amount)
            && self.discount_hundredths.is_none_or(|discount| (0..=10_000).contains(&discount))
    }
}

/// Whether `offer` may be written down.
///
/// # Errors
/// The first thing that stands against it.
pub fn check_offer(facts: LogFacts, offer: &NewOffer) -> Result<(), LogObjection> {
    match offer.expires_on {
        _ if !facts.may_write => Err(LogObjection::NotYours),
        Some(on) if on < facts.now.date() => Err(LogObjection::ExpiryInPast),
        Some(on) if !is_of_our_time(on) => Err(LogObjection::TooFarAhead),
        _ => Ok(()),
    }
}

fn is_sound_money(money: &Money) -> bool {
    (0..=LARGEST_AMOUNT).contains(&money.minor)
        && money.currency.len() == 3
        && money.currency.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// What somebody typed as an amount, in units of which `digits` make one place: `1.250,50`, `1,250.5` and `1250.50` are all
/// 125050 with two digits. A single mark before three digits groups thousands, save where three digits make one place.
/// Nothing for what is no such number.
pub fn typed_amount(text: &str, digits: u32) -> Option<i64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    let marks: Vec<usize> = compact.match_indices(['.', ',']).map(|(place, _)| place).collect();
    let decimals = |place: usize| compact.len() - place - 1;
    let point = marks.last().copied().filter(|last| {
        let mark = compact.as_bytes()[*last];
        let is_alone = marks.iter().all(|place| place == last || compact.as_bytes()[*place] != mark);
        is_alone
            && decimals(*last) <= digits as usize
            && decimals(*last) > 0
            && (marks.len() > 1 || decimals(*last) != 3 || digits == 3)
    });
    let whole = &compact[..point.unwrap_or(compact.len())];
    let mut groups = whole.split(['.', ',']);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    if first.is_empty() || (!rest.is_empty() && first.len() > 3) || rest.iter().any(|group| group.len() != 3) {
        return None;
    }
    let part = point.map_or("", |point| &compact[point + 1..]);
    let plain = format!("{first}{}{part:0<width$}", rest.concat(), width = digits as usize);
    let amount = if plain.bytes().all(|digit| digit.is_ascii_digit()) { plain.parse().ok() } else { None };
    amount.filter(|amount| *amount <= LARGEST_AMOUNT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(may_write: bool) -> LogFacts {
        let now = NaiveDate::from_ymd_opt(2026, 3, 2).and_then(|day| day.and_hms_opt(11, 30, 0)).expect("a moment");
        LogFacts { may_write, do_not: DoNot { call: true, email: false }, now }
    }

    fn entry(kind: EntryKind, direction: Direction) -> NewEntry {
        let (text, mentions) = (String::new(), Vec::new());
        NewEntry { kind, direction, result: None, approach: None, at: None, text, mentions }
    }

    #[test]
    fn an_outbound_talk_with_a_result_is_an_attempt() {
        let talk = NewEntry {
            result: Some(AttemptResult::NoAnswer),
            approach: Some(Approach::Reminder),
            ..entry(EntryKind::Email, Direction::Outbound)
        };
        assert!(matches!(plan_entry(facts(true), &talk), Ok(PlannedEntry::Attempt(_))));
        let inbound = NewEntry { direction: Direction::Inbound, ..talk.clone() };
        assert!(matches!(plan_entry(facts(true), &inbound), Ok(PlannedEntry::Plain { .. })));
        let aimless = NewEntry { approach: None, ..talk };
        assert_eq!(plan_entry(facts(true), &aimless), Err(LogObjection::ApproachMissing));
    }

    #[test]
    fn for_a_colleague_only_what_came_in_is_written_down() {
        for kind in EntryKind::ALL.iter().copied() {
            let entries = [Direction::Outbound, Direction::Inbound].map(|direction| entry(kind, direction));
            let outbound = plan_entry(facts(false), &entries[0]);
            assert_eq!(outbound, Err(LogObjection::OnlyIncoming), "{kind}");
            let inbound = plan_entry(facts(false), &entries[1]);
            assert_eq!(inbound.is_ok(), !matches!(kind, EntryKind::Meeting | EntryKind::Note), "{kind}");
        }
    }

    #[test]
    fn who_asked_not_to_be_called_may_still_call_us() {
        let call = |direction| plan_entry(facts(true), &entry(EntryKind::Call, direction)).map(|_| ());
        assert_eq!(call(Direction::Outbound), Err(LogObjection::ChannelForbidden { channel: AttemptChannel::Call }));
        assert_eq!(call(Direction::Inbound), Ok(()));
    }

    #[test]
    fn a_note_says_something_and_nothing_lies_in_the_future() {
        let note = NewEntry { text: " \n".into(), ..entry(EntryKind::Note, Direction::Outbound) };
        assert_eq!(plan_entry(facts(true), &note), Err(LogObjection::TextMissing));
        let later = facts(true).now + chrono::TimeDelta::minutes(1);
        let early = NewEntry { at: Some(later), ..entry(EntryKind::Meeting, Direction::Inbound) };
        assert_eq!(plan_entry(facts(true), &early), Err(LogObjection::InFuture));
    }

    #[test]
    fn estimates_and_offers_make_sense() {
        let euro = Money { minor: 5_000, currency: "EUR".into() };
        let estimate = NewEstimate {
            hours_hundredths: None,
            by: None,
            fee: None,
            paid_on: None,
            credited_on_winning: false,
            text: String::new(),
            mentions: Vec::new(),
        };
        assert_eq!(check_estimate(facts(true), &estimate), Err(LogObjection::TextMissing));
        let today = Some(facts(true).now.date());
        let unpriced = NewEstimate { hours_hundredths: Some(150), paid_on: today, ..estimate.clone() };
        assert_eq!(check_estimate(facts(true), &unpriced), Err(LogObjection::PaidWithoutFee));
        let tomorrow = today.and_then(|day| day.succ_opt());
        let early = NewEstimate { fee: Some(euro.clone()), paid_on: tomorrow, ..estimate };
        assert_eq!(check_estimate(facts(true), &early), Err(LogObjection::InFuture));
        let (text, mentions) = (String::new(), Vec::new());
        let offer = NewOffer { amount: euro, discount_hundredths: None, expires_on: today, text, mentions };
        assert_eq!(check_offer(facts(true), &offer), Ok(()));
        assert_eq!(check_offer(facts(false), &offer), Err(LogObjection::NotYours));
        let past = NewOffer { expires_on: today.and_then(|day| day.pred_opt()), ..offer.clone() };
        assert_eq!(check_offer(facts(true), &past), Err(LogObjection::ExpiryInPast));
        assert!(!NewOffer { discount_hundredths: Some(10_001), ..offer }.is_sound());
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, read) in [
            ("1250", Some(125_000)),
            ("1.250", Some(125_000)),
            ("1,250", Some(125_000)),
            ("1.250,50", Some(125_050)),
            ("1,250.5", Some(125_050)),
            ("1 250 000", Some(125_000_000)),
            ("1.250.000", Some(125_000_000)),
            ("0,5", Some(50)),
            ("12.5", Some(1_250)),
            ("", None),
            ("-5", None),
            ("1.2.3", None),
            ("12,34,56", None),
            ("five", None),
            ("99999999999999999", None),
        ] {
            assert_eq!(typed_amount(typed, 2), read, "{typed}");
        }
        assert_eq!(typed_amount("1250.5", 0), None);
        // Of three digits, three after a mark are the part: an amount that is shown is read again as itself.
        assert_eq!((typed_amount("1.234", 3), typed_amount("12500.500", 3)), (Some(1_234), Some(12_500_500)));
        assert_eq!(typed_amount("1.234.567", 3), Some(1_234_567_000));
        assert_eq!(typed_amount("1.250", 0), Some(1_250));
    }

    proptest! {
        #[test]
        fn reading_an_amount_never_fails_badly(text in ".*", digits in 0u32..4) {
            if let Some(amount) = typed_amount(&text, digits) {
                prop_assert!((0..=LARGEST_AMOUNT).contains(&amount));
            }
        }
    }
}
