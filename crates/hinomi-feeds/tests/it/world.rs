// SPDX-License-Identifier: Apache-2.0
//! A world that changes from day to day, and the sources that publish it.

use std::collections::BTreeMap;
use std::time::Duration;

use hinomi_core::Time;
use hinomi_feeds::{Kind, Override};
use hinomi_testkit::{Fault, Reply, Upstream};
use serde_json::{Value, json};

use crate::scene::*;

/// Numbers that look random and are the same in each run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the world knows: it changes from day to day.
#[derive(Default)]
pub(crate) struct World {
    osv: BTreeMap<String, Value>,
    cves: BTreeMap<String, String>,
    nvd: BTreeMap<u64, String>,
    kev: BTreeMap<String, String>,
    epss: BTreeMap<u64, u64>,
    releases: Vec<Value>,
    /// Parts of reports of attackers, each with when it was added to its collection; ends of links may come later.
    parts: BTreeMap<String, (String, Value)>,
}

impl World {
    pub(crate) fn day(&mut self, dice: &mut Dice, day: Time, upstream: &Upstream) {
        let stamp = day.to_string();
        for _ in 0..8 {
            let number = dice.roll(60);
            let id = format!("PYSEC-2026-{number}");
            let mut one = record(&id, &stamp, &format!("package-{}", dice.roll(9)));
            // Names come and go: groups are joined and parted.
            one["aliases"] = json!([format!("CVE-2026-{:04}", number % 20 + dice.roll(2))]);
            if dice.roll(12) == 0 {
                one["withdrawn"] = json!(stamp);
            }
            self.osv.insert(id, one);
            self.cves.insert(format!("CVE-2026-{:04}", dice.roll(25)), stamp.clone());
            self.nvd.insert(dice.roll(25), stamp.trim_end_matches('Z').to_owned() + ".000");
            self.epss.insert(dice.roll(40), dice.roll(1_000_000_000));
        }
        self.reports(&mut Dice(day.as_micros().unsigned_abs()), &stamp);
        let gone = dice.roll(40);
        self.epss.remove(&gone);
        self.kev.insert(format!("CVE-2026-{:04}", dice.roll(25)), day.day().to_string());
        if dice.roll(4) == 0 {
            self.kev.pop_first();
        }
        self.publish(&stamp, upstream, day);
    }

    /// Campaigns, techniques and flaws, and links between them in no order.
    fn reports(&mut self, dice: &mut Dice, stamp: &str) {
        const KINDS: [&str; 5] =
            ["campaign", "attack-pattern", "vulnerability", "indicator", "intrusion-set"];
        let id = |kind: &str, number: u64| format!("{kind}--00000000-0000-4000-8000-{number:012}");
        for _ in 0..6 {
            let (kind, number) = (KINDS[dice.roll(5) as usize], dice.roll(5));
            let name = match kind {
                "vulnerability" => format!("CVE-2026-{number:04}"),
                _ => format!("{kind} {number} of {stamp}"),
            };
            let thing = json!({"type": kind, "id": id(kind, number), "name": name, "created": stamp, "modified": stamp,
                "revoked": dice.roll(15) == 0, "external_references": [{"source_name": "mitre-attack", "external_id": format!("T100{number}")}]});
            let [word, from, to] = [
                ["uses", "campaign", "attack-pattern"],
                ["targets", "attack-pattern", "vulnerability"],
                ["indicates", "indicator", "campaign"],
                ["attributed-to", "campaign", "intrusion-set"],
            ][dice.roll(4) as usize];
            let link = json!({"type": "relationship", "id": id("relationship", dice.roll(25)), "relationship_type": word, "created": stamp,
                "modified": stamp, "source_ref": id(from, dice.roll(5)), "target_ref": id(to, dice.roll(5))});
            for part in [thing, link] {
                self.parts.insert(part["id"].as_str().unwrap().to_owned(), (stamp.to_owned(), part));
            }
        }
    }

    /// A collection of TAXII, in the order in which its objects were added.
    fn publish_reports(&self, upstream: &Upstream) {
        let mut parts: Vec<(String, Value)> = self.parts.values().cloned().collect();
        parts.sort_by(|left, right| left.0.cmp(&right.0));
        upstream.answer("/taxii/collections/c1/objects/", move |asked| {
            let number = |name: &str| asked.value(name).and_then(|text| text.parse::<usize>().ok());
            let after = asked.value("added_after").unwrap_or_default();
            let skip = number("next").unwrap_or(0);
            let matching: Vec<_> = parts.iter().filter(|(added, _)| *added > after).collect();
            let page: Vec<_> = matching.iter().skip(skip).take(number("limit").unwrap_or(7)).collect();
            let end = skip + page.len();
            let objects: Vec<&Value> = page.iter().map(|(_, part)| part).collect();
            let more = end < matching.len();
            let text =
                json!({"more": more, "next": more.then(|| end.to_string()), "objects": objects}).to_string();
            match page.last() {
                Some((added, _)) => Reply::ok(text).header("X-TAXII-Date-Added-Last", added),
                None => Reply::ok(text),
            }
        });
    }

    fn publish(&mut self, stamp: &str, upstream: &Upstream, day: Time) {
        let files: Vec<(String, String)> =
            self.osv.iter().map(|(id, record)| (format!("{id}.json"), record.to_string())).collect();
        for (name, text) in &files {
            upstream.put(&format!("/osv/PyPI/{name}"), text.clone());
        }
        let named: Vec<(&str, String)> =
            files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        upstream.put("/osv/PyPI/all.zip", zip(&named));
        let mut list: Vec<String> = self
            .osv
            .iter()
            .map(|(id, record)| format!("{},{id}", record["modified"].as_str().unwrap()))
            .collect();
        list.sort_unstable_by(|left, right| right.cmp(left));
        upstream.put("/osv/PyPI/modified_id.csv", list.join("\n"));

        let archive = |only_new: bool| {
            let wanted = self.cves.iter().filter(|(_, updated)| !only_new || *updated == stamp);
            let files: Vec<(String, String)> =
                wanted.map(|(id, updated)| (format!("{id}.json"), cve(id, updated).to_string())).collect();
            let named: Vec<(&str, String)> =
                files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
            zip(&named)
        };
        let (base, delta) = (format!("/{}_all", day.as_seconds()), format!("/{}_delta", day.as_seconds()));
        upstream.put(&base, archive(false));
        upstream.put(&delta, archive(true));
        self.releases.insert(
            0,
            json!({"published_at": stamp, "assets": [
            {"name": "x_all_CVEs_at_midnight.zip.zip", "browser_download_url": upstream.url(&base)},
            {"name": "x_delta_CVEs_at_0000Z.zip", "browser_download_url": upstream.url(&delta)}]}),
        );
        upstream.put("/releases", Value::from(self.releases.clone()).to_string());

        let entries: Vec<(&str, &str)> =
            self.kev.iter().map(|(cve, day)| (cve.as_str(), day.as_str())).collect();
        upstream.put("/kev.json", kev(&entries).to_string());
        let mut text =
            format!("#model_version:v1,score_date:{}T00:00:00+0000\ncve,epss,percentile\n", day.day());
        for (number, score) in &self.epss {
            text.push_str(&format!("CVE-2026-{number:04},0.{score:09},0.5\n"));
        }
        upstream.put("/epss.csv.gz", gzip(&text));

        self.publish_reports(upstream);
        let (all, told) = (self.nvd.clone(), day);
        upstream.answer("/nvd", move |asked| {
            let bound = |name: &str| asked.value(name).map(|text| text.trim_end_matches('Z').to_owned());
            let (from, to) = (bound("lastModStartDate"), bound("lastModEndDate"));
            let number = |name: &str| asked.value(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
            let matching: Vec<Value> = all
                .iter()
                .filter(|(_, modified)| from.as_ref().is_none_or(|from| *modified >= from) && to.as_ref().is_none_or(|to| *modified <= to))
                .map(|(number, modified)| json!({"cve": {"id": format!("CVE-2026-{number:04}"), "published": "2026-01-01T00:00:00.000",
                    "lastModified": modified, "vulnStatus": "Analyzed", "references": [],
                    "descriptions": [{"lang": "en", "value": format!("{number} as of {modified}")}]}}))
                .collect();
            let page: Vec<&Value> = matching.iter().skip(number("startIndex")).take(number("resultsPerPage")).collect();
            // Its clock is three hours behind.
            let timestamp = told.minus(Duration::from_secs(10_800)).to_string();
            let timestamp = timestamp.trim_end_matches('Z').to_owned() + ".000";
            Reply::ok(json!({"resultsPerPage": page.len(), "startIndex": number("startIndex"), "totalResults": matching.len(),
                "format": "NVD_CVE", "version": "2.0", "timestamp": timestamp, "vulnerabilities": page}).to_string())
        });
    }
}

pub(crate) fn world_scene(upstream: Upstream) -> Scene {
    let feed = |kind: Kind, path: &str, complete: bool| Override {
        kind: Some(kind),
        url: Some(upstream.url(path)),
        enabled: Some(true),
        every_minutes: Some(720),
        complete: Some(complete),
        pause_ms: Some(0),
        page_size: Some(7),
        only: Some(if kind == Kind::Osv { vec!["PyPI".to_owned()] } else { Vec::new() }),
        ..Override::default()
    };
    let feeds = BTreeMap::from([
        ("osv".to_owned(), feed(Kind::Osv, "/osv", false)),
        ("cve".to_owned(), feed(Kind::Cve, "/releases", false)),
        ("nvd".to_owned(), feed(Kind::Nvd, "/nvd", false)),
        ("kev".to_owned(), feed(Kind::File, "/kev.json", true)),
        ("epss".to_owned(), feed(Kind::File, "/epss.csv.gz", true)),
        (
            "exchange".to_owned(),
            Override { only: Some(vec!["c1".to_owned()]), ..feed(Kind::Taxii, "/taxii/", false) },
        ),
    ]);
    scene_of(upstream, feeds, &["127.0.0.1"])
}

pub(crate) fn trouble(dice: &mut Dice, upstream: &Upstream) {
    let paths = [
        "/osv/PyPI/modified_id.csv",
        "/osv/PyPI/all.zip",
        "/releases",
        "/nvd",
        "/kev.json",
        "/epss.csv.gz",
        "/taxii/collections/c1/objects/",
    ];
    for _ in 0..dice.roll(8) {
        let path = paths[dice.roll(paths.len() as u64) as usize];
        let fault = match dice.roll(6) {
            0 => Fault::Status(500),
            1 => Fault::Status(404),
            2 => Fault::Later { status: 429, seconds: 0 },
            3 => Fault::CutOff(dice.roll(200) as usize),
            4 => Fault::Later { status: 503, seconds: 9_999 },
            _ => Fault::HangUp,
        };
        upstream.fault(path, fault);
    }
}
