// SPDX-License-Identifier: Apache-2.0
//! A mail a day to whoever looks after a unit's security: what changed of what the unit carries, and what is due.
//!
//! ```text
//! seats of units ─→ changes of the unit's subtree ─→ text in the reader's language ─→ outbox, once a unit, person and day
//! ```
//!
//! Nothing changed: no mail. A mail covers everything since the last one of the same unit and person, however long ago that
//! was, and nothing twice: how far each was told is written with the mail. The texts are those of the pages' catalogue.

use crate::error::RiskError;
use crate::service::changes::{Changed, Changes, Window, changes};
use crate::state::{Places, RiskState};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use hinomi_advisories::read::{self as advisories, Mark, Stretch};
use hinomi_core::{PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_org::SeatFilter;
use hinomi_platform::App;
use hinomi_platform::accounts;
use hinomi_platform::days::GroupDays;
use hinomi_platform::mail::{self, Mail};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The job's kind.
pub const DIGEST_JOB: &str = "vulnerability-digest";
const DAY: i64 = 86_400_000_000;
/// A mail names so many; the page has all of them.
const ROWS_MAX: usize = 25;

const ENGLISH: [&str; 2] = [
    include_str!("../../../../locales/en/intelligence.ftl"),
    include_str!("../../../../locales/en/terms.ftl"),
];
const JAPANESE: [&str; 2] = [
    include_str!("../../../../locales/ja/intelligence.ftl"),
    include_str!("../../../../locales/ja/terms.ftl"),
];

/// Writes the mails that are due; returns how many. The same day again writes none twice.
pub async fn digests_write(app: &App, state: &RiskState) -> Result<usize, RiskError> {
    let db = &app.db;
    let now = app.now();
    let here = advisories::mark(db).await?;
    let days = GroupDays::load(db).await?;
    let tree = hinomi_org::tree_at(db, now).await?;
    let seats = hinomi_org::seats_list(db, &Scope::all(), &SeatFilter::default(), now)
        .await
        .map_err(RiskError::from)?;
    let mut readers: BTreeMap<UnitId, BTreeSet<PersonId>> = BTreeMap::new();
    for seat in seats.into_iter().filter(|seat| seat.kind == SeatKind::SystemSecurityManager) {
        let people = [seat.holder, seat.deputy].into_iter().flatten().map(|person| person.id);
        readers.entry(seat.unit_id).or_default().extend(people);
    }
    let mut written = 0;
    for (unit, people) in readers {
        let Some(node) = tree.get(unit) else { continue };
        let scope = Scope::units(tree.subtree(unit));
        let places = Places::load(db, &scope).await?;
        if places.carriers().is_empty() {
            continue;
        }
        // Those who were told at the same time are told the same.
        let mut found: HashMap<Option<(i64, Mark)>, Changes> = HashMap::new();
        for person in people {
            let account = accounts::by_person(db, person).await?;
            let Some(account) = account.filter(|account| account.is_open(now)) else { continue };
            let reader = format!("{unit} {person}");
            let told = advisories::reader(db, &reader).await?;
            if let Entry::Vacant(place) = found.entry(told) {
                let mut carried = state.fresh(db).await?;
                let window = window(told, here, now);
                let open = state.open_tickets().fresh(db).await?;
                place.insert(changes(db, (&mut carried, &open), (&scope, &places), window, 300).await?);
            }
            let Some(found) = found.get(&told) else { continue };
            let mut tx = db.begin().await?;
            let is_told = match found.rows.is_empty() {
                true => true,
                false => {
                    let name = match account.locale == "ja" && !node.name_ja.is_empty() {
                        true => &node.name_ja,
                        false => &node.name,
                    };
                    let page = app.config.public_url.as_deref();
                    let page = page.map(|url| format!("{}/changes?unit={unit}", url.trim_end_matches('/')));
                    let (subject, text) = letter(&account.locale, name, found, page.as_deref());
                    let mail = Mail { to: account.email, to_name: account.name, subject, text };
                    let key = format!("{DIGEST_JOB} {} {reader}", days.day_of(now));
                    let is_new = mail::send_once(&mut tx, app, &key, &mail).await?;
                    written += usize::from(is_new);
                    is_new
                }
            };
            if is_told && told.is_none_or(|(_, mark)| mark != here || !found.rows.is_empty()) {
                advisories::reader_put(&mut tx, &reader, now.as_micros(), here).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(written)
}

/// Since the reader was told last; for who was never told, the last day.
fn window(told: Option<(i64, Mark)>, here: Mark, now: Time) -> Window {
    let until = now.as_micros();
    match told {
        Some((at, mark)) => Window { since: at, until, log: Stretch::of_marks(mark, here) },
        None => Window::of_time(until - DAY, until),
    }
}

/// Subject and text.
fn letter(locale: &str, unit: &str, found: &Changes, page: Option<&str>) -> (String, String) {
    let words = Words::new(locale);
    let total = found.rows.len() + found.omitted;
    let of_unit = [("unit", FluentValue::from(unit)), ("count", FluentValue::from(total))];
    let mut lines = vec![words.say("mail-digest-hello", &of_unit), String::new()];
    for row in found.rows.iter().take(ROWS_MAX) {
        lines.push(words.row(row));
        lines.extend(row.changes.iter().take(5).map(|change| {
            format!("    {}", words.change(&change.kind, &change.old_value, &change.new_value, &change.what))
        }));
        lines.push(format!("    {}", words.share(row)));
    }
    if total > ROWS_MAX {
        lines.push(words.say("mail-digest-more", &[("count", FluentValue::from(total - ROWS_MAX))]));
    }
    if let Some(page) = page {
        lines.extend([String::new(), words.say("mail-digest-page", &[]), page.to_owned()]);
    }
    lines.extend([String::new(), words.say("mail-digest-why", &[])]);
    (words.say("mail-digest-subject", &of_unit), lines.join("\n"))
}

struct Words(FluentBundle<FluentResource>);

impl Words {
    fn new(locale: &str) -> Self {
        let (language, texts) = if locale == "ja" { ("ja", JAPANESE) } else { ("en", ENGLISH) };
        let mut bundle = FluentBundle::new(language.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        for text in texts {
            // A catalogue with a fault still says the rest; the house rules test that there is none.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
            let _same_key = bundle.add_resource(resource);
        }
        Self(bundle)
    }

    fn say(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.0.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.0.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    fn row(&self, changed: &Changed) -> String {
        let severity = self.say(&format!("severity-{}", changed.row.severity), &[]);
        let mut parts = vec![format!("{} [{severity}]", changed.row.canonical)];
        if changed.row.known_exploited {
            parts.push(self.say("mail-digest-exploited", &[]));
        }
        if changed.is_new {
            parts.push(self.say("changed-new", &[]));
        } else if changed.newly_here {
            parts.push(self.say("changed-here", &[]));
        }
        format!("* {} {}", parts.join(" · "), changed.row.title)
    }

    /// As the pages tell it.
    fn change(&self, kind: &str, old: &str, new: &str, what: &str) -> String {
        let severity = |word: &str| self.say(&format!("severity-{word}"), &[]);
        let told = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
        let (old, new) = match kind {
            "severity" => (severity(old), severity(new)),
            _ => (told(old), told(new)),
        };
        let key = match kind {
            "exploited" if new == "true" => "change-exploited-on".to_owned(),
            "exploited" => "change-exploited-off".to_owned(),
            "text" => return what.to_owned(),
            kind => format!("change-{kind}"),
        };
        self.say(&key, &[("old", FluentValue::from(old)), ("new", FluentValue::from(new))])
    }

    fn share(&self, changed: &Changed) -> String {
        let assets = self.say("mail-digest-assets", &[("count", FluentValue::from(changed.assets))]);
        let tickets = match changed.open_tickets {
            0 => self.say("mail-digest-no-tickets", &[]),
            count => {
                let due = changed
                    .due_at
                    .map_or_else(|| "–".to_owned(), |due| Time::from_micros(due).day().to_string());
                self.say(
                    "mail-digest-tickets",
                    &[("count", FluentValue::from(count)), ("due", FluentValue::from(due))],
                )
            }
        };
        format!("{assets} · {tickets}")
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn every_kind_of_change_has_its_words_in_both_languages() {
        for locale in ["en", "ja"] {
            let words = Words::new(locale);
            for kind in hinomi_advisories::CHANGE_KINDS {
                let said = words.change(kind, "high", "low", "in words");
                assert!(!said.starts_with("change-") && !said.contains("{"), "{locale} {kind}: {said}");
            }
        }
        assert_eq!(Words::new("en").change("severity", "high", "critical", ""), "Severity: High → Critical");
        assert_eq!(Words::new("ja").change("exploited", "false", "true", ""), "悪用確認済みとして掲載");
    }
}
