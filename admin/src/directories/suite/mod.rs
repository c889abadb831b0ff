//! What the suites that companies work in (Feishu, DingTalk, WeCom) have in common: a cloud that is asked over HTTP
//! ([`cloud`]) at the pace that it bears ([`pace`]), with a token of our application that all nodes share
//! ([`token`]); and a callback at which it tells us what has changed ([`callback`]), which [`door`] writes down and
//! [`feed`] has looked at. What is told is only a hint: what counts is read from the cloud, so that it does not
//! matter in which order or how often we are told.

pub mod callback;
pub mod callback_crypto;
pub mod cloud;
pub mod door;
pub mod error;
pub mod feed;
pub mod pace;
pub mod secrets;
pub mod state;
pub mod token;

use std::collections::HashMap;
use std::sync::Arc;

use config::id::DirectoryId;
use parking_lot::Mutex;
use tokio::sync::{Mutex as Turn, watch};

use pace::{Pace, Rates};
use token::InHand;

/// A token of a directory, by its name.
type TokenKey = (DirectoryId, &'static str);

/// What this node remembers of all of them. Cheap to clone.
#[derive(Clone)]
pub struct Suites(Arc<Inner>);

struct Inner {
    paces: Mutex<HashMap<DirectoryId, Arc<Pace>>>,
    tokens: Mutex<HashMap<TokenKey, InHand>>,
    /// Whoever asks for a token, while others of this node wait for it.
    asking: Mutex<HashMap<TokenKey, Arc<Turn<()>>>>,
    arrived: watch::Sender<u64>,
    /// As whom this process takes leases.
    holder: String,
}

impl Default for Suites {
    fn default() -> Self {
        Self(Arc::new(Inner {
            paces: Mutex::default(),
            tokens: Mutex::default(),
            asking: Mutex::default(),
            arrived: watch::channel(0).0,
            holder: config::id::EventId::generate().to_string(),
        }))
    }
}

impl Suites {
    /// One pace for all that this node asks of a directory.
    fn pace(&self, directory: &DirectoryId, rates: Rates) -> Arc<Pace> {
        let mut paces = self.0.paces.lock();
        let pace = paces.entry(directory.clone());
        Arc::clone(pace.or_insert_with(|| Arc::new(Pace::new(rates))))
    }

    fn turn_to_ask(&self, key: &TokenKey) -> Arc<Turn<()>> {
        let mut asking = self.0.asking.lock();
        Arc::clone(asking.entry(key.clone()).or_default())
    }

    /// Wakes whoever waits for events on this node.
    fn announce(&self) {
        self.0
            .arrived
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn arrivals(&self) -> watch::Receiver<u64> {
        self.0.arrived.subscribe()
    }
}
