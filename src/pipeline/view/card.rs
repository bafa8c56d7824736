//! A card: what a rep has to know at a glance, and the handle by which it is dragged. Every card is equally high, whatever
//! is known of its lead.

use super::{
    board::Grip,
    carry::{Hands, card_name},
    state::ColumnState,
};
use crate::{
    format,
    i18n::t_string,
    ids::LeadId,
    live::presence::PresentAt,
    pipeline::api::{Card, Channel, NextStep, Temperature},
    risks::view::words::risk_mark,
    ui::icon::{Drawn, Icon},
};
use leptos::prelude::*;
use web_sys::MouseEvent;

/// One card of a column.
#[component]
pub fn CardItem(lead: LeadId, hands: Hands, grip: Grip, column: ColumnState) -> impl IntoView {
    let card = hands.board.card(lead)?;
    let is_lifted = Memo::new(move |_| {
        let carried = hands.carried.with(|carried| carried.map(|carried| carried.lead));
        let goes_with = |carried| hands.chosen.with(|chosen| chosen.contains(&carried) && chosen.contains(&lead));
        carried.is_some_and(|carried| carried == lead || goes_with(carried))
    });
    let is_chosen = Memo::new(move |_| hands.chosen.with(|chosen| chosen.contains(&lead)));
    let is_masked = {
        let card = card.clone();
        move || card.with(|card| card.details.is_none())
    };
    // A card on its way out stays where it was.
    let place = Memo::new(move |before: Option<&usize>| {
        let here = column.order.try_with(|order| order.iter().position(|other| *other == lead)).flatten();
        here.or(before.copied()).unwrap_or_default()
    });
    let face = move || card.with(|card| face(hands, card, is_chosen));
    Some(view! {
        <li
            class="card"
            class:lifted=move || is_lifted.get()
            class:chosen=move || is_chosen.get()
            class:masked=is_masked
            style:translate=move || format!("0 calc(var(--row) * {})", place.get())
            tabindex="0"
            data-lead=lead.to_string()
            aria-describedby="board-help"
            aria-posinset=move || (place.get() + 1).to_string()
            aria-setsize=move || column.leads.get().to_string()
            on:pointerdown=move |event| grip.drag.press(&event, lead, grip.ends)
            on:click=move |event| press_with_key(&event, hands, lead)
            on:keydown=move |event| grip.key(&event, lead, hands)
            on:focusin=move |_| hands.focused.set(Some(lead))
            on:dragstart=move |event| event.prevent_default()
        >
            {face}
        </li>
    })
}

/// With Ctrl or ⌘ a press chooses the card, with Shift all cards up to it.
fn press_with_key(event: &MouseEvent, hands: Hands, lead: LeadId) {
    if event.shift_key() {
        hands.choose_through(lead);
    } else if event.ctrl_key() || event.meta_key() {
        hands.choose(lead);
    } else {
        return;
    }
    event.prevent_default();
}

fn face(hands: Hands, card: &Card, is_chosen: Memo<bool>) -> impl IntoView + use<> {
    let i18n = hands.i18n;
    let locale = i18n.get_locale();
    let name = card_name(i18n, card);
    let lead = card.id;
    let menu_label = t_string!(i18n, pipeline.menu_of, name = name.as_str());
    let choose_label = t_string!(i18n, pipeline.choose, name = name.as_str());
    let details = card.details.as_ref();
    let value = details.and_then(|details| details.value.as_ref()).map(|value| format::money(locale, value));
    let what = details.map(|details| {
        [&details.product, &details.source].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ")
    });
    let temperature = details.and_then(|details| details.temperature).map(|temperature| {
        let word = match temperature {
            Temperature::Hot => t_string!(i18n, pipeline.hot),
            Temperature::Warm => t_string!(i18n, pipeline.warm),
            Temperature::Cold => t_string!(i18n, pipeline.cold),
        };
        view! { <span class=format!("temp {temperature}")>{word}</span> }
    });
    let holder = card.holder_name.clone();
    let risk = {
        let risks = details.map(|details| details.risks.clone());
        move || risks.as_ref().and_then(|risks| risk_mark(i18n, risks, hands.now.get().utc))
    };
    let attempts = details.map(|details| details.attempts).filter(|attempts| *attempts > 0).map(|attempts| {
        let said = t_string!(i18n, risks.attempts, count = attempts).to_string();
        let title = said.clone();
        view! {
            <span class="faint small num" title=title>
                <span aria-hidden="true">"×"{attempts}</span>
                <span class="sr">{said}</span>
            </span>
        }
    });
    view! {
        <div class="top">
            {card.may_write.then(|| view! {
                <input
                    type="checkbox"
                    class="choose"
                    aria-label=choose_label
                    prop:checked=is_chosen
                    on:change=move |event| {
                        hands.choose(lead);
                        // A choice that was refused must not look made.
                        event_target::<web_sys::HtmlInputElement>(&event).set_checked(is_chosen.get_untracked());
                    }
                />
            })}
            <a class="name" href=format!("/leads/{lead}") draggable="false"><bdi>{name}</bdi></a>
            {card.may_write.then(|| view! {
                <button
                    class="quiet icon-button"
                    type="button"
                    aria-label=menu_label
                    aria-haspopup="dialog"
                    on:click=move |_| hands.menu.set(Some(vec![lead]))
                >
                    <Drawn icon=Icon::More/>
                </button>
            })}
        </div>
        <div class="what small muted">
            <PresentAt lead/>
            {risk}
            <bdi>{what}</bdi>
            {value.map(|value| view! { <span class="num worth">{value}</span> })}
        </div>
        {next_step(hands, card)}
        <div class="foot">
            {temperature}
            {days_in_stage(hands, card)}
            {attempts}
            <span class="who" title=holder.clone() role="img" aria-label=holder.clone()>{initials(&holder)}</span>
        </div>
    }
}

/// What comes next and when, or that nobody has said so.
fn next_step(hands: Hands, card: &Card) -> impl IntoView + use<> {
    let i18n = hands.i18n;
    let locale = i18n.get_locale();
    let planned = card.next_step.clone().map(|NextStep { channel, due, what }| {
        let is_late = move || due.utc < hands.now.get().utc;
        let said = move || match format::days_between(hands.now.get(), due) {
            0 => format::time(due),
            _ => format::near_date(locale, due.local().date(), hands.now.get().local().date()),
        };
        view! {
            <Drawn icon=channel_icon(channel)/>
            <bdi>{what}</bdi>
            <span class="due" class:late=is_late>
                {said}
                {move || is_late().then(|| view! { <span class="sr">{t_string!(i18n, pipeline.overdue)}</span> })}
            </span>
        }
    });
    let lacks_one = planned.is_none() && hands.board.asks_for_step(card.stage);
    let flag = lacks_one.then(|| view! { <span class="flag small">{t_string!(i18n, pipeline.no_next_step)}</span> });
    view! { <div class="next">{planned}{flag}</div> }
}

/// How long the card has been in its stage. Beyond the stage's limit it is stale, unless something is planned.
fn days_in_stage(hands: Hands, card: &Card) -> impl IntoView + use<> {
    let i18n = hands.i18n;
    let since = card.in_stage_since?;
    let limit = hands.board.stage(card.stage).and_then(|stage| stage.stale_days);
    let planned = card.next_step.as_ref().map(|step| step.due);
    let days = Memo::new(move |_| format::days_between(since, hands.now.get()));
    let is_stale = move || {
        let is_planned = planned.is_some_and(|due| due.utc >= hands.now.get().utc);
        !is_planned && limit.is_some_and(|limit| days.get() > i64::from(limit))
    };
    let said = move || {
        let text = t_string!(i18n, pipeline.days_in_stage, count = days.get()).to_string();
        match limit {
            Some(limit) if is_stale() => t_string!(i18n, pipeline.stale, days = text, limit = limit.to_string()),
            _ => text,
        }
    };
    // The first day says nothing.
    Some(view! {
        <span class="faint small age" class:late=is_stale>{move || (days.get() > 0).then(said)}</span>
    })
}

fn channel_icon(channel: Channel) -> Icon {
    match channel {
        Channel::Call => Icon::Phone,
        Channel::Email => Icon::Mail,
        Channel::Whatsapp | Channel::Sms => Icon::Message,
        Channel::Meeting => Icon::Calendar,
        Channel::Task => Icon::Task,
    }
}

/// The first letters of the first and the last word of a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_keep_their_letters() {
        assert_eq!(initials("Şule Nur Demir"), "ŞD");
        assert_eq!(initials("İrem"), "İ");
        assert_eq!(initials(""), "");
    }
}
