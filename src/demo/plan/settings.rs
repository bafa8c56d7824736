//! What a team sets before it works: words, money, days and duties.

use super::*;
use chrono::NaiveTime;

impl World {
    pub(super) fn settings(&self, ground: &Ground, plan: &mut Plan) {
        self.words(ground, plan);
        self.campaigns(ground, plan);
        plan.rates = self.rates();
        plan.custom_fields = custom_fields(ground);
        let holidays = self.calendar.holidays();
        plan.holidays =
            holidays.map(|(day, name)| rows::Holiday { on_day: Some(day), name: name.to_owned() }).collect();
        plan.hours = clinic_hours(ground);
        plan.absences = self
            .calendar
            .absences
            .iter()
            .map(|away| rows::Away {
                user_id: ground.member(away.member),
                first_day: Some(away.first),
                last_day: Some(away.last),
            })
            .collect();
        plan.skills = skills(ground);
        plan.duties = duties(ground);
    }

    /// When words that are no longer used were retired.
    fn retired_at(&self) -> Option<DateTime<Utc>> {
        (self.calendar.start + Months::new(6)).and_hms_opt(16, 40, 0).map(utc)
    }

    fn words(&self, ground: &Ground, plan: &mut Plan) {
        let term = |table: &str, place: usize, name: &str, retired: bool| rows::Term {
            id: ground.first(table) + place as i64,
            name: name.to_owned(),
            key: fold(name),
            retired_at: if retired { self.retired_at() } else { None },
            ..rows::Term::default()
        };
        plan.business_lines = LINES
            .iter()
            .enumerate()
            .map(|(place, (code, english, turkish))| rows::BusinessLine {
                id: ground.first("business_line") + place as i64,
                code: (*code).to_owned(),
                name: json!({ "en": english, "tr": turkish }),
            })
            .collect();
        let numbered = SOURCES.iter().enumerate();
        plan.sources = numbered.map(|(place, source)| term("source", place, source.name, source.retired)).collect();
        let numbered = PRODUCTS.iter().enumerate();
        plan.products =
            numbered.map(|(place, product)| term("product", place, product.name, product.retired)).collect();
        plan.segments = SEGMENTS
            .iter()
            .enumerate()
            .map(|(place, segment)| rows::Term {
                owner_id: Some(ground.member(segment.owner)),
                ..term("segment", place, segment.name, segment.retired)
            })
            .collect();
        let numbered = TAGS.iter().enumerate();
        plan.tags = numbered.map(|(place, (name, _, _, retired))| term("tag", place, name, *retired)).collect();
    }

    fn campaigns(&self, ground: &Ground, plan: &mut Plan) {
        let mut chance = Chance::new(self.seed, SETTINGS);
        let first = first_of_month(self.calendar.start);
        let this_month = months_between(first, self.calendar.today) as u32;
        let source = |name: &str| {
            let place = SOURCES.iter().position(|source| source.name == name).unwrap_or_default();
            Some(ground.first("source") + place as i64)
        };
        for (place, campaign) in CAMPAIGNS.iter().enumerate() {
            let id = ground.first("campaign") + place as i64;
            let (from, to) = campaign.months;
            let ends_on = (to < effects::MONTHS).then(|| first + Months::new(to + 1) - Days::new(1));
            plan.campaigns.push(rows::Term {
                id,
                name: campaign.name.to_owned(),
                key: fold(campaign.name),
                source_id: source(campaign.source),
                starts_on: Some(first + Months::new(from)),
                ends_on,
                ..rows::Term::default()
            });
            for month in from..=to.min(this_month) {
                let day = first + Months::new(month);
                let units = campaign.monthly as f64 * (0.88 + 0.24 * chance.unit());
                plan.spends.push(self.spend(id, day, units, campaign.currency));
            }
        }
        for (place, list) in COLD_LISTS.iter().enumerate() {
            let id = ground.first("campaign") + (CAMPAIGNS.len() + place) as i64;
            let day = self.calendar.start + Months::new(list.month);
            let ended = list.month + 2 < effects::MONTHS;
            plan.campaigns.push(rows::Term {
                id,
                name: list.name.to_owned(),
                key: fold(list.name),
                source_id: source("Cold list"),
                starts_on: Some(day),
                ends_on: ended.then(|| day + Months::new(2)),
                retired_at: if list.month < 3 { self.retired_at() } else { None },
                ..rows::Term::default()
            });
            plan.spends.push(self.spend(id, first_of_month(day), list.price as f64, "EUR"));
        }
    }

    fn spend(&self, campaign_id: i64, month: NaiveDate, units: f64, currency: &'static str) -> rows::Spend {
        let amount = self.in_units(units, currency, month);
        rows::Spend {
            campaign_id,
            month: Some(month),
            amount_minor: amount.minor,
            currency: currency.to_owned(),
            amount_base_minor: amount.base,
        }
    }
}

fn custom_fields(ground: &Ground) -> Vec<rows::CustomField> {
    FIELDS
        .iter()
        .enumerate()
        .map(|(place, field)| rows::CustomField {
            id: ground.first("custom_field") + place as i64,
            key: field.key.to_owned(),
            name: json!({ "en": field.english, "tr": field.turkish }),
            kind: field.kind.to_owned(),
            choices: json!(field.choices),
            position: place as i32 + 1,
        })
        .collect()
}

/// The clinic's team works longer, and on Saturdays; the supplier's works by the organisation's hours.
fn clinic_hours(ground: &Ground) -> Vec<rows::Hours> {
    let team_id = ground.teams.first().copied().unwrap_or_default();
    let hours = |weekday, opens, closes| rows::Hours {
        team_id,
        weekday,
        opens: NaiveTime::from_hms_opt(opens, 0, 0),
        closes: NaiveTime::from_hms_opt(closes, 0, 0),
    };
    (1..=5).map(|weekday| hours(weekday, 9, 19)).chain([hours(6, 10, 15)]).collect()
}

fn skills(ground: &Ground) -> Vec<rows::Skill> {
    const SKILLS: [(usize, &str, &str); 22] = [
        (3, "language", "tr"),
        (3, "language", "en"),
        (4, "language", "tr"),
        (4, "language", "ru"),
        (5, "language", "tr"),
        (5, "language", "en"),
        (5, "language", "de"),
        (5, "product", "Dental implants"),
        (6, "language", "tr"),
        (6, "language", "en"),
        (6, "language", "ar"),
        (6, "segment", "Gulf patients"),
        (7, "language", "en"),
        (7, "language", "fa"),
        (7, "product", "Hair transplant"),
        (8, "language", "tr"),
        (9, "language", "en"),
        (9, "region", "Europe"),
        (10, "language", "tr"),
        (10, "segment", "Food producers"),
        (11, "product", "Hydraulic pumps"),
        (12, "region", "Marmara"),
    ];
    SKILLS
        .iter()
        .map(|(member, kind, value)| rows::Skill {
            user_id: ground.member(*member),
            kind: (*kind).to_owned(),
            value: (*value).to_owned(),
        })
        .collect()
}

/// Within each team everybody stands in for the one before; those at the start of their career work fewer leads at once.
fn duties(ground: &Ground) -> Vec<rows::Duty> {
    [Line::Clinic, Line::Supply]
        .into_iter()
        .flat_map(|line| {
            let members = reps(line).map(|(member, ..)| member);
            (0..members.len()).map(move |place| (members[place], members[(place + 1) % members.len()], place))
        })
        .map(|(member, backup, place)| rows::Duty {
            user_id: ground.member(member),
            backup_id: Some(ground.member(backup)),
            capacity: [Some(60), Some(80), Some(120), Some(120), None][place],
        })
        .collect()
}
