// SPDX-License-Identifier: Apache-2.0
//! A company to which things happen at random: inventories, records, moves of departments, new owners.

use crate::support::{Scene, bom, scene};
use hinomi_core::Clock;
use hinomi_db::Db;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const HOUR: u64 = 3_600;

/// The same numbers for the same seed, on every machine (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).take(count).collect()
    }
}

pub(crate) const SYSTEMS: [&str; 6] = ["SHOP", "WORKS", "PAY", "MAIL", "PLANT", "LAB"];
const PACKAGES: [&str; 5] = ["openssl", "zlib", "curl", "glibc", "bash"];
const SEVERITIES: [&str; 4] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:L/A:N",
    "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:L/A:N",
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
];

/// A host of Debian 12 with these versions of the packages, and enough besides that no loss is large.
pub(crate) fn machine(versions: &[usize]) -> Value {
    let deb = |name: &str, version: &str| {
        json!({"type": "library", "name": name, "version": version,
            "purl": format!("pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12")})
    };
    let mut components: Vec<Value> = PACKAGES
        .iter()
        .zip(versions)
        .filter(|(_, version)| **version > 0)
        .map(|(name, version)| deb(name, &format!("1.{version}-1")))
        .collect();
    components.extend((0..20).map(|number| deb(&format!("pad{number}"), "1.0-1")));
    bom(components)
}

pub(crate) fn random_versions(chance: &mut Chance) -> Vec<usize> {
    PACKAGES.iter().map(|_| chance.below(10)).collect()
}

/// A record about one of the packages.
pub(crate) fn record(
    id: &str,
    package: usize,
    fixed: Option<usize>,
    modified: &str,
    severity: usize,
) -> Value {
    let mut events = vec![json!({"introduced": "0"})];
    events.extend(fixed.map(|fixed| json!({"fixed": format!("1.{fixed}-1")})));
    let mut record = json!({
        "schema_version": "1.7.0", "id": id, "modified": modified, "aliases": [],
        "summary": format!("{id} in {}", PACKAGES[package]),
        "affected": [{"package": {"ecosystem": "Debian:12", "name": PACKAGES[package]},
            "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    });
    if let Some(vector) = SEVERITIES.get(severity) {
        record["severity"] = json!([{"type": "CVSS_V3", "score": vector}]);
    }
    record
}

/// Who was below whom, as the test itself remembers it.
pub(crate) type Parents = BTreeMap<String, String>;

pub(crate) struct Company {
    pub(crate) scene: Scene,
    pub(crate) chance: Chance,
    /// Unit id by code.
    pub(crate) units: BTreeMap<&'static str, String>,
    pub(crate) parents: Parents,
    systems: BTreeMap<&'static str, String>,
    records: usize,
}

const OWNERS: [&str; 5] = ["D1", "D2", "D3", "JP", "S1"];
const REGIONS: [&str; 2] = ["JP", "EU"];

impl Company {
    pub(crate) async fn new(db: Db, seed: u64) -> Self {
        let scene = scene(db).await;
        let mut company = Self {
            scene,
            chance: Chance::new(seed),
            units: BTreeMap::new(),
            parents: BTreeMap::new(),
            systems: BTreeMap::new(),
            records: 0,
        };
        for (code, kind, parent) in [("D3", "department", "EU"), ("S1", "section", "D1")] {
            let new = json!({"code": code, "kind": kind, "name": code, "parent_id": company.scene.unit(parent).await});
            company.scene.ciso.post("/api/v1/units", &new).await.ok();
        }
        for (code, parent) in
            [("HQ", ""), ("JP", "HQ"), ("EU", "HQ"), ("D1", "JP"), ("D2", "EU"), ("D3", "EU"), ("S1", "D1")]
        {
            company.units.insert(code, company.scene.unit(code).await.to_string());
            company.parents.insert(code.to_owned(), parent.to_owned());
        }
        for (code, unit) in [("PAY", "D1"), ("MAIL", "JP"), ("PLANT", "D3"), ("LAB", "S1")] {
            company.scene.system(code, unit, "internal", false).await;
        }
        let list = company.scene.ciso.get("/api/v1/systems?limit=200").await.ok();
        for row in list["items"].as_array().unwrap() {
            if let Some(code) = SYSTEMS.into_iter().find(|code| row["code"] == *code) {
                company.systems.insert(code, row["id"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(company.systems.len(), SYSTEMS.len());
        company
    }

    /// A day on which a few things happen, some of them at once.
    pub(crate) async fn day(&mut self) {
        let mut hours = 0;
        for _ in 0..3 {
            self.event().await;
            if self.chance.below(4) > 0 {
                hours += 4;
                self.scene.server.test.clock.advance(Duration::from_secs(4 * HOUR));
            }
        }
        let rest = (24 - hours) * HOUR - 1;
        self.scene.server.test.clock.advance(Duration::from_secs(rest));
    }

    pub(crate) async fn next_day(&mut self) {
        self.scene.server.test.clock.advance(Duration::from_secs(1));
        self.scene.pass_days(0).await;
    }

    async fn event(&mut self) {
        match self.chance.below(12) {
            0..=4 => self.inventory().await,
            5..=8 => self.publish().await,
            9 => self.move_department().await,
            10 => self.change_owner().await,
            _ => self.change_reachability().await,
        }
        self.scene.reconcile().await;
    }

    async fn inventory(&mut self) {
        let number = self.chance.below(12);
        let system = SYSTEMS[number % SYSTEMS.len()];
        let versions = random_versions(&mut self.chance);
        let options = if self.chance.below(6) == 0 { "&partial=true" } else { "" };
        self.scene.inventory(&format!("host-{number}"), system, options, &machine(&versions)).await;
    }

    /// A record that says two others are one and the same.
    pub(crate) async fn publish_alias(&mut self) {
        let modified = self.scene.server.test.clock.now().to_string();
        let (one, other) = (self.chance.below(self.records.max(1)), self.chance.below(self.records.max(1)));
        let severity = self.chance.below(5);
        let mut record =
            record(&format!("SAME-{one}-{other}"), one % PACKAGES.len(), None, &modified, severity);
        record["aliases"] = json!([format!("TEST-{one}"), format!("TEST-{other}")]);
        self.scene.record(&record).await;
        self.scene.reconcile().await;
    }

    async fn publish(&mut self) {
        // One in three revises an earlier record.
        let number = match self.records > 3 && self.chance.below(3) == 0 {
            true => self.chance.below(self.records),
            false => self.records,
        };
        self.records = self.records.max(number + 1);
        let package = number % PACKAGES.len();
        let fixed = (self.chance.below(4) > 0).then(|| 1 + self.chance.below(9));
        let modified = self.scene.server.test.clock.now().to_string();
        let severity = self.chance.below(5);
        let mut record = record(&format!("TEST-{number}"), package, fixed, &modified, severity);
        if self.chance.below(8) == 0 {
            record["withdrawn"] = json!(modified);
        }
        self.scene.record(&record).await;
    }

    async fn move_department(&mut self) {
        let code = *self.chance.of(&["D1", "D2", "D3"]);
        let to = *self.chance.of(&REGIONS);
        if self.parents[code] == to {
            return;
        }
        let change = json!({"parent_id": self.units[to], "reason": "reorganisation"});
        self.scene.ciso.patch(&format!("/api/v1/units/{}", self.units[code]), &change).await.ok();
        self.parents.insert(code.to_owned(), to.to_owned());
    }

    async fn change_owner(&mut self) {
        let system = *self.chance.of(&SYSTEMS);
        let unit = *self.chance.of(&OWNERS);
        let change = json!({"unit_id": self.units[unit], "reason": "handed over"});
        self.scene.ciso.patch(&format!("/api/v1/systems/{}", self.systems[system]), &change).await.ok();
    }

    async fn change_reachability(&mut self) {
        let system = *self.chance.of(&SYSTEMS);
        let reachability = *self.chance.of(&["internal", "partner", "internet"]);
        let sensitive = self.chance.below(2) == 0;
        let change = json!({"reachability": reachability, "sensitive_data": sensitive});
        self.scene.ciso.patch(&format!("/api/v1/systems/{}", self.systems[system]), &change).await.ok();
    }
}
