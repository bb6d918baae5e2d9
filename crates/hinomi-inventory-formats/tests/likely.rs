// SPDX-License-Identifier: Apache-2.0
//! Answers and exports in the shapes that their publishers describe, beside those that real files have shown.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{Format, Inventory, read};

fn found(text: &str) -> Inventory {
    read(text.as_bytes(), "file").unwrap()
}

fn purls(inventory: &Inventory) -> Vec<&str> {
    inventory.components.iter().map(|one| one.purl.as_deref().unwrap_or(&one.name)).collect()
}

#[test]
fn python_projects_say_what_they_want_exactly() {
    let project = found(
        "[build-system]\nrequires = [\"setuptools\"]\n\n[project]\nname = \"demo\"\nversion = \"1.2\"\n\
         dependencies = [\"requests==2.31.0\", \"flask>=2\"]\n[project.optional-dependencies]\nx = [\"pyyaml==6.0\"]\n\
         [dependency-groups]\ndev = [\"ruff==0.5.0\", {include-group = \"other\"}]\n",
    );
    assert_eq!(project.format, Format::PythonProject);
    assert_eq!(
        purls(&project),
        ["demo", "pkg:pypi/requests@2.31.0", "pkg:pypi/pyyaml@6.0", "pkg:pypi/ruff@0.5.0"]
    );
    assert_eq!(project.components[2].scope.as_deref(), Some("optional"));
    assert!(project.warnings[0].text.starts_with("1 dependencies"));
    let poetry = found(
        "[tool.poetry]\nname = \"demo\"\nversion = \"1.2\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\n\
         requests = \"2.31.0\"\nflask = {version = \"^2\"}\n",
    );
    assert_eq!(purls(&poetry), ["demo", "pkg:pypi/requests@2.31.0"]);
    let cfg = found(
        "[metadata]\nname = demo\nversion = attr: demo.__version__\n[options]\ninstall_requires =\n    requests==2.31.0\n    \
         flask>=2\n[options.extras_require]\nx = pyyaml==6.0\n",
    );
    assert_eq!(purls(&cfg), ["demo", "pkg:pypi/requests@2.31.0", "pkg:pypi/pyyaml@6.0"]);
    assert_eq!(cfg.components[0].version, None);
    let setup = found(
        "# it's a comment\nfrom setuptools import setup\nsetup(name=\"demo\", version='1.2',\n  \
         install_requires=[\"requests==2.31.0\", 'flask>=2'],\n)\n",
    );
    assert_eq!(purls(&setup), ["demo", "pkg:pypi/requests@2.31.0"]);
    assert_eq!(setup.components[0].version.as_deref(), Some("1.2"));
}

#[test]
fn locks_of_conda_environments() {
    let pixi = found(
        "version: 6\nenvironments:\n  default:\n    channels:\n    - url: https://example.org/forge/\n    packages: {}\n\
         packages:\n- conda: https://example.org/forge/linux-64/ca-certificates-2024.7.4-h1_0.conda\n  sha256: x\n\
         - pypi: https://example.org/requests-2.32.3-py3-none-any.whl\n  name: requests\n  version: 2.32.3\n",
    );
    assert_eq!(pixi.format, Format::PixiLock);
    assert_eq!(purls(&pixi), ["pkg:conda/ca-certificates@2024.7.4", "pkg:pypi/requests@2.32.3"]);
    let lock = found(
        "version: 1\nmetadata:\n  platforms: [linux-64]\npackage:\n- name: openssl\n  version: 3.3.1\n  manager: conda\n\
         - name: requests\n  version: 2.32.3\n  manager: pip\n  category: dev\n",
    );
    assert_eq!(lock.format, Format::CondaLock);
    assert_eq!(purls(&lock), ["pkg:conda/openssl@3.3.1", "pkg:pypi/requests@2.32.3"]);
    assert_eq!(lock.components[1].scope.as_deref(), Some("excluded"));
}

#[test]
fn answers_of_clouds() {
    let entries = found(
        r#"{"TypeName":"AWS:Application","InstanceId":"i-0abc","SchemaVersion":"1.1","CaptureTime":"2026-01-01T00:00:00Z",
        "Entries":[{"Name":"openssl","Version":"3.0.2-0ubuntu1","Architecture":"amd64","PackageId":"openssl-3.0.2.src.deb"},
        {"Name":"bash","Version":"5.1.8","Release":"6.el9","Architecture":"x86_64","Epoch":"0","PackageId":"bash.src.rpm"},
        {"Name":"7-Zip","Version":"22.01"}]}"#,
    );
    assert_eq!((entries.format, entries.assets.len()), (Format::AwsInventory, 1));
    assert_eq!(
        purls(&entries),
        ["pkg:deb/openssl@3.0.2-0ubuntu1?arch=amd64", "pkg:rpm/bash@5.1.8-6.el9?arch=x86_64", "7-Zip"]
    );
    assert_eq!(entries.assets[0].identifiers.cloud_id.as_deref(), Some("aws:i-0abc"));
    let gcp = found(
        "{\"name\":\"//compute.googleapis.com/projects/p/zones/z/instances/vm1\",\"asset_type\":\
         \"compute.googleapis.com/Instance\",\"resource\":{\"version\":\"v1\",\"data\":{\"name\":\"vm1\"}}}\n\
         {\"name\":\"//compute.googleapis.com/projects/p/zones/z/instances/vm2\",\"asset_type\":\
         \"compute.googleapis.com/Instance\",\"resource\":{\"version\":\"v1\",\"data\":{\"name\":\"vm2\"}}}\n",
    );
    assert_eq!((gcp.format, gcp.assets.len()), (Format::GcpAssets, 2));
    assert_eq!(gcp.assets[1].name.as_deref(), Some("vm2"));
    let machine = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm1";
    let azure = found(&format!(
        r#"[{{"id":"{machine}","name":"vm1","type":"Microsoft.Compute/virtualMachines","location":"westeurope"}}]"#
    ));
    assert_eq!((azure.format, azure.assets.len()), (Format::AzureResources, 1));
}

#[test]
fn answers_of_inventories() {
    let netbox = found(
        r#"{"data":{"device_list":[{"id":"1","name":"sw1","serial":"S1234"}],"virtual_machine_list":[{"id":"2","name":"vm1"}]}}"#,
    );
    assert_eq!((netbox.format, netbox.assets.len()), (Format::NetBox, 2));
    assert_eq!(netbox.assets[0].identifiers.serial.as_deref(), Some("S1234"));
    let agents = found(
        r#"{"data":{"affected_items":[{"os":{"name":"Ubuntu","version":"22.04","arch":"x86_64"},"ip":"192.0.2.5","id":"001",
        "name":"web1","status":"active","lastKeepAlive":"2026-01-01T00:00:00Z","dateAdd":"2025-01-01T00:00:00Z"},
        {"id":"002","name":"new1","status":"never_connected","dateAdd":"2025-01-01T00:00:00Z"}],"total_affected_items":2},"error":0}"#,
    );
    assert_eq!((agents.format, agents.assets.len()), (Format::WazuhInventory, 2));
    assert!(agents.warnings.is_empty() && agents.components.is_empty());
    assert_eq!(agents.assets[0].name.as_deref(), Some("web1"));
    assert_eq!(agents.assets[0].identifiers.ips.len(), 1);
    assert_eq!(agents.assets[1].name.as_deref(), Some("new1"));
}

#[test]
fn what_a_log_has_seen_go_is_not_there() {
    let line = |action: &str, version: &str| {
        format!(
            "{{\"name\":\"p\",\"hostIdentifier\":\"h1\",\"unixTime\":1,\"action\":\"{action}\",\"columns\":{{\"name\":\"bash\",\
             \"version\":\"{version}\",\"arch\":\"amd64\",\"revision\":\"1\"}}}}\n"
        )
    };
    let text =
        [line("added", "5.1"), line("removed", "5.1"), line("added", "5.2"), line("removed", "4.0")].concat();
    let log = found(&text);
    assert_eq!(log.components.len(), 1);
    assert_eq!(log.components[0].version.as_deref().map(|version| version.starts_with("5.2")), Some(true));
}

#[test]
fn applications_in_an_image_have_their_findings() {
    let one = |id: &str, name: &str, manager: &str| {
        format!(
            r#"{{"id":"{id}","title":"t","severity":"high","packageName":"{name}","version":"1.0.0","packageManager":"{manager}",
            "identifiers":{{"CVE":[]}}}}"#
        )
    };
    let text = format!(
        r#"{{"vulnerabilities":[{}],"ok":false,"packageManager":"deb","path":"x","applications":[{{"vulnerabilities":[{}],
        "ok":false,"packageManager":"npm"}}]}}"#,
        one("SNYK-DEBIAN12-A-1", "a", "debian:12"),
        one("SNYK-JS-B-1", "b", "npm")
    );
    let snyk = found(&text);
    assert_eq!((snyk.format, snyk.observations.len()), (Format::Snyk, 2));
    assert_eq!(snyk.components[1].purl.as_deref(), Some("pkg:npm/b@1.0.0"));
}
