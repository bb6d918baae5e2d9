// SPDX-License-Identifier: Apache-2.0
//! Windows programs and hotfixes, and Wazuh's answers.

use hinomi_inventory_formats::{Format, Inventory, read};

fn names(found: &Inventory) -> Vec<(&str, Option<&str>)> {
    found.components.iter().map(|one| (one.name.as_str(), one.version.as_deref())).collect()
}

#[test]
fn programs_of_the_registry() {
    let csv = "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n\
        \"DisplayName\",\"DisplayVersion\",\"Publisher\",\"PSChildName\"\r\n\
        \"7-Zip 23.01 (x64)\",\"23.01\",\"Igor Pavlov\",\"7-Zip\"\r\n,,,\r\n\
        \"Tool, the\",\"1.0\",,\"{0D1D1E2A-0000-0000-0000-000000000000}\"\r\n,\"2\",,\"x\"\r\n";
    let found = read(csv.as_bytes(), "p").unwrap();
    assert_eq!(found.format, Format::WindowsPrograms);
    assert_eq!(names(&found), [("7-Zip 23.01 (x64)", Some("23.01")), ("Tool, the", Some("1.0"))]);
    assert_eq!(found.components[0].supplier.as_deref(), Some("Igor Pavlov"));
    assert!(found.components[1].swid.is_some());
    assert_eq!(found.warnings.len(), 1);
    let registry = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\7-Zip]\r\n\
        \"DisplayName\"=\"7-Zip\"\r\n\"DisplayVersion\"=\"23.01\"\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Uninstall\\Empty]\r\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(registry.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let found = read(&utf16, "p").unwrap();
    assert_eq!((found.format, names(&found)), (Format::WindowsRegistry, vec![("7-Zip", Some("23.01"))]));
}

#[test]
fn hotfixes_in_every_form() {
    let powershell = "\r\nSource        Description      HotFixID      InstalledBy          InstalledOn\r\n\
        ------        -----------      --------      -----------          -----------\r\n\
        WEB1          Security Update  KB5031356     NT AUTHORITY\\SYSTEM  10/11/2023 12:00:00 AM\r\n";
    let wmic = "Caption                                     CSName  Description      HotFixID   InstalledOn\r\n\
        http://support.microsoft.com/?kbid=5031356  WEB1    Security Update  KB5031356  10/11/2023\r\n";
    let csv = "Node,Caption,HotFixID,InstalledOn\r\nWEB1,http://support.microsoft.com/?kbid=5031356,KB5031356,10/11/2023\r\n";
    for text in [powershell, wmic, csv] {
        let found = read(text.as_bytes(), "p").unwrap();
        assert_eq!(
            (found.format, names(&found)),
            (Format::WindowsHotfixes, vec![("KB5031356", None)]),
            "{text}"
        );
        assert!(found.partial);
    }
}

#[test]
fn later_updates_supersede_earlier_ones() {
    let csv = "KB,Supersedes,SupersededBy\n5031356,\"KB5030211; 5029244\",KB5032189\nnone,,\n";
    let found = read(csv.as_bytes(), "p").unwrap();
    let relations: Vec<_> = found
        .relationships
        .iter()
        .map(|one| (one.from.as_str(), one.kind.as_str(), one.to.as_str()))
        .collect();
    assert_eq!(
        relations,
        [
            ("KB5031356", "supersedes", "KB5030211"),
            ("KB5031356", "supersedes", "KB5029244"),
            ("KB5032189", "supersedes", "KB5031356"),
        ]
    );
    assert_eq!(found.warnings[0].place, "line 3");
    let refused = read(b"HotFixID,InstalledOn\nx,y\n", "p").unwrap_err().to_string();
    assert_eq!(refused, "p: no hotfix (KB and its number) stands in it");
}

#[test]
fn wazuh_answers_of_several_tables_and_agents() {
    let text = r#"{"data":{"affected_items":[
        {"agent_id":"001","name":"libc6","version":"2.36-9","format":"deb","architecture":"amd64","source":"glibc","vendor":"Debian"},
        {"agent_id":"001","name":"bind-libs","version":"32:9.16.23-1.el9","format":"rpm","architecture":"x86_64"},
        {"agent_id":"002","name":"7-Zip","version":"23.01","format":"win","architecture":"x86_64"},
        {"agent_id":"002","hotfix":"KB5031356"},
        {"agent_id":"002","os":{"name":"Windows Server 2022","version":"10.0.20348"},"hostname":"WEB1","architecture":"x86_64"},
        {"agent_id":"002","mac":"00:00:5e:00:53:01","name":"Ethernet"},
        {"agent_id":"001","local":{"ip":"0.0.0.0","port":22},"protocol":"tcp","state":"listening","process":"sshd"},
        {"agent_id":"001","scan":{}}
      ],"total_affected_items":8,"failed_items":[]},"message":"ok","error":0}"#;
    let found = read(text.as_bytes(), "p").unwrap();
    assert_eq!(found.format, Format::WazuhInventory);
    let purls: Vec<_> =
        found.components.iter().map(|one| (one.asset.as_deref(), one.purl.as_deref())).collect();
    assert_eq!(
        purls,
        [
            (Some("wazuh:001"), Some("pkg:deb/libc6@2.36-9?arch=amd64")),
            (Some("wazuh:001"), Some("pkg:rpm/bind-libs@9.16.23-1.el9?arch=x86_64&epoch=32")),
            (Some("wazuh:002"), None),
            (Some("wazuh:002"), None),
        ]
    );
    assert_eq!(found.components[0].source_name.as_deref(), Some("glibc"));
    assert_eq!(found.assets.len(), 2);
    assert_eq!(found.assets[1].identifiers.macs, ["00:00:5e:00:53:01"]);
    assert_eq!(found.assets[1].identifiers.hostnames, ["web1"]);
    assert_eq!(found.services[0].endpoints, ["tcp://0.0.0.0:22"]);
    assert_eq!(found.warnings.len(), 1);
}
