// SPDX-License-Identifier: Apache-2.0
//! The components that a name or a package URL stands for, whoever carries them.

use crate::model::InventoryError;
use crate::store::{components, search};
use hinomi_db::Db;
use hinomi_match::NamedPackage;
use std::collections::BTreeSet;

/// Most components that are looked at for one question. A package has as many as it has versions and surroundings
/// in the company.
pub const NAMED_MAX: usize = 20_000;

/// The components that are meant, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    pub ids: Vec<u32>,
    /// There were more than could be looked at, so that some may be missing.
    pub cut: bool,
}

/// The components of that very name or package.
pub async fn components_of_name(db: &Db, name: &str) -> Result<Named, InventoryError> {
    let mut ids = search::ids_named(db, name, NAMED_MAX as i64 + 1).await?;
    let cut = ids.len() > NAMED_MAX;
    ids.truncate(NAMED_MAX);
    Ok(Named { ids, cut })
}

/// The components that are the package asked for: of every version where none is asked, and so on.
pub async fn components_of_package(db: &Db, asked: &NamedPackage) -> Result<Named, InventoryError> {
    let mut candidates: BTreeSet<u32> =
        components::components_of_keys(db, asked.keys()).await?.into_iter().collect();
    let mut cut = false;
    if asked.is_of_distribution() {
        let by_name = components_of_name(db, asked.name()).await?;
        candidates.extend(by_name.ids);
        cut = by_name.cut;
    }
    cut |= candidates.len() > NAMED_MAX;
    let candidates: Vec<u32> = candidates.into_iter().take(NAMED_MAX).collect();
    let rows = components::components_by_ids(db, &candidates).await?;
    let meant = rows.iter().filter(|row| asked.means(&row.query(), row.arch.as_deref()));
    let ids = meant.map(|row| row.id as u32).collect();
    Ok(Named { ids, cut })
}
