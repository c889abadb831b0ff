//! Conditions that are put together piece by piece: only what narrows stands in the SQL, so
//! that the engine plans for what is asked.

use sqlx::Any;
use sqlx::query::QueryAs;

use crate::search_key;

/// Conditions that all must hold, with the values they name.
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

    /// What was typed must be in the column, which [`search_key`] has filled.
    pub fn search(&mut self, column: &str, typed: &str) {
        let (typed, close) = search_key::patterns(typed);
        let same = typed == close;
        let typed = self.text(typed);
        if same {
            return self.and(&format!("{column} LIKE {typed} ESCAPE '!'"));
        }
        let close = self.text(close);
        self.and(&format!(
            "({column} LIKE {typed} ESCAPE '!' OR {column} LIKE {close} ESCAPE '!')"
        ));
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
