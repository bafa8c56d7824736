//! Work that has to wait: until somebody's hands are free, or until the server can be reached again.

use crate::error::AppError;
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

/// While the trouble is passing, a request is sent again so many times.
const RETRIES: u32 = 3;

/// Asks, and asks again while the trouble is passing. Ask with the same key each time: it is done once.
pub async fn persistently<T>(ask: impl AsyncFn() -> Result<T, AppError>) -> Result<T, AppError> {
    let mut tries = 0;
    loop {
        match ask().await {
            Err(error) if error.is_passing() && tries < RETRIES => {
                tries += 1;
                pause(Duration::from_millis(300 * u64::from(tries))).await;
            }
            answer => return answer,
        }
    }
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
