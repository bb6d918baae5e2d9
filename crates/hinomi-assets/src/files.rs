// SPDX-License-Identifier: Apache-2.0
//! Files of any kind that an import may bring: what one host has, or what a source says of many.
//!
//! ```text
//! file ─ archive ─ formats ─→ document ─┬─ one asset with its components ─→ inventory of that asset
//!                                       └─ many assets (CMDB, cloud, scan) ─→ records ─→ reconciliation
//! ```
//! Each document has its own result: one that cannot be read costs the others nothing.

pub(crate) mod keys;
pub(crate) mod of_unit;

use std::collections::HashMap;

use hinomi_core::{DomainError, Scope, Time};
use hinomi_inventory::Session;
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_inventory_formats::{AssetRecord, Format, Inventory};
use serde::Serialize;
use utoipa::ToSchema;

use crate::contents::{Claim, contents_of};
pub use crate::contents::{Contents, ContentsTaken};
use crate::documents::{Documents, Found};
use crate::import::{DEFAULT_SOURCE, Document, ImportError, ImportRequest, Imported, inventory_import};
use crate::large::{Large, Rows};
use crate::reconcile::{Origin, SourceRecord};
use crate::times::time_of;
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
    /// What was on them, and what a scanner saw there.
    pub contents: Option<ContentsTaken>,
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
            contents: None,
            message: error.to_string(),
            code: error.code().to_owned(),
            warnings: Vec::new(),
        }
    }
}

/// Is the document about many things, so that reconciliation must find out which they are? A scanner's report on one
/// host is a list of one: what it saw may well be known under another name.
pub fn is_asset_list(inventory: &Inventory) -> bool {
    match inventory.assets.len() {
        0 => false,
        1 => inventory.components.is_empty() || is_report(inventory.format),
        _ => true,
    }
}

/// As [`is_asset_list`], for somebody who may bring a list; others say which asset of theirs a single one is.
fn is_list_for(act: &Act<'_>, inventory: &Inventory, request: &ImportRequest, has_components: bool) -> bool {
    let is_one = inventory.assets.len() == 1 && has_components;
    is_asset_list(inventory)
        && request.asset.is_none()
        && !(is_one && (request.system.is_some() || !act.scope.is_all()))
}

/// What sort of source a format comes from.
pub fn origin_of(inventory: &Inventory) -> Origin {
    match inventory.format {
        Format::GlpiJson
        | Format::GlpiXml
        | Format::Osquery
        | Format::Host
        | Format::Wazuh
        | Format::WazuhInventory
        | Format::WindowsPrograms
        | Format::WindowsRegistry
        | Format::WindowsHotfixes => Origin::Agent,
        Format::AwsInventory | Format::AzureResources | Format::GcpAssets => Origin::Cloud,
        Format::NetBox | Format::SnipeIt | Format::ServiceNow | Format::GlpiExport | Format::AssetCsv => {
            Origin::Cmdb
        }
        format if is_report(format) => Origin::Scanner,
        _ => Origin::Inventory,
    }
}

/// Is it what a scanner found? These formats stand together in the table of formats.
pub(crate) fn is_report(format: Format) -> bool {
    let place = |wanted: Format| Format::ALL.iter().position(|one| *one == wanted);
    format != Format::GithubSnapshot
        && place(Format::Trivy) <= place(format)
        && place(format) <= place(Format::GenericFindings)
}

/// Contents of lists that wait in memory for a reconciliation.
const WAITING_MAX: usize = 200_000;

/// Takes documents in, each with its result, and reconciles at the end, or when much waits for it.
pub async fn files_import(
    act: &Act<'_>,
    documents: impl Into<Documents>,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<FilesImported, ImportError> {
    let mut documents = documents.into();
    let mut run = Run {
        act,
        request,
        origin,
        session: Session::default(),
        files: Vec::new(),
        contents: Vec::new(),
        weight: 0,
        reconciled: AssetsReconciled::default(),
    };
    while let Some(found) = documents.next().await {
        run.take(found).await;
        if run.weight > WAITING_MAX {
            run.settle().await?;
        }
    }
    run.settle().await?;
    Ok(FilesImported { files: run.files, reconciled: run.reconciled })
}

struct Run<'r, 'a> {
    act: &'r Act<'a>,
    request: &'r ImportRequest,
    origin: Option<Origin>,
    session: Session,
    files: Vec<FileResult>,
    /// What lists say of their assets, with the file that they came in.
    contents: Vec<(usize, Contents)>,
    weight: usize,
    reconciled: AssetsReconciled,
}

impl Run<'_, '_> {
    async fn take(&mut self, found: Result<Found, ImportError>) {
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.files.push(FileResult::failed("", "", &error)),
        };
        let path = found.path().to_owned();
        let (format, taken) = match found {
            Found::Large(large) => {
                let format = large.head.format.to_string();
                (format, self.large(*large).await)
            }
            Found::Whole(document) => {
                let format = document.inventory.format.to_string();
                (format, self.whole(&document).await)
            }
        };
        self.files.push(match taken {
            Ok(result) => result,
            Err(error) => FileResult::failed(&path, &format, &error),
        });
    }

    async fn whole(&mut self, document: &Document) -> Result<FileResult, ImportError> {
        let inventory = &document.inventory;
        if !is_list_for(self.act, inventory, self.request, !inventory.components.is_empty()) {
            return one_import(&mut self.session, self.act, document, self.request).await;
        }
        let (result, contents) = list_import(self.act, document, self.request, self.origin).await?;
        self.waits(contents);
        Ok(result)
    }

    async fn large(&mut self, large: Large) -> Result<FileResult, ImportError> {
        if !is_list_for(self.act, &large.head, self.request, large.has_components()) {
            let document = large.into_whole()?;
            return one_import(&mut self.session, self.act, &document, self.request).await;
        }
        let (result, contents) = large_import(self.act, large, self.request, self.origin).await?;
        self.waits(contents);
        Ok(result)
    }

    fn waits(&mut self, contents: Contents) {
        self.weight += contents.weight();
        self.contents.push((self.files.len(), contents));
    }

    /// Finds out which assets the lists speak of, and files what they say of these.
    async fn settle(&mut self) -> Result<(), ImportError> {
        if self.contents.is_empty() {
            return Ok(());
        }
        self.weight = 0;
        let everywhere = Act { scope: Scope::all(), ..self.act.clone() };
        self.reconciled.add(assets_reconcile(&everywhere).await?);
        for (file, contents) in std::mem::take(&mut self.contents) {
            let taken = contents.file(&everywhere, &mut self.session).await;
            let Some(result) = self.files.get_mut(file) else { continue };
            match taken {
                Ok(taken) => result.contents = taken,
                Err(error) => {
                    let records = result.records.take();
                    *result =
                        FileResult { records, ..FileResult::failed(&result.file, &result.format, &error) };
                }
            }
        }
        Ok(())
    }
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
        contents: None,
        message: String::new(),
        code: String::new(),
    })
}

/// A list of assets says something about everybody's: who answers for some units only names the system that takes in
/// what nobody has claimed, and what is known as others' is left out.
///
/// It is reconciled by [`assets_reconcile`], once for all lists of a run; then its contents are filed by
/// [`contents_file`].
pub async fn list_import(
    act: &Act<'_>,
    document: &Document,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<(FileResult, Contents), ImportError> {
    list_put(act, &document.path, &document.inventory, None, request, origin).await
}

/// As [`list_import`], for a report that lies on disk.
pub async fn large_import(
    act: &Act<'_>,
    large: Large,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<(FileResult, Contents), ImportError> {
    list_put(act, &large.path, &large.head, Some(large.rows), request, origin).await
}

async fn list_put(
    act: &Act<'_>,
    path: &str,
    inventory: &Inventory,
    rows: Option<Rows>,
    request: &ImportRequest,
    origin: Option<Origin>,
) -> Result<(FileResult, Contents), ImportError> {
    let system = match act.scope.is_all() {
        true => None,
        false => Some(of_unit::system_of(act, request, path).await?),
    };
    let origin = origin.unwrap_or_else(|| origin_of(inventory));
    let format = inventory.format.to_string();
    let name = request.source.as_deref().filter(|name| *name != DEFAULT_SOURCE).unwrap_or(&format);
    let name = match &system {
        Some(system) => &of_unit::source_of(act, name, system).await?,
        None => name,
    };
    let stated = || inventory.observed_at.as_deref().and_then(time_of);
    let observed_at = request.observed_at.or_else(stated).unwrap_or(act.now).min(act.now);
    let (mut keyed, merged) = keys::keyed(&act.app.db, name, origin, &inventory.assets).await?;
    let left_out = if system.is_some() { of_unit::leave_out(act, &mut keyed).await? } else { 0 };
    let keys: Vec<Option<String>> =
        keyed.iter().map(|one| one.as_ref().map(|(key, _)| key.clone())).collect();
    let incoming = records_of(&inventory.assets, keyed, observed_at);
    let dropped = inventory.assets.len() - incoming.len() - left_out;
    let taken = records_put(act, SourceName { name, kind: origin }, incoming).await?;
    let mut warnings: Vec<String> =
        inventory.warnings.iter().map(|warning| format!("{}: {}", warning.place, warning.text)).collect();
    if dropped > 0 {
        warnings.push(format!("{dropped} entries name nothing by which they could be found again"));
    }
    if left_out > 0 {
        warnings.push(format!("{left_out} entries are known as assets of other units and were left out"));
    }
    if merged > 0 {
        warnings.push(format!("{merged} entries speak of something that another entry names, too"));
    }
    let mut contents = contents_of(inventory, rows, name, &keys, request, observed_at);
    contents.claim = system.map(|system| Claim {
        system,
        scope: act.scope.clone(),
        keys: keys.into_iter().flatten().collect(),
    });
    let result = FileResult {
        file: path.to_owned(),
        outcome: "assets".to_owned(),
        format,
        inventory: None,
        records: Some(taken),
        contents: None,
        message: String::new(),
        code: String::new(),
        warnings,
    };
    Ok((result, contents))
}

/// Files what lists say of their assets, once these are known.
pub async fn contents_file(
    act: &Act<'_>,
    session: &mut Session,
    contents: Contents,
) -> Result<Option<ContentsTaken>, ImportError> {
    contents.file(act, session).await
}

/// Records under the keys by which the source speaks of its things again.
pub(crate) fn records_of(
    assets: &[AssetRecord],
    keyed: Vec<keys::Keyed>,
    observed_at: Time,
) -> Vec<Incoming> {
    let mut keys: HashMap<String, String> = HashMap::new();
    let mut found: Vec<(String, SourceRecord, Time)> = Vec::with_capacity(assets.len());
    for (asset, one) in assets.iter().zip(keyed) {
        let Some((key, record)) = one else { continue };
        keys.insert(asset.id.clone(), key.clone());
        let at = asset
            .last_seen
            .as_deref()
            .and_then(time_of)
            .filter(|at| *at <= observed_at)
            .unwrap_or(observed_at);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_scanner_found_is_a_report() {
        for format in [Format::Trivy, Format::Nessus, Format::Wazuh, Format::GenericFindings] {
            assert!(is_report(format), "{format}");
        }
        for format in
            [Format::DpkgStatus, Format::CargoLock, Format::GithubSnapshot, Format::NetBox, Format::Host]
        {
            assert!(!is_report(format), "{format}");
        }
        assert_eq!(origin_of(&Inventory::new(Format::DpkgStatus)), Origin::Inventory);
        assert_eq!(origin_of(&Inventory::new(Format::WazuhInventory)), Origin::Agent);
        assert_eq!(origin_of(&Inventory::new(Format::Nmap)), Origin::Scanner);
    }
}
