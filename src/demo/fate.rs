//! How a lead ends: chance, and the effects that are planted in it.

use super::{
    chance::Chance,
    company::{Line, PRODUCTS, SEGMENTS, SOURCES},
    effects,
    team::TEAM,
};
use crate::people::rules::Tier;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// What is known about a lead when it comes in.
#[derive(Debug, Clone)]
pub struct Birth {
    /// When, on the wall clock.
    pub at: NaiveDateTime,
    /// Which line it belongs to.
    pub line: Line,
    /// From a cold list.
    pub outbound: bool,
    /// The places in the company's lists.
    pub source: usize,
    /// See `source`.
    pub product: usize,
    /// See `source`.
    pub segment: usize,
    /// Among all campaigns, the cold lists after the others.
    pub campaign: Option<usize>,
    /// Whose it is, by the place in the team.
    pub member: usize,
    /// What it is worth at list price, in whole euros.
    pub value: f64,
    /// Answered within the hour.
    pub quick: bool,
    /// The customer's language.
    pub language: &'static str,
}

impl Birth {
    fn is_big(&self) -> bool {
        let from = if self.line == Line::Clinic { effects::BIG_CLINIC } else { effects::BIG_SUPPLY };
        self.value >= from as f64
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// They buy.
    Won,
    /// They do not, for this reason.
    Lost(&'static str),
    /// They never could, for this reason.
    Unqualified(&'static str),
}

/// What the dice say about a run.
#[derive(Debug, Clone, Copy)]
pub struct Fate {
    /// How it ends.
    pub end: End,
    /// The last stage before that, from 1 (Open) to 5 (Negotiation).
    pub depth: usize,
    /// Passes through Nurturing …
    pub nurtured: bool,
    /// … and stays there longer than thirty days.
    pub stale: bool,
    /// The discount of the last offer, in percent.
    pub discount: i64,
}

/// What a reason asks for before it is believed: attempts, and channels among them. The same as in the migrations.
pub fn needs(reason: &str) -> (usize, usize) {
    match reason {
        "contact_lost" | "tied_supplier" => (3, 2),
        "still_thinking" => (2, 2),
        _ => (0, 0),
    }
}

/// Whether the reason offers a date to ask again.
pub fn offers_recontact(reason: &str) -> bool {
    matches!(reason, "timing_not_suitable" | "still_thinking")
}

/// How a new lead ends. `rival_since` is when the competitor of effect 3 appeared.
pub fn first(birth: &Birth, rival_since: NaiveDate, chance: &mut Chance) -> Fate {
    let unqualified = chance_to_be_unqualified(birth);
    let end = if chance.hits(unqualified) {
        End::Unqualified(unqualified_reason(birth, chance))
    } else if chance.hits((chance_to_win(birth) / (1.0 - unqualified)).min(0.95)) {
        End::Won
    } else {
        End::Lost(lost_reason(birth, rival_since, chance))
    };
    towards(end, chance)
}

/// How a lead ends that was lost for `reason` and is tried again.
pub fn second(reason: &str, chance: &mut Chance) -> Fate {
    let wins = if reason == "timing_not_suitable" { effects::SECOND_WIN_AFTER_TIMING } else { effects::SECOND_WIN };
    let end = if chance.hits(wins) {
        End::Won
    } else {
        let again = [
            ("price_too_high", 3.0),
            ("timing_not_suitable", 2.5),
            ("competitor_preferred", 2.5),
            ("trust", 1.0),
            ("other", 1.0),
        ];
        End::Lost(chance.weighted(&again))
    };
    towards(end, chance)
}

fn chance_to_be_unqualified(birth: &Birth) -> f64 {
    match (birth.outbound, SEGMENTS[birth.segment].name, SOURCES[birth.source].name) {
        (true, effects::POOR_LIST_SEGMENT, _) => effects::POOR_LIST_UNQUALIFIED,
        (true, ..) => effects::LIST_UNQUALIFIED,
        (false, _, "Instagram") => effects::INSTAGRAM_UNQUALIFIED,
        _ => 0.16,
    }
}

/// Of all leads of this kind, whether qualified or not.
fn chance_to_win(birth: &Birth) -> f64 {
    if birth.outbound {
        return 0.07;
    }
    let usual = if birth.line == Line::Clinic { 0.26 } else { 0.27 };
    // Quick and slow ones together come out at about the usual.
    let answer = if birth.quick { effects::QUICK_ANSWER * 0.69 } else { 0.69 };
    let source = match SOURCES[birth.source].name {
        "Instagram" => effects::INSTAGRAM_WINS,
        "Google Ads" => effects::GOOGLE_WINS,
        "Referral" => 1.4,
        _ => 1.0,
    };
    let segment = if SEGMENTS[birth.segment].name == effects::GOOD_SEGMENT { effects::GOOD_SEGMENT_WINS } else { 1.0 };
    let junior = TEAM[birth.member].tier() == Some(Tier::Junior);
    let hands = if junior && birth.is_big() { effects::BIG_WITH_JUNIOR } else { 1.0 };
    (usual * answer * source * segment * hands).min(0.8)
}

fn unqualified_reason(birth: &Birth, chance: &mut Chance) -> &'static str {
    if birth.outbound && SEGMENTS[birth.segment].name == effects::POOR_LIST_SEGMENT {
        return chance.weighted(&[
            ("too_small_or_too_big", 4.0),
            ("needs_dont_match", 3.0),
            ("closed_down", 2.0),
            ("unreachable", 1.0),
        ]);
    }
    match (birth.outbound, birth.line, SOURCES[birth.source].name) {
        (true, ..) => chance.weighted(&[
            ("unreachable", 3.0),
            ("tied_supplier", 2.0),
            ("needs_dont_match", 1.8),
            ("too_small_or_too_big", 1.4),
            ("not_in_our_range", 1.2),
            ("closed_down", 0.6),
        ]),
        (_, Line::Supply, _) => chance.weighted(&[
            ("not_in_our_range", 3.0),
            ("estimate_only", 2.0),
            ("needs_dont_match", 2.0),
            ("too_small_or_too_big", 2.0),
            ("unreachable", 1.0),
        ]),
        (_, _, "Instagram") if chance.hits(effects::INSTAGRAM_ESTIMATE_ONLY) => "estimate_only",
        (_, _, "Instagram") => {
            chance.weighted(&[("needs_dont_match", 1.0), ("unreachable", 1.0), ("not_in_our_range", 0.5)])
        }
        _ => chance.weighted(&[
            ("needs_dont_match", 3.5),
            ("estimate_only", 2.5),
            ("unreachable", 2.0),
            ("not_in_our_range", 2.0),
        ]),
    }
}

fn lost_reason(birth: &Birth, rival_since: NaiveDate, chance: &mut Chance) -> &'static str {
    let price = if TEAM[birth.member].email == effects::PRICE_REP { effects::PRICE_WEIGHT } else { 1.0 };
    // A lead is lost about three weeks after it came in.
    let rivalled = PRODUCTS[birth.product].name == effects::RIVALLED_PRODUCT
        && birth.at.date() + TimeDelta::days(20) >= rival_since;
    let rival = if rivalled { effects::RIVAL_WEIGHT } else { 1.0 };
    chance.weighted(&[
        ("price_too_high", 2.6 * price),
        ("competitor_preferred", 1.6 * rival),
        ("timing_not_suitable", 2.2),
        ("contact_lost", 1.7),
        ("trust", 0.9),
        ("still_thinking", 1.3),
        ("other", 0.4),
    ])
}

fn towards(end: End, chance: &mut Chance) -> Fate {
    let depth = match end {
        End::Won => chance.weighted(&[(5, 0.88), (4, 0.12)]),
        End::Lost("contact_lost") => chance.weighted(&[(1, 0.4), (2, 0.4), (3, 0.2)]),
        End::Lost("price_too_high") => chance.weighted(&[(2, 0.16), (3, 0.12), (4, 0.25), (5, 0.47)]),
        End::Lost("competitor_preferred") => chance.weighted(&[(2, 0.15), (3, 0.22), (4, 0.28), (5, 0.35)]),
        End::Lost(_) => chance.weighted(&[(2, 0.34), (3, 0.36), (4, 0.2), (5, 0.1)]),
        End::Unqualified(_) => chance.weighted(&[(1, 0.55), (2, 0.45)]),
    };
    let won = end == End::Won;
    let nurtured = depth == 3 || (depth > 3 && chance.hits(0.55));
    let stale = chance.hits(if won { effects::STALE_WHEN_WON } else { effects::STALE_WHEN_LOST });
    let bands = if won { effects::DISCOUNTS_OF_WON } else { effects::DISCOUNTS_OF_LOST };
    let band = chance.weighted(&[((0, 0), bands[0]), ((3, 10), bands[1]), ((12, 20), bands[2]), ((22, 30), bands[3])]);
    Fate { end, depth, nurtured, stale, discount: chance.between(band.0, band.1) }
}
