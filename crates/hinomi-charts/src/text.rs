// SPDX-License-Identifier: Apache-2.0
//! Texts and numbers as SVG wants them.

/// Ink, grid and the two accents: dark enough for print, told apart without colour by dash and mark.
pub(crate) const INK: &str = "#1b1c21";
pub(crate) const MUTED: &str = "#62646d";
pub(crate) const GRID: &str = "#cbc7bf";
pub(crate) const ACCENT: &str = "#1f4f8f";
pub(crate) const TARGET: &str = "#bf3218";

/// Longer texts are cut: a picture is no place for them.
const LONGEST: usize = 200;

/// A text as XML, without what XML 1.0 does not allow.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().take(LONGEST) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A coordinate: at most two decimals, none that say nothing; what is no number is 0.
pub(crate) fn coordinate(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if !rounded.is_finite() || rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// A figure with one decimal where it has one.
pub(crate) fn figure(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.is_finite() { (rounded + 0.0).to_string() } else { "–".to_owned() }
}

/// The picture's frame, with its title and what it says in words.
pub(crate) fn frame(view: &str, title: &str, description: &str, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{view}\" role=\"img\" \
         font-family=\"Inter, 'Noto Sans', 'Noto Sans CJK JP', sans-serif\" fill=\"{INK}\">\
         <title>{}</title><desc>{}</desc>{inside}</svg>",
        escape(title),
        description
    )
}

/// What a picture of this crate says in words: its title and its description.
pub fn in_words(svg: &str) -> String {
    let part = |tag: &str| {
        let (_, after) = svg.split_once(&format!("<{tag}>"))?;
        after.split_once(&format!("</{tag}>")).map(|(text, _)| plain(text))
    };
    [part("title"), part("desc")]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(". ")
}

/// The inverse of [`escape`].
fn plain(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_says_in_words_what_it_shows() {
        let svg = frame("0 0 1 1", "R&D", &escape("a < b; &lt;"), "<path/>");
        assert_eq!(in_words(&svg), "R&D. a < b; &lt;");
    }

    #[test]
    fn texts_are_data() {
        assert_eq!(escape("<script>&\"'\u{0}\n"), "&lt;script&gt;&amp;&quot;&#39; ");
        assert_eq!(escape(&"x".repeat(500)).len(), LONGEST);
        assert_eq!(
            (coordinate(1.005), coordinate(-0.001), coordinate(f64::NAN)),
            ("1".into(), "0".into(), "0".into())
        );
        assert_eq!(
            (figure(85.92), figure(70.0), figure(f64::INFINITY)),
            ("85.9".into(), "70".into(), "–".into())
        );
    }
}
