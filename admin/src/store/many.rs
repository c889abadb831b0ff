//! Statements about many rows by their ids, so many at a time as both engines take.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow};

use super::{Connection, StoreError};

/// So many ids go into one statement.
pub const CHUNK: usize = 500;

/// The names of `count` values from `first` on, such as `$2, $3`.
#[must_use]
pub fn placeholders(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..).take(count).map(|at| format!("${at}")).collect();
    names.join(", ")
}

/// What is found for any of these values. `sql` is given their names; those of `bound` are `$1` and so on.
pub async fn found<T>(
    connection: &mut Connection,
    bound: &[&str],
    values: &[&str],
    sql: impl Fn(&str) -> String,
) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
{
    let mut found = Vec::with_capacity(values.len());
    for values in values.chunks(CHUNK) {
        let sql = sql(&placeholders(bound.len() + 1, values.len()));
        let query = sqlx::query_as::<_, T>(AssertSqlSafe(sql));
        let all = bound.iter().chain(values);
        let query = all.fold(query, |query, value| query.bind(*value));
        found.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(found)
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
