// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::model::UnitKind;

#[test]
fn every_wrong_cell_is_named_by_line_and_column() {
    let file = "\u{feff}code,kind,name,parent_code,valid_from,valid_to\r\n\
                HQ,group,Head,,,\r\n\
                \r\n\
                ,team,,HQ,yesterday,\r\n\
                D1,department,One,HQ,2026-02-01,2026-01-01\r\n\
                D1,department\r\n\
                HQ,group,Again,,,\r\n";
    let errors = UnitRow::read(file.as_bytes()).unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "row 4, column code: is empty",
            "row 4, column kind: unknown unit kind: \"team\"",
            "row 4, column name: is empty",
            "row 4, column valid_from: \"yesterday\" is neither a day (2026-11-23) nor an RFC 3339 time",
            "row 5, column valid_to: is not after valid_from",
            "row 6: has 2 cells, the header has 6",
            "row 7, column code: HQ stands already in row 2",
        ]
    );
}

#[test]
fn headers_are_checked() {
    let errors = UnitRow::read(b"code,kind,colour,code\nx,y,z,w\n").unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(shown[0].starts_with("row 1, column colour: unknown column"), "{shown:?}");
    assert_eq!(shown[1], "row 1, column code: the column stands twice");
    assert_eq!(shown[2], "row 1, column name: the column is missing");
    assert!(UnitRow::read(b"").unwrap_err()[0].message.starts_with("the file is empty"));
}

#[test]
fn other_encodings_are_refused_where_they_stand() {
    // Shift_JIS for a Japanese name.
    let file = b"code,name,unit_code\nP1,\x8e\x52\x93\x63,HQ\nP2,Ann,HQ\n";
    let errors = PersonRow::read(file).unwrap_err();
    assert_eq!((errors[0].row, errors[0].column.as_str()), (2, "name"));
    assert_eq!(errors.len(), 1);
}

#[test]
fn quoted_cells_and_formulas_are_read_as_meant() {
    let file = "code,kind,name,parent_code\n\"HQ\",group,\"Head, \"\"Office\"\"\",\nD,section,'=SUM(A1),HQ\n";
    let rows = UnitRow::read(file.as_bytes()).unwrap();
    assert_eq!(rows[0].name, "Head, \"Office\"");
    assert_eq!(rows[1].name, "=SUM(A1)");
    assert_eq!((rows[1].kind, rows[1].parent_code.as_deref()), (UnitKind::Section, Some("HQ")));
}

#[test]
fn people_and_seats_refuse_repeats() {
    let people = "code,name,email,unit_code\nP1,A,a@x.example,HQ\nP2,B,A@x.example,HQ\nP1,C,,HQ\n";
    let errors = PersonRow::read(people.as_bytes()).unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "row 4, column code: P1 stands already in row 2",
            "row 3, column email: a@x.example stands already in row 2",
        ]
    );
    let seats = "unit_code,kind,required,holder_code,holder_from\nHQ,ciso,maybe,P1,\nHQ,king,,,2026-01-01\n";
    let errors = SeatRow::read(seats.as_bytes()).unwrap_err();
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "row 2, column required: is neither true nor false",
            "row 3, column kind: unknown seat kind: \"king\"",
            "row 3, column holder_from: has a date, but holder_code is empty",
        ]
    );
    let twice = "unit_code,kind\nHQ,ciso\nHQ,ciso\n";
    assert_eq!(SeatRow::read(twice.as_bytes()).unwrap_err()[0].row, 3);
}

#[test]
fn times_are_shown_as_short_as_exact() {
    for text in ["2026-11-23", "2026-11-23T01:02:03Z"] {
        assert_eq!(show_time(parse_time(text).unwrap()), text);
    }
    assert_eq!(show_time(parse_time("2026-11-23T00:00:00Z").unwrap()), "2026-11-23");
    assert!(parse_time("2026-13-01").is_err());
}
