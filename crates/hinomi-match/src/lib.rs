//! hinomi-match
