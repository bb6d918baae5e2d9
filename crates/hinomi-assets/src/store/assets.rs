// SPDX-License-Identifier: Apache-2.0
//! Tables `asset`, `asset_membership`, `asset_identifier`.

use std::collections::{BTreeMap, HashMap};

use hinomi_core::{AssetId, SystemId, Time, UnitId};
use hinomi_db::search::fold;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use hinomi_org::model::FOREVER_MICROS;

use crate::model::{AssetKind, ObservedOs};

/// Why an asset went out of use that nothing has shown for long.
pub(crate) const UNSEEN: &str = "unseen";

/// An asset as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AssetRow {
    pub id: AssetId,
    /// The carrier id of the inventory.
    pub ordinal: i64,
    pub name: String,
    pub name_key: String,
    pub kind: AssetKind,
    pub system_id: SystemId,
    pub unit_id: UnitId,
    pub unassigned: bool,
    /// JSON object of texts.
    pub attributes: String,
    pub os_id: String,
    pub os_version: String,
    pub os_name: String,
    pub has_inventory: bool,
    pub first_seen: Time,
    pub last_seen: Time,
    pub created_at: Time,
    pub retired_at: Option<Time>,
    /// A person must decide whether it is a thing of its own.
    pub in_question: bool,
    /// Only scanners know it.
    pub discovered: bool,
    /// What took it out of use, if not a person.
    pub retired_by: String,
    pub merged_into: Option<AssetId>,
}

impl AssetRow {
    pub fn os(&self) -> ObservedOs {
        ObservedOs { id: self.os_id.clone(), version: self.os_version.clone(), name: self.os_name.clone() }
    }

    /// Out of use because nothing showed it for long: whatever shows it again brings it back.
    pub fn is_unseen(&self) -> bool {
        self.retired_at.is_some() && self.retired_by == UNSEEN
    }

    pub fn attributes(&self) -> BTreeMap<String, String> {
        serde_json::from_str(&self.attributes).unwrap_or_default()
    }
}

pub(super) const COLUMNS: [&str; 21] = [
    "id",
    "ordinal",
    "name",
    "name_key",
    "kind",
    "system_id",
    "unit_id",
    "unassigned",
    "attributes",
    "os_id",
    "os_version",
    "os_name",
    "has_inventory",
    "first_seen",
    "last_seen",
    "created_at",
    "retired_at",
    "in_question",
    "discovered",
    "retired_by",
    "merged_into",
];

const BY_ID: &str = "SELECT * FROM asset WHERE id = $1";

pub(crate) async fn get(db: &Db, id: AssetId) -> Result<Option<AssetRow>, DbError> {
    db.optional(BY_ID, values![id]).await
}

pub(crate) async fn get_tx(tx: &mut Tx, id: AssetId) -> Result<Option<AssetRow>, DbError> {
    tx.optional(BY_ID, values![id]).await
}

/// The asset in use with this name, however it is written (width, case).
pub(crate) async fn by_name(db: &Db, name: &str) -> Result<Option<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE name_key = $1 AND retired_at IS NULL";
    db.optional(sql, values![fold(name)]).await
}

/// Assets in use with this key, or one between the two.
pub(crate) async fn of_keys_tx(
    tx: &mut Tx,
    key: &str,
    from: &str,
    to: &str,
) -> Result<Vec<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE retired_at IS NULL AND (name_key = $1 OR (name_key > $2 AND name_key < $3))
        ORDER BY name_key";
    tx.all(sql, values![key, from, to]).await
}

/// Takes an asset into use again.
pub(crate) async fn restore(tx: &mut Tx, asset: &AssetRow, from: Time) -> Result<(), DbError> {
    let sql = "UPDATE asset SET retired_at = NULL, retired_by = '', name_key = $2, name = $3 WHERE id = $1";
    tx.execute(sql, values![asset.id, &asset.name_key, &asset.name]).await?;
    let to = Destination { system: asset.system_id, unit: asset.unit_id, unassigned: asset.unassigned };
    assign(tx, &[asset.id], to, from).await
}

/// The asset that this one is part of now: itself, or what it was merged into.
pub(crate) async fn whole_tx(tx: &mut Tx, id: AssetId) -> Result<Option<AssetRow>, DbError> {
    let mut found = get_tx(tx, id).await?;
    // No merge makes a ring; a bound costs nothing.
    for _ in 0..64 {
        let Some(into) = found.as_ref().and_then(|asset| asset.merged_into) else { break };
        found = get_tx(tx, into).await?;
    }
    Ok(found)
}

/// An asset of this name that became part of another, the last one.
pub(crate) async fn merged_by_name_tx(tx: &mut Tx, name: &str) -> Result<Option<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE name_key = $1 AND merged_into IS NOT NULL
        ORDER BY retired_at DESC, ordinal DESC LIMIT 1";
    tx.optional(sql, values![fold(name)]).await
}

/// Assets of this key, or one between the two, that went out of use because nothing showed them; the last one first.
pub(crate) async fn unseen_of_keys_tx(
    tx: &mut Tx,
    key: &str,
    from: &str,
    to: &str,
) -> Result<Vec<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE retired_by = 'unseen'
            AND (name_key = $1 OR (name_key > $2 AND name_key < $3))
        ORDER BY last_seen DESC, ordinal DESC";
    tx.all(sql, values![key, from, to]).await
}

/// Its inventory turned out to be another's.
pub(crate) async fn without_inventory(tx: &mut Tx, id: AssetId) -> Result<(), DbError> {
    tx.execute("UPDATE asset SET has_inventory = FALSE WHERE id = $1", values![id]).await?;
    Ok(())
}

pub(crate) async fn many_tx(tx: &mut Tx, ids: &[AssetId]) -> Result<Vec<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id";
    tx.all(sql, vec![Value::json_list(ids)]).await
}

/// Which of the folded names belong to assets in use.
pub(crate) async fn taken_names_tx(tx: &mut Tx, name_keys: &[String]) -> Result<Vec<String>, DbError> {
    let sql = "SELECT name_key FROM asset
        WHERE retired_at IS NULL AND name_key IN (SELECT value FROM json_each($1)) ORDER BY name_key";
    tx.column(sql, vec![Value::json_list(name_keys)]).await
}

/// Who has the folded names among assets in use.
pub(crate) async fn holders_tx(tx: &mut Tx, name_keys: &[String]) -> Result<Vec<(String, AssetId)>, DbError> {
    let sql = "SELECT name_key, id FROM asset
        WHERE retired_at IS NULL AND name_key IN (SELECT value FROM json_each($1))";
    tx.all(sql, vec![Value::json_list(name_keys)]).await
}

const ASSET: BulkTable = BulkTable {
    name: "asset",
    columns: &[
        Column::text("id"),
        Column::int("ordinal"),
        Column::text("name"),
        Column::text("name_key"),
        Column::text("search_text"),
        Column::text("kind"),
        Column::text("system_id"),
        Column::text("unit_id"),
        Column::bool("unassigned"),
        Column::text("attributes"),
        Column::text("os_id"),
        Column::text("os_version"),
        Column::text("os_name"),
        Column::bool("has_inventory"),
        Column::int("first_seen"),
        Column::int("last_seen"),
        Column::int("created_at"),
    ],
    on_conflict: None,
};

pub(super) const MEMBERSHIP: BulkTable = BulkTable {
    name: "asset_membership",
    columns: &[
        Column::text("asset_id"),
        Column::text("system_id"),
        Column::int("valid_from"),
        Column::int("valid_to"),
    ],
    on_conflict: None,
};

pub(super) const IDENTIFIER: BulkTable = BulkTable {
    name: "asset_identifier",
    columns: &[Column::text("asset_id"), Column::text("scheme"), Column::text("value")],
    on_conflict: None,
};

/// An asset with its identifiers.
pub(crate) type WithIdentifiers = (AssetRow, BTreeMap<String, String>);

pub(crate) async fn insert(tx: &mut Tx, assets: &[WithIdentifiers]) -> Result<(), DbError> {
    let rows = assets.iter().map(|(asset, identifiers)| {
        values![
            asset.id,
            asset.ordinal,
            &asset.name,
            &asset.name_key,
            search_text(asset, identifiers),
            asset.kind,
            asset.system_id,
            asset.unit_id,
            asset.unassigned,
            &asset.attributes,
            &asset.os_id,
            &asset.os_version,
            &asset.os_name,
            asset.has_inventory,
            asset.first_seen,
            asset.last_seen,
            asset.created_at
        ]
        .0
    });
    tx.bulk_insert(&ASSET, rows.collect::<Vec<_>>().into_iter()).await?;
    let memberships = assets
        .iter()
        .map(|(asset, _)| values![asset.id, asset.system_id, asset.created_at, FOREVER_MICROS].0);
    tx.bulk_insert(&MEMBERSHIP, memberships.collect::<Vec<_>>().into_iter()).await?;
    let identifiers = assets.iter().flat_map(|(asset, identifiers)| identifier_rows(asset.id, identifiers));
    tx.bulk_insert(&IDENTIFIER, identifiers.collect::<Vec<_>>().into_iter()).await?;
    Ok(())
}

pub(super) fn identifier_rows(
    asset: AssetId,
    identifiers: &BTreeMap<String, String>,
) -> impl Iterator<Item = Vec<Value>> + '_ {
    identifiers.iter().map(move |(scheme, value)| values![asset, scheme, value].0)
}

/// Name, and identifiers that say more than the name.
pub(super) fn search_text(asset: &AssetRow, identifiers: &BTreeMap<String, String>) -> String {
    let mut text = asset.name.clone();
    for value in identifiers.values().filter(|value| fold(value) != asset.name_key) {
        text.push(' ');
        text.push_str(value);
    }
    fold(&text)
}

/// Writes name, kind, attributes, operating system, identifiers and retirement.
pub(crate) async fn update(
    tx: &mut Tx,
    asset: &AssetRow,
    identifiers: &BTreeMap<String, String>,
) -> Result<(), DbError> {
    let sql =
        "UPDATE asset SET name = $2, name_key = $3, kind = $4, attributes = $5, os_id = $6, os_version = $7,
        os_name = $8, retired_at = $9, search_text = $10 WHERE id = $1";
    let values = values![
        asset.id,
        &asset.name,
        &asset.name_key,
        asset.kind,
        &asset.attributes,
        &asset.os_id,
        &asset.os_version,
        &asset.os_name,
        asset.retired_at,
        search_text(asset, identifiers)
    ];
    tx.execute(sql, values).await?;
    tx.execute("DELETE FROM asset_identifier WHERE asset_id = $1", values![asset.id]).await?;
    let rows: Vec<Vec<Value>> = identifier_rows(asset.id, identifiers).collect();
    tx.bulk_insert(&IDENTIFIER, rows.into_iter()).await?;
    Ok(())
}

/// The system that assets are given to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destination {
    pub system: SystemId,
    pub unit: UnitId,
    pub unassigned: bool,
}

/// Gives assets to a system from `from` on. A membership that began at the same instant is replaced.
pub(crate) async fn assign(
    tx: &mut Tx,
    assets: &[AssetId],
    to: Destination,
    from: Time,
) -> Result<(), DbError> {
    let ids = Value::json_list(assets);
    let sql = "DELETE FROM asset_membership WHERE valid_to = $2 AND valid_from >= $3
        AND asset_id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![ids.clone(), FOREVER_MICROS.into(), from.into()]).await?;
    let sql = "UPDATE asset_membership SET valid_to = $3 WHERE valid_to = $2
        AND asset_id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![ids.clone(), FOREVER_MICROS.into(), from.into()]).await?;
    let rows = assets.iter().map(|asset| values![*asset, to.system, from, FOREVER_MICROS].0);
    tx.bulk_insert(&MEMBERSHIP, rows.collect::<Vec<_>>().into_iter()).await?;
    let sql = "UPDATE asset SET system_id = $2, unit_id = $3, unassigned = $4
        WHERE id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![ids, to.system.into(), to.unit.into(), to.unassigned.into()]).await?;
    Ok(())
}

/// Ends the membership of retired assets.
pub(crate) async fn end_membership(tx: &mut Tx, asset: AssetId, at: Time) -> Result<(), DbError> {
    let sql = "UPDATE asset_membership SET valid_to = $2
        WHERE asset_id = $1 AND valid_to = $3 AND valid_from < $2";
    tx.execute(sql, values![asset, at, FOREVER_MICROS]).await?;
    Ok(())
}

/// Notes an observation: the span of sightings grows, and the newest one tells the operating system.
pub(crate) async fn seen(
    tx: &mut Tx,
    asset: AssetId,
    observed_at: Time,
    os: Option<&ObservedOs>,
) -> Result<u64, DbError> {
    let sql = "UPDATE asset SET
            os_id = CASE WHEN $3 AND ($2 >= last_seen OR NOT has_inventory) THEN $4 ELSE os_id END,
            os_version = CASE WHEN $3 AND ($2 >= last_seen OR NOT has_inventory) THEN $5 ELSE os_version END,
            os_name = CASE WHEN $3 AND ($2 >= last_seen OR NOT has_inventory) THEN $6 ELSE os_name END,
            first_seen = CASE WHEN $2 < first_seen THEN $2 ELSE first_seen END,
            last_seen = CASE WHEN $2 > last_seen OR NOT has_inventory THEN $2 ELSE last_seen END,
            has_inventory = TRUE
        WHERE id = $1";
    let known = os.is_some();
    let os = os.map(ObservedOs::harmless).unwrap_or_default();
    tx.execute(sql, values![asset, observed_at, known, os.id, os.version, os.name]).await
}

pub(crate) async fn identifiers(db: &Db, asset: AssetId) -> Result<BTreeMap<String, String>, DbError> {
    let sql = "SELECT scheme, value FROM asset_identifier WHERE asset_id = $1 ORDER BY scheme";
    let rows: Vec<(String, String)> = db.all(sql, values![asset]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn identifiers_tx(tx: &mut Tx, asset: AssetId) -> Result<BTreeMap<String, String>, DbError> {
    let sql = "SELECT scheme, value FROM asset_identifier WHERE asset_id = $1 ORDER BY scheme";
    let rows: Vec<(String, String)> = tx.all(sql, values![asset]).await?;
    Ok(rows.into_iter().collect())
}

/// The systems an asset belonged to, oldest first.
pub(crate) async fn memberships(db: &Db, asset: AssetId) -> Result<Vec<(SystemId, Time, Time)>, DbError> {
    let sql = "SELECT system_id, valid_from, valid_to FROM asset_membership WHERE asset_id = $1 ORDER BY valid_from";
    db.all(sql, values![asset]).await
}

/// Assets in use of one system.
pub(crate) async fn count_of_system_tx(tx: &mut Tx, system: SystemId) -> Result<i64, DbError> {
    tx.scalar("SELECT COUNT(*) FROM asset WHERE system_id = $1 AND retired_at IS NULL", values![system]).await
}

/// Ids and names by carrier number.
pub(crate) async fn names(db: &Db, ordinals: &[i64]) -> Result<HashMap<i64, (AssetId, String)>, DbError> {
    let sql = "SELECT ordinal, id, name FROM asset
        WHERE ordinal IN (SELECT CAST(value AS BIGINT) FROM json_each($1))";
    let rows: Vec<(i64, AssetId, String)> = db.all(sql, vec![Value::json_list(ordinals)]).await?;
    Ok(rows.into_iter().map(|(ordinal, id, name)| (ordinal, (id, name))).collect())
}
