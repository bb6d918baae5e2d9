// SPDX-License-Identifier: Apache-2.0
//! Advisories from files into an index.

use std::ops::ControlFlow;
use std::path::PathBuf;

use hinomi_advisory_formats::{Advisory, kev};
use hinomi_match::{BadBound, Catalogue, CatalogueBuilder, Index};

use super::row::severity;
use super::work::{Document, Emit, each_document};

/// Everything that answers are made from.
pub(crate) struct Loaded {
    pub(crate) index: Index,
    pub(crate) catalogue: Catalogue,
    /// Records read, withdrawn ones too.
    pub(crate) records: usize,
    /// Documents that are no advisories.
    pub(crate) passed_over: usize,
    /// Documents that could not be read, each with its place and cause.
    pub(crate) failures: Vec<String>,
    pub(crate) bad_bounds: Vec<BadBound>,
}

impl Loaded {
    /// Writes each record's vulnerability and severity into the index, for a file that must do without the records.
    pub(crate) fn remember_notes(&mut self) {
        let notes: Vec<(&str, &str, &str)> = self
            .catalogue
            .ids()
            .map(|id| (id, self.catalogue.vulnerability(id), severity(&self.catalogue, id).as_str()))
            .collect();
        self.index.set_notes(notes);
    }
}

enum Outcome {
    /// The records, and those of them that could not be read.
    Records(Vec<Advisory>, Vec<String>),
    PassedOver,
    Failure(String),
}

/// Reads every advisory under `paths`. One bad document costs nothing but itself.
pub(crate) fn advisories(paths: &[PathBuf]) -> Loaded {
    let mut builder = Index::builder();
    let mut catalogue = CatalogueBuilder::default();
    let (mut records, mut passed_over) = (0, 0);
    let (mut failures, mut bad_bounds) = (Vec::new(), Vec::new());
    let read_one = |document: Document, emit: &mut Emit<'_, Outcome>| {
        // There is one outcome, so nothing is left to stop.
        let _flow = emit(read(document));
    };
    each_document(paths, read_one, |outcome| {
        match outcome {
            Outcome::Records(advisories, unreadable) => {
                failures.extend(unreadable);
                records += advisories.len();
                for advisory in &advisories {
                    bad_bounds.extend(builder.add(advisory));
                    catalogue.add(advisory);
                }
            }
            Outcome::PassedOver => passed_over += 1,
            Outcome::Failure(message) => failures.push(message),
        }
        ControlFlow::Continue(())
    });
    let catalogue = catalogue.finish();
    let index = builder.finish_with(catalogue.groups());
    Loaded { index, catalogue, records, passed_over, failures, bad_bounds }
}

fn read(document: Document) -> Outcome {
    let bytes = match document.bytes {
        Ok(bytes) => bytes,
        Err(message) => return Outcome::Failure(message),
    };
    if kev::looks_like_catalogue(&bytes) {
        return Outcome::PassedOver;
    }
    let (mut records, mut unreadable) = (Vec::new(), Vec::new());
    // One bad record of a year's file costs nothing but itself.
    let whole = hinomi_advisory_formats::read_each(&bytes, &document.path, &mut |record| match record {
        Ok(record) => records.push(record),
        Err(error) => unreadable.push(error.to_string()),
    });
    match whole {
        Ok(()) => Outcome::Records(records, unreadable),
        Err(error) if error.is_unrecognised() => Outcome::PassedOver,
        Err(error) => Outcome::Failure(error.to_string()),
    }
}
