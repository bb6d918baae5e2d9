// SPDX-License-Identifier: Apache-2.0
//! Version resources of Windows programs: a small file made here, whole and damaged.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::pe;

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn pad(bytes: &mut Vec<u8>) {
    while !bytes.len().is_multiple_of(4) {
        bytes.push(0);
    }
}

fn block(key: &str, is_text: bool, value: &[u8], inner: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 6];
    bytes.extend(wide(key));
    pad(&mut bytes);
    bytes.extend(value);
    for one in inner {
        pad(&mut bytes);
        bytes.extend(one);
    }
    let length = u16::try_from(bytes.len()).unwrap();
    let value_length = u16::try_from(if is_text { value.len() / 2 } else { value.len() }).unwrap();
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes[2..4].copy_from_slice(&value_length.to_le_bytes());
    bytes[4] = u8::from(is_text);
    bytes
}

/// PE32+ with one section at address 0x1000 that holds the resources.
fn program(texts: &[(&str, &str)]) -> Vec<u8> {
    let mut numbers = vec![0; 52];
    numbers[..4].copy_from_slice(&0xfeef_04bd_u32.to_le_bytes());
    numbers[16..20].copy_from_slice(&((1_u32 << 16) | 2).to_le_bytes());
    numbers[20..24].copy_from_slice(&((3_u32 << 16) | 4).to_le_bytes());
    let strings: Vec<Vec<u8>> =
        texts.iter().map(|(key, value)| block(key, true, &wide(value), &[])).collect();
    let table = block("040904b0", true, &[], &strings);
    let info = block("StringFileInfo", true, &[], &[table]);
    let version = block("VS_VERSION_INFO", false, &numbers, &[info]);
    let folder = |id: u32, to: u32| {
        let mut bytes = vec![0; 16];
        bytes[14] = 1;
        bytes.extend(id.to_le_bytes());
        bytes.extend(to.to_le_bytes());
        bytes
    };
    let mut resources = folder(16, 0x8000_0000 | 24);
    resources.extend(folder(1, 0x8000_0000 | 48));
    resources.extend(folder(1033, 72));
    resources.extend(0x1058_u32.to_le_bytes());
    resources.extend(u32::try_from(version.len()).unwrap().to_le_bytes());
    resources.resize(0x58, 0);
    resources.extend(version);
    let mut file = vec![0; 64];
    file[..2].copy_from_slice(b"MZ");
    file[60] = 64;
    file.extend(b"PE\0\0");
    file.extend([0x64, 0x86, 1, 0]);
    file.resize(64 + 20, 0);
    file.extend(240_u16.to_le_bytes());
    file.resize(64 + 24, 0);
    let mut optional = vec![0; 240];
    optional[..2].copy_from_slice(&0x20b_u16.to_le_bytes());
    optional[128..132].copy_from_slice(&0x1000_u32.to_le_bytes());
    file.extend(optional);
    let mut section = vec![0; 40];
    section[8..12].copy_from_slice(&0x1000_u32.to_le_bytes());
    section[12..16].copy_from_slice(&0x1000_u32.to_le_bytes());
    section[20..24].copy_from_slice(&0x200_u32.to_le_bytes());
    file.extend(section);
    file.resize(0x200, 0);
    file.extend(resources);
    file
}

fn read(file: &[u8]) -> Option<hinomi_inventory_formats::Component> {
    pe::product(&mut |offset, count| {
        let offset = usize::try_from(offset).ok()?;
        file.get(offset..offset.checked_add(count)?).map(<[u8]>::to_vec)
    })
}

#[test]
fn the_product_is_told_by_its_texts_and_else_by_its_numbers() {
    let found = read(&program(&[
        ("CompanyName", "Example Ltd"),
        ("ProductName", "Example Tool"),
        ("ProductVersion", "5, 6, 7 beta"),
        ("FileVersion", "9.9"),
    ]))
    .unwrap();
    assert_eq!((found.name.as_str(), found.version.as_deref()), ("Example Tool", Some("5.6.7")));
    assert_eq!((found.supplier.as_deref(), found.purl), (Some("Example Ltd"), None));
    let found = read(&program(&[("InternalName", "tool.dll")])).unwrap();
    assert_eq!((found.name.as_str(), found.version.as_deref()), ("tool.dll", Some("1.2.3.4")));
    assert!(read(&program(&[("Comments", "no name")])).is_none());
}

#[test]
fn damage_is_no_product_and_no_panic() {
    let whole = program(&[("ProductName", "Example Tool"), ("ProductVersion", "1.0")]);
    for length in 0..whole.len() {
        let _read = read(&whole[..length]);
    }
    for at in 0..whole.len() {
        let mut file = whole.clone();
        file[at] ^= 0xff;
        let _read = read(&file);
    }
    assert!(read(b"MZ").is_none() && read(b"\x7fELF").is_none());
    assert!(
        pe::is_program_name(b"Tool.EXE") && pe::is_program_name(b"a.b.dll") && !pe::is_program_name(b".dll")
    );
}
