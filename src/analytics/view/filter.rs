//! What the figures are narrowed to; each choice goes to the address that shows it.

use super::{
    page::Shown,
    period::{Options, PeriodChoice, Select},
    query::{self, Look},
    words,
};
use crate::{
    analytics::{
        api::Choices,
        rules::{Figure, Measure, Part, Selection},
    },
    i18n::{t, t_string},
    ids::{QueueId, UserId},
    losses::{rules::Outcome, view::words::language, view::words::outcome},
    people::rules::Holder,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The head of the page, with its filters.
#[component]
pub fn FilterBar(shown: Shown, choices: Choices) -> impl IntoView {
    let i18n = shown.i18n;
    let navigate = use_navigate();
    let go = Callback::new(move |look: Look| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&query::address(&look), options);
    });
    let select = Callback::new(move |selection: Selection| go.run(shown.look.get_untracked().selecting(selection)));
    let is_wide_open = move || shown.look.get().selection == Selection::default();
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, analytics.title)}</h1>
            <div class="losses-filters" role="group" aria-label=move || t_string!(i18n, analytics.filters)>
                <PeriodChoice
                    period=Signal::derive(move || shown.look.get().selection.period)
                    span=Signal::derive(move || shown.report.with(|report| report.span))
                    on_choose=Callback::new(move |period| {
                        select.run(Selection { period, ..shown.look.get_untracked().selection });
                    })
                />
                <Narrowing shown choices select/>
                <a
                    class="button quiet"
                    data-noscroll=""
                    hidden=is_wide_open
                    href=move || query::address(&shown.look.get().selecting(Selection::default()))
                >
                    {t!(i18n, analytics.clear_all)}
                </a>
            </div>
        </header>
        <Notes shown/>
    }
}

fn holder_word(holder: Holder) -> String {
    match holder {
        Holder::Person(id) => format!("rep-{id}"),
        Holder::Queue(id) => format!("queue-{id}"),
    }
}

fn holder_of(word: &str) -> Option<Holder> {
    let (kind, id) = word.split_once('-')?;
    let id = id.parse().ok()?;
    Some(if kind == "queue" { Holder::Queue(QueueId(id)) } else { Holder::Person(UserId(id)) })
}

/// One list of choices beside the others: any, or one of those given.
#[component]
fn Narrow(
    label: Signal<String>,
    any: Signal<String>,
    #[prop(into)] value: Signal<Option<String>>,
    #[prop(into)] options: Signal<Options>,
    on_choose: Callback<Option<String>>,
) -> impl IntoView {
    let options = move || {
        let any = [(String::new(), any.get())];
        any.into_iter().chain(options.get()).collect::<Vec<_>>()
    };
    let choose = Callback::new(move |word: String| on_choose.run(Some(word).filter(|word| !word.is_empty())));
    view! {
        <Select label value=Signal::derive(move || value.get().unwrap_or_default()) options=Signal::derive(options) on_choose=choose/>
    }
}

#[component]
fn Narrowing(shown: Shown, choices: Choices, select: Callback<Selection>) -> impl IntoView {
    let i18n = shown.i18n;
    let selection = Memo::new(move |_| shown.look.get().selection);
    let set = move |change: &dyn Fn(&mut Selection)| {
        let mut changed = selection.get_untracked();
        change(&mut changed);
        select.run(changed);
    };
    let id = |word: Option<String>| word.and_then(|word| word.parse::<i64>().ok());
    let Choices { teams, holders, sources, reasons } = choices;
    let teams: Options = teams.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let holders: Options = holders.into_iter().map(|(holder, name)| (holder_word(holder), name)).collect();
    let sources: Options = sources.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let reasons = move || {
        let name = |names: &crate::ids::Names| names.pick(language(i18n)).to_owned();
        reasons.iter().map(|(id, names, _)| (id.to_string(), name(names))).collect::<Options>()
    };
    let outcomes = move || Outcome::ALL.iter().map(|one| (one.to_string(), outcome(i18n, *one))).collect::<Options>();
    view! {
        <Narrow
            label=Signal::derive(move || t_string!(i18n, analytics.team).to_string())
            any=Signal::derive(move || t_string!(i18n, analytics.any_team).to_string())
            value=Signal::derive(move || selection.get().team.map(|id| id.to_string()))
            options=Signal::stored(teams)
            on_choose=Callback::new(move |word| set(&|chosen| chosen.team = id(Option::clone(&word)).map(Into::into)))
        />
        <Narrow
            label=Signal::derive(move || t_string!(i18n, analytics.rep).to_string())
            any=Signal::derive(move || t_string!(i18n, analytics.any_rep).to_string())
            value=Signal::derive(move || selection.get().rep.map(holder_word))
            options=Signal::stored(holders)
            on_choose=Callback::new(move |word: Option<String>| {
                set(&|chosen| chosen.rep = word.as_deref().and_then(holder_of));
            })
        />
        <Narrow
            label=Signal::derive(move || t_string!(i18n, analytics.source).to_string())
            any=Signal::derive(move || t_string!(i18n, analytics.any_source).to_string())
            value=Signal::derive(move || selection.get().source.map(|id| id.to_string()))
            options=Signal::stored(sources)
            on_choose=Callback::new(move |word| set(&|chosen| chosen.source = id(Option::clone(&word)).map(Into::into)))
        />
        <Narrow
            label=Signal::derive(move || t_string!(i18n, analytics.reason).to_string())
            any=Signal::derive(move || t_string!(i18n, analytics.any_reason).to_string())
            value=Signal::derive(move || selection.get().reason.map(|id| id.to_string()))
            options=Signal::derive(reasons)
            on_choose=Callback::new(move |word| set(&|chosen| chosen.reason = id(Option::clone(&word)).map(Into::into)))
        />
        <Narrow
            label=Signal::derive(move || t_string!(i18n, analytics.outcome).to_string())
            any=Signal::derive(move || t_string!(i18n, analytics.any_outcome).to_string())
            value=Signal::derive(move || selection.get().outcome.map(|one| one.to_string()))
            options=Signal::derive(outcomes)
            on_choose=Callback::new(move |word: Option<String>| {
                set(&|chosen| chosen.outcome = word.as_deref().and_then(|word| word.parse().ok()));
            })
        />
    }
}

/// What the figures are of, what bars are long by, and what no period can hold.
#[component]
fn Notes(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let undated = move |losses: bool| {
        let (count, is_all) = shown
            .report
            .with(|report| (if losses { report.undated_losses } else { report.undated_wins }, report.span.is_all()));
        (count > 0).then(|| {
            let number = shown.number(count);
            let (text, figure) = if losses {
                (t_string!(i18n, analytics.undated_losses, count = count, shown = number).to_string(), Figure::UndatedLosses)
            } else {
                (t_string!(i18n, analytics.undated_wins, count = count, shown = number).to_string(), Figure::UndatedWins)
            };
            let note = match is_all {
                true => t_string!(i18n, analytics.undated_in_all).to_string(),
                false => t_string!(i18n, analytics.undated_in_none).to_string(),
            };
            view! { <span><a data-noscroll="" href=shown.behind(Part::whole(figure))>{text}</a>" "<span class="faint">{note}</span></span> }
        })
    };
    let is_narrowed = move || {
        let selection = shown.look.get().selection;
        selection.reason.is_some() || selection.outcome.is_some()
    };
    let measure = move |measure: Measure| {
        let text = move || match measure {
            Measure::Count => t_string!(i18n, analytics.measure_count).to_string(),
            Measure::Value => t_string!(i18n, analytics.measure_value).to_string(),
        };
        let is_on = move || shown.look.get().measure == measure;
        view! {
            <a
                class="chip"
                data-noscroll=""
                class:on=is_on
                aria-current=move || is_on().then_some("true")
                href=move || query::address(&Look { measure, ..shown.look.get() })
            >
                {text}
            </a>
        }
    };
    view! {
        <div class="losses-notes">
            <strong class="num">{move || words::span(i18n, shown.report.with(|report| report.span))}</strong>
            {move || undated(true)}
            {move || undated(false)}
            <span class="faint" hidden=move || !is_narrowed()>{t!(i18n, analytics.narrowed_note)}</span>
            <span class="losses-measure" role="group" aria-label=move || t_string!(i18n, analytics.measure)>
                {measure(Measure::Count)}
                {measure(Measure::Value)}
            </span>
        </div>
    }
}
