//! A table as the body of an answer: rows are asked for as the reader takes them.

use std::fmt::Display;
use std::pin::Pin;

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

use super::{Row, TableFile};

type Error = axum::BoxError;
type Rows = Pin<Box<dyn Stream<Item = Result<Vec<Row>, Error>> + Send>>;

/// The whole table, some rows at a time. A failure on the way breaks the answer off, so that nobody
/// takes a part for the whole.
pub fn stream<E>(
    table: TableFile,
    rows: impl Stream<Item = Result<Vec<Row>, E>> + Send + 'static,
) -> Body
where
    E: Display + Into<Error> + 'static,
{
    let rows: Rows = Box::pin(rows.map_err(|error| {
        tracing::warn!(%error, "a table was broken off");
        error.into()
    }));
    let pieces = stream::try_unfold(Some((table, rows)), next_piece);
    // An empty piece is the end of an answer in HTTP/1.
    Body::from_stream(pieces.try_filter(|piece| std::future::ready(!piece.is_empty())))
}

type Left = Option<(TableFile, Rows)>;

async fn next_piece(left: Left) -> Result<Option<(Bytes, Left)>, Error> {
    let Some((mut table, mut rows)) = left else {
        return Ok(None);
    };
    let Some(batch) = rows.next().await.transpose()? else {
        let rest = tokio::task::spawn_blocking(move || table.end()).await??;
        return Ok(Some((rest, None)));
    };
    // Compression takes its time, which other answers need not wait for.
    let (table, piece) = tokio::task::spawn_blocking(move || {
        for row in &batch {
            table.row(row)?;
        }
        let piece = table.take()?;
        Ok::<_, std::io::Error>((table, piece))
    })
    .await??;
    Ok(Some((piece, Some((table, rows)))))
}

/// Rows by the page: `page` is given the key at which it begins, and gives the one at which the next
/// begins, if there is one.
pub fn by_page<K, E, F>(
    page: impl Fn(Option<K>) -> F + Send + 'static,
) -> impl Stream<Item = Result<Vec<Row>, E>> + Send
where
    K: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<(Vec<Row>, Option<K>), E>> + Send,
{
    enum At<K> {
        Key(Option<K>),
        End,
    }
    stream::try_unfold((page, At::Key(None)), |(page, at)| async {
        let At::Key(key) = at else { return Ok(None) };
        let (rows, next) = page(key).await?;
        let at = next.map_or(At::End, |key| At::Key(Some(key)));
        Ok(Some((rows, (page, at))))
    })
}
