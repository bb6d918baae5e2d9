// SPDX-License-Identifier: Apache-2.0
//! What agents on hosts report: their machine, its operating system and the software they saw.

mod glpi;
mod osquery;

pub(crate) use glpi::{read_json as read_glpi_json, read_xml as read_glpi_xml};
pub(crate) use osquery::{is_row as is_osquery_row, read as read_osquery};
