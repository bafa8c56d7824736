//! Pages that nobody needs to start the day: their code is fetched when somebody goes there, in one bundle with those that
//! the same people open next. Few bundles, because all that two of them share becomes a file of its own for those two.

use crate::{
    analytics::view::{LossesPage, OwnFiguresPage},
    capture::view::ImportPage,
    decisions::view::{DecisionsPage, MinutesPage},
    hygiene::view::HygienePage,
    insights::view::InsightsPage,
    leads::view::LeadPage,
    losses::view::LostPoolPage,
    money::view::MoneyPage,
    outreach::view::TodayPage,
    persistence::view::FollowUpsPage,
    risks::view::AtRiskPage,
    settings::view::{InvitationPage, SectionPage, SettingsPage, SetupPage},
};
use leptos::{prelude::*, wasm_split::wasm_split};
use leptos_router::LazyRoute;

/// The route of a page that comes with a bundle.
macro_rules! later {
    ($bundle:ident: $($name:ident is $route:ident of $page:ident),+) => {
        $(
            #[doc = concat!("The way to [`", stringify!($page), "`], which comes with the bundle `", stringify!($bundle), "`.")]
            pub struct $route;

            const _: () = {
                #[wasm_split($bundle, wasm_split_path = leptos::wasm_split, preload(fetch))]
                fn $name() -> AnyView {
                    view! { <$page/> }.into_any()
                }

                impl LazyRoute for $route {
                    fn data() -> Self {
                        Self
                    }

                    async fn view(_this: Self) -> AnyView {
                        // The page names the bundle's files in its head.
                        #[cfg(feature = "ssr")]
                        leptos::prefetch_lazy_fn_on_server(stringify!($bundle));
                        $name().await
                    }

                    async fn preload() {
                        fetch().await;
                    }
                }
            };
        )+
    };
}

later!(day: today is TodayRoute of TodayPage, at_risk is AtRiskRoute of AtRiskPage);
later!(record: lead is LeadRoute of LeadPage, lost_pool is LostPoolRoute of LostPoolPage);
later!(figures: losses is LossesRoute of LossesPage, own_figures is OwnFiguresRoute of OwnFiguresPage);
later!(causes: insights is InsightsRoute of InsightsPage, hygiene is HygieneRoute of HygienePage, follow_ups is FollowUpsRoute of FollowUpsPage, money is MoneyRoute of MoneyPage, decisions is DecisionsRoute of DecisionsPage, minutes is MinutesRoute of MinutesPage);
later!(office: settings is SettingsRoute of SettingsPage, section is SectionRoute of SectionPage, import is ImportRoute of ImportPage);
later!(arrival: setup is SetupRoute of SetupPage, invitation is InvitationRoute of InvitationPage);
