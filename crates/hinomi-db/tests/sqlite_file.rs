// SPDX-License-Identifier: Apache-2.0
//! What only a SQLite file has: several processes on it, backup, restore, damage.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hinomi_db::testing::TestDb;
use hinomi_db::{DatabaseUrl, Db, DbError, DbOptions, migrate, restore, values};

fn on_runtime(body: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
        .block_on(body);
}

async fn next(db: &Db) -> i64 {
    let mut tx = db.begin().await.unwrap();
    let range = hinomi_db::ids::next_ids(&mut tx, "x", 1).await.unwrap();
    tx.commit().await.unwrap();
    *range.start()
}

#[test]
fn many_handles_make_and_write_one_file_without_being_locked_out() {
    on_runtime(async {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(&folder.path().join("shared.db"));
        let mut tasks = Vec::new();
        for _ in 0..6 {
            let url = url.clone();
            tasks.push(tokio::spawn(async move {
                let db = Db::open(&url, &DbOptions::default()).await.unwrap();
                migrate::run(&db, &[]).await.unwrap();
                for _ in 0..20 {
                    next(&db).await;
                }
                db.close().await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let db = Db::open(&url, &DbOptions::default()).await.unwrap();
        assert_eq!(next(&db).await, 121);
    });
}

#[test]
fn a_short_write_waits_for_few_chunks_of_another_processs_import() {
    on_runtime(async {
        let database = TestDb::sqlite(&[]).await;
        // A handle of its own has a writer of its own, as another process has.
        let bulk = Db::open(database.url(), &DbOptions::default()).await.unwrap();
        let chunks = Arc::new(AtomicUsize::new(0));
        let counted = chunks.clone();
        let importer = tokio::spawn(async move {
            for chunk in 0..60 {
                let mut tx = bulk.begin().await.unwrap();
                let texts = (0..400).map(|row| (chunk * 400 + row, format!("package number {chunk} {row}")));
                hinomi_db::search::add(&mut tx, "k", texts).await.unwrap();
                tx.commit().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let db = database.db();
        let mut most = 0;
        let mut writes = 0;
        let mut longest = Duration::ZERO;
        while !importer.is_finished() {
            let before = chunks.load(Ordering::SeqCst);
            let started = Instant::now();
            next(&db).await;
            longest = longest.max(started.elapsed());
            most = most.max(chunks.load(Ordering::SeqCst) - before);
            writes += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        importer.await.unwrap();
        println!(
            "{writes} short writes beside 60 chunks; the longest waited {longest:?}, through {most} chunks"
        );
        // Without turns it waits for most of the import; a busy machine may make it miss a gap or two.
        assert!(most <= 8, "a short write waited for {most} chunks, {longest:?}");
    });
}

#[test]
fn backup_is_whole_while_writing_and_restores() {
    on_runtime(async {
        let database = TestDb::sqlite(&[]).await;
        let db = database.db();
        for _ in 0..10 {
            next(&db).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.backup");
        db.backup_to(&copy).await.unwrap();
        assert!(matches!(db.backup_to(&copy).await.unwrap_err(), DbError::File { .. }));
        next(&db).await;

        let target = DatabaseUrl::sqlite(&folder.path().join("restored.db"));
        restore(&copy, &target).await.unwrap();
        let restored = Db::open(&target, &DbOptions::default()).await.unwrap();
        let last: i64 =
            restored.scalar("SELECT last_id FROM id_sequence WHERE name = $1", values!["x"]).await.unwrap();
        assert_eq!(last, 10);
        restored.close().await;

        let bytes = std::fs::read(&copy).unwrap();
        std::fs::write(&copy, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(restore(&copy, &target).await.unwrap_err(), DbError::Damaged { .. }));
    });
}

#[test]
fn addresses() {
    let url: DatabaseUrl = "postgres://me:secret@host/name".parse().unwrap();
    assert_eq!(url.to_string(), "postgres://me@host/name");
    assert_eq!("sqlite://a/b.db".parse::<DatabaseUrl>().unwrap().as_str(), "sqlite:a/b.db");
    for wrong in ["", "mysql://x", "sqlite:", "a.db"] {
        assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
    }
}
