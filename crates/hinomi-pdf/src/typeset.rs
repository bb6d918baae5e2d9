// SPDX-License-Identifier: Apache-2.0
//! The typesetter's world: one template, one report, its pictures, the given fonts, nothing else.

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Block, PdfError, Report};

const TEMPLATE: &str = include_str!("page.typ");

struct Paper {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    files: Vec<(FileId, Bytes)>,
}

fn file_id(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|error| PdfError::Typeset(format!("{name}: {error:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Paper {
    fn new(report: &Report, fonts: &[&'static [u8]]) -> Result<Self, PdfError> {
        let fonts: Vec<Font> = fonts.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
        let family = fonts.first().map(|font| font.info().family.to_string()).ok_or(PdfError::NoFonts)?;
        let mut data = serde_json::to_value(report).map_err(|error| PdfError::Typeset(error.to_string()))?;
        data["font"] = family.clone().into();
        let mut files = vec![(file_id("report.json")?, Bytes::new(data.to_string().into_bytes()))];
        for (number, block) in report.blocks.iter().enumerate() {
            if let Block::Picture { svg, .. } = block {
                // Pictures name fonts that screens have; on paper there is one family.
                let svg = with_family(svg, &family);
                files.push((file_id(&format!("picture-{number}.svg"))?, Bytes::new(svg.into_bytes())));
            }
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            main: Source::new(file_id("page.typ")?, TEMPLATE.to_owned()),
            fonts,
            files,
        })
    }
}

/// The same picture with one font family in place of every one it names.
pub(crate) fn with_family(svg: &str, family: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once("font-family=\"") {
        let Some((_, tail)) = after.split_once('"') else { break };
        out.push_str(before);
        out.push_str("font-family=\"");
        out.push_str(family);
        out.push('"');
        rest = tail;
    }
    out.push_str(rest);
    out
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// The report says which day it is about; the day of printing is nobody's business.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

fn said(diagnostics: &[SourceDiagnostic]) -> PdfError {
    let texts: Vec<String> = diagnostics.iter().map(|each| each.message.to_string()).collect();
    PdfError::Typeset(texts.join("; "))
}

pub(crate) fn render(report: &Report, fonts: &[&'static [u8]]) -> Result<Vec<u8>, PdfError> {
    let paper = Paper::new(report, fonts)?;
    let document: PagedDocument = typst::compile(&paper).output.map_err(|errors| said(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1])
        .map_err(|error| PdfError::Typeset(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(report.ident.clone()),
        creator: Smart::Custom(Some("Hinomi".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| said(&errors));
    // What the typesetter remembers of this report serves no other.
    comemo_evict();
    pdf
}

fn comemo_evict() {
    typst::comemo::evict(10);
}
