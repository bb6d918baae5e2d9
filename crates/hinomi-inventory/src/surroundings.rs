// SPDX-License-Identifier: Apache-2.0
//! What of a carrier decides whether an advisory speaks of one of its components.
//!
//! ```text
//!   app 1.4 on Windows 10        ─► component (app 1.4, on windows 10)   matched once, for all such hosts
//!   app 1.4 on Debian 12         ─► component (app 1.4, on debian 12)    another component, another answer
//!   json 1.0 within shop 2.0     ─► component (json 1.0, of shop 2.0)    the shop's maker may have spoken of it
//!   openssl 3.0.11 of Debian 12  ─► component (openssl 3.0.11)           its answer is the same everywhere
//! ```
//! A record may ask for the operating system, the device or another application beside a product, a statement may be
//! about a part of a product, a distribution may own a language package's files, and an inventory may carry an
//! analysis of a component. Whatever of it could change an answer is part of the component's identity; so a distinct
//! component is matched once, however many carriers have it, and the answer holds on each of them. Components that
//! nothing around them can change carry nothing of it: a fleet's packages stay as few as its images. Only components
//! that CPE names identify look at the system and at their neighbours with such names; what belongs to an ecosystem
//! looks at the product that the inventory is of, where it names one by purl or CPE, and at what contains it.
//!
//! Few names stand in the component's own row. Many are one text for all components beside one another, of which each
//! keeps the hash: what a report costs grows with its components, not with their square.

use std::collections::HashMap;
use std::sync::Arc;

use hinomi_inventory_formats::{Component, ComponentKind, Inventory, owned, wholes};
use hinomi_match::{ComponentQuery, Host, PackageKey, Resolved, Said, resolve};
use serde::{Deserialize, Serialize};

/// The reference under which a component's own analysis and owner are kept.
pub const SELF: &str = "self";

/// Stored with the component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// `ID` and `VERSION_ID` of os-release, and the kernel that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<(String, Option<String>, Option<String>)>,
    /// Where the system is not named: the distribution of its packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distro: Option<String>,
    /// Operating systems by name and version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    systems: Vec<(String, Option<String>)>,
    /// CPE names on the carrier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    /// The product that the inventory is of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<String>,
    /// What contains the component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wholes: Vec<String>,
    /// The distribution's package that brought the component, and the file that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<(String, String)>,
    /// Vulnerability, state and words of the inventory's own analyses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    said: Vec<(String, String, Option<String>)>,
    /// Where there are many names: the hash of the surroundings that have them and the system, see [`Shared`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared: Option<String>,
}

/// Surroundings of many components, stored once under their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub(crate) hash: String,
    pub(crate) text: String,
}

impl Surroundings {
    /// The hash of what is stored apart and must be there to ask; see [`Surroundings::host_beside`].
    #[must_use]
    pub fn shared(&self) -> Option<&str> {
        self.shared.as_deref()
    }

    /// What matching asks, where nothing is stored apart.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host_beside(&Host::default())
    }

    /// What matching asks; `shared` is the host of what is stored apart.
    #[must_use]
    pub fn host_beside(&self, shared: &Host) -> Host {
        let mut host = shared.clone();
        if let Some((id, version, kernel)) = &self.system {
            host.set_system(id, version.as_deref(), kernel.as_deref());
        }
        if let Some(distro) = &self.distro {
            host.set_distro(distro);
        }
        for (name, version) in &self.systems {
            host.set_system(name, version.as_deref(), None);
        }
        for name in &self.names {
            host.add_component(&ComponentQuery { cpe: Some(name), ..ComponentQuery::default() });
        }
        self.subjects.iter().for_each(|subject| host.add_subject(subject));
        self.wholes.iter().for_each(|whole| host.add_whole(SELF, whole));
        if let Some((package, file)) = &self.owner {
            host.add_owner(SELF, package, file);
        }
        for (vulnerability, state, text) in &self.said {
            let (vulnerability, state, text) = (vulnerability.clone(), state.clone(), text.clone());
            host.add_said(SELF, Said { vulnerability, state, text });
        }
        host
    }

    /// Under which keys statements on the product that the inventory is of are filed: they hold for its components.
    #[must_use]
    pub fn subject_keys(&self) -> Vec<PackageKey> {
        let of = |identity: &String| {
            let is_purl = identity.starts_with("pkg:");
            let named = Some(identity.as_str());
            resolve(&match is_purl {
                true => ComponentQuery { purl: named, ..ComponentQuery::default() },
                false => ComponentQuery { cpe: named, ..ComponentQuery::default() },
            })
            .keys
        };
        self.subjects.iter().flat_map(of).collect()
    }

    /// As it was stored; what cannot be read knows nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn stored(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        serde_json::to_string(self).ok()
    }
}

/// An inventory, looked through once.
pub(crate) struct Around {
    base: Surroundings,
    /// The base, where it is too long to stand in each component's row.
    shared: Option<Arc<Shared>>,
    owners: HashMap<String, (String, String)>,
    said: HashMap<String, Vec<(String, String, Option<String>)>>,
    wholes: HashMap<String, Vec<String>>,
}

/// More names of applications than this are stored apart. Each is part of the identity of every component beside it that
/// a CPE name identifies, so one that is updated makes all of them new components: a report costs as much as one of a
/// machine that was never seen.
const MAX_INLINE: usize = 200;

/// Beyond this, names of applications are left out: a record that asks for one stays *unknown*, and is listed as such.
/// Fifty thousand of them fit, more than the largest machines have.
const MAX_SHARED_BYTES: usize = 4 << 20;

impl Around {
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let facts = &inventory.host;
        let subject = inventory.subject.as_ref();
        let subject_id = subject.and_then(|subject| subject.id.as_deref());
        let mut applications: Vec<String> = Vec::new();
        let mut base = Surroundings::default();
        match &facts.os_id {
            Some(id) => {
                base.system = Some((id.clone(), facts.os_version_id.clone(), facts.kernel_release.clone()));
            }
            None => base.distro = inventory.present().find_map(|one| one.distro.clone()),
        }
        for component in inventory.present() {
            if component.kind == ComponentKind::OperatingSystem && facts.os_id.is_none() {
                base.systems.push((component.name.clone(), component.version.clone()));
            }
            let more = component.more_identities.iter().filter(|name| name.starts_with("cpe:"));
            for cpe in component.cpe.iter().chain(more) {
                if is_beneath(cpe) { &mut base.names } else { &mut applications }.push(cpe.clone());
            }
            if subject_id.is_some() && component.id.as_deref() == subject_id {
                base.subjects.extend(component.purl.as_ref().or(component.cpe.as_ref()).cloned());
            }
        }
        base.subjects.extend(subject.and_then(|subject| subject.purl.clone()));
        base.subjects.sort_unstable();
        base.subjects.dedup();
        applications.sort_unstable();
        applications.dedup();
        let is_long = applications.len() > MAX_INLINE;
        if applications.iter().map(String::len).sum::<usize>() <= MAX_SHARED_BYTES {
            base.names.append(&mut applications);
        }
        base.systems.sort_unstable();
        base.systems.dedup();
        base.names.sort_unstable();
        base.names.dedup();
        let shared = is_long.then(|| share(&mut base)).flatten().map(Arc::new);
        let owners = owned(inventory).into_iter().map(|one| (one.component, (one.package, one.file)));
        let mut said: HashMap<String, Vec<_>> = HashMap::new();
        for one in inventory.observations.iter().filter(|one| one.kind == "vulnerability") {
            if let (Some(component), Some(id), Some(state)) = (&one.component, &one.id, &one.state) {
                said.entry(component.clone()).or_default().push((
                    id.clone(),
                    state.clone(),
                    one.text.clone(),
                ));
            }
        }
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        let wholes = wholes(inventory).into_iter().map(|(id, list)| (id.to_owned(), owned(list))).collect();
        Self { base, shared, owners: owners.collect(), said, wholes }
    }

    /// What of it could change an answer about this component.
    /// The second is what the text refers to.
    pub(crate) fn of_component(
        &self,
        component: &Component,
        resolved: &Resolved,
    ) -> (Option<String>, Option<Arc<Shared>>) {
        let by_cpe = resolved.identities().any(|one| one.cpe.is_some() && !one.by_name);
        let own = component.id.as_deref();
        let owner = own.and_then(|id| self.owners.get(id));
        let said = own.and_then(|id| self.said.get(id));
        // Of what nothing names no statement speaks.
        let is_named = resolved.every_key().next().is_some() && !resolved.by_name;
        let wholes = own.and_then(|id| self.wholes.get(id)).filter(|_| is_named);
        let subjects = if is_named { self.base.subjects.as_slice() } else { &[] };
        let mut around = match by_cpe {
            true => self.base.clone(),
            false => Surroundings { subjects: subjects.to_vec(), ..Surroundings::default() },
        };
        around.wholes = wholes.cloned().unwrap_or_default();
        around.owner = owner.cloned();
        around.said = said.cloned().unwrap_or_default();
        (around.stored(), self.shared.clone().filter(|_| by_cpe))
    }
}

/// Leaves the subjects, by which components are filed, and takes the rest out.
fn share(base: &mut Surroundings) -> Option<Shared> {
    let subjects = std::mem::take(&mut base.subjects);
    let text = std::mem::take(base).stored();
    base.subjects = subjects;
    let shared = text.map(|text| Shared { hash: hash_of(&text), text });
    base.shared = shared.as_ref().map(|shared| shared.hash.clone());
    shared
}

/// The name under which a text is stored once.
pub(crate) fn hash_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

/// Operating systems and hardware; both bindings of CPE name the part first.
fn is_beneath(cpe: &str) -> bool {
    let lower = cpe.trim().to_ascii_lowercase();
    ["cpe:2.3:o:", "cpe:2.3:h:", "cpe:/o:", "cpe:/h:"].iter().any(|start| lower.starts_with(start))
}
