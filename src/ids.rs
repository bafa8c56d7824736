//! Newtypes for identifiers, so that a lead's id is never taken for a user's.

use serde::{Deserialize, Serialize};
use std::{fmt, num::ParseIntError, str::FromStr};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person who signs in.
    UserId;
    /// A team of reps with its managers.
    TeamId;
    /// Where leads without a person wait, under a named manager.
    QueueId;
    /// One enquiry or prospect.
    LeadId;
    /// A column of the pipeline.
    StageId;
    /// One entry of a lead's history.
    ActivityId;
    /// Something that somebody is told.
    NoticeId;
    /// A lead about which a person decides.
    ReviewId;
    /// One loss episode.
    LossId;
    /// A plan to ask a lost lead again.
    RecontactId;
    /// Why leads are lost: data, not code.
    ReasonId;
    /// A line of business.
    BusinessLineId;
    /// The channel that a lead came through.
    SourceId;
    /// What brought leads in for money.
    CampaignId;
    /// What they want to buy.
    ProductId;
    /// The person or company behind one or more leads.
    AccountId;
    /// Somebody at an account.
    ContactId;
    /// A word that leads are marked with.
    TagId;
    /// A file attached to a lead.
    AttachmentId;
    /// A meeting over the figures.
    MeetingId;
    /// A view of the figures that is pinned to a meeting.
    PinId;
    /// What a meeting decided.
    DecisionId;
}

/// The key of one request that changes something. The browser makes it once per intent and repeats it on a retry, so
/// that a change happens once however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestKey(pub String);

impl ProductId {
    /// Stands in filters and counts for "no product".
    pub const NONE: Self = Self(0);
}

impl RequestKey {
    /// Keys are 8 to 64 visible characters; anything else was not made by our browser code.
    pub fn is_sound(&self) -> bool {
        (8..=64).contains(&self.0.len()) && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

/// A text in every language that exists, by language code; English is always there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Names(pub std::collections::BTreeMap<String, String>);

impl Names {
    /// The text in `language` (such as `tr`; of `en-XB` the part before the dash counts), else in English.
    pub fn pick(&self, language: &str) -> &str {
        let primary = language.split('-').next().unwrap_or(language);
        self.0.get(primary).or_else(|| self.0.get("en")).map_or("", String::as_str)
    }
}
