//! The panels of the page.

use super::{page::Shown, words};
use crate::{
    analytics::{
        rules::{FEW, rate},
        view::words::rate as share_text,
    },
    hygiene::{
        api::OfReason,
        rules::{Behind, ENOUGH, Hollow, Suggestion},
    },
    i18n::{t, t_string},
    losses::view::words::{language, outcome},
    settings::{model::ReasonSetting, rules::may_stand_for},
    ui::{
        chart::{Bar, Bars, length},
        explain::Explain,
    },
};
use leptos::prelude::*;

/// A panel's title with its explanation.
#[component]
fn Head(shown: Shown, #[prop(into)] title: Signal<String>, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let label = Signal::derive(move || t_string!(shown.i18n, analytics.explain, what = title.get()).to_string());
    view! { <header class="panel-head"><h2>{move || title.get()}</h2><Explain label text/></header> }
}

/// A share in large, with what it is of; it opens the losses behind it.
#[component]
fn Tile(
    shown: Shown,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    part: i64,
    whole: i64,
    #[prop(optional)] behind: Option<Behind>,
) -> impl IntoView {
    let i18n = shown.i18n;
    let figure = move || share_text(i18n, rate(part, whole));
    let detail =
        move || t_string!(i18n, hygiene.part_of, part = shown.number(part), whole = shown.number(whole)).to_string();
    let few = (1..FEW).contains(&whole);
    let figure = match behind {
        Some(behind) => view! {
            <a
                class="tile-figure num"
                data-noscroll=""
                href=shown.behind(behind)
                aria-current=shown.lists(behind).then_some("true")
                aria-label=move || format!("{}: {}", title.get(), figure())
            >
                {figure}
            </a>
        }
        .into_any(),
        None => view! { <span class="tile-figure num">{figure}</span> }.into_any(),
    };
    view! {
        <section class="panel tile">
            <Head shown title text/>
            {figure}
            <span class="small faint num">
                {detail} {few.then(|| view! { <small class="chart-mark">{t!(i18n, analytics.few)}</small> })}
            </span>
        </section>
    }
}

/// The shares of Other, of comments that say nothing, and of attempts that were done without.
#[component]
pub fn Tiles(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let (losses, other, commented, hollow, asked, overridden) = shown.report.with_value(|report| {
        let hollow: i64 = report.hollow.iter().map(|(_, losses)| losses).sum();
        let overridden: i64 = report.overrides.iter().map(|one| one.losses).sum();
        (report.losses, report.other, report.commented, hollow, report.attempts_asked, overridden)
    });
    view! {
        <div class="tiles">
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, hygiene.other).to_string())
                text=Signal::derive(move || t_string!(i18n, hygiene.explain_other).to_string())
                part=other
                whole=losses
                behind=Behind::Other
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, hygiene.hollow).to_string())
                text=Signal::derive(move || t_string!(i18n, hygiene.explain_hollow).to_string())
                part=hollow
                whole=commented
            />
            <Tile
                shown
                title=Signal::derive(move || t_string!(i18n, hygiene.overrides).to_string())
                text=Signal::derive(move || t_string!(i18n, hygiene.explain_overrides).to_string())
                part=overridden
                whole=asked
                behind=Behind::Override(None)
            />
        </div>
    }
}

/// What to do, with the why; one press does it.
#[component]
pub fn Suggestions(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let (suggestions, may_change) = shown.report.with_value(|report| (report.suggestions.clone(), report.may_change));
    let none = suggestions.is_empty();
    let empty = move || t_string!(i18n, hygiene.no_suggestions, least = shown.number(ENOUGH)).to_string();
    let lines =
        suggestions.into_iter().map(|one| view! { <Suggested shown suggestion=one may_change/> }).collect_view();
    view! {
        <section class="panel hygiene-advice">
            <Head
                shown
                title=Signal::derive(move || t_string!(i18n, hygiene.suggestions).to_string())
                text=Signal::derive(move || t_string!(i18n, hygiene.explain_suggestions).to_string())
            />
            <ul class="hygiene-list">{lines}</ul>
            <p class="muted" hidden=!none>{empty}</p>
            <p class="small muted" hidden=none || may_change>{t!(i18n, hygiene.admins_only)}</p>
        </section>
    }
}

fn setting_of(shown: Shown, suggestion: &Suggestion) -> Option<(ReasonSetting, Option<ReasonSetting>)> {
    shown.report.with_value(|report| {
        let find = |id| report.reasons.iter().find(|of| of.usage.reason == id).map(|of| of.setting.clone());
        Some((find(suggestion.reason)?, suggestion.into.and_then(find)))
    })
}

#[component]
fn Suggested(shown: Shown, suggestion: Suggestion, may_change: bool) -> impl IntoView {
    let i18n = shown.i18n;
    let settings = setting_of(shown, &suggestion);
    let text = move || shown.report.with_value(|report| words::suggestion(i18n, report, &suggestion));
    let merges = settings.as_ref().is_some_and(|(_, into)| into.is_some());
    let label = move || match merges {
        true => t_string!(i18n, hygiene.merge).to_string(),
        false => t_string!(i18n, hygiene.retire).to_string(),
    };
    let press = move |_| match &settings {
        Some((reason, Some(into))) => shown.act.merge(reason, into),
        Some((reason, None)) => shown.act.retire(reason),
        None => {}
    };
    let button = may_change.then(|| {
        view! {
            <button type="button" class="primary" aria-disabled=move || shown.act.is_busy.get().to_string() on:click=press>
                {label}
            </button>
        }
    });
    view! { <li><span>{text}</span> {button}</li> }
}

/// Every reason with its use.
#[component]
pub fn Reasons(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, hygiene.reasons).to_string());
    let (mut reasons, may_change) = shown.report.with_value(|report| (report.reasons.clone(), report.may_change));
    // Those in use come first, each outcome in its order.
    reasons.sort_by_key(|of| of.setting.retired);
    let rows = reasons.into_iter().map(|of| view! { <Reason shown of may_change/> }).collect_view();
    view! {
        <section class="panel hygiene-reasons">
            <Head shown title text=Signal::derive(move || t_string!(i18n, hygiene.explain_reasons).to_string())/>
            <div class="losses-scroll" tabindex="0" role="region" aria-label=move || title.get()>
                <table role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t!(i18n, analytics.reason)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_uses)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_share)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_people)}</th>
                            <th role="columnheader" scope="col">{t!(i18n, hygiene.head_findings)}</th>
                            {may_change.then(|| view! { <th role="columnheader" scope="col"><span class="sr">{t!(i18n, hygiene.change)}</span></th> })}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Reason(shown: Shown, of: OfReason, may_change: bool) -> impl IntoView {
    let i18n = shown.i18n;
    let OfReason { setting, usage, of: whole, .. } = of.clone();
    let behind = Behind::Reason(usage.reason);
    let share = rate(usage.uses + usage.merged, whole);
    let few = (1..FEW).contains(&whole);
    let merged = (usage.merged > 0).then(|| {
        let text = move || t_string!(i18n, hygiene.and_merged, shown = shown.number(usage.merged)).to_string();
        view! { <small class="faint">{text}</small> }
    });
    let name = setting.name.clone();
    let marks = {
        let setting = setting.clone();
        move || {
            let into = setting.merged_into.map(|into| {
                let name = shown.report.with_value(|report| words::reason(i18n, report, into.into()));
                t_string!(i18n, hygiene.merged_into, name = name).to_string()
            });
            let retired = || setting.retired.then(|| t_string!(i18n, hygiene.retired).to_string());
            into.or_else(retired).map(|mark| view! { <small class="chart-mark">{mark}</small> })
        }
    };
    let (kind, is_retired) = (setting.outcome, setting.retired);
    let findings = move || {
        let texts = of.usage.findings.iter().map(|finding| words::finding(i18n, *finding, &of));
        texts.map(|text| view! { <span class="chart-mark hygiene-finding">{text}</span> }).collect_view()
    };
    view! {
        <tr role="row" class:faint=is_retired>
            <th role="rowheader" scope="row">
                {move || name.pick(language(i18n)).to_owned()} " " {marks}
                <small class="faint hygiene-outcome">{move || outcome(i18n, kind)}</small>
            </th>
            <td role="cell" class="num">
                <a data-noscroll="" href=shown.behind(behind) aria-current=shown.lists(behind).then_some("true")>
                    {move || shown.number(usage.uses)}
                </a>
                " " {merged}
            </td>
            <td role="cell" class="num">
                {move || share_text(i18n, share)}
                {few.then(|| view! { <small class="chart-mark">{t!(i18n, analytics.few)}</small> })}
            </td>
            <td role="cell" class="num">{move || shown.number(usage.people)}</td>
            <td role="cell">{findings}</td>
            {may_change.then(|| view! { <td role="cell"><Change shown setting/></td> })}
        </tr>
    }
}

/// What an admin may do with a reason, behind one press so that the table stays quiet.
#[component]
fn Change(shown: Shown, setting: ReasonSetting) -> impl IntoView {
    let i18n = shown.i18n;
    let is_busy = move || shown.act.is_busy.get().to_string();
    let label = {
        let name = setting.name.clone();
        move || t_string!(i18n, hygiene.change_of, name = name.pick(language(i18n)).to_owned()).to_string()
    };
    if setting.retired {
        let back = move |_| shown.act.bring_back(&setting);
        return view! {
            <button type="button" class="quiet" aria-disabled=is_busy on:click=back>{t!(i18n, hygiene.bring_back)}</button>
        }
        .into_any();
    }
    let targets: Vec<ReasonSetting> = shown.report.with_value(|report| {
        let settings = report.reasons.iter().map(|of| &of.setting);
        settings.filter(|target| may_stand_for(target, &setting)).cloned().collect()
    });
    let own = setting.id.unwrap_or_default();
    let chosen = move || shown.act.chosen.get().filter(|(reason, _)| *reason == own).map(|(_, into)| into);
    let options = targets
        .iter()
        .map(|target| {
            let (id, name) = (target.id.unwrap_or_default(), target.name.clone());
            let is_on = move || chosen() == Some(id);
            view! {
                <option value=id.to_string() selected=is_on prop:selected=is_on>
                    {move || name.pick(language(i18n)).to_owned()}
                </option>
            }
        })
        .collect_view();
    let choose = move |event| {
        let into = event_target_value(&event).parse::<i64>().ok();
        shown.act.chosen.set(into.map(|into| (own, into)));
    };
    let seen = setting.clone();
    let merge = move |_| {
        let into = untrack(chosen);
        if let Some(into) = targets.iter().find(|target| target.id.is_some() && target.id == into) {
            shown.act.merge(&seen, into);
        }
    };
    let retire = move |_| shown.act.retire(&setting);
    view! {
        <details class="hygiene-change">
            <summary aria-label=label>{t!(i18n, hygiene.change)}</summary>
            <div class="hygiene-choices">
                <select
                    aria-label=move || t_string!(i18n, hygiene.merge_into).to_string()
                    on:change=choose
                >
                    <option value="">{t!(i18n, hygiene.merge_into)}</option>
                    {options}
                </select>
                <button
                    type="button"
                    aria-disabled=move || (shown.act.is_busy.get() || chosen().is_none()).to_string()
                    on:click=merge
                >
                    {t!(i18n, hygiene.merge)}
                </button>
                <button type="button" class="quiet" aria-disabled=is_busy on:click=retire>{t!(i18n, hygiene.retire)}</button>
            </div>
        </details>
    }
    .into_any()
}

/// Comments that say nothing, by why.
#[component]
pub fn Comments(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, hygiene.comments).to_string());
    let bars = Memo::new(move |_| {
        let (hollow, whole) = shown.report.with_value(|report| (report.hollow.clone(), report.commented));
        let top = hollow.iter().map(|(_, losses)| *losses).max().unwrap_or(0);
        let bar = |(kind, losses): (Hollow, i64)| {
            let behind = Behind::Hollow(kind);
            Bar {
                key: kind.to_string(),
                name: words::hollow(i18n, kind),
                length: length(losses, top),
                figure: shown.number(losses),
                detail: share_text(i18n, rate(losses, whole)),
                href: shown.behind(behind),
                is_on: shown.lists(behind),
                ..Bar::default()
            }
        };
        hollow.into_iter().map(bar).collect::<Vec<_>>()
    });
    view! {
        <section class="panel hygiene-half">
            <Head shown title text=Signal::derive(move || t_string!(i18n, hygiene.explain_comments).to_string())/>
            <Bars label=title bars/>
        </section>
    }
}

/// Who did without the attempts that reasons ask for.
#[component]
pub fn Overrides(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, hygiene.overrides_by).to_string());
    let bars = Memo::new(move |_| {
        let (overrides, whole) = shown.report.with_value(|report| (report.overrides.clone(), report.attempts_asked));
        let top = overrides.first().map_or(0, |one| one.losses);
        let bar = |one: crate::hygiene::api::Override| {
            let behind = Behind::Override(Some(one.by));
            Bar {
                key: one.by.to_string(),
                name: one.name,
                length: length(one.losses, top),
                figure: shown.number(one.losses),
                detail: share_text(i18n, rate(one.losses, whole)),
                href: shown.behind(behind),
                is_on: shown.lists(behind),
                ..Bar::default()
            }
        };
        overrides.into_iter().map(bar).collect::<Vec<_>>()
    });
    view! {
        <section class="panel hygiene-half">
            <Head shown title text=Signal::derive(move || t_string!(i18n, hygiene.explain_overrides).to_string())/>
            <Bars label=title bars/>
            <p class="muted" hidden=move || bars.with(|bars| !bars.is_empty())>{t!(i18n, hygiene.no_overrides)}</p>
        </section>
    }
}
