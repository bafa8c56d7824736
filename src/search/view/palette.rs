//! The palette: one line to type into, and what can be gone to: leads, recent leads, pages.

use super::{
    keyboard::SearchState,
    option::HitLines,
    words::{command_name, keys_of},
};
use crate::{
    error::AppError,
    i18n::{t, t_string, use_i18n},
    ids::LeadId,
    losses::view::words,
    search::{
        api::{Closeness, Hit, find, read_recent},
        rules::{letters, shortcuts::Command},
    },
    ui::dialog::Dialog,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use web_sys::KeyboardEvent;

/// Typing rests this long before anybody looks.
const TYPING_RESTS: Duration = Duration::from_millis(110);
/// Whoever finds fewer leads than this is shown similar ones, too.
const ENOUGH: usize = 5;
/// The list's id.
const LIST: &str = "find-list";

/// Something to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Choice {
    Lead(LeadId),
    Command(Command),
}

impl Choice {
    fn id(self) -> String {
        match self {
            Self::Lead(lead) => format!("find-{lead}"),
            Self::Command(command) => format!("find-{command:?}"),
        }
    }
}

/// What was found for a question.
#[derive(Debug, Clone, Default, PartialEq)]
struct Found {
    question: String,
    as_typed: Vec<Hit>,
    similar: Vec<Hit>,
    trouble: Option<AppError>,
    is_whole: bool,
}

/// What the palette knows. Copies share it.
#[derive(Clone, Copy)]
struct Finder {
    state: SearchState,
    question: RwSignal<String>,
    found: RwSignal<Found>,
    recent: RwSignal<Vec<Hit>>,
    chosen: RwSignal<Option<Choice>>,
    turn: StoredValue<u32>,
    /// Enter was pressed before the answer came: where it goes when no lead is found.
    hurried: StoredValue<Option<Option<Choice>>>,
}

impl Finder {
    fn new(state: SearchState) -> Self {
        Self {
            state,
            question: RwSignal::new(String::new()),
            found: RwSignal::default(),
            recent: RwSignal::default(),
            chosen: RwSignal::new(None),
            turn: StoredValue::new(0),
            hurried: StoredValue::new(None),
        }
    }

    /// Somebody types: what was asked before is no longer waited for.
    fn ask(self, question: String) {
        self.question.set(question.clone());
        self.chosen.set(None);
        self.hurried.set_value(None);
        self.turn.update_value(|turn| *turn += 1);
        let mine = self.turn.get_value();
        let question = question.trim().to_owned();
        if question.is_empty() {
            self.found.set(Found::default());
            return;
        }
        let look = move || {
            if self.turn.try_get_value() == Some(mine) {
                spawn_local(self.look(mine, question));
            }
        };
        set_timeout(look, TYPING_RESTS);
    }

    async fn look(self, mine: u32, question: String) {
        let answer = find(question.clone(), Closeness::AsTyped).await;
        if self.turn.try_get_value() != Some(mine) {
            return;
        }
        let mut found = Found { question: question.clone(), ..Found::default() };
        match answer {
            Ok(hits) => found.as_typed = hits,
            Err(error) => found.trouble = Some(error),
        }
        found.is_whole = found.trouble.is_some() || found.as_typed.len() >= ENOUGH;
        let goes_on = !found.is_whole;
        self.found.set(found);
        self.hurry();
        if !goes_on {
            return;
        }
        let similar = find(question, Closeness::Similar).await;
        if self.turn.try_get_value() != Some(mine) {
            return;
        }
        self.found.update(|found| {
            found.is_whole = true;
            match similar {
                Ok(hits) => found.similar = hits,
                Err(error) => found.trouble = Some(error),
            }
        });
        self.hurry();
    }

    /// Goes where Enter wanted to go as soon as that is known.
    fn hurry(self) {
        let Some(otherwise) = self.hurried.get_value() else { return };
        let is_whole = self.found.with_untracked(|found| found.is_whole);
        let first = self.leads().first().map(|hit| Choice::Lead(hit.lead));
        if let Some(choice) = first.or(otherwise.filter(|_| is_whole)) {
            self.take(choice);
        }
    }

    fn leads(self) -> Vec<Hit> {
        self.found.with_untracked(|found| found.as_typed.iter().chain(&found.similar).cloned().collect())
    }

    fn take(self, choice: Choice) {
        match choice {
            Choice::Lead(lead) => self.state.go(format!("/leads/{lead}")),
            Choice::Command(command) => self.state.carry_out(command),
        }
    }

    /// Whether what is shown answers what is typed.
    fn is_answered(self) -> bool {
        let typed = self.question.with_untracked(|question| question.trim().to_owned());
        typed.is_empty() || self.found.with_untracked(|found| found.question == typed)
    }
}

/// A part of the list.
#[derive(Clone, PartialEq)]
struct Part {
    title: String,
    hits: Vec<Hit>,
    commands: Vec<Command>,
}

/// The dialog.
#[component]
pub fn Palette(state: SearchState) -> impl IntoView {
    let i18n = use_i18n();
    let finder = Finder::new(state);
    Effect::new(move |_| {
        spawn_local(async move {
            // Without them the palette is the same, one list shorter.
            if let Ok(hits) = read_recent().await {
                finder.recent.try_set(hits);
            }
        });
    });
    let commands = move |question: &str| {
        let typed = letters::words(question);
        let is_meant = |command: &Command| {
            let name = letters::words(&command_name(i18n, *command));
            typed.iter().all(|typed| name.iter().any(|word| word.starts_with(typed.as_str())))
        };
        Command::open_to(state.manages())
            .filter(|command| *command != Command::Search)
            .filter(is_meant)
            .collect::<Vec<_>>()
    };
    let parts = Memo::new(move |_| {
        let question = finder.question.with(|question| question.trim().to_owned());
        let hits = |title: &str, hits: Vec<Hit>| Part { title: title.to_owned(), hits, commands: Vec::new() };
        let title = t_string!(i18n, search.commands).to_owned();
        let commands = Part { title, hits: Vec::new(), commands: commands(&question) };
        // What comes late comes last: nothing takes the place of what somebody is about to choose.
        let mut parts = if question.is_empty() {
            vec![hits(t_string!(i18n, search.recent), finder.recent.get()), commands]
        } else {
            let found = finder.found.get();
            vec![
                hits(t_string!(i18n, search.leads), found.as_typed),
                commands,
                hits(t_string!(i18n, search.similar), found.similar),
            ]
        };
        parts.retain(|part| !part.hits.is_empty() || !part.commands.is_empty());
        parts
    });
    let choices = Memo::new(move |_| {
        parts.with(|parts| {
            let of_part = |part: &Part| {
                let leads = part.hits.iter().map(|hit| Choice::Lead(hit.lead));
                leads.chain(part.commands.iter().copied().map(Choice::Command)).collect::<Vec<_>>()
            };
            parts.iter().flat_map(of_part).collect::<Vec<_>>()
        })
    });
    // What was chosen stays chosen while the list grows around it; else it is the first.
    let active = Memo::new(move |_| {
        let chosen = finder.chosen.get();
        choices.with(|choices| chosen.filter(|chosen| choices.contains(chosen)).or_else(|| choices.first().copied()))
    });
    let close = Callback::new(move |()| state.close());
    let status = move || {
        let found = finder.found.get();
        let typed = finder.question.with(|question| question.trim().to_owned());
        let leads = found.as_typed.len() + found.similar.len();
        match found.trouble {
            _ if typed.is_empty() => String::new(),
            Some(error) => words::trouble(i18n, error),
            None if found.question != typed || (leads == 0 && !found.is_whole) => String::new(),
            None if leads == 0 => t_string!(i18n, search.nothing).to_string(),
            None => t_string!(i18n, search.count, count = leads).to_string(),
        }
    };
    let is_bare = move || {
        let is_trouble = finder.found.with(|found| found.trouble.is_some());
        is_trouble || parts.with(Vec::is_empty)
    };
    let on_key = move |event: KeyboardEvent| walk(&event, finder, choices, active);
    view! {
        <Dialog labelled_by="find-title" on_close=close>
            <div class="palette">
                <h1 id="find-title" class="sr">{t!(i18n, search.title)}</h1>
                <div class="palette-head">
                    <input
                        class="input"
                        type="text"
                        role="combobox"
                        autofocus
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        enterkeyhint="go"
                        dir="auto"
                        maxlength="120"
                        aria-label=move || t_string!(i18n, search.title)
                        aria-autocomplete="list"
                        aria-expanded=move || (!choices.with(Vec::is_empty)).to_string()
                        aria-controls=LIST
                        aria-activedescendant=move || active.get().map(Choice::id)
                        placeholder=move || t_string!(i18n, search.placeholder)
                        prop:value=move || finder.question.get()
                        on:input=move |event| finder.ask(event_target_value(&event))
                        on:keydown=on_key
                    />
                    <button type="button" class="quiet" on:click=move |_| close.run(())>{t!(i18n, shell.close)}</button>
                </div>
                <p class="palette-status muted small" class:sr=move || !is_bare() role="status">{status}</p>
                <div id=LIST class="palette-list" role="listbox" aria-label=move || t_string!(i18n, search.results)>
                    <For each=move || parts.get().into_iter().enumerate() key=|(place, part)| (*place, part.title.clone()) let:part>
                        <PartView place=part.0 parts finder active/>
                    </For>
                </div>
                <p class="palette-keys small muted" aria-hidden="true">
                    <kbd>"↑"</kbd><kbd>"↓"</kbd>{t!(i18n, search.key_choose)}
                    <kbd>"Enter"</kbd>{t!(i18n, search.key_open)}
                    <kbd>"Esc"</kbd>{t!(i18n, search.key_close)}
                </p>
            </div>
        </Dialog>
    }
}

/// A heading with what can be chosen below it.
#[component]
fn PartView(place: usize, parts: Memo<Vec<Part>>, finder: Finder, active: Memo<Option<Choice>>) -> impl IntoView {
    let i18n = use_i18n();
    let title_id = format!("find-part-{place}");
    let labelled_by = title_id.clone();
    let part = Memo::new(move |_| parts.with(|parts| parts.get(place).cloned()));
    let title = move || part.with(|part| part.as_ref().map(|part| part.title.clone()));
    let hits = move || part.with(|part| part.as_ref().map(|part| part.hits.clone()).unwrap_or_default());
    let commands = move || part.with(|part| part.as_ref().map(|part| part.commands.clone()).unwrap_or_default());
    let option = move |choice: Choice, children: AnyView| {
        view! {
            <div
                id=choice.id()
                class="option"
                role="option"
                aria-selected=move || (active.get() == Some(choice)).to_string()
                on:pointermove=move |_| {
                    if active.get_untracked() != Some(choice) {
                        finder.chosen.set(Some(choice));
                    }
                }
                on:click=move |_| finder.take(choice)
            >
                {children}
            </div>
        }
    };
    view! {
        <div role="group" aria-labelledby=labelled_by>
            <p id=title_id class="palette-part" role="presentation">{title}</p>
            {move || {
                hits()
                    .into_iter()
                    .map(|hit| {
                        let name = words::lead_name(i18n, text_of(&hit).as_deref(), hit.external_id.as_deref(), hit.lead);
                        option(Choice::Lead(hit.lead), view! { <HitLines name hit/> }.into_any())
                    })
                    .collect_view()
            }}
            {move || {
                commands()
                    .into_iter()
                    .map(|command| {
                        let children = view! {
                            <span class="option-line">{command_name(i18n, command)}{keys_of(command)}</span>
                        };
                        option(Choice::Command(command), children.into_any())
                    })
                    .collect_view()
            }}
        </div>
    }
}

fn text_of(hit: &Hit) -> Option<String> {
    let name: String = hit.name.iter().map(|piece| piece.text.as_str()).collect();
    Some(name).filter(|name| !name.is_empty())
}

/// Keys of the line: arrows, Home and End choose, Enter goes there.
fn walk(event: &KeyboardEvent, finder: Finder, choices: Memo<Vec<Choice>>, active: Memo<Option<Choice>>) {
    // An input method that is composing a letter has the keys to itself.
    if event.is_composing() {
        return;
    }
    let choices = choices.get_untracked();
    let at = active.get_untracked().and_then(|active| choices.iter().position(|choice| *choice == active));
    let last = choices.len().saturating_sub(1);
    let to = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| if at == last { 0 } else { at + 1 }),
        "ArrowUp" => at.map_or(last, |at| at.checked_sub(1).unwrap_or(last)),
        "Home" => 0,
        "End" => last,
        "Enter" => {
            event.prevent_default();
            match active.get_untracked() {
                Some(choice) if finder.is_answered() => finder.take(choice),
                active => {
                    let command = active.filter(|active| matches!(active, Choice::Command(_)));
                    finder.hurried.set_value(Some(command));
                }
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(choice) = choices.get(to) {
        finder.chosen.set(Some(*choice));
        show(*choice);
    }
}

/// Scrolls the list to what was chosen, as far as it takes.
fn show(choice: Choice) {
    let option = document().get_element_by_id(&choice.id());
    if let Some((option, list)) = option.zip(document().get_element_by_id(LIST)) {
        let (shown, wanted) = (list.get_bounding_client_rect(), option.get_bounding_client_rect());
        let (above, below) = (wanted.top() - shown.top(), wanted.bottom() - shown.bottom());
        let further = if above < 0.0 { above } else { below.max(0.0) };
        list.set_scroll_top(list.scroll_top() + further.round() as i32);
    }
}
