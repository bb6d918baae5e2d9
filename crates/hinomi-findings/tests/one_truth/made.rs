// SPDX-License-Identifier: Apache-2.0
//! Made-up advisories and inventories, the same ones for the same seed.

use hinomi_inventory_formats::Inventory;
use serde_json::{Value, json};

/// A generator of numbers, the same ones for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place as u64 + 1) as usize);
        }
    }
}

pub(super) const SYSTEMS: [&str; 3] = [
    "cpe:2.3:o:microsoft:windows_10:1809:*:*:*:*:*:*:*",
    "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*",
    "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*",
];

pub(super) fn nvd(dice: &mut Dice, number: u64) -> Value {
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

pub(super) fn osv(dice: &mut Dice, number: u64) -> Value {
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
pub(super) fn bridge(dice: &mut Dice, number: u64) -> Value {
    json!({"schema_version": "1.7.0", "id": format!("GHSA-{}", number % 6), "summary": "made up",
        "modified": format!("2026-01-{:02}T00:00:00Z", 1 + number), "affected": [{"package": {"ecosystem": "npm",
        "name": "elsewhere"}, "versions": ["1.0"]}], "aliases": [format!("CVE-2026-{:04}", dice.below(12))]})
}

/// Advisories of a maker, as CSAF: one product of a release, and one that contains another.
pub(super) fn csaf(dice: &mut Dice, number: u64) -> Value {
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

pub(super) fn vex(dice: &mut Dice, number: u64) -> Value {
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

pub(super) fn inventory(dice: &mut Dice) -> Value {
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
    // For tests and development alone: what stands there changes nothing.
    if dice.chance(40) {
        let (app, package) = (dice.below(4), dice.below(4));
        components
            .push(json!({"type": "application", "name": "stub", "bom-ref": "stub", "scope": "excluded",
            "cpe": format!("cpe:2.3:a:acme:app{app}:0.5:*:*:*:*:*:*:*")}));
        components.push(json!({"type": "library", "name": "mock", "bom-ref": "mock", "scope": "excluded",
            "purl": format!("pkg:pypi/p{package}@0.0")}));
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

/// So many applications on Windows, one of which is also within another.
pub(super) fn crowd(applications: usize) -> Inventory {
    let mut components = vec![json!({"type": "operating-system", "name": "windows", "version": "10",
        "bom-ref": "os", "cpe": SYSTEMS[0]})];
    components.extend((0..applications).map(|number| {
        json!({"type": "application", "name": format!("app{number}"), "bom-ref": format!("a{number}"),
            "cpe": format!("cpe:2.3:a:acme:app{number}:{}.5:*:*:*:*:*:*:*", number % 5)})
    }));
    components.push(json!({"type": "application", "name": "suite", "bom-ref": "suite", "version": "1",
        "cpe": "cpe:2.3:a:acme:suite:1:*:*:*:*:*:*:*", "components": [{"type": "application", "name": "part",
            "bom-ref": "part", "cpe": "cpe:2.3:a:acme:app3:0.1:*:*:*:*:*:*:*"}]}));
    let text = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}).to_string();
    hinomi_inventory_formats::read(text.as_bytes(), "crowd.json").unwrap()
}

/// An application that is vulnerable beside another one, or without it.
pub(super) fn beside(number: u64, app: u64, neighbour: u64, negate: bool) -> Value {
    let mut record = nvd(&mut Dice(number), number);
    record["vulnerabilities"][0]["cve"]["configurations"] = json!([{"operator": "AND", "nodes": [
        {"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "versionEndExcluding": "9.0",
            "criteria": format!("cpe:2.3:a:acme:app{app}:*:*:*:*:*:*:*:*")}]},
        {"operator": "OR", "negate": negate, "cpeMatch": [{"vulnerable": false, "versionEndExcluding": "3.0",
            "criteria": format!("cpe:2.3:a:acme:app{neighbour}:*:*:*:*:*:*:*:*")}]}]}]);
    record
}
