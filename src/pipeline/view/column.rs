//! A column: a stage with its meaning, count and value, and its cards page by page.

use super::{
    board::Grip,
    card::CardItem,
    carry::{Hands, Target},
    state::ColumnState,
    window::Window,
};
use crate::{
    format,
    i18n::{t, t_string},
    ids::LeadId,
    pipeline::api::read_column,
    ui::icon::{Drawn, Icon},
};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;

/// A folded column opens under a card that rests on it this long.
const OPENS_AFTER: Duration = Duration::from_millis(500);

/// One column of the board.
#[component]
pub fn ColumnView(column: ColumnState, hands: Hands, grip: Grip, currency: StoredValue<String>) -> impl IntoView {
    let i18n = hands.i18n;
    let id = column.id();
    let language = move || leptos_i18n::Locale::as_str(i18n.get_locale());
    // In a divided board many columns have one name, and are no landmarks.
    let role = hands.look.with_untracked(|look| look.lanes.map(|_| "group"));
    let name = move || column.stage.with_value(|stage| stage.name.pick(language()).to_owned());
    let meaning = move || column.stage.with_value(|stage| stage.meaning.pick(language()).to_owned());
    let kind = column.stage.with_value(|stage| stage.kind);
    // The row above which a carried card would land, itself counted where it stands in this column.
    let landing = Memo::new(move |_| {
        let carried = hands.carried.get()?;
        match carried.over? {
            Target::Place { stage, place } if stage == id => {
                Some(column.order.with(|order| landing_row(order, carried.lead, place)))
            }
            _ => None,
        }
    });
    let refusal = Memo::new(move |_| landing.get().and_then(|_| hands.refusal_of_carried(id)));
    let stays_sorted = Memo::new(move |_| landing.get().is_some() && hands.stays_sorted(id));
    open_under_a_card(column, hands, landing);
    let list = NodeRef::<html::Div>::new();
    let window = Window::over(list, column, move || next_page(hands, column));
    let look = move || {
        if window.look(column) {
            next_page(hands, column);
        }
    };
    let shown = Memo::new(move |_| {
        let carried = hands.carried.with(|carried| carried.map(|carried| carried.lead));
        column.order.with(|order| window.shown(order, carried.into_iter().chain(hands.focused.get())))
    });
    let sums = move || {
        // No known value is not a value of nothing.
        let value = Some(column.value.get()).filter(|value| *value != 0)?;
        let short = |value| currency.with_value(|currency| format::short_money(i18n.get_locale(), value, currency));
        let chance = column.stage.with_value(|stage| stage.win_probability).filter(|chance| *chance < 100);
        let weighted = chance.map(|chance| short(value * i64::from(chance) / 100));
        Some((short(value), weighted))
    };
    view! {
        <section
            class="col"
            class:folded=move || !column.is_open.get()
            class:over=move || landing.get().is_some()
            class:refuses=move || refusal.get().is_some()
            data-stage=id.to_string()
            data-kind=kind.word()
            role=role
            aria-label=name
        >
            <header title=meaning>
                <h2>{name}</h2>
                <span class="faint num count">{move || format::number(i18n.get_locale(), column.leads.get())}</span>
                <button
                    type="button"
                    class="quiet fold icon-button"
                    aria-expanded=move || column.is_open.get().to_string()
                    aria-label=move || if column.is_open.get() { t_string!(i18n, pipeline.fold) } else { t_string!(i18n, pipeline.unfold) }
                    on:click=move |_| hands.toggle(id)
                >
                    {move || {
                        let icon = if column.is_open.get() { Icon::Fold } else { Icon::Unfold };
                        view! { <Drawn icon/> }
                    }}
                </button>
                <span class="faint num sum">
                    {move || sums().map(|(sum, weighted)| view! {
                        <span title=move || t_string!(i18n, pipeline.sum)>{sum}</span>
                        {weighted.map(|weighted| view! {
                            <span class="weighted" title=move || t_string!(i18n, pipeline.weighted_sum)>
                                <span class="sr">{move || t_string!(i18n, pipeline.weighted_sum)}</span>
                                {weighted}
                            </span>
                        })}
                    })}
                </span>
            </header>
            <p class="meaning small faint">{meaning}</p>
            {move || refusal.get().map(|refusal| view! { <p class="refusal small">{hands.words_of(refusal)}</p> })}
            <Show when=move || stays_sorted.get() && refusal.get().is_none()>
                <p class="hint small muted">{t!(i18n, pipeline.sorted_by_itself)}</p>
            </Show>
            <Show when=move || column.is_open.get()>
                <div class="cards" node_ref=list on:scroll=move |_| look() tabindex="-1">
                    <ul style:block-size=move || format!("calc(var(--row) * {})", column.order.with(Vec::len))>
                        <For each=move || shown.get() key=|lead| *lead let:lead>
                            <CardItem lead hands grip column/>
                        </For>
                        {move || landing.get().filter(|_| hands.board.is_sorted_by_hand()).map(|row| view! {
                            <li class="landing" aria-hidden="true" style:translate=format!("0 calc(var(--row) * {row})")></li>
                        })}
                    </ul>
                    <Show when=move || column.more.get()>
                        <button type="button" class="quiet more" disabled=move || column.is_loading.get() on:click=move |_| next_page(hands, column)>
                            {move || if column.is_loading.get() { t_string!(i18n, pipeline.loading) } else { t_string!(i18n, pipeline.show_more) }}
                        </button>
                    </Show>
                    <Show when=move || column.leads.get() == 0>
                        <p class="empty small faint">{t!(i18n, pipeline.empty_column)}</p>
                    </Show>
                </div>
            </Show>
        </section>
    }
}

/// The row above which a card lands that is set down at `place`, itself not counted there.
fn landing_row(order: &[LeadId], carried: LeadId, place: usize) -> usize {
    match order.iter().position(|lead| *lead == carried) {
        Some(own) if own < place => place + 1,
        _ => place,
    }
}

/// A folded column opens when a card rests on it, and folds again when the card goes elsewhere.
fn open_under_a_card(column: ColumnState, hands: Hands, landing: Memo<Option<usize>>) {
    let is_over = Memo::new(move |_| landing.get().is_some());
    let was_folded = StoredValue::new(false);
    Effect::new(move |_| {
        if is_over.get() {
            if column.is_open.get_untracked() {
                return;
            }
            set_timeout(
                move || {
                    if is_over.try_get_untracked() == Some(true) && !column.is_open.get_untracked() {
                        was_folded.set_value(true);
                        column.is_open.set(true);
                    }
                },
                OPENS_AFTER,
            );
        } else if was_folded.get_value() {
            was_folded.set_value(false);
            if hands.dropped_into.get_value() == Some(column.id()) {
                // Now somebody wants it open, and the address says so.
                hands.toggle(column.id());
            } else {
                column.is_open.set(false);
            }
        }
    });
}

/// Fetches the next page once; a failure leaves the button for another try.
fn next_page(hands: Hands, column: ColumnState) {
    let is_wanted = column.more.try_get_untracked() == Some(true) && column.is_open.get_untracked();
    if !is_wanted || column.is_loading.get_untracked() {
        return;
    }
    let after = hands.board.begin_page(column);
    spawn_local(async move {
        let answer = read_column(column.id(), hands.board.filter(), after).await;
        if !hands.board.is_on_screen() {
            return;
        }
        match answer {
            Ok(page) => hands.board.append(column, page),
            Err(error) => {
                leptos::logging::warn!("the next page did not come: {error}");
                hands.toaster.trouble(t_string!(hands.i18n, shell.busy_title));
            }
        }
        column.is_loading.set(false);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_landing_is_drawn_beside_the_carried_card_where_it_stood() {
        let order = [1, 2, 3].map(LeadId);
        assert_eq!(landing_row(&order, LeadId(9), 1), 1);
        assert_eq!(landing_row(&order, LeadId(9), 3), 3);
        assert_eq!(landing_row(&order, LeadId(1), 1), 2);
        assert_eq!(landing_row(&order, LeadId(3), 1), 1);
        assert_eq!(landing_row(&order, LeadId(2), 2), 3);
        assert_eq!(landing_row(&[], LeadId(2), 0), 0);
    }
}
