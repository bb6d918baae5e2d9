//! hinomi-tickets
