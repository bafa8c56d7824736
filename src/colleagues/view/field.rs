//! A text in which colleagues are mentioned: `@` offers them.

use crate::{
    colleagues::{
        api::{Colleague, read_colleagues},
        rules::{mention_begun, mentioned},
    },
    fold::fold,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, UserId},
};
use leptos::{html, prelude::*, task::spawn_local};
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// So many are offered at once: typing on narrows them.
const OFFERED: usize = 6;

/// Who can be mentioned about a lead; read once somebody types an `@`. Copies share everything.
#[derive(Clone, Copy)]
pub struct Mentions {
    lead: LeadId,
    people: RwSignal<Vec<Colleague>>,
    is_asked: StoredValue<bool>,
}

impl Mentions {
    /// For texts about `lead`.
    pub fn about(lead: LeadId) -> Self {
        Self { lead, people: RwSignal::new(Vec::new()), is_asked: StoredValue::new(false) }
    }

    /// Whom `text` mentions. Call it in event handlers only.
    pub fn of(self, text: &str) -> Vec<UserId> {
        self.people.with_untracked(|people| {
            let names: Vec<_> = people.iter().map(|person| (person.id, person.name.as_str())).collect();
            mentioned(text, &names)
        })
    }

    fn learn(self) {
        if self.is_asked.get_value() {
            return;
        }
        self.is_asked.set_value(true);
        spawn_local(async move {
            match read_colleagues(self.lead).await {
                Ok(mut people) => {
                    // Of two with one name whoever may read the lead is meant, and whom a mention would not reach is
                    // offered last, so that nobody looks for them in vain.
                    people.sort_by_key(|person| !person.may_read);
                    self.people.try_set(people);
                }
                // The next letter asks again.
                Err(_) => drop(self.is_asked.try_set_value(false)),
            }
        });
    }

    fn offered(self, typed: &str) -> Vec<Colleague> {
        let typed = fold(typed);
        let fits = |person: &Colleague| {
            let name = fold(&person.name);
            name.starts_with(&typed) || name.split(' ').any(|word| word.starts_with(&typed))
        };
        // Who was mentioned already is written out: nothing is left to offer.
        let is_whole = |person: &Colleague| fold(&person.name) == typed;
        self.people.with(|people| match people.iter().any(is_whole) {
            true => Vec::new(),
            false => people.iter().filter(|person| fits(person)).take(OFFERED).cloned().collect(),
        })
    }
}

/// A few lines of text, with colleagues to mention.
#[component]
pub fn MentionField(
    /// The field's id, used once per page.
    id: &'static str,
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// What is typed.
    value: RwSignal<String>,
    /// Who can be mentioned.
    mentions: Mentions,
    /// The most characters that fit.
    longest: usize,
    /// Whether it has to be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let element = NodeRef::<html::Textarea>::new();
    // What was typed of a name so far.
    let typed = RwSignal::new(None::<String>);
    let active = RwSignal::new(0usize);
    let offered =
        Memo::new(move |_| typed.with(|typed| typed.as_deref().map_or_else(Vec::new, |typed| mentions.offered(typed))));
    // They come first, and only they can be chosen.
    let reached = Memo::new(move |_| offered.with(|offered| offered.iter().filter(|person| person.may_read).count()));
    let is_open = Memo::new(move |_| offered.with(|offered| !offered.is_empty()));
    // What was typed before a reload mentions the same people.
    Effect::new(move |_| {
        if value.with(|text| text.contains('@')) {
            mentions.learn();
        }
    });
    let look = move || {
        let Some(element) = element.get_untracked() else { return };
        let begun = mention_begun(&before_caret(&element)).map(str::to_owned);
        if typed.with_untracked(|typed| *typed != begun) {
            active.set(0);
            typed.set(begun);
        }
    };
    let pick = move |person: Colleague| {
        let Some(element) = element.get_untracked() else { return };
        if !person.may_read {
            return;
        }
        let before = before_caret(&element);
        let Some(length) = mention_begun(&before).map(str::len) else { return };
        let text = element.value();
        let written = format!("{}{} ", &before[..before.len() - length], person.name);
        let caret = u32::try_from(written.encode_utf16().count()).unwrap_or(u32::MAX);
        let rest = text.get(before.len()..).unwrap_or_default();
        let text = format!("{written}{}", rest.strip_prefix(' ').unwrap_or(rest));
        // At once: who types on must find the caret behind the name. A field that has gone takes neither.
        element.set_value(&text);
        let _ = element.set_selection_range(caret, caret);
        let _ = element.focus();
        value.set(text);
        typed.set(None);
    };
    let key = move |event: KeyboardEvent| {
        if !is_open.get_untracked() || event.is_composing() {
            return;
        }
        let count = reached.get_untracked();
        match event.key().as_str() {
            "Escape" => typed.set(None),
            _ if count == 0 => return,
            "ArrowDown" => active.update(|place| *place = (*place + 1) % count),
            "ArrowUp" => active.update(|place| *place = (*place + count - 1) % count),
            "Enter" | "Tab" => {
                if let Some(person) = offered.with_untracked(|offered| offered.get(active.get_untracked()).cloned()) {
                    pick(person);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let list = format!("{id}-people");
    let option_id = move |place: usize| format!("{id}-person-{place}");
    let options = move || {
        offered
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, person)| {
                let (name, may_read) = (person.name.clone(), person.may_read);
                view! {
                    <li
                        id=option_id(place)
                        role="option"
                        class:on=move || may_read && active.get() == place
                        aria-selected=move || (may_read && active.get() == place).to_string()
                        aria-disabled=(!may_read).to_string()
                        on:pointerdown=|event| event.prevent_default()
                        on:click=move |_| pick(person.clone())
                    >
                        <bdi>{name}</bdi>
                        {(!may_read).then(|| view! { " " <span class="small muted">{t!(i18n, colleagues.mention_cannot_read)}</span> })}
                    </li>
                }
            })
            .collect_view()
    };
    let said = move || {
        let count = reached.get();
        (count > 0).then(|| t_string!(i18n, colleagues.mention_found, count = count).to_string())
    };
    view! {
        <div class="field mention-field">
            <label for=id>{label}</label>
            <textarea
                node_ref=element
                id=id
                class="input"
                rows="2"
                dir="auto"
                maxlength=longest
                aria-required=required.then_some("true")
                aria-describedby=format!("{id}-hint")
                aria-autocomplete="list"
                aria-controls=list.clone()
                aria-activedescendant=move || (is_open.get() && reached.get() > 0).then(|| option_id(active.get()))
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    look();
                }
                on:click=move |_| look()
                on:keydown=key
                on:blur=move |_| typed.set(None)
            ></textarea>
            <ul id=list class="people" role="listbox" aria-label=move || t_string!(i18n, colleagues.mention_list) hidden=move || !is_open.get()>
                {options}
            </ul>
            <span id=format!("{id}-hint") class="small muted">{t!(i18n, colleagues.mention_hint)}</span>
            <span class="sr" role="status">{said}</span>
        </div>
    }
}

/// What stands before the caret.
fn before_caret(element: &HtmlTextAreaElement) -> String {
    let text = element.value();
    let caret = element.selection_start().ok().flatten().unwrap_or_default() as usize;
    let units: Vec<u16> = text.encode_utf16().take(caret).collect();
    String::from_utf16_lossy(&units)
}
