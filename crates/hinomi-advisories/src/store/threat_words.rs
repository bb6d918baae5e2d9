// SPDX-License-Identifier: Apache-2.0
//! The words by which reports of attackers are found.
//!
//! ```text
//! "Paper Crane は 偽装メール" ─fold→ paper · crane · は · 偽装 装メ メー ール   (word, report)
//! query "偽装 cra"            ─────→ 偽装 · cra…                          every one of them, the beginning of a word
//! ```
//! A word is a run of letters and digits; a run of a script without spaces is its pairs of characters, so that a word of
//! two is found wherever it stands. Bigrams of everything would be of no use here: hashes and addresses share all of them.

use std::collections::BTreeSet;

use hinomi_advisory_formats::threat::Threat;
use hinomi_db::search::fold;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, values};

use super::records::json_list;

/// Words of one report: the rest of a longer one is not found by its words.
const MOST_WORDS: usize = 20_000;
/// Characters of one word.
const MOST_LETTERS: usize = 64;
/// Words of a query that are looked for.
const MOST_ASKED: usize = 8;
/// Characters that are folded at once: a fold takes a name's length.
const PIECE: usize = 200;

const WORDS: BulkTable = BulkTable {
    name: "threat_word",
    columns: &[Column::text("word"), Column::text("threat_id")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

/// Replaces the words of reports, by id.
pub(crate) async fn put(tx: &mut Tx, threats: &[(String, BTreeSet<String>)]) -> Result<(), DbError> {
    let ids: Vec<&str> = threats.iter().map(|(id, _)| id.as_str()).collect();
    let forget = tx.pick(
        "DELETE FROM threat_word WHERE threat_id IN (SELECT value FROM json_each($1))",
        "DELETE FROM threat_word WHERE threat_id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.execute(forget, values![json_list(&ids)]).await?;
    let rows =
        threats.iter().flat_map(|(id, words)| words.iter().map(|word| values![word.clone(), id.clone()].0));
    let rows: Vec<_> = rows.collect();
    tx.bulk_insert(&WORDS, rows.into_iter()).await?;
    let done = tx.pick(
        "UPDATE threat SET is_indexed = TRUE WHERE NOT is_indexed AND id IN (SELECT value FROM json_each($1))",
        "UPDATE threat SET is_indexed = TRUE WHERE NOT is_indexed \
         AND id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.execute(done, values![json_list(&ids)]).await.map(|_| ())
}

/// Reports that came before there were words: id and document.
pub(crate) async fn unindexed(db: &Db, limit: i64) -> Result<Vec<(String, String)>, DbError> {
    db.all("SELECT id, document FROM threat WHERE NOT is_indexed ORDER BY id LIMIT $1", values![limit]).await
}

/// What a report is found by.
pub(crate) fn words_of(threat: &Threat) -> BTreeSet<String> {
    let mut words = BTreeSet::from([threat.id.to_lowercase()]);
    let mut add = |text: &str| add_words(text, &mut words);
    for text in [&threat.name, &threat.description] {
        add(text);
    }
    threat.author.iter().for_each(|text| add(text));
    let lists = [&threat.cves, &threat.actors, &threat.campaigns, &threat.tools, &threat.labels];
    lists.into_iter().flatten().for_each(|text| add(text));
    for technique in &threat.techniques {
        add(&technique.id);
        add(&technique.name);
    }
    threat.references.iter().for_each(|reference| add(&reference.url));
    threat.indicators.iter().for_each(|indicator| add(&indicator.value));
    words
}

fn add_words(text: &str, words: &mut BTreeSet<String>) {
    let letters: Vec<char> = text.chars().collect();
    for run in letters.split(|letter| !letter.is_alphanumeric()) {
        for piece in run.chunks(PIECE) {
            if words.len() >= MOST_WORDS {
                return;
            }
            let folded = fold(&piece.iter().collect::<String>());
            for part in scripts(&folded) {
                if !is_unspaced(part.chars().next().unwrap_or(' ')) {
                    words.insert(part.chars().take(MOST_LETTERS).collect());
                    continue;
                }
                let letters: Vec<char> = part.chars().collect();
                words.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
                // The last one begins no pair, and may be asked for alone.
                words.extend(letters.last().map(char::to_string));
            }
        }
    }
}

/// The beginnings of words that a query asks for, and whether each is a whole word.
pub(crate) fn asked(query: &str) -> Vec<(String, bool)> {
    let folded = fold(query);
    let mut asked = Vec::new();
    for run in folded.split(|letter: char| !letter.is_alphanumeric()).filter(|run| !run.is_empty()) {
        for part in scripts(run) {
            let letters: Vec<char> = part.chars().collect();
            if letters.len() > 1 && letters.first().copied().is_some_and(is_unspaced) {
                asked.extend(letters.windows(2).map(|pair| (pair.iter().collect::<String>(), true)));
            } else {
                asked.push((letters.iter().take(MOST_LETTERS).collect(), false));
            }
        }
    }
    // The longest tell most apart.
    asked.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    asked.dedup();
    asked.truncate(MOST_ASKED);
    asked
}

/// Parts of a run, each of a script with or without spaces.
fn scripts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, letter) in run.char_indices() {
        let is = is_unspaced(letter);
        if before.is_some_and(|before| before != is) {
            parts.extend(run.get(start..at));
            start = at;
        }
        before = Some(is);
    }
    parts.extend(run.get(start..).filter(|part| !part.is_empty()));
    parts
}

/// Kana, ideographs and Thai: scripts that write words without spaces between them.
pub(crate) fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{0e00}'..='\u{0e7f}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::{add_words, asked};
    use std::collections::BTreeSet;

    fn words(text: &str) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        add_words(text, &mut words);
        words
    }

    fn finds(text: &str, query: &str) -> bool {
        let words = words(text);
        let asked = asked(query);
        !asked.is_empty()
            && asked.iter().all(|(word, is_whole)| match is_whole {
                true => words.contains(word),
                false => words.range(word.clone()..).next().is_some_and(|found| found.starts_with(word)),
            })
    }

    #[test]
    fn words_are_found_by_their_beginning_and_unspaced_scripts_anywhere() {
        let text = "Paper Crane は偽装メールを送る ([ipv4-addr:value = '192.0.2.7'] ＣＶＥ-2026-0001)";
        for query in [
            "crane",
            "CRA",
            "偽装",
            "メール",
            "装メー",
            "送",
            "る",
            "192.0.2.7",
            "cve-2026-0001",
            "2026-0001",
            "ＰＡＰＥＲ crane",
        ] {
            assert!(finds(text, query), "{query}");
        }
        for query in ["rane", "heron", "装偽", "暗号", "%", "cve-2026-0002"] {
            assert!(!finds(text, query), "{query}");
        }
        assert_eq!(words("長音ー").into_iter().collect::<Vec<_>>(), ["ー", "長音", "音ー"]);
    }

    #[test]
    fn a_word_without_end_is_cut_and_words_are_bounded() {
        assert!(words(&"x".repeat(500)).iter().all(|word| word.chars().count() <= 64));
        let many: String = (0..30_000).map(|number| format!("w{number} ")).collect();
        assert_eq!(words(&many).len(), super::MOST_WORDS);
    }
}
