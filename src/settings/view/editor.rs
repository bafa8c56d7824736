//! The dialog in which a setting is edited. Nothing typed is lost: not by a refusal, not by a colleague who was quicker,
//! not by a connection that fails.

use super::{
    fields,
    form::{Answers, Fields},
    reasons::Warnings,
    words::{self, w},
};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    live::connection::use_connection,
    settings::{
        api::{Around, Saved, Wanted, save},
        model::{ReasonSetting, Setting},
        rules::{Refusal, Who},
    },
    ui::{dialog::Dialog, field::focus_first_problem, key::IntentKey},
};
use leptos::{html, prelude::*, task::spawn_local};

/// What somebody else made of it meanwhile.
#[derive(Clone)]
struct Theirs {
    present: Option<Setting>,
    text: String,
}

/// Edits `setting`, or adds it. `on_done` hears what was saved, or nothing; unmount the dialog there.
#[component]
pub fn Editor(
    /// As it is, or as a new one begins.
    setting: Setting,
    /// Whether there is no such thing yet.
    is_new: bool,
    /// Who edits.
    who: Who,
    /// What there is to choose from.
    around: StoredValue<Around>,
    /// All reasons, for what reps would be offered.
    reasons: StoredValue<Vec<ReasonSetting>>,
    /// Where to go on.
    on_done: Callback<Option<Setting>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let answers = Answers::new(fields::fill(&setting));
    let start = StoredValue::new(setting);
    let seen = StoredValue::new((!is_new).then(|| start.get_value()));
    let refusals = RwSignal::new(Vec::<Refusal>::new());
    let theirs = RwSignal::new(None::<Theirs>);
    let notice = RwSignal::new(None::<String>);
    let is_sending = RwSignal::new(false);
    let (key, connection) = (IntentKey::new(), use_connection());
    let form = NodeRef::<html::Form>::new();
    let draft = move || fields::read(&start.get_value(), &answers.filling());

    let hear = move |answer: Result<Saved, crate::error::AppError>| match answer {
        Ok(Saved::Done { setting }) => on_done.run(setting),
        Ok(Saved::Refused { why }) => {
            let whole = why.iter().find(|refusal| refusal.field.is_empty()).map(|refusal| refusal.why);
            notice.set(whole.map(|why| untrack(|| words::why(i18n, why))));
            refusals.set(why);
            focus_first_problem(form);
        }
        Ok(Saved::Conflict { present, by, at }) => {
            let text = untrack(|| {
                let who = by.unwrap_or_else(|| w!(i18n, somebody));
                let when = at.map(|at| format::date_time(i18n.get_locale(), at)).unwrap_or_default();
                match present {
                    Some(_) => t_string!(i18n, settings.conflict, who = who, when = when).to_string(),
                    None => t_string!(i18n, settings.conflict_gone, who = who).to_string(),
                }
            });
            theirs.set(Some(Theirs { present, text }));
        }
        Err(error) => notice.set(Some(untrack(|| words::trouble(i18n, error)))),
    };
    let send = move || {
        if is_sending.get_untracked() {
            return;
        }
        notice.set(None);
        theirs.set(None);
        match untrack(draft) {
            Ok(setting) => {
                refusals.set(Vec::new());
                let seen = seen.get_value();
                let key = key.of(&(&seen, &setting));
                let wanted = Wanted { seen, wanted: Some(setting), key };
                is_sending.set(true);
                spawn_local(async move {
                    let answer = connection.persistently(async || save(wanted.clone()).await).await;
                    if is_sending.try_set(false).is_none() {
                        hear(answer);
                    }
                });
            }
            Err(problems) => {
                refusals.set(problems);
                focus_first_problem(form);
            }
        }
    };
    let conflict = move || {
        theirs.get().map(|Theirs { present, text }| {
            let choice = present.map(|present| {
                let (take, keep) = (present.clone(), present);
                let take = move |_| {
                    seen.set_value(Some(take.clone()));
                    start.set_value(take.clone());
                    answers.refill(fields::fill(&take));
                    theirs.set(None);
                };
                let keep = move |_| {
                    seen.set_value(Some(keep.clone()));
                    send();
                };
                view! {
                    <div class="options">
                        <button type="button" on:click=take>{t!(i18n, settings.take_theirs)}</button>
                        <button type="button" on:click=keep>{t!(i18n, settings.keep_mine)}</button>
                    </div>
                }
            });
            view! { <div class="problem" role="alert"><p>{text}</p>{choice}</div> }
        })
    };
    let title = move || match is_new {
        true => {
            t_string!(i18n, settings.new_thing, what = words::subject(i18n, start.get_value().subject())).to_string()
        }
        false => match start.get_value().title(words::language(i18n)) {
            title if title.is_empty() => words::subject(i18n, start.get_value().subject()),
            title => title,
        },
    };
    let asked =
        Signal::derive(move || around.with_value(|around| fields::fields(i18n, &start.get_value(), around, &who)));
    let drafted = Signal::derive(move || match draft() {
        Ok(Setting::Reason(reason)) => Some(reason),
        _ => None,
    });
    view! {
        <Dialog labelled_by="setting-title" on_close=move |()| on_done.run(None)>
            <form
                class="setting-form"
                novalidate
                node_ref=form
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <h1 id="setting-title">{title}</h1>
                <Fields answers fields=asked refusals/>
                <Warnings drafted reasons around/>
                {conflict}
                <p class="problem" role="alert" hidden=move || notice.get().is_none()>{move || notice.get()}</p>
                <div class="dialog-foot">
                    <button type="button" on:click=move |_| on_done.run(None)>{t!(i18n, shell.cancel)}</button>
                    <button class="primary" aria-disabled=move || is_sending.get().to_string()>
                        {move || if is_sending.get() { w!(i18n, saving) } else { w!(i18n, save) }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
