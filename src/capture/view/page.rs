//! The page: which of its steps the address asks for.

use super::{draft::DraftView, history::History, run::RunView, upload::Upload};
use crate::{
    app::trouble::Trouble,
    capture::{
        api::{LookAnswer, look_at, read_choices, read_run, read_runs},
        preset::Layout,
    },
    error::AppError,
    i18n::{t, t_string, use_i18n},
    ui::title::PageTitle,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What the address asks for.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Begin,
    Map(i64),
    Watch(i64),
}

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let step = Memo::new(move |_| {
        let number = |name: &str| query.with(|query| query.get(name).and_then(|text| text.parse().ok()));
        match (number("run"), number("file")) {
            (Some(run), _) => Step::Watch(run),
            (None, Some(file)) => Step::Map(file),
            (None, None) => Step::Begin,
        }
    });
    let way_back = move || {
        (step.get() != Step::Begin)
            .then(|| view! { <a class="button quiet import-back" href="/import">{t!(i18n, capture.all_imports)}</a> })
    };
    let body = move || match step.get() {
        Step::Begin => view! { <BeginStep/> }.into_any(),
        Step::Map(upload) => view! { <MapStep upload/> }.into_any(),
        Step::Watch(run) => view! { <WatchStep run/> }.into_any(),
    };
    view! {
        <PageTitle text=move || t_string!(i18n, capture.title).to_string()/>
        <header class="bar"><h1>{t!(i18n, capture.title)}</h1>{way_back}</header>
        <div class="import-page">{body}</div>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let i18n = use_i18n();
    view! { <p class="muted" role="status">{t!(i18n, capture.loading)}</p> }
}

#[component]
fn BeginStep() -> impl IntoView {
    let runs = Resource::new_blocking(|| (), |()| read_runs());
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match runs.await {
                    Ok(runs) => view! { <Upload/><History runs/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn MapStep(upload: i64) -> impl IntoView {
    let prepared = Resource::new(
        || (),
        move |()| async move {
            let (look, choices) = futures::join!(look_at(upload, Layout::default()), read_choices());
            Ok::<_, AppError>((look?, choices?))
        },
    );
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match prepared.await {
                    Ok((LookAnswer::Readable(look), choices)) => {
                        view! { <DraftView upload look=Some(*look) unreadable=None choices/> }.into_any()
                    }
                    Ok((LookAnswer::Unreadable { name, why }, choices)) => {
                        view! { <DraftView upload look=None unreadable=Some((name, why)) choices/> }.into_any()
                    }
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn WatchStep(run: i64) -> impl IntoView {
    let found = Resource::new_blocking(|| (), move |()| read_run(run));
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(run) => view! { <RunView run/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
