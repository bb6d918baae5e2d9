// SPDX-License-Identifier: Apache-2.0
//! `hinomi inventory`: collect, images, read, import.

use super::inventory_collect::CollectArgs;
use super::inventory_images::ImagesArgs;
use super::inventory_import::ImportArgs;
use super::inventory_read::ReadArgs;

/// Collect, read and import inventories
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hinomi inventory collect --output host.cdx.json && hinomi inventory import host.cdx.json"
)]
pub(crate) struct InventoryArgs {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    Read(ReadArgs),
    Collect(CollectArgs),
    Images(ImagesArgs),
    Import(ImportArgs),
}
