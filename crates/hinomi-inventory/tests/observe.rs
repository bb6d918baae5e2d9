// SPDX-License-Identifier: Apache-2.0
//! What observations do to the current state, and that the index in memory follows them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_inventory::model::{NewComponent, SnapshotState};
use hinomi_inventory::service::import::{confirm, reject, touch};
use hinomi_inventory::service::read;
use hinomi_inventory::{Applied, CarrierIndex, Observation, Session};

const SETS: &[&[Migration]] = &[hinomi_inventory::MIGRATIONS];
const DAY: i64 = 86_400_000_000;

fn at(day: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + day * DAY)
}

fn package(number: u32) -> NewComponent {
    NewComponent {
        kind: "package".into(),
        name: format!("p{number}"),
        version: Some("1.0-1".into()),
        purl: Some(format!("pkg:deb/debian/p{number}@1.0-1?distro=debian-12")),
        ..NewComponent::default()
    }
}

struct Seen<'a> {
    carrier: i64,
    source: &'a str,
    day: i64,
    complete: bool,
}

async fn see(db: &Db, seen: Seen<'_>, numbers: impl IntoIterator<Item = u32>) -> Applied {
    let components: Vec<NewComponent> = numbers.into_iter().map(package).collect();
    let names: Vec<&str> = components.iter().map(|component| component.name.as_str()).collect();
    let document = names.join(" ");
    let observation = Observation {
        carrier_id: seen.carrier,
        source: seen.source,
        observed_at: at(seen.day),
        complete: seen.complete,
        format: "test",
        document: Some((document.as_bytes(), "test")),
        components: &components,
        warnings: &[],
    };
    Session::default().observe(db, at(1_000), &observation).await.unwrap()
}

async fn agent(db: &Db, day: i64, numbers: impl IntoIterator<Item = u32>) -> Applied {
    see(db, Seen { carrier: 1, source: "agent", day, complete: true }, numbers).await
}

async fn scan(db: &Db, day: i64, numbers: impl IntoIterator<Item = u32>) -> Applied {
    see(db, Seen { carrier: 1, source: "agent", day, complete: false }, numbers).await
}

/// Names on carrier 1, now.
async fn now_on(db: &Db) -> Vec<String> {
    on(db, 999).await
}

async fn on(db: &Db, day: i64) -> Vec<String> {
    let ids: Vec<u32> =
        read::presences(db, 1, at(day)).await.unwrap().iter().map(|presence| presence.component).collect();
    let mut names: Vec<String> = hinomi_inventory::components_by_ids(db, &ids)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.name)
        .collect();
    names.sort();
    names
}

async fn rows(db: &Db, table: &'static str) -> i64 {
    let sql = match table {
        "snapshot" => "SELECT count(*) FROM snapshot",
        _ => "SELECT count(*) FROM inventory_interval",
    };
    db.scalar(sql, ()).await.unwrap()
}

both_engines! { SETS;
    async fn an_older_observation_changes_nothing(db: Db) {
        agent(&db, 10, 0..4).await;
        let older = agent(&db, 5, 0..9).await;
        assert_eq!(older.state, SnapshotState::Older);
        assert_eq!(now_on(&db).await, ["p0", "p1", "p2", "p3"]);
        assert_eq!(agent(&db, 5, 0..9).await.snapshot_id, None, "the same again is not filed again");
    }

    async fn an_unchanged_one_moves_a_time_and_writes_no_content(db: Db) {
        agent(&db, 1, 0..4).await;
        let before = (rows(&db, "snapshot").await, rows(&db, "interval").await);
        assert_eq!(agent(&db, 2, 0..4).await.state, SnapshotState::Unchanged);
        assert_eq!((rows(&db, "snapshot").await, rows(&db, "interval").await), before);
        assert_eq!(read::sources_of(&db, 1).await.unwrap()[0].observed_at, at(2).as_micros());
    }

    async fn a_partial_one_adds_and_never_removes(db: Db) {
        agent(&db, 1, 0..3).await;
        let partial = scan(&db, 2, [7]).await;
        assert_eq!((partial.added, partial.removed), (1, 0));
        assert_eq!(now_on(&db).await, ["p0", "p1", "p2", "p7"]);
        agent(&db, 3, 0..3).await;
        assert_eq!(now_on(&db).await, ["p0", "p1", "p2"]);
        assert_eq!(on(&db, 2).await, ["p0", "p1", "p2", "p7"], "the past stays");
    }

    async fn a_partial_seen_again_later_counts_from_then(db: Db) {
        scan(&db, 20, [7]).await;
        scan(&db, 30, [7]).await;
        agent(&db, 25, 0..2).await;
        assert_eq!(now_on(&db).await, ["p0", "p1", "p7"]);
    }

    async fn the_same_files_again_are_not_filed_again(db: Db) {
        scan(&db, 15, [7]).await;
        scan(&db, 20, [8]).await;
        let filed = rows(&db, "snapshot").await;
        scan(&db, 15, [7]).await;
        scan(&db, 20, [8]).await;
        assert_eq!(rows(&db, "snapshot").await, filed);
    }

    async fn of_two_at_one_instant_the_same_counts_in_either_order(db: Db) {
        let other = Seen { carrier: 2, source: "agent", day: 1, complete: true };
        agent(&db, 1, 0..3).await;
        agent(&db, 1, 5..8).await;
        see(&db, other, 5..8).await;
        see(&db, Seen { carrier: 2, source: "agent", day: 1, complete: true }, 0..3).await;
        let mut index = CarrierIndex::default();
        index.refresh(&db).await.unwrap();
        assert_eq!(index.components_of(1), index.components_of(2));
    }

    async fn a_great_loss_waits_for_one_decision(db: Db) {
        agent(&db, 1, 0..40).await;
        let held = agent(&db, 2, 0..20).await;
        assert_eq!((held.state, held.removed), (SnapshotState::Held, 20));
        assert_eq!(agent(&db, 3, 0..20).await.snapshot_id, held.snapshot_id, "one question, however often it is asked");
        assert_eq!(now_on(&db).await.len(), 40);
        let id = held.snapshot_id.unwrap();
        let (one, two) = tokio::join!(confirm(&db, at(1_000), id), confirm(&db, at(1_000), id));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(now_on(&db).await.len(), 20);
        assert!(reject(&db, id).await.is_err());
        assert_eq!(rows(&db, "interval").await, 2);
    }

    async fn a_newer_complete_one_overtakes_the_question(db: Db) {
        agent(&db, 1, 0..40).await;
        let held = agent(&db, 2, 0..20).await;
        agent(&db, 3, 0..39).await;
        assert!(confirm(&db, at(1_000), held.snapshot_id.unwrap()).await.is_err());
        assert_eq!(now_on(&db).await.len(), 39);
    }

    async fn what_is_held_is_confirmed_however_often_its_source_speaks_meanwhile(db: Db) {
        agent(&db, 1, 0..100).await;
        let held = agent(&db, 2, 0..50).await;
        assert_eq!(held.state, SnapshotState::Held);
        // A source that says "as last time" cannot mean the list that counts: a later one waits.
        let mut tx = db.begin().await.unwrap();
        touch(&mut tx, 1, "agent", at(3)).await.unwrap();
        tx.commit().await.unwrap();
        let again = agent(&db, 4, 0..50).await;
        assert_eq!((again.state, again.snapshot_id), (SnapshotState::Held, held.snapshot_id));
        confirm(&db, at(1_000), held.snapshot_id.unwrap()).await.unwrap();
        assert_eq!((on(&db, 3).await.len(), on(&db, 4).await.len()), (100, 50));
        assert_eq!(agent(&db, 5, 0..50).await.state, SnapshotState::Unchanged);
    }

    async fn without_root_an_update_replaces_the_package_and_hidden_files_stay(db: Db) {
        let file = |name: &str| NewComponent { purl: Some(format!("pkg:npm/{name}@1")), name: name.into(), ..package(0) };
        let hidden = || [file("in-root"), file("in-opt")];
        let see = async |day, keeps_files, components: Vec<NewComponent>| {
            let text = format!("{day}");
            let observation = Observation {
                carrier_id: 1,
                source: "host",
                observed_at: at(day),
                complete: true,
                format: "test",
                document: Some((text.as_bytes(), "test")),
                components: &components,
                warnings: &[],
            };
            let mut session = Session::default();
            session.keeps_files = keeps_files;
            session.observe(&db, at(1_000), &observation).await.unwrap()
        };
        let (old, new) = (package(1), NewComponent { purl: Some("pkg:deb/debian/p1@2?distro=debian-12".into()), version: Some("2".into()), ..package(1) });
        see(1, false, [vec![old, package(2)], hidden().to_vec()].concat()).await;
        // Without root: the update is seen, p2 was removed, and what lies in /root is not seen.
        see(2, true, vec![new.clone(), file("in-opt")]).await;
        assert_eq!(now_on(&db).await, ["in-opt", "in-root", "p1"]);
        assert_eq!(see(3, true, vec![new.clone(), file("in-opt")]).await.state, SnapshotState::Unchanged);
        // The same components of one who saw everything end what is no longer there.
        assert_eq!(see(4, false, vec![new, file("in-opt")]).await.removed, 1);
        assert_eq!(now_on(&db).await, ["in-opt", "p1"]);
    }

    async fn present_while_any_source_shows_it(db: Db) {
        agent(&db, 1, 0..3).await;
        see(&db, Seen { carrier: 1, source: "scanner", day: 2, complete: true }, [1, 9]).await;
        agent(&db, 3, [0]).await;
        assert_eq!(now_on(&db).await, ["p0", "p1", "p9"]);
        see(&db, Seen { carrier: 1, source: "scanner", day: 4, complete: true }, [9]).await;
        assert_eq!(now_on(&db).await, ["p0", "p9"]);
        let gone = read::last_seen_on(&db, &[1], &[2, 3]).await.unwrap();
        let until: Vec<Option<i64>> =
            [2, 3].iter().map(|id| gone.get(id).map(|seen| seen[0].until)).collect();
        assert_eq!(until, [Some(at(4).as_micros()), Some(at(3).as_micros())]);
    }

    async fn an_empty_inventory_is_an_answer(db: Db) {
        assert_eq!(agent(&db, 1, []).await.state, SnapshotState::Applied);
        assert!(now_on(&db).await.is_empty());
        agent(&db, 2, 0..2).await;
        assert_eq!(agent(&db, 3, []).await.removed, 2);
        assert!(now_on(&db).await.is_empty());
    }

    async fn two_processes_bring_the_same_first(db: Db) {
        let runs = (0..4).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { agent(&db, 1, 0..50).await })
        });
        for run in runs.collect::<Vec<_>>() {
            run.await.unwrap();
        }
        assert_eq!((rows(&db, "interval").await, rows(&db, "snapshot").await), (1, 1));
        let components: i64 = db.scalar("SELECT count(*) FROM component", ()).await.unwrap();
        assert_eq!(components, 50);
    }

    async fn the_index_that_follows_equals_one_rebuilt(db: Db) {
        let mut following = CarrierIndex::default();
        let mut state = 7_u64;
        let mut roll = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for step in 0..80 {
            let seen = Seen {
                carrier: 1 + roll(5) as i64,
                source: if roll(3) == 0 { "scanner" } else { "agent" },
                day: roll(40) as i64,
                complete: roll(4) > 0,
            };
            let (first, count) = (roll(12) as u32, roll(15) as u32);
            see(&db, seen, first..first + count).await;
            if step % 3 == 0 {
                following.refresh(&db).await.unwrap();
            }
        }
        following.refresh(&db).await.unwrap();
        let mut rebuilt = CarrierIndex::default();
        rebuilt.refresh(&db).await.unwrap();
        for carrier in 1..=5 {
            assert_eq!(following.components_of(carrier), rebuilt.components_of(carrier), "carrier {carrier}");
        }
        for component in 1..=hinomi_inventory::component_highest(&db).await.unwrap() as u32 {
            let carriers = following.carriers_of(component);
            assert_eq!(carriers, rebuilt.carriers_of(component), "component {component}");
            let by_carrier: Vec<u32> =
                (1..=5).filter(|carrier| rebuilt.components_of(*carrier).contains(&component)).collect();
            assert_eq!(carriers.iter().collect::<Vec<_>>(), by_carrier);
        }
        assert_eq!((following.sequence(), following.carrier_count()), (rebuilt.sequence(), rebuilt.carrier_count()));
    }
}
