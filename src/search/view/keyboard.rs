//! Who listens to the keyboard on every page, and what the keys open.

use super::{help::HelpSheet, palette::Palette};
use crate::{
    app::frame::Me,
    i18n::{t, t_string, use_i18n},
    leads::view::intake::NewLeadState,
    live::later::Later,
    search::rules::shortcuts::{Command, Press, press},
    ui::icon::{Drawn, Icon},
};
use leptos::{ev, prelude::*, wasm_split::wasm_split};
use leptos_router::hooks::use_navigate;
use leptos_use::{use_event_listener, use_window};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, Storage};

/// The second of two keys is waited for so long.
const SECOND_KEY: Duration = Duration::from_millis(1500);
/// Under this name a browser remembers that single keys are switched off.
const SWITCH: &str = "winback-single-keys";

/// What is open over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Palette,
    Help,
}

/// What the keys and the palette lead to. It belongs to the frame; copies share it.
#[derive(Clone, Copy)]
pub struct SearchState {
    open: RwSignal<Option<Open>>,
    new_lead: NewLeadState,
    go: Callback<String>,
    /// Whether single keys do something.
    pub single_keys: RwSignal<bool>,
    manages: Signal<bool>,
}

/// Nothing is open. Call it in a component inside the router, below [`Me`].
pub fn use_search(new_lead: NewLeadState) -> SearchState {
    let navigate = use_navigate();
    let Me(viewer) = expect_context();
    let manages = RwSignal::new(false);
    let single_keys = RwSignal::new(true);
    Effect::new(move |_| {
        manages.set(viewer.get().and_then(Result::ok).is_some_and(|viewer| viewer.manages()));
    });
    Effect::new(move |_| single_keys.set(are_single_keys_on()));
    SearchState {
        open: RwSignal::new(None),
        new_lead,
        go: Callback::new(move |page: String| navigate(&page, Default::default())),
        single_keys,
        manages: manages.into(),
    }
}

impl SearchState {
    /// Opens the palette.
    pub fn search(self) {
        self.open.set(Some(Open::Palette));
    }

    /// Opens the help sheet.
    pub fn help(self) {
        self.open.set(Some(Open::Help));
    }

    /// Closes what is open.
    pub fn close(self) {
        self.open.set(None);
    }

    /// Whether the viewer manages others.
    pub fn manages(self) -> bool {
        self.manages.get()
    }

    /// Leaves for a page.
    pub fn go(self, page: String) {
        self.close();
        self.go.run(page);
    }

    /// Does what a command says.
    pub fn carry_out(self, command: Command) {
        match command {
            Command::Search => self.search(),
            Command::Help => self.help(),
            Command::NewLead => {
                self.close();
                self.new_lead.open();
            }
            _ => self.go(command.page().unwrap_or_default().to_owned()),
        }
    }

    /// Switches single keys on or off, for this browser.
    pub fn switch_single_keys(self, on: bool) {
        self.single_keys.set(on);
        if let Some(storage) = storage() {
            // Without room in the browser it holds for this page only.
            let _ = storage.set_item(SWITCH, if on { "on" } else { "off" });
        }
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn are_single_keys_on() -> bool {
    storage().and_then(|storage| storage.get_item(SWITCH).ok().flatten()).as_deref() != Some("off")
}

/// Whether somebody types, or answers a dialog, or carries a card.
fn is_somebody_busy(event: &KeyboardEvent) -> bool {
    let types = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("input, textarea, select, [contenteditable]").ok().flatten())
        .is_some();
    types || is_dialog_open() || document().query_selector(".board.carrying").ok().flatten().is_some()
}

fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Listens to the keyboard for as long as the page is on screen.
fn listen(state: SearchState) {
    let before = StoredValue::new(None::<char>);
    let turn = StoredValue::new(0u32);
    let wait_for = move |first: Option<char>| {
        before.set_value(first);
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        if first.is_some() {
            set_timeout(
                move || {
                    if turn.try_get_value() == Some(mine) {
                        before.set_value(None);
                    }
                },
                SECOND_KEY,
            );
        }
    };
    let _ = use_event_listener(use_window(), ev::keydown, move |event: KeyboardEvent| {
        let key = event.key();
        let is_control = event.ctrl_key() || event.meta_key();
        // By its place on the keyboard, so that it is the same key with every alphabet.
        if is_control && !event.alt_key() && !event.shift_key() && event.code() == "KeyK" {
            event.prevent_default();
            if !is_dialog_open() {
                state.search();
            }
            return;
        }
        let is_plain = !is_control && !event.alt_key() && !event.default_prevented() && !event.repeat();
        if key == "Shift" || !is_plain || !state.single_keys.get_untracked() || is_somebody_busy(&event) {
            return;
        }
        match press(before.get_value(), &key, state.manages.get_untracked()) {
            Press::Does(command) => {
                event.prevent_default();
                wait_for(None);
                state.carry_out(command);
            }
            Press::Waits(first) => wait_for(Some(first)),
            Press::Nothing => wait_for(None),
        }
    });
}

/// Opens the palette; while it is on screen, the keyboard is listened to.
#[component]
pub fn SearchButton(state: SearchState) -> impl IntoView {
    let i18n = use_i18n();
    listen(state);
    view! {
        <button
            type="button"
            class="quiet find-button"
            aria-keyshortcuts="/ Control+K Meta+K"
            aria-haspopup="dialog"
            title=move || t_string!(i18n, search.title)
            on:click=move |_| state.search()
        >
            <Drawn icon=Icon::Search/>
            <span>{t!(i18n, search.open)}</span>
            <kbd aria-hidden="true">"/"</kbd>
        </button>
    }
}

/// What is open. Its code comes when it is opened first.
#[component]
pub fn SearchDialogs(state: SearchState) -> impl IntoView {
    move || state.open.get().map(|open| view! { <Later>{Suspend::new(search_dialog(open, state))}</Later> })
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn search_dialog(open: Open, state: SearchState) -> AnyView {
    match open {
        Open::Palette => view! { <Palette state/> }.into_any(),
        Open::Help => view! { <HelpSheet state/> }.into_any(),
    }
}
