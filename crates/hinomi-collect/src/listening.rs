// SPDX-License-Identifier: Apache-2.0
//! What listens on the host: sockets of `/proc/net/{tcp,udp}{,6}` (proc(5)), and the program behind each where this
//! user may see it.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use hinomi_inventory_formats::Service;

const TCP_LISTEN: &str = "0A";
/// A bound datagram socket without a peer.
const UDP_UNCONNECTED: &str = "07";

/// The listening services in the order of protocol and port; `is_whole` is false when other users' programs are hidden.
pub(crate) fn services(proc: &Path) -> (Vec<Service>, bool) {
    let mut sockets: BTreeMap<(&str, u16), Vec<(SocketAddr, u64)>> = BTreeMap::new();
    for (file, protocol, state) in [
        ("tcp", "tcp", TCP_LISTEN),
        ("tcp6", "tcp", TCP_LISTEN),
        ("udp", "udp", UDP_UNCONNECTED),
        ("udp6", "udp", UDP_UNCONNECTED),
    ] {
        let text = std::fs::read_to_string(proc.join("net").join(file)).unwrap_or_default();
        for (address, inode) in text.lines().skip(1).filter_map(|line| socket(line, state)) {
            sockets.entry((protocol, address.port())).or_default().push((address, inode));
        }
    }
    let (programs, is_whole) = programs(proc);
    let mut services = Vec::new();
    for ((protocol, port), mut list) in sockets {
        list.sort_unstable();
        let program = list.iter().find_map(|(_, inode)| programs.get(inode));
        let mut endpoints: Vec<String> =
            list.iter().map(|(address, _)| format!("{protocol}://{address}")).collect();
        endpoints.dedup();
        services.push(Service {
            id: Some(format!("service:{protocol}/{port}")),
            name: program.map_or_else(|| format!("{protocol}/{port}"), |program| program.name.clone()),
            group: program.and_then(|program| program.path.clone()),
            endpoints,
            ..Service::default()
        });
    }
    (services, is_whole)
}

/// `sl local_address rem_address st … uid timeout inode`
fn socket(line: &str, state: &str) -> Option<(SocketAddr, u64)> {
    let mut words = line.split_whitespace().skip(1);
    let local = words.next()?;
    let remote = words.next()?;
    if words.next()? != state || !remote.ends_with(":0000") {
        return None;
    }
    let inode = words.nth(5)?.parse().ok()?;
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((SocketAddr::new(ip(address)?, port), inode))
}

/// Words of 32 bits, each in the machine's byte order.
fn ip(digits: &str) -> Option<IpAddr> {
    let mut bytes = Vec::with_capacity(16);
    for at in (0..digits.len()).step_by(8) {
        bytes.extend(u32::from_str_radix(digits.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    }
    match bytes.len() {
        4 => Some(IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?))),
        16 => Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)).to_canonical()),
        _ => None,
    }
}

struct Program {
    name: String,
    path: Option<String>,
}

fn programs(proc: &Path) -> (HashMap<u64, Program>, bool) {
    let mut programs = HashMap::new();
    let mut is_whole = true;
    for process in std::fs::read_dir(proc).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_process = process
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.parse::<u32>().is_ok());
        if !is_process {
            continue;
        }
        let Ok(descriptors) = std::fs::read_dir(process.join("fd")) else {
            is_whole = false;
            continue;
        };
        let inodes: Vec<u64> = descriptors
            .flatten()
            .filter_map(|entry| {
                let target = std::fs::read_link(entry.path()).ok()?;
                target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
            })
            .collect();
        if inodes.is_empty() {
            continue;
        }
        let name = std::fs::read_to_string(process.join("comm")).unwrap_or_default().trim().to_owned();
        let path = std::fs::read_link(process.join("exe")).ok();
        let path = path.map(|path| path.to_string_lossy().trim_end_matches(" (deleted)").to_owned());
        for inode in inodes {
            programs.entry(inode).or_insert_with(|| Program { name: name.clone(), path: path.clone() });
        }
    }
    (programs, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_sockets_and_their_programs_are_named() {
        let proc = tempfile::tempdir().unwrap();
        let root = proc.path();
        std::fs::create_dir_all(root.join("net")).unwrap();
        std::fs::create_dir_all(root.join("42/fd")).unwrap();
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
        let one = |local: &str, remote: &str, state: &str, inode: u32| {
            format!(
                "   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0 100\n"
            )
        };
        let any = "00000000:0000";
        let loopback = format!("{:08X}:1538", u32::from_ne_bytes([127, 0, 0, 1]));
        let tcp = format!(
            "{head}{}{}",
            one(&loopback, any, "0A", 7),
            one("00000000:0016", "0100007F:9999", "01", 8)
        );
        std::fs::write(root.join("net/tcp"), tcp).unwrap();
        let zeros = "0".repeat(32);
        let six = format!("{head}{}", one(&format!("{zeros}:01BB"), &format!("{zeros}:0000"), "0A", 9));
        std::fs::write(root.join("net/tcp6"), six).unwrap();
        std::fs::write(root.join("42/comm"), "nginx\n").unwrap();
        std::os::unix::fs::symlink("socket:[9]", root.join("42/fd/3")).unwrap();
        std::os::unix::fs::symlink("/usr/sbin/nginx", root.join("42/exe")).unwrap();
        let (services, is_whole) = services(root);
        let shown: Vec<_> = services
            .iter()
            .map(|one| (one.name.as_str(), one.group.as_deref(), one.endpoints.join(" ")))
            .collect();
        assert_eq!(
            shown,
            [
                ("nginx", Some("/usr/sbin/nginx"), "tcp://[::]:443".to_owned()),
                ("tcp/5432", None, "tcp://127.0.0.1:5432".to_owned()),
            ]
        );
        assert!(is_whole);
    }
}
