// SPDX-License-Identifier: Apache-2.0
//! Ids as TEXT columns and times as BIGINT columns of `#[derive(sqlx::FromRow)]` structs, on both engines.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::{AssetId, ImportId, JobId, PersonId, SeatId, SessionId, SnapshotId, SystemId, Time, UnitId};
use crate::{Permission, SeatKind};

macro_rules! text_columns {
    ($($type:ty),+) => {$(
        impl<DB: Database> Type<DB> for $type
        where
            String: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <String as Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $type
        where
            &'r str: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(<&str as Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    )+};
}

text_columns!(UnitId, PersonId, SeatId, SystemId, AssetId, SnapshotId, ImportId, JobId, SessionId);
text_columns!(SeatKind, Permission);

impl<DB: Database> Type<DB> for Time
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(info)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Time
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::from_micros(<i64 as Decode<'r, DB>>::decode(value)?))
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Time
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, DB>>::encode_by_ref(&self.as_micros(), buffer)
    }
}
