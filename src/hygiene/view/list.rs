//! The losses behind a finding, below the panels.

use super::{
    page::Shown,
    query::{self, Look},
    words,
};
use crate::{
    format,
    hygiene::api::{ListPage, ListRow, Listing},
    i18n::{t, t_string},
    losses::view::words::{language, lead_name},
};
use leptos::{html, prelude::*};

/// The losses behind the chosen finding; nothing while none is chosen.
#[component]
pub fn ListPanel(shown: Shown) -> impl IntoView {
    let listing = shown.report.with_value(|report| report.listing.clone());
    listing.map(|listing| view! { <Open shown listing/> })
}

#[component]
fn Open(shown: Shown, listing: Listing) -> impl IntoView {
    let i18n = shown.i18n;
    let Listing { page, rows, total, page_size } = listing;
    let title = NodeRef::<html::H2>::new();
    // Whoever opens a finding goes on with its losses, also without seeing where they appeared.
    Effect::new(move |_| {
        let Some(title) = title.get() else { return };
        if shown.focused.get_value() != Some(page) {
            shown.focused.set_value(Some(page));
            // A heading that cannot take the focus is left where it is.
            let _ = title.focus();
        }
    });
    let name = move || shown.report.with_value(|report| words::behind(i18n, report, page.behind));
    let count = move || t_string!(i18n, hygiene.losses, count = total, shown = shown.number(total)).to_string();
    let rows = rows.into_iter().map(|row| view! { <Row shown row/> }).collect_view();
    view! {
        <section class="panel losses-list hygiene-losses" aria-labelledby="behind">
            <div class="panel-row">
                <header class="panel-head">
                    <h2 id="behind" tabindex="-1" node_ref=title>{name} ": " <span class="num">{count}</span></h2>
                </header>
                <a class="button quiet" data-noscroll="" href=query::address(&Look { list: None, ..shown.look })>
                    {t!(i18n, analytics.close_list)}
                </a>
            </div>
            <div class="losses-scroll" tabindex="0" role="group" aria-labelledby="behind">
                <table role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t!(i18n, analytics.head_lead)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, analytics.reason)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_note)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_by)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_day)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            <Pages shown page total page_size/>
        </section>
    }
}

#[component]
fn Row(shown: Shown, row: ListRow) -> impl IntoView {
    let i18n = shown.i18n;
    let ListRow { lead, name, external_id, day, reason, by, note, hollow, override_because, .. } = row;
    let unknown = move || t_string!(i18n, shell.unknown).to_string();
    let day = move || day.map_or_else(unknown, |day| format::date(i18n.get_locale(), day));
    let why = move || hollow.map(|kind| view! { <small class="chart-mark">{words::hollow(i18n, kind)}</small> });
    let because = override_because.map(|because| {
        let text = move || t_string!(i18n, hygiene.because, because = because.clone()).to_string();
        view! { <small class="faint hygiene-because">{text}</small> }
    });
    view! {
        <tr role="row">
            <td role="cell" class="lead-cell">
                <a href=format!("/leads/{lead}")>
                    {move || lead_name(i18n, name.as_deref(), external_id.as_deref(), lead)}
                </a>
            </td>
            <td role="cell">{move || reason.pick(language(i18n)).to_owned()}</td>
            <td role="cell" class="hygiene-note"><bdi>{note}</bdi> " " {why} {because}</td>
            <td role="cell">{move || by.clone().unwrap_or_else(unknown)}</td>
            <td role="cell" class="num">{day}</td>
        </tr>
    }
}

#[component]
fn Pages(shown: Shown, page: ListPage, total: i64, page_size: i64) -> impl IntoView {
    let i18n = shown.i18n;
    let pages = (total + page_size - 1) / page_size.max(1);
    let at = |number: u32| query::address(&Look { list: Some(ListPage { page: number, ..page }), ..shown.look });
    let previous = page.page.checked_sub(1).map(at);
    let next = page.page.checked_add(1).filter(|next| i64::from(*next) < pages).map(at);
    let text = move || {
        let (page, pages) = (shown.number(i64::from(page.page) + 1), shown.number(pages));
        t_string!(i18n, losses.page_of, page = page, pages = pages).to_string()
    };
    view! {
        <nav class="pool-pages" aria-label=move || t_string!(i18n, losses.pages) hidden=pages <= 1 && page.page == 0>
            {previous.map(|href| view! { <a class="button" rel="prev" data-noscroll="" href=href>{t!(i18n, losses.previous_page)}</a> })}
            <span class="num muted">{text}</span>
            {next.map(|href| view! { <a class="button" rel="next" data-noscroll="" href=href>{t!(i18n, losses.next_page)}</a> })}
        </nav>
    }
}
