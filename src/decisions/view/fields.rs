//! The fields of a decision, in the dialog that makes one and in the one that puts one in another's place.

use super::words;
use crate::{
    decisions::{
        api::{Colleague, Pinned},
        rules::{DecisionDraft, DecisionKind, Gauge, LONGEST_WHAT, Problem, query_of, selection_of},
    },
    i18n::{t, t_string, use_i18n},
    ids::UserId,
    ui::field::{RadioChips, TextField},
};
use chrono::{Days, NaiveDate};
use leptos::prelude::*;

/// What is filled in. Copies share everything.
#[derive(Clone, Copy)]
pub struct DecisionForm {
    kind: RwSignal<Option<DecisionKind>>,
    what: RwSignal<String>,
    owner: RwSignal<Option<UserId>>,
    starts_on: RwSignal<String>,
    gauge: RwSignal<Option<Gauge>>,
    selection: RwSignal<String>,
    expected: RwSignal<String>,
    check_on: RwSignal<String>,
}

impl DecisionForm {
    /// Filled with what a decision says, or with nothing but days: it starts today and is checked after a quarter.
    pub fn new(draft: Option<&DecisionDraft>, today: NaiveDate) -> Self {
        let checked = today.checked_add_days(Days::new(90)).unwrap_or(today);
        let day = |day: Option<NaiveDate>, else_day: NaiveDate| RwSignal::new(day.unwrap_or(else_day).to_string());
        Self {
            kind: RwSignal::new(draft.map(|draft| draft.kind)),
            what: RwSignal::new(draft.map(|draft| draft.what.clone()).unwrap_or_default()),
            owner: RwSignal::new(draft.map(|draft| draft.owner)),
            starts_on: day(draft.map(|draft| draft.starts_on), today),
            gauge: RwSignal::new(draft.map(|draft| draft.gauge)),
            selection: RwSignal::new(draft.map(|draft| draft.selection.clone()).unwrap_or_default()),
            expected: RwSignal::new(draft.map(|draft| draft.expected.to_string()).unwrap_or_default()),
            check_on: day(draft.map(|draft| draft.check_on), checked),
        }
    }

    /// What it says, without following it.
    ///
    /// # Errors
    /// What is missing first.
    pub fn draft(self) -> Result<DecisionDraft, Problem> {
        let day = |text: RwSignal<String>| text.get_untracked().parse::<NaiveDate>().map_err(|_| Problem::Day);
        // A minus sign may be a dash.
        let expected = self.expected.get_untracked().trim().replace(['−', '–'], "-");
        let draft = DecisionDraft {
            kind: self.kind.get_untracked().ok_or(Problem::What)?,
            what: self.what.get_untracked(),
            owner: self.owner.get_untracked().ok_or(Problem::Owner)?,
            starts_on: day(self.starts_on)?,
            gauge: self.gauge.get_untracked().ok_or(Problem::Expected)?,
            selection: self.selection.get_untracked(),
            expected: expected.parse().map_err(|_| Problem::Expected)?,
            check_on: day(self.check_on)?,
        };
        crate::decisions::rules::decision(&draft)
    }
}

/// What a decision's figure may be narrowed to: what was pinned, by its title and address.
pub fn narrowings(pins: &[Pinned]) -> Vec<(String, String)> {
    let narrowing = |pin: &Pinned| {
        let query = pin.address.split_once('?').map_or("", |(_, query)| query);
        (query_of(&selection_of(query)), pin.title.clone())
    };
    pins.iter().map(narrowing).filter(|(query, _)| !query.is_empty()).collect()
}

/// The fields.
#[component]
pub fn DecisionFields(
    form: DecisionForm,
    colleagues: Vec<Colleague>,
    /// What the figure may be narrowed to: address and name.
    narrowings: Vec<(String, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let kinds = move || DecisionKind::ALL.iter().map(|kind| (*kind, words::kind(i18n, *kind))).collect::<Vec<_>>();
    let gauges = move || Gauge::ALL.iter().map(|gauge| (*gauge, words::gauge(i18n, *gauge))).collect::<Vec<_>>();
    let person = move |Colleague { id, name }: Colleague| {
        view! { <option value=id.to_string() prop:selected=move || form.owner.get() == Some(id)>{name}</option> }
    };
    let kept = form.selection.get_untracked();
    // One address may be written in several ways.
    let is_same = |query: &str| selection_of(query).picks == selection_of(&kept).picks;
    if let Some((query, _)) = narrowings.iter().find(|(query, _)| is_same(query)) {
        form.selection.set(query.clone());
    }
    let is_listed = kept.is_empty() || narrowings.iter().any(|(query, _)| is_same(query));
    let as_is = (!is_listed).then(|| {
        view! { <option value=kept prop:selected=true>{t!(i18n, decisions.as_it_is)}</option> }
    });
    let narrowing = move |(query, title): (String, String)| {
        let same = query.clone();
        view! { <option value=query prop:selected=move || form.selection.with(|kept| *kept == same)>{title}</option> }
    };
    view! {
        <RadioChips
            name="decision-kind"
            legend=Signal::derive(move || t_string!(i18n, decisions.kind).to_string())
            options=Signal::derive(kinds)
            chosen=form.kind
        />
        <TextField
            id="decision-what"
            label=Signal::derive(move || t_string!(i18n, decisions.what).to_string())
            value=form.what
            longest=LONGEST_WHAT
            required=true
        />
        <div class="field">
            <label for="decision-owner">{t!(i18n, decisions.owner)}</label>
            <select
                id="decision-owner"
                class="input"
                on:change=move |event| form.owner.set(event_target_value(&event).parse().ok())
            >
                <option value="" prop:selected=move || form.owner.get().is_none()></option>
                {colleagues.into_iter().map(person).collect_view()}
            </select>
        </div>
        <div class="decision-days">
            <TextField
                id="decision-starts"
                label=Signal::derive(move || t_string!(i18n, decisions.starts_on).to_string())
                value=form.starts_on
                kind="date"
            />
            <TextField
                id="decision-check"
                label=Signal::derive(move || t_string!(i18n, decisions.check_on).to_string())
                value=form.check_on
                kind="date"
            />
        </div>
        <RadioChips
            name="decision-gauge"
            legend=Signal::derive(move || t_string!(i18n, decisions.gauge).to_string())
            options=Signal::derive(gauges)
            chosen=form.gauge
        />
        <div class="field">
            <label for="decision-of">{t!(i18n, decisions.narrowed_to)}</label>
            <select
                id="decision-of"
                class="input"
                on:change=move |event| form.selection.set(event_target_value(&event))
            >
                <option value="" prop:selected=move || form.selection.with(String::is_empty)>{t!(i18n, decisions.of_all)}</option>
                {as_is}
                {narrowings.into_iter().map(narrowing).collect_view()}
            </select>
        </div>
        <TextField
            id="decision-expected"
            label=Signal::derive(move || words::unit(i18n, form.gauge.get()))
            hint=Signal::derive(move || t_string!(i18n, decisions.expected_hint).to_string())
            value=form.expected
            kind="text"
            longest=6
            required=true
        />
    }
}
