//! Bytes from the server, with progress on the way.

use futures::channel::oneshot;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

/// The bytes at `address`, or nothing where they do not come. `progress` hears the share that has come, as far as the
/// header `size_header` says how much is to come: a compressed answer has no length.
pub async fn bytes(address: &str, size_header: &'static str, progress: impl Fn(f64) + 'static) -> Option<Vec<u8>> {
    let request = XmlHttpRequest::new().ok()?;
    request.open("GET", address).ok()?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    let asked = request.clone();
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        let size = asked.get_response_header(size_header).ok().flatten().and_then(|size| size.parse::<f64>().ok());
        if let Some(size) = size.filter(|size| *size > 0.0) {
            progress((event.loaded() / size).min(1.0));
        }
    });
    request.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    let (send, receive) = oneshot::channel();
    let send = Rc::new(RefCell::new(Some(send)));
    let on_end = Closure::<dyn Fn()>::new(move || {
        if let Some(send) = send.borrow_mut().take() {
            // Whoever asked may have gone.
            let _ = send.send(());
        }
    });
    request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
    request.send().ok()?;
    receive.await.ok()?;
    if request.status().ok()? != 200 {
        return None;
    }
    let buffer = request.response().ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}
