// SPDX-License-Identifier: Apache-2.0
//! Pictures as they go out, and that no text breaks them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use hinomi_charts::{Course, CoursePoint, HeatMap, HeatRow, Line, Lines, Radar, Spoke};
use quick_xml::Reader;
use quick_xml::events::Event;

const HOSTILE: &str = "</text><script>alert(1)</script>\" onload='x' & \u{0}\u{ffff} 監視";

fn spoke(name: &str, value: Option<f64>, target: Option<f64>) -> Spoke {
    Spoke { name: name.to_owned(), value, before: value.map(|value| value - 6.4), target }
}

fn radar(first: &str) -> Radar {
    Radar {
        title: "Six axes, October 2026".to_owned(),
        unrated: "not rated".to_owned(),
        spokes: vec![
            spoke(first, Some(61.0), None),
            spoke("Human", None, None),
            spoke("System", Some(85.9), Some(90.0)),
            spoke("Information", Some(40.0), Some(70.0)),
            spoke("Incident", None, Some(50.0)),
            spoke("Culture", None, None),
        ],
    }
}

fn lines(name: &str) -> Lines {
    let line = |name: &str, values: &[Option<f64>]| Line { name: name.to_owned(), values: values.to_vec() };
    Lines {
        title: "The group's past".to_owned(),
        from: "2026-07".to_owned(),
        to: "2026-11".to_owned(),
        last_is_open: true,
        lines: vec![
            line(name, &[Some(40.0), Some(52.5), None, Some(60.0), Some(61.0)]),
            line("Empty", &[None, None]),
            line("One", &[Some(100.0)]),
            line("Beyond", &[Some(-10.0), Some(f64::NAN), Some(170.0)]),
        ],
    }
}

fn heat(name: &str) -> HeatMap {
    let row = |name: &str, counts: &[i64]| HeatRow { name: name.to_owned(), counts: counts.to_vec() };
    HeatMap {
        title: "Open cases".to_owned(),
        columns: ["Critical", "High", "Medium", "Low"].map(str::to_owned).to_vec(),
        rows: vec![row(name, &[1, 12, 40, 200]), row("Works", &[0, 0, 3]), row("Labs", &[])],
    }
}

fn course(title: &str) -> Course {
    let point = |name: &str, at: f64, value: f64| CoursePoint { name: name.to_owned(), at, value };
    Course {
        title: title.to_owned(),
        target_name: "Target".to_owned(),
        target: 3.0,
        points: vec![
            point("2026-10-06", 0.0, 14.0),
            point("2026-10-31", 25.0, 9.5),
            point("2026-11-30", 55.0, 4.0),
        ],
    }
}

/// The texts of a picture; it must be well-formed and hold nothing that runs or reaches out.
fn texts(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    let mut texts = Vec::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let known = [
                    "svg", "title", "desc", "g", "path", "text", "tspan", "rect", "circle", "line", "defs",
                    "pattern",
                ];
                assert!(known.contains(&name.as_str()), "{name}");
                for attribute in tag.attributes() {
                    let key = attribute.unwrap().key.as_ref().to_owned();
                    assert!(!key.starts_with("on") && key != "href" && key != "style", "{key}");
                }
            }
            Event::Text(text) => texts.push(text.as_ref().to_owned()),
            Event::Eof => return texts,
            _ => {}
        }
    }
}

#[test]
fn no_text_breaks_a_picture() {
    for svg in [radar(HOSTILE).svg(), lines(HOSTILE).svg(), heat(HOSTILE).svg(), course(HOSTILE).svg()] {
        texts(&svg);
        assert!(!svg.contains("<script") && svg.contains("監視"));
    }
    for svg in [
        Radar { title: String::new(), unrated: String::new(), spokes: Vec::new() }.svg(),
        Lines { lines: Vec::new(), ..lines("x") }.svg(),
        HeatMap { rows: Vec::new(), ..heat("x") }.svg(),
        Course { points: Vec::new(), target: f64::NAN, ..course("x") }.svg(),
        Course { points: course("x").points[..1].to_vec(), ..course("x") }.svg(),
    ] {
        texts(&svg);
    }
}

/// Letters of a Latin face are about half as wide as they are high; what leaves the frame is cut off on paper.
#[test]
fn the_longest_name_of_an_axis_stays_within_the_frame() {
    let mut six = radar("Governance");
    six.spokes[1].name = "Human security".to_owned();
    six.spokes[4].name = "Detection and response".to_owned();
    six.spokes[5].name = "システムセキュリティ".to_owned();
    let svg = six.svg();
    assert!(svg.contains("viewBox=\"-230 -130 460 262\""));
    for label in svg.split("<tspan x=\"").skip(1) {
        let (x, rest) = label.split_once('"').unwrap();
        let text = rest.split_once('>').unwrap().1.split('<').next().unwrap();
        let wide = text.chars().map(|letter| if letter.is_ascii() { 7.0 } else { 12.0 }).sum::<f64>();
        assert!(x.parse::<f64>().unwrap().abs() + wide < 230.0, "{text} at {x}");
    }
    let all = texts(&svg);
    assert!(["Detection", "and response"].iter().all(|line| all.iter().any(|text| text == line)), "{all:?}");
}

#[test]
fn every_number_stands_in_the_picture_as_text() {
    let all = texts(&radar("Governance").svg());
    for wanted in ["61", "85.9", "40", "not rated"] {
        assert!(all.iter().any(|text| text == wanted), "{wanted} in {all:?}");
    }
    let all = texts(&heat("Sales").svg());
    for wanted in ["1", "12", "40", "200", "3", "0"] {
        assert!(all.iter().any(|text| text == wanted), "{wanted} in {all:?}");
    }
    assert!(all.iter().any(|text| text.starts_with("Sales: Critical 1, High 12")));
    let all = texts(&course("Overdue tickets").svg());
    for wanted in ["14", "4", "2026-10-06", "2026-11-30", "Target 3"] {
        assert!(all.iter().any(|text| text == wanted), "{wanted} in {all:?}");
    }
    assert!(all.iter().any(|text| text.contains("2026-10-31: 9.5")), "what has no room is said in words");
}

#[test]
fn a_hole_is_never_a_zero() {
    let svg = radar("Governance").svg();
    // System and Information are neighbours; nothing joins them with the centre's outline to Governance.
    let outline = svg.split("fill=\"url(#h)\"").next().unwrap().rsplit("<path d=\"").next().unwrap();
    assert_eq!(outline.matches('M').count(), 1, "{outline}");
    assert_eq!(outline.matches('L').count(), 1, "{outline}");
    assert!(!outline.contains('Z'));
}

#[test]
fn pictures_are_as_they_were() {
    insta::assert_snapshot!("radar", radar("Governance").svg());
    insta::assert_snapshot!("lines", lines("System").svg());
    insta::assert_snapshot!("heat", heat("Sales").svg());
    insta::assert_snapshot!("course", course("Overdue tickets").svg());
}
