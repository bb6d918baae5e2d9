// SPDX-License-Identifier: Apache-2.0
//! Parameters and small DTOs that several handlers share.

use crate::error::RiskError;
use hinomi_core::{Scope, Time, UnitId};
use hinomi_platform::days::GroupDays;
use hinomi_web::{App, Needs, Require};
use serde::{Deserialize, Serialize};

/// A unit's subtree at an instant.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct UnitParams {
    /// This unit and everything below it; absent: all that the reader sees.
    #[param(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    /// The end of this past day: YYYY-MM-DD; absent: now.
    pub at: Option<String>,
}

impl UnitParams {
    pub(crate) async fn instant(&self, app: &App) -> Result<Time, RiskError> {
        instant(app, self.at.as_deref()).await
    }

    /// What the reader sees of the instant: of a past day, what was theirs then.
    pub(crate) async fn seen<P: Needs>(
        &self,
        app: &App,
        reader: &Require<P>,
        at: Time,
    ) -> Result<Scope, RiskError> {
        if at >= app.now() {
            return Ok(reader.scope.clone());
        }
        Ok(hinomi_org::scope_then(&app.db, &reader.principal, P::PERMISSION, (&reader.scope, at)).await?)
    }

    /// The reader's scope narrowed to the unit, in the tree of the instant.
    pub(crate) async fn narrowed(&self, app: &App, scope: &Scope, at: Time) -> Result<Scope, RiskError> {
        let Some(unit) = self.unit else { return Ok(scope.clone()) };
        let tree = hinomi_org::tree_at(&app.db, at).await?;
        if tree.get_or_gone(unit).is_none() || !scope.contains(unit) {
            return Err(RiskError::UnitUnknown { id: unit.to_string() });
        }
        if tree.root().is_some_and(|root| root.id == unit) {
            return Ok(scope.clone());
        }
        Ok(Scope::units(tree.subtree(unit)).intersection(scope))
    }
}

/// The end of a past day of the group, or now.
pub(crate) async fn instant(app: &App, day: Option<&str>) -> Result<Time, RiskError> {
    let Some(text) = day else { return Ok(app.now()) };
    let ends = GroupDays::load(&app.db).await?.ends_of(text);
    let wrong =
        || RiskError::Invalid { field: "at", message: format!("{text:?} is no day; wanted YYYY-MM-DD") };
    Ok(ends.ok_or_else(wrong)?.1)
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Ref {
    pub id: String,
    pub name: String,
    pub name_ja: String,
}

/// A component as pages show it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct ComponentDto {
    pub id: i64,
    pub kind: String,
    pub name: String,
    pub version: Option<String>,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    pub ecosystem: String,
    pub package: String,
    pub release: Option<String>,
    pub source_name: Option<String>,
    pub source_version: Option<String>,
    pub arch: Option<String>,
    pub supplier: Option<String>,
    /// For kernels: whether it is the one that runs.
    pub kernel_running: Option<bool>,
}

impl From<&hinomi_inventory::ComponentRow> for ComponentDto {
    fn from(row: &hinomi_inventory::ComponentRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind.clone(),
            name: row.name.clone(),
            version: row.version.clone(),
            purl: row.purl.clone(),
            cpe: row.cpe.clone(),
            ecosystem: row.ecosystem.clone(),
            package: row.package.clone(),
            release: row.release.clone(),
            source_name: row.source_name.clone(),
            source_version: row.source_version.clone(),
            arch: row.arch.clone(),
            supplier: row.supplier.clone(),
            kernel_running: row.kernel_running,
        }
    }
}
