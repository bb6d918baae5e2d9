// SPDX-License-Identifier: Apache-2.0
//! npm: SemVer. What node-semver refuses is listed here; the order itself is that of [`super::semver`].

use super::semver;

/// Number.MAX_SAFE_INTEGER: node-semver takes no greater major, minor or patch.
const GREATEST_NUMBER: u64 = 9_007_199_254_740_991;
const LONGEST_VERSION: usize = 256;

/// Whether node-semver 7 (`new SemVer(text)`, not loose) takes the text.
pub(crate) fn is_valid(version: &str) -> bool {
    if version.len() > LONGEST_VERSION {
        return false;
    }
    let text = version.trim_matches(is_js_space);
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let fits = |part: &str| part.parse::<u64>().is_ok_and(|number| number <= GREATEST_NUMBER);
    semver::is_strict(text) && core.split('.').all(fits)
}

/// What JavaScript's `trim` and `\s` take (ECMA-262, WhiteSpace and LineTerminator): not what Unicode calls white space.
pub(crate) fn is_js_space(letter: char) -> bool {
    letter == '\u{feff}' || letter.is_whitespace() && letter != '\u{85}'
}
