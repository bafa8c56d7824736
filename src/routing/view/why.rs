//! "Why me?": the signals, the cell of the matrix, the tier, the rule, and everybody who was passed over and why. Its code
//! comes when it is opened first.

use super::words::{self, w};
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    ids::LeadId,
    live::{connection::use_connection, later::Later},
    losses::view::words::{language, trouble},
    routing::api::{Explanation, read_why},
    ui::dialog::Dialog,
};
use leptos::{prelude::*, wasm_split::wasm_split};

/// Says why a lead is whose it is. Unmount the dialog in `on_done`.
#[component]
pub fn WhyDialog(
    /// Which lead.
    lead: LeadId,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    view! { <Later>{Suspend::new(why_dialog(lead, on_done))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
fn why_dialog(lead: LeadId, on_done: Callback<()>) -> AnyView {
    view! { <Opened lead on_done/> }.into_any()
}

#[component]
fn Opened(lead: LeadId, on_done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let answer = LocalResource::new(move || connection.ask(async move || read_why(lead).await));
    let body = move || {
        answer.get().map(|answer| match answer {
            Ok(times) if times.is_empty() => view! { <p>{t!(i18n, routing.why_never)}</p> }.into_any(),
            Ok(times) => times.into_iter().map(|why| view! { <Time why/> }).collect_view().into_any(),
            Err(error) => view! { <p class="problem" role="alert">{move || trouble(i18n, error)}</p> }.into_any(),
        })
    };
    view! {
        <Dialog labelled_by="why-title" on_close=on_done>
            <h1 id="why-title">{t!(i18n, routing.why_title)}</h1>
            <div class="why"><Suspense>{body}</Suspense></div>
            <div class="dialog-foot">
                <button class="primary" on:click=move |_| on_done.run(())>{t!(i18n, shell.close)}</button>
            </div>
        </Dialog>
    }
}

/// One time that the rules decided.
#[component]
fn Time(why: Explanation) -> impl IntoView {
    let i18n = use_i18n();
    let why = StoredValue::new(why);
    let said = move |say: fn(crate::losses::view::words::I18n, &Explanation) -> String| {
        move || why.with_value(|why| say(i18n, why))
    };
    let when = move || {
        why.with_value(|why| {
            let (at, version) = (format::date_time(i18n.get_locale(), why.at), why.rule_set.to_string());
            match &why.by {
                Some(by) => w!(i18n, why_at_for, at = at, version = version, by = by.clone()),
                None => w!(i18n, why_at, at = at, version = version),
            }
        })
    };
    let shows = move || {
        why.with_value(|why| {
            let assessment = &why.route.assessment;
            let number = |value: i32| format::number(i18n.get_locale(), i64::from(value));
            let heard = assessment.heard.iter().map(|heard| words::heard(i18n, why, heard));
            let none = assessment.heard.is_empty().then(|| w!(i18n, no_signals));
            let suits = &assessment.suits;
            let traits =
                why.traits.iter().zip(&suits.verdicts).map(|(name, verdict)| {
                    format!("{}: {}", name.pick(language(i18n)), words::verdict(i18n, *verdict))
                });
            let points = w!(i18n, suits, points = number(suits.points), most = number(suits.most));
            view! {
                <h2>{words::intent(i18n, assessment.intent)}</h2>
                <ul>{heard.chain(none).map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                <h2>{words::fit(i18n, suits.fit)} " " <span class="small muted">{points}</span></h2>
                <ul>{traits.map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            }
        })
    };
    let narrowed = move || {
        why.with_value(|why| {
            words::narrowed(i18n, why).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
        })
    };
    let passed = move || {
        why.with_value(|why| {
            let one = |(person, reason): &(crate::ids::UserId, _)| {
                let name = why.people.get(person).cloned().unwrap_or_default();
                view! { <tr><th scope="row">{name}</th><td>{words::passed(i18n, why, reason)}</td></tr> }
            };
            why.route.choice.passed.iter().map(one).collect_view()
        })
    };
    let anybody_passed = why.with_value(|why| !why.route.choice.passed.is_empty());
    view! {
        <section class="why-time">
            <p class="small muted">{when}</p>
            <p><strong>{said(words::went)}</strong></p>
            <p>{said(words::decided)} " " {move || why.with_value(|why| words::path(i18n, why.route.path))}</p>
            <p>{move || why.with_value(|why| words::ground(i18n, why))}</p>
            <ul>{narrowed}</ul>
            {shows}
            {anybody_passed.then(|| view! {
                <h2>{t!(i18n, routing.passed_title)}</h2>
                <table class="passed"><tbody>{passed}</tbody></table>
            })}
        </section>
    }
}
