// SPDX-License-Identifier: Apache-2.0
//! What every piece repeats counts once: what the context says, and what a reader lists once for a whole document.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::{Format, Inventory};

/// Repeated warnings of one kind say nothing new.
const WARNINGS_MAX: usize = 200;

/// Hashes of what has been handed out: a few bytes for each host and package, whatever their names are like.
pub(super) struct Merge {
    /// Nmap lists a host as often as it was scanned.
    lists_once: bool,
    is_first: bool,
    assets: HashSet<u64>,
    components: HashSet<u64>,
    warnings: HashSet<u64>,
}

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

impl Merge {
    pub(super) fn new(format: Format) -> Self {
        Merge {
            lists_once: format != Format::Nmap,
            is_first: true,
            assets: HashSet::new(),
            components: HashSet::new(),
            warnings: HashSet::new(),
        }
    }

    /// What is new in the next piece.
    pub(super) fn next(&mut self, mut inventory: Inventory) -> Inventory {
        if self.lists_once {
            inventory.assets.retain(|asset| self.assets.insert(hash(&[&asset.id])));
            inventory.components.retain(|one| match &one.id {
                Some(id) => self.components.insert(hash(&[id])),
                None => true,
            });
        }
        if !std::mem::take(&mut self.is_first) {
            inventory.networks.clear();
        }
        let warnings = &mut self.warnings;
        inventory.warnings.retain(|warning| {
            warnings.len() < WARNINGS_MAX && warnings.insert(hash(&[&warning.place, &warning.text]))
        });
        inventory
    }
}
