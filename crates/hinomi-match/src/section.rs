// SPDX-License-Identifier: Apache-2.0
//! A list of plain values: built in memory, or a part of an index file that somebody mapped.

use std::sync::Arc;

use bytemuck::{Pod, try_cast_slice};

/// Bytes that an index may keep and share: a mapped file, a vector.
pub type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Section<T> {
    /// Empty while the values are shared.
    owned: Vec<T>,
    shared: Option<Part>,
}

#[derive(Clone)]
struct Part {
    bytes: SharedBytes,
    start: usize,
    end: usize,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { owned: Vec::new(), shared: None }
    }
}

impl<T> std::fmt::Debug for Section<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.shared {
            None => write!(formatter, "{} values", self.owned.len()),
            Some(part) => write!(formatter, "bytes {}..{}", part.start, part.end),
        }
    }
}

impl<T: Pod> Section<T> {
    pub(crate) fn of(values: Vec<T>) -> Self {
        Self { owned: values, shared: None }
    }

    /// The values. A shared part was found to be aligned and whole when it was made.
    pub(crate) fn as_slice(&self) -> &[T] {
        match &self.shared {
            None => &self.owned,
            Some(part) => {
                let bytes = (*part.bytes).as_ref().get(part.start..part.end).unwrap_or_default();
                try_cast_slice(bytes).unwrap_or_default()
            }
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.as_slice().get(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// The values, to be changed: shared ones are copied first.
    pub(crate) fn to_mut(&mut self) -> &mut Vec<T> {
        if self.shared.is_some() {
            self.owned = self.as_slice().to_vec();
            self.shared = None;
        }
        &mut self.owned
    }

    /// A part of shared bytes; `None` when it is not whole values at an aligned place.
    pub(crate) fn shared(bytes: &SharedBytes, start: usize, end: usize) -> Option<Self> {
        let part = (**bytes).as_ref().get(start..end)?;
        try_cast_slice::<u8, T>(part).ok()?;
        Some(Self { owned: Vec::new(), shared: Some(Part { bytes: Arc::clone(bytes), start, end }) })
    }
}
