// SPDX-License-Identifier: Apache-2.0
//! Which format a document is in. Decided by its content; a file name is a hint nowhere.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::xml::Xml;

pub(crate) fn sniff(text: &str, path: &str) -> Result<Format, ReadError> {
    let body = text.trim_ascii_start();
    match body.as_bytes().first() {
        None => Err(ReadError::new(path, Place::Document, "the document is empty")),
        Some(b'[') if is_section(body) || body.starts_with("[{<<") => sniff_lines(body, path),
        // rebar.lock and mix.lock are terms of Erlang and Elixir.
        Some(b'{') if body.starts_with("{\"1.") => sniff_lines(body, path),
        Some(b'{' | b'[') => sniff_json(body, path),
        Some(b'<') => sniff_xml(body, path),
        Some(_) => sniff_lines(body, path),
    }
}

/// `[metadata]` or `[[package]]` opens a table in TOML and a section in INI files; a list of JSON begins otherwise.
fn is_section(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let name = line.trim_start_matches('[').trim_end_matches(']');
    line.ends_with(']')
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !["true", "false", "null"].iter().any(|word| name.starts_with(word))
}

fn sniff_json(text: &str, path: &str) -> Result<Format, ReadError> {
    let mut found = None;
    let mut keys: Vec<&str> = Vec::new();
    // A list is known by its first element.
    let is_list = text.starts_with('[');
    let object = if is_list { text.find('{').map_or("", |at| &text[at..]) } else { text };
    top_level_keys(object, &mut |key| {
        found = match key {
            "bomFormat" => Some(Format::CycloneDxJson),
            "spdxVersion" if !text.contains("spdx.org/rdf/3") => Some(Format::SpdxJson),
            "@graph" | "spdxId" if is_spdx3(text) => Some(Format::Spdx3Json),
            "artifactRelationships" => Some(Format::SyftJson),
            "ArtifactName" | "ClusterName" => Some(Format::Trivy),
            "content-hash" | "packages-dev" => Some(Format::ComposerLock),
            _ => None,
        };
        if keys.len() < KEYS_MAX {
            keys.push(key);
        }
        found.is_none()
    });
    let by_keys = || {
        crate::lock::sniff::by_keys(&keys, is_list, text).or_else(|| by_several_keys(&keys, is_list, text))
    };
    // Xeol lists the ends of life in the shape of Grype's matches.
    let is_xeol = |format: &Format| {
        *format == Format::Grype && (text.contains("\"Cycle\"") || text.contains("\"xeol\""))
    };
    if let Some(format) = found.or_else(by_keys).filter(|format| !is_xeol(format)) {
        return Ok(format);
    }
    // Only a whole JSON text can be called unknown; a damaged one is reported as such.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| ReadError::json(path, &error))?;
    if let Some(advisory) = advisory(&keys) {
        let cause = format!("an advisory ({advisory}), no inventory; `hinomi feed import` reads it");
        return Err(ReadError::new(path, Place::Document, cause));
    }
    let keys = keys.iter().take(8).map(|key| key.escape_default().to_string()).collect::<Vec<_>>().join(", ");
    Err(ReadError::new(
        path,
        Place::Document,
        format!("no known inventory format: JSON with the keys {keys}"),
    ))
}

/// By the context's address, or by a class of the model where the context is a file beside the document.
fn is_spdx3(text: &str) -> bool {
    ["spdx.org/rdf/3", "\"SpdxDocument\"", "\"software_Package\"", "\"software_Sbom\""]
        .iter()
        .any(|sign| text.contains(sign))
}

/// What speaks about vulnerabilities and not about what somebody has.
fn advisory(keys: &[&str]) -> Option<&'static str> {
    let has = |wanted: &[&str]| wanted.iter().all(|key| keys.contains(key));
    match () {
        () if has(&["document", "product_tree"]) => Some("CSAF"),
        () if has(&["@context", "statements", "author"]) => Some("OpenVEX"),
        () if has(&["dataType", "cveMetadata"]) => Some("CVE"),
        () if has(&["id", "modified", "affected"]) => Some("OSV"),
        () => None,
    }
}

const KEYS_MAX: usize = 64;

/// Formats without a key of their own.
fn by_several_keys(keys: &[&str], is_list: bool, text: &str) -> Option<Format> {
    let has = |wanted: &[&str]| wanted.iter().all(|key| keys.contains(key));
    if let Some(format) = crate::agent::windows_by_keys(keys) {
        Some(format)
    } else if is_list && has(&["Target"]) {
        Some(Format::Trivy)
    } else if (is_list && crate::agent::is_osquery_row(keys)) || crate::agent::is_osquery_log(keys) {
        Some(Format::Osquery)
    } else if is_list {
        None
    } else if crate::agent::is_fleet(keys, text) {
        Some(Format::Fleet)
    } else if has(&["runs", "version"]) {
        Some(Format::Sarif)
    } else if has(&["matches"]) && (keys.len() == 1 || has(&["descriptor"]) || has(&["source"])) {
        Some(Format::Grype)
    } else if has(&["data", "error"]) && text.contains("\"affected_items\"") {
        Some(Format::WazuhInventory)
    } else if has(&["content", "deviceid"]) {
        Some(Format::GlpiJson)
    } else if has(&["specVersion", "components"]) {
        // Its mark is missing; it still says what it wants to be.
        Some(Format::CycloneDxJson)
    } else if has(&["_meta", "default"]) {
        Some(Format::PipfileLock)
    } else if keys == ["version", "dependencies"] {
        Some(Format::NugetLock)
    } else {
        None
    }
}

fn sniff_xml(text: &str, path: &str) -> Result<Format, ReadError> {
    let (_, root, namespace) = Xml::open(text, path)?;
    let namespace = namespace.unwrap_or_default();
    match root.name.as_str() {
        "bom" if namespace.contains("cyclonedx") => Ok(Format::CycloneDxXml),
        "nmaprun" => Ok(Format::Nmap),
        "REQUEST" => Ok(Format::GlpiXml),
        name if crate::lock::sniff::by_root(name).is_some() => {
            Ok(crate::lock::sniff::by_root(name).unwrap_or(Format::MavenPom))
        }
        name => {
            let cause = format!("no known inventory format: an XML document of {name:?}");
            Err(ReadError::new(path, Place::Document, cause))
        }
    }
}

fn sniff_lines(text: &str, path: &str) -> Result<Format, ReadError> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or_default();
    // dpkg alone writes the state right behind the name; its files are long, and need not be searched for other signs.
    if first.starts_with("Package:") && lines.next().is_some_and(|second| second.starts_with("Status:")) {
        return Ok(Format::DpkgStatus);
    }
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    if starts("SPDXVersion:") {
        return Ok(Format::SpdxTagValue);
    }
    if starts("spdxVersion:") || starts("\"spdxVersion\":") || starts("'spdxVersion':") {
        return Ok(Format::SpdxYaml);
    }
    if let Some(format) =
        crate::agent::sniff_windows(text).or_else(|| crate::lock::sniff::by_lines(text, first))
    {
        return Ok(format);
    }
    if first.starts_with("Package:") {
        return Ok(Format::DpkgStatus);
    }
    if is_apk_field(first) {
        return Ok(Format::ApkInstalled);
    }
    if crate::rpm::is_query_line(first) || crate::rpm::is_info(first, text) || crate::rpm::is_bare_list(text)
    {
        return Ok(Format::RpmQuery);
    }
    if first == "%NAME%" || first == "%FILENAME%" {
        return Ok(Format::PacmanDesc);
    }
    if crate::lock::is_pixi(text) {
        return Ok(Format::PixiLock);
    }
    if crate::lock::is_conda_lock(text) {
        return Ok(Format::CondaLock);
    }
    if let Some(lock) = sniff_lock(text, first) {
        return Ok(lock);
    }
    if starts("ID=") && is_assignment(first) {
        return Ok(Format::OsRelease);
    }
    if crate::lock::is_pyproject(text) || crate::lock::is_setup_py(text) || crate::lock::is_setup_cfg(text) {
        return Ok(Format::PythonProject);
    }
    if crate::listing::is_list(text) {
        return Ok(Format::PackageList);
    }
    Err(ReadError::new(path, Place::Line { line: 1, column: 1 }, "no known inventory format"))
}

fn sniff_lock(text: &str, first: &str) -> Option<Format> {
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    if starts("# yarn lockfile v1") || starts("__metadata:") {
        Some(Format::YarnLock)
    } else if first.starts_with("lockfileVersion:") {
        Some(Format::PnpmLock)
    } else if starts("[[package]]") {
        // Which of the TOML lock files it is shows when it is read.
        Some(Format::CargoLock)
    } else if starts("lockfileVersion:") && first == "---" {
        Some(Format::PnpmLock)
    } else if is_go_mod(text) {
        Some(Format::GoMod)
    } else if first.split_whitespace().count() == 3 && first.contains(" h1:") {
        Some(Format::GoSum)
    } else if matches!(first, "GEM" | "GIT" | "PATH") && text.contains("  specs:") {
        Some(Format::GemfileLock)
    } else if are_requirements(text) {
        Some(Format::PipRequirements)
    } else {
        None
    }
}

/// `module` and a path come first, comments aside; then directives of Go's own.
fn is_go_mod(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let is_module = lines.next().is_some_and(|first| first.starts_with("module ") || first == "module (");
    let words = ["go ", "require", "toolchain ", "replace", "exclude", "retract", "tool", "godebug"];
    is_module && lines.next().is_none_or(|next| words.iter().any(|word| next.starts_with(word)))
}

/// Any text may mention `a==1`; in a list of requirements every line is one, most of them without an exact version.
fn are_requirements(text: &str) -> bool {
    let (mut bound, mut pinned, mut others, mut total) = (0usize, 0usize, 0usize, 0usize);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // Options of pip, and the hashes that follow a requirement.
        if line.starts_with('-') {
            let is_option =
                ["-r ", "-c ", "-e ", "-i ", "-f ", "--"].iter().any(|option| line.starts_with(option));
            bound += usize::from(is_option && !line.starts_with("--hash") && !line.starts_with("---"));
            others += usize::from(!is_option);
            continue;
        }
        total += 1;
        pinned += usize::from(crate::lock::is_requirement(line));
        match crate::lock::is_requirement_form(line) {
            Some(has_bound) => bound += usize::from(has_bound),
            None => others += 1,
        }
    }
    (pinned > 0 && pinned * 2 >= total) || (bound > 0 && others == 0)
}

/// A database entry starts with its checksum (`C:Q1…`) or its name.
fn is_apk_field(line: &str) -> bool {
    line.starts_with("C:Q")
        || line.strip_prefix("P:").is_some_and(|name| !name.is_empty() && !name.contains(' '))
}

fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    })
}

/// Calls `visit` with the keys of the outermost object, as they stand, until it says `false` or the text ends.
///
/// A scan over brackets and strings: no tree is built and nesting costs nothing.
fn top_level_keys<'a>(text: &'a str, visit: &mut dyn FnMut(&'a str) -> bool) {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    let mut expects_key = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                expects_key = depth == 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            b',' => expects_key = depth == 1,
            b'"' => {
                let end = string_end(bytes, at + 1);
                if expects_key {
                    expects_key = false;
                    if !text.get(at + 1..end).is_none_or(&mut *visit) {
                        return;
                    }
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Position of the closing quote, or the end of the text.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}
