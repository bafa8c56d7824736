//! How the file was found to be laid out, and its first rows. All of it can be corrected.

use super::parts::Choice;
use crate::{
    capture::{
        api::{Look, LookAnswer, look_at},
        preset::Layout,
        problems::Unreadable,
    },
    format,
    i18n::{t, t_string, use_i18n},
    ui::toast::use_toaster,
};
use leptos::{prelude::*, task::spawn_local};

/// Encodings that are met in spreadsheets, by what people call them.
const ENCODINGS: [(&str, &str); 8] = [
    ("utf-8", "UTF-8"),
    ("utf-16le", "UTF-16 LE"),
    ("utf-16be", "UTF-16 BE"),
    ("windows-1254", "Windows-1254 (Türkçe)"),
    ("windows-1251", "Windows-1251 (Русский)"),
    ("windows-1252", "Windows-1252 (Western)"),
    ("windows-1256", "Windows-1256 (فارسی، العربية)"),
    ("windows-1250", "Windows-1250 (Central European)"),
];

/// The file and how it is read.
#[component]
pub fn FileSection(
    /// Which upload.
    upload: i64,
    /// What was seen of it; nothing while it cannot be read.
    look: RwSignal<Option<Look>>,
    /// Why it cannot be read.
    unreadable: RwSignal<Option<(String, Unreadable)>>,
    /// What somebody says about its layout.
    layout: RwSignal<Layout>,
    /// Called with what was seen when it was looked at anew.
    on_look: Callback<Look>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let correct = move |change: &dyn Fn(&mut Layout)| {
        layout.update(|layout| change(layout));
        let wanted = layout.get_untracked();
        spawn_local(async move {
            let answer = look_at(upload, wanted.clone()).await;
            // Somebody corrected it further, or left the page.
            if layout.try_get_untracked().is_none_or(|layout| layout != wanted) {
                return;
            }
            match answer {
                Ok(LookAnswer::Readable(seen)) => {
                    unreadable.set(None);
                    on_look.run(*seen);
                }
                Ok(LookAnswer::Unreadable { name, why }) => unreadable.set(Some((name, why))),
                Err(_) => toaster.trouble(t_string!(i18n, capture.not_answered).to_string()),
            }
        });
    };
    let found = Signal::derive(move || {
        let seen = look.with(|look| look.as_ref().map(|look| look.layout.clone())).unwrap_or_default();
        let given = layout.get();
        Layout {
            encoding: given.encoding.or(seen.encoding),
            delimiter: given.delimiter.or(seen.delimiter),
            header_row: given.header_row.or(seen.header_row),
            sheet: given.sheet.or(seen.sheet),
        }
    });
    let sheets =
        Signal::derive(move || look.with(|look| look.as_ref().map_or_else(Vec::new, |look| look.sheets.clone())));
    let is_text = move || sheets.with(Vec::is_empty);
    let encoding = Signal::derive(move || found.get().encoding.unwrap_or_default());
    let encodings = Signal::derive(move || {
        let mut options: Vec<_> =
            ENCODINGS.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned())).collect();
        let present = encoding.get();
        if !options.iter().any(|(value, _)| *value == present) {
            options.insert(0, (present.clone(), present));
        }
        options
    });
    let delimiters = Signal::derive(move || {
        let named = |mark: &str, name: &str| (mark.to_owned(), name.to_owned());
        vec![
            named(",", t_string!(i18n, capture.delimiter_comma)),
            named(";", t_string!(i18n, capture.delimiter_semicolon)),
            named("\t", t_string!(i18n, capture.delimiter_tab)),
            named("|", t_string!(i18n, capture.delimiter_pipe)),
        ]
    });
    let text_choices = move || {
        view! {
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.encoding).to_string())
                options=encodings
                chosen=encoding
                on_choose=move |value: String| correct(&|layout| layout.encoding = Some(value.clone()))
            />
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.delimiter).to_string())
                options=delimiters
                chosen=Signal::derive(move || found.get().delimiter.map(String::from).unwrap_or_default())
                on_choose=move |value: String| correct(&|layout| layout.delimiter = value.chars().next())
            />
        }
    };
    let sheet_choice = move || {
        let options =
            Signal::derive(move || sheets.get().into_iter().map(|sheet| (sheet.clone(), sheet)).collect::<Vec<_>>());
        view! {
            <Choice
                label=Signal::derive(move || t_string!(i18n, capture.sheet).to_string())
                options
                chosen=Signal::derive(move || found.get().sheet.unwrap_or_default())
                on_choose=move |value: String| correct(&|layout| {
                    layout.sheet = Some(value.clone());
                    layout.header_row = None;
                })
            />
        }
    };
    let rows = move || {
        let rows = look.with(|look| look.as_ref().map_or(0, |look| look.rows));
        let shown = format::number(i18n.get_locale(), i64::try_from(rows).unwrap_or(i64::MAX));
        t_string!(i18n, capture.rows_found, rows = shown).to_string()
    };
    let trouble = move || {
        unreadable.get().map(|(name, why)| {
            view! { <p class="problem">{format!("{name}: {}", why.say(i18n.get_locale()))}</p> }
        })
    };
    view! {
        <section class="panel">
            <h2>{move || look.with(|look| look.as_ref().map(|look| look.name.clone()))}</h2>
            <div role="alert">{trouble}</div>
            <div class="import-choices">
                <Show when=is_text fallback=sheet_choice>{text_choices}</Show>
                <label class="field">
                    <span>{t!(i18n, capture.header_row)}</span>
                    <input
                        type="number"
                        min="1"
                        prop:value=move || found.get().header_row.map(|row| row.to_string()).unwrap_or_default()
                        on:change=move |event| {
                            let row = event_target_value(&event).parse().ok();
                            correct(&|layout| layout.header_row = row);
                        }
                    />
                </label>
            </div>
            <p class="muted small" role="status">{rows}</p>
            {move || look.get().map(|look| view! { <FirstRows look/> })}
        </section>
    }
}

#[component]
fn FirstRows(look: Look) -> impl IntoView {
    let i18n = use_i18n();
    let heads = look.columns.into_iter().map(|column| view! { <th scope="col">{column.name}</th> }).collect_view();
    let line = |(number, cells): (i64, Vec<String>)| {
        let cells = cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view();
        view! { <tr><th scope="row" class="num">{number}</th>{cells}</tr> }
    };
    let lines = look.first.into_iter().map(line).collect_view();
    view! {
        <div class="import-scroll import-first" tabindex="0" role="region" aria-label=move || t_string!(i18n, capture.first_rows)>
            <table>
                <thead><tr><th scope="col">{t!(i18n, capture.csv_row)}</th>{heads}</tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
}
