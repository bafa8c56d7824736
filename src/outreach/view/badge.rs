//! How much is due, beside the way to today's page.

use crate::{
    i18n::{t_string, use_i18n},
    live::connection::use_connection,
    outreach::api::read_due,
    ui::wait::gathered,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Many changes at once are followed by one count, this long after the first.
const SETTLE: Duration = Duration::from_millis(800);
/// What others do hardly ever changes one's own number: however much they work, it is counted once in so long.
const SELDOM: Duration = Duration::from_secs(60);

/// The number; nothing while nothing is due. It is asked for in the browser only: soon after every change of what is the
/// viewer's or their team's, now and then while others work, and when the day ends.
#[component]
pub fn DueBadge() -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let due = RwSignal::new(0i64);
    let midnight = StoredValue::new(0u32);
    let ask = Callback::new(move |()| {
        spawn_local(async move {
            let Ok(answer) = read_due().await else { return };
            if due.try_set(answer.count).is_some() {
                return;
            }
            // Only the newest answer waits for the end of the day.
            let turn = midnight.try_update_value(|turn| {
                *turn += 1;
                *turn
            });
            let wait = Duration::from_millis(answer.ends_in.max(0).unsigned_abs() + 500);
            set_timeout(
                move || {
                    if turn.is_some() && midnight.try_get_value() == turn {
                        connection.hears(true);
                    }
                },
                wait,
            );
        });
    });
    let (soon, seldom) = (gathered(SETTLE, ask), gathered(SELDOM, ask));
    Effect::new(move |before: Option<(u32, u32)>| {
        let heard = connection.heard();
        match before {
            None => ask.run(()),
            Some((ours, _)) if ours != heard.0 => soon.run(()),
            Some(_) => seldom.run(()),
        }
        heard
    });
    move || {
        let count = due.get();
        (count > 0).then(|| {
            view! {
                " "
                <span class="due-count num" title=move || t_string!(i18n, outreach.due_count, count = count).to_string()>
                    {if count > 99 { "99+".to_owned() } else { count.to_string() }}
                    <span class="sr">" " {move || t_string!(i18n, outreach.due_count, count = count).to_string()}</span>
                </span>
            }
        })
    }
}
