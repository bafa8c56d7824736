//! `winback serve`: everything running until Ctrl-C.

use super::{
    config::Config,
    database::{self, Database},
    router,
    state::App,
};
use crate::{
    analytics::shelf::Shelf,
    clock::Clock,
    demo, jobs,
    live::hub::{Hub, Nudge},
};
use leptos::config::get_config_from_str;
use sqlx::PgPool;
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinSet};

/// The application over an open database; tests build theirs with this, too.
pub fn app(pool: PgPool, clock: Clock, config: Config) -> App {
    let mut leptos = get_config_from_str(include_str!("../../Leptos.toml"))
        .expect("Leptos.toml, or a LEPTOS_ variable that overrides it, is not sound");
    leptos.site_root = config.site_root.to_string_lossy().into();
    let (steady, config) = (database::steady(&pool), Arc::new(config));
    App { pool, steady, clock, config, nudge: Nudge::default(), hub: Hub::default(), shelf: Shelf::default(), leptos }
}

/// Serves `app` on `listener` with its live stream and its jobs until `stop` resolves.
///
/// # Errors
/// When a route has no access rule, or the listener fails.
pub async fn run(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let router = router::router(app.clone())?;
    // They end with this function, however it ends.
    let mut background = JoinSet::new();
    background.spawn(crate::live::hub::announce(app.clone()));
    background.spawn(crate::live::hub::deliver(app.clone()));
    background.spawn(jobs::work(app.clone()));
    background.spawn(crate::routing::store::escalation::watch(app.clone()));
    let hub = app.hub.clone();
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            stop.await;
            // Open streams would hold the shutdown up for ever.
            hub.close();
        })
        .await?;
    Ok(())
}

/// The whole of `winback serve`.
pub async fn serve(mut config: Config) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if config.public_url.is_empty() {
        config.public_url = format!("http://localhost:{}", config.listen.port());
    }
    let database = Database::open(&config.database, |step| println!("· {step}")).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Is winback running already? Choose another with --listen", config.listen)
    })?;
    let app = app(database.pool.clone(), Clock::System, config);
    let steady = app.steady.clone();
    if app.config.demo
        && app.config.database.database_url.is_none()
        && crate::people::store::is_empty(&app.pool).await?
    {
        demo::command::add(&app.pool, &app.clock, demo::command::USUAL_SEED, None).await?;
    }
    greet(&app).await?;
    let served = run(app, listener, interrupted()).await;
    println!("· stopping");
    steady.close().await;
    database.close().await?;
    served
}

async fn greet(app: &App) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    println!("\nwinback is at {}", app.config.public_url);
    if crate::people::store::is_empty(&app.pool).await? {
        let token = crate::people::store::entry::setup_token(&app.pool, app.clock.now()).await?;
        println!("Nobody can sign in yet. Set winback up here (the link holds for a week, until it was used):");
        println!("  {}/setup?token={token}", app.config.public_url.trim_end_matches('/'));
        println!("or look around with a demo company first:");
        println!("  {} demo", std::env::args().next().unwrap_or_else(|| "winback".to_owned()));
    } else if demo::team::is_here(&app.pool).await? {
        println!("Sign in with any of the demo team ({}):", demo::team::PASSWORD_HINT);
        for member in demo::team::TEAM.iter().take(4) {
            println!("  {:<28} {}", member.email, member.description());
        }
        let program = std::env::args().next().unwrap_or_else(|| "winback".to_owned());
        println!("  … all thirteen: {program} demo --list");
        println!("The people, companies and leads are made up. Take them out: {program} demo --remove");
        println!("Start empty instead: {program} serve --data another-folder");
    }
    println!("Stop with Ctrl-C.\n");
    Ok(())
}

async fn interrupted() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
