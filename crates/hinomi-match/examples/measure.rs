// SPDX-License-Identifier: Apache-2.0
//! What the engine alone can do, on real records: `cargo xtask bench match` runs it and makes a table of it.
//!
//! ```text
//! archive of records ─► documents in memory ─► read + add ─► finish ─► file ─► open
//!        └─► versions that records name + made-up packages ─► distinct components ─► match on one core, on all
//!                                                                       └─► 1,000 records changed: who is touched?
//! ```
//! Prints one JSON object a figure. Give the folder of the real data as the argument. Times are those of the processor
//! as the kernel accounts them to the thread, so that what else runs on the machine counts as little as can be.

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hinomi_advisory_formats::{Advisory, Event};
use hinomi_archive::Limits;
use hinomi_match::{ComponentQuery, Index, PackageKey, Roster, Told, advisory_keys, resolve};
use nix::time::{ClockId, clock_gettime};

const DISTINCT: usize = 1_000_000;
const CHANGED: usize = 1_000;
/// One component in so many is a version that some record names.
const NAMED_IN: u64 = 5;
const RUNS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data".to_owned());
    let documents = documents(&Path::new(&folder).join("advisories-osv.tar.zst"))?;
    let records = building(&documents)?;
    let mut builder = Index::builder();
    for record in &records {
        builder.add(record);
    }
    let index = builder.finish();
    opening(&index)?;
    let purls = population(&records);
    matching(&index, &purls)?;
    changing(&index, &records, &purls)?;
    memory_limits()
}

struct Documents {
    json: Vec<(String, Vec<u8>)>,
    yaml: Vec<(String, Vec<u8>)>,
}

fn documents(archive: &Path) -> Outcome<Documents> {
    let mut found = Documents { json: Vec::new(), yaml: Vec::new() };
    let started = Watch::start();
    hinomi_archive::walk(archive, &Limits::default(), &mut |entry| {
        if let Ok(bytes) = entry.bytes {
            let to = match entry.path.rsplit('.').next() {
                Some("json") => &mut found.json,
                _ => &mut found.yaml,
            };
            to.push((entry.path, bytes.into_owned()));
        }
        ControlFlow::Continue(())
    })?;
    tell(
        "documents unpacked from the archive, one core",
        found.len() as f64 / started.seconds(),
        "/s",
        None,
    )?;
    Ok(found)
}

impl Documents {
    fn len(&self) -> usize {
        self.json.len() + self.yaml.len()
    }
}

/// Read and index on one core, JSON and YAML apart; the records of both.
fn building(documents: &Documents) -> Outcome<Vec<Advisory>> {
    let mut all = Vec::new();
    for (what, list, target) in
        [("JSON", &documents.json, Some((30_000.0, true))), ("YAML", &documents.yaml, None)]
    {
        let mut best = f64::MAX;
        let mut records = Vec::new();
        for _ in 0..RUNS.min(3) {
            records.clear();
            let started = Watch::start();
            let mut builder = Index::builder();
            for (path, bytes) in list {
                for record in hinomi_advisory_formats::read(bytes, path).unwrap_or_default() {
                    builder.add(&record);
                    records.push(record);
                }
            }
            black_box(builder.finish());
            best = best.min(started.seconds());
        }
        let rate = records.len() as f64 / best;
        let what = format!("{} {what} records read and indexed, one core", records.len());
        tell(&what, rate, "/s", target)?;
        all.append(&mut records);
    }
    Ok(all)
}

fn opening(index: &Index) -> Outcome<()> {
    let started = Watch::start();
    let bytes: Arc<Vec<u8>> = Arc::new(index.to_file());
    tell("index written as a file", started.seconds() * 1e3, "ms", None)?;
    tell("index file", bytes.len() as f64 / 1e6, "MB", None)?;
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let started = Watch::start();
        black_box(Index::open(bytes.clone())?);
        best = best.min(started.seconds());
    }
    tell("index opened (bytes mapped already)", best * 1e3, "ms", Some((5.0, false)))
}

/// Distinct package URLs: one in five named by a record, the others packages of which nobody speaks.
fn population(records: &[Advisory]) -> Vec<String> {
    let mut named = BTreeSet::new();
    for affected in records.iter().flat_map(|record| &record.affected) {
        let Some((kind, prefix)) = affected.package.ecosystem.as_deref().and_then(purl_type) else {
            continue;
        };
        let events = affected.ranges.iter().flat_map(|range| &range.events).map(Event::version);
        for version in events.chain(affected.versions.iter().map(String::as_str)) {
            named.insert(format!("pkg:{kind}/{}@{prefix}{version}", affected.package.name));
        }
    }
    let named: Vec<String> = named.into_iter().collect();
    let mut random = Random(7);
    let mut purls = BTreeSet::new();
    while purls.len() < DISTINCT {
        let take = random.below(NAMED_IN) == 0 && !named.is_empty();
        purls.insert(match (take, random.below(3)) {
            (true, _) => named[random.below(named.len() as u64) as usize].clone(),
            (false, 0) => format!("pkg:cargo/crate-{}@{}", random.below(400_000), random.version()),
            (false, 1) => format!("pkg:golang/example.com/m{}@v{}", random.below(400_000), random.version()),
            (false, _) => format!("pkg:pypi/pkg-{}@{}", random.below(400_000), random.version()),
        });
    }
    // A sorted list would touch neighbours one after another, which no inventory does.
    let mut purls: Vec<String> = purls.into_iter().collect();
    for at in (1..purls.len()).rev() {
        purls.swap(at, random.below(at as u64 + 1) as usize);
    }
    purls
}

fn purl_type(ecosystem: &str) -> Option<(&'static str, &'static str)> {
    match ecosystem {
        "PyPI" => Some(("pypi", "")),
        "crates.io" => Some(("cargo", "")),
        "Go" => Some(("golang", "v")),
        _ => None,
    }
}

fn query(purl: &str) -> ComponentQuery<'_> {
    ComponentQuery { purl: Some(purl), ..ComponentQuery::default() }
}

fn matching(index: &Index, purls: &[String]) -> Outcome<()> {
    let count = purls.len() as f64;
    let found: usize = purls.iter().map(|purl| index.match_component(&query(purl)).matches.len()).sum();
    tell("matches of a million distinct components", found as f64, "", None)?;
    let one = best_of(|| {
        purls.iter().for_each(|purl| {
            black_box(index.match_component(&query(purl)));
        });
    });
    tell("package URL to matches, one core", one * 1e9 / count, "ns each", None)?;
    let resolving = best_of(|| {
        purls.iter().for_each(|purl| {
            black_box(resolve(&query(purl)));
        });
    });
    tell("  of that: package URL to package keys", resolving * 1e9 / count, "ns each", None)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let roster: Roster = purls.iter().map(|purl| resolve(&query(purl))).collect();
    let each = purls.len().div_ceil(cores);
    let (mut whole, mut known) = (f64::MAX, f64::MAX);
    let mut told = 0;
    for _ in 0..RUNS {
        whole = whole.min(slowest_core(purls.chunks(each), |part| {
            part.iter().for_each(|purl| {
                black_box(index.match_component(&query(purl)));
            });
        }));
        let parts = (0..cores).map(|core| core * each..(core + 1) * each);
        let count = AtomicUsize::new(0);
        known = known.min(slowest_core(parts, |part| {
            let mut matches = 0;
            index.match_roster(&roster, part, |_, answer| matches += black_box(answer).matches.len());
            count.fetch_add(matches, Ordering::Relaxed);
        }));
        told = count.into_inner();
    }
    if told != found {
        return Err(format!("{told} matches by number, {found} by package URL").into());
    }
    let what = format!("distinct components from package URL to matches, {cores} cores");
    tell(&what, count / whole / 1e6, "million/s", None)?;
    tell(
        "  of that: package keys known, to matches, one core",
        known * cores as f64 * 1e9 / count,
        "ns each",
        None,
    )?;
    let what = format!("distinct components matched, package keys known, {cores} cores");
    tell(&what, count / known / 1e6, "million/s", Some((5.0, true)))
}

/// Runs a part on each core; the time of the slowest.
fn slowest_core<P: Send>(parts: impl Iterator<Item = P>, work: impl Fn(P) + Sync) -> f64 {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || {
                    let started = Watch::start();
                    work(part);
                    started.seconds()
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).fold(0.0, f64::max)
    })
}

/// The components arranged by package: what a record that changed meets.
fn changing(index: &Index, records: &[Advisory], purls: &[String]) -> Outcome<()> {
    let roster: Roster = purls.iter().map(|purl| resolve(&query(purl))).collect();
    let started = Watch::start();
    let components = roster.by_package();
    let what = format!("{} components arranged by package, once", purls.len());
    tell(&what, started.seconds() * 1e3, "ms", None)?;
    let speaks = |record: &&Advisory| {
        record.affected.iter().any(|affected| {
            affected.package.ecosystem.as_deref().is_some_and(|ecosystem| purl_type(ecosystem).is_some())
        })
    };
    let step = records.iter().filter(speaks).count() / CHANGED;
    let changed: Vec<&Advisory> = records.iter().filter(speaks).step_by(step.max(1)).take(CHANGED).collect();
    let indexed = || {
        let mut builder = Index::builder().with_coverage(index.coverage().clone());
        for record in &changed {
            builder.add(record);
        }
        builder.finish()
    };
    let (touched, expected) = one_by_one(&indexed(), &roster, &changed);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut best = Changing { indexing: f64::MAX, one: f64::MAX, all: f64::MAX, kept: f64::MAX };
    for _ in 0..RUNS * 2 {
        let mut small = Index::default();
        best.indexing = best.indexing.min(timed(|| small = indexed()));
        let count = small.sizes().packages;
        let mut hits = 0;
        best.one = best.one.min(timed(|| {
            small.match_packages(&components, 0..count, |_, told| hits += black_box(matches_of(&told)));
        }));
        if hits != expected {
            return Err(format!("{hits} matches by package, {expected} one by one").into());
        }
        let parts = || {
            let each = count.div_ceil(cores).max(1);
            (0..cores).map(move |core| core * each..(core + 1) * each)
        };
        best.all = best.all.min(slowest_core(parts(), |part| {
            small.match_packages(&components, part, |_, told| {
                black_box(matches_of(&told));
            });
        }));
        best.kept = best.kept.min(slowest_core(parts(), |part| {
            small.match_packages(&components, part, |_, told| {
                black_box(match told {
                    Told::Hit(hit) => vec![hit.to_match()],
                    Told::Answer(answer) => answer.matches,
                });
            });
        }));
    }
    let what = format!(
        "{} changed records against {} components ({touched} touched, {expected} matches)",
        changed.len(),
        purls.len()
    );
    tell(&format!("{what}, one core"), (best.indexing + best.one) * 1e3, "ms", None)?;
    let all = (best.indexing + best.all) * 1e3;
    tell(&format!("{what}, {cores} cores"), all, "ms", Some((20.0, false)))?;
    let kept = (best.indexing + best.kept) * 1e3;
    tell(&format!("  with a copy of all evidence, {cores} cores"), kept, "ms", None)?;
    tell("  of that: the records indexed, on one core", best.indexing * 1e3, "ms", None)
}

/// The least times, in seconds.
struct Changing {
    indexing: f64,
    one: f64,
    all: f64,
    kept: f64,
}

fn matches_of(told: &Told<'_>) -> usize {
    match told {
        Told::Hit(hit) => usize::from(hit.fixed().is_none_or(|fixed| !fixed.is_empty())),
        Told::Answer(answer) => answer.matches.len(),
    }
}

/// Each component that a record may mean, asked about by itself: how many there are, and how many matches come of it.
fn one_by_one(small: &Index, roster: &Roster, changed: &[&Advisory]) -> (usize, usize) {
    let named: BTreeSet<PackageKey> = changed.iter().flat_map(|record| advisory_keys(record)).collect();
    let is_named = |number: &u32| {
        roster.get(*number as usize).is_some_and(|one| one.every_key().any(|key| named.contains(key)))
    };
    let numbers: Vec<u32> = (0..roster.len() as u32).filter(is_named).collect();
    let mut matches = 0;
    small.match_numbers(roster, &numbers, |_, answer| matches += answer.matches.len());
    (numbers.len(), matches)
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = Watch::start();
    work();
    started.seconds()
}

/// What the machine's memory allows, to set the figures beside.
fn memory_limits() -> Outcome<()> {
    const WORDS: usize = 32 << 20;
    let words: Vec<u64> = (0..WORDS as u64).collect();
    let reading = best_of(|| {
        black_box(words.iter().copied().fold(0_u64, u64::wrapping_add));
    });
    tell("memory read in order, one core", (WORDS * 8) as f64 / reading / 1e9, "GB/s", None)?;
    // Each step depends on the one before: a full-period generator over the positions.
    let steps = 4_000_000;
    let chasing = best_of(|| {
        let mut at = 1_usize;
        for _ in 0..steps {
            at = (words[at] as usize).wrapping_mul(5).wrapping_add(12_345) & (WORDS - 1);
            at = at.wrapping_mul(2_654_435_761) & (WORDS - 1) | 1;
        }
        black_box(at);
    });
    tell("one dependent read at a random place", chasing * 1e9 / f64::from(steps), "ns", None)
}

fn best_of(mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let started = Watch::start();
        work();
        best = best.min(started.seconds());
    }
    best
}

/// Time of the processor that the thread has used since.
struct Watch {
    used_before: f64,
}

impl Watch {
    fn start() -> Self {
        Self { used_before: thread_seconds() }
    }

    fn seconds(&self) -> f64 {
        thread_seconds() - self.used_before
    }
}

fn thread_seconds() -> f64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(f64::NAN, |time| time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9)
}

/// `target`: the figure, and whether more is better.
fn tell(what: &str, value: f64, unit: &str, target: Option<(f64, bool)>) -> Outcome<()> {
    let mut row = serde_json::json!({ "what": what, "value": value, "unit": unit });
    if let Some((target, at_least)) = target {
        row["target"] = target.into();
        row["at_least"] = at_least.into();
    }
    writeln!(std::io::stdout().lock(), "{row}")?;
    Ok(())
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same population in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn version(&mut self) -> String {
        format!("{}.{}.{}", self.below(9), self.below(40), self.below(20))
    }
}
