// SPDX-License-Identifier: Apache-2.0
//! What every store relies on, on SQLite and on PostgreSQL.

use hinomi_core::{Scope, Time, UnitId};
use hinomi_db::scope::ScopeFilter;
use hinomi_db::sea_query::Query;
use hinomi_db::{
    BulkTable, Column, Db, DbError, Engine, Migration, Value, both_engines, ids, migrate, search, testing,
    values,
};

const THINGS: &[Migration] = &[Migration {
    id: "202611230001_things",
    sqlite:
        "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT, ok BOOLEAN, size DOUBLE PRECISION,
             data BLOB, unit_id TEXT, seen_at BIGINT); CREATE INDEX thing_name ON thing (name);",
    postgres:
        "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT, ok BOOLEAN, size DOUBLE PRECISION,
             data BYTEA, unit_id TEXT, seen_at BIGINT); CREATE INDEX thing_name ON thing (name);",
}];
const SETS: &[&[Migration]] = &[THINGS];

#[derive(Debug, PartialEq, hinomi_db::FromRow)]
struct Thing {
    id: i64,
    name: Option<String>,
    ok: Option<bool>,
    size: Option<f64>,
    data: Option<Vec<u8>>,
    unit_id: Option<UnitId>,
    seen_at: Option<Time>,
}

const COLUMNS: &[Column] = &[
    Column::int("id"),
    Column::text("name"),
    Column::bool("ok"),
    Column::float("size"),
    Column::bytes("data"),
    Column::text("unit_id"),
    Column::int("seen_at"),
];
const PLAIN: BulkTable = BulkTable { name: "thing", columns: COLUMNS, on_conflict: None };
const UPSERT: BulkTable =
    BulkTable { on_conflict: Some("ON CONFLICT (id) DO UPDATE SET name = excluded.name"), ..PLAIN };

fn unit(number: i64) -> UnitId {
    UnitId::from_content(&[&number.to_string()])
}

fn full(id: i64) -> Vec<Value> {
    let name = format!("n\t\"{id}\"\\N\r\n暗号");
    values![
        id,
        name,
        id % 2 == 0,
        0.1 * id as f64,
        vec![0_u8, 255, 92, id as u8],
        unit(id),
        Time::from_micros(id)
    ]
    .0
}

both_engines! { SETS;
    async fn values_and_nulls_come_back_as_they_went(db: Db) {
        let insert = "INSERT INTO thing VALUES ($1, $2, $3, $4, $5, $6, $7)";
        db.execute(insert, full(7)).await.unwrap();
        let nulls =
            values![8, None::<&str>, None::<bool>, None::<f64>, None::<Vec<u8>>, None::<UnitId>, None::<Time>];
        db.execute(insert, nulls).await.unwrap();
        let things: Vec<Thing> = db.all("SELECT * FROM thing ORDER BY id", ()).await.unwrap();
        assert_eq!(things[0].unit_id, Some(unit(7)));
        assert_eq!(things[0].seen_at, Some(Time::from_micros(7)));
        assert_eq!(things[0].data.as_deref(), Some(&[0, 255, 92, 7][..]));
        assert_eq!(things[0].size, Some(0.1 * 7.0));
        assert_eq!(
            things[1],
            Thing { id: 8, name: None, ok: None, size: None, data: None, unit_id: None, seen_at: None }
        );
        let error = db.execute(insert, full(7)).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error}");
        assert!(matches!(db.one::<Thing>("SELECT * FROM thing WHERE id = $1", values![9]).await, Err(DbError::Sqlx(_))));
        let error = db.execute("UPDATE thing SET name = $1", values!["a\0b"]).await.unwrap_err();
        assert!(matches!(error, DbError::NulCharacter { position: 1 }), "{error}");
    }

    async fn returning_writes_are_kept(db: Db) {
        let id: i64 = db.scalar("INSERT INTO thing (id) VALUES ($1) RETURNING id", values![5]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.one::<(i64,)>("INSERT INTO thing (id) VALUES ($1) RETURNING id", values![6]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((id, db.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap()), (5, 2));
    }

    async fn a_dropped_transaction_leaves_nothing(db: Db) {
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO thing (id) VALUES (1)", ()).await.unwrap();
        drop(tx);
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), 0);
        let mut tx = db.begin().await.unwrap();
        tx.execute("INSERT INTO thing (id) VALUES (1)", ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), 1);
    }

    async fn a_read_transaction_sees_one_state(db: Db) {
        let mut read = db.begin_read().await.unwrap();
        assert_eq!(read.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), 0);
        db.execute("INSERT INTO thing (id) VALUES (1)", ()).await.unwrap();
        assert_eq!(read.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), 0);
        assert!(read.execute("INSERT INTO thing (id) VALUES (2)", ()).await.is_err());
    }

    async fn bulk_rows_arrive_whole_and_upsert(db: Db) {
        let count = 25_001;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.bulk_insert(&PLAIN, (0..count).map(full)).await.unwrap(), count as u64);
        tx.commit().await.unwrap();
        let thing: Thing = db.one("SELECT * FROM thing WHERE id = $1", values![20_003]).await.unwrap();
        assert_eq!(thing.name.as_deref(), Some("n\t\"20003\"\\N\r\n暗号"));
        assert_eq!(thing.data.as_deref(), Some(&[0, 255, 92, 35][..]));
        assert_eq!(thing.size, Some(0.1 * 20_003.0));
        assert_eq!((thing.ok, thing.seen_at), (Some(false), Some(Time::from_micros(20_003))));
        for name in ["first", "second"] {
            let mut tx = db.begin().await.unwrap();
            let mut row = full(count);
            row[1] = Value::from(name);
            let mut old = full(3);
            old[1] = Value::from(None::<String>);
            for rows in [vec![row.clone()], vec![old, row]] {
                tx.bulk_insert(&UPSERT, rows.into_iter()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let names: Vec<Option<String>> =
            db.column("SELECT name FROM thing WHERE id IN (3, $1) ORDER BY id", values![count]).await.unwrap();
        assert_eq!(names, vec![None, Some("second".to_owned())]);
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), count + 1);
    }

    async fn a_wrong_bulk_row_is_named_and_nothing_is_kept(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let rows = vec![full(1), values![2, "x", "not a bool", 1.0, vec![1_u8], unit(1), Time::EPOCH].0];
        let error = tx.bulk_insert(&PLAIN, rows.into_iter()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "bulk row 1 of table thing: column ok wants bool, got Text(Some(\"not a bool\"))"
        );
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let error = tx.bulk_insert(&UPSERT, vec![vec![Value::from(1)]].into_iter()).await.unwrap_err();
        assert_eq!(error.to_string(), "bulk row 0 of table thing has 1 values, wanted 7");
        drop(tx);
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM thing", ()).await.unwrap(), 0);
    }

    async fn scope_filters_few_many_and_no_units(db: Db) {
        let mut tx = db.begin().await.unwrap();
        tx.bulk_insert(&PLAIN, (0..2_000).map(full)).await.unwrap();
        tx.execute("INSERT INTO thing (id) VALUES (5000)", ()).await.unwrap();
        tx.commit().await.unwrap();
        let visible = async |scope: Scope| -> i64 {
            let mut select = Query::select();
            select.expr(hinomi_db::sea_query::Expr::cust("COUNT(*)")).from("thing").within("unit_id", &scope);
            db.select_scalar(&select).await.unwrap()
        };
        assert_eq!(visible(Scope::all()).await, 2_001);
        assert_eq!(visible(Scope::none()).await, 0);
        assert_eq!(visible(Scope::units((0..10).map(unit).collect())).await, 10);
        assert_eq!(visible(Scope::units((500..2_500).map(unit).collect())).await, 1_500);
        let ids = Value::json_list([1, 2, 9_999]);
        let found: i64 = db
            .scalar("SELECT COUNT(*) FROM thing WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))", [ids])
            .await
            .unwrap();
        assert_eq!(found, 2);
    }

    async fn id_blocks_never_overlap(db: Db) {
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                let mut own = Vec::new();
                for _ in 0..5 {
                    let mut tx = db.begin().await.unwrap();
                    own.extend(ids::next_ids(&mut tx, "thing", 10).await.unwrap());
                    tx.commit().await.unwrap();
                }
                own
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (1..=400).collect::<Vec<i64>>());
        let mut tx = db.begin().await.unwrap();
        assert!(ids::next_ids(&mut tx, "thing", 0).await.is_err());
    }

    async fn text_is_found_by_any_part_in_any_width(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let texts = [(1, "OpenSSL 暗号ライブラリ"), (2, "open-iscsi"), (3, "ｸﾗｲｱﾝﾄ")];
        search::add(&mut tx, "thing", texts.map(|(id, text)| (id, text.to_owned()))).await.unwrap();
        search::add(&mut tx, "other", [(9, "openssl".to_owned())]).await.unwrap();
        search::replace(&mut tx, "thing", 2, "closed").await.unwrap();
        tx.commit().await.unwrap();
        for (query, expected) in [("ＰＥＮＳ", vec![1]), ("暗号", vec![1]), ("クライ", vec![3]), ("iscsi", vec![]), ("c", vec![2])] {
            let select = search::matching("thing", query).unwrap();
            let found: Vec<(i64,)> = db.select_all(&select).await.unwrap();
            assert_eq!(found.into_iter().map(|(id,)| id).collect::<Vec<_>>(), expected, "{query}");
        }
        assert!(search::matching("thing", "  ").is_none());
    }

    async fn rows_can_be_visited_one_by_one(db: Db) {
        let mut tx = db.begin().await.unwrap();
        tx.bulk_insert(&PLAIN, (0..1_000).map(full)).await.unwrap();
        tx.commit().await.unwrap();
        let mut sum = 0;
        db.each("SELECT id FROM thing", (), |(id,): (i64,)| sum += id).await.unwrap();
        assert_eq!(sum, 499_500);
    }

    async fn migrations_run_once_and_refuse_what_they_do_not_know(db: Db) {
        assert_eq!(migrate::run(&db, SETS).await.unwrap(), Vec::<&str>::new());
        assert!(matches!(migrate::run(&db, &[]).await.unwrap_err(), DbError::NewerSchema { ids } if ids == ["202611230001_things"]));
        let changed: &[Migration] = &[Migration { sqlite: "SELECT 1", postgres: "SELECT 1", ..THINGS[0] }];
        assert!(matches!(migrate::run(&db, &[changed]).await.unwrap_err(), DbError::MigrationChanged { .. }));
        assert!(matches!(migrate::run(&db, &[THINGS, THINGS]).await.unwrap_err(), DbError::MigrationTwice { .. }));
        let broken: &[Migration] = &[Migration {
            id: "202611230002_broken",
            sqlite: "CREATE TABLE half (id BIGINT); CREATE TABL",
            postgres: "CREATE TABLE half (id BIGINT); CREATE TABL",
        }];
        let error = migrate::run(&db, &[THINGS, broken]).await.unwrap_err();
        assert!(error.to_string().starts_with("migration 202611230002_broken: "), "{error}");
        assert!(db.all::<(i64,)>("SELECT id FROM half", ()).await.is_err(), "half a migration stayed");
    }

    async fn concurrent_writers_all_get_their_turn(db: Db) {
        db.execute("INSERT INTO thing (id, seen_at) VALUES (1, 0)", ()).await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..16 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..25 {
                    let mut tx = db.begin().await.unwrap();
                    tx.execute("UPDATE thing SET seen_at = seen_at + 1 WHERE id = 1", ()).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(db.scalar::<i64>("SELECT seen_at FROM thing", ()).await.unwrap(), 400);
    }
}

#[test]
fn both_engines_end_in_the_same_schema() {
    static SCHEMAS: std::sync::Mutex<Vec<Vec<String>>> = std::sync::Mutex::new(Vec::new());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        testing::run(engine, SETS, |db| async move {
            let schema = testing::schema(&db).await;
            SCHEMAS.lock().unwrap().push(schema);
        });
    }
    let schemas = SCHEMAS.lock().unwrap();
    assert!(schemas[0].contains(&"thing.data bytes null".to_owned()), "{:?}", schemas[0]);
    assert_eq!(schemas[0], schemas[1]);
}
