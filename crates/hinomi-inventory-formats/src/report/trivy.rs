// SPDX-License-Identifier: Apache-2.0
//! Trivy's JSON report: schema 2, the list of schema 1, and the reports of a cluster.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Packages;
use super::shape::words;
use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::ReadError;
use crate::model::{AssetClass, AssetRecord, Component, ComponentKind, Inventory, Observation, Subject};
use crate::purl::PurlParts;
use crate::text::non_empty;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Report {
    artifact_name: Option<String>,
    artifact_type: Option<String>,
    created_at: Option<String>,
    cluster_name: Option<String>,
    metadata: Option<Metadata>,
    results: Option<Vec<Outcome>>,
    resources: Option<Vec<Resource>>,
    vulnerabilities: Option<Vec<Resource>>,
    misconfigurations: Option<Vec<Resource>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    #[serde(rename = "OS")]
    os: Option<Os>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Os {
    family: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Resource {
    namespace: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    results: Option<Vec<Outcome>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Outcome {
    target: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    packages: Option<Vec<Package>>,
    vulnerabilities: Option<Vec<Vulnerability>>,
    misconfigurations: Option<Vec<Misconfiguration>>,
    secrets: Option<Vec<Secret>>,
    licenses: Option<Vec<License>>,
}

/// A licence that the policy objects to.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct License {
    severity: Option<String>,
    category: Option<String>,
    pkg_name: Option<String>,
    file_path: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifier {
    #[serde(rename = "PURL")]
    purl: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Package {
    #[serde(rename = "ID")]
    id: Option<String>,
    name: Option<String>,
    identifier: Option<Identifier>,
    version: Option<String>,
    release: Option<String>,
    epoch: Option<u64>,
    arch: Option<String>,
    src_name: Option<String>,
    src_version: Option<String>,
    src_release: Option<String>,
    src_epoch: Option<u64>,
    licenses: Option<Vec<String>>,
    file_path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: Option<String>,
    #[serde(rename = "PkgID")]
    pkg_id: Option<String>,
    pkg_name: Option<String>,
    pkg_path: Option<String>,
    pkg_identifier: Option<Identifier>,
    installed_version: Option<String>,
    fixed_version: Option<String>,
    severity: Option<String>,
    status: Option<String>,
    title: Option<String>,
    description: Option<String>,
    #[serde(rename = "CweIDs")]
    cwe_ids: Option<Vec<String>>,
    #[serde(rename = "VendorIDs")]
    vendor_ids: Option<Vec<String>>,
    #[serde(rename = "CVSS")]
    cvss: Option<BTreeMap<String, Cvss>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cvss {
    #[serde(rename = "V40Vector")]
    v40: Option<String>,
    #[serde(rename = "V3Vector")]
    v3: Option<String>,
    #[serde(rename = "V2Vector")]
    v2: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Misconfiguration {
    #[serde(rename = "ID")]
    id: Option<String>,
    #[serde(rename = "Severity")]
    severity: Option<String>,
    #[serde(rename = "Status")]
    status: Option<String>,
    #[serde(rename = "Title")]
    title: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Secret {
    #[serde(rename = "RuleID")]
    rule_id: Option<String>,
    #[serde(rename = "Severity")]
    severity: Option<String>,
    #[serde(rename = "Title")]
    title: Option<String>,
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let report = if text.trim_start().starts_with('[') {
        let results = serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?;
        Report { results: Some(results), ..Report::default() }
    } else {
        serde_json::from_str(text).map_err(|error| ReadError::json(path, &error))?
    };
    let mut inventory = Inventory::new(Format::Trivy);
    inventory.observed_at = report.created_at;
    inventory.partial = true;
    let kind = match report.artifact_type.as_deref() {
        Some("container_image") => ComponentKind::Container,
        _ => ComponentKind::Other,
    };
    inventory.subject =
        report.artifact_name.or(report.cluster_name).map(|name| Subject { name, kind, ..Subject::default() });
    if let Some(os) = report.metadata.and_then(|metadata| metadata.os) {
        inventory.host.os_id = os.family;
        inventory.host.os_version_id = os.name;
    }
    let mut packages = Packages::default();
    for outcome in report.results.into_iter().flatten() {
        add(&mut inventory, &mut packages, outcome, None);
    }
    let resources = [report.resources, report.vulnerabilities, report.misconfigurations];
    for resource in resources.into_iter().flatten().flatten() {
        add_resource(&mut inventory, &mut packages, resource);
    }
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

/// A workload of a cluster is an asset of its own; it stands in the report once for each kind of result.
fn add_resource(inventory: &mut Inventory, packages: &mut Packages, resource: Resource) {
    let kind = resource.kind.unwrap_or_default();
    let parts = [resource.namespace, Some(kind.clone()), resource.name.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let id = parts.join("/");
    if packages.is_new_asset(&id) {
        let class = if kind == "Node" { AssetClass::Host } else { AssetClass::Container };
        let mut asset = AssetRecord::new(id.clone(), class, id.clone());
        asset.name = resource.name;
        if let (AssetClass::Host, Some(name)) = (class, &asset.name) {
            asset.identifiers.add_name(name);
        }
        inventory.assets.push(asset);
    }
    for outcome in resource.results.into_iter().flatten() {
        add(inventory, packages, outcome, Some(&id));
    }
}

fn add(inventory: &mut Inventory, packages: &mut Packages, outcome: Outcome, asset: Option<&str>) {
    let target = outcome.target.unwrap_or_default();
    // The same image may run in many workloads, each with its own list.
    let scope = asset.map_or_else(|| target.clone(), |asset| format!("{asset}|{target}"));
    let asset = asset.map(str::to_owned);
    let kind = outcome.kind.unwrap_or_default();
    for package in outcome.packages.into_iter().flatten() {
        inventory.partial = false;
        let (mut component, hints) = listed(package, &scope, &kind);
        component.asset.clone_from(&asset);
        packages.add(inventory, component, hints);
    }
    for found in outcome.vulnerabilities.into_iter().flatten() {
        let mut component = vulnerable(&found, &scope, &kind);
        component.asset.clone_from(&asset);
        let about = component.id.clone();
        let (mut vulnerabilities, mut weaknesses) = (Vec::new(), Vec::new());
        for id in found.id.iter().chain(found.vendor_ids.iter().flatten()) {
            words::vulnerability_ids(id, &mut vulnerabilities);
        }
        found.cwe_ids.iter().flatten().for_each(|cwe| words::weaknesses(cwe, &mut weaknesses));
        let vectors = found.cvss.into_iter().flatten().flat_map(|(_, one)| [one.v40, one.v3, one.v2]);
        let mut scores: Vec<String> = vectors.flatten().collect();
        scores.sort_unstable_by(|one, other| other.cmp(one));
        scores.dedup();
        packages.add(inventory, component, ToolHints::default());
        inventory.observations.push(Observation {
            kind: "vulnerability".to_owned(),
            id: found.id,
            component: about,
            severity: found.severity,
            state: found.status,
            text: found.title.or(found.description),
            fixed: found.fixed_version.and_then(non_empty),
            target: Some(target.clone()),
            asset: asset.clone(),
            vulnerabilities,
            weaknesses,
            scores,
            ..Observation::default()
        });
    }
    let misconfigurations = outcome.misconfigurations.into_iter().flatten();
    let misconfigurations =
        misconfigurations.map(|one| ("misconfiguration", one.id, one.severity, one.status, one.title));
    let secrets = outcome.secrets.into_iter().flatten();
    let secrets = secrets.map(|one| ("secret", one.rule_id, one.severity, None, one.title));
    let licences = outcome.licenses.into_iter().flatten().map(|one| {
        let text = [one.pkg_name, one.file_path].into_iter().flatten().find(|text| !text.is_empty());
        ("licence", one.name, one.severity, one.category, text)
    });
    for (kind, id, severity, state, text) in misconfigurations.chain(secrets).chain(licences) {
        inventory.observations.push(Observation {
            kind: kind.to_owned(),
            id,
            severity,
            state,
            text,
            target: Some(target.clone()),
            asset: asset.clone(),
            ..Observation::default()
        });
    }
}

/// The same identifier for the package of a list and of a finding, so that they meet.
fn identity(
    target: &str,
    purl: Option<&str>,
    id: Option<&str>,
    name: &str,
    version: &str,
    file: &str,
) -> String {
    match purl.or(id) {
        Some(id) if file.is_empty() => format!("{target}#{id}"),
        Some(id) => format!("{target}#{id}#{file}"),
        None => format!("{target}#{name}@{version}#{file}"),
    }
}

fn listed(package: Package, target: &str, kind: &str) -> (Component, ToolHints) {
    let name = package.name.unwrap_or_default();
    let join = |epoch: Option<u64>, version: &str, release: Option<&str>| {
        let epoch = epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:")).unwrap_or_default();
        let release = release.filter(|release| !release.is_empty()).map(|release| format!("-{release}"));
        format!("{epoch}{version}{}", release.unwrap_or_default())
    };
    let version =
        join(package.epoch, package.version.as_deref().unwrap_or_default(), package.release.as_deref());
    let file = package.file_path.unwrap_or_default();
    let stated = package.identifier.and_then(|identifier| identifier.purl);
    let component = Component {
        id: Some(identity(target, stated.as_deref(), package.id.as_deref(), &name, &version, &file)),
        purl: stated.or_else(|| purl_of(kind, &name, &version)),
        licenses: package.licenses.unwrap_or_default(),
        arch: package.arch.and_then(non_empty),
        locations: non_empty(file).into_iter().collect(),
        version: non_empty(version),
        name,
        ..Component::default()
    };
    let source_version = package.src_version.as_deref().and_then(non_empty);
    let hints = ToolHints {
        source_name: package.src_name.and_then(non_empty),
        source_version: source_version
            .map(|version| join(package.src_epoch, &version, package.src_release.as_deref())),
        ..ToolHints::default()
    };
    (component, hints)
}

fn vulnerable(found: &Vulnerability, target: &str, kind: &str) -> Component {
    let name = found.pkg_name.clone().unwrap_or_default();
    let version = found.installed_version.clone().unwrap_or_default();
    let file = found.pkg_path.clone().unwrap_or_default();
    let stated = found.pkg_identifier.as_ref().and_then(|identifier| identifier.purl.clone());
    Component {
        id: Some(identity(target, stated.as_deref(), found.pkg_id.as_deref(), &name, &version, &file)),
        purl: stated.or_else(|| purl_of(kind, &name, &version)),
        locations: non_empty(file).into_iter().collect(),
        version: non_empty(version),
        name,
        ..Component::default()
    }
}

/// Reports before 0.48 carry no purl; the result's type says which ecosystem it is.
fn purl_of(kind: &str, name: &str, version: &str) -> Option<String> {
    let (ty, distro) = match kind {
        "npm" | "yarn" | "pnpm" | "node-pkg" | "bun" => ("npm", None),
        "pip" | "pipenv" | "poetry" | "python-pkg" | "uv" => ("pypi", None),
        "bundler" | "gemspec" => ("gem", None),
        "cargo" | "rustbinary" | "rust-binary" => ("cargo", None),
        "composer" | "composer-vendor" => ("composer", None),
        "jar" | "pom" | "gradle" | "sbt" => ("maven", None),
        "gobinary" | "gomod" => ("golang", None),
        "nuget" | "dotnet-core" | "packages-props" => ("nuget", None),
        "debian" | "ubuntu" => ("deb", Some(kind)),
        "alpine" | "wolfi" | "chainguard" => ("apk", Some(kind)),
        "redhat" | "centos" | "rocky" | "fedora" | "amazon" | "photon" => ("rpm", Some(kind)),
        "alma" => ("rpm", Some("almalinux")),
        "oracle" => ("rpm", Some("oracle")),
        _ => return None,
    };
    let (namespace, base) = match name.rsplit_once([':', '/']) {
        Some((namespace, base)) if distro.is_none() => (Some(namespace), base),
        _ => (distro, name),
    };
    let version = Some(version).filter(|version| !version.is_empty());
    Some(PurlParts { ty, namespace, name: base, version, qualifiers: &[] }.build())
}
