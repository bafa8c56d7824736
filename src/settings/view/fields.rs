//! What is asked about each setting: settings as filled-in forms, and back.

use super::{
    form::{Column, Field, Filled, Filling, Input},
    words::{self, I18n, w},
};
use crate::{
    format::minor_digits,
    ids::{BusinessLineId, Names},
    losses::rules::{EvidenceField, EvidenceKind, Outcome, Scope},
    people::rules::{Role, Tier},
    pipeline::rules::StageKind,
    settings::{
        api::{Around, Named},
        model::{
            Absence, Currency, Decision, Field as OwnField, FieldKind, Holiday, Hours, Organisation, Person, Profile,
            Queue, Rate, ReasonSetting, Setting, Skill, SkillKind, Spend, StageSetting, Team, Word, WordKind,
        },
        rules::{Refusal, Who, Why, code_of, refusal},
    },
};
use chrono::{NaiveDate, NaiveTime};
use std::{collections::BTreeSet, str::FromStr};

/// The languages that names are asked in.
const LANGUAGES: [(&str, &str, &str); 2] = [("en", "name_en", "meaning_en"), ("tr", "name_tr", "meaning_tr")];

fn one(text: impl ToString) -> Filled {
    Filled::One(text.to_string())
}

fn maybe<T: ToString>(value: Option<T>) -> Filled {
    Filled::One(value.map(|value| value.to_string()).unwrap_or_default())
}

fn tick(is_on: bool) -> Filled {
    Filled::One(if is_on { "true".to_owned() } else { String::new() })
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn hours(hours: &[Hours]) -> Filled {
    Filled::Rows(
        hours.iter().map(|hours| vec![hours.weekday.to_string(), clock(hours.opens), clock(hours.closes)]).collect(),
    )
}

fn amount(minor: i64, currency: &str) -> String {
    let digits = minor_digits(currency) as usize;
    let unit = 10i64.pow(minor_digits(currency));
    match (minor / unit, minor % unit) {
        (whole, 0) => whole.to_string(),
        (whole, cents) => format!("{whole}.{cents:0digits$}"),
    }
}

/// A setting as a filled-in form.
pub fn fill(setting: &Setting) -> Filling {
    let mut filling = Filling::new();
    let mut names = |names: &Names| {
        for (language, field, _) in LANGUAGES {
            filling.insert(field, maybe(names.0.get(language)));
        }
    };
    match setting {
        Setting::Word(word) if word.kind == WordKind::BusinessLine => names(&word.name),
        Setting::Field(field) => names(&field.name),
        Setting::Stage(stage) => names(&stage.name),
        Setting::Reason(reason) => names(&reason.name),
        _ => {}
    }
    filling.extend(others(setting));
    filling
}

fn others(setting: &Setting) -> Vec<(&'static str, Filled)> {
    match setting {
        Setting::Organisation(it) => vec![
            ("name", one(&it.name)),
            ("base_currency", one(&it.base_currency)),
            ("time_zone", one(&it.time_zone)),
            ("fiscal_year_starts_in", one(it.fiscal_year_starts_in)),
            ("everyone_reads_all", tick(it.everyone_reads_all)),
            ("inactive_after_months", maybe(it.inactive_after_months)),
            ("hours", hours(&it.hours)),
        ],
        Setting::Profile(it) => {
            vec![("language", maybe(it.language.as_ref())), ("time_zone", maybe(it.time_zone.as_ref()))]
        }
        Setting::Person(it) => {
            let absence = |absence: &Absence| vec![absence.first_day.to_string(), absence.last_day.to_string()];
            let skill = |skill: &Skill| vec![skill.kind.to_string(), skill.value.clone()];
            vec![
                ("name", one(&it.name)),
                ("email", one(&it.email)),
                ("role", one(it.role)),
                ("tier", maybe(it.tier)),
                ("team", maybe(it.team)),
                ("backup", maybe(it.backup)),
                ("capacity", maybe(it.capacity)),
                ("absences", Filled::Rows(it.absences.iter().map(absence).collect())),
                ("skills", Filled::Rows(it.skills.iter().map(skill).collect())),
            ]
        }
        Setting::Team(it) => vec![
            ("name", one(&it.name)),
            ("managers", Filled::Many(it.managers.iter().map(i64::to_string).collect())),
            ("backup", maybe(it.backup)),
            ("time_zone", maybe(it.time_zone.as_ref())),
            ("hours", hours(&it.hours)),
        ],
        Setting::Queue(it) => vec![("name", one(&it.name)), ("team", one(it.team)), ("manager", one(it.manager))],
        // A new one has no day yet.
        Setting::Holiday(it) => vec![
            ("on_day", maybe(Some(it.on_day).filter(|day| *day != NaiveDate::default()))),
            ("name", one(&it.name)),
            ("team", maybe(it.team)),
        ],
        Setting::Word(it) => {
            let spend = |spend: &Spend| {
                let month = spend.month.format("%Y-%m").to_string();
                vec![month, amount(spend.minor, &spend.currency), spend.currency.clone()]
            };
            let mut fields = vec![
                ("owner", maybe(it.owner)),
                ("source", maybe(it.source)),
                ("starts_on", maybe(it.starts_on)),
                ("ends_on", maybe(it.ends_on)),
                ("spend", Filled::Rows(it.spend.iter().map(spend).collect())),
            ];
            if it.kind != WordKind::BusinessLine {
                fields.push(("name", one(it.name.pick("en"))));
            }
            fields
        }
        Setting::Currency(it) => {
            let rate = |rate: &Rate| vec![rate.from_day.to_string(), rate.rate.clone()];
            vec![("in_use", tick(it.in_use)), ("rates", Filled::Rows(it.rates.iter().map(rate).collect()))]
        }
        Setting::Field(it) => vec![
            ("kind", one(it.kind)),
            ("choices", Filled::Rows(it.choices.iter().map(|choice| vec![choice.clone()]).collect())),
        ],
        Setting::Stage(it) => vec![
            ("meaning_en", maybe(it.meaning.0.get("en"))),
            ("meaning_tr", maybe(it.meaning.0.get("tr"))),
            ("win_probability", maybe(it.win_probability)),
            ("stale_days", maybe(it.stale_days)),
            ("unanswered_days", maybe(it.unanswered_days)),
            ("attempts_limit", maybe(it.attempts_limit)),
        ],
        Setting::Reason(it) => reason(it),
        Setting::Order(_) => Vec::new(),
    }
}

fn reason(it: &ReasonSetting) -> Vec<(&'static str, Filled)> {
    let label = |field: &EvidenceField, language: &str| field.label.0.get(language).cloned().unwrap_or_default();
    let evidence =
        |field: &EvidenceField| vec![field.key.clone(), field.kind.to_string(), label(field, "en"), label(field, "tr")];
    let text = |word: Option<String>| word.unwrap_or_default();
    let scope = |scope: &Scope| {
        let line = scope.business_line.map(|line| line.to_string());
        vec![text(scope.direction.map(|it| it.to_string())), text(scope.party.map(|it| it.to_string())), text(line)]
    };
    vec![
        ("outcome", one(it.outcome)),
        ("excuse", tick(it.excuse)),
        ("informs", one(it.informs)),
        ("non_target", tick(it.non_target)),
        ("attempts_needed", one(it.attempts_needed)),
        ("channels_needed", one(it.channels_needed)),
        ("offers_recontact", tick(it.offers_recontact)),
        ("evidence", Filled::Rows(it.evidence.iter().map(evidence).collect())),
        ("scopes", Filled::Rows(it.scopes.iter().map(scope).collect())),
    ]
}

/// Reads a filled-in form; what is malformed is noted and left as it was.
struct Reader<'a> {
    filling: &'a Filling,
    problems: Vec<Refusal>,
}

impl Reader<'_> {
    fn text(&self, field: &str) -> String {
        match self.filling.get(field) {
            Some(Filled::One(text)) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    fn filled(&self, field: &str) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty())
    }

    fn is_on(&self, field: &str) -> bool {
        self.text(field) == "true"
    }

    fn wrong(&mut self, field: &str, why: Why) {
        self.problems.push(refusal(field, why));
    }

    /// A value that may be missing.
    fn maybe<T: FromStr>(&mut self, field: &str, why: Why) -> Option<T> {
        let text = self.filled(field)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.wrong(field, why);
        }
        value
    }

    /// A value that has to be there.
    fn needed<T: FromStr>(&mut self, field: &str, why: Why, before: T) -> T {
        match self.filled(field) {
            Some(_) => self.maybe(field, why).unwrap_or(before),
            None => {
                self.wrong(field, Why::Missing);
                before
            }
        }
    }

    fn rows(&self, field: &str) -> Vec<Vec<String>> {
        match self.filling.get(field) {
            Some(Filled::Rows(rows)) => {
                rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn entries<T>(&mut self, field: &str, why: Why, read: impl Fn(&[String]) -> Option<T>) -> Vec<T> {
        let rows = self.rows(field);
        let entries: Vec<_> = rows.iter().filter_map(|row| read(row)).collect();
        if entries.len() < rows.len() {
            self.wrong(field, why);
        }
        entries
    }

    /// The languages that are asked for are set, others stay.
    fn names(&self, before: &Names, fields: impl Fn(usize) -> &'static str) -> Names {
        let mut names = before.clone();
        for (place, (language, ..)) in LANGUAGES.iter().enumerate() {
            match self.filled(fields(place)) {
                Some(text) => names.0.insert((*language).to_owned(), text),
                None => names.0.remove(*language),
            };
        }
        names
    }

    fn own_names(&self, before: &Names) -> Names {
        self.names(before, |place| LANGUAGES[place].1)
    }

    fn hours(&mut self) -> Vec<Hours> {
        let mut hours = self.entries("hours", Why::NotATime, |row| {
            let [weekday, opens, closes] = row else { return None };
            Some(Hours { weekday: weekday.parse().ok()?, opens: time(opens)?, closes: time(closes)? })
        });
        hours.sort_unstable();
        hours
    }
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()
}

/// Minor units of an amount as people write it, with a point or a comma.
fn minor(text: &str, currency: &str) -> Option<i64> {
    let digits = minor_digits(currency) as usize;
    let text = text.replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let sound = fraction.len() <= digits && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let padded = format!("{fraction:0<digits$}");
    let cents: i64 = if digits == 0 { 0 } else { padded.parse().ok()? };
    let whole: i64 = whole.parse().ok()?;
    if sound { whole.checked_mul(10i64.pow(minor_digits(currency)))?.checked_add(cents) } else { None }
}

fn month(text: &str) -> Option<NaiveDate> {
    let text = text.get(..7).unwrap_or(text);
    format!("{text}-01").parse().ok()
}

/// The setting that a filled-in form stands for.
///
/// # Errors
/// What cannot be understood.
pub fn read(before: &Setting, filling: &Filling) -> Result<Setting, Vec<Refusal>> {
    let mut reader = Reader { filling, problems: Vec::new() };
    let setting = read_with(&mut reader, before);
    if reader.problems.is_empty() { Ok(setting) } else { Err(reader.problems) }
}

fn read_with(reader: &mut Reader<'_>, before: &Setting) -> Setting {
    match before.clone() {
        Setting::Organisation(it) => Setting::Organisation(Organisation {
            name: reader.text("name"),
            base_currency: reader.text("base_currency"),
            time_zone: reader.text("time_zone"),
            fiscal_year_starts_in: reader.needed("fiscal_year_starts_in", Why::NotANumber, it.fiscal_year_starts_in),
            everyone_reads_all: reader.is_on("everyone_reads_all"),
            inactive_after_months: reader.maybe("inactive_after_months", Why::NotANumber),
            hours: reader.hours(),
        }),
        Setting::Profile(it) => Setting::Profile(Profile {
            language: reader.filled("language"),
            time_zone: reader.filled("time_zone"),
            ..it
        }),
        Setting::Person(it) => read_person(reader, it),
        Setting::Team(it) => Setting::Team(Team {
            name: reader.text("name"),
            managers: match reader.filling.get("managers") {
                Some(Filled::Many(chosen)) => {
                    chosen.iter().filter_map(|id| id.parse().ok()).collect::<BTreeSet<_>>().into_iter().collect()
                }
                _ => Vec::new(),
            },
            backup: reader.maybe("backup", Why::NobodyThere),
            time_zone: reader.filled("time_zone"),
            hours: reader.hours(),
            ..it
        }),
        Setting::Queue(it) => Setting::Queue(Queue {
            name: reader.text("name"),
            team: reader.needed("team", Why::NobodyThere, it.team),
            manager: reader.needed("manager", Why::NotAManager, it.manager),
            ..it
        }),
        Setting::Holiday(it) => Setting::Holiday(Holiday {
            on_day: reader.needed("on_day", Why::NotADate, it.on_day),
            name: reader.text("name"),
            team: reader.maybe("team", Why::NobodyThere),
            ..it
        }),
        Setting::Word(it) => read_word(reader, it),
        Setting::Currency(it) => {
            let mut rates = reader.entries("rates", Why::NotADate, |row| {
                let [from_day, rate] = row else { return None };
                Some(Rate { from_day: from_day.parse().ok()?, rate: rate.replace(',', ".") })
            });
            rates.sort_unstable();
            Setting::Currency(Currency { in_use: reader.is_on("in_use"), rates, ..it })
        }
        Setting::Field(it) => Setting::Field(OwnField {
            name: reader.own_names(&it.name),
            kind: reader.needed("kind", Why::Missing, it.kind),
            choices: reader.entries("choices", Why::Missing, |row| row.first().cloned()),
            ..it
        }),
        Setting::Stage(it) => Setting::Stage(StageSetting {
            name: reader.own_names(&it.name),
            meaning: reader.names(&it.meaning, |place| LANGUAGES[place].2),
            win_probability: reader.maybe("win_probability", Why::NotANumber),
            stale_days: reader.maybe("stale_days", Why::NotANumber),
            unanswered_days: reader.maybe("unanswered_days", Why::NotANumber),
            attempts_limit: reader.maybe("attempts_limit", Why::NotANumber),
            ..it
        }),
        Setting::Reason(it) => read_reason(reader, it),
        order @ Setting::Order(_) => order,
    }
}

fn read_person(reader: &mut Reader<'_>, it: Person) -> Setting {
    let role = reader.needed("role", Why::Missing, it.role);
    let mut absences = reader.entries("absences", Why::NotADate, |row| {
        let [first, last] = row else { return None };
        let first_day: NaiveDate = first.parse().ok()?;
        // One day off needs no last day.
        let last_day = if last.is_empty() { first_day } else { last.parse().ok()? };
        Some(Absence { first_day, last_day })
    });
    absences.sort_unstable();
    let mut skills = reader.entries("skills", Why::Missing, |row| {
        let [kind, value] = row else { return None };
        Some(Skill { kind: kind.parse().ok()?, value: value.clone() })
    });
    skills.sort_unstable_by(|one, other| (one.kind.word(), &one.value).cmp(&(other.kind.word(), &other.value)));
    Setting::Person(Person {
        name: reader.text("name"),
        email: reader.text("email"),
        role,
        tier: reader.maybe::<Tier>("tier", Why::RepNeedsTier),
        team: reader.maybe("team", Why::RepNeedsTeam),
        backup: reader.maybe("backup", Why::NobodyThere),
        capacity: reader.maybe("capacity", Why::NotANumber),
        absences,
        skills,
        ..it
    })
}

fn read_word(reader: &mut Reader<'_>, it: Word) -> Setting {
    let name = match it.kind {
        WordKind::BusinessLine => reader.own_names(&it.name),
        _ => Names([("en".to_owned(), reader.text("name"))].into()),
    };
    let mut spend = reader.entries("spend", Why::NotANumber, |row| {
        let [first, amount, currency] = row else { return None };
        Some(Spend { month: month(first)?, minor: minor(amount, currency)?, currency: currency.clone() })
    });
    spend.sort_unstable();
    Setting::Word(Word {
        name,
        owner: reader.maybe("owner", Why::NobodyThere),
        source: reader.maybe("source", Why::NobodyThere),
        starts_on: reader.maybe("starts_on", Why::NotADate),
        ends_on: reader.maybe("ends_on", Why::NotADate),
        spend,
        ..it
    })
}

fn read_reason(reader: &mut Reader<'_>, it: ReasonSetting) -> Setting {
    let mut taken: BTreeSet<_> = it.evidence.iter().map(|field| field.key.clone()).collect();
    let mut evidence = Vec::new();
    for row in reader.rows("evidence") {
        let [key, kind, english, turkish] = row.as_slice() else { continue };
        // Losses keep what was shown under the key: it never changes.
        let key = match key.as_str() {
            "" => crate::settings::rules::free_code(&code_of(english), &taken),
            key => key.to_owned(),
        };
        taken.insert(key.clone());
        let before = it.evidence.iter().find(|field| field.key == key);
        let mut label = before.map(|field| field.label.clone()).unwrap_or_default();
        for (language, text) in [("en", english), ("tr", turkish)] {
            match text.as_str() {
                "" => label.0.remove(language),
                text => label.0.insert(language.to_owned(), text.to_owned()),
            };
        }
        evidence.push(EvidenceField { key, kind: kind.parse().unwrap_or(EvidenceKind::Text), label });
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for row in reader.rows("scopes") {
        let [direction, party, line] = row.as_slice() else { continue };
        let scope = Scope {
            direction: direction.parse().ok(),
            party: party.parse().ok(),
            business_line: line.parse::<i64>().ok().map(BusinessLineId),
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Setting::Reason(ReasonSetting {
        name: reader.own_names(&it.name),
        outcome: reader.needed::<Outcome>("outcome", Why::Missing, it.outcome),
        excuse: reader.is_on("excuse"),
        informs: reader.needed::<Decision>("informs", Why::Missing, it.informs),
        non_target: reader.is_on("non_target"),
        evidence,
        attempts_needed: reader.maybe("attempts_needed", Why::NotANumber).unwrap_or(0),
        channels_needed: reader.maybe("channels_needed", Why::NotANumber).unwrap_or(0),
        offers_recontact: reader.is_on("offers_recontact"),
        scopes,
        ..it
    })
}

fn field(name: &'static str, label: String, hint: String, input: Input) -> Field {
    Field { name, label, hint, input }
}

/// A list of choices that begins with none.
fn or_none(none: String, choices: impl IntoIterator<Item = (String, String)>) -> Input {
    Input::Choice(std::iter::once((String::new(), none)).chain(choices).collect())
}

fn choices_of(i18n: I18n, list: &[Named]) -> Vec<(String, String)> {
    list.iter().map(|named| (named.id.to_string(), named.name.pick(words::language(i18n)).to_owned())).collect()
}

fn column(label: String, input: Input, start: impl ToString) -> Column {
    Column { label, input: Some(input), start: start.to_string() }
}

fn text() -> Input {
    Input::Line("text")
}

fn number() -> Input {
    Input::Line("number")
}

fn day() -> Input {
    Input::Line("date")
}

fn hours_field(i18n: I18n, hint: String) -> Field {
    let days = (1..=7).map(|day| (day.to_string(), words::weekday(i18n, day))).collect();
    let columns = vec![
        column(w!(i18n, c_weekday), Input::Choice(days), 1),
        column(w!(i18n, c_opens), Input::Line("time"), "09:00"),
        column(w!(i18n, c_closes), Input::Line("time"), "18:00"),
    ];
    field("hours", w!(i18n, f_hours), hint, Input::Rows(columns))
}

fn names_fields(i18n: I18n) -> [Field; 2] {
    [
        field("name_en", w!(i18n, f_name_en), String::new(), text()),
        field("name_tr", w!(i18n, f_name_tr), w!(i18n, h_names), text()),
    ]
}

/// What is asked about a setting, of somebody who may set it. What they may not set is left out and stays.
pub fn fields(i18n: I18n, setting: &Setting, around: &Around, who: &Who) -> Vec<Field> {
    let nothing = String::new;
    match setting {
        Setting::Organisation(_) => organisation_fields(i18n, around),
        Setting::Profile(_) => {
            let languages = [("en".to_owned(), "English".to_owned()), ("tr".to_owned(), "Türkçe".to_owned())];
            vec![
                field("language", w!(i18n, f_language), w!(i18n, h_language), or_none(w!(i18n, by_browser), languages)),
                field("time_zone", w!(i18n, f_time_zone), w!(i18n, h_own_zone), Input::Suggested(around.zones.clone())),
            ]
        }
        Setting::Person(person) => person_fields(i18n, person, around, who),
        Setting::Team(_) => {
            let zone = Input::Suggested(around.zones.clone());
            let backups = or_none(w!(i18n, nobody), choices_of(i18n, &around.people));
            let working = [
                field("backup", w!(i18n, f_backup), w!(i18n, h_team_backup), backups),
                field("time_zone", w!(i18n, f_time_zone), w!(i18n, h_team_zone), zone),
                hours_field(i18n, w!(i18n, h_team_hours)),
            ];
            let managers = Input::Several(choices_of(i18n, &around.managers));
            let own = [
                field("name", w!(i18n, f_name), nothing(), text()),
                field("managers", w!(i18n, f_managers), w!(i18n, h_managers), managers),
            ];
            own.into_iter().filter(|_| who.role == Role::Admin).chain(working).collect()
        }
        Setting::Queue(_) => vec![
            field("name", w!(i18n, f_name), nothing(), text()),
            field("team", w!(i18n, b_team), w!(i18n, h_queue_team), Input::Choice(choices_of(i18n, &around.teams))),
            field(
                "manager",
                w!(i18n, f_manager),
                w!(i18n, h_manager),
                Input::Choice(choices_of(i18n, &around.managers)),
            ),
        ],
        Setting::Holiday(_) => {
            let teams: Vec<_> = match who.role {
                Role::Admin => around.teams.clone(),
                _ => around.teams.iter().filter(|team| who.teams.contains(&team.id)).cloned().collect(),
            };
            let teams = choices_of(i18n, &teams);
            let teams =
                if who.role == Role::Admin { or_none(w!(i18n, everybody), teams) } else { Input::Choice(teams) };
            vec![
                field("on_day", w!(i18n, f_day), nothing(), day()),
                field("name", w!(i18n, f_name), nothing(), text()),
                field("team", w!(i18n, b_team), w!(i18n, h_holiday_team), teams),
            ]
        }
        Setting::Word(word) => word_fields(i18n, word.kind, around),
        Setting::Currency(_) => {
            let columns =
                vec![column(w!(i18n, c_from_day), day(), ""), column(w!(i18n, c_rate), Input::Line("text"), "")];
            vec![
                field("in_use", w!(i18n, f_in_use), w!(i18n, h_in_use), Input::Tick),
                field("rates", w!(i18n, f_rates), w!(i18n, h_rates), Input::Rows(columns)),
            ]
        }
        Setting::Field(_) => {
            let kinds = FieldKind::ALL.iter().map(|kind| (kind.to_string(), words::field_kind(i18n, *kind))).collect();
            let columns = vec![column(w!(i18n, c_choice), text(), "")];
            let kind = field("kind", w!(i18n, f_kind), w!(i18n, h_kind), Input::Choice(kinds));
            let choices = field("choices", w!(i18n, f_choices), w!(i18n, h_choices), Input::Rows(columns));
            names_fields(i18n).into_iter().chain([kind, choices]).collect()
        }
        Setting::Stage(stage) => stage_fields(i18n, stage.kind),
        Setting::Reason(_) => reason_fields(i18n, around),
        Setting::Order(_) => Vec::new(),
    }
}

fn organisation_fields(i18n: I18n, around: &Around) -> Vec<Field> {
    let currencies = around.all_currencies.iter().map(|code| (code.clone(), code.clone())).collect();
    let months = (1..=12).map(|month| (month.to_string(), words::month(i18n, month))).collect();
    let zones = Input::Suggested(around.zones.clone());
    vec![
        field("name", w!(i18n, f_name), w!(i18n, h_organisation), text()),
        field("base_currency", w!(i18n, f_base_currency), w!(i18n, h_base_currency), Input::Choice(currencies)),
        field("time_zone", w!(i18n, f_time_zone), w!(i18n, h_time_zone), zones),
        field("fiscal_year_starts_in", w!(i18n, f_fiscal_year), w!(i18n, h_fiscal_year), Input::Choice(months)),
        field("everyone_reads_all", w!(i18n, f_everyone_reads_all), w!(i18n, h_everyone_reads_all), Input::Tick),
        field("inactive_after_months", w!(i18n, f_inactive), w!(i18n, h_inactive), number()),
        hours_field(i18n, w!(i18n, h_hours)),
    ]
}

fn person_fields(i18n: I18n, person: &Person, around: &Around, who: &Who) -> Vec<Field> {
    let roles = Role::ALL.iter().map(|role| (role.to_string(), words::role(i18n, *role))).collect();
    let tiers = Tier::ALL.iter().map(|tier| (tier.to_string(), words::tier(i18n, *tier)));
    let teams = or_none(w!(i18n, none), choices_of(i18n, &around.teams));
    let others: Vec<_> = around.people.iter().filter(|named| Some(named.id) != person.id).cloned().collect();
    let others = or_none(w!(i18n, nobody), choices_of(i18n, &others));
    let kinds = SkillKind::ALL.iter().map(|kind| (kind.to_string(), words::skill_kind(i18n, *kind))).collect();
    let absences = vec![column(w!(i18n, c_first_day), day(), ""), column(w!(i18n, c_last_day), day(), "")];
    let skills =
        vec![column(w!(i18n, f_kind), Input::Choice(kinds), SkillKind::Language), column(w!(i18n, c_what), text(), "")];
    let identity = vec![
        field("name", w!(i18n, f_name), String::new(), text()),
        field("email", w!(i18n, f_email), w!(i18n, h_email), Input::Line("email")),
        field("role", w!(i18n, f_role), w!(i18n, h_role), Input::Choice(roles)),
        field("tier", w!(i18n, f_tier), w!(i18n, h_tier), or_none(w!(i18n, none), tiers)),
        field("team", w!(i18n, b_team), w!(i18n, h_team), teams),
    ];
    let working = vec![
        field("backup", w!(i18n, f_backup), w!(i18n, h_backup), others),
        field("capacity", w!(i18n, f_capacity), w!(i18n, h_capacity), number()),
        field("skills", w!(i18n, f_skills), w!(i18n, h_skills), Input::Rows(skills)),
    ];
    let away = vec![field("absences", w!(i18n, f_absences), w!(i18n, h_absences), Input::Rows(absences))];
    match who.role {
        Role::Admin => [identity, working, away].concat(),
        Role::Manager => [working, away].concat(),
        Role::Rep => away,
    }
}

fn word_fields(i18n: I18n, kind: WordKind, around: &Around) -> Vec<Field> {
    let name = || field("name", w!(i18n, f_name), String::new(), text());
    match kind {
        WordKind::BusinessLine => names_fields(i18n).into(),
        WordKind::Product | WordKind::Tag | WordKind::Source => vec![name()],
        WordKind::Segment => {
            let people = or_none(w!(i18n, nobody), choices_of(i18n, &around.people));
            vec![name(), field("owner", w!(i18n, f_owner), w!(i18n, h_owner), people)]
        }
        WordKind::Campaign => {
            let sources = or_none(w!(i18n, none), choices_of(i18n, &around.sources));
            let currencies = around.currencies.iter().map(|code| (code.clone(), code.clone())).collect();
            let first = around.currencies.first().cloned().unwrap_or_default();
            let columns = vec![
                column(w!(i18n, c_month), Input::Line("month"), ""),
                column(w!(i18n, c_amount), text(), ""),
                column(w!(i18n, b_currency), Input::Choice(currencies), first),
            ];
            vec![
                name(),
                field("source", w!(i18n, b_source), w!(i18n, h_campaign_source), sources),
                field("starts_on", w!(i18n, f_starts_on), String::new(), day()),
                field("ends_on", w!(i18n, f_ends_on), String::new(), day()),
                field("spend", w!(i18n, f_spend), w!(i18n, h_spend), Input::Rows(columns)),
            ]
        }
    }
}

fn stage_fields(i18n: I18n, kind: StageKind) -> Vec<Field> {
    let mut fields = Vec::from(names_fields(i18n));
    fields.push(field("meaning_en", w!(i18n, f_meaning_en), String::new(), text()));
    fields.push(field("meaning_tr", w!(i18n, f_meaning_tr), w!(i18n, h_meaning), text()));
    if crate::settings::rules::is_working(kind) {
        fields.push(field("win_probability", w!(i18n, f_win_probability), w!(i18n, h_win_probability), number()));
        fields.push(field("stale_days", w!(i18n, f_stale_days), w!(i18n, h_stale_days), number()));
        fields.push(field("unanswered_days", w!(i18n, f_unanswered_days), w!(i18n, h_unanswered_days), number()));
        fields.push(field("attempts_limit", w!(i18n, f_attempts_limit), w!(i18n, h_attempts_limit), number()));
    }
    fields
}

fn reason_fields(i18n: I18n, around: &Around) -> Vec<Field> {
    use crate::pipeline::api::{Direction, Party};
    let any = || w!(i18n, any);
    let outcomes = Outcome::ALL.iter().map(|outcome| (outcome.to_string(), words::outcome(i18n, *outcome))).collect();
    let decisions = Decision::ALL.iter().map(|it| (it.to_string(), words::decision(i18n, *it))).collect();
    let directions = Direction::ALL.iter().map(|it| (it.to_string(), words::direction(i18n, *it)));
    let parties = Party::ALL.iter().map(|it| (it.to_string(), words::party(i18n, *it)));
    let kinds = vec![
        (EvidenceKind::Amount.to_string(), w!(i18n, k_number)),
        (EvidenceKind::Text.to_string(), w!(i18n, k_text)),
    ];
    let evidence = vec![
        Column { label: String::new(), input: None, start: String::new() },
        column(w!(i18n, f_kind), Input::Choice(kinds), EvidenceKind::Text),
        column(w!(i18n, f_name_en), text(), ""),
        column(w!(i18n, f_name_tr), text(), ""),
    ];
    let scopes = vec![
        column(w!(i18n, c_direction), or_none(any(), directions), ""),
        column(w!(i18n, c_party), or_none(any(), parties), ""),
        column(w!(i18n, b_line), or_none(any(), choices_of(i18n, &around.lines)), ""),
    ];
    let mut fields = Vec::from(names_fields(i18n));
    fields.extend([
        field("outcome", w!(i18n, f_outcome), w!(i18n, h_outcome), Input::Choice(outcomes)),
        field("informs", w!(i18n, f_informs), w!(i18n, h_informs), Input::Choice(decisions)),
        field("excuse", w!(i18n, f_excuse), w!(i18n, h_excuse), Input::Tick),
        field("attempts_needed", w!(i18n, f_attempts), w!(i18n, h_attempts), number()),
        field("channels_needed", w!(i18n, f_channels), w!(i18n, h_channels), number()),
        field("non_target", w!(i18n, f_non_target), w!(i18n, h_non_target), Input::Tick),
        field("offers_recontact", w!(i18n, f_recontact), w!(i18n, h_recontact), Input::Tick),
        field("evidence", w!(i18n, f_evidence), w!(i18n, h_evidence), Input::Rows(evidence)),
        field("scopes", w!(i18n, f_scopes), w!(i18n, h_scopes), Input::Rows(scopes)),
    ]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons() -> ReasonSetting {
        ReasonSetting {
            id: Some(4),
            name: Names([("en".into(), "Too small".into()), ("fa".into(), "کوچک".into())].into()),
            outcome: Outcome::Unqualified,
            excuse: true,
            informs: Decision::Targeting,
            non_target: true,
            evidence: vec![EvidenceField {
                key: "turnover".into(),
                kind: EvidenceKind::Amount,
                label: Names([("en".into(), "Turnover".into()), ("fa".into(), "گردش".into())].into()),
            }],
            attempts_needed: 3,
            channels_needed: 2,
            offers_recontact: true,
            retired: true,
            merged_into: Some(5),
            scopes: vec![Scope { direction: None, party: None, business_line: Some(BusinessLineId(7)) }],
        }
    }

    fn samples() -> Vec<Setting> {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let hours =
            vec![Hours { weekday: 1, opens: time("09:00").expect("a time"), closes: time("17:30").expect("a time") }];
        vec![
            Setting::Reason(reasons()),
            Setting::Team(Team {
                id: Some(1),
                name: "Ankara".into(),
                managers: vec![2, 10],
                backup: Some(2),
                time_zone: Some("Europe/Istanbul".into()),
                hours: hours.clone(),
            }),
            Setting::Organisation(Organisation {
                name: "Acme".into(),
                base_currency: "EUR".into(),
                time_zone: "UTC".into(),
                fiscal_year_starts_in: 4,
                everyone_reads_all: true,
                inactive_after_months: Some(12),
                hours,
            }),
            Setting::Person(Person {
                id: Some(3),
                name: "Ayşe".into(),
                email: "ayse@acme.test".into(),
                role: Role::Rep,
                tier: Some(Tier::Mid),
                team: Some(1),
                backup: None,
                capacity: Some(40),
                absences: vec![Absence { first_day: day("2026-05-01"), last_day: day("2026-05-09") }],
                skills: vec![Skill { kind: SkillKind::Region, value: "İzmir".into() }],
            }),
            Setting::Word(Word {
                id: Some(5),
                kind: WordKind::Campaign,
                name: Names([("en".into(), "Spring".into())].into()),
                retired: false,
                owner: None,
                source: Some(2),
                starts_on: Some(day("2026-03-01")),
                ends_on: None,
                spend: vec![Spend { month: day("2026-03-01"), minor: 150_050, currency: "EUR".into() }],
            }),
            Setting::Currency(Currency {
                code: "USD".into(),
                in_use: true,
                rates: vec![Rate { from_day: day("2026-01-01"), rate: "0.92".into() }],
            }),
        ]
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        for setting in samples() {
            assert_eq!(read(&setting, &fill(&setting)), Ok(setting));
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        assert_eq!(minor("1500,5", "EUR"), Some(150_050));
        assert_eq!(minor("1500", "JPY"), Some(1500));
        assert_eq!((minor("1.234", "EUR"), minor("x", "EUR"), minor("1.5", "JPY")), (None, None, None));
        assert_eq!(amount(150_005, "EUR"), "1500.05");
    }

    #[test]
    fn what_cannot_be_understood_is_said_at_its_field() {
        let setting = &samples()[3];
        let mut filling = fill(setting);
        filling.insert("capacity", one("many"));
        filling.insert("absences", Filled::Rows(vec![vec!["soon".into(), String::new()]]));
        let fields: Vec<_> = read(setting, &filling).expect_err("refused").into_iter().map(|it| it.field).collect();
        assert_eq!(fields, ["absences", "capacity"]);
    }

    #[test]
    fn new_evidence_gets_a_key_that_is_free() {
        let before = Setting::Reason(reasons());
        let mut filling = fill(&before);
        if let Some(Filled::Rows(rows)) = filling.get_mut("evidence") {
            rows.push(vec![String::new(), "text".into(), "Turnover".into(), "Ciro".into()]);
        }
        let Ok(Setting::Reason(after)) = read(&before, &filling) else { panic!("a reason") };
        assert_eq!(
            after.evidence.iter().map(|field| field.key.as_str()).collect::<Vec<_>>(),
            ["turnover", "turnover_2"]
        );
    }
}
