//! Settings and certificates, read again while the gateway runs: on SIGHUP and when a file changes.
//!
//! What can change without a new socket or a new thread comes into force at once: certificates,
//! trusted proxies, the grace of sessions, the log filter. For all else the log says that it needs a
//! restart. Whatever is wrong with the new files, what ran before keeps running.

use std::sync::Arc;

use config::settings::environment::of_this_process;
use config::{Clock, Settings};

use crate::gate::Gate;
use crate::listeners::certificates::Certificates;

pub mod watch;

/// Changes the filter of the log; fails with a sentence where the filter cannot be read.
pub type SetLogFilter = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// Reads again what the other half of the program has read of files.
pub type ReadAgain = Arc<dyn Fn() + Send + Sync>;

/// What can be changed while the gateway runs.
pub struct Reloader {
    pub settings: Arc<Settings>,
    pub gate: Arc<Gate>,
    pub certificates: Certificates,
    pub set_log_filter: SetLogFilter,
    pub read_again: ReadAgain,
    pub clock: Clock,
}

impl Reloader {
    /// Reads everything again and puts into force what is good. Returns whether all of it was.
    pub fn reload(&mut self) -> bool {
        (self.read_again)();
        let mut settings = match self.read() {
            Ok(settings) => settings,
            Err(problems) => {
                for problem in problems {
                    tracing::error!(%problem, "the settings stay as they were");
                }
                return false;
            }
        };
        let now = self.clock.now();
        let certificates = self.certificates.reload(&settings, now);
        if let Err(why) = &certificates {
            for (listener, why) in &why.0 {
                tracing::error!(%listener, %why, "the certificates stay as they were");
            }
        }
        let trusted = settings.trust.proxies.iter().collect();
        self.gate.trusted_proxies.store(Arc::new(trusted));
        self.gate.sessions.set_grace(settings.sessions.grace);
        if settings.log.filter != self.settings.log.filter
            && let Err(why) = (self.set_log_filter)(&settings.log.filter)
        {
            tracing::error!(%why, "the log filter stays as it was");
            settings.log.filter.clone_from(&self.settings.log.filter);
        }
        for section in needing_restart(&self.settings, &settings) {
            tracing::warn!(section, "this change needs a restart");
        }
        self.settings = Arc::new(settings);
        tracing::info!("settings and certificates have been read again");
        certificates.is_ok()
    }

    fn read(&self) -> Result<Settings, Vec<config::Problem>> {
        if self.settings.file.as_os_str().is_empty() {
            return Ok(Settings::clone(&self.settings));
        }
        Settings::load(&self.settings.file, of_this_process())
    }
}

/// Which sections differ that cannot change while running.
fn needing_restart(old: &Settings, new: &Settings) -> Vec<&'static str> {
    let shape = |settings: &Settings| {
        let listeners = settings.listeners.iter().map(|listener| {
            let mut listener = listener.clone();
            if let Some(tls) = &mut listener.tls {
                tls.certificates.clear();
            }
            listener
        });
        listeners.collect::<Vec<_>>()
    };
    let changes = [
        ("data", old.data != new.data),
        ("role", old.role != new.role),
        ("access", old.access != new.access),
        ("admin", old.admin != new.admin),
        ("listener", shape(old) != shape(new)),
        ("store", old.store != new.store),
        ("secrets", old.secrets != new.secrets),
        ("passwords", old.passwords != new.passwords),
        ("places", old.places != new.places),
        ("events", old.events != new.events),
        ("limits", old.limits != new.limits),
        ("monitor", old.monitor != new.monitor),
        ("outbound", old.outbound != new.outbound),
        ("log.format", old.log.format != new.log.format),
    ];
    changes
        .into_iter()
        .filter_map(|(section, changed)| changed.then_some(section))
        .collect()
}

#[cfg(test)]
mod tests;
