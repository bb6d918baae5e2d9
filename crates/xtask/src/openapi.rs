// SPDX-License-Identifier: Apache-2.0
//! `openapi.json` as the binary describes itself, and the types of the pages' client made from it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::out::say;
use crate::process::output;
use crate::tidy::generated::{CLIENT, DOCUMENT, client_header};
use crate::web::Web;

/// Writes both files, or with `check` fails when one of them would change.
pub(crate) fn run(root: &Path, binary: &Path, check: bool) -> Result<()> {
    let document = output(Command::new(binary).arg("openapi"))?;
    let document =
        String::from_utf8(document).context("`hinomi openapi` printed something else than text")?;
    keep(root, DOCUMENT, &document, check)?;
    Web::new(root).install()?;
    let generator = root.join("web/node_modules/.bin/openapi-typescript");
    let types = output(Command::new(generator).current_dir(root).arg(DOCUMENT))?;
    let types = String::from_utf8(types).context("openapi-typescript printed something else than text")?;
    keep(root, CLIENT, &format!("{}{types}", client_header(&document)), check)
}

fn keep(root: &Path, path: &str, text: &str, check: bool) -> Result<()> {
    let full = root.join(path);
    if std::fs::read_to_string(&full).is_ok_and(|old| old == text) {
        say!("{path} is fresh");
        return Ok(());
    }
    if check {
        bail!("{path} is stale: run `cargo xtask openapi` and commit it");
    }
    std::fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
    say!("{path} is written");
    Ok(())
}
