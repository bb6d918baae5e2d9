// SPDX-License-Identifier: Apache-2.0
//! Configurations evaluated on a host, three-valued.
//!
//! ```text
//!   app 1.4 installed;  record: AND( app < 2, OR( windows ) )
//!   host is Windows          yes  AND yes      = yes      affected
//!   host is Debian           yes  AND no       = no       no match
//!   nothing known of it      yes  AND unknown  = unknown  unknown, with what is missing
//! ```
//!
//! Kleene's strong logic. What is not in an inventory is unknown, but for the operating system, of which a host
//! has one, and for devices where the inventory names devices.

use std::cmp::Ordering;

use hinomi_version::cpe::{Attribute, Cpe, Value, comparable};
use hinomi_version::{Scheme, compare};

use super::configurations::operation;
use super::{Atom, Index, LO_EXCLUSIVE};
use crate::arena::NONE;
use crate::cpe::{self, Fit, Installed};
use crate::host::{Host, is_firmware};

/// Three-valued truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Yes => "there",
            Self::No => "not there",
            Self::Unknown => "not known",
        }
    }
}

/// Whether the host runs that operating system.
pub(super) fn runs(host: &Host, system: &Cpe) -> Truth {
    let is_it = |name: &Cpe| is_family(system, name) || cpe::fit(system, name) == Fit::Whole;
    if host.names_for(system).any(is_it) {
        Truth::Yes
    } else if host.knows(Some('o')) {
        Truth::No
    } else {
        Truth::Unknown
    }
}

/// A program longer than this decides nothing: published ones have some thousand operations.
const MAX_OPERATIONS: usize = 1 << 16;

/// One evaluation: the component that was met, and where it runs.
pub(super) struct Evaluation<'a> {
    pub(super) index: &'a Index,
    pub(super) host: &'a Host,
    pub(super) component: &'a Cpe,
    /// What was asked of the host, and the answer.
    pub(super) asked: Vec<String>,
}

impl Evaluation<'_> {
    /// Whether the whole configuration of an atom holds when that atom does.
    pub(super) fn holds(&mut self, hit: u32) -> Truth {
        let Some(atom) = self.index.atom(hit) else { return Truth::Unknown };
        let (start, count) = (atom.program_start as usize, atom.program_count as usize);
        if count == 0 {
            return Truth::Yes;
        }
        let operations = self.index.operations.as_slice();
        let Some(program) =
            operations.get(start..start.saturating_add(count)).filter(|_| count <= MAX_OPERATIONS)
        else {
            self.index.damage("operations");
            return Truth::Unknown;
        };
        let mut stack: Vec<Truth> = Vec::new();
        for step in program {
            let number = operation::number(*step);
            let value = match operation::kind(*step) {
                operation::ATOM if number == hit => Truth::Yes,
                operation::ATOM => self.atom(number),
                operation::NOT => match stack.pop() {
                    Some(Truth::Yes) => Truth::No,
                    Some(Truth::No) => Truth::Yes,
                    _ => Truth::Unknown,
                },
                kind => {
                    let Some(first) = stack.len().checked_sub(number as usize) else {
                        self.index.damage("operations");
                        return Truth::Unknown;
                    };
                    let parts = stack.drain(first..);
                    let joined = if kind == operation::AND { parts.min() } else { parts.max() };
                    // An empty node says nothing.
                    joined.unwrap_or(Truth::Unknown)
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or(Truth::Unknown)
    }

    fn atom(&mut self, number: u32) -> Truth {
        let Some(atom) = self.index.atom(number).copied() else { return Truth::Unknown };
        let text = self.index.store.texts.text(atom.criteria);
        let Ok(criteria) = Cpe::parse(text) else { return Truth::Unknown };
        let truth = self.present(&criteria, &atom);
        const SHOWN: usize = 8;
        let fact = format!("{}: {}", short(&criteria), truth.word());
        if self.asked.len() < SHOWN && !self.asked.contains(&fact) {
            self.asked.push(fact);
        }
        truth
    }

    fn present(&self, criteria: &Cpe, atom: &Atom) -> Truth {
        let names = self.host.names_for(criteria).chain(std::iter::once(self.component));
        let mut best: Option<Truth> = None;
        for name in names {
            if let Some(truth) = self.is_one(criteria, atom, name) {
                best = Some(best.map_or(truth, |known| known.max(truth)));
            }
        }
        if let Some(truth) = best {
            return truth;
        }
        if is_device_of(criteria, self.component) {
            return Truth::Yes;
        }
        if criteria.part() == Some('o') && is_firmware(criteria) {
            return Truth::Unknown;
        }
        if self.host.knows(criteria.part()) { Truth::No } else { Truth::Unknown }
    }

    /// `None` when the name is of another product.
    fn is_one(&self, criteria: &Cpe, atom: &Atom, name: &Cpe) -> Option<Truth> {
        if is_family(criteria, name) {
            return Some(Truth::Yes);
        }
        let fit = match cpe::fit(criteria, name) {
            Fit::None => return None,
            Fit::Whole => Truth::Yes,
            Fit::Narrower(_) => Truth::Unknown,
        };
        Some(fit.min(version_in(self.index, criteria, atom, name)))
    }
}

/// The version of a name in the range of an atom.
fn version_in(index: &Index, criteria: &Cpe, atom: &Atom, name: &Cpe) -> Truth {
    let ranged = atom.lo != NONE || atom.hi != NONE;
    let wanted = criteria.get(Attribute::Version);
    if !ranged {
        // A platform written with `-` is meant in any version.
        if matches!(wanted, Value::Any | Value::NotApplicable) {
            return Truth::Yes;
        }
        if matches!(name.get(Attribute::Version), Value::Any) {
            return Truth::Unknown;
        }
        if wanted.has_wildcard() {
            use hinomi_version::cpe::Relation::{Equal, Superset};
            let relation = criteria.attribute_relation(name, Attribute::Version);
            return if matches!(relation, Equal | Superset) { Truth::Yes } else { Truth::No };
        }
    }
    let installed = match cpe::installed(name) {
        Installed::Version(version) => version,
        Installed::Versionless => return Truth::No,
        Installed::Unsaid => return Truth::Unknown,
    };
    let installed = comparable(&installed);
    let against = |bound: &str| compare(Scheme::Generic, &installed, &comparable(bound)).ok();
    if !ranged {
        let exact = criteria.folded_version().unwrap_or_default();
        return match against(&exact) {
            Some(Ordering::Equal) => Truth::Yes,
            Some(_) => Truth::No,
            None => Truth::Unknown,
        };
    }
    let mut truth = Truth::Yes;
    if atom.lo != NONE {
        truth = truth.min(match against(index.store.texts.text(atom.lo)) {
            Some(Ordering::Less) => Truth::No,
            Some(Ordering::Equal) if atom.flags & u32::from(LO_EXCLUSIVE) != 0 => Truth::No,
            Some(_) => Truth::Yes,
            None => Truth::Unknown,
        });
    }
    if atom.hi != NONE {
        truth = truth.min(match against(index.store.texts.text(atom.hi)) {
            Some(Ordering::Greater) => Truth::No,
            Some(Ordering::Equal) if atom.flags & Atom::HI_INCLUSIVE == 0 => Truth::No,
            Some(_) => Truth::Yes,
            None => Truth::Unknown,
        });
    }
    truth
}

/// Firmware runs on the device that it is named for: `x_firmware` implies the device `x` of that vendor.
fn is_device_of(criteria: &Cpe, component: &Cpe) -> bool {
    if criteria.part() != Some('h') || !is_firmware(component) {
        return false;
    }
    let product = component.get(Attribute::Product).plain().unwrap_or_default();
    criteria.get(Attribute::Vendor) == component.get(Attribute::Vendor)
        && product.strip_suffix("_firmware") == criteria.get(Attribute::Product).plain().as_deref()
}

/// `microsoft:windows` without a version stands for every Windows.
fn is_family(criteria: &Cpe, name: &Cpe) -> bool {
    let plain = |cpe: &Cpe, attribute| cpe.get(attribute).plain().unwrap_or_default();
    if criteria.part() != Some('o') || name.part() != Some('o') {
        return false;
    }
    let versionless = matches!(criteria.get(Attribute::Version), Value::Any | Value::NotApplicable);
    let vendor = plain(criteria, Attribute::Vendor);
    if !versionless || vendor != plain(name, Attribute::Vendor) {
        return false;
    }
    let (wanted, product) = (plain(criteria, Attribute::Product), plain(name, Attribute::Product));
    match vendor.as_str() {
        "microsoft" => wanted == "windows" && product.starts_with("windows"),
        "apple" => {
            let mac = ["macos", "mac_os_x", "mac_os"];
            mac.contains(&wanted.as_str()) && mac.contains(&product.as_str())
        }
        _ => false,
    }
}

/// `microsoft:windows_10`, with the version where it has one.
fn short(cpe: &Cpe) -> String {
    let version =
        cpe.get(Attribute::Version).plain().map(|version| format!(" {version}")).unwrap_or_default();
    format!("{}{version}", cpe::unit_name(cpe))
}
