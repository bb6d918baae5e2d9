// SPDX-License-Identifier: Apache-2.0
//! Products that the issuer of a CVE names by vendor and product alone.
//!
//! ```text
//!   affected: vendor "Acme Inc.", product "Forms", below 2.0 ─► row under CPE/name:acme_inc:forms
//!   component cpe:2.3:a:acme_inc:forms:1.4                    looks there too ─► unknown, never affected
//! ```
//! Two products may share both names, and one product goes by several: a name is a hint that somebody must look at.
//! So it is taken only where the record has no configuration at all, and only as a whole: both names, letter for
//! letter but for case and separators.

use hinomi_advisory_formats::{Advisory, Affected, Format};
use hinomi_version::Scheme;

use super::build::{BadBound, IndexBuilder};
use super::{Atom, CPE, Context, HI_IS_LOCAL, LO_IS_LOCAL, Row, RowKind, prefix_of};
use crate::arena::NONE;
use crate::cpe::name_key;
use crate::interval::{End, intervals};
use crate::query::PackageKey;

/// The key of an entry that only names vendor and product; `None` for any other.
pub(crate) fn named_product(advisory: &Advisory, affected: &Affected) -> Option<PackageKey> {
    let is_bare = advisory.source == Format::Cve
        && advisory.configurations.is_empty()
        && affected.package.ecosystem.is_none()
        && affected.package.purl.is_none();
    let text = |field: &str| affected.database_specific.get(field).and_then(serde_json::Value::as_str);
    if is_bare { name_key(text("vendor")?, text("product")?) } else { None }
}

impl IndexBuilder {
    pub(super) fn add_named_product(
        &mut self,
        advisory: &Advisory,
        position: usize,
        record: u32,
        bad: &mut Vec<BadBound>,
    ) {
        let Some(affected) = advisory.affected.get(position) else { return };
        let Some(key) = named_product(advisory, affected) else { return };
        let mut rows = Vec::new();
        for (number, range) in affected.ranges.iter().enumerate() {
            if range.kind == hinomi_advisory_formats::RangeKind::Git {
                continue;
            }
            let (found, unplaced) = intervals(range, Scheme::Generic);
            bad.extend(unplaced.into_iter().map(|bound| BadBound {
                advisory: advisory.id.clone(),
                affected: position,
                range: Some(number),
                version: bound.version,
                cause: bound.cause,
            }));
            for interval in found {
                let mut row = Row::new(Scheme::Generic, record, u32::try_from(position).unwrap_or(NONE));
                if let Some(lo) = &interval.lo {
                    (row.lo, row.lo_prefix, row.lo_text) = self.generic_bound(&lo.text);
                    row.flags |= LO_IS_LOCAL;
                }
                if let Some(hi) = &interval.hi {
                    (row.hi, row.hi_prefix, row.hi_text) = self.generic_bound(&hi.text);
                    row.flags |= HI_IS_LOCAL;
                }
                row.set_kind(match interval.end {
                    End::Open => RowKind::Open,
                    End::Fixed => RowKind::Fixed,
                    End::LastAffected => RowKind::LastAffected,
                    End::Limit => RowKind::Limit,
                });
                rows.push(row);
            }
        }
        for version in &affected.versions {
            let mut row = Row::new(Scheme::Generic, record, u32::try_from(position).unwrap_or(NONE));
            row.set_kind(RowKind::Exact);
            (row.lo, row.lo_prefix, row.lo_text) = self.generic_bound(version.trim());
            if row.lo != NONE {
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return;
        }
        let text = |field: &str| affected.database_specific.get(field).and_then(serde_json::Value::as_str);
        let shown = format!("{} {}", text("vendor").unwrap_or_default(), text("product").unwrap_or_default());
        let detail = self.atoms.len();
        self.atoms.push(Atom {
            criteria: self.store.texts.intern(shown.as_bytes()),
            lo: NONE,
            hi: NONE,
            flags: Atom::BY_NAME,
            program_start: 0,
            program_count: 0,
        });
        let context = self.context_number(Context { release: NONE, channel: NONE, module: NONE });
        let package = self.package(&key);
        for mut row in rows {
            row.flags |= CPE;
            row.detail = u32::try_from(detail).unwrap_or(NONE);
            row.context = context;
            self.rows.push((package, row));
        }
    }

    /// Key, prefix and text of a bound; a version that has no place has no key.
    fn generic_bound(&mut self, text: &str) -> (u32, u64, u32) {
        match hinomi_version::encode(Scheme::Generic, &hinomi_version::cpe::comparable(text)) {
            Ok(key) => {
                (self.store.keys.intern(&key), prefix_of(&key), self.store.texts.intern(text.as_bytes()))
            }
            Err(_) => (NONE, 0, NONE),
        }
    }
}
