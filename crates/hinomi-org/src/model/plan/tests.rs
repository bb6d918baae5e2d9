// SPDX-License-Identifier: Apache-2.0

use std::collections::HashMap;

use hinomi_core::{PersonId, Scope, SeatId, SeatKind, Time, UnitId};

use super::*;
use crate::model::sheet::{PersonRow, SeatRow, UnitRow};
use crate::model::{History, forever};

fn now() -> Time {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn units(history: &History, file: &str) -> Result<(History, ImportCounts), Vec<String>> {
    let mut next = 0;
    let rows = UnitRow::read(file.as_bytes()).map_err(shown)?;
    plan_units(history, &rows, &Scope::all(), now(), || {
        next += 1;
        UnitId::from_content(&[file, &next.to_string()])
    })
    .map_err(shown)
}

fn shown(errors: Vec<crate::model::sheet::RowError>) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

const HEAD: &str = "code,kind,name,parent_code,valid_from,valid_to\n";

fn company() -> History {
    let file = format!(
        "{HEAD}S1,section,Sales 1,D1,2026-01-01,\nD1,department,Sales,JP,2026-01-01,\n\
         HQ,group,Head,,2026-01-01,\nJP,region,Japan,HQ,2026-01-01,\nEU,region,Europe,HQ,2026-01-01,\n"
    );
    let (history, counts) = units(&History::default(), &file).unwrap();
    assert_eq!(counts, ImportCounts { rows: 5, added: 5, changed: 0, unchanged: 0 });
    history
}

#[test]
fn children_may_stand_before_their_parents_and_the_same_again_changes_nothing() {
    let history = company();
    assert_eq!(history.tree_at(now()).nodes().len(), 5);
    let file = format!("{HEAD}JP,region,Japan,HQ,2026-01-01,\nD1,department,Sales,JP,,\n");
    let (after, counts) = units(&history, &file).unwrap();
    assert_eq!(counts, ImportCounts { rows: 2, added: 0, changed: 0, unchanged: 2 });
    assert_eq!(after, history);
}

#[test]
fn a_move_and_a_closure_count_as_changes() {
    let history = company();
    let file = format!("{HEAD}D1,department,Sales,EU,2026-06-01,\nS1,section,Sales 1,D1,,2026-07-01\n");
    let (after, counts) = units(&history, &file).unwrap();
    assert_eq!(counts, ImportCounts { rows: 2, added: 0, changed: 2, unchanged: 0 });
    let may: Time = "2026-05-01T00:00:00Z".parse().unwrap();
    let d1 = after.by_code("D1").unwrap().id;
    assert_eq!(after.tree_at(may).parent(d1), Some(after.by_code("JP").unwrap().id));
    assert_eq!(after.tree_at(now()).parent(d1), Some(after.by_code("EU").unwrap().id));
    assert_eq!(after.tree_at(now()).by_code("S1"), None);
}

#[test]
fn all_errors_of_a_file_come_at_once() {
    let file = format!(
        "{HEAD}A,department,A,B,,\nB,department,B,A,,\nLOST,section,Lost,,,\nX,section,X,NOWHERE,,\n\
         UNDERX,section,U,X,,\nD1,company,Sales,JP,,\nJP,region,Nippon,HQ,2025-01-01,\nEU,region,Europe,HQ,,2025-01-01\n\
         R9,region,R,D1,,\nD1X,department,D,EU,2020-01-01,\n"
    );
    let errors = units(&company(), &file).unwrap_err();
    assert_eq!(
        errors,
        [
            "row 2, column parent_code: unit A would stand below itself",
            "row 3, column parent_code: unit B would stand below itself",
            "row 4, column parent_code: unit LOST has no parent: only a group stands alone",
            "row 5, column parent_code: no unit NOWHERE that you may change",
            "row 7, column kind: unit D1 is a department and cannot become a company",
            "row 8, column valid_from: 2025-01-01T00:00:00Z lies before 2026-01-01T00:00:00Z, since when unit JP stands \
             as it does: the dates would overlap",
            "row 9, column valid_from: 2025-01-01T00:00:00Z lies before 2026-01-01T00:00:00Z, since when unit EU stands \
             as it does: the dates would overlap",
            "row 10, column parent_code: a region cannot stand under a department: unit R9 under D1",
            "row 11, column parent_code: parent EU of unit D1X does not exist from 2020-01-01T00:00:00Z on",
        ]
    );
}

#[test]
fn closing_a_parent_is_told_at_its_row() {
    let errors = units(&company(), &format!("{HEAD}D1,department,Sales,JP,,2026-12-01\n")).unwrap_err();
    assert_eq!(
        errors,
        ["row 2, column valid_to: parent D1 of unit S1 does not exist from 2026-12-01T00:00:00Z on"]
    );
}

#[test]
fn only_units_in_scope_change() {
    let history = company();
    let d1 = history.by_code("D1").unwrap().id;
    let file = format!(
        "{HEAD}D1,department,Renamed,D1,,\nNEW,section,New,D1,,\nTOP,group,Top,,,\nEU,region,X,HQ,,\n"
    );
    let rows = UnitRow::read(file.as_bytes()).unwrap();
    let scope = Scope::units(vec![d1]);
    let errors = plan_units(&history, &rows, &scope, now(), || UnitId::from_content(&["new"])).unwrap_err();
    let rows: Vec<(u64, &str)> = errors.iter().map(|error| (error.row, error.column.as_str())).collect();
    assert_eq!(rows, [(2, "parent_code"), (4, "parent_code"), (5, "parent_code")]);
}

fn person_id(code: &str) -> PersonId {
    PersonId::from_content(&[code])
}

#[test]
fn people_are_added_changed_or_refused() {
    let history = company();
    let tree = history.tree_at(now());
    let d1 = history.by_code("D1").unwrap().id;
    let record = |code: &str, email: &str| PersonRecord {
        id: person_id(code),
        code: code.into(),
        name: code.into(),
        name_native: String::new(),
        email: Some(email.into()),
        unit_id: d1,
        left_at: None,
    };
    let before = vec![record("P1", "p1@x.example"), record("P2", "p2@x.example")];
    let head = "code,name,email,unit_code,left_on\n";
    let plan = |file: &str| {
        let rows = PersonRow::read(file.as_bytes()).unwrap();
        plan_people(before.clone(), &tree, &rows, &Scope::all(), || person_id("new"))
    };
    let good = plan(&format!("{head}P1,P1,p1@x.example,D1,\nP2,P2,p2@x.example,S1,\nP3,P3,,HQ,\n")).unwrap();
    assert_eq!(good.counts, ImportCounts { rows: 3, added: 1, changed: 1, unchanged: 1 });
    assert_eq!(good.changed[0].1.unit_id, history.by_code("S1").unwrap().id);
    let swapped = plan(&format!("{head}P1,P1,p2@x.example,D1,\nP2,P2,p1@x.example,D1,\n")).unwrap();
    assert_eq!(swapped.counts.changed, 2, "addresses may change hands within one file");
    let errors = plan(&format!("{head}P3,P3,p1@x.example,D1,\nP4,P4,,D9,\n")).unwrap_err();
    assert_eq!(
        shown(errors),
        [
            "row 2, column email: belongs to person P1",
            "row 3, column unit_code: no unit D9 that you may change"
        ]
    );
}

#[test]
fn a_seat_changes_hands_without_overlap() {
    let (ann, bob) = (person_id("ann"), person_id("bob"));
    let day = |number| Time::EPOCH.plus_days(number);
    let lasting = Sitting { person: ann, from: day(10), to: forever() };
    let ended = Sitting { person: ann, from: day(10), to: day(20) };
    assert_eq!(seat_step(None, None, day(1), false), Ok(SeatStep::Unchanged));
    assert_eq!(seat_step(Some(&lasting), Some(ann), day(30), false), Ok(SeatStep::Unchanged));
    assert_eq!(
        seat_step(Some(&lasting), Some(ann), day(30), true),
        Err(SeatStepError::SameSince { since: day(10) })
    );
    assert_eq!(
        seat_step(Some(&lasting), Some(bob), day(30), true),
        Ok(SeatStep::Begin { person: bob, from: day(30), ends_last: true })
    );
    assert_eq!(
        seat_step(Some(&lasting), Some(bob), day(9), true),
        Err(SeatStepError::Overlap { from: day(9), last: day(10) })
    );
    assert_eq!(seat_step(Some(&lasting), None, day(30), false), Ok(SeatStep::End { at: day(30) }));
    assert_eq!(
        seat_step(Some(&ended), Some(bob), day(15), true),
        Err(SeatStepError::Overlap { from: day(15), last: day(20) })
    );
    assert_eq!(
        seat_step(Some(&ended), Some(ann), day(20), true),
        Ok(SeatStep::Begin { person: ann, from: day(20), ends_last: false })
    );
}

#[test]
fn seats_are_added_filled_and_vacated_by_file() {
    let history = company();
    let tree = history.tree_at(now());
    let d1 = history.by_code("D1").unwrap().id;
    let seat = SeatRecord {
        id: SeatId::from_content(&["d1"]),
        unit_id: d1,
        kind: SeatKind::SystemSecurityManager,
        required: true,
        created_at: Time::EPOCH,
        holder: Some(Sitting { person: person_id("P1"), from: Time::EPOCH, to: forever() }),
        deputy: None,
    };
    let people: HashMap<String, PersonId> =
        ["P1", "P2"].iter().map(|code| ((*code).to_owned(), person_id(code))).collect();
    let plan = |file: &str| {
        let rows = SeatRow::read(file.as_bytes()).unwrap();
        let new_id = || SeatId::from_content(&["new"]);
        plan_seats(vec![seat.clone()], &people, &tree, &rows, &Scope::all(), now(), new_id)
    };
    let head = "unit_code,kind,required,holder_code,holder_from,deputy_code\n";
    let good =
        plan(&format!("{head}D1,system_security_manager,true,,,P2\nHQ,ciso,true,P1,2026-02-01,\n")).unwrap();
    assert_eq!(good.counts, ImportCounts { rows: 2, added: 1, changed: 1, unchanged: 0 });
    assert_eq!(good.steps.len(), 3);
    assert_eq!(good.steps[0], (seat.id, false, SeatStep::End { at: now() }));
    let same = plan(&format!("{head}D1,system_security_manager,true,P1,1970-01-01,\n")).unwrap();
    assert_eq!((same.counts.unchanged, same.steps.len()), (1, 0));
    let errors = plan(&format!("{head}D1,system_security_manager,true,P9,,\nD9,ciso,,,,\n")).unwrap_err();
    assert_eq!(
        shown(errors),
        [
            "row 2, column holder_code: no person P9 at work here",
            "row 3, column unit_code: no unit D9 that you may change"
        ]
    );
}
