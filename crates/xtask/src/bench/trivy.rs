// SPDX-License-Identifier: Apache-2.0
//! Beside Trivy: the same PyPI and Go records, the same SBOMs, both databases built beforehand.
//!
//! ```text
//!   records ─┬─► trivy.db ─► trivy sbom ─► (component, vulnerability) ─┐
//!            └─► index file ─► hinomi match ─► (component, vulnerability) ─┴─► differences, each with its class
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::timed::{self, Pairs};
use super::tools::{Tools, quiet};
use super::{Figure, Table};

/// Components, most pairs of runs, and what is wanted: how many times quicker, and which part of the memory.
const SIZES: [(usize, usize, f64, f64); 3] =
    [(1_000, 9, 10.0, 5.0), (10_000, 7, 30.0, 10.0), (100_000, 3, 100.0, 10.0)];

/// How long all runs of one size may take; the peer needs most of it.
const SECONDS: f64 = 150.0;

type Pair = (String, String);

pub(super) fn run(tools: &Tools, hinomi: &Path, table: &mut Table) -> Result<()> {
    let work = tools.trivy()?;
    let index = tools.path("pypi-and-go.hix");
    quiet(
        Command::new(hinomi)
            .args(["index", "build", "--advisories"])
            .arg(work.join("osv"))
            .arg("--out")
            .arg(&index),
    )?;
    let records = Records::read(&work.join("osv"), hinomi)?;
    for (components, pairs, times, part) in SIZES {
        let sbom = tools.sbom(components)?;
        let (ours, theirs) = (tools.path("ours.jsonl"), tools.path("theirs.json"));
        let mut hinomi_run = Command::new(hinomi);
        hinomi_run.args(["match", "--format", "jsonl", "--index"]).arg(&index).arg("--inventory").arg(&sbom);
        let mut trivy_run = Command::new(work.join("trivy"));
        trivy_run.arg("sbom").arg("--cache-dir").arg(work.join("cache")).args([
            "--skip-db-update",
            "--skip-java-db-update",
            "--skip-version-check",
            "--offline-scan",
            "--scanners=vuln",
            "--format=json",
            "--list-all-pkgs=false",
            "-q",
            "-o",
        ]);
        trivy_run.arg(&theirs).arg(&sbom);
        let runs = Pairs::run(
            pairs,
            SECONDS,
            || timed::run(&hinomi_run, Some(&ours)),
            || timed::run(&trivy_run, None),
        )?;
        runs.tell(table, &format!("{components} components"), "Trivy", times, part);
        let (ours, theirs) = (records.our_pairs(&ours)?, trivy_pairs(&theirs, &sbom)?);
        compare(tools, components, &records, &ours, &theirs, table)?;
    }
    Ok(())
}

fn compare(
    tools: &Tools,
    components: usize,
    records: &Records,
    ours: &HashMap<Pair, Value>,
    theirs: &HashSet<Pair>,
    table: &mut Table,
) -> Result<()> {
    let both = theirs.iter().filter(|pair| ours.contains_key(*pair)).count();
    table.add(&Figure::new(format!("{components} components: findings of both"), both as f64, ""));
    let mut classes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for (pair, row) in ours.iter().filter(|(pair, _)| !theirs.contains(*pair)) {
        let class = records.class(row);
        *classes.entry(("Hinomi", class)).or_default() += 1;
        lines.insert(format!("Hinomi\t{}\t{}\t{class}", pair.0, pair.1));
    }
    for pair in theirs.iter().filter(|pair| !ours.contains_key(*pair)) {
        *classes.entry(("Trivy", "unexplained")).or_default() += 1;
        lines.insert(format!("Trivy\t{}\t{}\tunexplained", pair.0, pair.1));
    }
    for ((side, class), count) in &classes {
        let what = format!("{components} components: findings of {side} alone, {class}");
        let figure = Figure::new(what, *count as f64, "");
        table.add(&if *class == "unexplained" { figure.at_most(0.0) } else { figure });
    }
    let path = tools.path(&format!("trivy-differences-{components}.tsv"));
    let mut file = std::fs::File::create(path)?;
    writeln!(file, "only\tcomponent\tvulnerability\tclass")?;
    lines.iter().try_for_each(|line| writeln!(file, "{line}"))?;
    Ok(())
}

/// Findings of Trivy by the package URL of the component as the SBOM writes it.
fn trivy_pairs(report: &Path, sbom: &Path) -> Result<HashSet<Pair>> {
    let sbom: Value = serde_json::from_slice(&std::fs::read(sbom)?)?;
    let purl_of: HashMap<&str, &str> = list(&sbom["components"])
        .filter_map(|component| Some((component["bom-ref"].as_str()?, component["purl"].as_str()?)))
        .collect();
    let report: Value = serde_json::from_slice(&std::fs::read(report)?)?;
    let found = list(&report["Results"]).flat_map(|result| list(&result["Vulnerabilities"]));
    found
        .map(|finding| {
            let reference =
                finding["PkgIdentifier"]["BOMRef"].as_str().context("a finding without BOMRef")?;
            let purl = purl_of.get(reference).context("a finding of no component")?;
            Ok(((*purl).to_owned(), finding["VulnerabilityID"].as_str().unwrap_or_default().to_owned()))
        })
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What the classes of differences are told by.
struct Records {
    by_id: HashMap<String, Value>,
    /// Versions in PyPI records that PEP 440 does not allow.
    not_pep440: HashSet<String>,
}

impl Records {
    fn read(folder: &Path, hinomi: &Path) -> Result<Self> {
        let mut by_id = HashMap::new();
        for ecosystem in ["PyPI", "Go"] {
            for file in std::fs::read_dir(folder.join(ecosystem))? {
                let record: Value = serde_json::from_slice(&std::fs::read(file?.path())?)?;
                by_id.insert(record["id"].as_str().unwrap_or_default().to_owned(), record);
            }
        }
        let versions: BTreeSet<&str> = by_id.values().flat_map(versions_of).collect();
        let not_pep440 = refused(hinomi, versions)?;
        Ok(Self { by_id, not_pep440 })
    }

    /// The name under which the peer's database has a record: its first CVE, else its own id.
    fn peer_name(&self, advisory: &str) -> String {
        let Some(record) = self.by_id.get(advisory) else { return advisory.to_owned() };
        let names = list(&record["aliases"]).chain(list(&record["upstream"])).filter_map(Value::as_str);
        names.into_iter().find(|name| name.starts_with("CVE-")).unwrap_or(advisory).to_owned()
    }

    fn our_pairs(&self, path: &Path) -> Result<HashMap<Pair, Value>> {
        let text = std::fs::read_to_string(path)?;
        let mut pairs = HashMap::new();
        for line in text.lines() {
            let row: Value = serde_json::from_str(line)?;
            let (Some(component), Some(advisory)) = (row["component"].as_str(), row["advisory"].as_str())
            else {
                continue;
            };
            if row["state"] == "affected" {
                pairs.insert((component.to_owned(), self.peer_name(advisory)), row);
            }
        }
        Ok(pairs)
    }

    /// Why Trivy says nothing where Hinomi does. Its own code is the source: `pkg/detector/library` joins all
    /// intervals of a package into one constraint, compares names with `_` folded only, and looks at the fixed
    /// versions of all of a record's entries together.
    fn class(&self, row: &Value) -> &'static str {
        let advisory = row["advisory"].as_str().unwrap_or_default();
        let Some(record) = self.by_id.get(advisory) else { return "unexplained" };
        let component = row["component"].as_str().unwrap_or_default();
        let package = row["evidence"]["package"]["name"].as_str().unwrap_or_default();
        let of_package = |affected: &&Value| {
            affected["package"]["name"].as_str().is_some_and(|name| {
                name == package || (component.starts_with("pkg:pypi/") && folded(name) == package)
            })
        };
        let entries: Vec<&Value> = list(&record["affected"]).filter(of_package).collect();
        let is_go = component.starts_with("pkg:golang/");
        let bad =
            entries.iter().flat_map(|entry| versions_of_entry(entry)).any(|v| self.not_pep440.contains(v));
        if !is_go && bad {
            "a version in the record is no PEP 440 version, so Trivy drops the record"
        } else if is_go
            && row["evidence"]["installed"]
                .as_str()
                .is_some_and(|v| v.contains("v0.0.0-") || v.starts_with("0.0.0-"))
        {
            "a Go pseudo-version 0.0.0-…: a pre-release, which Trivy's constraints leave out"
        } else if list(&record["affected"]).count() > 1 {
            "several entries in the record, whose fixed versions Trivy takes together"
        } else if !is_go && component_name(component) != folded(component_name(component)) {
            "the package's name is spelt differently, and Trivy folds only '_'"
        } else if entries
            .iter()
            .flat_map(|entry| fixes_of(entry))
            .any(|fix| row["evidence"]["installed"] == *fix)
        {
            "the version closes one interval of the record and lies in another or in its list; to Trivy any fix is safe"
        } else {
            "unexplained"
        }
    }
}

fn component_name(purl: &str) -> &str {
    purl.trim_start_matches("pkg:pypi/").split('@').next().unwrap_or_default()
}

/// PEP 503.
fn folded(name: &str) -> String {
    let mut out = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_lowercase());
    }
    out
}

fn versions_of(record: &Value) -> impl Iterator<Item = &str> {
    list(&record["affected"])
        .filter(|entry| entry["package"]["ecosystem"] == "PyPI")
        .flat_map(versions_of_entry)
}

fn versions_of_entry(entry: &Value) -> impl Iterator<Item = &str> {
    let events = list(&entry["ranges"])
        .filter(|range| range["type"] != "GIT")
        .flat_map(|range| list(&range["events"]))
        .flat_map(|event| event.as_object().into_iter().flat_map(|event| event.values()));
    list(&entry["versions"]).chain(events).filter_map(Value::as_str)
}

fn fixes_of(entry: &Value) -> impl Iterator<Item = &Value> {
    list(&entry["ranges"])
        .filter(|range| range["type"] != "GIT")
        .flat_map(|range| list(&range["events"]))
        .filter_map(|event| event.get("fixed"))
}

/// Those of some texts that have no place in the PEP 440 order.
fn refused(hinomi: &Path, versions: BTreeSet<&str>) -> Result<HashSet<String>> {
    let versions: Vec<&str> = versions.into_iter().filter(|text| !text.contains(['\t', '\n'])).collect();
    let mut child = Command::new(hinomi)
        .args(["version", "compare", "--scheme", "pypi"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("no standard input")?;
    let text: String = versions.iter().map(|version| format!("{version}\t{version}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| anyhow::anyhow!("the writer broke off"))??;
    let answers = String::from_utf8(output.stdout)?;
    let pairs = versions.iter().zip(answers.lines());
    Ok(pairs.filter(|(_, answer)| *answer == "?").map(|(version, _)| (*version).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn records(record: Value) -> Records {
        let id = record["id"].as_str().unwrap().to_owned();
        Records { by_id: [(id, record)].into(), not_pep440: ["0.2-n6".to_owned()].into() }
    }

    fn row(component: &str, name: &str, installed: &str) -> Value {
        json!({"component": component, "advisory": "R",
            "evidence": {"package": {"name": name}, "installed": installed}})
    }

    #[test]
    fn a_difference_is_told_by_its_record() {
        let bad = json!({"id": "R", "affected": [{"package": {"ecosystem": "PyPI", "name": "A.b"}, "versions": ["0.2-n6"]}]});
        assert!(records(bad).class(&row("pkg:pypi/a.b@1", "a-b", "1")).contains("PEP 440"));
        let go = json!({"id": "R", "affected": [{"package": {"ecosystem": "Go", "name": "x"}}]});
        assert!(records(go.clone()).class(&row("pkg:golang/x@v0.0.0-2", "x", "v0.0.0-2")).contains("pseudo"));
        assert_eq!(records(go).class(&row("pkg:golang/x@v1", "x", "v1")), "unexplained");
        let twice = json!({"id": "R", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "1.1"}, {"fixed": "1.3"}]}]}]});
        assert!(records(twice.clone()).class(&row("pkg:pypi/a@1.1", "a", "1.1")).contains("any fix is safe"));
        assert_eq!(records(twice).class(&row("pkg:pypi/a@1.2", "a", "1.2")), "unexplained");
    }

    #[test]
    fn a_record_is_named_by_its_first_cve() {
        let known = records(json!({"id": "R", "aliases": ["GHSA-1", "CVE-2", "CVE-1"]}));
        assert_eq!(known.peer_name("R"), "CVE-2");
        assert_eq!(known.peer_name("other"), "other");
    }
}
