// SPDX-License-Identifier: Apache-2.0
//! A mail as it travels.
//!
//! ```text
//! without pictures                 with pictures
//! text/plain                       multipart/alternative
//!                                  ├─ text/plain            the whole mail, for readers of text
//!                                  └─ multipart/related
//!                                     ├─ text/html          the same words, pictures between their paragraphs
//!                                     └─ image/png …        by content id, shown without asking anybody outside
//! ```
//! What must stay true: the text part says everything that the other one says; texts are data and are escaped; nothing is
//! fetched from a server when the mail is opened.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::Message as Letter;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, MessageBuilder, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};

/// A picture in a mail: its paragraph, what it says in words, and itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Lower-case letters and hyphens; no two of a mail share it.
    pub name: String,
    /// What it shows, for those who hear the mail.
    pub alt: String,
    /// It stands after so many paragraphs.
    pub after: usize,
    pub width: u32,
    pub height: u32,
    /// PNG, as base64.
    png: String,
}

impl Picture {
    pub fn new(name: &str, alt: String, after: usize, (width, height): (u32, u32), png: &[u8]) -> Self {
        Self { name: name.to_owned(), alt, after, width, height, png: STANDARD.encode(png) }
    }
}

/// The body in its parts.
pub(super) fn compose(
    builder: MessageBuilder,
    id: &str,
    domain: &str,
    text: String,
    pictures: &[Picture],
) -> Result<Letter, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    if pictures.is_empty() {
        return builder.header(ContentType::TEXT_PLAIN).body(text).map_err(|error| said(&error));
    }
    let png: ContentType = "image/png".parse().map_err(|error| format!("image/png: {error}"))?;
    let content_id = |picture: &Picture| format!("{}.{id}@{domain}", picture.name);
    let mut related = MultiPart::related().singlepart(SinglePart::html(html(&text, pictures, &content_id)));
    for picture in pictures {
        let bytes = STANDARD.decode(&picture.png).map_err(|error| said(&error))?;
        let inline = Attachment::new_inline_with_name(content_id(picture), format!("{}.png", picture.name));
        related = related.singlepart(inline.body(bytes, png.clone()));
    }
    let parts = MultiPart::alternative().singlepart(SinglePart::plain(text)).multipart(related);
    builder.multipart(parts).map_err(|error| said(&error))
}

const PAGE: &str =
    "max-width:44rem;margin:0 auto;padding:1rem;font:16px/1.6 sans-serif;color:#1b1c21;background:#fff";
const PICTURE: &str = "display:block;max-width:100%;height:auto;border:0";

fn html(text: &str, pictures: &[Picture], content_id: &dyn Fn(&Picture) -> String) -> String {
    let mut out = format!("<!doctype html><html><body style=\"{PAGE}\">");
    let paragraphs: Vec<&str> =
        text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()).collect();
    let last = paragraphs.len();
    let put = |out: &mut String, at: usize| {
        for picture in pictures.iter().filter(|picture| picture.after.min(last) == at) {
            let Picture { alt, width, height, .. } = picture;
            let (id, alt) = (escape(&content_id(picture)), escape(alt));
            out.push_str(&format!(
                "<p><img src=\"cid:{id}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" style=\"{PICTURE}\"></p>"
            ));
        }
    };
    put(&mut out, 0);
    for (number, paragraph) in (1..).zip(paragraphs) {
        let lines: Vec<String> = paragraph.lines().map(line).collect();
        out.push_str(&format!("<p>{}</p>", lines.join("<br>")));
        put(&mut out, number);
    }
    out.push_str("</body></html>");
    out
}

/// A line that is an address is a link to it.
fn line(text: &str) -> String {
    let address = text.trim();
    let is_address = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    let escaped = escape(text);
    if is_address && !address.contains(char::is_whitespace) {
        format!("<a href=\"{}\">{}</a>", escape(address), escape(address))
    } else {
        escaped
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str, pictures: &[Picture]) -> String {
        let builder = Letter::builder()
            .from("a@example.test".parse().unwrap())
            .to("b@example.test".parse().unwrap())
            .subject("s");
        let letter = compose(builder, "id-1", "example.test", text.to_owned(), pictures).unwrap();
        String::from_utf8(letter.formatted()).unwrap()
    }

    #[test]
    fn a_mail_without_pictures_stays_text() {
        let plain = letter("hello\n\nworld", &[]);
        assert!(plain.contains("Content-Type: text/plain; charset=utf-8") && !plain.contains("multipart"));
    }

    #[test]
    fn pictures_stand_after_their_paragraph_with_their_words() {
        let picture =
            Picture::new("radar", "Six axes: \"61\" & more".into(), 1, (2, 1), b"\x89PNG\r\n\x1a\n");
        let page = html("one\n\nhttps://x.test/?a=1&b=2\n<b>", std::slice::from_ref(&picture), &|_| {
            "radar.id@x".into()
        });
        let (first, rest) = page.split_once("<img src=\"cid:radar.id@x\"").unwrap();
        assert!(first.contains("<p>one</p>"), "{first}");
        assert!(rest.contains("alt=\"Six axes: &quot;61&quot; &amp; more\""), "{rest}");
        assert!(rest.contains("<a href=\"https://x.test/?a=1&amp;b=2\">"), "{rest}");
        assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"));
        let whole = letter("one\n\ntwo", &[picture]);
        for part in ["multipart/alternative", "multipart/related", "text/plain", "text/html", "image/png"] {
            assert!(whole.contains(part), "{part} in {whole}");
        }
        assert!(whole.contains("Content-ID: <radar.id-1@example.test>"), "{whole}");
        // Its first bytes in base64: the picture travels with the mail.
        assert!(whole.contains("iVBORw0KGgo"), "{whole}");
    }
}
