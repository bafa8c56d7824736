//! Who gets in, how they get out, and what stands before every route.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, spawn_app, spawn_app_with},
};
use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use winback::people::access::{Access, TABLE};

const AYSE: &str = "ayse@demo.winback";
const NOBODY: &str = "nobody@demo.winback";
const PASSWORD: &str = "winback-demo";

fn text(answer: &Response, name: header::HeaderName) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Where an answer sends the browser.
fn goes_to(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    text(answer, header::LOCATION)
}

async fn try_to_sign_in(client: &Client, email: &str, password: &str) -> String {
    goes_to(&client.post_form("/sign-in", format!("email={email}&password={password}&next=/lost")).await)
}

async fn is_signed_in(client: &Client) -> bool {
    let (status, answer) = client.call("/api/people/me", json!({})).await;
    match status {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => {
            assert_eq!(answer, json!("signed_out"));
            false
        }
        other => panic!("{other}: {answer}"),
    }
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

// In and out.

#[tokio::test]
async fn signing_in_and_out() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let me = ayse.ask("/api/people/me", json!({})).await;
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("Ayşe Yılmaz"), Some("rep")));
    // The address is compared folded.
    let shouting = app.sign_in("AYSE@Demo.Winback").await;
    assert!(is_signed_in(&shouting).await);

    let out = ayse.post_form("/sign-out", "").await;
    assert_eq!(goes_to(&out), "/sign-in");
    let cookie = text(&out, header::SET_COOKIE);
    assert!(cookie.starts_with("winback_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    assert!(!is_signed_in(&ayse).await, "the session has ended on the server, not only the cookie in the browser");
    assert!(is_signed_in(&shouting).await, "other sessions go on");
    // Twice is no harm.
    assert_eq!(ayse.post_form("/sign-out", "").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_that_person() {
    let app = spawn_app().await;
    let (desk, phone, burak) =
        (app.sign_in(AYSE).await, app.sign_in(AYSE).await, app.sign_in("burak@demo.winback").await);
    desk.post_form("/sign-out", "everywhere=true").await;
    assert!(!is_signed_in(&desk).await && !is_signed_in(&phone).await && is_signed_in(&burak).await);
}

#[tokio::test]
async fn a_session_ends_after_two_weeks() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    app.clock.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    assert!(is_signed_in(&ayse).await);
    app.clock.advance(TimeDelta::seconds(1));
    assert!(!is_signed_in(&ayse).await);
    assert_eq!(goes_to(&ayse.get("/lost?reason=3").await), "/sign-in?next=/lost%3Freason%3D3");
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_stays_out() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    sqlx::query("update app_user set closed_at = $1 where email = $2")
        .bind(app.clock.now())
        .bind(AYSE)
        .execute(&app.pool)
        .await
        .expect("a closed account");
    assert!(!is_signed_in(&ayse).await);
    assert_eq!(try_to_sign_in(&app.stranger(), AYSE, PASSWORD).await, "/sign-in?next=/lost&problem=wrong");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_and_its_secret_is_not_in_the_database() {
    for (public_url, is_secure) in [("http://crm.test", false), ("https://crm.test", true)] {
        let app = spawn_app_with(|config| config.public_url = public_url.to_owned()).await;
        let form = format!("email={AYSE}&password={PASSWORD}&next=/");
        let cookie = text(&app.stranger().post_form("/sign-in", form).await, header::SET_COOKIE);
        let (pair, flags) = cookie.split_once("; ").expect("flags");
        let flags: BTreeSet<_> = flags.split("; ").collect();
        let mut expected = BTreeSet::from(["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=1209600"]);
        if is_secure {
            expected.insert("Secure");
        }
        assert_eq!(flags, expected, "{public_url}");
        let secret = pair.strip_prefix("winback_session=").expect("the session");
        assert!(secret.len() >= 43, "256 bits: {secret}");
        let everything = app.everything().await;
        assert!(!everything["session"].is_empty());
        assert!(everything.values().all(|rows| !rows.contains(secret)));
    }
}

// What a stranger learns.

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    let mut answers = Vec::new();
    for (email, password) in [(AYSE, "wrong-password"), (NOBODY, "wrong-password"), (NOBODY, PASSWORD)] {
        let answer = stranger.post_form("/sign-in", format!("email={email}&password={password}&next=/lost")).await;
        let headers: BTreeSet<_> = answer.headers().keys().map(|name| name.as_str().to_owned()).collect();
        answers.push((goes_to(&answer), headers, answer.text().await.expect("a body")));
    }
    assert_eq!(answers[0].0, "/sign-in?next=/lost&problem=wrong");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!((count(&app, "sign_in_failure").await, count(&app, "session").await), (3, 0));
}

#[tokio::test]
async fn guessing_is_throttled_for_known_and_unknown_addresses_alike() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    for email in [AYSE, NOBODY] {
        for _ in 0..8 {
            assert_eq!(try_to_sign_in(&stranger, email, "wrong-password").await, "/sign-in?next=/lost&problem=wrong");
        }
        // Not even the right password opens a closed door: it would tell that it was right.
        for password in ["wrong-password", PASSWORD] {
            assert_eq!(try_to_sign_in(&stranger, email, password).await, "/sign-in?next=/lost&problem=wait");
        }
    }
    assert_eq!(count(&app, "session").await, 0);
    assert!(is_signed_in(&app.sign_in("burak@demo.winback").await).await, "others get in");
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert_eq!(try_to_sign_in(&stranger, AYSE, PASSWORD).await, "/sign-in?next=/lost&problem=wait");
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(try_to_sign_in(&stranger, AYSE, PASSWORD).await, "/lost", "it opens again");
}

#[tokio::test]
async fn guessing_many_at_once_gains_nothing() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    let answers = join_all((0..40).map(|_| try_to_sign_in(&stranger, AYSE, "wrong-password"))).await;
    let tried = answers.iter().filter(|answer| answer.ends_with("wrong")).count();
    assert!((8..=12).contains(&tried), "{tried} guesses were looked at");
}

#[tokio::test]
async fn one_client_cannot_try_every_address() {
    let app = spawn_app_with(|config| config.proxies = 1).await;
    for number in 0..40 {
        sqlx::query("insert into sign_in_failure (email_key, client, at) values ($1, '203.0.113.9', $2)")
            .bind(format!("guess-{number}@demo.winback"))
            .bind(app.clock.now())
            .execute(&app.pool)
            .await
            .expect("a failure");
    }
    let from = async |hops: &[&str]| {
        let mut request = app.stranger().request(Method::POST, "/sign-in");
        for hop in hops {
            request = request.header("x-forwarded-for", *hop);
        }
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = format!("email={AYSE}&password={PASSWORD}&next=/lost");
        goes_to(&request.body(form).send().await.expect("an answer"))
    };
    assert_eq!(from(&["203.0.113.9"]).await, "/sign-in?next=/lost&problem=wait");
    // What the client itself claims does not count: only what our proxy has added, in the same line or in another one.
    assert_eq!(from(&["198.51.100.1, 203.0.113.9"]).await, "/sign-in?next=/lost&problem=wait");
    assert_eq!(from(&["198.51.100.1", "203.0.113.9"]).await, "/sign-in?next=/lost&problem=wait");
    assert_eq!(from(&["203.0.113.9, 198.51.100.1"]).await, "/lost");
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let app = spawn_app().await;
    let cases = [
        ("/lost%3Freason%3D3", "/lost?reason=3"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("%2F%09%2Fevil.example", "/"),
        ("%2Fx%0D%0ASet-Cookie%3A%20a%3Db", "/"),
        ("javascript%3Aalert(1)", "/"),
        ("%2Fsign-out", "/"),
        ("", "/"),
    ];
    for (next, expected) in cases {
        let form = format!("email={AYSE}&password={PASSWORD}&next={next}");
        let answer = app.stranger().post_form("/sign-in", form).await;
        assert_eq!(goes_to(&answer), expected, "{next}");
        let form = format!("email={AYSE}&password=wrong-password&next={next}");
        let back = goes_to(&app.stranger().post_form("/sign-in", form).await);
        assert!(back.starts_with("/sign-in?next=/") && !back.contains("evil"), "{next}: {back}");
        app.clock.advance(TimeDelta::minutes(20));
    }
}

#[tokio::test]
async fn what_was_typed_is_in_no_address() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    for email in [AYSE, NOBODY, "not-an-address"] {
        let to = try_to_sign_in(&stranger, email, "my-secret-word").await;
        assert_eq!(to, "/sign-in?next=/lost&problem=wrong");
        let page = stranger.get(&to).await.text().await.expect("a page");
        assert!(page.contains("role=\"alert\"") && !page.contains(email) && !page.contains("my-secret-word"), "{page}");
    }
    // A form without its fields is refused without repeating what it held.
    let answer = stranger.post_form("/sign-in", "passwort=my-secret-word").await;
    assert!(answer.status().is_client_error());
    assert!(!answer.text().await.expect("a body").contains("my-secret-word"));
}

// What stands before every route.

/// Sound arguments of a function: what would change something if the call got through, in the order of the table.
async fn arguments(app: &TestApp, path: &str, number: usize) -> Value {
    let filter = json!({ "whose": "mine", "source": null, "product": null, "text": "" });
    let lead = given::can(app).await;
    let key = format!("table-key-{number}");
    let attempt = json!({ "channel": "call", "approach": "offer", "result": "reached", "at": null, "note": "" });
    match path {
        "/api/live/since" => json!({ "cursor": { "epoch": 0, "xid": 0, "id": 0 } }),
        "/api/pipeline/board" | "/api/pipeline/counts" => json!({ "filter": filter }),
        "/api/pipeline/column" => {
            let stage = given::stage(app, "open").await;
            json!({ "stage": stage, "filter": filter, "after": { "rank": "V", "id": 1 } })
        }
        "/api/pipeline/move_lead" => json!({ "wanted": { "lead": lead, "to": given::stage(app, "open").await,
            "above": null, "below": null, "seen_version": 0, "key": key } }),
        "/api/losses/preparation" | "/api/leads/lead" => json!({ "lead": lead }),
        "/api/losses/log_attempt" => json!({ "lead": lead, "attempt": attempt, "key": key }),
        "/api/losses/lose" => json!({ "wanted": { "lead": lead, "seen_version": 0, "key": key, "draft": {
            "outcome": "lost", "reason": given::reason(app, "trust").await, "attempt": { "new": attempt },
            "same_again_because": "", "customer": { "words": "No." }, "note": "Heard bad things.",
            "retry_potential": "low", "evidence": {}, "recontact_on": null, "override_because": "" } } }),
        "/api/losses/reopen" => {
            let loss: Option<i64> = sqlx::query_scalar("select min(id) from loss where closed_at is null")
                .fetch_one(&app.pool)
                .await
                .expect("the loss of before");
            json!({ "wanted": { "loss": loss.expect("something was lost before"), "closure": "reversed", "cause": null,
                                "note": "", "to": null, "key": key } })
        }
        "/api/losses/pool" => json!({ "filter": serde_json::to_value(winback::losses::api::PoolFilter::default())
            .expect("a filter"), "language": "en" }),
        _ => json!({}),
    }
}

/// What a call of a function over each way in comes to.
async fn ways_in(client: &Client, path: &str, arguments: &Value) -> [StatusCode; 6] {
    let post = async |headers: &[(&str, &str)], kind: &str| {
        let mut request = client.request(Method::POST, path).build().expect("a request");
        // The client tells its origin by itself.
        request.headers_mut().remove(header::ORIGIN);
        for (name, value) in headers {
            let name: header::HeaderName = name.parse().expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a type"));
        *request.body_mut() = Some(arguments.to_string().into());
        client.execute(request).await.status()
    };
    [
        post(&[("sec-fetch-site", "cross-site")], "application/json").await,
        post(&[("sec-fetch-site", "same-site"), ("origin", "http://winback.test")], "application/json").await,
        post(&[("origin", "https://evil.example")], "text/plain").await,
        post(&[], "application/json").await,
        client.get(path).await.status(),
        client.call(path, arguments.clone()).await.0,
    ]
}

#[tokio::test]
async fn every_function_is_open_to_our_own_pages_and_signed_in_people_only() {
    let app = spawn_app().await;
    let (ayse, stranger) = (app.sign_in(AYSE).await, app.stranger());
    const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
    let mut functions = 0;
    for (number, (path, access)) in TABLE.iter().filter(|(path, _)| path.starts_with("/api/")).enumerate() {
        if *access == Access::Anyone {
            let for_strangers =
                ["/api/settings/beginnings", "/api/settings/set_up", "/api/people/invitation", "/api/people/accept"];
            assert!(
                for_strangers.contains(path),
                "{path}: whoever opens a function to everybody changes this test, too"
            );
            let [cross @ .., by_get, _] = ways_in(&stranger, path, &json!({})).await;
            assert_eq!((cross, by_get), ([FORBIDDEN; 4], StatusCode::METHOD_NOT_ALLOWED), "{path}");
            continue;
        }
        let arguments = arguments(&app, path, number).await;
        let before = app.everything().await;
        let out = ways_in(&stranger, path, &arguments).await;
        let signed_out = StatusCode::UNAUTHORIZED;
        assert_eq!(out, [FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, signed_out, signed_out], "{path}, signed out");
        app.expect_unchanged(&before, path).await;
        let [cross @ .., own] = ways_in(&ayse, path, &arguments).await;
        let by_get = StatusCode::METHOD_NOT_ALLOWED;
        assert_eq!(cross, [FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, by_get], "{path}, signed in");
        functions += 1;
        if arguments == json!({}) && own != StatusCode::OK {
            // It is reached: without arguments of ours it is not understood, or it is not for reps.
            let is_reached = [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN].contains(&own);
            assert!(is_reached, "{path}, signed in, from our own page: {own}");
            app.expect_unchanged(&before, path).await;
            continue;
        }
        assert_eq!(own, StatusCode::OK, "{path}, signed in, from our own page");
        let changes = ["/api/pipeline/move_lead", "/api/losses/lose", "/api/losses/log_attempt", "/api/losses/reopen"];
        // The last call was let through, and shows that the refused ones would have changed something.
        assert_eq!(app.everything().await != before, changes.contains(path), "{path}");
    }
    assert!(functions >= 13, "the table has them all: {functions}");
}

#[tokio::test]
async fn every_page_sends_strangers_to_sign_in_and_back() {
    let app = spawn_app().await;
    let (ayse, stranger, lead) = (app.sign_in(AYSE).await, app.stranger(), given::can(&app).await);
    let before = app.everything().await;
    // The pages for those who cannot sign in yet lead elsewhere or count guesses: tests/it/settings.rs.
    let ways_in = ["/setup", "/invitation/:secret"];
    for (pattern, access) in TABLE.iter().filter(|(path, _)| !path.starts_with("/api/") && !ways_in.contains(path)) {
        let path = pattern.replace(":section", "me").replace(":run", "1").replace(":kind", "csv");
        let path = path.replace(":id", &lead.to_string()).replace(":meeting", "1").replace('*', "none.txt");
        let get = |client: &Client| client.request(Method::GET, &path).header(header::ACCEPT, "text/html").send();
        let (out, signed_in) = (get(&stranger).await.expect("an answer"), get(&ayse).await.expect("an answer"));
        let expected = match (*pattern, access) {
            ("/", _) => (StatusCode::SEE_OTHER, StatusCode::FOUND),
            ("/live", _) => (StatusCode::UNAUTHORIZED, StatusCode::OK),
            // Sign-out is a form; files are sent by POST.
            ("/sign-out" | "/attachments", _) => (StatusCode::SEE_OTHER, StatusCode::METHOD_NOT_ALLOWED),
            // Nobody has sent one: who may have which is in tests/it/activities.rs.
            ("/attachments/:id", _) => (StatusCode::SEE_OTHER, StatusCode::NOT_FOUND),
            // What these hold is for managers, or sent by POST.
            (import, _) if import.starts_with("/import") => (StatusCode::SEE_OTHER, signed_in.status()),
            ("/fonts/*" | "/pkg/*" | "/favicon.svg", _) => (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            ("/losses/decisions/:meeting", _) => (StatusCode::SEE_OTHER, StatusCode::NOT_FOUND),
            ("/losses/reasons", _) => (StatusCode::SEE_OTHER, StatusCode::FORBIDDEN),
            (_, Access::Anyone) => (StatusCode::OK, StatusCode::OK),
            (_, Access::SignedIn) => (StatusCode::SEE_OTHER, StatusCode::OK),
        };
        if out.status() == StatusCode::SEE_OTHER {
            let back = if path == "/sign-out" { "/" } else { &path };
            assert_eq!(goes_to(&out), format!("/sign-in?next={back}"));
        }
        assert_eq!((out.status(), signed_in.status()), expected, "{path}");
    }
    // Forms of another site do nothing, in whoever's name; nor does a form without a session.
    for (client, path, form) in [
        (&ayse, "/sign-out", String::new()),
        (&ayse, "/sign-out", "everywhere=true".to_owned()),
        (&stranger, "/sign-in", format!("email={AYSE}&password={PASSWORD}")),
        (&stranger, "/sign-in", format!("email={AYSE}&password=wrong-password")),
    ] {
        let request = client.request(Method::POST, path).header("sec-fetch-site", "cross-site");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(stranger.post_form("/sign-out", "").await.status(), StatusCode::UNAUTHORIZED);
    app.expect_unchanged(&before, "what was refused").await;
}

#[tokio::test]
async fn a_page_for_strangers_holds_nobodys_data() {
    let app = spawn_app().await;
    let lead = given::lead(&app, Given { name: "Gizli Şirket", ..Given::default() }).await;
    let ayse = app.sign_in(AYSE).await;
    let page = ayse.get(&format!("/leads/{lead}")).await.text().await.expect("a page");
    assert!(page.contains("Gizli Şirket"));
    // Other spellings of the same addresses are other addresses.
    for path in [
        format!("/leads/{lead}/"),
        format!("//leads/{lead}"),
        format!("/%6Ceads/{lead}"),
        "/board/".to_owned(),
        "/b%6Fard".to_owned(),
        "/pkg/../board".to_owned(),
        "/pkg/%2e%2e/board".to_owned(),
    ] {
        let page = app.stranger().get(&path).await.text().await.expect("a page");
        assert!(!page.contains("Gizli") && !page.contains("Ayşe"), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_function_that_is_not_in_the_table_does_not_exist() {
    let app = spawn_app().await;
    let before_signing_in = app.stranger();
    let ayse = app.sign_in(AYSE).await;
    for client in [&before_signing_in, &ayse] {
        for path in [
            "/api/unheard/of",
            "/api/people/me/",
            "/api/people",
            "/api//people/me",
            "/api/pipeline/move_lead/x",
            "/api/",
        ] {
            let (status, answer) = client.call(path, json!({})).await;
            assert_eq!((status, answer), (StatusCode::NOT_FOUND, json!("not_found")), "{path}");
        }
    }
}

#[tokio::test]
async fn files_outside_the_table_are_not_served() {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(site.path().join("pkg")).expect("a folder");
    std::fs::write(site.path().join("pkg/winback.css"), "body{}").expect("a file");
    std::fs::write(site.path().join("backup.sql"), "secret").expect("a file");
    let root = site.path().to_owned();
    let app = spawn_app_with(|config| config.site_root = root).await;
    assert_eq!(app.stranger().get("/pkg/winback.css").await.text().await.expect("a file"), "body{}");
    for path in ["/backup.sql", "/pkg/../backup.sql", "/pkg/%2e%2e/backup.sql", "/pkg/..%2fbackup.sql"] {
        let answer = app.stranger().get(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text().await.expect("a page").contains("secret"), "{path}");
    }
}

/// Posts two megabytes without saying so in front; answers the status.
async fn without_length(app: &TestApp, client: &Client, path: &str) -> String {
    let request = client.request(Method::POST, path).build().expect("a request");
    let mut socket = TcpStream::connect(app.address).await.expect("a connection");
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n", app.address);
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().expect("text")));
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await.expect("a head");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..32 {
        // The server may have heard enough.
        if socket.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut status = [0; 12];
    socket.read_exact(&mut status).await.expect("an answer");
    String::from_utf8_lossy(&status[9..]).into_owned()
}

#[tokio::test]
async fn what_is_too_large_or_malformed_is_refused_without_internals() {
    let app = spawn_app().await;
    let (ayse, lead) = (app.sign_in(AYSE).await, given::can(&app).await);
    let before = app.everything().await;
    let post = async |path: &str, body: String| {
        let request = ayse.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json").body(body);
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    let (status, _) = post("/api/pipeline/move_lead", " ".repeat(2 * 1024 * 1024)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(without_length(&app, &ayse, "/api/pipeline/move_lead").await, "400");

    let understood = json!({ "wanted": { "lead": lead, "to": given::stage(&app, "open").await, "above": null, "below": null,
                                         "seen_version": 0, "key": "malformed-1" } });
    let mut wrong_kind = understood.clone();
    wrong_kind["wanted"]["lead"] = json!("one");
    let mut huge = understood.clone();
    huge["wanted"]["lead"] = json!(1e300);
    let mut missing = understood.clone();
    missing["wanted"].as_object_mut().expect("fields").remove("to");
    let mut unsound_key = understood.clone();
    unsound_key["wanted"]["key"] = json!("nul-\0-inside");
    for body in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "a=b".to_owned(),
        understood.to_string()[..40].to_owned(),
        wrong_kind.to_string(),
        huge.to_string(),
        missing.to_string(),
        unsound_key.to_string(),
        format!("{}1{}", "[".repeat(2000), "]".repeat(2000)),
    ] {
        let (status, answer) = post("/api/pipeline/move_lead", body.clone()).await;
        assert_eq!((status, answer.as_str()), (StatusCode::BAD_REQUEST, "\"not_understood\""), "{body}");
    }
    let (status, answer) = post(
        "/api/pipeline/column",
        json!({ "stage": 1, "after": { "rank": "\0", "id": 0 },
        "filter": { "whose": "mine", "source": null, "product": null, "text": "" } })
        .to_string(),
    )
    .await;
    assert_eq!((status, answer.as_str()), (StatusCode::BAD_REQUEST, "\"not_understood\""));
    app.expect_unchanged(&before, "what was malformed").await;
}

#[tokio::test]
async fn a_refusal_has_the_status_that_tells_the_same() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let answer = ayse
        .request(Method::POST, "/api/leads/lead")
        .json(&json!({ "lead": 999_999 }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status(), text(&answer, header::CONTENT_TYPE).as_str()),
        (StatusCode::NOT_FOUND, "application/json")
    );
    assert_eq!(answer.text().await.expect("a body"), "\"not_found\"");
}

// What every answer carries.

fn nonce_of(policy: &str) -> &str {
    policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap_or_else(|| panic!("no nonce: {policy}"))
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = tempfile::tempdir().expect("a folder");
    for (folder, file) in [("pkg", "winback.css"), ("fonts", "inter.woff2")] {
        std::fs::create_dir(site.path().join(folder)).expect("a folder");
        std::fs::write(site.path().join(folder).join(file), "x").expect("a file");
    }
    let root = site.path().to_owned();
    let app = spawn_app_with(|config| config.site_root = root).await;
    let (ayse, stranger) = (app.sign_in(AYSE).await, app.stranger());
    let function =
        |client: &Client, body: &'static str| client.request(Method::POST, "/api/people/me").body(body).send();
    let answers = [
        ("page", ayse.get("/board").await, StatusCode::OK, "no-store"),
        ("sign-in", stranger.get("/sign-in").await, StatusCode::OK, "no-store"),
        ("redirect", stranger.get("/board").await, StatusCode::SEE_OTHER, "no-store"),
        ("function", function(&ayse, "{}").await.expect("an answer"), StatusCode::OK, "no-store"),
        ("malformed", function(&ayse, "{").await.expect("an answer"), StatusCode::BAD_REQUEST, "no-store"),
        ("signed out", function(&stranger, "{}").await.expect("an answer"), StatusCode::UNAUTHORIZED, "no-store"),
        ("style", stranger.get("/pkg/winback.css").await, StatusCode::OK, "no-cache"),
        ("font", stranger.get("/fonts/inter.woff2").await, StatusCode::OK, "public, max-age=604800"),
        ("no page", ayse.get("/nowhere").await, StatusCode::NOT_FOUND, "no-store"),
        ("no file", stranger.get("/pkg/nothing.js").await, StatusCode::NOT_FOUND, "no-store"),
        ("no font", stranger.get("/fonts/nothing.woff2").await, StatusCode::NOT_FOUND, "no-store"),
        ("wrong method", ayse.get("/sign-out").await, StatusCode::METHOD_NOT_ALLOWED, "no-store"),
        ("stream", ayse.get("/live").await, StatusCode::OK, "no-cache"),
        ("health", stranger.get("/healthz").await, StatusCode::OK, "no-store"),
    ];
    let mut nonces = BTreeSet::new();
    for (what, answer, status, cache) in answers {
        assert_eq!((answer.status(), text(&answer, header::CACHE_CONTROL).as_str()), (status, cache), "{what}");
        let policy = text(&answer, header::CONTENT_SECURITY_POLICY);
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.split("; ").any(|given| given == part), "{what}: {part} is not in {policy}");
        }
        assert!(!policy.contains("'unsafe-eval'") && !policy.contains("script-src 'unsafe"), "{what}: {policy}");
        assert_eq!(text(&answer, header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{what}");
        assert_eq!(text(&answer, header::REFERRER_POLICY), "same-origin", "{what}");
        for name in ["cross-origin-opener-policy", "permissions-policy", "x-request-id"] {
            assert!(answer.headers().contains_key(name), "{what}: {name}");
        }
        nonces.insert(nonce_of(&policy).to_owned());
    }
    assert_eq!(nonces.len(), 14, "a nonce is used once: {nonces:?}");
}

#[tokio::test]
async fn every_script_of_a_page_carries_the_nonce_of_its_own_answer() {
    let app = spawn_app().await;
    let (ayse, stranger) = (app.sign_in(AYSE).await, app.stranger());
    for (client, path) in [(&stranger, "/sign-in"), (&ayse, "/board"), (&ayse, "/lost"), (&ayse, "/nowhere")] {
        let answer = client.get(path).await;
        let policy = text(&answer, header::CONTENT_SECURITY_POLICY);
        let page = answer.text().await.expect("a page");
        let scripts: Vec<_> = page.split("<script").skip(1).filter_map(|rest| rest.split('>').next()).collect();
        assert!(!scripts.is_empty(), "{path} hydrates");
        for script in scripts {
            assert!(
                script.contains(&format!("nonce=\"{}\"", nonce_of(&policy))),
                "{path}: <script{script}> under {policy}"
            );
        }
    }
}
