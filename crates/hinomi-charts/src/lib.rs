// SPDX-License-Identifier: Apache-2.0
//! Pictures for paper and mail: SVG without script, style sheet or outside resource.
//!
//! ```text
//! figures and texts in the reader's language ─→ radar · lines · course · heat map ─→ one <svg>
//! ```
//! Each picture is readable in black and white: what differs in colour differs in dash, mark or hatching too, and every number that it
//! shows stands in it as text. Each has a title and a description for those who hear it. Texts are data and are escaped. The same
//! input gives the same bytes.
//!
//! ```
//! use hinomi_charts::{Radar, Spoke};
//!
//! let spokes = vec![
//!     Spoke { name: "Governance".into(), value: Some(61.0), before: None, target: Some(80.0) },
//!     Spoke { name: "Systems".into(), value: Some(85.9), before: Some(79.5), target: None },
//!     Spoke { name: "People".into(), value: None, before: None, target: None },
//! ];
//! let svg = Radar { title: "Six axes".into(), unrated: "not rated".into(), spokes }.svg();
//! assert!(svg.contains("85.9") && svg.contains("not rated"));
//! ```

mod course;
mod heat;
mod lines;
mod radar;
mod text;

pub use course::{Course, CoursePoint};
pub use heat::{HeatMap, HeatRow};
pub use lines::{Line, Lines};
pub use radar::{Radar, Spoke};
pub use text::in_words;
