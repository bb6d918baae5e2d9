// SPDX-License-Identifier: Apache-2.0
//! Microsoft's update guide, CVRF API v3.0 (api.msrc.microsoft.com/cvrf/v3.0/swagger): a list of monthly documents, each
//! with the time of its current release.

use serde::Deserialize;

use super::json;
use crate::client::join;
use crate::error::FetchError;
use crate::run::Run;

#[derive(Debug, Deserialize)]
struct Updates {
    value: Vec<Update>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    #[serde(rename = "ID")]
    id: String,
    current_release_date: String,
    cvrf_url: String,
}

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let url = run.definition.url.clone();
    let list: Updates = json(&url, &run.listed(&url, &run.ask().header("accept", "application/json"))?)?;
    for update in list.value {
        run.told_text(&update.current_release_date);
        if run.cursor.position.get(&update.id) == Some(&update.current_release_date) {
            continue;
        }
        let document = join(&url, &update.cvrf_url)?;
        let ask = run.ask().header("accept", "application/xml");
        let path = run.version(&document, &update.current_release_date, &ask)?;
        run.stage(path, &document);
        run.cursor.position.insert(update.id, update.current_release_date);
        run.breathe()?;
    }
    Ok(())
}
