// SPDX-License-Identifier: Apache-2.0
//! What was counted of tickets at a month's end, system by system.
//!
//! ```text
//! t1 ── tickets, items ─→ rows by system ── kept ─┐
//! close, correction ── owners and tree of t1 ─────┴─→ rows by unit
//! ```
//! A ticket keeps only its present due date and how it ended last; severities change. The rows stay as they stood, and
//! only whose they are is asked again.

use std::collections::BTreeMap;

use hinomi_core::Uuid;

use super::bytes::{Reader, put};
use super::{Beside, CountedRow, decode, encode};

/// Rows and counts of one system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemWork {
    /// Indicator → rows.
    pub rows: BTreeMap<String, Vec<CountedRow>>,
    pub beside: Beside,
}

impl SystemWork {
    pub(crate) fn add(&mut self, indicator: &str, row: CountedRow) {
        match self.rows.get_mut(indicator) {
            Some(rows) => rows.push(row),
            None => {
                self.rows.insert(indicator.to_owned(), vec![row]);
            }
        }
    }
}

/// By system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work(pub BTreeMap<Uuid, SystemWork>);

impl Work {
    pub(crate) fn of(&mut self, system: &str) -> Option<&mut SystemWork> {
        Some(self.0.entry(system.parse().ok()?).or_default())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (system, work) in &self.0 {
            bytes.extend_from_slice(system.as_bytes());
            for count in [work.beside.accepted, work.beside.retracted, work.beside.lowered] {
                put(&mut bytes, count.max(0) as u64);
            }
            put(&mut bytes, work.rows.len() as u64);
            for (indicator, rows) in &work.rows {
                let data = encode(&mut rows.clone());
                put(&mut bytes, indicator.len() as u64);
                bytes.extend_from_slice(indicator.as_bytes());
                put(&mut bytes, data.len() as u64);
                bytes.extend_from_slice(&data);
            }
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader(bytes);
        let mut all = Self::default();
        while !reader.is_at_end() {
            let system = Uuid::from_slice(reader.take(16)?).map_err(|error| error.to_string())?;
            let mut work = SystemWork::default();
            let beside = &mut work.beside;
            for count in [&mut beside.accepted, &mut beside.retracted, &mut beside.lowered] {
                *count = i64::try_from(reader.number()?).map_err(|error| error.to_string())?;
            }
            for _ in 0..reader.number()? {
                let length = usize::try_from(reader.number()?).map_err(|error| error.to_string())?;
                let indicator =
                    std::str::from_utf8(reader.take(length)?).map_err(|error| error.to_string())?;
                let length = usize::try_from(reader.number()?).map_err(|error| error.to_string())?;
                work.rows.insert(indicator.to_owned(), decode(reader.take(length)?)?);
            }
            all.0.insert(system, work);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Subject;

    #[test]
    fn work_comes_back_as_it_was_and_damage_is_told() {
        let mut work = Work::default();
        for number in 0..3u128 {
            let system = work.of(&Uuid::from_u128(number << 90).to_string()).unwrap();
            system.beside.lowered = number as i64 * 400;
            for ticket in 0..number as i64 * 50 {
                system.add("S3", CountedRow::whole(Subject::Ticket(ticket), ticket % 3 == 0));
                system.add("S11", CountedRow { subject: Subject::Ticket(ticket), amount: 9, in_scope: true });
            }
        }
        let bytes = work.encode();
        assert_eq!(Work::decode(&bytes), Ok(work));
        assert!(Work::decode(&bytes[..bytes.len() - 1]).is_err());
        assert_eq!(Work::decode(&[]), Ok(Work::default()));
    }
}
