// SPDX-License-Identifier: Apache-2.0
//! Many sources become one inventory, on both engines.

use std::collections::{BTreeMap, BTreeSet};

use crate::company::{SETS, company, console, everything, now};
use crate::hosts::{at, company_of, host, says, take, with};
use hinomi_assets::reconcile::Origin;
use hinomi_assets::{
    AssetFilter, Incoming, NewRule, SourceName, asset_by_name, asset_get, assets_list, assets_reconcile,
    assignment_rule_create, records_place, records_put,
};
use hinomi_core::{PageRequest, Scope};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;

/// Everything that counts of the inventory: assets in use by name, with what is known of them, and open questions.
async fn inventory(db: &Db) -> (BTreeMap<String, String>, Vec<String>) {
    let mut assets = BTreeMap::new();
    let mut request = PageRequest::new(200, None);
    loop {
        let page =
            assets_list(db, &Scope::all(), &AssetFilter::default(), None, &request, now()).await.unwrap();
        for view in page.items {
            let detail = asset_get(db, &Scope::all(), view.asset.id, now()).await.unwrap();
            let asset = &detail.view.asset;
            let text = format!(
                "{} {:?} {:?} {:?} {} {}",
                asset.kind,
                detail.identifiers,
                asset.attributes(),
                asset.os(),
                asset.last_seen,
                asset.discovered
            );
            assert!(!asset.in_question, "{}", asset.name);
            assert!(assets.insert(asset.name.clone(), text).is_none(), "{}", asset.name);
        }
        match page.next {
            Some(next) => request = PageRequest::new(200, Some(next.parse().unwrap())),
            None => break,
        }
    }
    (assets, questions(db).await)
}

/// How many assets the list shows, each by a name of its own and none in question.
async fn in_use(db: &Db) -> usize {
    let mut names = BTreeSet::new();
    let mut request = PageRequest::new(200, None);
    loop {
        let page =
            assets_list(db, &Scope::all(), &AssetFilter::default(), None, &request, now()).await.unwrap();
        for view in page.items {
            assert!(!view.asset.in_question, "{}", view.asset.name);
            assert!(names.insert(view.asset.name.clone()), "{}", view.asset.name);
        }
        match page.next {
            Some(next) => request = PageRequest::new(200, Some(next.parse().unwrap())),
            None => return names.len(),
        }
    }
}

async fn questions(db: &Db) -> Vec<String> {
    let sql = "SELECT source.name || ' ' || record.source_key || ' ' || question.kind || ' ' || question.rule || ' '
            || question.against || ' ' || question.shared
        FROM asset_question AS question JOIN asset_record AS record ON record.id = question.record_id
        JOIN asset_source AS source ON source.id = record.source_id WHERE question.closed_at IS NULL";
    let mut questions: Vec<String> = db.column(sql, ()).await.unwrap();
    questions.sort();
    questions
}

/// Rows of the tables with content; what a second import of the same must not add to.
async fn rows(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM asset_record",
        "SELECT COUNT(*) FROM asset_record_key",
        "SELECT COUNT(*) FROM asset",
        "SELECT COUNT(*) FROM asset_identifier",
        "SELECT COUNT(*) FROM asset_membership",
        "SELECT COUNT(*) FROM asset_question",
        "SELECT COUNT(*) FROM cmdb_change",
    ] {
        counts.push(db.scalar(sql, ()).await.unwrap());
    }
    counts
}

both_engines! { SETS;
    async fn the_same_host_from_three_sources_is_one_asset_with_the_most_trusted_values(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let cmdb = with(host("web-1.example"), |record| {
            record.identifiers.serial = Some("ABC".into());
            record.identifiers.vendor = Some("Dell Inc.".into());
            says(record, "owner", "Sales");
            says(record, "memory_mb", "4096");
        });
        take(&act, "netbox", Origin::Cmdb, vec![("7".into(), cmdb)]).await;
        let scan = with(host("web-1.example"), |record| record.identifiers.ips.push("192.0.2.1".into()));
        take(&act, "nmap", Origin::Scanner, vec![("fqdn:web-1.example".into(), scan)]).await;
        let agent = with(host("web-1"), |record| {
            record.identifiers.serial = Some("abc".into());
            record.identifiers.vendor = Some("DELL".into());
            says(record, "memory_mb", "16384");
        });
        take(&act, "glpi", Origin::Agent, vec![("agent:1".into(), agent)]).await;
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.records, done.created, done.questions_opened), (3, 1, 0));
        let found = asset_by_name(&db, &Scope::all(), "web-1").await.unwrap();
        let detail = asset_get(&db, &Scope::all(), found.id, now()).await.unwrap();
        let attributes = detail.view.asset.attributes();
        assert_eq!((attributes["memory_mb"].as_str(), attributes["owner"].as_str()), ("16384", "Sales"));
        assert_eq!((detail.identifiers["ip"].as_str(), detail.view.asset.discovered), ("192.0.2.1", false));
        assert!(detail.view.asset.unassigned);
        assert_eq!(assets_reconcile(&act).await.unwrap().records, 0);
    }

    async fn a_corrected_mix_up_leaves_two_assets_two(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let of = |name: &str, serial: &str| {
            with(host(name), |record| {
                record.identifiers.serial = Some(serial.into());
                record.identifiers.vendor = Some("Dell".into());
            })
        };
        // Rows 12 and 13 carry each other's serial number.
        take(&act, "netbox", Origin::Cmdb, vec![("12".into(), of("row-12", "B")), ("13".into(), of("row-13", "A"))]).await;
        take(&act, "glpi", Origin::Agent, vec![("a".into(), of("host-a", "A")), ("b".into(), of("host-b", "B"))]).await;
        assert_eq!(assets_reconcile(&act).await.unwrap().created, 2);
        let id = async |name: &str| asset_by_name(&db, &Scope::all(), name).await.unwrap().id;
        let before = (id("host-a").await, id("host-b").await);
        let put_right = vec![("12".into(), of("row-12", "A")), ("13".into(), of("row-13", "B"))];
        let incoming = put_right.into_iter().map(|(key, record)| Incoming { key, record, observed_at: at(21) });
        records_put(&act, SourceName { name: "netbox", kind: Origin::Cmdb }, incoming.collect()).await.unwrap();
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.created, done.merged, done.retired), (0, 0, 0), "{done:?}");
        assert_eq!((id("host-a").await, id("host-b").await), before, "an asset follows the source that is trusted most");
        assert_eq!(in_use(&db).await, 2);
    }

    async fn a_name_that_many_have_stops_nobody(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        // Every shop has a till of this name and address.
        let till = || with(host("pos-1"), |record| record.identifiers.ips.push("192.168.1.10".into()));
        let shops = |shops: std::ops::Range<u32>| shops.map(|shop| (format!("shop {shop}"), till())).collect();
        take(&act, "tills", Origin::Cmdb, shops(0..70)).await;
        assets_reconcile(&act).await.unwrap();
        assert_eq!(in_use(&db).await, 70);
        for shop in 70..73 {
            take(&act, "tills", Origin::Cmdb, shops(shop..shop + 1)).await;
            assert_eq!(assets_reconcile(&act).await.unwrap().created, 1);
        }
        assert_eq!(in_use(&db).await, 73);
    }

    async fn places_are_looked_for_when_a_rule_changes_and_not_else(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        take(&act, "netbox", Origin::Cmdb, vec![("1".into(), host("web-1"))]).await;
        let hand = "UPDATE asset_record SET place = 'by the test'";
        let mut tx = db.begin().await.unwrap();
        tx.execute(hand, ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(records_place(&act).await.unwrap(), 1, "nothing has been placed yet");
        let mut tx = db.begin().await.unwrap();
        tx.execute(hand, ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(records_place(&act).await.unwrap(), 0, "no record is read while the rules are the same");
        let unit = crate::company::unit(&db, "D2").await;
        let rule = NewRule { position: 1, network: String::new(), name_pattern: "web-*".into(), unit, system: None };
        assignment_rule_create(&act, rule).await.unwrap();
        assert_eq!(records_place(&act).await.unwrap(), 1);
        assert_eq!(records_place(&act).await.unwrap(), 0);
    }

    async fn four_contradicting_sources_of_many_hosts_end_as_these_hosts_and_the_planted_conflicts(db: Db) {
        let count: usize = std::env::var("HINOMI_HOSTS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000);
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let (said, planted) = company_of(count);
        assert!(planted.len() > count / 100, "{planted:?}");
        for (name, kind, records) in said.clone() {
            take(&act, name, kind, records).await;
            assets_reconcile(&act).await.unwrap();
        }
        assert_eq!(in_use(&db).await, count);
        let questions = questions(&db).await;
        let asked: Vec<String> =
            questions.iter().map(|one| one.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(asked, planted);
        let before = rows(&db).await;
        for (name, kind, records) in said {
            let records_count = records.len();
            let taken = take(&act, name, kind, records).await;
            assert_eq!((taken.new, taken.changed, taken.unchanged), (0, 0, records_count));
        }
        let again = assets_reconcile(&act).await.unwrap();
        assert_eq!(again, Default::default());
        assert_eq!(rows(&db).await, before, "the same files again wrote something");
    }

    async fn sources_in_any_order_end_in_the_same_inventory(db: Db) {
        let (said, _) = company_of(220);
        let orders: [[usize; 4]; 4] = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
        let mut ends = Vec::new();
        for order in orders {
            wipe(&db).await;
            let app = TestApp::new(db.clone()).app;
            company(&app).await;
            let actor = console();
            let act = everything(&app, &actor);
            for source in order {
                let (name, kind, records) = said[source].clone();
                take(&act, name, kind, records).await;
                assets_reconcile(&act).await.unwrap();
            }
            ends.push(inventory(&db).await);
        }
        for end in &ends[1..] {
            assert_eq!(end.1, ends[0].1);
            assert_eq!(end.0, ends[0].0);
        }
    }
}

both_engines! { SETS;
    async fn all_at_once_and_in_small_pieces_ends_in_the_same_inventory(db: Db) {
        let (said, planted) = company_of(120);
        let mut ends = Vec::new();
        // All of four sources before one run; then a run after every few records, which looks keys up one by one.
        for piece in [usize::MAX, 13] {
            wipe(&db).await;
            let app = TestApp::new(db.clone()).app;
            company(&app).await;
            let actor = console();
            let act = everything(&app, &actor);
            for (name, kind, records) in said.clone() {
                for records in records.chunks(piece) {
                    take(&act, name, kind, records.to_vec()).await;
                    if piece < usize::MAX {
                        assets_reconcile(&act).await.unwrap();
                    }
                }
            }
            assets_reconcile(&act).await.unwrap();
            ends.push((inventory(&db).await, keys(&db).await));
        }
        let asked = ends[0].0.1.iter().map(|one| one.split(' ').take(2).collect::<Vec<_>>().join(" "));
        assert_eq!(asked.collect::<Vec<_>>(), planted);
        assert_eq!(ends[0], ends[1]);
    }

    async fn what_a_source_no_longer_says_is_no_key_and_no_identifier(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let first = with(host("web-1"), |record| {
            record.identifiers.serial = Some("A1".into());
            record.identifiers.vendor = Some("Dell".into());
            record.identifiers.ips.push("192.0.2.1".into());
        });
        take(&act, "glpi", Origin::Agent, vec![("7".into(), first)]).await;
        assert!(keys(&db).await.is_empty(), "keys are written before anybody asks for them");
        assets_reconcile(&act).await.unwrap();
        assert_eq!(keys(&db).await.len(), 3);
        let second = with(host("web-1"), |record| record.identifiers.ips.push("192.0.2.2".into()));
        take(&act, "glpi", Origin::Agent, vec![("7".into(), second)]).await;
        assets_reconcile(&act).await.unwrap();
        let keys = keys(&db).await;
        assert_eq!(keys.len(), 2, "{keys:?}");
        let found = asset_by_name(&db, &Scope::all(), "web-1").await.unwrap();
        let known = asset_get(&db, &Scope::all(), found.id, now()).await.unwrap().identifiers;
        let expected = [("hostname", "web-1"), ("ip", "192.0.2.2")].map(|(scheme, value)| (scheme.into(), value.into()));
        assert_eq!(known, BTreeMap::from(expected));
        let waiting: i64 =
            db.scalar("SELECT COUNT(*) FROM asset_record WHERE pending_keys IS NOT NULL", ()).await.unwrap();
        assert_eq!(waiting, 0);
    }
}

/// Every key with the record that it leads to, whatever its number is.
async fn keys(db: &Db) -> Vec<(i64, String)> {
    let sql = "SELECT key.hash, record.source_key FROM asset_record_key AS key
        JOIN asset_record AS record ON record.id = key.record_id";
    let mut keys: Vec<(i64, String)> = db.all(sql, ()).await.unwrap();
    keys.sort();
    keys
}

/// As before the first source.
async fn wipe(db: &Db) {
    for sql in [
        "DELETE FROM asset_question",
        "DELETE FROM asset_relation",
        "DELETE FROM asset_record_key",
        "DELETE FROM asset_record",
        "DELETE FROM asset_source",
        "DELETE FROM asset_identifier",
        "DELETE FROM asset_membership",
        "DELETE FROM asset",
        "DELETE FROM cmdb_change",
    ] {
        db.execute(sql, ()).await.unwrap();
    }
}
