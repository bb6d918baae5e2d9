// SPDX-License-Identifier: Apache-2.0
//! dpkg's status file, asked about in place: what no advisory speaks of is never written out.
//!
//! ```text
//!   text ─► pieces, cut between paragraphs ─► on all cores: (source, version) in the index? ─► findings, as numbers
//!        nothing wrong in any piece, nothing there twice ─► rows, in order
//! ```
//! What must stay true: the rows and the unknowns are those of [`Answering::inventory`]. Where this way cannot tell, it
//! says nothing at all, and the whole inventory is read.

use std::hash::BuildHasher as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};
use hinomi_inventory_formats::Brief;
use hinomi_inventory_formats::dpkg::{Installed, System, installed};
use hinomi_match::{Asked, ComponentQuery, Host, SourcePackages};

use super::apart::query_of;
use super::host::set_system;
use super::piece::{Answering, Piece, file_name};
use super::pieces::Text;
use super::row::{On, Unknowns};
use super::work::Emit;

/// Below so many bytes one thread is quicker than several.
const BYTES_ALONE: u64 = 512 << 10;
/// Rows are handed on when they are so many bytes.
const LINES_BYTES: usize = 128 << 10;

/// A worker keeps no more lines than this: a file may name each version of a package of which there is much to say.
const SAID_BYTES_MAX: usize = 8 << 20;

/// What a worker knows of a source package in one version.
struct Said {
    source: Box<str>,
    version: Box<str>,
    /// Each row's line behind the package URL, and where it ends.
    tails: Vec<u8>,
    ends: Vec<usize>,
    unknowns: Unknowns,
    at_or_above: bool,
}

/// Instead of the number of what is said of a package: no advisory names it.
const UNNAMED: u32 = u32::MAX;
/// As [`UNNAMED`]: its whole paragraph is to be asked about.
const APART: u32 = u32::MAX - 1;

/// What one piece holds.
#[derive(Default)]
struct Found {
    number: usize,
    worker: usize,
    /// Of each package; equal where one stands there twice.
    hashes: Vec<u32>,
    /// Of each package, what is said of it.
    said: Vec<u32>,
    /// Of each package that rows are told of, its URL or its paragraph, and where it ends.
    texts: String,
    ends: Vec<usize>,
    /// The first and the last package, where each comes behind the one before it.
    sorted: Option<(Name, Name)>,
}

/// Name and architecture.
type Name = [String; 2];

/// What was found in all pieces.
struct Whole {
    said: Vec<Vec<Said>>,
    found: Vec<Found>,
}

/// One document with its facts.
#[derive(Clone, Copy)]
struct Document<'a> {
    file: &'a str,
    text: &'a Text<'a>,
    system: &'a System,
    on: &'a On<'a>,
}

impl Answering<'_> {
    /// As [`Answering::document`], where the only inventory is a status file; `false` when nothing was said.
    pub(super) fn lone_status_file(&self, path: &Path, emit: &mut Emit<'_, Result<Piece, String>>) -> bool {
        let named = path.display().to_string();
        Text::of_status(path).is_some_and(|text| self.status_file(file_name(&named), &text, emit))
    }

    /// `false` when nothing was said, because it takes the whole inventory to answer.
    pub(super) fn status_file(
        &self,
        file: &str,
        text: &Text<'_>,
        emit: &mut Emit<'_, Result<Piece, String>>,
    ) -> bool {
        if self.listed {
            return false;
        }
        let Some(system) = system_of(text) else { return false };
        let mut host = Host::default();
        set_system(&mut host, system.host(), || None);
        let on = On { distro: system.distro(), host: &host, listed: false };
        let document = Document { file, text, system: &system, on: &on };
        let any = Installed {
            name: "any",
            version: "0",
            architecture: None,
            source_name: "any",
            source_version: "0",
            maintainer: None,
            text: "",
        };
        let any = any.brief(&system);
        let Some(packages) = self.matcher.index.source_packages(&query_of(&any, on.distro)) else {
            return false;
        };
        let Some(whole) = self.look(document, &packages) else { return false };
        let Some(again) = again(document, &whole.found) else { return false };
        self.tell_all(document, &packages, (&whole, &again), emit);
        true
    }

    /// Everything but the rows; `None` where something is wrong.
    fn look(&self, document: Document<'_>, packages: &SourcePackages<'_>) -> Option<Whole> {
        let pieces = document.text.pieces();
        let threads = match document.text.len() {
            0..=BYTES_ALONE => 1,
            _ => std::thread::available_parallelism().map_or(1, usize::from).min(pieces).max(1),
        };
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let hasher = DefaultHashBuilder::default();
        let work = |number: usize| {
            let mut worker = Worker::new(number, self, document, packages.clone(), &hasher);
            let (mut found, mut buffer) = (Vec::new(), Vec::new());
            while !failed.load(Ordering::Relaxed) {
                let piece = next.fetch_add(1, Ordering::Relaxed);
                if piece >= pieces {
                    break;
                }
                let read = document.text.piece(piece, &mut buffer).and_then(|text| worker.piece(piece, text));
                match read {
                    Some(piece) => found.push(piece),
                    None => failed.store(true, Ordering::Relaxed),
                }
            }
            (worker.said, found)
        };
        let done = std::thread::scope(|scope| {
            let work = &work;
            let others: Vec<_> = (1..threads).map(|number| scope.spawn(move || work(number))).collect();
            let own = work(0);
            let others = others.into_iter().map(|other| other.join().ok());
            std::iter::once(Some(own)).chain(others).collect::<Option<Vec<_>>>()
        })?;
        let mut whole = Whole { said: Vec::new(), found: Vec::new() };
        for (said, found) in done {
            whole.said.push(said);
            whole.found.extend(found);
        }
        whole.found.sort_unstable_by_key(|found| found.number);
        (!failed.into_inner()).then_some(whole)
    }

    /// `again`: packages that stood there before, by their place among all, in order.
    fn tell_all(
        &self,
        document: Document<'_>,
        packages: &SourcePackages<'_>,
        (whole, again): (&Whole, &[usize]),
        emit: &mut Emit<'_, Result<Piece, String>>,
    ) {
        let head = line_head(document.file);
        let mut piece = Piece::default();
        let (mut place, mut unnamed) = (0, 0);
        let mut again = again.iter().peekable();
        for found in &whole.found {
            let known = whole.said.get(found.worker).map_or(&[][..], Vec::as_slice);
            let (mut start, mut ends) = (0, found.ends.iter());
            for number in &found.said {
                place += 1;
                let is_again = again.next_if_eq(&&(place - 1)).is_some();
                let said = known.get(*number as usize);
                let is_told = *number != UNNAMED && said.is_none_or(|said| !said.ends.is_empty());
                let end = if is_told { ends.next().copied().unwrap_or(start) } else { start };
                let text = found.texts.get(std::mem::replace(&mut start, end)..end).unwrap_or_default();
                match (said, *number) {
                    _ if is_again => {}
                    (Some(said), _) => said.tell(&head, text, &mut piece),
                    (None, UNNAMED) => unnamed += 1,
                    (None, _) => self.tell_apart(document, text, &mut piece),
                }
                let is_full = piece.lines.len() >= LINES_BYTES;
                if is_full && emit(Ok(std::mem::take(&mut piece))).is_break() {
                    return;
                }
            }
        }
        let mut quiet = Piece::default();
        self.matcher.told(document.file, "", packages.unnamed(), packages.unit(), document.on, &mut |row| {
            self.take(row, &mut quiet);
        });
        add(&mut piece.unknowns, &quiet.unknowns, unnamed);
        // It is the last one, whether somebody listens or not.
        let _flow: ControlFlow<()> = emit(Ok(piece));
    }

    /// What is to be said of the package of a paragraph.
    fn tell_apart(&self, document: Document<'_>, paragraph: &str, piece: &mut Piece) {
        for package in installed(paragraph).flatten() {
            let brief = package.brief(document.system);
            self.ask(document.file, &query_of(&brief, document.on.distro), None, document.on, piece);
        }
    }
}

/// The system that the first base-files names; without one, it is not known. `None`: it cannot be read.
fn system_of(text: &Text<'_>) -> Option<System> {
    let mut buffer = Vec::new();
    for number in 0..text.pieces() {
        if let Some(system) = System::told_in(text.piece(number, &mut buffer)?) {
            return Some(system);
        }
    }
    Some(System::default())
}

fn add(to: &mut Unknowns, what: &Unknowns, times: u64) {
    for (reason, count) in what.iter().filter(|_| times > 0) {
        *to.entry(*reason).or_default() += count * times;
    }
}

/// Packages that stood there before, by their place among all. `None`: there are many.
fn again(document: Document<'_>, found: &[Found]) -> Option<Vec<usize>> {
    const LOOKS: usize = 256;
    let mut places = Vec::new();
    if is_sorted(found) {
        return Some(places);
    }
    let mut looks = 0;
    for (place, earlier) in alike(found) {
        for other in earlier {
            looks += 1;
            if looks > LOOKS {
                return None;
            }
            if are_same(document, found, other, place)? {
                places.push(place);
                break;
            }
        }
    }
    Some(places)
}

/// Places with one hash, each with the earlier ones: few bits tell nearly all of the others apart.
fn alike(found: &[Found]) -> Vec<(usize, Vec<usize>)> {
    const BITS_EACH: usize = 16;
    let hashes = || found.iter().flat_map(|found| found.hashes.iter().copied());
    let words = (hashes().count() * BITS_EACH / 64).next_power_of_two();
    let mut bits = vec![0_u64; words];
    let mut suspects: HashSet<u32> = HashSet::new();
    for hash in hashes() {
        let (word, bit) = ((hash as usize / 64) & (words - 1), 1 << (hash % 64));
        if let Some(word) = bits.get_mut(word) {
            if *word & bit != 0 {
                suspects.insert(hash);
            }
            *word |= bit;
        }
    }
    let mut earlier: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut alike = Vec::new();
    for (place, hash) in hashes().enumerate().filter(|(_, hash)| suspects.contains(hash)) {
        let known = earlier.entry(hash).or_default();
        if !known.is_empty() {
            alike.push((place, known.clone()));
        }
        // More of one hash are one package again and again.
        if known.len() < 8 {
            known.push(place);
        }
    }
    alike
}

/// Whether two packages, by their place among all, are asked by the same; only reading them again makes it sure.
fn are_same(document: Document<'_>, found: &[Found], left: usize, right: usize) -> Option<bool> {
    let brief_at = |place: usize, tell: &mut dyn FnMut(Brief<'_>)| {
        let mut place = place;
        for piece in found {
            if let Some(further) = place.checked_sub(piece.hashes.len()) {
                place = further;
                continue;
            }
            let mut buffer = Vec::new();
            let package = installed(document.text.piece(piece.number, &mut buffer)?).nth(place)?.ok()?;
            tell(package.brief(document.system));
            return Some(());
        }
        None
    };
    let mut same = false;
    let mut inner = Some(());
    brief_at(left, &mut |left| inner = brief_at(right, &mut |right| same = left == right))?;
    inner.map(|()| same)
}

/// Each package behind the one before it, in every piece and across them: then none is there twice.
fn is_sorted(found: &[Found]) -> bool {
    let mut last: Option<&Name> = None;
    found.iter().filter(|found| !found.hashes.is_empty()).all(|found| {
        let Some((first, end)) = &found.sorted else { return false };
        let follows = last.is_none_or(|last| last < first);
        last = Some(end);
        follows
    })
}

/// What each line of a document begins with, up to the package URL.
fn line_head(file: &str) -> Vec<u8> {
    let mut head = br#"{"inventory":"#.to_vec();
    // Writing to memory cannot fail.
    let _written = serde_json::to_writer(&mut head, file);
    head.extend_from_slice(br#","component":""#);
    head
}

impl Said {
    fn tell(&self, head: &[u8], purl: &str, piece: &mut Piece) {
        let mut start = 0;
        for end in &self.ends {
            piece.lines.extend_from_slice(head);
            piece.lines.extend_from_slice(purl.as_bytes());
            piece.lines.extend_from_slice(self.tails.get(start..*end).unwrap_or_default());
            start = *end;
        }
        add(&mut piece.unknowns, &self.unknowns, 1);
        piece.at_or_above |= self.at_or_above;
    }
}

/// One thread's share of the pieces.
struct Worker<'a> {
    number: usize,
    answering: &'a Answering<'a>,
    document: Document<'a>,
    packages: SourcePackages<'a>,
    hasher: &'a DefaultHashBuilder,
    head: Vec<u8>,
    known: HashTable<(u64, u32)>,
    said: Vec<Said>,
    /// Of all lines that are kept.
    said_bytes: usize,
}

impl<'a> Worker<'a> {
    fn new(
        number: usize,
        answering: &'a Answering<'a>,
        document: Document<'a>,
        packages: SourcePackages<'a>,
        hasher: &'a DefaultHashBuilder,
    ) -> Self {
        Self {
            number,
            answering,
            document,
            packages,
            hasher,
            head: line_head(document.file),
            known: HashTable::new(),
            said: Vec::new(),
            said_bytes: 0,
        }
    }

    /// `None`: only the whole file can tell what the piece means.
    fn piece(&mut self, number: usize, text: &str) -> Option<Found> {
        let mut found = Found { number, worker: self.number, ..Found::default() };
        let mut first: Option<[&str; 2]> = None;
        let mut last: Option<[&str; 2]> = None;
        let mut is_sorted = true;
        for package in installed(text) {
            let package = package.ok()?;
            let name = [package.name, package.architecture.unwrap_or_default()];
            first = first.or(Some(name));
            is_sorted = is_sorted && last.is_none_or(|last| last < name);
            last = Some(name);
            found.hashes.push(self.hash_of(&package));
            let said = self.package(&package, &mut found);
            found.said.push(said);
        }
        let owned = |name: [&str; 2]| name.map(str::to_owned);
        found.sorted = first.zip(last).filter(|_| is_sorted).map(|(first, last)| (owned(first), owned(last)));
        Some(found)
    }

    fn hash_of(&self, package: &Installed<'_>) -> u32 {
        let Installed { name, version, architecture, .. } = package;
        // Half of it, and of some of the facts, is enough: whatever has the same is looked at again.
        (self.hasher.hash_one((name, version, architecture.unwrap_or_default())) >> 32) as u32
    }

    fn package(&mut self, package: &Installed<'_>, found: &mut Found) -> u32 {
        let query = ComponentQuery {
            name: package.name,
            version: Some(package.version),
            source_name: Some(package.source_name),
            source_version: Some(package.source_version),
            supplier: package.maintainer,
            ..ComponentQuery::default()
        };
        let said = match self.packages.asked(&query) {
            Asked::Unnamed => return UNNAMED,
            Asked::Apart => APART,
            Asked::BySource => self.said_of(package),
        };
        match self.said.get(said as usize) {
            None => found.texts.push_str(package.text),
            Some(known) if known.ends.is_empty() => return said,
            Some(_) => {
                let Installed { name, version, architecture, .. } = package;
                self.document.system.write_purl(name, version, *architecture, &mut found.texts);
            }
        }
        found.ends.push(found.texts.len());
        said
    }

    /// What is said of its source in that version, which is worked out once; [`APART`] where rows cannot be cut.
    fn said_of(&mut self, package: &Installed<'_>) -> u32 {
        let (source, version) = (package.source_name, package.source_version);
        let hash = self.hasher.hash_one((source, version));
        let is_same = |(known, number): &(u64, u32)| {
            let said = || self.said.get(*number as usize);
            *known == hash && said().is_some_and(|said| *said.source == *source && *said.version == *version)
        };
        if let Some((_, number)) = self.known.find(hash, is_same) {
            return *number;
        }
        let Some(said) = self.say(package) else { return APART };
        self.said_bytes += said.tails.len();
        if self.said_bytes > SAID_BYTES_MAX {
            return APART;
        }
        let number = u32::try_from(self.said.len()).ok().filter(|number| *number < APART).unwrap_or(APART);
        self.said.push(said);
        self.known.insert_unique(hash, (hash, number), |(hash, _)| *hash);
        number
    }

    fn say(&mut self, package: &Installed<'_>) -> Option<Said> {
        let Document { file, system, on, .. } = self.document;
        let answer = self.packages.answer(package.source_name, package.source_version, on.host);
        if !self.answering.lines && !answer.matches.is_empty() {
            return None;
        }
        let purl = system.purl(package.name, package.version, package.architecture);
        let mut piece = Piece::default();
        let (answering, unit) = (self.answering, self.packages.unit());
        answering.matcher.told(file, &purl, answer, unit, on, &mut |row| answering.take(row, &mut piece));
        let (mut tails, mut ends) = (Vec::new(), Vec::new());
        for line in piece.lines.split_inclusive(|byte| *byte == b'\n') {
            tails.extend_from_slice(line.strip_prefix(&*self.head)?.strip_prefix(purl.as_bytes())?);
            ends.push(tails.len());
        }
        Some(Said {
            source: package.source_name.into(),
            version: package.source_version.into(),
            tails,
            ends,
            unknowns: piece.unknowns,
            at_or_above: piece.at_or_above,
        })
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
