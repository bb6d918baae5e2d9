// SPDX-License-Identifier: Apache-2.0
//! What each purl type adds to the general rules (purl-spec type definitions, schema 1.1).
//!
//! Only what decides identity is here: which parts fold case, which parts must or must not be there. Definitions that
//! ask for a namespace which inventories often leave out (`deb`, `apk`, `rpm`, `maven`) are not enforced: the
//! matcher reads such a component from its other facts.

use super::Purl;

/// Brings a purl to its type's normal form, or says why its type forbids it.
pub(super) fn apply(purl: &mut Purl) -> Result<(), &'static str> {
    match purl.ty.as_str() {
        "alpm" | "apk" | "bitbucket" | "brew" | "composer" | "deb" | "github" | "hex" | "luarocks" => {
            lower_namespace(purl);
            lower(&mut purl.name);
        }
        "bitnami" | "oci" => lower(&mut purl.name),
        "rpm" | "qpkg" | "yocto" => lower_namespace(purl),
        "git" if on_case_insensitive_forge(purl) => {
            lower_namespace(purl);
            lower(&mut purl.name);
        }
        "huggingface" => lower_version(purl),
        "pypi" => {
            purl.name = purl.name.to_lowercase().replace('_', "-");
        }
        "pub" => {
            let fold = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
            purl.name = purl.name.to_lowercase().chars().map(fold).collect();
        }
        "mlflow" => {
            let databricks = purl.qualifier("repository_url").is_some_and(|url| url.contains("databricks"));
            if databricks {
                lower(&mut purl.name);
            }
        }
        "otp" => {
            forbid_namespace(purl)?;
            lower(&mut purl.name);
        }
        "vcpkg" => forbid_namespace(purl)?,
        "swift" => require_namespace(purl)?,
        "vscode-extension" => {
            require_namespace(purl)?;
            lower_namespace(purl);
            lower(&mut purl.name);
            lower_version(purl);
        }
        "julia" if purl.qualifier("uuid").is_none() => return Err("a julia package needs its uuid"),
        "cpan" if purl.name.contains("::") => return Err("a cpan name is a distribution, not a module"),
        "chrome-extension" => chrome_extension(purl)?,
        _ => {}
    }
    Ok(())
}

fn chrome_extension(purl: &mut Purl) -> Result<(), &'static str> {
    lower(&mut purl.name);
    let name_is_id = purl.name.len() == 32 && purl.name.bytes().all(|byte| (b'a'..=b'p').contains(&byte));
    if !name_is_id {
        return Err("a chrome extension is named by 32 letters from a to p");
    }
    let parts = purl.version.iter().flat_map(|version| version.split('.'));
    let mut count = 0;
    for part in parts {
        count += 1;
        if count > 4 || part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("a chrome extension's version is one to four numbers");
        }
    }
    Ok(())
}

/// GitHub and Bitbucket fold case in owner and repository names; other hosts of the `git` type may not.
fn on_case_insensitive_forge(purl: &Purl) -> bool {
    let host = purl.namespace.as_deref().unwrap_or_default().split('/').next().unwrap_or_default();
    ["github", "github.com", "bitbucket", "bitbucket.org"]
        .iter()
        .any(|forge| host.eq_ignore_ascii_case(forge))
}

fn forbid_namespace(purl: &Purl) -> Result<(), &'static str> {
    if purl.namespace.is_some() { Err("its type has no namespaces") } else { Ok(()) }
}

fn require_namespace(purl: &Purl) -> Result<(), &'static str> {
    if purl.namespace.is_none() { Err("its type needs a namespace") } else { Ok(()) }
}

fn lower(text: &mut String) {
    if text.chars().any(char::is_uppercase) {
        *text = text.to_lowercase();
    }
}

fn lower_namespace(purl: &mut Purl) {
    if let Some(namespace) = &mut purl.namespace {
        lower(namespace);
    }
}

fn lower_version(purl: &mut Purl) {
    if let Some(version) = &mut purl.version {
        lower(version);
    }
}
