// SPDX-License-Identifier: Apache-2.0
//! Taking an inventory file in: the asset that it is about, what it carries, and that it was seen.
//!
//! ```text
//! bytes ─ archive ─ formats ─→ Document ─ asset_upsert_by_name ─→ Session::observe ─→ asset_seen
//! ```
//! Command line, HTTP and the demo all come through [`inventory_import`]. A run that is broken off in between leaves
//! an asset without this inventory at worst; the same import again completes it.

pub(crate) mod subject;

use std::ops::ControlFlow;

use hinomi_archive::{Entry, Limits};
use hinomi_core::{AssetId, DomainError, ErrorKind, Time};
use hinomi_db::Db;
use hinomi_inventory::model::{InventoryError, NewComponent, SnapshotState, carried, carried_at};
use hinomi_inventory::scans::{Cover, Scan, scanner_name};
use hinomi_inventory::service::import::check_observed_at;
use hinomi_inventory::service::read::newest_document;
use hinomi_inventory::service::scan::{ScansTaken, inside_is_listed, scans_take};
use hinomi_inventory::{Observation, Session};
use hinomi_inventory_formats::{ComponentKind, Inventory};
use serde::Serialize;

use crate::contents::{format_of, never_held, scan_is_complete, scanner_source, seen_of};
use crate::files::is_report;
use crate::model::{AssetKind, ObservedOs};
use crate::service::asset_in_use;
use crate::settings::hold_rule;
use crate::times::time_of;
use crate::{Act, AssetError, Observed, asset_seen, asset_upsert_by_name};

/// The name of a source that nobody named.
pub const DEFAULT_SOURCE: &str = "import";

/// Told with every list of a host whose folders were not all read.
const WALK_NOT_WHOLE: &str = "not every folder could be read: the system's packages are complete, but packages of \
    languages that were found where it could not look stay listed, and their tickets open, until a walk that looks there \
    no longer finds them";

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The message names file, place and cause.
    #[error("{0}")]
    Unreadable(String),
    #[error("{path}: names neither a host nor a subject: add the name of the asset, asset=NAME")]
    AssetUnnamed { path: String },
    #[error("{path}: holds {count} inventories, but they cannot all be of one asset")]
    ManyForOne { path: String, count: usize },
    #[error("{path}: speaks of {count} assets, which cannot all be one")]
    ListForOne { path: String, count: usize },
    #[error("{path}: is a list of assets, and only who answers for the whole group may bring one")]
    ListNeedsAll { path: String },
    #[error("{path}: holds no inventory")]
    Empty { path: String },
    #[error("{path}: fits several assets, and a person must say which one it is")]
    InQuestion { path: String },
    #[error(transparent)]
    Asset(#[from] AssetError),
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    #[error(transparent)]
    Database(#[from] hinomi_db::DbError),
}

impl DomainError for ImportError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreadable(_)
            | Self::AssetUnnamed { .. }
            | Self::ManyForOne { .. }
            | Self::ListForOne { .. }
            | Self::Empty { .. } => ErrorKind::Invalid,
            Self::ListNeedsAll { .. } => ErrorKind::Forbidden,
            Self::InQuestion { .. } => ErrorKind::Conflict,
            Self::Asset(error) => error.kind(),
            Self::Inventory(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "inventory-unreadable",
            Self::AssetUnnamed { .. } => "asset-unnamed",
            Self::ManyForOne { .. } => "inventories-too-many",
            Self::ListForOne { .. } => "assets-too-many-for-one",
            Self::Empty { .. } => "inventory-missing",
            Self::InQuestion { .. } => "asset-in-question",
            Self::ListNeedsAll { .. } => "asset-list-forbidden",
            Self::Asset(error) => error.code(),
            Self::Inventory(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::ListNeedsAll { .. } => {
                Some("name one of your systems, system=CODE: it takes in what nobody has claimed".to_owned())
            }
            Self::AssetUnnamed { .. } => {
                Some("name the asset: asset=NAME over HTTP, --asset NAME on the command line".to_owned())
            }
            Self::ListForOne { .. } => Some(
                "leave the asset's name out and send it to /inventory/files: each is found by what is said of it"
                    .to_owned(),
            ),
            Self::ManyForOne { .. } => {
                Some("leave the asset's name out, or import one file at a time".to_owned())
            }
            Self::Asset(error) => error.hint(),
            Self::Inventory(error) => error.hint(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<hinomi_core::FieldError> {
        match self {
            Self::Asset(error) => error.fields(),
            _ => Vec::new(),
        }
    }
}

/// One inventory as it came.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: String,
    pub bytes: Vec<u8>,
    pub inventory: Inventory,
}

/// The documents of a small upload by somebody we do not know; of several only the first is kept, and how many there are.
pub fn document_of_upload(name: &str, bytes: &[u8]) -> Result<Document, ImportError> {
    let (mut found, mut count) = (None, 0);
    let walked = hinomi_archive::walk_bytes(name, bytes, &Limits::strict(), &mut |entry| {
        count += 1;
        if found.is_none() {
            found = Some(document(entry));
        }
        ControlFlow::Continue(())
    });
    walked.map_err(|error| ImportError::Unreadable(error.to_string()))?;
    match found {
        Some(found) if count == 1 => found,
        Some(_) => Err(ImportError::ManyForOne { path: name.to_owned(), count }),
        None => Err(ImportError::Empty { path: name.to_owned() }),
    }
}

pub(crate) fn document(entry: Entry<'_>) -> Result<Document, ImportError> {
    let bytes = entry.bytes.map_err(|error| ImportError::Unreadable(error.to_string()))?.into_owned();
    let inventory = hinomi_inventory_formats::read(&bytes, &entry.path)
        .map_err(|error| ImportError::Unreadable(error.to_string()))?;
    Ok(Document { path: entry.path, bytes, inventory })
}

/// How a document is to be taken.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// The asset itself, when whoever asks has found it already.
    pub asset_id: Option<AssetId>,
    /// The asset's name; what the document names when absent.
    pub asset: Option<String>,
    /// Code of the system that a new asset belongs to.
    pub system: Option<String>,
    pub source: Option<String>,
    /// When it was so; what the document says, else now.
    pub observed_at: Option<Time>,
    /// Nothing may be concluded from what is absent.
    pub partial: bool,
    pub kind: Option<AssetKind>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Imported {
    pub snapshot_id: Option<i64>,
    pub asset_id: AssetId,
    pub asset: String,
    /// The asset was not known before.
    pub asset_created: bool,
    pub format: String,
    pub observed_at: Time,
    pub components: usize,
    pub added: usize,
    pub removed: usize,
    pub unchanged: usize,
    pub state: SnapshotState,
    /// What a scanner saw.
    pub scan: Option<ScansTaken>,
    pub warnings: Vec<String>,
}

/// Takes one document in. `session` remembers components between documents of one run.
pub async fn inventory_import(
    session: &mut Session,
    act: &Act<'_>,
    document: &Document,
    request: &ImportRequest,
) -> Result<Imported, ImportError> {
    let inventory = &document.inventory;
    if inventory.assets.len() > 1 {
        return Err(ImportError::ListForOne { path: document.path.clone(), count: inventory.assets.len() });
    }
    let mut warnings: Vec<String> =
        inventory.warnings.iter().map(|warning| format!("{}: {}", warning.place, warning.text)).collect();
    let observed_at = match request.observed_at {
        Some(at) => at,
        None => stated_time(inventory, act.now, &mut warnings),
    };
    // Before the asset is made: a refused inventory leaves none behind.
    check_observed_at(observed_at, act.now)?;
    let name = match &request.asset {
        Some(name) => name.clone(),
        None if request.asset_id.is_some() => String::new(),
        None => subject_name(inventory)
            .ok_or_else(|| ImportError::AssetUnnamed { path: document.path.clone() })?,
    };
    let kind = request.kind.unwrap_or_else(|| subject_kind(inventory));
    let subject = subject::find(act, document, request, observed_at.min(act.now)).await?;

    let mut tx = act.app.db.begin().await?;
    let observed = match (request.asset_id, subject) {
        (Some(id), _) => asset_in_use(&mut tx, act, id).await?,
        (None, Some(found)) => {
            let observed = asset_in_use(&mut tx, act, found.asset).await?;
            Observed { created: found.created, ..observed }
        }
        (None, None) => asset_upsert_by_name(&mut tx, act, &name, request.system.as_deref(), kind).await?,
    };
    tx.commit().await?;

    let components = carried(inventory);
    match inventory.excluded() {
        0 => {}
        count => warnings.push(format!(
            "{count} components are for tests and development alone (scope excluded) and are no part of the asset"
        )),
    }
    let is_scan = is_report(inventory.format);
    session.hold = if is_scan { never_held() } else { hold_rule(&act.app.db).await? };
    let format = inventory.format.to_string();
    let scanner = scanner_source(inventory, request);
    let seen = seen_of(inventory);
    let login = inventory.assets.first().and_then(|asset| asset.login());
    let cover = Cover::of(&format, &seen, login);
    // A scanner is a source of its own: what it lists must not replace what somebody else does.
    let source = match (&request.source, is_scan) {
        (Some(source), true) => scanner_name(source, &format),
        (Some(source), false) => source.clone(),
        (None, true) => scanner,
        (None, false) => DEFAULT_SOURCE.to_owned(),
    };
    let source = source.as_str();
    session.keeps_files = !is_scan && inventory.partial && inventory.packages_whole && !request.partial;
    if session.keeps_files {
        warnings.push(WALK_NOT_WHOLE.to_owned());
        session.gone = gone_files(&act.app.db, observed.asset.ordinal, source, inventory).await?;
    }
    let complete = match is_scan {
        true => scan_is_complete(inventory, request),
        false => !request.partial && (!inventory.partial || session.keeps_files),
    };
    let beside = cover.is_outside() && inside_is_listed(&act.app.db, observed.asset.ordinal, source).await?;
    let (components, complete) = if beside { (Vec::new(), false) } else { (components, complete) };
    let applied = session
        .observe(
            &act.app.db,
            act.now,
            &Observation {
                carrier_id: observed.asset.ordinal,
                source,
                observed_at,
                complete,
                format: &format_of(&format, cover),
                document: Some((&document.bytes, &document.path)),
                components: &components,
                warnings: &warnings,
            },
        )
        .await?;

    let scans = match is_scan || inventory.judged || !inventory.observations.is_empty() {
        true => {
            let complete = !request.partial;
            let scan = Scan {
                carrier_id: observed.asset.ordinal,
                target: String::new(),
                observed_at,
                complete,
                cover,
                seen,
            };
            Some(scans_take(&act.app.db, act.now, source, &format, vec![scan]).await?)
        }
        false => None,
    };
    let os = observed_os(inventory);
    let mut tx = act.app.db.begin().await?;
    asset_seen(&mut tx, observed.asset.id, observed_at, os.as_ref()).await?;
    tx.commit().await?;
    Ok(Imported {
        snapshot_id: applied.snapshot_id,
        asset_id: observed.asset.id,
        asset: observed.asset.name,
        asset_created: observed.created,
        format,
        observed_at,
        components: applied.components,
        added: applied.added,
        removed: applied.removed,
        unchanged: applied.components.saturating_sub(applied.added),
        state: applied.state,
        scan: scans,
        warnings,
    })
}

/// What the last list of the source found as files at places that this one looked into: what of it this one lacks is no
/// longer there, though others' homes were closed to it.
async fn gone_files(
    db: &Db,
    carrier: i64,
    source: &str,
    inventory: &Inventory,
) -> Result<Vec<NewComponent>, ImportError> {
    let unread: Vec<String> = inventory.unread.clone();
    if unread.is_empty() || unread.iter().any(|place| place == "/") {
        return Ok(Vec::new());
    }
    let Some(bytes) = newest_document(db, carrier, source).await? else { return Ok(Vec::new()) };
    let read = tokio::task::spawn_blocking(move || {
        // What cannot be read any more says nothing of what was where.
        let before = hinomi_inventory_formats::read(&bytes, "the last list").ok()?;
        Some(carried_at(&before, |place| !unread.iter().any(|unread| is_below(place, unread))))
    });
    Ok(read.await.ok().flatten().unwrap_or_default())
}

/// Whether a place, an archive's inside included, is a path or lies below it.
fn is_below(place: &str, path: &str) -> bool {
    place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
}

/// Documents with clocks that run ahead by more than a day are refused later; one without a usable time is of now.
fn stated_time(inventory: &Inventory, now: Time, warnings: &mut Vec<String>) -> Time {
    let Some(text) = &inventory.observed_at else { return now };
    match time_of(text) {
        Some(time) => time,
        None => {
            warnings
                .push(format!("observation time {text:?} cannot be read; the time of the import is used"));
            now
        }
    }
}

/// What the document calls itself: the host, else its subject.
pub fn subject_name(inventory: &Inventory) -> Option<String> {
    let host = inventory.host.hostname.clone();
    let subject = inventory.subject.as_ref().map(|subject| subject.name.clone());
    host.into_iter().chain(subject).map(|name| name.trim().to_owned()).find(|name| !name.is_empty())
}

fn subject_kind(inventory: &Inventory) -> AssetKind {
    match inventory.subject.as_ref().map(|subject| subject.kind) {
        Some(ComponentKind::Container) => AssetKind::ContainerImage,
        Some(ComponentKind::Device | ComponentKind::Firmware) => AssetKind::NetworkDevice,
        _ => AssetKind::Host,
    }
}

fn observed_os(inventory: &Inventory) -> Option<ObservedOs> {
    let host = &inventory.host;
    let id = host.os_id.clone()?;
    let version = host.os_version_id.clone().unwrap_or_default();
    let name = host.os_name.clone().unwrap_or_default();
    Some(ObservedOs { id, version, name }.harmless())
}
