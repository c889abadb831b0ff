//! `[passwords]`: what it costs to check one (argon2id, RFC 9106).

use serde::{Deserialize, Serialize};

use crate::settings::section::Section;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwords {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// So many are hashed at once; others wait their turn.
    pub concurrent: usize,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            concurrent: 2,
        }
    }
}

/// Iterations, and the memory in KiB that they need at least, by OWASP's Password Storage Cheat
/// Sheet. More iterations than the last need no less memory than it.
const LEAST_MEMORY: [(u32, u32); 5] = [
    (1, 47_104),
    (2, 19_456),
    (3, 12_288),
    (4, 9_216),
    (5, 7_168),
];

pub(super) fn read(section: &mut Section<'_>) -> Passwords {
    let default = Passwords::default();
    let passwords = Passwords {
        memory_kib: section
            .integer("memory_kib", 7_168..=4_194_304)
            .unwrap_or(default.memory_kib),
        iterations: section
            .integer("iterations", 1..=100)
            .unwrap_or(default.iterations),
        parallelism: section
            .integer("parallelism", 1..=64)
            .unwrap_or(default.parallelism),
        concurrent: section
            .integer("concurrent", 1..=1024)
            .unwrap_or(default.concurrent),
    };
    let least = LEAST_MEMORY
        .iter()
        .rfind(|(iterations, _)| *iterations <= passwords.iterations);
    if let Some((_, memory)) = least.filter(|(_, memory)| passwords.memory_kib < *memory) {
        let key = section.path_of("memory_kib");
        section.report.problem(
            &key,
            format!(
                "{} KiB with {} iterations is too cheap to guess against",
                passwords.memory_kib, passwords.iterations
            ),
            format!("write at least {memory}, or more iterations"),
        );
    }
    passwords
}
