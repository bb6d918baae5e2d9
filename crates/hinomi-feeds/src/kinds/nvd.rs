// SPDX-License-Identifier: Apache-2.0
//! The NVD's API 2.0 (nvd.nist.gov/developers/vulnerabilities, 2025).
//!
//! ```text
//! first time ─→ all pages                             each page waits as long as the NVD asks (6 s without a key)
//! then ─→ lastModStartDate … lastModEndDate, windows of at most 120 days, each in pages
//! ```
//! The next run begins at the time that the NVD's first page told of itself, less an hour: records that were being
//! written while it was read are in the next window. Pages that came before a break are not asked for again.

use serde::Deserialize;

use super::{encoded, json};
use crate::error::FetchError;
use crate::run::Run;
use hinomi_core::Time;

const POSITION: &str = "modified";
const BEGUN: &str = "begun";
const WINDOW_DAYS: i64 = 120;
const OVERLAP: std::time::Duration = std::time::Duration::from_secs(3_600);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    results_per_page: u64,
    start_index: u64,
    total_results: u64,
    timestamp: String,
}

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let position = run.cursor.position.get(POSITION).and_then(|text| text.parse::<Time>().ok());
    let first = match position {
        None => pages(run, "")?,
        Some(since) => windows(run, since)?,
    };
    if let Some(told) = first {
        run.told(Some(told.as_micros()));
        run.cursor.position.insert(POSITION.to_owned(), told.minus(OVERLAP).to_string());
    }
    Ok(())
}

fn windows(run: &mut Run<'_>, since: Time) -> Result<Option<Time>, FetchError> {
    let mut from = since;
    let mut newest = None;
    // Up to what the source calls now; our clock only says how many windows that may be.
    let until = run.now.max(since).plus_days(1);
    while from < until {
        let to = from.plus_days(WINDOW_DAYS).min(until);
        let (start, end) = (from.to_string(), to.to_string());
        let query = format!("lastModStartDate={}&lastModEndDate={}", encoded(&start), encoded(&end));
        let told = pages(run, &query)?;
        newest = newest.or(told);
        from = to;
    }
    Ok(newest)
}

/// All pages of one query; the time that the first of them told.
fn pages(run: &mut Run<'_>, query: &str) -> Result<Option<Time>, FetchError> {
    let mut ask = run.ask();
    if let Some(key) = &run.definition.key {
        ask.secrets.push(("apiKey".to_owned(), key.clone()));
    }
    // A visit that goes on after a break keeps its pages; one that begins anew on another day does not.
    let begun = run.cursor.position.get(BEGUN).cloned().unwrap_or_else(|| run.now.day().to_string());
    let (mut start, mut first, mut total) = (0, None, None::<u64>);
    loop {
        let size = run.definition.page_size;
        let joint = if query.is_empty() { "" } else { "&" };
        let url = format!("{}?{query}{joint}resultsPerPage={size}&startIndex={start}", run.definition.url);
        let path = run.version(&url, &begun, &ask)?;
        let text = std::fs::read(&path)
            .map_err(|cause| FetchError::File { path: path.display().to_string(), cause })?;
        let page: Page = match json(&url, &text) {
            Ok(page) => page,
            Err(error) => {
                let _ = std::fs::remove_file(&path);
                return Err(error);
            }
        };
        if page.start_index != start {
            let _ = std::fs::remove_file(&path);
            return Err(FetchError::wrong(
                &url,
                format!("it answered with the page at {}", page.start_index),
            ));
        }
        let told = format!("{}Z", page.timestamp.trim_end_matches('Z')).parse::<Time>().ok();
        first = first.or(told);
        // The total may change while it is read; a page that is not full before its end may not.
        total = total.max(Some(page.total_results));
        if page.results_per_page > 0 {
            run.stage(path, &url);
        }
        start += page.results_per_page;
        if page.results_per_page == 0 || start >= page.total_results {
            break;
        }
        run.breathe()?;
    }
    if total.is_some_and(|total| start < total) {
        let cause = format!("the pages end after {start} of {} records", total.unwrap_or_default());
        return Err(FetchError::wrong(&run.definition.url, cause));
    }
    Ok(first)
}
