//! What all parts of the cockpit stand on: what is looked at, its figures, and who counts them.

use super::query::{self, Look};
use crate::{
    analytics::{
        api::{Changes, Counted, Opening, read_answer, read_changes},
        cockpit::{Answer, Cockpit, Hand},
        facts::{Book, Head},
        rules::{Measure, Period, Step},
        selection::{Dim, Selection, Touch},
    },
    error::AppError,
    format,
    live::{browser::follow, wire::Message},
    losses::view::words::I18n,
    ui::{chart::Press, fetch},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use std::time::Duration;

/// Figures are counted again this long after the first of several changes.
const SETTLE: Duration = Duration::from_millis(800);
/// A device that says it has less memory, in gigabytes, is a small phone: it does not count more runs than that itself.
const SMALL: (f64, usize) = (2.0, 50_000);

/// Who counts, and how far the way there has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// The server: the facts are too many for this device, or could not be fetched.
    Server,
    /// The facts are on their way: so many percent of them.
    Coming(u32),
    /// The browser.
    Here,
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The figures.
    pub answer: RwSignal<Answer>,
    /// What bars are called, and the organisation's calendar.
    pub head: RwSignal<Head>,
    /// What is looked at; the figures follow at once, the address when it is settled.
    pub look: RwSignal<Look>,
    /// The reader's language.
    pub i18n: I18n,
    /// Who counts.
    pub counting: RwSignal<Counting>,
    /// What could not be read.
    pub trouble: RwSignal<Option<AppError>>,
    /// Whether a bar is added to those that are chosen, without a key to hold.
    pub several: RwSignal<bool>,
    /// Whether a brush is being drawn.
    pub is_drawing: RwSignal<bool>,
    cockpit: StoredValue<Option<Cockpit>>,
    /// Whether the server is counting, and whether something else was asked for meanwhile.
    is_asking: StoredValue<bool>,
    is_pending: StoredValue<bool>,
    /// The last of several questions for changes; only its answer counts.
    caught: StoredValue<u64>,
    /// Whether the facts were fetched and nothing was taken in since.
    is_fresh: StoredValue<bool>,
    navigate: Callback<Look>,
}

impl Shown {
    /// The page's state from how it began. It follows its address, what is chosen, and what changes anywhere.
    pub fn new(opening: Opening, look: Look, i18n: I18n) -> Self {
        let navigate = use_navigate();
        let go = Callback::new(move |look: Look| {
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&query::address(&look), options);
        });
        let Opening { counted: Counted { answer, head }, rows, in_browser } = opening;
        let shown = Self {
            answer: RwSignal::new(answer),
            head: RwSignal::new(head),
            look: RwSignal::new(look),
            i18n,
            counting: RwSignal::new(Counting::Server),
            trouble: RwSignal::new(None),
            several: RwSignal::new(false),
            is_drawing: RwSignal::new(false),
            cockpit: StoredValue::new(None),
            is_asking: StoredValue::new(false),
            is_pending: StoredValue::new(false),
            caught: StoredValue::new(0),
            is_fresh: StoredValue::new(false),
            navigate: go,
        };
        shown.follow_address();
        Effect::new(move |_| shown.count());
        Effect::new(move |before: Option<()>| {
            if before.is_none() && in_browser && !is_too_much(rows) {
                shown.fetch();
            }
        });
        shown.follow_changes();
        shown
    }

    /// Goes where the address goes: back and forward, too.
    fn follow_address(self) {
        let (query, path) = (use_query_map(), use_location().pathname);
        let address = Memo::new(move |_| query.with(query::read));
        Effect::new(move |before: Option<()>| {
            let there = address.get();
            // The address changes a moment before a page goes.
            if before.is_some() && path.get_untracked() == "/losses" && self.look.with_untracked(|look| *look != there)
            {
                self.look.set(there);
            }
        });
    }

    /// Shows something else, and says so in the address.
    pub fn go(self, look: Look) {
        self.look.set(look.clone());
        self.navigate.run(look);
    }

    /// Shows another selection.
    pub fn select(self, selection: Selection) {
        self.go(self.look.get_untracked().selecting(selection));
    }

    /// Shows other days; while they are still being drawn the address stays.
    pub fn draw(self, period: Period, is_done: bool) {
        let look = self.look.get_untracked();
        let selection = look.selection.during(period);
        self.is_drawing.set(!is_done);
        if is_done {
            self.go(look.selecting(selection));
        } else if look.selection != selection {
            self.look.set(look.selecting(selection));
        }
    }

    /// A bar was chosen.
    pub fn press(self, dim: Dim, key: &str, press: Press) {
        let touch = match press {
            Press { not: true, .. } => Touch::Not,
            Press { too: true, .. } => Touch::Too,
            _ if self.several.get_untracked() => Touch::Too,
            _ => Touch::Alone,
        };
        self.select(self.look.with_untracked(|look| look.selection.touched(dim, key, touch)));
    }

    /// Somebody is on the way to a chart: prepares for what they may choose there.
    pub fn take_up(self, hand: Hand) {
        self.cockpit.update_value(|cockpit| {
            if let Some(cockpit) = cockpit {
                cockpit.take_up(hand);
            }
        });
    }

    /// Brings the figures to what is looked at.
    fn count(self) {
        let (selection, step) = self.look.with(|look| (look.selection.clone(), look.step));
        let is_there = self.answer.with_untracked(|answer| answer.selection == selection && answer.step == step);
        if is_there && !self.is_asking.get_value() {
            return;
        }
        if !self.count_here(&selection, step) {
            self.ask(selection, step);
        }
    }

    fn count_here(self, selection: &Selection, step: Step) -> bool {
        let counted = self.cockpit.try_update_value(|cockpit| {
            let cockpit = cockpit.as_mut()?;
            Some(Counted { answer: cockpit.answer(selection, step), head: cockpit.head().clone() })
        });
        let Some(counted) = counted.flatten() else { return false };
        self.show(counted);
        true
    }

    /// Shows figures with their words; what is the same stays untouched.
    fn show(self, Counted { answer, head }: Counted) {
        if self.head.with_untracked(|shown| *shown != head) {
            self.head.set(head);
        }
        if self.answer.with_untracked(|shown| *shown != answer) {
            self.answer.set(answer);
        }
    }

    /// Has the server count: one question at a time, and then what is looked at by then.
    fn ask(self, selection: Selection, step: Step) {
        if self.is_asking.get_value() {
            return self.is_pending.set_value(true);
        }
        self.is_asking.set_value(true);
        spawn_local(async move {
            let told = read_answer(selection.clone(), step).await;
            if self.is_asking.try_set_value(false).is_some() {
                return;
            }
            self.trouble.set(told.as_ref().err().copied());
            let is_wanted = self.look.with_untracked(|look| look.selection == selection && look.step == step);
            let is_pending = self.is_pending.try_update_value(std::mem::take) == Some(true);
            // Facts that came meanwhile know better.
            if self.cockpit.with_value(Option::is_some) || is_pending && !is_wanted {
                self.count_again();
            } else if let Ok(counted) = told {
                self.show(counted);
            }
        });
    }

    /// Counts again what is looked at: something changed.
    fn count_again(self) {
        let (selection, step) = self.look.with_untracked(|look| (look.selection.clone(), look.step));
        if !self.count_here(&selection, step) {
            self.ask(selection, step);
        }
    }

    /// Fetches the facts; until they are here, and where they do not come, the server counts.
    fn fetch(self) {
        self.counting.set(Counting::Coming(0));
        let progress = move |share: f64| {
            let _ = self.counting.try_set(Counting::Coming((share * 100.0) as u32));
        };
        spawn_local(async move {
            let book =
                fetch::bytes("/facts", "x-facts-size", progress).await.and_then(|bytes| Book::decode(&bytes).ok());
            let Some(book) = book else {
                let _ = self.counting.try_set(Counting::Server);
                return;
            };
            if self.cockpit.try_set_value(Some(Cockpit::new(book))).is_some() {
                return;
            }
            self.is_fresh.set_value(true);
            self.counting.set(Counting::Here);
            self.count_again();
            // Kept by the browser, the facts may be some changes old.
            self.catch_up();
        });
    }

    /// Takes in what changed since the facts were read.
    fn catch_up(self) {
        let held = self.cockpit.with_value(|cockpit| cockpit.as_ref().map(|cockpit| cockpit.head().holds.clone()));
        let Some(held) = held else { return self.count_again() };
        self.caught.update_value(|caught| *caught += 1);
        let mine = self.caught.get_value();
        spawn_local(async move {
            let told = read_changes(held).await;
            // Somebody went elsewhere, or a later answer brings this one's changes, too.
            if self.caught.try_get_value() != Some(mine) {
                return;
            }
            let _ = self.trouble.try_set(told.as_ref().err().copied());
            match told {
                Ok(Changes::Leads { leads, facts, head }) => {
                    self.is_fresh.set_value(false);
                    self.cockpit.update_value(|cockpit| {
                        if let Some(cockpit) = cockpit {
                            cockpit.change(&leads, &facts, &head);
                        }
                    });
                    self.count_again();
                }
                Ok(Changes::Everything) => {
                    self.cockpit.set_value(None);
                    self.counting.set(Counting::Server);
                    self.count_again();
                    // Facts that are out of date as soon as they come are not fetched again and again.
                    if !self.is_fresh.try_update_value(std::mem::take).unwrap_or_default() {
                        self.fetch();
                    }
                }
                Err(_) => {}
            }
        });
    }

    /// What is lost, won or begun elsewhere is counted here soon.
    fn follow_changes(self) {
        let is_due = StoredValue::new(false);
        follow(self.head.with_untracked(|head| head.seen), move |message| {
            let concerns = !matches!(message, Message::SignedOut);
            if concerns && is_due.try_update_value(|due| !std::mem::replace(due, true)) == Some(true) {
                set_timeout(
                    move || {
                        if is_due.try_set_value(false).is_none() {
                            self.catch_up();
                        }
                    },
                    SETTLE,
                );
            }
        });
    }

    /// An amount in the organisation's currency, short.
    pub fn money(self, minor: i64) -> String {
        self.head.with(|head| format::short_money(self.i18n.get_locale(), minor, &head.currency))
    }

    /// A number as the reader writes it.
    pub fn number(self, value: i64) -> String {
        format::number(self.i18n.get_locale(), value)
    }

    /// Whether bars are long by what was lost, not by how many.
    pub fn by_value(self) -> bool {
        self.look.with(|look| look.measure == Measure::Value)
    }

    /// What bars are long by.
    pub fn measured(self, sum: crate::analytics::cockpit::Sum) -> i64 {
        if self.by_value() { sum.minor } else { sum.runs }
    }
}

fn is_too_much(rows: usize) -> bool {
    let memory =
        js_sys::Reflect::get(&window().navigator(), &"deviceMemory".into()).ok().and_then(|memory| memory.as_f64());
    memory.is_some_and(|memory| memory < SMALL.0) && rows > SMALL.1
}
