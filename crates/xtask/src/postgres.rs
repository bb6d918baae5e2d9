// SPDX-License-Identifier: Apache-2.0
//! A PostgreSQL server for one run of the store tests: an empty cluster in a temporary folder, on a free port of
//! the loopback address, tuned to forget (nothing in it outlives the run), stopped when dropped.
//!
//! PostgreSQL refuses to run as root; root's server runs as the user that Debian's package makes.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::out::say;
use crate::process::{self, TempDir, find, output, succeeds};

/// Each nextest process opens its own pools.
const CONNECTIONS: u32 = 200;
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    child: Child,
    port: u16,
    /// Last, so that the folder goes after the server.
    dir: TempDir,
}

/// A program of the server, which Debian keeps off the path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin").join(name)))
        })
        .filter(|(_, path)| path.is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, path)| path).or_else(|| find(name))
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let missing = "PostgreSQL's programs are not installed; on Debian: apt-get install postgresql";
        let initdb = program("initdb").context(missing)?;
        let postgres = program("postgres").context(missing)?;
        let owner = owner()?;
        let dir = TempDir::new("postgres")?;
        if let Some((uid, gid)) = owner {
            chown(dir.path(), Some(uid), Some(gid))
                .context("cannot give the folder to the database's user")?;
        }
        let cluster = dir.path().join("cluster");
        output(as_owner(&initdb, owner, dir.path()).arg("--pgdata").arg(&cluster).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = std::fs::File::create(dir.path().join("log"))?;
        let child = as_owner(&postgres, owner, dir.path())
            .arg("-D")
            .arg(&cluster)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", dir.path().display()))
            .args(["-c", &format!("max_connections={CONNECTIONS}")])
            .args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"])
            .args(["-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0"])
            .args(["-c", "shared_buffers=256MB"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let mut server = Self { child, port, dir };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// With this the tests reach the server; each makes a database of its own in it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        let is_ready = || match find("pg_isready") {
            Some(program) => {
                let port = self.port.to_string();
                succeeds(Command::new(program).args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres"]))
            }
            None => std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok(),
        };
        while !is_ready() {
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
                bail!("postgres ended with {status}: {}", log.trim());
            }
            if started.elapsed() > START_LIMIT {
                bail!("postgres was not ready after {} s", START_LIMIT.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        say!("PostgreSQL is ready on port {} ({:.1} s)", self.port, started.elapsed().as_secs_f64());
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's "fast shutdown": sessions are ended, nothing is left behind.
        let _ = succeeds(Command::new("kill").args(["-INT", &self.child.id().to_string()]));
        let started = Instant::now();
        while started.elapsed() < STOP_LIMIT {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whom root hands the server to: `None` for a normal user, who runs it as itself.
fn owner() -> Result<Option<(u32, u32)>> {
    if process::user_id() != Some(0) {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let ids = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    match ids {
        Some(ids) => Ok(Some(ids)),
        None => {
            bail!("there is no user postgres to run the server as; on Debian: apt-get install postgresql")
        }
    }
}

fn as_owner(program: &Path, owner: Option<(u32, u32)>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env("LC_ALL", "C.UTF-8");
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid).env("HOME", dir);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_starts_answers_and_is_gone_afterwards() {
        let server = Server::start().unwrap();
        let port = server.port;
        assert!(server.url().contains(&port.to_string()));
        std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let dir = server.dir.path().to_owned();
        drop(server);
        assert!(!dir.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
