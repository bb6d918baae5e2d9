// SPDX-License-Identifier: Apache-2.0
//! How one value went against its target.

use std::fmt::Write as _;

use crate::text::{ACCENT, GRID, MUTED, TARGET, coordinate, escape, figure, frame};

#[derive(Debug, Clone, PartialEq)]
pub struct CoursePoint {
    /// The day or the month.
    pub name: String,
    /// In days: how far the points stand from one another.
    pub at: f64,
    pub value: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    pub title: String,
    /// What the dashed line is called.
    pub target_name: String,
    pub target: f64,
    /// The oldest first.
    pub points: Vec<CoursePoint>,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 150.0;
/// Room for the first and last number and for what stands below.
const MARGIN: (f64, f64) = (46.0, 26.0);

impl Course {
    pub fn svg(&self) -> String {
        let mut inside = String::new();
        let top = self.points.iter().map(|point| point.value).chain([self.target, 1.0]);
        let top = top.filter(|value| value.is_finite()).fold(1.0, f64::max) * 1.12;
        let (first, last) = match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) => (first.at, last.at),
            _ => (0.0, 0.0),
        };
        let x = |point: &CoursePoint| match last > first {
            true => (point.at - first) / (last - first) * WIDTH,
            false => WIDTH / 2.0,
        };
        let y = |value: f64| HEIGHT - value.clamp(0.0, top) / top * HEIGHT;
        let (base, line) = (coordinate(HEIGHT), coordinate(y(self.target)));
        let _ = write!(
            inside,
            "<path d=\"M0 {base}H{WIDTH}\" stroke=\"{GRID}\"/>\
             <path d=\"M0 {line}H{WIDTH}\" stroke=\"{TARGET}\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"/>\
             <text x=\"{WIDTH}\" y=\"{}\" font-size=\"11\" fill=\"{TARGET}\" text-anchor=\"end\">{} {}</text>",
            coordinate(y(self.target) - 5.0),
            escape(&self.target_name),
            figure(self.target)
        );
        let (mut path, mut marks) = (String::new(), String::new());
        for (index, point) in self.points.iter().enumerate() {
            let (left, high) = (coordinate(x(point)), coordinate(y(point.value)));
            let _ = write!(path, "{}{left} {high}", if index == 0 { 'M' } else { 'L' });
            let _ = write!(marks, "<circle cx=\"{left}\" cy=\"{high}\" r=\"4\" fill=\"{ACCENT}\"/>");
            if index == 0 || index + 1 == self.points.len() {
                let _ = write!(
                    marks,
                    "<text x=\"{left}\" y=\"{}\" font-size=\"13\" font-weight=\"600\" \
                     text-anchor=\"middle\">{}</text><text x=\"{left}\" y=\"{}\" font-size=\"11\" \
                     fill=\"{MUTED}\" text-anchor=\"middle\">{}</text>",
                    coordinate(y(point.value) - 9.0),
                    figure(point.value),
                    coordinate(HEIGHT + 17.0),
                    escape(&point.name)
                );
            }
        }
        let _ = write!(
            inside,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"2\"/>{marks}"
        );
        let view = format!(
            "{} {} {} {}",
            coordinate(-MARGIN.0),
            coordinate(-MARGIN.1),
            coordinate(WIDTH + 2.0 * MARGIN.0),
            coordinate(HEIGHT + 2.0 * MARGIN.1)
        );
        let says = |point: &CoursePoint| format!("{}: {}", escape(&point.name), figure(point.value));
        let mut words: Vec<String> = self.points.iter().map(says).collect();
        words.push(format!("{}: {}", escape(&self.target_name), figure(self.target)));
        frame(&view, &self.title, &words.join("; "), &inside)
    }
}
