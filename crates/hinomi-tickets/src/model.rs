// SPDX-License-Identifier: Apache-2.0
//! Types of tickets; pure.

mod event;

pub use event::{Event, EventKind};

use hinomi_core::{DomainError, ErrorKind};
use hinomi_score::policy::{Criticality, Rises};
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
    #[error(transparent)]
    Inventory(#[from] hinomi_inventory::model::InventoryError),
    #[error(transparent)]
    Advisories(#[from] hinomi_advisories::AdvisoryError),
    #[error(transparent)]
    Findings(#[from] hinomi_findings::FindingError),
    #[error(transparent)]
    Policy(#[from] hinomi_score::policy::PolicyError),
    #[error("tickets are being settled by another process; try again")]
    Overtaken,
    #[error("no ticket T-{id}")]
    Unknown { id: i64 },
    #[error("ticket T-{id} is closed")]
    Closed { id: i64 },
    #[error("ticket T-{id} waits for a fix: there is no version to work towards yet")]
    NothingToStart { id: i64 },
    #[error("no person {id} may be assigned in this unit")]
    AssigneeUnknown { id: String },
    #[error("ticket T-{id} cannot be paused: {why}")]
    NoPause { id: i64, why: &'static str },
    #[error(transparent)]
    Obligation(#[from] hinomi_obligations::ObligationError),
    #[error("{field} is invalid: {message}")]
    Invalid { field: &'static str, message: String },
}

impl DomainError for TicketError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Advisories(error) => error.kind(),
            Self::Findings(error) => error.kind(),
            Self::Obligation(error) => error.kind(),
            Self::Policy(_) | Self::AssigneeUnknown { .. } | Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Overtaken => ErrorKind::Unavailable,
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Closed { .. } | Self::NothingToStart { .. } | Self::NoPause { .. } => ErrorKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Advisories(error) => error.code(),
            Self::Findings(error) => error.code(),
            Self::Policy(_) => "policy-invalid",
            Self::Overtaken => "tickets-overtaken",
            Self::Unknown { .. } => "ticket-not-found",
            Self::Closed { .. } => "ticket-closed",
            Self::NothingToStart { .. } => "ticket-waits-for-fix",
            Self::NoPause { .. } => "ticket-not-paused",
            Self::Obligation(error) => error.code(),
            Self::AssigneeUnknown { .. } => "assignee-unknown",
            Self::Invalid { .. } => "invalid-field",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Closed { .. } => {
                Some("a ticket opens again by itself when the vulnerability comes back".into())
            }
            Self::NothingToStart { .. } => {
                Some("it gets a target version as soon as an advisory names a fixed one".into())
            }
            _ => None,
        }
    }
}

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    /// A fresh inventory shows another version, outside the range.
    Fixed,
    /// Absent from a newer, complete inventory of the same source, or its carrier is retired.
    Gone,
    /// The advisory was withdrawn or corrected, or a source says not affected.
    Retracted,
}

impl Closure {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Gone => "gone",
            Self::Retracted => "retracted",
        }
    }

    pub fn from_stored(text: &str) -> Option<Self> {
        match text {
            "fixed" => Some(Self::Fixed),
            "gone" => Some(Self::Gone),
            "retracted" => Some(Self::Retracted),
            _ => None,
        }
    }
}

/// The number under which a criticality is stored, worst highest.
pub fn criticality_rank(criticality: Criticality) -> i64 {
    match criticality {
        Criticality::Critical => 4,
        Criticality::High => 3,
        Criticality::Medium => 2,
        Criticality::Low => 1,
    }
}

pub fn criticality_of_rank(rank: i64) -> Criticality {
    match rank {
        4 => Criticality::Critical,
        3 => Criticality::High,
        2 => Criticality::Medium,
        _ => Criticality::Low,
    }
}

/// What must be updated together: ecosystem, distribution release (empty where there is none), package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitKey {
    pub ecosystem: Arc<str>,
    pub release: Arc<str>,
    pub package: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct TicketRow {
    pub id: i64,
    pub system_id: String,
    pub unit_id: String,
    pub ecosystem: String,
    pub release: String,
    pub package: String,
    pub is_open: bool,
    pub closure: Option<String>,
    pub criticality: i64,
    pub high_priority: bool,
    pub known_exploited: bool,
    pub severity: String,
    pub severity_rank: i64,
    pub due_at: i64,
    pub waiting_for_fix: bool,
    pub restart_pending: bool,
    pub stale: bool,
    pub target_version: Option<String>,
    pub started_at: Option<i64>,
    pub items_open: i64,
    pub items_total: i64,
    pub assets: i64,
    pub assignee: Option<String>,
    pub opened_at: i64,
    pub closed_at: Option<i64>,
    pub reopened: i64,
    pub policy_id: i64,
    /// The end of its last approved pause; it may have passed.
    pub paused_until: Option<i64>,
}

impl TicketRow {
    /// Where an update of it is run: "Debian 12", "PyPI".
    pub fn distribution(&self) -> String {
        distribution(&self.ecosystem, &self.release)
    }
}

pub fn distribution(ecosystem: &str, release: &str) -> String {
    if release.is_empty() { ecosystem.to_owned() } else { format!("{ecosystem} {release}") }
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ItemRow {
    pub ticket_id: i64,
    pub vulnerability_id: i64,
    pub component_id: i64,
    pub first_seen: i64,
    pub fix_known_at: Option<i64>,
    pub due_at: i64,
    pub fixed: Option<String>,
    pub criticality: i64,
    pub closed_at: Option<i64>,
    pub closure: Option<String>,
    pub evidence: Option<String>,
    /// How it stood when it was decided last, as [`Standing`] writes it; `None` for what was decided before that was kept.
    pub standing: Option<String>,
}

/// What of the last decision the next one needs to see whether an item became more urgent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Standing {
    #[serde(flatten)]
    pub rises: Rises,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_unrated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_high_priority: bool,
}

impl Standing {
    pub fn read(stored: Option<&str>) -> Option<Self> {
        serde_json::from_str(stored?).ok()
    }

    pub fn to_stored(self) -> String {
        serde_json::to_string(&self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IntervalRow {
    pub case_id: i64,
    pub from_at: i64,
    pub to_at: i64,
    pub unit_id: String,
    pub system_id: String,
    pub criticality: i64,
    pub due_at: i64,
}

/// The command that brings packages of a distribution up to date, for people to copy.
pub fn update_command(ecosystem: &str, packages: &[&str]) -> Option<String> {
    // Package names come from untrusted files: only plain ones may stand in a command that people paste.
    let plain = |name: &&str| {
        !name.is_empty()
            && !name.starts_with('-')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._+-@/:".contains(c))
    };
    let names: Vec<&str> = packages.iter().copied().filter(plain).collect();
    if names.is_empty() {
        return None;
    }
    let list = names.join(" ");
    match ecosystem {
        "Debian" | "Ubuntu" => Some(format!("apt-get update && apt-get install --only-upgrade {list}")),
        "AlmaLinux" | "Rocky Linux" | "Red Hat" | "Fedora" => Some(format!("dnf upgrade {list}")),
        "openSUSE" | "SUSE" => Some(format!("zypper update {list}")),
        "Alpine" | "Wolfi" | "Chainguard" => Some(format!("apk upgrade {list}")),
        "PyPI" => Some(format!("pip install --upgrade {list}")),
        "npm" => Some(format!("npm update {list}")),
        "crates.io" => Some(format!("cargo update {list}")),
        "RubyGems" => Some(format!("bundle update {list}")),
        "Packagist" => Some(format!("composer update {list}")),
        "Go" => Some(format!("go get -u {list}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_package_name_never_reaches_a_command() {
        assert_eq!(
            update_command("Debian", &["openssl", "x; rm -rf /", "$(id)", "--help"]).as_deref(),
            Some("apt-get update && apt-get install --only-upgrade openssl")
        );
        assert_eq!(update_command("Debian", &["`id`"]), None);
        assert_eq!(update_command("Maven", &["a:b"]), None);
    }
}
