//! The lead's page: what is known, every loss, and everything that ever happened.

use super::api::{ActivityKind, Entry, Lead, LeadInSight, MaskedLead, read_lead};
use crate::{
    app::trouble::Trouble,
    clock::Moment,
    error::AppError,
    format,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, LossId, Names},
    live::{browser::follow, wire::Message},
    losses::{
        api::Episode,
        view::{
            AttemptDialog, LossDialog, ReopenDialog,
            words::{self, I18n, language},
        },
    },
    pipeline::{
        api::{Channel, Direction, NextStep, Party, Temperature},
        rules::StageKind,
    },
    ui::wait::when_free,
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn LeadPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<LeadId>().ok())));
    let lead = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => read_lead(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let reload = Callback::new(move |()| lead.refetch());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match lead.await {
                    Ok(LeadInSight::Full(lead)) => view! { <LeadView lead=*lead reload/> }.into_any(),
                    Ok(LeadInSight::Masked(lead)) => view! { <MaskedView lead/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// What everybody may know: who to ask.
#[component]
fn MaskedView(lead: MaskedLead) -> impl IntoView {
    let i18n = use_i18n();
    let MaskedLead { holder, stage, next_step } = lead;
    view! {
        <Title text=move || t_string!(i18n, leads.masked_title).to_string()/>
        <header class="bar"><h1>{t!(i18n, leads.masked_title)}</h1></header>
        <div class="lead-page">
            <section class="panel">
                <p class="muted">{t!(i18n, leads.masked_advice)}</p>
                <dl class="facts">
                    <Fact label=Signal::derive(move || t_string!(i18n, leads.holder).to_string()) value=Some(holder)/>
                    <dt>{t!(i18n, leads.stage)}</dt>
                    <dd>{move || stage_name(i18n, stage.as_ref())}</dd>
                    <dt>{t!(i18n, leads.next_step)}</dt>
                    <dd>{move || next_step_text(i18n, next_step.as_ref())}</dd>
                </dl>
            </section>
        </div>
    }
}

fn stage_name(i18n: I18n, stage: Option<&Names>) -> String {
    match stage {
        Some(stage) => stage.pick(language(i18n)).to_owned(),
        None => t_string!(i18n, shell.unknown).to_string(),
    }
}

fn channel_name(i18n: I18n, channel: Channel) -> String {
    match channel {
        Channel::Call => t_string!(i18n, losses.channel_call).to_string(),
        Channel::Email => t_string!(i18n, losses.channel_email).to_string(),
        Channel::Whatsapp => t_string!(i18n, losses.channel_whatsapp).to_string(),
        Channel::Sms => t_string!(i18n, losses.channel_sms).to_string(),
        Channel::Meeting => t_string!(i18n, losses.channel_meeting).to_string(),
        Channel::Task => t_string!(i18n, leads.channel_task).to_string(),
    }
}

fn next_step_text(i18n: I18n, step: Option<&NextStep>) -> String {
    match step {
        None => t_string!(i18n, leads.no_next_step).to_string(),
        Some(step) => {
            let due = format::date_time(i18n.get_locale(), step.due);
            let due = t_string!(i18n, leads.due, time = due).to_string();
            let parts = [Some(channel_name(i18n, step.channel)), step.what.clone(), Some(due)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    }
}

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
enum Open {
    Losing,
    Logging,
    Reopening(LossId, Option<Names>),
}

#[component]
fn LeadView(lead: Lead, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let id = lead.id;
    let open = RwSignal::new(None::<Open>);
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || reload.run(()));
    follow(lead.seen, move |message| {
        let concerns = match &message {
            Message::Changes { changes, .. } => changes.iter().any(|change| change.lead == id),
            Message::Reset => true,
            Message::SignedOut => false,
        };
        if concerns {
            reload.run(());
        }
    });
    let title = {
        let (name, number) =
            (lead.name.clone().or(lead.company.clone()), lead.external.clone().map(|(_, number)| number));
        Signal::derive(move || words::lead_name(i18n, name.as_deref(), number.as_deref(), id))
    };
    let do_not = lead.do_not;
    let dialog = move || {
        let done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        let name = title.get_untracked();
        open.get().map(|open| match open {
            Open::Losing => {
                let on_done = Callback::new(move |lost: Option<_>| done.run(lost.is_some()));
                view! { <LossDialog lead=id on_done/> }.into_any()
            }
            Open::Logging => view! { <AttemptDialog lead=id name do_not on_done=done/> }.into_any(),
            Open::Reopening(loss, stage_left) => view! { <ReopenDialog loss name stage_left on_done=done/> }.into_any(),
        })
    };
    view! {
        <Title text=title/>
        <Head lead=lead.clone() title open/>
        <div class="lead-page">
            <div class="lead-main">
                <Losses episodes=lead.episodes.clone()/>
                <History entries=lead.history.clone() episodes=lead.episodes.clone()/>
            </div>
            <Facts lead/>
        </div>
        {dialog}
    }
}

/// The lead's name, where it stands, and what can be done with it.
#[component]
fn Head(lead: Lead, title: Signal<String>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = use_i18n();
    let standing = lead.standing_loss().cloned();
    let may_lose =
        lead.place.as_ref().is_some_and(|place| !matches!(place.kind, StageKind::Customer | StageKind::Inactive));
    let is_lost = standing.is_some();
    let place = lead.place.clone();
    let badge = match standing.clone() {
        Some(loss) => Either::Left(view! { <span class="badge lost">{move || lost_text(i18n, &loss)}</span> }),
        None => Either::Right(view! {
            <span class="badge">{move || stage_name(i18n, place.as_ref().map(|place| &place.name))}</span>
        }),
    };
    let main_action = match standing {
        Some(loss) => {
            let reopening = Open::Reopening(loss.id, loss.stage.map(|(_, name)| name));
            view! {
                <button class="primary" on:click=move |_| open.set(Some(reopening.clone()))>{t!(i18n, leads.bring_back)}</button>
            }
            .into_any()
        }
        None if may_lose => {
            view! { <button on:click=move |_| open.set(Some(Open::Losing))>{t!(i18n, leads.lose)}</button> }.into_any()
        }
        None => ().into_any(),
    };
    let actions = lead.may_write.then(|| {
        view! {
            <button on:click=move |_| open.set(Some(Open::Logging))>{t!(i18n, leads.log_attempt)}</button>
            {main_action}
        }
    });
    let way_back = match is_lost {
        true => Either::Left(view! { <a class="button quiet" href="/lost">{t!(i18n, leads.to_the_pool)}</a> }),
        false => Either::Right(view! { <a class="button quiet" href="/board">{t!(i18n, leads.to_the_board)}</a> }),
    };
    view! {
        <header class="bar lead-head">
            <h1>{title}</h1>
            {badge}
            <DoNots lead/>
            <div class="lead-actions">{way_back}{actions}</div>
        </header>
    }
}

#[component]
fn DoNots(lead: Lead) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        {lead.do_not.call.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_call)}</span> })}
        {lead.do_not.email.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_email)}</span> })}
    }
}

/// Lost on 2 Mar 2026; or that the date is not known.
fn lost_text(i18n: I18n, loss: &Episode) -> String {
    let outcome = words::outcome(i18n, loss.outcome);
    match loss.at {
        Some(at) => {
            let date = format::date(i18n.get_locale(), at.local().date());
            t_string!(i18n, leads.lost_on, outcome = outcome, date = date).to_string()
        }
        None => t_string!(i18n, leads.lost_unknown, outcome = outcome).to_string(),
    }
}

/// One fact with its label; nothing where it is not known.
#[component]
fn Fact(#[prop(into)] label: Signal<String>, value: Option<String>) -> impl IntoView {
    value.map(|value| {
        view! {
            <dt>{move || label.get()}</dt>
            <dd dir="auto">{value}</dd>
        }
    })
}

/// A label and a text that follow the language; nothing where the text is not known.
fn spoken(label: impl Fn() -> String + Send + 'static, text: Option<impl Fn() -> String + Send + 'static>) -> AnyView {
    text.map(|text| {
        view! {
            <dt>{label}</dt>
            <dd dir="auto">{text}</dd>
        }
    })
    .into_any()
}

#[component]
fn Facts(lead: Lead) -> impl IntoView {
    let i18n = use_i18n();
    let date = move |moment: Moment| move || format::date(i18n.get_locale(), moment.local().date());
    let place = lead.place.clone().map(|place| {
        move || {
            let name = place.name.pick(language(i18n)).to_owned();
            match place.since {
                Some(since) => {
                    let since = format::date(i18n.get_locale(), since.local().date());
                    format!("{name} {}", t_string!(i18n, leads.stage_since, date = since))
                }
                None => name,
            }
        }
    });
    let next_step = lead.next_step.clone();
    let next_step = lead.standing_loss().is_none().then_some(move || next_step_text(i18n, next_step.as_ref()));
    let value = lead.value.clone().map(|value| move || format::money(i18n.get_locale(), &value));
    let business_line = lead.business_line.clone().map(|name| move || name.pick(language(i18n)).to_owned());
    let direction = lead.direction;
    let direction = move || match direction {
        Direction::Inbound => t_string!(i18n, leads.direction_inbound).to_string(),
        Direction::Outbound => t_string!(i18n, leads.direction_outbound).to_string(),
    };
    let party = lead.party;
    let party = move || match party {
        Party::Person => t_string!(i18n, leads.party_person).to_string(),
        Party::Company => t_string!(i18n, leads.party_company).to_string(),
    };
    let temperature = lead.temperature.map(|temperature| {
        move || match temperature {
            Temperature::Hot => t_string!(i18n, leads.temperature_hot).to_string(),
            Temperature::Warm => t_string!(i18n, leads.temperature_warm).to_string(),
            Temperature::Cold => t_string!(i18n, leads.temperature_cold).to_string(),
        }
    });
    let external = lead.external.clone().map(|(system, number)| {
        let label = move || t_string!(i18n, leads.external, system = system.clone()).to_string();
        spoken(label, Some(move || number.clone()))
    });
    let custom = lead
        .custom
        .into_iter()
        .map(|(field, value)| view! { <dt dir="auto">{field}</dt><dd dir="auto">{value}</dd> })
        .collect::<Vec<_>>();
    view! {
        <aside class="panel">
            <h2>{t!(i18n, leads.details)}</h2>
            <dl class="facts">
                <Fact label=Signal::derive(move || t_string!(i18n, leads.holder).to_string()) value=Some(lead.holder)/>
                {spoken(move || t_string!(i18n, leads.stage).to_string(), place)}
                {spoken(move || t_string!(i18n, leads.next_step).to_string(), next_step)}
                {spoken(move || t_string!(i18n, leads.value).to_string(), value)}
                {spoken(move || t_string!(i18n, leads.temperature).to_string(), temperature)}
                <Fact label=Signal::derive(move || t_string!(i18n, leads.name).to_string()) value=lead.name/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.company).to_string()) value=lead.company/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.email).to_string()) value=lead.email/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.phone).to_string()) value=lead.phone/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.city).to_string()) value=lead.city/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.country).to_string()) value=lead.country/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.request).to_string()) value=lead.request/>
                {spoken(move || t_string!(i18n, leads.direction).to_string(), Some(direction))}
                {spoken(move || t_string!(i18n, leads.party).to_string(), Some(party))}
                {spoken(move || t_string!(i18n, leads.business_line).to_string(), business_line)}
                <Fact label=Signal::derive(move || t_string!(i18n, leads.source).to_string()) value=lead.source/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.product).to_string()) value=lead.product/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.segment).to_string()) value=lead.segment/>
                <Fact label=Signal::derive(move || t_string!(i18n, leads.campaign).to_string()) value=lead.campaign/>
                {external}
                {spoken(move || t_string!(i18n, leads.arose).to_string(), lead.arose_at.map(date))}
                {spoken(move || t_string!(i18n, leads.recorded).to_string(), Some(date(lead.recorded_at)))}
            </dl>
            {(!custom.is_empty()).then(|| view! {
                <h2>{t!(i18n, leads.custom)}</h2>
                <dl class="facts">{custom}</dl>
            })}
        </aside>
    }
}

#[component]
fn Losses(episodes: Vec<Episode>) -> impl IntoView {
    let i18n = use_i18n();
    let body = match episodes.is_empty() {
        true => Either::Left(view! { <p class="muted">{t!(i18n, leads.no_losses)}</p> }),
        false => Either::Right(episodes.into_iter().map(|episode| view! { <EpisodeView episode/> }).collect_view()),
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, leads.losses)}</h2>
            {body}
        </section>
    }
}

/// A logged attempt in a line: call, better offer, no answer.
fn attempt_text(i18n: I18n, attempt: &crate::losses::rules::Attempt) -> String {
    let parts = [
        words::channel(i18n, attempt.channel),
        words::approach(i18n, attempt.approach),
        words::result(i18n, attempt.result),
    ];
    parts.join(" · ")
}

#[component]
fn EpisodeView(episode: Episode) -> impl IntoView {
    let i18n = use_i18n();
    let heading = {
        let episode = episode.clone();
        move || format!("{} · {}", episode.reason.pick(language(i18n)), lost_text(i18n, &episode))
    };
    let Episode { by, rep, stage, note, customer_words, retry_potential, attempt, exception, .. } = episode;
    let is_imported = exception == Some(crate::losses::rules::AttemptException::Imported);
    let words_text = move || customer_words.clone().unwrap_or_else(|| t_string!(i18n, leads.said_nothing).to_string());
    let last_attempt = move || match (&attempt, exception) {
        (Some(attempt), _) => {
            format!("{} · {}", attempt_text(i18n, attempt), format::date_time(i18n.get_locale(), attempt.at))
        }
        (None, Some(exception)) => words::exception(i18n, exception),
        (None, None) => t_string!(i18n, shell.unknown).to_string(),
    };
    let evidence = episode
        .evidence
        .into_iter()
        .map(|(label, value)| spoken(move || label.pick(language(i18n)).to_owned(), Some(move || value.clone())))
        .collect_view();
    let overridden = episode.overridden.map(|(who, why)| {
        move || t_string!(i18n, leads.overridden_by, who = who.clone(), why = why.clone()).to_string()
    });
    let is_standing = episode.closed.is_none();
    let closed = episode.closed.map(|closed| {
        let text = move || {
            let closure = words::closure(i18n, closed.closure);
            let date = format::date_time(i18n.get_locale(), closed.at);
            let head = t_string!(i18n, leads.closed_on, closure = closure, date = date).to_string();
            let by = closed.by.clone().map(|who| t_string!(i18n, leads.by, who = who).to_string());
            let cause = closed.cause.map(|cause| words::cause(i18n, cause));
            [Some(head), by, cause, closed.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        };
        view! { <p class="episode-end">{text}</p> }
    });
    let stage_text = move || stage_name(i18n, stage.as_ref().map(|(_, name)| name));
    let retry = retry_potential.map(|retry| move || words::retry(i18n, retry));
    let same_again = episode.same_again_because.map(|why| move || why.clone());
    let recontact = episode.recontact_on.map(|on| move || format::date(i18n.get_locale(), on));
    view! {
        <article class="episode" class:standing=is_standing>
            <h3>{heading}</h3>
            <dl class="facts">
                {spoken(move || t_string!(i18n, leads.observations).to_string(), Some(move || note.clone()))}
                {spoken(move || t_string!(i18n, leads.they_said).to_string(), (!is_imported).then_some(words_text))}
                {spoken(move || t_string!(i18n, leads.last_attempt).to_string(), Some(last_attempt))}
                {spoken(move || t_string!(i18n, leads.same_again).to_string(), same_again)}
                {evidence}
                {spoken(move || t_string!(i18n, leads.overridden).to_string(), overridden)}
                {spoken(move || t_string!(i18n, leads.retry).to_string(), retry)}
                {spoken(move || t_string!(i18n, leads.recontact).to_string(), recontact)}
                {spoken(move || t_string!(i18n, leads.lost_at_stage).to_string(), Some(stage_text))}
                {spoken(move || t_string!(i18n, leads.counts_for).to_string(), Some(move || rep.clone()))}
                {spoken(move || t_string!(i18n, leads.lost_by).to_string(), by.map(|by| move || by.clone()))}
            </dl>
            {closed}
        </article>
    }
}

#[component]
fn History(entries: Vec<Entry>, episodes: Vec<Episode>) -> impl IntoView {
    let i18n = use_i18n();
    let lines = entries
        .into_iter()
        .map(|entry| {
            let reason =
                episodes.iter().find(|episode| Some(episode.id) == entry.loss).map(|episode| episode.reason.clone());
            view! { <EntryLine entry reason/> }
        })
        .collect_view();
    view! {
        <section class="panel">
            <h2>{t!(i18n, leads.history)}</h2>
            <ol class="history">{lines}</ol>
        </section>
    }
}

/// What happened, in the reader's language.
fn entry_text(i18n: I18n, entry: &Entry, reason: Option<&Names>) -> String {
    let name = |stage: &Option<Names>| stage.as_ref().map(|stage| stage.pick(language(i18n)).to_owned());
    let (from, to) = (name(&entry.from), name(&entry.to));
    let what = match (entry.kind, &entry.attempt) {
        (_, Some(attempt)) => attempt_text(i18n, attempt),
        (ActivityKind::Created, _) => t_string!(i18n, leads.kind_created).to_string(),
        (ActivityKind::Imported, _) => t_string!(i18n, leads.kind_imported).to_string(),
        (ActivityKind::Move, _) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            t_string!(i18n, leads.kind_move, from = from, to = to).to_string()
        }
        (ActivityKind::Loss, _) => match from {
            Some(stage) => t_string!(i18n, leads.kind_loss_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_loss).to_string(),
        },
        (ActivityKind::Reopened, _) => match to {
            Some(stage) => t_string!(i18n, leads.kind_reopened_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_reopened).to_string(),
        },
        (ActivityKind::Note, _) => t_string!(i18n, leads.kind_note).to_string(),
        (ActivityKind::Call, _) => t_string!(i18n, losses.channel_call).to_string(),
        (ActivityKind::Email, _) => t_string!(i18n, losses.channel_email).to_string(),
        (ActivityKind::Whatsapp, _) => t_string!(i18n, losses.channel_whatsapp).to_string(),
        (ActivityKind::Sms, _) => t_string!(i18n, losses.channel_sms).to_string(),
        (ActivityKind::Meeting, _) => t_string!(i18n, losses.channel_meeting).to_string(),
        (ActivityKind::Edit, _) => t_string!(i18n, leads.kind_edit).to_string(),
        (ActivityKind::NextStep, _) => t_string!(i18n, leads.kind_next_step).to_string(),
        (ActivityKind::Assignment, _) => t_string!(i18n, leads.kind_assignment).to_string(),
    };
    let reason =
        reason.filter(|_| entry.kind == ActivityKind::Loss).map(|reason| reason.pick(language(i18n)).to_owned());
    let closure = entry.closure.map(|closure| words::closure(i18n, closure));
    let cause = entry.cause.map(|cause| words::cause(i18n, cause));
    [Some(what), reason, closure, cause].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[component]
fn EntryLine(entry: Entry, reason: Option<Names>) -> impl IntoView {
    let i18n = use_i18n();
    let (at, by, body) = (entry.at, entry.by.clone(), entry.body.clone());
    view! {
        <li>
            <time class="num small faint" datetime=at.utc.to_rfc3339()>{move || format::date_time(i18n.get_locale(), at)}</time>
            <div>
                <strong>{move || entry_text(i18n, &entry, reason.as_ref())}</strong>
                <span class="small muted">
                    " "
                    {move || by.clone().unwrap_or_else(|| t_string!(i18n, leads.winback).to_string())}
                </span>
                {body.map(|body| view! { <p dir="auto">{body}</p> })}
            </div>
        </li>
    }
}
