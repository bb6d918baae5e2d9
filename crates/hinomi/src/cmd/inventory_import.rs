// SPDX-License-Identifier: Apache-2.0
//! `hinomi inventory import`: files become what an asset has, then tickets follow.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hinomi_assets::documents::{Documents, Found};
use hinomi_assets::files::{
    Contents, FileResult, contents_file, is_asset_list, large_import, list_import, mapped_document,
};
use hinomi_assets::import::{Document, ImportError, ImportRequest, Imported, inventory_import};
use hinomi_assets::large::Large;
use hinomi_assets::reconcile::Origin;
use hinomi_core::{DomainError, Time};
use hinomi_inventory::Session;
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_org::model::sheet::parse_time;
use serde_json::json;

use super::inventory_read::read_mapping;
use crate::config::Settings;
use crate::console::{note, put, visible};
use crate::failure::{Failure, Told};
use crate::pipeline::Pipeline;
use crate::wiring;

/// Import inventories of assets and settle their tickets
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hinomi inventory import web-01.cdx.json --asset web-01 --system city-services\n  \
    hinomi inventory import sboms.tar.zst --source build\n  \
    hinomi inventory import netbox-devices.csv --source netbox\n\n\
    A file about one thing becomes its inventory. A list of assets (a CMDB's or cloud's export, a scan of a network) \
    is reconciled with what other sources say.\n\n\
    Prints one JSON line per inventory and one with the tickets. Exit status 1: something could not be imported."
)]
pub(crate) struct ImportArgs {
    /// Files, folders or archives (.zip, .tar, .gz, .zst, .xz, .bz2) of SBOMs and package lists
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Name of the asset; without it the document's own subject, else the file's name
    #[arg(long, value_name = "NAME")]
    asset: Option<String>,
    /// Code of the system that the asset belongs to
    #[arg(long, value_name = "CODE")]
    system: Option<String>,
    /// Name of the source: a newer inventory replaces the last one of the same source [default: import]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// When it was observed: a day or an RFC 3339 time [default: as the document says, else now]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    observed_at: Option<Time>,
    /// The files do not name everything: nothing is gone because it is absent
    #[arg(long)]
    partial: bool,
    /// What sort of source a list of assets is: agent, cloud, cmdb, scanner, inventory [default: by its format]
    #[arg(long, value_name = "KIND", value_parser = origin)]
    kind: Option<Origin>,
    /// Read tables by this mapping of columns: a JSON file such as
    /// {"columns": {"Host": "hostname", "IP": "ip_address"}}
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
}

fn origin(text: &str) -> Result<Origin, String> {
    let found = Origin::from_name(text).filter(|origin| *origin != Origin::Manual);
    found.ok_or_else(|| "not one of agent, cloud, cmdb, scanner, inventory".to_owned())
}

pub(crate) async fn run(settings: &Settings, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let app = wiring::open(settings).await?;
    let console = wiring::console();
    let act = wiring::act(&app, &console.actor);
    let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
    let mut run = Run {
        session: Session::default(),
        failed: false,
        applied: 0,
        lists: Vec::new(),
        weight: 0,
        has_lists: false,
        origin: args.kind,
        request: request(args),
    };
    if args.asset.is_some() && args.files.len() > 1 {
        return Err(Failure::new(format!("{} files cannot all be the whole of one asset", args.files.len()))
            .hint("leave --asset out, or import them one by one with --source")
            .used_wrongly()
            .into());
    }
    for file in &args.files {
        let (path, shown) = (file.clone(), file.display().to_string());
        let mut documents = match &mapping {
            Some(mapping) => {
                let mapping = mapping.clone();
                Documents::from(vec![tokio::task::spawn_blocking(move || mapped(&mapping, &path)).await?])
            }
            None => Documents::of_path(path),
        };
        if args.asset.is_some() {
            documents = Documents::one(documents.only(&shown).await);
        }
        let mut is_empty = true;
        while let Some(found) = documents.next().await {
            is_empty = false;
            match found {
                Ok(Found::Whole(document)) => run.take(&act, file, &document).await?,
                Ok(Found::Large(large)) => run.take_large(&act, file, *large).await?,
                Err(error) => run.refuse(&error),
            }
            if run.weight > WAITING_MAX {
                run.settle(&act).await?;
            }
        }
        if is_empty {
            run.refuse(&ImportError::Empty { path: shown });
        }
    }
    run.settle(&act).await?;
    if run.applied > 0 || run.has_lists {
        let outcome = Pipeline::default().reconcile(&app.db, app.now(), false).await?;
        put(&json!({ "imported": run.applied, "tickets_opened": outcome.tickets_opened,
            "tickets_closed": outcome.tickets_closed, "tickets_reopened": outcome.tickets_reopened })
        .to_string())?;
    }
    app.db.close().await;
    Ok(if run.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn mapped(mapping: &Mapping, path: &Path) -> Result<Document, ImportError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| ImportError::Unreadable(format!("{name}: {error}")))?;
    mapped_document(mapping, &name, bytes)
}

fn request(args: &ImportArgs) -> ImportRequest {
    ImportRequest {
        asset_id: None,
        asset: args.asset.clone(),
        system: args.system.clone(),
        source: args.source.clone(),
        observed_at: args.observed_at,
        partial: args.partial,
        kind: None,
    }
}

/// Contents of lists that wait in memory for a reconciliation.
const WAITING_MAX: usize = 500_000;

struct Run {
    session: Session,
    failed: bool,
    applied: usize,
    /// Lists of assets that were taken in, with what they say of these.
    lists: Vec<(String, Contents)>,
    weight: usize,
    has_lists: bool,
    origin: Option<Origin>,
    request: ImportRequest,
}

impl Run {
    async fn take(
        &mut self,
        act: &hinomi_org::Act<'_>,
        file: &Path,
        document: &Document,
    ) -> anyhow::Result<()> {
        let is_one = document.inventory.assets.len() == 1 && !document.inventory.components.is_empty();
        let is_placed = is_one && self.request.system.is_some();
        if self.request.asset.is_none() && is_asset_list(&document.inventory) && !is_placed {
            return self.take_list(act, document).await;
        }
        let mut outcome = inventory_import(&mut self.session, act, document, &self.request).await;
        if let (Err(ImportError::AssetUnnamed { .. }), Some(name)) = (&outcome, plain_name(file, document)) {
            let named = ImportRequest { asset: Some(name), ..self.request.clone() };
            outcome = inventory_import(&mut self.session, act, document, &named).await;
        }
        match outcome {
            Ok(imported) => self.tell(document, &imported),
            Err(error) => {
                self.refuse_of(&document.path, &error);
                Ok(())
            }
        }
    }

    /// A report on disk: a list, unless the command says of what it is.
    async fn take_large(
        &mut self,
        act: &hinomi_org::Act<'_>,
        file: &Path,
        large: Large,
    ) -> anyhow::Result<()> {
        let is_placed =
            large.head.assets.len() == 1 && large.has_components() && self.request.system.is_some();
        let path = large.path.clone();
        if self.request.asset.is_none() && is_asset_list(&large.head) && !is_placed {
            let taken = large_import(act, large, &self.request, self.origin).await;
            return self.wait_for(&path, taken);
        }
        match large.into_whole() {
            Ok(document) => self.take(act, file, &document).await,
            Err(error) => {
                self.refuse(&error);
                Ok(())
            }
        }
    }

    /// What one source says of many assets; which they are is found out once everything has come in.
    async fn take_list(&mut self, act: &hinomi_org::Act<'_>, document: &Document) -> anyhow::Result<()> {
        let taken = list_import(act, document, &self.request, self.origin).await;
        self.wait_for(&document.path, taken)
    }

    fn wait_for(
        &mut self,
        path: &str,
        taken: Result<(FileResult, Contents), ImportError>,
    ) -> anyhow::Result<()> {
        match taken {
            Ok((result, contents)) => {
                self.weight += contents.weight();
                self.lists.push((result.file.clone(), contents));
                for warning in &result.warnings {
                    note(&format!("warning: {}: {}", visible(path), visible(warning)));
                }
                put(&json!({ "file": result.file, "format": result.format, "records": result.records,
                    "warnings": result.warnings.len() })
                .to_string())?;
            }
            Err(error) => self.refuse_of(path, &error),
        }
        Ok(())
    }

    /// Finds out which assets the lists speak of, and files what they say of these.
    async fn settle(&mut self, act: &hinomi_org::Act<'_>) -> anyhow::Result<()> {
        let lists = std::mem::take(&mut self.lists);
        self.weight = 0;
        if lists.is_empty() {
            return Ok(());
        }
        self.has_lists = true;
        let reconciled = hinomi_assets::assets_reconcile(act).await.told()?;
        put(&json!({ "lists": lists.len(), "reconciled": reconciled }).to_string())?;
        for (file, contents) in lists {
            if let Some(filed) = contents_file(act, &mut self.session, contents).await.told()? {
                put(&json!({ "file": file, "contents": filed }).to_string())?;
            }
        }
        Ok(())
    }

    fn refuse_of(&mut self, path: &str, error: &ImportError) {
        let message = error.to_string();
        let known = message.starts_with(path);
        self.refuse_with(&if known { message } else { format!("{path}: {message}") }, error);
    }

    fn tell(&mut self, document: &Document, imported: &Imported) -> anyhow::Result<()> {
        self.applied += 1;
        for warning in &imported.warnings {
            note(&format!("warning: {}: {}", visible(&document.path), visible(warning)));
        }
        let mut line = serde_json::to_value(imported)?;
        if let Some(fields) = line.as_object_mut() {
            fields.insert("file".to_owned(), json!(document.path));
            fields.insert("warnings".to_owned(), json!(imported.warnings.len()));
        }
        put(&line.to_string())?;
        Ok(())
    }

    fn refuse(&mut self, error: &ImportError) {
        self.refuse_with(&error.to_string(), error);
    }

    fn refuse_with(&mut self, message: &str, error: &ImportError) {
        self.failed = true;
        note(&format!("hinomi: {}", visible(message)));
        if let Some(hint) = error.hint() {
            note(&format!("hint: {}", visible(&hint)));
        }
    }
}

/// The file's name without its endings: `web-01.cdx.json.gz` is about `web-01`.
fn plain_name(file: &Path, document: &Document) -> Option<String> {
    let member = document.path.rsplit(['/', '!']).next().filter(|name| !name.is_empty());
    let name = member.or_else(|| file.file_name().and_then(|name| name.to_str()))?;
    const ENDINGS: &[&str] =
        &[".gz", ".zst", ".xz", ".bz2", ".json", ".xml", ".yaml", ".yml", ".txt", ".spdx", ".cdx", ".sbom"];
    let mut name = name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter;
    }
    (!name.is_empty()).then(|| name.to_owned())
}
