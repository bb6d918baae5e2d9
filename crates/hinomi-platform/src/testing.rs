// SPDX-License-Identifier: Apache-2.0
//! An [`App`](crate::App) for tests: a clock that stands still, grants that the test decides, a server that takes mails.

#![expect(clippy::expect_used, reason = "test set-up: a failure is the test's failure")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hinomi_core::{Actor, Grant, ManualClock, PersonId, RandomIds, Time};
use hinomi_db::{Db, DbError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::accounts::{self, NewAccount};
use crate::sessions::{NewSession, Origin};
use crate::{App, BoxFuture, Config, GrantSource, sign_in};

/// Grants by person, changed by the test while it runs.
#[derive(Debug, Clone, Default)]
pub struct FixedGrants(Arc<Mutex<HashMap<PersonId, Vec<Grant>>>>);

impl FixedGrants {
    pub fn set(&self, person: PersonId, grants: Vec<Grant>) {
        self.0.lock().expect("no test panicked meanwhile").insert(person, grants);
    }
}

impl GrantSource for FixedGrants {
    fn grants(&self, person: PersonId, _now: Time) -> BoxFuture<'_, Result<Vec<Grant>, DbError>> {
        let grants = self.0.lock().expect("no test panicked meanwhile").get(&person).cloned();
        Box::pin(async move { Ok(grants.unwrap_or_default()) })
    }
}

/// An app whose clock and grants the test holds.
#[derive(Debug, Clone)]
pub struct TestApp {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub grants: FixedGrants,
}

impl TestApp {
    /// 2026-11-23T00:00:00Z until the test moves the clock.
    pub fn new(db: Db) -> Self {
        Self::with_config(db, Config::default())
    }

    pub fn with_config(db: Db, config: Config) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-23T00:00:00Z".parse().expect("a time")));
        let grants = FixedGrants::default();
        let app = App::with(db, config, Arc::new(grants.clone()), clock.clone(), Arc::new(RandomIds));
        Self { app, clock, grants }
    }

    /// Makes an account named `name` with the given grants.
    pub async fn person(&self, name: &str, grants: Vec<Grant>) -> PersonId {
        let person_id = PersonId::from_content(&["test person", name]);
        let new = NewAccount {
            person_id,
            email: format!("{name}@example.test"),
            name: name.to_owned(),
            locale: "en".to_owned(),
        };
        let mut tx = self.app.db.begin().await.expect("a transaction");
        accounts::create(&mut tx, &self.app, &console(), new).await.expect("a new account");
        tx.commit().await.expect("the account is kept");
        self.grants.set(person_id, grants);
        person_id
    }

    /// Signs a person in through a one-time link.
    pub async fn sign_in(&self, person: PersonId) -> NewSession {
        let token = sign_in::create_link(&self.app, &console(), person, None).await.expect("a link");
        let origin = Origin { address: format!("test {person}"), user_agent: "test".to_owned() };
        sign_in::with_link(&self.app, &token, &origin).await.expect("a session")
    }
}

/// The command line as actor.
pub fn console() -> Actor {
    Actor::Console { user: "test".to_owned() }
}

/// Takes mails as RFC 5321 asks; the first `refusals` are put off with 451.
pub async fn smtp_server(refusals: usize) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback");
    let port = listener.local_addr().expect("the loopback").port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let mails = Arc::clone(&taken);
    tokio::spawn(async move {
        let mut left = refusals;
        loop {
            let Ok((stream, _)) = listener.accept().await else { return };
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(b"220 demo\r\n").await.expect("the loopback");
            while let Ok(Some(line)) = lines.next_line().await {
                let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
                let answer: &[u8] = match verb.as_str() {
                    "EHLO" => b"250-demo\r\n250 8BITMIME\r\n",
                    "RCPT" if left > 0 => {
                        left -= 1;
                        b"451 try later\r\n"
                    }
                    "DATA" => {
                        writer.write_all(b"354 go on\r\n").await.expect("the loopback");
                        let mut letter = String::new();
                        while let Ok(Some(line)) = lines.next_line().await {
                            if line == "." {
                                break;
                            }
                            letter.push_str(&line);
                            letter.push('\n');
                        }
                        mails.lock().expect("no test panicked meanwhile").push(letter);
                        b"250 taken\r\n"
                    }
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 well\r\n",
                };
                if writer.write_all(answer).await.is_err() {
                    break;
                }
            }
        }
    });
    (port, taken)
}
