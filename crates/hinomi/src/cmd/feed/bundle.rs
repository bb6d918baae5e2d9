// SPDX-License-Identifier: Apache-2.0
//! `hinomi feed bundle`: everything the feeds brought, in one signed file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use hinomi_feeds::bundle::{self, Older, PublicKey, SigningKey};

use crate::config::Settings;
use crate::console::{note, put, visible};
use crate::failure::{Failure, Told};
use crate::pipeline::Pipeline;
use crate::wiring;

/// Carry the state of all feeds to where no network is
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hinomi feed bundle key --out bundle.key\n  \
    hinomi feed bundle create --out feeds.bundle --key bundle.key\n  \
    hinomi feed bundle import feeds.bundle --key ed25519:…")]
pub(crate) struct BundleArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key to sign bundles with; prints its public half
    #[command(after_help = "Example:\n  hinomi feed bundle key --out bundle.key\n\n\
        Keep the file where only the signer can read it; give the public key to whoever imports.")]
    Key {
        /// New file for the secret key
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Pack what all feeds brought
    #[command(
        after_help = "Example:\n  hinomi feed bundle create --out feeds.bundle --key bundle.key --since last.bundle"
    )]
    Create {
        /// Where it is written; whole or not at all
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// File with the secret key
        #[arg(long, value_name = "FILE", env = "HINOMI_BUNDLE_KEY")]
        key: PathBuf,
        /// Only what this earlier bundle lacks
        #[arg(long, value_name = "BUNDLE")]
        since: Option<PathBuf>,
    },
    /// Check signature and content, and show the manifest
    #[command(after_help = "Example:\n  hinomi feed bundle verify feeds.bundle --key ed25519:…")]
    Verify {
        file: PathBuf,
        /// The signer's public key
        #[arg(long, value_name = "KEY", env = "HINOMI_BUNDLE_PUBLIC_KEY")]
        key: PublicKey,
    },
    /// Take a bundle in
    #[command(
        after_help = "Example:\n  hinomi feed bundle import feeds.bundle --key ed25519:… --data ./hinomi-data"
    )]
    Import {
        file: PathBuf,
        /// The signer's public key
        #[arg(long, value_name = "KEY", env = "HINOMI_BUNDLE_PUBLIC_KEY")]
        key: PublicKey,
        /// Also feeds that were read later here than in the bundle: they go back to what it says
        #[arg(long)]
        older: bool,
    },
}

pub(super) async fn run(settings: &Settings, args: &BundleArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        Verb::Key { out } => make_key(out)?,
        Verb::Create { out, key, since } => {
            let text = std::fs::read_to_string(key)
                .with_context(|| format!("{}: cannot read the key", key.display()))?;
            let key = SigningKey::read(&text)
                .map_err(|error| Failure::new(format!("{}: {error}", key.display())))?;
            let app = wiring::open_existing(settings).await?;
            super::sync::register(settings, &app).await?;
            let created = bundle::create(&app.db, app.now(), &key, out, since.as_deref()).await.told()?;
            app.db.close().await;
            put(&serde_json::to_string(&created)?)?;
        }
        Verb::Verify { file, key } => {
            let manifest = bundle::verify(file, key).told()?;
            put(&serde_json::to_string_pretty(&manifest)?)?;
        }
        Verb::Import { file, key, older } => {
            let older = if *older { Older::Take } else { Older::PassOver };
            import(settings, file, key, older).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(settings: &Settings, file: &Path, key: &PublicKey, older: Older) -> anyhow::Result<()> {
    // Before a database is made for it.
    bundle::verify(file, key).told()?;
    let app = wiring::open(settings).await?;
    let imported = bundle::import(&app.db, app.now(), file, key, older).await.told()?;
    for feed in &imported.older {
        note(&format!(
            "{}: what is here is newer, nothing of it was taken; --older goes back to it",
            visible(feed)
        ));
    }
    for (path, reason) in &imported.report.refusals {
        note(&format!("refused: {}", visible(&format!("{path}: {reason}"))));
    }
    if imported.report.added + imported.report.changed > 0 {
        let outcome = Pipeline::default().reconcile(&app.db, app.now(), false).await?;
        note(&format!(
            "{} components matched again; tickets: {} opened, {} closed, {} reopened",
            outcome.components, outcome.tickets_opened, outcome.tickets_closed, outcome.tickets_reopened
        ));
    }
    app.db.close().await;
    Ok(put(&serde_json::to_string(&imported)?)?)
}

fn make_key(out: &Path) -> anyhow::Result<()> {
    let text = SigningKey::generate().map_err(Failure::new)?;
    let key = SigningKey::read(&text).map_err(Failure::new)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(out).with_context(|| format!("{}: cannot make the key file", out.display()))?;
    std::io::Write::write_all(&mut file, text.as_bytes())
        .with_context(|| format!("{}: cannot write the key", out.display()))?;
    Ok(put(&key.public().to_string())?)
}
