//! The lead's tags: written or chosen, and taken off.

use super::{field::Ground, words::problem_text};
use crate::{
    i18n::t_string,
    ids::RequestKey,
    leads::api::{
        lists::List,
        record::{Tag, TagAnswer, TagChange, change_tag},
    },
    losses::view::words::{language, trouble},
    ui::{key::fresh_key, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};

/// The tags in a line, with a place to add one.
#[component]
pub(super) fn Tags(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let toaster = use_toaster();
    let typed = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let tags = Memo::new(move |_| ground.lead.with(|lead| lead.tags.clone()));
    let send = move |change: TagChange, key: RequestKey| {
        sending.set(true);
        spawn_local(async move {
            let answer =
                ground.connection.persistently(async || change_tag(ground.id, change.clone(), key.clone()).await).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(TagAnswer::Done { tags }) => {
                    if matches!(change, TagChange::Add { .. }) {
                        typed.set(String::new());
                    }
                    ground.lead.update(|lead| lead.tags = tags);
                }
                Ok(TagAnswer::Refused { problem }) => toaster.trouble(problem_text(i18n, &problem)),
                // What was typed stays: Enter sends it again.
                Err(error) => toaster.trouble(trouble(i18n, error)),
            }
        });
    };
    let chip = move |tag: Tag| {
        let name = tag.name.clone();
        let remove = move || {
            let name = name.clone();
            ground.may_write.get().then(|| {
                view! {
                    <button
                        type="button"
                        class="quiet"
                        aria-label=move || t_string!(i18n, leads.remove_tag, tag = name.clone()).to_string()
                        on:click=move |_| send(TagChange::Remove { tag: tag.id }, fresh_key())
                    >
                        "×"
                    </button>
                }
            })
        };
        view! { <li class="chip tag"><bdi>{tag.name}</bdi>{remove}</li> }
    };
    let known = move || {
        ground.lists.with(|lists| {
            let mine = tags.get();
            let offered = lists.offered(List::Tag, "").filter(|entry| !mine.iter().any(|tag| tag.id.0 == entry.id));
            offered
                .map(|entry| view! { <option value=entry.name.pick(language(i18n)).to_owned()></option> })
                .collect_view()
        })
    };
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = typed.get_untracked().trim().to_owned();
        if !name.is_empty() && !sending.get_untracked() {
            send(TagChange::Add { name }, fresh_key());
        }
    };
    view! {
        <div class="tags">
            <ul aria-label=move || t_string!(i18n, leads.tags)>
                <For each=move || tags.get() key=|tag| tag.id children=chip/>
            </ul>
            <Show when=move || ground.may_write.get()>
                <form on:submit=add>
                    <input
                        class="input"
                        list="known-tags"
                        maxlength="60"
                        enterkeyhint="done"
                        autocomplete="off"
                        aria-label=move || t_string!(i18n, leads.add_tag)
                        placeholder=move || t_string!(i18n, leads.add_tag)
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <datalist id="known-tags">{known}</datalist>
                </form>
            </Show>
        </div>
    }
}
