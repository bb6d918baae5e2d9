// SPDX-License-Identifier: Apache-2.0
//! A status file by the places where its paragraphs start; each is read when it is asked for.

use std::ops::Range;

use super::installed::{System, installed};
use super::paragraph::{Paragraph, Paragraphs};
use super::{BASE, host_of};
use crate::Format;
use crate::model::Inventory;
use crate::outline::Brief;

/// Where the paragraphs of installed packages start.
pub(crate) struct Starts<'a> {
    text: &'a str,
    starts: Vec<u32>,
    system: System,
}

/// `None` where a paragraph is wrong, or the file is too large to be numbered.
pub(crate) fn outline(text: &str) -> Option<(Inventory, Starts<'_>)> {
    let mut inventory = Inventory::new(Format::DpkgStatus);
    let mut starts = Vec::new();
    let mut base: Option<Paragraph<'_>> = None;
    for paragraph in Paragraphs::new(text) {
        let paragraph = paragraph.ok()?;
        let start = u32::try_from(paragraph.start).ok()?;
        paragraph.package?;
        if paragraph.counts() {
            paragraph.version?;
            starts.push(start);
        }
        if base.is_none() && paragraph.package == Some(BASE) {
            base = Some(paragraph);
        }
    }
    inventory.host = base.as_ref().and_then(host_of).unwrap_or_default();
    let system = System::of(&inventory.host);
    Some((inventory, Starts { text, starts, system }))
}

impl Starts<'_> {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn read(&self, range: Range<usize>) -> Option<Vec<Brief<'_>>> {
        let starts = self.starts.get(range.start..range.end.min(self.len())).unwrap_or_default();
        let package = |start: &u32| {
            let package = installed(self.text.get(*start as usize..)?).next()?.ok()?;
            Some(package.brief(&self.system))
        };
        starts.iter().map(package).collect()
    }
}
