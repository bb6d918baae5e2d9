// SPDX-License-Identifier: Apache-2.0
//! Who carries what, kept in memory between requests.

use crate::cases::Cases;
use crate::error::RiskError;
use hinomi_core::Scope;
use hinomi_db::sea_query::{Expr, ExprTrait, Query};
use hinomi_db::{Db, Engine, scope::ScopeFilter};
use hinomi_inventory::CarrierIndex;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The carrier index and the bitmaps asked of it, valid until the inventory changes.
#[derive(Default)]
pub struct Carried {
    index: CarrierIndex,
    bitmaps: HashMap<u32, Arc<RoaringBitmap>>,
}

impl Carried {
    /// Every carrier on which some source shows the component.
    pub fn carriers_of(&mut self, component: u32) -> Arc<RoaringBitmap> {
        let index = &self.index;
        Arc::clone(self.bitmaps.entry(component).or_insert_with(|| Arc::new(index.carriers_of(component))))
    }

    pub fn carriers_of_any(&mut self, components: impl IntoIterator<Item = u32>) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        for component in components {
            all |= &*self.carriers_of(component);
        }
        all
    }

    pub fn index(&self) -> &CarrierIndex {
        &self.index
    }
}

/// Shared by the handlers of this crate.
#[derive(Clone, Default)]
pub struct RiskState {
    carried: Arc<Mutex<Carried>>,
    cases: Arc<Mutex<Cases>>,
}

impl RiskState {
    /// The index, up to date with the database.
    pub async fn fresh(&self, db: &Db) -> Result<OwnedMutexGuard<Carried>, RiskError> {
        let mut carried = Arc::clone(&self.carried).lock_owned().await;
        let before = carried.index.sequence();
        carried.index.refresh(db).await?;
        if carried.index.sequence() != before {
            carried.bitmaps.clear();
        }
        Ok(carried)
    }

    /// The case intervals, up to date with the database.
    pub(crate) async fn cases(&self, db: &Db) -> Result<OwnedMutexGuard<Cases>, RiskError> {
        let mut cases = Arc::clone(&self.cases).lock_owned().await;
        cases.refresh(db).await?;
        Ok(cases)
    }
}

/// Carriers (asset ordinals) in use that a scope shows.
pub async fn visible(db: &Db, scope: &Scope) -> Result<RoaringBitmap, RiskError> {
    let mut select = Query::select();
    // One text: a hundred thousand rows would cost more than all that is done with them.
    let list = match db.engine() {
        Engine::Sqlite => "COALESCE(group_concat(ordinal), '')",
        Engine::Postgres => "COALESCE(string_agg(ordinal::text, ','), '')",
    };
    select.expr(Expr::cust(list)).from("v_asset").within("unit_id", scope);
    select.and_where(Expr::col("retired_at").is_null());
    let list: String = db.select_scalar(&select).await?;
    Ok(list.split(',').filter_map(|ordinal| ordinal.parse::<u32>().ok()).collect())
}

/// The carriers in use of one system that a scope shows.
#[derive(Debug, Clone)]
pub struct OnSystem {
    pub system_id: String,
    pub unit_id: String,
    pub carriers: RoaringBitmap,
}

/// As [`visible`], by the system that each belongs to: one pass over an index, however many assets there are.
pub async fn visible_by_system(db: &Db, scope: &Scope) -> Result<Vec<OnSystem>, RiskError> {
    let mut select = Query::select();
    let list = match db.engine() {
        Engine::Sqlite => "group_concat(ordinal)",
        Engine::Postgres => "string_agg(ordinal::text, ',')",
    };
    select.columns(["system_id", "unit_id"]).expr(Expr::cust(list)).from("v_asset").within("unit_id", scope);
    select.and_where(Expr::col("retired_at").is_null());
    select.add_group_by([Expr::col("system_id"), Expr::col("unit_id")]);
    let rows: Vec<(String, String, String)> = db.select_all(&select).await?;
    let parse = |list: &str| list.split(',').filter_map(|ordinal| ordinal.parse::<u32>().ok()).collect();
    let on = |(system_id, unit_id, list): (String, String, String)| OnSystem {
        system_id,
        unit_id,
        carriers: parse(&list),
    };
    Ok(rows.into_iter().map(on).collect())
}

/// An asset behind a carrier.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AssetRef {
    pub id: String,
    pub ordinal: i64,
    pub name: String,
    pub system_id: String,
    pub unit_id: String,
}

/// The assets in use behind carriers, in no order.
pub async fn assets_of(db: &Db, carriers: &RoaringBitmap) -> Result<Vec<AssetRef>, RiskError> {
    let sql = db.pick(
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value FROM json_each($1)) AND retired_at IS NULL",
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value::bigint FROM json_each($1)) AND retired_at IS NULL",
    );
    let list: Vec<u32> = carriers.iter().collect();
    Ok(db.all(sql, hinomi_db::values![serde_json::to_string(&list).unwrap_or_default()]).await?)
}

/// A page of the assets in use behind carriers, in the order of their names, after (name, id).
pub async fn assets_page(
    db: &Db,
    carriers: &RoaringBitmap,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<AssetRef>, RiskError> {
    let sql = db.pick(
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value FROM json_each($1)) AND retired_at IS NULL AND (name, id) > ($2, $3) \
         ORDER BY name, id LIMIT $4",
        "SELECT id, ordinal, name, system_id, unit_id FROM v_asset \
         WHERE ordinal IN (SELECT value::bigint FROM json_each($1)) AND retired_at IS NULL AND (name, id) > ($2, $3) \
         ORDER BY name, id LIMIT $4",
    );
    let list: Vec<u32> = carriers.iter().collect();
    let (name, id) = after.unwrap_or_default();
    let list = serde_json::to_string(&list).unwrap_or_default();
    Ok(db.all(sql, hinomi_db::values![list, name.to_owned(), id.to_owned(), limit]).await?)
}
