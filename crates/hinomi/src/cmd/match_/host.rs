// SPDX-License-Identifier: Apache-2.0
//! What an inventory says of the host as a whole: its system, what it is an inventory of, the analyses it carries,
//! which of its components are parts of others, and which lie in files of distribution packages.

use hinomi_inventory_formats::{Component, ComponentKind, HostFacts, Inventory, owned, wholes};
use hinomi_match::{ComponentQuery, Host, Index, Said};

/// Facts for the components of one inventory.
pub(crate) fn host_of<'a>(
    index: &Index,
    inventory: &'a Inventory,
    query_of: impl Fn(&'a Component) -> ComponentQuery<'a>,
) -> Host {
    let mut host = Host::default();
    let facts = &inventory.host;
    set_system(&mut host, facts, || inventory.present().find_map(|one| one.distro.as_deref()));
    let subject = inventory.subject.as_ref();
    if let Some(purl) = subject.and_then(|subject| subject.purl.as_deref()) {
        host.add_subject(purl);
    }
    let subject_id = subject.and_then(|subject| subject.id.as_deref());
    let asked = index.asks_for_host();
    if let Some(document) = inventory.document.as_deref().filter(|_| asked) {
        host.set_document(document, subject_id);
    }
    for component in inventory.present() {
        let is_subject = subject_id.is_some() && component.id.as_deref() == subject_id;
        if is_subject && let Some(identity) = component.purl.as_deref().or(component.cpe.as_deref()) {
            host.add_subject(identity);
        }
        if component.kind == ComponentKind::OperatingSystem && facts.os_id.is_none() {
            host.set_system(&component.name, component.version.as_deref(), None);
        }
        if asked {
            host.add_component(&query_of(component));
        }
    }
    for one in inventory.observations.iter().filter(|one| one.kind == "vulnerability") {
        if let (Some(component), Some(id), Some(state)) = (&one.component, &one.id, &one.state) {
            let said = Said { vulnerability: id.clone(), state: state.clone(), text: one.text.clone() };
            host.add_said(component, said);
        }
    }
    if asked {
        for (component, identities) in wholes(inventory) {
            identities.into_iter().for_each(|identity| host.add_whole(component, identity));
        }
    }
    for one in owned(inventory) {
        host.add_owner(&one.component, &one.package, &one.file);
    }
    host
}

/// The system that the inventory names, else the one that its first package of a distribution is for.
pub(super) fn set_system<'a>(
    host: &mut Host,
    facts: &HostFacts,
    first_distro: impl FnOnce() -> Option<&'a str>,
) {
    match &facts.os_id {
        Some(id) => host.set_system(id, facts.os_version_id.as_deref(), facts.kernel_release.as_deref()),
        None => first_distro().into_iter().for_each(|distro| host.set_distro(distro)),
    }
}
