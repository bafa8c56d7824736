//! What a lead's page says about its wins.

use super::undo::{Press, TakeBack, set_stage};
use crate::{
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, StageId},
    losses::view::words::language,
    pipeline::{api::read_stages, rules::StageKind},
    wins::api::{self, AgainAnswer, Won},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Every win of a lead, standing or taken back; nothing for a lead that was never won.
#[component]
pub fn Wins(wins: Vec<Won>) -> impl IntoView {
    let i18n = use_i18n();
    (!wins.is_empty()).then(|| {
        view! {
            <section class="panel">
                <h2>{t!(i18n, wins.panel)}</h2>
                {wins.into_iter().map(|won| view! { <WonView won/> }).collect_view()}
            </section>
        }
    })
}

#[component]
fn WonView(won: Won) -> impl IntoView {
    let i18n = use_i18n();
    let Won { on, amount, product, by, rep, from, undone, .. } = won;
    let head = move || match on {
        Some(on) => t_string!(i18n, wins.won_on, date = format::date(i18n.get_locale(), on)).to_string(),
        None => t_string!(i18n, wins.won_unknown).to_string(),
    };
    let taken_back = undone.map(|(at, who)| {
        move || {
            let date = format::date(i18n.get_locale(), at.local().date());
            match who.clone() {
                Some(who) => t_string!(i18n, wins.taken_back_by, date = date, who = who).to_string(),
                None => t_string!(i18n, wins.taken_back, date = date).to_string(),
            }
        }
    });
    let is_closed = taken_back.is_some();
    let amount = amount.map(|amount| {
        view! {
            <dt>{t!(i18n, wins.amount)}</dt>
            <dd class="num">{move || format::money(i18n.get_locale(), &amount)}</dd>
        }
    });
    let product = product.map(|product| view! { <dt>{t!(i18n, wins.product)}</dt><dd dir="auto">{product}</dd> });
    let by = by.map(|by| view! { <dt>{t!(i18n, wins.entered_by)}</dt><dd dir="auto">{by}</dd> });
    let from = from.map(|from| {
        view! {
            <dt>{t!(i18n, wins.from_stage)}</dt>
            <dd>{move || from.pick(language(i18n)).to_owned()}</dd>
        }
    });
    view! {
        <article class="episode" class:closed=is_closed>
            <h3>{head}</h3>
            {taken_back.map(|text| view! { <p class="small muted">{text}</p> })}
            <dl class="facts">
                {amount}
                {product}
                <dt>{t!(i18n, wins.counts_for)}</dt>
                <dd dir="auto">{rep}</dd>
                {by}
                {from}
            </dl>
        </article>
    }
}

/// What can be done with a customer: begin to win them again, let them rest or wake them, take the win back.
#[component]
pub fn CustomerActions(
    /// Which lead.
    lead: LeadId,
    /// What it is called.
    name: Signal<String>,
    /// Active or not.
    kind: StageKind,
    /// Where taking the win back leads to.
    back_to: StageId,
    /// The version that the page shows.
    seen_version: i64,
    /// Hears of every change.
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let press = Press::new(i18n);
    let is_sending = move || press.is_sending.get().to_string();
    let navigate = use_navigate();
    let is_active = kind == StageKind::Customer;
    let go = move |to| TakeBack { lead, name: name.get_untracked(), to, seen_version };
    let to_new_lead =
        Callback::new(move |lead: LeadId| navigate(&format!("/leads/{lead}"), NavigateOptions::default()));
    let other = if is_active { StageKind::Inactive } else { StageKind::Customer };
    let rest_or_wake = move |_| {
        spawn_local(async move {
            let stages = read_stages().await.unwrap_or_default();
            let Some(stage) = stages.into_iter().find(|stage| stage.kind == other) else {
                return press.toaster.trouble(tu_string!(i18n, shell.busy_advice).to_string());
            };
            let text = untrack(|| {
                let stage = stage.name.pick(language(i18n)).to_owned();
                t_string!(i18n, pipeline.moved, name = name.get_untracked(), stage = stage).to_string()
            });
            if name.try_get_untracked().is_some() {
                set_stage(press, go(stage.id), false, text, on_done);
            }
        });
    };
    view! {
        {is_active.then(|| {
            view! {
                <button aria-disabled=is_sending on:click=move |_| go(back_to).run(press, on_done)>
                    {t!(i18n, wins.take_back)}
                </button>
            }
        })}
        <button aria-disabled=is_sending on:click=rest_or_wake>
            {move || match is_active {
                true => t_string!(i18n, wins.rest),
                false => t_string!(i18n, wins.wake),
            }}
        </button>
        <button
            class="primary"
            title=move || t_string!(i18n, wins.again_hint)
            aria-disabled=is_sending
            on:click=move |_| win_again(press, lead, name.get_untracked(), to_new_lead)
        >
            {t!(i18n, wins.again)}
        </button>
    }
}

/// Begins to win a customer again; `on_done` gets the new lead.
fn win_again(press: Press, lead: LeadId, name: String, on_done: Callback<LeadId>) {
    let Press { i18n, toaster, .. } = press;
    press.send(lead, api::win_again, move |answer| match answer {
        AgainAnswer::Done { lead } => {
            toaster.say(tu_string!(i18n, wins.again_done, name = name).to_string());
            // The page leaves for the new lead: until then another press would make one more.
            press.is_sending.try_set(true);
            // The page that asked may have gone.
            let _ = on_done.try_run(lead);
        }
        AgainAnswer::NotYours => toaster.trouble(tu_string!(i18n, wins.again_refused).to_string()),
        AgainAnswer::NotACustomer => toaster.trouble(tu_string!(i18n, wins.again_not_a_customer).to_string()),
    });
}
