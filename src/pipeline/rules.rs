//! Which moves are allowed, and where a card stands inside its column. Pure: the browser plans with the same functions
//! before it paints, the server decides with them.

use crate::people::rules::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// What a stage means to the rules, whatever a team calls it.
    StageKind {
        /// An enquiry that nobody has answered yet.
        Open = "open",
        /// The need is understood.
        Contacted = "contacted",
        /// Being educated.
        Nurturing = "nurturing",
        /// Ready to buy.
        Qualified = "qualified",
        /// Offers and discounts.
        Negotiation = "negotiation",
        /// Won.
        Customer = "customer",
        /// Was a customer, now dormant.
        Inactive = "inactive",
        /// Needs don't match: entering it is always a loss.
        Unqualified = "unqualified",
    }
}

impl StageKind {
    /// Whether its column is folded on the board until somebody opens it.
    pub fn is_folded(self) -> bool {
        matches!(self, Self::Customer | Self::Inactive)
    }

    /// Whether whoever stands in it was won.
    pub fn is_won(self) -> bool {
        matches!(self, Self::Customer | Self::Inactive)
    }

    /// Whether it has a column at all: unqualified leads are in the lost pool.
    pub fn is_on_board(self) -> bool {
        self != Self::Unqualified
    }
}

words! {
    /// In which order a column stands.
    #[derive(Default)]
    Sort {
        /// As its people have put it.
        #[default]
        Manual = "manual",
        /// What is due first comes first.
        Clock = "clock",
        /// The most valuable first.
        Value = "value",
        /// The warmest first.
        Warmth = "warmth",
        /// The longest in its stage first.
        Age = "age",
    }
}

words! {
    /// By what a board is divided into lanes.
    Lanes {
        /// One for each holder.
        Holder = "holder",
        /// One for each product, and one for leads without.
        Product = "product",
    }
}

/// Why a move is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// It has left the board: reactivate it from the lost pool.
    OffBoard,
    /// Entering Unqualified is a loss: it needs its reason.
    UnqualifiedIsALoss,
    /// Becoming a customer is a win: it needs amount, product and date.
    WinNeedsAmount,
    /// Only a customer becomes inactive.
    OnlyCustomersBecomeInactive,
    /// An inactive customer only becomes a customer again; winning them again is a new lead.
    InactiveStaysOutOfThePipeline,
}

/// Where a lead stands, as far as moving is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The stage; unknown only for leads that were lost before winback knew them.
    pub stage: Option<StageKind>,
    /// Whether a loss stands.
    pub is_lost: bool,
    /// Whether the person who moves may change the lead.
    pub may_write: bool,
}

/// Whether a lead may be moved to a stage of kind `to`.
///
/// # Errors
/// The [`Refusal`] that the person should read.
pub fn plan_move(standing: Standing, to: StageKind) -> Result<(), Refusal> {
    use StageKind::{Customer, Inactive, Unqualified};
    match (standing.stage, to) {
        _ if !standing.may_write => Err(Refusal::NotYours),
        _ if standing.is_lost => Err(Refusal::OffBoard),
        (_, Unqualified) => Err(Refusal::UnqualifiedIsALoss),
        (from, Customer) if !from.is_some_and(StageKind::is_won) => Err(Refusal::WinNeedsAmount),
        (from, Inactive) if from != Some(Customer) && from != Some(Inactive) => {
            Err(Refusal::OnlyCustomersBecomeInactive)
        }
        (Some(Inactive), to) if to != Customer && to != Inactive => Err(Refusal::InactiveStaysOutOfThePipeline),
        _ => Ok(()),
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: usize = DIGITS.len();

/// How many digits of a rank count the milliseconds of its arrival.
const WIDTH: usize = 8;
const LATEST: u64 = 62u64.pow(WIDTH as u32) - 1;

/// The rank of a card that arrives in a column by itself: above everything that arrived earlier. `sequence` keeps the
/// order of leads that arrive together. Thirteen characters, never ending in the lowest digit.
pub fn arrival_rank(at: DateTime<Utc>, sequence: u32) -> String {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0).min(LATEST);
    format!("{}{}V", base62(LATEST - millis, WIDTH), base62(u64::from(sequence), 4))
}

fn base62(mut number: u64, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % BASE as u64) as usize];
        number /= BASE as u64;
    }
    digits.into_iter().map(char::from).collect()
}

/// A rank between two neighbours (none: the column's end), as text in byte order. No other card is renumbered. Where two
/// neighbours share a rank (they were placed at the same moment) the card goes right below both; the lead's id, the
/// second key of the order, tells them apart.
///
/// Fractional indexing after David Greenspan, "Implementing Fractional Indexing" (Observable, 2020).
pub fn rank_between(above: Option<&str>, below: Option<&str>) -> String {
    let above = above.unwrap_or("");
    match below {
        Some(below) if above.is_empty() => {
            beside(below, |arrival| arrival.checked_sub(1)).unwrap_or_else(|| midpoint(above, Some(below)))
        }
        Some(below) if above < below => midpoint(above, Some(below)),
        _ => beside(above, |arrival| Some(arrival + 1).filter(|arrival| *arrival <= LATEST))
            .unwrap_or_else(|| midpoint(above, None)),
    }
}

/// A rank beyond a column's end, as if it had arrived a millisecond later or earlier than the card at the end. Halving
/// the endless room there would make ranks longer with every fifth card that is put on top.
fn beside(rank: &str, step: impl FnOnce(u64) -> Option<u64>) -> Option<String> {
    let digits = rank.bytes().chain(std::iter::repeat(b'0')).take(WIDTH);
    let arrival = digits.fold(0, |number, c| number * BASE as u64 + digit(c) as u64);
    step(arrival).map(|arrival| format!("{}V", base62(arrival, WIDTH)))
}

fn digit(character: u8) -> usize {
    DIGITS.iter().position(|digit| *digit == character).unwrap_or(0)
}

/// The shortest text between `above` and `below`, which must not end in the lowest digit.
fn midpoint(above: &str, below: Option<&str>) -> String {
    let (over, under) = (above.as_bytes(), below.map(str::as_bytes));
    if let Some(under) = under {
        let shared = (0..under.len()).take_while(|i| over.get(*i).unwrap_or(&b'0') == &under[*i]).count();
        if shared > 0 && shared < under.len() {
            let rest = above.get(shared..).unwrap_or("");
            let tail = midpoint(rest, below.and_then(|below| below.get(shared..)));
            return format!("{}{tail}", String::from_utf8_lossy(&under[..shared]));
        }
    }
    let low = over.first().map_or(0, |c| digit(*c));
    let high = under.and_then(|under| under.first()).map_or(BASE, |c| digit(*c));
    if high > low + 1 {
        return char::from(DIGITS[low.midpoint(high)]).to_string();
    }
    match under {
        Some(under) if under.len() > 1 => char::from(under[0]).to_string(),
        _ => format!("{}{}", char::from(DIGITS[low]), midpoint(above.get(1..).unwrap_or(""), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn standing(stage: StageKind) -> Standing {
        Standing { stage: Some(stage), is_lost: false, may_write: true }
    }

    #[test]
    fn any_stage_of_the_pipeline_leads_to_any_other() {
        for from in &StageKind::ALL[..5] {
            for to in &StageKind::ALL[..5] {
                assert_eq!(plan_move(standing(*from), *to), Ok(()), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_plain_move_wins_nobody_and_takes_every_win_back() {
        for stage in &StageKind::ALL[..5] {
            assert_eq!(plan_move(standing(*stage), StageKind::Customer), Err(Refusal::WinNeedsAmount), "{stage}");
            assert_eq!(plan_move(standing(StageKind::Customer), *stage), Ok(()), "{stage}");
        }
        assert_eq!(plan_move(standing(StageKind::Customer), StageKind::Customer), Ok(()));
    }

    #[test]
    fn unqualified_is_never_entered_by_a_plain_move() {
        for from in StageKind::ALL {
            assert!(plan_move(standing(*from), StageKind::Unqualified).is_err());
        }
    }

    #[test]
    fn only_customers_become_inactive_and_inactive_ones_only_customers() {
        assert_eq!(plan_move(standing(StageKind::Customer), StageKind::Inactive), Ok(()));
        assert_eq!(
            plan_move(standing(StageKind::Open), StageKind::Inactive),
            Err(Refusal::OnlyCustomersBecomeInactive)
        );
        assert_eq!(plan_move(standing(StageKind::Inactive), StageKind::Customer), Ok(()));
        assert_eq!(
            plan_move(standing(StageKind::Inactive), StageKind::Open),
            Err(Refusal::InactiveStaysOutOfThePipeline)
        );
    }

    #[test]
    fn strangers_and_lost_leads_do_not_move() {
        let open = standing(StageKind::Open);
        assert_eq!(plan_move(Standing { may_write: false, ..open }, StageKind::Contacted), Err(Refusal::NotYours));
        assert_eq!(plan_move(Standing { is_lost: true, ..open }, StageKind::Contacted), Err(Refusal::OffBoard));
    }

    #[test]
    fn a_newcomer_ranks_above_everything_older() {
        let monday = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let rank = |minutes, sequence| arrival_rank(monday + TimeDelta::minutes(minutes), sequence);
        assert!(rank(1, 0) < rank(0, 0));
        assert!(rank(0, 0) < rank(0, 1));
        assert!(rank_between(None, Some(&rank(0, 0))) < rank(0, 0));
    }

    #[test]
    fn ranks_stay_short_however_many_cards_are_put_at_an_end() {
        let first = arrival_rank(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000), 0);
        let (mut top, mut bottom) = (first.clone(), first);
        for _ in 0..20_000 {
            let (above, below) = (rank_between(None, Some(&top)), rank_between(Some(&bottom), None));
            assert!(above < top && bottom < below && above.len() <= 13 && below.len() <= 13, "{above} {below}");
            (top, bottom) = (above, below);
        }
    }

    #[test]
    fn neighbours_with_one_rank_do_not_stop_a_card() {
        assert!(rank_between(Some("V"), Some("V")).as_str() > "V");
    }

    proptest! {
        #[test]
        fn a_card_always_fits_between_two_others(first in "(0{0,9}|z{0,9}|[0-9A-Za-z]{0,12})[1-9A-Za-z]", places in prop::collection::vec(0usize..1000, 1..200)) {
            let mut column: Vec<String> = vec![first];
            for place in places {
                let at = place % (column.len() + 1);
                let above = at.checked_sub(1).map(|i| column[i].as_str());
                let below = column.get(at).map(String::as_str);
                let rank = rank_between(above, below);
                prop_assert!(above.is_none_or(|above| above < rank.as_str()));
                prop_assert!(below.is_none_or(|below| rank.as_str() < below));
                prop_assert!(!rank.ends_with('0'));
                prop_assert!(rank.bytes().all(|c| DIGITS.contains(&c)));
                column.insert(at, rank);
            }
        }
    }
}
