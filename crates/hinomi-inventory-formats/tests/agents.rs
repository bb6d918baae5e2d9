// SPDX-License-Identifier: Apache-2.0
//! Rows of osquery in each of its logs, Windows' own lists, Syft's JSON.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{ComponentKind, Format, Inventory, read};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes(), "agent").unwrap()
}

#[test]
fn snapshots_of_several_hosts_stay_apart() {
    let line = |host: &str, name: &str| {
        format!(
            r#"{{"snapshot": [{{"name": "{name}", "version": "1", "arch": "all", "source": "", "revision": "1"}}], "action": "snapshot",
            "name": "pack_deb", "hostIdentifier": "{host}", "unixTime": 1700000000}}"#
        )
    };
    let found = inventory(&format!("{}\n{}\n{}\n", line("a", "x"), line("b", "y"), line("a", "z")));
    assert_eq!((found.format, found.components.len(), found.assets.len()), (Format::Osquery, 3, 2));
    assert_eq!(found.components[1].asset.as_deref(), Some("b"));
    let (parts, _) = found.split_by_asset();
    assert_eq!(parts.iter().map(|(_, part)| part.components.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn added_rows_count_and_removed_ones_do_not() {
    let event = |action: &str| {
        format!(
            r#"{{"name": "pack", "hostIdentifier": "a", "unixTime": 1, "action": "{action}",
            "columns": {{"name": "{action}", "version": "1", "arch": "all", "revision": "", "source": ""}}}}"#
        )
    };
    let found = inventory(&format!("{}\n{}\n", event("added"), event("removed")));
    assert_eq!(found.components.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["added"]);
    assert_eq!(found.host.hostname.as_deref(), Some("a"));
    let batch = r#"{"name": "deb", "hostIdentifier": "h", "unixTime": 1, "diffResults": {"added": [{"name": "a", "version": "1",
        "arch": "all", "source": ""}], "removed": ""}}"#;
    assert_eq!(inventory(batch).components[0].purl.as_deref(), Some("pkg:deb/a@1?arch=all"));
}

#[test]
fn rows_of_other_tables_are_no_python_packages() {
    let brew = r#"[{"name": "openssl@3", "path": "/opt/homebrew/Cellar/openssl@3", "version": "3.1.4"}]"#;
    assert_eq!(inventory(brew).components[0].purl, None);
    let app = r#"[{"name": "Safari.app", "path": "/Applications/Safari.app", "bundle_executable": "Safari",
        "bundle_identifier": "com.apple.Safari", "bundle_short_version": "17.0", "bundle_version": "19616"}]"#;
    assert_eq!(inventory(app).components[0].version.as_deref(), Some("17.0"));
    let python =
        r#"[{"name": "requests", "version": "2.31.0", "path": "/usr/lib/python3/dist-packages/requests"}]"#;
    assert_eq!(inventory(python).components[0].purl.as_deref(), Some("pkg:pypi/requests@2.31.0"));
    let system = r#"[{"name": "Ubuntu", "version": "22.04.3 LTS", "major": "22", "minor": "4", "platform": "ubuntu",
        "platform_like": "debian"}]"#;
    let found = inventory(system);
    assert_eq!(found.components[0].kind, ComponentKind::OperatingSystem);
    assert_eq!(found.host.distro().as_deref(), Some("ubuntu-22.04"));
    let ports = r#"[{"pid": "1", "port": "22", "protocol": "6", "family": "10", "address": "::"}]"#;
    assert_eq!(inventory(ports).services[0].endpoints, ["tcp://[::]:22"]);
}

#[test]
fn windows_lists_are_read_in_their_code_page_and_language() {
    // ソフト in Shift_JIS: 83 5C 83 74 83 67; its second byte is a backslash.
    let mut csv = b"\"DisplayName\",\"DisplayVersion\",\"Publisher\"\r\n\"".to_vec();
    csv.extend([0x83, 0x5c, 0x83, 0x74, 0x83, 0x67]);
    csv.extend(b"\",\"1.0\",\"x\"\r\n");
    let found = read(&csv, "programs.csv").unwrap();
    assert_eq!((found.format, found.components[0].name.as_str()), (Format::WindowsPrograms, "ソフト"));
    let info = "\nホスト名:   H\nホットフィックス:   2 個\n       [01]: KB5031539\n       [02]: KB5031455\n";
    assert_eq!((inventory(info).format, inventory(info).components.len()), (Format::WindowsHotfixes, 2));
    let history = "ComputerName,Operationname,Result,Date,Title\nH,Installation,Succeeded,2023,2023-10 Update (KB5031356)\n\
                   H,Installation,Failed,2023,2023-09 (KB5030211)\n";
    assert_eq!(
        inventory(history).components.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["KB5031356"]
    );
    // Bytes that are no text in any encoding keep the error of the first.
    let error = read(b"\xff\x00\x01binary", "blob").unwrap_err().to_string();
    assert!(error.contains("blob"), "{error}");
}

#[test]
fn syft_json_keeps_the_source_package_and_no_guessed_cpe() {
    let found = inventory(
        r#"{"artifacts": [
            {"id": "a", "name": "zlib1g", "version": "1:1.2.11-5", "type": "deb", "locations": [{"path": "/var/lib/dpkg/status"}],
             "licenses": [{"value": "Zlib"}], "cpes": [{"cpe": "cpe:2.3:a:zlib1g:zlib1g:1.2:*:*:*:*:*:*:*"}],
             "purl": "pkg:deb/debian/zlib1g@1%3A1.2.11-5?arch=amd64&distro=debian-11", "metadata": {"source": "zlib", "architecture": "amd64"}},
            {"id": "b", "name": "node", "version": "20.1.0", "type": "binary", "locations": [], "licenses": ["MIT"],
             "cpes": ["cpe:2.3:a:nodejs:node.js:20.1.0:*:*:*:*:*:*:*"]}],
            "artifactRelationships": [{"parent": "a", "child": "b", "type": "contains"}],
            "source": {"id": "x", "name": "shop", "version": "sha256:1", "type": "image"},
            "distro": {"id": "debian", "versionID": "11"}, "schema": {"version": "16.0.0"}}"#,
    );
    assert_eq!((found.format, found.subject.unwrap().kind), (Format::SyftJson, ComponentKind::Container));
    let [package, program] = found.components.as_slice() else { unreachable!() };
    assert_eq!(
        (package.source_name.as_deref(), package.distro.as_deref()),
        (Some("zlib"), Some("debian-11"))
    );
    assert_eq!((package.cpe.as_deref(), program.cpe.is_some()), (None, true));
}
