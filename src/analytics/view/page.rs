//! The page: charts that stay where they are and change in place when a filter or the world changes.

use super::{
    charts::{BarChart, Crossed},
    list::ListPanel,
    query::{self, Look},
    reps::Reps,
    state::Shown,
    tiles::Tiles,
    top::Top,
    trend::Trend,
};
use crate::{
    analytics::{
        api::{Listing, Opening, read_list, read_opening},
        cockpit::Cross,
        selection::Dim,
    },
    app::trouble::Trouble,
    error::AppError,
    i18n::{t, t_string, use_i18n},
    losses::view::words::language,
    ui::title::PageTitle,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

type First = (Result<Opening, AppError>, Option<Result<Listing, AppError>>);

async fn read_first(look: Look, language: String) -> First {
    let listing = async {
        match look.list {
            Some(page) => Some(read_list(look.selection.clone(), page, language).await),
            None => None,
        }
    };
    futures::join!(read_opening(look.selection.clone(), look.step), listing)
}

/// The page.
#[component]
pub fn LossesPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = query.with_untracked(query::read);
    // Read once: what changes later changes in place.
    let asked = look.clone();
    let first = Resource::new_blocking(|| (), move |()| read_first(asked.clone(), language(i18n).to_owned()));
    view! {
        <PageTitle text=move || t_string!(i18n, analytics.title).to_string()/>
        <Transition fallback=move || view! { <p class="pool-note muted">{t!(i18n, analytics.loading)}</p> }>
            {move || {
                let look = look.clone();
                Suspend::new(async move {
                    match first.await {
                        (Ok(opening), listing) => {
                            view! { <Losses opening listing=listing.and_then(Result::ok) look/> }.into_any()
                        }
                        (Err(error), _) => view! { <Trouble error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

/// Charts below the great ones, in columns: what a lead is, what we did, where it ended.
const SMALL: [&[Dim]; 3] = [
    &[Dim::Source, Dim::Campaign, Dim::Product, Dim::Segment, Dim::Size],
    &[Dim::Discount, Dim::Answer, Dim::Tries, Dim::Lasted, Dim::Stood, Dim::Kind],
    &[Dim::Retry, Dim::Country, Dim::Stage, Dim::Team, Dim::Tier, Dim::Fate],
];

#[component]
fn Losses(opening: Opening, listing: Option<Listing>, look: Look) -> impl IntoView {
    let i18n = use_i18n();
    let shown = Shown::new(opening, look, i18n);
    let is_behind = move || {
        let asked = shown.look.with(|look| (look.selection.clone(), look.step));
        shown.answer.with(|answer| (&answer.selection, answer.step) != (&asked.0, asked.1))
    };
    let has_lines = move || shown.answer.with(|answer| answer.bars.get(&Dim::Line).is_some_and(|bars| bars.len() > 1));
    view! {
        <Top shown/>
        <div class="losses-page" aria-busy=move || is_behind().to_string()>
            <p class="problem" role="status" hidden=move || shown.trouble.get().is_none()>{t!(i18n, shell.stale)}</p>
            <Tiles shown/>
            <BarChart shown dim=Dim::Reason most=10/>
            <Crossed shown cross=Cross::StageReason/>
            <Trend shown/>
            <Reps shown/>
            <div class="losses-small">
                {SMALL
                    .map(|dims| {
                        let charts = dims.iter().map(|dim| view! { <BarChart shown dim=*dim most=8/> }).collect_view();
                        view! { <div>{charts}</div> }
                    })
                    .collect_view()}
                <Show when=has_lines><BarChart shown dim=Dim::Line most=8/></Show>
            </div>
            <Crossed shown cross=Cross::RepReason/>
            <Crossed shown cross=Cross::RepStage/>
            <ListPanel shown listing/>
        </div>
    }
}
