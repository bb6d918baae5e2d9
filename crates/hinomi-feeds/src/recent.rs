// SPDX-License-Identifier: Apache-2.0
//! The newest entries of a list as they stood at the last visit.
//!
//! A source may list something late, with a time before what was read last: a release that was queued, an embargo that
//! was lifted. By time alone it would never be asked for. What is not among the entries of the last visit is news,
//! whatever its time, as far back as those entries go.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

/// Entries that are remembered of one list: months of the busiest source, some 60 KB in the feed's state.
const REMEMBERED: usize = 5_000;
const HASH: usize = 6;

/// What was listed at the last visit.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// Entries of this time and before are not remembered; `None`: nothing is known of the last visit.
    floor: Option<String>,
    hashes: HashSet<[u8; HASH]>,
}

impl Recent {
    /// Entries are pairs of a time, whose texts sort as the times do, and a name.
    pub(crate) fn of<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable_by(|left, right| right.cmp(left));
        let floor = entries.get(REMEMBERED).map_or("", |(time, _)| *time).to_owned();
        let kept = entries.iter().take(REMEMBERED);
        Self { hashes: kept.map(|(time, name)| hash(time, name)).collect(), floor: Some(floor) }
    }

    /// As [`Self::to_text`] wrote it; anything else remembers nothing.
    pub(crate) fn read(text: Option<&str>) -> Self {
        let Some((floor, hashes)) = text.and_then(|text| text.rsplit_once(' ')) else {
            return Self::default();
        };
        let bytes = hex::decode(hashes).unwrap_or_default();
        let hashes = bytes.chunks_exact(HASH).filter_map(|hash| hash.try_into().ok()).collect();
        Self { floor: Some(floor.to_owned()), hashes }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut hashes: Vec<_> = self.hashes.iter().copied().collect();
        hashes.sort_unstable();
        format!("{} {}", self.floor.as_deref().unwrap_or_default(), hex::encode(hashes.concat()))
    }

    /// Whether the list did not have this entry when it was last visited.
    pub(crate) fn is_news(&self, time: &str, name: &str) -> bool {
        self.floor.as_deref().is_some_and(|floor| time > floor) && !self.hashes.contains(&hash(time, name))
    }
}

fn hash(time: &str, name: &str) -> [u8; HASH] {
    let digest = Sha256::digest(format!("{time}\n{name}"));
    let mut hash = [0; HASH];
    hash.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_listed_is_news_as_far_back_as_is_remembered() {
        let many: Vec<(String, String)> =
            (0..REMEMBERED + 2).map(|number| (format!("{number:08}"), format!("n{number}"))).collect();
        let recent = Recent::of(many.iter().map(|(time, name)| (time.as_str(), name.as_str())));
        let recent = Recent::read(Some(&recent.to_text()));
        assert!(many.iter().all(|(time, name)| !recent.is_news(time, name)));
        assert!(recent.is_news("00000002", "late"));
        assert!(recent.is_news("00000002", "n3") && recent.is_news("99999999", "n2"));
        assert!(!recent.is_news("00000001", "as late as what is no longer remembered"));
        let short = Recent::read(Some(&Recent::of([("2026", "a")].into_iter()).to_text()));
        assert!(short.is_news("1999", "b") && !short.is_news("2026", "a"));
        assert!(!Recent::read(None).is_news("2026", "a"), "of a visit that is not known nothing is news");
    }
}
