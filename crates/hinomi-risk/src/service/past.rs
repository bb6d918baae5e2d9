// SPDX-License-Identifier: Apache-2.0
//! Assets of a past day: where they belonged then, also those that went out of use since.

use crate::error::RiskError;
use crate::state::AssetRef;
use hinomi_core::{Scope, Time};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::{Cond, Expr, ExprTrait, Query};
use hinomi_db::{Db, Engine, values};
use roaring::RoaringBitmap;

/// Carriers that were in use at the instant in systems of the scope's units: one statement.
pub async fn visible_at(db: &Db, scope: &Scope, at: Time) -> Result<RoaringBitmap, RiskError> {
    let at = at.as_micros();
    let list = match db.engine() {
        Engine::Sqlite => "COALESCE(group_concat(ordinal), '')",
        Engine::Postgres => "COALESCE(string_agg(ordinal::text, ','), '')",
    };
    let held = |table: &'static str| {
        let began = Expr::col((table, "valid_from")).lte(at);
        Cond::all().add(began).add(Expr::col((table, "valid_to")).gt(at))
    };
    let (membership, owner) = ("v_asset_membership", "v_system_owner");
    let of_asset = Expr::col((membership, "asset_id")).equals(("v_asset", "id"));
    let of_system = Expr::col((owner, "system_id")).equals((membership, "system_id"));
    let mut select = Query::select();
    select
        .expr(Expr::cust(list))
        .from("v_asset")
        .inner_join(membership, held(membership).add(of_asset))
        .inner_join(owner, held(owner).add(of_system))
        .within((owner, "unit_id"), scope);
    let list: String = db.select_scalar(&select).await?;
    Ok(list.split(',').filter_map(|ordinal| ordinal.parse::<u32>().ok()).collect())
}

/// A page of the assets behind carriers, where they belonged at the instant, in the order of their names, after
/// (name, id).
pub async fn assets_page_at(
    db: &Db,
    at: Time,
    carriers: &RoaringBitmap,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<AssetRef>, RiskError> {
    let sql = db.pick(
        "SELECT a.id, a.ordinal, a.name, m.system_id, o.unit_id FROM v_asset a \
         JOIN v_asset_membership m ON m.asset_id = a.id AND m.valid_from <= $5 AND m.valid_to > $5 \
         JOIN v_system_owner o ON o.system_id = m.system_id AND o.valid_from <= $5 AND o.valid_to > $5 \
         WHERE a.ordinal IN (SELECT value FROM json_each($1)) AND (a.name, a.id) > ($2, $3) \
         ORDER BY a.name, a.id LIMIT $4",
        "SELECT a.id, a.ordinal, a.name, m.system_id, o.unit_id FROM v_asset a \
         JOIN v_asset_membership m ON m.asset_id = a.id AND m.valid_from <= $5 AND m.valid_to > $5 \
         JOIN v_system_owner o ON o.system_id = m.system_id AND o.valid_from <= $5 AND o.valid_to > $5 \
         WHERE a.ordinal IN (SELECT value::bigint FROM json_each($1)) AND (a.name, a.id) > ($2, $3) \
         ORDER BY a.name, a.id LIMIT $4",
    );
    let list: Vec<u32> = carriers.iter().collect();
    let (name, id) = after.unwrap_or_default();
    let list = serde_json::to_string(&list).unwrap_or_default();
    Ok(db.all(sql, values![list, name.to_owned(), id.to_owned(), limit, at.as_micros()]).await?)
}
