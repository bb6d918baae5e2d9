// SPDX-License-Identifier: Apache-2.0
//! The tools whose reports are read by description. A tool with closer marks stands before one with looser marks.

mod audits;
mod cloud;
mod clusters;
mod code;
mod empty;
mod estates;
mod hosts;
mod images;
mod linters;
mod more;
mod outside;
mod packages;
mod policies;
mod qualys;
mod repositories;
mod sast;
mod supply;
mod tls;
mod web;

use super::shape::{Asset, Field, HOST, Shape};
use crate::model::AssetClass;

/// A web site, known by its address.
const fn site_of(address: Field) -> Asset {
    Asset { class: AssetClass::Application, id: address, names: address, ..HOST }
}

/// An application, known by its name.
const fn application_of(name: Field) -> Asset {
    Asset { class: AssetClass::Application, id: name, ..HOST }
}

/// Groups of descriptions by the syntax of the document.
pub(super) const XML: &[&[Shape]] = &[
    &[hosts::NESSUS],
    &hosts::OPENVAS,
    &qualys::QUALYS,
    &qualys::QUALYS_WAS,
    &[hosts::NEXPOSE],
    &hosts::NIKTO,
    &packages::DEPENDENCY_CHECK,
    &web::ZAP,
    &web::BURP,
    &web::ACUNETIX,
    &web::SITES,
    &cloud::HOST_SERVICES,
    &code::CODE,
    &sast::CHECKMARX,
    &sast::FORTIFY,
    &[sast::APPSCAN],
    &sast::VERACODE,
    &linters::LINTERS,
    &policies::SCAP,
    &estates::ESTATES,
    &tls::TLS,
    &outside::JUNIT,
];

pub(super) const JSON: &[&[Shape]] = &[
    &web::NUCLEI,
    &[packages::SNYK_IAC, packages::SNYK, packages::SNYK_API],
    &packages::DEPENDENCY_CHECK,
    &[packages::OSV_SCANNER],
    &audits::AUDITS,
    &packages::NPM_AUDIT,
    &[packages::PIP_AUDIT, packages::CARGO_AUDIT, packages::BUNDLER_AUDIT],
    &packages::GOVULNCHECK,
    &images::ANCHORE_VULNERABILITIES,
    &images::AQUA_SCANS,
    &images::CLAIR,
    &images::HARBOR_REPORTS,
    &images::XRAY,
    &[images::NEUVECTOR],
    &images::SYSDIG,
    &clusters::TWISTLOCK,
    &clusters::WIZ,
    &[clusters::XEOL, clusters::TRIVY_OPERATOR, clusters::OPEN_REPORTS],
    &cloud::AWS,
    &cloud::PROWLER,
    &cloud::WAZUH,
    &cloud::HOST_SERVICES,
    &hosts::NIKTO,
    &hosts::PORTS,
    &web::ZAP,
    &web::BURP,
    &web::ACUNETIX,
    &web::SITES,
    &more::PACKAGES,
    &more::HOSTS,
    &sast::CHECKMARX,
    &sast::VERACODE,
    &linters::MOBILE,
    &repositories::REPOSITORIES,
    &policies::ANCHORE,
    &policies::CLUSTERS,
    &policies::TEMPLATES,
    &estates::ESTATES,
    &tls::TLS,
    &supply::SUPPLY,
    &outside::BOUNTIES,
    &outside::VIEWS,
    &outside::WEB_SITES,
    &linters::LINTERS,
    &code::CODE,
    &empty::EMPTY,
];

pub(super) const CSV: &[&[Shape]] = &[
    &hosts::NESSUS_CSV,
    &[hosts::OPENVAS_CSV, hosts::TESTSSL, packages::DEPENDENCY_CHECK_CSV],
    &qualys::QUALYS_CSV,
    &images::SYSDIG,
    &clusters::TWISTLOCK,
    &clusters::WIZ,
    &cloud::PROWLER,
    &cloud::HOST_SERVICES,
    &more::PACKAGES,
    &more::HOSTS,
    &[sast::CONTRAST],
    &repositories::REPOSITORIES,
    &linters::LINTERS,
    &policies::CLUSTERS,
    &estates::ESTATES,
    &supply::SUPPLY,
    &outside::BOUNTIES,
    &outside::VIEWS,
    &outside::WEB_SITES,
];
