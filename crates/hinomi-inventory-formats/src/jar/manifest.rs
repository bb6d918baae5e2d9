// SPDX-License-Identifier: Apache-2.0
//! `META-INF/MANIFEST.MF` (JAR File Specification): what an archive says it is, where Maven left no coordinates.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::lock::java::maven;
use crate::model::{Component, Inventory};
use crate::text::non_empty;

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let stem = path.rsplit(['/', '!']).next().and_then(|name| name.strip_suffix(".jar")).unwrap_or_default();
    let component =
        component(text, stem).filter(|component| component.version.is_some()).ok_or_else(|| {
            ReadError::new(path, Place::Document, "the manifest names no version of the archive")
        })?;
    let mut inventory = Inventory::new(Format::JavaManifest);
    inventory.components.push(component);
    Ok(inventory)
}

/// The archive itself: from its manifest, and from its file name `artifact-1.2.3`.
///
/// Without a group nothing can be found in Maven Central; then the artifact stands for it too, as it did for the
/// packages of the time before Maven (`commons-io:commons-io`, `junit:junit`).
pub(super) fn component(manifest: &str, stem: &str) -> Option<Component> {
    let main = main_section(manifest);
    let value = |key: &str| {
        let found = main.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.and_then(|(_, value)| non_empty(value.trim())).filter(|value| !value.contains("${"))
    };
    let bundle =
        value("Bundle-SymbolicName").map(|name| name.split(';').next().unwrap_or_default().to_owned());
    let (file_name, file_version) = split_stem(stem);
    let version = file_version
        .map(str::to_owned)
        .or_else(|| value("Implementation-Version"))
        .or_else(|| value("Bundle-Version"))
        .or_else(|| value("Specification-Version"))
        .or_else(|| value("Plugin-Version"));
    let title = || value("Implementation-Title").filter(|title| !title.contains(' '));
    let short = || value("Short-Name").or_else(|| value("Extension-Name"));
    let name = non_empty(file_name).or_else(short).or_else(title).or_else(|| {
        bundle.as_deref().and_then(|bundle| non_empty(bundle.rsplit('.').next().unwrap_or_default()))
    })?;
    let group = value("Group-Id")
        .or_else(|| {
            bundle.as_deref().and_then(|bundle| bundle.strip_suffix(&format!(".{name}"))).map(str::to_owned)
        })
        .or_else(|| value("Implementation-Vendor-Id"))
        .unwrap_or_else(|| name.clone());
    let version =
        version.as_deref().and_then(|version| version.split_whitespace().next()).and_then(non_empty);
    let is_unknown = version.is_none();
    let mut component = maven(&group, &name, version);
    if is_unknown {
        // It is there, and nothing more is known; a guess at its group would be no identity.
        component.purl = None;
    }
    component.supplier = value("Implementation-Vendor").or_else(|| value("Bundle-Vendor"));
    Some(component)
}

/// Lines longer than 72 bytes go on after a line break and one blank.
fn main_section(manifest: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in manifest.lines().take_while(|line| !line.trim_end().is_empty()) {
        if let Some(more) = line.strip_prefix(' ') {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(more);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_owned(), value.trim_start().to_owned()));
        }
    }
    fields
}

/// `log4j-core-2.14.1` → (`log4j-core`, `2.14.1`); the version begins at the first part that starts with a digit.
fn split_stem(stem: &str) -> (&str, Option<&str>) {
    let at = stem
        .match_indices('-')
        .find(|(at, _)| stem[at + 1..].starts_with(|first: char| first.is_ascii_digit()));
    match at {
        Some((at, _)) => (&stem[..at], Some(&stem[at + 1..])),
        None => (stem, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_and_file_names_tell_what_an_archive_is() {
        let purl = |manifest: &str, stem: &str| component(manifest, stem).and_then(|one| one.purl);
        let bundle = "Manifest-Version: 1.0\r\nBundle-SymbolicName: com.fasterxml.jackson.core.jackson-data\r\n bind;singleton:=true\r\n\
            Bundle-Version: 2.13.0\r\n\r\nName: x\r\nImplementation-Version: 9\r\n";
        assert_eq!(
            purl(bundle, "jackson-databind").as_deref(),
            Some("pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.13.0")
        );
        assert_eq!(purl("", "commons-io-2.4").as_deref(), Some("pkg:maven/commons-io/commons-io@2.4"));
        assert_eq!(
            purl("Implementation-Version: ${v}\nSpecification-Version: 3\n", "a").as_deref(),
            Some("pkg:maven/a/a@3")
        );
        assert_eq!(purl("Manifest-Version: 1.0\n", "tools"), None);
        assert_eq!(
            component("", "tools").map(|one| (one.name, one.version)),
            Some(("tools".to_owned(), None))
        );
    }
}
