//! Which of several people gets a lead, and why each of the others did not.

use crate::{
    ids::{TeamId, UserId},
    people::rules::{Tier, words},
    settings::model::{Skill, SkillKind},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Whether somebody is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Their team works now.
    Working,
    /// It works again from then on.
    Opens(DateTime<Utc>),
    /// They are away up to that day.
    Away(NaiveDate),
}

/// Somebody who might get a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: UserId,
    /// How experienced.
    pub tier: Tier,
    /// Where they work.
    pub team: TeamId,
    /// What they can do; who lists nothing of a kind does all of it.
    pub skills: Vec<Skill>,
    /// How many open leads they work.
    pub open_leads: u32,
    /// How many they can work at once; `None`: nobody said.
    pub capacity: Option<u32>,
    /// Whether they are at work.
    pub presence: Presence,
    /// The number of the last turn that they had; whoever has the lowest waited longest.
    pub turn: i64,
}

words! {
    /// Why somebody comes before others.
    Preference {
        /// They worked an earlier lead of the same person or company.
        PreviousOwner = "previous_owner",
        /// The account is theirs.
        AccountOwner = "account_owner",
        /// They entered it.
        EnteredBy = "entered_by",
    }
}

/// What a lead asks of whoever works it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Need {
    /// Any of these tiers.
    pub tiers: Vec<Tier>,
    /// Any of these teams; none named: any.
    pub teams: Vec<TeamId>,
    /// Any of these people; none named: any.
    pub people: Vec<UserId>,
    /// All of these skills.
    pub skills: Vec<Skill>,
    /// Who comes first, if they may.
    pub first: Vec<(Preference, UserId)>,
    /// Who had it and let it pass.
    pub let_pass: Vec<UserId>,
}

/// Why somebody did not get a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// It asks for another tier than theirs.
    Tier(Tier),
    /// It belongs to another team.
    Team,
    /// It belongs to a territory that is not theirs.
    Territory,
    /// They do not have a skill that it asks for.
    Lacks(Skill),
    /// They had it and let it pass.
    LetPass,
    /// They are away up to that day.
    Away(NaiveDate),
    /// They work as many leads as they can.
    Full {
        /// Open leads.
        open: u32,
        /// As many as they can work.
        capacity: u32,
    },
    /// They are not at work, and others were.
    NotWorking(DateTime<Utc>),
    /// Somebody comes before them.
    NotFirst(Preference),
    /// Somebody waited longer.
    NotTheirTurn,
}

/// Why somebody got a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// They come first.
    First(Preference),
    /// They waited longest.
    Turn,
    /// Nobody is at work, and they are the first to be.
    OpensFirst(DateTime<Utc>),
    /// They are the only one.
    Only,
}

/// Who gets a lead, and what became of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Who, and why; `None` where nobody may.
    pub chosen: Option<(UserId, Ground)>,
    /// Everybody else, each with the first thing that stood against them.
    pub passed: Vec<(UserId, PassedOver)>,
}

/// Chooses. Of those against whom nothing stands: who comes first, else who waited longest. Where nobody is at work, who is
/// first to be.
pub fn choose(need: &Need, candidates: &[Candidate]) -> Choice {
    let against: Vec<_> = candidates.iter().map(|one| (one, objection(need, one))).collect();
    let may: Vec<_> = against.iter().filter(|(_, objection)| objection.is_none()).map(|(one, _)| *one).collect();
    let first = need.first.iter().find(|(_, person)| may.iter().any(|one| one.id == *person));
    let working = |one: &&&Candidate| one.presence == Presence::Working;
    let longest = may.iter().filter(working).min_by_key(|one| (one.turn, one.id));
    let soonest = || may.iter().min_by_key(|one| (opens(one), one.turn, one.id));
    let chosen = match (first, longest) {
        (Some((why, person)), _) => Some((*person, Ground::First(*why))),
        (None, Some(one)) if may.len() == 1 => Some((one.id, Ground::Only)),
        (None, Some(one)) => Some((one.id, Ground::Turn)),
        (None, None) => soonest().and_then(|one| Some((one.id, Ground::OpensFirst(opens(one)?)))),
    };
    let passed = |(one, objection): (&Candidate, Option<PassedOver>)| {
        let (winner, ground) = chosen.unwrap_or((one.id, Ground::Only));
        let lost = || match (ground, one.presence) {
            (Ground::First(why), _) => PassedOver::NotFirst(why),
            (_, Presence::Opens(at)) => PassedOver::NotWorking(at),
            _ => PassedOver::NotTheirTurn,
        };
        (objection.is_some() || winner != one.id).then(|| (one.id, objection.unwrap_or_else(lost)))
    };
    Choice { chosen, passed: against.into_iter().filter_map(passed).collect() }
}

fn opens(one: &Candidate) -> Option<DateTime<Utc>> {
    match one.presence {
        Presence::Opens(at) => Some(at),
        Presence::Working | Presence::Away(_) => None,
    }
}

/// The first thing that stands against somebody, whoever else there is.
fn objection(need: &Need, one: &Candidate) -> Option<PassedOver> {
    let lacks = |skill: &&Skill| {
        let of_kind = |kind: SkillKind| one.skills.iter().filter(move |own| own.kind == kind);
        of_kind(skill.kind).count() > 0 && !of_kind(skill.kind).any(|own| is_same(&own.value, &skill.value))
    };
    if !need.tiers.contains(&one.tier) {
        return Some(PassedOver::Tier(one.tier));
    }
    if !need.teams.is_empty() && !need.teams.contains(&one.team) {
        return Some(PassedOver::Team);
    }
    if !need.people.is_empty() && !need.people.contains(&one.id) {
        return Some(PassedOver::Territory);
    }
    if let Some(skill) = need.skills.iter().find(lacks) {
        return Some(PassedOver::Lacks(skill.clone()));
    }
    if need.let_pass.contains(&one.id) {
        return Some(PassedOver::LetPass);
    }
    if let Presence::Away(until) = one.presence {
        return Some(PassedOver::Away(until));
    }
    let capacity = one.capacity.filter(|capacity| one.open_leads >= *capacity)?;
    Some(PassedOver::Full { open: one.open_leads, capacity })
}

fn is_same(one: &str, other: &str) -> bool {
    crate::fold::fold(one) == crate::fold::fold(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn at(hour: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_770_000_000 + hour * 3600, 0).single().expect("a moment")
    }

    fn person(id: i64) -> Candidate {
        Candidate {
            id: UserId(id),
            tier: Tier::Mid,
            team: TeamId(1),
            skills: Vec::new(),
            open_leads: 0,
            capacity: None,
            presence: Presence::Working,
            turn: id,
        }
    }

    fn mid() -> Need {
        Need { tiers: vec![Tier::Mid], ..Need::default() }
    }

    fn skill(kind: SkillKind, value: &str) -> Skill {
        Skill { kind, value: value.into() }
    }

    #[test]
    fn who_waited_longest_is_next() {
        let people = [person(3), person(1), person(2)];
        let choice = choose(&mid(), &people);
        assert_eq!(choice.chosen, Some((UserId(1), Ground::Turn)));
        assert_eq!(choice.passed, [(UserId(3), PassedOver::NotTheirTurn), (UserId(2), PassedOver::NotTheirTurn)]);
    }

    #[test]
    fn everybody_who_is_passed_over_hears_why() {
        let need = Need {
            teams: vec![TeamId(1)],
            people: (1..8).map(UserId).collect(),
            skills: vec![skill(SkillKind::Language, "fa")],
            let_pass: vec![UserId(6)],
            ..mid()
        };
        let people = [
            Candidate { tier: Tier::Sdr, ..person(1) },
            Candidate { team: TeamId(2), ..person(2) },
            Candidate { skills: vec![skill(SkillKind::Language, "ru")], ..person(3) },
            Candidate { presence: Presence::Away(chrono::NaiveDate::MAX), ..person(4) },
            Candidate { open_leads: 20, capacity: Some(20), ..person(5) },
            person(6),
            Candidate { skills: vec![skill(SkillKind::Language, "FA")], ..person(7) },
            person(8),
        ];
        let choice = choose(&need, &people);
        assert_eq!(choice.chosen, Some((UserId(7), Ground::Only)));
        let why: Vec<_> = choice.passed.into_iter().map(|(_, why)| why).collect();
        assert_eq!(
            why,
            [
                PassedOver::Tier(Tier::Sdr),
                PassedOver::Team,
                PassedOver::Lacks(skill(SkillKind::Language, "fa")),
                PassedOver::Away(chrono::NaiveDate::MAX),
                PassedOver::Full { open: 20, capacity: 20 },
                PassedOver::LetPass,
                PassedOver::Territory,
            ]
        );
    }

    #[test]
    fn who_comes_first_comes_before_who_waited_if_they_may() {
        let first = |id| Need { first: vec![(Preference::PreviousOwner, UserId(id))], ..mid() };
        let people = [person(1), person(2), Candidate { open_leads: 5, capacity: Some(5), ..person(3) }];
        let choice = choose(&first(2), &people);
        assert_eq!(choice.chosen, Some((UserId(2), Ground::First(Preference::PreviousOwner))));
        assert_eq!(choice.passed[0], (UserId(1), PassedOver::NotFirst(Preference::PreviousOwner)));
        assert_eq!(choose(&first(3), &people).chosen, Some((UserId(1), Ground::Turn)));
    }

    #[test]
    fn where_nobody_is_at_work_who_is_first_to_be_gets_it() {
        let later = |id, hour| Candidate { presence: Presence::Opens(at(hour)), ..person(id) };
        let people = [later(1, 9), later(2, 8), later(3, 8)];
        assert_eq!(choose(&mid(), &people).chosen, Some((UserId(2), Ground::OpensFirst(at(8)))));
        let people = [later(1, 9), person(4)];
        let choice = choose(&mid(), &people);
        assert_eq!(choice.chosen, Some((UserId(4), Ground::Turn)));
        assert_eq!(choice.passed, [(UserId(1), PassedOver::NotWorking(at(9)))]);
    }

    #[test]
    fn nobody_is_an_answer() {
        let choice = choose(&mid(), &[Candidate { open_leads: 1, capacity: Some(1), ..person(1) }]);
        assert_eq!(choice.chosen, None);
        assert_eq!(choice.passed, [(UserId(1), PassedOver::Full { open: 1, capacity: 1 })]);
        assert_eq!(choose(&mid(), &[]), Choice::default());
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let presence = prop_oneof![
            3 => Just(Presence::Working),
            1 => (0i64..20).prop_map(|hour| Presence::Opens(at(hour))),
            1 => Just(Presence::Away(chrono::NaiveDate::MAX)),
        ];
        let one =
            (prop::sample::select(Tier::ALL.to_vec()), presence, 0u32..6, proptest::option::of(1u32..6), 0i64..50);
        proptest::collection::vec(one, 0..12).prop_map(|all| {
            let made = |(id, (tier, presence, open_leads, capacity, turn))| Candidate {
                tier,
                presence,
                open_leads,
                capacity,
                turn,
                ..person(id)
            };
            (1..).zip(all).map(made).collect()
        })
    }

    proptest! {
        /// Nobody is forgotten, nobody is named twice, and somebody is chosen wherever nothing stands against them.
        #[test]
        fn everybody_is_chosen_or_passed_over_once(people in candidates(), tiers in prop::sample::subsequence(Tier::ALL.to_vec(), 0..5)) {
            let need = Need { tiers, ..Need::default() };
            let choice = choose(&need, &people);
            let mut named: Vec<_> = choice.passed.iter().map(|(id, _)| *id).chain(choice.chosen.map(|(id, _)| id)).collect();
            named.sort_unstable();
            prop_assert_eq!(named, people.iter().map(|one| one.id).collect::<Vec<_>>());
            let may = people.iter().any(|one| objection(&need, one).is_none());
            prop_assert_eq!(choice.chosen.is_some(), may);
            if let Some((winner, _)) = choice.chosen {
                let winner = people.iter().find(|one| one.id == winner).expect("one of them");
                prop_assert!(objection(&need, winner).is_none());
            }
        }

        /// In whatever order leads come to people of whom each may have them, nobody gets two more than another.
        #[test]
        fn turns_are_fair(count in 1i64..9, leads in 0i64..200) {
            let mut people: Vec<_> = (1..=count).map(|id| Candidate { turn: 0, ..person(id) }).collect();
            let mut got = vec![0u32; people.len()];
            for turn in 1..=leads {
                let (winner, _) = choose(&mid(), &people).chosen.expect("all may");
                let place = people.iter().position(|one| one.id == winner).expect("one of them");
                people[place].turn = turn;
                got[place] += 1;
            }
            prop_assert!(got.iter().max().unwrap_or(&0) - got.iter().min().unwrap_or(&0) <= 1);
        }
    }
}
