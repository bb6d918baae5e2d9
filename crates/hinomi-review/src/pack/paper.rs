// SPDX-License-Identifier: Apache-2.0
//! The pack as a report on paper.

use hinomi_maturity::model::Month;
use hinomi_pdf::{Block, Column, Report, Tile};
use serde::{Deserialize, Serialize};

use super::document::{PackDocument, PackMoved};
use super::pictures::{Picture, picture};
use super::read::PackView;
use super::texts::{PackWords, figure, figure_or};
use crate::error::ReviewError;

/// Languages that packs are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    Ja,
}

impl Language {
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// Of an account's locale.
    pub fn of(locale: &str) -> Self {
        if locale == "ja" { Self::Ja } else { Self::En }
    }
}

/// The pack as a PDF. Takes as long as typesetting does: call it where waiting is allowed.
pub fn pack_pdf(pack: &PackView, language: Language) -> Result<Vec<u8>, ReviewError> {
    Ok(hinomi_pdf::render(&report(pack, language), hinomi_web::fonts())?)
}

/// The figures that everybody looks at first.
pub(super) fn headline(document: &PackDocument, words: &PackWords) -> [Tile; 4] {
    let before = |count: i64| words.counted("pack-before", &[("count", count)]);
    let (now, then) = (&document.open.now, &document.open.before);
    let exploited = &document.exploited;
    let with_target = document.axes.iter().filter(|axis| axis.target.is_some()).count() as i64;
    let missed = document.targets_missed.iter().filter(|one| one.unit.id == document.unit.id).count() as i64;
    let tile = |key: &str, value: i64, note: String, alarm: bool| Tile {
        label: words.say(key),
        value: value.to_string(),
        note,
        alarm,
    };
    [
        tile("pack-open", now.total(), before(then.total()), false),
        tile("pack-overdue", now.overdue, before(then.overdue), now.overdue > 0),
        tile(
            "pack-exploited",
            exploited.open,
            words.counted("pack-systems", &[("count", exploited.systems), ("overdue", exploited.overdue)]),
            exploited.overdue > 0,
        ),
        tile("pack-targets", missed, words.counted("pack-of-targets", &[("count", with_target)]), missed > 0),
    ]
}

/// The parts of the sum in the order in which it is read, with their sign; the last three stand beside it.
pub(super) fn parts(moved: &PackMoved) -> [(&'static str, i64, char); 15] {
    [
        ("before", moved.before, ' '),
        ("opened", moved.opened, '+'),
        ("reopened", moved.reopened, '+'),
        ("moved_in", moved.moved_in, '+'),
        ("handed_in", moved.handed_in, '+'),
        ("closed_fixed", moved.closed_fixed, '−'),
        ("closed_gone", moved.closed_gone, '−'),
        ("closed_retracted", moved.closed_retracted, '−'),
        ("closed_other", moved.closed_other, '−'),
        ("moved_out", moved.moved_out, '−'),
        ("handed_out", moved.handed_out, '−'),
        ("after", moved.after, '='),
        ("came_and_went", moved.came_and_went, ' '),
        ("raised", moved.raised, ' '),
        ("lowered", moved.lowered, ' '),
    ]
}

fn report(pack: &PackView, language: Language) -> Report {
    let words = PackWords::new(language);
    let document = &pack.document;
    let month = words.month(&document.month);
    let last_day = |month: Month| month.last_day().to_string();
    let day = document.month.parse().map_or_else(|_| document.month.clone(), last_day);
    let made = pack.made_on.clone();
    let hash = pack.line.hash.get(..12).unwrap_or_default();
    let mut blocks = vec![Block::Tiles { tiles: headline(document, &words).to_vec() }];
    stand(&mut blocks, document, &words);
    moved(&mut blocks, document, &words);
    by_unit(&mut blocks, document, &words);
    exploited(&mut blocks, document, &words);
    hazards(&mut blocks, document, &words);
    targets(&mut blocks, document, &words);
    directives(&mut blocks, document, &words);
    programmes(&mut blocks, document, &words);
    trend(&mut blocks, document, &words);
    let rows_hash = document.close.rows_hash.get(..12).unwrap_or_default();
    blocks.push(Block::Note {
        text: words.with("pack-sources", &[("formula", &document.close.formula), ("hash", rows_hash)]),
    });
    if !document.blind.is_empty() {
        let sources: Vec<String> =
            document.blind.iter().map(|source| words.say(&format!("maturity-source-{source}"))).collect();
        blocks.push(Block::Note { text: words.with("pack-blind", &[("sources", &sources.join(", "))]) });
    }
    Report {
        language: language.code().to_owned(),
        title: words.with("pack-title", &[("month", &month)]),
        subtitle: words
            .with("pack-subtitle", &[("unit", &words.unit(&document.unit)), ("day", &words.day(&day))]),
        footer: words.with("pack-footer", &[("made", &words.day(&made)), ("hash", hash)]),
        blocks,
        ident: format!("{} {}", pack.line.id, language.code()),
    }
}

fn heading(blocks: &mut Vec<Block>, text: String) {
    blocks.push(Block::Heading { text });
}

fn drawn(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords, which: Picture, percent: u8) {
    let key = match which {
        Picture::Radar => "pack-radar",
        Picture::Heat => "pack-heat",
        Picture::Trend => "pack-trend",
    };
    blocks.push(Block::Picture {
        svg: picture(document, which, words),
        alt: words.say(key),
        percent,
        beside: percent < 100,
    });
}

fn stand(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    heading(blocks, words.say("pack-stand"));
    drawn(blocks, document, words, Picture::Radar, 52);
    let unrated = words.say("pack-not-rated");
    let rows = document.axes.iter().map(|axis| {
        vec![
            words.axis(&axis.axis),
            figure_or(axis.score, &unrated),
            figure_or(axis.before, "–"),
            figure_or(axis.target, "–"),
            axis.score.map_or_else(|| "–".to_owned(), |_| axis.level.to_string()),
        ]
    });
    blocks.push(Block::Table {
        columns: vec![
            Column::text(words.say("pack-axis"), 6),
            Column::figure(words.say("pack-score")),
            Column::figure(words.say("pack-score-before")),
            Column::figure(words.say("pack-target")),
            Column::figure(words.say("pack-level")),
        ],
        rows: rows.collect(),
    });
}

fn moved(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    heading(blocks, words.say("pack-moved"));
    let always = ["before", "after"];
    let rows = parts(&document.moved)
        .into_iter()
        .filter(|(part, count, _)| *count != 0 || always.contains(part))
        .map(|(part, count, sign)| {
            let count = format!("{}{count}", if sign == ' ' { String::new() } else { format!("{sign} ") });
            vec![words.say(&format!("pack-moved-{part}")), count]
        });
    blocks.push(Block::Table {
        columns: vec![Column::text(words.say("pack-part"), 5), Column::figure(words.say("pack-cases"))],
        rows: rows.collect(),
    });
}

fn by_unit(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    heading(blocks, words.say("pack-units"));
    drawn(blocks, document, words, Picture::Heat, 52);
    let rows = document.units.iter().map(|line| {
        let latest = line.latest_days.map(|days| words.counted("pack-days", &[("count", days)]));
        vec![
            words.unit(&line.unit),
            line.now.total().to_string(),
            line.now.overdue.to_string(),
            line.before.overdue.to_string(),
            latest.unwrap_or_else(|| "–".to_owned()),
        ]
    });
    blocks.push(Block::Table {
        columns: vec![
            Column::text(words.say("pack-unit"), 3),
            Column::figure(words.say("pack-open")),
            Column::figure(words.say("pack-overdue")),
            Column::figure(words.say("pack-overdue-before")),
            Column::figure(words.say("pack-latest")),
        ],
        rows: rows.collect(),
    });
}

fn exploited(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    heading(blocks, words.say("pack-exploited"));
    let counted = &document.exploited;
    let text = match counted.open {
        0 => words.say("pack-exploited-none"),
        open => words.counted("pack-exploited-text", &[("open", open), ("overdue", counted.overdue)]),
    };
    let before = match counted.before {
        Some(count) => words.counted("pack-before", &[("count", count)]),
        None => words.say("pack-before-unknown"),
    };
    blocks.push(Block::Text { text: format!("{text} ({before})") });
}

fn hazards(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    let Some(hazards) = &document.hazards else { return };
    heading(blocks, words.say("pack-hazards"));
    if hazards.is_empty() {
        blocks.push(Block::Text { text: words.say("pack-hazards-none") });
        return;
    }
    let rows = hazards.iter().map(|hazard| {
        vec![
            hazard.title.clone(),
            words.unit(&hazard.unit),
            hazard.lead.clone().unwrap_or_else(|| words.say("pack-no-lead")),
            words.day(&hazard.since_on.clone().unwrap_or_else(|| hazard.since.day().to_string())),
            words.say(&format!("pack-state-{}", hazard.state)),
        ]
    });
    blocks.push(Block::Table {
        columns: vec![
            Column::text(words.say("pack-hazard"), 4),
            Column::text(words.say("pack-unit"), 3),
            Column::text(words.say("pack-lead"), 2),
            Column::text(words.say("pack-since"), 2),
            Column::text(words.say("pack-state"), 2),
        ],
        rows: rows.collect(),
    });
}

fn targets(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    heading(blocks, words.say("pack-targets"));
    if document.targets_missed.is_empty() {
        blocks.push(Block::Text { text: words.say("pack-targets-none") });
        return;
    }
    let rows = document.targets_missed.iter().map(|missed| {
        vec![
            words.unit(&missed.unit),
            words.axis(&missed.axis),
            figure(missed.score),
            figure(missed.target),
            words.month(&missed.due),
        ]
    });
    blocks.push(Block::Table {
        columns: vec![
            Column::text(words.say("pack-unit"), 3),
            Column::text(words.say("pack-axis"), 3),
            Column::figure(words.say("pack-score")),
            Column::figure(words.say("pack-target")),
            Column::figure(words.say("pack-target-due")),
        ],
        rows: rows.collect(),
    });
}

fn directives(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    let Some(directives) = &document.directives else { return };
    heading(blocks, words.say("pack-directives"));
    if directives.is_empty() {
        blocks.push(Block::Text { text: words.say("pack-directives-none") });
        return;
    }
    let rows = directives.iter().map(|directive| {
        vec![
            directive.title.clone(),
            directive.units.iter().map(|unit| words.unit(unit)).collect::<Vec<_>>().join(", "),
            figure_or(directive.value_at_decision, "–"),
            figure_or(directive.value, "–"),
            figure_or(directive.target, "–"),
            words.day(&directive.due),
            words.say(&format!("pack-state-{}", directive.state)),
        ]
    });
    blocks.push(Block::Table {
        columns: vec![
            Column::text(words.say("pack-directive"), 8),
            Column::text(words.say("pack-unit"), 3),
            Column::figure(words.say("pack-value-first")),
            Column::figure(words.say("pack-value")),
            Column::figure(words.say("pack-target")),
            Column::figure(words.say("pack-target-due")),
            Column::text(words.say("pack-state"), 2),
        ],
        rows: rows.collect(),
    });
}

fn programmes(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    let Some(programmes) = &document.programmes else { return };
    heading(blocks, words.say("pack-programmes"));
    if programmes.is_empty() {
        blocks.push(Block::Text { text: words.say("pack-programmes-none") });
        return;
    }
    for programme in programmes {
        blocks.push(Block::Text { text: words.either(&programme.name, &programme.name_ja) });
        let rows = programme.regions.iter().map(|region| {
            vec![
                words.unit(&region.unit),
                region.completion.map_or_else(|| "–".to_owned(), |share| format!("{} %", figure(share))),
                region.planned.as_deref().map_or_else(|| "–".to_owned(), |day| words.day(day)),
            ]
        });
        blocks.push(Block::Table {
            columns: vec![
                Column::text(words.say("pack-region"), 3),
                Column::figure(words.say("pack-completion")),
                Column::figure(words.say("pack-planned")),
            ],
            rows: rows.collect(),
        });
    }
}

fn trend(blocks: &mut Vec<Block>, document: &PackDocument, words: &PackWords) {
    if document.trend.len() < 2 {
        return;
    }
    heading(blocks, words.say("pack-trend"));
    drawn(blocks, document, words, Picture::Trend, 100);
    let counts: Vec<String> = document.trend.iter().map(|point| point.open.to_string()).collect();
    let text = format!("{}: {}", words.say("pack-trend-open"), counts.join(" · "));
    blocks.push(Block::Note { text });
}
