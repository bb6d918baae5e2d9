// SPDX-License-Identifier: Apache-2.0
//! Scores of known vectors, hostile input, and every vector of the shared data.
#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use hinomi_score::Severity;
use hinomi_score::cvss::{CvssError, Score, Vector, Version};
use proptest::prelude::*;

fn tenths(score: Option<Score>) -> Option<u8> {
    score.map(Score::tenths)
}

/// base, temporal, environmental, threat, overall, in tenths.
fn all(text: &str) -> (u8, Option<u8>, Option<u8>, Option<u8>, u8) {
    let scores = Vector::parse(text).expect(text).scores();
    (
        scores.base.tenths(),
        tenths(scores.temporal),
        tenths(scores.environmental),
        tenths(scores.threat),
        scores.score.tenths(),
    )
}

/// The three worked examples of the v2 guide, section 3.3.
#[test]
fn v2_worked_examples() {
    let cve_2002_0392 = "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H";
    assert_eq!(all(cve_2002_0392), (78, Some(64), Some(92), None, 92));
    let cve_2003_0818 = "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L";
    assert_eq!(all(cve_2003_0818), (100, Some(83), Some(90), None, 90));
    let cve_2003_0062 = "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M";
    assert_eq!(all(cve_2003_0062), (62, Some(49), Some(75), None, 75));
}

/// With three complete impacts the base impact is above 10 and is not capped.
#[test]
fn v2_base_impact_is_not_capped() {
    assert_eq!(all("AV:L/AC:L/Au:N/C:C/I:C/A:C").0, 72);
    assert_eq!(all("(AV:N/AC:L/Au:N/C:N/I:N/A:N)").0, 0);
}

#[test]
fn v3_overall_score_follows_what_is_defined() {
    let base = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    assert_eq!(all(base), (98, Some(98), Some(98), None, 98));
    assert_eq!(all(&format!("{base}/E:P/RL:O/RC:C")).4, 88);
    assert_eq!(all(&format!("{base}/E:P/RL:O/RC:C/MAV:P")).4, 61);
    assert_eq!(all(&format!("{base}/E:X/MAV:X")).4, 98, "X is not defined");
    // The v3.1 environmental equation differs for a changed scope; without metrics of its group it is not the overall one.
    assert_eq!(all("CVSS:3.1/AV:P/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:H"), (71, Some(71), Some(70), None, 71));
    assert_eq!(all("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N").0, 0);
}

#[test]
fn v3_order_is_free_and_canonical_order_is_written() {
    let vector = Vector::parse("CVSS:3.1/A:H/S:U/AV:N/AC:L/E:P/PR:N/UI:N/C:H/I:H").expect("any order");
    assert_eq!(vector.to_string(), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P");
    assert_eq!((vector.version(), vector.get("E"), vector.get("RL")), (Version::V31, Some("P"), None));
}

#[test]
fn v4_names_what_it_scored() {
    let base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    let nomenclature = |text: &str| Vector::parse(text).expect(text).scores().nomenclature;
    assert_eq!(all(base), (93, None, None, None, 93));
    assert_eq!(nomenclature(base), Some("CVSS-B"));
    let threat = format!("{base}/E:U");
    assert_eq!(all(&threat), (93, None, None, Some(81), 81));
    assert_eq!(nomenclature(&threat), Some("CVSS-BT"));
    let both = format!("{base}/E:U/MAV:P");
    let (base_tenths, temporal, environmental, threat_tenths, overall) = all(&both);
    assert_eq!((base_tenths, temporal, threat_tenths), (93, None, Some(81)));
    assert_eq!(environmental, Some(overall));
    assert!(overall < 81);
    assert_eq!(nomenclature(&both), Some("CVSS-BTE"));
    assert_eq!(nomenclature(&format!("{base}/CR:L")), Some("CVSS-BE"));
    assert_eq!(nomenclature(&format!("{base}/E:X/CR:X/S:P/U:Red")), Some("CVSS-B"));
    let none = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N";
    assert_eq!(Vector::parse(none).expect(none).scores().severity, Severity::None);
}

#[test]
fn wrong_vectors_are_told_why() {
    let v31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let cases = [
        (String::new(), "empty vector"),
        ("CVSS:3.1".to_owned(), "part 1 \"\" is not METRIC:VALUE"),
        (format!("{v31}/"), "part 9 \"\" is not METRIC:VALUE"),
        (format!("{v31}/E"), "part 9 \"E\" is not METRIC:VALUE"),
        (format!("{v31}/E:"), "part 9 \"E:\" is not METRIC:VALUE"),
        (format!("{v31}/A:H"), "metric A is given twice"),
        (format!("{v31}/E:X/E:X"), "metric E is given twice"),
        (format!("{v31}/Q:H"), "unknown metric \"Q\" in a v3.1 vector"),
        (format!("{v31}/E:Q"), "metric E has no value \"Q\" in v3.1"),
        (v31.replace("/S:U", ""), "mandatory metric S of v3.1 is missing"),
        (
            v31.replace("3.1", "3.2"),
            "unknown CVSS version \"CVSS:3.2\", expected CVSS:3.0, CVSS:3.1, CVSS:4.0 or a v2 vector without prefix",
        ),
        (v31.to_lowercase(), "unknown metric \"cvss\" in a v2.0 vector"),
        ("AC:L/AV:N/Au:N/C:C/I:C/A:C".to_owned(), "metric AV must stand before AC: v2.0 fixes the order"),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/CR:H/E:A".to_owned(),
            "metric E must stand before CR: v4.0 fixes the order",
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:S".to_owned(),
            "metric SA has no value \"S\" in v4.0",
        ),
        ("AV:N/AC:L/Au:N/C:C/I:C".to_owned(), "mandatory metric A of v2.0 is missing"),
    ];
    for (text, message) in cases {
        assert_eq!(Vector::parse(&text).expect_err(&text).to_string(), message);
    }
    let long = "A".repeat(513);
    assert_eq!(Vector::parse(&long), Err(CvssError::TooLong { length: 513 }));
}

fn arbitrary_v4() -> impl Strategy<Value = String> {
    let choice = |values: &'static [&'static str]| prop::sample::select(values);
    (
        (choice(&["N", "A", "L", "P"]), choice(&["L", "H"]), choice(&["N", "P"]), choice(&["N", "L", "H"]), choice(&["N", "P", "A"])),
        prop::collection::vec(choice(&["H", "L", "N"]), 6),
        choice(&["X", "A", "P", "U"]),
        prop::collection::vec(choice(&["X", "H", "M", "L"]), 3),
        choice(&["X", "H", "L", "N", "S"]),
    )
        .prop_map(|((av, ac, at, pr, ui), impact, exploit, requirements, safety)| {
            format!(
                "CVSS:4.0/AV:{av}/AC:{ac}/AT:{at}/PR:{pr}/UI:{ui}/VC:{}/VI:{}/VA:{}/SC:{}/SI:{}/SA:{}/E:{exploit}/CR:{}/IR:{}/AR:{}/MSI:{safety}",
                impact[0], impact[1], impact[2], impact[3], impact[4], impact[5], requirements[0], requirements[1], requirements[2]
            )
        })
}

proptest! {
    #[test]
    fn no_input_panics(text in "\\PC{0,80}") {
        let _ = Vector::parse(&text);
    }

    #[test]
    fn metric_like_input_never_panics(text in "(CVSS:(3\\.[01]|4\\.0)/)?([A-Z]{1,3}:[A-Z]{1,3}/){0,20}[A-Z]:[A-Z]") {
        if let Ok(vector) = Vector::parse(&text) {
            prop_assert!(vector.scores().score.tenths() <= 100);
        }
    }

    /// Written out and read again a vector is the same; less exploitation or milder requirements never score higher.
    #[test]
    fn v4_is_monotone_in_threat(text in arbitrary_v4()) {
        let vector = Vector::parse(&text).expect("generated");
        let written = vector.to_string();
        prop_assert_eq!(Vector::parse(&written).expect("canonical"), vector.clone());
        let scores = vector.scores();
        if let Some(threat) = scores.threat {
            prop_assert!(threat <= scores.base);
        }
        let milder = text.replace("/E:X/", "/E:U/").replace("/E:A/", "/E:U/").replace("/E:P/", "/E:U/");
        prop_assert!(Vector::parse(&milder).expect("generated").scores().score <= scores.score);
    }
}
