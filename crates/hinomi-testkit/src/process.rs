// SPDX-License-Identifier: Apache-2.0
//! The real binary on a database of its own: commands, a server on a free port, and the ways it may end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::Client;

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A database and the binary that works on it. Both go when it is dropped.
pub struct Hinomi {
    binary: PathBuf,
    folder: TempDir,
    /// `None`: the SQLite file in the folder.
    database_url: Option<String>,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The exit status that the command chose; panics when a signal ended it.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> i32 {
        match self.status.code() {
            Some(code) => code,
            None => panic!("ended by a signal: {self:?}"),
        }
    }

    /// The same when it ended with `code`; panics with all that it said otherwise.
    #[must_use]
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{self:?}");
        self
    }

    /// The last line of standard output as JSON.
    #[must_use]
    #[track_caller]
    pub fn last_json(&self) -> Value {
        let line = self.stdout.lines().last().unwrap_or_default();
        match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => panic!("the last line is not JSON ({error}): {self:?}"),
        }
    }
}

impl Hinomi {
    /// On SQLite. `binary` is `env!("CARGO_BIN_EXE_hinomi")` in the tests of the crate `hinomi`.
    #[must_use]
    #[track_caller]
    pub fn on_sqlite(binary: impl Into<PathBuf>) -> Self {
        match tempfile::Builder::new().prefix("hinomi-test-").tempdir() {
            Ok(folder) => Self { binary: binary.into(), folder, database_url: None },
            Err(error) => panic!("no temporary folder: {error}"),
        }
    }

    /// On a PostgreSQL database that the caller made, as `hinomi_db::testing` does.
    #[must_use]
    #[track_caller]
    pub fn on_database(binary: impl Into<PathBuf>, url: &str) -> Self {
        Self { database_url: Some(url.to_owned()), ..Self::on_sqlite(binary) }
    }

    /// Where its data lies, and where a test may put its own files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command on this database, not yet started.
    #[must_use]
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null());
        command.env_clear();
        // The rest of the environment is the tester's, and may hold settings of Hinomi.
        for name in ["PATH", "HOME", "TMPDIR", "HINOMI_DATA_DIR", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        match &self.database_url {
            Some(url) => command.env("HINOMI_DATABASE", url),
            None => command
                .env("HINOMI_DATABASE", format!("sqlite:{}", self.folder().join("hinomi.db").display())),
        };
        command
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ended {
        match self.command(arguments).output() {
            Ok(output) => Ended {
                status: output.status,
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            Err(error) => panic!("cannot start {}: {error}", self.binary.display()),
        }
    }

    /// Runs a command to its end with `input` on standard input.
    #[track_caller]
    pub fn run_with_input<'a>(&self, arguments: impl IntoIterator<Item = &'a str>, input: &[u8]) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = start(&mut command);
        if let Some(mut stdin) = child.stdin.take() {
            // A command may end before it has read everything; what it says is what the test looks at.
            let input = input.to_vec();
            std::thread::spawn(move || stdin.write_all(&input));
        }
        match child.wait_with_output() {
            Ok(output) => Ended {
                status: output.status,
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            Err(error) => panic!("cannot wait for {}: {error}", self.binary.display()),
        }
    }

    /// `hinomi serve` on a free port of the loopback address.
    #[track_caller]
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with more arguments.
    #[track_caller]
    pub fn serve_with(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        Server::start(&mut command)
    }
}

/// A running server, ended by SIGKILL when dropped.
pub struct Server {
    child: Child,
    base_url: String,
}

impl Server {
    /// Starts a command that says its address, `http://…`, in a line of standard output when it serves.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = start(command);
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            panic!("a server without output")
        };
        let (sender, addresses) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(at) = line.find("http://") {
                    let address = line[at..].split_whitespace().next().unwrap_or_default();
                    let _ = sender.send(address.trim_end_matches('/').to_owned());
                }
            }
        });
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        match addresses.recv_timeout(START_LIMIT) {
            Ok(base_url) => Self { child, base_url },
            Err(_) => {
                let _ = child.kill();
                panic!("it did not serve: {}", complaints.join().unwrap_or_default())
            }
        }
    }

    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Somebody who has not signed in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }

    /// Ends it at once, as a power cut does.
    #[track_caller]
    pub fn kill(mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            panic!("cannot kill the server: {error}");
        }
    }

    /// Asks it to stop, as a service manager does; panics when it does not, or ends badly.
    #[track_caller]
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "cannot ask the server to stop");
        let started = Instant::now();
        while started.elapsed() < STOP_LIMIT {
            if let Ok(Some(status)) = self.child.try_wait() {
                assert!(status.success(), "the server ended with {status}");
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not stop within {} s", STOP_LIMIT.as_secs());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn start(command: &mut Command) -> Child {
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("cannot start {command:?}: {error}"),
    }
}
