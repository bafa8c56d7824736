//! What is known about the lead, in three groups. Fields without a value wait at a group's foot to be asked for.

use super::{
    field::{FieldRow, Ground},
    tags::Tags,
    words::{Fact, field_name, spoken},
};
use crate::{
    format,
    i18n::{t, t_string},
    leads::rules::fields::{Field, LeadField, NETWORKS},
    losses::view::words::language,
};
use leptos::prelude::*;

const BASIC: [LeadField; 12] = [
    LeadField::Name,
    LeadField::Company,
    LeadField::Phone,
    LeadField::Email,
    LeadField::City,
    LeadField::Country,
    LeadField::Address,
    LeadField::Language,
    LeadField::Source,
    LeadField::Campaign,
    LeadField::DoNotCall,
    LeadField::DoNotEmail,
];

const QUALIFIERS: [LeadField; 10] = [
    LeadField::Value,
    LeadField::Product,
    LeadField::BusinessLine,
    LeadField::Segment,
    LeadField::Temperature,
    LeadField::Direction,
    LeadField::Party,
    LeadField::Industry,
    LeadField::Employees,
    LeadField::Occupation,
];

const ADDITIONAL: [LeadField; 3] = [LeadField::Website, LeadField::BirthDate, LeadField::ExternalNumber];

fn own(fields: &[LeadField]) -> Vec<Field> {
    fields.iter().map(|field| Field::Lead(*field)).collect()
}

/// What they asked for, in their own words.
#[component]
pub(super) fn Request(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let field = Field::Lead(LeadField::Request);
    let value = ground.value(field.clone());
    let asked = RwSignal::new(None::<Field>);
    let add = move || {
        (ground.may_write.get() && value.with(String::is_empty)).then(|| {
            let field = Field::Lead(LeadField::Request);
            view! {
                <button type="button" class="chip" on:click=move |_| asked.set(Some(field.clone()))>
                    {t!(i18n, leads.add_request)}
                </button>
            }
        })
    };
    view! {
        <section class="panel request" aria-label=move || t_string!(i18n, leads.request)>
            <h2>{t!(i18n, leads.request_heading)}</h2>
            <dl><FieldRow ground field asked/></dl>
            {add}
        </section>
    }
}

/// The three groups.
#[component]
pub(super) fn Facts(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let additional = Memo::new(move |_| {
        let mut fields = own(&ADDITIONAL);
        let offered = NETWORKS.iter().map(|network| Field::Social((*network).to_owned()));
        fields.extend(offered);
        let others = ground.lead.with(|lead| {
            let known = lead.record.0.keys();
            known
                .filter(|field| matches!(field, Field::Social(n) if !NETWORKS.contains(&n.as_str())))
                .cloned()
                .collect::<Vec<_>>()
        });
        fields.extend(others);
        fields
    });
    let basic = StoredValue::new(own(&BASIC));
    let qualifiers = StoredValue::new(own(&QUALIFIERS));
    view! {
        <section class="panel" aria-labelledby="facts-basic">
            <h2 id="facts-basic">{t!(i18n, leads.group_basic)}</h2>
            <Group ground fields=Signal::derive(move || basic.get_value())/>
            <Standing ground/>
        </section>
        <section class="panel" aria-labelledby="facts-qualifiers">
            <h2 id="facts-qualifiers">{t!(i18n, leads.group_qualifiers)}</h2>
            <Tags ground/>
            <Group ground fields=Signal::derive(move || qualifiers.get_value())/>
            <OwnFields ground/>
        </section>
        <section class="panel" aria-labelledby="facts-additional">
            <h2 id="facts-additional">{t!(i18n, leads.group_additional)}</h2>
            <Group ground fields=Signal::from(additional)/>
        </section>
    }
}

/// So many own fields stand open; more of them, as imports bring along, are folded away.
const MOST_OPEN: usize = 8;

/// The team's own fields, and what an import brought along.
#[component]
fn OwnFields(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let fields = Memo::new(move |_| custom_fields(ground));
    let known = Memo::new(move |_| {
        ground.lead.with(|lead| fields.get().iter().filter(|field| !lead.record.get(field).is_empty()).count())
    });
    // Once and for all while the page is open: a field that is being typed into must not be taken away.
    match known.get_untracked() > MOST_OPEN {
        false => view! { <Group ground fields=Signal::from(fields)/> }.into_any(),
        true => view! {
            <details class="own-fields">
                <summary>{move || t_string!(i18n, leads.more_from_source, count = known.get()).to_string()}</summary>
                <Group ground fields=Signal::from(fields)/>
            </details>
        }
        .into_any(),
    }
}

/// The team's own fields in their order, then what an import brought along.
fn custom_fields(ground: Ground) -> Vec<Field> {
    let known = ground.lead.with(|lead| {
        let keys = lead.record.0.keys().filter_map(|field| match field {
            Field::Custom(key) => Some(key.clone()),
            _ => None,
        });
        keys.collect::<Vec<_>>()
    });
    ground.lists.with(|lists| {
        let offered = lists.custom.iter().filter(|field| !field.retired || known.contains(&field.key));
        let mut fields: Vec<_> = offered.map(|field| field.key.clone()).collect();
        fields.extend(known.into_iter().filter(|key| !lists.custom.iter().any(|field| field.key == *key)));
        fields.into_iter().map(Field::Custom).collect()
    })
}

/// The fields of a group: those that are known as rows, the rest as names that can be pressed.
#[component]
pub(super) fn Group(ground: Ground, fields: Signal<Vec<Field>>) -> impl IntoView {
    let i18n = ground.i18n;
    let asked = RwSignal::new(None::<Field>);
    let empty = Memo::new(move |_| {
        let fields = fields.get();
        ground
            .lead
            .with(|lead| fields.into_iter().filter(|field| lead.record.get(field).is_empty()).collect::<Vec<_>>())
    });
    let chip = move |field: Field| {
        let name = {
            let field = field.clone();
            move || field_name(i18n, ground.lists, &field)
        };
        view! {
            <button type="button" class="chip" on:click=move |_| asked.set(Some(field.clone()))>
                <span aria-hidden="true">"+ "</span>{name}
            </button>
        }
    };
    view! {
        <dl class="facts">
            <For each=move || fields.get() key=|field| field.clone() children=move |field| view! { <FieldRow ground field asked/> }/>
        </dl>
        <Show when=move || ground.may_write.get() && empty.with(|empty| !empty.is_empty())>
            <div class="empties" role="group" aria-label=move || t_string!(i18n, leads.not_filled_in)>
                <For each=move || empty.get() key=|field| field.clone() children=chip/>
            </div>
        </Show>
    }
}

/// Who is responsible and since when it is known: what no edit changes.
#[component]
fn Standing(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let facts = move || {
        ground.lead.with(|lead| {
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
            let arose = lead.arose_at.map(|at| move || format::date(i18n.get_locale(), at.local().date()));
            let recorded_at = lead.recorded_at;
            let recorded = move || format::date(i18n.get_locale(), recorded_at.local().date());
            view! {
                <Fact label=Signal::derive(move || t_string!(i18n, leads.holder).to_string()) value=Some(lead.holder.clone())/>
                {spoken(move || t_string!(i18n, leads.stage).to_string(), place)}
                {spoken(move || t_string!(i18n, leads.arose).to_string(), arose)}
                {spoken(move || t_string!(i18n, leads.recorded).to_string(), Some(recorded))}
            }
        })
    };
    view! { <dl class="facts standing-facts">{facts}</dl> }
}
