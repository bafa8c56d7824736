//! A file's mapping, from the first guess to the import.

use super::{
    columns::ColumnsSection,
    file::FileSection,
    outcomes::OutcomesSection,
    owners::{CommonSection, DatesSection, OwnersSection},
    parts::Choice,
    rehearsal::RehearsalSection,
    words,
};
use crate::{
    capture::{
        api::{Choices, Look, PresetChoice, SaveAnswer, forget_preset, save_preset},
        preset::{LONGEST_NAME, Preset},
        problems::Unreadable,
    },
    i18n::{t, t_string, use_i18n},
    ui::{field::TextField, toast::use_toaster},
};
use leptos::{prelude::*, task::spawn_local};

/// Everything between upload and import.
#[component]
pub fn DraftView(
    upload: i64,
    look: Option<Look>,
    unreadable: Option<(String, Unreadable)>,
    choices: Choices,
) -> impl IntoView {
    let guess = look.as_ref().map_or_else(|| Preset::blank(String::new()), |look| look.guess.clone());
    let presets = RwSignal::new(choices.presets.clone());
    let choices = StoredValue::new(choices);
    let (look, unreadable) = (RwSignal::new(look), RwSignal::new(unreadable));
    let layout = RwSignal::new(guess.file.clone());
    let preset = RwSignal::new(guess);
    let pending = RwSignal::new(Vec::new());
    let on_look = Callback::new(move |seen: Look| {
        let names = |look: &Look| look.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let is_same = look.with_untracked(|look| look.as_ref().map(names)) == Some(names(&seen));
        preset.update(|preset| {
            // Other columns are mapped anew; what was mapped already stays where they are the same.
            if !is_same {
                let name = preset.name.clone();
                *preset = seen.guess.clone();
                preset.name = if name.is_empty() { seen.guess.name.clone() } else { name };
            }
            preset.file = layout.get_untracked();
        });
        look.set(Some(seen));
    });
    let is_readable = move || unreadable.with(Option::is_none) && look.with(Option::is_some);
    let mapping = move || {
        view! {
            <PresetSection look preset layout presets/>
            <ColumnsSection look preset/>
            <OutcomesSection look preset choices/>
            <OwnersSection look preset choices/>
            <DatesSection look preset pending/>
            <CommonSection look preset choices/>
            <RehearsalSection upload preset pending choices/>
        }
    };
    view! {
        <FileSection upload look unreadable layout on_look/>
        <Show when=is_readable>{mapping}</Show>
    }
}

/// Which mapping to begin with, under which name leads are recognised, and keeping it.
#[component]
fn PresetSection(
    look: RwSignal<Option<Look>>,
    preset: RwSignal<Preset>,
    layout: RwSignal<crate::capture::preset::Layout>,
    presets: RwSignal<Vec<PresetChoice>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toaster = use_toaster();
    let name = RwSignal::new(preset.with_untracked(|preset| preset.name.clone()));
    Effect::new(move |_| {
        let name = name.get();
        if preset.with_untracked(|preset| preset.name != name) {
            preset.update(|preset| preset.name = name);
        }
    });
    let begun_with = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let guess = (String::new(), t_string!(i18n, capture.preset_guess).to_string());
        let kept = presets.get().into_iter().map(|choice| (choice.preset.name.clone(), choice.preset.name));
        std::iter::once(guess).chain(kept).collect::<Vec<_>>()
    });
    let begin_with = move |wanted: String| {
        let kept = presets.with_untracked(|presets| {
            presets.iter().find(|choice| choice.preset.name == wanted).map(|choice| choice.preset.clone().written_out())
        });
        let begun = kept.or_else(|| look.with_untracked(|look| look.as_ref().map(|look| look.guess.clone())));
        if let Some(begun) = begun {
            name.set(begun.name.clone());
            preset.set(Preset { file: layout.get_untracked(), ..begun });
        }
        begun_with.set(wanted);
    };
    let keep = move |replace: bool| {
        let kept = preset.get_untracked();
        spawn_local(async move {
            let answer = save_preset(kept.clone(), replace).await;
            match answer {
                Ok(SaveAnswer::Saved) => {
                    toaster.say(t_string!(i18n, capture.preset_saved, name = kept.name.clone()).to_string());
                    presets.try_update(|presets| {
                        presets.retain(|choice| choice.preset.name != kept.name);
                        presets.push(PresetChoice { preset: kept.clone(), is_built_in: false });
                    });
                    begun_with.try_set(kept.name);
                }
                Ok(SaveAnswer::NameTaken) => toaster.trouble(t_string!(i18n, capture.preset_taken).to_string()),
                Ok(SaveAnswer::Refused(problem)) => toaster.trouble(words::preset_problem(i18n, &problem)),
                Err(_) => toaster.trouble(t_string!(i18n, capture.not_answered).to_string()),
            }
        });
    };
    let kept = Signal::derive(move || {
        let name = begun_with.get();
        presets
            .with(|presets| presets.iter().find(|choice| choice.preset.name == name).map(|choice| choice.is_built_in))
    });
    let forget = move |_| {
        let gone = begun_with.get_untracked();
        spawn_local(async move {
            match forget_preset(gone.clone()).await {
                Ok(()) => {
                    presets.try_update(|presets| presets.retain(|choice| choice.preset.name != gone));
                    begun_with.try_set(String::new());
                }
                Err(_) => toaster.trouble(t_string!(i18n, capture.not_answered).to_string()),
            }
        });
    };
    let download = move || {
        kept.get().map(|is_built_in| {
            let href = format!("/import/preset?name={}", leptos_router::location::Url::escape(&begun_with.get()));
            view! {
                <a class="button" href=href download rel="external">{t!(i18n, capture.preset_file)}</a>
                {(!is_built_in).then(|| view! {
                    <button type="button" class="quiet" on:click=forget>{t!(i18n, capture.preset_forget)}</button>
                })}
            }
        })
    };
    // A kept mapping of one's own is kept anew under its name; any other name must be free.
    let replaces = move || kept.get_untracked() == Some(false) && begun_with.get_untracked() == name.get_untracked();
    view! {
        <section class="panel">
            <h2>{t!(i18n, capture.preset_title)}</h2>
            <div class="import-choices">
                <Choice
                    label=Signal::derive(move || t_string!(i18n, capture.preset_choice).to_string())
                    options
                    chosen=begun_with
                    on_choose=begin_with
                />
                <TextField
                    id="import-name"
                    label=Signal::derive(move || t_string!(i18n, capture.preset_name).to_string())
                    value=name
                    kind="text"
                    longest=LONGEST_NAME
                    required=true
                />
            </div>
            <p class="muted small">{t!(i18n, capture.preset_name_hint)}</p>
            <div class="import-actions">
                <button type="button" on:click=move |_| keep(replaces())>{t!(i18n, capture.preset_keep)}</button>
                {download}
            </div>
        </section>
    }
}
