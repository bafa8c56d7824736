//! What campaigns cost and brought, and the dialog to write down their spend.

use super::{
    amount::{AmountFields, TypedMoney, hear},
    page::{Head, Open, Scroll},
    words,
};
use crate::{
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::CampaignId,
    live::connection::use_connection,
    losses::view::words::I18n,
    money::{
        api::{CampaignRow, MoneyReport, NewSpend, write_spend},
        rules::{Counts, Effect},
    },
    pipeline::api::Money,
    ui::{
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use chrono::{Datelike, Months, NaiveDate};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// So many months back are offered, besides those that are written down already.
const MONTHS_BACK: u32 = 36;

/// The campaigns as a table.
#[component]
pub fn Campaigns(report: StoredValue<MoneyReport>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = use_i18n();
    let (rows, may_write) = report.with_value(|report| (report.campaigns.clone(), report.may_write));
    let total = rows.iter().fold(Effect::default(), |sum, row| sum + row.effect);
    // The shares of the campaigns, not a share of their sum: one without spend takes nothing from another.
    let wasted = rows.iter().filter_map(|row| row.effect.on_non_target()).reduce(|sum, one| sum + one);
    let is_empty = rows.is_empty();
    let partial = report.with_value(|report| !report.reads_everything);
    let line = move |row: CampaignRow| {
        let id = row.id;
        let edit = may_write.then(|| {
            let name = row.name.clone();
            let label = move || t_string!(i18n, money.enter_spend_of, name = name.clone()).to_string();
            view! {
                <button type="button" class="quiet" aria-label=label on:click=move |_| open.set(Some(Open::Spend(id)))>
                    {t!(i18n, money.enter_spend)}
                </button>
            }
        });
        let wasted = row.effect.on_non_target();
        view! { <tr><th scope="row">{row.name}</th><Figures report effect=row.effect wasted/><td>{edit}</td></tr> }
    };
    let heads = move || {
        [
            t_string!(i18n, money.campaign).to_string(),
            t_string!(i18n, money.spend).to_string(),
            t_string!(i18n, money.leads).to_string(),
            t_string!(i18n, money.qualified).to_string(),
            t_string!(i18n, money.customers).to_string(),
            t_string!(i18n, money.non_target).to_string(),
            t_string!(i18n, money.on_non_target).to_string(),
            t_string!(i18n, money.per_qualified).to_string(),
            t_string!(i18n, money.per_customer).to_string(),
        ]
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view()
    };
    view! {
        <section class="panel money-campaigns">
            <Head
                title=Signal::derive(move || t_string!(i18n, money.campaigns_title).to_string())
                text=Signal::derive(move || t_string!(i18n, money.campaigns_explained).to_string())
            />
            {partial.then(|| view! { <p class="small muted">{t!(i18n, money.partial)}</p> })}
            <p class="muted" hidden=!is_empty>{t!(i18n, money.no_campaigns)}</p>
            <Scroll label=Signal::derive(move || t_string!(i18n, money.campaigns_title).to_string()) is_empty>
                <table>
                    <thead><tr>{heads}<th><span class="sr">{t!(i18n, money.enter_spend)}</span></th></tr></thead>
                    <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
                    <tfoot><tr><th scope="row">{t!(i18n, money.total)}</th><Figures report effect=total wasted/><td></td></tr></tfoot>
                </table>
            </Scroll>
        </section>
    }
}

/// A count, with how many of it costs stand on where those are fewer.
fn count(i18n: I18n, effect: Effect, of: fn(&Counts) -> i64) -> String {
    let number = |value| format::number(i18n.get_locale(), value);
    let (all, paid) = (of(&effect.all), of(&effect.paid));
    match effect.spend {
        Some(_) if paid < all => {
            t_string!(i18n, money.of_known_months, all = number(all), paid = number(paid)).to_string()
        }
        _ => number(all),
    }
}

#[component]
fn Figures(report: StoredValue<MoneyReport>, effect: Effect, wasted: Option<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let money =
        move |minor: Option<i64>| move || report.with_value(|report| words::amount(i18n, minor, &report.currency));
    let count = move |of: fn(&Counts) -> i64| move || count(i18n, effect, of);
    view! {
        <td class="num">{money(effect.spend)}</td>
        <td class="num">{count(|counts| counts.leads)}</td>
        <td class="num">{count(|counts| counts.qualified)}</td>
        <td class="num">{count(|counts| counts.customers)}</td>
        <td class="num">{count(|counts| counts.non_target)}</td>
        <td class="num">{money(wasted)}</td>
        <td class="num">{money(effect.per_qualified())}</td>
        <td class="num">{money(effect.per_customer())}</td>
    }
}

/// Months that spend can be written down for, the newest first.
fn months(today: NaiveDate, campaign: &CampaignRow) -> Vec<NaiveDate> {
    let running = today.with_day(1).unwrap_or(today);
    let offered = (0..MONTHS_BACK).filter_map(|back| running.checked_sub_months(Months::new(back)));
    let months: BTreeSet<_> = offered.chain(campaign.months.iter().map(|spend| spend.month)).collect();
    months.into_iter().rev().collect()
}

/// Writes down what a campaign cost in a month.
#[component]
pub fn SpendDialog(
    /// The page.
    report: StoredValue<MoneyReport>,
    /// Which campaign.
    campaign: CampaignId,
    /// Whether something changed.
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let (row, today, currencies) = report.with_value(|report| {
        let row = report.campaigns.iter().find(|row| row.id == campaign).cloned();
        (row, report.today, report.currencies.clone())
    });
    let Some(row) = row else { return ().into_any() };
    let name = row.name.clone();
    let choices = months(today, &row);
    let entered = StoredValue::new(row.months);
    let of = move |month: NaiveDate| -> Option<Money> {
        entered.with_value(|months| months.iter().find(|spend| spend.month == month).map(|spend| spend.amount.clone()))
    };
    let month = RwSignal::new(today.with_day(1).unwrap_or(today));
    let amount = TypedMoney::new(currencies.first().cloned().unwrap_or_default());
    let seen = StoredValue::new(None::<Money>);
    let go_to = move |day: NaiveDate| {
        let present = of(day);
        month.set(day);
        amount.show(present.as_ref());
        seen.set_value(present);
    };
    go_to(month.get_untracked());
    let (state, key) = (FormState::new(), IntentKey::new());
    let send = move |()| {
        let Ok(typed) = amount.read() else { return state.object(tu_string!(i18n, money.not_an_amount).to_string()) };
        let (month, seen_now) = (month.get_untracked(), seen.get_value());
        let key = key.of(&(month, &typed, &seen_now));
        let wanted = NewSpend { campaign, month, amount: typed, seen: seen_now, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || write_spend(wanted.clone()).await).await;
            if state.is_answered() {
                hear(i18n, toaster, state, answer, seen, on_done);
            }
        });
    };
    let option = move |day: NaiveDate| {
        let text = move || words::month(i18n, day);
        view! { <option value=day.to_string() prop:selected=move || month.get() == day>{text}</option> }
    };
    view! {
        <FormDialog
            id="spend-title"
            title=Signal::derive(move || t_string!(i18n, money.spend_title, name = name.clone()).to_string())
            send=Signal::derive(move || t_string!(i18n, money.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <div class="field">
                <label for="spend-month">{t!(i18n, money.month)}</label>
                <select
                    id="spend-month"
                    class="input"
                    on:change=move |event| {
                        if let Ok(day) = event_target_value(&event).parse() {
                            go_to(day);
                        }
                    }
                >
                    {choices.into_iter().map(option).collect_view()}
                </select>
            </div>
            <AmountFields amount currencies/>
        </FormDialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::api::MonthSpend;

    #[test]
    fn months_that_are_written_down_are_always_there() {
        let old: NaiveDate = "2019-05-01".parse().expect("a day");
        let amount = Money { minor: 1, currency: "EUR".into() };
        let row = CampaignRow {
            id: CampaignId(1),
            name: "Spring".into(),
            effect: Effect::default(),
            months: vec![MonthSpend { month: old, amount }],
        };
        let months = months("2026-03-17".parse().expect("a day"), &row);
        assert_eq!(months.len(), 37);
        assert_eq!((months.first().map(|day| (day.year(), day.month())), months.last()), (Some((2026, 3)), Some(&old)));
    }
}
