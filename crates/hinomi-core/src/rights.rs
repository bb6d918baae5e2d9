// SPDX-License-Identifier: Apache-2.0
//! The rights table: which seat carries which permission. Where it holds is the seat's unit (see `Principal`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind}: {text:?}")]
pub struct UnknownName {
    pub kind: &'static str,
    pub text: String,
}

macro_rules! named {
    ($(#[$meta:meta])* pub enum $type:ident ($kind:literal, $($case:tt)+) { $($(#[$doc:meta])* $name:ident => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = $($case)+)]
        pub enum $type { $($(#[$doc])* $name,)+ }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name used in JSON, columns and files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let found = Self::ALL.iter().copied().find(|value| value.name() == text);
                found.ok_or_else(|| UnknownName { kind: $kind, text: text.to_owned() })
            }
        }

        impl TryFrom<String> for $type {
            type Error = UnknownName;

            fn try_from(text: String) -> Result<Self, UnknownName> {
                text.parse()
            }
        }
    };
}

named! {
    /// One thing that a handler may require.
    pub enum Permission ("permission", "PascalCase") {
        OrgRead => "OrgRead",
        OrgWrite => "OrgWrite",
        InventoryRead => "InventoryRead",
        InventoryWrite => "InventoryWrite",
        AssetRead => "AssetRead",
        AssetWrite => "AssetWrite",
        VulnerabilityRead => "VulnerabilityRead",
        FeedWrite => "FeedWrite",
        FindingRead => "FindingRead",
        TicketRead => "TicketRead",
        TicketWrite => "TicketWrite",
        TicketBulk => "TicketBulk",
        PolicyRead => "PolicyRead",
        PolicyWrite => "PolicyWrite",
        RiskRead => "RiskRead",
        /// What management reads and decides: packs, meetings, decisions.
        ReviewRead => "ReviewRead",
        ReviewWrite => "ReviewWrite",
        /// What a department does about itself: causes, improvements, self-check.
        DepartmentWrite => "DepartmentWrite",
        SettingsRead => "SettingsRead",
        SettingsWrite => "SettingsWrite",
        AuditRead => "AuditRead",
        AdminUsers => "AdminUsers",
        /// Every signed-in person: own profile, own sessions.
        ProfileRead => "ProfileRead",
    }
}

named! {
    /// The kind of a seat: what the person who holds it is there for.
    pub enum SeatKind ("seat kind", "snake_case") {
        Ciso => "ciso",
        RegionalCiso => "regional_ciso",
        InformationManager => "information_manager",
        SystemSecurityManager => "system_security_manager",
        PsirtManager => "psirt_manager",
        Management => "management",
        Auditor => "auditor",
        Administrator => "administrator",
        Employee => "employee",
    }
}

/// A set of permissions as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PermissionSet(u32);

impl PermissionSet {
    pub const EMPTY: Self = Self(0);

    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < permissions.len() {
            bits |= 1 << permissions[index] as u32;
            index += 1;
        }
        Self(bits)
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::EMPTY, |set, permission| set.union(Self::of(&[permission])))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

use Permission as P;

/// What every seat of the security organisation sees of its units.
const READS: PermissionSet = PermissionSet::of(&[
    P::OrgRead,
    P::InventoryRead,
    P::AssetRead,
    P::VulnerabilityRead,
    P::FindingRead,
    P::TicketRead,
    P::PolicyRead,
    P::RiskRead,
    P::ProfileRead,
]);
/// What oversight sees besides.
const OVERSIGHT: PermissionSet = PermissionSet::of(&[P::SettingsRead, P::AuditRead, P::ReviewRead]);
/// What the offices of the CISOs do for management's month.
const SECRETARIAT: PermissionSet = PermissionSet::of(&[P::ReviewWrite]);

impl SeatKind {
    /// The rights table (product: "Who uses it"). A snapshot test shows it whole.
    pub const fn permissions(self) -> PermissionSet {
        match self {
            Self::Administrator => PermissionSet::of(Permission::ALL),
            Self::Ciso => READS.union(OVERSIGHT).union(SECRETARIAT).union(PermissionSet::of(&[
                P::PolicyWrite,
                P::TicketWrite,
                P::TicketBulk,
                P::AssetWrite,
                P::InventoryWrite,
                P::FeedWrite,
            ])),
            Self::RegionalCiso => READS.union(OVERSIGHT).union(SECRETARIAT).union(PermissionSet::of(&[
                P::TicketWrite,
                P::TicketBulk,
                P::AssetWrite,
                P::InventoryWrite,
            ])),
            Self::SystemSecurityManager => READS.union(PermissionSet::of(&[
                P::DepartmentWrite,
                P::TicketWrite,
                P::TicketBulk,
                P::AssetWrite,
                P::InventoryWrite,
            ])),
            Self::PsirtManager => {
                READS.union(PermissionSet::of(&[P::DepartmentWrite, P::TicketWrite, P::InventoryWrite]))
            }
            Self::Management => READS.union(PermissionSet::of(&[P::ReviewRead])),
            Self::InformationManager => READS.union(PermissionSet::of(&[P::DepartmentWrite])),
            Self::Auditor => READS.union(OVERSIGHT),
            Self::Employee => PermissionSet::of(&[P::ProfileRead]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_table() {
        let mut table = String::new();
        for seat in SeatKind::ALL {
            let permissions: Vec<_> = seat.permissions().iter().map(Permission::name).collect();
            table.push_str(&format!("{seat}: {}\n", permissions.join(" ")));
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn names_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse::<Permission>().unwrap(), *permission);
            assert_eq!(serde_json::to_string(permission).unwrap(), format!("\"{permission}\""));
        }
        for seat in SeatKind::ALL {
            assert_eq!(seat.name().parse::<SeatKind>().unwrap(), *seat);
            assert_eq!(serde_json::to_string(seat).unwrap(), format!("\"{seat}\""));
        }
        assert_eq!("king".parse::<SeatKind>().unwrap_err().to_string(), "unknown seat kind: \"king\"");
    }

    #[test]
    fn auditors_change_nothing() {
        for permission in SeatKind::Auditor.permissions().iter() {
            assert!(permission.name().ends_with("Read"), "{permission}");
        }
    }
}
