//! The win dialog: amount, product and date, prefilled as far as they are known.

use super::{undo::TakeBack, words};
use crate::{
    error::AppError,
    format,
    i18n::{Locale, t, t_string, tu_string, use_i18n},
    ids::{LeadId, ProductId},
    live::{
        connection::{Connection, use_connection},
        later::Later,
    },
    losses::view::words::{I18n, lead_name, trouble},
    pipeline::api::{Card, Money},
    ui::{
        dialog::Dialog,
        field::{TextField, focus_first_problem},
        key::IntentKey,
        toast::{Toaster, use_toaster},
    },
    wins::{
        api::{NewWin, Preparation, WinAnswer, read_preparation, win},
        rules::{Draft, Field, LONGEST_AMOUNT, Objection, as_typed, minor_units, plan_win},
    },
};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::wasm_split};

/// Asks what a win is worth, and makes the lead a customer. `on_done` gets its card, or nothing when it was not won; unmount
/// the dialog there. Its code comes when it is opened first.
#[component]
pub fn WinDialog(
    /// Which lead.
    lead: LeadId,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<Option<Card>>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(win_dialog(lead, on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn win_dialog(lead: LeadId, on_done: Callback<Option<Card>>) -> AnyView {
    view! { <Opened lead on_done/> }.into_any()
}

#[component]
fn Opened(lead: LeadId, on_done: Callback<Option<Card>>) -> impl IntoView {
    let i18n = use_i18n();
    let preparation = LocalResource::new(move || read_preparation(lead));
    let body = move || {
        preparation.get().map(|answer| match answer {
            Ok(preparation) => view! { <WinForm preparation on_done/> }.into_any(),
            Err(error) => view! {
                <h1 id="win-title">{t!(i18n, wins.title_plain)}</h1>
                <p class="problem" role="alert">{move || trouble(i18n, error)}</p>
                <div class="dialog-foot">
                    <button on:click=move |_| on_done.run(None)>{t!(i18n, shell.close)}</button>
                    <button class="primary" on:click=move |_| preparation.refetch()>{t!(i18n, shell.retry)}</button>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <Dialog labelled_by="win-title" on_close=move |()| on_done.run(None)>
            <Suspense fallback=move || view! { <h1 id="win-title" class="muted">{t!(i18n, wins.loading)}</h1> }>{body}</Suspense>
        </Dialog>
    }
}

/// The win as it is being filled in.
#[derive(Clone, Copy)]
struct WinState {
    i18n: I18n,
    toaster: Toaster,
    connection: Connection,
    preparation: StoredValue<Preparation>,
    on_done: Callback<Option<Card>>,
    form: NodeRef<html::Form>,
    amount: RwSignal<String>,
    currency: RwSignal<String>,
    product: RwSignal<Option<ProductId>>,
    won_on: RwSignal<String>,
    /// Objections are shown from the first try on.
    was_tried: RwSignal<bool>,
    from_server: RwSignal<Vec<Objection>>,
    notice: RwSignal<Option<String>>,
    is_sending: RwSignal<bool>,
    version: StoredValue<i64>,
    key: IntentKey,
}

impl WinState {
    fn new(preparation: Preparation, on_done: Callback<Option<Card>>) -> Self {
        let i18n = use_i18n();
        let mark = if i18n.get_locale_untracked() == Locale::tr { ',' } else { '.' };
        let suggestion = preparation.suggestion().cloned();
        let amount =
            suggestion.as_ref().map(|money| as_typed(money.minor, digits(&preparation, &money.currency), mark));
        let currency = suggestion.map_or_else(|| preparation.base_currency.clone(), |money| money.currency);
        Self {
            i18n,
            toaster: use_toaster(),
            connection: use_connection(),
            on_done,
            form: NodeRef::new(),
            amount: RwSignal::new(amount.unwrap_or_default()),
            currency: RwSignal::new(currency),
            product: RwSignal::new(preparation.product),
            won_on: RwSignal::new(preparation.today.to_string()),
            was_tried: RwSignal::new(false),
            from_server: RwSignal::new(Vec::new()),
            notice: RwSignal::new(None),
            is_sending: RwSignal::new(false),
            version: StoredValue::new(preparation.move_version),
            preparation: StoredValue::new(preparation),
            key: IntentKey::new(),
        }
    }

    fn draft(self) -> Draft {
        Draft {
            amount: self.amount.get(),
            currency: self.currency.get(),
            product: self.product.get(),
            won_on: self.won_on.get().parse().ok(),
        }
    }

    fn objections(self) -> Vec<Objection> {
        let draft = self.draft();
        let mut objections = self.preparation.with_value(|preparation| {
            plan_win(preparation.facts(&preparation.product_ids()), &draft).err().unwrap_or_default()
        });
        for objection in self.from_server.get() {
            if !objections.contains(&objection) {
                objections.push(objection);
            }
        }
        objections
    }

    fn problem(self, objections: Memo<Vec<Objection>>, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || {
            let found = objections.with(|all| all.iter().find(|objection| objection.field() == field).cloned());
            found.map(|objection| words::objection(self.i18n, &objection))
        })
    }

    fn name(self) -> String {
        self.preparation
            .with_value(|about| lead_name(self.i18n, about.name.as_deref(), about.external_id.as_deref(), about.lead))
    }

    fn submit(self) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.from_server.set(Vec::new());
        self.notice.set(None);
        self.was_tried.set(true);
        if untrack(|| self.objections()).is_empty() {
            self.send();
        } else {
            self.show_objections();
        }
    }

    fn show_objections(self) {
        self.notice.set(Some(tu_string!(self.i18n, wins.please_complete).to_string()));
        focus_first_problem(self.form);
    }

    fn send(self) {
        let lead = self.preparation.with_value(|preparation| preparation.lead);
        let draft = untrack(|| self.draft());
        let seen_version = self.version.get_value();
        let key = self.key.of(&(&draft, seen_version));
        let wanted = NewWin { lead, draft, seen_version, key };
        let (i18n, toaster, name) = (self.i18n, self.toaster, untrack(|| self.name()));
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = self.connection.persistently(async || win(wanted.clone()).await).await;
            if let Ok(WinAnswer::Done { card: Some(card), from }) = &answer {
                TakeBack { lead, name, to: *from, seen_version: card.move_version }.offer(
                    i18n,
                    toaster,
                    self.connection,
                );
            }
            // The dialog may have been closed meanwhile.
            if self.is_sending.try_set(false).is_none() {
                self.hear(answer);
            }
        });
    }

    fn hear(self, answer: Result<WinAnswer, AppError>) {
        let i18n = self.i18n;
        match answer {
            Ok(WinAnswer::Done { card, .. }) => self.on_done.run(card.map(|card| *card)),
            Ok(WinAnswer::Objections { objections }) => {
                self.from_server.set(objections);
                self.show_objections();
            }
            Ok(WinAnswer::Conflict { card, by, at: _ }) => {
                let who = by.unwrap_or_else(|| tu_string!(i18n, wins.somebody).to_string());
                self.notice.set(Some(match card {
                    Some(card) => {
                        self.version.set_value(card.move_version);
                        tu_string!(i18n, wins.conflict, who = who).to_string()
                    }
                    None => tu_string!(i18n, wins.conflict_gone, who = who).to_string(),
                }));
            }
            Err(error) => self.notice.set(Some(untrack(|| trouble(i18n, error)))),
        }
    }
}

/// Digits of a currency's minor unit.
fn digits(preparation: &Preparation, code: &str) -> u32 {
    preparation.currencies.iter().find(|currency| currency.code == code).map_or(2, |currency| currency.digits)
}

#[component]
fn WinForm(preparation: Preparation, on_done: Callback<Option<Card>>) -> impl IntoView {
    let i18n = use_i18n();
    let state = WinState::new(preparation, on_done);
    let objections = Memo::new(move |_| if state.was_tried.get() { state.objections() } else { Vec::new() });
    let about_lead = state.problem(objections, Field::Lead);
    let notice = move || about_lead.get().or_else(|| state.notice.get());
    view! {
        <form
            class="loss-form"
            novalidate
            node_ref=state.form
            on:submit=move |event| {
                event.prevent_default();
                state.submit();
            }
        >
            <h1 id="win-title">{move || t_string!(i18n, wins.title, name = state.name()).to_string()}</h1>
            <AmountField state objections/>
            <Credits state/>
            <ProductField state objections/>
            <TextField
                id="win-date"
                label=Signal::derive(move || t_string!(i18n, wins.date).to_string())
                value=state.won_on
                problem=state.problem(objections, Field::Date)
                kind="date"
                required=true
            />
            <p class="problem" role="alert" hidden=move || notice().is_none()>{notice}</p>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| on_done.run(None)>{t!(i18n, wins.not_yet)}</button>
                <button class="primary" aria-disabled=move || state.is_sending.get().to_string()>
                    {move || match state.is_sending.get() {
                        true => t_string!(i18n, wins.saving),
                        false => t_string!(i18n, wins.win),
                    }}
                </button>
            </div>
        </form>
    }
}

#[component]
fn AmountField(state: WinState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let problem = state.problem(objections, Field::Amount);
    let source = state.preparation.with_value(|about| match (&about.offer, &about.value) {
        (Some(_), _) => Some(true),
        (None, Some(_)) => Some(false),
        (None, None) => None,
    });
    let source = move || {
        source.map(|is_offer| match is_offer {
            true => t_string!(i18n, wins.from_offer),
            false => t_string!(i18n, wins.from_value),
        })
    };
    let currencies = state.preparation.with_value(|about| {
        let option = |currency: &crate::wins::rules::Currency| {
            let code = currency.code.clone();
            let (value, same) = (code.clone(), code.clone());
            view! { <option value=value prop:selected=move || state.currency.get() == same>{code}</option> }
        };
        about.currencies.iter().map(option).collect_view()
    });
    view! {
        <div class="field" data-problem=move || problem.get().map(|_| "")>
            <label for="win-amount">{t!(i18n, wins.amount)}</label>
            <div class="money-field">
                <input
                    id="win-amount"
                    class="input num"
                    inputmode="decimal"
                    autocomplete="off"
                    maxlength=LONGEST_AMOUNT
                    aria-required="true"
                    aria-invalid=move || problem.get().map(|_| "true")
                    aria-describedby="win-amount-problem"
                    prop:value=move || state.amount.get()
                    on:input=move |event| state.amount.set(event_target_value(&event))
                />
                <select
                    aria-label=move || t_string!(i18n, wins.currency)
                    on:change=move |event| state.currency.set(event_target_value(&event))
                >
                    {currencies}
                </select>
            </div>
            <span class="small muted">{source}</span>
            <p id="win-amount-problem" class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
        </div>
    }
}

/// What was paid for estimates comes off the price.
#[component]
fn Credits(state: WinState) -> impl IntoView {
    let i18n = state.i18n;
    let credits = state.preparation.with_value(|about| about.credits.clone());
    let paid: Vec<_> = credits.iter().filter(|credit| credit.is_paid).map(|credit| credit.fee.clone()).collect();
    let left = move || {
        let currency = state.currency.get();
        let places = state.preparation.with_value(|about| digits(about, &currency));
        let amount = minor_units(&state.amount.get(), places)?;
        // Fees in another currency cannot be taken off without a rate.
        let fees: i64 = paid.iter().filter(|fee| fee.currency == currency).map(|fee| fee.minor).sum();
        let left = Money { minor: (amount - fees).max(0), currency };
        (fees > 0)
            .then(|| t_string!(i18n, wins.left_to_pay, amount = format::money(i18n.get_locale(), &left)).to_string())
    };
    let line = |credit: crate::wins::api::Credit| {
        let text = move || {
            let fee = format::money(i18n.get_locale(), &credit.fee);
            match credit.is_paid {
                true => t_string!(i18n, wins.credit_paid, fee = fee).to_string(),
                false => t_string!(i18n, wins.credit_unpaid, fee = fee).to_string(),
            }
        };
        view! { <li>{text}</li> }
    };
    (!credits.is_empty()).then(|| {
        view! {
            <ul class="credits muted">
                {credits.into_iter().map(line).collect_view()}
                <li><strong aria-live="polite">{left}</strong></li>
            </ul>
        }
    })
}

#[component]
fn ProductField(state: WinState, objections: Memo<Vec<Objection>>) -> impl IntoView {
    let i18n = state.i18n;
    let problem = state.problem(objections, Field::Product);
    let products = state.preparation.with_value(|about| about.products.clone());
    (!products.is_empty()).then(|| {
        let option = |product: crate::pipeline::api::Choice| {
            let id = ProductId(product.id);
            view! {
                <option value=product.id.to_string() prop:selected=move || state.product.get() == Some(id)>{product.name}</option>
            }
        };
        view! {
            <div class="field" data-problem=move || problem.get().map(|_| "")>
                <label for="win-product">{t!(i18n, wins.product)}</label>
                <select
                    id="win-product"
                    class="input"
                    aria-required="true"
                    aria-invalid=move || problem.get().map(|_| "true")
                    aria-describedby="win-product-problem"
                    on:change=move |event| state.product.set(event_target_value(&event).parse().ok())
                >
                    <option value="" prop:selected=move || state.product.get().is_none()>
                        {t!(i18n, wins.choose_product)}
                    </option>
                    {products.into_iter().map(option).collect_view()}
                </select>
                <p id="win-product-problem" class="problem" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
            </div>
        }
    })
}
