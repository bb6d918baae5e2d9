// SPDX-License-Identifier: Apache-2.0
//! What the demo company's other feeds bring: scores of exploit prediction of a week, reports of attackers, decision points, ends
//! of life. They arrive when the year is replayed, so that the past stays what it was.

use std::fmt::Write as _;

use anyhow::Context;
use hinomi_core::Time;

use super::seed::Seeder;

macro_rules! demo_feed {
    ($name:literal) => {
        ($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/feeds/", $name)).as_slice())
    };
}

/// Name, kind and files of each feed; the kinds are those of the configuration.
type Feed = ((&'static str, &'static str), &'static [(&'static str, &'static [u8])]);

const FEEDS: [Feed; 3] = [
    (("threat-exchange", "taxii"), &[demo_feed!("threats.json")]),
    (
        ("cve-list", "cve"),
        &[
            demo_feed!("CVE-2021-44228.json"),
            demo_feed!("CVE-2023-46604.json"),
            demo_feed!("CVE-2024-1086.json"),
        ],
    ),
    (
        ("end-of-life-dates", "file"),
        &[demo_feed!("lifecycle-alpine.json"), demo_feed!("lifecycle-almalinux.json")],
    ),
];
const SCORES_FEED: (&str, &str) = ("epss", "file");
const SCORES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/feeds/epss.csv"));
/// The columns of the scores, and how many days ago each held.
const DAYS: [(usize, i64); 2] = [(1, 7), (2, 0)];

impl Seeder<'_> {
    /// Everything that the other feeds have, up to today.
    pub(super) async fn feeds(&self) -> anyhow::Result<()> {
        for (column, days_ago) in DAYS {
            self.set_days_ago(days_ago);
            let text = scores(column, self.app.now())?;
            self.import(SCORES_FEED, vec![("epss_scores.csv", text.as_bytes())]).await?;
        }
        for (feed, files) in FEEDS {
            self.import(feed, files.to_vec()).await?;
        }
        Ok(())
    }
}

/// A day's file in the form that FIRST publishes. Shares are the program's business: they follow from the scores.
fn scores(column: usize, at: Time) -> anyhow::Result<String> {
    let mut text =
        format!("#model_version:demo,score_date:{}T00:00:00+0000\ncve,epss,percentile\n", at.day());
    for line in SCORES.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let cve = cells.first().context("the demo's scores have an empty line")?;
        let score = cells.get(column).with_context(|| format!("{cve}: the demo has no score"))?;
        writeln!(text, "{cve},{score},0")?;
    }
    Ok(text)
}
