// SPDX-License-Identifier: Apache-2.0
//! Axes around a centre: value, value before, target.

use std::f64::consts::{FRAC_PI_2, TAU};
use std::fmt::Write as _;

use crate::text::{ACCENT, GRID, MUTED, TARGET, coordinate, escape, figure, frame};

/// One axis, each figure 0 to 100.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoke {
    pub name: String,
    /// `None` is a hole, never a zero.
    pub value: Option<f64>,
    pub before: Option<f64>,
    pub target: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Radar {
    pub title: String,
    /// What stands where there is no value.
    pub unrated: String,
    /// From the top, clockwise.
    pub spokes: Vec<Spoke>,
}

const RADIUS: f64 = 100.0;
/// From one line of a name to the next.
const LINE: f64 = 14.0;
/// A longer name is folded where it has a space.
const LONG_NAME: usize = 14;

/// A long name in two lines, at the space that is nearest to its middle.
fn folded(name: &str) -> Vec<&str> {
    let half = name.len() / 2;
    let space = name.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(half));
    match space.filter(|_| name.chars().count() > LONG_NAME).and_then(|at| name.split_at_checked(at)) {
        Some((first, second)) => vec![first, second.trim_start()],
        None => vec![name],
    }
}

impl Radar {
    pub fn svg(&self) -> String {
        let mut inside = String::new();
        self.grid(&mut inside);
        let line = |pick: fn(&Spoke) -> Option<f64>| self.outline(pick);
        let hatch = "<pattern id=\"h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
            patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"";
        let _ = write!(
            inside,
            "<defs>{hatch} stroke=\"{ACCENT}\" stroke-opacity=\"0.3\" stroke-width=\"2\"/></pattern></defs>\
             <path d=\"{}\" fill=\"url(#h)\" stroke=\"{ACCENT}\" stroke-width=\"2.2\"/>\
             <path d=\"{}\" fill=\"none\" stroke=\"{MUTED}\" stroke-width=\"1.4\" stroke-dasharray=\"1.5 3\"/>\
             <path d=\"{}\" fill=\"none\" stroke=\"{TARGET}\" stroke-width=\"1.6\" stroke-dasharray=\"7 4\"/>",
            line(|spoke| spoke.value),
            line(|spoke| spoke.before),
            line(|spoke| spoke.target)
        );
        self.marks(&mut inside);
        let says = |spoke: &Spoke| {
            let value = spoke.value.map_or_else(|| self.unrated.clone(), figure);
            escape(&format!("{}: {value}", spoke.name))
        };
        let description = self.spokes.iter().map(says).collect::<Vec<_>>().join("; ");
        frame("-230 -130 460 262", &self.title, &description, &inside)
    }

    fn place(&self, index: usize, value: f64) -> (f64, f64) {
        let angle = index as f64 / self.spokes.len().max(1) as f64 * TAU - FRAC_PI_2;
        let length = if value.is_finite() { value.clamp(0.0, 100.0) / 100.0 * RADIUS } else { 0.0 };
        (angle.cos() * length, angle.sin() * length)
    }

    fn point(&self, index: usize, value: f64) -> String {
        let (x, y) = self.place(index, value);
        format!("{} {}", coordinate(x), coordinate(y))
    }

    /// Closed when every axis has a value; otherwise the runs of neighbours that have one.
    fn outline(&self, pick: impl Fn(&Spoke) -> Option<f64>) -> String {
        let count = self.spokes.len();
        let points: Vec<Option<String>> = self
            .spokes
            .iter()
            .enumerate()
            .map(|(index, spoke)| pick(spoke).map(|value| self.point(index, value)))
            .collect();
        let Some(hole) = points.iter().position(Option::is_none) else {
            let all: Vec<String> = points.into_iter().flatten().collect();
            return if all.is_empty() { String::new() } else { format!("M{}Z", all.join("L")) };
        };
        let mut path = String::new();
        let mut run: Vec<&str> = Vec::new();
        for step in 1..=count {
            match &points[(hole + step) % count] {
                Some(point) => run.push(point),
                None => {
                    if run.len() > 1 {
                        let _ = write!(path, "M{}", run.join("L"));
                    }
                    run.clear();
                }
            }
        }
        path
    }

    fn grid(&self, out: &mut String) {
        for ring in [25.0, 50.0, 75.0, 100.0] {
            let corners: Vec<String> = (0..self.spokes.len()).map(|index| self.point(index, ring)).collect();
            if !corners.is_empty() {
                let _ = write!(out, "<path d=\"M{}Z\" fill=\"none\" stroke=\"{GRID}\"/>", corners.join("L"));
            }
            let _ = write!(
                out,
                "<text x=\"3\" y=\"{}\" font-size=\"8\" fill=\"{MUTED}\">{ring}</text>",
                coordinate(9.0 - ring)
            );
        }
        for (index, spoke) in self.spokes.iter().enumerate() {
            let (x, y) = self.place(index, 100.0);
            let dash = if spoke.value.is_some() { "" } else { " stroke-dasharray=\"2 4\"" };
            let (to_x, to_y) = (coordinate(x), coordinate(y));
            let _ = write!(out, "<path d=\"M0 0L{to_x} {to_y}\" stroke=\"{GRID}\"{dash}/>");
            self.label(out, spoke, x, y);
        }
    }

    /// Above and below the name and its value share a line; at the sides, where room is short, they stand in lines.
    fn label(&self, out: &mut String, spoke: &Spoke, x: f64, y: f64) {
        let value = escape(&spoke.value.map_or_else(|| self.unrated.clone(), figure));
        let (at, middle) = (coordinate(x * 1.12), y * 1.12 + 4.0);
        if x.abs() < 1.0 {
            let _ = write!(
                out,
                "<text x=\"{at}\" y=\"{}\" font-size=\"12\" text-anchor=\"middle\">{} \
                 <tspan font-weight=\"600\">{value}</tspan></text>",
                coordinate(middle + if y > 0.0 { 4.0 } else { 0.0 }),
                escape(&spoke.name)
            );
            return;
        }
        let anchor = if x > 0.0 { "start" } else { "end" };
        let lines = folded(&spoke.name);
        let top = middle - LINE * lines.len() as f64 / 2.0;
        let _ = write!(out, "<text font-size=\"12\" text-anchor=\"{anchor}\">");
        for (number, line) in lines.iter().enumerate() {
            let line_y = coordinate(top + LINE * number as f64);
            let _ = write!(out, "<tspan x=\"{at}\" y=\"{line_y}\">{}</tspan>", escape(line));
        }
        let value_y = coordinate(top + LINE * lines.len() as f64);
        let _ = write!(out, "<tspan x=\"{at}\" y=\"{value_y}\" font-weight=\"600\">{value}</tspan></text>");
    }

    fn marks(&self, out: &mut String) {
        for (index, spoke) in self.spokes.iter().enumerate() {
            if let Some(target) = spoke.target {
                let (x, y) = self.place(index, target);
                let (x, y) = (coordinate(x), coordinate(y));
                let _ = write!(
                    out,
                    "<rect x=\"-3\" y=\"-3\" width=\"6\" height=\"6\" transform=\"translate({x} {y}) rotate(45)\" \
                     fill=\"#fff\" stroke=\"{TARGET}\" stroke-width=\"1.6\"/>"
                );
            }
            if let Some(value) = spoke.value {
                let (x, y) = self.place(index, value);
                let (x, y) = (coordinate(x), coordinate(y));
                let _ = write!(
                    out,
                    "<path d=\"M0 0L{x} {y}\" stroke=\"{ACCENT}\" stroke-opacity=\"0.55\" stroke-width=\"3\"/>\
                     <circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{ACCENT}\"/>"
                );
            }
        }
    }
}
