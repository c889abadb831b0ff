//! Which of the questions that browsers hold sealed were answered: each takes one answer, on whatever node.

use config::Timestamp;

use super::{Connection, StoreError};

/// Notes that a question was answered. `false` if it was before: of several answers that come at once, one
/// counts.
pub async fn note(
    connection: &mut Connection,
    question: &str,
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO answered_challenges (id, expires_at) VALUES ($1, $2) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(question)
    .bind(expires.as_millis())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::expiry;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn attack_23_a_question_takes_one_answer_and_is_forgotten_when_it_is_over() {
        on_both_engines(async |store| {
            let (now, over) = (Timestamp(1000), Timestamp(2000));
            let mut tx = store.begin().await.unwrap();
            assert!(note(&mut tx, "q", over).await.unwrap());
            assert!(!note(&mut tx, "q", over).await.unwrap());
            expiry::delete_used_up(&mut tx, now).await.unwrap();
            assert!(!note(&mut tx, "q", over).await.unwrap());
            expiry::delete_used_up(&mut tx, over).await.unwrap();
            assert!(note(&mut tx, "q", over).await.unwrap());
        })
        .await;
    }
}
