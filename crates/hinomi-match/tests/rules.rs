// SPDX-License-Identifier: Apache-2.0
//! Every rule of matching, each by the smallest records and components that show it.

#![cfg(test)]

use hinomi_advisory_formats::{Advisory, read};
use hinomi_match::{ComponentQuery, Index, MatchSet, Rule, State, UnknownReason};
use serde_json::{Value, json};

fn record(id: &str, affected: Value) -> Advisory {
    let text = json!({"id": id, "modified": "2026-01-01T00:00:00Z", "affected": affected}).to_string();
    read(text.as_bytes(), "test.json").unwrap().remove(0)
}

/// `ecosystem|name` with events such as `>0 <1.2`.
fn package(package: &str, events: &str, versions: &[&str]) -> Value {
    let (ecosystem, name) = package.split_once('|').unwrap();
    let events: Vec<Value> = events
        .split_whitespace()
        .map(|word| {
            let (sign, version) = word.split_at(1);
            match sign {
                ">" => json!({"introduced": version}),
                "<" => json!({"fixed": version}),
                _ => json!({"last_affected": version}),
            }
        })
        .collect();
    let ranges = if events.is_empty() { json!([]) } else { json!([{"type": "ECOSYSTEM", "events": events}]) };
    json!({"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, "versions": versions})
}

fn index(records: &[Advisory]) -> Index {
    let mut builder = Index::builder();
    for record in records {
        builder.add(record);
    }
    builder.finish()
}

fn ask(index: &Index, purl: &str) -> MatchSet {
    index.match_component(&ComponentQuery { purl: Some(purl), ..Default::default() })
}

/// `affected 1.2` / `affected -` / `none` / the code of the unknown.
fn verdict(index: &Index, purl: &str) -> String {
    let found = ask(index, purl);
    match (found.matches.first(), &found.unknown) {
        (Some(found), _) => format!("{} {}", found.state.as_str(), found.fixed.as_deref().unwrap_or("-")),
        (None, Some(reason)) => reason.code().to_owned(),
        (None, None) => "none".to_owned(),
    }
}

fn one(package_and_events: &[(&str, &str, &[&str])], purl: &str) -> String {
    let affected = package_and_events.iter().map(|(name, events, versions)| package(name, events, versions));
    verdict(&index(&[record("R", affected.collect())]), purl)
}

#[test]
fn ranges_and_enumerated_versions_are_added() {
    let demo: &[(&str, &str, &[&str])] = &[("PyPI|demo", ">1.0 <1.2", &["2.0", "1.1"])];
    assert_eq!(one(demo, "pkg:pypi/demo@1.1"), "affected 1.2");
    assert_eq!(one(demo, "pkg:pypi/demo@2.0.0"), "affected -", "2.0 and 2.0.0 are one version");
    assert_eq!(one(demo, "pkg:pypi/demo@1.2"), "none");
    assert_eq!(one(demo, "pkg:pypi/demo@0.9"), "none");
}

#[test]
fn a_pre_release_of_the_fix_is_affected() {
    assert_eq!(one(&[("PyPI|demo", ">0 <1.2", &[])], "pkg:pypi/demo@1.2rc1"), "affected 1.2");
    assert_eq!(one(&[("npm|demo", ">0 <1.2.0", &[])], "pkg:npm/demo@1.2.0-beta.1"), "affected 1.2.0");
}

#[test]
fn names_meet_in_normal_form() {
    assert_eq!(one(&[("PyPI|Demo_Tool.x", ">0 <2", &[])], "pkg:pypi/demo-tool-x@1"), "affected 2");
    assert_eq!(one(&[("PyPI|demo-tool-x", ">0 <2", &[])], "pkg:pypi/Demo.Tool__X@1"), "affected 2");
    assert_eq!(one(&[("Maven|org.demo:core", ">0 <2", &[])], "pkg:maven/org.demo/core@1"), "affected 2");
    assert_eq!(one(&[("npm|@demo/core", ">0 <2.0.0", &[])], "pkg:npm/%40demo/core@1.0.0"), "affected 2.0.0");
}

#[test]
fn the_local_part_of_a_version_counts_only_against_a_bound_that_has_one() {
    assert_eq!(one(&[("PyPI|demo", ">0 <2.0.2", &[])], "pkg:pypi/demo@2.0.1%2Bcu118"), "affected 2.0.2");
    assert_eq!(one(&[("PyPI|demo", ">0 <2.0.1", &[])], "pkg:pypi/demo@2.0.1%2Bcu118"), "none");
    assert_eq!(one(&[("PyPI|demo", ">0 =2.0.1", &[])], "pkg:pypi/demo@2.0.1%2Bcu118"), "affected -");
    assert_eq!(one(&[("PyPI|demo", ">0 <2.0.1+b", &[])], "pkg:pypi/demo@2.0.1%2Ba"), "affected 2.0.1+b");
    assert_eq!(one(&[("PyPI|demo", "", &["2.0.1"])], "pkg:pypi/demo@2.0.1%2Bcu118"), "affected -");
}

#[test]
fn go_pseudo_versions_lie_above_zero() {
    let purl = "pkg:golang/example.org/demo@v0.0.0-20200101000000-abcdefabcdef";
    assert_eq!(one(&[("Go|example.org/demo", ">0", &[])], purl), "affected -");
    assert_eq!(one(&[("Go|example.org/demo", ">0 <0.1.0", &[])], purl), "affected 0.1.0");
}

#[test]
fn the_fix_is_that_of_the_branch_which_was_hit() {
    let branches: &[(&str, &str, &[&str])] = &[("PyPI|demo", ">0 <1.5 >2.0 <2.3 >3.0 =3.1", &[])];
    assert_eq!(one(branches, "pkg:pypi/demo@1.0"), "affected 1.5");
    assert_eq!(one(branches, "pkg:pypi/demo@2.1"), "affected 2.3");
    assert_eq!(one(branches, "pkg:pypi/demo@3.0"), "affected -");
}

#[test]
fn the_fix_of_one_interval_may_lie_in_another() {
    let overlapping: &[(&str, &str, &[&str])] =
        &[("PyPI|demo", ">0 <1.5", &[]), ("PyPI|demo", ">1.2 <2.0", &[])];
    assert_eq!(one(overlapping, "pkg:pypi/demo@1.0"), "affected 2.0");
    let open: &[(&str, &str, &[&str])] = &[("PyPI|demo", ">0 <1.5", &[]), ("PyPI|demo", ">1.2", &[])];
    assert_eq!(one(open, "pkg:pypi/demo@1.0"), "affected -");
}

#[test]
fn one_bad_version_string_costs_nothing_else() {
    let demo: &[(&str, &str, &[&str])] = &[("PyPI|demo", ">0 <1.0", &["0.7.10p1", "0.7"])];
    assert_eq!(one(demo, "pkg:pypi/demo@0.9"), "affected 1.0");
    assert_eq!(one(demo, "pkg:pypi/demo@0.7.10p1"), "affected -", "the same text");
    let mut builder = Index::builder();
    let bad = builder.add(&record("R", json!([package("PyPI|demo", ">0 <oops! >2.0 <3.0", &[])])));
    assert_eq!(bad[0].to_string().split(": ").next(), Some("R"));
    assert_eq!((bad[0].affected, bad[0].range, bad[0].version.as_str()), (0, Some(0), "oops!"));
    assert_eq!(verdict(&builder.finish(), "pkg:pypi/demo@2.5"), "affected 3.0");
}

#[test]
fn a_version_without_a_place_is_unknown_where_an_advisory_speaks_of_the_package() {
    let index = index(&[record("R", json!([package("PyPI|demo", ">0 <1.0", &[])]))]);
    assert_eq!(verdict(&index, "pkg:pypi/demo@not-a-version"), "version-not-comparable");
    assert_eq!(ask(&index, "pkg:pypi/demo@not-a-version").undecided, 1);
    assert_eq!(verdict(&index, "pkg:pypi/other@not-a-version"), "none");
    assert_eq!(verdict(&index, "pkg:pypi/demo"), "no-version");
    assert_eq!(ask(&index, "pkg:pypi/demo").undecided, 1);
    assert_eq!(verdict(&index, "pkg:pypi/other"), "none");
}

#[test]
fn silence_counts_only_where_advisories_are_loaded() {
    let index = index(&[record("R", json!([package("Debian:12|demo", ">0 <1.0", &[])]))]);
    assert_eq!(verdict(&index, "pkg:pypi/demo@1.0"), "no-data-for-ecosystem");
    assert_eq!(verdict(&index, "pkg:deb/debian/demo@2?distro=debian-12"), "none");
    assert_eq!(verdict(&index, "pkg:deb/debian/demo@2?distro=debian-11"), "no-data-for-release");
    assert_eq!(verdict(&index, "pkg:deb/debian/demo@0.1"), "release-missing");
    assert_eq!(verdict(&index, "pkg:deb/temple/demo@0.1"), "distribution-unknown");
    assert_eq!(verdict(&index, "pkg:generic/demo@0.1"), "unsupported-type");
    assert_eq!(verdict(&index, "pkg:???"), "unreadable-purl");
    let nameless = index.match_component(&ComponentQuery { name: "demo", ..Default::default() });
    assert_eq!(nameless.unknown, Some(UnknownReason::NoIdentity));
}

#[test]
fn debian_is_compared_by_source_package_within_the_release() {
    let records = [
        record("D12", json!([package("Debian:12|openssl", ">0 <3.0.11-1~deb12u2", &[])])),
        record("D11", json!([package("Debian:11|openssl", ">0 <9", &[])])),
    ];
    let index = index(&records);
    let found = ask(&index, "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?upstream=openssl&distro=debian-12.2");
    assert_eq!(found.matches.len(), 1);
    assert_eq!(found.matches[0].advisory, "D12");
    assert_eq!(found.resolved.unit.to_string(), "Debian:12/openssl");
    assert!(found.matches[0].evidence.by_source);
    // The source version counts, not the binary's; a rebuild's mark is no part of it.
    let with_source = "pkg:deb/debian/libssl3@1:9-1?upstream=openssl%403.0.11-1~deb12u1&distro=debian-12";
    assert_eq!(verdict(&index, with_source), "affected 3.0.11-1~deb12u2");
    assert_eq!(verdict(&index, "pkg:deb/debian/openssl@3.0.11-1~deb12u2+b1?distro=debian-12"), "none");
    assert_eq!(
        verdict(&index, "pkg:deb/debian/openssl@3.0.11-1~deb12u1+b1?distro=bookworm"),
        "affected 3.0.11-1~deb12u2"
    );
}

#[test]
fn what_dpkg_says_needs_no_purl() {
    let index = index(&[record("D", json!([package("Debian:12|openssl", ">0 <3.0.11", &[])]))]);
    let query = ComponentQuery {
        name: "libssl3",
        version: Some("3.0.9-1+b2"),
        source_name: Some("openssl"),
        distro: Some("debian-12"),
        ..Default::default()
    };
    let found = index.match_component(&query);
    assert_eq!(found.matches[0].evidence.installed, "3.0.9-1");
    assert_eq!(found.resolved.unit.to_string(), "Debian:12/openssl");
}

#[test]
fn builds_of_others_are_unknown_to_the_distribution() {
    let index = index(&[record("D", json!([package("Debian:12|nodejs", ">0 <99", &[])]))]);
    assert_eq!(
        verdict(&index, "pkg:deb/debian/nodejs@18.19.0-1nodesource1?distro=debian-12"),
        "third-party-origin"
    );
    assert_eq!(verdict(&index, "pkg:deb/debian/nodejs@18.19.0%2Bdfsg-6?distro=debian-12"), "affected 99");
}

#[test]
fn ubuntu_versions_from_esm_are_judged_by_the_esm_rows() {
    let affected = json!([
        package("Ubuntu:22.04:LTS|demo", ">0", &[]),
        package("Ubuntu:Pro:22.04:LTS|demo", ">0 <1.0-1ubuntu1+esm1", &[]),
    ]);
    let index = index(&[record("U", affected)]);
    let ask = |version: &str| verdict(&index, &format!("pkg:deb/ubuntu/demo@{version}?distro=ubuntu-22.04"));
    assert_eq!(ask("1.0-1ubuntu1"), "affected 1.0-1ubuntu1+esm1", "the fix that a subscription brings");
    assert_eq!(ask("1.0-1ubuntu1%2Besm1"), "none");
    let only_pro = [("Ubuntu:Pro:16.04:LTS|demo", ">0 <1.0+esm1", &[][..])];
    assert_eq!(one(&only_pro, "pkg:deb/ubuntu/demo@1.0?distro=xenial"), "affected 1.0+esm1");
}

#[test]
fn rpm_epochs_count_and_stand_in_a_qualifier() {
    let demo: &[(&str, &str, &[&str])] = &[("AlmaLinux:9|demo", ">0 <1:2.0-1.el9", &[])];
    let purl = |rest: &str| format!("pkg:rpm/almalinux/demo@{rest}&distro=almalinux-9.3");
    assert_eq!(one(demo, &purl("3.0-1.el9?arch=x86_64")), "affected 1:2.0-1.el9", "no epoch is epoch 0");
    assert_eq!(one(demo, &purl("3.0-1.el9?epoch=1")), "none");
    assert_eq!(one(demo, &purl("1:1.9-1.el9?epoch=1")), "affected 1:2.0-1.el9");
    assert_eq!(one(demo, "pkg:rpm/almalinux/demo@1.0?distro=almalinux-8"), "no-data-for-release");
}

#[test]
fn rpms_are_found_by_their_own_name_and_updated_by_their_source() {
    let index = index(&[record("A", json!([package("AlmaLinux:9|openssl-libs", ">0 <9", &[])]))]);
    let purl =
        "pkg:rpm/almalinux/openssl-libs@3.0-1.el9?upstream=openssl-3.0-1.el9.src.rpm&distro=almalinux-9";
    let found = ask(&index, purl);
    assert_eq!(found.matches.len(), 1);
    assert_eq!(found.resolved.unit.to_string(), "AlmaLinux:9/openssl");
}

#[test]
fn module_streams_are_different_packages() {
    let mut affected = package("AlmaLinux:8|nodejs", ">0 <1:18.9-1.module_el8", &[]);
    affected["ecosystem_specific"] = json!({"rpm_modularity": "nodejs:18"});
    let index = index(&[record("A", json!([affected]))]);
    let ask = |rest: &str| verdict(&index, &format!("pkg:rpm/almalinux/nodejs@{rest}&distro=almalinux-8"));
    let build = "16.1-1.module_el8?epoch=1";
    assert_eq!(ask(&format!("{build}&rpmmod=nodejs:18:8060:abc")), "affected 1:18.9-1.module_el8");
    assert_eq!(ask(&format!("{build}&rpmmod=nodejs:16:8060:abc")), "none");
    assert_eq!(ask("16.1-1.el8?epoch=1"), "none", "not built from a module");
    let found = index.match_component(&ComponentQuery {
        purl: Some("pkg:rpm/almalinux/nodejs@16.1-1.module_el8?epoch=1&distro=almalinux-8"),
        ..Default::default()
    });
    assert_eq!((found.matches[0].state, found.matches[0].rule), (State::Unknown, Rule::ModuleStreamUnknown));
}

#[test]
fn an_erratum_names_its_stream_in_its_summary() {
    let mut advisory = record("A", json!([package("AlmaLinux:8|nodejs", ">0 <1:18.9-1.module_el8", &[])]));
    advisory.summary = Some("Important: nodejs:18 security update".to_owned());
    let index = index(&[advisory]);
    let purl = "pkg:rpm/almalinux/nodejs@16.1-1.module_el8?epoch=1&rpmmod=nodejs:16&distro=almalinux-8";
    assert_eq!(verdict(&index, purl), "none");
    assert_eq!(verdict(&index, &purl.replace("nodejs:16", "nodejs:18")), "affected 1:18.9-1.module_el8");
}

#[test]
fn extended_update_lines_do_not_speak_of_the_plain_release() {
    let aus: &[(&str, &str, &[&str])] = &[("Red Hat:rhel_aus:8.6::appstream|demo", ">0 <9", &[])];
    assert_eq!(one(aus, "pkg:rpm/redhat/demo@1?distro=rhel-8.6"), "no-data-for-release");
    let main: &[(&str, &str, &[&str])] = &[("Red Hat:enterprise_linux:8::appstream|demo", ">0 <9", &[])];
    assert_eq!(one(main, "pkg:rpm/redhat/demo@1?distro=rhel-8.6"), "affected 9");
}

#[test]
fn alpine_is_compared_by_origin_package() {
    let index = index(&[record("A", json!([package("Alpine:v3.19|openssl", ">0 <3.1.4-r1", &[])]))]);
    let purl = "pkg:apk/alpine/libssl3@3.1.4-r0?upstream=openssl&distro=alpine-3.19.1";
    assert_eq!(verdict(&index, purl), "affected 3.1.4-r1");
    assert_eq!(
        verdict(&index, "pkg:apk/alpine/libssl3@3.1.4-r0?upstream=openssl&distro=alpine-3.18"),
        "no-data-for-release"
    );
}

#[test]
fn a_distribution_record_without_a_release_leaves_it_open() {
    let records = [
        record("A", json!([package("Debian|demo", ">0 <2", &[])])),
        record("B", json!([package("Debian:12|other", ">0 <2", &[])])),
    ];
    let found = ask(&index(&records), "pkg:deb/debian/demo@1?distro=debian-12");
    assert_eq!((found.matches[0].state, found.matches[0].rule), (State::Unknown, Rule::RecordWithoutRelease));
}

#[test]
fn ranges_of_an_ecosystem_without_an_order_are_unknown_unless_enumerated() {
    let mut builder = Index::builder();
    builder.add(&record("R", json!([package("Nowhere|demo", ">0 <2", &["1.0"])])));
    assert_eq!(builder.finish().sizes().rows, 2);
}

#[test]
fn a_kernel_that_does_not_run_is_not_affected() {
    let index = index(&[record("D", json!([package("Debian:12|linux", ">0 <6.1.90-1", &[])]))]);
    let mut query = ComponentQuery {
        purl: Some("pkg:deb/debian/linux-image-6.1.0-18-amd64@6.1.76-1?upstream=linux&distro=debian-12"),
        kernel_running: Some(false),
        ..Default::default()
    };
    let found = index.match_component(&query);
    assert_eq!(found.affected().count(), 0);
    assert_eq!(found.matches[0].reason.as_deref(), Some("installed kernel does not run"));
    query.kernel_running = Some(true);
    assert_eq!(index.match_component(&query).affected().count(), 1);
}

#[test]
fn withdrawn_records_match_nothing_and_the_newest_of_an_id_counts() {
    let old = record("R", json!([package("PyPI|demo", ">0 <2", &[])]));
    let mut new = record("R", json!([package("PyPI|demo", ">0 <1", &[])]));
    new.modified = old.modified.map(|time| time + 1);
    for records in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        assert_eq!(verdict(&index(&records), "pkg:pypi/demo@1.5"), "none");
        assert_eq!(verdict(&index(&records), "pkg:pypi/demo@0.5"), "affected 1");
    }
    new.withdrawn = new.modified;
    let both = index(&[old, new]);
    assert!(ask(&both, "pkg:pypi/demo@0.5").matches.is_empty());
}
