// SPDX-License-Identifier: Apache-2.0
//! What a Windows program or library says it is: the version resource of a PE file (PE format, VERSIONINFO).
//!
//! ```text
//!  MZ ─→ PE header ─→ sections ─→ .rsrc: type 16 ─→ id ─→ language ─→ VS_VERSION_INFO ─┬─ fixed numbers
//!                                                                                     └─ StringFileInfo: names
//! ```
//!
//! Only headers and the resource itself are read. Product names are no packages of a registry: there is no purl.

use crate::binary::ReadAt;
use crate::model::{Component, ComponentKind};
use crate::text::non_empty;

const SECTIONS_MAX: usize = 96;
const RESOURCE_BYTES_MAX: usize = 1 << 20;
const ENTRIES_MAX: usize = 4096;
/// `RT_VERSION`
const VERSION_TYPE: u32 = 16;
const NESTING_MAX: usize = 4;

/// Names of files that are Windows programs or libraries.
pub fn is_program_name(name: &[u8]) -> bool {
    let ending = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    name.len() > 4 && (ending.eq_ignore_ascii_case(b"exe") || ending.eq_ignore_ascii_case(b"dll"))
}

/// The product that the file belongs to; `None`: no PE file, or one that says nothing of itself.
pub fn product(read_at: ReadAt<'_>) -> Option<Component> {
    let bytes = version_resource(read_at)?;
    let mut facts = Facts::default();
    block(&bytes, 0, &mut facts);
    let names = [&facts.product, &facts.internal, &facts.original, &facts.description];
    let name = names.into_iter().flatten().find_map(|name| non_empty(name.trim()))?;
    // The texts are what people see; the numbers beside them are always there.
    let version = [facts.product_version, facts.file_version].into_iter().flatten().find_map(|version| {
        let version = version.replace(", ", ".");
        let plain = version.trim().split([' ', '+']).next().unwrap_or_default();
        plain.starts_with(|first: char| first.is_ascii_digit()).then(|| plain.to_owned())
    });
    let version = version.or(facts.numbers);
    Some(Component {
        id: Some(format!("pe:{name}@{}", version.as_deref().unwrap_or_default())),
        kind: ComponentKind::Application,
        name,
        version,
        supplier: facts.company.and_then(|company| non_empty(company.trim())),
        ..Component::default()
    })
}

#[derive(Default)]
struct Facts {
    product: Option<String>,
    internal: Option<String>,
    original: Option<String>,
    description: Option<String>,
    company: Option<String>,
    product_version: Option<String>,
    file_version: Option<String>,
    numbers: Option<String>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..at.checked_add(2)?)?.first_chunk().copied().map(|two| usize::from(u16::from_le_bytes(two)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.first_chunk().copied().map(u32::from_le_bytes)
}

struct Section {
    address: u32,
    size: u32,
    offset: u32,
}

fn version_resource(read_at: ReadAt<'_>) -> Option<Vec<u8>> {
    let start = read_at(0, 64)?;
    if !start.starts_with(b"MZ") {
        return None;
    }
    let header_at = u64::from(u32_at(&start, 60)?);
    let header = read_at(header_at, 24)?;
    if !header.starts_with(b"PE\0\0") {
        return None;
    }
    let (count, optional_bytes) = (u16_at(&header, 6)?, u16_at(&header, 20)?);
    if count > SECTIONS_MAX {
        return None;
    }
    let optional = read_at(header_at + 24, optional_bytes)?;
    // PE32 or PE32+: the second has wider addresses before the directories.
    let directories_at = match u16_at(&optional, 0)? {
        0x10b => 96,
        0x20b => 112,
        _ => return None,
    };
    let resources = u32_at(&optional, directories_at + 2 * 8)?;
    let table = read_at(header_at + 24 + optional_bytes as u64, count * 40)?;
    let sections: Vec<Section> = (0..count)
        .filter_map(|index| {
            let at = index * 40;
            let (virtual_size, raw) = (u32_at(&table, at + 8)?, u32_at(&table, at + 16)?);
            let (address, offset) = (u32_at(&table, at + 12)?, u32_at(&table, at + 20)?);
            Some(Section { address, size: virtual_size.max(raw), offset })
        })
        .collect();
    let offset_of = |address: u32| {
        let inside = |section: &&Section| {
            (section.address..section.address.saturating_add(section.size)).contains(&address)
        };
        let section = sections.iter().find(inside)?;
        Some(u64::from(section.offset) + u64::from(address - section.address))
    };
    let base = offset_of(resources).filter(|_| resources != 0)?;
    // Three levels of folders: type, name, language.
    let mut at = entry_of(read_at, base, 0, Some(VERSION_TYPE))?;
    at = entry_of(read_at, base, folder(at)?, None)?;
    at = entry_of(read_at, base, folder(at)?, None)?;
    let data = read_at(base + u64::from(at), 8)?;
    let size = usize::try_from(u32_at(&data, 4)?).ok().filter(|size| *size <= RESOURCE_BYTES_MAX)?;
    read_at(offset_of(u32_at(&data, 0)?)?, size)
}

/// The highest bit tells a folder from data.
fn folder(at: u32) -> Option<u32> {
    (at & 0x8000_0000 != 0).then_some(at & 0x7fff_ffff)
}

/// The entry of that identifier in a folder of resources, or its first.
fn entry_of(read_at: ReadAt<'_>, base: u64, at: u32, wanted: Option<u32>) -> Option<u32> {
    let head = read_at(base + u64::from(at), 16)?;
    let count = u16_at(&head, 12)? + u16_at(&head, 14)?;
    let entries = read_at(base + u64::from(at) + 16, count.min(ENTRIES_MAX) * 8)?;
    entries.chunks_exact(8).find_map(|entry| {
        let id = u32_at(entry, 0)?;
        wanted.is_none_or(|wanted| wanted == id).then(|| u32_at(entry, 4)).flatten()
    })
}

fn aligned(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// A block: its length, that of its value, whether that is text, its name, the value, blocks inside.
fn block(bytes: &[u8], depth: usize, facts: &mut Facts) -> Option<()> {
    let (length, value_length) = (u16_at(bytes, 0)?, u16_at(bytes, 2)?);
    let is_text = u16_at(bytes, 4)? == 1;
    let bytes = bytes.get(..length)?;
    let (key, key_bytes) = wide(bytes.get(6..)?);
    let value_at = aligned(6 + key_bytes);
    let value_bytes = if is_text { value_length * 2 } else { value_length };
    let value = bytes.get(value_at..(value_at + value_bytes).min(length)).unwrap_or_default();
    if key == "VS_VERSION_INFO" {
        facts.numbers = fixed(value);
    } else if is_text && value_length > 0 {
        let text = Some(wide(value).0);
        match key.as_str() {
            "ProductName" => facts.product = text,
            "InternalName" => facts.internal = text,
            "OriginalFilename" => facts.original = text,
            "FileDescription" => facts.description = text,
            "CompanyName" => facts.company = text,
            "ProductVersion" => facts.product_version = text,
            "FileVersion" => facts.file_version = text,
            _ => {}
        }
        return Some(());
    }
    let mut at = aligned(value_at + value_bytes);
    while depth < NESTING_MAX && at + 6 <= length {
        let inner = bytes.get(at..)?;
        block(inner, depth + 1, facts);
        at = aligned(at + u16_at(inner, 0)?.max(6));
    }
    Some(())
}

/// `VS_FIXEDFILEINFO`: the product's version in four numbers.
fn fixed(value: &[u8]) -> Option<String> {
    const SIGNATURE: u32 = 0xfeef_04bd;
    let (high, low) = (u32_at(value, 16)?, u32_at(value, 20)?);
    let parts = [high >> 16, high & 0xffff, low >> 16, low & 0xffff];
    let is_stated = u32_at(value, 0)? == SIGNATURE && parts != [0; 4];
    is_stated.then(|| parts.map(|part| part.to_string()).join("."))
}

/// UTF-16 up to its NUL, and how many bytes that took.
fn wide(bytes: &[u8]) -> (String, usize) {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    (String::from_utf16_lossy(&units), 2 * (units.len() + 1))
}
