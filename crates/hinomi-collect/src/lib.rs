//! hinomi-collect
