// SPDX-License-Identifier: Apache-2.0
//! Originals lie together in blocks, and each comes back byte for byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{Importer, export, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines, values};
use serde_json::json;

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];

fn text(number: u32, padding: usize) -> Vec<u8> {
    // Numbers that no compression foretells, and a frame that all records share.
    let noise: String = (0..padding)
        .map(|at| char::from(b'a' + ((at as u32 * 7_919 + number * 104_729) % 26) as u8))
        .collect();
    json!({"schema_version": "1.7.0", "id": format!("DEMO-{number}"), "modified": "2026-01-01T00:00:00Z",
        "details": format!("record {number} {noise}"), "database_specific": {"severity": "HIGH"},
        "affected": [{"package": {"ecosystem": "PyPI", "name": format!("demo-{number}")}, "versions": ["1.0"]}]})
    .to_string()
    .into_bytes()
}

async fn import(db: &Db, numbers: std::ops::Range<u32>, padding: usize) {
    let documents: Vec<Document> = numbers
        .map(|number| Document { path: format!("{number}.json"), bytes: Ok(text(number, padding)) })
        .collect();
    let mut importer = Importer::open(db, Time::from_seconds(1_800_000_000), "test", "file").await.unwrap();
    importer.take(documents).await.unwrap();
    importer.finish().await.unwrap();
}

both_engines! { SETS;
    async fn like_documents_share_a_block_and_come_back_as_they_came(db: Db) {
        import(&db, 0..400, 200).await;
        let blocks: i64 = db.scalar("SELECT count(*) FROM advisory_block", ()).await.unwrap();
        assert_eq!(blocks, 1);
        let raw: usize = (0..400).map(|number| text(number, 200).len()).sum();
        let packed = export::originals_bytes(&db).await.unwrap() as usize;
        assert!(packed * 4 < raw, "{packed} of {raw}");
        for number in [0, 199, 399] {
            assert_eq!(read::original(&db, &format!("DEMO-{number}")).await.unwrap(), text(number, 200));
        }
        let page = read::records_page(&db, 0, 1_000).await.unwrap();
        let ids: Vec<&str> = page.iter().map(|record| record.advisory.id.as_str()).collect();
        assert_eq!(ids.len(), 400);
        let mut sorted = page.iter().map(|record| record.no).collect::<Vec<_>>();
        sorted.sort_unstable();
        assert_eq!(page.iter().map(|record| record.no).collect::<Vec<_>>(), sorted, "in the order asked for");
    }

    async fn a_batch_larger_than_a_block_becomes_several(db: Db) {
        import(&db, 0..60, 200_000).await;
        let blocks: i64 = db.scalar("SELECT count(*) FROM advisory_block", ()).await.unwrap();
        assert_eq!(blocks, 3);
        assert_eq!(read::records_page(&db, 0, 100).await.unwrap().len(), 60);
        assert_eq!(read::original(&db, "DEMO-59").await.unwrap(), text(59, 200_000));
    }

    async fn a_damaged_block_is_told_with_the_record(db: Db) {
        import(&db, 0..3, 10).await;
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE advisory_block SET data = $1", values![vec![1_u8, 2, 3]]).await.unwrap();
        tx.commit().await.unwrap();
        let error = read::original(&db, "DEMO-1").await.unwrap_err().to_string();
        assert!(error.contains("DEMO-1") && error.contains("damaged"), "{error}");
    }

    async fn originals_from_before_there_were_blocks_are_read_too(db: Db) {
        import(&db, 0..3, 10).await;
        let alone = zstd::bulk::compress(&text(1, 10), 3).unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            "UPDATE advisory_original SET data = $1, block_id = NULL, block_offset = NULL WHERE advisory_id = 'DEMO-1'",
            values![alone],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read::original(&db, "DEMO-1").await.unwrap(), text(1, 10));
        assert_eq!(read::records_page(&db, 0, 10).await.unwrap().len(), 3);
    }
}
