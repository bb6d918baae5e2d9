// SPDX-License-Identifier: Apache-2.0
//! CycloneDX XML: the same raw form as from JSON, read element by element.

use super::{build, check, extension, raw};
use crate::error::{Place, ReadError};
use crate::xml::{Element, Xml, list, text};
use crate::{Format, Inventory};

const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

type Read<T> = Result<T, ReadError>;

pub(crate) fn read(source: &str, path: &str) -> Read<Inventory> {
    let (mut xml, root, namespace) = Xml::open(source, path)?;
    let version = namespace.as_deref().and_then(|namespace| namespace.strip_prefix(NAMESPACE));
    let version = version.filter(|version| check::KNOWN_VERSIONS.contains(version)).ok_or_else(|| {
        let found = namespace.as_deref().unwrap_or_default();
        let cause = format!("the namespace {found:?} is none of CycloneDX 1.0 to 1.7");
        ReadError::new(path, Place::Path("bom".to_owned()), cause)
    })?;
    xml.read_also(extension::NAMESPACE);
    let mut bom = raw::Bom {
        is_xml: true,
        bom_format: Some("CycloneDX".to_owned()),
        spec_version: Some(version.to_owned()),
        serial_number: root.attribute("serialNumber"),
        version: root.attribute("version").and_then(|text| text.trim().parse().ok()),
        metadata_first: true,
        // Who speaks the extension says what is wrong, be it nothing.
        judged: root.attributes().any(|(_, value)| value == extension::NAMESPACE),
        ..raw::Bom::default()
    };
    xml.children(&root, &mut |xml, element| {
        match element.name.as_str() {
            "metadata" => {
                let (metadata, subject) = metadata(xml, &element)?;
                (bom.metadata, bom.subject) = (Some(metadata), subject);
            }
            "components" => {
                bom.metadata_first = bom.metadata.is_some();
                bom.components = components(xml, element)?;
            }
            "services" => bom.services = list(xml, &element, "service", service)?,
            "dependencies" => bom.dependencies = list(xml, &element, "dependency", dependency)?,
            "vulnerabilities" => {
                bom.vulnerabilities.append(&mut list(xml, &element, "vulnerability", vulnerability)?);
                bom.judged = true;
            }
            "citations" => bom.citations = list(xml, &element, "citation", citation)?,
            "properties" => bom.properties = list(xml, &element, "property", property)?,
            _ => {}
        }
        Ok(())
    })?;
    extension::name_affected(&mut bom);
    let warnings = check::check(&bom, path)?;
    build::inventory(bom, Format::CycloneDxXml, warnings, path)
}

fn metadata(xml: &mut Xml<'_>, element: &Element) -> Read<(raw::Metadata, Vec<raw::Placed>)> {
    let mut found = raw::Metadata::default();
    let mut about = Vec::new();
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "timestamp" => found.timestamp = Some(xml.text(&child)?),
            "component" => about = subject(xml, child)?,
            "licenses" => found.licenses = Some(licenses(xml, &child)?),
            "properties" => found.properties = Some(list(xml, &child, "property", property)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((found, about))
}

/// Layers of elements: components in one another to half this depth.
const LAYERS_MAX: usize = 20_000;

/// An element that has begun, of a component or of a list of them.
struct Open {
    element: Element,
    /// The component, or the one that the list lies in.
    at: Option<usize>,
    /// Of a list: how many there were.
    count: Option<usize>,
}

fn components(xml: &mut Xml<'_>, list: Element) -> Read<Vec<raw::Placed>> {
    placed(xml, Vec::new(), Open { element: list, at: None, count: Some(0) })
}

/// What the document is about, and what lies inside.
fn subject(xml: &mut Xml<'_>, element: Element) -> Read<Vec<raw::Placed>> {
    let first = raw::Placed { component: begun(&element), parent: None, index: 0 };
    placed(xml, vec![first], Open { element, at: Some(0), count: None })
}

/// Components may lie in one another deeper than the stack of a thread: they are followed with a list of what is open.
fn placed(xml: &mut Xml<'_>, mut flat: Vec<raw::Placed>, first: Open) -> Read<Vec<raw::Placed>> {
    let usual = xml.allow_depth(LAYERS_MAX);
    let mut open = vec![first];
    while let Some(top) = open.last_mut() {
        let Some(child) = xml.next_child(&top.element)? else {
            open.pop();
            continue;
        };
        let place = top.at.and_then(|at| flat.get_mut(at));
        match (&mut top.count, place) {
            (Some(count), _) if child.name == "component" => {
                flat.push(raw::Placed { component: begun(&child), parent: top.at, index: *count });
                *count += 1;
                open.push(Open { element: child, at: Some(flat.len() - 1), count: None });
            }
            (None, Some(_)) if child.name == "components" => {
                let at = top.at;
                open.push(Open { element: child, at, count: Some(0) });
            }
            (None, Some(placed)) => field(xml, &mut placed.component, &child)?,
            _ => {}
        }
    }
    xml.allow_depth(usual);
    Ok(flat)
}

fn begun(element: &Element) -> raw::Component {
    raw::Component {
        kind: element.attribute("type"),
        bom_ref: element.attribute("bom-ref"),
        is_external: element.attribute("isExternal").map(|value| value == "true" || value == "1"),
        ..raw::Component::default()
    }
}

fn field(xml: &mut Xml<'_>, found: &mut raw::Component, child: &Element) -> Read<()> {
    match child.name.as_str() {
        "supplier" => found.supplier = Some(organisation(xml, child)?),
        "manufacturer" => found.manufacturer = Some(organisation(xml, child)?),
        "author" => found.author = Some(xml.text(child)?),
        "authors" => found.authors = Some(list(xml, child, "author", organisation)?),
        "publisher" => found.publisher = Some(xml.text(child)?),
        "group" => found.group = Some(xml.text(child)?),
        "name" => found.name = Some(xml.text(child)?),
        "version" => found.version = Some(xml.text(child)?),
        "versionRange" => found.version_range = Some(xml.text(child)?),
        "scope" => found.scope = Some(xml.text(child)?),
        "hashes" => found.hashes = Some(list(xml, child, "hash", hash)?),
        "licenses" => found.licenses = Some(licenses(xml, child)?),
        "cpe" => found.cpe = Some(xml.text(child)?),
        "purl" => found.purl = Some(xml.text(child)?),
        "swid" => {
            found.swid = Some(raw::Swid { tag_id: child.attribute("tagId"), name: child.attribute("name") });
        }
        "pedigree" => found.pedigree = Some(pedigree(xml, child)?),
        "evidence" => found.evidence = Some(evidence(xml, child)?),
        "properties" => found.properties = Some(list(xml, child, "property", property)?),
        "vulnerabilities" => found.vulnerabilities = list(xml, child, "vulnerability", vulnerability)?,
        _ => {}
    }
    Ok(())
}

fn organisation(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Organisation> {
    Ok(raw::Organisation { name: list(xml, element, "name", text)?.pop() })
}

fn hash(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Hash> {
    Ok(raw::Hash { alg: element.attribute("alg"), content: Some(xml.text(element)?) })
}

fn property(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Property> {
    Ok(raw::Property { name: element.attribute("name"), value: Some(xml.text(element)?) })
}

fn licenses(xml: &mut Xml<'_>, element: &Element) -> Read<Vec<raw::LicenseChoice>> {
    let mut choices = Vec::new();
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "license" => {
                let license = Some(license(xml, &child)?);
                choices.push(raw::LicenseChoice { license, expression: None });
            }
            "expression" => {
                let expression = Some(xml.text(&child)?);
                choices.push(raw::LicenseChoice { license: None, expression });
            }
            "expression-detailed" => {
                let expression = child.attribute("expression");
                choices.push(raw::LicenseChoice { license: None, expression });
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(choices)
}

fn license(xml: &mut Xml<'_>, element: &Element) -> Read<raw::License> {
    let mut found = raw::License::default();
    xml.children(element, &mut |xml, child| {
        let slot = match child.name.as_str() {
            "id" => &mut found.id,
            "name" => &mut found.name,
            "url" => &mut found.url,
            "text" => {
                found.text = Some(raw::Attachment { encoding: child.attribute("encoding") });
                return Ok(());
            }
            "properties" => {
                found.properties = Some(list(xml, &child, "property", property)?);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if slot.is_some() {
            return Err(xml.error(format!("license has more than one {}", child.name)));
        }
        *slot = Some(xml.text(&child)?);
        Ok(())
    })?;
    Ok(found)
}

fn pedigree(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Pedigree> {
    let mut found = raw::Pedigree::default();
    xml.children(element, &mut |xml, child| {
        if child.name == "patches" {
            found.patches = Some(list(xml, &child, "patch", patch)?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn patch(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Patch> {
    let mut found = raw::Patch { kind: element.attribute("type"), resolves: None };
    xml.children(element, &mut |xml, child| {
        if child.name == "resolves" {
            found.resolves = Some(list(xml, &child, "issue", |_, issue| {
                Ok(raw::Issue { kind: issue.attribute("type") })
            })?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn evidence(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Evidence> {
    let mut occurrences = Vec::new();
    xml.children(element, &mut |xml, child| {
        if child.name == "occurrences" {
            occurrences = list(xml, &child, "occurrence", |xml, one| {
                Ok(raw::Occurrence { location: list(xml, one, "location", text)?.pop() })
            })?;
        }
        Ok(())
    })?;
    Ok(raw::Evidence { occurrences: Some(occurrences) })
}

fn service(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Service> {
    let mut found = raw::Service { bom_ref: element.attribute("bom-ref"), ..raw::Service::default() };
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "group" => found.group = Some(xml.text(&child)?),
            "name" => found.name = Some(xml.text(&child)?),
            "version" => found.version = Some(xml.text(&child)?),
            "endpoints" => found.endpoints = Some(list(xml, &child, "endpoint", text)?),
            "data" => found.data = Some(service_data(xml, &child)?),
            "licenses" => found.licenses = Some(licenses(xml, &child)?),
            "properties" => found.properties = Some(list(xml, &child, "property", property)?),
            "services" => found.services = Some(list(xml, &child, "service", service)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}

/// Until 1.4 `data/classification@flow`, from 1.5 on also `data/dataflow/classification@flow`.
fn service_data(xml: &mut Xml<'_>, element: &Element) -> Read<Vec<raw::ServiceData>> {
    fn classification(xml: &mut Xml<'_>, element: &Element) -> Read<raw::ServiceData> {
        Ok(raw::ServiceData { flow: element.attribute("flow"), classification: Some(xml.text(element)?) })
    }
    let mut data = Vec::new();
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "classification" => data.push(classification(xml, &child)?),
            "dataflow" => data.append(&mut list(xml, &child, "classification", classification)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(data)
}

fn dependency(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Dependency> {
    let (mut depends_on, mut provides) = (Vec::new(), Vec::new());
    xml.children(element, &mut |_, target| {
        match target.name.as_str() {
            "dependency" => depends_on.extend(target.attribute("ref")),
            "provides" => provides.extend(target.attribute("ref")),
            _ => {}
        }
        Ok(())
    })?;
    Ok(raw::Dependency {
        reference: element.attribute("ref"),
        depends_on: Some(depends_on),
        provides: Some(provides),
    })
}

fn vulnerability(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Vulnerability> {
    let affects = element.attribute("ref").map(|one| vec![raw::Affects { reference: Some(one) }]);
    let mut found = raw::Vulnerability { affects, ..raw::Vulnerability::default() };
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "id" => found.id = Some(xml.text(&child)?),
            "description" => found.description = Some(xml.text(&child)?),
            "recommendation" => found.recommendation = Some(xml.text(&child)?),
            "recommendations" => {
                found.recommendation = Some(list(xml, &child, "recommendation", text)?.join("\n"));
            }
            "references" => {
                found.references = Some(list(xml, &child, "reference", |xml, reference| {
                    Ok(raw::Equal { id: list(xml, reference, "id", text)?.pop() })
                })?);
            }
            "ratings" => {
                found.ratings = Some(list(xml, &child, "rating", rating)?);
            }
            "analysis" => {
                found.analysis = Some(raw::Analysis { state: list(xml, &child, "state", text)?.pop() });
            }
            "affects" => {
                found.affects = Some(list(xml, &child, "target", |xml, target| {
                    Ok(raw::Affects { reference: list(xml, target, "ref", text)?.pop() })
                })?);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}

fn rating(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Rating> {
    let mut found = raw::Rating::default();
    let mut method = String::new();
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "severity" => found.severity = Some(xml.text(&child)?),
            "method" => method = xml.text(&child)?,
            "vector" => found.vector = Some(xml.text(&child)?),
            _ => {}
        }
        Ok(())
    })?;
    found.vector = found.vector.map(|vector| extension::vector(&method, vector));
    Ok(found)
}

fn citation(xml: &mut Xml<'_>, element: &Element) -> Read<raw::Citation> {
    let mut found = raw::Citation::default();
    xml.children(element, &mut |xml, child| {
        match child.name.as_str() {
            "pointers" => found.pointers = Some(list(xml, &child, "pointer", text)?),
            "expressions" => found.expressions = Some(list(xml, &child, "expression", text)?),
            "attributedTo" => found.attributed_to = Some(xml.text(&child)?),
            "process" => found.process = Some(xml.text(&child)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}
