//! Stories become rows: accounts, leads, and all that happened with them, numbered in the order of time.

use super::{ledger::Amount, *};
use crate::{
    demo::story::{Entry, Episode, More},
    pipeline::rules::arrival_rank,
};
use serde_json::Map;

/// Where everything of the stories got its number.
struct Numbers {
    /// Of the leads, by story.
    leads: Vec<i64>,
    /// Of the activities, by story and entry.
    activities: Vec<Vec<i64>>,
}

impl World {
    /// The accounts behind the stories; by story.
    pub(super) fn accounts(&self, ground: &Ground, stories: &[Story], plan: &mut Plan) -> Vec<Option<i64>> {
        let mut of: Vec<Option<i64>> = vec![None; stories.len()];
        for (place, story) in stories.iter().enumerate() {
            let mut chance = story.chance.anew();
            let known = story.prospect.comes_again.and_then(|earlier| of[earlier]);
            let is_company = story.prospect.company.is_some();
            let has_one = story.life.is_won() || (!story.prospect.is_twin && (is_company || chance.hits(0.06)));
            of[place] = known.or_else(|| has_one.then(|| account(ground, story, &mut chance, plan)));
        }
        of
    }

    /// Leads and their histories.
    pub(super) fn histories(&self, ground: &Ground, stories: &[Story], accounts: &[Option<i64>], plan: &mut Plan) {
        let mut order: Vec<usize> = (0..stories.len()).collect();
        order.sort_by_key(|place| (stories[*place].prospect.birth.at, *place));
        let mut leads = vec![0; stories.len()];
        for (number, place) in order.iter().enumerate() {
            leads[*place] = ground.first("lead") + number as i64;
        }
        // What the lead needs next is its last entry; it is made up before entries are numbered.
        let mut steps = Vec::with_capacity(stories.len());
        let mut lives: Vec<Life> = stories.iter().map(|story| story.life.clone()).collect();
        for (place, story) in stories.iter().enumerate() {
            steps.push(self.next_step(place, story, &mut lives[place]));
        }
        let numbers = Numbers { activities: number_entries(ground, &lives), leads };
        let scribe = Scribe { world: self, ground, numbers: &numbers };
        scribe.activities(&lives, plan);
        for place in order {
            let told = Told { place, story: &stories[place], life: &lives[place] };
            scribe.lead(&told, accounts[place], steps[place], plan);
            scribe.episodes(&told, plan);
        }
        renumber(ground, plan);
    }

    /// Just come in, and not yet answered.
    fn is_fresh(&self, life: &Life) -> bool {
        let days = (self.calendar.today - life.birth.at.date()).num_days();
        life.entries.len() == 1 && life.is_open() && !life.birth.outbound && days <= 4
    }

    /// What happens next with a lead that is worked on: some of it is overdue, and some were forgotten.
    fn next_step(&self, place: usize, story: &Story, life: &mut Life) -> Option<NextStep> {
        let mut chance = Chance::new(self.seed, NEXT_STEPS + place as u64);
        if !life.is_open() || chance.hits(if self.is_fresh(life) { 0.6 } else { 0.12 }) {
            return None;
        }
        let birth = &story.prospect.birth;
        let (what, channel) = chance.pick(phrases::next_step(birth.line, life.tongue));
        let channel = match (channel, life.do_not) {
            ("call" | "whatsapp", (true, _)) | ("email", (_, true)) => "task",
            (channel, _) => channel,
        };
        let days = chance.weighted(&[((-12, -1), 0.2), ((0, 0), 0.2), ((1, 3), 0.35), ((4, 15), 0.25)]);
        let day = (self.calendar.today + TimeDelta::days(chance.between(days.0, days.1))).max(life.touched().date());
        let due = self.calendar.at_work(birth.line, birth.member, day.and_hms_opt(9, 0, 0)?, &mut chance);
        let due = due.date().and_time(due.time() - TimeDelta::seconds(due.and_utc().timestamp() % 900));
        let at = life.touched() + TimeDelta::minutes(chance.between(1, 9));
        if at.date() < self.calendar.today {
            life.entries.push(Entry {
                at,
                kind: "next_step",
                actor: Some(birth.member),
                body: Some(what.to_owned()),
                direction: None,
                version: None,
                from: None,
                to: None,
                loss: None,
                more: More::Detail(json!({ "step": "planned", "channel": channel, "due": utc(due) })),
            });
        }
        Some(NextStep { what, channel, due: utc(due) })
    }
}

/// Where the streams begin from which next steps are drawn.
const NEXT_STEPS: u64 = 1 << 32;

#[derive(Debug, Clone, Copy)]
struct NextStep {
    what: &'static str,
    channel: &'static str,
    due: DateTime<Utc>,
}

/// A story that is written down.
struct Told<'a> {
    place: usize,
    story: &'a Story,
    life: &'a Life,
}

/// All entries of all lives in the order of time.
fn number_entries(ground: &Ground, lives: &[Life]) -> Vec<Vec<i64>> {
    let mut all: Vec<(NaiveDateTime, usize, usize)> = lives
        .iter()
        .enumerate()
        .flat_map(|(place, life)| life.entries.iter().enumerate().map(move |(entry, told)| (told.at, place, entry)))
        .collect();
    all.sort_unstable();
    let mut numbers: Vec<Vec<i64>> = lives.iter().map(|life| vec![0; life.entries.len()]).collect();
    for (number, (_, place, entry)) in all.into_iter().enumerate() {
        numbers[place][entry] = ground.first("activity") + number as i64;
    }
    numbers
}

/// Losses, wins and plans to ask again got their numbers lead by lead; they are numbered by time like everything else.
fn renumber(ground: &Ground, plan: &mut Plan) {
    plan.activities.sort_by_key(|activity| activity.id);
    plan.attempts.sort_by_key(|attempt| attempt.activity_id);
    let mut order: Vec<(Option<DateTime<Utc>>, i64)> = plan.losses.iter().map(|loss| (loss.at, loss.id)).collect();
    order.sort_unstable();
    let by_time: BTreeMap<i64, i64> = order.into_iter().map(|(_, id)| id).zip(ground.first("loss")..).collect();
    let number = |id: i64| by_time.get(&id).copied().unwrap_or(id);
    plan.losses.iter_mut().for_each(|loss| loss.id = number(loss.id));
    plan.losses.sort_by_key(|loss| loss.id);
    plan.recontacts.iter_mut().for_each(|again| again.loss_id = number(again.loss_id));
    plan.leads.iter_mut().for_each(|lead| lead.standing_loss_id = lead.standing_loss_id.map(number));
    plan.activities.iter_mut().for_each(|activity| activity.loss_id = activity.loss_id.map(number));
    plan.wins.sort_by_key(|win| (win.recorded_at, win.id));
    for (win, id) in plan.wins.iter_mut().zip(ground.first("win")..) {
        win.id = id;
    }
    plan.recontacts.sort_by_key(|again| (again.created_at, again.id));
    for (again, id) in plan.recontacts.iter_mut().zip(ground.first("recontact")..) {
        again.id = id;
    }
    for (document, id) in plan.attachments.iter_mut().zip(ground.first("attachment")..) {
        document.id = id;
    }
}

fn account(ground: &Ground, story: &Story, chance: &mut Chance, plan: &mut Plan) -> i64 {
    let id = ground.first("account") + plan.accounts.len() as i64;
    let (birth, person) = (&story.prospect.birth, &story.prospect.person);
    let company = story.prospect.company.as_ref();
    let name = company.map_or(&person.name, |company| &company.name).clone();
    let recorded_at = Some(utc(birth.at));
    let looks_after = (company.is_some() && chance.hits(0.15)).then(|| ground.member(12));
    let is_known_by_domain = !story.prospect.is_twin;
    plan.accounts.push(rows::Account {
        id,
        party: if company.is_some() { "company" } else { "person" }.to_owned(),
        name_key: fold(&name),
        name,
        website: company.map(|company| format!("https://www.{}", company.domain)),
        owner_id: Some(ground.member(birth.member)),
        relationship_owner_id: looks_after,
        recorded_at,
    });
    if let Some(company) = company.filter(|_| is_known_by_domain) {
        plan.domains.push(rows::Domain { domain: company.domain.clone(), account_id: id });
    }
    for (place, (who, roles)) in contacts(story, chance).into_iter().enumerate() {
        let contact = Searchable {
            name: Some(&who.name),
            email: Some(&who.email),
            phone: Some(&who.phone),
            ..Searchable::default()
        };
        plan.contacts.push(rows::Contact {
            id: ground.first("contact") + plan.contacts.len() as i64,
            account_id: id,
            search_key: search_key(contact),
            decides: roles.contains('d'),
            pays: roles.contains('p'),
            uses: roles.contains('u'),
            blocks: roles.contains('b'),
            recorded_at,
            email: (place == 0 || chance.hits(0.7)).then(|| who.email.clone()),
            phone: (place == 0 || chance.hits(0.8)).then(|| who.phone.clone()),
            name: who.name,
        });
    }
    id
}

/// Who is behind an account, with the letters of what they do: decide, pay, use, block.
fn contacts(story: &Story, chance: &mut Chance) -> Vec<(Person, &'static str)> {
    let person = story.prospect.person.clone();
    match &story.prospect.company {
        Some(company) => {
            let mut people = vec![(person, chance.pick(&["d", "u", "dp", ""]))];
            for roles in ["p", "u", "b", "d"].into_iter().take(chance.below(4)) {
                people.push((names::employee(company, chance), roles));
            }
            people
        }
        None if chance.hits(0.25) => {
            let relative = names::respelt(&person, chance);
            let relative = Person { name: format!("{} (family)", person.name), ..relative };
            vec![(person, "du"), (relative, "p")]
        }
        None => vec![(person, "dpu")],
    }
}

/// Writes rows.
struct Scribe<'a> {
    world: &'a World,
    ground: &'a Ground,
    numbers: &'a Numbers,
}

impl Scribe<'_> {
    fn activities(&self, lives: &[Life], plan: &mut Plan) {
        for (place, life) in lives.iter().enumerate() {
            let first_loss = self.loss(place, 0);
            for (entry, told) in life.entries.iter().enumerate() {
                plan.activities.push(rows::Activity {
                    id: self.numbers.activities[place][entry],
                    lead_id: self.numbers.leads[place],
                    kind: told.kind.to_owned(),
                    actor_id: told.actor.map(|member| self.ground.member(member)),
                    at: Some(utc(told.at)),
                    move_version: told.version,
                    from_stage_id: told.from.map(|stage| self.ground.stage(stage).0),
                    to_stage_id: told.to.map(|stage| self.ground.stage(stage).0),
                    loss_id: told.loss.map(|loss| first_loss + loss as i64),
                    detail: match &told.more {
                        More::Detail(detail) => detail.clone(),
                        _ => Value::Object(Map::new()),
                    },
                    body: told.body.clone(),
                    direction: told.direction,
                });
            }
        }
    }

    /// Losses are numbered by lead at first, with room for several each.
    fn loss(&self, place: usize, loss: usize) -> i64 {
        self.ground.first("loss") + (place * 8 + loss) as i64
    }

    fn value(&self, told: &Told<'_>, chance: &mut Chance) -> Option<Amount> {
        let birth = &told.story.prospect.birth;
        let currency = self.currency(told);
        if let Some(win) = told.life.wins.last().filter(|_| told.life.is_won()) {
            let day = told.life.entries[win.entry].at.date();
            return Some(self.world.amount(birth.value * (100 - win.discount) as f64 / 100.0, currency, day));
        }
        let is_known = told.life.stage != story::UNQUALIFIED && (told.life.stage > 1 || birth.outbound);
        let is_known = chance.hits(if is_known { 0.96 } else { 0.6 });
        is_known.then(|| self.world.amount(birth.value, currency, birth.at.date()))
    }

    fn currency(&self, told: &Told<'_>) -> &'static str {
        let mut chance = told.story.chance.anew();
        let birth = &told.story.prospect.birth;
        match (birth.line, birth.language) {
            (Line::Clinic, _) => chance.weighted(MONEY[birth.segment.min(MONEY.len() - 1)]),
            (Line::Supply, "tr") => chance.weighted(&[("EUR", 0.55), ("TRY", 0.33), ("USD", 0.12)]),
            (Line::Supply, _) => "EUR",
        }
    }

    fn lead(&self, told: &Told<'_>, account_id: Option<i64>, step: Option<NextStep>, plan: &mut Plan) {
        let mut chance = told.story.chance.anew();
        let (birth, person, life) = (&told.story.prospect.birth, &told.story.prospect.person, told.life);
        let company = told.story.prospect.company.as_ref();
        let id = self.numbers.leads[told.place];
        let value = self.value(told, &mut chance);
        let reach = Reach::new(told, &mut chance);
        let (stage_id, stage_kind) = self.ground.stage(life.stage);
        let standing = life.standing.map(|loss| &life.losses[loss]);
        // New ones that nobody has touched wait in the team's queue.
        let waits = step.is_none() && self.world.is_fresh(life);
        let first = |table: &str, place: usize| Some(self.ground.first(table) + place as i64);
        let entered = utc(life.entered);
        let key = Searchable {
            name: Some(&person.name),
            company: company.map(|company| company.name.as_str()),
            email: reach.email.as_deref(),
            phone: reach.phone.as_deref(),
            ..Searchable::default()
        };
        plan.leads.push(rows::Lead {
            id,
            direction: if birth.outbound { "outbound" } else { "inbound" }.to_owned(),
            party: if company.is_some() { "company" } else { "person" }.to_owned(),
            business_line_id: first("business_line", birth.line.index()),
            search_key: search_key(key),
            phone_key: reach.phone.as_deref().and_then(phone_key),
            email_key: reach.email.as_deref().and_then(email_key),
            name: Some(person.name.clone()),
            company: company.map(|company| company.name.clone()),
            email: reach.email,
            phone: reach.phone,
            country: Some(person.country.to_owned()),
            city: (chance.hits(0.85)).then(|| person.city.to_owned()),
            request: self.request(told, &mut chance),
            source_id: first("source", birth.source),
            product_id: first("product", birth.product),
            segment_id: first("segment", birth.segment),
            campaign_id: birth.campaign.and_then(|campaign| first("campaign", campaign)),
            custom: custom(birth, &mut chance),
            do_not_call: life.do_not.0,
            do_not_email: life.do_not.1,
            value_minor: value.map(|value| value.minor),
            currency: value.map(|value| value.currency.to_owned()),
            value_base_minor: value.map(|value| value.base),
            temperature: temperature(life, &mut chance),
            owner_id: (!waits).then(|| self.ground.member(birth.member)),
            queue_id: if waits { self.ground.queues.get(birth.line.index()).copied() } else { None },
            next_step: step.map(|step| step.what.to_owned()),
            next_step_channel: step.map(|step| step.channel),
            next_step_due: step.map(|step| step.due),
            stage_id: Some(stage_id),
            stage_kind: Some(stage_kind),
            stage_entered_at: Some(entered),
            rank: arrival_rank(entered, (id % 10_000) as u32),
            move_version: life.version,
            run_started_at: Some(utc(life.run_began)),
            standing_loss_id: life.standing.map(|loss| self.loss(told.place, loss)),
            standing_outcome: standing.map(outcome),
            arose_at: Some(utc(birth.at)),
            recorded_at: Some(utc(birth.at)),
            account_id,
            occupation: (company.is_some() || chance.hits(0.2)).then(|| person.occupation.to_owned()),
            industry: company.map(|_| SEGMENTS[birth.segment].name.to_owned()),
            employees: company.map(|company| company.employees),
            website: company.map(|company| format!("https://www.{}", company.domain)),
            address: chance.hits(0.12).then(|| format!("{} No: {}", chance.pick(&STREETS), chance.between(1, 140))),
            language: Some(birth.language.to_owned()),
            birth_date: (company.is_none() && chance.hits(0.16)).then(|| born(&mut chance)).flatten(),
            social: reach.social,
        });
        for (place, (_, line, share, retired)) in TAGS.iter().enumerate() {
            let fits = line.is_none_or(|line| line == birth.line);
            let still_used = !retired || birth.at.date() < self.world.calendar.start + Months::new(6);
            if fits && still_used && chance.hits(*share) {
                plan.lead_tags.push(rows::LeadTag { lead_id: id, tag_id: self.ground.first("tag") + place as i64 });
            }
        }
    }

    fn request(&self, told: &Told<'_>, chance: &mut Chance) -> Option<String> {
        let birth = &told.story.prospect.birth;
        if birth.outbound || chance.hits(0.08) {
            return None;
        }
        let product = &PRODUCTS[birth.product];
        let product = if birth.language == "tr" { product.turkish } else { product.name };
        Some(phrases::about(chance.pick(phrases::request(birth.line, birth.language)), product))
    }

    /// Losses, wins, plans, and what stands beside activities.
    fn episodes(&self, told: &Told<'_>, plan: &mut Plan) {
        for (loss, episode) in told.life.losses.iter().enumerate() {
            plan.losses.push(self.lost(told, loss, episode));
        }
        self.won(told, plan);
        self.asked_again(told, plan);
        self.beside(told, plan);
    }

    fn lost(&self, told: &Told<'_>, loss: usize, episode: &Episode) -> rows::Loss {
        let birth = &told.story.prospect.birth;
        let at = Some(utc(told.life.entries[episode.entry].at));
        let owner = self.ground.member(birth.member);
        let (closure, cause, closure_note, reopened) = match &episode.closed {
            Some((closure, cause, note, entry)) => (Some(*closure), *cause, note.clone(), Some(*entry)),
            None => (None, None, None, None),
        };
        let said = format!("{} {}", episode.note, episode.words.as_deref().unwrap_or_default());
        rows::Loss {
            id: self.loss(told.place, loss),
            lead_id: self.numbers.leads[told.place],
            outcome: outcome(episode).to_owned(),
            reason_id: self.ground.reasons.get(episode.reason()).copied().unwrap_or_default(),
            at,
            recorded_at: at,
            by_id: Some(owner),
            owner_id: Some(owner),
            queue_id: None,
            stage_id: Some(self.ground.stage(episode.stage).0),
            note: episode.note.clone(),
            customer_words: episode.words.clone(),
            retry_potential: Some(episode.retry),
            evidence: episode.evidence.clone(),
            attempt_id: episode.attempt.map(|entry| self.numbers.activities[told.place][entry]),
            attempt_exception: episode.exception,
            same_again_because: episode.same_again.clone(),
            override_by: episode.waived.as_ref().map(|_| self.ground.member(manager(birth.line))),
            override_because: episode.waived.clone(),
            recontact_on: episode.recontact_on,
            closed_at: reopened.map(|entry| utc(told.life.entries[entry].at)),
            closed_by: reopened.map(|_| owner),
            closure,
            closure_cause: cause,
            closure_note,
            search_key: fold(&said),
            run: episode.run,
            run_began: Some(utc(episode.run_began)),
        }
    }

    fn won(&self, told: &Told<'_>, plan: &mut Plan) {
        let birth = &told.story.prospect.birth;
        let owner = Some(self.ground.member(birth.member));
        for win in &told.life.wins {
            let entry = &told.life.entries[win.entry];
            let day = entry.at.date();
            let price = birth.value * (100 - win.discount) as f64 / 100.0;
            let amount = self.world.amount(price, self.currency(told), day);
            plan.wins.push(rows::Win {
                id: plan.wins.len() as i64,
                lead_id: self.numbers.leads[told.place],
                move_version: entry.version.unwrap_or_default(),
                won_on: Some(day),
                recorded_at: Some(utc(entry.at)),
                by_id: owner,
                owner_id: owner,
                from_stage_id: entry.from.map(|stage| self.ground.stage(stage).0),
                product_id: Some(self.ground.first("product") + birth.product as i64),
                amount_minor: amount.minor,
                currency: amount.currency.to_owned(),
                amount_base_minor: amount.base,
                undone_at: win.undone.map(|entry| utc(told.life.entries[entry].at)),
                undone_by: win.undone.and(owner),
            });
        }
    }

    fn asked_again(&self, told: &Told<'_>, plan: &mut Plan) {
        let owner = self.ground.member(told.story.prospect.birth.member);
        for again in &told.life.again {
            plan.recontacts.push(rows::Recontact {
                id: plan.recontacts.len() as i64,
                loss_id: self.loss(told.place, again.loss),
                lead_id: self.numbers.leads[told.place],
                due_on: Some(again.due_on),
                channel: again.channel.to_owned(),
                user_id: owner,
                note: None,
                created_by: owner,
                created_at: Some(utc(again.made)),
                ended_at: again.ended.map(|(_, at)| utc(at)),
                ended_by: again.ended.map(|_| owner),
                ending: again.ended.map(|(ending, _)| ending),
            });
        }
    }

    fn beside(&self, told: &Told<'_>, plan: &mut Plan) {
        let birth = &told.story.prospect.birth;
        let lead_id = self.numbers.leads[told.place];
        let currency = self.currency(told);
        for (entry, written) in told.life.entries.iter().enumerate() {
            let activity_id = self.numbers.activities[told.place][entry];
            match &written.more {
                More::Attempt { channel, approach, result } => plan.attempts.push(rows::Attempt {
                    activity_id,
                    lead_id,
                    channel: (*channel).to_owned(),
                    approach: (*approach).to_owned(),
                    result: (*result).to_owned(),
                    at: Some(utc(written.at)),
                }),
                More::Estimate { hours, fee, paid_on, credited } => {
                    let fee = self.world.amount(*fee as f64, currency, written.at.date());
                    plan.estimates.push(rows::Estimate {
                        activity_id,
                        lead_id,
                        hours: *hours,
                        by_id: Some(self.ground.member(birth.member)),
                        fee_minor: fee.minor,
                        currency: fee.currency.to_owned(),
                        fee_base_minor: fee.base,
                        paid_on: *paid_on,
                        credited_on_winning: *credited,
                    });
                }
                More::Offer { discount, expires_on } => {
                    let price = birth.value * (100 - discount) as f64 / 100.0;
                    let amount = self.world.amount(price, currency, written.at.date());
                    plan.offers.push(rows::Offer {
                        activity_id,
                        lead_id,
                        amount_minor: amount.minor,
                        currency: amount.currency.to_owned(),
                        amount_base_minor: amount.base,
                        discount_percent: *discount as f64,
                        expires_on: Some(*expires_on),
                    });
                }
                More::Document { name, text } => plan.attachments.push(rows::Attachment {
                    id: 0,
                    lead_id,
                    activity_id,
                    name: (*name).to_owned(),
                    media_type: "text/plain".to_owned(),
                    text: (*text).to_owned(),
                }),
                More::Nothing | More::Detail(_) => {}
            }
        }
    }
}

fn outcome(episode: &Episode) -> &'static str {
    match episode.end {
        crate::demo::fate::End::Unqualified(_) => "unqualified",
        _ => "lost",
    }
}

/// How somebody can be reached, as far as their first message tells.
struct Reach {
    email: Option<String>,
    phone: Option<String>,
    social: Value,
}

impl Reach {
    fn new(told: &Told<'_>, chance: &mut Chance) -> Self {
        let person = &told.story.prospect.person;
        let (has_email, has_phone) = match SOURCES[told.story.prospect.birth.source].name {
            "Instagram" | "WhatsApp" => (0.3, 0.97),
            "Phone" => (0.45, 1.0),
            "Web form" | "Google Ads" | "Fax" => (1.0, 0.75),
            _ => (0.8, 0.9),
        };
        let (has_email, has_phone) = (chance.hits(has_email), chance.hits(has_phone));
        let handle: String = fold(&person.name).chars().filter(char::is_ascii_alphanumeric).collect();
        let network = match (SOURCES[told.story.prospect.birth.source].name, told.story.prospect.company.is_some()) {
            ("Instagram", _) if chance.hits(0.8) => Some("instagram"),
            (_, true) if chance.hits(0.3) => Some("linkedin"),
            _ => None,
        };
        let social = match network {
            Some(network) if !handle.is_empty() => json!({ network: format!("@{handle}") }),
            _ => Value::Object(Map::new()),
        };
        Self {
            email: has_email.then(|| person.email.clone()),
            phone: (has_phone || !has_email).then(|| person.phone.clone()),
            social,
        }
    }
}

fn temperature(life: &Life, chance: &mut Chance) -> Option<&'static str> {
    if !life.is_open() || chance.hits(0.25) {
        return None;
    }
    Some(match life.stage {
        1 => chance.weighted(&[("hot", 1.0), ("warm", 4.0), ("cold", 5.0)]),
        2 | 3 => chance.weighted(&[("hot", 2.0), ("warm", 6.0), ("cold", 2.0)]),
        _ => chance.weighted(&[("hot", 6.0), ("warm", 3.5), ("cold", 0.5)]),
    })
}

const STREETS: [&str; 8] = [
    "Atatürk Cad.",
    "Cumhuriyet Bulvarı",
    "İnönü Sok.",
    "Lale Sok.",
    "Hauptstraße",
    "Station Road",
    "Organize Sanayi 3. Cad.",
    "Sahil Yolu",
];

fn born(chance: &mut Chance) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        chance.between(1952, 2003) as i32,
        chance.between(1, 12) as u32,
        chance.between(1, 28) as u32,
    )
}

fn custom(birth: &Birth, chance: &mut Chance) -> Value {
    let mut fields = Map::new();
    match birth.line {
        Line::Clinic => {
            if chance.hits(0.18) {
                let month = match birth.language {
                    "tr" => chance.pick(&["Mart", "Mayıs", "Eylül", "Kasım"]),
                    _ => chance.pick(&["March", "May", "September", "November"]),
                };
                fields.insert("preferred_month".to_owned(), json!(month));
            }
            if birth.language == "tr" && chance.hits(0.3) {
                fields.insert("insurance".to_owned(), json!(chance.pick(FIELDS[1].choices)));
            }
        }
        Line::Supply => {
            if chance.hits(0.25) {
                fields.insert("present_supplier".to_owned(), json!(chance.pick(&company::SUPPLY_RIVALS)));
            }
            if chance.hits(0.3) {
                fields.insert("sites".to_owned(), json!(chance.between(1, 9)));
            }
        }
    }
    Value::Object(fields)
}
