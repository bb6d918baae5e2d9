// SPDX-License-Identifier: Apache-2.0
//! AWS: what its command line lists. An instance is named `aws:i-…`, any other resource `aws:` and its ARN.

use super::field::first;
use super::{F, SOURCE, Source};
use crate::Format;
use crate::model::{AssetClass, AssetRecord, AssetReference, RelationKind};
use crate::tree::Node;

const CLOUD: Source = Source { format: Format::AwsInventory, class: AssetClass::CloudResource, ..SOURCE };

const INSTANCE: &[(F, &[&str])] = &[
    (F::Id, &["InstanceId"]),
    (F::CloudId, &["aws:{InstanceId}"]),
    (F::Hostname, &["PrivateDnsName", "PublicDnsName"]),
    (
        F::IpAddress,
        &[
            "PrivateIpAddress",
            "PublicIpAddress",
            "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress",
            "NetworkInterfaces.Ipv6Addresses.Ipv6Address",
        ],
    ),
    (F::MacAddress, &["NetworkInterfaces.MacAddress"]),
    (F::OsName, &["PlatformDetails", "Platform"]),
    (F::Architecture, &["Architecture"]),
    (F::Location, &["Placement.AvailabilityZone"]),
    (F::Organisation, &["NetworkInterfaces.OwnerId"]),
    (F::State, &["State.Name"]),
    (F::FirstSeen, &["LaunchTime"]),
    (F::Model, &["InstanceType"]),
];

const CONFIG_ITEM: &[(F, &[&str])] = &[
    (F::Id, &["arn", "ARN", "resourceId"]),
    (F::Name, &["resourceName", "resourceId"]),
    (F::CloudId, &["aws:{arn}", "aws:{ARN}", "aws:{resourceId}"]),
    (
        F::Hostname,
        &["configuration.privateDnsName", "configuration.publicDnsName", "configuration.endpoint.address"],
    ),
    (F::IpAddress, &["configuration.privateIpAddress", "configuration.publicIpAddress"]),
    (F::MacAddress, &["configuration.networkInterfaces.macAddress"]),
    (F::Location, &["awsRegion"]),
    (F::Organisation, &["accountId", "awsAccountId"]),
    (F::State, &["configuration.state.name", "configurationItemStatus"]),
    (F::FirstSeen, &["resourceCreationTime"]),
    (F::LastSeen, &["configurationItemCaptureTime"]),
    (F::Model, &["configuration.instanceType"]),
];

const RESOURCE: &[(F, &[&str])] = &[
    (F::Id, &["Arn", "ResourceARN"]),
    (F::CloudId, &["aws:{Arn}", "aws:{ResourceARN}"]),
    (F::Location, &["Region"]),
    (F::Organisation, &["OwningAccountId"]),
    (F::LastSeen, &["LastReportedAt"]),
];

pub(super) const JSON: [Source; 11] = [
    Source {
        marks: &["Reservations"],
        records: &["Reservations.Instances"],
        class: AssetClass::VirtualMachine,
        fields: INSTANCE,
        attribute_maps: &["Tags"],
        finish: Some(instance),
        ..CLOUD
    },
    Source {
        marks: &["InstanceId", "InstanceType", "Placement"],
        class: AssetClass::VirtualMachine,
        fields: INSTANCE,
        attribute_maps: &["Tags"],
        finish: Some(instance),
        ..CLOUD
    },
    Source {
        marks: &["configurationItems"],
        records: &["configurationItems"],
        fields: CONFIG_ITEM,
        attribute_maps: &["tags"],
        finish: Some(config_item),
        ..CLOUD
    },
    Source {
        marks: &["baseConfigurationItems"],
        records: &["baseConfigurationItems"],
        fields: CONFIG_ITEM,
        attribute_maps: &["tags"],
        finish: Some(config_item),
        ..CLOUD
    },
    Source {
        marks: &["Resources.Arn", "Resources.ResourceType"],
        records: &["Resources"],
        fields: RESOURCE,
        attribute_maps: &[],
        finish: Some(resource),
        ..CLOUD
    },
    Source {
        marks: &["ResourceTagMappingList"],
        records: &["ResourceTagMappingList"],
        fields: RESOURCE,
        attribute_maps: &["Tags"],
        finish: Some(resource),
        ..CLOUD
    },
    Source {
        marks: &["InstanceInformationList"],
        records: &["InstanceInformationList"],
        class: AssetClass::VirtualMachine,
        fields: MANAGED,
        finish: Some(managed),
        ..CLOUD
    },
    Source {
        marks: &["Entities.Data"],
        records: &["Entities"],
        class: AssetClass::VirtualMachine,
        fields: &[
            (F::Id, &["Id"]),
            (F::Hostname, &["Data.AWS:InstanceInformation.Content.ComputerName"]),
            (F::IpAddress, &["Data.AWS:InstanceInformation.Content.IpAddress"]),
            (F::OsName, &["Data.AWS:InstanceInformation.Content.PlatformName"]),
            (F::OsVersion, &["Data.AWS:InstanceInformation.Content.PlatformVersion"]),
            (F::LastSeen, &["Data.AWS:InstanceInformation.CaptureTime"]),
        ],
        finish: Some(managed),
        ..CLOUD
    },
    Source {
        marks: &["DBInstances"],
        records: &["DBInstances"],
        class: AssetClass::Database,
        fields: &[
            (F::Id, &["DBInstanceArn", "DBInstanceIdentifier"]),
            (F::CloudId, &["aws:{DBInstanceArn}"]),
            (F::Name, &["DBInstanceIdentifier"]),
            (F::Hostname, &["Endpoint.Address"]),
            (F::OsName, &["Engine"]),
            (F::OsVersion, &["EngineVersion"]),
            (F::Location, &["AvailabilityZone"]),
            (F::State, &["DBInstanceStatus"]),
            (F::Model, &["DBInstanceClass"]),
            (F::FirstSeen, &["InstanceCreateTime"]),
        ],
        attribute_maps: &["TagList"],
        ..CLOUD
    },
    Source {
        marks: &["LoadBalancers"],
        records: &["LoadBalancers"],
        class: AssetClass::LoadBalancer,
        fields: &[
            (F::Id, &["LoadBalancerArn", "LoadBalancerName"]),
            (F::CloudId, &["aws:{LoadBalancerArn}"]),
            (F::Name, &["LoadBalancerName"]),
            (F::Hostname, &["DNSName"]),
            (F::State, &["State.Code"]),
            (F::FirstSeen, &["CreatedTime"]),
        ],
        ..CLOUD
    },
    Source {
        marks: &["Functions.FunctionArn"],
        records: &["Functions"],
        class: AssetClass::Function,
        fields: &[
            (F::Id, &["FunctionArn"]),
            (F::CloudId, &["aws:{FunctionArn}"]),
            (F::Name, &["FunctionName"]),
            (F::OsName, &["Runtime"]),
            (F::Architecture, &["Architectures"]),
            (F::State, &["State"]),
            (F::LastSeen, &["LastModified"]),
        ],
        ..CLOUD
    },
];

const MANAGED: &[(F, &[&str])] = &[
    (F::Id, &["InstanceId"]),
    (F::Hostname, &["ComputerName"]),
    (F::IpAddress, &["IPAddress"]),
    (F::OsName, &["PlatformName"]),
    (F::OsVersion, &["PlatformVersion"]),
    (F::LastSeen, &["LastPingDateTime"]),
];

fn instance(node: &Node<'_>, record: &mut AssetRecord) {
    record.name = record.name.take().or_else(|| node.first("InstanceId").map(str::to_owned));
    for (name, path) in [
        ("image", "ImageId"),
        ("vpc", "VpcId"),
        ("subnet", "SubnetId"),
        ("account", "NetworkInterfaces.OwnerId"),
    ] {
        record.add_attribute(name, node.first(path).unwrap_or_default(), path);
    }
    if let Some(image) = node.first("ImageId") {
        // The other end is the image of which this machine is an instance.
        record.relate(RelationKind::ImageOf, AssetReference::CloudId(format!("aws:{image}")));
    }
}

/// A machine of the systems manager: an instance of the cloud (`i-…`), or one of one's own (`mi-…`).
fn managed(_: &Node<'_>, record: &mut AssetRecord) {
    let id = record.id.clone();
    if id.starts_with("i-") {
        record.identifiers.cloud_id = Some(format!("aws:{id}"));
    }
    record.identifiers.add_agent("ssm", &id);
    let hostname = record.identifiers.fqdns.first().or(record.identifiers.hostnames.first()).cloned();
    record.name = hostname.or(Some(id));
}

fn config_item(node: &Node<'_>, record: &mut AssetRecord) {
    let kind = node.first("resourceType").unwrap_or_default();
    record.class = class_of(kind);
    record.add_attribute("resource_type", kind, "resourceType");
    if let ("AWS::EC2::Instance", Some(id)) = (kind, node.first("resourceId")) {
        record.identifiers.cloud_id = Some(format!("aws:{id}"));
    }
    node.visit("relationships", &mut |relation, _| {
        let other = relation.first("resourceId").unwrap_or_default();
        let name =
            first(relation, "relationshipName").or_else(|| first(relation, "name")).unwrap_or_default();
        let kind = match name.to_ascii_lowercase() {
            name if name.contains("contained in") || name.contains("is attached to instance") => {
                RelationKind::RunsOn
            }
            name if name.contains("contains") => RelationKind::Hosts,
            _ => RelationKind::ConnectsTo,
        };
        if !other.is_empty() {
            record.relate(kind, AssetReference::CloudId(format!("aws:{other}")));
        }
        true
    });
}

/// All that a list of resources says is in the ARN: `arn:aws:ec2:region:account:instance/i-…`.
fn resource(node: &Node<'_>, record: &mut AssetRecord) {
    let arn = record.id.clone();
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2).unwrap_or_default();
    let region = parts.next().unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    let kind = node.first("ResourceType").map_or_else(|| format!("{service}:{rest}"), str::to_owned);
    record.class = class_of(&kind);
    record.add_attribute("resource_type", node.first("ResourceType").unwrap_or(service), "ResourceType");
    record.location = record.location.take().or_else(|| crate::text::non_empty(region));
    record.organisation = record.organisation.take().or_else(|| crate::text::non_empty(account));
    let last = rest.rsplit(['/', ':']).next().unwrap_or(rest);
    record.name = record.name.take().or_else(|| crate::text::non_empty(last));
    if service == "ec2" && last.starts_with("i-") {
        record.identifiers.cloud_id = Some(format!("aws:{last}"));
    }
}

/// `AWS::EC2::Instance` and `ec2:instance` alike.
fn class_of(kind: &str) -> AssetClass {
    let lower = kind.to_ascii_lowercase().replace("::", ":");
    let has = |word: &str| lower.contains(word);
    if has("ec2:instance") {
        AssetClass::VirtualMachine
    } else if has("rds:") || has("dynamodb") || has("redshift") || has("docdb") || has("neptune") {
        AssetClass::Database
    } else if has("loadbalancer") {
        AssetClass::LoadBalancer
    } else if has("lambda:function") {
        AssetClass::Function
    } else if has("s3:") || has("efs") || has("ec2:volume") || has("fsx") {
        AssetClass::Storage
    } else if has("eks:cluster") || has("ecs:cluster") || has("eks:") {
        AssetClass::Cluster
    } else if has("ecr:") {
        AssetClass::ContainerImage
    } else if has("natgateway") || has("internetgateway") || has("vpngateway") || has("transitgateway") {
        AssetClass::NetworkDevice
    } else {
        AssetClass::CloudResource
    }
}
