// SPDX-License-Identifier: Apache-2.0
//! Go's build information: the compiler, the program itself, its modules (`debug/buildinfo` of Go 1.18 and later).
//!
//! A program built from its own repository says `(devel)` of itself. Its version is then what the linker was told, else
//! the one version that stands by itself among the program's texts (where the linker puts it), else the commit.

use super::ReadAt;
use crate::language;
use crate::lock::go_module;
use crate::model::Component;

const UNVERSIONED: &str = "(devel)";
/// What the compiler calls a program of loose files.
const LOOSE_FILES: &str = "command-line-arguments";
const WINDOW_BYTES: usize = 1 << 20;
/// Longer than any version.
const OVERLAP_BYTES: usize = 128;

pub(super) struct Build {
    /// The compiler, the program, its modules.
    pub(super) components: Vec<Component>,
    /// `v0.0.0-20250612171449-f7a3b98da589`, of the commit.
    pseudo: Option<String>,
}

impl Build {
    /// Whether the program itself is known by its commit only, or not at all.
    pub(super) fn lacks_version(&self) -> bool {
        self.components.get(1).is_some_and(|main| main.version.as_deref() == Some(UNVERSIONED))
    }

    /// With what the program's texts say; else its commit stands for a version, without a place in any order.
    pub(super) fn set_version(&mut self, embedded: Option<String>) {
        let Some(main) = self.components.get_mut(1) else { return };
        match embedded {
            Some(version) => *main = program(&main.name, &version),
            None => main.version = self.pseudo.take().or(main.version.take()),
        }
    }
}

fn program(name: &str, version: &str) -> Component {
    let mut found = go_module(name, version);
    if name == LOOSE_FILES {
        found.purl = None;
    }
    found
}

/// 32 bytes of header, then the version and the modules as strings.
pub(super) fn build(section: &[u8]) -> Option<Build> {
    const MAGIC: &[u8] = b"\xff Go buildinf:";
    const INLINE_STRINGS: u8 = 2;
    const SENTINEL_BYTES: usize = 16;
    if !section.starts_with(MAGIC) || section.get(15)? & INLINE_STRINGS == 0 {
        return None;
    }
    let (version, rest) = go_string(section.get(32..)?)?;
    let (modules, _) = go_string(rest)?;
    let version = str::from_utf8(version).ok()?;
    let version = version.split(' ').next().unwrap_or(version).trim_start_matches("go");
    let stdlib = language::component("golang", None, "stdlib", "stdlib", Some(version.to_owned()), None);
    let cpe = Some(format!("cpe:2.3:a:golang:go:{version}:*:*:*:*:*:*:*"));
    let mut components = vec![Component { cpe, ..stdlib }];
    // Sixteen bytes on either side mark the text for a running program.
    let inner = modules.get(SENTINEL_BYTES..modules.len().saturating_sub(SENTINEL_BYTES)).unwrap_or_default();
    let inner = String::from_utf8_lossy(inner);
    let (mut path, mut main, mut linked, mut revision, mut time) = (None, None, None, None, None);
    for line in inner.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        match words.as_slice() {
            ["path", name] => path = Some(*name),
            ["mod", module, version, ..] => main = Some((*module, *version)),
            ["dep", module, version, ..] => components.push(go_module(module, version)),
            // A replacement is what was built instead of the line above.
            ["=>", module, version, ..] => {
                if components.len() > 1 {
                    components.pop();
                }
                components.push(go_module(module, version));
            }
            ["build", setting, ..] => match setting.split_once('=') {
                // What is escaped in the flags may hold tabs.
                Some(("-ldflags", _)) => {
                    linked = line.split_once("-ldflags=").and_then(|(_, flags)| linked_version(flags))
                }
                Some(("vcs.revision", value)) => revision = Some(value),
                Some(("vcs.time", value)) => time = Some(value),
                _ => {}
            },
            _ => {}
        }
    }
    // Programs built without modules name only their package.
    if let Some((module, version)) = main.or(path.map(|path| (path, UNVERSIONED))) {
        let version = linked.filter(|_| version == UNVERSIONED).unwrap_or_else(|| version.to_owned());
        components.insert(1, program(module, &version));
    }
    Some(Build { components, pseudo: pseudo(revision, time) })
}

/// As `go mod` writes the version of a commit without a tag (Go modules reference, "Pseudo-versions").
fn pseudo(revision: Option<&str>, time: Option<&str>) -> Option<String> {
    let digits: String = time?.chars().filter(char::is_ascii_digit).take(14).collect();
    let revision = revision?.get(..12)?;
    (digits.len() == 14).then(|| format!("v0.0.0-{digits}-{revision}"))
}

/// `-X k8s.io/component-base/version.gitVersion=v1.27.16` → `v1.27.16`
fn linked_version(flags: &str) -> Option<String> {
    let words = flags.split([' ', '"', '\'', '\\']);
    let values = words.filter_map(|word| word.split_once('='));
    let versions = values.filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let is_version = name.ends_with("version") || name.ends_with("gittag");
        is_version.then(|| as_version(value)).flatten()
    });
    only(versions)
}

fn as_version(text: &str) -> Option<String> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    let is_number = plain.split('.').count() >= 3
        && plain.split(['.', '-', '+']).take(3).all(|part| part.parse::<u32>().is_ok());
    is_number.then(|| format!("v{plain}"))
}

/// Several different versions leave it open which one is the program's.
fn only(mut versions: impl Iterator<Item = String>) -> Option<String> {
    let first = versions.next()?;
    versions.all(|other| other == first).then_some(first)
}

/// A version that stands by itself between two NULs, which is how the linker leaves the values it was given; the texts of
/// the program's sources run into one another.
pub(super) fn embedded_version(read_at: ReadAt<'_>, offset: u64, size: u64) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let mut at = 0u64;
    while at < size {
        let count = usize::try_from(size - at).unwrap_or(WINDOW_BYTES).min(WINDOW_BYTES);
        let window = read_at(offset.checked_add(at)?, count)?;
        // What the window cuts is whole in the next one.
        let is_last = at + count as u64 >= size;
        let texts: Vec<&[u8]> = window.split(|byte| *byte == 0).collect();
        let whole = usize::from(at > 0)..texts.len() - usize::from(!is_last);
        for text in texts.get(whole).unwrap_or_default() {
            let is_marked = text.first() == Some(&b'v') && text.len() < 40 && text.contains(&b'.');
            if is_marked
                && let Some(version) = str::from_utf8(text).ok().and_then(as_version)
                && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
                && !found.contains(&version)
            {
                found.push(version);
            }
        }
        at += (count.saturating_sub(OVERLAP_BYTES)).max(1) as u64;
        if is_last || found.len() > 1 {
            break;
        }
    }
    only(found.into_iter())
}

/// A length (base 128, least significant group first), then so many bytes.
fn go_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let start = index + 1;
            return Some((bytes.get(start..start.checked_add(length)?)?, bytes.get(start + length..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linker_names_the_version_of_a_release() {
        let flags = "\"-X 'k8s.io/client-go/pkg/version.gitVersion=v1.27.16' -X k8s.io/client-go/pkg/version.gitMajor=1 \
                     -X k8s.io/component-base/version.gitVersion=v1.27.16\"";
        assert_eq!(linked_version(flags).as_deref(), Some("v1.27.16"));
        assert_eq!(linked_version("-X main.version=1.2.3 -X other.Version=1.2.4"), None);
        assert_eq!(
            linked_version("-X v.toolVersion=beta \\t\\t-X v.gitTag=0.2.56").as_deref(),
            Some("v0.2.56")
        );
        assert_eq!(linked_version("-s -w -X main.goVersion=go1.22"), None);
    }

    #[test]
    fn a_version_between_nuls_is_the_programs_when_it_is_the_only_one() {
        let read = |bytes: &[u8]| {
            let mut read_at = |offset: u64, count: usize| {
                bytes
                    .get(usize::try_from(offset).ok()?..usize::try_from(offset).ok()? + count)
                    .map(<[u8]>::to_vec)
            };
            embedded_version(&mut read_at, 0, bytes.len() as u64)
        };
        assert_eq!(read(b"text v1.2.3 text\0v1.30.13\0v1.30.13\0more").as_deref(), Some("v1.30.13"));
        assert_eq!(read(b"\0v1.30.13\0v1.30.14\0"), None);
        assert_eq!(read(b"\0v1.30\0v1.x.2\x001.2.3\0"), None);
        let mut large = vec![b'x'; WINDOW_BYTES - 3];
        large.extend(b"\0v2.0.1\0");
        large.extend(vec![b'y'; WINDOW_BYTES]);
        assert_eq!(read(&large).as_deref(), Some("v2.0.1"));
        assert_eq!(
            pseudo(Some("f7a3b98da5891234"), Some("2025-06-12T17:14:49Z")).as_deref(),
            Some("v0.0.0-20250612171449-f7a3b98da589")
        );
    }
}
