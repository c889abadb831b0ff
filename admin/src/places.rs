//! Where addresses are and whose networks they belong to, as far as the operator has brought databases of that.
//!
//! They lie in memory and are asked without waiting. When a file changes, the new one takes the place of the old
//! in one step; one that cannot be read leaves the last good one in use. A node without them starts, and knows
//! no places: people are not to be kept out for the want of a file.

mod database;
mod place;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use config::settings::Places as Files;

pub use database::{Database, DatabaseError, Holds};
pub use place::{Place, Point};

/// The databases of this node. Cheap to clone.
#[derive(Clone)]
pub struct Places(Arc<Shelf>);

struct Shelf {
    files: Files,
    cities: ArcSwapOption<Database>,
    networks: ArcSwapOption<Database>,
}

impl Places {
    /// Reads the files that are named, which takes a while; what is wrong with one is told in the log.
    #[must_use]
    pub fn open(files: &Files) -> Self {
        let places = Self(Arc::new(Shelf {
            files: files.clone(),
            cities: ArcSwapOption::empty(),
            networks: ArcSwapOption::empty(),
        }));
        places.reread();
        places
    }

    /// Reads again what has changed, which takes a while.
    pub fn reread(&self) {
        let Shelf {
            files,
            cities,
            networks,
        } = self.0.as_ref();
        refresh(cities, files.city_database.as_deref(), Holds::Cities);
        refresh(networks, files.network_database.as_deref(), Holds::Networks);
    }

    /// Whether places are known at all.
    #[must_use]
    pub fn has_cities(&self) -> bool {
        self.0.cities.load().is_some()
    }

    #[must_use]
    pub fn place(&self, address: IpAddr) -> Option<Place> {
        self.0.cities.load().as_ref()?.city(address).0
    }

    #[must_use]
    pub fn point(&self, address: IpAddr) -> Option<Point> {
        self.0.cities.load().as_ref()?.city(address).1
    }

    /// The number of the autonomous system that the address belongs to.
    #[must_use]
    pub fn network(&self, address: IpAddr) -> Option<u32> {
        self.0.networks.load().as_ref()?.network(address)
    }
}

fn refresh(kept: &ArcSwapOption<Database>, file: Option<&Path>, holds: Holds) {
    let Some(path) = file else {
        return;
    };
    let is_same = |one: &Arc<Database>| one.is_of(path);
    if kept.load().as_ref().is_some_and(is_same) {
        return;
    }
    match Database::read(path, holds) {
        Ok(database) => {
            kept.store(Some(Arc::new(database)));
            tracing::info!(file = %path.display(), "a database of places was read");
        }
        Err(why) if kept.load().is_some() => {
            tracing::error!(%why, "the database of places stays as it was");
        }
        Err(why) => {
            tracing::error!(%why, "this node knows no places, or no networks, until it is read");
        }
    }
}

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
