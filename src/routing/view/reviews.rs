//! Leads about which a manager decides, above their day: given as the rules propose with one press, or to somebody else.

use super::{assign::objection, words::w};
use crate::{
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, UserId},
    live::connection::use_connection,
    losses::view::words::{I18n, lead_name, trouble},
    people::rules::Holder,
    routing::{
        api::{Assigned, Assignment, Review, assign},
        rules::ReviewWhy,
    },
    ui::{key::IntentKey, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};

/// What waits for a decision.
#[component]
pub fn ReviewList(
    /// What there is, the longest first.
    items: Vec<Review>,
    /// Opens the dialog in which a lead, of whom it names, is given to somebody.
    on_give: Callback<(LeadId, Holder)>,
    /// Reads the page again.
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let line = move |review: Review| {
        let (lead, from, at, named) = (review.lead, review.from, review.at, review.clone());
        let proposal = review.proposal.clone();
        view! {
            <li class="today-line" data-lead=lead.to_string()>
                <span class="today-when num">{move || format::date_time(i18n.get_locale(), at)}</span>
                <div class="today-what">
                    <a href=format!("/leads/{lead}")>
                        <bdi>{move || lead_name(i18n, named.name.as_deref(), named.external_id.as_deref(), lead)}</bdi>
                    </a>
                    <span>{move || said(i18n, &review)}</span>
                </div>
                <div class="today-actions">
                    {proposal.map(|(person, name)| view! { <AsProposed lead from person name reload/> })}
                    <button on:click=move |_| on_give.run((lead, from))>{t!(i18n, routing.review_choose)}</button>
                </div>
            </li>
        }
    };
    (!items.is_empty()).then(|| {
        view! {
            <h2>{t!(i18n, routing.reviews_title)}</h2>
            <ul class="today-list reviews">{items.into_iter().map(line).collect_view()}</ul>
        }
    })
}

/// Why a person decides, in words.
fn said(i18n: I18n, review: &Review) -> String {
    let holder = review.holder.clone();
    match review.why {
        ReviewWhy::Rule => w!(i18n, review_rule, holder = holder),
        ReviewWhy::Nobody => w!(i18n, review_nobody, holder = holder),
    }
}

/// Gives the lead to whom the rules propose.
#[component]
fn AsProposed(lead: LeadId, from: Holder, person: UserId, name: String, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection, key) = (use_toaster(), use_connection(), IntentKey::new());
    let press = move |_| {
        let wanted = Assignment { lead, from, to: Holder::Person(person), key: key.of(&person) };
        let reason = tu_string!(i18n, routing.as_proposed).to_string();
        spawn_local(async move {
            let answer = connection.persistently(async || assign(vec![wanted.clone()], reason.clone()).await).await;
            key.answered();
            match answer.and_then(|ends| ends.into_iter().next().unwrap_or(Ok(Assigned::Done { card: None }))) {
                Ok(Assigned::Done { .. }) => {
                    toaster.say(tu_string!(i18n, routing.assigned_toast, count = 1).to_string());
                }
                Ok(Assigned::Refused { why }) => toaster.trouble(untrack(|| objection(i18n, why))),
                Ok(Assigned::Conflict { holder, .. }) => {
                    toaster.trouble(tu_string!(i18n, routing.review_gone, holder = holder).to_string());
                }
                Err(error) => return toaster.trouble(untrack(|| trouble(i18n, error))),
            }
            reload.try_run(());
        });
    };
    view! {
        <button class="primary" on:click=press>
            {move || t_string!(i18n, routing.review_give, name = name.as_str()).to_string()}
        </button>
    }
}
