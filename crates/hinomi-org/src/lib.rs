//! hinomi-org
