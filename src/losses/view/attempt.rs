//! Writing down an attempt: the fields, for the loss dialog, and a dialog of its own.

use super::words;
use crate::{
    colleagues::view::{MentionField, Mentions},
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    live::connection::use_connection,
    losses::{
        api::{LogAnswer, log_attempt},
        rules::{Approach, AttemptChannel, AttemptResult, DoNot, LONGEST_TEXT, NewAttempt},
    },
    ui::{
        dialog::Dialog,
        field::{RadioChips, focus_first_problem},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use chrono::NaiveDateTime;
use leptos::{html, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

/// What was filled in of an attempt, as it is kept until it is sent.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptAttempt {
    channel: Option<AttemptChannel>,
    approach: Option<Approach>,
    result: Option<AttemptResult>,
    when: String,
    note: String,
}

/// An attempt as it is being filled in.
#[derive(Clone, Copy)]
pub struct AttemptForm {
    channel: RwSignal<Option<AttemptChannel>>,
    approach: RwSignal<Option<Approach>>,
    result: RwSignal<Option<AttemptResult>>,
    when: RwSignal<String>,
    note: RwSignal<String>,
    mentions: Mentions,
}

impl AttemptForm {
    /// An empty one.
    pub fn new(lead: LeadId) -> Self {
        Self {
            mentions: Mentions::about(lead),
            channel: RwSignal::new(None),
            approach: RwSignal::new(None),
            result: RwSignal::new(None),
            when: RwSignal::new(String::new()),
            note: RwSignal::new(String::new()),
        }
    }

    /// What is filled in.
    pub fn content(self) -> KeptAttempt {
        KeptAttempt {
            channel: self.channel.get(),
            approach: self.approach.get(),
            result: self.result.get(),
            when: self.when.get(),
            note: self.note.get(),
        }
    }

    /// Fills in what was kept.
    pub fn restore(self, kept: KeptAttempt) {
        self.channel.set(kept.channel);
        self.approach.set(kept.approach);
        self.result.set(kept.result);
        self.when.set(kept.when);
        self.note.set(kept.note);
    }

    /// The attempt, once it is whole.
    pub fn whole(self) -> Option<NewAttempt> {
        Some(NewAttempt {
            channel: self.channel.get()?,
            approach: self.approach.get()?,
            result: self.result.get()?,
            at: NaiveDateTime::parse_from_str(&self.when.get(), "%Y-%m-%dT%H:%M").ok(),
            mentions: self.mentions.of(&self.note.get()),
            note: self.note.get(),
        })
    }
}

/// Channel, approach, result, and when it was. Channels that they asked us not to use are not offered.
#[component]
pub fn AttemptFields(form: AttemptForm, do_not: DoNot) -> impl IntoView {
    let i18n = use_i18n();
    let channels = move || {
        let allowed = AttemptChannel::ALL.iter().filter(|channel| !do_not.forbids(**channel));
        allowed.map(|channel| (*channel, words::channel(i18n, *channel))).collect::<Vec<_>>()
    };
    let approaches =
        move || Approach::ALL.iter().map(|approach| (*approach, words::approach(i18n, *approach))).collect::<Vec<_>>();
    let results =
        move || AttemptResult::ALL.iter().map(|result| (*result, words::result(i18n, *result))).collect::<Vec<_>>();
    view! {
        <div class="attempt-fields">
            <RadioChips
                name="attempt-channel"
                legend=Signal::derive(move || t_string!(i18n, losses.channel_legend).to_string())
                options=Signal::derive(channels)
                chosen=form.channel
            />
            <RadioChips
                name="attempt-approach"
                legend=Signal::derive(move || t_string!(i18n, losses.approach_legend).to_string())
                options=Signal::derive(approaches)
                chosen=form.approach
            />
            <RadioChips
                name="attempt-result"
                legend=Signal::derive(move || t_string!(i18n, losses.result_legend).to_string())
                options=Signal::derive(results)
                chosen=form.result
            />
            <div class="side-by-side">
                <div class="field">
                    <label for="attempt-when">{t!(i18n, losses.attempt_when)}</label>
                    <input
                        id="attempt-when"
                        class="input"
                        type="datetime-local"
                        aria-describedby="attempt-when-hint"
                        prop:value=move || form.when.get()
                        on:input=move |event| form.when.set(event_target_value(&event))
                    />
                    <span id="attempt-when-hint" class="small muted">{t!(i18n, losses.attempt_when_hint)}</span>
                </div>
                <MentionField
                    id="attempt-note"
                    label=Signal::derive(move || t_string!(i18n, losses.attempt_note).to_string())
                    value=form.note
                    mentions=form.mentions
                    longest=LONGEST_TEXT
                />
            </div>
        </div>
    }
}

/// A call or a message that was begun by a link: what came of it is still to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// By which channel.
    pub channel: AttemptChannel,
    /// When, on the viewer's clock.
    pub at: NaiveDateTime,
}

/// Writes an attempt into a lead's history. `on_done` hears whether one was written.
#[component]
pub fn AttemptDialog(
    /// Which lead.
    lead: LeadId,
    /// What it is called.
    name: String,
    /// What they asked us not to do.
    do_not: DoNot,
    /// The call or message that is asked about.
    #[prop(optional)]
    begun: Option<Begun>,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let connection = use_connection();
    let form = AttemptForm::new(lead);
    let element = NodeRef::<html::Form>::new();
    let problem = RwSignal::new(None::<String>);
    let sending = RwSignal::new(false);
    let unsent = match &begun {
        Some(_) => Unsent::of(format_args!("outcome-{lead}")),
        None => Unsent::of(format_args!("attempt-{lead}")),
    };
    if let Some(begun) = &begun {
        form.channel.set(Some(begun.channel));
        form.when.set(begun.at.format("%Y-%m-%dT%H:%M").to_string());
    }
    let key = IntentKey::beside(unsent);
    unsent.keep(move || form.content(), move |kept| form.restore(kept));
    let send = move |attempt: NewAttempt| {
        let key = key.of(&attempt);
        sending.set(true);
        spawn_local(async move {
            let answer = connection.persistently(async || log_attempt(lead, attempt.clone(), key.clone()).await).await;
            if matches!(answer, Ok(LogAnswer::Done { .. })) {
                unsent.forget();
            }
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(LogAnswer::Done { .. }) => {
                    toaster.say(tu_string!(i18n, losses.attempt_logged).to_string());
                    on_done.run(true);
                }
                Ok(LogAnswer::Refused { why }) => problem.set(Some(words::objection(i18n, &why))),
                Err(error) => problem.set(Some(words::trouble(i18n, error))),
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match untrack(|| form.whole()) {
            _ if sending.get_untracked() => {}
            Some(attempt) => send(attempt),
            None => {
                problem.set(Some(tu_string!(i18n, losses.objection_attempt).to_string()));
                focus_first_problem(element);
            }
        }
    };
    let is_asked = begun.is_some();
    let title = move || match is_asked {
        true => t_string!(i18n, outreach.outcome_title, name = name.clone()).to_string(),
        false => t_string!(i18n, losses.attempt_title, name = name.clone()).to_string(),
    };
    let of_what = begun.map(|Begun { channel, at }| {
        let (channel, time) = (move || words::channel(i18n, channel), at.format("%H:%M").to_string());
        view! {
            <p class="muted">
                {move || t_string!(i18n, outreach.outcome_of, channel = channel(), time = time.clone()).to_string()}
            </p>
        }
    });
    view! {
        <Dialog labelled_by="attempt-title" on_close=move |()| on_done.run(false)>
            <form class="loss-form" novalidate node_ref=element on:submit=submit>
                <h1 id="attempt-title">{title}</h1>
                {of_what}
                <div class="field" data-problem=move || problem.get().map(|_| "")>
                    <AttemptFields form do_not/>
                </div>
                <p class="problem" role="alert">{move || problem.get()}</p>
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
                    <button class="primary" aria-disabled=move || sending.get().to_string()>
                        {move || {
                            if sending.get() {
                                t_string!(i18n, losses.saving).to_string()
                            } else {
                                t_string!(i18n, losses.log_it).to_string()
                            }
                        }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
