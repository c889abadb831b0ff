//! Conditions on people that are put together piece by piece: only what narrows stands in the SQL, so
//! that the engine plans for what is asked.

use sqlx::Any;
use sqlx::query::QueryAs;

/// Conditions on `members m` that all must hold, with the values they name.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    sql: String,
    values: Vec<Value>,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(i64),
}

impl Condition {
    /// A text that the SQL names by what this gives, such as `$3`.
    pub fn text(&mut self, text: impl Into<String>) -> String {
        self.values.push(Value::Text(text.into()));
        format!("${}", self.values.len())
    }

    pub fn number(&mut self, number: i64) -> String {
        self.values.push(Value::Number(number));
        format!("${}", self.values.len())
    }

    /// One more condition; its values are in `self` already.
    pub fn and(&mut self, sql: &str) {
        self.sql
            .push_str(if self.sql.is_empty() { "" } else { " AND " });
        self.sql.push_str(sql);
    }

    /// What follows WHERE.
    #[must_use]
    pub fn sql(&self) -> &str {
        if self.sql.is_empty() {
            "1 = 1"
        } else {
            &self.sql
        }
    }

    /// Gives the values to a query of rows.
    pub fn bind<'q, O>(
        &'q self,
        mut query: QueryAs<'q, Any, O, sqlx::any::AnyArguments>,
    ) -> QueryAs<'q, Any, O, sqlx::any::AnyArguments> {
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.as_str()),
                Value::Number(number) => query.bind(*number),
            };
        }
        query
    }
}
