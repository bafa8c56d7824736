//! What the demo company sells, to whom, through which channels, and in which money.

use serde::Serialize;

/// The two lines of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// The clinic: persons who ask for a treatment.
    Clinic,
    /// The industrial supplier: companies that ask, and companies on cold lists.
    Supply,
}

impl Line {
    /// Its place in [`LINES`].
    pub fn index(self) -> usize {
        match self {
            Self::Clinic => 0,
            Self::Supply => 1,
        }
    }
}

/// Code, English name, Turkish name.
pub const LINES: [(&str, &str, &str); 2] =
    [("clinic", "Clinic", "Klinik"), ("supply", "Industrial supply", "Endüstriyel tedarik")];

/// Something on offer.
#[derive(Debug)]
pub struct Product {
    /// As in the list.
    pub name: &'static str,
    /// As a Turkish rep writes it.
    pub turkish: &'static str,
    /// Which line sells it.
    pub line: Line,
    /// What half of the leads are worth less than, in whole euros.
    pub median: f64,
    /// How often it is asked for.
    pub weight: f64,
    /// Offered in the first months only, and retired since.
    pub retired: bool,
}

const fn product(name: &'static str, turkish: &'static str, line: Line, median: f64, weight: f64) -> Product {
    Product { name, turkish, line, median, weight, retired: false }
}

/// Everything on offer.
pub const PRODUCTS: [Product; 11] = [
    product("Hair transplant", "saç ekimi", Line::Clinic, 2_600.0, 0.32),
    product("Dental implants", "diş implantı", Line::Clinic, 4_300.0, 0.27),
    product("Laser eye surgery", "göz lazeri", Line::Clinic, 1_900.0, 0.15),
    product("Rhinoplasty", "burun estetiği", Line::Clinic, 3_700.0, 0.13),
    product("Check-up", "check-up", Line::Clinic, 700.0, 0.13),
    Product { retired: true, ..product("Mesotherapy", "mezoterapi", Line::Clinic, 500.0, 0.06) },
    product("Bearings and drives", "rulman ve tahrik", Line::Supply, 11_000.0, 0.28),
    product("Hydraulic pumps", "hidrolik pompa", Line::Supply, 16_000.0, 0.22),
    product("Sensors", "sensör", Line::Supply, 8_000.0, 0.18),
    product("Maintenance software", "bakım yazılımı", Line::Supply, 19_000.0, 0.17),
    product("Safety equipment", "iş güvenliği ekipmanı", Line::Supply, 5_000.0, 0.15),
];

/// A way by which leads come in.
#[derive(Debug)]
pub struct Source {
    /// Its name.
    pub name: &'static str,
    /// How much of the clinic's leads it brings.
    pub clinic: f64,
    /// How much of the supplier's inbound leads it brings.
    pub supply: f64,
    /// Used in the first months only, and retired since.
    pub retired: bool,
}

const fn source(name: &'static str, clinic: f64, supply: f64) -> Source {
    Source { name, clinic, supply, retired: false }
}

/// Every way by which leads come in; the last one is outbound.
pub const SOURCES: [Source; 9] = [
    source("Phone", 0.16, 0.20),
    source("WhatsApp", 0.20, 0.06),
    source("Instagram", 0.27, 0.0),
    source("Web form", 0.19, 0.36),
    source("Google Ads", 0.10, 0.10),
    source("Referral", 0.08, 0.14),
    source("Trade fair", 0.0, 0.14),
    Source { retired: true, ..source("Fax", 0.0, 0.04) },
    source("Cold list", 0.0, 0.0),
];

/// A group of leads that are much alike.
#[derive(Debug)]
pub struct Segment {
    /// Its name.
    pub name: &'static str,
    /// Whose it is.
    pub line: Line,
    /// How many of the line's inbound leads are in it.
    pub weight: f64,
    /// Who answers for it, by the place in the team.
    pub owner: usize,
    /// No longer used.
    pub retired: bool,
}

const fn segment(name: &'static str, line: Line, weight: f64, owner: usize) -> Segment {
    Segment { name, line, weight, owner, retired: false }
}

/// Every segment; the first of the clinic are the [`super::names::Origin`]s.
pub const SEGMENTS: [Segment; 11] = [
    segment("Domestic patients", Line::Clinic, 0.46, 5),
    segment("European patients", Line::Clinic, 0.24, 6),
    segment("Russian-speaking patients", Line::Clinic, 0.12, 6),
    segment("Persian-speaking patients", Line::Clinic, 0.08, 7),
    segment("Gulf patients", Line::Clinic, 0.10, 7),
    segment("Food producers", Line::Supply, 0.28, 10),
    segment("Automotive suppliers", Line::Supply, 0.26, 11),
    segment("Construction", Line::Supply, 0.20, 12),
    segment("Textile mills", Line::Supply, 0.10, 11),
    segment("Logistics", Line::Supply, 0.16, 12),
    Segment { retired: true, ..segment("Public hospitals", Line::Supply, 0.0, 12) },
];

/// A bought list of companies that are called one after the other.
#[derive(Debug)]
pub struct ColdList {
    /// The campaign's name.
    pub name: &'static str,
    /// Its segment.
    pub segment: &'static str,
    /// How many months after the first day it is started.
    pub month: u32,
    /// How many companies.
    pub companies: usize,
    /// What it cost, in whole euros.
    pub price: i64,
}

const fn list(name: &'static str, segment: &'static str, month: u32, companies: usize, price: i64) -> ColdList {
    ColdList { name, segment, month, companies, price }
}

/// Every cold list.
pub const COLD_LISTS: [ColdList; 9] = [
    list("List: food producers, Marmara", "Food producers", 0, 160, 900),
    list("List: automotive suppliers, Bursa", "Automotive suppliers", 2, 190, 1_100),
    list("List: construction, west", "Construction", 4, 160, 850),
    list("List: textile mills, Denizli", "Textile mills", 6, 200, 1_200),
    list("List: food producers, Ege", "Food producers", 8, 170, 950),
    list("List: textile mills, Gaziantep", "Textile mills", 10, 190, 1_150),
    list("List: automotive suppliers, Kocaeli", "Automotive suppliers", 12, 180, 1_050),
    list("List: construction, Ankara", "Construction", 14, 150, 800),
    list("List: food producers, Central Anatolia", "Food producers", 16, 150, 900),
];

/// A campaign that brings inbound leads.
#[derive(Debug)]
pub struct Campaign {
    /// Its name.
    pub name: &'static str,
    /// Through which source.
    pub source: &'static str,
    /// For which line.
    pub line: Line,
    /// The first and last month, counted from the first day; the last month of all where it still runs.
    pub months: (u32, u32),
    /// What it costs in a month, in whole units of its currency.
    pub monthly: i64,
    /// Its currency.
    pub currency: &'static str,
    /// How much of the source's leads come from it while it runs.
    pub share: f64,
}

const fn campaign(
    name: &'static str,
    source: &'static str,
    line: Line,
    months: (u32, u32),
    (monthly, currency): (i64, &'static str),
    share: f64,
) -> Campaign {
    Campaign { name, source, line, months, monthly, currency, share }
}

/// Every inbound campaign.
pub const CAMPAIGNS: [Campaign; 7] = [
    campaign("Instagram: before and after", "Instagram", Line::Clinic, (0, 18), (58_000, "TRY"), 0.75),
    campaign("Instagram: smile stories", "Instagram", Line::Clinic, (9, 18), (20_000, "TRY"), 0.20),
    campaign("Google Ads: clinic, Europe", "Google Ads", Line::Clinic, (0, 18), (5_200, "EUR"), 1.0),
    campaign("Google Ads: maintenance", "Google Ads", Line::Supply, (3, 18), (1_900, "EUR"), 1.0),
    campaign("Patients bring patients", "Referral", Line::Clinic, (0, 18), (400, "EUR"), 0.8),
    campaign("Hannover fair", "Trade fair", Line::Supply, (6, 7), (1_500, "EUR"), 1.0),
    campaign("Istanbul fair", "Trade fair", Line::Supply, (12, 13), (1_200, "EUR"), 1.0),
];

/// Tags: name, line (none: both), how often a lead carries it, retired.
pub const TAGS: [(&str, Option<Line>, f64, bool); 9] = [
    ("VIP", None, 0.03, false),
    ("Urgent", None, 0.06, false),
    ("Pays in instalments", Some(Line::Clinic), 0.09, false),
    ("Second opinion", Some(Line::Clinic), 0.07, false),
    ("Needs a visa letter", Some(Line::Clinic), 0.05, false),
    ("Comes with a companion", Some(Line::Clinic), 0.06, false),
    ("Framework contract", Some(Line::Supply), 0.07, false),
    ("Tender", Some(Line::Supply), 0.06, false),
    ("Price list 2023", Some(Line::Supply), 0.04, true),
];

/// A field of the team's own.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Field {
    /// Under which key its values stand.
    pub key: &'static str,
    /// English name.
    pub english: &'static str,
    /// Turkish name.
    pub turkish: &'static str,
    /// What it holds.
    pub kind: &'static str,
    /// For choices.
    pub choices: &'static [&'static str],
}

/// All fields of the team's own.
pub const FIELDS: [Field; 4] = [
    Field {
        key: "preferred_month",
        english: "Preferred month",
        turkish: "Tercih edilen ay",
        kind: "text",
        choices: &[],
    },
    Field {
        key: "insurance",
        english: "Insurance",
        turkish: "Sigorta",
        kind: "choice",
        choices: &["SGK", "Private", "None"],
    },
    Field {
        key: "present_supplier",
        english: "Present supplier",
        turkish: "Mevcut tedarikçi",
        kind: "text",
        choices: &[],
    },
    Field { key: "sites", english: "Number of sites", turkish: "Tesis sayısı", kind: "number", choices: &[] },
];

/// Currencies other than the euro: what one is worth in millionths of a euro on the first day, and by how many millionths
/// of its worth it changes every month.
pub const RATES: [(&str, f64, f64); 3] =
    [("USD", 0.925_000, -0.004), ("GBP", 1.168_000, 0.001), ("TRY", 0.027_600, -0.017)];

/// Competitors by line, made up.
pub const CLINIC_RIVALS: [&str; 5] = ["Bosfor Klinik", "Estelya", "DentaPera", "Mavi Hastanesi", "NovaSmile"];
/// See [`CLINIC_RIVALS`]. The rival who brought the rise in dental losses.
pub const NEW_RIVAL: &str = "DentaPera";
/// See [`CLINIC_RIVALS`].
pub const SUPPLY_RIVALS: [&str; 5] = ["Rulmaş", "Nordtek", "Hidrosan", "Sensora", "Ege Endüstri"];

/// What the clinic's customers of each segment pay in: currency and how often, by the segment's place.
pub const MONEY: [&[(&str, f64)]; 5] = [
    &[("TRY", 0.9), ("EUR", 0.1)],
    &[("EUR", 0.72), ("GBP", 0.28)],
    &[("EUR", 0.5), ("USD", 0.5)],
    &[("USD", 0.6), ("EUR", 0.4)],
    &[("USD", 0.8), ("EUR", 0.2)],
];
