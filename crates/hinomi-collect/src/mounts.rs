// SPDX-License-Identifier: Apache-2.0
//! Which mounted file systems a walk stays out of.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// Kernel interfaces: nothing in them is installed.
const KERNEL: [&str; 20] = [
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "debugfs",
    "tracefs",
    "securityfs",
    "pstore",
    "bpf",
    "mqueue",
    "hugetlbfs",
    "configfs",
    "fusectl",
    "efivarfs",
    "binfmt_misc",
    "autofs",
    "rpc_pipefs",
    "nsfs",
];
/// Other machines' disks: slow, and they belong to another inventory.
const NETWORK: [&str; 12] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "ncpfs"];

/// The mount points below `root` to stay out of. `mountinfo` is `/proc/self/mountinfo` (proc(5)).
pub(crate) fn excluded(root: &Path, mountinfo: &str) -> HashSet<PathBuf> {
    let mut excluded: HashSet<PathBuf> =
        ["proc", "sys", "dev", "run"].iter().map(|name| root.join(name)).collect();
    for line in mountinfo.lines() {
        let Some((mount, source)) = line.split_once(" - ") else { continue };
        let (Some(point), Some(kind)) = (mount.split(' ').nth(4), source.split(' ').next()) else { continue };
        let is_remote = NETWORK.contains(&kind) || kind.starts_with("fuse.");
        if is_remote || KERNEL.contains(&kind) {
            excluded.insert(unescape(point));
        }
    }
    // A root that is itself such a mount is what the caller asked for.
    excluded.remove(root);
    excluded
}

/// `\040` stands for a blank.
fn unescape(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..3).and_then(|digits| str::from_utf8(digits).ok());
        match (first, code.and_then(|digits| u8::from_str_radix(digits, 8).ok())) {
            (b'\\', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_and_kernel_mounts_are_left_out() {
        let mountinfo = "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
             30 22 0:5 / /home/my\\040files rw - nfs4 server:/x rw\n\
             31 22 0:6 / /data rw master:2 - xfs /dev/sdb rw\n\
             32 22 0:7 / /mnt/s rw - fuse.sshfs me@host:/ rw\n";
        let excluded = excluded(Path::new("/"), mountinfo);
        assert!(excluded.contains(Path::new("/home/my files")));
        assert!(excluded.contains(Path::new("/mnt/s")));
        assert!(excluded.contains(Path::new("/proc")));
        assert!(!excluded.contains(Path::new("/data")));
        assert!(!excluded.contains(Path::new("/")));
    }
}
