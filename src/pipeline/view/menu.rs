//! "Move to…": every move without dragging, for a keyboard, a thumb or one switch; for one card or for all that are chosen.

use super::{board::keep_focus, carry::Hands};
use crate::{i18n::t, ids::LeadId, ui::dialog::Dialog};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The menu of these cards.
#[component]
pub fn MoveMenu(leads: Vec<LeadId>, hands: Hands) -> impl IntoView {
    let i18n = hands.i18n;
    let name = hands.name_of_all(&leads);
    let here: BTreeSet<_> = leads
        .iter()
        .filter_map(|lead| hands.board.card(*lead).map(|card| card.with_untracked(|card| card.stage)))
        .collect();
    let stages = hands.board.columns.with_value(|columns| columns.iter().map(|column| column.id()).collect::<Vec<_>>());
    let one = (leads.len() == 1).then(|| leads[0]);
    let leads = StoredValue::new(leads);
    let close = move || {
        hands.menu.set(None);
        one.into_iter().for_each(keep_focus);
    };
    let to_stage = move |stage| {
        let is_there = here.len() == 1 && here.contains(&stage);
        let may_go = leads.with_value(|leads| leads.iter().any(|lead| hands.may_move(*lead, stage)));
        view! {
            <button
                type="button"
                disabled=is_there || !may_go
                on:click=move |_| {
                    close();
                    leads.with_value(|leads| hands.put_together(leads, stage, None));
                }
            >
                {hands.stage_name(stage)}
            </button>
        }
    };
    view! {
        <Dialog labelled_by="move-menu" on_close=move |()| close()>
            <h1 id="move-menu">{t!(i18n, pipeline.move_to, name = name)}</h1>
            <div class="menu">
                {stages.into_iter().map(to_stage).collect_view()}
                <button
                    type="button"
                    class="danger"
                    on:click=move |_| {
                        close();
                        hands.ask_why_lost(leads.get_value());
                    }
                >
                    {t!(i18n, pipeline.lose)}
                </button>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| {
                        close();
                        hands.assigning.set(Some(leads.get_value()));
                    }
                >
                    {t!(i18n, routing.assign_chosen)}
                </button>
                {one.map(|lead| view! {
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| {
                            close();
                            hands.choose(lead);
                        }
                    >
                        {t!(i18n, pipeline.choose_more)}
                    </button>
                })}
            </div>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| close()>{t!(i18n, shell.cancel)}</button>
            </div>
        </Dialog>
    }
}
