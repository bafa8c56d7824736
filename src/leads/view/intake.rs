//! A new lead by hand, from any page: a button, the key N, and a dialog that says while somebody types whether the lead is
//! here already.

use crate::{
    app::frame::Me,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, LossId, Names},
    leads::{
        api::intake::{
            CreateAnswer, IntakeChoices, Likeness, Twin, TwinDetails, create_lead, find_twins, read_intake_choices,
        },
        rules::intake::{FirstStep, IntakeObjection, LONGEST_LINE, NewLead, is_worth_looking, objections},
    },
    live::{connection::use_connection, later::Later},
    losses::{
        rules::LONGEST_TEXT,
        view::{
            ReopenDialog,
            words::{self, I18n},
        },
    },
    people::{
        api::{HolderName, read_holders},
        rules::{Holder, Viewer, may_write},
    },
    pipeline::api::{Channel, Choice, Direction},
    ui::{
        dialog::Dialog,
        field::{RadioChips, TextField, focus_first_problem},
        icon::{Drawn, Icon},
        key::IntentKey,
        toast::{Offer, Toast, use_toaster},
        unsent::Unsent,
    },
};
use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::wasm_split};
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// Typing rests this long before anybody looks for the same lead.
const TYPING_RESTS: Duration = Duration::from_millis(300);

/// What is open over the page.
#[derive(Clone, PartialEq)]
enum Open {
    /// The form.
    Form,
    /// A lost lead that came back.
    BringBack { loss: LossId, name: String, stage: Option<Names>, said: String },
}

/// Whether the dialog is open, and the way to the lead that it made. It belongs to the frame: what a toast offers outlives the
/// dialog. Copies share it.
#[derive(Clone, Copy)]
pub struct NewLeadState {
    open: RwSignal<Option<Open>>,
    show: Callback<LeadId>,
}

/// Closed. Call it in a component inside the router.
pub fn use_new_lead() -> NewLeadState {
    let navigate = use_navigate();
    let show = Callback::new(move |lead: LeadId| navigate(&format!("/leads/{lead}"), Default::default()));
    NewLeadState { open: RwSignal::new(None), show }
}

impl NewLeadState {
    /// Opens the dialog.
    pub fn open(self) {
        self.open.set(Some(Open::Form));
    }
}

/// Opens the dialog, as does the key N (`search::rules::shortcuts`).
#[component]
pub fn NewLeadButton(state: NewLeadState) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <button
            type="button"
            class="primary new-lead"
            aria-keyshortcuts="n"
            title=move || t_string!(i18n, leads.new_lead)
            on:click=move |_| state.open()
        >
            <Drawn icon=Icon::Plus/>
            <span>{t!(i18n, leads.new_lead)}</span>
        </button>
    }
}

/// What the button opens. Its code comes when the first lead is entered.
#[component]
pub fn NewLeadDialog(state: NewLeadState) -> impl IntoView {
    move || state.open.get().map(|what| view! { <Later>{Suspend::new(intake_dialog(what.clone(), state))}</Later> })
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn intake_dialog(what: Open, state: NewLeadState) -> AnyView {
    match what {
        Open::Form => view! { <IntakeDialog state/> }.into_any(),
        Open::BringBack { loss, name, stage, said } => {
            let on_done = move |_| state.open.set(None);
            view! { <ReopenDialog loss name stage_left=stage said on_done/> }.into_any()
        }
    }
}

/// When the first step is due, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Soon {
    InAnHour,
    Tomorrow,
    InThreeDays,
    NextWeek,
}

impl Soon {
    const ALL: [Self; 4] = [Self::InAnHour, Self::Tomorrow, Self::InThreeDays, Self::NextWeek];

    fn due(self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let morning = NaiveTime::from_hms_opt(9, 0, 0)?;
        let days = match self {
            Self::InAnHour => return Some(now + TimeDelta::hours(1)),
            Self::Tomorrow => 1,
            Self::InThreeDays => 3,
            Self::NextWeek => 7,
        };
        Some(now.date().checked_add_days(Days::new(days))?.and_time(morning))
    }

    fn name(self, i18n: I18n) -> String {
        match self {
            Self::InAnHour => t_string!(i18n, leads.soon_hour).to_string(),
            Self::Tomorrow => t_string!(i18n, leads.soon_tomorrow).to_string(),
            Self::InThreeDays => t_string!(i18n, leads.soon_three_days).to_string(),
            Self::NextWeek => t_string!(i18n, leads.soon_week).to_string(),
        }
    }
}

/// The form as it is being filled in.
#[derive(Clone, Copy)]
struct Filled {
    name: RwSignal<String>,
    company: RwSignal<String>,
    phone: RwSignal<String>,
    email: RwSignal<String>,
    direction: RwSignal<Option<Direction>>,
    source: RwSignal<String>,
    product: RwSignal<String>,
    request: RwSignal<String>,
    holder: RwSignal<String>,
    soon: RwSignal<Option<Soon>>,
    channel: RwSignal<Option<Channel>>,
}

impl Filled {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            name: text(),
            company: text(),
            phone: text(),
            email: text(),
            direction: RwSignal::new(Some(Direction::Inbound)),
            source: text(),
            product: text(),
            request: text(),
            holder: text(),
            soon: RwSignal::new(None),
            channel: RwSignal::new(Some(Channel::Call)),
        }
    }

    /// The lead that is to be made; `now` is the present moment on the viewer's clock.
    fn lead(self, now: Option<NaiveDateTime>) -> NewLead {
        let due = self.soon.get_untracked().zip(now).and_then(|(soon, now)| soon.due(now));
        let step = due.zip(self.channel.get_untracked());
        NewLead {
            name: self.name.get_untracked(),
            company: self.company.get_untracked(),
            phone: self.phone.get_untracked(),
            email: self.email.get_untracked(),
            direction: self.direction.get_untracked().unwrap_or(Direction::Inbound),
            source: self.source.get_untracked().parse().ok(),
            product: self.product.get_untracked().parse().ok(),
            request: self.request.get_untracked(),
            holder: read_holder(&self.holder.get_untracked()),
            by_rules: self.holder.with_untracked(|holder| holder == BY_RULES),
            step: step.map(|(due, channel)| FirstStep { channel, what: String::new(), due }),
        }
    }

    fn texts(self) -> [RwSignal<String>; 5] {
        [self.name, self.company, self.phone, self.email, self.request]
    }

    /// What was typed, to be kept until it is sent.
    fn typed(self) -> [String; 5] {
        self.texts().map(|text| text.get())
    }

    fn restore(self, typed: [String; 5]) {
        self.texts().into_iter().zip(typed).for_each(|(text, typed)| text.set(typed));
    }

    /// What the lead is called, for the toast.
    fn called(self) -> String {
        let known = [self.name, self.company, self.phone, self.email].map(|text| text.get_untracked());
        known.into_iter().map(|text| text.trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
    }
}

/// Stands among those who may be responsible, for whomever the rules choose.
const BY_RULES: &str = "rules";

/// `u7` is a person, `q3` a queue.
fn read_holder(text: &str) -> Option<Holder> {
    match text.split_at_checked(1)? {
        ("u", id) => id.parse().ok().map(Holder::Person),
        ("q", id) => id.parse().ok().map(Holder::Queue),
        _ => None,
    }
}

fn holder_value(holder: Holder) -> String {
    match holder {
        Holder::Person(id) => format!("u{id}"),
        Holder::Queue(id) => format!("q{id}"),
    }
}

fn objection(i18n: I18n, why: IntakeObjection) -> String {
    match why {
        IntakeObjection::NobodyNamed => t_string!(i18n, leads.intake_nobody).to_string(),
        IntakeObjection::PhoneUnsound => t_string!(i18n, leads.intake_phone).to_string(),
        IntakeObjection::EmailUnsound => t_string!(i18n, leads.intake_email).to_string(),
        IntakeObjection::HolderNotYours => t_string!(i18n, leads.intake_holder).to_string(),
        IntakeObjection::StepInPast => t_string!(i18n, leads.intake_step).to_string(),
    }
}

/// Looks for the same lead while somebody types, once typing rests.
fn look_for_twins(filled: Filled, twins: RwSignal<Vec<Twin>>) {
    let looks = StoredValue::new(0u32);
    Effect::new(move |_| {
        let typed = [filled.name, filled.company, filled.phone, filled.email].map(|text| text.get());
        let mine = looks.with_value(|looks| looks + 1);
        looks.set_value(mine);
        let [name, company, phone, email] = &typed;
        if !is_worth_looking(name, company, phone, email) {
            twins.set(Vec::new());
            return;
        }
        let is_still_asked = move || looks.try_get_value() == Some(mine);
        let look = move || {
            if !is_still_asked() {
                return;
            }
            let [name, company, phone, email] = typed;
            spawn_local(async move {
                // Without an answer there is no warning: the lead can be entered all the same.
                if let Ok(found) = find_twins(name, company, phone, email).await
                    && is_still_asked()
                {
                    twins.set(found);
                }
            });
        };
        set_timeout(look, TYPING_RESTS);
    });
}

#[component]
fn IntakeDialog(state: NewLeadState) -> impl IntoView {
    let NewLeadState { open, show } = state;
    let i18n = use_i18n();
    let toaster = use_toaster();
    let Me(viewer) = expect_context();
    let filled = Filled::new();
    let connection = use_connection();
    let unsent = Unsent::of("new-lead");
    let key = IntentKey::beside(unsent);
    unsent.keep(move || filled.typed(), move |typed| filled.restore(typed));
    let twins = RwSignal::new(Vec::<Twin>::new());
    look_for_twins(filled, twins);
    let choices = LocalResource::new(|| async { read_intake_choices().await.ok() });
    let holders = LocalResource::new(|| async { read_holders().await.unwrap_or_default() });
    let wrong = RwSignal::new(Vec::<IntakeObjection>::new());
    let notice = RwSignal::new(None::<String>);
    let sending = RwSignal::new(false);
    let form = NodeRef::<html::Form>::new();
    let close = Callback::new(move |()| open.set(None));
    let send = move |lead: NewLead| {
        let (key, called) = (key.of(&lead), filled.called());
        sending.set(true);
        spawn_local(async move {
            let answer = connection.persistently(async || create_lead(lead.clone(), key.clone()).await).await;
            let is_open = sending.try_set(false).is_none();
            match answer {
                Ok(CreateAnswer::Done { lead }) => {
                    unsent.forget();
                    let label = tu_string!(i18n, leads.open_lead).to_string();
                    let take = Callback::new(move |()| show.run(lead));
                    let text = tu_string!(i18n, leads.created_toast, name = called).to_string();
                    toaster.show(Toast { text, is_trouble: false, offer: Some(Offer { label, take }) });
                    close.try_run(());
                }
                _ if !is_open => {}
                Ok(CreateAnswer::Refused { objections }) => {
                    wrong.set(objections);
                    focus_first_problem(form);
                }
                Err(error) => notice.set(Some(untrack(|| words::trouble(i18n, error)))),
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        notice.set(None);
        let now = choices.get_untracked().flatten().map(|choices| choices.now.local());
        let lead = filled.lead(now);
        let viewer = viewer.get_untracked().and_then(Result::ok);
        let found = viewer.zip(now).map(|(viewer, now)| objections(&viewer, &lead, now)).unwrap_or_default();
        let is_fine = found.is_empty();
        wrong.set(found);
        if is_fine { send(lead) } else { focus_first_problem(form) }
    };
    let problem = move |of: IntakeObjection| {
        Signal::derive(move || wrong.with(|wrong| wrong.contains(&of)).then(|| objection(i18n, of)))
    };
    let line = move |id: &'static str, kind: &'static str, label: Signal<String>, value, problem| {
        view! { <TextField id label value kind longest=LONGEST_LINE problem/> }
    };
    let never = Signal::derive(|| None::<String>);
    let directions = move || {
        vec![
            (Direction::Inbound, t_string!(i18n, leads.intake_inbound).to_string()),
            (Direction::Outbound, t_string!(i18n, leads.intake_outbound).to_string()),
        ]
    };
    let soon = move || Soon::ALL.map(|soon| (soon, soon.name(i18n))).to_vec();
    let bring_back = Callback::new(move |(loss, name, stage): (LossId, String, Option<Names>)| {
        let said = filled.request.get_untracked();
        open.set(Some(Open::BringBack { loss, name, stage, said }));
    });
    view! {
        <Dialog labelled_by="intake-title" on_close=close>
            <form class="loss-form intake" novalidate node_ref=form on:submit=submit>
                <h1 id="intake-title">{t!(i18n, leads.new_lead)}</h1>
                <div class="side-by-side">
                    {line(
                        "intake-name",
                        "text",
                        Signal::derive(move || t_string!(i18n, leads.name).to_string()),
                        filled.name,
                        problem(IntakeObjection::NobodyNamed),
                    )}
                    {line(
                        "intake-company",
                        "text",
                        Signal::derive(move || t_string!(i18n, leads.company).to_string()),
                        filled.company,
                        never,
                    )}
                    {line(
                        "intake-phone",
                        "tel",
                        Signal::derive(move || t_string!(i18n, leads.phone).to_string()),
                        filled.phone,
                        problem(IntakeObjection::PhoneUnsound),
                    )}
                    {line(
                        "intake-email",
                        "email",
                        Signal::derive(move || t_string!(i18n, leads.email).to_string()),
                        filled.email,
                        problem(IntakeObjection::EmailUnsound),
                    )}
                </div>
                <Twins twins bring_back close/>
                <TextField
                    id="intake-request"
                    label=Signal::derive(move || t_string!(i18n, leads.intake_request).to_string())
                    value=filled.request
                    longest=LONGEST_TEXT
                />
                <RadioChips
                    name="intake-direction"
                    legend=Signal::derive(move || t_string!(i18n, leads.intake_direction).to_string())
                    options=Signal::derive(directions)
                    chosen=filled.direction
                />
                <div class="side-by-side">
                    <Pick
                        id="intake-source"
                        label=Signal::derive(move || t_string!(i18n, leads.source).to_string())
                        value=filled.source
                        choices=Signal::derive(move || offered(choices.get().flatten(), |choices| choices.sources))
                    />
                    <Pick
                        id="intake-product"
                        label=Signal::derive(move || t_string!(i18n, leads.product).to_string())
                        value=filled.product
                        choices=Signal::derive(move || offered(choices.get().flatten(), |choices| choices.products))
                    />
                    <Pick
                        id="intake-holder"
                        label=Signal::derive(move || t_string!(i18n, leads.holder).to_string())
                        value=filled.holder
                        blank=Signal::derive(move || t_string!(i18n, leads.intake_me).to_string())
                        problem=problem(IntakeObjection::HolderNotYours)
                        choices=Signal::derive(move || {
                            let viewer = viewer.get().and_then(Result::ok);
                            let others = viewer.map(|viewer| givable(&viewer, holders.get().unwrap_or_default()));
                            let by_rules = (BY_RULES.to_owned(), t_string!(i18n, leads.intake_by_rules).to_string());
                            std::iter::once(by_rules).chain(others.unwrap_or_default()).collect::<Vec<_>>()
                        })
                    />
                </div>
                <RadioChips
                    name="intake-soon"
                    legend=Signal::derive(move || t_string!(i18n, leads.intake_step_legend).to_string())
                    options=Signal::derive(soon)
                    chosen=filled.soon
                    problem=problem(IntakeObjection::StepInPast)
                />
                <Show when=move || filled.soon.get().is_some()>
                    <RadioChips
                        name="intake-channel"
                        legend=Signal::derive(move || t_string!(i18n, losses.channel_legend).to_string())
                        options=Signal::derive(move || {
                            Channel::ALL
                                .iter()
                                .map(|channel| (*channel, super::words::channel_name(i18n, *channel)))
                                .collect::<Vec<_>>()
                        })
                        chosen=filled.channel
                    />
                </Show>
                <p class="problem" role="alert" hidden=move || notice.get().is_none()>{move || notice.get()}</p>
                <div class="dialog-foot">
                    <button
                        type="button"
                        on:click=move |_| {
                            unsent.forget();
                            close.run(());
                        }
                    >
                        {t!(i18n, shell.cancel)}
                    </button>
                    <button class="primary" aria-disabled=move || sending.get().to_string()>
                        {move || match (sending.get(), twins.with(Vec::is_empty)) {
                            (true, _) => t_string!(i18n, losses.saving),
                            (false, true) => t_string!(i18n, leads.create),
                            (false, false) => t_string!(i18n, leads.create_anyway),
                        }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

fn offered(choices: Option<IntakeChoices>, which: impl Fn(IntakeChoices) -> Vec<Choice>) -> Vec<(String, String)> {
    let choices = choices.map(which).unwrap_or_default();
    choices.into_iter().map(|choice| (choice.id.to_string(), choice.name)).collect()
}

/// To whom else somebody may give a lead.
fn givable(viewer: &Viewer, holders: Vec<HolderName>) -> Vec<(String, String)> {
    holders
        .into_iter()
        .filter(|other| other.holder != Holder::Person(viewer.id) && may_write(viewer, other.holder))
        .map(|other| (holder_value(other.holder), other.name))
        .collect()
}

/// One of many, or none.
#[component]
fn Pick(
    id: &'static str,
    label: Signal<String>,
    value: RwSignal<String>,
    /// Value and name of each.
    choices: Signal<Vec<(String, String)>>,
    /// What no choice means.
    #[prop(optional, into)]
    blank: Signal<String>,
    #[prop(optional, into)] problem: Signal<Option<String>>,
) -> impl IntoView {
    let options = move || {
        let option = |(value, name): (String, String)| view! { <option value=value>{name}</option> };
        choices.get().into_iter().map(option).collect_view()
    };
    let blank = move || Some(blank.get()).filter(|text| !text.is_empty()).unwrap_or_else(|| "–".to_owned());
    view! {
        <div class="field" data-problem=move || problem.get().map(|_| "")>
            <label for=id>{label}</label>
            <select id=id class="input" on:change=move |event| value.set(event_target_value(&event))>
                <option value="">{blank}</option>
                <Suspense>{options}</Suspense>
            </select>
            <p class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
        </div>
    }
}

/// Who is here already and may be the same.
#[component]
fn Twins(
    twins: RwSignal<Vec<Twin>>,
    bring_back: Callback<(LossId, String, Option<Names>)>,
    close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="twins" role="status" aria-live="polite">
            <Show when=move || !twins.with(Vec::is_empty)>
                <p><strong>{t!(i18n, leads.twins_title)}</strong></p>
                <ul>
                    <For each=move || twins.get() key=|twin| twin.lead children=move |twin| view! { <TwinLine twin bring_back close/> }/>
                </ul>
            </Show>
        </div>
    }
}

fn likeness_text(i18n: I18n, likeness: Likeness) -> String {
    match likeness {
        Likeness::Phone => t_string!(i18n, leads.twin_phone).to_string(),
        Likeness::Email => t_string!(i18n, leads.twin_email).to_string(),
        Likeness::Name => t_string!(i18n, leads.twin_name).to_string(),
        Likeness::Similar => t_string!(i18n, leads.twin_similar).to_string(),
    }
}

#[component]
fn TwinLine(twin: Twin, bring_back: Callback<(LossId, String, Option<Names>)>, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let Twin { lead, holder, stage, is_lost, next_step, details } = twin;
    let (name, likeness, lost) = match details {
        Some(TwinDetails { name, company, likeness, lost }) => {
            let name = [name, company].into_iter().flatten().collect::<Vec<_>>().join(", ");
            (Some(name).filter(|name| !name.is_empty()), Some(likeness), lost)
        }
        None => (None, None, None),
    };
    let is_masked = likeness.is_none();
    let shown = name.clone();
    let title = move || match &shown {
        Some(name) => name.clone(),
        None if is_masked => t_string!(i18n, leads.masked_title).to_string(),
        None => t_string!(i18n, leads.nameless, number = lead.to_string()).to_string(),
    };
    let left = stage.clone();
    let place = move || match (is_lost, &stage) {
        (true, _) => t_string!(i18n, leads.is_lost).to_string(),
        (false, stage) => super::words::stage_name(i18n, stage.as_ref()),
    };
    let why = move || likeness.map(|likeness| likeness_text(i18n, likeness));
    let step = (!is_lost).then_some(move || super::words::next_step_text(i18n, next_step.as_ref()));
    let facts = move || {
        [why(), Some(holder.clone()), Some(place()), step.as_ref().map(|step| step())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    view! {
        <li>
            <a href=format!("/leads/{lead}") on:click=move |_| close.run(())><bdi>{title}</bdi></a>
            <span class="small muted">{facts}</span>
            {lost.map(|loss| {
                let name = name.clone().unwrap_or_else(|| lead.to_string());
                view! {
                    <button type="button" on:click=move |_| bring_back.run((loss, name.clone(), left.clone()))>
                        {t!(i18n, leads.bring_back)}
                    </button>
                }
            })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{QueueId, UserId};
    use chrono::NaiveDate;

    #[test]
    fn who_is_chosen_survives_the_form() {
        for holder in [Holder::Person(UserId(7)), Holder::Queue(QueueId(3))] {
            assert_eq!(read_holder(&holder_value(holder)), Some(holder));
        }
        for odd in ["", "u", "x7", "ü7", BY_RULES] {
            assert_eq!(read_holder(odd), None, "{odd}");
        }
    }

    #[test]
    fn quick_choices_lie_ahead() {
        let now = NaiveDate::from_ymd_opt(2026, 12, 31).and_then(|day| day.and_hms_opt(23, 59, 0)).expect("a moment");
        for soon in Soon::ALL {
            assert!(soon.due(now).is_some_and(|due| due > now), "{soon:?}");
        }
    }
}
