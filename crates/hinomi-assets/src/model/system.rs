// SPDX-License-Identifier: Apache-2.0
//! What a system is.

use hinomi_core::{Time, UnitId};
use hinomi_org::model::{clean_code, clean_text};
use serde::{Deserialize, Serialize};

use super::words::{FieldProblem, words};

/// Code of the system that holds assets which no system has claimed. The CISO organisation hands them out.
pub const UNASSIGNED_CODE: &str = "UNASSIGNED";

words! {
    /// For whom a system works.
    pub enum SystemKind ("system kind") {
        Internal = 1 => "internal",
        /// For a named customer under a contract.
        Customer = 2 => "customer",
    }
}

words! {
    /// FIPS 199 (2004): potential impact of a loss.
    pub enum Impact ("impact") {
        Low = 1 => "low",
        Moderate = 2 => "moderate",
        High = 3 => "high",
    }
}

words! {
    /// From where a system can be reached.
    pub enum Reachability ("reachability") {
        Internal = 1 => "internal",
        Partner = 2 => "partner",
        Internet = 3 => "internet",
    }
}

/// How much a loss of confidentiality, integrity or availability would hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Importance {
    pub confidentiality: Impact,
    pub integrity: Impact,
    pub availability: Impact,
}

impl Importance {
    pub const LOW: Self =
        Self { confidentiality: Impact::Low, integrity: Impact::Low, availability: Impact::Low };

    /// The high-water mark (FIPS 200, 2006, section 3): the highest of the three.
    pub fn overall(self) -> Impact {
        self.confidentiality.max(self.integrity).max(self.availability)
    }
}

/// A system to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSystem {
    pub code: String,
    pub name: String,
    pub name_ja: String,
    pub unit_id: UnitId,
    pub kind: SystemKind,
    pub customer: String,
    pub importance: Importance,
    pub reachability: Reachability,
    pub sensitive_data: bool,
    pub sensitive_kinds: Vec<String>,
    pub description: String,
    /// Owned since; now when absent.
    pub valid_from: Option<Time>,
}

impl NewSystem {
    /// A low, internal system without sensitive data.
    pub fn plain(code: impl Into<String>, name: impl Into<String>, unit_id: UnitId) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            name_ja: String::new(),
            unit_id,
            kind: SystemKind::Internal,
            customer: String::new(),
            importance: Importance::LOW,
            reachability: Reachability::Internal,
            sensitive_data: false,
            sensitive_kinds: Vec::new(),
            description: String::new(),
            valid_from: None,
        }
    }

    /// Texts as they are stored, or every wrong field.
    pub fn clean(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        match clean_code(&self.code) {
            Ok(code) if code == UNASSIGNED_CODE => {
                problems.push(FieldProblem::new("code", "is reserved for assets without a system"));
            }
            Ok(code) => self.code = code,
            Err(cause) => problems.push(FieldProblem::new("code", cause)),
        }
        tidy_name("name", &mut self.name, &mut problems);
        tidy("name_ja", &mut self.name_ja, &mut problems);
        tidy("customer", &mut self.customer, &mut problems);
        tidy_long("description", &mut self.description, &mut problems);
        tidy_kinds(&mut self.sensitive_kinds, &mut problems);
        problems.extend(customer_problem(self.kind, &self.customer));
        problems.extend(kinds_problem(self.sensitive_data, &self.sensitive_kinds));
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// What changes of a system; `None` keeps what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemChange {
    pub name: Option<String>,
    pub name_ja: Option<String>,
    pub unit_id: Option<UnitId>,
    /// From when the new owner owns; now when absent.
    pub valid_from: Option<Time>,
    pub kind: Option<SystemKind>,
    pub customer: Option<String>,
    pub importance: Option<Importance>,
    pub reachability: Option<Reachability>,
    pub sensitive_data: Option<bool>,
    pub sensitive_kinds: Option<Vec<String>>,
    pub description: Option<String>,
}

impl SystemChange {
    pub fn clean(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        if let Some(name) = &mut self.name {
            tidy_name("name", name, &mut problems);
        }
        if let Some(name) = &mut self.name_ja {
            tidy("name_ja", name, &mut problems);
        }
        if let Some(customer) = &mut self.customer {
            tidy("customer", customer, &mut problems);
        }
        if let Some(description) = &mut self.description {
            tidy_long("description", description, &mut problems);
        }
        if let Some(kinds) = &mut self.sensitive_kinds {
            tidy_kinds(kinds, &mut problems);
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// A customer's system names its customer; an internal one has none.
pub(crate) fn customer_problem(kind: SystemKind, customer: &str) -> Option<FieldProblem> {
    match (kind, customer.is_empty()) {
        (SystemKind::Customer, true) => {
            Some(FieldProblem::new("customer", "is missing for a customer's system"))
        }
        (SystemKind::Internal, false) => {
            Some(FieldProblem::new("customer", "is given for an internal system"))
        }
        _ => None,
    }
}

/// Kinds of sensitive data are named only where there is some.
pub(crate) fn kinds_problem(sensitive: bool, kinds: &[String]) -> Option<FieldProblem> {
    (!sensitive && !kinds.is_empty())
        .then(|| FieldProblem::new("sensitive_kinds", "are given for a system without sensitive data"))
}

fn tidy(field: &'static str, text: &mut String, problems: &mut Vec<FieldProblem>) {
    match clean_text(text) {
        Ok(clean) => *text = clean,
        Err(cause) => problems.push(FieldProblem::new(field, cause)),
    }
}

pub(crate) fn tidy_name(field: &'static str, text: &mut String, problems: &mut Vec<FieldProblem>) {
    tidy(field, text, problems);
    if text.is_empty() {
        problems.push(FieldProblem::new(field, "is empty"));
    }
}

const MAX_LONG_CHARS: usize = 4_000;

/// A text of several lines.
fn tidy_long(field: &'static str, text: &mut String, problems: &mut Vec<FieldProblem>) {
    let broken = |character: char| character.is_control() && !matches!(character, '\n' | '\t' | '\r');
    if text.chars().any(broken) {
        problems.push(FieldProblem::new(field, "holds a control character"));
    }
    if text.chars().count() > MAX_LONG_CHARS {
        problems.push(FieldProblem::new(field, "is longer than 4,000 characters"));
    }
    *text = text.trim().to_owned();
}

fn tidy_kinds(kinds: &mut Vec<String>, problems: &mut Vec<FieldProblem>) {
    for kind in kinds.iter_mut() {
        tidy_name("sensitive_kinds", kind, problems);
    }
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 50 {
        problems.push(FieldProblem::new("sensitive_kinds", "are more than 50"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> UnitId {
        UnitId::from_content(&["u"])
    }

    #[test]
    fn overall_importance_is_the_high_water_mark() {
        let importance = Importance {
            confidentiality: Impact::Low,
            integrity: Impact::High,
            availability: Impact::Moderate,
        };
        assert_eq!(importance.overall(), Impact::High);
        assert_eq!(Importance::LOW.overall(), Impact::Low);
        assert!(Impact::Low.number() < Impact::Moderate.number());
        assert_eq!(Reachability::from_number(3), Some(Reachability::Internet));
        assert_eq!(Reachability::from_number(4), None);
    }

    #[test]
    fn wrong_fields_are_named_together() {
        let mut system = NewSystem::plain("a b", " ", unit());
        system.customer = "ACME".into();
        system.sensitive_kinds = vec!["personal".into()];
        let fields: Vec<&str> = system.clean().unwrap_err().iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["code", "name", "customer", "sensitive_kinds"]);
        let reserved = NewSystem::plain(UNASSIGNED_CODE, "x", unit()).clean().unwrap_err();
        assert_eq!(reserved[0].field, "code");
        let mut customer = NewSystem::plain("C", "Customer's", unit());
        customer.kind = SystemKind::Customer;
        assert_eq!(customer.clean().unwrap_err()[0].message, "is missing for a customer's system");
    }

    #[test]
    fn kinds_of_sensitive_data_are_a_set() {
        let mut system = NewSystem::plain("S", " 給与 ", unit());
        system.sensitive_data = true;
        system.sensitive_kinds = vec!["personal".into(), " customer".into(), "personal".into()];
        let clean = system.clean().unwrap();
        assert_eq!(clean.sensitive_kinds, ["customer", "personal"]);
        assert_eq!(clean.name, "給与");
    }
}
