// SPDX-License-Identifier: Apache-2.0
//! Which asset an inventory is about, when the document itself says who its subject is.
//!
//! ```text
//! document ─ agent id, serial number, addresses, names ─→ record of its source ─ reconciliation ─→ asset
//!     └─ says no more than a name ──────────────────────────────────────────────→ asset of that name
//! ```
//! Two hosts of one name stay two, and a host that has been renamed stays one. What a person of one unit brings is
//! never compared with what another unit has claimed: nobody writes about others' assets by naming their serial number.

mod stranger;

use hinomi_core::{AssetId, Scope, Time};

use super::{DEFAULT_SOURCE, Document, ImportError, ImportRequest};
use crate::enrolment::PUSH_SOURCE;
use crate::files::keys::keyed;
use crate::files::{origin_of, records_of};
use crate::reconcile::{Origin, Rule, SourceRecord, found_by, keys_of};
use crate::service::{Claim, asset_claim, look_at_records};
use crate::{Act, AssetError, Incoming, SourceName, records_put, store};

/// The asset that a document belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub asset: AssetId,
    pub created: bool,
}

/// Finds the asset by what the document says of it; `None` when only its name can tell.
pub(super) async fn find(
    act: &Act<'_>,
    document: &Document,
    request: &ImportRequest,
    observed_at: Time,
) -> Result<Option<Found>, ImportError> {
    let inventory = &document.inventory;
    if request.asset_id.is_some() || request.asset.is_some() || inventory.assets.len() != 1 {
        return Ok(None);
    }
    let origin = origin_of(inventory);
    let format = inventory.format.to_string();
    let name = request.source.as_deref().filter(|name| *name != DEFAULT_SOURCE).unwrap_or(&format);
    let (keyed, _) = keyed(&act.app.db, name, origin, &inventory.assets).await?;
    let Some(incoming) = records_of(&inventory.assets, keyed, observed_at).pop() else { return Ok(None) };
    if !says_more_than_a_name(&incoming.record) || !may_compare(act, request, &incoming.record).await? {
        return Ok(None);
    }
    let (asset, created) = identify(act, SourceName { name, kind: origin }, incoming).await?;
    let Some(asset) = asset else {
        return Err(ImportError::InQuestion { path: document.path.clone() });
    };
    asset_claim(act, asset, request.system.as_deref(), Claim::OrRefuse).await?;
    Ok(Some(Found { asset, created }))
}

/// The asset that an enrolled host is by what it says of itself. It speaks under its own number, whatever it calls
/// itself; while that is in question, and when it says no more than its name, nothing is found. Nor is it for one that is
/// `bound` and says from now on that it is something else.
pub(crate) async fn of_host(
    act: &Act<'_>,
    host: &str,
    bound: Option<AssetId>,
    document: &Document,
    system: Option<&str>,
) -> Result<Option<AssetId>, ImportError> {
    let inventory = &document.inventory;
    if inventory.assets.len() != 1 {
        return Ok(None);
    }
    let request = ImportRequest { system: system.map(str::to_owned), ..ImportRequest::default() };
    let (keyed, _) = keyed(&act.app.db, PUSH_SOURCE, Origin::Agent, &inventory.assets).await?;
    let Some(incoming) = records_of(&inventory.assets, keyed, act.now).pop() else { return Ok(None) };
    if !says_more_than_a_name(&incoming.record) || !may_compare(act, &request, &incoming.record).await? {
        return Ok(None);
    }
    let incoming = Incoming { key: host.to_owned(), ..incoming };
    if let Some(bound) = bound
        && stranger::is_claimed(act, &incoming, bound).await?
    {
        return Ok(None);
    }
    let source = SourceName { name: PUSH_SOURCE, kind: Origin::Agent };
    let Some(asset) = identify(act, source, incoming).await?.0 else { return Ok(None) };
    asset_claim(act, asset, system, Claim::OrLeave).await?;
    Ok(Some(asset))
}

/// Takes the record in and looks at it; the asset that it is, and whether that is new.
async fn identify(
    act: &Act<'_>,
    source: SourceName<'_>,
    incoming: Incoming,
) -> Result<(Option<AssetId>, bool), ImportError> {
    let key = incoming.key.clone();
    let everywhere = Act { scope: Scope::all(), ..act.clone() };
    records_put(&everywhere, source, vec![incoming]).await?;
    let (asset, done) = look_at_records(&everywhere, source.name, &key).await?;
    Ok((asset, done.created > 0))
}

fn says_more_than_a_name(record: &SourceRecord) -> bool {
    keys_of(record).iter().any(|key| !matches!(key.rule, Rule::Fqdn | Rule::Hostname | Rule::Address))
}

/// Whoever answers for the whole group may compare with everything. Others need a place for what is new, and nothing
/// that they name may be of an asset that somebody else has claimed.
async fn may_compare(
    act: &Act<'_>,
    request: &ImportRequest,
    record: &SourceRecord,
) -> Result<bool, AssetError> {
    if act.scope.is_all() {
        return Ok(true);
    }
    if request.system.is_none() {
        return Ok(false);
    }
    let hashes = found_by(&keys_of(record));
    let holders = store::records::holders(&act.app.db, &hashes).await?;
    let ids: Vec<AssetId> = holders.into_iter().map(|(_, asset)| asset).collect();
    let assets = store::bound::by_ids(&act.app.db, &ids).await?;
    Ok(assets.iter().all(|asset| asset.unassigned || act.scope.contains(asset.unit_id)))
}
