//! hinomi-testkit
