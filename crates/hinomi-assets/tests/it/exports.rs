// SPDX-License-Identifier: Apache-2.0
//! Exports of CMDBs and clouds posted to the server, in their published forms: each thing is an asset with what the
//! source says of it.

use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use serde_json::Value;

use crate::company::{SETS, company};

/// Name of the file, the export, the asset that it describes, and of that asset: kind, an identifier, an attribute.
type Export = (&'static str, &'static str, &'static str, &'static str, [&'static str; 2], [&'static str; 2]);

const EXPORTS: [Export; 8] = [
    (
        "servicenow.json",
        r#"{"result": [{"sys_id": "5f1e", "name": "erp-db-1", "sys_class_name": "cmdb_ci_linux_server",
            "ip_address": "10.9.0.4", "mac_address": "00:50:56:01:02:03", "serial_number": "VMW-1", "install_status": "1",
            "manufacturer": {"display_value": "VMware, Inc.", "link": "https://instance.example/api/now/table/core_company/1"},
            "owned_by": {"display_value": "Hanako Yamada", "link": "https://instance.example/x"},
            "location": {"display_value": "Osaka DC", "link": "https://instance.example/y"}}]}"#,
        "erp-db-1",
        "host",
        ["serial", "VMW-1"],
        ["location", "Osaka DC"],
    ),
    (
        "servicenow.csv",
        "\"name\",\"sys_class_name\",\"ip_address\",\"serial_number\",\"manufacturer\",\"install_status\",\"location\",\"sys_id\"\n\
         \"erp-app-1\",\"Linux Server\",\"10.9.0.5\",\"VMW-2\",\"VMware, Inc.\",\"Installed\",\"Osaka DC\",\"5f1f\"\n",
        "erp-app-1",
        "host",
        ["ip", "10.9.0.5"],
        ["location", "Osaka DC"],
    ),
    (
        "aws-ec2.json",
        r#"{"Reservations": [{"OwnerId": "444455556666", "Instances": [{"InstanceId": "i-0f00d", "ImageId": "ami-9",
            "InstanceType": "m7i.large", "State": {"Code": 16, "Name": "running"}, "PrivateIpAddress": "10.20.0.7",
            "Placement": {"AvailabilityZone": "eu-central-1b"}, "NetworkInterfaces": [{"MacAddress": "0a:00:00:00:00:07"}],
            "Tags": [{"Key": "Name", "Value": "shop-web"}, {"Key": "env", "Value": "prod"}]}]}]}"#,
        "shop-web",
        "host",
        ["cloud_id", "aws:i-0f00d"],
        ["environment", "prod"],
    ),
    (
        "azure.json",
        r#"{"count": 1, "data": [{"id": "/subscriptions/S9/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/HR1",
            "name": "HR1", "type": "microsoft.compute/virtualmachines", "location": "japaneast", "resourceGroup": "rg",
            "tags": {"env": "staging"}, "properties": {"osProfile": {"computerName": "hr1"}}}]}"#,
        "HR1",
        "host",
        [
            "cloud_id",
            "azure:/subscriptions/s9/resourcegroups/rg/providers/microsoft.compute/virtualmachines/hr1",
        ],
        ["environment", "staging"],
    ),
    (
        "gcp.json",
        r#"[{"name": "//compute.googleapis.com/projects/pay/zones/asia-northeast1-a/instances/pay-1",
            "assetType": "compute.googleapis.com/Instance", "project": "projects/77", "displayName": "pay-1",
            "location": "asia-northeast1-a", "state": "RUNNING"}]"#,
        "pay-1",
        "host",
        ["cloud_id", "gcp:projects/pay/zones/asia-northeast1-a/instances/pay-1"],
        ["location", "asia-northeast1-a"],
    ),
    (
        "snipe-it.json",
        r#"{"total": 1, "rows": [{"id": 12, "name": "note-12", "asset_tag": "N-0012", "serial": "PF0XYZ",
            "model": {"name": "ThinkPad X1"}, "manufacturer": {"name": "Lenovo"}, "category": {"name": "Laptops"},
            "status_label": {"name": "Ready", "status_meta": "deployed"}, "company": {"name": "Sales"},
            "location": {"name": "Nagoya"}, "assigned_to": {"name": "Jiro", "email": "jiro@example.com"}}]}"#,
        "note-12",
        "host",
        ["asset_tag", "N-0012"],
        ["owner", "jiro@example.com"],
    ),
    (
        "netbox.json",
        r#"{"count": 1, "next": null, "results": [{"id": 31, "display": "core-sw-1", "name": "core-sw-1",
            "device_type": {"id": 1, "manufacturer": {"id": 1, "name": "Juniper"}, "model": "EX4400"},
            "role": {"id": 1, "name": "Core Switch"}, "tenant": {"id": 2, "name": "Networks"}, "serial": "JN-31",
            "site": {"name": "Fukuoka"}, "status": {"value": "active", "label": "Active"},
            "primary_ip4": {"address": "10.0.0.31/24"}, "tags": [], "custom_fields": {"contract": "C-8"}}]}"#,
        "core-sw-1",
        "network_device",
        ["serial", "JN-31"],
        ["contract", "C-8"],
    ),
    (
        "glpi.csv",
        "\"Name\";\"Entity\";\"Status\";\"Serial number\";\"Type\";\"Locations\"\n\
         \"pc-77\";\"Root > Works\";\"\";\"5CG77\";\"Laptop\";\"Kobe\"\n",
        "pc-77",
        "host",
        ["serial", "5CG77"],
        ["location", "Kobe"],
    ),
];

async fn post(client: &TestClient, name: &str, body: &str) -> Value {
    let path = format!("/api/v1/inventory/files?name={name}");
    client.send(http::Method::POST, &path, &[], body.as_bytes()).await.ok()
}

both_engines! { SETS;
    async fn exports_of_seven_sources_become_assets_with_what_they_say(db: Db) {
        let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
        company(&server.test.app).await;
        let ciso = server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
        for (file, body, name, kind, identifier, attribute) in EXPORTS {
            let done = post(&ciso, file, body).await;
            let result = &done["files"][0];
            assert_eq!((&result["outcome"], &result["records"]["new"]), (&"assets".into(), &1.into()), "{file}: {done}");
            assert_eq!(done["reconciled"]["created"], 1, "{file}: {done}");
            let page = ciso.get(&format!("/api/v1/assets?q={name}")).await.ok();
            assert_eq!(page["total"], 1, "{file}: {page}");
            let id = page["items"][0]["id"].as_str().unwrap();
            let asset = ciso.get(&format!("/api/v1/assets/{id}")).await.ok();
            assert_eq!((&asset["name"], &asset["kind"]), (&name.into(), &kind.into()), "{file}");
            assert_eq!(asset["identifiers"][identifier[0]], identifier[1], "{file}: {asset}");
            assert_eq!(asset["attributes"][attribute[0]], attribute[1], "{file}: {asset}");
            let again = post(&ciso, file, body).await;
            let result = &again["files"][0]["records"];
            assert_eq!((&result["unchanged"], &again["reconciled"]["records"]), (&1.into(), &0.into()), "{file}: {again}");
        }
        assert_eq!(ciso.get("/api/v1/assets").await.ok()["total"], EXPORTS.len());
        // One of the machines is in the CMDB, too, under its serial number: it stays one.
        let tagged = "\"name\",\"sys_class_name\",\"serial_number\",\"manufacturer\",\"sys_id\"\n\
            \"NOTE-12\",\"Computer\",\"pf0xyz\",\"Lenovo\",\"60aa\"\n";
        let done = post(&ciso, "more.csv", tagged).await;
        assert_eq!((&done["reconciled"]["created"], &done["reconciled"]["questions_opened"]), (&0.into(), &0.into()), "{done}");
        assert_eq!(ciso.get("/api/v1/assets").await.ok()["total"], EXPORTS.len());
    }

    async fn a_report_that_says_not_of_what_asks_for_the_asset_and_takes_it(db: Db) {
        let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
        company(&server.test.app).await;
        let ciso = server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
        // Trivy before 0.20 wrote the list of results alone.
        let old = r#"[{"Target": "app (alpine 3.9.4)", "Type": "alpine", "Vulnerabilities": [{"VulnerabilityID": "CVE-2019-14697",
            "PkgName": "musl", "InstalledVersion": "1.1.20-r4", "FixedVersion": "1.1.20-r5", "Severity": "CRITICAL"}]}]"#;
        let send = async |query: &str| {
            let path = format!("/api/v1/inventory/files?name=old.json{query}");
            ciso.send(http::Method::POST, &path, &[], old.as_bytes()).await.ok()
        };
        let refused = send("").await;
        let result = &refused["files"][0];
        assert_eq!((&result["outcome"], &result["code"]), (&"failed".into(), &"asset-unnamed".into()), "{refused}");
        let message = result["message"].as_str().unwrap();
        assert!(message.contains("old.json") && message.contains("asset=NAME"), "{message}");
        assert_eq!(ciso.get("/api/v1/assets").await.ok()["total"], 0);
        let taken = send("&asset=app-image").await;
        let result = &taken["files"][0];
        assert_eq!((&result["outcome"], &result["inventory"]["asset"]), (&"inventory".into(), &"app-image".into()), "{taken}");
        assert_eq!((&result["inventory"]["scan"]["new"], &result["inventory"]["components"]), (&1.into(), &1.into()), "{taken}");
    }
}
