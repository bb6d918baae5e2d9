// SPDX-License-Identifier: Apache-2.0
//! What must hold for every input: orders are orders, keys agree with comparators, and nothing panics.

use std::cmp::Ordering;

use hinomi_version::cpe::{Cpe, Relation};
use hinomi_version::purl::Purl;
use hinomi_version::range::{VersRange, native_contains, vers_from_native};
use hinomi_version::{Scheme, compare, ecosystem, encode, encode_into};
use proptest::prelude::*;

/// Pieces that versions of all ecosystems are made of, so that random texts reach deep into the parsers.
fn version() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "0",
        "1",
        "2",
        "9",
        "10",
        "007",
        "18446744073709551616",
        ".",
        ".",
        ".",
        "-",
        "+",
        "~",
        "^",
        "_",
        ":",
        "!",
        "a",
        "b",
        "m",
        "rc",
        "alpha",
        "beta",
        "dev",
        "post",
        "pre",
        "p",
        "patch",
        "SNAPSHOT",
        "Final",
        "ga",
        "sp",
        "el9",
        "v",
        "x",
        "*",
        "r1",
        "-r2",
        "1.2.3",
        "1.0.0-rc.1",
        "2024-01-01T00:00:00Z",
        "é",
        " ",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::all().collect::<Vec<_>>())
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), version(), "[-.0-9a-z~^+:<>=|,*\\\\%/@#?&\\[\\]() ]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comparison_is_antisymmetric(scheme in scheme(), left in version(), right in version()) {
        let (forward, backward) = (compare(scheme, &left, &right), compare(scheme, &right, &left));
        prop_assert_eq!(forward.clone().ok(), backward.ok().map(Ordering::reverse));
        if let Ok(order) = compare(scheme, &left, &left) {
            prop_assert_eq!(order, Ordering::Equal);
        }
    }

    #[test]
    fn total_orders_are_transitive(scheme in scheme(), a in version(), b in version(), c in version()) {
        prop_assume!(scheme.is_totally_ordered());
        let orders = (compare(scheme, &a, &b), compare(scheme, &b, &c), compare(scheme, &a, &c));
        let (Ok(ab), Ok(bc), Ok(ac)) = orders else { return Ok(()) };
        if ab.is_le() && bc.is_le() {
            prop_assert!(ac.is_le());
            prop_assert!(ac.is_lt() || ab.is_eq() && bc.is_eq());
        }
    }

    #[test]
    fn keys_agree_with_the_comparator(scheme in scheme(), left in version(), right in version()) {
        let (Ok(left_key), Ok(right_key)) = (encode(scheme, &left), encode(scheme, &right)) else { return Ok(()) };
        if let (Some(by_key), Ok(order)) = (scheme.key_order(&left_key, &right_key), compare(scheme, &left, &right)) {
            prop_assert_eq!(by_key, order);
        }
        if scheme.is_totally_ordered() {
            prop_assert!(scheme.key_order(&left_key, &right_key).is_some());
        }
    }

    #[test]
    fn encoding_appends_and_is_linear(scheme in scheme(), text in hostile()) {
        let mut key = vec![7];
        let encoded = encode_into(scheme, &text, &mut key);
        prop_assert_eq!(key[0], 7);
        prop_assert!(encoded.is_ok() || key.len() == 1);
        prop_assert!(key.len() <= 64 + 20 * text.len());
        prop_assert!(!scheme.is_valid(&text) || encoded.is_ok());
    }

    #[test]
    fn no_text_panics(scheme in scheme(), first in hostile(), second in hostile()) {
        let _answers = (
            compare(scheme, &first, &second),
            native_contains(scheme, &first, &second),
            VersRange::parse(&first).and_then(|range| range.contains(&second)),
            VersRange::parse(&format!("vers:{scheme}/{first}")).and_then(|range| range.contains(&second)),
            VersRange::parse_canonical(&first),
            vers_from_native("npm", &first),
            vers_from_native("conan", &first),
            vers_from_native("nginx", &first),
            ecosystem::normalise_name(&first, &second).into_owned(),
            Cpe::parse(&first),
            Cpe::parse(&format!("cpe:/{first}")),
        );
    }

    #[test]
    fn vers_ranges_are_written_as_they_are_read(bounds in prop::collection::vec((0..6_usize, 0..50_u8), 1..6)) {
        let signs = ["", "!=", "<", "<=", ">", ">="];
        let list: Vec<String> = bounds.iter().map(|(sign, version)| format!("{}{version}", signs[*sign])).collect();
        let range = VersRange::parse(&format!("vers:npm/{}", list.join("|"))).expect("a range");
        let written = range.to_string();
        prop_assert_eq!(VersRange::parse_canonical(&written).expect("canonical"), range);
    }

    #[test]
    fn purls_survive_writing(text in hostile(), name in "[A-Za-z@/._%+ é-]{1,20}", version in version()) {
        for text in [text, format!("pkg:npm/{name}@{version}"), format!("pkg:git/{name}?a={version}#{name}")] {
            if let Ok(purl) = Purl::parse(&text) {
                let canonical = purl.to_string();
                prop_assert_eq!(Purl::parse(&canonical).expect("what we write"), purl, "{} as {}", text, canonical);
            }
        }
    }

    #[test]
    fn cpe_names_survive_writing(fields in prop::collection::vec("[a-z0-9.!+*?~:-]{1,6}", 10)) {
        let formatted = format!("cpe:2.3:a:{}", fields.join(":").replace("::", ":"));
        if let Ok(cpe) = Cpe::parse(&formatted) {
            prop_assert_eq!(&Cpe::parse(&cpe.to_string()).expect("a formatted string"), &cpe);
            prop_assert_eq!(&Cpe::parse(&cpe.to_uri()).expect("a URI"), &cpe);
            let itself = cpe.relation(&cpe);
            prop_assert!(matches!(itself, Relation::Equal | Relation::Undefined));
        }
    }
}

/// Inputs that hurt naive implementations: very long, very deep, very many.
#[test]
fn huge_inputs_end_quickly() {
    let started = std::time::Instant::now();
    let texts = [
        "1".repeat(200_000),
        "1-".repeat(100_000),
        "1.".repeat(100_000),
        "a1".repeat(100_000),
        "~".repeat(200_000),
    ];
    for scheme in Scheme::all() {
        for text in &texts {
            let other = format!("{text}0");
            let _order = compare(scheme, text, &other);
            let _inside = native_contains(scheme, text, "1.0.0");
            let _inside = native_contains(scheme, &format!(">={text}"), "1.0.0");
        }
    }
    let list = format!("vers:maven/{}", vec!["1-a.2"; 20_000].join("|"));
    let _inside = VersRange::parse(&list).and_then(|range| range.contains("1.0"));
    assert!(started.elapsed().as_secs() < 60, "took {:?}", started.elapsed());
}
