//! The front page of the settings, and the page of each section: lists of what is set, with what can be done to it.

use super::{
    account::{CloseDialog, InviteDialog, PasswordForm},
    editor::Editor,
    reasons::Offerings,
    words::{self, I18n, w},
};
use crate::{
    app::trouble::Trouble,
    clock::Moment,
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    ids::Names,
    losses::rules::{Outcome, Scope},
    people::rules::{Role, Tier},
    settings::{
        api::{
            AccountAnswer, Around, Change, Item, Overview, Progress, Saved, Sheet, Standing, Wanted, read_overview,
            read_sheet, reopen_account, save,
        },
        model::{
            Decision, Field, FieldKind, Holiday, Order, Ordered, Person, Queue, ReasonSetting, Section, Setting, Team,
            Word, WordKind,
        },
        rules::{Who, may_stand_so},
    },
    ui::{
        key::fresh_key,
        title::PageTitle,
        toast::{Offer, Toast, Toaster, use_toaster},
    },
};
use chrono::NaiveDate;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use std::collections::BTreeMap;

/// Sections that belong together.
const GROUPS: [&[Section]; 4] = [
    &[Section::Me],
    &[Section::People, Section::Teams, Section::Holidays, Section::Organisation],
    &[Section::Stages, Section::Reasons, Section::Fields],
    &[
        Section::Products,
        Section::BusinessLines,
        Section::Segments,
        Section::Tags,
        Section::Sources,
        Section::Campaigns,
        Section::Currencies,
    ],
];

/// The front page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let i18n = use_i18n();
    let overview = Resource::new_blocking(|| (), |()| read_overview());
    view! {
        <PageTitle text=move || w!(i18n, title)/>
        <header class="bar"><h1>{t!(i18n, settings.title)}</h1></header>
        <Transition>
            {move || Suspend::new(async move {
                match overview.await {
                    Ok(overview) => view! { <Front overview/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Front(overview: Overview) -> impl IntoView {
    let i18n = use_i18n();
    let Overview { who, progress, changes } = overview;
    let card = |section: Section| {
        view! {
            <li>
                <a class="setting-card" href=format!("/settings/{section}")>
                    <strong>{move || words::section(i18n, section).0}</strong>
                    <span class="small muted">{move || words::section(i18n, section).1}</span>
                </a>
            </li>
        }
    };
    let group = |sections: &[Section]| {
        let cards = sections.iter().copied().filter(|section| who.may_read(*section)).map(card).collect_view();
        view! { <ul class="setting-cards">{cards}</ul> }
    };
    view! {
        <div class="settings">
            {progress.map(|progress| view! { <Checklist progress/> })}
            {GROUPS.map(group).collect_view()}
            {(!changes.is_empty()).then(|| view! { <Changes changes/> })}
        </div>
    }
}

/// What a new installation still needs.
#[component]
fn Checklist(progress: Progress) -> impl IntoView {
    let i18n = use_i18n();
    let step = |is_done: bool, href: &'static str, text: AnyView| {
        view! {
            <li class:done=is_done>
                <span aria-hidden="true">{if is_done { "✓ " } else { "○ " }}</span>
                <a href=href>{text}</a>
                <span class="sr">{is_done.then_some(t!(i18n, settings.step_done))}</span>
            </li>
        }
    };
    view! {
        <section class="checklist" aria-labelledby="checklist-title">
            <h2 id="checklist-title">{t!(i18n, settings.checklist)}</h2>
            <ul>
                {step(progress.people, "/settings/people", t!(i18n, settings.step_people).into_any())}
                {step(progress.products, "/settings/products", t!(i18n, settings.step_products).into_any())}
                {step(progress.leads, "/import", t!(i18n, settings.step_import).into_any())}
            </ul>
        </section>
    }
}

/// Who changed what, and when.
#[component]
fn Changes(changes: Vec<Change>) -> impl IntoView {
    let i18n = use_i18n();
    let line = |change: Change| {
        let Change { at, by, subject, title, act, fields } = change;
        let when = move || format::date_time(i18n.get_locale(), at);
        let by = move || by.clone().unwrap_or_else(|| w!(i18n, somebody));
        let what = move || {
            let about = format!("{} {title}", words::subject(i18n, subject));
            format!("{}: {}", about.trim(), words::act(i18n, &act))
        };
        let field = move |(field, old, new): (String, String, String)| {
            let label = move || words::label(i18n, &field);
            let shown = |text: String| if text.is_empty() { "–".to_owned() } else { text };
            let (old, new) = (shown(old), shown(new));
            view! { <li><span class="muted">{label}</span> ": " <del>{old}</del> " → " <ins>{new}</ins></li> }
        };
        let fields = (!fields.is_empty())
            .then(|| view! { <ul class="small">{fields.into_iter().map(field).collect_view()}</ul> });
        view! { <li><span class="num faint">{when}</span> " " <strong>{by}</strong> " " {what} {fields}</li> }
    };
    view! {
        <section class="setting-changes" aria-labelledby="changes-title">
            <h2 id="changes-title">{t!(i18n, settings.recent_changes)}</h2>
            <ul>{changes.into_iter().map(line).collect_view()}</ul>
        </section>
    }
}

/// What is being done in a dialog.
#[derive(Clone)]
enum Doing {
    Editing { setting: Box<Setting>, is_new: bool, sheet: Box<Sheet> },
    Inviting { person: i64, name: String },
    Closing { person: i64, name: String },
}

/// What every row of a page can ask for.
#[derive(Clone, Copy)]
struct Desk {
    i18n: I18n,
    toaster: Toaster,
    reload: Callback<()>,
    doing: RwSignal<Option<Doing>>,
    sheet: StoredValue<Sheet>,
}

impl Desk {
    fn edit(self, setting: Setting, is_new: bool) {
        let sheet = Box::new(self.sheet.get_value());
        self.doing.set(Some(Doing::Editing { setting: Box::new(setting), is_new, sheet }));
    }

    /// Saves at once, without a dialog.
    fn put(self, seen: Option<Setting>, wanted: Option<Setting>) {
        let removed = seen.clone().filter(|_| wanted.is_none());
        let request = Wanted { seen, wanted, key: fresh_key() };
        let Self { i18n, toaster, reload, .. } = self;
        spawn_local(async move {
            match save(request).await {
                Ok(Saved::Done { .. }) => {
                    if let Some(removed) = removed {
                        self.offer_undo(removed);
                    }
                }
                Ok(Saved::Refused { why }) => {
                    let why = why.first().map(|refusal| untrack(|| words::why(i18n, refusal.why)));
                    toaster.trouble(why.unwrap_or_default());
                }
                Ok(Saved::Conflict { by, at, .. }) => toaster.trouble(untrack(|| changed_by(i18n, by, at))),
                Err(error) => toaster.trouble(untrack(|| words::trouble(i18n, error))),
            }
            // Nothing is left to do where the page has gone.
            let _ = reload.try_run(());
        });
    }

    fn offer_undo(self, removed: Setting) {
        let take = Callback::new(move |()| self.put(None, Some(removed.as_new())));
        let (text, label) = untrack(|| (w!(self.i18n, removed), t_string!(self.i18n, shell.undo).to_string()));
        self.toaster.show(Toast { text, is_trouble: false, offer: Some(Offer { label, take }) });
    }

    fn reopen(self, person: i64) {
        let Self { i18n, toaster, reload, .. } = self;
        spawn_local(async move {
            match reopen_account(person, fresh_key()).await {
                Ok(AccountAnswer::Done { .. }) => {}
                Ok(AccountAnswer::Refused { why }) => toaster.trouble(untrack(|| words::why(i18n, why.why))),
                Err(error) => toaster.trouble(untrack(|| words::trouble(i18n, error))),
            }
            let _ = reload.try_run(());
        });
    }
}

fn changed_by(i18n: I18n, by: Option<String>, at: Option<Moment>) -> String {
    let who = by.unwrap_or_else(|| w!(i18n, somebody));
    let when = at.map(|at| format::date_time(i18n.get_locale(), at)).unwrap_or_default();
    t_string!(i18n, settings.conflict, who = who, when = when).to_string()
}

/// One section.
#[component]
pub fn SectionPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let section =
        Memo::new(move |_| params.with(|params| params.get("section").and_then(|word| word.parse::<Section>().ok())));
    let sheet = Resource::new_blocking(
        move || section.get(),
        |section| async move {
            match section {
                Some(section) => read_sheet(section).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let doing = RwSignal::new(None::<Doing>);
    let reload = Callback::new(move |()| sheet.refetch());
    let title = move || section.get().map(|section| words::section(i18n, section)).unwrap_or_default();
    view! {
        <PageTitle text=move || title().0/>
        <header class="bar setting-head">
            <a href="/settings">{t!(i18n, settings.title)}</a>
            <h1>{move || title().0}</h1>
        </header>
        <Transition>
            {move || Suspend::new(async move {
                match (sheet.await, section.get_untracked()) {
                    (Ok(sheet), Some(section)) => view! { <SheetView section sheet doing reload/> }.into_any(),
                    (Err(error), _) => view! { <Trouble error/> }.into_any(),
                    (_, None) => view! { <Trouble error=AppError::NotFound/> }.into_any(),
                }
            })}
        </Transition>
        {move || doing.get().map(|what| dialog(what, doing, reload))}
    }
}

fn dialog(what: Doing, doing: RwSignal<Option<Doing>>, reload: Callback<()>) -> AnyView {
    let close = move |is_changed: bool| {
        doing.set(None);
        if is_changed {
            reload.run(());
        }
    };
    match what {
        Doing::Editing { setting, is_new, sheet } => {
            let Sheet { items, who, around } = *sheet;
            let reasons = StoredValue::new(reasons_of(&items));
            let on_done = Callback::new(move |saved: Option<Setting>| match saved {
                // Whoever was added is invited at once.
                Some(Setting::Person(Person { id: Some(person), name, .. })) if is_new => {
                    reload.run(());
                    doing.set(Some(Doing::Inviting { person, name }));
                }
                saved => close(saved.is_some()),
            });
            view! { <Editor setting=*setting is_new who around=StoredValue::new(around) reasons on_done/> }.into_any()
        }
        Doing::Inviting { person, name } => {
            view! { <InviteDialog person name on_done=Callback::new(move |()| close(true))/> }.into_any()
        }
        Doing::Closing { person, name } => view! { <CloseDialog person name on_done=Callback::new(close)/> }.into_any(),
    }
}

fn reasons_of(items: &[Item]) -> Vec<ReasonSetting> {
    let reason = |item: &Item| match &item.setting {
        Setting::Reason(reason) => Some(reason.clone()),
        _ => None,
    };
    items.iter().filter_map(reason).collect()
}

/// What a new entry of a section begins with.
fn blanks(section: Section, sheet: &Sheet) -> Vec<Setting> {
    let Around { teams, managers, .. } = &sheet.around;
    let none = || Names(BTreeMap::new());
    if let Some(kind) = section.words() {
        return vec![Setting::Word(Word {
            id: None,
            kind,
            name: none(),
            retired: false,
            owner: None,
            source: None,
            starts_on: None,
            ends_on: None,
            spend: Vec::new(),
        })];
    }
    match section {
        Section::People => vec![Setting::Person(Person {
            id: None,
            name: String::new(),
            email: String::new(),
            role: Role::Rep,
            tier: Some(Tier::Mid),
            team: teams.first().map(|team| team.id),
            backup: None,
            capacity: None,
            absences: Vec::new(),
            skills: Vec::new(),
        })],
        Section::Teams => {
            let team = Team {
                id: None,
                name: String::new(),
                managers: Vec::new(),
                backup: None,
                time_zone: None,
                hours: Vec::new(),
            };
            let queue = teams.first().zip(managers.first()).map(|(team, manager)| {
                Setting::Queue(Queue { id: None, name: String::new(), team: team.id, manager: manager.id })
            });
            std::iter::once(Setting::Team(team)).chain(queue).collect()
        }
        Section::Holidays => {
            let team = (sheet.who.role != Role::Admin).then(|| sheet.who.teams.first().copied()).flatten();
            // The first day of the calendar stands for none: its field is empty.
            vec![Setting::Holiday(Holiday { id: None, on_day: NaiveDate::default(), name: String::new(), team })]
        }
        Section::Fields => vec![Setting::Field(Field {
            id: None,
            key: String::new(),
            name: none(),
            kind: FieldKind::Text,
            choices: Vec::new(),
            retired: false,
        })],
        Section::Reasons => vec![Setting::Reason(ReasonSetting {
            id: None,
            name: none(),
            outcome: Outcome::Lost,
            excuse: false,
            informs: Decision::Process,
            non_target: false,
            evidence: Vec::new(),
            attempts_needed: 0,
            channels_needed: 0,
            offers_recontact: false,
            retired: false,
            merged_into: None,
            scopes: vec![Scope { direction: None, party: None, business_line: None }],
        })],
        _ => Vec::new(),
    }
}

#[component]
fn SheetView(section: Section, sheet: Sheet, doing: RwSignal<Option<Doing>>, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let blanks: Vec<_> =
        blanks(section, &sheet).into_iter().filter(|blank| sheet.who.may_change(None, Some(blank))).collect();
    let items = sheet.items.clone();
    let reasons = (section == Section::Reasons).then(|| reasons_of(&items));
    let around = StoredValue::new(sheet.around.clone());
    let who = sheet.who.clone();
    let desk = Desk { i18n, toaster: use_toaster(), reload, doing, sheet: StoredValue::new(sheet) };
    let add = |blank: Setting| {
        let subject = blank.subject();
        let text = move || t_string!(i18n, settings.new_thing, what = words::subject(i18n, subject)).to_string();
        view! { <button class="primary" on:click=move |_| desk.edit(blank.clone(), true)>{text}</button> }
    };
    let is_empty = items.is_empty();
    let order = order_of(section, &items);
    let rows = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let moves = order.as_ref().filter(|_| who.role == Role::Admin).map(|order| {
                [place.checked_sub(1), Some(place + 1)].map(|to| to.and_then(|to| swapped(&items, order, place, to)))
            });
            view! { <Row item=item.clone() who=who.clone() around desk moves order=order.clone()/> }
        })
        .collect_view();
    view! {
        <div class="settings">
            <p class="muted">{move || words::section(i18n, section).1}</p>
            <div class="setting-adds">{blanks.into_iter().map(add).collect_view()}</div>
            {reasons.map(|reasons| view! { <Offerings reasons around/> })}
            {is_empty.then(|| view! { <p class="muted">{t!(i18n, settings.empty_list)}</p> })}
            <ul class="setting-list">{rows}</ul>
            {(section == Section::Me).then(|| view! { <PasswordForm/> })}
        </div>
    }
}

/// The order of a section's entries, where it has one.
fn order_of(section: Section, items: &[Item]) -> Option<Order> {
    let of = match section {
        Section::Stages => Ordered::Stages,
        Section::Reasons => Ordered::Reasons,
        Section::Fields => Ordered::Fields,
        _ => return None,
    };
    Some(Order { of, ids: items.iter().filter_map(|item| item.setting.id()).collect() })
}

/// The order with two entries swapped; `None` where that may not be.
fn swapped(items: &[Item], order: &Order, from: usize, to: usize) -> Option<Order> {
    let (one, other) = (&items.get(from)?.setting, &items.get(to)?.setting);
    let mut ids = order.ids.clone();
    ids.swap(from, to);
    let is_allowed = match (one, other) {
        (Setting::Reason(one), Setting::Reason(other)) => one.outcome == other.outcome,
        (Setting::Stage(_), Setting::Stage(_)) => {
            let kind = |item: &Item| match &item.setting {
                Setting::Stage(stage) => Some(stage.kind),
                _ => None,
            };
            let mut kinds: Vec<_> = items.iter().filter_map(kind).collect();
            kinds.swap(from, to);
            may_stand_so(&kinds)
        }
        _ => true,
    };
    is_allowed.then_some(Order { of: order.of, ids })
}

#[component]
fn Row(
    item: Item,
    who: Who,
    around: StoredValue<Around>,
    desk: Desk,
    moves: Option<[Option<Order>; 2]>,
    order: Option<Order>,
) -> impl IntoView {
    let i18n = desk.i18n;
    let setting = StoredValue::new(item.setting.clone());
    let may_edit = who.may_change(Some(&item.setting), Some(&item.setting)) && item.standing != Some(Standing::Closed);
    let (standing, is_retired) = (item.standing, item.setting.is_retired());
    let title = move || match setting.get_value().title(words::language(i18n)) {
        title if title.is_empty() => words::subject(i18n, setting.get_value().subject()),
        title => title,
    };
    let tags = move || {
        let standing = standing.and_then(|standing| words::standing(i18n, standing));
        let retired = is_retired.then(|| w!(i18n, f_retired));
        let tag = |text| view! { <span class="tag-chip">{text}</span> };
        standing.into_iter().chain(retired).map(tag).collect_view()
    };
    let shown = item.clone();
    let detail = move || around.with_value(|around| detail(i18n, &shown, around));
    let edit = may_edit.then(|| {
        view! {
            <button on:click=move |_| desk.edit(setting.get_value(), false)>
                {t!(i18n, settings.edit)} <span class="sr">" " {title}</span>
            </button>
        }
    });
    let retire = item.setting.with_retired(!is_retired).filter(|_| may_edit).map(|wanted| {
        let retire = move |_| desk.put(Some(setting.get_value()), Some(wanted.clone()));
        let text = move || if is_retired { w!(i18n, use_again) } else { w!(i18n, retire) };
        view! { <button class="quiet" on:click=retire>{text} <span class="sr">" " {title}</span></button> }
    });
    let removes = matches!(
        item.setting,
        Setting::Word(_)
            | Setting::Field(_)
            | Setting::Reason(_)
            | Setting::Team(_)
            | Setting::Queue(_)
            | Setting::Holiday(_)
    );
    let may_remove = removes && item.uses == 0 && who.may_change(Some(&item.setting), None);
    let remove = may_remove.then(|| {
        let remove = move |_| desk.put(Some(setting.get_value()), None);
        view! { <button class="quiet" on:click=remove>{t!(i18n, settings.remove)} <span class="sr">" " {title}</span></button> }
    });
    let arrows = moves.zip(order).map(|(moves, order)| {
        let [up, down] = moves;
        view! {
            {arrow(desk, order.clone(), up, "↑", Signal::derive(move || t_string!(i18n, settings.move_up, name = title()).to_string()))}
            {arrow(desk, order, down, "↓", Signal::derive(move || t_string!(i18n, settings.move_down, name = title()).to_string()))}
        }
    });
    let account = match &item.setting {
        Setting::Person(person) if who.role == Role::Admin => {
            person.id.map(|id| account(desk, id, person.name.clone(), standing))
        }
        _ => None,
    };
    view! {
        <li class="setting-row" class:retired=is_retired>
            <div class="setting-what">
                <strong>{title}</strong> {tags}
                <div class="small muted">{detail}</div>
            </div>
            <div class="setting-acts">{arrows} {edit} {account} {retire} {remove}</div>
        </li>
    }
}

fn arrow(desk: Desk, seen: Order, wanted: Option<Order>, sign: &'static str, label: Signal<String>) -> impl IntoView {
    let is_off = wanted.is_none();
    let go = move |_| {
        if let Some(wanted) = &wanted {
            desk.put(Some(Setting::Order(seen.clone())), Some(Setting::Order(wanted.clone())));
        }
    };
    view! {
        <button class="quiet icon-button" disabled=is_off aria-label=move || label.get() on:click=go>{sign}</button>
    }
}

/// What an admin does with an account.
fn account(desk: Desk, person: i64, name: String, standing: Option<Standing>) -> AnyView {
    let i18n = desk.i18n;
    let label = name.clone();
    if standing == Some(Standing::Closed) {
        return view! {
            <button on:click=move |_| desk.reopen(person)>{t!(i18n, settings.reopen)} <span class="sr">" " {label}</span></button>
        }
        .into_any();
    }
    let (inviting, closing) = (name.clone(), name);
    let invite = move |_| desk.doing.set(Some(Doing::Inviting { person, name: inviting.clone() }));
    let close = move |_| desk.doing.set(Some(Doing::Closing { person, name: closing.clone() }));
    let text = move || match standing {
        Some(Standing::Joined) => w!(i18n, new_password_link),
        _ => w!(i18n, invite),
    };
    view! {
        <button class="quiet" on:click=invite>{text} <span class="sr">" " {label.clone()}</span></button>
        <button class="quiet" on:click=close>{t!(i18n, settings.close)} <span class="sr">" " {label}</span></button>
    }
    .into_any()
}

/// What there is to know about an entry, in a line.
fn detail(i18n: I18n, item: &Item, around: &Around) -> String {
    let locale = i18n.get_locale();
    let uses = || {
        t_string!(i18n, settings.uses_leads, count = item.uses, shown = format::number(locale, item.uses)).to_string()
    };
    let parts = match &item.setting {
        Setting::Organisation(it) => vec![
            it.base_currency.clone(),
            it.time_zone.clone(),
            words::month(i18n, it.fiscal_year_starts_in),
            week(i18n, &it.hours),
        ],
        Setting::Profile(it) => vec![
            it.language.clone().unwrap_or_else(|| w!(i18n, by_browser)),
            it.time_zone.clone().unwrap_or_else(|| w!(i18n, by_organisation)),
        ],
        Setting::Person(it) => {
            let backup = match words::named(i18n, &around.people, it.backup) {
                name if name.is_empty() => name,
                name => format!("{}: {name}", w!(i18n, f_backup)),
            };
            let capacity = it.capacity.map(|most| format!("{}: {most}", w!(i18n, f_capacity)));
            let skills = it.skills.iter().map(|skill| skill.value.clone()).collect::<Vec<_>>().join(", ");
            let leads = if item.uses > 0 { uses() } else { String::new() };
            let away = it.absences.last().map(|absence| {
                let (first, last) = (format::date(locale, absence.first_day), format::date(locale, absence.last_day));
                format!("{} {first} – {last}", w!(i18n, f_absences))
            });
            vec![
                words::role(i18n, it.role),
                it.tier.map(|tier| words::tier(i18n, tier)).unwrap_or_default(),
                words::named(i18n, &around.teams, it.team),
                it.email.clone(),
                leads,
                capacity.unwrap_or_default(),
                backup,
                skills,
                away.unwrap_or_default(),
            ]
        }
        Setting::Team(it) => {
            let managers: Vec<_> =
                it.managers.iter().map(|id| words::named(i18n, &around.managers, Some(*id))).collect();
            let hours = if it.hours.is_empty() { w!(i18n, by_organisation) } else { week(i18n, &it.hours) };
            vec![w!(i18n, b_team), managers.join(", "), it.time_zone.clone().unwrap_or_default(), hours]
        }
        Setting::Queue(it) => vec![
            w!(i18n, b_queue),
            words::named(i18n, &around.teams, Some(it.team)),
            format!("{}: {}", w!(i18n, f_manager), words::named(i18n, &around.managers, Some(it.manager))),
        ],
        Setting::Holiday(it) => {
            let team =
                it.team.map_or_else(|| w!(i18n, everybody), |team| words::named(i18n, &around.teams, Some(team)));
            vec![format::date(locale, it.on_day), team]
        }
        Setting::Word(it) => {
            let day = |day: Option<NaiveDate>| day.map(|day| format::date(locale, day)).unwrap_or_default();
            let dates = match (it.starts_on, it.ends_on) {
                (None, None) => String::new(),
                (starts, ends) => format!("{} – {}", day(starts), day(ends)),
            };
            let months = match it.kind {
                WordKind::Campaign => t_string!(i18n, settings.months_of_spend, count = it.spend.len()).to_string(),
                _ => String::new(),
            };
            let (owner, source) =
                (words::named(i18n, &around.people, it.owner), words::named(i18n, &around.sources, it.source));
            vec![uses(), owner, source, dates, months]
        }
        Setting::Currency(it) => {
            let use_word = if it.in_use { w!(i18n, f_in_use) } else { String::new() };
            let rate = it.rates.last().map(|rate| format!("{} ({})", rate.rate, format::date(locale, rate.from_day)));
            vec![use_word, rate.unwrap_or_default()]
        }
        Setting::Field(it) => vec![words::field_kind(i18n, it.kind), uses(), it.choices.join(", ")],
        Setting::Stage(it) => {
            let chance = it.win_probability.map(|percent| format!("{}: {percent} %", w!(i18n, f_win_probability)));
            let limit =
                |limit: Option<i32>, name: String| limit.map(|limit| format!("{name}: {limit}")).unwrap_or_default();
            let meaning = it.meaning.pick(words::language(i18n)).to_owned();
            vec![
                meaning,
                uses(),
                chance.unwrap_or_default(),
                limit(it.stale_days, w!(i18n, f_stale_days)),
                limit(it.unanswered_days, w!(i18n, f_unanswered_days)),
                limit(it.attempts_limit, w!(i18n, f_attempts_limit)),
            ]
        }
        Setting::Reason(it) => {
            let flag = |is_on: bool, text: String| if is_on { text } else { String::new() };
            vec![
                words::outcome(i18n, it.outcome),
                words::decision(i18n, it.informs),
                flag(it.excuse, w!(i18n, is_excuse)),
                flag(it.non_target, w!(i18n, f_non_target)),
                t_string!(i18n, settings.uses_losses, count = item.uses, shown = format::number(locale, item.uses))
                    .to_string(),
            ]
        }
        Setting::Order(_) => Vec::new(),
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The first and last hour of each kind of day, in a line.
fn week(i18n: I18n, hours: &[crate::settings::model::Hours]) -> String {
    let day = |hours: &crate::settings::model::Hours| {
        format!(
            "{} {}–{}",
            words::weekday(i18n, hours.weekday),
            hours.opens.format("%H:%M"),
            hours.closes.format("%H:%M")
        )
    };
    hours.iter().map(day).collect::<Vec<_>>().join(", ")
}
