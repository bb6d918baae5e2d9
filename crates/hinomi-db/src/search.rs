// SPDX-License-Identifier: Apache-2.0
//! Text search by bigrams, the same on both engines and for Japanese, where words have no spaces.
//!
//! ```text
//! "OpenSSL 暗号" ─fold→ "openssl 暗号" ─→ " o" "op" "pe" … "l " " 暗" "暗号" "号 "   (kind, gram, id)
//! ```
//!
//! A query finds the ids that have all of its grams. That is a superset of the substring matches (grams may come
//! from different places), so a list shows near hits too and ranks by its own order.

use std::collections::BTreeSet;

use sea_query::{Expr, ExprTrait, Query, SelectStatement};
use unicode_normalization::UnicodeNormalization;

use crate::bulk::{BulkTable, Column};
use crate::{DbError, Tx, Value, values};

/// Longer texts are indexed by their beginning.
const MAX_CHARS: usize = 400;
/// More grams than this make a query slower, not sharper.
const MAX_QUERY_GRAMS: usize = 12;

const SEARCH_GRAM: BulkTable = BulkTable {
    name: "search_gram",
    columns: &[Column::text("kind"), Column::text("gram"), Column::int("id")],
    on_conflict: Some("ON CONFLICT (kind, gram, id) DO NOTHING"),
};

/// Compatibility-normalised lower case with single spaces: full-width letters, half-width kana and capitals meet.
pub fn fold(text: &str) -> String {
    let lowered: String =
        text.nfkc().flat_map(char::to_lowercase).filter(|c| *c != '\0').take(MAX_CHARS).collect();
    lowered.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The grams under which a text is found.
pub fn bigrams(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    if folded.is_empty() { BTreeSet::new() } else { pairs(&format!(" {folded} ")) }
}

/// The grams a query asks for; a single character is the beginning of a word.
pub fn query_grams(query: &str) -> Vec<String> {
    let folded = fold(query);
    let grams = match folded.chars().count() {
        0 => BTreeSet::new(),
        1 => BTreeSet::from([format!(" {folded}")]),
        _ => pairs(&folded),
    };
    grams.into_iter().take(MAX_QUERY_GRAMS).collect()
}

fn pairs(text: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// The ids of `kind` that have every gram of the query, as a sub-select for `id IN (…)`; `None` for an empty query,
/// which restricts nothing.
pub fn matching(kind: &str, query: &str) -> Option<SelectStatement> {
    let grams = query_grams(query);
    if grams.is_empty() {
        return None;
    }
    let count = i64::try_from(grams.len()).unwrap_or(i64::MAX);
    let statement = Query::select()
        .column("id")
        .from("search_gram")
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("gram").is_in(grams))
        .group_by_col("id")
        .and_having(Expr::cust("COUNT(*)").eq(count))
        .take();
    Some(statement)
}

/// Adds texts to the index; what is there stays.
pub async fn add(
    tx: &mut Tx,
    kind: &str,
    texts: impl IntoIterator<Item = (i64, String)>,
) -> Result<(), DbError> {
    let rows: Vec<Vec<Value>> = texts
        .into_iter()
        .flat_map(|(id, text)| bigrams(&text).into_iter().map(move |gram| (gram, id)))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|(gram, id)| values![kind, gram, id].0)
        .collect();
    tx.bulk_insert(&SEARCH_GRAM, rows.into_iter()).await?;
    Ok(())
}

/// Replaces what one id is found under.
pub async fn replace(tx: &mut Tx, kind: &str, id: i64, text: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM search_gram WHERE kind = $1 AND id = $2", values![kind, id]).await?;
    add(tx, kind, [(id, text.to_owned())]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_and_cases_meet() {
        assert_eq!(fold("  ＯｐｅｎＳＳＬ\t ｱﾝｺﾞｳ "), "openssl アンゴウ");
        assert_eq!(query_grams("暗号"), vec!["暗号"]);
        assert_eq!(query_grams("o"), vec![" o"]);
        assert!(query_grams(" ").is_empty() && bigrams("").is_empty());
        assert!(bigrams("暗号ライブラリ").is_superset(&query_grams("ライブ").into_iter().collect()));
    }
}
