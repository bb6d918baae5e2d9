//! hinomi-advisory-formats
