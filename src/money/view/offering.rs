//! The dialog: a product that was asked for in vain is offered now, and those who asked for it are asked again.

use super::words;
use crate::{
    error::AppError,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, ProductId},
    live::connection::use_connection,
    losses::view::words::{channel, lead_name, trouble},
    money::{
        api::{Answering, Asker, Askers, NewOffering, OfferAnswer, offer_product, read_askers},
        rules::OfferProblem,
    },
    settings::rules::LONGEST_NAME,
    ui::{
        dialog::Dialog,
        field::TextField,
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use chrono::Days;
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// A week from today is proposed: time to get ready.
const DAYS_AHEAD: u64 = 7;

/// The dialog, once those who asked are known.
#[component]
pub fn OfferDialog(
    /// What was asked for, folded.
    request: String,
    /// What it is called.
    name: String,
    /// Whether something changed.
    on_done: Callback<bool>,
) -> impl IntoView {
    let asked = request.clone();
    let askers = LocalResource::new(move || read_askers(asked.clone()));
    let body = move || {
        let (request, name) = (request.clone(), name.clone());
        askers.get().map(|answer| match answer {
            Ok(askers) => view! { <Form request name askers on_done/> }.into_any(),
            Err(error) => view! { <Failed error on_done/> }.into_any(),
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn Failed(error: AppError, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog labelled_by="offer-title" on_close=move |()| on_done.run(false)>
            <h1 id="offer-title">{t!(i18n, money.now_offered)}</h1>
            <p class="problem" role="alert">{move || trouble(i18n, error)}</p>
            <div class="dialog-foot"><button on:click=move |_| on_done.run(false)>{t!(i18n, shell.close)}</button></div>
        </Dialog>
    }
}

/// What is chosen so far.
#[derive(Clone, Copy)]
struct Chosen {
    product: RwSignal<Option<ProductId>>,
    new_name: RwSignal<String>,
    leads: RwSignal<BTreeSet<LeadId>>,
    due_on: RwSignal<String>,
}

impl Chosen {
    fn new(name: &str, askers: &Askers) -> Self {
        // What answers it may have been retired since.
        let offered = askers.offered.as_ref().map(|offered| offered.product);
        let due_on = askers.today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(askers.today);
        Self {
            product: RwSignal::new(offered.filter(|product| askers.products.iter().any(|(one, _)| one == product))),
            new_name: RwSignal::new(name.to_owned()),
            leads: RwSignal::new(askers.proposed.iter().map(|asker| asker.lead).collect()),
            due_on: RwSignal::new(due_on.to_string()),
        }
    }

    fn answering(self) -> Answering {
        self.product.get_untracked().map_or_else(|| Answering::New(self.new_name.get_untracked()), Answering::Known)
    }
}

#[component]
fn Form(request: String, name: String, askers: Askers, on_done: Callback<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let (state, key) = (FormState::new(), IntentKey::new());
    let chosen = Chosen::new(&name, &askers);
    let seen = StoredValue::new(askers.offered.as_ref().map(|offered| offered.product));
    let hear = move |answer: Result<OfferAnswer, AppError>| match answer {
        Ok(OfferAnswer::Done { planned, left_out }) => {
            let mut said = tu_string!(i18n, money.planned, count = planned).to_string();
            if left_out > 0 {
                said = format!("{said} {}", tu_string!(i18n, money.left_out, count = left_out));
            }
            toaster.say(said);
            on_done.run(true);
        }
        Ok(OfferAnswer::Refused { why }) => state.object(untrack(|| words::offer_problem(i18n, why))),
        Ok(OfferAnswer::Conflict { offered, by, at }) => {
            let none = || tu_string!(i18n, money.no_product_yet).to_string();
            let what = offered.as_ref().map_or_else(none, |offered| offered.name.clone());
            state.object(untrack(|| words::conflict(i18n, what, by, at)));
            seen.set_value(offered.map(|offered| offered.product));
        }
        Err(error) => state.object(untrack(|| trouble(i18n, error))),
    };
    let send = move |()| {
        let (product, seen_now) = (chosen.answering(), seen.get_value());
        let leads: Vec<_> = chosen.leads.with_untracked(|leads| leads.iter().copied().collect());
        let due_on = chosen.due_on.get_untracked().parse().ok();
        if due_on.is_none() && !leads.is_empty() {
            return state.object(untrack(|| words::offer_problem(i18n, OfferProblem::DateMissing)));
        }
        let key = key.of(&(&product, seen_now, &leads, due_on));
        let wanted = NewOffering { request: request.clone(), product, seen: seen_now, leads, due_on, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || offer_product(wanted.clone()).await).await;
            if state.is_answered() {
                hear(answer);
            }
        });
    };
    view! {
        <FormDialog
            id="offer-title"
            title=Signal::derive(move || t_string!(i18n, money.offer_title, name = name.clone()).to_string())
            send=Signal::derive(move || {
                match chosen.leads.with(BTreeSet::len) {
                    0 => t_string!(i18n, money.offer_only).to_string(),
                    count => t_string!(i18n, money.offer_send, count = count).to_string(),
                }
            })
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <ProductFields chosen products=askers.products.clone()/>
            <People chosen askers/>
        </FormDialog>
    }
}

#[component]
fn ProductFields(chosen: Chosen, products: Vec<(ProductId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let Chosen { product, new_name, .. } = chosen;
    let option = move |(id, name): (ProductId, String)| {
        view! { <option value=id.to_string() prop:selected=move || product.get() == Some(id)>{name}</option> }
    };
    view! {
        <div class="field">
            <label for="offer-product">{t!(i18n, money.product)}</label>
            <select
                id="offer-product"
                class="input"
                on:change=move |event| product.set(event_target_value(&event).parse().ok())
            >
                <option value="" prop:selected=move || product.get().is_none()>{t!(i18n, money.new_product)}</option>
                {products.into_iter().map(option).collect_view()}
            </select>
        </div>
        <Show when=move || product.get().is_none()>
            <TextField
                id="offer-name"
                label=Signal::derive(move || t_string!(i18n, money.new_name).to_string())
                value=new_name
                kind="text"
                longest=LONGEST_NAME
                required=true
            />
        </Show>
    }
}

#[component]
fn People(chosen: Chosen, askers: Askers) -> impl IntoView {
    let i18n = use_i18n();
    let Askers { proposed, proposable, skipped, .. } = askers;
    let is_any = !proposed.is_empty();
    let more = proposable - proposed.len();
    let skipped =
        move || skipped.iter().map(|(skip, count)| words::skipped(i18n, *skip, *count)).collect::<Vec<_>>().join(" ");
    view! {
        <Show when=move || is_any>
            <TextField
                id="offer-day"
                label=Signal::derive(move || t_string!(i18n, money.ask_on).to_string())
                value=chosen.due_on
                kind="date"
                required=true
            />
        </Show>
        <fieldset class="field money-askers">
            <legend>{t!(i18n, money.who_asked)}</legend>
            <p class="muted" hidden=is_any>{t!(i18n, money.nobody_to_ask)}</p>
            <ul>{proposed.into_iter().map(|asker| view! { <One chosen asker/> }).collect_view()}</ul>
            <p class="small muted" hidden=more == 0>{move || t_string!(i18n, money.more_askers, count = more).to_string()}</p>
            <p class="small muted">{skipped}</p>
        </fieldset>
    }
}

#[component]
fn One(chosen: Chosen, asker: Asker) -> impl IntoView {
    let i18n = use_i18n();
    let lead = asker.lead;
    let is_on = move || chosen.leads.with(|leads| leads.contains(&lead));
    let toggle = move |_| {
        chosen.leads.update(|leads| {
            if !leads.remove(&lead) {
                leads.insert(lead);
            }
        });
    };
    let (named, about) = (asker.clone(), asker);
    let name = move || lead_name(i18n, named.name.as_deref(), named.external_id.as_deref(), lead);
    let detail = move || {
        let locale = i18n.get_locale();
        let parts = [
            Some(about.asked.clone()),
            about.lost_on.map(|day| format::date(locale, day)),
            about.value.as_ref().map(|value| format::money(locale, value)),
            Some(channel(i18n, about.channel)),
            Some(about.person.clone()),
        ];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    view! {
        <li>
            <label>
                <input type="checkbox" prop:checked=is_on on:change=toggle/>
                <span><bdi>{name}</bdi> " " <span class="small muted"><bdi>{detail}</bdi></span></span>
            </label>
        </li>
    }
}
