//! hinomi-findings
