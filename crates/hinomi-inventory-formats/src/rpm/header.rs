// SPDX-License-Identifier: Apache-2.0
//! One package as every form of the rpm database stores it: the header of rpm 4 without its magic.

/// Tags of rpm 4 (`rpmtag.h`).
pub(super) mod tag {
    pub(in crate::rpm) const NAME: u32 = 1000;
    pub(in crate::rpm) const VERSION: u32 = 1001;
    pub(in crate::rpm) const RELEASE: u32 = 1002;
    pub(in crate::rpm) const EPOCH: u32 = 1003;
    pub(in crate::rpm) const VENDOR: u32 = 1011;
    pub(in crate::rpm) const LICENSE: u32 = 1014;
    pub(in crate::rpm) const ARCH: u32 = 1022;
    pub(in crate::rpm) const SOURCE_RPM: u32 = 1044;
    pub(in crate::rpm) const DIR_INDEXES: u32 = 1116;
    pub(in crate::rpm) const BASE_NAMES: u32 = 1117;
    pub(in crate::rpm) const DIR_NAMES: u32 = 1118;
}

/// One package header: an index of (tag, type, offset, count) and the data store that it points into.
pub(super) struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

const INDEX_ENTRY_BYTES: usize = 16;

impl<'a> Header<'a> {
    pub(super) fn parse(blob: &'a [u8]) -> Option<Header<'a>> {
        let entries = u32::from_be_bytes(*blob.first_chunk()?) as usize;
        let data_bytes = u32::from_be_bytes(*blob.get(4..)?.first_chunk()?) as usize;
        let index_end = entries.checked_mul(INDEX_ENTRY_BYTES)?.checked_add(8)?;
        let index = blob.get(8..index_end)?;
        let data = blob.get(index_end..index_end.checked_add(data_bytes)?)?;
        Some(Header { index, data })
    }

    /// The data from the entry's offset on, and how many values it has.
    fn find(&self, tag: u32) -> Option<(&'a [u8], usize)> {
        let word = |entry: &[u8], at: usize| {
            entry.get(at..at + 4).and_then(|word| word.first_chunk().copied()).map(u32::from_be_bytes)
        };
        let entry = self.index.chunks_exact(INDEX_ENTRY_BYTES).find(|entry| word(entry, 0) == Some(tag))?;
        let (offset, count) = (word(entry, 8)?, word(entry, 12)?);
        Some((self.data.get(offset as usize..)?, count as usize))
    }

    pub(super) fn text(&self, tag: u32) -> Option<String> {
        let (data, _) = self.find(tag)?;
        let text = data.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    pub(super) fn integer(&self, tag: u32) -> Option<u32> {
        let (data, count) = self.find(tag)?;
        if count == 0 { None } else { data.first_chunk().copied().map(u32::from_be_bytes) }
    }

    fn texts(&self, tag: u32) -> Vec<&'a [u8]> {
        let Some((data, count)) = self.find(tag) else { return Vec::new() };
        data.split(|byte| *byte == 0).take(count).collect()
    }

    pub(super) fn files(&self, own: &mut dyn FnMut(&str)) {
        let folders = self.texts(tag::DIR_NAMES);
        let Some((indexes, _)) = self.find(tag::DIR_INDEXES) else { return };
        for (name, index) in self.texts(tag::BASE_NAMES).iter().zip(indexes.chunks_exact(4)) {
            let index = u32::from_be_bytes([index[0], index[1], index[2], index[3]]) as usize;
            if let Some(folder) = folders.get(index) {
                own(&format!("{}{}", String::from_utf8_lossy(folder), String::from_utf8_lossy(name)));
            }
        }
    }
}
