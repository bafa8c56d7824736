//! Sign-in. A plain form post, so that it works before the Wasm has arrived.

use crate::{
    app::frame::LanguageChoice,
    i18n::{t, t_string, use_i18n},
    ui::title::PageTitle,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The sign-in page: `next` says where to go afterwards, `problem` what was wrong the last time.
#[component]
pub fn SignInPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next").unwrap_or_else(|| "/".to_owned()));
    let problem = move || {
        query.with(|query| match query.get("problem").as_deref() {
            Some("wrong") => Some(t!(i18n, people.wrong_credentials).into_any()),
            Some("wait") => Some(t!(i18n, people.too_many_failures).into_any()),
            _ => None,
        })
    };
    view! {
        <PageTitle text=move || t_string!(i18n, people.sign_in)/>
        <main class="sign-in">
            <h1>"winback"</h1>
            <p class="muted">{t!(i18n, people.promise)}</p>
            <form method="post" action="/sign-in">
                {move || problem().map(|problem| view! { <p class="problem" role="alert">{problem}</p> })}
                <label class="field">
                    <span>{t!(i18n, people.email)}</span>
                    <input class="input" type="email" name="email" required autocomplete="username" autofocus/>
                </label>
                <label class="field">
                    <span>{t!(i18n, people.password)}</span>
                    <input class="input" type="password" name="password" required autocomplete="current-password"/>
                </label>
                <input type="hidden" name="next" value=next/>
                <button class="primary">{t!(i18n, people.sign_in)}</button>
            </form>
            <LanguageChoice/>
        </main>
    }
}
