// SPDX-License-Identifier: Apache-2.0
//! Which units' records a reader may see for one permission.

use std::sync::Arc;

use crate::UnitId;

/// Everything, or the records of a set of units. Cheap to clone.
///
/// Every list, count, search and export takes one; there is no way to ask a store without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `None` means everything; the slice is sorted and has no repeats.
    units: Option<Arc<[UnitId]>>,
}

impl Scope {
    pub fn all() -> Self {
        Self { units: None }
    }

    pub fn none() -> Self {
        Self { units: Some(Arc::from([])) }
    }

    pub fn units(mut units: Vec<UnitId>) -> Self {
        units.sort_unstable();
        units.dedup();
        Self { units: Some(Arc::from(units)) }
    }

    pub fn is_all(&self) -> bool {
        self.units.is_none()
    }

    pub fn is_none(&self) -> bool {
        self.units.as_ref().is_some_and(|units| units.is_empty())
    }

    pub fn contains(&self, unit: UnitId) -> bool {
        self.units.as_ref().is_none_or(|units| units.binary_search(&unit).is_ok())
    }

    /// The units in order; `None` when the scope is everything.
    pub fn unit_ids(&self) -> Option<&[UnitId]> {
        self.units.as_deref()
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (&self.units, &other.units) {
            (Some(left), Some(right)) => Self::units(left.iter().chain(right.iter()).copied().collect()),
            _ => Self::all(),
        }
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (&self.units, &other.units) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(left), Some(_)) => {
                Self::units(left.iter().copied().filter(|unit| other.contains(*unit)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn union_and_intersection_keep_everything_and_nothing_apart() {
        let one = UnitId::from_content(&["1"]);
        let two = UnitId::from_content(&["2"]);
        let first = Scope::units(vec![one, one]);
        let second = Scope::units(vec![two]);
        assert_eq!(first.unit_ids(), Some(&[one][..]));
        assert!(first.contains(one) && !first.contains(two));
        assert!(first.union(&second).contains(two));
        assert!(first.intersection(&second).is_none());
        assert!(first.union(&Scope::all()).is_all());
        assert_eq!(first.intersection(&Scope::all()), first);
        assert!(Scope::all().contains(two) && !Scope::none().contains(two));
        assert!(!Scope::none().is_all() && !Scope::all().is_none());
    }
}
