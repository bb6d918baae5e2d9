// SPDX-License-Identifier: Apache-2.0
//! A report as data, and its PDF: A4, tagged for those who hear it, searchable, the same bytes for the same report.
//!
//! ```text
//! texts, tables, SVG pictures in the reader's language ─→ report.json + picture-N.svg ─→ page.typ (typst) ─→ PDF/UA-1
//! SVG picture ─→ PNG, for mail
//! ```
//! The only crate that knows the typesetter, and only with the feature `typst`. Fonts are the caller's: bytes of TrueType or
//! OpenType files that hold every letter of the report. Pure: no file, no network, no clock.

#[cfg(feature = "typst")]
mod raster;
mod report;
#[cfg(feature = "typst")]
mod typeset;

pub use report::{Block, Column, Report, Tile};

#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("this build cannot make PDFs: it was made without the feature `pdf`")]
    NotBuilt,
    #[error("this build carries no fonts: build the pages first, then the program")]
    NoFonts,
    #[error("the report cannot be typeset: {0}")]
    Typeset(String),
}

/// Typesets a report with these fonts.
#[cfg(feature = "typst")]
pub fn render(report: &Report, fonts: &[&'static [u8]]) -> Result<Vec<u8>, PdfError> {
    typeset::render(report, fonts)
}

/// Typesets a report with these fonts.
#[cfg(not(feature = "typst"))]
pub fn render(_report: &Report, _fonts: &[&'static [u8]]) -> Result<Vec<u8>, PdfError> {
    Err(PdfError::NotBuilt)
}

/// A picture as dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    pub width: u32,
    pub height: u32,
    pub png: Vec<u8>,
}

/// Draws a picture so many dots wide, on white, with these fonts; the same dots for the same picture. The fonts of the first
/// call serve all later ones.
#[cfg(feature = "typst")]
pub fn png(svg: &str, fonts: &[&'static [u8]], width: u32) -> Result<Dots, PdfError> {
    raster::png(svg, fonts, width)
}

/// Draws a picture so many dots wide, on white, with these fonts.
#[cfg(not(feature = "typst"))]
pub fn png(_svg: &str, _fonts: &[&'static [u8]], _width: u32) -> Result<Dots, PdfError> {
    Err(PdfError::NotBuilt)
}
