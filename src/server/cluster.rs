//! The private PostgreSQL: made, started, adopted and stopped by winback itself, reached through a socket only.
//!
//! What lies where, for a data folder `D`:
//!
//! | path | what |
//! |---|---|
//! | `D/postgres/` | the *home* of the cluster, mode 0700, owned by the account that the server runs as |
//! | `D/postgres.location` | only where that account cannot reach `D`: the home's path, then under `/var/lib/winback` |
//! | home `pgdata/` | PostgreSQL's own files; `pgdata.new` while they are being made |
//! | home `password` | of the one role, `winback` |
//! | home `lock` | held while a winback uses the cluster |
//! | home `postgres.log` | what the server says |
//!
//! PostgreSQL refuses to run as root, so root hands it to the account `postgres` (or to whoever owns the files already).
//! A postmaster that outlived its winback is adopted: nobody's transactions are cut off to start again.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getegid, geteuid, kill_process, test_kill_process};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::time::sleep;

const OLDEST: u32 = 15;
const ROLE: &str = "winback";
const DATABASE: &str = "winback";
const PORT: u16 = 5432;
/// `sun_path` less its closing zero.
const LONGEST_SOCKET: usize = 107;
const SERVICE_ACCOUNT: &str = "postgres";
const HOMES_OF_ROOT: &str = "/var/lib/winback";
const POLL: Duration = Duration::from_millis(50);
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Every message says what to do now.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "PostgreSQL {OLDEST} or later is not installed here{}. Run `scripts/toolchain database`, install your system's \
         PostgreSQL server package, or set DATABASE_URL to a database of your own.",
        .found.map(|major| format!(" (found only {major})")).unwrap_or_default()
    )]
    NoServer { found: Option<u32> },
    #[error(
        "The data in {} was written by PostgreSQL {written_by}, but this machine has only PostgreSQL {installed}. Install \
         PostgreSQL {written_by} again: winback never converts data by itself.",
        .folder.display()
    )]
    OtherVersion { folder: PathBuf, written_by: u32, installed: String },
    #[error(
        "Another winback{} already uses the data in {}. Stop it first, or choose another data folder.",
        .owner.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default(), .folder.display()
    )]
    InUse { folder: PathBuf, owner: Option<String> },
    #[error(
        "PostgreSQL does not run as root, and there is no account `{SERVICE_ACCOUNT}` to run it. Create one \
         (`useradd --system {SERVICE_ACCOUNT}`), or start winback as an ordinary user."
    )]
    NoAccount,
    #[error(
        "The account that runs PostgreSQL (uid {uid}) cannot reach {}: {} is closed to it. Open that folder \
         (`chmod o+x {}`), or choose another data folder.",
        .folder.display(), .closed.display(), .closed.display()
    )]
    Closed { folder: PathBuf, closed: PathBuf, uid: u32 },
    #[error(
        "The database files in {} belong to another account (uid {owner}). Start winback as that account or as root, or \
         choose another data folder.",
        .folder.display()
    )]
    NotOurs { folder: PathBuf, owner: u32 },
    #[error(
        "{} is there but holds no PostgreSQL database. Move it away and start again; winback touches nothing that it did \
         not make.",
        .folder.display()
    )]
    NotACluster { folder: PathBuf },
    #[error(
        "{} says that the database is kept in {}, and nothing is there. Bring that folder back, or remove the file to \
         begin with an empty database.",
        .pointer.display(), .home.display()
    )]
    Lost { pointer: PathBuf, home: PathBuf },
    #[error("The password of the database is missing: put {} back from your backup.", .file.display())]
    NoPassword { file: PathBuf },
    #[error("{} cannot hold the database's socket: {why}. Remove it and start again.", .folder.display())]
    SocketFolder { folder: PathBuf, why: &'static str },
    #[error(
        "A PostgreSQL server (process {pid}) uses {} but does not answer. Stop it (`kill -INT {pid}`), then start winback \
         again.",
        .folder.display()
    )]
    Unresponsive { folder: PathBuf, pid: i32 },
    #[error("{step} failed. PostgreSQL said:\n{said}")]
    Step { step: &'static str, said: String },
    #[error("PostgreSQL stopped while starting. Its log {} ends with:\n{said}", .log.display())]
    Died { log: PathBuf, said: String },
    #[error("PostgreSQL (process {pid}) did not stop within {} s; see {}.", .waited.as_secs(), .log.display())]
    WontStop { pid: i32, waited: Duration, log: PathBuf },
    #[error("Cannot {doing} {}: {source}. Check that folder's permissions and free space.", .path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

type Result<T, E = ClusterError> = std::result::Result<T, E>;

/// Puts what was being done, and to which path, on an [`io::Error`].
trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| ClusterError::Io { doing, path: path.to_owned(), source })
    }
}

/// A running private PostgreSQL. [`Cluster::stop`] waits for a clean end; a dropped one is asked to end, unwatched.
#[derive(Debug)]
pub struct Cluster {
    home: PathBuf,
    sockets: PathBuf,
    password: String,
    postmaster: Option<Postmaster>,
    /// Only a throw-away cluster has one: its files go when it goes.
    watchdog: Option<Child>,
    _lock: File,
}

#[derive(Debug)]
struct Postmaster {
    pid: Pid,
    /// None: adopted, somebody else reaps it.
    child: Option<Child>,
}

/// What differs between the user's data and a test's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    Full,
    /// A power cut may eat it. Tests only.
    None,
}

impl Cluster {
    /// Starts (or adopts) the cluster of this data folder, making it first where there is none. `tell` hears one line per
    /// long step.
    pub async fn start(data: &Path, tell: impl Fn(&str)) -> Result<Cluster> {
        fs::create_dir_all(data).doing("create", data)?;
        let data = data.canonicalize().doing("open", data)?;
        let account = Account::ours()?;
        let home = find_or_choose_home(&data, account, &tell)?;
        Self::start_in(&home, account, Durability::Full, &tell).await
    }

    /// Where the cluster of this data folder is, if another winback keeps it running: a short command (an import, a new
    /// user) then works beside it instead of starting it.
    pub async fn running(data: &Path) -> Result<Option<String>> {
        let pointer = fs::read_to_string(data.join("postgres.location"));
        let home = pointer.map_or_else(|_| data.join("postgres"), |home| PathBuf::from(home.trim_end()));
        if !is_locked(&home) {
            return Ok(None);
        }
        match PidFile::read(&home.join("pgdata")) {
            Some(file) if file.ready && file.answers().await => {
                Ok(Some(connection_url(&read_password(&home)?, &file.sockets)))
            }
            _ => Ok(None),
        }
    }

    /// An empty cluster for tests, in a temporary folder that goes away with it, however the process ends. Several may
    /// live at once. Not durable.
    pub async fn throw_away() -> Result<Cluster> {
        let account = Account::ours()?;
        let name = format!("winback-test-{}", random_hex(6)?);
        let home = Some(std::env::temp_dir())
            .map(|temp| temp.join(&name))
            .filter(|home| first_closed(home, account).is_none() && socket_fits(home))
            .unwrap_or_else(|| Path::new("/tmp").join(&name));
        let started = Self::start_in(&home, account, Durability::None, &|_: &str| ()).await;
        if started.is_err() {
            let _ = fs::remove_dir_all(&home);
        }
        let mut cluster = started?;
        cluster.watchdog = Some(cluster.post_watchdog()?);
        Ok(cluster)
    }

    /// `postgres://…`, for the database `winback`, with the password in it.
    pub fn url(&self) -> String {
        connection_url(&self.password, &self.sockets)
    }

    /// Fast shutdown: open transactions are rolled back, everything committed is on disk when this returns.
    pub async fn stop(mut self) -> Result<()> {
        let Some(mut postmaster) = self.postmaster.take() else { return Ok(()) };
        postmaster.signal(Signal::INT);
        if !postmaster.gone_within(Duration::from_secs(60)).await {
            // Immediate: nothing committed is lost, the next start recovers.
            postmaster.signal(Signal::QUIT);
            let patience = Duration::from_secs(10);
            if !postmaster.gone_within(patience).await {
                let pid = postmaster.pid.as_raw_nonzero().get();
                return Err(ClusterError::WontStop { pid, waited: patience, log: self.log() });
            }
        }
        if self.watchdog.is_none() {
            let _ = fs::remove_dir(&self.sockets);
        }
        Ok(())
    }

    async fn start_in(home: &Path, account: Account, durability: Durability, tell: &impl Fn(&str)) -> Result<Cluster> {
        let account = account.of_owner(home)?;
        if let Some(closed) = first_closed(home, account) {
            return Err(ClusterError::Closed { folder: home.to_owned(), closed, uid: account.uid });
        }
        account.make_private_folder(home)?;
        let lock = lock(home)?;
        let pgdata = home.join("pgdata");
        let server = Server::for_data(&Server::installed(), &pgdata)?;
        if !pgdata.join("PG_VERSION").exists() {
            tell(&format!("Creating a private PostgreSQL {} database in {}", server.major, home.display()));
            create(home, &server, account, durability).await?;
        }

        let mut cluster = Cluster {
            home: home.to_owned(),
            sockets: socket_folder(home, account, durability),
            password: read_password(home)?,
            postmaster: None,
            watchdog: None,
            _lock: lock,
        };
        if let Some(alive) = wait_for_predecessor(&pgdata, tell).await? {
            tell(&format!("Using the PostgreSQL that is still running (process {})", alive.pid));
            cluster.sockets = alive.sockets.clone();
            cluster.postmaster = alive.process().map(|pid| Postmaster { pid, child: None });
        } else {
            tell(&format!("Starting the private PostgreSQL {}", server.major));
            cluster.spawn(&server, account, durability)?;
        }
        cluster.wait_until_ready(tell).await?;
        Ok(cluster)
    }

    fn spawn(&mut self, server: &Server, account: Account, durability: Durability) -> Result<()> {
        account.make_private_folder(&self.sockets)?;
        let path = self.log();
        rotate(&path)?;
        let log = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).doing("write", &path)?;
        account.give(&path)?;
        let stdout = log.try_clone().doing("write", &path)?;
        let mut command = server.command("postgres", account);
        command.arg("-D").arg(self.home.join("pgdata"));
        for setting in settings(&self.sockets, durability) {
            command.arg("-c").arg(setting);
        }
        command.stdin(Stdio::null()).stdout(stdout).stderr(log);
        let child = command.spawn().doing("run", &server.program("postgres"))?;
        let pid = Pid::from_child(&child);
        self.postmaster = Some(Postmaster { pid, child: Some(child) });
        Ok(())
    }

    /// Waits for as long as the server lives: recovery after a power cut takes what it takes.
    async fn wait_until_ready(&mut self, tell: &impl Fn(&str)) -> Result<()> {
        let begun = Instant::now();
        let mut reported = begun;
        let mut written = self.log_length();
        loop {
            let log = self.log();
            let Some(postmaster) = &mut self.postmaster else { return Ok(()) };
            if postmaster.gone() {
                self.postmaster = None;
                return Err(ClusterError::Died { said: last_lines(&log, 5), log });
            }
            let state = PidFile::read(&self.home.join("pgdata"));
            if state.is_some_and(|file| file.process() == Some(postmaster.pid) && file.ready) {
                return Ok(());
            }
            if reported.elapsed() >= REPORT_EVERY {
                reported = Instant::now();
                let waited = begun.elapsed().as_secs();
                let length = self.log_length();
                let said = if length == written { String::new() } else { format!(": {}", last_lines(&log, 1)) };
                written = length;
                tell(&format!("PostgreSQL is making its data consistent, {waited} s so far{said}"));
            }
            sleep(POLL).await;
        }
    }

    /// A child that outlives us by a moment: when our end of its pipe closes, for whatever reason, it ends the server and
    /// removes the folder. Tests keep their cluster in a `static`, which is never dropped.
    fn post_watchdog(&self) -> Result<Child> {
        let Some(postmaster) = &self.postmaster else { unreachable!("started, so it has a postmaster") };
        Command::new("/bin/sh")
            .arg("-c")
            .arg(
                "cat >/dev/null; kill -QUIT \"$1\"; i=0
                 while [ -e \"$2/pgdata/postmaster.pid\" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
                 rm -rf \"$2\"",
            )
            .arg("sh")
            .arg(postmaster.pid.as_raw_nonzero().to_string())
            .arg(&self.home)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .doing("run", Path::new("/bin/sh"))
    }

    fn log(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    fn log_length(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |file| file.len())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let watchdog = self.watchdog.take();
        if let Some(postmaster) = &mut self.postmaster {
            postmaster.signal(if watchdog.is_some() { Signal::QUIT } else { Signal::INT });
            let deadline = Instant::now() + Duration::from_secs(5);
            while watchdog.is_some() && !postmaster.gone() && Instant::now() < deadline {
                std::thread::sleep(POLL);
            }
        }
        if let Some(mut watchdog) = watchdog {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
            let _ = fs::remove_dir_all(&self.home);
        }
    }
}

impl Postmaster {
    fn signal(&self, signal: Signal) {
        // It may be gone already; whether it is, the waiting finds out.
        let _ = kill_process(self.pid, signal);
    }

    fn gone(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => test_kill_process(self.pid).is_err(),
        }
    }

    async fn gone_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while !self.gone() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(POLL).await;
        }
        true
    }
}

// ---- whom the server runs as ----

/// The account that the server runs as and that owns its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    uid: u32,
    gid: u32,
    /// We are root and hand the work over.
    switch: bool,
}

impl Account {
    fn ours() -> Result<Account> {
        if !geteuid().is_root() {
            return Ok(Account { uid: geteuid().as_raw(), gid: getegid().as_raw(), switch: false });
        }
        let file = Path::new("/etc/passwd");
        let accounts = fs::read_to_string(file).doing("read", file)?;
        let (uid, gid) = ids_of(SERVICE_ACCOUNT, &accounts).ok_or(ClusterError::NoAccount)?;
        Ok(Account { uid, gid, switch: true })
    }

    /// Files that are there already decide: root runs the server as their owner, anyone else must be the owner.
    fn of_owner(self, home: &Path) -> Result<Account> {
        let owner = match fs::metadata(home) {
            Ok(owner) => owner,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(error).doing("open", home),
        };
        match (self.switch, owner.uid()) {
            (true, 0) => Ok(self),
            (true, uid) => Ok(Account { uid, gid: owner.gid(), switch: true }),
            (false, uid) if uid == self.uid => Ok(self),
            (false, owner) => Err(ClusterError::NotOurs { folder: home.to_owned(), owner }),
        }
    }

    fn give(self, path: &Path) -> Result<()> {
        if self.switch {
            chown(path, Some(self.uid), Some(self.gid)).doing("hand over", path)?;
        }
        Ok(())
    }

    /// Mode 0700, owned by this account, and truly a folder: in /tmp anyone may have put a link in its place.
    fn make_private_folder(self, folder: &Path) -> Result<()> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => self.give(folder)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).doing("create", folder),
        }
        let found = fs::symlink_metadata(folder).doing("open", folder)?;
        let not = |why| Err(ClusterError::SocketFolder { folder: folder.to_owned(), why });
        if !found.is_dir() {
            return not("it is not a folder");
        }
        if self.switch && found.uid() == 0 {
            // Left by a start that was killed between creating and handing over.
            self.give(folder)?;
        } else if found.uid() != self.uid {
            return not("it belongs to another account");
        }
        if found.mode() & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).doing("close to others", folder)?;
        }
        Ok(())
    }

    fn may_enter(self, folder: &fs::Metadata) -> bool {
        let bit = match () {
            () if self.uid == 0 => return true,
            () if folder.uid() == self.uid => 0o100,
            () if folder.gid() == self.gid => 0o010,
            () => 0o001,
        };
        folder.mode() & bit != 0
    }
}

fn ids_of(account: &str, passwd: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == account).then_some(())?;
        let mut ids = fields.skip(1);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    })
}

/// The outermost folder on the way that this account may not enter.
fn first_closed(path: &Path, account: Account) -> Option<PathBuf> {
    let mut way: Vec<_> = path.ancestors().collect();
    way.reverse();
    way.into_iter()
        // A home that root made and has not handed over yet is no obstacle: it is about to.
        .filter(|folder| *folder != path)
        .find(|folder| fs::metadata(folder).is_ok_and(|found| !account.may_enter(&found)))
        .map(Path::to_owned)
}

// ---- where it lives ----

fn find_or_choose_home(data: &Path, account: Account, tell: &impl Fn(&str)) -> Result<PathBuf> {
    let pointer = data.join("postgres.location");
    if let Ok(home) = fs::read_to_string(&pointer) {
        let home = PathBuf::from(home.trim_end());
        if !home.is_dir() {
            return Err(ClusterError::Lost { pointer, home });
        }
        return Ok(home);
    }
    let inside = data.join("postgres");
    if inside.exists() || !account.switch || first_closed(&inside, account).is_none() {
        return Ok(inside);
    }

    // A fresh name, not one made from the path: whoever deletes the data folder and starts again expects it empty.
    let home = Path::new(HOMES_OF_ROOT).join(random_hex(4)?);
    fs::create_dir_all(HOMES_OF_ROOT).doing("create", Path::new(HOMES_OF_ROOT))?;
    account.make_private_folder(&home)?;
    let made_for = home.join("made-for");
    fs::write(&made_for, format!("{}\n", data.display())).doing("write", &made_for)?;
    fs::write(&pointer, format!("{}\n", home.display())).doing("write", &pointer)?;
    tell(&format!(
        "Keeping the database in {}: the account `{SERVICE_ACCOUNT}`, which runs it for root, cannot enter {} ({} says so)",
        home.display(),
        data.display(),
        pointer.display(),
    ));
    Ok(home)
}

fn lock(home: &Path) -> Result<File> {
    let path = home.join("lock");
    let options = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).clone();
    let mut file = options.open(&path).doing("open", &path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let owner = fs::read_to_string(&path).ok().map(|pid| pid.trim().to_owned()).filter(|pid| !pid.is_empty());
            return Err(ClusterError::InUse { folder: home.to_owned(), owner });
        }
        Err(TryLockError::Error(error)) => return Err(error).doing("lock", &path),
    }
    // Only a help for the message above; the lock itself is the kernel's.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Whether some winback holds the lock of this home.
fn is_locked(home: &Path) -> bool {
    File::open(home.join("lock")).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// A throw-away cluster keeps its socket at home, and so leaves nothing elsewhere.
fn socket_folder(home: &Path, account: Account, durability: Durability) -> PathBuf {
    if durability == Durability::None {
        return home.to_owned();
    }
    let name = format!("winback-{:016x}", fingerprint(home));
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| !account.switch && folder.is_dir())
        .map(|folder| folder.join(&name))
        .filter(|folder| socket_fits(folder))
        .unwrap_or_else(|| Path::new("/tmp").join(name))
}

fn socket_in(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

fn socket_fits(folder: &Path) -> bool {
    socket_in(folder, PORT).as_os_str().len() <= LONGEST_SOCKET
}

/// FNV-1a: the same in every build, which the standard library does not promise of its hashers.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

// ---- which server ----

#[derive(Debug, Clone, PartialEq, Eq)]
struct Server {
    bin: PathBuf,
    major: u32,
}

impl Server {
    /// Every PostgreSQL server of this machine, newest first.
    fn installed() -> Vec<Server> {
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let asked = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok();
        let asked = asked.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
        let packaged = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql"];
        let packaged = packaged.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let mut servers: Vec<Server> = std::env::split_paths(&on_path)
            .chain(asked)
            .chain(packaged.map(|version| version.path().join("bin")))
            .filter(|bin| bin.join("postgres").is_file() && bin.join("initdb").is_file())
            .filter_map(|bin| Some(Server { major: version_of(&bin.join("postgres"))?, bin }))
            .collect();
        servers.sort_by(|a, b| b.major.cmp(&a.major).then_with(|| a.bin.cmp(&b.bin)));
        servers.dedup();
        servers
    }

    /// The server for this data: its own version where there is data, else the newest.
    fn for_data(installed: &[Server], pgdata: &Path) -> Result<Server> {
        let newest = installed.first().map(|server| server.major);
        let Ok(written_by) = fs::read_to_string(pgdata.join("PG_VERSION")) else {
            return installed
                .first()
                .filter(|server| server.major >= OLDEST)
                .cloned()
                .ok_or(ClusterError::NoServer { found: newest });
        };
        let not_a_cluster = || ClusterError::NotACluster { folder: pgdata.to_owned() };
        let written_by = written_by.trim().parse().map_err(|_| not_a_cluster())?;
        if newest.is_none() {
            return Err(ClusterError::NoServer { found: None });
        }
        installed.iter().find(|server| server.major == written_by).cloned().ok_or_else(|| {
            let majors: Vec<String> = installed.iter().map(|server| server.major.to_string()).collect();
            ClusterError::OtherVersion { folder: pgdata.to_owned(), written_by, installed: majors.join(", ") }
        })
    }

    fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// In a process group of its own, so that Ctrl-C in the terminal reaches winback alone, which then stops the server in
    /// good order; and without the caller's `PG…` variables, which would lead it elsewhere.
    fn command(&self, name: &str, account: Account) -> Command {
        let mut command = Command::new(self.program(name));
        for (variable, _) in std::env::vars_os().filter(|(name, _)| starts_with(name, "PG")) {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").current_dir("/").process_group(0);
        if account.switch {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Runs one of the server's programs to its end.
    async fn run(&self, step: &'static str, mut command: Command, input: &str) -> Result<()> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().doing("run", &self.bin)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A child that ends early closes it; its own words say why.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = child.wait_with_output().await.doing("run", &self.bin)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(ClusterError::Step { step, said: if said.is_empty() { output.status.to_string() } else { said } })
    }
}

fn starts_with(text: &OsStr, start: &str) -> bool {
    text.as_encoded_bytes().starts_with(start.as_bytes())
}

fn version_of(postgres: &Path) -> Option<u32> {
    let said = Command::new(postgres).arg("--version").stderr(Stdio::null()).output().ok()?;
    major_in(&String::from_utf8_lossy(&said.stdout))
}

/// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`, `postgres (PostgreSQL) 19beta1`
fn major_in(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

// ---- making one ----

/// Made under another name and renamed when complete: a `pgdata` that is there is whole.
async fn create(home: &Path, server: &Server, account: Account, durability: Durability) -> Result<()> {
    let (pgdata, unfinished) = (home.join("pgdata"), home.join("pgdata.new"));
    if pgdata.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(ClusterError::NotACluster { folder: pgdata });
    }
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).doing("remove", &unfinished)?;
    }
    let password = home.join("password");
    write_private(&password, &random_hex(24)?, account)?;

    let mut initdb = server.command("initdb", account);
    initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]);
    initdb.args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--username", ROLE, "--pwfile"]);
    initdb.arg(&password).arg("--pgdata").arg(&unfinished);
    if durability == Durability::None {
        initdb.arg("--no-sync");
    }
    server.run("Creating the database (initdb)", initdb, "").await?;

    // Single-user mode needs neither a socket nor a client program.
    let mut single = server.command("postgres", account);
    single.arg("--single").arg("-D").arg(&unfinished);
    if durability == Durability::None {
        single.args(["-c", "fsync=off"]);
    }
    single.arg("postgres");
    server.run("Creating the database (create database)", single, &format!("create database {DATABASE}\n")).await?;

    fs::rename(&unfinished, &pgdata).doing("rename", &unfinished)?;
    File::open(home).and_then(|folder| folder.sync_all()).doing("write", home)
}

fn settings(sockets: &Path, durability: Durability) -> Vec<String> {
    let on = if durability == Durability::Full { "on" } else { "off" };
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("port={PORT}"),
        format!("unix_socket_directories={}", quoted_folder(sockets)),
        "unix_socket_permissions=0700".to_owned(),
        "cluster_name=winback".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
    ];
    settings.extend(["fsync", "full_page_writes", "synchronous_commit"].map(|name| format!("{name}={on}")));
    match durability {
        Durability::Full => settings.push(format!("shared_buffers={}MB", megabytes_of_pages())),
        // Many tests, each with a pool of its own.
        Durability::None => settings.extend(["max_connections=300", "shared_buffers=64MB"].map(str::to_owned)),
    }
    settings
}

/// How much of the database PostgreSQL keeps at hand. By itself it takes 128 MB whatever the machine has, which one look
/// through a large board displaces.
fn megabytes_of_pages() -> u64 {
    let read = |file: &Path| fs::read_to_string(file).unwrap_or_default();
    let groups = Path::new("/sys/fs/cgroup");
    // Each group that we are in may have a limit; a container sees its own as the first.
    let ours = read(Path::new("/proc/self/cgroup"));
    let ours = ours.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let folder = groups.join(ours);
    let limits =
        folder.ancestors().take_while(|folder| folder.starts_with(groups)).map(|folder| folder.join("memory.max"));
    let limits = limits.chain([groups.join("memory/memory.limit_in_bytes")]).map(|file| read(&file));
    eighth_of_memory(&read(Path::new("/proc/meminfo")), limits)
}

/// An eighth of the machine's memory, or of the part of it that we may have, in megabytes between 128 and 2048. Where neither
/// is told, the least.
fn eighth_of_memory(meminfo: &str, limits: impl IntoIterator<Item = String>) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let total = total.and_then(|total| total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    let limits = limits.into_iter().filter_map(|limit| limit.trim().parse::<u64>().ok()).map(|bytes| bytes / 1024);
    let kilobytes = total.into_iter().chain(limits).min().unwrap_or_default();
    (kilobytes / 1024 / 8).clamp(128, 2048)
}

/// The setting is a list: a comma in the path must not divide it.
fn quoted_folder(folder: &Path) -> String {
    format!("\"{}\"", folder.display().to_string().replace('"', "\"\""))
}

fn write_private(path: &Path, text: &str, account: Account) -> Result<()> {
    let options = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).clone();
    let mut file = options.open(path).doing("write", path)?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).doing("write", path)?;
    account.give(path)
}

fn read_password(home: &Path) -> Result<String> {
    let file = home.join("password");
    let password = fs::read_to_string(&file).map_err(|_| ClusterError::NoPassword { file })?;
    Ok(password.trim().to_owned())
}

fn random_hex(bytes: usize) -> Result<String> {
    let source = Path::new("/dev/urandom");
    let mut random = vec![0; bytes];
    File::open(source).and_then(|mut file| file.read_exact(&mut random)).doing("read", source)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn connection_url(password: &str, sockets: &Path) -> String {
    let host = percent_encoded(sockets.as_os_str().as_encoded_bytes());
    let password = percent_encoded(password.as_bytes());
    // The authority is a stand-in, since an URL with a password must have one; `host` is what counts.
    format!("postgres://{ROLE}:{password}@localhost:{PORT}/{DATABASE}?host={host}")
}

fn percent_encoded(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

// ---- who is using it already ----

/// `postmaster.pid`, PostgreSQL's own note about the server of a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PidFile {
    pid: i32,
    port: u16,
    sockets: PathBuf,
    ready: bool,
    stopping: bool,
}

impl PidFile {
    fn read(pgdata: &Path) -> Option<PidFile> {
        Self::parse(&fs::read_to_string(pgdata.join("postmaster.pid")).ok()?)
    }

    /// Lines: pid, data folder, start time, port, socket folder, address, shared memory, status. A server that has just
    /// begun has written the first ones only.
    fn parse(text: &str) -> Option<PidFile> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let line = |number: usize| lines.get(number - 1).copied().unwrap_or_default();
        Some(PidFile {
            pid: line(1).parse().ok()?,
            port: line(4).parse().unwrap_or(PORT),
            sockets: PathBuf::from(line(5)),
            ready: line(8) == "ready",
            stopping: line(8) == "stopping",
        })
    }

    fn process(&self) -> Option<Pid> {
        Pid::from_raw(self.pid)
    }

    /// The socket knows who listens on it, so that a number which another process has got meanwhile deceives nobody.
    async fn answers(&self) -> bool {
        let Ok(stream) = UnixStream::connect(socket_in(&self.sockets, self.port)).await else { return false };
        stream.peer_cred().is_ok_and(|peer| peer.pid().is_none_or(|pid| pid == self.pid))
    }
}

enum Predecessor {
    Serving(PidFile),
    /// Neither serving nor gone: stopping, just starting, or backends that outlived their postmaster.
    Busy(i32),
    None,
}

async fn wait_for_predecessor(pgdata: &Path, tell: &impl Fn(&str)) -> Result<Option<PidFile>> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        match predecessor(pgdata).await? {
            Predecessor::Serving(file) => return Ok(Some(file)),
            Predecessor::None => return Ok(None),
            Predecessor::Busy(pid) if begun.elapsed() > Duration::from_secs(60) => {
                return Err(ClusterError::Unresponsive { folder: pgdata.to_owned(), pid });
            }
            Predecessor::Busy(pid) => {
                if !told && begun.elapsed() > Duration::from_secs(1) {
                    told = true;
                    tell(&format!("Waiting for an earlier PostgreSQL (process {pid}) to end, up to a minute"));
                }
                sleep(POLL).await;
            }
        }
    }
}

async fn predecessor(pgdata: &Path) -> Result<Predecessor> {
    let orphan = || process_in(pgdata).map_or(Predecessor::None, Predecessor::Busy);
    let Some(file) = PidFile::read(pgdata) else { return Ok(orphan()) };
    if !file.stopping && file.answers().await {
        return Ok(Predecessor::Serving(file));
    }
    // Gone, or somebody else's by now: PostgreSQL itself sees that its note is stale.
    if file.process().is_none_or(|pid| test_kill_process(pid).is_err()) {
        return Ok(orphan());
    }
    if may_be_server_of(file.pid, pgdata) {
        return Ok(Predecessor::Busy(file.pid));
    }
    // The number belongs to another process of the same account now, which PostgreSQL would take for its predecessor and
    // give up. While one of its backends still lives, the note stays: it guards the shared memory.
    if let Some(pid) = process_in(pgdata) {
        return Ok(Predecessor::Busy(pid));
    }
    let note = pgdata.join("postmaster.pid");
    fs::remove_file(&note).doing("remove", &note)?;
    Ok(Predecessor::None)
}

/// Where the system does not tell (no /proc, no permission), yes: better to wait than to be two.
fn may_be_server_of(pid: i32, pgdata: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    let name_fits = fs::read_to_string(process.join("comm")).map_or(true, |name| name.trim() == "postgres");
    name_fits && fs::read_link(process.join("cwd")).map_or(true, |folder| folder == pgdata)
}

/// Any PostgreSQL process at work in this folder: all of them have it as their working directory.
fn process_in(pgdata: &Path) -> Option<i32> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let here = fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder == pgdata);
        let postgres = fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name.trim() == "postgres");
        (here && postgres).then_some(pid)
    })
}

// ---- the log ----

fn rotate(log: &Path) -> Result<()> {
    const ENOUGH: u64 = 10 << 20;
    if fs::metadata(log).is_ok_and(|file| file.len() > ENOUGH) {
        fs::rename(log, log.with_extension("log.1")).doing("rename", log)?;
    }
    Ok(())
}

fn last_lines(file: &Path, count: usize) -> String {
    let text = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(8 << 10)..]).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_in("postgres (EnterpriseDB)"), None);
    }

    #[test]
    fn reads_the_note_of_a_server() {
        let text = "4242\n/d/pgdata\n1790000000\n5433\n/tmp/winback-1\n\n  1234567   3\nready   \n";
        let file = PidFile::parse(text).expect("a note");
        assert_eq!((file.pid, file.port, file.ready, file.stopping), (4242, 5433, true, false));
        assert_eq!(file.sockets, Path::new("/tmp/winback-1"));
        assert!(!PidFile::parse("4242\n/d/pgdata\n").expect("a note that has just begun").ready);
        assert!(PidFile::parse("4242\n/d\n1\n5432\n/s\n\n1 2\nstopping\n").expect("a note").stopping);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn finds_accounts() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(ids_of("postgres", passwd), Some((101, 104)));
        assert_eq!(ids_of("post", passwd), None);
    }

    #[test]
    fn writes_a_url_that_survives_any_path() {
        assert_eq!(
            connection_url("aB1", Path::new("/tmp/a b?&/ş")),
            "postgres://winback:aB1@localhost:5432/winback?host=%2Ftmp%2Fa%20b%3F%26%2F%C5%9F"
        );
    }

    #[test]
    fn keeps_the_socket_path_short() {
        let deep = PathBuf::from(format!("/{}", "deep/".repeat(60)));
        let account = Account { uid: 1, gid: 1, switch: true };
        assert!(socket_fits(&socket_folder(&deep, account, Durability::Full)));
        assert!(!socket_fits(&deep));
        assert!(socket_fits(Path::new(&format!("/{}", "x".repeat(92)))));
        assert!(!socket_fits(Path::new(&format!("/{}", "x".repeat(93)))));
    }

    #[test]
    fn fsync_is_off_for_throw_away_clusters_only() {
        assert!(settings(Path::new("/s"), Durability::Full).contains(&"fsync=on".to_owned()));
        assert!(settings(Path::new("/s"), Durability::None).contains(&"fsync=off".to_owned()));
        assert_eq!(quoted_folder(Path::new("/a,b\"c")), "\"/a,b\"\"c\"");
    }

    #[test]
    fn keeps_an_eighth_of_the_memory_at_hand() {
        let meminfo = "MemTotal:       24576000 kB\nMemFree:         1234 kB\n";
        let eighth = |meminfo, limits: &[&str]| eighth_of_memory(meminfo, limits.iter().map(|limit| limit.to_string()));
        assert_eq!(eighth(meminfo, &["max\n"]), 2048);
        assert_eq!(eighth("MemTotal:        8192000 kB\n", &[""]), 1000);
        assert_eq!(eighth(meminfo, &["max\n", "2147483648\n", "9223372036854771712\n"]), 256);
        assert_eq!(eighth(meminfo, &["268435456\n"]), 128);
        assert_eq!(eighth("", &[]), 128);
    }

    #[test]
    fn chooses_the_server_that_wrote_the_data() {
        let folder = scratch();
        let server = |major| Server { bin: PathBuf::from(format!("/pg/{major}")), major };
        let installed = [server(17), server(15)];
        assert_eq!(Server::for_data(&installed, &folder).expect("the newest"), server(17));
        fs::write(folder.join("PG_VERSION"), "15\n").expect("write");
        assert_eq!(Server::for_data(&installed, &folder).expect("its own"), server(15));
        let refused = Server::for_data(&installed[..1], &folder).expect_err("no 15").to_string();
        assert!(refused.contains("Install PostgreSQL 15 again"), "{refused}");
        fs::write(folder.join("PG_VERSION"), "?").expect("write");
        assert!(matches!(Server::for_data(&installed, &folder), Err(ClusterError::NotACluster { .. })));
        fs::remove_file(folder.join("PG_VERSION")).expect("remove");
        assert!(matches!(Server::for_data(&[server(13)], &folder), Err(ClusterError::NoServer { found: Some(13) })));
        fs::remove_dir_all(folder).expect("remove");
    }

    #[test]
    fn finds_the_folder_that_is_closed() {
        let folder = scratch();
        let inner = folder.join("closed/data");
        fs::create_dir_all(&inner).expect("create");
        fs::set_permissions(folder.join("closed"), fs::Permissions::from_mode(0o700)).expect("chmod");
        let stranger = Account { uid: 4_000_000, gid: 4_000_000, switch: true };
        assert_eq!(first_closed(&inner.join("postgres"), stranger), Some(folder.join("closed")));
        fs::set_permissions(folder.join("closed"), fs::Permissions::from_mode(0o711)).expect("chmod");
        assert_eq!(first_closed(&inner.join("postgres"), stranger), None);
        fs::remove_dir_all(folder).expect("remove");
    }

    /// The whole life of a user's cluster: made, used, refused to a second winback, stopped, started, shot, recovered,
    /// outlived by its server and adopted.
    #[tokio::test]
    async fn keeps_what_was_written() {
        let data = scratch();
        let quiet = |_: &str| ();
        assert_eq!(Cluster::running(&data).await.expect("looks"), None);
        let cluster = Cluster::start(&data, quiet).await.expect("starts from nothing");
        assert_eq!(Cluster::running(&data).await.expect("looks"), Some(cluster.url()));
        assert_eq!(ask(&cluster, "show fsync; show data_checksums; show listen_addresses"), "on\non\n\n");
        assert_eq!(
            ask(
                &cluster,
                "select pg_encoding_to_char(encoding), datcollate from pg_database where datname = 'winback'"
            ),
            "UTF8|C.UTF-8\n"
        );
        ask(&cluster, "create table kept (n int); insert into kept values (1)");
        let second = Cluster::start(&data, quiet).await.expect_err("in use").to_string();
        assert!(second.contains(&format!("process {}", std::process::id())), "{second}");
        cluster.stop().await.expect("stops");
        assert_eq!(Cluster::running(&data).await.expect("looks"), None);

        let mut cluster = Cluster::start(&data, quiet).await.expect("starts again");
        ask(&cluster, "insert into kept values (2)");
        let mut shot = cluster.postmaster.take().expect("running");
        shot.signal(Signal::KILL);
        assert!(shot.gone_within(Duration::from_secs(5)).await);
        drop(cluster);

        let mut cluster = Cluster::start(&data, quiet).await.expect("recovers");
        assert_eq!(ask(&cluster, "select sum(n) from kept"), "3\n");
        let outliving = cluster.postmaster.take().expect("running");
        drop(cluster);

        let cluster = Cluster::start(&data, quiet).await.expect("adopts");
        let adopted = cluster.postmaster.as_ref().expect("running");
        assert!(adopted.child.is_none() && adopted.pid == outliving.pid);
        assert_eq!(ask(&cluster, "select sum(n) from kept"), "3\n");
        let reaper = std::thread::spawn(move || outliving.child.expect("a child").wait());
        cluster.stop().await.expect("stops the adopted");
        reaper.join().expect("joins").expect("reaped");

        // A note whose number is another process's by now, and an initdb that was cut off.
        let home = data.join("postgres");
        let home = fs::read_to_string(data.join("postgres.location")).map_or(home, |path| PathBuf::from(path.trim()));
        let account = Account::ours().and_then(|account| account.of_owner(&home)).expect("an account");
        let mut sleeper = account.run_as(Command::new("sleep").arg("60")).spawn().expect("sleeps");
        fs::write(
            home.join("pgdata/postmaster.pid"),
            format!("{}\n{}\n1\n5432\n/nowhere\n\n1 2\nready\n", sleeper.id(), home.display()),
        )
        .expect("write");
        account.give(&home.join("pgdata/postmaster.pid")).expect("given");
        let cluster = Cluster::start(&data, quiet).await.expect("ignores the stale note");
        assert_eq!(ask(&cluster, "select sum(n) from kept"), "3\n");
        cluster.stop().await.expect("stops");
        sleeper.kill().and_then(|()| sleeper.wait()).expect("woken");
        fs::rename(home.join("pgdata"), home.join("pgdata.new")).expect("rename");
        let cluster = Cluster::start(&data, quiet).await.expect("makes it anew");
        cluster.stop().await.expect("stops");
        fs::remove_dir_all(&home).expect("remove");
        fs::remove_dir_all(&data).expect("remove");
    }

    #[tokio::test]
    async fn throw_away_clusters_live_side_by_side_and_leave_nothing() {
        let (one, two) = tokio::join!(Cluster::throw_away(), Cluster::throw_away());
        let (one, two) = (one.expect("starts"), two.expect("starts"));
        assert_ne!(one.url(), two.url());
        assert_eq!(ask(&one, "select 1"), "1\n");
        let homes = [one.home.clone(), two.home.clone()];
        drop(one);
        two.stop().await.expect("stops");
        assert!(homes.iter().all(|home| !home.exists()));
    }

    impl Account {
        fn run_as(self, command: &mut Command) -> &mut Command {
            if self.switch { command.uid(self.uid).gid(self.gid) } else { command }
        }
    }

    fn ask(cluster: &Cluster, sql: &str) -> String {
        let psql = Server::installed().first().expect("a server").program("psql");
        let said = Command::new(psql)
            .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(cluster.url())
            .arg("-c")
            .arg(sql)
            .output();
        let said = said.expect("psql runs");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).expect("text")
    }

    fn scratch() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("winback-unit-{}", random_hex(6).expect("random")));
        fs::create_dir(&folder).expect("create");
        folder
    }
}
