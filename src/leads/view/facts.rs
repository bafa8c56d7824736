//! What is known about the lead.

use super::words::{Fact, next_step_text, spoken};
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string, use_i18n},
    leads::api::Lead,
    losses::view::words::language,
    pipeline::api::{Direction, Party, Temperature},
};
use leptos::prelude::*;

#[component]
pub(super) fn Facts(lead: Lead) -> impl IntoView {
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
