//! A file on its way to the server, with progress: `fetch` tells nothing while it sends. Browser only: call it in event
//! handlers.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{File, ProgressEvent, XmlHttpRequest};

/// What becomes of a file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many percent of it have been sent.
    Sent(u32),
    /// The server has answered: status and text.
    Answered(u16, String),
    /// It did not get there; sending it again, with the same key, can help.
    Broken,
}

/// Sends `file` as it is to `address` and tells `hear` what becomes of it. Aborting the request ends the telling.
///
/// # Errors
/// What the browser objects to.
pub fn send(
    file: &File,
    address: &str,
    hear: impl Fn(Progress) + Clone + 'static,
) -> Result<XmlHttpRequest, wasm_bindgen::JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("POST", address, true)?;
    let media_type = Some(file.type_()).filter(|said| !said.is_empty());
    request.set_request_header("content-type", media_type.as_deref().unwrap_or("application/octet-stream"))?;
    let tell = hear.clone();
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        let share = if event.total() > 0.0 { event.loaded() / event.total() * 100.0 } else { 0.0 };
        tell(Progress::Sent(share as u32));
    });
    request.upload()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
    let (tell, answered) = (hear.clone(), request.clone());
    let load = Closure::once_into_js(move || {
        let text = answered.response_text().ok().flatten().unwrap_or_default();
        tell(Progress::Answered(answered.status().unwrap_or_default(), text));
    });
    request.set_onload(Some(load.unchecked_ref()));
    let broken = Closure::once_into_js(move || hear(Progress::Broken));
    request.set_onerror(Some(broken.unchecked_ref()));
    request.send_with_opt_blob(Some(file))?;
    Ok(request)
}
