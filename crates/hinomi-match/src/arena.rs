// SPDX-License-Identifier: Apache-2.0
//! Byte strings stored once each, named by small numbers.
//!
//! ```text
//!   bytes  │ o p e n s s l │ 1 . 2 │ …          ends   7 10 …
//!   slots  open addressing over the hashes, half empty, so that a look-up mostly touches one cell
//! ```

use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

use crate::section::Section;

/// Marks an absent value where a number is stored.
pub(crate) const NONE: u32 = u32::MAX;

/// Remembers that a number led out of its section, which only happens in a damaged file: whoever asked must learn
/// that the answer cannot be relied upon. Shared, because look-ups only borrow the index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Harm(Arc<OnceLock<&'static str>>);

impl Harm {
    /// Keeps the first place.
    pub(crate) fn note(&self, section: &'static str) {
        let _kept = self.0.set(section);
    }

    pub(crate) fn place(&self) -> Option<&'static str> {
        self.0.get().copied()
    }
}

/// True when a value whose place is `home` can have come to lie in `slot`: only where every slot between is taken.
/// A damaged value belongs almost anywhere else, and would otherwise be passed over in silence.
pub(crate) fn is_in_its_run(slots: &[u32], home: usize, slot: usize) -> bool {
    let mask = slots.len().saturating_sub(1);
    let mut at = home & mask;
    while at != slot & mask {
        if slots[at] == NONE {
            return false;
        }
        at = (at + 1) & mask;
    }
    true
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    pub(crate) bytes: Section<u8>,
    pub(crate) ends: Section<u64>,
    pub(crate) slots: Section<u32>,
    pub(crate) harm: Harm,
}

impl Arena {
    /// The number of these bytes, which are stored if they are new.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> u32 {
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        match self.find(bytes) {
            Ok(index) => index,
            Err(slot) => {
                let index = u32::try_from(self.ends.len()).unwrap_or(NONE);
                let stored = self.bytes.to_mut();
                stored.extend_from_slice(bytes);
                let end = stored.len() as u64;
                self.ends.to_mut().push(end);
                if let Some(slot) = slot.and_then(|slot| self.slots.to_mut().get_mut(slot)) {
                    *slot = index;
                }
                index
            }
        }
    }

    /// The number of bytes that are stored already.
    pub(crate) fn lookup(&self, bytes: &[u8]) -> Option<u32> {
        self.find(bytes).ok()
    }

    pub(crate) fn get(&self, index: u32) -> &[u8] {
        // An absent value is no bytes; any other number without bytes is damage.
        if index == NONE {
            return &[];
        }
        self.stored(index).unwrap_or_else(|| {
            self.harm.note("the ends of texts or keys");
            &[]
        })
    }

    fn stored(&self, index: u32) -> Option<&[u8]> {
        let ends = self.ends.as_slice();
        let index = index as usize;
        let end = usize::try_from(*ends.get(index)?).ok()?;
        let start = match index.checked_sub(1) {
            Some(before) => usize::try_from(*ends.get(before)?).ok()?,
            None => 0,
        };
        self.bytes.as_slice().get(start..end)
    }

    /// A stored text; only texts are stored under the numbers that this is asked with.
    pub(crate) fn text(&self, index: u32) -> &str {
        std::str::from_utf8(self.get(index)).unwrap_or_else(|_| {
            self.harm.note("the bytes of texts");
            ""
        })
    }

    /// The stored bytes, or the free slot where they would go.
    fn find(&self, bytes: &[u8]) -> Result<u32, Option<usize>> {
        let slots = self.slots.as_slice();
        let Some(mask) = slots.len().checked_sub(1) else { return Err(None) };
        let first = usize::try_from(xxh3_64(bytes) & mask as u64).unwrap_or(0);
        // Half of the slots are free, so the end of the loop is only met in a damaged file.
        for step in 0..=mask {
            let slot = (first + step) & mask;
            match slots[slot] {
                NONE => return Err(Some(slot)),
                index if self.get(index) == bytes => return Ok(index),
                index => {
                    let home = usize::try_from(xxh3_64(self.get(index)) & mask as u64).unwrap_or(0);
                    if !is_in_its_run(slots, home, slot) {
                        self.harm.note("the slots of texts or keys");
                    }
                }
            }
        }
        self.harm.note("the slots of texts or keys");
        Err(None)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let mut slots = vec![NONE; size];
        let mask = size - 1;
        for index in 0..u32::try_from(self.ends.len()).unwrap_or(NONE) {
            let mut slot = usize::try_from(xxh3_64(self.get(index)) & mask as u64).unwrap_or(0);
            while slots[slot] != NONE {
                slot = (slot + 1) & mask;
            }
            slots[slot] = index;
        }
        *self.slots.to_mut() = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;

    #[test]
    fn equal_bytes_have_one_number() {
        let mut arena = Arena::default();
        let numbers: Vec<u32> =
            (0..1_000_u32).map(|value| arena.intern(value.to_string().as_bytes())).collect();
        for (value, number) in numbers.iter().enumerate() {
            assert_eq!(arena.intern(value.to_string().as_bytes()), *number);
            assert_eq!(arena.text(*number), value.to_string());
            assert_eq!(arena.lookup(value.to_string().as_bytes()), Some(*number));
        }
        assert_eq!(arena.lookup(b"absent"), None);
        assert_eq!(arena.intern(b""), arena.intern(b""));
    }
}
