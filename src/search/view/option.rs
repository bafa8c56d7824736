//! A lead in the list: who it is, where it stands, and why it was found.

use crate::{
    i18n::{t_string, use_i18n},
    losses::view::words::{self, I18n},
    search::{
        api::{Hit, Place, Standing},
        rules::marks::Piece,
    },
};
use leptos::prelude::*;

/// Where a lead stands, in words.
fn standing_words(i18n: I18n, standing: &Standing) -> String {
    match standing {
        Standing::Stage(names) => names.pick(words::language(i18n)).to_owned(),
        Standing::Lost(outcome) => words::outcome(i18n, *outcome),
    }
}

fn place_words(i18n: I18n, place: Place) -> &'static str {
    match place {
        Place::Email => t_string!(i18n, leads.email),
        Place::Phone => t_string!(i18n, leads.phone),
        Place::Number => t_string!(i18n, search.place_number),
        Place::Request => t_string!(i18n, search.place_request),
        Place::Note => t_string!(i18n, search.place_note),
        Place::Loss => t_string!(i18n, search.place_loss),
    }
}

fn marked(pieces: Vec<Piece>) -> impl IntoView {
    let piece = |piece: Piece| match piece.hit {
        true => view! { <mark>{piece.text}</mark> }.into_any(),
        false => piece.text.into_any(),
    };
    view! { <bdi>{pieces.into_iter().map(piece).collect_view()}</bdi> }
}

/// The lines of a lead; `name` stands in where it has none of its own.
#[component]
pub(super) fn HitLines(name: String, hit: Hit) -> impl IntoView {
    let i18n = use_i18n();
    let is_nameless = hit.name.iter().all(|piece| piece.text.is_empty());
    let is_lost = matches!(hit.standing, Standing::Lost(_));
    let standing = hit.standing;
    let why = hit.why.map(|(place, pieces)| {
        view! {
            <span class="option-why small">
                <span class="muted">{move || place_words(i18n, place)}": "</span>
                {marked(pieces)}
            </span>
        }
    });
    view! {
        <span class="option-line">
            <span class="option-name">
                <strong>{if is_nameless { name.into_any() } else { marked(hit.name).into_any() }}</strong>
                {(!hit.company.is_empty()).then(|| view! { <span class="muted">" · "{marked(hit.company)}</span> })}
            </span>
            " "
            <span class="option-standing small" class:lost=is_lost>{move || standing_words(i18n, &standing)}</span>
        </span>
        " "
        {why}
        " "
        <span class="small muted"><bdi>{hit.holder}</bdi></span>
    }
}
