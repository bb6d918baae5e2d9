//! hinomi-advisories
