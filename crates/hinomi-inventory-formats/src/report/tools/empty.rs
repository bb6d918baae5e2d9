// SPDX-License-Identifier: Apache-2.0
//! Reports in which a tool says that it found nothing, and so little else that the marks of its other reports are not
//! there. An empty list alone says nothing of its tool and is refused.

use crate::Format;
use crate::report::shape::{PART, Part, SHAPE, Shape};
use crate::tree::Node;

fn is_empty(node: &Node<'_>, key: &str) -> bool {
    node.get(key).is_some_and(|list| *list == Node::List(Vec::new()))
}

pub(super) const EMPTY: [Shape; 8] = [
    Shape {
        format: Format::AppCheck,
        marks: &["items", "hosts"],
        only_if: Some(|node| is_empty(node, "items")),
        ..SHAPE
    },
    Shape {
        format: Format::PipAudit,
        marks: &["dependencies"],
        only_if: Some(|node| is_empty(node, "dependencies") && !node.has("version")),
        ..SHAPE
    },
    Shape {
        format: Format::GitlabReport,
        marks: &["version", "vulnerabilities", "scan.scanner"],
        only_if: Some(|node| is_empty(node, "vulnerabilities")),
        observed: &["/scan.end_time"],
        version: &["/version"],
        ..SHAPE
    },
    Shape {
        format: Format::Mend,
        marks: &["additionalData.totalItems", "supportToken", "response"],
        only_if: Some(|node| is_empty(node, "response")),
        ..SHAPE
    },
    Shape {
        format: Format::IntSights,
        marks: &["Alerts"],
        only_if: Some(|node| is_empty(node, "Alerts")),
        ..SHAPE
    },
    Shape {
        format: Format::Defender,
        marks: &["@odata.context", "value"],
        only_if: Some(|node| {
            let context = node.first("@odata.context").unwrap_or_default();
            context.contains("securitycenter") && is_empty(node, "value")
        }),
        ..SHAPE
    },
    Shape { format: Format::NpmAudit, marks: &["type", "data.totalDependencies"], ..SHAPE },
    Shape {
        format: Format::GenericFindings,
        marks: &["findings"],
        only_if: Some(|node| is_empty(node, "findings")),
        parts: &[Part { levels: &["findings"], ..PART }],
        ..SHAPE
    },
];
