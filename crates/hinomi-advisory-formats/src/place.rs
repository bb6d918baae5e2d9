// SPDX-License-Identifier: Apache-2.0
//! From a line and column in a JSON text to the path of the value that stands there.
//!
//! Only asked once reading has failed, so it may walk the text again; it holds one small frame for each
//! open bracket and stops at the asked position.

use crate::error::Place;

enum Frame {
    Object { key: String },
    Array { index: usize },
}

/// The place at `line` and `column` (both from 1), with the path of the innermost value open there.
pub(crate) fn place_at(bytes: &[u8], line: usize, column: usize) -> Place {
    let target = offset_of(bytes, line, column);
    Place { value: path_at(bytes, target), line, column: column.max(1) }
}

fn offset_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let mut current_line = 1;
    let mut line_start = 0;
    for (offset, byte) in bytes.iter().enumerate() {
        if current_line >= line {
            break;
        }
        if *byte == b'\n' {
            current_line += 1;
            line_start = offset + 1;
        }
    }
    (line_start + column.saturating_sub(1)).min(bytes.len())
}

fn path_at(bytes: &[u8], target: usize) -> String {
    let mut frames: Vec<Frame> = Vec::new();
    let mut key_expected = false;
    let mut offset = 0;
    while offset < target {
        match bytes[offset] {
            b'{' => {
                frames.push(Frame::Object { key: String::new() });
                key_expected = true;
            }
            b'[' => {
                frames.push(Frame::Array { index: 0 });
                key_expected = false;
            }
            b'}' | b']' => {
                frames.pop();
                key_expected = false;
            }
            b',' => match frames.last_mut() {
                Some(Frame::Array { index }) => *index += 1,
                Some(Frame::Object { .. }) => key_expected = true,
                None => {}
            },
            b'"' => {
                let end = string_end(bytes, offset + 1);
                if key_expected && let Some(Frame::Object { key }) = frames.last_mut() {
                    *key =
                        String::from_utf8_lossy(bytes.get(offset + 1..end).unwrap_or_default()).into_owned();
                    key_expected = false;
                }
                offset = end;
            }
            _ => {}
        }
        offset += 1;
    }
    render(&frames)
}

/// Offset of the closing quote, or of the end of the text.
fn string_end(bytes: &[u8], mut offset: usize) -> usize {
    while offset < bytes.len() {
        match bytes[offset] {
            b'"' => return offset,
            b'\\' => offset += 2,
            _ => offset += 1,
        }
    }
    bytes.len()
}

fn render(frames: &[Frame]) -> String {
    const DEEPEST_SHOWN: usize = 16;
    let mut path = String::new();
    for frame in frames.iter().take(DEEPEST_SHOWN) {
        match frame {
            Frame::Object { key } if key.is_empty() => {}
            Frame::Object { key } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.extend(key.chars().filter(|character| !character.is_control()).take(64));
            }
            Frame::Array { index } => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::place_at;

    #[test]
    fn names_the_value_at_a_position() {
        let text = b"{\n \"affected\": [{\"a\": 1}, {\"ranges\": [\n  7]}]}";
        assert_eq!(place_at(text, 3, 3).value, "affected[1].ranges[0]");
        assert_eq!(place_at(text, 1, 1).value, "");
        assert_eq!(place_at(b"{\"a\\\"b\": [", 1, 12).value, "a\\\"b[0]");
        assert_eq!(place_at(b"", 9, 9).value, "");
    }
}
