// SPDX-License-Identifier: Apache-2.0
//! What lies around components that are about to be matched.
//!
//! ```text
//!   component 1 ─► own surroundings ─► shared #a ─┐
//!   component 2 ─► own surroundings ─► shared #a ─┼─► one host, made once; each component adds its own
//!   component 3 ─► own surroundings ─► none      ─┘
//! ```

use std::collections::{BTreeSet, HashMap};

use hinomi_db::{Db, DbError};
use hinomi_inventory::surroundings::Surroundings;
use hinomi_inventory::{ComponentRow, shared_surroundings};
use hinomi_match::Host;

/// Most hosts that are held at a time: each may have tens of thousands of names.
const HELD: usize = 16;

/// The surroundings of some components, and the hosts that these share.
pub(super) struct Around<'a> {
    pub(super) components: Vec<(&'a ComponentRow, Option<Surroundings>)>,
    shared: HashMap<String, Host>,
}

impl Around<'_> {
    pub(super) fn host(&self, own: &Surroundings) -> Host {
        match own.shared().and_then(|hash| self.shared.get(hash)) {
            Some(shared) => own.host_beside(shared),
            None => own.host(),
        }
    }
}

/// The first of the components, as many as share few hosts, and how many they are.
pub(super) async fn first_of<'a>(db: &Db, components: &'a [ComponentRow]) -> Result<Around<'a>, DbError> {
    let mut hashes: BTreeSet<String> = BTreeSet::new();
    let mut taken = Vec::with_capacity(components.len());
    for component in components {
        let own = component.host.as_deref().map(Surroundings::read);
        if let Some(hash) = own.as_ref().and_then(Surroundings::shared) {
            if hashes.len() == HELD && !hashes.contains(hash) {
                break;
            }
            hashes.insert(hash.to_owned());
        }
        taken.push((component, own));
    }
    let shared = match hashes.is_empty() {
        true => HashMap::new(),
        false => shared_surroundings(db, &Vec::from_iter(hashes)).await?,
    };
    let shared = shared.into_iter().map(|(hash, common)| (hash, common.host())).collect();
    Ok(Around { components: taken, shared })
}
