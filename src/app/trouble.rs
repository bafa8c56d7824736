//! The pages for what went wrong: not found, forbidden, our own trouble. Each says what to do now.

use crate::{
    error::AppError,
    i18n::{t, use_i18n},
    ui::title::PageTitle,
};
use leptos::prelude::*;

/// No such page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <main><Trouble error=AppError::NotFound/></main> }
}

/// What went wrong, in the reader's words, with the matching HTTP status when the server renders it.
#[component]
pub fn Trouble(error: AppError) -> impl IntoView {
    let i18n = use_i18n();
    answer_with(error);
    let (title, advice) = match error {
        AppError::NotFound => (t!(i18n, shell.not_found_title).into_any(), t!(i18n, shell.not_found_advice).into_any()),
        AppError::Forbidden => {
            (t!(i18n, shell.forbidden_title).into_any(), t!(i18n, shell.forbidden_advice).into_any())
        }
        AppError::SignedOut => {
            (t!(i18n, shell.signed_out_title).into_any(), t!(i18n, shell.signed_out_advice).into_any())
        }
        AppError::Busy | AppError::Unreachable => {
            (t!(i18n, shell.busy_title).into_any(), t!(i18n, shell.busy_advice).into_any())
        }
        AppError::NotUnderstood | AppError::Internal => {
            (t!(i18n, shell.trouble_title).into_any(), t!(i18n, shell.trouble_advice).into_any())
        }
    };
    view! {
        <PageTitle text="winback"/>
        <section class="trouble">
            <h1>{title}</h1>
            <p>{advice}</p>
            <a class="button primary" href="/board">{t!(i18n, shell.to_the_board)}</a>
        </section>
    }
}

#[cfg(feature = "ssr")]
fn answer_with(error: AppError) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
}

#[cfg(not(feature = "ssr"))]
fn answer_with(_: AppError) {}
