// SPDX-License-Identifier: Apache-2.0
//! A PostgreSQL server for tests, started on demand on a Unix socket in a temporary folder.
//!
//! It keeps nothing safe (`fsync = off`): its data is worth one test run.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{exclusive, shared_folder};

/// The address of the server, with its `postgres` database.
pub(super) async fn address() -> String {
    match std::env::var("HINOMI_TEST_PG_URL") {
        Ok(address) if !address.is_empty() => address,
        _ => tokio::task::spawn_blocking(started).await.expect("the server starts"),
    }
}

/// Starts the server unless it runs already.
fn started() -> String {
    let shared = shared_folder();
    let folder = shared.join("pg");
    let _lock = exclusive(&shared.join("pg.lock"));
    let programs = programs();
    let data = folder.join("data");
    fs::create_dir_all(&folder).expect("a folder for the server");
    if !data.join("PG_VERSION").exists() {
        initialise(&programs, &folder, &data);
    }
    fs::write(folder.join("used"), "").expect("the mark of use");
    if !runs(&programs, &data) {
        start(&programs, &folder, &data);
        watch(&programs, &folder, &data);
    }
    format!("postgres://postgres@localhost/postgres?host={}", folder.display())
}

fn programs() -> PathBuf {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    let found =
        folders.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists());
    let Some(found) = found else {
        panic!(
            "PostgreSQL's programs (initdb, pg_ctl) are missing: install the Debian package postgresql, \
             or name a server in HINOMI_TEST_PG_URL"
        )
    };
    // A link of another folder would hide the libraries beside the real program.
    fs::canonicalize(found.join("initdb"))
        .ok()
        .and_then(|program| program.parent().map(Path::to_owned))
        .unwrap_or(found)
}

/// PostgreSQL refuses to run as root: then as the user that Debian's package makes.
fn command(programs: &Path, name: &str) -> Command {
    let mut command = Command::new(programs.join(name));
    command.stdin(Stdio::null()).current_dir("/");
    if let Some((user, group)) = server_user() {
        command.uid(user).gid(group);
    }
    command
}

fn server_user() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").expect("the own process").uid();
    if own != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").expect("the list of users");
    let fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found = fields
        .filter(|fields| fields.first() == Some(&"postgres"))
        .find_map(|fields| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?)));
    Some(found.expect("a user postgres, from the Debian package postgresql, because the tests run as root"))
}

fn initialise(programs: &Path, folder: &Path, data: &Path) {
    let _ = fs::remove_dir_all(data);
    if let Some((user, group)) = server_user() {
        std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("the server's folder changes hands");
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the server's folder is readable");
    let mut initdb = command(programs, "initdb");
    initdb.arg("--pgdata").arg(data).args(["--username=postgres", "--auth=trust", "--encoding=UTF8"]);
    initdb.args(["--locale=C", "--no-sync", "--no-instructions"]);
    finish(initdb);
}

fn runs(programs: &Path, data: &Path) -> bool {
    let mut status = command(programs, "pg_ctl");
    status.arg("status").arg("--pgdata").arg(data);
    status.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn start(programs: &Path, folder: &Path, data: &Path) {
    let settings = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c synchronous_commit=off \
         -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB",
        folder.display()
    );
    let mut start = command(programs, "pg_ctl");
    start.arg("start").arg("--wait").arg("--pgdata").arg(data);
    start.arg("--log").arg(folder.join("log")).arg("--options").arg(settings);
    finish(start);
}

/// Stops the server when no test has used it for ten minutes.
fn watch(programs: &Path, folder: &Path, data: &Path) {
    const SCRIPT: &str = r#"( while sleep 30; do
        "$1" status --pgdata "$2" >/dev/null || exit 0
        [ -n "$(find "$3/used" -mmin -10)" ] || { "$1" stop --mode fast --pgdata "$2"; exit 0; }
    done ) &"#;
    let mut watchdog = Command::new("sh");
    if let Some((user, group)) = server_user() {
        watchdog.uid(user).gid(group);
    }
    watchdog.args(["-c", SCRIPT, "hinomi-test-watchdog"]);
    watchdog.arg(programs.join("pg_ctl")).arg(data).arg(folder);
    watchdog.current_dir("/").process_group(0);
    watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // The shell ends at once and leaves the loop behind.
    assert!(watchdog.status().expect("the watchdog starts").success(), "the watchdog starts");
}

fn finish(mut command: Command) {
    // To a file, not a pipe: the server inherits it and would keep a pipe open for ever.
    let output = tempfile::NamedTempFile::new().expect("a file for the output");
    let stream = || Stdio::from(output.reopen().expect("the output file"));
    let status = command.stdout(stream()).stderr(stream()).status();
    let text = fs::read_to_string(output.path()).unwrap_or_default();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{command:?}: {status}: {text}"),
        Err(error) => panic!("{command:?}: {error}"),
    }
}
