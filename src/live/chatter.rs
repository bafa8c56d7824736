//! Who is where, said in moderation: a NOTIFY goes to every process and every open browser.

use super::wire::Doing;
use crate::ids::{LeadId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The same is said again after this long at the earliest.
const PAUSE: TimeDelta = TimeDelta::seconds(1);
/// So many words are remembered; those beyond pass.
const MOST: usize = 4096;

/// What was said lately.
#[derive(Debug, Default)]
pub struct Chatter(Mutex<HashMap<(UserId, LeadId), LastWord>>);

type LastWord = (Doing, DateTime<Utc>);

impl Chatter {
    /// Whether this is worth passing on: whoever leaves or begins something else always is.
    pub fn is_news(&self, who: UserId, lead: LeadId, doing: Doing, now: DateTime<Utc>) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (who, lead);
        if doing == Doing::Gone {
            said.remove(&place);
            return true;
        }
        let is_recent = |at: DateTime<Utc>| now - at < PAUSE;
        if said.get(&place).is_some_and(|(before, at)| *before == doing && is_recent(*at)) {
            return false;
        }
        if said.len() >= MOST {
            said.retain(|_, (_, at)| is_recent(*at));
        }
        if said.len() < MOST {
            said.insert(place, (doing, now));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId = UserId(1);
    const LEAD: LeadId = LeadId(1);

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn the_same_again_waits_a_second_and_all_else_passes() {
        let chatter = Chatter::default();
        let passes = |who, lead, doing, when| chatter.is_news(who, lead, doing, at(when));
        assert!(passes(ADA, LEAD, Doing::Looking, 0));
        assert!(!passes(ADA, LEAD, Doing::Looking, 999));
        assert!(passes(ADA, LEAD, Doing::Looking, 1000));
        assert!(passes(ADA, LEAD, Doing::Carrying, 1001));
        assert!(passes(UserId(2), LEAD, Doing::Carrying, 1001) && passes(ADA, LeadId(2), Doing::Carrying, 1001));
        assert!(passes(ADA, LEAD, Doing::Gone, 1002) && passes(ADA, LEAD, Doing::Gone, 1002));
        assert!(passes(ADA, LEAD, Doing::Carrying, 1003), "gone in between");
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let chatter = Chatter::default();
        let remembered = || chatter.0.lock().expect("no panic").len();
        for lead in 0..MOST as i64 + 10 {
            assert!(chatter.is_news(ADA, LeadId(lead), Doing::Looking, at(0)));
        }
        assert_eq!(remembered(), MOST);
        assert!(chatter.is_news(ADA, LeadId(-1), Doing::Looking, at(1000)));
        assert_eq!(remembered(), 1);
    }
}
