// SPDX-License-Identifier: Apache-2.0
//! Cells of CSV files: spreadsheet formulas made harmless on the way out, and taken back unchanged on the way in.
//!
//! A cell that a spreadsheet would run (`=`, `+`, `-`, `@`, tab or carriage return first; OWASP "CSV Injection") gets a
//! leading apostrophe. A cell that already looks so protected gets one more, so that reading strips exactly what
//! writing added.

const DANGEROUS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether the text, apart from leading apostrophes, starts like a formula.
fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// The text as a file shows it.
pub fn protect(text: &str) -> String {
    if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`protect`] was given.
pub fn unprotect(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_go_out_harmless_and_come_back_unchanged() {
        for text in
            ["=1+1", "+81 3", "-x", "@a", "\tx", "'=1", "''-1", "'quoted'", "'", "", "plain", "=", "o'-b"]
        {
            let shown = protect(text);
            assert!(!shown.starts_with(DANGEROUS), "{shown:?}");
            assert_eq!(unprotect(&shown), text);
        }
        assert_eq!(protect("=cmd"), "'=cmd");
        assert_eq!(unprotect("'tis"), "'tis");
    }
}
