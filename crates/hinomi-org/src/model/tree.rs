// SPDX-License-Identifier: Apache-2.0
//! The organisation of one day.
//!
//! Nodes lie in preorder (a parent before its children, siblings by code), so that a subtree is one slice:
//!
//! ```text
//! index  0     1        2      3      4        5
//!        HQ    ├─ JP    │  ├─ A  │  └─ B   └─ EU
//! end    6     4        3      4               6        subtree(JP) = nodes[1..4]
//! ```
//! A unit that is gone is no node any more, but what it owned goes on: it counts with the last parent that it had, or,
//! when that is gone too, with that one's.

use std::collections::HashMap;

use hinomi_core::{Time, UnitId};

use crate::model::UnitKind;

/// A unit as it stood on that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeNode {
    pub id: UnitId,
    pub code: String,
    pub kind: UnitKind,
    pub name: String,
    pub name_ja: String,
    pub parent_id: Option<UnitId>,
    /// 0 at a root.
    pub depth: u32,
    /// Since when, and until when, the unit had this name and place.
    pub valid_from: Time,
    pub valid_to: Time,
    end: usize,
}

impl TreeNode {
    #[expect(clippy::too_many_arguments, reason = "one argument per column of the row it is made from")]
    pub(crate) fn new(
        id: UnitId,
        code: String,
        kind: UnitKind,
        name: String,
        name_ja: String,
        parent_id: Option<UnitId>,
        valid_from: Time,
        valid_to: Time,
    ) -> Self {
        Self { id, code, kind, name, name_ja, parent_id, depth: 0, valid_from, valid_to, end: 0 }
    }
}

/// All units of one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<TreeNode>,
    index: HashMap<UnitId, usize>,
    /// Units that had ended by then, as they stood last, by code.
    gone: Vec<TreeNode>,
}

impl Tree {
    /// Orders the nodes. A node whose parent is not among them stands as a root, so that a damaged tree still shows
    /// every unit.
    pub(crate) fn build(mut rows: Vec<TreeNode>) -> Self {
        rows.sort_by(|left, right| left.code.cmp(&right.code));
        let place: HashMap<UnitId, usize> = rows.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
        let mut roots = Vec::new();
        for (at, node) in rows.iter().enumerate() {
            match node.parent_id.and_then(|parent| place.get(&parent)) {
                Some(parent) if *parent != at => children[*parent].push(at),
                _ => roots.push(at),
            }
        }
        let mut order = Vec::with_capacity(rows.len());
        let mut seen = vec![false; rows.len()];
        for start in roots.into_iter().chain(0..rows.len()) {
            visit(start, &children, &mut seen, &mut order);
        }
        Self::from_order(rows, &order)
    }

    /// `order` lists (row, depth) in preorder.
    fn from_order(rows: Vec<TreeNode>, order: &[(usize, u32)]) -> Self {
        let mut taken: Vec<Option<TreeNode>> = rows.into_iter().map(Some).collect();
        let mut nodes: Vec<TreeNode> = Vec::with_capacity(order.len());
        let mut open: Vec<usize> = Vec::new();
        for (row, depth) in order {
            let Some(mut node) = taken.get_mut(*row).and_then(Option::take) else { continue };
            node.depth = *depth;
            let here = nodes.len();
            while open.len() > *depth as usize {
                if let Some(done) = open.pop() {
                    nodes[done].end = here;
                }
            }
            nodes.push(node);
            open.push(here);
        }
        let length = nodes.len();
        for done in open {
            nodes[done].end = length;
        }
        let index = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        Self { nodes, index, gone: Vec::new() }
    }

    /// Adds the units that had ended, each as it stood last.
    pub(crate) fn with_gone(mut self, mut gone: Vec<TreeNode>) -> Self {
        gone.sort_by(|left, right| left.code.cmp(&right.code));
        self.gone = gone;
        self
    }

    /// Units that had ended by that day, as they stood last, by code.
    pub fn gone(&self) -> &[TreeNode] {
        &self.gone
    }

    /// A unit of that day, or one that had ended by then, as it stood last.
    pub fn get_or_gone(&self, unit: UnitId) -> Option<&TreeNode> {
        self.get(unit).or_else(|| self.gone.iter().find(|node| node.id == unit))
    }

    /// Where a unit counts: itself while it stands, else the nearest of its last parents that does.
    pub fn standing(&self, unit: UnitId) -> Option<UnitId> {
        let mut next = unit;
        // Each step leads to another unit, or the chain is damaged and ends at the root.
        for _ in 0..=self.gone.len() {
            if self.index.contains_key(&next) {
                return Some(next);
            }
            match self.gone.iter().find(|node| node.id == next)?.parent_id {
                Some(parent) => next = parent,
                None => break,
            }
        }
        self.root().map(|root| root.id)
    }

    /// Parents before children, siblings by code.
    pub fn nodes(&self) -> &[TreeNode] {
        &self.nodes
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn get(&self, unit: UnitId) -> Option<&TreeNode> {
        self.index.get(&unit).map(|at| &self.nodes[*at])
    }

    pub fn by_code(&self, code: &str) -> Option<&TreeNode> {
        self.nodes.iter().find(|node| node.code == code)
    }

    /// The first unit without a parent: the group.
    pub fn root(&self) -> Option<&TreeNode> {
        self.nodes.first()
    }

    pub fn parent(&self, unit: UnitId) -> Option<UnitId> {
        self.get(unit)?.parent_id
    }

    /// The unit and everything below it; empty when the unit did not exist that day.
    pub fn subtree_nodes(&self, unit: UnitId) -> &[TreeNode] {
        let Some(start) = self.index.get(&unit).copied() else { return &[] };
        &self.nodes[start..self.nodes[start].end]
    }

    /// The unit and everything below it, with the units that are gone and count there: whose records one sees who sees
    /// the unit. Of a unit that is gone, itself and what was gone below it; empty when there never was one.
    pub fn subtree(&self, unit: UnitId) -> Vec<UnitId> {
        let mut ids: Vec<UnitId> = self.subtree_nodes(unit).iter().map(|node| node.id).collect();
        if self.gone.is_empty() {
            return ids;
        }
        match self.get(unit) {
            Some(_) => {
                let standing: std::collections::HashSet<UnitId> = ids.iter().copied().collect();
                let counts_here = |node: &&TreeNode| {
                    self.standing(node.id).is_some_and(|parent| standing.contains(&parent))
                };
                ids.extend(self.gone.iter().filter(counts_here).map(|node| node.id));
            }
            None => {
                ids.extend(self.gone.iter().filter(|node| node.id == unit).map(|node| node.id));
                let mut at = 0;
                while let Some(above) = ids.get(at).copied() {
                    let below = self.gone.iter().filter(|node| node.parent_id == Some(above));
                    let below: Vec<UnitId> =
                        below.map(|node| node.id).filter(|id| !ids.contains(id)).collect();
                    ids.extend(below);
                    at += 1;
                }
            }
        }
        ids
    }

    /// The units directly below, by code.
    pub fn children(&self, unit: UnitId) -> impl Iterator<Item = &TreeNode> {
        self.subtree_nodes(unit).iter().filter(move |node| node.parent_id == Some(unit) && node.id != unit)
    }

    /// From the root down to the unit itself; empty when the unit did not exist that day.
    pub fn path(&self, unit: UnitId) -> Vec<&TreeNode> {
        let mut path = Vec::new();
        let mut next = self.get(unit);
        while let Some(node) = next {
            path.push(node);
            next = if node.depth == 0 { None } else { node.parent_id.and_then(|parent| self.get(parent)) };
        }
        path.reverse();
        path
    }

    /// From the root down to the unit's parent.
    pub fn ancestors(&self, unit: UnitId) -> Vec<UnitId> {
        let mut path: Vec<UnitId> = self.path(unit).iter().map(|node| node.id).collect();
        path.pop();
        path
    }
}

/// Appends `start` and what is below it in preorder; nodes seen before are left out.
fn visit(start: usize, children: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<(usize, u32)>) {
    let mut pending = vec![(start, 0_u32)];
    while let Some((at, depth)) = pending.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        order.push((at, depth));
        pending.extend(children[at].iter().rev().map(|child| (*child, depth + 1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::forever;

    fn id(code: &str) -> UnitId {
        UnitId::from_content(&[code])
    }

    fn node(code: &str, parent: Option<&str>) -> TreeNode {
        let kind = if parent.is_none() { UnitKind::Group } else { UnitKind::Department };
        let names = (code.to_owned(), String::new());
        TreeNode::new(id(code), code.into(), kind, names.0, names.1, parent.map(id), Time::EPOCH, forever())
    }

    fn codes(nodes: &[TreeNode]) -> Vec<&str> {
        nodes.iter().map(|node| node.code.as_str()).collect()
    }

    #[test]
    fn a_subtree_is_a_slice() {
        let rows = vec![
            node("A", Some("JP")),
            node("EU", Some("HQ")),
            node("HQ", None),
            node("B", Some("JP")),
            node("JP", Some("HQ")),
        ];
        let tree = Tree::build(rows);
        assert_eq!(codes(tree.nodes()), ["HQ", "EU", "JP", "A", "B"]);
        assert_eq!(codes(tree.subtree_nodes(id("JP"))), ["JP", "A", "B"]);
        assert_eq!(codes(tree.subtree_nodes(id("HQ"))).len(), 5);
        assert_eq!(tree.subtree(id("EU")), [id("EU")]);
        assert_eq!(tree.subtree(id("gone")), []);
        assert_eq!(tree.ancestors(id("B")), [id("HQ"), id("JP")]);
        assert_eq!(tree.path(id("HQ")).len(), 1);
        let children: Vec<&str> = tree.children(id("HQ")).map(|node| node.code.as_str()).collect();
        assert_eq!(children, ["EU", "JP"]);
        let depths: Vec<u32> = tree.nodes().iter().map(|node| node.depth).collect();
        assert_eq!(depths, [0, 1, 1, 2, 2]);
        assert_eq!(tree.root().map(|node| node.code.as_str()), Some("HQ"));
    }

    #[test]
    fn what_is_gone_counts_with_the_last_parent_that_stands() {
        let rows =
            vec![node("HQ", None), node("JP", Some("HQ")), node("EU", Some("HQ")), node("D1", Some("JP"))];
        let gone = vec![
            node("S1", Some("D9")),
            node("D9", Some("JP")),
            node("OLD", None),
            node("X", Some("Y")),
            node("Y", Some("X")),
        ];
        let tree = Tree::build(rows).with_gone(gone);
        assert_eq!(tree.subtree(id("JP")), [id("JP"), id("D1"), id("D9"), id("S1")]);
        assert_eq!(tree.subtree(id("EU")), [id("EU")]);
        assert_eq!(tree.subtree(id("HQ")).len(), 9, "whatever has no other place counts at the root");
        assert_eq!(tree.subtree(id("D9")), [id("D9"), id("S1")]);
        assert_eq!(tree.subtree(id("never")), []);
        assert_eq!(tree.subtree(id("X")).len(), 2);
        assert_eq!((tree.standing(id("S1")), tree.standing(id("D1"))), (Some(id("JP")), Some(id("D1"))));
        assert_eq!((tree.standing(id("OLD")), tree.standing(id("never"))), (Some(id("HQ")), None));
        assert!(tree.get(id("D9")).is_none() && tree.get_or_gone(id("D9")).is_some());
    }

    #[test]
    fn a_damaged_tree_still_shows_every_unit() {
        let tree = Tree::build(vec![
            node("LOST", Some("nowhere")),
            node("X", Some("Y")),
            node("Y", Some("X")),
            node("SELF", Some("SELF")),
        ]);
        assert_eq!(tree.len(), 4);
        assert!(tree.path(id("X")).len() <= 2);
        assert_eq!(tree.path(id("SELF")).len(), 1);
    }
}
