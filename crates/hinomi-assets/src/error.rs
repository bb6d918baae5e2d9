// SPDX-License-Identifier: Apache-2.0
//! What can go wrong with systems and assets.

use hinomi_core::{AssetId, CursorError, DomainError, ErrorKind, FieldError, SystemId, Time, UnitId};
use hinomi_db::DbError;
use hinomi_inventory::model::InventoryError;

use crate::model::FieldProblem;

#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    #[error("system {id} does not exist")]
    SystemNotFound { id: SystemId },
    #[error("system {code} does not exist")]
    SystemCodeNotFound { code: String },
    #[error("asset {id} does not exist")]
    AssetNotFound { id: AssetId },
    #[error("asset {name} does not exist")]
    AssetNameNotFound { name: String },
    #[error("unit {id} does not exist")]
    UnitNotFound { id: UnitId },
    #[error("system code {code} is taken")]
    SystemCodeTaken { code: String },
    #[error("asset name {name} is taken")]
    AssetNameTaken { name: String },
    #[error("asset {name} belongs to system {system}")]
    OtherSystem { name: String, system: String },
    #[error("asset {name} needs a system: only the CISO organisation adds to the unassigned system")]
    SystemNeeded { name: String },
    #[error("system {code} was retired on {at}")]
    SystemRetired { code: String, at: Time },
    #[error("asset {name} was retired on {at}")]
    AssetRetired { name: String, at: Time },
    #[error("system {code} is in use")]
    SystemInUse { code: String },
    #[error("asset {name} is in use")]
    AssetInUse { name: String },
    #[error("asset {name} is part of another")]
    AssetMerged { name: String },
    #[error("system {code} still has {count} assets")]
    SystemHasAssets { code: String, count: i64 },
    #[error("the unassigned system can only change its owner")]
    Unassigned,
    #[error("{from} is not after {since}, since when the owner of system {code} owns it")]
    OwnerOverlap { code: String, from: Time, since: Time },
    #[error("there is no organisation yet that could own the unassigned system")]
    NoOrganisation,
    #[error("question {id} is not open")]
    QuestionNotFound { id: i64 },
    #[error("question {id} is about what belongs to another unit: who answers for both decides")]
    QuestionOfOthers { id: i64 },
    #[error("decision {id} is about what belongs to another unit: who answers for both takes it back")]
    DecisionOfOthers { id: String },
    #[error("record {record} is not among those proposed")]
    NotProposed { record: i64 },
    #[error("decision {id} is not in force")]
    DecisionNotFound { id: String },
    #[error("asset {id}: some but not all of its own records can be split off")]
    SplitOfNothing { id: AssetId },
    #[error("assignment rule {id} does not exist")]
    RuleNotFound { id: String },
    #[error("source {name} does not exist")]
    SourceNotFound { name: String },
    #[error("{count} assets at once are more than {most}")]
    TooMany { count: usize, most: usize },
    #[error("{} wrong fields: {}", problems.len(), shown(problems))]
    Fields { problems: Vec<FieldProblem> },
    #[error(transparent)]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    #[error(transparent)]
    Db(#[from] DbError),
}

fn shown(problems: &[FieldProblem]) -> String {
    let one = |problem: &FieldProblem| format!("{} {}", problem.field, problem.message);
    problems.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl From<Vec<FieldProblem>> for AssetError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Fields { problems }
    }
}

impl DomainError for AssetError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::SystemNotFound { .. }
            | Self::SystemCodeNotFound { .. }
            | Self::AssetNotFound { .. }
            | Self::AssetNameNotFound { .. }
            | Self::QuestionNotFound { .. }
            | Self::DecisionNotFound { .. }
            | Self::RuleNotFound { .. }
            | Self::SourceNotFound { .. } => ErrorKind::NotFound,
            Self::SystemCodeTaken { .. }
            | Self::AssetNameTaken { .. }
            | Self::OtherSystem { .. }
            | Self::SystemRetired { .. }
            | Self::AssetRetired { .. }
            | Self::SystemHasAssets { .. }
            | Self::SystemInUse { .. }
            | Self::AssetInUse { .. }
            | Self::AssetMerged { .. }
            | Self::Unassigned
            | Self::OwnerOverlap { .. }
            | Self::NoOrganisation => ErrorKind::Conflict,
            Self::UnitNotFound { .. }
            | Self::SystemNeeded { .. }
            | Self::NotProposed { .. }
            | Self::SplitOfNothing { .. }
            | Self::Fields { .. } => ErrorKind::Invalid,
            Self::QuestionOfOthers { .. } | Self::DecisionOfOthers { .. } => ErrorKind::Forbidden,
            Self::TooMany { .. } => ErrorKind::TooLarge,
            Self::Cursor(cause) => cause.kind(),
            Self::Inventory(cause) => cause.kind(),
            Self::Db(cause) => cause.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SystemNotFound { .. } | Self::SystemCodeNotFound { .. } => "system-not-found",
            Self::AssetNotFound { .. } | Self::AssetNameNotFound { .. } => "asset-not-found",
            Self::UnitNotFound { .. } => "unit-not-found",
            Self::SystemCodeTaken { .. } => "system-code-taken",
            Self::AssetNameTaken { .. } => "asset-name-taken",
            Self::OtherSystem { .. } => "asset-of-other-system",
            Self::SystemNeeded { .. } => "system-needed",
            Self::SystemRetired { .. } => "system-retired",
            Self::AssetRetired { .. } => "asset-retired",
            Self::SystemHasAssets { .. } => "system-has-assets",
            Self::SystemInUse { .. } => "system-in-use",
            Self::AssetInUse { .. } => "asset-in-use",
            Self::AssetMerged { .. } => "asset-merged",
            Self::Unassigned => "system-unassigned",
            Self::OwnerOverlap { .. } => "owner-dates-overlap",
            Self::NoOrganisation => "organisation-missing",
            Self::TooMany { .. } => "assets-too-many",
            Self::QuestionNotFound { .. } => "question-not-found",
            Self::QuestionOfOthers { .. } => "question-of-others",
            Self::DecisionOfOthers { .. } => "decision-of-others",
            Self::NotProposed { .. } => "record-not-proposed",
            Self::DecisionNotFound { .. } => "decision-not-found",
            Self::SplitOfNothing { .. } => "split-of-nothing",
            Self::RuleNotFound { .. } => "assignment-rule-not-found",
            Self::SourceNotFound { .. } => "source-not-found",
            Self::Fields { .. } => "field-invalid",
            Self::Cursor(cause) => cause.code(),
            Self::Inventory(cause) => cause.code(),
            Self::Db(cause) => cause.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::OtherSystem { .. } => Some("assign the asset to the other system first".to_owned()),
            Self::SystemNeeded { .. } => Some("name one of your systems".to_owned()),
            Self::SystemHasAssets { .. } => {
                Some("assign its assets to another system or retire them".to_owned())
            }
            Self::AssetMerged { .. } => Some("split it off, then it is in use again".to_owned()),
            Self::NoOrganisation => Some("import the units first: hinomi org import units FILE".to_owned()),
            Self::Cursor(cause) => cause.hint(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        let one = |field: &str| vec![FieldError::new(format!("/{field}"), self.to_string())];
        match self {
            Self::Fields { problems } => problems
                .iter()
                .map(|problem| FieldError::new(format!("/{}", problem.field), problem.message.clone()))
                .collect(),
            Self::UnitNotFound { .. } => one("unit_id"),
            Self::SystemCodeTaken { .. } => one("code"),
            Self::AssetNameTaken { .. } => one("name"),
            Self::SystemNeeded { .. } => one("system_id"),
            Self::OwnerOverlap { .. } => one("valid_from"),
            Self::Cursor(cause) => cause.fields(),
            _ => Vec::new(),
        }
    }
}
