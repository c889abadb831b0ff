//! Serves the certificates that administrators upload, from the snapshot that names them to the one
//! that names them no more.
//!
//! One that cannot be read here, though another node wrote it, is set aside and told of in `/readyz`;
//! it holds up neither the others nor the rules.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use certs::Pair;
use config::certificates::UploadedCertificate;
use config::{Clock, Snapshot, Timestamp};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::certificates::Certificates;

/// Time passes too: what has expired gives way to what has not.
const LOOK_AGAIN_EVERY: Duration = Duration::from_mins(1);

/// How far this node has come with them.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    /// Whether a snapshot has been looked at.
    heard: AtomicBool,
    /// What cannot be served, and why.
    set_aside: Mutex<Vec<String>>,
}

/// Those that have been read, or could not be, by id.
#[derive(Default)]
struct Known(HashMap<String, Result<Arc<Pair>, String>>);

impl Known {
    /// Reads those that are new, and forgets those that are gone.
    fn keep(&mut self, uploads: &[Arc<UploadedCertificate>]) {
        self.0
            .retain(|id, _| uploads.iter().any(|upload| upload.id == *id));
        for upload in uploads {
            let entry = self.0.entry(upload.id.clone());
            entry.or_insert_with(|| read(upload));
        }
    }
}

fn read(upload: &UploadedCertificate) -> Result<Arc<Pair>, String> {
    match Pair::of_upload(&upload.id, &upload.chain, &upload.key) {
        Ok(pair) => Ok(Arc::new(pair)),
        Err(why) => {
            tracing::error!(id = upload.id, %why, "an uploaded certificate is not served");
            Err(format!(
                "the uploaded certificate {} is not served: {why}",
                upload.id
            ))
        }
    }
}

impl Certificates {
    /// Serves what each snapshot names, from now on, in a task of its own.
    pub fn keep_up_with(&self, snapshots: &watch::Receiver<Option<Arc<Snapshot>>>, clock: &Clock) {
        tokio::spawn(self.clone().follow(snapshots.clone(), clock.clone()));
    }

    async fn follow(self, mut snapshots: watch::Receiver<Option<Arc<Snapshot>>>, clock: Clock) {
        let mut tick = tokio::time::interval(LOOK_AGAIN_EVERY);
        let mut known = Known::default();
        snapshots.mark_changed();
        loop {
            tokio::select! {
                Ok(()) = snapshots.changed() => {}
                _ = tick.tick() => {}
            }
            let Some(snapshot) = snapshots.borrow_and_update().clone() else {
                continue;
            };
            let (certificates, now) = (self.clone(), clock.now());
            let reading = tokio::task::spawn_blocking(move || {
                known.keep(&snapshot.certificates);
                certificates.serve(&snapshot.certificates, &known, now);
                known
            });
            known = reading.await.unwrap_or_else(|error| {
                tracing::error!(%error, "uploaded certificates could not be read");
                Known::default()
            });
        }
    }

    fn serve(&self, uploads: &[Arc<UploadedCertificate>], known: &Known, now: Timestamp) {
        let found = uploads.iter().filter_map(|upload| known.0.get(&upload.id));
        let good: Vec<_> = found
            .clone()
            .filter_map(|read| read.as_ref().ok().cloned())
            .collect();
        for store in self.stores() {
            store.set_uploads(&good, now.as_seconds());
        }
        let bad = found.filter_map(|read| read.as_ref().err().cloned());
        *self.uploads.set_aside.lock() = bad.collect();
        self.uploads.heard.store(true, Ordering::Release);
    }

    /// Whether this node knows what has been uploaded.
    #[must_use]
    pub fn know_uploads(&self) -> bool {
        self.uploads.heard.load(Ordering::Acquire)
    }

    /// What has been uploaded and cannot be served here, and why.
    #[must_use]
    pub fn set_aside(&self) -> Vec<String> {
        self.uploads.set_aside.lock().clone()
    }
}
