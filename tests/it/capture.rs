//! How leads come in.

use crate::harness::spawn_app;
use serde_json::json;

#[tokio::test]
async fn the_demo_team_signs_in() {
    let app = spawn_app().await;
    let ayse = app.sign_in("ayse@demo.winback").await;
    let me = ayse.ask("/api/people/me", json!({})).await;
    assert_eq!(me["name"], "Ayşe Yılmaz");
}
