//! Who may see and change what. Pure: the server decides with these functions, the browser mirrors them.

use crate::ids::{QueueId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands in the database and on the wire.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::people::rules::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
                    .ok_or_else(|| crate::people::rules::UnknownWord(word.to_owned()))
            }
        }
    };
}
pub(crate) use words;

/// A word that is not in its vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word: {0}")]
pub struct UnknownWord(pub String);

words! {
    /// What a signed-in person may do.
    Role {
        /// Works leads.
        Rep = "rep",
        /// Answers for one or more teams.
        Manager = "manager",
        /// Sees and sets everything.
        Admin = "admin",
    }
}

words! {
    /// A rep's tier, which routing matches with the deal's size.
    Tier { Sdr = "sdr", Junior = "junior", Mid = "mid", Senior = "senior", AccountDirector = "account_director" }
}

/// Who is responsible for a lead: exactly one person, or a queue with its named manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The owner.
    Person(UserId),
    /// A queue: the lead is not assigned to a person yet.
    Queue(QueueId),
}

impl Holder {
    /// Whoever works it, where it is a person.
    pub fn person(self) -> Option<UserId> {
        match self {
            Self::Person(owner) => Some(owner),
            Self::Queue(_) => None,
        }
    }

    /// The pair of columns that names a holder: owner and queue, of which exactly one is there.
    pub fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Person(owner) => (Some(owner.0), None),
            Self::Queue(queue) => (None, Some(queue.0)),
        }
    }

    /// The same of a holder whom something is narrowed to; neither where it is not.
    pub fn columns_of(holder: Option<Self>) -> (Option<i64>, Option<i64>) {
        holder.map_or((None, None), Self::columns)
    }
}

/// Somebody who is signed in, with all that the rules need to know about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// Their name as colleagues know it.
    pub name: String,
    /// Rep, manager or admin.
    pub role: Role,
    /// The team they work in.
    pub team_id: Option<TeamId>,
    /// Whose leads they read and edit: their own, and for managers those of their teams' people.
    pub owners: Vec<UserId>,
    /// Which queues' leads they read and edit.
    pub queues: Vec<QueueId>,
    /// A setting lets a small team read everything; it never widens who may edit.
    pub everyone_reads_all: bool,
}

/// How much of a lead somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Full,
    /// Owner, stage, next step's channel and due time: no name, value or free text.
    Masked,
}

impl Viewer {
    /// Whether every lead is theirs to read in full.
    pub fn reads_all(&self) -> bool {
        self.role == Role::Admin || self.everyone_reads_all
    }

    /// Whether they may act for others: override required attempts, reassign.
    pub fn manages(&self) -> bool {
        matches!(self.role, Role::Manager | Role::Admin)
    }
}

/// How much `viewer` sees of a lead that `holder` is responsible for.
pub fn sight(viewer: &Viewer, holder: Holder) -> Sight {
    if viewer.reads_all() || answers_for(viewer, holder) { Sight::Full } else { Sight::Masked }
}

/// Whether `viewer` may change a lead that `holder` is responsible for.
pub fn may_write(viewer: &Viewer, holder: Holder) -> bool {
    viewer.role == Role::Admin || answers_for(viewer, holder)
}

/// Whether `viewer` works the leads of `holder`, or those who do are theirs: what a role or a setting opens besides is not
/// theirs to answer for.
pub fn answers_for(viewer: &Viewer, holder: Holder) -> bool {
    match holder {
        Holder::Person(owner) => viewer.owners.contains(&owner),
        Holder::Queue(queue) => viewer.queues.contains(&queue),
    }
}

/// An e-mail address that could exist: something, an @, something with a dot or a host name, no blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address as typed, without surrounding blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which addresses are compared.
    pub fn key(&self) -> String {
        crate::fold::fold(&self.0)
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let sound = text.len() <= 254
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
            && text
                .split_once('@')
                .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
        if sound { Ok(Self(text.to_owned())) } else { Err(NotAnEmail) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address: write it like name@company.com")]
pub struct NotAnEmail;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rep(id: i64, queues: &[i64]) -> Viewer {
        Viewer {
            id: UserId(id),
            name: "Rep".into(),
            role: Role::Rep,
            team_id: Some(TeamId(1)),
            owners: vec![UserId(id)],
            queues: queues.iter().copied().map(QueueId).collect(),
            everyone_reads_all: false,
        }
    }

    #[test]
    fn a_rep_reads_own_and_the_teams_unassigned_leads_only() {
        let viewer = rep(7, &[3]);
        assert_eq!(sight(&viewer, Holder::Person(UserId(7))), Sight::Full);
        assert_eq!(sight(&viewer, Holder::Queue(QueueId(3))), Sight::Full);
        assert_eq!(sight(&viewer, Holder::Person(UserId(8))), Sight::Masked);
        assert_eq!(sight(&viewer, Holder::Queue(QueueId(4))), Sight::Masked);
    }

    #[test]
    fn reading_everything_does_not_mean_editing_everything() {
        let viewer = Viewer { everyone_reads_all: true, ..rep(7, &[]) };
        assert_eq!(sight(&viewer, Holder::Person(UserId(8))), Sight::Full);
        assert!(!may_write(&viewer, Holder::Person(UserId(8))));
    }

    #[test]
    fn addresses_are_compared_folded() {
        let address: Email = " Ayse@Example.com ".parse().expect("sound");
        assert_eq!(address.key(), "ayse@example.com");
        for broken in ["", "a", "@b", "a@", "a@b@c", "a b@c"] {
            assert_eq!(broken.parse::<Email>(), Err(NotAnEmail), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn who_may_write_also_sees(viewer_id in 0i64..5, owner in 0i64..5, queue: bool, reads_all: bool, admin: bool) {
            let viewer = Viewer {
                everyone_reads_all: reads_all,
                role: if admin { Role::Admin } else { Role::Rep },
                ..rep(viewer_id, &[1])
            };
            let holder = if queue { Holder::Queue(QueueId(owner)) } else { Holder::Person(UserId(owner)) };
            prop_assert!(!may_write(&viewer, holder) || sight(&viewer, holder) == Sight::Full);
        }
    }
}
