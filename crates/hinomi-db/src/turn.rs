// SPDX-License-Identifier: Apache-2.0
//! Taking turns at the one write lock of a SQLite file.
//!
//! ```text
//! process A: ▓▓▓▓ chunk ▓▓▓▓ gap ▓▓▓▓ chunk ▓▓▓▓ gap …       an import
//! process B:    · · · · · · · ▓                             a sign-in, asking every few milliseconds
//! ```
//!
//! Within a process the pool of one connection is a fair queue. Between processes SQLite has none: its own waiting
//! asks ever more seldom (up to 100 ms apart), and a writer that begins again at once wins every time: a short write
//! waited 650 ms for a 900 ms import. So a writer leaves a gap after a long write, and a waiter asks often enough to
//! meet it.

use std::time::{Duration, Instant};

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::connect::BUSY_TIMEOUT;

/// Besides, each try waits up to 5 ms inside SQLite.
const ASK_EVERY: Duration = Duration::from_millis(1);
/// At least two tries of a waiter long.
const SHORTEST_GAP: Duration = Duration::from_millis(6);
const LONGEST_GAP: Duration = Duration::from_millis(15);
/// Shorter writes leave gaps enough by themselves.
const LONG_WRITE: Duration = Duration::from_millis(10);

/// Starts a write transaction when it is this process's turn.
pub(crate) async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    let started = Instant::now();
    loop {
        match writer.begin_with("BEGIN IMMEDIATE").await {
            Err(error) if is_taken(&error) && started.elapsed() < BUSY_TIMEOUT => {
                tokio::time::sleep(ASK_EVERY).await;
            }
            other => return other,
        }
    }
}

/// SQLITE_BUSY, SQLITE_BUSY_RECOVERY, SQLITE_BUSY_SNAPSHOT.
fn is_taken(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "5" | "261" | "517"))
}

/// After a commit: lets others in when the write was long.
pub(crate) async fn leave_gap(held: Duration) {
    if held > LONG_WRITE {
        tokio::time::sleep((held / 8).clamp(SHORTEST_GAP, LONGEST_GAP)).await;
    }
}
