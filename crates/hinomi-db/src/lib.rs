//! hinomi-db
