// SPDX-License-Identifier: Apache-2.0
//! What else speaks of the demo company's things: an export of its CMDB, which is half true, and a scan of a network that
//! finds what nobody has listed.

use hinomi_assets::files::files_import;
use hinomi_assets::import::{Document, ImportRequest};
use hinomi_core::Time;
use hinomi_org::Act;

use super::company::Company;
use crate::failure::Told;

/// Rows of the CMDB that no agent knows. The second is a copy that somebody forgot: one serial number, two entries.
const ROWS: [&str; 2] = [
    "\"file-store-2\",\"Linux Server\",\"192.0.2.61\",\"CZ24011XQ\",\"Hewlett Packard Enterprise\",\"Installed\",\"Osaka, room 3\",\"c0a1\"",
    "\"file-store-2-old\",\"Linux Server\",\"192.0.2.62\",\"CZ24011XQ\",\"Hewlett Packard Enterprise\",\"Installed\",\"Osaka, room 1\",\"c0a2\"",
];
/// What answers on a network although no list has it: name, address, open port and service.
const FOUND: [(&str, &str, u16, &str); 2] = [
    ("hall-display-7", "192.0.2.117", 8080, "http-proxy"),
    ("nas-under-the-desk", "192.0.2.130", 445, "microsoft-ds"),
];

/// Brings both in.
pub(super) async fn others_speak(act: &Act<'_>, company: &Company, at: Time) -> anyhow::Result<()> {
    let known = company.systems.iter().filter_map(|system| system.assets.first()).take(3).zip(1..);
    let known = known.map(|(asset, number)| {
        format!(
            "\"{}\",\"Linux Server\",\"\",\"VMW-{number:04}\",\"VMware, Inc.\",\"Installed\",\"Tokyo, hall {number}\",\"b00{number}\"",
            asset.hostname
        )
    });
    let header = "\"name\",\"sys_class_name\",\"ip_address\",\"serial_number\",\"manufacturer\",\"install_status\",\"location\",\"sys_id\"";
    let rows: Vec<String> = known.chain(ROWS.map(str::to_owned)).collect();
    bring(act, "demo/cmdb_ci.csv", format!("{header}\n{}\n", rows.join("\n")), at).await?;
    let hosts: String = FOUND
        .iter()
        .map(|(name, address, port, service)| {
            format!(
                "<host><status state=\"up\"/><address addr=\"{address}\" addrtype=\"ipv4\"/><hostnames><hostname \
                 name=\"{name}.office.example\" type=\"PTR\"/></hostnames><ports><port protocol=\"tcp\" portid=\"{port}\">\
                 <state state=\"open\"/><service name=\"{service}\"/></port></ports></host>"
            )
        })
        .collect();
    let started = at.as_seconds();
    let report = format!(
        "<?xml version=\"1.0\"?><nmaprun scanner=\"nmap\" args=\"nmap 192.0.2.0/24\" start=\"{started}\" version=\"7.94\">{hosts}\
         <runstats><finished time=\"{started}\"/></runstats></nmaprun>"
    );
    bring(act, "demo/office-network.xml", report, at).await
}

async fn bring(act: &Act<'_>, path: &str, text: String, at: Time) -> anyhow::Result<()> {
    let inventory = hinomi_inventory_formats::read(text.as_bytes(), path)?;
    let document = Document { path: path.to_owned(), bytes: text.into_bytes(), inventory };
    let request = ImportRequest { observed_at: Some(at), ..ImportRequest::default() };
    let done = files_import(act, vec![Ok(document)], &request, None).await.told()?;
    match done.files.iter().find(|file| file.outcome == "failed") {
        Some(failed) => anyhow::bail!("the demo's own list was refused: {}", failed.message),
        None => Ok(()),
    }
}
