//! Waiting: for a while, or until somebody's hands are free.

use leptos::prelude::*;
use std::time::Duration;

/// Does `act` when asked to, but not before `is_busy` ends: a page that is read anew must not take away what somebody is
/// writing in a dialog or carrying.
pub fn when_free(is_busy: Signal<bool>, act: impl Fn() + 'static) -> Callback<()> {
    let is_due = RwSignal::new(false);
    Effect::new(move |_| {
        if is_due.get() && !is_busy.get() {
            is_due.set(false);
            act();
        }
    });
    Callback::new(move |()| is_due.set(true))
}

/// Waits.
pub async fn pause(length: Duration) {
    let (done, wait) = futures::channel::oneshot::channel::<()>();
    set_timeout(
        move || {
            // The waiter is gone when the page is.
            let _ = done.send(());
        },
        length,
    );
    let _ = wait.await;
}
