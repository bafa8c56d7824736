//! What would happen, and what is wrong, row by row; then the import itself.

use super::{
    parts::Pager,
    run::Figures,
    words::{refusal, sentence},
};
use crate::{
    capture::{
        api::{BeginAnswer, Choices, Refusal, Rehearsal, RehearseAnswer, begin, rehearse},
        preset::Preset,
    },
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    losses::view::words::language,
    ui::key::IntentKey,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// What the last rehearsal said, and of which mapping.
type Checked = Option<(Preset, Result<Rehearsal, Refusal>)>;

/// Rehearsing and importing.
#[component]
pub fn RehearsalSection(
    upload: i64,
    preset: RwSignal<Preset>,
    pending: RwSignal<Vec<String>>,
    choices: StoredValue<Choices>,
) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let checked = RwSignal::new(None as Checked);
    let is_busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<AppError>);
    let page = RwSignal::new(0u32);
    let check = move |at: u32| {
        let wanted = preset.get_untracked();
        is_busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = rehearse(upload, wanted.clone(), at).await;
            // The page may have gone meanwhile.
            if is_busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(RehearseAnswer::Done(rehearsal)) => checked.set(Some((wanted, Ok(*rehearsal)))),
                Ok(RehearseAnswer::Refused(why)) => checked.set(Some((wanted, Err(why)))),
                Err(error) => trouble.set(Some(error)),
            }
        });
    };
    Effect::new(move |before: Option<u32>| {
        let at = page.get();
        if before.is_some_and(|before| before != at) {
            check(at);
        }
        at
    });
    let is_fresh = Memo::new(move |_| {
        preset.with(|preset| checked.with(|checked| checked.as_ref().is_some_and(|(checked, _)| checked == preset)))
    });
    let coming = Signal::derive(move || {
        checked.with(|checked| match checked {
            Some((_, Ok(rehearsal))) if is_fresh.get() => rehearsal.summary.imported,
            _ => 0,
        })
    });
    let key = IntentKey::new();
    let start = move |_| {
        let wanted = preset.get_untracked();
        let key = key.of(&(upload, &wanted));
        is_busy.set(true);
        trouble.set(None);
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = begin(upload, wanted.clone(), key).await;
            if is_busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(BeginAnswer::Begun { run }) => navigate(&format!("/import?run={run}"), NavigateOptions::default()),
                Ok(BeginAnswer::Refused(why)) => checked.set(Some((wanted, Err(why)))),
                Err(error) => trouble.set(Some(error)),
            }
        });
    };
    let result = move || {
        let (_, said) = checked.get()?;
        Some(match said {
            Ok(rehearsal) => view! { <Foreseen rehearsal page choices/> }.into_any(),
            Err(why) => view! { <p class="problem">{refusal(i18n, &why)}</p> }.into_any(),
        })
    };
    let note = move || {
        if !pending.with(Vec::is_empty) {
            return Some(t_string!(i18n, capture.say_formats_first).to_string());
        }
        let is_stale = checked.with(Option::is_some) && !is_fresh.get();
        is_stale.then(|| t_string!(i18n, capture.check_again).to_string())
    };
    let failed = move || {
        trouble.get().map(|error| match error {
            AppError::NotFound => t_string!(i18n, capture.upload_gone).to_string(),
            _ => t_string!(i18n, capture.not_answered).to_string(),
        })
    };
    let start_label = move || {
        let count = format::number(i18n.get_locale(), i64::try_from(coming.get()).unwrap_or(i64::MAX));
        t_string!(i18n, capture.import_now, leads = count).to_string()
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.rehearsal_title)}</h2>
            <p class="muted small">{t!(i18n, capture.rehearsal_hint)}</p>
            <div class="import-actions">
                <button
                    type="button"
                    disabled=move || is_busy.get() || !pending.with(Vec::is_empty)
                    on:click=move |_| {
                        if page.get_untracked() == 0 {
                            check(0);
                        } else {
                            page.set(0);
                        }
                    }
                >
                    {t!(i18n, capture.check)}
                </button>
                <Show when=move || { coming.get() > 0 }>
                    <button type="button" class="primary" disabled=is_busy on:click=start.clone()>{start_label}</button>
                </Show>
                <span class="muted" role="status">
                    {move || is_busy.get().then(|| t_string!(i18n, capture.checking).to_string()).or_else(note)}
                </span>
            </div>
            <div role="alert">{move || failed().map(|text| view! { <p class="problem">{text}</p> })}</div>
            <div class="import-result">{result}</div>
        </section>
    }
}

#[component]
fn Foreseen(rehearsal: Rehearsal, page: RwSignal<u32>, choices: StoredValue<Choices>) -> impl IntoView {
    let i18n = use_i18n();
    let Rehearsal { summary, holders, stages, alike, problems, page_size } = rehearsal;
    let number = move |count: usize| format::number(i18n.get_locale(), i64::try_from(count).unwrap_or(i64::MAX));
    let rejected = i64::try_from(summary.rejected).unwrap_or(i64::MAX);
    let line = move |name: Signal<String>, count: usize| {
        view! { <dt>{move || name.get()}</dt><dd class="num">{move || number(count)}</dd> }
    };
    let holders = holders.into_iter().map(|(name, count)| line(Signal::stored(name), count)).collect_view();
    let stages = stages
        .into_iter()
        .map(|(kind, count)| {
            let name = Signal::derive(move || {
                choices.with_value(|choices| {
                    let found = choices.stages.iter().find(|(stage, _)| *stage == kind);
                    found.map(|(_, name)| name.pick(language(i18n)).to_owned()).unwrap_or_default()
                })
            });
            line(name, count)
        })
        .collect_view();
    let problems = problems
        .into_iter()
        .map(|(row, problem)| {
            view! {
                <tr>
                    <th scope="row" class="num">{row}</th>
                    <td>{move || sentence(&problem.say(i18n.get_locale()))}</td>
                </tr>
            }
        })
        .collect_view();
    let alike = (alike > 0).then(|| {
        let shown = move || {
            let count = format::number(i18n.get_locale(), alike);
            t_string!(i18n, capture.alike, leads = count).to_string()
        };
        view! { <p class="import-note">{shown}</p> }
    });
    let reasons = StoredValue::new(choices.with_value(|choices| choices.reasons.clone()));
    let wrong = (rejected > 0).then(|| {
        view! {
            <h3>{t!(i18n, capture.problems_title)}</h3>
            <div class="import-scroll" tabindex="0" role="region" aria-label=move || t_string!(i18n, capture.problems_title)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, capture.csv_row)}</th>
                            <th scope="col">{t!(i18n, capture.csv_reason)}</th>
                        </tr>
                    </thead>
                    <tbody>{problems}</tbody>
                </table>
            </div>
            <Pager page total=Signal::stored(rejected) page_size=i64::try_from(page_size).unwrap_or(i64::MAX)/>
        }
    });
    view! {
        <Figures summary=summary.clone() reasons/>
        {alike}
        <div class="import-tallies">
            <div>
                <h3>{t!(i18n, capture.by_holder)}</h3>
                <dl class="facts">{holders}</dl>
            </div>
            <div>
                <h3>{t!(i18n, capture.by_stage)}</h3>
                <dl class="facts">{stages}</dl>
            </div>
        </div>
        {wrong}
    }
}
