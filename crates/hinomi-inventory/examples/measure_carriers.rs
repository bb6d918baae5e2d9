// SPDX-License-Identifier: Apache-2.0
//! A fleet in memory: `cargo xtask bench match` runs it and makes a table of it.
//!
//! ```text
//!   1,000,000 assets on 50 images of 300 components, each with its drift ─► CarrierIndex
//!        which assets carry X?                    a component ─► bitmap of carriers
//!        a new record: which assets does it hit?  record ─► keys ─► components ─► those in its range ─► carriers
//! ```
//! Prints one JSON object a figure. Times are those of the processor as the kernel accounts them to the thread.

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;

use hinomi_inventory::CarrierIndex;
use hinomi_inventory::carriers::Slot;
use hinomi_inventory::set::{Difference, normalise};
use hinomi_match::{ComponentQuery, Index, PackageKey, Resolved, advisory_keys, resolve};
use nix::time::{ClockId, clock_gettime};

const ASSETS: u32 = 1_000_000;
const IMAGES: i64 = 50;
const ON_IMAGE: usize = 300;
/// Components of a distribution that every image draws from, then those that only drift brings.
const BASE: u64 = 6_000;
const DRIFT: u64 = 94_000;
/// Versions of one package.
const VERSIONS: u64 = 5;
/// Added and removed on one asset: 0 to so many.
const MOST_DRIFT: u64 = 20;
const QUESTIONS: u64 = 500;
const SOURCE: i64 = 1;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut random = Random(11);
    let before = resident();
    let started = thread_seconds();
    let fleet = fleet(&mut random);
    tell("a million assets of 300 components taken in", thread_seconds() - started, "s", None)?;
    tell("a million assets of 300 components, in memory", resident() - before, "MB", Some(2_000.0))?;
    carrying(&fleet, &mut random)?;
    hitting(&fleet, &mut random)
}

fn fleet(random: &mut Random) -> CarrierIndex {
    let mut fleet = CarrierIndex::default();
    let mut images = Vec::new();
    for image in 0..IMAGES {
        let mut components: Vec<u32> = Vec::new();
        while components.len() < ON_IMAGE {
            // The low numbers are in nearly every image, as a distribution's base is.
            let spread = if components.len() < ON_IMAGE / 2 { 200 } else { BASE };
            components.push(random.below(spread) as u32);
            components = normalise(components);
        }
        fleet.add_profile(image, components.clone());
        images.push(components);
    }
    for asset in 0..ASSETS {
        let image = random.below(IMAGES as u64) as usize;
        let drift = random.below(MOST_DRIFT + 1);
        let added = (0..drift).map(|_| (BASE + random.below(DRIFT)) as u32).collect();
        let removed = (0..drift).map(|_| images[image][random.below(ON_IMAGE as u64) as usize]).collect();
        let difference = Difference { added: normalise(added), removed: normalise(removed) };
        let slot =
            Slot { source_id: SOURCE, profile_id: image as i64, from_at: 0, snapshot_id: 1, difference };
        fleet.put(asset, slot);
    }
    fleet
}

fn carrying(fleet: &CarrierIndex, random: &mut Random) -> Outcome<()> {
    let (mut slowest, mut all, mut carriers) = (0.0_f64, 0.0, 0);
    for question in 0..QUESTIONS {
        // In turn: one of the base, one that only drift brings.
        let component = if question % 2 == 0 { random.below(200) } else { BASE + random.below(DRIFT) };
        let started = thread_seconds();
        carriers += black_box(fleet.carriers_of(component as u32)).len();
        let took = thread_seconds() - started;
        slowest = slowest.max(took);
        all += took;
    }
    let mean = format!("which assets carry X: mean ({} assets)", carriers / QUESTIONS);
    tell(&mean, all * 1e3 / QUESTIONS as f64, "ms", None)?;
    tell("which assets carry X: slowest", slowest * 1e3, "ms", Some(10.0))
}

fn hitting(fleet: &CarrierIndex, random: &mut Random) -> Outcome<()> {
    let components: Vec<Resolved> = (0..BASE + DRIFT)
        .map(|number| {
            let purl = format!("pkg:pypi/pkg-{}@{}.0", number / VERSIONS, number % VERSIONS);
            resolve(&ComponentQuery { purl: Some(&purl), ..ComponentQuery::default() })
        })
        .collect();
    let mut by_key: HashMap<&PackageKey, Vec<u32>> = HashMap::new();
    for (number, resolved) in components.iter().enumerate() {
        for key in &resolved.keys {
            by_key.entry(key).or_default().push(u32::try_from(number)?);
        }
    }
    let (mut slowest, mut all, mut hit) = (0.0_f64, 0.0, 0);
    for question in 0..QUESTIONS {
        let package =
            if question % 2 == 0 { random.below(40) } else { random.below((BASE + DRIFT) / VERSIONS) };
        let record = format!(
            r#"{{"id": "NEW-1", "affected": [{{"package": {{"ecosystem": "PyPI", "name": "pkg-{package}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "4.0"}}]}}]}}]}}"#
        );
        let started = thread_seconds();
        let records = hinomi_advisory_formats::read(record.as_bytes(), "new.json")?;
        let mut builder = Index::builder();
        let mut touched: Vec<u32> = Vec::new();
        for record in &records {
            builder.add(record);
            for key in advisory_keys(record) {
                touched.extend(by_key.get(&key).into_iter().flatten());
            }
        }
        let index = builder.finish();
        touched.retain(|number| {
            index.match_resolved(components[*number as usize].clone()).affected().next().is_some()
        });
        hit += black_box(fleet.carriers_of_any(touched)).len();
        let took = thread_seconds() - started;
        slowest = slowest.max(took);
        all += took;
    }
    let mean = format!("a new record, which assets does it hit: mean ({} assets)", hit / QUESTIONS);
    tell(&mean, all * 1e3 / QUESTIONS as f64, "ms", None)?;
    tell("a new record, which assets does it hit: slowest", slowest * 1e3, "ms", Some(50.0))
}

fn thread_seconds() -> f64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(f64::NAN, |time| time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9)
}

/// Megabytes that the process holds.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) * 1024.0 / 1e6
}

fn tell(what: &str, value: f64, unit: &str, at_most: Option<f64>) -> Outcome<()> {
    let mut row = serde_json::json!({ "what": what, "value": value, "unit": unit });
    if let Some(target) = at_most {
        row["target"] = target.into();
    }
    writeln!(std::io::stdout().lock(), "{row}")?;
    Ok(())
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same fleet in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound.max(1)
    }
}
