// SPDX-License-Identifier: Apache-2.0
//! Java archives: which packages a `.jar`, `.war` or `.ear` is, carries inside its own files, and carries as archives.
//!
//! ```text
//!  app.war ─┬─ META-INF/maven/…/pom.properties ─→ one package each (several in a shaded jar)
//!           ├─ META-INF/MANIFEST.MF ────────────→ the archive itself, where Maven left nothing
//!           └─ WEB-INF/lib/*.jar ───────────────→ the same again, to a depth
//! ```
//!
//! Only the table of contents and these members are read, so that an archive of any size costs little.

mod manifest;
mod zip;

use crate::binary::ReadAt;
use crate::lock::java;
use crate::model::Component;

pub(crate) use manifest::read as read_manifest;

const DEPTH_MAX: usize = 4;
const METADATA_BYTES_MAX: u64 = 4 << 20;
/// A nested archive that is compressed has to be expanded into memory.
const NESTED_BYTES_MAX: u64 = 24 << 20;
const ENTRIES_MAX: usize = 20_000;

/// Names of files that are Java archives.
pub fn is_archive_name(name: &str) -> bool {
    let endings = [".jar", ".war", ".ear", ".jpi", ".hpi", ".sar", ".nar", ".par", ".rar", ".kar", ".lpkg"];
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    endings.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// What one archive holds.
#[derive(Debug, Default)]
pub struct Jar {
    /// Each package and where it was found: the empty text for the archive itself, else the path of the nested one.
    pub packages: Vec<(String, Component)>,
    /// Nested archives that could not be read.
    pub unread: Vec<String>,
}

/// Reads an archive of `size` bytes; `name` is its file name. `None`: it is no zip file, or a damaged one.
pub fn packages(read_at: ReadAt<'_>, size: u64, name: &str) -> Option<Jar> {
    let mut jar = Jar::default();
    descend(read_at, size, name, "", 0, &mut jar)?;
    Some(jar)
}

fn is_wanted(name: &str) -> bool {
    name == "META-INF/MANIFEST.MF"
        || (name.starts_with("META-INF/maven/")
            && (name.ends_with("/pom.properties") || name.ends_with("/pom.xml")))
        || (is_archive_name(name) && !name.ends_with('/'))
}

fn descend(
    read_at: ReadAt<'_>,
    size: u64,
    name: &str,
    place: &str,
    depth: usize,
    jar: &mut Jar,
) -> Option<()> {
    let mut entries = zip::entries(read_at, size, is_wanted)?;
    entries.truncate(ENTRIES_MAX);
    let mut own = Vec::new();
    let mut manifest = None;
    let text = |entry: &zip::Entry, read_at: ReadAt<'_>| {
        let bytes = zip::content(entry, read_at, METADATA_BYTES_MAX)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    for entry in &entries {
        if entry.name == "META-INF/MANIFEST.MF" {
            manifest = text(entry, read_at);
        } else if entry.name.ends_with("/pom.properties") {
            own.extend(text(entry, read_at).and_then(|text| java::pom_properties(&text)));
        }
    }
    // Some builds leave the pom alone; its folders still name group and artifact.
    for entry in entries.iter().filter(|entry| entry.name.ends_with("/pom.xml")) {
        let folders: Vec<&str> = entry.name.split('/').collect();
        let [_, _, group, artifact, _] = folders.as_slice() else { continue };
        let is_known = own.iter().any(|one| one.group.as_deref() == Some(*group) && one.name == **artifact);
        if is_known {
            continue;
        }
        let pom = text(entry, read_at).and_then(|text| java::read_pom(&text, name).ok());
        let version = pom.and_then(|pom| pom.components.into_iter().next()?.version);
        own.extend(version.map(|version| java::maven(group, artifact, Some(version))));
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_named = own.iter().any(|one| stem.starts_with(one.name.as_str()));
    if !is_named && let Some(component) = manifest::component(manifest.as_deref().unwrap_or_default(), stem) {
        let is_twice = own.iter().any(|one| one.name == component.name && one.version == component.version);
        if own.is_empty() || !is_twice {
            own.insert(0, component);
        }
    }
    jar.packages.extend(own.into_iter().map(|component| (place.to_owned(), component)));
    for entry in entries.iter().filter(|entry| is_archive_name(&entry.name)) {
        let inner = if place.is_empty() { entry.name.clone() } else { format!("{place}!{}", entry.name) };
        let base = entry.name.rsplit('/').next().unwrap_or_default();
        if depth + 1 >= DEPTH_MAX || nested(read_at, entry, base, &inner, depth, jar).is_none() {
            jar.unread.push(inner);
        }
    }
    Some(())
}

fn nested(
    read_at: ReadAt<'_>,
    entry: &zip::Entry,
    base: &str,
    inner: &str,
    depth: usize,
    jar: &mut Jar,
) -> Option<()> {
    if entry.is_stored() {
        // Spring Boot stores its libraries as they are: they are read where they lie.
        let start = zip::data_at(entry, read_at)?;
        let size = entry.size;
        let mut slice = |offset: u64, count: usize| {
            let end = offset.checked_add(count as u64)?;
            if end <= size { read_at(start.checked_add(offset)?, count) } else { None }
        };
        return descend(&mut slice, size, base, inner, depth + 1, jar);
    }
    let bytes = zip::content(entry, read_at, NESTED_BYTES_MAX)?;
    let mut slice = |offset: u64, count: usize| {
        let offset = usize::try_from(offset).ok()?;
        bytes.get(offset..offset.checked_add(count)?).map(<[u8]>::to_vec)
    };
    descend(&mut slice, bytes.len() as u64, base, inner, depth + 1, jar)
}
