//! Everything that stands in the demo data, made up from a seed and a day: pure, so that the same seed and day give the
//! same data to the byte.

use super::{
    calendar::{Absence, Calendar, utc},
    chance::Chance,
    company::{self, CAMPAIGNS, COLD_LISTS, FIELDS, LINES, Line, MONEY, PRODUCTS, SEGMENTS, SOURCES, TAGS},
    effects,
    fate::Birth,
    names::{self, Company, Origin, Person},
    phrases, rows,
    story::{self, Life},
    team::TEAM,
};
use crate::{
    fold::fold,
    leads::rules::{Searchable, email_key, phone_key, search_key},
};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

mod history;
mod ledger;
mod settings;

/// What the database has already, by its ids, and where new ids begin.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The demo team, in its order.
    pub members: Vec<i64>,
    /// Their teams: the clinic's, the supplier's.
    pub teams: Vec<i64>,
    /// The teams' queues.
    pub queues: Vec<i64>,
    /// The stages in their order: id and kind.
    pub stages: Vec<(i64, &'static str)>,
    /// The loss reasons by their codes.
    pub reasons: BTreeMap<String, i64>,
    /// The first free id per table.
    pub first: BTreeMap<String, i64>,
}

impl Ground {
    fn first(&self, table: &str) -> i64 {
        self.first.get(table).copied().unwrap_or(1)
    }

    fn member(&self, place: usize) -> i64 {
        self.members.get(place).copied().unwrap_or_default()
    }

    fn stage(&self, place: usize) -> (i64, &'static str) {
        self.stages.get(place.saturating_sub(1)).copied().unwrap_or((0, ""))
    }
}

/// Every row, in the order in which the tables are filled.
#[derive(Debug, Default, Serialize)]
#[expect(missing_docs, reason = "each is the rows of the table of that name")]
pub struct Plan {
    pub business_lines: Vec<rows::BusinessLine>,
    pub sources: Vec<rows::Term>,
    pub products: Vec<rows::Term>,
    pub segments: Vec<rows::Term>,
    pub campaigns: Vec<rows::Term>,
    pub tags: Vec<rows::Term>,
    pub spends: Vec<rows::Spend>,
    pub custom_fields: Vec<rows::CustomField>,
    pub rates: Vec<rows::Rate>,
    pub holidays: Vec<rows::Holiday>,
    pub hours: Vec<rows::Hours>,
    pub absences: Vec<rows::Away>,
    pub skills: Vec<rows::Skill>,
    pub duties: Vec<rows::Duty>,
    pub accounts: Vec<rows::Account>,
    pub domains: Vec<rows::Domain>,
    pub contacts: Vec<rows::Contact>,
    pub leads: Vec<rows::Lead>,
    pub lead_tags: Vec<rows::LeadTag>,
    pub activities: Vec<rows::Activity>,
    pub attempts: Vec<rows::Attempt>,
    pub losses: Vec<rows::Loss>,
    pub wins: Vec<rows::Win>,
    pub recontacts: Vec<rows::Recontact>,
    pub estimates: Vec<rows::Estimate>,
    pub offers: Vec<rows::Offer>,
    pub attachments: Vec<rows::Attachment>,
}

/// Where the reps of a line stand in the team, and how many of its leads each gets: inbound, from cold lists.
fn reps(line: Line) -> [(usize, f64, f64); 5] {
    let first = if line == Line::Clinic { 3 } else { 8 };
    let shares = [(0.9, 3.0), (1.0, 2.4), (1.2, 1.6), (1.1, 0.6), (0.8, 0.4)];
    std::array::from_fn(|place| (first + place, shares[place].0, shares[place].1))
}

/// Where the line's manager stands in the team.
fn manager(line: Line) -> usize {
    line.index() + 1
}

/// Somebody who asks, or is asked.
#[derive(Debug, Clone)]
struct Prospect {
    birth: Birth,
    person: Person,
    company: Option<Company>,
    /// The same as an earlier one, whom nobody recognised.
    is_twin: bool,
    /// A customer who comes again: the earlier lead's place.
    comes_again: Option<usize>,
}

/// A prospect and what became of them.
struct Story {
    prospect: Prospect,
    life: Life,
    chance: Chance,
}

/// The whole plan.
pub fn plan(seed: u64, today: NaiveDate, ground: &Ground) -> Plan {
    let world = World::new(seed, today);
    let stories = world.stories();
    let mut plan = Plan::default();
    world.settings(ground, &mut plan);
    let accounts = world.accounts(ground, &stories, &mut plan);
    world.histories(ground, &stories, &accounts, &mut plan);
    plan
}

/// What all parts of the plan stand on.
struct World {
    seed: u64,
    calendar: Calendar,
    rival_since: NaiveDate,
}

/// Streams of chance that belong to no lead.
const ABSENCES: u64 = 1;
const ARRIVALS: u64 = 2;
const SETTINGS: u64 = 3;
/// Where the streams of the leads begin.
const LEADS: u64 = 1_000;

impl World {
    fn new(seed: u64, today: NaiveDate) -> Self {
        let start = today - Months::new(effects::MONTHS);
        let absences = absences(Chance::new(seed, ABSENCES), start, today);
        let rival_since = first_of_month(today) - Months::new(effects::RIVAL_MONTHS);
        Self { seed, calendar: Calendar::new(start, today, absences), rival_since }
    }

    /// Every lead with its life, in the order in which they came in.
    fn stories(&self) -> Vec<Story> {
        let mut prospects = Arrivals::new(self).all();
        prospects.sort_by_key(|prospect| prospect.birth.at);
        let mut stories: Vec<Story> =
            prospects.into_iter().enumerate().map(|(place, prospect)| self.story(place, prospect)).collect();
        let returning = self.returning(&stories);
        let known = stories.len();
        stories.extend(returning.into_iter().enumerate().map(|(place, prospect)| self.story(known + place, prospect)));
        stories
    }

    fn story(&self, place: usize, prospect: Prospect) -> Story {
        let stream = LEADS + 2 * place as u64;
        let chance = Chance::new(self.seed, stream);
        let life = story::tell(prospect.birth.clone(), &self.calendar, self.rival_since, chance);
        Story { prospect, life, chance: Chance::new(self.seed, stream + 1) }
    }

    /// Customers who ask again some months after they bought: new leads of the same account.
    fn returning(&self, stories: &[Story]) -> Vec<Prospect> {
        let mut chance = Chance::new(self.seed, ARRIVALS + 100);
        let mut again = Vec::new();
        for (place, story) in stories.iter().enumerate() {
            let Some(win) = story.life.wins.last().filter(|win| win.undone.is_none()) else { continue };
            let days = chance.between(70, 300);
            let day = story.life.entries[win.entry].at.date() + TimeDelta::days(days);
            let comes = chance.hits(0.09) && story.life.stage == story::CUSTOMER && day < self.calendar.today;
            let birth = &story.prospect.birth;
            let Some(at) = self.calendar.opening_hour(birth.line, day, &mut chance).filter(|_| comes) else { continue };
            let product = product(birth.line, false, &mut chance);
            let birth = Birth { at, outbound: false, source: 0, campaign: None, product, quick: true, ..birth.clone() };
            again.push(Prospect { birth, is_twin: false, comes_again: Some(place), ..story.prospect.clone() });
        }
        again
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// How many whole months lie between two days' months.
fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month())
}

/// Each rep is away for a week or two about every half year, and two of them soon.
fn absences(mut chance: Chance, start: NaiveDate, today: NaiveDate) -> Vec<Absence> {
    let mut absences = Vec::new();
    for member in 3..TEAM.len() {
        let mut first = start + Days::new(chance.between(20, 150) as u64);
        while first < today - Days::new(20) {
            let last = first + Days::new(chance.between(4, 12) as u64);
            absences.push(Absence { member, first, last });
            first = last + Days::new(chance.between(110, 210) as u64);
        }
    }
    for (member, in_days) in [(4, 6), (11, 12)] {
        let first = today + Days::new(in_days);
        absences.push(Absence { member, first, last: first + Days::new(7) });
    }
    absences
}

fn product(line: Line, early: bool, chance: &mut Chance) -> usize {
    let offered: Vec<(usize, f64)> = PRODUCTS
        .iter()
        .enumerate()
        .filter(|(_, product)| product.line == line && (early || !product.retired))
        .map(|(place, product)| (place, product.weight))
        .collect();
    chance.weighted(&offered)
}

/// Who comes in, day by day.
struct Arrivals<'a> {
    world: &'a World,
    chance: Chance,
    prospects: Vec<Prospect>,
}

/// Enquiries on an ordinary working day.
const CLINIC_A_DAY: f64 = 7.1;
const SUPPLY_A_DAY: f64 = 2.6;
/// How many enquiries are second ones of people who are known already.
const TWINS: f64 = 0.024;

impl<'a> Arrivals<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, chance: Chance::new(world.seed, ARRIVALS), prospects: Vec::new() }
    }

    fn all(mut self) -> Vec<Prospect> {
        let (start, today) = (self.world.calendar.start, self.world.calendar.today);
        for day in start.iter_days().take_while(|day| *day < today) {
            for (line, usual) in [(Line::Clinic, CLINIC_A_DAY), (Line::Supply, SUPPLY_A_DAY)] {
                for _ in 0..self.how_many(line, usual, day) {
                    self.enquiry(line, day);
                }
            }
        }
        for (place, list) in COLD_LISTS.iter().enumerate() {
            self.cold_list(CAMPAIGNS.len() + place, list);
        }
        self.prospects
    }

    fn how_many(&mut self, line: Line, usual: f64, day: NaiveDate) -> usize {
        let weekday = match (day.weekday(), line) {
            (Weekday::Sat, _) => 0.6,
            (Weekday::Sun, Line::Clinic) => 0.5,
            (Weekday::Sun, Line::Supply) => 0.1,
            (Weekday::Mon, _) => 1.2,
            _ => 1.0,
        };
        let season = if day.month() == 8 { effects::AUGUST } else { 1.0 };
        let whole = (self.world.calendar.today - self.world.calendar.start).num_days() as f64;
        let growth = 0.88 + 0.24 * (day - self.world.calendar.start).num_days() as f64 / whole;
        let expected = usual * weekday * season * growth * (0.5 + self.chance.unit());
        expected as usize + usize::from(self.chance.hits(expected.fract()))
    }

    fn enquiry(&mut self, line: Line, day: NaiveDate) {
        let start = self.world.calendar.start;
        let early = day < start + Months::new(5);
        let source = self.source(line, early);
        let at = match SOURCES[source].name {
            "Phone" | "Referral" | "Trade fair" | "Fax" => {
                match self.world.calendar.opening_hour(line, day, &mut self.chance) {
                    Some(at) => at,
                    // Nobody is there to answer: they do not come in on such a day.
                    None => return,
                }
            }
            _ => self.world.calendar.any_hour(day, &mut self.chance),
        };
        let segment = self.segment(line);
        let product = product(line, early, &mut self.chance);
        let value = self.value(product);
        let is_open = self.world.calendar.is_open(line, at);
        let quick = effects::ANSWERED_QUICKLY * if is_open { 1.0 } else { 0.2 };
        let (prospect_person, company, language) = self.identity(line, segment);
        let birth = Birth {
            at,
            line,
            outbound: false,
            source,
            product,
            segment,
            campaign: self.campaign(line, source, day),
            member: self.member(line, false, day),
            value,
            quick: self.chance.hits(quick),
            language,
        };
        let prospect = Prospect { birth, person: prospect_person, company, is_twin: false, comes_again: None };
        if self.chance.hits(TWINS) {
            self.twin(&prospect);
        }
        self.prospects.push(prospect);
    }

    /// The same people once more, some days later, through another channel and spelt otherwise.
    fn twin(&mut self, of: &Prospect) {
        let at = of.birth.at + TimeDelta::minutes(self.chance.between(300, 30_000));
        if at.date() >= self.world.calendar.today {
            return;
        }
        let line = of.birth.line;
        let source = self.source(line, false);
        let birth = Birth {
            at,
            source,
            campaign: self.campaign(line, source, at.date()),
            member: self.member(line, false, at.date()),
            quick: self.chance.hits(effects::ANSWERED_QUICKLY / 2.0),
            ..of.birth.clone()
        };
        let person = names::respelt(&of.person, &mut self.chance);
        let company = of.company.clone().map(|company| Company { name: company.name.to_uppercase(), ..company });
        self.prospects.push(Prospect { birth, person, company, is_twin: true, comes_again: None });
    }

    fn cold_list(&mut self, campaign: usize, list: &company::ColdList) {
        let start = self.world.calendar.start + Months::new(list.month);
        let Some(day) = start.iter_days().find(|day| day.weekday() == Weekday::Tue) else { return };
        let Some(segment) = SEGMENTS.iter().position(|segment| segment.name == list.segment) else { return };
        for place in 0..list.companies {
            let product = product(Line::Supply, false, &mut self.chance);
            let value = self.value(product) * 0.8;
            let (person, company, language) = self.identity(Line::Supply, segment);
            let at = day.and_hms_opt(9, 30, 0).unwrap_or_default() + TimeDelta::seconds(place as i64 / 4);
            let birth = Birth {
                at,
                line: Line::Supply,
                outbound: true,
                source: SOURCES.len() - 1,
                product,
                segment,
                campaign: Some(campaign),
                member: self.member(Line::Supply, true, day),
                value,
                quick: false,
                language,
            };
            self.prospects.push(Prospect { birth, person, company, is_twin: false, comes_again: None });
        }
    }

    fn source(&mut self, line: Line, early: bool) -> usize {
        let open: Vec<(usize, f64)> = SOURCES
            .iter()
            .enumerate()
            .filter(|(_, source)| early || !source.retired)
            .map(|(place, source)| (place, if line == Line::Clinic { source.clinic } else { source.supply }))
            .collect();
        self.chance.weighted(&open)
    }

    fn segment(&mut self, line: Line) -> usize {
        let open: Vec<(usize, f64)> = SEGMENTS
            .iter()
            .enumerate()
            .filter(|(_, segment)| segment.line == line)
            .map(|(place, segment)| (place, segment.weight))
            .collect();
        self.chance.weighted(&open)
    }

    fn campaign(&mut self, line: Line, source: usize, day: NaiveDate) -> Option<usize> {
        let month = months_between(self.world.calendar.start, day);
        let running: Vec<(usize, f64)> = CAMPAIGNS
            .iter()
            .enumerate()
            .filter(|(_, campaign)| {
                let (first, last) = campaign.months;
                campaign.line == line
                    && campaign.source == SOURCES[source].name
                    && (i64::from(first)..=i64::from(last)).contains(&month)
            })
            .map(|(place, campaign)| (place, campaign.share))
            .collect();
        let share: f64 = running.iter().map(|(_, share)| share).sum();
        self.chance.hits(share).then(|| self.chance.weighted(&running))
    }

    fn member(&mut self, line: Line, outbound: bool, day: NaiveDate) -> usize {
        let there: Vec<(usize, f64)> = reps(line)
            .into_iter()
            .filter(|(member, ..)| self.world.calendar.is_there(*member, day))
            .map(|(member, inbound, cold)| (member, if outbound { cold } else { inbound }))
            .collect();
        if there.is_empty() { reps(line)[0].0 } else { self.chance.weighted(&there) }
    }

    fn value(&mut self, product: usize) -> f64 {
        (self.chance.around(PRODUCTS[product].median, 1.75) / 10.0).round() * 10.0
    }

    fn identity(&mut self, line: Line, segment: usize) -> (Person, Option<Company>, &'static str) {
        let number = self.prospects.len() + 1;
        match line {
            Line::Clinic => {
                let origin = Origin::ALL[segment.min(Origin::ALL.len() - 1)];
                (names::person(origin, number, &mut self.chance), None, origin.language())
            }
            Line::Supply => {
                let is_foreign = self.chance.hits(0.22);
                let company = names::company(SEGMENTS[segment].name, is_foreign, number, &mut self.chance);
                let person = names::employee(&company, &mut self.chance);
                (person, Some(company), if is_foreign { "en" } else { "tr" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn ground() -> Ground {
        let kinds =
            ["open", "contacted", "nurturing", "qualified", "negotiation", "customer", "inactive", "unqualified"];
        let codes = [
            "price_too_high",
            "competitor_preferred",
            "timing_not_suitable",
            "contact_lost",
            "trust",
            "still_thinking",
            "other",
            "needs_dont_match",
            "unreachable",
            "closed_down",
            "too_small_or_too_big",
            "tied_supplier",
            "estimate_only",
            "not_in_our_range",
        ];
        Ground {
            members: (1..=13).collect(),
            teams: vec![1, 2],
            queues: vec![1, 2],
            stages: (1..).zip(kinds).collect(),
            reasons: codes.map(str::to_owned).into_iter().zip(1..).collect(),
            first: BTreeMap::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn written(plan: &Plan) -> String {
        serde_json::to_string(plan).expect("a plan can be written")
    }

    #[test]
    fn the_same_seed_and_day_give_the_same_data_to_the_byte() {
        let (today, ground) = (day("2026-03-02"), ground());
        let one = written(&plan(11, today, &ground));
        assert!(one == written(&plan(11, today, &ground)), "the same seed and day");
        assert!(one != written(&plan(12, today, &ground)), "another seed");
        assert!(one != written(&plan(11, day("2026-03-03"), &ground)), "another day");
    }

    #[test]
    fn every_seed_and_day_tell_whole_lives() {
        for (seed, today) in [(1, "2026-03-02"), (2, "2026-08-16"), (3, "2028-02-29"), (4, "2026-01-01")] {
            let (today, ground) = (day(today), ground());
            let plan = plan(seed, today, &ground);
            assert!((5_000..8_000).contains(&plan.leads.len()), "{} leads", plan.leads.len());
            everything_is_past(&plan, utc(today.and_time(chrono::NaiveTime::MIN)));
            histories_have_no_gaps(&plan);
            won_leads_have_one_standing_win(&plan);
        }
    }

    fn everything_is_past(plan: &Plan, end: DateTime<Utc>) {
        let activities = plan.activities.iter().map(|activity| activity.at);
        let losses = plan.losses.iter().flat_map(|loss| [loss.at, loss.closed_at.or(loss.at)]);
        let leads = plan.leads.iter().flat_map(|lead| [lead.arose_at, lead.recorded_at, lead.stage_entered_at]);
        for at in activities.chain(losses).chain(leads) {
            assert!(at.is_some_and(|at| at < end), "{at:?}");
        }
    }

    fn histories_have_no_gaps(plan: &Plan) {
        let mut versions: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let mut last: BTreeMap<i64, Option<DateTime<Utc>>> = BTreeMap::new();
        for activity in &plan.activities {
            versions.entry(activity.lead_id).or_default().extend(activity.move_version);
            let before = last.insert(activity.lead_id, activity.at).flatten();
            assert!(before <= activity.at, "in the order of time");
        }
        for lead in &plan.leads {
            assert_eq!(versions[&lead.id], (0..=lead.move_version).collect::<Vec<_>>(), "lead {}", lead.id);
        }
    }

    fn won_leads_have_one_standing_win(plan: &Plan) {
        let standing: Vec<i64> =
            plan.wins.iter().filter(|win| win.undone_at.is_none()).map(|win| win.lead_id).collect();
        let won: BTreeSet<i64> = plan
            .leads
            .iter()
            .filter(|lead| matches!(lead.stage_kind, Some("customer" | "inactive")))
            .map(|lead| lead.id)
            .collect();
        assert_eq!(standing.len(), won.len());
        assert_eq!(standing.into_iter().collect::<BTreeSet<_>>(), won);
    }
}
