//! What happened with one lead, from its first day until its end or until the data end, told in the order of time.

use super::{
    calendar::Calendar,
    chance::Chance,
    company::{CLINIC_RIVALS, Line, NEW_RIVAL, PRODUCTS, SOURCES, SUPPLY_RIVALS},
    effects,
    fate::{self, Birth, End, Fate, needs, offers_recontact},
    names,
    phrases::{self, Tongue},
    team::TEAM,
};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde_json::{Map, Value, json};

/// The places of the stages, as they are seeded.
pub const CUSTOMER: usize = 6;
/// See [`CUSTOMER`].
pub const INACTIVE: usize = 7;
/// See [`CUSTOMER`].
pub const UNQUALIFIED: usize = 8;
/// See [`CUSTOMER`].
const NEGOTIATION: usize = 5;

/// One entry of the history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When, on the wall clock.
    pub at: NaiveDateTime,
    /// The kind of activity.
    pub kind: &'static str,
    /// Who; nobody for what came in by itself.
    pub actor: Option<usize>,
    /// What was written.
    pub body: Option<String>,
    /// Who reached out.
    pub direction: Option<&'static str>,
    /// For changes of place: the version, and the stages.
    pub version: Option<i64>,
    /// See `version`.
    pub from: Option<usize>,
    /// See `version`.
    pub to: Option<usize>,
    /// The loss that it is about.
    pub loss: Option<usize>,
    /// What stands in a table of its own.
    pub more: More,
}

/// What an entry has beside itself.
#[derive(Debug, Clone)]
pub enum More {
    /// Nothing.
    Nothing,
    /// Codes.
    Detail(Value),
    /// An outcome.
    Attempt { channel: &'static str, approach: &'static str, result: &'static str },
    /// Hours, fee in whole euros, paid on, credited.
    Estimate { hours: f64, fee: i64, paid_on: Option<NaiveDate>, credited: bool },
    /// Percent off the list price, valid until.
    Offer { discount: i64, expires_on: NaiveDate },
    /// File name and text.
    Document { name: &'static str, text: &'static str },
}

/// A loss.
#[derive(Debug, Clone)]
pub struct Episode {
    /// Its entry.
    pub entry: usize,
    /// Which run it ended, and when that began.
    pub run: usize,
    /// See `run`.
    pub run_began: NaiveDateTime,
    /// Why.
    pub end: End,
    /// The stage at the loss.
    pub stage: usize,
    /// What the rep observed.
    pub note: String,
    /// What the customer said.
    pub words: Option<String>,
    /// Worth another try?
    pub retry: &'static str,
    /// What the reason is shown with.
    pub evidence: Value,
    /// The last attempt's entry, or why there was none.
    pub attempt: Option<usize>,
    /// See `attempt`.
    pub exception: Option<&'static str>,
    /// Why the same way again.
    pub same_again: Option<String>,
    /// Why a manager waived the attempts.
    pub waived: Option<String>,
    /// When to ask again.
    pub recontact_on: Option<NaiveDate>,
    /// How it was closed: closure, cause, note, the entry.
    pub closed: Option<(&'static str, Option<&'static str>, Option<String>, usize)>,
}

impl Episode {
    /// The reason's code.
    pub fn reason(&self) -> &'static str {
        match self.end {
            End::Won => "",
            End::Lost(reason) | End::Unqualified(reason) => reason,
        }
    }
}

/// A win.
#[derive(Debug, Clone)]
pub struct Victory {
    /// Its entry, which carries the version.
    pub entry: usize,
    /// Percent off the list price.
    pub discount: i64,
    /// The entry that took it back.
    pub undone: Option<usize>,
}

/// A plan to ask again.
#[derive(Debug, Clone)]
pub struct Again {
    /// Which loss.
    pub loss: usize,
    /// When.
    pub due_on: NaiveDate,
    /// How.
    pub channel: &'static str,
    /// When it was made.
    pub made: NaiveDateTime,
    /// How and when it ended.
    pub ended: Option<(&'static str, NaiveDateTime)>,
}

/// A lead's whole life.
#[derive(Debug, Clone)]
pub struct Life {
    /// How it began.
    pub birth: Birth,
    /// Its history.
    pub entries: Vec<Entry>,
    /// Its losses.
    pub losses: Vec<Episode>,
    /// Its wins.
    pub wins: Vec<Victory>,
    /// When it is asked again.
    pub again: Vec<Again>,
    /// The stage in the end, and since when.
    pub stage: usize,
    /// See `stage`.
    pub entered: NaiveDateTime,
    /// The version of its place.
    pub version: i64,
    /// When its last run began.
    pub run_began: NaiveDateTime,
    /// The loss that stands.
    pub standing: Option<usize>,
    /// Asked not to be called, not to be sent e-mails.
    pub do_not: (bool, bool),
    /// The language in which its rep writes about it.
    pub tongue: Tongue,
}

impl Life {
    /// When something happened last.
    pub fn touched(&self) -> NaiveDateTime {
        self.entries.last().map_or(self.birth.at, |entry| entry.at)
    }

    /// Whether it is worked on.
    pub fn is_open(&self) -> bool {
        self.standing.is_none() && self.stage < CUSTOMER
    }

    /// Whether it became a customer and still is one, active or not.
    pub fn is_won(&self) -> bool {
        matches!(self.stage, CUSTOMER | INACTIVE)
    }
}

/// Tells the life that begins with `birth`.
pub fn tell(birth: Birth, calendar: &Calendar, rival_since: NaiveDate, chance: Chance) -> Life {
    let mut teller = Teller::new(birth, calendar, rival_since, chance);
    // The story ends early where today cuts it off.
    let _cut_off = teller.whole_life();
    teller.life
}

struct Teller<'a> {
    life: Life,
    calendar: &'a Calendar,
    rival_since: NaiveDate,
    chance: Chance,
    at: NaiveDateTime,
    run: usize,
    /// Channel and approach of the attempts of this run.
    tried: Vec<(&'static str, &'static str)>,
    /// The same of the last attempt ever.
    last: Option<(&'static str, &'static str)>,
}

impl<'a> Teller<'a> {
    fn new(birth: Birth, calendar: &'a Calendar, rival_since: NaiveDate, mut chance: Chance) -> Self {
        let in_english = if TEAM[birth.member].email.starts_with("jan") { 1.0 } else { 0.3 };
        let tongue = if chance.hits(in_english) { Tongue::English } else { Tongue::Turkish };
        let do_not = (chance.hits(0.012), chance.hits(0.02));
        let at = birth.at;
        let life = Life {
            entries: Vec::new(),
            losses: Vec::new(),
            wins: Vec::new(),
            again: Vec::new(),
            stage: 1,
            entered: at,
            version: 0,
            run_began: at,
            standing: None,
            do_not,
            tongue,
            birth,
        };
        Self { life, calendar, rival_since, chance, at, run: 0, tried: Vec::new(), last: None }
    }

    fn whole_life(&mut self) -> Option<()> {
        self.come_in();
        let fate = fate::first(&self.life.birth.clone(), self.rival_since, &mut self.chance);
        self.answer(fate)?;
        self.advance(fate)?;
        self.finish(fate)?;
        self.afterwards()
    }

    // Time.

    /// Goes on after so many days, at a time when the rep works; nothing happens any more after today.
    fn wait(&mut self, days: f64) -> Option<()> {
        let (line, member) = (self.life.birth.line, self.life.birth.member);
        let at = self.at + TimeDelta::seconds((days * 86_400.0) as i64);
        let at = self.calendar.at_work(line, member, at, &mut self.chance);
        self.go_to(at)
    }

    /// Goes on some minutes later.
    fn soon(&mut self, minutes: i64) -> Option<()> {
        let seconds = minutes * 60 + self.chance.between(0, 59);
        self.go_to(self.at + TimeDelta::seconds(seconds))
    }

    fn go_to(&mut self, at: NaiveDateTime) -> Option<()> {
        (at.date() < self.calendar.today).then(|| self.at = at)
    }

    // Words.

    fn pick(&mut self, texts: &'static [&'static str]) -> String {
        let text = self.chance.pick(texts);
        self.fill(text)
    }

    /// A rep's note on a loss: most say what was particular, some only what they say of many, few nothing. Which, the
    /// minutes decide: nothing is drawn for it.
    fn loss_note(&self, observed: String) -> String {
        let (began, tongue) = (self.life.run_began, self.life.tongue);
        let minutes = (began.minute() + self.at.minute()) as usize;
        match minutes % 12 {
            0 => phrases::hollow_note(tongue).to_owned(),
            1 | 2 => observed,
            _ => {
                let days = (self.at.date() - began.date()).num_days();
                let detail =
                    phrases::loss_detail(minutes, tongue).replace("{d}", &self.at.format("%d.%m.%Y").to_string());
                let detail = phrases::about(&detail.replace("{n}", &days.to_string()), self.product_name());
                format!("{observed} {detail}")
            }
        }
    }

    fn product_name(&self) -> &'static str {
        let product = &PRODUCTS[self.life.birth.product];
        if self.life.tongue == Tongue::Turkish { product.turkish } else { product.name }
    }

    fn fill(&mut self, text: &str) -> String {
        let product = self.product_name();
        let rival = self.rival();
        let somebody = names::turkish(&mut self.chance);
        phrases::about(text, product).replace("{r}", rival).replace("{k}", &somebody)
    }

    fn rival(&mut self) -> &'static str {
        let birth = &self.life.birth;
        let rivalled = PRODUCTS[birth.product].name == effects::RIVALLED_PRODUCT && self.at.date() >= self.rival_since;
        match birth.line {
            Line::Clinic if rivalled && self.chance.hits(0.7) => NEW_RIVAL,
            Line::Clinic => self.chance.pick(&CLINIC_RIVALS),
            Line::Supply => self.chance.pick(&SUPPLY_RIVALS),
        }
    }

    fn is_turkish(&self) -> bool {
        self.life.birth.language == "tr"
    }

    // Entries.

    fn write(&mut self, kind: &'static str, body: Option<String>, more: More) -> usize {
        self.life.entries.push(Entry {
            at: self.at,
            kind,
            actor: Some(self.life.birth.member),
            body: body.filter(|text| !text.is_empty()),
            direction: None,
            version: None,
            from: None,
            to: None,
            loss: None,
            more,
        });
        self.life.entries.len() - 1
    }

    fn place(&mut self, kind: &'static str, to: usize, loss: Option<usize>, more: More) -> usize {
        let entry = self.write(kind, None, more);
        self.life.version += 1;
        let (from, version) = (self.life.stage, self.life.version);
        let entry_mut = &mut self.life.entries[entry];
        entry_mut.version = Some(version);
        entry_mut.loss = loss;
        match kind {
            "loss" => entry_mut.from = Some(from),
            "reopened" => entry_mut.to = Some(to),
            _ => (entry_mut.from, entry_mut.to) = (Some(from), Some(to)),
        }
        if to != from || kind == "reopened" {
            (self.life.stage, self.life.entered) = (to, self.at);
        }
        entry
    }

    fn come_in(&mut self) {
        let entry = self.write("created", None, More::Nothing);
        let by_itself =
            matches!(SOURCES[self.life.birth.source].name, "Web form" | "Instagram" | "WhatsApp" | "Google Ads");
        let created = &mut self.life.entries[entry];
        (created.version, created.to) = (Some(0), Some(1));
        if by_itself {
            created.actor = None;
        }
    }

    fn attempt(&mut self, channel: &'static str, approach: &'static str, result: &'static str) -> usize {
        let (line, tongue) = (self.life.birth.line, self.life.tongue);
        let texts = match result {
            "reached" => phrases::reached(line, tongue),
            "thinking" => phrases::thinking(tongue),
            "no_answer" | "wrong_number" => phrases::no_answer(tongue),
            _ => &[""],
        };
        let body = self.pick(texts);
        let entry = self.write(channel, Some(body), More::Attempt { channel, approach, result });
        self.life.entries[entry].direction = Some("outbound");
        self.tried.push((channel, approach));
        self.last = Some((channel, approach));
        entry
    }

    fn channel(&mut self) -> &'static str {
        let (no_calls, no_mails) = self.life.do_not;
        let spoken = if no_calls { 0.0 } else { 1.0 };
        let mailed = if no_mails { 0.0 } else { 1.0 };
        match self.life.birth.line {
            Line::Clinic => self.chance.weighted(&[
                ("whatsapp", 4.5 * spoken),
                ("call", 3.5 * spoken),
                ("email", 1.4 * mailed),
                ("sms", 0.3 * spoken),
                ("meeting", 0.3),
            ]),
            Line::Supply => self.chance.weighted(&[
                ("call", 4.0 * spoken),
                ("email", 3.8 * mailed),
                ("meeting", 1.3),
                ("whatsapp", 0.5 * spoken),
            ]),
        }
    }

    fn approach(&mut self) -> &'static str {
        match self.life.stage {
            1 => self.chance.weighted(&[("listening", 5.0), ("reminder", 3.0), ("argument", 2.0)]),
            2 | 3 => {
                self.chance.weighted(&[("argument", 3.5), ("reminder", 2.5), ("listening", 2.0), ("alternative", 2.0)])
            }
            _ => {
                self.chance.weighted(&[("offer", 4.0), ("argument", 2.5), ("alternative", 2.0), ("other_person", 1.5)])
            }
        }
    }

    // The way through the stages.

    /// The first answer, and what it takes to reach them.
    fn answer(&mut self, fate: Fate) -> Option<()> {
        let birth = self.life.birth.clone();
        if birth.quick {
            let minutes = self.chance.between(4, 52);
            self.soon(minutes)?;
        } else {
            // More than an hour in any case; a cold list is worked through for weeks.
            let (usual, spread) = if birth.outbound { (9.0, 1.9) } else { (0.35, 2.6) };
            let days = self.chance.around(usual, spread).max(0.05);
            self.wait(days)?;
        }
        let given_up = fate.end == End::Lost("contact_lost");
        let misses = if fate.depth == 1 { 1 } else { self.chance.weighted(&[(0, 0.6), (1, 0.27), (2, 0.13)]) };
        let misses = if birth.outbound { misses + 1 } else { misses };
        for _ in 0..if given_up { misses.min(1) } else { misses } {
            let (channel, approach) = (self.channel(), self.approach());
            self.attempt(channel, approach, "no_answer");
            let days = self.chance.around(1.6, 1.8);
            self.wait(days)?;
        }
        if fate.depth > 1 {
            let (channel, approach) = (self.channel(), self.approach());
            self.attempt(channel, approach, "reached");
            self.soon(3)?;
            self.place("move", 2, None, More::Nothing);
        }
        Some(())
    }

    /// From stage to stage, as far as it goes.
    fn advance(&mut self, fate: Fate) -> Option<()> {
        let sparing = fate.end == End::Lost("contact_lost");
        while self.life.stage < fate.depth {
            self.stay(fate, sparing)?;
            let next = match self.life.stage {
                2 if !fate.nurtured => 4,
                stage => stage + 1,
            };
            self.place("move", next.min(fate.depth), None, More::Nothing);
        }
        if sparing { Some(()) } else { self.stay(fate, sparing) }
    }

    fn stay(&mut self, fate: Fate, sparing: bool) -> Option<()> {
        let line = self.life.birth.line;
        let (touches, median) = match self.life.stage {
            3 if fate.stale => (4, 11.5),
            3 => (2, 4.5),
            4 => (2, 2.6),
            5 => (1, 3.0),
            2 => (self.chance.below(3), 1.9),
            _ => (0, 1.0),
        };
        let slower = if line == Line::Supply && self.life.stage > 3 { 1.6 } else { 1.0 };
        for _ in 0..touches {
            let days = if self.life.stage == 3 && !fate.stale {
                self.chance.around(median, 1.35)
            } else {
                self.chance.around(median * slower, 1.3)
            };
            self.wait(days)?;
            self.touch(sparing);
        }
        if self.life.stage == 4 {
            self.examine();
        }
        if self.life.stage == NEGOTIATION {
            self.negotiate(fate)?;
        }
        let days = self.chance.around(1.0, 1.6);
        self.wait(days)
    }

    /// Something happens between them and us.
    fn touch(&mut self, sparing: bool) {
        let (line, tongue, language) = (self.life.birth.line, self.life.tongue, self.life.birth.language);
        let what = if sparing { 2 } else { self.chance.weighted(&[(0, 5.5), (1, 2.0), (2, 1.7)]) };
        match what {
            0 => {
                let result = self.chance.weighted(&[("reached", 7.0), ("no_answer", 2.0), ("thinking", 1.5)]);
                let (channel, approach) = (self.channel(), self.approach());
                self.attempt(channel, approach, result);
            }
            1 => {
                let body = self.pick(phrases::reply(line, language));
                let channel = if line == Line::Clinic { "whatsapp" } else { "email" };
                let entry = self.write(channel, Some(body), More::Nothing);
                self.life.entries[entry].direction = Some("inbound");
            }
            _ => {
                let body = self.pick(phrases::note(line, tongue));
                self.write("note", Some(body), More::Nothing);
            }
        }
    }

    /// Some are looked at closely before they get an offer.
    fn examine(&mut self) {
        if self.chance.hits(0.32) {
            self.estimate(0.72);
        }
        if self.chance.hits(0.08) {
            let (name, text) = phrases::document(self.life.birth.line, self.life.tongue);
            self.write("document", None, More::Document { name, text });
        }
    }

    fn estimate(&mut self, paid: f64) {
        let (hours, fee) = match self.life.birth.line {
            Line::Clinic => (self.chance.between(2, 8) as f64 / 4.0, self.chance.between(4, 15) * 10),
            Line::Supply => (self.chance.between(6, 48) as f64 / 2.0, self.chance.between(6, 60) * 20),
        };
        let days = Days::new(self.chance.between(0, 6) as u64);
        let paid_on = self.at.date() + days;
        let paid_on = (self.chance.hits(paid) && paid_on < self.calendar.today).then_some(paid_on);
        let credited = self.chance.hits(0.65);
        let body = self.pick(phrases::estimated(self.life.tongue));
        self.write("estimate", Some(body), More::Estimate { hours, fee, paid_on, credited });
    }

    fn negotiate(&mut self, fate: Fate) -> Option<()> {
        let first = if fate.discount > 10 && self.chance.hits(0.6) { Some(fate.discount / 3) } else { None };
        for discount in first.into_iter().chain([fate.discount]) {
            let days = self.chance.around(1.8, 1.7);
            self.wait(days)?;
            let body = self.pick(phrases::offered(self.life.tongue));
            let expires_on = self.at.date() + Days::new(14);
            self.write("offer", Some(body), More::Offer { discount, expires_on });
        }
        let days = self.chance.around(2.5, 1.7);
        self.wait(days)?;
        self.touch(false);
        Some(())
    }

    fn finish(&mut self, fate: Fate) -> Option<()> {
        match fate.end {
            End::Won => {
                let negotiated = self.life.stage == NEGOTIATION;
                self.win(if negotiated { fate.discount } else { 0 });
                Some(())
            }
            end => self.lose(end),
        }
    }

    fn win(&mut self, discount: i64) {
        let entry = self.place("move", CUSTOMER, None, More::Nothing);
        self.life.wins.push(Victory { entry, discount, undone: None });
        // What was lost before and tried again is recovered now.
        for loss in &mut self.life.losses {
            if let Some((closure @ "reactivated", ..)) = &mut loss.closed {
                *closure = "recovered";
            }
        }
    }

    // Losing.

    fn lose(&mut self, end: End) -> Option<()> {
        let (End::Lost(reason) | End::Unqualified(reason)) = end else { return Some(()) };
        if reason == "estimate_only" && self.chance.hits(0.4) {
            self.soon(20)?;
            self.estimate(0.15);
        }
        let given_up = reason == "contact_lost" && self.chance.hits(effects::GIVEN_UP_EARLY);
        if !given_up {
            self.work_first(reason)?;
        }
        let excepted = match reason {
            "unreachable" => self.chance.hits(0.5),
            "needs_dont_match" => self.chance.hits(0.04),
            _ => false,
        };
        let (attempt, same_again) = if excepted { (None, None) } else { self.last_attempt(reason, given_up)? };
        let minutes = self.chance.between(3, 40);
        self.soon(minutes)?;
        let exception = match (attempt, reason) {
            (Some(_), _) => None,
            (None, "unreachable") => Some("unreachable"),
            (None, _) => Some("do_not_contact"),
        };
        if exception == Some("do_not_contact") {
            self.life.do_not = (true, true);
        }
        self.write_loss(end, reason, attempt, exception, same_again, given_up);
        Some(())
    }

    /// The attempts that the reason asks for, but for the last one.
    fn work_first(&mut self, reason: &str) -> Option<()> {
        let (attempts, channels) = needs(reason);
        while self.tried.len() + 1 < attempts || (self.channels_tried() < channels && channels > 0) {
            let days = self.chance.around(2.0, 1.7);
            self.wait(days)?;
            let (approach, mut channel) = (self.approach(), self.channel());
            if self.channels_tried() == 1 {
                let used = self.tried[0].0;
                channel = ["call", "email", "whatsapp", "meeting"]
                    .into_iter()
                    .find(|other| *other != used && self.may_use(other))
                    .unwrap_or("meeting");
            }
            self.attempt(channel, approach, "no_answer");
        }
        Some(())
    }

    fn may_use(&self, channel: &str) -> bool {
        match channel {
            "email" => !self.life.do_not.1,
            "meeting" => true,
            _ => !self.life.do_not.0,
        }
    }

    fn channels_tried(&self) -> usize {
        let mut channels: Vec<_> = self.tried.iter().map(|(channel, _)| channel).collect();
        channels.sort_unstable();
        channels.dedup();
        channels.len()
    }

    /// The attempt to win them back, by another way than the one before, or with the reason why not.
    fn last_attempt(&mut self, reason: &str, given_up: bool) -> Option<(Option<usize>, Option<String>)> {
        let days = self.chance.around(1.4, 1.7);
        self.wait(days)?;
        let result = match reason {
            "price_too_high" | "trust" | "tied_supplier" | "other" => "refused",
            "competitor_preferred" => "competitor",
            "timing_not_suitable" => self.chance.pick(&["thinking", "reached"]),
            "still_thinking" => "thinking",
            "contact_lost" => "no_answer",
            "unreachable" => self.chance.pick(&["wrong_number", "no_answer"]),
            _ => "reached",
        };
        let (mut channel, mut approach) = (self.channel(), self.approach());
        if let (true, Some((same, _))) = (given_up, self.tried.last()) {
            channel = same;
        }
        let repeats = self.last == Some((channel, approach));
        let same_again = if repeats && self.chance.hits(0.3) {
            Some(self.pick(phrases::same_again(self.life.tongue)))
        } else {
            None
        };
        if repeats && same_again.is_none() {
            approach = if approach == "reminder" { "alternative" } else { "reminder" };
        }
        Some((Some(self.attempt(channel, approach, result)), same_again))
    }

    fn write_loss(
        &mut self,
        end: End,
        reason: &'static str,
        attempt: Option<usize>,
        exception: Option<&'static str>,
        same_again: Option<String>,
        given_up: bool,
    ) {
        let (line, tongue, stage) = (self.life.birth.line, self.life.tongue, self.life.stage);
        let observed = self.pick(phrases::loss_note(reason, line, tongue));
        let note = self.loss_note(observed);
        let is_silent = matches!(reason, "contact_lost" | "unreachable" | "closed_down") || self.chance.hits(0.22);
        let words = if is_silent { None } else { Some(self.pick(phrases::customer_words(reason, self.is_turkish()))) };
        let retry = match reason {
            "timing_not_suitable" | "still_thinking" => {
                self.chance.weighted(&[("high", 5.0), ("medium", 4.0), ("low", 1.0)])
            }
            "price_too_high" | "competitor_preferred" | "trust" | "other" => {
                self.chance.weighted(&[("medium", 3.0), ("low", 5.0), ("none", 2.0)])
            }
            "contact_lost" => self.chance.weighted(&[("medium", 2.0), ("low", 6.0), ("none", 2.0)]),
            _ => self.chance.weighted(&[("low", 2.0), ("none", 8.0)]),
        };
        let waived = given_up.then(|| self.pick(phrases::waived(tongue)));
        let days = Days::new(self.chance.between(28, 190) as u64);
        let recontact_on = (offers_recontact(reason) && self.chance.hits(0.72)).then(|| self.at.date() + days);
        let evidence = self.evidence(reason);
        let to = if matches!(end, End::Unqualified(_)) { UNQUALIFIED } else { stage };
        let loss = self.life.losses.len();
        let entry = self.place("loss", to, Some(loss), More::Nothing);
        self.life.standing = Some(loss);
        self.life.losses.push(Episode {
            entry,
            run: self.run,
            run_began: self.life.run_began,
            end,
            stage,
            note,
            words,
            retry,
            evidence,
            attempt,
            exception,
            same_again,
            waived,
            recontact_on,
            closed: None,
        });
    }

    fn evidence(&mut self, reason: &str) -> Value {
        let shown: &[(&str, String)] = &match reason {
            "too_small_or_too_big" => {
                let turnover = (self.chance.between(4, 60) * 10_000).to_string();
                let basis = self.chance.pick(&["Annual report", "Their own words", "Ticaret sicili"]);
                vec![("turnover", turnover), ("basis", basis.to_owned())]
            }
            "not_in_our_range" => {
                let asked = match self.life.birth.line {
                    Line::Clinic => self.chance.pick(&["Liposuction", "Botox", "Orthodontics", "Saç simülasyonu"]),
                    Line::Supply => {
                        self.chance.pick(&["Compressors", "Forklift tyres", "Kaynak makinesi", "Cable trays"])
                    }
                };
                vec![("product_asked", asked.to_owned())]
            }
            _ => Vec::new(),
        };
        let map: Map<String, Value> = shown.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        Value::Object(map)
    }

    // What comes after the end of a run.

    fn afterwards(&mut self) -> Option<()> {
        match self.life.standing {
            None => self.as_customer(),
            Some(loss) if self.chance.hits(0.02) => self.undo_loss(loss),
            Some(loss) => self.try_again(loss),
        }
    }

    fn undo_loss(&mut self, loss: usize) -> Option<()> {
        let minutes = self.chance.between(2, 50);
        self.soon(minutes)?;
        let note = self.pick(phrases::mistaken(self.life.tongue));
        self.reopen(loss, "reversed", None, note, self.life.losses[loss].stage);
        let days = self.chance.around(4.0, 1.8);
        self.wait(days)?;
        self.touch(false);
        let fate = fate::second("", &mut self.chance);
        self.go_on(fate)
    }

    fn try_again(&mut self, loss: usize) -> Option<()> {
        let reason = self.life.losses[loss].reason();
        let likely = match reason {
            "timing_not_suitable" => 0.42,
            "still_thinking" => 0.24,
            "contact_lost" => 0.14,
            "price_too_high" => 0.12,
            "competitor_preferred" | "trust" | "other" => 0.07,
            _ => 0.01,
        };
        let reopens = self.chance.hits(likely);
        let lost_at = self.at;
        let days = self.chance.around(65.0, 1.6);
        if !reopens || self.wait(days).is_none() {
            self.at = lost_at;
            self.plan_again(loss);
            return Some(());
        }
        let returned = self.chance.hits(0.55);
        if let Some(due_on) = self.life.losses[loss].recontact_on {
            let channel = self.channel();
            let ended = Some(("reopened", self.at));
            self.life.again.push(Again { loss, due_on, channel, made: lost_at, ended });
        }
        let cause = if returned { "customer_returned" } else { "rep_saw_chance" };
        let note = self.pick(phrases::reopened(returned, self.life.tongue));
        let to = self.life.losses[loss].stage.max(2);
        self.reopen(loss, "reactivated", Some(cause), note, to);
        self.life.run_began = self.at;
        (self.run, self.tried) = (self.run + 1, Vec::new());
        self.soon(15)?;
        let (channel, approach) = (self.channel(), self.approach());
        self.attempt(channel, approach, "reached");
        let fate = fate::second(reason, &mut self.chance);
        self.go_on(fate)
    }

    fn reopen(&mut self, loss: usize, closure: &'static str, cause: Option<&'static str>, note: String, to: usize) {
        let detail = More::Detail(json!({ "closure": closure, "cause": cause }));
        let entry = self.place("reopened", to, Some(loss), detail);
        self.life.entries[entry].body = Some(note.clone());
        self.life.losses[loss].closed = Some((closure, cause, Some(note), entry));
        self.life.standing = None;
    }

    /// From where a reopened lead stands to its next end.
    fn go_on(&mut self, fate: Fate) -> Option<()> {
        let fate = Fate { depth: fate.depth.max(self.life.stage), stale: false, ..fate };
        self.advance(fate)?;
        self.finish(fate)?;
        match self.life.standing {
            Some(loss) => self.plan_again(loss),
            None => return self.as_customer(),
        }
        Some(())
    }

    /// What became of the date on which a lost lead was to be asked again.
    fn plan_again(&mut self, loss: usize) {
        let Some(due_on) = self.life.losses[loss].recontact_on else { return };
        let (made, channel) = (self.at, self.channel());
        let late = (self.calendar.today - due_on).num_days();
        // Around today they pile up: some are overdue, some due today.
        let due_on =
            if (-4..=3).contains(&late) && made.date() < self.calendar.today { self.calendar.today } else { due_on };
        let ended = if late > 20 || (late > 3 && self.chance.hits(0.6)) { self.asked_again(due_on) } else { None };
        self.life.again.push(Again { loss, due_on, channel, made, ended });
    }

    fn asked_again(&mut self, due_on: NaiveDate) -> Option<(&'static str, NaiveDateTime)> {
        let (line, member) = (self.life.birth.line, self.life.birth.member);
        let at = self.calendar.at_work(line, member, due_on.and_time(self.at.time()), &mut self.chance);
        self.go_to(at)?;
        if self.chance.hits(0.3) {
            return Some(("dropped", self.at));
        }
        let (channel, approach) = (self.channel(), self.approach());
        let result = self.chance.pick(&["no_answer", "refused", "thinking"]);
        self.attempt(channel, approach, result);
        Some(("tried", self.at))
    }

    /// A customer may turn out to be none, and some go quiet.
    fn as_customer(&mut self) -> Option<()> {
        if self.run == 0 && self.chance.hits(0.012) {
            let days = self.chance.around(1.2, 1.5);
            self.wait(days)?;
            let entry = self.place("move", NEGOTIATION, None, More::Nothing);
            if let Some(win) = self.life.wins.last_mut() {
                win.undone = Some(entry);
            }
            let days = self.chance.around(6.0, 1.6);
            self.wait(days)?;
            if self.chance.hits(0.5) {
                self.win(5);
            } else {
                self.lose(End::Lost("price_too_high"))?;
            }
            return Some(());
        }
        if self.chance.hits(0.22) {
            let days = self.chance.around(250.0, 1.25);
            self.wait(days)?;
            self.place("move", INACTIVE, None, More::Nothing);
        }
        Some(())
    }
}
