// SPDX-License-Identifier: Apache-2.0
//! Words that many tools use: identifiers of vulnerabilities and weaknesses, names of ecosystems, ports.

use crate::purl::PurlParts;

/// Prefixes of identifiers that name a vulnerability or a fix for one, in published databases.
const PREFIXES: [&str; 36] = [
    "CVE",
    "GHSA",
    "RUSTSEC",
    "PYSEC",
    "GO",
    "OSV",
    "MAL",
    "GSD",
    "DSA",
    "DLA",
    "USN",
    "RHSA",
    "RHBA",
    "RHEA",
    "ELSA",
    "ALAS",
    "ALAS2",
    "ALSA",
    "CESA",
    "RLSA",
    "SUSE-SU",
    "OPENSUSE-SU",
    "FEDORA",
    "MS",
    "SNYK",
    "SONATYPE",
    "BDSA",
    "XRAY",
    "PKSA",
    "JVNDB",
    "CNVD",
    "CNNVD",
    "VU#",
    "TEMP",
    "MGASA",
    "GLSA",
];

/// The identifiers that stand in a text, in order.
pub(in crate::report) fn vulnerability_ids(text: &str, found: &mut Vec<String>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_' | '#');
    for token in text.split(|c: char| !is_part(c)) {
        let token = token.trim_end_matches([':', '-', '_']);
        let Some(upper) = is_vulnerability_id(token) else { continue };
        if found.len() < 500 && !found.contains(&upper) {
            found.push(upper);
        }
    }
}

fn is_vulnerability_id(token: &str) -> Option<String> {
    if token.len() < 6 || token.len() > 80 || !token.contains('-') || !token.is_ascii() {
        return None;
    }
    let upper = token.to_ascii_uppercase();
    let prefix = PREFIXES.iter().find(|prefix| {
        upper.strip_prefix(**prefix).is_some_and(|rest| rest.starts_with('-') && rest.len() > 3)
    })?;
    let rest = &upper[prefix.len() + 1..];
    let fits = match *prefix {
        "CVE" => is_year_and_number(rest, 4),
        // Four letters or digits, three times.
        "GHSA" => rest.len() == 14 && rest.split('-').all(|part| part.len() == 4),
        "GO" | "RUSTSEC" | "PYSEC" | "OSV" | "MAL" | "GSD" => is_year_and_number(rest, 1),
        "MS" | "TEMP" | "FEDORA" => false,
        _ => rest.bytes().any(|byte| byte.is_ascii_digit()),
    };
    match *prefix {
        _ if !fits => None,
        // Lower case letters are part of these.
        "GHSA" => Some(format!("GHSA-{}", rest.to_ascii_lowercase())),
        "SONATYPE" => Some(token.to_ascii_lowercase()),
        _ => Some(upper),
    }
}

fn is_year_and_number(text: &str, digits_min: usize) -> bool {
    text.split_once('-').is_some_and(|(year, number)| {
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && number.len() >= digits_min
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `CWE-79` of `79`, `CWE-79: Cross-site …` or `…/79.html`.
pub(in crate::report) fn weaknesses(text: &str, found: &mut Vec<String>) {
    let mut add = |digits: &str| {
        let number = digits.trim_start_matches('0');
        let name = format!("CWE-{number}");
        if !number.is_empty() && number.len() <= 5 && !found.contains(&name) {
            found.push(name);
        }
    };
    let text = text.trim();
    if !text.is_empty() && text.split([',', ';', ' ', '\n']).all(is_digits_or_empty) {
        text.split([',', ';', ' ', '\n']).filter(|part| !part.is_empty()).for_each(add);
        return;
    }
    let upper = text.to_ascii_uppercase();
    let mut rest = upper.as_str();
    while let Some((_, after)) = rest.split_once("CWE") {
        let after = after.trim_start_matches(['-', ':', '_', ' ', '=', '/']);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        add(&after[..digits]);
        rest = &after[digits..];
    }
    if let (true, Some((_, page))) = (upper.contains("CWE.MITRE.ORG"), upper.rsplit_once('/')) {
        add(page.trim_end_matches(".HTML"));
    }
}

fn is_digits_or_empty(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `tcp/443` of the forms `443`, `443/tcp`, `tcp/443`, `TCP:443`; a port of no service (0, `general`) is none.
pub(in crate::report) fn port(port: &str, protocol: Option<&str>) -> Option<String> {
    let lower = port.trim().to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(['/', ':', ' ', '(', ')']).filter(|part| !part.is_empty()).collect();
    let number = parts.iter().find_map(|part| part.parse::<u16>().ok()).filter(|number| *number > 0)?;
    let protocols = ["tcp", "udp", "sctp", "icmp"];
    let stated = protocol.map(|text| text.trim().to_ascii_lowercase());
    let stated = stated.as_deref().filter(|text| protocols.contains(text));
    let protocol = parts.iter().copied().find(|part| protocols.contains(part)).or(stated).unwrap_or("tcp");
    Some(format!("{protocol}/{number}"))
}

/// A purl from what a tool calls an ecosystem; `None` where it is not known which one is meant.
pub(in crate::report) fn purl(
    ecosystem: &str,
    group: Option<&str>,
    name: &str,
    version: Option<&str>,
) -> Option<String> {
    let lower = ecosystem.trim().to_ascii_lowercase();
    let word = lower.split([':', ' ', '/']).next().unwrap_or_default();
    let (ty, distribution) = match word {
        "npm" | "yarn" | "pnpm" | "node" | "nodejs" | "node.js" | "node-pkg" | "bun" | "javascript"
        | "npmjs" | "js" => ("npm", None),
        "pip" | "pipenv" | "poetry" | "python" | "python-pkg" | "uv" | "pypi" => ("pypi", None),
        "bundler" | "gemspec" | "gem" | "ruby" | "rubygems" => ("gem", None),
        "cargo" | "rustbinary" | "rust-binary" | "rust" | "crates.io" => ("cargo", None),
        "composer" | "composer-vendor" | "packagist" | "php" => ("composer", None),
        "jar" | "pom" | "gradle" | "sbt" | "maven" | "java" => ("maven", None),
        "gobinary" | "gomod" | "golang" | "go" | "gomodules" => ("golang", None),
        "nuget" | "dotnet-core" | "packages-props" | "dotnet" | ".net" | "csharp" => ("nuget", None),
        "hex" | "mix" | "elixir" => ("hex", None),
        "pub" | "dart" => ("pub", None),
        "swift" | "spm" => ("swift", None),
        "cocoapods" => ("cocoapods", None),
        "debian" | "ubuntu" => ("deb", Some(word)),
        "alpine" | "wolfi" | "chainguard" => ("apk", Some(word)),
        "redhat" | "rhel" | "red" => ("rpm", Some("redhat")),
        "centos" | "rocky" | "fedora" | "amazon" | "photon" | "suse" | "opensuse" => ("rpm", Some(word)),
        "alma" | "almalinux" => ("rpm", Some("almalinux")),
        "oracle" | "ol" => ("rpm", Some("oracle")),
        "amzn" => ("rpm", Some("amazon")),
        _ => return None,
    };
    let separators: &[char] = if ty == "maven" { &[':', '/'] } else { &['/'] };
    let (namespace, base) = match (group.filter(|group| !group.is_empty()), distribution) {
        (_, Some(_)) => (distribution, name),
        (Some(group), None) => (Some(group), name),
        (None, None) => match name.rsplit_once(separators) {
            Some((namespace, base)) => (Some(namespace), base),
            None => (None, name),
        },
    };
    if base.is_empty() {
        return None;
    }
    let version = version.filter(|version| !version.is_empty());
    // The type's rule of purl-spec: lower case, and hyphens for underscores.
    let normal = match ty {
        "pypi" => base.to_lowercase().replace('_', "-"),
        "composer" => base.to_lowercase(),
        _ => base.to_owned(),
    };
    Some(PurlParts { ty, namespace, name: &normal, version, qualifiers: &[] }.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        vulnerability_ids(text, &mut found);
        found
    }

    #[test]
    fn identifiers_are_found_in_running_text() {
        assert_eq!(
            ids("[CVE-2017-1000070] cve-2024-1, see CVE-2024-12345."),
            ["CVE-2017-1000070", "CVE-2024-12345"]
        );
        assert_eq!(ids("https://github.com/advisories/GHSA-4w2v-q235-vp99"), ["GHSA-4w2v-q235-vp99"]);
        assert_eq!(
            ids("RHSA-2018:2285 and SNYK-JS-LODASH-567746"),
            ["RHSA-2018:2285", "SNYK-JS-LODASH-567746"]
        );
        assert_eq!(ids("GO-2022-0969 go-to MS-DOS CVE-2020-x go-live"), ["GO-2022-0969"]);
    }

    #[test]
    fn weaknesses_have_one_spelling() {
        let all = |text| {
            let mut found = Vec::new();
            weaknesses(text, &mut found);
            found
        };
        assert_eq!(all("79"), ["CWE-79"]);
        assert_eq!(all("CWE-079: Cross-site; cwe:89"), ["CWE-79", "CWE-89"]);
        assert_eq!(all("http://cwe.mitre.org/data/definitions/522.html"), ["CWE-522"]);
        assert_eq!(all("none"), Vec::<String>::new());
        assert_eq!(all("0"), Vec::<String>::new());
    }

    #[test]
    fn ports_have_one_spelling() {
        assert_eq!(port("512/tcp", None).unwrap(), "tcp/512");
        assert_eq!(port("TCP/8080", None).unwrap(), "tcp/8080");
        assert_eq!(port("53", Some("UDP")).unwrap(), "udp/53");
        assert_eq!(port("general/tcp", None), None);
        assert_eq!(port("0", Some("tcp")), None);
    }

    #[test]
    fn ecosystems_become_purls() {
        assert_eq!(purl("PIP", None, "Django", Some("4.2")).unwrap(), "pkg:pypi/django@4.2");
        assert_eq!(purl("maven", None, "a.b:c", Some("1")).unwrap(), "pkg:maven/a.b/c@1");
        assert_eq!(purl("debian:11", None, "libssl1.1", None).unwrap(), "pkg:deb/debian/libssl1.1");
        assert_eq!(purl("unheard-of", None, "a", None), None);
    }
}
