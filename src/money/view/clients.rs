//! What estimates cost that never became deals, by type of client, and the dialog for what an hour costs.

use super::{
    amount::{AmountFields, TypedMoney, hear},
    page::{Head, Open, Scroll},
    words,
};
use crate::{
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    live::connection::use_connection,
    losses::view::words::I18n,
    money::{
        api::{ClientRow, MoneyReport, NewHour, write_hour},
        rules::Estimates,
    },
    pipeline::api::Party,
    ui::{
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// Hours with two decimals at most: 12.5.
fn hours(i18n: I18n, hundredths: i64) -> String {
    let whole = format::number(i18n.get_locale(), hundredths / 100);
    match hundredths % 100 {
        0 => whole,
        part => {
            let point = if i18n.get_locale() == crate::i18n::Locale::tr { ',' } else { '.' };
            format!("{whole}{point}{}", format!("{part:02}").trim_end_matches('0'))
        }
    }
}

/// The estimates as a table: each party, and its segments below it.
#[component]
pub fn Clients(report: StoredValue<MoneyReport>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = use_i18n();
    let (rows, hour, may_write) =
        report.with_value(|report| (report.clients.clone(), report.hour.clone(), report.may_write));
    let is_empty = rows.is_empty();
    let sum = |rows: &[ClientRow]| rows.iter().fold(Estimates::default(), |sum, row| sum + row.estimates);
    let total = sum(&rows);
    let groups = Party::ALL.iter().filter_map(|party| {
        let own: Vec<_> = rows.iter().filter(|row| row.party == *party).cloned().collect();
        (!own.is_empty()).then_some((*party, sum(&own), own))
    });
    let segment = move |row: ClientRow| {
        let name = move || row.segment.clone().unwrap_or_else(|| t_string!(i18n, money.no_segment).to_string());
        view! { <tr class="money-inner"><th scope="row">{name}</th><Figures report estimates=row.estimates/></tr> }
    };
    let group = move |(party, sum, rows): (Party, Estimates, Vec<ClientRow>)| {
        view! {
            <tr><th scope="row">{move || words::party(i18n, party)}</th><Figures report estimates=sum/></tr>
            {rows.into_iter().map(segment).collect_view()}
        }
    };
    let groups = groups.map(group).collect_view();
    let heads = move || {
        [
            t_string!(i18n, money.client).to_string(),
            t_string!(i18n, money.estimates).to_string(),
            t_string!(i18n, money.hours).to_string(),
            t_string!(i18n, money.cost).to_string(),
            t_string!(i18n, money.fees_paid).to_string(),
            t_string!(i18n, money.net).to_string(),
        ]
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view()
    };
    let rate = move || match &hour {
        Some(hour) => {
            let amount = format::money(i18n.get_locale(), &hour.amount);
            t_string!(i18n, money.hour_costs, amount = amount).to_string()
        }
        None => t_string!(i18n, money.hour_unknown).to_string(),
    };
    let edit = may_write.then(|| {
        view! { <button type="button" class="quiet" on:click=move |_| open.set(Some(Open::Hour))>{t!(i18n, money.set_hour)}</button> }
    });
    view! {
        <section class="panel money-clients">
            <Head
                title=Signal::derive(move || t_string!(i18n, money.estimates_title).to_string())
                text=Signal::derive(move || t_string!(i18n, money.estimates_explained).to_string())
            />
            <p class="panel-row"><span>{rate}</span>{edit}</p>
            <p class="muted" hidden=!is_empty>{t!(i18n, money.no_estimates)}</p>
            <Scroll label=Signal::derive(move || t_string!(i18n, money.estimates_title).to_string()) is_empty>
                <table>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{groups}</tbody>
                    <tfoot><tr><th scope="row">{t!(i18n, money.total)}</th><Figures report estimates=total/></tr></tfoot>
                </table>
            </Scroll>
        </section>
    }
}

#[component]
fn Figures(report: StoredValue<MoneyReport>, estimates: Estimates) -> impl IntoView {
    let i18n = use_i18n();
    let hour = report.with_value(|report| report.hour.as_ref().map(|hour| hour.base_minor));
    let money =
        move |minor: Option<i64>| move || report.with_value(|report| words::amount(i18n, minor, &report.currency));
    let count = move || {
        let number = |value| format::number(i18n.get_locale(), value);
        match estimates.without_hours {
            0 => number(estimates.count),
            more => t_string!(i18n, money.and_without_hours, known = number(estimates.count), more = number(more))
                .to_string(),
        }
    };
    view! {
        <td class="num">{count}</td>
        <td class="num">{move || hours(i18n, estimates.hundredths)}</td>
        <td class="num">{money(estimates.cost(hour))}</td>
        <td class="num">{money(Some(estimates.paid))}</td>
        <td class="num">{money(estimates.net(hour))}</td>
    }
}

/// Sets what an hour of estimating costs.
#[component]
pub fn HourDialog(
    /// The page.
    report: StoredValue<MoneyReport>,
    /// Whether something changed.
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (connection, toaster) = (use_connection(), use_toaster());
    let (present, currencies) =
        report.with_value(|report| (report.hour.as_ref().map(|hour| hour.amount.clone()), report.currencies.clone()));
    let amount = TypedMoney::new(currencies.first().cloned().unwrap_or_default());
    amount.show(present.as_ref());
    let seen = StoredValue::new(present);
    let (state, key) = (FormState::new(), IntentKey::new());
    let send = move |()| {
        let Ok(typed) = amount.read() else { return state.object(tu_string!(i18n, money.not_an_amount).to_string()) };
        let seen_now = seen.get_value();
        let key = key.of(&(&typed, &seen_now));
        let wanted = NewHour { amount: typed, seen: seen_now, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || write_hour(wanted.clone()).await).await;
            if state.is_answered() {
                hear(i18n, toaster, state, answer, seen, on_done);
            }
        });
    };
    view! {
        <FormDialog
            id="hour-title"
            title=Signal::derive(move || t_string!(i18n, money.hour_title).to_string())
            send=Signal::derive(move || t_string!(i18n, money.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <AmountFields amount currencies/>
        </FormDialog>
    }
}
