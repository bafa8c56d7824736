//! What can be done with all chosen cards at once.

use super::carry::Hands;
use crate::i18n::{t, t_string};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The bar that is there while cards are chosen.
#[component]
pub fn ChosenBar(hands: Hands) -> impl IntoView {
    let i18n = hands.i18n;
    let count = Memo::new(move |_| hands.chosen.with(|chosen| hands.board.how_many_of(chosen)));
    Effect::new(move |_| {
        // Those that have left the board meanwhile take nothing with them.
        if count.get() == 0 && !hands.chosen.with_untracked(BTreeSet::is_empty) {
            hands.chosen.update(BTreeSet::clear);
        }
    });
    let leads = move || hands.board.in_order(&hands.chosen.get_untracked());
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="chosen-bar" role="group" aria-label=move || t_string!(i18n, pipeline.chosen)>
                <strong>{t!(i18n, pipeline.many_leads, count = move || count.get())}</strong>
                <button type="button" aria-haspopup="dialog" on:click=move |_| hands.menu.set(Some(leads()))>
                    {t!(i18n, pipeline.move_chosen)}
                </button>
                <button type="button" aria-haspopup="dialog" on:click=move |_| hands.assigning.set(Some(leads()))>
                    {t!(i18n, routing.assign_chosen)}
                </button>
                <button type="button" aria-haspopup="dialog" on:click=move |_| hands.planning.set(Some(leads()))>
                    {t!(i18n, pipeline.plan_chosen)}
                </button>
                <button type="button" class="danger" aria-haspopup="dialog" on:click=move |_| hands.ask_why_lost(leads())>
                    {t!(i18n, pipeline.lose)}
                </button>
                <button type="button" class="quiet" on:click=move |_| hands.choose_none()>
                    {t!(i18n, pipeline.choose_none)}
                </button>
            </div>
        </Show>
    }
}
