//! hinomi-assets
