// SPDX-License-Identifier: Apache-2.0
//! Azure (Resource Graph, `az resource list`, `az vm list`) and Google Cloud (asset inventory, `compute instances list`).

use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::{AssetClass, AssetRecord, AssetReference, RelationKind};
use crate::tree::Node;

const AZURE_FIELDS: &[(F, &[&str])] = &[
    (F::Name, &["name"]),
    (
        F::Hostname,
        &[
            "properties.osProfile.computerName",
            "osProfile.computerName",
            "properties.extended.instanceView.computerName",
            "properties.fullyQualifiedDomainName",
            "fqdns",
        ],
    ),
    (
        F::IpAddress,
        &[
            "properties.ipAddress",
            "properties.ipConfigurations.properties.privateIPAddress",
            "privateIps",
            "publicIps",
            "privateIpAddress",
            "publicIpAddress",
        ],
    ),
    (F::MacAddress, &["properties.macAddress", "macAddresses"]),
    (F::Uuid, &["properties.vmId", "vmId"]),
    (
        F::OsName,
        &[
            "properties.extended.instanceView.osName",
            "properties.storageProfile.imageReference.offer",
            "storageProfile.imageReference.offer",
            "properties.storageProfile.osDisk.osType",
            "storageProfile.osDisk.osType",
        ],
    ),
    (
        F::OsVersion,
        &[
            "properties.extended.instanceView.osVersion",
            "properties.storageProfile.imageReference.sku",
            "storageProfile.imageReference.sku",
        ],
    ),
    (F::Location, &["location"]),
    (F::Organisation, &["subscriptionName", "subscriptionId"]),
    (
        F::State,
        &[
            "properties.extended.instanceView.powerState.displayStatus",
            "powerState",
            "properties.status",
            "properties.provisioningState",
            "provisioningState",
        ],
    ),
    (F::FirstSeen, &["properties.timeCreated", "timeCreated", "createdTime"]),
    (F::Model, &["properties.hardwareProfile.vmSize", "hardwareProfile.vmSize", "sku.name"]),
];

const AZURE_RESOURCE: Source = Source {
    format: Format::AzureResources,
    class: AssetClass::CloudResource,
    fields: AZURE_FIELDS,
    attribute_maps: &["tags"],
    finish: Some(azure),
    ..SOURCE
};

fn is_azure(node: &Node<'_>) -> bool {
    ["id", "data.id", "value.id"]
        .iter()
        .any(|path| node.first(path).is_some_and(|id| id.to_ascii_lowercase().starts_with("/subscriptions/")))
}

pub(super) const AZURE: [Source; 3] = [
    Source {
        marks: &["data.id", "data.type"],
        only_if: Some(is_azure),
        records: &["data"],
        ..AZURE_RESOURCE
    },
    Source {
        marks: &["value.id", "value.type"],
        only_if: Some(is_azure),
        records: &["value"],
        ..AZURE_RESOURCE
    },
    Source { marks: &["id", "type", "location"], only_if: Some(is_azure), ..AZURE_RESOURCE },
];

fn azure(node: &Node<'_>, record: &mut AssetRecord) {
    // Identifiers of resources are the same in any case.
    let id = node.first("id").unwrap_or_default().to_ascii_lowercase();
    let kind = node.first("type").unwrap_or_default().to_ascii_lowercase();
    record.id = id.clone();
    record.identifiers.cloud_id = Some(format!("azure:{id}"));
    record.class = azure_class(&kind);
    record.add_attribute("resource_type", kind, "type");
    record.add_attribute("resource_group", node.first("resourceGroup").unwrap_or_default(), "resourceGroup");
    if record.organisation.is_none() {
        record.organisation = id.split('/').nth(2).map(str::to_owned);
    }
    let is_machine = record.class == AssetClass::VirtualMachine;
    if let (true, Some(name)) = (is_machine, record.name.clone()) {
        record.identifiers.add_name(&name);
    }
    let mut connect = |path: &str, kind| {
        node.visit(path, &mut |other, _| {
            if let Some(other) = other.text() {
                let other = format!("azure:{}", other.to_ascii_lowercase());
                record.relate(kind, AssetReference::CloudId(other));
            }
            true
        });
    };
    connect("properties.networkProfile.networkInterfaces.id", RelationKind::ConnectsTo);
    connect("networkProfile.networkInterfaces.id", RelationKind::ConnectsTo);
    connect("properties.virtualMachine.id", RelationKind::ConnectsTo);
    connect("managedBy", RelationKind::RunsOn);
}

fn azure_class(kind: &str) -> AssetClass {
    match kind {
        "microsoft.compute/virtualmachines"
        | "microsoft.hybridcompute/machines"
        | "microsoft.compute/virtualmachinescalesets/virtualmachines"
        | "microsoft.classiccompute/virtualmachines" => AssetClass::VirtualMachine,
        "microsoft.containerservice/managedclusters" => AssetClass::Cluster,
        "microsoft.network/loadbalancers" | "microsoft.network/applicationgateways" => {
            AssetClass::LoadBalancer
        }
        "microsoft.network/azurefirewalls"
        | "microsoft.network/virtualnetworkgateways"
        | "microsoft.network/natgateways" => AssetClass::NetworkDevice,
        kind if kind.starts_with("microsoft.sql")
            || kind.starts_with("microsoft.dbfor")
            || kind.contains("documentdb") =>
        {
            AssetClass::Database
        }
        kind if kind.starts_with("microsoft.storage/") || kind == "microsoft.compute/disks" => {
            AssetClass::Storage
        }
        "microsoft.web/sites" => AssetClass::Application,
        kind if kind.starts_with("microsoft.containerregistry/") => AssetClass::ContainerImage,
        _ => AssetClass::CloudResource,
    }
}

const GCP_FIELDS: &[(F, &[&str])] = &[
    (F::Name, &["displayName", "resource.data.name", "name"]),
    (
        F::IpAddress,
        &[
            "networkInterfaces.networkIP",
            "networkInterfaces.accessConfigs.natIP",
            "networkInterfaces.ipv6Address",
            "resource.data.networkInterfaces.networkIP",
            "resource.data.networkInterfaces.accessConfigs.natIP",
            "additionalAttributes.internalIPs",
            "additionalAttributes.externalIPs",
            "resource.data.ipAddresses.ipAddress",
        ],
    ),
    (F::Hostname, &["hostname", "resource.data.hostname", "osInventory.osInfo.hostname"]),
    (F::Location, &["location", "resource.location", "zone", "resource.data.zone"]),
    (F::Organisation, &["project", "resource.parent"]),
    (F::State, &["state", "status", "resource.data.status", "resource.data.state"]),
    (F::FirstSeen, &["createTime", "creationTimestamp", "resource.data.creationTimestamp"]),
    (F::LastSeen, &["updateTime", "lastStartTimestamp"]),
    (
        F::OsName,
        &["additionalAttributes.osLongName", "resource.data.databaseVersion", "osInventory.osInfo.longName"],
    ),
    (F::OsVersion, &["osInventory.osInfo.version"]),
];

const GCP_RESOURCE: Source = Source {
    format: Format::GcpAssets,
    class: AssetClass::CloudResource,
    fields: GCP_FIELDS,
    attribute_maps: &["labels", "resource.data.labels"],
    finish: Some(gcp),
    unread: &[("osInventory.items", "the operating system's packages (OS_INVENTORY) are not read")],
    ..SOURCE
};

pub(super) const GCP: [Source; 5] = [
    Source { marks: &["assetType", "name"], ..GCP_RESOURCE },
    // `gcloud asset export` writes the names of its fields in another way than the API answers.
    Source { marks: &["asset_type", "name"], ..GCP_RESOURCE },
    Source { marks: &["results.assetType", "results.name"], records: &["results"], ..GCP_RESOURCE },
    Source { marks: &["assets.assetType", "assets.name"], records: &["assets"], ..GCP_RESOURCE },
    Source {
        marks: &["selfLink", "zone", "networkInterfaces"],
        class: AssetClass::VirtualMachine,
        ..GCP_RESOURCE
    },
];

fn gcp(node: &Node<'_>, record: &mut AssetRecord) {
    let name = node.first("name").unwrap_or_default();
    let link = node.first("selfLink").or_else(|| node.first("resource.data.selfLink"));
    let path = match link {
        // The list of instances names them by their own link.
        Some(link) => link.split_once("/projects/").map_or(link, |(_, path)| path),
        None => name.split_once("/projects/").map_or(name, |(_, path)| path),
    };
    record.id = format!("//compute/projects/{path}");
    let kind = node.first("assetType").or_else(|| node.first("asset_type"));
    if kind.is_some() && link.is_none() {
        record.id = name.to_owned();
    }
    record.identifiers.cloud_id = Some(format!("gcp:projects/{path}"));
    let kind = kind.unwrap_or("compute.googleapis.com/Instance");
    record.class = gcp_class(kind);
    record.add_attribute("resource_type", kind, "assetType");
    let short = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    record.name = record.name.take().map(|name| short(&name));
    record.location = record.location.take().map(|zone| short(&zone));
    // An inventory of the operating system names the instance by its number, which no host calls itself.
    let is_number = |name: &String| name.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(host) =
        record.identifiers.hostnames.first().filter(|_| record.name.as_ref().is_some_and(is_number))
    {
        record.name = Some(host.clone());
    }
    if record.class == AssetClass::VirtualMachine {
        if let Some(name) = record.name.clone().filter(|name| !is_number(name)) {
            record.identifiers.add_name(&name);
        }
        let size = node.first("machineType").or_else(|| node.first("resource.data.machineType"));
        record.add_attribute("model", size.map(short).unwrap_or_default(), "machineType");
        let image = node.first("disks.licenses").or_else(|| node.first("resource.data.disks.licenses"));
        record.os.name = record.os.name.take().or_else(|| image.map(short));
    }
    if record.organisation.is_none() {
        record.organisation = path.split('/').next().map(str::to_owned);
    }
}

fn gcp_class(kind: &str) -> AssetClass {
    match kind {
        "compute.googleapis.com/Instance" => AssetClass::VirtualMachine,
        "container.googleapis.com/Cluster" => AssetClass::Cluster,
        "cloudfunctions.googleapis.com/CloudFunction" | "cloudfunctions.googleapis.com/Function" => {
            AssetClass::Function
        }
        "compute.googleapis.com/Router" | "compute.googleapis.com/VpnGateway" => AssetClass::NetworkDevice,
        "storage.googleapis.com/Bucket" | "compute.googleapis.com/Disk" => AssetClass::Storage,
        "run.googleapis.com/Service" => AssetClass::Application,
        kind if kind.starts_with("sqladmin.")
            || kind.starts_with("spanner.")
            || kind.starts_with("alloydb.") =>
        {
            AssetClass::Database
        }
        kind if kind.ends_with("/ForwardingRule") || kind.ends_with("/UrlMap") => AssetClass::LoadBalancer,
        kind if kind.ends_with("/DockerImage") => AssetClass::ContainerImage,
        _ => AssetClass::CloudResource,
    }
}
