// SPDX-License-Identifier: Apache-2.0
//! What the tests need from the system. As root on a Debian machine it is installed; elsewhere it is said exactly
//! what is missing, and what depends on it fails.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::out::say;
use crate::process::{find, run, user_id};

struct Need {
    package: &'static str,
    what_for: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need {
        package: "postgresql",
        what_for: "store tests",
        is_there: || crate::postgres::program("initdb").is_some(),
    },
    Need { package: "chromium", what_for: "browser tests", is_there: || chromium().is_some() },
    Need {
        package: "fonts-noto-cjk",
        what_for: "Japanese text in browser tests",
        is_there: has_japanese_font,
    },
];

pub(crate) fn chromium() -> Option<std::path::PathBuf> {
    find("chromium").or_else(|| find("chromium-browser")).or_else(|| find("google-chrome"))
}

fn has_japanese_font() -> bool {
    Path::new("/usr/share/fonts/opentype/noto").is_dir()
        || Command::new("fc-list").arg(":lang=ja").output().is_ok_and(|output| !output.stdout.is_empty())
}

/// Installs what is missing, or says it.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        say!("PostgreSQL, Chromium and Japanese fonts are there");
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    for need in &missing {
        say!("missing: {} (for {})", need.package, need.what_for);
    }
    if user_id() != Some(0) || find("apt-get").is_none() {
        bail!("missing packages; on Debian: sudo apt-get install {}", names.join(" "));
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        // The package's own server is not wanted: the tests start one for themselves.
        command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        command
    };
    run(apt().args(["update", "-qq"]))?;
    run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(&names))
}
