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
    taken(db, numbers, padding, false).await;
}

async fn taken(
    db: &Db,
    numbers: std::ops::Range<u32>,
    padding: usize,
    is_all: bool,
) -> hinomi_advisories::ImportReport {
    let documents: Vec<Document> = numbers
        .map(|number| Document { path: format!("{number}.json"), bytes: Ok(text(number, padding)) })
        .collect();
    let importer = Importer::open(db, Time::from_seconds(1_800_000_000), "test", "file").await.unwrap();
    let mut importer = importer.complete(is_all);
    importer.take(documents).await.unwrap();
    importer.finish().await.unwrap()
}

async fn standing(db: &Db) -> Vec<String> {
    db.column("SELECT id FROM advisory WHERE absent_since IS NULL ORDER BY id", ()).await.unwrap()
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

    async fn a_document_that_is_kept_whole_is_not_read_again_until_something_of_it_is_gone(db: Db) {
        import(&db, 0..3, 10).await;
        let mut tx = db.begin().await.unwrap();
        // Whoever read the document would put this right.
        tx.execute("UPDATE advisory SET title = 'untouched', hash = '0' WHERE id = 'DEMO-1'", ()).await.unwrap();
        tx.commit().await.unwrap();
        let again = taken(&db, 0..3, 10, false).await;
        assert_eq!((again.read, again.added, again.changed, again.unchanged), (3, 0, 0, 3));
        let title: String = db.scalar("SELECT title FROM advisory WHERE id = 'DEMO-1'", ()).await.unwrap();
        assert_eq!(title, "untouched");

        let fewer = taken(&db, 0..2, 10, true).await;
        assert_eq!((fewer.read, standing(&db).await), (2, vec!["DEMO-0".to_owned(), "DEMO-1".to_owned()]));
        let back = taken(&db, 0..3, 10, false).await;
        assert_eq!((back.changed, back.unchanged, standing(&db).await.len()), (1, 2, 3));
        let back = taken(&db, 0..3, 10, false).await;
        assert_eq!((back.changed, back.unchanged), (0, 3));
    }

    async fn documents_from_before_they_were_counted_are_read_once_more_and_then_no_more(db: Db) {
        import(&db, 0..3, 10).await;
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE advisory_original SET records = 0", ()).await.unwrap();
        tx.commit().await.unwrap();
        let again = taken(&db, 0..3, 10, false).await;
        assert_eq!((again.read, again.unchanged), (3, 3));
        let whole: i64 = db.scalar("SELECT count(*) FROM advisory_original WHERE records = 1", ()).await.unwrap();
        assert_eq!(whole, 3);
    }

    async fn a_batch_larger_than_a_block_becomes_several(db: Db) {
        import(&db, 0..60, 200_000).await;
        let blocks: i64 = db.scalar("SELECT count(*) FROM advisory_block", ()).await.unwrap();
        assert_eq!(blocks, 3);
        assert_eq!(read::records_page(&db, 0, 100).await.unwrap().len(), 60);
        assert_eq!(read::original(&db, "DEMO-59").await.unwrap(), text(59, 200_000));
    }

    async fn blocks_of_many_small_visits_become_one_and_each_document_comes_back(db: Db) {
        let blocks = async || db.scalar::<i64>("SELECT count(*) FROM advisory_block", ()).await.unwrap();
        for number in 0..31 {
            import(&db, number..number + 1, 300).await;
        }
        assert_eq!(blocks().await, 31, "few are left as they are");
        let small = export::originals_bytes(&db).await.unwrap();
        import(&db, 31..32, 300).await;
        let places: i64 = db.scalar("SELECT count(DISTINCT block_id) FROM advisory_original", ()).await.unwrap();
        // Whoever read a place before is still served.
        assert_eq!((places, blocks().await), (1, 33));
        for number in [0, 17, 31] {
            assert_eq!(read::original(&db, &format!("DEMO-{number}")).await.unwrap(), text(number, 300));
        }
        for number in 32..63 {
            import(&db, number..number + 1, 300).await;
        }
        assert_eq!(blocks().await, 33, "the old ones went, and one holds all");
        let in_use = "SELECT CAST(sum(length(data)) AS BIGINT) FROM advisory_block \
                      WHERE id IN (SELECT block_id FROM advisory_original)";
        assert!(db.scalar::<i64>(in_use, ()).await.unwrap() < small);
        assert_eq!(read::records_page(&db, 0, 100).await.unwrap().len(), 63);
        assert_eq!(read::original(&db, "DEMO-5").await.unwrap(), text(5, 300));
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
