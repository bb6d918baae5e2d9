//! hinomi-risk
