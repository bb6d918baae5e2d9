// SPDX-License-Identifier: Apache-2.0
//! The pack's pictures: the same on page and paper.

use hinomi_charts::{HeatMap, HeatRow, Line, Lines, Radar, Spoke};
use serde::Deserialize;

use super::document::PackDocument;
use super::texts::PackWords;

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Picture {
    #[default]
    Radar,
    Heat,
    Trend,
}

pub(super) fn picture(document: &PackDocument, which: Picture, words: &PackWords) -> String {
    match which {
        Picture::Radar => radar(document, words),
        Picture::Heat => heat(document, words),
        Picture::Trend => trend(document, words),
    }
}

fn radar(document: &PackDocument, words: &PackWords) -> String {
    let spoke = |axis: &super::document::PackAxis| Spoke {
        name: words.axis(&axis.axis),
        value: axis.score,
        before: axis.before,
        target: axis.target,
    };
    let spokes = document.axes.iter().map(spoke).collect();
    Radar { title: words.say("pack-radar"), unrated: words.say("pack-not-rated"), spokes }.svg()
}

fn heat(document: &PackDocument, words: &PackWords) -> String {
    let levels = ["critical", "high", "medium", "low"];
    let row = |line: &super::document::PackUnitCases| HeatRow {
        name: words.unit(&line.unit),
        counts: vec![line.now.critical, line.now.high, line.now.medium, line.now.low],
    };
    HeatMap {
        title: words.say("pack-heat"),
        columns: levels.iter().map(|level| words.say(&format!("criticality-{level}"))).collect(),
        rows: document.units.iter().map(row).collect(),
    }
    .svg()
}

fn trend(document: &PackDocument, words: &PackWords) -> String {
    let lines = document.axes.iter().enumerate().map(|(index, axis)| Line {
        name: words.axis(&axis.axis),
        values: document.trend.iter().map(|point| point.scores.get(index).copied().flatten()).collect(),
    });
    let month = |point: Option<&super::document::PackTrend>| {
        point.map_or_else(String::new, |point| words.month(&point.month))
    };
    Lines {
        title: words.say("pack-trend"),
        from: month(document.trend.first()),
        to: month(document.trend.last()),
        last_is_open: false,
        lines: lines.collect(),
    }
    .svg()
}
