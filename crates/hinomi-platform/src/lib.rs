//! hinomi-platform
