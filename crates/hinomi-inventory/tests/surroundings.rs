// SPDX-License-Identifier: Apache-2.0
//! What lies beneath a component is part of it where it can change an answer, and nowhere else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_inventory::model::{NewComponent, SnapshotState, carried};
use hinomi_inventory::surroundings::Surroundings;
use hinomi_inventory::{Applied, Observation, Session};
use serde_json::json;

const SETS: &[&[Migration]] = &[hinomi_inventory::MIGRATIONS];

fn at(hour: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + hour * 3_600_000_000)
}

/// A Windows host of that build with so many applications and one language package.
fn host(build: &str, applications: usize) -> Vec<NewComponent> {
    let mut components = vec![
        json!({"type": "operating-system", "name": "windows", "version": build, "bom-ref": "os"}),
        json!({"type": "library", "name": "demo", "version": "1", "bom-ref": "p", "purl": "pkg:pypi/demo@1"}),
    ];
    components.extend((0..applications).map(|number| {
        json!({"type": "application", "name": format!("app{number}"), "bom-ref": format!("a{number}"),
            "cpe": format!("cpe:2.3:a:acme:app{number}:1.0:*:*:*:*:*:*:*")})
    }));
    let text = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}).to_string();
    carried(&hinomi_inventory_formats::read(text.as_bytes(), "host.json").unwrap())
}

fn of<'a>(components: &'a [NewComponent], name: &str) -> &'a NewComponent {
    components.iter().find(|one| one.name == name).unwrap()
}

#[test]
fn only_what_the_system_can_change_knows_the_system() {
    let (old, new) = (host("10.0.17763", 1), host("10.0.19045", 1));
    assert_ne!(of(&old, "app0").identity(), of(&new, "app0").identity(), "an application runs on its system");
    let crowded = host("10.0.17763", 9);
    assert_ne!(of(&old, "app0").identity(), of(&crowded, "app0").identity(), "and beside its neighbours");
    assert_eq!(of(&old, "demo").identity(), of(&crowded, "demo").identity());
    assert_eq!(
        of(&old, "demo").identity(),
        of(&new, "demo").identity(),
        "a language package is the same anywhere"
    );
    assert_eq!(of(&old, "demo").host, None);
}

#[test]
fn many_neighbours_are_one_text_beside_the_components() {
    let (many, more) = (host("10.0.17763", 2_000), host("10.0.17763", 2_001));
    let texts = |components: &[NewComponent]| -> Vec<String> {
        components.iter().filter_map(|one| one.host.clone()).collect()
    };
    assert_eq!(texts(&many).len(), 2_000);
    assert!(
        texts(&many).iter().all(|text| text.len() < 100),
        "each refers to it: {:?}",
        texts(&many).first()
    );
    assert_ne!(of(&many, "app0").identity(), of(&more, "app0").identity(), "a neighbour more");
    assert_ne!(of(&many, "app0").identity(), of(&host("10.0.19045", 2_000), "app0").identity());
    assert_eq!(of(&many, "app0").identity(), of(&host("10.0.17763", 2_000), "app0").identity());
    assert_eq!((of(&many, "demo").host.as_ref(), of(&many, "demo").around.as_ref()), (None, None));
}

async fn observe(db: &Db, hour: i64, components: &[NewComponent]) -> Applied {
    let observation = Observation {
        carrier_id: 1,
        source: "agent",
        observed_at: at(hour),
        complete: true,
        format: "test",
        document: None,
        components,
        warnings: &[],
    };
    Session::default().observe(db, at(hour), &observation).await.unwrap()
}

both_engines! { SETS;
    async fn an_update_of_the_system_is_no_loss_of_its_applications(db: Db) {
        assert_eq!(observe(&db, 1, &host("10.0.17763", 40)).await.state, SnapshotState::Applied);
        assert_eq!(observe(&db, 2, &host("10.0.19045", 40)).await.state, SnapshotState::Applied);
        assert_eq!(observe(&db, 3, &host("10.0.19045", 20)).await.state, SnapshotState::Held, "that is one");
    }

    async fn what_lies_around_is_stored_once_and_read_back_whole(db: Db) {
        let components = host("10.0.17763", 20);
        observe(&db, 1, &components).await;
        let long = of(&components, "app0").host.clone();
        assert!(long.as_ref().is_some_and(|text| text.len() > 500));
        let rows = hinomi_inventory::components_page(&db, 0, 100).await.unwrap();
        let stored = rows.iter().filter(|row| row.cpe.is_some());
        assert_eq!(stored.filter(|row| row.host == long).count(), 20);
        let texts: i64 = db.scalar("SELECT count(*) FROM component_surroundings", ()).await.unwrap();
        assert_eq!(texts, 1);
    }

    async fn what_many_share_is_stored_once_and_found_by_its_hash(db: Db) {
        observe(&db, 1, &host("10.0.17763", 300)).await;
        let rows = hinomi_inventory::components_page(&db, 0, 1_000).await.unwrap();
        let own = rows.iter().find(|row| row.name == "app7").and_then(|row| row.host.clone()).unwrap();
        let own = Surroundings::read(&own);
        let hash = own.shared().unwrap().to_owned();
        let texts: i64 = db.scalar("SELECT count(*) FROM component_surroundings", ()).await.unwrap();
        assert_eq!(texts, 1);
        let shared = hinomi_inventory::shared_surroundings(&db, std::slice::from_ref(&hash)).await.unwrap();
        let whole = own.host_beside(&shared[&hash].host());
        assert_ne!(whole, own.host());
        let inline = host("10.0.17763", 150);
        let inline = Surroundings::read(of(&inline, "app7").host.as_deref().unwrap());
        assert_eq!(inline.shared(), None);
        // A machine that looks the same has the same components.
        let same = observe(&db, 2, &host("10.0.17763", 300)).await;
        assert_eq!((same.added, same.removed), (0, 0));
    }

    async fn every_name_of_a_component_is_kept_and_found(db: Db) {
        let text = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "application", "name": "app", "version": "1", "bom-ref": "a",
                "cpe": "cpe:2.3:a:acme:app:1:*:*:*:*:*:*:*",
                "properties": [{"name": "syft:cpe23", "value": "cpe:2.3:a:other:app:1:*:*:*:*:*:*:*"}]}]});
        let text = text.to_string();
        observe(&db, 1, &carried(&hinomi_inventory_formats::read(text.as_bytes(), "x.json").unwrap())).await;
        let rows = hinomi_inventory::components_page(&db, 0, 100).await.unwrap();
        assert_eq!(rows[0].query().more, ["cpe:2.3:a:other:app:1:*:*:*:*:*:*:*"]);
        let key = hinomi_match::PackageKey { ecosystem: "CPE".into(), name: "a:other:app".into() };
        assert_eq!(hinomi_inventory::components_of_keys(&db, &[key]).await.unwrap(), [rows[0].id as u32]);
    }
}
