// SPDX-License-Identifier: Apache-2.0
//! The texts of all vulnerabilities, and one pass over them.

use std::collections::{BTreeSet, HashMap, HashSet};

use hinomi_db::Db;
use hinomi_db::search::fold;
use hinomi_score::Severity;
use memchr::memmem::Finder;
use rayon::prelude::*;

use super::{Facets, VulnerabilityFilter, VulnerabilitySort};
use crate::model::AdvisoryError;
use crate::store::search::{self, FoundRow, Reached};
use crate::store::threat_words;

/// Vulnerabilities that are read at once.
const READ_AT_ONCE: usize = 5_000;
/// Words of a question that are looked for.
const MOST_TERMS: usize = 8;
/// Of words in a language that neither is English nor has its own script, so much is looked through.
const MOST_LETTERS: usize = 120;

/// One vulnerability: what it is found by, and what it counts as.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: i64,
    pub(super) modified: i64,
    pub(super) rank: i64,
    band: i64,
    severity: Severity,
    is_exploited: bool,
    is_withdrawn: bool,
    /// Its names, its title, its words in other languages, each on its line.
    text: Box<str>,
}

#[derive(Debug, Default)]
pub(super) struct Lines {
    reached: Reached,
    lines: Vec<Line>,
    places: HashMap<i64, usize>,
}

impl Lines {
    /// How far it reads.
    pub(super) fn reached(&self) -> Reached {
        self.reached
    }

    /// Reads what changed since; when that breaks off, it is read again.
    pub(super) async fn refresh(&mut self, db: &Db) -> Result<(), AdvisoryError> {
        // The numbers first: what changes after them is read again next time.
        let now = search::reached(db).await?;
        if now.vulnerability < self.reached.vulnerability || now.record < self.reached.record {
            *self = Self::default();
        }
        let changed = search::changed_since(db, self.reached).await?;
        for ids in changed.chunks(READ_AT_ONCE) {
            let mut names: HashMap<i64, BTreeSet<String>> = HashMap::new();
            for (id, name) in search::names(db, ids).await? {
                names.entry(id).or_default().insert(name);
            }
            let mut words: HashMap<i64, Vec<String>> = HashMap::new();
            for (id, text) in search::words(db, ids).await? {
                words.entry(id).or_default().push(text);
            }
            let rows = search::rows(db, ids).await?;
            let standing: HashSet<i64> = rows.iter().map(|row| row.id).collect();
            ids.iter().filter(|id| !standing.contains(id)).for_each(|id| self.remove(*id));
            for row in rows {
                let (names, words) = (names.remove(&row.id), words.remove(&row.id));
                self.put(line(row, &names.unwrap_or_default(), &words.unwrap_or_default()));
            }
        }
        self.reached = now;
        Ok(())
    }

    fn put(&mut self, line: Line) {
        match self.places.get(&line.id).and_then(|place| self.lines.get_mut(*place)) {
            Some(old) => *old = line,
            None => {
                self.places.insert(line.id, self.lines.len());
                self.lines.push(line);
            }
        }
    }

    fn remove(&mut self, id: i64) {
        let Some(place) = self.places.remove(&id) else { return };
        self.lines.swap_remove(place);
        if let Some(moved) = self.lines.get(place) {
            self.places.insert(moved.id, place);
        }
    }

    pub(super) fn page(
        &self,
        wanted: &Wanted,
        sort: VulnerabilitySort,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> Vec<i64> {
        let is_later = |line: &&Line| after.is_none_or(|after| sort.key_of(line) < after);
        let found = self.lines.par_iter().filter(is_later).filter(|line| wanted.has(line));
        let mut keys: Vec<(i64, i64)> = found.map(|line| sort.key_of(line)).collect();
        if limit < keys.len() {
            keys.select_nth_unstable_by(limit, |left, right| right.cmp(left));
            keys.truncate(limit);
        }
        keys.sort_unstable_by(|left, right| right.cmp(left));
        keys.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn facets(&self, wanted: &Wanted, reported: &HashSet<i64>) -> Facets {
        let counted = self.lines.par_iter().filter(|line| wanted.has_but_for_facets(line));
        let counts = counted
            .fold(Counts::default, |counts, line| counts.with(line, wanted, reported))
            .reduce(Counts::default, Counts::and);
        let severities = Severity::ALL.iter().zip(counts.severities);
        let likelihoods = (0..).zip(counts.likelihoods);
        Facets {
            total: counts.total,
            severities: severities
                .filter(|(_, count)| *count > 0)
                .map(|(severity, count)| (severity.as_str().to_owned(), count))
                .collect(),
            likelihoods: likelihoods.filter(|(_, count)| *count > 0).collect(),
            known_exploited: counts.known_exploited,
            reported: counts.reported,
            withdrawn: counts.withdrawn,
        }
    }
}

fn line(row: FoundRow, names: &BTreeSet<String>, words: &[String]) -> Line {
    let mut text = fold(&row.canonical);
    let mut add = |part: &str| {
        text.push('\n');
        text.push_str(part);
    };
    names.iter().filter(|name| **name != row.canonical).for_each(|name| add(&fold(name)));
    add(&fold(&row.title));
    for words in words {
        match words.chars().any(threat_words::is_unspaced) {
            true => add(words),
            false => add(words.char_indices().nth(MOST_LETTERS).map_or(words, |(end, _)| &words[..end])),
        }
    }
    Line {
        id: row.id,
        modified: row.modified.unwrap_or(i64::MIN),
        rank: row.severity_rank,
        band: row.epss_band,
        severity: row.severity.parse().unwrap_or(Severity::Unrated),
        is_exploited: row.known_exploited,
        is_withdrawn: row.withdrawn.is_some(),
        text: text.into_boxed_str(),
    }
}

/// A filter made ready for many lines.
pub(super) struct Wanted {
    terms: Vec<Finder<'static>>,
    severities: Vec<String>,
    known_exploited: Option<bool>,
    likelihood_from: Option<i64>,
    reported: Option<bool>,
    /// Read where `reported` asks for it.
    reports: HashSet<i64>,
    withdrawn: Option<bool>,
    ids: Option<HashSet<i64>>,
}

impl Wanted {
    pub(super) async fn of(db: &Db, filter: &VulnerabilityFilter) -> Result<Self, AdvisoryError> {
        let reports = match filter.reported {
            Some(_) => search::reported(db).await?.into_iter().collect(),
            None => HashSet::new(),
        };
        Ok(Self {
            terms: terms(filter.text.as_deref().unwrap_or_default()),
            severities: filter.severities.clone(),
            known_exploited: filter.known_exploited,
            likelihood_from: filter.likelihood_from,
            reported: filter.reported,
            reports,
            withdrawn: filter.withdrawn,
            ids: filter.ids.as_ref().map(|ids| ids.iter().copied().collect()),
        })
    }

    fn has(&self, line: &Line) -> bool {
        self.has_severity(line) && self.has_likelihood(line) && self.has_but_for_facets(line)
    }

    /// The words last: they cost most.
    fn has_but_for_facets(&self, line: &Line) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(&line.id))
            && self.known_exploited.is_none_or(|wanted| wanted == line.is_exploited)
            && self.withdrawn.is_none_or(|wanted| wanted == line.is_withdrawn)
            && self.reported.is_none_or(|wanted| wanted == self.reports.contains(&line.id))
            && self.terms.iter().all(|term| term.find(line.text.as_bytes()).is_some())
    }

    fn has_severity(&self, line: &Line) -> bool {
        self.severities.is_empty() || self.severities.iter().any(|word| word == line.severity.as_str())
    }

    fn has_likelihood(&self, line: &Line) -> bool {
        self.likelihood_from.is_none_or(|from| line.band >= from)
    }
}

/// The words of a question, the longest first: they tell most apart.
fn terms(text: &str) -> Vec<Finder<'static>> {
    let folded = fold(text);
    let mut terms: Vec<&str> = folded.split_whitespace().collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
    terms.dedup();
    terms.into_iter().take(MOST_TERMS).map(|term| Finder::new(term).into_owned()).collect()
}

#[derive(Default)]
struct Counts {
    total: i64,
    severities: [i64; 6],
    likelihoods: [i64; 5],
    known_exploited: i64,
    reported: i64,
    withdrawn: i64,
}

impl Counts {
    /// Counts a line that everything but the choice of severity and of likelihood lets through.
    fn with(mut self, line: &Line, wanted: &Wanted, reported: &HashSet<i64>) -> Self {
        let (of_severity, of_likelihood) = (wanted.has_severity(line), wanted.has_likelihood(line));
        if of_likelihood {
            let place = Severity::ALL.iter().position(|severity| *severity == line.severity);
            place.and_then(|place| self.severities.get_mut(place)).into_iter().for_each(|count| *count += 1);
        }
        if of_severity {
            let place = usize::try_from(line.band).ok();
            place.and_then(|place| self.likelihoods.get_mut(place)).into_iter().for_each(|count| *count += 1);
        }
        if of_severity && of_likelihood {
            self.total += 1;
            self.known_exploited += i64::from(line.is_exploited);
            self.withdrawn += i64::from(line.is_withdrawn);
            self.reported += i64::from(reported.contains(&line.id));
        }
        self
    }

    fn and(mut self, other: Self) -> Self {
        let all = self.severities.iter_mut().chain(&mut self.likelihoods);
        all.zip(other.severities.iter().chain(&other.likelihoods)).for_each(|(count, more)| *count += more);
        self.total += other.total;
        self.known_exploited += other.known_exploited;
        self.reported += other.reported;
        self.withdrawn += other.withdrawn;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{FoundRow, Line, Lines, VulnerabilitySort, Wanted, line, terms};
    use std::collections::HashSet;

    fn a_line(id: i64, severity: &str, names: &[&str], words: &[&str]) -> Line {
        let row = FoundRow {
            id,
            canonical: format!("CVE-2026-{id:04}"),
            title: "Heap overflow in ＯｐｅｎＳＳＬ".to_owned(),
            severity: severity.to_owned(),
            severity_rank: id % 3,
            known_exploited: id == 2,
            epss_band: id,
            modified: (id != 1).then_some(id),
            withdrawn: None,
        };
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        line(row, &owned(names).into_iter().collect(), &owned(words))
    }

    fn lines() -> Lines {
        let mut lines = Lines::default();
        lines.put(a_line(1, "high", &["GHSA-jfh8-c2jp-5v3q", "DSA-5417-1"], &["暗号ライブラリの欠陥"]));
        lines.put(a_line(2, "high", &["JVNDB-2026-000001"], &[]));
        lines.put(a_line(3, "low", &[], &[]));
        lines
    }

    fn wanted(text: &str, severities: &[&str]) -> Wanted {
        Wanted {
            terms: terms(text),
            severities: severities.iter().map(|word| (*word).to_owned()).collect(),
            known_exploited: None,
            likelihood_from: None,
            reported: None,
            reports: HashSet::new(),
            withdrawn: None,
            ids: None,
        }
    }

    fn found(text: &str) -> Vec<i64> {
        lines().page(&wanted(text, &[]), VulnerabilitySort::Modified, None, 9)
    }

    #[test]
    fn a_part_of_any_name_or_word_is_found_in_any_case_and_width() {
        for (text, ids) in [
            ("ghsa-JFH8", vec![1]),
            ("c2jp", vec![1]),
            ("dsa-5417", vec![1]),
            ("jvndb", vec![2]),
            ("ライブラリ", vec![1]),
            ("ﾗｲﾌﾞﾗﾘ 欠陥", vec![1]),
            ("ssl heap", vec![3, 2, 1]),
            ("2026-0003 ssl", vec![3]),
            ("ssl crane", vec![]),
            ("%", vec![]),
            ("_", vec![]),
            ("  ", vec![3, 2, 1]),
        ] {
            assert_eq!(found(text), ids, "{text}");
        }
    }

    #[test]
    fn pages_follow_one_another_in_either_order() {
        for (sort, order) in
            [(VulnerabilitySort::Severity, [2, 1, 3]), (VulnerabilitySort::Modified, [3, 2, 1])]
        {
            let (all, lines) = (wanted("", &[]), lines());
            let first = lines.page(&all, sort, None, 2);
            assert_eq!(first, order[..2]);
            let last = lines.lines.iter().find(|line| line.id == order[1]).map(|line| sort.key_of(line));
            assert_eq!(lines.page(&all, sort, last, 2), order[2..]);
        }
    }

    #[test]
    fn a_facets_own_choice_does_not_restrict_it() {
        let facets = lines().facets(&wanted("", &["high"]), &HashSet::from([1, 3]));
        assert_eq!(facets.total, 2);
        assert_eq!(facets.severities, [("low".to_owned(), 1), ("high".to_owned(), 2)]);
        assert_eq!(facets.likelihoods, [(1, 1), (2, 1)]);
        assert_eq!((facets.known_exploited, facets.reported, facets.withdrawn), (1, 1, 0));
    }

    #[test]
    fn what_goes_leaves_the_others_findable() {
        let mut lines = lines();
        lines.remove(1);
        lines.remove(1);
        lines.put(a_line(3, "critical", &["NEW-3"], &[]));
        let page = |text: &str| lines.page(&wanted(text, &[]), VulnerabilitySort::Modified, None, 9);
        assert_eq!((page(""), page("new-3"), page("ghsa")), (vec![3, 2], vec![3], vec![]));
    }
}
