//! hinomi-version
