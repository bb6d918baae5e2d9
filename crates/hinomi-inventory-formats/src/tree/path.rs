// SPDX-License-Identifier: Apache-2.0
//! Paths through a tree: `a.b`, `a.*`, `a[@name=x].b`; `#2` is the third item of a list whose items have no names.

use super::Node;

/// Called with a node and the key that it stands under; says whether to go on.
pub(crate) type Visit<'v, 'n, 'a> = dyn FnMut(&'n Node<'a>, &'n str) -> bool + 'v;

impl<'a> Node<'a> {
    /// Visits what the path leads to, the items of lists each for itself.
    pub(crate) fn visit<'n>(&'n self, path: &str, visit: &mut Visit<'_, 'n, 'a>) {
        self.walk(path, "", &mut |node, key| node.items(key, visit));
    }

    /// Visits the items of the list that the path leads to; a row that is itself a list counts as one.
    pub(crate) fn visit_rows<'n>(&'n self, path: &str, visit: &mut Visit<'_, 'n, 'a>) {
        self.walk(path, "", &mut |node, key| match node {
            Node::List(rows) => rows.iter().all(|row| visit(row, key)),
            _ => true,
        });
    }

    /// Visits what the path leads to; a list at its end counts as one.
    pub(super) fn visit_shallow<'n>(&'n self, path: &str, visit: &mut Visit<'_, 'n, 'a>) {
        self.walk(path, "", visit);
    }

    fn items<'n>(&'n self, key: &'n str, visit: &mut Visit<'_, 'n, 'a>) -> bool {
        match self {
            Node::List(items) => items.iter().all(|item| item.items(key, visit)),
            node => visit(node, key),
        }
    }

    fn walk<'n>(&'n self, path: &str, key: &'n str, visit: &mut Visit<'_, 'n, 'a>) -> bool {
        if path.is_empty() {
            return visit(self, key);
        }
        match self {
            Node::List(items) => match path.strip_prefix('#').and_then(|place| place.parse::<usize>().ok()) {
                Some(place) => items.get(place).is_none_or(|item| visit(item, key)),
                None => items.iter().all(|item| item.walk(path, key, visit)),
            },
            Node::Map(entries) => {
                // A column's or property's name may itself have a full stop.
                if let Some(node) = self.get(path) {
                    return visit(node, key);
                }
                let (step, rest) = split(path);
                match step {
                    "*" => entries.iter().all(|(key, node)| node.walk(rest, key, visit)),
                    _ => match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                        Some((name, condition)) if !name.is_empty() => self.get(name).is_none_or(|node| {
                            node.items(key, &mut |item, key| {
                                !item.meets(condition) || item.walk(rest, key, visit)
                            })
                        }),
                        _ => self.get(step).is_none_or(|node| node.walk(rest, key, visit)),
                    },
                }
            }
            _ => true,
        }
    }

    /// `key=value`, of a child.
    fn meets(&self, condition: &str) -> bool {
        let (key, wanted) = condition.split_once('=').unwrap_or((condition, ""));
        self.get(key).and_then(Node::text) == Some(wanted)
    }
}

/// The first step and the rest; a full stop inside brackets belongs to the step.
fn split(path: &str) -> (&str, &str) {
    let mut depth = 0usize;
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'.' if depth == 0 => return (&path[..at], &path[at + 1..]),
            _ => {}
        }
    }
    (path, "")
}
