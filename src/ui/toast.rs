//! Short messages that say what happened and offer the way back. They stay until read: errors until dismissed, the rest
//! for a while, and never while somebody points at them.

use crate::{
    i18n::{t_string, use_i18n},
    search::rules::shortcuts::letter,
};
use leptos::{ev, prelude::*};
use std::time::Duration;
use wasm_bindgen::JsCast;

/// How long a message without trouble stays.
const STAYS: Duration = Duration::from_secs(10);
/// So many ways back are remembered after their messages have gone.
const REMEMBERED: usize = 20;

/// What a toast offers to do.
#[derive(Clone)]
pub struct Offer {
    /// The button's words.
    pub label: String,
    /// What it does.
    pub take: Callback<()>,
}

/// One message.
#[derive(Clone)]
pub struct Toast {
    /// What to read.
    pub text: String,
    /// Whether something went wrong: then it stays until dismissed.
    pub is_trouble: bool,
    /// A way back or onward.
    pub offer: Option<Offer>,
}

#[derive(Clone)]
struct Shown {
    number: u32,
    toast: Toast,
}

/// Where toasts are shown from anywhere.
#[derive(Clone, Copy)]
pub struct Toaster {
    shown: RwSignal<Vec<Shown>>,
    count: StoredValue<u32>,
    offers: StoredValue<Vec<(u32, Callback<()>)>>,
}

/// Makes [`use_toaster`] work below.
pub fn provide_toasts() {
    let toaster =
        Toaster { shown: RwSignal::new(Vec::new()), count: StoredValue::new(0), offers: StoredValue::new(Vec::new()) };
    provide_context(toaster);
    take_offers_by_key(toaster);
}

/// The way to show a toast.
pub fn use_toaster() -> Toaster {
    expect_context()
}

impl Toaster {
    /// Says `text`.
    pub fn say(self, text: impl Into<String>) {
        self.show(Toast { text: text.into(), is_trouble: false, offer: None });
    }

    /// Says that something went wrong.
    pub fn trouble(self, text: impl Into<String>) {
        self.show(Toast { text: text.into(), is_trouble: true, offer: None });
    }

    /// Shows `toast`; at most three at once, the newest last.
    pub fn show(self, toast: Toast) {
        let number = self.count.with_value(|count| count + 1);
        self.count.set_value(number);
        let stays = !toast.is_trouble;
        if let Some(offer) = &toast.offer {
            self.offers.update_value(|offers| {
                offers.push((number, offer.take));
                let surplus = offers.len().saturating_sub(REMEMBERED);
                offers.drain(..surplus);
            });
        }
        self.shown.update(|shown| {
            shown.push(Shown { number, toast });
            let surplus = shown.len().saturating_sub(3);
            shown.drain(..surplus);
        });
        if stays {
            set_timeout(move || self.dismiss(number), STAYS);
        }
    }

    /// Takes the newest way back that its page still knows; false when there is none.
    pub fn take_last_offer(self) -> bool {
        while let Some((number, take)) = self.offers.try_update_value(Vec::pop).flatten() {
            self.dismiss(number);
            if take.try_run(()).is_some() {
                return true;
            }
        }
        false
    }

    fn take(self, number: u32, take: Callback<()>) {
        self.offers.update_value(|offers| offers.retain(|(other, _)| *other != number));
        self.dismiss(number);
        // Nothing is left to do where its page has gone.
        let _ = take.try_run(());
    }

    fn dismiss(self, number: u32) {
        self.shown.try_update(|shown| shown.retain(|shown| shown.number != number));
    }
}

/// Ctrl+Z (⌘Z) takes the newest way back, unless somebody is writing or answering a dialog.
fn take_offers_by_key(toaster: Toaster) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            let is_z = letter(&key) == Some('z') || (!key.is_ascii() && event.code() == "KeyZ");
            let is_undo = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && is_z;
            let is_elsewhere =
                event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
                    matches!(element.closest("input:not([type=checkbox]), textarea, select, dialog"), Ok(Some(_)))
                });
            if is_undo && !is_elsewhere && toaster.take_last_offer() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// The place where toasts appear; a live region, so that they are also spoken.
#[component]
pub fn Toasts() -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For
                each=move || toaster.shown.get()
                key=|shown| shown.number
                children=move |Shown { number, toast }| {
                    let offer = toast.offer.map(|Offer { label, take }| {
                        view! {
                            <button
                                class="quiet"
                                on:click=move |_| toaster.take(number, take)
                            >
                                {label}
                            </button>
                        }
                    });
                    view! {
                        <div class="toast" class:trouble-toast=toast.is_trouble>
                            <span>{toast.text}</span>
                            {offer}
                            <button
                                class="quiet icon"
                                aria-label=move || t_string!(i18n, shell.dismiss)
                                on:click=move |_| toaster.dismiss(number)
                            >
                                "×"
                            </button>
                        </div>
                    }
                }
            />
        </div>
    }
}
