//! The ways in for those who cannot sign in yet: the first run, and an invitation.

use super::{
    account::problem_of,
    words::{self, w},
};
use crate::{
    app::frame::LanguageChoice,
    i18n::{t, t_string, use_i18n},
    settings::{
        api::{Beginnings, Entry, FirstRun, Guest, accept_invitation, read_beginnings, read_invitation, set_up},
        rules::Refusal,
    },
    ui::{
        field::{TextField, focus_first_problem},
        title::PageTitle,
    },
};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};

/// What a form of these pages holds besides its fields.
#[derive(Clone, Copy)]
struct Sending {
    refusals: RwSignal<Vec<Refusal>>,
    notice: RwSignal<Option<String>>,
    is_on: RwSignal<bool>,
    form: NodeRef<html::Form>,
}

impl Sending {
    fn new() -> Self {
        Self {
            refusals: RwSignal::new(Vec::new()),
            notice: RwSignal::new(None),
            is_on: RwSignal::new(false),
            form: NodeRef::new(),
        }
    }

    /// Sends once at a time; whoever is let in goes to `next` with the new session.
    fn send(
        self,
        i18n: words::I18n,
        next: &'static str,
        request: impl Future<Output = Result<Entry, crate::error::AppError>> + 'static,
    ) {
        if self.is_on.get_untracked() {
            return;
        }
        self.refusals.set(Vec::new());
        self.notice.set(None);
        self.is_on.set(true);
        spawn_local(async move {
            let answer = request.await;
            if self.is_on.try_set(false).is_some() {
                return;
            }
            let notice = match answer {
                Ok(Entry::Done) => {
                    // A whole new page: everything on it is read with the new session.
                    if let Some(window) = web_sys::window() {
                        let _ = window.location().set_href(next);
                    }
                    return;
                }
                Ok(Entry::Refused { why }) => {
                    self.refusals.set(why);
                    return focus_first_problem(self.form);
                }
                Ok(Entry::Dead) => untrack(|| w!(i18n, link_dead)),
                Ok(Entry::Wait) => untrack(|| w!(i18n, wait)),
                Err(error) => untrack(|| words::trouble(i18n, error)),
            };
            self.notice.set(Some(notice));
        });
    }
}

/// A field of these pages.
#[component]
fn Ask(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    sending: Sending,
    #[prop(default = "text")] kind: &'static str,
) -> impl IntoView {
    view! { <TextField id=id kind=kind label=label value=value problem=problem_of(sending.refusals, id) required=true/> }
}

/// A list to choose from.
#[component]
fn Pick(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    options: Vec<(String, String)>,
) -> impl IntoView {
    let option = |(code, name): (String, String)| {
        let same = code.clone();
        view! { <option value=code selected=move || value.with(|value| *value == same)>{name}</option> }
    };
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <select id=id class="input" prop:value=move || value.get() on:change=move |event| value.set(event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </div>
    }
}

/// The first run: an empty installation gets its organisation and its first admin.
#[component]
pub fn SetupPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token").unwrap_or_default());
    let beginnings = Resource::new_blocking(token, read_beginnings);
    view! {
        <PageTitle text=move || w!(i18n, setup_title)/>
        <main class="sign-in setup">
            <h1>"winback"</h1>
            <LanguageChoice/>
            <Suspense>
                {move || Suspend::new(async move {
                    match beginnings.await {
                        Ok(beginnings) if beginnings.token_holds => {
                            view! { <SetupForm beginnings token=untrack(token)/> }.into_any()
                        }
                        Ok(_) => view! {
                            <h2>{t!(i18n, settings.setup_title)}</h2>
                            <p>{t!(i18n, settings.setup_needs_link)}</p>
                        }
                        .into_any(),
                        Err(error) => view! { <p class="problem" role="alert">{move || words::trouble(i18n, error)}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

#[component]
fn SetupForm(beginnings: Beginnings, token: String) -> impl IntoView {
    let i18n = use_i18n();
    let start = |text: &str| RwSignal::new(text.to_owned());
    let (organisation, name, email, password) = (start(""), start(""), start(""), start(""));
    let currency = RwSignal::new(beginnings.currencies.first().cloned().unwrap_or_default());
    let zone = start("Europe/Istanbul");
    let language = RwSignal::new(untrack(|| words::language(i18n)).split('-').next().unwrap_or("en").to_owned());
    let sending = Sending::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let first = FirstRun {
            organisation: organisation.get_untracked(),
            currency: currency.get_untracked(),
            time_zone: zone.get_untracked(),
            language: language.get_untracked(),
            name: name.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked(),
        };
        sending.send(i18n, "/settings", set_up(token.clone(), first));
    };
    let same = |code: String| (code.clone(), code);
    let languages = vec![("en".to_owned(), "English".to_owned()), ("tr".to_owned(), "Türkçe".to_owned())];
    view! {
        <form novalidate node_ref=sending.form on:submit=submit>
            <h2>{t!(i18n, settings.setup_title)}</h2>
            <p class="muted">{t!(i18n, settings.setup_advice)}</p>
            <Ask id="organisation" label=Signal::derive(move || w!(i18n, setup_organisation)) value=organisation sending/>
            <Pick
                id="currency"
                label=Signal::derive(move || w!(i18n, f_base_currency))
                value=currency
                options=beginnings.currencies.into_iter().map(same).collect()
            />
            <p class="small muted">{t!(i18n, settings.h_base_currency)}</p>
            <Pick
                id="time_zone"
                label=Signal::derive(move || w!(i18n, f_time_zone))
                value=zone
                options=beginnings.zones.into_iter().map(same).collect()
            />
            <Pick id="language" label=Signal::derive(move || w!(i18n, f_language)) value=language options=languages/>
            <Ask id="name" label=Signal::derive(move || w!(i18n, setup_name)) value=name sending/>
            <Ask id="email" kind="email" label=Signal::derive(move || w!(i18n, f_email)) value=email sending/>
            <Ask id="password" kind="password" label=Signal::derive(move || w!(i18n, new_password)) value=password sending/>
            <p class="small muted">{t!(i18n, settings.password_hint)}</p>
            <p class="problem" role="alert" hidden=move || sending.notice.get().is_none()>{move || sending.notice.get()}</p>
            <button class="primary" aria-disabled=move || sending.is_on.get().to_string()>{t!(i18n, settings.setup_go)}</button>
        </form>
    }
}

/// An invitation: whoever has its link sets their password and is signed in.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let secret = move || params.with(|params| params.get("secret").unwrap_or_default());
    let guest = Resource::new_blocking(secret, read_invitation);
    view! {
        <PageTitle text=move || w!(i18n, invitation_title)/>
        <main class="sign-in">
            <h1>"winback"</h1>
            <LanguageChoice/>
            <Suspense>
                {move || Suspend::new(async move {
                    match guest.await {
                        Ok(Some(guest)) => view! { <InvitationForm guest secret=untrack(secret)/> }.into_any(),
                        Ok(None) => view! { <p>{t!(i18n, settings.link_dead)}</p> }.into_any(),
                        Err(error) => view! { <p class="problem" role="alert">{move || words::trouble(i18n, error)}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

#[component]
fn InvitationForm(guest: Guest, secret: String) -> impl IntoView {
    let i18n = use_i18n();
    let password = RwSignal::new(String::new());
    let sending = Sending::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        sending.send(i18n, "/board", accept_invitation(secret.clone(), password.get_untracked()));
    };
    let Guest { name, email, organisation } = guest;
    let welcome =
        move || t_string!(i18n, settings.welcome, name = name.clone(), organisation = organisation.clone()).to_string();
    view! {
        <form novalidate node_ref=sending.form on:submit=submit>
            <p>{welcome}</p>
            <label class="field">
                <span>{t!(i18n, settings.f_email)}</span>
                <input class="input" type="email" name="email" autocomplete="username" readonly value=email/>
            </label>
            <Ask id="password" kind="password" label=Signal::derive(move || w!(i18n, new_password)) value=password sending/>
            <p class="small muted">{t!(i18n, settings.password_hint)}</p>
            <p class="problem" role="alert" hidden=move || sending.notice.get().is_none()>{move || sending.notice.get()}</p>
            <button class="primary" aria-disabled=move || sending.is_on.get().to_string()>{t!(i18n, settings.invitation_go)}</button>
        </form>
    }
}
