//! `/events/…`: the three logs, searched and taken away.

pub mod access;
pub mod audit;
mod export;
pub mod sign_ins;
mod span;

pub use span::{Between, LogPage};
