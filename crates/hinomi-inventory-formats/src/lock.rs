// SPDX-License-Identifier: Apache-2.0
//! Lock files of language package managers: what a project resolved its dependencies to.

use crate::error::ReadError;
use crate::model::Inventory;
use crate::{Format, language};

pub(crate) fn read_cargo(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let mut inventory = Inventory::new(Format::CargoLock);
    inventory.components = language::cargo_lock(text, path)?;
    Ok(inventory)
}
