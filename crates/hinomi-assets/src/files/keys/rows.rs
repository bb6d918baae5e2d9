// SPDX-License-Identifier: Apache-2.0
//! Rows of a table that gives its things no number, or gives a number twice.
//!
//! ```text
//! rows of one name ─┬─ says what a known one said            ─→ its key
//!                   ├─ shares a serial number, address, …    ─→ its key, the strongest value first
//!                   ├─ the only one left, of the only one     ─→ its key: it has another address now
//!                   └─ else new                               ─→ NAME, or NAME (what tells it apart)
//! ```
//! What must stay true: where a row stands in its file says nothing. The same rows in another order have the same keys.
//! Named rows that say the same are one thing, of which the import tells; five patch panels without a name are five.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_db::{Db, DbError};

use super::{Keyed, Known, UNNAMED, known_of};
use crate::reconcile::SourceRecord;

/// Gives the rows of each shared name keys of their own.
pub(super) async fn tell_apart(
    db: &Db,
    source: &str,
    shared: &HashSet<String>,
    keyed: &mut [Keyed],
) -> Result<(), DbError> {
    let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in keyed.iter().enumerate() {
        if let Some((key, _)) = one.as_ref().filter(|(key, _)| shared.contains(key)) {
            named.entry(key.clone()).or_default().push(at);
        }
    }
    let bases: Vec<&str> = named.keys().map(String::as_str).collect();
    let mut known = known_of(db, source, &bases).await?;
    // What others of the document are called by their own numbers is no key for a row without one.
    let taken: HashSet<String> =
        keyed.iter().flatten().map(|(key, _)| key).filter(|key| !shared.contains(*key)).cloned().collect();
    for (base, at) in named {
        let rows: Vec<&SourceRecord> =
            at.iter().filter_map(|at| keyed[*at].as_ref().map(|(_, record)| record)).collect();
        let mut known = known.remove(&base).unwrap_or_default();
        known.retain(|one| !taken.contains(&one.key));
        let keys = keys_of_rows(&base, &rows, &known, &taken);
        for (at, key) in at.into_iter().zip(keys) {
            if let Some((own, _)) = &mut keyed[at] {
                *own = key;
            }
        }
    }
    Ok(())
}

/// Values that say which one it is, the strongest kind first.
fn marks(record: &SourceRecord, base: &str) -> [Vec<String>; 6] {
    let known = &record.identifiers;
    let serial = known.serial.as_ref().map(|serial| {
        let vendor = known.vendor.as_deref().unwrap_or_default();
        format!("{vendor} {serial}").trim().to_lowercase()
    });
    let numbers = [serial, known.uuid.clone(), known.cloud_id.clone(), known.asset_tag.clone()];
    let location = record.attributes.get("location").map(|one| one.value.clone());
    let names = |names: &[String]| names.iter().filter(|name| *name != base).cloned().collect();
    [
        numbers.into_iter().flatten().chain(known.agent_ids.iter().cloned()).collect(),
        known.macs.clone(),
        names(&known.fqdns),
        known.ips.clone(),
        names(&known.hostnames),
        location.into_iter().collect(),
    ]
}

/// Both have values of a kind, and none in common.
fn differ(left: &[Vec<String>], right: &[Vec<String>]) -> bool {
    left.iter().zip(right).any(|(left, right)| {
        !left.is_empty() && !right.is_empty() && !left.iter().any(|one| right.contains(one))
    })
}

/// Before the number of a further thing of which the same is said: no JSON text holds it.
const COPY: char = '\u{1}';

/// What was said, under which key.
type Said = (String, String);

/// Of a name that thousands have, what nothing tells apart is new.
const COMPARISONS_MAX: usize = 1_000_000;

fn keys_of_rows(base: &str, rows: &[&SourceRecord], known: &[Known], taken: &HashSet<String>) -> Vec<String> {
    let text = |record: &SourceRecord| serde_json::to_string(record).unwrap_or_default();
    // Rows that say the same are one thing, but unnamed ones are as many as there are; their order is that of what they say.
    let mut things: BTreeMap<String, (&SourceRecord, Option<String>)> = BTreeMap::new();
    let mut copies: HashMap<String, usize> = HashMap::new();
    let texts = rows.iter().map(|row| {
        let text = text(row);
        let copy = copies.entry(text.clone()).or_default();
        *copy += 1;
        if base == UNNAMED && *copy > 1 { format!("{text}{COPY}{copy}") } else { text }
    });
    let texts: Vec<String> = texts.collect();
    for (row, text) in rows.iter().zip(&texts) {
        things.insert(text.clone(), (*row, None));
    }
    // By what they said, then by their keys.
    let mut free: BTreeMap<Said, &Known> =
        known.iter().map(|one| ((text(&one.record), one.key.clone()), one)).collect();
    let mut waiting: Vec<String> = Vec::new();
    for (text, (_, key)) in &mut things {
        let plain = text.split(COPY).next().unwrap_or(text);
        let mut alike = free.range((plain.to_owned(), String::new())..).map(|(said, _)| said.clone());
        match alike.next().filter(|(said, _)| said == plain) {
            Some(said) => {
                free.remove(&said);
                *key = Some(said.1);
            }
            None => waiting.push(text.clone()),
        }
    }
    for kind in 0..marks(&SourceRecord::default(), base).len() {
        let mut by_value: HashMap<String, (Vec<&String>, Vec<&Said>)> = HashMap::new();
        for text in waiting.iter().filter(|text| things[*text].1.is_none()) {
            for value in std::mem::take(&mut marks(things[text].0, base)[kind]) {
                by_value.entry(value).or_default().0.push(text);
            }
        }
        for (said, one) in &free {
            for value in std::mem::take(&mut marks(&one.record, base)[kind]) {
                by_value.entry(value).or_default().1.push(said);
            }
        }
        let mut pairs: Vec<(String, Said)> = by_value
            .into_values()
            .filter_map(|(rows, known)| match (rows.as_slice(), known.as_slice()) {
                ([row], [known]) => Some(((*row).clone(), (*known).clone())),
                _ => None,
            })
            .collect();
        pairs.sort();
        for (row, said) in pairs {
            if let Some((_, key @ None)) = things.get_mut(&row)
                && let Some(one) = free.remove(&said)
            {
                *key = Some(one.key.clone());
            }
        }
    }
    let left: Vec<String> =
        things.iter().filter(|(_, (_, key))| key.is_none()).map(|(text, _)| text.clone()).collect();
    let may_compare = left.len().saturating_mul(free.len()) <= COMPARISONS_MAX;
    let only = left.len() == 1 && free.len() == 1 && things.len() == 1 && known.len() == 1;
    let mut used: HashSet<String> = known.iter().map(|one| one.key.clone()).collect();
    for text in left {
        let Some((row, key)) = things.get_mut(&text) else { continue };
        let own = marks(row, base);
        let numbers = |marks: &[Vec<String>; 6]| marks[..1].to_vec();
        let same = free.iter().filter(|_| may_compare).find(|(_, one)| {
            let theirs = marks(&one.record, base);
            // The only one of its name may move; of several, nothing may speak against it.
            if only { !differ(&numbers(&own), &numbers(&theirs)) } else { !differ(&own, &theirs) }
        });
        let same = same.map(|(said, one)| (said.clone(), one.key.clone()));
        *key = Some(match same {
            Some((said, known)) => {
                free.remove(&said);
                known
            }
            None => {
                let telling = own.into_iter().flatten().next();
                let telling =
                    telling.unwrap_or_else(|| blake3::hash(text.as_bytes()).to_hex()[..8].to_owned());
                let named = format!("{base} ({telling})");
                let numbered = (2..).map(|at| format!("{named} #{at}"));
                let mut names = [base.to_owned(), named.clone()].into_iter().chain(numbered);
                let is_free = |name: &String| !used.contains(name) && !taken.contains(name);
                names.find(is_free).unwrap_or(named)
            }
        });
        used.extend(key.clone());
    }
    let key_of = |text: &String| things.get(text).and_then(|(_, key)| key.clone());
    texts.iter().map(|text| key_of(text).unwrap_or_else(|| base.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(serial: &str, ip: &str, note: &str) -> SourceRecord {
        let mut record = SourceRecord { name: "router".to_owned(), ..SourceRecord::default() };
        record.identifiers.serial = (!serial.is_empty()).then(|| serial.to_owned());
        record.identifiers.ips.extend((!ip.is_empty()).then(|| ip.to_owned()));
        if !note.is_empty() {
            record.attributes.entry("note".to_owned()).or_default().value = note.to_owned();
        }
        record
    }

    fn keys(rows: &[SourceRecord], known: &[(String, SourceRecord)]) -> Vec<String> {
        let known: Vec<Known> =
            known.iter().map(|(key, record)| Known { key: key.clone(), record: record.clone() }).collect();
        keys_of_rows("router", &rows.iter().collect::<Vec<_>>(), &known, &HashSet::new())
    }

    #[test]
    fn the_order_of_rows_says_nothing() {
        let rows = [row("S2", "192.0.2.2", ""), row("S1", "192.0.2.1", ""), row("", "192.0.2.3", "")];
        let first = keys(&rows, &[]);
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 3, "{first:?}");
        let turned: Vec<SourceRecord> = rows.iter().rev().cloned().collect();
        assert_eq!(keys(&turned, &[]), first.iter().rev().cloned().collect::<Vec<_>>());
        // Next month: sorted otherwise, one is gone, one has another address, one is new.
        let known: Vec<(String, SourceRecord)> = first.iter().cloned().zip(rows.iter().cloned()).collect();
        let next = [row("S9", "192.0.2.9", ""), row("S1", "192.0.2.77", "moved"), rows[2].clone()];
        let second = keys(&next, &known);
        assert_eq!((&second[1], &second[2]), (&first[1], &first[2]));
        assert!(!first.contains(&second[0]), "{second:?}");
    }

    #[test]
    fn five_that_nobody_named_are_five_again() {
        let panel = row("", "", "48 ports");
        let rows = vec![panel.clone(); 5];
        let of = |rows: &[SourceRecord], known: &[Known]| {
            keys_of_rows(UNNAMED, &rows.iter().collect::<Vec<_>>(), known, &HashSet::new())
        };
        let first = of(&rows, &[]);
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 5, "{first:?}");
        let known: Vec<Known> =
            first.iter().map(|key| Known { key: key.clone(), record: panel.clone() }).collect();
        let again: HashSet<String> = of(&rows, &known).into_iter().collect();
        assert_eq!(again, first.into_iter().collect());
    }

    #[test]
    fn rows_that_say_the_same_are_one_and_what_only_moved_stays() {
        assert_eq!(keys(&[row("S1", "", ""), row("S1", "", "")], &[]), ["router", "router"]);
        let known = [("router".to_owned(), row("", "192.0.2.1", ""))];
        assert_eq!(keys(&[row("", "198.51.100.1", "")], &known), ["router"]);
        assert_eq!(keys(&[row("S2", "", "")], &[("router".to_owned(), row("S1", "", ""))]), ["router (s2)"]);
        // Of several, one of which nothing else is known: no guess between addresses.
        let both = keys(&[row("", "192.0.2.1", ""), row("", "192.0.2.9", "")], &known);
        assert_eq!(both, ["router", "router (192.0.2.9)"]);
        // What an earlier import called by the line that it stood in keeps that key.
        let old =
            [("router".to_owned(), row("S1", "", "")), ("router (line 17)".to_owned(), row("S2", "", ""))];
        assert_eq!(keys(&[row("S2", "", "x"), row("S1", "", "y")], &old), ["router (line 17)", "router"]);
    }
}
