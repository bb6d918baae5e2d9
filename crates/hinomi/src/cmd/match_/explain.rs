// SPDX-License-Identifier: Apache-2.0
//! `hinomi match --explain`: the steps of one decision, for a component by itself or where inventories have it.
//!
//! ```text
//!   COMPONENT ADVISORY                      ─► what the engine does with the name alone
//!   COMPONENT ADVISORY --inventory sbom.json ─► each place that has it: its host, its neighbours, what is said of it
//! ```

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use hinomi_inventory_formats::{Component, Inventory};
use hinomi_match::{ComponentQuery, Index, Step};

use super::host::host_of;
use super::piece::file_name;
use super::print::visible;
use super::report;
use super::row::query_of;
use super::work::{Document, Emit, each_document};

/// What is asked: a purl, a CPE or the name of a component, and an advisory.
pub(super) struct Asked<'a> {
    pub(super) component: &'a str,
    pub(super) advisory: &'a str,
}

/// The steps for one place, and whether it matched.
struct Told {
    file: Option<String>,
    steps: Vec<Step>,
    is_matched: bool,
}

/// Exit status 0: it matched; 1: it did not; 2: an inventory could not be read.
pub(super) fn run(index: &Index, asked: &Asked<'_>, inventories: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if inventories.is_empty() {
        let told = asked.by_itself(index);
        print(&mut out, &told)?;
        return Ok(if told.is_matched { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let (mut failed, mut matched, mut places, mut written) = (false, false, 0, Ok(()));
    let read = |document: Document, emit: &mut Emit<'_, Result<Told, String>>| {
        asked.in_document(index, document, emit);
    };
    each_document(inventories, read, |told| {
        match told {
            Ok(told) => {
                places += 1;
                matched |= told.is_matched;
                written = print(&mut out, &told);
            }
            Err(message) => {
                failed = true;
                report(&message);
            }
        }
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    written?;
    if places == 0 {
        report(&format!("no inventory has {}", asked.component));
    }
    Ok(match (failed, matched) {
        (true, _) => ExitCode::from(2),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(1),
    })
}

fn print(out: &mut impl Write, told: &Told) -> std::io::Result<()> {
    if let Some(file) = &told.file {
        writeln!(out, "{}", visible(file))?;
    }
    let width = told.steps.iter().map(|step| step.subject.chars().count()).max().unwrap_or(0).min(60);
    for step in &told.steps {
        writeln!(out, "{:width$}  {}", visible(&step.subject), visible(&step.outcome))?;
    }
    Ok(())
}

impl Asked<'_> {
    fn by_itself(&self, index: &Index) -> Told {
        let query = query_of_text(self.component);
        let steps = index.explain(&query, self.advisory);
        let is_matched =
            index.match_component(&query).matches.iter().any(|found| found.advisory == self.advisory);
        Told { file: None, steps, is_matched }
    }

    fn in_document(&self, index: &Index, document: Document, emit: &mut Emit<'_, Result<Told, String>>) {
        let path = document.path;
        let read = document.bytes.and_then(|bytes| {
            hinomi_inventory_formats::read(&bytes, &path).map_err(|error| error.to_string())
        });
        let inventory = match read {
            Ok(inventory) => inventory,
            Err(message) => {
                // The failure is all there is to say, whether somebody listens or not.
                let _flow = emit(Err(message));
                return;
            }
        };
        for component in inventory.components.iter().filter(|component| self.is_meant(component)) {
            if emit(Ok(self.in_place(index, file_name(&path), &inventory, component))).is_break() {
                return;
            }
        }
    }

    fn is_meant(&self, component: &Component) -> bool {
        let names = [component.purl.as_deref(), component.cpe.as_deref(), Some(component.name.as_str())];
        let more = component.more_identities.iter().map(|name| Some(name.as_str()));
        names.into_iter().chain(more).flatten().any(|name| name == self.component)
    }

    fn in_place(&self, index: &Index, file: &str, inventory: &Inventory, component: &Component) -> Told {
        let file = Some(file.to_owned());
        if component.is_excluded() {
            let outcome =
                "excluded: for tests and development alone, no part of what runs, so nothing is matched";
            let step = Step { subject: "scope".to_owned(), outcome: outcome.to_owned() };
            return Told { file, steps: vec![step], is_matched: false };
        }
        let distro = inventory.host.distro();
        let host = host_of(index, inventory, |component| query_of(component, distro.as_deref()));
        let (query, reference) = (query_of(component, distro.as_deref()), component.id.as_deref());
        let steps = index.explain_on(&host, &query, reference, self.advisory);
        let found = index.match_on(&host, &query, reference).matches;
        Told { file, steps, is_matched: found.iter().any(|found| found.advisory == self.advisory) }
    }
}

/// A purl or a CPE, as given.
fn query_of_text(component: &str) -> ComponentQuery<'_> {
    let is_cpe = component.trim_start().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cpe:"));
    if is_cpe {
        ComponentQuery { cpe: Some(component), ..ComponentQuery::default() }
    } else {
        ComponentQuery { purl: Some(component), ..ComponentQuery::default() }
    }
}
