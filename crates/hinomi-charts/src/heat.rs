// SPDX-License-Identifier: Apache-2.0
//! Rows × columns of counts; the number is the truth, the tint only guides the eye.

use std::fmt::Write as _;

use crate::text::{GRID, INK, coordinate, escape, frame};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatRow {
    pub name: String,
    /// As many as there are columns.
    pub counts: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMap {
    pub title: String,
    /// The gravest first.
    pub columns: Vec<String>,
    pub rows: Vec<HeatRow>,
}

const NAME_WIDTH: f64 = 170.0;
const CELL: (f64, f64) = (76.0, 24.0);
const HEAD: f64 = 22.0;

/// How strongly a cell is tinted, 0 to 4: by the square root, so that one beside two hundred still shows.
fn strength(count: i64, most: i64) -> u8 {
    if count <= 0 || most <= 0 {
        return 0;
    }
    let share = (count as f64 / most.max(count) as f64).sqrt();
    1 + (share * 3.999).floor().clamp(0.0, 3.0) as u8
}

impl HeatMap {
    pub fn svg(&self) -> String {
        let most = self.rows.iter().flat_map(|row| &row.counts).copied().max().unwrap_or(0);
        let mut inside = String::new();
        let column_x = |index: usize| NAME_WIDTH + index as f64 * CELL.0;
        for (index, name) in self.columns.iter().enumerate() {
            let _ = write!(
                inside,
                "<text x=\"{}\" y=\"14\" font-size=\"10\" text-anchor=\"middle\">{}</text>",
                coordinate(column_x(index) + CELL.0 / 2.0),
                escape(name)
            );
        }
        for (row_index, row) in self.rows.iter().enumerate() {
            let y = HEAD + row_index as f64 * CELL.1;
            let _ = write!(
                inside,
                "<text x=\"4\" y=\"{}\" font-size=\"11\">{}</text>",
                coordinate(y + 16.0),
                escape(&row.name)
            );
            for (index, _) in self.columns.iter().enumerate() {
                let count = row.counts.get(index).copied().unwrap_or(0);
                let tint = f64::from(strength(count, most)) * 0.16;
                let ink = if tint > 0.4 { "#fff" } else { INK };
                // Shades of one ink: a printer without colour shows the same.
                let _ = write!(
                    inside,
                    "<rect x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" fill=\"{INK}\" fill-opacity=\"{4}\" \
                     stroke=\"{GRID}\"/><text x=\"{5}\" y=\"{6}\" font-size=\"11\" text-anchor=\"middle\" \
                     fill=\"{ink}\">{count}</text>",
                    coordinate(column_x(index)),
                    coordinate(y),
                    CELL.0,
                    CELL.1,
                    coordinate(tint),
                    coordinate(column_x(index) + CELL.0 / 2.0),
                    coordinate(y + 16.0)
                );
            }
        }
        let width = NAME_WIDTH + self.columns.len() as f64 * CELL.0 + 4.0;
        let height = HEAD + self.rows.len() as f64 * CELL.1 + 4.0;
        let says = |row: &HeatRow| {
            let counts: Vec<String> =
                self.columns.iter().zip(&row.counts).map(|(name, count)| format!("{name} {count}")).collect();
            escape(&format!("{}: {}", row.name, counts.join(", ")))
        };
        let description = self.rows.iter().map(says).collect::<Vec<_>>().join("; ");
        let view = format!("0 0 {} {}", coordinate(width), coordinate(height));
        frame(&view, &self.title, &description, &inside)
    }
}

#[cfg(test)]
mod tests {
    use super::strength;

    #[test]
    fn one_beside_two_hundred_still_shows() {
        assert_eq!([0, 1, 50, 200].map(|count| strength(count, 200)), [0, 1, 2, 4]);
        assert_eq!((strength(-3, 9), strength(3, 0), strength(i64::MAX, 1)), (0, 0, 4));
    }
}
