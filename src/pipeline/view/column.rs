//! A column: a stage with its meaning, count and value, and its cards page by page.

use super::{
    board::Grip,
    card::CardItem,
    carry::{Hands, Target},
    state::ColumnState,
};
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string},
    ids::LeadId,
    pipeline::api::read_column,
};
use leptos::{html, prelude::*, task::spawn_local};

/// The next page is fetched when fewer pixels than this are left below.
const AHEAD: i32 = 600;

/// Where the carried card would land. Drawn on the cards that are there: a row of its own would move them in the page,
/// and a card that is moved loses the keyboard's focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// Right above this card.
    Above(LeadId),
    /// Below all cards.
    AtTheEnd,
}

/// One column of the board.
#[component]
pub fn ColumnView(
    column: ColumnState,
    hands: Hands,
    grip: Grip,
    currency: StoredValue<String>,
    now: Moment,
) -> impl IntoView {
    let i18n = hands.i18n;
    let id = column.id();
    let language = move || leptos_i18n::Locale::as_str(i18n.get_locale());
    let name = move || column.stage.with_value(|stage| stage.name.pick(language()).to_owned());
    let meaning = move || column.stage.with_value(|stage| stage.meaning.pick(language()).to_owned());
    let kind = column.stage.with_value(|stage| stage.kind);
    let heading = format!("stage-{id}");
    let heading_id = heading.clone();
    let landing = Memo::new(move |_| {
        let carried = hands.carried.get()?;
        match carried.over? {
            Target::Place { stage, place } if stage == id => {
                Some(column.order.with(|order| landing(order, carried.lead, place)))
            }
            _ => None,
        }
    });
    let list = NodeRef::<html::Div>::new();
    let near_the_end = move |_| {
        if let Some(list) = list.get_untracked()
            && list.scroll_top() + list.client_height() + AHEAD > list.scroll_height()
        {
            next_page(hands, column);
        }
    };
    view! {
        <section
            class="col"
            class:folded=move || !column.is_open.get()
            class:over=move || landing.get().is_some()
            data-stage=id.to_string()
            data-kind=kind.word()
            aria-labelledby=heading
        >
            <header title=meaning>
                <h2 id=heading_id>{name}</h2>
                <span class="faint num count">{move || format::number(i18n.get_locale(), column.leads.get())}</span>
                <span class="faint num sum">
                    {move || {
                        // No known value is not a value of nothing.
                        let value = Some(column.value.get()).filter(|value| *value != 0);
                        value.map(|value| currency.with_value(|currency| format::short_money(i18n.get_locale(), value, currency)))
                    }}
                </span>
                {kind.is_folded().then(|| view! {
                    <button
                        type="button"
                        class="quiet fold"
                        aria-expanded=move || column.is_open.get().to_string()
                        on:click=move |_| column.is_open.update(|is_open| *is_open = !*is_open)
                    >
                        {move || if column.is_open.get() { t_string!(i18n, pipeline.fold) } else { t_string!(i18n, pipeline.unfold) }}
                    </button>
                })}
            </header>
            <p class="meaning small faint">{meaning}</p>
            <Show when=move || column.is_open.get()>
                <div class="cards" class:lands-at-end=move || landing.get() == Some(Landing::AtTheEnd) node_ref=list on:scroll=near_the_end tabindex="-1">
                    <ul>
                        <For each=move || column.order.get() key=|lead| *lead let:lead>
                            <CardItem lead hands grip landing now/>
                        </For>
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

/// Where a card lands that is set down at `place`, itself not counted.
fn landing(order: &[LeadId], carried: LeadId, place: usize) -> Landing {
    order.iter().filter(|lead| **lead != carried).nth(place).map_or(Landing::AtTheEnd, |lead| Landing::Above(*lead))
}

/// Fetches the next page once; a failure leaves the button for another try.
fn next_page(hands: Hands, column: ColumnState) {
    if column.is_loading.get_untracked() || !column.more.get_untracked() {
        return;
    }
    let Some(after) = hands.board.end_of(column) else { return };
    column.is_loading.set(true);
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
    fn the_landing_is_counted_without_the_carried_card() {
        let order = [1, 2, 3].map(LeadId);
        assert_eq!(landing(&order, LeadId(9), 1), Landing::Above(LeadId(2)));
        assert_eq!(landing(&order, LeadId(9), 3), Landing::AtTheEnd);
        assert_eq!(landing(&order, LeadId(1), 1), Landing::Above(LeadId(3)));
        assert_eq!(landing(&order, LeadId(2), 2), Landing::AtTheEnd);
        assert_eq!(landing(&[], LeadId(2), 0), Landing::AtTheEnd);
    }
}
