//! `[sessions]`: how long a sign-in lasts.

use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Ends so long after sign-in, whatever happens.
    pub absolute: Duration,
    /// Ends after so long without a request.
    pub idle: Duration,
    /// People already signed in go on for so long while the store is away.
    pub grace: Duration,
}
