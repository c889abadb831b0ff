//! How the program tells what it does: text for people or JSON for machines, with a filter that can
//! change while it runs.

use std::io::IsTerminal;
use std::sync::Arc;

use config::settings::{Log, LogFormat};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use crate::reload::SetLogFilter;

/// Starts the log on standard error, and returns what changes its filter.
///
/// # Errors
/// If the filter cannot be read, or a log has been started already.
pub fn start(log: &Log) -> Result<SetLogFilter, String> {
    let filter = read(&log.filter)?;
    let (filter, handle) = reload::Layer::new(filter);
    let lines: Box<dyn Layer<_> + Send + Sync> = match log.format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            Box::new(fmt::layer().with_ansi(colours).with_writer(std::io::stderr))
        }
        LogFormat::Json => Box::new(fmt::layer().json().with_writer(std::io::stderr)),
    };
    Registry::default()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|why| why.to_string())?;
    Ok(Arc::new(move |filter| {
        handle.reload(read(filter)?).map_err(|why| why.to_string())
    }))
}

fn read(filter: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(filter).map_err(|why| format!("log.filter \"{filter}\": {why}"))
}
