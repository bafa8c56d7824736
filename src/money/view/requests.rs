//! Products that were asked for in vain.

use super::{
    page::{Head, Open, Scroll},
    query::{self, Look},
    words,
};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    money::{
        api::{MoneyReport, RequestRow},
        rules::{self, Rank},
    },
};
use leptos::prelude::*;

/// The requests as a table, ranked as the address asks.
#[component]
pub fn Requests(report: StoredValue<MoneyReport>, look: Look, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = use_i18n();
    let (rows, quarters, may_write) =
        report.with_value(|report| (ranked(&report.requests, look.rank), report.quarters.clone(), report.may_write));
    let is_empty = rows.is_empty();
    let line = move |row: RequestRow| view! { <Line report row may_write open/> };
    let quarter = move |first: chrono::NaiveDate| {
        let text = move || t_string!(i18n, money.quarter_from, month = words::month(i18n, first)).to_string();
        view! { <th scope="col">{text}</th> }
    };
    view! {
        <section class="panel money-requests">
            <Head
                title=Signal::derive(move || t_string!(i18n, money.requests_title).to_string())
                text=Signal::derive(move || t_string!(i18n, money.requests_explained).to_string())
            />
            <p class="options" role="group" aria-label=move || t_string!(i18n, money.ranked_by)>
                <RankLink look rank=Rank::Requests/>
                <RankLink look rank=Rank::Value/>
            </p>
            <p class="muted" hidden=!is_empty>{t!(i18n, money.no_requests)}</p>
            <Scroll label=Signal::derive(move || t_string!(i18n, money.requests_title).to_string()) is_empty>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, money.product_asked)}</th>
                            <th scope="col">{t!(i18n, money.requests)}</th>
                            <th scope="col">{t!(i18n, money.value)}</th>
                            {quarters.into_iter().map(quarter).collect_view()}
                            <th scope="col">{t!(i18n, money.offered)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
                </table>
            </Scroll>
        </section>
    }
}

fn ranked(rows: &[RequestRow], by: Rank) -> Vec<RequestRow> {
    let mut requests: Vec<_> = rows.iter().map(|row| row.request.clone()).collect();
    rules::rank(&mut requests, by);
    let offered = |key: &str| rows.iter().find(|row| row.request.key == key).and_then(|row| row.offered.clone());
    requests.into_iter().map(|request| RequestRow { offered: offered(&request.key), request }).collect()
}

#[component]
fn RankLink(look: Look, rank: Rank) -> impl IntoView {
    let i18n = use_i18n();
    let is_on = look.rank == rank;
    let text = move || match rank {
        Rank::Requests => t_string!(i18n, money.by_requests).to_string(),
        Rank::Value => t_string!(i18n, money.by_value).to_string(),
    };
    let href = query::address(Look { rank, ..look });
    view! {
        <a class="chip" data-noscroll="" class:on=is_on aria-current=is_on.then_some("true") href=href>{text}</a>
    }
}

#[component]
fn Line(
    report: StoredValue<MoneyReport>,
    row: RequestRow,
    may_write: bool,
    open: RwSignal<Option<Open>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let RequestRow { request, offered } = row;
    let number = move |value: i64| move || format::number(i18n.get_locale(), value);
    let minor = request.minor;
    let value = move || report.with_value(|report| words::amount(i18n, Some(minor), &report.currency));
    let quarters = request.quarters.iter().map(|count| view! { <td class="num">{number(*count)}</td> }).collect_view();
    let by = offered.as_ref().map(|offered| view! { <bdi>{offered.name.clone()}</bdi>" " });
    let is_offered = offered.is_some();
    let button = may_write.then(|| {
        let (key, name) = (request.key.clone(), request.name.clone());
        let text = move || match is_offered {
            true => t_string!(i18n, money.ask_again).to_string(),
            false => t_string!(i18n, money.now_offered).to_string(),
        };
        let press = move |_| open.set(Some(Open::Offer { key: key.clone(), name: name.clone() }));
        view! { <button type="button" class="quiet" on:click=press>{text}</button> }
    });
    view! {
        <tr>
            <th scope="row"><bdi>{request.name.clone()}</bdi></th>
            <td class="num">{number(request.requests)}</td>
            <td class="num">{value}</td>
            {quarters}
            <td>{by}{button}</td>
        </tr>
    }
}
