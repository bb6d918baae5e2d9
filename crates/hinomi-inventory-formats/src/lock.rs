// SPDX-License-Identifier: Apache-2.0
//! Lock files of language package managers: what a project resolved its dependencies to.
//!
//! One component per locked package, in the order of the file. A package that comes from the project itself (a
//! workspace member, a path) keeps its name but gets no purl: the one of that name in the registry is another.

mod conda_locks;
mod dotnet;
mod even_more;
pub(crate) mod java;
mod javascript;
mod lines;
mod more;
mod ordered;
mod php_dotnet;
mod python_project;
pub(crate) mod sniff;
mod toml_locks;
pub(crate) mod workflow;

pub(crate) use conda_locks::{is_conda_lock, is_pixi, read_conda_lock, read_pixi};
pub(crate) use dotnet::{read_deps, read_packages_config, read_project};
pub(crate) use even_more::{read_conda_environment, read_deno, read_stack};
pub(crate) use java::{read_gradle, read_pom, read_properties};
pub(crate) use javascript::{read_bun, read_npm, read_package_json, read_pnpm, read_yarn};
pub(crate) use lines::{
    go_module, is_requirement, is_requirement_form, read_gemfile, read_go_mod, read_go_sum, read_requirements,
};
pub(crate) use more::{
    read_cabal, read_conan, read_conda, read_mix, read_pods, read_pub, read_r_description, read_rebar,
    read_renv, read_swift,
};
pub(crate) use ordered::Ordered;
pub(crate) use php_dotnet::{read_composer, read_composer_installed, read_nuget, read_pipfile};
pub(crate) use python_project::{
    is_pyproject, is_setup_cfg, is_setup_py, read_pyproject, read_setup_cfg, read_setup_py,
};
pub(crate) use toml_locks::{read_pylock, read_toml};

use crate::Format;
use crate::language;
use crate::model::{Component, Inventory};

fn inventory(format: Format, components: Vec<Component>) -> Inventory {
    let mut inventory = Inventory::new(format);
    inventory.components = components;
    inventory
}

/// `@scope/name` for npm, `vendor/name` for Composer: the part before the slash is the purl's namespace.
fn scoped(ty: &str, name: &str, version: Option<String>) -> Component {
    match name.rsplit_once('/') {
        Some((scope, base)) => language::component(ty, Some(scope), name, base, version, None),
        None => language::component(ty, None, name, name, version, None),
    }
}

fn local(mut component: Component) -> Component {
    component.purl = None;
    component
}

/// The words of CycloneDX: what only development or tests need is no part of what runs, what is optional may be absent.
fn needed(mut component: Component, is_for_development: bool, is_optional: bool) -> Component {
    component.scope = match (is_for_development, is_optional) {
        (true, _) => Some("excluded".to_owned()),
        (false, true) => Some("optional".to_owned()),
        (false, false) => None,
    };
    component
}
