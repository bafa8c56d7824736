//! What stands around every page of somebody who is signed in: the rail with the way to each page, the language, the
//! way out, the toasts.

use crate::{
    decisions::view::{PinDialog, provide_pinning},
    demo::view::DemoNote,
    error::AppError,
    i18n::{Locale, t, t_string, use_i18n},
    leads::view::intake::{NewLeadButton, NewLeadDialog, use_new_lead},
    live::connection::use_connection,
    outreach::view::DueBadge,
    people::{api::read_me, rules::Viewer},
    search::view::{SearchButton, SearchDialogs, use_search},
    ui::{
        toast::Toasts,
        unsent::{self, provide_typist},
    },
};
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

/// Who is signed in: read once, for every page inside the frame.
#[derive(Clone, Copy)]
pub struct Me(pub Resource<Result<Viewer, AppError>>);

/// The languages that people may choose, in their own names. The pseudo-language is there for testing only: it is chosen
/// by its cookie.
const LANGUAGES: [(Locale, &str); 2] = [(Locale::en, "English"), (Locale::tr, "Türkçe")];

/// The frame with the current page in it. The page stands outside of every `Suspense`: what is inside one is rendered
/// several times on the server, with all its resources.
#[component]
pub fn Frame() -> impl IntoView {
    let i18n = use_i18n();
    let viewer = Resource::new_blocking(|| (), |()| read_me());
    provide_context(Me(viewer));
    let new_lead = use_new_lead();
    let search = use_search(new_lead);
    let pinning = provide_pinning();
    let typist = provide_typist();
    Effect::new(move |_| {
        if let Some(Ok(viewer)) = viewer.get() {
            typist.is(viewer.id);
        }
    });
    let name = move || Suspend::new(async move { viewer.await.map(|viewer| viewer.name).unwrap_or_default() });
    let import = move || {
        Suspend::new(async move {
            let manages = viewer.await.is_ok_and(|viewer| viewer.manages());
            manages.then(|| view! { <A href="/import">{t!(i18n, shell.import)}</A> })
        })
    };
    // A phone's bar holds five ways: the pages of losses lead those who manage on to the decisions.
    let losses = move || {
        Suspend::new(async move {
            let manages = viewer.await.is_ok_and(|viewer| viewer.manages());
            match manages {
                true => view! { <A href="/losses">{t!(i18n, shell.losses)}</A> }.into_any(),
                false => view! { <A href="/losses/decisions">{t!(i18n, decisions.title)}</A> }.into_any(),
            }
        })
    };
    view! {
        <a class="skip" href="#main">{t!(i18n, shell.skip_to_content)}</a>
        <div class="shell">
            <nav class="rail" aria-label=move || t_string!(i18n, shell.main_navigation)>
                <a class="brand" href="/board">"winback"</a>
                <NewLeadButton state=new_lead/>
                <SearchButton state=search/>
                <A href="/today">{t!(i18n, shell.today)}<DueBadge/></A>
                <A href="/board">{t!(i18n, shell.pipeline)}</A>
                <A href="/lost">{t!(i18n, shell.lost_pool)}</A>
                <Suspense>{losses}</Suspense>
                <Suspense>{import}</Suspense>
                <div class="rail-foot">
                    <button type="button" class="quiet account-button" popovertarget="account">{t!(i18n, shell.account)}</button>
                    <div id="account" popover="auto">
                        <span class="me"><Suspense>{name}</Suspense></span>
                        <a class="button quiet" href="/me/figures">{t!(i18n, shell.own_figures)}</a>
                        <A href="/settings" attr:class="button quiet">{t!(i18n, shell.settings)}</A>
                        <button type="button" class="quiet keys-button" on:click=move |_| search.help()>
                            {t!(i18n, search.help_title)}
                        </button>
                        <LanguageChoice/>
                        <form method="post" action="/sign-out" on:submit=|_| unsent::forget_all()>
                            <button class="quiet">{t!(i18n, shell.sign_out)}</button>
                            <button class="quiet" name="everywhere" value="true">{t!(i18n, shell.sign_out_everywhere)}</button>
                        </form>
                    </div>
                </div>
            </nav>
            <main id="main" tabindex="-1"><ConnectionBar/><DemoNote/><Outlet/></main>
        </div>
        <NewLeadDialog state=new_lead/>
        <SearchDialogs state=search/>
        <PinDialog pinning/>
        <Toasts/>
    }
}

/// Says that the server cannot be reached, and what waits for it.
#[component]
fn ConnectionBar() -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let was_down = Memo::new(move |before: Option<&bool>| !connection.is_up() || before.copied().unwrap_or_default());
    let waiting = move || {
        let count = connection.waiting();
        (count > 0).then(|| t_string!(i18n, shell.changes_wait, count = count).to_string())
    };
    let text = move || match (connection.is_up(), was_down.get()) {
        (false, _) => [Some(t_string!(i18n, shell.not_connected).to_string()), waiting()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        (true, true) => t_string!(i18n, shell.connected_again).to_string(),
        (true, false) => String::new(),
    };
    view! {
        <p class="connection" class:down=move || !connection.is_up() role="status">{text}</p>
    }
}

/// Changes the language in place: nothing that was typed is lost.
#[component]
pub fn LanguageChoice() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="languages" role="group" aria-label=move || t_string!(i18n, shell.language)>
            {LANGUAGES
                .map(|(locale, name)| {
                    view! {
                        <button
                            type="button"
                            class="quiet"
                            lang=leptos_i18n::Locale::as_str(locale)
                            aria-pressed=move || (i18n.get_locale() == locale).to_string()
                            on:click=move |_| i18n.set_locale(locale)
                        >
                            {name}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
