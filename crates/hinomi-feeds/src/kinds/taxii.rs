// SPDX-License-Identifier: Apache-2.0
//! TAXII 2.1 (OASIS, 2021-06-10): the collections of an API root, each read from the last object on.
//!
//! The position is the server's own `X-TAXII-Date-Added-Last`; pages go on with its `next`. An envelope becomes a STIX
//! bundle, which is what is kept and read.

use serde::Deserialize;
use serde_json::Value;

use super::{encoded, folder, json};
use crate::client::Ask;
use crate::error::FetchError;
use crate::run::{MOST_LISTED, Run};

const MEDIA: &str = "application/taxii+json;version=2.1";
const PAGES_AT_MOST: usize = 10_000;

#[derive(Debug, Deserialize)]
struct Collections {
    #[serde(default)]
    collections: Vec<Collection>,
}

#[derive(Debug, Deserialize)]
struct Collection {
    id: String,
    #[serde(default)]
    can_read: bool,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(default)]
    more: bool,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    objects: Vec<Value>,
}

pub(super) fn collect(run: &mut Run<'_>) -> Result<(), FetchError> {
    let root = folder(&run.definition.url);
    let mut ask = run.ask().header("accept", MEDIA);
    if let Some(key) = &run.definition.key {
        ask.secrets.push(("authorization".to_owned(), key.clone()));
    }
    let collections = match run.definition.only.is_empty() {
        false => run.definition.only.clone(),
        true => {
            let url = format!("{root}collections/");
            let listed: Collections = json(&url, &run.listed(&url, &ask)?)?;
            let readable = listed.collections.into_iter().filter(|collection| collection.can_read);
            readable.map(|collection| collection.id).collect()
        }
    };
    for collection in collections {
        one(run, &root, &collection, &ask)?;
    }
    Ok(())
}

fn one(run: &mut Run<'_>, root: &str, collection: &str, ask: &Ask) -> Result<(), FetchError> {
    let objects = format!("{root}collections/{}/objects/", encoded(collection));
    let since = run.cursor.position.get(collection).cloned();
    let mut next: Option<String> = None;
    let mut last = since.clone();
    for page in 0..PAGES_AT_MOST {
        let mut query = vec![format!("limit={}", run.definition.page_size)];
        query.extend(since.as_ref().map(|since| format!("added_after={}", encoded(since))));
        query.extend(next.as_ref().map(|next| format!("next={}", encoded(next))));
        let url = format!("{objects}?{}", query.join("&"));
        let (bytes, headers) = run.client.bytes(&url, ask, MOST_LISTED)?;
        let envelope: Envelope = json(&url, &bytes)?;
        let added = headers.get("x-taxii-date-added-last").and_then(|value| value.to_str().ok());
        if let Some(added) = added {
            run.told_text(added);
            last = Some(added.to_owned());
        }
        if !envelope.objects.is_empty() {
            let id = format!("bundle--{}", uuid_of(collection, since.as_deref(), page));
            let bundle = serde_json::json!({ "type": "bundle", "id": id, "objects": envelope.objects });
            run.stage_bytes(&url, bundle.to_string().as_bytes())?;
        }
        match envelope.next.filter(|_| envelope.more) {
            Some(more) if Some(&more) == next.as_ref() => {
                return Err(FetchError::wrong(&url, "it names the same page as the next one"));
            }
            Some(more) => next = Some(more),
            None => break,
        }
        run.breathe()?;
    }
    if let Some(last) = last {
        run.cursor.position.insert(collection.to_owned(), last);
    }
    Ok(())
}

/// A bundle's id is made of what was asked, so that the same answer is the same document.
fn uuid_of(collection: &str, since: Option<&str>, page: usize) -> String {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(format!("{collection}\n{}\n{page}", since.unwrap_or_default()));
    let hex = hex::encode(hash);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-5{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
