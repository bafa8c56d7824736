//! The way of a lead: what it shows, what the rules make of it, and who gets it. All of it is kept as the answer to "why
//! me?", and recomputing it from the same facts gives the same.

use super::{
    choice::{Candidate, Choice, Need, Preference, Presence, choose},
    condition::{Circumstance, Fact, Known, YES, all_met},
    rule_set::{Path, Rule, RuleSet, Sharing, Then},
    score::{Score, Suits, score, suits, temperature},
    signal::{Heard, Intent, Signal, heard, intent},
};
use crate::{
    ids::{QueueId, UserId},
    leads::rules::fields::{Field, LeadField},
    people::rules::{Tier, words},
    pipeline::api::{Party, Temperature},
    settings::model::{Skill, SkillKind},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is known of a lead that is to be routed.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// A person or a company.
    pub party: Party,
    /// Its fields as people read them (of lists the names), and its size in whole units where it is known.
    pub known: Known,
    /// What it is worth in minor units of the organisation's currency.
    pub size_minor: Option<i64>,
    /// What it showed.
    pub signals: Vec<Signal>,
    /// Who owns its account.
    pub account_owner: Option<UserId>,
    /// Who looks after its account, which has bought before.
    pub relationship_owner: Option<UserId>,
    /// Whether its account has bought before.
    pub is_customer: bool,
    /// Who worked an earlier lead of the same person or company.
    pub previous_owner: Option<UserId>,
    /// The rep who entered it.
    pub entered_by: Option<UserId>,
    /// Who had it and let it pass.
    pub let_pass: Vec<UserId>,
}

/// What a lead shows, and what that amounts to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The signals that count now.
    pub heard: Vec<Heard>,
    /// How much they want something.
    pub intent: Intent,
    /// How well they suit us.
    pub suits: Suits,
    /// What that scores.
    pub score: Score,
    /// How warm that makes it.
    pub temperature: Temperature,
}

/// What decided who works a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// A rule, by its key.
    Rule(String),
    /// The size of the deal: its tier begins at so many minor units.
    Size(i64),
    /// The matrix: nobody knows how large it is.
    Matrix,
    /// Whoever stands in for this person, who did not accept it in time.
    Backup(UserId),
}

words! {
    /// Why a lead is routed.
    Cause {
        /// It came, or somebody asked for it.
        Asked = "rules",
        /// Whoever had it let it pass.
        Passed = "passed",
        /// Whoever had it did not accept it in time.
        NotAccepted = "not_accepted",
        /// Nobody answered it in time.
        NotAnswered = "not_answered",
        /// Nobody touched it in time.
        Untouched = "untouched",
    }
}

/// Where a lead goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// This person works it.
    Person(UserId),
    /// A person decides; this is proposed, where anybody may have it.
    Review(Option<UserId>),
    /// It waits here, as a rule says.
    Queue(QueueId),
    /// Nobody may have it: it waits with a manager.
    Nobody,
}

/// Where a lead goes, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// What it shows.
    pub assessment: Assessment,
    /// What happens with it.
    pub path: Path,
    /// Who works such leads.
    pub tiers: Vec<Tier>,
    /// The territory that it is in, by its key.
    pub territory: Option<String>,
    /// The rules that were for it, by their keys, in order.
    pub rules: Vec<String>,
    /// What decided.
    pub decided: Decided,
    /// Who was chosen among whom; empty where a rule named somebody.
    pub choice: Choice,
    /// Where it goes.
    pub to: To,
}

impl Route {
    /// The same lead, for whoever stands in for its owner.
    pub fn to_stand_in(self, owner: UserId, stand_in: UserId) -> Self {
        Self {
            rules: Vec::new(),
            decided: Decided::Backup(owner),
            choice: Choice::default(),
            to: To::Person(stand_in),
            ..self
        }
    }
}

/// Who steps in: the first of those `named` who is neither away nor full and has not let it pass. Whoever is no candidate
/// gives leads instead of taking turns, and has no limit.
pub fn steps_in(named: &[UserId], candidates: &[Candidate], let_pass: &[UserId]) -> Option<UserId> {
    let is_free = |one: &Candidate| {
        !matches!(one.presence, Presence::Away(_)) && one.capacity.is_none_or(|capacity| one.open_leads < capacity)
    };
    let can = |person: &&UserId| {
        !let_pass.contains(person) && candidates.iter().find(|one| one.id == **person).is_none_or(is_free)
    };
    named.iter().find(can).copied()
}

/// What a lead shows at `now`, and what is known of it with that.
pub fn assess(rules: &RuleSet, lead: &Lead, now: DateTime<Utc>) -> (Assessment, Known) {
    let heard = heard(&rules.signals, &lead.signals, now);
    let intent = intent(&heard);
    let mut known = lead.known.clone();
    known.is(Circumstance::NamedAccount, lead.account_owner.is_some());
    known.is(Circumstance::Customer, lead.is_customer);
    known.is(Circumstance::KnownBefore, lead.previous_owner.is_some());
    known.is(Circumstance::EnteredByRep, lead.entered_by.is_some());
    for heard in &heard {
        known.learn(Fact::Signal(heard.kind.clone()), YES);
    }
    known.learn(Fact::Is(Circumstance::Intent), intent.word());
    let suits = suits(&rules.profile, lead.party, &known);
    known.learn(Fact::Is(Circumstance::Fit), suits.fit.word());
    let score = score(&rules.scoring, &suits, &heard, &known, now);
    known.learn(Fact::Is(Circumstance::Score), &score.total().to_string());
    let temperature = temperature(&rules.scoring, score, &heard, now);
    (Assessment { heard, intent, suits, score, temperature }, known)
}

/// Where a lead goes: the first rule that decides; else somebody of the tier that its size, or where that is unknown its
/// cell of the matrix, asks for. `candidates` are all reps who work here.
pub fn route(rules: &RuleSet, lead: &Lead, candidates: &[Candidate], now: DateTime<Utc>) -> Route {
    let (assessment, known) = assess(rules, lead, now);
    let cell = rules.cell(assessment.intent, assessment.suits.fit);
    let size = lead.size_minor.and_then(|minor| rules.size(minor));
    let tiers = size.map(|size| &size.tiers).or(cell.map(|cell| &cell.tiers)).cloned().unwrap_or_default();
    let territory = rules.territories.iter().find(|territory| all_met(&territory.when, &known));
    let mut need = Need { tiers: tiers.clone(), let_pass: lead.let_pass.clone(), ..Need::default() };
    if let Some(territory) = territory {
        need.people.clone_from(&territory.people);
        need.teams.clone_from(&territory.teams);
    }
    let asked: Vec<_> = rules.rules.iter().filter(|rule| all_met(&rule.when, &known)).collect();
    let deciding = asked.iter().position(|rule| rule.then.decides());
    // What only narrows holds for the proposal of a deciding rule, too, wherever it stands.
    asked.iter().for_each(|rule| narrow(&mut need, rule, lead, &known));
    if size.is_some_and(|size| size.sharing == Sharing::BySegment) {
        need.skills.extend(skill(SkillKind::Segment, &known));
    }
    if let Some(owner) = lead.account_owner.filter(|_| size.is_some_and(|size| size.sharing == Sharing::NamedAccount)) {
        need.first.insert(0, (Preference::AccountOwner, owner));
    }
    let choice = choose(&need, candidates);
    let found = choice.chosen.map(|(person, _)| person);
    let by_size = size.map_or(Decided::Matrix, |size| Decided::Size(size.from_minor));
    let (decided, to) = match deciding.map(|place| asked[place]) {
        None => (by_size, found.map_or(To::Nobody, To::Person)),
        Some(rule) => (Decided::Rule(rule.key.clone()), decide(rule.then, lead, candidates, found)),
    };
    let named = matches!(to, To::Person(person) if found != Some(person));
    let rules = asked.iter().take(deciding.map_or(asked.len(), |place| place + 1)).map(|rule| rule.key.clone());
    Route {
        path: cell.map_or(Path::Nurture, |cell| cell.path),
        tiers,
        territory: territory.map(|territory| territory.key.clone()),
        rules: rules.collect(),
        decided,
        choice: if named { Choice::default() } else { choice },
        to,
        assessment,
    }
}

/// What a deciding rule makes of it. Whom it names gets it, however many leads they have; while they are away, or where
/// nobody is named, a person decides.
fn decide(then: Then, lead: &Lead, candidates: &[Candidate], found: Option<UserId>) -> To {
    let named = |person: Option<UserId>| match person {
        Some(person) if !is_away(person, candidates) && !lead.let_pass.contains(&person) => To::Person(person),
        _ => To::Review(found),
    };
    match then {
        Then::AccountOwner => named(lead.account_owner),
        Then::RelationshipOwner => named(lead.relationship_owner.or(lead.account_owner)),
        Then::Person(person) => named(Some(person)),
        Then::Queue(queue) => To::Queue(queue),
        Then::Review | Then::Team(_) | Then::First(_) | Then::Skill(_) => To::Review(found),
    }
}

fn is_away(person: UserId, candidates: &[Candidate]) -> bool {
    candidates.iter().any(|one| one.id == person && matches!(one.presence, Presence::Away(_)))
}

fn narrow(need: &mut Need, rule: &Rule, lead: &Lead, known: &Known) {
    match rule.then {
        Then::Team(team) => need.teams.push(team),
        Then::First(preference) => {
            let person = match preference {
                Preference::PreviousOwner => lead.previous_owner,
                Preference::AccountOwner => lead.account_owner,
                Preference::EnteredBy => lead.entered_by,
            };
            need.first.extend(person.map(|person| (preference, person)));
        }
        Then::Skill(kind) => need.skills.extend(skill(kind, known)),
        Then::Review | Then::AccountOwner | Then::RelationshipOwner | Then::Person(_) | Then::Queue(_) => {}
    }
}

/// The skill that a lead asks for: what its field of that name says.
fn skill(kind: SkillKind, known: &Known) -> Option<Skill> {
    let field = match kind {
        SkillKind::Language => LeadField::Language,
        SkillKind::Product => LeadField::Product,
        SkillKind::Segment => LeadField::Segment,
        SkillKind::Region => LeadField::Country,
    };
    let value = known.get(&Fact::Field(Field::Lead(field)))?.to_owned();
    Some(Skill { kind, value })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::{
        super::{
            choice::{Ground, PassedOver},
            condition::{Condition, Test},
            rule_set::{Territory, first},
            score::Fit,
        },
        *,
    };
    use crate::ids::{Names, TeamId};
    use chrono::{NaiveDate, TimeDelta, TimeZone};
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        Utc.timestamp_opt(1_770_000_000, 0).single().expect("a moment")
    }

    fn rep(id: i64, tier: Tier) -> Candidate {
        Candidate {
            id: UserId(id),
            tier,
            team: TeamId(1),
            skills: Vec::new(),
            open_leads: 0,
            capacity: Some(50),
            presence: Presence::Working,
            turn: id,
        }
    }

    /// Two of each tier: SDRs are 1 and 2, juniors 3 and 4, and so on.
    fn reps() -> Vec<Candidate> {
        (0i64..).zip(Tier::ALL).flat_map(|(at, tier)| [rep(2 * at + 1, *tier), rep(2 * at + 2, *tier)]).collect()
    }

    fn lead(signals: &[&str], fields: &[(LeadField, &str)]) -> Lead {
        let mut known = Known::default();
        fields.iter().for_each(|(field, written)| known.learn(Fact::Field(Field::Lead(*field)), written));
        let one = |kind: &&str| Signal { kind: (*kind).into(), at: now() - TimeDelta::hours(1) };
        Lead {
            party: Party::Company,
            known,
            size_minor: None,
            signals: signals.iter().map(one).collect(),
            account_owner: None,
            relationship_owner: None,
            is_customer: false,
            previous_owner: None,
            entered_by: None,
            let_pass: Vec::new(),
        }
    }

    const STRONG: &[(LeadField, &str)] =
        &[(LeadField::Employees, "80"), (LeadField::Industry, "Health"), (LeadField::Website, "demir.example")];

    fn routed(lead: &Lead) -> Route {
        route(&first(), lead, &reps(), now())
    }

    #[test]
    fn the_matrix_decides_path_and_speed_and_of_an_unknown_size_the_tier() {
        let hot = routed(&lead(&["demo_request"], STRONG));
        assert_eq!((hot.path, hot.to, hot.decided), (Path::AtOnce, To::Person(UserId(7)), Decided::Matrix));
        assert_eq!((hot.assessment.intent, hot.assessment.suits.fit), (Intent::High, Fit::Strong));
        let unsure = routed(&lead(&["demo_request"], &[]));
        assert_eq!((unsure.path, unsure.to), (Path::QualifyFirst, To::Person(UserId(1))));
        let fast = routed(&lead(&["webinar"], STRONG));
        assert_eq!((fast.path, fast.to), (Path::FastTrack, To::Person(UserId(1))));
        assert_eq!(routed(&lead(&["webinar"], &[])).path, Path::Nurture);
        assert_eq!(routed(&lead(&["newsletter"], STRONG)).path, Path::Watched);
        assert_eq!(routed(&lead(&[], &[])).path, Path::Disqualify);
    }

    #[test]
    fn the_size_decides_the_tier_where_it_is_known() {
        let of = |minor| routed(&Lead { size_minor: Some(minor), ..lead(&["demo_request"], STRONG) });
        assert_eq!(of(999_999).to, To::Person(UserId(1)));
        assert_eq!(of(1_000_000).to, To::Person(UserId(5)));
        assert_eq!(of(5_000_001).to, To::Person(UserId(7)));
        assert_eq!(of(5_000_001).decided, Decided::Size(5_000_001));
        assert_eq!(of(999_999).path, Path::AtOnce);
    }

    #[test]
    fn a_named_accounts_owner_is_never_overridden() {
        let named = Lead { account_owner: Some(UserId(4)), ..lead(&["demo_request"], STRONG) };
        let kept = routed(&named);
        assert_eq!((kept.to, kept.decided.clone()), (To::Person(UserId(4)), Decided::Rule("named_account".into())));
        assert_eq!(kept.choice, Choice::default());
        let mut people = reps();
        people[3].open_leads = 50;
        assert_eq!(route(&first(), &named, &people, now()).to, To::Person(UserId(4)));
        people[3].presence = Presence::Away(NaiveDate::MAX);
        assert_eq!(route(&first(), &named, &people, now()).to, To::Review(Some(UserId(7))));
    }

    #[test]
    fn introductions_by_executives_and_vips_wait_for_a_person_with_a_proposal() {
        let introduced = routed(&lead(&["executive_introduction"], STRONG));
        assert_eq!(
            (introduced.to, introduced.decided),
            (To::Review(Some(UserId(7))), Decided::Rule("executive".into()))
        );
        let mut vip = lead(&[], &[]);
        vip.known.learn(Fact::Field(Field::Custom("vip".into())), "yes");
        assert_eq!(routed(&vip).to, To::Review(Some(UserId(1))));
    }

    #[test]
    fn customers_go_to_whoever_looks_after_them() {
        let customer = Lead { is_customer: true, account_owner: Some(UserId(3)), ..lead(&["demo_request"], STRONG) };
        let looked_after = Lead { relationship_owner: Some(UserId(9)), ..customer.clone() };
        assert_eq!(routed(&looked_after).to, To::Person(UserId(9)));
        assert_eq!(routed(&customer).to, To::Person(UserId(3)));
        assert_eq!(routed(&Lead { account_owner: None, ..customer }).to, To::Review(Some(UserId(7))));
    }

    #[test]
    fn a_territory_and_skills_narrow_who_may_have_it() {
        let mut rules = first();
        rules.territories.push(Territory {
            key: "aegean".into(),
            name: Names::default(),
            when: vec![Condition {
                fact: Fact::Field(Field::Lead(LeadField::City)),
                test: Test::OneOf(vec!["İzmir".into()]),
            }],
            owner: UserId(8),
            people: vec![UserId(2), UserId(8)],
            teams: Vec::new(),
        });
        let izmir = lead(&["webinar"], &[(LeadField::City, "IZMIR"), (LeadField::Language, "fa")]);
        let of = |people: &[Candidate]| route(&rules, &izmir, people, now());
        let mut people = reps();
        assert_eq!((of(&people).to, of(&people).territory), (To::Person(UserId(2)), Some("aegean".into())));
        people[1].skills.push(Skill { kind: SkillKind::Language, value: "ru".into() });
        let nobody = of(&people);
        assert_eq!(nobody.to, To::Nobody);
        let lacks = PassedOver::Lacks(Skill { kind: SkillKind::Language, value: "fa".into() });
        assert!(nobody.choice.passed.contains(&(UserId(2), lacks)));
        assert!(nobody.choice.passed.contains(&(UserId(1), PassedOver::Territory)));
    }

    #[test]
    fn who_knows_them_comes_first_among_those_of_the_tier() {
        let known = |person| Lead { previous_owner: Some(UserId(person)), ..lead(&["webinar"], STRONG) };
        assert_eq!(routed(&known(2)).choice.chosen, Some((UserId(2), Ground::First(Preference::PreviousOwner))));
        assert_eq!(routed(&known(9)).to, To::Person(UserId(1)));
    }

    proptest! {
        /// A lead is never nowhere, goes only to whom the rules allow, and the same facts give the same answer.
        #[test]
        fn a_lead_goes_somewhere_and_the_same_way_again(
            kinds in proptest::collection::vec(0usize..11, 0..5),
            minor in proptest::option::of(0i64..9_000_000),
            fields in proptest::collection::vec((prop::sample::select(LeadField::ALL.to_vec()), "[a-z0-9]{1,5}"), 0..6),
            related in proptest::array::uniform4(proptest::option::of(1i64..13)),
            is_customer: bool,
            let_pass in proptest::collection::vec((1i64..11).prop_map(UserId), 0..4),
            full in proptest::collection::vec(0usize..10, 0..9),
        ) {
            let rules = first();
            let fields: Vec<_> = fields.iter().map(|(field, text)| (*field, text.as_str())).collect();
            let kinds: Vec<_> = kinds.iter().map(|kind| rules.signals[*kind].key.as_str()).collect();
            let [account_owner, relationship_owner, previous_owner, entered_by] = related.map(|id| id.map(UserId));
            let lead = Lead {
                size_minor: minor, account_owner, relationship_owner, previous_owner, entered_by, is_customer,
                let_pass: let_pass.clone(), ..lead(&kinds, &fields)
            };
            let mut people = reps();
            full.iter().for_each(|at| people[*at].open_leads = 50);
            let way = route(&rules, &lead, &people, now());
            prop_assert_eq!(&route(&rules, &lead, &people, now()), &way);
            let json = serde_json::to_string(&way).expect("it is data");
            prop_assert_eq!(&serde_json::from_str::<Route>(&json).expect("it is read again"), &way);
            match way.to {
                To::Person(person) => {
                    prop_assert!(!let_pass.contains(&person));
                    if let Some((chosen, _)) = way.choice.chosen {
                        prop_assert_eq!(chosen, person);
                        let one = people.iter().find(|one| one.id == person).expect("one of them");
                        prop_assert!(way.tiers.contains(&one.tier) && one.open_leads < 50);
                    } else {
                        prop_assert!(matches!(way.decided, Decided::Rule(_)));
                    }
                }
                To::Nobody => prop_assert!(way.choice.chosen.is_none() && way.choice.passed.len() == people.len()),
                To::Review(_) => prop_assert!(matches!(way.decided, Decided::Rule(_))),
                To::Queue(_) => prop_assert!(false, "no first rule names a queue"),
            }
            if let (Some(owner), false) = (account_owner, is_customer) {
                let is_special = kinds.contains(&"executive_introduction");
                let kept = way.to == To::Person(owner) || matches!(way.to, To::Review(_));
                prop_assert!(kept || is_special, "a named account's owner is overridden: {way:?}");
            }
        }
    }
}
