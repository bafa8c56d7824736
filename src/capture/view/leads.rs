//! The leads that an import brought, with the way to each.

use super::parts::Pager;
use crate::{
    capture::api::{BroughtLead, BroughtPage, read_brought},
    format,
    i18n::{t, t_string, use_i18n},
    losses::view::words::{language, lead_name},
};
use leptos::{prelude::*, task::spawn_local};

/// A page of them.
#[component]
pub fn Brought(
    run: i64,
    /// Whether the import was taken back: then these are the ones that stay.
    is_back: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let page = RwSignal::new(0u32);
    let leads = RwSignal::new(None::<BroughtPage>);
    Effect::new(move |_| {
        let wanted = page.get();
        spawn_local(async move {
            if let Ok(found) = read_brought(run, wanted).await
                && page.try_get_untracked() == Some(wanted)
            {
                leads.set(Some(found));
            }
        });
    });
    let title = move || match is_back {
        true => t_string!(i18n, capture.leads_kept),
        false => t_string!(i18n, capture.leads_title),
    };
    let list = move |found: BroughtPage| {
        let BroughtPage { leads, total, page_size } = found;
        let lines = leads.into_iter().map(|lead| view! { <Line lead/> }).collect_view();
        let count = move || {
            let shown = format::number(i18n.get_locale(), total);
            t_string!(i18n, capture.leads_here, leads = shown).to_string()
        };
        view! {
            <p class="muted small">{count}</p>
            <div class="import-scroll" tabindex="0" role="region" aria-label=title>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, capture.head_lead)}</th>
                            <th scope="col">{t!(i18n, capture.head_stage)}</th>
                            <th scope="col">{t!(i18n, capture.head_owner)}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <Pager page total=Signal::stored(total) page_size/>
        }
    };
    view! {
        <section class="panel">
            <h2>{title}</h2>
            <div class="import-actions">
                <a class="button" href="/board">{t!(i18n, capture.to_the_board)}</a>
                <a class="button" href="/lost">{t!(i18n, capture.to_the_pool)}</a>
            </div>
            {move || leads.get().map(list)}
        </section>
    }
}

#[component]
fn Line(lead: BroughtLead) -> impl IntoView {
    let i18n = use_i18n();
    let BroughtLead { lead, name, external_id, holder, stage, is_lost } = lead;
    let stage = move || match (&stage, is_lost) {
        (_, true) => t_string!(i18n, capture.becomes_lost).to_string(),
        (Some(stage), false) => stage.pick(language(i18n)).to_owned(),
        (None, false) => t_string!(i18n, shell.unknown).to_string(),
    };
    view! {
        <tr>
            <td class="import-name">
                <a href=format!("/leads/{lead}")>{move || lead_name(i18n, name.as_deref(), external_id.as_deref(), lead)}</a>
            </td>
            <td>{stage}</td>
            <td>{holder}</td>
        </tr>
    }
}
