// SPDX-License-Identifier: Apache-2.0
//! The descent. Layers are numbered from the outside: file 0, its decoder 1, the tar inside 2, a member 3, …
//! An error breaks one layer; every layer outside it goes on.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{ArchiveError, Fault};
use crate::layer::{Guarded, Standing};
use crate::tar::{Tar, TarError};
use crate::{Entry, Kind, Limits, SNIFF_BYTES, Visitor, sniff, zip};

type Visit<'v> = &'v mut dyn Visitor;

/// A visitor that takes whole documents only.
pub(crate) struct WholeOnly<'v>(pub(crate) &'v mut dyn FnMut(Entry<'_>) -> ControlFlow<()>);

impl Visitor for WholeOnly<'_> {
    fn entry(&mut self, entry: Entry<'_>) -> ControlFlow<()> {
        (self.0)(entry)
    }
}

/// Why a descent ended early. The reason has been reported already.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The visitor wants no more.
    Stopped,
    /// Nothing more can be read of this layer, nor of any inside it.
    Broken(usize),
}

impl Halt {
    /// Seen from layer `depth`: damage further inside does not concern it.
    pub(crate) fn below(self, depth: usize) -> Result<(), Halt> {
        match self {
            Halt::Broken(layer) if layer > depth => Ok(()),
            halt => Err(halt),
        }
    }
}

pub(crate) struct Walker<'l, 'v> {
    limits: &'l Limits,
    visit: Visit<'v>,
    expanded: Rc<Cell<u64>>,
    entries: u64,
}

pub(crate) fn walk_path(path: &Path, limits: &Limits, visit: Visit<'_>) -> Result<(), ArchiveError> {
    let mut walker = Walker::new(limits, visit);
    let metadata = std::fs::metadata(path).map_err(|error| open_error(path, &error))?;
    if metadata.is_dir() {
        std::fs::read_dir(path).map_err(|error| open_error(path, &error))?;
        walker.folder(path);
        return Ok(());
    }
    let file = File::open(path).map_err(|error| open_error(path, &error))?;
    // How the walk of a single input ended has been told to the visitor.
    let _ended = walker.file(path, file);
    Ok(())
}

pub(crate) fn walk_file(
    name: &str,
    file: File,
    limits: &Limits,
    visit: Visit<'_>,
) -> Result<(), ArchiveError> {
    let mut walker = Walker::new(limits, visit);
    let _ended = walker.file(Path::new(name), file);
    Ok(())
}

pub(crate) fn walk_bytes(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    visit: Visit<'_>,
) -> Result<(), ArchiveError> {
    let mut walker = Walker::new(limits, visit);
    let _ended = match sniff(bytes) {
        Kind::Plain => walker.leaf(name.to_owned(), Cow::Borrowed(bytes), 0),
        Kind::Zip => zip::members(&mut walker, name, Cursor::new(bytes), 0),
        _ => walker.document(name.to_owned(), &mut &bytes[..], None, 0),
    };
    Ok(())
}

pub(crate) fn walk_reader(
    name: &str,
    reader: &mut dyn Read,
    limits: &Limits,
    visit: Visit<'_>,
) -> Result<(), ArchiveError> {
    let mut walker = Walker::new(limits, visit);
    let mut input = Input { inner: reader, place: name.to_owned(), offset: 0, limit: limits.max_input_bytes };
    let _ended = walker.document(name.to_owned(), &mut input, None, 0);
    Ok(())
}

fn open_error(path: &Path, error: &io::Error) -> ArchiveError {
    ArchiveError::Open { place: path.to_string_lossy().into_owned(), cause: error.to_string() }
}

impl<'l, 'v> Walker<'l, 'v> {
    fn new(limits: &'l Limits, visit: Visit<'v>) -> Self {
        Walker { limits, visit, expanded: Rc::new(Cell::new(0)), entries: 0 }
    }

    pub(crate) fn standing(&self, place: &str, depth: usize) -> Standing<'l> {
        Standing { place: place.to_owned(), depth, limits: self.limits, expanded: self.expanded.clone() }
    }

    /// Tells the visitor of an error; layer `depth` ends.
    pub(crate) fn report(&mut self, error: ArchiveError, depth: usize) -> Result<(), Halt> {
        match self.visit.entry(Entry { path: error.place().to_owned(), bytes: Err(error) }) {
            ControlFlow::Continue(()) => Err(Halt::Broken(depth)),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    fn limit(&mut self, place: String, what: &'static str, limit: u64, depth: usize) -> Result<(), Halt> {
        self.report(ArchiveError::Limit { place, what, limit }, depth)
    }

    fn is_exhausted(&self) -> bool {
        self.entries > self.limits.max_entries || self.expanded.get() > self.limits.max_expanded_bytes
    }

    fn count_entry(&mut self, place: &str) -> Result<(), Halt> {
        self.entries += 1;
        if self.entries > self.limits.max_entries {
            return self.limit(place.to_owned(), "number of entries", self.limits.max_entries, 0);
        }
        Ok(())
    }

    fn leaf(&mut self, path: String, bytes: Cow<'_, [u8]>, depth: usize) -> Result<(), Halt> {
        self.count_entry(&path)?;
        if bytes.len() as u64 > self.limits.max_entry_bytes {
            return self.limit(path, "document size in bytes", self.limits.max_entry_bytes, depth);
        }
        match self.visit.entry(Entry { path, bytes: Ok(bytes) }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    /// Depth first, names sorted, so that the same folder gives the same order on every machine.
    fn folder(&mut self, root: &Path) {
        let mut pending: Vec<PathBuf> = vec![root.to_owned()];
        while let Some(path) = pending.pop() {
            let is_link = path.is_symlink() && path != root;
            let opened = std::fs::metadata(&path).and_then(|metadata| {
                if metadata.is_dir() {
                    let mut children = Vec::new();
                    if !is_link {
                        for child in std::fs::read_dir(&path)? {
                            children.push(child?.path());
                        }
                    }
                    children.sort_unstable_by(|left, right| right.cmp(left));
                    pending.append(&mut children);
                    Ok(None)
                } else if metadata.is_file() {
                    File::open(&path).map(Some)
                } else {
                    Ok(None)
                }
            });
            let ended = match opened {
                Ok(None) => Ok(()),
                Ok(Some(file)) => self.file(&path, file),
                Err(error) => self.report(open_error(&path, &error), 0),
            };
            if matches!(ended, Err(Halt::Stopped)) || self.is_exhausted() {
                return;
            }
        }
    }

    fn file(&mut self, path: &Path, mut file: File) -> Result<(), Halt> {
        let place = path.to_string_lossy().into_owned();
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        if size.is_some_and(|size| size > self.limits.max_input_bytes) {
            return self.limit(place, "input size in bytes", self.limits.max_input_bytes, 0);
        }
        if size.is_some() {
            let mut head = [0u8; SNIFF_BYTES];
            let sniffed = read_head(&mut file, &mut head).and_then(|filled| {
                file.rewind()?;
                Ok(sniff(&head[..filled]))
            });
            match sniffed {
                Ok(Kind::Zip) => return zip::members(self, &place, BufReader::new(file), 0),
                Ok(Kind::Plain) => {
                    let size = size.unwrap_or(0);
                    return match self.visit.stream_from() {
                        Some(from) if size > from => self.stream(place, &mut file, Some(size), 0),
                        _ => self.plain_file(place, &file, size),
                    };
                }
                Ok(_) => {}
                Err(error) => {
                    return self.report(ArchiveError::Read { place, offset: 0, cause: error.to_string() }, 0);
                }
            }
        }
        let limit = self.limits.max_input_bytes;
        let mut input = Input { inner: &mut file, place: place.clone(), offset: 0, limit };
        self.document(place, &mut input, None, 0)
    }

    /// Read in one go, into memory of the right size that nobody has to clear first.
    fn plain_file(&mut self, place: String, file: &File, size: u64) -> Result<(), Halt> {
        let limit = self.limits.max_entry_bytes;
        let mut bytes = Vec::new();
        let capacity = usize::try_from(size.min(limit).saturating_add(1)).unwrap_or(usize::MAX);
        let read = bytes
            .try_reserve_exact(capacity)
            .map_err(io::Error::from)
            .and_then(|()| file.take(limit.saturating_add(1)).read_to_end(&mut bytes));
        match read {
            Ok(_) => self.leaf(place, Cow::Owned(bytes), 0),
            Err(error) => self.failed(place, bytes.len() as u64, error),
        }
    }

    /// One stream of unknown kind at layer `depth`.
    pub(crate) fn document(
        &mut self,
        place: String,
        reader: &mut dyn Read,
        size: Option<u64>,
        depth: usize,
    ) -> Result<(), Halt> {
        let mut head = [0u8; SNIFF_BYTES];
        let filled = match read_head(reader, &mut head) {
            Ok(filled) => filled,
            Err(error) => return self.failed(place, 0, error),
        };
        let kind = sniff(&head[..filled]);
        let mut whole = Cursor::new(&head[..filled]).chain(reader);
        if kind != Kind::Plain && depth >= 2 * self.limits.max_nesting {
            return self.limit(place, "nesting of archives", self.limits.max_nesting as u64, depth);
        }
        match kind {
            Kind::Gzip | Kind::Zstd | Kind::Xz | Kind::Bzip2 => {
                let standing = self.standing(&place, depth + 1);
                match Guarded::open(kind, &mut whole, standing) {
                    Ok(mut decoder) => self.document(place, &mut decoder, None, depth + 1),
                    Err(error) => {
                        let cause = error.to_string();
                        self.report(ArchiveError::Corrupt { place, kind, offset: 0, cause }, depth)
                    }
                }
            }
            Kind::Tar => {
                self.count_entry(&place)?;
                self.tar(&place, &mut whole, depth)
            }
            Kind::Zip => {
                self.count_entry(&place)?;
                let bytes = self.content(&place, &mut whole, size, depth)?;
                zip::members(self, &place, Cursor::new(bytes), depth)
            }
            Kind::SevenZip => {
                let cause = "use gzip, zstd, xz, bzip2, zip or tar".to_owned();
                self.report(ArchiveError::Unsupported { place, kind, cause }, depth)
            }
            Kind::Plain | Kind::Directory => match self.visit.stream_from() {
                Some(from) => self.leaf_or_stream(place, &mut whole, size, depth, from),
                None => {
                    let bytes = self.content(&place, &mut whole, size, depth)?;
                    self.leaf(place, Cow::Owned(bytes), depth)
                }
            },
        }
    }

    fn tar(&mut self, place: &str, source: &mut dyn Read, depth: usize) -> Result<(), Halt> {
        let mut tar = Tar::new(source);
        loop {
            let member = match tar.next() {
                Ok(Some(member)) => member,
                Ok(None) => return Ok(()),
                Err(TarError::Io(error)) => return self.failed(place.to_owned(), tar.offset, error),
                Err(TarError::Damaged(cause)) => {
                    return self.report(tar_damage(place, tar.offset, cause), depth);
                }
            };
            let member_place = format!("{place}!{}", member.name);
            let size = Some(member.size);
            self.document(member_place, &mut tar.content(), size, depth + 1)
                .or_else(|halt| halt.below(depth))?;
        }
    }

    /// A document whose size nobody knows before it has been read: held in memory up to `from` bytes.
    fn leaf_or_stream(
        &mut self,
        place: String,
        reader: &mut dyn Read,
        size: Option<u64>,
        depth: usize,
        from: u64,
    ) -> Result<(), Halt> {
        let mut start = Vec::new();
        if let Err(error) = Read::take(&mut *reader, from.saturating_add(1)).read_to_end(&mut start) {
            return self.failed(place, start.len() as u64, error);
        }
        let is_whole = start.len() as u64 <= from;
        let mut all = Cursor::new(start).chain(reader);
        if is_whole {
            let bytes = self.content(&place, &mut all, size, depth)?;
            return self.leaf(place, Cow::Owned(bytes), depth);
        }
        self.stream(place, &mut all, size, depth)
    }

    fn stream(
        &mut self,
        place: String,
        reader: &mut dyn Read,
        size: Option<u64>,
        depth: usize,
    ) -> Result<(), Halt> {
        self.count_entry(&place)?;
        let mut content = Streamed { inner: reader, place: place.clone(), size, offset: 0, depth };
        match self.visit.stream(&place, &mut content) {
            Ok(ControlFlow::Continue(())) => Ok(()),
            Ok(ControlFlow::Break(())) => Err(Halt::Stopped),
            Err(error) => {
                let offset = content.offset;
                self.failed(place, offset, error)
            }
        }
    }

    /// Everything that is left of a stream, within the limit for one document.
    fn content(
        &mut self,
        place: &str,
        reader: &mut dyn Read,
        size: Option<u64>,
        depth: usize,
    ) -> Result<Vec<u8>, Halt> {
        const TRUSTED_CAPACITY_BYTES: u64 = 1 << 20;
        let limit = self.limits.max_entry_bytes;
        let mut bytes = Vec::with_capacity(size.unwrap_or(0).min(TRUSTED_CAPACITY_BYTES) as usize);
        if let Err(error) = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            let offset = bytes.len() as u64;
            return self.failed(place.to_owned(), offset, error).map(|()| Vec::new());
        }
        if bytes.len() as u64 > limit {
            return self.limit(place.to_owned(), "document size in bytes", limit, depth).map(|()| Vec::new());
        }
        match size {
            Some(size) if (bytes.len() as u64) < size => {
                let cause = "the member ends early";
                let error = tar_damage(place, bytes.len() as u64, cause);
                self.report(error, depth.saturating_sub(1)).map(|()| Vec::new())
            }
            _ => Ok(bytes),
        }
    }

    /// A read failed: by a layer outside (its own error says where), or by the input itself.
    fn failed(&mut self, place: String, offset: u64, error: io::Error) -> Result<(), Halt> {
        match Fault::of(&error) {
            Some(fault) => {
                let fault = fault.clone();
                self.report(fault.error, fault.depth)
            }
            None => self.report(ArchiveError::Read { place, offset, cause: error.to_string() }, 0),
        }
    }
}

fn tar_damage(place: &str, offset: u64, cause: &str) -> ArchiveError {
    ArchiveError::Corrupt { place: place.to_owned(), kind: Kind::Tar, offset, cause: cause.to_owned() }
}

fn read_head(reader: &mut dyn Read, head: &mut [u8; SNIFF_BYTES]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < head.len() {
        match reader.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A large document on its way to the visitor: one that ends before its archive says so is damaged.
struct Streamed<'r> {
    inner: &'r mut dyn Read,
    place: String,
    size: Option<u64>,
    offset: u64,
    depth: usize,
}

impl Read for Streamed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.offset += count as u64;
        match self.size {
            Some(size) if count == 0 && !buffer.is_empty() && self.offset < size => {
                let error = tar_damage(&self.place, self.offset, "the member ends early");
                Err(Fault { error, depth: self.depth.saturating_sub(1) }.into_io())
            }
            _ => Ok(count),
        }
    }
}

/// The outermost stream: counts, so that a file that grows or never ends is cut off.
struct Input<'r> {
    inner: &'r mut dyn Read,
    place: String,
    offset: u64,
    limit: u64,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let place = || self.place.clone();
        let error = match self.inner.read(buffer) {
            Ok(count) => {
                self.offset += count as u64;
                if self.offset <= self.limit {
                    return Ok(count);
                }
                ArchiveError::Limit { place: place(), what: "input size in bytes", limit: self.limit }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                ArchiveError::Read { place: place(), offset: self.offset, cause: error.to_string() }
            }
        };
        Err(Fault { error, depth: 0 }.into_io())
    }
}
