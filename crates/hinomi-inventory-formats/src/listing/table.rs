// SPDX-License-Identifier: Apache-2.0
//! Tables with a column of packages and one of versions: a distribution's list, an export of a software inventory.

use super::identified;
use crate::Format;
use crate::context::{self, ToolHints};
use crate::model::{Component, Inventory, Warning};
use crate::purl::PurlParts;
use crate::report::ecosystem_purl;
use crate::text::non_empty;
use crate::tree::Node;

const NAME: &[&str] = &["package", "package_name", "package name", "packagename"];
/// What names a package by itself; then `name` is the package's too, and no host's.
const PURL: &[&str] = &["purl", "package_url", "package url", "packageurl"];
const VERSION: &[&str] =
    &["version", "package_version", "package version", "installed_version", "installed version"];
const ARCH: &[&str] = &["architecture", "arch"];
const SOURCE: &[&str] = &["source", "source_package", "source package", "source_name"];
const SOURCE_VERSION: &[&str] = &["source_version", "source version"];
const SUPPLIER: &[&str] = &["supplier", "vendor", "publisher", "maintainer"];
const LICENSE: &[&str] = &["license", "licence", "licenses"];
const ECOSYSTEM: &[&str] =
    &["ecosystem", "package_type", "package type", "package manager", "package_manager", "type"];

/// Whether these are the columns of such a table.
pub(crate) fn is_header(columns: &[String]) -> bool {
    let has = |names: &[&str]| {
        columns.iter().any(|column| names.contains(&column.trim().to_ascii_lowercase().as_str()))
    };
    // A table of findings names what is wrong too, and one of hosts names them.
    let others = ["severity", "cve", "vulnerability", "hostname", "host", "asset"];
    (has(NAME) && has(VERSION) || has(PURL)) && !has(&others)
}

pub(crate) fn read_table(columns: &[String], rows: &Node<'_>) -> Inventory {
    let mut inventory = Inventory::new(Format::PackageTable);
    // A table does not say that it is complete.
    inventory.partial = true;
    let column = |names: &[&str]| {
        columns
            .iter()
            .find(|column| names.contains(&column.trim().to_ascii_lowercase().as_str()))
            .map(String::as_str)
    };
    let [name, version, arch, source, source_version] =
        [NAME, VERSION, ARCH, SOURCE, SOURCE_VERSION].map(column);
    let [supplier, license, ecosystem, purl, cpe] =
        [SUPPLIER, LICENSE, ECOSYSTEM, PURL, &["cpe"]].map(column);
    let name = name.or_else(|| purl.and_then(|_| column(&["name"])));
    // Only Debian's own lists name architecture, source package and its version together.
    let is_debian = [arch, source, source_version].iter().all(Option::is_some);
    let Node::List(rows) = rows else { return inventory };
    for row in rows {
        let cell = |column: Option<&str>| column.and_then(|column| row.get(column)).and_then(Node::text);
        let line = row.first("#line").unwrap_or_default();
        let given = cell(purl).filter(|purl| purl.starts_with("pkg:"));
        let Some(package) = cell(name) else {
            if let Some(given) = given {
                inventory.components.push(identified(given, line));
                continue;
            }
            inventory
                .warnings
                .push(Warning { place: format!("line {line}"), text: "has no name".to_owned() });
            continue;
        };
        let own = match is_debian {
            true => Some(debian(package, cell(version), cell(arch))),
            false => cell(ecosystem).and_then(|word| ecosystem_purl(word, package, cell(version))),
        };
        let mut component = Component {
            id: Some(format!("line {line}")),
            purl: given.map(str::to_owned).or(own),
            cpe: cell(cpe).and_then(non_empty),
            name: package.to_owned(),
            version: cell(version).and_then(non_empty),
            arch: cell(arch).and_then(non_empty),
            source_name: cell(source).and_then(non_empty),
            source_version: cell(source_version).and_then(non_empty),
            supplier: cell(supplier).and_then(non_empty),
            licenses: cell(license).and_then(non_empty).into_iter().collect(),
            ..Component::default()
        };
        context::fill(&mut component, ToolHints::default());
        inventory.components.push(component);
    }
    inventory
}

fn debian(name: &str, version: Option<&str>, arch: Option<&str>) -> String {
    let qualifiers = [("arch", arch.unwrap_or_default())];
    PurlParts { ty: "deb", namespace: Some("debian"), name, version, qualifiers: &qualifiers }.build()
}
