// SPDX-License-Identifier: Apache-2.0
//! What a field of a [`super::Shape`] leads to, seen from a finding.

use std::borrow::Cow;

use crate::tree::Node;

/// A finding with everything around it.
pub(super) struct View<'n, 'a> {
    pub(super) root: &'n Node<'a>,
    /// From the outermost level to the finding itself, each with the key that it stands under.
    pub(super) levels: Vec<(&'n Node<'a>, &'n str)>,
    pub(super) joined: Option<&'n Node<'a>>,
}

impl<'n, 'a> View<'n, 'a> {
    /// The first value of the first alternative that has one.
    pub(super) fn first(&self, field: &[&str]) -> Option<String> {
        field.iter().find_map(|path| {
            let mut found = None;
            self.each(path, &mut |text| {
                found = Some(text.into_owned());
                false
            });
            found
        })
    }

    /// All values of all alternatives, without repetition.
    pub(super) fn all(&self, field: &[&str]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for path in field {
            self.each(path, &mut |text| {
                // A finding with thousands of values has no use for the search.
                if found.len() >= VALUES_MAX {
                    return false;
                }
                if !found.iter().any(|known| *known == *text) {
                    found.push(text.into_owned());
                }
                true
            });
        }
        found
    }

    /// The same view from `up` levels above.
    pub(super) fn above(&self, up: usize) -> View<'n, 'a> {
        let kept = self.levels.len().saturating_sub(up).max(1);
        View {
            root: self.root,
            levels: self.levels.iter().take(kept).copied().collect(),
            joined: if up == 0 { self.joined } else { None },
        }
    }

    fn each(&self, path: &str, visit: &mut dyn FnMut(Cow<'n, str>) -> bool) {
        if let Some(literal) = path.strip_prefix('=') {
            visit(Cow::Owned(literal.to_owned()));
            return;
        }
        if path.contains('{') {
            if let Some(text) = self.template(path) {
                visit(Cow::Owned(text));
            }
            return;
        }
        let (node, key, path) = match path.as_bytes() {
            [b'/', ..] => (Some(self.root), "", &path[1..]),
            [b'~', ..] => (self.joined, "", &path[1..]),
            _ => {
                let up = path.bytes().take_while(|byte| *byte == b'^').count();
                let level = self.levels.iter().rev().nth(up).copied();
                (level.map(|level| level.0), level.map_or("", |level| level.1), &path[up..])
            }
        };
        let Some(node) = node else { return };
        if path == "#key" {
            if !key.is_empty() {
                visit(Cow::Borrowed(key));
            }
            return;
        }
        let (path, part) = match path.split_once('|') {
            Some((path, part)) => (path, Some(part)),
            None => (path, None),
        };
        let (path, is_deep) = match path.strip_suffix("**") {
            Some(path) => (path.trim_end_matches('.'), true),
            None => (path, false),
        };
        // `a.#keys`: the names under which `a` holds its values.
        if let Some(path) = path.strip_suffix(".#keys") {
            node.visit(&format!("{path}.*"), &mut |_, key| visit(Cow::Borrowed(key)));
            return;
        }
        node.visit(path, &mut |node, _| {
            if is_deep {
                let text = node.deep_text();
                return text.is_empty() || visit(Cow::Owned(text));
            }
            let text = match part {
                Some(part) => node.text().and_then(|text| part_of(text, part)),
                None => node.text(),
            };
            text.is_none_or(|text| visit(Cow::Borrowed(text)))
        });
    }

    fn template(&self, template: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (path, after) = after.split_once('}')?;
            text.push_str(before);
            let mut value = None;
            self.each(path, &mut |found| {
                value = Some(found.into_owned());
                false
            });
            text.push_str(&value?);
            rest = after;
        }
        text.push_str(rest);
        Some(text)
    }
}

/// The value of `name=` in `a=1|name=value|b=2`.
fn part_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let parts = text.split('|').filter_map(|part| part.split_once('='));
    parts.filter(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value).next()
}

const VALUES_MAX: usize = 500;
