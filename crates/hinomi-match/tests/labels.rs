// SPDX-License-Identifier: Apache-2.0
//! Hand-made labels of matches, true and false, against the engine: as far as the advisories in hand speak of them.
//!
//! ```text
//!   label (image, package, version, vulnerability, TP or FP)
//!     ─► distribution of the image ─► component ─► records of that vulnerability that name the package?
//!                                                    none: cannot be judged, and why
//!                                                    some: matched or not, against the label
//! ```
//! The labels name neither the package's kind nor its source package: a Debian package is taken by the source that
//! Debian's own package lists give it, any other is tried as a package of every language ecosystem.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hinomi_advisory_formats::Advisory;
use hinomi_archive::{Limits, walk};
use hinomi_match::{ComponentQuery, Index, PackageKey, State, advisory_keys, resolve};

fn data_dir() -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let dir = PathBuf::from(std::env::var("HINOMI_DATA_DIR").unwrap_or_else(|_| fallback.to_owned()));
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: no data set at {} (set HINOMI_DATA_DIR)", dir.display());
    None
}

fn each(archive: &Path, mut visit: impl FnMut(&str, &[u8])) {
    walk(archive, &Limits::default(), &mut |entry| {
        visit(&entry.path, &entry.bytes.unwrap());
        ControlFlow::Continue(())
    })
    .unwrap();
}

#[derive(Clone)]
struct Label {
    image: String,
    package: String,
    version: String,
    vulnerability: String,
    cve: String,
    verdict: String,
}

fn labels(dir: &Path) -> Vec<Label> {
    let mut labels = Vec::new();
    each(&dir.join("sboms.tar.zst"), |path, bytes| {
        if !path.ends_with("anchore-vulnerability-match-labels.jsonl") {
            return;
        }
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let row: serde_json::Value = serde_json::from_slice(line).unwrap();
            let text =
                |pointer: &str| row.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            labels.push(Label {
                image: text("/image/exact"),
                package: text("/package/name"),
                version: text("/package/version"),
                vulnerability: text("/vulnerability_id"),
                cve: text("/effective_cve"),
                verdict: text("/label"),
            });
        }
    });
    labels
}

/// The release that the versions of an image's packages tell: `+deb11u3`, `.el8_6`.
fn releases(labels: &[Label]) -> HashMap<&str, String> {
    let mut votes: HashMap<&str, BTreeMap<String, usize>> = HashMap::new();
    for label in labels {
        let number_after = |mark: &str| {
            let rest = label.version.split(mark).nth(1)?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            (!digits.is_empty()).then_some(digits)
        };
        let release = if let Some(number) = number_after("deb").filter(|_| !label.version.contains("ubuntu"))
        {
            format!("debian-{number}")
        } else if let Some(number) = number_after(".el").filter(|_| label.image.contains("almalinux")) {
            format!("almalinux-{number}")
        } else if let Some(number) = number_after(".el").filter(|_| label.image.contains("rockylinux")) {
            format!("rocky-{number}")
        } else if number_after(".el").is_some() {
            "Red Hat".to_owned()
        } else if label.version.contains("ubuntu") {
            "Ubuntu".to_owned()
        } else if label.version.contains(".amzn") {
            "Amazon".to_owned()
        } else {
            continue;
        };
        *votes.entry(&label.image).or_default().entry(release).or_default() += 1;
    }
    let most = |votes: BTreeMap<String, usize>| votes.into_iter().max_by_key(|(_, count)| *count).unwrap().0;
    votes.into_iter().map(|(image, votes)| (image, most(votes))).collect()
}

/// Debian's binary packages and the sources that they are built from.
fn sources(dir: &Path) -> HashMap<String, String> {
    let mut sources = HashMap::new();
    each(&dir.join("inventory-cmdb.tar.zst"), |path, bytes| {
        if !path.contains("debian-package-universe/") {
            return;
        }
        for line in String::from_utf8_lossy(bytes).lines() {
            if let [package, _, _, source, ..] = line.split('\t').collect::<Vec<_>>()[..] {
                sources.entry(package.to_owned()).or_insert_with(|| source.to_owned());
            }
        }
    });
    sources
}

struct Advisories {
    index: Index,
    /// Records by each vulnerability that they are about, and the packages that they name.
    about: HashMap<String, Vec<(String, Vec<PackageKey>)>>,
}

fn advisories(dir: &Path) -> Advisories {
    let mut builder = Index::builder();
    let mut about: HashMap<String, Vec<(String, Vec<PackageKey>)>> = HashMap::new();
    let mut add = |advisory: &Advisory| {
        builder.add(advisory);
        let keys = advisory_keys(advisory);
        let names = advisory.aliases.iter().chain(&advisory.upstream).chain(&advisory.related);
        for name in names.chain([&advisory.id]).collect::<BTreeSet<_>>() {
            about.entry(name.clone()).or_default().push((advisory.id.clone(), keys.clone()));
        }
    };
    for archive in ["advisories-osv.tar.zst", "advisories-distro.tar.zst", "advisories-more.tar.zst"] {
        each(&dir.join(archive), |path, bytes| {
            hinomi_advisory_formats::read(bytes, path).unwrap_or_default().iter().for_each(&mut add);
        });
    }
    Advisories { index: builder.finish(), about }
}

/// What the label's package may be, as package URLs with the ecosystem's name.
fn components(label: &Label, release: Option<&str>, sources: &HashMap<String, String>) -> Vec<String> {
    let escape = |text: &str| text.replace('%', "%25").replace('+', "%2B").replace('@', "%40");
    let (name, version) = (escape(&label.package), escape(&label.version));
    let mut purls = Vec::new();
    if let Some(release) = release.filter(|release| release.starts_with("debian-")) {
        let source = sources.get(&label.package).unwrap_or(&label.package);
        purls.push(format!("pkg:deb/debian/{name}@{version}?distro={release}&upstream={}", escape(source)));
    }
    for distribution in ["almalinux", "rocky"] {
        // An rpm always has a release; without one it is a language's package of the same name.
        let is_rpm = |release: &&str| release.starts_with(distribution) && version.contains('-');
        if let Some(release) = release.filter(is_rpm) {
            let (epoch, plain) = version.split_once(':').unwrap_or(("0", &version));
            purls.push(format!("pkg:rpm/{distribution}/{name}@{plain}?distro={release}&epoch={epoch}"));
        }
    }
    let languages = ["pypi", "npm", "gem", "golang", "cargo", "composer", "nuget"];
    purls.extend(
        languages.iter().map(|kind| format!("pkg:{kind}/{}@{version}", label.package.replace('@', "%40"))),
    );
    if let Some((group, artifact)) = label.package.split_once(':') {
        purls.push(format!("pkg:maven/{group}/{artifact}@{version}"));
    }
    purls
}

enum Outcome {
    NotJudged(&'static str),
    Judged { ecosystem: String, matched: bool },
}

fn judge(
    label: &Label,
    release: Option<&str>,
    sources: &HashMap<String, String>,
    known: &Advisories,
) -> Outcome {
    if label.verdict != "TP" && label.verdict != "FP" {
        return Outcome::NotJudged("the label itself is undecided");
    }
    let names: BTreeSet<&String> = [&label.vulnerability, &label.cve].into_iter().collect();
    let about: Vec<&(String, Vec<PackageKey>)> =
        names.iter().filter_map(|name| known.about.get(*name)).flatten().collect();
    if about.is_empty() {
        return Outcome::NotJudged("no record in hand is about the vulnerability");
    }
    let ids: HashSet<&str> = about.iter().map(|(id, _)| id.as_str()).collect();
    let (mut ecosystem, mut matched) = (None, false);
    for purl in components(label, release, sources) {
        let query = ComponentQuery { purl: Some(&purl), name: &label.package, ..ComponentQuery::default() };
        let resolved = resolve(&query);
        if !about.iter().any(|(_, keys)| keys.iter().any(|key| resolved.keys.contains(key))) {
            continue;
        }
        let of_release = resolved.release.as_deref();
        let found = known.index.match_component(&query);
        let hit =
            found.matches.iter().any(|one| one.state == State::Affected && ids.contains(&*one.advisory));
        // A list that names other releases of the package only says nothing about this one.
        if !hit && of_release.is_some() && !known.speaks_of(&ids, &resolved.keys, of_release) {
            continue;
        }
        ecosystem.get_or_insert(resolved.unit.ecosystem.clone());
        matched |= hit;
    }
    match (ecosystem, release) {
        (Some(ecosystem), _) => Outcome::Judged { ecosystem, matched },
        (None, Some("Red Hat" | "Ubuntu" | "Amazon")) => {
            Outcome::NotJudged("advisories of that distribution are not in hand")
        }
        (None, Some(_)) => Outcome::NotJudged("no record names the package in that release"),
        (None, None) => {
            Outcome::NotJudged("the image's distribution cannot be told, or no record names the package")
        }
    }
}

impl Advisories {
    /// Whether one of the records has a range for the package in the release: then version 0 is inside.
    fn speaks_of(&self, ids: &HashSet<&str>, keys: &[PackageKey], release: Option<&str>) -> bool {
        keys.iter().any(|key| {
            let (kind, distro) = match key.ecosystem.as_str() {
                "Debian" => ("deb/debian", "debian"),
                "AlmaLinux" => ("rpm/almalinux", "almalinux"),
                _ => ("rpm/rocky", "rocky"),
            };
            let purl = format!("pkg:{kind}/{}@0?distro={distro}-{}", key.name, release.unwrap_or_default());
            let query = ComponentQuery { purl: Some(&purl), name: &key.name, ..ComponentQuery::default() };
            self.index.match_component(&query).matches.iter().any(|one| ids.contains(&*one.advisory))
        })
    }
}

#[derive(Default)]
struct Count {
    true_positive: usize,
    false_positive: usize,
    false_negative: usize,
    true_negative: usize,
}

#[test]
fn labels_are_met_where_advisories_speak_of_them() {
    let Some(dir) = data_dir() else { return };
    let labels = labels(&dir);
    assert_eq!(labels.len(), 9_925);
    let (releases, sources, known) = (releases(&labels), sources(&dir), advisories(&dir));
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut not_judged: BTreeMap<&str, usize> = BTreeMap::new();
    let mut disagreeing = BTreeSet::new();
    for label in &labels {
        let release = releases.get(label.image.as_str()).map(String::as_str);
        let (ecosystem, matched) = match judge(label, release, &sources, &known) {
            Outcome::NotJudged(reason) => {
                *not_judged.entry(reason).or_default() += 1;
                continue;
            }
            Outcome::Judged { ecosystem, matched } => (ecosystem, matched),
        };
        let count = counts.entry(ecosystem).or_default();
        let side = match (label.verdict.as_str(), matched) {
            ("TP", true) => &mut count.true_positive,
            ("TP", false) => &mut count.false_negative,
            (_, true) => &mut count.false_positive,
            (_, false) => &mut count.true_negative,
        };
        *side += 1;
        if (label.verdict == "TP") != matched {
            let side = if matched { "matched" } else { "missed" };
            disagreeing
                .insert(format!("{side}\t{}\t{}\t{}", label.package, label.version, label.vulnerability));
        }
    }
    println!("| ecosystem | true positive | false positive | false negative | true negative |");
    for (ecosystem, count) in &counts {
        println!(
            "| {ecosystem} | {} | {} | {} | {} |",
            count.true_positive, count.false_positive, count.false_negative, count.true_negative
        );
    }
    not_judged.iter().for_each(|(reason, count)| println!("not judged: {count}: {reason}"));
    let argued: BTreeSet<String> = include_str!("labels_argued.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            assert!(parts.len() == 5 && parts[4].len() > 20, "a disagreement needs its reason: {line}");
            parts[..4].join("\t")
        })
        .collect();
    let unargued: Vec<_> = disagreeing.difference(&argued).collect();
    assert!(unargued.is_empty(), "{} disagreements without a reason: {unargued:#?}", unargued.len());
    let stale: Vec<_> = argued.difference(&disagreeing).collect();
    assert!(stale.is_empty(), "these do not disagree any more: {stale:#?}");
    assert!(counts.values().map(|count| count.true_positive).sum::<usize>() > 300);
}
