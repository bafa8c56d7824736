//! An import as it runs, and what came of it. What is shown is what the server knows, so a reload loses nothing.

use super::{
    leads::Brought,
    parts::{Pager, Progress},
    words::{run_state, run_tone, sentence},
};
use crate::{
    capture::{
        api::{
            JobState, ReasonChoice, Run, RunRejections, Withdrawal, read_choices, read_rejections, read_run, stop_run,
            withdraw_run,
        },
        summary::Summary,
    },
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    live::connection::use_connection,
    losses::view::words::language,
    ui::{dialog::Dialog, key::fresh_key, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// A moving import is looked at this often.
const LOOK: Duration = Duration::from_millis(700);

/// The import.
#[component]
pub fn RunView(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let id = run.id;
    let run = RwSignal::new(run);
    let is_lost = RwSignal::new(false);
    Effect::new(move |_| {
        if run.with_untracked(Run::is_moving) {
            look_again(run, is_lost);
        }
    });
    let reasons = StoredValue::new(Vec::<ReasonChoice>::new());
    let has_reasons = RwSignal::new(false);
    Effect::new(move |_| {
        spawn_local(async move {
            if let Ok(choices) = read_choices().await
                && reasons.try_set_value(choices.reasons).is_none()
            {
                has_reasons.try_set(true);
            }
        });
    });
    let took = move |answer: Result<Run, AppError>| match answer {
        Ok(now) => {
            let is_moving = now.is_moving();
            if run.try_set(now).is_none() && is_moving {
                look_again(run, is_lost);
            }
        }
        Err(_) => toaster.trouble(t_string!(i18n, capture.not_answered).to_string()),
    };
    let stop = move |_| {
        spawn_local(async move { took(stop_run(id).await) });
    };
    let asking = RwSignal::new(false);
    let connection = use_connection();
    let withdraw = move |_| {
        asking.set(false);
        let key = fresh_key();
        spawn_local(async move { took(connection.persistently(async || withdraw_run(id, key.clone()).await).await) });
    };
    let head = move || {
        let (file, tone, at) = run.with(|run| (run.file.clone(), run_tone(run), run.at));
        let by = run.with(|run| run.by.clone()).unwrap_or_else(|| t_string!(i18n, capture.by_command_line).to_string());
        view! {
            <div class="import-head">
                <h2>{file}</h2>
                <span class=format!("badge {tone}") role="status">{move || run.with(|run| run_state(i18n, run))}</span>
                <span class="muted small">{format!("{by} · {}", format::date_time(i18n.get_locale(), at))}</span>
            </div>
        }
    };
    let progress = move || {
        let label = Signal::derive(move || {
            let (done, total) = run.with(|run| (run.done, run.total));
            let number = |count| format::number(i18n.get_locale(), count);
            match total {
                Some(total) => {
                    t_string!(i18n, capture.rows_done, done = number(done), total = number(total)).to_string()
                }
                None => t_string!(i18n, capture.reading).to_string(),
            }
        });
        view! {
            <Progress label part=Signal::derive(move || run.with(|run| (run.done, run.total)))/>
            <p class="muted small">{t!(i18n, capture.may_leave)}</p>
            <button type="button" class="import-narrow" disabled=move || run.with(|run| run.is_stopping) on:click=stop>
                {move || match run.with(|run| run.is_stopping) {
                    true => t_string!(i18n, capture.stopping),
                    false => t_string!(i18n, capture.stop),
                }}
            </button>
        }
    };
    let is_running = Memo::new(move |_| run.with(|run| !run.state.is_over()));
    let end = Memo::new(move |_| run.with(|run| (run.state, run.summary.clone(), run.problem.clone())));
    let outcome = move || {
        let (state, summary, problem) = end.get();
        let _ = has_reasons.get();
        let sentence_of_end = match state {
            JobState::Cancelled => Some(t_string!(i18n, capture.was_stopped).to_string()),
            JobState::Failed => {
                let why = problem.map(|problem| sentence(&problem.say(i18n.get_locale()))).unwrap_or_default();
                Some(t_string!(i18n, capture.has_failed, why = why).to_string())
            }
            _ => None,
        };
        view! {
            {sentence_of_end.map(|text| view! { <p class="problem">{text}</p> })}
            {summary.map(|summary| view! { <Figures summary reasons/> })}
        }
    };
    let has_leads = Memo::new(move |_| run.with(|run| run.has_leads && run.state.is_over()));
    let withdrawal = Memo::new(move |_| run.with(|run| run.withdrawal.clone()));
    let has_failed = |withdrawal: &Withdrawal| withdrawal.state == JobState::Failed;
    let may_withdraw = move || withdrawal.with(|withdrawal| withdrawal.as_ref().is_none_or(has_failed));
    let rejected = Memo::new(move |_| run.with(|run| run.summary.as_ref().map_or(0, |summary| summary.rejected)));
    let undo = move || {
        view! {
            <button type="button" class="import-narrow" on:click=move |_| asking.set(true)>{t!(i18n, capture.undo)}</button>
        }
    };
    let dialog = move || {
        asking.get().then(|| {
            view! {
                <Dialog labelled_by="undo-title" on_close=move |()| asking.set(false)>
                    <h2 id="undo-title">{t!(i18n, capture.undo_title)}</h2>
                    <p>{t!(i18n, capture.undo_explained)}</p>
                    <div class="dialog-foot">
                        <button type="button" on:click=move |_| asking.set(false)>{t!(i18n, capture.cancel)}</button>
                        <button type="button" class="primary" on:click=withdraw>{t!(i18n, capture.undo_now)}</button>
                    </div>
                </Dialog>
            }
        })
    };
    let leads = move || {
        let is_settled = withdrawal.get().is_none_or(|withdrawal| withdrawal.state.is_over());
        let is_back = withdrawal.get().is_some();
        (has_leads.get() && is_settled).then(|| view! { <Brought run=id is_back/> })
    };
    view! {
        <section class="panel">
            {head}
            <div role="status">{move || is_lost.get().then(|| t_string!(i18n, capture.connection_lost).to_string())}</div>
            <Show when=move || is_running.get()>{progress}</Show>
            {outcome}
            {move || withdrawal.get().map(|withdrawal| view! { <TakingBack withdrawal/> })}
            <Show when=move || has_leads.get() && may_withdraw()>{undo}</Show>
        </section>
        {move || (rejected.get() > 0).then(|| view! { <Rejected run=id/> })}
        {leads}
        {dialog}
    }
}

/// Looks until nothing moves any more. A server that does not answer is asked again.
fn look_again(run: RwSignal<Run>, is_lost: RwSignal<bool>) {
    set_timeout(
        move || {
            let Some(id) = run.try_with_untracked(|run| run.id) else { return };
            spawn_local(async move {
                let answer = read_run(id).await;
                let is_gone = is_lost.try_set(answer.is_err()).is_some();
                let is_moving = match answer {
                    Ok(now) => {
                        let is_moving = now.is_moving();
                        run.try_set(now).is_none() && is_moving
                    }
                    Err(error) => error.is_passing(),
                };
                if is_moving && !is_gone {
                    look_again(run, is_lost);
                }
            });
        },
        LOOK,
    );
}

/// The figures of a summary.
#[component]
pub fn Figures(summary: Summary, reasons: StoredValue<Vec<ReasonChoice>>) -> impl IntoView {
    let i18n = use_i18n();
    let number = move |count: usize| format::number(i18n.get_locale(), i64::try_from(count).unwrap_or(i64::MAX));
    let is_dry = summary.dry_run;
    let figure = move |label: Signal<String>, count: usize| {
        view! { <div class="import-figure"><dt>{move || label.get()}</dt><dd class="num">{move || number(count)}</dd></div> }
    };
    let known = |label: fn(crate::losses::view::words::I18n) -> String| Signal::derive(move || label(i18n));
    let imported = Signal::derive(move || match is_dry {
        true => t_string!(i18n, capture.would_import).to_string(),
        false => t_string!(i18n, capture.imported).to_string(),
    });
    let optional = move |label, count: usize| (count > 0).then(|| figure(known(label), count));
    let losses = summary.losses();
    let undated = summary.undated;
    let by_reason: Vec<(String, usize)> =
        summary.lost.iter().chain(&summary.unqualified).map(|(code, count)| (code.clone(), *count)).collect();
    let reason_lines = by_reason
        .into_iter()
        .map(|(code, count)| {
            let name = Signal::derive(move || {
                let found = reasons.with_value(|reasons| reasons.iter().find(|reason| reason.code == code).cloned());
                found.map_or_else(|| code.clone(), |reason| reason.name.pick(language(i18n)).to_owned())
            });
            view! { <dt>{move || name.get()}</dt><dd class="num">{move || number(count)}</dd> }
        })
        .collect_view();
    let undated_note = (undated > 0).then(|| {
        let shown = move || t_string!(i18n, capture.undated_note, leads = number(undated)).to_string();
        view! { <p class="muted small">{shown}</p> }
    });
    let elsewhere = summary.elsewhere;
    let elsewhere_note = (elsewhere > 0).then(|| {
        let shown = move || t_string!(i18n, capture.elsewhere_note, leads = number(elsewhere)).to_string();
        view! { <p class="problem">{shown}</p> }
    });
    view! {
        <dl class="import-figures">
            {figure(imported, summary.imported)}
            {figure(known(|i18n| t_string!(i18n, capture.figure_open).to_string()), summary.open)}
            {figure(known(|i18n| t_string!(i18n, capture.figure_customers).to_string()), summary.customers)}
            {figure(known(|i18n| t_string!(i18n, capture.figure_losses).to_string()), losses)}
            {figure(known(|i18n| t_string!(i18n, capture.figure_rejected).to_string()), summary.rejected)}
            {optional(|i18n| t_string!(i18n, capture.figure_there).to_string(), summary.already_there)}
            {optional(|i18n| t_string!(i18n, capture.figure_elsewhere).to_string(), summary.elsewhere)}
            {optional(|i18n| t_string!(i18n, capture.figure_revived).to_string(), summary.revived)}
            {optional(|i18n| t_string!(i18n, capture.figure_not_reached).to_string(), summary.not_reached)}
            {optional(|i18n| t_string!(i18n, capture.figure_do_not_call).to_string(), summary.do_not_call)}
            {optional(|i18n| t_string!(i18n, capture.figure_do_not_email).to_string(), summary.do_not_email)}
        </dl>
        {elsewhere_note}
        {undated_note}
        {(losses > 0).then(|| view! {
            <details>
                <summary>{t!(i18n, capture.by_reason)}</summary>
                <dl class="facts">{reason_lines}</dl>
            </details>
        })}
    }
}

/// How far the taking back is, and what it left.
#[component]
fn TakingBack(withdrawal: Withdrawal) -> impl IntoView {
    let i18n = use_i18n();
    let Withdrawal { state, done, total, withdrawn, kept, problem } = withdrawal;
    let number = move |count: i64| format::number(i18n.get_locale(), count);
    match state {
        JobState::Queued | JobState::Running => {
            let label = Signal::derive(move || t_string!(i18n, capture.state_withdrawing).to_string());
            view! { <Progress label part=Signal::stored((done, total))/> }.into_any()
        }
        JobState::Done => {
            let (withdrawn, kept) = (withdrawn.unwrap_or_default(), kept.unwrap_or_default());
            let said = move || t_string!(i18n, capture.withdrawn_leads, leads = number(withdrawn)).to_string();
            let stays = move || t_string!(i18n, capture.kept_leads, leads = number(kept)).to_string();
            view! { <p role="status">{said} " " {move || (kept > 0).then(stays)}</p> }.into_any()
        }
        JobState::Failed | JobState::Cancelled => {
            let said = move || {
                let why = problem.as_ref().map(|problem| sentence(&problem.say(i18n.get_locale())));
                t_string!(i18n, capture.has_failed, why = why.unwrap_or_default()).to_string()
            };
            view! { <p class="problem">{said}</p> }.into_any()
        }
    }
}

/// The rejected rows, and the file in which they can be mended.
#[component]
fn Rejected(run: i64) -> impl IntoView {
    let i18n = use_i18n();
    let page = RwSignal::new(0u32);
    let rows = RwSignal::new(None::<RunRejections>);
    Effect::new(move |_| {
        let wanted = page.get();
        spawn_local(async move {
            if let Ok(found) = read_rejections(run, wanted).await
                && page.try_get_untracked() == Some(wanted)
            {
                rows.set(Some(found));
            }
        });
    });
    let href = move || format!("/import/rejected/{run}?lang={}", leptos_i18n::Locale::as_str(i18n.get_locale()));
    let table = move |found: RunRejections| {
        let RunRejections { rows, total, page_size } = found;
        let line = |row: crate::capture::api::RunRejection| {
            let reason = move || match &row.problem {
                Some(problem) => sentence(&problem.say(i18n.get_locale())),
                None => sentence(&row.reason),
            };
            view! { <tr><th scope="row" class="num">{row.row}</th><td>{reason}</td></tr> }
        };
        let lines = rows.into_iter().map(line).collect_view();
        view! {
            <div class="import-scroll" tabindex="0" role="region" aria-label=move || t_string!(i18n, capture.problems_title)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, capture.csv_row)}</th>
                            <th scope="col">{t!(i18n, capture.csv_reason)}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <Pager page total=Signal::stored(total) page_size/>
        }
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.problems_title)}</h2>
            <a class="button import-narrow" href=href download rel="external">{t!(i18n, capture.download_rejected)}</a>
            {move || rows.get().map(table)}
        </section>
    }
}
