// SPDX-License-Identifier: Apache-2.0
//! The matching context of a component: which source package it was built from and for which distribution release.
//!
//! The purl's qualifiers come first, then what the producing tool wrote beside it; what the rest of the document tells
//! is the next step (`distro`).

use std::borrow::Cow;

use crate::model::Component;

/// The parts of a purl that readers look at, borrowed. Not a validation: `hinomi-version` parses purls.
pub(crate) struct PurlView<'a> {
    pub(crate) ty: &'a str,
    pub(crate) version: Option<Cow<'a, str>>,
    namespace: Option<&'a str>,
    qualifiers: &'a str,
}

impl<'a> PurlView<'a> {
    pub(crate) fn of(purl: &'a str) -> Option<PurlView<'a>> {
        let rest = purl.strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (path, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (ty, name) = path.split_once('/')?;
        let namespace = name.split_once('/').map(|(namespace, _)| namespace);
        // The version's `@` is the last one; a scope such as `%40angular` or `@angular/core` comes before a slash.
        let version =
            name.rsplit_once('@').filter(|(before, version)| !before.is_empty() && !version.contains('/'));
        Some(PurlView {
            ty,
            version: version.map(|(_, version)| percent_decode(version)),
            namespace,
            qualifiers,
        })
    }

    pub(crate) fn qualifier(&self, key: &str) -> Option<Cow<'a, str>> {
        self.qualifiers
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, value)| name.eq_ignore_ascii_case(key) && !value.is_empty())
            .map(|(_, value)| percent_decode(value))
    }

    /// The first segment of the namespace: the vendor of a system package.
    pub(crate) fn namespace(&self) -> Option<&'a str> {
        self.namespace.filter(|namespace| !namespace.is_empty())
    }

    pub(crate) fn is_system_package(&self) -> bool {
        ["deb", "rpm", "apk", "alpm", "opkg"].iter().any(|ty| self.ty.eq_ignore_ascii_case(ty))
    }
}

fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((first, rest)) = bytes.split_first() {
        let pair = rest.get(..2).and_then(|pair| str::from_utf8(pair).ok());
        match (first, pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                bytes = &rest[2..];
            }
            _ => {
                decoded.push(*first);
                bytes = rest;
            }
        }
    }
    match String::from_utf8(decoded) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(text),
    }
}

/// What a tool wrote about the source package in its own properties.
#[derive(Default)]
pub(crate) struct ToolHints {
    pub(crate) source_name: Option<String>,
    pub(crate) source_version: Option<String>,
    pub(crate) source_release: Option<String>,
    pub(crate) source_epoch: Option<String>,
    pub(crate) source_rpm: Option<String>,
    pub(crate) arch: Option<String>,
    pub(crate) distro: Option<String>,
    pub(crate) kernel_running: Option<bool>,
}

impl ToolHints {
    /// Property names of syft, Trivy and Hinomi's own collector.
    pub(crate) fn property(&mut self, name: &str, value: &str) {
        let slot = match name {
            "syft:metadata:source"
            | "syft:metadata:originPackage"
            | "aquasecurity:trivy:SrcName"
            | "hinomi:source:name" => &mut self.source_name,
            "syft:metadata:sourceVersion" | "aquasecurity:trivy:SrcVersion" | "hinomi:source:version" => {
                &mut self.source_version
            }
            "aquasecurity:trivy:SrcRelease" => &mut self.source_release,
            "aquasecurity:trivy:SrcEpoch" => &mut self.source_epoch,
            "syft:metadata:sourceRpm" => &mut self.source_rpm,
            "syft:metadata:architecture" | "hinomi:arch" => &mut self.arch,
            "hinomi:distro" => &mut self.distro,
            "hinomi:kernel:running" => {
                self.kernel_running = value.parse().ok();
                return;
            }
            _ => return,
        };
        if slot.is_none() && !value.is_empty() {
            *slot = Some(value.to_owned());
        }
    }
}

/// Fills the context of one component from its purl and the tool's hints.
pub(crate) fn fill(component: &mut Component, hints: ToolHints) {
    component.kernel_running = component.kernel_running.or(hints.kernel_running);
    let purl = component.purl.take();
    let view = purl.as_deref().and_then(PurlView::of);
    if let Some(view) = &view {
        fill_from_purl(component, view);
    }
    let distro_hint = hints.distro.as_deref().and_then(distro_of_qualifier);
    component.distro = component.distro.take().or(distro_hint);
    component.arch = component.arch.take().or_else(|| hints.arch.clone());
    if component.source_name.is_none() {
        fill_from_hints(component, hints);
    } else if component.source_version.is_none() {
        component.source_version = hints.joined_version();
    }
    if let (Some(view), None, Some(_)) = (&view, &component.source_version, &component.source_name) {
        // A package manager that names only the source package builds it in the same version.
        if view.is_system_package() {
            component.source_version =
                component.version.clone().or(view.version.as_deref().map(str::to_owned));
        }
    }
    component.purl = purl;
}

fn fill_from_purl(component: &mut Component, view: &PurlView<'_>) {
    let set = |slot: &mut Option<String>, value: Option<Cow<'_, str>>| {
        if slot.is_none() {
            *slot = value.map(Cow::into_owned);
        }
    };
    set(&mut component.arch, view.qualifier("arch"));
    if component.distro.is_none() {
        let apart =
            |name: &str, version: &str| distro_name(&view.qualifier(name)?, &view.qualifier(version)?);
        let stated = |key: &str| view.qualifier(key).and_then(|distro| distro_of_qualifier(&distro));
        // Docker Scout writes the second form.
        component.distro = stated("distro")
            .or_else(|| apart("os_name", "os_version"))
            .or_else(|| apart("distro_name", "distro_version"))
            .or_else(|| stated("os_distro"));
    }
    if component.source_name.is_some() {
        return;
    }
    if let Some(upstream) = view.qualifier("upstream") {
        if let Some((name, version)) = source_rpm(&upstream) {
            component.source_name = Some(name.to_owned());
            let epoch = view.qualifier("epoch").filter(|epoch| epoch != "0");
            component.source_version =
                Some(epoch.map_or_else(|| version.to_owned(), |epoch| format!("{epoch}:{version}")));
        } else if let Some((name, version)) = upstream.split_once('@') {
            component.source_name = Some(name.to_owned());
            component.source_version = Some(version.to_owned());
        } else {
            component.source_name = Some(upstream.into_owned());
        }
    }
}

fn fill_from_hints(component: &mut Component, hints: ToolHints) {
    if let Some((name, version)) = hints.source_rpm.as_deref().and_then(source_rpm) {
        component.source_name = Some(name.to_owned());
        component.source_version = Some(version.to_owned());
        return;
    }
    component.source_version = hints.joined_version();
    component.source_name = hints.source_name;
}

impl ToolHints {
    /// Trivy writes epoch, version and release apart.
    fn joined_version(&self) -> Option<String> {
        let version = self.source_version.as_deref()?;
        let epoch = self.source_epoch.as_deref().filter(|epoch| *epoch != "0");
        let release = self.source_release.as_deref();
        let mut joined = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
        joined.push_str(version);
        if let Some(release) = release {
            joined.push('-');
            joined.push_str(release);
        }
        Some(joined)
    }
}

/// `"bash-5.1.8-6.el9.src.rpm"` → (`"bash"`, `"5.1.8-6.el9"`)
pub(crate) fn source_rpm(file: &str) -> Option<(&str, &str)> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let release_at = stem.rfind('-')?;
    let version_at = stem[..release_at].rfind('-')?;
    Some((&stem[..version_at], &stem[version_at + 1..]))
}

/// Trivy's SPDX `sourceInfo`: `"built package from: glibc 2.31-13+deb11u5"`.
pub(crate) fn source_of_spdx(source_info: &str) -> Option<(&str, Option<&str>)> {
    let text = source_info.trim().strip_prefix("built package from:")?.trim();
    match text.split_once(' ') {
        Some((name, version)) => Some((name, Some(version.trim()))),
        None if text.is_empty() => None,
        None => Some((text, None)),
    }
}

pub(crate) use crate::distro::inherit as inherit_distro;

fn distro_of_qualifier(text: &str) -> Option<String> {
    if let Some((id, version)) = codename(text) {
        return Some(format!("{id}-{version}"));
    }
    let (id, version) = text.rsplit_once('-')?;
    match codename(version) {
        Some((known, release)) if known == id => Some(format!("{id}-{release}")),
        _ => distro_name(id, version),
    }
}

/// The `ID` of os-release for a system's name, which may be its `NAME`: `Debian GNU/Linux` is `debian`.
pub(crate) fn os_id(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "debian gnu/linux" => "debian",
        "ubuntu linux" => "ubuntu",
        "alpine linux" => "alpine",
        "redhat"
        | "red hat"
        | "red hat linux"
        | "red hat enterprise linux"
        | "red hat enterprise linux server" => "rhel",
        "centos linux" | "centos stream" => "centos",
        "fedora linux" => "fedora",
        "alma" | "alma linux" => "almalinux",
        "rockylinux" | "rocky linux" => "rocky",
        "oracle" | "oracle linux" | "oracle linux server" | "oraclelinux" => "ol",
        "amazon linux" | "amazon linux ami" => "amzn",
        "opensuse leap" => "opensuse-leap",
        "opensuse tumbleweed" => "opensuse-tumbleweed",
        "vmware photon os" | "photon os" => "photon",
        "arch linux" => "arch",
        other => other,
    }
    .to_owned()
}

/// The `VERSION_ID` of what may be os-release's `VERSION`: `12 (bookworm)` is `12`, `22.04.3 LTS (…)` is `22.04.3`.
pub(crate) fn version_id(version: &str) -> &str {
    let version = version.split_once(" (").map_or(version, |(number, _)| number).trim();
    version.strip_suffix("LTS").map_or(version, str::trim_end)
}

/// Releases as advisories name them: Debian and the Red Hat family by major version, Alpine by two parts.
pub(crate) fn distro_name(id: &str, version: &str) -> Option<String> {
    let id = os_id(id);
    let version = version_id(version);
    if id.is_empty() || version.is_empty() {
        return None;
    }
    let id = id.as_str();
    let parts = match id {
        "debian" | "rhel" | "centos" | "almalinux" | "rocky" | "ol" | "fedora" => 1,
        "alpine" | "ubuntu" => 2,
        _ => usize::MAX,
    };
    let version = version.trim_start_matches(|c: char| id == "alpine" && c == 'v');
    let end = version.match_indices('.').nth(parts.saturating_sub(1)).map_or(version.len(), |(at, _)| at);
    let release = match codename(version) {
        Some((known, release)) if known == id => release,
        _ => &version[..end],
    };
    Some(format!("{id}-{release}"))
}

/// Code names of the releases still met in inventories (Debian and Ubuntu release pages).
fn codename(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "jessie" => ("debian", "8"),
        "stretch" => ("debian", "9"),
        "buster" => ("debian", "10"),
        "bullseye" => ("debian", "11"),
        "bookworm" => ("debian", "12"),
        "trixie" => ("debian", "13"),
        "trusty" => ("ubuntu", "14.04"),
        "xenial" => ("ubuntu", "16.04"),
        "bionic" => ("ubuntu", "18.04"),
        "focal" => ("ubuntu", "20.04"),
        "jammy" => ("ubuntu", "22.04"),
        "noble" => ("ubuntu", "24.04"),
        _ => return None,
    })
}
