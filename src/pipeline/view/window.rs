//! The part of a column that is mounted: the rows in sight and a few around them, however many cards there are. All rows
//! are equally high, so that places are arithmetic and nothing is measured while somebody scrolls or drags.

use super::state::ColumnState;
use crate::ids::LeadId;
use leptos::{html, prelude::*};
use leptos_use::{use_event_listener, use_window};
use std::{cell::Cell, collections::BTreeSet};

/// Rows that are mounted before and after those in sight.
const AROUND: usize = 3;
/// The server does not know how high a screen is, and says so many.
const AT_FIRST: usize = 10;
thread_local! {
    /// So many were in sight in the column that was looked at last: the next board begins with them, and mounts the others
    /// once it is painted.
    static IN_SIGHT: Cell<usize> = const { Cell::new(AT_FIRST) };
}
/// More are mounted in one column only where so many are in sight: seven columns stay below 150 cards on all usual screens.
const MOST: usize = 20;
/// The next page is asked for when fewer rows than this are left below.
const AHEAD: usize = 40;

/// How many rows of so many pixels a list of so many pixels shows, those cut off at either end included.
fn in_sight(height: f64, row: f64) -> usize {
    (height / row).ceil() as usize + 1
}

/// Rows from `first` on, so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    first: usize,
    count: usize,
}

impl Rows {
    /// What a board begins with, before anything of it can be measured.
    fn at_first() -> Self {
        Self { first: 0, count: IN_SIGHT.get() }
    }

    /// What is mounted where `above` pixels are scrolled away in a list that shows `height` pixels of rows that are `row` high.
    fn around(above: f64, height: f64, row: f64) -> Self {
        let hidden = (above.max(0.0) / row) as usize;
        let in_sight = in_sight(height, row);
        let around = AROUND.min(MOST.saturating_sub(in_sight) / 2);
        Self { first: hidden.saturating_sub(around), count: in_sight + 2 * around }
    }
}

/// The mounted part of one column. Copies share it.
#[derive(Clone, Copy)]
pub struct Window {
    list: NodeRef<html::Div>,
    rows: RwSignal<Rows>,
}

impl Window {
    /// Watches the list that `list` will be; `refill` is asked for more when its loaded cards do not fill what is in sight.
    pub fn over(list: NodeRef<html::Div>, column: ColumnState, refill: impl Fn() + Copy + 'static) -> Self {
        let window = Self { list, rows: RwSignal::new(Rows::at_first()) };
        let _ = use_event_listener(use_window(), leptos::ev::resize, move |_| {
            window.look(column);
        });
        let loaded = Memo::new(move |_| column.order.with(Vec::len));
        Effect::new(move |_| {
            // Its height is known once it is mounted, and the rows' once there is one.
            list.track();
            loaded.track();
            request_animation_frame(move || {
                let Some((rows, mounted)) = window.measure(column).zip(window.rows.try_get_untracked()) else { return };
                // All columns are measured before one of them changes, and what is in sight is painted by then.
                request_animation_frame(move || {
                    let Some(loaded) = loaded.try_get_untracked() else { return };
                    // Who has scrolled meanwhile has looked already.
                    if window.rows.try_get_untracked() == Some(mounted) {
                        window.mount(rows);
                    }
                    if loaded < rows.first + rows.count {
                        refill();
                    }
                });
            });
        });
        window
    }

    /// Looks where the list is scrolled to; true when its loaded end is near.
    pub fn look(self, column: ColumnState) -> bool {
        let Some(rows) = self.measure(column) else { return false };
        self.mount(rows);
        column.order.with_untracked(Vec::len) < rows.first + rows.count + AHEAD
    }

    /// What is to be mounted; `None` once the column is gone.
    fn measure(self, column: ColumnState) -> Option<Rows> {
        let list = self.list.try_get_untracked()??;
        let row = row_height(&list, column.order.try_with_untracked(Vec::len)?);
        if row <= 0.0 {
            return Some(Rows::at_first());
        }
        let height = f64::from(list.client_height());
        IN_SIGHT.set(in_sight(height, row).min(MOST));
        Some(Rows::around(f64::from(list.scroll_top()), height, row))
    }

    fn mount(self, rows: Rows) {
        if self.rows.try_get_untracked().is_some_and(|mounted| mounted != rows) {
            self.rows.set(rows);
        }
    }

    /// The cards to mount: those in sight, and those that must not go although they are out of sight.
    pub fn shown(self, order: &[LeadId], kept: impl IntoIterator<Item = LeadId>) -> Vec<LeadId> {
        let Rows { first, count } = self.rows.get();
        // A list that has become shorter shows its end until the browser has scrolled there.
        let first = first.min(order.len().saturating_sub(count));
        let place = |lead| order.iter().position(|other| *other == lead);
        // In their order: a node that is moved in the page loses the focus.
        let mut places: BTreeSet<_> = (first..order.len().min(first + count)).collect();
        places.extend(kept.into_iter().filter_map(place));
        places.into_iter().map(|place| order[place]).collect()
    }
}

/// How high one of `count` rows is, in pixels; zero without rows.
pub fn row_height(list: &web_sys::Element, count: usize) -> f64 {
    let Some(rows) = list.first_element_child().filter(|_| count > 0) else { return 0.0 };
    rows.get_bounding_client_rect().height() / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_in_sight_is_mounted_and_never_many(above in 0.0..1e6f64, height in 100.0..4000.0f64, row in 90.0..200.0f64) {
            let Rows { first, count } = Rows::around(above, height, row);
            prop_assert!(count <= MOST.max((height / row).ceil() as usize + 1));
            prop_assert!(first as f64 * row <= above);
            prop_assert!((first + count) as f64 * row >= above + height);
        }
    }
}
