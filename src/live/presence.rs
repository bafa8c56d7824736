//! Who else is at a lead: said while it lasts, kept nowhere.

use super::{
    api::show_presence,
    connection::use_connection,
    wire::{Doing, Presence},
};
use crate::{
    i18n::{t_string, use_i18n},
    ids::LeadId,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Repeated this often, well before others take it for over.
const AGAIN: Duration = Duration::from_secs(15);

/// Tells others what this person does with which lead, for as long as the current component lives.
pub fn announce(doing: impl Fn() -> Option<(LeadId, Doing)> + Send + Sync + 'static) {
    let doing = Memo::new(move |_| doing());
    Effect::new(move |before: Option<Option<(LeadId, Doing)>>| {
        let now = doing.get();
        if let Some((lead, _)) = before.flatten().filter(|before| now.is_none_or(|now| now.0 != before.0)) {
            say(lead, Doing::Gone);
        }
        now.into_iter().for_each(|(lead, doing)| say(lead, doing));
        now
    });
    Effect::new(move |_| {
        let again = move || doing.try_get_untracked().flatten().into_iter().for_each(|(lead, doing)| say(lead, doing));
        let timer = set_interval_with_handle(again, AGAIN).ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
            doing.try_get_untracked().flatten().into_iter().for_each(|(lead, _)| say(lead, Doing::Gone));
        });
    });
}

fn say(lead: LeadId, doing: Doing) {
    spawn_local(async move {
        // Only about this moment: what does not arrive is not worth repeating.
        let _ = show_presence(lead, doing).await;
    });
}

/// Who else is at a lead, in words; nothing while nobody is.
#[component]
pub fn PresentAt(
    /// The lead.
    lead: LeadId,
) -> impl IntoView {
    let i18n = use_i18n();
    let connection = use_connection();
    let said = move |Presence { name, doing, .. }: Presence| match doing {
        Doing::Carrying => t_string!(i18n, shell.is_carrying, name = name.as_str()),
        _ => t_string!(i18n, shell.is_looking, name = name.as_str()),
    };
    let all = Memo::new(move |_| connection.present_at(lead));
    move || {
        let present = all.get();
        let is_carried = present.iter().any(|one| one.doing == Doing::Carrying);
        let words = present.into_iter().map(said).collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then(|| view! { <span class="present small" class:carrying=is_carried>{words}</span> })
    }
}
