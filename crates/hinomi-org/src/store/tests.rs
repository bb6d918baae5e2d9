// SPDX-License-Identifier: Apache-2.0
//! The store on both engines.

use std::time::Instant;

use hinomi_core::{PageRequest, PersonId, Scope, SeatId, SeatKind, SeededIds, Time, UnitId, Uuid};
use hinomi_db::{Db, Migration, both_engines};

use super::{people, seats, units};
use crate::model::plan::{PersonRecord, SeatRecord, SeatStep};
use crate::model::{History, Revision, UnitKind, UnitRecord, UnitVersion, forever};

const SETS: &[&[Migration]] = &[crate::MIGRATIONS];

fn day(number: i64) -> Time {
    Time::EPOCH.plus_days(number)
}

fn id(code: &str) -> UnitId {
    UnitId::from_content(&[code])
}

fn unit(code: &str, kind: UnitKind, parent: Option<&str>) -> UnitRecord {
    let version = UnitVersion {
        from: day(0),
        to: forever(),
        parent: parent.map(id),
        name: format!("Unit {code}"),
        name_ja: format!("部署 {code}"),
    };
    UnitRecord { id: id(code), code: code.into(), kind, created_at: day(0), versions: vec![version] }
}

fn history(units: Vec<UnitRecord>) -> History {
    let mut history = History::default();
    for unit in units {
        history.create(unit).unwrap();
    }
    assert_eq!(history.check(), []);
    history
}

fn company() -> History {
    history(vec![
        unit("HQ", UnitKind::Group, None),
        unit("JP", UnitKind::Region, Some("HQ")),
        unit("EU", UnitKind::Region, Some("HQ")),
        unit("D1", UnitKind::Department, Some("JP")),
        unit("S1", UnitKind::Section, Some("D1")),
    ])
}

async fn save(db: &Db, before: &History, after: &History) {
    let mut tx = db.begin().await.unwrap();
    assert_eq!(units::history_tx(&mut tx).await.unwrap(), *before);
    units::write_history(&mut tx, before, after).await.unwrap();
    assert_eq!(units::history_tx(&mut tx).await.unwrap(), *after);
    tx.commit().await.unwrap();
    let mut computed = after.closure();
    computed.sort_unstable();
    assert_eq!(units::closure(db).await.unwrap(), computed);
}

fn person(code: &str, name: &str, unit: &str) -> PersonRecord {
    PersonRecord {
        id: PersonId::from_content(&[code]),
        code: code.into(),
        name: name.into(),
        name_native: String::new(),
        email: Some(format!("{}@example.test", code.to_lowercase())),
        unit_id: id(unit),
        left_at: None,
    }
}

fn seat(unit: &str, kind: SeatKind) -> SeatRecord {
    SeatRecord {
        id: SeatId::from_content(&[unit, kind.name()]),
        unit_id: id(unit),
        kind,
        required: true,
        created_at: day(0),
        holder: None,
        deputy: None,
    }
}

both_engines! { SETS;
    async fn a_move_keeps_the_tree_of_past_days(db: Db) {
        let before = company();
        save(&db, &History::default(), &before).await;
        let mut after = before.clone();
        let moved = Revision { parent: Some(id("EU")), name: Some("Moved".into()), ..Revision::default() };
        after.revise(id("D1"), day(100), &moved).unwrap();
        save(&db, &before, &after).await;
        let past = units::tree_at(&db, day(99)).await.unwrap();
        let now = units::tree_at(&db, day(100)).await.unwrap();
        assert_eq!(past.ancestors(id("S1")), [id("HQ"), id("JP"), id("D1")]);
        assert_eq!(now.ancestors(id("S1")), [id("HQ"), id("EU"), id("D1")]);
        assert!(units::tree_at(&db, day(-1)).await.unwrap().is_empty());
        let names = units::names(&db, day(99), &[id("D1"), id("S1"), id("gone")]).await.unwrap();
        assert_eq!(names[&id("D1")], ("Unit D1".to_owned(), "部署 D1".to_owned()));
        assert_eq!(names.len(), 2);
        assert_eq!(units::names(&db, day(100), &[id("D1")]).await.unwrap()[&id("D1")].0, "Moved");
    }

    async fn people_are_listed_by_name_within_scope(db: Db) {
        save(&db, &History::default(), &company()).await;
        let mut tx = db.begin().await.unwrap();
        let mut suzuki = person("P3", "Suzuki Hanako", "S1");
        suzuki.name_native = "鈴木 花子".into();
        let mut gone = person("P4", "Gone", "D1");
        gone.left_at = Some(day(1));
        let mut silent = person("P5", "100% _x\\", "D1");
        silent.email = None;
        let everybody = [person("P1", "bob", "D1"), person("P2", "Alice", "EU"), suzuki.clone(), gone, silent];
        people::insert(&mut tx, &everybody, day(5)).await.unwrap();
        tx.commit().await.unwrap();
        let names = async |scope: &Scope, query: &str| -> Vec<String> {
            let filter = people::PersonFilter { query: query.into(), units: None, at_work: day(60) };
            let rows = people::list(&db, scope, &filter, &PageRequest::default(), None).await.unwrap();
            assert_eq!(people::count(&db, scope, &filter).await.unwrap(), rows.len() as i64);
            rows.into_iter().map(|row| row.person.name).collect()
        };
        assert_eq!(names(&Scope::all(), "").await, ["100% _x\\", "Alice", "bob", "Suzuki Hanako"]);
        assert_eq!(names(&Scope::all(), "鈴木").await, ["Suzuki Hanako"]);
        assert_eq!(names(&Scope::all(), "hanako ＳＵＺＵ").await, ["Suzuki Hanako"]);
        assert_eq!(names(&Scope::all(), "%").await, ["100% _x\\"]);
        assert_eq!(names(&Scope::all(), "_x\\").await, ["100% _x\\"]);
        assert_eq!(names(&Scope::units(vec![id("EU")]), "").await, ["Alice"]);
        assert!(names(&Scope::none(), "").await.is_empty());
        let found = people::by_email(&db, "p3@example.test").await.unwrap();
        assert_eq!(found, Some(suzuki.clone()));
        assert_eq!(people::by_code(&db, "P9").await.unwrap(), None);

        let mut tx = db.begin().await.unwrap();
        let moved = PersonRecord { unit_id: id("EU"), ..suzuki.clone() };
        people::update(&mut tx, &suzuki, &moved, day(50)).await.unwrap();
        let left = PersonRecord { left_at: Some(day(60)), ..moved.clone() };
        people::update(&mut tx, &moved, &left, day(70)).await.unwrap();
        tx.commit().await.unwrap();
        let past = people::memberships(&db, suzuki.id).await.unwrap();
        assert_eq!(past, [(id("S1"), day(5), day(50)), (id("EU"), day(50), day(60))]);
    }

    async fn addresses_are_unique_and_may_be_swapped(db: Db) {
        save(&db, &History::default(), &company()).await;
        let (ann, bob) = (person("A", "Ann", "D1"), person("B", "Bob", "D1"));
        let mut tx = db.begin().await.unwrap();
        people::insert(&mut tx, &[ann.clone(), bob.clone()], day(1)).await.unwrap();
        people::release_emails(&mut tx, &[ann.id, bob.id]).await.unwrap();
        let new_ann = PersonRecord { email: bob.email.clone(), ..ann.clone() };
        let new_bob = PersonRecord { email: ann.email.clone(), ..bob.clone() };
        people::update(&mut tx, &ann, &new_ann, day(2)).await.unwrap();
        people::update(&mut tx, &bob, &new_bob, day(2)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let third = PersonRecord { email: new_ann.email.clone(), ..person("C", "Cy", "D1") };
        let refused = people::insert(&mut tx, &[third], day(3)).await.unwrap_err();
        assert!(refused.is_unique_violation(), "{refused}");
    }

    async fn a_seat_gives_the_subtree_of_its_unit_while_it_is_held(db: Db) {
        let before = company();
        save(&db, &History::default(), &before).await;
        let ann = person("A", "Ann", "D1");
        let mut tx = db.begin().await.unwrap();
        people::insert(&mut tx, std::slice::from_ref(&ann), day(1)).await.unwrap();
        let (manager, ciso) = (seat("JP", SeatKind::RegionalCiso), seat("HQ", SeatKind::Ciso));
        seats::insert(&mut tx, &[manager.clone(), ciso.clone()]).await.unwrap();
        let begin = |from| SeatStep::Begin { person: ann.id, from, ends_last: false };
        let ids = SeededIds::new(1);
        let steps = [(manager.id, false, begin(day(10))), (ciso.id, true, begin(day(30)))];
        seats::write_steps(&mut tx, &steps, || hinomi_core::IdSource::uuid7(&ids, day(10))).await.unwrap();
        let end = [(ciso.id, true, SeatStep::End { at: day(40) })];
        seats::write_steps(&mut tx, &end, Uuid::nil).await.unwrap();
        tx.commit().await.unwrap();
        let grants = async |time| -> Vec<(SeatKind, bool, UnitId)> {
            let rows = seats::grants(&db, ann.id, time).await.unwrap();
            let mut rows: Vec<_> = rows.into_iter().map(|row| (row.kind, row.is_root, row.below)).collect();
            rows.sort_unstable();
            rows
        };
        assert!(grants(day(9)).await.is_empty());
        let mut subtree = [id("JP"), id("D1"), id("S1")];
        subtree.sort_unstable();
        let expected: Vec<_> = subtree.iter().map(|unit| (SeatKind::RegionalCiso, false, *unit)).collect();
        assert_eq!(grants(day(10)).await, expected);
        assert_eq!(grants(day(30)).await.len(), 8, "the deputy of the CISO has the whole group besides");
        assert_eq!(grants(day(40)).await, expected);

        let mut after = before.clone();
        let moved = Revision { parent: Some(id("EU")), ..Revision::default() };
        after.revise(id("D1"), day(50), &moved).unwrap();
        save(&db, &before, &after).await;
        assert_eq!(grants(day(50)).await, [(SeatKind::RegionalCiso, false, id("JP"))]);

        let listed = seats::list(&db, &Scope::units(vec![id("JP")]), None, day(55)).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].holder.now.map(|holder| (holder.person, holder.from)), Some((ann.id, day(10))));
        let listed = seats::list(&db, &Scope::all(), Some(&[id("HQ")]), day(35)).await.unwrap();
        assert_eq!(listed[0].deputy.now.map(|deputy| deputy.to), Some(day(40)));

        let mut tx = db.begin().await.unwrap();
        seats::end_all_of(&mut tx, ann.id, day(60)).await.unwrap();
        seats::close_of_unit(&mut tx, id("HQ"), day(70)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(grants(day(61)).await.is_empty());
        assert_eq!(seats::list(&db, &Scope::all(), None, day(69)).await.unwrap().len(), 2);
        assert_eq!(seats::list(&db, &Scope::all(), None, day(70)).await.unwrap().len(), 1);
    }

    async fn a_whole_group_loads_quickly(db: Db) {
        let mut rows = vec![unit("HQ", UnitKind::Group, None)];
        for region in 0..4 {
            rows.push(unit(&format!("R{region}"), UnitKind::Region, Some("HQ")));
        }
        for company in 0..70 {
            rows.push(unit(&format!("C{company:02}"), UnitKind::Company, Some(&format!("R{}", company % 4))));
        }
        for department in 0..775 {
            let parent = format!("C{:02}", department % 70);
            rows.push(unit(&format!("D{department:03}"), UnitKind::Department, Some(&parent)));
        }
        let whole = history(rows);
        save(&db, &History::default(), &whole).await;
        let mut quickest = u128::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            let tree = units::tree_at(&db, day(1)).await.unwrap();
            quickest = quickest.min(start.elapsed().as_micros());
            assert_eq!((tree.len(), tree.subtree(id("HQ")).len()), (850, 850));
        }
        println!("tree of 850 units on {}: {quickest} µs", db.engine().name());
    }
}
