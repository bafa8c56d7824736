//! Answering what a rep asked.

use super::words;
use crate::{
    colleagues::{
        api::{Answered, NewAnswer, Question, answer_question},
        rules::{QuestionKind, Verdict},
    },
    i18n::{t_string, tu_string, use_i18n},
    live::connection::use_connection,
    losses::{rules::LONGEST_TEXT, view::words::trouble},
    ui::{
        field::{RadioChips, TextField},
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// Answers a question. `on_done` hears whether it is answered now; unmount the dialog there.
#[component]
pub fn AnswerDialog(
    /// What was asked.
    question: Question,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let id = question.id;
    let unsent = Unsent::of(format_args!("answer-{id}"));
    let key = IntentKey::beside(unsent);
    // A call for help is answered in words, unless somebody says otherwise; a discount is for somebody to decide.
    let usual = match question.kind {
        QuestionKind::Help => Some(Verdict::Comment),
        QuestionKind::Discount => None,
    };
    let verdict = RwSignal::new(usual);
    let text = RwSignal::new(String::new());
    unsent.keep(
        move || (verdict.get(), text.get()),
        move |(kept_verdict, kept_text)| {
            verdict.set(kept_verdict.or(usual));
            text.set(kept_text);
        },
    );
    let who = StoredValue::new(question.by_name.clone());
    let send = move |()| {
        let Some(verdict) = verdict.get_untracked() else {
            return state.object(tu_string!(i18n, colleagues.verdict_missing).to_string());
        };
        let text = text.get_untracked();
        let wanted = NewAnswer { question: id, verdict, key: key.of(&(verdict, &text)), text };
        state.is_sent();
        spawn_local(async move {
            let answered = connection.persistently(async || answer_question(wanted.clone()).await).await;
            if matches!(answered, Ok(Answered::Done | Answered::Already { .. })) {
                unsent.forget();
            }
            if !state.is_answered() {
                return;
            }
            match answered {
                Ok(Answered::Done) => {
                    let who = who.get_value();
                    toaster.say(tu_string!(i18n, colleagues.answered, who = who).to_string());
                    on_done.run(true);
                }
                Ok(Answered::Already { answer }) => {
                    let verdict = untrack(|| words::verdict(i18n, answer.verdict));
                    toaster.trouble(
                        tu_string!(i18n, colleagues.already_answered, name = answer.by, verdict = verdict).to_string(),
                    );
                    on_done.run(true);
                }
                Ok(Answered::Refused { problem }) => state.object(untrack(|| words::answer_problem(i18n, &problem))),
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let asked = question.text.clone().unwrap_or_default();
    let verdicts =
        move || Verdict::ALL.iter().map(|verdict| (*verdict, words::verdict(i18n, *verdict))).collect::<Vec<_>>();
    view! {
        <FormDialog
            id="answer-title"
            title=Signal::derive(move || t_string!(i18n, colleagues.answer_title, who = who.get_value()).to_string())
            send=Signal::derive(move || t_string!(i18n, colleagues.answer_send).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| {
                unsent.forget();
                on_done.run(false);
            }
        >
            <p>{move || words::asked(i18n, question.kind, question.discount.as_ref())}</p>
            <blockquote dir="auto">{asked}</blockquote>
            <RadioChips
                name="answer-verdict"
                legend=Signal::derive(move || t_string!(i18n, colleagues.verdict).to_string())
                options=Signal::derive(verdicts)
                chosen=verdict
            />
            <TextField
                id="answer-text"
                label=Signal::derive(move || t_string!(i18n, colleagues.answer_text).to_string())
                value=text
                longest=LONGEST_TEXT
            />
        </FormDialog>
    }
}
