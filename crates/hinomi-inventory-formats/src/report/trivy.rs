// SPDX-License-Identifier: Apache-2.0
//! Trivy's JSON report: schema 2, the list of schema 1, and the reports of a cluster.

use serde::Deserialize;

use super::Packages;
use crate::Format;
use crate::context::{self, ToolHints};
use crate::error::ReadError;
use crate::model::{Component, ComponentKind, Inventory, Observation, Subject};
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
    let resources = [report.resources, report.vulnerabilities, report.misconfigurations];
    let nested = resources.into_iter().flatten().flatten().filter_map(|resource| resource.results).flatten();
    let mut packages = Packages::default();
    for outcome in report.results.into_iter().flatten().chain(nested) {
        add(&mut inventory, &mut packages, outcome);
    }
    context::inherit_distro(&mut inventory);
    Ok(inventory)
}

fn add(inventory: &mut Inventory, packages: &mut Packages, outcome: Outcome) {
    let target = outcome.target.unwrap_or_default();
    let kind = outcome.kind.unwrap_or_default();
    for package in outcome.packages.into_iter().flatten() {
        inventory.partial = false;
        let (component, hints) = listed(package, &target, &kind);
        packages.add(inventory, component, hints);
    }
    for found in outcome.vulnerabilities.into_iter().flatten() {
        let component = vulnerable(&found, &target, &kind);
        let about = component.id.clone();
        packages.add(inventory, component, ToolHints::default());
        inventory.observations.push(Observation {
            kind: "vulnerability".to_owned(),
            id: found.id,
            component: about,
            severity: found.severity,
            state: found.status,
            text: found.title,
            fixed: found.fixed_version.and_then(non_empty),
            target: Some(target.clone()),
            ..Observation::default()
        });
    }
    let misconfigurations = outcome.misconfigurations.into_iter().flatten();
    let misconfigurations =
        misconfigurations.map(|one| ("misconfiguration", one.id, one.severity, one.status, one.title));
    let secrets = outcome.secrets.into_iter().flatten();
    let secrets = secrets.map(|one| ("secret", one.rule_id, one.severity, None, one.title));
    for (kind, id, severity, state, text) in misconfigurations.chain(secrets) {
        inventory.observations.push(Observation {
            kind: kind.to_owned(),
            id,
            severity,
            state,
            text,
            target: Some(target.clone()),
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
