//! The line that tells an admin that the data are made up, and takes them out.

use super::api::{Demo, DemoSummary, Removal, read_demo, remove_demo};
use crate::{
    format::number,
    i18n::{t, t_string, tu_string, use_i18n},
    live::connection::use_connection,
    ui::{dialog::Dialog, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// A removal is looked at this often.
const LOOK: Duration = Duration::from_secs(1);

/// Says so while there are demo data and the viewer is an admin; else nothing.
#[component]
pub fn DemoNote() -> impl IntoView {
    let demo = Resource::new(|| (), |()| read_demo());
    let asked = RwSignal::new(None::<DemoSummary>);
    let is_leaving = RwSignal::new(false);
    let (i18n, toaster) = (use_i18n(), use_toaster());
    let ended = Callback::new(move |is_gone: bool| {
        match is_gone {
            // Everything on the board has gone with the data; elsewhere somebody may be typing.
            true if window().location().pathname().is_ok_and(|path| path == "/board") => {
                return drop(window().location().set_href("/board"));
            }
            true => toaster.say(tu_string!(i18n, demo.gone).to_string()),
            false => toaster.trouble(tu_string!(i18n, demo.failed).to_string()),
        }
        is_leaving.set(false);
        demo.refetch();
    });
    Effect::new(move |_| {
        if matches!(demo.get(), Some(Ok(Some(Demo::Leaving)))) {
            is_leaving.set(true);
        }
    });
    Effect::new(move |_| {
        if is_leaving.get() {
            look_again(ended);
        }
    });
    let note = move || Suspend::new(async move { demo.await.ok().flatten().map(|demo| line(demo, asked, is_leaving)) });
    view! {
        <Suspense>{note}</Suspense>
        {move || asked.get().map(|summary| {
            view! { <RemoveDialog summary is_leaving on_close=move || asked.set(None)/> }
        })}
    }
}

fn line(demo: Demo, asked: RwSignal<Option<DemoSummary>>, is_leaving: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let way_out = match demo {
        Demo::Here(summary) => view! {
            <button type="button" class="quiet" on:click=move |_| asked.set(Some(summary))>{t!(i18n, demo.remove)}</button>
        }
        .into_any(),
        Demo::ViewerIsMadeUp => view! {
            <details>
                <summary>{t!(i18n, demo.how)}</summary>
                <p>
                    {t!(i18n, demo.made_up)} " " <a href="/settings/people">{t!(i18n, demo.people_page)}</a> ", "
                    {t!(i18n, demo.made_up_then)}
                </p>
            </details>
        }
        .into_any(),
        Demo::Leaving => ().into_any(),
    };
    view! {
        <div class="demo-note" role="status">
            <span>{move || match is_leaving.get() {
                true => t_string!(i18n, demo.begun),
                false => t_string!(i18n, demo.note),
            }}</span>
            <span class="demo-way-out" hidden=is_leaving>{way_out}</span>
        </div>
    }
}

/// Looks until the data are gone, or it is plain that they stay; `ended` hears whether they are gone.
fn look_again(ended: Callback<bool>) {
    set_timeout(
        move || {
            spawn_local(async move {
                match read_demo().await {
                    Ok(Some(Demo::Leaving)) => look_again(ended),
                    Err(error) if error.is_passing() => look_again(ended),
                    answer => {
                        // The page may be gone by now.
                        let _ = ended.try_run(matches!(answer, Ok(None)));
                    }
                }
            });
        },
        LOOK,
    );
}

#[component]
fn RemoveDialog(
    summary: DemoSummary,
    is_leaving: RwSignal<bool>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let connection = use_connection();
    let is_asking = RwSignal::new(false);
    let figure = move |value: i64| number(i18n.get_locale(), value);
    let remove = move |_| {
        if is_asking.get_untracked() {
            return;
        }
        is_asking.set(true);
        spawn_local(async move {
            let answer = connection.persistently(async || remove_demo().await).await;
            if is_asking.try_set(false).is_some() {
                return;
            }
            match answer {
                // What became of it is found by looking.
                Ok(Removal::Begun | Removal::Gone) => {
                    is_leaving.set(true);
                    on_close();
                }
                Ok(Removal::AskerIsMadeUp) | Err(_) => toaster.trouble(tu_string!(i18n, demo.failed).to_string()),
            }
        });
    };
    let DemoSummary { leads, entries, accounts, people, stay } = summary;
    view! {
        <Dialog labelled_by="demo-title" on_close=move |()| if !is_asking.get_untracked() { on_close() }>
            <div class="demo-removal">
                <h1 id="demo-title">{t!(i18n, demo.title)}</h1>
                <p>{t!(i18n, demo.goes)}</p>
                <ul>
                    <li>{move || t_string!(i18n, demo.leads, leads = figure(leads), entries = figure(entries)).to_string()}</li>
                    <li>{move || t_string!(i18n, demo.accounts, accounts = figure(accounts)).to_string()}</li>
                    <li>{move || t_string!(i18n, demo.people, people = figure(people)).to_string()}</li>
                </ul>
                <p>{t!(i18n, demo.stays)}</p>
                <ul>
                    <li>{move || t_string!(i18n, demo.stay, stay = figure(stay)).to_string()}</li>
                </ul>
                <div class="actions">
                    <button type="button" class="quiet" disabled=is_asking on:click=move |_| on_close()>
                        {t!(i18n, shell.cancel)}
                    </button>
                    <button type="button" class="danger" on:click=remove>
                        {move || match is_asking.get() {
                            true => t_string!(i18n, demo.removing),
                            false => t_string!(i18n, demo.confirm),
                        }}
                    </button>
                </div>
            </div>
        </Dialog>
    }
}
