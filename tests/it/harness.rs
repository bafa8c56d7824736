//! What every black-box test stands on: one throw-away PostgreSQL cluster per run of this binary, migrated once and
//! filled with the demo team; each test's database is cloned from that template, in tens of milliseconds, and dropped
//! again. The real router answers over real HTTP on a port of its own, with live stream and jobs behind it, and time
//! stands still until a test moves it.
//!
//! ```ignore
//! let app = spawn_app().await;
//! let ayse = app.sign_in("ayse@demo.winback").await;
//! let (status, stages) = ayse.call("/api/pipeline/stages", json!({})).await;
//! ```

use chrono::{DateTime, TimeZone, Utc};
use reqwest::{Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{OnceCell, oneshot},
    task::JoinHandle,
};
use winback::{
    clock::Clock,
    demo::team,
    ids::RequestKey,
    server::{
        cluster::Cluster,
        config::{Config, DatabaseConfig},
        database::{self, MIGRATIONS},
        serve,
        state::App,
    },
};

/// Everyone of the demo team signs in with this.
const PASSWORD: &str = "winback-demo";
/// What a test waits for at most; far beyond what anything should take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The moment at which every test begins: a Monday morning, half past eleven in Istanbul.
pub fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 8, 30, 0).single().expect("a moment that exists")
}

/// The cluster of this run. It goes away with the process, however that ends: the cluster's watchdog sees to it.
struct Ground {
    cluster: Cluster,
}

impl Ground {
    /// Where the database `name` is.
    fn database(&self, name: &str) -> PgConnectOptions {
        let options: PgConnectOptions = self.cluster.url().parse().expect("the cluster's own address");
        options.database(name).disable_statement_logging()
    }

    /// A connection beside all tests' databases.
    async fn admin(&self) -> PgConnection {
        PgConnection::connect_with(&self.database("postgres")).await.expect("the throw-away cluster lets us in")
    }
}

/// The name of the template: the database that a fresh cluster comes with, migrated, with the demo team in it.
const TEMPLATE: &str = "winback";

async fn ground() -> &'static Ground {
    static GROUND: OnceCell<Ground> = OnceCell::const_new();
    GROUND.get_or_init(lay_ground).await
}

/// Servers run apart from the tests that call them: a test that waits, or is being cleaned up, never holds one up.
fn servers() -> &'static Runtime {
    static SERVERS: LazyLock<Runtime> = LazyLock::new(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    });
    &SERVERS
}

async fn lay_ground() -> Ground {
    let cluster = Cluster::throw_away().await.expect("a throw-away cluster; is PostgreSQL installed here?");
    let pool = database::connect(&cluster.url(), 1).await.expect("a connection to the template");
    MIGRATIONS.run(&pool).await.expect("migrations");
    team::add(&pool, &Clock::fixed(beginning())).await.expect("the demo team");
    // Nobody may be connected to a template while it is cloned.
    pool.close().await;
    Ground { cluster }
}

/// A running winback with a database of its own. Dropping it stops the server, checks that no work was left lying
/// about, and drops the database.
pub struct TestApp {
    /// What the server runs on, for calling jobs and stores directly.
    pub app: App,
    /// The test's own way into the same database.
    pub pool: PgPool,
    /// Stands still until the test moves it.
    pub clock: Clock,
    /// Where the server listens.
    pub address: SocketAddr,
    database: String,
    ground: &'static Ground,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Starts winback on a fresh database with the demo team in it.
pub async fn spawn_app() -> TestApp {
    let app = app_without_server().await;
    app.serve().await
}

/// The same, started with other settings than usual.
pub async fn spawn_app_with(change: impl FnOnce(&mut Config)) -> TestApp {
    let mut app = app_without_server().await;
    let mut config = Config::clone(&app.app.config);
    change(&mut config);
    app.app = serve::app(app.pool.clone(), app.clock.clone(), config);
    app.serve().await
}

/// The same without anything running: no HTTP and no workers, for tests that run jobs step by step.
pub async fn app_without_server() -> TestApp {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let ground = ground().await;
    let database = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = ground.admin().await;
    sqlx::query(AssertSqlSafe(format!("create database {database} template {TEMPLATE}")))
        .execute(&mut admin)
        .await
        .expect("a clone of the template");
    let url = ground.database(&database).to_url_lossy();
    let pool = database::connect(url.as_str(), 8).await.expect("connections to the test's database");
    let clock = Clock::fixed(beginning());
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let app = serve::app(pool.clone(), clock.clone(), config(url.to_string(), address));
    TestApp { app, pool, clock, address, database, ground, stop: None, server: None }
}

fn config(database_url: String, listen: SocketAddr) -> Config {
    Config {
        database: DatabaseConfig { database_url: Some(database_url), data: PathBuf::from("nowhere"), connections: 8 },
        listen,
        public_url: "http://winback.test".to_owned(),
        demo: false,
        // Whether a site was built beside the tests must not matter.
        site_root: PathBuf::from("nowhere"),
        proxies: 0,
        facts_in_browser: 1_000_000,
    }
}

impl TestApp {
    async fn serve(mut self) -> Self {
        let Node { address, stop, server } = Node::start(self.app.clone()).await;
        (self.address, self.stop, self.server) = (address, Some(stop), Some(server));
        self
    }

    /// Another server of the same installation, on the same database, as behind a load balancer.
    pub async fn node_beside(&self) -> Node {
        let pool = database::connect(&self.database_url(), 4).await.expect("connections of the other node");
        Node::start(serve::app(pool, self.clock.clone(), Config::clone(&self.app.config))).await
    }

    /// Fails the test, naming the rows, unless every table is as it was.
    pub async fn expect_unchanged(&self, before: &Everything, what: &str) {
        let after = self.everything().await;
        for (table, rows) in before {
            let (old, new): (BTreeSet<_>, BTreeSet<_>) = (rows.lines().collect(), after[table].lines().collect());
            let (gone, come): (Vec<_>, Vec<_>) = (old.difference(&new).collect(), new.difference(&old).collect());
            assert!(gone.is_empty() && come.is_empty(), "{what} changed {table}: {gone:?} became {come:?}");
        }
    }

    /// Every row of every table: two of these are equal when nothing at all has changed.
    pub async fn everything(&self) -> Everything {
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_sqlx_migrations'",
        )
        .fetch_all(&self.pool)
        .await
        .expect("the tables");
        let mut everything = BTreeMap::new();
        for table in tables {
            let sql = format!("select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from \"{table}\" t");
            let rows = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.expect("its rows");
            everything.insert(table, rows);
        }
        everything
    }

    /// How to reach the test's database, for starting the real program on it.
    pub fn database_url(&self) -> String {
        self.ground.database(&self.database).to_url_lossy().to_string()
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> Client {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client without TLS always builds");
        Client { http, address: self.address, cookie: None }
    }

    /// One of the demo team, signed in through the form.
    pub async fn sign_in(&self, email: &str) -> Client {
        let mut client = self.stranger();
        let form = format!("email={email}&password={PASSWORD}&next=/board");
        let answer = client.post_form("/sign-in", form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{email} could not sign in");
        let goes_to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        assert_eq!(goes_to, "/board", "{email} could not sign in");
        client.keep_cookie(&answer);
        client
    }
}

/// Every table's rows as text.
pub type Everything = BTreeMap<String, String>;

/// A server of the installation; it goes when it is dropped.
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    /// Drop it or use it: either stops the server.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Node {
    async fn start(app: App) -> Self {
        let listener = TcpListener::bind(app.config.listen).await.expect("a free port");
        let address = listener.local_addr().expect("the port that was given");
        let (stop, stopped) = oneshot::channel();
        let server = servers().spawn(async move {
            let until = async { stopped.await.unwrap_or(()) };
            serve::run(app, listener, until).await.expect("every route has its access rule");
        });
        Self { address, stop, server }
    }
}

/// Takes the first whole event out of what a stream has sent; a letter may have come in two parts.
pub fn next_event(unread: &mut Vec<u8>) -> Option<String> {
    let end = unread.windows(2).position(|pair| pair == b"\n\n")?;
    let event: Vec<_> = unread.drain(..end + 2).collect();
    Some(String::from_utf8(event).expect("whole letters"))
}

/// A browser, as far as the server can tell: it keeps its session cookie and says where its requests come from.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    cookie: Option<String>,
}

impl Client {
    /// Calls a server function, such as `/api/pipeline/board`; an answer that is no JSON comes back as a JSON text.
    pub async fn call(&self, path: &str, arguments: Value) -> (StatusCode, Value) {
        let answer = self.request(reqwest::Method::POST, path).json(&arguments).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("the whole answer");
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, value)
    }

    /// Calls a server function that must succeed.
    pub async fn ask(&self, path: &str, arguments: Value) -> Value {
        let (status, value) = self.call(path, arguments).await;
        assert_eq!(status, StatusCode::OK, "{path} answered {value}");
        value
    }

    /// Reads a page or a stream. Redirects are not followed.
    pub async fn get(&self, path: &str) -> Response {
        self.request(reqwest::Method::GET, path).send().await.expect("an answer")
    }

    /// Posts a form the way a browser does.
    pub async fn post_form(&self, path: &str, form: impl Into<String>) -> Response {
        self.request(reqwest::Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into())
            .send()
            .await
            .expect("an answer")
    }

    /// A request with this browser's cookie and origin, for tests that need to change something about it.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let origin = format!("http://{}", self.address);
        let request = self.http.request(method, format!("{origin}{path}")).header(header::ORIGIN, origin);
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    /// Sends a request exactly as it is.
    pub async fn execute(&self, request: reqwest::Request) -> Response {
        self.http.execute(request).await.expect("an answer")
    }

    /// The same browser, talking to another node.
    pub fn at(&self, node: &Node) -> Self {
        Self { address: node.address, ..self.clone() }
    }

    /// Takes the session cookie of a successful sign-in.
    pub fn keep_cookie(&mut self, answer: &Response) {
        let set = answer.headers().get(header::SET_COOKIE).and_then(|set| set.to_str().ok());
        self.cookie = set.and_then(|set| set.split(';').next()).map(str::to_owned);
        assert!(self.cookie.is_some(), "signing in sets a cookie");
    }
}

/// A request key that no other request of this run has.
pub fn fresh_key() -> RequestKey {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    RequestKey(format!("test-key-{}", COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// An answer as what it is; fails the test when it has another shape.
pub fn heard<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("an answer of this shape")
}

/// Asks again and again until `look` finds something; fails the test, saying what was awaited, when it never does.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, look: impl FnMut() -> F) -> T {
    within(PATIENCE, what, look).await
}

/// The same with a patience of its own, for what takes longer than anything else.
pub async fn within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> T {
    let search = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(patience, search).await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let (ground, database, now, server) =
            (self.ground, self.database.clone(), self.clock.now(), self.server.take());
        // The test's own runtime may be the thread that is dropping this.
        let left = std::thread::spawn(move || {
            if let Some(server) = server {
                end(server);
            }
            clean_up(ground, &database, now)
        })
        .join();
        if std::thread::panicking() {
            return;
        }
        match left {
            Ok(left) if left.is_empty() => {}
            Ok(left) => panic!("the test left work lying about: {}", left.join(", ")),
            Err(_) => panic!("the test's database could not be cleaned up"),
        }
    }
}

/// Waits for a server that was told to stop; one that will not is ended.
fn end(mut server: JoinHandle<()>) {
    servers().block_on(async {
        if tokio::time::timeout(Duration::from_secs(2), &mut server).await.is_err() {
            server.abort();
            let _ = server.await;
        }
    });
}

/// Drops the database and says which jobs were due or running in it.
fn clean_up(ground: &Ground, database: &str, now: DateTime<Utc>) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut inside = PgConnection::connect_with(&ground.database(database)).await.expect("a connection");
        let left =
            sqlx::query_scalar("select kind from job where state = 'running' or (state = 'queued' and run_at <= $1)")
                .bind(now)
                .fetch_all(&mut inside)
                .await
                .expect("the jobs");
        inside.close().await.expect("a clean end");
        let drop_it = format!("drop database {database} with (force)");
        sqlx::query(AssertSqlSafe(drop_it)).execute(&mut ground.admin().await).await.expect("the database goes");
        left
    })
}
