//! Which column becomes which field.

use super::{
    parts::{Choice, Item},
    words,
};
use crate::{
    capture::{
        api::{ColumnFacts, Look},
        preset::{Field, Preset},
    },
    i18n::{t, t_string, use_i18n},
};
use leptos::prelude::*;

/// The column is kept with the lead under its own name.
const KEEP: &str = "";
/// The column is left out.
const OUT: &str = "-";

/// All columns with what they become.
#[component]
pub fn ColumnsSection(look: RwSignal<Option<Look>>, preset: RwSignal<Preset>) -> impl IntoView {
    let i18n = use_i18n();
    let options = Signal::derive(move || {
        let mut options: Vec<Item> = vec![
            (KEEP.to_owned(), t_string!(i18n, capture.keep_column).to_string()),
            (OUT.to_owned(), t_string!(i18n, capture.leave_out).to_string()),
        ];
        options.extend(Field::ALL.iter().map(|field| (field.word().to_owned(), words::field(i18n, *field))));
        options
    });
    let lines = move || {
        let columns = look.with(|look| look.as_ref().map_or_else(Vec::new, |look| look.columns.clone()));
        columns.into_iter().map(|column| view! { <Line column preset options/> }).collect_view()
    };
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.columns_title)}</h2>
            <p class="muted small">{t!(i18n, capture.columns_hint)}</p>
            <div class="import-columns">{lines}</div>
        </section>
    }
}

/// What the column becomes: a field's word, or kept, or left out.
fn present(preset: &Preset, column: &str) -> String {
    if let Some((field, _)) = preset.columns.iter().find(|(_, mapped)| *mapped == column) {
        return field.word().to_owned();
    }
    if preset.left_out.iter().any(|left_out| left_out == column) { OUT } else { KEEP }.to_owned()
}

/// A column fills one field at most, and a field takes one column.
fn choose(preset: &mut Preset, column: &str, wanted: &str) {
    preset.columns.retain(|_, mapped| mapped != column);
    preset.left_out.retain(|left_out| left_out != column);
    match wanted.parse::<Field>() {
        Ok(field) => {
            preset.columns.insert(field, column.to_owned());
        }
        Err(_) if wanted == OUT => preset.left_out.push(column.to_owned()),
        Err(_) => {}
    }
}

#[component]
fn Line(column: ColumnFacts, preset: RwSignal<Preset>, options: Signal<Vec<Item>>) -> impl IntoView {
    let ColumnFacts { name, examples, .. } = column;
    let (label, wanted, shown) = (name.clone(), name.clone(), name.clone());
    view! {
        <div class="import-column">
            <div class="import-column-name">
                <strong>{shown}</strong>
                <span class="faint small">{examples.join(" · ")}</span>
            </div>
            <Choice
                is_bare=true
                label=Signal::derive(move || label.clone())
                options
                chosen=Signal::derive(move || preset.with(|preset| present(preset, &name)))
                on_choose=move |value: String| preset.update(|preset| choose(preset, &wanted, &value))
            />
        </div>
    }
}
