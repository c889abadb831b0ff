//! What an operator, or a supervisor, tells a running gateway by a signal.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: read settings and certificates again.
    Reload,
    /// SIGTERM: take no new connections, let end what is open.
    Stop,
    /// SIGQUIT: hand the listening sockets to the process that replaces this one, then stop.
    Upgrade,
    /// SIGINT: stop at once.
    Quit,
}

/// Passes on what the operating system says. Must be called on a tokio runtime that lives as long
/// as the gateway.
///
/// # Errors
/// If a signal cannot be listened for.
pub fn from_operating_system() -> std::io::Result<mpsc::UnboundedReceiver<Signal>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for (kind, meaning) in [
        (SignalKind::hangup(), Signal::Reload),
        (SignalKind::terminate(), Signal::Stop),
        (SignalKind::quit(), Signal::Upgrade),
        (SignalKind::interrupt(), Signal::Quit),
    ] {
        let mut source = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while source.recv().await.is_some() {
                if sender.send(meaning).is_err() {
                    return;
                }
            }
        });
    }
    Ok(receiver)
}
