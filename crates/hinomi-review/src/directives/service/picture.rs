// SPDX-License-Identifier: Apache-2.0
//! The picture of a directive's page in its mails: how its value went against its target.

use hinomi_charts::{Course, CoursePoint};
use hinomi_core::Time;
use hinomi_platform::App;

use crate::directives::store::DirectiveRow;
use crate::letters::Drawn;

const DAY_MICROS: f64 = 86_400_000_000.0;
/// After what it is about and what was measured.
const PARAGRAPHS_BEFORE: usize = 3;

/// Of its values, the oldest first; nothing while there is none.
pub(in crate::directives) async fn course(app: &App, row: &DirectiveRow, values: &[(Time, f64)]) -> Drawn {
    if values.is_empty() {
        return Drawn::default();
    }
    let point = |(at, value): &(Time, f64)| CoursePoint {
        name: at.day().to_string(),
        at: at.as_micros() as f64 / DAY_MICROS,
        value: *value,
    };
    let points: Vec<CoursePoint> = values.iter().map(point).collect();
    let svg = |words: &crate::letters::Words| {
        Course {
            title: words.say("directive-picture", &[("title", row.title.clone())]),
            target_name: words.say("directive-picture-target", &[]),
            target: row.target,
            points: points.clone(),
        }
        .svg()
    };
    Drawn::of(app, "course", svg, PARAGRAPHS_BEFORE).await
}
