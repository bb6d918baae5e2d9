// SPDX-License-Identifier: Apache-2.0
//! Large reports piece by piece: whatever the size of the pieces, they say together what the whole says.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_inventory_formats::pieces::{Outcome, PiecesError, read_pieces};
use hinomi_inventory_formats::{Format, Inventory, read};

fn pieces(bytes: &[u8], piece_bytes: usize) -> Result<(Outcome, Vec<Inventory>), PiecesError> {
    let mut found = Vec::new();
    let bytes = bytes.to_vec();
    let mut open = || Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn std::io::Read>);
    let outcome = read_pieces(&mut open, "report", piece_bytes, &mut |piece| {
        found.push(piece);
        ControlFlow::Continue(())
    })?;
    Ok((outcome, found))
}

/// Everything that is said, in an order that does not depend on how the document was cut; places aside.
fn said<'i>(inventories: impl Iterator<Item = &'i Inventory>) -> Vec<String> {
    let mut all = Vec::new();
    for one in inventories {
        all.extend(
            one.components.iter().map(|one| format!("component {}", serde_json::to_string(one).unwrap())),
        );
        all.extend(one.services.iter().map(|one| format!("service {}", serde_json::to_string(one).unwrap())));
        all.extend(one.observations.iter().map(|one| serde_json::to_string(one).unwrap()));
        all.extend(one.assets.iter().map(|one| {
            let mut asset = one.clone();
            asset.place.clear();
            format!("asset {}", serde_json::to_string(&asset).unwrap())
        }));
    }
    all.sort_unstable();
    all
}

#[track_caller]
fn assert_same(text: &str, format: Format) {
    let whole = read(text.as_bytes(), "report").unwrap();
    assert_eq!(whole.format, format);
    let (outcome, found) = pieces(text.as_bytes(), 1).unwrap();
    assert_eq!(outcome, Outcome::Read, "{format}");
    assert!(found.len() > 5, "{format}: {} pieces", found.len());
    assert_eq!(said(found.iter()), said([&whole].into_iter()), "{format}");
    let (_, one) = pieces(text.as_bytes(), usize::MAX).unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(said(one.iter()), said([&whole].into_iter()), "{format}");
}

fn nessus(hosts: usize) -> String {
    let host = |at: usize| {
        format!(
            "<ReportHost name=\"h{at}\"><HostProperties><tag name=\"host-ip\">192.0.2.{at}</tag></HostProperties>\n\
             <!-- <ReportHost> --><ReportItem port=\"22\" protocol=\"tcp\" pluginID=\"{at}\" pluginName=\"a > b\">\
             <plugin_output><![CDATA[</ReportHost>]]></plugin_output><cpe>cpe:/a:x:y:{at}</cpe></ReportItem>\
             </ReportHost>\n"
        )
    };
    let hosts: String = (0..hosts).map(host).collect();
    format!(
        "<?xml version=\"1.0\"?>\n<NessusClientData_v2><Policy><x/></Policy><Report name=\"a>b\">{hosts}</Report></NessusClientData_v2>"
    )
}

#[test]
fn reports_of_hosts_are_cut_between_hosts() {
    assert_same(&nessus(40), Format::Nessus);
    let host = |at: usize| {
        format!(
            "<host><address addr=\"192.0.2.{at}\" addrtype=\"ipv4\"/><ports><port protocol=\"tcp\" portid=\"22\">\
            <state state=\"open\"/><service name=\"ssh\" product=\"OpenSSH\"/></port></ports></host>\n"
        )
    };
    let hosts: String = (1..30).map(host).collect();
    assert_same(&format!("<nmaprun><scaninfo/>{hosts}<runstats/></nmaprun>"), Format::Nmap);
    let result = |at: usize| {
        format!(
            "<result id=\"{at}\"><host>192.0.2.{}</host><port>22/tcp</port><nvt oid=\"{at}\"><name>n</name></nvt>\
            <threat>High</threat></result>",
            at % 3
        )
    };
    let results: String = (0..30).map(result).collect();
    let text = format!(
        "<report id=\"a\"><report id=\"b\"><results>{results}</results><host><ip>192.0.2.1</ip>\
        <detail><name>App</name><value>cpe:/a:openbsd:openssh:8.4p1</value></detail></host></report></report>"
    );
    let (outcome, found) = pieces(text.as_bytes(), 1).unwrap();
    assert_eq!((outcome, found.iter().map(|one| one.observations.len()).sum::<usize>()), (Outcome::Read, 30));
    assert_eq!(found.iter().map(|one| one.components.len()).sum::<usize>(), 1);
}

#[test]
fn definitions_that_follow_the_hosts_are_known_in_each_piece() {
    let host = |at: usize| {
        format!(
            "<HOST><IP>192.0.2.{at}</IP><VULN_INFO_LIST><VULN_INFO><QID id=\"qid_7\">7</QID><TYPE>Vuln</TYPE>\
            </VULN_INFO></VULN_INFO_LIST></HOST>"
        )
    };
    let hosts: String = (1..20).map(host).collect();
    let text = format!(
        "<ASSET_DATA_REPORT><HOST_LIST>{hosts}</HOST_LIST><GLOSSARY><VULN_DETAILS_LIST>\
        <VULN_DETAILS id=\"qid_7\"><QID id=\"qid_7\">7</QID><TITLE>SSH</TITLE></VULN_DETAILS></VULN_DETAILS_LIST>\
        </GLOSSARY></ASSET_DATA_REPORT>"
    );
    let (_, found) = pieces(text.as_bytes(), 1).unwrap();
    assert!(found.len() > 1 && found.iter().all(|one| one.observations[0].text.as_deref() == Some("SSH")));
    assert_eq!(said(found.iter()), said([&read(text.as_bytes(), "r").unwrap()].into_iter()));
}

#[test]
fn lists_of_json_are_cut_between_their_objects() {
    let matched = |at: usize| {
        format!(
            r#"{{"vulnerability": {{"id": "CVE-2026-{at:04}", "severity": "High"}}, "artifact": {{"name": "a\"]}}{}",
            "version": "1", "type": "npm", "id": "x{}"}}}}"#,
            at % 5,
            at % 5
        )
    };
    let list: Vec<String> = (0..25).map(matched).collect();
    let grype = format!(
        r#"{{"matches": [{}], "source": {{"type": "image"}}, "descriptor": {{"name": "grype", "matches": [{{}}]}}}}"#,
        list.join(" ,\n ")
    );
    assert_same(&grype, Format::Grype);
    let result = |at: usize| {
        format!(r#"{{"ruleId": "R{}", "ruleIndex": {}, "message": {{"text": "m{at}"}}}}"#, at % 2, at % 2)
    };
    let list: Vec<String> = (0..25).map(result).collect();
    let run = |list: &str| {
        format!(
            r#"{{"tool": {{"driver": {{"name": "t", "rules": [{{"id": "R0"}}, {{"id": "R1"}}]}}}}, "results": [{list}]}}"#
        )
    };
    let sarif = |runs: &str| format!(r#"{{"version": "2.1.0", "runs": [{runs}]}}"#);
    assert_same(&sarif(&run(&list.join(","))), Format::Sarif);
    // Rules belong to their own run.
    let two = sarif(&[run(&list[0]), run(&list[1])].join(","));
    assert_eq!(pieces(two.as_bytes(), 1).unwrap().0, Outcome::Whole);
}

#[test]
fn what_is_no_such_report_is_left_alone_and_damage_is_told_with_its_line() {
    for text in [
        "",
        "text",
        "[1]",
        "{\"a\": [{}]}",
        "<a><b/></a>",
        "{\"Results\": [{\"x\": 1}]}",
        "<nmaprun></nmaprun>",
    ] {
        assert_eq!(pieces(text.as_bytes(), 1).unwrap().0, Outcome::Whole, "{text}");
    }
    let whole = nessus(3);
    let cut = &whole[..whole.len() - 200];
    assert!(pieces(cut.as_bytes(), 1).unwrap_err().to_string().contains("cut off"));
    let bad = whole.replace("192.0.2.2", "&nothing;");
    let line = bad.lines().position(|line| line.contains("&nothing;")).unwrap() + 1;
    let error = pieces(bad.as_bytes(), 1).unwrap_err().to_string();
    assert!(error.contains(&format!("line {line},")), "{error} is not at line {line}");
    let scan = "<nmaprun><host><address addr=\"192.0.2.1\" addrtype=\"ipv4\"/></host>\n<host><addr";
    let (_, found) = pieces(scan.as_bytes(), 1).unwrap();
    assert_eq!(found.iter().map(|one| one.assets.len()).sum::<usize>(), 1);
    assert!(found.iter().any(|one| one.warnings.iter().any(|warning| warning.text.contains("broken off"))));
}

#[test]
fn real_reports_say_the_same_in_pieces() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let data = std::env::var_os("HINOMI_DATA_DIR").map_or(root.join("shared/data"), PathBuf::from);
    let archive = data.join("scanner-reports.tar.zst");
    if !archive.exists() {
        eprintln!("{} is not there; nothing was compared", archive.display());
        return;
    }
    let mut compared = 0;
    hinomi_archive::walk(&archive, &hinomi_archive::Limits::default(), &mut |entry| {
        let Ok(bytes) = entry.bytes else { return ControlFlow::Continue(()) };
        if bytes.len() > 2 << 20 {
            return ControlFlow::Continue(());
        }
        if let Ok(whole) = read(&bytes, &entry.path)
            && let Ok((Outcome::Read, found)) = pieces(&bytes, 4096)
        {
            assert_eq!(said(found.iter()).len(), said([&whole].into_iter()).len(), "{}", entry.path);
            let observations = |all: &[Inventory]| -> Vec<String> {
                let mut all: Vec<String> = all
                    .iter()
                    .flat_map(|one| one.observations.iter().map(|one| serde_json::to_string(one).unwrap()))
                    .collect();
                all.sort_unstable();
                all
            };
            assert_eq!(observations(&found), observations(std::slice::from_ref(&whole)), "{}", entry.path);
            compared += 1;
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(compared >= 30, "only {compared} reports were cut");
}
