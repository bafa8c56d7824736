//! `winback import`.

/// Bring leads in.
#[derive(clap::Args)]
pub struct Import {}

/// Coming.
pub async fn run(_: Import) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}
