// SPDX-License-Identifier: Apache-2.0
//! Files of any kind that an import may bring: what one host has, or what a source says of many.
//!
//! ```text
//! file ─ archive ─ formats ─→ document ─┬─ one asset with its components ─→ inventory of that asset
//!                                       └─ many assets (CMDB, cloud, scan) ─→ records ─→ reconciliation
//! ```
//! Each document has its own result: one that cannot be read costs the others nothing.

use std::collections::HashMap;

use hinomi_core::{DomainError, Scope, Time};
use hinomi_inventory::Session;
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_inventory_formats::{AssetRecord, Format, Inventory};
use serde::Serialize;
use utoipa::ToSchema;

use crate::import::{DEFAULT_SOURCE, Document, ImportError, ImportRequest, Imported, inventory_import};
use crate::reconcile::{Origin, SourceRecord, source_key};
use crate::{Act, AssetsReconciled, Incoming, SourceName, Taken, assets_reconcile, records_put};

/// What became of one document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileResult {
    pub file: String,
    /// `inventory`, `assets` or `failed`.
    pub outcome: String,
    pub format: String,
    /// What it brought of one asset.
    pub inventory: Option<Imported>,
    /// What it brought of many.
    pub records: Option<Taken>,
    /// Why it failed: file, place, cause.
    pub message: String,
    /// A key under which pages and programs know the failure.
    pub code: String,
    pub warnings: Vec<String>,
}

/// What an import of files did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilesImported {
    pub files: Vec<FileResult>,
    pub reconciled: AssetsReconciled,
}

impl FileResult {
    fn failed(file: &str, format: &str, error: &ImportError) -> Self {
        Self {
            file: file.to_owned(),
            outcome: "failed".to_owned(),
            format: format.to_owned(),
            inventory: None,
            records: None,
            message: error.to_string(),
            code: error.code().to_owned(),
            warnings: Vec::new(),
        }
    }
}

/// Is the document about many things, so that reconciliation must find out which they are?
pub fn is_asset_list(inventory: &Inventory) -> bool {
    inventory.assets.len() > 1 || (inventory.assets.len() == 1 && inventory.components.is_empty())
}

/// What sort of source a format comes from.
pub fn origin_of(inventory: &Inventory) -> Origin {
    match inventory.format {
        Format::GlpiJson | Format::GlpiXml | Format::Osquery | Format::Host | Format::Wazuh => Origin::Agent,
        Format::AwsInventory | Format::AzureResources | Format::GcpAssets => Origin::Cloud,
        Format::NetBox | Format::SnipeIt | Format::ServiceNow | Format::GlpiExport | Format::AssetCsv => {
            Origin::Cmdb
        }
        format if format.name().starts_with("cyclonedx") || format.name().starts_with("spdx") => {
            Origin::Inventory
        }
        _ => Origin::Scanner,
    }
}

/// Takes documents in, each with its result, and reconciles once at the end.
pub async fn files_import(
    act: &Act<'_>,
    documents: Vec<Result<Document, ImportError>>,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<FilesImported, ImportError> {
    let mut session = Session::default();
    let mut files = Vec::with_capacity(documents.len());
    let mut lists = 0;
    for document in documents {
        let document = match document {
            Ok(document) => document,
            Err(error) => {
                files.push(FileResult::failed("", "", &error));
                continue;
            }
        };
        let format = document.inventory.format.to_string();
        let taken = if is_asset_list(&document.inventory) && request.asset.is_none() {
            lists += 1;
            list_import(act, &document, request, origin).await
        } else {
            one_import(&mut session, act, &document, request).await
        };
        files.push(match taken {
            Ok(result) => result,
            Err(error) => FileResult::failed(&document.path, &format, &error),
        });
    }
    let everywhere = Act { scope: Scope::all(), ..act.clone() };
    let reconciled =
        if lists > 0 { assets_reconcile(&everywhere).await? } else { AssetsReconciled::default() };
    Ok(FilesImported { files, reconciled })
}

async fn one_import(
    session: &mut Session,
    act: &Act<'_>,
    document: &Document,
    request: &ImportRequest,
) -> Result<FileResult, ImportError> {
    let imported = inventory_import(session, act, document, request).await?;
    Ok(FileResult {
        file: document.path.clone(),
        outcome: "inventory".to_owned(),
        format: imported.format.clone(),
        warnings: imported.warnings.clone(),
        inventory: Some(imported),
        records: None,
        message: String::new(),
        code: String::new(),
    })
}

/// A list of assets says something about everybody's: only who answers for the whole group brings one.
///
/// It is reconciled by [`assets_reconcile`], once for all lists of a run.
pub async fn list_import(
    act: &Act<'_>,
    document: &Document,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<FileResult, ImportError> {
    if !act.scope.is_all() {
        return Err(ImportError::ListNeedsAll { path: document.path.clone() });
    }
    let inventory = &document.inventory;
    let origin = origin.unwrap_or_else(|| origin_of(inventory));
    let format = inventory.format.to_string();
    let name = request.source.as_deref().filter(|name| *name != DEFAULT_SOURCE).unwrap_or(&format);
    let observed_at =
        request.observed_at.or_else(|| time(inventory.observed_at.as_deref())).unwrap_or(act.now);
    let incoming = records_of(&inventory.assets, origin, observed_at.min(act.now));
    let dropped = inventory.assets.len() - incoming.len();
    let taken = records_put(act, SourceName { name, kind: origin }, incoming).await?;
    let mut warnings: Vec<String> =
        inventory.warnings.iter().map(|warning| format!("{}: {}", warning.place, warning.text)).collect();
    if dropped > 0 {
        warnings.push(format!("{dropped} entries name nothing by which they could be found again"));
    }
    Ok(FileResult {
        file: document.path.clone(),
        outcome: "assets".to_owned(),
        format,
        inventory: None,
        records: Some(taken),
        message: String::new(),
        code: String::new(),
        warnings,
    })
}

fn time(text: Option<&str>) -> Option<Time> {
    text?.parse().ok()
}

/// Records under the keys by which the source speaks of its things again.
pub fn records_of(assets: &[AssetRecord], origin: Origin, observed_at: Time) -> Vec<Incoming> {
    let mut keys: HashMap<String, String> = HashMap::new();
    let mut found: Vec<(String, SourceRecord, Time)> = Vec::with_capacity(assets.len());
    for asset in assets {
        let record = SourceRecord::from_asset(asset);
        let own = origin.numbered() && !asset.id.is_empty();
        let Some(key) = (if own { Some(asset.id.clone()) } else { source_key(&record) }) else { continue };
        keys.insert(asset.id.clone(), key.clone());
        let at = time(asset.last_seen.as_deref()).filter(|at| *at <= observed_at).unwrap_or(observed_at);
        found.push((key, record, at));
    }
    let incoming = found.into_iter().map(|(key, mut record, observed_at)| {
        for relation in record.relations.iter_mut().filter(|relation| relation.by == "id") {
            if let Some(key) = keys.get(&relation.to) {
                relation.to.clone_from(key);
            }
        }
        Incoming { key, record, observed_at }
    });
    incoming.collect()
}

/// A table read through a mapping of its columns.
pub fn mapped_document(mapping: &Mapping, name: &str, bytes: Vec<u8>) -> Result<Document, ImportError> {
    let inventory = mapping.read(&bytes, name).map_err(|error| ImportError::Unreadable(error.to_string()))?;
    Ok(Document { path: name.to_owned(), bytes, inventory })
}
