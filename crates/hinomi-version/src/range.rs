// SPDX-License-Identifier: Apache-2.0
//! Version ranges.
use crate::{Scheme, VersionError};

#[derive(Debug, Clone)]
pub struct VersRange;
impl VersRange {
    pub fn parse(_text: &str) -> Result<VersRange, VersionError> {
        Ok(VersRange)
    }
    pub fn scheme(&self) -> Option<Scheme> {
        None
    }
    pub fn contains(&self, _version: &str) -> Result<bool, VersionError> {
        Ok(false)
    }
}
pub fn native_contains(_scheme: Scheme, range: &str, _version: &str) -> Result<bool, VersionError> {
    Err(VersionError::range("x", range, "todo"))
}
