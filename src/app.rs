//! The document around every page, the router and its table of routes.

use crate::{
    i18n::Locale,
    live::connection::provide_connection,
    people::view::SignInPage,
    pipeline::view::BoardPage,
    ui::{title::TitleFormat, toast::provide_toasts},
};
use frame::Frame;
use later::{
    AtRiskRoute, DecisionsRoute, FollowUpsRoute, HygieneRoute, ImportRoute, InsightsRoute, InvitationRoute, LeadRoute,
    LossesRoute, LostPoolRoute, MinutesRoute, MoneyRoute, OwnFiguresRoute, SectionRoute, SettingsRoute, SetupRoute,
    TodayRoute,
};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_i18n::context::{CookieOptions, I18nContextOptions, init_i18n_context_with_options};
use leptos_meta::{Html, MetaTags, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};
use leptos_use::SameSite;
use trouble::NotFoundPage;

pub mod frame;
pub mod later;
pub mod trouble;

/// The HTML document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href="/pkg/winback.css"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Whether a language is written from right to left; the pseudo-language is, so that every screen is tried mirrored.
pub fn is_right_to_left(locale: Locale) -> bool {
    matches!(locale, Locale::en_XB)
}

/// The language holds on every page, wherever it was chosen, and for a year (in milliseconds).
fn language_cookie() -> CookieOptions<Locale> {
    CookieOptions::<Locale>::default()
        .path("/".to_owned())
        .same_site(SameSite::Lax)
        .max_age(365 * 24 * 60 * 60 * 1000_i64)
}

/// The whole application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let options = I18nContextOptions::<Locale>::default().cookie_options(language_cookie());
    let i18n = init_i18n_context_with_options(options);
    provide_context(i18n);
    provide_toasts();
    provide_connection();
    let language = move || leptos_i18n::Locale::as_str(i18n.get_locale());
    let direction = move || if is_right_to_left(i18n.get_locale()) { "rtl" } else { "ltr" };
    view! {
        <Html attr:lang=language attr:dir=direction/>
        <TitleFormat/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/setup") view={Lazy::<SetupRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/invitation/:secret") view={Lazy::<InvitationRoute>::new()} ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=|| view! { <Redirect path="/board"/> }/>
                    <Route path=path!("/board") view=BoardPage ssr=SsrMode::Async/>
                    <Route path=path!("/today") view={Lazy::<TodayRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/at-risk") view={Lazy::<AtRiskRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/lost") view={Lazy::<LostPoolRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses") view={Lazy::<LossesRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/insights") view={Lazy::<InsightsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/reasons") view={Lazy::<HygieneRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/follow-ups") view={Lazy::<FollowUpsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/money") view={Lazy::<MoneyRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/decisions") view={Lazy::<DecisionsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/losses/decisions/:meeting") view={Lazy::<MinutesRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/me/figures") view={Lazy::<OwnFiguresRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/import") view={Lazy::<ImportRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/leads/:id") view={Lazy::<LeadRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/:section") view={Lazy::<SectionRoute>::new()} ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
