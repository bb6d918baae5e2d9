// SPDX-License-Identifier: Apache-2.0
//! The house rules, one file each. A rule reads the working tree and names what breaks it:
//!
//! ```text
//! crates/hinomi-tickets/src/api.rs:41: [table-owner] names table "asset" of hinomi-assets
//!     remedy: read it through a query function of its owner or a v_* view
//! ```

mod catalogues;
mod crate_graph;
mod crate_list;
mod doc_links;
mod file_length;
pub(crate) mod generated;
mod licences;
mod local_names;
mod migrations;
mod spdx;
mod sql;
mod table_owner;
mod unfinished;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use crate::out::{put, say};
use crate::repo::{self, Repo};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

impl Violation {
    pub(crate) fn new(
        file: impl Into<String>,
        line: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), line, message: message.into(), remedy: remedy.into() }
    }
}

struct Rule {
    name: &'static str,
    check: fn(&Repo) -> Vec<Violation>,
}

const RULES: &[Rule] = &[
    Rule { name: "crate-graph", check: crate_graph::check },
    Rule { name: "table-owner", check: table_owner::check },
    Rule { name: "migrations", check: migrations::check },
    Rule { name: "catalogues", check: catalogues::check },
    Rule { name: "generated", check: generated::check },
    Rule { name: "file-length", check: file_length::check },
    Rule { name: "spdx", check: spdx::check },
    Rule { name: "unfinished", check: unfinished::check },
    Rule { name: "local-names", check: local_names::check },
    Rule { name: "crate-list", check: crate_list::check },
    Rule { name: "doc-links", check: doc_links::check },
    Rule { name: "licences", check: licences::check },
];

pub(crate) fn run(only: &[String]) -> Result<ExitCode> {
    let started = Instant::now();
    for name in only {
        if !RULES.iter().any(|rule| rule.name == name) {
            let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
            say!("no rule named {name:?}; there are {}", known.join(", "));
            return Ok(ExitCode::from(2));
        }
    }
    let repo = Repo::load(&repo::root()?)?;
    let mut rules = 0;
    let mut total = 0;
    for rule in RULES.iter().filter(|rule| only.is_empty() || only.iter().any(|name| name == rule.name)) {
        rules += 1;
        let mut violations = (rule.check)(&repo);
        violations.sort();
        total += violations.len();
        for Violation { file, line, message, remedy } in violations {
            put!("{file}:{line}: [{}] {message}\n    remedy: {remedy}", rule.name);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    say!("tidy: {rules} rules over {} files, {total} violations ({seconds:.2} s)", repo.files.len());
    Ok(if total == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The number of the first line that holds `needle`, counted from 1; 1 when nowhere.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |index| index + 1)
}
