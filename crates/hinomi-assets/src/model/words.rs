// SPDX-License-Identifier: Apache-2.0
//! The closed lists of words that columns, JSON and files share.

/// An enum whose values have one name each, and for ordered lists one small number each.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $type:ident ($kind:literal) { $($(#[$doc:meta])* $name:ident = $number:literal => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $type { $($(#[$doc])* $name,)+ }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name used in JSON and files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The number used in columns that are compared or sorted.
            pub const fn number(self) -> i64 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The value stored as `number`.
            pub fn from_number(number: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.number() == number)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = hinomi_core::UnknownName;

            fn from_str(text: &str) -> Result<Self, hinomi_core::UnknownName> {
                let found = Self::ALL.iter().copied().find(|value| value.name() == text);
                found.ok_or_else(|| hinomi_core::UnknownName { kind: $kind, text: text.to_owned() })
            }
        }

        hinomi_db::text_columns!($type);

        impl TryFrom<String> for $type {
            type Error = hinomi_core::UnknownName;

            fn try_from(text: String) -> Result<Self, hinomi_core::UnknownName> {
                text.parse()
            }
        }

        impl TryFrom<i64> for $type {
            type Error = hinomi_core::UnknownName;

            fn try_from(number: i64) -> Result<Self, hinomi_core::UnknownName> {
                let unknown = || hinomi_core::UnknownName { kind: $kind, text: number.to_string() };
                Self::from_number(number).ok_or_else(unknown)
            }
        }
    };
}

pub(crate) use words;

/// A field of a request that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: &'static str,
    pub message: String,
}

impl FieldProblem {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}
