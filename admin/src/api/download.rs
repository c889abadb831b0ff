//! Tables to take away: which format, whose time of day, and the answer that carries one.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::problem::Code;
use crate::refused::Invalid;
use crate::table_file::{Format, Row, TableFile, stream};

/// How a table is to be written.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Download {
    #[param(inline)]
    pub format: Format,
    /// Times are shown as they are in this zone of the IANA database, such as Asia/Shanghai; UTC
    /// unless told.
    pub time_zone: Option<String>,
}

impl Download {
    fn zone(&self) -> Result<TimeZone, Invalid> {
        let Some(name) = self.time_zone.as_deref() else {
            return Ok(TimeZone::UTC);
        };
        TimeZone::get(name).map_err(|_| {
            Invalid::new(
                "time_zone",
                (
                    &format!("there is no time zone {name}"),
                    &format!("没有名为 {name} 的时区"),
                ),
                (
                    "a name of the IANA database, such as Asia/Shanghai",
                    "IANA 时区名称，例如 Asia/Shanghai",
                ),
            )
        })
    }

    /// A file of this name, without extension, with the headings and rows.
    ///
    /// # Errors
    /// If there is no such time zone.
    pub fn answer<E>(
        &self,
        name: &str,
        headings: Vec<String>,
        rows: impl Stream<Item = Result<Vec<Row>, E>> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        E: std::fmt::Display + Into<axum::BoxError> + 'static,
    {
        let table = TableFile::begin(self.format, headings, self.zone()?);
        let table = table.map_err(|error| {
            tracing::error!(%error, "a table could not be begun");
            Problem::new(Code::Internal)
        })?;
        let file = format!(
            "attachment; filename=\"{name}.{}\"",
            self.format.extension()
        );
        let kind = HeaderValue::from_static(self.format.content_type());
        let mut answer = stream(table, rows).into_response();
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Ok(file) = HeaderValue::from_str(&file) {
            answer
                .headers_mut()
                .insert(header::CONTENT_DISPOSITION, file);
        }
        Ok(answer)
    }
}
