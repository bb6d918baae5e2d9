// SPDX-License-Identifier: Apache-2.0
//! Where the database is and how the server behaves: command line over environment over file over default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hinomi_db::DatabaseUrl;
use hinomi_platform::mail::{MailError, MailServer, Mailer};
use serde::Deserialize;

use crate::failure::{Failure, Told};

/// The file in the data folder.
const DATABASE_FILE: &str = "hinomi.db";
const DEFAULT_DATA: &str = "./hinomi-data";

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Globals {
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME [default: hinomi.db in the data folder]
    #[arg(long, global = true, value_name = "URL", env = "HINOMI_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Data folder [default: ./hinomi-data]
    #[arg(long, global = true, value_name = "DIR", env = "HINOMI_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = "HINOMI_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// The configuration file. Unknown keys are refused: a misspelt one would silently do nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    database: Option<String>,
    data: Option<PathBuf>,
    listen: Option<String>,
    instance_name: Option<String>,
    public_url: Option<String>,
    trust_proxy: bool,
    session_idle_hours: Option<u64>,
    session_longest_days: Option<u64>,
    link_minutes: Option<u64>,
    /// Where mail goes out; without it none is written.
    mail: Option<Mail>,
    /// What holds for all feeds.
    feeds: hinomi_feeds::Common,
    /// What one feed does differently, by its name.
    feed: BTreeMap<String, hinomi_feeds::Override>,
}

/// The company's mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mail {
    /// smtp://host, smtp+starttls://host or smtps://host, with a port where it is another than usual
    server: String,
    /// The sender's address.
    from: String,
    from_name: Option<String>,
    user: Option<String>,
    /// May be `env:NAME`, so that it needs not stand in the file.
    password: Option<String>,
    /// PEM file of the authority that vouches for the server, where the public web does not know it.
    authority: Option<PathBuf>,
}

/// Everything resolved.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) database: DatabaseUrl,
    pub(crate) data: PathBuf,
    /// The folder, when somebody named one.
    pub(crate) data_given: Option<PathBuf>,
    /// Somebody named a database.
    pub(crate) database_given: bool,
    pub(crate) listen: Option<String>,
    pub(crate) platform: hinomi_platform::Config,
    pub(crate) feeds: Arc<hinomi_feeds::Registry>,
    pub(crate) mail: Option<MailServer>,
}

impl Settings {
    pub(crate) fn load(globals: &Globals) -> anyhow::Result<Self> {
        let file = match &globals.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let data = globals.data.clone().or_else(|| file.data.clone());
        let data_given = data.clone();
        let data = data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
        // A folder named on the command line means the database in it, whatever the file says.
        let from_file = file.database.clone().filter(|_| globals.data.is_none());
        let named = globals.database.clone().or(from_file);
        let database_given = named.is_some();
        let database = match named {
            Some(address) => address.parse().told()?,
            None => DatabaseUrl::sqlite(&data.join(DATABASE_FILE)),
        };
        let feeds = Arc::new(feeds(&file, globals.config.as_deref())?);
        let mail = file.mail.as_ref().map(|mail| mail_server(mail, globals.config.as_deref())).transpose()?;
        let platform = hinomi_platform::Config { mail: mail.is_some(), ..platform(&file) };
        Ok(Self { database, data, data_given, database_given, listen: file.listen, platform, feeds, mail })
    }

    /// Makes the folder of a SQLite file.
    pub(crate) fn make_folder(&self) -> anyhow::Result<()> {
        let Some(path) = self.database.sqlite_path() else { return Ok(()) };
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => std::fs::create_dir_all(folder)
                .with_context(|| format!("{}: cannot make the data folder", folder.display())),
            None => Ok(()),
        }
    }
}

fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read the configuration", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Failure::new(format!("{}, line {line}: {}", path.display(), error.message()))
            .hint("keys are database, data, listen, instance_name, public_url, trust_proxy, session_idle_hours, session_longest_days, link_minutes, [mail], [feeds] and [feed.NAME]")
            .used_wrongly()
            .into()
    })
}

/// The proxy of the file, which may be `env:NAME` since it may hold a password; without one, that of the environment.
fn with_proxy(
    feeds: &hinomi_feeds::Common,
    variable: impl Fn(&str) -> Option<String>,
) -> hinomi_feeds::Common {
    let (proxy, no_proxy) = hinomi_feeds::ProxyRule::of_environment(&variable);
    let given = feeds.proxy.as_ref().map(|given| match given.strip_prefix("env:") {
        Some(name) => variable(name).unwrap_or_default(),
        None => given.clone(),
    });
    let no_proxy = feeds.no_proxy.clone().or(no_proxy);
    hinomi_feeds::Common { proxy: given.or(proxy), no_proxy, ..feeds.clone() }
}

/// The shipped feeds as the file changes them. A key may be `env:NAME`, so that no secret needs to stand in the file.
fn feeds(file: &File, path: Option<&Path>) -> anyhow::Result<hinomi_feeds::Registry> {
    let mut overrides = file.feed.clone();
    for change in overrides.values_mut() {
        let named = change.key.as_deref().and_then(|key| key.strip_prefix("env:"));
        if let Some(name) = named {
            change.key = std::env::var(name).ok();
        }
    }
    let common = with_proxy(&file.feeds, |name| std::env::var(name).ok());
    hinomi_feeds::Registry::new(&common, &overrides).map_err(|error| {
        let place = path.map(|path| format!("{}: ", path.display())).unwrap_or_default();
        Failure::new(format!("{place}{error}")).used_wrongly().into()
    })
}

fn mail_server(mail: &Mail, path: Option<&Path>) -> anyhow::Result<MailServer> {
    let wrong = |error: MailError| {
        let place = path.map(|path| format!("{}: ", path.display())).unwrap_or_default();
        Failure::new(format!("{place}{error}"))
            .hint("[mail] server is smtp://HOST, smtp+starttls://HOST or smtps://HOST; from is the sender's address")
            .used_wrongly()
    };
    let mut server: MailServer = mail.server.parse().map_err(wrong)?;
    server.from.clone_from(&mail.from);
    if let Some(name) = &mail.from_name {
        server.from_name.clone_from(name);
    }
    server.user.clone_from(&mail.user);
    server.password = mail.password.as_ref().and_then(|password| match password.strip_prefix("env:") {
        Some(name) => std::env::var(name).ok(),
        None => Some(password.clone()),
    });
    if let Some(file) = &mail.authority {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())).used_wrongly())?;
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            let message = format!("{}: holds no certificate in PEM", file.display());
            return Err(Failure::new(message).used_wrongly().into());
        }
        server.authority = Some(text);
    }
    // A wrong address is told now, not with the first mail.
    Mailer::new(&server).map_err(wrong)?;
    Ok(server)
}

fn platform(file: &File) -> hinomi_platform::Config {
    let mut config =
        hinomi_platform::Config { version: env!("CARGO_PKG_VERSION").to_owned(), ..Default::default() };
    if let Some(name) = &file.instance_name {
        config.instance_name.clone_from(name);
    }
    config.public_url.clone_from(&file.public_url);
    config.trust_proxy = file.trust_proxy;
    let hours = |hours: u64| Duration::from_secs(hours.saturating_mul(3_600));
    config.session_idle = file.session_idle_hours.map_or(config.session_idle, hours);
    config.session_longest =
        file.session_longest_days.map_or(config.session_longest, |days| hours(days * 24));
    config.link_lifetime = file
        .link_minutes
        .map_or(config.link_lifetime, |minutes| Duration::from_secs(minutes.saturating_mul(60)));
    config
}
