// SPDX-License-Identifier: Apache-2.0
//! The vector string: strict parsing against the version's metric table.
use super::Version;
use super::metrics::{Group, Metric};
use std::fmt;
use std::str::FromStr;

/// More metrics than any version has.
const METRICS_MAX: usize = 32;
/// The longest valid vector has fewer than 250 bytes.
const LENGTH_MAX: usize = 512;
const NOT_GIVEN: u8 = u8::MAX;

/// A valid vector: every base metric has a value, no metric has two.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Vector {
    version: Version,
    /// Index into the metric's values, by the metric's place in its version's table.
    chosen: [u8; METRICS_MAX],
}

/// Why a text is no CVSS vector. Texts of the input are cut to 32 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CvssError {
    #[error("empty vector")]
    Empty,
    #[error("vector of {length} bytes, at most {LENGTH_MAX} are allowed")]
    TooLong { length: usize },
    #[error(
        "unknown CVSS version \"{prefix}\", expected CVSS:3.0, CVSS:3.1, CVSS:4.0 or a v2 vector without prefix"
    )]
    UnknownVersion { prefix: String },
    #[error("part {position} \"{part}\" is not METRIC:VALUE")]
    Malformed { position: usize, part: String },
    #[error("unknown metric \"{metric}\" in a v{version} vector")]
    UnknownMetric { version: Version, metric: String },
    #[error("metric {metric} has no value \"{value}\" in v{version}")]
    UnknownValue { version: Version, metric: &'static str, value: String },
    #[error("metric {metric} is given twice")]
    Duplicate { metric: &'static str },
    #[error("metric {metric} must stand before {after}: v{version} fixes the order")]
    OutOfOrder { version: Version, metric: &'static str, after: &'static str },
    #[error("mandatory metric {metric} of v{version} is missing")]
    Missing { version: Version, metric: &'static str },
}

fn cut(text: &str) -> String {
    text.chars().take(32).collect()
}

impl Vector {
    /// Parses a vector. A v2 vector has no prefix; the parentheses that the NVD puts around it are allowed.
    pub fn parse(text: &str) -> Result<Vector, CvssError> {
        if text.is_empty() {
            return Err(CvssError::Empty);
        }
        if text.len() > LENGTH_MAX {
            return Err(CvssError::TooLong { length: text.len() });
        }
        let (version, metrics) = split_version(text)?;
        let mut vector = Vector { version, chosen: [NOT_GIVEN; METRICS_MAX] };
        let mut last_index: Option<usize> = None;
        for (part_index, part) in metrics.split('/').enumerate() {
            let position = part_index + 1;
            let malformed = || CvssError::Malformed { position, part: cut(part) };
            let (name, value) = part.split_once(':').ok_or_else(malformed)?;
            if name.is_empty() || value.is_empty() {
                return Err(malformed());
            }
            let index = vector.set(name, value)?;
            if let Some(last) = last_index
                && index < last
                && version.order_is_fixed()
            {
                let table = version.metrics();
                let (metric, after) = (table[index].name, table[last].name);
                return Err(CvssError::OutOfOrder { version, metric, after });
            }
            last_index = Some(index);
        }
        vector.require_base()?;
        Ok(vector)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<usize, CvssError> {
        let version = self.version;
        let table = version.metrics();
        let Some(index) = table.iter().position(|metric| metric.name == name) else {
            return Err(CvssError::UnknownMetric { version, metric: cut(name) });
        };
        let metric = &table[index];
        let Some(choice) = metric.values.iter().position(|(candidate, _)| *candidate == value) else {
            return Err(CvssError::UnknownValue { version, metric: metric.name, value: cut(value) });
        };
        if self.chosen[index] != NOT_GIVEN {
            return Err(CvssError::Duplicate { metric: metric.name });
        }
        self.chosen[index] = u8::try_from(choice).unwrap_or(NOT_GIVEN);
        Ok(index)
    }

    fn require_base(&self) -> Result<(), CvssError> {
        let table = self.version.metrics();
        let missing = table
            .iter()
            .zip(self.chosen)
            .find(|(metric, chosen)| metric.group == Group::Base && *chosen == NOT_GIVEN);
        match missing {
            Some((metric, _)) => Err(CvssError::Missing { version: self.version, metric: metric.name }),
            None => Ok(()),
        }
    }

    pub fn version(&self) -> Version {
        self.version
    }

    /// The value of a metric as written in the vector; `None` when it is not given.
    pub fn get(&self, metric: &str) -> Option<&'static str> {
        self.entry(metric).map(|(_, (value, _))| value)
    }

    fn entry(&self, name: &str) -> Option<(&'static Metric, (&'static str, i32))> {
        let table = self.version.metrics();
        let index = table.iter().position(|metric| metric.name == name)?;
        let metric = &table[index];
        let value = metric.values.get(usize::from(self.chosen[index]))?;
        Some((metric, *value))
    }

    /// The metric's weight if it is given and defined.
    pub(super) fn defined_weight(&self, name: &str) -> Option<i32> {
        let (metric, (value, weight)) = self.entry(name)?;
        (value != metric.not_defined).then_some(weight)
    }

    /// Whether any metric of the group has another value than "not defined".
    pub(super) fn defines_any(&self, group: Group) -> bool {
        let table = self.version.metrics();
        table.iter().any(|metric| metric.group == group && self.defined_weight(metric.name).is_some())
    }
}

fn split_version(text: &str) -> Result<(Version, &str), CvssError> {
    if !text.starts_with("CVSS:") {
        let bare = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text);
        return Ok((Version::V2, bare));
    }
    let (prefix, metrics) = text.split_once('/').unwrap_or((text, ""));
    match prefix {
        "CVSS:3.0" => Ok((Version::V30, metrics)),
        "CVSS:3.1" => Ok((Version::V31, metrics)),
        "CVSS:4.0" => Ok((Version::V40, metrics)),
        _ => Err(CvssError::UnknownVersion { prefix: cut(prefix) }),
    }
}

impl FromStr for Vector {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Vector, CvssError> {
        Vector::parse(text)
    }
}

/// The canonical vector: metrics in the order of the specification, as given.
impl fmt::Display for Vector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if self.version != Version::V2 {
            write!(formatter, "CVSS:{}", self.version)?;
            separator = "/";
        }
        for (metric, chosen) in self.version.metrics().iter().zip(self.chosen) {
            if let Some((value, _)) = metric.values.get(usize::from(chosen)) {
                write!(formatter, "{separator}{}:{value}", metric.name)?;
                separator = "/";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vector({self})")
    }
}
