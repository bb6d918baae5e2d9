// SPDX-License-Identifier: Apache-2.0
//! Configurations of CPE names as rows, and as programs where more than one product decides.
//!
//! ```text
//!   OR ( a:acme:app < 2 )                          one row under CPE/a:acme:app, no program
//!   AND( OR(a:acme:app < 2), OR(o:…:windows) )     one row, with the program   app  windows  AND
//! ```
//!
//! A row is made for each product that is called vulnerable (and not under a negation); the program says what
//! else must hold. Programs are evaluated on the host, three-valued (see `hosted`).

use hinomi_advisory_formats::{Advisory, Configuration, ConfigurationNode, CpeMatch, Operator};
use hinomi_version::cpe::{Attribute, Cpe, Value, comparable};
use hinomi_version::{Scheme, encode};

use super::build::{BadBound, IndexBuilder};
use super::{Atom, CPE, Context, LO_EXCLUSIVE, LO_IS_LOCAL, Row, RowKind, prefix_of};
use crate::arena::NONE;
use crate::cpe;

/// Operations of a program: the kind in the upper bits, a number in the lower.
pub(super) mod operation {
    const SHIFT: u32 = 29;
    pub(in crate::index) const ATOM: u32 = 0;
    pub(in crate::index) const AND: u32 = 1;
    pub(in crate::index) const OR: u32 = 2;
    pub(in crate::index) const NOT: u32 = 3;

    pub(in crate::index) fn new(kind: u32, number: usize) -> u32 {
        let number = u32::try_from(number).unwrap_or(u32::MAX) & ((1 << SHIFT) - 1);
        kind << SHIFT | number
    }

    pub(in crate::index) fn kind(operation: u32) -> u32 {
        operation >> SHIFT
    }

    pub(in crate::index) fn number(operation: u32) -> u32 {
        operation & ((1 << SHIFT) - 1)
    }
}

/// Deeper nodes than published ones ever are; what lies below is not read.
const MAX_DEPTH: usize = 32;

impl IndexBuilder {
    pub(super) fn add_configurations(&mut self, advisory: &Advisory, record: u32, bad: &mut Vec<BadBound>) {
        for (number, configuration) in advisory.configurations.iter().enumerate() {
            let mut place = Place { record, number, advisory: &advisory.id, bad, atoms: Vec::new() };
            let simple = is_simple(configuration);
            let start = self.operations.len();
            self.add_configuration(configuration, &mut place);
            let (program_start, count) = (start, self.operations.len() - start);
            if simple {
                self.operations.truncate(start);
            }
            for (atom, positive) in std::mem::take(&mut place.atoms) {
                if let Some(stored) = self.atoms.get_mut(atom as usize).filter(|_| !simple) {
                    stored.program_start = u32::try_from(program_start).unwrap_or(NONE);
                    stored.program_count = u32::try_from(count).unwrap_or(0);
                }
                if positive {
                    self.add_atom_row(atom, &place);
                }
            }
        }
    }

    fn add_configuration(&mut self, configuration: &Configuration, place: &mut Place<'_>) {
        let positive = !configuration.negate;
        for node in &configuration.nodes {
            self.add_node(node, positive, place, 0);
        }
        self.join(configuration.operator, configuration.nodes.len(), configuration.negate);
    }

    fn add_node(&mut self, node: &ConfigurationNode, positive: bool, place: &mut Place<'_>, depth: usize) {
        let positive = positive != node.negate;
        for one in &node.matches {
            self.add_match(one, positive, place);
        }
        let children = if depth < MAX_DEPTH { node.children.as_slice() } else { &[] };
        for child in children {
            self.add_node(child, positive, place, depth + 1);
        }
        self.join(node.operator, node.matches.len() + children.len(), node.negate);
    }

    fn join(&mut self, operator: Operator, count: usize, negate: bool) {
        let kind = if operator == Operator::And { operation::AND } else { operation::OR };
        self.operations.push(operation::new(kind, count));
        if negate {
            self.operations.push(operation::new(operation::NOT, 0));
        }
    }

    fn add_match(&mut self, one: &CpeMatch, positive: bool, place: &mut Place<'_>) {
        let text = |builder: &mut Self, bound: Option<&String>| {
            bound.map_or(NONE, |bound| builder.store.texts.intern(bound.trim().as_bytes()))
        };
        let mut flags = 0;
        let lo = text(self, one.start_including.as_ref().or(one.start_excluding.as_ref()));
        let hi = text(self, one.end_excluding.as_ref().or(one.end_including.as_ref()));
        if one.start_including.is_none() && one.start_excluding.is_some() {
            flags |= u32::from(LO_EXCLUSIVE);
        }
        if one.end_excluding.is_none() && one.end_including.is_some() {
            flags |= Atom::HI_INCLUSIVE;
        }
        if !one.vulnerable {
            flags |= Atom::PLATFORM;
        }
        let parsed = Cpe::parse(&one.criteria);
        if parsed.as_ref().is_ok_and(cpe::is_narrow) {
            flags |= Atom::NARROW;
        }
        let number = self.atoms.len();
        self.atoms.push(Atom {
            criteria: self.store.texts.intern(one.criteria.as_bytes()),
            lo,
            hi,
            flags,
            program_start: 0,
            program_count: 0,
        });
        self.operations.push(operation::new(operation::ATOM, number));
        let is_product = one.vulnerable && positive;
        match parsed {
            Ok(name) if is_product && cpe::is_distribution(&name) => {}
            Ok(_) => place.atoms.push((u32::try_from(number).unwrap_or(NONE), is_product)),
            Err(error) => {
                place.report(one, error.reason);
                place.atoms.push((u32::try_from(number).unwrap_or(NONE), false));
            }
        }
    }

    fn add_atom_row(&mut self, number: u32, place: &Place<'_>) {
        let Some(atom) = self.atoms.get(number as usize).copied() else { return };
        let text = self.store.texts.text(atom.criteria).to_owned();
        let Ok(name) = Cpe::parse(&text) else { return };
        let Some(key) = cpe::criteria_key(&name) else { return };
        let mut row = Row::new(Scheme::Generic, place.record, u32::try_from(place.number).unwrap_or(NONE));
        row.flags |= CPE;
        row.detail = number;
        row.range = number;
        if !self.bound(&mut row, &atom, &name) {
            return;
        }
        row.context = self.context_number(Context { release: NONE, channel: NONE, module: NONE });
        let package = self.package(&key);
        self.rows.push((package, row));
    }

    /// Sets what versions the row is about; false where a bound has no place.
    fn bound(&mut self, row: &mut Row, atom: &Atom, name: &Cpe) -> bool {
        let ranged = atom.lo != NONE || atom.hi != NONE;
        match name.get(Attribute::Version) {
            Value::Text(_) if !ranged => return self.bound_by_name(row, name),
            Value::NotApplicable if !ranged => row.set_kind(RowKind::Versionless),
            _ => {}
        }
        let keyed = |builder: &mut Self, number: u32| -> Option<(u32, u64)> {
            let key = encode(Scheme::Generic, &comparable(builder.store.texts.text(number))).ok()?;
            Some((builder.store.keys.intern(&key), prefix_of(&key)))
        };
        // A lower bound of nothing is none ("0" sorts above pre-releases of 0).
        if atom.lo != NONE && self.store.texts.text(atom.lo) != "0" {
            let Some((key, prefix)) = keyed(self, atom.lo) else { return false };
            (row.lo, row.lo_prefix, row.lo_text) = (key, prefix, atom.lo);
            row.flags |=
                LO_IS_LOCAL | (if atom.flags & u32::from(LO_EXCLUSIVE) != 0 { LO_EXCLUSIVE } else { 0 });
        }
        if atom.hi != NONE {
            let Some((key, prefix)) = keyed(self, atom.hi) else { return false };
            (row.hi, row.hi_prefix, row.hi_text) = (key, prefix, atom.hi);
            row.flags |= super::HI_IS_LOCAL;
            let inclusive = atom.flags & Atom::HI_INCLUSIVE != 0;
            row.set_kind(if inclusive { RowKind::LastAffected } else { RowKind::Fixed });
        }
        true
    }

    /// One version, or a pattern of versions, written into the name itself.
    fn bound_by_name(&mut self, row: &mut Row, name: &Cpe) -> bool {
        let version = name.get(Attribute::Version);
        let (Some(folded), false) = (name.folded_version(), version.has_wildcard()) else {
            let Value::Text(pattern) = version else { return false };
            row.set_kind(RowKind::Pattern);
            row.lo_text = self.store.texts.intern(pattern.as_bytes());
            return true;
        };
        let Ok(key) = encode(Scheme::Generic, &comparable(&folded)) else {
            row.set_kind(RowKind::Text);
            row.lo_text = self.store.texts.intern(folded.as_bytes());
            return true;
        };
        row.set_kind(RowKind::Exact);
        row.lo = self.store.keys.intern(&key);
        row.lo_prefix = prefix_of(&key);
        row.lo_text = self.store.texts.intern(folded.as_bytes());
        // A name that leaves the update open means the version with any update.
        if !matches!(name.get(Attribute::Update), Value::Any) {
            row.flags |= LO_IS_LOCAL;
        }
        true
    }
}

struct Place<'a> {
    record: u32,
    number: usize,
    advisory: &'a str,
    bad: &'a mut Vec<BadBound>,
    /// The atoms of the configuration, and whether each is a vulnerable product.
    atoms: Vec<(u32, bool)>,
}

impl Place<'_> {
    fn report(&mut self, one: &CpeMatch, cause: &str) {
        self.bad.push(BadBound {
            advisory: self.advisory.to_owned(),
            affected: self.number,
            range: None,
            version: one.criteria.clone(),
            cause: cause.to_owned(),
        });
    }
}

/// True when any vulnerable product of it decides alone.
fn is_simple(configuration: &Configuration) -> bool {
    fn node_is_simple(node: &ConfigurationNode, depth: usize) -> bool {
        let parts = node.matches.len() + node.children.len();
        !node.negate
            && (node.operator == Operator::Or || parts <= 1)
            && node.matches.iter().all(|one| one.vulnerable)
            && (depth >= MAX_DEPTH || node.children.iter().all(|child| node_is_simple(child, depth + 1)))
    }
    !configuration.negate
        && (configuration.operator == Operator::Or || configuration.nodes.len() <= 1)
        && configuration.nodes.iter().all(|node| node_is_simple(node, 0))
}
