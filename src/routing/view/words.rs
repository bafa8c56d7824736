//! What routing means, in words.

use crate::{
    format,
    i18n::t_string,
    losses::view::words::{I18n, language},
    people::rules::Tier,
    pipeline::api::Temperature,
    routing::{
        api::Explanation,
        rules::{
            choice::{Ground, PassedOver, Preference},
            condition::Verdict,
            plan::{Decided, To},
            rule_set::Path,
            score::Fit,
            signal::Intent,
        },
    },
    settings::{model::SkillKind, view::words::tier},
};
use chrono::{DateTime, Utc};

macro_rules! w {
    ($i18n:expr, $key:ident $(, $name:ident = $value:expr)*) => {
        t_string!($i18n, routing.$key $(, $name = $value)*).to_string()
    };
}
pub(super) use w;

/// How much they want something.
pub fn intent(i18n: I18n, intent: Intent) -> String {
    match intent {
        Intent::High => w!(i18n, intent_high),
        Intent::Medium => w!(i18n, intent_medium),
        Intent::Low => w!(i18n, intent_low),
    }
}

/// How well they suit us.
pub fn fit(i18n: I18n, fit: Fit) -> String {
    match fit {
        Fit::Strong => w!(i18n, fit_strong),
        Fit::Weak => w!(i18n, fit_weak),
    }
}

/// How warm a lead is.
pub fn temperature(i18n: I18n, temperature: Temperature) -> String {
    match temperature {
        Temperature::Hot => t_string!(i18n, pipeline.hot).to_string(),
        Temperature::Warm => t_string!(i18n, pipeline.warm).to_string(),
        Temperature::Cold => t_string!(i18n, pipeline.cold).to_string(),
    }
}

/// What became of a trait.
pub fn verdict(i18n: I18n, verdict: Verdict) -> String {
    match verdict {
        Verdict::Met => w!(i18n, verdict_met),
        Verdict::NotMet => w!(i18n, verdict_not_met),
        Verdict::Unknown => w!(i18n, verdict_unknown),
    }
}

/// What happens with a lead.
pub fn path(i18n: I18n, path: Path) -> String {
    match path {
        Path::AtOnce => w!(i18n, path_at_once),
        Path::QualifyFirst => w!(i18n, path_qualify_first),
        Path::FastTrack => w!(i18n, path_fast_track),
        Path::Nurture => w!(i18n, path_nurture),
        Path::Watched => w!(i18n, path_watched),
        Path::Disqualify => w!(i18n, path_disqualify),
    }
}

fn tiers(i18n: I18n, all: &[Tier]) -> String {
    all.iter().map(|one| tier(i18n, *one)).collect::<Vec<_>>().join(", ")
}

/// A name that is data; its key where it has none any more.
fn named(i18n: I18n, names: &std::collections::BTreeMap<String, crate::ids::Names>, key: &str) -> String {
    names.get(key).map_or(key, |name| name.pick(language(i18n))).to_owned()
}

/// What decided.
pub fn decided(i18n: I18n, why: &Explanation) -> String {
    let tiers = tiers(i18n, &why.route.tiers);
    match &why.route.decided {
        Decided::Rule(key) => w!(i18n, decided_rule, rule = named(i18n, &why.rules, key)),
        Decided::Size(_) => w!(i18n, decided_size, tiers = tiers),
        Decided::Matrix => w!(i18n, decided_matrix, tiers = tiers),
        Decided::Backup(owner) => {
            w!(i18n, decided_backup, who = why.people.get(owner).cloned().unwrap_or_default())
        }
    }
}

/// The rules that narrowed who may have it, and its territory.
pub fn narrowed(i18n: I18n, why: &Explanation) -> Vec<String> {
    let deciding = match &why.route.decided {
        Decided::Rule(key) => Some(key),
        Decided::Size(_) | Decided::Matrix | Decided::Backup(_) => None,
    };
    let rules = why.route.rules.iter().filter(|key| Some(*key) != deciding);
    let territory =
        why.route.territory.as_ref().map(|key| w!(i18n, in_territory, name = named(i18n, &why.territories, key)));
    rules.map(|key| named(i18n, &why.rules, key)).chain(territory).collect()
}

/// A signal that counted, how often and when last.
pub fn heard(i18n: I18n, why: &Explanation, heard: &crate::routing::rules::signal::Heard) -> String {
    let name = named(i18n, &why.signals, &heard.kind);
    let at = moment(i18n, why, heard.latest);
    match heard.count {
        1 => w!(i18n, heard_once, signal = name, at = at),
        count => {
            w!(i18n, heard_often, signal = name, count = format::number(i18n.get_locale(), i64::from(count)), at = at)
        }
    }
}

/// `utc` on the clock by which the explanation was read.
fn moment(i18n: I18n, why: &Explanation, utc: DateTime<Utc>) -> String {
    let offset_minutes = why.at.offset_minutes;
    format::date_time(i18n.get_locale(), crate::clock::Moment { utc, offset_minutes })
}

/// Where it went.
pub fn went(i18n: I18n, why: &Explanation) -> String {
    let person = why.person.clone().unwrap_or_default();
    let queue = why.queue.clone().unwrap_or_default();
    match (why.route.to, why.person.is_some()) {
        (To::Person(_), _) => w!(i18n, went_to_person, who = person),
        (To::Review(_), true) => w!(i18n, went_to_review, who = person),
        (To::Review(_), false) => w!(i18n, went_to_review_of_nobody),
        (To::Queue(_), _) => w!(i18n, went_to_queue, queue = queue),
        (To::Nobody, _) => w!(i18n, went_to_nobody),
    }
}

/// Why whoever was chosen was.
pub fn ground(i18n: I18n, why: &Explanation) -> Option<String> {
    let (person, ground) = why.route.choice.chosen?;
    let who = why.people.get(&person).cloned().unwrap_or_default();
    Some(match ground {
        Ground::First(Preference::PreviousOwner) => w!(i18n, ground_previous_owner, who = who),
        Ground::First(Preference::AccountOwner) => w!(i18n, ground_account_owner, who = who),
        Ground::First(Preference::EnteredBy) => w!(i18n, ground_entered_by, who = who),
        Ground::Turn => w!(i18n, ground_turn, who = who),
        Ground::OpensFirst(at) => w!(i18n, ground_opens_first, who = who, at = moment(i18n, why, at)),
        Ground::Only => w!(i18n, ground_only, who = who),
    })
}

/// Why somebody was passed over.
pub fn passed(i18n: I18n, why: &Explanation, passed: &PassedOver) -> String {
    let locale = i18n.get_locale();
    match passed {
        PassedOver::Tier(other) => w!(i18n, passed_tier, tier = tier(i18n, *other)),
        PassedOver::Team => w!(i18n, passed_team),
        PassedOver::Territory => w!(i18n, passed_territory),
        PassedOver::Lacks(skill) => match skill.kind {
            SkillKind::Language => w!(i18n, passed_language, value = skill.value.clone()),
            SkillKind::Product => w!(i18n, passed_product, value = skill.value.clone()),
            SkillKind::Segment => w!(i18n, passed_segment, value = skill.value.clone()),
            SkillKind::Region => w!(i18n, passed_region, value = skill.value.clone()),
        },
        PassedOver::LetPass => w!(i18n, passed_let_pass),
        PassedOver::Away(until) if *until == chrono::NaiveDate::MAX => w!(i18n, passed_never_at_work),
        PassedOver::Away(until) => w!(i18n, passed_away, day = format::date(locale, *until)),
        PassedOver::Full { open, capacity } => {
            let number = |value: &u32| format::number(locale, i64::from(*value));
            w!(i18n, passed_full, open = number(open), capacity = number(capacity))
        }
        PassedOver::NotWorking(at) => w!(i18n, passed_not_working, at = moment(i18n, why, *at)),
        PassedOver::NotFirst(_) => w!(i18n, passed_not_first),
        PassedOver::NotTheirTurn => w!(i18n, passed_not_their_turn),
    }
}
