// SPDX-License-Identifier: Apache-2.0
//! The checked-in differences: `suite<TAB>case<TAB>reason and source`.

use std::collections::BTreeMap;

const LISTED: &str = include_str!("exceptions.tsv");

/// Collects the cases of one suite that differ, and compares them with the list.
pub(crate) struct Differences {
    suite: &'static str,
    found: BTreeMap<String, String>,
    checked: usize,
}

impl Differences {
    pub(crate) fn new(suite: &'static str) -> Self {
        Differences { suite, found: BTreeMap::new(), checked: 0 }
    }

    pub(crate) fn check<T: PartialEq + std::fmt::Debug>(&mut self, case: &str, ours: T, expected: T) {
        self.checked += 1;
        if ours != expected {
            self.found.insert(case.to_owned(), format!("ours {ours:?}, expected {expected:?}"));
        }
    }

    pub(crate) fn finish(self) {
        assert!(self.checked > 0, "{}: no case was checked", self.suite);
        let rows = LISTED.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let listed: BTreeMap<&str, &str> = rows
            .map(|line| line.splitn(3, '\t').collect::<Vec<_>>())
            .filter(|fields| fields[0] == self.suite)
            .map(|fields| (fields[1], fields[2]))
            .collect();
        let new: Vec<_> = self.found.iter().filter(|(case, _)| !listed.contains_key(case.as_str())).collect();
        let gone: Vec<_> = listed.keys().filter(|case| !self.found.contains_key(**case)).collect();
        println!("{}: {} cases, {} listed exceptions", self.suite, self.checked, listed.len());
        assert!(new.is_empty(), "{}: {} differences, of {}: {new:#?}", self.suite, new.len(), self.checked);
        assert!(gone.is_empty(), "{}: listed, but no longer different: {gone:#?}", self.suite);
    }
}
