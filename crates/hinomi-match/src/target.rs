// SPDX-License-Identifier: Apache-2.0
//! Which version closes several advisories at once.

use std::cmp::Ordering;

use hinomi_version::{Scheme, compare, encode};

/// The lowest version that is at least every one of `fixes`: the highest of them.
///
/// Versions that the scheme cannot place are passed over; `None` when no fix is left. Of equal versions the
/// first text in byte order is taken, so that the order of `fixes` makes no difference.
///
/// ```
/// use hinomi_match::{Scheme, target_version};
///
/// assert_eq!(target_version(Scheme::Deb, ["1.2-3", "1.10-1", "1.9-1"]).as_deref(), Some("1.10-1"));
/// ```
pub fn target_version<'a>(scheme: Scheme, fixes: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut highest: Option<&str> = None;
    for fix in fixes {
        if encode(scheme, fix).is_err() {
            continue;
        }
        let replaces = match highest {
            None => true,
            Some(known) => match compare(scheme, known, fix) {
                Ok(Ordering::Less) => true,
                Ok(Ordering::Equal) => fix < known,
                _ => false,
            },
        };
        if replaces {
            highest = Some(fix);
        }
    }
    highest.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::target_version;
    use hinomi_version::Scheme;

    #[test]
    fn the_highest_fix_closes_them_all() {
        let target = |fixes: &[&str]| target_version(Scheme::Pypi, fixes.iter().copied());
        assert_eq!(target(&["1.9", "1.10", "1.2"]).as_deref(), Some("1.10"));
        assert_eq!(target(&["1.0.0", "1.0"]), target(&["1.0", "1.0.0"]));
        assert_eq!(target(&["nonsense", "1.0"]).as_deref(), Some("1.0"));
        assert_eq!(target(&[]), None);
    }
}
