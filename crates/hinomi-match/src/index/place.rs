// SPDX-License-Identifier: Apache-2.0
//! An installed version on the line of versions, and whether a row reaches it.

use std::borrow::Cow;
use std::cmp::Ordering;

use hinomi_version::cpe::{Cpe, comparable};
use hinomi_version::{Scheme, compare, encode};

use super::{HI_IS_LOCAL, LO_EXCLUSIVE, LO_IS_LOCAL, Row, RowKind, Store, prefix_of};
use crate::arena::NONE;
use crate::cpe::bare_version;

/// A version, placed once, then tested against many rows.
pub(crate) struct Placed<'a> {
    pub(crate) text: &'a str,
    scheme: Scheme,
    full: Key,
    /// Without its local part, where it has one (PEP 440: `2.0.1` of `2.0.1+cu118`).
    public: Option<(Key, Cow<'a, str>)>,
}

struct Key {
    prefix: u64,
    bytes: Vec<u8>,
}

impl Key {
    fn of(scheme: Scheme, text: &str) -> Option<Self> {
        let bytes = encode(scheme, text).ok().filter(|_| scheme.is_in_line(text))?;
        Some(Self { prefix: prefix_of(&bytes), bytes })
    }
}

/// The public part of a PEP 440 version that has a local one.
pub(crate) fn public_part(scheme: Scheme, text: &str) -> Option<&str> {
    if scheme != Scheme::Pypi {
        return None;
    }
    text.split_once('+').map(|(public, _)| public)
}

impl<'a> Placed<'a> {
    pub(crate) fn new(scheme: Scheme, text: &'a str) -> Option<Self> {
        let text = text.trim();
        let full = Key::of(scheme, text)?;
        let public =
            public_part(scheme, text).and_then(|part| Some((Key::of(scheme, part)?, Cow::Borrowed(part))));
        Some(Self { text, scheme, full, public })
    }

    /// The version of a CPE name; without its update it is compared with names that leave the update open.
    pub(crate) fn of_cpe(text: &'a str, cpe: &Cpe) -> Option<Self> {
        let bare = bare_version(cpe).filter(|bare| bare != text);
        let public =
            bare.and_then(|bare| Some((Key::of(Scheme::Generic, &comparable(&bare))?, Cow::Owned(bare))));
        Some(Self { public, ..Self::of_bound(text)? })
    }

    /// A version as records write it beside CPE names.
    pub(crate) fn of_bound(text: &'a str) -> Option<Self> {
        let full = Key::of(Scheme::Generic, &comparable(text))?;
        Some(Self { text, scheme: Scheme::Generic, full, public: None })
    }

    /// The whole version's key.
    pub(crate) fn key(&self) -> &[u8] {
        &self.full.bytes
    }

    /// This version against a bound. The local part counts only against a bound that has one.
    fn against(&self, store: &Store, prefix: u64, key: u32, text: u32, bound_is_local: bool) -> Ordering {
        let (own, own_text) = match &self.public {
            Some((public, text)) if !bound_is_local => (public, text.as_ref()),
            _ => (&self.full, self.text),
        };
        if !self.scheme.is_totally_ordered() {
            let exact = compare(self.scheme, own_text, store.texts.text(text));
            return exact.unwrap_or_else(|_| own.bytes.as_slice().cmp(store.keys.get(key)));
        }
        own.prefix.cmp(&prefix).then_with(|| own.bytes.as_slice().cmp(store.keys.get(key)))
    }

    /// True when the row is an interval or an enumerated version that contains this one.
    pub(crate) fn is_in(&self, store: &Store, row: &Row) -> bool {
        debug_assert_eq!(
            row.scheme(),
            self.scheme,
            "rows are tested with a version placed in their own order"
        );
        let low = || self.against(store, row.lo_prefix, row.lo, row.lo_text, row.flags & LO_IS_LOCAL != 0);
        let high = || self.against(store, row.hi_prefix, row.hi, row.hi_text, row.flags & HI_IS_LOCAL != 0);
        match row.kind() {
            RowKind::Text | RowKind::Unordered | RowKind::Vers | RowKind::Pattern | RowKind::Versionless => {
                false
            }
            RowKind::Exact => low() == Ordering::Equal,
            _ if row.lo != NONE && low() <= lowest_outside(row) => false,
            RowKind::Open => true,
            RowKind::Fixed | RowKind::Limit => high() == Ordering::Less,
            RowKind::LastAffected => high() != Ordering::Greater,
        }
    }

    /// This version against the upper bound of a row that has one.
    pub(crate) fn against_end(&self, store: &Store, row: &Row) -> Ordering {
        self.against(store, row.hi_prefix, row.hi, row.hi_text, row.flags & HI_IS_LOCAL != 0)
    }
}

/// How a version that is not above the lower bound may stand to it.
fn lowest_outside(row: &Row) -> Ordering {
    if row.flags & LO_EXCLUSIVE != 0 { Ordering::Equal } else { Ordering::Less }
}
