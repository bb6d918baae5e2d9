// SPDX-License-Identifier: Apache-2.0
//! A made-up company of hosts as four sources see them, which contradict each other.

use hinomi_assets::reconcile::{Origin, SourceRecord, SourceValue};
use hinomi_assets::{Act, Incoming, SourceName, Taken, records_put};
use hinomi_core::Time;

pub(crate) fn at(day: u32) -> Time {
    format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
}

pub(crate) fn host(name: &str) -> SourceRecord {
    let mut record = SourceRecord { name: name.to_owned(), ..SourceRecord::default() };
    match name.contains('.') {
        true => record.identifiers.fqdns.push(name.to_owned()),
        false => record.identifiers.hostnames.push(name.to_owned()),
    }
    record
}

pub(crate) fn with(mut record: SourceRecord, change: impl FnOnce(&mut SourceRecord)) -> SourceRecord {
    change(&mut record);
    record
}

pub(crate) fn says(record: &mut SourceRecord, name: &str, value: &str) {
    let value = SourceValue { value: value.to_owned(), origin: name.to_owned() };
    record.attributes.insert(name.to_owned(), value);
}

pub(crate) async fn take(
    act: &Act<'_>,
    name: &str,
    kind: Origin,
    records: Vec<(String, SourceRecord)>,
) -> Taken {
    let incoming = records.into_iter().map(|(key, record)| Incoming { key, record, observed_at: at(20) });
    records_put(act, SourceName { name, kind }, incoming.collect()).await.unwrap()
}

/// What a source says of the company.
pub(crate) type Said = (&'static str, Origin, Vec<(String, SourceRecord)>);

fn mac(index: usize) -> String {
    format!("00:00:5e:{:02x}:{:02x}:{:02x}", index >> 16 & 255, index >> 8 & 255, index & 255)
}

/// Four sources of `count` hosts, and the records that are planted in question. Every hundredth host has a conflict, in
/// turns of three kinds: a CMDB row with its full name and another serial number (the scan of that name fits both), a
/// name that two hosts share (the scan of it fits both), one serial number in two CMDB rows (either may be the host).
pub(crate) fn company_of(count: usize) -> (Vec<Said>, Vec<String>) {
    let (mut agent, mut cloud, mut cmdb, mut scan) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut planted, mut asked) = (0, Vec::new());
    for index in 0..count {
        let name = format!("srv-{index:05}");
        let fqdn = format!("{name}.corp.example");
        let serial = format!("SN{index:06}");
        agent.push((
            format!("agent:{index}"),
            with(host(&name), |record| {
                record.identifiers.agent_ids.push(format!("glpi:{index}"));
                record.identifiers.serial = Some(serial.clone());
                record.identifiers.vendor = Some("Dell Inc.".into());
                record.identifiers.macs.push(mac(index));
                record.os.name = "Debian GNU/Linux 12".into();
                says(record, "memory_mb", "16384");
            }),
        ));
        if index % 3 == 0 {
            cloud.push((
                format!("i-{index}"),
                with(host(&fqdn), |record| {
                    record.identifiers.cloud_id = Some(format!("aws:i-{index:08x}"));
                    record.identifiers.macs.push(mac(index));
                    says(record, "memory_mb", "8192");
                }),
            ));
        }
        cmdb.push((
            index.to_string(),
            with(host(&fqdn), |record| {
                record.identifiers.serial = Some(serial.to_lowercase());
                record.identifiers.vendor = Some("DELL".into());
                record.os.name = "Debian 10".into();
                says(record, "owner", "Sales");
                says(record, "memory_mb", "4096");
            }),
        ));
        scan.push((
            format!("fqdn:{fqdn}"),
            with(host(&fqdn), |record| {
                record.identifiers.ips.push(format!(
                    "10.{}.{}.{}",
                    index >> 16,
                    index >> 8 & 255,
                    index & 255
                ));
                record.os.name = "Linux 4.x".into();
            }),
        ));
        if index % 100 == 7 {
            planted += 1;
            match planted % 3 {
                0 => {
                    asked.extend([format!("netbox 9{index:06}"), format!("scan fqdn:{fqdn}")]);
                    // Another machine of the CMDB with this one's full name, and a serial number of its own.
                    cmdb.push((
                        format!("9{index:06}"),
                        with(host(&fqdn), |record| {
                            record.identifiers.serial = Some(format!("XX{index:06}"));
                            record.identifiers.vendor = Some("Dell".into());
                        }),
                    ));
                }
                1 => {
                    asked.push(format!("scan host:alias-{index}"));
                    // The shared name of two machines that agents tell apart.
                    let other = &mut agent[index - 1].1;
                    other.identifiers.hostnames.push(format!("alias-{index}"));
                    let this = &mut agent[index].1;
                    this.identifiers.hostnames.push(format!("alias-{index}"));
                    scan.push((format!("host:alias-{index}"), host(&format!("alias-{index}"))));
                }
                _ => {
                    // One serial number twice in one source that numbers its machines: which row is the host?
                    asked.extend([format!("netbox {index}"), format!("netbox 9{index:06}")]);
                    cmdb.push((
                        format!("9{index:06}"),
                        with(SourceRecord::default(), |record| {
                            record.name = format!("copy-{index}");
                            record.identifiers.serial = Some(serial);
                            record.identifiers.vendor = Some("Dell".into());
                        }),
                    ));
                }
            }
        }
    }
    let said = vec![
        ("glpi", Origin::Agent, agent),
        ("aws", Origin::Cloud, cloud),
        ("netbox", Origin::Cmdb, cmdb),
        ("scan", Origin::Scanner, scan),
    ];
    asked.sort();
    (said, asked)
}
