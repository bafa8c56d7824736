//! Icons: the strokes of Feather (MIT licence), drawn inline so that they take the text's colour and cost no request.

use leptos::prelude::*;

/// Which icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A telephone.
    Phone,
    /// An envelope.
    Mail,
    /// A speech bubble.
    Message,
    /// A calendar.
    Calendar,
    /// A ticked box.
    Task,
    /// Three dots.
    More,
    /// A bell that warns.
    Alert,
    /// A pencil.
    Pencil,
    /// A price tag.
    Tag,
    /// A paper clip.
    Clip,
    /// A plus sign.
    Plus,
    /// Two arrows that meet.
    Fold,
    /// Two arrows that part.
    Unfold,
    /// A magnifying glass.
    Search,
}

impl Icon {
    fn strokes(self) -> &'static [&'static str] {
        match self {
            Self::Phone => &[
                "M22 16.92v3a2 2 0 0 1-2.18 2 19.79 19.79 0 0 1-8.63-3.07 19.5 19.5 0 0 1-6-6 19.79 19.79 0 0 1-3.07-8.67A2 2 0 0 1 4.11 2h3a2 2 0 0 1 2 1.72 12.84 12.84 0 0 0 .7 2.81 2 2 0 0 1-.45 2.11L8.09 9.91a16 16 0 0 0 6 6l1.27-1.27a2 2 0 0 1 2.11-.45 12.84 12.84 0 0 0 2.81.7A2 2 0 0 1 22 16.92z",
            ],
            Self::Mail => {
                &["M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z", "M22 6l-10 7L2 6"]
            }
            Self::Message => &[
                "M21 11.5a8.38 8.38 0 0 1-.9 3.8 8.5 8.5 0 0 1-7.6 4.7 8.38 8.38 0 0 1-3.8-.9L3 21l1.9-5.7a8.38 8.38 0 0 1-.9-3.8 8.5 8.5 0 0 1 4.7-7.6 8.38 8.38 0 0 1 3.8-.9h.5a8.48 8.48 0 0 1 8 8v.5z",
            ],
            Self::Calendar => {
                &["M5 4h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z", "M16 2v4M8 2v4M3 10h18"]
            }
            Self::Task => &["M9 11l3 3L22 4", "M21 12v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h11"],
            Self::Fold => &["M3 12h7M7 9l3 3-3 3M21 12h-7M17 9l-3 3 3 3"],
            Self::Unfold => &["M10 12H3M6 9l-3 3 3 3M14 12h7M18 9l3 3-3 3"],
            Self::More => &["M5 12h.01M12 12h.01M19 12h.01"],
            Self::Pencil => &["M17 3a2.83 2.83 0 1 1 4 4L7.5 20.5 2 22l1.5-5.5L17 3z"],
            Self::Tag => {
                &["M20.59 13.41l-7.17 7.17a2 2 0 0 1-2.83 0L2 12V2h10l8.59 8.59a2 2 0 0 1 0 2.82z", "M7 7h.01"]
            }
            Self::Clip => &[
                "M21.44 11.05l-9.19 9.19a6 6 0 0 1-8.49-8.49l9.19-9.19a4 4 0 0 1 5.66 5.66l-9.2 9.19a2 2 0 0 1-2.83-2.83l8.49-8.48",
            ],
            Self::Plus => &["M12 5v14M5 12h14"],
            Self::Search => &["M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16z", "M21 21l-4.35-4.35"],
            Self::Alert => &["M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z", "M12 8v4M12 16h.01"],
        }
    }
}

/// Draws an icon for the eye only: the words beside it, or its button's label, say the same.
#[component]
pub fn Drawn(
    /// Which.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            {icon.strokes().iter().map(|stroke| view! { <path d=*stroke/> }).collect_view()}
        </svg>
    }
}
