// SPDX-License-Identifier: Apache-2.0
//! A scanner's report that is too large to hold: its hosts in memory, what is said of each of them in a scratch file.
//!
//! ```text
//! report ─ pieces ─┬─ assets ─────────────────────────→ head
//!                  └─ components, observations ─ rows ─→ scratch file ─→ of one asset at a time
//! ```

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::ops::ControlFlow;

use hinomi_inventory_formats::pieces::{Outcome, PiecesError, read_pieces};
use hinomi_inventory_formats::{Component, Inventory, Observation};
use serde::Serialize;

use crate::documents::Found;
use crate::import::{Document, ImportError};

/// Things said of no asset that is known.
const NOBODYS: u32 = u32::MAX;

#[derive(Debug)]
pub struct Large {
    pub path: String,
    /// Everything but what lies in the rows.
    pub head: Inventory,
    pub(crate) rows: Rows,
    source: File,
    size: u64,
    whole_bytes_max: u64,
}

/// What is said of assets, on disk.
#[derive(Debug)]
pub(crate) struct Rows {
    file: File,
    index: Vec<Row>,
    services: HashMap<u32, usize>,
    has_components: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// Its place among the assets of the document.
    asset: u32,
    offset: u64,
    length: u32,
    is_component: bool,
}

/// Reads a large document: in pieces where it is of such a shape, else whole if it is not too large for that.
pub(crate) fn read(
    path: &str,
    file: File,
    size: u64,
    piece_bytes: usize,
    whole_bytes_max: u64,
) -> Result<Found, ImportError> {
    let broken = |error: io::Error| ImportError::Unreadable(format!("{path}: cannot be read: {error}"));
    let mut gathering = Gathering::new().map_err(broken)?;
    let mut failed = None;
    let mut open = || -> io::Result<Box<dyn Read>> {
        let mut file = file.try_clone()?;
        file.rewind()?;
        Ok(Box::new(file))
    };
    let read = read_pieces(&mut open, path, piece_bytes, &mut |piece| match gathering.add(piece) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    });
    if let Some(error) = failed {
        return Err(broken(error));
    }
    match read {
        Ok(Outcome::Whole) => whole(path, file, size, whole_bytes_max),
        Ok(Outcome::Read) => {
            let (head, rows) = gathering.finish().map_err(broken)?;
            let head = head.ok_or_else(|| ImportError::Empty { path: path.to_owned() })?;
            let path = path.to_owned();
            Ok(Found::Large(Box::new(Large { path, head, rows, source: file, size, whole_bytes_max })))
        }
        Err(error @ (PiecesError::Read(_) | PiecesError::Io { .. })) => {
            Err(ImportError::Unreadable(error.to_string()))
        }
    }
}

fn whole(path: &str, mut file: File, size: u64, whole_bytes_max: u64) -> Result<Found, ImportError> {
    if size > whole_bytes_max {
        let message = format!(
            "{path}: document size in bytes is over the limit of {whole_bytes_max}, and it has no parts to read it by"
        );
        return Err(ImportError::Unreadable(message));
    }
    let broken = |error: io::Error| ImportError::Unreadable(format!("{path}: cannot be read: {error}"));
    file.rewind().map_err(broken)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(broken)?;
    let inventory = hinomi_inventory_formats::read(&bytes, path)
        .map_err(|error| ImportError::Unreadable(error.to_string()))?;
    Ok(Found::Whole(Box::new(Document { path: path.to_owned(), bytes, inventory })))
}

impl Large {
    pub fn has_components(&self) -> bool {
        self.rows.has_components
    }

    /// As a document in memory, for what takes no other.
    pub fn into_whole(self) -> Result<Document, ImportError> {
        match whole(&self.path, self.source, self.size, self.whole_bytes_max)? {
            Found::Whole(document) => Ok(*document),
            Found::Large(large) => Err(ImportError::Empty { path: large.path }),
        }
    }
}

struct Gathering {
    head: Option<Inventory>,
    place_of: HashMap<String, u32>,
    out: BufWriter<File>,
    offset: u64,
    index: Vec<Row>,
    services: HashMap<u32, usize>,
    has_components: bool,
}

impl Gathering {
    fn new() -> io::Result<Self> {
        Ok(Gathering {
            head: None,
            place_of: HashMap::new(),
            out: BufWriter::with_capacity(1 << 20, tempfile::tempfile()?),
            offset: 0,
            index: Vec::new(),
            services: HashMap::new(),
            has_components: false,
        })
    }

    fn add(&mut self, mut piece: Inventory) -> io::Result<()> {
        let components = std::mem::take(&mut piece.components);
        let observations = std::mem::take(&mut piece.observations);
        let services = std::mem::take(&mut piece.services);
        piece.relationships = Vec::new();
        let assets = std::mem::take(&mut piece.assets);
        let warnings = std::mem::take(&mut piece.warnings);
        let head = self.head.get_or_insert(piece);
        for asset in assets {
            let at = u32::try_from(head.assets.len()).unwrap_or(NOBODYS);
            self.place_of.entry(asset.id.clone()).or_insert(at);
            head.assets.push(asset);
        }
        head.warnings.extend(warnings);
        self.has_components |= !components.is_empty();
        for component in components {
            self.row(component.asset.as_deref(), true, &component)?;
        }
        for observation in observations {
            self.row(observation.asset.as_deref(), false, &observation)?;
        }
        for service in services {
            let asset = self.place(service.asset.as_deref());
            *self.services.entry(asset).or_default() += 1;
        }
        Ok(())
    }

    fn place(&self, asset: Option<&str>) -> u32 {
        asset.and_then(|asset| self.place_of.get(asset)).copied().unwrap_or(NOBODYS)
    }

    fn row<T: Serialize>(&mut self, asset: Option<&str>, is_component: bool, row: &T) -> io::Result<()> {
        let bytes = serde_json::to_vec(row)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        // What names an asset that nobody lists belongs to none, what names none to the only one.
        let asset = self.place(asset);
        self.out.write_all(&bytes)?;
        self.index.push(Row { asset, offset: self.offset, length, is_component });
        self.offset += u64::from(length);
        Ok(())
    }

    fn finish(mut self) -> io::Result<(Option<Inventory>, Rows)> {
        self.out.flush()?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        if self.head.as_ref().is_some_and(|head| head.assets.len() == 1) {
            self.index.iter_mut().for_each(|row| row.asset = 0);
            let services = self.services.values().sum();
            self.services = HashMap::from([(0, services)]);
        }
        self.index.sort_unstable();
        let rows =
            Rows { file, index: self.index, services: self.services, has_components: self.has_components };
        Ok((self.head, rows))
    }
}

impl Rows {
    fn of(&self, asset: u32) -> &[Row] {
        let start = self.index.partition_point(|row| row.asset < asset);
        let end = self.index.partition_point(|row| row.asset <= asset);
        self.index.get(start..end).unwrap_or_default()
    }

    pub(crate) fn services(&self, asset: u32) -> usize {
        self.services.get(&asset).copied().unwrap_or(0)
    }

    pub(crate) fn says_anything(&self, asset: u32) -> bool {
        !self.of(asset).is_empty() || self.services(asset) > 0
    }

    /// Puts what is said of an asset into its part of the document.
    pub(crate) fn fill(&self, asset: u32, part: &mut Inventory) -> io::Result<()> {
        let mut file = &self.file;
        let mut at = None;
        let mut bytes = Vec::new();
        for row in self.of(asset) {
            if at != Some(row.offset) {
                file.seek(SeekFrom::Start(row.offset))?;
            }
            bytes.resize(row.length as usize, 0);
            file.read_exact(&mut bytes)?;
            at = Some(row.offset + u64::from(row.length));
            if row.is_component {
                let component: Component = serde_json::from_slice(&bytes)?;
                part.components.push(component);
            } else {
                let observation: Observation = serde_json::from_slice(&bytes)?;
                part.observations.push(observation);
            }
        }
        Ok(())
    }
}
