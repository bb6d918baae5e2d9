//! hinomi-inventory
