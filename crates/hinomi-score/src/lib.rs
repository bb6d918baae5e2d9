//! hinomi-score
