//! The import page over real HTTP: files go up, are looked at, mapped, rehearsed, imported, stopped and taken back.

use crate::harness::{Client, TestApp, app_without_server, eventually, fresh_key, heard, spawn_app};
use encoding_rs::WINDOWS_1254;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{
    io::{Cursor, Write},
    process::{Command, Stdio},
};
use winback::{
    capture::{
        api::{BroughtPage, JobState, Look, LookAnswer, Rehearsal, RehearseAnswer, Run},
        jobs::{IMPORT, Order},
        preset::{Becomes, DateColumn, DateFormat, Field, Layout, Owners, Preset},
        problems::Unreadable,
    },
    jobs::{problems::Problem, store as queue, worker},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const AYSE: &str = "ayse@demo.winback";

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

async fn send_up(client: &Client, name: &str, bytes: Vec<u8>) -> reqwest::Response {
    client.request(Method::POST, &format!("/import/upload?name={name}")).body(bytes).send().await.expect("an answer")
}

pub(super) async fn upload(client: &Client, name: &str, bytes: impl Into<Vec<u8>>) -> i64 {
    let answer = send_up(client, name, bytes.into()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json::<Value>().await.expect("JSON")["upload"].as_i64().expect("an id")
}

async fn look(client: &Client, upload: i64, layout: &Layout) -> LookAnswer {
    heard(client.ask("/api/capture/look", json!({"upload": upload, "layout": layout})).await)
}

async fn seen(client: &Client, upload: i64) -> Look {
    match look(client, upload, &Layout::default()).await {
        LookAnswer::Readable(look) => *look,
        LookAnswer::Unreadable { why, .. } => panic!("{why}"),
    }
}

async fn rehearse(client: &Client, upload: i64, preset: &Preset) -> Value {
    client.ask("/api/capture/rehearse", json!({"upload": upload, "preset": preset, "page": 0})).await
}

async fn rehearsed(client: &Client, upload: i64, preset: &Preset) -> Rehearsal {
    match heard(rehearse(client, upload, preset).await) {
        RehearseAnswer::Done(rehearsal) => *rehearsal,
        RehearseAnswer::Refused(why) => panic!("{why:?}"),
    }
}

pub(super) async fn begin(client: &Client, upload: i64, preset: &Preset) -> i64 {
    let arguments = json!({"upload": upload, "preset": preset, "key": fresh_key().0});
    let answer = client.ask("/api/capture/begin", arguments).await;
    answer["begun"]["run"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

async fn run(client: &Client, run: i64) -> Run {
    heard(client.ask("/api/capture/run", json!({ "run": run })).await)
}

pub(super) async fn finished(client: &Client, id: i64) -> Run {
    eventually("the import to be over", || async { Some(run(client, id).await).filter(|run| !run.is_moving()) }).await
}

pub(super) async fn withdraw(client: &Client, id: i64) -> Run {
    client.ask("/api/capture/withdraw", json!({"run": id, "key": fresh_key().0})).await;
    finished(client, id).await
}

/// So many leads by number, every third a customer, every third lost.
pub(super) fn sound_rows(rows: usize) -> String {
    let row = |number: usize| format!("{number},Lead {number},{}\n", ["won", "lost", "new"][number % 3]);
    format!("id,name,status\n{}", (0..rows).map(row).collect::<String>())
}

/// What [`sound_rows`] means.
pub(super) async fn sound_preset(client: &Client, upload: i64) -> Preset {
    let mut preset = seen(client, upload).await.guess;
    assert_eq!(preset.outcome.len(), 1, "{preset:?}");
    preset.outcome[0].say("lost", Some((Becomes::Lost, Some("price_too_high".to_owned()))));
    preset
}

#[tokio::test]
async fn a_rep_may_not_import_and_nothing_changes() {
    let app = spawn_app().await;
    let (ayse, stranger) = (app.sign_in(AYSE).await, app.stranger());
    let before = app.everything().await;
    let preset = Preset::load("x-education").expect("built in");
    for (function, arguments) in [
        ("look", json!({"upload": 1, "layout": {}})),
        ("choices", json!({})),
        ("rehearse", json!({"upload": 1, "preset": preset, "page": 0})),
        ("begin", json!({"upload": 1, "preset": preset, "key": fresh_key().0})),
        ("save_preset", json!({"preset": preset, "replace": true})),
        ("forget_preset", json!({"name": "x"})),
        ("runs", json!({})),
        ("run", json!({"run": 1})),
        ("rejections", json!({"run": 1, "page": 0})),
        ("brought", json!({"run": 1, "page": 0})),
        ("stop", json!({"run": 1})),
        ("withdraw", json!({"run": 1, "key": fresh_key().0})),
    ] {
        let path = format!("/api/capture/{function}");
        assert_eq!(ayse.call(&path, arguments.clone()).await.0, StatusCode::FORBIDDEN, "{function}");
        assert_eq!(stranger.call(&path, arguments).await.0, StatusCode::UNAUTHORIZED, "{function}");
    }
    assert_eq!(send_up(&ayse, "a.csv", sound_rows(3).into_bytes()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(send_up(&stranger, "a.csv", sound_rows(3).into_bytes()).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ayse.get("/import/rejected/1").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ayse.get("/import/preset?name=x-education").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ayse.get("/import").await.status(), StatusCode::FORBIDDEN);
    app.expect_unchanged(&before, "somebody who may not import").await;
}

#[tokio::test]
async fn an_upload_comes_from_our_own_pages_and_has_its_limit() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let forged = admin
        .request(Method::POST, "/import/upload?name=a.csv")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body("a,b\n1,2\n")
        .send()
        .await
        .expect("an answer");
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    // The refusal may come, and the connection go, while the rest is still on its way.
    let too_large = admin.request(Method::POST, "/import/upload?name=a.csv").body(vec![b'x'; 25 * 1024 * 1024 + 1]);
    if let Ok(answer) = too_large.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(count(&app, "upload").await, 0);
    // More than any other request may hold.
    let large = upload(&admin, "large.csv", format!("id,note\n1,{}\n", "y".repeat(3 * 1024 * 1024))).await;
    assert_eq!(seen(&admin, large).await.rows, 1);
    // Nobody else sees it, not even another admin's page.
    let selin = app.sign_in(SELIN).await;
    let (status, _) = selin.call("/api/capture/look", json!({"upload": large, "layout": {}})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for number in 0..6 {
        upload(&admin, &format!("{number}.csv"), "a,b\n1,2\n").await;
    }
    assert_eq!(count(&app, "upload").await, 5, "the oldest give way");
    app.clock.advance(chrono::TimeDelta::days(2));
    upload(&admin, "new.csv", "a,b\n1,2\n").await;
    assert_eq!(count(&app, "upload").await, 1, "what nobody used is swept");
}

#[tokio::test]
async fn a_list_of_another_system_comes_in_as_it_was_mapped() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let text = "Aday listesi;;;;;;;\nDışa aktarma: 01.03.2026;;;;;;;\n\n\
                Kayıt No;Ad Soyad;E-posta;Telefon;Sorumlu;Kayıt Tarihi;Durum;Tutar;Renk\n\
                1;Şule Iğdır;sule@x.com;0532 000 11 22;Ayşe Yılmaz;25.02.2026;Kazanıldı;1.234,50;mavi\n\
                2;Çağrı Öz;cagri@x.com;0532 000 11 23;ayse@demo.winback;26.02.2026;Kaybedildi;;\n\
                3;İpek;ipek@x.com;;Kimse;26.02.2026;Yeni;;\n\
                4;Ümit;umit@x.com;;;31.02.2026;Yeni;;\n\
                5;Ece;ece@x.com;;Ayşe Yılmaz;;Yeni;;=1+1\n";
    let (bytes, _, _) = WINDOWS_1254.encode(text);
    let file = upload(&admin, "liste.csv", bytes.into_owned()).await;
    let look = seen(&admin, file).await;
    assert_eq!((look.layout.delimiter, look.layout.header_row, look.rows), (Some(';'), Some(4), 5));
    assert_eq!(look.layout.encoding.as_deref(), Some("windows-1254"));
    assert_eq!(look.first[0].1[1], "Şule Iğdır");
    let mut preset = look.guess;
    assert_eq!(
        (preset.name.as_str(), preset.columns.get(&Field::Value).map(String::as_str)),
        ("liste · Deniz Aydın", Some("Tutar"))
    );
    assert_eq!(preset.owners, Owners::Column { column: "Sorumlu".into(), otherwise: None });
    // One of twenty dates would be a typing error, one of four leaves it open.
    assert_eq!(preset.arose, None);
    preset.arose = Some(DateColumn { column: "Kayıt Tarihi".into(), format: DateFormat::DayFirst });
    assert_eq!(
        rehearse(&admin, file, &preset).await["refused"]["preset"]["no_reason"],
        "Kaybedildi",
        "a loss needs its reason"
    );
    preset.outcome[0].say("Kaybedildi", Some((Becomes::Lost, Some("price_too_high".to_owned()))));

    let name: String = sqlx::query_scalar("select name from app_user where email = $1")
        .bind(AYSE)
        .fetch_one(&app.pool)
        .await
        .expect("Ayşe");
    let mapped = text.replace("Ayşe Yılmaz", &name);
    let (bytes, _, _) = WINDOWS_1254.encode(&mapped);
    let file = upload(&admin, "liste.csv", bytes.into_owned()).await;
    let before = app.everything().await;
    let rehearsal = rehearsed(&admin, file, &preset).await;
    app.expect_unchanged(&before, "a rehearsal").await;
    let problems: Vec<_> = rehearsal.problems.iter().map(|(row, problem)| (*row, problem.to_string())).collect();
    assert_eq!(
        problems,
        [
            (7, "Sorumlu says “Kimse”, and nobody who may own leads is called so".to_owned()),
            (8, "Kayıt Tarihi says “31.02.2026”, which is no date like 31.12.2026".to_owned()),
        ]
    );
    assert_eq!((rehearsal.summary.imported, rehearsal.summary.undated), (3, 1));
    assert_eq!(rehearsal.holders, [(name, 3)]);

    let id = begin(&admin, file, &preset).await;
    let done = finished(&admin, id).await;
    let summary = done.summary.expect("a summary");
    assert_eq!((summary.imported, summary.customers, summary.open, summary.rejected), (3, 1, 1, 2));
    for (found, why) in [
        (
            "lead where name = 'Şule Iğdır' and value_minor = 123450 and currency = 'EUR' and custom ->> 'Renk' = 'mavi'",
            "value",
        ),
        ("lead where arose_at = '2026-02-25 09:00+00' and run_started_at = arose_at", "noon in Istanbul"),
        ("lead where name = 'Ece' and arose_at is null and stage_entered_at is null", "nothing is invented"),
        ("lead where email_key = 'cagri@x.com' and phone_key = '320001123' and standing_outcome = 'lost'", "keys"),
        ("win where import_batch_id is not null and won_on is null and amount_minor = 123450", "the win"),
        ("custom_field where key = 'Renk' and kind = 'text'", "the team's own field"),
    ] {
        assert_eq!(count(&app, found).await, 1, "{why}");
    }
    assert_eq!(count(&app, "custom_field where key in ('Sorumlu', 'Kayıt Tarihi', 'Tutar')").await, 0);
    let refused = admin.ask("/api/capture/rejections", json!({"run": id, "page": 0})).await;
    assert_eq!((&refused["total"], &refused["rows"][0]["row"]), (&json!(2), &json!(7)));

    let download = admin.get(&format!("/import/rejected/{id}?lang=tr")).await;
    assert!(download.headers()["content-disposition"].to_str().is_ok_and(|name| name.contains("liste-rejected.csv")));
    let csv = download.text().await.expect("text");
    assert!(csv.starts_with("\u{feff}Satır,Neden,Kayıt No,Ad Soyad"), "{csv}");
    assert!(csv.contains("aday verilebilecek böyle biri yok"), "{csv}");
    assert_eq!(csv.lines().count(), 3);
}

#[tokio::test]
async fn a_manager_gives_leads_to_their_own_people_only() {
    let app = spawn_app().await;
    let (selin, admin) = (app.sign_in(SELIN).await, app.sign_in(ADMIN).await);
    let file = upload(&selin, "leads.csv", sound_rows(30)).await;
    let preset = sound_preset(&selin, file).await;
    let outside: String = sqlx::query_scalar(
        "select u.email from app_user u where u.role = 'rep' and u.team_id not in
             (select m.team_id from team_manager m join app_user s on s.id = m.user_id where s.email = $1) limit 1",
    )
    .bind(SELIN)
    .fetch_one(&app.pool)
    .await
    .expect("a rep of another team");
    let before = app.everything().await;
    let foreign = Preset { owners: Owners::Person { email: outside.clone() }, ..preset.clone() };
    assert_eq!(rehearse(&selin, file, &foreign).await["refused"]["not_ready"]["no_person"], outside);
    let arguments = json!({"upload": file, "preset": foreign, "key": fresh_key().0});
    assert_eq!(selin.ask("/api/capture/begin", arguments).await["refused"]["not_ready"]["no_person"], outside);
    app.expect_unchanged(&before, "giving leads to somebody else's people").await;

    let id = begin(&selin, file, &preset).await;
    assert_eq!(finished(&selin, id).await.summary.expect("a summary").imported, 30);
    let strangers = "lead l join app_user u on u.id = l.owner_id where u.team_id not in
         (select m.team_id from team_manager m join app_user s on s.id = m.user_id where s.email = 'selin@demo.winback')";
    assert_eq!(count(&app, strangers).await, 0);
    // An admin sees every import, another manager only their own.
    assert_eq!(run(&admin, id).await.summary.map(|summary| summary.imported), Some(30));
    let mert = app.sign_in("mert@demo.winback").await;
    for (function, arguments) in [
        ("run", json!({ "run": id })),
        ("stop", json!({ "run": id })),
        ("brought", json!({"run": id, "page": 0})),
        ("withdraw", json!({"run": id, "key": fresh_key().0})),
    ] {
        let (status, _) = mert.call(&format!("/api/capture/{function}"), arguments).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{function}");
    }
    assert_eq!(mert.get(&format!("/import/rejected/{id}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(mert.ask("/api/capture/runs", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_repeated_request_begins_one_import() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let file = upload(&admin, "leads.csv", sound_rows(9)).await;
    let preset = sound_preset(&admin, file).await;
    let arguments = json!({"upload": file, "preset": preset, "key": fresh_key().0});
    let (one, two) = tokio::join!(
        admin.ask("/api/capture/begin", arguments.clone()),
        admin.ask("/api/capture/begin", arguments.clone())
    );
    assert_eq!(one, two);
    assert_eq!(admin.ask("/api/capture/begin", arguments).await, one);
    finished(&admin, one["begun"]["run"].as_i64().expect("a run")).await;
    assert_eq!((count(&app, "job").await, count(&app, "lead").await), (1, 9));
    assert_eq!(count(&app, "upload").await, 0, "the file went with the job");
}

#[tokio::test]
async fn broken_files_are_refused_on_the_page_as_on_the_command_line() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let before = (count(&app, "lead").await, count(&app, "job").await);
    for (bytes, expected) in [
        (Vec::new(), Unreadable::Empty),
        (b"\xEF\xBB\xBF".to_vec(), Unreadable::Empty),
        (b"id,name\n".to_vec(), Unreadable::NoRows),
        (b"PK\x03\x04\x14\0....xl/workbook.xml".to_vec(), Unreadable::BrokenWorkbook),
        (b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), Unreadable::Binary),
        (b"id,name\n1,\"open\n2,x\n".to_vec(), Unreadable::OpenQuote(2)),
        (b"id,name,ID\n1,2,3\n".to_vec(), Unreadable::TwiceNamed("ID".into())),
    ] {
        let file = upload(&admin, "odd.csv", bytes).await;
        match look(&admin, file, &Layout::default()).await {
            LookAnswer::Unreadable { why, .. } => assert_eq!(why, expected),
            LookAnswer::Readable(look) => panic!("{look:?}"),
        }
        let preset = Preset { columns: [(Field::ExternalId, "id".to_owned())].into(), ..Preset::blank("odd".into()) };
        let refused = rehearse(&admin, file, &preset).await;
        assert_eq!(refused["refused"]["unreadable"], serde_json::to_value(&expected).expect("JSON"));
    }
    // Odd, but readable: ragged rows and an endless cell are rejected alone.
    let text = format!("id,name\n1,a\n2\n3,b,c\n4,{}\n5,\u{1F600}\n", "z".repeat(1024 * 1024 + 1));
    let utf_16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let file = upload(&admin, "odd.xlsx", utf_16).await;
    let preset = seen(&admin, file).await.guess;
    let rows: Vec<i64> = rehearsed(&admin, file, &preset).await.problems.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [3, 4, 5]);
    assert_eq!((count(&app, "lead").await, count(&app, "job").await), before);
}

/// A workbook with these parts below `xl/worksheets/`, each with its sheet's name and state.
fn workbook(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("written");
    };
    let numbered = || (1..).zip(sheets);
    let types: String = numbered()
        .map(|(number, _)| format!("<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"))
        .collect();
    part(
        "[Content_Types].xml",
        &format!(
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>"
        ),
    );
    part(
        "_rels/.rels",
        "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
    );
    let list: String = numbered()
        .map(|(number, (name, state, _))| {
            format!("<sheet name=\"{name}\" sheetId=\"{number}\" state=\"{state}\" r:id=\"rId{number}\"/>")
        })
        .collect();
    part(
        "xl/workbook.xml",
        &format!(
            "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>"
        ),
    );
    let relations: String = numbered()
        .map(|(number, _)| format!("<Relationship Id=\"rId{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"))
        .collect();
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}<Relationship Id=\"rIdS\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>"
        ),
    );
    part(
        "xl/styles.xml",
        "<?xml version=\"1.0\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>",
    );
    for (number, (_, _, body)) in numbered() {
        part(
            &format!("xl/worksheets/sheet{number}.xml"),
            &format!(
                "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{body}</worksheet>"
            ),
        );
    }
    zip.finish().expect("a workbook").into_inner()
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[tokio::test]
async fn a_workbook_is_read_as_people_see_it() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let header = format!(
        "<row r=\"3\">{}{}{}{}</row>",
        text("A3", "No"),
        text("B3", "Name"),
        text("C3", "Created"),
        text("D3", "Budget")
    );
    let body = format!(
        "<sheetData><row r=\"1\">{}</row>{header}\
         <row r=\"4\"><c r=\"A4\"><v>660737</v></c>{}<c r=\"C4\" s=\"1\"><v>46083</v></c><c r=\"D4\"><f>1000*1.2345</f><v>1234.5</v></c></row>\
         <row r=\"1048576\"><c r=\"A1048576\"><v>905321234567</v></c>{}<c r=\"C1048576\" s=\"2\"><v>46083.5</v></c></row></sheetData>\
         <mergeCells count=\"1\"><mergeCell ref=\"A1:D1\"/></mergeCells>",
        text("A1", "All leads of the year"),
        text("B4", "Ayşe"),
        text("B1048576", "Can")
    );
    let secret = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"2\">{}</row></sheetData>",
        text("A1", "Secret"),
        text("A2", "x")
    );
    let other = format!(
        "<sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}{}</row></sheetData>",
        text("A1", "id"),
        text("B1", "name"),
        text("A2", "7"),
        text("B2", "Ece")
    );
    let bytes = workbook(&[("Hidden", "hidden", &secret), ("Leads", "visible", &body), ("More", "visible", &other)]);
    let file = upload(&admin, "leads.xlsx", bytes).await;
    let look = seen(&admin, file).await;
    assert_eq!((look.sheets.join(" "), look.layout.sheet.as_deref()), ("Leads More".to_owned(), Some("Leads")));
    assert_eq!(look.layout.header_row, Some(3));
    assert_eq!(look.first[0], (4, ["660737", "Ayşe", "2026-03-02", "1234.5"].map(str::to_owned).to_vec()));
    assert_eq!(
        look.first[1],
        (1_048_576, ["905321234567", "Can", "2026-03-02 12:00:00", ""].map(str::to_owned).to_vec())
    );
    assert_eq!(look.guess.arose, Some(DateColumn { column: "Created".into(), format: DateFormat::Iso }));
    let by_hand = Layout { sheet: Some("More".into()), ..Layout::default() };
    let LookAnswer::Readable(more) = self::look(&admin, file, &by_hand).await else { panic!("readable") };
    assert_eq!(more.first[0].1, ["7", "Ece"]);
    let hidden = Layout { sheet: Some("Hidden".into()), ..Layout::default() };
    let refused = self::look(&admin, file, &hidden).await;
    assert!(matches!(refused, LookAnswer::Unreadable { why: Unreadable::NoSheet(_), .. }), "{refused:?}");

    let mut preset = look.guess;
    preset.arose = None;
    let id = begin(&admin, file, &preset).await;
    let summary = finished(&admin, id).await.summary.expect("a summary");
    assert_eq!((summary.imported, summary.rejected), (2, 0));
    assert_eq!(count(&app, "lead where external_id = '660737' and value_minor = 123450").await, 1);
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_goes_off() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    // Four hundred megabytes of nothing in less than one.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", SimpleFileOptions::default()).expect("a part");
    let nothing = vec![b' '; 8 * 1024 * 1024];
    for _ in 0..50 {
        zip.write_all(&nothing).expect("written");
    }
    let bomb = upload(&admin, "bomb.xlsx", zip.finish().expect("an archive").into_inner()).await;
    let LookAnswer::Unreadable { why, .. } = look(&admin, bomb, &Layout::default()).await else { panic!("a bomb") };
    assert_eq!(why, Unreadable::Bomb);
    // A sheet as wide as a sheet can be.
    let wide = format!("<sheetData><row r=\"1\">{}{}</row></sheetData>", text("A1", "id"), text("XFD1", "far"));
    let wide = upload(&admin, "wide.xlsx", workbook(&[("Wide", "visible", &wide)])).await;
    let LookAnswer::Unreadable { why, .. } = look(&admin, wide, &Layout::default()).await else { panic!("too wide") };
    assert_eq!(why, Unreadable::TooManyColumns(16_384));
}

#[tokio::test]
async fn an_import_stops_between_two_transactions_and_what_came_stays() {
    let app = app_without_server().await;
    let order = Order {
        file: "leads.csv".to_owned(),
        preset: Preset { columns: [(Field::ExternalId, "id".to_owned())].into(), ..Preset::blank("list".into()) },
    };
    let bytes = sound_rows(2000).into_bytes();
    let enqueue = || queue::enqueue(&app.pool, IMPORT, &order, Some(&bytes), app.clock.now());
    // Before anybody took it.
    let waiting = enqueue().await.expect("queued");
    queue::ask_to_stop(&app.pool, waiting, app.clock.now()).await.expect("asked");
    assert_eq!(queue::progress(&app.pool, waiting).await.expect("the job").state, "cancelled");
    assert!(!worker::work_once(&app.app).await.expect("looked"));
    // While it runs: a worker that reports hears of it.
    let job = enqueue().await.expect("queued");
    let stop = async {
        eventually("the first rows", || async { (count(&app, "lead").await > 0).then_some(()) }).await;
        queue::ask_to_stop(&app.pool, job, app.clock.now()).await.expect("asked");
    };
    let (worked, ()) = tokio::join!(worker::work_once(&app.app), stop);
    assert!(worked.expect("worked"));
    let progress = queue::progress(&app.pool, job).await.expect("the job");
    let came = count(&app, "lead").await;
    let result = progress.result.expect("a summary");
    // It may have been over before it heard.
    match progress.state.as_str() {
        "cancelled" => assert_eq!(result["not_reached"], 2000 - came),
        state => assert_eq!((state, came), ("done", 2000)),
    }
    assert_eq!(result["imported"], came);
    assert_eq!(count(&app, "activity where kind = 'imported'").await, came);
    assert_eq!(count(&app, "import_batch where finished_at is not null").await, 1);
    // The same file again brings the rest, and nobody twice.
    let again = enqueue().await.expect("queued");
    assert!(worker::work_once(&app.app).await.expect("worked"));
    let result = queue::progress(&app.pool, again).await.expect("the job").result.expect("a summary");
    assert_eq!((&result["already_there"], count(&app, "lead").await), (&json!(came), 2000));
}

#[tokio::test]
async fn an_import_is_taken_back_and_comes_again_as_it_was() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let file = upload(&admin, "leads.csv", sound_rows(900)).await;
    let preset = sound_preset(&admin, file).await;
    let nothing_counted = "stage_count where leads <> 0";
    let nothing_achieved = "result_count where won <> 0 or lost <> 0 or unqualified <> 0";
    let id = begin(&admin, file, &preset).await;
    finished(&admin, id).await;
    let (counted, achieved) = (counters(&app, "stage_count").await, counters(&app, "result_count").await);
    assert!(!counted.is_empty() && !achieved.is_empty());

    let taken = withdraw(&admin, id).await;
    let withdrawal = taken.withdrawal.expect("a withdrawal");
    assert_eq!((withdrawal.state, withdrawal.withdrawn, withdrawal.kept), (JobState::Done, Some(900), Some(0)));
    assert_eq!(count(&app, "lead where withdrawn_at is null").await, 0);
    assert_eq!(count(&app, "lead").await, 900, "nothing is deleted");
    assert_eq!((count(&app, nothing_counted).await, count(&app, nothing_achieved).await), (0, 0));
    assert_eq!(count(&app, "card").await + count(&app, "lost_lead").await, 0);
    assert_eq!(count(&app, "activity where kind = 'withdrawn'").await, 900);
    let (one, owner): (i64, String) =
        sqlx::query_as("select l.id, u.email from lead l join app_user u on u.id = l.owner_id order by l.id limit 1")
            .fetch_one(&app.pool)
            .await
            .expect("a withdrawn lead");
    let page = app.sign_in(&owner).await.ask("/api/leads/lead", json!({ "lead": one })).await;
    assert!(page["withdrawn"]["at"].is_object(), "its owner is told where it has gone: {page}");
    let other = if owner == AYSE { "mert@demo.winback" } else { AYSE };
    let (status, _) = app.sign_in(other).await.call("/api/leads/lead", json!({ "lead": one })).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nobody else learns that it ever was");
    // Taking it back again changes nothing.
    let before = app.everything().await;
    withdraw(&admin, id).await;
    app.expect_unchanged(&before, "a second withdrawal").await;

    let file = upload(&admin, "leads.csv", sound_rows(900)).await;
    let rehearsal = rehearsed(&admin, file, &preset).await;
    assert_eq!((rehearsal.summary.imported, rehearsal.summary.revived), (900, 900));
    let second = begin(&admin, file, &preset).await;
    let summary = finished(&admin, second).await.summary.expect("a summary");
    assert_eq!((summary.imported, summary.revived, summary.already_there), (900, 900, 0));
    assert_eq!((count(&app, "lead").await, count(&app, "lead where withdrawn_at is null").await), (900, 900));
    assert_eq!(count(&app, "loss").await, 300, "no losses twice");
    assert_eq!(counters(&app, "stage_count").await, counted);
    assert_eq!(counters(&app, "result_count").await, achieved);
    assert_eq!(count(&app, "activity where kind = 'revived'").await, 900);
}

/// The counters that count something, as text.
async fn counters(app: &TestApp, table: &str) -> Vec<String> {
    let counts = if table == "stage_count" { "leads" } else { "won + lost + unqualified" };
    let sql = format!("select t::text from {table} t where {counts} <> 0 order by 1");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&app.pool).await.expect("counters")
}

#[tokio::test]
async fn leads_that_were_worked_since_stay_and_are_listed() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let file = upload(&admin, "leads.csv", sound_rows(60)).await;
    let preset = sound_preset(&admin, file).await;
    let id = begin(&admin, file, &preset).await;
    finished(&admin, id).await;
    let worked: Vec<i64> = sqlx::query_scalar("select id from lead where stage_kind = 'open' order by id limit 2")
        .fetch_all(&app.pool)
        .await
        .expect("leads");
    let attempt = json!({"channel": "call", "approach": "offer", "result": "no_answer", "at": null, "note": ""});
    for lead in &worked {
        admin.ask("/api/losses/log_attempt", json!({"lead": lead, "attempt": attempt, "key": fresh_key().0})).await;
    }
    let withdrawal = withdraw(&admin, id).await.withdrawal.expect("a withdrawal");
    assert_eq!((withdrawal.withdrawn, withdrawal.kept), (Some(58), Some(2)));
    let listed: BroughtPage = heard(admin.ask("/api/capture/brought", json!({"run": id, "page": 0})).await);
    assert_eq!(listed.leads.iter().map(|lead| lead.lead.0).collect::<Vec<_>>(), worked);
    let summary = {
        let file = upload(&admin, "leads.csv", sound_rows(60)).await;
        let again = begin(&admin, file, &preset).await;
        finished(&admin, again).await.summary.expect("a summary")
    };
    assert_eq!((summary.imported, summary.revived, summary.already_there), (58, 58, 2));
    assert_eq!(count(&app, "lead where withdrawn_at is null").await, 60);
}

#[tokio::test]
async fn mappings_are_kept_and_shared_with_the_command_line() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let text = sound_rows(12);
    let file = upload(&admin, "leads.csv", text.clone()).await;
    let preset = Preset { name: "old system".into(), ..sound_preset(&admin, file).await };
    let save = |preset: &Preset, replace: bool| {
        let arguments = json!({"preset": preset, "replace": replace});
        let admin = admin.clone();
        async move { admin.ask("/api/capture/save_preset", arguments).await }
    };
    assert_eq!(save(&preset, false).await, "saved");
    assert_eq!(save(&preset, false).await, "name_taken");
    assert_eq!(save(&preset, true).await, "saved");
    let built_in = Preset { name: "x-education".into(), ..preset.clone() };
    assert_eq!(save(&built_in, true).await, "name_taken");
    let unsound = Preset { name: " ".into(), ..preset.clone() };
    assert_eq!(save(&unsound, true).await, json!({"refused": "no_name"}));
    let choices = admin.ask("/api/capture/choices", json!({})).await;
    let names: Vec<_> =
        choices["presets"].as_array().expect("a list").iter().map(|choice| &choice["preset"]["name"]).collect();
    assert_eq!(names, ["x-education", "old system"]);
    let toml = admin.get("/import/preset?name=old%20system").await.text().await.expect("text");
    assert_eq!(Preset::parse("own.toml", &toml).expect("sound"), preset);

    let winback = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_winback"));
        command.arg("import").args(arguments).env("DATABASE_URL", app.database_url()).stdin(Stdio::null());
        let output = command.output().expect("the program runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (_, listed) = winback(&["--list-presets"]);
    assert!(listed.contains("x-education  (built in)") && listed.contains("old system  (kept)"), "{listed}");
    assert_eq!(winback(&["--export-preset", "old system"]).1.trim(), toml.trim());
    let mut here = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
    here.write_all(text.as_bytes()).expect("written");
    let path = here.path().to_string_lossy().into_owned();
    let (done, summary) = winback(&[&path, "--preset", "old system"]);
    let summary: Value = serde_json::from_str(&summary).expect("a summary");
    assert!(done);
    assert_eq!((&summary["imported"], &summary["customers"]), (&json!(12), &json!(4)));
    // What came by the command line is recognised on the page.
    assert_eq!(rehearsed(&admin, file, &preset).await.summary.already_there, 12);
    admin.ask("/api/capture/forget_preset", json!({"name": "old system"})).await;
    assert!(!winback(&["--export-preset", "old system"]).0);
}

#[tokio::test]
async fn of_two_lists_of_one_name_no_row_is_lost() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in("mert@demo.winback").await);
    let bring = |client: Client, mapping: Option<String>| async move {
        let file = upload(&client, "leads.csv", sound_rows(9)).await;
        let own = sound_preset(&client, file).await;
        let preset = Preset { name: mapping.unwrap_or_else(|| own.name.clone()), ..own };
        let rehearsal = rehearsed(&client, file, &preset).await.summary;
        let run = begin(&client, file, &preset).await;
        let summary = finished(&client, run).await.summary.expect("a summary");
        let figures = |summary: &winback::capture::summary::Summary| {
            (summary.imported, summary.already_there, summary.elsewhere, summary.revived)
        };
        assert_eq!(figures(&summary), figures(&rehearsal), "it comes as it was rehearsed");
        (run, figures(&summary))
    };
    let (selins, came) = bring(selin.clone(), None).await;
    assert_eq!(came, (9, 0, 0, 0));
    assert_eq!(bring(mert.clone(), None).await.1, (9, 0, 0, 0), "his list is another one");
    assert_eq!(bring(selin.clone(), None).await.1, (0, 9, 0, 0), "the same again adds nothing");
    // Under her mapping's name he is told that the numbers are others'.
    let hers = "leads · Selin Yıldız".to_owned();
    assert_eq!(bring(mert.clone(), Some(hers.clone())).await.1, (0, 9, 9, 0));
    withdraw(&selin, selins).await;
    assert_eq!(bring(mert, Some(hers)).await.1, (0, 9, 9, 0), "what she took back is hers to bring again");
    assert_eq!(bring(selin, None).await.1, (9, 0, 0, 9));
    assert_eq!(count(&app, "lead").await, 18);
}

/// What an import made for everybody, and whether it is offered.
async fn words(app: &TestApp) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select name, retired_at is null from (
             select name, retired_at from source union all select name, retired_at from product union all
             select name, retired_at from segment union all select name, retired_at from campaign union all
             select key, retired_at from custom_field) as word order by name",
    )
    .fetch_all(&app.pool)
    .await
    .expect("words")
}

#[tokio::test]
async fn what_an_import_brought_for_everybody_goes_and_comes_with_it() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let text = "id,name,source,product,segment,campaign,Colour\n1,A,Fair,Roof,Mills,Spring,red\n2,B,Radio,,,,\n";
    let bring = |name: &'static str, text: &'static str| {
        let admin = admin.clone();
        async move {
            let file = upload(&admin, name, text).await;
            let preset = seen(&admin, file).await.guess;
            let run = begin(&admin, file, &preset).await;
            finished(&admin, run).await;
            run
        }
    };
    let offered = |names: &[&str], gone: &[&str]| {
        let all = names.iter().map(|name| (*name, true)).chain(gone.iter().map(|name| (*name, false)));
        let mut all: Vec<_> = all.map(|(name, is_offered)| (name.to_owned(), is_offered)).collect();
        all.sort();
        all
    };
    let first = bring("a.csv", text).await;
    let all = ["Fair", "Radio", "Roof", "Mills", "Spring", "Colour"];
    assert_eq!(words(&app).await, offered(&all, &[]));
    // Another list uses one of them, so it stays when the first is taken back; somebody's own word always does.
    let second = bring("b.csv", "id,name,source\n1,C,Fair\n").await;
    sqlx::query("insert into source (key, name) values ('own', 'Own')").execute(&app.pool).await.expect("a source");
    withdraw(&admin, first).await;
    assert_eq!(words(&app).await, offered(&["Fair", "Own"], &["Radio", "Roof", "Mills", "Spring", "Colour"]));
    withdraw(&admin, second).await;
    assert_eq!(words(&app).await, offered(&["Own"], &all), "nobody uses it any more");
    // It comes back with its leads, but for what people retired themselves.
    sqlx::query("update source set retired_at = $1 where name = 'Radio'")
        .bind(app.clock.now() + chrono::TimeDelta::hours(1))
        .execute(&app.pool)
        .await
        .expect("retired by hand");
    let again = bring("a.csv", text).await;
    assert_eq!(words(&app).await, offered(&["Own", "Fair", "Roof", "Mills", "Spring", "Colour"], &["Radio"]));
    withdraw(&admin, again).await;
    assert_eq!(words(&app).await, offered(&["Own"], &all));
}

#[tokio::test]
async fn files_that_nobody_used_are_swept_without_another_upload() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    upload(&admin, "a.csv", "a,b\n1,2\n").await;
    app.clock.advance(chrono::TimeDelta::days(2));
    eventually("the sweep", || async { (count(&app, "upload").await == 0).then_some(()) }).await;
}

#[tokio::test]
async fn why_a_job_failed_is_data_and_no_english() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let order = Order { file: "lost.csv".to_owned(), preset: Preset::load("x-education").expect("built in") };
    let lost = queue::enqueue(&app.pool, IMPORT, &order, None, app.clock.now()).await.expect("queued");
    assert_eq!(finished(&admin, lost).await.problem, Some(Problem::FileLost));
    let page = admin.request(Method::GET, &format!("/import?run={lost}")).header("accept-language", "tr").send().await;
    let page = page.expect("an answer").text().await.expect("a page");
    assert!(page.contains("Dosyası artık yok"), "{page}");
    // What an earlier version kept is shown as it is.
    sqlx::query("update job set problem = null, error = 'it said so' where id = $1")
        .bind(lost)
        .execute(&app.pool)
        .await
        .expect("as before");
    assert_eq!(run(&admin, lost).await.problem, Some(Problem::Said("it said so".to_owned())));
}
