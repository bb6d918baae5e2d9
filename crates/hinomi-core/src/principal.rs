// SPDX-License-Identifier: Apache-2.0
//! Who acts, and with which rights.

use serde::{Deserialize, Serialize};

use crate::{Permission, PermissionSet, PersonId, Scope, SeatKind, UnitId};

/// Who did something: the name that audit records keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    Person { id: PersonId, name: String },
    /// The command line on the server itself.
    Console { user: String },
    /// A background job.
    #[serde(skip_deserializing)]
    Machine { name: &'static str },
}

impl Actor {
    pub fn person_id(&self) -> Option<PersonId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            Self::Console { .. } | Self::Machine { .. } => None,
        }
    }

    pub fn display_name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name,
            Self::Console { user } => user,
            Self::Machine { name } => name,
        }
    }

    /// `person`, `console` or `machine`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Console { .. } => "console",
            Self::Machine { .. } => "machine",
        }
    }
}

/// One seat held, with the unit's whole subtree on the day of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub seat: SeatKind,
    /// The unit whose seat it is, where that matters to pages.
    pub unit: Option<UnitId>,
    pub scope: Scope,
}

impl Grant {
    pub fn new(seat: SeatKind, subtree: Vec<UnitId>) -> Self {
        Self { seat, unit: None, scope: Scope::units(subtree) }
    }

    /// A seat at the root of the tree: also sees what belongs to no unit.
    pub fn everywhere(seat: SeatKind) -> Self {
        Self { seat, unit: None, scope: Scope::all() }
    }

    #[must_use]
    pub fn of_unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }
}

/// An actor with the grants they hold now. Services need one to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub actor: Actor,
    pub grants: Vec<Grant>,
}

impl Principal {
    pub fn new(actor: Actor, grants: Vec<Grant>) -> Self {
        Self { actor, grants }
    }

    pub fn console(user: impl Into<String>) -> Self {
        Self { actor: Actor::Console { user: user.into() }, grants: Vec::new() }
    }

    pub fn machine(name: &'static str) -> Self {
        Self { actor: Actor::Machine { name }, grants: Vec::new() }
    }

    /// What `permission` covers; `None` when no grant carries it (403). The console and jobs may do everything;
    /// a person has at least their own profile.
    pub fn scope(&self, permission: Permission) -> Option<Scope> {
        let start = match self.actor {
            Actor::Console { .. } | Actor::Machine { .. } => return Some(Scope::all()),
            Actor::Person { .. } => (permission == Permission::ProfileRead).then(Scope::none),
        };
        self.grants
            .iter()
            .filter(|grant| grant.seat.permissions().contains(permission))
            .fold(start, |sum, grant| {
                Some(sum.map_or_else(|| grant.scope.clone(), |sum| sum.union(&grant.scope)))
            })
    }

    pub fn can(&self, permission: Permission) -> bool {
        self.scope(permission).is_some()
    }

    /// Every permission that some grant carries.
    pub fn permissions(&self) -> PermissionSet {
        Permission::ALL.iter().copied().filter(|permission| self.can(*permission)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(grants: Vec<Grant>) -> Principal {
        let id = PersonId::from_content(&["p"]);
        Principal::new(Actor::Person { id, name: "P".into() }, grants)
    }

    #[test]
    fn a_permission_covers_only_the_units_of_seats_that_carry_it() {
        let office = UnitId::from_content(&["office"]);
        let works = UnitId::from_content(&["works"]);
        let principal = person(vec![
            Grant::new(SeatKind::SystemSecurityManager, vec![office]),
            Grant::new(SeatKind::Management, vec![works]),
        ]);
        let write = principal.scope(Permission::TicketWrite).unwrap();
        assert!(write.contains(office) && !write.contains(works));
        let read = principal.scope(Permission::TicketRead).unwrap();
        assert!(read.contains(office) && read.contains(works));
        assert_eq!(principal.scope(Permission::AdminUsers), None);
    }

    #[test]
    fn without_a_seat_only_the_own_profile_is_left() {
        let nobody = person(Vec::new());
        assert_eq!(nobody.permissions().iter().collect::<Vec<_>>(), vec![Permission::ProfileRead]);
        assert_eq!(nobody.scope(Permission::ProfileRead), Some(Scope::none()));
        assert!(Principal::console("root").scope(Permission::AdminUsers).unwrap().is_all());
    }
}
