// SPDX-License-Identifier: Apache-2.0
//! The Fluent catalogues say the same things in every language, everything they say is used, and everything that
//! is asked for is there. English is the one that the others are compared with.
//!
//! Used means: the key stands between quotes somewhere in the code, or begins as a template there does
//! (`` `severity-${level}` `` uses every key that begins with `severity-`).

use std::collections::{BTreeMap, BTreeSet};

use super::Violation;
use crate::repo::{Repo, extension};

const REFERENCE: &str = "en";

/// The pages' function whose first argument is a key.
const LOOKUP: &str = "t";

struct Entry<'a> {
    file: &'a str,
    line: usize,
    /// `$name`s the text is filled with: the same in every language.
    variables: BTreeSet<&'a str>,
}

type Catalogue<'a> = BTreeMap<String, Entry<'a>>;

pub(super) fn check(repo: &Repo) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut languages: BTreeMap<&str, Catalogue<'_>> = BTreeMap::new();
    for (path, text) in repo.under("locales/") {
        let Some((language, _)) = path.strip_prefix("locales/").and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if extension(path) == "ftl" {
            read(path, text, languages.entry(language).or_default(), &mut violations);
        }
    }
    let Some(reference) = languages.get(REFERENCE) else {
        let message = "there is no English catalogue";
        violations.push(Violation::new("locales/en", 1, message, "write the texts of the pages here"));
        return violations;
    };
    for (language, catalogue) in &languages {
        if *language != REFERENCE {
            compare(reference, catalogue, language, &mut violations);
        }
    }
    check_use(repo, reference, &mut violations);
    violations
}

fn read<'a>(path: &'a str, text: &'a str, catalogue: &mut Catalogue<'a>, violations: &mut Vec<Violation>) {
    let mut message = String::new();
    let mut current: Option<String> = None;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let trimmed = line.trim_start();
        let indented = trimmed.len() < line.len();
        let attribute = trimmed.strip_prefix('.').filter(|_| indented);
        let key = match (attribute.and_then(key_before_equals), indented) {
            (Some(name), _) => Some(format!("{message}.{name}")),
            (None, false) => key_before_equals(line).map(str::to_owned),
            (None, true) => None,
        };
        if let Some(key) = key {
            if !indented {
                message.clone_from(&key);
            }
            let entry = Entry { file: path, line: index + 1, variables: BTreeSet::new() };
            if let Some(first) = catalogue.insert(key.clone(), entry) {
                let place = format!("key {key} is already at {}:{}", first.file, first.line);
                violations.push(Violation::new(path, index + 1, place, "keep one of them"));
            }
            current = Some(key);
        }
        if let Some(entry) = current.as_ref().and_then(|key| catalogue.get_mut(key)) {
            entry.variables.extend(variables(line));
        }
    }
}

fn key_before_equals(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let starts = key.strip_prefix('-').unwrap_or(key).starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && key.chars().all(is_key_char)).then_some(key)
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn variables(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('$').map(|(at, _)| {
        let rest = &line[at + 1..];
        &rest[..rest.find(|c| !is_key_char(c)).unwrap_or(rest.len())]
    })
}

fn compare(
    reference: &Catalogue<'_>,
    other: &Catalogue<'_>,
    language: &str,
    violations: &mut Vec<Violation>,
) {
    for (key, entry) in reference {
        match other.get(key) {
            None => {
                let message = format!("key {key} has no text in {language}");
                violations.push(Violation::new(entry.file, entry.line, message, "translate it"));
            }
            Some(translated) if translated.variables != entry.variables => {
                let (want, have) = (&entry.variables, &translated.variables);
                let message = format!("key {key} is filled with {have:?}, in {REFERENCE} with {want:?}");
                violations.push(Violation::new(
                    translated.file,
                    translated.line,
                    message,
                    "use the same variables",
                ));
            }
            Some(_) => {}
        }
    }
    for (key, entry) in other {
        if !reference.contains_key(key) {
            let message = format!("key {key} has no text in {REFERENCE}");
            violations.push(Violation::new(entry.file, entry.line, message, "write it, or remove it here"));
        }
    }
}

fn check_use(repo: &Repo, reference: &Catalogue<'_>, violations: &mut Vec<Violation>) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut prefixes: BTreeSet<&str> = BTreeSet::new();
    for (path, text) in repo.files.iter().filter(|(path, _)| is_code(path)) {
        for (at, word) in quoted_words(text) {
            used.insert(word);
            if path.starts_with("web/") && is_lookup(&text[..at]) && !reference.contains_key(word) {
                let line = text[..at].matches('\n').count() + 1;
                let message = format!("key {word} is in no catalogue");
                violations.push(Violation::new(path, line, message, "write its text in every language"));
            }
        }
        prefixes.extend(template_prefixes(text));
    }
    // A message may also be part of another.
    for (path, text) in repo.under("locales/") {
        if extension(path) == "ftl" {
            used.extend(references(text));
        }
    }
    for (key, entry) in reference {
        let message = key.split_once('.').map_or(key.as_str(), |(message, _)| message);
        let is_used = used.contains(message)
            || used.contains(key.as_str())
            || prefixes.iter().any(|prefix| message.starts_with(prefix));
        if !is_used {
            let text = format!("key {key} is used nowhere");
            violations.push(Violation::new(entry.file, entry.line, text, "remove it in every language"));
        }
    }
}

fn is_code(path: &str) -> bool {
    let in_place =
        path.starts_with("web/src/") || (path.starts_with("crates/") && !path.starts_with("crates/xtask/"));
    let is_test = path.contains(".test.") || path.contains("/mocks/") || path.contains("/tests/");
    in_place && !is_test && matches!(extension(path), "rs" | "ts" | "svelte" | "js")
}

/// Words of key characters that stand between two equal quotes, with the place of the opening one.
fn quoted_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.char_indices().filter(|(_, c)| matches!(c, '"' | '\'' | '`')).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let word = &rest[..rest.find(|c| !is_key_char(c) && c != '.').unwrap_or(rest.len())];
        let closed = rest[word.len()..].starts_with(quote);
        (closed && !word.is_empty()).then_some((at, word))
    })
}

/// `` `prefix-${…} `` in scripts and `"prefix-{…}"` in Rust.
fn template_prefixes(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter(|(_, c)| matches!(c, '"' | '`')).filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let word = &rest[..rest.find(|c| !is_key_char(c)).unwrap_or(rest.len())];
        let rest = &rest[word.len()..];
        let is_template = rest.starts_with("${") || rest.starts_with('{');
        // A prefix of one or two letters would use half the catalogue by accident.
        (is_template && word.len() > 3 && word.ends_with(['-', '_'])).then_some(word)
    })
}

/// `{ other-message }` and `{ -term }` inside texts.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').map(|(at, _)| {
        let rest = text[at + 1..].trim_start();
        &rest[..rest.find(|c| !is_key_char(c)).unwrap_or(rest.len())]
    })
}

fn is_lookup(before: &str) -> bool {
    let Some(before) = before.strip_suffix('(') else { return false };
    let name_at = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    &before[name_at..] == LOOKUP
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let mut found: Vec<_> = check(&Repo::of(files)).into_iter().map(|v| v.message).collect();
        found.sort();
        found
    }

    #[test]
    fn equal_catalogues_whose_keys_are_used_pass() {
        let en = "# comment = no key\n-brand = Hinomi\ntitle = { -brand }: { $count ->\n    [one] one\n   *[other] { $count }\n }\n    .label = L\nseverity-high = High\n";
        let ja = "-brand = 火の見\ntitle = { -brand } { $count } 件\n    .label = ラ\nseverity-high = 高\n";
        let code = "<h1>{t('title', { count })}</h1>{t(`severity-${level}`)}\n";
        let files = [("locales/en/a.ftl", en), ("locales/ja/a.ftl", ja), ("web/src/a.svelte", code)];
        assert_eq!(messages(&files), [""; 0]);
    }

    #[test]
    fn missing_surplus_and_unequal_texts_are_named() {
        let files = [
            ("locales/en/a.ftl", "one = { $n }\ntwo = Two\n    .hint = h\n"),
            ("locales/ja/a.ftl", "one = 一\nthree = 三\ntwo = 二\n"),
            ("crates/hinomi-web/src/a.rs", "f(\"one\", \"two\");"),
        ];
        let expected = [
            "key one is filled with {}, in en with {\"n\"}",
            "key three has no text in en",
            "key two.hint has no text in ja",
        ];
        assert_eq!(messages(&files), expected);
    }

    #[test]
    fn unused_unknown_and_repeated_keys_are_named() {
        let files = [
            ("locales/en/a.ftl", "one = One\none = Again\nidle = Idle\n"),
            ("locales/ja/a.ftl", "one = 一\nidle = 暇\n"),
            ("web/src/a.ts", "const x = t('one') + t('none'); const y = get('not-a-key');"),
        ];
        let expected = [
            "key idle is used nowhere",
            "key none is in no catalogue",
            "key one is already at locales/en/a.ftl:1",
        ];
        assert_eq!(messages(&files), expected);
    }
}
