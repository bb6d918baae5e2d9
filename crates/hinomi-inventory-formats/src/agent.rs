// SPDX-License-Identifier: Apache-2.0
//! What agents on hosts report: their machine, its operating system and the software they saw.

mod fleet;
mod glpi;
mod osquery;
mod wazuh;
mod windows;

pub(crate) use fleet::{is_document as is_fleet, read as read_fleet};
pub(crate) use glpi::{read_json as read_glpi_json, read_xml as read_glpi_xml};
pub(crate) use osquery::{is_log as is_osquery_log, is_row as is_osquery_row, read as read_osquery, system};
pub(crate) use wazuh::read as read_wazuh;
pub(crate) use windows::{
    by_keys as windows_by_keys, hotfix, read_hotfixes, read_programs, read_registry, sniff as sniff_windows,
};
