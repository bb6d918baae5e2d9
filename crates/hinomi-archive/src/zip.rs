// SPDX-License-Identifier: Apache-2.0
//! Members of a zip archive, in the order of its central directory.

use std::io::{Read, Seek};

use crate::Kind;
use crate::error::ArchiveError;
use crate::layer::Guarded;
use crate::walker::{Halt, Walker};

/// Visits each member; `source` is the whole archive.
pub(crate) fn members<R: Read + Seek>(
    walker: &mut Walker<'_, '_>,
    place: &str,
    source: R,
    depth: usize,
) -> Result<(), Halt> {
    let mut archive = match zip::ZipArchive::new(source) {
        Ok(archive) => archive,
        Err(error) => return walker.report(damaged(place, &error), depth),
    };
    for index in 0..archive.len() {
        let mut member = match archive.by_index(index) {
            Ok(member) => member,
            Err(error) => {
                let member_place = format!("{place}!#{index}");
                walker.report(damaged(&member_place, &error), depth + 1).or_else(|halt| halt.below(depth))?;
                continue;
            }
        };
        if member.is_dir() || member.is_symlink() {
            continue;
        }
        let member_place = format!("{place}!{}", String::from_utf8_lossy(member.name_raw()));
        let encoded_bytes = member.compressed_size();
        let standing = walker.standing(&member_place, depth + 1);
        let mut guarded = Guarded::member(Kind::Zip, &mut member, encoded_bytes, standing);
        walker.document(member_place, &mut guarded, None, depth + 1).or_else(|halt| halt.below(depth))?;
    }
    Ok(())
}

fn damaged(place: &str, error: &zip::result::ZipError) -> ArchiveError {
    let place = place.to_owned();
    match error {
        zip::result::ZipError::UnsupportedArchive(cause) => {
            ArchiveError::Unsupported { place, kind: Kind::Zip, cause: (*cause).to_owned() }
        }
        _ => ArchiveError::Corrupt { place, kind: Kind::Zip, offset: 0, cause: error.to_string() },
    }
}
