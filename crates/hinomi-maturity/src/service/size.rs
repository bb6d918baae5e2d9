// SPDX-License-Identifier: Apache-2.0
//! How much is kept of closed months.

use hinomi_db::Db;

use crate::MaturityError;
use crate::store::size;

/// Rows of all snapshots: units, axes, indicators, and the lists of what each counted.
pub async fn snapshot_rows(db: &Db) -> Result<i64, MaturityError> {
    Ok(size::snapshot_rows(db).await?)
}
