// SPDX-License-Identifier: Apache-2.0
//! Files at fixed places: catalogues, lists, archives. `{part}` in the address stands for each of the feed's parts.
//!
//! A file that is as it was is not fetched. A *complete* feed says by absence that an entry is gone: then, when any of
//! its files changed, all of them are needed to know what is left, so a complete feed of several files is fetched whole.

use super::encoded;
use crate::error::FetchError;
use crate::run::Run;

const PART: &str = "{part}";

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let definition = run.definition;
    let urls: Vec<String> = match definition.url.contains(PART) {
        true => definition.only.iter().map(|part| definition.url.replace(PART, &path(part))).collect(),
        false => vec![definition.url.clone()],
    };
    let ask = run.ask();
    let mut unchanged = Vec::new();
    for url in &urls {
        match run.file(url, &ask)? {
            Some(path) => run.stage(path, url),
            None => unchanged.push(url),
        }
        run.breathe()?;
    }
    if definition.complete && !run.staged.is_empty() {
        for url in unchanged {
            let validators = run.cursor.seen.remove(url);
            if let Some(path) = run.file(url, &ask)? {
                run.stage(path, url);
            } else if let Some(validators) = validators {
                run.cursor.seen.insert(url.clone(), validators);
            }
        }
        run.is_complete = true;
    }
    Ok(())
}

/// A part may be a path of its own.
fn path(part: &str) -> String {
    part.split('/').map(encoded).collect::<Vec<_>>().join("/")
}
