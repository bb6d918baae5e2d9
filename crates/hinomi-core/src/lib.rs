//! hinomi-core
