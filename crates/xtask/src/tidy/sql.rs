// SPDX-License-Identifier: Apache-2.0
//! Just enough reading of SQL and of Rust source to say which table a line names: what a migration creates, and
//! which words of a statement stand where a table's name must stand.

/// A string literal of a Rust file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
    /// The code before the literal, without the white space between.
    pub(super) before: &'a str,
}

/// Every string literal outside comments. Escapes stay as written: no table name needs one.
pub(super) fn literals(source: &str) -> Vec<Literal<'_>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += block_comment_length(rest);
        } else if bytes[at] == b'\'' {
            at += char_or_lifetime_length(rest);
        } else if let Some(hashes) = raw_start(source, at) {
            let open = at + 1 + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            let length = source[open..].find(&close).unwrap_or(source.len() - open);
            found.push(literal(source, at, open, length));
            at = (open + length + close.len()).min(source.len());
        } else if bytes[at] == b'"' {
            let length = quoted_length(&bytes[at + 1..]);
            found.push(literal(source, at, at + 1, length));
            at = (at + 1 + length + 1).min(source.len());
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

fn literal(source: &str, start: usize, open: usize, length: usize) -> Literal<'_> {
    let line = source[..start].matches('\n').count() + 1;
    Literal { line, text: &source[open..open + length], before: source[..start].trim_end() }
}

fn raw_start(source: &str, at: usize) -> Option<usize> {
    let rest = source[at..].strip_prefix('r')?;
    let is_word = source[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let hashes = rest.bytes().take_while(|&byte| byte == b'#').count();
    let opens = rest[hashes..].starts_with('"');
    let is_prefix = is_word && !matches!(source[..at].chars().next_back(), Some('b' | 'c'));
    (opens && !is_prefix).then_some(hashes)
}

fn quoted_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `'x'` and `'\u{41}'` are characters, `'a` is a lifetime: only the former may hide a quote.
fn char_or_lifetime_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest.get(3..).and_then(|tail| tail.find('\'')).map_or(rest.len(), |end| end + 4),
        Some((at, c)) if rest[at + c.len_utf8()..].starts_with('\'') => at + c.len_utf8() + 1,
        _ => 1,
    }
}

/// Words and single signs of SQL, without comments; quoted names count as words. With each its line, from 0.
pub(super) fn tokens(sql: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (line, text) in sql.lines().enumerate() {
        let code = text.split("--").next().unwrap_or_default();
        let mut start = None;
        for (at, c) in code.char_indices() {
            let in_word = c.is_alphanumeric() || c == '_' || c == '.';
            if in_word {
                start.get_or_insert(at);
                continue;
            }
            if let Some(from) = start.take() {
                found.push((line, &code[from..at]));
            }
            if !c.is_whitespace() && !matches!(c, '"' | '`' | '[' | ']' | '\\') {
                found.push((line, &code[at..at + c.len_utf8()]));
            }
        }
        if let Some(from) = start {
            found.push((line, &code[from..]));
        }
    }
    found
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Mention<'a> {
    CreatesTable(&'a str),
    CreatesView(&'a str),
    Names(&'a str),
    Refers(&'a str),
}

/// Which tables and views a text of SQL creates or names, with lines from 0. Keywords are those of the house:
/// upper case in code, so that prose in a message ("read from asset") is no statement.
pub(super) fn mentions(sql: &str) -> Vec<(usize, Mention<'_>)> {
    let words = tokens(sql);
    let mut found = Vec::new();
    for (index, &(_, word)) in words.iter().enumerate() {
        let after = |skip: usize| words.get(index + skip).copied();
        let name = match word {
            "TABLE" | "VIEW" => {
                let skip = if after(1).is_some_and(|(_, next)| next == "IF") {
                    if after(2).is_some_and(|(_, next)| next == "NOT") { 4 } else { 3 }
                } else {
                    1
                };
                after(skip)
            }
            "FROM" | "JOIN" | "INTO" | "UPDATE" | "REFERENCES" | "ONLY" | "COPY" => after(1),
            "ON" if is_index_target(&words, index) => after(1),
            _ => None,
        };
        let Some((line, name)) = name else { continue };
        if !name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') {
            continue;
        }
        let name = name.rsplit('.').next().unwrap_or(name);
        let created = (1..=3).any(|back| index >= back && words[index - back].1 == "CREATE");
        found.push((
            line,
            match word {
                "TABLE" if created => Mention::CreatesTable(name),
                "VIEW" if created => Mention::CreatesView(name),
                "REFERENCES" => Mention::Refers(name),
                _ => Mention::Names(name),
            },
        ));
    }
    found
}

/// `CREATE INDEX name ON table` and `CREATE TRIGGER … ON table`.
fn is_index_target(words: &[(usize, &str)], on: usize) -> bool {
    let start = words[..on].iter().rposition(|(_, word)| *word == ";").map_or(0, |at| at + 1);
    words.get(start).is_some_and(|(_, word)| *word == "CREATE")
        && words[start..on].iter().any(|(_, word)| matches!(*word, "INDEX" | "TRIGGER"))
}

/// Whether a literal of a Rust file is a statement, or a part of one.
pub(super) fn looks_like_sql(text: &str) -> bool {
    tokens(text).iter().any(|(_, word)| {
        matches!(
            *word,
            "SELECT"
                | "INSERT"
                | "UPDATE"
                | "DELETE"
                | "FROM"
                | "JOIN"
                | "CREATE"
                | "ALTER"
                | "DROP"
                | "TRUNCATE"
                | "REFERENCES"
                | "COPY"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_every_kind_are_found_with_their_lines_and_comments_are_not() {
        let source = concat!(
            "// \"no\"\nlet a = \"one\";\nlet c = '\"'; /* \"no /* \"nor\" */ \" */\n",
            "fn f<'a>(x: &'a str) { q(r#\"two \"2\" \"#, \"es\\\"caped\"); b(br\"three\") }\n",
        );
        let found: Vec<_> = literals(source).into_iter().map(|l| (l.line, l.text)).collect();
        assert_eq!(found, [(2, "one"), (4, "two \"2\" "), (4, "es\\\"caped"), (4, "three")]);
        assert!(literals(source)[1].before.ends_with("q("));
    }

    #[test]
    fn unfinished_literals_and_comments_end_with_the_file() {
        for source in ["\"open", "r#\"open", "/* open", "'\\", "'", "r\"", "\"\\"] {
            literals(source);
        }
        assert_eq!(literals("\"日本").first().map(|l| l.text), Some("日本"));
    }

    #[test]
    fn migrations_create_and_refer() {
        let sql = "-- CREATE TABLE not_this\nCREATE TABLE IF NOT EXISTS asset (\n id TEXT,\n s TEXT REFERENCES system(id)\n);\n\
                   CREATE INDEX asset_by_s ON asset (s);\nCREATE VIEW v_asset AS SELECT * FROM asset;\n";
        let expected = [
            (1, Mention::CreatesTable("asset")),
            (3, Mention::Refers("system")),
            (5, Mention::Names("asset")),
            (6, Mention::CreatesView("v_asset")),
            (6, Mention::Names("asset")),
        ];
        assert_eq!(mentions(sql), expected);
    }

    #[test]
    fn statements_name_tables_and_prose_does_not() {
        let names = |sql| mentions(sql).into_iter().map(|(_, m)| m).collect::<Vec<_>>();
        assert_eq!(names("UPDATE asset SET a = 1"), [Mention::Names("asset")]);
        assert_eq!(
            names("SELECT * FROM public.unit u LEFT JOIN seat ON seat.unit = u.id"),
            [Mention::Names("unit"), Mention::Names("seat")]
        );
        assert_eq!(names("ON CONFLICT (id) DO UPDATE SET name = excluded.name"), []);
        assert_eq!(names("cannot read from asset"), []);
        assert!(!looks_like_sql("cannot read from asset") && looks_like_sql("DELETE FROM asset"));
    }
}
