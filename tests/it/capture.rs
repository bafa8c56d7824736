//! How leads come in: the import as a job, by a running server or by the command line, from sound and broken files.

use crate::harness::{TestApp, app_without_server, eventually, spawn_app};
use chrono::TimeDelta;
use encoding_rs::WINDOWS_1254;
use serde_json::{Value, json};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use winback::{
    capture::{
        jobs::{IMPORT, Order},
        preset::Preset,
    },
    jobs::{store as queue, worker},
};

const COLUMNS: &str = "Lead Number,Lead Source,Country,City,Specialization,What is your current occupation,\
                       Do Not Call,Do Not Email,Converted,Tags,Lead Quality\n";

fn file(rows: &str) -> Vec<u8> {
    format!("{COLUMNS}{rows}").into_bytes()
}

/// So many sound rows, every third a customer, every third lost.
fn sound_file(rows: usize) -> Vec<u8> {
    let row = |number: usize| match number % 3 {
        0 => format!("{number}.0,Google,India,Mumbai,Select,,No,No,1.0,Ringing,\n"),
        1 => format!("{number}.0,google,India,Select,,,No,Yes,0.0,Ringing,\n"),
        _ => format!("{number}.0,,,,,,No,No,0.0,,Low\n"),
    };
    file(&(0..rows).map(row).collect::<String>())
}

async fn enqueue(app: &TestApp, bytes: &[u8]) -> i64 {
    let preset = Preset::load("x-education").expect("built in");
    let order = Order { file: "leads.csv".to_owned(), preset };
    queue::enqueue(&app.pool, IMPORT, &order, Some(bytes), app.clock.now()).await.expect("queued")
}

/// Imports in this process: the summary, or the sentence that says why not.
async fn import(app: &TestApp, bytes: &[u8]) -> Result<Value, String> {
    let job = enqueue(app, bytes).await;
    assert!(worker::work_once(&app.app).await.expect("worked"));
    let progress = queue::progress(&app.pool, job).await.expect("the job");
    progress.result.ok_or_else(|| progress.error.unwrap_or_default())
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

async fn is_untouched(app: &TestApp) {
    for table in
        ["lead", "import_batch", "import_rejection", "source", "product", "segment", "event", "activity", "loss"]
    {
        assert_eq!(count(app, table).await, 0, "{table}");
    }
}

/// The real leads, beside the project; a clone elsewhere may not have them.
fn real_file() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/leads_xeducation.csv");
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// The program itself, as a user calls it.
fn winback(app: &TestApp, file: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_winback"));
    command.arg("import").arg(file).args(["--preset", "x-education"]).args(more);
    command.env("DATABASE_URL", app.database_url()).stdin(Stdio::null());
    command.output().expect("the program runs")
}

fn summary(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("one JSON summary on standard output")
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::with_suffix(".csv").expect("a temporary file");
    file.write_all(bytes).expect("written");
    file
}

#[tokio::test]
async fn the_real_leads_come_in_exactly_as_the_preset_says() {
    let Some(path) = real_file() else { return };
    let app = app_without_server().await;
    let rehearsal = summary(&winback(&app, &path, &["--dry-run"]));
    assert_eq!(rehearsal["dry_run"], true);
    is_untouched(&app).await;
    assert_eq!(count(&app, "job").await, 0);

    let done = summary(&winback(&app, &path, &[]));
    for (what, expected) in [
        ("rows", json!(9240)),
        ("imported", json!(9240)),
        ("already_there", json!(0)),
        ("rejected", json!(0)),
        ("customers", json!(3561)),
        ("open", json!(2584)),
        ("do_not_call", json!(2)),
        ("do_not_email", json!(734)),
        (
            "lost",
            json!({"competitor_preferred": 20, "price_too_high": 4, "timing_not_suitable": 249, "still_thinking": 9,
                   "contact_lost": 1516, "trust": 3}),
        ),
        ("unqualified", json!({"unreachable": 156, "needs_dont_match": 1138})),
    ] {
        assert_eq!(done[what], expected, "{what}");
        assert_eq!(rehearsal[what], expected, "{what}, foreseen");
    }
    what_the_database_holds(&app).await;

    let again = summary(&winback(&app, &path, &[]));
    assert_eq!((&again["imported"], &again["already_there"]), (&json!(0), &json!(9240)));
    assert_eq!(count(&app, "lead").await, 9240);
    assert_eq!(count(&app, "activity").await, 9240);
    assert_eq!(summary(&winback(&app, &path, &["--dry-run"]))["imported"], 0);
}

/// The same figures, counted by plain SQL in what was written.
async fn what_the_database_holds(app: &TestApp) {
    let losses: Vec<(String, String, i64)> = sqlx::query_as(
        "select r.outcome, r.code, count(*) from loss l join loss_reason r on r.id = l.reason_id
         where l.closed_at is null and l.attempt_exception = 'imported' and l.at is null and l.by_id is null
           and l.stage_id is null and l.retry_potential is null and l.attempt_id is null
         group by 1, 2 order by 3 desc, 2",
    )
    .fetch_all(&app.pool)
    .await
    .expect("losses");
    let expected = [
        ("lost", "contact_lost", 1516),
        ("unqualified", "needs_dont_match", 1138),
        ("lost", "timing_not_suitable", 249),
        ("unqualified", "unreachable", 156),
        ("lost", "competitor_preferred", 20),
        ("lost", "still_thinking", 9),
        ("lost", "price_too_high", 4),
        ("lost", "trust", 3),
    ];
    assert_eq!(losses, expected.map(|(outcome, code, leads)| (outcome.to_owned(), code.to_owned(), leads)));

    let stages: Vec<(String, i64)> = sqlx::query_as(
        "select s.kind, sum(leads)::bigint from stage_count c join stage s on s.id = c.stage_id
         group by 1 having sum(leads) > 0 order by 1",
    )
    .fetch_all(&app.pool)
    .await
    .expect("counters");
    assert_eq!(stages, [("customer".to_owned(), 3561), ("open".to_owned(), 2584)]);

    for (nothing, why) in [
        (
            "lead where arose_at is not null or run_started_at is not null or stage_entered_at is not null",
            "a date was invented",
        ),
        ("lead where custom ? 'Converted' or not custom ? 'Lead Origin'", "unmapped columns are kept, mapped ones not"),
        ("lead where external_id like '%.%' or search_key <> external_id", "Lead Number is a whole number"),
        ("lead where custom::text like '%\"Select\"%' or city = 'Select'", "Select is a blank"),
        ("loss where search_key = ''", "what the file says about a loss can be searched"),
        ("source where key = 'google' and name <> 'Google'", "the first spelling stays"),
    ] {
        assert_eq!(count(app, nothing).await, 0, "{why}");
    }
    assert_eq!(count(app, "source where key = 'google'").await, 1);
    assert_eq!(count(app, "loss where note = 'Interested  in full time MBA'").await, 114);
    let (fewest, most): (i64, i64) =
        sqlx::query_as("select min(n), max(n) from (select count(*) as n from lead group by owner_id) as spread")
            .fetch_one(&app.pool)
            .await
            .expect("owners");
    assert_eq!((fewest, most), (924, 924));
}

#[tokio::test]
async fn a_running_server_takes_the_import_and_open_boards_hear_of_it() {
    let app = spawn_app().await;
    let job = enqueue(&app, &sound_file(1200)).await;
    let progress = eventually("the import", || async {
        // The server's workers look every half second.
        queue::progress(&app.pool, job).await.ok().filter(|progress| progress.state == "done")
    })
    .await;
    assert_eq!((progress.done, progress.total), (1200, Some(1200)));
    assert_eq!(progress.result.expect("a summary")["imported"], 1200);
    assert_eq!(count(&app, "event where kind = 'bulk'").await, 3);
    let admin = app.sign_in("admin@demo.winback").await;
    assert_eq!(admin.get("/board").await.status(), 200);
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_without_doubles() {
    let app = app_without_server().await;
    let bytes = sound_file(1500);
    let job = enqueue(&app, &bytes).await;
    // A worker takes the job, brings in some of it, and dies: its lease runs out.
    let taken = queue::take(&app.pool, app.clock.now()).await.expect("taken").expect("due");
    let half_way = winback::capture::jobs::import(&app.app, &taken);
    let cut_off = async {
        eventually("the first rows", || async { (count(&app, "lead").await > 0).then_some(()) }).await;
    };
    tokio::select! {
        biased;
        () = cut_off => {}
        result = half_way => panic!("the import was over before it could be cut off: {result:?}"),
    }
    let before = count(&app, "lead").await;
    assert!(before > 0 && before < 1500, "{before}");
    assert!(!worker::work_once(&app.app).await.expect("looked"), "the lease still holds");

    app.clock.advance(queue::LEASE + TimeDelta::seconds(1));
    assert!(worker::work_once(&app.app).await.expect("worked"));
    let result = queue::progress(&app.pool, job).await.expect("the job").result.expect("a summary");
    assert_eq!((&result["imported"], &result["already_there"]), (&json!(1500), &json!(0)));
    for table in ["lead", "activity"] {
        assert_eq!(count(&app, table).await, 1500, "{table}");
    }
    assert_eq!(count(&app, "loss").await, 500);
    assert_eq!(count(&app, "import_batch").await, 1);
    let unfair = "(select from lead group by owner_id having count(*) <> 150) as unfair";
    assert_eq!(count(&app, unfair).await, 0, "the reps' turns go on where they were");
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() {
    let app = app_without_server().await;
    let job = enqueue(&app, &sound_file(3)).await;
    for times in 1..=queue::TRIES {
        let taken = queue::take(&app.pool, app.clock.now()).await.expect("taken").expect("due");
        assert_eq!((taken.id, taken.attempts), (job, times));
        app.clock.advance(queue::LEASE + TimeDelta::seconds(1));
    }
    // What waits behind it is begun at once.
    let next = enqueue(&app, &sound_file(3)).await;
    assert!(worker::work_once(&app.app).await.expect("worked"));
    assert_eq!(queue::progress(&app.pool, next).await.expect("the job").state, "done");
    let progress = queue::progress(&app.pool, job).await.expect("the job");
    assert_eq!(progress.state, "failed");
    assert!(progress.error.is_some_and(|why| why.contains("5 times")), "it says so");
    let kept = r#"job where body is null and finished_at is not null and problem = '{"never_ended": {"times": 5}}'"#;
    assert_eq!(count(&app, kept).await, 1);
}

#[tokio::test]
async fn results_are_locked_before_stages_whoever_withdraws_a_lead() {
    let app = app_without_server().await;
    let crosswise = "pg_trigger r join pg_trigger s on s.tgrelid = r.tgrelid and s.tgtype = r.tgtype
                     where r.tgrelid = 'lead'::regclass and r.tgfoid = 'count_results_of_withdrawn'::regproc
                       and s.tgfoid = 'count_stages'::regproc and r.tgname > s.tgname";
    assert_eq!(count(&app, crosswise).await, 0, "triggers fire in the order of their names");
}

#[tokio::test]
async fn a_bad_row_is_rejected_alone_and_kept_with_its_reason() {
    let app = app_without_server().await;
    let long = "x".repeat(10 * 1024 * 1024);
    let rows = format!(
        "1,Google,,,,,No,No,0,,\n,Google,,,,,No,No,0,,\n1.0,Google,,,,,No,No,0,,\n2,Google,,,,,No,No,7,,\n3,{long},,,,,No,No,0,,\n\
         4,Google\n5,\"=cmd|' /C calc'!A0\",,,,,No,No,0,,@SUM(1)\n"
    );
    let done = import(&app, &file(&rows)).await.expect("imported");
    assert_eq!((&done["imported"], &done["rejected"]), (&json!(2), &json!(5)));
    let rejected: Vec<(i64, String)> =
        sqlx::query_as("select row_number, reason from import_rejection order by row_number")
            .fetch_all(&app.pool)
            .await
            .expect("rejections");
    let expected = [
        (3, "Lead Number is blank, and by it leads are recognised"),
        (4, "Lead Number 1 stands in row 2 already"),
        (5, "Converted says “7”; known are 1, 0"),
        (6, "the row has 10485766 bytes, more than 1048576"),
        (7, "the row has 2 cells, the header 11"),
    ];
    let rejected: Vec<_> = rejected.iter().map(|(row, reason)| (*row, reason.as_str())).collect();
    assert_eq!(rejected, expected);
    // Formulas are texts.
    assert_eq!(count(&app, "source where name = $$=cmd|' /C calc'!A0$$").await, 1);
    assert_eq!(count(&app, "lead where custom ->> 'Lead Quality' = '@SUM(1)'").await, 1);
}

#[tokio::test]
async fn an_unreadable_file_changes_nothing_and_says_what_to_do() {
    let app = app_without_server().await;
    let workbook = b"PK\x03\x04\x14\0\x06\0\x08\0....[Content_Types].xml....xl/workbook.xml".to_vec();
    for (bytes, complaint) in [
        (Vec::new(), "the file is empty"),
        (b"\xEF\xBB\xBF".to_vec(), "the file is empty"),
        (COLUMNS.as_bytes().to_vec(), "no rows below its header"),
        (workbook, "an Excel workbook (XLSX)"),
        (b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), "save the table as"),
        (file("1,\"Google,,,,,No,No,0,,\n2,Google,,,,,No,No,0,,\n"), "a quote that opens in line 2 is never closed"),
        (b"Lead Number,City\n1,Mumbai\n".to_vec(), "these columns are missing: “Country”"),
        (COLUMNS.replace("City", "Country").into_bytes(), "two columns are called “Country”"),
        (vec![b'x'; 10 * 1024 * 1024], "cannot be a header"),
    ] {
        let why = import(&app, &bytes).await.expect_err(complaint);
        assert!(why.contains(complaint), "{why}");
        is_untouched(&app).await;
    }
    let output = winback(&app, written(b"PK\x03\x04xl/").path(), &[]);
    assert!(!output.status.success() && output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("an Excel workbook (XLSX)") && said.contains("Nothing was imported"), "{said}");
    is_untouched(&app).await;
}

#[tokio::test]
async fn letters_survive_whatever_program_saved_the_file() {
    let text = String::from_utf8(file(
        "1,Öğrenci fuarı,Türkiye,Iğdır,Şirket yönetimi,İşçi,No,No,0,,çok ilgili\n2,Tanıdık,Türkiye,Muğla,,Öğretmen,No,No,0,,\n",
    ))
    .expect("text");
    let (windows, _, _) = WINDOWS_1254.encode(&text);
    let utf_16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let semicolons = text.replace(',', ";").into_bytes();
    for bytes in [text.clone().into_bytes(), windows.into_owned(), utf_16, semicolons] {
        let app = app_without_server().await;
        let done = import(&app, &bytes).await.expect("imported");
        assert_eq!(done["imported"], 2);
        assert_eq!(count(&app, "lead where city in ('Iğdır', 'Muğla') and country = 'Türkiye'").await, 2);
        assert_eq!(count(&app, "source where name = 'Öğrenci fuarı' and key = 'ogrenci fuari'").await, 1);
    }
}

#[tokio::test]
async fn a_lead_that_is_here_already_is_left_as_it_is() {
    let app = app_without_server().await;
    import(&app, &file("1,Google,,,,,No,No,0,,\n")).await.expect("imported");
    let done = import(&app, &file("1,Bing,,,,,No,No,1,,\n2,Bing,,,,,No,No,0,Ringing,\n")).await.expect("imported");
    assert_eq!((&done["imported"], &done["already_there"], &done["customers"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(done["lost"], json!({"contact_lost": 1}));
    assert_eq!(count(&app, "lead where external_id = '1' and stage_kind = 'open'").await, 1);
}

#[tokio::test]
async fn without_people_an_import_says_how_to_add_them() {
    let app = app_without_server().await;
    sqlx::query("update app_user set closed_at = created_at where role = 'rep'")
        .execute(&app.pool)
        .await
        .expect("closed");
    let why = import(&app, &sound_file(3)).await.expect_err("no reps");
    assert!(why.contains("winback user add") && why.contains("winback demo"), "{why}");
    is_untouched(&app).await;
}
