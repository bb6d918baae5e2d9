// SPDX-License-Identifier: Apache-2.0
//! osquery: the rows of a package table, as `osqueryi --json` prints them or as the daemon logs a snapshot.
//!
//! Rows do not name their table; the columns do (schema of osquery 5).

use serde::Deserialize;

use crate::Format;
use crate::error::{Place, ReadError};
use crate::language;
use crate::model::{Component, ComponentKind, Inventory, Subject, Warning};
use crate::purl::PurlParts;
use crate::text::non_empty;

type Row = serde_json::Map<String, serde_json::Value>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Report {
    Rows(Vec<Row>),
    Snapshot(Snapshot),
}

#[derive(Deserialize)]
struct Snapshot {
    snapshot: Vec<Row>,
    #[serde(rename = "hostIdentifier")]
    host_identifier: Option<String>,
    #[serde(rename = "unixTime")]
    unix_time: Option<serde_json::Value>,
}

/// Whether the columns are those of a table that is read here.
pub(crate) fn is_row(columns: &[&str]) -> bool {
    let has = |wanted: &[&str]| wanted.iter().all(|column| columns.contains(column));
    has(&["name", "version"])
        && (has(&["revision"])
            || has(&["release", "arch"])
            || has(&["identifying_number"])
            || has(&["author"])
            || has(&["path"]))
        || has(&["hotfix_id"])
}

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let report: Report = serde_json::from_str(text).map_err(|error| {
        // The untagged form loses the place; a syntax error still has it.
        match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Err(syntax) => ReadError::json(path, &syntax),
            Ok(_) => ReadError::new(path, Place::Document, error.to_string()),
        }
    })?;
    let mut inventory = Inventory::new(Format::Osquery);
    // One table is never everything that a host has.
    inventory.partial = true;
    let rows = match report {
        Report::Rows(rows) => rows,
        Report::Snapshot(snapshot) => {
            inventory.host.hostname = snapshot.host_identifier.clone();
            inventory.subject = snapshot.host_identifier.map(|name| Subject {
                name,
                kind: ComponentKind::Device,
                ..Subject::default()
            });
            let seconds = snapshot
                .unix_time
                .and_then(|time| time.as_i64().or_else(|| time.as_str().and_then(|text| text.parse().ok())));
            inventory.observed_at = seconds
                .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
                .map(|time| time.to_string());
            snapshot.snapshot
        }
    };
    for (index, row) in rows.iter().enumerate() {
        match component(row) {
            Some(Some(component)) => inventory.components.push(component),
            Some(None) => {}
            None => {
                let text = "the row names no package".to_owned();
                inventory.warnings.push(Warning { place: format!("[{index}]"), text });
            }
        }
    }
    Ok(inventory)
}

/// `Some(None)`: a Debian package that is removed but still configured.
fn component(row: &Row) -> Option<Option<Component>> {
    let text = |column: &str| row.get(column).and_then(|value| value.as_str()).and_then(non_empty);
    if let Some(hotfix) = text("hotfix_id") {
        let kind = ComponentKind::Other;
        return Some(Some(Component {
            id: Some(hotfix.clone()),
            kind,
            name: hotfix,
            ..Component::default()
        }));
    }
    let name = text("name")?;
    let version = text("version");
    let found = if row.contains_key("revision") && row.contains_key("status") {
        let installed = text("status")
            .is_none_or(|status| !status.contains("config-files") && !status.contains("not-installed"));
        if !installed {
            return Some(None);
        }
        // `version` is the whole version with epoch and revision.
        let arch = text("arch");
        let mut found = system("deb", &name, version.as_deref(), arch, None);
        if let Some(source) = text("source") {
            let (source, source_version) =
                source.split_once(" (").map_or((source.as_str(), None), |(source, version)| {
                    (source, Some(version.trim_end_matches(')')))
                });
            found.source_name = Some(source.to_owned());
            found.source_version = source_version.map(str::to_owned).or_else(|| version.clone());
        } else {
            found.source_name = Some(name.clone());
            found.source_version = version.clone();
        }
        found
    } else if let (Some(release), Some(version), true) = (text("release"), &version, row.contains_key("arch"))
    {
        let epoch = text("epoch").filter(|epoch| epoch != "0");
        let mut found =
            system("rpm", &name, Some(&format!("{version}-{release}")), text("arch"), epoch.as_deref());
        if let Some((source, source_version)) = text("source").as_deref().and_then(crate::context::source_rpm)
        {
            found.source_name = Some(source.to_owned());
            found.source_version = Some(source_version.to_owned());
        }
        found
    } else if row.contains_key("identifying_number") || row.contains_key("install_location") {
        Component {
            kind: ComponentKind::Application,
            supplier: text("publisher"),
            swid: text("identifying_number"),
            name,
            version,
            ..Component::default()
        }
    } else if text("path").is_some_and(|path| path.contains("node_modules")) {
        language::component("npm", None, &name, &name, version, text("license"))
    } else {
        language::python(&name, version, text("license"))
    };
    Some(Some(Component { locations: text("path").into_iter().collect(), ..found }))
}

pub(super) fn system(
    ty: &str,
    name: &str,
    version: Option<&str>,
    arch: Option<String>,
    epoch: Option<&str>,
) -> Component {
    let qualifiers = [("arch", arch.as_deref().unwrap_or_default()), ("epoch", epoch.unwrap_or_default())];
    let purl = PurlParts { ty, namespace: None, name, version, qualifiers: &qualifiers }.build();
    Component {
        id: Some(purl.clone()),
        purl: Some(purl),
        name: name.to_owned(),
        version: version
            .map(|version| epoch.map_or_else(|| version.to_owned(), |epoch| format!("{epoch}:{version}"))),
        arch,
        ..Component::default()
    }
}
