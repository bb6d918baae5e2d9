// SPDX-License-Identifier: Apache-2.0
//! Taking down at a month's end what the sources keep only as of now.

use std::collections::{BTreeMap, HashMap, HashSet};

use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_inventory::CarrierIndex;
use hinomi_match::eol::{self, Day};
use hinomi_platform::days::GroupDays;
use roaring::RoaringBitmap;

use crate::error::MaturityError;
use crate::model::{AssetMarks, Capture, Month, SEEN_DAYS, Work};
use crate::store::capture as store;

/// The month's capture: the one that was taken, or what the sources say now. `keep` takes it down.
pub(crate) async fn capture(
    db: &Db,
    days: &GroupDays,
    month: Month,
    now: Time,
    keep: bool,
) -> Result<Capture, MaturityError> {
    if let Some(row) = store::get(db, month).await? {
        return read(month, &row);
    }
    let span = (month.start(days), month.end(days));
    let taken = take(db, span, now.min(span.1)).await?;
    if !keep {
        return Ok(taken);
    }
    let mut tx = db.begin().await?;
    store::put(&mut tx, month, now, &taken).await?;
    tx.commit().await?;
    // Another process may have been first; what it took down is what counts.
    match store::get(db, month).await? {
        Some(row) => read(month, &row),
        None => Ok(taken),
    }
}

fn read(month: Month, row: &store::CaptureRow) -> Result<Capture, MaturityError> {
    let damaged = |cause: String| MaturityError::Damaged {
        close_id: 0,
        unit_no: 0,
        indicator: format!("capture of {month}"),
        cause,
    };
    Ok(Capture {
        assets: Capture::decode_assets(&row.assets).map_err(damaged)?,
        sources: serde_json::from_str(&row.sources).map_err(|error| damaged(error.to_string()))?,
        people: serde_json::from_str(&row.people).map_err(|error| damaged(error.to_string()))?,
        work: row.work.as_deref().map(Work::decode).transpose().map_err(damaged)?,
        seats: match &row.seats {
            Some(seats) => Some(serde_json::from_str(seats).map_err(|error| damaged(error.to_string()))?),
            None => None,
        },
        kept: true,
    })
}

async fn take(db: &Db, span: (Time, Time), at: Time) -> Result<Capture, MaturityError> {
    let fresh_since = at.plus_days(-SEEN_DAYS).as_micros();
    let listed: HashSet<i64> =
        store::listed(db, (Time::from_micros(fresh_since), at)).await?.into_iter().collect();
    let mut carriers = CarrierIndex::default();
    carriers.refresh(db).await?;
    let ended = ended(db, &carriers, at).await?;
    let mut newest_seen = None;
    let mut assets: BTreeMap<i64, AssetMarks> = BTreeMap::new();
    let mut of_system: HashMap<String, RoaringBitmap> = HashMap::new();
    store::assets(db, |row| {
        // Seen after the month's end is seen since: the thirty days before it are not over yet.
        newest_seen = newest_seen.max(Some(row.last_seen));
        let carrier = u32::try_from(row.ordinal).unwrap_or(u32::MAX);
        assets.insert(
            row.ordinal,
            AssetMarks {
                seen: row.last_seen >= fresh_since,
                listed: listed.contains(&row.ordinal),
                known: row.has_inventory,
                ended: ended.contains(carrier),
                exploited: false,
            },
        );
        of_system.entry(row.system_id).or_default().insert(carrier);
    })
    .await?;
    for carrier in exploited(db, &carriers, &of_system, at).await? {
        if let Some(marks) = assets.get_mut(&i64::from(carrier)) {
            marks.exploited = true;
        }
    }
    let mut sources = BTreeMap::new();
    if let Some(newest) = newest_seen {
        sources.insert("assets".to_owned(), Time::from_micros(newest));
    }
    let feeds = hinomi_advisories::feed_list(db).await?;
    if let Some(newest) = feeds.iter().filter_map(|feed| feed.last_success).max() {
        sources.insert("tickets".to_owned(), Time::from_micros(newest));
    }
    let people = store::people(db, at).await?.into_iter().collect();
    let seats = Some(store::seats(db, at).await?.into_iter().collect());
    let work = Some(super::work::work(db, span).await?);
    Ok(Capture { assets, sources, people, work, seats, kept: false })
}

/// Carriers whose operating system was past its end of life on that day.
async fn ended(db: &Db, carriers: &CarrierIndex, at: Time) -> Result<RoaringBitmap, MaturityError> {
    let today = Day::from_micros(at.as_micros());
    let past = hinomi_inventory::distributions(db).await?.into_iter().filter(|row| {
        row.version.as_deref().is_some_and(|version| eol::past(&row.name, version, today).is_some())
    });
    let ids: Vec<u32> = past.filter_map(|row| u32::try_from(row.id).ok()).collect();
    Ok(carriers.carriers_of_any(ids))
}

/// Carriers with a known-exploited vulnerability for which their system has an open item past its due date.
async fn exploited(
    db: &Db,
    carriers: &CarrierIndex,
    of_system: &HashMap<String, RoaringBitmap>,
    at: Time,
) -> Result<RoaringBitmap, MaturityError> {
    let overdue = store::exploited_overdue(db, at).await?;
    let mut ids: Vec<i64> = overdue.iter().map(|(_, vulnerability)| *vulnerability).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = hinomi_advisories::read::vulnerabilities_by_ids(db, &ids).await?;
    let is_listed = |row: &&hinomi_advisories::VulnerabilityRow| {
        row.known_exploited && row.kev_added.is_none_or(|added| added < at.as_micros())
    };
    let ids: Vec<i64> = known.iter().filter(is_listed).map(|row| row.id).collect();
    let mut on: HashMap<i64, RoaringBitmap> = HashMap::new();
    for row in hinomi_findings::matches_of_vulnerabilities(db, &ids, hinomi_findings::OPEN - 1).await? {
        if row.state == "affected"
            && let Ok(component) = u32::try_from(row.component_id)
        {
            *on.entry(row.vulnerability_id).or_default() |= carriers.carriers_of(component);
        }
    }
    let mut found = RoaringBitmap::new();
    for (system, vulnerability) in &overdue {
        if let (Some(carriers), Some(own)) = (on.get(vulnerability), of_system.get(system)) {
            found |= carriers & own;
        }
    }
    Ok(found)
}
