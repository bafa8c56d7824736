//! What travels on the live stream.

use crate::{
    ids::{LeadId, UserId},
    people::rules::words,
    pipeline::api::Card,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A place in the stream of events: everything up to and including (xid, id) has been seen. A restore changes the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// Which life of the database.
    pub epoch: i64,
    /// The writing transaction.
    pub xid: i64,
    /// The event's id; zero stands before the transaction's first.
    pub id: i64,
}

impl Cursor {
    /// The order of events within one epoch.
    pub fn position(self) -> (i64, i64) {
        (self.xid, self.id)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.epoch, self.xid, self.id)
    }
}

/// All that was committed when PostgreSQL took a snapshot: finer than a [`Cursor`], which waits for the oldest transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which life of the database.
    pub epoch: i64,
    /// As PostgreSQL writes it: `xmin:xmax:running,…`.
    pub text: String,
}

impl Snapshot {
    /// Whether PostgreSQL can have written it.
    pub fn is_sound(&self) -> bool {
        let numbers = |text: &str| text.split(',').map(|one| one.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
        let parts: Vec<_> = self.text.split(':').collect();
        let &[xmin, xmax, running] = parts.as_slice() else { return false };
        let (Some(xmin), Some(xmax)) = (xmin.parse::<u64>().ok(), xmax.parse::<u64>().ok()) else { return false };
        let running = if running.is_empty() { Some(Vec::new()) } else { numbers(running) };
        let is_within = |running: Vec<u64>| {
            running.iter().all(|one| (xmin..xmax).contains(one)) && running.is_sorted_by(|one, next| one < next)
        };
        0 < xmin && xmin <= xmax && xmax < 1 << 63 && self.text.len() <= 20_000 && running.is_some_and(is_within)
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('.').map(|part| part.parse::<i64>().map_err(|_| NotACursor));
        let mut next = || parts.next().unwrap_or(Err(NotACursor));
        let cursor = Self { epoch: next()?, xid: next()?, id: next()? };
        if next().is_ok() { Err(NotACursor) } else { Ok(cursor) }
    }
}

/// What became of one lead on the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The lead.
    pub lead: LeadId,
    /// Its card as this viewer may see it; `None` when it has left the board.
    pub card: Option<Card>,
    /// Whether the viewer, or a team that they manage, answers for it, on the board or off it.
    pub is_ours: bool,
}

/// One message to a browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// These cards are now like this; `seen` is how far the stream has come.
    Changes {
        /// The place after these changes.
        seen: Cursor,
        /// One entry per lead.
        changes: Vec<Change>,
    },
    /// So much changed at once, or so much was missed, that the board has to be read again.
    Reset,
    /// The session has ended.
    SignedOut,
}

words! {
    /// What somebody does with a lead at this moment.
    Doing {
        /// Has it open.
        Looking = "looking",
        /// Carries its card over the board.
        Carrying = "carrying",
        /// Neither any more.
        Gone = "gone",
    }
}

/// Who is at a lead at this moment. It is no change: nothing keeps it, and whoever says no more is gone soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The lead.
    pub lead: LeadId,
    /// Who.
    pub person: UserId,
    /// Their name.
    pub name: String,
    /// What they do with it.
    pub doing: Doing,
}

/// What a browser hears: what changed, and who is where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum News {
    /// What changed.
    Message(Message),
    /// Who is where.
    Presence(Presence),
}

impl Message {
    /// Whether anything has changed: a stream that opens says where it stands, and that is no news.
    pub fn is_news(&self) -> bool {
        match self {
            Self::Changes { changes, .. } => !changes.is_empty(),
            Self::Reset => true,
            Self::SignedOut => false,
        }
    }

    /// Whether it says anything about what the viewer, or a team that they manage, answers for.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Changes { changes, .. } => changes.iter().any(|change| change.is_ours),
            Self::Reset => true,
            Self::SignedOut => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_and_presence_are_told_apart() {
        let presence = Presence { lead: LeadId(1), person: UserId(2), name: "Ada".into(), doing: Doing::Carrying };
        for news in [News::Presence(presence), News::Message(Message::Reset)] {
            let text = serde_json::to_string(&news).expect("JSON");
            assert_eq!(serde_json::from_str::<News>(&text).expect("news"), news);
        }
    }

    #[test]
    fn only_what_postgresql_can_have_written_is_a_snapshot() {
        for (text, is_sound) in [
            ("10:20:10,14,15", true),
            ("10:10:", true),
            ("", false),
            ("10:20", false),
            ("20:10:", false),
            ("0:1:", false),
            ("10:20:9", false),
            ("10:20:15,14", false),
            ("10:20:20", false),
            ("10:20:x", false),
            ("10:20:;drop", false),
        ] {
            assert_eq!(Snapshot { epoch: 1, text: text.to_owned() }.is_sound(), is_sound, "{text}");
        }
    }

    #[test]
    fn cursors_survive_the_address() {
        let cursor = Cursor { epoch: 7, xid: 12, id: 3 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for broken in ["", "1.2", "1.2.3.4", "a.b.c"] {
            assert_eq!(broken.parse::<Cursor>(), Err(NotACursor), "{broken}");
        }
    }
}
