// SPDX-License-Identifier: Apache-2.0
//! Parameters of a statement. Even NULL has a type.

use std::borrow::Cow;
use std::sync::Arc;

use hinomi_core::{
    AssetId, ImportId, JobId, Permission, PersonId, SeatId, SeatKind, SessionId, SnapshotId, SystemId, Time,
    UnitId, Uuid,
};

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(Option<bool>),
    Int(Option<i64>),
    Float(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// A JSON array of texts as one parameter, for `IN (SELECT value FROM json_each($1))`.
    pub fn json_list<T: ToString>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<_> =
            items.into_iter().map(|item| serde_json::Value::String(item.to_string())).collect();
        Self::Text(Some(serde_json::Value::Array(items).to_string()))
    }
}

/// The parameters of one statement, in the order of `$1`, `$2`, …
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(pub Vec<Value>);

/// `values![a, b, c]`: the parameters of a statement.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        $crate::Values(::std::vec![$($crate::Value::from($value)),*])
    };
}

impl From<()> for Values {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Vec<Value>> for Values {
    fn from(values: Vec<Value>) -> Self {
        Self(values)
    }
}

impl<const N: usize> From<[Value; N]> for Values {
    fn from(values: [Value; N]) -> Self {
        Self(values.into())
    }
}

/// A Rust type that can be a parameter; an `Option` of it can too.
pub trait Bind: Sized {
    const NULL: Value;

    fn bind(self) -> Value;
}

impl<T: Bind> From<T> for Value {
    fn from(value: T) -> Self {
        value.bind()
    }
}

impl<T: Bind> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::NULL, Bind::bind)
    }
}

macro_rules! bind {
    ($variant:ident: $($type:ty => |$value:ident| $convert:expr;)+) => {$(
        impl Bind for $type {
            const NULL: Value = Value::$variant(None);

            fn bind(self) -> Value {
                let $value = self;
                Value::$variant(Some($convert))
            }
        }
    )+};
}

bind! { Bool: bool => |value| value; }
bind! { Int:
    i64 => |value| value;
    i32 => |value| i64::from(value);
    i16 => |value| i64::from(value);
    u32 => |value| i64::from(value);
    u16 => |value| i64::from(value);
    u8 => |value| i64::from(value);
    usize => |value| i64::try_from(value).unwrap_or(i64::MAX);
    Time => |value| value.as_micros();
}
bind! { Float: f64 => |value| value; f32 => |value| f64::from(value); }
bind! { Text:
    String => |value| value;
    &str => |value| value.to_owned();
    &String => |value| value.clone();
    Cow<'_, str> => |value| value.into_owned();
    Arc<str> => |value| value.to_string();
    Uuid => |value| value.hyphenated().to_string();
    serde_json::Value => |value| value.to_string();
    &serde_json::Value => |value| value.to_string();
    Permission => |value| value.name().to_owned();
    SeatKind => |value| value.name().to_owned();
    UnitId => |value| value.to_string();
    PersonId => |value| value.to_string();
    SeatId => |value| value.to_string();
    SystemId => |value| value.to_string();
    AssetId => |value| value.to_string();
    SnapshotId => |value| value.to_string();
    ImportId => |value| value.to_string();
    JobId => |value| value.to_string();
    SessionId => |value| value.to_string();
}
bind! { Bytes: Vec<u8> => |value| value; &[u8] => |value| value.to_vec(); &Vec<u8> => |value| value.clone(); }

/// Makes types with `Display` and `FromStr` usable as TEXT parameters and as TEXT columns of `FromRow` structs:
/// a domain's own typed ids and its enums.
#[macro_export]
macro_rules! text_columns {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::Bind for $type {
            const NULL: $crate::Value = $crate::Value::Text(None);

            fn bind(self) -> $crate::Value {
                $crate::Value::Text(Some(self.to_string()))
            }
        }

        impl<DB: $crate::sqlx::Database> $crate::sqlx::Type<DB> for $type
        where
            String: $crate::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as $crate::sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <String as $crate::sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: $crate::sqlx::Database> $crate::sqlx::Decode<'r, DB> for $type
        where
            &'r str: $crate::sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, $crate::sqlx::error::BoxDynError> {
                Ok(<&str as $crate::sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    )+};
}

/// Same as [`text_columns!`], for the ids declared with `hinomi_core::typed_id!`.
#[macro_export]
macro_rules! id_columns {
    ($($type:ty),+ $(,)?) => { $crate::text_columns!($($type),+); };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_keep_their_type() {
        assert_eq!(
            values![None::<i64>, None::<&str>, None::<UnitId>, Some(2_u32), true].0,
            vec![
                Value::Int(None),
                Value::Text(None),
                Value::Text(None),
                Value::Int(Some(2)),
                Value::Bool(Some(true)),
            ]
        );
        assert_eq!(Value::json_list(["a\"", "b"]), Value::from(r#"["a\"","b"]"#));
    }
}
