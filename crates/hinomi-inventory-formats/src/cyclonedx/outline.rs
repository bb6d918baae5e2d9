// SPDX-License-Identifier: Apache-2.0
//! CycloneDX JSON, its components left as text until they are asked for.
//!
//! ```text
//!  element ─┬─→ only the plain keys, no qualifiers ─→ Brief, borrowed
//!           └─→ anything more ─→ raw::Component ─→ check ─→ flatten ─→ Brief
//! ```

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{build, check, json, raw};
use crate::Format;
use crate::context::PurlView;
use crate::model::{Component, ComponentKind, Inventory};
use crate::outline::Brief;

/// The components of a document, in its order.
pub(crate) struct Elements<'a> {
    texts: Vec<&'a str>,
    subject: Option<Box<Component>>,
    subject_first: bool,
}

/// The document without its components, and those.
pub(crate) fn outline<'a>(text: &'a str, path: &str) -> Option<(Inventory, Elements<'a>)> {
    let mut elements: Vec<&'a RawValue> = Vec::new();
    let bom = json::bom(text, Some(&mut elements)).ok()?;
    check::check(&bom, path).ok()?;
    let subject_first = bom.metadata_first;
    let mut head = build::inventory(bom, Format::CycloneDxJson, Vec::new(), path).ok()?;
    let subject = match head.components.len() {
        0 => None,
        1 => head.components.pop(),
        _ => return None,
    };
    // What the subject is may say something of the others.
    let is_system = |subject: &Component| {
        subject.purl.as_deref().and_then(PurlView::of).is_some_and(|view| view.is_system_package())
    };
    if subject.as_ref().is_some_and(|subject| !stands_alone(subject) || is_system(subject)) {
        return None;
    }
    let texts = elements.into_iter().map(RawValue::get).collect();
    Some((head, Elements { texts, subject: subject.map(Box::new), subject_first }))
}

impl Elements<'_> {
    pub(crate) fn len(&self) -> usize {
        self.texts.len() + usize::from(self.subject.is_some())
    }

    pub(crate) fn read(&self, range: Range<usize>) -> Option<Vec<Brief<'_>>> {
        let before = usize::from(self.subject.is_some() && self.subject_first);
        range
            .filter(|at| *at < self.len())
            .map(|at| match at.checked_sub(before).and_then(|at| self.texts.get(at)) {
                Some(text) => element(text),
                None => self.subject.as_deref().cloned().map(Brief::from),
            })
            .collect()
    }
}

fn element(text: &str) -> Option<Brief<'_>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let plain = deserializer.deserialize_map(Plain).ok().filter(|plain| !names_system_package(plain));
    if plain.is_some() {
        return plain;
    }
    let raw: raw::Component = serde_json::from_str(text).ok()?;
    check::component(&raw).ok()?;
    if raw.components.as_ref().is_some_and(|nested| !nested.is_empty()) {
        return None;
    }
    let mut inventory = Inventory::new(Format::CycloneDxJson);
    build::add(&mut inventory, raw, None);
    let component = inventory.components.pop()?;
    stands_alone(&component).then(|| Brief::from(component))
}

fn names_system_package(brief: &Brief<'_>) -> bool {
    brief.purl.as_deref().and_then(PurlView::of).is_some_and(|view| view.is_system_package())
}

/// Nothing said of it depends on its neighbours, and nothing of them on it.
fn stands_alone(component: &Component) -> bool {
    let view = component.purl.as_deref().and_then(PurlView::of);
    let says_release = component.distro.is_some() || !view.is_some_and(|view| view.is_system_package());
    component.kind != ComponentKind::OperatingSystem && says_release
}

/// A text that is borrowed where it stands as it is; absent for `null`.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    Type,
    #[serde(rename = "bom-ref")]
    BomRef,
    Group,
    Name,
    Version,
    Cpe,
    Purl,
    Publisher,
    Author,
    Scope,
    Supplier,
    Manufacturer,
    VersionRange,
    IsExternal,
    Hashes,
    Licenses,
    Swid,
    Pedigree,
    Components,
    Evidence,
    Properties,
    #[serde(other)]
    Other,
}

/// A component of which nothing has to be checked but its type, name and reference.
struct Plain;

impl<'de> Visitor<'de> for Plain {
    type Value = Brief<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain component")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Brief<'de>, A::Error> {
        let more = || A::Error::custom("not plain");
        let mut kind: Option<Text<'de>> = None;
        let mut texts: [Option<Text<'de>>; 8] = [const { None }; 8];
        while let Some(key) = map.next_key::<Key>()? {
            let slot = match key {
                Key::Type => &mut kind,
                Key::BomRef => &mut texts[0],
                Key::Group => &mut texts[1],
                Key::Name => &mut texts[2],
                Key::Version => &mut texts[3],
                Key::Cpe => &mut texts[4],
                Key::Purl => &mut texts[5],
                Key::Publisher => &mut texts[6],
                Key::Author => &mut texts[7],
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                _ => return Err(more()),
            };
            if slot.is_some() {
                return Err(more());
            }
            *slot = Some(map.next_value()?);
        }
        let kind = kind.and_then(|kind| kind.0).and_then(|kind| ComponentKind::from_name(&kind));
        let kind = kind.filter(|kind| *kind != ComponentKind::OperatingSystem).ok_or_else(more)?;
        let [id, _group, name, version, cpe, purl, publisher, author] =
            texts.map(|text| text.and_then(|text| text.0));
        let said = |text: Option<Cow<'de, str>>| text.filter(|text| !text.trim().is_empty());
        let purl = said(purl);
        // Qualifiers say where it comes from.
        if id.as_deref() == Some("") || purl.as_deref().is_some_and(|purl| purl.contains('?')) {
            return Err(more());
        }
        Ok(Brief {
            id,
            kind,
            purl,
            cpe: said(cpe),
            name: name.ok_or_else(more)?,
            version: said(version),
            supplier: said(publisher.or(author)),
            ..Brief::default()
        })
    }
}
