//! Pages to read and to edit.

use std::io::Write;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

use super::library::{Article, Library};
use super::markup;
use crate::page;
use crate::reader::Reader;

type Shelf = State<Arc<Library>>;

#[derive(Template)]
#[template(path = "wiki/article.html")]
struct ArticlePage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
    title: String,
    html: String,
    article: Article,
}

#[derive(Template)]
#[template(path = "wiki/edit.html")]
struct EditPage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
    title: String,
    source: String,
}

#[derive(Template)]
#[template(path = "wiki/strict.html")]
struct StrictPage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
}

#[derive(Template)]
#[template(path = "wiki/archive.html")]
struct ArchivePage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
    years: Vec<u16>,
}

#[derive(Template)]
#[template(path = "wiki/missing.html")]
struct MissingPage {
    reader: Reader,
    contents: Vec<(&'static str, String)>,
    slug: String,
}

pub async fn read(library: Shelf, reader: Reader, Path(slug): Path<String>) -> Response {
    let Some(article) = library.get(&slug) else {
        return missing(library, reader).await;
    };
    page::render(&ArticlePage {
        contents: library.contents(reader.language),
        title: article.title.get(reader.language).to_owned(),
        html: markup::to_html(article.body.get(reader.language)),
        reader,
        slug,
        article,
    })
}

pub async fn edit(library: Shelf, reader: Reader, Path(slug): Path<String>) -> Response {
    let Some(article) = library.get(&slug) else {
        return missing(library, reader).await;
    };
    page::render(&EditPage {
        contents: library.contents(reader.language),
        title: article.title.get(reader.language).to_owned(),
        source: article.body.get(reader.language).to_owned(),
        reader,
        slug,
    })
}

#[derive(Deserialize)]
pub struct Draft {
    body: String,
}

pub async fn write(
    library: Shelf,
    reader: Reader,
    Path(slug): Path<String>,
    Form(draft): Form<Draft>,
) -> Response {
    let author = reader
        .name
        .clone()
        .unwrap_or_else(|| reader.say("匿名", "Anonymous").to_owned());
    if library.write(&slug, reader.language, draft.body, author) {
        Redirect::to(&format!("/pages/{slug}")).into_response()
    } else {
        missing(library, reader).await
    }
}

/// A page that allows no script and no style but its own files.
pub async fn strict(library: Shelf, reader: Reader) -> Response {
    const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                       form-action 'self'; frame-ancestors 'none'";
    let body = page::render(&StrictPage {
        contents: library.contents(reader.language),
        slug: "strict".to_owned(),
        reader,
    });
    ([(header::CONTENT_SECURITY_POLICY, CSP)], body).into_response()
}

/// A long page that is sent compressed, asked or not, as some applications do.
pub async fn archive(library: Shelf, reader: Reader) -> Response {
    let page = ArchivePage {
        contents: library.contents(reader.language),
        slug: "archive".to_owned(),
        years: (1990..=2025).rev().collect(),
        reader,
    };
    let Ok(html) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    match encoder
        .write_all(html.as_bytes())
        .and_then(|()| encoder.finish())
    {
        Ok(body) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_ENCODING, "gzip"),
            ];
            (headers, body).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub async fn missing(library: Shelf, reader: Reader) -> Response {
    let page = MissingPage {
        contents: library.contents(reader.language),
        slug: String::new(),
        reader,
    };
    (StatusCode::NOT_FOUND, page::render(&page)).into_response()
}
