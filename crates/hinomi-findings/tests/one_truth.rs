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

/// Where the command line makes a host of an inventory.
#[path = "../../hinomi/src/cmd/match_/host.rs"]
mod host;

const SETS: &[&[Migration]] =
    &[hinomi_inventory::MIGRATIONS, hinomi_advisories::MIGRATIONS, hinomi_findings::MIGRATIONS];

fn at(hour: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + hour * 3_600_000_000)
}

/// A generator of numbers, the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place as u64 + 1) as usize);
        }
    }
}

const SYSTEMS: [&str; 3] = [
    "cpe:2.3:o:microsoft:windows_10:1809:*:*:*:*:*:*:*",
    "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*",
    "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*",
];

fn nvd(dice: &mut Dice, number: u64) -> Value {
    let app = format!("cpe:2.3:a:acme:app{}:*:*:*:*:*:*:*:*", dice.below(4));
    let end = format!("{}.0", 1 + dice.below(4));
    let vulnerable = json!({"vulnerable": true, "criteria": app, "versionEndExcluding": end});
    let node =
        |matches: Vec<Value>, negate: bool| json!({"operator": "OR", "negate": negate, "cpeMatch": matches});
    let platform = |cpe: &str| json!({"vulnerable": false, "criteria": cpe});
    let nodes = match dice.below(6) {
        5 => vec![
            node(vec![vulnerable], false),
            node(
                vec![json!({"vulnerable": false, "versionEndExcluding": "3.0",
                "criteria": format!("cpe:2.3:a:acme:app{}:*:*:*:*:*:*:*:*", dice.below(4))})],
                dice.chance(30),
            ),
        ],
        0 => vec![node(vec![vulnerable], false)],
        1 => vec![
            node(vec![vulnerable], false),
            node(vec![platform(SYSTEMS[dice.below(3) as usize])], dice.chance(30)),
        ],
        2 => vec![
            node(vec![vulnerable], false),
            node(vec![platform("cpe:2.3:h:acme:box:-:*:*:*:*:*:*:*"), platform(SYSTEMS[2])], false),
        ],
        3 => vec![
            node(
                vec![json!({"vulnerable": true, "criteria": "cpe:2.3:o:acme:box_firmware:*:*:*:*:*:*:*:*",
                "versionEndIncluding": end})],
                false,
            ),
            node(vec![platform("cpe:2.3:h:acme:box:-:*:*:*:*:*:*:*")], false),
        ],
        _ => vec![node(
            vec![json!({"vulnerable": true, "versionEndExcluding": end,
            "criteria": "cpe:2.3:a:acme:app0:*:*:*:*:*:windows:*:*"})],
            false,
        )],
    };
    let id = format!("CVE-2026-{number:04}");
    json!({"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-01-01T00:00:00.000", "vulnerabilities": [{"cve": {"id": id, "sourceIdentifier": "x",
        "published": "2026-01-01T00:00:00.000", "lastModified": "2026-01-01T00:00:00.000", "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": "made up"}], "metrics": {}, "references": [],
        "configurations": [{"operator": "AND", "nodes": nodes}]}}]})
}

fn osv(dice: &mut Dice, number: u64) -> Value {
    let by_distribution = dice.chance(40);
    let fixed = format!("{}.0", 1 + dice.below(4));
    let package = match by_distribution {
        true => json!({"ecosystem": "Debian:12", "name": format!("python3-p{}", dice.below(4))}),
        false => json!({"ecosystem": "PyPI", "name": format!("p{}", dice.below(4))}),
    };
    let never = by_distribution && dice.chance(30);
    let fixed = if never { "0".to_owned() } else { fixed };
    let mut record = json!({"schema_version": "1.7.0", "id": format!("DEMO-{number}"), "summary": "made up",
        "modified": "2026-01-01T00:00:00Z", "affected": [{"package": package,
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]});
    let names: Vec<String> = (0..=dice.below(2)).map(|_| format!("CVE-2026-{:04}", dice.below(12))).collect();
    record[if by_distribution { "upstream" } else { "aliases" }] = json!(names);
    if !by_distribution && dice.chance(40) {
        // Its CVE is known by the word of another record only, see `bridge`.
        record["aliases"] = json!([format!("GHSA-{}", dice.below(6))]);
    }
    record
}

/// A record on a package that nobody has, by which two names are one.
fn bridge(dice: &mut Dice, number: u64) -> Value {
    json!({"schema_version": "1.7.0", "id": format!("GHSA-{}", number % 6), "summary": "made up",
        "modified": format!("2026-01-{:02}T00:00:00Z", 1 + number), "affected": [{"package": {"ecosystem": "npm",
        "name": "elsewhere"}, "versions": ["1.0"]}], "aliases": [format!("CVE-2026-{:04}", dice.below(12))]})
}

/// Advisories of a maker, as CSAF: one product of a release, and one that contains another.
fn csaf(dice: &mut Dice, number: u64) -> Value {
    let (package, name) = (dice.below(4), format!("CVE-2026-{:04}", dice.below(12)));
    let fixed = format!("pkg:pypi/p{package}@{}.0", dice.below(5));
    let status = match dice.below(3) {
        0 => json!({"known_not_affected": ["PART"]}),
        1 => json!({"fixed": ["PART"]}),
        _ => json!({"known_affected": ["PART"]}),
    };
    let mut vulnerability = json!({"cve": name, "notes": [{"category": "description", "text": "made up"}]});
    if status.get("known_affected").is_some() {
        vulnerability["remediations"] =
            json!([{"category": "workaround", "details": "look out", "product_ids": ["PART"]}]);
    } else if status.get("known_not_affected").is_some() {
        vulnerability["flags"] = json!([{"label": "vulnerable_code_not_present", "product_ids": ["PART"]}]);
    }
    vulnerability["product_status"] = status;
    json!({"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "made up",
        "publisher": {"category": "vendor", "name": "demo", "namespace": "https://example.org"},
        "tracking": {"id": format!("DEMO-CSAF-{number}"), "status": "final", "version": "1",
            "initial_release_date": "2026-01-01T00:00:00Z",
            "current_release_date": format!("2026-01-{:02}T00:00:00Z", 1 + dice.below(20)),
            "revision_history": [{"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "first"}]}},
        "product_tree": {"full_product_names": [
            {"product_id": "PART", "name": "part", "product_identification_helper": {"purl": fixed}}]},
        "vulnerabilities": [vulnerability]})
}

fn vex(dice: &mut Dice, number: u64) -> Value {
    let statements: Vec<Value> = (0..1 + dice.below(3))
        .map(|_| {
            let product = match dice.below(3) {
                0 => format!("pkg:pypi/p{}", dice.below(4)),
                1 => format!("pkg:pypi/p{}@{}.0", dice.below(4), dice.below(4)),
                _ => format!("pkg:deb/debian/python3-p{}?distro=debian-12", dice.below(4)),
            };
            let name = match dice.chance(20) {
                true => format!("GHSA-{}", dice.below(6)),
                false => format!("CVE-2026-{:04}", dice.below(12)),
            };
            // Of the package anywhere, of the package in a product, or of a product with all its parts.
            let products = match dice.below(4) {
                0 => json!([{"@id": format!("pkg:generic/shop@{}", dice.below(3)),
                    "subcomponents": [{"@id": product}]}]),
                1 => json!([{"@id": "pkg:maven/acme/bundle", "subcomponents": [{"@id": product}]}]),
                2 if dice.chance(30) => json!([{"@id": format!("pkg:generic/shop@{}", dice.below(3))}]),
                _ => json!([{"@id": product}]),
            };
            let mut statement = json!({"vulnerability": {"name": name}, "products": products});
            match dice.below(4) {
                0 => statement["status"] = json!("under_investigation"),
                1 => {
                    statement["status"] = json!("affected");
                    statement["action_statement"] = json!("update");
                }
                _ => {
                    statement["status"] = json!("not_affected");
                    statement["justification"] = json!("vulnerable_code_not_present");
                }
            }
            statement
        })
        .collect();
    json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": format!("https://example.org/vex-{number}"),
        "author": "demo", "timestamp": format!("2026-01-{:02}T00:00:00Z", 1 + dice.below(20)), "version": 1,
        "statements": statements})
}

fn inventory(dice: &mut Dice) -> Value {
    let mut components = Vec::new();
    let mut vulnerabilities = Vec::new();
    match dice.below(4) {
        0 => components
            .push(json!({"type": "operating-system", "name": "windows", "version": "10", "bom-ref": "os",
            "cpe": SYSTEMS[0]})),
        1 => components
            .push(json!({"type": "operating-system", "name": "debian", "version": "12", "bom-ref": "os"})),
        _ => {}
    }
    if dice.chance(30) {
        components.push(json!({"type": "device", "name": "box", "bom-ref": "box",
            "cpe": "cpe:2.3:h:acme:box:-:*:*:*:*:*:*:*"}));
    }
    if dice.chance(30) {
        components.push(json!({"type": "firmware", "name": "box firmware", "bom-ref": "fw",
            "cpe": format!("cpe:2.3:o:acme:box_firmware:{}.0:*:*:*:*:*:*:*", dice.below(4))}));
    }
    for app in 0..4 {
        if dice.chance(60) {
            components.push(
                json!({"type": "application", "name": format!("app{app}"), "bom-ref": format!("a{app}"),
                "cpe": format!("cpe:2.3:a:acme:app{app}:{}.5:*:*:*:*:*:*:*", dice.below(5))}),
            );
        }
    }
    for package in 0..4 {
        let version = dice.below(5);
        if dice.chance(60) {
            components.push(
                json!({"type": "library", "name": format!("p{package}"), "version": format!("{version}.0"),
                "bom-ref": format!("p{package}"), "purl": format!("pkg:pypi/p{package}@{version}.0")}),
            );
            if dice.chance(20) {
                vulnerabilities.push(json!({"id": format!("CVE-2026-{:04}", dice.below(12)),
                    "analysis": {"state": "not_affected", "detail": "looked into"},
                    "affects": [{"ref": format!("p{package}")}]}));
            }
        }
        if dice.chance(40) {
            let name = format!("python3-p{package}");
            components.push(json!({"type": "library", "name": name, "version": format!("{version}.0-1"),
                "bom-ref": format!("d{package}"),
                "purl": format!("pkg:deb/debian/{name}@{version}.0-1?distro=debian-12")}));
        }
    }
    // Further names, a part of a bundle, and a program that only supplier and name name.
    if dice.chance(40) {
        let (app, version) = (dice.below(4), dice.below(5));
        components.push(json!({"type": "application", "name": "known", "version": format!("{version}.5"),
            "bom-ref": "known", "cpe": format!("cpe:2.3:a:nobody:known:{version}.5:*:*:*:*:*:*:*"),
            "properties": [{"name": "syft:cpe23",
                "value": format!("cpe:2.3:a:acme:app{app}:{version}.5:*:*:*:*:*:*:*")}]}));
    }
    if dice.chance(40) {
        let purl = format!("pkg:pypi/p{}@{}.0", dice.below(4), dice.below(5));
        components.push(json!({"type": "application", "name": "bundle", "version": "1", "bom-ref": "bundle",
            "purl": "pkg:maven/acme/bundle@1", "components": [
                {"type": "library", "name": "p", "bom-ref": "part", "purl": purl}]}));
    }
    if dice.chance(30) {
        components.push(json!({"type": "application", "name": format!("Acme App{}", dice.below(4)),
            "version": format!("{}.5", dice.below(5)), "bom-ref": "named", "supplier": {"name": "Acme Inc."}}));
    }
    let mut document = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": components, "vulnerabilities": vulnerabilities});
    if dice.chance(40) {
        let version = dice.below(3);
        document["metadata"] = json!({"component": {"type": "application", "name": "shop", "bom-ref": "shop",
            "version": version.to_string(), "purl": format!("pkg:generic/shop@{version}")}});
    }
    document
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
        for component in &inventory.components {
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
