//! One drag at a time, and every end is either a drop or a cancel. Mouse: press and move. Touch: a long press, so that
//! scrolling never drags. Keyboard dragging is the board's own (it has no coordinates) but shares the phases.
//!
//! What lies under the pointer is found by a pure function over measured rectangles; no browser drag-and-drop API.

use leptos::prelude::*;
use leptos_use::{UseEventListenerOptions, use_event_listener, use_event_listener_with_options, use_window};
use std::time::Duration;
use web_sys::PointerEvent;

/// A mouse that moved less than this is clicking.
const MOUSE_SLACK: f64 = 4.0;
/// A finger that moved more than this before the long press is scrolling.
const TOUCH_SLACK: f64 = 8.0;
/// How long a finger has to rest before it drags.
const LONG_PRESS: Duration = Duration::from_millis(350);

/// A point of the viewport in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// From the viewport's left edge.
    pub x: f64,
    /// From its top.
    pub y: f64,
}

/// A rectangle of the viewport in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// Whether `point` lies inside.
    pub fn holds(&self, point: Point) -> bool {
        (self.x..self.x + self.width).contains(&point.x) && (self.y..self.y + self.height).contains(&point.y)
    }

    /// Where an element stands now.
    pub fn of(element: &web_sys::Element) -> Self {
        let rect = element.get_bounding_client_rect();
        Self { x: rect.x(), y: rect.y(), width: rect.width(), height: rect.height() }
    }
}

/// The place in a list of equally high rows that a point `y` below its top aims at: before the first row whose middle is
/// below it. Pure arithmetic, so that no frame of a drag waits for measuring.
pub fn place_in_rows(y: f64, row: f64, count: usize) -> usize {
    if row <= 0.0 { 0 } else { ((y / row + 0.5).max(0.0) as usize).min(count) }
}

/// Where a drag is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase<T> {
    /// Nothing is going on.
    Idle,
    /// Pressed, but it may still become a click or a scroll.
    Pressed {
        /// What.
        item: T,
        /// Where the press began.
        from: Point,
        /// Which pointer.
        pointer: i32,
        /// Whether it is a finger.
        is_touch: bool,
    },
    /// On its way.
    Dragging {
        /// What.
        item: T,
        /// Where it is.
        at: Point,
        /// Which pointer.
        pointer: i32,
    },
}

/// A pointer drag over one surface. Copy it into event handlers.
pub struct Drag<T: Send + Sync + 'static> {
    phase: RwSignal<Phase<T>>,
    dropped: StoredValue<bool>,
}

impl<T: Send + Sync + 'static> Clone for Drag<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Drag<T> {}

/// What the surface does with a drag.
pub struct DragEnds<T: Send + Sync + 'static> {
    /// The drag has begun.
    pub start: Callback<T>,
    /// It moved.
    pub over: Callback<(T, Point)>,
    /// It was dropped.
    pub drop: Callback<(T, Point)>,
    /// It ended without a drop.
    pub cancel: Callback<T>,
}

impl<T: Send + Sync + 'static> Clone for DragEnds<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for DragEnds<T> {}

/// Sets up dragging for the current component.
pub fn use_drag<T: Copy + PartialEq + Send + Sync + 'static>(ends: DragEnds<T>) -> Drag<T> {
    let drag = Drag { phase: RwSignal::new(Phase::Idle), dropped: StoredValue::new(false) };
    let window = use_window();
    let _ = use_event_listener(window.clone(), leptos::ev::pointermove, move |event| drag.moved(&event, ends));
    let _ = use_event_listener(window.clone(), leptos::ev::pointerup, move |event| drag.released(&event, ends));
    let _ = use_event_listener(window.clone(), leptos::ev::pointercancel, move |_| drag.cancel(ends));
    let _ = use_event_listener(window.clone(), leptos::ev::blur, move |_| drag.cancel(ends));
    let _ = use_event_listener(window.clone(), leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && drag.item().is_some() {
            event.prevent_default();
            drag.cancel(ends);
        }
    });
    // Browsers listen passively for touches on the window unless told otherwise, and would scroll under the drag.
    let active = UseEventListenerOptions::default().passive(false);
    let _ = use_event_listener_with_options(
        window.clone(),
        leptos::ev::touchmove,
        move |event| {
            if drag.item().is_some() && event.cancelable() {
                event.prevent_default();
            }
        },
        active,
    );
    let _ = use_event_listener(window, leptos::ev::contextmenu, move |event| {
        if !matches!(drag.phase.get_untracked(), Phase::Idle) {
            event.prevent_default();
        }
    });
    drag
}

impl<T: Copy + PartialEq + Send + Sync + 'static> Drag<T> {
    /// What is being dragged, and where; tracked.
    pub fn dragging(self) -> Option<(T, Point)> {
        match self.phase.get() {
            Phase::Dragging { item, at, .. } => Some((item, at)),
            _ => None,
        }
    }

    /// What is being dragged, and where, as it stands.
    pub fn dragging_untracked(self) -> Option<(T, Point)> {
        match self.phase.try_get_untracked() {
            Some(Phase::Dragging { item, at, .. }) => Some((item, at)),
            _ => None,
        }
    }

    fn item(self) -> Option<T> {
        match self.phase.get_untracked() {
            Phase::Dragging { item, .. } => Some(item),
            _ => None,
        }
    }

    /// Whether the click that just came belongs to a drop, and is none.
    pub fn swallows_click(self) -> bool {
        let swallows = self.dropped.get_value();
        self.dropped.set_value(false);
        swallows
    }

    /// A pointer was pressed on `item`. Presses on controls inside it are theirs.
    pub fn press(self, event: &PointerEvent, item: T, ends: DragEnds<T>) {
        self.dropped.set_value(false);
        let on_control = event
            .target()
            .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok())
            .and_then(|element| element.closest("button, input, select, textarea, summary").ok().flatten())
            .is_some();
        if event.button() != 0 || !event.is_primary() || on_control {
            return;
        }
        let (from, pointer) = (point(event), event.pointer_id());
        let is_touch = event.pointer_type() != "mouse";
        self.phase.set(Phase::Pressed { item, from, pointer, is_touch });
        if is_touch {
            set_timeout(
                move || {
                    let still = Phase::Pressed { item, from, pointer, is_touch };
                    if self.phase.try_get_untracked() == Some(still) {
                        self.begin(item, from, pointer, ends);
                    }
                },
                LONG_PRESS,
            );
        }
    }

    fn begin(self, item: T, at: Point, pointer: i32, ends: DragEnds<T>) {
        self.phase.set(Phase::Dragging { item, at, pointer });
        ends.start.run(item);
        ends.over.run((item, at));
    }

    fn moved(self, event: &PointerEvent, ends: DragEnds<T>) {
        let at = point(event);
        match self.phase.get_untracked() {
            Phase::Pressed { item, from, pointer, is_touch } if pointer == event.pointer_id() => {
                let distance = (at.x - from.x).hypot(at.y - from.y);
                if is_touch && distance > TOUCH_SLACK {
                    self.phase.set(Phase::Idle);
                } else if !is_touch && distance > MOUSE_SLACK {
                    self.begin(item, at, pointer, ends);
                }
            }
            Phase::Dragging { item, pointer, .. } if pointer == event.pointer_id() => {
                // What measures comes before what paints.
                ends.over.run((item, at));
                self.phase.set(Phase::Dragging { item, at, pointer });
            }
            _ => {}
        }
    }

    fn released(self, event: &PointerEvent, ends: DragEnds<T>) {
        match self.phase.get_untracked() {
            Phase::Dragging { item, pointer, .. } if pointer == event.pointer_id() => {
                self.phase.set(Phase::Idle);
                self.dropped.set_value(true);
                // Its click comes at once or, after a touch, not at all: the next one is somebody's.
                set_timeout(
                    move || {
                        self.dropped.try_set_value(false);
                    },
                    Duration::ZERO,
                );
                ends.drop.run((item, point(event)));
            }
            Phase::Pressed { pointer, .. } if pointer == event.pointer_id() => self.phase.set(Phase::Idle),
            _ => {}
        }
    }

    fn cancel(self, ends: DragEnds<T>) {
        let item = self.item();
        if !matches!(self.phase.get_untracked(), Phase::Idle) {
            self.phase.set(Phase::Idle);
        }
        if let Some(item) = item {
            ends.cancel.run(item);
        }
    }
}

fn point(event: &PointerEvent) -> Point {
    Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_goes_before_the_first_whose_middle_is_below_the_pointer() {
        for (y, place) in [(-5.0, 0), (19.0, 0), (21.0, 1), (61.0, 2), (500.0, 3)] {
            assert_eq!(place_in_rows(y, 40.0, 3), place, "{y}");
        }
        assert_eq!(place_in_rows(10.0, 0.0, 0), 0);
    }

    #[test]
    fn an_area_holds_its_inside_only() {
        let area = Area { x: 0.0, y: 10.0, width: 100.0, height: 40.0 };
        assert!(area.holds(Point { x: 0.0, y: 10.0 }));
        assert!(!area.holds(Point { x: 100.0, y: 10.0 }));
        assert!(!area.holds(Point { x: 50.0, y: 9.9 }));
    }
}
