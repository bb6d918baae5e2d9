// SPDX-License-Identifier: Apache-2.0
//! Reads what companies already have: SBOMs, package databases, reports. One document in, one [`Inventory`] out.
//!
//! ```text
//!  bytes ─→ text (UTF-8, UTF-16) ─→ sniff by content ─→ reader of that format ─→ Inventory
//!                                                              └─→ ReadError { path, place, cause }
//! ```
//!
//! What must stay true:
//! - One component per component or package element, in document order, nested ones after their parent, the subject
//!   and operating systems included; nothing is merged, nothing is dropped without a [`Warning`].
//! - Names are data: markup, formulas and control characters come through as they are.
//! - No input makes a reader panic, recurse without bound or use memory beyond a small multiple of the document.
//!
//! ```
//! let sbom = br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
//!     {"type": "library", "name": "demo", "version": "1.2", "purl": "pkg:pypi/demo@1.2"}]}"#;
//! let inventory = hinomi_inventory_formats::read(sbom, "sbom.cdx.json")?;
//! assert_eq!(inventory.components[0].purl.as_deref(), Some("pkg:pypi/demo@1.2"));
//!
//! let error = hinomi_inventory_formats::read(b"{", "cut.json").unwrap_err();
//! assert!(error.to_string().starts_with("cut.json"), "{error}");
//! # Ok::<(), hinomi_inventory_formats::ReadError>(())
//! ```
//!
//! To add a format: a variant in [`Format`], a rule in `sniff`, a reader module that fills an [`Inventory`],
//! and a row in FORMATS.md.

mod agent;
pub mod apk;
mod belongs;
pub mod binary;
pub mod cmdb;
mod contained;
mod context;
mod cyclonedx;
pub mod declared;
mod distro;
pub mod dpkg;
mod envelope;
mod error;
mod format;
pub mod jar;
mod kernel;
pub mod language;
mod listing;
mod lock;
mod model;
pub mod os_release;
mod outline;
pub mod pacman;
pub mod pe;
pub mod pieces;
mod purl;
mod report;
pub mod rpm;
pub mod runtime;
mod sniff;
mod spdx;
mod sqlite;
mod syft;
mod text;
mod trail;
mod tree;
mod xml;
mod yaml;

pub use belongs::{Owned, owned};
pub use contained::wholes;
pub use cyclonedx::{WriteOptions, write_cyclonedx};
pub use error::{Place, ReadError};
pub use format::Format;
pub use kernel::mark_kernels;
pub use model::{
    AssetClass, AssetOs, AssetRecord, AssetReference, AssetRelation, AssetState, Attribute, Component,
    ComponentKind, Hash, HostFacts, Identifiers, Inventory, NetworkRecord, Observation, RelationKind,
    Relationship, Service, Subject, Warning,
};
pub use outline::{Brief, Outline};
pub use purl::PurlParts;

/// Reads one document; `path` names it in errors.
pub fn read(bytes: &[u8], path: &str) -> Result<Inventory, ReadError> {
    if rpm::is_database(bytes) {
        return rpm::read_database(bytes, path);
    }
    let text = match text::decode(bytes, path) {
        Ok(text) => text,
        Err(error) => {
            return match report::legacy_text(bytes, path) {
                // What is no known format in that encoding either was no text.
                Some(text) => read(text.as_bytes(), path).map_err(|_| error),
                None => Err(error),
            };
        }
    };
    let format = match sniff::sniff(&text, path) {
        Ok(format) => format,
        Err(unknown) => {
            return match envelope::inner(&text) {
                Some(inner) => read(inner.as_bytes(), path),
                None => report::read_any(&text, path, unknown),
            };
        }
    };
    let mut inventory = match format {
        Format::CycloneDxJson => cyclonedx::read_json(&text, path)?,
        Format::CycloneDxXml => cyclonedx::read_xml(&text, path)?,
        Format::SpdxJson => spdx::read_json(&text, path)?,
        Format::SpdxTagValue => spdx::read_tag_value(&text, path)?,
        Format::SpdxYaml => spdx::read_yaml(&text, path)?,
        Format::Spdx3Json => spdx::read_json3(&text, path)?,
        Format::SyftJson => syft::read(&text, path)?,
        Format::DpkgStatus => dpkg::read(&text, path)?,
        Format::ApkInstalled => apk::read(&text, path)?,
        Format::RpmQuery if text.trim_start().starts_with("Name ") => rpm::read_info(&text, path)?,
        Format::RpmQuery | Format::RpmDatabase => rpm::read_query(&text, path)?,
        Format::PacmanDesc => pacman::read(&text, path)?,
        Format::PackageList => listing::read(&text, path)?,
        Format::CargoLock | Format::PoetryLock | Format::UvLock => lock::read_toml(&text, path)?,
        Format::PythonMetadata => language::read_python_metadata(&text, path)?,
        Format::JavaManifest => jar::read_manifest(&text, path)?,
        Format::Gemspec => language::read_gemspec(&text, path)?,
        Format::Pylock => lock::read_pylock(&text, path)?,
        Format::PixiLock => lock::read_pixi(&text, path)?,
        Format::CondaLock => lock::read_conda_lock(&text, path)?,
        Format::PythonProject if lock::is_pyproject(&text) => lock::read_pyproject(&text, path)?,
        Format::PythonProject if lock::is_setup_py(&text) => lock::read_setup_py(&text),
        Format::PythonProject => lock::read_setup_cfg(&text),
        Format::PdmLock => lock::read_toml(&text, path)?,
        Format::NpmPackage => lock::read_package_json(&text, path)?,
        Format::BunLock => lock::read_bun(&text, path)?,
        Format::MavenPom => lock::read_pom(&text, path)?,
        Format::MavenProperties => lock::read_properties(&text, path)?,
        Format::GradleLock => lock::read_gradle(&text, path)?,
        Format::DotnetDeps => lock::read_deps(&text, path)?,
        Format::NugetConfig => lock::read_packages_config(&text, path)?,
        Format::NugetProject => lock::read_project(&text, path)?,
        Format::ComposerInstalled => lock::read_composer_installed(&text, path)?,
        Format::MixLock => lock::read_mix(&text, path)?,
        Format::RebarLock => lock::read_rebar(&text, path)?,
        Format::PubLock => lock::read_pub(&text, path)?,
        Format::SwiftResolved => lock::read_swift(&text, path)?,
        Format::CocoapodsLock => lock::read_pods(&text, path)?,
        Format::ConanLock => lock::read_conan(&text, path)?,
        Format::RenvLock => lock::read_renv(&text, path)?,
        Format::RDescription => lock::read_r_description(&text, path)?,
        Format::CabalFreeze => lock::read_cabal(&text, path)?,
        Format::StackLock => lock::read_stack(&text, path)?,
        Format::DenoLock => lock::read_deno(&text, path)?,
        Format::CondaEnvironment => lock::read_conda_environment(&text, path)?,
        Format::CondaMeta => lock::read_conda(&text, path)?,
        Format::NpmLock => lock::read_npm(&text, path)?,
        Format::YarnLock => lock::read_yarn(&text, path)?,
        Format::PnpmLock => lock::read_pnpm(&text, path)?,
        Format::GithubWorkflow => lock::workflow::read(&text, path)?,
        Format::PipfileLock => lock::read_pipfile(&text, path)?,
        Format::PipRequirements => lock::read_requirements(&text, path)?,
        Format::ComposerLock => lock::read_composer(&text, path)?,
        Format::NugetLock => lock::read_nuget(&text, path)?,
        Format::GoMod => lock::read_go_mod(&text, path)?,
        Format::GoSum => lock::read_go_sum(&text, path)?,
        Format::GemfileLock => lock::read_gemfile(&text, path)?,
        Format::Trivy => report::read_trivy(&text, path)?,
        Format::Grype => report::read_grype(&text, path)?,
        Format::Sarif => report::read_sarif(&text, path)?,
        Format::Nmap => report::read_nmap(&text, path)?,
        Format::GlpiJson => agent::read_glpi_json(&text, path)?,
        Format::GlpiXml => agent::read_glpi_xml(&text, path)?,
        Format::Fleet => agent::read_fleet(&text, path)?,
        Format::Osquery => agent::read_osquery(&text, path)?,
        Format::WazuhInventory => agent::read_wazuh(&text, path)?,
        Format::WindowsPrograms => agent::read_programs(&text, path)?,
        Format::WindowsRegistry => agent::read_registry(&text, path)?,
        Format::WindowsHotfixes => agent::read_hotfixes(&text, path)?,
        Format::OsRelease | Format::Host => os_release::read(&text, path)?,
        // Known by a description, not by a sign of their own.
        other => {
            let cause = format!("no known inventory format: {other} has no sign of its own");
            return report::read_any(&text, path, ReadError::new(path, Place::Document, cause));
        }
    };
    mark_kernels(&mut inventory);
    Ok(inventory)
}
