//! The questions of a lead, and what is for oneself until it was seen.

use super::{AnswerDialog, words};
use crate::{
    colleagues::{
        api::{ForMe, News, Question, mark_seen},
        view::words::asks,
    },
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    live::connection::use_connection,
    losses::view::words::{I18n, lead_name, trouble},
    ui::toast::use_toaster,
};
use leptos::{prelude::*, task::spawn_local};

/// What was asked about a lead, and what was said to it.
#[component]
pub fn QuestionPanel(
    /// The questions, the newest first.
    #[prop(into)]
    questions: Signal<Vec<Question>>,
    /// Reads the lead again.
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let answering = RwSignal::new(None::<Question>);
    let line = move |question: Question| {
        let (asked, open, said) = (question.clone(), question.clone(), question.answer.clone());
        let (may_answer, text, by, at) =
            (question.may_answer, question.text.clone(), question.by_name.clone(), question.at);
        let state = move || match &said {
            Some(answer) => {
                let (who, verdict) = (answer.by.clone(), words::verdict(i18n, answer.verdict));
                t_string!(i18n, colleagues.verdict_by, who = who, verdict = verdict).to_string()
            }
            None => t_string!(i18n, colleagues.open_question, name = open.of_name.clone()).to_string(),
        };
        let is_open = question.answer.is_none();
        let words_of_answer = question.answer.as_ref().and_then(|answer| answer.text.clone());
        view! {
            <li class:open=is_open>
                <p>
                    <strong>{move || words::asked(i18n, asked.kind, asked.discount.as_ref())}</strong>
                    <span class="small muted">" " <bdi>{by}</bdi> ", " {move || format::date_time(i18n.get_locale(), at)}</span>
                </p>
                {text.map(|text| view! { <p dir="auto">{text}</p> })}
                <p class="verdict">{state}</p>
                {words_of_answer.map(|text| view! { <p dir="auto">{text}</p> })}
                {may_answer.then(|| view! {
                    <button type="button" class="primary" on:click=move |_| answering.set(Some(question.clone()))>
                        {t!(i18n, colleagues.answer)}
                    </button>
                })}
            </li>
        }
    };
    let dialog = move || {
        answering.get().map(|question| {
            let on_done = Callback::new(move |is_changed: bool| {
                answering.set(None);
                if is_changed {
                    reload.run(());
                }
            });
            view! { <AnswerDialog question on_done/> }
        })
    };
    view! {
        <Show when=move || !questions.with(Vec::is_empty)>
            <section class="panel" aria-labelledby="questions-title">
                <h2 id="questions-title">{t!(i18n, colleagues.panel)}</h2>
                <ul class="questions">{move || questions.get().into_iter().map(line).collect_view()}</ul>
            </section>
        </Show>
        {dialog}
    }
}

/// What something for oneself says.
fn text(i18n: I18n, item: &ForMe) -> String {
    let hidden = || t_string!(i18n, colleagues.hidden).to_string();
    match &item.news {
        _ if !item.may_read => hidden(),
        News::Mention { text, .. } => text.clone().unwrap_or_default(),
        News::Asked(question) => question.text.clone().unwrap_or_default(),
        News::Answered(question) => {
            let said = question.answer.as_ref().and_then(|answer| answer.text.clone());
            said.unwrap_or_else(|| question.text.clone().unwrap_or_default())
        }
    }
}

fn head(i18n: I18n, item: &ForMe) -> String {
    match &item.news {
        News::Mention { by, .. } => t_string!(i18n, colleagues.mentioned_you, who = by.clone()).to_string(),
        News::Asked(question) => asks(i18n, question),
        News::Answered(question) => {
            let asked = words::asked(i18n, question.kind, question.discount.as_ref());
            let verdict = question.answer.as_ref().map(|answer| {
                let (who, verdict) = (answer.by.clone(), words::verdict(i18n, answer.verdict));
                t_string!(i18n, colleagues.verdict_by, who = who, verdict = verdict).to_string()
            });
            [Some(asked), verdict].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    }
}

/// What is for the viewer until they have seen or answered it.
#[component]
pub fn ForMeList(
    /// What there is, the oldest first.
    items: Vec<ForMe>,
    /// Opens the dialog in which a question is answered.
    on_answer: Callback<Question>,
    /// Reads the page again.
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let line = move |item: ForMe| {
        let (lead, at, shown, titled, named) = (item.lead, item.at, item.clone(), item.clone(), item.clone());
        let action = match item.news {
            News::Mention { activity, .. } => {
                view! { <SeenButton mark=async move || mark_seen(activity).await reload/> }.into_any()
            }
            News::Answered(question) => {
                view! { <SeenButton mark=async move || mark_seen(question.id).await reload/> }.into_any()
            }
            News::Asked(question) => view! {
                <button class="primary" on:click=move |_| on_answer.run(question.clone())>{t!(i18n, colleagues.answer)}</button>
            }
            .into_any(),
        };
        view! {
            <li class="today-line" data-lead=lead.to_string()>
                <span class="today-when num">{move || format::date_time(i18n.get_locale(), at)}</span>
                <div class="today-what">
                    <span class="small muted">{move || head(i18n, &titled)}</span>
                    <a href=format!("/leads/{lead}")>
                        <bdi>{move || lead_name(i18n, named.name.as_deref(), named.external_id.as_deref(), lead)}</bdi>
                    </a>
                    <span dir="auto">{move || text(i18n, &shown)}</span>
                </div>
                <div class="today-actions">{action}</div>
            </li>
        }
    };
    (!items.is_empty()).then(|| {
        view! {
            <h2>{t!(i18n, colleagues.for_me)}</h2>
            <ul class="today-list for-me">{items.into_iter().map(line).collect_view()}</ul>
        }
    })
}

/// Says that one has seen something, and reads the page again.
#[component]
pub fn SeenButton<M>(
    /// Says so to the server.
    mark: M,
    /// Reads the page again.
    reload: Callback<()>,
) -> impl IntoView
where
    M: AsyncFn() -> Result<(), AppError> + Copy + 'static,
{
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let is_sending = RwSignal::new(false);
    let press = move |_| {
        if is_sending.get_untracked() {
            return;
        }
        is_sending.set(true);
        spawn_local(async move {
            let answer = connection.persistently(async || mark().await).await;
            if is_sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => reload.run(()),
                Err(error) => toaster.trouble(untrack(|| trouble(i18n, error))),
            }
        });
    };
    view! {
        <button aria-disabled=move || is_sending.get().to_string() on:click=press>{t!(i18n, colleagues.seen)}</button>
    }
}
