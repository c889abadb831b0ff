//! Files to take away: a small one that people read, and one as large as asked for.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;

use super::pdf;

pub async fn handbook() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"greenhill-handbook.pdf\"",
        ),
    ];
    (headers, pdf::handbook())
}

/// `/downloads/100` sends 100 MiB, made on the way, so that it costs neither disk nor memory.
pub async fn download(Path(megabytes): Path<u64>) -> Response {
    const MIB: usize = 1 << 20;
    if !(1..=10_240).contains(&megabytes) {
        return (StatusCode::NOT_FOUND, "1 to 10240 MiB\n").into_response();
    }
    let block = Bytes::from(vec![b'.'; MIB]);
    let blocks = (0..megabytes).map(move |_| Ok::<_, std::io::Error>(block.clone()));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, (megabytes << 20).to_string()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"greenhill-{megabytes}.bin\""),
        ),
    ];
    (headers, Body::from_stream(stream::iter(blocks))).into_response()
}
