//! Pages that nobody needs to start the day: their code is a file of its own, fetched when somebody goes there.

use crate::{
    analytics::view::{LossesPage, OwnFiguresPage},
    capture::view::ImportPage,
    leads::view::LeadPage,
    losses::view::LostPoolPage,
    outreach::view::TodayPage,
    risks::view::AtRiskPage,
    settings::view::{InvitationPage, SectionPage, SettingsPage, SetupPage},
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The lost pool.
pub struct LostPoolRoute;

#[lazy_route]
impl LazyRoute for LostPoolRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <LostPoolPage/> }.into_any()
    }
}

/// A lead's page.
pub struct LeadRoute;

#[lazy_route]
impl LazyRoute for LeadRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <LeadPage/> }.into_any()
    }
}

/// The manager's losses.
pub struct LossesRoute;

#[lazy_route]
impl LazyRoute for LossesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <LossesPage/> }.into_any()
    }
}

/// One's own figures.
pub struct OwnFiguresRoute;

#[lazy_route]
impl LazyRoute for OwnFiguresRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <OwnFiguresPage/> }.into_any()
    }
}

/// The import page.
pub struct ImportRoute;

#[lazy_route]
impl LazyRoute for ImportRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <ImportPage/> }.into_any()
    }
}

/// Leads at risk.
pub struct AtRiskRoute;

#[lazy_route]
impl LazyRoute for AtRiskRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <AtRiskPage/> }.into_any()
    }
}

/// What is due today.
pub struct TodayRoute;

#[lazy_route]
impl LazyRoute for TodayRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <TodayPage/> }.into_any()
    }
}

/// The front page of the settings.
pub struct SettingsRoute;

#[lazy_route]
impl LazyRoute for SettingsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <SettingsPage/> }.into_any()
    }
}

/// A section of the settings.
pub struct SectionRoute;

#[lazy_route]
impl LazyRoute for SectionRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <SectionPage/> }.into_any()
    }
}

/// The first run.
pub struct SetupRoute;

#[lazy_route]
impl LazyRoute for SetupRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <SetupPage/> }.into_any()
    }
}

/// An invitation.
pub struct InvitationRoute;

#[lazy_route]
impl LazyRoute for InvitationRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <InvitationPage/> }.into_any()
    }
}
