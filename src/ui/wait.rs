//! Waiting: for a while, until somebody's hands are free, or until no more is asked for.

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

/// Does `act` once for many askings, so long after the first of them. Nothing when what asked is gone by then.
pub fn gathered(length: Duration, act: Callback<()>) -> Callback<()> {
    let is_due = StoredValue::new(false);
    Callback::new(move |()| {
        if is_due.try_update_value(|due| !std::mem::replace(due, true)) != Some(true) {
            return;
        }
        set_timeout(
            move || {
                if is_due.try_update_value(|due| *due = false).is_some() {
                    act.run(());
                }
            },
            length,
        );
    })
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
