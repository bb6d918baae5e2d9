// SPDX-License-Identifier: Apache-2.0
//! The vulnerability extension of CycloneDX 1.2 and 1.3, in XML: a list of the document whose entries name a component, or a
//! list inside of a component. From 1.4 on vulnerabilities are part of CycloneDX itself.

use super::raw;

pub(super) const NAMESPACE: &str = "http://cyclonedx.org/schema/ext/vulnerability/1.0";

/// What stands inside of a component is about that component, whatever reference it has itself; one without a name of its own
/// gets one.
pub(super) fn name_affected(bom: &mut raw::Bom) {
    let mut found = Vec::new();
    let metadata = bom.subject.iter_mut().map(|placed| ("subject", placed));
    for (number, (place, placed)) in
        metadata.chain(bom.components.iter_mut().map(|one| ("component", one))).enumerate()
    {
        if placed.component.vulnerabilities.is_empty() {
            continue;
        }
        let name = || format!("hinomi:{place}:{number}");
        let reference = placed.component.bom_ref.get_or_insert_with(name).clone();
        for mut vulnerability in placed.component.vulnerabilities.drain(..) {
            vulnerability.affects = Some(vec![raw::Affects { reference: Some(reference.clone()) }]);
            found.push(vulnerability);
        }
    }
    bom.judged |= !found.is_empty();
    bom.vulnerabilities.append(&mut found);
}

/// The extension writes vectors of CVSS 3 without their version.
pub(super) fn vector(method: &str, vector: String) -> String {
    let is_third = matches!(method, "CVSSv3" | "CVSSv31") && vector.starts_with("AV:");
    match (is_third, method) {
        (true, "CVSSv31") => format!("CVSS:3.1/{vector}"),
        (true, _) => format!("CVSS:3.0/{vector}"),
        _ => vector,
    }
}
