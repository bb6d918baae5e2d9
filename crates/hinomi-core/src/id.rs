// SPDX-License-Identifier: Apache-2.0
//! Typed ids: one newtype over a UUID per kind of thing, stored and shown as 36 characters.
//!
//! Version 7 (time-ordered) for what a person or a job creates, version 5 for what its content names, so that
//! two imports of the same thing agree without asking the database.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;
use uuid::{Builder, Uuid};

use crate::Time;

/// A text that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: {text:?}")]
pub struct IdError {
    pub kind: &'static str,
    pub text: String,
}

/// Where new ids and secrets come from.
pub trait IdSource: Send + Sync + 'static {
    /// A time-ordered id (RFC 9562 version 7, sub-millisecond fraction in `rand_a`).
    fn uuid7(&self, now: Time) -> Uuid {
        let mut random = [0_u8; 10];
        self.bytes(&mut random);
        uuid7_from(now, random)
    }

    /// Fills `buffer` with unpredictable bytes.
    fn bytes(&self, buffer: &mut [u8]);
}

fn uuid7_from(now: Time, mut random: [u8; 10]) -> Uuid {
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let fraction = (micros % 1_000) * 4_096 / 1_000;
    let [_, _, _, _, _, _, high, low] = fraction.to_be_bytes();
    random[0] = high;
    random[1] = low;
    Builder::from_unix_timestamp_millis(micros / 1_000, &random).into_uuid()
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn bytes(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}

/// A repeatable sequence for tests and demo data. Never use it for secrets that matter.
#[derive(Debug, Default)]
pub struct SeededIds {
    state: AtomicU64,
}

impl SeededIds {
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): enough for distinct, repeatable bytes.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.state.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl IdSource for SeededIds {
    fn bytes(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// Version 5 UUID of `kind` and `parts`; each part is length-prefixed, so `["a", "bc"]` and `["ab", "c"]` differ.
pub fn content_uuid(kind: &str, parts: &[&str]) -> Uuid {
    /// Namespace of all content ids of Hinomi; changing it would rename everything already stored.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6869_6e6f_6d69_5000_8000_636f_6e74_6e74);
    let mut name = String::with_capacity(kind.len() + parts.iter().map(|part| part.len() + 8).sum::<usize>());
    name.push_str(kind);
    for part in parts {
        name.push('\u{1f}');
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

/// Declares typed ids. A domain declares its own with this and then names them in `hinomi_db::id_columns!`.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name($crate::reexport::uuid::Uuid);

        impl $name {
            pub const fn from_uuid(uuid: $crate::reexport::uuid::Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> $crate::reexport::uuid::Uuid {
                self.0
            }

            /// A new, time-ordered id.
            pub fn new(ids: &dyn $crate::IdSource, now: $crate::Time) -> Self {
                Self(ids.uuid7(now))
            }

            /// The id that this content always has.
            pub fn from_content(parts: &[&str]) -> Self {
                Self($crate::content_uuid(stringify!($name), parts))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0.hyphenated(), formatter)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> Result<Self, $crate::IdError> {
                $crate::reexport::uuid::Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| $crate::IdError { kind: stringify!($name), text: text.to_owned() })
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::IdError;

            fn try_from(text: String) -> Result<Self, $crate::IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl $crate::reexport::serde::Serialize for $name {
            fn serialize<S: $crate::reexport::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = <String as $crate::reexport::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::reexport::serde::de::Error::custom)
            }
        }

        impl $crate::reexport::utoipa::PartialSchema for $name {
            fn schema() -> $crate::reexport::utoipa::openapi::RefOr<$crate::reexport::utoipa::openapi::schema::Schema> {
                use $crate::reexport::utoipa::openapi::{ObjectBuilder, SchemaFormat, schema::Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::Custom("uuid".to_owned())))
                    .into()
            }
        }

        impl $crate::reexport::utoipa::ToSchema for $name {}
    )+};
}

typed_id! {
    /// A node of the organisation tree.
    UnitId;
    /// A person.
    PersonId;
    /// A role that a unit must fill.
    SeatId;
    /// An information system.
    SystemId;
    /// A configuration item.
    AssetId;
    /// One observed inventory.
    SnapshotId;
    /// One run of an import.
    ImportId;
    /// A background job.
    JobId;
    /// A signed-in session.
    SessionId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_seven_sorts_by_microsecond() {
        let ids = SeededIds::new(1);
        let start = Time::from_seconds(1_800_000_000);
        let mut earlier = UnitId::new(&ids, start);
        for step in 1..200 {
            let later = UnitId::new(&ids, Time::from_micros(start.as_micros() + step * 7));
            assert!(earlier < later, "{earlier} before {later}");
            assert!(earlier.to_string() < later.to_string());
            earlier = later;
        }
        assert_eq!(earlier.uuid().get_version_num(), 7);
    }

    #[test]
    fn content_ids_are_stable_and_unambiguous() {
        assert_eq!(UnitId::from_content(&["a", "bc"]), UnitId::from_content(&["a", "bc"]));
        assert_ne!(UnitId::from_content(&["a", "bc"]), UnitId::from_content(&["ab", "c"]));
        assert_ne!(UnitId::from_content(&["a"]).uuid(), PersonId::from_content(&["a"]).uuid());
        assert_eq!(UnitId::from_content(&["x"]).to_string(), "785bc8b3-609e-5900-b7e6-012e64542d11");
    }

    #[test]
    fn text_round_trip_and_refusal() {
        let id = PersonId::new(&RandomIds, Time::from_seconds(1));
        assert_eq!(id.to_string().parse::<PersonId>().unwrap(), id);
        let refused = "x".parse::<PersonId>().unwrap_err();
        assert_eq!(refused.to_string(), "not a PersonId: \"x\"");
        assert_ne!(PersonId::new(&RandomIds, Time::EPOCH), PersonId::new(&RandomIds, Time::EPOCH));
    }
}
