//! Statements about many rows by their ids, so many at a time as both engines take.

/// So many ids go into one statement.
pub const CHUNK: usize = 500;

/// The names of `count` values from `first` on, such as `$2, $3`.
#[must_use]
pub fn placeholders(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..).take(count).map(|at| format!("${at}")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_named_from_the_first_on() {
        assert_eq!(placeholders(2, 3), "$2, $3, $4");
        assert_eq!(placeholders(1, 0), "");
    }
}
