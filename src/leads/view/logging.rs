//! Writing down what happened: one press opens the form, one more keeps it.

use super::field::Ground;
use crate::{
    colleagues::view::{MentionField, Mentions},
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    leads::{
        api::logging::{LogChoices, LoggedAnswer, log_entry, log_estimate, log_offer, read_log_choices},
        rules::fields::{Field, LeadField},
        rules::logging::{EntryKind, LogObjection, NewEntry, NewEstimate, NewOffer, typed_amount},
    },
    live::connection::{Connection, use_connection},
    losses::{
        rules::{Approach, AttemptChannel, AttemptResult, DoNot, LONGEST_TEXT},
        view::words::{self, I18n},
    },
    outreach::rules::mail_link,
    pipeline::api::{Channel, Direction, Money},
    ui::{
        dialog::Dialog,
        field::{RadioChips, TextField, focus_first_problem},
        icon::{Drawn, Icon},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use chrono::{NaiveDate, NaiveDateTime};
use leptos::{html, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

/// What is being written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Call,
    Email,
    Message,
    Meeting,
    Note,
    Estimate,
    Offer,
    /// That we tried to reach them, by whatever channel.
    Attempt,
    /// Something that came in for a colleague.
    ForColleague,
}

impl Form {
    const ALL: [Self; 7] =
        [Self::Call, Self::Email, Self::Message, Self::Meeting, Self::Note, Self::Estimate, Self::Offer];

    /// What it may be, the likeliest first.
    fn kinds(self) -> &'static [EntryKind] {
        match self {
            Self::Call => &[EntryKind::Call],
            Self::Email => &[EntryKind::Email],
            Self::Message => &[EntryKind::Whatsapp, EntryKind::Sms],
            Self::Meeting => &[EntryKind::Meeting],
            Self::Note => &[EntryKind::Note],
            Self::Estimate | Self::Offer => &[],
            Self::Attempt => {
                &[EntryKind::Call, EntryKind::Whatsapp, EntryKind::Sms, EntryKind::Email, EntryKind::Meeting]
            }
            Self::ForColleague => &[EntryKind::Call, EntryKind::Whatsapp, EntryKind::Sms, EntryKind::Email],
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Call | Self::Attempt => Icon::Phone,
            Self::Email => Icon::Mail,
            Self::Message | Self::ForColleague => Icon::Message,
            Self::Meeting => Icon::Calendar,
            Self::Note => Icon::Pencil,
            Self::Estimate => Icon::Task,
            Self::Offer => Icon::Tag,
        }
    }

    fn name(self, i18n: I18n) -> String {
        match self {
            Self::Call => t_string!(i18n, losses.channel_call).to_string(),
            Self::Email => t_string!(i18n, losses.channel_email).to_string(),
            Self::Message => t_string!(i18n, leads.log_message).to_string(),
            Self::Meeting => t_string!(i18n, losses.channel_meeting).to_string(),
            Self::Note => t_string!(i18n, leads.kind_note).to_string(),
            Self::Estimate => t_string!(i18n, leads.kind_estimate).to_string(),
            Self::Offer => t_string!(i18n, leads.kind_offer).to_string(),
            Self::Attempt => t_string!(i18n, leads.kind_attempt).to_string(),
            Self::ForColleague => t_string!(i18n, leads.log_for_colleague).to_string(),
        }
    }
}

/// Why something is not written down.
pub(super) fn objection(i18n: I18n, why: &LogObjection) -> String {
    match why {
        LogObjection::OnlyIncoming => t_string!(i18n, leads.log_only_incoming).to_string(),
        LogObjection::NotYours => t_string!(i18n, losses.objection_not_yours).to_string(),
        LogObjection::TextMissing => t_string!(i18n, leads.log_text_missing).to_string(),
        LogObjection::ApproachMissing => t_string!(i18n, leads.log_approach_missing).to_string(),
        LogObjection::InFuture => t_string!(i18n, leads.log_in_future).to_string(),
        LogObjection::TooLongAgo => t_string!(i18n, leads.log_too_long_ago).to_string(),
        LogObjection::TooFarAhead => t_string!(i18n, leads.log_too_far_ahead).to_string(),
        LogObjection::ChannelForbidden { channel } => {
            t_string!(i18n, losses.objection_channel, channel = words::channel(i18n, *channel)).to_string()
        }
        LogObjection::PaidWithoutFee => t_string!(i18n, leads.log_paid_without_fee).to_string(),
        LogObjection::ExpiryInPast => t_string!(i18n, leads.log_expiry_in_past).to_string(),
        LogObjection::NoRate { currency } => {
            t_string!(i18n, leads.log_no_rate, currency = currency.clone()).to_string()
        }
        LogObjection::MentionUnread { name } => {
            t_string!(i18n, colleagues.mention_refused, name = name.clone()).to_string()
        }
        LogObjection::NothingToPay => t_string!(i18n, leads.log_nothing_to_pay).to_string(),
    }
}

/// The buttons that write something down, and the ways to reach the lead. What they asked us not to do is not offered.
#[component]
pub(super) fn LogBar(
    /// What the page stands on.
    ground: Ground,
    /// Opens a form.
    on_open: Callback<Form>,
    /// Somebody goes to reach them by this channel.
    leave: Callback<Channel>,
) -> impl IntoView {
    let i18n = ground.i18n;
    let button = |form: Form| {
        view! {
            <button type="button" on:click=move |_| on_open.run(form)>
                <Drawn icon=form.icon()/>
                {move || form.name(i18n)}
            </button>
        }
    };
    let phone = ground.value(Field::Lead(LeadField::Phone));
    let email = ground.value(Field::Lead(LeadField::Email));
    let do_not = Memo::new(move |_| ground.lead.with(|lead| lead.do_not));
    let call = move || match (phone.get(), do_not.get().call) {
        (phone, _) if phone.is_empty() => ().into_any(),
        (_, true) => view! { <span class="small muted">{t!(i18n, leads.no_calls_note)}</span> }.into_any(),
        (phone, false) => view! { <CallLinks phone leave/> }.into_any(),
    };
    let write = move || match (email.get(), do_not.get().email) {
        (email, _) if email.is_empty() => ().into_any(),
        (_, true) => view! { <span class="small muted">{t!(i18n, leads.no_mails_note)}</span> }.into_any(),
        (email, false) => view! {
            <a class="reach" href=mail_link(&email) on:click=move |_| leave.run(Channel::Email)>
                <Drawn icon=Icon::Mail/>
                <bdi>{email.clone()}</bdi>
            </a>
        }
        .into_any(),
    };
    view! {
        <section class="panel log-panel" aria-labelledby="log-title">
            <h2 id="log-title">{t!(i18n, leads.log_title)}</h2>
            <div class="log-bar">{Form::ALL.map(button).collect_view()}</div>
            <div class="reach-bar">{call}{write}</div>
        </section>
    }
}

/// Calls and writes to a number. Whoever comes back is asked what came of it.
#[component]
fn CallLinks(phone: String, leave: Callback<Channel>) -> impl IntoView {
    let whatsapp = international(&phone).map(|number| {
        view! {
            <a
                class="reach"
                href=format!("https://wa.me/{number}")
                target="_blank"
                rel="noopener noreferrer"
                on:click=move |_| leave.run(Channel::Whatsapp)
            >
                <Drawn icon=Icon::Message/>
                "WhatsApp"
            </a>
        }
    });
    view! {
        <a class="reach" href=format!("tel:{}", dialled(&phone)) on:click=move |_| leave.run(Channel::Call)>
            <Drawn icon=Icon::Phone/>
            <bdi class="num">{phone.clone()}</bdi>
        </a>
        {whatsapp}
    }
}

/// A number as a telephone dials it.
fn dialled(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// The number with its country, as WhatsApp wants it; nothing where the country is not said.
fn international(phone: &str) -> Option<String> {
    let digits = dialled(phone);
    let number = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"))?;
    (number.len() >= 8 && !number.contains('+')).then(|| number.to_owned())
}

/// Where the form's answer goes.
#[derive(Clone, Copy)]
struct Sending {
    is_on_its_way: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    key: IntentKey,
    connection: Connection,
    unsent: Unsent,
    form: NodeRef<html::Form>,
    on_done: Callback<bool>,
}

impl Sending {
    fn new(lead: LeadId, form: Form, on_done: Callback<bool>) -> Self {
        let unsent = Unsent::of(format_args!("log-{lead}-{form:?}"));
        Self {
            connection: use_connection(),
            unsent,
            is_on_its_way: RwSignal::new(false),
            problem: RwSignal::new(None),
            key: IntentKey::beside(unsent),
            form: NodeRef::new(),
            on_done,
        }
    }

    fn object(self, why: String) {
        self.problem.set(Some(why));
        focus_first_problem(self.form);
    }
}

/// The frame of all these forms: title, fields, what is wrong, the two ways out.
#[component]
fn LogForm(
    title: Signal<String>,
    sending: Sending,
    /// Sends what is filled in.
    submit: Callback<()>,
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let Sending { is_on_its_way, problem, form, on_done, unsent, .. } = sending;
    view! {
        <Dialog labelled_by="log-form-title" on_close=move |()| on_done.run(false)>
            <form
                class="loss-form"
                novalidate
                node_ref=form
                on:submit=move |event| {
                    event.prevent_default();
                    if !is_on_its_way.get_untracked() {
                        problem.set(None);
                        submit.run(());
                    }
                }
            >
                <h1 id="log-form-title">{title}</h1>
                {children()}
                <p class="problem" role="alert" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
                <div class="dialog-foot">
                    <button
                        type="button"
                        on:click=move |_| {
                            unsent.forget();
                            on_done.run(false);
                        }
                    >
                        {t!(i18n, shell.cancel)}
                    </button>
                    <button class="primary" aria-disabled=move || is_on_its_way.get().to_string()>
                        {move || match is_on_its_way.get() {
                            true => t_string!(i18n, losses.saving),
                            false => t_string!(i18n, losses.log_it),
                        }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// Hears how writing something down ended.
fn settle(
    i18n: I18n,
    toaster: crate::ui::toast::Toaster,
    sending: Sending,
    answer: Result<LoggedAnswer, crate::error::AppError>,
) {
    if matches!(answer, Ok(LoggedAnswer::Done)) {
        sending.unsent.forget();
    }
    // Whoever left the form meanwhile finds the entry in the history.
    if sending.is_on_its_way.try_set(false).is_some() {
        return;
    }
    match answer {
        Ok(LoggedAnswer::Done) => {
            toaster.say(tu_string!(i18n, leads.logged).to_string());
            sending.on_done.run(true);
        }
        Ok(LoggedAnswer::Refused { why }) => sending.object(untrack(|| objection(i18n, &why))),
        Err(error) => sending.problem.set(Some(untrack(|| words::trouble(i18n, error)))),
    }
}

/// A dialog for `form`. `on_done` hears whether something was written down; unmount it there.
#[component]
pub(super) fn LogDialog(
    /// Which lead.
    lead: LeadId,
    /// What it is called.
    name: String,
    /// What is written down.
    form: Form,
    /// What they asked us not to do.
    do_not: DoNot,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let title = Signal::derive(move || format!("{} · {name}", form.name(i18n)));
    match form {
        Form::Estimate => view! { <EstimateForm lead title on_done/> }.into_any(),
        Form::Offer => view! { <OfferForm lead title on_done/> }.into_any(),
        talk => view! { <TalkForm lead title form=talk do_not on_done/> }.into_any(),
    }
}

/// A talk as it is being filled in.
#[derive(PartialEq, Serialize, Deserialize)]
struct TypedTalk {
    kind: Option<EntryKind>,
    direction: Option<Direction>,
    result: Option<AttemptResult>,
    approach: Option<Approach>,
    when: String,
    text: String,
}

#[component]
fn TalkForm(lead: LeadId, title: Signal<String>, form: Form, do_not: DoNot, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let sending = Sending::new(lead, form, on_done);
    let mentions = Mentions::about(lead);
    // An attempt is ours alone: by a channel that they forbade there can be none.
    let may_be =
        move |kind: &EntryKind| form != Form::Attempt || kind.channel().is_none_or(|channel| !do_not.forbids(channel));
    let kind = RwSignal::new(form.kinds().iter().copied().find(may_be));
    let is_note = form == Form::Note;
    let forbids_us = move || {
        form == Form::ForColleague
            || kind.get().and_then(EntryKind::channel).is_some_and(|channel| do_not.forbids(channel))
    };
    let direction = RwSignal::new(Some(if untrack(forbids_us) { Direction::Inbound } else { Direction::Outbound }));
    let result = RwSignal::new(None::<AttemptResult>);
    let approach = RwSignal::new(None::<Approach>);
    let when = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let filled_in = move || TypedTalk {
        kind: kind.get(),
        direction: direction.get(),
        result: result.get(),
        approach: approach.get(),
        when: when.get(),
        text: text.get(),
    };
    sending.unsent.keep(filled_in, move |kept| {
        kind.set(kept.kind);
        direction.set(kept.direction);
        result.set(kept.result);
        approach.set(kept.approach);
        when.set(kept.when);
        text.set(kept.text);
    });
    let is_ours = move || !is_note && direction.get() == Some(Direction::Outbound);
    let submit = Callback::new(move |()| {
        let Some((kind, direction)) = kind.get_untracked().zip(direction.get_untracked()) else { return };
        if form == Form::Attempt && result.get_untracked().is_none() {
            return sending.object(tu_string!(i18n, leads.log_result_missing).to_string());
        }
        let entry = NewEntry {
            kind,
            direction,
            result: result.get_untracked(),
            approach: approach.get_untracked(),
            at: NaiveDateTime::parse_from_str(&when.get_untracked(), "%Y-%m-%dT%H:%M").ok(),
            mentions: mentions.of(&text.get_untracked()),
            text: text.get_untracked(),
        };
        let key = sending.key.of(&entry);
        sending.is_on_its_way.set(true);
        spawn_local(async move {
            settle(
                i18n,
                toaster,
                sending,
                sending.connection.persistently(async || log_entry(lead, entry.clone(), key.clone()).await).await,
            )
        });
    });
    let kinds = move || {
        let named = |kind: &EntryKind| {
            let channel = kind.channel().unwrap_or(AttemptChannel::Call);
            (*kind, words::channel(i18n, channel))
        };
        form.kinds().iter().filter(|kind| may_be(kind)).map(named).collect::<Vec<_>>()
    };
    let directions = move || {
        let all = [
            (Direction::Outbound, t_string!(i18n, leads.log_outbound).to_string()),
            (Direction::Inbound, t_string!(i18n, leads.log_inbound).to_string()),
        ];
        all.into_iter().filter(|(direction, _)| *direction == Direction::Inbound || !forbids_us()).collect::<Vec<_>>()
    };
    let results =
        move || AttemptResult::ALL.iter().map(|result| (*result, words::result(i18n, *result))).collect::<Vec<_>>();
    let approaches =
        move || Approach::ALL.iter().map(|approach| (*approach, words::approach(i18n, *approach))).collect::<Vec<_>>();
    let text_label = Signal::derive(move || match is_note {
        true => t_string!(i18n, leads.log_note_text).to_string(),
        false => t_string!(i18n, leads.log_talk_text).to_string(),
    });
    view! {
        <LogForm title sending submit>
            {(form.kinds().len() > 1).then(|| view! {
                <RadioChips
                    name="log-kind"
                    legend=Signal::derive(move || t_string!(i18n, losses.channel_legend).to_string())
                    options=Signal::derive(kinds)
                    chosen=kind
                />
            })}
            {match form {
                // Whoever may not read the lead is told nothing about who may.
                Form::ForColleague => view! {
                    <TextField id="log-text" label=text_label value=text longest=LONGEST_TEXT/>
                }
                .into_any(),
                _ => view! {
                    <MentionField id="log-text" label=text_label value=text mentions longest=LONGEST_TEXT required=is_note/>
                }
                .into_any(),
            }}
            {(!is_note && !matches!(form, Form::ForColleague | Form::Attempt)).then(|| view! {
                <RadioChips
                    name="log-direction"
                    legend=Signal::derive(move || t_string!(i18n, leads.log_direction).to_string())
                    options=Signal::derive(directions)
                    chosen=direction
                />
            })}
            <Show when=is_ours>
                <RadioChips
                    name="log-result"
                    legend=Signal::derive(move || t_string!(i18n, leads.log_result).to_string())
                    options=Signal::derive(results)
                    chosen=result
                />
                <Show when=move || result.get().is_some()>
                    <RadioChips
                        name="log-approach"
                        legend=Signal::derive(move || t_string!(i18n, losses.approach_legend).to_string())
                        options=Signal::derive(approaches)
                        chosen=approach
                    />
                </Show>
            </Show>
            {(!is_note).then(|| view! {
                <div class="field">
                    <label for="log-when">{t!(i18n, losses.attempt_when)}</label>
                    <input
                        id="log-when"
                        class="input"
                        type="datetime-local"
                        aria-describedby="log-when-hint"
                        prop:value=move || when.get()
                        on:input=move |event| when.set(event_target_value(&event))
                    />
                    <span id="log-when-hint" class="small muted">{t!(i18n, losses.attempt_when_hint)}</span>
                </div>
            })}
        </LogForm>
    }
}

/// An amount with its currency, as it is being typed.
#[derive(Clone, Copy)]
struct TypedMoney {
    amount: RwSignal<String>,
    currency: RwSignal<String>,
}

impl TypedMoney {
    fn new() -> Self {
        Self { amount: RwSignal::new(String::new()), currency: RwSignal::new(String::new()) }
    }

    /// The amount; nothing where none was typed.
    fn read(self, choices: &LogChoices) -> Result<Option<Money>, NotANumber> {
        let text = self.amount.get_untracked();
        if text.trim().is_empty() {
            return Ok(None);
        }
        let chosen = self.currency.get_untracked();
        let currency =
            choices.currencies.iter().find(|currency| currency.code == chosen).or(choices.currencies.first());
        let currency = currency.ok_or(NotANumber)?;
        let minor = typed_amount(&text, currency.digits).ok_or(NotANumber)?;
        Ok(Some(Money { minor, currency: currency.code.clone() }))
    }
}

/// What was typed is no number.
struct NotANumber;

/// A number in hundredths; nothing where none was typed.
fn read_hundredths(text: RwSignal<String>) -> Result<Option<i64>, NotANumber> {
    let text = text.get_untracked();
    if text.trim().is_empty() { Ok(None) } else { typed_amount(&text, 2).map(Some).ok_or(NotANumber) }
}

/// A number, typed: the telephone shows digits, and no wheel turns it by mistake.
#[component]
fn NumberField(id: &'static str, #[prop(into)] label: Signal<String>, value: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                class="input"
                inputmode="decimal"
                autocomplete="off"
                maxlength="24"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

#[component]
fn MoneyField(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    money: TypedMoney,
    choices: LocalResource<LogChoices>,
) -> impl IntoView {
    let i18n = use_i18n();
    let options = move || {
        let currencies = choices.get().map(|choices| choices.currencies).unwrap_or_default();
        currencies
            .into_iter()
            .map(|currency| view! { <option value=currency.code.clone()>{currency.code.clone()}</option> })
            .collect_view()
    };
    view! {
        <div class="money-field">
            <NumberField id label value=money.amount/>
            <select
                class="input"
                aria-label=move || t_string!(i18n, leads.currency)
                on:change=move |event| money.currency.set(event_target_value(&event))
            >
                <Suspense>{options}</Suspense>
            </select>
        </div>
    }
}

#[component]
fn Tick(#[prop(into)] label: Signal<String>, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="tick">
            <input type="checkbox" prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event))/>
            {label}
        </label>
    }
}

/// Puts back what was typed before.
fn fill(texts: [RwSignal<String>; 3], kept: [String; 3]) {
    texts.into_iter().zip(kept).for_each(|(text, kept)| text.set(kept));
}

fn log_choices() -> LocalResource<LogChoices> {
    LocalResource::new(|| async { read_log_choices().await.unwrap_or_default() })
}

#[component]
fn EstimateForm(lead: LeadId, title: Signal<String>, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let sending = Sending::new(lead, Form::Estimate, on_done);
    let mentions = Mentions::about(lead);
    let choices = log_choices();
    let (hours, by, text, paid_on) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let credited = RwSignal::new(false);
    let fee = TypedMoney::new();
    let texts = [hours, fee.amount, text];
    sending.unsent.keep(move || texts.map(|text| text.get()), move |kept| fill(texts, kept));
    let submit = Callback::new(move |()| {
        let choices = choices.get_untracked().unwrap_or_default();
        let (Ok(hours_hundredths), Ok(fee)) = (read_hundredths(hours), fee.read(&choices)) else {
            return sending.object(tu_string!(i18n, leads.log_not_a_number).to_string());
        };
        let estimate = NewEstimate {
            hours_hundredths,
            by: by.get_untracked().parse().ok(),
            fee,
            paid_on: paid_on.get_untracked().parse::<NaiveDate>().ok(),
            credited_on_winning: credited.get_untracked(),
            mentions: mentions.of(&text.get_untracked()),
            text: text.get_untracked(),
        };
        let key = sending.key.of(&estimate);
        sending.is_on_its_way.set(true);
        spawn_local(async move {
            settle(
                i18n,
                toaster,
                sending,
                sending.connection.persistently(async || log_estimate(lead, estimate.clone(), key.clone()).await).await,
            )
        });
    });
    let people = move || {
        let people = choices.get().map(|choices| choices.people).unwrap_or_default();
        people.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect_view()
    };
    view! {
        <LogForm title sending submit>
            <div class="side-by-side">
                <NumberField
                    id="estimate-hours"
                    label=Signal::derive(move || t_string!(i18n, leads.estimate_hours).to_string())
                    value=hours
                />
                <div class="field">
                    <label for="estimate-by">{t!(i18n, leads.estimate_by)}</label>
                    <select id="estimate-by" class="input" on:change=move |event| by.set(event_target_value(&event))>
                        <option value="">"–"</option>
                        <Suspense>{people}</Suspense>
                    </select>
                </div>
            </div>
            <MoneyField
                id="estimate-fee"
                label=Signal::derive(move || t_string!(i18n, leads.estimate_fee).to_string())
                money=fee
                choices
            />
            <TextField
                id="estimate-paid"
                label=Signal::derive(move || t_string!(i18n, leads.estimate_paid).to_string())
                value=paid_on
                kind="date"
            />
            <Tick label=Signal::derive(move || t_string!(i18n, leads.estimate_credited).to_string()) value=credited/>
            <MentionField
                id="log-text"
                label=Signal::derive(move || t_string!(i18n, leads.estimate_text).to_string())
                value=text
                mentions
                longest=LONGEST_TEXT
            />
        </LogForm>
    }
}

#[component]
fn OfferForm(lead: LeadId, title: Signal<String>, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let sending = Sending::new(lead, Form::Offer, on_done);
    let mentions = Mentions::about(lead);
    let choices = log_choices();
    let (discount, expires, text) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let price = TypedMoney::new();
    let texts = [price.amount, discount, text];
    sending.unsent.keep(move || texts.map(|text| text.get()), move |kept| fill(texts, kept));
    let submit = Callback::new(move |()| {
        let choices = choices.get_untracked().unwrap_or_default();
        let (Ok(Some(amount)), Ok(discount_hundredths)) = (price.read(&choices), read_hundredths(discount)) else {
            return sending.object(tu_string!(i18n, leads.log_not_a_number).to_string());
        };
        if discount_hundredths.is_some_and(|discount| discount > 10_000) {
            return sending.object(tu_string!(i18n, leads.log_discount_too_high).to_string());
        }
        let offer = NewOffer {
            amount,
            discount_hundredths,
            expires_on: expires.get_untracked().parse::<NaiveDate>().ok(),
            mentions: mentions.of(&text.get_untracked()),
            text: text.get_untracked(),
        };
        let key = sending.key.of(&offer);
        sending.is_on_its_way.set(true);
        spawn_local(async move {
            settle(
                i18n,
                toaster,
                sending,
                sending.connection.persistently(async || log_offer(lead, offer.clone(), key.clone()).await).await,
            )
        });
    });
    view! {
        <LogForm title sending submit>
            <MoneyField
                id="offer-amount"
                label=Signal::derive(move || t_string!(i18n, leads.offer_amount).to_string())
                money=price
                choices
            />
            <div class="side-by-side">
                <NumberField
                    id="offer-discount"
                    label=Signal::derive(move || t_string!(i18n, leads.offer_discount).to_string())
                    value=discount
                />
                <TextField
                    id="offer-expires"
                    label=Signal::derive(move || t_string!(i18n, leads.offer_expires).to_string())
                    value=expires
                    kind="date"
                />
            </div>
            <MentionField
                id="log-text"
                label=Signal::derive(move || t_string!(i18n, leads.offer_text).to_string())
                value=text
                mentions
                longest=LONGEST_TEXT
            />
        </LogForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatsapp_is_offered_where_the_country_is_said() {
        assert_eq!(international("+90 (532) 000-11-22").as_deref(), Some("905320001122"));
        assert_eq!(international("0090 532 000 11 22").as_deref(), Some("905320001122"));
        assert_eq!(international("0532 000 11 22"), None);
        assert_eq!(dialled("+90 (532) 000-11-22"), "+905320001122");
    }
}
