// SPDX-License-Identifier: Apache-2.0
//! Use cases: transactions, rights, audit.
//!
//! Every change takes an [`Act`]: who acts, and on which units. Every list takes a `Scope`.

mod act;
mod closing;
mod grants;
mod import;
mod people;
mod read;
mod seats;
mod units;

pub use act::Act;
pub use closing::{UnitClosing, UnitHoldings, unit_close, unit_holdings};
pub use grants::SeatGrants;
pub use import::{org_export, org_import};
pub use people::{
    NewPerson, PersonChange, PersonView, people_list, person_change, person_create, person_get,
};
pub use people::{person_by_code, person_by_email};
pub use read::{
    day_end, scope_then, tree_at, tree_at_tx, trees_at, unit_by_code, unit_exists_tx, unit_names, unit_scope,
};
pub use seats::{
    NewSeat, SeatFilter, SeatPerson, SeatView, seat_assign, seat_create, seat_vacate, seats_list,
};
pub use units::{NewUnit, UnitChange, UnitDetail, unit_change, unit_create, unit_get, units_visible};

use hinomi_db::{DbError, Engine, Tx, values};

/// PostgreSQL's advisory lock under which the tree and the seats change: rules that span rows need one writer at a
/// time. SQLite has only one anyway.
const LOCK_KEY: i64 = 0x6f72_675f_6c6f;

pub(crate) async fn one_writer(tx: &mut Tx) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", values![LOCK_KEY]).await?;
    }
    Ok(())
}
