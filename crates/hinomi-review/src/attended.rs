// SPDX-License-Identifier: Apache-2.0
//! Who was there: places at management's meetings, and a department's own month in the hands of those who answer for it.
//!
//! ```text
//! meetings that were held ─→ a row a place: came or was represented ─┐
//! self-checks handed in ───→ a row each: by a manager or deputy ─────┴─→ the Maturity Monitor counts them
//! ```

mod store;

use hinomi_core::content_uuid;
use hinomi_maturity::service::{self as maturity, Brought};
use hinomi_platform::App;

use crate::ReviewError;

/// The indicator that counts them.
const INDICATOR: &str = "C5";
/// Farther back than any month that is closed looks.
const LOOKED_AT_DAYS: i64 = 400;

/// Brings what differs; how many rows did.
pub(crate) async fn bring(app: &App) -> Result<usize, ReviewError> {
    let since = app.now().plus_days(-LOOKED_AT_DAYS);
    let mut rows: Vec<Brought> = Vec::new();
    for row in store::places(&app.db, since).await? {
        rows.push(Brought {
            id: content_uuid("attendance", &[&row.meeting_id, &row.person_id]),
            unit_id: row.unit_id,
            happened_at: row.starts_at,
            counts: matches!(row.state.as_str(), "present" | "represented"),
            title: format!("{} {} · {}", row.body, row.month, row.person),
            href: format!("/review/meetings/{}", row.meeting_id),
        });
    }
    for row in store::checks(&app.db, since).await? {
        rows.push(Brought {
            id: content_uuid("attendance", &[&row.id]),
            unit_id: row.unit_id,
            happened_at: row.handed_in_at,
            counts: row.by_manager,
            title: row.month.clone(),
            href: format!("/department/check?unit={}&month={}", row.unit_id, row.month),
        });
    }
    Ok(maturity::bring(&app.db, INDICATOR, since, &rows).await?)
}
