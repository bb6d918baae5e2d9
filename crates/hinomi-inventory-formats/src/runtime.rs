// SPDX-License-Identifier: Apache-2.0
//! Runtimes and servers that were put on a host without a package: what their own files and programs say they are.
//!
//! They stand in no language's registry; advisories name them by CPE, so that is their identity.

use crate::language;
use crate::model::{Component, ComponentKind};
use crate::text::non_empty;

/// A program by its name, its version and the `vendor:product` of the CPE dictionary.
fn program(name: &str, vendor_product: &str, version: &str) -> Component {
    let mut found = language::component("generic", None, name, name, Some(version.to_owned()), None);
    found.kind = ComponentKind::Application;
    found.cpe = Some(format!("cpe:2.3:a:{vendor_product}:{version}:*:*:*:*:*:*:*"));
    found
}

/// `#define NAME "value"` or `#define NAME value`
fn defined<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?.trim_start();
        let value = rest.strip_prefix(name)?.strip_prefix([' ', '\t'])?.trim();
        Some(value.split("/*").next().unwrap_or(value).trim().trim_matches('"'))
    })
}

/// The header files, version files and release files of language runtimes; `name` is the file's own name.
pub fn of_file(name: &str, text: &str) -> Option<Component> {
    match name {
        "patchlevel.h" => Some(program("python", "python:python", defined(text, "PY_VERSION")?)),
        "node_version.h" => {
            let part = |name: &str| defined(text, name);
            let version = format!(
                "{}.{}.{}",
                part("NODE_MAJOR_VERSION")?,
                part("NODE_MINOR_VERSION")?,
                part("NODE_PATCH_VERSION")?
            );
            Some(program("node", "nodejs:node.js", &version))
        }
        "php_version.h" => Some(program("php", "php:php", defined(text, "PHP_VERSION")?)),
        "VERSION" => {
            let version = text.lines().next()?.trim().strip_prefix("go")?;
            is_version(version).then(|| program("go", "golang:go", version))
        }
        "release" => jvm(text),
        // What rustup keeps of the release that it installed.
        "multirust-channel-manifest.toml" => {
            let (_, package) = text.split_once("[pkg.rust]")?;
            let version = package.lines().find_map(|line| line.strip_prefix("version = \""))?;
            let version = version.split([' ', '"']).next().filter(|version| is_version(version))?;
            Some(program("rust", "rust-lang:rust", version))
        }
        _ => None,
    }
}

/// `release` at the top of a Java installation.
fn jvm(text: &str) -> Option<Component> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        non_empty(line.trim().trim_matches('"'))
    };
    let short = value("JAVA_VERSION")?;
    let full =
        value("JAVA_RUNTIME_VERSION").or_else(|| value("FULL_VERSION")).unwrap_or_else(|| short.clone());
    let mut found = program("openjdk", "oracle:openjdk", &short);
    found.version = Some(full);
    found.supplier = value("IMPLEMENTOR");
    Some(found)
}

fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
}

/// `lib/NAME-VERSION/ebin/NAME.app` of Erlang and Elixir. What the Erlang runtime itself ships is OTP's.
pub fn erlang_application(text: &str, is_otp: bool) -> Option<Component> {
    let name = text.split_once("{application,")?.1.split(',').next()?.trim().trim_matches('\'');
    let version = text.split_once("{vsn,")?.1.split('"').nth(1)?;
    let ty = if is_otp { "otp" } else { "hex" };
    is_version(version).then(|| language::component(ty, None, name, name, Some(version.to_owned()), None))
}

/// File name of a server or tool, the CPE product, and what stands before the version inside the program.
const PROGRAMS: [(&str, &str, &str); 16] = [
    ("nginx", "f5:nginx", "nginx version: nginx/"),
    ("nginx", "f5:nginx", "nginx/"),
    ("httpd", "apache:http_server", "Apache/"),
    ("apache2", "apache:http_server", "Apache/"),
    ("redis-server", "redis:redis", "Redis version="),
    ("haproxy", "haproxy:haproxy", "HAProxy version "),
    ("memcached", "memcached:memcached", "memcached "),
    ("postgres", "postgresql:postgresql", "postgres (PostgreSQL) "),
    ("busybox", "busybox:busybox", "BusyBox v"),
    ("bash", "gnu:bash", "Bash version "),
    ("openssl", "openssl:openssl", "OpenSSL "),
    ("curl", "haxx:curl", "libcurl/"),
    ("traefik", "traefik:traefik", "traefik/v"),
    ("lighttpd", "lighttpd:lighttpd", "lighttpd/"),
    ("php", "php:php", "X-Powered-By: PHP/"),
    ("perl", "perl:perl", "/usr/local/lib/perl5/"),
];

/// Whether a program of this name is looked into for its version.
pub fn is_known_program(name: &str) -> bool {
    PROGRAMS.iter().any(|(known, _, _)| *known == name)
}

/// The version that a server's program has inside, by the marks of its own source.
pub fn of_program(name: &str, content: &[u8]) -> Option<Component> {
    for (_, product, mark) in PROGRAMS.iter().filter(|(known, _, _)| *known == name) {
        let mark = mark.as_bytes();
        let mut rest = content;
        while let Some(at) = find(rest, mark) {
            rest = &rest[at + mark.len()..];
            let length = rest
                .iter()
                .take(32)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.')
                .count();
            let version = String::from_utf8_lossy(&rest[..length]);
            let version = version.trim_end_matches('.');
            if is_version(version) && version.contains('.') {
                return Some(program(name, product, version));
            }
        }
    }
    None
}

fn find(content: &[u8], mark: &[u8]) -> Option<usize> {
    let first = *mark.first()?;
    let mut from = 0;
    while let Some(at) = content.get(from..)?.iter().position(|byte| *byte == first) {
        let start = from + at;
        if content[start..].starts_with(mark) {
            return Some(start);
        }
        from = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_say_their_version() {
        let shown = |found: Option<Component>| found.map(|one| (one.name, one.version.unwrap_or_default()));
        let expected = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        let python = "#define PY_MAJOR_VERSION\t3\n#define PY_VERSION      \t\"3.11.7\" /* x */\n";
        assert_eq!(shown(of_file("patchlevel.h", python)), expected("python", "3.11.7"));
        let node =
            "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 1\n#define NODE_PATCH_VERSION 2\n";
        assert_eq!(shown(of_file("node_version.h", node)), expected("node", "20.1.2"));
        assert_eq!(shown(of_file("VERSION", "go1.22.1\ntime x\n")), expected("go", "1.22.1"));
        assert_eq!(shown(of_file("VERSION", "3.1\n")), None);
        let java =
            "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"17.0.9+9\"\nJAVA_VERSION=\"17.0.9\"\n";
        let found = of_file("release", java).unwrap();
        assert_eq!(found.cpe.as_deref(), Some("cpe:2.3:a:oracle:openjdk:17.0.9:*:*:*:*:*:*:*"));
        assert_eq!(found.version.as_deref(), Some("17.0.9+9"));
        let app = "{application, jason,\n [{description, \"x\"},\n {vsn, \"1.4.1\"}]}.";
        assert_eq!(erlang_application(app, false).unwrap().purl.as_deref(), Some("pkg:hex/jason@1.4.1"));
        let redis = b"\0\0Redis version=%s\0Redis version=7.2.4 bits\0";
        assert_eq!(shown(of_program("redis-server", redis)), expected("redis-server", "7.2.4"));
        assert_eq!(of_program("nginx", b"nginx/%s nginx"), None);
    }
}
