// SPDX-License-Identifier: Apache-2.0
//! Scanner reports: what a scanner found becomes observations, and the packages it names become components.
//!
//! A report lists what is wrong, not what is there: such an inventory is marked partial, so that nothing is
//! concluded from what it does not mention.

mod any;
mod console;
mod grype;
mod nmap;
mod sarif;
mod shape;
mod tools;
mod trivy;

pub(crate) use any::{legacy_text, read as read_any};
pub(crate) use grype::read as read_grype;
pub(crate) use nmap::read as read_nmap;
pub(crate) use sarif::read as read_sarif;
pub(crate) use trivy::read as read_trivy;

/// The purl of a package whose ecosystem is named in any tool's words.
pub(crate) fn ecosystem_purl(ecosystem: &str, name: &str, version: Option<&str>) -> Option<String> {
    shape::words::purl(ecosystem, None, name, version)
}

use std::collections::HashSet;

use crate::context::{self, ToolHints};
use crate::model::{Component, Inventory};

/// Adds each package once, however many findings name it.
#[derive(Default)]
struct Packages {
    seen: HashSet<String>,
    assets: HashSet<String>,
}

impl Packages {
    fn is_new_asset(&mut self, id: &str) -> bool {
        self.assets.insert(id.to_owned())
    }

    fn add(&mut self, inventory: &mut Inventory, mut component: Component, hints: ToolHints) {
        let id = component.id.clone().unwrap_or_default();
        if self.seen.insert(id) {
            context::fill(&mut component, hints);
            inventory.components.push(component);
        }
    }
}
