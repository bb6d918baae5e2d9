// SPDX-License-Identifier: Apache-2.0
//! Reports larger than memory, shown as every other document: piece by piece, the lists gathered in scratch files until
//! the whole is known to be right.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context as _;
use hinomi_archive::{Entry, Kind, Limits, SNIFF_BYTES, Visitor, sniff, walk_file};
use hinomi_inventory_formats::Inventory;
use hinomi_inventory_formats::pieces::{Outcome, read_pieces};
use serde::Serialize;

/// From this size on a report is not held in memory.
const LARGE_BYTES: u64 = 64 << 20;
const PIECE_BYTES: usize = 8 << 20;

/// A compressed file of less does not hold so much, however well it is compressed.
const COMPRESSED_BYTES: u64 = 1 << 20;

/// The document of a file that may be worth reading in pieces; what is compressed goes to a scratch file.
pub(super) fn large(path: &Path) -> Option<File> {
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    if size < COMPRESSED_BYTES {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    Read::by_ref(&mut file).take(SNIFF_BYTES as u64).read_to_end(&mut head).ok()?;
    file.rewind().ok()?;
    match sniff(&head) {
        Kind::Plain => (size >= LARGE_BYTES).then_some(file),
        Kind::Gzip | Kind::Zstd | Kind::Xz | Kind::Bzip2 => {
            let mut expanded = Expanded(None);
            let name = path.to_string_lossy();
            // What is wrong with it is told by the reader of everything.
            let walked = walk_file(&name, file, &Limits::default(), &mut expanded);
            walked.ok().and(expanded.0).filter(|(path, _)| *path == name).map(|(_, file)| file)
        }
        _ => None,
    }
}

/// Keeps the first large document.
struct Expanded(Option<(String, File)>);

impl Visitor for Expanded {
    fn entry(&mut self, _: Entry<'_>) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn stream_from(&self) -> Option<u64> {
        Some(LARGE_BYTES)
    }

    fn stream(&mut self, path: &str, content: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        let mut file = tempfile::tempfile()?;
        io::copy(content, &mut file)?;
        self.0 = Some((path.to_owned(), file));
        Ok(ControlFlow::Break(()))
    }
}

/// Hands out the pieces of a report; `None`: it is none that can be cut. A refused document is told as `Err` inside.
pub(super) fn pieces(
    path: &Path,
    file: &File,
    take: &mut dyn FnMut(Inventory) -> io::Result<()>,
) -> Option<io::Result<Result<(), String>>> {
    let mut outcome = Ok(());
    let mut open = || {
        let mut file = file.try_clone()?;
        file.rewind()?;
        Ok(Box::new(file) as Box<dyn Read>)
    };
    let read = read_pieces(&mut open, &path.to_string_lossy(), PIECE_BYTES, &mut |piece| {
        outcome = take(piece);
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    match read {
        Ok(Outcome::Whole) => None,
        Ok(Outcome::Read) => Some(outcome.map(Ok)),
        Err(error) => Some(Ok(Err(error.to_string()))),
    }
}

/// One list of the document.
struct Spool {
    file: BufWriter<File>,
    count: u64,
}

impl Spool {
    fn new() -> anyhow::Result<Self> {
        let file = tempfile::tempfile().context("a scratch file cannot be made")?;
        Ok(Spool { file: BufWriter::new(file), count: 0 })
    }

    fn add<T: Serialize>(&mut self, items: Vec<T>) -> io::Result<()> {
        for item in items {
            self.file.write_all(if self.count == 0 { b"\n    " } else { b",\n    " })?;
            self.count += 1;
            serde_json::to_writer(&mut self.file, &item)?;
        }
        Ok(())
    }

    fn write(mut self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "  \"{name}\": [")?;
        self.file.flush()?;
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        io::copy(&mut file, out)?;
        out.write_all(b"],\n")
    }
}

/// The document as JSON, with the fields of an [`Inventory`] in their order.
pub(super) struct Gathered {
    /// Everything but the lists, of the first piece.
    head: Option<Inventory>,
    components: Spool,
    services: Spool,
    relationships: Spool,
    observations: Spool,
    assets: Spool,
    networks: Spool,
    warnings: Spool,
}

impl Gathered {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Gathered {
            head: None,
            components: Spool::new()?,
            services: Spool::new()?,
            relationships: Spool::new()?,
            observations: Spool::new()?,
            assets: Spool::new()?,
            networks: Spool::new()?,
            warnings: Spool::new()?,
        })
    }

    pub(super) fn add(&mut self, mut piece: Inventory) -> io::Result<()> {
        self.components.add(std::mem::take(&mut piece.components))?;
        self.services.add(std::mem::take(&mut piece.services))?;
        self.relationships.add(std::mem::take(&mut piece.relationships))?;
        self.observations.add(std::mem::take(&mut piece.observations))?;
        self.assets.add(std::mem::take(&mut piece.assets))?;
        self.networks.add(std::mem::take(&mut piece.networks))?;
        self.warnings.add(std::mem::take(&mut piece.warnings))?;
        self.head.get_or_insert(piece);
        Ok(())
    }

    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let Some(head) = self.head else { return Ok(()) };
        out.write_all(b"{\n")?;
        field(out, "format", &head.format)?;
        field(out, "format_version", &head.format_version)?;
        field(out, "subject", &head.subject)?;
        field(out, "observed_at", &head.observed_at)?;
        self.components.write("components", out)?;
        self.services.write("services", out)?;
        self.relationships.write("relationships", out)?;
        self.observations.write("observations", out)?;
        for (name, list) in [("assets", self.assets), ("networks", self.networks)] {
            if list.count > 0 {
                list.write(name, out)?;
            }
        }
        self.warnings.write("warnings", out)?;
        field(out, "host", &head.host)?;
        writeln!(out, "  \"partial\": {}\n}}", head.partial)?;
        out.flush()
    }
}

fn field(out: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "  \"{name}\": ")?;
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b",\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gathered_is_what_one_reading_gives() {
        let host = |at: usize| {
            format!(
                "<ReportHost name=\"h{at}\"><ReportItem port=\"1\" protocol=\"tcp\" pluginID=\"{at}\"><cpe>cpe:/a:x:y</cpe></ReportItem></ReportHost>"
            )
        };
        let hosts: String = (0..50).map(host).collect();
        let text = format!("<NessusClientData_v2><Report>{hosts}</Report></NessusClientData_v2>");
        let whole = hinomi_inventory_formats::read(text.as_bytes(), "r").unwrap();
        let mut gathered = Gathered::new().unwrap();
        let mut open = || Ok(Box::new(io::Cursor::new(text.clone().into_bytes())) as Box<dyn Read>);
        let outcome = read_pieces(&mut open, "r", 100, &mut |piece| {
            gathered.add(piece).unwrap();
            ControlFlow::Continue(())
        });
        assert_eq!(outcome.unwrap(), Outcome::Read);
        let mut out = Vec::new();
        gathered.write(&mut out).unwrap();
        let mut found: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let mut wanted = serde_json::to_value(&whole).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&wanted));
        // Places count within a piece.
        for value in [&mut found, &mut wanted] {
            for asset in value["assets"].as_array_mut().unwrap() {
                asset["place"] = serde_json::Value::Null;
            }
        }
        assert_eq!(found, wanted);
    }
}
