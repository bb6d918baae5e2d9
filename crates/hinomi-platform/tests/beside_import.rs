// SPDX-License-Identifier: Apache-2.0
//! Signing in while another process imports into the same SQLite file.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hinomi_db::testing::TestDb;
use hinomi_db::{Db, DbOptions, search};
use hinomi_platform::accounts;
use hinomi_platform::sessions::Origin;
use hinomi_platform::sign_in;
use hinomi_platform::testing::{TestApp, console};

/// Full chunks, as an import writes them.
async fn import(db: Db, chunks: Arc<AtomicUsize>) {
    let mut id = 0;
    for _ in 0..25 {
        let mut tx = db.begin().await.unwrap();
        while !tx.is_chunk_full() {
            let texts = (id..id + 100).map(|id| (id, format!("package number {id} of a large import")));
            search::add(&mut tx, "package", texts).await.unwrap();
            id += 100;
        }
        tx.commit().await.unwrap();
        chunks.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_sign_in_waits_for_few_chunks_of_an_import() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let database = TestDb::sqlite(&[hinomi_platform::MIGRATIONS]).await;
        let test = TestApp::new(database.db());
        let person = test.person("aoi", vec![]).await;
        accounts::set_password(&test.app, &console(), person, "correct horse battery".to_owned())
            .await
            .unwrap();
        let other = Db::open(database.url(), &DbOptions::default()).await.unwrap();
        let chunks = Arc::new(AtomicUsize::new(0));
        let importer = tokio::spawn(import(other, chunks.clone()));
        let origin = Origin { address: "192.0.2.1".to_owned(), user_agent: "test".to_owned() };
        let mut waits = Vec::new();
        let mut most = 0;
        while !importer.is_finished() {
            let (before, started) = (chunks.load(Ordering::SeqCst), Instant::now());
            let password = "correct horse battery".to_owned();
            sign_in::with_password(&test.app, "aoi@example.test", password, &origin).await.unwrap();
            waits.push(started.elapsed());
            most = most.max(chunks.load(Ordering::SeqCst) - before);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        importer.await.unwrap();
        waits.sort();
        let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        println!(
            "{} sign-ins beside an import: median {median:?}, longest {longest:?}, {most} chunks",
            waits.len()
        );
        // One write, behind at most the chunk that runs; a busy machine may miss a gap.
        assert!(most <= 5, "a sign-in waited for {most} chunks, {longest:?}");
    });
}
