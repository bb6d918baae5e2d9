// SPDX-License-Identifier: Apache-2.0
//! Two carriers that turn out to be one, and one that turns out to be two after all.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_inventory::model::NewComponent;
use hinomi_inventory::service::{read, takeover};
use hinomi_inventory::{CarrierIndex, Observation, Session};

const SETS: &[&[Migration]] = &[hinomi_inventory::MIGRATIONS];
const DAY: i64 = 86_400_000_000;

fn at(day: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + day * DAY)
}

async fn see(db: &Db, carrier: i64, source: &str, day: i64, names: &[&str]) {
    let component = |name: &&str| NewComponent { name: (*name).to_owned(), ..NewComponent::default() };
    let components: Vec<NewComponent> = names.iter().map(component).collect();
    let document = names.join(" ");
    let observation = Observation {
        carrier_id: carrier,
        source,
        observed_at: at(day),
        complete: true,
        format: "test",
        document: Some((document.as_bytes(), "test")),
        components: &components,
        warnings: &[],
    };
    Session::default().observe(db, at(999), &observation).await.unwrap();
}

/// Names with the day since when, as they are stored; the index in memory must say the same.
async fn shown(db: &Db, index: &mut CarrierIndex, carrier: i64) -> Vec<(String, i64)> {
    index.refresh(db).await.unwrap();
    let mut fresh = CarrierIndex::default();
    fresh.refresh(db).await.unwrap();
    let known = index.components_of(carrier as u32);
    assert_eq!(known, fresh.components_of(carrier as u32), "followed and built anew");
    let mut found = Vec::new();
    for presence in read::presences(db, carrier, at(1_000)).await.unwrap() {
        assert!(known.contains(&presence.component));
        let row = read::component(db, i64::from(presence.component)).await.unwrap();
        found.push((row.name, (presence.since - at(0).as_micros()) / DAY));
    }
    assert_eq!(found.len(), known.len());
    found.sort();
    found
}

fn said(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(name, day)| ((*name).to_owned(), *day)).collect()
}

async fn take(db: &Db, carrier: i64, from: i64) -> bool {
    let mut tx = db.begin().await.unwrap();
    let any = takeover::take_over(&mut tx, carrier, from).await.unwrap();
    tx.commit().await.unwrap();
    any
}

async fn give(db: &Db, carrier: i64, from: i64) -> bool {
    let mut tx = db.begin().await.unwrap();
    let left = takeover::give_back(&mut tx, carrier, from, at(950)).await.unwrap();
    tx.commit().await.unwrap();
    left
}

both_engines! { SETS;
    async fn what_only_the_other_has_comes_along_with_its_past_and_goes_again(db: Db) {
        let mut index = CarrierIndex::default();
        see(&db, 2, "agent", 10, &["curl", "zlib"]).await;
        see(&db, 2, "agent", 20, &["curl", "bash"]).await;
        see(&db, 1, "sbom", 15, &["app"]).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("app", 15)]));
        assert!(take(&db, 1, 2).await);
        let together = said(&[("app", 15), ("bash", 20), ("curl", 10)]);
        assert_eq!(shown(&db, &mut index, 1).await, together);
        assert!(take(&db, 1, 2).await);
        assert_eq!(shown(&db, &mut index, 1).await, together, "twice is once");
        assert!(give(&db, 1, 2).await);
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("app", 15)]));
        assert_eq!(shown(&db, &mut index, 2).await, said(&[("bash", 20), ("curl", 10)]));
        assert!(take(&db, 1, 2).await);
        assert_eq!(shown(&db, &mut index, 1).await, together, "and once more");
        assert!(!take(&db, 1, 3).await, "nothing comes of nothing");
    }

    async fn of_one_source_the_newer_word_counts_and_the_own_one_returns(db: Db) {
        let mut index = CarrierIndex::default();
        see(&db, 1, "agent", 10, &["curl", "zlib"]).await;
        see(&db, 2, "agent", 20, &["curl", "bash"]).await;
        see(&db, 3, "agent", 5, &["old"]).await;
        take(&db, 1, 3).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("curl", 10), ("zlib", 10)]), "an older word");
        take(&db, 1, 2).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("bash", 20), ("curl", 10)]));
        give(&db, 1, 2).await;
        let names: Vec<String> = shown(&db, &mut index, 1).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["curl", "zlib"]);
        take(&db, 1, 2).await;
        see(&db, 1, "agent", 960, &["new"]).await;
        give(&db, 1, 2).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("new", 960)]), "its own newer word stays");
    }

    async fn what_its_source_says_meanwhile_goes_back_with_it(db: Db) {
        let mut index = CarrierIndex::default();
        see(&db, 1, "sbom", 15, &["app"]).await;
        see(&db, 2, "agent", 20, &["curl", "bash"]).await;
        take(&db, 1, 2).await;
        // While they are one, the agent speaks of the whole: the same once more, then something new.
        see(&db, 1, "agent", 30, &["curl", "bash"]).await;
        see(&db, 1, "agent", 40, &["curl", "bash", "zlib"]).await;
        assert!(give(&db, 1, 2).await);
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("app", 15)]));
        assert_eq!(shown(&db, &mut index, 2).await, said(&[("bash", 20), ("curl", 20), ("zlib", 40)]));
        let mut tx = db.begin().await.unwrap();
        let seen: i64 = tx.scalar("SELECT observed_at FROM inventory_observation WHERE carrier_id = 2", ()).await.unwrap();
        assert_eq!(seen, at(40).as_micros());
    }

    async fn of_two_that_a_source_knew_the_word_goes_to_whom_it_continues(db: Db) {
        let mut index = CarrierIndex::default();
        see(&db, 1, "agent", 10, &["a", "b", "c"]).await;
        see(&db, 2, "agent", 20, &["x", "y", "z"]).await;
        take(&db, 1, 2).await;
        see(&db, 1, "agent", 30, &["x", "y", "z", "more"]).await;
        give(&db, 1, 2).await;
        let names = async |index: &mut CarrierIndex, carrier| -> Vec<String> {
            shown(&db, index, carrier).await.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&mut index, 1).await, ["a", "b", "c"]);
        assert_eq!(names(&mut index, 2).await, ["more", "x", "y", "z"]);
        take(&db, 1, 2).await;
        see(&db, 1, "agent", 960, &["a", "b"]).await;
        give(&db, 1, 2).await;
        assert_eq!((names(&mut index, 1).await.len(), names(&mut index, 2).await.len()), (2, 4));
    }

    async fn the_same_word_of_both_is_no_change(db: Db) {
        let mut index = CarrierIndex::default();
        see(&db, 1, "agent", 5, &["older"]).await;
        see(&db, 1, "agent", 10, &["curl"]).await;
        see(&db, 2, "agent", 20, &["curl"]).await;
        take(&db, 1, 2).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("curl", 10)]));
        give(&db, 1, 2).await;
        assert_eq!(shown(&db, &mut index, 1).await, said(&[("curl", 10)]));
    }
}
