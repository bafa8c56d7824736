//! What happened with the lead, the newest first: all of it or one kind, a page at a time.

use super::{entry::EntryLine, field::Ground};
use crate::{
    i18n::{t, t_string},
    leads::api::timeline::{Before, Entry, Group, Timeline, read_timeline},
    losses::view::words::{self, I18n},
};
use leptos::{prelude::*, task::spawn_local};

/// The history as far as it was read: whoever looked for something far below finds it there when the lead changes.
#[derive(Clone, Copy)]
struct Read {
    group: RwSignal<Option<Group>>,
    entries: RwSignal<Vec<Entry>>,
    more: RwSignal<bool>,
}

impl Read {
    /// All that happened lately.
    fn new(newest: Timeline) -> Self {
        Self { group: RwSignal::new(None), entries: RwSignal::new(newest.entries), more: RwSignal::new(newest.more) }
    }

    /// Takes over what happened lately.
    fn take(self, newest: Timeline) {
        let group = self.group.get_untracked();
        let (entries, more) = merged(self.entries.get_untracked(), self.more.get_untracked(), newest, group);
        if self.entries.with_untracked(|known| *known != entries) {
            self.entries.set(entries);
        }
        self.more.set(more);
    }
}

/// Whether an entry is among those that somebody looks for.
fn belongs(entry: &Entry, group: Option<Group>) -> bool {
    group.is_none_or(|group| group.kinds().contains(&entry.kind) || (group == Group::Money && entry.win.is_some()))
}

/// What is known of a history after its newest page came again. History is only ever added to, so pages that share an entry
/// fit together; where so much happened that they share none, the older ones are read again when they are asked for.
fn merged(known: Vec<Entry>, more: bool, newest: Timeline, group: Option<Group>) -> (Vec<Entry>, bool) {
    let fits = !newest.more
        || known.is_empty()
        || newest.entries.iter().any(|entry| known.iter().any(|other| other.id == entry.id))
        || newest.entries.last().is_some_and(|last| known.first().is_some_and(|first| first.at.utc >= last.at.utc));
    let more = if fits { more && newest.more } else { newest.more };
    let older = if fits { known } else { Vec::new() };
    let mut entries: Vec<_> = newest.entries.into_iter().filter(|entry| belongs(entry, group)).collect();
    let older: Vec<_> = older.into_iter().filter(|entry| entries.iter().all(|other| other.id != entry.id)).collect();
    entries.extend(older);
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at.utc, entry.id)));
    (entries, more)
}

fn group_name(i18n: I18n, group: Option<Group>) -> String {
    match group {
        None => t_string!(i18n, leads.group_all).to_string(),
        Some(Group::Talks) => t_string!(i18n, leads.group_talks).to_string(),
        Some(Group::Notes) => t_string!(i18n, leads.group_notes).to_string(),
        Some(Group::Steps) => t_string!(i18n, leads.group_steps).to_string(),
        Some(Group::Course) => t_string!(i18n, leads.group_course).to_string(),
        Some(Group::Money) => t_string!(i18n, leads.group_money).to_string(),
        Some(Group::Documents) => t_string!(i18n, leads.group_documents).to_string(),
        Some(Group::Edits) => t_string!(i18n, leads.group_edits).to_string(),
    }
}

/// The history.
#[component]
pub(super) fn History(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let lead = ground.id;
    let newest = Memo::new(move |_| ground.lead.with(|lead| lead.history.clone()));
    let read = Read::new(newest.get_untracked());
    Effect::new(move |_| read.take(newest.get()));
    let trouble = RwSignal::new(None::<String>);
    let is_reading = RwSignal::new(false);
    let turn = StoredValue::new(0u32);
    let fetch = move |group: Option<Group>, before: Option<Before>| {
        let mine = turn.get_value() + 1;
        turn.set_value(mine);
        is_reading.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = read_timeline(lead, group, before).await;
            // Somebody who looks for something else by now waits for another answer; a page that has gone needs none.
            if turn.try_get_value() != Some(mine) {
                return;
            }
            is_reading.set(false);
            match answer {
                Ok(page) => {
                    read.more.set(page.more);
                    if before.is_some() {
                        read.entries.update(|entries| entries.extend(page.entries));
                    } else {
                        read.entries.set(page.entries);
                    }
                }
                Err(error) => trouble.set(Some(untrack(|| words::trouble(i18n, error)))),
            }
        });
    };
    let choose = move |group: Option<Group>| {
        read.group.set(group);
        fetch(group, None);
    };
    let older = move |_| {
        if is_reading.get_untracked() {
            return;
        }
        let last =
            read.entries.with_untracked(|entries| entries.last().map(|last| Before { at: last.at.utc, id: last.id }));
        fetch(read.group.get_untracked(), last);
    };
    let groups = std::iter::once(None).chain(Group::ALL.iter().copied().map(Some));
    let chips = groups
        .map(|group| {
            view! {
                <button
                    type="button"
                    class="chip"
                    class:on=move || read.group.get() == group
                    aria-pressed=move || (read.group.get() == group).to_string()
                    on:click=move |_| choose(group)
                >
                    {move || group_name(i18n, group)}
                </button>
            }
        })
        .collect_view();
    let line = move |entry: Entry| view! { <EntryLine ground entry/> };
    let is_empty = move || read.entries.with(Vec::is_empty) && !is_reading.get();
    view! {
        <section class="panel" aria-labelledby="history-title">
            <h2 id="history-title">{t!(i18n, leads.history)}</h2>
            <div class="options history-groups" role="group" aria-label=move || t_string!(i18n, leads.history_show)>
                {chips}
            </div>
            <ol class="history" aria-busy=move || is_reading.get().to_string()>
                <For each=move || read.entries.get() key=Entry::version children=line/>
            </ol>
            <Show when=is_empty>
                <p class="muted">{t!(i18n, leads.history_empty)}</p>
            </Show>
            <p class="problem" role="alert" hidden=move || trouble.get().is_none()>{move || trouble.get()}</p>
            <Show when=move || read.more.get()>
                <button type="button" class="quiet" aria-disabled=move || is_reading.get().to_string() on:click=older>
                    {t!(i18n, leads.history_older)}
                </button>
            </Show>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Moment, ids::ActivityId, leads::api::ActivityKind};
    use chrono::DateTime;

    fn entry(id: i64, kind: ActivityKind) -> Entry {
        let utc = DateTime::from_timestamp(1_770_000_000 + id * 60, 0).expect("in range");
        Entry {
            id: ActivityId(id),
            kind,
            at: Moment { utc, offset_minutes: 0 },
            by: None,
            from: None,
            to: None,
            body: None,
            attempt: None,
            loss: None,
            closure: None,
            cause: None,
            direction: None,
            detail: Default::default(),
            due: None,
            old: None,
            new: None,
            estimate: None,
            offer: None,
            document: None,
            win: None,
            signal: None,
            mentioned: Vec::new(),
        }
    }

    fn notes(ids: impl IntoIterator<Item = i64>) -> Vec<Entry> {
        ids.into_iter().map(|id| entry(id, ActivityKind::Note)).collect()
    }

    fn ids(entries: &[Entry]) -> Vec<i64> {
        entries.iter().map(|entry| entry.id.0).collect()
    }

    #[test]
    fn what_was_read_below_stays_when_something_new_comes() {
        let newest = Timeline { entries: notes([9, 8, 7]), more: true };
        let (entries, more) = merged(notes([8, 7, 6, 5]), false, newest, None);
        assert_eq!((ids(&entries), more), (vec![9, 8, 7, 6, 5], false));
    }

    #[test]
    fn no_gap_is_hidden() {
        let newest = Timeline { entries: notes([9, 8, 7]), more: true };
        let (entries, more) = merged(notes([3, 2]), false, newest, None);
        assert_eq!((ids(&entries), more), (vec![9, 8, 7], true));
    }

    #[test]
    fn whoever_looks_for_one_kind_sees_no_other() {
        let mut page = notes([9, 8]);
        page.push(entry(7, ActivityKind::Call));
        let (entries, _) = merged(Vec::new(), false, Timeline { entries: page, more: false }, Some(Group::Talks));
        assert_eq!(ids(&entries), [7]);
    }

    #[test]
    fn every_kind_is_found_in_one_group() {
        for kind in ActivityKind::ALL {
            let groups = Group::ALL.iter().filter(|group| group.kinds().contains(kind)).count();
            assert_eq!(groups, 1, "{kind}");
        }
    }
}
