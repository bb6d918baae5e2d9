// SPDX-License-Identifier: Apache-2.0
//! What was true at a month's end and is kept nowhere else.
//!
//! Sources keep only when they saw an asset last: a month later nobody can say whether it was seen within the thirty days
//! before. So it is taken down at the month's end: a byte of marks an asset, and what was counted of the tickets.

use std::collections::{BTreeMap, BTreeSet};

use hinomi_core::Time;

use super::Work;
use super::bytes::{Reader, put};

/// Marks of one asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssetMarks {
    /// Some source saw it in the last thirty days.
    pub seen: bool,
    /// A complete list of its software is at most thirty days old.
    pub listed: bool,
    /// Its software is known at all.
    pub known: bool,
    /// Its operating system is past its end of life.
    pub ended: bool,
    /// It carries a known-exploited vulnerability whose ticket is past its due date.
    pub exploited: bool,
}

impl AssetMarks {
    fn bits(self) -> u8 {
        [self.seen, self.listed, self.known, self.ended, self.exploited]
            .iter()
            .enumerate()
            .fold(0, |bits, (place, mark)| bits | (u8::from(*mark) << place))
    }

    fn of_bits(bits: u8) -> Self {
        let mark = |place: u8| bits >> place & 1 == 1;
        Self { seen: mark(0), listed: mark(1), known: mark(2), ended: mark(3), exploited: mark(4) }
    }
}

/// The capture of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capture {
    /// By ordinal.
    pub assets: BTreeMap<i64, AssetMarks>,
    /// The newest row of each source.
    pub sources: BTreeMap<String, Time>,
    /// Persons of each unit itself.
    pub people: BTreeMap<String, i64>,
    /// What was counted of the tickets; absent in captures of before it was kept.
    pub work: Option<Work>,
    /// The seats that were required; absent as above.
    pub seats: Option<BTreeSet<String>>,
    /// It was taken at the month's end, not just now.
    pub kept: bool,
}

impl Capture {
    pub(crate) fn encode_assets(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.assets.len() * 2);
        let mut last = 0;
        for (ordinal, marks) in &self.assets {
            put(&mut bytes, ordinal.wrapping_sub(last) as u64);
            bytes.push(marks.bits());
            last = *ordinal;
        }
        bytes
    }

    pub(crate) fn decode_assets(bytes: &[u8]) -> Result<BTreeMap<i64, AssetMarks>, String> {
        let mut reader = Reader(bytes);
        let mut assets = BTreeMap::new();
        let mut last = 0i64;
        while !reader.is_at_end() {
            last = last.wrapping_add(reader.number()? as i64);
            assets.insert(last, AssetMarks::of_bits(reader.byte()?));
        }
        Ok(assets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_as_they_were() {
        let mut capture = Capture::default();
        for bits in 0..32u8 {
            capture.assets.insert(i64::from(bits) * 300, AssetMarks::of_bits(bits));
        }
        let bytes = capture.encode_assets();
        assert_eq!(Capture::decode_assets(&bytes), Ok(capture.assets));
        assert!(Capture::decode_assets(&bytes[..bytes.len() - 1]).is_err());
    }
}
