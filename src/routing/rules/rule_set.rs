//! All rules of routing as one document: published as a whole, kept in every version, tried before it is published.

use super::{
    choice::Preference,
    condition::{Condition, Fact},
    score::{Fit, Profile, Scoring},
    signal::{Intent, SignalKind},
    sla::Target,
};
use crate::{
    ids::{Names, QueueId, TeamId, UserId},
    people::rules::{Tier, words},
    settings::model::SkillKind,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// What happens with a lead, and how fast.
    Path {
        /// Somebody answers at once.
        AtOnce = "at_once",
        /// Somebody finds out first whether it suits us.
        QualifyFirst = "qualify_first",
        /// Somebody answers soon.
        FastTrack = "fast_track",
        /// It is informed until it shows more.
        Nurture = "nurture",
        /// The same, and looked at now and then.
        Watched = "watched",
        /// The same, or somebody confirms that it does not suit us.
        Disqualify = "disqualify",
    }
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// How much they want something.
    pub intent: Intent,
    /// How well they suit us.
    pub fit: Fit,
    /// What happens.
    pub path: Path,
    /// Who works it while nobody knows how large it is.
    pub tiers: Vec<Tier>,
}

words! {
    /// How those of a tier share leads.
    Sharing {
        /// Everybody in turn.
        Pooled = "pooled",
        /// Those who work its segment, in turn.
        BySegment = "by_segment",
        /// The account's owner; in turn where it has none.
        NamedAccount = "named_account",
    }
}

/// Who works deals of a size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeTier {
    /// From so many minor units of the organisation's currency on, up to where the next begins.
    pub from_minor: i64,
    /// Who works them.
    pub tiers: Vec<Tier>,
    /// How they share them.
    pub sharing: Sharing,
}

/// Leads of a region, an industry or whatever marks them, and whose they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Territory {
    /// Names it for good.
    pub key: String,
    /// As people read it.
    pub name: Names,
    /// Which leads are in it.
    pub when: Vec<Condition>,
    /// Who answers for it.
    pub owner: UserId,
    /// Who works in it; nobody named: everybody of its teams.
    pub people: Vec<UserId>,
    /// Whose it is; none named: any team.
    pub teams: Vec<TeamId>,
}

/// A rule that comes before matrix and size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Names it for good, so that its assignments can be counted whatever it is called.
    pub key: String,
    /// As people read it.
    pub name: Names,
    /// Which leads it is for; none asked: all of them.
    pub when: Vec<Condition>,
    /// What it does.
    pub then: Then,
}

/// What a rule does. The first three and the people, teams and queues named decide; the others only narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// A person decides; what would have happened stands there as a proposal.
    Review,
    /// The account's owner gets it, whoever else might.
    AccountOwner,
    /// Whoever looks after the customer gets it.
    RelationshipOwner,
    /// This person gets it.
    Person(UserId),
    /// It waits in this queue.
    Queue(QueueId),
    /// Somebody of this team gets it.
    Team(TeamId),
    /// This person comes first among those who may have it.
    First(Preference),
    /// Whoever gets it has this skill; the lead's field says which: its language, product, segment or region.
    Skill(SkillKind),
}

impl Then {
    /// Whether no later rule is asked.
    pub fn decides(self) -> bool {
        match self {
            Self::Review | Self::AccountOwner | Self::RelationshipOwner | Self::Person(_) | Self::Queue(_) => true,
            Self::Team(_) | Self::First(_) | Self::Skill(_) => false,
        }
    }
}

/// All rules of routing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleSet {
    /// Which kinds of signals there are, and what each says.
    pub signals: Vec<SignalKind>,
    /// The customer whom we want.
    pub profile: Profile,
    /// How a score comes about.
    pub scoring: Scoring,
    /// What happens, by intent and fit; one cell for each.
    pub matrix: Vec<Cell>,
    /// Who works deals of which size, the smallest first.
    pub sizes: Vec<SizeTier>,
    /// Whose leads of a region are.
    pub territories: Vec<Territory>,
    /// What comes before matrix and size, in this order.
    pub rules: Vec<Rule>,
    /// How fast.
    pub targets: Vec<Target>,
    /// Where a lead waits that nobody may have; `None`: with the first queue of the team that works it.
    pub queue: Option<QueueId>,
}

/// What is wrong with a set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Two signals, territories, rules or targets have the same key, or one has none.
    Key(String),
    /// One has no English name.
    Nameless(String),
    /// A condition asks for nothing, or not for a number; by the key of what it stands in.
    Condition(String),
    /// A rule or a trait asks for a kind of signal that is not defined.
    NoSuchSignal(String),
    /// The matrix has no cell, or two, for this.
    Cell(Intent, Fit),
    /// A cell or a size names nobody who works it.
    NobodyWorks,
    /// Sizes do not begin at nothing, or do not rise.
    Sizes,
    /// The weights of the score do not come to 100.
    Weights,
    /// Warm begins above hot, or nothing can be reached.
    Temperature,
    /// A target is late before it is urgent, or escalates before it is late, as far as the same unit tells.
    Spans(String),
}

impl RuleSet {
    /// The cell for an intent and a fit; a sound set has it.
    pub fn cell(&self, intent: Intent, fit: Fit) -> Option<&Cell> {
        self.matrix.iter().find(|cell| cell.intent == intent && cell.fit == fit)
    }

    /// The target of that key.
    pub fn target(&self, key: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.key == key)
    }

    /// Who works deals of that size, in minor units of the organisation's currency.
    pub fn size(&self, minor: i64) -> Option<&SizeTier> {
        self.sizes.iter().rev().find(|size| size.from_minor <= minor)
    }

    /// Everything that is wrong; nothing with a set that may be published.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_keys(&mut faults);
        self.check_conditions(&mut faults);
        for (intent, fit) in Intent::ALL.iter().flat_map(|intent| Fit::ALL.iter().map(|fit| (*intent, *fit))) {
            if self.matrix.iter().filter(|cell| cell.intent == intent && cell.fit == fit).count() != 1 {
                faults.push(Fault::Cell(intent, fit));
            }
        }
        let worked = self.matrix.iter().map(|cell| &cell.tiers).chain(self.sizes.iter().map(|size| &size.tiers));
        if worked.into_iter().any(Vec::is_empty) {
            faults.push(Fault::NobodyWorks);
        }
        let rise = self.sizes.windows(2).all(|pair| pair[0].from_minor < pair[1].from_minor);
        if !rise || self.sizes.first().is_none_or(|size| size.from_minor != 0) {
            faults.push(Fault::Sizes);
        }
        if !self.scoring.weights.are_whole() {
            faults.push(Fault::Weights);
        }
        if self.scoring.warm_from > self.scoring.hot_from || self.scoring.hot_from > 100 {
            faults.push(Fault::Temperature);
        }
        self.check_spans(&mut faults);
        faults
    }

    /// Each kind of thing with the keys and names of its things.
    fn named(&self) -> [Vec<(&str, &Names)>; 4] {
        [
            self.signals.iter().map(|one| (one.key.as_str(), &one.name)).collect(),
            self.territories.iter().map(|one| (one.key.as_str(), &one.name)).collect(),
            self.rules.iter().map(|one| (one.key.as_str(), &one.name)).collect(),
            self.targets.iter().map(|one| (one.key.as_str(), &one.name)).collect(),
        ]
    }

    fn check_keys(&self, faults: &mut Vec<Fault>) {
        for things in self.named() {
            let mut seen = BTreeSet::new();
            for (key, name) in things {
                if key.trim().is_empty() || !seen.insert(key) {
                    faults.push(Fault::Key(key.to_owned()));
                }
                if name.pick("en").trim().is_empty() {
                    faults.push(Fault::Nameless(key.to_owned()));
                }
            }
        }
    }

    /// All conditions, each with the key of what it stands in.
    fn conditions(&self) -> impl Iterator<Item = (&str, &Condition)> {
        let traits = self.profile.company.iter().chain(&self.profile.person).map(|one| ("profile", &one.when));
        let territories = self.territories.iter().flat_map(|one| one.when.iter().map(|when| (one.key.as_str(), when)));
        let rules = self.rules.iter().flat_map(|one| one.when.iter().map(|when| (one.key.as_str(), when)));
        let targets = self.targets.iter().flat_map(|one| one.when.iter().map(|when| (one.key.as_str(), when)));
        traits.chain(territories).chain(rules).chain(targets)
    }

    fn check_conditions(&self, faults: &mut Vec<Fault>) {
        for (key, condition) in self.conditions() {
            if !condition.test.is_sound() {
                faults.push(Fault::Condition(key.to_owned()));
            }
            if let Fact::Signal(kind) = &condition.fact
                && self.signals.iter().all(|signal| signal.key != *kind)
            {
                faults.push(Fault::NoSuchSignal(kind.clone()));
            }
        }
    }

    fn check_spans(&self, faults: &mut Vec<Fault>) {
        for target in &self.targets {
            let in_order = [target.amber, Some(target.due), target.escalate];
            let spans: Vec<_> = in_order.into_iter().flatten().collect();
            let rises = |pair: &[super::sla::Span]| pair[0].unit != pair[1].unit || pair[0].amount <= pair[1].amount;
            if target.due.amount == 0 || !spans.windows(2).all(rises) {
                faults.push(Fault::Spans(target.key.clone()));
            }
        }
    }
}

/// The rules that every installation starts with.
#[cfg(feature = "ssr")]
pub fn first() -> RuleSet {
    serde_json::from_str(include_str!("../../../presets/routing.json")).expect("a test reads it")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_first_rules_are_sound_and_say_what_they_ought_to() {
        let rules = first();
        assert_eq!(rules.faults(), []);
        let cell = |intent, fit| rules.cell(intent, fit).map(|cell| (cell.path, cell.tiers.clone()));
        assert_eq!(cell(Intent::High, Fit::Strong), Some((Path::AtOnce, vec![Tier::Senior])));
        assert_eq!(cell(Intent::High, Fit::Weak), Some((Path::QualifyFirst, vec![Tier::Sdr])));
        assert_eq!(cell(Intent::Medium, Fit::Strong), Some((Path::FastTrack, vec![Tier::Sdr])));
        assert_eq!(cell(Intent::Medium, Fit::Weak).map(|cell| cell.0), Some(Path::Nurture));
        assert_eq!(cell(Intent::Low, Fit::Strong).map(|cell| cell.0), Some(Path::Watched));
        assert_eq!(cell(Intent::Low, Fit::Weak).map(|cell| cell.0), Some(Path::Disqualify));
        let size = |minor| rules.size(minor).map(|size| (size.tiers.clone(), size.sharing));
        assert_eq!(size(999_999), Some((vec![Tier::Sdr, Tier::Junior], Sharing::Pooled)));
        assert_eq!(size(1_000_000), Some((vec![Tier::Mid], Sharing::BySegment)));
        assert_eq!(size(5_000_000), Some((vec![Tier::Mid], Sharing::BySegment)));
        assert_eq!(size(5_000_001), Some((vec![Tier::Senior, Tier::AccountDirector], Sharing::NamedAccount)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut rules = first();
        rules.matrix.pop();
        rules.scoring.weights.intent += 1;
        rules.sizes[0].from_minor = 5;
        rules.rules[0].key = rules.rules[1].key.clone();
        rules.targets[0].amber = Some(super::super::sla::Span { amount: 9_999, ..rules.targets[0].due });
        rules.signals.retain(|signal| signal.key != "executive_introduction");
        let faults = rules.faults();
        for fault in [
            Fault::Cell(Intent::Low, Fit::Weak),
            Fault::Weights,
            Fault::Sizes,
            Fault::Key(rules.rules[0].key.clone()),
            Fault::Spans(rules.targets[0].key.clone()),
            Fault::NoSuchSignal("executive_introduction".into()),
        ] {
            assert!(faults.contains(&fault), "{fault:?} in {faults:?}");
        }
    }
}
