// SPDX-License-Identifier: Apache-2.0
//! One file per noun.

pub(crate) mod admin;
pub(crate) mod asset;
pub(crate) mod bench;
pub(crate) mod cvss;
pub(crate) mod demo;
pub(crate) mod enrolment;
pub(crate) mod feed;
pub(crate) mod index;
pub(crate) mod inventory;
pub(crate) mod inventory_collect;
pub(crate) mod inventory_images;
pub(crate) mod inventory_import;
pub(crate) mod inventory_push;
pub(crate) mod inventory_read;
pub(crate) mod inventory_read_large;
pub(crate) mod match_;
pub(crate) mod openapi;
pub(crate) mod org;
pub(crate) mod review;
pub(crate) mod serve;
pub(crate) mod system;
pub(crate) mod ticket;
pub(crate) mod version;
pub(crate) mod vulnerability;

use hinomi_core::{MAX_PAGE_LIMIT, Page, PageRequest};

/// A word of a fixed list as an argument.
fn word<T: std::str::FromStr>(text: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Everything of a list that is read by pages.
async fn all_pages<T>(
    mut list: impl AsyncFnMut(PageRequest) -> anyhow::Result<Page<T>>,
) -> anyhow::Result<Vec<T>> {
    let mut items = Vec::new();
    let mut request = PageRequest { limit: MAX_PAGE_LIMIT, ..PageRequest::default() };
    loop {
        let page = list(request.clone()).await?;
        items.extend(page.items);
        match page.next {
            Some(next) => request.after = Some(next.parse().map_err(|error| anyhow::anyhow!("{error}"))?),
            None => return Ok(items),
        }
    }
}
