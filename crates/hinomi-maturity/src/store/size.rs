// SPDX-License-Identifier: Apache-2.0
//! How much is kept of closed months.

use hinomi_db::{Db, DbError, values};

pub(crate) async fn snapshot_rows(db: &Db) -> Result<i64, DbError> {
    db.scalar(
        "SELECT (SELECT COUNT(*) FROM maturity_unit) + (SELECT COUNT(*) FROM maturity_axis) \
         + (SELECT COUNT(*) FROM maturity_indicator) + (SELECT COUNT(*) FROM maturity_rows)",
        values![],
    )
    .await
}
