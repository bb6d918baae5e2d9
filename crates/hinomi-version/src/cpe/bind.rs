// SPDX-License-Identifier: Apache-2.0
//! The two bindings of a name (NISTIR 7695, sections 6.1 and 6.2).

use std::fmt;

use super::{Attribute, Cpe, LONGEST_VALUE, Value, symbols};

/// Reads what follows `cpe:2.3:`.
pub(super) fn read_formatted(text: &str) -> Result<Cpe, &'static str> {
    let mut cpe = Cpe::default();
    let mut fields = split_unquoted(text).into_iter();
    for attribute in Attribute::ALL {
        // Names cut short by their publishers say nothing about the attributes that are missing.
        let Some(field) = fields.next() else { break };
        cpe.set(attribute, read_formatted_value(field)?);
    }
    if fields.next().is_some() {
        return Err("it has more than eleven attributes");
    }
    check_part(cpe)
}

fn split_unquoted(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' if !quoted => {
                quoted = true;
                continue;
            }
            b':' if !quoted => {
                fields.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        quoted = false;
    }
    fields.push(&text[start..]);
    fields
}

fn read_formatted_value(field: &str) -> Result<Value, &'static str> {
    match field {
        "*" | "" => return Ok(Value::Any),
        "-" => return Ok(Value::NotApplicable),
        _ => {}
    }
    let mut canonical = String::with_capacity(field.len());
    for (letter, quoted) in symbols(field) {
        push_symbol(&mut canonical, letter, quoted);
    }
    checked(canonical)
}

/// Canonical quoting: letters, digits, `_`, `.` and `-` bare, wildcards bare, everything else behind a backslash.
fn push_symbol(out: &mut String, letter: char, quoted: bool) {
    let is_bare = letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let is_wildcard = !quoted && matches!(letter, '*' | '?');
    if !is_bare && !is_wildcard {
        out.push('\\');
    }
    out.extend(letter.to_lowercase());
}

/// Every character of a text as itself.
pub(super) fn quote_all(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    text.chars().for_each(|letter| push_symbol(&mut quoted, letter, true));
    quoted
}

pub(super) fn checked(canonical: String) -> Result<Value, &'static str> {
    match canonical.as_str() {
        "" => Err("an attribute is empty"),
        _ if canonical.len() > LONGEST_VALUE => Err("an attribute is too long"),
        _ if canonical.contains(|letter: char| letter.is_whitespace() || letter.is_control()) => {
            Err("an attribute has a space or a control character")
        }
        // `%02` of a URI and nothing else: whatever the value is.
        "*" => Ok(Value::Any),
        // The bare dash is NA; a dash that is a value is quoted.
        "-" => Ok(Value::Text("\\-".into())),
        _ => Ok(Value::Text(canonical.into())),
    }
}

fn check_part(cpe: Cpe) -> Result<Cpe, &'static str> {
    match cpe.get(Attribute::Part) {
        Value::Text(part) if !matches!(&**part, "a" | "o" | "h") => Err("its part is none of a, o and h"),
        _ => Ok(cpe),
    }
}

/// Reads what follows `cpe:/`.
pub(super) fn read_uri(text: &str) -> Result<Cpe, &'static str> {
    let mut cpe = Cpe::default();
    let fields: Vec<&str> = text.split(':').collect();
    if fields.len() > 7 {
        return Err("it has more than seven components");
    }
    for (attribute, field) in Attribute::ALL.into_iter().zip(&fields) {
        match (attribute, field.strip_prefix('~')) {
            (Attribute::Edition, Some(packed)) => unpack(&mut cpe, packed)?,
            _ => cpe.set(attribute, read_uri_value(field)?),
        }
    }
    check_part(cpe)
}

/// `edition~sw_edition~target_sw~target_hw~other`, as 2.3 packs them into 2.2's edition.
fn unpack(cpe: &mut Cpe, packed: &str) -> Result<(), &'static str> {
    let attributes = [
        Attribute::Edition,
        Attribute::SwEdition,
        Attribute::TargetSw,
        Attribute::TargetHw,
        Attribute::Other,
    ];
    let fields: Vec<&str> = packed.split('~').collect();
    if fields.len() > attributes.len() {
        return Err("its edition packs more than five attributes");
    }
    for (attribute, field) in attributes.into_iter().zip(fields) {
        cpe.set(attribute, read_uri_value(field)?);
    }
    Ok(())
}

fn read_uri_value(field: &str) -> Result<Value, &'static str> {
    match field {
        "" => return Ok(Value::Any),
        "-" => return Ok(Value::NotApplicable),
        _ => {}
    }
    let mut canonical = String::with_capacity(field.len());
    let mut rest = field;
    while let Some(letter) = rest.chars().next() {
        if letter != '%' {
            push_symbol(&mut canonical, letter, true);
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        let code = rest.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.ok_or("a percent sign is not followed by two hexadecimal digits")? {
            1 => canonical.push('?'),
            2 => canonical.push('*'),
            code if code.is_ascii_graphic() => push_symbol(&mut canonical, char::from(code), true),
            _ => return Err("a percent-encoded character is not printable ASCII"),
        }
        rest = &rest[3..];
    }
    checked(canonical)
}

pub(super) fn write_uri(cpe: &Cpe) -> String {
    let value = |attribute| uri_value(cpe.get(attribute));
    let extended =
        [Attribute::SwEdition, Attribute::TargetSw, Attribute::TargetHw, Attribute::Other].map(value);
    let edition = value(Attribute::Edition);
    let edition = if extended.iter().all(String::is_empty) {
        edition
    } else {
        format!("~{edition}~{}", extended.join("~"))
    };
    let fields = [
        value(Attribute::Part),
        value(Attribute::Vendor),
        value(Attribute::Product),
        value(Attribute::Version),
        value(Attribute::Update),
        edition,
        value(Attribute::Language),
    ];
    format!("cpe:/{}", fields.join(":").trim_end_matches(':'))
}

fn uri_value(value: &Value) -> String {
    let text = match value {
        Value::Any => return String::new(),
        Value::NotApplicable => return "-".to_owned(),
        Value::Text(text) => text,
    };
    let mut out = String::with_capacity(text.len());
    for (letter, quoted) in symbols(text) {
        match letter {
            '?' if !quoted => out.push_str("%01"),
            '*' if !quoted => out.push_str("%02"),
            // "\-" alone would read back as NA.
            '-' if quoted => out.push_str("%2d"),
            '_' | '.' | '-' => out.push(letter),
            _ if letter.is_alphanumeric() => out.push(letter),
            _ => {
                let mut buffer = [0; 4];
                for byte in letter.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("%{byte:02x}"));
                }
            }
        }
    }
    out
}

/// The formatted string, quoted canonically.
impl fmt::Display for Cpe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("cpe:2.3")?;
        for attribute in Attribute::ALL {
            match self.get(attribute) {
                Value::Any => out.write_str(":*")?,
                Value::NotApplicable => out.write_str(":-")?,
                Value::Text(text) => write!(out, ":{text}")?,
            }
        }
        Ok(())
    }
}
