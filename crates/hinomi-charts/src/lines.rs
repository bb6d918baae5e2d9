// SPDX-License-Identifier: Apache-2.0
//! Small multiples: a line each, all on one scale of 0 to 100.

use std::fmt::Write as _;

use crate::text::{ACCENT, GRID, MUTED, coordinate, escape, figure, frame};

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    /// The oldest first; a gap breaks the line.
    pub values: Vec<Option<f64>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    pub title: String,
    /// What stands below the first and below the last value.
    pub from: String,
    pub to: String,
    /// The last value is not final: its mark is open.
    pub last_is_open: bool,
    pub lines: Vec<Line>,
}

const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 60.0;
const COLUMNS: usize = 3;
const CELL: (f64, f64) = (240.0, 110.0);

impl Lines {
    pub fn svg(&self) -> String {
        let mut inside = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let (column, row) = ((index % COLUMNS) as f64, (index / COLUMNS) as f64);
            let (x, y) = (coordinate(column * CELL.0 + 12.0), coordinate(row * CELL.1 + 24.0));
            let _ = write!(inside, "<g transform=\"translate({x} {y})\">{}</g>", self.one(line));
        }
        let rows = self.lines.len().div_ceil(COLUMNS).max(1) as f64;
        let view = format!("0 0 {} {}", coordinate(CELL.0 * COLUMNS as f64), coordinate(rows * CELL.1));
        let says = |line: &Line| {
            let last = line.values.iter().rev().flatten().next();
            escape(&format!("{}: {}", line.name, last.map_or_else(|| "–".to_owned(), |value| figure(*value))))
        };
        let description = self.lines.iter().map(says).collect::<Vec<_>>().join("; ");
        frame(&view, &self.title, &description, &inside)
    }

    fn one(&self, line: &Line) -> String {
        let mut out = String::new();
        let last = line.values.iter().rev().flatten().next();
        let _ = write!(
            out,
            "<text y=\"-8\" font-size=\"11\">{}</text><text x=\"{WIDTH}\" y=\"-8\" font-size=\"11\" \
             font-weight=\"600\" text-anchor=\"end\">{}</text>",
            escape(&line.name),
            last.map_or_else(|| "–".to_owned(), |value| figure(*value))
        );
        for grid in [0.0, 50.0, 100.0] {
            let y = coordinate(HEIGHT - grid / 100.0 * HEIGHT);
            let _ = write!(out, "<path d=\"M0 {y}H{WIDTH}\" stroke=\"{GRID}\"/>");
        }
        let (mut path, mut marks, mut pen) = (String::new(), String::new(), false);
        let steps = line.values.len().saturating_sub(1).max(1) as f64;
        for (index, value) in line.values.iter().enumerate() {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                let x = coordinate(index as f64 / steps * WIDTH);
                let y = coordinate(HEIGHT - value.clamp(0.0, 100.0) / 100.0 * HEIGHT);
                let _ = write!(path, "{}{x} {y}", if pen { 'L' } else { 'M' });
                let is_open = self.last_is_open && index + 1 == line.values.len();
                let fill = if is_open { "#fff" } else { ACCENT };
                let _ = write!(
                    marks,
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.2\" fill=\"{fill}\" stroke=\"{ACCENT}\"/>"
                );
            }
            pen = value.is_some();
        }
        let _ = write!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"2\"/>{marks}\
             <text y=\"{0}\" font-size=\"8\" fill=\"{MUTED}\">{1}</text>\
             <text x=\"{WIDTH}\" y=\"{0}\" font-size=\"8\" fill=\"{MUTED}\" text-anchor=\"end\">{2}</text>",
            coordinate(HEIGHT + 12.0),
            escape(&self.from),
            escape(&self.to)
        );
        out
    }
}
