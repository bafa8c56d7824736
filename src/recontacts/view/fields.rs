//! When, how and by whom.

use crate::{
    i18n::{t, t_string, use_i18n},
    ids::UserId,
    losses::{
        rules::{AttemptChannel, DoNot},
        view::words,
    },
    recontacts::rules::{Draft, Person, first_channel},
    ui::field::{RadioChips, TextField},
};
use chrono::{Months, NaiveDate};
use leptos::prelude::*;

/// A plan as it is being filled in. Copies share everything.
#[derive(Clone, Copy)]
pub struct PlanForm {
    /// The day, as the date field holds it.
    pub due_on: RwSignal<String>,
    /// By which channel.
    pub channel: RwSignal<Option<AttemptChannel>>,
    /// By whom.
    pub person: RwSignal<Option<UserId>>,
}

impl PlanForm {
    /// An empty one, with the first channel that is allowed and the first person.
    pub fn new(do_not: DoNot, persons: &[Person]) -> Self {
        Self {
            due_on: RwSignal::new(String::new()),
            channel: RwSignal::new(first_channel(do_not)),
            person: RwSignal::new(persons.first().map(|person| person.id)),
        }
    }

    /// Goes on with what was filled in before.
    pub fn restore(self, kept: Draft) {
        self.due_on.set(kept.due_on.map(|day| day.to_string()).unwrap_or_default());
        self.channel.set(kept.channel);
        self.person.set(kept.person);
    }

    /// What is filled in.
    pub fn draft(self) -> Draft {
        Draft {
            due_on: self.due_on.get().parse().ok(),
            channel: self.channel.get(),
            person: self.person.get(),
            note: String::new(),
        }
    }
}

/// The fields. Channels that they asked us not to use are not offered.
#[component]
pub fn PlanFields(
    form: PlanForm,
    do_not: DoNot,
    persons: Vec<Person>,
    today: NaiveDate,
    #[prop(into)] about_date: Signal<Option<String>>,
    #[prop(into)] about_channel: Signal<Option<String>>,
    #[prop(into)] about_person: Signal<Option<String>>,
    /// Whether there has to be a day.
    #[prop(optional)]
    is_needed: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let in_months = move |months: u32| {
        view! {
            <button
                type="button"
                class="chip"
                on:click=move |_| {
                    if let Some(day) = today.checked_add_months(Months::new(months)) {
                        form.due_on.set(day.to_string());
                    }
                }
            >
                {move || t_string!(i18n, losses.in_months, count = months).to_string()}
            </button>
        }
    };
    let channels = move || {
        let allowed = AttemptChannel::ALL.iter().filter(|channel| !do_not.forbids(**channel));
        allowed.map(|channel| (*channel, words::channel(i18n, *channel))).collect::<Vec<_>>()
    };
    let option = |person: Person| {
        view! {
            <option value=person.id.to_string() prop:selected=move || form.person.get() == Some(person.id)>{person.name}</option>
        }
    };
    view! {
        <TextField
            id="loss-recontact"
            label=Signal::derive(move || match is_needed {
                true => t_string!(i18n, losses.plan_day).to_string(),
                false => t_string!(i18n, losses.recontact_label).to_string(),
            })
            value=form.due_on
            problem=about_date
            kind="date"
            required=is_needed
        />
        <div class="options">{[1, 3, 6].map(in_months).collect_view()}</div>
        <Show when=move || form.due_on.with(|day| !day.is_empty())>
            <RadioChips
                name="recontact-channel"
                legend=Signal::derive(move || t_string!(i18n, losses.plan_channel).to_string())
                options=Signal::derive(channels)
                chosen=form.channel
                problem=about_channel
            />
        </Show>
        <div
            class="field"
            data-problem=move || about_person.get().map(|_| "")
            hidden=move || form.due_on.with(String::is_empty)
        >
            <label for="recontact-person">{t!(i18n, losses.plan_person)}</label>
            <select
                id="recontact-person"
                class="input"
                aria-describedby="recontact-person-problem"
                on:change=move |event| form.person.set(event_target_value(&event).parse().ok())
            >
                {persons.into_iter().map(option).collect_view()}
            </select>
            <p id="recontact-person-problem" class="problem" hidden=move || about_person.get().is_none()>
                {move || about_person.get()}
            </p>
        </div>
    }
}
