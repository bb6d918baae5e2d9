// SPDX-License-Identifier: Apache-2.0
//! What a document says of its assets beyond who they are: what is on them, and what a scanner saw there.
//!
//! ```text
//! list of assets ─ records ─ reconciliation ─→ which assets they are ─┬─ components ─→ inventory of each
//! (one document)                                                      └─ observations ─→ scan of each
//! ```
//! A scanner covers an asset when its report says anything of it. A mere name in a list of hosts is no scan: it could
//! have been switched off.

use std::collections::HashMap;

use hinomi_core::{AssetId, Scope, Time};
use hinomi_inventory::model::{HoldRule, NewComponent, carried};
use hinomi_inventory::scans::{Cover, Scan, Seen, scanner_name, seen_in};
use hinomi_inventory::service::scan::{FROM_OUTSIDE, ScansTaken, inside_is_listed, scans_take};
use hinomi_inventory::{Observation, Session};
use hinomi_inventory_formats::{Component, Inventory};

use crate::files::keys::network_in;
use crate::files::of_unit::claim;
use crate::import::{ImportError, ImportRequest};
use crate::large::Rows;
use crate::settings::hold_rule;
use crate::store::systems::SystemRow;
use crate::times::time_of;
use crate::{Act, AssetError, asset_seen, store};

/// What a scanner no longer lists is gone at once: that is what scanning again is for.
const NEVER_HELD: HoldRule = HoldRule { loss_percent: 100, from_components: usize::MAX };

/// Observations that wait to be written together.
const WAITING_MAX: usize = 20_000;

/// What a document holds of each of its assets, until it is known which assets they are.
#[derive(Debug, Default)]
pub struct Contents {
    source: String,
    /// The name under which it is kept: of a scanner's report with the tool.
    kept_as: String,
    format: String,
    is_scan: bool,
    /// It says what is wrong with its assets, be it nothing: a report does, and a list with vulnerabilities.
    is_judged: bool,
    parts: Vec<Part>,
    /// What lies on disk, for a document that is larger than memory should hold.
    rows: Option<Rows>,
    pub(crate) claim: Option<Claim>,
}

/// For whom somebody brings a list who does not answer for the whole group.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Takes in what nobody has claimed.
    pub system: SystemRow,
    pub scope: Scope,
    /// Of everything in the list.
    pub keys: Vec<String>,
}

#[derive(Debug)]
struct Part {
    key: String,
    observed_at: Time,
    complete: bool,
    components: Vec<NewComponent>,
    cover: Cover,
    seen: Vec<Seen>,
    services: usize,
    /// Whether the scanner has logged in, where its report says so of the asset.
    login: Option<bool>,
    /// Still on disk: where its rows are, and what they are put into.
    on_disk: Option<(u32, Box<Inventory>)>,
}

/// What was filed of a document's contents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ContentsTaken {
    /// Assets that got an inventory of this source.
    pub inventories: usize,
    pub components: usize,
    /// What a scanner saw on them.
    pub scans: ScansTaken,
    /// Assets in question: what belongs to them waits for the next import after the answer.
    pub in_question: usize,
}

impl ContentsTaken {
    fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Takes out of a list of assets what is on each of them; `rows` has what of it lies on disk, `keys` are those of its
/// assets in their order.
pub(crate) fn contents_of(
    inventory: &Inventory,
    rows: Option<Rows>,
    source: &str,
    keys: &[Option<String>],
    request: &ImportRequest,
    observed_at: Time,
) -> Contents {
    let format = inventory.format.to_string();
    let is_scan = crate::files::is_report(inventory.format);
    let mut contents = Contents {
        source: source.to_owned(),
        kept_as: if is_scan { scanner_name(source, &format) } else { source.to_owned() },
        format,
        is_scan,
        is_judged: is_scan || inventory.judged || !inventory.observations.is_empty(),
        ..Contents::default()
    };
    let says_nothing =
        inventory.components.is_empty() && inventory.observations.is_empty() && inventory.services.is_empty();
    if says_nothing && rows.is_none() {
        return contents;
    }
    let (parts, _) = inventory.clone().split_by_asset();
    for (index, ((asset, part), key)) in parts.into_iter().zip(keys).enumerate() {
        let Some(key) = key.clone() else { continue };
        let at = asset.last_seen.as_deref().and_then(time_of).filter(|at| *at <= observed_at);
        let mut found = Part {
            key,
            cover: Cover::default(),
            observed_at: at.unwrap_or(observed_at),
            complete: !request.partial && (contents.is_scan || !part.partial),
            components: Vec::new(),
            seen: Vec::new(),
            services: part.services.len(),
            login: asset.login(),
            on_disk: None,
        };
        match (&rows, u32::try_from(index)) {
            (Some(rows), Ok(index)) if rows.says_anything(index) => {
                found.services = rows.services(index);
                found.on_disk = Some((index, Box::new(part)));
            }
            _ => found.take(&contents.format, &part),
        }
        contents.parts.push(found);
    }
    contents.rows = rows;
    contents
}

pub(crate) fn seen_of(inventory: &Inventory) -> Vec<Seen> {
    let components: HashMap<&str, &Component> = inventory
        .components
        .iter()
        .filter_map(|component| Some((component.id.as_deref()?, component)))
        .collect();
    seen_in(inventory.observations.iter(), &components)
}

impl Contents {
    /// How much of it is in memory.
    pub fn weight(&self) -> usize {
        self.parts.iter().map(|part| 1 + part.components.len() + part.seen.len()).sum()
    }

    /// Files everything under the assets that the records have become.
    pub(crate) async fn file(
        self,
        act: &Act<'_>,
        session: &mut Session,
    ) -> Result<Option<ContentsTaken>, ImportError> {
        if let Some(one) = &self.claim {
            claim(act, &self.source, &one.keys, &one.system).await?;
        }
        let (rows, format) = (self.rows, self.format);
        let parts: Vec<Part> = self.parts.into_iter().filter(Part::says_anything).collect();
        if parts.is_empty() {
            return Ok(None);
        }
        let scope = self.claim.map_or_else(Scope::all, |claim| claim.scope);
        let carriers = carriers_of(act, &self.source, &parts, &scope).await?;
        let mut taken = ContentsTaken::default();
        let (mut scans, mut waiting) = (Vec::new(), 0);
        session.hold = if self.is_scan { NEVER_HELD } else { hold_rule(&act.app.db).await? };
        session.keeps_files = false;
        for mut part in parts {
            let Some((asset, carrier)) = carriers.get(&part.key) else {
                taken.in_question += 1;
                continue;
            };
            if let (Some((index, mut whole)), Some(rows)) = (part.on_disk.take(), &rows) {
                rows.fill(index, &mut whole).map_err(|error| {
                    ImportError::Unreadable(format!("{}: a scratch file cannot be read: {error}", part.key))
                })?;
                part.take(&format, &whole);
            }
            let listed_as = format_of(&format, part.cover);
            // Of two places that one scanner calls alike, neither list replaces the other's.
            let kept_as = match network_in(&part.key) {
                Some(network) => format!("{} {network}", self.kept_as),
                None => self.kept_as.clone(),
            };
            let lists =
                !part.cover.is_outside() || !inside_is_listed(&act.app.db, *carrier, &kept_as).await?;
            if lists && !part.components.is_empty() {
                let observation = Observation {
                    carrier_id: *carrier,
                    source: &kept_as,
                    observed_at: part.observed_at,
                    complete: part.complete,
                    format: &listed_as,
                    document: None,
                    components: &part.components,
                    warnings: &[],
                };
                let applied = session.observe(&act.app.db, act.now, &observation).await?;
                taken.inventories += 1;
                taken.components += applied.components;
                // What answers to a scanner is not what is installed: the asset still lacks an inventory.
                if !self.is_scan {
                    let mut tx = act.app.db.begin().await?;
                    asset_seen(&mut tx, *asset, part.observed_at, None).await?;
                    tx.commit().await?;
                }
            }
            if self.is_judged || !part.seen.is_empty() {
                let (complete, observed_at) = (part.complete, part.observed_at);
                waiting += part.seen.len();
                scans.push(Scan {
                    carrier_id: *carrier,
                    target: part.key,
                    observed_at,
                    complete,
                    cover: part.cover,
                    seen: part.seen,
                });
                if waiting > WAITING_MAX {
                    let some = std::mem::take(&mut scans);
                    waiting = 0;
                    taken.scans.add(scans_take(&act.app.db, act.now, &self.kept_as, &format, some).await?);
                }
            }
        }
        taken.scans.add(scans_take(&act.app.db, act.now, &self.kept_as, &format, scans).await?);
        Ok(Some(taken).filter(|taken| !taken.is_empty()))
    }
}

/// What the list of a scan is called: by its tool, and that it did not look inside.
pub(crate) fn format_of(tool: &str, cover: Cover) -> String {
    if cover.is_outside() { format!("{tool}{FROM_OUTSIDE}") } else { tool.to_owned() }
}

impl Part {
    fn says_anything(&self) -> bool {
        !self.components.is_empty() || !self.seen.is_empty() || self.services > 0 || self.on_disk.is_some()
    }

    fn take(&mut self, format: &str, part: &Inventory) {
        self.seen = seen_of(part);
        self.cover = Cover::of(format, &self.seen, self.login);
        self.components = carried(part);
    }
}

async fn carriers_of(
    act: &Act<'_>,
    source: &str,
    parts: &[Part],
    scope: &Scope,
) -> Result<HashMap<String, (AssetId, i64)>, AssetError> {
    let db = &act.app.db;
    let sources = store::sources::all(db).await?;
    let Some(source) = sources.into_iter().find(|one| one.name == source) else { return Ok(HashMap::new()) };
    let mut found = HashMap::new();
    for chunk in parts.chunks(2_000) {
        let keys: Vec<String> = chunk.iter().map(|part| part.key.clone()).collect();
        let records = store::records::named(db, source.id, &keys).await?;
        let ids: Vec<AssetId> = records.iter().filter_map(|record| record.asset_id).collect();
        let carriers: HashMap<AssetId, i64> = store::bound::by_ids(db, &ids)
            .await?
            .into_iter()
            .filter(|asset| scope.contains(asset.unit_id))
            .map(|asset| (asset.id, asset.ordinal))
            .collect();
        for record in records {
            if let Some(asset) = record.asset_id
                && let Some(carrier) = carriers.get(&asset)
            {
                found.insert(record.source_key, (asset, *carrier));
            }
        }
    }
    Ok(found)
}

/// What a scanner's report about one asset is called as a source: by the scanner, and by what it looked at where that is
/// not the asset itself, so that two scans of two things on one host are not taken for one.
pub(crate) fn scanner_source(inventory: &Inventory, request: &ImportRequest) -> String {
    let format = inventory.format.to_string();
    let subject = inventory.subject.as_ref().map(|subject| subject.name.trim()).unwrap_or_default();
    match &request.asset {
        Some(asset) if !subject.is_empty() && subject != asset.as_str() => {
            format!("{format} {subject}").chars().take(200).collect()
        }
        _ => format,
    }
}

/// How far a scanner's list of components goes: it lists what is wrong, or what answers, and all of that.
pub(crate) fn scan_is_complete(inventory: &Inventory, request: &ImportRequest) -> bool {
    // A network scan without a single product has not asked for any.
    !request.partial && (inventory.assets.is_empty() || !inventory.components.is_empty())
}

pub(crate) fn never_held() -> HoldRule {
    NEVER_HELD
}
