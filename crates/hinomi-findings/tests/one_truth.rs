// SPDX-License-Identifier: Apache-2.0
//! One engine, one truth: what the server stores, step by step or all at once, is what a one-shot run answers, over
//! made-up inventories and advisories with CPE configurations that ask for systems, devices and other applications,
//! statements on packages, on parts of products and on products, names that only another record joins, owned files,
//! analyses, and components of several names or of none but supplier and product.
//!
//! ```text
//!   documents and inventories in a random order, reconciled in between ─► open rows ┐
//!   reconcile(full)                                                    ─► open rows ┼─ the same
//!   the whole index, each inventory with its host                      ─► matches   ┘
//! ```

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{Importer, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_findings::reconcile;
use hinomi_inventory::model::carried;
use hinomi_inventory::{Observation, Session};
use hinomi_inventory_formats::{Component, Inventory};
use hinomi_match::{CatalogueBuilder, ComponentQuery, Index};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

use made::{Dice, beside, bridge, crowd, csaf, inventory, nvd, osv, vex};

/// Where the command line makes a host of an inventory.
#[path = "../../hinomi/src/cmd/match_/host.rs"]
mod host;

#[path = "one_truth/made.rs"]
mod made;

const SETS: &[&[Migration]] =
    &[hinomi_inventory::MIGRATIONS, hinomi_advisories::MIGRATIONS, hinomi_findings::MIGRATIONS];

fn at(hour: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + hour * 3_600_000_000)
}

fn query_of<'a>(component: &'a Component, distro: Option<&'a str>) -> ComponentQuery<'a> {
    let kinds = ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"];
    let of_system =
        component.purl.as_deref().is_some_and(|purl| kinds.iter().any(|kind| purl.starts_with(kind)));
    ComponentQuery {
        purl: component.purl.as_deref(),
        cpe: component.cpe.as_deref(),
        more: &component.more_identities,
        name: &component.name,
        version: component.version.as_deref(),
        source_name: component.source_name.as_deref(),
        source_version: component.source_version.as_deref(),
        distro: component.distro.as_deref().or_else(|| distro.filter(|_| of_system)),
        kernel_running: component.kernel_running,
        supplier: component.supplier.as_deref(),
    }
}

/// Carrier, component, vulnerability, state.
type Rows = BTreeSet<(usize, String, String, String)>;

fn one_shot(documents: &[Value], inventories: &[Inventory]) -> Rows {
    let mut builder = Index::builder();
    let mut catalogue = CatalogueBuilder::default();
    for document in documents {
        for record in hinomi_advisory_formats::read(document.to_string().as_bytes(), "made-up.json").unwrap()
        {
            builder.add(&record);
            catalogue.add(&record);
        }
    }
    let catalogue = catalogue.finish();
    let index = builder.finish_with(catalogue.groups());
    let mut rows = Rows::new();
    for (carrier, inventory) in inventories.iter().enumerate() {
        let distro = inventory.host.distro();
        let host = host::host_of(&index, inventory, |component| query_of(component, distro.as_deref()));
        for component in inventory.present() {
            let query = query_of(component, distro.as_deref());
            for found in index.match_on(&host, &query, component.id.as_deref()).matches {
                let named = found.vulnerability.as_deref().unwrap_or(&found.advisory);
                let vulnerability = catalogue.vulnerability(named).to_owned();
                let shown = component.purl.as_deref().or(component.cpe.as_deref()).unwrap_or(&component.name);
                let shown = shown.to_owned();
                rows.insert((carrier, shown, vulnerability, found.state.as_str().to_owned()));
            }
        }
    }
    rows
}

async fn stored(db: &Db, carriers: usize) -> Rows {
    let mut rows = Rows::new();
    for carrier in 0..carriers {
        let ids: Vec<u32> = hinomi_inventory::service::read::presences(db, carrier as i64 + 1, at(1_000))
            .await
            .unwrap()
            .into_iter()
            .map(|presence| presence.component)
            .collect();
        let names: HashMap<i64, String> = hinomi_inventory::components_by_ids(db, &ids)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.id, row.purl.or(row.cpe).unwrap_or(row.name)))
            .collect();
        let open = hinomi_findings::matches_of_components(db, &ids, hinomi_findings::OPEN - 1).await.unwrap();
        let of: Vec<i64> = open.iter().map(|row| row.vulnerability_id).collect();
        let canonical: HashMap<i64, String> = read::vulnerabilities_by_ids(db, &of)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.id, row.canonical))
            .collect();
        for row in open {
            let vulnerability = canonical[&row.vulnerability_id].clone();
            rows.insert((carrier, names[&row.component_id].clone(), vulnerability, row.state));
        }
    }
    rows
}

async fn publish(db: &Db, hour: i64, number: usize, document: &Value) {
    let mut importer = Importer::open(db, at(hour), "test", "upload").await.unwrap();
    let bytes = document.to_string().into_bytes();
    importer.take(vec![Document { path: format!("{number}.json"), bytes: Ok(bytes) }]).await.unwrap();
    importer.finish().await.unwrap();
}

async fn observe(db: &Db, hour: i64, carrier: usize, inventory: &Inventory) {
    let components = carried(inventory);
    let observation = Observation {
        carrier_id: carrier as i64 + 1,
        source: "sbom",
        observed_at: at(hour),
        complete: true,
        format: "cyclonedx",
        document: None,
        components: &components,
        warnings: &[],
    };
    Session::default().observe(db, at(hour), &observation).await.unwrap();
}

enum Step {
    Document(usize),
    Inventory(usize),
}

async fn holds_for(db: Db, seed: u64) {
    let mut dice = Dice(seed);
    let mut documents: Vec<Value> = Vec::new();
    for number in 0..12 {
        documents.push(nvd(&mut dice, number));
        documents.push(osv(&mut dice, number));
        documents.push(vex(&mut dice, number));
        documents.push(bridge(&mut dice, number));
        documents.push(csaf(&mut dice, number));
    }
    let inventories: Vec<Inventory> = (0..14)
        .map(|number| {
            let text = inventory(&mut dice).to_string();
            hinomi_inventory_formats::read(text.as_bytes(), &format!("{number}.json")).unwrap()
        })
        .collect();
    let mut steps: Vec<Step> = (0..documents.len()).map(Step::Document).collect();
    steps.extend((0..inventories.len()).map(Step::Inventory));
    dice.shuffle(&mut steps);
    for (hour, step) in steps.iter().enumerate() {
        match step {
            Step::Document(number) => publish(&db, hour as i64, *number, &documents[*number]).await,
            Step::Inventory(carrier) => observe(&db, hour as i64, *carrier, &inventories[*carrier]).await,
        }
        if dice.chance(30) {
            reconcile(&db, at(hour as i64), false).await.unwrap();
        }
    }
    reconcile(&db, at(200), false).await.unwrap();
    let stepwise = stored(&db, inventories.len()).await;
    let full = reconcile(&db, at(201), true).await.unwrap();
    let again = stored(&db, inventories.len()).await;
    let new: Vec<_> = again.difference(&stepwise).collect();
    let old: Vec<_> = stepwise.difference(&again).collect();
    assert_eq!((full.began, full.ended), (0, 0), "seed {seed}: a full run adds {new:?} and ends {old:?}");
    let wanted = one_shot(&documents, &inventories);
    assert!(wanted.len() > 50, "{} rows say little (seed {seed})", wanted.len());
    let missing: Vec<_> = wanted.difference(&stepwise).collect();
    let extra: Vec<_> = stepwise.difference(&wanted).collect();
    assert!(missing.is_empty() && extra.is_empty(), "seed {seed}: missing {missing:#?}, extra {extra:#?}");
}

/// Two statements in the first revision, one in the second.
fn revision(number: u64) -> Value {
    let statement = |name: &str| {
        json!({"vulnerability": {"name": name}, "products": [{"@id": "pkg:pypi/p1"}], "status": "affected",
            "action_statement": "update"})
    };
    let names = if number == 1 { vec!["CVE-2026-0001", "CVE-2026-0002"] } else { vec!["CVE-2026-0001"] };
    json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/revised", "author": "demo",
        "timestamp": format!("2026-01-0{number}T00:00:00Z"), "version": number,
        "statements": names.into_iter().map(statement).collect::<Vec<_>>()})
}

/// Vulnerabilities that the one carrier is affected by.
async fn affected(db: &Db) -> BTreeSet<String> {
    reconcile(db, at(300), false).await.unwrap();
    let rows = stored(db, 1).await;
    rows.into_iter().filter(|row| row.3 == "affected").map(|row| row.2).collect()
}

both_engines! { SETS;
    async fn each_vulnerability_of_a_document_is_a_row_and_the_newest_revision_counts_whole(db: Db) {
        let sbom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "library", "name": "p1", "version": "1.0", "purl": "pkg:pypi/p1@1.0"}]}).to_string();
        observe(&db, 1, 0, &hinomi_inventory_formats::read(sbom.as_bytes(), "sbom.json").unwrap()).await;
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        publish(&db, 2, 1, &revision(1)).await;
        assert_eq!(affected(&db).await, names(&["CVE-2026-0001", "CVE-2026-0002"]));
        publish(&db, 3, 2, &revision(2)).await;
        assert_eq!(affected(&db).await, names(&["CVE-2026-0001"]), "it is said of the second no longer");
        publish(&db, 4, 3, &revision(1)).await;
        assert_eq!(affected(&db).await, names(&["CVE-2026-0001"]), "an older revision brings nothing back");
    }

    async fn applications_beside_thousands_of_others_are_answered_as_one_shot(db: Db) {
        let documents: Vec<Value> = [(3, 1_501, false), (1_999, 1_503, false), (700, 5_000, false), (9, 10, true)]
            .into_iter()
            .zip(1..)
            .map(|((app, neighbour, negate), number)| beside(number, app, neighbour, negate))
            .collect();
        let inventories = [crowd(2_000), crowd(1_502)];
        for (carrier, inventory) in inventories.iter().enumerate() {
            observe(&db, 1, carrier, inventory).await;
        }
        for (number, document) in documents.iter().enumerate() {
            publish(&db, 2, number, document).await;
        }
        reconcile(&db, at(3), false).await.unwrap();
        let wanted = one_shot(&documents, &inventories);
        assert_eq!(stored(&db, 2).await, wanted);
        let of = |vulnerability: &str| -> BTreeSet<(usize, &str, &str)> {
            let rows = wanted.iter().filter(|row| row.2 == vulnerability);
            rows.map(|row| (row.0, row.1.rsplit(':').nth(8).unwrap(), row.3.as_str())).collect()
        };
        // 1.5 is there on both; 1,503 is in version 3.5 on one, and not known to be absent from the other.
        assert_eq!(of("CVE-2026-0001"), BTreeSet::from([
            (0, "app3", "affected"), (1, "app3", "affected")]));
        assert_eq!(of("CVE-2026-0003"), BTreeSet::from([(0, "app700", "unknown"), (1, "app700", "unknown")]));
        assert_eq!(of("CVE-2026-0002"), BTreeSet::new());
        let full = reconcile(&db, at(4), true).await.unwrap();
        assert_eq!((full.began, full.ended), (0, 0));
    }

    async fn the_server_answers_as_a_one_shot_run_1(db: Db) {
        holds_for(db, 1).await;
    }

    async fn the_server_answers_as_a_one_shot_run_2(db: Db) {
        holds_for(db, 2).await;
    }

    async fn the_server_answers_as_a_one_shot_run_3(db: Db) {
        holds_for(db, 3).await;
    }
}
