// SPDX-License-Identifier: Apache-2.0
//! A picture as dots, for readers that show no SVG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use crate::{Dots, PdfError};

/// Wider or higher ones show nothing more, and cost memory by their square.
const MOST_DOTS: u32 = 4_096;

pub(crate) fn png(svg: &str, fonts: &[&'static [u8]], width: u32) -> Result<Dots, PdfError> {
    let (known, family) = database(fonts)?;
    let failed = |cause: String| PdfError::Typeset(cause);
    let options = Options { font_family: family.clone(), fontdb: Arc::clone(known), ..Options::default() };
    // Pictures name fonts that screens have; here is one family.
    let svg = crate::typeset::with_family(svg, family);
    let tree = Tree::from_str(&svg, &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size();
    let width = width.clamp(1, MOST_DOTS);
    let scale = f64::from(width) / f64::from(size.width()).max(1.0);
    let height = (f64::from(size.height()) * scale).ceil().clamp(1.0, f64::from(MOST_DOTS)) as u32;
    let mut dots =
        Pixmap::new(width, height).ok_or_else(|| failed(format!("{width} × {height} dots are too many")))?;
    // Dark letters on nothing would vanish where the reader's page is dark.
    dots.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut dots.as_mut());
    let png = dots.encode_png().map_err(|error| failed(error.to_string()))?;
    Ok(Dots { width, height, png })
}

/// The fonts, looked through once for as long as the program runs: they are the program's own.
fn database(fonts: &[&'static [u8]]) -> Result<&'static (Arc<Database>, String), PdfError> {
    static KNOWN: OnceLock<(Arc<Database>, String)> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known);
    }
    let mut database = Database::new();
    for bytes in fonts {
        database.load_font_source(Source::Binary(Arc::new(*bytes)));
    }
    let face = database.faces().next().and_then(|face| face.families.first());
    let family = face.map(|(name, _)| name.clone()).ok_or(PdfError::NoFonts)?;
    Ok(KNOWN.get_or_init(|| (Arc::new(database), family)))
}
