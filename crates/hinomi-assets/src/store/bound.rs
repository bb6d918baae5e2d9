// SPDX-License-Identifier: Apache-2.0
//! What reconciliation writes of assets, many at once.

use std::collections::BTreeMap;

use hinomi_core::{AssetId, Time};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use hinomi_org::model::FOREVER_MICROS;

use super::assets::{AssetRow, IDENTIFIER, MEMBERSHIP, identifier_rows, search_text};

const CHANGED_IDENTIFIER: BulkTable = BulkTable {
    on_conflict: Some("ON CONFLICT (asset_id, scheme) DO UPDATE SET value = excluded.value"),
    ..IDENTIFIER
};

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
        Column::int("retired_at"),
        Column::bool("in_question"),
        Column::bool("recorded"),
        Column::bool("discovered"),
        Column::text("retired_by"),
        Column::text("merged_into"),
    ],
    // Whose it is, and what inventories say of it, others write.
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
        search_text = excluded.search_text, kind = excluded.kind, attributes = excluded.attributes,
        os_id = excluded.os_id, os_version = excluded.os_version, os_name = excluded.os_name,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, retired_at = excluded.retired_at,
        in_question = excluded.in_question, discovered = excluded.discovered, retired_by = excluded.retired_by,
        merged_into = excluded.merged_into",
    ),
};

pub(crate) async fn by_ids(db: &Db, ids: &[AssetId]) -> Result<Vec<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id";
    db.all(sql, vec![Value::json_list(ids)]).await
}

pub(crate) async fn identifiers(
    db: &Db,
    assets: &[AssetId],
) -> Result<BTreeMap<AssetId, BTreeMap<String, String>>, DbError> {
    let sql = "SELECT asset_id, scheme, value FROM asset_identifier
        WHERE asset_id IN (SELECT value FROM json_each($1))";
    let rows: Vec<(AssetId, String, String)> = db.all(sql, vec![Value::json_list(assets)]).await?;
    let mut found: BTreeMap<AssetId, BTreeMap<String, String>> = BTreeMap::new();
    for (asset, scheme, value) in rows {
        found.entry(asset).or_default().insert(scheme, value);
    }
    Ok(found)
}

/// Assets whose own words are not among the records yet.
pub(crate) async fn unrecorded(tx: &mut Tx, limit: i64) -> Result<Vec<AssetRow>, DbError> {
    tx.all("SELECT * FROM asset WHERE NOT recorded ORDER BY id LIMIT $1", values![limit]).await
}

pub(crate) async fn identifiers_tx(
    tx: &mut Tx,
    assets: &[AssetId],
) -> Result<BTreeMap<AssetId, BTreeMap<String, String>>, DbError> {
    let sql = "SELECT asset_id, scheme, value FROM asset_identifier
        WHERE asset_id IN (SELECT value FROM json_each($1))";
    let rows: Vec<(AssetId, String, String)> = tx.all(sql, vec![Value::json_list(assets)]).await?;
    let mut found: BTreeMap<AssetId, BTreeMap<String, String>> = BTreeMap::new();
    for (asset, scheme, value) in rows {
        found.entry(asset).or_default().insert(scheme, value);
    }
    Ok(found)
}

pub(crate) async fn mark_recorded(tx: &mut Tx, assets: &[AssetId]) -> Result<(), DbError> {
    let sql = "UPDATE asset SET recorded = TRUE WHERE id IN (SELECT value FROM json_each($1))";
    tx.execute(sql, vec![Value::json_list(assets)]).await?;
    Ok(())
}

/// An asset to be written, with its identifiers.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub asset: AssetRow,
    pub identifiers: BTreeMap<String, String>,
    /// As they are stored; nothing of a new asset.
    pub identifiers_before: BTreeMap<String, String>,
    pub is_new: bool,
    /// It had another name, which another asset of this write may take.
    pub renamed: bool,
    pub membership: Membership,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    Keep,
    Begin,
    End,
}

/// Writes assets in one transaction; `now` is when memberships begin and end.
pub(crate) async fn put(tx: &mut Tx, assets: &[Written], now: Time) -> Result<(), DbError> {
    let gives = |one: &&Written| !one.is_new && (one.renamed || one.membership == Membership::End);
    let renamed: Vec<AssetId> = assets.iter().filter(gives).map(|one| one.asset.id).collect();
    if !renamed.is_empty() {
        // Two may change names, or one takes what another gives up: first none of them has one.
        let sql = "UPDATE asset SET name_key = id WHERE id IN (SELECT value FROM json_each($1))";
        tx.execute(sql, vec![Value::json_list(&renamed)]).await?;
    }
    let rows = assets.iter().map(row);
    tx.bulk_insert(&ASSET, rows.collect::<Vec<_>>().into_iter()).await?;
    let with = |wanted: Membership| assets.iter().filter(move |one| one.membership == wanted);
    let ended: Vec<AssetId> = with(Membership::End).map(|one| one.asset.id).collect();
    if !ended.is_empty() {
        let sql = "UPDATE asset_membership SET valid_to = $2
            WHERE valid_to = $3 AND valid_from < $2 AND asset_id IN (SELECT value FROM json_each($1))";
        tx.execute(sql, vec![Value::json_list(&ended), now.into(), FOREVER_MICROS.into()]).await?;
    }
    let begun: Vec<&Written> = with(Membership::Begin).collect();
    let returning: Vec<AssetId> = begun.iter().filter(|one| !one.is_new).map(|one| one.asset.id).collect();
    if !returning.is_empty() {
        // Gone and back within one instant: as if nothing had been.
        let sql = "DELETE FROM asset_membership WHERE (valid_to = $2 OR valid_from >= $3)
            AND asset_id IN (SELECT value FROM json_each($1))";
        tx.execute(sql, vec![Value::json_list(&returning), FOREVER_MICROS.into(), now.into()]).await?;
    }
    let memberships = begun.iter().map(|one| {
        let from = if one.is_new { one.asset.created_at } else { now };
        values![one.asset.id, one.asset.system_id, from, FOREVER_MICROS].0
    });
    tx.bulk_insert(&MEMBERSHIP, memberships.collect::<Vec<_>>().into_iter()).await?;
    put_identifiers(tx, assets).await
}

/// Only what differs from what is stored.
async fn put_identifiers(tx: &mut Tx, assets: &[Written]) -> Result<(), DbError> {
    let new = assets.iter().filter(|one| one.is_new);
    let new = new.flat_map(|one| identifier_rows(one.asset.id, &one.identifiers));
    tx.bulk_insert(&IDENTIFIER, new.collect::<Vec<_>>().into_iter()).await?;
    let known: Vec<&Written> = assets.iter().filter(|one| !one.is_new).collect();
    let mut changed: Vec<Vec<Value>> = Vec::new();
    let mut gone: Vec<String> = Vec::new();
    for one in known {
        let (before, after) = (&one.identifiers_before, &one.identifiers);
        let differing = after.iter().filter(|(scheme, value)| before.get(*scheme) != Some(*value));
        changed.extend(differing.map(|(scheme, value)| values![one.asset.id, scheme, value].0));
        let missing = before.keys().filter(|scheme| !after.contains_key(*scheme));
        gone.extend(missing.map(|scheme| format!("{}/{scheme}", one.asset.id)));
    }
    tx.bulk_insert(&CHANGED_IDENTIFIER, changed.into_iter()).await?;
    if !gone.is_empty() {
        let assets: Vec<&str> = gone.iter().map(|one| one.split('/').next().unwrap_or_default()).collect();
        let sql = "DELETE FROM asset_identifier WHERE asset_id IN (SELECT value FROM json_each($1))
            AND asset_id || '/' || scheme IN (SELECT value FROM json_each($2))";
        tx.execute(sql, vec![Value::json_list(assets), Value::json_list(&gone)]).await?;
    }
    Ok(())
}

fn row(one: &Written) -> Vec<Value> {
    let asset = &one.asset;
    values![
        asset.id,
        asset.ordinal,
        &asset.name,
        &asset.name_key,
        search_text(asset, &one.identifiers),
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
        asset.created_at,
        asset.retired_at,
        asset.in_question,
        true,
        asset.discovered,
        &asset.retired_by,
        asset.merged_into
    ]
    .0
}

/// What became part of any of these assets, and what had become part of that.
pub(crate) async fn parts_of(db: &Db, assets: &[AssetId]) -> Result<Vec<AssetId>, DbError> {
    let sql = "SELECT id FROM asset WHERE merged_into IS NOT NULL
        AND merged_into IN (SELECT value FROM json_each($1)) ORDER BY id";
    let mut found: Vec<AssetId> = Vec::new();
    let mut next = assets.to_vec();
    // No merge makes a ring; a bound costs nothing.
    for _ in 0..64 {
        next = db.column(sql, vec![Value::json_list(&next)]).await?;
        if next.is_empty() {
            break;
        }
        found.extend(&next);
    }
    Ok(found)
}

/// Which asset each of those is part of now that became part of another.
pub(crate) async fn wholes_of(db: &Db, assets: &[AssetId]) -> Result<BTreeMap<AssetId, AssetId>, DbError> {
    let mut whole: BTreeMap<AssetId, AssetId> = assets.iter().map(|id| (*id, *id)).collect();
    for _ in 0..64 {
        let now: Vec<AssetId> = whole.values().copied().collect();
        let rows = by_ids(db, &now).await?;
        let into: BTreeMap<AssetId, AssetId> =
            rows.into_iter().filter_map(|row| Some((row.id, row.merged_into?))).collect();
        if into.is_empty() {
            break;
        }
        for one in whole.values_mut() {
            *one = into.get(one).copied().unwrap_or(*one);
        }
    }
    Ok(whole)
}

/// Assets in use that nothing has shown since `before`.
pub(crate) async fn unseen(tx: &mut Tx, before: Time, limit: i64) -> Result<Vec<AssetRow>, DbError> {
    let sql = "SELECT * FROM asset WHERE retired_at IS NULL AND last_seen < $1 ORDER BY last_seen, ordinal LIMIT $2";
    tx.all(sql, values![before, limit]).await
}
