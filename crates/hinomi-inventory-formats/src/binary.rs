// SPDX-License-Identifier: Apache-2.0
//! What compilers leave inside executables: Go's build information and the dependency list of cargo-auditable.
//!
//! Only the ELF header, the section table and the two sections are read, so a large program costs a few kilobytes.

mod go;

use std::io::Read;

use serde::Deserialize;

use crate::language;
use crate::model::Component;

/// Reads up to so many bytes at an offset; `None` when there are fewer.
pub type ReadAt<'r> = &'r mut dyn FnMut(u64, usize) -> Option<Vec<u8>>;

const SECTIONS_MAX: usize = 4096;
const NAMES_BYTES_MAX: u64 = 1 << 20;
const SECTION_BYTES_MAX: u64 = 16 << 20;
/// A dependency list expands at most to this.
const EXPANDED_BYTES_MAX: u64 = 64 << 20;

/// The packages that an executable says it was built from; empty when it says nothing or is none.
pub fn packages(read_at: ReadAt<'_>) -> Vec<Component> {
    let Some(sections) = sections(read_at) else { return Vec::new() };
    let mut content = |name: &str| {
        let section = sections.iter().find(|section| section.name == name)?;
        read_at(section.offset, usize::try_from(section.size).ok()?)
    };
    if let Some(rust) = content(".dep-v0").and_then(|bytes| rust_packages(&bytes)) {
        return rust;
    }
    let Some(mut go) = content(".go.buildinfo").and_then(|bytes| go::build(&bytes)) else {
        return Vec::new();
    };
    if go.lacks_version() {
        let texts = sections.iter().find(|section| section.name == ".rodata");
        go.set_version(texts.and_then(|texts| go::embedded_version(read_at, texts.offset, texts.size)));
    }
    go.components
}

struct Section {
    name: String,
    offset: u64,
    size: u64,
}

/// The section table of a 64-bit little-endian ELF file (System V gABI, chapter 4).
fn sections(read_at: ReadAt<'_>) -> Option<Vec<Section>> {
    let header = read_at(0, 64)?;
    let is_elf64_little_endian = header.starts_with(b"\x7fELF\x02\x01");
    if !is_elf64_little_endian {
        return None;
    }
    let (table_at, entry_bytes) = (u64_at(&header, 40)?, usize::from(u16_at(&header, 58)?));
    let (count, names_index) = (usize::from(u16_at(&header, 60)?), usize::from(u16_at(&header, 62)?));
    if count == 0 || count > SECTIONS_MAX || entry_bytes < 64 || names_index >= count {
        return None;
    }
    let table = read_at(table_at, count * entry_bytes)?;
    let entry = |index: usize| table.get(index * entry_bytes..(index + 1) * entry_bytes);
    let names_entry = entry(names_index)?;
    let (names_at, names_size) = (u64_at(names_entry, 24)?, u64_at(names_entry, 32)?);
    if names_size > NAMES_BYTES_MAX {
        return None;
    }
    let names = read_at(names_at, names_size as usize)?;
    let mut sections = Vec::new();
    for index in 0..count {
        let entry = entry(index)?;
        let name = names.get(u32_at(entry, 0)? as usize..)?.split(|byte| *byte == 0).next()?;
        let (offset, size) = (u64_at(entry, 24)?, u64_at(entry, 32)?);
        if size <= SECTION_BYTES_MAX {
            sections.push(Section { name: String::from_utf8_lossy(name).into_owned(), offset, size });
        }
    }
    Some(sections)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.first_chunk().copied().map(u64::from_le_bytes)
}

#[derive(Deserialize)]
struct Auditable {
    packages: Vec<AuditablePackage>,
}

#[derive(Deserialize)]
struct AuditablePackage {
    name: String,
    version: String,
    source: String,
    #[serde(default)]
    kind: Option<String>,
}

/// cargo-auditable's section: zlib-compressed JSON. Build dependencies are not in the program.
fn rust_packages(section: &[u8]) -> Option<Vec<Component>> {
    let mut text = Vec::new();
    flate2::read::ZlibDecoder::new(section).take(EXPANDED_BYTES_MAX).read_to_end(&mut text).ok()?;
    let list: Auditable = serde_json::from_slice(&text).ok()?;
    let linked = list.packages.into_iter().filter(|package| package.kind.as_deref() != Some("build"));
    let components = linked.map(|package| {
        let version = Some(package.version);
        let mut component = language::component("cargo", None, &package.name, &package.name, version, None);
        if package.source != "crates.io" && package.source != "registry" {
            component.purl = None;
        }
        component
    });
    Some(components.collect())
}
