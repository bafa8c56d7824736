//! The line that tells an admin that the data are made up, and takes them out.

use super::api::{DemoSummary, read_demo, remove_demo};
use crate::{
    format::number,
    i18n::{t, t_string, tu_string, use_i18n},
    ui::{dialog::Dialog, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};

/// Says so while there are demo data and the viewer may remove them; else nothing.
#[component]
pub fn DemoNote() -> impl IntoView {
    let summary = Resource::new(|| (), |()| read_demo());
    let asked = RwSignal::new(None::<DemoSummary>);
    let note = move || Suspend::new(async move { summary.await.ok().flatten().map(|summary| line(summary, asked)) });
    view! {
        <Suspense>{note}</Suspense>
        {move || asked.get().map(|summary| view! { <RemoveDialog summary on_close=move || asked.set(None)/> })}
    }
}

fn line(summary: DemoSummary, asked: RwSignal<Option<DemoSummary>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="demo-note">
            {t!(i18n, demo.note)} " "
            <button type="button" class="quiet" on:click=move |_| asked.set(Some(summary))>{t!(i18n, demo.remove)}</button>
        </p>
    }
}

#[component]
fn RemoveDialog(summary: DemoSummary, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let is_removing = RwSignal::new(false);
    let figure = move |value: i64| number(i18n.get_locale(), value);
    let remove = move |_| {
        if is_removing.get_untracked() {
            return;
        }
        is_removing.set(true);
        spawn_local(async move {
            match remove_demo().await {
                // Everything on the screen may have gone with the data.
                Ok(()) => drop(window().location().set_href("/board")),
                Err(_) if is_removing.try_set(false).is_none() => {
                    toaster.trouble(tu_string!(i18n, demo.failed).to_string());
                }
                Err(_) => {}
            }
        });
    };
    let DemoSummary { leads, entries, accounts, people, stay } = summary;
    view! {
        <Dialog labelled_by="demo-title" on_close=move |()| if !is_removing.get_untracked() { on_close() }>
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
                    <li>{t!(i18n, demo.you)}</li>
                </ul>
                <div class="actions">
                    <button type="button" class="quiet" disabled=is_removing on:click=move |_| on_close()>
                        {t!(i18n, shell.cancel)}
                    </button>
                    <button type="button" class="danger" on:click=remove>
                        {move || match is_removing.get() {
                            true => t_string!(i18n, demo.removing),
                            false => t_string!(i18n, demo.confirm),
                        }}
                    </button>
                </div>
            </div>
        </Dialog>
    }
}
