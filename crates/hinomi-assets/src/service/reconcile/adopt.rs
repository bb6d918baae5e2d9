// SPDX-License-Identifier: Apache-2.0
//! Assets that people or inventories made by name speak for themselves too: their words become records of the
//! source *by hand*, which is believed before all others.

use std::collections::BTreeMap;

use hinomi_core::AssetId;
use hinomi_db::ids::next_ids;
use hinomi_db::{DbError, Tx};
use hinomi_inventory_formats::Identifiers;

use super::take::SourceName;
use crate::error::AssetError;
use crate::reconcile::{Origin, SourceRecord, SourceValue, found_by, keys_of};
use crate::service::Act;
use crate::store::assets::AssetRow;
use crate::store::records::{self, RecordRow};
use crate::store::{bound, sources};

/// The source of what people say.
pub(crate) const BY_HAND: SourceName<'_> = SourceName { name: "by hand", kind: Origin::Manual };
const CHUNK: i64 = 1_000;

/// Records what no record says yet.
pub(crate) async fn adopt(act: &Act<'_>) -> Result<(), AssetError> {
    loop {
        let mut tx = act.app.db.begin().await?;
        records::lock(&mut tx).await?;
        let assets = bound::unrecorded(&mut tx, CHUNK).await?;
        if assets.is_empty() {
            tx.rollback().await?;
            return Ok(());
        }
        let ids: Vec<AssetId> = assets.iter().map(|asset| asset.id).collect();
        let mut identifiers = bound::identifiers_tx(&mut tx, &ids).await?;
        let source = sources::named(&mut tx, BY_HAND.name, BY_HAND.kind).await?;
        let numbers = next_ids(&mut tx, "asset_record", assets.len() as i64).await?;
        let rows: Vec<(RecordRow, SourceRecord)> = assets
            .iter()
            .zip(numbers)
            .map(|(asset, id)| {
                let record = words(asset, identifiers.remove(&asset.id).unwrap_or_default());
                (row(id, source.id, asset, &record), record)
            })
            .collect();
        put(&mut tx, rows).await?;
        bound::mark_recorded(&mut tx, &ids).await?;
        tx.commit().await?;
    }
}

async fn put(tx: &mut Tx, rows: Vec<(RecordRow, SourceRecord)>) -> Result<(), DbError> {
    let keys = rows
        .iter()
        .flat_map(|(row, record)| found_by(&keys_of(record)).into_iter().map(|hash| (hash, row.id)));
    let keys = keys.collect();
    records::put(tx, rows.into_iter().map(|(row, _)| (row, None))).await?;
    records::keys_add(tx, keys).await
}

fn row(id: i64, source: i64, asset: &AssetRow, record: &SourceRecord) -> RecordRow {
    let data = serde_json::to_string(record).unwrap_or_default();
    RecordRow {
        id,
        source_id: source,
        source_key: asset.id.to_string(),
        content: blake3::hash(data.as_bytes()).to_hex()[..32].to_owned(),
        data,
        place: None,
        observed_at: asset.created_at,
        asset_id: Some(asset.id),
        home_id: Some(asset.id),
        dirty: true,
    }
}

/// What the asset says of itself. Its operating system is what inventories show, not what somebody said.
fn words(asset: &AssetRow, identifiers: BTreeMap<String, String>) -> SourceRecord {
    let attribute = |(name, value)| (name, SourceValue { value, origin: String::new() });
    let mut record = SourceRecord {
        kind: Some(asset.kind),
        name: asset.name.clone(),
        attributes: asset.attributes().into_iter().map(attribute).collect(),
        ..SourceRecord::default()
    };
    set_identifiers(&mut record, &asset.name, &identifiers);
    record
}

/// Identifiers of a map as records have them, the name among them.
fn set_identifiers(record: &mut SourceRecord, name: &str, identifiers: &BTreeMap<String, String>) {
    let mut found = Identifiers::default();
    found.add_name(name);
    for (scheme, value) in identifiers {
        for one in value.split([' ', ',']).filter(|one| !one.is_empty()) {
            match scheme.as_str() {
                "hostname" | "fqdn" => found.add_name(one),
                "ip" => found.add_ip(one),
                "mac" => found.add_mac(one),
                "agent_id" => found.agent_ids.push(one.to_owned()),
                "machine_id" => found.add_agent("machine", one),
                _ => {}
            }
        }
        match scheme.as_str() {
            "serial" => found.set_serial(value),
            "vendor" => found.set_vendor(value),
            "uuid" => found.set_uuid(value),
            "asset_tag" => found.set_asset_tag(value),
            "cloud_id" => found.cloud_id = Some(value.clone()),
            _ => {}
        }
    }
    record.identifiers.agent_ids = found.agent_ids;
    record.identifiers.cloud_id = found.cloud_id;
    record.identifiers.serial = found.serial;
    record.identifiers.vendor = found.vendor;
    record.identifiers.uuid = found.uuid;
    record.identifiers.asset_tag = found.asset_tag;
    record.identifiers.macs = found.macs;
    record.identifiers.fqdns = found.fqdns;
    record.identifiers.hostnames = found.hostnames;
    record.identifiers.ips = found.ips.iter().map(ToString::to_string).collect();
}

/// A person changed an asset: what they changed is their word from now on, and no more than that.
pub(crate) async fn words_by_hand(
    tx: &mut Tx,
    act: &Act<'_>,
    before: &AssetRow,
    after: &AssetRow,
    identifiers: (&BTreeMap<String, String>, &BTreeMap<String, String>),
) -> Result<(), DbError> {
    records::lock(tx).await?;
    let source = sources::named(tx, BY_HAND.name, BY_HAND.kind).await?;
    let key = after.id.to_string();
    let known = records::of_source(tx, source.id, &[&key]).await?.pop();
    if known.is_none() && records::of_assets_tx(tx, &[after.id]).await?.is_empty() {
        // Nothing is recorded of it yet: the next run records everything as it is.
        return Ok(());
    }
    let id = match &known {
        Some(known) => known.id,
        None => *next_ids(tx, "asset_record", 1).await?.start(),
    };
    let mut record: SourceRecord =
        known.as_ref().and_then(|known| serde_json::from_str(&known.data).ok()).unwrap_or_default();
    let old_keys = found_by(&keys_of(&record));
    if after.name != before.name {
        record.name.clone_from(&after.name);
    }
    if after.kind != before.kind {
        record.kind = Some(after.kind);
    }
    let (old, new) = (before.attributes(), after.attributes());
    record.attributes.retain(|name, _| new.contains_key(name));
    for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(*value)) {
        let said = SourceValue { value: value.clone(), origin: String::new() };
        record.attributes.insert(name.clone(), said);
    }
    if identifiers.0 != identifiers.1 || after.name != before.name {
        set_identifiers(&mut record, &after.name, identifiers.1);
    }
    let mut changed = row(id, source.id, after, &record);
    changed.observed_at = act.now;
    records::keys_remove(tx, &old_keys, &[id]).await?;
    put(tx, vec![(changed, record)]).await
}
