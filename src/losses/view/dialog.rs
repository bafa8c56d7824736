//! The loss dialog: twenty seconds, one question after the other, and nothing typed is ever lost.

use super::{
    attempt::{AttemptFields, AttemptForm, KeptAttempt},
    words::{self, I18n},
};
use crate::{
    clock::Moment,
    error::AppError,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{ActivityId, LeadId, ReasonId, RequestKey},
    live::{
        connection::{Connection, use_connection},
        later::Later,
    },
    losses::{
        api::{LoseAnswer, Lost, NewLoss, NewReopening, Preparation, ReopenAnswer, lose, read_preparation, reopen},
        rules::{
            Attempt, AttemptException, Closure, CustomerSaid, Draft, EvidenceKind, Field, LONGEST_TEXT, LastAttempt,
            Objection, Outcome, Reason, RetryPotential, plan_loss, reasons_for,
        },
    },
    pipeline::api::{Card, read_stages},
    recontacts::{
        rules,
        view::{PlanFields, PlanForm},
    },
    ui::{
        dialog::Dialog,
        field::{RadioChips, TextField, focus_first_problem},
        key::{IntentKey, fresh_key},
        toast::{Offer, Toast, Toaster, use_toaster},
        unsent::Unsent,
    },
};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::wasm_split};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Leads that are lost with the same words, each with the version that was seen.
type Others = Vec<(LeadId, i64)>;

/// Asks why a lead is lost, and takes it off the board. `on_done` gets the losses, none when the lead stays; unmount the
/// dialog there. Its code comes when it is opened first.
#[component]
pub fn LossDialog(
    /// Which lead.
    lead: LeadId,
    /// Leads that are lost together with it, for the same reason and with the same note.
    #[prop(optional)]
    also: Others,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<Vec<Lost>>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(loss_dialog(lead, also.clone(), on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn loss_dialog(lead: LeadId, also: Others, on_done: Callback<Vec<Lost>>) -> AnyView {
    view! { <Opened lead also on_done/> }.into_any()
}

#[component]
fn Opened(lead: LeadId, also: Others, on_done: Callback<Vec<Lost>>) -> impl IntoView {
    let i18n = use_i18n();
    let preparation = LocalResource::new(move || read_preparation(lead));
    let body = move || {
        preparation.get().map(|answer| match answer {
            Ok(preparation) if preparation.is_lost => view! { <OffBoard lead/> }.into_any(),
            Ok(preparation) => view! { <LossForm preparation also=also.clone() on_done/> }.into_any(),
            Err(error) => view! {
                <h1 id="loss-title">{t!(i18n, losses.reason_legend)}</h1>
                <p class="problem" role="alert">{move || words::trouble(i18n, error)}</p>
                <div class="dialog-foot">
                    <button on:click=move |_| on_done.run(Vec::new())>{t!(i18n, shell.close)}</button>
                    <button class="primary" on:click=move |_| preparation.refetch()>{t!(i18n, shell.retry)}</button>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <Dialog labelled_by="loss-title" on_close=move |()| on_done.run(Vec::new())>
            <Suspense fallback=move || view! { <h1 id="loss-title" class="muted">{t!(i18n, losses.loading)}</h1> }>{body}</Suspense>
        </Dialog>
    }
}

/// The lead has left the board already.
#[component]
fn OffBoard(lead: LeadId) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <h1 id="loss-title">{t!(i18n, losses.off_board_title)}</h1>
        <p>{t!(i18n, losses.off_board_advice)}</p>
        <div class="dialog-foot">
            <a class="button primary" href=format!("/leads/{lead}")>{t!(i18n, losses.to_the_lead)}</a>
        </div>
    }
}

/// Which last attempt is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Logged(ActivityId),
    New,
    Excepted(AttemptException),
}

/// The loss as it is being filled in.
#[derive(Clone, Copy)]
struct LossState {
    i18n: I18n,
    toaster: Toaster,
    connection: Connection,
    preparation: StoredValue<Preparation>,
    also: StoredValue<Others>,
    on_done: Callback<Vec<Lost>>,
    form: NodeRef<html::Form>,
    outcome: RwSignal<Option<Outcome>>,
    reason: RwSignal<Option<ReasonId>>,
    attempt: RwSignal<Option<Choice>>,
    new_attempt: AttemptForm,
    same_again: RwSignal<String>,
    customer_words: RwSignal<String>,
    said_nothing: RwSignal<bool>,
    note: RwSignal<String>,
    retry: RwSignal<Option<RetryPotential>>,
    evidence: RwSignal<BTreeMap<String, String>>,
    recontact: PlanForm,
    override_because: RwSignal<String>,
    /// Objections are shown from the first try on.
    was_tried: RwSignal<bool>,
    from_server: RwSignal<Vec<Objection>>,
    notice: RwSignal<Option<String>>,
    is_sending: RwSignal<bool>,
    version: StoredValue<i64>,
    key: IntentKey,
    /// What is typed survives an Escape and a reload.
    unsent: Unsent,
    is_restored: RwSignal<bool>,
}

/// What was filled in, as it is kept until it is sent.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    outcome: Option<Outcome>,
    reason: Option<ReasonId>,
    new_attempt: KeptAttempt,
    same_again: String,
    customer_words: String,
    said_nothing: bool,
    note: String,
    retry: Option<RetryPotential>,
    evidence: BTreeMap<String, String>,
    recontact: rules::Draft,
    override_because: String,
}

impl LossState {
    fn new(preparation: Preparation, also: Others, on_done: Callback<Vec<Lost>>) -> Self {
        // The last one logged is offered; without any, the fields for one are open.
        let recontact = PlanForm::new(preparation.do_not, &preparation.persons);
        let lead = preparation.lead;
        let unsent = Unsent::of(format_args!("loss-{lead}"));
        let last = preparation.facts().run().next().map(|attempt| Choice::Logged(attempt.id));
        Self {
            i18n: use_i18n(),
            toaster: use_toaster(),
            connection: use_connection(),
            unsent,
            is_restored: RwSignal::new(false),
            version: StoredValue::new(preparation.move_version),
            preparation: StoredValue::new(preparation),
            also: StoredValue::new(also),
            on_done,
            form: NodeRef::new(),
            outcome: RwSignal::new(Some(Outcome::Lost)),
            reason: RwSignal::new(None),
            attempt: RwSignal::new(Some(last.unwrap_or(Choice::New))),
            new_attempt: AttemptForm::new(lead),
            same_again: RwSignal::new(String::new()),
            customer_words: RwSignal::new(String::new()),
            said_nothing: RwSignal::new(false),
            note: RwSignal::new(String::new()),
            retry: RwSignal::new(None),
            evidence: RwSignal::new(BTreeMap::new()),
            recontact,
            override_because: RwSignal::new(String::new()),
            was_tried: RwSignal::new(false),
            from_server: RwSignal::new(Vec::new()),
            notice: RwSignal::new(None),
            is_sending: RwSignal::new(false),
            key: IntentKey::beside(unsent),
        }
    }

    /// Goes on with what was typed before, and keeps what is typed from now on.
    fn keep(self) {
        let was_found = self.unsent.keep(move || self.content(), move |kept| self.restore(kept));
        self.is_restored.set(was_found);
    }

    fn content(self) -> Kept {
        Kept {
            outcome: self.outcome.get(),
            reason: self.reason.get(),
            new_attempt: self.new_attempt.content(),
            same_again: self.same_again.get(),
            customer_words: self.customer_words.get(),
            said_nothing: self.said_nothing.get(),
            note: self.note.get(),
            retry: self.retry.get(),
            evidence: self.evidence.get(),
            recontact: self.recontact.draft(),
            override_because: self.override_because.get(),
        }
    }

    fn restore(self, kept: Kept) {
        self.outcome.set(kept.outcome);
        self.reason.set(kept.reason);
        self.new_attempt.restore(kept.new_attempt);
        self.same_again.set(kept.same_again);
        self.customer_words.set(kept.customer_words);
        self.said_nothing.set(kept.said_nothing);
        self.note.set(kept.note);
        self.retry.set(kept.retry);
        self.evidence.set(kept.evidence);
        self.recontact.restore(kept.recontact);
        self.override_because.set(kept.override_because);
    }

    fn chosen_reason(self) -> Option<Reason> {
        let chosen = self.reason.get()?;
        let outcome = self.outcome.get()?;
        self.preparation.with_value(|preparation| {
            reasons_for(&preparation.reasons, preparation.subject, outcome).find(|reason| reason.id == chosen).cloned()
        })
    }

    fn last_attempt(self) -> Option<LastAttempt> {
        match self.attempt.get()? {
            Choice::Logged(id) => Some(LastAttempt::Logged(id)),
            Choice::New => self.new_attempt.whole().map(LastAttempt::New),
            Choice::Excepted(exception) => Some(LastAttempt::Excepted(exception)),
        }
    }

    fn is_same_again(self) -> bool {
        let last = self.last_attempt();
        self.preparation.with_value(|preparation| last.is_some_and(|last| preparation.facts().is_same_again(&last)))
    }

    /// What the chosen reason still takes: attempts and channels.
    fn still_needed(self) -> Option<(usize, usize)> {
        let reason = self.chosen_reason()?;
        let last = self.last_attempt();
        let also = match &last {
            Some(LastAttempt::New(new)) => Some(new),
            _ => None,
        };
        let needed = self.preparation.with_value(|preparation| preparation.facts().still_needed(&reason, also))?;
        Some((needed.attempts, needed.channels))
    }

    /// What is filled in, without what the present choices do not ask for.
    fn draft(self) -> Draft {
        let reason = self.chosen_reason();
        let offers_recontact = reason.as_ref().is_some_and(|reason| reason.offers_recontact);
        let recontact = self.recontact.draft();
        let customer = if self.said_nothing.get() {
            CustomerSaid::Nothing
        } else {
            CustomerSaid::Words(self.customer_words.get())
        };
        Draft {
            outcome: self.outcome.get(),
            reason: reason.map(|reason| reason.id),
            attempt: self.last_attempt(),
            same_again_because: if self.is_same_again() { self.same_again.get() } else { String::new() },
            customer: Some(customer),
            note: self.note.get(),
            retry_potential: self.retry.get(),
            evidence: self.evidence.get(),
            recontact_on: recontact.due_on.filter(|_| offers_recontact),
            recontact_channel: recontact.channel.filter(|_| offers_recontact),
            recontact_by: recontact.person.filter(|_| offers_recontact),
            override_because: match self.still_needed() {
                Some(_) => self.override_because.get(),
                None => String::new(),
            },
        }
    }

    fn objections(self) -> Vec<Objection> {
        let draft = self.draft();
        let mut objections =
            self.preparation.with_value(|preparation| plan_loss(preparation.facts(), &draft).err().unwrap_or_default());
        for objection in self.from_server.get() {
            if !objections.contains(&objection) {
                objections.push(objection);
            }
        }
        objections
    }

    fn problem(self, objections: Memo<Vec<Objection>>, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || {
            let found = objections.with(|all| all.iter().find(|objection| objection.field() == field).cloned());
            found.map(|objection| words::objection(self.i18n, &objection))
        })
    }

    fn submit(self) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.from_server.set(Vec::new());
        self.notice.set(None);
        self.was_tried.set(true);
        let objections = untrack(|| self.objections());
        if objections.is_empty() {
            self.send();
        } else {
            self.show_objections(objections.len());
        }
    }

    fn show_objections(self, count: usize) {
        self.notice.set(Some(tu_string!(self.i18n, losses.please_complete, count = count).to_string()));
        focus_first_problem(self.form);
    }

    fn send(self) {
        let lead = self.preparation.with_value(|preparation| preparation.lead);
        let (draft, seen_version) = (untrack(|| self.draft()), self.version.get_value());
        let also = self.also.get_value();
        // No more than a hundred are changed together.
        let shared_by = u8::try_from(also.len() + 1).unwrap_or(u8::MAX);
        let key = self.key.of(&(&draft, seen_version, shared_by));
        let wanted = NewLoss { lead, draft, seen_version, shared_by, key };
        let (i18n, toaster, name) = (self.i18n, self.toaster, untrack(|| self.name()));
        self.is_sending.set(true);
        spawn_local(async move {
            let connection = self.connection;
            let answer = connection.persistently(async || lose(wanted.clone()).await).await;
            let mut lost = Vec::new();
            if let Ok(LoseAnswer::Done { lost: first }) = &answer {
                self.unsent.forget();
                lost = [vec![*first], lose_others(i18n, toaster, connection, &wanted, also).await].concat();
                offer_undo(i18n, toaster, connection, lost.clone(), name);
            }
            // The dialog may have been closed meanwhile.
            if self.is_sending.try_set(false).is_none() {
                self.hear(answer, lost);
            }
        });
    }

    fn hear(self, answer: Result<LoseAnswer, AppError>, all: Vec<Lost>) {
        let i18n = self.i18n;
        match answer {
            Ok(LoseAnswer::Done { .. }) => self.on_done.run(all),
            Ok(LoseAnswer::Objections { objections }) => {
                let count = objections.len();
                self.from_server.set(objections);
                self.show_objections(count);
            }
            Ok(LoseAnswer::Conflict { card, by, at }) => {
                if let Some(card) = &card {
                    self.version.set_value(card.move_version);
                }
                spawn_local(async move {
                    let why = conflict(i18n, self.connection, card.as_deref(), by, at).await;
                    self.notice.try_set(Some(why));
                });
            }
            Err(error) => self.notice.set(Some(untrack(|| words::trouble(i18n, error)))),
        }
    }

    fn name(self) -> String {
        self.preparation.with_value(|preparation| {
            words::lead_name(
                self.i18n,
                preparation.name.as_deref(),
                preparation.external_id.as_deref(),
                preparation.lead,
            )
        })
    }
}

/// Who was quicker, when, and where the lead is now.
async fn conflict(
    i18n: I18n,
    connection: Connection,
    card: Option<&Card>,
    by: Option<String>,
    at: Option<Moment>,
) -> String {
    let who = by.unwrap_or_else(|| tu_string!(i18n, losses.somebody).to_string());
    let at = at.map(|at| format::date_time(i18n.get_locale_untracked(), at)).unwrap_or_default();
    let Some(card) = card else { return tu_string!(i18n, losses.conflict_lost, who = who, at = at) };
    let stages = connection.ask(read_stages).await.unwrap_or_default();
    let stage = stages.iter().find(|stage| stage.id == card.stage);
    let stage = stage.map(|stage| stage.name.pick(untrack(|| words::language(i18n))).to_owned()).unwrap_or_default();
    tu_string!(i18n, losses.conflict_moved, who = who, at = at, stage = stage)
}

/// Loses the others with the words of the first; says of how many rules or colleagues keep on the board, and why of one.
async fn lose_others(i18n: I18n, toaster: Toaster, connection: Connection, first: &NewLoss, also: Others) -> Vec<Lost> {
    let (mut all, mut stay) = (Vec::new(), Vec::new());
    let count = also.len();
    for (lead, seen_version) in also {
        let key = RequestKey(format!("{}-{lead}", first.key.0));
        let wanted = NewLoss { lead, seen_version, key, ..first.clone() };
        match connection.persistently(async || lose(wanted.clone()).await).await {
            Ok(LoseAnswer::Done { lost }) => all.push(lost),
            Ok(LoseAnswer::Objections { objections }) => {
                stay.extend(objections.first().map(|objection| words::objection(i18n, objection)));
            }
            Ok(LoseAnswer::Conflict { card, by, at }) => {
                stay.push(conflict(i18n, connection, card.as_deref(), by, at).await);
            }
            Err(error) => stay.push(untrack(|| words::trouble(i18n, error))),
        }
    }
    if let Some(why) = stay.first() {
        let (stay, count) = (stay.len().to_string(), (count + 1).to_string());
        toaster.trouble(tu_string!(i18n, losses.some_stay, count = stay, of = count, why = why.clone()));
    }
    all
}

/// Says that leads are lost, and offers the way back.
fn offer_undo(i18n: I18n, toaster: Toaster, connection: Connection, lost: Vec<Lost>, name: String) {
    let text = match lost.len() {
        1 => tu_string!(i18n, losses.lost_toast, name = name.clone()).to_string(),
        many => tu_string!(i18n, losses.many_lost_toast, count = many.to_string()).to_string(),
    };
    let take = Callback::new(move |()| undo(i18n, toaster, connection, lost.clone(), name.clone()));
    let offer = Offer { label: tu_string!(i18n, shell.undo).to_string(), take };
    toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
}

/// Takes losses back as mistakes.
fn undo(i18n: I18n, toaster: Toaster, connection: Connection, lost: Vec<Lost>, name: String) {
    spawn_local(async move {
        let mut back = 0;
        for Lost { loss, .. } in &lost {
            let (loss, closure, key) = (*loss, Closure::Reversed, fresh_key());
            let wanted = NewReopening { loss, closure, cause: None, note: String::new(), to: None, key };
            match connection.persistently(async || reopen(wanted.clone()).await).await {
                Ok(ReopenAnswer::Done { .. }) => back += 1,
                Ok(ReopenAnswer::Conflict { by, .. }) => {
                    let who = by.unwrap_or_else(|| tu_string!(i18n, losses.somebody).to_string());
                    toaster.say(tu_string!(i18n, losses.back_already, who = who).to_string());
                }
                Ok(ReopenAnswer::Refused { why }) => toaster.trouble(untrack(|| words::refusal(i18n, why))),
                Err(error) => toaster.trouble(untrack(|| words::trouble(i18n, error))),
            }
        }
        match back {
            0 => {}
            1 => toaster.say(tu_string!(i18n, losses.undone_toast, name = name).to_string()),
            many => toaster.say(tu_string!(i18n, losses.many_undone_toast, count = many.to_string())),
        }
    });
}

#[component]
fn LossForm(preparation: Preparation, also: Others, on_done: Callback<Vec<Lost>>) -> impl IntoView {
    let i18n = use_i18n();
    let state = LossState::new(preparation, also, on_done);
    state.keep();
    let objections = Memo::new(move |_| if state.was_tried.get() { state.objections() } else { Vec::new() });
    let about_lead = state.problem(objections, Field::Lead);
    let notice = move || about_lead.get().or_else(|| state.notice.get());
    view! {
        <form
            class="loss-form"
            novalidate
            node_ref=state.form
            on:submit=move |event| {
                event.prevent_default();
                state.submit();
            }
        >
            <Head state/>
            {(!state.also.with_value(Vec::is_empty)).then(|| {
                let count = move || state.also.with_value(Vec::len).to_string();
                view! { <p class="shared-note">{t!(i18n, losses.shared_by, count = count)}</p> }
            })}
            <p class="small muted" role="status" hidden=move || !state.is_restored.get()>{t!(i18n, losses.restored)}</p>
            <OutcomeChoice state objections/>
            <ReasonChoice state objections/>
            <AttemptChoice state objections/>
            <CustomerField state objections/>
            <TextField
                id="loss-note"
                label=Signal::derive(move || t_string!(i18n, losses.note_label).to_string())
                hint=Signal::derive(move || t_string!(i18n, losses.note_hint).to_string())
                value=state.note
                problem=state.problem(objections, Field::Note)
                longest=LONGEST_TEXT
                required=true
            />
            <RetryChoice state objections/>
            <EvidenceFields state objections/>
            <RecontactField state objections/>
            <p class="problem" role="alert" hidden=move || notice().is_none()>{notice}</p>
            <div class="dialog-foot">
                <button
                    type="button"
                    on:click=move |_| {
                        state.unsent.forget();
                        on_done.run(Vec::new());
                    }
                >
                    {t!(i18n, losses.keep)}
                </button>
                <button class="primary" aria-disabled=move || state.is_sending.get().to_string()>
                    {move || match (state.is_sending.get(), state.outcome.get()) {
                        (true, _) => t_string!(i18n, losses.saving),
                        (false, Some(Outcome::Unqualified)) => t_string!(i18n, losses.mark_unqualified),
                        _ => t_string!(i18n, losses.mark_lost),
                    }}
                </button>
            </div>
        </form>
    }
}

/// Which lead it is, and what is at stake.
#[component]
fn Head(state: LossState) -> impl IntoView {
    let i18n = state.i18n;
    let stakes = move || {
        state.preparation.with_value(|preparation| {
            let stage = preparation.stage_name.as_ref().map(|name| {
                let name = name.pick(words::language(i18n)).to_owned();
                match preparation.in_stage_since.map(|since| format::days_between(since, preparation.now)) {
                    Some(days) => format!("{name} {}", t_string!(i18n, losses.days_in_stage, count = days)),
                    None => name,
                }
            });
            let value = preparation.value.as_ref().map(|value| format::money(i18n.get_locale(), value));
            [preparation.product.clone(), stage, value].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    view! {
        <div>
            <h1 id="loss-title">{move || t_string!(i18n, losses.lose_title, name = state.name()).to_string()}</h1>
            <p class="muted">{stakes}</p>
        </div>
    }
}

#[component]
fn OutcomeChoice(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let options =
        move || Outcome::ALL.iter().map(|outcome| (*outcome, words::outcome(i18n, *outcome))).collect::<Vec<_>>();
    view! {
        <RadioChips
            name="loss-outcome"
            legend=Signal::derive(move || t_string!(i18n, losses.outcome_legend).to_string())
            options=Signal::derive(options)
            chosen=state.outcome
            problem=state.problem(objections, Field::Outcome)
        >
            <span class="small muted">
                {move || match state.outcome.get() {
                    Some(Outcome::Unqualified) => t_string!(i18n, losses.outcome_unqualified_hint),
                    _ => t_string!(i18n, losses.outcome_lost_hint),
                }}
            </span>
        </RadioChips>
    }
}

#[component]
fn ReasonChoice(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let options = move || {
        let Some(outcome) = state.outcome.get() else { return Vec::new() };
        state.preparation.with_value(|preparation| {
            reasons_for(&preparation.reasons, preparation.subject, outcome)
                .map(|reason| (reason.id, reason.name.pick(words::language(i18n)).to_owned()))
                .collect()
        })
    };
    let effort = move || {
        let reason = state.chosen_reason().filter(|reason| reason.attempts_needed > 0)?;
        if let Some((attempts, channels)) = state.still_needed() {
            return Some(words::still_needed(i18n, attempts, channels));
        }
        let last = state.last_attempt();
        let tried = state.preparation.with_value(|preparation| match &last {
            Some(LastAttempt::New(new)) => preparation.facts().tried(Some(new)),
            _ => preparation.facts().tried(None),
        });
        let attempts = t_string!(i18n, losses.attempts_count, count = tried.attempts).to_string();
        let channels = t_string!(i18n, losses.channels_count, count = tried.channels).to_string();
        reason
            .excuse
            .then(|| t_string!(i18n, losses.excuse_worked, attempts = attempts, channels = channels).to_string())
    };
    let manages = state.preparation.with_value(|preparation| preparation.manages);
    let may_override = move || manages && state.still_needed().is_some();
    // The hint already says what is missing; as a problem it would be said twice.
    let problem = state.problem(objections, Field::Reason);
    view! {
        <RadioChips
            name="loss-reason"
            legend=Signal::derive(move || t_string!(i18n, losses.reason_legend).to_string())
            options=Signal::derive(options)
            chosen=state.reason
            problem
        >
            <span class="small muted" aria-live="polite" hidden=move || problem.get().is_some()>{effort}</span>
            <Show when=may_override>
                <TextField
                    id="loss-override"
                    label=Signal::derive(move || t_string!(i18n, losses.override_label).to_string())
                    value=state.override_because
                    problem=state.problem(objections, Field::Override)
                    kind="text"
                    longest=LONGEST_TEXT
                />
            </Show>
        </RadioChips>
    }
}

/// A logged attempt in a few words: call, 2 Mar 2026, 11:30, no answer.
fn attempt_chip(i18n: I18n, attempt: &Attempt) -> String {
    let channel = words::channel(i18n, attempt.channel);
    let time = format::date_time(i18n.get_locale(), attempt.at);
    let result = words::result(i18n, attempt.result);
    t_string!(i18n, losses.attempt_chip, channel = channel, time = time, result = result).to_string()
}

#[component]
fn AttemptChoice(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let do_not = state.preparation.with_value(|preparation| preparation.do_not);
    let options = move || {
        state.preparation.with_value(|preparation| {
            let logged = preparation
                .facts()
                .run()
                .next()
                .map(|attempt| (Choice::Logged(attempt.id), attempt_chip(i18n, attempt)));
            let new = match logged {
                Some(_) => t_string!(i18n, losses.attempt_new),
                None => t_string!(i18n, losses.attempt_first),
            };
            let exceptions = [AttemptException::Unreachable, AttemptException::DoNotContact]
                .map(|exception| (Choice::Excepted(exception), words::exception(i18n, exception)));
            logged.into_iter().chain([(Choice::New, new.to_string())]).chain(exceptions).collect::<Vec<_>>()
        })
    };
    let is_same_again = Memo::new(move |_| state.is_same_again());
    view! {
        <RadioChips
            name="loss-attempt"
            legend=Signal::derive(move || t_string!(i18n, losses.attempt_legend).to_string())
            options=Signal::derive(options)
            chosen=state.attempt
            problem=state.problem(objections, Field::Attempt)
        />
        <Show when=move || state.attempt.get() == Some(Choice::New)>
            <AttemptFields form=state.new_attempt do_not/>
        </Show>
        <Show when=move || is_same_again.get()>
            <TextField
                id="loss-same-again"
                label=Signal::derive(move || t_string!(i18n, losses.same_again_label).to_string())
                value=state.same_again
                problem=state.problem(objections, Field::SameAgain)
                kind="text"
                longest=LONGEST_TEXT
                required=true
            />
        </Show>
    }
}

#[component]
fn CustomerField(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let problem = state.problem(objections, Field::Customer);
    view! {
        <div class="field" data-problem=move || problem.get().map(|_| "")>
            <label for="loss-words">{t!(i18n, losses.customer_legend)}</label>
            <textarea
                id="loss-words"
                class="input"
                rows="2"
                maxlength=LONGEST_TEXT
                placeholder=move || t_string!(i18n, losses.customer_words)
                aria-invalid=move || problem.get().map(|_| "true")
                aria-describedby="loss-words-problem"
                prop:value=move || state.customer_words.get()
                prop:disabled=move || state.said_nothing.get()
                on:input=move |event| state.customer_words.set(event_target_value(&event))
            ></textarea>
            <label class="tick">
                <input
                    type="checkbox"
                    prop:checked=move || state.said_nothing.get()
                    on:change=move |event| state.said_nothing.set(event_target_checked(&event))
                />
                {t!(i18n, losses.said_nothing)}
            </label>
            <p id="loss-words-problem" class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
        </div>
    }
}

#[component]
fn RetryChoice(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let options =
        move || RetryPotential::ALL.iter().map(|retry| (*retry, words::retry(i18n, *retry))).collect::<Vec<_>>();
    view! {
        <RadioChips
            name="loss-retry"
            legend=Signal::derive(move || t_string!(i18n, losses.retry_legend).to_string())
            options=Signal::derive(options)
            chosen=state.retry
            problem=state.problem(objections, Field::Retry)
        />
    }
}

#[component]
fn EvidenceFields(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let fields = Memo::new(move |_| state.chosen_reason().map(|reason| reason.evidence).unwrap_or_default());
    let rows = move || {
        let row = |field: crate::losses::rules::EvidenceField| {
            let key = StoredValue::new(field.key);
            let problem = Signal::derive(move || {
                let found = objections.with(|all| {
                    let about_this = |objection: &&Objection| match objection {
                        Objection::EvidenceMissing { key: about } | Objection::EvidenceNotANumber { key: about } => {
                            key.with_value(|key| about.is_empty() || about == key)
                        }
                        _ => false,
                    };
                    all.iter().find(about_this).cloned()
                });
                found.map(|objection| words::objection(i18n, &objection))
            });
            let id = format!("loss-evidence-{}", key.get_value());
            let problem_id = format!("{id}-problem");
            let label = field.label;
            view! {
                <div class="field" data-problem=move || problem.get().map(|_| "")>
                    <label for=id.clone()>{move || label.pick(words::language(i18n)).to_owned()}</label>
                    <input
                        id=id
                        class="input"
                        inputmode=if field.kind == EvidenceKind::Amount { "numeric" } else { "text" }
                        maxlength=LONGEST_TEXT
                        aria-required="true"
                        aria-invalid=move || problem.get().map(|_| "true")
                        aria-describedby=problem_id.clone()
                        prop:value=move || {
                            state.evidence.with(|shown| key.with_value(|key| shown.get(key).cloned().unwrap_or_default()))
                        }
                        on:input=move |event| {
                            let value = event_target_value(&event);
                            state.evidence.update(|shown| drop(shown.insert(key.get_value(), value)));
                        }
                    />
                    <p id=problem_id class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
                </div>
            }
        };
        fields.get().into_iter().map(row).collect_view()
    };
    view! {
        <Show when=move || fields.with(|fields| !fields.is_empty())>
            <fieldset class="field">
                <legend>{t!(i18n, losses.evidence_legend)}</legend>
                {rows}
            </fieldset>
        </Show>
    }
}

#[component]
fn RecontactField(state: LossState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let is_offered = Memo::new(move |_| state.chosen_reason().is_some_and(|reason| reason.offers_recontact));
    let (today, do_not, persons) = state
        .preparation
        .with_value(|preparation| (preparation.now.local().date(), preparation.do_not, preparation.persons.clone()));
    let is_about = move |field: rules::Field| {
        Signal::derive(move || {
            let concerns = |objection: &&Objection| match objection {
                Objection::Recontact(about) => about.field() == field,
                other => other.field() == Field::Recontact && field == rules::Field::Date,
            };
            let found = objections.with(|all| all.iter().find(concerns).cloned());
            found.map(|objection| words::objection(i18n, &objection))
        })
    };
    view! {
        <Show when=move || is_offered.get()>
            <PlanFields
                form=state.recontact
                do_not
                persons=persons.clone()
                today
                about_date=is_about(rules::Field::Date)
                about_channel=is_about(rules::Field::Channel)
                about_person=is_about(rules::Field::Person)
            />
        </Show>
    }
}
