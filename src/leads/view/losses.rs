//! Every loss of the lead, the newest first.

use super::words::{attempt_text, lost_text, spoken, stage_name};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    losses::{
        api::Episode,
        rules::AttemptException,
        view::words::{self, language},
    },
};
use leptos::{either::Either, prelude::*};

#[component]
pub(super) fn Losses(episodes: Vec<Episode>) -> impl IntoView {
    let i18n = use_i18n();
    let body = match episodes.is_empty() {
        true => Either::Left(view! { <p class="muted">{t!(i18n, leads.no_losses)}</p> }),
        false => Either::Right(episodes.into_iter().map(|episode| view! { <EpisodeView episode/> }).collect_view()),
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, leads.losses)}</h2>
            {body}
        </section>
    }
}

#[component]
fn EpisodeView(episode: Episode) -> impl IntoView {
    let i18n = use_i18n();
    let heading = {
        let episode = episode.clone();
        move || format!("{} · {}", episode.reason.pick(language(i18n)), lost_text(i18n, &episode))
    };
    let Episode { by, rep, stage, note, customer_words, retry_potential, attempt, exception, .. } = episode;
    let shared_by = (episode.note_shared_by > 1).then(|| episode.note_shared_by.to_string());
    let note_text = move || match &shared_by {
        Some(count) => format!("{note} ({})", t_string!(i18n, leads.note_shared_by, count = count.as_str())),
        None => note.clone(),
    };
    let is_imported = exception == Some(AttemptException::Imported);
    let words_text = move || customer_words.clone().unwrap_or_else(|| t_string!(i18n, leads.said_nothing).to_string());
    let last_attempt = move || match (&attempt, exception) {
        (Some(attempt), _) => {
            format!("{} · {}", attempt_text(i18n, attempt), format::date_time(i18n.get_locale(), attempt.at))
        }
        (None, Some(exception)) => words::exception(i18n, exception),
        (None, None) => t_string!(i18n, shell.unknown).to_string(),
    };
    let evidence = episode
        .evidence
        .into_iter()
        .map(|(label, value)| spoken(move || label.pick(language(i18n)).to_owned(), Some(move || value.clone())))
        .collect_view();
    let overridden = episode.overridden.map(|(who, why)| {
        move || t_string!(i18n, leads.overridden_by, who = who.clone(), why = why.clone()).to_string()
    });
    let is_standing = episode.closed.is_none();
    let closed = episode.closed.map(|closed| {
        let text = move || {
            let closure = words::closure(i18n, closed.closure);
            let date = format::date_time(i18n.get_locale(), closed.at);
            let head = t_string!(i18n, leads.closed_on, closure = closure, date = date).to_string();
            let by = closed.by.clone().map(|who| t_string!(i18n, leads.by, who = who).to_string());
            let cause = closed.cause.map(|cause| words::cause(i18n, cause));
            [Some(head), by, cause, closed.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        };
        view! { <p class="episode-end">{text}</p> }
    });
    let stage_text = move || stage_name(i18n, stage.as_ref().map(|(_, name)| name));
    let retry = retry_potential.map(|retry| move || words::retry(i18n, retry));
    let same_again = episode.same_again_because.map(|why| move || why.clone());
    let recontact = episode.recontact_on.map(|on| move || format::date(i18n.get_locale(), on));
    view! {
        <article class="episode" class:standing=is_standing>
            <h3>{heading}</h3>
            <dl class="facts">
                {spoken(move || t_string!(i18n, leads.observations).to_string(), Some(note_text))}
                {spoken(move || t_string!(i18n, leads.they_said).to_string(), (!is_imported).then_some(words_text))}
                {spoken(move || t_string!(i18n, leads.last_attempt).to_string(), Some(last_attempt))}
                {spoken(move || t_string!(i18n, leads.same_again).to_string(), same_again)}
                {evidence}
                {spoken(move || t_string!(i18n, leads.overridden).to_string(), overridden)}
                {spoken(move || t_string!(i18n, leads.retry).to_string(), retry)}
                {spoken(move || t_string!(i18n, leads.recontact).to_string(), recontact)}
                {spoken(move || t_string!(i18n, leads.lost_at_stage).to_string(), Some(stage_text))}
                {spoken(move || t_string!(i18n, leads.counts_for).to_string(), Some(move || rep.clone()))}
                {spoken(move || t_string!(i18n, leads.lost_by).to_string(), by.map(|by| move || by.clone()))}
            </dl>
            {closed}
        </article>
    }
}
