// SPDX-License-Identifier: Apache-2.0
//! What reports of attackers are assembled from, and which of it names which.

use super::records::json_list;
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, values};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct KnownObject {
    pub id: String,
    pub hash: String,
    pub modified: Option<i64>,
}

pub(crate) struct NewObject {
    pub id: String,
    pub kind: String,
    pub modified: Option<i64>,
    pub hash: String,
    pub document: String,
    /// Role and the id that is named.
    pub ends: Vec<(i64, String)>,
}

/// That one object names another.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Edge {
    pub object_id: String,
    pub role: i64,
    pub end_id: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredObject {
    pub id: String,
    pub feed_id: i64,
    pub document: String,
}

pub(crate) async fn objects_known(db: &Db, ids: &[String]) -> Result<Vec<KnownObject>, DbError> {
    let sql = db.pick(
        "SELECT id, hash, modified FROM threat_object WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, hash, modified FROM threat_object WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    db.all(sql, values![json_list(ids)]).await
}

const OBJECTS: BulkTable = BulkTable {
    name: "threat_object",
    columns: &[
        Column::text("id"),
        Column::int("feed_id"),
        Column::text("kind"),
        Column::int("modified"),
        Column::text("hash"),
        Column::text("document"),
        Column::int("received_at"),
        Column::bool("is_waiting"),
    ],
    on_conflict: Some(
        "ON CONFLICT (id) DO UPDATE SET feed_id = excluded.feed_id, kind = excluded.kind, \
         modified = excluded.modified, hash = excluded.hash, document = excluded.document, \
         received_at = excluded.received_at, is_waiting = excluded.is_waiting",
    ),
};

const EDGES: BulkTable = BulkTable {
    name: "threat_edge",
    columns: &[Column::text("object_id"), Column::int("role"), Column::text("end_id")],
    on_conflict: Some("ON CONFLICT DO NOTHING"),
};

/// Writes objects, which wait until the reports that they change are assembled; so does what they named before.
pub(crate) async fn objects_put(
    tx: &mut Tx,
    feed_id: i64,
    received_at: i64,
    rows: Vec<NewObject>,
) -> Result<(), DbError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let ids = json_list(&ids);
    let former = tx.pick(
        "UPDATE threat_object SET is_waiting = TRUE WHERE id IN (SELECT end_id FROM threat_edge \
         WHERE object_id IN (SELECT value FROM json_each($1)))",
        "UPDATE threat_object SET is_waiting = TRUE WHERE id IN (SELECT end_id FROM threat_edge \
         WHERE object_id IN (SELECT json_array_elements_text($1::json)))",
    );
    tx.execute(former, values![ids.clone()]).await?;
    let forget = tx.pick(
        "DELETE FROM threat_edge WHERE object_id IN (SELECT value FROM json_each($1))",
        "DELETE FROM threat_edge WHERE object_id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.execute(forget, values![ids]).await?;
    let edges: Vec<_> = rows
        .iter()
        .flat_map(|row| row.ends.iter().map(|(role, end)| values![row.id.clone(), *role, end.clone()].0))
        .collect();
    let rows = rows.into_iter().map(|row| {
        values![row.id, feed_id, row.kind, row.modified, row.hash, row.document, received_at, true].0
    });
    tx.bulk_insert(&OBJECTS, rows).await?;
    tx.bulk_insert(&EDGES, edges.into_iter()).await.map(|_| ())
}

/// Ids of objects whose reports are not assembled yet.
pub(crate) async fn waiting(db: &Db) -> Result<Vec<String>, DbError> {
    db.column("SELECT id FROM threat_object WHERE is_waiting ORDER BY id", ()).await
}

pub(crate) async fn waiting_done(tx: &mut Tx, ids: &[String]) -> Result<(), DbError> {
    let sql = tx.pick(
        "UPDATE threat_object SET is_waiting = FALSE WHERE id IN (SELECT value FROM json_each($1))",
        "UPDATE threat_object SET is_waiting = FALSE WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    tx.execute(sql, values![json_list(ids)]).await?;
    Ok(())
}

/// What these objects name.
pub(crate) async fn edges_of(db: &Db, ids: &[String]) -> Result<Vec<Edge>, DbError> {
    let sql = db.pick(
        "SELECT object_id, role, end_id FROM threat_edge WHERE object_id IN (SELECT value FROM json_each($1))",
        "SELECT object_id, role, end_id FROM threat_edge \
         WHERE object_id IN (SELECT json_array_elements_text($1::json))",
    );
    in_parts(db, sql, ids).await
}

/// Who names these objects.
pub(crate) async fn edges_to(db: &Db, ids: &[String]) -> Result<Vec<Edge>, DbError> {
    let sql = db.pick(
        "SELECT object_id, role, end_id FROM threat_edge WHERE end_id IN (SELECT value FROM json_each($1))",
        "SELECT object_id, role, end_id FROM threat_edge \
         WHERE end_id IN (SELECT json_array_elements_text($1::json))",
    );
    in_parts(db, sql, ids).await
}

pub(crate) async fn objects(db: &Db, ids: &[String]) -> Result<Vec<StoredObject>, DbError> {
    let sql = db.pick(
        "SELECT id, feed_id, document FROM threat_object WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, feed_id, document FROM threat_object \
         WHERE id IN (SELECT json_array_elements_text($1::json))",
    );
    in_parts(db, sql, ids).await
}

/// Ids that one statement asks for.
const PART: usize = 2_000;

async fn in_parts<T>(db: &Db, sql: &'static str, ids: &[String]) -> Result<Vec<T>, DbError>
where
    T: hinomi_db::Record,
{
    let mut rows = Vec::new();
    for part in ids.chunks(PART) {
        rows.extend(db.all::<T>(sql, values![json_list(part)]).await?);
    }
    Ok(rows)
}
