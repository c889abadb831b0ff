//! Keeps a gate true: compiles each new snapshot, carries out revocations, and looks again at what
//! is open.

use std::sync::Arc;
use std::time::Duration;

use config::Snapshot;
use config::session::Revocation;
use tokio::sync::{mpsc, watch};

use crate::gate::Gate;
use crate::rulebook::Rulebook;

/// Time passes too: windows close, sessions expire.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(5);
/// What is no longer needed is dropped from memory this often, counted in looks.
const SWEEP_EVERY: u32 = 12;

/// What comes to a gate over the link.
pub struct Feed {
    pub snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
    pub revocations: mpsc::UnboundedReceiver<Revocation>,
}

impl Gate {
    /// Follows the feed as long as the gate stands, for time passes also when nothing more comes.
    /// Run it as a task of its own.
    pub async fn follow(self: Arc<Self>, mut feed: Feed) {
        let mut tick = tokio::time::interval(LOOK_AGAIN_EVERY);
        let mut looks = 0_u32;
        feed.snapshots.mark_changed();
        loop {
            tokio::select! {
                // What is taken away goes before what is given.
                biased;
                Some(revocation) = feed.revocations.recv() => {
                    self.carry_out(revocation, &mut feed.revocations);
                }
                Ok(()) = feed.snapshots.changed() => {
                    let snapshot = feed.snapshots.borrow_and_update().clone();
                    if let Some(snapshot) = snapshot {
                        self.adopt(snapshot).await;
                    }
                }
                () = self.open.overtaken.notified() => self.look_again_at_all(),
                _ = tick.tick() => {
                    self.drop_what_has_ended().await;
                    self.look_again_at_all();
                    looks += 1;
                    if looks.is_multiple_of(SWEEP_EVERY) {
                        self.sweep();
                    }
                }
            }
        }
    }

    /// Compiles a snapshot and obeys it. One that does not compile is refused: the last good one
    /// stays.
    ///
    /// Returns whether it was adopted.
    pub async fn adopt(self: &Arc<Self>, snapshot: Arc<Snapshot>) -> bool {
        let revision = snapshot.revision;
        let obeyed = self.obey(snapshot).await;
        if obeyed {
            tracing::info!(revision, "new rules are in force");
        }
        obeyed
    }

    async fn obey(self: &Arc<Self>, snapshot: Arc<Snapshot>) -> bool {
        let revision = snapshot.revision;
        let previous = self.rulebook.load_full();
        let now = self.clock.now();
        let compiling = move || Rulebook::compile(snapshot, previous.as_deref(), now);
        match tokio::task::spawn_blocking(compiling).await {
            Ok(Ok(rulebook)) => {
                self.rulebook.store(Some(Arc::new(rulebook)));
                self.look_again_at_all();
                true
            }
            Ok(Err(problems)) => {
                for problem in problems {
                    tracing::error!(revision, %problem, "the rules are not obeyed");
                }
                false
            }
            Err(error) => {
                tracing::error!(revision, %error, "the rules cannot be compiled");
                false
            }
        }
    }

    /// Compiles the rules anew once an entry of an address list has ended: that it ends needs nobody to
    /// tell, so it ends also while the store is away. Ends that lie close together are waited for
    /// ([`crate::rulebook::ENDS_TOGETHER`]): with the look that finds it, an entry counts for less than a
    /// minute after its end.
    pub(crate) async fn drop_what_has_ended(self: &Arc<Self>) {
        let now = self.clock.now();
        let rulebook = self.rulebook.load_full();
        let over = rulebook.filter(|rules| rules.until.is_some_and(|until| until <= now));
        if let Some(rules) = over {
            let revision = rules.snapshot.revision;
            if self.obey(Arc::clone(&rules.snapshot)).await {
                tracing::debug!(
                    revision,
                    "what has ended was dropped from the address lists"
                );
            }
        }
    }

    /// Carries out a revocation, and those that wait behind it, then looks at what they touch.
    fn carry_out(
        self: &Arc<Self>,
        first: Revocation,
        more: &mut mpsc::UnboundedReceiver<Revocation>,
    ) {
        let mut next = Some(first);
        let mut all = false;
        while let Some(revocation) = next {
            all |= revocation == Revocation::All;
            self.sessions.revoke(&revocation);
            next = more.try_recv().ok();
        }
        if all {
            self.look_again_at_all();
        } else {
            self.look_again_at_withdrawn();
        }
    }

    fn sweep(self: &Arc<Self>) {
        let gate = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let now = gate.clock.now();
            gate.sessions.sweep(now);
            if let Some(rulebook) = gate.rulebook.load_full() {
                for application in rulebook.applications.values() {
                    application.rate_limits.forget_the_silent(now);
                }
            }
        });
    }
}
