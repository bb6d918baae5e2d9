// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::model::{Place, SourceState, Subject};

/// HQ ─┬─ A ─── A1
///     └─ B
fn tree() -> Gathered {
    let place = |name: &str, parent_no, people| Place {
        unit_id: name.to_owned(),
        parent_no,
        people,
        ..Place::default()
    };
    Gathered {
        places: vec![
            place("HQ", None, 2),
            place("A", Some(0), 30),
            place("A1", Some(1), 4),
            place("B", Some(0), 50),
        ],
        sources: vec![SourceState { source: "assets".to_owned(), newest_at: None, blind: false }],
        gathered: ["S1", "S2", "S3", "S5"].map(str::to_owned).to_vec(),
        ..Gathered::default()
    }
}

fn add(gathered: &mut Gathered, unit_no: usize, indicator: &str, good: i64, bad: i64) {
    for number in 0..good + bad {
        let subject = Subject::Ticket(unit_no as i64 * 1_000 + number);
        gathered.add(Some(unit_no), indicator, CountedRow::whole(subject, number < good));
    }
}

fn figure<'a>(computed: &'a Computed, unit_no: usize, code: &str) -> &'a IndicatorFigure {
    computed[unit_no].indicators.iter().find(|figure| figure.code == code).unwrap()
}

#[test]
fn a_parent_pools_the_rows_of_its_subtree() {
    let mut gathered = tree();
    add(&mut gathered, 2, "S3", 1, 1);
    add(&mut gathered, 1, "S3", 9, 89);
    gathered.places[3].beside.retired = 5;
    let computed = compute(&FormulaSet::shipped().unwrap(), &gathered, &HashMap::new());
    assert_eq!(figure(&computed, 2, "S3").outcome, Outcome::Scored(0.5));
    // Never the mean of 50 % and 9 %.
    assert_eq!(figure(&computed, 1, "S3").outcome, Outcome::Scored(0.1));
    assert_eq!(figure(&computed, 0, "S3").in_scope, 100);
    assert_eq!(figure(&computed, 3, "S3").outcome, Outcome::NotInScope);
    let people: Vec<i64> = computed.iter().map(|unit| unit.people).collect();
    assert_eq!(people, [86, 34, 4, 50]);
    assert_eq!((computed[0].beside.retired, computed[1].beside.retired), (5, 0));
}

#[test]
fn a_median_is_that_of_all_rows_below() {
    let mut gathered = tree();
    for (unit_no, days) in [(2, 10), (2, 20), (3, 100)] {
        let row = CountedRow { subject: Subject::Ticket(days), amount: days, in_scope: true };
        gathered.add(Some(unit_no), "S5", row);
    }
    let computed = compute(&FormulaSet::shipped().unwrap(), &gathered, &HashMap::new());
    assert_eq!(figure(&computed, 0, "S5").value, Some(20.0));
    assert_eq!(figure(&computed, 1, "S5").value, Some(15.0));
}

#[test]
fn an_old_source_is_blind_where_something_is_in_scope() {
    let mut gathered = tree();
    gathered.sources[0].blind = true;
    add(&mut gathered, 2, "S2", 3, 1);
    let computed = compute(&FormulaSet::shipped().unwrap(), &gathered, &HashMap::new());
    assert_eq!(figure(&computed, 2, "S2").outcome, Outcome::Blind);
    assert_eq!(figure(&computed, 3, "S2").outcome, Outcome::NotInScope);
    // S1 has nothing to count, though there are assets.
    assert_eq!(figure(&computed, 2, "S1").outcome, Outcome::Blind);
    assert_eq!(figure(&computed, 3, "S1").outcome, Outcome::NotInScope);
}

#[test]
fn a_seat_is_looked_for_below_and_then_above() {
    let mut gathered = tree();
    let kind = "system_security_manager".to_owned();
    gathered.places[1].seats.insert(kind.clone(), (1, 1));
    gathered.places[3].seats.insert(kind, (0, 1));
    let set = FormulaSet::shipped().unwrap();
    let computed = compute(&set, &gathered, &HashMap::new());
    let filled: Vec<bool> = computed
        .iter()
        .map(|unit| facts_of_axis(&set, Axis::System, &unit.facts)["owner-seat-filled"])
        .collect();
    assert_eq!(filled, [false, true, true, false]);
    assert!(computed.iter().all(|unit| !facts_of_axis(&set, Axis::Human, &unit.facts)["owner-seat-filled"]));
}

#[test]
fn rows_of_a_unit_that_is_gone_stand_with_the_group() {
    let mut gathered = tree();
    gathered.add(None, "S3", CountedRow::whole(Subject::Ticket(1), true));
    assert_eq!(gathered.places[0].rows["S3"].len(), 1);
}

#[test]
fn a_procedure_approved_above_holds_below_and_a_missed_review_is_told_upwards() {
    let set = FormulaSet::shipped().unwrap();
    let fact = |computed: &Computed, unit_no: usize, axis: Axis, name: &str| {
        facts_of_axis(&set, axis, &computed[unit_no].facts).get(name).copied()
    };
    let mut gathered = tree();
    let computed = compute(&set, &gathered, &HashMap::new());
    assert_eq!(fact(&computed, 0, Axis::System, "procedure-approved"), None, "nothing is known yet");
    assert_eq!(fact(&computed, 0, Axis::System, REVIEWED), None);
    gathered.has_approvals = true;
    gathered.places[1].approved.insert("system".to_owned());
    gathered.review_months = ["2026-09", "2026-10", "2026-11"].map(str::to_owned).to_vec();
    for (unit_no, held) in [(2, 1), (3, 0)] {
        for month in gathered.review_months.clone() {
            let held = if month == "2026-10" { held } else { 1 };
            gathered.places[unit_no].reviews.insert(month, (held, 1));
        }
    }
    let computed = compute(&set, &gathered, &HashMap::new());
    let approved = |unit_no, axis| fact(&computed, unit_no, axis, "procedure-approved");
    assert_eq!(
        [0, 1, 2, 3].map(|no| approved(no, Axis::System)),
        [Some(false), Some(true), Some(true), Some(false)]
    );
    assert_eq!(approved(1, Axis::Governance), Some(false));
    let reviewed = [0, 1, 2, 3].map(|no| fact(&computed, no, Axis::System, REVIEWED));
    assert_eq!(reviewed, [Some(false), Some(true), Some(true), Some(false)]);
}
