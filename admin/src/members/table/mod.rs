//! People as a table: as they are taken away, and as they are brought.

pub mod columns;
pub mod export;
pub mod path;
pub mod read;
