// SPDX-License-Identifier: Apache-2.0
//! The product tree: which product a product id stands for.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{list, text};
use crate::model::{Hash, Product};

/// Deepest chain of "component of … installed on …" that is followed; the tests of section 6.1 exclude circles.
const MAX_CHAIN: usize = 8;

/// Deepest branches that are followed (CSAF 2.1, test 6.1.34, allows 30).
pub(super) const MAX_BRANCHES: usize = 30;

/// Products and groups by id.
pub(super) struct Tree<'a> {
    /// Several when one product has several package URLs (2.1).
    own: HashMap<&'a str, Vec<Product>>,
    /// A product on another: the product, then what it is on, nearest first.
    paths: HashMap<&'a str, (&'a Value, Vec<&'a str>)>,
    groups: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Tree<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        let tree = &document["product_tree"];
        let mut found = Self { own: HashMap::new(), paths: HashMap::new(), groups: HashMap::new() };
        for product in list(tree, "full_product_names") {
            found.add(product, None, None);
        }
        for branch in list(tree, "branches") {
            found.branch(branch, None, None, 0);
        }
        for relation in list(tree, "relationships") {
            let parts =
                (text(&relation["full_product_name"], "product_id"), text(relation, "product_reference"));
            if let (Some(id), Some(part)) = parts {
                let whole = text(relation, "relates_to_product_reference");
                let chain = std::iter::once(part).chain(whole).collect();
                found.paths.insert(id, (&relation["full_product_name"], chain));
            }
        }
        for path in list(tree, "product_paths") {
            let parts =
                (text(&path["full_product_name"], "product_id"), text(path, "beginning_product_reference"));
            if let (Some(id), Some(part)) = parts {
                let next =
                    list(path, "subpaths").iter().filter_map(|step| text(step, "next_product_reference"));
                found
                    .paths
                    .insert(id, (&path["full_product_name"], std::iter::once(part).chain(next).collect()));
            }
        }
        for group in list(tree, "product_groups") {
            if let Some(id) = text(group, "group_id") {
                found
                    .groups
                    .insert(id, list(group, "product_ids").iter().filter_map(Value::as_str).collect());
            }
        }
        found
    }

    fn branch(&mut self, branch: &'a Value, version: Option<&'a str>, range: Option<&'a str>, depth: usize) {
        if depth > MAX_BRANCHES {
            return;
        }
        let name = text(branch, "name");
        let (version, range) = match text(branch, "category") {
            Some("product_version") => (name, None),
            Some("product_version_range") => (None, name),
            _ => (version, range),
        };
        self.add(&branch["product"], version, range);
        for child in list(branch, "branches") {
            self.branch(child, version, range, depth + 1);
        }
    }

    fn add(&mut self, product: &'a Value, version: Option<&str>, range: Option<&str>) {
        if let Some(id) = text(product, "product_id") {
            self.own.insert(id, products(product, version, range));
        }
    }

    /// What an id stands for; empty when the tree does not define it.
    pub(super) fn products(&self, id: &str) -> Vec<Product> {
        self.resolve(id, 0)
    }

    fn resolve(&self, id: &str, depth: usize) -> Vec<Product> {
        let Some((named, chain)) = self.paths.get(id).filter(|_| depth < MAX_CHAIN) else {
            return self.own.get(id).cloned().unwrap_or_default();
        };
        let mut platform: Option<Box<Product>> = None;
        for step in chain.iter().skip(1).rev() {
            if let Some(mut next) = self.resolve(step, depth + 1).into_iter().next() {
                hang(&mut next, platform.take());
                platform = Some(Box::new(next));
            }
        }
        let Some(first) = chain.first() else { return Vec::new() };
        let own = products(named, None, None);
        let helped = own.iter().any(|product| product.purl.is_some() || product.cpe.is_some());
        let mut parts = self.resolve(first, depth + 1);
        if helped || parts.is_empty() {
            parts = own;
        }
        for part in &mut parts {
            hang(part, platform.clone());
        }
        parts
    }

    fn ids(&self, object: &'a Value) -> Vec<&'a str> {
        let direct = list(object, "product_ids").iter().filter_map(Value::as_str);
        let groups = list(object, "group_ids").iter().filter_map(Value::as_str);
        let grouped = groups.filter_map(|group| self.groups.get(group)).flatten().copied();
        direct.chain(grouped).collect()
    }

    /// `field` of the entries of `kind`, by the products they are about.
    pub(super) fn by_product(&self, raw: &'a Value, kind: &str, field: &str) -> BTreeMap<&'a str, &'a str> {
        self.by_product_if(raw, kind, field, |_| true)
    }

    pub(super) fn by_product_if(
        &self,
        raw: &'a Value,
        kind: &str,
        field: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> BTreeMap<&'a str, &'a str> {
        let mut found = BTreeMap::new();
        for entry in list(raw, kind).iter().filter(|entry| wanted(entry)) {
            let Some(value) = text(entry, field) else { continue };
            for id in self.ids(entry) {
                found.entry(id).or_insert(value);
            }
        }
        found
    }
}

/// Hangs `platform` at the end of the product's own chain of platforms.
fn hang(product: &mut Product, platform: Option<Box<Product>>) {
    match product.platform.as_deref_mut() {
        Some(next) => hang(next, platform),
        None => product.platform = platform,
    }
}

fn products(product: &Value, version: Option<&str>, range: Option<&str>) -> Vec<Product> {
    let helper = &product["product_identification_helper"];
    let mut hashes = Vec::new();
    for digest in list(helper, "hashes").iter().flat_map(|file| list(file, "file_hashes")) {
        if let (Some(algorithm), Some(value)) = (text(digest, "algorithm"), text(digest, "value")) {
            hashes.push(Hash { algorithm: algorithm.to_ascii_lowercase(), value: value.to_owned() });
        }
    }
    let one = |purl: Option<&str>| Product {
        name: text(product, "name").map(str::to_owned),
        purl: purl.map(str::to_owned),
        cpe: text(helper, "cpe").map(str::to_owned),
        version: version.map(str::to_owned),
        range: range.map(str::to_owned),
        hashes: hashes.clone(),
        ..Product::default()
    };
    let several: Vec<&str> = text(helper, "purl")
        .into_iter()
        .chain(list(helper, "purls").iter().filter_map(Value::as_str))
        .collect();
    if several.is_empty() {
        vec![one(None)]
    } else {
        several.into_iter().map(|purl| one(Some(purl))).collect()
    }
}
