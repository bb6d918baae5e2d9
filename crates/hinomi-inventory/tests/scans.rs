// SPDX-License-Identifier: Apache-2.0
//! What a later scan ends: what it has looked at and no longer sees, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_inventory::scans::{Cover, Scan, Seen, scanner_name};
use hinomi_inventory::service::scan::{ScansTaken, scans_take};

const SETS: &[&[Migration]] = &[hinomi_inventory::MIGRATIONS];
const CARRIER: i64 = 7;

fn at(day: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + day * 86_400_000_000)
}

fn seen(kind: &str, title: &str, port: &str, evidence: &str) -> Seen {
    let named = if kind == "vulnerability" { vec![format!("CVE-2024-{title}")] } else { Vec::new() };
    Seen {
        kind: kind.into(),
        check_id: title.into(),
        title: title.into(),
        port: port.into(),
        evidence: evidence.into(),
        vulnerabilities: named,
        ..Seen::default()
    }
}

async fn scan(db: &Db, source: &str, format: &str, day: i64, seen: Vec<Seen>) -> ScansTaken {
    take(db, (source, format), day, true, seen).await
}

async fn take(
    db: &Db,
    (source, format): (&str, &str),
    day: i64,
    complete: bool,
    seen: Vec<Seen>,
) -> ScansTaken {
    let scan = Scan {
        carrier_id: CARRIER,
        target: "192.0.2.7".into(),
        observed_at: at(day),
        complete,
        cover: Cover::of(format, &seen, None),
        seen,
    };
    scans_take(db, at(999), &scanner_name(source, format), format, vec![scan]).await.unwrap()
}

async fn open(db: &Db) -> Vec<String> {
    let sql = "SELECT title FROM scan_observation WHERE ended_at = $1 ORDER BY title";
    db.column(sql, vec![hinomi_inventory::OPEN.into()]).await.unwrap()
}

both_engines! { SETS;
    async fn a_scan_from_outside_ends_nothing_that_a_login_saw(db: Db) {
        let told = |word: &str| seen("information", "19506", "", &format!("Credentialed checks : {word}"));
        let inside = seen("vulnerability", "1", "", "");
        let (service, other) = (seen("vulnerability", "2", "tcp/443", ""), seen("vulnerability", "3", "tcp/22", ""));
        scan(&db, "weekly", "nessus", 1, vec![told("yes"), inside.clone(), service.clone(), other.clone()]).await;
        assert_eq!(open(&db).await, ["1", "19506", "2", "3"]);
        // Nobody logged in this time: what answers is judged anew, the inside stays.
        let taken = scan(&db, "weekly", "nessus", 2, vec![told("no"), service.clone()]).await;
        assert_eq!((taken.ended, open(&db).await), (1, vec!["1".to_owned(), "19506".into(), "2".into()]));
        // Somebody did, and it is gone.
        let taken = scan(&db, "weekly", "nessus", 3, vec![told("yes"), service.clone()]).await;
        assert_eq!((taken.ended, open(&db).await), (1, vec!["19506".to_owned(), "2".into()]));
    }

    async fn another_tool_under_the_same_name_ends_nothing(db: Db) {
        let told = seen("information", "19506", "", "Credentialed checks : yes");
        scan(&db, "network", "nessus", 1, vec![told, seen("vulnerability", "1", "", ""), seen("vulnerability", "2", "tcp/443", "")]).await;
        let taken = scan(&db, "network", "nmap", 2, vec![seen("port", "ssh", "tcp/22", "")]).await;
        assert_eq!((taken.new, taken.ended), (1, 0));
        assert_eq!(open(&db).await, ["1", "19506", "2", "ssh"]);
    }

    async fn ports_alone_end_no_result_of_a_script(db: Db) {
        let script = seen("vulnerability", "1", "tcp/80", "");
        scan(&db, "nmap", "nmap", 1, vec![seen("port", "http", "tcp/80", ""), seen("port", "ssh", "tcp/22", ""), script]).await;
        scan(&db, "nmap", "nmap", 2, vec![seen("port", "http", "tcp/80", "")]).await;
        assert_eq!(open(&db).await, ["1", "http"]);
        scan(&db, "nmap", "nmap", 3, vec![seen("port", "http", "tcp/80", ""), seen("information", "title", "tcp/80", "")]).await;
        assert_eq!(open(&db).await, ["http", "title"]);
    }

    async fn what_a_partial_scan_said_before_a_complete_one_still_ends_what_it_lacks(db: Db) {
        let (left, right) = (seen("finding", "1", "", ""), seen("finding", "2", "", ""));
        let one = async |day: i64, complete: bool, seen: &[&Seen]| {
            let seen = seen.iter().map(|seen| (*seen).clone()).collect();
            take(&db, ("weekly", "sarif"), day, complete, seen).await
        };
        one(1, true, &[&left, &right]).await;
        let partial = one(2, false, &[&left]).await;
        assert_eq!((partial.new, partial.ended, open(&db).await.len()), (0, 0, 2));
        let complete = one(3, true, &[&left]).await;
        assert_eq!((complete.ended, complete.unchanged), (1, 0), "the same words as the partial one, but all there is");
        assert_eq!(open(&db).await, ["1"]);
        assert_eq!(one(4, true, &[&left]).await.unchanged, 1);
        // Two halves of one instant end nothing of each other; the next one that is whole does.
        one(5, true, &[&right]).await;
        assert_eq!(open(&db).await, ["2"]);
        one(5, true, &[&left]).await;
        assert_eq!(open(&db).await, ["1", "2"]);
        assert_eq!(one(6, true, &[&left]).await.ended, 1);
    }

    async fn what_a_partial_scan_saw_again_outlives_a_complete_one_of_before_that_comes_late(db: Db) {
        let (left, right) = (seen("finding", "1", "", ""), seen("finding", "2", "", ""));
        take(&db, ("weekly", "sarif"), 1, false, vec![left.clone()]).await;
        let again = take(&db, ("weekly", "sarif"), 5, false, vec![left.clone()]).await;
        assert_eq!((again.unchanged, again.new), (1, 0));
        let late = take(&db, ("weekly", "sarif"), 3, true, vec![right.clone()]).await;
        assert_eq!((late.ended, late.new), (0, 1));
        assert_eq!(open(&db).await, ["1", "2"], "it was seen two days after that");
        assert_eq!(take(&db, ("weekly", "sarif"), 6, true, vec![right]).await.ended, 1);
    }
}

#[test]
fn a_source_with_a_name_of_its_own_says_which_tool_it_is() {
    assert_eq!(scanner_name("nmap", "nmap"), "nmap");
    assert_eq!(scanner_name("trivy registry/app:1", "trivy"), "trivy registry/app:1");
    assert_eq!(scanner_name("weekly", "nessus"), "weekly (nessus)");
    assert_eq!(scanner_name("nessus-csv", "nessus"), "nessus-csv (nessus)");
}
