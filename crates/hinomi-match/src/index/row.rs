// SPDX-License-Identifier: Apache-2.0
//! What an index is made of: plain values of fixed size, which are the same in memory and in a file.
//!
//! ```text
//!   row ─┬─ record     whose it is, which vulnerabilities that stands for, how much it weighs
//!        ├─ context    release, channel, module stream
//!        └─ detail     of a statement: justification, condition;  of a CPE: criteria, configuration
//! ```

use bytemuck::{Pod, Zeroable};
use hinomi_version::Scheme;

use crate::arena::NONE;

/// What a row's bounds mean; the numbers are part of the file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum RowKind {
    /// From `lo`, without end.
    Open,
    /// From `lo` to before `hi`, which is fixed.
    Fixed,
    /// From `lo` to `hi`.
    LastAffected,
    /// From `lo` to before `hi`, where the record stops.
    Limit,
    /// The version `lo`.
    Exact,
    /// The version whose text is `lo_text`.
    Text,
    /// A range that nothing here can evaluate.
    Unordered,
    /// A `vers:` range whose text is `lo_text`.
    Vers,
    /// A pattern of versions (CPE), whose quoted text is `lo_text`.
    Pattern,
    /// Only where the product has no version at all (CPE `-`).
    Versionless,
}

impl RowKind {
    const ALL: [Self; 10] = [
        Self::Open,
        Self::Fixed,
        Self::LastAffected,
        Self::Limit,
        Self::Exact,
        Self::Text,
        Self::Unordered,
        Self::Vers,
        Self::Pattern,
        Self::Versionless,
    ];
}

/// One interval, or one enumerated version, of one package in one record.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Row {
    pub(crate) lo_prefix: u64,
    pub(crate) hi_prefix: u64,
    pub(crate) lo: u32,
    pub(crate) hi: u32,
    pub(crate) lo_text: u32,
    pub(crate) hi_text: u32,
    pub(crate) record: u32,
    pub(crate) context: u32,
    pub(crate) affected: u32,
    pub(crate) range: u32,
    kind: u8,
    scheme: u8,
    pub(crate) flags: u8,
    verdict: u8,
    /// A statement's number; of a row by CPE, its atom's.
    pub(crate) detail: u32,
}

impl Row {
    pub(crate) fn kind(&self) -> RowKind {
        // A number that no kind has can only come from a damaged file: such a row decides nothing.
        RowKind::ALL.get(usize::from(self.kind)).copied().unwrap_or(RowKind::Unordered)
    }

    pub(crate) fn new(scheme: Scheme, record: u32, affected: u32) -> Self {
        Self {
            lo_prefix: 0,
            hi_prefix: 0,
            lo: NONE,
            hi: NONE,
            lo_text: NONE,
            hi_text: NONE,
            record,
            context: NONE,
            affected,
            range: NONE,
            kind: RowKind::Open as u8,
            scheme: scheme_code(scheme),
            flags: 0,
            verdict: Verdict::Affected as u8,
            detail: NONE,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        // A number that no verdict has can only come from a damaged file: it must not silence anything.
        Verdict::ALL.get(usize::from(self.verdict)).copied().unwrap_or(Verdict::UnderInvestigation)
    }

    pub(crate) fn set_verdict(&mut self, verdict: Verdict) {
        self.verdict = verdict as u8;
    }

    pub(crate) fn set_kind(&mut self, kind: RowKind) {
        self.kind = kind as u8;
    }

    /// As [`Row::scheme`] compared with one, without naming it: rows are many.
    pub(crate) fn has_scheme(&self, code: u8) -> bool {
        self.scheme == code
    }

    pub(crate) fn scheme(&self) -> Scheme {
        Scheme::all().nth(usize::from(self.scheme)).unwrap_or(Scheme::Generic)
    }
}

pub(crate) fn scheme_code(scheme: Scheme) -> u8 {
    Scheme::all()
        .position(|known| known == scheme)
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}

/// The lower bound has a local part, which then counts (PEP 440).
pub(crate) const LO_IS_LOCAL: u8 = 1;
/// The upper bound has.
pub(crate) const HI_IS_LOCAL: u8 = 2;
/// The range is one of semantic versions.
pub(crate) const SEMVER_RANGE: u8 = 4;
/// A bound is the version of a modular rpm.
pub(crate) const MODULAR: u8 = 8;

/// The lower bound itself is outside.
pub(crate) const LO_EXCLUSIVE: u8 = 16;
/// The row is one of a configuration.
pub(crate) const CPE: u8 = 32;

/// What a row says of the versions in it; the numbers are part of the file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Verdict {
    Affected,
    NotAffected,
    Fixed,
    UnderInvestigation,
}

impl Verdict {
    const ALL: [Self; 4] = [Self::Affected, Self::NotAffected, Self::Fixed, Self::UnderInvestigation];

    /// True when the versions in the row need nothing done.
    pub(crate) fn silences(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// A record, or one statement of a document that makes several.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RecordEntry {
    pub(crate) id: u32,
    /// The vulnerability that a statement names; `NONE` for a record, which is one.
    pub(crate) vulnerability: u32,
    /// The vulnerabilities it stands for, in the section of names.
    pub(crate) name_start: u32,
    pub(crate) name_count: u32,
    /// Rank of its source.
    pub(crate) authority: u16,
    /// 1: it does not say of every version whether it is affected.
    pub(crate) leaves_open: u16,
}

/// What a source adds to a statement.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct StatementEntry {
    /// Microseconds; the least number where the source does not date it.
    pub(crate) timestamp: i64,
    pub(crate) justification: u32,
    pub(crate) text: u32,
    pub(crate) action: u32,
    /// Purl or CPE of what must be there too; `NONE` without such a condition.
    pub(crate) platform: u32,
}

/// A product in a range of versions, part of a configuration.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Atom {
    pub(crate) criteria: u32,
    pub(crate) lo: u32,
    pub(crate) hi: u32,
    /// [`LO_EXCLUSIVE`], and [`Atom::HI_INCLUSIVE`], [`Atom::PLATFORM`], [`Atom::NARROW`], [`Atom::BY_NAME`].
    pub(crate) flags: u32,
    /// The configuration as postfix operations; none where the atom alone decides.
    pub(crate) program_start: u32,
    pub(crate) program_count: u32,
}

impl Atom {
    /// The upper bound itself is inside.
    pub(crate) const HI_INCLUSIVE: u32 = 256;
    /// It has to be there, but is not what is vulnerable.
    pub(crate) const PLATFORM: u32 = 512;
    /// Attributes behind the update say something.
    pub(crate) const NARROW: u32 = 1024;
    /// No CPE name at all: vendor and product in the issuer's words.
    pub(crate) const BY_NAME: u32 = 2048;
}

/// Where a row applies; `NONE` where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Context {
    pub(crate) release: u32,
    pub(crate) channel: u32,
    /// Module streams, separated by spaces.
    pub(crate) module: u32,
}
