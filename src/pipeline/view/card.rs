//! A card: what a rep has to know at a glance, and the handle by which it is dragged.

use super::{
    board::Grip,
    carry::{Hands, card_name},
    column::Landing,
};
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string},
    ids::LeadId,
    pipeline::api::{Card, Channel, NextStep},
    risks::view::words::risk_mark,
    ui::icon::{Drawn, Icon},
};
use leptos::prelude::*;

/// One card of a column.
#[component]
pub fn CardItem(lead: LeadId, hands: Hands, grip: Grip, landing: Memo<Option<Landing>>, now: Moment) -> impl IntoView {
    let card = hands.board.card(lead)?;
    let is_lifted = move || hands.carried.with(|carried| carried.is_some_and(|carried| carried.lead == lead));
    let is_masked = {
        let card = card.clone();
        move || card.with(|card| card.details.is_none())
    };
    let face = move || card.with(|card| face(hands, card, now));
    Some(view! {
        <li
            class="card"
            class:lifted=is_lifted
            class:masked=is_masked
            class:lands-above=move || landing.get() == Some(Landing::Above(lead))
            tabindex="0"
            data-lead=lead.to_string()
            aria-describedby="board-help"
            on:pointerdown=move |event| grip.drag.press(&event, lead, grip.ends)
            on:keydown=move |event| grip.key(&event, lead, hands)
            on:dragstart=move |event| event.prevent_default()
        >
            {face}
        </li>
    })
}

fn face(hands: Hands, card: &Card, now: Moment) -> impl IntoView + use<> {
    let i18n = hands.i18n;
    let locale = i18n.get_locale();
    let name = card_name(i18n, card);
    let lead = card.id;
    let menu_label = t_string!(i18n, pipeline.menu_of, name = name.as_str());
    let details = card.details.as_ref();
    let value = details.and_then(|details| details.value.as_ref()).map(|value| format::money(locale, value));
    let what = details.map(|details| {
        [&details.product, &details.source].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ")
    });
    let temperature = details.and_then(|details| details.temperature).map(|temperature| {
        let word = match temperature {
            crate::pipeline::api::Temperature::Hot => t_string!(i18n, pipeline.hot),
            crate::pipeline::api::Temperature::Warm => t_string!(i18n, pipeline.warm),
            crate::pipeline::api::Temperature::Cold => t_string!(i18n, pipeline.cold),
        };
        view! { <span class=format!("temp {temperature}")>{word}</span> }
    });
    let days = card.in_stage_since.map(|since| format::days_between(since, now)).filter(|days| *days > 0);
    let age = days.map(|days| {
        view! { <span class="faint small">{t!(i18n, pipeline.days_in_stage, count = move || days)}</span> }
    });
    let holder = card.holder_name.clone();
    let risk = details.and_then(|details| risk_mark(i18n, &details.risks, now.utc));
    let attempts = details.map(|details| details.attempts).filter(|attempts| *attempts > 0).map(|attempts| {
        view! { <span class="faint small">{t!(i18n, risks.attempts, count = move || attempts)}</span> }
    });
    let lacks_step = card.next_step.is_none() && hands.board.asks_for_step(card.stage);
    view! {
        <div class="top">
            <a class="name" href=format!("/leads/{lead}") draggable="false"><bdi>{name}</bdi></a>
            {value.map(|value| view! { <span class="num">{value}</span> })}
            {card.may_write.then(|| view! {
                <button
                    class="quiet icon-button"
                    type="button"
                    aria-label=menu_label
                    aria-haspopup="dialog"
                    on:click=move |_| hands.menu.set(Some(lead))
                >
                    <Drawn icon=Icon::More/>
                </button>
            })}
        </div>
        {what.filter(|what| !what.is_empty()).map(|what| view! { <div class="small muted"><bdi>{what}</bdi></div> })}
        {card.next_step.as_ref().map(|step| next_step(hands, step, now))}
        {risk}
        <div class="foot">
            {lacks_step.then(|| view! { <span class="flag small">{t!(i18n, pipeline.no_next_step)}</span> })}
            {temperature}
            {age}
            {attempts}
            <span class="who" title=holder.clone() role="img" aria-label=holder.clone()>{initials(&holder)}</span>
        </div>
    }
}

fn next_step(hands: Hands, step: &NextStep, now: Moment) -> impl IntoView + use<> {
    let i18n = hands.i18n;
    let locale = i18n.get_locale();
    let is_late = step.due.utc < now.utc;
    let due = match format::days_between(now, step.due) {
        0 => format::time(step.due),
        _ => format::date(locale, step.due.local().date()),
    };
    view! {
        <div class="next">
            <Drawn icon=channel_icon(step.channel)/>
            <bdi>{step.what.clone()}</bdi>
            <span class:late=is_late>{due}</span>
        </div>
    }
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
