// SPDX-License-Identifier: Apache-2.0
//! What a host of the demo has at a time, as the CycloneDX file that it would send.

use std::collections::BTreeMap;

use anyhow::Context;
use hinomi_assets::import::Document;
use hinomi_assets::model::AssetKind;
use hinomi_core::Time;
use hinomi_inventory_formats::{
    Component, ComponentKind, Format, HostFacts, Inventory, Subject, WriteOptions, write_cyclonedx,
};
use hinomi_version::purl::Purl;

use super::company::{Asset, Template};

/// Type, namespace and name: what is the same package in another version.
type Identity = (String, String, String);

/// A host with its packages; they change as updates arrive and people do their work.
pub(super) struct Host<'a> {
    pub(super) asset: &'a Asset,
    pub(super) system: Option<&'a str>,
    template: &'a Template,
    running_kernel: Option<String>,
    packages: BTreeMap<Identity, String>,
    /// Something changed since the last inventory was sent.
    pub(super) changed: bool,
    pub(super) sent: bool,
}

impl<'a> Host<'a> {
    pub(super) fn new(
        asset: &'a Asset,
        system: Option<&'a str>,
        templates: &'a [Template],
    ) -> anyhow::Result<Self> {
        let template = templates.iter().find(|template| template.id == asset.template);
        let template =
            template.with_context(|| format!("{}: no template {}", asset.hostname, asset.template))?;
        let running_kernel = template.running_kernel.clone();
        let packages = BTreeMap::new();
        let mut host = Self { asset, system, template, running_kernel, packages, changed: true, sent: false };
        host.set(&template.components)?;
        if let Some(drift) = &asset.drift {
            host.set(&drift.set)?;
            for purl in &drift.remove {
                host.packages.remove(&identity(purl)?);
            }
        }
        Ok(host)
    }

    pub(super) fn set(&mut self, purls: &[String]) -> anyhow::Result<()> {
        for purl in purls {
            let old = self.packages.insert(identity(purl)?, purl.clone());
            self.changed |= old.as_ref() != Some(purl);
        }
        Ok(())
    }

    /// Brings every package of a remediation unit to a version; false when the host has none of it.
    pub(super) fn update(&mut self, package: &str, version: &str) -> bool {
        let mut any = false;
        for (identity, purl) in &mut self.packages {
            if is_of(identity, purl, package) {
                let updated = with_version(purl, version);
                any |= *purl != updated;
                *purl = updated;
            }
        }
        if any && package == "kernel" {
            // The host was started again: the new kernel runs.
            self.running_kernel = Some(version.rsplit(':').next().unwrap_or(version).to_owned());
        }
        self.changed |= any;
        any
    }

    pub(super) fn kind(&self) -> AssetKind {
        if self.template.kind == "container" { AssetKind::ContainerImage } else { AssetKind::Host }
    }

    pub(super) fn document(&self, observed_at: Time) -> anyhow::Result<Document> {
        let template = self.template;
        let mut inventory = Inventory::new(Format::CycloneDxJson);
        let kind = if template.kind == "container" {
            ComponentKind::Container
        } else if template.os.is_some() {
            ComponentKind::OperatingSystem
        } else {
            ComponentKind::Device
        };
        inventory.subject = Some(Subject { kind, name: self.asset.hostname.clone(), ..Subject::default() });
        inventory.observed_at = Some(observed_at.to_string());
        inventory.host = HostFacts {
            os_id: template.os.as_ref().map(|os| os.id.clone()),
            os_version_id: template.os.as_ref().map(|os| os.version_id.clone()),
            kernel_release: self.running_kernel.clone(),
            hostname: Some(self.asset.hostname.clone()),
            ..HostFacts::default()
        };
        for purl in self.packages.values() {
            let parsed = Purl::parse(purl).with_context(|| purl.clone())?;
            inventory.components.push(Component {
                id: Some(purl.clone()),
                purl: Some(purl.clone()),
                name: parsed.name,
                version: parsed.version,
                ..Component::default()
            });
        }
        let bytes = write_cyclonedx(&inventory, &WriteOptions::default()).into_bytes();
        let path = format!("{}.cdx.json", self.asset.hostname);
        // Read as every other file is, so that the demo shows what an import does.
        let inventory = hinomi_inventory_formats::read(&bytes, &path)?;
        Ok(Document { path, bytes, inventory })
    }
}

fn identity(purl: &str) -> anyhow::Result<Identity> {
    let parsed = Purl::parse(purl).with_context(|| purl.to_owned())?;
    Ok((parsed.ty, parsed.namespace.unwrap_or_default(), parsed.name))
}

/// Tickets name the source package of a distribution, and the full name of everything else.
fn is_of((ty, namespace, name): &Identity, purl: &str, package: &str) -> bool {
    let full = match (ty.as_str(), namespace.is_empty()) {
        ("deb" | "apk" | "rpm", _) | (_, true) => name.clone(),
        ("maven", false) => format!("{namespace}:{name}"),
        _ => format!("{namespace}/{name}"),
    };
    let upstream = purl.split(['?', '&']).find_map(|part| part.strip_prefix("upstream="));
    let upstream = upstream.map(|value| match value.strip_suffix(".src.rpm") {
        // name-version-release
        Some(file) => file.rsplitn(3, '-').nth(2).unwrap_or(file),
        None => value.split(['@', '%']).next().unwrap_or(value),
    });
    [full.as_str(), name.as_str()].iter().any(|known| known.eq_ignore_ascii_case(package))
        || upstream == Some(package)
}

/// The same package in another version. A source version that went with the old one goes with it; an RPM epoch
/// stands in a qualifier of its own.
fn with_version(purl: &str, version: &str) -> String {
    let (path, rest) = purl.split_once('@').unwrap_or((purl, ""));
    let qualifiers = rest.split_once('?').map(|(_, qualifiers)| qualifiers).unwrap_or_default();
    let is_rpm = purl.starts_with("pkg:rpm/");
    let (epoch, version) = match version.split_once(':') {
        Some((epoch, version)) if is_rpm => (Some(epoch), version),
        _ => (None, version),
    };
    let mut kept: Vec<String> = qualifiers
        .split('&')
        .filter(|part| !part.is_empty())
        .filter(|part| epoch.is_none() || !part.starts_with("epoch="))
        .map(|part| match part.strip_prefix("upstream=") {
            Some(source) if !is_rpm => {
                format!("upstream={}", source.split(['@', '%']).next().unwrap_or(source))
            }
            _ => part.to_owned(),
        })
        .collect();
    kept.extend(epoch.map(|epoch| format!("epoch={epoch}")));
    let version = version.replace('+', "%2B");
    if kept.is_empty() { format!("{path}@{version}") } else { format!("{path}@{version}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_moves_the_version_and_what_belongs_to_it() {
        assert_eq!(
            with_version(
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u3?arch=amd64&distro=debian-12&upstream=glibc%402.36",
                "2.36-9+deb12u7"
            ),
            "pkg:deb/debian/libc6@2.36-9%2Bdeb12u7?arch=amd64&distro=debian-12&upstream=glibc"
        );
        assert_eq!(
            with_version("pkg:rpm/almalinux/openssl@3.0.1-1.el9?distro=almalinux-9&epoch=1", "1:3.0.7-2.el9"),
            "pkg:rpm/almalinux/openssl@3.0.7-2.el9?distro=almalinux-9&epoch=1"
        );
        assert_eq!(with_version("pkg:npm/axios@1.6.0", "1.6.8"), "pkg:npm/axios@1.6.8");
    }

    #[test]
    fn a_unit_is_found_by_source_package_and_by_full_name() {
        let purl = "pkg:deb/debian/libc6@2?upstream=glibc%402";
        assert!(is_of(&identity(purl).unwrap(), purl, "glibc"));
        assert!(!is_of(&identity(purl).unwrap(), purl, "glib"));
        let rpm = "pkg:rpm/almalinux/openssh-server@8.7p1-34?upstream=openssh-8.7p1-34.el9.src.rpm";
        assert!(is_of(&identity(rpm).unwrap(), rpm, "openssh"));
        let maven = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
        assert!(is_of(&identity(maven).unwrap(), maven, "org.apache.logging.log4j:log4j-core"));
    }
}
