// SPDX-License-Identifier: Apache-2.0
//! What is known to be wrong with software: records as their sources have them, and one vulnerability
//! made of the records that are aliases of one another.
//!
//! ```text
//! files ─→ formats ─→ original (kept) ─→ advisory (the record of each id that counts)
//!                                           │ names           │ keys
//!                                           ▼                 ▼
//!                                      vulnerability     who must be matched again
//! ```
//! **Owns** `feed`, `feed_refusal`, `advisory`, `advisory_original`, `advisory_name`, `advisory_key`,
//! `advisory_coverage`, `advisory_pending`, `vulnerability`, `vulnerability_change`, `known_exploited`, `feed_sync`,
//! `feed_held`, `advisory_block`, `epss_score`, `epss_past`, `epss_day`, `threat`, `threat_object`,
//! `threat_edge`, `threat_word`, `threat_cve`, `feed_document`, `advisory_text`, `change_reader`.
//!
//! **Rules that must stay true**
//! - Of two records with one id the later `modified` counts; the year 1 means unknown and loses; a tie goes to
//!   the greater hash. The loser is kept as an original. So the order of arrival does not matter.
//! - The same input again writes no content row, only the feed's own row.
//! - A document that is kept whole (`records` of its original) is not read again; what would make reading it matter again
//!   (a record of it that went) takes that mark away in the same transaction.
//! - Alias groups never join two CVEs through one record; triage and tickets hang on the group.
//! - What a change leaves to be grouped is written with it (`advisory_pending`): a run that breaks off loses nothing,
//!   and the next one, or the matching, groups it.
//! - One import at a time, whoever asks for it: an [`Importer`] holds the turn of feeds.
//! - What was refused is listed until the same document reads well.
//! - `sequence` grows with every change: whoever derives from advisories remembers how far it has read.

pub mod api;
pub mod model;
pub mod service;
pub mod settings;
mod store;

pub use model::{AdvisoryError, SeverityReason, StoredAdvisory, VulnerabilityRow};
pub use service::changes::KINDS as CHANGE_KINDS;
pub use service::guard::Guard;
pub use service::import::{ImportReport, Importer};
pub use service::{export, held, read, sync, threats};
pub use settings::settings;
pub use store::feeds::{FeedRow, RefusalRow, feed_list, refusal_list};
pub use store::spoken;

use hinomi_db::migrate::Migration;

/// This domain's migrations, in order.
pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611230400_advisories"),
    hinomi_db::include_migration!("202611231200_advisory_pending"),
    hinomi_db::include_migration!("202611231305_known_exploited_feed"),
    hinomi_db::include_migration!("202611231520_feed_sync"),
    hinomi_db::include_migration!("202611231530_original_blocks"),
    hinomi_db::include_migration!("202611231545_threats_and_changes"),
    hinomi_db::include_migration!("202611240900_decision_points"),
    hinomi_db::include_migration!("202611240920_threat_search"),
    hinomi_db::include_migration!("202611241330_whole_originals"),
    hinomi_db::include_migration!("202611241340_change_readers"),
    hinomi_db::include_migration!("202611241520_advisory_document"),
    hinomi_db::include_migration!("202611241600_known_exploited_lists"),
    hinomi_db::include_migration!("202611250100_threat_objects"),
    hinomi_db::include_migration!("202611250300_about"),
];
