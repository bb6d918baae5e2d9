//! hinomi-inventory-formats
