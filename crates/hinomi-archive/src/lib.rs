//! hinomi-archive
