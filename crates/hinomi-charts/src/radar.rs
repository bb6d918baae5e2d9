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
        frame("-230 -135 460 270", &self.title, &description, &inside)
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
            let anchor = if x.abs() < 1.0 {
                "middle"
            } else if x > 0.0 {
                "start"
            } else {
                "end"
            };
            let value = spoke.value.map_or_else(|| self.unrated.clone(), figure);
            let dash = if spoke.value.is_some() { "" } else { " stroke-dasharray=\"2 4\"" };
            let _ = write!(
                out,
                "<path d=\"M0 0L{} {}\" stroke=\"{GRID}\"{dash}/>\
                 <text x=\"{}\" y=\"{}\" font-size=\"11\" text-anchor=\"{anchor}\">{} <tspan font-weight=\"600\">{}</tspan></text>",
                coordinate(x),
                coordinate(y),
                coordinate(x * 1.12),
                coordinate(y * 1.12 + 4.0),
                escape(&spoke.name),
                escape(&value)
            );
        }
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
