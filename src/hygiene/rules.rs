//! What is wrong with the reasons and what people write beside them, and what to do about it. Pure: the store reads the
//! losses, these functions judge them.

use crate::{
    fold::fold,
    ids::{BusinessLineId, LeadId, LossId, Names, ReasonId, UserId},
    losses::rules::Outcome,
    people::rules::words,
    settings::{
        model::ReasonSetting,
        rules::{may_stand_for, offerings},
    },
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
    str::FromStr,
    sync::LazyLock,
};

/// With fewer losses of an outcome than this, nothing is said about reasons that are not used.
pub const ENOUGH: i64 = 50;
/// A reason that takes a smaller share of its outcome, in percent, is hardly used.
pub const HARDLY: i64 = 2;
/// A reason that was given so often by one person only is theirs.
pub const OFTEN: i64 = 5;
/// A reason that is younger than so many days has had no chance yet.
pub const YOUNG_DAYS: i64 = 90;
/// A note with fewer letters and digits is too short to say anything.
pub const SHORTEST: usize = 8;

/// Words that say nothing by themselves, folded, per language of our teams.
static EMPTY_WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lists = [include_str!("stop_words/en.txt"), include_str!("stop_words/tr.txt")];
    lists.into_iter().flat_map(str::split_whitespace).map(fold).collect()
});

words! {
    /// Why a comment says nothing.
    Hollow {
        /// Too few letters.
        TooShort = "too_short",
        /// Only words that say nothing, or those of the reason itself.
        NoSubstance = "no_substance",
        /// An earlier loss has the same.
        Copied = "copied",
    }
}

words! {
    /// What stands out about a reason.
    Finding {
        /// Nobody gave it.
        Never = "never",
        /// Hardly anybody gave it.
        Hardly = "hardly",
        /// One person gave it, and nobody else.
        OnePerson = "one_person",
    }
}

/// A loss that counts, as the rules judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which.
    pub loss: LossId,
    /// Of which lead.
    pub lead: LeadId,
    /// Why.
    pub reason: ReasonId,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// On the organisation's calendar; unknown for imports that do not say.
    pub day: Option<NaiveDate>,
    /// Who wrote it; nobody for imports.
    pub by: Option<UserId>,
    /// What they observed; `None` where an import brought it along.
    pub note: Option<String>,
    /// Who did without the attempts that the reason asks for.
    pub override_by: Option<UserId>,
}

/// Why a note by itself says nothing, if so; `names` is what its reason is called.
pub fn says_nothing(note: &str, names: &Names) -> Option<Hollow> {
    let folded = fold(note);
    if folded.chars().filter(|letter| letter.is_alphanumeric()).count() < SHORTEST {
        return Some(Hollow::TooShort);
    }
    let of_reason: BTreeSet<String> = names.0.values().flat_map(|name| words_of(&fold(name))).collect();
    let is_empty = |word: &String| {
        EMPTY_WORDS.contains(word) || of_reason.contains(word) || word.chars().all(|letter| letter.is_numeric())
    };
    words_of(&folded).iter().all(is_empty).then_some(Hollow::NoSubstance)
}

fn words_of(folded: &str) -> Vec<String> {
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Why the note of each loss says nothing, if so. The losses come in the order in which they were written: the first of
/// those that share a note wrote it, the others copied.
pub fn hollow(facts: &[Fact], reasons: &[ReasonSetting]) -> Vec<Option<Hollow>> {
    let names: BTreeMap<_, _> = reasons.iter().filter_map(|reason| Some((reason.id?, &reason.name))).collect();
    let none = Names::default();
    let mut seen = HashSet::new();
    let mut judge = |fact: &Fact| {
        let note = fact.note.as_deref()?;
        let is_new = seen.insert(fold(note));
        let alone = says_nothing(note, names.get(&fact.reason.0).copied().unwrap_or(&none));
        alone.or((!is_new).then_some(Hollow::Copied))
    };
    facts.iter().map(&mut judge).collect()
}

/// How a reason is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Which.
    pub reason: ReasonId,
    /// How many losses have it.
    pub uses: i64,
    /// How many have one that was merged into it.
    pub merged: i64,
    /// How many people gave it.
    pub people: i64,
    /// The only one who did, where that stands out.
    pub only: Option<UserId>,
    /// What stands out.
    pub findings: Vec<Finding>,
}

/// What is known of reasons beside how they are set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Those that stand for everything else.
    pub others: BTreeSet<ReasonId>,
    /// Those that had no chance yet.
    pub young: BTreeSet<ReasonId>,
}

/// How many losses have each outcome.
pub fn wholes(facts: &[Fact]) -> BTreeMap<Outcome, i64> {
    let mut wholes = BTreeMap::new();
    for fact in facts {
        *wholes.entry(fact.outcome).or_insert(0) += 1;
    }
    wholes
}

/// How every reason is used, in the order of the reasons.
pub fn usage(facts: &[Fact], reasons: &[ReasonSetting], about: &About) -> Vec<Usage> {
    let wholes = wholes(facts);
    let mut given: BTreeMap<ReasonId, (i64, BTreeSet<Option<UserId>>)> = BTreeMap::new();
    let mut writers: BTreeMap<Outcome, BTreeSet<UserId>> = BTreeMap::new();
    for fact in facts {
        let (uses, people) = given.entry(fact.reason).or_default();
        *uses += 1;
        people.insert(fact.by);
        writers.entry(fact.outcome).or_default().extend(fact.by);
    }
    let uses_of = |id: i64| given.get(&ReasonId(id)).map_or(0, |(uses, _)| *uses);
    let merged = |id: i64| -> i64 {
        let gone = reasons.iter().filter(|reason| reason.merged_into == Some(id));
        gone.filter_map(|reason| reason.id).map(uses_of).sum()
    };
    let one = |reason: &ReasonSetting| {
        let id = reason.id?;
        let people = given.get(&ReasonId(id)).map(|(_, people)| people.clone()).unwrap_or_default();
        let mut usage = Usage {
            reason: ReasonId(id),
            uses: uses_of(id),
            merged: merged(id),
            people: i64::try_from(people.iter().flatten().count()).unwrap_or(i64::MAX),
            only: None,
            findings: Vec::new(),
        };
        let whole = wholes.get(&reason.outcome).copied().unwrap_or(0);
        usage.findings.extend(rarity(&usage, whole).filter(|_| !about.young.contains(&usage.reason)));
        // Of an import nobody knows who gave the reason.
        if let [Some(only)] = people.into_iter().collect::<Vec<_>>()[..]
            && usage.uses >= OFTEN
            && writers.get(&reason.outcome).is_some_and(|writers| writers.len() > 1)
        {
            usage.only = Some(only);
            usage.findings.push(Finding::OnePerson);
        }
        if reason.retired {
            usage.findings.clear();
        }
        Some(usage)
    };
    reasons.iter().filter_map(one).collect()
}

fn rarity(usage: &Usage, whole: i64) -> Option<Finding> {
    let uses = usage.uses + usage.merged;
    match uses {
        _ if whole < ENOUGH => None,
        0 => Some(Finding::Never),
        _ if uses * 100 < whole * HARDLY => Some(Finding::Hardly),
        _ => None,
    }
}

/// What to do with a reason, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Which.
    pub reason: ReasonId,
    /// The one that takes its place; without one it is retired.
    pub into: Option<ReasonId>,
    /// How many losses have it …
    pub uses: i64,
    /// … of how many with its outcome.
    pub of: i64,
    /// How many have the one that takes its place.
    pub into_uses: i64,
}

/// What to do with reasons that are never or hardly used.
pub fn suggestions(
    usage: &[Usage],
    reasons: &[ReasonSetting],
    about: &About,
    wholes: &BTreeMap<Outcome, i64>,
) -> Vec<Suggestion> {
    let of: BTreeMap<_, _> = usage.iter().map(|usage| (usage.reason, usage)).collect();
    let is_rare = |id: ReasonId| {
        of.get(&id).is_some_and(|usage| usage.findings.iter().any(|finding| *finding != Finding::OnePerson))
    };
    let count = |id: ReasonId| of.get(&id).map_or(0, |usage| usage.uses + usage.merged);
    let suggest = |reason: &ReasonSetting| {
        let id = ReasonId(reason.id?);
        let stands = reasons.iter().any(|other| other.merged_into == reason.id);
        if !is_rare(id) || about.others.contains(&id) || stands {
            return None;
        }
        let alike = |target: &&ReasonSetting| {
            let there = target.id.map(ReasonId);
            may_stand_for(target, reason)
                && (target.informs, target.excuse) == (reason.informs, reason.excuse)
                && there.is_some_and(|there| !is_rare(there) && !about.others.contains(&there))
        };
        let into = reasons.iter().filter(alike).filter_map(|target| target.id.map(ReasonId));
        let into = into.max_by_key(|id| (count(*id), std::cmp::Reverse(*id))).filter(|_| count(id) > 0);
        let whole = wholes.get(&reason.outcome).copied().unwrap_or(0);
        let suggestion = Suggestion { reason: id, into, uses: count(id), of: whole, into_uses: into.map_or(0, count) };
        (into.is_some() || can_go(reason, reasons)).then_some(suggestion)
    };
    reasons.iter().filter_map(suggest).collect()
}

/// Whether every kind of lead that has a reason now still has one without `reason`.
pub fn can_go(reason: &ReasonSetting, reasons: &[ReasonSetting]) -> bool {
    let lines: BTreeSet<BusinessLineId> =
        reasons.iter().flat_map(|reason| &reason.scopes).filter_map(|scope| scope.business_line).collect();
    let lines: Vec<_> = lines.into_iter().collect();
    let rest: Vec<_> = reasons.iter().filter(|other| other.id != reason.id).cloned().collect();
    let (now, then) = (offerings(reasons, &lines), offerings(&rest, &lines));
    now.iter().zip(&then).all(|(now, then)| now.reasons.is_empty() || !then.reasons.is_empty())
}

/// Which losses are listed. In addresses it is written `reason-3`, `copied`, `override-5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behind {
    /// With this reason.
    Reason(ReasonId),
    /// With a reason that stands for everything else.
    Other,
    /// With a comment that says nothing, for this cause.
    Hollow(Hollow),
    /// Without the attempts that the reason asks for, by whomever or by this person.
    Override(Option<UserId>),
}

impl Behind {
    /// Whether a loss is among them; `hollow` is why its comment says nothing.
    pub fn holds(self, fact: &Fact, hollow: Option<Hollow>, about: &About) -> bool {
        match self {
            Self::Reason(reason) => fact.reason == reason,
            Self::Other => about.others.contains(&fact.reason),
            Self::Hollow(kind) => hollow == Some(kind),
            Self::Override(None) => fact.override_by.is_some(),
            Self::Override(by) => fact.override_by == by,
        }
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reason(id) => write!(f, "reason-{id}"),
            Self::Other => f.write_str("other"),
            Self::Hollow(kind) => f.write_str(kind.word()),
            Self::Override(None) => f.write_str("override"),
            Self::Override(Some(id)) => write!(f, "override-{id}"),
        }
    }
}

/// The text names no list of losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of losses")]
pub struct NotAList;

impl FromStr for Behind {
    type Err = NotAList;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.split_once('-')) {
            ("other", _) => Ok(Self::Other),
            ("override", _) => Ok(Self::Override(None)),
            (_, Some(("reason", id))) => id.parse().map(Self::Reason).map_err(|_| NotAList),
            (_, Some(("override", id))) => id.parse().map(|id| Self::Override(Some(id))).map_err(|_| NotAList),
            _ => text.parse().map(Self::Hollow).map_err(|_| NotAList),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{losses::rules::Scope, settings::model::Decision};
    use proptest::prelude::*;

    fn names(texts: &[(&str, &str)]) -> Names {
        Names(texts.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect())
    }

    fn reason(id: i64, informs: Decision) -> ReasonSetting {
        ReasonSetting {
            id: Some(id),
            name: names(&[("en", &format!("Reason {id}"))]),
            outcome: Outcome::Lost,
            excuse: false,
            informs,
            non_target: false,
            evidence: Vec::new(),
            attempts_needed: 0,
            channels_needed: 0,
            offers_recontact: false,
            retired: false,
            merged_into: None,
            scopes: vec![Scope { direction: None, party: None, business_line: None }],
        }
    }

    fn fact(loss: i64, reason: i64, by: Option<i64>, note: Option<&str>) -> Fact {
        Fact {
            loss: LossId(loss),
            lead: LeadId(loss),
            reason: ReasonId(reason),
            outcome: Outcome::Lost,
            day: None,
            by: by.map(UserId),
            note: note.map(str::to_owned),
            override_by: None,
        }
    }

    #[test]
    fn some_notes_say_nothing() {
        let price = names(&[("en", "Price too high"), ("tr", "Fiyat yüksek")]);
        for (note, hollow) in [
            ("", Some(Hollow::TooShort)),
            (" ... ok ...", Some(Hollow::TooShort)),
            ("Pahalı!", Some(Hollow::TooShort)),
            ("Not interested anymore.", Some(Hollow::NoSubstance)),
            ("MÜŞTERİ İLGİLENMİYOR", Some(Hollow::NoSubstance)),
            ("musteri istemedi, bitti", Some(Hollow::NoSubstance)),
            ("Price was too high", Some(Hollow::NoSubstance)),
            ("müşteri: fiyat yüksek", Some(Hollow::NoSubstance)),
            ("0532 123 45 67", Some(Hollow::NoSubstance)),
            ("Wanted instalments", None),
            ("Taksit istedi, veremedik", None),
            ("Eşi karşı çıktı", None),
            ("نمی‌خواهد، گران است", None),
        ] {
            assert_eq!(says_nothing(note, &price), hollow, "{note}");
        }
    }

    #[test]
    fn the_first_writes_and_the_others_copy_whatever_the_spelling() {
        let facts = [
            fact(1, 1, Some(1), Some("Taksit istedi, veremedik")),
            fact(2, 1, Some(2), Some("TAKSİT  istedi, veremedik ")),
            fact(3, 2, Some(2), None),
            fact(4, 2, Some(2), Some("ok")),
            fact(5, 2, Some(2), Some("ok")),
        ];
        let short = Some(Hollow::TooShort);
        assert_eq!(hollow(&facts, &[]), [None, Some(Hollow::Copied), None, short, short]);
    }

    #[test]
    fn what_is_hardly_used_goes_into_what_is_like_it() {
        let mut reasons: Vec<_> = [
            (1, Decision::PricePolicy),
            (2, Decision::PricePolicy),
            (3, Decision::Training),
            (4, Decision::PricePolicy),
            (5, Decision::Process),
            (6, Decision::Process),
        ]
        .map(|(id, informs)| reason(id, informs))
        .into();
        let facts: Vec<_> = (0..200)
            .map(|place| match place {
                0 | 1 => fact(place, 2, Some(7), None),
                2 => fact(place, 3, Some(8), None),
                3..=40 => fact(place, 4, Some(7), None),
                _ => fact(place, 1, Some(place % 3), None),
            })
            .collect();
        let about = About { others: [ReasonId(6)].into(), young: BTreeSet::new() };
        let used = usage(&facts, &reasons, &about);
        let findings: Vec<_> = used.iter().map(|usage| usage.findings.clone()).collect();
        let (never, hardly) = (vec![Finding::Never], vec![Finding::Hardly]);
        assert_eq!(findings, [vec![], hardly.clone(), hardly, vec![Finding::OnePerson], never.clone(), never]);
        let what = |reasons: &[ReasonSetting], about: &About| -> Vec<_> {
            let used = usage(&facts, reasons, about);
            let advice = suggestions(&used, reasons, about, &wholes(&facts));
            advice
                .into_iter()
                .map(|one| (one.reason.0, one.into.map(|id| id.0), one.uses, one.of, one.into_uses))
                .collect()
        };
        assert_eq!(what(&reasons, &about), [(2, Some(1), 2, 200, 159), (3, None, 1, 200, 0), (5, None, 0, 200, 0)]);
        let young = About { young: [ReasonId(2), ReasonId(5)].into(), ..about.clone() };
        assert_eq!(what(&reasons, &young), [(3, None, 1, 200, 0)]);
        // What was merged into it counts, and it is left in peace.
        reasons[0] = ReasonSetting { retired: true, merged_into: Some(3), ..reasons[0].clone() };
        assert_eq!(usage(&facts, &reasons, &about)[2].merged, 159);
        assert_eq!(what(&reasons, &about), [(2, Some(4), 2, 200, 38), (5, None, 0, 200, 0)]);
    }

    #[test]
    fn a_few_losses_say_nothing_about_reasons() {
        let facts: Vec<_> = (0..ENOUGH - 1).map(|place| fact(place, 1, Some(place % 2), None)).collect();
        let reasons = [reason(1, Decision::Process), reason(2, Decision::Process)];
        assert!(usage(&facts, &reasons, &About::default()).iter().all(|usage| usage.findings.is_empty()));
    }

    #[test]
    fn nobody_knows_who_gave_what_an_import_brought() {
        let mut facts: Vec<_> = (0..9).map(|place| fact(place, 1, Some(1), None)).collect();
        facts.extend([fact(10, 2, Some(2), None)]);
        let reasons = [reason(1, Decision::Process), reason(2, Decision::Process)];
        let first = |facts: &[Fact]| usage(facts, &reasons, &About::default()).remove(0);
        assert_eq!(first(&facts).only, Some(UserId(1)));
        facts.push(fact(11, 1, None, None));
        assert_eq!(first(&facts).only, None);
    }

    #[test]
    fn the_last_reason_of_a_kind_of_lead_stays() {
        let companies =
            Scope { party: Some(crate::pipeline::api::Party::Company), direction: None, business_line: None };
        let narrow = ReasonSetting { scopes: vec![companies], ..reason(2, Decision::Process) };
        let reasons = [reason(1, Decision::Process), narrow.clone()];
        assert!(can_go(&narrow, &reasons) && !can_go(&reasons[0], &reasons));
    }

    fn facts() -> impl Strategy<Value = Vec<Fact>> {
        let notes = prop_oneof![Just(None), "[a-cşİ .]{0,12}".prop_map(Some)];
        let one = (1i64..5, proptest::option::of(1i64..4), notes);
        proptest::collection::vec(one, 0..120).prop_map(|facts| {
            let numbered = (1i64..).zip(facts);
            numbered.map(|(loss, (reason, by, note))| fact(loss, reason, by, note.as_deref())).collect()
        })
    }

    proptest! {
        #[test]
        fn lists_survive_their_address(id in any::<i64>(), which in 0..Hollow::ALL.len()) {
            let lists = [Behind::Reason(ReasonId(id)), Behind::Other, Behind::Hollow(Hollow::ALL[which]),
                         Behind::Override(None), Behind::Override(Some(UserId(id)))];
            for list in lists {
                prop_assert_eq!(list.to_string().parse(), Ok(list));
            }
        }

        #[test]
        fn a_note_is_judged_the_same_in_any_spelling(note in "[a-zA-ZçğıöşüÇĞİÖŞÜ0-9 .,!]{0,40}") {
            let none = Names::default();
            prop_assert_eq!(says_nothing(&note, &none), says_nothing(&fold(&note), &none));
            prop_assert_eq!(says_nothing(&format!("  {note}\n"), &none), says_nothing(&note, &none));
        }

        #[test]
        fn a_word_of_substance_saves_every_note(note in "[a-z ]{0,40}") {
            prop_assert_eq!(says_nothing(&format!("{note} instalments"), &Names::default()), None);
        }

        #[test]
        fn a_note_that_was_never_written_before_is_no_copy(facts in facts()) {
            let kinds = hollow(&facts, &[]);
            prop_assert_eq!(kinds.len(), facts.len());
            for (place, kind) in kinds.iter().enumerate() {
                let note = facts[place].note.as_deref().map(fold);
                let is_copy = note.is_some() && facts[..place].iter().any(|before| before.note.as_deref().map(fold) == note);
                prop_assert!(*kind != Some(Hollow::Copied) || is_copy);
                prop_assert!(!is_copy || kind.is_some());
                prop_assert!(note.is_some() || kind.is_none());
            }
        }

        #[test]
        fn uses_come_to_the_whole(facts in facts()) {
            let reasons: Vec<_> = (1..5).map(|id| reason(id, Decision::Process)).collect();
            let used = usage(&facts, &reasons, &About::default());
            prop_assert_eq!(used.iter().map(|usage| usage.uses).sum::<i64>(), facts.len() as i64);
            let advice = suggestions(&used, &reasons, &About::default(), &wholes(&facts));
            for one in advice {
                let reason = &reasons[(one.reason.0 - 1) as usize];
                prop_assert!(one.into.is_none_or(|into| may_stand_for(&reasons[(into.0 - 1) as usize], reason)));
                prop_assert!(one.uses * 100 < one.of * HARDLY && one.into_uses * 100 >= one.of * HARDLY * i64::from(one.into.is_some()));
            }
        }
    }
}
