// SPDX-License-Identifier: Apache-2.0
//! Rows of configurations against a component's CPE name.

use std::cmp::Ordering;

use hinomi_version::cpe::{Attribute, Cpe, Relation, Value, comparable};
use hinomi_version::{Scheme, compare};

use super::decide::{Question, Reach, preference};
use super::hosted::{Evaluation, Truth};
use super::{Atom, CPE, LO_IS_LOCAL, Row, RowKind};
use crate::cpe::{self, Fit};
use crate::evidence::{Match, Rule, State};
use crate::host::Host;
use crate::query::PackageKey;

/// A row that reaches the component, and what else its configuration asks for.
pub(super) struct Candidate<'a> {
    pub(super) row: &'a Row,
    truth: Truth,
    variant: Option<Attribute>,
    has_program: bool,
    asked: Vec<String>,
}

impl Candidate<'_> {
    /// For people.
    pub(super) fn words(&self) -> String {
        let mut words = match (self.truth, self.variant) {
            (Truth::Yes, None) => "the version is inside".to_owned(),
            (Truth::Yes, Some(attribute)) => {
                format!("the version is inside; its {} is not known", attribute_name(attribute))
            }
            _ => "the version is inside; the rest of the configuration is not known".to_owned(),
        };
        if !self.asked.is_empty() {
            words.push_str(&format!(" ({})", self.asked.join("; ")));
        }
        words
    }
}

/// The component's version has no place.
#[derive(Debug)]
pub(super) struct CannotPlace;

/// A sure answer before an unknown one, a simple configuration before a joined one, a fix before none.
pub(super) fn better<'a>(known: Option<Candidate<'a>>, new: Candidate<'a>) -> Option<Candidate<'a>> {
    let rank = |one: &Candidate<'_>| {
        (one.truth != Truth::Yes, one.variant.is_some(), one.has_program, preference(one.row))
    };
    match known {
        Some(known) if rank(&known) <= rank(&new) => Some(known),
        _ => Some(new),
    }
}

impl<'a> Question<'a> {
    /// `None` when the row is of another product, version or host.
    pub(super) fn candidate<'r>(
        &self,
        key: &PackageKey,
        row: &'r Row,
    ) -> Result<Option<Candidate<'r>>, CannotPlace> {
        let Some(component) = self.resolved.cpe.as_deref() else { return Ok(None) };
        let Some(atom) = self.index.atom(row.detail).copied() else { return Ok(None) };
        // Mostly the key has said all but the version.
        let reads_name =
            atom.flags & Atom::NARROW != 0 || row.kind() == RowKind::Pattern || key.name.contains('*');
        let criteria = match reads_name {
            true => Cpe::parse(self.index.store.texts.text(atom.criteria)).ok(),
            false => None,
        };
        let mut other_update = false;
        match self.version_reach(row, criteria.as_ref(), component) {
            Reach::Outside if self.may_be_that_update(row, &atom, component) => other_update = true,
            Reach::Outside => return Ok(None),
            Reach::Inside => {}
            Reach::CannotPlace | Reach::CannotEvaluate => return Err(CannotPlace),
        }
        let variant = match criteria.as_ref().map(|criteria| cpe::fit(criteria, component)) {
            Some(Fit::None) => return Ok(None),
            Some(Fit::Narrower(attribute)) => Some(attribute),
            Some(Fit::Whole) | None => other_update.then_some(Attribute::Update),
        };
        // What a name may mean is asked of no host: it stays a question.
        let nowhere = Host::default();
        let host = if self.resolved.by_name { &nowhere } else { self.host };
        let mut evaluation = Evaluation { index: self.index, host, component, asked: Vec::new() };
        let truth = evaluation.holds(row.detail);
        if truth == Truth::No {
            return Ok(None);
        }
        let asked = evaluation.asked;
        let mut candidate = Candidate { row, truth, variant, has_program: atom.program_count > 0, asked };
        if variant == Some(Attribute::TargetSw)
            && !self.resolved.by_name
            && let Some(criteria) = &criteria
        {
            match self.runs_on(criteria, &mut candidate) {
                Truth::Yes => candidate.variant = None,
                Truth::No => return Ok(None),
                Truth::Unknown => {}
            }
        }
        Ok(Some(candidate))
    }

    /// The record names one update of the version that is installed, and the component leaves its update open. A
    /// pre-release is no such update: whoever runs one says so.
    fn may_be_that_update(&self, row: &Row, atom: &Atom, component: &Cpe) -> bool {
        if row.kind() != RowKind::Exact || row.flags & LO_IS_LOCAL == 0 {
            return false;
        }
        if *component.get(Attribute::Update) != Value::Any {
            return false;
        }
        let Ok(criteria) = Cpe::parse(self.index.store.texts.text(atom.criteria)) else { return false };
        let (Some(named), Some(own)) = (cpe::bare_version(&criteria), cpe::bare_version(component)) else {
            return false;
        };
        let order =
            |left: &str, right: &str| compare(Scheme::Generic, &comparable(left), &comparable(right)).ok();
        order(&named, &own) == Some(Ordering::Equal)
            && criteria.folded_version().and_then(|folded| order(&folded, &named)) == Some(Ordering::Greater)
    }

    fn version_reach(&self, row: &Row, criteria: Option<&Cpe>, component: &Cpe) -> Reach {
        if row.kind() != RowKind::Pattern {
            return self.reaches(row);
        }
        let Some(criteria) = criteria else { return Reach::Outside };
        match criteria.attribute_relation(component, Attribute::Version) {
            Relation::Equal | Relation::Superset => {
                match criteria.attribute_relation(component, Attribute::Update) {
                    Relation::Disjoint => Reach::Outside,
                    _ => Reach::Inside,
                }
            }
            Relation::Disjoint => Reach::Outside,
            Relation::Subset | Relation::Undefined => Reach::CannotPlace,
        }
    }

    /// `target_sw` may name the operating system, which the host knows better than the component's name.
    fn runs_on(&self, criteria: &Cpe, candidate: &mut Candidate<'_>) -> Truth {
        let target = criteria.get(Attribute::TargetSw).plain().unwrap_or_default();
        let system = match target.as_str() {
            "windows" => "cpe:/o:microsoft:windows:-",
            "macos" | "mac_os_x" | "mac_os" => "cpe:/o:apple:macos:-",
            "linux" | "linux_kernel" => "cpe:/o:linux:linux_kernel",
            "android" => "cpe:/o:google:android:-",
            _ => return Truth::Unknown,
        };
        let Ok(system) = Cpe::parse(system) else { return Truth::Unknown };
        let truth = super::hosted::runs(self.host, &system);
        candidate.asked.push(format!("{target}: {}", truth.word()));
        truth
    }

    pub(super) fn found_by_cpe(&self, key: &PackageKey, candidate: &Candidate<'_>, run: &[Row]) -> Match {
        let row = candidate.row;
        let by_name = self.index.atom(row.detail).is_some_and(|atom| atom.flags & Atom::BY_NAME != 0);
        let (state, rule, reason) = match (candidate.truth, candidate.variant) {
            _ if by_name => {
                let reason = "the issuer names vendor and product, but neither a CPE nor a package";
                (State::Unknown, Rule::ProductName, Some(reason.to_owned()))
            }
            _ if self.resolved.by_name => {
                let reason = "the inventory names supplier and product, but neither a CPE nor a package";
                (State::Unknown, Rule::ProductName, Some(reason.to_owned()))
            }
            (Truth::Yes, None) if candidate.has_program => (State::Affected, Rule::CpeConfiguration, None),
            (Truth::Yes, None) => (State::Affected, Rule::CpeMatch, None),
            (Truth::Yes, Some(attribute)) => {
                let reason = format!(
                    "the record speaks of one {}, and the component does not say which it is",
                    attribute_name(attribute)
                );
                (State::Unknown, Rule::CpeVariantUnknown, Some(reason))
            }
            _ => {
                let missing: Vec<&str> =
                    candidate.asked.iter().filter_map(|fact| fact.strip_suffix(": not known")).collect();
                let reason = format!("whether it runs on or with {} is not known", missing.join(", "));
                (State::Unknown, Rule::CpeHostUnknown, Some(reason))
            }
        };
        // The first version outside of this row and of all others that reach the component.
        let rows: Vec<&Row> = run.iter().filter(|row| row.flags & CPE != 0).collect();
        let fixed = self.fix(row, &rows).map(str::to_owned);
        let mut found = Match { fixed, ..self.answer(key, row, state, rule, reason) };
        if let Some(atom) = self.index.atom(row.detail) {
            found.evidence.criteria = self.index.optional_text(atom.criteria);
        }
        found.evidence.host.clone_from(&candidate.asked);
        found
    }
}

fn attribute_name(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::SwEdition | Attribute::Edition => "edition",
        Attribute::TargetSw => "software environment",
        Attribute::TargetHw => "hardware",
        Attribute::Update => "update",
        _ => "variant",
    }
}
