//! What is planted in the demo data, one constant per effect. `docs/DEMO.md` tells the same in words, and the tests in
//! `tests/it/demo.rs` find each by plain SQL.

/// How many months the data reach back.
pub const MONTHS: u32 = 18;

/// 1. An enquiry that is answered within the hour is won this many times as often as one that waits.
pub const QUICK_ANSWER: f64 = 2.0;
/// How many enquiries of the working day get that quick answer; of those that come at night or on a Sunday, a fifth of it.
pub const ANSWERED_QUICKLY: f64 = 0.45;

/// 2. For this rep (Çiğdem Arslan) "price too high" weighs this many times as much among the reasons.
pub const PRICE_REP: &str = "cigdem@demo.winback";
/// See [`PRICE_REP`]: about twice the share of her losses.
pub const PRICE_WEIGHT: f64 = 3.2;

/// 3. Losses of this product to competitors rise six months before today …
pub const RIVALLED_PRODUCT: &str = "Dental implants";
/// … when that reason weighs this many times as much.
pub const RIVAL_WEIGHT: f64 = 4.0;
/// How many months ago the rival appeared.
pub const RIVAL_MONTHS: u32 = 6;

/// 4. Instagram brings many leads; each is won this many times as often as others …
pub const INSTAGRAM_WINS: f64 = 0.4;
/// … and this many of them do not qualify …
pub const INSTAGRAM_UNQUALIFIED: f64 = 0.45;
/// … mostly because they wanted to know the price only.
pub const INSTAGRAM_ESTIMATE_ONLY: f64 = 0.75;

/// 5. Of the cold lists of this segment so many leads never were what we sell to.
pub const POOR_LIST_SEGMENT: &str = "Textile mills";
/// See [`POOR_LIST_SEGMENT`].
pub const POOR_LIST_UNQUALIFIED: f64 = 0.68;
/// The same for all other cold lists.
pub const LIST_UNQUALIFIED: f64 = 0.28;

/// 6. Google Ads wins this many times as often as other sources, at several times their price.
pub const GOOGLE_WINS: f64 = 0.6;

/// 7. A lead that was lost for its timing and tried again is won so often …
pub const SECOND_WIN_AFTER_TIMING: f64 = 0.45;
/// … and after any other reason so often.
pub const SECOND_WIN: f64 = 0.15;

/// 8. Of the losses "contact lost" so many were given up after two attempts on one channel, the rest waived by a manager.
pub const GIVEN_UP_EARLY: f64 = 0.65;

/// 9. Big deals in the hands of a junior are won this many times as often.
pub const BIG_WITH_JUNIOR: f64 = 0.25;
/// From where a clinic's lead is big, in whole euros.
pub const BIG_CLINIC: i64 = 5_000;
/// From where a supplier's lead is big, in whole euros.
pub const BIG_SUPPLY: i64 = 10_000;

/// 10. Discounts by how a negotiation ended: none, to 10 %, to 20 %, above. Up to 20 % they help, above they do not.
pub const DISCOUNTS_OF_WON: [f64; 4] = [0.22, 0.26, 0.38, 0.14];
/// See [`DISCOUNTS_OF_WON`].
pub const DISCOUNTS_OF_LOST: [f64; 4] = [0.30, 0.26, 0.18, 0.26];

/// 11. In August this many times as many enquiries come in as in other months.
pub const AUGUST: f64 = 0.55;

/// 12. Of the leads that pass through Nurturing so many stay longer than thirty days there, when they are won …
pub const STALE_WHEN_WON: f64 = 0.08;
/// … and when they are not.
pub const STALE_WHEN_LOST: f64 = 0.45;

/// 13. This segment is won this many times as often as the others.
pub const GOOD_SEGMENT: &str = "Gulf patients";
/// See [`GOOD_SEGMENT`].
pub const GOOD_SEGMENT_WINS: f64 = 1.7;
