// SPDX-License-Identifier: Apache-2.0
//! Reading reports of attackers back, and what feeds bring beside records.

use hinomi_advisory_formats::threat::Threat;
use hinomi_db::Db;

use crate::model::AdvisoryError;
use crate::store::threats as store;
pub use crate::store::threats::{FeedDocumentRow, ThreatRow};

impl ThreatRow {
    /// The report itself.
    pub fn threat(&self) -> Result<Threat, AdvisoryError> {
        serde_json::from_str(&self.document).map_err(|cause| AdvisoryError::Damaged {
            id: self.id.clone(),
            hash: String::new(),
            cause: cause.to_string(),
        })
    }

    /// Whether it still holds: not taken back, not expired.
    pub fn holds(&self, now: hinomi_core::Time) -> bool {
        !self.revoked && self.valid_until.is_none_or(|until| until > now.as_micros())
    }
}

/// Reports that name any of the vulnerabilities, the newest first.
pub async fn threats_of(db: &Db, cves: &[String]) -> Result<Vec<ThreatRow>, AdvisoryError> {
    Ok(store::threats_of(db, cves).await?)
}

pub async fn threat(db: &Db, id: &str) -> Result<ThreatRow, AdvisoryError> {
    store::threat_by_id(db, id).await?.ok_or_else(|| AdvisoryError::ThreatUnknown { id: id.to_owned() })
}

/// A page of reports, the latest change first; `text`: words, or beginnings of words, that each of them has.
pub async fn threat_list(
    db: &Db,
    text: &str,
    exploiting: bool,
    after: Option<(i64, String)>,
    limit: i64,
) -> Result<Vec<ThreatRow>, AdvisoryError> {
    Ok(store::threat_list(db, text, exploiting, after, limit.unsigned_abs()).await?)
}

/// Everything of a kind: `ssvc-point`, `ssvc-table`, `ssvc-rows`, `ssvc-selection`, `lifecycle`.
pub async fn documents_of(db: &Db, kind: &str) -> Result<Vec<FeedDocumentRow>, AdvisoryError> {
    Ok(store::documents_of(db, kind).await?)
}

pub async fn document(db: &Db, kind: &str, id: &str) -> Result<Option<FeedDocumentRow>, AdvisoryError> {
    Ok(store::document_get(db, kind, id).await?)
}

/// The title of vulnerabilities in a language, where a record gives one.
pub async fn titles_in(db: &Db, language: &str, ids: &[i64]) -> Result<Vec<(i64, String)>, AdvisoryError> {
    Ok(store::titles_in(db, language, ids).await?)
}
