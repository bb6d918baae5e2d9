// SPDX-License-Identifier: Apache-2.0
//! Use cases: rights, rules, history, audit.
//!
//! Every change takes a transaction and an [`Act`] (who acts, on which units), so that a caller may do many things at
//! once; every list takes a `Scope`.

mod ask;
mod assets;
mod decide;
mod estate;
mod names;
mod observe;
mod places;
pub(crate) mod quality;
mod read;
mod reconcile;
mod record;
mod relations;
mod systems;

pub use ask::{
    AssetDecision, AssetSources, AssetValue, CandidateView, QuestionView, RecordView, SourceView,
    asset_sources, question_get, questions_list, sources_list,
};
pub use assets::{
    Assigned, MOST_AT_ONCE, asset_change, asset_create, asset_restore, asset_retire, assets_assign,
    assets_create,
};
pub use decide::{Answer, AssetDecided, asset_split, assets_merge, decision_revoke, question_decide};
pub use estate::AssetEstate;
pub(crate) use hinomi_org::Act;
pub(crate) use names::all_of_name;
pub(crate) use observe::{Claim, asset_claim, asset_in_use, system_in_scope};
pub use observe::{Observed, asset_seen, asset_upsert_by_name, unassigned_system};
pub use places::{
    AssignmentRule, NewRule, assets_age, assignment_rule_create, assignment_rule_remove, assignment_rules,
    records_place, source_rank,
};
pub use quality::{AssetFailure, DataQuality, DataQualityOfUnit, DataQualityReport, EndedUnit, data_quality};
pub(crate) use read::asset_views;
pub use read::{
    AssetDetail, AssetFacets, AssetView, ChangeView, FacetValue, SystemView, asset_by_name, asset_get,
    asset_history, asset_names, assets_facets, assets_list, counts_of_units, system_by_code, system_get,
    system_history, system_names, systems_list,
};
pub use reconcile::{
    AssetsReconciled, Incoming, ReconcileTimes, SourceName, Taken, assets_reconcile, assets_reconcile_timed,
    records_put,
};
pub(crate) use reconcile::{Places, adopt, discovered_system, look_at_records};
pub use relations::{
    AssetHit, AssetImpact, AssetRelationView, AssetRelations, asset_impact, asset_relate, asset_relations,
};
pub(crate) use systems::in_use as system_in_use;
pub use systems::{system_change, system_create, system_restore, system_retire};
