// SPDX-License-Identifier: Apache-2.0
//! What a scan has looked at, and so may say is gone; pure.
//!
//! ```text
//! scan with a login ──→ services ✓  what is installed inside ✓
//! scan from outside ──→ services ✓  (says nothing of the inside: what was seen there stays)
//! Nmap, no scripts  ──→ open ports ✓
//! ```
//! When in doubt a scan has seen less: what stays open too long is looked at again, what closes by accident is not.

use super::Seen;

/// What a later scan of the same tool over the same target may end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cover {
    /// All that the tool has ever seen there.
    #[default]
    Everything,
    /// What answers on a port; it has not looked inside.
    Outside,
    /// Open ports alone.
    Ports,
}

impl Cover {
    /// How far a scan of this format went: by what the report says of a login, else by what it shows.
    pub fn of(format: &str, seen: &[Seen], login: Option<bool>) -> Self {
        match format {
            "nmap" if seen.iter().all(|one| one.kind == PORT) => Self::Ports,
            "nessus" | "nessus-csv" | "openvas" | "openvas-csv" | "qualys" | "qualys-csv" | "nexpose" => {
                match login.or_else(|| said_of_login(seen)).unwrap_or_else(|| seen.iter().any(is_inside)) {
                    true => Self::Everything,
                    false => Self::Outside,
                }
            }
            _ => Self::Everything,
        }
    }

    /// Has it looked where an observation of this kind, on this port, was made?
    pub fn covers(self, kind: &str, port: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Outside => !port.is_empty(),
            Self::Ports => kind == PORT,
        }
    }

    /// What tells scans apart that say the same and have looked differently far.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Everything => "",
            Self::Outside => " outside",
            Self::Ports => " ports",
        }
    }

    /// Has it not looked inside, so that its list of packages is that of what answers?
    pub fn is_outside(self) -> bool {
        self == Self::Outside
    }
}

const PORT: &str = "port";

/// What the report itself says of a login.
fn said_of_login(seen: &[Seen]) -> Option<bool> {
    let mut found = None;
    for one in seen {
        let words = one.evidence.to_lowercase();
        let said = match one.check_id.as_str() {
            // Nessus, plugin 19506 "Nessus Scan Information": `Credentialed checks : yes, as 'root' via ssh`.
            "19506" => words
                .split_once("credentialed checks :")
                .map(|(_, rest)| rest.trim_start().starts_with("yes")),
            // Qualys, QID 70028 "Windows Authentication Method".
            "70028" => words.contains("no valid login credentials").then_some(false),
            // Greenbone's "SSH Login Successful For Authenticated Checks", the same of SMB and ESXi, and "… Failed …".
            _ if one.title.ends_with("Login Successful For Authenticated Checks") => Some(true),
            _ if one.title.ends_with("Login Failed For Authenticated Checks") => Some(false),
            _ => None,
        };
        // One way in is enough.
        found = if said == Some(true) { said } else { found.or(said) };
    }
    found
}

/// A vulnerability that answers on no port was seen inside. The time stamps of ICMP (CVE-1999-0524) are not.
fn is_inside(seen: &Seen) -> bool {
    let named = seen.vulnerabilities.iter().any(|name| name != "CVE-1999-0524");
    seen.port.is_empty() && (named || !seen.package.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(check: &str, port: &str, names: &[&str], evidence: &str) -> Seen {
        Seen {
            kind: "vulnerability".into(),
            check_id: check.into(),
            port: port.into(),
            vulnerabilities: names.iter().map(|name| (*name).to_owned()).collect(),
            evidence: evidence.into(),
            ..Seen::default()
        }
    }

    #[test]
    fn a_scan_that_did_not_log_in_has_seen_the_outside() {
        let local = seen("1", "", &["CVE-2024-1"], "");
        let remote = seen("2", "tcp/443", &["CVE-2024-2"], "");
        let told = |word: &str| {
            seen("19506", "", &[], &format!("Thorough tests : no\nCredentialed checks : {word}"))
        };
        assert_eq!(
            Cover::of("nessus", &[remote.clone(), told("yes, as 'root' via ssh")], None),
            Cover::Everything
        );
        assert_eq!(Cover::of("nessus", &[remote.clone(), told("no")], None), Cover::Outside);
        assert_eq!(Cover::of("nessus-csv", &[local.clone(), told("no")], None), Cover::Outside);
        // Nothing is said of it: what it shows says it.
        assert_eq!(Cover::of("openvas", &[remote.clone(), local.clone()], None), Cover::Everything);
        let stamp = seen("3", "", &["CVE-1999-0524"], "");
        assert_eq!(Cover::of("openvas", &[remote.clone(), stamp], None), Cover::Outside);
        assert_eq!(Cover::of("nexpose", &[], None), Cover::Outside);
        let null_session =
            seen("70028", "", &[], "NULL session, no valid login credentials provided or found");
        assert_eq!(Cover::of("qualys", &[local.clone(), null_session], None), Cover::Outside);
        // Greenbone says it of the host, or in a note of its own.
        let note = |way: &str| Seen {
            title: format!("{way} For Authenticated Checks"),
            ..seen("1.3.6.1.4.1.25623.1.0.90022", "", &[], "")
        };
        assert_eq!(Cover::of("openvas", std::slice::from_ref(&remote), Some(true)), Cover::Everything);
        assert_eq!(Cover::of("openvas", std::slice::from_ref(&local), Some(false)), Cover::Outside);
        let failed = note("SMB Login Failed");
        assert_eq!(Cover::of("openvas", &[local.clone(), failed.clone()], None), Cover::Outside);
        assert_eq!(
            Cover::of("openvas-csv", &[failed, note("SSH Login Successful")], None),
            Cover::Everything
        );
        // A tool that reads files always sees them.
        assert_eq!(Cover::of("trivy", &[], None), Cover::Everything);
    }

    #[test]
    fn ports_alone_end_no_script_and_the_outside_nothing_inside() {
        let port = Seen { kind: "port".into(), port: "tcp/22".into(), ..Seen::default() };
        let script = Seen { kind: "script".into(), port: "tcp/22".into(), ..Seen::default() };
        assert_eq!(Cover::of("nmap", std::slice::from_ref(&port), None), Cover::Ports);
        assert_eq!(Cover::of("nmap", &[port, script], None), Cover::Everything);
        assert!(Cover::Ports.covers("port", "tcp/22") && !Cover::Ports.covers("script", "tcp/22"));
        assert!(
            Cover::Outside.covers("vulnerability", "tcp/22") && !Cover::Outside.covers("vulnerability", "")
        );
        assert!(Cover::Everything.covers("vulnerability", ""));
        assert!(Cover::Outside.is_outside() && !Cover::Ports.is_outside());
    }
}
