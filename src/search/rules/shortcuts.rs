//! Everything that can be reached from everywhere, with its keys: the palette, the help sheet and whoever listens to the
//! keyboard are all made from this one table.

use super::letters::on_the_other_keyboard;

/// What somebody may want from any page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Open the palette.
    Search,
    /// Enter a new lead.
    NewLead,
    /// Go to what is due.
    Today,
    /// Go to the board.
    Board,
    /// Go to the lost pool.
    LostPool,
    /// Go to the manager's losses.
    Losses,
    /// Go to one's own figures.
    Figures,
    /// Go to the import.
    Import,
    /// Go to the settings.
    Settings,
    /// Open the help sheet.
    Help,
}

impl Command {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Search,
        Self::NewLead,
        Self::Today,
        Self::Board,
        Self::LostPool,
        Self::Losses,
        Self::Figures,
        Self::Import,
        Self::Settings,
        Self::Help,
    ];

    /// Keys that are pressed one after the other.
    pub fn keys(self) -> &'static [char] {
        match self {
            Self::Search => &['/'],
            Self::NewLead => &['n'],
            Self::Today => &['g', 't'],
            Self::Board => &['g', 'b'],
            Self::LostPool => &['g', 'l'],
            Self::Losses => &['g', 'o'],
            Self::Figures => &['g', 'f'],
            Self::Import => &['g', 'i'],
            Self::Settings => &['g', 's'],
            Self::Help => &['?'],
        }
    }

    /// The page that it leads to, if it does.
    pub fn page(self) -> Option<&'static str> {
        match self {
            Self::Search | Self::NewLead | Self::Help => None,
            Self::Today => Some("/today"),
            Self::Board => Some("/board"),
            Self::LostPool => Some("/lost"),
            Self::Losses => Some("/losses"),
            Self::Figures => Some("/me/figures"),
            Self::Import => Some("/import"),
            Self::Settings => Some("/settings"),
        }
    }

    /// Whether it is there for those only who manage others.
    pub fn is_for_managers(self) -> bool {
        matches!(self, Self::Losses | Self::Import)
    }

    /// Those that somebody may use.
    pub fn open_to(manages: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |command| manages || !command.is_for_managers())
    }
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The command is complete.
    Does(Command),
    /// A second key is to follow.
    Waits(char),
    /// Nothing that we know of.
    Nothing,
}

/// The small Latin letter or the sign of a key, whatever the keyboard is set to: a key of the Russian keyboard is the Latin
/// one at its place. `None` for keys such as Enter.
pub fn letter(key: &str) -> Option<char> {
    let latin = on_the_other_keyboard(key).filter(|_| !key.is_ascii());
    let mut letters = latin.as_deref().unwrap_or(key).chars();
    letters.next().filter(|_| letters.next().is_none()).map(|letter| letter.to_ascii_lowercase())
}

/// What `key` does after `before`, the first key of two.
pub fn press(before: Option<char>, key: &str, manages: bool) -> Press {
    let Some(letter) = letter(key) else { return Press::Nothing };
    let pressed: Vec<char> = before.into_iter().chain([letter]).collect();
    match Command::open_to(manages).find(|command| command.keys() == pressed) {
        Some(command) => Press::Does(command),
        None if before.is_some() => press(None, key, manages),
        None if Command::open_to(manages).any(|command| command.keys().first() == Some(&letter)) => {
            Press::Waits(letter)
        }
        None => Press::Nothing,
    }
}

/// What can be done by key on the board, while a card has the focus: other keys are nobody's there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCard {
    /// Pick it up, or put it down.
    PickUp,
    /// Carry it, or go to the next card.
    Carry,
    /// Put it back.
    LetGo,
    /// Choose it, to change several together.
    Choose,
    /// Open its menu.
    Menu,
    /// Take the last change back.
    Undo,
}

impl OnCard {
    /// All of them, with the names of their keys.
    pub const ALL: [(Self, &'static [&'static str]); 6] = [
        (Self::PickUp, &["Space"]),
        (Self::Carry, &["←", "→", "↑", "↓"]),
        (Self::LetGo, &["Esc"]),
        (Self::Choose, &["x"]),
        (Self::Menu, &["m"]),
        (Self::Undo, &["Ctrl", "Z"]),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_stands_in_the_way_of_another() {
        for one in Command::ALL {
            for other in Command::ALL.into_iter().filter(|other| *other != one) {
                assert!(!other.keys().starts_with(one.keys()), "{one:?} hides {other:?}");
            }
        }
    }

    #[test]
    fn every_command_is_reached_by_its_keys() {
        for command in Command::ALL {
            let mut before = None;
            for (place, key) in command.keys().iter().enumerate() {
                match press(before, &key.to_string(), true) {
                    Press::Waits(letter) => before = Some(letter),
                    done => assert!(done == Press::Does(command) && place + 1 == command.keys().len(), "{command:?}"),
                }
            }
        }
    }

    #[test]
    fn what_managers_have_is_nobody_elses() {
        assert_eq!(press(Some('g'), "i", true), Press::Does(Command::Import));
        assert_eq!(press(Some('g'), "i", false), Press::Nothing);
    }

    #[test]
    fn a_russian_keyboard_has_the_same_keys() {
        assert_eq!(press(None, "т", false), Press::Does(Command::NewLead));
        assert_eq!(press(Some('g'), "и", false), Press::Does(Command::Board));
        assert_eq!(press(None, "Enter", false), Press::Nothing);
        assert_eq!(press(Some('g'), "n", false), Press::Does(Command::NewLead));
    }
}
