//! Pages that nobody needs to start the day: their code is fetched when somebody goes there, in one bundle with those that
//! the same people open next. Few bundles, because all that two of them share becomes a file of its own for those two.

use crate::{
    analytics::view::{LossesPage, OwnFiguresPage},
    capture::view::ImportPage,
    leads::view::LeadPage,
    losses::view::LostPoolPage,
    outreach::view::TodayPage,
    risks::view::AtRiskPage,
    settings::view::{InvitationPage, SectionPage, SettingsPage, SetupPage},
};
use leptos::{prelude::*, wasm_split::wasm_split};
use leptos_router::LazyRoute;

/// The route of a page that comes with a bundle.
macro_rules! later {
    ($bundle:ident: $($route:ident of $page:ident),+) => {
        $(
            #[doc = concat!("The way to [`", stringify!($page), "`], which comes with the bundle `", stringify!($bundle), "`.")]
            pub struct $route;

            const _: () = {
                #[wasm_split($bundle, wasm_split_path = leptos::wasm_split, preload(fetch))]
                fn page() -> AnyView {
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
                        page().await
                    }

                    async fn preload() {
                        fetch().await;
                    }
                }
            };
        )+
    };
}

later!(day: TodayRoute of TodayPage, AtRiskRoute of AtRiskPage);
later!(record: LeadRoute of LeadPage, LostPoolRoute of LostPoolPage);
later!(figures: LossesRoute of LossesPage, OwnFiguresRoute of OwnFiguresPage);
later!(office: SettingsRoute of SettingsPage, SectionRoute of SectionPage, ImportRoute of ImportPage);
later!(arrival: SetupRoute of SetupPage, InvitationRoute of InvitationPage);
