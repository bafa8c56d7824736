//! Asking a manager for help or a discount.

use super::words;
use crate::{
    colleagues::{
        api::{AskChoices, Asked, ask_manager, read_ask_choices},
        rules::{AskProblem, Discount, Draft, QuestionKind},
    },
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, UserId},
    leads::rules::logging::typed_amount,
    live::connection::use_connection,
    losses::{rules::LONGEST_TEXT, view::words::trouble},
    pipeline::api::Money,
    ui::{
        field::{RadioChips, TextField},
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// What is filled in. Copies share everything.
#[derive(Clone, Copy)]
struct Filled {
    kind: RwSignal<Option<QuestionKind>>,
    amount: RwSignal<String>,
    /// Empty for percent, else a currency.
    unit: RwSignal<String>,
    of: RwSignal<Option<UserId>>,
    text: RwSignal<String>,
}

impl Filled {
    /// The question, or what is wrong with it.
    fn draft(self, choices: &AskChoices) -> Result<Draft, Wrong> {
        let kind = self.kind.get_untracked().unwrap_or(QuestionKind::Help);
        let of = self.of.get_untracked().or(choices.managers.first().map(|(id, _)| *id)).ok_or(Wrong::NobodyToAsk)?;
        let text = self.text.get_untracked();
        if text.trim().is_empty() {
            return Err(match kind {
                QuestionKind::Help => Wrong::Rule(AskProblem::TextMissing),
                QuestionKind::Discount => Wrong::NoCase,
            });
        }
        let discount = match kind {
            QuestionKind::Help => None,
            QuestionKind::Discount => Some(self.discount(choices)?),
        };
        Ok(Draft { kind, discount, of, text })
    }

    fn discount(self, choices: &AskChoices) -> Result<Discount, Wrong> {
        let (amount, unit) = (self.amount.get_untracked(), self.unit.get_untracked());
        let typed = |digits| typed_amount(&amount, digits).filter(|amount| *amount > 0);
        match choices.currencies.iter().find(|(code, _)| *code == unit) {
            Some((code, digits)) => {
                let minor = typed(*digits).ok_or(Wrong::Rule(AskProblem::AmountMissing))?;
                Ok(Discount::Amount(Money { minor, currency: code.clone() }))
            }
            None => match typed(2) {
                Some(percent) if percent > 10_000 => Err(Wrong::TooHigh),
                Some(percent) => Ok(Discount::Percent(percent)),
                None => Err(Wrong::Rule(AskProblem::AmountMissing)),
            },
        }
    }
}

enum Wrong {
    NobodyToAsk,
    TooHigh,
    /// Nothing says why the discount is worth it.
    NoCase,
    Rule(AskProblem),
}

/// Asks a manager about a lead. `on_done` hears whether something was asked; unmount the dialog there.
#[component]
pub fn AskDialog(
    /// Which lead.
    lead: LeadId,
    /// What it is called.
    name: String,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let unsent = Unsent::of(format_args!("ask-{lead}"));
    let key = IntentKey::beside(unsent);
    let choices = LocalResource::new(move || connection.ask(async move || read_ask_choices(lead).await));
    let filled = Filled {
        kind: RwSignal::new(Some(QuestionKind::Help)),
        amount: RwSignal::new(String::new()),
        unit: RwSignal::new(String::new()),
        of: RwSignal::new(None),
        text: RwSignal::new(String::new()),
    };
    unsent.keep(
        move || (filled.kind.get(), filled.amount.get(), filled.text.get()),
        move |(kind, amount, text)| {
            filled.kind.set(kind);
            filled.amount.set(amount);
            filled.text.set(text);
        },
    );
    let is_discount = move || filled.kind.get() == Some(QuestionKind::Discount);
    let send = move |()| {
        let choices = match choices.get_untracked() {
            Some(Ok(choices)) => choices,
            Some(Err(error)) => return state.object(untrack(|| trouble(i18n, error))),
            None => return state.object(tu_string!(i18n, losses.loading).to_string()),
        };
        let draft = match filled.draft(&choices) {
            Ok(draft) => draft,
            Err(wrong) => {
                return state.object(match wrong {
                    Wrong::NobodyToAsk => tu_string!(i18n, colleagues.nobody_to_ask).to_string(),
                    Wrong::TooHigh => tu_string!(i18n, colleagues.percent_too_high).to_string(),
                    Wrong::NoCase => tu_string!(i18n, colleagues.text_missing_discount).to_string(),
                    Wrong::Rule(problem) => untrack(|| words::ask_problem(i18n, &problem)),
                });
            }
        };
        let key = key.of(&draft);
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || ask_manager(lead, draft.clone(), key.clone()).await).await;
            if matches!(answer, Ok(Asked::Done)) {
                unsent.forget();
            }
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(Asked::Done) => {
                    toaster.say(tu_string!(i18n, colleagues.asked).to_string());
                    on_done.run(true);
                }
                Ok(Asked::Refused { problem }) => state.object(untrack(|| words::ask_problem(i18n, &problem))),
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let kinds = move || {
        vec![
            (QuestionKind::Help, t_string!(i18n, colleagues.help).to_string()),
            (QuestionKind::Discount, t_string!(i18n, colleagues.discount).to_string()),
        ]
    };
    let managers = move || {
        let managers = choices.get().and_then(Result::ok).map(|choices| choices.managers).unwrap_or_default();
        managers.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect_view()
    };
    let units = move || {
        let currencies = choices.get().and_then(Result::ok).map(|choices| choices.currencies).unwrap_or_default();
        currencies
            .into_iter()
            .map(|(code, _)| view! { <option value=code.clone()>{code.clone()}</option> })
            .collect_view()
    };
    let nobody = move || choices.get().and_then(Result::ok).is_some_and(|choices| choices.managers.is_empty());
    let unread = move || {
        choices.get().and_then(Result::err).map(|error| {
            view! {
                <p class="problem" role="alert">{move || trouble(i18n, error)}</p>
                <button type="button" on:click=move |_| choices.refetch()>{t!(i18n, shell.retry)}</button>
            }
        })
    };
    view! {
        <FormDialog
            id="ask-title"
            title=Signal::derive(move || t_string!(i18n, colleagues.ask_title, name = name.clone()).to_string())
            send=Signal::derive(move || t_string!(i18n, colleagues.ask_send).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| {
                unsent.forget();
                on_done.run(false);
            }
        >
            <RadioChips
                name="ask-kind"
                legend=Signal::derive(move || t_string!(i18n, colleagues.ask_kind).to_string())
                options=Signal::derive(kinds)
                chosen=filled.kind
            />
            <Show when=is_discount>
                <div class="money-field">
                    <div class="field">
                        <label for="ask-amount">{t!(i18n, colleagues.how_much)}</label>
                        <input
                            id="ask-amount"
                            class="input"
                            inputmode="decimal"
                            autocomplete="off"
                            maxlength="24"
                            prop:value=move || filled.amount.get()
                            on:input=move |event| filled.amount.set(event_target_value(&event))
                        />
                    </div>
                    <select
                        class="input"
                        aria-label=move || t_string!(i18n, colleagues.unit)
                        on:change=move |event| filled.unit.set(event_target_value(&event))
                    >
                        <option value="">"%"</option>
                        <Suspense>{units}</Suspense>
                    </select>
                </div>
            </Show>
            <TextField
                id="ask-text"
                label=Signal::derive(move || match is_discount() {
                    true => t_string!(i18n, colleagues.ask_text_discount).to_string(),
                    false => t_string!(i18n, colleagues.ask_text).to_string(),
                })
                value=filled.text
                longest=LONGEST_TEXT
                required=true
            />
            <div class="field">
                <label for="ask-of">{t!(i18n, colleagues.ask_of)}</label>
                <select
                    id="ask-of"
                    class="input"
                    on:change=move |event| filled.of.set(event_target_value(&event).parse().ok())
                >
                    <Suspense>{managers}</Suspense>
                </select>
            </div>
            <Show when=nobody><p class="problem">{t!(i18n, colleagues.nobody_to_ask)}</p></Show>
            <Suspense>{unread}</Suspense>
        </FormDialog>
    }
}
