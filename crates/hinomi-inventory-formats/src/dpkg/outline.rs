// SPDX-License-Identifier: Apache-2.0
//! A status file by the places where its paragraphs start; each is read when it is asked for.

use std::borrow::Cow;
use std::ops::Range;

use super::{BASE, Paragraph, Paragraphs, host_of, purl, source};
use crate::Format;
use crate::model::{HostFacts, Inventory};
use crate::outline::Brief;

/// Where the paragraphs of installed packages start.
pub(crate) struct Starts<'a> {
    text: &'a str,
    starts: Vec<u32>,
    host: HostFacts,
    distro: Option<String>,
}

/// `None` where a paragraph is wrong, or the file is too large to be numbered.
pub(crate) fn outline(text: &str) -> Option<(Inventory, Starts<'_>)> {
    let mut inventory = Inventory::new(Format::DpkgStatus);
    let mut starts = Vec::new();
    let mut base: Option<Paragraph<'_>> = None;
    for paragraph in Paragraphs::new(text) {
        let paragraph = paragraph.ok()?;
        let start = u32::try_from(paragraph.first_line.as_ptr().addr() - text.as_ptr().addr()).ok()?;
        paragraph.package?;
        let counts = !matches!(paragraph.state(), Some("config-files" | "not-installed"));
        if counts {
            paragraph.version?;
            starts.push(start);
        }
        if base.is_none() && paragraph.package == Some(BASE) {
            base = Some(paragraph);
        }
    }
    inventory.host = base.as_ref().and_then(host_of).unwrap_or_default();
    let (host, distro) = (inventory.host.clone(), inventory.host.distro());
    Some((inventory, Starts { text, starts, host, distro }))
}

impl Starts<'_> {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn read(&self, range: Range<usize>) -> Option<Vec<Brief<'_>>> {
        let starts = self.starts.get(range.start..range.end.min(self.len())).unwrap_or_default();
        starts.iter().map(|start| self.package(*start as usize)).collect()
    }

    fn package(&self, start: usize) -> Option<Brief<'_>> {
        let paragraph = Paragraphs::new(self.text.get(start..)?).next()?.ok()?;
        let (name, version) = (paragraph.package?, paragraph.version?);
        let (source_name, source_version) = source(paragraph.source, name, version);
        let purl = purl(&paragraph, name, version, &self.host, self.distro.as_deref());
        Some(Brief {
            purl: Some(Cow::Owned(purl)),
            name: Cow::Borrowed(name),
            version: Some(Cow::Borrowed(version)),
            supplier: paragraph.maintainer.filter(|text| !text.trim().is_empty()).map(Cow::Borrowed),
            source_name: Some(Cow::Borrowed(source_name)),
            source_version: Some(Cow::Borrowed(source_version)),
            distro: self.distro.as_deref().map(Cow::Borrowed),
            ..Brief::default()
        })
    }
}
