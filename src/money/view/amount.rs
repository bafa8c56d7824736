//! An amount with its currency, as it is being typed, and the dialog's part that every amount shares.

use super::words;
use crate::{
    error::AppError,
    format::minor_digits,
    i18n::{t, t_string, tu_string, use_i18n},
    leads::rules::logging::typed_amount,
    losses::view::words::{I18n, trouble},
    money::api::WriteAnswer,
    pipeline::api::Money,
    ui::{field::TextField, form::FormState, toast::Toaster},
};
use leptos::prelude::*;

/// An amount as it is being filled in. Copies share everything.
#[derive(Clone, Copy)]
pub struct TypedMoney {
    text: RwSignal<String>,
    currency: RwSignal<String>,
}

/// What was typed is no amount.
pub struct NotAnAmount;

impl TypedMoney {
    /// An empty one, in this currency.
    pub fn new(currency: String) -> Self {
        Self { text: RwSignal::new(String::new()), currency: RwSignal::new(currency) }
    }

    /// Shows this amount, to be changed.
    pub fn show(self, amount: Option<&Money>) {
        let text = amount.map(|amount| {
            let digits = minor_digits(&amount.currency);
            let unit = 10i64.pow(digits);
            let (whole, part) = (amount.minor / unit, amount.minor % unit);
            if part == 0 { whole.to_string() } else { format!("{whole}.{part:0width$}", width = digits as usize) }
        });
        self.text.set(text.unwrap_or_default());
        if let Some(amount) = amount {
            self.currency.set(amount.currency.clone());
        }
    }

    /// What is filled in; nothing where that is nothing.
    pub fn read(self) -> Result<Option<Money>, NotAnAmount> {
        let (text, currency) = (self.text.get_untracked(), self.currency.get_untracked());
        if text.trim().is_empty() {
            return Ok(None);
        }
        let minor = typed_amount(&text, minor_digits(&currency)).ok_or(NotAnAmount)?;
        Ok(Some(Money { minor, currency }))
    }
}

/// The fields of an amount.
#[component]
pub fn AmountFields(amount: TypedMoney, currencies: Vec<String>) -> impl IntoView {
    let i18n = use_i18n();
    let TypedMoney { text, currency } = amount;
    let option = move |code: String| {
        let own = code.clone();
        let is_on = move || currency.with(|chosen| *chosen == own);
        view! { <option value=code.clone() prop:selected=is_on>{code.clone()}</option> }
    };
    // An amount may stand in a currency that is offered no more.
    let choices = move || {
        let mut all = currencies.clone();
        let chosen = currency.get();
        if !all.contains(&chosen) {
            all.push(chosen);
        }
        all.into_iter().map(option).collect_view()
    };
    view! {
        <div class="money-field">
            <TextField
                id="money-amount"
                label=Signal::derive(move || t_string!(i18n, money.amount).to_string())
                value=text
                hint=Signal::derive(move || t_string!(i18n, money.amount_hint).to_string())
                kind="text"
                longest=24
            />
            <select
                class="input"
                aria-label=move || t_string!(i18n, money.currency)
                on:change=move |event| currency.set(event_target_value(&event))
            >
                {choices}
            </select>
        </div>
        <p class="small muted">{t!(i18n, money.empty_is_unknown)}</p>
    }
}

/// Hears what became of an amount: says so, and calls `on_done`; after a conflict `seen` is what the other wrote, and the form
/// stays, with what was typed.
pub fn hear(
    i18n: I18n,
    toaster: Toaster,
    state: FormState,
    answer: Result<WriteAnswer, AppError>,
    seen: StoredValue<Option<Money>>,
    on_done: Callback<bool>,
) {
    match answer {
        Ok(WriteAnswer::Done { .. }) => {
            toaster.say(tu_string!(i18n, money.saved).to_string());
            on_done.run(true);
        }
        Ok(WriteAnswer::Refused { why }) => state.object(untrack(|| words::problem(i18n, why))),
        Ok(WriteAnswer::Conflict { present, by, at }) => {
            let what = untrack(|| words::entered(i18n, present.as_ref()));
            state.object(untrack(|| words::conflict(i18n, what, by, at)));
            seen.set_value(present);
        }
        Err(error) => state.object(untrack(|| trouble(i18n, error))),
    }
}
