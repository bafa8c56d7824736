//! All imports so far.

use super::words::{run_state, run_tone};
use crate::{
    capture::api::Run,
    format,
    i18n::{t, t_string, use_i18n},
};
use leptos::prelude::*;

/// The list of imports, the newest first.
#[component]
pub fn History(runs: Vec<Run>) -> impl IntoView {
    let i18n = use_i18n();
    if runs.is_empty() {
        return view! { <p class="muted">{t!(i18n, capture.no_imports)}</p> }.into_any();
    }
    let rows = runs.into_iter().map(|run| view! { <Line run/> }).collect_view();
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.history_title)}</h2>
            <div class="import-scroll" tabindex="0" role="region" aria-label=move || t_string!(i18n, capture.history_title)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, capture.head_file)}</th>
                            <th scope="col">{t!(i18n, capture.head_state)}</th>
                            <th scope="col">{t!(i18n, capture.head_leads)}</th>
                            <th scope="col">{t!(i18n, capture.head_rejected)}</th>
                            <th scope="col">{t!(i18n, capture.head_when)}</th>
                            <th scope="col">{t!(i18n, capture.head_by)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Line(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let figure = move |count: Option<usize>| {
        count.map(|count| format::number(i18n.get_locale(), i64::try_from(count).unwrap_or(i64::MAX)))
    };
    let (imported, rejected) =
        (run.summary.as_ref().map(|summary| summary.imported), run.summary.as_ref().map(|summary| summary.rejected));
    let (at, by, tone) = (run.at, run.by.clone(), run_tone(&run));
    let (href, file) = (format!("/import?run={}", run.id), run.file.clone());
    view! {
        <tr>
            <td class="import-name"><a href=href>{file}</a></td>
            <td><span class=format!("badge {tone}")>{move || run_state(i18n, &run)}</span></td>
            <td class="num">{move || figure(imported)}</td>
            <td class="num">{move || figure(rejected)}</td>
            <td class="num">{move || format::date_time(i18n.get_locale(), at)}</td>
            <td>{move || by.clone().unwrap_or_else(|| t_string!(i18n, capture.by_command_line).to_string())}</td>
        </tr>
    }
}
