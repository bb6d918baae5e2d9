// SPDX-License-Identifier: Apache-2.0
//! Feeds that keep themselves fresh, and the one file that carries all of them to where no network is.
//!
//! ```text
//! configuration ─→ definitions ─┐
//!                               ├─→ run: source ─→ staging folder ─→ verified ─→ guard ─→ hinomi-advisories ─→ cursor
//! schedule, command, API ───────┘     ▲ conditional, resumed, bounded                        │
//!                                     │                                                     ▼
//!                      addresses that may be asked                              bundle: all originals, signed
//! ```
//! **Owns** no table: what is known of a feed lies in `hinomi-advisories` (`feed`, `feed_sync`, `feed_held`).
//!
//! **Rules that must stay true**
//! - Nothing is imported before everything of the visit has come and fits its hash and signature: readers never see half
//!   a feed, and a visit that breaks off changes nothing.
//! - The cursor moves only after the import; what was fetched before a break is not fetched again.
//! - How far a source was read is told in the source's own words and times, never by a clock.
//! - An address that is not public is asked only when the configuration names it, also behind a redirect. Behind a proxy
//!   names are the proxy's to find, addresses in digits are judged here.
//! - An installation that nobody configured asks nobody.
//!
//! To add a way of talking to a source, see [`definition::Kind`] and the module `kinds`; a source that talks in a known
//! way is a line in `definition.rs` or in the configuration file.

mod address;
pub mod bundle;
mod client;
pub mod definition;
mod download;
mod error;
mod kinds;
pub mod openpgp;
mod proxy;
mod recent;
mod run;
pub mod sync;

pub use definition::{Common, Definition, Kind, Override, Registry, Tlp};
pub use error::{FeedError, FetchError};
pub use proxy::{ProxyError, ProxyRule};
pub use sync::{SYNC_JOB, SYNC_ONE_JOB, Synced, Syncer};
