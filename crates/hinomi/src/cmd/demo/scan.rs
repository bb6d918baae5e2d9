// SPDX-License-Identifier: Apache-2.0
//! The demo company's vulnerability scans: one of two weeks ago and one of today, over what sends no inventory and two
//! hosts that do.

use hinomi_assets::files::files_import;
use hinomi_assets::import::{Document, ImportRequest};
use hinomi_core::Time;
use hinomi_org::Act;

use super::company::Company;
use crate::failure::Told;

/// Days ago on which it was scanned.
pub(super) const DAYS: [i64; 2] = [14, 0];
const SCANNER: &str = "nessus";

/// One check of the scanner: plugin, port, severity, title, CVEs, advice.
type Check = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str], &'static str);

const WEB_INTERFACE: Check = (
    "171859",
    "443",
    "High",
    "Appliance web interface: authentication bypass",
    &["CVE-2023-20198"],
    "Upgrade the appliance's firmware, or restrict the interface to the management network.",
);
const SSH: Check = (
    "187201",
    "22",
    "Medium",
    "SSH Terrapin prefix truncation weakness",
    &["CVE-2023-48795"],
    "Upgrade, or disable the affected key exchange algorithms.",
);
const TELNET: Check =
    ("42263", "23", "Medium", "Unencrypted telnet server", &[], "Disable the service and use SSH instead.");
const INFORMATION: Check = ("19506", "0", "None", "Nessus scan information", &[], "");

/// Brings the scan of a day in; the weakness of SSH has been put right since the first.
pub(super) async fn scan(act: &Act<'_>, company: &Company, at: Time, is_first: bool) -> anyhow::Result<()> {
    let devices = company.without_inventory.iter().take(4).map(|bare| bare.hostname.as_str());
    let hosts = company.systems.iter().filter_map(|system| system.assets.first()).take(2);
    let names: Vec<&str> = devices.chain(hosts.map(|asset| asset.hostname.as_str())).collect();
    let mut reports = String::new();
    for (place, name) in names.into_iter().enumerate() {
        let mut checks = vec![INFORMATION, TELNET];
        if place == 0 {
            checks.push(WEB_INTERFACE);
        }
        if place < 2 && is_first {
            checks.push(SSH);
        }
        reports.push_str(&host(name, at, &checks));
    }
    let text = format!(
        "<?xml version=\"1.0\"?><NessusClientData_v2><Report name=\"weekly\">{reports}</Report></NessusClientData_v2>"
    );
    let path = "demo/weekly.nessus".to_owned();
    let inventory = hinomi_inventory_formats::read(text.as_bytes(), &path)?;
    let document = Document { path, bytes: text.into_bytes(), inventory };
    let request =
        ImportRequest { source: Some(SCANNER.to_owned()), observed_at: Some(at), ..ImportRequest::default() };
    let done = files_import(act, vec![Ok(document)], &request, None).await.told()?;
    match done.files.iter().find(|file| file.outcome == "failed") {
        Some(failed) => anyhow::bail!("the demo's own scan was refused: {}", failed.message),
        None if is_first => Ok(()),
        None => super::cmdb::others_speak(act, company, at).await,
    }
}

fn host(name: &str, at: Time, checks: &[Check]) -> String {
    let items: String = checks
        .iter()
        .map(|(id, port, severity, title, cves, advice)| {
            let cves: String = cves.iter().map(|cve| format!("<cve>{cve}</cve>")).collect();
            format!(
                "<ReportItem port=\"{port}\" svc_name=\"general\" protocol=\"tcp\" severity=\"2\" pluginID=\"{id}\" \
                 pluginName=\"{title}\" pluginFamily=\"General\">{cves}<risk_factor>{severity}</risk_factor>\
                 <solution>{advice}</solution></ReportItem>"
            )
        })
        .collect();
    format!(
        "<ReportHost name=\"{name}\"><HostProperties><tag name=\"HOST_END_TIMESTAMP\">{}</tag>\
         <tag name=\"hostname\">{name}</tag></HostProperties>{items}</ReportHost>",
        at.as_seconds()
    )
}
