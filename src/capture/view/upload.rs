//! The file goes up, with progress; it can be cancelled and sent again.

use super::parts::Progress;
use crate::{
    capture::problems::{LARGEST_FILE, Unreadable},
    i18n::{t, t_string, use_i18n},
};
use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use serde::Deserialize;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{File, ProgressEvent, XmlHttpRequest};

thread_local! {
    /// The request on its way: the browser's own, so it cannot be kept in a signal that the server renders, too.
    static REQUEST: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

/// How far the upload is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Sending(i64, i64),
    TooLarge(i64),
    Failed,
}

/// What the server answers.
#[derive(Deserialize)]
struct Kept {
    upload: i64,
}

/// Choosing and sending the file.
#[component]
pub fn Upload() -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let input = NodeRef::<html::Input>::new();
    let state = RwSignal::new(State::Idle);
    let arrived = Callback::new(move |upload: i64| {
        navigate(&format!("/import?file={upload}"), NavigateOptions::default());
    });
    let start = move || {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            send(&file, state, arrived);
        }
    };
    let is_sending = move || matches!(state.get(), State::Sending(..));
    let part = Signal::derive(move || match state.get() {
        State::Sending(done, total) => (done, Some(total)),
        _ => (0, None),
    });
    let trouble = move || match state.get() {
        State::TooLarge(bytes) => {
            Some(Unreadable::TooLarge(usize::try_from(bytes).unwrap_or(usize::MAX)).say(i18n.get_locale()))
        }
        State::Failed => Some(t_string!(i18n, capture.upload_failed).to_string()),
        _ => None,
    };
    let limit = (LARGEST_FILE / (1024 * 1024)).to_string();
    on_cleanup(abort);
    view! {
        <section class="panel import-upload">
            <h2>{t!(i18n, capture.upload_title)}</h2>
            <label class="field">
                <span>{t!(i18n, capture.upload_label)}</span>
                <input
                    node_ref=input
                    class="import-file"
                    type="file"
                    accept=".csv,.tsv,.txt,.xlsx,text/csv,text/plain"
                    disabled=is_sending
                    on:change=move |_| start()
                />
            </label>
            <p class="muted small">{move || t_string!(i18n, capture.upload_hint, limit = limit.clone()).to_string()}</p>
            <Show when=is_sending>
                <Progress label=Signal::derive(move || t_string!(i18n, capture.uploading).to_string()) part/>
                <button type="button" class="import-narrow" on:click=move |_| {
                    abort();
                    state.set(State::Idle);
                }>{t!(i18n, capture.cancel)}</button>
            </Show>
            <div role="alert">
                {move || trouble().map(|text| view! { <p class="problem">{text}</p> })}
            </div>
            <Show when=move || state.get() == State::Failed>
                <button type="button" class="import-narrow" on:click=move |_| start()>{t!(i18n, capture.try_again)}</button>
            </Show>
        </section>
    }
}

fn abort() {
    if let Some(request) = REQUEST.take() {
        // A request that is over already is left as it is.
        let _ = request.abort();
    }
}

fn send(file: &File, state: RwSignal<State>, arrived: Callback<i64>) {
    abort();
    let size = file.size() as i64;
    if size > LARGEST_FILE as i64 {
        return state.set(State::TooLarge(size));
    }
    state.set(State::Sending(0, size));
    if begin(file, state, arrived).is_none() {
        state.set(State::Failed);
    }
}

fn begin(file: &File, state: RwSignal<State>, arrived: Callback<i64>) -> Option<()> {
    let request = XmlHttpRequest::new().ok()?;
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    request.open_with_async("POST", &format!("/import/upload?name={name}"), true).ok()?;
    request.set_request_header("content-type", "application/octet-stream").ok()?;
    // Whatever happens after the page has gone happens to nobody.
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        state.try_set(State::Sending(event.loaded() as i64, event.total() as i64));
    });
    request.upload().ok()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
    let answered = request.clone();
    let loaded = Closure::once_into_js(move || finish(&answered, state, arrived));
    request.set_onload(Some(loaded.unchecked_ref()));
    let failed = Closure::once_into_js(move || {
        state.try_set(State::Failed);
    });
    request.set_onerror(Some(failed.unchecked_ref()));
    request.send_with_opt_blob(Some(file)).ok()?;
    REQUEST.set(Some(request));
    Some(())
}

fn finish(request: &XmlHttpRequest, state: RwSignal<State>, arrived: Callback<i64>) {
    REQUEST.set(None);
    let status = request.status().unwrap_or_default();
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match (status, serde_json::from_str::<Kept>(&text)) {
        (200, Ok(Kept { upload })) => {
            let _ = arrived.try_run(upload);
        }
        (401, _) => {
            // Only fails while the page is going away anyway.
            let _ = window().location().assign("/sign-in?next=/import");
        }
        (413, _) => {
            let _ = state.try_set(State::TooLarge(LARGEST_FILE as i64 + 1));
        }
        _ => {
            let _ = state.try_set(State::Failed);
        }
    }
}
