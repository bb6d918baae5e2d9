// SPDX-License-Identifier: Apache-2.0
//! What compilers leave inside executables: Go's build information and the dependency list of cargo-auditable.
//!
//! Only the ELF header, the section table and the two sections are read, so a large program costs a few kilobytes.

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
    let rust = content(".dep-v0").and_then(|bytes| rust_packages(&bytes));
    let go = content(".go.buildinfo").and_then(|bytes| go_packages(&bytes));
    rust.or(go).unwrap_or_default()
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

/// Go 1.18 and later write the strings in place (`debug/buildinfo`): 32 bytes of header, the version, the modules.
fn go_packages(section: &[u8]) -> Option<Vec<Component>> {
    const MAGIC: &[u8] = b"\xff Go buildinf:";
    const INLINE_STRINGS: u8 = 2;
    const SENTINEL_BYTES: usize = 16;
    if !section.starts_with(MAGIC) || section.get(15)? & INLINE_STRINGS == 0 {
        return None;
    }
    let (version, rest) = go_string(section.get(32..)?)?;
    let (modules, _) = go_string(rest)?;
    let version = str::from_utf8(version).ok()?;
    let version = version.split(' ').next().unwrap_or(version).trim_start_matches("go");
    let mut components = Vec::new();
    let stdlib = language::component("golang", None, "stdlib", "stdlib", Some(version.to_owned()), None);
    components
        .push(Component { cpe: Some(format!("cpe:2.3:a:golang:go:{version}:*:*:*:*:*:*:*")), ..stdlib });
    // Sixteen bytes on either side mark the text for a running program.
    let inner = modules.get(SENTINEL_BYTES..modules.len().saturating_sub(SENTINEL_BYTES)).unwrap_or_default();
    for line in String::from_utf8_lossy(inner).lines() {
        let words: Vec<&str> = line.split('\t').collect();
        match words.as_slice() {
            ["mod" | "dep", module, version, ..] => components.push(crate::lock::go_module(module, version)),
            // Release builds write their version through the linker: the module itself says only `(devel)`.
            ["build", setting] => {
                if let Some(version) = setting.strip_prefix("-ldflags=").and_then(linked_version)
                    && let Some(main) = components.get_mut(1)
                    && main.version.as_deref() == Some("(devel)")
                {
                    *main = crate::lock::go_module(&main.name, &version);
                }
            }
            // A replacement is what was built instead of the line above.
            ["=>", module, version, ..] => {
                components.pop();
                components.push(crate::lock::go_module(module, version));
            }
            _ => {}
        }
    }
    Some(components)
}

/// `-X k8s.io/component-base/version.gitVersion=v1.27.16` → `v1.27.16`
fn linked_version(flags: &str) -> Option<String> {
    let words = flags.split([' ', '"', '\'', '\\']);
    let values = words.filter_map(|word| word.split_once('='));
    let mut versions = values.filter_map(|(name, value)| {
        let is_version = name.to_ascii_lowercase().ends_with("version");
        let plain = value.strip_prefix('v').unwrap_or(value);
        let is_number = plain.split('.').count() >= 3
            && plain.split(['.', '-', '+']).take(3).all(|part| part.parse::<u32>().is_ok());
        (is_version && is_number).then(|| format!("v{plain}"))
    });
    let first = versions.next()?;
    // Several different versions leave it open which one is the program's.
    versions.all(|other| other == first).then_some(first)
}

/// A length (base 128, least significant group first), then so many bytes.
fn go_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let start = index + 1;
            return Some((bytes.get(start..start.checked_add(length)?)?, bytes.get(start + length..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::linked_version;

    #[test]
    fn the_linker_names_the_version_of_a_release() {
        let flags = "\"-X 'k8s.io/client-go/pkg/version.gitVersion=v1.27.16' -X k8s.io/client-go/pkg/version.gitMajor=1 \
                     -X k8s.io/component-base/version.gitVersion=v1.27.16\"";
        assert_eq!(linked_version(flags).as_deref(), Some("v1.27.16"));
        assert_eq!(linked_version("-X main.version=1.2.3 -X other.Version=1.2.4"), None);
        assert_eq!(linked_version("-s -w -X main.goVersion=go1.22"), None);
    }
}
