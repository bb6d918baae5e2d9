// SPDX-License-Identifier: Apache-2.0
//! A counted row, and many of them in few bytes: what a figure was made from, kept as it was counted.

use hinomi_core::Uuid;
use hinomi_score::maturity::{Indicator, Shape};

use super::bytes::{Reader, put, put_signed};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// By ordinal.
    Asset(i64),
    Ticket(i64),
    /// A vulnerability on a ticket.
    Item {
        ticket: i64,
        vulnerability: i64,
    },
    Seat(Uuid),
    /// Something that was owed.
    Duty(Uuid),
    Unit(Uuid),
    /// A row that another part of the house brought, by its number there.
    Brought(Uuid),
}

/// One row of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountedRow {
    pub subject: Subject,
    /// Thousandths for; for medians the value itself.
    pub amount: i64,
    /// It is one of those among which is counted.
    pub in_scope: bool,
}

impl CountedRow {
    /// A row in scope that counts wholly or not at all.
    pub fn whole(subject: Subject, counts: bool) -> Self {
        Self { subject, amount: if counts { 1_000 } else { 0 }, in_scope: true }
    }
}

/// Whether a row speaks for the unit or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    For,
    Against,
}

/// Where a row of an indicator stands.
pub fn side(indicator: &Indicator, row: &CountedRow) -> Side {
    let is_for = match indicator.shape {
        Shape::Ratio | Shape::Rising { .. } | Shape::Halves => row.amount >= 1_000,
        Shape::Falling { .. } => row.amount == 0,
        Shape::MedianFalling { from, .. } => row.amount as f64 <= from,
    };
    if is_for { Side::For } else { Side::Against }
}

const IN_SCOPE: u8 = 0x10;

/// Sorts the rows and writes them.
pub fn encode(rows: &mut [CountedRow]) -> Vec<u8> {
    rows.sort_unstable();
    let mut bytes = Vec::with_capacity(rows.len() * 4);
    let mut last = 0i64;
    for row in rows {
        let kind = match row.subject {
            Subject::Asset(_) => 0,
            Subject::Ticket(_) => 1,
            Subject::Item { .. } => 2,
            Subject::Seat(_) => 3,
            Subject::Duty(_) => 4,
            Subject::Unit(_) => 5,
            Subject::Brought(_) => 6,
        };
        bytes.push(kind | if row.in_scope { IN_SCOPE } else { 0 });
        match row.subject {
            Subject::Asset(number) | Subject::Ticket(number) => {
                put_signed(&mut bytes, number.wrapping_sub(last));
                last = number;
            }
            Subject::Item { ticket, vulnerability } => {
                put_signed(&mut bytes, ticket.wrapping_sub(last));
                put_signed(&mut bytes, vulnerability);
                last = ticket;
            }
            Subject::Seat(id) | Subject::Duty(id) | Subject::Unit(id) | Subject::Brought(id) => {
                bytes.extend_from_slice(id.as_bytes());
            }
        }
        put(&mut bytes, row.amount.max(0) as u64);
    }
    bytes
}

/// Reads what [`encode`] wrote; in words what is wrong otherwise.
pub fn decode(bytes: &[u8]) -> Result<Vec<CountedRow>, String> {
    let mut reader = Reader(bytes);
    let mut rows = Vec::new();
    let mut last = 0i64;
    while !reader.is_at_end() {
        let head = reader.byte()?;
        let subject = match head & !IN_SCOPE {
            kind @ (0..=2) => {
                last = last.wrapping_add(reader.signed()?);
                match kind {
                    0 => Subject::Asset(last),
                    1 => Subject::Ticket(last),
                    _ => Subject::Item { ticket: last, vulnerability: reader.signed()? },
                }
            }
            kind @ 3..=6 => {
                let id = Uuid::from_slice(reader.take(16)?).map_err(|error| error.to_string())?;
                match kind {
                    3 => Subject::Seat(id),
                    4 => Subject::Duty(id),
                    5 => Subject::Unit(id),
                    _ => Subject::Brought(id),
                }
            }
            other => return Err(format!("no kind of row is {other}")),
        };
        let amount = i64::try_from(reader.number()?).map_err(|error| error.to_string())?;
        rows.push(CountedRow { subject, amount, in_scope: head & IN_SCOPE != 0 });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_in_order() {
        let seat = Uuid::from_u128(7);
        let mut rows = vec![
            CountedRow::whole(Subject::Seat(seat), true),
            CountedRow::whole(Subject::Duty(seat), false),
            CountedRow::whole(Subject::Unit(seat), true),
            CountedRow::whole(Subject::Brought(seat), true),
            CountedRow {
                subject: Subject::Item { ticket: 9, vulnerability: -4 },
                amount: 61,
                in_scope: true,
            },
            CountedRow {
                subject: Subject::Item { ticket: 9, vulnerability: 3 },
                amount: 1_000,
                in_scope: false,
            },
            CountedRow::whole(Subject::Ticket(i64::MAX), false),
            CountedRow::whole(Subject::Asset(100_000), true),
            CountedRow::whole(Subject::Asset(3), false),
        ];
        let bytes = encode(&mut rows);
        assert_eq!(decode(&bytes), Ok(rows.clone()));
        assert_eq!(rows[0].subject, Subject::Asset(3));
        assert_eq!(encode(&mut decode(&bytes).unwrap()), bytes);
    }

    #[test]
    fn damaged_bytes_are_told_and_never_believed() {
        let mut rows = vec![CountedRow::whole(Subject::Seat(Uuid::from_u128(1)), true)];
        let bytes = encode(&mut rows);
        for end in 1..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "{end}");
        }
        assert!(decode(&[9, 0, 0]).is_err());
        assert!(decode(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
        assert_eq!(decode(&[]), Ok(Vec::new()));
    }
}
