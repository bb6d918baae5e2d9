// SPDX-License-Identifier: Apache-2.0
//! Ratings that outside agencies give: imported as they are, shown beside the axes, part of none.

use hinomi_core::{Actor, Scope, Time, UnitId, content_uuid};
use hinomi_db::Db;
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::error::MaturityError;
use crate::store::external::{self as store, ExternalRow};

const MOST_ROWS: usize = 10_000;
const LONGEST_TEXT: usize = 200;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExternalRating {
    pub id: String,
    pub unit_id: String,
    pub provider: String,
    /// YYYY-MM-DD.
    pub rated_on: String,
    /// As the provider writes it: `A`, `780`.
    pub value: String,
    /// What the value is to be read against: `A to F`, `250 to 900`.
    pub scale: String,
    pub imported_at: Time,
    pub imported_by: String,
}

/// A rating as it comes; a file has one a line, with these columns.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRating {
    /// The unit's code.
    pub unit: String,
    pub provider: String,
    pub rated_on: String,
    pub value: String,
    #[serde(default)]
    pub scale: String,
}

/// Reads a CSV file of ratings: unit, provider, rated_on, value, scale.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<NewRating>, MaturityError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let mut ratings = Vec::new();
    for row in reader.deserialize() {
        let row: NewRating = row.map_err(|error| MaturityError::Line {
            line: error.position().map_or(1, csv::Position::line),
            column: "file",
            message: error.to_string(),
        })?;
        ratings.push(row);
        if ratings.len() > MOST_ROWS {
            let message = format!("at most {MOST_ROWS} ratings at once");
            return Err(MaturityError::Invalid { field: "file", message });
        }
    }
    Ok(ratings)
}

/// Takes all of them, or none and the line of the first wrong one.
pub async fn rating_import(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    ratings: &[NewRating],
) -> Result<usize, MaturityError> {
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    let mut rows = Vec::with_capacity(ratings.len());
    for (line, new) in (2..).zip(ratings) {
        let wrong = |column, message: String| MaturityError::Line { line, column, message };
        let unit = tree.by_code(&new.unit).map(|node| node.id).filter(|unit| scope.contains(*unit));
        let unit: UnitId = unit.ok_or_else(|| wrong("unit", format!("no unit {:?}", new.unit)))?;
        let day: Result<Date, _> = new.rated_on.parse();
        let day = day.ok().filter(|_| new.rated_on.len() == 10);
        let day = day.ok_or_else(|| wrong("rated_on", format!("{:?} is no day", new.rated_on)))?;
        for (column, text) in [("provider", &new.provider), ("value", &new.value)] {
            if text.is_empty() || text.chars().count() > LONGEST_TEXT {
                return Err(wrong(column, format!("wants 1 to {LONGEST_TEXT} characters")));
            }
        }
        if new.scale.chars().count() > LONGEST_TEXT {
            return Err(wrong("scale", format!("at most {LONGEST_TEXT} characters")));
        }
        let (unit_id, rated_on) = (unit.to_string(), day.to_string());
        let parts = [unit_id.as_str(), new.provider.as_str(), rated_on.as_str()];
        rows.push(ExternalRow {
            id: content_uuid("external-rating", &parts).to_string(),
            unit_id,
            provider: new.provider.clone(),
            rated_on,
            value: new.value.clone(),
            scale: new.scale.clone(),
            imported_at: app.now().as_micros(),
            imported_by: actor.display_name().to_owned(),
        });
    }
    let mut tx = app.db.begin().await?;
    for row in &rows {
        store::put(&mut tx, row).await?;
    }
    let event = AuditEvent::new(actor, "maturity.rating", "external_rating", rows.len())
        .after(&json!({ "ratings": rows.len() }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(rows.len())
}

/// The newest first.
pub async fn rating_list(db: &Db, scope: &Scope) -> Result<Vec<ExternalRating>, MaturityError> {
    let rows = store::list(db, scope).await?;
    Ok(rows
        .into_iter()
        .map(|row| ExternalRating {
            id: row.id,
            unit_id: row.unit_id,
            provider: row.provider,
            rated_on: row.rated_on,
            value: row.value,
            scale: row.scale,
            imported_at: Time::from_micros(row.imported_at),
            imported_by: row.imported_by,
        })
        .collect())
}
