// SPDX-License-Identifier: Apache-2.0
//! What sources say of products (OpenVEX, CSAF, CycloneDX VEX), as rows.
//!
//! ```text
//!   not_affected  pkg:pypi/demo                every version of PyPI/demo
//!   fixed         pkg:rpm/redhat/demo@2-1.el8  from 2-1.el8 on it is fixed, below it is affected
//!   not_affected  product P, subcomponent S    S, where the host is P or has P
//!   affected      S default component of P     the same; a P that is a distribution release becomes the context
//! ```
//!
//! A distribution's versions form a line, so its "fixed in" and "affected" speak of the versions around the
//! one that they name. Elsewhere a statement with a version speaks of that version alone.

use hinomi_advisory_formats::{Advisory, Product, Statement, Status};
use hinomi_version::cpe::{Cpe, comparable};
use hinomi_version::purl::Purl;
use hinomi_version::{Scheme, encode};

use super::build::{BadBound, IndexBuilder, is_modular};
use super::names::Naming;
use super::{Context, MODULAR, Row, RowKind, StatementEntry, Verdict, prefix_of};
use crate::arena::NONE;
use crate::host::link_key;
use crate::query::{ComponentQuery, PackageKey, Resolved};
use crate::resolve::resolve;
use crate::{cpe, distro};

/// Subcomponents of subcomponents beyond this are not read.
const MAX_DEPTH: usize = 8;

/// Where one statement's rows go.
struct Said<'a> {
    statement: &'a Statement,
    record: u32,
    /// Its number in the document.
    number: u32,
    advisory: &'a str,
}

impl IndexBuilder {
    pub(super) fn add_statements(&mut self, advisory: &Advisory, document: u32, bad: &mut Vec<BadBound>) {
        for (number, statement) in advisory.statements.iter().enumerate() {
            let record = self.part_of(document, Naming::of_statement(statement));
            let number = u32::try_from(number).unwrap_or(NONE);
            let said = Said { statement, record, number, advisory: &advisory.id };
            for product in &statement.products {
                self.add_product(product, None, &said, bad, 0);
            }
        }
    }

    fn add_product(
        &mut self,
        product: &Product,
        within: Option<&str>,
        said: &Said<'_>,
        bad: &mut Vec<BadBound>,
        depth: usize,
    ) {
        if product.subcomponents.is_empty() || depth >= MAX_DEPTH {
            let platform = product.platform.as_deref();
            self.add_named(product, platform, within, said, bad);
            return;
        }
        // The parts are spoken of only where they are parts of this product; one that nothing identifies is nowhere.
        let Some(whole) = product.purl.as_deref().or(product.cpe.as_deref()) else { return };
        for part in &product.subcomponents {
            self.add_product(part, Some(whole), said, bad, depth + 1);
        }
    }

    fn add_named(
        &mut self,
        product: &Product,
        platform: Option<&Product>,
        within: Option<&str>,
        said: &Said<'_>,
        bad: &mut Vec<BadBound>,
    ) {
        let platform_name =
            platform.and_then(|platform| platform.purl.as_deref().or(platform.cpe.as_deref()));
        let release = platform.and_then(|platform| platform.cpe.as_deref()).and_then(release_of);
        let Some(placed) = Placed::of(product, release.as_ref()) else { return };
        // A platform that is the distribution release stands in the context already.
        let condition = within.or(platform_name.filter(|_| release.is_none() || !placed.in_distribution));
        if platform.is_some() && platform_name.is_none() && condition.is_none() {
            return; // Only on a platform that nothing identifies.
        }
        let detail = self.add_detail(said.statement, condition);
        for key in &placed.keys {
            let package = self.package(key);
            for (verdict, bounds) in placed.rows(said.statement.status, product) {
                match self.statement_row(&placed, verdict, &bounds, said, detail) {
                    Ok(row) => self.rows.push((package, row)),
                    Err(cause) => bad.push(BadBound {
                        advisory: said.advisory.to_owned(),
                        affected: said.number as usize,
                        range: None,
                        version: bounds.text().to_owned(),
                        cause,
                    }),
                }
            }
        }
    }

    fn add_detail(&mut self, statement: &Statement, condition: Option<&str>) -> u32 {
        let mut text = |text: Option<&str>| match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => self.store.texts.intern(text.as_bytes()),
            None => NONE,
        };
        let entry = StatementEntry {
            timestamp: statement.timestamp.unwrap_or(i64::MIN),
            justification: text(statement.justification.as_deref()),
            text: text(statement.statement.as_deref()),
            action: text(statement.action.as_deref()),
            platform: text(condition),
        };
        let number = u32::try_from(self.statements.len()).unwrap_or(NONE);
        self.statements.push(entry);
        number
    }

    fn statement_row(
        &mut self,
        placed: &Placed,
        verdict: Verdict,
        bounds: &Bounds,
        said: &Said<'_>,
        detail: u32,
    ) -> Result<Row, String> {
        let scheme = placed.scheme.unwrap_or(Scheme::Generic);
        let mut row = Row::new(scheme, said.record, said.number);
        row.set_verdict(verdict);
        row.detail = detail;
        match bounds {
            Bounds::All => {}
            Bounds::Text(text) => {
                row.set_kind(RowKind::Text);
                row.lo_text = self.store.texts.intern(text.as_bytes());
            }
            Bounds::Range(text) => {
                hinomi_version::range::VersRange::parse(text).map_err(|error| error.to_string())?;
                row.set_kind(RowKind::Vers);
                row.lo_text = self.store.texts.intern(text.as_bytes());
            }
            Bounds::Exact(text) | Bounds::From(text) | Bounds::Before(text) | Bounds::UpTo(text) => {
                // Only names of CPE have the generic order.
                let ordered = match placed.scheme {
                    Some(Scheme::Generic) => comparable(text),
                    _ => std::borrow::Cow::Borrowed(text.as_str()),
                };
                let key = encode(scheme, &ordered).map_err(|error| error.to_string())?;
                let (key, prefix) = (self.store.keys.intern(&key), prefix_of(&key));
                let text_number = self.store.texts.intern(text.as_bytes());
                let upper = matches!(bounds, Bounds::Before(_) | Bounds::UpTo(_));
                if upper {
                    (row.hi, row.hi_prefix, row.hi_text) = (key, prefix, text_number);
                    row.flags |= super::HI_IS_LOCAL;
                } else {
                    (row.lo, row.lo_prefix, row.lo_text) = (key, prefix, text_number);
                    row.flags |= super::LO_IS_LOCAL;
                }
                row.set_kind(match bounds {
                    Bounds::Exact(_) => RowKind::Exact,
                    Bounds::Before(_) => RowKind::Fixed,
                    Bounds::UpTo(_) => RowKind::LastAffected,
                    _ => RowKind::Open,
                });
                if placed.in_distribution && is_modular(text) {
                    row.flags |= MODULAR;
                }
            }
        }
        let mut number = |text: &Option<String>| {
            text.as_ref().map_or(NONE, |text| self.store.texts.intern(text.as_bytes()))
        };
        let context = Context {
            release: number(&placed.release),
            channel: number(&placed.channel),
            module: number(&placed.module),
        };
        row.context = self.context_number(context);
        Ok(row)
    }
}

type Release = (&'static str, String, Option<String>);

fn release_of(cpe: &str) -> Option<Release> {
    cpe::distribution_release(&Cpe::parse(cpe).ok()?)
}

/// A product in the words of the index.
struct Placed {
    keys: Vec<PackageKey>,
    scheme: Option<Scheme>,
    version: Option<String>,
    release: Option<String>,
    channel: Option<String>,
    module: Option<String>,
    in_distribution: bool,
}

/// What versions a row is about.
enum Bounds {
    All,
    Exact(String),
    Text(String),
    From(String),
    Before(String),
    UpTo(String),
    Range(String),
}

impl Bounds {
    fn text(&self) -> &str {
        match self {
            Self::All => "",
            Self::Exact(text)
            | Self::Text(text)
            | Self::From(text)
            | Self::Before(text)
            | Self::UpTo(text)
            | Self::Range(text) => text,
        }
    }
}

impl Placed {
    fn of(product: &Product, release: Option<&Release>) -> Option<Self> {
        let query = ComponentQuery {
            purl: product.purl.as_deref(),
            cpe: product.cpe.as_deref().filter(|_| product.purl.is_none()),
            ..ComponentQuery::default()
        };
        let mut resolved: Resolved = resolve(&query);
        if resolved.cpe.is_some() {
            // A criteria name: the patterns of a component's look-up are no part of it.
            resolved.keys.truncate(1);
        }
        if resolved.keys.is_empty() {
            resolved.keys.extend(product.link.as_deref().map(link_key));
            resolved.version = None;
        }
        if resolved.keys.is_empty() {
            return None;
        }
        let base = resolved.keys[0].ecosystem.clone();
        let in_distribution = distro::is_distribution(&base);
        let mut placed = Self {
            keys: resolved.keys,
            scheme: resolved.scheme,
            // A purl's own version first; distributions' documents write whole package names where a version goes.
            version: resolved.version.or_else(|| {
                let stated = product.version.as_ref().filter(|_| !in_distribution)?;
                stated.contains(|letter: char| letter.is_ascii_digit()).then(|| stated.clone())
            }),
            release: resolved.release,
            channel: None,
            module: resolved.module,
            in_distribution,
        };
        if in_distribution {
            placed.channel = channel_of(product.purl.as_deref()?);
            if let Some((named, release, channel)) = release.filter(|(named, _, _)| *named == base) {
                let _named = named;
                placed.release = Some(release.clone());
                placed.channel.clone_from(channel);
            }
        }
        Some(placed)
    }

    /// Each verdict, and for which versions.
    fn rows(&self, status: Status, product: &Product) -> Vec<(Verdict, Bounds)> {
        let verdict = match status {
            Status::NotAffected => Verdict::NotAffected,
            Status::Affected => Verdict::Affected,
            Status::Fixed => Verdict::Fixed,
            Status::UnderInvestigation => Verdict::UnderInvestigation,
        };
        if let Some(range) = &product.range {
            return vec![(verdict, Bounds::Range(range.clone()))];
        }
        let Some(version) = self.version.clone() else { return vec![(verdict, Bounds::All)] };
        if self.in_distribution {
            return match status {
                Status::Fixed => vec![
                    (Verdict::Affected, Bounds::Before(version.clone())),
                    (Verdict::Fixed, Bounds::From(version)),
                ],
                Status::Affected => vec![(verdict, Bounds::UpTo(version))],
                _ => vec![(verdict, Bounds::Exact(version))],
            };
        }
        let placeable =
            self.scheme.is_some_and(|scheme| scheme.is_in_line(&version) && encode(scheme, &version).is_ok());
        vec![(verdict, if placeable { Bounds::Exact(version) } else { Bounds::Text(version) })]
    }
}

/// Ubuntu's maintenance for subscribers, as its statements write it: `distro=esm-infra/bionic`.
fn channel_of(purl: &str) -> Option<String> {
    let purl = Purl::parse(purl).ok()?;
    let line = purl.qualifier("distro")?.split('/').next()?;
    (line.starts_with("esm") || line.starts_with("fips")).then(|| "Pro".to_owned())
}
