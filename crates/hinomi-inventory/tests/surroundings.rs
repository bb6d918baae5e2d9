// SPDX-License-Identifier: Apache-2.0
//! What lies beneath a component is part of it where it can change an answer, and nowhere else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_inventory::model::{NewComponent, SnapshotState, carried};
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
    assert_eq!(
        of(&old, "app0").identity(),
        of(&host("10.0.17763", 9), "app0").identity(),
        "not on its neighbours"
    );
    assert_eq!(
        of(&old, "demo").identity(),
        of(&new, "demo").identity(),
        "a language package is the same anywhere"
    );
    assert_eq!(of(&old, "demo").host, None);
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
}
