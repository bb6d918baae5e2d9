// SPDX-License-Identifier: Apache-2.0
//! CycloneDX JSON: one pass over the text; what an inventory does not need is skipped without being built.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{build, check, deep, raw};
use crate::error::ReadError;
use crate::{Format, Inventory};

pub(crate) fn read(text: &str, path: &str) -> Result<Inventory, ReadError> {
    let bom = match bom(text, None) {
        Ok(bom) => bom,
        Err(error) if error.to_string().starts_with("recursion limit exceeded") => deep::bom(text, path)?,
        Err(error) => return Err(ReadError::json(path, &error)),
    };
    let warnings = check::check(&bom, path)?;
    build::inventory(bom, Format::CycloneDxJson, warnings, path)
}

/// With `elements`, the components are left there as they are written, and the document has none.
pub(super) fn bom<'a>(
    text: &'a str,
    elements: Option<&mut Vec<&'a RawValue>>,
) -> serde_json::Result<raw::Bom> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let bom = deserializer.deserialize_map(BomVisitor { elements })?;
    deserializer.end().map(|()| bom)
}

struct BomVisitor<'e, 'de> {
    elements: Option<&'e mut Vec<&'de RawValue>>,
}

impl<'de> Visitor<'de> for BomVisitor<'_, 'de> {
    type Value = raw::Bom;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CycloneDX document")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<raw::Bom, A::Error> {
        let mut bom = raw::Bom::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
            match key.as_str() {
                "bomFormat" => bom.bom_format = map.next_value()?,
                "specVersion" => bom.spec_version = map.next_value()?,
                "serialNumber" => bom.serial_number = map.next_value()?,
                "version" => bom.version = map.next_value::<serde_json::Value>()?.as_u64(),
                "metadata" => {
                    bom.metadata = map.next_value()?;
                    let subject = bom.metadata.as_mut().and_then(|metadata| metadata.component.take());
                    bom.subject = raw::placed(subject.into_iter().collect());
                    bom.metadata_first = !seen.iter().any(|key| key == "components");
                }
                "components" => match self.elements.as_deref_mut() {
                    Some(elements) => *elements = list(&mut map)?,
                    None => bom.components = raw::placed(list(&mut map)?),
                },
                "services" => bom.services = list(&mut map)?,
                "dependencies" => bom.dependencies = list(&mut map)?,
                "vulnerabilities" => {
                    bom.vulnerabilities = list(&mut map)?;
                    bom.judged = true;
                }
                "citations" => bom.citations = list(&mut map)?,
                "properties" => bom.properties = list(&mut map)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            seen.push(key);
        }
        Ok(bom)
    }
}

fn list<'de, A: MapAccess<'de>, T: serde::Deserialize<'de>>(map: &mut A) -> Result<Vec<T>, A::Error> {
    Ok(map.next_value::<Option<Vec<T>>>()?.unwrap_or_default())
}
