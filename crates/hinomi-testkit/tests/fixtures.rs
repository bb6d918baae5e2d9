// SPDX-License-Identifier: Apache-2.0
//! The fixtures are what the readers take them for.

use hinomi_testkit::fixtures;

#[test]
fn each_advisory_is_read_under_its_own_name() {
    for (name, text) in fixtures::ADVISORIES {
        let read = hinomi_advisory_formats::read(text.as_bytes(), name).unwrap();
        assert_eq!(read.len(), 1, "{name}");
        assert_eq!(format!("{}.json", read[0].id), name);
        assert!(fixtures::path("advisories").join(name).is_file());
    }
}

#[test]
fn the_host_loses_one_package_and_updates_another() {
    let versions = |text: &str, name: &str| {
        let inventory = hinomi_inventory_formats::read(text.as_bytes(), "host.cdx.json").unwrap();
        let found = inventory.components.into_iter().filter(|component| component.name == name);
        found.filter_map(|component| component.version).collect::<Vec<_>>()
    };
    let (before, after) = (fixtures::HOST_BEFORE, fixtures::HOST_AFTER);
    assert_eq!(versions(before, "liblantern1"), ["2.4.1-1+deb12u2"]);
    assert_eq!(versions(after, "liblantern1"), ["2.4.1-1+deb12u3"]);
    assert_eq!((versions(before, "kitefly").len(), versions(after, "kitefly").len()), (1, 0));
    assert_eq!(versions(before, "paper-crane"), versions(after, "paper-crane"));
}
