// SPDX-License-Identifier: Apache-2.0
//! The OSV document as serde sees it: known fields typed, every other one kept in `extra`.
//!
//! Written out by a macro instead of `#[serde(flatten)]`, which buffers every value of the document a
//! second time. A field that is `null` counts as absent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// A key of a map, borrowed from the text where it can be.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a field name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

macro_rules! open_struct {
    ($name:ident, $what:literal, { $($field:ident: $kind:ty = $key:literal),* $(,)? }) => {
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $kind,)*
            pub(super) extra: Map<String, Value>,
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct FieldVisitor;
                impl<'de> Visitor<'de> for FieldVisitor {
                    type Value = $name;
                    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                        formatter.write_str($what)
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key::<Key<'de>>()? {
                            match key.0.as_ref() {
                                $($key => {
                                    object.$field = map.next_value::<Option<$kind>>()?.unwrap_or_default();
                                })*
                                _ => {
                                    let value = map.next_value::<Value>()?;
                                    object.extra.insert(key.0.into_owned(), value);
                                }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(FieldVisitor)
            }
        }
    };
}

open_struct!(Record, "an advisory record", {
    id: String = "id",
    schema_version: String = "schema_version",
    modified: String = "modified",
    published: String = "published",
    withdrawn: String = "withdrawn",
    aliases: Vec<String> = "aliases",
    upstream: Vec<String> = "upstream",
    related: Vec<String> = "related",
    summary: String = "summary",
    details: String = "details",
    severity: Vec<Severity> = "severity",
    affected: Vec<Affected> = "affected",
    references: Vec<Reference> = "references",
    credits: Vec<Credit> = "credits",
    database_specific: Value = "database_specific",
});

open_struct!(Severity, "a severity with `type` and `score`", {
    kind: String = "type",
    score: String = "score",
});

open_struct!(Affected, "an affected package", {
    package: Package = "package",
    ranges: Vec<Range> = "ranges",
    versions: Vec<String> = "versions",
    severity: Vec<Severity> = "severity",
    ecosystem_specific: Value = "ecosystem_specific",
    database_specific: Value = "database_specific",
});

open_struct!(Package, "a package with `ecosystem` and `name`", {
    ecosystem: String = "ecosystem",
    name: String = "name",
    purl: String = "purl",
});

open_struct!(Range, "a range with `type` and `events`", {
    kind: String = "type",
    repo: String = "repo",
    events: Vec<Event> = "events",
    database_specific: Value = "database_specific",
});

open_struct!(Event, "an event such as `introduced` or `fixed`", {
    introduced: Option<String> = "introduced",
    fixed: Option<String> = "fixed",
    last_affected: Option<String> = "last_affected",
    limit: Option<String> = "limit",
});

open_struct!(Reference, "a reference with `type` and `url`", {
    kind: String = "type",
    url: String = "url",
});

open_struct!(Credit, "a credit with `name`", {
    name: String = "name",
    kind: Option<String> = "type",
    contact: Vec<String> = "contact",
});
