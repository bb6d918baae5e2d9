// SPDX-License-Identifier: Apache-2.0
//! What makes packs by itself. Takes no input and may run any number of times.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::{Principal, Time, UnitId};
use hinomi_maturity::MaturityError;
use hinomi_maturity::model::Month;
use hinomi_maturity::service as maturity;
use hinomi_platform::App;
use hinomi_platform::accounts::{self, Account};
use hinomi_platform::days::GroupDays;
use hinomi_platform::mail::{self, Mail};

use super::make::pack_make;
use super::paper::{Language, headline};
use super::pictures::{Picture, picture};
use super::read::{PackView, pack_of};
use super::store;
use super::texts::PackWords;
use crate::bodies::{self, BodyView};
use crate::error::ReviewError;
use crate::letters;

/// The job's kind.
pub const PACK_JOB: &str = "review.packs";

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PacksKept {
    /// Month and unit of each new pack.
    pub made: Vec<String>,
    pub mails: usize,
}

/// Members are written to about a pack that was made in the last days; what is older they have, or it is history.
const TOLD_DAYS: i64 = 7;

/// From the day after a close on: a pack for each unit that has a body, and a mail to each member. Every closed month gets its own, also
/// one that was closed late, or together with the next.
pub async fn packs_keep(app: &App) -> Result<PacksKept, ReviewError> {
    bodies::bodies_ensure(app).await?;
    let mut kept = PacksKept::default();
    let days = GroupDays::load(&app.db).await?;
    let now = app.now();
    let bodies = bodies::body_list(app, &Principal::machine("review")).await?;
    let bodies: Vec<BodyView> = bodies.into_iter().filter(|body| body.closed_at.is_none()).collect();
    for (month, closed_at) in months_due(app, &days).await? {
        for (unit, since) in units_of(&bodies) {
            // A body reads of the months that were closed since it is there, and of the newest.
            if closed_at.is_some_and(|at| at < since) {
                continue;
            }
            let head = store::head_of(&app.db, &unit.to_string(), &month.to_string()).await?;
            let told_since = now.plus_days(-TOLD_DAYS).as_micros();
            if closed_at.is_some() && head.is_some_and(|head| head.made_at < told_since) {
                continue;
            }
            match pack_make(app, unit, month).await {
                Ok(Some(_)) => kept.made.push(format!("{month} {unit}")),
                Ok(None) => {}
                // A unit that came after the month ended has nothing to read about it.
                Err(ReviewError::Maturity(MaturityError::UnitUnknown { .. })) => continue,
                Err(error) => return Err(error),
            }
            if let Some(pack) = pack_of(&app.db, unit, &month.to_string()).await? {
                kept.mails += tell(app, &pack, &bodies).await?;
            }
        }
    }
    Ok(kept)
}

/// Closed months from the day after their close on, the oldest first, each with when it was closed; nothing beside the newest.
async fn months_due(app: &App, days: &GroupDays) -> Result<Vec<(Month, Option<Time>)>, ReviewError> {
    let today = days.day_of(app.now());
    let mut first: BTreeMap<Month, Time> = BTreeMap::new();
    let mut corrected: HashSet<Month> = HashSet::new();
    for close in maturity::months(&app.db).await?.iter().filter(|close| !close.preview) {
        let month: Month = close.month.parse()?;
        corrected.extend((close.revision > 1).then_some(month));
        let at = first.entry(month).or_insert(close.evaluated_at);
        *at = close.evaluated_at.min(*at);
    }
    let newest = first.keys().next_back().copied();
    let is_due = |month: &Month, at: Time| days.day_of(at) < today || corrected.contains(month);
    Ok(first
        .into_iter()
        .filter(|(month, at)| is_due(month, *at))
        .map(|(month, at)| (month, (Some(month) != newest).then_some(at)))
        .collect())
}

/// Units that have a body, with since when.
fn units_of(bodies: &[BodyView]) -> BTreeMap<UnitId, Time> {
    let mut units: BTreeMap<UnitId, Time> = BTreeMap::new();
    for body in bodies {
        let Ok(unit) = body.unit_id.parse() else { continue };
        let since = units.entry(unit).or_insert(body.created_at);
        *since = body.created_at.min(*since);
    }
    units
}

/// Writes to whoever sits in a body of the unit, once.
async fn tell(app: &App, pack: &PackView, bodies: &[BodyView]) -> Result<usize, ReviewError> {
    let own = bodies.iter().filter(|body| body.unit_id == pack.document.unit.id);
    let mut written = 0;
    let mut told = HashSet::new();
    let mut drawn: HashMap<Language, Vec<mail::Picture>> = HashMap::new();
    for (_, member) in own.flat_map(bodies::members_of) {
        if !told.insert(member.person_id.clone()) {
            continue;
        }
        let Ok(person) = member.person_id.parse() else { continue };
        let account = accounts::by_person(&app.db, person).await?;
        let Some(account) = account.filter(|account| account.is_open(app.now())) else { continue };
        let key = format!("{PACK_JOB} {} {}", pack.line.id, member.person_id);
        if mail::is_written(&app.db, &key).await? {
            continue;
        }
        let language = Language::of(&account.locale);
        if let Entry::Vacant(free) = drawn.entry(language) {
            free.insert(letters::drawn(pictures(pack, language), PARAGRAPHS_BEFORE_PICTURES).await);
        }
        let pictures = drawn.get(&language).cloned().unwrap_or_default();
        let letter = letter(app, pack, account);
        let mut tx = app.db.begin().await?;
        written += usize::from(mail::send_once_with(&mut tx, app, &key, letter, pictures).await?);
        tx.commit().await?;
    }
    Ok(written)
}

/// After the greeting and the figures.
const PARAGRAPHS_BEFORE_PICTURES: usize = 2;

/// Those of page and PDF.
fn pictures(pack: &PackView, language: Language) -> Vec<(&'static str, String)> {
    let words = PackWords::new(language);
    [("radar", Picture::Radar), ("heat", Picture::Heat), ("trend", Picture::Trend)]
        .map(|(name, which)| (name, picture(&pack.document, which, &words)))
        .into()
}

fn letter(app: &App, pack: &PackView, account: Account) -> Mail {
    let words = PackWords::new(Language::of(&account.locale));
    let document = &pack.document;
    let (unit, month) = (words.unit(&document.unit), words.month(&document.month));
    let count = |count: i64| count.to_string();
    let subject = words.with(
        "pack-mail-subject",
        &[
            ("month", &month),
            ("open", &count(document.open.now.total())),
            ("overdue", &count(document.open.now.overdue)),
            ("exploited", &count(document.exploited.open)),
        ],
    );
    let mut lines = vec![words.with("pack-mail-hello", &[("unit", &unit), ("month", &month)]), String::new()];
    for tile in headline(document, &words) {
        let values = [("label", tile.label.as_str()), ("value", &tile.value), ("note", &tile.note)];
        lines.push(words.with("pack-mail-line", &values));
    }
    for axis in &document.axes {
        let score = super::texts::figure_or(axis.score, &words.say("pack-not-rated"));
        let target = super::texts::figure_or(axis.target, "–");
        let note = format!("{} {target}", words.say("pack-target"));
        let name = words.axis(&axis.axis);
        lines.push(words.with("pack-mail-line", &[("label", &name), ("value", &score), ("note", &note)]));
    }
    if let Some(url) = app.config.public_url.as_deref() {
        let page = format!("{}/review/packs/{}", url.trim_end_matches('/'), pack.line.id);
        lines.extend([String::new(), words.say("pack-mail-page"), page]);
    }
    lines.extend([String::new(), words.with("pack-mail-why", &[("unit", &unit)])]);
    Mail { to: account.email, to_name: account.name, subject, text: lines.join("\n") }
}
