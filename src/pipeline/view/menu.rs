//! "Move to…": every move without dragging, for a keyboard, a thumb or one switch.

use super::{board::keep_focus, carry::Hands};
use crate::{i18n::t, ids::LeadId, ui::dialog::Dialog};
use leptos::prelude::*;

/// The menu of one card.
#[component]
pub fn MoveMenu(lead: LeadId, hands: Hands) -> impl IntoView {
    let i18n = hands.i18n;
    let close = move || hands.menu.set(None);
    let here = hands.board.card(lead).map(|card| card.with_untracked(|card| card.stage));
    let stages = hands.board.columns.with_value(|columns| columns.iter().map(|column| column.id()).collect::<Vec<_>>());
    view! {
        <Dialog labelled_by="move-menu" on_close=move |()| close()>
            <h1 id="move-menu">{t!(i18n, pipeline.move_to, name = hands.name_of(lead))}</h1>
            <div class="menu">
                {stages
                    .into_iter()
                    .map(|stage| {
                        view! {
                            <button
                                type="button"
                                disabled=here == Some(stage) || !hands.may_move(lead, stage)
                                on:click=move |_| {
                                    close();
                                    hands.move_to(lead, stage, 0);
                                    keep_focus(lead);
                                }
                            >
                                {hands.stage_name(stage)}
                            </button>
                        }
                    })
                    .collect_view()}
                <button
                    type="button"
                    class="danger"
                    on:click=move |_| {
                        close();
                        hands.ask_why_lost(lead);
                    }
                >
                    {t!(i18n, pipeline.lose)}
                </button>
            </div>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| close()>{t!(i18n, shell.cancel)}</button>
            </div>
        </Dialog>
    }
}
