//! The one way of saving: compare with what the person saw, ask the rules, write, log, tell. One change at a time: settings
//! change seldom, and each may depend on all others.

use super::{
    api::{Around, Item, Named, Overview, Progress, Saved, Sheet, Wanted},
    model::{Order, Ordered, Organisation, Profile, ReasonSetting, Section, Setting, Subject, Word, WordKind},
    rules::{Facts, Refusal, Who, Why, check, may_stand_so, refusal},
};
use crate::{
    error::AppError,
    fold::fold,
    ids::Names,
    losses::store::reasons,
    people::{
        guard::{Permit, moment_in},
        rules::Role,
        store::team,
    },
    pipeline::store::stages,
    routing::jobs::hours_changed,
};
use chrono_tz::Tz;
use sqlx::{PgConnection, types::Json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::OnceCell;

pub mod lists;
pub mod log;

/// Makes everybody else who sets something wait until the transaction ends.
pub async fn one_at_a_time(connection: &mut PgConnection) -> Result<(), AppError> {
    // Any number that nothing else locks.
    sqlx::query!("select pg_advisory_xact_lock(7465746)").execute(connection).await?;
    Ok(())
}

/// The names of the time zones that winback and its database both know: days are reckoned in either. Asking the database
/// takes a while, and what it knows does not change while it runs.
pub async fn zones(connection: &mut PgConnection) -> Result<Vec<String>, AppError> {
    static ZONES: OnceCell<Vec<String>> = OnceCell::const_new();
    let zones = ZONES.get_or_try_init(|| async {
        let names =
            sqlx::query_scalar!(r#"select name as "name!" from pg_timezone_names"#).fetch_all(connection).await?;
        Ok::<_, AppError>(in_both(&names.into_iter().collect()))
    });
    zones.await.cloned()
}

fn in_both(of_the_database: &BTreeSet<String>) -> Vec<String> {
    let ours = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    ours.filter(|zone| of_the_database.contains(*zone)).map(str::to_owned).collect()
}

async fn who(connection: &mut PgConnection, permit: &Permit) -> Result<Who, AppError> {
    let viewer = permit.viewer();
    let teams = team::managed_teams(connection, viewer.id.0).await?;
    Ok(Who { id: viewer.id.0, role: viewer.role, teams })
}

/// Sets something, unless somebody else has set it since the person saw it, or a rule says no.
pub async fn save(permit: &Permit, wanted: &Wanted) -> Result<Saved, AppError> {
    let thing = wanted.wanted.as_ref().or(wanted.seen.as_ref()).ok_or(AppError::NotUnderstood)?;
    if !is_sound(wanted) {
        return Err(AppError::NotUnderstood);
    }
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    if let Some((subject, id)) = log::done_already(&mut transaction, permit, &wanted.key).await? {
        if subject != thing.subject().word() {
            return Err(AppError::NotUnderstood);
        }
        return Ok(Saved::Done { setting: present(&mut transaction, permit, thing, id).await? });
    }
    let who = who(&mut transaction, permit).await?;
    if !who.may_change(wanted.seen.as_ref(), wanted.wanted.as_ref()) {
        return Ok(Saved::Refused { why: vec![refusal("", Why::NotAllowed)] });
    }
    let before = match &wanted.seen {
        Some(seen) => present(&mut transaction, permit, seen, seen.id()).await?,
        None => None,
    };
    if before != wanted.seen {
        let (by, at) = log::last(&mut transaction, permit, thing.subject().word(), thing.id()).await?;
        return Ok(Saved::Conflict { present: before, by, at });
    }
    if before == wanted.wanted {
        return Ok(Saved::Done { setting: before });
    }
    let why = objections(&mut transaction, permit, before.as_ref(), wanted.wanted.as_ref()).await?;
    if !why.is_empty() {
        return Ok(Saved::Refused { why });
    }
    let id = match write(&mut transaction, permit, before.as_ref(), wanted.wanted.as_ref()).await {
        Ok(id) => id,
        Err(error) => {
            return match refused(&error) {
                Some(why) => Ok(Saved::Refused { why: vec![why] }),
                None => Err(error.into()),
            };
        }
    };
    if let Some(entry) = log::change(before.as_ref(), wanted.wanted.as_ref(), id) {
        log::write(&mut transaction, permit, entry, Some(&wanted.key)).await?;
    }
    tell(&mut transaction, permit, thing.subject()).await?;
    if sets_hours(thing.subject()) {
        hours_changed(&mut transaction, permit.now()).await?;
    }
    let setting = match &wanted.wanted {
        Some(after) => present(&mut transaction, permit, after, id).await?,
        None => None,
    };
    transaction.commit().await?;
    permit.committed();
    Ok(Saved::Done { setting })
}

/// Whether the request asks for one thing to be added, changed or removed, and it is a thing that can be.
fn is_sound(wanted: &Wanted) -> bool {
    let fixed = |setting: &Setting| {
        matches!(
            setting,
            Setting::Organisation(_)
                | Setting::Profile(_)
                | Setting::Currency(_)
                | Setting::Stage(_)
                | Setting::Order(_)
        )
    };
    match (&wanted.seen, &wanted.wanted) {
        (Some(seen), Some(after)) => seen.is_same_thing(after),
        (None, Some(after)) => after.id().is_none() && !fixed(after),
        // Whoever has signed in once stays in the history: their account is closed.
        (Some(seen), None) => !fixed(seen) && !matches!(seen, Setting::Person(_)),
        (None, None) => false,
    }
}

/// A thing like `like` as it stands now.
async fn present(
    connection: &mut PgConnection,
    permit: &Permit,
    like: &Setting,
    id: Option<i64>,
) -> Result<Option<Setting>, AppError> {
    Ok(match like {
        Setting::Organisation(_) => Some(Setting::Organisation(lists::organisation(connection).await?)),
        Setting::Profile(_) => match id {
            Some(id) => team::preferences(connection, id)
                .await?
                .map(|(language, time_zone)| Setting::Profile(Profile { id, language, time_zone })),
            None => None,
        },
        Setting::Currency(wanted) => {
            let all = lists::currencies(connection).await?;
            all.into_iter().find(|currency| currency.code == wanted.code).map(Setting::Currency)
        }
        Setting::Order(order) => Some(Setting::Order(Order { of: order.of, ids: ids(connection, order.of).await? })),
        other => all(connection, permit, other.subject())
            .await?
            .into_iter()
            .find(|setting| setting.id() == id && id.is_some()),
    })
}

/// Everything of one kind, in its order.
async fn all(connection: &mut PgConnection, permit: &Permit, subject: Subject) -> Result<Vec<Setting>, AppError> {
    Ok(match subject {
        Subject::Person => {
            let people = team::people(connection, permit.now()).await?;
            people.into_iter().map(|(person, _)| Setting::Person(person)).collect()
        }
        Subject::Team => team::teams(connection).await?.into_iter().map(Setting::Team).collect(),
        Subject::Queue => team::queues(connection).await?.into_iter().map(Setting::Queue).collect(),
        Subject::Holiday => lists::holidays(connection).await?.into_iter().map(Setting::Holiday).collect(),
        Subject::Currency => lists::currencies(connection).await?.into_iter().map(Setting::Currency).collect(),
        Subject::Field => lists::fields(connection).await?.into_iter().map(Setting::Field).collect(),
        Subject::Stage => stages::stages(connection).await?.into_iter().map(Setting::Stage).collect(),
        Subject::Reason => reasons::all(connection).await?.into_iter().map(Setting::Reason).collect(),
        word => match WordKind::ALL.iter().find(|kind| kind.subject() == word) {
            Some(kind) => {
                let words = lists::words(connection, *kind).await?;
                words.into_iter().map(Setting::Word).collect()
            }
            None => Vec::new(),
        },
    })
}

async fn ids(connection: &mut PgConnection, of: Ordered) -> Result<Vec<i64>, AppError> {
    Ok(match of {
        Ordered::Stages => stages::stages(connection).await?.into_iter().filter_map(|stage| stage.id).collect(),
        Ordered::Reasons => reasons::all(connection).await?.into_iter().filter_map(|reason| reason.id).collect(),
        Ordered::Fields => lists::fields(connection).await?.into_iter().filter_map(|field| field.id).collect(),
    })
}

/// What stands against a change.
async fn objections(
    connection: &mut PgConnection,
    permit: &Permit,
    before: Option<&Setting>,
    after: Option<&Setting>,
) -> Result<Vec<Refusal>, AppError> {
    let Some(after) = after else {
        let is_used = match before {
            // Values stand in the leads themselves, where no foreign key holds them.
            Some(field @ Setting::Field(_)) => uses(connection, field).await? > 0,
            _ => false,
        };
        return Ok(is_used.then(|| refusal("", Why::InUse)).into_iter().collect());
    };
    if let Setting::Order(order) = after {
        return order_objections(connection, before, order).await;
    }
    let facts = facts(connection, permit, before, after).await?;
    Ok(check(before, after, &facts))
}

async fn order_objections(
    connection: &mut PgConnection,
    before: Option<&Setting>,
    order: &Order,
) -> Result<Vec<Refusal>, AppError> {
    let sorted = |ids: &[i64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    let same = matches!(before, Some(Setting::Order(before)) if sorted(&before.ids) == sorted(&order.ids));
    if !same {
        return Ok(vec![refusal("", Why::ListHasChanged)]);
    }
    if order.of == Ordered::Stages {
        let kinds: BTreeMap<_, _> =
            stages::stages(connection).await?.into_iter().map(|stage| (stage.id, stage.kind)).collect();
        let kinds: Vec<_> = order.ids.iter().filter_map(|id| kinds.get(&Some(*id)).copied()).collect();
        if !may_stand_so(&kinds) {
            return Ok(vec![refusal("", Why::OrderOfKinds)]);
        }
    }
    Ok(Vec::new())
}

/// How many leads (for reasons: losses) use a thing.
async fn uses(connection: &mut PgConnection, setting: &Setting) -> Result<i64, AppError> {
    let counts = match setting {
        Setting::Word(word) => lists::leads_per_word(connection, word.kind).await?,
        Setting::Field(_) => lists::leads_per_field(connection).await?,
        Setting::Stage(_) => stages::leads_per_stage(connection).await?,
        Setting::Reason(_) => reasons::losses_per_reason(connection).await?,
        _ => Vec::new(),
    };
    Ok(counts.into_iter().find(|(id, _)| Some(*id) == setting.id()).map_or(0, |(_, count)| count))
}

/// What the rules need to know about everything else.
async fn facts(
    connection: &mut PgConnection,
    permit: &Permit,
    before: Option<&Setting>,
    after: &Setting,
) -> Result<Facts, AppError> {
    let Organisation { base_currency, time_zone, .. } = lists::organisation(&mut *connection).await?;
    let zone: Tz = time_zone.parse().unwrap_or(Tz::UTC);
    let people =
        sqlx::query!("select id, role from app_user where closed_at is null").fetch_all(&mut *connection).await?;
    let queues = team::queues(&mut *connection).await?;
    let teams = team::teams(&mut *connection).await?;
    let ids = |words: Vec<Word>| words.into_iter().filter_map(|word| word.id).collect();
    let others: Vec<_> = all(&mut *connection, permit, after.subject())
        .await?
        .into_iter()
        .filter(|other| other.id() != after.id())
        .collect();
    Ok(Facts {
        people: people.into_iter().map(|row| (row.id, row.role.parse().unwrap_or(Role::Rep))).collect(),
        queue_managers: queues.iter().map(|queue| queue.manager).collect(),
        teams: teams.iter().filter_map(|team| team.id).collect(),
        sources: ids(lists::words(&mut *connection, WordKind::Source).await?),
        lines: ids(lists::words(&mut *connection, WordKind::BusinessLine).await?),
        currencies: lists::currencies(&mut *connection).await?.into_iter().map(|currency| currency.code).collect(),
        zones: zones(&mut *connection).await?.into_iter().collect(),
        base_currency,
        money_is_stored: lists::money_is_stored(&mut *connection).await?,
        is_used: match before {
            Some(before) => uses(&mut *connection, before).await? > 0,
            None => false,
        },
        names: others.iter().flat_map(names).collect(),
        reasons: others.into_iter().filter_map(reason).collect(),
        today: moment_in(zone, permit.now()).local().date(),
    })
}

fn reason(setting: Setting) -> Option<ReasonSetting> {
    match setting {
        Setting::Reason(reason) => Some(reason),
        _ => None,
    }
}

/// The folded names by which a thing is told from others of its kind.
fn names(setting: &Setting) -> Vec<String> {
    let folded = |names: &Names| names.0.values().map(|name| fold(name)).collect();
    match setting {
        Setting::Person(person) => vec![fold(person.email.trim())],
        Setting::Team(team) => vec![fold(&team.name)],
        Setting::Queue(queue) => vec![fold(&queue.name)],
        Setting::Word(word) => folded(&word.name),
        Setting::Field(field) => folded(&field.name),
        Setting::Stage(stage) => folded(&stage.name),
        Setting::Reason(reason) => folded(&reason.name),
        // Two holidays may share their name, the others have none or a fixed one.
        _ => Vec::new(),
    }
}

/// Writes a change; the thing's id, where it has one.
async fn write(
    connection: &mut PgConnection,
    permit: &Permit,
    before: Option<&Setting>,
    after: Option<&Setting>,
) -> Result<Option<i64>, sqlx::Error> {
    let now = permit.now();
    let Some(after) = after else {
        return remove(connection, before).await;
    };
    match after {
        Setting::Organisation(after) => {
            if let Some(Setting::Organisation(before)) = before {
                lists::write_organisation(connection, before, after).await?;
            }
            Ok(None)
        }
        Setting::Profile(profile) => {
            let (language, zone) = (profile.language.as_deref(), profile.time_zone.as_deref());
            team::write_preferences(connection, profile.id, language, zone).await?;
            Ok(Some(profile.id))
        }
        Setting::Person(person) => team::write_person(connection, person, now).await.map(Some),
        Setting::Team(team) => team::write_team(connection, team).await.map(Some),
        Setting::Queue(queue) => team::write_queue(connection, queue).await.map(Some),
        Setting::Holiday(holiday) => lists::write_holiday(connection, holiday).await.map(Some),
        Setting::Word(word) => lists::write_word(connection, word, now).await.map(Some),
        Setting::Currency(currency) => lists::write_currency(connection, currency).await.map(|()| None),
        Setting::Field(field) => lists::write_field(connection, field, now).await.map(Some),
        Setting::Stage(stage) => match stage.id {
            Some(id) => stages::write(connection, id, stage).await.map(|()| Some(id)),
            None => Ok(None),
        },
        Setting::Reason(reason) => reasons::write(connection, reason, now).await.map(Some),
        Setting::Order(order) => {
            match order.of {
                Ordered::Stages => stages::order(connection, &order.ids).await?,
                Ordered::Reasons => reasons::order(connection, &order.ids).await?,
                Ordered::Fields => lists::order_fields(connection, &order.ids).await?,
            }
            Ok(None)
        }
    }
}

async fn remove(connection: &mut PgConnection, before: Option<&Setting>) -> Result<Option<i64>, sqlx::Error> {
    let Some((setting, id)) = before.and_then(|setting| Some((setting, setting.id()?))) else { return Ok(None) };
    match setting {
        Setting::Team(_) => team::remove_team(connection, id).await?,
        Setting::Queue(_) => team::remove_queue(connection, id).await?,
        Setting::Holiday(_) => lists::remove_holiday(connection, id).await?,
        Setting::Word(word) => lists::remove_word(connection, word.kind, id).await?,
        Setting::Field(_) => lists::remove_field(connection, id).await?,
        Setting::Reason(_) => reasons::remove(connection, id).await?,
        _ => {}
    }
    Ok(Some(id))
}

/// What the database refuses, in the words of the page.
fn refused(error: &sqlx::Error) -> Option<Refusal> {
    let refused = error.as_database_error()?;
    if refused.is_foreign_key_violation() {
        return Some(refusal("", Why::InUse));
    }
    match refused.constraint().unwrap_or_default() {
        "source_key_key" | "product_key_key" | "segment_key_key" | "campaign_key_key" | "tag_key_key"
        | "team_name_key" | "queue_name_key" => Some(refusal("name", Why::Taken)),
        "app_user_email_key_key" => Some(refusal("email", Why::EmailTaken)),
        "rep_has_tier_and_team" => Some(refusal("tier", Why::RepNeedsTier)),
        "holiday_team_id_on_day_key" => Some(refusal("on_day", Why::Taken)),
        "opening_hours_team_id_weekday_opens_key" => Some(refusal("hours", Why::Overlap)),
        "merged_reason_has_one_in_use" | "merged_reason_is_retired" | "reason_is_not_merged_into_itself" => {
            Some(refusal("merged_into", Why::NoReplacement))
        }
        "replacing_reason_stays_in_use" => Some(refusal("", Why::StandsForOthers)),
        "campaign_ends_after_it_starts" => Some(refusal("ends_on", Why::Turned)),
        _ => None,
    }
    .or_else(|| (refused.table() == Some("campaign_spend")).then(|| refusal("spend", Why::NoRate)))
}

/// Whether it says when somebody works: the deadlines of leads stand on it.
fn sets_hours(subject: Subject) -> bool {
    matches!(subject, Subject::Organisation | Subject::Person | Subject::Team | Subject::Queue | Subject::Holiday)
}

/// Who sees what may have changed, or what stands on every card or in every figure.
async fn tell(connection: &mut PgConnection, permit: &Permit, subject: Subject) -> Result<(), AppError> {
    let changes_sight = matches!(subject, Subject::Organisation | Subject::Person | Subject::Team | Subject::Queue);
    let is_everywhere = matches!(
        subject,
        Subject::Organisation
            | Subject::Person
            | Subject::Team
            | Subject::Queue
            | Subject::Stage
            | Subject::StageOrder
            | Subject::Reason
            | Subject::Source
            | Subject::Product
    );
    sqlx::query!(
        "insert into event (at, kind, user_id)
         select $1::timestamptz, 'role_changed', id from app_user where $2 and closed_at is null
         union all select $1, 'bulk', null where $3",
        permit.now(),
        changes_sight,
        is_everywhere
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One page of the settings, for those who may open it.
pub async fn sheet(permit: &Permit, section: Section) -> Result<Sheet, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let who = who(&mut connection, permit).await?;
    if !who.may_read(section) {
        return Err(AppError::Forbidden);
    }
    let items = items(&mut connection, permit, &who, section).await?;
    let mut around = around(&mut connection).await?;
    if matches!(section, Section::Organisation | Section::Teams | Section::Me) {
        around.zones = zones(&mut connection).await?;
    }
    Ok(Sheet { items, who, around })
}

async fn items(
    connection: &mut PgConnection,
    permit: &Permit,
    who: &Who,
    section: Section,
) -> Result<Vec<Item>, AppError> {
    let subjects: &[Subject] = match section {
        Section::Me => return own(connection, permit, who).await,
        Section::People => return everybody(connection, permit).await,
        Section::Teams => &[Subject::Team, Subject::Queue],
        Section::Organisation => {
            let organisation = Setting::Organisation(lists::organisation(connection).await?);
            return Ok(vec![Item { setting: organisation, uses: 0, standing: None }]);
        }
        Section::Holidays => &[Subject::Holiday],
        Section::Stages => &[Subject::Stage],
        Section::Reasons => &[Subject::Reason],
        Section::Fields => &[Subject::Field],
        Section::Currencies => &[Subject::Currency],
        Section::BusinessLines => &[Subject::BusinessLine],
        Section::Products => &[Subject::Product],
        Section::Segments => &[Subject::Segment],
        Section::Tags => &[Subject::Tag],
        Section::Sources => &[Subject::Source],
        Section::Campaigns => &[Subject::Campaign],
    };
    let counts: BTreeMap<i64, i64> = match section {
        Section::Stages => stages::leads_per_stage(connection).await?,
        Section::Reasons => reasons::losses_per_reason(connection).await?,
        Section::Fields => lists::leads_per_field(connection).await?,
        _ => match section.words() {
            Some(kind) => lists::leads_per_word(connection, kind).await?,
            None => Vec::new(),
        },
    }
    .into_iter()
    .collect();
    let mut items = Vec::new();
    for subject in subjects {
        for setting in all(connection, permit, *subject).await? {
            let uses = setting.id().and_then(|id| counts.get(&id)).copied().unwrap_or_default();
            items.push(Item { setting, uses, standing: None });
        }
    }
    Ok(items)
}

/// Language and time zone, and one's own entry among the people.
async fn own(connection: &mut PgConnection, permit: &Permit, who: &Who) -> Result<Vec<Item>, AppError> {
    let (language, time_zone) = team::preferences(&mut *connection, who.id).await?.unwrap_or_default();
    let profile = Setting::Profile(Profile { id: who.id, language, time_zone });
    let people = team::people(connection, permit.now()).await?;
    let own = people.into_iter().filter(|(person, _)| person.id == Some(who.id));
    let own =
        own.map(|(person, standing)| Item { setting: Setting::Person(person), uses: 0, standing: Some(standing) });
    Ok(std::iter::once(Item { setting: profile, uses: 0, standing: None }).chain(own).collect())
}

async fn everybody(connection: &mut PgConnection, permit: &Permit) -> Result<Vec<Item>, AppError> {
    let held: BTreeMap<_, _> = team::leads_held(&mut *connection)
        .await?
        .into_iter()
        .filter_map(|(owner, _, leads)| owner.map(|owner| (owner, leads)))
        .collect();
    let people = team::people(connection, permit.now()).await?;
    let item = |(person, standing): (super::model::Person, _)| {
        let uses = person.id.and_then(|id| held.get(&id)).copied().unwrap_or_default();
        Item { setting: Setting::Person(person), uses, standing: Some(standing) }
    };
    Ok(people.into_iter().map(item).collect())
}

async fn around(connection: &mut PgConnection) -> Result<Around, AppError> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", id as "id!", name as "name!: Json<Names>" from (
             select 'person' as kind, id, jsonb_build_object('en', name) as name from app_user where closed_at is null
             union all select 'manager', id, jsonb_build_object('en', name) from app_user
             where closed_at is null and role in ('manager', 'admin')
             union all select 'team', id, jsonb_build_object('en', name) from team
             union all select 'source', id, jsonb_build_object('en', name) from source
             union all select 'line', id, name from business_line) as named
           order by name ->> 'en' collate "und-x-icu", id"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut around = Around::default();
    for row in rows {
        let list = match row.kind.as_str() {
            "person" => &mut around.people,
            "manager" => &mut around.managers,
            "team" => &mut around.teams,
            "source" => &mut around.sources,
            _ => &mut around.lines,
        };
        list.push(Named { id: row.id, name: row.name.0 });
    }
    let currencies = lists::currencies(connection).await?;
    around.all_currencies = currencies.iter().map(|currency| currency.code.clone()).collect();
    around.currencies =
        currencies.into_iter().filter(|currency| currency.in_use).map(|currency| currency.code).collect();
    Ok(around)
}

/// The front page of the settings: what is still to be done, and what changed lately.
pub async fn overview(permit: &Permit) -> Result<Overview, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let who = who(&mut connection, permit).await?;
    let row = sqlx::query!(
        r#"select (select count(*) > 1 from app_user) as "people!", exists (select from product) as "products!",
                  exists (select from lead) as "leads!""#
    )
    .fetch_one(&mut *connection)
    .await?;
    let progress = Progress { people: row.people, products: row.products, leads: row.leads };
    let is_done = progress.people && progress.products && progress.leads;
    let changes = match who.role {
        Role::Rep => Vec::new(),
        Role::Manager | Role::Admin => log::latest(&mut connection, permit).await?,
    };
    let progress = (who.role == Role::Admin && !is_done).then_some(progress);
    Ok(Overview { who, progress, changes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_the_database_does_not_know_is_not_offered() {
        let known = ["Europe/Istanbul", "UTC", "localtime"].map(str::to_owned).into();
        assert_eq!(in_both(&known), ["Europe/Istanbul", "UTC"], "US/Eastern is missing there, localtime here");
    }
}
