// SPDX-License-Identifier: Apache-2.0
//! The NIST dictionary's pairs of URI and formatted string: each reads into the same name and is written back.

use hinomi_version::cpe::{Cpe, Relation};

use crate::archive::for_each_member;
use crate::exceptions::Differences;

#[test]
fn cpe_dictionary() {
    let mut differences = Differences::new("cpe_dictionary");
    let present = for_each_member("cpe/cpe-dictionary", |_, text| {
        for line in text.lines().skip(1) {
            let mut fields = line.split('\t');
            let (uri, formatted) =
                (fields.next().expect("a URI"), fields.next().expect("a formatted string"));
            let (from_uri, from_formatted) = (Cpe::parse(uri), Cpe::parse(formatted));
            let written = from_uri.as_ref().map(Cpe::to_string);
            differences.check(uri, written.as_deref(), Ok(formatted));
            let written = from_formatted.as_ref().map(Cpe::to_uri);
            differences.check(formatted, written.as_deref(), Ok(uri));
            let relation = from_uri.and_then(|uri| Ok(uri.relation(&from_formatted?)));
            differences.check(uri, relation, Ok(Relation::Equal));
        }
    });
    if present {
        differences.finish();
    }
}
