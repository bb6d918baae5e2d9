// SPDX-License-Identifier: Apache-2.0

use super::*;
use hinomi_core::{Time, UnitId};

fn id(code: &str) -> UnitId {
    UnitId::from_content(&[code])
}

fn day(number: i64) -> Time {
    Time::EPOCH.plus_days(number)
}

fn unit(code: &str, kind: UnitKind, parent: Option<&str>, from: Time) -> UnitRecord {
    let parent = parent.map(id);
    let version = UnitVersion { from, to: forever(), parent, name: code.to_owned(), name_ja: String::new() };
    UnitRecord { id: id(code), code: code.to_owned(), kind, created_at: from, versions: vec![version] }
}

/// HQ over JP and EU; D1 with section S1 under JP.
fn company() -> History {
    let mut history = History::default();
    for (code, kind, parent) in [
        ("HQ", UnitKind::Group, None),
        ("JP", UnitKind::Region, Some("HQ")),
        ("EU", UnitKind::Region, Some("HQ")),
        ("D1", UnitKind::Department, Some("JP")),
        ("S1", UnitKind::Section, Some("D1")),
    ] {
        history.create(unit(code, kind, parent, day(0))).unwrap();
    }
    assert_eq!(history.check(), []);
    history
}

fn move_to(parent: &str) -> Revision {
    Revision { parent: Some(id(parent)), ..Revision::default() }
}

#[test]
fn a_move_keeps_the_old_tree_for_past_days() {
    let mut history = company();
    assert!(history.revise(id("D1"), day(100), &move_to("EU")).unwrap());
    assert_eq!(history.check(), []);
    assert_eq!(history.tree_at(day(99)).ancestors(id("S1")), [id("HQ"), id("JP"), id("D1")]);
    assert_eq!(history.tree_at(day(100)).ancestors(id("S1")), [id("HQ"), id("EU"), id("D1")]);
    let rows = history.closure();
    let of = |ancestor: &str| -> Vec<(Time, Time, i64)> {
        let wanted = |row: &&ClosureRow| (row.ancestor, row.descendant) == (id(ancestor), id("S1"));
        rows.iter().filter(wanted).map(|row| (row.from, row.to, row.depth)).collect()
    };
    assert_eq!(of("JP"), [(day(0), day(100), 2)]);
    assert_eq!(of("EU"), [(day(100), forever(), 2)]);
    assert_eq!(of("HQ"), [(day(0), forever(), 3)], "unchanged ancestors keep one row");
    assert_eq!(of("S1"), [(day(0), forever(), 0)]);
}

#[test]
fn the_closure_agrees_with_the_tree_on_every_day() {
    let mut history = company();
    history.revise(id("D1"), day(10), &move_to("EU")).unwrap();
    history.revise(id("S1"), day(20), &move_to("JP")).unwrap();
    history.close(id("D1"), day(30)).unwrap();
    history.revise(id("S1"), day(40), &move_to("EU")).unwrap();
    assert_eq!(history.check(), []);
    let rows = history.closure();
    for number in 0..50 {
        let tree = history.tree_at(day(number));
        let mut by_tree: Vec<(UnitId, UnitId)> = Vec::new();
        for node in tree.nodes() {
            by_tree.extend(tree.subtree(node.id).into_iter().map(|below| (node.id, below)));
        }
        by_tree.sort_unstable();
        let lasts = |row: &&ClosureRow| row.from <= day(number) && day(number) < row.to;
        let mut by_rows: Vec<(UnitId, UnitId)> =
            rows.iter().filter(lasts).map(|row| (row.ancestor, row.descendant)).collect();
        by_rows.sort_unstable();
        assert_eq!(by_rows, by_tree, "day {number}");
    }
}

#[test]
fn cycles_orphans_and_wrong_ranks_are_refused() {
    let mut history = company();
    history.create(unit("D2", UnitKind::Department, Some("D1"), day(1))).unwrap();
    history.revise(id("D1"), day(5), &move_to("D2")).unwrap();
    let codes: Vec<String> = history.check().iter().map(|(_, error)| error.to_string()).collect();
    assert!(codes.contains(&"unit D1 would stand below itself".to_owned()), "{codes:?}");

    let mut history = company();
    history.create(unit("LOST", UnitKind::Section, None, day(1))).unwrap();
    history.create(unit("G2", UnitKind::Group, Some("HQ"), day(1))).unwrap();
    history.create(unit("R2", UnitKind::Region, Some("D1"), day(1))).unwrap();
    history.create(unit("X", UnitKind::Section, Some("nowhere"), day(1))).unwrap();
    history.create(unit("SELF", UnitKind::Section, Some("SELF"), day(1))).unwrap();
    let errors: Vec<RuleError> = history.check().into_iter().map(|(_, error)| error).collect();
    assert_eq!(errors.len(), 5, "{errors:?}");
    assert!(errors.contains(&RuleError::Orphan { code: "LOST".into() }));
    assert!(errors.contains(&RuleError::GroupBelow { code: "G2".into() }));
    assert!(errors.contains(&RuleError::UnknownUnit { id: id("nowhere") }));
    assert!(errors.contains(&RuleError::Cycle { code: "SELF".into() }));
    assert!(errors.iter().any(|error| matches!(error, RuleError::Rank { code, .. } if code == "R2")));
}

#[test]
fn opposite_orders_at_different_times_are_no_cycle() {
    let mut history = company();
    history.create(unit("D2", UnitKind::Department, Some("JP"), day(0))).unwrap();
    history.revise(id("D1"), day(10), &move_to("D2")).unwrap();
    history.revise(id("D1"), day(20), &move_to("JP")).unwrap();
    history.revise(id("D2"), day(30), &move_to("D1")).unwrap();
    assert_eq!(history.check(), []);
    assert_eq!(history.tree_at(day(15)).parent(id("D1")), Some(id("D2")));
    assert_eq!(history.tree_at(day(35)).parent(id("D2")), Some(id("D1")));
}

#[test]
fn overlapping_dates_and_second_codes_are_refused() {
    let mut history = company();
    history.revise(id("D1"), day(10), &move_to("EU")).unwrap();
    let overlap = history.revise(id("D1"), day(5), &move_to("JP")).unwrap_err();
    assert_eq!(overlap, RuleError::Overlap { code: "D1".into(), from: day(5), since: day(10) });
    let taken = history.create(unit("D1", UnitKind::Section, Some("JP"), day(50))).unwrap_err();
    assert_eq!(taken, RuleError::DuplicateCode { code: "D1".into() });
    assert!(!history.revise(id("D1"), day(5), &move_to("EU")).unwrap(), "the same again changes nothing");
    history.close(id("S1"), day(20)).unwrap();
    let closed = history.revise(id("S1"), day(30), &move_to("JP")).unwrap_err();
    assert_eq!(closed, RuleError::Closed { code: "S1".into(), at: day(20) });
}

#[test]
fn a_parent_outlives_its_children() {
    let mut history = company();
    history.close(id("D1"), day(10)).unwrap();
    let errors = history.check();
    assert_eq!(
        errors,
        [(id("S1"), RuleError::ParentAbsent { code: "S1".into(), parent: "D1".into(), from: day(10) })]
    );
    let below: Vec<&str> =
        history.children_after(id("D1"), day(10)).iter().map(|unit| unit.code.as_str()).collect();
    assert_eq!(below, ["S1"]);
    let mut early = company();
    early.create(unit("NEW", UnitKind::Department, Some("JP"), Time::EPOCH.plus_days(-1))).unwrap();
    assert!(matches!(early.check()[..], [(_, RuleError::ParentAbsent { .. })]));
}

#[test]
fn a_correction_at_the_same_instant_leaves_one_version() {
    let mut history = company();
    let renamed = Revision { name: Some("Sales".into()), ..Revision::default() };
    assert!(history.revise(id("D1"), day(0), &renamed).unwrap());
    let unit = history.get(id("D1")).unwrap();
    assert_eq!((unit.versions.len(), unit.versions[0].name.as_str()), (1, "Sales"));
}
