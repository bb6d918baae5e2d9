// SPDX-License-Identifier: Apache-2.0
//! `hinomi inventory read`: shows what is read from a file, without a database.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use hinomi_archive::{Entry, Limits};
use hinomi_inventory_formats::cmdb::Mapping;
use hinomi_inventory_formats::{AssetRecord, Component, Inventory, Observation};

use super::inventory_read_large as large;

/// Show what is read from an SBOM, a package database, a scanner's report or an export of assets
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hinomi inventory read sbom.cdx.json --format json | jq '.components | length'"
)]
pub(crate) struct ReadArgs {
    /// Files, folders or archives (.zip, .tar, .gz, .zst, .xz, .bz2); `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to print what was read
    #[arg(long, value_enum, default_value_t = Output::Table)]
    format: Output,
    /// Read tables by this mapping of columns: a JSON file such as
    /// {"columns": {"Host": "hostname", "IP": "ip_address"}}
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// Exit status 0: everything was read; 1: something was not, each with a line on standard error.
pub(crate) fn run(args: &ReadArgs) -> anyhow::Result<ExitCode> {
    let mut printer = Printer {
        format: args.format,
        pending: None,
        printed: 0,
        out: BufWriter::new(std::io::stdout().lock()),
    };
    let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
    let mut failed = false;
    if let [file] = args.files.as_slice()
        && mapping.is_none()
        && let Some(document) = large::large(file)
        && let Some(read) = read_large(file, &document, args.format, &mut printer)?
    {
        return Ok(read);
    }
    for file in &args.files {
        let mut outcome = Ok(());
        let mut visit = |entry: Entry<'_>| {
            match read_entry(entry, mapping.as_ref()) {
                Ok((path, inventory)) => outcome = printer.add(path, inventory),
                Err(message) => {
                    failed = true;
                    report(&message);
                }
            }
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let walked = if file == Path::new("-") {
            hinomi_archive::walk_reader(
                "standard input",
                &mut std::io::stdin().lock(),
                &Limits::default(),
                &mut visit,
            )
        } else {
            hinomi_archive::walk(file, &Limits::default(), &mut visit)
        };
        if let Err(error) = walked {
            failed = true;
            report(&error.to_string());
        }
        match outcome {
            // Nobody reads any more, as in `… | head`.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            outcome => outcome?,
        }
    }
    match printer.finish() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
        outcome => outcome?,
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A report that need not be held in memory; `None`: it is none of those.
fn read_large<W: Write>(
    file: &Path,
    document: &File,
    format: Output,
    printer: &mut Printer<W>,
) -> anyhow::Result<Option<ExitCode>> {
    let mut gathered = large::Gathered::new()?;
    let mut part = 0;
    let read = large::pieces(file, document, &mut |piece| {
        part += 1;
        match format {
            Output::Json => gathered.add(piece),
            Output::Table => printer.table(&format!("{}, part {part}", file.display()), &piece),
        }
    });
    let written = match read {
        None => return Ok(None),
        Some(Ok(Err(message))) => {
            report(&message);
            return Ok(Some(ExitCode::FAILURE));
        }
        Some(Ok(Ok(()))) if format == Output::Json => gathered.write(&mut printer.out),
        Some(outcome) => outcome.and_then(|_| printer.finish()),
    };
    match written {
        // Nobody reads any more, as in `… | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Some(ExitCode::SUCCESS)),
        outcome => Ok(Some(outcome.map(|()| ExitCode::SUCCESS)?)),
    }
}

pub(super) fn read_mapping(file: &Path) -> anyhow::Result<Mapping> {
    let text = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{}: no mapping of columns", file.display()))
}

fn read_entry(entry: Entry<'_>, mapping: Option<&Mapping>) -> Result<(String, Inventory), String> {
    let bytes = entry.bytes.map_err(|error| error.to_string())?;
    let inventory = match mapping {
        Some(mapping) => mapping.read(&bytes, &entry.path),
        None => hinomi_inventory_formats::read(&bytes, &entry.path),
    };
    let inventory = inventory.map_err(|error| error.to_string())?;
    Ok((entry.path, inventory))
}

fn report(message: &str) {
    // When standard error is gone there is nobody left to tell.
    let _written = writeln!(std::io::stderr(), "hinomi: {}", visible(message));
}

/// One document is printed as an object; several as an array of `{path, inventory}`.
struct Printer<W: Write> {
    format: Output,
    pending: Option<(String, Inventory)>,
    printed: usize,
    out: W,
}

impl<W: Write> Printer<W> {
    fn add(&mut self, path: String, inventory: Inventory) -> std::io::Result<()> {
        if self.format == Output::Table {
            return self.table(&path, &inventory);
        }
        match self.pending.replace((path, inventory)) {
            Some((path, inventory)) => self.element(&path, &inventory),
            None => Ok(()),
        }
    }

    fn element(&mut self, path: &str, inventory: &Inventory) -> std::io::Result<()> {
        self.out.write_all(if self.printed == 0 { b"[\n" } else { b",\n" })?;
        self.printed += 1;
        serde_json::to_writer(&mut self.out, &serde_json::json!({"path": path, "inventory": inventory}))?;
        Ok(())
    }

    fn finish(&mut self) -> std::io::Result<()> {
        if let Some((path, inventory)) = self.pending.take() {
            if self.printed == 0 {
                serde_json::to_writer_pretty(&mut self.out, &inventory)?;
            } else {
                self.element(&path, &inventory)?;
                self.out.write_all(b"\n]")?;
            }
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }

    fn table(&mut self, path: &str, inventory: &Inventory) -> std::io::Result<()> {
        let version = inventory.format_version.as_deref().unwrap_or_default();
        let mut counts = format!(
            "{} components, {} services, {} observations, {} warnings",
            inventory.components.len(),
            inventory.services.len(),
            inventory.observations.len(),
            inventory.warnings.len(),
        );
        if !inventory.assets.is_empty() || !inventory.networks.is_empty() {
            let more = format!(", {} assets, {} networks", inventory.assets.len(), inventory.networks.len());
            counts.push_str(&more);
        }
        writeln!(self.out, "{}: {} {version}: {counts}", visible(path), inventory.format)?;
        // An export of assets has no components; whatever has neither still shows what it would have listed.
        if !inventory.components.is_empty() || inventory.assets.is_empty() {
            let heads = ["KIND", "NAME", "VERSION", "SOURCE", "PURL"];
            self.rows(heads, inventory.components.iter().map(component_row).collect())?;
        }
        if !inventory.assets.is_empty() {
            let heads = ["CLASS", "ASSET", "ADDRESSES", "IDENTIFIED BY", "SYSTEM"];
            self.rows(heads, inventory.assets.iter().map(asset_row).collect())?;
        }
        if !inventory.observations.is_empty() {
            let heads = ["OBSERVATION", "SEVERITY", "ID", "WHERE", "WHAT"];
            self.rows(heads, inventory.observations.iter().map(observation_row).collect())?;
        }
        for warning in &inventory.warnings {
            writeln!(self.out, "warning: {}: {}", visible(&warning.place), visible(&warning.text))?;
        }
        Ok(())
    }

    /// Columns as wide as their widest cell, within reason; the last one as long as it is.
    fn rows(&mut self, heads: [&str; 5], rows: Vec<[String; 5]>) -> std::io::Result<()> {
        let heads = heads.map(str::to_owned);
        let width = |column: usize| {
            rows.iter().chain([&heads]).map(|row| row[column].chars().count()).max().unwrap_or(0).min(60)
        };
        let widths = [width(0), width(1), width(2), width(3)];
        for [first, second, third, fourth, last] in [&heads].into_iter().chain(&rows) {
            let [w0, w1, w2, w3] = widths;
            writeln!(self.out, "{first:w0$}  {second:w1$}  {third:w2$}  {fourth:w3$}  {last}")?;
        }
        Ok(())
    }
}

fn component_row(component: &Component) -> [String; 5] {
    let text = |value: &Option<String>| visible(value.as_deref().unwrap_or_default());
    let source = match (&component.source_name, &component.source_version) {
        (Some(name), Some(version)) => visible(&format!("{name} {version}")),
        (Some(name), None) => visible(name),
        _ => String::new(),
    };
    let identity = if component.purl.is_some() { &component.purl } else { &component.cpe };
    let kind = match component.scope.as_deref().filter(|scope| *scope != "required") {
        Some(scope) => format!("{}, {}", component.kind.name(), visible(scope)),
        None => component.kind.name().to_owned(),
    };
    [kind, visible(&component.name), text(&component.version), source, text(identity)]
}

fn asset_row(asset: &AssetRecord) -> [String; 5] {
    let known = &asset.identifiers;
    let addresses: Vec<String> = known.ips.iter().map(ToString::to_string).collect();
    let mut identity: Vec<String> = known.cloud_id.iter().chain(&known.agent_ids).cloned().collect();
    identity.extend(known.serial.iter().map(|serial| match &known.vendor {
        Some(vendor) => format!("{vendor} {serial}"),
        None => serial.clone(),
    }));
    identity.extend(known.macs.iter().chain(&known.fqdns).chain(&known.hostnames).cloned());
    let os = [asset.os.name.as_deref(), asset.os.version.as_deref()];
    [
        asset.class.name().to_owned(),
        visible(asset.name.as_deref().unwrap_or(&asset.id)),
        addresses.join(" "),
        visible(&identity.join(" ")),
        visible(&os.into_iter().flatten().collect::<Vec<_>>().join(" ")),
    ]
}

fn observation_row(observation: &Observation) -> [String; 5] {
    let text = |value: &Option<String>| visible(value.as_deref().unwrap_or_default());
    let id = match observation.vulnerabilities.as_slice() {
        [] => text(&observation.id),
        several => visible(&several.join(" ")),
    };
    let place = [observation.target.as_deref().or(observation.asset.as_deref()), observation.port.as_deref()];
    let what = observation.text.as_deref().or(observation.component.as_deref()).unwrap_or_default();
    // A description may run over pages; its first line says what it is about.
    let what: String = what.lines().next().unwrap_or_default().chars().take(120).collect();
    [
        visible(&observation.kind),
        text(&observation.severity),
        id,
        visible(&place.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        visible(&what),
    ]
}

/// Names come from strangers: control characters must not steer the terminal.
fn visible(text: &str) -> String {
    // Bidirectional marks reorder what is displayed (Unicode TR36) and are shown escaped too.
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}
