// SPDX-License-Identifier: Apache-2.0
//! `Packages` of rpm 4.15 and earlier: a hash database of Berkeley DB (`db_page.h` of release 5.3), read page by page.
//!
//! The order of the buckets says nothing, so that every page of the file is looked at once: keys are package numbers,
//! values are package headers, mostly too large for a page and then chained over overflow pages.

use super::Visit;

const HASH_MAGIC: u32 = 0x0006_1561;
const PAGE_HEADER_BYTES: usize = 26;
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH_META: u8 = 8;
const HASH: u8 = 13;
const ITEM_INLINE: u8 = 1;
const ITEM_OFF_PAGE: u8 = 3;

pub(super) fn is_database(bytes: &[u8]) -> bool {
    bytes.get(12..16).and_then(|magic| magic.first_chunk()).is_some_and(|magic| {
        u32::from_le_bytes(*magic) == HASH_MAGIC || u32::from_be_bytes(*magic) == HASH_MAGIC
    }) && bytes.get(25) == Some(&HASH_META)
}

struct Database<'a> {
    bytes: &'a [u8],
    page_bytes: usize,
    is_big_endian: bool,
}

impl<'a> Database<'a> {
    fn u32_at(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let word = *bytes.get(at..at.checked_add(4)?)?.first_chunk()?;
        Some(if self.is_big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
    }

    fn u16_at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let word = *bytes.get(at..at.checked_add(2)?)?.first_chunk()?;
        Some(usize::from(if self.is_big_endian {
            u16::from_be_bytes(word)
        } else {
            u16::from_le_bytes(word)
        }))
    }

    fn page(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_mul(self.page_bytes)?;
        self.bytes.get(start..start.checked_add(self.page_bytes)?)
    }

    /// The bytes of an item that a chain of overflow pages holds.
    fn chain(&self, first: u32, total: usize, budget: &mut usize) -> Option<Vec<u8>> {
        // The pages of all chains together cannot hold more than the file.
        *budget = budget.checked_sub(total)?;
        let mut value = Vec::with_capacity(total);
        let mut next = first;
        while value.len() < total && next != 0 {
            let page = self.page(next)?;
            let used = self.u16_at(page, 22)?;
            if page[25] != OVERFLOW || used == 0 {
                return None;
            }
            value.extend_from_slice(page.get(PAGE_HEADER_BYTES..PAGE_HEADER_BYTES + used)?);
            next = self.u32_at(page, 16)?;
        }
        (value.len() == total).then_some(value)
    }

    /// Key and value stand in pairs; the space of an item ends where the one before it begins.
    fn items(&self, page: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let count = self.u16_at(page, 20)?;
        let mut end = self.page_bytes;
        let mut items = Vec::new();
        for index in 0..count {
            let start = self.u16_at(page, PAGE_HEADER_BYTES + 2 * index)?;
            items.push(page.get(start..end)?);
            end = start;
        }
        Some(items)
    }
}

pub(super) fn packages(bytes: &[u8], visit: Visit<'_>) -> Result<(), String> {
    let is_big_endian = bytes.get(12..16) == Some(&HASH_MAGIC.to_be_bytes()[..]);
    let mut database = Database { bytes, page_bytes: 0, is_big_endian };
    database.page_bytes = database.u32_at(bytes, 20).unwrap_or_default() as usize;
    if !database.page_bytes.is_power_of_two() || !(512..=65536).contains(&database.page_bytes) {
        return Err("the page size of the Berkeley database is wrong".to_owned());
    }
    if bytes.get(24).is_some_and(|algorithm| *algorithm != 0) {
        return Err("the Berkeley database is encrypted".to_owned());
    }
    let last = database.u32_at(bytes, 32).unwrap_or_default();
    if database.page(last).is_none() {
        return Err(format!("the Berkeley database is cut off before its last page {last}"));
    }
    let mut budget = bytes.len();
    let mut found: Vec<(u32, Vec<u8>)> = Vec::new();
    for number in 1..=last {
        let damaged = || format!("page {number} of the Berkeley database is damaged");
        let page = database.page(number).ok_or_else(damaged)?;
        if !matches!(page[25], HASH_UNSORTED | HASH) {
            continue;
        }
        let items = database.items(page).ok_or_else(damaged)?;
        for pair in items.chunks_exact(2) {
            let key = pair[0].get(1..).filter(|key| key.len() == 4).and_then(|key| database.u32_at(key, 0));
            // Number zero holds the count of packages.
            let Some(key) = key.filter(|key| *key != 0) else { continue };
            let value = match pair[1].first() {
                Some(&ITEM_INLINE) => pair[1].get(1..).map(<[u8]>::to_vec),
                Some(&ITEM_OFF_PAGE) => database.u32_at(pair[1], 4).and_then(|first| {
                    database.chain(first, database.u32_at(pair[1], 8)? as usize, &mut budget)
                }),
                _ => None,
            };
            found.push((key, value.ok_or_else(damaged)?));
        }
    }
    found.sort_unstable_by_key(|(key, _)| *key);
    for (key, value) in found {
        visit(&format!("package {key}"), &value);
    }
    Ok(())
}
