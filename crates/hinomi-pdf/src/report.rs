// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

/// Everything that stands in the PDF, as texts in the reader's language.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// `en` or `ja`: decides where lines may break.
    pub language: String,
    pub title: String,
    pub subtitle: String,
    /// Below each page, beside its number.
    pub footer: String,
    pub blocks: Vec<Block>,
    /// Names the document: the same for the same content.
    #[serde(skip)]
    pub ident: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    Heading {
        text: String,
    },
    Text {
        text: String,
    },
    /// Smaller and paler: where figures come from.
    Note {
        text: String,
    },
    Tiles {
        tiles: Vec<Tile>,
    },
    Table {
        columns: Vec<Column>,
        rows: Vec<Vec<String>>,
    },
    /// An SVG, and what it says in words.
    Picture {
        #[serde(skip)]
        svg: String,
        alt: String,
        /// Of the text's width.
        percent: u8,
        /// The block that follows stands at its side, in the width that is left.
        beside: bool,
    },
}

/// One figure that is seen first.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tile {
    pub label: String,
    pub value: String,
    pub note: String,
    /// It wants attention: told by a mark too.
    pub alarm: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    pub title: String,
    /// Figures stand at the end of their cell, and take the width they need.
    pub end: bool,
    /// A text's share of the width that figures leave.
    pub weight: u8,
}

impl Column {
    pub fn text(title: impl Into<String>, weight: u8) -> Self {
        Self { title: title.into(), end: false, weight }
    }

    pub fn figure(title: impl Into<String>) -> Self {
        Self { title: title.into(), end: true, weight: 0 }
    }
}
