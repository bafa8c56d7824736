//! The table of shortcuts in the reader's language.

use crate::{
    i18n::t_string,
    losses::view::words::I18n,
    search::rules::shortcuts::{Command, OnCard},
};
use leptos::prelude::*;

/// What a command is called.
pub(super) fn command_name(i18n: I18n, command: Command) -> String {
    match command {
        Command::Search => t_string!(i18n, search.title),
        Command::NewLead => t_string!(i18n, leads.new_lead),
        Command::Today => t_string!(i18n, shell.today),
        Command::Board => t_string!(i18n, shell.pipeline),
        Command::LostPool => t_string!(i18n, shell.lost_pool),
        Command::Losses => t_string!(i18n, shell.losses),
        Command::Figures => t_string!(i18n, shell.own_figures),
        Command::Import => t_string!(i18n, shell.import),
        Command::Settings => t_string!(i18n, shell.settings),
        Command::Help => t_string!(i18n, search.help_title),
    }
    .to_owned()
}

/// What a key does on a card.
pub(super) fn on_card_name(i18n: I18n, what: OnCard) -> String {
    match what {
        OnCard::PickUp => t_string!(i18n, search.card_pick_up),
        OnCard::Carry => t_string!(i18n, search.card_carry),
        OnCard::LetGo => t_string!(i18n, search.card_let_go),
        OnCard::Choose => t_string!(i18n, search.card_choose),
        OnCard::Menu => t_string!(i18n, search.card_menu),
        OnCard::Undo => t_string!(i18n, search.card_undo),
    }
    .to_owned()
}

/// Keys that are pressed one after the other.
pub(super) fn keys(names: impl Iterator<Item = String>) -> impl IntoView {
    view! { <span class="keys" dir="ltr">{names.map(|name| view! { <kbd>{name}</kbd> }).collect_view()}</span> }
}

/// The keys of a command.
pub(super) fn keys_of(command: Command) -> impl IntoView {
    keys(command.keys().iter().map(char::to_string))
}
