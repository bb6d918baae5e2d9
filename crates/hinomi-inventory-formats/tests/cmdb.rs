// SPDX-License-Identifier: Apache-2.0
//! Exports of configuration databases and clouds, written after their published forms.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::cmdb::{AssetField, Encoding, Mapping};
use hinomi_inventory_formats::{
    AssetClass, AssetRecord, AssetReference, AssetState, Format, Inventory, RelationKind, read,
};

fn inventory(text: &str) -> Inventory {
    read(text.as_bytes(), "export").unwrap()
}

fn only(inventory: Inventory, format: Format) -> AssetRecord {
    assert_eq!(inventory.format, format);
    assert_eq!(inventory.assets.len(), 1);
    inventory.assets.into_iter().next().unwrap()
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

#[test]
fn netbox_devices_have_place_owner_and_address() {
    let device = only(
        inventory(
            r#"{"count":1,"next":null,"results":[{"id":7,"display":"sw1 (A1)","name":"sw1","device_type":{"id":1,"manufacturer":
            {"id":1,"name":"Cisco"},"model":"C9300"},"role":{"id":1,"name":"Access Switch"},"tenant":{"id":5,"name":"Sales"},
            "platform":{"name":"IOS XE 17"},"serial":"FOC1234","asset_tag":"A1","site":{"name":"Tokyo"},"location":null,
            "rack":{"name":"R2"},"status":{"value":"active","label":"Active"},"primary_ip4":{"address":"10.0.0.2/24"},
            "tags":[{"name":"core"}],"custom_fields":{"cost_center":"4711"}}]}"#,
        ),
        Format::NetBox,
    );
    assert_eq!((device.id.as_str(), device.class), ("device:7", AssetClass::NetworkDevice));
    assert_eq!(text(&device.identifiers.serial), "FOC1234");
    assert_eq!(text(&device.identifiers.vendor), "Cisco");
    assert_eq!(device.identifiers.ips, ["10.0.0.2".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!((text(&device.location), text(&device.organisation)), ("Tokyo, R2", "Sales"));
    assert_eq!(device.attribute("cost_center"), Some("4711"));
    assert_eq!((device.state, device.tags), (Some(AssetState::InUse), vec!["core".to_owned()]));
}

#[test]
fn netbox_addresses_join_their_asset_and_prefixes_are_networks() {
    let found = inventory(
        r#"{"results":[{"id":1,"address":"10.0.0.5/24","assigned_object_type":"dcim.interface","assigned_object":
        {"name":"eth0","device":{"id":1,"name":"web1"}},"dns_name":"web1.example.com"},{"id":2,"address":"10.0.0.6/24",
        "assigned_object_type":"dcim.interface","assigned_object":{"device":{"name":"web1"}}},{"id":3,"address":"10.0.0.9/24",
        "assigned_object_type":null,"assigned_object":null}]}"#,
    );
    assert_eq!((found.assets.len(), found.networks.len()), (1, 1));
    assert_eq!(found.assets[0].identifiers.ips.len(), 2);
    assert_eq!(found.assets[0].identifiers.fqdns, ["web1.example.com"]);
    let prefixes = inventory(
        r#"{"results":[{"prefix":"192.0.2.0/24","vrf":null,"tenant":{"name":"Sales"},"status":{"value":"active"}}]}"#,
    );
    assert_eq!(prefixes.networks[0].cidr, "192.0.2.0/24");
    assert_eq!(text(&prefixes.networks[0].organisation), "Sales");
    let table = inventory("prefix,status,vrf,tenant\n198.51.100.0/24,active,,Legal\n");
    assert_eq!(text(&table.networks[0].organisation), "Legal");
}

#[test]
fn servicenow_is_the_same_in_json_csv_and_xml() {
    let json = only(
        inventory(
            r#"{"result":[{"sys_id":"abc","name":"web01","sys_class_name":"cmdb_ci_linux_server","ip_address":"10.1.1.5",
            "mac_address":"00:50:56:AA:BB:CC","serial_number":"SN1","manufacturer":{"display_value":"Dell Inc.","link":"https://x"},
            "install_status":"1"}]}"#,
        ),
        Format::ServiceNow,
    );
    let csv = only(
        inventory(
            "\"name\",\"sys_class_name\",\"ip_address\",\"mac_address\",\"serial_number\",\"manufacturer\",\"install_status\",\"sys_id\"\n\
             \"web01\",\"Linux Server\",\"10.1.1.5\",\"00:50:56:AA:BB:CC\",\"SN1\",\"Dell Inc.\",\"Installed\",\"abc\"\n",
        ),
        Format::ServiceNow,
    );
    let xml = only(
        inventory(
            "<?xml version=\"1.0\"?><unload unload_date=\"2026-01-01\"><cmdb_ci_linux_server action=\"INSERT_OR_UPDATE\"><sys_id>abc\
             </sys_id><name>web01</name><sys_class_name>cmdb_ci_linux_server</sys_class_name><ip_address>10.1.1.5</ip_address>\
             <mac_address>00:50:56:AA:BB:CC</mac_address><serial_number>SN1</serial_number><manufacturer display_value=\"Dell Inc.\">\
             4f1c</manufacturer><install_status>1</install_status></cmdb_ci_linux_server></unload>",
        ),
        Format::ServiceNow,
    );
    for asset in [json, csv, xml] {
        assert_eq!((asset.id.as_str(), asset.class), ("abc", AssetClass::Host));
        assert_eq!(asset.identifiers.macs, ["00:50:56:aa:bb:cc"]);
        assert_eq!(text(&asset.identifiers.vendor), "Dell Inc.");
        assert_eq!(
            (asset.identifiers.hostnames.as_slice(), asset.state),
            (&["web01".to_owned()][..], Some(AssetState::InUse))
        );
    }
}

#[test]
fn servicenow_in_a_western_encoding_is_read() {
    let mut bytes = b"\"name\",\"sys_class_name\",\"location\",\"sys_id\"\n\"pc1\",\"Computer\",\"Z".to_vec();
    bytes.extend([0xfc, b'r', b'i', b'c', b'h', b'"', b',', b'"', b'1', b'"', b'\n']);
    let asset = only(read(&bytes, "export").unwrap(), Format::ServiceNow);
    assert_eq!(text(&asset.location), "Zürich");
}

#[test]
fn snipe_it_knows_who_has_it() {
    let asset = only(
        inventory(
            r#"{"total":1,"rows":[{"id":3,"name":"MBP-17","asset_tag":"00003","serial":"C02X","model":{"name":"MacBook Pro"},
            "manufacturer":{"name":"Apple"},"category":{"name":"Laptops"},"status_label":{"name":"Ready","status_meta":"deployed"},
            "company":{"name":"Sales KK"},"location":{"name":"Tokyo"},"assigned_to":{"name":"Taro","email":"taro@example.com"},
            "custom_fields":{"MAC Address":{"field":"_snipeit_mac_1","value":"00-11-22-33-44-55"}}}]}"#,
        ),
        Format::SnipeIt,
    );
    assert_eq!((asset.class, asset.state), (AssetClass::EndUserDevice, Some(AssetState::InUse)));
    assert_eq!((text(&asset.owner), text(&asset.organisation)), ("taro@example.com", "Sales KK"));
    assert_eq!(asset.identifiers.macs, ["00:11:22:33:44:55"]);
    let row = only(
        inventory("Asset Name,Asset Tag,Serial,Model,Category,Status\nPC1,T1,S1,M1,Laptop,Archived\n"),
        Format::SnipeIt,
    );
    assert_eq!((text(&row.identifiers.asset_tag), row.state), ("T1", Some(AssetState::Retired)));
}

#[test]
fn clouds_name_their_machines_uniquely() {
    let aws = only(
        inventory(
            r#"{"Reservations":[{"OwnerId":"1","Instances":[{"InstanceId":"i-0abc","ImageId":"ami-1","InstanceType":"t3.micro",
            "Placement":{"AvailabilityZone":"ap-northeast-1a"},"PrivateDnsName":"ip-10-0-0-9.ap-northeast-1.compute.internal",
            "PrivateIpAddress":"10.0.0.9","State":{"Code":16,"Name":"running"},"NetworkInterfaces":[{"MacAddress":
            "06:11:22:33:44:55","OwnerId":"111122223333"}],"Tags":[{"Key":"Name","Value":"web"},{"Key":"env","Value":"prod"}]}]}]}"#,
        ),
        Format::AwsInventory,
    );
    assert_eq!((text(&aws.identifiers.cloud_id), text(&aws.environment)), ("aws:i-0abc", "prod"));
    assert_eq!((text(&aws.name), text(&aws.organisation)), ("web", "111122223333"));
    assert_eq!(aws.relations[0].kind, RelationKind::ImageOf);
    let azure = only(
        inventory(
            r#"{"count":1,"data":[{"id":"/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/VM1",
            "name":"VM1","type":"microsoft.compute/virtualmachines","location":"japaneast","resourceGroup":"rg","tags":{"env":"dev"},
            "properties":{"networkProfile":{"networkInterfaces":[{"id":"/subscriptions/S1/nic1"}]}}}]}"#,
        ),
        Format::AzureResources,
    );
    let id = "azure:/subscriptions/s1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm1";
    assert_eq!((text(&azure.identifiers.cloud_id), azure.class), (id, AssetClass::VirtualMachine));
    assert_eq!(azure.relations[0].to, AssetReference::CloudId("azure:/subscriptions/s1/nic1".to_owned()));
    let listed = only(
        inventory(
            r#"[{"id":"123","kind":"compute#instance","name":"n1","zone":"https://www.googleapis.com/compute/v1/projects/p1/zones/z",
            "selfLink":"https://www.googleapis.com/compute/v1/projects/p1/zones/z/instances/n1","machineType":"https://x/e2-medium",
            "status":"RUNNING","networkInterfaces":[{"networkIP":"10.3.0.2","accessConfigs":[{"natIP":"198.51.100.3"}]}]}]"#,
        ),
        Format::GcpAssets,
    );
    let found = only(
        inventory(
            r#"[{"name":"//compute.googleapis.com/projects/p1/zones/z/instances/n1","assetType":"compute.googleapis.com/Instance",
            "project":"projects/1","displayName":"n1","location":"z","state":"RUNNING"}]"#,
        ),
        Format::GcpAssets,
    );
    assert_eq!(listed.identifiers.cloud_id, found.identifiers.cloud_id);
    assert_eq!(text(&found.identifiers.cloud_id), "gcp:projects/p1/zones/z/instances/n1");
}

#[test]
fn glpi_tables_are_read() {
    let asset = only(
        inventory(
            "\"Name\";\"Entity\";\"Status\";\"Serial number\";\"Type\";\"Locations\"\n\"pc9\";\"Root > A\";\"\";\"ABC123\";\"Laptop\";\"Paris\"\n",
        ),
        Format::GlpiExport,
    );
    assert_eq!((text(&asset.identifiers.serial), asset.class), ("ABC123", AssetClass::EndUserDevice));
}

fn mapping() -> Mapping {
    let columns = [
        ("ホスト名", AssetField::Hostname),
        ("IPアドレス", AssetField::IpAddress),
        ("部署", AssetField::Organisation),
        ("状態", AssetField::State),
        ("備考", AssetField::Attribute),
    ];
    Mapping {
        columns: columns.into_iter().map(|(name, field)| (name.to_owned(), field)).collect(),
        ..Mapping::default()
    }
}

const TABLE: &str = "ホスト名\tIPアドレス\t部署\t状態\t備考\tその他\nweb1\t10.0.0.1\t営業部\t稼働中\t本番\tx\nweb2\t10.0.0.999\t法務部\tなぞ\t\t\n\t\t\t\t\t\n";

#[test]
fn a_mapping_reads_any_table_and_names_wrong_cells() {
    let preview = mapping().preview(TABLE.as_bytes(), "t.csv", 1).unwrap();
    assert_eq!((preview.separator, preview.encoding, preview.rows), ('\t', Encoding::Utf8, 3));
    assert_eq!((preview.assets.len(), preview.cells.len()), (1, 1));
    let places: Vec<_> =
        preview.errors.iter().map(|error| (error.line, error.column.as_str(), error.text.as_str())).collect();
    assert_eq!(places, [(3, "IPアドレス", "is no IP address"), (3, "状態", "is a state that is not known")]);
    let found = mapping().read(TABLE.as_bytes(), "t.csv").unwrap();
    assert_eq!((found.format, found.assets.len(), found.warnings.len()), (Format::AssetCsv, 2, 2));
    assert_eq!(found.assets[0].state, Some(AssetState::InUse));
    assert_eq!(found.assets[0].attribute("備考"), Some("本番"));
    assert_eq!(found.warnings[0].place, "line 3, column \"IPアドレス\"");
}

#[test]
fn a_mapping_reads_every_encoding_of_spreadsheets() {
    let expected = mapping().read(TABLE.as_bytes(), "t.csv").unwrap().assets;
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(TABLE.as_bytes());
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(TABLE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (shift_jis, _, failed) = encoding_rs::SHIFT_JIS.encode(TABLE);
    assert!(!failed);
    for bytes in [&marked[..], &utf16, &shift_jis] {
        assert_eq!(mapping().read(bytes, "t.csv").unwrap().assets, expected);
    }
    assert_eq!(mapping().preview(&shift_jis, "t", 1).unwrap().encoding, Encoding::ShiftJis);
    let semicolons = TABLE.replace('\t', ";");
    assert_eq!(mapping().read(semicolons.as_bytes(), "t.csv").unwrap().assets, expected);
}

#[test]
fn a_mapping_says_what_the_table_lacks() {
    let error = mapping().read(b"name,ip\na,1.2.3.4\n", "t.csv").unwrap_err().to_string();
    assert_eq!(error, "t.csv: line 1, column 1: the header lacks the column \"IPアドレス\"");
    let error = mapping().read(b"", "t.csv").unwrap_err().to_string();
    assert_eq!(error, "t.csv: the table has no header");
    let suggested =
        Mapping::default().preview("Host Name,IP-Address,Serial No\n".as_bytes(), "t", 5).unwrap().suggested;
    assert_eq!(suggested.get("Host Name"), Some(&AssetField::Hostname));
    assert_eq!(suggested.get("IP-Address"), Some(&AssetField::IpAddress));
}

#[test]
fn a_saved_mapping_comes_back_as_it_was() {
    let saved = serde_json::to_string(&mapping()).unwrap();
    assert_eq!(serde_json::from_str::<Mapping>(&saved).unwrap(), mapping());
    assert!(serde_json::from_str::<Mapping>(r#"{"colums":{}}"#).is_err());
}

#[test]
fn placeholders_identify_nobody() {
    let found = inventory(
        "name,sys_class_name,serial_number,mac_address,ip_address,sys_id\n\
         a,Server,To be filled by O.E.M.,00:00:00:00:00:00,127.0.0.1,1\nb,Server,N/A,,0.0.0.0,2\n",
    );
    for asset in &found.assets {
        assert!(
            asset.identifiers.serial.is_none()
                && asset.identifiers.macs.is_empty()
                && asset.identifiers.ips.is_empty()
        );
    }
}

#[test]
fn what_google_lists_of_an_operating_system_is_told_when_it_is_not_read() {
    let text = r#"[{"name": "//compute.googleapis.com/projects/p/zones/z/instances/77",
        "assetType": "compute.googleapis.com/Instance", "osInventory": {"osInfo": {"hostname": "web-1",
        "longName": "Debian GNU/Linux 12 (bookworm)", "version": "12"}, "items": {"bash-1": {"installedPackage": {}}}}}]"#;
    let found = read(text.as_bytes(), "assets.json").unwrap();
    assert_eq!(found.assets[0].identifiers.hostnames, ["web-1"]);
    assert_eq!(found.assets[0].name.as_deref(), Some("web-1"));
    assert_eq!(found.assets[0].os.version.as_deref(), Some("12"));
    assert!(
        found.warnings.iter().any(|warning| warning.text.contains("OS_INVENTORY")),
        "{:?}",
        found.warnings
    );
    let plain = text.replace("items", "other");
    assert!(read(plain.as_bytes(), "assets.json").unwrap().warnings.is_empty());
}
