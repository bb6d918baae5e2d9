//! hinomi-web
