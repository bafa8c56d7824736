//! Looks of the board that people keep under a name, their own and those that others share. Its code comes when the menu is
//! opened first.

use super::filter::{Look, address};
use crate::{
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    live::{connection::use_connection, later::Later},
    losses::view::words::trouble,
    pipeline::api::views::{LONGEST_NAME, NewView, SaveAnswer, View, delete_view, read_views, save_view},
    ui::{dialog::Dialog, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};

/// The button that opens the views.
#[component]
pub fn ViewMenu(look: Memo<Look>) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = RwSignal::new(false);
    let close = Callback::new(move |()| is_open.set(false));
    view! {
        <button type="button" class="quiet" aria-haspopup="dialog" on:click=move |_| is_open.set(true)>
            {t!(i18n, pipeline.views)}
        </button>
        <Show when=move || is_open.get()>
            <Later>{Suspend::new(views_dialog(look, close))}</Later>
        </Show>
    }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn views_dialog(look: Memo<Look>, close: Callback<()>) -> AnyView {
    view! { <Views look close/> }.into_any()
}

/// The part of a look's address that is kept.
fn query_of(look: &Look) -> String {
    address(look).split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

#[component]
fn Views(look: Memo<Look>, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let views = LocalResource::new(move || connection.ask(read_views));
    let forget = Callback::new(move |(id, name): (i64, String)| {
        spawn_local(async move {
            match connection.persistently(async || delete_view(id).await).await {
                Ok(()) => toaster.say(tu_string!(i18n, pipeline.view_deleted, name = name)),
                Err(error) => toaster.trouble(untrack(|| trouble(i18n, error))),
            }
            views.refetch();
        });
    });
    let one = move |View { id, name, query, owner, .. }: View| {
        let is_here = look.with_untracked(|look| query_of(look) == query);
        let (shown, known) = (name.clone(), name.clone());
        let is_own = owner.is_none();
        let text = move || match &owner {
            Some(owner) => t_string!(i18n, pipeline.view_by, name = shown.as_str(), owner = owner.as_str()),
            None => shown.clone(),
        };
        view! {
            <li>
                <a href=format!("/board?{query}") aria-current=is_here.then_some("page") on:click=move |_| close.run(())>
                    <bdi>{text}</bdi>
                </a>
                {is_own.then(|| view! {
                    <button
                        type="button"
                        class="quiet"
                        aria-label=move || t_string!(i18n, pipeline.view_delete_of, name = known.as_str())
                        on:click=move |_| forget.run((id, name.clone()))
                    >
                        {t!(i18n, pipeline.view_delete)}
                    </button>
                })}
            </li>
        }
    };
    let list = move || {
        views.get().map(|answer: Result<Vec<View>, AppError>| match answer {
            Ok(views) => view! { <ul class="view-list">{views.into_iter().map(one).collect_view()}</ul> }.into_any(),
            Err(error) => view! { <p class="problem" role="alert">{move || trouble(i18n, error)}</p> }.into_any(),
        })
    };
    view! {
        <Dialog labelled_by="views-title" on_close=close>
            <h1 id="views-title">{t!(i18n, pipeline.views)}</h1>
            <Suspense>{list}</Suspense>
            <NewViewForm look close/>
        </Dialog>
    }
}

#[component]
fn NewViewForm(look: Memo<Look>, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let (name, is_shared) = (RwSignal::new(String::new()), RwSignal::new(false));
    // The name that the person was told is taken: saved once more, it takes that view's place.
    let taken = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let save = move || {
        let view = NewView {
            name: name.get_untracked(),
            query: look.with_untracked(query_of),
            is_shared: is_shared.get_untracked(),
            replaces: taken.with_untracked(|taken| *taken == Some(name.get_untracked())),
        };
        spawn_local(async move {
            let answer = connection.persistently(async || save_view(view.clone()).await).await;
            if let Ok(SaveAnswer::Saved) = answer {
                toaster.say(tu_string!(i18n, pipeline.view_saved, name = view.name.clone()));
                return close.try_run(()).unwrap_or_default();
            }
            let said = untrack(|| match answer {
                Ok(SaveAnswer::NameTaken) => t_string!(i18n, pipeline.view_name_taken).to_owned(),
                Ok(SaveAnswer::TooMany) => t_string!(i18n, pipeline.view_too_many).to_owned(),
                Ok(_) => t_string!(i18n, pipeline.view_name_missing).to_owned(),
                Err(error) => trouble(i18n, error),
            });
            taken.try_set((answer == Ok(SaveAnswer::NameTaken)).then_some(view.name));
            problem.try_set(Some(said));
        });
    };
    view! {
        <form
            class="view-form"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <h2>{t!(i18n, pipeline.view_save_title)}</h2>
            <label class="field">
                <span>{t!(i18n, pipeline.view_name)}</span>
                <input
                    class="input"
                    maxlength=LONGEST_NAME.to_string()
                    prop:value=name
                    aria-describedby="view-problem"
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            <label class="check">
                <input type="checkbox" prop:checked=is_shared on:change=move |event| is_shared.set(event_target_checked(&event))/>
                {t!(i18n, pipeline.view_share)}
            </label>
            <p class="problem" id="view-problem" role="alert" hidden=move || problem.get().is_none()>{problem}</p>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| close.run(())>{t!(i18n, shell.close)}</button>
                <button class="primary">{t!(i18n, pipeline.view_save)}</button>
            </div>
        </form>
    }
}
