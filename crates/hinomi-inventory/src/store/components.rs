// SPDX-License-Identifier: Apache-2.0
//! Components: interned once, found by identity, by key and by number.

use crate::model::{DISTRIBUTION, NewComponent};
use crate::scans::{SCANNED, SCANNER_ECOSYSTEM};
use crate::surroundings::{self, Surroundings};
use hinomi_core::Time;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};
use hinomi_match::{ComponentQuery, PackageKey, RemediationUnit, Resolved};
use std::collections::HashMap;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ComponentRow {
    pub id: i64,
    pub kind: String,
    pub name: String,
    pub version: Option<String>,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    /// Further purls and CPE names.
    #[sqlx(try_from = "Option<String>")]
    pub more: Names,
    pub source_name: Option<String>,
    pub source_version: Option<String>,
    pub arch: Option<String>,
    pub distro: Option<String>,
    pub supplier: Option<String>,
    pub kernel_running: Option<bool>,
    pub ecosystem: String,
    pub release: Option<String>,
    pub package: String,
    pub first_seen: i64,
    /// What of its carriers could change an answer about it, see [`crate::surroundings`].
    pub host: Option<String>,
}

/// A list that is stored as JSON, or not at all while it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl From<Option<String>> for Names {
    fn from(stored: Option<String>) -> Self {
        Self(stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
}

impl ComponentRow {
    pub fn query(&self) -> ComponentQuery<'_> {
        ComponentQuery {
            purl: self.purl.as_deref(),
            cpe: self.cpe.as_deref(),
            more: &self.more.0,
            name: &self.name,
            version: self.version.as_deref(),
            source_name: self.source_name.as_deref(),
            source_version: self.source_version.as_deref(),
            distro: self.distro.as_deref(),
            kernel_running: self.kernel_running,
            supplier: self.supplier.as_deref(),
        }
    }

    /// What people call it: "openssl 3.0.11-1~deb12u2".
    pub fn label(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

const COMPONENTS: BulkTable = BulkTable {
    name: "component",
    columns: &[
        Column::int("id"),
        Column::text("identity"),
        Column::text("kind"),
        Column::text("name"),
        Column::text("version"),
        Column::text("purl"),
        Column::text("cpe"),
        Column::text("source_name"),
        Column::text("source_version"),
        Column::text("arch"),
        Column::text("distro"),
        Column::text("supplier"),
        Column::bool("kernel_running"),
        Column::text("ecosystem"),
        Column::text("release"),
        Column::text("package"),
        Column::int("first_seen"),
        Column::text("host"),
        Column::text("more"),
    ],
    on_conflict: None,
};

const SURROUNDINGS: BulkTable = BulkTable {
    name: "component_surroundings",
    columns: &[Column::text("hash"), Column::text("text")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

/// Longer surroundings are stored once for all components that have them.
const LONG: usize = 200;

const KEYS: BulkTable = BulkTable {
    name: "component_key",
    columns: &[Column::text("ecosystem"), Column::text("package"), Column::int("component_id")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

#[derive(sqlx::FromRow)]
struct IdentityRow {
    identity: String,
    id: i64,
}

/// The same without a write lock: of an inventory like others nearly everything is known.
pub(crate) async fn known_before(db: &Db, identities: &[String]) -> Result<HashMap<String, u32>, DbError> {
    let sql = "SELECT identity, id FROM component WHERE identity IN (SELECT value FROM json_each($1))";
    let mut found = HashMap::with_capacity(identities.len());
    for chunk in identities.chunks(10_000) {
        let rows: Vec<IdentityRow> = db.all(sql, values![json_list(chunk)]).await?;
        found.extend(rows.into_iter().map(|row| (row.identity, row.id as u32)));
    }
    Ok(found)
}

/// Numbers of the identities that are already known.
pub(crate) async fn known(tx: &mut Tx, identities: &[String]) -> Result<HashMap<String, u32>, DbError> {
    let sql = tx.pick(
        "SELECT identity, id FROM component WHERE identity IN (SELECT value FROM json_each($1))",
        "SELECT identity, id FROM component WHERE identity IN (SELECT json_array_elements_text($1::json))",
    );
    let mut found = HashMap::with_capacity(identities.len());
    for chunk in identities.chunks(10_000) {
        let rows: Vec<IdentityRow> = tx.all(sql, values![json_list(chunk)]).await?;
        found.extend(rows.into_iter().map(|row| (row.identity, row.id as u32)));
    }
    Ok(found)
}

/// A component with what it takes work to find out, ready before anybody waits for the writer.
#[derive(Clone)]
pub(crate) struct Ready<'a> {
    pub identity: String,
    component: &'a NewComponent,
    resolved: Resolved,
    keys: Vec<(String, String)>,
}

impl<'a> Ready<'a> {
    pub(crate) fn of(identity: String, component: &'a NewComponent) -> Self {
        let resolved = resolve(component);
        let own = resolved.every_key().map(|key| (key.ecosystem.clone(), key.name.clone()));
        let subject = component.host.as_deref().map(|text| Surroundings::read(text).subject_keys());
        let within = subject.into_iter().flatten().map(|key| (within(&key.ecosystem), key.name));
        let keys = own.chain(within).collect();
        Self { identity, component, resolved, keys }
    }
}

/// Gives numbers to components that have none; all of them must be new and distinct.
pub(crate) async fn insert(
    tx: &mut Tx,
    new: Vec<Ready<'_>>,
    now: Time,
) -> Result<HashMap<String, u32>, DbError> {
    if new.is_empty() {
        return Ok(HashMap::new());
    }
    let sequence = "component";
    let ids = hinomi_db::ids::next_ids(tx, sequence, new.len() as i64).await?;
    if *ids.end() > i64::from(u32::MAX) {
        // Bitmaps hold 32 bits: a wrapped number would be another component.
        return Err(DbError::IdCount { sequence, count: *ids.end() });
    }
    let mut rows = Vec::with_capacity(new.len());
    let mut keys = Vec::with_capacity(new.len());
    let mut numbers = HashMap::with_capacity(new.len());
    let mut shared_texts: HashMap<String, &str> = HashMap::new();
    for (id, ready) in ids.zip(new) {
        let (component, resolved) = (ready.component, ready.resolved);
        let host = component.host.as_deref().map(|text| match text.len() > LONG {
            true => {
                let hash = surroundings::hash_of(text);
                shared_texts.insert(hash.clone(), text);
                hash
            }
            false => text.to_owned(),
        });
        if let Some(around) = &component.around {
            shared_texts.entry(around.hash.clone()).or_insert(&around.text);
        }
        for (ecosystem, name) in ready.keys {
            keys.push(vec![Value::from(ecosystem), Value::from(name), Value::from(id)]);
        }
        rows.push(vec![
            Value::from(id),
            Value::from(ready.identity.clone()),
            Value::from(component.kind.clone()),
            Value::from(component.name.clone()),
            Value::from(component.version.clone()),
            Value::from(component.purl.clone()),
            Value::from(component.cpe.clone()),
            Value::from(component.source_name.clone()),
            Value::from(component.source_version.clone()),
            Value::from(component.arch.clone()),
            Value::from(component.distro.clone()),
            Value::from(component.supplier.clone()),
            Value::from(component.kernel_running),
            Value::from(resolved.unit.ecosystem),
            Value::from(resolved.unit.release),
            Value::from(resolved.unit.package),
            Value::from(now.as_micros()),
            Value::from(host),
            Value::from((!component.more.is_empty()).then(|| json_list(&component.more))),
        ]);
        numbers.insert(ready.identity, id as u32);
    }
    let shared = shared_texts.into_iter().map(|(hash, text)| vec![Value::from(hash), Value::from(text)]);
    tx.bulk_insert(&SURROUNDINGS, shared).await?;
    tx.bulk_insert(&COMPONENTS, rows.into_iter()).await?;
    tx.bulk_insert(&KEYS, keys.into_iter()).await?;
    Ok(numbers)
}

#[derive(sqlx::FromRow)]
struct SharedText {
    hash: String,
    text: String,
}

/// What is stored apart for many components, by its hash (see [`Surroundings::shared`]).
pub async fn shared_surroundings(
    db: &Db,
    hashes: &[String],
) -> Result<HashMap<String, Surroundings>, DbError> {
    let sql = db.pick(
        "SELECT hash, text FROM component_surroundings WHERE hash IN (SELECT value FROM json_each($1))",
        "SELECT hash, text FROM component_surroundings WHERE hash IN (SELECT json_array_elements_text($1::json))",
    );
    let rows: Vec<SharedText> = db.all(sql, values![json_list(hashes)]).await?;
    Ok(rows.into_iter().map(|row| (row.hash, Surroundings::read(&row.text))).collect())
}

/// Components that a distribution's package brought along.
pub async fn components_owned(db: &Db) -> Result<Vec<u32>, DbError> {
    let sql = "SELECT component.id FROM component LEFT JOIN component_surroundings shared ON shared.hash = component.host
         WHERE component.host IS NOT NULL AND COALESCE(shared.text, component.host) LIKE '%\"owner\":[%' ORDER BY component.id";
    let ids: Vec<i64> = db.column(sql, values![]).await?;
    Ok(ids.into_iter().filter_map(|id| u32::try_from(id).ok()).collect())
}

#[derive(sqlx::FromRow, PartialEq, Eq, Hash)]
struct Bare {
    kind: String,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    cpe: Option<String>,
    arch: Option<String>,
}

/// How many of the removed components are not among the added ones under other surroundings.
pub(crate) async fn lost(tx: &mut Tx, removed: &[u32], added: &[u32]) -> Result<usize, DbError> {
    let sql = tx.pick(
        "SELECT kind, name, version, purl, cpe, arch FROM component WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT kind, name, version, purl, cpe, arch FROM component \
         WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)",
    );
    let mut found = std::collections::HashSet::new();
    for chunk in added.chunks(10_000) {
        found.extend(tx.all::<Bare>(sql, values![json_list(chunk)]).await?);
    }
    let mut lost = 0;
    for chunk in removed.chunks(10_000) {
        let rows = tx.all::<Bare>(sql, values![json_list(chunk)]).await?;
        lost += rows.iter().filter(|row| !found.contains(*row)).count();
    }
    Ok(lost)
}

/// Those of the components that no package database lists: they were found as files.
pub(crate) async fn not_of_databases(tx: &mut Tx, ids: &[u32]) -> Result<Vec<u32>, DbError> {
    let sql = tx.pick(
        "SELECT id FROM component WHERE id IN (SELECT value FROM json_each($1)) AND kind NOT IN ('distribution', 'device')
         AND (purl IS NULL OR substr(purl, 1, 8) NOT IN ('pkg:deb/', 'pkg:rpm/', 'pkg:apk/', 'pkg:alpm'))",
        "SELECT id FROM component WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)
         AND kind NOT IN ('distribution', 'device')
         AND (purl IS NULL OR substr(purl, 1, 8) NOT IN ('pkg:deb/', 'pkg:rpm/', 'pkg:apk/', 'pkg:alpm'))",
    );
    let mut found: Vec<u32> = Vec::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<i64> = tx.column(sql, values![json_list(chunk)]).await?;
        found.extend(rows.into_iter().filter_map(|id| u32::try_from(id).ok()));
    }
    Ok(found)
}

/// A distribution release is no package: no advisory speaks of it by name, and its unit is its own.
fn resolve(component: &NewComponent) -> Resolved {
    if component.kind == SCANNED {
        return resolve_scanned(component);
    }
    if component.kind != DISTRIBUTION {
        return hinomi_match::resolve(&component.query());
    }
    let unit = RemediationUnit {
        ecosystem: component.name.clone(),
        release: component.version.clone(),
        package: "end-of-life".to_owned(),
    };
    Resolved { unit, ..Resolved::default() }
}

/// What only a scanner sees is put right together when the scanner calls it by one name; the record of its
/// vulnerability speaks of it.
fn resolve_scanned(component: &NewComponent) -> Resolved {
    let unit = RemediationUnit {
        ecosystem: SCANNER_ECOSYSTEM.to_owned(),
        release: None,
        package: component.name.clone(),
    };
    let name = component.version.clone().unwrap_or_default();
    let keys = vec![PackageKey { ecosystem: SCANNER_ECOSYSTEM.to_owned(), name }];
    Resolved { unit, keys, ..Resolved::default() }
}

/// The columns of a [`ComponentRow`]; the rest of the statement follows.
macro_rules! component_columns {
    () => {
        "SELECT id, kind, name, version, purl, cpe, source_name, source_version, arch, distro, supplier, kernel_running, \
         ecosystem, release, package, first_seen, COALESCE(shared.text, component.host) AS host, more \
         FROM component LEFT JOIN component_surroundings shared ON shared.hash = component.host "
    };
}

pub(crate) use component_columns;

pub async fn component_by_id(db: &Db, id: i64) -> Result<Option<ComponentRow>, DbError> {
    db.optional(concat!(component_columns!(), "WHERE id = $1"), values![id]).await
}

pub async fn components_by_ids(db: &Db, ids: &[u32]) -> Result<Vec<ComponentRow>, DbError> {
    let sql = db.pick(
        concat!(component_columns!(), "WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id"),
        concat!(
            component_columns!(),
            "WHERE id IN (SELECT json_array_elements_text($1::json)::bigint) ORDER BY id"
        ),
    );
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(10_000) {
        rows.extend(db.all::<ComponentRow>(sql, values![json_list(chunk)]).await?);
    }
    Ok(rows)
}

/// The distribution releases that are carried.
pub async fn distributions(db: &Db) -> Result<Vec<ComponentRow>, DbError> {
    db.all(concat!(component_columns!(), "WHERE kind = 'distribution' ORDER BY id"), values![]).await
}

pub(crate) async fn kernels_not_running(db: &Db) -> Result<Vec<ComponentRow>, DbError> {
    db.all(concat!(component_columns!(), "WHERE kernel_running = false ORDER BY id"), values![]).await
}

/// Numbers of the components of one distribution release.
pub async fn components_of_release(db: &Db, ecosystem: &str, release: &str) -> Result<Vec<u32>, DbError> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT id FROM component WHERE ecosystem = $1 AND release = $2 ORDER BY id",
            values![ecosystem, release],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0 as u32).collect())
}

/// The highest number given to a component.
pub async fn component_highest(db: &Db) -> Result<i64, DbError> {
    db.scalar("SELECT COALESCE(max(id), 0) FROM component", values![]).await
}

/// A page of all components in the order of their numbers, for work over everything.
pub async fn components_page(db: &Db, after: i64, limit: i64) -> Result<Vec<ComponentRow>, DbError> {
    db.all(concat!(component_columns!(), "WHERE id > $1 ORDER BY id LIMIT $2"), values![after, limit]).await
}

/// What is a component of a product stands under the product's key, too, apart from its own.
fn within(ecosystem: &str) -> String {
    format!("within {ecosystem}")
}

/// Numbers of the components of inventories that are of a product with one of the keys.
pub async fn components_within(db: &Db, keys: &[PackageKey]) -> Result<Vec<u32>, DbError> {
    let products =
        keys.iter().map(|key| PackageKey { ecosystem: within(&key.ecosystem), name: key.name.clone() });
    components_of_keys(db, &products.collect::<Vec<_>>()).await
}

/// Numbers of the components that answer to any of the keys.
pub async fn components_of_keys(db: &Db, keys: &[PackageKey]) -> Result<Vec<u32>, DbError> {
    let sql = db.pick(
        "SELECT DISTINCT k.component_id FROM json_each($1) AS wanted \
         JOIN component_key k ON k.ecosystem = json_extract(wanted.value, '$[0]') \
          AND k.package = json_extract(wanted.value, '$[1]') ORDER BY 1",
        "SELECT DISTINCT k.component_id FROM json_array_elements($1::json) AS wanted(value) \
         JOIN component_key k ON k.ecosystem = wanted.value->>0 AND k.package = wanted.value->>1 ORDER BY 1",
    );
    let mut ids = Vec::new();
    for chunk in keys.chunks(10_000) {
        let list: Vec<[&str; 2]> =
            chunk.iter().map(|key| [key.ecosystem.as_str(), key.name.as_str()]).collect();
        ids.extend(
            db.all::<(i64,)>(sql, values![json_list(&list)]).await?.into_iter().map(|row| row.0 as u32),
        );
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// A JSON list as one parameter: the only way to pass many values that both engines share.
pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}

/// Packages that nobody could name: without purl, CPE or distribution. What an inventory is about, and the parts of a
/// package that is named, are none.
pub(crate) async fn of_unknown_ecosystem(db: &Db) -> Result<Vec<u32>, DbError> {
    let ids: Vec<i64> = db
        .column("SELECT id FROM component WHERE ecosystem = 'unknown' AND kind = 'package' ORDER BY id", ())
        .await?;
    Ok(ids.into_iter().filter_map(|id| u32::try_from(id).ok()).collect())
}
