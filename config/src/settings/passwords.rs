//! `[passwords]`: what it costs to check one (argon2id, RFC 9106).

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwords {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// So many are hashed at once; others wait their turn.
    pub concurrent: usize,
}
