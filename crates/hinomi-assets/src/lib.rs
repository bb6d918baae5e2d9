// SPDX-License-Identifier: Apache-2.0
//! Systems and assets: the configuration management database.
//!
//! ```text
//! unit ──owns (dated)──→ System ──has (dated)──→ Asset ── ordinal = carrier ─→ inventory
//!                          │ importance C/I/A, reachability, sensitive data
//!                          └ "unassigned": holds what no system has claimed; the group owns it
//! ```
//!
//! **Owns** the tables `system`, `system_owner`, `asset`, `asset_membership`, `asset_identifier`, `cmdb_change` and the
//! id sequence `carrier`; of reconciliation `asset_source`, `asset_record`, `asset_record_key`, `asset_relation`,
//! `asset_decision`, `asset_question`, `asset_failure`, `assignment_rule`, `asset_placing`, `import_mapping`; of hosts that send their own inventory
//! `enrolment_token`, `enrolled_host`; of people `saved_filter`. Others read the views
//! `v_system`, `v_system_owner`, `v_asset`, `v_asset_membership`.
//!
//! What must stay true: `asset.unit_id` is the owner of the asset's system now (lists filter by it without a join);
//! one membership and one owner are open at a time; a name is one asset in use among those that a reader sees.
//!
//! **For the inventory**: [`asset_upsert_by_name`] finds or makes the asset that a file is about, [`asset_seen`] notes
//! the observation. This crate never looks at findings or tickets: pages join them above.
//!
//! **Audit events**: `system.create`, `system.change`, `system.owner`, `system.retire`, `asset.create`,
//! `asset.change`, `asset.assign`, `asset.retire`, `asset.restore`, `asset.return`, `system.restore`; the same with before and after in `cmdb_change`, which is the
//! history that pages show.
//!
//! **To add** a fact about systems: a column in a new migration, `store::systems::SystemRow`, `model::NewSystem` and
//! `SystemChange`, the DTO in `api`.

mod api;
mod contents;
pub mod documents;
pub mod enrolment;
mod error;
mod export;
pub mod files;
pub mod import;
pub mod jobs;
pub mod large;
pub mod model;
pub mod reconcile;
mod service;
pub mod settings;
mod store;
mod times;

use hinomi_db::Migration;

pub use api::{ASSET_JOB, RECONCILE_JOB, api};
pub use error::AssetError;
pub use hinomi_org::Act;
pub use service::{
    Answer, AssetDecided, AssetDecision, AssetDetail, AssetEstate, AssetFacets, AssetFailure, AssetHit,
    AssetImpact, AssetRelationView, AssetRelations, AssetSources, AssetValue, AssetView, AssetsReconciled,
    Assigned, AssignmentRule, CandidateView, ChangeView, DataQuality, DataQualityOfUnit, DataQualityReport,
    EndedUnit, FacetValue, Incoming, MOST_AT_ONCE, NewRule, Observed, QuestionView, ReconcileTimes,
    RecordView, SourceName, SourceView, SystemView, Taken, asset_by_name, asset_change, asset_create,
    asset_get, asset_history, asset_impact, asset_names, asset_relate, asset_relations, asset_restore,
    asset_retire, asset_seen, asset_sources, asset_split, asset_upsert_by_name, assets_age, assets_assign,
    assets_create, assets_facets, assets_list, assets_merge, assets_reconcile, assets_reconcile_timed,
    assignment_rule_create, assignment_rule_remove, assignment_rules, counts_of_units, data_quality,
    decision_revoke, question_decide, question_get, questions_list, records_place, records_put, source_rank,
    sources_list, system_by_code, system_change, system_create, system_get, system_history, system_names,
    system_restore, system_retire, systems_list, unassigned_system,
};
pub use settings::stale_before;
pub use store::asset_lists::AssetFilter;
pub use store::assets::AssetRow;
pub use store::systems::{SystemFilter, SystemRow, SystemSort};

pub const MIGRATIONS: &[Migration] = &[
    hinomi_db::include_migration!("202611230020_assets"),
    hinomi_db::include_migration!("202611231300_reconciliation"),
    hinomi_db::include_migration!("202611231410_merged_names"),
    hinomi_db::include_migration!("202611231520_saved_filters"),
    hinomi_db::include_migration!("202611231500_standing"),
    hinomi_db::include_migration!("202611241100_record_keys"),
    hinomi_db::include_migration!("202611241730_seen_again"),
    hinomi_db::include_migration!("202611250112_assets_by_system"),
    hinomi_db::include_migration!("202611251001_retired_by_system"),
    hinomi_db::include_migration!("202611251300_asset_failure"),
    hinomi_db::include_migration!("202611270410_assets_in_use_by_system"),
];
