// SPDX-License-Identifier: Apache-2.0
//! Component sets: a sorted list of component ids, stored as `profile ± difference`.
//!
//! ```text
//! profile   [3 7 8 20 31 …]           shared by every host built from one image
//! carrier   + [40 92]  − [8]          the drift of this host, a few dozen bytes
//! ```
//! Ids are written as LEB128 varints of the gaps between neighbours, so that a list of 300 ids takes
//! some 400 bytes and decodes in about a microsecond.

/// Why stored bytes are not a component set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SetError {
    #[error("component set ends inside a number at byte {at}")]
    Truncated { at: usize },
    #[error("component set holds a number above 4294967295 at byte {at}")]
    TooLarge { at: usize },
}

fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_varint(bytes: &[u8], at: &mut usize) -> Result<u32, SetError> {
    let start = *at;
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(*at).ok_or(SetError::Truncated { at: start })?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u32::try_from(value).map_err(|_| SetError::TooLarge { at: start });
        }
    }
    Err(SetError::TooLarge { at: start })
}

fn put_list(out: &mut Vec<u8>, sorted: &[u32]) {
    put_varint(out, sorted.len() as u32);
    let mut previous = 0;
    for &id in sorted {
        put_varint(out, id - previous);
        previous = id;
    }
}

fn take_list(bytes: &[u8], at: &mut usize) -> Result<Vec<u32>, SetError> {
    let count = take_varint(bytes, at)? as usize;
    // A damaged count must not reserve memory that the bytes cannot fill.
    let mut ids = Vec::with_capacity(count.min(bytes.len()));
    let mut previous = 0u32;
    for _ in 0..count {
        let start = *at;
        let gap = take_varint(bytes, at)?;
        previous = previous.checked_add(gap).ok_or(SetError::TooLarge { at: start })?;
        ids.push(previous);
    }
    Ok(ids)
}

/// Sorts, removes doubles.
pub fn normalise(mut ids: Vec<u32>) -> Vec<u32> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The stored form of a whole list.
pub fn encode(sorted: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sorted.len() * 2 + 4);
    put_list(&mut out, sorted);
    out
}

pub fn decode(bytes: &[u8]) -> Result<Vec<u32>, SetError> {
    take_list(bytes, &mut 0)
}

/// What a carrier has beyond and short of its profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub added: Vec<u32>,
    pub removed: Vec<u32>,
}

impl Difference {
    pub fn between(profile: &[u32], actual: &[u32]) -> Self {
        let mut difference = Self::default();
        let (mut left, mut right) = (profile.iter().peekable(), actual.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some(&&old), Some(&&new)) if old == new => {
                    left.next();
                    right.next();
                }
                (Some(&&old), Some(&&new)) if old < new => {
                    difference.removed.push(old);
                    left.next();
                }
                (Some(&&old), None) => {
                    difference.removed.push(old);
                    left.next();
                }
                (_, Some(&&new)) => {
                    difference.added.push(new);
                    right.next();
                }
                (None, None) => return difference,
            }
        }
    }

    pub fn len(&self) -> usize {
        self.added.len() + self.removed.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `None` for an empty difference: most hosts of a fleet store nothing here.
    pub fn encode(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(self.len() * 2 + 4);
        put_list(&mut out, &self.added);
        put_list(&mut out, &self.removed);
        Some(out)
    }

    pub fn decode(bytes: Option<&[u8]>) -> Result<Self, SetError> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        let mut at = 0;
        Ok(Self { added: take_list(bytes, &mut at)?, removed: take_list(bytes, &mut at)? })
    }

    pub fn apply(&self, profile: &[u32]) -> Vec<u32> {
        let mut ids = Vec::with_capacity(profile.len() + self.added.len());
        ids.extend(profile.iter().copied().filter(|id| self.removed.binary_search(id).is_err()));
        ids.extend_from_slice(&self.added);
        normalise(ids)
    }
}

/// A number that sets with mostly the same members are likely to share: the least of a fixed
/// pseudo-random order of their members (one band of MinHash, Broder 1997).
pub fn signature(ids: &[u32], band: u64) -> i64 {
    ids.iter()
        .map(|&id| scatter(u64::from(id) ^ band.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .min()
        .unwrap_or(u64::MAX) as i64
}

fn scatter(mut value: u64) -> u64 {
    value = (value ^ (value >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    value = (value ^ (value >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ (value >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_set_survives_storage(ids in proptest::collection::vec(any::<u32>(), 0..400)) {
            let ids = normalise(ids);
            prop_assert_eq!(decode(&encode(&ids)), Ok(ids));
        }

        #[test]
        fn profile_and_difference_give_the_set_back(
            profile in proptest::collection::vec(0u32..500, 0..200),
            actual in proptest::collection::vec(0u32..500, 0..200),
        ) {
            let (profile, actual) = (normalise(profile), normalise(actual));
            let difference = Difference::between(&profile, &actual);
            let stored = difference.encode();
            prop_assert_eq!(Difference::decode(stored.as_deref()).unwrap().apply(&profile), actual);
        }

        #[test]
        fn damaged_bytes_are_an_error_and_never_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes);
            let _ = Difference::decode(Some(&bytes));
        }
    }

    #[test]
    fn a_truncated_list_is_refused() {
        let mut bytes = encode(&[1, 2, 300]);
        bytes.pop();
        assert!(matches!(decode(&bytes), Err(SetError::Truncated { .. })));
    }

    #[test]
    fn like_sets_often_share_a_signature() {
        let base: Vec<u32> = (0..300).collect();
        let near: Vec<u32> = (0..297).chain([900, 901]).collect();
        let shared = (0..8).filter(|&band| signature(&base, band) == signature(&near, band)).count();
        assert!(shared >= 5, "{shared} of 8 bands");
    }
}
