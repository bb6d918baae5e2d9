// SPDX-License-Identifier: Apache-2.0
//! Tables `unit`, `unit_version`, `unit_closure`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use hinomi_core::{Time, UnitId};
use hinomi_db::{BulkTable, Column, Db, DbError, Tx, Value, values};

use crate::model::{ClosureRow, History, Tree, TreeNode, UnitKind, UnitRecord, UnitVersion};

#[derive(Debug, Clone, sqlx::FromRow)]
struct VersionRow {
    id: UnitId,
    code: String,
    kind: UnitKind,
    created_at: Time,
    parent_id: Option<UnitId>,
    name: String,
    name_ja: String,
    valid_from: Time,
    valid_to: Time,
}

/// The versions that had begun, oldest first: the last one of a unit is how it stood, or stood last.
const TREE_AT: &str =
    "SELECT u.id, u.code, u.kind, u.created_at, v.parent_id, v.name, v.name_ja, v.valid_from,
        v.valid_to
    FROM unit_version v JOIN unit u ON u.id = v.unit_id
    WHERE v.valid_from <= $1 ORDER BY v.valid_from";

const ALL_VERSIONS: &str =
    "SELECT u.id, u.code, u.kind, u.created_at, v.parent_id, v.name, v.name_ja, v.valid_from,
        v.valid_to
    FROM unit_version v JOIN unit u ON u.id = v.unit_id
    ORDER BY u.id, v.valid_from";

/// The tree of each instant, in one reading. Instants between which nothing changed share one.
pub(crate) async fn trees_at(db: &Db, times: &[Time]) -> Result<Vec<Arc<Tree>>, DbError> {
    let Some(last) = times.iter().max() else { return Ok(Vec::new()) };
    let rows: Vec<VersionRow> = db.all(TREE_AT, values![*last]).await?;
    let changes: BTreeSet<Time> = rows.iter().flat_map(|row| [row.valid_from, row.valid_to]).collect();
    let changes: Vec<Time> = changes.into_iter().collect();
    let mut known: HashMap<usize, Arc<Tree>> = HashMap::new();
    let tree_of = |time: &Time| {
        let passed = changes.partition_point(|change| change <= time);
        let begun = || rows.iter().filter(|row| row.valid_from <= *time).cloned();
        Arc::clone(known.entry(passed).or_insert_with(|| Arc::new(to_tree(begun().collect(), *time))))
    };
    Ok(times.iter().map(tree_of).collect())
}

pub(crate) async fn tree_at(db: &Db, time: Time) -> Result<Tree, DbError> {
    Ok(to_tree(db.all(TREE_AT, values![time]).await?, time))
}

pub(crate) async fn tree_at_tx(tx: &mut Tx, time: Time) -> Result<Tree, DbError> {
    Ok(to_tree(tx.all(TREE_AT, values![time]).await?, time))
}

fn to_tree(rows: Vec<VersionRow>, time: Time) -> Tree {
    let mut last: HashMap<UnitId, TreeNode> = HashMap::new();
    for row in rows {
        let VersionRow { id, code, kind, parent_id, name, name_ja, valid_from, valid_to, .. } = row;
        last.insert(id, TreeNode::new(id, code, kind, name, name_ja, parent_id, valid_from, valid_to));
    }
    let (standing, gone) = last.into_values().partition(|node| time < node.valid_to);
    Tree::build(standing).with_gone(gone)
}

/// Units that had ended by then, each with the parent that it had last.
pub(crate) async fn gone_at(db: &Db, time: Time) -> Result<Vec<(UnitId, Option<UnitId>)>, DbError> {
    let sql = "SELECT v.unit_id, v.parent_id FROM unit_version v WHERE v.valid_to <= $1 AND NOT EXISTS
        (SELECT 1 FROM unit_version w WHERE w.unit_id = v.unit_id AND w.valid_from > v.valid_from
            AND w.valid_from <= $1)";
    db.all(sql, values![time]).await
}

pub(crate) async fn history_tx(tx: &mut Tx) -> Result<History, DbError> {
    let rows: Vec<VersionRow> = tx.all(ALL_VERSIONS, values![]).await?;
    let mut units: BTreeMap<UnitId, UnitRecord> = BTreeMap::new();
    for row in rows {
        let unit = units.entry(row.id).or_insert_with(|| UnitRecord {
            id: row.id,
            code: row.code,
            kind: row.kind,
            created_at: row.created_at,
            versions: Vec::new(),
        });
        unit.versions.push(UnitVersion {
            from: row.valid_from,
            to: row.valid_to,
            parent: row.parent_id,
            name: row.name,
            name_ja: row.name_ja,
        });
    }
    Ok(History::new(units.into_values().collect()))
}

const UNIT: BulkTable = BulkTable {
    name: "unit",
    columns: &[Column::text("id"), Column::text("code"), Column::text("kind"), Column::int("created_at")],
    on_conflict: None,
};

const UNIT_VERSION: BulkTable = BulkTable {
    name: "unit_version",
    columns: &[
        Column::text("unit_id"),
        Column::int("valid_from"),
        Column::int("valid_to"),
        Column::text("parent_id"),
        Column::text("name"),
        Column::text("name_ja"),
    ],
    on_conflict: None,
};

const UNIT_CLOSURE: BulkTable = BulkTable {
    name: "unit_closure",
    columns: &[
        Column::text("ancestor_id"),
        Column::text("descendant_id"),
        Column::int("depth"),
        Column::int("valid_from"),
        Column::int("valid_to"),
    ],
    on_conflict: None,
};

/// Writes what differs between two histories: new units, versions, and the closure that follows from them.
pub(crate) async fn write_history(tx: &mut Tx, before: &History, after: &History) -> Result<(), DbError> {
    let added = after.units().filter(|unit| before.get(unit.id).is_none());
    let rows: Vec<Vec<Value>> =
        added.map(|unit| values![unit.id, &unit.code, unit.kind, unit.created_at].0).collect();
    tx.bulk_insert(&UNIT, rows.into_iter()).await?;
    write_versions(tx, before, after).await?;
    write_closure(tx, &before.closure(), &after.closure()).await
}

async fn write_versions(tx: &mut Tx, before: &History, after: &History) -> Result<(), DbError> {
    let all = |history: &History| -> HashSet<(UnitId, UnitVersion)> {
        let versions =
            |unit: &UnitRecord| unit.versions.iter().map(|version| (unit.id, version.clone())).collect();
        history.units().flat_map(|unit| -> Vec<_> { versions(unit) }).collect()
    };
    let (old, new) = (all(before), all(after));
    for (unit, version) in old.difference(&new) {
        let sql = "DELETE FROM unit_version WHERE unit_id = $1 AND valid_from = $2";
        tx.execute(sql, values![*unit, version.from]).await?;
    }
    let rows: Vec<Vec<Value>> = new
        .difference(&old)
        .map(|(unit, version)| {
            values![*unit, version.from, version.to, version.parent, &version.name, &version.name_ja].0
        })
        .collect();
    tx.bulk_insert(&UNIT_VERSION, rows.into_iter()).await?;
    Ok(())
}

async fn write_closure(tx: &mut Tx, before: &[ClosureRow], after: &[ClosureRow]) -> Result<(), DbError> {
    let old: HashSet<&ClosureRow> = before.iter().collect();
    let new: HashSet<&ClosureRow> = after.iter().collect();
    for row in old.difference(&new) {
        let sql =
            "DELETE FROM unit_closure WHERE ancestor_id = $1 AND descendant_id = $2 AND valid_from = $3";
        tx.execute(sql, values![row.ancestor, row.descendant, row.from]).await?;
    }
    let rows: Vec<Vec<Value>> = new
        .difference(&old)
        .map(|row| values![row.ancestor, row.descendant, row.depth, row.from, row.to].0)
        .collect();
    tx.bulk_insert(&UNIT_CLOSURE, rows.into_iter()).await?;
    Ok(())
}

/// The stored closure, for the test that compares it with the computed one.
#[cfg(test)]
pub(crate) async fn closure(db: &Db) -> Result<Vec<ClosureRow>, DbError> {
    let sql = "SELECT ancestor_id, descendant_id, valid_from, valid_to, depth FROM unit_closure";
    let rows: Vec<(UnitId, UnitId, Time, Time, i64)> = db.all(sql, values![]).await?;
    let mut rows: Vec<ClosureRow> = rows
        .into_iter()
        .map(|(ancestor, descendant, from, to, depth)| ClosureRow { ancestor, descendant, from, to, depth })
        .collect();
    rows.sort_unstable();
    Ok(rows)
}

/// Names at `time`, or the last ones of a unit that was gone by then.
pub(crate) async fn names(
    db: &Db,
    time: Time,
    units: &[UnitId],
) -> Result<HashMap<UnitId, (String, String)>, DbError> {
    // Oldest first: a later version that had begun by then replaces an earlier one.
    let sql = "SELECT unit_id, name, name_ja FROM unit_version
        WHERE unit_id IN (SELECT value FROM json_each($1)) AND valid_from <= $2 ORDER BY valid_from";
    let rows: Vec<(UnitId, String, String)> = db.all(sql, vec![Value::json_list(units), time.into()]).await?;
    Ok(rows.into_iter().map(|(id, name, name_ja)| (id, (name, name_ja))).collect())
}

pub(crate) async fn exists_tx(tx: &mut Tx, unit: UnitId, time: Time) -> Result<bool, DbError> {
    let sql = "SELECT COUNT(*) FROM unit_version WHERE unit_id = $1 AND valid_from <= $2 AND valid_to > $2";
    Ok(tx.scalar::<i64>(sql, values![unit, time]).await? > 0)
}

pub(crate) async fn by_code(db: &Db, code: &str, time: Time) -> Result<Option<UnitId>, DbError> {
    let sql = "SELECT u.id FROM unit u JOIN unit_version v ON v.unit_id = u.id
        WHERE u.code = $1 AND v.valid_from <= $2 AND v.valid_to > $2";
    Ok(db.optional::<(UnitId,)>(sql, values![code, time]).await?.map(|(id,)| id))
}
