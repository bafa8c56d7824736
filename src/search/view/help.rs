//! The help sheet: every key and what it does, and the switch for those who press keys without meaning to.

use super::{
    keyboard::SearchState,
    words::{command_name, keys, keys_of, on_card_name},
};
use crate::{
    i18n::{t, use_i18n},
    search::rules::shortcuts::{Command, OnCard},
    ui::dialog::Dialog,
};
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn HelpSheet(state: SearchState) -> impl IntoView {
    let i18n = use_i18n();
    let close = Callback::new(move |()| state.close());
    let row = |name: String, keys: AnyView| view! { <div><dt>{name}</dt><dd>{keys}</dd></div> };
    let everywhere = move || {
        Command::open_to(state.manages())
            .map(|command| {
                let anywhere =
                    (command == Command::Search).then(|| view! { " "<kbd>"Ctrl K"</kbd>" "<kbd>"⌘ K"</kbd> });
                row(command_name(i18n, command), view! { {keys_of(command)}{anywhere} }.into_any())
            })
            .collect_view()
    };
    let on_cards = move || {
        OnCard::ALL
            .into_iter()
            .map(|(what, names)| {
                row(on_card_name(i18n, what), keys(names.iter().map(|name| (*name).to_owned())).into_any())
            })
            .collect_view()
    };
    view! {
        <Dialog labelled_by="help-title" on_close=close>
            <h1 id="help-title">{t!(i18n, search.help_title)}</h1>
            <section class="key-list">
                <h2>{t!(i18n, search.everywhere)}</h2>
                <dl>
                    {everywhere}
                </dl>
                <h2>{t!(i18n, search.on_cards)}</h2>
                <dl>{on_cards}</dl>
            </section>
            <label class="key-switch">
                <input
                    type="checkbox"
                    role="switch"
                    prop:checked=move || state.single_keys.get()
                    on:change=move |event| state.switch_single_keys(event_target_checked(&event))
                />
                <span>{t!(i18n, search.single_keys)}</span>
            </label>
            <p class="muted small">{t!(i18n, search.single_keys_hint)}</p>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| close.run(())>{t!(i18n, shell.close)}</button>
            </div>
        </Dialog>
    }
}
