// SPDX-License-Identifier: Apache-2.0
//! A document of many assets, taken apart into one inventory each.

use std::collections::HashMap;

use super::{AssetRecord, Inventory};

impl Inventory {
    /// Each asset with what the document says about it, in document order, and the rest: what belongs to no asset.
    /// Where there is one asset only, the document is about it and nothing is left over.
    ///
    /// Nothing is copied but the facts of the document itself (format, time, whether it is partial).
    pub fn split_by_asset(mut self) -> (Vec<(AssetRecord, Inventory)>, Inventory) {
        let assets = std::mem::take(&mut self.assets);
        let mut place_of: HashMap<String, usize> = HashMap::with_capacity(assets.len());
        let mut parts: Vec<(AssetRecord, Inventory)> = Vec::with_capacity(assets.len());
        for asset in assets {
            place_of.entry(asset.id.clone()).or_insert(parts.len());
            let mut part = Inventory::new(self.format);
            part.format_version = self.format_version.clone();
            part.observed_at = asset.last_seen.clone().or_else(|| self.observed_at.clone());
            part.partial = self.partial;
            part.host.hostname = asset.name.clone();
            part.host.arch = asset.os.arch.clone();
            part.host.os_name = asset.os.name.clone();
            part.host.kernel_release = asset.os.kernel.clone();
            parts.push((asset, part));
        }
        if let [(_, part)] = parts.as_mut_slice() {
            part.subject = self.subject.take();
            part.warnings = std::mem::take(&mut self.warnings);
            part.relationships = std::mem::take(&mut self.relationships);
            let named = std::mem::take(&mut part.host);
            part.host = std::mem::take(&mut self.host);
            part.host.hostname = part.host.hostname.take().or(named.hostname);
            part.host.arch = part.host.arch.take().or(named.arch);
            part.host.os_name = part.host.os_name.take().or(named.os_name);
            part.host.kernel_release = part.host.kernel_release.take().or(named.kernel_release);
        }
        let only = (parts.len() == 1).then_some(0);
        let index = |id: &Option<String>| match id {
            Some(id) => place_of.get(id.as_str()).copied(),
            None => only,
        };
        let mut rest = Inventory::new(self.format);
        rest.format_version = self.format_version;
        rest.observed_at = self.observed_at;
        rest.partial = self.partial;
        rest.subject = self.subject;
        rest.host = self.host;
        rest.networks = self.networks;
        rest.warnings = self.warnings;
        rest.relationships = self.relationships;
        for component in self.components {
            target(&mut parts, index(&component.asset), &mut rest).components.push(component);
        }
        for service in self.services {
            target(&mut parts, index(&service.asset), &mut rest).services.push(service);
        }
        for observation in self.observations {
            target(&mut parts, index(&observation.asset), &mut rest).observations.push(observation);
        }
        (parts, rest)
    }
}

fn target<'a>(
    parts: &'a mut [(AssetRecord, Inventory)],
    at: Option<usize>,
    rest: &'a mut Inventory,
) -> &'a mut Inventory {
    match at.and_then(|at| parts.get_mut(at)) {
        Some((_, part)) => part,
        None => rest,
    }
}
