//! The dialogs of the minutes: what a meeting is called and said, what it decided, how that is judged.

use super::{
    fields::{DecisionFields, DecisionForm},
    words,
};
use crate::{
    app::trouble::Trouble,
    decisions::{
        api::{
            Choices, Decision, DecisionAnswer, Judgement, MeetingAnswer, WantedDecision, WantedMeeting, decide, judge,
            read_choices, save_meeting,
        },
        rules::{self, DecisionDraft, LONGEST_TITLE, MeetingDraft, Problem, Verdict},
    },
    format,
    i18n::{t_string, tu_string, use_i18n},
    ids::MeetingId,
    live::connection::use_connection,
    losses::{rules::LONGEST_TEXT, view::words::trouble},
    ui::{
        field::{RadioChips, TextField},
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use chrono::NaiveDate;
use leptos::{prelude::*, task::spawn_local};

/// Makes a meeting, or writes over what its minutes say. `on_done` hears which meeting was kept.
#[component]
pub fn MeetingDialog(
    /// Which, and what it says; a new one without.
    before: Option<(MeetingId, MeetingDraft)>,
    /// Today on the organisation's calendar.
    today: NaiveDate,
    /// Where to go on; nothing where it was left.
    #[prop(into)]
    on_done: Callback<Option<MeetingId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let state = FormState::new();
    let key = IntentKey::new();
    let is_new = before.is_none();
    let said = before.as_ref().map(|(_, draft)| draft.clone());
    let title = RwSignal::new(said.as_ref().map(|draft| draft.title.clone()).unwrap_or_default());
    let held_on = RwSignal::new(said.as_ref().map_or(today, |draft| draft.held_on).to_string());
    let notes = RwSignal::new(said.map(|draft| draft.notes).unwrap_or_default());
    let before = StoredValue::new(before);
    let send = move |()| {
        let object = move |problem| state.object(untrack(|| words::problem(i18n, problem)));
        let Ok(held_on) = held_on.get_untracked().parse() else { return object(Problem::Day) };
        let draft = MeetingDraft { title: title.get_untracked(), held_on, notes: notes.get_untracked() };
        if let Err(problem) = rules::meeting(&draft) {
            return object(problem);
        }
        let before_now = before.get_value();
        let key = key.of(&(&before_now, &draft));
        let wanted = WantedMeeting { before: before_now, draft, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || save_meeting(wanted.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(MeetingAnswer::Done { meeting }) => on_done.run(Some(meeting)),
                Ok(MeetingAnswer::Refused { problem }) => object(problem),
                // Whoever saves now has seen it.
                Ok(MeetingAnswer::Changed { now, by, at }) => {
                    let what = untrack(|| {
                        let day = format::date(i18n.get_locale(), now.held_on);
                        [now.title.clone(), day, now.notes.clone()].join(" · ")
                    });
                    let time = untrack(|| format::date_time(i18n.get_locale(), at));
                    before.update_value(|before| {
                        if let Some((_, seen)) = before {
                            *seen = now;
                        }
                    });
                    state.object(
                        tu_string!(i18n, decisions.changed_meanwhile, who = by, time = time, what = what).to_string(),
                    );
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    view! {
        <FormDialog
            id="meeting-title"
            title=Signal::derive(move || match is_new {
                true => t_string!(i18n, decisions.new_meeting).to_string(),
                false => t_string!(i18n, decisions.edit_meeting).to_string(),
            })
            send=Signal::derive(move || t_string!(i18n, decisions.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(None)
            on_cancel=move |()| on_done.run(None)
        >
            <TextField
                id="meeting-name"
                label=Signal::derive(move || t_string!(i18n, decisions.meeting_title).to_string())
                value=title
                kind="text"
                longest=LONGEST_TITLE
                required=true
            />
            <TextField
                id="meeting-day"
                label=Signal::derive(move || t_string!(i18n, decisions.held_on).to_string())
                value=held_on
                kind="date"
                required=true
            />
            <TextField
                id="meeting-notes"
                label=Signal::derive(move || t_string!(i18n, decisions.notes).to_string())
                value=notes
                longest=LONGEST_TEXT
            />
        </FormDialog>
    }
}

/// Makes a decision, or writes over one that is not judged. `on_done` hears whether something changed.
#[component]
pub fn DecisionDialog(
    /// Of which meeting.
    meeting: MeetingId,
    /// Which; a new one without.
    before: Option<Decision>,
    /// What its figure may be narrowed to: address and name.
    narrowings: Vec<(String, String)>,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let choices = LocalResource::new(read_choices);
    let body = move || {
        let (before, narrowings) = (before.clone(), narrowings.clone());
        choices.get().map(move |answer| match answer {
            Ok(choices) => view! { <DecideForm meeting before narrowings choices on_done/> }.into_any(),
            Err(error) => view! { <Trouble error/> }.into_any(),
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn DecideForm(
    meeting: MeetingId,
    before: Option<Decision>,
    narrowings: Vec<(String, String)>,
    choices: Choices,
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let state = FormState::new();
    let key = IntentKey::new();
    let form = DecisionForm::new(before.as_ref().map(|decision| &decision.draft), choices.today);
    let is_new = before.is_none();
    let before = StoredValue::new(before.map(|decision| (decision.id, decision.draft)));
    let toaster = use_toaster();
    let send = move |()| {
        let object = move |problem| state.object(untrack(|| words::problem(i18n, problem)));
        let draft = match form.draft() {
            Ok(draft) => draft,
            Err(problem) => return object(problem),
        };
        let before_now = before.get_value();
        let key = key.of(&(&before_now, &draft));
        let wanted = WantedDecision { meeting, before: before_now, draft, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || decide(wanted.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(DecisionAnswer::Done { .. }) => on_done.run(true),
                Ok(DecisionAnswer::Refused { problem }) => object(problem),
                Ok(ref overtaken @ DecisionAnswer::Changed { ref now }) => {
                    let said = untrack(|| words::overtaken(i18n, overtaken));
                    if now.judged.is_some() {
                        toaster.trouble(said);
                        return on_done.run(true);
                    }
                    // Whoever saves now has seen it.
                    before.set_value(Some((now.id, now.draft.clone())));
                    state.object(said);
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    view! {
        <FormDialog
            id="decision-title"
            title=Signal::derive(move || match is_new {
                true => t_string!(i18n, decisions.new_decision).to_string(),
                false => t_string!(i18n, decisions.edit_decision).to_string(),
            })
            send=Signal::derive(move || t_string!(i18n, decisions.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <DecisionFields form colleagues=choices.colleagues narrowings/>
        </FormDialog>
    }
}

/// Judges a decision. `on_done` hears whether something changed.
#[component]
pub fn JudgeDialog(
    /// Which.
    about: Decision,
    /// What the figure of what takes its place may be narrowed to.
    narrowings: Vec<(String, String)>,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let choices = LocalResource::new(read_choices);
    let body = move || {
        let (about, narrowings) = (about.clone(), narrowings.clone());
        choices.get().map(move |answer| match answer {
            Ok(choices) => view! { <JudgeForm about narrowings choices on_done/> }.into_any(),
            Err(error) => view! { <Trouble error/> }.into_any(),
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn JudgeForm(
    about: Decision,
    narrowings: Vec<(String, String)>,
    choices: Choices,
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let key = IntentKey::new();
    let (decision, what) = (about.id, about.draft.what.clone());
    let verdict = RwSignal::new(None::<Verdict>);
    let because = RwSignal::new(String::new());
    // What takes its place begins as what it was, from today on.
    let Choices { colleagues, today, .. } = choices;
    let length = about.draft.check_on - about.draft.starts_on;
    let next = DecisionDraft { starts_on: today, check_on: today + length, ..about.draft.clone() };
    let form = DecisionForm::new(Some(&next), today);
    let lists = StoredValue::new((colleagues, narrowings));
    let seen = StoredValue::new(about.draft);
    let is_changed = move || verdict.get() == Some(Verdict::Changed);
    let send = move |()| {
        let object = move |problem| state.object(untrack(|| words::problem(i18n, problem)));
        let Some(verdict) = verdict.get_untracked() else {
            return state.object(tu_string!(i18n, decisions.problem_verdict).to_string());
        };
        let replacement = match (verdict == Verdict::Changed).then(|| form.draft()).transpose() {
            Ok(replacement) => replacement,
            Err(problem) => return object(problem),
        };
        let (because, seen_now) = (because.get_untracked(), seen.get_value());
        if let Err(problem) = rules::judgement(verdict, &because, replacement.is_some()) {
            return object(problem);
        }
        let key = key.of(&(&seen_now, verdict, &because, &replacement));
        let wanted = Judgement { decision, seen: seen_now, verdict, because, replacement, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || judge(wanted.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(DecisionAnswer::Done { .. }) => {
                    toaster.say(tu_string!(i18n, decisions.judged).to_string());
                    on_done.run(true);
                }
                Ok(DecisionAnswer::Refused { problem }) => object(problem),
                Ok(ref overtaken @ DecisionAnswer::Changed { ref now }) => {
                    let said = untrack(|| words::overtaken(i18n, overtaken));
                    if now.judged.is_some() {
                        toaster.trouble(said);
                        return on_done.run(true);
                    }
                    seen.set_value(now.draft.clone());
                    state.object(said);
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let verdicts =
        move || Verdict::ALL.iter().map(|verdict| (*verdict, words::verdict(i18n, *verdict))).collect::<Vec<_>>();
    view! {
        <FormDialog
            id="judge-title"
            title=Signal::derive(move || t_string!(i18n, decisions.judge_title).to_string())
            send=Signal::derive(move || t_string!(i18n, decisions.judge).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <p><bdi>{what}</bdi></p>
            <RadioChips
                name="judge-verdict"
                legend=Signal::derive(move || t_string!(i18n, decisions.verdict).to_string())
                options=Signal::derive(verdicts)
                chosen=verdict
            />
            <TextField
                id="judge-because"
                label=Signal::derive(move || t_string!(i18n, decisions.because).to_string())
                value=because
                longest=LONGEST_TEXT
                required=true
            />
            <Show when=is_changed>
                {move || lists.with_value(|(colleagues, narrowings)| {
                    view! { <DecisionFields form colleagues=colleagues.clone() narrowings=narrowings.clone()/> }
                })}
            </Show>
        </FormDialog>
    }
}
