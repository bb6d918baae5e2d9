// SPDX-License-Identifier: Apache-2.0
//! The rules of the CycloneDX 1.7 schema for the parts that we read. A document that breaks one is refused with its
//! path, because what else it says cannot be relied on; what only looks odd is a warning.

use std::collections::HashSet;
use std::fmt;

use super::raw::{Bom, Citation, Component, Hash, LicenseChoice, Pedigree, Placed, Property, Service};
use crate::error::{Place, ReadError};
use crate::model::{ComponentKind, Warning};
use crate::text::has_control;
use crate::trail::Trail;

/// Versions whose rules we know; a newer one is read by the rules of the newest.
pub(super) const KNOWN_VERSIONS: [&str; 8] = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];
/// Repeated warnings of one kind say nothing new.
const WARNINGS_MAX: usize = 200;

pub(super) struct Checker<'p> {
    path: &'p str,
    warnings: Vec<Warning>,
    unknown_licenses: HashSet<String>,
    /// Licenses beside an expression: forbidden by the XML schemas before 1.7.
    allows_mixed_licenses: bool,
}

type Checked = Result<(), ReadError>;

/// The rules for one component on its own; only whether it keeps them counts, not what else is to be said.
pub(super) fn component(component: &Component) -> Checked {
    let mut checker = Checker {
        path: "",
        warnings: Vec::new(),
        unknown_licenses: HashSet::new(),
        allows_mixed_licenses: true,
    };
    checker.component(component, &Trail::Root.key("components").index(0), false)
}

pub(crate) fn check(bom: &Bom, path: &str) -> Result<Vec<Warning>, ReadError> {
    let allows_mixed_licenses = !bom.is_xml || bom.spec_version.as_deref() == Some("1.7");
    let mut checker =
        Checker { path, warnings: Vec::new(), unknown_licenses: HashSet::new(), allows_mixed_licenses };
    checker.document(bom)?;
    Ok(checker.warnings)
}

impl Checker<'_> {
    fn refuse(&self, trail: &Trail<'_>, cause: impl Into<String>) -> Checked {
        Err(ReadError::new(self.path, Place::Path(trail.to_string()), cause))
    }

    fn warn(&mut self, trail: &Trail<'_>, text: impl Into<String>) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(Warning { place: trail.to_string(), text: text.into() });
        }
    }

    fn document(&mut self, bom: &Bom) -> Checked {
        let root = Trail::Root;
        if bom.bom_format.as_deref() != Some("CycloneDX") {
            let found = bom.bom_format.as_deref().unwrap_or("absent");
            return self.refuse(&root.key("bomFormat"), format!("is {found:?}, expected \"CycloneDX\""));
        }
        match bom.spec_version.as_deref() {
            None => return self.refuse(&root.key("specVersion"), "is missing"),
            Some(version) if !KNOWN_VERSIONS.contains(&version) => {
                self.warn(&root.key("specVersion"), format!("version {version:?} is not known, read as 1.7"));
            }
            Some(_) => {}
        }
        match bom.serial_number.as_deref() {
            // A BOM-Link instead of a serial number: it names the document as well, but the schema forbids it.
            Some(serial) if serial.starts_with("urn:cdx:") => {
                self.warn(&root.key("serialNumber"), "is a urn:cdx, expected a urn:uuid");
            }
            Some(serial) if !is_uuid_urn(serial) => {
                return self.refuse(&root.key("serialNumber"), "is not a urn:uuid");
            }
            _ => {}
        }
        if let Some(metadata) = &bom.metadata {
            let trail = root.key("metadata");
            if metadata.timestamp.as_deref().is_some_and(|time| !is_date_time(time)) {
                return self.refuse(&trail.key("timestamp"), "is not a date and time (RFC 3339)");
            }
            self.licenses(metadata.licenses.as_deref(), &trail)?;
            self.properties(metadata.properties.as_deref(), &trail)?;
            if let Some(subject) = bom.subject.first()
                && subject.component.name.is_none()
            {
                self.warn(&trail.key("component").key("name"), "is missing");
            }
        }
        for (list, is_subject) in [(&bom.subject, true), (&bom.components, false)] {
            for (at, placed) in list.iter().enumerate() {
                let standing = Standing { list, at, is_subject };
                self.component(&placed.component, &Trail::Place(&standing), is_subject && at == 0)?;
            }
        }
        self.services(&bom.services, &root)?;
        self.properties(Some(&bom.properties), &root)?;
        self.dependencies(bom, &root)?;
        for (index, citation) in bom.citations.iter().enumerate() {
            self.citation(citation, &root.key("citations").index(index))?;
        }
        self.references(bom, &root);
        Ok(())
    }

    /// On its own; what lies inside is checked in its turn.
    fn component(&mut self, component: &Component, trail: &Trail<'_>, is_subject: bool) -> Checked {
        match component.kind.as_deref() {
            None => return self.refuse(&trail.key("type"), "is missing"),
            Some(kind) if ComponentKind::from_name(kind).is_none() => {
                return self.refuse(&trail.key("type"), format!("{kind:?} is not a component type"));
            }
            Some(_) => {}
        }
        // The subject may go without a name, some tools write none; a part of the inventory may not.
        let name = match component.name.as_deref() {
            Some(name) => name,
            None if is_subject => "",
            None => return self.refuse(&trail.key("name"), "is missing"),
        };
        if has_control(name) || component.version.as_deref().is_some_and(has_control) {
            self.warn(trail, "name or version has control characters");
        }
        if component.bom_ref.as_deref() == Some("") {
            return self.refuse(&trail.key("bom-ref"), "is empty");
        }
        if let Some(scope) = component.scope.as_deref()
            && !["required", "optional", "excluded"].contains(&scope)
        {
            return self.refuse(&trail.key("scope"), format!("{scope:?} is not a scope"));
        }
        if component.version_range.is_some() {
            if component.is_external != Some(true) {
                return self.refuse(&trail.key("versionRange"), "is allowed on external components only");
            }
            if component.version.is_some() {
                return self.refuse(&trail.key("versionRange"), "cannot stand beside version");
            }
        }
        if let Some(swid) = &component.swid
            && (swid.tag_id.is_none() || swid.name.is_none())
        {
            return self.refuse(&trail.key("swid"), "tagId or name is missing");
        }
        for (index, hash) in component.hashes.iter().flatten().enumerate() {
            self.hash(hash, &trail.key("hashes").index(index))?;
        }
        self.licenses(component.licenses.as_deref(), trail)?;
        self.properties(component.properties.as_deref(), trail)?;
        if let Some(pedigree) = &component.pedigree {
            self.pedigree(pedigree, &trail.key("pedigree"))?;
        }
        Ok(())
    }

    fn hash(&mut self, hash: &Hash, trail: &Trail<'_>) -> Checked {
        let Some(digits) = hash.alg.as_deref().and_then(hash_digits) else {
            let found = hash.alg.as_deref().unwrap_or("absent");
            return self.refuse(&trail.key("alg"), format!("{found:?} is not a hash algorithm"));
        };
        let content = hash.content.as_deref().unwrap_or_default();
        if ![32, 40, 64, 96, 128].contains(&content.len()) {
            return self.refuse(&trail.key("content"), format!("is not {digits} hexadecimal digits"));
        }
        // The right shape with wrong digits, or the length of another algorithm: it will never agree with a file.
        if content.len() != digits || !content.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.warn(&trail.key("content"), format!("is not {digits} hexadecimal digits"));
        }
        Ok(())
    }

    fn licenses(&mut self, choices: Option<&[LicenseChoice]>, trail: &Trail<'_>) -> Checked {
        let licenses = trail.key("licenses");
        let choices = choices.unwrap_or_default();
        let expressions = choices.iter().filter(|choice| choice.expression.is_some()).count();
        if !self.allows_mixed_licenses && expressions > 0 && choices.len() > 1 {
            return self.refuse(&licenses, "has an expression beside other licenses");
        }
        for (index, choice) in choices.iter().enumerate() {
            let trail = licenses.index(index);
            match (&choice.license, &choice.expression) {
                (Some(_), Some(_)) => return self.refuse(&trail, "has both a license and an expression"),
                (None, None) => return self.refuse(&trail, "has neither a license nor an expression"),
                (None, Some(_)) => continue,
                (Some(license), None) => {
                    let trail = trail.key("license");
                    match (&license.id, &license.name) {
                        (Some(_), Some(_)) => return self.refuse(&trail, "has both an id and a name"),
                        (None, None) if license.url.is_some() => {
                            self.warn(&trail, "has neither an id nor a name")
                        }
                        (None, None) => return self.refuse(&trail, "has neither an id nor a name"),
                        (Some(id), None) => self.license_id(id, &trail.key("id")),
                        (None, Some(_)) => {}
                    }
                    let encoding = license.text.as_ref().and_then(|text| text.encoding.as_deref());
                    if encoding.is_some_and(|encoding| encoding != "base64") {
                        return self.refuse(&trail.key("text").key("encoding"), "is not base64");
                    }
                    self.properties(license.properties.as_deref(), &trail)?;
                }
            }
        }
        Ok(())
    }

    /// New identifiers appear with every edition of the SPDX list, so an unknown one is no reason to refuse.
    fn license_id(&mut self, id: &str, trail: &Trail<'_>) {
        let known =
            spdx::license_id(id).is_some_and(|known| known.name == id) || spdx::exception_id(id).is_some();
        if !known && self.unknown_licenses.insert(id.to_owned()) {
            self.warn(trail, format!("{id:?} is not an SPDX license identifier"));
        }
    }

    fn properties(&self, properties: Option<&[Property]>, trail: &Trail<'_>) -> Checked {
        for (index, property) in properties.unwrap_or_default().iter().enumerate() {
            if property.name.is_none() {
                return self.refuse(&trail.key("properties").index(index), "has no name");
            }
        }
        Ok(())
    }

    fn pedigree(&self, pedigree: &Pedigree, trail: &Trail<'_>) -> Checked {
        const PATCHES: [&str; 4] = ["unofficial", "monkey", "backport", "cherry-pick"];
        const ISSUES: [&str; 3] = ["defect", "enhancement", "security"];
        for (index, patch) in pedigree.patches.iter().flatten().enumerate() {
            let patches = trail.key("patches");
            let trail = patches.index(index);
            if !patch.kind.as_deref().is_some_and(|kind| PATCHES.contains(&kind)) {
                return self.refuse(&trail.key("type"), "is not a patch type");
            }
            for (index, issue) in patch.resolves.iter().flatten().enumerate() {
                if !issue.kind.as_deref().is_some_and(|kind| ISSUES.contains(&kind)) {
                    return self
                        .refuse(&trail.key("resolves").index(index).key("type"), "is not an issue type");
                }
            }
        }
        Ok(())
    }

    fn services(&mut self, services: &[Service], trail: &Trail<'_>) -> Checked {
        const FLOWS: [&str; 4] = ["inbound", "outbound", "bi-directional", "unknown"];
        let list = trail.key("services");
        for (index, service) in services.iter().enumerate() {
            let trail = list.index(index);
            if service.name.is_none() {
                return self.refuse(&trail.key("name"), "is missing");
            }
            for (index, data) in service.data.iter().flatten().enumerate() {
                let trail_data = trail.key("data");
                let trail = trail_data.index(index);
                if data.classification.is_none() {
                    return self.refuse(&trail.key("classification"), "is missing");
                }
                if !data.flow.as_deref().is_some_and(|flow| FLOWS.contains(&flow)) {
                    return self.refuse(&trail.key("flow"), "is not a data flow");
                }
            }
            self.licenses(service.licenses.as_deref(), &trail)?;
            self.properties(service.properties.as_deref(), &trail)?;
            self.services(service.services.as_deref().unwrap_or_default(), &trail)?;
        }
        Ok(())
    }

    fn dependencies(&self, bom: &Bom, trail: &Trail<'_>) -> Checked {
        let list = trail.key("dependencies");
        for (index, dependency) in bom.dependencies.iter().enumerate() {
            if dependency.reference.as_deref().unwrap_or_default().is_empty() {
                return self.refuse(&list.index(index).key("ref"), "is missing or empty");
            }
        }
        Ok(())
    }

    fn citation(&self, citation: &Citation, trail: &Trail<'_>) -> Checked {
        if citation.attributed_to.is_none() && citation.process.is_none() {
            return self.refuse(trail, "has neither attributedTo nor process");
        }
        if citation.pointers.is_some() == citation.expressions.is_some() {
            return self.refuse(trail, "needs either pointers or expressions");
        }
        Ok(())
    }

    /// Two components under one reference: kept apart, but what refers to them is ambiguous.
    fn references(&mut self, bom: &Bom, root: &Trail<'_>) {
        let mut seen = HashSet::new();
        let mut twice = Vec::new();
        for placed in bom.subject.iter().chain(&bom.components) {
            if let Some(reference) = placed.component.bom_ref.as_deref()
                && !seen.insert(reference)
            {
                twice.push(reference);
            }
        }
        for reference in twice {
            self.warn(&root.key("components"), format!("bom-ref {reference:?} is used more than once"));
        }
    }
}

/// Where a component stands in the document, told when somebody asks.
struct Standing<'b> {
    list: &'b [Placed],
    at: usize,
    is_subject: bool,
}

/// Steps of a path that are shown; of a deeper one the middle is counted.
const STEPS_SHOWN: usize = 20;

impl fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut at = Some(self.at);
        while let Some(placed) = at.and_then(|at| self.list.get(at)) {
            steps.push(placed.index);
            at = placed.parent;
        }
        steps.reverse();
        let hidden =
            if steps.len() > STEPS_SHOWN { STEPS_SHOWN / 2..steps.len() - STEPS_SHOWN / 2 } else { 0..0 };
        for (depth, index) in steps.iter().enumerate() {
            if hidden.contains(&depth) {
                if depth == hidden.start {
                    write!(f, ".({} levels)", hidden.len())?;
                }
                continue;
            }
            match (depth, self.is_subject) {
                (0, true) => f.write_str("metadata.component")?,
                (0, false) => write!(f, "components[{index}]")?,
                _ => write!(f, ".components[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Hexadecimal digits of each algorithm's value (CycloneDX 1.7 `hash-alg`).
fn hash_digits(algorithm: &str) -> Option<usize> {
    Some(match algorithm {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-256" | "SHA3-256" | "BLAKE2b-256" | "BLAKE3" | "Streebog-256" => 64,
        "SHA-384" | "SHA3-384" | "BLAKE2b-384" => 96,
        "SHA-512" | "SHA3-512" | "BLAKE2b-512" | "Streebog-512" => 128,
        _ => return None,
    })
}

fn is_uuid_urn(text: &str) -> bool {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    text.strip_prefix("urn:uuid:").is_some_and(|uuid| {
        uuid.len() == 36
            && uuid
                .bytes()
                .enumerate()
                .all(|(at, byte)| if HYPHENS.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
    })
}

/// RFC 3339 with an optional offset: XML Schema's dateTime leaves it out at times.
fn is_date_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
        || (text.contains(['T', 't']) && text.parse::<jiff::civil::DateTime>().is_ok())
}
