//! The `winback` program: wiring only. See `winback::command` for what it can do.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    winback::command::run().await
}
